// Keeps what was typed, in this browser: a draft for each text field and person,
// and the comments that were sent and not yet acknowledged. How it is stored is
// model/shelf.js, sending is posting.js.

/** @import {Id} from "../../shared/types" */
import { put, take } from "../model/shelf.js";

/**
 * @typedef {object} Unsent
 * @property {string} key the Idempotency-Key, the same at every try
 * @property {Id | null} parentId
 * @property {string} body
 * @property {{title: string, url: string}} [thread] sent along when the thread was not there yet
 * @property {Id | null} [by] who sent it
 * @property {number} [at] when, in ms
 * @property {string | null} [failure] why it was refused; null: it was not
 */

export class Drafts {
  #thread;
  /** Whose they are; null: of who is not signed in. @type {Id | null} */
  by = null;

  /** @param {string} thread names service, site and thread */
  constructor(thread) {
    this.#thread = thread;
  }

  /** This person's, else what was typed before anybody signed in. @param {string} field @returns {string} */
  read(field) {
    const kept = take(this.#nameOf(field, this.by)) ?? take(this.#nameOf(field, null));
    return typeof kept === "string" ? kept : "";
  }

  /**
   * An empty text takes the draft away, but not what another tab has written since.
   *
   * @param {string} field
   * @param {string} text
   * @param {string} [before] the draft as the field had it
   */
  keep(field, text, before = this.read(field)) {
    for (const by of new Set([null, this.by])) {
      const name = this.#nameOf(field, by);
      if (take(name) === before) put(name, null);
    }
    if (text.trim() !== "") put(this.#nameOf(field, this.by), text);
  }

  /**
   * A field with what was typed in it before, and from now on.
   *
   * @template {HTMLInputElement | HTMLTextAreaElement} F
   * @param {string} field
   * @param {F} control
   */
  kept(field, control) {
    control.value = this.read(field);
    control.addEventListener("input", () => this.keep(field, control.value));
    return control;
  }

  /** @returns {Unsent[]} */
  unsent() {
    const list = take(`${this.#thread}:unsent`);
    return Array.isArray(list) ? list.filter(isUnsent) : [];
  }

  /** @param {Unsent} entry */
  keepUnsent(entry) {
    this.#setUnsent([...this.unsent().filter(({ key }) => key !== entry.key), entry]);
  }

  /** @param {string} key */
  dropUnsent(key) {
    this.#setUnsent(this.unsent().filter((entry) => entry.key !== key));
  }

  /** @param {Unsent[]} list */
  #setUnsent(list) {
    put(`${this.#thread}:unsent`, list.length ? list : null);
  }

  /** @param {string} field @param {Id | null} by */
  #nameOf(field, by) {
    return `${this.#thread}:draft:${field}${by === null ? "" : `@${by}`}`;
  }
}

/** @param {unknown} entry @returns {entry is Unsent} what it has beside these is its own writing */
function isUnsent(entry) {
  return (
    typeof entry === "object" &&
    entry !== null &&
    "key" in entry &&
    typeof entry.key === "string" &&
    "body" in entry &&
    typeof entry.body === "string" &&
    "parentId" in entry &&
    (entry.parentId === null || typeof entry.parentId === "string")
  );
}
