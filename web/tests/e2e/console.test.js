// The moderators' console, by keyboard alone: from the sign-in through a queue to
// what a second moderator confirms, and what happens when somebody else was faster.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerHeld } from "./holding.js";
import { until } from "./people.js";
import { command } from "./server.js";
import { SITE, world } from "./world.js";

const w = await world();

/** A thread with flagged comments of its own. @param {number} count */
async function flagged(count) {
  const thread = w.thread();
  const [alice, bob] = [await w.as("alice"), await w.as("bob")];
  const comments = await alice.postMany(thread, count, (n) => `Text ${n} of ${thread}.`);
  for (const comment of comments) await bob.flag(comment, "harassment", "Read the second half.");
  return { thread, comments };
}

/**
 * The console of mona on one thread's part of the queue.
 *
 * @param {import("node:test").TestContext} t @param {string} thread
 * @param {import("./page.js").PageOptions & {deaf?: boolean}} [options] `deaf`: news do not reach it, and what
 *   is done elsewhere is met by deciding only
 */
async function consoleOn(t, thread, { deaf = false, ...options } = {}) {
  const page = await w.page(t, options);
  if (deaf) {
    await page.addInitScript(() => {
      window.EventSource = /** @type {any} */ (class extends EventTarget {
        close() {}
      });
    });
  }
  // the stream ends with the session and with the role, as the tests below want it
  page.expectErrors(/moderation\/events/);
  await page.console("mona", `queue/all?thread=${thread}`);
  await page.locator(".items a[aria-current]").waitFor();
  return page;
}

/** What the article shows. @param {import("playwright-core").Page} page @param {string} text */
const looksAt = (page, text) => page.getByRole("article").getByText(text, { exact: false }).first().waitFor();

/** @param {{id: string}} comment */
async function stateOf(comment) {
  return (await (await w.as("mona")).call("GET", `comments/${comment.id}`)).state;
}

/** Waits until the service says so: the console shows what was decided before that. @param {{id: string}} comment @param {string} state */
const becomes = (comment, state) => until(`${comment.id} is ${state}`, async () => (await stateOf(comment)) === state);

/** @param {import("playwright-core").Page} page */
const isLive = (page) => page.locator(".live").getByText("live", { exact: true }).waitFor();

/**
 * Holds back requests until it is told to go on: decisions by their action, others by address.
 *
 * @param {import("playwright-core").Page} page @param {string} what @param {string} [url]
 */
async function holdBack(page, what, url = "**/moderation/decisions") {
  /** @type {() => void} */
  let goOn = () => {};
  const told = new Promise((resolve) => (goOn = () => resolve(undefined)));
  await page.route(url, async (route) => {
    const request = route.request();
    if (request.method() === what || request.postDataJSON()?.action === what) await told;
    await route.fallback();
  });
  return { goOn };
}

test("a moderator signs in and works through flagged and held comments by keyboard", async (t) => {
  const { thread, comments } = await flagged(2);
  const [one, two] = comments;
  const mona = await w.as("mona");
  await mona.call("PUT", `sites/${SITE}/threads/${thread}`, { premoderation: true });
  const held = await (await w.as("bob")).post(thread, "Held until somebody looks.");

  const page = await w.page(t);
  page.expectErrors(/\/api\/v1\/me .*401/s, /moderation\/events/);
  await page.goto(`${w.url}/console#queue/all?thread=${thread}`);
  await page.getByLabel("Login or e-mail address").waitFor();
  await page.keyboard.type("mona");
  await page.keyboard.press("Tab");
  await page.keyboard.type(w.password("mona"));
  await page.keyboard.press("Enter");
  await page.locator(".items a[aria-current]").waitFor();
  assert.equal(await page.locator(".items a").count(), 3);

  // the flagged ones come first, in the order in which they were flagged
  await looksAt(page, `Text 1 of ${thread}`);
  await page.getByRole("heading", { name: "Why it is here" }).waitFor();
  await page.keyboard.press("j");
  await looksAt(page, `Text 2 of ${thread}`);
  await page.keyboard.press("k");
  await page.keyboard.press("t");
  await page.keyboard.type("Please stay with the matter.");
  await page.keyboard.press("Escape");
  await page.keyboard.press("h");
  await page.getByRole("group", { name: "Reason to hide" }).waitFor();
  await page.keyboard.press("2");
  await looksAt(page, `Text 2 of ${thread}`);
  await page.keyboard.press("d");
  await looksAt(page, "Held until somebody looks.");
  await page.keyboard.press("a");
  await page.getByText("Nothing waits here.").waitFor();

  await becomes(one, "hidden");
  await becomes(held, "published");
  assert.equal(await stateOf(two), "published");
  const entries = await (await w.as("alice")).call("GET", "me/decisions");
  const entry = entries.items.find((/** @type {any} */ item) => item.comment_id === one.id);
  assert.equal(entry.public_text, "Please stay with the matter.");
  assert.equal(entry.reason_code, "harassment");
});

