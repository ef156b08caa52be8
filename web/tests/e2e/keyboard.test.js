// A reader's whole story by keyboard alone: sign in, write, answer, flag, see
// one's comment hidden, object. The pointer is never used; a control is reached by
// Tab, and every one that is reached can be seen to be.

import assert from "node:assert/strict";
import { test } from "node:test";
import { world } from "./world.js";

const w = await world();
const TABS_MAX = 200;

/** What has the focus, in whatever shadow root: its name as assistive technology has it, and its ring. */
function focused(page) {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element);
    const label = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels?.[0]?.textContent : "";
    const box = element.getBoundingClientRect();
    return {
      name: (element.getAttribute("aria-label") || label || element.textContent || "").trim(),
      tag: element.localName,
      ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
      inSight: box.bottom > 0 && box.top < innerHeight,
      inside: element.closest("article")?.textContent ?? "",
    };
  });
}

/**
 * Tab until this has the focus.
 *
 * @param {string | RegExp} name
 * @param {{within?: string, key?: string}} [options] `within`: the text of the comment it belongs to
 */
async function tabTo(page, name, { within = "", key = "Tab" } = {}) {
  const passed = [];
  for (let tries = 0; tries < TABS_MAX; tries += 1) {
    await page.keyboard.press(key);
    const at = await focused(page);
    if (!at) continue;
    passed.push(at.name.slice(0, 30));
    const fits = typeof name === "string" ? at.name === name : name.test(at.name);
    if (!fits || !at.inside.includes(within)) continue;
    assert.ok(at.ring, `${at.name} has the focus, and no ring to show it`);
    assert.ok(at.inSight, `${at.name} has the focus out of sight`);
    return at;
  }
  throw new Error(`${name} is not reached by ${key}; passed: ${passed.join(" | ")}`);
}

test("from sign-in to objection by keyboard alone", async (t) => {
  const thread = w.thread();
  const first = await (await w.as("bob")).post(thread, "The bridge should have stayed closed.");
  const page = await w.page(t);
  const press = (key) => page.keyboard.press(key);
  const type = (text) => page.keyboard.insertText(text);
  await page.goto(w.host.show({ thread }));
  await page.getByText("The bridge should have stayed closed.").waitFor();

  await t.test("signs in", async () => {
    await tabTo(page, "Sign in");
    await press("Enter");
    await page.getByLabel("Login or e-mail").waitFor();
    if ((await focused(page))?.tag !== "input") await tabTo(page, /Login or e-mail/);
    await type("alice");
    await tabTo(page, /^Password/);
    await type(w.password("alice"));
    await press("Enter");
    await page.locator("understory-thread[signed-in]").waitFor();
  });

  await t.test("writes, and sees it sent", async () => {
    const at = await focused(page);
    if (at?.tag !== "textarea") {
      await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
      await tabTo(page, /^Your comment/);
    }
    await type("My mother could cross for the first time.");
    await press("Control+Enter");
    await page.getByRole("article").filter({ hasText: "My mother could cross" }).getByRole("button", { name: "delete", exact: true }).waitFor();
  });

  await t.test("answers another", async () => {
    await tabTo(page, "reply", { within: "The bridge should have stayed closed." });
    await press("Enter");
    await page.getByRole("textbox", { name: "Your reply to" }).waitFor();
    assert.equal((await focused(page))?.tag, "textarea", "the focus goes to the field");
    await type("Why so?");
    await press("Control+Enter");
    await page.getByRole("article").filter({ hasText: "Why so?" }).getByRole("button", { name: "delete", exact: true }).waitFor();
  });

  await t.test("votes", async () => {
    await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await tabTo(page, "Vote up", { within: "The bridge should have stayed closed." });
    await press("Space");
    await page.getByRole("button", { name: "Vote up", pressed: true }).waitFor();
  });

  await t.test("flags, with a reason", async () => {
    await tabTo(page, "flag", { within: "The bridge should have stayed closed." });
    await press("Enter");
    await page.getByRole("radio").first().waitFor();
    if ((await focused(page))?.tag !== "input") await tabTo(page, /spam/);
    await press("ArrowDown");
    await tabTo(page, "Send the flag");
    await press("Enter");
    await page.getByText("You flagged this.").waitFor();
    const { items } = await (await w.as("alice")).call("GET", "me/flags");
    assert.ok(items.some(({ comment_id, state }) => comment_id === first.id && state === "open"));
  });

  await t.test("objects to what a moderator hid", async () => {
    const page1 = await (await w.as("alice")).call("GET", `sites/demo/threads/${thread}/comments`);
    const mine = page1.items.find(({ body }) => body?.startsWith("My mother"));
    await (await w.as("mona")).hide(mine);
    await page.reload();
    await page.getByText("Please stay with the matter.").first().waitFor();
    await tabTo(page, "object to this");
    await press("Enter");
    await page.getByLabel("Why is this decision wrong?").waitFor();
    if ((await focused(page))?.tag !== "textarea") await tabTo(page, /Why is this decision wrong/);
    await type("It is about the matter: the ramp.");
    await tabTo(page, "Send the objection");
    await press("Enter");
    await page.getByText("You have objected.").first().waitFor();
    const { items } = await (await w.as("alice")).call("GET", "me/decisions");
    assert.equal(items.find(({ comment_id }) => comment_id === mine.id)?.appeal?.state, "open");
  });
});

test("a button that goes when it is pressed leaves the focus near by", async (t) => {
  const thread = w.thread();
  const all = await (await w.as("bob")).postMany(thread, 51);
  const page = await w.page(t);
  page.expectErrors(/status of 409/, /net::ERR_/);
  await page.route(/\/events/, (route) => route.abort());
  await page.read(thread, "alice");
  // The last was taken back meanwhile, and nothing more comes.
  await (await w.as("bob")).delete(all[50]);
  await page.getByRole("button", { name: "1 more comment" }).press("Enter");
  await page.getByRole("button", { name: "1 more comment" }).waitFor({ state: "hidden" });
  await page.untilFocus(/^\d+ comments$/);
  const { field } = page;
  await field.fill("Too late.");
  await (await w.as("mona")).call("PUT", `sites/demo/threads/${thread}`, { state: "locked" });
  await field.press("Control+Enter");
  await page.getByRole("button", { name: "discard" }).press("Enter");
  await page.getByText("Too late.").waitFor({ state: "detached" });
  await page.untilFocus(/^\d+ comments$/);
});
