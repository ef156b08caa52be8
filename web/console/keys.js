// One table of keys, from which acts are found and the sheet of `?` is made
// (help.js). Keys do nothing while somebody types, while a dialog is open, or
// when they are switched off.

/** @import {Key} from "./types" */

/** How long the second key of two may take. */
const CHORD_MS = 2_000;

export class Keys {
  /** @type {Key[]} */
  #frame = [];
  /** @type {Key[]} */
  #page = [];
  /** @type {{table: Record<string, () => void>, end: () => void} | null} */
  #choice = null;
  #first = "";
  #firstAt = 0;
  /** Whether single letters do something. */
  on = true;

  constructor() {
    document.addEventListener("keydown", (event) => this.#down(event));
  }

  /** The table as it is now: the page's keys before the frame's. */
  get table() {
    return [...this.#page, ...this.#frame];
  }

  /** @param {Key[]} keys */
  ofFrame(keys) {
    this.#frame = keys;
  }

  /** @param {Key[]} keys */
  ofPage(keys) {
    this.#page = keys;
    this.endChoice();
  }

  /**
   * The next key is one of these, or it is not theirs and the choice is over.
   *
   * @param {Record<string, () => void>} table
   * @param {() => void} end called once, however it ends
   */
  choose(table, end) {
    this.endChoice();
    this.#choice = { table, end };
  }

  endChoice() {
    const choice = this.#choice;
    this.#choice = null;
    choice?.end();
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.isComposing || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    // with Caps Lock on, a letter is still the letter
    const letter = event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
    const key = /^\p{L}$/u.test(event.key) ? letter : event.key;
    if (this.#choice) return this.#chosen(event, key);
    if (!this.on && key.length === 1 && key !== "?") return;
    const chord = event.timeStamp - this.#firstAt < CHORD_MS ? `${this.#first} ${key}` : "";
    const found = this.table.find(({ press }) => press === chord)
      ?? this.table.find(({ press }) => press === key);
    const begins = !found && this.table.some(({ press }) => press.startsWith(`${key} `));
    this.#first = begins ? key : "";
    this.#firstAt = event.timeStamp;
    if (!found) return;
    event.preventDefault();
    // what is held down decides once, and on nothing that nobody has seen
    if (event.repeat && found.group === "decide") return;
    found.act();
  }

  /** @param {KeyboardEvent} event @param {string} key */
  #chosen(event, key) {
    if (event.repeat || key === "Shift" || key === "Tab" || key === "Enter" || key === " ") return;
    const act = this.#choice?.table[key];
    event.preventDefault();
    this.endChoice();
    act?.();
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement
    || target instanceof HTMLSelectElement
    || target.isContentEditable;
}
