// The place above the list where a new comment is written, or the line that says
// why none can be. The field is composer.js, sending is posting.js.

/** @import {App} from "./app.js" */
import { Composer } from "./composer.js";
import { button, h } from "../../shared/dom.js";
import { sendNew } from "./posting.js";
import { t } from "../../shared/words.js";

export class WriteArea {
  #app;
  #closed = h("p", { class: "closed", hidden: true });
  #rules = h("p", { class: "hint", hidden: true });
  #invitation = h("div", { class: "invitation", hidden: true });
  composer;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    this.composer = new Composer(app, {
      label: t("write_label"),
      placeholder: t("write_placeholder"),
      submit: t("send"),
      draft: "top",
      send: (text, composer) =>
        app.gate.through(composer.place, t("sign_in_to_send"), () => {
          composer.clear();
          sendNew(app, null, text);
        }),
    });
    this.#invitation.append(
      h("p", { class: "hint" }, t("invitation")),
      h(
        "p",
        { class: "choices" },
        button(t("sign_in"), () => this.#openSignIn("sign_in"), { class: "main" }),
        button(t("register"), () => this.#openSignIn("register"), { class: "second" }),
      ),
    );
    this.element = h(
      "section",
      { class: "write", "aria-label": t("write_label") },
      this.#closed,
      this.#rules,
      this.composer.element,
      this.#invitation,
      this.composer.place,
    );
  }

  draw() {
    const { model, session } = this.#app;
    const why = this.#whyNot();
    this.#closed.hidden = why === null;
    this.#closed.textContent = why ?? "";
    this.composer.element.hidden = why !== null;
    this.#invitation.hidden = session.user !== null || model.thread?.state !== "open";
    const rules = [];
    if (why === null && model.thread?.premoderation) rules.push(t("premoderated"));
    if (why === null && model.thread?.slow_mode_seconds) {
      rules.push(t("slow_mode", { n: model.thread.slow_mode_seconds }));
    }
    this.#rules.hidden = rules.length === 0;
    this.#rules.textContent = rules.join(" ");
  }

  /** Why nothing can be written here, or null. */
  #whyNot() {
    const { thread, can } = this.#app.model;
    if (!thread) return null;
    if (thread.state !== "open") return t("thread_locked");
    if (!can || can.post) return null;
    if (can.reason === "muted") return t("may_not_muted");
    return can.reason === "account_suspended" ? t("may_not_suspended") : t("may_not_post");
  }

  /** @param {"sign_in" | "register"} form */
  #openSignIn(form) {
    this.#app.gate.open(this.composer.place, null, () => this.composer.focus(), form);
  }
}
