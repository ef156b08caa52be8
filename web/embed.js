// The way in for a page: <script type="module" src="https://…/embed.js"></script>.
// It asks at once, side by side, for the first element's comments, the style, the
// words and every module that showing them takes, so that nothing waits for a
// second round. What it loads stands in this version's own directory.

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

const first = document.querySelector(`${NAME}[site][thread]`);
const asked = first ? address(first) : "";
const page = asked ? fetch(asked, { credentials: "omit" }) : null;
page?.catch(() => {});
/** @type {NodeListOf<HTMLElement>} */
const hosts = document.querySelectorAll(NAME);
for (const host of hosts) {
  // A screen's height, before anything is painted where that can be.
  if (host.childElementCount === 0) host.style.minBlockSize = "100svh";
}
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

/** The best language for the first element, and what was wished. */
function language() {
  const wishes = [];
  /** @type {Element | null} */
  let at = first ?? document.documentElement;
  for (; at; at = at.parentElement) wishes.push(at.getAttribute("lang") ?? "");
  wishes.push(...navigator.languages);
  for (const wish of wishes) {
    const found = LANGUAGES.find((tag) => `${wish}-`.toLowerCase().startsWith(`${tag}-`));
    if (found) return { wishes, found };
  }
  return { wishes, found: "en" };
}

const { wishes, found } = language();
const words = fetch(new URL(`words/${found}.json`, HERE));
words.catch(() => {});
/** @type {Record<string, any>} */
const modules = {};
async function show() {
  const [sheet] = await Promise.all([
    // Readable without style, too.
    style().catch(console.error),
    ...MODULES.map(async (name) => {
      modules[name] = await import(`${HERE}${name}.js`);
    }),
  ]);
  if (asked) modules["thread/read"].ahead.set(asked, page);
  // Before there is an element: what the page has served shows until it can be taken over.
  await modules["shared/words"].load(wishes, { tag: found, asked: words }).catch(() => {});
  if (sheet) modules["thread/element"].sheets.push(sheet);
  if (!customElements.get(NAME)) customElements.define(NAME, modules["thread/element"].UnderstoryThread);
  // Counts beside a thread are brought by act/app.js, after the first comment.
  if (!first) await import(`${HERE}thread/count.js`);
}

// Caches keep this script for some minutes: after an upgrade it may ask for a version that is gone.
// Then the newest takes over. A page that names a version stays with it, and with its hash.
await show().catch((error) => {
  const newest = new URL("/embed.js", HERE).href;
  if (import.meta.url !== newest) throw error;
  return import(`${newest}?${Date.now()}`);
});
