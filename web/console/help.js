// The sheet of `?`: every key there is at this place, made from the table of
// keys.js, and what is kept on this device only.

/** @import {Desk} from "./desk.js" */
/** @import {Key} from "./types" */
import { button, h } from "../shared/dom.js";
import { openDialog } from "./parts.js";
import { t, word } from "./words.js";

/** @type {Key["group"][]} */
const GROUPS = ["decide", "move", "look", "go"];

/** @param {Desk} desk */
export function showHelp(desk) {
  const table = desk.keys.table;
  const dialog = openDialog(
    "help",
    t("keys_title"),
    h("div", { class: "groups" }, ...GROUPS.map((name) => group(name, table))),
    toggle(desk, "keys", t("keys_on")),
    toggle(desk, "blur", t("blur_on")),
    button(t("close"), () => dialog.close(), { class: "main" }),
  );
}

/** @param {Key["group"]} name @param {Key[]} table */
function group(name, table) {
  const keys = table.filter((key) => key.group === name);
  if (keys.length === 0) return null;
  const lines = keys.map(({ press, words }) => h(
    "div",
    {},
    h("dt", {}, ...press.split(" ").map((one) => h("kbd", {}, one === "X" ? "Shift+x" : one))),
    h("dd", {}, t(words)),
  ));
  return h("section", {}, h("h2", {}, word("keys", name)), h("dl", {}, ...lines));
}

/** @param {Desk} desk @param {"keys" | "blur"} name @param {string} text */
function toggle(desk, name, text) {
  const box = h("input", { type: "checkbox", onchange: () => desk.keep({ [name]: box.checked }) });
  box.checked = desk.kept[name];
  return h("p", {}, h("label", {}, box, " ", text));
}
