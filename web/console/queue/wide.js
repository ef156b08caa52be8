// A decision on very many comments: an author's in a period, all that say the
// same, or a branch. How many it would be is asked first; then it runs on the
// server, step by step, and can be stopped or taken back as one.

/** @import {Action} from "../../shared/types" */
/** @import {Desk} from "../desk.js" */
/** @import {Comment, Decision} from "../types" */
import { button, h } from "../../shared/dom.js";
import { explain } from "../../shared/problems.js";
import { reasonWord } from "../../shared/words.js";
import { newKey } from "../../shared/api.js";
import { field, openDialog, select } from "../parts.js";
import { t, word } from "../words.js";
import { midnight } from "./asked.js";
import { reasonsOf } from "./reasons.js";
import { follow } from "./running.js";

/** @type {Action[]} */
const ACTIONS = ["hide", "approve", "dismiss", "restore", "lock", "unlock"];
const SCOPES = /** @type {const} */ (["author", "duplicates", "subtree"]);

/** @param {Desk} desk @param {Comment | null} comment the one that is looked at */
export function askWide(desk, comment) {
  if (!comment) return;
  const author = comment.author;
  const scopes = SCOPES.filter((one) => one !== "author" || author);
  const scope = select(scopes.map((one) => [one, word("wide", one, { name: author?.display_name ?? "" })]));
  const action = select(ACTIONS.map((one) => [one, word("act", one)]));
  const reason = select(reasonsOf(desk).map((one) => [one, reasonWord(one)]));
  const [from, to] = [h("input", { type: "date" }), h("input", { type: "date" })];
  const text = h("textarea", { rows: 2, maxlength: 2000, dir: "auto" });
  const said = h("p", { role: "status" });
  const go = h("button", { type: "button", class: "main", hidden: true });
  const period = h("div", { class: "pair" }, field(t("wide_from"), from), field(t("wide_to"), to));
  const why = field(t("reason"), reason);

  const body = () => {
    const aim = scope.value === "subtree"
      ? { targets: [{ comment_id: comment.id, version: comment.version }], scope: "subtree" }
      : scope.value === "duplicates"
        ? { select: { duplicates_of: comment.id } }
        : { select: {
            author_id: author?.id,
            site: desk.site.site,
            ...(from.value ? { from: midnight(from.value, 0) } : {}),
            ...(to.value ? { to: midnight(to.value, 1) } : {}),
          } };
    return {
      ...aim,
      action: action.value,
      ...(action.value === "hide" ? { reason_code: reason.value } : {}),
      ...(text.value.trim() ? { public_text: text.value.trim() } : {}),
    };
  };
  // asked once more after an answer that was lost it is the same decision; with another field, another
  let key = newKey();
  const changed = () => {
    key = newKey();
    go.hidden = true;
    said.textContent = "";
    period.hidden = scope.value !== "author";
    why.hidden = action.value !== "hide";
  };
  /** What was counted, and nothing else, is decided. */
  let counted = {};
  const tried = async () => {
    said.textContent = t("counting");
    const mine = key;
    const asked = body();
    try {
      /** @type {Decision} */
      const made = await desk.api.send("POST", "moderation/decisions", { body: { ...asked, dry_run: true } });
      if (mine !== key) return;
      counted = asked;
      said.textContent = made.applied_count === 0
        ? t("wide_none")
        : t("wide_would", { n: made.applied_count, left: made.conflict_count });
      go.textContent = t("act_on", { n: made.applied_count, action: word("act", asked.action) });
      go.hidden = made.applied_count === 0;
      if (!go.hidden) go.focus();
    } catch (error) {
      if (mine === key) said.textContent = explain(error);
    }
  };
  go.addEventListener("click", async () => {
    go.disabled = true;
    try {
      const made = await desk.api.send("POST", "moderation/decisions", { body: counted, key });
      dialog.close();
      follow(desk, made);
    } catch (error) {
      said.textContent = explain(error);
      go.disabled = false;
    }
  });
  changed();
  const dialog = openDialog(
    "wide",
    t("wide_title"),
    h(
      "form",
      {
        oninput: changed,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          void tried();
        },
      },
      field(t("wide_scope"), scope),
      period,
      field(t("wide_action"), action),
      why,
      field(t("public_text"), text),
      said,
      h("div", { class: "send" },
        h("button", { type: "submit" }, t("wide_count")), go, button(t("cancel"), () => dialog.close())),
    ),
  );
}
