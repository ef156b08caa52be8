// The queue, put together: the list, the item that is looked at, and the keys that
// decide. What each of them does stands in its own file beside this one.

/** @import {Action} from "../../shared/types" */
/** @import {Desk} from "../desk.js" */
/** @import {Drawn, Id, Key, Page, Place} from "../types" */
import { h } from "../../shared/dom.js";
import { NARROW, opened } from "../parts.js";
import { hashOf } from "../router.js";
import { t, word } from "../words.js";
import { filterQuery, filtersOf } from "./asked.js";
import { Claims } from "./claims.js";
import { Decisions } from "./decide.js";
import { filterForm } from "./filters.js";
import { ItemView } from "./item.js";
import { Items } from "./items.js";
import { List } from "./list.js";
import { Reasons } from "./reasons.js";
import { Texts } from "./texts.js";
import { Undo } from "./undo.js";
import { askWide } from "./wide.js";

/** Browsers take an address that changes at every key for a page gone wild. */
const ADDRESS_MS = 300;
const MINUTE_MS = 60_000;
/** After so long without a decision, what came meanwhile is read. */
const QUIET_MS = 2_000;

/** @type {Page} */
export const queue = {
  route: "queue",
  section: "queue",
  lists: [
    { at: "queue/all", title: "list_all", key: "q" },
    { at: "queue/flagged", title: "list_flagged", key: "f", count: "flagged" },
    { at: "queue/held", title: "list_held", key: "h", count: "held" },
    { at: "queue/notice", title: "list_notice", key: "n", count: "notice" },
    { at: "queue/sample", title: "list_sample", key: "m", count: "sample" },
  ],
  draw: (desk, place) => new QueuePage(desk, place).drawn,
};

class QueuePage {
  #desk;
  #filters;
  #items;
  #claims;
  #decisions;
  #undo;
  #list;
  #item;
  #texts;
  #reasons;
  #base;
  /** Where a range of the selection begins. @type {Id | null} */
  #anchor = null;
  #newsTimer = 0;
  #addressTimer = 0;
  #isLeft = false;
  #clock = window.setInterval(() => this.#list.tick(), MINUTE_MS);
  #news = () => this.#hear();
  #kept = () => this.#item.draw();
  /** @type {Drawn} */
  drawn;

