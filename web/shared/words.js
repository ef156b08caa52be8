// Chooses and fills the strings of the language files, which are in ../words/:
// `de.json` is what a reader sees at once, `acts.de.json` what comes with writing
// and signing in. One page speaks one language: that of the first who loads it.
// Which language that is, is languages.js; more files are parts.js; what went wrong
// becomes words in problems.js.

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

/**
 * Reads the words in the best language for these wishes; after that `t` has an
 * answer. A page that is loaded already keeps its language.
 *
 * @param {readonly string[]} wishes
 * @param {{tag: string, asked: Promise<Response>}} [begun] the language chosen already, and the answer with its file
 * @returns {Promise<void>} throws when English could not be read either
 */
export function load(wishes, begun) {
  if (!loading) {
    loading = read(wishes, begun);
    loading.catch(() => (loading = null));
  }
  return loading;
}

/**
 * The string for `key`, with `{name}` filled from `values`. A string with plural
 * forms is chosen by `values.n`. What is written the other way stands isolated.
 *
 * @param {WordKey} key
 * @param {Record<string, string | number>} [values]
 * @param {Entries} [from]
 * @returns {string}
 */
export function t(key, values = {}, from = words) {
  const entry = from[key] ?? key;
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

/** @param {readonly string[]} wishes @param {{tag: string, asked: Promise<Response>}} [begun] */
async function read(wishes, begun) {
  let tag = begun?.tag ?? (await import("./languages.js")).pick(wishes);
  try {
    await take(begun?.asked ?? ask(`${tag}.json`));
  } catch (error) {
    console.error(error);
    tag = "en";
    await take(ask(`${tag}.json`));
  }
  // A Swiss reader of German has dates and numbers of their own.
  const locale = wishes.find((wish) => wish.startsWith(`${tag}-`) && isLocale(wish)) ?? tag;
  Object.assign(language, { tag, locale, dir: RTL.test(tag) ? "rtl" : "ltr" });
  plurals = numbers = undefined;
}

/** The answer with a file of ../words/. @param {string} name */
export function ask(name) {
  return fetch(new URL(`../words/${name}`, import.meta.url));
}

/** Takes in the words of an answer. @param {Promise<Response>} asked */
export async function take(asked) {
  const response = await asked;
  if (!response.ok) throw new Error(`${response.url}: status ${response.status}`);
  Object.assign(words, await response.json());
}

/** Pages write anything into `lang`. @param {string} tag */
function isLocale(tag) {
  try {
    return new Intl.Locale(tag).language !== "";
  } catch {
    return false;
  }
}
