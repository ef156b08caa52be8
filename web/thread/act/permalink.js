// Links to one comment: "#c-" and its id. A comment that is not loaded comes
// with its ancestors in one call.

/** @import {App} from "./app.js" */
/** @import {Id} from "../../shared/types" */
import { explain, Problem } from "../../shared/problems.js";
import { t } from "../../shared/words.js";

const HASH = /^#c-(\d{1,20})$/;

/** @param {Id} id */
export function hashOf(id) {
  return `#c-${id}`;
}

/**
 * Goes to the comment that the address names, if it names one.
 *
 * @param {App} app
 */
export async function followHash(app) {
  const id = HASH.exec(location.hash)?.[1];
  if (!id) return;
  if (!app.model.nodes.has(id)) {
    try {
      const context = await app.calls.context(id);
      // Another thread's comment: an address copied from elsewhere.
      if (context.thread.key !== app.model.thread?.key) return;
      app.model.putChain(context);
      app.draw();
      await app.seeViewer([...context.ancestors.map((above) => above.id), id]);
    } catch (error) {
      const gone = error instanceof Problem && error.status === 404;
      app.notices.tell(gone ? t("link_gone") : explain(error));
      return;
    }
  }
  app.tree.show(id);
}
