// A comment that has not been acknowledged: what is kept of it in this browser, and
// the node that stands for it in the tree. Sending it is posting.js.

/** @import {App} from "./app.js" */
/** @import {Id} from "../../shared/types" */
/** @import {Unsent} from "./drafts.js" */
import { newKey } from "../../shared/api.js";
import { newNode } from "../model/model.js";

/** Before the id of a comment that has none from the server yet. */
const UNSENT = "unsent-";

/** The id of its node. @param {string} key */
export function idOf(key) {
  return UNSENT + key;
}

/** @param {App} app @param {Id | null} parentId @param {string} body @returns {Unsent} */
export function newUnsent(app, parentId, body) {
  return {
    key: newKey(),
    parentId,
    body,
    ...birth(app),
    by: app.session.user?.id ?? null,
    at: Date.now(),
    failure: null,
  };
}

/** @param {App} app @param {Unsent} entry */
export function addUnsent(app, { key, parentId, body, thread }) {
  const parent = parentId ? app.model.nodes.get(parentId)?.comment : undefined;
  const node = newNode({
    id: idOf(key),
    thread_id: "",
    parent_id: parentId,
    number: "",
    depth: (parent?.depth ?? 0) + 1,
    author: app.session.user,
    state: "published",
    body,
    body_html: null,
    created_at: new Date().toISOString(),
    edited_at: null,
    version: 0,
    score: 0,
    up: 0,
    down: 0,
    reply_count: 0,
    pinned: false,
    locked: false,
  });
  node.status = "sending";
  node.sendKey = key;
  node.birth = thread ?? null;
  node.mine = true;
  app.model.add(node);
  if (parentId) {
    const above = app.model.nodes.get(parentId);
    if (above) above.folded = false;
  }
  return node;
}

/** The first comment of a thread tells the service what the article is. @param {App} app */
function birth(app) {
  const { thread } = app.model;
  if (!thread || thread.id !== null) return {};
  const canonical = document.querySelector('link[rel="canonical"]');
  const url = new URL(canonical instanceof HTMLLinkElement ? canonical.href : location.href);
  url.hash = "";
  return { thread: { title: document.title.slice(0, 200), url: url.href } };
}
