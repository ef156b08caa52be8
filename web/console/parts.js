// Small parts that several pages are made of: a person, a state, fields, a form's
// foot, a list that goes on. What a page is, is types.d.ts.

/** @import {Desk} from "./desk.js" */
/** @import {Comment, Id, Key, User} from "./types" */
import { newKey } from "../shared/api.js";
import { button, freshId, h, isolated } from "../shared/dom.js";
import { reasonWord } from "../shared/words.js";
import { explain } from "../shared/problems.js";
import { t, word } from "./words.js";

/** A person, with the way to their sheet. @param {User | null} user */
export function person(user) {
  if (!user) return h("span", { class: "soft" }, t("nobody"));
  return h(
    "a",
    { class: "named", href: `#people/${user.id}` },
    isolated(user.display_name),
    " ",
    isolated(user.login, "soft"),
  );
}

/** Who did something: where it is nobody, the service or who runs it did. @param {User | null} user */
export function actor(user) {
  return user ? person(user) : h("span", { class: "soft" }, t("by_service"));
}

/** A word in the colour of its state. @param {string} state */
export function stateMark(state) {
  return h("span", { class: `state ${state}` }, word("state", state));
}

/** @param {string | null} code */
export function reason(code) {
  return code ? reasonWord(code) : t("no_reason");
}

/**
 * A control with its label, and what there is to say about it.
 *
 * @param {string} label
 * @param {HTMLElement} control
 * @param {...(string | null)} hints
 */
export function field(label, control, ...hints) {
  control.id ||= freshId();
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, ...told(control, hints));
}

/** @param {string} label @param {HTMLInputElement} box @param {...(string | null)} hints */
export function tick(label, box, ...hints) {
  return h("div", { class: "field" }, h("label", {}, box, " ", label), ...told(box, hints));
}

/** @param {HTMLElement} control @param {(string | null)[]} hints */
function told(control, hints) {
  const lines = hints.filter((hint) => hint !== null).map((hint) => h("p", { class: "soft hint", id: freshId() }, hint));
  if (lines.length > 0) control.setAttribute("aria-describedby", lines.map(({ id }) => id).join(" "));
  return lines;
}

/**
 * @param {[string, string][]} options value and words
 * @param {string} [chosen]
 */
export function select(options, chosen) {
  return h("select", {}, ...options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)));
}

/** Whether there is room for one column only. */
export const NARROW = matchMedia("(max-width: 44rem)");

/**
 * On a phone either the list is shown or what was chosen from it.
 *
 * @param {boolean} isChosen
 */
export function opened(isChosen) {
  document.body.classList.toggle("opened", isChosen);
}

/** Where the list has made room, the focus goes to what was chosen. @param {HTMLElement} main */
export function lead(main) {
  const heading = main.querySelector("h2");
  if (!heading || !NARROW.matches) return;
  heading.tabIndex = -1;
  heading.focus();
}

/** The way back to the list, where only one of both is shown. @param {string} list its hash */
export function back(list) {
  return h("p", { class: "back" }, h("a", { href: list }, t("back_to_list")));
}

/**
 * Who asks several times wants the last answer only: each call makes those before it
 * stale, and gives what tells whether it has become so.
 *
 * @returns {() => () => boolean}
 */
export function latest() {
  let turn = 0;
  return () => {
    turn += 1;
    const mine = turn;
    return () => mine === turn;
  };
}

/**
 * A form that says beside its button what went wrong, and keeps what was typed.
 * Ctrl+Enter sends from every field. What is sent once more after an answer that was
 * lost has the same key, and is one act; with other words it is another.
 *
 * @param {string} submit
 * @param {(key: string) => Promise<void>} send
 * @param {...import("../shared/dom.js").Child} children
 */
export function form(submit, send, ...children) {
  const problem = h("p", { class: "problem", role: "alert" });
  const go = h("button", { type: "submit", class: "main" }, submit);
  let key = newKey();
  const run = async () => {
    if (go.disabled) return;
    go.disabled = true;
    problem.textContent = "";
    try {
      await send(key);
      key = newKey();
    } catch (error) {
      problem.textContent = explain(error);
    } finally {
      go.disabled = false;
    }
  };
  const element = h(
    "form",
    {
      class: "form",
      oninput: () => {
        key = newKey();
      },
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void run();
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) element.requestSubmit();
      },
    },
    ...children,
    problem,
    h("p", {}, go),
  );
  return element;
}

/**
 * A list that is read page by page.
 *
 * @template T
 * @param {Desk} desk
 * @param {(cursor: string | null) => Promise<{items: T[], next: string | null}>} read
 * @param {(item: T) => HTMLElement} draw makes a line
 * @param {string} none what to say of an empty list
 * @param {(items: T[]) => void} [came] called with each page's items, once they are drawn
 */
export function paged(desk, read, draw, none, came) {
  const lines = h("ol", { class: "lines" });
  const more = button(t("more"), () => void go(), { hidden: true });
  /** @type {string | null} */
  let cursor = null;
  const go = async () => {
    more.disabled = true;
    try {
      const page = await read(cursor);
      cursor = page.next;
      lines.append(...page.items.map(draw));
      more.hidden = !cursor;
      if (!cursor && lines.children.length === 0) lines.append(h("li", { class: "soft" }, none));
      came?.(page.items);
    } catch (error) {
      desk.tell(error);
    } finally {
      more.disabled = false;
    }
  };
  void go();
  return h("div", {}, lines, more);
}

/**
 * The comments above one, the nearest last: three at most, whatever state they are in.
 *
 * @param {Desk} desk
 * @param {Comment} comment
 */
export async function above(desk, comment) {
  /** @type {Comment[]} */
  const found = [];
  /** @type {Id | null} */
  let next = comment.parent_id;
  while (next && found.length < 3) {
    /** @type {Comment} */
    const parent = await desk.api.get(`comments/${next}`);
    found.unshift(parent);
    next = parent.parent_id;
  }
  return found;
}

/**
 * What is blurred in a place is shown, or blurred again: its key, and its button,
 * which is there where texts are blurred.
 *
 * @param {HTMLElement} place
 * @param {string} press
 * @returns {{button: HTMLElement, key: Key}}
 */
export function unblurring(place, press) {
  const act = () => void place.classList.toggle("unblurred");
  return {
    button: button(t("unblur", { key: press }), act, { class: "unblur", "aria-keyshortcuts": press }),
    key: { press, words: "key_unblur", group: "look", act },
  };
}

/**
 * Shows something over the page; the focus goes back to where it was.
 *
 * @param {string} name its class, and the id of its heading
 * @param {string} title
 * @param {...import("../shared/dom.js").Child} children
 */
export function openDialog(name, title, ...children) {
  const before = document.activeElement;
  const dialog = h(
    "dialog",
    {
      class: name,
      "aria-labelledby": name,
      onclose: () => {
        dialog.remove();
        if (before instanceof HTMLElement) before.focus();
      },
    },
    h("h1", { id: name }, title),
    ...children,
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** The beginning of a hash. @param {string} text */
export function short(text) {
  return text.length > 12 ? `${text.slice(0, 12)}…` : text;
}
