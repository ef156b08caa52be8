// A comment that could not be sent for a reason that passes: it waits, says for how
// long, and goes by itself. Sending is posting.js.

/** @import {App} from "./app.js" */
/** @import {Node} from "../types" */
import { Problem } from "../../shared/problems.js";
import { t } from "../../shared/words.js";

/** Seconds until the next try where the network failed; the last goes on. */
const NETWORK_S = [5, 15, 30, 60];

/**
 * @typedef {object} Wait
 * @property {number} untilMs
 * @property {"network" | "slow_mode" | "busy"} why
 * @property {number} tries
 * @property {ReturnType<typeof setInterval>} timer
 */

/** @type {WeakMap<Node, Wait>} */
const waits = new WeakMap();

/**
 * Lets it wait where that helps.
 *
 * @param {App} app
 * @param {Node} node
 * @param {unknown} error why it was not sent
 * @param {(app: App, node: Node) => unknown} send
 * @returns {boolean}
 */
export function letWait(app, node, error, send) {
  if (!(error instanceof Problem)) return false;
  const tries = waits.get(node)?.tries ?? 0;
  const seconds =
    error.status === 0
      ? NETWORK_S[Math.min(tries, NETWORK_S.length - 1)]
      : error.status === 429 || error.status === 503
        ? error.retryAfterS
        : null;
  if (!seconds) return false;
  const why = error.status === 0 ? "network" : error.code === "slow_mode" ? "slow_mode" : "busy";
  clearInterval(waits.get(node)?.timer);
  const timer = setInterval(() => {
    // Taken back into the field, or thrown away; or the element is gone.
    if (app.reading.ended.aborted || app.model.nodes.get(node.comment.id) !== node) endWait(node);
    else if (Date.now() >= wait.untilMs) {
      // Without a network it stays, and `online` sends it; a sign-in does, too.
      if (!app.session.user || (why === "network" && !navigator.onLine)) return;
      clearInterval(timer);
      void send(app, node);
    } else {
      const words = app.tree.article(node.comment.id)?.querySelector(".wait");
      if (words) words.textContent = waitWords(node);
    }
  }, 1_000);
  /** @type {Wait} */
  const wait = { untilMs: Date.now() + seconds * 1_000, why, tries: tries + 1, timer };
  waits.set(node, wait);
  return true;
}

/** @param {Node} node */
export function isWaiting(node) {
  return waits.has(node);
}

/** Whether it waits for the network alone: then it may be tried at once. @param {Node} node */
export function waitsForNetwork(node) {
  return waits.get(node)?.why === "network";
}

/** @param {Node} node */
export function endWait(node) {
  clearInterval(waits.get(node)?.timer);
  waits.delete(node);
}

/** @param {Node} node @returns {string} why, and for how long yet */
export function waitWords(node) {
  const wait = waits.get(node);
  if (!wait) return "";
  if (wait.why === "network") return t("waits_network");
  const n = Math.max(1, Math.ceil((wait.untilMs - Date.now()) / 1_000));
  return t(wait.why === "slow_mode" ? "waits_slow_mode" : "waits_busy", { n });
}
