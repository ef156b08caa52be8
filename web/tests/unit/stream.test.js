// One stream for all tabs of a browser. Tabs are several Streams here, with locks,
// channels and event sources that only pretend.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** @type {FakeSource[]} */
let sources = [];

class FakeSource {
  static CLOSED = 2;
  readyState = 1;
  /** @type {Map<string, (event: object) => void>} */
  #listeners = new Map();
  /** @type {() => void} */
  onopen = () => {};
  /** @type {() => void} */
  onerror = () => {};

  /** @param {URL} url */
  constructor(url) {
    this.after = Number(url.searchParams.get("last_event_id"));
    sources.push(this);
  }

  /** @param {string} name @param {(event: object) => void} listener */
  addEventListener(name, listener) {
    this.#listeners.set(name, listener);
  }

  /** @param {string} name @param {number | null} id @param {object} data */
  send(name, id, data = { of: id }) {
    this.#listeners.get(name)?.({ data: JSON.stringify(data), lastEventId: id === null ? "99" : String(id) });
  }

  fail() {
    this.readyState = FakeSource.CLOSED;
    this.onerror();
  }

  close() {
    this.readyState = FakeSource.CLOSED;
  }
}

/** Grants a lock to one after the other. */
class FakeLocks {
  /** @type {(() => void)[]} */
  #waiting = [];
  #held = false;

  /** @param {string} _ @param {{signal: AbortSignal}} options @param {() => Promise<void>} hold */
  async request(_, { signal }, hold) {
    if (this.#held) await new Promise((done) => this.#waiting.push(() => done(null)));
    if (signal.aborted) {
      this.#waiting.shift()?.();
      throw signal.reason;
    }
    this.#held = true;
    await hold();
    this.#held = false;
    this.#waiting.shift()?.();
  }
}

/** Delivers at once. */
class FakeChannel {
  /** @type {Set<FakeChannel>} */
  static all = new Set();
  /** @type {(event: {data: any}) => void} */
  onmessage = () => {};

  constructor() {
    FakeChannel.all.add(this);
  }

  /** @param {any} data */
  postMessage(data) {
    for (const other of FakeChannel.all) if (other !== this) other.onmessage({ data: structuredClone(data) });
  }

  close() {
    FakeChannel.all.delete(this);
  }
}

const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
const settled = () => new Promise((done) => setImmediate(done));
/** @param {object} values */
const stand = (values) => {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(globalThis, name, { configurable: true, value });
  }
};

stand({ window: {}, document: page, EventSource: FakeSource, BroadcastChannel: FakeChannel });
const { Stream } = await import("../../thread/act/stream.js");
const { Live } = await import("../../thread/act/live.js");
const url = new URL("http://127.0.0.1/events");

/** @param {number} version */
function tab(version) {
  /** @type {(number | null)[]} */
  const heard = [];
  const stream = new Stream(url, ({ data }) => heard.push(data.of));
  stream.start(version);
  return { stream, heard };
}

/** @param {"visible" | "hidden"} state */
function turn(state) {
  page.visibilityState = state;
  page.dispatchEvent(new Event("visibilitychange"));
}

/** Those that are open. */
const open = () => sources.filter(({ readyState }) => readyState !== FakeSource.CLOSED);

beforeEach(() => {
  sources = [];
  FakeChannel.all.clear();
  page.visibilityState = "visible";
  stand({ navigator: { locks: new FakeLocks() } });
});

test("tabs hear of one stream, each event once, and the next one takes over", async () => {
  const [one, two] = [tab(4), tab(4)];
  await settled();
  assert.deepEqual(sources.map(({ after }) => after), [4]);
  sources[0]?.onopen();
  assert.ok(one.stream.isOpen && two.stream.isOpen);
  for (const id of [4, 5, 6, 6]) sources[0]?.send("comment.created", id);
  sources[0]?.send("presence", null);
  assert.deepEqual([one.heard, two.heard], [[5, 6, null], [5, 6, null]]);
  one.stream.stop();
  await settled();
  assert.deepEqual(open().map(({ after }) => after), [6]);
  open()[0]?.send("comment.hidden", 7);
  assert.deepEqual([one.heard.length, two.heard.at(-1)], [3, 7]);
  two.stream.stop();
  await settled();
  assert.equal(open().length, 0);
});

test("who comes with less is told what is missing, and nobody hears it twice", async () => {
  const one = tab(8);
  await settled();
  sources[0]?.onopen();
  const two = tab(5);
  await settled();
  assert.deepEqual(open().map(({ after }) => after), [5]);
  for (const id of [6, 7, 8, 9]) open()[0]?.send("comment.created", id);
  assert.deepEqual([one.heard, two.heard], [[9], [6, 7, 8, 9]]);
  one.stream.stop();
  two.stream.stop();
});

test("nothing is open while hidden, and it goes on with what came last", async () => {
  const { stream, heard } = tab(0);
  await settled();
  sources[0]?.send("comment.created", 1);
  turn("hidden");
  await settled();
  assert.equal(open().length, 0);
  turn("visible");
  await settled();
  assert.deepEqual(open().map(({ after }) => after), [1]);
  assert.deepEqual(heard, [1]);
  stream.stop();
});

test("a stream that is refused is told, and one's own is had where nothing can be shared", async () => {
  stand({ navigator: {} });
  const one = tab(0);
  const two = tab(0);
  assert.equal(open().length, 2);
  sources[0]?.onopen();
  assert.ok(one.stream.isOpen && !two.stream.isOpen);
  sources[0]?.fail();
  assert.ok(!one.stream.isOpen);
  one.stream.stop();
  two.stream.stop();
});

test("after a reset an earlier version is the last", async () => {
  const { stream, heard } = tab(9);
  await settled();
  sources[0]?.send("thread.reset", 3);
  sources[0]?.send("comment.created", 4);
  assert.deepEqual(heard, [3, 4]);
  stream.stop();
});

test("a vote changes the votes alone, and none of what is no longer published", async () => {
  const comment = { id: "5", body: "the text", score: 0, up: 0, down: 0 };
  const node = { comment, status: "sent" };
  /** @type {string[]} */
  const drawn = [];
  const app = {
    model: { thread: { version: 3, state: "open" }, nodes: new Map([["5", node]]) },
    head: { draw() {} },
    tree: { article: () => null, refresh: (/** @type {string} */ id) => drawn.push(id) },
    watch: { settle() {} },
  };
  const live = new Live(/** @type {any} */ (app), url);
  live.start();
  await settled();
  const counts = { published: 1 };
  sources[0]?.send("comment.voted", 4, { comment_id: "5", score: -1, up: 1, down: 2, counts });
  assert.deepEqual(node.comment, { ...comment, score: -1, up: 1, down: 2 });
  sources[0]?.send("comment.voted", 5, { comment_id: "5", score: null, up: null, down: null, counts });
  sources[0]?.send("comment.voted", 6, { comment_id: "7", score: 1, up: 1, down: 0, counts });
  assert.deepEqual([node.comment.score, drawn, app.model.thread.version], [-1, ["5"], 6]);
  live.stop();
});
