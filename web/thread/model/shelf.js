// A small drawer of this browser's storage: one JSON value under one name. What is
// kept for one text field is act/drafts.js.

/** The drawer's names begin so. */
const PREFIX = "understory:";

/**
 * @param {string} name
 * @returns {unknown} null where there is nothing, or nothing readable
 */
export function take(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
  } catch {
    return null;
  }
}

/**
 * Storage may be closed to the page, or full: then it is kept as long as the page.
 *
 * @param {string} name
 * @param {unknown} value null takes it away
 */
export function put(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // As above.
  }
}
