// A dialog over the page, as several acts use it: title, content, a way to close;
// the focus comes back to where it was. What stands in it is its user's matter.

/** @import {App} from "./app.js" */
import { button, freshId, h } from "../../shared/dom.js";
import { t } from "../../shared/words.js";

/**
 * @typedef {object} Sheet
 * @property {HTMLDialogElement} element
 * @property {() => void} close
 */

/**
 * @param {App} app
 * @param {string} title
 * @param {(globalThis.Node | string | null | false)[]} content
 * @param {{closed?: () => void, close?: string}} [wish] `closed` runs after any way of closing; `close` stands on the button
 * @returns {Sheet}
 */
export function openSheet(app, title, content, wish = {}) {
  const titleId = freshId();
  const back = app.root.activeElement;
  const heading = h("h3", { id: titleId, tabindex: -1 }, title);
  const element = h(
    "dialog",
    {
      class: "sheet",
      "aria-labelledby": titleId,
      // A click beside the sheet: the dialog itself is hit, not what is in it.
      onclick: (/** @type {MouseEvent} */ event) => event.target === element && element.close(),
      onclose: () => {
        element.remove();
        wish.closed?.();
        const lost = app.root.activeElement === null;
        if (lost && back instanceof HTMLElement && back.isConnected) back.focus({ preventScroll: true });
      },
    },
    heading,
    ...content.filter((child) => child !== null && child !== false),
    h("div", { class: "send" }, button(wish.close ?? t("close"), () => element.close(), { class: "second" })),
  );
  app.element.append(element);
  element.showModal();
  heading.focus();
  return { element, close: () => element.close() };
}
