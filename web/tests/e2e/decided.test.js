// What was done to what is mine: the reason, who, and the way to object; what
// stands against me; and what became of my flags, told once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerHeld } from "./holding.js";
import { world } from "./world.js";

const w = await world();

test("an author reads why a comment was hidden, objects by keyboard, and later reads the ruling", async (t) => {
  const thread = w.thread();
  const [alice, mona, ada] = await Promise.all(["alice", "mona", "ada"].map((login) => w.as(login)));
  const hidden = await alice.post(thread, "The plank is rotten and so are you.");
  await mona.hide(hidden, "harassment", "Please stay with the plank.");

  const page = await w.page(t);
  await page.read(thread, "alice");
  const comment = page.getByRole("article").filter({ hasText: "The plank is rotten" });
  await comment.getByText("The moderator says: Please stay with the plank.").waitFor();
  const text = await comment.innerText();
  assert.match(text, /hidden by a moderator: harassment/);
  assert.match(text, /A moderator decided this on \d+ \w+ \d{4}/);

  await comment.getByRole("button", { name: "object to this" }).focus();
  await page.keyboard.press("Enter");
  const field = page.getByLabel("Why is this decision wrong?");
  assert.ok(await field.evaluate((element) => /** @type {ShadowRoot} */ (element.getRootNode()).activeElement === element));
  await page.axe();
  await page.keyboard.type("I meant the plank.");
  await page.reload();
  await comment.getByRole("button", { name: "object to this" }).click();
  assert.equal(await field.inputValue(), "I meant the plank.", "an objection half written outlives a reload");
  await page.keyboard.press("Control+Enter");
  await comment.getByText("You have objected. Another moderator decides by").waitFor();
  assert.equal(await comment.getByRole("button", { name: "object to this" }).count(), 0);

  const { items } = await ada.call("GET", "moderation/appeals?site=demo");
  const appeal = items.find((/** @type {{text: string}} */ one) => one.text === "I meant the plank.");
  await ada.call("POST", `moderation/appeals/${appeal.id}/ruling`, { result: "upheld", public_text: "The second half was about a person." });
  await page.reload();
  await comment.getByText("The answer: The second half was about a person.").waitFor();
  await page.getByRole("button", { name: /answers? for you/ }).click();
  await page.getByRole("dialog").getByText("You objected to a decision. Another moderator looked at it: it stands.").waitFor();
});

test("an author who is reading when a comment of theirs is hidden learns why at once", async (t) => {
  const thread = w.thread();
  const [reader, mona] = [await w.newcomer(), await w.as("mona")];
  const comment = await reader.post(thread, "Hidden under my eyes.");
  const page = await w.page(t);
  const stream = page.waitForResponse(/threads\/[^/]+\/events/);
  await page.read(thread, reader.login, reader.password);
  await page.getByRole("button", { name: "delete" }).waitFor();
  await stream;
  await mona.hide(comment, "off_topic", "This is about the other bridge.");
  await page.getByText("hidden by a moderator: off topic; only you and the moderators can see the text").waitFor();
  await page.getByText("The moderator says: This is about the other bridge.").waitFor();
  await page.getByRole("button", { name: "object to this" }).waitFor();
});

test("an objection half written is not left to the next, nor what it is about", async (t) => {
  const thread = w.thread();
  const [reader, mona] = [await w.newcomer(), await w.as("mona")];
  await mona.call("POST", `moderation/users/${reader.user.id}/sanctions`, {
    kind: "mute", site: "demo", reason_code: "spam", public_text: "Three adverts in a day.",
  });
  const page = await w.page(t);
  await page.read(thread, reader.login, reader.password);
  const line = page.getByRole("region", { name: "About your account" });
  const field = line.getByLabel("Why is this decision wrong?");
  await line.getByRole("button", { name: "object to this" }).click();
  await field.fill("They were no adverts.");
  // what is asked for as one who has signed out by then would be refused
  await page.quiet();
  await page.getByRole("button", { name: "sign out" }).click();
  await line.waitFor({ state: "detached" });
  await page.signInByForm("bob");
  await page.quiet();
  assert.equal(await line.count(), 0);
  await page.getByRole("button", { name: "sign out" }).click();
  await page.signInByForm(reader.login, reader.password);
  await line.getByRole("button", { name: "object to this" }).click();
  assert.equal(await field.inputValue(), "They were no adverts.");
});

test("in a closed thread an author can sign in, read why a comment was hidden, and object", async (t) => {
  const thread = w.thread();
  const [alice, mona] = [await w.as("alice"), await w.as("mona")];
  await mona.hide(await alice.post(thread, "Hidden before the thread was closed."));
  await mona.call("PUT", `sites/demo/threads/${thread}`, { state: "archived" });
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByText("This thread is closed").waitFor();
  await page.getByText("You can write first").waitFor({ state: "hidden" });
  await page.signInByForm("alice");
  await page.getByText("The moderator says: Please stay with the matter.").waitFor();
  await page.getByRole("button", { name: "object to this" }).waitFor();
});

