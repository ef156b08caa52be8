// Flagging: the sheet with the reasons, and the line under a flagged comment that
// says what became of it. What moderators do with flags is not here.

/** @import {App} from "./app.js" */
/** @import {Id} from "../../shared/types" */
/** @import {Node} from "../types" */
import { button, h, press } from "../../shared/dom.js";
import { explain, Problem } from "../../shared/problems.js";
import { openSheet } from "./dialog.js";
import { field, Form } from "./form.js";
import { openNotice } from "./notice.js";
import { reasonWord, t } from "../../shared/words.js";

/** Until the site has said which it offers. */
const REASONS = [
  "spam", "harassment", "hate", "violence", "sexual",
  "misinformation", "off_topic", "illegal", "other",
];

/** The contract's room for a note, in characters. */
const MAX_NOTE = 500;

/** @param {App} app */
export function reasonsOf(app) {
  const own = app.model.site?.reasons;
  return own?.length ? own : REASONS;
}

/**
 * The sheet opens for anybody; a sign-in comes after the choice, and what was
 * chosen is sent then.
 *
 * @param {App} app
 * @param {Node} node
 */
export function openFlagSheet(app, node) {
  const { id } = node.comment;
  const [reasonDraft, noteDraft] = draftsOf(id);
  const kept = app.drafts.read(reasonDraft);
  const note = app.drafts.kept(noteDraft, h("textarea", { rows: 2, maxlength: MAX_NOTE, dir: "auto" }));
  const send = async () => {
    const reason = new FormData(form.element).get("reason");
    if (typeof reason !== "string") return form.refuse(t("flag_choose"), form.element.querySelector("input"));
    const text = note.value.trim();
    const chosen = { reason, ...(text ? { note: text } : {}) };
    if (!app.session.user) {
      sheet.close();
      app.gate.through(app.tree.under(id), t("sign_in_to_flag"), () => void afterSignIn(app, node, chosen));
      return;
    }
    await flag(app, node, chosen);
    sheet.close();
    flagged(app, node);
  };
  const form = new Form(
    t("flag_send"),
    send,
    {},
    h(
      "fieldset",
      { onchange: (/** @type {Event} */ { target }) => app.drafts.keep(reasonDraft, /** @type {HTMLInputElement} */ (target).value) },
      h("legend", {}, t("flag_lead")),
      ...reasonsOf(app).map((reason) =>
        h(
          "label",
          { class: "choice" },
          h("input", { type: "radio", name: "reason", value: reason, checked: reason === kept }),
          " ",
          reasonWord(reason),
        ),
      ),
    ),
    field(t("flag_note"), note),
    h("p", { class: "hint" }, t("flag_next")),
  );
  const toNotice = button(t("report"), () => {
    sheet.close();
    openNotice(app, node);
  });
  const sheet = openSheet(
    app,
    t("flag_title"),
    [form.element, h("p", { class: "hint" }, t("report_offer"), " ", toNotice)],
    { close: t("cancel"), send: form.submit, lost: () => app.tree.focus(id) },
  );
  form.element.querySelector("input")?.focus();
}

/** What is chosen and written, until it is sent. @param {Id} id @returns {[string, string]} */
function draftsOf(id) {
  return [`flag:${id}`, `flag-note:${id}`];
}

/** @param {App} app @param {Node} node @param {{reason: string, note?: string}} chosen */
async function afterSignIn(app, node, chosen) {
  try {
    await flag(app, node, chosen);
    flagged(app, node);
  } catch (error) {
    app.bars.tell(explain(error));
  }
}

/** @param {App} app @param {Node} node @param {{reason: string, note?: string}} chosen */
async function flag(app, { comment: { id } }, chosen) {
  try {
    const made = await app.calls.flag(id, chosen);
    app.model.flags.set(id, made);
    app.model.past.flags.unshift(made);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "already_flagged") throw error;
    app.model.flags.set(id, null);
  }
  for (const draft of draftsOf(id)) app.drafts.keep(draft, "");
}

/** @param {App} app @param {Node} node */
function flagged(app, { comment: { id } }) {
  app.tree.refresh(id);
  app.tree.focus(id);
  app.bars.tell(t("flag_sent"));
}

/** What became of this reader's flag. @param {App} app @param {Node} node */
export function flagLine(app, node) {
  const { id } = node.comment;
  const flag = app.model.flags.get(id);
  if (flag === undefined) return null;
  const state = flag?.state ?? "open";
  if (state === "withdrawn") return null;
  return h(
    "p",
    { class: "state" },
    t(`flag_${state}`),
    " ",
    state === "open" &&
      flag &&
      press("withdraw", t("flag_withdraw")),
  );
}

/** @param {App} app @param {Node} node */
export async function withdraw(app, { comment: { id: commentId } }) {
  const flag = app.model.flags.get(commentId);
  if (!flag) return;
  try {
    await app.calls.withdrawFlag(flag.id);
    const { flags, past } = app.model;
    flags.delete(commentId);
    past.flags = past.flags.filter(({ id }) => id !== flag.id);
    app.tree.refresh(commentId);
    app.tree.focus(commentId);
    app.bars.tell(t("flag_withdrawn"));
  } catch (error) {
    app.bars.tell(explain(error));
  }
}
