// Voting: shown at once, taken back if the server says no. One's own comment
// shows its score only.

/** @import {App} from "./app.js" */
/** @import {Vote, Votes} from "../../shared/types" */
/** @import {Node} from "../types" */
import { button, h, unseen } from "../../shared/dom.js";
import { explain } from "../../shared/problems.js";
import { t } from "../../shared/words.js";

/**
 * @param {App} app
 * @param {Node} node
 * @param {boolean} open whether a vote is taken
 * @returns {HTMLElement | false} false where there is nothing to show
 */
export function voteButtons(app, node, open) {
  const { comment } = node;
  const score = h(
    "span",
    { class: "score" },
    unseen(t("score", { n: comment.score })),
    h("span", { "aria-hidden": "true" }, String(comment.score).replace("-", "−")),
  );
  if (!open) return comment.score !== 0 && h("span", { class: "votes" }, score);
  const mine = app.model.votes.get(comment.id) ?? 0;
  const arrow = (/** @type {1 | -1} */ value) =>
    button(value === 1 ? "▲" : "▼", () => ask(app, node, mine === value ? 0 : value), {
      class: "quiet arrow",
      "aria-label": t(value === 1 ? "vote_up" : "vote_down"),
      "aria-pressed": String(mine === value),
      "data-act": value === 1 ? "up" : "down",
    });
  return h("span", { class: "votes" }, arrow(1), score, arrow(-1));
}

/** @param {App} app @param {Node} node @param {Vote} value */
function ask(app, node, value) {
  app.gate.through(app.tree.under(node.comment.id), t("sign_in_to_act"), () => vote(app, node, value));
}

/** @param {App} app @param {Node} node @param {Vote} value */
async function vote(app, node, value) {
  const { id, score, up, down } = node.comment;
  const before = app.model.votes.get(id) ?? 0;
  show(app, node, {
    score: score - before + value,
    up: up - Number(before === 1) + Number(value === 1),
    down: down - Number(before === -1) + Number(value === -1),
    my_vote: value,
  });
  try {
    show(app, node, await app.calls.vote(id, value));
  } catch (error) {
    show(app, node, { score, up, down, my_vote: before });
    app.notices.tell(explain(error));
  }
}

/** @param {App} app @param {Node} node @param {Votes} votes */
function show(app, node, { score, up, down, my_vote }) {
  const { id } = node.comment;
  node.comment = { ...node.comment, score, up, down };
  app.model.votes.set(id, my_vote);
  app.tree.refresh(id);
}
