// docs/examples/react, installed, built and started as its README says: the comments are
// in the page that its server renders, and the element takes them over.

import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SITE, world } from "./world.js";

const w = await world();
const run = promisify(execFile);
const EXAMPLE = fileURLToPath(new URL("../../../docs/examples/react", import.meta.url));

/** Starts a copy of the example, beside which nothing is left, and returns its address. @param {import("node:test").TestContext} t */
async function started(t) {
  const folder = await mkdtemp(join(tmpdir(), "understory-react-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await cp(EXAMPLE, folder, { recursive: true, filter: (path) => !/\/(node_modules|dist)$/.test(path) });
  await run("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
  await run("npm", ["run", "build"], { cwd: folder });
  const env = { ...process.env, SERVICE: w.url, PORT: "0" };
  const server = spawn(process.execPath, ["dist/server.js"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => server.kill("SIGKILL");
  process.once("exit", kill);
  t.after(kill);
  for await (const line of createInterface(server.stdout)) {
    if (line.startsWith("listening on ")) return line.slice("listening on ".length);
  }
  throw new Error("the example ended at its start");
}

test("the React example renders the comments on its server, and they are written in its page", async (t) => {
  const url = await started(t);
  const ada = await w.as("ada");
  const settings = `moderation/sites/${SITE}/settings`;
  const { origins } = await ada.call("GET", settings);
  await ada.call("PATCH", settings, { origins: [...origins, url] });

  const bare = await w.page(t, { script: false });
  bare.expectErrors(/favicon\.ico .*404/s);
  await bare.goto(url);
  await bare.getByText("Same here with the pram.").waitFor();

  const page = await w.page(t);
  page.expectErrors(/favicon\.ico .*404/s);
  await page.goto(url);
  await page.getByRole("article").getByText("Same here with the pram.").waitFor();
  await page.signInByForm("bob");
  await page.field.fill("Written in React.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("status").getByText("You have written 1 here. Thank you.").waitFor();
  await page.getByRole("article").getByText("Written in React.").waitFor();
});
