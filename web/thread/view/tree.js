// The comments as nested lists, kept in step with the model without touching
// what has not changed, so that an open text field or the focus survives. One
// comment's inside is comment.js.

/** @import {App} from "../act/app.js" */
/** @import {Id} from "../../shared/types" */
/** @import {Node} from "../types" */
import { commentArticle } from "./comment.js";
import { button, h, replaceKeepingFocus } from "../../shared/dom.js";
import { t } from "../../shared/words.js";

/**
 * @typedef {object} Item
 * @property {HTMLLIElement} li
 * @property {HTMLElement} article
 * @property {HTMLElement} under where a text field, a form or a sheet's line opens
 * @property {HTMLElement} branch
 * @property {HTMLElement} list its replies
 * @property {HTMLButtonElement} fold the line beside the replies
 * @property {HTMLButtonElement} more
 */

export class Tree {
  #app;
  /** @type {Map<Id, Item>} */
  #items = new Map();
  #list = h("ol", { class: "list", "aria-label": t("list_label"), hidden: true });
  #more = button("", () => void this.#app.more(null), { class: "quiet more", hidden: true });
  #state = h("div", { class: "skeleton", "aria-label": t("loading") });

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    for (let line = 0; line < 9; line += 1) this.#state.append(h("i"));
    this.element = h("div", { class: "tree" }, this.#state, this.#list, this.#more);
  }

  /** The list, or the line in its place. */
  draw() {
    const { nodes, top } = this.#app.model;
    for (const id of [...this.#items.keys()]) if (!nodes.has(id)) this.#items.delete(id);
    this.drawLevel(null);
    for (const id of nodes.keys()) this.drawLevel(id);
    const empty = top.ids.length === 0;
    this.#list.hidden = empty;
    this.#state.className = "empty";
    this.#state.removeAttribute("aria-label");
    this.#state.hidden = !empty;
    this.#state.textContent = empty ? t("empty") : "";
  }

  /** @param {string} text @param {() => void} again */
  showFailure(text, again) {
    this.#state.className = "empty";
    this.#state.hidden = false;
    this.#state.replaceChildren(text, " ", button(t("try_again"), again));
    this.#app.notices.say(text);
  }

  /** One level, in the model's order. @param {Id | null} parentId */
  drawLevel(parentId) {
    const item = parentId === null ? null : this.#item(parentId);
    const list = item?.list ?? this.#list;
    const kids = this.#app.model.kidsOf(parentId);
    const wanted = new Set(kids.ids.map((id) => this.#item(id).li));
    for (const li of [...list.children]) {
      if (!wanted.has(/** @type {HTMLLIElement} */ (li))) li.remove();
    }
    let at = 0;
    for (const li of wanted) {
      if (list.children[at] !== li) list.insertBefore(li, list.children[at] ?? null);
      at += 1;
    }
    const missing = this.#app.model.missing(parentId);
    const more = item?.more ?? this.#more;
    more.hidden = missing === 0;
    if (parentId === null) {
      more.textContent = t("more_comments", { n: missing });
      this.#list.hidden = kids.ids.length === 0;
      if (kids.ids.length > 0) this.#state.hidden = true;
    } else {
      more.textContent = t(kids.ids.length ? "more_replies" : "all_replies", { n: missing });
      this.#drawFold(parentId);
    }
  }

  /** The inside of one comment anew. @param {Id} id */
  refresh(id) {
    const node = this.#app.model.nodes.get(id);
    const item = this.#items.get(id);
    if (!node || !item) return;
    const article = commentArticle(this.#app, node);
    replaceKeepingFocus(item.article, article);
    item.article = article;
  }

  refreshAll() {
    for (const id of this.#items.keys()) this.refresh(id);
  }

  /** Where something opens below a comment. @param {Id} id */
  under(id) {
    return this.#item(id).under;
  }

  /** @param {Id} id */
  article(id) {
    return this.#items.get(id)?.article ?? null;
  }

  /** @param {Id} id */
  focus(id) {
    this.article(id)?.focus({ preventScroll: true });
  }

  /** Brings a comment into sight and gives it the focus. @param {Id} id */
  goTo(id) {
    this.article(id)?.scrollIntoView({ block: "nearest" });
    this.focus(id);
  }

  /** Unfolds the way to a comment, scrolls there and marks it for a moment. @param {Id} id */
  show(id) {
    /** @type {Node | undefined} */
    let up = this.#app.model.nodes.get(id);
    while (up?.comment.parent_id) {
      up = this.#app.model.nodes.get(up.comment.parent_id);
      if (up?.folded) this.#fold(up.comment.id, false);
    }
    const article = this.#items.get(id)?.article;
    if (!article) return;
    article.scrollIntoView({ block: "center" });
    article.focus({ preventScroll: true });
    article.classList.add("marked");
    setTimeout(() => article.classList.remove("marked"), 3_000);
  }

  /** @param {Id} id @returns {Id[]} the comment and what is loaded below it */
  withDescendants(id) {
    const all = [id];
    for (let at = 0; at < all.length; at += 1) {
      all.push(...(this.#app.model.nodes.get(/** @type {Id} */ (all[at]))?.kids.ids ?? []));
    }
    return all;
  }

  /** @param {Id} id @returns {Item} */
  #item(id) {
    const known = this.#items.get(id);
    if (known) return known;
    const node = this.#app.model.nodes.get(id);
    if (!node) throw new Error(`no comment ${id}`);
    const { depth } = node.comment;
    const article = commentArticle(this.#app, node);
    const under = h("div", { class: "under" });
    const list = h("ol", { class: "list" });
    const fold = button("", () => this.#fold(id, !this.#app.model.nodes.get(id)?.folded), { class: "fold" });
    const more = button("", () => void this.#app.more(id), { class: "quiet more" });
    // Past these depths the branch is flat: on a phone, and on a wide page.
    const flat = `${depth > 3 ? " flat-narrow" : ""}${depth > 8 ? " flat-wide" : ""}`;
    const branch = h("div", { class: `branch${flat}` }, fold, list, more);
    const li = h("li", { class: "item" }, article, under, branch);
    const item = { li, article, under, branch, list, fold, more };
    this.#items.set(id, item);
    this.drawLevel(id);
    return item;
  }

  /** @param {Id} id @param {boolean} folded */
  #fold(id, folded) {
    const node = this.#app.model.nodes.get(id);
    if (!node) return;
    node.folded = folded;
    this.#drawFold(id);
  }

  /** @param {Id} id */
  #drawFold(id) {
    const node = this.#app.model.nodes.get(id);
    const item = this.#items.get(id);
    if (!node || !item) return;
    const { folded, kids, comment } = node;
    const missing = this.#app.model.missing(id);
    const name = comment.author?.display_name ?? comment.number;
    item.branch.hidden = kids.ids.length === 0 && missing === 0;
    item.fold.hidden = kids.ids.length === 0;
    item.fold.className = folded ? "quiet unfold" : "fold";
    item.fold.setAttribute("aria-expanded", String(!folded));
    item.fold.textContent = folded
      ? t("unfold", { n: this.withDescendants(id).length - 1 + missing })
      : "";
    if (folded) item.fold.removeAttribute("aria-label");
    else item.fold.setAttribute("aria-label", t("fold", { name }));
    item.list.hidden = folded;
    item.more.hidden = folded || missing === 0;
  }
}
