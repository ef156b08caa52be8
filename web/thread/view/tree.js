// The comments as nested lists, kept in step with the model without touching
// what has not changed, so that an open text field or the focus survives. One
// comment's inside is comment.js; branches and folding are branch.js.

/** @import {Reading} from "../reading.js" */
/** @import {Id} from "../../shared/types" */
/** @import {Node} from "../types" */
import { h, press } from "../../shared/dom.js";
import { t } from "../../shared/words.js";
import { inSlices } from "../slices.js";
import { Branch, moreButton } from "./branch.js";
import { commentArticle } from "./comment.js";

/**
 * @typedef {object} Item
 * @property {HTMLLIElement} li
 * @property {HTMLElement} article
 * @property {Node["comment"]} shown the comment as the article has it
 * @property {HTMLElement | null} under where a text field, a form or a sheet's line opens
 * @property {Branch | null} branch its replies, once there are some
 */

/** A comment's height, as long as it is not laid out: too low, and too many branches would be at once. */
const COMMENT_PX = 128;

export class Tree {
  #reading;
  /** @type {Map<Id, Item>} */
  #items = new Map();
  #list = h("ol", { class: "list", "aria-label": t("list_label"), hidden: true });
  #more = moreButton();
  #state = h("div", { class: "skeleton", role: "status", "aria-label": t("loading") });

  /** @param {Reading} reading */
  constructor(reading) {
    this.#reading = reading;
    for (let line = 0; line < 9; line += 1) this.#state.append(h("i"));
    this.element = h("div", { class: "tree first" }, this.#state, this.#list, this.#more);
  }

  /** Makes these, so that drawing has only to place them. @param {Iterable<Id>} ids */
  prepare(ids) {
    return inSlices(ids, (id) => this.#reading.model.nodes.has(id) && this.#made(id));
  }

  /** All that has changed. */
  draw() {
    const { nodes } = this.#reading.model;
    for (const id of [...this.#items.keys()]) if (!nodes.has(id)) this.#items.delete(id);
    for (const id of nodes.keys()) if (this.#items.get(id)?.li.parentNode) this.drawLevel(id);
    this.drawLevel(null);
  }

  /** @param {string} text */
  showFailure(text) {
    this.#tell(text, " ", press("reload", t("try_again")));
  }

  /** In place of the list. @param {string} text @param {...(string | Element)} rest */
  #tell(text, ...rest) {
    this.#state.className = "empty";
    this.#state.removeAttribute("aria-label");
    this.#state.hidden = false;
    this.#state.replaceChildren(text, ...rest);
  }

  /** One level, in the model's order; at the top the line in its place. @param {Id | null} parentId */
  drawLevel(parentId) {
    const { model } = this.#reading;
    const { ids } = model.kidsOf(parentId);
    const missing = model.missing(parentId);
    const item = parentId === null ? null : this.#made(parentId);
    if (item && !item.branch) {
      if (ids.length === 0 && missing === 0) return;
      item.branch = new Branch(item.li, /** @type {Node} */ (model.nodes.get(item.shown.id)));
    }
    const list = item?.branch?.list ?? this.#list;
    /** @type {Set<HTMLLIElement>} */
    const wanted = new Set();
    for (const id of ids) {
      const { li } = this.#made(id);
      wanted.add(li);
      if (li.parentNode) continue;
      // What is below it comes with it.
      this.drawLevel(id);
      if (parentId === null) li.style.containIntrinsicBlockSize = `auto ${this.withDescendants(id).length * COMMENT_PX}px`;
    }
    for (const li of [...list.children]) {
      if (!wanted.has(/** @type {HTMLLIElement} */ (li))) li.remove();
    }
    let cursor = list.firstElementChild;
    for (const li of wanted) {
      if (li === cursor) cursor = cursor.nextElementSibling;
      else list.insertBefore(li, cursor);
    }
    if (parentId) this.drawFold(parentId);
    else {
      list.hidden = ids.length === 0;
      if (ids.length) this.#state.hidden = true;
      // Nothing is said to be empty that could not be read.
      else if (model.thread) this.#tell(t("empty"));
      this.#more.hidden = missing === 0;
      this.#more.textContent = t("more_comments", { n: missing });
    }
  }

  /** @param {Id} id */
  drawFold(id) {
    const node = this.#reading.model.nodes.get(id);
    const branch = this.#items.get(id)?.branch;
    if (!node || !branch) return;
    const missing = this.#reading.model.missing(id);
    branch.draw(node, missing, node.folded ? this.withDescendants(id).length - 1 + missing : 0);
  }

  /** @param {Id} id @param {boolean} folded */
  fold(id, folded) {
    const node = this.#reading.model.nodes.get(id);
    if (!node) return;
    node.folded = folded;
    this.drawFold(id);
  }

  /** The inside of one comment anew. @param {Id} id */
  refresh(id) {
    const node = this.#reading.model.nodes.get(id);
    const item = this.#items.get(id);
    if (!node || !item) return;
    const article = commentArticle(this.#reading, node);
    this.#reading.replace(item.article, article);
    item.article = article;
    item.shown = node.comment;
  }

  /** Where something opens below a comment. @param {Id} id */
  under(id) {
    const item = this.#made(id);
    if (!item.under) {
      item.under = h("div", { class: "under" });
      item.article.after(item.under);
    }
    return item.under;
  }

  /** @param {Id} id */
  article(id) {
    return this.#items.get(id)?.article ?? null;
  }

  /** @param {Id} id */
  focus(id) {
    this.article(id)?.focus({ preventScroll: true });
  }

  /** @param {Id} id @returns {Id[]} the comment and what is loaded below it */
  withDescendants(id) {
    const all = [id];
    for (let at = 0; at < all.length; at += 1) {
      all.push(...(this.#reading.model.nodes.get(/** @type {Id} */ (all[at]))?.kids.ids ?? []));
    }
    return all;
  }

  /** As the model has it. @param {Id} id @returns {Item} */
  #made(id) {
    const known = this.#items.get(id);
    const node = this.#reading.model.nodes.get(id);
    if (!node) throw new Error(`no comment ${id}`);
    if (known) {
      if (known.shown !== node.comment) this.refresh(id);
      return known;
    }
    const article = commentArticle(this.#reading, node);
    const li = h("li", { class: "item", "data-id": id }, article);
    const item = { li, article, shown: node.comment, under: null, branch: null };
    this.#items.set(id, item);
    return item;
  }
}
