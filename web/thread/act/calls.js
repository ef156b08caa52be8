// The calls of the contract that the element makes, with their shapes. How a
// request travels is api.js.

/** @import {Api} from "../../shared/api.js" */
/** @import {Comment, CommentPage, Context, Decision, Appeal, Entry, Flag, Id, Receipt, Replies, Site, Sort, Thread, Viewer, Vote, Votes} from "../../shared/types" */
import { newKey } from "../../shared/api.js";
import { API, pageAddress } from "../read.js";

export class Calls {
  #api;
  #siteKey;
  #key;
  #site;
  #thread;

  /**
   * @param {Api} api
   * @param {string} site
   * @param {string} key
   */
  constructor(api, site, key) {
    this.#api = api;
    this.#siteKey = site;
    this.#key = key;
    this.#site = `sites/${encodeURIComponent(site)}`;
    this.#thread = `${this.#site}/threads/${encodeURIComponent(key)}`;
  }

  /** @returns {Promise<Site>} */
  site() {
    return this.#api.get(this.#site);
  }

  /** Where what happens in the thread is told. */
  get events() {
    return new URL(`${this.#thread}/events`, API);
  }

  /** @returns {Promise<Thread>} */
  thread() {
    return this.#api.get(this.#thread);
  }

  /**
   * The first page of the thread or a level, or a later one, as it is at this moment.
   *
   * @template {Id | null} P
   * @param {P} parentId
   * @param {Sort} sort
   * @param {string | null} cursor
   * @returns {Promise<P extends null ? CommentPage : Replies>}
   */
  pageNow(parentId, sort, cursor) {
    return this.#api.get(pageAddress(this.#siteKey, this.#key, parentId, sort, cursor), { fresh: true });
  }

  /** @param {Id} id @param {{fresh?: boolean}} [ask] @returns {Promise<Context>} */
  context(id, ask) {
    return this.#api.get(`comments/${id}/context`, ask);
  }

  /** With what its author or a moderator may see. @param {Id} id @returns {Promise<Comment>} */
  comment(id) {
    return this.#api.get(`comments/${id}`, { as: "token" });
  }

  /** @param {Id[]} ids at most 200 @returns {Promise<Viewer>} */
  viewer(ids) {
    const query = { ids: ids.length ? ids.join(",") : null };
    return this.#api.get(`${this.#thread}/viewer`, { as: "token", query });
  }

  /** @returns {Promise<{online: Id[]}>} */
  presence() {
    return this.#api.get(`${this.#thread}/presence`);
  }

  /** @param {string | null} cursor @returns {Promise<{items: Flag[], next: string | null}>} */
  myFlags(cursor) {
    return this.#api.get("me/flags", { as: "token", query: { cursor } });
  }

  /** @param {string | null} cursor @returns {Promise<{items: Entry[], next: string | null}>} */
  myDecisions(cursor) {
    return this.#api.get("me/decisions", { as: "token", query: { cursor } });
  }

  /** @param {Id} entryId @param {string} text @param {string} key @returns {Promise<Appeal>} */
  appeal(entryId, text, key) {
    return this.#api.send("POST", `me/decisions/${entryId}/appeal`, { as: "token", body: { text }, key });
  }

  /**
   * Without an account: who gives it is not told to the service.
   *
   * @param {{comment_id: Id, explanation: string, category: string, good_faith: true, name?: string, email?: string}} body
   * @param {string} key
   * @returns {Promise<Receipt>}
   */
  giveNotice(body, key) {
    return this.#api.send("POST", "notices", { body, key });
  }

  /** @param {string} token @returns {Promise<Receipt>} */
  notice(token) {
    return this.#api.get(`notices/${encodeURIComponent(token)}`);
  }

  /** @param {string} body @returns {Promise<{body_html: string}>} */
  preview(body) {
    const as = this.#api.session?.token ? "token" : "none";
    return this.#api.send("POST", `${this.#site}/preview`, { as, body: { body } });
  }

  /**
   * @param {{body: string, parent_id?: Id, thread?: {title: string, url: string}}} body
   * @param {string} key
   * @returns {Promise<Comment>}
   */
  post(body, key) {
    return this.#api.send("POST", `${this.#thread}/comments`, { as: "token", body, key });
  }

  /** @param {Pick<Comment, "id" | "version">} comment @param {string} body @returns {Promise<Comment>} */
  edit({ id, version }, body) {
    return this.#api.send("PATCH", `comments/${id}`, { as: "token", body: { body, version } });
  }

  /** @param {Id} id @returns {Promise<null>} */
  remove(id) {
    return this.#api.send("DELETE", `comments/${id}`, { as: "token" });
  }

  /** @param {Id} id @param {Vote} value @returns {Promise<Votes>} */
  vote(id, value) {
    return this.#api.send("PUT", `comments/${id}/vote`, { as: "token", body: { value } });
  }

  /**
   * @param {Id} id
   * @param {{reason: string, note?: string}} body
   * @returns {Promise<Flag>}
   */
  flag(id, body) {
    const key = newKey();
    return this.#api.send("POST", `comments/${id}/flags`, { as: "token", body, key });
  }

  /** @param {Id} flagId @returns {Promise<null>} */
  withdrawFlag(flagId) {
    return this.#api.send("DELETE", `flags/${flagId}`, { as: "token" });
  }

  /**
   * @param {{targets: {comment_id: Id, version: number}[], action: string, reason_code?: string, public_text?: string}} body
   * @returns {Promise<Decision>}
   */
  decide(body) {
    const key = newKey();
    return this.#api.send("POST", "moderation/decisions", { as: "token", body, key });
  }

  /** @param {Id} id @returns {Promise<Decision>} */
  undo(id) {
    const key = newKey();
    return this.#api.send("POST", `moderation/decisions/${id}/undo`, { as: "token", body: {}, key });
  }
}
