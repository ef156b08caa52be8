// Lines below a comment about its state, as its author or a moderator sees them:
// on its way or not sent, why it waits, what was decided, what became of a flag.
// What can be done is acts.js.

/** @import {App} from "./app.js" */
/** @import {Node} from "../types" */
import { h, press } from "../../shared/dom.js";
import { t, wordKey } from "../../shared/words.js";
import { insteadOf } from "../view/comment.js";
import { flagLine } from "./flags.js";
import { decisionLines, flagObjection } from "./objection.js";
import { isWaiting, waitsForNetwork, waitWords } from "./waiting.js";

/** @param {App} app @param {Node} node */
export function linesOf(app, node) {
  const { status } = node;
  if (status === "failed") return [isWaiting(node) ? waiting(node) : failure(node)];
  if (status !== "sent") return stateLines(node);
  return [...stateLines(node), heldBy(node), ...decisionLines(app, node), flagLine(app, node), ...flagObjection(app, node)];
}

/** @param {Node} node */
function stateLines(node) {
  const { comment, mine, status } = node;
  if (status === "sending") return [h("p", { class: "state" }, t("sending"))];
  if (comment.body === null) return [];
  const line = (/** @type {string} */ kind, /** @type {string} */ text) =>
    h("p", { class: `state ${kind}` }, text);
  switch (comment.state) {
    case "held":
      return [line("held", mine ? t("held_mine") : t("gone_held"))];
    case "hidden":
      return [line("hidden", `${insteadOf(comment)}${mine ? `; ${t("hidden_mine")}` : ""}`)];
    case "deleted":
      return [line("hidden", t("gone_author"))];
    default:
      return [];
  }
}

/** @param {Node} node */
function failure({ failure: why }) {
  return h(
    "p",
    { class: "state failed" },
    t("not_sent", { why: why ?? "" }),
    " ",
    press("again", t("try_again")),
    press("back", t("back_to_text")),
    press("discard", t("discard")),
  );
}

/** @param {Node} node */
function waiting(node) {
  return h(
    "p",
    { class: "state held" },
    h("span", { class: "wait" }, waitWords(node)),
    " ",
    waitsForNetwork(node) && press("again", t("try_again")),
    press("back", t("back_to_text")),
    press("discard", t("discard")),
  );
}

/** Why a comment of one's own waits for a moderator. @param {Node} node */
function heldBy({ comment, mine }) {
  if (!mine || comment.state !== "held" || !comment.held_by) return null;
  return h("p", { class: "state" }, t(wordKey(`held_by_${comment.held_by}`) ?? "held_by_rule"));
}
