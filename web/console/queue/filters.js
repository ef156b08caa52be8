// The form for what of the queue is shown: by reason, thread, author, and since when
// it waits. What filters are is asked.js.

/** @import {Desk} from "../desk.js" */
/** @import {Filters} from "./asked.js" */
import { button, h } from "../../shared/dom.js";
import { reasonWord } from "../../shared/words.js";
import { authorOf } from "../author.js";
import { field, select } from "../parts.js";
import { hashOf } from "../router.js";
import { t } from "../words.js";
import { NAMES } from "./asked.js";

const LABELS = /** @type {const} */ ({
  reason: "reason", thread: "search_thread", author: "search_author", from: "filter_from", to: "wide_to",
});

/**
 * @param {Desk} desk
 * @param {Filters} filters
 * @returns {HTMLElement}
 */
export function filterForm(desk, filters) {
  const isSet = NAMES.some((name) => filters[name]);
  /** @type {[string, string][]} */
  const reasons = desk.site.reasons.map((one) => [one, reasonWord(one)]);
  const reason = select([["", t("filter_any")], ...reasons], filters.reason ?? "");
  const input = (/** @type {"thread" | "author" | "from" | "to"} */ name, type = "text") =>
    h("input", { type, value: filters[name] ?? "", autocapitalize: "none", spellcheck: "false" });
  const fields = { reason, thread: input("thread"), author: input("author"), from: input("from", "date"), to: input("to", "date") };
  const go = (/** @type {Record<string, string>} */ query) => desk.go(hashOf(["queue", filters.kind], query));
  const apply = async (/** @type {Record<string, string>} */ query) => {
    try {
      const author = await authorOf(desk, query["author"] ?? "");
      if (author === null) desk.notices.show(t("search_nobody"), { problem: true });
      else go({ ...query, author });
    } catch (error) {
      desk.tell(error);
    }
  };
  return h(
    "details",
    { class: "filters", open: isSet },
    h("summary", {}, t(isSet ? "filters_set" : "filters")),
    h(
      "form",
      {
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          void apply(Object.fromEntries(NAMES.map((name) => [name, fields[name].value.trim()])));
        },
      },
      ...NAMES.map((name) => field(t(LABELS[name]), fields[name])),
      h("div", { class: "send" },
        h("button", { type: "submit" }, t("filter_apply")),
        isSet && button(t("filter_clear"), () => go({}))),
    ),
  );
}
