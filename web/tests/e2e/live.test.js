// What happens while somebody reads: announced and not inserted, changed in place,
// taken back at once; one stream for all tabs of a browser, none while hidden.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { BOTH_SCHEMES } from "./states.js";
import { world } from "./world.js";

const w = await world();
// Those of the test before have gone.
beforeEach(() => untilStreams(0));

/** How many streams the service has open. */
async function streams() {
  const text = await (await fetch(`${w.url}/metrics`)).text();
  return Number(/^live_connections (\d+)/m.exec(text)?.[1] ?? 0);
}

/** @param {number} count */
async function untilStreams(count) {
  const until = performance.now() + 30_000;
  while (performance.now() < until) {
    if ((await streams()) === count) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.equal(await streams(), count);
}

test("what others write is announced where it belongs and shown when asked for", async (t) => {
  const thread = w.thread();
  const [alice, bob] = await Promise.all([w.as("alice"), w.as("bob")]);
  const first = await alice.post(thread, "The first word.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByText("The first word.").waitFor();
  await bob.post(thread, "A second word.");
  await bob.post(thread, "A third word.");
  await bob.reply(first, thread, "An answer to the first.");
  const bars = page.locator(".news button");
  await page.getByRole("button", { name: "2 new comments" }).waitFor();
  await page.getByRole("button", { name: "1 new comment", exact: true }).waitFor();
  assert.equal(await bars.count(), 2);
  assert.equal(await page.getByRole("article").count(), 1, "nothing was inserted");
  // under the comment that it answers
  const item = page.locator("li.item").filter({ hasText: "The first word." });
  await item.getByRole("button", { name: "1 new comment" }).click();
  await page.getByText("An answer to the first.").waitFor();
  assert.equal(await page.getByText("A second word.").count(), 0);
  await page.getByRole("button", { name: "2 new comments" }).click();
  await page.getByText("A third word.").waitFor();
  assert.equal(await bars.count(), 0);
  assert.equal(await page.getByRole("article").count(), 4);
  await page.getByRole("heading", { name: "4 comments" }).waitFor();
  await page.axe();
});

test("the bar keeps the focus while it counts on", async (t) => {
  const thread = w.thread();
  const bob = await w.as("bob");
  await bob.post(thread, "The first word.");
  const page = await w.page(t);
  const stream = page.waitForResponse(/threads\/[^/]+\/events/);
  await page.goto(w.host.show({ thread }));
  await stream;
  await bob.post(thread, "A second word.");
  await page.getByRole("button", { name: "1 new comment" }).focus();
  await bob.post(thread, "A third word.");
  await page.getByRole("button", { name: "2 new comments" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("A third word.").waitFor();
});

test("at 320 px in the dark the bar is reached by Tab, and Enter leads to what it shows", async (t) => {
  const thread = w.thread();
  const [alice, bob] = await Promise.all([w.as("alice"), w.as("bob")]);
  const first = await alice.post(thread, "The first word.");
  const page = await w.page(t, { width: 320, dark: true });
  await page.goto(w.host.show({ thread, head: BOTH_SCHEMES }));
  await page.getByText("The first word.").waitFor();
  await untilStreams(1);
  await bob.reply(first, thread, "An answer that nobody had read.");
  await bob.post(thread, "A word at the end.");
  for (const shown of ["An answer that nobody had read.", "A word at the end."]) {
    await page.getByRole("button", { name: "1 new comment", exact: true }).first().waitFor();
    await page.axe();
    await page.noSidewaysScroll();
    await tabToBar(page);
    await page.keyboard.press("Enter");
    await page.getByText(shown).waitFor();
    await page.waitForFunction((text) => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      const box = at?.getBoundingClientRect();
      return at?.closest("article")?.textContent.includes(text) && box && box.top < innerHeight && box.bottom > 0;
    }, shown);
  }
  assert.equal(await page.locator(".news button").count(), 0);
  await page.axe();
  await page.noSidewaysScroll();
});

/** By the keyboard alone, with a ring to see it by. @param {import("playwright-core").Page} page */
async function tabToBar(page) {
  for (let tries = 0; tries < 60; tries += 1) {
    await page.keyboard.press("Tab");
    const ring = await page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.matches(".news button") ? getComputedStyle(at).outlineStyle : null;
    });
    if (ring === null) continue;
    assert.notEqual(ring, "none");
    return;
  }
  assert.fail("the bar is not reached by Tab");
}

test("a change is seen in place, and what was hidden or deleted is gone at once", async (t) => {
  const thread = w.thread();
  const [alice, bob, mona] = await Promise.all([w.as("alice"), w.as("bob"), w.as("mona")]);
  const root = await alice.post(thread, "Canary root.");
  const reply = await bob.reply(root, thread, "Canary reply.");
  const other = await alice.post(thread, "Canary other.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByText("Canary other.").waitFor();
  await untilStreams(1);
  await alice.edit(other, "Another text.");
  await page.getByText("Another text.").waitFor();
  await bob.vote(other, 1);
  await page.getByRole("article").filter({ hasText: "Another text." }).getByText("1", { exact: true }).first().waitFor();
  await mona.hide(root);
  await page.getByText("hidden by a moderator").waitFor();
  assert.equal(await page.getByText("Canary root.").count(), 0);
  assert.equal(await page.getByText("Canary reply.").count(), 1);
  // what stood there for its reply alone goes with it
  await bob.delete(reply);
  await page.getByText("hidden by a moderator").waitFor({ state: "detached" });
  await alice.delete(other);
  await page.getByText("Nobody has written here yet").waitFor();
  await mona.call("PUT", `sites/demo/threads/${thread}`, { state: "locked" });
  await page.getByText("This thread is closed").waitFor();
});

test("a thread that is opened again is open to who is signed in, too", async (t) => {
  const thread = w.thread();
  const [alice, mona] = await Promise.all([w.as("alice"), w.as("mona")]);
  await alice.post(thread, "Before it was closed.");
  await mona.call("PUT", `sites/demo/threads/${thread}`, { state: "locked" });
  const page = await w.page(t);
  await page.read(thread, "bob");
  await page.getByText("This thread is closed").waitFor();
  await untilStreams(1);
  await mona.call("PUT", `sites/demo/threads/${thread}`, { state: "open" });
  await page.getByRole("button", { name: "reply", exact: true }).waitFor();
  await page.field.waitFor();
  assert.equal(await page.getByText("You cannot write here").count(), 0);
});

test("a comment that is announced and then hidden is not announced any more", async (t) => {
  const thread = w.thread();
  const [alice, mona] = await Promise.all([w.as("alice"), w.as("mona")]);
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByText("Nobody has written here yet").waitFor();
  const comment = await alice.post(thread, "Canary.");
  const bar = page.getByRole("button", { name: "1 new comment" });
  await bar.waitFor();
  await mona.hide(comment);
  await bar.waitFor({ state: "detached" });
});

test("a reply that is being written outlives the comment that it answers", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const comment = await alice.post(thread, "Canary.");
  await alice.post(thread, "Another.");
  const page = await w.page(t);
  await page.signIn("bob");
  await page.goto(w.host.show({ thread }));
  await page.getByRole("article").filter({ hasText: "Canary." }).getByRole("button", { name: "reply" }).click();
  const field = page.locator(".under textarea");
  await field.fill("Half a reply");
  await untilStreams(1);
  await alice.delete(comment);
  await page.getByText("Canary.").waitFor({ state: "detached" });
  await page.getByRole("article").filter({ hasText: "deleted by its author" }).waitFor();
  assert.equal(await field.inputValue(), "Half a reply");
  assert.equal(await field.evaluate((element) => element.matches(":focus")), true);
});

test("a vote draws the votes anew and leaves what is selected", async (t) => {
  const thread = w.thread();
  const [alice, bob] = await Promise.all([w.as("alice"), w.as("bob")]);
  const comment = await alice.post(thread, "Words to copy.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await untilStreams(1);
  const text = await page.getByText("Words to copy.").elementHandle();
  await page.getByRole("button", { name: "Vote up" }).focus();
  await bob.vote(comment, 1);
  await page.getByRole("img", { name: "score 1", exact: true }).waitFor();
  assert.equal(await text?.evaluate((element) => element.isConnected), true);
  const focused = await page.evaluate(() => document.querySelector("understory-thread")?.shadowRoot?.activeElement?.getAttribute("data-act"));
  assert.equal(focused, "up");
});

test("what is redrawn keeps the focus, wherever in it that was", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const comment = await alice.post(thread, "Before.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await untilStreams(1);
  await page.locator("understory-thread .comment a.number").focus();
  await alice.edit(comment, "After.");
  await page.getByText("After.").waitFor();
  const focused = await page.evaluate(() => document.querySelector("understory-thread")?.shadowRoot?.activeElement?.localName);
  assert.equal(focused, "article");
});

test("many at once whose place is not loaded are brought some at a time, and nothing loaded goes", async (t) => {
  const thread = w.thread();
  const [alice, bob] = await Promise.all([w.as("alice"), w.as("bob")]);
  const all = await alice.postMany(thread, 62);
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await untilStreams(1);
  await page.getByText("Comment 50.", { exact: true }).waitFor();
  for (const comment of all.slice(50)) await bob.reply(comment, thread, `An answer to ${comment.number}.`);
  await page.getByRole("button", { name: "12 new comments" }).click();
  await page.getByText("An answer to 60.", { exact: true }).waitFor();
  assert.equal(await page.getByText(/^An answer to/).count(), 10);
  await page.getByRole("button", { name: "2 new comments" }).click();
  await page.getByText("An answer to 62.", { exact: true }).waitFor();
  await page.getByText("Comment 1.", { exact: true }).waitFor();
});

test("one's own comment is not announced to oneself", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  await page.read(thread, "alice");
  await untilStreams(1);
  await page.field.fill("I said it myself.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("heading", { name: "1 comment" }).waitFor();
  await (await w.as("bob")).post(thread, "And so did I.");
  await page.getByRole("button", { name: "1 new comment", exact: true }).waitFor();
  assert.equal(await page.getByRole("article").count(), 1);
});

test("a comment whose answer was lost is not announced to who sent it, and is there once", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  page.expectErrors(/ERR_FAILED/);
  await page.read(thread, "alice");
  await untilStreams(1);
  let posts = 0;
  let isLost = true;
  await page.onPost(async (route) => {
    posts += 1;
    if (!isLost) return route.fallback();
    if (posts === 1) {
      await turn(page, "hidden");
      await untilStreams(0);
      await route.fetch();
    }
    return route.abort();
  });
  await page.field.fill("I said it once.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await turn(page, "visible");
  await page.getByRole("heading", { name: "1 comment" }).waitFor();
  assert.equal(await page.locator(".news button").count(), 0);
  isLost = false;
  // A press might come when it is on its way by itself.
  await page.evaluate(() => void dispatchEvent(new Event("online")));
  await page.getByRole("article").getByRole("button", { name: "delete" }).waitFor();
  assert.deepEqual([await page.getByRole("article").count(), await page.locator(".news button").count()], [1, 0]);
});

test("one's own comment that was deleted elsewhere is gone, as it is for everybody", async (t) => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const comment = await alice.post(thread, "Mine.");
  const page = await w.page(t);
  await page.read(thread, "alice");
  await page.getByRole("article").getByRole("button", { name: "delete" }).waitFor();
  await untilStreams(1);
  await alice.delete(comment);
  await page.getByText("Nobody has written here yet").waitFor();
});

/** Headless tabs are all in sight; that one is not is said by hand. */
const turn = (/** @type {import("playwright-core").Page} */ tab, /** @type {string} */ state) =>
  tab.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => value });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);

