// The rest of a level, read when it is asked for, and shown in place.

/** @import {App} from "./app.js" */
/** @import {Id} from "../../shared/types" */
import { explain } from "../../shared/problems.js";
import { t } from "../../shared/words.js";
import { pageAddress } from "../read.js";

/** The focus goes to the first that came. @param {App} app @param {Id | null} parentId */
export async function more(app, parentId) {
  const { model, tree, reading } = app;
  const { site, key } = reading;
  try {
    const level = model.kidsOf(parentId);
    const { next } = level;
    const page = await reading.read(pageAddress(site, key, parentId, model.sort, next));
    // Another order is shown by now, or the level was read further.
    if (model.kidsOf(parentId) !== level || level.next !== next) return;
    const came = model.take(parentId, page);
    const all = came.flatMap((id) => tree.withDescendants(id));
    await tree.prepare(all);
    tree.drawLevel(parentId);
    if (came[0]) tree.focus(came[0]);
    // There was nothing left: the button goes, with the focus.
    else if (model.missing(parentId) === 0) (parentId ? tree.article(parentId) : app.head)?.focus();
    reading.tell(t("more_loaded", { n: came.length }));
    await app.seeViewer(all);
  } catch (error) {
    reading.tell(explain(error), true);
  }
}
