// What is shown after more has happened than can be told one by one: as much as was
// loaded, as it is now. The stream only pretends, and so do the elements.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Problem } from "../../shared/problems.js";
import { Model } from "../../thread/model/model.js";

class FakeSource {
  static CLOSED = 2;
  static last = new FakeSource();
  /** @type {Map<string, (event: object) => void>} */
  #listeners = new Map();

  constructor() {
    FakeSource.last = this;
  }

  /** @param {string} name @param {(event: object) => void} listener */
  addEventListener(name, listener) {
    this.#listeners.set(name, listener);
  }

  /** @param {string} name @param {number} id @param {object} data */
  send(name, id, data) {
    this.#listeners.get(name)?.({ data: JSON.stringify({ counts: { published: 1 }, ...data }), lastEventId: String(id) });
  }

  close() {}
}

/** @param {Record<string, unknown>} values */
const stand = (values) => {
  for (const [name, value] of Object.entries(values)) Object.defineProperty(globalThis, name, { configurable: true, value });
};
stand({
  window: {},
  document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
  EventSource: FakeSource,
  navigator: {},
  location: { hash: "" },
});
const { Live } = await import("../../thread/act/live.js");

/** What the service has: roots by number, their replies below. @type {Map<number, any>} */
let there = new Map();
/** How often was asked. */
let asked = 0;
/** What is done at a question before it is answered. @type {(() => unknown)[]} */
let before = [];

const settled = () => new Promise((done) => setImmediate(done));

/** @param {number} n @param {string | null} [parentId] */
const comment = (n, parentId = null) => ({
  id: parentId === null ? `${n}` : `${parentId}.${n}`,
  number: parentId === null ? `${n}` : `${parentId}.${n}`,
  parent_id: parentId,
  state: "published",
  body: `Text ${n}`,
  author: null,
  reply_count: 0,
  score: 0,
  replies: { items: /** @type {any[]} */ ([]), next: /** @type {string | null} */ (null), remaining: 0 },
});

/** Fifty at a time, after the number that the cursor says. @param {unknown} _ @param {string | null} cursor */
function page(_, cursor) {
  const rest = [...there.values()].filter(({ number }) => Number(number) > Number(cursor ?? 0));
  const items = structuredClone(rest.slice(0, 50));
  const remaining = rest.length - items.length;
  const next = remaining ? items.at(-1).number : null;
  return /** @type {any} */ ({ thread: { version: 1, state: "open", counts: { published: there.size } }, items, next, remaining });
}

/** A reader who has so many pages. @param {number} pages */
function reader(pages) {
  const model = new Model();
  let read = page(null, null);
  model.begin(read);
  for (let more = 1; more < pages; more += 1) model.take(null, (read = page(null, read.next)));
  const nothing = () => {};
  const element = { after: nothing, before: nothing };
  const app = /** @type {any} */ ({
    model,
    session: { user: null },
    mutes: { has: () => false },
    bars: { say: nothing },
    head: { draw: nothing, focus: nothing },
    write: { draw: nothing },
    watch: { settle: nothing },
    root: { activeElement: null },
    tree: { draw: nothing, refresh: nothing, article: () => null, under: () => ({ querySelector: () => null }), element },
    refreshAll: nothing,
    drawLevelOf: nothing,
    seeViewer: nothing,
    calls: {
      pageNow: async (/** @type {string | null} */ parentId, /** @type {string} */ _, /** @type {string | null} */ cursor) => {
        assert.equal(parentId, null);
        asked += 1;
        const answer = page(null, cursor);
        await before.shift()?.();
        return answer;
      },
    },
  });
  const live = new Live(app, new URL("http://127.0.0.1/events"));
  /** @type {Set<string>} */
  const announced = new Set();
  live.news.draw = nothing;
  live.news.put = ({ id }) => void announced.add(id);
  live.news.get = (id) => (announced.has(id) ? /** @type {any} */ (comment(Number(id))) : undefined);
  live.news.drop = (id) => void announced.delete(id);
  live.news.hold = (known) => announced.forEach((id) => known.has(id) || announced.delete(id));
  live.start();
  return { model, live, announced };
}

/** @param {number} [version] */
const reset = (version = 500) => FakeSource.last.send("thread.reset", version, { comment_id: null, comment: null });

