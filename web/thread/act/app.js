// Holds the parts of one thread together: reads, signs in, and tells the parts
// what changed. What things look like is tree.js and its neighbours; what is
// known is model.js.

/** @import {Api} from "../../shared/api.js" */
/** @import {Session} from "../../shared/session.js" */
/** @import {Id, Sort} from "../../shared/types" */
/** @import {Node} from "../types" */
import { Calls } from "./calls.js";
import { h } from "../../shared/dom.js";
import { Drafts } from "./drafts.js";
import { readOutcomes } from "./flags.js";
import { Gate } from "./gate.js";
import { Head } from "../view/head.js";
import { Model } from "../model/model.js";
import { Notices } from "./notices.js";
import { readTold } from "./own.js";
import { followHash } from "./permalink.js";
import { restoreUnsent, resendWaiting } from "./posting.js";
import { explain } from "../../shared/problems.js";
import { Tree } from "../view/tree.js";
import { Watch } from "./watch.js";
import { language, t } from "../../shared/words.js";
import { WriteArea } from "./write.js";

/** The contract's most ids in one question to /viewer. */
const VIEWER_IDS = 200;

export class App {
  model = new Model();
  notices = new Notices();
  #started;
  /** Before the first page nothing is shown of a session. */
  #ready = false;

  /**
   * @param {{host: HTMLElement, root: ShadowRoot, site: string, key: string, api: Api, session: Session, started: Promise<void>}} given
   */
  constructor({ host, root, site, key, api, session, started }) {
    this.host = host;
    this.root = root;
    this.session = session;
    this.calls = new Calls(api, site, key);
    this.drafts = new Drafts(`${site}/${key}`);
    this.#started = started;
    this.gate = new Gate(this);
    this.head = new Head(this);
    this.write = new WriteArea(this);
    this.tree = new Tree(this);
    this.watch = new Watch(this);
    this.element = h(
      "div",
      // The page may be in another language, written the other way.
      { class: "thread", lang: language.tag, dir: language.dir },
      this.head.element,
      this.write.element,
      this.watch.element,
      this.tree.element,
      this.notices.element,
    );
    session.addEventListener("change", () => void this.#onSession());
    window.addEventListener("hashchange", () => host.isConnected && void followHash(this));
    window.addEventListener("online", () => host.isConnected && resendWaiting(this));
  }

  async start() {
    const site = this.calls.site().then(
      (answer) => {
        this.model.site = answer;
      },
      () => {},
    );
    await Promise.all([this.load(this.model.sort), site, this.#started]);
    restoreUnsent(this);
    this.#ready = true;
    await this.#onSession();
    await followHash(this);
    this.watch.start();
  }

  pause() {
    this.watch.stop();
  }

  resume() {
    this.watch.start();
  }

  /**
   * Reads the first page in this order and shows it.
   *
   * @param {Sort} sort
   * @returns {Promise<boolean>} whether it could be read
   */
  async load(sort) {
    try {
      const page = await this.calls.comments(sort);
      this.model.sort = sort;
      this.model.begin(page);
    } catch (error) {
      this.tree.showFailure(t("load_failed", { why: explain(error) }), () => void this.reload(sort));
      return false;
    }
    this.draw();
    return true;
  }

  /** @param {Sort} [sort] */
  async reload(sort = this.model.sort) {
    if (await this.load(sort)) await this.seeViewer();
  }

  /**
   * The rest of a level, in place. The focus goes to the first that came.
   *
   * @param {Id | null} parentId
   */
  async more(parentId) {
    const { sort } = this.model;
    const { next } = this.model.kidsOf(parentId);
    try {
      const page =
        parentId === null
          ? await this.calls.comments(sort, next)
          : await this.calls.replies(parentId, sort, next);
      const came = this.model.take(parentId, page);
      this.tree.drawLevel(parentId);
      this.notices.say(t("more_loaded", { n: came.length }));
      if (came[0]) this.tree.focus(came[0]);
      await this.seeViewer(came.flatMap((id) => this.tree.withDescendants(id)));
    } catch (error) {
      this.notices.tell(explain(error));
    }
  }

  /** Everything anew from the model. */
  draw() {
    this.tree.draw();
    this.head.draw();
    this.write.draw();
  }

  /**
   * What the signed-in person did with these comments and may do here.
   *
   * @param {Id[]} [ids] all that are loaded, without
   */
  async seeViewer(ids = [...this.model.nodes.keys()]) {
    const me = this.session.user;
    if (!me) return;
    const asked = ids.filter((id) => this.model.nodes.get(id)?.status === "sent");
    try {
      for (let at = 0; at === 0 || at < asked.length; at += VIEWER_IDS) {
        this.model.see(await this.calls.viewer(asked.slice(at, at + VIEWER_IDS)), me.id);
      }
      this.draw();
      this.tree.refreshAll();
      await Promise.all([readOutcomes(this), readTold(this)]);
    } catch (error) {
      this.notices.tell(explain(error));
    }
  }

  /** After a write: the counts and the state of the thread as they are now. */
  async rereadThread() {
    try {
      const before = this.model.thread?.state;
      this.model.thread = await this.calls.thread();
      if (this.model.thread.state !== before) this.tree.refreshAll();
      this.watch.compare(this.model.thread);
      this.head.draw();
      this.write.draw();
    } catch {
      // The write itself has been told of; the counts follow with the next look.
    }
  }

  /**
   * One comment as it is now, with what this person may see of it.
   *
   * @param {Node} node
   */
  async rereadComment(node) {
    const { replies: _, ...alone } = await this.calls.comment(node.comment.id);
    this.watch.shift(node.comment.state, alone.state);
    this.model.put(alone);
    this.tree.refresh(alone.id);
  }

  async #onSession() {
    if (!this.#ready) return;
    const { user } = this.session;
    // What is offered there is no longer this person's to do.
    this.notices.clear();
    this.host.toggleAttribute("signed-in", user !== null);
    if (user) {
      this.head.draw();
      this.write.draw();
      await this.seeViewer();
    } else {
      this.model.forgetViewer();
      this.draw();
      this.tree.refreshAll();
    }
  }
}
