// The console's strings: read from ../words/console.en.json before anything is
// drawn, in the moderator's language where there is that file in it, chosen and
// filled here. What page and widget say alike (reasons, problems) is in
// shared/words.js, which is read here too.

import { fileOf, pick } from "../shared/languages.js";
import { add } from "../shared/parts.js";
import { language, load } from "../shared/words.js";

/** @typedef {keyof typeof import("../words/console.en.json")} WordKey */
/** @typedef {Record<string, string | Record<string, string>>} Entries */

/** What it speaks; a string that is not translated yet is in English. */
const LANGUAGES = ["en", "de", "fr"];

const strings = await begin();
const plurals = new Intl.PluralRules(language.locale);
const numbers = new Intl.NumberFormat(language.locale);
const hundredths = new Intl.NumberFormat(language.locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

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
 * The string for `key`, with `{name}` filled from `values`. A string with plural
 * forms is chosen by `values.n`.
 *
 * @param {WordKey} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const entry = strings[key] ?? key;
  const form = typeof entry === "string" ? entry : entry[plurals.select(Number(values["n"]))];
  const text = form ?? /** @type {Record<string, string>} */ (entry)["other"] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) => {
    const value = values[name];
    return typeof value === "number" ? numbers.format(value) : (value ?? "");
  });
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

/**
 * A number with its sign and two places: "+2.10".
 *
 * @param {number} value
 */
export function signed(value) {
  const text = hundredths.format(Math.abs(value));
  return value < 0 ? `−${text}` : `+${text}`;
}
