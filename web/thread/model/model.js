// What the element knows: the loaded part of the tree, and what the viewer did
// in it. No requests and no elements here; those are calls.js and tree.js. One
// node and the order among siblings are nodes.js.

/** @import {Comment, CommentPage, Context, Flag, Id, Replies, Site, Sort, Thread, Viewer, Vote} from "../../shared/types" */
/** @import {Kids, Node} from "../types" */
import { inOrder, newNode, noKids } from "./nodes.js";

export class Model {
  /** @type {Site | null} */
  site = null;
  /** @type {Thread | null} */
  thread = null;
  /** @type {Sort} */
  sort = "oldest";
  /** @type {Map<Id, Node>} */
  nodes = new Map();
  /** @type {Kids} the top level */
  top = noKids();
  /** @type {Viewer["can"] | null} null while nobody is signed in */
  can = null;
  /** @type {Viewer["moderation"]} */
  moderation = null;
  /** @type {Map<Id, Vote>} */
  votes = new Map();
  /** @type {Map<Id, Flag | null>} by comment; null: flagged, the flag itself not read */
  flags = new Map();

  /** The first page, in place of what was there. @param {CommentPage} page */
  begin(page) {
    const unsent = [...this.nodes.values()].filter((node) => node.status !== "sent");
    this.nodes.clear();
    this.thread = page.thread;
    this.top = noKids();
    this.take(null, page);
    for (const node of unsent) this.add(node);
  }

  /**
   * One more page of a level.
   *
   * @param {Id | null} parentId
   * @param {Replies} page
   * @returns {Id[]} what is new on this level
   */
  take(parentId, page) {
    const kids = this.kidsOf(parentId);
    kids.next = page.next;
    kids.remaining = page.remaining;
    kids.partial = false;
    const before = new Set(kids.ids);
    for (const comment of page.items) this.put(comment);
    return kids.ids.filter((id) => !before.has(id));
  }

  /**
   * A comment as the server has it now, at its place. What is known of its
   * replies stays when the answer has none.
   *
   * @param {Comment} comment
   * @returns {Node}
   */
  put(comment) {
    const known = this.nodes.get(comment.id);
    const node = known ?? newNode(comment);
    node.comment = comment;
    if (known) this.#place(node);
    else this.add(node);
    const { replies } = comment;
    if (replies && (replies.items.length > 0 || replies.next)) {
      this.take(comment.id, replies);
    } else if (!known && comment.reply_count > 0) {
      node.kids.partial = true;
    }
    return node;
  }

  /** The way to one comment. @param {Context} context */
  putChain(context) {
    for (const comment of [...context.ancestors, context.comment]) {
      const { replies: _, ...alone } = comment;
      this.put(this.nodes.has(comment.id) ? { ...alone } : alone);
    }
  }

  /** @param {Node} node */
  add(node) {
    this.nodes.set(node.comment.id, node);
    this.#place(node);
  }

  /**
   * A sent comment takes the place of the one that was on its way.
   *
   * @param {Id} oldId
   * @param {Comment} comment
   */
  settle(oldId, comment) {
    this.drop(oldId);
    const node = this.put(comment);
    node.mine = true;
    return node;
  }

  /** @param {Id} id */
  drop(id) {
    const node = this.nodes.get(id);
    if (!node) return;
    const kids = this.#listOf(node);
    kids.ids = kids.ids.filter((other) => other !== id);
    this.nodes.delete(id);
  }

  /** @param {Id | null} parentId @returns {Kids} */
  kidsOf(parentId) {
    return (parentId === null ? null : this.nodes.get(parentId)?.kids) ?? this.top;
  }

  /** How many replies of this level are not loaded. @param {Id | null} parentId */
  missing(parentId) {
    const kids = this.kidsOf(parentId);
    if (kids.next) return Math.max(1, kids.remaining);
    const count = parentId === null ? 0 : (this.nodes.get(parentId)?.comment.reply_count ?? 0);
    return kids.partial ? Math.max(0, count - kids.ids.length) : 0;
  }

  /** What the signed-in person may and did. @param {Viewer} viewer @param {Id | null} meId */
  see(viewer, meId) {
    this.can = viewer.can;
    this.moderation = viewer.moderation ?? null;
    for (const [id, vote] of Object.entries(viewer.my_votes)) this.votes.set(id, vote);
    for (const id of viewer.my_flags) if (!this.flags.has(id)) this.flags.set(id, null);
    for (const { editable_until, ...comment } of viewer.my_comments) {
      if (comment.state === "deleted" && !this.nodes.has(comment.id)) continue;
      const { replies: _, ...alone } = comment;
      const node = this.put(alone);
      node.editableUntil = editable_until ? Date.parse(editable_until) : null;
    }
    for (const node of this.nodes.values()) {
      node.mine ||= meId !== null && node.comment.author?.id === meId;
    }
  }

  /** Nobody is signed in any more: what only they could see goes. */
  forgetViewer() {
    this.can = null;
    this.moderation = null;
    this.votes.clear();
    this.flags.clear();
    for (const node of [...this.nodes.values()]) {
      node.mine = false;
      node.editableUntil = null;
      const { state, body } = node.comment;
      if (node.status === "sent" && state !== "published" && body !== null) {
        if (node.kids.ids.length === 0) this.drop(node.comment.id);
        else node.comment = { ...node.comment, body: null, body_html: null, author: null };
      }
    }
  }

  /** Until when the text may be changed, in ms; null: not any more. @param {Node} node */
  editableUntil(node) {
    if (!node.mine || node.status !== "sent" || this.thread?.state !== "open") return null;
    if (node.comment.state === "hidden" || node.comment.state === "deleted") return null;
    const window = (this.site?.edit_window_s ?? 0) * 1000;
    const until = node.editableUntil ?? Date.parse(node.comment.created_at) + window;
    return until > Date.now() ? until : null;
  }

  /** @param {Node} node @returns {Kids} the level the node stands on */
  #listOf(node) {
    return node.astray ? this.top : this.kidsOf(node.comment.parent_id);
  }

  /** @param {Node} node */
  #place(node) {
    const { id, parent_id } = node.comment;
    const kidsBefore = this.#listOf(node);
    kidsBefore.ids = kidsBefore.ids.filter((other) => other !== id);
    node.astray = parent_id !== null && !this.nodes.has(parent_id);
    const kids = this.#listOf(node);
    const at = kids.ids.findIndex((other) => {
      const sibling = this.nodes.get(other);
      return sibling !== undefined && inOrder(node, sibling, this.sort) < 0;
    });
    kids.ids.splice(at < 0 ? kids.ids.length : at, 0, id);
  }
}