test("what was decided last is undone with u, the one before with u again", async (t) => {
  const { thread, comments } = await flagged(3);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "Text 2");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "Text 3");
  for (const comment of comments.slice(0, 2)) await becomes(comment, "hidden");
  await page.keyboard.press("u");
  await looksAt(page, "Text 2");
  await becomes(comments[1], "published");
  assert.equal(await stateOf(comments[0]), "hidden");
  await page.keyboard.press("u");
  await looksAt(page, "Text 1");
  await becomes(comments[0], "published");
  assert.equal(await page.locator(".items a").count(), 3);
  // they can be decided on again
  await page.keyboard.press("a");
  await looksAt(page, "Text 2");
});

test("an undo whose answer was lost holds, and the comment waits again", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await consoleOn(t, thread);
  page.expectErrors(/ERR_FAILED/, /undo .*409/s);
  await looksAt(page, "Text 1");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await becomes(comments[0], "hidden");
  const mona = await w.as("mona");
  let asked = 0;
  await page.route("**/undo", async (route) => {
    asked += 1;
    if (asked > 1) return route.fallback();
    await mona.call("POST", new URL(route.request().url()).pathname.replace("/api/v1/", ""));
    return route.abort();
  });
  const again = page.waitForResponse((answer) => answer.url().endsWith("/undo") && answer.status() === 409);
  await page.keyboard.press("u");
  await again;
  await page.quiet();
  await looksAt(page, "Text 1");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await becomes(comments[0], "hidden");
  await page.locator(".items .problem").waitFor({ state: "detached" });
});

test("what came of nothing is not what undo takes back", async (t) => {
  const { thread, comments } = await flagged(3);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "Text 2");
  await becomes(comments[0], "hidden");
  await (await w.as("ada")).hide(comments[1]);
  await page.keyboard.press("a");
  await page.getByText("Ada Lindgren was faster: hidden").first().waitFor();
  await page.getByRole("button", { name: "undo (u)" }).waitFor({ state: "detached" });
  await page.keyboard.press("u");
  await becomes(comments[0], "published");
  await looksAt(page, "Text 1");
  assert.equal(await page.locator(".items a").count(), 2);
});

test("one decision is about all that are selected", async (t) => {
  const { thread, comments } = await flagged(5);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  /** @type {string[]} */
  const sent = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/moderation/decisions")) sent.push(request.url());
  });
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+x");
  await page.getByText("4 selected").waitFor();
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "Text 5");
  for (const comment of comments.slice(0, 4)) await becomes(comment, "hidden");
  assert.equal(sent.length, 1);
  await page.keyboard.press("u");
  await page.waitForFunction(() => document.querySelectorAll(".items a").length === 5);
  for (const comment of comments) await becomes(comment, "published");
});

test("who was slower is told who decided what", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  await (await w.as("ada")).hide(comments[0]);
  await page.keyboard.press("a");
  await page.getByText("Ada Lindgren was faster: hidden").first().waitFor();
  assert.equal(await stateOf(comments[0]), "hidden");
  await looksAt(page, "Text 2");
  assert.equal(await page.locator(".items a").count(), 1);
});

