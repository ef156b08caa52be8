// The element as a guest: it moves nothing in the page, works under the strictest
// policy, and in a page whose style and prototypes are a mess.

import assert from "node:assert/strict";
import { test } from "node:test";
import { painted, shifts, watchShifts } from "./shifts.js";
import { world } from "./world.js";

const w = await world();

const STRICT =
  "default-src 'none'; script-src {service}; connect-src {service}; require-trusted-types-for 'script'; trusted-types understory; base-uri 'none'; form-action 'none'";
const LONG = `<p>${"The river stood high. ".repeat(40)}</p>`.repeat(12);
const FOOT = `<footer id="foot"><p>${"What follows the comments. ".repeat(20)}</p></footer>`;
const RESERVED = "<style>understory-thread { display: block; min-block-size: 100svh }</style>";

/** @param {number} count */
async function filled(count) {
  const thread = w.thread();
  await (await w.as("alice")).postMany(thread, count, (n) => `Comment ${n}, with a line or two of text. `.repeat(3));
  return thread;
}

/** @param {import("node:test").TestContext} t @param {Record<string, string>} shown @param {(page: any) => Promise<unknown>} [before] */
async function movedBy(t, shown, before = async () => {}) {
  const page = await w.page(t);
  await watchShifts(page);
  /** @type {() => void} */
  let release = () => {};
  const held = new Promise((resolve) => (release = () => resolve(null)));
  await page.route("**/api/v1/sites/*/threads/*/comments?*", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(w.host.show(shown));
  await page.waitForFunction(() => customElements.get("understory-thread"));
  // A scroll by script in the very frame in which the room is kept would count as a shift.
  await painted(page);
  await before(page);
  release();
  await page.locator("understory-thread .comment").first().waitFor({ state: "attached" });
  // What comes when the browser is idle must move nothing either.
  await page.locator("understory-thread .composer .tabs").waitFor({ state: "attached" });
  return shifts(page);
}

test("nothing moves when the thread is below what is seen", async (t) => {
  assert.deepEqual(await movedBy(t, { thread: await filled(12), before: LONG, after: FOOT }), []);
});

test("nothing moves when the thread is in sight", async (t) => {
  assert.deepEqual(await movedBy(t, { thread: await filled(12), head: RESERVED, before: "<p>Short.</p>", after: FOOT }), []);
});

test("nothing moves when a short thread is in sight", async (t) => {
  assert.deepEqual(await movedBy(t, { thread: await filled(1), head: RESERVED, before: "<p>Short.</p>", after: FOOT }), []);
});

test("nothing moves when the reader is past the thread already", async (t) => {
  const past = (/** @type {any} */ page) => page.evaluate(() => document.querySelector("#foot")?.scrollIntoView());
  assert.deepEqual(await movedBy(t, { thread: await filled(12), before: LONG, after: FOOT + LONG }, past), []);
});

test("nothing moves when the reader is at the end of the page", async (t) => {
  const end = (/** @type {any} */ page) => page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  assert.deepEqual(await movedBy(t, { thread: await filled(12), before: LONG, after: "<p>The end.</p>" }, end), []);
});

test("it works under a policy that allows no style, one script host and one policy of types", async (t) => {
  const thread = await filled(2);
  const page = await w.page(t);
  await page.goto(w.host.show({ thread, csp: STRICT }));
  await page.signInByForm("bob");
  const { field } = page;
  await field.fill("Written under a strict policy, in **bold**.");
  await page.getByRole("tab", { name: "Preview" }).click();
  await page.locator(".preview strong").waitFor();
  await page.getByRole("tab", { name: "Write" }).click();
  await field.press("Control+Enter");
  await page.locator(".comment strong", { hasText: "bold" }).waitFor();
  assert.equal(await page.locator(".comment .name").first().evaluate((name) => getComputedStyle(name).fontWeight), "600");
});

const MESS = `<base href="https://elsewhere.example/app/"><style>
  * { all: revert; color: red !important; display: block; text-transform: uppercase; letter-spacing: 4px; direction: ltr }
  button { display: none !important; font-size: 40px } ol { list-style: square !important } article { position: fixed }
  .comment, .thread, .list { display: none !important }
</style><script>
  Array.prototype.toJSON = function () { return "patched"; };
  Object.prototype.extra = function () {};
  Array.prototype.extra = function () {};
  Element.prototype.show = Element.prototype.update = Element.prototype.hide = function () { throw new Error("patched"); };
  Element.prototype.remove = function () { this.parentNode?.removeChild(this); return this; };
  NodeList.prototype.forEach = undefined;
  const real = window.fetch;
  window.fetch = function (...asked) { return real.apply(this, asked).then((answer) => answer); };
</script>`;

test("it works in an untidy page", async (t) => {
  const thread = await filled(3);
  const page = await w.page(t);
  await page.goto(w.host.show({ thread, head: MESS }));
  await page.signInByForm("alice");
  const first = page.locator("understory-thread .comment").first();
  await first.getByRole("button", { name: "reply", exact: true }).click();
  const field = page.getByRole("textbox", { name: "Your reply to" });
  await field.fill("An answer in a mess.");
  await field.press("Control+Enter");
  const answer = page.locator(".comment", { hasText: "An answer in a mess." });
  await answer.getByRole("button", { name: "delete" }).waitFor();
  const look = await first.evaluate((comment) => {
    const { position, textTransform, letterSpacing } = getComputedStyle(comment);
    return { position, textTransform, letterSpacing };
  });
  assert.deepEqual(look, { position: "relative", textTransform: "none", letterSpacing: "normal" });
  // The page's base does not lead links to comments away.
  assert.ok((await first.locator("a.number").getAttribute("href"))?.startsWith(page.url()));
});

test("what could not be read is not said to be empty, and can be tried again", async (t) => {
  const thread = await filled(1);
  const page = await w.page(t);
  page.expectErrors(/Failed to load resource|ERR_FAILED/);
  await page.route("**/comments?*", (route) => route.abort(), { times: 1 });
  await page.goto(w.host.show({ thread }));
  await page.locator("understory-thread .composer .tabs").waitFor({ state: "attached" });
  await page.getByRole("status").getByText("We could not reach the server").first().waitFor();
  await page.getByRole("button", { name: "try again" }).click();
  await page.locator("understory-thread .comment").waitFor();
  assert.equal(await page.getByText("Nobody has written here yet").isVisible(), false);
});

test("a page that hides the element has it hidden", async (t) => {
  const thread = await filled(1);
  const page = await w.page(t);
  const after = `<understory-thread id="off" hidden site="demo" thread="${thread}"></understory-thread>`;
  await page.goto(w.host.show({ thread, head: "<style>main > understory-thread { display: none }</style>", after }));
  await page.locator("understory-thread .comment").nth(1).waitFor({ state: "attached" });
  assert.deepEqual(await page.locator("understory-thread").evaluateAll((all) => all.map((one) => getComputedStyle(one).display)), ["none", "none"]);
});

test("several threads, added, changed and taken away", async (t) => {
  const [one, two, three] = [await filled(1), await filled(2), await filled(3)];
  const page = await w.page(t);
  await page.goto(w.host.show({ thread: one, after: `<understory-thread id="two" site="demo" thread="${two}"></understory-thread>` }));
  await page.locator("#two .comment").nth(1).waitFor();
  await page.locator("main > understory-thread:not([id]) .comment").waitFor();
  assert.equal(await page.locator("understory-thread .comment").count(), 3);
  await page.evaluate((key) => document.querySelector("#two")?.setAttribute("thread", key), three);
  await page.locator("#two .comment").nth(2).waitFor();
  await page.evaluate((key) => {
    document.querySelector("understory-thread")?.remove();
    const later = document.createElement("understory-thread");
    document.body.append(later);
    later.setAttribute("site", "demo");
    later.setAttribute("thread", key);
  }, two);
  await page.locator("body > understory-thread .comment").nth(1).waitFor();
  assert.equal(await page.locator("understory-thread .comment").count(), 5);
});

test("an element taken out while it starts opens no stream, and one that is gone asks no more", async (t) => {
  const [one, two] = [await filled(1), await filled(1)];
  const page = await w.page(t);
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const of = (/** @type {string} */ thread, /** @type {string} */ what) => asked.filter((url) => url.includes(`/threads/${thread}/${what}`)).length;
  /** @type {() => void} */
  let release = () => {};
  const held = new Promise((resolve) => (release = () => resolve(null)));
  await page.route(/auth\/refresh$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(w.host.show({ thread: one, after: `<understory-thread id="two" site="demo" thread="${two}"></understory-thread>` }));
  await page.locator("main > understory-thread .composer .tabs").nth(1).waitFor({ state: "attached" });
  await page.evaluate(() => document.querySelector("understory-thread")?.remove());
  release();
  await page.waitForRequest((request) => request.url().includes(`/threads/${two}/events`));
  await page.quiet();
  assert.equal(of(one, "events"), 0);
  await page.signInByForm("bob");
  await page.getByText(/^Signed in as Bob Tanaka/).waitFor();
  await page.quiet();
  assert.equal(of(two, "viewer"), 1);
  assert.equal(of(one, "viewer"), 0);
});

test("an element that is moved goes on as it is, and one put back later begins anew", async (t) => {
  const thread = await filled(2);
  const page = await w.page(t);
  await page.goto(w.host.show({ thread, after: "<aside></aside>" }));
  const element = page.locator("understory-thread");
  await element.locator(".composer .tabs").waitFor({ state: "attached" });
  await page.quiet();
  await element.getByRole("textbox", { name: "Your comment" }).fill("Half a thought");
  const first = await element.locator(".comment").first().elementHandle();
  await page.evaluate(() => document.querySelector("aside")?.append(/** @type {Node} */ (document.querySelector("understory-thread"))));
  await page.evaluate(() => new Promise((done) => setTimeout(done)));
  assert.equal(await first?.evaluate((comment) => comment.isConnected), true);
  assert.equal(await page.locator("aside").getByRole("textbox", { name: "Your comment" }).inputValue(), "Half a thought");
  await page.evaluate(async () => {
    const element = /** @type {Node & ChildNode} */ (document.querySelector("understory-thread"));
    element.remove();
    await new Promise((done) => setTimeout(done));
    document.querySelector("main")?.append(element);
  });
  await page.locator("main > understory-thread .composer .tabs").waitFor({ state: "attached" });
  await element.locator(".comment").nth(1).waitFor();
  assert.equal(await element.locator(".comment").count(), 2);
  assert.equal(await first?.evaluate((comment) => comment.isConnected), false);
});
