// Lines below a comment about its state, as its author or a moderator sees them,
// and what became of a flag. What can be done is acts.js.

/** @import {App} from "./app.js" */
/** @import {Node} from "../types" */
import { h, press } from "../../shared/dom.js";
import { t } from "../../shared/words.js";
import { insteadOf } from "../view/comment.js";
import { flagLine } from "./flags.js";

/** @param {App} app @param {Node} node */
export function linesOf(app, node) {
  return [...stateLines(node), node.status === "sent" ? flagLine(app, node) : null];
}

/** @param {Node} node */
function stateLines(node) {
  const { comment, mine, status, publicText } = node;
  if (status === "sending") return [h("p", { class: "state" }, t("sending"))];
  if (status === "failed") return [failure(node)];
  if (comment.body === null) return [];
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
