// The console's strings: read from ../words/console.en.json before anything is
// drawn, chosen and filled here. What page and widget say alike (reasons, problems)
// is in shared/words.js, which is read here too. The console speaks English.

import { add, load } from "../shared/words.js";

/** @typedef {keyof typeof import("../words/console.en.json")} WordKey */

/** @type {Record<string, string | Record<string, string>>} */
const strings = (await Promise.all([read(), load(["en"]), add("acts")]))[0];
const plurals = new Intl.PluralRules("en");
const numbers = new Intl.NumberFormat("en");

/** @returns {Promise<Record<string, string | Record<string, string>>>} */
async function read() {
  const answer = await fetch(new URL("../words/console.en.json", import.meta.url));
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
  const text = Math.abs(value).toFixed(2);
  return value < 0 ? `−${text}` : `+${text}`;
}
