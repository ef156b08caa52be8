// The address after `#`, in parts. Which page answers to it is desk.js.

/** @import {Place} from "./types" */

/** @param {string} hash with or without `#` @returns {Place} */
export function placeOf(hash) {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  const [route = "", ...parts] = path.split("/").filter(Boolean).map(decode);
  return { route, parts, query: new URLSearchParams(query) };
}

/**
 * @param {string[]} parts
 * @param {Record<string, string | null | undefined>} [query] what is empty is left out
 */
export function hashOf(parts, query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value);
  const rest = new URLSearchParams(/** @type {[string, string][]} */ (pairs)).toString();
  return `#${parts.map(encodeURIComponent).join("/")}${rest ? `?${rest}` : ""}`;
}

/** A hash that somebody has mistyped is no reason to stop. @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
