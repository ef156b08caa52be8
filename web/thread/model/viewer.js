// What the signed-in person may do and did in the thread, and what only they can
// see of it. The tree itself is model.js.

/** @import {Comment, Context, Id, Viewer} from "../../shared/types" */
/** @import {Node} from "../types" */
/** @import {Model} from "./model.js" */

/**
 * What the signed-in person may and did.
 *
 * @param {Model} model
 * @param {Viewer} viewer
 * @param {Id | null} meId
 * @returns {Set<Id>} the comments that look different now
 */
export function see(model, viewer, meId) {
  /** @type {Set<Id>} */
  const changed = new Set();
  const could = model.can;
  model.can = viewer.can;
  model.moderation = viewer.moderation ?? null;
  if (could?.moderate !== viewer.can.moderate || (could?.post ?? true) !== viewer.can.post) {
    for (const id of model.nodes.keys()) changed.add(id);
  }
  for (const [id, vote] of Object.entries(viewer.my_votes)) {
    if (model.votes.get(id) !== vote) changed.add(id);
    model.votes.set(id, vote);
  }
  for (const id of viewer.my_flags) {
    if (model.flags.has(id)) continue;
    model.flags.set(id, null);
    changed.add(id);
  }
  for (const { editable_until, ...comment } of viewer.my_comments) {
    if (comment.state === "deleted" && !model.nodes.has(comment.id)) continue;
    const { replies: _, ...alone } = comment;
    const node = model.put(alone);
    node.editableUntil = editable_until ? Date.parse(editable_until) : null;
    changed.add(comment.id);
  }
  for (const node of model.nodes.values()) {
    if (node.mine || meId === null || node.comment.author?.id !== meId) continue;
    node.mine = true;
    changed.add(node.comment.id);
  }
  return changed;
}

/** Nobody is signed in any more: what only they could see goes. @param {Model} model */
export function forgetViewer(model) {
  model.can = null;
  model.moderation = null;
  model.votes.clear();
  model.flags.clear();
  for (const node of [...model.nodes.values()]) {
    node.mine = false;
    node.editableUntil = null;
    const { state, body } = node.comment;
    if (node.status === "sent" && state !== "published" && body !== null) {
      if (node.kids.ids.length === 0) model.drop(node.comment.id);
      else node.comment = { ...node.comment, body: null, body_html: null, author: null };
    }
  }
}

/**
 * Until when the text may be changed, in ms; null: not any more.
 *
 * @param {Model} model
 * @param {Node} node
 */
export function editableUntil(model, node) {
  if (!node.mine || node.status !== "sent" || model.thread?.state !== "open") return null;
  if (node.comment.state === "hidden" || node.comment.state === "deleted") return null;
  const window = (model.site?.edit_window_s ?? 0) * 1000;
  const until = node.editableUntil ?? Date.parse(node.comment.created_at) + window;
  return until > Date.now() ? until : null;
}

/** The way to one comment. @param {Model} model @param {Context} context */
export function putChain(model, context) {
  for (const comment of [...context.ancestors, context.comment]) {
    const { replies: _, ...alone } = comment;
    model.put(alone);
  }
}

/**
 * A sent comment takes the place of the one that was on its way.
 *
 * @param {Model} model
 * @param {Id} oldId
 * @param {Comment} comment
 */
export function settle(model, oldId, comment) {
  model.drop(oldId);
  const node = model.put(comment);
  node.mine = true;
  return node;
}
