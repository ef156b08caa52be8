// The order of the list and its further pages, where answers come late or not at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { held } from "./holding.js";
import { world } from "./world.js";

const w = await world();

/** @param {import("playwright-core").Page} page */
const order = (page) => page.getByLabel("Order");

/** The texts in the order of the page. @param {import("playwright-core").Page} page */
const texts = (page) => page.locator("understory-thread .comment .body").allInnerTexts();

test("the order that was chosen last is the one that is shown, whichever answer comes last", async (t) => {
  const thread = w.thread();
  const [alice, bob] = await Promise.all([w.as("alice"), w.as("bob")]);
  const all = await alice.postMany(thread, 3);
  await bob.vote(all[1], 1);
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByText("Comment 3.").waitFor();
  const release = await held(page, /sort=top/);
  await order(page).selectOption("top");
  await order(page).selectOption("newest");
  await page.waitForFunction(() => document.querySelector("understory-thread")?.shadowRoot?.querySelector(".comment .body")?.textContent === "Comment 3.");
  const answered = page.waitForResponse(/sort=top/);
  release();
  await answered;
  await page.quiet();
  assert.deepEqual(await texts(page), ["Comment 3.", "Comment 2.", "Comment 1."]);
  assert.equal(await order(page).inputValue(), "newest");
});

test("replies that come after the order was changed are no comments of the list, which goes on", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const first = await alice.post(thread, "The first.");
  for (let n = 1; n <= 12; n += 1) await alice.reply(first, thread, `Reply ${n}.`);
  await alice.postMany(thread, 60);
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.locator("understory-thread .composer .tabs").waitFor({ state: "attached" });
  const release = await held(page, /\/replies\?/);
  await page.getByRole("button", { name: "2 more replies" }).click();
  await order(page).selectOption("newest");
  await page.getByText("Comment 60.").waitFor();
  const answered = page.waitForResponse(/\/replies\?/);
  release();
  await answered;
  await page.quiet();
  assert.equal(await page.getByText(/^Reply/).count(), 0);
  await page.getByRole("button", { name: "11 more comments" }).click();
  await page.getByText("The first.").waitFor();
});

test("an order that could not be read is asked for again, and stands in the list of orders meanwhile", async (t) => {
  const thread = w.thread();
  const [alice, bob] = await Promise.all([w.as("alice"), w.as("bob")]);
  await alice.postMany(thread, 2);
  const page = await w.page(t);
  page.expectErrors(/ERR_FAILED/);
  await page.goto(w.host.show({ thread }));
  await page.locator("understory-thread .composer .tabs").waitFor({ state: "attached" });
  await page.route(/sort=newest/, (route) => route.abort(), { times: 1 });
  await order(page).selectOption("newest");
  const again = page.getByRole("button", { name: "Try again" });
  await again.waitFor();
  await bob.post(thread, "Comment 3.");
  await page.getByRole("heading", { name: "3 comments" }).waitFor();
  assert.equal(await order(page).inputValue(), "newest");
  await again.click();
  await again.waitFor({ state: "hidden" });
  assert.deepEqual(await texts(page), ["Comment 3.", "Comment 2.", "Comment 1."]);
});
