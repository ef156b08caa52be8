// Reads what anybody may read, as the page needs it first; the element's own calls,
// with a session and its problems in words, are act/calls.js.

/** @import {Id, Sort} from "../shared/types" */
import { t } from "../shared/words.js";

/** Nodes in one answer, levels in it, and replies shown under one comment. */
const PAGE = "&limit=50&depth=6&per_parent=10";

/** The service is where this module came from. */
export const API = new URL("/api/v1/", import.meta.url);

/** Answers that embed.js has asked for before any module came. @type {Map<string, Promise<Response>>} */
export const ahead = new Map();

/** An answer that is none; `status` 0 when the server was not reached. */
class NotRead extends Error {
  /** @param {number} status @param {number} [retryAfterS] */
  constructor(status, retryAfterS = 0) {
    super(`status ${status}`);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/**
 * The first page of a thread, or a later one of a level.
 *
 * @param {string} site
 * @param {string} key
 * @param {Id | null} parentId
 * @param {Sort} sort
 * @param {string | null} [cursor]
 */
export function pageAddress(site, key, parentId, sort, cursor) {
  const level = parentId
    ? `comments/${parentId}/replies`
    : `sites/${encodeURIComponent(site)}/threads/${encodeURIComponent(key)}/comments`;
  return `${level}?sort=${sort}${PAGE}${cursor ? `&cursor=${cursor}` : ""}`;
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function read(path) {
  const url = API + path;
  const asked = ahead.get(url);
  ahead.delete(url);
  /** @type {Response} */
  let response;
  try {
    response = await (asked ?? fetch(url, { credentials: "omit" }));
  } catch {
    throw new NotRead(0);
  }
  if (!response.ok) throw new NotRead(response.status, Number(response.headers.get("retry-after")));
  return response.json();
}

/** @param {unknown} error @returns {string} */
export function whyNot(error) {
  if (!(error instanceof NotRead)) console.error(error);
  else if (error.status === 0) return t("problem_network");
  else if (error.retryAfterS > 0) return t("problem_wait", { n: error.retryAfterS });
  return t("problem_unknown");
}
