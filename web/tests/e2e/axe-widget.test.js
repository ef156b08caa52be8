// No violation of WCAG 2.2 AA in any state of the element, light and wide,
// dark and at 320 px.

import { test } from "node:test";
import { BOTH_SCHEMES, WIDGET } from "./states.js";
import { world } from "./world.js";

const w = await world();

for (const [name, make] of Object.entries(WIDGET)) {
  test(`axe finds nothing: ${name}`, async (t) => {
    const page = await w.page(t);
    await make({ w, page, shown: { head: BOTH_SCHEMES } });
    await page.axe();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 320, height: 720 });
    await page.axe();
    await page.noSidewaysScroll();
  });
}
