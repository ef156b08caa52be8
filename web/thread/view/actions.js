// The row of quiet buttons under a comment, with the votes. What each does is
// act/acts.js, found by its `data-act`.

/** @import {Reading} from "../reading.js" */
/** @import {Node} from "../types" */
import { h, press, unseen } from "../../shared/dom.js";
import { number, t } from "../../shared/words.js";

/**
 * @param {Reading} reading
 * @param {Node} node
 * @returns {HTMLElement | null} null where nothing can be done
 */
export function actionRow({ model, app }, node) {
  const { comment, mine } = node;
  const published = comment.state === "published";
  const open = model.thread?.state === "open";
  const flaggable = published && !mine && !model.flags.has(comment.id) && model.thread?.state !== "archived";
  const buttons = [
    published && open && !comment.locked && (model.can?.post ?? true) && press("reply", t("reply")),
    published && votes(comment.score, open && !mine, model.votes.get(comment.id) ?? 0),
    ...(app?.actsOf(node) ?? []).map(([name, label]) => press(name, label)),
    flaggable && press("flag", t("flag")),
    published && press("share", t("share")),
    published && !mine && comment.author !== null && press("mute", t("mute")),
  ].filter((item) => item !== false);
  if (buttons.length === 0) return null;
  const label = t("actions_label", { number: comment.number });
  return h("div", { class: "actions", part: "actions", role: "group", "aria-label": label }, ...buttons);
}

/** @param {number} score @param {boolean} open whether a vote is taken @param {number} mine */
function votes(score, open, mine) {
  const shown = h(
    "span",
    { class: "score" },
    unseen(t("score", { n: score })),
    h("span", { "aria-hidden": "true" }, number(score).replace("-", "−")),
  );
  if (!open) return score !== 0 && h("span", { class: "votes" }, shown);
  const arrow = (/** @type {"up" | "down"} */ name, /** @type {string} */ sign, /** @type {number} */ value) =>
    press(name, sign, { class: "quiet arrow", "aria-label": t(`vote_${name}`), "aria-pressed": String(mine === value) });
  return h("span", { class: "votes" }, arrow("up", "▲", 1), shown, arrow("down", "▼", -1));
}
