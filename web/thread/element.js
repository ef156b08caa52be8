// The element <understory-thread site="…" thread="…">, as embed.js defines it: its
// shadow root and style, and the thread that its attributes name. What it shows is
// reading.js.

import { h } from "../shared/dom.js";
import { load, SPEECHLESS } from "../shared/words.js";
import { Reading } from "./reading.js";

/** As constructed sheets, which a page's style-src does not concern. @type {CSSStyleSheet[]} */
export const sheets = [];
/** @type {WeakMap<HTMLElement, Reading>} */
const readings = new WeakMap();

/**
 * It came into the page, was moved in it or taken out, or names another thread: what
 * counts is how it is by now. Taken out it ends, and begins anew if it comes back.
 *
 * @param {HTMLElement} host
 */
export async function follow(host) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  try {
    // embed.js has chosen the language; only where its words did not come is there one to choose.
    await load(navigator.languages);
  } catch {
    root.replaceChildren(h("p", { role: "alert" }, SPEECHLESS));
    return;
  }
  const before = readings.get(host);
  if (!host.isConnected) {
    before?.stop();
    readings.delete(host);
    return;
  }
  const site = host.getAttribute("site");
  const key = host.getAttribute("thread");
  if (!site || !key || (site === before?.site && key === before.key)) return;
  before?.stop();
  const served = !root.firstChild && host.childElementCount > 0;
  const reading = new Reading(host, root, site, key);
  readings.set(host, reading);
  root.adoptedStyleSheets = sheets;
  void reading.start(served);
}
