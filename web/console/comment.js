// A comment as moderators read it on the pages beside the queue: its text as it
// was written, its state in words, and what it answers.

/** @import {Desk} from "./desk.js" */
/** @import {Comment} from "./types" */
import { h } from "../shared/dom.js";
import { timeElement } from "../shared/time.js";
import { above, person, stateMark } from "./parts.js";
import { t } from "./words.js";

/** @param {Comment} comment @param {string} [className] */
export function commentCard(comment, className = "") {
  return h(
    "article",
    { class: `comment ${className}` },
    h(
      "p",
      { class: "soft" },
      h("span", {}, `#${comment.number}`),
      " ",
      person(comment.author),
      " ",
      timeElement(comment.created_at),
      " ",
      stateMark(comment.state),
    ),
    comment.body === null
      ? h("p", { class: "soft" }, t("text_gone"))
      : h("p", { class: "text blurrable", dir: "auto" }, comment.body),
  );
}

/**
 * A comment below those it answers, which come when they have been read.
 *
 * @param {Desk} desk
 * @param {Comment} comment
 */
export function inContext(desk, comment) {
  const before = h("div", {});
  above(desk, comment).then(
    (found) => before.replaceChildren(...found.map((one) => commentCard(one, "before"))),
    (error) => desk.tell(error),
  );
  return h("div", { class: "context" }, before, commentCard(comment, "subject"));
}
