// Every way in which a text of somebody comes into the store: hostile texts are
// brought in by each, and the threads named in which they can be seen.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refused } from "./people.js";
import { command } from "./server.js";
import { shortVectors, vectors } from "./vectors.js";

/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./world.js").World} World */

/**
 * @typedef {object} Writing
 * @property {string} path how it came in
 * @property {Person | null} author who sees most of it
 * @property {{key: string, shown: number, vectors: number}[]} threads `shown` comments, each of which has a part of so many vectors
 * @property {number} accepted
 * @property {number} refused
 */

/** Of one's own hidden comments a page shows 50, and of a thread at first as many. */
const A_THREAD = 45;

/** What each way does with one text; it answers the comment that shows it. */
const WAYS = {
  /** @type {Way} */
  comment: ({ author, thread, text }) => author.post(thread, text),
  /** @type {Way} */
  edit: async ({ author, thread, text }) => author.edit(await author.post(thread, "Before."), text),
  /** @type {Way} */
  "flag note": async ({ author, thread, text, w }) => {
    const comment = await author.post(thread, "Flagged.");
    await (await w.as("bob")).flag(comment, "harassment", text);
  },
  /** @type {Way} */
  "public text": async ({ author, thread, text, w }) =>
    (await w.as("mona")).hide(await author.post(thread, "Hidden."), "harassment", text),
  /** @type {Way} */
  "decision note": async ({ author, thread, text, w }) =>
    (await w.as("mona")).decide(await author.post(thread, "Noted."), "pin", { note: text }),
  /** @type {Way} */
  notice: async ({ author, thread, text, w }) => {
    const { id } = await author.post(thread, "Of a notice.");
    const given = { comment_id: id, explanation: text, good_faith: true, name: text.slice(0, 200), email: "who@example.org" };
    await (await w.as("bob")).call("POST", "notices", given);
  },
  /** @type {Way} */
  appeal: async ({ author, thread, text, w }) => {
    await (await w.as("mona")).hide(await author.post(thread, "Appealed."));
    const { items } = await author.call("GET", "me/decisions?limit=1");
    await author.call("POST", `me/decisions/${items[0].id}/appeal`, { text });
  },
  /** @type {Way} */
  "user note": async ({ author, thread, text, w }) => {
    await author.post(thread, "Of somebody with notes.");
    await (await w.as("mona")).call("POST", `moderation/users/${author.user.id}/notes`, { site: "demo", text });
  },
  /** @type {Way} */
  sanction: async ({ author, thread, text, w }) => {
    await author.post(thread, "Of somebody warned.");
    const body = { kind: "warn", site: "demo", reason_code: "other", public_text: text, note: text };
    await (await w.as("mona")).call("POST", `moderation/users/${author.user.id}/sanctions`, body);
  },
};

/** @typedef {(given: {w: World, author: Person, thread: string, text: string}) => Promise<unknown>} Way */

/** @param {World} w @returns {Promise<Writing[]>} */
export async function fillAll(w) {
  const all = [];
  for (const [path, way] of Object.entries(WAYS)) all.push(await fill(w, path, way));
  all.push(await names(w), await titles(w), await imported(w));
  return all;
}

/** @param {World} w @param {string} path @param {Way} way */
async function fill(w, path, way) {
  const author = await w.newcomer();
  const texts = vectors(path).map(({ text }) => text);
  const writing = begun(path, author);
  for (let at = 0; at < texts.length; at += A_THREAD) {
    const thread = w.thread();
    let shown = 0;
    for (const text of texts.slice(at, at + A_THREAD)) {
      if (await took(writing, () => way({ w, author, thread, text }))) shown += 1;
    }
    writing.threads.push({ key: thread, shown, vectors: shown });
  }
  return writing;
}

/** Logins and names beside comments: short, and most are refused. @param {World} w */
async function names(w) {
  const call = "__xss()";
  const texts = [...shortVectors(call), ...vectors("").map(({ text }) => text.replaceAll(/__xss\('[^']*'\)/g, call))];
  const writing = begun("name and login", null);
  let thread = w.thread();
  let shown = 0;
  for (const text of texts) {
    if (shown === A_THREAD) {
      writing.threads.push({ key: thread, shown, vectors: shown });
      [thread, shown] = [w.thread(), 0];
    }
    let person = null;
    await took(writing, async () => (person = await w.newcomer({ login: text })));
    await took(writing, async () => (person ??= await w.newcomer({ display_name: text })));
    if (!person) continue;
    await person.post(thread, "By somebody of that name.");
    shown += 1;
  }
  writing.threads.push({ key: thread, shown, vectors: shown });
  return writing;
}

/** Titles of threads, as many vectors in each as it takes. @param {World} w */
async function titles(w) {
  const alice = await w.as("alice");
  const mona = await w.as("mona");
  const writing = begun("thread title", alice);
  let title = "";
  let count = 0;
  const set = async () => {
    const key = w.thread();
    await took(writing, () => mona.call("PUT", `sites/demo/threads/${key}`, { title }));
    await (await w.as("bob")).flag(await alice.post(key, "Under that title."));
    writing.threads.push({ key, shown: 1, vectors: count });
    [title, count] = ["", 0];
  };
  for (const { text } of vectors("t")) {
    const plain = text.replaceAll(/[\n\t\f\u0000-\u001f]/g, " ");
    if (title.length + plain.length + 1 > 300) await set();
    title = title ? `${title} ${plain}` : plain;
    count += 1;
  }
  if (title) await set();
  return writing;
}

/** A file of another service: what is in it has been through nobody's checks. @param {World} w */
async function imported(w) {
  const writing = begun("import", await w.as("alice"));
  const folder = await mkdtemp(join(tmpdir(), "understory-import-"));
  const list = vectors("import");
  for (let at = 0; at < list.length; at += A_THREAD) {
    const part = list.slice(at, at + A_THREAD);
    const key = w.thread();
    const file = join(folder, `${key}.json`);
    const comments = part.map(({ text }, n) => ({
      login: `imported${at + n}`,
      display_name: text.slice(0, 64),
      created_at: "2026-01-02T03:04:05.000Z",
      body: text,
    }));
    await writeFile(file, JSON.stringify({ article: { key, title: part[0]?.text ?? key }, comments }));
    const said = await command(["import", file, "--site", "demo", "--data", w.server.data]);
    const page = await (await w.as("alice")).call("GET", `sites/demo/threads/${key}/comments?limit=200`);
    const shown = page.items.length;
    if (shown === 0) throw new Error(`nothing was imported: ${said}`);
    writing.accepted += shown;
    writing.refused += part.length - shown;
    writing.threads.push({ key, shown, vectors: shown });
  }
  await rm(folder, { recursive: true });
  return writing;
}

/** @param {string} path @param {Person | null} author @returns {Writing} */
function begun(path, author) {
  return { path, author, threads: [], accepted: 0, refused: 0 };
}

/** Whether it was taken; a refusal for what it says is counted, all else is a failure. */
async function took(/** @type {Writing} */ writing, /** @type {() => Promise<unknown>} */ write) {
  try {
    await write();
    writing.accepted += 1;
    return true;
  } catch (error) {
    if (!(error instanceof Refused) || ![409, 422].includes(error.status)) throw error;
    writing.refused += 1;
    return false;
  }
}
