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
    this.#reading?.app?.resume();
    this.attributeChangedCallback();
  }

  disconnectedCallback() {
    this.#reading?.app?.pause();
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
    this.#reading = new Reading(this, this.#root, site, key);
    this.#root.adoptedStyleSheets = sheets;
    void this.#reading.start(!before && this.childElementCount > 0);
  }
}
