// What a reader keeps for themselves in this browser: whom they have muted, what is
// new to them; and what the page around is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { held } from "./holding.js";
import { world } from "./world.js";

const w = await world();

test("a muted person's comments fold to one line, the replies stay, and it can be taken back", async (t) => {
  const thread = w.thread();
  const [alice, bob] = [await w.as("alice"), await w.as("bob")];
  const loud = await bob.post(thread, "I shout a lot.");
  const answer = await alice.reply(loud, thread, "Please do not.");
  await bob.reply(answer, thread, "I shout under replies as well.");
  const page = await w.page(t);
  const address = w.host.show({ thread });
  await page.goto(address);
  await page.getByRole("article").filter({ hasText: "I shout a lot." }).getByRole("button", { name: "mute" }).click();
  await page.getByText("Comments by Bob Tanaka are folded now").first().waitFor();
  assert.equal(await page.getByText("Muted by you.").count(), 2);
  assert.equal(await page.getByText("I shout").count(), 0);
  await page.getByText("Please do not.").waitFor();
  await page.axe();

  await page.goto(address);
  await page.getByText("Muted by you.").first().waitFor();
  assert.equal(await page.getByText("I shout").count(), 0, "folded from the first sight");
  await page.getByRole("button", { name: "show", exact: true }).first().click();
  await page.getByText("I shout a lot.").waitFor();
  assert.equal(await page.getByText("Muted by you.").count(), 1);

  await page.getByRole("button", { name: "1 person muted" }).click();
  await page.getByRole("dialog").getByText("Bob Tanaka").waitFor();
  await page.axe();
  await page.getByRole("button", { name: "Unmute Bob Tanaka" }).click();
  await page.getByText("I shout under replies as well.").waitFor();
  assert.equal(await page.getByText("Muted by you.").count(), 0);
});

test("what came since the last visit is marked, and nothing moves until the reader asks for the next", async (t) => {
  const thread = w.thread();
  const bob = await w.as("bob");
  const [first] = await bob.postMany(thread, 25, (n) => `An old comment, number ${n}.`);
  const address = w.host.show({ thread });
  const before = await w.page(t);
  await before.goto(address);
  await before.getByText("number 25.").waitFor();
  await before.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith(":visit")));
  assert.equal(await before.getByRole("button", { name: "new", exact: true }).count(), 0, "on the first visit nothing is new");

  // Another browser, whose reader was here an hour ago, before these two were written.
  const at = Date.now() - 1;
  await bob.reply(/** @type {{id: string}} */ (first), thread, "A new reply.");
  await bob.post(thread, "A new comment.");
  const page = await w.page(t, { width: 320 });
  await page.addInitScript(([name, kept]) => {
    if (localStorage.getItem(String(name)) === null) localStorage.setItem(String(name), String(kept));
  }, [`understory:${new URL(w.url).host}:demo/${thread}:visit`, JSON.stringify({ at, since: at })]);
  await page.goto(address);
  const count = page.getByRole("button", { name: "2 new since your last visit" });
  await count.waitFor();
  assert.equal(await page.evaluate(() => scrollY), 0, "nothing moves by itself");
  assert.equal(await page.getByRole("button", { name: "new", exact: true }).count(), 2);
  await page.noSidewaysScroll();
  await page.axe();
  await count.click();
  await page.untilFocus(/A new reply\./);
  await page.getByRole("article").filter({ hasText: "A new reply." }).getByRole("button", { name: "new", exact: true }).click();
  await page.untilFocus(/A new comment\./);
  await page.reload();
  await count.waitFor();
  assert.equal(await page.getByRole("button", { name: "new", exact: true }).count(), 2, "a reload makes nothing old");
});

test("counts of a page are asked for in one request and are words", async (t) => {
  const [one, some, none] = [w.thread(), w.thread(), w.thread()];
  const bob = await w.as("bob");
  await bob.post(one, "Alone.");
  await bob.postMany(some, 3);
  const page = await w.page(t);
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => request.url().includes("/counts") && asked.push(request.url()));
  const count = (/** @type {string} */ key) => `<p id="${key}"><understory-count site="demo" thread="${key}">comments</understory-count></p>`;
  await page.goto(w.host.show({ thread: one, before: [one, some, none].map(count).join("") }));
  await page.locator(`#${one}`).getByText("1 comment", { exact: true }).waitFor();
  assert.equal(await page.locator(`#${some}`).innerText(), "3 comments");
  assert.equal(await page.locator(`#${none}`).innerText(), "0 comments");
  assert.equal(asked.length, 1, asked.join());
});

test("the page is told what happened, and never a token", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  await page.addInitScript(() => {
    /** @type {{type: string, detail: unknown}[]} */
    const told = [];
    Object.assign(window, { told });
    for (const name of ["ready", "posted", "signed-in", "signed-out", "error"]) {
      document.addEventListener(`understory:${name}`, (event) => told.push({ type: event.type, detail: /** @type {CustomEvent} */ (event).detail }));
    }
  });
  const release = await held(page, /\/api\/v1\/sites\/demo$/);
  await page.goto(w.host.show({ thread }));
  await page.signInByForm("alice");
  // What the page has asked for first comes last.
  release();
  await page.quiet();
  await page.field.fill("Told to the page.");
  await page.field.press("Control+Enter");
  await page.getByRole("article").filter({ hasText: "Told to the page." }).getByRole("button", { name: "delete" }).waitFor();
  await page.quiet();
  await page.getByRole("button", { name: "sign out" }).click();
  await page.waitForFunction(() => Reflect.get(window, "told").some((/** @type {{type: string}} */ one) => one.type === "understory:signed-out"));
  const told = await page.evaluate(() => Reflect.get(window, "told"));
  assert.deepEqual(
    told.map((/** @type {{type: string}} */ one) => one.type),
    ["understory:ready", "understory:signed-in", "understory:posted", "understory:signed-out"],
  );
  assert.deepEqual(Object.keys(told[2].detail), ["id", "number", "state"]);
  assert.ok(JSON.stringify(told).length < 500);
});
