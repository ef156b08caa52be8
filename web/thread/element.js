// The custom element <understory-thread site="…" thread="…">: makes the shadow
// root and its style, and follows its attributes. What it shows is reading.js.

import { h } from "../shared/dom.js";
import { load, SPEECHLESS } from "../shared/words.js";
import { Reading } from "./reading.js";

/** As constructed sheets, which a page's style-src does not concern. @type {CSSStyleSheet[]} */
export const sheets = [];

export class UnderstoryThread extends HTMLElement {
  static observedAttributes = ["site", "thread"];
  /** @type {Reading | null} */
  #reading = null;
  #root = this.attachShadow({ mode: "open" });

  connectedCallback() {
    this.attributeChangedCallback();
  }

  /** Moved within the page it goes on; taken out it ends, and begins anew if it comes back. */
  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#reading?.stop();
      this.#reading = null;
    });
  }

  /** Both attributes may change one after the other; what counts is how they are then. */
  attributeChangedCallback() {
    if (!this.isConnected) return;
    // embed.js has chosen the language; only where its words did not come is there one to choose.
    load(navigator.languages).then(
      () => this.isConnected && this.#show(),
      () => this.#root.replaceChildren(h("p", { role: "alert" }, SPEECHLESS)),
    );
  }

  #show() {
    const site = this.getAttribute("site");
    const key = this.getAttribute("thread");
    const before = this.#reading;
    if (!site || !key || (site === before?.site && key === before.key)) return;
    before?.stop();
    const served = !this.#root.firstChild && this.childElementCount > 0;
    this.#reading = new Reading(this, this.#root, site, key);
    this.#root.adoptedStyleSheets = sheets;
    void this.#reading.start(served);
  }
}
