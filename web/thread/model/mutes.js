// Whom the reader does not wish to read, in this browser only: one list for all
// sites of the service. How it is asked for and shown is act/muting.js.

/** @import {Id, User} from "../../shared/types" */
import { put, take } from "./shelf.js";

/**
 * @typedef {object} Muted
 * @property {Id} id
 * @property {string} name as it was then
 */

export class Mutes {
  #name;
  /** @type {Map<Id, Muted>} */
  #people = new Map();

  /** @param {string} service its host */
  constructor(service) {
    this.#name = `${service}:muted`;
    this.read();
  }

  /** Anew from storage: another tab may have written. @returns {boolean} whether it differs */
  read() {
    const list = take(this.#name);
    const before = [...this.#people.keys()].join();
    this.#people = new Map((Array.isArray(list) ? list.filter(isMuted) : []).map((one) => [one.id, one]));
    return [...this.#people.keys()].join() !== before;
  }

  /** @returns {Muted[]} */
  get people() {
    return [...this.#people.values()];
  }

  /** @param {Id | undefined} id */
  has(id) {
    return id !== undefined && this.#people.has(id);
  }

  /** @param {User} user */
  add({ id, display_name }) {
    this.read();
    this.#people.set(id, { id, name: display_name });
    this.#keep();
  }

  /** @param {Id} id */
  drop(id) {
    this.read();
    this.#people.delete(id);
    this.#keep();
  }

  #keep() {
    put(this.#name, this.#people.size ? this.people : null);
  }
}

/** @param {unknown} one @returns {one is Muted} */
function isMuted(one) {
  return (
    typeof one === "object" && one !== null &&
    "id" in one && typeof one.id === "string" &&
    "name" in one && typeof one.name === "string"
  );
}
