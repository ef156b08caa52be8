// What another moderator has proposed and a second one has to confirm: who, what,
// how many, and why. The one place where the console asks before something is done.

/** @import {Desk} from "./desk.js" */
/** @import {Comment, Decision, DecisionHead, Id, Page} from "./types" */
import { button, h, isolated } from "../shared/dom.js";
import { timeElement } from "../shared/time.js";
import { reasonWord } from "../shared/words.js";
import { commentCard } from "./comment.js";
import { paged, person } from "./parts.js";
import { readSheet } from "./queue/person.js";
import { follow } from "./queue/running.js";
import { hashOf } from "./router.js";
import { press, step } from "./rows.js";
import { sanctionHead } from "./sanction.js";
import { t, word } from "./words.js";

/** Proposals read at once, and by each "more". */
const SHOWN = 50;
/** More the service does not give in one answer. */
const AT_MOST = 200;
/** Comments of a proposal read at once. */
const AT_ONCE = 10;

/** @type {Page} */
export const confirm = {
  route: "confirm",
  section: "work",
  lists: [{ at: "confirm", title: "list_confirm", key: "c", count: "proposed", most: 99 }],
  draw(desk) {
    const { element, items, read } = proposals(desk);
    desk.addEventListener("news", read);
    read();
    return {
      main: h("section", {}, h("h1", {}, t("list_confirm")), h("p", { class: "soft" }, t("confirm_text")), element),
      left: () => desk.removeEventListener("news", read),
      keys: [
        { press: "j", words: "key_next", group: "move", act: () => step(items, 1) },
        { press: "k", words: "key_previous", group: "move", act: () => step(items, -1) },
        { press: "c", words: "key_confirm", group: "decide", act: () => press(items, "confirm") },
        { press: "r", words: "key_refuse", group: "decide", act: () => press(items, "undo") },
      ],
    };
  },
};

/** The list, which is read anew as far as it is shown. @param {Desk} desk */
function proposals(desk) {
  const items = h("ol", { class: "cards" });
  const more = button(t("more"), () => {
    wanted += SHOWN;
    read();
  }, { hidden: true });
  let wanted = SHOWN;
  let asked = 0;
  let shown = 0;
  const fill = async () => {
    asked += 1;
    const mine = asked;
    const found = await readProposed(desk, wanted);
    // what is older than what is shown brings nothing back
    if (mine < shown) return;
    shown = mine;
    draw(desk, items, found.items);
    more.hidden = found.next === null;
    if (found.next === null) desk.count({ proposed: found.items.length });
  };
  const read = () => void fill().catch((error) => desk.tellOfNews(error));
  return { element: h("div", {}, items, more), items, read };
}

/**
 * The first so many that are proposed, newest first.
 *
 * @param {Desk} desk
 * @param {number} wanted
 * @returns {Promise<{items: DecisionHead[], next: string | null}>} `next` where there are more
 */
async function readProposed(desk, wanted) {
  const { site } = desk.site;
  /** @type {{items: DecisionHead[], next: string | null}} */
  const found = { items: [], next: null };
  do {
    const limit = Math.min(wanted - found.items.length, AT_MOST);
    const page = await desk.api.get("moderation/decisions", { query: { site, state: "proposed", limit, cursor: found.next } });
    found.items.push(...page.items);
    found.next = page.next;
  } while (found.next !== null && found.items.length < wanted);
  return found;
}

/** A proposal stays as it was made: its card is drawn once, and goes with it. @param {Desk} desk @param {HTMLElement} place @param {DecisionHead[]} found */
function draw(desk, place, found) {
  const lines = /** @type {HTMLElement[]} */ ([...place.children]);
  const known = new Map(lines.map((line) => [line.dataset["id"], line]));
  const wanted = found.map((one) => known.get(one.id ?? "") ?? card(desk, one));
  for (const line of lines) if (!wanted.includes(line)) line.remove();
  for (const [at, line] of wanted.entries()) if (place.children[at] !== line) place.insertBefore(line, place.children[at] ?? null);
  if (wanted.length === 0) place.append(h("li", { class: "soft" }, t("confirm_none")));
}

