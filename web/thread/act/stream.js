// The events of one thread, as they come: one stream for all tabs of a browser,
// held by whichever shown tab has the lock; the others hear of it by a channel. A
// hidden tab hears nothing, and asks for what it missed when it is shown again.
// What an event does is live.js.

/** @typedef {{name: string, id: number | null, data: any}} Heard */

/** Those of docs/API.md. */
const NAMES = [
  "comment.created",
  "comment.edited",
  "comment.voted",
  "comment.hidden",
  "comment.restored",
  "comment.deleted",
  "thread.updated",
  "thread.reset",
  "presence",
];
/** After the service has said no, or is not to be reached as it is. */
const AGAIN_MS = 60_000;

/** A tab without locks or channels has a stream of its own. */
const shared = () => "locks" in navigator && "BroadcastChannel" in globalThis;

export class Stream {
  #url;
  #hear;
  /** The version that this tab has. */
  #had = 0;
  /** @type {EventSource | null} */
  #source = null;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** Ends this tab's part in it. @type {AbortController | null} */
  #part = null;
  #ended = true;
  /** @type {number | undefined} */
  #again;
  #seen = () => (document.visibilityState === "visible" ? this.#take() : this.#leave());
  /** Whether what happens is heard of at present. */
  isOpen = false;

  /** @param {URL} url without a query @param {(heard: Heard) => void} hear each once, in order */
  constructor(url, hear) {
    this.#url = url;
    this.#hear = hear;
  }

  /** From after a version on. @param {number} version */
  start(version) {
    this.stop();
    this.#had = version;
    this.#ended = false;
    document.addEventListener("visibilitychange", this.#seen);
    this.#seen();
  }

  stop() {
    this.#ended = true;
    document.removeEventListener("visibilitychange", this.#seen);
    this.#leave();
  }

  #take() {
    if (this.#part || this.#ended || document.visibilityState !== "visible") return;
    const part = new AbortController();
    this.#part = part;
    if (!shared()) return this.#open();
    const name = `understory ${this.#url}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#told(data);
    this.#channel.postMessage({ ask: this.#had });
    navigator.locks
      .request(name, { signal: part.signal }, async () => {
        this.#open();
        await new Promise((done) => part.signal.addEventListener("abort", done));
      })
      .catch(() => {
        // Left before its turn came; or the page may not have locks.
        if (this.#part === part && !this.#source) this.#open();
      });
  }

  #leave() {
    clearTimeout(this.#again);
    this.#part?.abort();
    this.#part = null;
    this.#channel?.close();
    this.#channel = null;
    this.#close();
  }

  #open(after = this.#had) {
    if (this.#ended || !this.#part) return;
    this.#close();
    const url = new URL(this.#url);
    url.searchParams.set("last_event_id", String(after));
    const source = new EventSource(url);
    this.#source = source;
    source.onopen = () => this.#tell({ open: true });
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      // The browser has given up.
      this.#tell({ open: false });
      this.#close();
      this.#again = setTimeout(() => this.#open(), AGAIN_MS * (0.5 + Math.random()));
    };
    for (const name of NAMES) {
      source.addEventListener(name, ({ data, lastEventId }) => {
        const id = name === "presence" || lastEventId === "" ? null : Number(lastEventId);
        this.#tell({ heard: { name, id, data: JSON.parse(data) } });
      });
    }
  }

  #close() {
    this.#source?.close();
    this.#source = null;
    this.isOpen = false;
  }

  /** To all tabs, this one among them. @param {object} message */
  #tell(message) {
    this.#channel?.postMessage(message);
    this.#told(message);
  }

  /** @param {{ask?: number, open?: boolean, heard?: Heard}} message */
  #told({ ask, open, heard }) {
    if (ask !== undefined) {
      if (!this.#source) return;
      this.#channel?.postMessage({ open: this.isOpen });
      // Who was away has missed something: it is told to all again, who leave out what they have.
      if (ask < this.#had) this.#open(ask);
    }
    if (open !== undefined) this.isOpen = open;
    if (!heard) return;
    this.isOpen = true;
    if (heard.id !== null) {
      if (heard.id <= this.#had && heard.name !== "thread.reset") return;
      this.#had = heard.id;
    }
    this.#hear(heard);
  }
}
