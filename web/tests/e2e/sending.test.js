// Nothing typed is lost, and nothing is sent twice: over reloads, sign-ins, lost
// answers, slow mode, rate limits, a network that comes and goes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { held } from "./holding.js";
import { world } from "./world.js";

const w = await world();

/** The texts that the service has in a thread, from the first. @param {string} thread @returns {Promise<string[]>} */
async function texts(thread) {
  const { items } = await (await w.as("bob")).call("GET", `sites/demo/threads/${thread}/comments`);
  return items.map((/** @type {{body: string}} */ { body }) => body);
}

/** An answer that says no. @param {string} code */
const refusal = (code) => ({
  status: 401,
  headers: { "content-type": "application/problem+json", "access-control-allow-origin": w.host.origin, "access-control-allow-credentials": "true" },
  body: JSON.stringify({ code, title: "no", status: 401 }),
});

/** Written and sent by nobody yet: it waits for the sign-in. @param {Awaited<ReturnType<typeof w.page>>} page @param {string} thread @param {string} text */
async function sendAsNobody(page, thread, text) {
  await page.goto(w.host.show({ thread }));
  await page.field.fill(text);
  await page.field.press("Control+Enter");
  await page.getByText("It is sent as soon as you are signed in.").waitFor();
}

test("a draft outlives a reload, Esc keeps a reply's, and the preview shows the markup", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "Something to answer.");
  const page = await w.page(t);
  await page.signIn("alice");
  const address = w.host.show({ thread });
  await page.goto(address);
  await page.field.fill("A **bold** start");
  await page.getByRole("tab", { name: "Preview" }).first().click();
  await page.getByRole("tabpanel").locator("strong").getByText("bold").waitFor();
  await page.getByRole("button", { name: "reply", exact: true }).click();
  const reply = page.getByRole("textbox", { name: "Your reply to Bob Tanaka" });
  await reply.fill("Half an answer");
  await reply.press("Escape");
  await page.goto(address);
  await page.locator("understory-thread[signed-in]").waitFor();
  assert.equal(await page.field.inputValue(), "A **bold** start");
  await page.getByRole("button", { name: "reply", exact: true }).click();
  assert.equal(await reply.inputValue(), "Half an answer");
});

test("what was written before the sign-in is sent after it", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  await sendAsNobody(page, thread, "Written first.");
  await page.signInHere("alice");
  await page.getByRole("article").filter({ hasText: "Written first." }).getByRole("button", { name: "delete" }).waitFor();
  assert.deepEqual(await texts(thread), ["Written first."]);
});

test("what is typed while the sign-in form is open is sent with the rest", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  await sendAsNobody(page, thread, "Written first.");
  await page.field.fill("Written first, and then some more.");
  await page.signInHere("alice");
  await page.getByRole("article").getByRole("button", { name: "delete" }).waitFor();
  assert.deepEqual(await texts(thread), ["Written first, and then some more."]);
  assert.equal(await page.field.inputValue(), "");
});

test("sending is pressed three times before it is known who is signed in, and is one comment", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  await page.signIn("alice");
  const release = await held(page, /auth\/refresh$/);
  await page.goto(w.host.show({ thread }));
  await page.locator("understory-thread .composer .tabs").waitFor({ state: "attached" });
  await page.field.fill("Once, please.");
  for (let n = 0; n < 3; n += 1) await page.field.press("Control+Enter");
  await page.getByText("One moment.").waitFor();
  release();
  await page.getByRole("article").getByRole("button", { name: "delete" }).first().waitFor();
  await page.quiet();
  assert.deepEqual(await texts(thread), ["Once, please."]);
});

