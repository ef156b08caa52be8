// One curve over days: the number of today large, the line, its median dotted, and
// the same as a table behind it. Drawn by hand, as it is one line on one scale.

import { h } from "../shared/dom.js";
import { t } from "./words.js";

/** @typedef {{date: string, value: number | null}} Point */

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 300;
const HIGH = 80;

/**
 * An element of SVG.
 *
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...Node} children
 */
export function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * @param {{title: string, points: Point[], most: number, say: (value: number) => string}} of `most` is the
 *   top of the scale, shared with the charts beside it; `say` writes a value
 */
export function chart({ title, points, most, say }) {
  const known = points.map(({ value }) => value).filter((value) => value !== null);
  const middle = median(known);
  const today = points.at(-1)?.value ?? null;
  const told = (/** @type {number | null} */ value) => (value === null ? t("no_figure") : say(value));
  const inWords = t("chart_words", {
    title,
    today: told(today),
    median: told(middle),
    least: told(known.length ? Math.min(...known) : null),
    most: told(known.length ? Math.max(...known) : null),
    n: points.length,
  });
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, h("span", { class: "title" }, title), h("strong", {}, told(today)), h("span", { class: "soft" }, t("today"))),
    h("div", { class: "plot" }, h("span", { class: "top soft", "aria-hidden": "true" }, say(most)), curve(points, most, middle, inWords)),
    h("p", { class: "soft" }, t("chart_median", { median: told(middle) })),
    h("details", {}, h("summary", {}, t("chart_table")), table(title, points, told)),
  );
}

/**
 * @param {Point[]} points
 * @param {number} most
 * @param {number | null} middle
 * @param {string} inWords
 */
function curve(points, most, middle, inWords) {
  const y = (/** @type {number} */ value) => HIGH - (most > 0 ? value / most : 0) * (HIGH - 4) - 2;
  const step = points.length > 1 ? WIDE / (points.length - 1) : 0;
  let line = "";
  let drawn = false;
  points.forEach(({ value }, index) => {
    if (value === null) {
      drawn = false;
      return;
    }
    const at = `${round(index * step)} ${round(y(value))}`;
    // a day between two without figures is a dot: a line of no length has round ends
    line += drawn ? `L${at}` : `M${at}h0`;
    drawn = true;
  });
  const parts = [s("path", { d: `M0 ${HIGH - 2}H${WIDE}` })];
  if (middle !== null) parts.push(s("path", { class: "median", d: `M0 ${round(y(middle))}H${WIDE}` }));
  parts.push(s("path", { class: "curve", d: line }));
  return s("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": inWords }, ...parts);
}

/** @param {string} title @param {Point[]} points @param {(value: number | null) => string} told */
function table(title, points, told) {
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("day")), h("th", { scope: "col", class: "n" }, title))),
    h("tbody", {}, ...[...points].reverse().map(({ date, value }) =>
      h("tr", {}, h("th", { scope: "row" }, h("time", { datetime: date }, date)), h("td", { class: "n" }, told(value))))),
  );
}

/** @param {number[]} values @returns {number | null} */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