test("a muted reader reads where they would write what, until when, why, and objects", async (t) => {
  const thread = w.thread();
  const [reader, mona] = [await w.newcomer(), await w.as("mona")];
  const until = new Date(Date.now() + 3 * 86_400_000).toISOString();
  await mona.call("POST", `moderation/users/${reader.user.id}/sanctions`, {
    kind: "mute", site: "demo", until, reason_code: "spam", public_text: "Three adverts in a day.",
  });
  const page = await w.page(t, { width: 320 });
  await page.read(thread, reader.login, reader.password);
  const line = page.getByRole("region", { name: "About your account" });
  await line.getByText(/You are muted until .*: spam or advertising/).waitFor();
  await line.getByText("The moderator says: Three adverts in a day.").waitFor();
  await line.getByText("This holds on this site.").waitFor();
  await page.getByRole("textbox").waitFor({ state: "detached" });
  // it is said once
  await page.getByText("You are muted here.").waitFor({ state: "detached" });
  await page.noSidewaysScroll();
  await line.getByRole("button", { name: "object to this" }).click();
  await page.getByLabel("Why is this decision wrong?").fill("They were three links to the same study.");
  await page.axe();
  await page.getByRole("button", { name: "Send the objection" }).click();
  await line.getByText("You have objected. Another moderator decides by").waitFor();
});

test("a warning is read once and does not come again", async (t) => {
  const thread = w.thread();
  const [reader, mona] = [await w.newcomer(), await w.as("mona")];
  await mona.call("POST", `moderation/users/${reader.user.id}/sanctions`, { kind: "warn", site: "demo", reason_code: "off_topic" });
  const page = await w.page(t);
  await page.read(thread, reader.login, reader.password);
  await page.getByText("A moderator has warned you: off topic.").waitFor();
  assert.equal(await page.getByRole("button", { name: "object to this" }).count(), 0, "there is nothing to take back");
  await page.getByRole("button", { name: "I have read this" }).click();
  await page.getByText("A moderator has warned you").waitFor({ state: "detached" });
  const decisions = page.waitForResponse(/me\/decisions/);
  await page.reload();
  await decisions;
  await page.locator("understory-thread[signed-in]").waitFor();
  assert.equal(await page.getByText("A moderator has warned you").count(), 0);
});

test("what became of a flag is told once, and stands under the comment", async (t) => {
  const thread = w.thread();
  const [reader, bob, mona] = [await w.newcomer(), await w.as("bob"), await w.as("mona")];
  const [kept, taken] = [await bob.post(thread, "A comment that stays."), await bob.post(thread, "Buy my planks.")];
  await bob.reply(taken, thread, "Its reply stays.");
  await reader.flag(kept, "off_topic");
  await reader.flag(taken, "spam");
  await mona.decide(kept, "dismiss");
  await mona.hide(taken, "spam");

  const page = await w.page(t);
  await page.read(thread, reader.login, reader.password);
  const stays = page.getByRole("article").filter({ hasText: "A comment that stays." });
  await stays.getByText("You flagged this. A moderator read it and let it stand.").waitFor();
  await stays.getByRole("button", { name: "object to this" }).waitFor();
  const news = page.getByRole("button", { name: "2 answers for you" });
  await news.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("You flagged a comment: spam or advertising. A moderator agreed.").waitFor();
  await page.axe();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await news.waitFor({ state: "detached" });
  const decisions = page.waitForResponse(/me\/decisions/);
  await page.reload();
  await decisions;
  await stays.getByText("You flagged this").waitFor();
  assert.equal(await page.getByRole("button", { name: /for you/ }).count(), 0);
});

test("what is read of decisions draws anew only the comments it concerns", async (t) => {
  const thread = w.thread();
  const [alice, bob, mona] = await Promise.all(["alice", "bob", "mona"].map((login) => w.as(login)));
  await bob.postMany(thread, 30);
  const own = await alice.post(thread, "One of mine.");
  await mona.hide(own);
  const page = await w.page(t);
  const past = await answerHeld(page, "**/me/decisions**");
  await page.read(thread, "alice");
  await page.getByRole("article").filter({ hasText: "Comment 30." }).waitFor();
  await page.evaluate(() => {
    const root = /** @type {ShadowRoot} */ (document.querySelector("understory-thread")?.shadowRoot);
    let drawn = 0;
    new MutationObserver((records) => {
      for (const { addedNodes } of records) for (const node of addedNodes) drawn += Number(node.nodeName === "ARTICLE");
      Object.assign(window, { drawn });
    }).observe(root, { childList: true, subtree: true });
  });
  past.letGo();
  await page.getByText("The moderator says").waitFor();
  const drawn = await page.evaluate(() => Number(Reflect.get(window, "drawn") ?? 0));
  assert.ok(drawn <= 40, `${drawn} articles drawn`);
});

test("from the sign-in to the objection by keyboard alone", async (t) => {
  const thread = w.thread();
  const [reader, mona] = [await w.newcomer(), await w.as("mona")];
  await mona.hide(await reader.post(thread, "Taken for an insult."), "harassment", "Please be kind.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  const focused = () =>
    page.evaluate(() => {
      const element = document.querySelector("understory-thread")?.shadowRoot?.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    });
  /** @param {string} name */
  const tabTo = async (name) => {
    for (let presses = 0; presses < 60; presses += 1) {
      if ((await focused()).trim() === name) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab does not lead to ${name}`);
  };
  await tabTo("Sign in");
  await page.keyboard.press("Enter");
  await page.getByLabel("Login or e-mail").waitFor();
  await page.keyboard.type(reader.login);
  await page.keyboard.press("Tab");
  await page.keyboard.type(reader.password);
  await page.keyboard.press("Enter");
  await page.getByText("The moderator says: Please be kind.").waitFor();
  await tabTo("object to this");
  await page.keyboard.press("Enter");
  await page.getByLabel("Why is this decision wrong?").waitFor();
  await page.keyboard.type("It was about the plank.");
  await tabTo("Send the objection");
  await page.keyboard.press("Enter");
  await page.getByText("You have objected. Another moderator decides by").waitFor();
  await page.locator(".bar", { hasText: "Your objection is sent." }).waitFor();
  assert.match(await focused(), /Taken for an insult\./, "the focus is back at the comment");
});
