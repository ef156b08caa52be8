// Words that come later, in files of their own: `acts.de.json` with writing and
// signing in, and so on. Those that a reader sees at once are words.js.

import { fileOf, PARTS, pick } from "./languages.js";
import { ask, language, take } from "./words.js";

/** @type {Map<string, Promise<void>>} */
const added = new Map();

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

/** @param {keyof typeof PARTS} part */
async function readPart(part) {
  const tag = pick([language.tag], PARTS[part]);
  try {
    await take(ask(fileOf(tag, part)));
  } catch (error) {
    if (tag === "en") throw error;
    console.error(error);
    await take(ask(fileOf("en", part)));
  }
}
