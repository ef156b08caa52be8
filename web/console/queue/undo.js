// Undo walks back over what was decided here, the last first. What waited comes back
// at once, and goes again where the service did not take it back.

/** @import {Desk} from "../desk.js" */
/** @import {Action} from "../../shared/types" */
/** @import {Decision} from "../types" */
/** @import {Entry, Items} from "./items.js" */
import { explain, Problem } from "../../shared/problems.js";
import { t } from "../words.js";

/** @typedef {ReturnType<Items["take"]>} Taken */
/**
 * @typedef {object} Made
 * @property {Promise<Decision | null>} answer null where nothing came of it
 * @property {Action} action
 * @property {Taken} taken
 * @property {Entry[]} staying those that go on waiting after it
 * @property {() => void} unbar takes its bar away
 */

export class Undo {
  #desk;
  #items;
  /** @type {Made[]} */
  #made = [];

  /** @param {Desk} desk @param {Items} items */
  constructor(desk, items) {
    this.#desk = desk;
    this.#items = items;
  }

  /** Says what was decided, in place of what was before. @param {string} text @param {Omit<Made, "unbar">} of */
  add(text, of) {
    this.#made.at(-1)?.unbar();
    const unbar = this.#desk.notices.show(text, { act: { text: t("undo_key"), run: () => void this.take(made) } });
    /** @type {Made} */
    const made = { ...of, unbar };
    this.#made.push(made);
    void made.answer.then((decision) => {
      if (!decision) this.#forget(made);
    });
  }

  /** It cannot be taken back, or no longer. @param {Made} made */
  #forget(made) {
    const at = this.#made.indexOf(made);
    if (at < 0) return;
    this.#made.splice(at, 1);
    made.unbar();
  }

  /** Takes the last decision back, or one that is named. @param {Made} [which] */
  async take(which = this.#made.at(-1)) {
    if (!which || !this.#made.includes(which)) {
      this.#desk.notices.show(t("nothing_to_undo"));
      return;
    }
    this.#forget(which);
    const back = this.#takeBack(which);
    occupy([...which.taken.map(({ entry }) => entry), ...which.staying], back);
    this.#items.putBack(which.taken);
    if (which.taken[0]) this.#items.look(which.taken[0].id);
    await back;
  }

  /** @param {Made} which */
  async #takeBack(which) {
    const decision = await which.answer;
    if (!decision?.id) return;
    try {
      /** @type {Decision} */
      const back = await this.#desk.outbox.send(`moderation/decisions/${decision.id}/undo`);
      if (decision.state === "proposed") this.#desk.notices.show(t("refused_proposal"));
      else this.#undone(back, which);
    } catch (error) {
      if (error instanceof Problem && error.code === "already_undone") {
        // by this very undo where its first answer was lost: what waits is as the queue says
        await this.#read();
        this.#desk.notices.show(explain(error));
        return;
      }
      this.#items.over(which.taken.map(({ id }) => id));
      this.#desk.tell(error);
    }
  }

  /** @param {Decision} back @param {Made} which */
  #undone(back, which) {
    for (const { comment_id, to, version } of back.applied) {
      const at = which.taken.find(({ id }) => id === comment_id);
      const comment = at?.entry.item.comment ?? this.#items.entry(comment_id)?.item.comment;
      if (!comment) continue;
      Object.assign(comment, { state: to, version });
      if (which.action === "lock" || which.action === "unlock") comment.locked = which.action === "unlock";
      this.#items.changed(comment_id);
    }
    // its flags are open again
    if (which.action === "dismiss" && which.staying.length > 0) void this.#read();
    if (back.conflicts.length > 0) {
      this.#items.over(back.conflicts.map(({ comment_id }) => comment_id));
      void this.#read();
      this.#desk.notices.show(t("undo_conflicts", { n: back.conflicts.length }), { problem: true });
    }
    this.#desk.notices.show(t("undone", { n: back.applied.length }));
  }

  #read() {
    return this.#items.read().catch((error) => this.#desk.tellOfNews(error));
  }
}

/** What is decided on them next waits for this. @param {Entry[]} entries @param {Promise<unknown>} until */
export function occupy(entries, until) {
  const busy = until.then(() => {
    for (const entry of entries) if (entry.busy === busy) delete entry.busy;
  });
  for (const entry of entries) entry.busy = busy;
}
