// What needs a signed-in person goes through here: the sign-in form opens where
// the reader is, and afterwards what was wanted is done. The form is signin.js.

/** @import {App} from "./app.js" */
import { h } from "../../shared/dom.js";
import { t } from "../../shared/words.js";
import { popupForm } from "./popup.js";
import { signInForm } from "./signin.js";

export class Gate {
  #app;
  /** @type {HTMLElement | null} the open form: one at a time */
  #form = null;
  /** Aborts when it closes. */
  #open = new AbortController();
  /** What was pressed before it is known who is signed in; the same place twice is once. @type {Map<HTMLElement, () => unknown>} */
  #pressed = new Map();

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    app.reading.ended.addEventListener("abort", () => this.#close());
  }

  /**
   * Does `act`, after signing in where needed.
   *
   * @param {HTMLElement} place where the form opens
   * @param {string} why the line above it
   * @param {() => unknown} act
   */
  through(place, why, act) {
    const go = () => (this.#app.session.user ? act() : this.open(place, why, act));
    if (this.#app.session.user) act();
    else void this.#whenKnown(place, go);
  }

  /** @param {HTMLElement} place @param {() => unknown} go */
  async #whenKnown(place, go) {
    const waits = this.#pressed.has(place);
    this.#pressed.set(place, go);
    if (waits) return;
    const line = h("p", { class: "hint", role: "status" }, t("one_moment"));
    place.append(line);
    await this.#app.known;
    line.remove();
    const last = this.#pressed.get(place);
    this.#pressed.delete(place);
    if (!this.#app.reading.ended.aborted) last?.();
  }

  /**
   * @param {HTMLElement} place
   * @param {string | null} why
   * @param {() => unknown} after
   * @param {"sign_in" | "register"} [kind]
   */
  open(place, why, after, kind = "sign_in") {
    const back = this.#app.root.activeElement;
    this.#close();
    this.#open = new AbortController();
    const popup = this.#app.host.getAttribute("sign-in") === "popup";
    this.#form = (popup ? popupForm : signInForm)(this.#app, {
      why,
      form: kind,
      closed: this.#open.signal,
      done: () => {
        this.#close();
        this.#goBack(place, back);
        after();
      },
      cancelled: () => {
        this.#close();
        this.#goBack(place, back);
      },
    });
    place.append(this.#form);
    /** @type {HTMLElement | null} */ (this.#form.querySelector("input, button"))?.focus();
  }

  /** The focus was in the form; what is done now may take it further. @param {HTMLElement} place @param {Element | null} back */
  #goBack(place, back) {
    const { root, tree, head } = this.#app;
    const id = /** @type {HTMLElement | null} */ (place.closest("[data-id]"))?.dataset.id;
    if (root.activeElement === null && back instanceof HTMLElement) back.focus();
    if (root.activeElement === null && id) tree.focus(id);
    if (root.activeElement === null) head.focus();
  }

  #close() {
    this.#open.abort();
    this.#form?.remove();
    this.#form = null;
  }
}
