// What the forms of several acts are made of: a field with its label, and a form that
// says in itself why it could not be sent. What is sent is its user's matter.

/** @import {Attributes, Child} from "../../shared/dom.js" */
import { button, freshId, h } from "../../shared/dom.js";
import { explain } from "../../shared/problems.js";
import { t } from "../../shared/words.js";

/** @param {string} label @param {HTMLElement} control @param {string | null} [className] */
export function field(label, control, className = "field") {
  control.id = freshId();
  return h("div", { class: className }, h("label", { for: control.id }, label), control);
}

export class Form {
  problem = h("p", { class: "hint problem", role: "alert" });
  element;
  /** May stand outside, as in a sheet. */
  submit;

  /**
   * @param {string} label on the button that sends
   * @param {() => Promise<void>} send throws why it could not
   * @param {Attributes & {cancel?: () => void}} wish `cancel` ends a form in place: by a button, and by Esc
   * @param {...Child} content
   */
  constructor(label, send, { cancel, ...attributes }, ...content) {
    const id = freshId();
    this.submit = h("button", { type: "submit", class: "main", form: id }, label);
    this.element = h(
      "form",
      {
        id,
        novalidate: true,
        ...attributes,
        onsubmit: (event) => {
          event.preventDefault();
          void this.#go(send);
        },
        onkeydown: ({ key, ctrlKey, metaKey }) => {
          if (key === "Enter" && (ctrlKey || metaKey)) this.element.requestSubmit();
          else if (key === "Escape") cancel?.();
        },
      },
      ...content,
      this.problem,
      cancel && h("div", { class: "send" }, this.submit, button(t("cancel"), cancel)),
    );
  }

  /** Something is missing yet. @param {string} text @param {HTMLElement | null} control */
  refuse(text, control) {
    this.problem.textContent = text;
    control?.focus();
  }

  /** @param {() => Promise<void>} send */
  async #go(send) {
    if (this.submit.disabled) return;
    this.problem.textContent = "";
    this.submit.disabled = true;
    try {
      await send();
    } catch (error) {
      this.problem.textContent = explain(error);
    }
    this.submit.disabled = false;
  }
}
