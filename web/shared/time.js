// Times as readers say them: "3 days ago", with the exact time in the tooltip.

import { h } from "./dom.js";
import { language } from "./words.js";

/** Made at first use: by then the page's language is known. @type {Intl.RelativeTimeFormat | undefined} */
let relative;
/** @type {Intl.DateTimeFormat | undefined} */
let exact;
/** @type {Intl.DateTimeFormat | undefined} */
let day;

/** @type {[Intl.RelativeTimeFormatUnit, number][]} unit and its seconds, longest first */
const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * @param {string} time RFC 3339
 * @param {number} [nowMs]
 * @returns {string}
 */
export function ago(time, nowMs = Date.now()) {
  relative ??= new Intl.RelativeTimeFormat(language.locale, { numeric: "auto" });
  const seconds = (Date.parse(time) - nowMs) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return relative.format(0, "second");
}

/**
 * @param {string} time RFC 3339
 * @returns {string}
 */
export function exactly(time) {
  exact ??= new Intl.DateTimeFormat(language.locale, { dateStyle: "full", timeStyle: "short" });
  return exact.format(new Date(time));
}

/**
 * The day alone.
 *
 * @param {string} time RFC 3339
 * @returns {string}
 */
export function dayOf(time) {
  day ??= new Intl.DateTimeFormat(language.locale, { dateStyle: "long" });
  return day.format(new Date(time));
}

/**
 * @param {string} time RFC 3339
 * @returns {HTMLTimeElement}
 */
export function timeElement(time) {
  return h("time", { datetime: time, title: exactly(time) }, ago(time));
}
