// No violation of WCAG 2.2 AA on the service's own pages, light and wide,
// dark and at 320 px: the API's page, the article, the examples, the sign-in window.

import { test } from "node:test";
import { axe, noSidewaysScroll } from "./page.js";
import { world } from "./world.js";

const w = await world();

/** Address, and what stands there once the page is whole. */
const PAGES = {
  "/": (page) => page.getByRole("article").nth(3).waitFor(),
  "/demo/examples.html": (page) => page.getByRole("heading", { name: "Ways to put comments" }).waitFor(),
  "/demo/static.html": (page) => page.getByRole("article").nth(3).waitFor(),
  "/demo/fetch.html": (page) => page.getByText("Same here with the pram.").waitFor(),
  "/demo/client.html": (page) => page.getByText("Same here with the pram.").waitFor(),
  "/api/v1/docs": (page) => page.getByRole("heading").nth(5).waitFor(),
  "/sign-in": (page) => page.getByRole("heading").first().waitFor(),
};

for (const [path, whole] of Object.entries(PAGES)) {
  test(`axe finds nothing: ${path}`, async (t) => {
    const page = await w.page(t);
    await page.goto(w.url + path);
    await whole(page);
    await page.axe();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 320, height: 720 });
    await page.axe();
    await page.noSidewaysScroll();
  });
}

test("axe finds nothing: the sign-in window, opened by a registered page", async (t) => {
  const page = await w.page(t);
  await page.goto(w.host.show({ thread: w.thread(), attributes: 'sign-in="popup"', at: "foreign" }));
  await page.getByRole("button", { name: "Sign in", exact: true }).first().click();
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Sign in in a new window" }).click();
  const window = await opened;
  await window.getByLabel("Password", { exact: true }).waitFor();
  await axe(window);
  await window.emulateMedia({ colorScheme: "dark" });
  await axe(window);
  await window.setViewportSize({ width: 320, height: 640 });
  await axe(window);
  await noSidewaysScroll(window);
});
