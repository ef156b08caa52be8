// What authors do with their own comments: change and delete. Whether the time for
// changing is over is model.js; what moderators decided is objection.js.

/** @import {App} from "./app.js" */
/** @import {Node} from "../types" */
import { Composer } from "./composer.js";
import { button, h } from "../../shared/dom.js";
import { explain, Problem } from "../../shared/problems.js";
import { focusAbove } from "./sight.js";
import { t } from "../../shared/words.js";

/** @param {App} app @param {Node} node */
export function editField(app, node) {
  const { id } = node.comment;
  // Which text is being changed: another tab may change it meanwhile.
  let { version } = node.comment;
  const place = app.tree.under(id);
  const close = () => {
    place.replaceChildren();
    app.tree.focus(id);
  };
  const composer = new Composer(app, {
    label: t("edit_label"),
    submit: t("save"),
    draft: `edit:${id}`,
    text: node.comment.body ?? "",
    send: (text) => void save(text),
    cancel: close,
  });
  const save = async (/** @type {string} */ text) => {
    try {
      const { replies: _, ...comment } = await app.calls.edit({ id, version }, text);
      version = comment.version;
      // More may have been typed meanwhile: it is saved next.
      if (composer.text === text) {
        composer.clear();
        if (composer.element.isConnected) close();
      }
      app.watch.shift(node.comment.state, comment.state);
      app.model.put(comment);
      app.tree.refresh(id);
      app.bars.say(t(comment.state === "held" ? "saved_held" : "saved"));
      await app.rereadThread();
    } catch (error) {
      if (error instanceof Problem && error.code === "stale_version") {
        // It stands above as it is now: who saves once more has seen it.
        await app.rereadComment(node).catch(() => {});
        version = node.comment.version;
      }
      composer.hint(explain(error));
    }
  };
  composer.element.classList.add("open");
  place.replaceChildren(composer.element, composer.place);
  composer.focus();
}

/**
 * There is no way back from deleting, so it asks; in place, not in a dialog.
 *
 * @param {App} app
 * @param {Node} node
 */
export function deleteQuestion(app, node) {
  const { id } = node.comment;
  const place = app.tree.under(id);
  const keep = () => {
    place.replaceChildren();
    app.tree.focus(id);
  };
  const no = button(t("delete_no"), keep);
  place.replaceChildren(
    h(
      "p",
      { class: "question", role: "group", "aria-label": t("delete_sure") },
      t("delete_sure"),
      " ",
      button(t("delete_yes"), () => void remove(app, node), { class: "quiet danger" }),
      " ",
      no,
    ),
  );
  no.focus();
}

/** @param {App} app @param {Node} node */
async function remove(app, node) {
  const { id } = node.comment;
  try {
    await app.calls.remove(id);
  } catch (error) {
    app.bars.tell(explain(error));
    return;
  }
  // Unless that was told before the answer came.
  if (app.model.nodes.get(id) === node) takeOut(app, node);
  app.bars.tell(t("deleted"));
  await app.rereadThread();
}

/** @param {App} app @param {Node} node */
function takeOut(app, node) {
  const { id } = node.comment;
  app.watch.shift(node.comment.state, "deleted");
  app.tree.under(id).replaceChildren();
  if (node.kids.ids.length > 0 || node.kids.next) {
    node.comment = { ...node.comment, state: "deleted", author: null, body: null, body_html: null };
    app.tree.refresh(id);
    app.tree.focus(id);
  } else {
    app.model.drop(id);
    app.drawLevelOf(node);
    focusAbove(app, node);
  }
}
