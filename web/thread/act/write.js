// Writing a new comment: takes over the field that view/top.js has shown, with
// whatever is typed in it, and says why nothing can be written. The field is
// composer.js, sending is posting.js.

/** @import {App} from "./app.js" */
import { t } from "../../shared/words.js";
import { accountLine } from "./account.js";
import { Composer } from "./composer.js";
import { sendNew } from "./posting.js";
import { saysWhyNot } from "./sanctions.js";

export class WriteArea {
  #app;
  composer;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    const { place } = app;
    this.composer = new Composer(app, {
      label: t("write_label"),
      placeholder: t("write_placeholder"),
      submit: t("send"),
      draft: "top",
      on: place,
      send: (_, composer) =>
        app.gate.through(composer.place, t("sign_in_to_send"), () => {
          // As it is now: more may have been typed while the form was open.
          const { text } = composer;
          if (text.trim() === "") return;
          composer.clear();
          sendNew(app, null, text);
        }),
    });
    place.element.append(this.composer.place);
    if (place.wanted) queueMicrotask(() => place.form.requestSubmit());
  }

  draw() {
    const { place, session } = this.#app;
    place.account.replaceChildren(...accountLine(this.#app));
    place.welcome(session.user !== null);
    place.draw(this.whyNot());
  }

  /** Why this person cannot write here, or null. */
  whyNot() {
    const { can } = this.#app.model;
    if (!can || can.post) return null;
    // It stands above, with until when and why.
    if (saysWhyNot(this.#app)) return "";
    if (can.reason === "muted") return t("may_not_muted");
    return can.reason === "account_suspended" ? t("may_not_suspended") : t("may_not_post");
  }

  /** @param {"sign_in" | "register"} form */
  openSignIn(form) {
    this.#app.gate.open(this.composer.place, null, () => this.composer.focus(), form);
  }
}
