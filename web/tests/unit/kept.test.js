// What a reader keeps in their browser: whom they muted, when they were here, what
// they were writing.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Drafts } from "../../thread/act/drafts.js";
import { Mutes } from "../../thread/model/mutes.js";
import { Visit } from "../../thread/model/visit.js";

const HOUR_MS = 3_600_000;
/** @type {Map<string, string>} */
const stored = new Map();
const open = {
  getItem: (/** @type {string} */ name) => stored.get(name) ?? null,
  setItem: (/** @type {string} */ name, /** @type {string} */ value) => void stored.set(name, value),
  removeItem: (/** @type {string} */ name) => void stored.delete(name),
};
const closed = {
  getItem: () => {
    throw new Error("closed to this page");
  },
};

beforeEach(() => {
  stored.clear();
  Object.defineProperty(globalThis, "localStorage", { value: open, configurable: true });
});

/** @param {number} createdMs @param {object} [more] @returns {any} */
function comment(createdMs, more = {}) {
  return {
    mine: false, status: "sent", fresh: false, ...more,
    comment: { state: "published", created_at: new Date(createdMs).toISOString(), ...more },
  };
}

test("on the first visit nothing is new, unless it came while the reader looked", () => {
  const visit = new Visit("here:s/k", HOUR_MS);
  assert.equal(visit.isNew(comment(2 * HOUR_MS)), false);
  assert.equal(visit.isNew(comment(2 * HOUR_MS, { fresh: true })), true);
});

test("what came after the last visit is new on the next, and a reload makes nothing old", () => {
  new Visit("here:s/k", HOUR_MS);
  const next = new Visit("here:s/k", 5 * HOUR_MS);
  assert.equal(next.since, HOUR_MS);
  assert.equal(next.isNew(comment(2 * HOUR_MS)), true);
  assert.equal(next.isNew(comment(HOUR_MS - 1)), false);
  const reloaded = new Visit("here:s/k", 5 * HOUR_MS + 60_000);
  assert.equal(reloaded.isNew(comment(2 * HOUR_MS)), true);
  assert.equal(new Visit("here:s/other", 5 * HOUR_MS).since, null, "each thread for itself");
});

test("one's own comments and what is not published are never new", () => {
  new Visit("here:s/k", HOUR_MS);
  const visit = new Visit("here:s/k", 5 * HOUR_MS);
  assert.equal(visit.isNew(comment(2 * HOUR_MS, { mine: true })), false);
  assert.equal(visit.isNew(comment(2 * HOUR_MS, { status: "failed" })), false);
  assert.equal(visit.isNew(comment(2 * HOUR_MS, { state: "hidden" })), false);
});

test("muting is kept for a service, and seen by what is open in another tab", () => {
  const [one, other] = [new Mutes("here"), new Mutes("here")];
  one.add(/** @type {any} */ ({ id: "7", display_name: "Bob" }));
  assert.equal(other.has("7"), false);
  assert.equal(other.read(), true);
  assert.deepEqual(other.people, [{ id: "7", name: "Bob" }]);
  assert.equal(new Mutes("elsewhere").has("7"), false);
  other.drop("7");
  assert.equal(stored.size, 0, "nothing is left behind");
});

test("what somebody else wrote there is not believed, and a closed storage hinders nobody", () => {
  for (const text of ["{", "7", '[{"id":7}]', '{"at":"x"}']) {
    stored.set("understory:here:muted", text);
    stored.set("understory:here:s/k:visit", text);
    assert.deepEqual(new Mutes("here").people, []);
    assert.equal(new Visit("here:s/k", HOUR_MS).since, null);
  }
  Object.defineProperty(globalThis, "localStorage", { value: closed, configurable: true });
  const mutes = new Mutes("here");
  mutes.add(/** @type {any} */ ({ id: "7", display_name: "Bob" }));
  assert.equal(new Visit("here:s/k", HOUR_MS).since, null);
});

test("a draft is its writer's alone, on one service; what was typed signed out is whoever signs in's", () => {
  const drafts = new Drafts("here:s/k");
  drafts.keep("top", "Typed as nobody.");
  drafts.by = "1";
  assert.equal(drafts.read("top"), "Typed as nobody.");
  drafts.keep("top", "Alice's by now.");
  for (const by of [null, "2"]) {
    drafts.by = by;
    assert.equal(drafts.read("top"), "");
  }
  drafts.by = "1";
  assert.equal(drafts.read("top"), "Alice's by now.");
  const elsewhere = new Drafts("elsewhere:s/k");
  elsewhere.by = "1";
  assert.equal(elsewhere.read("top"), "");
  drafts.keep("top", " ");
  assert.equal(stored.size, 0, "nothing is left behind");
});

test("a field that is emptied takes away the draft that it knew, not another tab's", () => {
  const [one, other] = [new Drafts("here:s/k"), new Drafts("here:s/k")];
  one.keep("top", "The first.", "");
  other.keep("top", "Another.", "The first.");
  one.keep("top", "", "The first.");
  assert.equal(other.read("top"), "Another.");
  other.keep("top", "", "Another.");
  assert.equal(stored.size, 0);
});
