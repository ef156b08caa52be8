// What comes after reading: who is signed in, what they may and did, writing and
// all other acts. It stands upon a thread that is being read (reading.js) and
// tells the parts what changed. Which press does what is acts.js.

/** @import {Id} from "../../shared/types" */
/** @import {Reading} from "../reading.js" */
/** @import {Node} from "../types" */
import { Api } from "../../shared/api.js";
import { explain, Problem } from "../../shared/problems.js";
import { Session } from "../../shared/session.js";
import { add } from "../../shared/parts.js";
import { Mutes } from "../model/mutes.js";
import { muting } from "../view/muted.js";
import { Visit } from "../model/visit.js";
import "../count.js";
import { API } from "../read.js";
import { SERVICE } from "../reading.js";
import { inSlices, turn } from "../slices.js";
import { acts, actsOf } from "./acts.js";
import { Bars } from "./bars.js";
import { Calls } from "./calls.js";
import { Drafts } from "./drafts.js";
import { Gate } from "./gate.js";
import { linesOf } from "./lines.js";
import { Live } from "./live.js";
import { drawMine } from "./mine.js";
import { followMutes } from "./muting.js";
import { followReceipt } from "./notice.js";
import { readPastSoon } from "./past.js";
import { followHash } from "./permalink.js";
import { resendWaiting } from "./posting.js";
import { goTo, replaceKeepingFocus, show } from "./sight.js";
import { style } from "./style.js";
import { tellPage } from "./told.js";
import { Viewer } from "./viewer.js";
import { Watch } from "./watch.js";
import { WriteArea } from "./write.js";

/** One session for all threads of a page. */
const api = new Api(API);
const session = new Session(api);
/** Asked at the first element; without an answer the page is read signed out until there is one. */
/** @type {Promise<void> | null} */
let started = null;
/** Seconds until it is asked again where the server did not say when. */
const START_AGAIN_S = 60;

async function start() {
  try {
    if (!session.user) await session.refresh();
  } catch (error) {
    const seconds = (error instanceof Problem && error.retryAfterS) || START_AGAIN_S;
    setTimeout(start, seconds * 1_000);
  }
}

export class App {
  session = session;
  service = SERVICE;
  bars = new Bars();

  /** @param {Reading} reading */
  static async begin(reading) {
    const { root } = reading;
    const [sheet] = await Promise.all([style(), add("acts"), add("own")]);
    await turn();
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    await turn();
    reading.ended.throwIfAborted();
    const app = new App(reading);
    reading.app = app;
    // Of what was told meanwhile a cache knows nothing.
    reading.read = (path) => app.live.meanwhile.page(api.get(path, { fresh: app.live.isOpen }));
    reading.whyNot = explain;
    reading.replace = replaceKeepingFocus;
    void app.#start();
    return app;
  }