test("a comment that was changed meanwhile is shown again as it is now", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await consoleOn(t, thread, { deaf: true });
  await looksAt(page, "Text 1");
  await (await w.as("alice")).edit(comments[0], "A milder text.");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "A milder text.");
  await page.getByRole("article").getByText("It was changed since you read it.").waitFor();
  assert.equal(await stateOf(comments[0]), "published");
  await page.keyboard.press("a");
  await looksAt(page, "Text 2");
});

test("a comment that was changed meanwhile still waits where it could not be read anew", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await consoleOn(t, thread, { deaf: true });
  await looksAt(page, "Text 1");
  page.expectErrors(/ERR_FAILED/);
  await (await w.as("alice")).edit(comments[0], "A milder text.");
  await page.route(new RegExp(`/comments/${comments[0].id}$`), (route) => route.abort());
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await page.getByRole("article").getByText("It was changed since you read it.").waitFor();
  await looksAt(page, "Text 1");
  assert.equal(await page.locator(".items a").count(), 2);
});

test("an answer that comes late moves nothing under the hands of who goes on", async (t) => {
  const { thread, comments } = await flagged(3);
  const [one, two] = comments;
  const page = await consoleOn(t, thread, { deaf: true });
  await looksAt(page, "Text 1");
  await (await w.as("alice")).edit(one, "A milder text.");
  const answer = await holdBack(page, "approve");
  await page.keyboard.press("a");
  await looksAt(page, "Text 2");
  await page.keyboard.press("h");
  await page.getByRole("group", { name: "Reason to hide" }).waitFor();
  answer.goOn();
  await page.locator(".items .problem").waitFor();
  await looksAt(page, "Text 2");
  await page.keyboard.press("1");
  await page.getByRole("button", { name: "look at it" }).click();
  await looksAt(page, "A milder text.");
  await becomes(two, "hidden");
  assert.equal(await stateOf(one), "published");

  // nor is a reason that was asked for here taken for what is looked at then
  await page.keyboard.press("h");
  await page.locator(".items a").filter({ hasText: "Text 3" }).click();
  await page.getByRole("group", { name: "Reason to hide" }).waitFor({ state: "hidden" });
});

for (const width of [1280, 320]) {
  test(`a decision that fails late waits in its line for who has gone on, at ${width} px`, async (t) => {
    const { thread } = await flagged(3);
    const page = await consoleOn(t, thread, { width });
    page.expectErrors(/ERR_FAILED/);
    await page.locator(".items a").first().click();
    await looksAt(page, "Text 1");
    await page.route("**/moderation/decisions", (route) => route.abort());
    const answer = await holdBack(page, "approve");
    await page.keyboard.press("a");
    await looksAt(page, "Text 2");
    await page.keyboard.press("j");
    await looksAt(page, "Text 3");
    if (width === 320) await page.getByRole("link", { name: "back to the list" }).click();
    answer.goOn();
    await page.locator(".items .problem").waitFor({ state: "attached" });
    if (width === 1280) await looksAt(page, "Text 3");
    await page.getByRole("button", { name: "look at it" }).press("Enter");
    await looksAt(page, "Text 1");
  });
}

test("what was decided before a comment was flagged again settles nothing", async (t) => {
  const { thread, comments } = await flagged(2);
  const [one] = comments;
  const [ada, again] = await Promise.all([w.as("ada"), w.newcomer()]);
  await ada.decide(one, "approve");
  await again.flag(one, "spam", "It has come back.");
  const page = await consoleOn(t, thread, { deaf: true });
  await page.locator(`.items a[href*="${one.id}"]`).click();
  await looksAt(page, "Text 1");
  await (await w.as("alice")).edit(one, "A milder text.");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "A milder text.");
  await page.getByRole("article").getByText("It was changed since you read it.").waitFor();
  assert.equal(await page.locator(".items a").count(), 2);
});

