// What moderators do in the thread itself: hide with a reason, show again, undo.
// The whole desk, with queue and history, is the console.

/** @import {App} from "./app.js" */
/** @import {Action, Decision} from "../../shared/types" */
/** @import {Node} from "../types" */
import { h } from "../../shared/dom.js";
import { reasonsOf } from "./flags.js";
import { field, Form } from "./form.js";
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
  const reasons = [...reasonsOf(app), "rule_violation"];
  const reason = h("select", {}, ...reasons.map((code) => h("option", { value: code }, reasonWord(code))));
  const draft = `hide:${id}`;
  const text = app.drafts.kept(draft, h("input", { type: "text", maxlength: 1000, dir: "auto" }));
  const send = async () => {
    const told = text.value.trim();
    const isDone = await decide(app, node, "hide", {
      reason_code: reason.value,
      ...(told ? { public_text: told } : {}),
    });
    if (!isDone) return;
    app.drafts.keep(draft, "");
    form.element.remove();
    app.tree.focus(id);
  };
  const form = new Form(
    t("hide"),
    send,
    { class: "decide", cancel: close },
    field(t("mod_reason"), reason),
    field(t("mod_public_text"), text, "field grow"),
  );
  place.replaceChildren(form.element);
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
    app.bars.tell(explain(error));
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
    if (decisionId) app.bars.offer(done, t("undo"), () => void undo(app, node, decisionId));
    return true;
  } catch (error) {
    app.bars.tell(explain(error));
    return false;
  }
}

/** @param {App} app @param {Node} node @param {string} decisionId */
async function undo(app, node, decisionId) {
  try {
    const decision = await app.calls.undo(decisionId);
    await settle(app, node);
    app.tree.focus(node.comment.id);
    if (!tellConflict(app, decision)) app.bars.tell(t("undone"));
  } catch (error) {
    app.bars.tell(explain(error));
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
  app.bars.tell(t(wordKey(`conflict_${first.code}`) ?? "conflict_wrong_state"));
  return true;
}