  /** @param {Reading} reading */
  constructor(reading) {
    const { host, root, site, key, model, tree, head, place, element, ended } = reading;
    this.reading = reading;
    this.host = host;
    this.root = root;
    this.model = model;
    this.tree = tree;
    this.head = head;
    this.place = place;
    this.element = element;
    this.calls = new Calls(api, site, key);
    started ??= start();
    /** Settled once it is known who is signed in. */
    this.known = started;
    this.drafts = new Drafts(`${SERVICE.host}:${site}/${key}`);
    this.mutes = reading.mutes ??= new Mutes(SERVICE.host);
    reading.mutedLine ??= muting(this.mutes);
    this.visit = new Visit(`${SERVICE.host}:${site}/${key}`, Date.now());
    this.viewer = new Viewer(this);
    this.gate = new Gate(this);
    this.write = new WriteArea(this);
    this.watch = new Watch(this);
    this.live = new Live(this, this.calls.events);
    element.append(this.bars.element);
    tree.element.before(this.watch.element);
    session.addEventListener("change", () => void this.viewer.follow(), { signal: ended });
    window.addEventListener("online", () => resendWaiting(this), { signal: ended });
    window.addEventListener("pagehide", () => this.#tellFields(new Event("keep")), { signal: ended });
    window.addEventListener("storage", () => followMutes(this), { signal: ended });
    document.addEventListener("visibilitychange", () => this.visit.stay(Date.now()), { signal: ended });
  }

  /** What was pressed, and on which comment. @param {string} name @param {Id | null} id */
  act(name, id) {
    const node = id === null ? undefined : this.model.nodes.get(id);
    if (Object.hasOwn(acts, name)) acts[name]?.(this, /** @type {Node} */ (node));
  }

  /** What this person may do with a comment beyond what anybody may: act and label. @param {Node} node */
  actsOf(node) {
    return actsOf(this, node);
  }

  /** Whether it came since the reader's last visit, and is for them to read. @param {Node} node */
  isNew(node) {
    return this.visit.isNew(node) && !this.mutes.has(node.comment.author?.id);
  }

  /** Lines below a comment about its state. @param {Node} node */
  linesOf(node) {
    return linesOf(this, node);
  }

  /** Why this person cannot write here, or null. */
  whyNot() {
    return this.write.whyNot();
  }

  /** Goes to the comment that the address names. */
  follow() {
    return location.hash.startsWith("#c-") ? followHash(this) : followReceipt(this);
  }

  /** Into sight, with the focus. @param {Id} id */
  goTo(id) {
    goTo(this, id);
  }

  /** Into sight, marked for a moment. @param {Id} id */
  show(id) {
    show(this, id);
  }

  stop() {
    this.watch.stop();
    this.live.stop();
  }

  /** What has changed anew, from the model. */
  draw() {
    this.reading.draw();
  }

  /**
   * What the signed-in person did with these comments and may do here.
   *
   * @param {Id[]} [ids] all that are loaded, without
   */
  async seeViewer(ids = [...this.model.nodes.keys()]) {
    // What waited to be shown may have come with what was just read.
    this.live.news.draw();
    drawMine(this);
    await this.viewer.see(ids);
  }

  /**
   * The text fields and their drafts are another person's from now on. A session
   * that just ended leaves them as they are: who was writing goes on.
   *
   * @param {Id | null} to
   */
  handOver(to) {
    const from = this.drafts.by;
    if (to === from) return;
    this.#tellFields(new Event("keep"));
    this.drafts.by = to;
    if (from !== null) this.viewer.closeForms();
    this.#tellFields(new CustomEvent("handover", { detail: from }));
  }

  /** @param {Event} event to each text field that is open */
  #tellFields(event) {
    for (const form of this.element.querySelectorAll("form.composer")) form.dispatchEvent(event);
  }

  /** The thread was closed or opened: other acts are offered, and may be this person's. */
  followState() {
    void this.refreshAll();
    void this.viewer.see([]);
  }

  /** All comments anew; what stands where it stood. */
  refreshAll() {
    return inSlices(this.model.nodes.keys(), (id) => this.tree.refresh(id));
  }

  /** Where it stands, or stood: at the top, where its parent is not loaded. @param {Node} node */
  drawLevelOf({ astray, comment: { parent_id } }) {
    this.tree.drawLevel(astray ? null : parent_id);
  }

  /** After a write: the counts and the state of the thread as they are now. */
  async rereadThread() {
    try {
      const before = this.model.thread?.state;
      this.model.thread = await this.calls.thread();
      if (this.model.thread.state !== before) this.followState();
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
    const me = session.user?.id;
    const { replies: _, ...alone } = await this.calls.comment(node.comment.id);
    // It is as the one who asked may see it; and it may have gone meanwhile.
    if (!this.viewer.is(me) || this.model.nodes.get(alone.id) !== node) return;
    this.watch.shift(node.comment.state, alone.state);
    if (node.mine && node.comment.state !== alone.state) readPastSoon(this);
    this.model.put(alone);
    this.tree.refresh(alone.id);
  }

  async #start() {
    await turn();
    await inSlices(this.model.nodes.values(), (node) => this.isNew(node) && this.tree.refresh(node.comment.id));
    drawMine(this);
    const { site: name, key, ended } = this.reading;
    tellPage(this, "ready", { site: name, thread: key, comments: this.model.thread?.counts.published ?? 0 });
    const site = this.calls.site().then(
      (answer) => void (this.model.site = answer),
      () => {},
    );
    await Promise.all([site, this.known]);
    if (ended.aborted) return;
    await this.viewer.follow();
    if (ended.aborted) return;
    this.watch.start();
    this.live.start();
  }
}
