// Who is signed in, as one thread shows it: what they may do and did here; and that
// nothing of it stays for the next. Who that is is shared/session.js.

/** @import {App} from "./app.js" */
/** @import {Id} from "../../shared/types" */
import { explain } from "../../shared/problems.js";
import { forgetViewer, see } from "../model/viewer.js";
import { inSlices } from "../slices.js";
import { drawMine } from "./mine.js";
import { forgetPast, placeFlags, readPast } from "./past.js";
import { restoreUnsent } from "./posting.js";
import { drawSanctions } from "./sanctions.js";
import { tellPage } from "./told.js";

/** The contract's most ids in one question to /viewer. */
const MOST_IDS = 200;

export class Viewer {
  #app;
  /** Whose view is shown. @type {Id | null} */
  #id = null;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /** Whether it is still the same person. @param {Id | undefined} id */
  is(id) {
    return this.#app.session.user?.id === id;
  }

  /** Somebody has signed in or out, or it is known for the first time who is there. */
  async follow() {
    const { session, bars, host, write } = this.#app;
    const { user } = session;
    const before = this.#id;
    host.toggleAttribute("signed-in", user !== null);
    if (before !== null && !this.is(before)) {
      // What is offered there is no longer this person's to do.
      bars.clear();
      void this.#forget();
    }
    this.#id = user?.id ?? null;
    write.draw();
    if (user) this.#app.handOver(user.id);
    restoreUnsent(this.#app);
    if (!user) return;
    if (user.id !== before) tellPage(this.#app, "signed-in", { id: user.id, login: user.login });
    await this.#app.seeViewer();
    await readPast(this.#app);
  }

  /** What they did with these comments, and may do here. @param {Id[]} ids */
  async see(ids) {
    const { session, model, tree, calls, write, bars } = this.#app;
    const id = session.user?.id;
    if (!id) return;
    const asked = ids.filter((one) => model.nodes.get(one)?.status === "sent");
    try {
      for (let at = 0; at === 0 || at < asked.length; at += MOST_IDS) {
        const answer = await calls.viewer(asked.slice(at, at + MOST_IDS));
        if (!this.is(id)) return;
        await inSlices(see(model, answer, id), (one) => this.#redraw(one));
      }
      for (const flagged of placeFlags(this.#app)) tree.refresh(flagged);
      write.draw();
      drawMine(this.#app);
    } catch (error) {
      if (!session.user || this.is(id)) bars.tell(explain(error));
    }
  }

  /** What only the last person could send; a reply is anybody's. Of what was typed there is a draft. */
  closeForms() {
    const forms = this.#app.element.querySelectorAll(".under > :is(form:not(.reply), .question)");
    for (const form of forms) form.remove();
    // One that was being written has kept it there.
    drawSanctions(this.#app);
  }

  /** @param {Id} id */
  #redraw(id) {
    const { model, tree } = this.#app;
    const node = model.nodes.get(id);
    if (node && !tree.article(id)) this.#app.drawLevelOf(node);
    else tree.refresh(id);
  }

  async #forget() {
    const { model } = this.#app;
    forgetViewer(model);
    forgetPast(this.#app);
    tellPage(this.#app, "signed-out");
    this.#app.draw();
    await this.#app.refreshAll();
  }
}