test("what is decided while the lock is on its way waits for it", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  const lock = await answerHeld(page, "**/moderation/decisions", (request) => request.postDataJSON().action === "lock");
  await page.keyboard.press("l");
  await lock.answered;
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "Text 2");
  // long enough for it to be sent, if it did not wait
  await page.waitForTimeout(300);
  lock.letGo();
  await becomes(comments[0], "hidden");
});

test("flags that were dismissed from a held comment are open again after undo, and it is not locked", async (t) => {
  const thread = w.thread();
  const [mona, ada] = await Promise.all([w.as("mona"), w.as("ada")]);
  const bob = await w.as("bob");
  const comment = await bob.post(thread, "Held, and flagged as well.");
  await ada.flag(comment, "spam", "Look at the address.");
  await mona.call("PUT", `sites/${SITE}/threads/${thread}`, { premoderation: true });
  await bob.edit(comment, "Held, and flagged before that.");
  // without the stream, which would put right what the undo had left wrong
  const page = await consoleOn(t, thread, { deaf: true });
  await looksAt(page, "Held, and flagged");
  await page.locator(".items .tag.flag").waitFor();
  await page.keyboard.press("d");
  await page.locator(".items .tag.flag").waitFor({ state: "detached" });
  await page.quiet();
  const queue = await answerHeld(page, `**/moderation/queue?*thread=${thread}*`);
  await page.keyboard.press("u");
  await page.locator(".bars").getByText("Taken back.").waitFor();
  assert.equal(await page.locator(".items .tag.locked").count(), 0);
  queue.letGo();
  await page.locator(".items .tag.flag").waitFor();
  assert.equal(await stateOf(comment), "held");
});

test("a key that is held down decides once", async (t) => {
  const { thread } = await flagged(5);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  for (let times = 0; times < 3; times += 1) await page.keyboard.down("a");
  await page.keyboard.up("a");
  await looksAt(page, "Text 2");
  for (let times = 0; times < 2; times += 1) await page.keyboard.down("h");
  await page.keyboard.up("h");
  for (let times = 0; times < 3; times += 1) await page.keyboard.down("1");
  await page.keyboard.up("1");
  await looksAt(page, "Text 3");
  // to move on it may be held
  for (let times = 0; times < 2; times += 1) await page.keyboard.down("j");
  await page.keyboard.up("j");
  await looksAt(page, "Text 5");
  assert.equal(await page.locator(".items a").count(), 3);
});

test("what is drawn anew keeps the focus where it was", async (t) => {
  const { thread, comments } = await flagged(1);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  const hide = page.locator('[data-act="hide"]');
  await hide.focus();
  await (await w.newcomer()).flag(comments[0], "spam");
  await page.locator(".items .tag.flag").nth(1).waitFor();
  assert.ok(await hide.evaluate((element) => document.activeElement === element));
});

