// What became of what is this person's: decisions on their comments and on
// themselves, and their flags. Read once when they sign in, and again when
// something of it may have changed. How it is shown is objection.js, sanctions.js
// and outcomes.js.

/** @import {App} from "./app.js" */
/** @import {Entry, Flag, Id} from "../../shared/types" */
/** @import {Node} from "../types" */
import { newOutcomes } from "./outcomes.js";
import { drawSanctions } from "./sanctions.js";

/** Pages of 50 that are read at most. */
const PAGES = 4;
/** What comes within this time is read at once. */
const GATHER_MS = 1_500;

/** @type {WeakMap<App, number>} the readings that wait */
const waiting = new WeakMap();

/** Reads it, and redraws the comments it concerns. @param {App} app */
export async function readPast(app) {
  const me = app.session.user?.id;
  if (!me) return;
  try {
    const [flags, entries] = await Promise.all([
      all((cursor) => app.calls.myFlags(cursor)),
      all((cursor) => app.calls.myDecisions(cursor)),
    ]);
    if (app.session.user?.id !== me) return;
    const before = new Map([...app.model.nodes.values()].map((node) => [node, shownOf(app, node)]));
    app.model.past = { flags, entries, outcomes: 0 };
    app.model.past.outcomes = newOutcomes(app).length;
    placeFlags(app);
    for (const [node, shown] of before) {
      if (shownOf(app, node) !== shown) app.tree.refresh(node.comment.id);
    }
    drawSanctions(app);
    app.write.draw();
  } catch {
    // What is known already stands; the rest comes next time.
  }
}

/** Something was decided meanwhile: reads it again, once for all that comes together. @param {App} app */
export function readPastSoon(app) {
  clearTimeout(waiting.get(app));
  waiting.set(app, setTimeout(() => void readPast(app), GATHER_MS));
}

/** By each comment that is loaded, the latest flag on it. @param {App} app @returns {Id[]} where that changes what is shown */
export function placeFlags(app) {
  const { flags, nodes, past } = app.model;
  const latest = new Map(past.flags.toReversed().map((flag) => [flag.comment_id, flag]));
  const placed = [...latest.values()].filter((flag) => {
    const known = flags.get(flag.comment_id);
    if (!nodes.has(flag.comment_id) || flag.state === "withdrawn") return false;
    flags.set(flag.comment_id, flag);
    return known?.id !== flag.id || known.state !== flag.state;
  });
  return placed.map((flag) => flag.comment_id);
}

/** The latest decision on one comment that this person was told of. @param {App} app @param {Id} id */
export function entryOn(app, id) {
  return app.model.past.entries.find((entry) => entry.comment_id === id) ?? null;
}

/** Nobody is signed in any more. @param {App} app */
export function forgetPast(app) {
  clearTimeout(waiting.get(app));
  app.model.past = { flags: [], entries: [], outcomes: 0 };
  drawSanctions(app);
}

/** What of the past can be seen with a comment, to compare. @param {App} app @param {Node} node */
function shownOf(app, { comment }) {
  const flag = app.model.flags.get(comment.id);
  const entry = entryOn(app, comment.id);
  return [flag?.id, flag?.state, entry?.id, entry?.statement?.in_force, entry?.appeal?.state].join();
}

/**
 * @template {Flag | Entry} T
 * @param {(cursor: string | null) => Promise<{items: T[], next?: string | null}>} read
 * @returns {Promise<T[]>}
 */
async function all(read) {
  /** @type {T[]} */
  const items = [];
  /** @type {string | null} */
  let cursor = null;
  for (let page = 0; page === 0 || (cursor && page < PAGES); page += 1) {
    const answer = await read(cursor);
    items.push(...answer.items);
    cursor = answer.next ?? null;
  }
  return items;
}
