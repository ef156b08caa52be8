// Sending a comment: it appears at once, keeps its key at every try, and stays
// with the reason when it does not get through. What stands for it until then is
// unsent.js; drafts are kept by drafts.js.

/** @import {App} from "./app.js" */
/** @import {Comment, Id} from "../../shared/types" */
/** @import {Node} from "../types" */
import { newKey } from "../../shared/api.js";
import { Composer } from "./composer.js";
import { settle as settleIn } from "../model/viewer.js";
import { explain, Problem } from "../../shared/problems.js";
import { focusAbove } from "./sight.js";
import { tellPage } from "./told.js";
import { addUnsent, idOf, newUnsent } from "./unsent.js";
import { endWait, isWaiting, letWait, waitsForNetwork } from "./waiting.js";
import { t } from "../../shared/words.js";

/** How long the service knows an Idempotency-Key, less an hour: later, nothing is sent unasked. */
const KEY_MS = 23 * 3_600_000;
/** What is on its way just now. @type {WeakSet<Node>} */
const going = new WeakSet();

/** Opens the field under a comment, or goes to it. @param {App} app @param {Node} node */
export function openReply(app, node) {
  const { id, author, number } = node.comment;
  const place = app.tree.under(id);
  const open = place.querySelector("form.reply textarea");
  if (open instanceof HTMLElement) {
    open.focus();
    return;
  }
  const close = () => {
    composer.element.remove();
    composer.place.remove();
  };
  const composer = new Composer(app, {
    label: t("reply_label", { name: author?.display_name ?? number }),
    placeholder: t("reply_label", { name: author?.display_name ?? number }),
    submit: t("send"),
    draft: id,
    send: () =>
      app.gate.through(composer.place, t("sign_in_to_send"), () => {
        // As it is now, unless it was given up meanwhile.
        const { text } = composer;
        if (text.trim() === "" || !composer.element.isConnected) return;
        composer.clear();
        close();
        sendNew(app, id, text);
      }),
    cancel: () => {
      close();
      app.tree.focus(id);
    },
  });
  composer.element.classList.add("open", "reply");
  place.replaceChildren(composer.element, composer.place);
  composer.focus();
}

/**
 * Shows the comment as on its way and sends it.
 *
 * @param {App} app
 * @param {Id | null} parentId
 * @param {string} body
 */
export function sendNew(app, parentId, body) {
  const entry = newUnsent(app, parentId, body);
  app.drafts.keepUnsent(entry);
  const node = addUnsent(app, entry);
  app.tree.drawLevel(parentId);
  app.goTo(node.comment.id);
  void deliver(app, node);
}

/** Sends it, again if need be. @param {App} app @param {Node} node */
export async function deliver(app, node) {
  const { id, parent_id, body } = node.comment;
  // What is gone from the tree was thrown away, or is another person's than who signed in.
  if (going.has(node) || app.model.nodes.get(id) !== node) return;
  if (!app.session.user) {
    app.gate.through(app.tree.under(id), t("sign_in_to_send"), () => void deliver(app, node));
    return;
  }
  const entry = app.drafts.unsent().find(({ key }) => key === node.sendKey);
  if (entry?.failure) app.drafts.keepUnsent({ ...entry, failure: null });
  node.status = "sending";
  going.add(node);
  app.tree.refresh(id);
  try {
    // The same words at every try: the key stands for them.
    const thread = node.birth ? { thread: node.birth } : {};
    const asked = { body: body ?? "", ...(parent_id ? { parent_id } : {}), ...thread };
    const comment = await app.calls.post(asked, node.sendKey ?? newKey());
    endWait(node);
    settle(app, node, comment);
  } catch (error) {
    fail(app, node, error);
  } finally {
    going.delete(node);
  }
}

/** Takes it back into a text field. @param {App} app @param {Node} node */
export function backToText(app, node) {
  const { parent_id, body } = node.comment;
  const parent = parent_id ? app.model.nodes.get(parent_id) : null;
  const text = body ?? "";
  discard(app, node);
  if (parent && parent.status === "sent") {
    app.drafts.keep(parent.comment.id, text);
    openReply(app, parent);
  } else {
    app.write.composer.fill(text);
    // In a thread that was closed meanwhile the field is there for it again.
    app.write.draw();
    app.write.composer.focus();
  }
}