test("a queue that is left before it is read leaves the address alone", async (t) => {
  const { thread } = await flagged(1);
  const page = await consoleOn(t, thread);
  const answer = await holdBack(page, "GET", "**/moderation/queue?*kind=flagged*");
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.getByRole("heading", { name: "flagged" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await page.getByRole("heading", { name: "People" }).waitFor();
  answer.goOn();
  await page.quiet();
  assert.equal(new URL(page.url()).hash, "#people");
});

test("who has chosen before everything is read is not led away", async (t) => {
  const { thread } = await flagged(3);
  const page = await w.page(t);
  const claim = await answerHeld(page, "**/moderation/claims");
  await page.console("mona", `queue/all?thread=${thread}`);
  await page.locator(".items a").filter({ hasText: "Text 3" }).click();
  await looksAt(page, "Text 3");
  await page.keyboard.press("t");
  await page.keyboard.type("Half a");
  await claim.answered;
  claim.letGo();
  await page.quiet();
  await page.keyboard.type(" thought");
  await looksAt(page, "Text 3");
  assert.equal(await page.getByLabel("To the author").inputValue(), "Half a thought");
});

test("what comes to the queue while it is being read is shown, too", async (t) => {
  const { thread } = await flagged(1);
  const [alice, bob, mona] = [await w.as("alice"), await w.as("bob"), await w.as("mona")];
  const page = await consoleOn(t, thread);
  await isLive(page);
  await page.quiet();
  const reading = await answerHeld(page, `**/moderation/queue?*thread=${thread}*`);
  await bob.flag(await alice.post(thread, "Text 2."), "spam");
  await reading.answered;
  await bob.flag(await alice.post(thread, "Text 3."), "spam");
  const { counts } = await mona.call("GET", `moderation/queue?site=${SITE}&limit=1`);
  await page.locator('nav a[href="#queue/flagged"] .number').getByText(String(counts.flagged), { exact: true }).waitFor();
  // so long do news wait for others
  await page.waitForTimeout(1_100);
  reading.letGo();
  await page.locator(".items a").filter({ hasText: "Text 3." }).waitFor();
});

test("what another moderator works on is shown with their name and left alone", async (t) => {
  const { thread, comments } = await flagged(2);
  const ada = await w.as("ada");
  const claim = await ada.call("POST", "moderation/claims", { site: SITE, comment_ids: [comments[0].id] });
  const page = await consoleOn(t, thread);
  // the first that is free is looked at
  await looksAt(page, "Text 2");
  await page.keyboard.press("k");
  await page.getByRole("article").getByText("Ada Lindgren works on this, since").waitFor();
  await page.keyboard.press("t");
  await page.keyboard.type("Written for nobody yet.");
  await page.keyboard.press("Escape");
  await page.keyboard.press("a");
  await page.getByText("Ada Lindgren works on it. Nothing was done.").first().waitFor();
  assert.equal(await page.getByLabel("To the author").inputValue(), "Written for nobody yet.");
  await ada.call("DELETE", `moderation/claims/${claim.token}`);
});

test("what one moderator takes and what is newly flagged, another sees by the stream", async (t) => {
  // more than one takes at once, so that some are left for the other
  const { thread, comments } = await flagged(27);
  const second = await w.newcomer({ display_name: "Tove Holm" });
  await command(["user", "role", second.login, "moderator", "--site", SITE, "--data", w.server.data]);
  await untilModerates(second, true);
  const page = await w.page(t);
  await page.addInitScript(() => {
    const seen = /** @type {any} */ (window);
    [seen.streams, seen.polls] = [[], 0];
    const { EventSource: Stream, setInterval: every } = window;
    window.EventSource = class extends Stream {
      constructor(/** @type {string | URL} */ url) {
        super(url);
        const one = { url: String(url), told: 0 };
        seen.streams.push(one);
        this.addEventListener("queue.changed", () => (one.told += 1));
      }
    };
    // the one that looks by itself where there is no stream
    window.setInterval = /** @type {any} */ ((/** @type {any} */ act, /** @type {number} */ ms) => {
      if (ms === 10_000) seen.polls += 1;
      return every(act, ms);
    });
  });
  const taken = page.waitForResponse("**/moderation/claims");
  await page.console(second.login, `queue/all?thread=${thread}`, second.password);
  await page.locator(".items a").nth(26).waitFor();
  await taken;
  await isLive(page);
  const told = () => page.evaluate(() => /** @type {any} */ (window).streams[0].told);
  await page.waitForFunction(() => /** @type {any} */ (window).streams[0]?.told > 0);
  const before = await told();

  const mona = await w.page(t);
  const began = performance.now();
  await mona.console("mona", `queue/all?thread=${thread}`);
  const tag = page.locator(".items").getByText("Mona Keller works on it");
  await tag.first().waitFor();
  t.diagnostic(`another's claims are seen ${Math.round(performance.now() - began)} ms after she began to sign in`);
  assert.equal(await tag.count(), 2);
  await page.locator(".items a").filter({ hasText: "Mona Keller works on it" }).first().click();
  await page.getByRole("article").getByText("Mona Keller works on this, since").waitFor();

  const number = page.locator('nav a[href="#queue/flagged"] .number');
  const waiting = Number(await number.textContent());
  assert.ok(waiting >= comments.length);
  const more = await (await w.as("alice")).post(thread, "Text 28.");
  await (await w.as("bob")).flag(more, "spam");
  await number.getByText(String(waiting + 1), { exact: true }).waitFor();
  await page.locator(".items a").filter({ hasText: "Text 28." }).waitFor();

  // her page is left, and what she held is free again
  await mona.goto("about:blank");
  await tag.first().waitFor({ state: "detached" });
  assert.deepEqual(
    await page.evaluate(() => [/** @type {any} */ (window).streams.map((/** @type {any} */ one) => one.url), /** @type {any} */ (window).polls]),
    [[`/api/v1/moderation/events?site=${SITE}`], 0],
    "one stream and no looking by itself, in the page that was opened first",
  );
  assert.ok((await told()) > before);
});

test("a decision that needs two moderators waits for the second", async (t) => {
  const { thread, comments } = await flagged(3);
  const ada = await w.as("ada");
  await ada.call("PATCH", `moderation/sites/${SITE}/settings`, { two_persons_over: 1 });
  t.after(() => ada.call("PATCH", `moderation/sites/${SITE}/settings`, { two_persons_over: null }));
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  await page.keyboard.press("x");
  await page.keyboard.press("x");
  await page.keyboard.press("x");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await page.getByText("A second moderator has to confirm it").first().waitFor();
  for (const comment of comments) assert.equal(await stateOf(comment), "published");

  const second = await w.console(t, "ada", "people");
  await second.keyboard.press("g");
  await second.keyboard.press("c");
  const card = second.locator(".cards > li").filter({ hasText: "Mona Keller" });
  await card.getByRole("heading", { name: "hide 3 comments" }).waitFor();
  // nothing is confirmed that nobody looks at
  await second.keyboard.press("c");
  await second.waitForFunction(() => document.activeElement?.getAttribute("data-act") === "confirm");
  for (const comment of comments) assert.equal(await stateOf(comment), "published");
  await second.keyboard.press("c");
  for (const comment of comments) await becomes(comment, "hidden");
});

test("a role that is taken away holds at once, and the console says so", async (t) => {
  const { thread, comments } = await flagged(1);
  const page = await consoleOn(t, thread, { deaf: true });
  await looksAt(page, "Text 1");
  page.expectErrors(/moderation\/.*403/s);
  t.after(() => give("moderator"));
  // what stands around the comment is read by now, and nothing but the decision is refused
  await page.quiet();
  await give("reader");
  await page.keyboard.press("a");
  await page.locator(".bars").getByText("You no longer moderate this site.").first().waitFor();
  await page.getByRole("heading", { name: "Nothing to moderate" }).waitFor();
  const { items } = await (await w.as("bob")).call("GET", "me/flags");
  assert.equal(items.find((/** @type {any} */ flag) => flag.comment_id === comments[0].id).state, "open");
});

/** Gives mona a role, and waits until the server has heard of it. @param {"moderator" | "reader"} role */
async function give(role) {
  await command(["user", "role", "mona", role, "--site", SITE, "--data", w.server.data]);
  await untilModerates(await w.as("mona"), role === "moderator");
}

/** @param {import("./people.js").Person} person @param {boolean} wanted */
async function untilModerates(person, wanted) {
  await until(`the role of ${person.login} is as wanted`, async () =>
    wanted === (await person.call("GET", `moderation/queue?site=${SITE}&limit=1`).then(() => true, () => false)));
}

/** A console whose session ends while its first decision is on its way. @param {import("node:test").TestContext} t @param {string} thread */
async function endedAsItDecides(t, thread) {
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  page.expectErrors(/401/);
  // decided before anything else that is read can bring up the form
  const decision = await holdBack(page, "hide");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await endConsoles();
  decision.goOn();
  await page.getByText("Your sign-in has ended.").waitFor();
  return page;
}

test("who is signed out in the middle signs in again, and nothing is lost", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await endedAsItDecides(t, thread);
  await page.keyboard.type(w.password("mona"));
  await page.keyboard.press("Enter");
  await becomes(comments[0], "hidden");
  await looksAt(page, "Text 2");
  // before it would look by itself for the first time
  await page.locator(".live").getByText("live", { exact: true }).waitFor({ timeout: 9_000 });
});

test("what one moderator has decided is not sent as another who signs in over it", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await endedAsItDecides(t, thread);
  /** @type {string[]} */
  const sent = [];
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push(new URL(request.url()).pathname);
  });
  await page.getByLabel("Login or e-mail address").fill("ada");
  await page.getByLabel("Password").fill(w.password("ada"));
  await page.keyboard.press("Enter");
  await page.locator(".who").getByText("Ada Lindgren").waitFor();
  assert.deepEqual(sent.filter((path) => path.endsWith("decisions")), []);
  assert.equal(await stateOf(comments[0]), "published");
});

