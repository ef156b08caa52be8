// What a key decides: it answers at once, sends one request, and puts back what
// the service did not settle, with the reason. Taking it back is undo.js.

/** @import {Desk} from "../desk.js" */
/** @import {Action, Comment} from "../../shared/types" */
/** @import {Conflict, Decision, Id, Past, QueueItem} from "../types" */
/** @import {Claims} from "./claims.js" */
/** @import {Entry, Items} from "./items.js" */
/** @import {Taken, Undo} from "./undo.js" */
import { explain, Problem } from "../../shared/problems.js";
import { ago } from "../../shared/time.js";
import { reasonWord } from "../../shared/words.js";
import { t, word } from "../words.js";
import { occupy } from "./undo.js";

/**
 * @typedef {object} From what comes back, where it is not settled
 * @property {Taken} taken
 * @property {Entry[]} staying
 * @property {() => boolean} isStill whether nothing was touched since, nor another looked at
 * @property {() => void} cameBack
 */
/** @typedef {{note?: string, public_text?: string}} Texts */

/** Acts after which a comment still waits. */
const STAYING = new Set(["lock", "unlock", "pin", "unpin"]);

export class Decisions {
  #desk;
  #items;
  #claims;
  #open;
  #undo;
  /** When something was decided last. */
  lastAt = 0;

  /** @param {Desk} desk @param {Items} items @param {Claims} claims @param {Undo} undo @param {(id: Id) => void} open shows an item */
  constructor(desk, items, claims, undo, open) {
    this.#desk = desk;
    this.#items = items;
    this.#claims = claims;
    this.#undo = undo;
    this.#open = open;
  }

  /**
   * Decides on these.
   *
   * @param {Id[]} ids
   * @param {Action} action
   * @param {Texts & {reason_code?: string}} [more]
   * @param {() => void} [cameBack] called when what was decided is put back to be decided on again
   * @returns {boolean} whether it is on its way
   */
  act(ids, action, more = {}, cameBack = () => {}) {
    this.lastAt = Date.now();
    const free = ids.filter((id) => this.#items.holder(id) === null);
    if (free.length < ids.length) this.#heldByOthers(ids.filter((id) => !free.includes(id)));
    if (free.length === 0) return false;
    const entries = free.flatMap((id) => this.#items.entry(id) ?? []);
    const body = { action, ...filled(more) };
    const staying = entries.filter(({ item }) => this.#stays(item.comment.id, action));
    const taken = this.#items.take(free.filter((id) => !this.#stays(id, action)));
    const answer = this.#send(body, entries, { taken, staying, cameBack, isStill: this.#still() });
    occupy(staying, answer);
    const text = t("acted_on", { n: free.length, action: word("action", action) });
    this.#undo.add(more.reason_code ? `${text}: ${reasonWord(more.reason_code)}` : text, { answer, action, taken, staying });
    return true;
  }

  /** Whether it goes on waiting after the act: what is held does, without its flags. @param {Id} id @param {Action} action */
  #stays(id, action) {
    return STAYING.has(action) || (action === "dismiss" && this.#comment(id)?.state === "held");
  }

  /** What the next act is about: what is selected, else what is looked at. */
  get aimed() {
    const { selected, order, at } = this.#items;
    if (selected.size > 0) return order.filter((id) => selected.has(id));
    return at === null ? [] : [at];
  }

  #still() {
    const { at } = this.#items;
    const { touchedAt } = this.#claims;
    return () => this.#items.at === at && this.#claims.touchedAt === touchedAt;
  }

  /** @param {Id} id @returns {Comment | undefined} */
  #comment(id) {
    return this.#items.entry(id)?.item.comment;
  }

  /**
   * @param {object} body
   * @param {Entry[]} entries
   * @param {From} from
   * @returns {Promise<Decision | null>}
   */
  async #send(body, entries, from) {
    const { taken } = from;
    // what is being decided or taken back has no version yet, and may lose its claim
    const busy = entries.flatMap((entry) => entry.busy ?? []);
    if (busy.length > 0) await Promise.all(busy);
    const targets = entries.map(({ item: { comment } }) => ({ comment_id: comment.id, version: comment.version }));
    const token = this.#claims.token(targets.map(({ comment_id }) => comment_id));
    /** @type {Decision} */
    let decision;
    try {
      const asked = { targets, ...(token ? { claim_token: token } : {}), ...body };
      decision = await this.#desk.outbox.send("moderation/decisions", asked);
    } catch (error) {
      this.#failed(error, from, targets[0]?.comment_id ?? null);
      return null;
    }
    if (decision.state === "proposed") {
      for (const { entry } of taken) entry.problem = t("proposed");
      this.#items.putBack(taken);
      this.#desk.notices.show(t("proposed"));
      return decision;
    }
    this.#claims.settled(decision.applied.map(({ comment_id }) => comment_id));
    this.#stayed(decision, from.staying);
    for (const conflict of decision.conflicts) void this.#refused(conflict, from);
    return decision.id === null ? null : decision;
  }

