// What readers do with comments: change, delete, vote, share.

import assert from "node:assert/strict";
import { test } from "node:test";
import { held } from "./holding.js";
import { world } from "./world.js";

const w = await world();

/** The text field that stands first. @param {Awaited<ReturnType<typeof w.page>>} page @param {string} text */
const untilFieldHas = (page, text) =>
  page.waitForFunction((value) => document.querySelector("understory-thread")?.shadowRoot?.querySelector("textarea")?.value === value, text);

/** Once all is read that only who is signed in may read. @param {Awaited<ReturnType<typeof w.page>>} page */
async function signOut(page) {
  await page.quiet();
  await page.getByRole("button", { name: "sign out" }).click();
  await page.locator("understory-thread:not([signed-in])").waitFor();
}

test("an author changes a comment while there are minutes left, and deletes it after a question", async (t) => {
  const thread = w.thread();
  await (await w.as("alice")).post(thread, "The plank is spruse.");
  const page = await w.page(t);
  await page.read(thread, "alice");
  const comment = page.getByRole("article");
  await comment.getByRole("button", { name: /^edit \(\d+ minutes left\)$/ }).click();
  const field = page.getByRole("textbox", { name: "Change your comment" });
  assert.equal(await field.inputValue(), "The plank is spruse.");
  await field.fill("The plank is spruce.");
  await field.press("Escape");
  await comment.getByRole("button", { name: /^edit/ }).click();
  assert.equal(await field.inputValue(), "The plank is spruce.", "Esc keeps what was typed");
  await field.press("Control+Enter");
  await comment.getByText("The plank is spruce.").waitFor();
  await comment.getByText("edited", { exact: true }).waitFor();
  // what is told of the change may come before its answer
  await field.waitFor({ state: "detached" });
  await page.untilFocus(/The plank is spruce\./);

  await comment.getByRole("button", { name: "delete" }).click();
  const question = page.getByRole("group", { name: "Delete this comment for good?" });
  await page.untilFocus(/^keep$/); // what does no harm
  await page.axe();
  await question.getByRole("button", { name: "delete" }).click();
  await comment.waitFor({ state: "detached" });
  await page.untilFocus(/^0 comments$/);
  await page.getByText("Nobody has written here yet.").waitFor();
});

test("what was changed in another tab meanwhile is not overwritten unseen", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const comment = await alice.post(thread, "The plank.");
  const page = await w.page(t);
  page.expectErrors(/status of 409/);
  const stream = page.waitForResponse(/threads\/[^/]+\/events/);
  await page.read(thread, "alice");
  const article = page.getByRole("article");
  await article.getByRole("button", { name: /^edit/ }).click();
  await stream;
  await alice.edit(comment, "The plank, changed elsewhere.");
  await article.getByText("The plank, changed elsewhere.").waitFor();
  const field = page.getByRole("textbox", { name: "Change your comment" });
  await field.fill("The plank, changed here.");
  await field.press("Control+Enter");
  await page.getByText("This comment was changed meanwhile.").waitFor();
  assert.equal((await alice.call("GET", `comments/${comment.id}`)).body, "The plank, changed elsewhere.");
  await field.press("Control+Enter");
  await article.getByText("The plank, changed here.").waitFor();
});

test("what is typed while a change is being saved stays, and is saved next", async (t) => {
  const thread = w.thread();
  await (await w.as("alice")).post(thread, "The plank.");
  const page = await w.page(t);
  await page.read(thread, "alice");
  const article = page.getByRole("article");
  await article.getByRole("button", { name: /^edit/ }).click();
  const field = page.getByRole("textbox", { name: "Change your comment" });
  await field.fill("The long plank.");
  const asked = page.waitForRequest((request) => request.method() === "PATCH");
  const release = await held(page, /comments\/\d+$/);
  await field.press("Control+Enter");
  await asked;
  await field.fill("The long and wet plank.");
  release();
  await page.getByText("Your change is saved.").waitFor();
  assert.equal(await field.inputValue(), "The long and wet plank.");
  await field.press("Control+Enter");
  await article.getByText("The long and wet plank.").waitFor();
  await field.waitFor({ state: "detached" });
});

test("a vote shows at once, the same arrow takes it back, and without a session it is cast after the sign-in", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "Vote for the goat.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  const up = page.getByRole("button", { name: "Vote up" });
  await up.click();
  await page.getByText("Sign in first; then it is done for you.").waitFor();
  await page.signInHere("alice");
  await page.getByRole("img", { name: "score 1", exact: true }).waitFor();
  await page.locator('[aria-pressed="true"][data-act="up"]').waitFor();
  await page.untilFocus(/^▲$/);
  await up.click();
  await page.getByRole("img", { name: "score 0", exact: true }).waitFor();
});

test("a vote after the session has ended counts for nothing until the sign-in, which it asks for", async (t) => {
  const thread = w.thread();
  const [bob, reader] = await Promise.all([w.as("bob"), w.newcomer()]);
  await bob.post(thread, "Vote for the goat.");
  const page = await w.page(t);
  page.expectErrors(/status of 401/);
  await page.read(thread, reader.login, reader.password);
  const { items } = await reader.call("GET", "me/sessions");
  for (const { id, current } of items) if (!current) await reader.call("DELETE", `me/sessions/${id}`);
  await page.getByRole("button", { name: "Vote up" }).click();
  await page.getByText("Sign in first; then it is done for you.").waitFor();
  await page.getByRole("img", { name: "score 0", exact: true }).waitFor();
  await page.signInHere(reader.login, reader.password);
  await page.locator('[aria-pressed="true"][data-act="up"]').waitFor();
  await page.getByRole("img", { name: "score 1", exact: true }).waitFor();
});

