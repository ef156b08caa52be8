// Looks whether anything of a hostile text runs or could run on a page, and keeps
// the tally: vector by way in by page, with the page's policy and without it.

import assert from "node:assert/strict";
import { poke } from "./poke.js";

/** What a page says when its policy has stopped something, or when it is left too early; the tests are about what runs. */
const STOPPED = [/Content Security Policy/, /Failed to load resource/, /blocked/i, /Failed to fetch/];

export class Tally {
  /** @type {Map<string, {shown: number, ran: number, left: number}>} */
  #rows = new Map();

  /**
   * A page on which what runs is told of.
   *
   * @param {import("./world.js").World} w
   * @param {import("node:test").TestContext} t
   * @param {"on" | "off"} csp
   */
  async watch(w, t, csp) {
    const page = await w.page(t, { bypassCSP: csp === "off" });
    page.expectErrors(...STOPPED);
    /** @type {string[]} */
    const ran = [];
    await page.context().exposeFunction("__xss", (/** @type {unknown} */ id) => void ran.push(String(id)));
    return { page, ran, csp, quiet: quietness(page) };
  }

  /**
   * Touches what is on the page, and fails if anything ran or could have.
   *
   * @param {Awaited<ReturnType<Tally["watch"]>>} watching
   * @param {string} path how the texts came in
   * @param {string} name of the page
   * @param {number} [shown] how many of them are there; counted by their names without
   * @param {string} [within] selector of the only part of the page that is looked at
   * @returns {Promise<number>} how many
   */
  async look({ page, ran, csp }, path, name, shown, within) {
    const left = await poke(page, within);
    const opened = shown ?? (await named(page, within)).length;
    const head = `${path.padEnd(15)} ${name.padEnd(14)} ${csp.padEnd(3)}`;
    const row = this.#rows.get(head) ?? { shown: 0, ran: 0, left: 0 };
    this.#rows.set(head, { shown: row.shown + opened, ran: row.ran + ran.length, left: row.left + left.length });
    assert.deepEqual(ran, [], `${path} on ${name}, CSP ${csp}: these ran`);
    assert.deepEqual(left, [], `${path} on ${name}, CSP ${csp}: these could run`);
    return opened;
  }

  print() {
    const rows = [...this.#rows].map(([head, { shown, ran, left }]) => `${head} ${String(shown).padStart(6)} ${String(ran).padStart(4)} ${String(left).padStart(4)}`);
    const sum = (/** @type {"shown" | "ran"} */ what) => [...this.#rows.values()].reduce((all, row) => all + row[what], 0);
    console.log(`${"path".padEnd(15)} ${"page".padEnd(14)} CSP  opened  ran left\n${rows.join("\n")}`);
    console.log(`vector × path × page: ${sum("shown")}; ran: ${sum("ran")}`);
  }
}

/**
 * Waits until all that was asked for has been answered and drawn; a stream is never answered.
 *
 * @param {import("playwright-core").Page} page
 */
function quietness(page) {
  const open = new Set();
  page.on("request", (request) => /\/events\b/.test(request.url()) || open.add(request));
  for (const end of /** @type {const} */ (["requestfinished", "requestfailed"])) page.on(end, (request) => open.delete(request));
  const frames = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  return async () => {
    // Twice, since an answer may lead to a question.
    for (let quiet = 0; quiet < 2; quiet = open.size === 0 ? quiet + 1 : 0) await frames();
  };
}

/**
 * Which texts of ours can be read on the page, by what they would have run; what stands
 * in attributes and fields is not read.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} [within] selector of a part of it
 * @returns {Promise<string[]>}
 */
export function named(page, within = "") {
  return page.evaluate((part) => {
    let text = "";
    const gather = (/** @type {Node} */ root) => {
      text += root.textContent;
      for (const element of /** @type {ParentNode} */ (/** @type {unknown} */ (root)).querySelectorAll("*")) {
        if (element.shadowRoot) gather(element.shadowRoot);
      }
    };
    const root = part ? document.querySelector(part) : (document.body ?? document.documentElement);
    if (root) gather(root);
    return [...new Set(text.match(/__xss\(['"][^'"]*['"]?\)?/g))];
  }, within);
}
