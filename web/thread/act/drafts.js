// Keeps what was typed, in this browser: a draft for each text field, and the
// comments that were sent and not yet acknowledged. Sending is posting.js.

/** @import {Id} from "../../shared/types" */

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
  #prefix;

  /** @param {string} thread names site and thread */
  constructor(thread) {
    this.#prefix = `understory:${thread}:`;
  }

  /** @param {string} field @returns {string} */
  read(field) {
    return this.#get(`draft:${field}`) ?? "";
  }

  /** An empty text takes the draft away. @param {string} field @param {string} text */
  keep(field, text) {
    this.#set(`draft:${field}`, text.trim() === "" ? null : text);
  }

  /** @returns {Unsent[]} */
  unsent() {
    try {
      const list = JSON.parse(this.#get("unsent") ?? "[]");
      return Array.isArray(list) ? list.filter(isUnsent) : [];
    } catch {
      return [];
    }
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
    this.#set("unsent", list.length ? JSON.stringify(list) : null);
  }

  // Storage may be closed to the page or full. Then the text lives as long as
  // the page; there is nothing better to do, and writing must go on.

  /** @param {string} name @returns {string | null} */
  #get(name) {
    try {
      return localStorage.getItem(this.#prefix + name);
    } catch {
      return null;
    }
  }

  /** @param {string} name @param {string | null} text */
  #set(name, text) {
    try {
      if (text === null) localStorage.removeItem(this.#prefix + name);
      else localStorage.setItem(this.#prefix + name, text);
    } catch {
      // As above.
    }
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
