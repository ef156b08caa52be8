// Where the reader looks: the focus kept while something is drawn anew, and the way
// to a comment.

/** @import {Id} from "../../shared/types" */
/** @import {Node} from "../types" */
/** @import {App} from "./app.js" */

/**
 * Puts `next` in the place of `old`; the focus stays on the control of the same
 * `data-act`, or on the whole.
 *
 * @param {HTMLElement} old
 * @param {HTMLElement} next
 */
export function replaceKeepingFocus(old, next) {
  const root = /** @type {ShadowRoot | Document} */ (old.getRootNode());
  const active = root.activeElement;
  const held = active !== null && old.contains(active);
  const act = held ? active.getAttribute("data-act") : null;
  old.replaceWith(next);
  if (!held) return;
  const same = act && next.querySelector(`[data-act="${CSS.escape(act)}"]`);
  (same instanceof HTMLElement ? same : next).focus({ preventScroll: true });
}

/** Brings a comment into sight and gives it the focus. @param {App} app @param {Id} id */
export function goTo({ tree }, id) {
  tree.article(id)?.scrollIntoView({ block: "nearest" });
  tree.focus(id);
}

/** Where a comment was: to what it answered, else to the heading. @param {App} app @param {Node} node */
export function focusAbove({ tree, head }, { comment: { parent_id } }) {
  if (parent_id && tree.article(parent_id)) tree.focus(parent_id);
  else head.focus();
}

/** Unfolds the way to a comment, scrolls there and marks it for a moment. @param {App} app @param {Id} id */
export function show({ model, tree }, id) {
  let up = model.nodes.get(id);
  while (up?.comment.parent_id) {
    up = model.nodes.get(up.comment.parent_id);
    if (up?.folded) tree.fold(up.comment.id, false);
  }
  const article = tree.article(id);
  if (!article) return;
  article.scrollIntoView({ block: "center" });
  article.focus({ preventScroll: true });
  article.classList.add("marked");
  setTimeout(() => article.classList.remove("marked"), 3_000);
}
