// Flagging with a sign-in after the choice, and reporting illegal content without
// any account.

import assert from "node:assert/strict";
import { test } from "node:test";
import { held } from "./holding.js";
import { world } from "./world.js";

const w = await world();

test("a flag that was taken back does not come back, and a new one can be taken back in turn", async (t) => {
  const thread = w.thread();
  const [alice, reader] = await Promise.all([w.as("alice"), w.newcomer()]);
  const comment = await alice.post(thread, "Flagged by mistake.");
  await reader.flag(comment);
  const page = await w.page(t);
  await page.read(thread, reader.login, reader.password);
  const back = page.getByRole("button", { name: "take the flag back" });
  const flag = page.getByRole("button", { name: "flag", exact: true });
  const order = page.getByLabel("Order");
  await back.click();
  await page.getByText("You flagged this").waitFor({ state: "detached" });
  await order.selectOption("newest");
  await page.quiet();
  await flag.click();
  await page.getByRole("dialog").getByRole("radio").first().check();
  await page.getByRole("dialog").getByRole("button", { name: "Send the flag" }).click();
  await back.waitFor();
  await order.selectOption("oldest");
  await page.quiet();
  await back.click();
  await flag.waitFor();
  const { items } = await reader.call("GET", "me/flags");
  assert.deepEqual(items.map((/** @type {any} */ { state }) => state), ["withdrawn", "withdrawn"]);
});

test("a reader chooses a reason first, signs in after, and the flag is sent", async (t) => {
  const thread = w.thread();
  const comment = await (await w.as("bob")).post(thread, "Buy my planks.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByRole("button", { name: "flag", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("A moderator reads it. The author is not told who flagged.").waitFor();
  await dialog.getByLabel("spam or advertising").check();
  await page.axe();
  await dialog.getByRole("button", { name: "Send the flag" }).click();
  await page.getByText("Sign in first; then your flag is sent.").waitFor();
  await page.signInHere("alice");
  await page.getByText("You flagged this. A moderator has yet to read it.").waitFor();
  const { items } = await (await w.as("alice")).call("GET", "me/flags");
  assert.ok(items.some((/** @type {any} */ flag) => flag.comment_id === comment.id && flag.reason === "spam"));
});

test("a flag that is sent before it is known who gives it waits for that, and asks for no sign-in", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "Buy my planks.");
  const page = await w.page(t);
  await page.signIn("alice");
  const know = await held(page, /auth\/refresh$/);
  await page.goto(w.host.show({ thread }));
  await page.getByRole("button", { name: "flag", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("spam or advertising").check();
  await dialog.getByRole("button", { name: "Send the flag" }).click();
  await page.getByText("One moment.").waitFor();
  know();
  await page.getByText("You flagged this. A moderator has yet to read it.").waitFor();
  assert.equal(await page.getByLabel("Login or e-mail").count(), 0);
});

test("a reason and a note that were not sent are there again", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "Buy my planks.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  const flag = page.getByRole("button", { name: "flag", exact: true });
  await flag.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("spam or advertising").check();
  await dialog.getByRole("textbox").fill("The third time.");
  await dialog.getByRole("button", { name: "Send the flag" }).click();
  await page.locator(".under").getByRole("button", { name: "cancel", exact: true }).click();
  await flag.click();
  assert.equal(await dialog.getByRole("textbox").inputValue(), "The third time.");
  assert.equal(await dialog.getByLabel("spam or advertising").isChecked(), true);
});

test("what a moderator tells an author stays in the form until it is sent", async (t) => {
  // Moderators have their rights on the service's own pages only.
  const comment = await (await w.as("bob")).post("river-footbridge", "Off the matter.");
  const page = await w.page(t);
  page.expectErrors(/ERR_FAILED/);
  await page.signIn("mona");
  await page.goto(`${w.url}/#c-${comment.id}`);
  await page.getByRole("article").filter({ hasText: "Off the matter." }).getByRole("button", { name: "hide", exact: true }).click();
  const form = page.locator("form.decide");
  await form.getByRole("textbox").fill("Please stay with the matter.");
  await page.route("**/moderation/decisions", (route) => route.abort());
  await form.getByRole("button", { name: "hide", exact: true }).click();
  await page.locator(".said").getByText(/./).first().waitFor();
  assert.equal(await form.getByRole("textbox").inputValue(), "Please stay with the matter.");
  await page.unroute("**/moderation/decisions");
  await form.getByRole("button", { name: "hide", exact: true }).click();
  await form.waitFor({ state: "detached" });
  assert.equal((await (await w.as("mona")).call("GET", `comments/${comment.id}`)).state, "hidden");
});

test("illegal content is reported without an account, by keyboard, and the receipt tells the state later", async (t) => {
  const thread = w.thread();
  const comment = await (await w.as("bob")).post(thread, "A threat, say.");
  const page = await w.page(t, { width: 320 });
  await page.goto(w.host.show({ thread }));
  await page.getByRole("button", { name: "flag", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Report illegal content" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Report illegal content" });
  await dialog.getByLabel("Why is it against the law?").fill("It threatens a named person.");
  await page.axe();
  await dialog.getByRole("button", { name: "Send the report" }).click();
  await dialog.getByText("Tick the box first: the law asks for it.").waitFor();
  await dialog.getByLabel("To the best of my knowledge").check();
  await dialog.getByRole("button", { name: "Send the report" }).click();
  const receipt = page.getByRole("dialog", { name: "Your report is received" });
  await receipt.getByText("A moderator looks at it by").waitFor();
  await page.axe();
  await page.noSidewaysScroll();
  const link = await receipt.getByLabel("Link to your report").inputValue();
  assert.match(link, /#understory-notice=[\w-]+$/);
  await page.keyboard.press("Escape");
  await receipt.waitFor({ state: "detached" });

  await (await w.as("mona")).hide(comment, "illegal");
  const later = await w.page(t);
  await later.goto(link);
  await later.getByRole("dialog", { name: "Your report" }).getByText("and took the comment from the page.").waitFor();
});

test("a click beside the sheet closes it; one on its edge, or a text marked beyond it, does not", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "Buy my planks.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.getByRole("button", { name: "flag", exact: true }).click();
  await page.getByRole("button", { name: "Report illegal content" }).click();
  const dialog = page.getByRole("dialog", { name: "Report illegal content" });
  const name = dialog.getByLabel("Your name (optional)");
  await name.fill("Carla Reyes");
  const [sheet, field] = [await dialog.boundingBox(), await name.boundingBox()];
  if (!sheet || !field) throw new Error("it is not there");
  await page.mouse.click(sheet.x + 6, sheet.y + sheet.height / 2);
  await page.mouse.move(field.x + field.width - 4, field.y + field.height / 2);
  await page.mouse.down();
  await page.mouse.move(sheet.x - 20, field.y + field.height / 2);
  await page.mouse.up();
  assert.equal(await name.inputValue(), "Carla Reyes");
  assert.equal(await page.evaluate(() => document.querySelector("understory-thread")?.shadowRoot?.querySelector("dialog")?.open), true);
  await page.mouse.click(sheet.x - 20, sheet.y + 20);
  await dialog.waitFor({ state: "detached" });
});
