// Follows a decision that the service carries out in steps: says how far it has
// got until it is done, and takes it back, or stops it, as one.

/** @import {Desk} from "../desk.js" */
/** @import {Decision} from "../types" */
import { button, h } from "../../shared/dom.js";
import { Problem } from "../../shared/problems.js";
import { t, word } from "../words.js";

const EVERY_MS = 1_000;

/** @param {Desk} desk @param {Decision} made */
export function follow(desk, made) {
  if (made.id === null) {
    desk.notices.show(t("wide_none"));
    return;
  }
  if (made.state === "proposed") {
    desk.notices.show(t("proposed"));
    desk.dispatchEvent(new Event("news"));
    return;
  }
  const id = made.id;
  if (made.state === "done") {
    done(desk, made);
    return;
  }
  const meter = h("progress", { max: made.progress.total, value: made.progress.done });
  const said = h("span", {});
  const bar = h("div", { class: "running", role: "group", "aria-label": t("running_label") },
    said, meter, button(t("stop"), () => void undo(desk, id).then((isStopped) => {
      if (isStopped) bar.remove();
    })));
  document.body.append(bar);
  const look = async () => {
    if (!bar.isConnected) return;
    try {
      /** @type {Decision} */
      const now = await desk.api.get(`moderation/decisions/${id}`);
      const { done: n, total } = now.progress;
      meter.max = total;
      meter.value = n;
      said.textContent = t("running", { action: word("action", now.action), n, total });
      if (now.state === "done") {
        bar.remove();
        done(desk, now);
        return;
      }
    } catch (error) {
      if (error instanceof Problem && (error.status === 403 || error.status === 404)) {
        bar.remove();
        desk.tell(error);
        return;
      }
      said.textContent = t("running_unknown");
    }
    setTimeout(() => void look(), EVERY_MS);
  };
  desk.notices.say(t("running_begun", { total: made.progress.total }));
  void look();
}

/** @param {Desk} desk @param {Decision} made */
function done(desk, { id, action, applied_count, conflict_count, undoes }) {
  const text = t("wide_done", { action: word("action", action), n: applied_count, left: conflict_count });
  desk.notices.show(text, id && !undoes ? { act: { text: t("undo"), run: () => void undo(desk, id) } } : {});
  desk.dispatchEvent(new Event("news"));
}

/** @param {Desk} desk @param {string} id @returns {Promise<boolean>} whether it was */
async function undo(desk, id) {
  try {
    follow(desk, await desk.api.send("POST", `moderation/decisions/${id}/undo`));
    return true;
  } catch (error) {
    desk.tell(error);
    return false;
  }
}
