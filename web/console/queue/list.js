// The list of what waits: a line each, moved through with the keys. A line is
// made once and again only when its item changes.

/** @import {Id, QueueItem} from "../types" */
/** @import {Entry, Items} from "./items.js" */
import { h } from "../../shared/dom.js";
import { ago, exactly } from "../../shared/time.js";
import { reasonWord } from "../../shared/words.js";
import { hashOf } from "../router.js";
import { t, word } from "../words.js";

/** Characters of a text in the list. */
const SHOWN = 160;

/** @typedef {{element: HTMLLIElement, link: HTMLAnchorElement, waited: HTMLElement}} Line */

export class List {
  #items;
  #base;
  #open;
  /** @type {Map<Id, Line>} */
  #lines = new Map();
  /** @type {Id | null} */
  #marked = null;
  #lostFocus = false;
  #empty = h("p", { class: "empty" });
  #ol = h("ol", { class: "items" });
  element = h("div", {}, this.#ol, this.#empty);

  /**
   * @param {Items} items
   * @param {string[]} base parts of the hash before the id
   * @param {(id: Id) => void} open
   */
  constructor(items, base, open) {
    this.#items = items;
    this.#base = base;
    this.#open = open;
    items.addEventListener("list", () => this.#draw());
    items.addEventListener("at", () => this.#mark());
    items.addEventListener("row", (event) => {
      this.#redraw(/** @type {CustomEvent<Id>} */ (event).detail);
    });
  }

  /** Puts the focus on the line that is looked at. */
  focus() {
    const line = this.#lines.get(this.#items.at ?? "");
    line?.link.focus({ preventScroll: true });
    line?.element.scrollIntoView({ block: "nearest" });
  }

  /** Time has passed. */
  tick() {
    for (const [id, { waited }] of this.#lines) {
      const entry = this.#items.entry(id);
      if (entry) waited.textContent = ago(entry.item.first_at);
    }
  }

  /** Whether the focus is in the list, or nowhere. */
  get hasFocus() {
    const active = document.activeElement;
    return active === null || active === document.body || this.element.contains(active);
  }

  #draw() {
    const hadFocus = this.element.contains(document.activeElement);
    const { order } = this.#items;
    const wanted = new Set(order);
    for (const [id, line] of this.#lines) {
      if (wanted.has(id)) continue;
      line.element.remove();
      this.#lines.delete(id);
    }
    /** @type {Element | null} */
    let there = this.#ol.firstElementChild;
    for (const id of order) {
      const line = this.#line(id);
      if (line.element === there) there = there.nextElementSibling;
      else this.#ol.insertBefore(line.element, there);
    }
    this.#empty.textContent = this.#items.isRead && order.length === 0 ? t("empty") : "";
    if (!hadFocus || this.element.contains(document.activeElement)) return;
    // where another is looked at now, the mark brings the focus along
    if (this.#marked === this.#items.at) this.focus();
    else this.#lostFocus = true;
  }

  #mark() {
    const hadFocus = this.hasFocus || this.#lostFocus;
    this.#lostFocus = false;
    this.#lines.get(this.#marked ?? "")?.link.removeAttribute("aria-current");
    this.#marked = this.#items.at;
    this.#lines.get(this.#marked ?? "")?.link.setAttribute("aria-current", "true");
    if (hadFocus) this.focus();
  }

  /** @param {Id} id */
  #redraw(id) {
    const old = this.#lines.get(id);
    const entry = this.#items.entry(id);
    if (!old || !entry) return;
    const hadFocus = old.element.contains(document.activeElement);
    const line = this.#make(id, entry);
    old.element.replaceWith(line.element);
    this.#lines.set(id, line);
    if (id === this.#items.at) line.link.setAttribute("aria-current", "true");
    if (hadFocus) line.link.focus({ preventScroll: true });
  }

  /** @param {Id} id @returns {Line} */
  #line(id) {
    const known = this.#lines.get(id);
    if (known) return known;
    const entry = this.#items.entry(id);
    if (!entry) throw new Error(`no item ${id}`);
    const line = this.#make(id, entry);
    this.#lines.set(id, line);
    return line;
  }

  /** @param {Id} id @param {Entry} entry @returns {Line} */
  #make(id, { item, problem }) {
    const { comment, thread } = item;
    const name = comment.author?.display_name ?? t("nobody");
    const box = h("input", {
      type: "checkbox",
      tabindex: "-1",
      "aria-label": t("select_one", { name }),
      onchange: () => this.#items.select(id, box.checked),
    });
    box.checked = this.#items.selected.has(id);
    const waited = h("span", { class: "waited", title: exactly(item.first_at) }, ago(item.first_at));
    const link = h(
      "a",
      {
        href: hashOf([...this.#base, id]),
        onclick: (/** @type {MouseEvent} */ event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          this.#open(id);
        },
      },
      h("span", { class: "top" },
        h("bdi", { class: "author" }, name),
        " ",
        waited),
      h("span", { class: "text blurrable", dir: "auto" }, (comment.body ?? "").slice(0, SHOWN)),
      h("span", { class: "tags" }, ...tags(item, this.#items.holder(id)), " ",
        h("span", { class: "thread", dir: "auto" }, thread.title ?? thread.key)),
      problem && h("span", { class: "problem" }, problem),
    );
    const element = h("li", { class: box.checked ? "selected" : null }, box, link);
    return { element, link, waited };
  }
}

/**
 * State, reasons and who works on it, in words.
 *
 * @param {QueueItem} item
 * @param {QueueItem["claim"]} holder
 */
export function tags(item, holder) {
  const { state } = item.comment;
  const tag = (/** @type {string} */ name, /** @type {string} */ text) => h("span", { class: `tag ${name}` }, text);
  return [
    ...(state === "published" ? [] : [tag(state, word("state", state))]),
    ...(item.notices.length > 0 ? [tag("notice", t("tag_notice"))] : []),
    ...item.flags.map(({ reason, count }) => tag("flag", count > 1 ? `${reasonWord(reason)} ×${count}` : reasonWord(reason))),
    ...(item.flags.length + item.notices.length === 0 && state === "published" ? [tag("sample", t("list_sample"))] : []),
    ...(item.comment.locked ? [tag("locked", t("tag_locked"))] : []),
    ...(holder ? [tag("holder", t("tag_holder", { name: holder.user.display_name }))] : []),
  ].flatMap((one) => [one, " "]);
}
