// Muting a person in this browser: asked for under a comment, taken back in a
// list. Who is muted is model/mutes.js; the folded line is view/muted.js.

/** @import {App} from "./app.js" */
/** @import {Node} from "../types" */
import { button, h, isolated } from "../../shared/dom.js";
import { openSheet } from "./dialog.js";
import { drawMine } from "./mine.js";
import { t } from "../../shared/words.js";

/** @param {App} app @param {Node} node */
export function mute(app, node) {
  const { author, id } = node.comment;
  if (!author) return;
  app.mutes.add(author);
  redraw(app, [author.id]);
  app.tree.focus(id);
  app.bars.offer(t("muted", { name: author.display_name }), t("undo"), () => {
    unmute(app, author.id);
    app.tree.focus(id);
  });
}

/** Shows one muted comment until the page is left. @param {App} app @param {Node} node */
export function reveal(app, node) {
  node.revealed = true;
  app.tree.refresh(node.comment.id);
  app.tree.focus(node.comment.id);
}

/** The list of who is muted. @param {App} app */
export function openMuted(app) {
  const list = h("ul", { class: "people" });
  const draw = () =>
    list.replaceChildren(
      ...app.mutes.people.map(({ id, name }) =>
        h("li", {}, isolated(name), " ", button(t("unmute"), () => {
          unmute(app, id);
          draw();
          app.bars.say(t("unmuted", { name }));
          if (app.mutes.people.length === 0) sheet.close();
          else list.querySelector("button")?.focus();
        }, { "aria-label": t("unmute_name", { name }) })),
      ),
    );
  const sheet = openSheet(app, t("muted_title"), [h("p", { class: "hint" }, t("muted_hint")), list], {
    lost: () => app.head.focus(),
  });
  draw();
}

/** Another tab may have muted or unmuted somebody. @param {App} app */
export function followMutes(app) {
  const before = app.mutes.people.map(({ id }) => id);
  if (app.mutes.read()) redraw(app, [...before, ...app.mutes.people.map(({ id }) => id)]);
}

/** @param {App} app @param {string} userId */
function unmute(app, userId) {
  app.mutes.drop(userId);
  redraw(app, [userId]);
}

/** The comments of these people anew, and the count at the head. @param {App} app @param {string[]} userIds */
function redraw(app, userIds) {
  for (const node of app.model.nodes.values()) {
    if (!userIds.includes(node.comment.author?.id ?? "")) continue;
    node.revealed = false;
    app.tree.refresh(node.comment.id);
  }
  drawMine(app);
}
