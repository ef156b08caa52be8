// Comments in any state, by thread, author and state, with what moderators may do
// about them. What waits is in the queue; here is everything.

/** @import {Desk} from "./desk.js" */
/** @import {Comment, Decision, Page, Place} from "./types" */
import { button, h, isolated } from "../shared/dom.js";
import { markup } from "../shared/markup.js";
import { Problem } from "../shared/problems.js";
import { timeElement } from "../shared/time.js";
import { authorOf } from "./author.js";
import { Reasons } from "./queue/reasons.js";
import { field, select, unblurring } from "./parts.js";
import { hashOf } from "./router.js";
import { press, step } from "./rows.js";
import { t, word } from "./words.js";

const STATES = /** @type {const} */ (["published", "held", "hidden", "deleted"]);
const NAMES = /** @type {const} */ (["thread", "author", "state"]);
/** What can be done from here, by state. */
const ACTS = /** @type {const} */ ({ published: "hide", held: "approve", hidden: "restore" });
const SHOWN = 50;

/** @type {Page} */
export const search = {
  route: "search",
  section: "records",
  lists: [{ at: "search", title: "list_search", key: "s" }],
  draw(desk, place) {
    const found = h("div", {});
    const reasons = new Reasons(desk);
    const unblur = unblurring(found, "v");
    const asked = asking(desk, place);
    const main = h("section", { class: "search" }, h("h1", {}, t("list_search")), asked, unblur.button, reasons.element, found);
    void fill(desk, place, found, reasons).catch((error) => {
      if (error instanceof Problem && error.status === 404) found.replaceChildren(h("p", {}, t("search_no_thread")));
      else desk.tell(error);
    });
    return {
      main,
      moved: () => desk.redraw(),
      keys: [
        { press: "j", words: "key_next", group: "move", act: () => step(found, 1) },
        { press: "k", words: "key_previous", group: "move", act: () => step(found, -1) },
        { press: "o", words: "key_sheet", group: "move", act: () => press(found, "sheet") },
        { press: "a", words: "key_approve", group: "decide", act: () => press(found, "approve") },
        { press: "h", words: "key_hide", group: "decide", act: () => press(found, "hide") },
        { press: "r", words: "key_restore", group: "decide", act: () => press(found, "restore") },
        { press: "/", words: "key_search", group: "look", act: () => asked.querySelector("input")?.focus() },
        unblur.key,
      ],
    };
  },
};

/** @param {Desk} desk @param {Place} place */
function asking(desk, { query }) {
  const text = (/** @type {string} */ name) =>
    h("input", { type: "search", value: query.get(name) ?? "", autocapitalize: "none", spellcheck: "false" });
  /** @type {[string, string][]} */
  const states = STATES.map((one) => [one, word("state", one)]);
  const state = select([["", t("filter_any")], ...states], query.get("state") ?? "");
  const fields = { thread: text("thread"), author: text("author"), state };
  const element = h(
    "form",
    {
      class: "flow",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        desk.go(hashOf(["search"], Object.fromEntries(NAMES.map((name) => [name, fields[name].value.trim()]))));
      },
    },
    ...NAMES.map((name) => field(t(name === "state" ? name : `search_${name}`), fields[name])),
    h("button", { type: "submit", class: "main" }, t("search")),
  );
  setTimeout(() => {
    if (NAMES.every((name) => !query.get(name))) fields.author.focus();
  });
  return element;
}

/** @param {Desk} desk @param {Place} place @param {HTMLElement} found @param {Reasons} reasons */
async function fill(desk, { query }, found, reasons) {
  const author = await authorOf(desk, query.get("author") ?? "");
  if (author === null) {
    found.replaceChildren(h("p", {}, t("search_nobody")));
    return;
  }
  const list = h("ol", { class: "cards" });
  const more = button(t("more"), () => void page().catch((error) => desk.tell(error)), { hidden: true });
  found.replaceChildren(list, more);
  /** @type {string | null} */
  let cursor = null;
  const page = async () => {
    const ask = { site: desk.site.site, thread: query.get("thread"), author, state: query.get("state"), limit: SHOWN, cursor };
    const empty = Object.fromEntries(Object.entries(ask).filter(([, value]) => value));
    /** @type {{items: Comment[], next: string | null}} */
    const answer = await desk.api.get("moderation/comments", { query: empty });
    cursor = answer.next;
    more.hidden = cursor === null;
    list.append(...answer.items.map((one) => card(desk, one, reasons)));
    if (!list.firstChild) found.replaceChildren(h("p", {}, t("search_none")));
  };
  await page();
}

/** @param {Desk} desk @param {Comment} comment @param {Reasons} reasons */
function card(desk, comment, reasons) {
  const element = h("li", { tabindex: "-1" });
  const draw = () => {
    const act = comment.state === "deleted" ? null : ACTS[comment.state];
    const asked = () => {
      if (act === "hide") reasons.ask((reason_code) => void decide({ action: act, reason_code }));
      else void decide({ action: act });
    };
    element.replaceChildren(
      h("p", {}, comment.author && h("a", { href: hashOf(["people", comment.author.id]), "data-act": "sheet" }, isolated(comment.author.display_name)),
        " ", String(comment.number), " · ", timeElement(comment.created_at), " ", h("span", { class: `tag ${comment.state}` }, word("state", comment.state))),
      h("div", { class: "body blurrable", dir: "auto" }, comment.body_html === null ? t("text_gone") : markup(comment.body_html)),
      ...(act ? [button(word("act", act), asked, { "data-act": act })] : []),
    );
  };
  /** As it is now, with the focus where it was. */
  const again = async () => {
    Object.assign(comment, await desk.api.get(`comments/${comment.id}`));
    const hadFocus = element.contains(document.activeElement);
    draw();
    if (hadFocus) (element.querySelector("button") ?? element).focus();
  };
  const decide = async (/** @type {object} */ body) => {
    try {
      const targets = [{ comment_id: comment.id, version: comment.version }];
      /** @type {Decision} */
      const made = await desk.api.send("POST", "moderation/decisions", { body: { targets, ...body } });
      const [conflict] = made.conflicts;
      if (conflict) desk.notices.show(word("conflict", conflict.code), { problem: true });
      else if (made.state === "proposed") desk.notices.show(t("proposed"));
      else desk.notices.show(t("acted_on", { n: 1, action: word("action", made.action) }), { act: { text: t("undo"), run: () => void undo(made) } });
      await again();
    } catch (error) {
      desk.tell(error);
    }
  };
  const undo = async (/** @type {Decision} */ { id }) => {
    try {
      await desk.api.send("POST", `moderation/decisions/${id}/undo`);
      await again();
    } catch (error) {
      desk.tell(error);
    }
  };
  draw();
  return element;
}
