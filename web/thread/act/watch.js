// The clock beside the live stream (live.js): times go on, and where no stream can
// be had it looks now and then whether there is something new, and offers it in a
// bar; nothing moves by itself.

/** @import {App} from "./app.js" */
/** @import {CommentState, Thread} from "../../shared/types" */
import { button, h } from "../../shared/dom.js";
import { ago } from "../../shared/time.js";
import { t } from "../../shared/words.js";
import { drawMine } from "./mine.js";
import { showOnline } from "./presence.js";

/** How often it looks while the page is in sight. */
const LOOK_MS = 60_000;

export class Watch {
  #app;
  #known = 0;
  /** @type {number | undefined} */
  #timer;
  #looked = () => {
    if (document.visibilityState === "visible") void this.#look();
  };
  element = h("div", { class: "news" });

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  start() {
    this.stop();
    this.settle();
    this.#timer = setInterval(this.#looked, LOOK_MS);
    document.addEventListener("visibilitychange", this.#looked);
  }

  stop() {
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#looked);
  }

  /** What is shown now counts as seen. */
  settle() {
    this.element.replaceChildren();
    this.#known = this.#app.model.thread?.counts.published ?? 0;
  }

  /**
   * What this person did is no news.
   *
   * @param {CommentState | null} before null: there was none
   * @param {CommentState | null} after
   */
  shift(before, after) {
    this.#known += Number(after === "published") - Number(before === "published");
  }

  /** Offers what came meanwhile. @param {Thread} thread */
  compare(thread) {
    if (this.#app.live.isOpen) return;
    const came = thread.counts.published - this.#known;
    const text = came > 0 ? t("new_comments", { n: came }) : "";
    if (text === this.element.textContent) return;
    this.element.replaceChildren();
    if (text === "") return;
    this.element.append(button(text, () => void this.#show(), { class: "second" }));
    this.#app.bars.say(text);
  }

  async #look() {
    this.#passTime();
    if (this.#app.live.isOpen) return;
    try {
      this.compare(await this.#app.calls.thread());
      showOnline(this.#app, (await this.#app.calls.presence()).online);
    } catch {
      // What is there stays readable; the next look tells.
    }
  }

  /** "2 minutes ago" becomes three, and so do the minutes left for a change. */
  #passTime() {
    const { model, tree, element } = this.#app;
    for (const time of element.querySelectorAll("time")) time.textContent = ago(time.dateTime);
    const now = Date.now() - LOOK_MS;
    for (const node of model.nodes.values()) {
      const until = node.editableUntil;
      if (node.mine && until !== null && until > now) tree.refresh(node.comment.id);
    }
  }

  /** Reads the list again and marks what was not there before. */
  async #show() {
    const { model, reading } = this.#app;
    const before = new Set(model.nodes.keys());
    this.element.replaceChildren();
    if (!(await reading.load(model.sort))) return;
    this.settle();
    const fresh = [...model.nodes.values()].filter(({ comment }) => !before.has(comment.id));
    for (const node of fresh) node.fresh = true;
    await this.#app.refreshAll();
    drawMine(this.#app);
    if (fresh[0]) this.#app.show(fresh[0].comment.id);
    else this.#app.head.focus();
  }
}
