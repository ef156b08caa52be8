// A page of the browser, as a test has it: Playwright's page with our helpers put
// on it. What a person sees there is the test's own matter.

import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { asked } from "./holding.js";

/** @typedef {import("./world.js").World} World */

/**
 * @typedef {object} PageOptions
 * @property {number} [width] 1,280 unless said; @property {number} [height]
 * @property {boolean} [dark]
 * @property {boolean} [reducedMotion] true unless said: nothing is half faded when it is looked at
 * @property {string} [locale] the browser's language, "en-GB" unless said
 * @property {boolean} [script] false: JavaScript is off
 * @property {boolean} [bypassCSP] the page's policies do not hold
 * @property {boolean} [touch]
 * @property {number} [cpu] how many times slower
 * @property {{latency_ms: number, kbit_s: number}} [network]
 */

/** A telephone on a bad day. */
export const SLOW_3G = { latency_ms: 400, kbit_s: 400 };
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/**
 * What is the ordinary course: whoever has no session is told so by a 401, and where
 * no stream of events can be had, or its line breaks, the page looks by itself.
 */
const ORDINARY = [/\/api\/v1\/auth\/refresh\b.*status of 40[13]/s, /\/events\?.*(status of \d{3}|net::ERR_)/s];
/** How long nothing may be under way until a page counts as quiet. */
const QUIET_MS = 500;
/** Long enough for a machine that is busy with other things: waiting measures nothing. */
const WAIT_MS = 30_000;
/** By how much the API's answers may come late, at random: what rests on luck fails then. */
const LATE_MS = Number(process.env.E2E_LATE_MS ?? 0);
/** @type {string | undefined} */
let axeSource;

export class Page {
  /**
   * @param {World} world
   * @param {import("node:test").TestContext} t
   * @param {PageOptions} options
   */
  static async open(world, t, options) {
    const context = await world.browser.newContext({
      viewport: { width: options.width ?? 1280, height: options.height ?? (options.width && options.width < 600 ? 720 : 900) },
      colorScheme: options.dark ? "dark" : "light",
      reducedMotion: options.reducedMotion === false ? "no-preference" : "reduce",
      locale: options.locale ?? "en-GB",
      javaScriptEnabled: options.script ?? true,
      bypassCSP: options.bypassCSP ?? false,
      hasTouch: options.touch ?? false,
    });
    context.setDefaultTimeout(WAIT_MS);
    // A page whose first route comes when it is open lets some requests after it through.
    await context.route("https://nowhere.invalid/", (route) => route.abort());
    if (LATE_MS > 0) await late(context);
    const page = await context.newPage();
    const errors = new Errors(context);
    t.after(async () => {
      // A test that failed shows only its own error: what the console said stands beside it.
      for (const text of errors.unexpected()) t.diagnostic(text);
      if (process.env.E2E_PICTURES) {
        const path = join(process.env.E2E_PICTURES, `${t.name.replace(/\W+/g, "-")}.png`);
        await page.screenshot({ path }).catch(() => {});
      }
      await context.close();
      errors.fail();
    });
    if (options.cpu || options.network) await slow(page, options);
    return Object.assign(page, helpers(world, page, errors));
  }
}

/**
 * @param {World} world
 * @param {import("playwright-core").Page} page
 * @param {Errors} errors
 */
