// What stands in place of a comment by somebody the reader has muted. Loaded for who
// has muted somebody; who that is, is model/mutes.js.

/** @import {Node} from "../types" */
/** @import {Mutes} from "../model/mutes.js" */
import { h, press } from "../../shared/dom.js";
import { t } from "../../shared/words.js";
import { numberLink } from "./comment.js";

/**
 * @param {Mutes} mutes
 * @returns {(node: Node, id: string) => HTMLElement | null} null where the comment is shown
 */
export function muting(mutes) {
  return ({ comment, mine, revealed }, id) => {
    if (comment.author === null || mine || revealed || !mutes.has(comment.author.id)) return null;
    const show = press("reveal", t("muted_show"));
    const line = h("p", { class: "instead", id }, numberLink(comment), " ", t("muted_line"), " ", show);
    return h("article", { class: "comment muted", part: "comment", tabindex: -1, "aria-labelledby": id }, line);
  };
}
