// What stands against the person who is signed in: lines where they would write,
// with until when, why, and how to object. What a sanction keeps from being sent
// is the service's matter.

/** @import {App} from "./app.js" */
/** @import {Entry} from "../../shared/types" */
import { button, h } from "../../shared/dom.js";
import { linesOf } from "./objection.js";
import { put, take } from "../model/shelf.js";
import { dayOf } from "../../shared/time.js";
import { reasonWord, t, wordKey } from "../../shared/words.js";

/** Kinds that keep a person from writing. */
const BARRING = ["mute", "suspend", "ban"];

/** @type {WeakMap<App, HTMLElement>} */
const boxes = new WeakMap();

/** @param {App} app */
export function drawSanctions(app) {
  const standing = standingOf(app);
  let box = boxes.get(app);
  if (!box && standing.length === 0) return;
  if (!box) {
    box = h("section", { class: "sanctions", "aria-label": t("sanctions_label") });
    boxes.set(app, box);
    app.place.element.prepend(box);
  }
  // An objection that is being written stays.
  if (box.querySelector("form")) return;
  box.hidden = standing.length === 0;
  box.replaceChildren(...standing.map((entry) => sanction(app, entry)));
}

/** Whether the lines say why this person cannot write. @param {App} app */
export function saysWhyNot(app) {
  return standingOf(app).some((entry) => BARRING.includes(entry.sanction?.kind ?? ""));
}

/** @param {App} app @returns {Entry[]} what holds here now, newest first */
function standingOf(app) {
  const site = app.reading.site;
  const now = Date.now();
  const warned = warningsRead(app);
  return app.model.past.entries.filter(({ id, sanction: laid, action }) =>
    laid !== null &&
    action !== "lift" &&
    laid.lifted_at === null &&
    (laid.site === null || laid.site === site) &&
    (laid.until === null || Date.parse(laid.until) > now) &&
    !(laid.kind === "warn" && warned.includes(id)),
  );
}

/** @param {App} app @param {Entry} entry */
function sanction(app, entry) {
  const laid = entry.sanction;
  if (!laid) return h("div");
  const place = h("div", { class: "under" });
  const title = h("p", { class: "title", tabindex: -1 }, told(entry));
  return h(
    "div",
    { class: `sanction box ${laid.kind}` },
    title,
    ...linesOf(app, entry, () => place, () => (title.isConnected ? title.focus() : app.head.focus())),
    laid.kind === "warn" &&
      h("p", { class: "state" }, button(t("warning_read"), () => {
        put(nameOf(app), [...warningsRead(app), entry.id]);
        drawSanctions(app);
        app.head.focus();
      })),
    place,
  );
}

/** What, until when, why, where. @param {Entry} entry */
function told({ sanction: laid, reason_code }) {
  if (!laid) return "";
  const key = wordKey(`sanction_${laid.kind}${laid.until === null ? "" : "_until"}`);
  const what = t(key ?? "sanction_other", {
    reason: reasonWord(reason_code ?? "other"),
    date: laid.until === null ? "" : dayOf(laid.until),
  });
  if (laid.kind === "warn") return what;
  return `${what} ${t(laid.site === null ? "sanction_everywhere" : "sanction_here")}`;
}

/** @param {App} app */
function nameOf(app) {
  return `${app.service.host}:warnings:${app.session.user?.id}`;
}

/** @param {App} app @returns {unknown[]} */
function warningsRead(app) {
  const list = take(nameOf(app));
  return Array.isArray(list) ? list : [];
}