  /** @param {Desk} desk @param {Place} place */
  constructor(desk, place) {
    this.#desk = desk;
    this.#filters = filtersOf(place);
    this.#base = ["queue", this.#filters.kind];
    this.#items = new Items(desk, this.#filters);
    this.#claims = new Claims(desk, this.#items, this.#filters);
    this.#undo = new Undo(desk, this.#items);
    this.#decisions = new Decisions(desk, this.#items, this.#claims, this.#undo, (id) => this.#open(id));
    this.#list = new List(this.#items, this.#base, (id) => this.#open(id));
    this.#texts = new Texts(() => this.#list.focus());
    this.#reasons = new Reasons(desk);
    this.#item = new ItemView(desk, this.#items, this.#claims, (action) => this.#act(action), () => this.#back(),
      [this.#reasons.element, this.#texts.element]);
    const bulk = h("p", { class: "bulk", role: "status" });
    this.#items.addEventListener("selected", () => {
      const n = this.#items.selected.size;
      bulk.textContent = n > 0 ? t("selected", { n }) : "";
    });
    this.#items.addEventListener("list", () => {
      bulk.textContent = this.#items.selected.size > 0 ? t("selected", { n: this.#items.selected.size }) : "";
    });
    this.#items.addEventListener("over", (event) => {
      const id = /** @type {CustomEvent<Id>} */ (event).detail;
      const entry = this.#items.entry(id);
      if (entry) entry.problem = t("no_longer");
      this.#items.changed(id);
    });
    this.#items.addEventListener("at", () => {
      // what is answered later is no matter of the page that is shown then
      if (this.#isLeft) return;
      // what was asked for is not chosen for another
      desk.keys.endChoice();
      this.#address();
    });
    this.drawn = {
      list: h("div", { class: "queue" }, h("h1", {}, word("list", this.#filters.kind)),
        filterForm(desk, this.#filters), bulk, this.#list.element),
      main: this.#item.element,
      keys: this.#keys(),
      moved: (to) => this.#moved(to),
      left: () => this.#left(),
    };
    this.#item.draw();
    desk.addEventListener("news", this.#news);
    desk.addEventListener("kept", this.#kept);
    void this.#start(place.parts[1] ?? null);
  }

  /** @param {Id | null} wanted an item that the address names */
  async #start(wanted) {
    await this.#read();
    // who has chosen meanwhile is not led away
    if (this.#isLeft || this.#items.at !== null) return;
    const { order } = this.#items;
    const first = order.find((id) => this.#claims.holds(id)) ?? order.find((id) => !this.#items.holder(id)) ?? order[0] ?? null;
    this.#items.look(wanted !== null && order.includes(wanted) ? wanted : first);
    this.#item.draw();
    if (!NARROW.matches) this.#list.focus();
    if (wanted !== null && order.includes(wanted)) this.#openNarrow(true);
  }

  /** The list is not read anew under the hands of who decides. */
  #hear() {
    clearTimeout(this.#newsTimer);
    const quietMs = Date.now() - this.#decisions.lastAt;
    if (quietMs >= QUIET_MS) void this.#read();
    else this.#newsTimer = window.setTimeout(() => this.#hear(), QUIET_MS - quietMs);
  }

  async #read() {
    try {
      await this.#items.read();
      await this.#claims.take();
    } catch (error) {
      if (this.#items.isRead) this.#desk.tellOfNews(error);
      else this.#desk.tell(error);
    }
  }

  /** @param {Place} to */
  #moved(to) {
    const filters = filtersOf(to);
    if (JSON.stringify(filters) !== JSON.stringify(this.#filters)) return this.#desk.redraw();
    const id = to.parts[1] ?? null;
    const isHere = this.#items.entry(id) !== undefined;
    if (isHere) this.#items.look(id);
    this.#openNarrow(isHere);
  }

  #left() {
    this.#isLeft = true;
    clearTimeout(this.#newsTimer);
    clearTimeout(this.#addressTimer);
    clearInterval(this.#clock);
    this.#claims.end();
    this.#desk.removeEventListener("news", this.#news);
    this.#desk.removeEventListener("kept", this.#kept);
    opened(false);
  }

  /** The address names what is looked at, without a step in the history. */
  #address() {
    clearTimeout(this.#addressTimer);
    this.#addressTimer = window.setTimeout(() => {
      const id = NARROW.matches && !isOpened() ? null : this.#items.at;
      history.replaceState(history.state, "", this.#hash(id));
    }, ADDRESS_MS);
    if (this.#items.at === null && isOpened()) this.#back();
    void this.#claims.take().catch((error) => this.#desk.tell(error));
  }

  /** @param {Id | null} id null for the list alone */
  #hash(id) {
    return hashOf(id === null ? this.#base : [...this.#base, id], filterQuery(this.#filters));
  }

  /** On a narrow screen, item or list. @param {boolean} isOpen */
  #openNarrow(isOpen) {
    opened(isOpen);
    if (!NARROW.matches) return;
    if (isOpen) this.#item.focus();
    else this.#list.focus();
  }

  /** On a narrow screen an item is a step in the history, behind the list. @param {Id} id */
  #open(id) {
    this.#items.look(id);
    if (NARROW.matches && !isOpened()) {
      history.replaceState(history.state, "", this.#hash(null));
      history.pushState({ fromList: true }, "", this.#hash(id));
    }
    this.#openNarrow(true);
    this.#item.focus();
  }

  /** To the list: the step back, or, for who has come by a link, in place of it. */
  #back() {
    if (history.state?.fromList) return history.back();
    history.replaceState(null, "", this.#hash(null));
    this.#openNarrow(false);
  }

  /** @param {Action} action */
  #act(action) {
    const ids = this.#decisions.aimed;
    if (ids.length === 0) return;
    if (action === "hide") this.#reasons.ask((reason_code) => this.#decide(ids, "hide", { reason_code }));
    else this.#decide(ids, action);
  }

  /** @param {Id[]} ids @param {Action} action @param {{reason_code?: string}} [more] */
  #decide(ids, action, more = {}) {
    const texts = this.#texts.written;
    const isSent = this.#decisions.act(ids, action, { ...more, ...texts }, () => this.#texts.giveBack(texts));
    if (isSent) this.#texts.sent();
  }

  #lock() {
    this.#act(this.#items.current?.item.comment.locked ? "unlock" : "lock");
  }

  #select() {
    const { at } = this.#items;
    if (at === null) return;
    this.#items.select(at);
    this.#anchor = at;
    this.#items.move(1);
  }

  #selectRange() {
    const { at } = this.#items;
    if (at === null) return;
    this.#items.selectRange(this.#anchor ?? at, at);
    this.#anchor = at;
  }

  #unselect() {
    for (const id of [...this.#items.selected]) this.#items.select(id, false);
    this.#list.focus();
  }

  #person() {
    if (!this.#item.focusPerson()) this.#list.focus();
  }

  /** @returns {Key[]} */
  #keys() {
    const desk = this.#desk;
    return [
      { press: "a", words: "key_approve", group: "decide", act: () => this.#act("approve") },
      { press: "h", words: "key_hide", group: "decide", act: () => this.#act("hide") },
      { press: "d", words: "key_dismiss", group: "decide", act: () => this.#act("dismiss") },
      { press: "r", words: "key_restore", group: "decide", act: () => this.#act("restore") },
      { press: "l", words: "key_lock", group: "decide", act: () => this.#lock() },
      { press: "t", words: "key_texts", group: "decide", act: () => this.#texts.open() },
      { press: "w", words: "key_wide", group: "decide", act: () => askWide(desk, this.#items.current?.item.comment ?? null) },
      { press: "u", words: "key_undo", group: "decide", act: () => void this.#undo.take() },
      { press: "j", words: "key_next", group: "move", act: () => this.#items.move(1) },
      { press: "k", words: "key_previous", group: "move", act: () => this.#items.move(-1) },
      { press: "o", words: "key_open", group: "move", act: () => this.#item.focus() },
      { press: "x", words: "key_select", group: "move", act: () => this.#select() },
      { press: "X", words: "key_range", group: "move", act: () => this.#selectRange() },
      { press: "Escape", words: "key_back", group: "move", act: () => this.#unselect() },
      { press: "b", words: "key_person", group: "look", act: () => this.#person() },
      this.#item.unblur.key,
      { press: "/", words: "key_search", group: "look", act: () => desk.go("#search") },
    ];
  }
}

/** Whether a narrow screen shows the item. */
function isOpened() {
  return document.body.classList.contains("opened");
}
