// What of the queue is known here: the items in their order, which one is looked
// at, which are selected. It asks the server for pages; claims are claims.js,
// decisions decide.js, and what it looks like list.js and item.js.

/** @import {Desk} from "../desk.js" */
/** @import {Id, QueueItem, QueuePage} from "../types" */
/** @import {Filters} from "./asked.js" */
import { queryOf } from "./asked.js";

/** Items asked for at once. */
const PAGE = 100;
/** With fewer than this left, more are read. */
const LOW = 40;

/**
 * @typedef {object} Entry
 * @property {QueueItem} item
 * @property {string | null} problem what stood in the way of the last decision on it, in words
 * @property {Promise<void>} [busy] settled once what was done before on it, or taken back, is answered
 */

/**
 * Fires `list` when items came or went, `row` (detail: id) when one changed, `at` when
 * another is looked at, `over` (detail: id) when one that is looked at waits no longer.
 */
export class Items extends EventTarget {
  #desk;
  #filters;
  /** @type {Map<Id, Entry>} */
  #entries = new Map();
  /** @type {Id[]} */
  order = [];
  /** @type {Id | null} */
  at = null;
  /** @type {Set<Id>} */
  selected = new Set();
  /** Decided here, and not to come back from a page that was read before. @type {Set<Id>} */
  #gone = new Set();
  /** @type {string | null} */
  #next = null;
  /** @type {Promise<void> | null} */
  #reading = null;
  /** The read after that one. @type {Promise<void> | null} */
  #readAgain = null;
  /** Taken or put back since the page that is read was asked for: it is older than that. @type {Set<Id>} */
  #moved = new Set();
  isRead = false;

  /** @param {Desk} desk @param {Filters} filters */
  constructor(desk, filters) {
    super();
    this.#desk = desk;
    this.#filters = filters;
  }

  /** @param {Id | null} id */
  entry(id) {
    return id === null ? undefined : this.#entries.get(id);
  }

  get current() {
    return this.entry(this.at);
  }

