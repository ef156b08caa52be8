// What is this reader's own at the head of the thread: how much is new since their
// last visit, and whom they have muted. What each opens is acts.js.

/** @import {App} from "./app.js" */
import { press } from "../../shared/dom.js";
import { t } from "../../shared/words.js";

/** @param {App} app */
export function drawMine(app) {
  const fresh = [...app.model.nodes.values()].filter((node) => app.isNew(node)).length;
  const muted = app.mutes.people.length;
  if (!fresh && !muted && !app.head.element.querySelector(".own")) return;
  const line = app.head.own();
  const offers = [];
  if (fresh) offers.push(press("next", t("new_count", { n: fresh }), { title: t("new_next") }));
  if (muted) offers.push(press("muted", t("muted_count", { n: muted })));
  // What has the focus is left alone where it says the same.
  if (offers.map((one) => one.textContent).join() === [...line.children].map((one) => one.textContent).join()) return;
  line.replaceChildren(...offers);
}
