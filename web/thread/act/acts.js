// What each press does (`data-act` of a button), and which acts a person has on a
// comment beyond those that view/comment.js shows to everybody.

/** @import {App} from "./app.js" */
/** @import {Node} from "../types" */
import { t } from "../../shared/words.js";
import { linkTo } from "../view/comment.js";
import { editableUntil } from "../model/viewer.js";
import { openFlagSheet, withdraw } from "./flags.js";
import { more } from "./more.js";
import { mute, openMuted, reveal } from "./muting.js";
import { goToNextNew } from "./next.js";
import { openOutcomes } from "./outcomes.js";
import { hideForm, restore, toggleText } from "./moderate.js";
import { deleteQuestion, editField } from "./own.js";
import { backToText, deliver, giveUp, openReply } from "./posting.js";
import { signOut } from "./account.js";
import { ask } from "./votes.js";

/**
 * The node is undefined for what is not about one comment.
 *
 * @type {Record<string, (app: App, node: Node) => unknown>}
 */
export const acts = {
  more: (app, node) => more(app, node?.comment.id ?? null),
  reply: openReply,
  up: (app, node) => ask(app, node, 1),
  down: (app, node) => ask(app, node, -1),
  edit: editField,
  delete: deleteQuestion,
  flag: openFlagSheet,
  withdraw,
  mute,
  reveal,
  muted: openMuted,
  next: (app, node) => goToNextNew(app, node?.comment.id ?? null),
  outcomes: openOutcomes,
  share,
  hide: hideForm,
  restore,
  text: toggleText,
  again: deliver,
  back: backToText,
  discard: giveUp,
  sign_in: (app) => app.write.openSignIn("sign_in"),
  register: (app) => app.write.openSignIn("register"),
  sign_out: signOut,
};

/**
 * @param {App} app
 * @param {Node} node
 * @returns {[act: string, label: string][]}
 */
export function actsOf(app, node) {
  const { mine, comment } = node;
  const { state, body } = comment;
  const until = editableUntil(app.model, node);
  const moderate = app.model.can?.moderate ?? false;
  const shown = state === "published" || state === "held";
  /** @type {[string, string][]} */
  const all = [];
  if (until !== null && (app.model.can?.post ?? true)) all.push(["edit", t("edit", { n: Math.ceil((until - Date.now()) / 60_000) })]);
  if (mine && shown) all.push(["delete", t("delete")]);
  if (moderate && shown) all.push(["hide", t("hide")]);
  if (moderate && state === "hidden") all.push(["restore", t("restore")]);
  if (moderate && state === "hidden" && body === null) all.push(["text", t("show_text")]);
  return all;
}

/** @param {App} app @param {Node} node */
async function share(app, node) {
  const url = linkTo(node.comment.id);
  try {
    await navigator.clipboard.writeText(url);
    app.bars.tell(t("link_copied"));
  } catch {
    history.replaceState(history.state, "", url);
    app.bars.tell(t("link_not_copied"));
  }
}
