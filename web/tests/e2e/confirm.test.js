// What waits for a second moderator, where it is much, and where answers come late;
// and the numbers beside the lists, on every page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerHeld } from "./holding.js";
import { SITE, world } from "./world.js";

const w = await world();

/** Comments that mona has proposed to hide, one by one, the last first in the list. @param {number} count */
async function proposed(count) {
  const [alice, mona, ada] = await Promise.all([w.as("alice"), w.as("mona"), w.as("ada")]);
  await ada.call("PATCH", "moderation/sites/demo/settings", { two_persons_over: 0 });
  const comments = await alice.postMany(w.thread(), count);
  const made = [];
  for (const comment of comments) made.push(await mona.hide(comment));
  return made;
}

/** Nothing is proposed any longer. */
async function refuseAll() {
  const ada = await w.as("ada");
  for (;;) {
    const { items } = await ada.call("GET", `moderation/decisions?site=${SITE}&state=proposed&limit=200`);
    if (items.length === 0) return;
    for (const { id } of items) await ada.call("POST", `moderation/decisions/${id}/undo`);
  }
}

/**
 * The console of ada.
 *
 * @param {import("node:test").TestContext} t @param {string} at the hash without `#`
 * @param {boolean} [deaf] news do not reach it
 */
async function consoleAt(t, at, deaf = false) {
  const page = await w.page(t);
  if (deaf) {
    await page.addInitScript(() => {
      window.EventSource = /** @type {any} */ (class extends EventTarget {
        close() {}
      });
    });
  }
  await page.console("ada", at);
  return { page, cards: page.locator(".cards > li[data-id]"), number: page.locator('nav a[href="#confirm"] .number') };
}

test("every proposal is reached, and the number says that it is not whole", async (t) => {
  t.after(refuseAll);
  await proposed(100);
  const { page, cards, number } = await consoleAt(t, "confirm");
  await number.getByText("99+", { exact: true }).waitFor();
  await cards.nth(49).waitFor();
  assert.equal(await cards.count(), 50);
  await page.getByRole("button", { name: "more", exact: true }).click();
  await cards.nth(99).waitFor();
  assert.equal(await cards.count(), 100);
  await page.getByRole("button", { name: "more", exact: true }).waitFor({ state: "hidden" });
  const ids = await cards.evaluateAll((all) => all.map((one) => one.getAttribute("data-id")));
  assert.equal(new Set(ids).size, 100);

  // read anew, it goes as far as before
  await cards.nth(99).getByRole("button", { name: "confirm", exact: true }).click();
  await cards.nth(99).waitFor({ state: "detached" });
  assert.deepEqual(await cards.evaluateAll((all) => all.map((one) => one.getAttribute("data-id"))), ids.slice(0, 99));
  await number.getByText("99", { exact: true }).waitFor();
});

test("a late answer brings back no proposal that is gone", async (t) => {
  t.after(refuseAll);
  const [first, second] = await proposed(2);
  const { page, cards } = await consoleAt(t, "confirm", true);
  const cardOf = (/** @type {{id: string}} */ { id }) => page.locator(`.cards > li[data-id="${id}"]`);
  await cardOf(first).waitFor();
  await page.quiet();
  const asked = await answerHeld(page, "**/moderation/decisions?**");
  await cardOf(second).getByRole("button", { name: "refuse", exact: true }).click();
  await asked.answered;
  await cardOf(first).getByRole("button", { name: "refuse", exact: true }).click();
  await page.getByText("Nothing waits for a second moderator.").waitFor();
  asked.letGo();
  await page.quiet();
  assert.equal(await cards.count(), 0);
});

test("the numbers beside the lists are there on every page before anything is told", async (t) => {
  t.after(refuseAll);
  const [alice, bob] = await Promise.all([w.as("alice"), w.as("bob")]);
  await bob.flag(await alice.post(w.thread(), "Is it so?"), "spam");
  await proposed(1);
  const { counts } = await (await w.as("mona")).call("GET", `moderation/queue?site=${SITE}&limit=1`);
  const { page, number } = await consoleAt(t, "settings", true);
  await number.getByText("1", { exact: true }).waitFor();
  for (const [name, count] of Object.entries(counts)) {
    await page.locator(`nav a[href="#queue/${name}"] .number`).getByText(String(count), { exact: true }).waitFor();
  }
});