test("a sign-in that is given up on its way neither signs in nor sends", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  await sendAsNobody(page, thread, "Rather not.");
  const release = await held(page, /auth\/login$/);
  const asked = page.waitForRequest(/auth\/login$/);
  await page.signInHere("alice");
  await asked;
  await page.keyboard.press("Escape");
  release();
  await page.quiet();
  assert.equal(await page.locator("understory-thread[signed-in]").count(), 0);
  assert.equal(await page.field.inputValue(), "Rather not.");
  assert.deepEqual(await texts(thread), []);
});

test("a reload in the middle of sending neither loses nor doubles the comment", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/Failed to load resource/);
  await page.read(thread, "alice");
  /** @type {string[]} */
  const keys = [];
  // The service takes it, and the answer never comes.
  let taken = () => {};
  const isTaken = new Promise((resolve) => (taken = () => resolve(undefined)));
  await page.onPost(async (route) => {
    keys.push(route.request().headers()["idempotency-key"] ?? "");
    if (keys.length > 1) return route.fallback();
    await route.fetch();
    taken();
  });
  await page.field.fill("Once only.");
  await page.field.press("Control+Enter");
  await isTaken;
  await page.reload();
  await page.getByRole("article").filter({ hasText: "Once only." }).getByRole("button", { name: "delete" }).waitFor();
  await page.waitForFunction(() => !Object.keys(localStorage).some((key) => key.endsWith(":unsent")));
  assert.equal(await page.getByText("Once only.").count(), 1);
  assert.deepEqual(await texts(thread), ["Once only."]);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1], "the same key at every try");
});

test("offline a comment waits and says so, and is sent once the network is back", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/ERR_INTERNET_DISCONNECTED/);
  await page.read(thread, "alice");
  await page.offline();
  await page.field.fill("From the tunnel.");
  await page.field.press("Control+Enter");
  await page.getByText("Your comment is kept and is sent as soon as it can be.").waitFor();
  await page.axe();
  assert.deepEqual(await texts(thread), []);
  await page.online();
  await page.getByRole("article").filter({ hasText: "From the tunnel." }).getByRole("button", { name: "delete" }).waitFor();
  assert.deepEqual(await texts(thread), ["From the tunnel."]);
});

test("in slow mode the second comment counts its seconds and is sent by itself", async (t) => {
  const thread = w.thread();
  await (await w.as("mona")).call("PUT", `sites/demo/threads/${thread}`, { slow_mode_seconds: 10 });
  const page = await w.page(t);
  page.expectErrors(/status of 429/);
  await page.read(thread, "alice");
  await page.getByText("One comment per person every 10 seconds.").waitFor();
  const sent = async (/** @type {string} */ text) => {
    await page.getByRole("article").filter({ hasText: text }).getByRole("button", { name: "delete" }).waitFor();
  };
  await page.field.fill("The first.");
  await page.field.press("Control+Enter");
  await sent("The first.");
  await page.field.fill("The second.");
  await page.field.press("Control+Enter");
  await page.getByText(/One comment at a time here\. Yours is sent in \d+ seconds?\./).waitFor();
  await sent("The second.");
  assert.deepEqual(await texts(thread), ["The first.", "The second."]);
});

test("what was refused stays with the reason, over a reload too, and goes back into the field", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/status of 4(09|29)/);
  await page.read(thread, "alice");
  await page.field.fill("Too late, it seems.");
  await (await w.as("mona")).call("PUT", `sites/demo/threads/${thread}`, { state: "locked" });
  await page.field.press("Control+Enter");
  const comment = page.getByRole("article").filter({ hasText: "Too late, it seems." });
  await comment.getByText("Not sent. This thread is closed. Your text is kept.").waitFor();
  await page.axe();
  await page.reload();
  await comment.getByText("Not sent. This thread is closed. Your text is kept.").waitFor();
  await comment.getByText("Alice Moreau").waitFor();
  await comment.getByRole("button", { name: "change the text" }).click();
  assert.equal(await page.field.inputValue(), "Too late, it seems.", "to be copied, closed as it is");
  await page.field.press("Control+Enter");
  await comment.getByText("Not sent. This thread is closed. Your text is kept.").waitFor();
  await (await w.as("mona")).call("PUT", `sites/demo/threads/${thread}`, { state: "open" });
  await comment.getByRole("button", { name: "try again" }).click();
  await comment.getByRole("button", { name: "delete" }).waitFor();
  assert.deepEqual(await texts(thread), ["Too late, it seems."]);
});

