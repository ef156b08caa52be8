// Sends what was decided, each decision as it is made. An answer that was lost is
// asked for again under the same key, so that nothing is done twice; where the
// service says "later", what is decided meanwhile waits and goes on by itself.

/** @import {Desk} from "../desk.js" */
/** @import {Decision} from "../types" */
import { newKey } from "../../shared/api.js";
import { Problem } from "../../shared/problems.js";

const AGAIN_MS = 1_500;
/** Tries while the server is not reached, before the decision is given back. */
const TRIES = 3;

export class Outbox {
  #desk;
  /** When sending may go on. */
  #notBefore = 0;
  /** What has been decided and not yet answered. */
  waiting = 0;
  /** @type {(() => void)[]} */
  #idle = [];

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    window.addEventListener("beforeunload", (event) => {
      if (this.waiting > 0 && !this.#desk.session.isOver) event.preventDefault();
    });
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<Decision>}
   */
  async send(path, body) {
    // not `keepalive`, of which a browser refuses to have many on their way: who leaves is asked to wait
    const ask = { key: newKey(), ...(body === undefined ? {} : { body }) };
    this.waiting += 1;
    try {
      for (let tries = 1; ; tries += 1) {
        await this.#turn();
        try {
          return await this.#desk.api.send("POST", path, ask);
        } catch (error) {
          if (!this.#isLater(error, tries)) throw error;
        }
      }
    } finally {
      this.waiting -= 1;
      if (this.waiting === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Settled once everything is answered. @returns {Promise<void>} */
  idle() {
    return this.waiting === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** @param {unknown} error @param {number} tries */
  #isLater(error, tries) {
    if (!(error instanceof Problem)) return false;
    const waitMs = (error.retryAfterS ?? 0) * 1_000;
    if (waitMs > 0 && waitMs <= 60_000) {
      this.#notBefore = Math.max(this.#notBefore, Date.now() + waitMs);
      return true;
    }
    if (error.status !== 0 || tries >= TRIES) return false;
    this.#notBefore = Date.now() + AGAIN_MS;
    return true;
  }

  async #turn() {
    while (Date.now() < this.#notBefore) {
      await new Promise((resolve) => setTimeout(resolve, this.#notBefore - Date.now() + 10));
    }
  }
}
