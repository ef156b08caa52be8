// Whether a log stands as it was written: the service proves it piece by piece,
// from the first row to the last, and this walks along and says how far it is.

/** @import {Desk} from "./desk.js" */
/** @import {LogHead, Verification} from "./types" */
import { button, h } from "../shared/dom.js";
import { timeElement } from "../shared/time.js";
import { short } from "./parts.js";
import { t } from "./words.js";

/**
 * @param {Desk} desk
 * @param {() => string | null} site which log; null: the server's own
 */
export function proof(desk, site) {
  const end = h("p", {});
  const state = h("p", { role: "status" });
  /** Which walk goes on; 0: none. */
  let walk = 0;
  /** So many have begun. */
  let walks = 0;
  const go = button(t("verify"), () => (walk ? stop() : start()), { class: "main", "aria-keyshortcuts": "v" });
  const stop = () => {
    walk = 0;
    go.textContent = t("verify");
  };

  const head = async () => {
    /** @type {LogHead} */
    const { seq, hash, at } = await desk.api.get("moderation/log/head", { query: { site: site() } });
    if (!hash || !at) {
      end.replaceChildren(t("log_empty"));
      return;
    }
    const copy = button(t("copy_hash"), () => void navigator.clipboard.writeText(hash).then(
      () => desk.notices.show(t("hash_copied")),
      () => desk.notices.show(t("hash_not_copied"), { problem: true }),
    ));
    end.replaceChildren(t("log_head", { n: seq }), " ", timeElement(at), " ", h("code", { title: hash }, short(hash)), " ", copy);
  };

  const again = () => {
    stop();
    state.replaceChildren(t("not_verified"));
    void head().catch((error) => desk.tell(error));
  };

  const start = () => {
    if (walk) return;
    walks += 1;
    const own = walks;
    walk = own;
    go.textContent = t("stop_here");
    void along(own).catch((error) => {
      if (walk !== own) return;
      state.replaceChildren(h("span", { class: "state hidden" }, t("verify_broken_off")));
      desk.tell(error);
    }).finally(() => {
      if (walk === own) stop();
    });
  };

  /** @param {number} own */
  const along = async (own) => {
    let rows = 0;
    /** @type {number | null} */
    let after = 0;
    /** @type {Verification | null} */
    let last = null;
    while (after !== null) {
      /** @type {Verification} */
      const piece = await desk.api.get("moderation/log/verification", { query: { site: site(), after } });
      if (walk !== own) return;
      rows += piece.rows;
      if (piece.difference) {
        const { name, detail } = piece.difference;
        state.replaceChildren(h("span", { class: "state hidden" }, t("verify_differs")), " ", h("code", {}, name), `: ${detail}`);
        return;
      }
      if (piece.to_seq !== null) last = piece;
      after = piece.next;
      if (after !== null) state.replaceChildren(t("verify_on", { n: rows }));
    }
    if (!last) {
      state.replaceChildren(t("log_empty"));
      return;
    }
    state.replaceChildren(
      h("span", { class: "state published" }, t("verified")), " ",
      t("verified_to", { n: last.to_seq ?? 0, rows }), " ", timeElement(last.at), ", ", t("log_hash"), " ",
      h("code", { title: last.hash ?? "" }, short(last.hash ?? "")),
    );
    await head();
  };

  return { element: h("section", { class: "proof" }, h("h2", {}, t("proof")), end, state, h("p", {}, go)), start, stop, again };
}
