// The process of the real binary: started in demo mode with a store of its own,
// and ended by its id whatever happens to the test.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** A debug build hashes passwords slowly, and two files start at once. */
const START_MS = 60_000;
const STOP_MS = 10_000;

export const binary = process.env.UNDERSTORY_BIN ?? join(ROOT, "target/debug/understory");

/** The test's own settings hold, not those of whoever runs it. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("UNDERSTORY_")),
);

/**
 * @param {{site: string, origins: string[], settings: string[]}} wanted
 */
export async function startServer({ site, origins, settings }) {
  const folder = await mkdtemp(join(tmpdir(), "understory-e2e-"));
  const data = join(folder, "data");
  const server = await listen("demo", ["--data", data, ...settings.flatMap((one) => ["--set", one])]);
  await register(server.url, data, site, origins).catch((error) => {
    server.kill();
    throw error;
  });

  const passwords = new Map();
  for (const [, login, password] of server.said().matchAll(/^ {2}(\S+) +\S+ +(\S+)$/gm)) passwords.set(login, password);

  return {
    url: server.url,
    data,
    passwords,
    lastWords: server.lastWords,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The binary, listening at a port of its own, without limits of rate unless `words` say otherwise. It
 * ends with whoever started it.
 *
 * @param {"demo" | "serve"} command @param {string[]} words
 */
export async function listen(command, words) {
  const child = spawn(binary, [command, "--listen", "127.0.0.1:0", "--set", "limits.enabled=false", ...words], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

  let out = "";
  let err = "";
  child.stderr.on("data", (chunk) => (err = (err + chunk).slice(-20_000)));
  const url = await new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ why) => reject(new Error(`${binary}: ${why}\n${out}\n${err}`));
    const timer = setTimeout(() => fail(`no address within ${START_MS} ms`), START_MS);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`ended at its start with ${code}`));
    child.stdout.on("data", (chunk) => {
      out += chunk;
      const listening = /^listening on (http:\/\/\S+)$/m.exec(out);
      if (!listening) return;
      clearTimeout(timer);
      resolve(listening[1]);
    });
  }).catch((error) => {
    kill();
    throw error;
  });

  return {
    url: /** @type {string} */ (url),
    kill,
    /** All that it has printed. */
    said: () => out,
    /** The last lines that the server said, for a message of failure. */
    lastWords: () => err,
    async stop() {
      process.removeListener("exit", kill);
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        const hard = setTimeout(kill, STOP_MS);
        child.kill("SIGTERM");
        await ended;
        clearTimeout(hard);
      }
    },
  };
}

/**
 * Registers origins beside the running server, and waits until it has heard of them.
 *
 * @param {string} url @param {string} data @param {string} site @param {string[]} origins
 */
async function register(url, data, site, origins) {
  if (origins.length > 0) await command(["site", "add", site, "--data", data, ...origins.flatMap((origin) => ["--origin", origin])]);
  const until = Date.now() + START_MS;
  for (const origin of origins) {
    const headers = { origin, "access-control-request-method": "POST" };
    for (;;) {
      const answer = await fetch(`${url}/api/v1/auth/login`, { method: "OPTIONS", headers });
      if (answer.headers.get("access-control-allow-origin") === origin) break;
      if (Date.now() > until) throw new Error(`the server has not heard of ${origin}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * A command of the same binary on a store, also beside its running server where it allows that.
 *
 * @param {string[]} words
 * @returns {Promise<string>} what it printed
 */
export async function command(words) {
  const { stdout } = await run(binary, words, { cwd: ROOT, env, maxBuffer: 64 << 20 });
  return stdout;
}
