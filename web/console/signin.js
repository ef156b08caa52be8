// The sign-in of the console, over everything else. What it leads to is session.js.

/** @import {Session} from "./session.js" */
import { h } from "../shared/dom.js";
import { explain } from "../shared/problems.js";
import { field } from "./parts.js";
import { t } from "./words.js";

/**
 * Shows the form; settled once somebody signed in. There is no way past it.
 *
 * @param {Session} session
 * @returns {Promise<void>}
 */
export function askToSignIn(session) {
  return new Promise((resolve) => {
    let isOver = false;
    const problem = h("p", { class: "problem", role: "alert" });
    const identifier = input("identifier", "text", "username");
    const password = input("password", "password", "current-password");
    const submit = h("button", { type: "submit", class: "main" }, t("sign_in"));
    const send = async () => {
      submit.disabled = true;
      problem.textContent = "";
      try {
        await session.signIn(identifier.value, password.value);
        isOver = true;
        dialog.close();
        dialog.remove();
        resolve();
      } catch (error) {
        problem.textContent = explain(error);
        password.select();
        password.focus();
      } finally {
        submit.disabled = false;
      }
    };
    const dialog = h(
      "dialog",
      {
        class: "sign-in",
        "aria-labelledby": "sign-in",
        oncancel: (/** @type {Event} */ event) => event.preventDefault(),
        // a browser closes it at the second Escape, whatever is said at the first
        onclose: () => {
          if (!isOver) dialog.showModal();
        },
      },
      h(
        "form",
        {
          onsubmit: (/** @type {Event} */ event) => {
            event.preventDefault();
            void send();
          },
        },
        h("h1", { id: "sign-in" }, t("sign_in_title")),
        h("p", { class: "soft" }, t(session.me ? "sign_in_again" : "sign_in_first")),
        field(t("identifier"), identifier),
        field(t("password"), password),
        problem,
        submit,
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
    if (session.me) identifier.value = session.me.login;
    (session.me ? password : identifier).focus();
  });
}

/** @param {string} name @param {string} type @param {string} autocomplete */
function input(name, type, autocomplete) {
  return h("input", { name, type, autocomplete, required: true, autocapitalize: "none", spellcheck: "false" });
}
