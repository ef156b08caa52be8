// What moderators do in the thread itself: hide with a reason, show again, undo.
// The whole desk, with queue and history, is the console.

/** @import {App} from "./app.js" */
/** @import {Action, Decision} from "../../shared/types" */
/** @import {Node} from "../types" */
import { button, freshId, h } from "../../shared/dom.js";
import { reasonsOf } from "./flags.js";
import { explain, Problem } from "../../shared/problems.js";
import { reasonWord, t, wordKey } from "../../shared/words.js";

/** @param {App} app @param {Node} node */
export function hideForm(app, node) {
  const { id } = node.comment;
  const place = app.tree.under(id);
  const close = () => {
    place.replaceChildren();
    app.tree.focus(id);
  };
  const reasonId = freshId();
  const textId = freshId();
  const reasons = [...reasonsOf(app), "rule_violation"];
  const reason = h(
    "select",
    { id: reasonId },
    ...reasons.map((code) => h("option", { value: code }, reasonWord(code))),
  );
  const draft = `hide:${id}`;
  const text = h("input", {
    type: "text", id: textId, maxlength: 1000, dir: "auto",
    oninput: () => app.drafts.keep(draft, text.value),
  });
  text.value = app.drafts.read(draft);
  const submit = h("button", { type: "submit", class: "main" }, t("hide"));
  const send = async () => {
    const told = text.value.trim();
    submit.disabled = true;
    const isDone = await decide(app, node, "hide", {
      reason_code: reason.value,
      ...(told ? { public_text: told } : {}),
    });
    submit.disabled = false;
    if (!isDone) return;
    app.drafts.keep(draft, "");
    form.remove();
    app.tree.focus(id);
  };
  const form = h(
    "form",
    {
      class: "decide",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void send();
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Escape") close();
      },
    },
    h("div", { class: "field" }, h("label", { for: reasonId }, t("mod_reason")), reason),
    h("div", { class: "field grow" }, h("label", { for: textId }, t("mod_public_text")), text),
    h("div", { class: "send" }, submit, button(t("cancel"), close)),
  );
  place.replaceChildren(form);
  reason.focus();
}

/** @param {App} app @param {Node} node */
export function restore(app, node) {
  return decide(app, node, "restore", {});
}

/** A hidden comment as moderators may read it. @param {App} app @param {Node} node */
export async function toggleText(app, node) {
  try {
    await app.rereadComment(node);
    app.tree.focus(node.comment.id);
  } catch (error) {
    app.notices.tell(explain(error));
  }
}

/**
 * @param {App} app
 * @param {Node} node
 * @param {Action} action
 * @param {{reason_code?: string, public_text?: string}} why
 * @returns {Promise<boolean>} whether it was done
 */
async function decide(app, node, action, why) {
  const { id, version, number } = node.comment;
  try {
    const decision = await app.calls.decide({
      targets: [{ comment_id: id, version }],
      action,
      ...why,
    });
    if (tellConflict(app, decision)) {
      await settle(app, node);
      return false;
    }
    await settle(app, node);
    const { id: decisionId } = decision;
    const done = t(action === "hide" ? "mod_hidden" : "mod_restored", { number });
    if (decisionId) app.notices.offer(done, t("undo"), () => void undo(app, node, decisionId));
    return true;
  } catch (error) {
    app.notices.tell(explain(error));
    return false;
  }
}

/** @param {App} app @param {Node} node @param {string} decisionId */
async function undo(app, node, decisionId) {
  try {
    const decision = await app.calls.undo(decisionId);
    await settle(app, node);
    app.tree.focus(node.comment.id);
    if (!tellConflict(app, decision)) app.notices.tell(t("undone"));
  } catch (error) {
    app.notices.tell(explain(error));
  }
}

/** The comment and the counts as they are after an act. @param {App} app @param {Node} node */
async function settle(app, node) {
  try {
    await app.rereadComment(node);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    app.watch.shift(node.comment.state, null);
    app.model.drop(node.comment.id);
    app.tree.drawLevel(node.comment.parent_id);
  }
  await app.rereadThread();
}

/** @param {App} app @param {Decision} decision @returns {boolean} whether nothing was changed */
function tellConflict(app, { conflicts }) {
  const first = conflicts[0];
  if (!first) return false;
  app.notices.tell(t(wordKey(`conflict_${first.code}`) ?? "conflict_wrong_state"));
  return true;
}
