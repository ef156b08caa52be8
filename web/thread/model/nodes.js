// One node of the loaded tree, and its order among siblings. The tree is model.js.

/** @import {Comment, Sort} from "../../shared/types" */
/** @import {Kids, Node} from "../types" */

/** A comment of which nothing more is known yet. @param {Comment} comment @returns {Node} */
export function newNode(comment) {
  return {
    comment,
    kids: noKids(),
    status: "sent",
    failure: null,
    sendKey: null,
    mine: false,
    editableUntil: null,
    folded: false,
    fresh: false,
    astray: false,
    publicText: null,
  };
}

/** A level of which nothing is loaded. @returns {Kids} */
export function noKids() {
  return { ids: [], next: null, remaining: 0, partial: false };
}

/**
 * Order among siblings, as the server has it. A comment without a number yet is
 * the latest; one whose parent is not loaded stands last.
 *
 * @param {Node} a
 * @param {Node} b
 * @param {Sort} sort
 */
export function inOrder(a, b, sort) {
  if (a.astray !== b.astray) return a.astray ? 1 : -1;
  const byAge = ordinal(a) - ordinal(b);
  if (sort === "newest") return -byAge;
  if (sort === "top") return b.comment.score - a.comment.score || byAge;
  return byAge;
}

/** @param {Node} node */
function ordinal(node) {
  const last = Number(node.comment.number.split(".").at(-1));
  return last > 0 ? last : Number.MAX_SAFE_INTEGER;
}
