// What is loaded of a thread: the tree, level by level. What the signed-in person
// did in it is viewer.js. No requests and no elements here.

/** @import {Comment, CommentPage, Entry, Flag, Id, Replies, Site, Sort, Thread, Viewer, Vote} from "../../shared/types" */
/** @import {Kids, Node} from "../types" */

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
  /**
   * What became of what is this person's, newest first, and how much of it they have not been told.
   *
   * @type {{flags: Flag[], entries: Entry[], outcomes: number}}
   */
  past = { flags: [], entries: [], outcomes: 0 };

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
    if (known) {
      this.#unplace(node);
      node.comment = comment;
      this.#place(node);
    } else this.add(node);
    const { replies } = comment;
    if (replies && (replies.items.length > 0 || replies.next)) {
      this.take(comment.id, replies);
    } else if (!known && comment.reply_count > 0) {
      node.kids.partial = true;
    }
    return node;
  }

  /** @param {Node} node */
  add(node) {
    this.nodes.set(node.comment.id, node);
    this.#place(node);
  }

  /** @param {Id} id */
  drop(id) {
    const node = this.nodes.get(id);
    if (!node) return;
    this.#unplace(node);
    this.nodes.delete(id);
  }

  /** Those of what is not loaded are nowhere. @param {Id | null} parentId @returns {Kids} */
  kidsOf(parentId) {
    return parentId === null ? this.top : (this.nodes.get(parentId)?.kids ?? noKids());
  }

  /** How many replies of this level are not loaded. @param {Id | null} parentId */
  missing(parentId) {
    const kids = this.kidsOf(parentId);
    if (kids.next) return Math.max(1, kids.remaining);
    const parent = parentId && this.nodes.get(parentId);
    if (!parent || !kids.partial) return 0;
    // As the server counts: what is held, hidden or not sent yet is none of these.
    const loaded = kids.ids.filter((id) => this.nodes.get(id)?.status === "sent" && this.nodes.get(id)?.comment.state === "published");
    return Math.max(0, parent.comment.reply_count - loaded.length);
  }

  /** @param {Node} node @returns {Kids} the level the node stands on */
  #levelOf(node) {
    return node.astray ? this.top : this.kidsOf(node.comment.parent_id);
  }

  /** @param {Node} node */
  #unplace(node) {
    const kids = this.#levelOf(node);
    kids.ids = kids.ids.filter((id) => id !== node.comment.id);
  }

  /** Mostly at the end, so the search begins there. @param {Node} node */
  #place(node) {
    const { id, parent_id } = node.comment;
    node.astray = parent_id !== null && !this.nodes.has(parent_id);
    const { ids } = this.#levelOf(node);
    let at = ids.length;
    for (; at > 0; at -= 1) {
      const sibling = this.nodes.get(/** @type {Id} */ (ids[at - 1]));
      if (!sibling || inOrder(node, sibling, this.sort) >= 0) break;
    }
    ids.splice(at, 0, id);
  }
}

/** A comment of which nothing more is known yet. @param {Comment} comment @returns {Node} */
export function newNode(comment) {
  return {
    comment,
    kids: noKids(),
    status: "sent",
    failure: null,
    sendKey: null,
    mine: false,
    editableUntil: null,
    folded: false,
    fresh: false,
    astray: false,
    birth: null,
    revealed: false,
  };
}

/** A level of which nothing is loaded. @returns {Kids} */
function noKids() {
  return { ids: [], next: null, remaining: 0, partial: false };
}

/**
 * Order among siblings, as the server has it. A comment without a number yet is
 * the latest; one whose parent is not loaded stands last.
 *
 * @param {Node} a
 * @param {Node} b
 * @param {Sort} sort
 */
export function inOrder(a, b, sort) {
  if (a.astray !== b.astray) return a.astray ? 1 : -1;
  const byAge = ordinal(a) - ordinal(b);
  if (sort === "newest") return -byAge;
  if (sort === "top") return b.comment.score - a.comment.score || byAge;
  return byAge;
}

/** @param {Node} node */
function ordinal(node) {
  const last = Number(node.comment.number.split(".").at(-1));
  return last > 0 ? last : Number.MAX_SAFE_INTEGER;
}
