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
 * Text whose direction is its own: a name or a login beside other words.
 *
 * @param {string} text
 * @param {string} [className]
 */
export function isolated(text, className) {
  return h("bdi", { class: className }, text);
}

/**
 * Puts `next` in the place of `old`; the focus stays on the whole, or on the
 * control of the same `data-act`.
 *
 * @param {HTMLElement} old
 * @param {HTMLElement} next
 */
export function replaceKeepingFocus(old, next) {
  const root = /** @type {ShadowRoot | Document} */ (old.getRootNode());
  const active = root.activeElement;
  const act = active && old.contains(active) ? active.getAttribute("data-act") : null;
  const whole = active === old;
  old.replaceWith(next);
  if (whole) next.focus({ preventScroll: true });
  if (act) {
    const same = next.querySelector(`[data-act="${CSS.escape(act)}"]`);
    if (same instanceof HTMLElement) same.focus({ preventScroll: true });
  }
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
