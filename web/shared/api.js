// Requests of readers: as whom they are sent, and one retry after a refreshed
// token. How one is sent is request.js; who is signed in session.js; which calls
// there are the pages' own; what a failure means in words problems.js.

/** @import {Session as SessionStore} from "./session.js" */
import { Problem } from "./problems.js";
import { request } from "./request.js";

/**
 * @typedef {object} Ask
 * @property {import("./request.js").Query} [query]
 * @property {unknown} [body] sent as JSON
 * @property {"none" | "token" | "cookie" | "both"} [as] `token`: the signed-in person; `cookie`: /auth only; `both`: to sign out
 * @property {string} [key] Idempotency-Key
 * @property {AbortSignal} [signal] it is not waited for any more
 * @property {boolean} [fresh] past the caches, the browser's own too, whose answers live a few seconds
 */

/**
 * A key that makes a repeated request one act. Not `randomUUID`, which is missing
 * on a page that came by plain http.
 */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** How long after a write reads ask past the shared caches, whose answers live a few seconds. */
const FRESH_MS = 30_000;

export class Api {
  #base;
  #wroteAt = -Infinity;
  /** @type {SessionStore | null} */
  session = null;

  /** @param {URL} base ends with "/" */
  constructor(base) {
    this.#base = base;
  }

  /**
   * @param {string} path relative to the base, already encoded
   * @param {Ask} [ask]
   * @returns {Promise<any>} the JSON of the answer, null for 204
   */
  get(path, ask = {}) {
    return this.#ask("GET", path, ask);
  }

  /**
   * @param {"POST" | "PUT" | "PATCH" | "DELETE"} method
   * @param {string} path
   * @param {Ask} [ask]
   * @returns {Promise<any>}
   */
  async send(method, path, ask = {}) {
    const answer = await this.#ask(method, path, ask);
    if (ask.as === "token") this.#wroteAt = performance.now();
    return answer;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Ask} ask
   * @returns {Promise<any>}
   */
  async #ask(method, path, ask) {
    const token = ask.as === "token" ? this.session?.token : null;
    const asker = this.session?.user?.id;
    if (ask.as === "token" && !token) throw Problem.signInRequired();
    if (ask.as === "both") return this.#once(method, path, ask, this.session?.token ?? null);
    try {
      return await this.#once(method, path, ask, token ?? null);
    } catch (error) {
      if (!token || !(error instanceof Problem) || error.status !== 401) throw error;
      if (error.code !== "token_expired") {
        // Of another token by now: who signed in meanwhile stays.
        if (this.session?.token === token) this.session.forget();
        throw error;
      }
      await this.session?.refresh();
      const renewed = this.session?.token;
      if (!renewed) throw error;
      // Another person has signed in in another tab: what was asked for was not theirs.
      if (this.session?.user?.id !== asker) throw Problem.signInRequired();
      return this.#once(method, path, ask, renewed);
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Ask} ask
   * @param {string | null} token
   * @returns {Promise<any>}
   */
  #once(method, path, ask, token) {
    const justWrote = performance.now() - this.#wroteAt < FRESH_MS;
    return request(new URL(path, this.#base), {
      method,
      query: ask.query,
      body: ask.body,
      headers: { authorization: token && `Bearer ${token}`, "idempotency-key": ask.key },
      credentials: ask.as === "cookie" || ask.as === "both" ? "include" : "omit",
      signal: ask.signal ?? null,
      cache: method === "GET" && (ask.fresh || justWrote) ? "no-cache" : "default",
    });
  }
}
