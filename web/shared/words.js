// Chooses and fills the strings of the language file. The strings are in
// words.en.js; what went wrong becomes one of them in problems.js.

import { en, language } from "./words.en.js";

export { language };

/** @typedef {keyof typeof en} WordKey */

const plurals = new Intl.PluralRules(language.tag);
const numbers = new Intl.NumberFormat(language.tag);

/**
 * The string for `key`, with `{name}` filled from `values`. A string with plural
 * forms is chosen by `values.n`.
 *
 * @param {WordKey} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const entry = en[key];
  const text =
    typeof entry === "string"
      ? entry
      : entry[plurals.select(Number(values.n)) === "one" ? "one" : "other"];
  return text.replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) => {
    const value = values[name];
    return typeof value === "number" ? numbers.format(value) : (value ?? "");
  });
}

/**
 * A key made at run time ("reason_" + code), if there is such a string.
 *
 * @param {string} key
 * @returns {WordKey | null}
 */
export function wordKey(key) {
  return Object.hasOwn(en, key) ? /** @type {WordKey} */ (key) : null;
}

/**
 * A reason code as a reader would say it.
 *
 * @param {string} code
 * @returns {string}
 */
export function reasonWord(code) {
  const key = wordKey(`reason_${code}`);
  return key ? t(key) : code.replaceAll("_", " ");
}
