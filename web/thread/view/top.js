// What stands above the list. The head: how many comments, and in which order. The
// place where a new one is written, before what that needs has come: the field can
// be typed in at once, and act/write.js takes it over as it stands; below it the
// invitation, or who is signed in.

/** @import {Reading} from "../reading.js" */
/** @import {Sort} from "../../shared/types" */
import { freshId, h, press } from "../../shared/dom.js";
import { t } from "../../shared/words.js";

export class Head {
  #reading;
  #heading = h("h2", { tabindex: -1 }, t("list_label"));
  /** @type {HTMLSelectElement} */
  #sort;

  /** @param {Reading} reading */
  constructor(reading) {
    this.#reading = reading;
    const id = freshId();
    this.#sort = h(
      "select",
      { id, onchange: () => void reading.load(/** @type {Sort} */ (this.#sort.value)) },
      ...["oldest", "newest", "top"].map((sort) =>
        h("option", { value: sort }, t(/** @type {`sort_${Sort}`} */ (`sort_${sort}`))),
      ),
    );
    this.element = h(
      "header",
      { class: "head", part: "head" },
      this.#heading,
      h("p", {}, h("label", { for: id }, t("sort_label")), " ", this.#sort),
    );
  }

  /** The line for what is this reader's own, drawn by act/mine.js. */
  own() {
    const line = this.element.querySelector(".own") ?? h("p", { class: "own" });
    if (!line.isConnected) this.#heading.after(line);
    return line;
  }

  focus() {
    this.#heading.focus();
  }

  draw() {
    const { model: { thread }, wish } = this.#reading;
    if (thread) this.#heading.textContent = t("heading", { n: thread.counts.published });
    this.#sort.value = wish.sort;
  }
}

export class Place {
  #model;
  closed = h("p", { class: "closed hint" });
  #rules = h("p", { class: "hint" });
  field;
  writing;
  form;
  /** Whether sending was asked for before it could be. */
  wanted = false;
  account = h("div", { class: "account hint" });
  #invitation;
  #sentence = h("p", { class: "hint" }, t("invitation"));

  /** @param {Reading} reading */
  constructor({ model }) {
    this.#model = model;
    const id = freshId();
    const label = t("write_label");
    this.field = h("textarea", { id, rows: 1, dir: "auto", placeholder: t("write_placeholder") });
    this.writing = h("div", {}, h("label", { class: "unseen", for: id }, label), this.field);
    this.field.addEventListener("keydown", ({ key, ctrlKey, metaKey }) => {
      this.wanted = key === "Enter" && (ctrlKey || metaKey);
    });
    this.form = h("form", { class: "composer", novalidate: true }, this.writing);
    this.#invitation = h(
      "div",
      { class: "now" },
      this.#sentence,
      h("p", { class: "choices" }, press("sign_in", t("sign_in"), { class: "main" }), press("register", t("register"), { class: "second" })),
    );
    this.element = h(
      "section",
      { class: "write", part: "write", "aria-label": label },
      this.closed,
      this.#rules,
      this.form,
      h("div", { class: "who" }, this.#invitation, this.account),
    );
  }

  /** @param {boolean} signedIn */
  welcome(signedIn) {
    this.account.classList.toggle("now", signedIn);
    this.#invitation.classList.toggle("now", !signedIn);
  }

  /** @param {string | null} [whyNot] why this person cannot write here */
  draw(whyNot = null) {
    const { thread } = this.#model;
    const closed = thread && thread.state !== "open" ? t("thread_locked") : whyNot;
    this.closed.textContent = closed;
    // What was typed stays in sight, to be copied.
    this.form.hidden = closed !== null && this.field.value === "";
    this.#sentence.hidden = thread?.state !== "open";
    this.#rules.textContent = [
      closed === null && thread?.premoderation && t("premoderated"),
      closed === null && thread?.slow_mode_seconds && t("slow_mode", { n: thread.slow_mode_seconds }),
    ]
      .filter(Boolean)
      .join(" ");
  }
}
