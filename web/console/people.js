// People: looked for by login or id; the sheet of one stands beside (sheet.js).

/** @import {Page, User} from "./types" */
import { h, isolated } from "../shared/dom.js";
import { explain } from "../shared/problems.js";
import { back, field, form, latest, lead, opened, unblurring } from "./parts.js";
import { hashOf } from "./router.js";
import { press, step } from "./rows.js";
import { sheet } from "./sheet.js";
import { t } from "./words.js";

/** @type {Page} */
export const people = {
  route: "people",
  section: "work",
  lists: [{ at: "people", title: "list_people", key: "p" }],
  draw(desk, place) {
    const main = h("div", { class: "reading" });
    const unblur = unblurring(main, "v");
    const found = h("ol", { class: "lines" });
    const said = h("p", { class: "soft", role: "status" });
    const input = h("input", { type: "search", required: true, maxlength: 64, autocapitalize: "none", autocomplete: "off" });
    const search = form(t("search"), async () => {
      const query = { site: desk.site.site, q: input.value.trim() };
      /** @type {{items: User[]}} */
      const { items } = await desk.api.get("moderation/users", { query });
      found.replaceChildren(...items.map(line));
      said.textContent = t("people_found", { n: items.length });
    }, field(t("people_search"), input, t("people_search_hint")));
    const ask = latest();
    const show = (/** @type {string | undefined} */ id) => {
      const isWanted = ask();
      opened(Boolean(id));
      main.classList.remove("unblurred");
      if (!id) {
        main.replaceChildren(h("p", { class: "soft" }, t("people_hint")));
        return;
      }
      main.replaceChildren(h("p", { class: "soft" }, t("reading_page")));
      sheet(desk, id).then(
        (drawn) => {
          if (!isWanted()) return;
          main.replaceChildren(back("#people"), unblur.button, drawn);
          lead(main);
        },
        (error) => {
          if (isWanted()) main.replaceChildren(h("p", { class: "problem" }, explain(error)));
        },
      );
    };
    const go = (/** @type {string} */ act) => {
      const to = main.querySelector(`[data-act="${act}"]`);
      if (!(to instanceof HTMLElement)) return;
      to.closest("details")?.setAttribute("open", "");
      to.focus();
    };
    const laid = (/** @type {string} */ act) => press(main.querySelector(".sanctions"), act);
    show(place.parts[0]);
    return {
      list: h("div", { class: "inset" }, h("h1", {}, t("list_people")), search, said, found),
      main,
      moved: ({ parts }) => show(parts[0]),
      left: () => opened(false),
      keys: [
        { press: "/", words: "key_search", group: "look", act: () => input.focus() },
        { press: "j", words: "key_next", group: "move", act: () => step(found, 1) },
        { press: "k", words: "key_previous", group: "move", act: () => step(found, -1) },
        { press: "s", words: "impose", group: "decide", act: () => go("kind") },
        { press: "n", words: "note_add", group: "decide", act: () => go("note") },
        { press: "l", words: "key_lift", group: "decide", act: () => laid("lift") },
        { press: "c", words: "key_confirm", group: "decide", act: () => laid("confirm") },
        { press: "r", words: "key_refuse", group: "decide", act: () => laid("refuse") },
        unblur.key,
      ],
    };
  },
};

/** @param {User} user */
function line(user) {
  return h(
    "li",
    {},
    h(
      "a",
      { class: "line", href: hashOf(["people", user.id]) },
      h("span", { class: "row" }, isolated(user.display_name), user.badge && h("span", { class: "soft" }, t(`badge_${user.badge}`))),
      isolated(user.login, "soft"),
    ),
  );
}
