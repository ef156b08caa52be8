// One comment: who, when, the text or what stands in its place, and lines about
// its state. What can be done with it is actions.js.

/** @import {App} from "../act/app.js" */
/** @import {Comment, User} from "../../shared/types" */
/** @import {Node} from "../types" */
import { actionRow } from "./actions.js";
import { button, freshId, h, isolated, unseen } from "../../shared/dom.js";
import { flagLine } from "../act/flags.js";
import { markup } from "../../shared/markup.js";
import { hashOf } from "../act/permalink.js";
import { backToText, deliver, discard } from "../act/posting.js";
import { exactly, timeElement } from "../../shared/time.js";
import { reasonWord, t } from "../../shared/words.js";

/**
 * @param {App} app
 * @param {Node} node
 * @returns {HTMLElement}
 */
export function commentArticle(app, node) {
  const { comment } = node;
  const headId = freshId();
  const kind = [
    "comment",
    comment.body === null ? "gone" : comment.state,
    node.status,
    node.fresh ? "fresh" : "",
  ];
  return h(
    "article",
    { class: kind.join(" ").trim(), tabindex: -1, "aria-labelledby": headId },
    headLine(comment, headId),
    replyTo(app, comment),
    textOf(comment),
    ...stateLines(node),
    node.status === "failed" ? failure(app, node) : null,
    node.status === "sent" ? flagLine(app, node) : null,
    node.status === "sent" ? actionRow(app, node) : null,
  );
}

/** @param {Comment} comment */
function textOf(comment) {
  const { body, body_html } = comment;
  if (body_html !== null) return h("div", { class: "body", dir: "auto" }, markup(body_html));
  // On its way: the server has not rendered it yet.
  if (body !== null) return h("div", { class: "body plain", dir: "auto" }, body);
  return h("p", { class: "instead" }, insteadOf(comment));
}

/** @param {Comment} comment @param {string} id */
function headLine(comment, id) {
  const { author, number } = comment;
  return h(
    "header",
    { class: "meta", id },
    number &&
      h("a", { class: "number", href: hashOf(comment.id) }, unseen(`${t("number_prefix")} `), number),
    author && isolated(author.display_name, "name"),
    // A tombstone names nobody; a text without its author is another matter.
    !author && comment.body !== null && h("span", { class: "name" }, t("no_author")),
    author && isolated(author.login, "login"),
    author && dot(author),
    author?.badge && h("span", { class: "badge" }, t(`badge_${author.badge}`)),
    timeElement(comment.created_at),
    comment.edited_at && h("span", { class: "note", title: exactly(comment.edited_at) }, t("edited")),
    comment.pinned && h("span", { class: "note" }, t("pinned")),
    comment.locked && h("span", { class: "note" }, t("locked")),
  );
}

/** Whether the author is here; nothing for who does not show it. @param {User} author */
export function dot(author) {
  if (author.presence === null) return null;
  const word = t(author.presence);
  return h("span", { class: `dot ${author.presence}`, title: word, "data-author": author.id }, unseen(word));
}

/** Seen only where the branch is flat. @param {App} app @param {Comment} comment */
function replyTo(app, comment) {
  const parent = comment.parent_id;
  const astray = parent !== null && app.model.nodes.get(comment.id)?.astray;
  if (parent === null || (comment.depth <= 4 && !astray)) return null;
  const known = app.model.nodes.get(parent)?.comment.number;
  const number = known ?? comment.number.split(".").slice(0, -1).join(".");
  const [before = "", after = ""] = t("in_reply_to", { number: "\0" }).split("\0");
  const where = astray ? "" : comment.depth > 9 ? " narrow wide" : " narrow";
  return h("p", { class: `reply-to${where}` }, before, h("a", { href: hashOf(parent) }, number), after);
}

/** @param {Comment} comment */
function insteadOf({ state, removed }) {
  if (state === "deleted" || removed?.by === "author") return t("gone_author");
  if (state === "held") return t("gone_held");
  const reason = removed?.reason_code ? reasonWord(removed.reason_code) : null;
  if (removed?.by === "rule") return reason ? t("gone_rule", { reason }) : t("gone_rule_plain");
  return reason ? t("gone_moderator", { reason }) : t("gone_moderator_plain");
}

/** @param {Node} node */
function stateLines({ comment, mine, status, publicText }) {
  if (status === "sending") return [h("p", { class: "state" }, t("sending"))];
  if (status !== "sent" || comment.body === null) return [];
  const line = (/** @type {string} */ kind, /** @type {string} */ text) =>
    h("p", { class: `state ${kind}` }, text);
  switch (comment.state) {
    case "held":
      return [line("held", mine ? t("held_mine") : t("gone_held"))];
    case "hidden":
      return [
        line("hidden", `${insteadOf(comment)}${mine ? `; ${t("hidden_mine")}` : ""}`),
        publicText && h("p", { class: "state", dir: "auto" }, t("told", { text: publicText })),
      ];
    case "deleted":
      return [line("hidden", t("gone_author"))];
    default:
      return [];
  }
}

/** @param {App} app @param {Node} node */
function failure(app, node) {
  return h(
    "p",
    { class: "state failed" },
    t("not_sent", { why: node.failure ?? "" }),
    " ",
    button(t("try_again"), () => void deliver(app, node), { "data-act": "again" }),
    button(t("back_to_text"), () => backToText(app, node)),
    button(t("discard"), () => discard(app, node)),
  );
}
