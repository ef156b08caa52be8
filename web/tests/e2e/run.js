// Runs the end-to-end tests: one browser for all files, two files at a time.
// Names on the command line choose: `npm run --prefix web test:e2e -- reader`.

import { spawn } from "node:child_process";
import { accessSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { launchOptions } from "./browser.js";
import { binary } from "./server.js";

const FILES_AT_ONCE = 2;
/** What takes longer has stopped; the tests named before it are those that passed. */
const FILE_MS = 600_000;
const FOLDER = fileURLToPath(new URL(".", import.meta.url));

try {
  accessSync(binary);
} catch {
  console.error(`!! ${binary} is not there: run "cargo build", or set UNDERSTORY_BIN`);
  process.exit(1);
}

const names = process.argv.slice(2);
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".test.js"))
  .filter((name) => names.length === 0 || names.some((part) => name.includes(part)))
  .sort()
  .map((name) => join(FOLDER, name));
if (files.length === 0) {
  console.error(`!! no test file is named like: ${names.join(" ")}`);
  process.exit(1);
}

const browser = await chromium.launchServer(launchOptions());
const runner = spawn(
  process.execPath,
  ["--test", "--test-reporter=spec", `--test-concurrency=${FILES_AT_ONCE}`, `--test-timeout=${FILE_MS}`, ...files],
  { stdio: "inherit", env: { ...process.env, E2E_BROWSER: browser.wsEndpoint() } },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => runner.kill("SIGTERM"));
const code = await new Promise((resolve) => runner.once("exit", (status) => resolve(status ?? 1)));
await browser.close();
process.exit(code);
