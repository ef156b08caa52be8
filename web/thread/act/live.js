// What happens in the thread, as it happens: new comments are announced (news.js),
// changed ones change in place, those that went are taken back at once. How it is
// heard of is stream.js; where no stream can be had, watch.js looks now and then.

/** @import {App} from "./app.js" */
/** @import {Comment, Id, Thread} from "../../shared/types" */
/** @import {Node} from "../types" */
/** @import {Heard} from "./stream.js" */
import { inOrder, newNode } from "../model/model.js";
import { readLoaded } from "./again.js";
import { Meanwhile } from "./meanwhile.js";
import { News } from "./news.js";
import { showOnline } from "./presence.js";
import { Stream } from "./stream.js";
import { showCounts } from "./votes.js";
import { isWaiting } from "./waiting.js";

/** @typedef {{comment_id: Id | null, comment: Comment | null, tombstone: Comment | null, counts: {published: number}, thread?: Thread}} Told */
/** @typedef {{comment_id: Id, score: number | null, up: number, down: number}} Voted */

export class Live {
  #app;
  #stream;
  /** While all is compared, the counts are as they should be. */
  #isComparing = false;
  /** Grows with each reset: the last one's reading counts. */
  #resets = 0;
  news;
  meanwhile;

  /** @param {App} app @param {URL} url of the stream */
  constructor(app, url) {
    this.#app = app;
    this.news = new News(app);
    this.meanwhile = new Meanwhile(app.model);
    this.#stream = new Stream(url, (heard) => this.#hear(heard));
  }

  start() {
    this.#stream.start(this.#app.model.thread?.version ?? 0);
  }

  stop() {
    this.#resets += 1;
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
    else if (data.comment_id) {
      this.meanwhile.tell(data.comment_id, data.comment ?? data.tombstone);
      if (data.comment) this.#came(data.comment, name);
      else void this.#went(data.comment_id, data.tombstone, name);
    }
  }

  /** @param {number | null} version @param {Told} told */
  #count(version, { counts, thread }) {
    const { model, head, write } = this.#app;
    const before = model.thread;
    if (!before) return;
    model.thread = { ...before, ...thread, counts, version: version ?? before.version };
    if (model.thread.state !== before.state) this.#app.followState();
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
    // Not to be seen any more: what took it away is told, too.
    if (score === null) return;
    const node = this.#app.model.nodes.get(id);
    const waiting = this.news.get(id);
    if (node) showCounts(this.#app, node, { score, up, down });
    else if (waiting) this.news.put({ ...waiting, score, up, down });
  }

  /** Sent from here, and its answer not here yet, or lost. @param {Comment} comment */
  #isOnItsWay({ author, body, parent_id }) {
    if (!author || author.id !== this.#app.session.user?.id) return false;
    const nodes = [...this.#app.model.nodes.values()];
    return nodes.some(
      (node) =>
        (node.status === "sending" || isWaiting(node)) && node.comment.body === body && node.comment.parent_id === parent_id,
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
    if (keeps && (await this.#app.rereadComment(node).then(() => true, () => false))) {
      // There is no more to be seen of it by them either.
      if (node.comment.state !== "deleted" || node.comment.body !== null || !this.#app.model.nodes.has(id)) return;
    }
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
      const state = alone.state === "published" ? "hidden" : alone.state;
      node.comment = { ...alone, state, author: null, body: null, body_html: null };
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

  /** What happened cannot be told one by one: what is shown is held against what is there. */
  async #readAgain() {
    const reset = (this.#resets += 1);
    const loaded = await this.meanwhile.all(readLoaded(this.#app, () => this.#resets !== reset));
    if (!loaded) return;
    const { model, tree, head, write } = this.#app;
    const { thread, comments, levels } = loaded;
    /** @type {Id[]} */
    const rest = [];
    model.thread = thread;
    this.#isComparing = true;
    this.news.hold(comments);
    for (const { replies: _, ...comment } of comments.values()) {
      if (!model.nodes.has(comment.id) && this.#isOfRest(comment)) rest.push(model.put(comment).comment.id);
      else if (comment.body !== null) this.#came(comment, "comment.created");
      else void this.#went(comment.id, comment);
    }
    for (const [id, { next, remaining }] of levels) Object.assign(model.kidsOf(id), { next, remaining, partial: false });
    for (const [id, { status }] of [...model.nodes].reverse()) {
      if (status === "sent" && !comments.has(id)) void this.#went(id, null);
    }
    this.#isComparing = false;
    tree.draw();
    head.draw();
    write.draw();
    await this.#app.seeViewer(rest);
  }

  /** Whether it was left for "more" until now, and is no news. @param {Comment} comment */
  #isOfRest(comment) {
    const { nodes, sort } = this.#app.model;
    const { parent_id } = comment;
    if (parent_id !== null && !nodes.has(parent_id)) return false;
    const { ids, next, partial } = this.#app.model.kidsOf(parent_id);
    const first = nodes.get(ids[0] ?? "");
    return (next !== null || partial) && (!first || inOrder(newNode(comment), first, sort) > 0);
  }
}
