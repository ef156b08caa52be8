// What stands around every page: head, lists at the left, room for the page,
// notices. Which page it is, is desk.js.

/** @import {Desk} from "./desk.js" */
/** @import {Drawn, List, Page} from "./types" */
import { button, freshId, h } from "../shared/dom.js";
import { explain } from "../shared/problems.js";
import { showHelp } from "./help.js";
import { t as alike } from "../shared/words.js";
import { pages } from "./pages.js";
import { t, word } from "./words.js";

/** @type {Page["section"][]} */
const SECTIONS = ["queue", "work", "records", "site"];

export class Frame {
  #desk;
  #head = h("header", { class: "head" });
  #nav = h("nav", { id: "lists", "aria-label": t("lists_label") });
  #list = h("div", { class: "list" });
  #page = h("div", { class: "page" });
  #main = h("main", { id: "main", tabindex: "-1" }, this.#list, this.#page);
  /** @type {{at: string, link: HTMLAnchorElement, number: HTMLElement, count: string | undefined, most: number}[]} */
  #lines = [];

  /** @param {Desk} desk @param {HTMLElement} root */
  constructor(desk, root) {
    this.#desk = desk;
    const skip = h("a", { class: "skip", href: "#main", onclick: (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#main.focus();
    } }, t("skip"));
    root.replaceChildren(skip, this.#head, this.#nav, this.#main, desk.notices.element);
    desk.addEventListener("counts", () => this.#number());
  }

  /** Head and lists, for the site that is worked on. */
  draw() {
    const { session, site } = this.#desk;
    const menu = button(t("lists_show"), () => {
      const open = this.#nav.classList.toggle("open");
      menu.setAttribute("aria-expanded", String(open));
    }, { class: "menu", "aria-expanded": "false", "aria-controls": "lists" });
    this.#nav.classList.remove("open");
    this.#nav.onclick = (event) => {
      if (!(event.target instanceof Element) || !event.target.closest("a")) return;
      this.#nav.classList.remove("open");
      menu.setAttribute("aria-expanded", "false");
    };
    this.#head.replaceChildren(
      menu,
      h("p", { class: "name" }, t("console")),
      this.#sites(site.site),
      h("span", { class: "live", role: "status" }),
      h("span", { class: "who" }, h("bdi", {}, session.me?.display_name ?? "")),
      button(t("keys_show"), () => showHelp(this.#desk), { "aria-keyshortcuts": "?" }),
      button(t("sign_out"), () => void session.signOut().catch((error) => this.#desk.tell(error))),
    );
    this.#lines = [];
    this.#nav.replaceChildren(...SECTIONS.map((name) => this.#section(name)).filter((one) => one !== null));
    this.#number();
  }

  /** Where there is no site to work on. */
  nothingToDo() {
    this.draw();
    this.#lines = [];
    this.#nav.replaceChildren();
    this.#list.hidden = true;
    const isAdmin = this.#desk.session.isServerAdmin;
    this.#page.replaceChildren(
      h("h1", {}, t(isAdmin ? "no_site_title" : "no_role_title")),
      h("p", {}, t(isAdmin ? "no_site" : "no_role")),
    );
  }

  /** Where it could not be read what there is to do. @param {unknown} error @param {() => void} again */
  failed(error, again) {
    this.#list.hidden = true;
    this.#page.replaceChildren(h("p", { class: "problem", role: "alert" }, explain(error)), button(alike("try_again"), again, { class: "main" }));
  }

  /** @param {Drawn} drawn */
  show({ list, main }) {
    this.#list.hidden = !list;
    this.#list.replaceChildren(...(list ? [list] : []));
    this.#page.replaceChildren(main);
    this.#main.scrollTop = 0;
    const heading = (list ?? main).querySelector("h1");
    if (!heading) return;
    this.#desk.entitle(heading.textContent ?? "");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  /** Marks the list that is shown. @param {string} at the hash without `#` */
  mark(at) {
    const [path = ""] = at.split("?");
    for (const line of this.#lines) {
      const shown = path === line.at || path.startsWith(`${line.at}/`);
      if (shown) line.link.setAttribute("aria-current", "page");
      else line.link.removeAttribute("aria-current");
    }
  }

  /** Says how news come. @param {string} text */
  live(text) {
    const place = this.#head.querySelector(".live");
    if (place && place.textContent !== text) place.textContent = text;
  }

  /** @param {string} chosen */
  #sites(chosen) {
    const { sites } = this.#desk;
    const id = freshId();
    const select = h(
      "select",
      { id, onchange: () => void this.#desk.work(select.value).catch((error) => {
        select.value = this.#desk.site.site;
        this.#desk.tell(error);
      }) },
      ...sites.map(({ site, title }) => h("option", { value: site, selected: site === chosen }, title)),
    );
    return h(
      "span",
      { class: "site" },
      h("label", { class: "unseen", for: id }, t("site")),
      sites.length > 0 && select,
    );
  }

  /** @param {Page["section"]} name */
  #section(name) {
    const lists = pages.filter(({ section }) => section === name).flatMap((page) => page.lists);
    if (lists.length === 0) return null;
    return h("section", {}, h("h2", {}, word("section", name)), h("ul", {}, ...lists.map((list) => this.#line(list))));
  }

  /** @param {List} list */
  #line({ at, title, count, most = Infinity }) {
    const number = h("span", { class: "number" });
    const link = h("a", { href: `#${at}` }, h("span", {}, t(title)), number);
    this.#lines.push({ at, link, number, count, most });
    return h("li", {}, link);
  }

  #number() {
    for (const { number, count, most } of this.#lines) {
      const value = count === undefined ? undefined : this.#desk.counts[count];
      number.textContent = value === undefined ? "" : value > most ? `${most}+` : String(value);
    }
  }
}
