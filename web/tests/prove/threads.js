// Threads of any size for proofs: written as native documents and imported by the
// real binary. The text is what people write, some of it marked up.

import { createWriteStream } from "node:fs";
import { access, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { command, listen } from "../e2e/server.js";

const WORDS = "the bridge was closed since January and nobody knew why it took so long to find the oak for two planks".split(" ");
/** How deep replies go, and how many of a level have some. */
const DEPTH = 9;

/** The key of the thread of this size. @param {number} size */
export function keyOf(size) {
  return `prove-${size}`;
}

/**
 * A service with threads of these sizes.
 *
 * @param {string} data its store; what is there already is not made again
 * @param {number[]} sizes
 */
export async function serve(data, sizes) {
  await command(["site", "add", "prove", "--data", data]);
  for (const size of sizes) {
    const done = join(data, `${keyOf(size)}.done`);
    if (await access(done).then(() => true, () => false)) continue;
    const file = join(data, `${keyOf(size)}.json`);
    await write(file, size);
    await command(["import", "--site", "prove", "--data", data, file]);
    await rm(file);
    await writeFile(done, "");
  }
  return listen("serve", ["--data", data]);
}

/** The native document of a thread. @param {string} file @param {number} size */
async function write(file, size) {
  const out = createWriteStream(file);
  let left = size;
  let clock = Date.parse("2025-01-01T00:00:00.000Z");
  const put = async (/** @type {string} */ text) => {
    if (!out.write(text)) await once(out, "drain");
  };
  const branch = async (/** @type {number} */ depth) => {
    const n = size - left;
    left -= 1;
    clock += 5_000;
    const author = n % 97;
    const body = Array.from({ length: 12 + ((n * 31) % 40) }, (_, at) => WORDS[(n * 7 + at * 3) % WORDS.length]).join(" ");
    const marked = n % 5 === 0 ? `**${body}**\n\n> quoted` : body;
    const head = { login: `writer ${author}`, display_name: `Writer ${author}`, created_at: new Date(clock).toISOString(), body: marked };
    await put(`${JSON.stringify(head).slice(0, -1)},"replies":[`);
    for (let reply = 0; left > 0 && depth < DEPTH && (n * 13 + reply * 7) % 10 < 5 && reply < 12; reply += 1) {
      if (reply) await put(",");
      await branch(depth + 1);
    }
    await put("]}");
  };
  await put(`{"article":{"key":"${keyOf(size)}","title":"A thread of ${size}"},"comments":[`);
  for (let first = true; left > 0; first = false) {
    if (!first) await put(",");
    await branch(1);
  }
  out.end("]}");
  await once(out, "finish");
}
