// Says what happened: to screen readers, and in a bar at the foot of the thread
// that goes by itself. Which words is the caller's matter.

import { button, h } from "../../shared/dom.js";

/** How long a bar stays, and with something to undo. */
const BAR_MS = 6_000;
const UNDO_MS = 10_000;

export class Bars {
  #live = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
  #bars = h("div", { class: "bars" });
  element = h("div", { class: "said" }, this.#live, this.#bars);

  /** To screen readers only. @param {string} text */
  say(text) {
    // The same words twice are read twice only if the text changes in between.
    this.#live.textContent = "";
    setTimeout(() => {
      this.#live.textContent = text;
    }, 50);
  }

  /** To everybody. @param {string} text */
  tell(text) {
    this.#bar(text, BAR_MS);
  }

  /** Takes the bar away. */
  clear() {
    this.#bars.replaceChildren();
  }

  /**
   * With a button, for a while longer; it stays while it has the focus or the
   * pointer.
   *
   * @param {string} text
   * @param {string} label
   * @param {() => unknown} act
   */
  offer(text, label, act) {
    this.#bar(text, UNDO_MS, { label, act });
  }

  /**
   * @param {string} text
   * @param {number} stayMs
   * @param {{label: string, act: () => unknown}} [offer]
   */
  #bar(text, stayMs, offer) {
    this.say(offer ? `${text} ${offer.label}` : text);
    const bar = h("div", { class: "bar" }, h("span", {}, text));
    if (offer) {
      bar.append(
        button(offer.label, () => {
          bar.remove();
          offer.act();
        }),
      );
    }
    this.#bars.replaceChildren(bar);
    const leave = () => {
      if (bar.matches(":hover, :focus-within")) setTimeout(leave, 1_000);
      else bar.remove();
    };
    setTimeout(leave, stayMs);
  }
}
