// What another moderator has proposed and a second one has to confirm: who, what,
// how many, and why. The one place where the console asks before something is done.

/** @import {Desk} from "./desk.js" */
/** @import {DecisionHead, Page} from "./types" */
import { button, h, isolated } from "../shared/dom.js";
import { timeElement } from "../shared/time.js";
import { reasonWord } from "../shared/words.js";
import { follow } from "./queue/running.js";
import { hashOf } from "./router.js";
import { press, step } from "./rows.js";
import { t, word } from "./words.js";

const SHOWN = 50;

/** @type {Page} */
export const confirm = {
  route: "confirm",
  section: "work",
  lists: [{ at: "confirm", title: "list_confirm", key: "c", count: "proposed" }],
  draw(desk) {
    const items = h("ol", { class: "cards" });
    const main = h("section", {}, h("h1", {}, t("list_confirm")), h("p", { class: "soft" }, t("confirm_text")), items);
    const read = () => void fill(desk, items).catch((error) => desk.tellOfNews(error));
    desk.addEventListener("news", read);
    read();
    return {
      main,
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

/** @param {Desk} desk @param {HTMLElement} items */
async function fill(desk, items) {
  const query = { site: desk.site.site, state: "proposed", limit: SHOWN };
  /** @type {{items: DecisionHead[]}} */
  const found = await desk.api.get("moderation/decisions", { query });
  desk.count({ proposed: found.items.length });
  const line = document.activeElement?.closest("li");
  const at = line && items.contains(line) ? line.dataset["id"] : undefined;
  items.replaceChildren(...found.items.map((one) => card(desk, one)));
  const again = at && items.querySelector(`[data-id="${at}"]`);
  if (again instanceof HTMLElement) again.focus();
  if (found.items.length === 0) items.append(h("li", { class: "soft" }, t("confirm_none")));
}

/** @param {Desk} desk @param {DecisionHead} of */
function card(desk, of) {
  const isOwn = of.actor?.id === desk.session.me?.id;
  const act = (/** @type {"confirm" | "undo"} */ what) => async () => {
    try {
      const made = await desk.api.send("POST", `moderation/decisions/${of.id}/${what}`);
      if (what === "confirm") follow(desk, made);
      else desk.notices.show(t("refused_proposal"));
    } catch (error) {
      desk.tell(error);
    }
    desk.dispatchEvent(new Event("news"));
  };
  const select = /** @type {{author_id?: string, from?: string, to?: string}} */ (of.select ?? {});
  return h(
    "li",
    { tabindex: "-1", "data-id": of.id },
    h("h2", {}, t("act_on", { action: word("act", of.action), n: of.progress.total })),
    h("p", {}, isolated(of.actor?.display_name ?? t("by_service")), " · ", timeElement(of.proposed_at ?? of.at),
      of.reason_code && ` · ${reasonWord(of.reason_code)}`),
    select.author_id && h("p", {}, h("a", { href: hashOf(["people", select.author_id]) }, t("proposal_author")),
      select.from && ` · ${t("wide_from")} ${select.from.slice(0, 10)}`, select.to && ` · ${t("wide_to")} ${select.to.slice(0, 10)}`),
    of.note && h("p", { dir: "auto" }, t("note"), ": ", of.note),
    of.public_text && h("p", { dir: "auto" }, t("public_text"), ": ", of.public_text),
    isOwn ? h("p", { class: "soft" }, t("needs_another")) : null,
    h("div", { class: "send" },
      !isOwn && button(t("confirm"), act("confirm"), { class: "main", "data-act": "confirm" }),
      button(t(isOwn ? "take_back" : "refuse"), act("undo"), { "data-act": "undo" })),
  );
}
