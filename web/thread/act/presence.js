// Who is here: the dots beside the names, when that is told anew.

/** @import {App} from "./app.js" */
/** @import {Id} from "../../shared/types" */
import { t } from "../../shared/words.js";

/** @param {App} app @param {Id[] | null} ids of those who are online; null: more than is told */
export function showOnline(app, ids) {
  // A dot that nobody keeps up would soon be wrong.
  app.element.classList.toggle("crowded", !ids);
  if (!ids) return;
  const online = new Set(ids);
  const word = (/** @type {Id} */ id) => (online.has(id) ? "online" : "offline");
  for (const { comment } of app.model.nodes.values()) {
    if (comment.author?.presence) comment.author.presence = word(comment.author.id);
  }
  for (const dot of app.element.querySelectorAll(".dot")) {
    const presence = word(dot.getAttribute("data-author") ?? "");
    dot.className = `dot ${presence}`;
    dot.setAttribute("title", t(presence));
  }
}
