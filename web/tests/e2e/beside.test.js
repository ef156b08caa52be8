// The console's pages beside the queue when things come late, twice or not at all, and
// when two people are at work.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerHeld } from "./holding.js";
import { command } from "./server.js";
import { SITE, world } from "./world.js";

const w = await world();
const settings = `moderation/sites/${SITE}/settings`;

test("the person who was asked for last is shown, however late another's sheet comes", async (t) => {
  const [one, two] = await Promise.all([w.newcomer(), w.newcomer()]);
  const page = await w.console(t, "mona", "people");
  await page.getByLabel("Login or id").waitFor();
  const slow = await answerHeld(page, `**/moderation/users/${one.user.id}?**`);
  await page.evaluate((id) => (location.hash = `#people/${id}`), one.user.id);
  await slow.answered;
  await page.evaluate((id) => (location.hash = `#people/${id}`), two.user.id);
  await page.locator(".sheet h2").getByText(two.login).first().waitFor();
  slow.letGo();
  await page.quiet();
  await page.locator(".sheet h2").getByText(two.login).first().waitFor();
});

test("a ban that waits for a second moderator says on whom it is", async (t) => {
  const [mona, ada, reader] = await Promise.all([w.as("mona"), w.as("ada"), w.newcomer()]);
  await ada.call("PATCH", settings, { two_persons_ban: true });
  t.after(() => ada.call("PATCH", settings, { two_persons_ban: false }));
  await mona.call("POST", `moderation/users/${reader.user.id}/sanctions`, { kind: "ban", site: SITE, reason_code: "spam" });
  const page = await w.console(t, "ada", "confirm");
  const card = page.locator(".cards > li").filter({ hasText: reader.login });
  await card.getByRole("link", { name: reader.login }).waitFor();
  await card.getByText("ban", { exact: true }).waitFor();
  await page.axe();
  await card.getByRole("button", { name: "confirm" }).click();
  await page.locator(".bars").getByText(": ban.").waitFor();
  await card.waitFor({ state: "detached" });
  await assert.rejects(reader.post(w.thread(), "It holds."), { code: "account_suspended" });
});

test("what waits for a second moderator has its number beside every page", async (t) => {
  const [mona, ada, reader] = await Promise.all([w.as("mona"), w.as("ada"), w.newcomer()]);
  await ada.call("PATCH", settings, { two_persons_ban: true });
  t.after(() => ada.call("PATCH", settings, { two_persons_ban: false }));
  const page = await w.console(t, "mona", "people");
  await page.locator(".live").getByText("live", { exact: true }).waitFor();
  const laid = await mona.call("POST", `moderation/users/${reader.user.id}/sanctions`, { kind: "ban", site: SITE, reason_code: "spam" });
  const number = page.locator('nav a[href="#confirm"] .number');
  await number.getByText(/^[1-9]/).waitFor();
  await mona.call("POST", `moderation/decisions/${laid.decision_id}/undo`);
  await number.getByText(/^[1-9]/).waitFor({ state: "detached" });
});

test("the comments of a proposal can be read before it is confirmed", async (t) => {
  const thread = w.thread();
  const [mona, ada, alice] = await Promise.all([w.as("mona"), w.as("ada"), w.as("alice")]);
  await ada.call("PATCH", settings, { two_persons_over: 1 });
  t.after(() => ada.call("PATCH", settings, { two_persons_over: null }));
  const comments = await alice.postMany(thread, 2, (n) => `Proposed ${n} of ${thread}.`);
  const targets = comments.map(({ id, version }) => ({ comment_id: id, version }));
  await mona.call("POST", "moderation/decisions", { action: "hide", reason_code: "spam", targets });
  const page = await w.console(t, "ada", "confirm");
  await page.getByText("the comments", { exact: true }).first().click();
  await page.getByText(`Proposed 2 of ${thread}.`).waitFor();
  // news draw no card anew
  await page.locator(".live").getByText("live", { exact: true }).waitFor();
  await page.quiet();
  await page.evaluate(() => (document.querySelector(".cards details")?.setAttribute("data-same", "")));
  const other = await alice.post(thread, "Something else.");
  const news = page.waitForResponse("**/moderation/decisions?**");
  await (await w.as("bob")).flag(other, "spam");
  await news;
  await page.quiet();
  assert.equal(await page.locator(".cards details[data-same][open]").count(), 1);
  await page.getByRole("button", { name: "refuse" }).first().click();
  await page.locator(".bars").getByText("The proposal is taken back.").waitFor();
});

