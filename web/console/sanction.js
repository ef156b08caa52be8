// Sanctions on a person: one line each, to be lifted, confirmed or refused; and
// the form that lays one on. For what two moderators are needed is the site's
// matter: then what is laid on is a proposal until another confirms it.

/** @import {Desk} from "./desk.js" */
/** @import {ModeratedSanction, Sanction, User} from "./types" */
import { button, h, isolated } from "../shared/dom.js";
import { timeElement } from "../shared/time.js";
import { actor, field, form, reason, select } from "./parts.js";
import { reasonsOf } from "./queue/reasons.js";
import { t, word } from "./words.js";

/** @type {ModeratedSanction["kind"][]} */
const KINDS = ["warn", "premoderate", "mute", "suspend", "ban"];

/**
 * @param {Desk} desk
 * @param {ModeratedSanction} of
 * @param {() => Promise<void>} again reads them anew
 */
export function sanctionLine(desk, of, again) {
  const state = stateOf(of);
  const act = (/** @type {string} */ name, /** @type {string} */ words, /** @type {() => Promise<unknown>} */ run) =>
    button(words, () => void run().then(again, (error) => desk.tell(error)), { "data-act": name });
  const decision = `moderation/decisions/${of.decision_id}`;
  const isMine = of.actor?.id === desk.session.me?.id;
  const acts = state === "proposed"
    ? [
        isMine ? h("span", { class: "told" }, t("needs_another")) : act("confirm", t("confirm"), () => desk.api.send("POST", `${decision}/confirm`)),
        act("refuse", t(isMine ? "take_back" : "refuse"), () => desk.api.send("POST", `${decision}/undo`)),
      ]
    : state === "standing" ? [act("lift", t("lift"), () => desk.api.send("DELETE", `moderation/sanctions/${of.id}`))] : [];
  return h(
    "div",
    { class: "sanction" },
    sanctionHead(of, state),
    of.public_text && h("p", { class: "text", dir: "auto" }, of.public_text),
    of.note && h("p", { class: "soft text", dir: "auto" }, of.note),
    h("p", { class: "soft" }, actor(of.actor), " ", timeElement(of.at), " ", ...acts),
  );
}

/** @param {ModeratedSanction} of */
export function stateOf({ proposed, lifted_at, until }) {
  if (proposed) return "proposed";
  if (lifted_at) return "lifted";
  return until !== null && Date.parse(until) <= Date.now() ? "ended" : "standing";
}

/** What is laid on, where, why and until when. @param {Sanction} of @param {ReturnType<typeof stateOf>} state */
export function sanctionHead(of, state) {
  return h(
    "p",
    {},
    h("span", { class: `state ${state}` }, word("sanction", state)), " ",
    h("strong", {}, word("action", of.kind)), ", ",
    of.site ? isolated(of.site) : t("whole_server"), ", ",
    reason(of.reason_code),
    ...(of.until ? [", ", t("until_time"), " ", timeElement(of.until)] : []),
  );
}

/**
 * @param {Desk} desk
 * @param {User} user
 * @param {() => Promise<void>} again
 */
export function imposeForm(desk, user, again) {
  const site = desk.site.site;
  const kind = select(KINDS.map((one) => [one, word("action", one)]), "mute");
  kind.dataset["act"] = "kind";
  const until = h("input", { type: "datetime-local" });
  const why = select(reasonsOf(desk).map((one) => [one, reason(one)]));
  const place = select([[site, desk.site.title], ["", t("whole_server")]]);
  const text = h("textarea", { rows: 3, maxlength: 2000, dir: "auto" });
  const note = h("textarea", { rows: 2, maxlength: 2000, dir: "auto" });
  const explained = h("p", { class: "soft", role: "status" });
  const fit = () => {
    until.disabled = kind.value === "warn";
    until.required = kind.value === "suspend";
    explained.textContent = word("kind_means", kind.value);
  };
  kind.addEventListener("change", fit);
  fit();
  const made = form(t("impose_send"), async (key) => {
    const body = {
      kind: kind.value,
      ...(place.value ? { site: place.value } : {}),
      ...(until.value && !until.disabled ? { until: new Date(until.value).toISOString() } : {}),
      reason_code: why.value,
      ...(text.value.trim() ? { public_text: text.value } : {}),
      ...(note.value.trim() ? { note: note.value } : {}),
    };
    /** @type {ModeratedSanction} */
    const laid = await desk.api.send("POST", `moderation/users/${user.id}/sanctions`, { body, key });
    [text.value, note.value, until.value] = ["", "", ""];
    details.open = false;
    const undo = async () => {
      await desk.api.send("POST", `moderation/decisions/${laid.decision_id}/undo`);
      await again();
    };
    const act = { text: t("undo"), run: () => void undo().catch((error) => desk.tell(error)) };
    desk.notices.show(t(laid.proposed ? "impose_proposed" : "impose_done", { kind: word("action", laid.kind), name: user.display_name }), { act });
    await again();
    summary.focus();
  },
  field(t("kind"), kind),
  explained,
  field(t("until_time"), until, t("until_hint")),
  field(t("reason"), why),
  desk.session.isServerAdmin && field(t("place"), place),
  field(t("to_person"), text, t("public_text_hint")),
  field(t("note"), note, t("note_hint")));
  const summary = h("summary", { "data-act": "impose" }, t("impose"));
  const details = h("details", {}, summary, made);
  return details;
}
