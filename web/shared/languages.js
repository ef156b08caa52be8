// Which language a page speaks: those that there are files for in ../words/, and
// the choice among them. Reading and using the files is words.js.

/** Chinese is written in simplified characters, Portuguese as in Brazil. */
export const LANGUAGES = [
  "en", "ar", "cs", "de", "es", "fa", "fr", "he", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "zh",
];

/** What words come in, beside those that a reader sees at once, and in which languages. */
export const PARTS = { acts: LANGUAGES, own: LANGUAGES, window: LANGUAGES };

/** The name of a file in ../words/. @param {string} tag @param {string} [part] */
export function fileOf(tag, part) {
  return part ? `${part}.${tag}.json` : `${tag}.json`;
}

/**
 * The languages that the place of an element asks for, the most wanted first:
 * its own `lang`, those of what is around it, then the reader's.
 *
 * @param {Element} element
 * @returns {string[]}
 */
export function wishesAt(element) {
  const wishes = [];
  for (let at = element.closest("[lang]"); at; at = at.parentElement?.closest("[lang]") ?? null) {
    wishes.push(at.getAttribute("lang") ?? "");
  }
  return [...wishes, ...navigator.languages];
}

/**
 * The first wish that there is a language for, by the lookup of BCP 47: "de-CH-1996"
 * finds "de-CH", or else "de".
 *
 * @param {readonly string[]} wishes
 * @param {readonly string[]} [languages]
 * @returns {string}
 */
export function pick(wishes, languages = LANGUAGES) {
  for (const wish of wishes) {
    for (const parts = wish.toLowerCase().split("-"); parts.length; parts.pop()) {
      const found = parts.join("-");
      if (languages.includes(found)) return found;
    }
  }
  return "en";
}
