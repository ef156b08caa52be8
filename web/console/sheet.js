// The sheet of one person on the site that is worked on: what they did, what was
// done about it, what moderators noted, and what can be laid on them
// (sanction.js).

/** @import {Desk} from "./desk.js" */
/** @import {Comment, ModeratedSanction, Reports, Sheet} from "./types" */
import { button, h, isolated } from "../shared/dom.js";
import { timeElement } from "../shared/time.js";
import { commentCard } from "./comment.js";
import { actor, field, form, paged, person, reason, select, stateMark } from "./parts.js";
import { askWide } from "./queue/wide.js";
import { imposeForm, sanctionLine } from "./sanction.js";
import { percent, t, word } from "./words.js";

/** @param {Desk} desk @param {string} id @returns {Promise<HTMLElement>} */
export async function sheet(desk, id) {
  const site = desk.site.site;
  const address = `moderation/users/${encodeURIComponent(id)}`;
  /** @type {Sheet} */
  const of = await desk.api.get(address, { query: { site } });
  const sanctions = h("ol", { class: "lines sanctions" });
  const drawSanctions = (/** @type {ModeratedSanction[]} */ items) => {
    sanctions.replaceChildren(...items.map((one) => h("li", {}, sanctionLine(desk, one, again))));
    if (items.length === 0) sanctions.append(h("li", { class: "soft" }, t("sanctions_none")));
  };
  const again = async () => {
    const page = await desk.api.get(`${address}/sanctions`, { query: { site, limit: 50 } });
    drawSanctions(page.items);
  };
  drawSanctions(of.sanctions);
  return h(
    "div",
    { class: "sheet" },
    h("h2", { class: "whole" }, isolated(of.user.display_name), " ", isolated(of.user.login, "soft")),
    h(
      "p",
      { class: "whole" },
      of.user.badge ? `${t(`badge_${of.user.badge}`)}, ` : "",
      t("joined"), " ", timeElement(of.user.joined_at),
    ),
    h("div", {}, h("section", {}, h("h3", {}, t("record_title")), record(of)), notes(desk, of, address)),
    h(
      "div",
      {},
      h("section", {}, h("h3", {}, t("sanctions")), sanctions, imposeForm(desk, of.user, again)),
      h("section", {}, h("h3", {}, t("decisions_on_them")), decisions(of)),
    ),
    comments(desk, id),
    flags(desk, id),
  );
}

/** @param {Sheet} of */
function record(of) {
  const states = Object.entries(of.comments).map(([state, count]) =>
    h("tr", {}, h("th", { scope: "row" }, stateMark(state)), h("td", { class: "n" }, String(count))));
  const { upheld, dismissed, share } = of.flags;
  const told = share === null ? t("flags_none_settled") : t("flags_right", { share: percent(share) });
  return h(
    "div",
    {},
    h("table", {}, h("caption", {}, t("comments_by_state")), h("tbody", {}, ...states)),
    h("p", {}, t("flags_settled", { upheld, dismissed }), " ", told),
  );
}

/** @param {Desk} desk @param {Sheet} of @param {string} address */
function notes(desk, of, address) {
  const line = (/** @type {Sheet["notes"][number]} */ note) => h(
    "li",
    {},
    h("p", { class: "text", dir: "auto" }, note.text),
    h("p", { class: "soft" }, person(note.author), " ", timeElement(note.at)),
  );
  const list = h("ol", { class: "lines" }, ...of.notes.map(line));
  const text = h("textarea", { rows: 2, maxlength: 2000, required: true, dir: "auto", "data-act": "note" });
  const add = form(t("note_add"), async (key) => {
    const body = { site: desk.site.site, text: text.value };
    list.prepend(line(await desk.api.send("POST", `${address}/notes`, { body, key })));
    text.value = "";
    desk.notices.say(t("note_added"));
  }, field(t("note"), text, t("note_hint")));
  return h("section", {}, h("h3", {}, t("notes")), list, add);
}

/** @param {Sheet} of */
function decisions(of) {
  if (of.decisions.length === 0) return h("p", { class: "soft" }, t("decisions_none"));
  return h("ol", { class: "lines" }, ...of.decisions.map((one) => h(
    "li",
    {},
    h("span", {}, word("action", one.action)), ", ",
    h("span", {}, word("concerned", one.concerned)), ", ",
    h("span", {}, reason(one.reason_code)), " ",
    h("span", { class: "soft" }, t("by"), " ", actor(one.actor), " ", timeElement(one.at)),
  )));
}

/** @param {Desk} desk @param {string} author */
function comments(desk, author) {
  const states = /** @type {[string, string][]} */ (["published", "held", "hidden", "deleted"].map((one) => [one, word("state", one)]));
  const state = select([["", t("any_state")], ...states]);
  const place = h("div", {});
  /** @type {Comment | null} */
  let some = null;
  const wide = button(t("wide_title"), () => askWide(desk, some), { hidden: true });
  const read = () => place.replaceChildren(paged(
    desk,
    (cursor) => desk.api.get("moderation/comments", { query: { site: desk.site.site, author, state: state.value || null, cursor, limit: 10 } }),
    (/** @type {Comment} */ one) => h("li", {}, commentCard(one)),
    t("comments_none"),
    (items) => {
      some = items[0] ?? some;
      wide.hidden = !some;
    },
  ));
  state.addEventListener("change", read);
  return later(t("their_comments"), h("div", {}, field(t("state"), state), wide), place, read);
}

/** @param {Desk} desk @param {string} user */
function flags(desk, user) {
  const told = h("p", {});
  const place = h("div", {});
  const read = () => place.replaceChildren(paged(
    desk,
    async (cursor) => {
      /** @type {Reports} */
      const page = await desk.api.get("moderation/flags", { query: { site: desk.site.site, user, cursor, limit: 20 } });
      told.textContent = t(page.proven ? "reporter_proven" : "reporter_unproven");
      return page;
    },
    (flag) => h(
      "li",
      {},
      stateMark(flag.state), " ", h("span", {}, reason(flag.reason)), " ",
      timeElement(flag.created_at),
      flag.note && h("p", { class: "text blurrable", dir: "auto" }, flag.note),
    ),
    t("flags_none"),
  ));
  return later(t("their_flags"), told, place, read);
}

/**
 * A part that is read when it is opened.
 *
 * @param {string} title
 * @param {HTMLElement} above
 * @param {HTMLElement} place
 * @param {() => void} read
 */
function later(title, above, place, read) {
  let isRead = false;
  const ontoggle = () => {
    if (!isRead) read();
    isRead = true;
  };
  return h("section", { class: "whole" }, h("details", { ontoggle }, h("summary", {}, h("h3", {}, title)), above, place));
}

