// Hostile texts through every way in, opened where moderators work: the queue item
// by item, people's sheets, objections, the log, threads. With the console's policy
// and without it, nothing of them may run.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Tally } from "./hostile.js";
import { world } from "./world.js";
import { fillAll } from "./writings.js";

/** So many items of the queue are opened, one after the other, from the top of each list. */
const ITEMS = 30;

/** Ways whose texts stand in the person's sheet. */
const WITH_WORDS = ["user note", "sanction"];

const w = await world();
const writings = await fillAll(w);
const tally = new Tally();
after(() => tally.print());

for (const csp of /** @type {const} */ (["on", "off"])) {
  const at = async (/** @type {import("node:test").TestContext} */ t, /** @type {string} */ hash) => {
    const watching = await tally.watch(w, t, csp);
    await watching.page.signIn("mona", { client: "console" });
    await watching.page.goto(`${w.url}/console${hash}`);
    await watching.page.getByRole("heading", { level: 1 }).first().waitFor();
    await watching.quiet();
    return watching;
  };
  const go = async ({ page, quiet }, hash) => {
    await page.evaluate((to) => (location.hash = to), hash);
    await quiet();
  };
  const has = async ({ page }, list) => (await page.locator(`a[href="#${list}"]`).count()) > 0;

  for (const kind of ["flagged", "notice"]) {
    test(`the queue runs nothing, item by item: ${kind}, CSP ${csp}`, async (t) => {
      const watching = await at(t, `#queue/${kind}`);
      await tally.look(watching, kind, "queue");
      for (let item = 0; item < ITEMS; item += 1) {
        await watching.page.keyboard.press("j");
        await watching.quiet();
        await tally.look(watching, kind, "queue item");
      }
    });
  }

  test(`sheets of people, objections, threads and the log run nothing, CSP ${csp}`, async (t) => {
    const watching = await at(t, "#log");
    const inLog = await tally.look(watching, "(all)", "log");
    if (await has(watching, "log")) assert.ok(inLog > 10, `the log shows ${inLog}`);
    for (const { path, author } of writings) {
      if (!author) continue;
      await go(watching, `#people/${author.user.id}`);
      const ofPerson = await tally.look(watching, path, "person");
      if (WITH_WORDS.includes(path) && (await has(watching, "people"))) assert.ok(ofPerson > 10, `${path}: the sheet shows ${ofPerson}`);
    }
    const { items } = await (await w.as("mona")).call("GET", "moderation/appeals?site=demo&limit=20");
    assert.ok(items.length > 0);
    for (const { id } of items) {
      await go(watching, `#appeals/${id}`);
      await tally.look(watching, "appeal", "objection");
    }
    const titles = writings.find(({ path }) => path === "thread title")?.threads ?? [];
    for (const { key } of titles) {
      await go(watching, `#threads/${key}`);
      await tally.look(watching, "thread title", "thread");
    }
  });
}
