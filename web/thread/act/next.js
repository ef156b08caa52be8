// From one new comment to the next, in the order of the page. Nothing moves by
// itself: only this, when asked. What is new is model/visit.js.

/** @import {App} from "./app.js" */
/** @import {Id} from "../../shared/types" */
import { t } from "../../shared/words.js";

/**
 * Goes to the first new comment after `from`, at the end to the first of all.
 *
 * @param {App} app
 * @param {Id | null} from
 */
export function goToNextNew(app, from) {
  const all = inSight(app);
  const fresh = all.filter((id) => {
    const node = app.model.nodes.get(id);
    return node !== undefined && app.isNew(node);
  });
  if (fresh.length === 0) return;
  const at = from === null ? -1 : all.indexOf(from);
  const next = fresh.find((id) => all.indexOf(id) > at) ?? fresh[0];
  if (next === undefined) return;
  app.show(next);
  app.bars.say(t("new_at", { n: fresh.indexOf(next) + 1, of: fresh.length }));
}

/** Every loaded comment in the order of the page. @param {App} app @returns {Id[]} */
function inSight(app) {
  return app.model.top.ids.flatMap((id) => app.tree.withDescendants(id)).sort((a, b) => place(app, a, b));
}

/** `withDescendants` goes level by level; the page goes branch by branch. @param {App} app @param {Id} a @param {Id} b */
function place(app, a, b) {
  const [one, other] = [app.tree.article(a), app.tree.article(b)];
  if (!one || !other) return 0;
  return one.compareDocumentPosition(other) & globalThis.Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
}
