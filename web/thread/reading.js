// One thread, to be read: its first page, its order, its folds. Whatever is
// pressed beyond that wakes act/app.js, which is imported when the browser is idle
// or at the first touch; a press that comes earlier is done once it is there.

/** @import {App} from "./act/app.js" */
/** @import {Sort} from "../shared/types" */
/** @import {Mutes} from "./model/mutes.js" */
/** @import {Node} from "./types" */
import { h } from "../shared/dom.js";
import { language, t } from "../shared/words.js";
import { Model } from "./model/model.js";
import { pageAddress, read, whyNot } from "./read.js";
import { Room } from "./room.js";
import { painted } from "./slices.js";
import { Head, Place } from "./view/top.js";
import { Tree } from "./view/tree.js";

/** The service is where this module came from. */
export const SERVICE = new URL("/", import.meta.url);

export class Reading {
  model = new Model();
  /** What comes after reading, once it is there. @type {App | null} */
  app = null;
  /** What was asked for last, whether it has come or not. */
  wish = { sort: this.model.sort };
  /** Most have muted nobody, and load nothing for it. @type {Mutes | null} */
  mutes = null;
  /** @type {((node: Node, id: string) => HTMLElement | null) | null} */
  mutedLine = null;
  /** @type {Promise<App> | null} */
  #waking = null;
  #touched = () => void this.wake().catch(() => {});
  #end = new AbortController();
  #trouble = h("p", { class: "hint", role: "status" });
  /** How it reads, says why it could not, and draws anew; act/app.js puts its own here. */
  read = read;
  whyNot = whyNot;
  replace = (/** @type {HTMLElement} */ old, /** @type {HTMLElement} */ next) => old.replaceWith(next);

  /** @param {HTMLElement} host @param {ShadowRoot} root @param {string} site @param {string} key */
  constructor(host, root, site, key) {
    this.host = host;
    this.root = root;
    this.site = site;
    this.key = key;
    this.room = new Room(host, this.ended);
    this.head = new Head(this);
    this.place = new Place(this);
    this.tree = new Tree(this);
    this.element = h(
      "div",
      // The page may be in another language, written the other way.
      { class: "thread", part: "thread", lang: language.tag, dir: language.dir },
      this.head.element,
      this.place.element,
      this.#trouble,
      this.tree.element,
    );
    this.element.addEventListener("click", (event) => this.#pressed(event));
    this.element.addEventListener("focusin", this.#touched);
    this.element.addEventListener("pointerover", this.#touched);
    window.addEventListener("hashchange", () => this.#follow(), { signal: this.ended });
  }

  /** Aborts when the element shows another thread, or is taken out of the page. */
  get ended() {
    return this.#end.signal;
  }

  /** @param {boolean} served whether comments stand in the element already */
  async start(served) {
    this.room.keep(served && !linked());
    this.root.replaceChildren(served ? h("slot") : this.element);
    const mutes = keeps("muted");
    // Who comes back may find something new: its place is there from the start.
    if (mutes || keeps(`${this.site}/${this.key}:visit`)) this.head.own();
    if (mutes) await this.#readMutes();
    await this.load(this.model.sort);
    if (this.ended.aborted) return;
    this.#follow();
    if ("requestIdleCallback" in window) requestIdleCallback(this.#touched, { timeout: 3_000 });
    else setTimeout(this.#touched, 500);
  }

  async #readMutes() {
    const [{ Mutes }, { muting }, { add }] = await Promise.all([
      import("./model/mutes.js"),
      import("./view/muted.js"),
      import("../shared/parts.js"),
    ]);
    await add("own");
    this.mutes = new Mutes(SERVICE.host);
    this.mutedLine = muting(this.mutes);
  }

  stop() {
    this.#end.abort();
    this.app?.stop();
  }

  /** @returns {Promise<App>} */
  wake() {
    this.#waking ??= import("./act/app.js")
      .then(async ({ App }) => (this.app = await App.begin(this)))
      .catch((error) => {
        this.#waking = null;
        throw error;
      });
    return this.#waking;
  }

  /**
   * Reads the first page in this order and shows it.
   *
   * @param {Sort} sort
   * @returns {Promise<boolean>} whether it could be read
   */
  async load(sort) {
    const { model, tree, site, key } = this;
    const wish = (this.wish = { sort });
    try {
      const page = await this.read(pageAddress(site, key, null, sort));
      if (this.wish !== wish) return false;
      model.sort = sort;
      model.begin(page);
    } catch (error) {
      if (this.ended.aborted || this.wish !== wish) return false;
      const why = this.whyNot(error);
      this.room.settle(() => {
        this.tree.showFailure(t("load_failed", { why }));
        // Comments that stand there are better than none.
        if (!this.element.isConnected) this.root.append(this.element);
      });
      return false;
    }
    await tree.prepare(model.nodes.keys());
    this.draw();
    await painted();
    this.#whole();
    await this.app?.seeViewer();
    return true;
  }

  /** Until then only what may be in sight at first is laid out. */
  #whole() {
    this.tree.element.className = "tree";
  }

  draw() {
    // Another thread stands there by now.
    if (this.ended.aborted) return;
    this.room.settle((whole) => {
      if (whole) this.#whole();
      if (this.root.firstElementChild !== this.element) this.root.replaceChildren(this.element);
      this.tree.draw();
      this.head.draw();
      this.place.draw(this.app?.whyNot());
    });
  }

  /** @param {string} text @param {boolean} [toAll] not to screen readers alone */
  tell(text, toAll = false) {
    this.#trouble.className = toAll ? "hint" : "unseen";
    this.#trouble.textContent = text;
  }

  /** @param {MouseEvent} event */
  #pressed({ target }) {
    const button = /** @type {HTMLElement} */ (target).closest("button[data-act]");
    if (!(button instanceof HTMLElement)) return;
    const act = button.dataset.act ?? "";
    const id = /** @type {HTMLElement | null} */ (button.closest("[data-id]"))?.dataset.id ?? null;
    if (act === "reload") void this.load(this.wish.sort);
    else if (act === "fold" && id) this.tree.fold(id, !this.model.nodes.get(id)?.folded);
    else this.#then((app) => app.act(act, id));
  }

  #follow() {
    if (linked()) this.#then((app) => app.follow());
  }

  /** @param {(app: App) => unknown} act */
  #then(act) {
    if (this.app) act(this.app);
    else this.wake().then(act, () => this.tell(t("problem_network"), true));
  }
}

/** Whether this browser keeps something. @param {string} name as in model/shelf.js */
function keeps(name) {
  try {
    return localStorage.getItem(`understory:${SERVICE.host}:${name}`) !== null;
  } catch {
    return false;
  }
}

/** Whether the address names a comment, or a report that was given. */
function linked() {
  return /^#(c-|understory-notice=)/.test(location.hash);
}
