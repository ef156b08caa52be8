// A row of tabs, by the arrow keys too. What the panels hold is their maker's
// matter.

import { button, freshId, h } from "./dom.js";
import { t } from "./words.js";

/**
 * @typedef {object} Tab
 * @property {string} label
 * @property {HTMLElement} panel
 * @property {() => void} [shown] called each time the panel is shown
 */

export class Tabs {
  #tabs;
  #buttons;
  element;

  /** @param {Tab[]} tabs the first is shown */
  constructor(tabs) {
    this.#tabs = tabs;
    this.#buttons = tabs.map(({ label, panel }, at) => {
      panel.id = freshId();
      const tab = button(label, () => this.show(at), {
        class: "quiet tab",
        role: "tab",
        id: freshId(),
        "aria-controls": panel.id,
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event, at),
      });
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      return tab;
    });
    this.element = h("div", { role: "tablist", "aria-label": t("tabs_label") }, ...this.#buttons);
    this.show(0);
  }

  /** @param {number} chosen */
  show(chosen) {
    this.#buttons.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === chosen));
      tab.tabIndex = at === chosen ? 0 : -1;
    });
    this.#tabs.forEach(({ panel }, at) => {
      panel.hidden = at !== chosen;
    });
    this.#tabs[chosen]?.shown?.();
  }

  /** @param {KeyboardEvent} event @param {number} at */
  #key(event, at) {
    const rtl = getComputedStyle(this.element).direction === "rtl";
    const step = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = (at + step + this.#tabs.length) % this.#tabs.length;
    this.show(to);
    this.#buttons[to]?.focus();
  }
}
