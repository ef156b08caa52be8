// What happens in the thread, as it happens: new comments are announced (news.js),
// changed ones change in place, those that went are taken back at once. How it is
// heard of is stream.js; where no stream can be had, watch.js looks now and then.

/** @import {App} from "./app.js" */
/** @import {Comment, CommentPage, Id, Thread} from "../../shared/types" */
/** @import {Node} from "../types" */
/** @import {Heard} from "./stream.js" */
import { News } from "./news.js";
import { showOnline } from "./presence.js";
import { Stream } from "./stream.js";

/** @typedef {{comment_id: Id | null, comment: Comment | null, tombstone: Comment | null, counts: {published: number}, thread?: Thread}} Told */
/** @typedef {{comment_id: Id, score: number | null, up: number, down: number}} Voted */

export class Live {
  #app;
  #stream;
  /** While a whole page is read again, its counts are as they should be. */
  #isComparing = false;
  news;

  /** @param {App} app @param {URL} url of the stream */
  constructor(app, url) {
    this.#app = app;
    this.news = new News(app);
    this.#stream = new Stream(url, (heard) => this.#hear(heard));
  }

  start() {
    this.#stream.start(this.#app.model.thread?.version ?? 0);
  }

  stop() {
    this.#stream.stop();
  }

  /** Whether what happens is heard of at present. */
  get isOpen() {
    return this.#stream.isOpen;
  }

  /** @param {Heard} heard */
  #hear({ name, id, data }) {
    if (name === "presence") return showOnline(this.#app, data.online);
    this.#count(id, data);
    if (name === "thread.reset") void this.#readAgain();
    else if (name === "comment.voted") this.#voted(data);
    else if (data.comment) this.#came(data.comment, name);
    else if (data.comment_id) void this.#went(data.comment_id, data.tombstone, name);
  }

  /** @param {number | null} version @param {Told} told */
  #count(version, { counts, thread }) {
    const { model, head, write } = this.#app;
    const before = model.thread;
    if (!before) return;
    model.thread = { ...before, ...thread, counts, version: version ?? before.version };
    if (model.thread.state !== before.state) void this.#app.refreshAll();
    if (thread) write.draw();
    head.draw();
    this.#app.watch.settle();
  }

  /** @param {Comment} comment @param {string} name of the event */
  #came(comment, name) {
    const { model, tree } = this.#app;
    const node = model.nodes.get(comment.id);
    if (node) {
      // In place: what moves is only what the reader asks for.
      const { replies: _, ...alone } = comment;
      node.comment = alone;
      tree.refresh(comment.id);
    } else if (this.news.get(comment.id)) {
      this.news.put(comment);
    } else if ((name === "comment.created" || name === "comment.restored") && !this.#isOnItsWay(comment)) {
      this.#replied(comment.parent_id, 1);
      this.news.put(comment);
    }
  }

  /** @param {Voted} voted */
  #voted({ comment_id: id, score, up, down }) {
    const { model, tree } = this.#app;
    // Not to be seen any more: what took it away is told, too.
    if (score === null) return;
    const node = model.nodes.get(id);
    const waiting = this.news.get(id);
    if (node) {
      node.comment = { ...node.comment, score, up, down };
      tree.refresh(id);
    } else if (waiting) {
      this.news.put({ ...waiting, score, up, down });
    }
  }

  /** Sent from here, and its answer not here yet. @param {Comment} comment */
  #isOnItsWay({ author, body, parent_id }) {
    if (!author || author.id !== this.#app.session.user?.id) return false;
    const nodes = [...this.#app.model.nodes.values()];
    return nodes.some(
      ({ status, comment }) => status === "sending" && comment.body === body && comment.parent_id === parent_id,
    );
  }

  /** @param {Id} id @param {Comment | null} tombstone @param {string} [name] of the event */
  async #went(id, tombstone, name) {
    const waited = this.news.get(id);
    this.news.drop(id);
    const node = this.#app.model.nodes.get(id);
    if (waited) this.#replied(waited.parent_id, -1);
    if (!node) return;
    if (node.comment.state === "published") this.#replied(node.comment.parent_id, -1);
    // Its author, and a moderator, see why, and the text; but not before they have asked.
    const keeps = node.mine || this.#app.model.can?.moderate;
    if (keeps && (await this.#app.rereadComment(node).then(() => true, () => false))) return;
    if (name === "comment.deleted") node.comment = { ...node.comment, state: "deleted" };
    this.#takeBack(node, tombstone);
  }

  /** @param {Node} node @param {Comment | null} tombstone */
  #takeBack(node, tombstone) {
    const { model, tree, head } = this.#app;
    const { id, parent_id } = node.comment;
    // A reply that is being written below it keeps its place, and its text.
    const isWrittenUnder = tree.under(id).querySelector("form") !== null;
    if (tombstone || node.kids.ids.length > 0 || isWrittenUnder) {
      const { replies: _, ...alone } = tombstone ?? node.comment;
      node.comment = { ...alone, author: null, body: null, body_html: null };
      tree.refresh(id);
      return;
    }
    const hadFocus = tree.article(id)?.parentElement?.contains(this.#app.root.activeElement) ?? false;
    model.drop(id);
    this.#app.drawLevelOf(node);
    const above = parent_id === null ? undefined : model.nodes.get(parent_id);
    if (above && above.comment.body === null && model.missing(above.comment.id) === 0) {
      // It stood there for this one only.
      this.#takeBack(above, null);
    }
    if (hadFocus && above && model.nodes.has(above.comment.id)) tree.focus(above.comment.id);
    else if (hadFocus) head.focus();
  }

  /** @param {Id | null} parentId @param {number} by */
  #replied(parentId, by) {
    const parent = parentId === null || this.#isComparing ? undefined : this.#app.model.nodes.get(parentId);
    if (parent) parent.comment = { ...parent.comment, reply_count: parent.comment.reply_count + by };
  }

  /** What happened cannot be told one by one: what is shown is held against the first page. */
  async #readAgain() {
    const { model, calls } = this.#app;
    /** @type {CommentPage} */
    let page;
    try {
      page = await calls.commentsNow(model.sort);
    } catch {
      return;
    }
    model.thread = page.thread;
    this.#isComparing = true;
    this.#compare(page.items, null, page.next === null);
    this.#isComparing = false;
    this.#app.head.draw();
    this.#app.write.draw();
  }

  /** @param {Comment[]} items @param {Id | null} parentId @param {boolean} whole whether these are all of the level */
  #compare(items, parentId, whole) {
    const { model } = this.#app;
    const there = new Set(items.map(({ id }) => id));
    for (const comment of items) {
      const { replies, ...alone } = comment;
      if (comment.body !== null) this.#came(alone, "comment.created");
      else if (model.nodes.has(comment.id)) void this.#went(comment.id, alone);
      if (replies) this.#compare(replies.items, comment.id, replies.next === null);
    }
    if (!whole || (parentId !== null && !model.nodes.has(parentId))) return;
    for (const id of [...model.kidsOf(parentId).ids]) {
      const node = model.nodes.get(id);
      if (node?.status === "sent" && !node.astray && !there.has(id)) void this.#went(id, null);
    }
  }
}
