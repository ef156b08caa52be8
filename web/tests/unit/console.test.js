// The console's modules that need no browser: what is known of the queue, and the
// address.

import assert from "node:assert/strict";
import { test } from "node:test";
import { queryOf } from "../../console/queue/asked.js";
import { Claims } from "../../console/queue/claims.js";
import { Items } from "../../console/queue/items.js";
import { hashOf, placeOf } from "../../console/router.js";

const FILTERS = { kind: "all", reason: null, thread: null, author: null, from: null, to: null };
const LATER = new Date(Date.now() + 60_000).toISOString();

/** @param {string} id @param {Record<string, unknown>} [more] */
const item = (id, more = {}) => ({
  comment: { id, version: 1, state: "published", author: null },
  flags: [{ reason: "spam", count: 1, proven: 0, notes: [] }],
  notices: [],
  reporters: [],
  signals: [],
  claim: null,
  ...more,
});

/** A desk whose queue is what `pages` say, one after the other. */
function deskOf(...pages) {
  return {
    site: { site: "here" },
    session: { me: { id: "me" } },
    counts: {},
    count(counts) {
      Object.assign(this.counts, counts);
    },
    tell: assert.ifError,
    api: {
      get: async () => {
        const items = pages.length > 1 ? pages.shift() : pages[0];
        return { items: items.map((one) => (typeof one === "string" ? item(one) : one)), next: null, counts: { flagged: items.length, held: 0, notice: 0, sample: 0 } };
      },
    },
  };
}

async function itemsOf(...pages) {
  const desk = deskOf(...pages);
  const items = new Items(desk, FILTERS);
  await items.read();
  return { desk, items };
}

test("what is decided goes at once, and the next is looked at", async () => {
  const { desk, items } = await itemsOf(["1", "2", "3"]);
  items.look("2");
  items.take(["2"]);
  assert.deepEqual([items.order, items.at, desk.counts.flagged], [["1", "3"], "3", 2]);
  items.take(["3"]);
  assert.equal(items.at, "1");
  items.take(["1"]);
  assert.equal(items.at, null);
});

test("the next is one that nobody else works on, if there is one", async () => {
  const claim = { user: { id: "other" }, expires_at: LATER };
  const { items } = await itemsOf(["1", item("2", { claim }), "3"]);
  items.look("1");
  items.take(["1"]);
  assert.equal(items.at, "3");
  items.take(["3"]);
  assert.equal(items.at, "2");
  assert.equal(items.holder("2")?.user.id, "other");
});

test("what is put back stands where it was, and counts again", async () => {
  const { desk, items } = await itemsOf(["1", "2", "3", "4"]);
  const taken = items.take(["2", "3"]);
  items.putBack(taken);
  items.putBack(taken);
  assert.deepEqual([items.order, desk.counts.flagged], [["1", "2", "3", "4"], 4]);
});

test("what nothing came of is there again once a page says that it waits", async () => {
  const { items } = await itemsOf(["1", "2"]);
  items.take(["1"]);
  items.over(["1"]);
  await items.read();
  assert.deepEqual(items.order, ["1", "2"]);
});

test("a page that was read before a decision does not bring the item back", async () => {
  const { items } = await itemsOf(["1", "2"], ["1", "2"], ["2"], ["1", "2"]);
  items.take(["1"]);
  await items.read();
  assert.deepEqual(items.order, ["2"]);
  await items.read();
  await items.read();
  assert.deepEqual(items.order, ["1", "2"], "flagged again, it waits again");
});

test("nor does a claim that was made before the decision had arrived", async () => {
  const { items } = await itemsOf(["1", "2"]);
  items.take(["1"]);
  items.add([item("1"), item("2")]);
  assert.deepEqual(items.order, ["2"]);
});

test("a page that was on its way when somebody decided or took it back says nothing of that", async () => {
  const { desk, items } = await itemsOf(["1", "2", "3"], ["1", "2"], ["1", "2", "3"]);
  const over = [];
  items.addEventListener("over", (event) => over.push(event.detail));
  const taken = items.take(["3"]);
  const reading = items.read();
  items.putBack(taken);
  items.look("3");
  items.over(["1"]);
  await reading;
  assert.deepEqual([items.order, over], [["2", "3"], []]);
  items.entry("2").busy = Promise.resolve();
  desk.api.get = async () => ({ items: [item("3")], next: null, counts: {} });
  await items.read();
  assert.deepEqual(items.order, ["2", "3"], "it is being decided on, or taken back");
});

