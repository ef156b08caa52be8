// The dots beside names: they say what was told last, and nothing where too many
// are online to be told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { showOnline } from "../../thread/act/presence.js";

test("where more are online than is told no dot is left to lie", () => {
  const classes = new Set(["thread"]);
  const classList = { toggle: (/** @type {string} */ name, /** @type {boolean} */ on) => on ? classes.add(name) : classes.delete(name) };
  const dots = ["1", "2"].map((id) => ({ className: "dot online", firstChild: null, setAttribute() {}, getAttribute: () => id }));
  const nodes = new Map(["1", "2"].map((id) => [id, { comment: { author: { id, presence: "online" } } }]));
  /** @type {any} */
  const app = { element: { classList, querySelectorAll: () => dots }, model: { nodes } };
  const seen = () => [classes.has("crowded"), ...dots.map(({ className }) => className)];
  showOnline(app, ["1"]);
  assert.deepEqual(seen(), [false, "dot online", "dot offline"]);
  showOnline(app, null);
  assert.equal(classes.has("crowded"), true);
  showOnline(app, ["2"]);
  assert.deepEqual(seen(), [false, "dot offline", "dot online"]);
});