test("a rate limit is told in seconds and waited for", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/status of 429/);
  await page.read(thread, "alice");
  let refused = 0;
  await page.onPost((route) => {
    if (refused > 0) return route.fallback();
    refused += 1;
    return route.fulfill({
      status: 429,
      headers: { "retry-after": "6", "content-type": "application/problem+json", "access-control-allow-origin": w.host.origin, "access-control-expose-headers": "retry-after" },
      body: JSON.stringify({ code: "rate_limited", title: "Too many requests", status: 429 }),
    });
  });
  await page.field.fill("In a hurry.");
  await page.field.press("Control+Enter");
  await page.getByText(/That was too fast\. Your comment is kept and is sent in \d seconds?\./).waitFor();
  await page.getByRole("article").filter({ hasText: "In a hurry." }).getByRole("button", { name: "delete" }).waitFor();
  assert.equal(refused, 1);
});

test("a held comment says so, and why, to its author alone", async (t) => {
  const thread = w.thread();
  await (await w.as("mona")).call("PUT", `sites/demo/threads/${thread}`, { premoderation: true });
  const page = await w.page(t);
  await page.read(thread, "alice");
  await page.getByText("A moderator reads each comment here before it appears.").waitFor();
  await page.field.fill("Waiting its turn.");
  await page.field.press("Control+Enter");
  const comment = page.getByRole("article").filter({ hasText: "Waiting its turn." });
  await comment.getByText("waiting for a moderator, only you can see this").waitFor();
  await comment.getByText("Each comment here is read before it appears.").waitFor();
  assert.deepEqual(await texts(thread), []);
});

test("near its end the field counts, and too long a text is not sent", async (t) => {
  const page = await w.page(t);
  await page.read(w.thread(), "alice");
  await page.field.fill("x".repeat(9_900));
  await page.getByText("100 characters left").waitFor();
  await page.field.fill("😀".repeat(10_001));
  await page.field.press("Control+Enter");
  await page.getByRole("alert").getByText("1 character too many").waitFor();
  assert.equal(await page.getByRole("article").count(), 0);
});

test("another person on the same browser does not send what the first left", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/status of 409/);
  await page.read(thread, "alice");
  await page.field.fill("Alice wrote this.");
  await (await w.as("mona")).call("PUT", `sites/demo/threads/${thread}`, { state: "locked" });
  await page.field.press("Control+Enter");
  await page.getByText("Not sent. This thread is closed.").first().waitFor();
  await (await w.as("mona")).call("PUT", `sites/demo/threads/${thread}`, { state: "open" });
  await page.signIn("bob");
  await page.reload();
  await page.getByText(/^Signed in as Bob Tanaka/).waitFor();
  await page.quiet();
  assert.equal(await page.getByRole("article").count(), 0);
  assert.deepEqual(await texts(thread), []);
});

/**
 * The session is over when the first comment comes, and cannot be renewed.
 *
 * @param {Awaited<ReturnType<typeof w.page>>} page
 * @returns {Promise<() => number>} how often it was sent by now
 */
async function endsWhileSending(page) {
  let posts = 0;
  await page.onPost((route) => {
    posts += 1;
    return posts === 1 ? route.fulfill(refusal("token_expired")) : route.fallback();
  });
  await page.route(/auth\/refresh$/, (route) => route.fulfill(refusal("session_ended")));
  return () => posts;
}

