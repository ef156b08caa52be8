// In which language the element speaks, and what becomes of it when the words do
// not come. That the languages are whole is unit/words.test.js.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { world } from "./world.js";

const w = await world();

/** @returns {Promise<Record<string, any>>} */
async function words(/** @type {string} */ file) {
  return JSON.parse(await readFile(new URL(`../../words/${file}`, import.meta.url), "utf8"));
}

async function written() {
  const thread = w.thread();
  const alice = await w.as("alice");
  for (const text of ["The heron is back.", "And the kingfisher."]) await alice.post(thread, text);
  return thread;
}

test("in a page in Arabic it is Arabic, from the right, and a reader signs in and writes", async (t) => {
  const ar = { ...(await words("ar.json")), ...(await words("acts.ar.json")) };
  const page = await w.page(t, { width: 320 });
  await page.goto(w.host.show({ thread: await written(), lang: "ar", dir: "rtl" }));
  await page.getByRole("heading", { name: ar.heading.two, exact: true }).waitFor();
  assert.equal(await page.locator("understory-thread .thread").getAttribute("dir"), "rtl");
  assert.match(await page.getByRole("article").first().locator("time").innerText(), /الآن|قبل/);
  await page.noSidewaysScroll();
  await page.axe();

  await page.getByRole("textbox", { name: ar.write_label }).fill("عاد مالك الحزين.");
  await page.getByRole("button", { name: ar.sign_in, exact: true }).click();
  await page.getByLabel(ar.identifier).fill("bob");
  await page.getByLabel(ar.password, { exact: true }).fill(w.password("bob"));
  await page.getByLabel(ar.password, { exact: true }).press("Enter");
  await page.locator("understory-thread[signed-in]").waitFor();
  await page.getByRole("button", { name: ar.send, exact: true }).click();
  const comment = page.getByRole("article").filter({ hasText: "مالك الحزين" });
  await comment.getByRole("button", { name: ar.delete, exact: true }).waitFor();
});

test("a page in a language that is not there is in the reader's, with dates as they write them", async (t) => {
  const page = await w.page(t, { locale: "pl-PL" });
  await page.goto(w.host.show({ thread: await written(), lang: "tlh" }));
  await page.getByRole("heading", { name: "2 komentarze" }).waitFor();
  assert.equal(await page.locator("understory-thread .thread").getAttribute("lang"), "pl");
  assert.match((await page.locator("understory-thread time").first().getAttribute("title")) ?? "", /20\d\d \d\d:\d\d|20\d\d o \d\d:\d\d|20\d\d, \d\d:\d\d/);
});

test("the element's own lang goes before the page's", async (t) => {
  const page = await w.page(t);
  await page.goto(w.host.show({ thread: await written(), lang: "fr", attributes: 'lang="de-CH"' }));
  await page.getByRole("heading", { name: "2 Kommentare" }).waitFor();
});

test("where a language does not come it is English; where English does not come either, it says so", async (t) => {
  const thread = await written();
  const page = await w.page(t);
  page.expectErrors(/words\/(de|en)\.json/, /Failed to fetch/);
  await page.route("**/words/de.json", (route) => route.abort());
  await page.goto(w.host.show({ thread, lang: "de" }));
  await page.getByRole("heading", { name: "2 comments" }).waitFor();

  await page.route("**/words/en.json", (route) => route.abort());
  await page.goto(w.host.show({ thread, lang: "de" }));
  await page.getByText("The comments could not be shown. Reload the page to try again.").waitFor();
});

test("what is wrong with a field is said in the page's language, whatever the server says of it", async (t) => {
  const de = await words("acts.de.json");
  const page = await w.page(t);
  page.expectErrors(/auth\/register.*status of 422/s);
  await page.goto(w.host.show({ thread: w.thread(), lang: "de" }));
  await page.getByRole("button", { name: "Konto anlegen" }).click();
  const password = page.getByLabel(de.password, { exact: true });
  const faults = {
    field_email: { login: "neuer", email: "nobody", password: "the password of nobody" },
    field_too_short: { login: "neuer", email: "", password: "short" },
    field_common: { login: "neuer", email: "", password: "PasswordPassword" },
    field_contains_login: { login: "neuer", email: "", password: "the password of neuer" },
    field_login: { login: "neu!er", email: "", password: "the password of nobody" },
    field_display_name: { login: "neuer", display_name: "N  N", email: "", password: "the password of nobody" },
  };
  for (const [key, fields] of Object.entries(faults)) {
    for (const [name, value] of Object.entries(fields)) await page.getByLabel(de[name], { exact: true }).fill(value);
    await password.press("Enter");
    await page.locator(".problem").getByText(de[key], { exact: true }).waitFor();
  }
  assert.equal(await page.getByLabel(de.display_name).getAttribute("aria-invalid"), "true");
  assert.equal(await password.getAttribute("aria-invalid"), "false");
});
