// Appeals: those that wait first. One is read beside the list, with what was
// decided and why, and is ruled on there by somebody else than who decided.

/** @import {Desk} from "./desk.js" */
/** @import {Appeal, Page, Place} from "./types" */
import { h } from "../shared/dom.js";
import { timeElement } from "../shared/time.js";
import { inContext } from "./comment.js";
import { actor, back, field, form, lead, opened, paged, person, reason, select, stateMark, unblurring } from "./parts.js";
import { hashOf } from "./router.js";
import { t, word } from "./words.js";

/** @type {Page} */
export const appeals = {
  route: "appeals",
  section: "work",
  lists: [{ at: "appeals", title: "list_appeals", key: "a" }],
  draw: (desk, place) => new Appeals(desk).drawn(place),
};

/** Answers that were begun and not sent, by the appeal they are to. @type {Map<string, string>} */
const written = new Map();

class Appeals {
  #desk;
  /** @type {Appeal[]} */
  #items = [];
  #list = h("div", {});
  #main = h("div", { class: "reading" });
  #unblur = unblurring(this.#main, "b");
  #at = "";
  /** The one that is read: the first, until one is chosen. @type {Appeal | null} */
  #shown = null;
  /** As it was drawn. @type {Appeal["state"] | null} */
  #drawn = null;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** @param {Place} place @returns {import("./types").Drawn} */
  drawn(place) {
    this.#at = place.parts[0] ?? "";
    const chain = select([[this.#desk.site.site, this.#desk.site.title], ["", t("whole_server")]]);
    const read = () => this.#read(chain.value || null);
    chain.addEventListener("change", read);
    read();
    opened(Boolean(this.#at));
    return {
      list: h("div", {}, h("h1", {}, t("list_appeals")), this.#desk.session.isServerAdmin && h("div", { class: "inset" }, field(t("appeals_of"), chain)), this.#list),
      main: this.#main,
      moved: ({ parts }) => {
        this.#at = parts[0] ?? "";
        opened(Boolean(this.#at));
        this.#main.classList.remove("unblurred");
        this.#show();
        if (this.#at) lead(this.#main);
      },
      left: () => opened(false),
      keys: [
        { press: "j", words: "key_next", group: "move", act: () => this.#step(1) },
        { press: "k", words: "key_previous", group: "move", act: () => this.#step(-1) },
        { press: "v", words: "key_overturn", group: "decide", act: () => this.#choose("overturned") },
        { press: "e", words: "key_uphold", group: "decide", act: () => this.#choose("upheld") },
        this.#unblur.key,
      ],
    };
  }

  /** @param {string | null} site null: those against sanctions on the whole server */
  #read(site) {
    /** @type {Appeal[]} */
    const found = [];
    this.#items = found;
    this.#list.replaceChildren(paged(
      this.#desk,
      (cursor) => this.#desk.api.get("moderation/appeals", { query: { site, cursor } }),
      (/** @type {Appeal} */ item) => this.#line(item),
      t("appeals_none"),
      (items) => {
        found.push(...items);
        if (found === this.#items) this.#show();
      },
    ));
  }

  /** @param {Appeal} item */
  #line(item) {
    return h(
      "li",
      {},
      h(
        "a",
        { class: "line", href: hashOf(["appeals", item.id]), "data-id": item.id },
        h("span", { class: "row" }, stateMark(item.state), timeElement(item.created_at)),
        h("span", { class: "row" }, h("bdi", {}, item.user?.display_name ?? t("nobody")), h("span", { class: "soft" }, word("action", item.action))),
        h("span", { class: "excerpt blurrable", dir: "auto" }, item.text),
      ),
    );
  }

  #show() {
    const item = this.#items.find(({ id }) => id === this.#at) ?? (this.#at ? null : this.#items[0]) ?? null;
    for (const link of this.#list.querySelectorAll("a.line")) {
      if (link.getAttribute("data-id") === item?.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    // what is being written in it stays
    if (item && item === this.#shown && item.state === this.#drawn) return;
    [this.#shown, this.#drawn] = [item, item?.state ?? null];
    this.#main.replaceChildren(item ? this.#reading(item) : h("p", { class: "soft" }, t("appeals_hint")));
  }

  /** @param {Appeal} item */
  #reading(item) {
    return h(
      "div",
      {},
      back("#appeals"),
      h("h2", {}, t("appeal_title")),
      h(
        "p",
        {},
        stateMark(item.state), " ",
        t(item.party === "owner" ? "appeal_by_author" : "appeal_by_reporter"), " ",
        person(item.user), " ", timeElement(item.created_at),
      ),
      this.#unblur.button,
      h("blockquote", { class: "text blurrable", dir: "auto" }, item.text),
      h("h2", {}, t("appeal_against")),
      h(
        "dl",
        { class: "facts" },
        h("dt", {}, t("decided")), h("dd", {}, word("action", item.action)),
        h("dt", {}, t("reason")), h("dd", {}, reason(item.reason_code)),
        h("dt", {}, t("decided_by")), h("dd", {}, actor(item.decided_by)),
        h("dt", {}, t("due")), h("dd", {}, timeElement(item.due_at)),
      ),
      item.comment && inContext(this.#desk, item.comment),
      item.sanction && h("p", {}, word("action", item.sanction.kind), " ", item.sanction.public_text ?? ""),
      item.state === "open" ? this.#ruling(item) : this.#ruled(item),
    );
  }

  /** @param {Appeal} item */
  #ruled(item) {
    return h(
      "div",
      {},
      h("h2", {}, t("ruling")),
      h("p", {}, stateMark(item.state), " ", person(item.ruled_by), " ", item.decided_at && timeElement(item.decided_at)),
      h("blockquote", { class: "text", dir: "auto" }, item.answer ?? ""),
    );
  }

  /** @param {Appeal} item */
  #ruling(item) {
    if (item.decided_by && item.decided_by.id === this.#desk.session.me?.id) {
      return h("p", { class: "told" }, t("appeal_not_you"));
    }
    const radio = (/** @type {"overturned" | "upheld"} */ result) => {
      const box = h("input", { type: "radio", name: "result", value: result, required: true });
      return h("p", {}, h("label", {}, box, " ", t(`ruling_${result}`)));
    };
    const text = h("textarea", { rows: 4, maxlength: 2000, required: true, dir: "auto" });
    text.value = written.get(item.id) ?? "";
    text.addEventListener("input", () => written.set(item.id, text.value));
    const made = form(t("ruling_send"), async (key) => {
      const result = new FormData(made).get("result");
      const body = { result, public_text: text.value };
      const ruled = await this.#desk.api.send("POST", `moderation/appeals/${item.id}/ruling`, { body, key });
      written.delete(item.id);
      Object.assign(item, ruled, { ruled_by: this.#desk.session.me });
      // it is ruled on, whether the comment can be read anew or not
      const { comment } = item;
      if (comment) item.comment = await this.#desk.api.get(`comments/${comment.id}`).catch(() => comment);
      this.#desk.notices.show(t(result === "overturned" ? "ruled_overturned" : "ruled_upheld"));
      this.#list.querySelector(`[data-id="${item.id}"]`)?.replaceWith(this.#line(item).firstElementChild ?? "");
      if (this.#shown === item) this.#step(1, item);
    }, h("fieldset", {}, h("legend", {}, t("ruling")), radio("overturned"), radio("upheld")), field(t("ruling_text"), text, t("ruling_text_hint")));
    return made;
  }

  /** Chooses in the form and goes to its text. @param {"overturned" | "upheld"} result */
  #choose(result) {
    const box = this.#main.querySelector(`input[value="${result}"]`);
    if (!(box instanceof HTMLInputElement)) return;
    box.checked = true;
    this.#main.querySelector("textarea")?.focus();
  }

  /** @param {number} by @param {Appeal} [from] */
  #step(by, from) {
    const index = this.#items.findIndex((item) => item === (from ?? this.#shown));
    const next = this.#items[index + by];
    if (next) this.#desk.go(hashOf(["appeals", next.id]));
    else if (from) this.#show();
  }
}