/** Throws it away, at the press of a button that goes with it. @param {App} app @param {Node} node */
export function giveUp(app, node) {
  discard(app, node);
  focusAbove(app, node);
}

/** @param {App} app @param {Node} node */
function discard(app, node) {
  if (node.sendKey) app.drafts.dropUnsent(node.sendKey);
  endWait(node);
  app.model.drop(node.comment.id);
  app.drawLevelOf(node);
}

/**
 * What an earlier visit could not send, and what waited for a sign-in. What nobody
 * refused is sent as soon as its author is signed in; another person does not see
 * it, nor does anybody while nobody is signed in.
 *
 * @param {App} app
 */
export function restoreUnsent(app) {
  const me = app.session.user?.id;
  const others = [...app.model.nodes.values()].filter(
    // Sent just when the session ended, it asks for the sign-in and stands there with it.
    (node) => node.status !== "sent" && node.comment.author?.id !== me && (me || !going.has(node)),
  );
  for (const node of others) app.model.drop(node.comment.id);
  const unsent = app.drafts.unsent().filter(({ by }) => me && by === me);
  if (others.length + unsent.length === 0) return;
  for (const entry of unsent) {
    const { key, at = 0, failure = null } = entry;
    const known = app.model.nodes.get(idOf(key));
    const node = known ?? addUnsent(app, entry);
    if (!known) {
      node.status = "failed";
      node.failure = failure ?? t("not_sent_before");
    }
    if (failure === null && Date.now() - at < KEY_MS) void deliver(app, node);
  }
  app.draw();
}

/** The network is back: sends what it had kept from going. @param {App} app */
export function resendWaiting(app) {
  for (const node of app.model.nodes.values()) {
    if (node.status === "failed" && waitsForNetwork(node)) void deliver(app, node);
  }
}

/** @param {App} app @param {Node} node @param {Comment} comment */
function settle(app, node, comment) {
  if (node.sendKey) app.drafts.dropUnsent(node.sendKey);
  // Its author is not who is signed in by now: it comes as it comes to everybody.
  if (comment.author?.id !== app.session.user?.id) return discard(app, node);
  const focused = app.root.activeElement?.closest("article") === app.tree.article(node.comment.id);
  app.watch.shift(null, comment.state);
  const settled = settleIn(app.model, node.comment.id, comment);
  const window = (app.model.site?.edit_window_s ?? 0) * 1000;
  settled.editableUntil = window ? Date.parse(comment.created_at) + window : null;
  const parent = comment.parent_id ? app.model.nodes.get(comment.parent_id) : null;
  if (parent && comment.state === "published") {
    parent.comment = { ...parent.comment, reply_count: parent.comment.reply_count + 1 };
  }
  app.drawLevelOf(settled);
  if (focused) app.tree.focus(comment.id);
  app.bars.say(t(comment.state === "held" ? "sent_held" : "sent"));
  tellPage(app, "posted", { id: comment.id, number: comment.number, state: comment.state });
  // It may have been told of before the answer.
  app.live.news.draw();
  void app.rereadThread();
}

/** @param {App} app @param {Node} node @param {unknown} error */
function fail(app, node, error) {
  if (app.model.nodes.get(node.comment.id) !== node) return;
  const again = isWaiting(node);
  const waits = letWait(app, node, error, deliver);
  if (!waits) endWait(node);
  node.status = "failed";
  node.failure = explain(error);
  app.tree.refresh(node.comment.id);
  if (!again) app.bars.say(t("not_sent", { why: node.failure }));
  tellPage(app, "error", { act: "post", code: error instanceof Problem ? error.code : "unknown" });
  const wantsSignIn = error instanceof Problem && error.wantsSignIn;
  const entry = app.drafts.unsent().find(({ key }) => key === node.sendKey);
  // What passes by itself is no refusal: it is sent at the next visit, too.
  if (entry && !waits && !wantsSignIn) app.drafts.keepUnsent({ ...entry, failure: node.failure });
  if (error instanceof Problem && error.code === "thread_locked") void app.rereadThread();
  if (wantsSignIn) {
    app.gate.open(app.tree.under(node.comment.id), t("session_over"), () => void deliver(app, node));
  }
}
