// The form for signing in and for making an account, in place. What becomes of
// the session is session.js; where the form opens and what follows is gate.js.

/** @import {App} from "./app.js" */
import { button, freshId, h } from "../../shared/dom.js";
import { Form } from "./form.js";
import { explainField, Problem } from "../../shared/problems.js";
import { t } from "../../shared/words.js";

/**
 * @typedef {object} Wish
 * @property {string | null} why the line above the fields
 * @property {"sign_in" | "register"} form which of the two stands there first
 * @property {AbortSignal} [closed] aborts when the form is there no longer
 * @property {() => void} done after signing in
 * @property {() => void} cancelled
 */

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {HTMLInputElement} input
 * @property {HTMLElement} element
 * @property {HTMLElement} problem
 */

/**
 * @param {App} app
 * @param {Wish} wish
 * @returns {HTMLElement}
 */
export function signInForm(app, wish) {
  const box = h("div", { class: "sign-in" });
  const draw = (/** @type {"sign_in" | "register"} */ kind) => {
    const fields = kind === "sign_in" ? signInFields() : registerFields();
    const form = new Form(
      t(kind),
      () => send(app, kind, fields, wish),
      { "aria-label": t(kind), cancel: wish.cancelled },
      h("h3", {}, t(kind)),
      wish.why && h("p", { class: "hint" }, wish.why),
      ...fields.map(({ element }) => element),
    );
    form.element.append(other(kind, draw));
    const hadFocus = box.contains(/** @type {ShadowRoot} */ (app.root).activeElement);
    box.replaceChildren(form.element);
    if (hadFocus) fields[0]?.input.focus();
  };
  draw(wish.form);
  return box;
}

/**
 * The line that leads to the other form.
 *
 * @param {"sign_in" | "register"} kind
 * @param {(kind: "sign_in" | "register") => void} draw
 */
function other(kind, draw) {
  const to = kind === "sign_in" ? "register" : "sign_in";
  return h(
    "p",
    { class: "hint" },
    t(kind === "sign_in" ? "have_no_account" : "have_account"),
    " ",
    button(t(to), () => draw(to)),
  );
}

/**
 * @param {App} app
 * @param {"sign_in" | "register"} kind
 * @param {Field[]} fields
 * @param {Wish} wish
 */
async function send(app, kind, fields, wish) {
  const values = Object.fromEntries(fields.map(({ name, input }) => [name, input.value]));
  for (const field of fields) mark(field, "");
  try {
    const { identifier = "", login = "", password = "", display_name, email } = values;
    if (kind === "sign_in") await app.session.signIn({ identifier, password }, wish.closed);
    else {
      const more = { ...(display_name ? { display_name } : {}), ...(email ? { email } : {}) };
      await app.session.register({ login, password, ...more }, wish.closed);
    }
  } catch (error) {
    if (wish.closed?.aborted || areMarked(error, fields)) return;
    const wrong = error instanceof Problem && error.code === "invalid_credentials";
    fields.find(({ name }) => name === (wrong ? "password" : fields[0]?.name))?.input.select();
    throw error;
  }
  app.bars.say(t("welcome", { name: app.session.user?.display_name ?? "" }));
  wish.done();
}

/** Says beside the fields what is wrong with them, if that is it. @param {unknown} error @param {Field[]} fields */
function areMarked(error, fields) {
  const wrong = fields.filter((field) => {
    const text = explainField(error, field.name);
    if (text !== null) mark(field, text);
    return text !== null;
  });
  wrong[0]?.input.focus();
  return wrong.length > 0;
}

/** @param {Field} field @param {string} text */
function mark({ input, problem }, text) {
  problem.textContent = text;
  input.setAttribute("aria-invalid", String(text !== ""));
}

function signInFields() {
  return [
    field("identifier", { autocomplete: "username" }),
    field("password", { type: "password", autocomplete: "current-password" }),
  ];
}

function registerFields() {
  return [
    field("login", { autocomplete: "username", maxlength: 64 }, t("login_hint")),
    field("password", { type: "password", autocomplete: "new-password" }, t("password_hint")),
    field("display_name", { autocomplete: "name" }),
    field("email", { type: "email", autocomplete: "email" }),
  ];
}

/**
 * @param {"identifier" | "login" | "password" | "display_name" | "email"} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [hint]
 * @returns {Field}
 */
function field(name, attributes, hint) {
  const id = freshId();
  const hintId = freshId();
  const input = h("input", {
    type: "text",
    id,
    name,
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": hintId,
    ...attributes,
  });
  const problem = h("span", { class: "problem" });
  const show = button(t("password_show"), () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    show.textContent = t(hidden ? "password_hide" : "password_show");
  });
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: id }, t(name)),
    h("span", { class: "input" }, input, name === "password" && show),
    h("span", { class: "hint", id: hintId }, hint, hint && " ", problem),
  );
  return { name, input, element, problem };
}
