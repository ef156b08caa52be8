// The item that is looked at: its text, why it is here, what stands around it, and
// its author at the side. The text is there at once; the rest is read when
// somebody rests on it.

/** @import {Desk} from "../desk.js" */
/** @import {Action} from "../../shared/types" */
/** @import {Comment, Id, QueueItem} from "../types" */
/** @import {Claims} from "./claims.js" */
/** @import {Items} from "./items.js" */
/** @import {Around} from "./context.js" */
import { button, h, isolated } from "../../shared/dom.js";
import { markup } from "../../shared/markup.js";
import { timeElement } from "../../shared/time.js";
import { unblurring } from "../parts.js";
import { t, word } from "../words.js";
import { above, below, readAround } from "./context.js";
import { tags } from "./list.js";
import { readSheet, short } from "./person.js";
import { why } from "./why.js";

/** How long somebody looks before what stands around is read. */
const REST_MS = 250;

/** Characters of a text that are said when the next one comes under the focus. */
const SAID = 300;

/** The acts that have a button, with their keys. @type {[Action, string][]} */
const ACTS = [["approve", "a"], ["hide", "h"], ["dismiss", "d"], ["restore", "r"], ["lock", "l"]];

export class ItemView {
  #desk;
  #items;
  #claims;
  #act;
  #back;
  #timer = 0;
  /** @type {Id | null} */
  #shown = null;
  /** Of the last items that were looked at. @type {Map<Id, Around>} */
  #around = new Map();
  #body = h("article", { class: "looked", tabindex: "-1", "aria-labelledby": "looked" });
  #rest = h("div", {});
  /** Its key is the page's. */
  unblur = unblurring(this.#body, "v");
  #side = h("aside", { "aria-label": t("side_label") });
  element;

  /**
   * @param {Desk} desk
   * @param {Items} items
   * @param {Claims} claims
   * @param {(action: Action) => void} act
   * @param {() => void} back to the list
   * @param {HTMLElement[]} tools what stands above the text: reasons, texts
   */
  constructor(desk, items, claims, act, back, tools) {
    this.#desk = desk;
    this.#items = items;
    this.#claims = claims;
    this.#act = act;
    this.#back = back;
    this.element = h("div", { class: "item" }, h("div", {}, ...tools, this.#body), this.#side);
    items.addEventListener("at", () => this.draw());
    items.addEventListener("list", () => {
      if (items.at === null) this.draw();
    });
    items.addEventListener("row", (event) => {
      if (/** @type {CustomEvent<Id>} */ (event).detail === this.#shown) this.draw();
    });
  }

  focus() {
    this.#body.focus({ preventScroll: true });
  }

  /** To the author's sheet, or back. */
  focusPerson() {
    const sheet = this.#side.querySelector("section");
    if (!sheet || this.#side.contains(document.activeElement)) return false;
    sheet.focus();
    return true;
  }

  draw() {
    clearTimeout(this.#timer);
    const entry = this.#items.current;
    const id = this.#items.at;
    if (!entry || id === null) {
      this.#shown = null;
      delete this.#body.dataset["id"];
      this.#body.replaceChildren(h("p", { class: "soft" }, this.#items.isRead ? t("nothing_looked_at") : t("reading")));
      this.#side.replaceChildren();
      return;
    }
    const sameAuthor = this.#side.dataset["author"] === entry.item.comment.author?.id;
    const wasShown = this.#shown === id;
    this.#shown = id;
    this.#body.dataset["id"] = id;
    if (!wasShown) {
      this.#body.classList.remove("unblurred");
      this.element.parentElement?.scrollTo(0, 0);
    }
    if (!sameAuthor) this.#side.replaceChildren();
    const active = document.activeElement;
    const hadFocus = this.#body.contains(active);
    const act = wasShown && hadFocus ? active?.getAttribute("data-act") : null;
    this.#fill(entry.item, entry.problem, this.#around.get(id));
    if (hadFocus) this.focus();
    if (act) /** @type {HTMLElement | null} */ (this.#body.querySelector(`[data-act="${act}"]`))?.focus({ preventScroll: true });
    if (hadFocus && !wasShown) this.#say(entry.item.comment);
    if (wasShown && this.#around.has(id)) return;
    this.#timer = window.setTimeout(() => void this.#readRest(id, entry.item), REST_MS);
  }

  /** The focus stays where it is, so the next text is said. @param {Comment} comment */
  #say({ author, body }) {
    this.#desk.notices.say(`${author?.display_name ?? t("nobody")}: ${(body ?? "").slice(0, SAID)}`);
  }

  /** @param {QueueItem} item @param {string | null} problem @param {Around | undefined} around */
  #fill(item, problem, around) {
    const { comment, thread } = item;
    const holder = this.#items.holder(comment.id);
    this.#body.replaceChildren(...[
      h("p", { class: "back" }, h("a", { href: "#back", onclick: (/** @type {Event} */ event) => {
        event.preventDefault();
        this.#back();
      } }, t("back_to_list"))),
      h("p", { class: "place", dir: "auto" }, thread.url
        ? h("a", { href: safe(thread.url), rel: "noopener noreferrer", target: "_blank" }, thread.title ?? thread.key)
        : thread.title ?? thread.key, " · ", comment.number),
      h("h2", { id: "looked" }, isolated(comment.author?.display_name ?? t("nobody")), " ", ...tags(item, holder)),
      h("p", { class: "soft" }, timeElement(comment.created_at), comment.edited_at && " · ",
        comment.edited_at && t("edited"), comment.edited_at && " ", comment.edited_at && timeElement(comment.edited_at)),
      holder && h("p", { class: "holder" }, t("holder", { name: holder.user.display_name }), " ",
        holder.since && timeElement(holder.since)),
      problem && h("p", { class: "problem", role: "alert" }, problem),
      this.#text(comment),
      comment.edited_at && this.#revisions(comment.id),
      this.#buttons(item),
      why(item),
      this.#rest,
    ].filter((one) => one !== null && one !== ""));
    this.#surround(around);
  }

  /** @param {Comment} comment */
  #text(comment) {
    return h(
      "div",
      {},
      h("div", { class: "body whole blurrable", dir: "auto" }, comment.body_html === null ? t("text_gone") : markup(comment.body_html)),
      this.unblur.button,
    );
  }

  /** @param {QueueItem} item */
  #buttons({ comment: { state, locked }, flags, notices }) {
    const fits = (/** @type {Action} */ action) => {
      if (action === "restore") return state === "hidden";
      if (action === "dismiss") return flags.length + notices.length > 0;
      return action === "lock" || state !== "hidden";
    };
    return h("div", { class: "acts", role: "group", "aria-label": t("acts_label") },
      ...ACTS.filter(([action]) => fits(action)).map(([action, key]) => {
        const name = action === "lock" && locked ? "unlock" : action;
        const one = button(` ${word("act", name)}`, () => this.#act(name), { "aria-keyshortcuts": key, "data-act": name });
        one.prepend(h("kbd", {}, key));
        return one;
      }));
  }

  /** @param {Id} id */
  #revisions(id) {
    const list = h("ol", {});
    return h("details", {
      ontoggle: async () => {
        if (list.firstChild) return;
        try {
          const { items } = await this.#desk.api.get(`comments/${id}/revisions`);
          list.replaceChildren(...items.map((/** @type {{body: string, created_at: string}} */ one) =>
            h("li", {}, h("p", { class: "soft" }, timeElement(one.created_at)),
              h("div", { class: "text blurrable", dir: "auto" }, one.body))));
        } catch (error) {
          this.#desk.tell(error);
        }
      },
    }, h("summary", {}, t("revisions")), list);
  }

  /** At the end, so that nothing moves that is being read. @param {Around | undefined} around */
  #surround(around) {
    this.#rest.replaceChildren(...(around ? [above(around) ?? "", below(around) ?? ""] : []));
  }

  /** @param {Id} id @param {QueueItem} item */
  async #readRest(id, item) {
    const author = item.comment.author?.id;
    try {
      const [around, sheet] = await Promise.all([
        this.#around.get(id) ?? readAround(this.#desk, item),
        author ? readSheet(this.#desk, author) : null,
        this.#claims.takeOne(id),
      ]);
      this.#around.set(id, around);
      if (this.#around.size > 50) this.#around.delete(this.#around.keys().next().value ?? "");
      if (this.#items.at !== id || this.#shown !== id) return;
      this.#side.dataset["author"] = author ?? "";
      this.#side.replaceChildren(...(sheet ? [short(sheet)] : []));
      this.#surround(around);
    } catch (error) {
      if (this.#items.at === id) this.#desk.tell(error);
    }
  }
}

/** An address that somebody gave: only what a browser opens as a page. @param {string} url */
function safe(url) {
  return /^https?:\/\//i.test(url) ? url : null;
}
