// People: looked for by login or id; the sheet of one stands beside (sheet.js).

/** @import {Page, User} from "./types" */
import { h, isolated } from "../shared/dom.js";
import { explain } from "../shared/problems.js";
import { back, field, form, lead, opened } from "./parts.js";
import { hashOf } from "./router.js";
import { sheet } from "./sheet.js";
import { t } from "./words.js";

/** @type {Page} */
export const people = {
  route: "people",
  section: "work",
  lists: [{ at: "people", title: "list_people", key: "p" }],
  draw(desk, place) {
    const main = h("div", { class: "reading" });
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
    const show = (/** @type {string | undefined} */ id) => {
      opened(Boolean(id));
      if (!id) {
        main.replaceChildren(h("p", { class: "soft" }, t("people_hint")));
        return;
      }
      main.replaceChildren(h("p", { class: "soft" }, t("reading_page")));
      sheet(desk, id).then(
        (drawn) => {
          main.replaceChildren(back("#people"), drawn);
          lead(main);
        },
        (error) => main.replaceChildren(h("p", { class: "problem" }, explain(error))),
      );
    };
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

/** Goes to the next of what was found. @param {HTMLElement} found @param {number} by */
function step(found, by) {
  const links = /** @type {HTMLElement[]} */ ([...found.querySelectorAll("a")]);
  const at = links.findIndex((link) => link === document.activeElement);
  links[at < 0 ? 0 : at + by]?.focus();
}