function helpers(world, page, errors) {
  /** @type {Set<import("playwright-core").Request>} */
  const underWay = new Set();
  let changed = performance.now();
  page.on("request", (request) => {
    if (request.resourceType() !== "eventsource") underWay.add(request);
    changed = performance.now();
  });
  for (const end of /** @type {["requestfinished", "requestfailed"]} */ (["requestfinished", "requestfailed"])) {
    page.on(/** @type {"requestfinished"} */ (end), (request) => {
      if (underWay.delete(request)) changed = performance.now();
    });
  }
  return {
    /** Until nothing is being read; "networkidle" would wait for streams of events, which do not end. */
    async quiet() {
      const until = performance.now() + WAIT_MS;
      while (underWay.size > 0 || performance.now() - changed < QUIET_MS) {
        if (performance.now() > until) throw new Error(`still under way: ${[...underWay].map((one) => one.url()).join(" ")}`);
        await page.waitForTimeout(50);
      }
    },

    /** Errors of the console that belong to what is tested. */
    expectErrors: (/** @type {RegExp[]} */ ...patterns) => errors.expect(patterns),
    /** What the console has said that was not expected. */
    errors: () => errors.unexpected(),

    /** As `login`, by the cookie that a sign-in on the service's own page would have left. */
    async signIn(/** @type {string} */ login, /** @type {{client?: "console", password?: string}} */ { client, password } = {}) {
      const data = { identifier: login, password: password ?? world.password(login), ...(client ? { client } : {}) };
      const headers = { origin: world.url, "sec-fetch-site": "same-origin" };
      const answer = await page.context().request.post(`${world.url}/api/v1/auth/login`, { data, headers });
      if (!answer.ok()) throw new Error(`sign-in of ${login}: ${answer.status()} ${await answer.text()}`);
    },

    /** The console as `login`, at a place of it (the hash without `#`). */
    async console(/** @type {string} */ login, /** @type {string} */ at, password = world.password(login)) {
      await this.signIn(login, { client: "console", password });
      await page.goto(`${world.url}/console#${at}`);
      await page.locator('nav a[aria-current="page"]').waitFor({ state: "attached" });
    },

    /** As `login`, by the form in the element. */
    async signInByForm(/** @type {string} */ login, password = world.password(login)) {
      await page.getByRole("button", { name: "Sign in", exact: true }).first().click();
      await signInHere(page, login, password);
      await page.locator("understory-thread[signed-in]").first().waitFor();
    },

    /** As `login`, in the form that is open. */
    signInHere: (/** @type {string} */ login, password = world.password(login)) => signInHere(page, login, password),

    /** The element on a thread, as `login`, once that is known. */
    async read(/** @type {string} */ thread, /** @type {string} */ login, password = world.password(login), /** @type {import("./host.js").Shown} */ shown = {}) {
      await this.signIn(login, { password });
      await page.goto(world.host.show({ thread, ...shown }));
      await page.locator("understory-thread[signed-in]").waitFor();
    },

    /** Where a comment of its own is written. */
    field: page.getByRole("textbox", { name: "Your comment" }),

    /** What becomes of comments that are sent. */
    onPost: (/** @type {(route: import("playwright-core").Route) => unknown} */ handler) =>
      page.route(/threads\/[^/]+\/comments$/, (route) => (route.request().method() === "POST" ? handler(route) : route.fallback())),

    /** Until what has the focus in the element has such a text. */
    untilFocus: (/** @type {RegExp} */ text) =>
      page.waitForFunction(
        (source) => new RegExp(source).test(document.querySelector("understory-thread")?.shadowRoot?.activeElement?.textContent ?? ""),
        text.source,
      ),

    /** Fails on any violation of WCAG 2.2 A and AA, shadow roots included. */
    axe: (/** @type {{without?: string[]}} */ options = {}) => axe(page, options),
    /** Fails if the page can be scrolled sideways, naming what sticks out. */
    noSidewaysScroll: (/** @type {string | undefined} */ panes = undefined) => noSidewaysScroll(page, panes),

    offline: () => page.context().setOffline(true),
    online: () => page.context().setOffline(false),
    /** From now on. */
    slow: (/** @type {PageOptions} */ options) => slow(page, options),

    /** A picture in `folder`, made when absent. */
    async picture(/** @type {string} */ folder, /** @type {string} */ name, /** @type {{fullPage?: boolean}} */ options = {}) {
      await mkdir(folder, { recursive: true });
      return page.screenshot({ path: join(folder, `${name}.png`), ...options });
    },
  };
}

/** In a sign-in form, that of a window too. @param {import("playwright-core").Page} page @param {string} login @param {string} password */
export async function signInHere(page, login, password) {
  await page.getByLabel("Login or e-mail").fill(login);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Password", { exact: true }).press("Enter");
}

/** The window is gone, maybe before the key is up again. @param {import("playwright-core").Page} popup @param {Promise<unknown>} pressed */
export function closes(popup, pressed) {
  const closed = popup.isClosed() ? null : popup.waitForEvent("close");
  const isGone = (/** @type {Error} */ error) => {
    if (!/has been closed/.test(error.message)) throw error;
  };
  return Promise.all([closed, pressed.catch(isGone)]);
}