/** Ends what mona has open as a console. */
async function endConsoles() {
  const mona = await w.as("mona");
  const { items } = await mona.call("GET", "me/sessions");
  for (const session of items.filter((/** @type {any} */ one) => one.client === "console")) {
    await mona.call("DELETE", `me/sessions/${session.id}`);
  }
}

test("where the service says later, what is decided waits and goes on by itself", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  page.expectErrors(/moderation\/decisions .*429/s);
  let refused = 0;
  await page.route("**/moderation/decisions", (route) => {
    refused += 1;
    if (refused > 1) return route.fallback();
    const problem = JSON.stringify({ status: 429, code: "rate_limited", title: "Too many" });
    return route.fulfill({ status: 429, headers: { "retry-after": "1", "content-type": "application/problem+json" }, body: problem });
  });
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "Text 2");
  await becomes(comments[0], "hidden");
  assert.equal(refused, 2);
});

test("a decision that could not be sent comes back, with the reason", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  page.expectErrors(/ERR_INTERNET_DISCONNECTED/);
  await page.keyboard.press("t");
  await page.keyboard.type("Please stay with the matter.");
  await page.keyboard.press("Escape");
  await page.offline();
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "Text 2");
  await page.getByRole("article").getByText("Not decided.").waitFor();
  await looksAt(page, "Text 1");
  assert.equal(await page.getByLabel("To the author").inputValue(), "Please stay with the matter.");
  await page.online();
  assert.equal(await stateOf(comments[0]), "published");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await becomes(comments[0], "hidden");
});

