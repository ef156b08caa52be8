// The author's sheet in short, beside an item. The whole of it is the page of
// people.

/** @import {Desk} from "../desk.js" */
/** @import {Id, Sheet} from "../types" */
import { h, isolated } from "../../shared/dom.js";
import { ago, timeElement } from "../../shared/time.js";
import { reasonWord } from "../../shared/words.js";
import { stateOf } from "../sanction.js";
import { t, word } from "../words.js";

/** How long a sheet is good for. */
const FRESH_MS = 60_000;
const DECISIONS_SHOWN = 5;
const NOTES_SHOWN = 3;

/** @type {Map<Id, {at: number, sheet: Promise<Sheet>}>} */
const known = new Map();

/** @param {Desk} desk @param {Id} id @returns {Promise<Sheet>} */
export function readSheet(desk, id) {
  const name = `${desk.site.site} ${id}`;
  const found = known.get(name);
  if (found && Date.now() - found.at < FRESH_MS) return found.sheet;
  const sheet = desk.api.get(`moderation/users/${id}`, { query: { site: desk.site.site } });
  known.set(name, { at: Date.now(), sheet });
  sheet.catch(() => known.delete(name));
  return sheet;
}

/** @param {Sheet} sheet @returns {HTMLElement} */
export function short({ user, comments, flags, sanctions, decisions, notes }) {
  const standing = sanctions.filter((one) => stateOf(one) === "standing");
  const about = decisions.filter(({ concerned }) => concerned !== "reporter").slice(0, DECISIONS_SHOWN);
  const settled = flags.upheld + flags.dismissed;
  return h(
    "section",
    { class: "person", tabindex: "-1", "aria-labelledby": "person" },
    h("h2", { id: "person" }, isolated(user.display_name), " ", h("span", { class: "soft" }, isolated(user.login))),
    h("p", {}, h("a", { href: `#people/${user.id}` }, t("whole_sheet"))),
    h("dl", {},
      ...pair(t("joined"), ago(user.joined_at)),
      ...Object.entries(comments).filter(([, n]) => n > 0)
        .flatMap(([state, n]) => pair(word("comments", state), String(n))),
      ...(settled > 0 ? pair(t("person_flags"), t("record", { upheld: flags.upheld, settled })) : [])),
    list(t("person_sanctions"), standing.map((one) => [
      h("strong", {}, word("action", one.kind)), ` ${reasonWord(one.reason_code)} · `,
      one.until ? t("until", { ago: ago(one.until) }) : t("until_lifted"),
    ])),
    list(t("person_decisions"), about.map(({ action, reason_code, at, actor }) => [
      word("action", action), reason_code ? `: ${reasonWord(reason_code)} · ` : " · ",
      isolated(actor?.display_name ?? t("by_service")), " · ", timeElement(at),
    ])),
    list(t("person_notes"), notes.slice(0, NOTES_SHOWN).map(({ text, author, at }) => [
      h("span", { dir: "auto" }, text), " · ", isolated(author.display_name), " · ", timeElement(at),
    ])),
  );
}

/** @param {string} name @param {string} value */
function pair(name, value) {
  return [h("dt", {}, name), h("dd", {}, value)];
}

/** @param {string} title @param {import("../../shared/dom.js").Child[][]} lines */
function list(title, lines) {
  return lines.length > 0 && h("div", {}, h("h3", {}, title),
    h("ul", { class: "plain" }, ...lines.map((line) => h("li", {}, ...line))));
}