test("a session that ended while writing asks for the sign-in again and sends then, once", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/status of 401/);
  await page.read(thread, "alice");
  const posts = await endsWhileSending(page);
  await page.field.fill("Written for a long time.");
  await page.field.press("Control+Enter");
  await page.getByText("You were signed out meanwhile. Sign in again; your text is kept.").waitFor();
  await page.signInHere("alice");
  await page.getByRole("article").filter({ hasText: "Written for a long time." }).getByRole("button", { name: "delete" }).waitFor();
  assert.equal(posts(), 2, "sent again once, not by each of those who waited");
  assert.deepEqual(await texts(thread), ["Written for a long time."]);
});

test("another who signs in where a comment waits for its author does not send it", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/status of 401/);
  await page.read(thread, "alice");
  const posts = await endsWhileSending(page);
  await page.field.fill("By Alice alone.");
  await page.field.press("Control+Enter");
  await page.getByText("You were signed out meanwhile. Sign in again; your text is kept.").waitFor();
  await page.signInHere("bob");
  await page.getByText(/^Signed in as Bob Tanaka/).waitFor();
  await page.quiet();
  assert.equal(await page.getByRole("article").count(), 0);
  assert.equal(posts(), 1);
  // Nor is it seen when nobody is signed in.
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("understory-thread:not([signed-in])").waitFor();
  await page.reload();
  await page.locator("understory-thread .composer .tabs").waitFor({ state: "attached" });
  await page.quiet();
  assert.equal(await page.getByRole("article").count(), 0);
  await page.signInByForm("alice");
  await page.getByRole("article").filter({ hasText: "By Alice alone." }).getByRole("button", { name: "delete" }).waitFor();
  assert.deepEqual(await texts(thread), ["By Alice alone."]);
});

test("another who has signed in in another tab is not taken for this one, nor sees what was theirs", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const [hers] = await Promise.all([alice.post(thread, "By Alice.")]);
  const other = await (await w.as("mona")).post(thread, "By Mona.");
  await alice.vote(other, 1);
  const page = await w.page(t);
  page.expectErrors(/status of 401/);
  await page.read(thread, "alice");
  const comment = page.getByRole("article").filter({ hasText: "By Mona." });
  const up = comment.getByRole("button", { name: /up/i }).first();
  await comment.locator('[aria-pressed="true"]').waitFor();
  await page.getByRole("button", { name: "delete" }).waitFor();
  await page.signIn("bob");
  /** @type {string[]} */
  const as = [];
  await page.route(/\/vote$/, (route) => {
    if (route.request().method() !== "PUT") return route.fallback();
    as.push(route.request().headers().authorization ?? "");
    return as.length === 1 ? route.fulfill(refusal("token_expired")) : route.fallback();
  });
  await up.click();
  await page.getByText(/^Signed in as Bob Tanaka/).waitFor();
  await page.quiet();
  assert.equal(as.length, 1);
  assert.equal(await page.getByRole("button", { name: "delete" }).count(), 0, `${hers.id} is not Bob's`);
  assert.equal(await comment.locator('[aria-pressed="true"]').count(), 0);
});

test("the first comment of a thread, whose answer was lost, is the same request after a reload", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/Failed to load resource/);
  await page.read(thread, "alice");
  /** @type {string[]} */
  const bodies = [];
  let isLost = true;
  await page.onPost(async (route) => {
    bodies.push(route.request().postData() ?? "");
    if (!isLost) return route.fallback();
    await route.fetch();
    return route.abort();
  });
  await page.field.fill("The first here.");
  await page.field.press("Control+Enter");
  await page.getByText("Your comment is kept and is sent as soon as it can be.").waitFor();
  isLost = false;
  await page.reload();
  await page.getByRole("article").filter({ hasText: "The first here." }).getByRole("button", { name: "delete" }).waitFor();
  assert.equal(bodies[0], bodies.at(-1));
  assert.match(bodies[0] ?? "", /"thread":\{"title":"An article elsewhere"/);
  assert.deepEqual(await texts(thread), ["The first here."]);
});
