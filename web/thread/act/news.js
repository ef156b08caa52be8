// Comments that others have written meanwhile: they wait, and a bar where they
// belong says how many. Nothing moves until it is pressed. What is told, and when,
// is live.js.

/** @import {App} from "./app.js" */
/** @import {Comment, Id} from "../../shared/types" */
import { button, h } from "../../shared/dom.js";
import { t } from "../../shared/words.js";
import { putChain } from "../model/viewer.js";

/** So many whose way is not loaded are brought at one press; the rest goes on waiting. */
const WAYS = 10;

export class News {
  #app;
  /** @type {Map<Id, Comment>} in the order they came */
  #waiting = new Map();
  /** By the comment they stand under; null: the list. @type {Map<Id | null, HTMLElement>} */
  #bars = new Map();

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /** @param {Id} id */
  get(id) {
    return this.#waiting.get(id);
  }

  /** It came, or is another by now. @param {Comment} comment */
  put(comment) {
    this.#waiting.set(comment.id, comment);
    this.draw();
  }

  /** It was taken back before it was shown. @param {Id} id */
  drop(id) {
    if (this.#waiting.delete(id)) this.draw();
  }

  /** Only these are still there. @param {{has(id: Id): boolean}} there */
  hold(there) {
    for (const id of this.#waiting.keys()) if (!there.has(id)) this.#waiting.delete(id);
    this.draw();
  }

  draw() {
    /** @type {Map<Id | null, number>} */
    const counts = new Map();
    for (const id of this.#waiting.keys()) if (this.#app.model.nodes.has(id)) this.#waiting.delete(id);
    for (const comment of this.#waiting.values()) {
      if (this.#app.mutes.has(comment.author?.id)) continue;
      const place = this.#placeOf(comment);
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    for (const [place, bar] of this.#bars) {
      if (counts.has(place)) continue;
      bar.remove();
      this.#bars.delete(place);
    }
    for (const [place, n] of counts) this.#drawBar(place, t("new_comments", { n }));
  }

  /** @param {Id | null} place @param {string} text */
  #drawBar(place, text) {
    const { tree, model, bars } = this.#app;
    let bar = this.#bars.get(place);
    if (!bar) {
      bar = h("div", { class: "news" }, button("", () => void this.#show(place), { class: "second" }));
      this.#bars.set(place, bar);
    }
    // Put where it stands already it would lose the focus.
    if (place !== null) {
      const li = tree.article(place)?.closest("li");
      if (li?.lastElementChild !== bar) li?.append(bar);
    } else if (model.sort === "oldest") {
      if (tree.element.nextElementSibling !== bar) tree.element.after(bar);
    } else if (tree.element.previousElementSibling !== bar) tree.element.before(bar);
    const press = /** @type {HTMLElement} */ (bar.firstElementChild);
    if (press.textContent === text) return;
    press.textContent = text;
    bars.say(text);
  }

  /**
   * Under which comment it will be seen: that it answers, or that one's own place
   * while it waits itself; null where that is not loaded either.
   *
   * @param {Comment} comment
   * @returns {Id | null}
   */
  #placeOf({ parent_id }) {
    for (let up = parent_id; up !== null; ) {
      if (this.#app.model.nodes.has(up)) return up;
      up = this.#waiting.get(up)?.parent_id ?? null;
    }
    return null;
  }

  /** @param {Id | null} place */
  async #show(place) {
    const { model, tree } = this.#app;
    const mine = [...this.#waiting.values()].filter((comment) => this.#placeOf(comment) === place);
    let ways = 0;
    for (const { id } of mine) {
      const comment = this.#waiting.get(id);
      // Taken back meanwhile.
      if (!comment) continue;
      const { parent_id } = comment;
      const isReached = parent_id === null || model.nodes.has(parent_id);
      if (!isReached && ways === WAYS) continue;
      this.#waiting.delete(id);
      if (isReached) model.put(comment);
      else {
        ways += 1;
        await this.#bringWay(comment);
      }
    }
    const shown = mine.flatMap(({ id }) => model.nodes.get(id) ?? []);
    for (const node of shown) node.fresh = true;
    this.draw();
    tree.draw();
    const first = shown[0]?.comment.id;
    if (first) this.#app.show(first);
    await this.#app.seeViewer(shown.map(({ comment }) => comment.id));
  }

  /** @param {Comment} comment */
  async #bringWay({ id }) {
    try {
      putChain(this.#app.model, await this.#app.calls.context(id));
    } catch {
      // It was taken back at this very moment.
    }
  }
}
