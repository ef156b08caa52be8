// What the element costs a page, as figures: see scripts/prove-widget. Filling
// threads is threads.js.

import { createServer } from "node:http";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { launchOptions } from "../e2e/browser.js";
import { keyOf, serve } from "./threads.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "50,5000,1000000" },
    keep: { type: "string" },
    service: { type: "string" },
    site: { type: "string", default: "prove" },
    rounds: { type: "string", default: "5" },
  },
});
const SIZES = values.sizes.split(",").map(Number);
const ROUNDS = Number(values.rounds);

const data = values.keep ?? (await mkdtemp(join(tmpdir(), "understory-prove-")));
const service = values.service ? { url: values.service, stop() {} } : await serve(await binary(), data, SIZES);
const host = createServer((req, res) => {
  const thread = new URL(req.url ?? "/", "http://host").searchParams.get("thread");
  res.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${thread}</title><h1>An article</h1>${"<p>A paragraph of the article.</p>".repeat(3)}
<script type="module" src="${service.url}/embed.js"></script>
<understory-thread site="${values.site}" thread="${thread}"></understory-thread>`,
  );
});
await new Promise((resolve) => host.listen(0, "127.0.0.1", () => resolve(null)));
const { port } = /** @type {import("node:net").AddressInfo} */ (host.address());
const browser = await chromium.launch(launchOptions());

for (const size of SIZES) {
  const opened = [];
  for (let round = 0; round < ROUNDS; round += 1) opened.push(await open(size));
  const middle = (/** @type {keyof typeof opened[0]} */ name) => opened.map((one) => one[name]).sort((a, b) => a - b)[ROUNDS >> 1];
  line(`thread of ${size}, CPU 4 times slower, medians of ${ROUNDS}`, {
    "comments shown": middle("shown"),
    "script until they are shown, ms": middle("script"),
    "script, style and layout until then, ms": middle("task"),
    "blocking time, with all that comes after, ms": middle("blocking"),
    "layout shift": middle("shift"),
  });
}
for (const size of SIZES.filter((one) => one > 200)) {
  line(`loading and scrolling ${Math.min(size, 5_000)} of ${size}`, await scroll(size));
}
await browser.close();
host.close();
host.closeAllConnections();
service.stop();
if (!values.keep && !values.service) await rm(data, { recursive: true, force: true });

/** What opening costs. @param {number} size */
async function open(size) {
  const { page, devtools, close } = await newPage(4);
  // The thread's own time, so that what else runs on the machine does not count.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  // What comes after reading waits until the first figures are taken.
  let release = () => {};
  const held = new Promise((resolve) => (release = () => resolve(null)));
  await page.route("**/thread/act/**", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(address(size));
  // Not by a selector: to look for one would be script of the page, too.
  await page.waitForTimeout(3_000);
  const { metrics } = await devtools.send("Performance.getMetrics");
  const seconds = (/** @type {string} */ name) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000;
  const script = seconds("ScriptDuration");
  const task = script + seconds("LayoutDuration") + seconds("RecalcStyleDuration");
  const shown = await page.locator("understory-thread .comment").count();
  release();
  await page.waitForTimeout(1_500);
  const { blocking, shift } = await page.evaluate(() => window.seen);
  await close();
  return { script: Math.round(script), task: Math.round(task), shown, blocking: Math.round(blocking), shift };
}

/** Frames while the thread is loaded to 5,000 comments, and scrolled through. @param {number} size */
async function scroll(size) {
  const { page, close } = await newPage(1);
  await page.goto(address(size));
  await page.locator("understory-thread .comment").first().waitFor();
  await page.waitForTimeout(2_000);
  const loading = await page.evaluate(async (wanted) => {
    const root = /** @type {ShadowRoot} */ (document.querySelector("understory-thread")?.shadowRoot);
    const shown = () => root.querySelectorAll(".comment").length;
    window.startFrames();
    while (shown() < wanted) {
      const more = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".more:not([hidden])")]).at(-1);
      if (!more) break;
      const before = shown();
      more.click();
      for (let waited = 0; waited < 300 && shown() === before; waited += 1) await new Promise(requestAnimationFrame);
    }
    return { frames: window.endFrames(), shown: shown() };
  }, Math.min(size, 5_000));
  const scrolling = await page.evaluate(async () => {
    window.startFrames();
    for (let y = 0; y < document.documentElement.scrollHeight && y < 400_000; y += 700) {
      window.scrollTo(0, y);
      await new Promise(requestAnimationFrame);
    }
    return window.endFrames();
  });
  await close();
  return {
    "comments loaded": loading.shown,
    "frames while loading, ms of the main thread: p99, longest": `${loading.frames.p99}, ${loading.frames.longest}`,
    "frames while scrolling, ms of the main thread: p99, longest": `${scrolling.p99}, ${scrolling.longest}`,
  };
}

/** @param {number} cpu */
async function newPage(cpu) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  await page.addInitScript(observe);
  return { page, devtools, close: () => context.close() };
}

/** In the page: counts shifts and long tasks, and times the work of each frame. */
function observe() {
  window.seen = { blocking: 0, shift: 0 };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.seen.blocking += Math.max(0, entry.duration - 50);
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
    const frame = (/** @type {number} */ now) => {
      begun = now;
      channel.port2.postMessage(null);
      if (on) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
  window.endFrames = () => {
    on = false;
    frames.sort((a, b) => a - b);
    const at = (/** @type {number} */ share) => Math.round(frames[Math.min(frames.length - 1, Math.floor(frames.length * share))] ?? 0);
    return { p99: at(0.99), longest: at(1) };
  };
}

/** @param {number} size */
function address(size) {
  return `http://127.0.0.1:${port}/?thread=${keyOf(size)}`;
}

async function binary() {
  if (process.env.UNDERSTORY_BIN) return process.env.UNDERSTORY_BIN;
  const release = join(ROOT, "target/release/understory");
  return access(release).then(() => release, () => join(ROOT, "target/debug/understory"));
}

/** @param {string} title @param {Record<string, unknown>} figures */
function line(title, figures) {
  console.log(`\n${title}`);
  for (const [name, figure] of Object.entries(figures)) console.log(`  ${name}: ${figure}`);
}
