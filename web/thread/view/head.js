// The head of the thread: how many comments, in which order, who is signed in.

/** @import {App} from "../act/app.js" */
/** @import {Sort} from "../../shared/types" */
import { button, freshId, h, isolated } from "../../shared/dom.js";
import { explain } from "../../shared/problems.js";
import { t } from "../../shared/words.js";

/** @type {Sort[]} */
const SORTS = ["oldest", "newest", "top"];

export class Head {
  #app;
  #heading = h("h2", { tabindex: -1 }, t("heading_plain"));
  #account = h("p", { class: "account" });
  #counts = h("p", { class: "counts", hidden: true });
  /** @type {HTMLSelectElement} */
  #sort;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    const id = freshId();
    this.#sort = h(
      "select",
      { id, onchange: () => void app.reload(/** @type {Sort} */ (this.#sort.value)) },
      ...SORTS.map((sort) => h("option", { value: sort }, t(`sort_${sort}`))),
    );
    this.element = h(
      "header",
      { class: "head" },
      this.#heading,
      h("p", { class: "sort" }, h("label", { for: id }, t("sort_label")), " ", this.#sort),
      this.#account,
      this.#counts,
    );
  }

  focus() {
    this.#heading.focus();
  }

  draw() {
    const { model, session } = this.#app;
    if (model.thread) {
      this.#heading.textContent = t("heading", { n: model.thread.counts.published });
    }
    this.#sort.value = model.sort;
    this.#account.replaceChildren();
    if (session.user) {
      const [before = "", after = ""] = t("signed_in_as", { name: "\0" }).split("\0");
      this.#account.append(
        before,
        isolated(session.user.display_name),
        after,
        " ",
        button(t("sign_out"), () => void this.#signOut()),
      );
    }
    const waits = model.moderation;
    this.#counts.hidden = !waits;
    if (waits) this.#counts.textContent = t("mod_counts", waits);
  }

  async #signOut() {
    try {
      await this.#app.session.signOut();
      this.#heading.focus();
      this.#app.notices.say(t("goodbye"));
    } catch (error) {
      this.#app.notices.tell(explain(error));
    }
  }
}
