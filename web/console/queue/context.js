// What stands around a comment: what it answers, what else was answered there,
// and what was answered to it. Read when somebody rests on an item (item.js keeps
// it for the last of them); only what readers see is shown, save the comment itself.

/** @import {Desk} from "../desk.js" */
/** @import {Context as Found, Replies} from "../../shared/types" */
/** @import {Comment, QueueItem} from "../types" */
import { h, isolated } from "../../shared/dom.js";
import { markup } from "../../shared/markup.js";
import { Problem } from "../../shared/problems.js";
import { timeElement } from "../../shared/time.js";
import { reasonWord } from "../../shared/words.js";
import { t } from "../words.js";

/** Siblings and replies shown. */
const SHOWN = 10;

/** @typedef {{ancestors: Comment[], siblings: Comment[], replies: Comment[], remaining: number}} Around */

/**
 * @param {Desk} desk
 * @param {QueueItem} item
 * @returns {Promise<Around>}
 */
export async function readAround(desk, { comment }) {
  const { id, parent_id: parent } = comment;
  const nothing = { items: [], next: null, remaining: 0 };
  const query = { limit: SHOWN, depth: 1 };
  /** @type {[Found | null, Replies, Replies]} */
  const [found, beside, below] = await Promise.all([
    parent ? orElse(desk.api.get(`comments/${parent}/context`), null) : null,
    parent ? orElse(desk.api.get(`comments/${parent}/replies`, { query }), nothing) : nothing,
    comment.reply_count > 0 ? orElse(desk.api.get(`comments/${id}/replies`, { query }), nothing) : nothing,
  ]);
  return {
    ancestors: found ? [...found.ancestors, found.comment] : [],
    siblings: beside.items.filter((one) => one.id !== id),
    replies: below.items,
    remaining: below.remaining,
  };
}

/** What readers cannot see has no context for them either. @template T @param {Promise<T>} asked @param {T} other @returns {Promise<T>} */
async function orElse(asked, other) {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return other;
    throw error;
  }
}

/**
 * What the comment answers, as nested lists.
 *
 * @param {Around} around
 * @returns {HTMLElement | null}
 */
export function above({ ancestors }) {
  if (ancestors.length === 0) return null;
  const nested = ancestors.reduceRight(
    (/** @type {HTMLElement | null} */ inner, one) => h("ol", {}, h("li", {}, ...told(one), inner)),
    null,
  );
  return h("section", { class: "around" }, h("h3", {}, t("above_title")), nested);
}

/** @param {Around} around @returns {HTMLElement | null} */
export function below({ replies, siblings, remaining }) {
  const list = (/** @type {"replies_title" | "siblings_title"} */ title, /** @type {Comment[]} */ comments) =>
    comments.length > 0 && h("section", { class: "around" }, h("h3", {}, t(title)),
      h("ol", {}, ...comments.map((one) => h("li", {}, ...told(one)))));
  return h("div", {},
    list("replies_title", replies),
    remaining > 0 && h("p", { class: "soft" }, t("more_replies", { n: remaining })),
    list("siblings_title", siblings));
}

/** @param {Comment} comment */
function told(comment) {
  if (comment.body_html === null) {
    const why = comment.removed?.reason_code;
    return [h("p", { class: "soft" }, why ? t("tombstone_reason", { reason: reasonWord(why) }) : t("tombstone"))];
  }
  const author = comment.author;
  return [
    h("p", { class: "soft" }, comment.number, " ",
      author && h("a", { href: `#people/${author.id}` }, isolated(author.display_name)), " ", timeElement(comment.created_at)),
    h("div", { class: "body blurrable", dir: "auto" }, markup(comment.body_html)),
  ];
}
