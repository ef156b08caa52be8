// The custom element <understory-thread site="…" thread="…">: the way in. It
// makes the shadow root and its style, and starts the app; all else is app.js.

import { Api } from "../shared/api.js";
import { App } from "./act/app.js";
import { wishesAt } from "../shared/languages.js";
import { Session } from "../shared/session.js";
import { add, load, SPEECHLESS } from "../shared/words.js";

/** The service is where this module came from. */
const api = new Api(new URL("/api/v1/", import.meta.url));
/** One session for all threads of a page. */
const session = new Session(api);
/** Asked once, at the first element; without an answer the page is read signed out. */
/** @type {Promise<void> | null} */
let started = null;

/**
 * The style as constructed sheets, which a page's style-src does not concern;
 * fetched once for all elements.
 *
 * @type {Promise<CSSStyleSheet[]> | null}
 */
let sheets = null;

async function readSheets() {
  return Promise.all(
    ["view.css", "act.css"].map(async (name) => {
      const response = await fetch(new URL(name, import.meta.url));
      if (!response.ok) throw new Error(`${name}: status ${response.status}`);
      return new CSSStyleSheet().replace(await response.text());
    }),
  );
}

class UnderstoryThread extends HTMLElement {
  /** @type {App | null} */
  #app = null;

  async connectedCallback() {
    if (this.shadowRoot) {
      this.#app?.resume();
      return;
    }
    const site = this.getAttribute("site");
    const key = this.getAttribute("thread");
    if (!site || !key) {
      console.error("<understory-thread> needs the attributes site and thread");
      return;
    }
    const root = this.attachShadow({ mode: "open" });
    started ??= session.refresh().catch(() => {});
    try {
      await load(wishesAt(this));
      await add("acts");
    } catch (error) {
      root.append(SPEECHLESS);
      throw error;
    }
    const app = new App({ host: this, root, site, key, api, session, started });
    this.#app = app;
    // Reading starts at once; showing waits for the style, so that nothing jumps.
    const reading = app.start();
    sheets ??= readSheets();
    try {
      root.adoptedStyleSheets = await sheets;
    } catch (error) {
      // Readable without style, too.
      sheets = null;
      console.error(error);
    }
    root.append(app.element);
    await reading;
  }

  disconnectedCallback() {
    this.#app?.pause();
  }
}

customElements.define("understory-thread", UnderstoryThread);
