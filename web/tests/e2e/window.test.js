// The sign-in window, from a page of another origin: what it asks, what it hands
// over and to whom, and that a stranger gets nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { closes, signInHere } from "./page.js";
import { world } from "./world.js";

const w = await world();

/** A page that opens the window and keeps what it is told. */
const OPENER = `<!doctype html><html lang="en"><title>An opener</title><h1>An opener</h1><button>open</button><script>
const got = [];
addEventListener("message", ({ origin, data }) => got.push({ origin, data }));
document.querySelector("button").onclick = () => {
  const query = new URLSearchParams({ origin: location.origin, state: "s-1" });
  open("{service}/sign-in?" + query, "understory-sign-in", "popup,width=460,height=640");
};
</script>`;

/** Opens the window. @param {import("playwright-core").Page} page */
async function opened(page) {
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.getByRole("button", { name: "open" }).click()]);
  return popup;
}

/** @param {import("playwright-core").Page} popup @param {string} login */
const signIn = (popup, login) => signInHere(popup, login, w.password(login));

/** What the opener was told. @param {import("playwright-core").Page} page */
const told = (page) => page.evaluate("got");

test("a registered page is handed a code that is good once, and the next time takes one press", async (t) => {
  const page = await w.page(t);
  await page.goto(w.host.show({ html: OPENER, at: "foreign" }));
  let popup = await opened(page);
  await popup.getByText(w.host.foreign).waitFor();
  assert.deepEqual(Object.fromEntries(new URL(popup.url()).searchParams), { origin: w.host.foreign, state: "s-1" });
  await closes(popup, signIn(popup, "alice"));
  await page.waitForFunction("got.length === 1");
  const [{ origin, data }] = await told(page);
  assert.deepEqual([origin, data.type, data.state], [w.url, "understory:sign-in", "s-1"]);

  const exchange = () =>
    page.evaluate(
      async ([service, code]) => {
        const response = await fetch(`${service}/api/v1/auth/exchange`, {
          method: "POST",
          credentials: "include",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ code }),
        });
        return [response.status, (await response.json()).user?.login];
      },
      [w.url, data.code],
    );
  page.expectErrors(/auth\/exchange.*status of 401/);
  assert.deepEqual(await exchange(), [200, "alice"]);
  assert.deepEqual(await exchange(), [401, undefined]);

  popup = await opened(page);
  const goOn = popup.getByRole("button", { name: "Go on as Alice Moreau" });
  await closes(popup, goOn.press("Enter"));
  await page.waitForFunction("got.length === 2");

  popup = await opened(page);
  await popup.getByRole("button", { name: "Use another account" }).click();
  await closes(popup, signIn(popup, "bob"));
  await page.waitForFunction("got.length === 3");
});

test("a page that is not registered is named, and handed nothing", async (t) => {
  const page = await w.page(t);
  page.expectErrors(/auth\/code.*status of 403/);
  await page.goto(w.host.show({ html: OPENER, at: "stranger" }));
  const popup = await opened(page);
  await signIn(popup, "alice");
  await popup.getByRole("alert").filter({ hasText: "are not kept here" }).waitFor();
  assert.match(await popup.getByRole("alert").innerText(), new RegExp(w.host.stranger));
  assert.deepEqual(await told(page), []);
  await closes(popup, popup.getByRole("button", { name: "Close this window" }).click());
  assert.deepEqual(await told(page), []);
});

test("a page that names another origin than its own is told nothing", async (t) => {
  const page = await w.page(t);
  page.expectErrors(/postMessage|target origin/);
  const html = OPENER.replace("location.origin", JSON.stringify(w.host.origin));
  await page.goto(w.host.show({ html, at: "stranger" }));
  const popup = await opened(page);
  await popup.getByText(w.host.origin).waitFor();
  await closes(popup, signIn(popup, "alice"));
  assert.deepEqual(await told(page), []);
});

test("opened by nobody it asks for nothing, and cannot be framed", async (t) => {
  const page = await w.page(t, { width: 320, dark: true });
  await page.goto(`${w.url}/sign-in?origin=${w.host.origin}&state=s-1`);
  await page.getByText("none has opened it").waitFor();
  assert.equal(await page.locator("input").count(), 0);
  await page.axe();
  await page.noSidewaysScroll();
  page.expectErrors(/frame-ancestors|Refused to frame|Framing/);
  await page.goto(w.host.show({ html: '<!doctype html><title>A frame</title><iframe title="f" src="{service}/sign-in"></iframe>' }));
  assert.equal(await page.frameLocator("iframe").getByRole("heading").count(), 0);
});
