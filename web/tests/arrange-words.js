// Puts the language files in the shape of the English ones: each key in the same
// file and at the same place. For translators, and for who moves a key from one
// file to another in English: `npm run --prefix web words`. Says what is missing.

import { readFileSync, writeFileSync } from "node:fs";
import { fileOf, LANGUAGES, PARTS } from "../shared/languages.js";

/** @typedef {Record<string, string | Record<string, string>>} Entries */

const WORDS = new URL("../words/", import.meta.url);
/** @type {[string | undefined, readonly string[]][]} */
const KINDS = [[undefined, LANGUAGES], ...Object.entries(PARTS)];

for (const tag of LANGUAGES) {
  const kinds = KINDS.filter(([, languages]) => languages.includes(tag)).map(([part]) => part);
  /** @type {Entries} */
  const known = Object.assign({}, ...kinds.map((part) => read(tag, part)));
  for (const part of kinds) {
    const order = Object.keys(read("en", part));
    const missing = order.filter((key) => !(key in known));
    if (missing.length) console.error(`${fileOf(tag, part)} lacks ${missing.join(", ")}`);
    const kept = order.filter((key) => key in known);
    writeFileSync(new URL(fileOf(tag, part), WORDS), text(kept.map((key) => [key, known[key]])));
  }
}

/** @param {string} tag @param {string} [part] @returns {Entries} */
function read(tag, part) {
  try {
    return JSON.parse(readFileSync(new URL(fileOf(tag, part), WORDS), "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    return {};
  }
}

/** One line a key. @param {[string, Entries[string] | undefined][]} entries */
function text(entries) {
  const lines = entries.map(([key, entry]) => {
    const value =
      typeof entry === "string"
        ? JSON.stringify(entry)
        : `{ ${Object.entries(entry ?? {}).map(([form, words]) => `${JSON.stringify(form)}: ${JSON.stringify(words)}`).join(", ")} }`;
    return `  ${JSON.stringify(key)}: ${value}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}