  /** What goes on waiting is brought up to date. @param {Decision} decision @param {Entry[]} staying */
  #stayed(decision, staying) {
    for (const { comment_id, version } of decision.applied) {
      const entry = staying.find(({ item }) => item.comment.id === comment_id);
      if (!entry) continue;
      const { comment } = entry.item;
      comment.version = version;
      if (decision.action === "lock") comment.locked = true;
      if (decision.action === "unlock") comment.locked = false;
      if (decision.action === "dismiss") Object.assign(entry.item, { flags: [], reporters: [], notices: [] });
      this.#items.changed(comment_id);
    }
  }

  /** @param {unknown} error @param {From} from @param {Id | null} first */
  #failed(error, from, first) {
    const lost = error instanceof Problem && error.status === 403;
    const why = lost ? t("role_gone") : explain(error);
    const text = t("not_decided", { why });
    for (const { entry } of from.taken) entry.problem = text;
    this.#items.putBack(from.taken);
    this.#showAgain(text, first, from);
    if (lost) void this.#desk.roleGone();
  }

  /**
   * Somebody was faster, or the text has changed: says who and what, and shows it
   * as it is now, if it still waits.
   *
   * @param {Conflict} conflict
   * @param {From} from
   */
  async #refused({ comment_id, code, state, decided }, from) {
    const { taken } = from;
    const at = taken.find(({ id }) => id === comment_id);
    const login = at?.entry.item.comment.author?.display_name ?? "";
    const isOver = code !== "stale_claim" && decided !== null && settles(decided, at?.entry.item);
    const why = isOver
      ? t("decided_before", {
          name: decided.actor?.display_name ?? t("by_service"),
          action: word("action", decided.action),
          ago: ago(decided.at),
        })
      : word("conflict", code);
    const text = t("conflict", { name: login, why });
    // what undo takes back is without it
    if (at) taken.splice(taken.indexOf(at), 1);
    if (code === "stale_claim") this.#claims.settled([comment_id]);
    // who was faster has settled it: there is nothing left to do
    const isSettled = code === "not_found" || state === "deleted" || (isOver && state !== "held");
    if (!at || isSettled || !(await this.#asItIs(at.entry))) {
      if (at) this.#items.over([comment_id]);
      this.#desk.notices.show(text, { problem: true });
      return;
    }
    at.entry.problem = text;
    this.#items.putBack([at]);
    this.#showAgain(text, comment_id, from);
  }

  /**
   * Reads its comment.
   *
   * @param {Entry} entry
   * @returns {Promise<boolean>} whether it is still there; where that cannot be told, it is
   */
  async #asItIs({ item }) {
    try {
      item.comment = await this.#desk.api.get(`comments/${item.comment.id}`);
      return true;
    } catch (error) {
      return !(error instanceof Problem && error.status === 404);
    }
  }

  /**
   * Of what came back; who has gone on meanwhile is not led away, nor are texts for one
   * comment put beside another.
   *
   * @param {string} text @param {Id | null} id @param {From} from
   */
  #showAgain(text, id, { isStill, cameBack }) {
    const isHere = isStill() || this.#items.at === id;
    if (isHere) {
      this.#items.look(id);
      cameBack();
    }
    if (id !== null) this.#items.changed(id);
    const run = () => {
      if (id === null || !this.#items.entry(id)) return;
      this.#open(id);
      cameBack();
    };
    const act = isHere ? {} : { act: { text: t("look_back"), run } };
    this.#desk.notices.show(text, { problem: true, ...act });
  }

  /** @param {Id[]} ids */
  #heldByOthers(ids) {
    const holder = this.#items.holder(ids[0] ?? "");
    if (!holder) return;
    this.#desk.notices.show(t("held_by_other", { name: holder.user.display_name, n: ids.length }), { problem: true });
  }
}

/**
 * Whether a decision has settled what the item waits for: one from before it came
 * to the queue has not, nor one that leaves it there or was taken back.
 *
 * @param {Past} decided
 * @param {QueueItem} [item]
 */
function settles({ action, at }, item) {
  const isSince = !item || Date.parse(at) >= Date.parse(item.first_at);
  return isSince && action !== "undo" && !STAYING.has(action);
}

/** Leaves out what is empty. @param {Record<string, string | undefined>} texts */
function filled(texts) {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text));
}
