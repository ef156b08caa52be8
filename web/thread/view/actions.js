// The row of quiet buttons under a comment. Each button's act is in the module
// of its matter: votes.js, flags.js, own.js, moderate.js, posting.js.

/** @import {App} from "../act/app.js" */
/** @import {Node} from "../types" */
import { button, h } from "../../shared/dom.js";
import { openFlagSheet } from "../act/flags.js";
import { hideForm, restore, toggleText } from "../act/moderate.js";
import { deleteQuestion, editField } from "../act/own.js";
import { hashOf } from "../act/permalink.js";
import { openReply } from "../act/posting.js";
import { voteButtons } from "../act/votes.js";
import { t } from "../../shared/words.js";

/**
 * @param {App} app
 * @param {Node} node
 * @returns {HTMLElement | null} null where nothing can be done
 */
export function actionRow(app, node) {
  const { comment, mine } = node;
  const { thread, can } = app.model;
  const published = comment.state === "published";
  const open = thread?.state === "open";
  const until = app.model.editableUntil(node);
  const moderate = can?.moderate ?? false;
  const mayPost = can?.post ?? true;

  const buttons = [
    published && open && mayPost && !comment.locked &&
      button(t("reply"), () => openReply(app, node), { "data-act": "reply" }),
    published && voteButtons(app, node, open && !mine),
    until !== null &&
      button(t("edit", { n: Math.ceil((until - Date.now()) / 60_000) }), () => editField(app, node), {
        "data-act": "edit",
      }),
    mine && (published || comment.state === "held") &&
      button(t("delete"), () => deleteQuestion(app, node), { "data-act": "delete" }),
    published && !mine && !app.model.flags.has(comment.id) && thread?.state !== "archived" &&
      button(t("flag"), () => flag(app, node), { "data-act": "flag" }),
    published && button(t("share"), () => void share(app, node), { "data-act": "share" }),
    moderate && (published || comment.state === "held") &&
      button(t("hide"), () => hideForm(app, node), { "data-act": "hide" }),
    moderate && comment.state === "hidden" &&
      button(t("restore"), () => void restore(app, node), { "data-act": "hide" }),
    moderate && comment.state === "hidden" && comment.body === null &&
      button(t("show_text"), () => void toggleText(app, node), { "data-act": "text" }),
  ].filter((item) => item !== false);

  if (buttons.length === 0) return null;
  const label = t("actions_label", { number: comment.number });
  return h("div", { class: "actions", role: "group", "aria-label": label }, ...buttons);
}

/** @param {App} app @param {Node} node */
function flag(app, node) {
  app.gate.through(app.tree.under(node.comment.id), t("sign_in_to_act"), () => openFlagSheet(app, node));
}

/** @param {App} app @param {Node} node */
async function share(app, node) {
  const url = new URL(location.href);
  url.hash = hashOf(node.comment.id);
  try {
    await navigator.clipboard.writeText(url.href);
    app.notices.tell(t("link_copied"));
  } catch {
    history.replaceState(history.state, "", url);
    app.notices.tell(t("link_not_copied"));
  }
}
