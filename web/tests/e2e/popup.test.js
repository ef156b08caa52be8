// Signing in through the service's own window, on a page of another site.

import assert from "node:assert/strict";
import { test } from "node:test";
import { closes, signInHere } from "./page.js";
import { world } from "./world.js";

const w = await world();

/** Opens the window. @param {import("playwright-core").Page} page */
async function opened(page) {
  const [window] = await Promise.all([page.waitForEvent("popup"), page.getByRole("button", { name: "Sign in in a new window" }).click()]);
  return window;
}

test("the window hands the sign-in back, what waited is sent, and a moderator's token is a reader's", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "Something to hide.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread, attributes: 'sign-in="popup"', at: "foreign" }));
  await page.field.fill("Sent after the window.");
  await page.field.press("Control+Enter");
  await page.getByText("It is sent as soon as you are signed in.").waitFor();
  await page.axe();
  const window = await opened(page);
  await window.getByLabel("Login or e-mail").waitFor();
  assert.equal(new URL(window.url()).origin, w.url);
  assert.equal(new URL(window.url()).searchParams.get("origin"), w.host.foreign);
  await closes(window, signInHere(window, "mona", w.password("mona")));
  const sent = page.getByRole("article").filter({ hasText: "Sent after the window." });
  await sent.getByRole("button", { name: "delete" }).waitFor();
  await page.getByText(/^Signed in as Mona Keller/).waitFor();
  await page.quiet();
  const other = page.getByRole("article").filter({ hasText: "Something to hide." });
  assert.equal(await other.getByRole("button", { name: "hide", exact: true }).count(), 0);
});

test("a window that is closed leaves a way back, and the text", async (t) => {
  const page = await w.page(t);
  await page.goto(w.host.show({ thread: w.thread(), attributes: 'sign-in="popup"', at: "foreign" }));
  await page.field.fill("Still here.");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await (await opened(page)).close();
  await page.getByText("The window was closed before you were signed in.").waitFor();
  assert.equal(await page.field.inputValue(), "Still here.");
});

test("a window is closed where another form is opened, and says nothing there", async (t) => {
  const thread = w.thread();
  await (await w.as("bob")).post(thread, "Vote for the goat.");
  const page = await w.page(t);
  await page.goto(w.host.show({ thread, attributes: 'sign-in="popup"', at: "foreign" }));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  const window = await opened(page);
  await closes(window, page.getByRole("button", { name: "Vote up" }).click());
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
  const window = await opened(page);
  await page.evaluate(() => {
    Object.assign(globalThis, { heard: 0 });
    addEventListener("message", () => Object.assign(globalThis, { heard: Reflect.get(globalThis, "heard") + 1 }));
    postMessage({ type: "understory:sign-in", code: "x", state: "y" }, "*");
  });
  // From the window itself, but with a state that is not the one given.
  await window.evaluate((origin) => globalThis.opener.postMessage({ type: "understory:sign-in", code: "x", state: "y" }, origin), w.host.foreign);
  await page.waitForFunction("heard === 2");
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