/** As a page's own, for a window that a page has opened. @param {import("playwright-core").Page} page @param {{without?: string[]}} [options] */
export async function axe(page, { without = [] } = {}) {
  axeSource ??= await readFile(AXE, "utf8");
  await page.evaluate(axeSource);
  const found = await page.evaluate(
    ([tags, rules]) =>
      // @ts-ignore axe is there since the line above
      window.axe.run(document, {
        runOnly: { type: "tag", values: tags },
        rules: Object.fromEntries(rules.map((rule) => [rule, { enabled: false }])),
        resultTypes: ["violations"],
      }),
    [WCAG, without],
  );
  const told = found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n  ${node.target.flat().join(" > ")}\n  ${node.html.slice(0, 200)}\n  ${node.failureSummary}`),
  );
  if (told.length > 0) throw new Error(`axe found ${told.length} at ${page.url()}\n${told.join("\n")}`);
  return found;
}

/** Likewise. @param {import("playwright-core").Page} page @param {string} [panes] selector of what may scroll by itself, and must not sideways either */
export async function noSidewaysScroll(page, panes = "") {
  const wide = await page.evaluate((within) => {
    const room = document.documentElement.clientWidth;
    const cut = (within ? [...document.querySelectorAll(within)] : []).filter((pane) => pane.scrollWidth > pane.clientWidth + 1);
    if (cut.length > 0) return cut.map((pane) => `${pane.localName}.${pane.className} has ${pane.scrollWidth} px in ${pane.clientWidth}`).join("; ");
    if (document.documentElement.scrollWidth <= room) return null;
    const out = [];
    const look = (/** @type {ParentNode} */ root) => {
      for (const element of root.querySelectorAll("*")) {
        const box = element.getBoundingClientRect();
        if (box.width > 0 && (box.right > room + 1 || box.left < -1)) out.push(`${element.localName}.${element.className} ${Math.round(box.left)}..${Math.round(box.right)}`);
        if (element.shadowRoot) look(element.shadowRoot);
      }
    };
    look(document);
    return `${document.documentElement.scrollWidth} px in ${room}: ${out.slice(0, 12).join("; ")}`;
  }, panes);
  if (wide) throw new Error(`sideways scrolling at ${page.url()}: ${wide}`);
}

/** Errors of the console, of scripts, and breaches of policy, of all pages of a context. */
class Errors {
  /** @type {string[]} */
  #met = [];
  /** @type {RegExp[]} */
  #expected = [...ORDINARY];

  /** @param {import("playwright-core").BrowserContext} context */
  constructor(context) {
    context.on("console", (message) => {
      const text = message.text();
      const isBreach = /Content Security Policy|TrustedHTML|TrustedScript/.test(text);
      if (message.type() === "error" || isBreach) this.#met.push(`${message.location().url} ${text}`);
    });
    context.on("weberror", (error) => this.#met.push(`${error.page()?.url()} ${error.error().stack ?? error.error()}`));
  }

  /** @param {RegExp[]} patterns */
  expect(patterns) {
    this.#expected.push(...patterns);
  }

  unexpected() {
    return this.#met.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }

  fail() {
    const left = this.unexpected();
    if (left.length > 0) throw new Error(`the console said:\n${left.join("\n")}`);
  }
}

/** Whether a page asks the service that it comes from, and not for a stream. @param {import("playwright-core").Request} request */
function isOwn(request) {
  return request.resourceType() === "fetch" && new URL(request.frame().url()).origin === new URL(request.url()).origin;
}

/**
 * Whether a request is done when it is asked for and its answer comes late: half of what is
 * read on the service's own pages; what is written with a token, which others hear of sooner.
 *
 * @param {import("playwright-core").Request} request
 */
async function isAnswerLate(request) {
  if (request.method() === "GET") return isOwn(request) && Math.random() < 0.5;
  return "authorization" in request.headers() && (await request.frame().evaluate(() => navigator.onLine));
}

/** @param {import("playwright-core").BrowserContext} context */
async function late(context) {
  await context.route(/\/api\/v1\//, async (route) => {
    const wait = new Promise((resolve) => setTimeout(resolve, Math.random() * LATE_MS));
    try {
      if (await isAnswerLate(route.request())) {
        const response = await asked(route);
        await wait;
        await route.fulfill({ response });
      } else {
        await wait;
        await route.continue();
      }
    } catch {
      // the page is gone by now
    }
  });
}

/**
 * @param {import("playwright-core").Page} page
 * @param {PageOptions} options
 */
async function slow(page, { cpu, network }) {
  const devtools = await page.context().newCDPSession(page);
  if (cpu) await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  if (network) {
    const throughput = (network.kbit_s * 1000) / 8;
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: network.latency_ms,
      downloadThroughput: throughput,
      uploadThroughput: throughput,
    });
  }
}
