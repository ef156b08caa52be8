// The custom element <understory-count site="…" thread="…">: how many comments a
// thread has, in words, as text of the page around it. All elements of a site are
// asked for in one request, again when the reader comes back to the page and once a
// minute. The thread itself is element.js.

import { wishesAt } from "../shared/languages.js";
import { load, t } from "../shared/words.js";

/** The service is where this module came from. */
const API = new URL("/api/v1/", import.meta.url);
/** The contract's most keys in one request, and what an address takes everywhere. */
const KEYS = 500;
const CHARS = 6_000;
const AGAIN_MS = 60_000;

/** Those in the page. @type {Set<UnderstoryCount>} */
const there = new Set();
/** Those that have not been asked for. @type {Set<UnderstoryCount>} */
const waiting = new Set();

export class UnderstoryCount extends HTMLElement {
  static observedAttributes = ["site", "thread"];

  connectedCallback() {
    there.add(this);
    this.attributeChangedCallback();
  }

  disconnectedCallback() {
    there.delete(this);
    waiting.delete(this);
  }

  attributeChangedCallback() {
    if (!this.isConnected || !this.getAttribute("site") || !this.getAttribute("thread")) return;
    // Whoever comes in the same breath is asked for together.
    if (waiting.size === 0) setTimeout(() => void ask());
    waiting.add(this);
  }

  /** @param {number} n */
  show(n) {
    const text = t("heading", { n });
    if (this.firstChild?.nodeValue !== text) this.replaceChildren(text);
  }
}

async function ask() {
  const elements = [...waiting].filter((element) => element.isConnected);
  waiting.clear();
  const first = elements[0];
  if (!first) return;
  const words = load(wishesAt(first));
  await Promise.all([...bySite(elements)].flatMap(([site, own]) => parts(own).map((part) => read(site, part, words))));
}

/**
 * What it could not read stays as it stands: the page's own words, or the count so far.
 *
 * @param {string} site @param {UnderstoryCount[]} elements @param {Promise<void>} words
 */
async function read(site, elements, words) {
  const url = new URL(`sites/${encodeURIComponent(site)}/counts`, API);
  url.searchParams.set("keys", [...new Set(elements.map(keyOf))].join());
  try {
    const response = await fetch(url, { credentials: "omit" });
    if (!response.ok) return;
    const { counts } = await response.json();
    await words;
    for (const element of elements) {
      const n = counts[keyOf(element)];
      if (typeof n === "number") element.show(n);
    }
  } catch {
    // The next look tells.
  }
}

/** @param {UnderstoryCount} element */
function keyOf(element) {
  return element.getAttribute("thread") ?? "";
}

/** In as few requests as an address takes. @param {UnderstoryCount[]} elements */
function parts(elements) {
  /** @type {UnderstoryCount[][]} */
  const all = [];
  let chars = CHARS;
  for (const element of elements) {
    const last = all.at(-1);
    chars += keyOf(element).length + 3;
    if (last && chars < CHARS && last.length < KEYS) last.push(element);
    else {
      all.push([element]);
      chars = keyOf(element).length;
    }
  }
  return all;
}

/** @param {UnderstoryCount[]} elements */
function bySite(elements) {
  /** @type {Map<string, UnderstoryCount[]>} */
  const sites = new Map();
  for (const element of elements) {
    const site = element.getAttribute("site") ?? "";
    sites.set(site, [...(sites.get(site) ?? []), element]);
  }
  return sites;
}

function again() {
  if (document.visibilityState === "visible") for (const element of there) element.attributeChangedCallback();
}

document.addEventListener("visibilitychange", again);
document.addEventListener("understory:posted", again);
setInterval(again, AGAIN_MS);
if (!customElements.get("understory-count")) customElements.define("understory-count", UnderstoryCount);