test("many are decided on after they are counted, and taken back as one", async (t) => {
  const { thread, comments } = await flagged(1);
  const bob = await w.as("bob");
  const replies = [await bob.reply(comments[0], thread, "So it is."), await bob.reply(comments[0], thread, "It is not.")];
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  await page.keyboard.press("w");
  const dialog = page.getByRole("dialog", { name: "Decide on many comments" });
  await dialog.getByLabel("Which").selectOption("subtree");
  await dialog.getByRole("button", { name: "count first" }).press("Enter");
  await dialog.getByText("It would be 3 comments").waitFor();
  await page.axe();
  await page.keyboard.press("Enter");
  for (const comment of [...comments, ...replies]) await becomes(comment, "hidden");
  await page.getByRole("button", { name: "undo", exact: true }).press("Enter");
  for (const comment of [...comments, ...replies]) await becomes(comment, "published");
});

test("what was counted before another choice cannot be decided", async (t) => {
  const { thread } = await flagged(1);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  await page.keyboard.press("w");
  const dialog = page.getByRole("dialog", { name: "Decide on many comments" });
  await dialog.getByLabel("Which").selectOption("subtree");
  const count = await answerHeld(page, "**/moderation/decisions");
  await dialog.getByRole("button", { name: "count first" }).press("Enter");
  await count.answered;
  await dialog.getByLabel("Do", { exact: true }).selectOption("lock");
  count.letGo();
  await page.quiet();
  assert.equal(await dialog.locator(".send .main").isVisible(), false);
  assert.equal(await dialog.getByText("It would be").count(), 0);
});

