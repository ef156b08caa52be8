// On a slow line the place of the comments is kept, and nothing on the page moves
// when they come.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SLOW_3G } from "./page.js";
import { shifts, watchShifts } from "./shifts.js";
import { richThread } from "./states.js";
import { world } from "./world.js";

const w = await world();
const thread = await richThread(w);

/** The first frame with room for the comments, from the next page on. @param {import("playwright-core").Page} page */
function watchRoom(page) {
  return page.addInitScript(() => {
    const look = () => {
      const element = document.querySelector("understory-thread");
      const height = element?.getBoundingClientRect().height ?? 0;
      if (height < 100) return void requestAnimationFrame(look);
      Object.assign(window, { room_: { height, comments: element?.shadowRoot?.querySelectorAll("article").length ?? 0 } });
    };
    requestAnimationFrame(look);
  });
}

for (const [width, where, head, after] of /** @type {[number, string, string, string][]} */ ([
  [320, "at the end of a page", "", ""],
  // What stands below moves once unless the page keeps the room: the script cannot come before the first paint.
  [1280, "before other text", "<style>understory-thread { display: block; min-block-size: 100svh }</style>", "<footer>The foot of the page.</footer>"],
])) {
  test(`on a slow line there is a placeholder, then the comments, and nothing jumps: ${where}, ${width} px`, async (t) => {
    const page = await w.page(t, { width, network: SLOW_3G });
    await watchShifts(page);
    await watchRoom(page);
    const before = "<p>The article has its text before the comments.</p>".repeat(5);
    const began = performance.now();
    await page.goto(w.host.show({ thread, head, before, after }), { waitUntil: "commit" });
    await page.getByText("The ramp is the best part.").waitFor();
    const shown_ms = Math.round(performance.now() - began);
    await page.quiet();
    const moved = await shifts(page);
    const held = await page.evaluate("room_");
    t.diagnostic(`${where}, ${width} px: first comments after ${shown_ms} ms, room kept ${Math.round(held.height)} px`);
    assert.equal(held.comments, 0, "the room was there before the comments");
    assert.deepEqual(moved, []);
  });
}

test("without a line, what has been read stays, and says so", async (t) => {
  const page = await w.page(t);
  page.expectErrors(/ERR_INTERNET_DISCONNECTED/);
  await page.goto(w.host.show({ thread }));
  await page.getByText("The ramp is the best part.").waitFor();
  await page.offline();
  await page.getByLabel("Order").selectOption({ label: "newest first" });
  await page.getByText("We could not reach the server").first().waitFor();
  assert.ok(await page.getByText("The ramp is the best part.").isVisible());
});
