// Requests of the console. Its session is a cookie that no script can read; what
// is not GET is marked as ours. Whose the session is, and what happens when it
// ends, is session.js.

import { Problem } from "../shared/problems.js";
import { request } from "../shared/request.js";

/**
 * @typedef {object} Ask
 * @property {import("../shared/request.js").Query} [query]
 * @property {unknown} [body] sent as JSON
 * @property {string} [key] Idempotency-Key
 * @property {boolean} [keepalive] goes on when the page is left; 64 KiB at most
 * @property {boolean} [asIs] an ended session is the caller's matter
 */

const BASE = new URL("/api/v1/", location.href);

export class Api {
  /** Called when nobody is signed in; settled once somebody is. @type {() => Promise<void>} */
  signInAgain = () => Promise.reject(Problem.signInRequired());

  /** @param {string} path relative, already encoded @param {Ask} [ask] @returns {Promise<any>} */
  get(path, ask = {}) {
    return this.#ask("GET", path, ask);
  }

  /**
   * @param {"POST" | "PUT" | "PATCH" | "DELETE"} method
   * @param {string} path
   * @param {Ask} [ask]
   * @returns {Promise<any>} the JSON of the answer, null for 204
   */
  send(method, path, ask = {}) {
    return this.#ask(method, path, ask);
  }

  /** @param {string} method @param {string} path @param {Ask} ask @returns {Promise<any>} */
  async #ask(method, path, ask) {
    try {
      return await this.#once(method, path, ask);
    } catch (error) {
      if (ask.asIs || !(error instanceof Problem) || !error.wantsSignIn) throw error;
      await this.signInAgain();
      return this.#once(method, path, ask);
    }
  }

  /** @param {string} method @param {string} path @param {Ask} ask @returns {Promise<any>} */
  #once(method, path, ask) {
    return request(new URL(path, BASE), {
      method,
      query: ask.query,
      body: ask.body,
      headers: { "x-understory": method !== "GET" && "1", "idempotency-key": ask.key },
      credentials: "same-origin",
      keepalive: ask.keepalive ?? false,
      // what readers may be shown a few seconds late, moderators are not
      cache: "no-cache",
    });
  }
}
