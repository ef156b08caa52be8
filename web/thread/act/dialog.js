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
 * @param {{lost?: () => void, close?: string, send?: HTMLButtonElement}} [wish] `lost` puts the focus where it belongs when what opened the dialog is gone; `close` stands on the button; `send` belongs to a form and stands beside it
 * @returns {Sheet}
 */
export function openSheet(app, title, content, wish = {}) {
  const titleId = freshId();
  let isBegunBeside = false;
  const heading = h("h3", { id: titleId, tabindex: -1 }, title);
  const element = h(
    "dialog",
    {
      class: "sheet",
      "aria-labelledby": titleId,
      // A click beside the sheet closes it; what is marked in it may be let go beside it.
      onpointerdown: (/** @type {PointerEvent} */ event) => (isBegunBeside = isBeside(event)),
      onclick: (/** @type {MouseEvent} */ event) => isBegunBeside && isBeside(event) && element.close(),
      onclose: () => {
        element.remove();
        // The browser has given the focus back, unless what had it was drawn anew.
        if (app.root.activeElement === null) wish.lost?.();
      },
    },
    heading,
    ...content.filter((child) => child !== null && child !== false),
    h(
      "div",
      { class: "send" },
      wish.send,
      button(wish.close ?? t("close"), () => element.close(), { class: wish.send ? "quiet" : "second" }),
    ),
  );
  app.element.append(element);
  element.showModal();
  heading.focus();
  return { element, close: () => element.close() };
}

/** The dialog is hit there as well. @param {MouseEvent} event */
function isBeside({ target, currentTarget, clientX: x, clientY: y }) {
  const { left, right, top, bottom } = /** @type {Element} */ (currentTarget).getBoundingClientRect();
  return target === currentTarget && (x < left || x > right || y < top || y > bottom);
}