test("what is asked for while a page is on its way is read after it, once", async () => {
  const { items } = await itemsOf(["1"], ["1", "2"], ["1", "2", "3"], ["1", "2", "3", "4"]);
  await Promise.all([items.read(), items.read(), items.read()]);
  assert.deepEqual(items.order, ["1", "2", "3"]);
});

test("what others have decided goes, but not from under the eyes", async () => {
  const { items } = await itemsOf(["1", "2", "3"], ["3"]);
  const over = [];
  items.addEventListener("over", (event) => over.push(event.detail));
  items.look("2");
  await items.read();
  assert.deepEqual([items.order, over], [["2", "3"], ["2"]]);
});

test("what is new stands behind what it came after", async () => {
  const { items } = await itemsOf(["1", "3"], ["0", "1", "2", "3", "4"]);
  await items.read();
  assert.deepEqual(items.order, ["0", "1", "2", "3", "4"]);
});

test("a lease of one's own, and a longer one, change nothing that is shown", async () => {
  const claim = { user: { id: "me" }, expires_at: LATER };
  const longer = { ...claim, expires_at: new Date(Date.now() + 90_000).toISOString() };
  const other = { ...claim, user: { id: "other" } };
  const { items } = await itemsOf(["1"], [item("1", { claim })], [item("1", { claim: longer })], [item("1", { claim: other })]);
  let drawn = 0;
  items.addEventListener("row", () => (drawn += 1));
  await items.read();
  await items.read();
  assert.deepEqual([drawn, items.claim("1")], [0, longer]);
  await items.read();
  assert.equal(drawn, 1);
});

/** Claims on a queue of one item, with the requests they send. @param {import("node:test").TestContext} t @param {Promise<void>} [answered] */
async function claimsOf(t, answered = Promise.resolve()) {
  t.mock.timers.enable({ apis: ["Date", "setInterval"], now: Date.now() });
  const page = new EventTarget();
  Object.assign(globalThis, { document: page, window: Object.assign(new EventTarget(), { setInterval }) });
  const { desk, items } = await itemsOf(["1"]);
  /** @type {string[]} */
  const sent = [];
  Object.assign(desk, { outbox: { waiting: 0, idle: async () => {} } });
  Object.assign(desk.api, {
    send: async (method, path) => {
      sent.push(`${method} ${path}`);
      await answered;
      return { token: "one", items: [item("1")] };
    },
  });
  return { claims: new Claims(desk, items, FILTERS), page, sent };
}

test("who is away takes nothing, and takes again with the next key", async (t) => {
  const { claims, page, sent } = await claimsOf(t);
  await claims.take();
  t.mock.timers.tick(700_000);
  const given = sent.indexOf("DELETE moderation/claims/one");
  assert.ok(given > 0);
  await claims.take();
  await claims.takeOne("1");
  assert.equal(sent.length, given + 1);
  page.dispatchEvent(new Event("keydown"));
  assert.equal(sent.at(-1), "POST moderation/claims");
});

test("what is taken while the page is left is given back", async (t) => {
  /** @type {() => void} */
  let answer = () => {};
  const { claims, sent } = await claimsOf(t, new Promise((resolve) => (answer = resolve)));
  const taken = claims.takeOne("1");
  claims.end();
  await new Promise(setImmediate);
  answer();
  await taken;
  assert.deepEqual(sent, ["POST moderation/claims", "DELETE moderation/claims/one"]);
});

test("a range is selected whichever way it was drawn", async () => {
  const { items } = await itemsOf(["1", "2", "3", "4"]);
  items.selectRange("3", "2");
  assert.deepEqual([...items.selected].sort(), ["2", "3"]);
  items.take(["2"]);
  assert.deepEqual([...items.selected], ["3"]);
});

test("filters become a query, with the last day in it", () => {
  const query = queryOf({ ...FILTERS, kind: "held", author: "7", from: "2026-01-01", to: "2026-01-01" });
  assert.deepEqual(Object.keys(query), ["kind", "author", "from", "to"]);
  assert.equal(Date.parse(query.to) - Date.parse(query.from), 86_400_000);
  assert.deepEqual(queryOf(FILTERS), {});
});

test("an address is read as it was written", () => {
  const hash = hashOf(["people", "a/b"], { tab: "notes & more", none: null });
  const { route, parts, query } = placeOf(hash);
  assert.deepEqual([route, parts, query.get("tab"), query.has("none")], ["people", ["a/b"], "notes & more", false]);
  assert.equal(placeOf("#%E0%A4%A").route, "%E0%A4%A");
  assert.equal(placeOf("").route, "");
});
