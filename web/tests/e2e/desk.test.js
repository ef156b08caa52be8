// What moderators do beside the queue: rule on an appeal, ban by two, change
// settings, prove the log. All of it by keyboard where there is a key.

import assert from "node:assert/strict";
import { test } from "node:test";
import { world } from "./world.js";

const w = await world();

test("another moderator overturns on appeal, who decided cannot", async (t) => {
  const thread = w.thread();
  const [alice, mona] = await Promise.all([w.as("alice"), w.as("mona")]);
  const comment = await alice.post(thread, "The weir was never closed.");
  await mona.hide(comment);
  const { items } = await alice.call("GET", "me/decisions");
  const entry = items.find((/** @type {any} */ one) => one.comment_id === comment.id);
  await alice.call("POST", `me/decisions/${entry.id}/appeal`, { text: "It is in the council's minutes." });

  const first = await w.console(t, "mona", "appeals");
  await first.getByRole("link", { name: /council's minutes/ }).click();
  await first.getByText("You decided this, so another moderator has to rule").waitFor();
  assert.equal(await first.getByRole("button", { name: "rule", exact: true }).count(), 0);

  const page = await w.console(t, "ada", "appeals");
  await page.getByRole("link", { name: /council's minutes/ }).click();
  await page.getByText("The weir was never closed.").waitFor();
  await page.getByRole("heading", { name: "appeals" }).focus();
  await page.keyboard.press("v");
  await page.keyboard.type("You are right, it is in the minutes.");
  await page.axe();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Overturned. The person has been told.").first().waitFor();
  assert.equal((await alice.call("GET", `comments/${comment.id}`)).state, "published");
});

test("a ban that two must agree on holds once the second has confirmed", async (t) => {
  const [mona, ada, reader] = await Promise.all([w.as("mona"), w.as("ada"), w.newcomer()]);
  await ada.call("PATCH", "moderation/sites/demo/settings", { two_persons_ban: true });
  t.after(() => ada.call("PATCH", "moderation/sites/demo/settings", { two_persons_ban: false }));

  const page = await w.console(t, "mona", "people");
  await page.getByLabel("Login or id").fill(reader.login.slice(0, -1));
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: reader.login }).click();
  await page.getByText("Lay a sanction on them").click();
  await page.getByLabel("Kind").selectOption("ban");
  await page.getByLabel("Reason").selectOption("spam");
  await page.getByLabel("To the person").fill("Twelve advertisements in a day.");
  await page.getByRole("button", { name: "lay it on" }).click();
  await page.getByText("Another moderator has to confirm it.").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "confirm" }).count(), 0);
  await reader.post(w.thread(), "It does not hold yet.");

  const second = await w.console(t, "ada", `people/${reader.user.id}`);
  await second.getByRole("button", { name: "confirm" }).click();
  await second.getByText("in force").waitFor();
  await assert.rejects(reader.post(w.thread(), "Now it does."), { code: "account_suspended" });
  const { sanctions } = await mona.call("GET", `moderation/users/${reader.user.id}?site=demo`);
  assert.deepEqual(sanctions.map((/** @type {any} */ one) => [one.kind, one.proposed]), [["ban", false]]);
});

test("an admin changes settings, a moderator reads them", async (t) => {
  const mona = await w.as("mona");
  const page = await w.console(t, "ada", "settings");
  const rules = page.getByLabel("Address of the rules");
  await rules.fill("https://valley.example/rules");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Saved. It holds at once.").first().waitFor();
  assert.equal((await mona.call("GET", "sites/demo")).policy_url, "https://valley.example/rules");
  await page.axe();

  const reading = await w.console(t, "mona", "settings", { width: 320, dark: true });
  await reading.getByText("Only admins can change these settings.").waitFor();
  for (const name of ["Address of the rules", "Origins"]) {
    const field = reading.getByLabel(name);
    assert.equal(await field.isDisabled(), true);
    assert.equal(await field.evaluate((element) => getComputedStyle(element).borderStyle), "dashed");
  }
  assert.equal(await reading.getByRole("button", { name: "save" }).count(), 0);
  await assert.rejects(mona.call("PATCH", "moderation/sites/demo/settings", { title: "Mine" }), { code: "forbidden" });
  await reading.noSidewaysScroll();
  await reading.axe();
});

test("the log is verified up to its head", async (t) => {
  const page = await w.console(t, "mona", "log", { width: 320 });
  await page.getByText("Not verified since").waitFor();
  await page.getByText("are looked for in the rows read so far").waitFor();
  const head = await (await w.as("mona")).call("GET", "moderation/log/head?site=demo");
  await page.getByRole("heading", { name: "log", exact: true }).focus();
  await page.keyboard.press("v");
  const said = page.getByRole("status").filter({ hasText: "up to row" });
  await said.waitFor();
  assert.equal(await said.locator("code").getAttribute("title"), head.hash);
  await page.noSidewaysScroll();
  await page.axe();
});

test("figures are drawn with a table behind each", async (t) => {
  const page = await w.console(t, "mona", "figures", { dark: true });
  const chart = page.getByRole("img", { name: /^decisions: / });
  await chart.waitFor();
  assert.match((await chart.getAttribute("aria-label")) ?? "", /In 30 days: median/);
  await page.getByText("as a table").first().click();
  await page.getByRole("table").first().waitFor();
  await page.axe();
});

