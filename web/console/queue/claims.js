// The items that this moderator has taken, so that nobody else works on them:
// some at a time, held while the page is used, given back when it is left.

/** @import {Desk} from "../desk.js" */
/** @import {Claim, Id} from "../types" */
/** @import {Filters} from "./asked.js" */
/** @import {Items} from "./items.js" */
import { Problem } from "../../shared/problems.js";
import { queryOf } from "./asked.js";

/** Items taken at once: a while's work, and not what others wait for. */
const TAKE = 25;
/** With fewer than this left, more are taken. */
const LOW = 8;
/** How often leases are renewed; the service gives 300 s unless set. */
const RENEW_MS = 100_000;
/** Who has not touched the page for so long is away, and holds nothing any longer. */
const AWAY_MS = 600_000;

export class Claims {
  #desk;
  #items;
  #filters;
  /** @type {Map<Id, string>} */
  #tokens = new Map();
  /** When a key or a pointer was pressed last. */
  touchedAt = Date.now();
  #timer = 0;
  #taking = false;
  #over = new AbortController();

  /** @param {Desk} desk @param {Items} items @param {Filters} filters */
  constructor(desk, items, filters) {
    this.#desk = desk;
    this.#items = items;
    this.#filters = filters;
    const { signal } = this.#over;
    for (const name of ["keydown", "pointerdown"]) {
      document.addEventListener(name, () => this.#touched(), { signal, capture: true });
    }
    window.addEventListener("pagehide", () => {
      // what is still being decided needs its claim; the others run out by themselves
      if (this.#desk.outbox.waiting === 0) this.#giveBack();
    }, { signal });
    this.#timer = window.setInterval(() => void this.#renew(), RENEW_MS);
  }

  /** The claim that holds all of these, if one does. @param {Id[]} ids */
  token(ids) {
    const tokens = new Set(ids.map((id) => this.#tokens.get(id)));
    const [one] = tokens;
    return tokens.size === 1 ? one : undefined;
  }

  /** @param {Id} id */
  holds(id) {
    return this.#tokens.has(id);
  }

  /** Takes the next items when few are left, and there are some that nobody holds. */
  async take() {
    const { order } = this.#items;
    const left = order.filter((id) => this.#tokens.has(id)).length;
    if (this.#isAway || this.#taking || left >= LOW || order.every((id) => this.#items.claim(id))) return;
    this.#taking = true;
    try {
      /** @type {Claim} */
      const claim = await this.#desk.api.send("POST", "moderation/claims", {
        body: { site: this.#desk.site.site, ...queryOf(this.#filters), count: TAKE },
      });
      if (this.#over.signal.aborted) {
        this.#drop(claim.token);
        return;
      }
      for (const { comment } of claim.items) this.#tokens.set(comment.id, claim.token);
      this.#items.add(claim.items);
    } finally {
      this.#taking = false;
    }
  }

  /** Takes one that nobody holds, because it is looked at. @param {Id} id */
  async takeOne(id) {
    if (this.#isAway || this.#tokens.has(id) || this.#items.claim(id)) return;
    /** @type {Claim} */
    const claim = await this.#desk.api.send("POST", "moderation/claims", {
      body: { site: this.#desk.site.site, comment_ids: [id] },
    });
    if (this.#over.signal.aborted) {
      this.#drop(claim.token);
      return;
    }
    // somebody was faster: who it is, is read
    if (claim.items.length === 0) return this.#items.read();
    this.#tokens.set(id, claim.token);
    this.#items.add(claim.items);
  }

  /** A decision has ended it. @param {Id[]} ids */
  settled(ids) {
    for (const id of ids) this.#tokens.delete(id);
  }

  /** Gives everything back. */
  end() {
    this.#over.abort();
    clearInterval(this.#timer);
    void this.#desk.outbox.idle().then(() => this.#giveBack());
  }

  #giveBack() {
    for (const token of new Set(this.#tokens.values())) this.#drop(token);
    this.#tokens.clear();
  }

  /** @param {string} token */
  #drop(token) {
    const path = `moderation/claims/${encodeURIComponent(token)}`;
    this.#desk.api.send("DELETE", path, { keepalive: true, asIs: true }).catch(() => {
      // it runs out by itself
    });
  }

  /** Whether nobody works here: the page is not touched, or was left. */
  get #isAway() {
    return Date.now() - this.touchedAt > AWAY_MS || this.#over.signal.aborted;
  }

  #touched() {
    const wasAway = this.#isAway;
    this.touchedAt = Date.now();
    if (wasAway) void this.take().catch((error) => this.#desk.tell(error));
  }

  async #renew() {
    if (this.#isAway) return this.#giveBack();
    for (const token of new Set(this.#tokens.values())) {
      try {
        await this.#desk.api.send("PATCH", `moderation/claims/${encodeURIComponent(token)}`, { body: {}, asIs: true });
      } catch (error) {
        if (!(error instanceof Problem) || error.status < 400 || error.status >= 500) continue;
        for (const [id, of] of this.#tokens) if (of === token) this.#tokens.delete(id);
      }
    }
  }
}