test("an answer to an appeal that was begun stays until it is sent", async (t) => {
  const thread = w.thread();
  const [alice, ada] = await Promise.all([w.as("alice"), w.as("ada")]);
  const comments = await alice.postMany(thread, 2, (n) => `Appealed ${n}.`);
  for (const [at, comment] of comments.entries()) {
    await ada.hide(comment);
    const { items } = await alice.call("GET", "me/decisions");
    const entry = items.find((/** @type {any} */ one) => one.comment_id === comment.id);
    await alice.call("POST", `me/decisions/${entry.id}/appeal`, { text: `Look again at ${at + 1} of ${thread}.` });
  }
  const page = await w.console(t, "mona", "appeals");
  const line = (/** @type {number} */ n) => page.locator("a.line").filter({ hasText: `Look again at ${n} of ${thread}.` });
  const shown = (/** @type {number} */ n) => page.locator("blockquote").getByText(`Look again at ${n} of ${thread}.`).waitFor();
  await line(1).click();
  await shown(1);
  await page.getByLabel("Answer to the person").fill("Only half");
  await line(2).click();
  await shown(2);
  assert.equal(await page.getByLabel("Answer to the person").inputValue(), "");
  await line(1).click();
  await shown(1);
  assert.equal(await page.getByLabel("Answer to the person").inputValue(), "Only half");
  // the ruling on one is on its way while the other is being answered
  await page.getByLabel("Let it stand").check();
  const ruling = await answerHeld(page, "**/ruling");
  await page.getByLabel("Answer to the person").press("Control+Enter");
  await ruling.answered;
  await line(2).click();
  await shown(2);
  await page.getByLabel("Answer to the person").fill("The other");
  ruling.letGo();
  await page.locator(".bars").getByText("It stands.").waitFor();
  await page.quiet();
  assert.equal(await page.getByLabel("Answer to the person").inputValue(), "The other");
  assert.equal(await page.getByLabel("Answer to the person").evaluate((field) => field === document.activeElement), true);
});

test("where a site could not be looked up that is said, with a way to try again", async (t) => {
  const page = await w.page(t);
  page.expectErrors(/sites\/demo .*503/s);
  await page.signIn("mona", { client: "console" });
  let tries = 0;
  await page.route(`**/api/v1/sites/${SITE}`, (route) => {
    tries += 1;
    return tries > 1 ? route.fallback() : route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"status":503,"code":"overloaded"}' });
  });
  await page.goto(`${w.url}/console`);
  await page.getByRole("button", { name: "try again" }).click();
  await page.getByRole("heading", { name: "everything" }).waitFor();
});

test("who looks after the whole server chooses among its sites, others among their own", async (t) => {
  await command(["site", "add", "zeta", "--title", "Zeta Post", "--data", w.server.data]);
  const { title } = await (await w.as("ada")).call("GET", `sites/${SITE}`);
  const chosen = async (/** @type {string} */ login) => {
    const page = await w.console(t, login, "people");
    const choice = page.getByLabel("Site", { exact: true });
    await choice.waitFor();
    return { page, choice, names: await choice.locator("option").allTextContents() };
  };
  const { page, choice, names } = await chosen("ada");
  assert.deepEqual(names, [title, "Zeta Post"]);
  await choice.selectOption("Zeta Post");
  await page.waitForFunction(() => document.title === "people · Zeta Post");
  await page.reload();
  await page.waitForFunction(() => document.title === "people · Zeta Post");
  assert.equal(await choice.inputValue(), "zeta");
  assert.deepEqual((await chosen("mona")).names, [title]);
});

