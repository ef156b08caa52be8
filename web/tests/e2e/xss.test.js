// Hostile texts through every way in, opened on every page that readers have, with
// the page's policy and without it: nothing of them may run, and nothing that could
// run may be left in the page. The console is xss-console.test.js.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Tally } from "./hostile.js";
import { poke } from "./poke.js";
import { vectors } from "./vectors.js";
import { world } from "./world.js";
import { fillAll } from "./writings.js";

/** A page's own policy, as strict as the element allows. */
const STRICT =
  "default-src 'none'; script-src {service}; connect-src {service}; style-src {service}; img-src {service}; " +
  "base-uri 'none'; require-trusted-types-for 'script'; trusted-types understory";

const TEETH_MS = 3_000;
const KINDS = 30;
/** That so many have run may take long on a machine that is busy. */
const BUSY_MS = 30_000;

const w = await world();
const writings = await fillAll(w);
const tally = new Tally();

after(() => {
  tally.print();
  for (const { path, accepted, refused } of writings) console.log(`${path.padEnd(15)} taken ${accepted}, refused ${refused}`);
});

test("the vectors have teeth: where nothing is cleaned, most of them run", async (t) => {
  const list = vectors("teeth");
  assert.ok(list.length >= 60);
  const { page, ran } = await tally.watch(w, t, "off");
  page.expectErrors(/./);
  const quoted = (/** @type {string} */ text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const frames = list.map(({ text }) => `<iframe srcdoc="${quoted(text)}"></iframe>`);
  await page.goto(w.host.show({ html: `<!doctype html><title>bare</title>${frames.join("")}` }), { waitUntil: "commit" });
  await page.waitForFunction((count) => document.querySelectorAll("iframe").length >= count, frames.length);
  // Some frames have gone elsewhere by now, and would never answer.
  const touched = Promise.all(page.frames().map((frame) => poke(frame).catch(() => {})));
  await Promise.race([touched, page.waitForTimeout(TEETH_MS)]);
  const kinds = () => new Set(ran.map((id) => id.split("/")[1]));
  for (const until = performance.now() + BUSY_MS; kinds().size < KINDS && performance.now() < until; ) await page.waitForTimeout(50);
  t.diagnostic(`${kinds().size} of ${list.length} vectors run in a page that cleans nothing`);
  assert.ok(kinds().size >= KINDS, `only ${[...kinds()].join(", ")}`);
});

for (const csp of /** @type {const} */ (["on", "off"])) {
  test(`the widget runs nothing of what was written; the host's CSP is ${csp}`, async (t) => {
    for (const { path, author, threads } of writings) {
      const watching = await tally.watch(w, t, csp);
      if (author) await watching.page.signIn(author.login, { password: author.password });
      for (const { key, shown, vectors: count } of threads) {
        await watching.page.goto(w.host.show({ thread: key, ...(csp === "on" ? { csp: STRICT } : {}) }));
        await watching.page.getByRole("article").nth(shown - 1).waitFor();
        // what only its author sees comes later
        if (author) await watching.page.locator("understory-thread[signed-in]").waitFor();
        await watching.quiet();
        await tally.look(watching, path, "widget", count);
      }
      await watching.page.context().close();
    }
  });

  for (const name of ["comments.html", "feed.atom"]) {
    test(`${name} runs nothing of what was written; its CSP is ${csp}`, async (t) => {
      const watching = await tally.watch(w, t, csp);
      for (const { path, threads } of writings) {
        for (const { key } of threads) {
          const answer = await watching.page.goto(`${w.url}/api/v1/sites/demo/threads/${key}/${name}`);
          assert.equal(answer?.status(), 200);
          await tally.look(watching, path, name);
          if (name !== "feed.atom") continue;
          // As a feed reader that cleans nothing would show it.
          const entries = await watching.page.evaluate(
            (text) => [...new DOMParser().parseFromString(text, "text/xml").querySelectorAll("content")].map((content) => content.textContent),
            await answer.text(),
          );
          assert.ok(entries.length > 0 || path === "public text" || path === "appeal", `${path}: the feed is empty`);
          await watching.page.goto(w.host.show({ html: `<!doctype html><title>feed</title>${entries.join("")}` }));
          await tally.look(watching, path, "feed, read");
        }
      }
    });
  }

  test(`the API's page runs nothing; its CSP is ${csp}`, async (t) => {
    const watching = await tally.watch(w, t, csp);
    await watching.page.goto(`${w.url}/api/v1/docs`);
    await watching.page.getByRole("heading").first().waitFor();
    await tally.look(watching, "(all)", "docs", 0);
  });
}
