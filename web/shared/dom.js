// Makes elements. Text goes in as text nodes; the one place where markup becomes
// elements is markup.js.

/** @typedef {globalThis.Node | string | null | undefined | false} Child */

/**
 * Attributes: a boolean sets or leaves out, null leaves out; `on…` with a
 * function listens; `class` and all else are set as they are.
 *
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes
 */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...present(children));
  return element;
}

/**
 * Text for screen readers only.
 *
 * @param {string} text
 */
export function unseen(text) {
  return h("span", { class: "unseen" }, text);
}

/**
 * A quiet button.
 *
 * @param {string} text
 * @param {(event: MouseEvent) => void} onclick
 * @param {Attributes} [attributes]
 */
export function button(text, onclick, attributes = {}) {
  return h("button", { type: "button", class: "quiet", ...attributes, onclick }, text);
}

/**
 * A quiet button whose press is found by its name, `data-act`: one listener for a
 * whole thread.
 *
 * @param {string} act
 * @param {string} [text]
 * @param {Attributes} [attributes]
 */
export function press(act, text = "", attributes) {
  return h("button", { type: "button", class: "quiet", "data-act": act, ...attributes }, text);
}

/**
 * Text whose direction is its own: a name or a login beside other words.
 *
 * @param {string} text
 * @param {string} [className]
 */
export function isolated(text, className) {
  return h("bdi", { class: className }, text);
}

let ids = 0;

/** An id for label and field, new at each call. */
export function freshId() {
  ids += 1;
  return `u${ids}`;
}

/**
 * @param {Child[]} children
 * @returns {(globalThis.Node | string)[]}
 */
function present(children) {
  return /** @type {(globalThis.Node | string)[]} */ (
    children.filter((child) => child !== null && child !== undefined && child !== false)
  );
}
