// What is told while something is being read: what was read is older then, and is
// put right before it is shown. The reading is again.js and reading.js, the telling live.js.

/** @import {Comment, CommentPage, Id, Replies, Thread} from "../../shared/types" */
/** @import {Model} from "../model/model.js" */
/** @import {Loaded} from "./again.js" */

/** The last that was told of each comment; null: it is gone. @typedef {Map<Id, Comment | null>} Told */

export class Meanwhile {
  #model;
  /** Of each reading that is on its way. @type {Set<Told>} */
  #all = new Set();

  /** @param {Model} model */
  constructor(model) {
    this.#model = model;
  }

  /** @param {Id} id @param {Comment | null} now as everybody sees it */
  tell(id, now) {
    for (const told of this.#all) told.set(id, now);
  }

  /** A page of the thread or of a level. @template {CommentPage | Replies} P @param {Promise<P>} reading @returns {Promise<P>} */
  page(reading) {
    return this.#during(reading, amend);
  }

  /** As much as is loaded. @param {Promise<Loaded | null>} reading */
  all(reading) {
    return this.#during(reading, (loaded, told) => {
      for (const [id, now] of loaded ? told : []) {
        if (now === null) loaded?.comments.delete(id);
        else if (loaded?.comments.has(id)) loaded.comments.set(id, now);
      }
    });
  }

  /**
   * @template {Replies | {thread: Thread} | null} T
   * @param {Promise<T>} reading
   * @param {(read: T, told: Told) => void} mend
   */
  async #during(reading, mend) {
    /** @type {Told} */
    const told = new Map();
    this.#all.add(told);
    try {
      const read = await reading;
      mend(read, told);
      const { thread } = this.#model;
      if (thread && read && "thread" in read && read.thread.version < thread.version) read.thread = thread;
      return read;
    } finally {
      this.#all.delete(told);
    }
  }
}

/** @param {Replies} level @param {Told} told */
function amend(level, told) {
  level.items = level.items.flatMap((comment) => {
    const now = told.get(comment.id);
    if (now === null) return [];
    if (comment.replies) amend(comment.replies, told);
    return now ? { ...now, replies: comment.replies } : comment;
  });
}
