// A text for the author and a note for the other moderators, written before a
// decision and sent with it. They are of the next decision and of no other.

import { button, h } from "../../shared/dom.js";
import { field } from "../parts.js";
import { t } from "../words.js";

/** Characters, as the service takes them. */
const MAX = 2_000;

export class Texts {
  #public = area();
  #note = area();
  #back;
  element;

  /** @param {() => void} back puts the focus to where it was */
  constructor(back) {
    this.#back = () => {
      if (!this.#public.value.trim() && !this.#note.value.trim()) this.element.hidden = true;
      back();
    };
    this.element = h(
      "form",
      {
        class: "texts",
        hidden: true,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.#back();
        },
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== "Escape" && !(event.key === "Enter" && event.ctrlKey)) return;
          event.preventDefault();
          this.#back();
        },
      },
      field(t("public_text"), this.#public),
      field(t("note"), this.#note),
      h("p", { class: "soft" }, t("texts_hint"), " ", button(t("texts_clear"), () => this.clear())),
    );
  }

  open() {
    this.element.hidden = false;
    this.#public.focus();
  }

  clear() {
    this.#public.value = "";
    this.#note.value = "";
    this.element.hidden = true;
    this.#back();
  }

  /** What goes with the next decision. */
  get written() {
    return { public_text: this.#public.value.trim(), note: this.#note.value.trim() };
  }

  /** They are on their way, and the next decision has none. */
  sent() {
    if (this.element.hidden) return;
    this.#public.value = "";
    this.#note.value = "";
    this.element.hidden = true;
  }

  /** Nothing came of what they were of: they stand here again, unless others were begun. @param {Texts["written"]} texts */
  giveBack({ public_text, note }) {
    if (this.#public.value || this.#note.value || !(public_text || note)) return;
    this.#public.value = public_text;
    this.#note.value = note;
    this.element.hidden = false;
  }
}

function area() {
  return h("textarea", { rows: 2, maxlength: MAX, dir: "auto" });
}
