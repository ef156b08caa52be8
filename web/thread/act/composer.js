// The text field: grows with the text, keeps it as a draft, shows a preview,
// counts near the end. Where it stands and what sending means is its user's
// matter (write.js, posting.js, own.js).

/** @import {Id} from "../../shared/types" */
/** @import {App} from "./app.js" */
import { button, freshId, h } from "../../shared/dom.js";
import { markup } from "../../shared/markup.js";
import { explain } from "../../shared/problems.js";
import { Tabs } from "../../shared/tabs.js";
import { t } from "../../shared/words.js";

/** The count shows when less than this is left. */
const COUNT_FROM = 500;
/** Until the site has said so. */
const MAX_CHARS = 10_000;

/**
 * @typedef {object} Wish
 * @property {string} label of the field
 * @property {string} submit on the button
 * @property {string | null} draft the draft's name; null keeps none
 * @property {string} [text] what stands in it when there is no draft
 * @property {string} [placeholder]
 * @property {(text: string, composer: Composer) => void} send
 * @property {() => void} [cancel] puts a cancel button there; Esc does the same
 * @property {Stand} [on] what stands in the page already; it keeps focus and text
 */

/**
 * @typedef {object} Stand
 * @property {HTMLTextAreaElement} field
 * @property {HTMLElement} writing label and field
 * @property {HTMLFormElement} form
 */

export class Composer {
  #app;
  #wish;
  #field;
  #count = h("span", { class: "count" });
  #preview = h("div", { class: "preview body", dir: "auto" });
  #tabs;
  /** @type {number | undefined} */
  #keeping;
  /** The draft as it was read or written last. */
  #kept;
  #writing;
  /** Below the field: what hinders sending, and the sign-in form. */
  place = h("div", { class: "under" });
  #hint = h("p", { class: "hint problem", role: "alert" });

  /** @param {App} app @param {Wish} wish */
  constructor(app, wish) {
    this.#app = app;
    this.#wish = wish;
    const { field, writing, form } = wish.on ?? stand(wish);
    this.#field = field;
    this.#writing = writing;
    this.element = form;
    this.#kept = this.#read() || (wish.text ?? "");
    this.#join();
    this.#listen();
    this.#tabs = new Tabs([
      { label: t("tab_write"), panel: this.#writing },
      { label: t("tab_preview"), panel: this.#preview, shown: () => void this.#drawPreview() },
    ]);
    const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);
    writing.before(
      h(
        "div",
        { class: "tabs" },
        this.#tabs.element,
        h("span", { class: "hint markup-hint" }, t("markup_hint")),
      ),
    );
    writing.after(
      this.#preview,
      this.#hint,
      h(
        "div",
        { class: "send" },
        h("button", { type: "submit", class: "main" }, wish.submit),
        wish.cancel && button(t("cancel"), () => this.#leave()),
        h("span", { class: "hint keys" }, t("send_keys", { key: mac ? "⌘" : "Ctrl" })),
        this.#count,
      ),
    );
    if (field.matches(":focus")) form.classList.add("open");
    this.#typed();
  }

  #listen() {
    this.#field.addEventListener("input", () => this.#typed());
    this.#field.addEventListener("focus", () => this.element.classList.add("open"));
    this.#field.addEventListener("blur", () => this.#keep());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("submit", (event) => this.#submit(event));
    this.element.addEventListener("keep", () => this.#keep());
    this.element.addEventListener("handover", (event) => this.#takeUp(/** @type {CustomEvent} */ (event).detail));
  }

  #read() {
    return this.#wish.draft ? this.#app.drafts.read(this.#wish.draft) : "";
  }

  /** Typed before this was here: it comes after what an earlier visit has left. */
  #join() {
    const { value } = this.#field;
    if (this.#kept !== value) this.#field.value = [this.#kept, value].filter(Boolean).join("\n\n");
  }

  /** @param {Id | null} from who had the field, null: nobody, and what they typed is this person's */
  #takeUp(from) {
    // Below it stands the form that was signed in with: the text may be sent as it is.
    if (from === null && this.text !== "" && this.place.hasChildNodes()) return;
    const before = this.#kept;
    this.#kept = this.#read();
    if (from === null) {
      this.#join();
      // It is theirs from now on, and nobody's no more.
      this.#put(before);
    } else this.#field.value = this.#kept;
    this.#typed();
  }

  get text() {
    return this.#field.value;
  }

  focus() {
    this.#field.focus();
    this.#grow();
  }

  /** @param {string} text */
  fill(text) {
    this.#field.value = text;
    this.#typed();
    this.#keep();
    this.focus();
  }

  /** Empty again; the draft is gone. */
  clear() {
    this.#field.value = "";
    this.#tabs.show(0);
    this.#typed();
    this.#keep();
    this.element.classList.remove("open");
  }

  /** @param {string} text what hinders sending; "" nothing */
  hint(text) {
    this.#hint.textContent = text;
    this.#field.setAttribute("aria-invalid", String(text !== ""));
  }

  async #drawPreview() {
    const text = this.text.trim();
    if (text === "") {
      this.#preview.replaceChildren(h("p", { class: "hint" }, t("preview_empty")));
      return;
    }
    this.#preview.replaceChildren(h("p", { class: "hint" }, t("one_moment")));
    try {
      const { body_html } = await this.#app.calls.preview(this.text);
      this.#preview.replaceChildren(markup(body_html));
    } catch (error) {
      this.#preview.replaceChildren(h("p", { class: "hint" }, explain(error)));
    }
  }

  #typed() {
    this.hint("");
    if (this.text !== "") this.element.classList.add("open");
    const left = this.#left();
    this.#count.textContent =
      left >= COUNT_FROM ? "" : left >= 0 ? t("chars_left", { n: left }) : t("chars_over", { n: -left });
    this.#count.classList.toggle("problem", left < 0);
    this.#grow();
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep(), 400);
  }

  /** In Unicode scalar values, as the server counts. */
  #left() {
    return (this.#app.model.site?.body_max_chars ?? MAX_CHARS) - [...this.text].length;
  }

  /** Where the style cannot (`field-sizing`), the height follows the text. */
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.style.blockSize = "auto";
    this.#field.style.blockSize = `${this.#field.scrollHeight + 2}px`;
  }

  #keep() {
    // Another tab may have written it; only what changed here is kept over that.
    if (this.text !== this.#kept) this.#put(this.#kept);
  }

  /** @param {string} before the draft that it takes the place of */
  #put(before) {
    const { draft } = this.#wish;
    if (draft) this.#app.drafts.keep(draft, this.text, before);
    this.#kept = this.text;
  }

  #leave() {
    this.#keep();
    this.#wish.cancel?.();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.element.requestSubmit();
    } else if (event.key === "Escape" && this.#wish.cancel) {
      event.preventDefault();
      this.#leave();
    }
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const left = this.#left();
    if (this.text.trim() === "") {
      this.hint(t("write_something"));
      this.focus();
    } else if (left < 0) {
      this.hint(t("chars_over", { n: -left }));
      this.focus();
    } else {
      this.#keep();
      this.#wish.send(this.text, this);
    }
  }
}

/** @param {Wish} wish @returns {Stand} */
function stand({ label, placeholder }) {
  const id = freshId();
  const field = h("textarea", { id, rows: 1, dir: "auto", placeholder });
  const writing = h("div", {}, h("label", { class: "unseen", for: id }, label), field);
  return { field, writing, form: h("form", { class: "composer", novalidate: true }, writing) };
}
