// What of the queue is shown: by reason, thread, author, and since when it waits.
// Filters stand in the hash, so that a view of the queue can be sent to somebody.

/** @import {Desk} from "../desk.js" */
/** @import {Filters} from "./items.js" */
/** @import {Place, QueueKind} from "../types" */
import { button, freshId, h } from "../../shared/dom.js";
import { reasonWord } from "../../shared/words.js";
import { authorOf } from "../author.js";
import { hashOf } from "../router.js";
import { t } from "../words.js";

/** @type {QueueKind[]} */
export const KINDS = ["all", "flagged", "held", "notice", "sample"];
const NAMES = /** @type {const} */ (["reason", "thread", "author", "from", "to"]);
const DAY = /^\d{4}-\d\d-\d\d$/;

/** @param {Place} place @returns {Filters} */
export function filtersOf({ parts, query }) {
  const kind = KINDS.find((one) => one === parts[0]) ?? "all";
  const day = (/** @type {string} */ name) => (DAY.test(query.get(name) ?? "") ? query.get(name) : null);
  return {
    kind,
    reason: query.get("reason") || null,
    thread: query.get("thread") || null,
    author: query.get("author") || null,
    from: day("from"),
    to: day("to"),
  };
}

/** What of filters goes into a hash. @param {Filters} filters */
export function filterQuery(filters) {
  return Object.fromEntries(NAMES.map((name) => [name, filters[name]]));
}

/**
 * @param {Desk} desk
 * @param {Filters} filters
 * @returns {HTMLElement}
 */
export function filterForm(desk, filters) {
  const isSet = NAMES.some((name) => filters[name]);
  const reason = h("select", { name: "reason", id: freshId() },
    h("option", { value: "" }, t("filter_any")),
    ...desk.site.reasons.map((one) => h("option", { value: one, selected: one === filters.reason }, reasonWord(one))));
  const field = (/** @type {"thread" | "author" | "from" | "to"} */ name, type = "text") =>
    h("input", { name, id: freshId(), type, value: filters[name] ?? "", autocapitalize: "none", spellcheck: "false" });
  const fields = { reason, thread: field("thread"), author: field("author"), from: field("from", "date"), to: field("to", "date") };
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
      ...NAMES.map((name) => h("div", {}, h("label", { for: fields[name].id }, t(`filter_${name}`)), fields[name])),
      h("div", { class: "send" },
        h("button", { type: "submit" }, t("filter_apply")),
        isSet && button(t("filter_clear"), () => go({}))),
    ),
  );
}
