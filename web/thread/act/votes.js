// Voting: shown at once, taken back if the server says no. The arrows are
// view/comment.js.

/** @import {App} from "./app.js" */
/** @import {Vote, Votes} from "../../shared/types" */
/** @import {Node} from "../types" */
import { explain, Problem } from "../../shared/problems.js";
import { t } from "../../shared/words.js";
import { votes } from "../view/comment.js";
import { replaceKeepingFocus } from "./sight.js";

/**
 * The same arrow again takes the vote back.
 *
 * @param {App} app
 * @param {Node} node
 * @param {1 | -1} value
 */
export function ask(app, node, value) {
  const { id } = node.comment;
  app.gate.through(app.tree.under(id), t("sign_in_to_act"), () =>
    vote(app, node, app.model.votes.get(id) === value ? 0 : value),
  );
}

/** @param {App} app @param {Node} node @param {Vote} value */
async function vote(app, node, value) {
  const { id, score, up, down } = node.comment;
  const before = app.model.votes.get(id) ?? 0;
  const me = app.session.user?.id;
  show(app, node, {
    score: score - before + value,
    up: up - Number(before === 1) + Number(value === 1),
    down: down - Number(before === -1) + Number(value === -1),
    my_vote: value,
  });
  try {
    const answer = await app.calls.vote(id, value);
    if (app.viewer.is(me)) show(app, node, answer);
  } catch (error) {
    const isSame = app.viewer.is(me);
    // Another person's vote is shown by now, or nobody's.
    show(app, node, { score, up, down, my_vote: isSame ? before : (app.model.votes.get(id) ?? 0) });
    if (isSame) app.bars.tell(explain(error));
    else if (!app.session.user && error instanceof Problem && error.wantsSignIn) {
      app.gate.open(app.tree.under(id), t("sign_in_to_act"), () => vote(app, node, value));
    }
  }
}

/** @param {App} app @param {Node} node @param {Votes} votes */
function show(app, node, { my_vote, ...counts }) {
  app.model.votes.set(node.comment.id, my_vote);
  showCounts(app, node, counts);
}

/** Nothing else of the comment is drawn anew: what is selected there stays so. @param {App} app @param {Node} node @param {Omit<Votes, "my_vote">} counts */
export function showCounts({ model, tree }, node, { score, up, down }) {
  Object.assign(node.comment, { score, up, down });
  /** @type {HTMLElement | null | undefined} */
  const old = tree.article(node.comment.id)?.querySelector(".votes");
  const now = old && votes(model, node);
  if (old && now) replaceKeepingFocus(old, now);
  else tree.refresh(node.comment.id);
}
