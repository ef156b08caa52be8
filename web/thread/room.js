// How much of the page the element takes, so that nothing in the reader's sight is
// moved by it: a screen's height is kept until the comments are there, and given
// back only where what follows them is not to be seen.

const PRESSES = ["pointerdown", "keydown"];

export class Room {
  #host;
  #ended;
  /** Whether comments that the page has served stand there. */
  #served = false;
  /** Whether there is still room kept. */
  #kept = false;
  /** What is to be drawn once it may. @type {((whole: boolean) => void) | null} */
  #waiting = null;

  /** @param {HTMLElement} host @param {AbortSignal} ended */
  constructor(host, ended) {
    this.#host = host;
    this.#ended = ended;
  }

  /** Before anything is known. @param {boolean} served */
  keep(served) {
    const { style } = this.#host;
    this.#served = served;
    this.#kept = true;
    style.minBlockSize = served ? `${this.#host.offsetHeight}px` : "100svh";
  }

  /**
   * Draws the content, once that moves nothing in sight: what follows is not seen,
   * or the page can scroll along, or the reader has just pressed something. What is
   * to be drawn while that is waited for takes the place of what was.
   *
   * @param {(whole: boolean) => void} draw whole: what stands above the reader must not grow later
   */
  async settle(draw) {
    if (!this.#kept) return draw(true);
    const waits = this.#waiting !== null;
    this.#waiting = draw;
    if (waits) return;
    const { style } = this.#host;
    if (this.#served) await this.#until(PRESSES, ({ top, bottom }) => top < 0 || bottom >= innerHeight);
    const { top, bottom, height } = this.#host.getBoundingClientRect();
    this.#kept = false;
    this.#waiting(this.#served || top < 0);
    const along = top < 0 && bottom < innerHeight;
    // To ask sooner would lay it all out in the same go.
    await (along || new Promise(requestAnimationFrame));
    if (!along) await this.#until([], (now) => now.bottom <= 0 || now.top + this.#contentHeight() >= innerHeight);
    style.minBlockSize = "0";
    if (along) window.scrollBy({ top: this.#host.offsetHeight - height, behavior: "instant" });
  }

  #contentHeight() {
    return /** @type {HTMLElement} */ (this.#host.shadowRoot?.lastElementChild).offsetHeight;
  }

  /**
   * @param {string[]} events that do as well
   * @param {(now: DOMRect) => boolean} met
   * @returns {Promise<void> | undefined}
   */
  #until(events, met) {
    const isMet = () => met(this.#host.getBoundingClientRect());
    if (isMet()) return;
    return new Promise((done) => {
      const end = new AbortController();
      this.#ended.addEventListener("abort", () => end.abort());
      for (const name of ["scroll", "resize", ...events]) {
        const look = () => {
          if (!events.includes(name) && !isMet()) return;
          end.abort();
          done();
        };
        window.addEventListener(name, look, { capture: true, passive: true, signal: end.signal });
      }
    });
  }
}