test("a shared link leads to the comment, marked, with the focus on it", async (t) => {
  const thread = w.thread();
  const bob = await w.as("bob");
  const first = await bob.post(thread, "The first.");
  let deepest = first;
  for (let depth = 0; depth < 8; depth += 1) deepest = await bob.reply(deepest, thread, `Level ${depth + 2}.`);
  const page = await w.page(t);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(w.host.show({ thread }));
  await page.getByRole("article").filter({ hasText: "The first." }).first().getByRole("button", { name: "share" }).click();
  await page.getByText("Link copied.").first().waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, `${page.url()}#c-${first.id}`);
  // One that the first page does not show comes with its ancestors.
  await page.goto(`${page.url()}#c-${deepest.id}`);
  await page.getByText("Level 9.").waitFor();
  await page.untilFocus(/Level 9\./);
});

test("what one person was writing is kept for them, and not shown to the next", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "The first.");
  const page = await w.page(t);
  await page.read(thread, "alice");
  const address = page.url();
  await page.field.fill("Alice's half-written");
  // At once: what was typed last is kept on the way out.
  await page.goto("about:blank");
  await page.goto(address);
  await page.locator("understory-thread[signed-in]").waitFor();
  await untilFieldHas(page, "Alice's half-written");
  await signOut(page);
  await untilFieldHas(page, "");
  await page.signInByForm("bob");
  await page.getByRole("button", { name: "sign out" }).waitFor();
  assert.equal(await page.field.inputValue(), "");
  await signOut(page);
  await page.signInByForm("alice");
  await untilFieldHas(page, "Alice's half-written");
});

test("what was typed before it was known who writes joins their draft once, and is nobody's any more", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  await page.read(thread, "alice");
  const { field } = page;
  const here = page.locator("understory-thread[signed-in]");
  await field.fill("The old.");
  const know = await held(page, /auth\/refresh$/);
  await page.quiet();
  await page.reload();
  await field.fill("The new.");
  await page.getByRole("button", { name: "Send", exact: true }).waitFor();
  know();
  await here.waitFor();
  assert.equal(await field.inputValue(), "The old.\n\nThe new.");
  await page.quiet();
  await page.reload();
  await here.waitFor();
  assert.equal(await field.inputValue(), "The old.\n\nThe new.");
  await field.press("Control+Enter");
  await page.getByRole("article").getByRole("button", { name: "delete" }).waitFor();
  await page.quiet();
  await page.reload();
  await here.waitFor();
  assert.equal(await field.inputValue(), "");
  await signOut(page);
  await page.quiet();
  await page.reload();
  await page.locator("understory-thread .send").waitFor({ state: "attached" });
  assert.equal(await field.inputValue(), "");
});

test("a reply to one's own comment is no change of it, though that was begun", async (t) => {
  const thread = w.thread();
  await (await w.as("alice")).post(thread, "The first.");
  const page = await w.page(t);
  await page.read(thread, "alice");
  const comment = page.getByRole("article").filter({ hasText: "The first." });
  await comment.getByRole("button", { name: /^edit/ }).click();
  await page.getByRole("textbox", { name: "Change your comment" }).fill("The first, changed.");
  await comment.getByRole("button", { name: "reply" }).click();
  const field = page.getByRole("textbox", { name: /^Your reply to/ });
  await field.fill("And the second.");
  await field.press("Control+Enter");
  await page.getByRole("article").filter({ hasText: "And the second." }).getByRole("button", { name: "delete" }).waitFor();
  await comment.getByRole("button", { name: /^edit/ }).click();
  assert.equal(await page.getByRole("textbox", { name: "Change your comment" }).inputValue(), "The first, changed.", "the change is kept as a draft");
});

test("forms that were one person's are not left to the next, whose reply may be the same", async (t) => {
  const thread = w.thread();
  const [reader, bob] = [await w.newcomer(), await w.as("bob")];
  await reader.post(thread, "The reader's own.");
  await bob.post(thread, "To be answered.");
  const page = await w.page(t);
  await page.read(thread, reader.login, reader.password);
  const [own, other] = ["The reader's own.", "To be answered."].map((hasText) => page.getByRole("article").filter({ hasText }));
  await other?.getByRole("button", { name: "reply" }).click();
  await page.getByRole("textbox", { name: /^Your reply to/ }).fill("Half an answer");
  await own?.getByRole("button", { name: /^edit/ }).click();
  await page.getByRole("textbox", { name: "Change your comment" }).fill("Half a change");
  await signOut(page);
  await page.getByRole("textbox", { name: "Change your comment" }).waitFor({ state: "detached" });
  assert.equal(await page.getByRole("textbox", { name: /^Your reply to/ }).inputValue(), "", "what was typed there is theirs");
  await page.signInByForm(reader.login, reader.password);
  await own?.getByRole("button", { name: /^edit/ }).click();
  assert.equal(await page.getByRole("textbox", { name: "Change your comment" }).inputValue(), "Half a change");
  assert.equal(await page.getByRole("textbox", { name: /^Your reply to/ }).inputValue(), "Half an answer");
});

test("where it was not said who is signed in it is asked again when it may be, and nobody is signed out meanwhile", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/status of 429/);
  await page.signIn("alice");
  let asked = 0;
  await page.route(/auth\/refresh$/, (route) => {
    asked += 1;
    return asked > 1 ? route.continue() : route.fulfill({
      status: 429,
      headers: {
        "retry-after": "1",
        "content-type": "application/problem+json",
        "access-control-allow-origin": w.host.origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "retry-after",
      },
      body: JSON.stringify({ code: "rate_limited", title: "no", status: 429 }),
    });
  });
  await page.goto(w.host.show({ thread }));
  await page.getByText(/^Signed in as Alice/).waitFor();
  assert.equal(asked, 2);
});
