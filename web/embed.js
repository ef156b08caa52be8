// The way in for a page: <script type="module" src="https://…/embed.js"></script>.
// With the first <understory-thread site="…" thread="…"> it asks at once, side by
// side, for its comments, the style, the words and every module that showing them
// takes, so that nothing waits for a second round; a page without one loads what its
// counts need. What it loads stands in this version's own directory.

const HERE = new URL("/web/__VERSION__/", import.meta.url);
const MODULES = [
  "shared/dom", "shared/markup", "shared/time", "shared/words",
  "thread/element", "thread/read", "thread/reading", "thread/room", "thread/slices",
  "thread/model/model",
  "thread/view/branch", "thread/view/comment",
  "thread/view/top", "thread/view/tree",
];
const NAME = "understory-thread";
/** As in shared/languages.js, for which nothing waits. */
const LANGUAGES = [
  "en", "ar", "cs", "de", "es", "fa", "fr", "he", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "zh",
];

// A block, unless the page says anything else.
const block = new CSSStyleSheet();
block.replaceSync(`:where(${NAME}:not([hidden])) { display: block }`);
document.adoptedStyleSheets.push(block);

/** The same address as thread/read.js makes. @param {Element} host */
function address(host) {
  const [site = "", thread = ""] = ["site", "thread"].map((name) => encodeURIComponent(host.getAttribute(name) ?? ""));
  return `${new URL("/api/v1/sites/", HERE)}${site}/threads/${thread}/comments?sort=oldest&limit=50&depth=6&per_parent=10`;
}

async function style() {
  const response = await fetch(new URL("thread/view.css", HERE));
  if (!response.ok) throw new Error(response.url);
  return new CSSStyleSheet().replace(await response.text());
}

/** The best language there, and what was wished. @param {Element} host */
function language(host) {
  const wishes = [];
  /** @type {Element | undefined} */
  let at = host;
  for (; at; at = at.parentElement ?? /** @type {ShadowRoot} */ (at.getRootNode()).host) wishes.push(at.getAttribute("lang") ?? "");
  wishes.push(...navigator.languages);
  for (const wish of wishes) {
    const found = LANGUAGES.find((tag) => `${wish}-`.toLowerCase().startsWith(`${tag}-`));
    if (found) return { wishes, found };
  }
  return { wishes, found: "en" };
}

/** All that showing a thread takes. @param {HTMLElement} first */
async function load(first) {
  const asked = address(first);
  const page = fetch(asked, { credentials: "omit" });
  page.catch(() => {});
  const { wishes, found } = language(first);
  const words = fetch(new URL(`words/${found}.json`, HERE));
  words.catch(() => {});
  /** @type {Record<string, any>} */
  const modules = {};
  const [sheet] = await Promise.all([
    // Readable without style, too.
    style().catch(console.error),
    ...MODULES.map(async (name) => {
      modules[name] = await import(`${HERE}${name}.js`);
    }),
  ]);
  modules["thread/read"].ahead.set(asked, page);
  // What the page has served shows until it can be taken over.
  await modules["shared/words"].load(wishes, { tag: found, asked: words }).catch(() => {});
  if (sheet) modules["thread/element"].sheets.push(sheet);
  return modules["thread/element"].follow;
}

// Caches keep this script for some minutes: after an upgrade it may ask for a version that is gone.
// Then the newest takes over. A page that names a version stays with it, and with its hash.
/** @param {unknown} error */
function newest(error) {
  const url = new URL("/embed.js", HERE).href;
  if (import.meta.url !== url) throw error;
  return import(`${url}?${Date.now()}`);
}

/** @type {Promise<(host: HTMLElement) => void> | null} */
let loading = null;

/** Shows an element as it is by then. @param {HTMLElement} host */
export async function follow(host) {
  if (!loading && !(host.isConnected && host.matches("[site][thread]"))) return;
  loading ??= load(host).catch(async (error) => (await newest(error)).follow);
  (await loading)(host);
}

class UnderstoryThread extends HTMLElement {
  static observedAttributes = ["site", "thread"];

  connectedCallback() {
    // A screen's height, before anything is painted where that can be.
    if (!this.shadowRoot && this.childElementCount === 0) this.style.minBlockSize = "100svh";
    void follow(this);
  }

  disconnectedCallback() {
    void follow(this);
  }

  attributeChangedCallback() {
    void follow(this);
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, UnderstoryThread);
// Counts beside a thread are brought by act/app.js, after the first comment.
if (!loading) import(`${HERE}thread/count.js`).catch(newest);
