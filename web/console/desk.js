// The frame: it knows who works on which site, brings the page that the hash
// names, and lends pages what they share: requests, notices, keys, counts. What
// it looks like is frame.js; what a page is, types.d.ts.

/** @import {Drawn, Kept, Page, Place, Site} from "./types" */
import { Api } from "./api.js";
import { Frame } from "./frame.js";
import { showHelp } from "./help.js";
import { readKept, writeKept } from "./kept.js";
import { Keys } from "./keys.js";
import { Live } from "./live.js";
import { Notices } from "./notices.js";
import { pages } from "./pages.js";
import { latest } from "./parts.js";
import { Outbox } from "./queue/outbox.js";
import { placeOf } from "./router.js";
import { Session } from "./session.js";
import { askToSignIn } from "./signin.js";
import { sitesOf } from "./sites.js";
import { explain, Problem } from "../shared/problems.js";
import { t } from "./words.js";

/** Before one is chosen. @type {Site} */
const NO_SITE = { site: "", title: "", body_max_chars: 0, edit_window_s: 0, reasons: [], policy_url: null };

/**
 * Fires `counts` when a number has changed, `kept` when a setting has, `news` when
 * something has happened in the queue that pages may want to read again.
 */
export class Desk extends EventTarget {
  api = new Api();
  session = new Session(this.api, (session) => askToSignIn(session).then(() => void this.#live.again()));
  outbox = new Outbox(this);
  keys = new Keys();
  notices = new Notices();
  kept = readKept();
  /** Numbers beside lists, by name. @type {Record<string, number>} */
  counts = {};
  /** The site that is worked on. @type {Site} */
  site = NO_SITE;
  /** Sites to choose from: key and title. @type {{site: string, title: string}[]} */
  sites = [];
  #frame;
  #ask = latest();
  #live = new Live(this, (text) => this.#frame.live(text));
  /** @type {{page: Page, drawn: Drawn} | null} */
  #shown = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#use();
    this.#frame = new Frame(this, root);
    window.addEventListener("hashchange", () => this.#come());
  }

  async start() {
    try {
      await this.session.start();
      this.sites = await sitesOf(this);
      const chosen = this.sites.find(({ site }) => site === this.kept.site) ?? this.sites[0];
      if (chosen) await this.work(chosen.site);
      else this.#frame.nothingToDo();
    } catch (error) {
      this.#frame.failed(error, () => void this.start());
    }
  }

  /** Works on a site from now on; of several that are chosen in a row, on the last. @param {string} site its key */
  async work(site) {
    const isWanted = this.#ask();
    const found = await this.api.get(`sites/${encodeURIComponent(site)}`);
    if (!isWanted()) return;
    this.site = found;
    this.keep({ site });
    this.counts = {};
    this.#leave();
    this.#frame.draw();
    this.keys.ofFrame(this.#frameKeys());
    this.#live.follow(site);
    this.#come();
  }

  /** @param {string} hash as made by `hashOf` */
  go(hash) {
    if (location.hash === hash) this.#come();
    else location.hash = hash;
  }

  /** @param {Record<string, number>} counts those that have changed */
  count(counts) {
    Object.assign(this.counts, counts);
    this.dispatchEvent(new Event("counts"));
  }

  /** @param {Partial<Kept>} kept */
  keep(kept) {
    this.kept = { ...this.kept, ...kept };
    this.#use();
    writeKept(this.kept);
    this.dispatchEvent(new Event("kept"));
  }

  #use() {
    this.keys.on = this.kept.keys;
    document.body.classList.toggle("blur", this.kept.blur);
  }

  /** The same for what is read by itself: a server that is not reached is no news each time. @param {unknown} error */
  tellOfNews(error) {
    if (!(error instanceof Problem) || error.status !== 0) this.tell(error);
  }

  /** Says what went wrong, in words. @param {unknown} error */
  tell(error) {
    this.notices.show(explain(error), { problem: true });
    if (error instanceof Problem && error.status === 403) void this.roleGone();
  }

  /** Draws what is shown anew. */
  redraw() {
    const place = placeOf(location.hash);
    const page = pages.find(({ route }) => route === place.route);
    this.#frame.mark(location.hash.slice(1));
    if (page) this.#show(page, place);
  }

  /** The service has refused for want of a role: what is left to do is looked up anew. */
  async roleGone() {
    try {
      await this.session.start();
      this.sites = await sitesOf(this);
    } catch {
      // then all stays as it is, and what is asked for next says why
      return;
    }
    if (this.sites.some(({ site }) => site === this.site.site)) return;
    this.#live.stop();
    this.#leave();
    this.keys.ofPage([]);
    this.site = NO_SITE;
    const [other] = this.sites;
    if (other) await this.work(other.site).catch((error) => this.tell(error));
    else this.#frame.nothingToDo();
  }

  #come() {
    if (!this.site.site) return;
    const place = placeOf(location.hash);
    const page = pages.find(({ route }) => route === place.route);
    if (!page) {
      const first = pages[0]?.lists[0];
      if (first) location.replace(`#${first.at}`);
      return;
    }
    this.#frame.mark(location.hash.slice(1));
    if (this.#shown?.page === page && this.#shown.drawn.moved) {
      this.#shown.drawn.moved(place);
      return;
    }
    this.#show(page, place);
  }

  #leave() {
    this.#shown?.drawn.left?.();
    this.#shown = null;
  }

  /** @param {Page} page @param {Place} place */
  #show(page, place) {
    this.#leave();
    const drawn = page.draw(this, place);
    this.#shown = { page, drawn };
    this.keys.ofPage(drawn.keys ?? []);
    this.#frame.show(drawn);
  }

  /** @returns {import("./types").Key[]} */
  #frameKeys() {
    const lists = pages.flatMap((page) => page.lists);
    return [
      { press: "?", words: "key_help", group: "look", act: () => showHelp(this) },
      ...lists.map(({ at, title, key }) => ({
        press: `g ${key}`,
        words: title,
        group: /** @type {const} */ ("go"),
        act: () => this.go(`#${at}`),
      })),
    ];
  }

  /** The name of the site and of what is shown, for the window. @param {string} title */
  entitle(title) {
    document.title = t("window_title", { title, site: this.site.title });
  }
}