test("a text for one comment is not put beside another that is looked at by now", async (t) => {
  const { thread, comments } = await flagged(3);
  const page = await consoleOn(t, thread, { deaf: true });
  await looksAt(page, "Text 1");
  await (await w.as("alice")).edit(comments[0], "A milder text.");
  const hiding = await answerHeld(page, "**/moderation/decisions");
  await page.keyboard.press("t");
  await page.keyboard.type("Please stay with the matter.");
  await page.keyboard.press("Escape");
  await page.keyboard.press("h");
  await page.keyboard.press("1");
  await looksAt(page, "Text 2");
  await page.keyboard.press("j");
  await hiding.answered;
  hiding.letGo();
  const look = page.locator(".bars").getByRole("button", { name: "look at it" });
  await look.waitFor();
  await looksAt(page, "Text 3");
  assert.equal(await page.getByLabel("To the author").isVisible(), false);
  await look.click();
  await looksAt(page, "A milder text.");
  assert.equal(await page.getByLabel("To the author").inputValue(), "Please stay with the matter.");
});

test("letters do nothing while somebody types, and ? shows every key", async (t) => {
  const { thread, comments } = await flagged(1);
  const page = await consoleOn(t, thread);
  await looksAt(page, "Text 1");
  await page.keyboard.press("t");
  await page.keyboard.type("a h d u ?");
  assert.equal(await page.getByLabel("To the author").inputValue(), "a h d u ?");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await sheet.waitFor();
  await sheet.getByText("select everything from the last one selected").waitFor();
  await page.axe();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  assert.equal(await stateOf(comments[0]), "published");
});

for (const [name, options] of /** @type {[string, import("./page.js").PageOptions][]} */ ([
  ["1,280 px", {}],
  ["320 px, dark", { width: 320, dark: true }],
])) {
  test(`the queue at ${name} is accessible and fits`, async (t) => {
    const { thread } = await flagged(2);
    const page = await consoleOn(t, thread, options);
    await page.locator(".items a").first().click();
    await looksAt(page, "Text 1");
    await page.getByRole("complementary").getByRole("link", { name: "the whole sheet" }).waitFor();
    await page.axe();
    await page.noSidewaysScroll();
  });
}

test("on a telephone the way back from an item is the list", async (t) => {
  const { thread, comments } = await flagged(2);
  const page = await consoleOn(t, thread, { width: 320 });
  const list = page.locator(".items");
  const back = page.getByRole("link", { name: "back to the list" });
  for (const n of [1, 2]) {
    await page.quiet();
    await list.getByText(`Text ${n} of`).click();
    await looksAt(page, `Text ${n}`);
    await page.quiet();
    await (n === 1 ? back.click() : page.goBack());
    await list.waitFor();
    assert.equal(await list.locator("a:focus").getAttribute("aria-current"), "true");
  }
  await page.quiet();
  await page.reload();
  await list.locator("a[aria-current]").waitFor();

  // by a link that somebody has sent
  await page.goto("about:blank");
  await page.goto(`${w.url}/console#queue/all/${comments[1]?.id}?thread=${thread}`);
  await looksAt(page, "Text 2");
  await back.click();
  await list.getByText("Text 1 of").click();
  for (const n of [1, 2]) {
    await looksAt(page, `Text ${n}`);
    await page.getByRole("button", { name: "dismiss" }).click();
  }
  await page.getByText("Nothing waits here.").waitFor();
});

test("a hostile text is text", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const comment = await alice.post(thread, `<img src=x onerror="window.pwned=1"> [link](javascript:window.pwned=1) <script>window.pwned=1</script>`);
  await (await w.as("bob")).flag(comment, "spam", `<img src=x onerror="window.pwned=1">`);
  const page = await consoleOn(t, thread);
  await page.getByRole("article").getByText("<script>").first().waitFor();
  assert.equal(await page.locator("article img, article script, article a[href^='javascript']").count(), 0);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).pwned), undefined);
});
