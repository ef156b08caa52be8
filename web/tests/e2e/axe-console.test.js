// No violation of WCAG 2.2 AA in any state of the console, light and wide,
// dark and at 320 px.

import { test } from "node:test";
import { CONSOLE } from "./states.js";
import { world } from "./world.js";

/** What scrolls by itself beside the page. */
const PANES = "main, .page, .list";

const w = await world();

for (const [name, make] of Object.entries(CONSOLE)) {
  test(`axe finds nothing: ${name}`, async (t) => {
    const page = await w.page(t);
    await make({ w, page });
    await page.axe();
    await page.noSidewaysScroll(PANES);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 320, height: 720 });
    await page.axe();
    await page.noSidewaysScroll(PANES);
  });
}
