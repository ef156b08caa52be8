// Signing in through the service's own window, for browsers that keep its cookies
// from this page. The window hands back a code, once; what is checked of its
// message is here. The page in the window is web/signin.

/** @import {App} from "./app.js" */
import { newKey } from "../../shared/api.js";
import { button, h } from "../../shared/dom.js";
import { explain } from "../../shared/problems.js";
import { t } from "../../shared/words.js";

const WIDTH = 460;
const HEIGHT = 640;
/** How often it looks whether the window was closed. */
const LOOK_MS = 400;

/**
 * The box with the button that opens the window.
 *
 * @param {App} app
 * @param {{why: string | null, closed: AbortSignal, done: () => void, cancelled: () => void}} wish as for signInForm
 * @returns {HTMLElement}
 */
export function popupForm(app, wish) {
  const state = newKey();
  const hint = h("p", { class: "hint", role: "status" });
  /** @type {Window | null} */
  let popup = null;
  /** A timer of either kind: both are cleared alike. @type {number | undefined} */
  let looking;
  const tell = (/** @type {string} */ text, problem = true) => {
    hint.classList.toggle("problem", problem);
    hint.textContent = text;
  };
  const stop = () => {
    clearInterval(looking);
    window.removeEventListener("message", heard);
  };
  const open = () => {
    stop();
    const url = new URL("/sign-in", app.service);
    url.search = new URLSearchParams({ origin: location.origin, state }).toString();
    const left = Math.max(0, Math.round(window.screenX + (window.outerWidth - WIDTH) / 2));
    const top = Math.max(0, Math.round(window.screenY + (window.outerHeight - HEIGHT) / 3));
    // In the click itself: later the browser would block it.
    popup = window.open(url, "understory-sign-in", `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`);
    if (!popup) {
      tell(t("popup_blocked"));
      return;
    }
    tell(t("popup_open"), false);
    window.addEventListener("message", heard);
    looking = setInterval(() => {
      if (!popup?.closed) return;
      clearInterval(looking);
      // What it said last may still be on its way.
      looking = setTimeout(() => {
        stop();
        tell(t("popup_closed"));
        main.focus();
      }, LOOK_MS);
    }, LOOK_MS);
  };
  const heard = (/** @type {MessageEvent} */ event) => {
    if (event.origin !== app.service.origin || event.source !== popup) return;
    const { type, code, state: theirs } = event.data ?? {};
    if (type !== "understory:sign-in" || theirs !== state || typeof code !== "string") return;
    stop();
    popup?.close();
    void exchange(code);
  };
  const exchange = async (/** @type {string} */ code) => {
    tell(t("one_moment"), false);
    try {
      await app.session.exchange(code, wish.closed);
    } catch (error) {
      if (wish.closed.aborted) return;
      tell(explain(error));
      main.focus();
      return;
    }
    app.bars.say(t("welcome", { name: app.session.user?.display_name ?? "" }));
    wish.done();
  };
  wish.closed.addEventListener("abort", () => {
    stop();
    popup?.close();
  });
  const main = button(t("popup_button"), open, { class: "main" });
  return h(
    "div",
    {
      class: "sign-in",
      role: "group",
      "aria-label": t("sign_in"),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Escape") wish.cancelled();
      },
    },
    h("h3", {}, t("sign_in")),
    h("p", { class: "hint" }, wish.why ?? t("popup_why")),
    hint,
    h("div", { class: "send" }, main, button(t("cancel"), wish.cancelled)),
  );
}
