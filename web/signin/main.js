// The window that a page of another origin opens to sign somebody in (sign-in="popup").
// It signs in on the service's own pages and hands the page that opened it a code,
// once, for that origin only; what the page does with it is thread/act/popup.js. The
// fields are the thread's own form.

import { Api } from "../shared/api.js";
import { button, h, isolated } from "../shared/dom.js";
import { explain, Problem } from "../shared/problems.js";
import { Session } from "../shared/session.js";
import { add } from "../shared/parts.js";
import { language, load, SPEECHLESS, t } from "../shared/words.js";
import { signInForm } from "../thread/act/signin.js";

const api = new Api(new URL("/api/v1/", import.meta.url));
const session = new Session(api);
const page = /** @type {HTMLElement} */ (document.getElementById("ask"));
const opener = /** @type {Window | null} */ (window.opener);
const asked = new URLSearchParams(location.search);
const origin = exact(asked.get("origin"));
const state = asked.get("state");

/** An origin and nothing more, or null. @param {string | null} text */
function exact(text) {
  try {
    return text !== null && new URL(text).origin === text ? text : null;
  } catch {
    return null;
  }
}

/** @param {...(globalThis.Node | string | null)} inside */
function show(...inside) {
  page.replaceChildren(h("h1", { tabindex: -1 }, t("sign_in")), ...inside.filter((one) => one !== null));
}

/** A sentence that has the asking site's origin in it. @param {"window_for" | "window_unknown"} key */
function about(key) {
  const [before = "", after = ""] = t(key, { site: "\0" }).split("\0");
  return h("p", {}, before, isolated(origin ?? "", "origin"), after);
}

/** @param {globalThis.Node | string} line */
function end(line) {
  show(
    h("div", { role: "alert" }, line),
    h("p", { class: "choice" }, button(t("window_close"), () => window.close(), { class: "second" })),
  );
  page.querySelector("h1")?.focus();
}

/** Makes the code and hands it over. @param {boolean} isFresh whether somebody has just signed in */
async function handOver(isFresh) {
  if (opener === null || origin === null) return;
  show(h("p", { role: "status" }, t("window_going")));
  try {
    const { code } = await api.send("POST", "auth/code", { body: { origin }, as: "token" });
    // To that origin only: had the window been opened by another, the browser drops it.
    opener.postMessage({ type: "understory:sign-in", code, state }, origin);
    window.close();
  } catch (error) {
    const refused = error instanceof Problem && error.code === "forbidden";
    if (refused) end(about("window_unknown"));
    else if (error instanceof Problem && error.wantsSignIn && !isFresh) form();
    else end(explain(error));
  }
}

function form() {
  const host = { root: document, session, bars: { say: () => {} } };
  show(
    about("window_for"),
    h("p", { class: "hint" }, t("window_gives")),
    signInForm(/** @type {any} */ (host), {
      why: null,
      form: "sign_in",
      done: () => void handOver(true),
      cancelled: () => window.close(),
    }),
  );
  page.querySelector("input")?.focus();
}

/** @param {string} name */
function choice(name) {
  const goOn = button(t("window_go_on", { name }), () => void handOver(false), { class: "main" });
  show(
    about("window_for"),
    h("p", { class: "hint" }, t("window_gives")),
    h("p", { class: "choice" }, goOn, button(t("window_other"), form)),
  );
  goOn.focus();
}

/** Whether the sign-in that this browser has may be handed on: one made on another site's page may not. */
async function isOwn() {
  if (!session.user) return false;
  try {
    const { items } = await api.get("me/sessions", { as: "token" });
    return items.some((/** @type {{current: boolean, scope: string}} */ one) => one.current && one.scope === "full");
  } catch {
    return false;
  }
}

async function start() {
  await load(navigator.languages);
  await Promise.all([add("acts"), add("window")]);
  Object.assign(document.documentElement, { lang: language.tag, dir: language.dir });
  document.title = t("sign_in");
  if (opener === null || origin === null || !state) {
    end(t("window_not_opened"));
    return;
  }
  // Without an answer the form is shown, and says what is wrong when it is sent.
  await session.refresh().catch(() => {});
  if (session.user && (await isOwn())) choice(session.user.display_name);
  else form();
}

start().catch((error) => {
  console.error(error);
  page.textContent = SPEECHLESS;
});
