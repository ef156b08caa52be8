// Events for the page around the element: what happened, in a few public words.
// Never a token, never a text. docs/EMBED.md lists them.

/** @import {App} from "./app.js" */

/**
 * @param {App} app
 * @param {"ready" | "posted" | "signed-in" | "signed-out" | "error"} what
 * @param {Record<string, string | number | null>} [detail]
 */
export function tellPage({ host }, what, detail = {}) {
  const event = new CustomEvent(`understory:${what}`, { bubbles: true, composed: true, detail });
  host.dispatchEvent(event);
}
