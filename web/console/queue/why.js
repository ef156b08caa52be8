// Why an item is here, in words, and the numbers of its place in the queue, which
// add up as they are shown.

/** @import {QueueItem, Signal} from "../types" */
import { h, isolated } from "../../shared/dom.js";
import { ago, timeElement } from "../../shared/time.js";
import { language, reasonWord } from "../../shared/words.js";
import { fixed, percent, rounded, signed, t, word } from "../words.js";

/** Whether the numbers are shown: who wants them for one item wants them for the next. */
let isOpen = false;

/** @param {QueueItem} item @returns {HTMLElement} */
export function why(item) {
  return h(
    "section",
    { class: "why" },
    h("h3", {}, t("why_title")),
    h("ul", { class: "plain" }, ...sentences(item).map((line) => h("li", {}, line))),
    ...item.notices.map(notice),
    reporters(item),
    numbers(item),
  );
}

/** @param {QueueItem} item @returns {string[]} */
function sentences(item) {
  const { comment } = item;
  const flags = item.flags.reduce((sum, { count }) => sum + count, 0);
  const by = item.flags.map(({ reason, count, proven }) => t(proven > 0 ? "why_reason_proven" : "why_reason", {
    n: count,
    reason: reasonWord(reason),
    proven,
  }));
  const held = comment.held_by ?? null;
  const isSample = comment.state === "published" && flags === 0 && item.notices.length === 0;
  return [
    ...(item.due_at ? [t("why_notice", { n: item.notices.length, due: ago(item.due_at) })] : []),
    ...(flags > 0 ? [t("why_flags", { n: flags, reasons: new Intl.ListFormat(language.locale).format(by) })] : []),
    ...(comment.state === "held" ? [held ? word("why_held", held.split(":")[0] ?? held, { rule: held.slice(5) }) : t("why_held")] : []),
    ...(isSample ? [t("why_sample")] : []),
    ...(item.band === 1 ? [t("why_certain")] : []),
    t("why_waits", { ago: ago(item.first_at) }),
  ];
}

/** @param {QueueItem["notices"][number]} of */
function notice({ category, explanation, name, email, at, due_at }) {
  return h(
    "blockquote",
    { class: "notice" },
    h("p", { class: "blurrable", dir: "auto" }, explanation),
    h("footer", {}, reasonWord(category), " · ", isolated(name ?? t("notice_no_name")), email && ` <${email}>`, " · ",
      timeElement(at), " · ", t("notice_due", { ago: ago(due_at) })),
  );
}

/** Each open flag with its reporter's record. @param {QueueItem} item */
function reporters(item) {
  if (item.reporters.length === 0) return null;
  const rows = item.reporters.map((one) => h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: `#people/${one.user.id}` }, isolated(one.user.display_name))),
    h("td", {}, reasonWord(one.reason), one.note && h("q", { class: "blurrable", dir: "auto" }, one.note)),
    h("td", {}, t("record", { upheld: one.upheld, settled: one.upheld + one.dismissed }),
      one.proven && ` · ${t("proven")}`, one.own_reply && ` · ${t("own_reply")}`),
    h("td", { class: "n" }, signed(one.weight, 2)),
  ));
  return h(
    "table",
    { class: "reporters" },
    h("caption", {}, t("reporters_title")),
    h("thead", {}, h("tr", {}, ...["who", "says", "was_right", "weighs"].map((name, at) =>
      h("th", { scope: "col", class: at === 3 ? "n" : null }, word("reporters", name))))),
    h("tbody", {}, ...rows),
  );
}

/** The parts of the priority. @param {QueueItem} item */
function numbers(item) {
  const of = (/** @type {Signal["name"]} */ name) => item.signals.find((one) => one.name === name)?.value ?? 0;
  const three = (/** @type {number} */ value) => fixed(value, 3);
  const plus = (/** @type {number} */ value) => signed(value, 3);
  const waiting = Number(of("waiting").toFixed(3));
  const weight = Number((item.priority - of("waiting")).toFixed(3));
  const line = (/** @type {string} */ text, /** @type {string} */ number, sum = false) => h(
    "tr",
    { class: sum ? "sum" : null },
    h("th", { scope: "row" }, text),
    h("td", { class: "n" }, number),
  );
  return h(
    "details",
    {
      class: "numbers",
      open: isOpen,
      ontoggle: (/** @type {Event} */ event) => {
        isOpen = /** @type {HTMLDetailsElement} */ (event.currentTarget).open;
      },
    },
    h("summary", {}, t("numbers_title", { percent: percent(of("probability")), priority: fixed(weight + waiting, 2) })),
    h("table", {}, h("tbody", {},
      line(t("signal_base"), plus(of("base"))),
      line(t("signal_author"), plus(of("author"))),
      line(t("signal_flags"), plus(of("flags"))),
      line(t("signal_sum", { percent: percent(of("probability")) }), plus(of("base") + of("author") + of("flags")), true),
      line(t("signal_severity"), `× ${rounded(of("severity"))}`),
      line(t(of("visibility") === 1 ? "signal_visible" : "signal_unseen"), `× ${rounded(of("visibility"))}`),
      line(t("signal_weight"), three(weight), true),
      line(t("signal_waiting"), plus(waiting)),
      line(t("signal_priority"), three(weight + waiting), true))),
    h("p", { class: "soft" }, word("band", String(item.band))),
  );
}
