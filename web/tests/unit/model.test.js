// What is known to be missing from the levels that are loaded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Model } from "../../thread/model/model.js";
import { putChain } from "../../thread/model/viewer.js";

/** @param {string} id @param {string | null} parent_id @param {string} number @param {object} [more] @returns {any} */
function comment(id, parent_id, number, more = {}) {
  return { id, parent_id, number, state: "published", body: "Text", author: null, reply_count: 0, score: 0, ...more };
}

/** A thread of which one comment of the top is loaded, and the way to another. @param {any[]} way */
function linkedTo(...way) {
  const model = new Model();
  model.begin(/** @type {any} */ ({ thread: {}, items: [comment("1", null, "1")], next: "cursor", remaining: 9 }));
  putChain(model, /** @type {any} */ ({ ancestors: way.slice(0, -1), comment: way.at(-1) }));
  return model;
}

test("beside a tombstone on the way to a comment the published replies are offered", () => {
  const model = linkedTo(
    comment("9", null, "9", { reply_count: 1 }),
    comment("91", "9", "9.1", { state: "hidden", body: null, reply_count: 1 }),
    comment("911", "91", "9.1.1"),
  );
  assert.deepEqual([model.missing("9"), model.missing("91")], [1, 0]);
});

test("one's own reply that waits takes the place of none", () => {
  const model = linkedTo(comment("9", null, "9", { reply_count: 1 }));
  model.put(comment("92", "9", "9.2", { state: "held" }));
  assert.equal(model.missing("9"), 1);
  model.put(comment("93", "9", "9.3"));
  assert.equal(model.missing("9"), 0);
});
