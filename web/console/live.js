// What happens on the site while the console is open: by the moderators' stream
// of events, and where there is none, by looking again every ten seconds. Either
// way pages hear `news` of the desk; nothing is read while the window is hidden.

/** @import {Desk} from "./desk.js" */
import { readProposed } from "./confirm.js";
import { t } from "./words.js";

const POLL_MS = 10_000;
/** Several events in a row are one piece of news. */
const GATHER_MS = 1_000;

export class Live {
  #desk;
  #say;
  /** @type {EventSource | null} */
  #stream = null;
  #poll = 0;
  #gather = 0;
  #site = "";

  /** @param {Desk} desk @param {(text: string) => void} say */
  constructor(desk, say) {
    this.#desk = desk;
    this.#say = say;
    document.addEventListener("visibilitychange", () => {
      const site = this.#site;
      if (document.hidden) {
        this.stop();
        this.#site = site;
      } else if (site) {
        this.follow(site);
        this.#news();
      }
    });
  }

  /** @param {string} site its key */
  follow(site) {
    this.stop();
    this.#site = site;
    const stream = new EventSource(`/api/v1/moderation/events?site=${encodeURIComponent(site)}`);
    this.#stream = stream;
    stream.onopen = () => {
      clearInterval(this.#poll);
      this.#poll = 0;
      this.#say(t("live"));
    };
    stream.onerror = () => this.#fallBack();
    stream.addEventListener("queue.changed", (event) => {
      const { counts, proposed } = JSON.parse(event.data);
      this.#desk.count({ ...counts, proposed });
      this.#news();
    });
  }

  /** What is in the queue may have changed while nothing was heard. */
  #fallBack() {
    this.#say(t("live_poll"));
    this.#poll ||= window.setInterval(() => {
      // the number stays as it was where it cannot be read
      readProposed(this.#desk).catch(() => {});
      this.#news();
      this.again();
    }, POLL_MS);
  }

  /** Asks for the stream once more: a browser does not, where it was refused. */
  again() {
    if (this.#stream?.readyState === EventSource.CLOSED) this.follow(this.#site);
  }

  #news() {
    this.#gather ||= window.setTimeout(() => {
      this.#gather = 0;
      this.#desk.dispatchEvent(new Event("news"));
    }, GATHER_MS);
  }

  /** Hears nothing any longer. */
  stop() {
    this.#stream?.close();
    this.#stream = null;
    clearInterval(this.#poll);
    this.#poll = 0;
    this.#site = "";
  }
}
