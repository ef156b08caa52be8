// The notice of illegal content, given without an account: the form, the receipt to
// keep, and what became of it. Flags, which need one, are flags.js.

/** @import {App} from "./app.js" */
/** @import {Receipt} from "../../shared/types" */
/** @import {Node} from "../types" */
import { newKey } from "../../shared/api.js";
import { button, h } from "../../shared/dom.js";
import { explain, explainField } from "../../shared/problems.js";
import { openSheet } from "./dialog.js";
import { field, Form } from "./form.js";
import { reasonsOf } from "./flags.js";
import { dayOf } from "../../shared/time.js";
import { reasonWord, t } from "../../shared/words.js";

/** The contract's room, in characters. */
const MAX_CHARS = 5_000;
/** The address of a receipt: this page, with the token where no server sees it. */
const HASH = /^#understory-notice=([\w-]{8,200})$/;

/** @param {App} app @param {Node} node */
export function openNotice(app, node) {
  const { id, number } = node.comment;
  const draft = `notice:${id}`;
  const key = newKey();
  const category = h("select", { name: "category" },
    ...reasonsOf(app).map((code) => h("option", { value: code, selected: code === "illegal" }, reasonWord(code))));
  const explanation = app.drafts.kept(
    draft,
    h("textarea", { name: "explanation", rows: 4, maxlength: MAX_CHARS, dir: "auto", required: true }),
  );
  const name = h("input", { type: "text", name: "name", autocomplete: "name", maxlength: 200, dir: "auto" });
  const email = h("input", { type: "email", name: "email", autocomplete: "email", maxlength: 254 });
  const faith = h("input", { type: "checkbox", name: "good_faith" });
  const body = () => ({
    comment_id: id,
    explanation: explanation.value,
    category: category.value,
    good_faith: /** @type {const} */ (true),
    ...(name.value.trim() ? { name: name.value.trim() } : {}),
    ...(email.value.trim() ? { email: email.value.trim() } : {}),
  });
  const send = async () => {
    if (explanation.value.trim() === "") return form.refuse(t("write_something"), explanation);
    if (!faith.checked) return form.refuse(t("report_faith_missing"), faith);
    try {
      const receipt = await app.calls.giveNotice(body(), key);
      app.drafts.keep(draft, "");
      sheet.close();
      showReceipt(app, receipt, t("report_received"));
    } catch (error) {
      [explanation, name, email].find((input) => explainField(error, input.name) !== null)?.focus();
      throw error;
    }
  };
  const form = new Form(
    t("report_send"),
    send,
    {},
    h("p", { class: "hint" }, t("report_lead", { number })),
    field(t("report_category"), category),
    field(t("report_explanation"), explanation),
    field(t("report_name"), name),
    field(t("report_email"), email),
    h("label", { class: "choice" }, faith, " ", t("report_faith")),
    h("p", { class: "hint" }, t("report_next")),
  );
  const sheet = openSheet(app, t("report"), [form.element], { close: t("cancel"), send: form.submit, lost: () => app.tree.focus(id) });
}

/** What became of the notice that the address names, if it names one. @param {App} app */
export async function followReceipt(app) {
  const token = HASH.exec(location.hash)?.[1];
  if (!token) return;
  try {
    showReceipt(app, await app.calls.notice(token), t("report_state"));
  } catch (error) {
    app.bars.tell(explain(error));
  }
}

/** @param {App} app @param {Receipt} receipt @param {string} title */
function showReceipt(app, { token, state, comment_id, due_at, created_at, outcome, redress }, title) {
  const link = new URL(location.href);
  link.hash = `understory-notice=${token}`;
  const shown = h("input", { type: "text", readonly: true, value: link.href, "aria-label": t("report_link") });
  const words =
    state === "open"
      ? t("report_open", { date: dayOf(due_at) })
      : t(state === "upheld" ? "report_upheld" : "report_dismissed", { date: dayOf(outcome?.at ?? created_at) });
  openSheet(app, title, [
    h("p", {}, words),
    redress && h("p", { class: "hint" }, t("report_redress")),
    h("p", { class: "hint" }, t("report_keep")),
    h("p", { class: "input" }, shown, button(t("copy"), async () => {
      shown.select();
      try {
        await navigator.clipboard.writeText(link.href);
        app.bars.say(t("link_copied"));
      } catch {
        // It is selected: the keys copy it.
      }
    }, { class: "second" })),
  ], { lost: () => app.tree.focus(comment_id) });
}
