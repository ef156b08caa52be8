// What is asked for of the queue: its kind, and what it is narrowed to. Filters stand
// in the hash, so that a view of the queue can be sent to somebody.

/** @import {Place, QueueKind} from "../types" */

/**
 * @typedef {object} Filters
 * @property {QueueKind} kind
 * @property {string | null} reason
 * @property {string | null} thread key or id
 * @property {string | null} author id
 * @property {string | null} from day, "2026-11-28"
 * @property {string | null} to
 */

/** @param {Filters} filters as the API takes them; `to` is the last day that counts */
export function queryOf({ kind, reason, thread, author, from, to }) {
  return {
    ...(kind === "all" ? {} : { kind }),
    ...(reason ? { reason } : {}),
    ...(thread ? { thread } : {}),
    ...(author ? { author } : {}),
    ...(from ? { from: midnight(from, 0) } : {}),
    ...(to ? { to: midnight(to, 1) } : {}),
  };
}

/** The beginning of a day here, some days on. @param {string} day @param {number} days */
export function midnight(day, days) {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + days);
  return at.toISOString();
}

/** @type {QueueKind[]} */
const KINDS = ["all", "flagged", "held", "notice", "sample"];
export const NAMES = /** @type {const} */ (["reason", "thread", "author", "from", "to"]);
const DAY = /^\d{4}-\d\d-\d\d$/;

/** @param {Place} place @returns {Filters} */
export function filtersOf({ parts, query }) {
  const kind = KINDS.find((one) => one === parts[0]) ?? "all";
  const day = (/** @type {string} */ name) => (DAY.test(query.get(name) ?? "") ? query.get(name) : null);
  return {
    kind,
    reason: query.get("reason") || null,
    thread: query.get("thread") || null,
    author: query.get("author") || null,
    from: day("from"),
    to: day("to"),
  };
}

/** What of filters goes into a hash. @param {Filters} filters */
export function filterQuery(filters) {
  return Object.fromEntries(NAMES.map((name) => [name, filters[name]]));
}