test("after more than can be told one by one the page is held against what is there", async (t) => {
  const thread = w.thread();
  const [alice, bob, mona] = await Promise.all([w.as("alice"), w.as("bob"), w.as("mona")]);
  const root = await alice.post(thread, "It stays.");
  const gone = await alice.reply(root, thread, "Canary gone.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByText("Canary gone.").waitFor();
  await untilStreams(1);
  await turn(page, "hidden");
  await untilStreams(0);
  await mona.hide(gone);
  await bob.postMany(thread, 205);
  await turn(page, "visible");
  await page.getByText("Canary gone.").waitFor({ state: "detached" });
  await page.getByRole("button", { name: /new comments/ }).waitFor();
  await page.getByRole("heading", { name: "206 comments" }).waitFor();
  await page.getByText("It stays.").waitFor();
  assert.equal(await page.getByText("Comment 1.", { exact: true }).count(), 0);
});

test("where more is there than the first page, what went meanwhile is taken back too, and what was loaded stays", async (t) => {
  const thread = w.thread();
  const [alice, bob, mona] = await Promise.all([w.as("alice"), w.as("bob"), w.as("mona")]);
  const all = await alice.postMany(thread, 70);
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByRole("button", { name: "20 more comments" }).click();
  await page.getByText("Comment 70.", { exact: true }).waitFor();
  await untilStreams(1);
  await turn(page, "hidden");
  await untilStreams(0);
  await mona.hide([all[2], all[60]]);
  for (let n = 1; n <= 202; n += 1) await bob.vote(all[0], /** @type {1 | 0} */ (n % 2));
  await turn(page, "visible");
  for (const n of [3, 61]) await page.getByText(`Comment ${n}.`, { exact: true }).waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "68 comments" }).waitFor();
  assert.equal(await page.getByRole("article").count(), 68);
  assert.equal(await page.getByRole("button", { name: /more comments|new comments/ }).count(), 0);
});

test("tabs share a stream, and a hidden one is told afterwards what it missed", async (t) => {
  const thread = w.thread();
  const bob = await w.as("bob");
  const page = await w.page(t);
  const address = w.host.show({ thread });
  await page.goto(address);
  await untilStreams(1);
  const other = await page.context().newPage();
  await other.goto(address);
  await other.getByText("Nobody has written here yet").waitFor();
  await bob.post(thread, "For both.");
  await Promise.all([page, other].map((tab) => tab.getByRole("button", { name: "1 new comment" }).waitFor()));
  await untilStreams(1);
  await Promise.all([turn(page, "hidden"), turn(other, "hidden")]);
  await untilStreams(0);
  await bob.post(thread, "Meanwhile.");
  await turn(other, "visible");
  await other.getByRole("button", { name: "2 new comments" }).waitFor();
  await turn(page, "visible");
  await page.getByRole("button", { name: "2 new comments" }).waitFor();
  // whoever asks for what was missed has the stream opened anew
  await untilStreams(1);
});
