// What happens on the site while the console is open: by the moderators' stream
// of events, and where there is none, by looking again every ten seconds. Either
// way pages hear `news` of the desk; nothing is read while the window is hidden.

/** @import {Desk} from "./desk.js" */
import { readNumbers } from "./numbers.js";
import { latest } from "./parts.js";
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
  #numbers = latest();

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
    void this.#count();
    stream.onopen = () => {
      clearInterval(this.#poll);
      this.#poll = 0;
      this.#say(t("live"));
    };
    stream.onerror = () => this.#fallBack();
    stream.addEventListener("queue.changed", (event) => {
      // what was asked for before is older
      this.#numbers();
      const { counts, proposed } = JSON.parse(event.data);
      this.#desk.count({ ...counts, proposed });
      this.#news();
    });
  }

  /** The numbers beside the lists, before the stream tells them or where it does not. */
  async #count() {
    const isWanted = this.#numbers();
    // they stay as they were where they cannot be read
    const counts = await readNumbers(this.#desk).catch(() => ({}));
    if (isWanted()) this.#desk.count(counts);
  }

  /** What is in the queue may have changed while nothing was heard. */
  #fallBack() {
    this.#say(t("live_poll"));
    this.#poll ||= window.setInterval(() => {
      this.#news();
      if (!this.again()) void this.#count();
    }, POLL_MS);
  }

  /** Asks for the stream once more, where it was refused: a browser does not. @returns {boolean} whether it was */
  again() {
    const isClosed = this.#stream?.readyState === EventSource.CLOSED;
    if (isClosed) this.follow(this.#site);
    return isClosed;
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
