// To whom a decision was made against: the moderator's words, who decided, and the
// way to object; afterwards how the objection stands and what was ruled. The
// decisions themselves are past.js.

/** @import {App} from "./app.js" */
/** @import {Entry} from "../../shared/types" */
/** @import {Node} from "../types" */
import { newKey } from "../../shared/api.js";
import { button, freshId, h } from "../../shared/dom.js";
import { field, Form } from "./form.js";
import { entryOn, readPast } from "./past.js";
import { Problem } from "../../shared/problems.js";
import { dayOf } from "../../shared/time.js";
import { t } from "../../shared/words.js";

/** The contract's room for an objection, in characters. */
const MAX_CHARS = 5_000;

/** Under an own comment: what was decided on it, and what can be done. @param {App} app @param {Node} node */
export function decisionLines(app, node) {
  const { id, state } = node.comment;
  const entry = entryOn(app, id);
  if (!node.mine || !entry?.statement?.in_force) return [];
  // It has been shown again, and what was read of the decision is older.
  if (entry.action === "hide" && state !== "hidden") return [];
  return linesOf(app, entry, () => app.tree.under(id), () => app.tree.focus(id));
}

/** Under a comment this person flagged in vain: the way to object to that. @param {App} app @param {Node} node */
export function flagObjection(app, node) {
  const { id } = node.comment;
  const entry = entryOn(app, id);
  if (node.mine || !entry || app.model.flags.get(id)?.state !== "dismissed") return [];
  return [appealLine(app, entry, () => app.tree.under(id), () => app.tree.focus(id))];
}

/**
 * @param {App} app
 * @param {Entry} entry
 * @param {() => HTMLElement} place where the form opens, asked for when it does
 * @param {() => void} back puts the focus where it was
 */
export function linesOf(app, entry, place, back) {
  const policy = entry.statement?.policy_url;
  return [
    entry.public_text && h("p", { class: "state", dir: "auto" }, t("told", { text: entry.public_text })),
    h(
      "p",
      { class: "state" },
      t(entry.automated ? "decided_rule" : "decided_moderator", { date: dayOf(entry.at) }),
      policy && " ",
      policy && h("a", { href: policy, target: "_blank", rel: "noopener" }, t("rules_link")),
    ),
    // A warning restricts nothing, and the service takes no objection to it.
    entry.statement && appealLine(app, entry, place, back),
  ];
}

/**
 * @param {App} app
 * @param {Entry} entry
 * @param {() => HTMLElement} place
 * @param {() => void} back
 */
function appealLine(app, entry, place, back) {
  const { appeal, statement } = entry;
  if (appeal === null) {
    const until = statement?.redress.appeal_until;
    if (until && Date.parse(until) <= Date.now()) return null;
    return h(
      "p",
      { class: "state" },
      button(t("object"), () => openForm(app, entry, place, back), { "data-act": `object-${entry.id}` }),
      until && h("span", { class: "until" }, " ", t("object_until", { date: dayOf(until) })),
    );
  }
  const { state, answer, due_at, decided_at } = appeal;
  return h(
    "div",
    { class: "state" },
    h(
      "p",
      {},
      state === "open"
        ? t("objected_open", { date: dayOf(due_at) })
        : t(state === "upheld" ? "objected_upheld" : "objected_overturned", { date: dayOf(decided_at ?? "") }),
    ),
    answer && h("p", { dir: "auto" }, t("ruled", { text: answer })),
    h("details", {}, h("summary", {}, t("objection_yours")), h("p", { dir: "auto", class: "plain" }, appeal.text)),
  );
}

/**
 * @param {App} app
 * @param {Entry} entry
 * @param {() => HTMLElement} place
 * @param {() => void} back
 */
function openForm(app, entry, place, back) {
  const draft = `object:${entry.id}`;
  const key = newKey();
  const hint = h("p", { class: "hint", id: freshId() }, t("object_next"));
  const written = app.drafts.kept(
    draft,
    h("textarea", { rows: 3, maxlength: MAX_CHARS, dir: "auto", "aria-describedby": hint.id }),
  );
  const send = async () => {
    const text = written.value.trim();
    if (text === "") return form.refuse(t("write_something"), written);
    try {
      entry.appeal = await app.calls.appeal(entry.id, text, key);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "already_appealed") throw error;
    }
    app.drafts.keep(draft, "");
    form.element.remove();
    await readPast(app);
    if (entry.comment_id) app.tree.refresh(entry.comment_id);
    back();
    app.bars.tell(t("objected"));
  };
  const cancel = () => {
    form.element.remove();
    back();
  };
  const form = new Form(
    t("object_send"),
    send,
    { class: "box", "aria-label": t("object"), cancel },
    field(t("object_label"), written, null),
    hint,
  );
  place().replaceChildren(form.element);
  written.focus();
}
