// What was answered to this person since they last looked: what became of their
// flags, of their objections, and of their comments. Told once: what has been
// opened is remembered in this browser. A count stands at the head; nothing opens
// by itself.

/** @import {App} from "./app.js" */
/** @import {Entry, Flag, Id} from "../../shared/types" */
import { h } from "../../shared/dom.js";
import { linkTo } from "../view/comment.js";
import { openSheet } from "./dialog.js";
import { put, take } from "../model/shelf.js";
import { timeElement } from "../../shared/time.js";
import { reasonWord, t } from "../../shared/words.js";

/** What is older when this browser first looks is no news. */
const FIRST_MS = 30 * 86_400_000;

/**
 * @typedef {object} Outcome
 * @property {string} at
 * @property {string} text
 * @property {string | null} told the moderator's words
 * @property {Id | null} commentId
 */

/** Newest first. @param {App} app @returns {Outcome[]} */
export function newOutcomes(app) {
  const since = toldUntil(app);
  const all = [
    ...app.model.past.flags.flatMap(ofFlag),
    ...app.model.past.entries.flatMap((entry) => ofEntry(app, entry)),
  ];
  return all
    .filter(({ at }) => Date.parse(at) > since)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** Tells them all, and not again. @param {App} app */
export function openOutcomes(app) {
  const outcomes = newOutcomes(app);
  const sheet = openSheet(app, t("outcomes_title"), [
    h("ul", { class: "outcomes" }, ...outcomes.map((one) => line(app, one, () => sheet.close()))),
  ], { lost: () => app.head.focus() });
  const newest = outcomes[0];
  if (newest) put(nameOf(app), Date.parse(newest.at));
  app.model.past.outcomes = 0;
  app.write.draw();
}

/** @param {App} app @param {Outcome} outcome @param {() => void} leave */
function line(app, { at, text, told, commentId }, leave) {
  const here = commentId !== null && app.model.nodes.has(commentId);
  return h(
    "li",
    {},
    h("p", {}, text, " ", timeElement(at)),
    told && h("p", { class: "state", dir: "auto" }, told),
    here &&
      h("a", {
        href: linkTo(commentId),
        onclick: (/** @type {Event} */ event) => {
          event.preventDefault();
          leave();
          app.show(commentId);
        },
      }, t("outcome_go")),
  );
}

/** @param {Flag} flag @returns {Outcome[]} */
function ofFlag({ state, outcome, reason, comment_id }) {
  if (!outcome || (state !== "upheld" && state !== "dismissed")) return [];
  const text = t(state === "upheld" ? "outcome_flag_upheld" : "outcome_flag_dismissed", { reason: reasonWord(reason) });
  return [{ at: outcome.at, text, told: null, commentId: comment_id }];
}

/** @param {App} app @param {Entry} entry @returns {Outcome[]} */
function ofEntry(app, { at, action, appeal, comment_id, sanction_id, public_text, reason_code, statement }) {
  /** @type {Outcome[]} */
  const all = [];
  if (appeal?.decided_at) {
    const text = t(appeal.state === "overturned" ? "outcome_appeal_overturned" : "outcome_appeal_upheld");
    const told = appeal.answer && t("ruled", { text: appeal.answer });
    all.push({ at: appeal.decided_at, text, told, commentId: comment_id });
  }
  const told = public_text && t("told", { text: public_text });
  if (statement?.in_force && action === "hide" && comment_id) {
    all.push({ at, text: t("outcome_hidden", { reason: reasonWord(reason_code ?? "other") }), told, commentId: comment_id });
  }
  if (sanction_id && action === "lift") all.push({ at, text: t("outcome_lifted"), told, commentId: null });
  return all;
}

/** @param {App} app */
function toldUntil(app) {
  const kept = take(nameOf(app));
  return typeof kept === "number" ? kept : Date.now() - FIRST_MS;
}

/** @param {App} app */
function nameOf(app) {
  return `${app.service.host}:told:${app.session.user?.id}`;
}
