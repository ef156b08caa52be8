// What a page loads before the first comment shows, from the answers themselves:
// at most 15 KB of script, style and words, in two hops.

import assert from "node:assert/strict";
import { test } from "node:test";
import { world } from "./world.js";

const LIMIT_BYTES = 15 * 1024;

const w = await world();

/** @param {import("node:test").TestContext} t @param {string} lang */
async function loaded(t, lang) {
  const thread = w.thread();
  await (await w.as("alice")).post(thread, "First.");
  const page = await w.page(t);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  /** @type {Map<string, {url: string, by: string | undefined, bytes: number}>} */
  const asked = new Map();
  devtools.on("Network.requestWillBeSent", ({ requestId, request, initiator }) => {
    const frames = initiator.stack?.callFrames ?? initiator.stack?.parent?.callFrames ?? [];
    if (request.url.startsWith(w.url)) asked.set(requestId, { url: request.url.slice(w.url.length), by: initiator.url ?? frames[0]?.url, bytes: 0 });
  });
  devtools.on("Network.dataReceived", ({ requestId, encodedDataLength }) => {
    const one = asked.get(requestId);
    if (one) one.bytes += encodedDataLength;
  });
  // What comes when idle is held back: it is not needed for reading.
  await page.route("**/thread/act/**", () => {});
  await page.goto(w.host.show({ thread, lang }));
  await page.locator("understory-thread .comment").waitFor();
  const all = [...asked.values()].filter(({ url }) => !url.includes("/thread/act/"));
  const weight = all.filter(({ url }) => !url.startsWith("/api/")).reduce((sum, { bytes }) => sum + bytes, 0);
  return { all, weight };
}

// In the alphabets of which a letter takes two bytes the words weigh more.
for (const lang of ["en", "de", "uk"]) {
  test(`reading takes at most 15 KB in "${lang}", and two hops`, async (t) => {
    const { all, weight } = await loaded(t, lang);
    t.diagnostic(`${weight} bytes in ${all.length} answers`);
    assert.ok(all.some(({ url }) => url.startsWith("/api/")), "the first page was asked for");
    assert.ok(all.length > 10 && all.every(({ bytes }) => bytes > 0), "every answer was weighed");
    assert.ok(weight <= LIMIT_BYTES, `${weight} bytes:\n${all.map(({ url, bytes }) => `${bytes} ${url}`).join("\n")}`);
    // The second hop is asked for by embed.js alone: nothing waits for a third.
    const later = all.filter(({ url, by }) => url !== "/embed.js" && by !== `${w.url}/embed.js`);
    assert.deepEqual(later.map(({ url, by }) => `${url} by ${by}`), []);
  });
}
