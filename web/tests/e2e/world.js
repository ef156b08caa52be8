// The world of one test file: the real binary with its own store, a page server
// on another origin, a browser. What people do by the API is people.js, what a
// page is page.js, the binary's process server.js, the foreign pages host.js.
//
// How a test is written:
//
//     import { test } from "node:test";
//     import assert from "node:assert/strict";
//     import { world } from "./world.js";
//
//     const w = await world();                        // one server for this file; stopped by itself
//
//     test("a reader answers another", async (t) => {
//       const thread = w.thread();                     // a key no other test uses
//       const alice = await w.as("alice");             // calls of the API, see people.js
//       await alice.post(thread, "First.");
//       const page = await w.page(t, { width: 320 });  // closed after the test; see page.js
//       await page.read(thread, "bob");                // the element on a page of another origin
//       await page.getByText("First.").waitFor();      // open shadow roots are looked into
//       await page.axe();                              // fails on any violation of WCAG 2.2 AA
//     });                                              // fails if the console had an error
//
// Each test has its own thread and its own page, so tests of a file stand in any
// order. Nothing sleeps: wait for what is to be seen. A console error or a breach
// of the page's policy fails the test that met it, unless it said so before:
// `page.expectErrors(/status of 429/)`.
//
//     cargo build && npm run --prefix web test:e2e            all files
//     node --test web/tests/e2e/reader.test.js                one of them
//
// UNDERSTORY_BIN names another binary than target/debug/understory, CHROMIUM
// another browser than the one on the path, E2E_PICTURES a folder for a picture of
// each page as its test left it, E2E_LATE_MS=800 makes the API's answers come up to so
// much late, at random.

import { after } from "node:test";
import { openBrowser } from "./browser.js";
import { startHost } from "./host.js";
import { Page } from "./page.js";
import { Person, SITE } from "./people.js";
import { startServer } from "./server.js";

export { SITE } from "./people.js";

/**
 * @param {{settings?: string[]}} [options] `settings`: more of `--set`; rate limits are off unless they say otherwise
 */
export async function world(options = {}) {
  const made = new World();
  after(() => made.end());
  try {
    await made.begin(options);
  } catch (error) {
    await made.end();
    throw error;
  }
  return made;
}

export class World {
  #threads = 0;
  /** @type {Map<string, Promise<Person>>} */
  #people = new Map();

  /** @param {{settings?: string[]}} options */
  async begin({ settings = [] }) {
    this.host = await startHost();
    this.server = await startServer({ site: SITE, origins: this.host.origins, settings });
    /** The service's origin, without a slash at its end. */
    this.url = this.server.url;
    this.host.serves(this.url);
    this.browser = await openBrowser();
  }

  async end() {
    await this.browser?.close();
    await this.server?.stop();
    await this.host?.stop();
  }

  /** The key of a thread that nobody has yet used. */
  thread() {
    this.#threads += 1;
    return `t${process.pid}-${this.#threads}`;
  }

  /**
   * alice, bob (readers), mona (moderator of the site) or ada (admin), who calls the API.
   *
   * @param {string} login
   * @returns {Promise<Person>}
   */
  as(login) {
    let person = this.#people.get(login);
    if (!person) {
      person = Person.signIn(this, login, this.password(login));
      this.#people.set(login, person);
    }
    return person;
  }

  /** A reader with an account of their own, for a test that would spoil alice's. */
  async newcomer(/** @type {Record<string, string>} */ fields = {}) {
    this.#threads += 1;
    return Person.register(this, { login: `reader${process.pid}x${this.#threads}`, ...fields });
  }

  /** @param {string} login */
  password(login) {
    const password = this.server.passwords.get(login);
    if (!password) throw new Error(`the demo printed no password of ${login}`);
    return password;
  }

  /**
   * The console in a page of its own, as `page.console` has it.
   *
   * @param {import("node:test").TestContext} t @param {string} login @param {string} at
   * @param {import("./page.js").PageOptions} [options]
   */
  async console(t, login, at, options) {
    const page = await this.page(t, options);
    await page.console(login, at);
    return page;
  }

  /**
   * A page in a context of its own.
   *
   * @param {import("node:test").TestContext} t
   * @param {import("./page.js").PageOptions} [options]
   */
  page(t, options = {}) {
    return Page.open(this, t, options);
  }
}
