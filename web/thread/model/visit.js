// When the reader was last here, kept for each thread in this browser, and so what
// is new to them. How one goes from one new comment to the next is act/next.js.

/** @import {Node} from "../types" */
import { put, take } from "./shelf.js";

/** Who comes back sooner is still on the same visit: a reload makes nothing old. */
const VISIT_MS = 30 * 60_000;

export class Visit {
  #name;
  /** What came later is new; null: the first visit, on which nothing is. @type {number | null} */
  since;

  /** @param {string} thread names service, site and thread @param {number} nowMs */
  constructor(thread, nowMs) {
    this.#name = `${thread}:visit`;
    const kept = take(this.#name);
    this.since = isKept(kept) ? (nowMs - kept.at > VISIT_MS ? kept.at : kept.since) : null;
    this.stay(nowMs);
  }

  /** The reader is still here. @param {number} nowMs */
  stay(nowMs) {
    put(this.#name, { at: nowMs, since: this.since });
  }

  /** @param {Node} node */
  isNew({ comment, mine, status, fresh }) {
    if (mine || status !== "sent" || comment.state !== "published") return false;
    return fresh || (this.since !== null && Date.parse(comment.created_at) > this.since);
  }
}

/** @param {unknown} kept @returns {kept is {at: number, since: number | null}} */
function isKept(kept) {
  return (
    typeof kept === "object" && kept !== null &&
    "at" in kept && typeof kept.at === "number" &&
    "since" in kept && (kept.since === null || typeof kept.since === "number")
  );
}
