// Why something is hidden: after `h`, a number. The same as buttons, for who
// points.

/** @import {Desk} from "../desk.js" */
import { button, h } from "../../shared/dom.js";
import { reasonWord } from "../../shared/words.js";
import { t } from "../words.js";

/** What the service takes beside the reasons of flags. */
const RULE = "rule_violation";

/** Every reason there is on the site that is worked on. @param {Desk} desk */
export function reasonsOf({ site }) {
  return [...site.reasons, RULE];
}

export class Reasons {
  #desk;
  element = h("div", { class: "reasons", role: "group", "aria-label": t("reasons_label"), hidden: true });

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** @param {(reason: string) => void} chosen */
  ask(chosen) {
    const reasons = [...this.#desk.site.reasons.slice(0, 9), RULE];
    const key = (/** @type {number} */ at) => (at === reasons.length - 1 ? "0" : String(at + 1));
    const take = (/** @type {string} */ reason) => () => {
      this.#desk.keys.endChoice();
      chosen(reason);
    };
    this.element.replaceChildren(
      h("p", {}, t("reasons_title")),
      ...reasons.map((reason, at) => {
        const one = button(` ${reasonWord(reason)}`, take(reason), { "aria-keyshortcuts": key(at) });
        one.prepend(h("kbd", {}, key(at)));
        return one;
      }),
      button(t("cancel"), () => this.#desk.keys.endChoice()),
    );
    this.element.hidden = false;
    this.#desk.notices.say(reasons.map((reason, at) => `${key(at)} ${reasonWord(reason)}`).join(", "));
    this.#desk.keys.choose(
      Object.fromEntries(reasons.map((reason, at) => [key(at), () => chosen(reason)])),
      () => {
        this.element.hidden = true;
      },
    );
  }
}
