// Signing in through the service's own window, on a page of another site.

import assert from "node:assert/strict";
import { test } from "node:test";
import { world } from "./world.js";

const w = await world();

/** @param {import("playwright-core").Page} window @param {string} login */
async function signInThere(window, login) {
  await window.getByLabel("Login or e-mail").fill(login);
  await window.getByLabel("Password", { exact: true }).fill(w.password(login));
  await window.getByLabel("Password", { exact: true }).press("Enter");
}

test("the window hands the sign-in back, what waited is sent, and a moderator's token is a reader's", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "Something to hide.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread, attributes: 'sign-in="popup"', at: "foreign" }));
  const field = page.getByRole("textbox", { name: "Your comment" });
  await field.fill("Sent after the window.");
  await field.press("Control+Enter");
  await page.getByText("It is sent as soon as you are signed in.").waitFor();
  await page.axe();
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Sign in in a new window" }).click();
  const window = await opened;
  assert.equal(new URL(window.url()).origin, w.url);
  assert.equal(new URL(window.url()).searchParams.get("origin"), w.host.foreign);
  await signInThere(window, "mona");
  const sent = page.getByRole("article").filter({ hasText: "Sent after the window." });
  await sent.getByRole("button", { name: "delete" }).waitFor();
  await page.getByText(/^Signed in as Mona Keller/).waitFor();
  const other = page.getByRole("article").filter({ hasText: "Something to hide." });
  assert.equal(await other.getByRole("button", { name: "hide", exact: true }).count(), 0);
});

test("a window that is closed leaves a way back, and the text", async (t) => {
  const page = await w.page(t);
  await page.goto(w.host.show({ thread: w.thread(), attributes: 'sign-in="popup"', at: "foreign" }));
  const field = page.getByRole("textbox", { name: "Your comment" });
  await field.fill("Still here.");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Sign in in a new window" }).click();
  await (await opened).close();
  await page.getByText("The window was closed before you were signed in.").waitFor();
  assert.equal(await field.inputValue(), "Still here.");
});

test("a window is closed where another form is opened, and says nothing there", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "Vote for the goat.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread, attributes: 'sign-in="popup"', at: "foreign" }));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Sign in in a new window" }).click();
  const closed = (await opened).waitForEvent("close");
  await page.getByRole("button", { name: "Vote up" }).click();
  await closed;
  await page.getByText("Sign in first; then it is done for you.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Sign in in a new window" }).count(), 1);
  assert.equal(await page.getByText("The window was closed before").count(), 0);
});

test("a message that is not the window's own is not heard", async (t) => {
  const page = await w.page(t);
  await page.goto(w.host.show({ thread: w.thread(), attributes: 'sign-in="popup"', at: "foreign" }));
  let exchanges = 0;
  page.on("request", (request) => {
    exchanges += Number(request.url().endsWith("/auth/exchange") && request.method() === "POST");
  });
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Sign in in a new window" }).click();
  const window = await opened;
  await page.evaluate(() => postMessage({ type: "understory:sign-in", code: "x", state: "y" }, "*"));
  // From the window itself, but with a state that is not the one given.
  await window.evaluate((origin) => globalThis.opener.postMessage({ type: "understory:sign-in", code: "x", state: "y" }, origin), w.host.foreign);
  await page.evaluate(() => new Promise((done) => setTimeout(done)));
  await page.getByText("The window is open.").waitFor();
  assert.equal(exchanges, 0);
});

test("a blocked window is told of", async (t) => {
  const page = await w.page(t);
  await page.addInitScript(() => {
    window.open = () => null;
  });
  await page.goto(w.host.show({ thread: w.thread(), attributes: 'sign-in="popup"', at: "foreign" }));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: "Sign in in a new window" }).click();
  await page.getByText("Your browser blocked the window.").waitFor();
  await page.axe();
});
