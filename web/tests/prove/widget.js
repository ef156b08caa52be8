// What the element costs a page, as figures: see scripts/prove-widget. Filling
// threads is threads.js.

import { createServer } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBrowser } from "../e2e/browser.js";
import { keyOf, serve } from "./threads.js";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "50,5000,1000000" },
    keep: { type: "string" },
    service: { type: "string" },
    site: { type: "string", default: "prove" },
    thread: { type: "string" },
    beside: { type: "string", default: "t-0" },
    rounds: { type: "string", default: "5" },
  },
});
const SIZES = values.sizes.split(",").map(Number);
const ROUNDS = Number(values.rounds);
/** So many comments are loaded and scrolled at most. */
const MANY = 5_000;
/** Pages of the host with no thread: nothing, and as many plain paragraphs. */
const NOTHING = "";
const PLAIN = "plain";

const data = values.keep ?? (await mkdtemp(join(tmpdir(), "understory-prove-")));
const service = values.service ? { url: values.service, async stop() {} } : await serve(data, SIZES);
const threads = values.thread ? [values.beside, values.thread] : SIZES.map(keyOf);
const long = values.thread ? [values.thread] : SIZES.filter((one) => one > 200).map(keyOf);
const host = createServer((req, res) => {
  const thread = new URL(req.url ?? "/", "http://host").searchParams.get("thread") ?? "";
  res.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${thread}</title><h1>An article</h1>${"<p>A paragraph of the article.</p>".repeat(thread === PLAIN ? MANY : 3)}
${thread === NOTHING || thread === PLAIN ? "" : element(thread)}`,
  );
});
await new Promise((resolve) => host.listen(0, "127.0.0.1", () => resolve(null)));
const { port } = /** @type {import("node:net").AddressInfo} */ (host.address());
const browser = await openBrowser();

for (const thread of threads) {
  line(`${thread}, CPU 4 times slower, medians of ${ROUNDS}`, await medians(() => open(thread)));
}
for (const cpu of [1, 4]) {
  for (const thread of [NOTHING, ...threads]) {
    const name = thread === NOTHING ? "the page without the element" : thread;
    line(`${name}, CPU ${cpu} times slower, undisturbed, medians of ${ROUNDS}`, await medians(() => undisturbed(thread, cpu)));
  }
}
line(`scrolling ${MANY} plain paragraphs without the element`, await scrollPlain());
for (const thread of long) line(`loading and scrolling ${MANY} of ${thread}`, await scroll(thread));
await browser.close();
host.close();
host.closeAllConnections();
await service.stop();
if (!values.keep && !values.service) await rm(data, { recursive: true, force: true });

/** @param {() => Promise<Record<string, number>>} measure */
async function medians(measure) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure());
  return Object.fromEntries(
    Object.keys(rounds[0] ?? {}).map((name) => [name, rounds.map((one) => one[name] ?? 0).sort((a, b) => a - b)[ROUNDS >> 1]]),
  );
}

/** What opening costs until the comments are shown. @param {string} thread @returns {Promise<Record<string, number>>} */
async function open(thread) {
  const { page, devtools, close } = await newPage(4);
  // The thread's own time, so that what else runs on the machine does not count.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  // What comes after reading never comes.
  await page.route("**/thread/act/**", () => {});
  await page.goto(address(thread));
  // Not by a selector: to look for one would be script of the page, too.
  await page.waitForTimeout(3_000);
  const { metrics } = await devtools.send("Performance.getMetrics");
  const seconds = (/** @type {string} */ name) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000;
  const script = seconds("ScriptDuration");
  const task = script + seconds("LayoutDuration") + seconds("RecalcStyleDuration");
  const shown = await page.locator("understory-thread .comment").count();
  await close();
  return {
    "comments shown": shown,
    "script until they are shown, ms": Math.round(script),
    "script, style and layout until then, ms": Math.round(task),
  };
}

/** What the reader has of it, with all that comes after. @param {string} thread @param {number} cpu @returns {Promise<Record<string, number>>} */
async function undisturbed(thread, cpu) {
  const { page, close } = await newPage(cpu, { looks: true });
  await page.goto(address(thread));
  await page.waitForTimeout(cpu === 1 ? 3_000 : 5_000);
  const { first, tasks, shift } = await page.evaluate(() => window.seen);
  await close();
  return {
    ...(thread === NOTHING ? {} : { "first comment in the page, ms after its begin": Math.round(first) }),
    "longest task over 50 ms (0: none), ms": Math.round(Math.max(0, ...tasks)),
    "total blocking time, ms": Math.round(tasks.reduce((sum, task) => sum + task - 50, 0)),
    "layout shift": shift,
  };
}

/** Frames while the thread is loaded, and scrolled through. @param {string} thread */
async function scroll(thread) {
  const { page, close } = await newPage(1);
  await page.goto(address(thread));
  await page.locator("understory-thread .comment").first().waitFor();
  await page.waitForTimeout(2_000);
  const loading = await page.evaluate(async (wanted) => {
    const root = /** @type {ShadowRoot} */ (document.querySelector("understory-thread")?.shadowRoot);
    const list = /** @type {HTMLElement} */ (root.querySelector(".tree > .list"));
    const more = /** @type {HTMLElement} */ (root.querySelector(".tree > .more"));
    // To count them is work of its own: about fifty come with one press.
    window.startFrames();
    for (let press = 1; press < wanted / 50 && !more.hidden; press += 1) {
      const before = list.childElementCount;
      more.click();
      for (let waited = 0; waited < 300 && list.childElementCount === before; waited += 1) await new Promise(requestAnimationFrame);
    }
    return { frames: window.endFrames(), shown: root.querySelectorAll(".comment").length };
  }, MANY);
  const scrolling = await scrollThrough(page);
  await close();
  return {
    "comments loaded": loading.shown,
    "frames while loading, ms by the clock: p50, p99, longest": spread(loading.frames),
    ...scrolling,
  };
}

/** What the browser itself takes for it. */
async function scrollPlain() {
  const { page, close } = await newPage(1);
  await page.goto(address(PLAIN));
  await page.waitForTimeout(1_000);
  const frames = await scrollThrough(page);
  await close();
  return frames;
}

/** @param {import("playwright-core").Page} page */
async function scrollThrough(page) {
  await browser.startTracing(page, { categories: ["cc"] });
  const byClock = await page.evaluate(async () => {
    window.startFrames();
    for (let y = 0; y < document.documentElement.scrollHeight && y < 400_000; y += 700) {
      window.scrollTo(0, y);
      await new Promise(requestAnimationFrame);
    }
    return window.endFrames();
  });
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const frames = traceEvents.filter((/** @type {any} */ { ph, name }) => ph === "X" && name === "ProxyMain::BeginMainFrame");
  return {
    "frames while scrolling, ms of the main thread's own time: p50, p99, longest": spread(
      frames.map((/** @type {any} */ { tdur }) => tdur / 1000),
    ),
    "the same by the clock, with what else runs on the machine": spread(byClock),
  };
}

/** @param {number[]} times */
function spread(times) {
  times.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
  return [at(0.5), at(0.99), at(1)].join(", ");
}

/** @param {number} cpu @param {{looks: boolean}} [looks] whether the first comment is timed, which is script, too */
async function newPage(cpu, looks = { looks: false }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  await page.addInitScript(observe, looks);
  return { page, devtools, close: () => context.close() };
}

/** In the page: counts shifts and long tasks, and times the first comment and the work of each frame. */
function observe(/** @type {{looks: boolean}} */ { looks }) {
  window.seen = { first: 0, tasks: [], shift: 0 };
  const look = () => {
    if (document.querySelector("understory-thread")?.shadowRoot?.querySelector(".comment")) window.seen.first = performance.now();
    else if (performance.now() < 10_000) setTimeout(look, 8);
  };
  if (looks) look();
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.seen.tasks.push(entry.duration);
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      // @ts-ignore a layout-shift entry
      if (!entry.hadRecentInput) window.seen.shift += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });

  /** @type {number[]} */
  let frames = [];
  let on = false;
  window.startFrames = () => {
    frames = [];
    on = true;
    const channel = new MessageChannel();
    let begun = 0;
    // From the start of a frame's work to the first task after it has been painted.
    channel.port1.onmessage = () => frames.push(performance.now() - begun);
    const frame = () => {
      begun = performance.now();
      channel.port2.postMessage(null);
      if (on) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
  window.endFrames = () => {
    on = false;
    return frames;
  };
}

/** @param {string} thread */
function element(thread) {
  return `<script type="module" src="${service.url}/embed.js"></script>
<understory-thread site="${values.site}" thread="${thread}"></understory-thread>`;
}

/** @param {string} thread */
function address(thread) {
  return `http://127.0.0.1:${port}/?thread=${encodeURIComponent(thread)}`;
}

/** @param {string} title @param {Record<string, unknown>} figures */
function line(title, figures) {
  console.log(`\n${title}`);
  for (const [name, figure] of Object.entries(figures)) console.log(`  ${name}: ${figure}`);
}
