// Measures what a decision costs a moderator at the console: from the key to the
// next item on the screen, until the service has answered, and how many requests.
// Started by scripts/prove-console, with its options.

import { parseArgs } from "node:util";
import { loadavg } from "node:os";
import { openBrowser } from "../e2e/browser.js";
import { call } from "../e2e/people.js";
import { binary, startServer } from "../e2e/server.js";

/** The figure. */
const BOUND_MS = 100;
const THREAD = "prove";
const REASONS = ["spam", "harassment", "off_topic", "hate"];
const TEXT = "The council has answered **none** of the letters, and whoever says so is called names.\n\nSee https://example.org/letters for all of them.";
/** How long somebody looks at an item who reads it, so that what stands around it is read, too. */
const READ_MS = 600;

const { values } = parseArgs({
  options: { items: { type: "string", default: "200" }, read: { type: "string", default: "20" } },
});
const [count, readCount] = [Number(values.items), Number(values.read)];

const server = await startServer({ site: "demo", origins: [], settings: [] });
let missed = false;
try {
  await fill();
  const browser = await openBrowser();
  try {
    await measure(browser);
  } finally {
    await browser.close();
  }
} finally {
  await server.stop();
}
process.exit(missed ? 1 : 0);

/** @param {string} login */
async function person(login) {
  const body = { identifier: login, password: server.passwords.get(login), client: "native" };
  const { access_token: token } = await call(server.url, null, "POST", "auth/login", body);
  return (/** @type {string} */ method, /** @type {string} */ path, /** @type {unknown} */ sent) =>
    call(server.url, token, method, path, sent);
}

async function fill() {
  const [alice, bob, mona] = [await person("alice"), await person("bob"), await person("mona")];
  await mona("PUT", `sites/demo/threads/${THREAD}-held`, { title: "Held first", premoderation: true });
  let parent = null;
  for (let n = 0; n < count; n += 1) {
    const isHeld = n % 4 === 3;
    const thread = isHeld ? `${THREAD}-held` : THREAD;
    const comment = await alice("POST", `sites/demo/threads/${thread}/comments`, {
      body: `${n}. ${TEXT}`,
      ...(parent && !isHeld && n % 4 !== 0 ? { parent_id: parent } : {}),
    });
    if (n % 4 === 0) parent = comment.id;
    if (!isHeld) await bob("POST", `comments/${comment.id}/flags`, { reason: REASONS[n % REASONS.length], note: "Look at the tone." });
  }
}

/** @param {import("playwright-core").Browser} browser */
async function measure(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.request.post(`${server.url}/api/v1/auth/login`, {
    data: { identifier: "mona", password: server.passwords.get("mona"), client: "console" },
    headers: { origin: server.url, "sec-fetch-site": "same-origin" },
  });
  const page = await context.newPage();
  /** @type {string[]} */
  let asked = [];
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    if (path.startsWith("/api/")) asked.push(`${request.method()} ${kind(path)}`);
  });
  page.on("requestfailed", (request) => {
    if (!request.url().includes("/events")) console.log(`  !! ${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on("response", (answer) => {
    const isEvents = answer.url().includes("/events");
    if (answer.status() >= 400 && !isEvents) console.log(`  !! ${answer.request().method()} ${answer.url()}: ${answer.status()}`);
  });
  await page.goto(`${server.url}/console#queue/all`);
  await page.locator("article[data-id]").waitFor();
  await page.evaluate(watch);

  console.log(`${binary.includes("/release/") ? "release" : "debug"} build, ${count} items, load ${loadavg()[0]?.toFixed(1)}`);
  await work(page, readCount, READ_MS, "reading each item", asked);
  asked.length = 0;
  await work(page, count - readCount, 0, "as fast as items are shown", asked);
  const left = await page.locator(".items li").count();
  if (left > 0) throw new Error(`${left} items are left in the list`);
}

/**
 * Decides on some items, one after the other.
 *
 * @param {import("playwright-core").Page} page
 * @param {number} items @param {number} restMs @param {string} title @param {string[]} asked
 */
async function work(page, items, restMs, title, asked) {
  /** @type {number[]} */
  const times = [];
  for (let n = 0; n < items; n += 1) {
    if (restMs > 0) await page.waitForTimeout(restMs);
    const keys = n % 3 === 0 ? ["a"] : n % 3 === 1 ? ["h", "1"] : ["h", "7"];
    for (const key of keys) await page.keyboard.press(key);
    times.push(await page.evaluate(() => /** @type {any} */ (window).shown()));
  }
  await page.waitForFunction((n) => /** @type {any} */ (window).answered() >= n, items);
  const answers = await page.evaluate((n) => /** @type {any} */ (window).answers(n), items);
  const decisions = asked.filter((one) => one === "POST decisions").length;
  console.log(`\n${title}: ${items} decisions`);
  print("key to next item on screen", times);
  print("request to answer", answers);
  console.log(`  requests that decide: ${decisions}, ${(decisions / items).toFixed(2)} each`);
  for (const name of new Set(asked)) {
    const times = asked.filter((one) => one === name).length;
    if (name !== "POST decisions") console.log(`  beside them: ${times} ${name}`);
  }
  if (decisions !== items || Math.max(...times) > BOUND_MS) {
    missed = true;
    console.log("  !! missed: one request and 100 ms each");
  }
}

/** @param {string} name @param {number[]} values_ms */
function print(name, values_ms) {
  const sorted = [...values_ms].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1);
  console.log(`  ${name}: median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${sorted.at(-1)?.toFixed(1)} ms`);
}

/** A request by what it is about. @param {string} path */
function kind(path) {
  const parts = path.replace("/api/v1/", "").split("/").map((part) => (/^\d{6,}$|^[\w-]{30,}$/.test(part) ? "…" : part));
  return parts[0] === "moderation" ? parts.slice(1).join("/") : parts.join("/");
}

/** In the page: times from the press of a key to the frame in which another item is on the screen. */
function watch() {
  const article = /** @type {HTMLElement} */ (document.querySelector("article[data-id]"));
  const w = /** @type {any} */ (window);
  let before = article.dataset.id;
  let pressedAt = 0;
  /** @type {((ms: number) => void) | null} */
  let waiting = null;
  /** @type {number | null} */
  let last = null;
  document.addEventListener("keydown", (event) => (pressedAt = event.timeStamp), true);
  new MutationObserver(() => {
    if (article.dataset.id === before) return;
    before = article.dataset.id;
    const from = pressedAt;
    // the message comes after the frame has been drawn
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        last = performance.now() - from;
        waiting?.(last);
      };
      port2.postMessage(null);
    });
  }).observe(article, { attributes: true, attributeFilter: ["data-id"] });
  w.shown = () => new Promise((resolve) => {
    const done = (/** @type {number} */ ms) => {
      waiting = null;
      last = null;
      resolve(ms);
    };
    if (last === null) waiting = done;
    else done(last);
  });
  /** @type {number[]} */
  const answers = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name.endsWith("/moderation/decisions")) answers.push(entry.duration);
    }
  }).observe({ type: "resource" });
  let taken = 0;
  w.answered = () => answers.length - taken;
  w.answers = (/** @type {number} */ n) => {
    taken += n;
    return answers.slice(taken - n, taken);
  };
}
