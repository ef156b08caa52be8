// The console's strings: read from ../words/console.en.json before anything is
// drawn, in the moderator's language where there is that file in it, chosen and
// filled here. What page and widget say alike (reasons, problems) is in
// shared/words.js, which is read here too.

import { fileOf, pick } from "../shared/languages.js";
import { add } from "../shared/parts.js";
import { language, load, number, t as fill } from "../shared/words.js";

/** @typedef {keyof typeof import("../words/console.en.json")} WordKey */
/** @typedef {Record<string, string | Record<string, string>>} Entries */

/** What it speaks; a string that is not translated yet is in English. */
const LANGUAGES = ["en", "de", "fr"];

const strings = await begin();

/** @returns {Promise<Entries>} */
async function begin() {
  const tag = pick(navigator.languages, LANGUAGES);
  document.documentElement.lang = tag;
  const alike = load([...navigator.languages.filter((wish) => wish.startsWith(`${tag}-`)), tag]).then(() => add("acts"));
  const tags = tag === "en" ? [tag] : ["en", tag];
  const [entries] = await Promise.all([Promise.all(tags.map(read)), alike]);
  return Object.assign({}, ...entries);
}

/** @param {string} tag @returns {Promise<Entries>} */
async function read(tag) {
  const answer = await fetch(new URL(`../words/${fileOf(tag, "console")}`, import.meta.url));
  return answer.json();
}

/**
 * The string for `key`, filled as those of shared/words.js.
 *
 * @param {WordKey} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values) {
  return fill(/** @type {any} */ (key), values, strings);
}

/**
 * The string of a key made at run time ("action_" + code); where there is none,
 * the code itself.
 *
 * @param {string} prefix
 * @param {string} code
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function word(prefix, code, values) {
  const key = `${prefix}_${code}`;
  return Object.hasOwn(strings, key)
    ? t(/** @type {WordKey} */ (key), values)
    : code.replaceAll("_", " ");
}

/** To so many places, as the language writes it: "2.10". @param {number} value @param {number} places */
export function fixed(value, places) {
  return value.toLocaleString(language.locale, { minimumFractionDigits: places, maximumFractionDigits: places }).replace("-", "−");
}

/** The same with its sign: "+2.10". @param {number} value @param {number} places */
export function signed(value, places) {
  return value < 0 ? fixed(value, places) : `+${fixed(value, places)}`;
}

/** To one place at most. @param {number} value */
export function rounded(value) {
  return value.toLocaleString(language.locale, { maximumFractionDigits: 1 });
}

/** @param {number | null} share of 1 */
export function percent(share) {
  if (share === null) return t("no_figure");
  return share.toLocaleString(language.locale, { style: "percent", maximumFractionDigits: 1 });
}

/** The two largest units of a time: "2 h 5 min". @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return t("n_seconds", { n: Math.round(seconds) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("n_minutes", { n: minutes });
  if (minutes < 2880) return t("n_hours", { n: Math.floor(minutes / 60), m: minutes % 60 });
  return t("n_days", { n: Math.floor(minutes / 1440), h: Math.floor((minutes % 1440) / 60) });
}

export { number };
