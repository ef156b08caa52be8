// Reading without JavaScript: the comments as the server renders them, put into a
// page of the site's own, and every one of them reached by links.

import assert from "node:assert/strict";
import { test } from "node:test";
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
  await page.getByRole("link", { name: "Comment 30" }).click();
  assert.match(page.url(), /#c-\d+$/);
  await page.goto(`${w.url}/api/v1/sites/demo/threads/${thread}/comments.html#c-${first.id}`);
  const name = page.locator(`#c-${first.id} .name`);
  assert.equal(await name.innerText(), "Bob Tanaka");
  const list = await page.locator("ol.list").first().evaluate((ol) => getComputedStyle(ol).listStyleType);
  assert.equal(list, "none");
});
