// Reading without JavaScript: the comments as the server renders them, put into a
// page of the site's own, every one of them reached by links, and taken over by the
// element where there is script.

import assert from "node:assert/strict";
import { test } from "node:test";
import { held } from "./holding.js";
import { shifts, watchShifts } from "./shifts.js";
import { world } from "./world.js";

const w = await world();

/** @param {string} thread @param {string} [query] */
const fragment = async (thread, query = "") =>
  (await fetch(`${w.url}/api/v1/sites/demo/threads/${thread}/comments.html${query}`)).text();

test("without script the comments are read, and the rest is reached by links", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const tops = await alice.postMany(thread, 8);
  for (let n = 0; n < 4; n += 1) await alice.reply(tops[0], thread, `Reply ${n}.`);
  const page = await w.page(t, { script: false, width: 320 });
  const inside = await fragment(thread, "?limit=5&per_parent=2");
  await page.goto(w.host.show({ thread, inside }));
  assert.equal(await page.getByRole("article").count(), 5);
  await page.noSidewaysScroll();
  const seen = new Set();
  const collect = async () => {
    for (const id of await page.locator("[data-id]").evaluateAll((all) => all.map((one) => one.getAttribute("data-id")))) seen.add(id);
    return page.locator("a.more").evaluateAll((all) => all.map((one) => /** @type {HTMLAnchorElement} */ (one).href));
  };
  const waiting = await collect();
  assert.equal(waiting.length, 2);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    await page.goto(next);
    await page.noSidewaysScroll();
    waiting.push(...(await collect()));
  }
  assert.equal(seen.size, 12);
});

test("a number is a link to its comment, and the style is the widget's", async (t) => {
  const thread = w.thread();
  const [first] = await (await w.as("bob")).postMany(thread, 30);
  const page = await w.page(t, { script: false });
  await page.goto(`${w.url}/api/v1/sites/demo/threads/${thread}/comments.html`);
  // Pressed, since a click waits for frames, which are not told of without script.
  await page.getByRole("link", { name: "Comment 30" }).press("Enter");
  await page.waitForURL(/#c-\d+$/);
  await page.goto(`${w.url}/api/v1/sites/demo/threads/${thread}/comments.html#c-${first.id}`);
  const name = page.locator(`#c-${first.id} .name`);
  assert.equal(await name.innerText(), "Bob Tanaka");
  const list = await page.locator("ol.list").first().evaluate((ol) => getComputedStyle(ol).listStyleType);
  assert.equal(list, "none");
});

/** What is to be seen of the comments in each frame; before the page's own scripts. @param {import("playwright-core").Page} page */
function watchFrames(page) {
  return page.addInitScript(() => {
    const seen = /** @type {any} */ (window);
    seen.frames_ = [];
    const inSight = (/** @type {Element} */ article) => {
      const { top, bottom, width } = article.getBoundingClientRect();
      return width > 0 && bottom > top && bottom > 0 && top < innerHeight && article.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    };
    const frame = () => {
      const host = document.querySelector("understory-thread");
      const count = (/** @type {ParentNode | null | undefined} */ root) => [...(root?.querySelectorAll("article") ?? [])].filter(inSight).length;
      if (host) seen.frames_.push({ served: count(host), drawn: count(host.shadowRoot), taken: Boolean(host.shadowRoot) });
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

for (const [name, count, press] of /** @type {[string, number, boolean][]} */ ([["that fill the screen", 20, false], ["above more of the page, at the next press", 2, true]])) {
  test(`comments ${name} are taken over without a frame that has none`, async (t) => {
    const thread = w.thread();
    await (await w.as("alice")).postMany(thread, count);
    const page = await w.page(t);
    await watchFrames(page);
    await watchShifts(page);
    const frames = () => page.evaluate(() => /** @type {{served: number, drawn: number, taken: boolean}[]} */ (/** @type {any} */ (window).frames_));
    // its words come long after its modules
    await page.route("**/words/*.json", async (route) => {
      await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/thread/view/tree.js")));
      const before = (await frames()).length;
      await page.waitForFunction((past) => /** @type {any} */ (window).frames_.length > past, before + 30);
      await route.continue();
    });
    const answer = await held(page, new RegExp(`/threads/${thread}/comments\\?`));
    // the script may come after the first paint
    const head = "<style>understory-thread { display: block }</style>";
    await page.goto(w.host.show({ thread, head, inside: await fragment(thread), after: "<p>What follows.</p>" }));
    // the element is there, and has nothing yet
    await page.waitForFunction(() => /** @type {any} */ (window).frames_.filter((one) => one.taken).length > 10);
    assert.ok((await frames()).every(({ drawn }) => drawn === 0));
    assert.ok((await frames()).at(-1).served > 0);
    answer();
    if (press) {
      // what comes after reading is asked for once that is ready to be drawn
      await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/thread/act/app.js")));
      await page.quiet();
      assert.ok((await frames()).at(-1).served > 0, "in sight of what follows, nothing is redrawn by itself");
      await page.keyboard.press("Shift");
    }
    await page.field.waitFor();
    await page.waitForFunction(() => /** @type {any} */ (window).frames_.at(-1).drawn > 0);
    await page.quiet();
    const all = await frames();
    const empty = all.slice(all.findIndex(({ served }) => served > 0)).filter(({ served, drawn }) => served + drawn === 0);
    assert.deepEqual(empty, []);
    assert.ok(all.every(({ served, drawn }) => served === 0 || drawn === 0), "never both");
    assert.equal(all.at(-1).served, 0);
    assert.deepEqual(await shifts(page), []);
  });
}
