// Flagging: the sheet with the reasons, and the line under a flagged comment that
// says what became of it. What moderators do with flags is not here.

/** @import {App} from "./app.js" */
/** @import {Node} from "../types" */
import { button, freshId, h, press } from "../../shared/dom.js";
import { explain, Problem } from "../../shared/problems.js";
import { reasonWord, t } from "../../shared/words.js";

/** Until the site has said which it offers. */
const REASONS = [
  "spam", "harassment", "hate", "violence", "sexual",
  "misinformation", "off_topic", "illegal", "other",
];

/** @param {App} app */
export function reasonsOf(app) {
  const own = app.model.site?.reasons;
  return own?.length ? own : REASONS;
}

/** @param {App} app @param {Node} node */
export function openFlagSheet(app, node) {
  const titleId = freshId();
  const noteId = freshId();
  const problem = h("p", { class: "hint problem", role: "alert" });
  const note = h("textarea", { id: noteId, rows: 2, maxlength: 1000, dir: "auto" });
  const submit = h("button", { type: "submit", class: "main" }, t("flag_send"));
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void send();
      },
    },
    h("h3", { id: titleId }, t("flag_title")),
    h(
      "fieldset",
      {},
      h("legend", {}, t("flag_lead")),
      ...reasonsOf(app).map((reason) =>
        h("label", { class: "choice" }, h("input", { type: "radio", name: "reason", value: reason }), " ", reasonWord(reason)),
      ),
    ),
    h("div", { class: "field" }, h("label", { for: noteId }, t("flag_note")), note),
    h("p", { class: "hint" }, t("flag_next")),
    problem,
    h("div", { class: "send" }, submit, button(t("cancel"), () => sheet.close())),
  );
  /** @type {HTMLDialogElement} */
  const sheet = h(
    "dialog",
    {
      class: "sheet",
      "aria-labelledby": titleId,
      onclose: () => sheet.remove(),
      // A click beside the sheet: the dialog itself is hit, not what is in it.
      onclick: (/** @type {MouseEvent} */ event) => event.target === sheet && sheet.close(),
    },
    form,
  );

  const send = async () => {
    const reason = new FormData(form).get("reason");
    if (typeof reason !== "string") {
      problem.textContent = t("flag_choose");
      form.querySelector("input")?.focus();
      return;
    }
    submit.disabled = true;
    const { id } = node.comment;
    const text = note.value.trim();
    try {
      const flag = await app.calls.flag(id, { reason, ...(text ? { note: text } : {}) });
      app.model.flags.set(id, flag);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "already_flagged") {
        submit.disabled = false;
        problem.textContent = explain(error);
        return;
      }
      app.model.flags.set(id, null);
    }
    sheet.close();
    app.tree.refresh(id);
    app.tree.focus(id);
    app.notices.tell(t("flag_sent"));
  };

  app.element.append(sheet);
  sheet.showModal();
  form.querySelector("input")?.focus();
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

/** Reads how the flags in view have ended. @param {App} app */
export async function readOutcomes(app) {
  if (app.model.flags.size === 0) return;
  try {
    const { items } = await app.calls.myFlags();
    // The latest first; an open one counts before older ones.
    for (const flag of items.toReversed()) {
      if (app.model.flags.has(flag.comment_id)) app.model.flags.set(flag.comment_id, flag);
    }
    for (const id of app.model.flags.keys()) app.tree.refresh(id);
  } catch {
    // The plain line "You flagged this" stands; the outcome comes next time.
  }
}

/** @param {App} app @param {Node} node */
export async function withdraw(app, { comment: { id: commentId } }) {
  const flag = app.model.flags.get(commentId);
  if (!flag) return;
  try {
    await app.calls.withdrawFlag(flag.id);
    app.model.flags.delete(commentId);
    app.tree.refresh(commentId);
    app.tree.focus(commentId);
    app.notices.tell(t("flag_withdrawn"));
  } catch (error) {
    app.notices.tell(explain(error));
  }
}
