// The list in embed.js: exactly what the element imports, directly or not, so that
// nothing waits for a third hop and nothing is loaded for later.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const WEB = new URL("../../", import.meta.url);

/** @param {string} name */
function importsOf(name) {
  const source = readFileSync(new URL(`${name}.js`, WEB), "utf8");
  const at = new URL(`${name}.js`, WEB);
  return [...source.matchAll(/^(?:import|export) [^;]*? from "(\.[^"]+)\.js";$/gm)].map(
    ([, path]) => new URL(`${path}`, at).href.slice(WEB.href.length),
  );
}

test("embed.js lists what the element imports, and nothing else", () => {
  const embed = readFileSync(new URL("embed.js", WEB), "utf8");
  const listed = [...(/const MODULES = \[([^\]]+)\]/.exec(embed)?.[1] ?? "").matchAll(/"(.+?)"/g)].map(([, name]) => name);
  const needed = new Set(["thread/element"]);
  for (const name of needed) for (const other of importsOf(name)) needed.add(other);
  assert.ok(needed.size > 10);
  assert.deepEqual(listed.toSorted(), [...needed].toSorted());
});
