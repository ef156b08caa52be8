// The element fits where it is put: 320 px and 1,280 px, 200 % of text, and right
// to left, without sideways scrolling.

import assert from "node:assert/strict";
import { test } from "node:test";
import { richThread } from "./states.js";
import { world } from "./world.js";

const w = await world();
const thread = await richThread(w);
const last = (page) => page.getByText("A pity.").waitFor();

for (const width of [320, 1280]) {
  for (const dir of ["ltr", "rtl"]) {
    test(`a thread with all that is wide fits into ${width} px, ${dir}`, async (t) => {
      const page = await w.page(t, { width });
      await page.goto(w.host.show({ thread, dir, lang: dir === "rtl" ? "ar" : "en" }));
      await last(page);
      await page.noSidewaysScroll();
    });
  }
}

test("with text of twice the size it fits into 640 px, as 320 px would with 200 % zoom", async (t) => {
  const page = await w.page(t, { width: 640 });
  await page.goto(w.host.show({ thread, head: "<style>html { font-size: 200% }</style>" }));
  await last(page);
  await page.noSidewaysScroll();
});

test("right to left, a reply is indented from the right", async (t) => {
  const page = await w.page(t);
  await page.goto(w.host.show({ thread, dir: "rtl", lang: "ar" }));
  await last(page);
  const [top, reply] = await Promise.all(
    ["The ramp is the best part.", "An answer at level 2."].map((text) => page.getByText(text).boundingBox()),
  );
  const right = (box) => box.x + box.width;
  assert.ok(right(reply) < right(top) - 8, `${right(reply)} is not left of ${right(top)}`);
});

test("lines are no longer than 72 characters, however wide the page", async (t) => {
  const own = w.thread();
  await (await w.as("alice")).post(own, "word ".repeat(200));
  const page = await w.page(t, { width: 1920 });
  await page.goto(w.host.show({ thread: own }));
  const body = page.getByRole("article").getByText("word word");
  await body.waitFor();
  const chars = await body.evaluate((element) => {
    // How many of the zero fit into the width: what the style's ch counts.
    const probe = document.createElement("span");
    probe.textContent = "0".repeat(100);
    probe.style.cssText = "position: absolute; white-space: nowrap";
    element.append(probe);
    const zero = probe.getBoundingClientRect().width / 100;
    probe.remove();
    return element.getBoundingClientRect().width / zero;
  });
  assert.ok(chars <= 73, `${chars} characters`);
});
