// Hostile texts through every way in, opened where moderators work: the queue item
// by item, people's sheets, objections, the log, threads, figures. On each page it is
// first said that the texts are there to be read. With the console's policy and
// without it, nothing of them may run.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { named, Tally } from "./hostile.js";
import { command } from "./server.js";
import { SITE, world } from "./world.js";
import { fillAll } from "./writings.js";

/** So many items of the queue are opened, one after the other, from the top of each list. */
const ITEMS = 30;
const OBJECTIONS = 12;
/** A page shows so many at least, of the hundred of each way. */
const SOME = 10;
/** Of a moderator, for the pages that show no other words of people. */
const NAME = "<img src onerror=__xss()>";

const w = await world();
const writings = await fillAll(w);
const writing = (/** @type {string} */ path) => /** @type {import("./writings.js").Writing} */ (writings.find((one) => one.path === path));
const moderator = await namedModerator();
const tally = new Tally();
after(() => tally.print());

/** Somebody of that name who has the role, and has decided. */
async function namedModerator() {
  const person = await w.newcomer({ display_name: NAME });
  await command(["user", "role", person.login, "moderator", "--site", SITE, "--data", w.server.data]);
  const comment = await (await w.as("bob")).post(w.thread(), "Of a moderator.");
  for (let tries = 0; ; tries += 1) {
    const done = await person.decide(comment, "pin").catch((error) => error);
    if (!(done instanceof Error)) return person;
    if (tries > 1_000) throw done;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

for (const csp of /** @type {const} */ (["on", "off"])) {
  const at = async (/** @type {import("node:test").TestContext} */ t, /** @type {string} */ hash) => {
    const watching = await tally.watch(w, t, csp);
    await watching.page.console("mona", hash);
    await watching.quiet();
    return watching;
  };
  /** To another page of the console, once what names it is there. */
  const go = async ({ page, quiet }, hash, shown) => {
    await page.evaluate((to) => (location.hash = to), hash);
    await page.locator(`nav a[href="${/^#[a-z]+/.exec(hash)?.[0]}"][aria-current="page"]`).waitFor();
    await shown(page).first().waitFor();
    await quiet();
  };

  for (const [kind, path, part] of [["flagged", "flag note", ".looked q"], ["notice", "notice", ".looked blockquote.notice"]]) {
    test(`the queue runs nothing, item by item: ${kind}, CSP ${csp}`, async (t) => {
      const watching = await at(t, `queue/${kind}`);
      const { page } = watching;
      await page.locator(".looked h2").waitFor();
      await tally.look(watching, kind, "queue");
      const read = new Set();
      for (let item = 0; item < ITEMS; item += 1) {
        const before = await page.locator(".looked").getAttribute("data-id");
        await page.keyboard.press("j");
        await page.locator(`.looked:not([data-id="${before}"])`).waitFor();
        await tally.look(watching, kind, "queue item", undefined, ".page");
        for (const text of await page.locator(part).allTextContents()) for (const name of text.match(/__xss\([^)]*\)?/g) ?? []) read.add(name);
      }
      assert.ok([...read].filter((name) => name.includes(path)).length >= SOME, `of ${path} only these were read: ${[...read].join(" ")}`);
      // Whoever rests on it is shown its author and what stands around.
      await page.getByRole("link", { name: "the whole sheet" }).waitFor();
      await watching.quiet();
      await tally.look(watching, kind, "queue item", 0);
    });
  }

  test(`sheets of people run nothing, CSP ${csp}`, async (t) => {
    const watching = await at(t, "people");
    const { page } = watching;
    for (const path of ["user note", "sanction", "comment", "edit"]) {
      const { author } = writing(path);
      await go(watching, `#people/${author?.user.id}`, () => page.locator(".sheet h2").filter({ hasText: author?.login }));
      if (!["user note", "sanction"].includes(path)) {
        await page.locator(".sheet summary").filter({ hasText: "comments" }).click();
        await page.locator(".sheet .comment").nth(5).waitFor();
      }
      const shown = (await named(page, ".sheet")).length;
      assert.ok(shown >= 8, `${path}: the sheet shows ${shown}`);
      await tally.look(watching, path, "person");
    }
    // Who flagged: the notes to the flags.
    const bob = await w.as("bob");
    await go(watching, `#people/${bob.user.id}`, () => page.locator(".sheet h2").filter({ hasText: "bob" }));
    await page.locator(".sheet summary").filter({ hasText: "flags" }).click();
    const flags = page.locator(".sheet details[open] li");
    await flags.first().waitFor();
    // those without a note came last
    for (let there = await flags.count(); (await named(page, ".sheet")).length < SOME; there = await flags.count()) {
      await page.locator(".sheet details[open]").getByRole("button", { name: "more" }).click();
      await flags.nth(there).waitFor();
    }
    await tally.look(watching, "flag note", "person");
    await go(watching, `#people/${moderator.user.id}`, () => page.locator(".sheet h2").getByText(NAME, { exact: true }));
    await tally.look(watching, "name and login", "person", 1);
  });

  test(`the log and figures run nothing, CSP ${csp}`, async (t) => {
    const watching = await at(t, "log");
    const { page } = watching;
    await page.locator(".log li").first().waitFor();
    const inLog = await named(page, ".log");
    assert.ok(inLog.length >= SOME, `the log shows ${inLog.length}`);
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    await page.locator(".log pre").first().waitFor();
    await tally.look(watching, "(all)", "log");
    await page.locator(".log").getByText(NAME, { exact: true }).first().waitFor();
    await go(watching, "#figures", () => page.getByRole("rowheader").getByText(NAME, { exact: true }));
    await page.locator("figure svg").nth(4).waitFor();
    await tally.look(watching, "name and login", "figures", 1);
  });

  test(`objections run nothing, CSP ${csp}`, async (t) => {
    const watching = await at(t, "appeals");
    const { page } = watching;
    await page.locator("a.line").nth(SOME).waitFor();
    const inList = await named(page, ".list");
    assert.ok(inList.length >= SOME, `the list shows ${inList.length}`);
    await tally.look(watching, "appeal", "objections");
    const { items } = await (await w.as("mona")).call("GET", `moderation/appeals?site=demo&limit=${OBJECTIONS}`);
    assert.equal(items.length, OBJECTIONS);
    for (const { id, text } of items) {
      await go(watching, `#appeals/${id}`, () => page.locator(`a.line[data-id="${id}"][aria-current]`));
      assert.equal(await page.locator(".reading blockquote").first().textContent(), text);
      await tally.look(watching, "appeal", "objection", undefined, ".page");
    }
  });

  test(`settings of threads run nothing, CSP ${csp}`, async (t) => {
    const watching = await at(t, "threads");
    const { page } = watching;
    const read = new Set();
    for (const { key } of writing("thread title").threads) {
      const { title } = await (await w.as("mona")).call("GET", `sites/demo/threads/${key}`);
      await go(watching, `#threads/${key}`, () => page.locator(`.reading input[type="search"]`));
      await page.waitForFunction((text) => document.querySelector(".reading h2")?.textContent === text, title ?? key);
      for (const name of await named(page, ".page")) read.add(name);
      await tally.look(watching, "thread title", "thread");
    }
    assert.ok(read.size >= 40, `${read.size} were read in titles`);
  });
}
