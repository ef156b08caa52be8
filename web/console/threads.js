// One thread's settings: its title, whether it takes anything new, whether posts
// wait, how slow it is. A thread is named by its key.

/** @import {Desk} from "./desk.js" */
/** @import {Page, Thread} from "./types" */
import { h } from "../shared/dom.js";
import { explain } from "../shared/problems.js";
import { field, form, latest, select, tick } from "./parts.js";
import { hashOf } from "./router.js";
import { t, word } from "./words.js";

/** @type {Thread["state"][]} */
const STATES = ["open", "locked", "archived"];

/** @type {Page} */
export const threads = {
  route: "threads",
  section: "site",
  lists: [{ at: "threads", title: "list_threads", key: "t" }],
  draw(desk, place) {
    const key = h("input", { type: "search", required: true, maxlength: 200, pattern: "[A-Za-z0-9._~\\-]+", autocapitalize: "none", autocomplete: "off" });
    const one = h("div", {});
    const ask = latest();
    const show = (/** @type {string | undefined} */ name) => {
      key.value = name ?? "";
      const isWanted = ask();
      if (name) void read(desk, name, one, isWanted);
      else one.replaceChildren(h("p", { class: "soft" }, t("threads_hint")));
    };
    const choose = (/** @type {Thread["state"]} */ state) => {
      const field = one.querySelector("select");
      if (!field) return;
      field.value = state;
      desk.notices.say(word("thread", state));
    };
    const wait = () => {
      const box = one.querySelector("input[type=checkbox]");
      if (!(box instanceof HTMLInputElement)) return;
      box.focus();
      box.click();
    };
    show(place.parts[0]);
    return {
      main: h(
        "div",
        { class: "reading" },
        h("h1", {}, t("list_threads")),
        form(t("open"), () => Promise.resolve(desk.go(hashOf(["threads", key.value.trim()]))), field(t("thread_key"), key, t("thread_key_hint"))),
        one,
      ),
      moved: ({ parts }) => show(parts[0]),
      keys: [
        { press: "/", words: "thread_key", group: "look", act: () => key.focus() },
        { press: "f", words: "key_fields", group: "move", act: () => one.querySelector("input")?.focus() },
        { press: "o", words: "thread_open", group: "decide", act: () => choose("open") },
        { press: "l", words: "thread_locked", group: "decide", act: () => choose("locked") },
        { press: "a", words: "thread_archived", group: "decide", act: () => choose("archived") },
        { press: "p", words: "premoderation", group: "decide", act: wait },
        { press: "s", words: "save", group: "decide", act: () => one.querySelector("form")?.requestSubmit() },
      ],
    };
  },
};

/** @param {Desk} desk @param {string} key @param {HTMLElement} place @param {() => boolean} isWanted */
async function read(desk, key, place, isWanted) {
  try {
    const path = `sites/${encodeURIComponent(desk.site.site)}/threads/${encodeURIComponent(key)}`;
    const found = await desk.api.get(path);
    if (isWanted()) place.replaceChildren(drawn(desk, path, found));
  } catch (error) {
    if (isWanted()) place.replaceChildren(h("p", { class: "problem" }, explain(error)));
  }
}

/** @param {Desk} desk @param {string} path @param {Thread} of */
function drawn(desk, path, of) {
  const title = h("input", { type: "text", maxlength: 300, value: of.title, dir: "auto" });
  const state = select(STATES.map((one) => [one, word("thread", one)]), of.state);
  const premoderation = h("input", { type: "checkbox" });
  premoderation.checked = of.premoderation;
  const slow = h("input", { type: "number", min: 0, max: 86_400, required: true, value: of.slow_mode_seconds });
  return h(
    "div",
    {},
    h("h2", {}, h("bdi", {}, of.title ?? of.key)),
    h("p", { class: "soft" }, of.id ? t("thread_has", { n: of.counts.published }) : t("thread_unborn")),
    form(
      t("save"),
      async () => {
        const body = {
          ...(title.value.trim() ? { title: title.value } : {}),
          state: state.value,
          premoderation: premoderation.checked,
          slow_mode_seconds: Number(slow.value),
        };
        await desk.api.send("PUT", path, { body });
        desk.notices.show(t("saved"));
      },
      field(t("title"), title),
      field(t("state"), state, t("thread_state_hint")),
      tick(t("premoderation"), premoderation),
      field(t("slow_mode"), slow, t("slow_mode_hint")),
    ),
  );
}
