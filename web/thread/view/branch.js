// The replies below one comment: the list, the line that folds it, and the button
// for those that are not loaded. What a press does is reading.js.

/** @import {Node} from "../types" */
import { h, press } from "../../shared/dom.js";
import { t } from "../../shared/words.js";

/** Past these depths the branch is flat: on a phone, and on a wide page. */
const NARROW = 3;
const WIDE = 8;

export function moreButton() {
  return press("more", "", { class: "quiet more", part: "more", hidden: true });
}

export class Branch {
  list = h("ol", { class: "list" });
  #fold = press("fold");
  #more = moreButton();
  #element;

  /** @param {HTMLLIElement} li @param {Node} node */
  constructor(li, { comment: { depth } }) {
    const flat = `${depth > NARROW ? " flat-narrow" : ""}${depth > WIDE ? " flat-wide" : ""}`;
    this.#element = h("div", { class: `branch${flat}` }, this.#fold, this.list, this.#more);
    li.append(this.#element);
  }

  /** @param {Node} node @param {number} missing not loaded @param {number} folded below it, where it is folded */
  draw({ comment, folded: isFolded, kids }, missing, folded) {
    const some = kids.ids.length > 0;
    const name = comment.author?.display_name ?? comment.number;
    this.#element.hidden = !some && missing === 0;
    this.#fold.hidden = !some;
    this.#fold.className = isFolded ? "quiet unfold" : "fold";
    this.#fold.ariaExpanded = String(!isFolded);
    this.#fold.textContent = isFolded ? t("unfold", { n: folded }) : "";
    this.#fold.ariaLabel = isFolded ? null : t("fold", { name });
    this.list.hidden = isFolded;
    this.#more.hidden = isFolded || missing === 0;
    this.#more.textContent = t(some ? "more_replies" : "all_replies", { n: missing });
  }
}
