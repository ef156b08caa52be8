// Chooses and fills the strings of the language files, which are in ../words/:
// `de.json` is what a reader sees at once, `acts.de.json` what comes with writing
// and signing in. One page speaks one language: that of the first who loads it.
// Which language that is, is languages.js; what went wrong becomes words in
// problems.js.

import { fileOf, PARTS, pick } from "./languages.js";

/** @typedef {keyof typeof import("../words/en.json") | keyof typeof import("../words/acts.en.json") | keyof typeof import("../words/own.en.json") | keyof typeof import("../words/window.en.json")} WordKey */
/** @typedef {Record<string, string | Record<string, string>>} Entries */

/** The language's tag, the direction it is written in, and the tag for dates and numbers. */
export const language = { tag: "en", dir: "ltr", locale: "en" };

/** For when not even the words arrive; all others are in the files. */
export const SPEECHLESS = "The comments could not be shown. Reload the page to try again.";

const RTL = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)$/;
const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufefc]/;

/** @type {Entries} */
const words = {};
/** Made at first use: making one takes longer than reading all words. @type {Intl.PluralRules | undefined} */
let plurals;
/** @type {Intl.NumberFormat | undefined} */
let numbers;
/** @type {Promise<void> | null} */
let loading = null;
/** @type {Map<string, Promise<void>>} */
const added = new Map();

/**
 * Reads the words in the best language for these wishes; after that `t` has an
 * answer. A page that is loaded already keeps its language.
 *
 * @param {readonly string[]} wishes
 * @param {Promise<Response>} [started] the answer with this language's file, if it was asked for before
 * @returns {Promise<void>} throws when English could not be read either
 */
export function load(wishes, started) {
  if (!loading) {
    loading = read(wishes, started);
    loading.catch(() => (loading = null));
  }
  return loading;
}

/**
 * Reads one more file in the page's language, once.
 *
 * @param {keyof typeof PARTS} part
 * @returns {Promise<void>} throws when English could not be read either
 */
export function add(part) {
  let adding = added.get(part);
  if (!adding) {
    adding = readPart(part);
    added.set(part, adding);
    adding.catch(() => added.delete(part));
  }
  return adding;
}

/**
 * The string for `key`, with `{name}` filled from `values`. A string with plural
 * forms is chosen by `values.n`. What is written the other way stands isolated.
 *
 * @param {WordKey} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const entry = words[key] ?? key;
  const text = typeof entry === "string" ? entry : (entry[plural(Number(values.n))] ?? entry.other ?? key);
  return text.replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) => {
    const value = values[name];
    if (typeof value === "number") return number(value);
    return value && RTL_LETTER.test(value) !== (language.dir === "rtl") ? `\u2068${value}\u2069` : (value ?? "");
  });
}

/** @param {number} n */
function plural(n) {
  plurals ??= new Intl.PluralRules(language.locale);
  return plurals.select(n);
}

/** As the page's language writes it. @param {number} value */
export function number(value) {
  numbers ??= new Intl.NumberFormat(language.locale);
  return numbers.format(value);
}

/**
 * A key made at run time ("reason_" + code), if there is such a string.
 *
 * @param {string} key
 * @returns {WordKey | null}
 */
export function wordKey(key) {
  return Object.hasOwn(words, key) ? /** @type {WordKey} */ (key) : null;
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

/** @param {readonly string[]} wishes @param {Promise<Response>} [started] */
async function read(wishes, started) {
  let tag = pick(wishes);
  try {
    take(await json(started ?? ask(tag)));
  } catch (error) {
    console.error(error);
    tag = "en";
    take(await json(ask(tag)));
  }
  // A Swiss reader of German has dates and numbers of their own.
  const locale = wishes.find((wish) => wish.startsWith(`${tag}-`) && isLocale(wish)) ?? tag;
  Object.assign(language, { tag, locale, dir: RTL.test(tag) ? "rtl" : "ltr" });
  plurals = numbers = undefined;
}

/** @param {keyof typeof PARTS} part */
async function readPart(part) {
  const tag = pick([language.tag], PARTS[part]);
  try {
    take(await json(ask(tag, part)));
  } catch (error) {
    if (tag === "en") throw error;
    console.error(error);
    take(await json(ask("en", part)));
  }
}

/** @param {string} tag @param {string} [part] */
function ask(tag, part) {
  return fetch(new URL(`../words/${fileOf(tag, part)}`, import.meta.url));
}

/** @param {Promise<Response>} asked @returns {Promise<Entries>} */
async function json(asked) {
  const response = await asked;
  if (!response.ok) throw new Error(`${response.url}: status ${response.status}`);
  return response.json();
}

/** @param {Entries} entries */
function take(entries) {
  Object.assign(words, entries);
}

/** Pages write anything into `lang`. @param {string} tag */
function isLocale(tag) {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
