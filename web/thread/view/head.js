// The head of the thread: how many comments, and in which order.

/** @import {Reading} from "../reading.js" */
/** @import {Sort} from "../../shared/types" */
import { freshId, h } from "../../shared/dom.js";
import { t } from "../../shared/words.js";

export class Head {
  #model;
  #heading = h("h2", { tabindex: -1 }, t("heading_plain"));
  /** @type {HTMLSelectElement} */
  #sort;

  /** @param {Reading} reading */
  constructor(reading) {
    this.#model = reading.model;
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
    const { thread, sort } = this.#model;
    if (thread) this.#heading.textContent = t("heading", { n: thread.counts.published });
    this.#sort.value = sort;
  }
}