/** @param {Desk} desk @param {DecisionHead} of */
function card(desk, of) {
  /** What to say of a sanction once it is confirmed: on whom, and what. @type {{name: string, kind: string} | null} */
  let laid = null;
  const isOwn = of.actor?.id === desk.session.me?.id;
  const act = (/** @type {"confirm" | "undo"} */ what) => async () => {
    try {
      const made = await desk.api.send("POST", `moderation/decisions/${of.id}/${what}`);
      if (what === "undo") desk.notices.show(t("refused_proposal"));
      else if (laid) desk.notices.show(t("impose_done", laid));
      else follow(desk, made);
    } catch (error) {
      desk.tell(error);
    }
    desk.dispatchEvent(new Event("news"));
  };
  const heading = h("h2", {}, of.action === "sanction" ? word("action", of.action) : t("act_on", { action: word("act", of.action), n: of.progress.total }));
  const about = h("div", {});
  const go = isOwn ? null : button(t("confirm"), act("confirm"), { class: "main", "data-act": "confirm" });
  if (of.action === "sanction") {
    // nobody confirms what they have not been shown
    if (go) go.disabled = true;
    sanctionOf(desk, of).then(({ sanction, user }) => {
      laid = { name: user.display_name, kind: word("action", sanction.kind) };
      heading.replaceChildren(person(user));
      about.replaceChildren(sanctionHead(sanction, "proposed"));
      if (go) go.disabled = false;
    }, (error) => desk.tell(error));
  } else about.append(comments(desk, of));
  const select = /** @type {{author_id?: string, from?: string, to?: string}} */ (of.select ?? {});
  return h(
    "li",
    { tabindex: "-1", "data-id": of.id },
    heading,
    about,
    h("p", {}, isolated(of.actor?.display_name ?? t("by_service")), " · ", timeElement(of.proposed_at ?? of.at),
      of.reason_code && ` · ${reasonWord(of.reason_code)}`),
    select.author_id && h("p", {}, h("a", { href: hashOf(["people", select.author_id]) }, t("proposal_author")),
      select.from && ` · ${t("wide_from")} ${select.from.slice(0, 10)}`, select.to && ` · ${t("wide_to")} ${select.to.slice(0, 10)}`),
    of.note && h("p", { dir: "auto" }, t("note"), ": ", of.note),
    of.public_text && h("p", { dir: "auto" }, t("public_text"), ": ", of.public_text),
    isOwn ? h("p", { class: "soft" }, t("needs_another")) : null,
    h("div", { class: "send" },
      go,
      button(t(isOwn ? "take_back" : "refuse"), act("undo"), { "data-act": "undo" })),
  );
}

/** The sanction that is proposed, and on whom. @param {Desk} desk @param {DecisionHead} of */
async function sanctionOf(desk, { id }) {
  /** @type {Decision} */
  const { sanction } = await desk.api.get(`moderation/decisions/${id}`);
  if (!sanction) throw new Error(`no sanction in decision ${id}`);
  const { user } = await readSheet(desk, sanction.user_id);
  return { sanction, user };
}

/** The comments it is aimed at, read when they are asked for. @param {Desk} desk @param {DecisionHead} of */
function comments(desk, { id }) {
  const place = h("div", {});
  const read = async (/** @type {string | null} */ cursor) => {
    const page = await desk.api.get(`moderation/decisions/${id}/targets`, { query: { cursor, limit: AT_ONCE } });
    const items = page.items.map((/** @type {{comment_id: Id}} */ one) => desk.api.get(`comments/${one.comment_id}`));
    return { items: await Promise.all(items), next: page.next };
  };
  const ontoggle = () => {
    if (!place.firstChild) place.append(paged(desk, read, (/** @type {Comment} */ one) => h("div", {}, commentCard(one)), t("comments_none")));
  };
  return h("details", { ontoggle }, h("summary", {}, t("proposal_comments")), place);
}
