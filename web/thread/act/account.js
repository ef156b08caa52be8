// Who is signed in, with the way out. It stands in the place of the invitation.

/** @import {App} from "./app.js" */
import { h, isolated, press } from "../../shared/dom.js";
import { explain } from "../../shared/problems.js";
import { t } from "../../shared/words.js";

/** @param {App} app @returns {(Node | string)[]} what the line holds */
export function accountLine({ session, model }) {
  const { user } = session;
  if (!user) return [];
  const [before = "", after = ""] = t("signed_in_as", { name: "\0" }).split("\0");
  const out = press("sign_out", t("sign_out"));
  const { moderation: waits, past: { outcomes } } = model;
  return [
    before,
    isolated(user.display_name),
    after,
    " ",
    out,
    ...(outcomes ? [" ", press("outcomes", t("outcomes", { n: outcomes }))] : []),
    ...(waits ? [h("p", {}, t("mod_counts", waits))] : []),
  ];
}

/** @param {App} app */
export async function signOut(app) {
  try {
    await app.session.signOut();
    app.handOver(null);
    app.head.focus();
    app.bars.say(t("goodbye"));
  } catch (error) {
    app.bars.tell(explain(error));
  }
}