beforeEach(() => {
  there = new Map(Array.from({ length: 120 }, (_, at) => [at + 1, comment(at + 1)]));
  asked = 0;
  before = [];
});

test("what is hidden is taken back wherever it was loaded, and the rest stays", async () => {
  const { model, live } = reader(2);
  there.delete(3);
  there.delete(77);
  reset();
  await settled();
  assert.deepEqual([model.nodes.has("3"), model.nodes.has("77"), model.nodes.has("99")], [false, false, true]);
  assert.equal(asked, 2, "no more is read than was loaded");
  live.stop();
});

test("a branch that is gone is taken back with all that hangs below", async () => {
  const parent = there.get(5);
  parent.replies.items = [comment(1, "5"), comment(2, "5")];
  parent.reply_count = 2;
  const { model, live } = reader(1);
  assert.ok(model.nodes.has("5.2"));
  there.delete(5);
  reset();
  await settled();
  assert.deepEqual(["5", "5.1", "5.2"].filter((id) => model.nodes.has(id)), []);
  live.stop();
});

test("of what waits behind the bar only what is still there is announced, and what more would bring is none of it", async () => {
  there = new Map([...there].slice(0, 20));
  const { model, live, announced } = reader(1);
  for (const n of [21, 22]) {
    there.set(n, comment(n));
    FakeSource.last.send("comment.created", n, { comment_id: `${n}`, comment: comment(n) });
  }
  there.delete(21);
  there.set(23, comment(23));
  reset();
  await settled();
  assert.deepEqual([...announced], ["22", "23"]);
  assert.equal(model.nodes.size, 20);
  live.stop();

  there = new Map(Array.from({ length: 120 }, (_, at) => [at + 1, comment(at + 1)]));
  const other = reader(1);
  for (const n of [1, 2, 3]) there.delete(n);
  reset();
  await settled();
  assert.equal(other.announced.size, 0);
  assert.equal(other.model.top.next, "53");
  assert.deepEqual([other.model.nodes.has("53"), other.model.top.remaining], [true, 67]);
  other.live.stop();
});

test("what cannot be read is tried again, until the element ends", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { model, live } = reader(1);
  there.delete(3);
  const refuse = () => {
    throw new Problem(429, {}, 20);
  };
  before = [refuse, refuse, () => {}, refuse];
  reset();
  await settled();
  assert.deepEqual([asked, model.nodes.has("3")], [1, true]);
  mock.timers.tick(19_000);
  await settled();
  assert.equal(asked, 1, "not before it may");
  for (let tries = 0; tries < 2; tries += 1) {
    mock.timers.tick(40_000);
    await settled();
  }
  assert.deepEqual([asked, model.nodes.has("3")], [3, false]);
  reset(501);
  await settled();
  live.stop();
  mock.timers.tick(600_000);
  await settled();
  assert.equal(asked, 4);
  mock.timers.reset();
});

test("what is told while a page is on its way is not undone by it", async () => {
  there.get(2).replies.items = [comment(1, "2"), comment(2, "2")];
  const { model, live } = reader(1);
  const old = page(null, null);
  const read = live.meanwhile.page(settled().then(() => old));
  FakeSource.last.send("comment.hidden", 2, { comment_id: "1", comment: null, tombstone: null });
  FakeSource.last.send("comment.hidden", 3, { comment_id: "2", comment: null, tombstone: { ...comment(2), state: "hidden", body: null } });
  FakeSource.last.send("comment.deleted", 4, { comment_id: "2.1", comment: null, tombstone: null });
  FakeSource.last.send("comment.edited", 5, { comment_id: "3", comment: { ...comment(3), body: "Other words" } });
  const { items, thread } = await read;
  assert.deepEqual(items.slice(0, 2).map(({ id, body }) => [id, body]), [["2", null], ["3", "Other words"]]);
  assert.deepEqual(items[0].replies.items.map(({ id }) => id), ["2.2"]);
  assert.equal(thread.version, model.thread?.version);
  live.stop();
});

test("what is hidden while it is read again is not put back", async () => {
  const { model, live, announced } = reader(2);
  before = [
    () => {},
    () => FakeSource.last.send("comment.hidden", 501, { comment_id: "3", comment: null, tombstone: null }),
  ];
  reset();
  await settled();
  assert.deepEqual([model.nodes.has("3"), announced.has("3"), model.thread?.version], [false, false, 501]);
  live.stop();
});
