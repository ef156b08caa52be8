// Follows links to one comment: "#c-" and its id. One that is not loaded comes with
// its ancestors in one call.

/** @import {App} from "./app.js" */
import { explain, Problem } from "../../shared/problems.js";
import { t } from "../../shared/words.js";
import { putChain } from "../model/viewer.js";

const HASH = /^#c-(\d{1,20})$/;

/** The comment that the address names, if it names one. */
export function linkedComment() {
  return HASH.exec(location.hash)?.[1];
}

/**
 * Goes to the comment that the address names, if it names one.
 *
 * @param {App} app
 */
export async function followHash(app) {
  const id = linkedComment();
  if (!id) return;
  if (!app.model.nodes.has(id)) {
    try {
      const context = await app.calls.context(id);
      // Another thread's comment: an address copied from elsewhere.
      if (context.thread.key !== app.model.thread?.key) return;
      putChain(app.model, context);
      app.draw();
      await app.seeViewer([...context.ancestors.map((above) => above.id), id]);
    } catch (error) {
      const gone = error instanceof Problem && error.status === 404;
      app.bars.tell(gone ? t("link_gone") : explain(error));
      return;
    }
  }
  app.show(id);
}
