// What needs a signed-in person goes through here: the sign-in form opens where
// the reader is, and afterwards what was wanted is done. The form is signin.js.

/** @import {App} from "./app.js" */
import { popupForm } from "./popup.js";
import { signInForm } from "./signin.js";

export class Gate {
  #app;
  /** @type {HTMLElement | null} the open form: one at a time */
  #form = null;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
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
    else void this.#app.known.then(go);
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
    const popup = this.#app.host.getAttribute("sign-in") === "popup";
    this.#form = (popup ? popupForm : signInForm)(this.#app, {
      why,
      form: kind,
      done: () => {
        this.#close();
        after();
      },
      cancelled: () => {
        this.#close();
        if (back instanceof HTMLElement) back.focus();
      },
    });
    place.append(this.#form);
    /** @type {HTMLElement | null} */ (this.#form.querySelector("input, button"))?.focus();
  }

  #close() {
    this.#form?.remove();
    this.#form = null;
  }
}