test("a thread is locked in its settings", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  await alice.post(thread, "The first.");
  const page = await w.console(t, "mona", `threads/${thread}`);
  await page.getByLabel("State").selectOption("locked");
  await page.getByRole("button", { name: "save" }).click();
  await page.getByText("Saved. It holds at once.").first().waitFor();
  await assert.rejects(alice.post(thread, "Too late."), { code: "thread_locked" });
});

test("a person is sanctioned, noted on and pardoned by keyboard", async (t) => {
  const [mona, reader] = await Promise.all([w.as("mona"), w.newcomer()]);
  const page = await w.console(t, "mona", `people/${reader.user.id}`);
  const sanctions = async () => (await mona.call("GET", `moderation/users/${reader.user.id}?site=demo`)).sanctions;
  await page.getByText("Lay a sanction on them").waitFor();
  await page.getByRole("heading", { name: "people", exact: true }).focus();
  await page.keyboard.press("s");
  assert.equal(await page.getByLabel("Kind").evaluate((field) => field === document.activeElement), true);
  await page.keyboard.press("Control+Enter");
  await page.getByText("in force").waitFor();
  await page.keyboard.press("n");
  await page.keyboard.type("Talked to.");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Talked to.").and(page.locator("p")).waitFor();
  await page.getByRole("heading", { name: "people", exact: true }).focus();
  await page.keyboard.press("l");
  assert.equal((await sanctions())[0].lifted_at, null);
  await page.keyboard.press("l");
  await page.locator(".sanctions").getByText("lifted").waitFor();
  assert.notEqual((await sanctions())[0].lifted_at, null);
  await page.getByRole("heading", { name: "people", exact: true }).focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).getByText("lift a sanction").waitFor();
});

test("what was searched for is gone through and hidden by keyboard", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const comments = await alice.postMany(thread, 2, (n) => `Found ${n}.`);
  const page = await w.console(t, "mona", `search?thread=${thread}`);
  await page.getByText("Found 1.").waitFor();
  await page.getByRole("heading", { name: "search", exact: true }).focus();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const text = await page.evaluate(() => document.activeElement?.textContent ?? "");
  const one = comments[text.includes("Found 1.") ? 0 : 1];
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await page.locator(".tag.hidden").waitFor();
  const mona = await w.as("mona");
  assert.equal((await mona.call("GET", `comments/${one?.id}`)).state, "hidden");
  await page.keyboard.press("r");
  await page.locator(".tag.hidden").waitFor({ state: "detached" });
  await page.keyboard.press("o");
  await page.getByText("Lay a sanction on them").waitFor();
});

test("settings and threads are chosen and saved by keyboard", async (t) => {
  const [mona, ada] = await Promise.all([w.as("mona"), w.as("ada")]);
  const thread = w.thread();
  const page = await w.console(t, "mona", `threads/${thread}`);
  await page.getByRole("button", { name: "save" }).waitFor();
  await page.getByRole("heading", { name: "threads", exact: true }).focus();
  for (const key of ["l", "p", "s"]) await page.keyboard.press(key);
  await page.getByText("Saved. It holds at once.").first().waitFor();
  const { state, premoderation } = await mona.call("GET", `sites/demo/threads/${thread}`);
  assert.deepEqual([state, premoderation], ["locked", true]);

  t.after(() => ada.call("PATCH", "moderation/sites/demo/settings", { two_persons_purge: false }));
  const desk = await w.console(t, "ada", "settings");
  await desk.getByRole("button", { name: "save" }).waitFor();
  for (const key of ["p", "s"]) await desk.keyboard.press(key);
  await desk.getByText("Saved. It holds at once.").first().waitFor();
  assert.equal((await ada.call("GET", "moderation/sites/demo/settings")).two_persons_purge, true);
});

test("texts are blurred beside the queue too, until asked for", async (t) => {
  const thread = w.thread();
  await (await w.as("alice")).post(thread, "Nothing for the morning.");
  const page = await w.console(t, "mona", `search?thread=${thread}`);
  const text = page.locator(".blurrable").filter({ hasText: "Nothing for the morning." });
  await text.waitFor();
  const filter = () => text.evaluate((element) => getComputedStyle(element).filter);
  assert.equal(await filter(), "none");
  await page.keyboard.press("?");
  await page.getByLabel("Blur texts").check();
  await page.keyboard.press("Escape");
  assert.match(await filter(), /blur/);
  await page.getByRole("heading", { name: "search", exact: true }).focus();
  await page.keyboard.press("v");
  assert.equal(await filter(), "none");
  await page.getByRole("button", { name: "show the text (v)" }).click();
  assert.match(await filter(), /blur/);
  await page.goto(`${w.url}/console#people/${(await w.as("alice")).user.id}`);
  await page.getByText("Their comments").click();
  const sheets = page.locator("article .blurrable").first();
  await sheets.waitFor();
  assert.match(await sheets.evaluate((element) => getComputedStyle(element).filter), /blur/);
});
