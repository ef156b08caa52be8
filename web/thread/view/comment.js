// One comment: who, when, the text or what stands in its place, and the row of quiet
// buttons. Lines about states that only the signed-in see are act/lines.js.

/** @import {Reading} from "../reading.js" */
/** @import {Comment, User} from "../../shared/types" */
/** @import {Model} from "../model/model.js" */
/** @import {Node} from "../types" */
import { freshId, h, isolated, press } from "../../shared/dom.js";
import { markup } from "../../shared/markup.js";
import { exactly, timeElement } from "../../shared/time.js";
import { number as written, reasonWord, t } from "../../shared/words.js";

/** A link to a comment; whole, as the page's `base` may be elsewhere. @param {string} id */
export function linkTo(id) {
  return `${location.href.split("#", 1)[0]}#c-${id}`;
}

/**
 * @param {Reading} reading
 * @param {Node} node
 * @returns {HTMLElement}
 */
export function commentArticle(reading, node) {
  const { comment, status, fresh } = node;
  const headId = freshId();
  const muted = reading.mutedLine?.(node, headId);
  if (muted) return muted;
  const isNew = reading.app?.isNew(node) ?? false;
  const state = comment.body === null ? "gone" : comment.state;
  const name = `comment ${state} ${status}${fresh ? " fresh" : ""}${isNew ? " new" : ""}`;
  return h(
    "article",
    { class: name, part: "comment", tabindex: -1, "aria-labelledby": headId },
    headLine(comment, headId, isNew),
    replyTo(reading, node),
    textOf(comment),
    ...(reading.app?.linesOf(node) ?? []),
    status === "sent" && actionRow(reading, node),
  );
}

/** @param {Comment} comment */
function textOf(comment) {
  const { body, body_html } = comment;
  if (body_html !== null) return h("div", { class: "body", part: "body", dir: "auto" }, markup(body_html));
  // On its way: the server has not rendered it yet.
  if (body !== null) return h("div", { class: "body plain", dir: "auto" }, body);
  return h("p", { class: "instead" }, insteadOf(comment));
}

/** @param {Comment} comment */
export function numberLink({ id, number }) {
  return h("a", { class: "number", href: linkTo(id), "aria-label": `${t("number_prefix")} ${number}` }, isolated(number));
}

/** @param {Comment} comment @param {string} headId @param {boolean} isNew */
function headLine(comment, headId, isNew) {
  const { author, number, body, created_at, edited_at, pinned, locked } = comment;
  const note = (/** @type {string} */ text, title = "") => h("span", { class: "note", title: title || null }, text);
  return h(
    "header",
    { class: "meta", part: "meta", id: headId },
    number && numberLink(comment),
    author && isolated(author.display_name, "name"),
    // A tombstone names nobody; a text without its author is another matter.
    !author && body !== null && number !== "" && h("span", { class: "name" }, t("no_author")),
    author && isolated(author.login, "login"),
    author && dot(author),
    author?.badge && h("span", { class: "badge" }, t(`badge_${author.badge}`)),
    timeElement(created_at),
    edited_at && note(t("edited"), exactly(edited_at)),
    pinned && note(t("pinned")),
    locked && note(t("locked")),
    isNew && press("next", t("new_word"), { class: "quiet new", title: t("new_next") }),
  );
}

/** Whether the author is here; nothing for who does not show it. @param {User} author */
export function dot({ id, presence }) {
  if (presence === null) return null;
  return h("span", { class: `dot ${presence}`, role: "img", title: t(presence), "data-author": id });
}

/** Seen only where the branch is flat. @param {Reading} reading @param {Node} node */
function replyTo({ model }, { comment: { parent_id, depth, number }, astray }) {
  if (parent_id === null || (depth <= 4 && !astray)) return null;
  const above = model.nodes.get(parent_id)?.comment.number ?? number.replace(/\.\d+$/, "");
  const [before = "", after = ""] = t("in_reply_to", { number: "\0" }).split("\0");
  const where = astray ? "" : depth > 9 ? " narrow wide" : " narrow";
  return h("p", { class: `reply-to${where}` }, before, h("a", { href: linkTo(parent_id) }, isolated(above)), after);
}

/** @param {Comment} comment */
export function insteadOf({ state, removed }) {
  if (state === "deleted" || removed?.by === "author") return t("gone_author");
  if (state === "held") return t("gone_held");
  const reason = removed?.reason_code && reasonWord(removed.reason_code);
  if (removed?.by === "rule") return reason ? t("gone_rule", { reason }) : t("gone_rule_plain");
  return reason ? t("gone_moderator", { reason }) : t("gone_moderator_plain");
}

/**
 * The row of quiet buttons; what each does is act/acts.js, found by its `data-act`.
 *
 * @param {Reading} reading
 * @param {Node} node
 * @returns {HTMLElement | null} null where nothing can be done
 */
function actionRow({ model, app }, node) {
  const { comment, mine } = node;
  const published = comment.state === "published";
  const open = model.thread?.state === "open";
  const flaggable = published && !mine && !model.flags.has(comment.id) && model.thread?.state !== "archived";
  const buttons = [
    published && open && !comment.locked && (model.can?.post ?? true) && press("reply", t("reply")),
    published && votes(model, node),
    ...(app?.actsOf(node) ?? []).map(([name, label]) => press(name, label)),
    flaggable && press("flag", t("flag")),
    published && press("share", t("share")),
    published && !mine && comment.author !== null && press("mute", t("mute")),
  ].filter((item) => item !== false);
  if (buttons.length === 0) return null;
  const label = t("actions_label", { number: comment.number });
  return h("div", { class: "actions", part: "actions", role: "group", "aria-label": label }, ...buttons);
}

/** @param {Model} model @param {Node} node */
export function votes({ thread, votes }, { comment: { id, score }, mine }) {
  const shown = h("span", { class: "score", role: "img", "aria-label": t("score", { n: score }) }, written(score).replace("-", "−"));
  if (thread?.state !== "open" || mine) return score !== 0 && h("span", { class: "votes" }, shown);
  const arrow = (/** @type {"up" | "down"} */ name, /** @type {string} */ sign, /** @type {number} */ value) =>
    press(name, sign, { class: "quiet arrow", "aria-label": t(`vote_${name}`), "aria-pressed": String(votes.get(id) === value) });
  return h("span", { class: "votes" }, arrow("up", "▲", 1), shown, arrow("down", "▼", -1));
}
