// As much of a thread as is loaded, read once more: for when what happened cannot be
// told one by one. What is shown is held against it by live.js.

/** @import {App} from "./app.js" */
/** @import {Comment, Id, Replies, Thread} from "../../shared/types" */
import { Problem } from "../../shared/problems.js";
import { linkedComment } from "./permalink.js";

/** Seconds until the next try, at least; the last goes on. Not all readers come at once. */
const TRIES_S = [5, 15, 30, 60];

/**
 * @typedef {object} Loaded
 * @property {Thread} thread
 * @property {Map<Id, Comment>} comments parents before their replies
 * @property {Map<Id | null, Replies>} levels where each goes on
 */

/**
 * Tries until it could be read.
 *
 * @param {App} app
 * @param {() => boolean} isOver whether nobody waits for it any more
 * @returns {Promise<Loaded | null>} null when it was over before
 */
export async function readLoaded(app, isOver) {
  for (let tries = 0; !isOver(); tries += 1) {
    const { sort } = app.model;
    try {
      const loaded = await readOnce(app);
      // In another order by now, the levels go on elsewhere.
      if (sort === app.model.sort && !isOver()) return loaded;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const seconds = Math.max(error.retryAfterS ?? 0, TRIES_S[Math.min(tries, TRIES_S.length - 1)] ?? 0);
      await new Promise((done) => setTimeout(done, seconds * 1_000 * (1 + Math.random())));
    }
  }
  return null;
}

/** @param {App} app @returns {Promise<Loaded>} */
async function readOnce({ model, calls }) {
  const { sort } = model;
  /** @type {Loaded["comments"]} */
  const comments = new Map();
  /** @type {Loaded["levels"]} */
  const levels = new Map();
  /** As many of a level as are loaded. @param {Id | null} parentId @param {Replies} first */
  const take = async (parentId, first) => {
    let wanted = model.kidsOf(parentId).ids.length;
    for (let part = first; ; part = await calls.pageNow(parentId, sort, part.next)) {
      for (const comment of part.items) {
        comments.set(comment.id, comment);
        if (comment.replies) await take(comment.id, comment.replies);
      }
      levels.set(parentId, part);
      wanted -= part.items.length;
      if (part.next === null || wanted <= 0) return;
    }
  };
  const page = await calls.pageNow(null, sort, null);
  await take(null, page);
  // What the reader came for may stand out of turn.
  const linked = linkedComment();
  if (linked && model.nodes.has(linked) && !comments.has(linked)) {
    for (const comment of await wayTo(calls, linked)) if (!comments.has(comment.id)) comments.set(comment.id, comment);
  }
  return { thread: page.thread, comments, levels };
}

/** None where it is gone. @param {App["calls"]} calls @param {Id} id */
async function wayTo(calls, id) {
  try {
    const { ancestors, comment } = await calls.context(id, { fresh: true });
    return [...ancestors, comment];
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return [];
    throw error;
  }
}