  /**
   * Reads the head of the queue; what is known already is brought up to date. A page that
   * is on its way may be older than why it is asked for: then it is read once more.
   *
   * @returns {Promise<void>}
   */
  read() {
    if (!this.#reading) return this.#inTurn(null);
    this.#readAgain ??= this.#reading.catch(() => {}).then(() => {
      this.#readAgain = null;
      return this.read();
    });
    return this.#readAgain;
  }

  /** Reads on when little is left. */
  readOn() {
    if (this.#next === null || this.#reading || this.order.length >= LOW) return;
    this.#inTurn(this.#next).catch((error) => this.#desk.tell(error));
  }

  /** One page at a time. @param {string | null} cursor */
  #inTurn(cursor) {
    this.#reading ??= this.#read(cursor).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** @param {string | null} cursor */
  async #read(cursor) {
    const gone = new Set(this.#gone);
    this.#moved.clear();
    /** @type {QueuePage} */
    const page = await this.#desk.api.get("moderation/queue", {
      query: { site: this.#desk.site.site, ...queryOf(this.#filters), limit: PAGE, cursor },
    });
    this.#desk.count({ ...page.counts });
    const items = page.items.filter(({ comment }) => !this.#moved.has(comment.id));
    // what was gone before the page was asked for and is not on it need not be remembered
    if (cursor === null) {
      const there = new Set(page.items.map(({ comment }) => comment.id));
      for (const id of gone) if (!there.has(id)) this.#gone.delete(id);
      this.#keepOnly(items, page.next === null);
    }
    if (cursor !== null || !this.isRead) this.#next = page.next;
    this.isRead = true;
    this.add(items);
    // of what is rare a page may hold little, and yet there is more
    if (this.#next !== null && this.order.length < LOW) await this.#read(this.#next);
  }

  /** What waits no longer goes, as far as the page reaches; not what is looked at or selected, nor what is being taken back. @param {QueueItem[]} items @param {boolean} isAll */
  #keepOnly(items, isAll) {
    const there = new Set(items.map(({ comment }) => comment.id));
    const last = items.at(-1)?.comment.id;
    const reach = isAll ? this.order.length : this.order.indexOf(last ?? "") + 1;
    const over = this.order.slice(0, reach).filter((id) => !there.has(id) && !this.#moved.has(id));
    for (const id of over) {
      const entry = this.#entries.get(id);
      if (entry?.busy) continue;
      if (entry && (id === this.at || this.selected.has(id))) {
        if (!entry.problem) this.dispatchEvent(new CustomEvent("over", { detail: id }));
        continue;
      }
      this.#entries.delete(id);
      this.order.splice(this.order.indexOf(id), 1);
    }
  }

  /** Takes items in, each behind the one it came after. @param {QueueItem[]} items most urgent first */
  add(items) {
    let place = 0;
    for (const item of items) {
      const { id } = item.comment;
      if (this.#gone.has(id)) continue;
      const known = this.#entries.get(id);
      if (known) {
        place = this.order.indexOf(id) + 1;
        // a page may be older than what a decision has told since
        if (known.item.comment.version > item.comment.version) continue;
        const changed = this.#other(known.item) !== this.#other(item)
          || known.item.comment.version !== item.comment.version
          || known.item.flags.length !== item.flags.length;
        known.item = item;
        if (changed) this.changed(id);
        continue;
      }
      this.#entries.set(id, { item, problem: null });
      this.order.splice(place, 0, id);
      place += 1;
    }
    this.dispatchEvent(new Event("list"));
  }

  /**
   * Takes decided items out; what is looked at moves on.
   *
   * @param {Id[]} ids
   * @returns {{id: Id, entry: Entry, place: number}[]} to put them back
   */
  take(ids) {
    const next = this.#after(ids);
    const taken = ids.flatMap((id) => {
      const entry = this.#entries.get(id);
      return entry ? [{ id, entry, place: this.order.indexOf(id) }] : [];
    });
    for (const { id } of taken) {
      this.#entries.delete(id);
      this.selected.delete(id);
      this.#gone.add(id);
      this.#moved.add(id);
    }
    this.order = this.order.filter((id) => this.#entries.has(id));
    this.#tally(taken, -1);
    this.at = next;
    this.dispatchEvent(new Event("list"));
    this.dispatchEvent(new Event("at"));
    this.readOn();
    return taken;
  }

  /** Puts items back to where they were. @param {{id: Id, entry: Entry, place: number}[]} taken */
  putBack(taken) {
    const back = taken.filter(({ id }) => !this.#entries.has(id)).sort((a, b) => a.place - b.place);
    for (const { id, entry, place } of back) {
      this.#gone.delete(id);
      this.#moved.add(id);
      this.#entries.set(id, entry);
      this.order.splice(Math.min(place, this.order.length), 0, id);
    }
    this.#tally(back, 1);
    this.dispatchEvent(new Event("list"));
  }

  /** They wait no longer; where a page says that they do again, they do. @param {Id[]} ids */
  over(ids) {
    if (ids.some((id) => this.#entries.has(id))) this.take(ids);
    for (const id of ids) this.#gone.delete(id);
  }

  /** Moves the numbers beside the lists until the service tells them again. @param {{entry: Entry}[]} taken @param {1 | -1} by */
  #tally(taken, by) {
    const { counts } = this.#desk;
    const of = (/** @type {(item: QueueItem) => boolean} */ is) => by * taken.filter(({ entry }) => is(entry.item)).length;
    this.#desk.count({
      flagged: Math.max(0, (counts["flagged"] ?? 0) + of((item) => item.flags.length > 0)),
      held: Math.max(0, (counts["held"] ?? 0) + of((item) => item.comment.state === "held")),
      notice: Math.max(0, (counts["notice"] ?? 0) + of((item) => item.notices.length > 0)),
    });
  }

  /** The next that is not one of these; where there is none, the one before. @param {Id[]} ids */
  #after(ids) {
    if (this.at === null || !ids.includes(this.at)) return this.at;
    const from = this.order.indexOf(this.at);
    const left = (/** @type {Id} */ id) => !ids.includes(id);
    const mine = (/** @type {Id} */ id) => left(id) && !this.holder(id);
    const behind = this.order.slice(from + 1);
    const before = this.order.slice(0, from).reverse();
    return behind.find(mine) ?? before.find(mine) ?? behind.find(left) ?? before.find(left) ?? null;
  }

  /** Who works on it, if anybody does. @param {Id} id */
  claim(id) {
    const claim = this.#entries.get(id)?.item.claim ?? null;
    return claim && Date.parse(claim.expires_at) > Date.now() ? claim : null;
  }

  /** Somebody else who works on it. @param {Id} id */
  holder(id) {
    const claim = this.claim(id);
    return claim?.user.id === this.#desk.session.me?.id ? null : claim;
  }

  /** Whom it shows as working on it: one's own lease, and a longer one, look the same. @param {QueueItem} item */
  #other({ claim }) {
    return claim?.user.id === this.#desk.session.me?.id ? undefined : claim?.user.id;
  }

  /** @param {Id | null} id */
  look(id) {
    if (id === this.at) return;
    this.at = id;
    this.dispatchEvent(new Event("at"));
  }

  /** @param {number} by lines */
  move(by) {
    const from = this.at === null ? -1 : this.order.indexOf(this.at);
    const to = Math.max(0, Math.min(this.order.length - 1, from + by));
    this.look(this.order[to] ?? null);
  }

  /** @param {Id} id */
  changed(id) {
    this.dispatchEvent(new CustomEvent("row", { detail: id }));
  }

  /** Selects it, or no longer. @param {Id} id @param {boolean} [on] */
  select(id, on = !this.selected.has(id)) {
    if (on) this.selected.add(id);
    else this.selected.delete(id);
    this.changed(id);
    this.dispatchEvent(new Event("selected"));
  }

  /** Selects from one to another. @param {Id} from @param {Id} to */
  selectRange(from, to) {
    const [first = 0, last = 0] = [this.order.indexOf(from), this.order.indexOf(to)].sort((a, b) => a - b);
    for (const id of this.order.slice(Math.max(0, first), last + 1)) this.select(id, true);
  }
}
