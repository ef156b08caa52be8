// What the console says: to everybody in bars at the foot of the page, which go
// by themselves after ten seconds, though not while they are pointed at or have the
// focus; and to screen readers in a live region.

import { button, h } from "../shared/dom.js";
import { t } from "./words.js";

const SHOWN_MS = 10_000;
const SHOWN_MAX = 3;

export class Notices {
  #said = h("p", { class: "unseen", role: "status" });
  #bars = h("ol", { class: "bars", "aria-label": t("notices_label") });
  element = h("div", { class: "notices" }, this.#said, this.#bars);

  /** To screen readers only. @param {string} text */
  say(text) {
    this.#said.textContent = text;
  }

  /**
   * @param {string} text
   * @param {{act?: {text: string, run: () => void}, problem?: boolean}} [more] with a button, or as a problem
   * @returns {() => void} takes it away
   */
  show(text, { act, problem = false } = {}) {
    const bar = h("li", { class: problem ? "bar bad" : "bar" }, h("span", {}, text));
    let timer = 0;
    const end = () => {
      clearTimeout(timer);
      bar.remove();
    };
    const start = () => {
      clearTimeout(timer);
      timer = window.setTimeout(end, SHOWN_MS);
    };
    if (act) {
      bar.append(button(act.text, () => {
        end();
        act.run();
      }));
    }
    bar.append(button("×", end, { "aria-label": t("close") }));
    for (const name of ["pointerenter", "focusin"]) bar.addEventListener(name, () => clearTimeout(timer));
    for (const name of ["pointerleave", "focusout"]) bar.addEventListener(name, start);
    this.#bars.append(bar);
    while (this.#bars.children.length > SHOWN_MAX) this.#bars.firstElementChild?.remove();
    start();
    this.say(text);
    return end;
  }
}
