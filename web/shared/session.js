// Who is signed in. The access token lives in memory only and the refresh token
// in a cookie scripts cannot read, so that nothing is left for a stray script to
// find. The form is signin.js.

/** @import {Api} from "./api.js" */
/** @import {Me, Session as SessionBody} from "./types" */
import { Problem } from "./problems.js";

/** Fires `change` when somebody signs in or out. */
export class Session extends EventTarget {
  #api;
  /** @type {string | null} */
  #token = null;
  /** @type {Me | null} */
  #user = null;
  /** @type {Promise<void> | null} */
  #refreshing = null;

  /** @param {Api} api */
  constructor(api) {
    super();
    this.#api = api;
    api.session = this;
  }

  get token() {
    return this.#token;
  }

  get user() {
    return this.#user;
  }

  /**
   * Takes up the session of the cookie, if there is one. Asked again while an
   * answer is on its way, it waits for that one. Tabs take turns: the cookie is
   * rotated at each use, and two at once would look like a stolen one.
   *
   * @returns {Promise<void>} settled once known; throws where the server did not say
   */
  refresh() {
    this.#refreshing ??= this.#inTurn(() => this.#refresh()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** @param {{identifier: string, password: string}} fields @param {AbortSignal} [signal] */
  signIn(fields, signal) {
    return this.#begin("auth/login", fields, signal);
  }

  /** @param {{login: string, password: string, display_name?: string, email?: string}} fields @param {AbortSignal} [signal] */
  register(fields, signal) {
    return this.#begin("auth/register", fields, signal);
  }

  /** With the code of the service's own window. @param {string} code @param {AbortSignal} [signal] */
  exchange(code, signal) {
    return this.#begin("auth/exchange", { code }, signal);
  }

  /** Ends the session here and on the server. */
  async signOut() {
    try {
      // The cookie goes along so that the answer can take it away.
      await this.#api.send("POST", "auth/logout", { body: {}, as: "both" });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
    }
    this.forget();
  }

  /** The server has ended the session. */
  forget() {
    if (!this.#user) return;
    this.#token = null;
    this.#user = null;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} path @param {object} body @param {AbortSignal} [signal] */
  async #begin(path, body, signal) {
    this.#take(await this.#api.send("POST", path, { body, as: "cookie", ...(signal ? { signal } : {}) }));
  }

  async #refresh() {
    const before = this.#token;
    /** @type {SessionBody | null} */
    let body = null;
    try {
      body = await this.#api.send("POST", "auth/refresh", { body: {}, as: "cookie" });
    } catch (error) {
      if (!(error instanceof Problem) || ![401, 403].includes(error.status)) throw error;
    }
    // Whoever signed in or out while it was on its way has the last word.
    if (this.#token !== before) return;
    if (body) this.#take(body);
    else this.forget();
  }

  /** @param {SessionBody} body */
  #take(body) {
    const changed = this.#user?.id !== body.user.id;
    this.#token = body.access_token;
    this.#user = body.user;
    if (changed) this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {() => Promise<void>} run
   * @returns {Promise<void>}
   */
  async #inTurn(run) {
    if (!navigator.locks) return run();
    return navigator.locks.request("understory-refresh", run);
  }
}