test("settings that somebody else has changed meanwhile are not set back, and what was typed is kept beside them", async (t) => {
  const ada = await w.as("ada");
  const before = await ada.call("GET", settings);
  const { origins, title: named } = before;
  t.after(() => ada.call("PATCH", settings, { origins, title: named, policy_url: before.policy_url, two_persons_ban: false }));
  const page = await w.console(t, "ada", "settings");
  page.expectErrors(/settings .*409/s);
  const [title, rules, ban] = ["Title", "Address of the rules", "for bans"].map((name) => page.getByLabel(name));
  const save = page.getByRole("button", { name: "save" });
  await title?.fill("Valley Post");
  await rules?.fill("https://valley.example/mine");
  await ban?.check();
  await ada.call("PATCH", settings, { origins: [...origins, "https://new.example"], policy_url: "https://valley.example/theirs" });
  await save.click();
  await page.getByRole("alert").getByText("somebody else has changed the settings").waitFor();
  const told = page.getByText("As it is now:");
  assert.deepEqual(await told.allTextContents(), [named, "https://valley.example/theirs", "no"].map((value) => `As it is now: ${value}`));
  assert.deepEqual([await title?.inputValue(), await rules?.inputValue(), await ban?.isChecked()], ["Valley Post", "https://valley.example/mine", true]);
  assert.match(await page.getByLabel("Origins").inputValue(), /https:\/\/new\.example/);
  assert.equal(await save.evaluate((button) => button === document.activeElement), true);
  await page.axe();

  // the next press saves what was typed, and that alone
  const sent = page.waitForRequest((request) => request.method() === "PATCH");
  await save.press("Enter");
  assert.deepEqual(Object.keys((await sent).postDataJSON()).sort(), ["policy_url", "title", "two_persons_ban", "version"]);
  await page.locator(".bars").getByText("Saved. It holds at once.").waitFor();
  assert.equal(await told.count(), 0);
  const now = await ada.call("GET", settings);
  assert.deepEqual(
    [now.title, now.policy_url, now.two_persons_ban, now.origins.includes("https://new.example")],
    ["Valley Post", "https://valley.example/mine", true, true],
  );
});

test("a search shows what was changed meanwhile, and takes back what was done", async (t) => {
  const thread = w.thread();
  const [alice, mona] = await Promise.all([w.as("alice"), w.as("mona")]);
  const comment = await alice.post(thread, "Found as it was.");
  const page = await w.console(t, "mona", `search?thread=${thread}`);
  await page.getByText("Found as it was.").waitFor();
  await alice.edit(comment, "Found as it is.");
  await page.getByRole("button", { name: "hide" }).click();
  await page.keyboard.press("1");
  await page.getByText("Found as it is.").waitFor();
  await page.getByRole("button", { name: "hide" }).click();
  await page.keyboard.press("1");
  await page.locator(".tag.hidden").waitFor();
  await page.locator(".bars").getByRole("button", { name: "undo" }).click();
  await page.locator(".tag.hidden").waitFor({ state: "detached" });
  assert.equal((await mona.call("GET", `comments/${comment.id}`)).state, "published");
});

test("a search says of a proposal that it is one", async (t) => {
  const thread = w.thread();
  const ada = await w.as("ada");
  await (await w.as("alice")).post(thread, "Found for two.");
  await ada.call("PATCH", settings, { two_persons_over: 0 });
  t.after(() => ada.call("PATCH", settings, { two_persons_over: null }));
  const page = await w.console(t, "mona", `search?thread=${thread}`);
  await page.getByRole("button", { name: "hide" }).click();
  await page.keyboard.press("1");
  await page.locator(".bars").getByText("A second moderator has to confirm it").waitFor();
  assert.equal(await page.locator(".bars .bad").count(), 0);
});

test("a tab is of whoever has signed in in another", async (t) => {
  const page = await w.console(t, "mona", "people");
  page.expectErrors(/401|moderation\/events/);
  await page.locator(".who").getByText("Mona Keller").waitFor();
  const second = await page.context().newPage();
  await second.goto(`${w.url}/console#people`);
  await second.getByRole("button", { name: "sign out" }).click();
  await second.getByLabel("Login or e-mail address").fill("ada");
  await second.getByLabel("Password").fill(w.password("ada"));
  await second.keyboard.press("Enter");
  await second.locator(".who").getByText("Ada Lindgren").waitFor();
  await page.locator(".who").getByText("Ada Lindgren").waitFor();
  // and where nothing was heard of it, once it is looked at again
  await page.signIn("mona", { client: "console" });
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.locator(".who").getByText("Mona Keller").waitFor();
});

test("a proof that is begun again goes on", async (t) => {
  const page = await w.console(t, "mona", "log");
  await page.getByText("Not verified since").waitFor();
  await page.getByRole("heading", { name: "log", exact: true }).focus();
  const piece = await answerHeld(page, "**/moderation/log/verification?**");
  await page.keyboard.press("v");
  await piece.answered;
  const go = page.locator(".proof .main");
  await go.click();
  const again = await answerHeld(page, "**/moderation/log/verification?**");
  await go.click();
  await again.answered;
  const first = page.waitForResponse("**/moderation/log/verification?**");
  piece.letGo();
  await first;
  again.letGo();
  await page.getByRole("status").filter({ hasText: "up to row" }).waitFor();
});
