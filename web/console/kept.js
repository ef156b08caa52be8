// What is kept on this device only: site, blur, keys. Where nothing may be kept
// (a private window), it lasts as long as the page.

/** @import {Kept} from "./types" */

const NAME = "understory-console";
/** @type {Kept} */
const UNSET = { site: null, blur: false, keys: true };

/** @returns {Kept} */
export function readKept() {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "{}");
    return {
      site: typeof kept.site === "string" ? kept.site : UNSET.site,
      blur: typeof kept.blur === "boolean" ? kept.blur : UNSET.blur,
      keys: typeof kept.keys === "boolean" ? kept.keys : UNSET.keys,
    };
  } catch {
    return { ...UNSET };
  }
}

/** @param {Kept} kept */
export function writeKept(kept) {
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // kept for as long as the page
  }
}
