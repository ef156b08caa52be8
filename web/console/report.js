// The report of a year: what a site accounts for, in tables and as a file.

/** @import {Desk} from "./desk.js" */
import { h } from "../shared/dom.js";
import { field, latest, reason, select } from "./parts.js";
import { duration, number, percent, t, word } from "./words.js";

/** How the rows of a table are named, where they are not figures. @type {Record<string, (code: string) => string>} */
const ROWS = {
  notices: reason,
  flags: reason,
  appeals: (code) => word("party", code),
  by_restriction: (code) => word("restriction", code),
  by_ground: (code) => word("ground", code),
  by_reason: (code) => reason(code === "none" ? null : code),
  by_origin: (code) => word("origin", code),
  own_initiative_by_detection: (code) => word("means", code),
};
/** How a figure is written that is no number of something. @type {Record<string, (value: number) => string>} */
const FIGURES = { median_s: duration, error_rate: percent };

/** Years that can be asked for, the latest first. */
const YEARS = 5;

/** @param {Desk} desk */
export function report(desk) {
  const site = desk.site.site;
  const now = new Date().getUTCFullYear();
  const years = Array.from({ length: YEARS }, (_, back) => String(now - back));
  const year = select(years.map((one) => [one, one]), String(now));
  const place = h("div", {});
  const link = h("a", { download: true }, t("report_csv"));
  const point = () => {
    link.href = `/api/v1/moderation/stats/report.csv?${new URLSearchParams({ site, year: year.value })}`;
  };
  const ask = latest();
  const read = async () => {
    point();
    const isWanted = ask();
    try {
      const found = await desk.api.get("moderation/stats/report", { query: { site, year: year.value } });
      if (isWanted()) place.replaceChildren(...tables(found));
    } catch (error) {
      desk.tell(error);
    }
  };
  point();
  year.addEventListener("change", () => void read());
  let isRead = false;
  const ontoggle = () => {
    if (!isRead) void read();
    isRead = true;
  };
  return h(
    "section",
    {},
    h("details", { ontoggle }, h("summary", {}, h("h2", {}, t("report"))), field(t("report_year"), year), h("p", {}, link), place),
  );
}

/**
 * Each part of the report is tables: figures by name, or rows that have several.
 *
 * @param {Record<string, unknown>} found
 */
function tables(found) {
  return Object.entries(found).filter(([, value]) => isObject(value)).map(([name, value]) => h(
    "section",
    {},
    h("h3", {}, word("report", name)),
    ...parts(name, /** @type {Record<string, unknown>} */ (value)),
  ));
}

/** @param {string} name @param {Record<string, unknown>} of */
function parts(name, of) {
  const rows = Object.entries(of);
  if (rows.length === 0) return [h("p", { class: "soft" }, t("report_none"))];
  // by reason or party: all rows have the same columns
  const first = rows[0]?.[1];
  if (isObject(first)) return [table(name, Object.keys(first), /** @type {[string, Record<string, unknown>][]} */ (rows))];
  const plain = rows.filter(([, value]) => !isObject(value));
  const grouped = rows.filter(([, value]) => isObject(value) && Object.keys(value).length > 0);
  return [
    table(name, [], plain),
    ...grouped.map(([key, value]) => table(key, [], Object.entries(/** @type {object} */ (value)), true)),
  ];
}

/**
 * @param {string} name
 * @param {string[]} columns
 * @param {[string, unknown][]} rows
 * @param {boolean} [isGroup] stands under no heading of its own
 */
function table(name, columns, rows, isGroup = false) {
  const cell = (/** @type {string} */ figure, /** @type {unknown} */ value) => h("td", { class: "n" },
    typeof value === "number" ? (FIGURES[figure] ?? number)(value) : t("no_figure"));
  const cells = (/** @type {string} */ row, /** @type {unknown} */ value) => (columns.length > 0
    ? columns.map((column) => cell(column, /** @type {Record<string, unknown>} */ (value)[column]))
    : [cell(row, value)]);
  const rowName = ROWS[name] ?? ((row) => word("report", row));
  const head = h("tr", {}, h("td", {}), ...columns.map((column) => h("th", { scope: "col", class: "n" }, word("report", column))));
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": word("report", name) },
    h(
      "table",
      {},
      isGroup && h("caption", {}, word("report", name)),
      columns.length > 0 && h("thead", {}, head),
      h("tbody", {}, ...rows.map(([key, value]) => h("tr", {}, h("th", { scope: "row" }, rowName(key)), ...cells(key, value)))),
    ),
  );
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return typeof value === "object" && value !== null;
}
