// What docs/EMBED.md shows, run as it stands there.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { world } from "./world.js";

const w = await world();
const document = await readFile(new URL("../../../docs/EMBED.md", import.meta.url), "utf8");

/** The lines of the sample that begins so, indented or in a fence, with our addresses in place of the example's. */
function sample(/** @type {string} */ begins) {
  const lines = document.split("\n");
  const at = lines.findIndex((line) => line.trim().startsWith(begins));
  assert.ok(at >= 0, `docs/EMBED.md has no sample "${begins}"`);
  const isFenced = !lines[at]?.startsWith("    ");
  const taken = [];
  for (const line of lines.slice(at)) {
    if (isFenced ? line.startsWith("```") : !line.startsWith("    ") && line !== "") break;
    taken.push(isFenced ? line : line.slice(4));
  }
  return taken.join("\n").replaceAll("https://comments.example", w.url).replaceAll('"news"', '"demo"');
}

/** The indented sample that has this line. */
function sampleAround(/** @type {string} */ line) {
  const block = document.split("\n\n").find((one) => one.startsWith("    ") && one.includes(line));
  assert.ok(block, `docs/EMBED.md has no sample with "${line}"`);
  return block.replaceAll(/^ {4}/gm, "").replaceAll("https://comments.example", w.url).replaceAll('"news"', '"demo"');
}

async function written() {
  const thread = w.thread();
  await (await w.as("alice")).post(thread, "The heron is back.");
  return thread;
}
const here = (/** @type {string} */ text, /** @type {string} */ thread) => text.replaceAll("first-article", thread);

test("the two lines", async (t) => {
  const thread = await written();
  const page = await w.page(t);
  await page.goto(w.host.show({ html: `<!doctype html><title>t</title>${here(sample("<script type=\"module\" src=\"https://comments.example/embed.js\">"), thread)}` }));
  await page.getByText("The heron is back.").waitFor();
});

test("under the policy that the document names, nothing is refused", async (t) => {
  const thread = await written();
  const page = await w.page(t);
  const csp = sample("Content-Security-Policy:").replace("Content-Security-Policy:", "").replaceAll(/\s+/g, " ").trim();
  await page.goto(w.host.show({ thread, csp }));
  await page.getByText("The heron is back.").waitFor();
  await page.signInByForm("alice");
  await page.field.fill("Under a strict policy.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("article").filter({ hasText: "Under a strict policy." }).getByRole("button", { name: "delete", exact: true }).waitFor();
});

test("a version by its hash runs, and with another hash does not", async (t) => {
  const thread = await written();
  const { src, integrity } = await (await fetch(`${w.url}/embed.json`)).json();
  const html = (/** @type {string} */ hash) =>
    `<!doctype html><title>t</title><script type="module" src="${src}" integrity="${hash}" crossorigin="anonymous"></script>
     <understory-thread site="demo" thread="${thread}"></understory-thread>`;
  const page = await w.page(t);
  await page.goto(w.host.show({ html: html(integrity) }));
  await page.getByText("The heron is back.").waitFor();
  const other = await w.page(t);
  other.expectErrors(/integrity/);
  await other.goto(w.host.show({ html: html(`sha384-${"A".repeat(64)}`) }));
  await other.quiet();
  assert.equal(await other.locator("understory-thread article").count(), 0);
  assert.ok(other.errors().length === 0);
});

test("the page's properties and parts reach the thread, its rules do not", async (t) => {
  const thread = await written();
  const page = await w.page(t);
  const rules = `${sample("understory-thread { --understory-accent")} ${sample("understory-thread::part(comment)")} p { color: red !important; font-size: 50px }`;
  await page.goto(w.host.show({ thread, head: `<style>${rules}</style>` }));
  const comment = page.getByRole("article");
  await comment.waitFor();
  const styleOf = (/** @type {any} */ locator, /** @type {string} */ name) => locator.evaluate((element, property) => getComputedStyle(element)[property], name);
  assert.equal(await styleOf(comment, "paddingInlineStart"), "12px");
  assert.match(await styleOf(comment, "fontFamily"), /Georgia/);
  assert.equal(await styleOf(page.getByRole("button", { name: "Sign in", exact: true }).first(), "backgroundColor"), "rgb(138, 28, 91)");
  assert.notEqual(await styleOf(page.getByText("The heron is back."), "color"), "rgb(255, 0, 0)");
});

test("the events tell what happened, and no text", async (t) => {
  const thread = await written();
  const page = await w.page(t);
  await page.addInitScript(() => {
    window.heard = [];
    for (const name of ["ready", "posted", "signed-in", "signed-out"]) {
      addEventListener(`understory:${name}`, ({ detail }) => window.heard.push([name, Object.keys(detail).sort().join(" ")]));
    }
  });
  await page.goto(w.host.show({ thread }));
  await page.getByText("The heron is back.").waitFor();
  await page.signInByForm("bob");
  await page.field.fill("A heron, or a crane?");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("article").filter({ hasText: "or a crane?" }).getByRole("button", { name: "delete", exact: true }).waitFor();
  // nothing of his is still being asked for when he goes
  await page.quiet();
  await page.getByRole("button", { name: "sign out" }).click();
  await page.locator("understory-thread:not([signed-in])").waitFor();
  await page.waitForFunction(() => window.heard.length >= 4);
  assert.deepEqual(Object.fromEntries(await page.evaluate(() => window.heard)), {
    ready: "comments site thread",
    "signed-in": "id login",
    posted: "id number state",
    "signed-out": "",
  });
});

test("the count stands in the page's own text", async (t) => {
  const thread = await written();
  const page = await w.page(t);
  const link = sample('<a href="/articles/7#comments"><understory-count').replace("article-7", thread);
  await page.goto(w.host.show({ html: `<!doctype html><html lang="en"><title>t</title><script type="module" src="${w.url}/embed.js"></script>${link}` }));
  await page.getByRole("link", { name: "1 comment", exact: true }).waitFor();
});

test("a count that is added later counts, too", async (t) => {
  const thread = await written();
  for (const html of [null, `<!doctype html><html lang="en"><title>t</title><script type="module" src="${w.url}/embed.js"></script><p>Nothing yet.`]) {
    const page = await w.page(t);
    await page.goto(w.host.show(html ? { html } : { thread }));
    await page.getByText(html ? "Nothing yet." : "The heron is back.").waitFor();
    await page.evaluate((key) => document.body.insertAdjacentHTML("beforeend", `<understory-count id="late" site="demo" thread="${key}">comments</understory-count>`), thread);
    await page.locator("#late").getByText("1 comment", { exact: true }).waitFor();
  }
});

test("a page with counts alone loads what they need, and the rest with its first thread", async (t) => {
  const thread = await written();
  const element = `<understory-thread site="demo" thread="${thread}"></understory-thread>`;
  for (const isInside of [false, true]) {
    const page = await w.page(t);
    /** @type {Set<string>} */
    const asked = new Set();
    page.on("request", (request) => {
      const { origin, pathname } = new URL(request.url());
      if (origin === w.url) asked.add(pathname.replace(/^\/web\/\w+\//, ""));
    });
    await page.goto(w.host.show({ html: `<!doctype html><html lang="en"><title>t</title><script type="module" src="${w.url}/embed.js"></script>
      <understory-count id="count" site="demo" thread="${thread}">comments</understory-count><div id="place"></div>` }));
    await page.locator("#count").getByText("1 comment", { exact: true }).waitFor();
    await page.quiet();
    assert.deepEqual([...asked].toSorted(), [
      "/api/v1/sites/demo/counts", "/embed.js", "shared/languages.js", "shared/words.js", "thread/count.js", "words/en.json",
    ]);
    await page.locator("#place").evaluate((place, [html, inside]) => {
      (inside ? place.attachShadow({ mode: "open" }) : place).innerHTML = html;
    }, /** @type {const} */ ([element, isInside]));
    await page.locator("understory-thread").getByText("The heron is back.").waitFor();
  }
});

test("the client, in a page of another origin", async (t) => {
  const thread = await written();
  const page = await w.page(t);
  const code = here(sample('import { Client, Problem }'), thread);
  // What follows needs a robot's password; it is run as it stands with one of the demo's people.
  const lines = code.replace('signIn("robot", password)', `signIn("bob", ${JSON.stringify(w.password("bob"))})`).replace(
    'for await (const flag of comments.items("GET /me/flags")) console.log(flag.state);',
    "",
  );
  await page.goto(w.host.show({ html: `<!doctype html><title>t</title><script type="module">${lines}\nwindow.done = comment.id;</script>` }));
  await page.waitForFunction(() => window.done);
  const kept = await (await w.as("alice")).call("GET", `sites/demo/threads/${thread}/comments`);
  assert.deepEqual(kept.items.map(({ body }) => body), ["The heron is back.", "Refused with 412 if somebody changed it meanwhile."]);
});

test("comments.html in the element: read without script, taken over with it", async (t) => {
  const thread = await written();
  const path = here(sampleAround("comments.html").replace("GET ", "").replace("/sites/news/", "/sites/demo/"), thread).trim();
  const answer = await fetch(w.url + path);
  assert.equal(answer.status, 200);
  const again = await fetch(w.url + path, { headers: { "if-none-match": answer.headers.get("etag") ?? "" } });
  assert.equal(again.status, 304);
  const said = "… what comments.html answered …";
  const element = here(sampleAround(said), thread).replace(said, await answer.text());
  const html = `<!doctype html><html lang="en"><title>t</title><script type="module" src="${w.url}/embed.js"></script>${element}`;
  const bare = await w.page(t, { script: false });
  await bare.goto(w.host.show({ html }));
  await bare.locator("understory-thread > .thread article").getByText("The heron is back.").waitFor();
  const page = await w.page(t);
  await page.goto(w.host.show({ html }));
  // nothing but the end of the page follows, and that is in sight: the element waits for a press
  await page.quiet();
  await page.keyboard.press("Shift");
  await page.field.waitFor();
  await page.getByRole("article").getByText("The heron is back.").waitFor();
  assert.equal(await page.locator("understory-thread > .thread:not([part])").isVisible(), false);
  assert.equal(await page.getByText("The heron is back.").filter({ visible: true }).count(), 1);
});

test("the link to the feed is found by readers of feeds, and leads to it", async (t) => {
  const thread = await written();
  const head = here(sample('<link rel="alternate" type="application/atom+xml"'), thread).replace("/sites/news/", "/sites/demo/");
  const page = await w.page(t, { script: false });
  await page.goto(w.host.show({ html: `<!doctype html><title>t</title>${head}` }));
  const href = await page.locator('link[rel="alternate"][type="application/atom+xml"]').getAttribute("href");
  const answer = await fetch(href ?? "");
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/atom\+xml/);
  assert.match(await answer.text(), /<entry>.*The heron is back\./s);
});

test("oEmbed answers a permalink as the document says, by its path and by the page's link", async () => {
  const thread = w.thread();
  const article = `${w.host.origin}/${thread}`;
  const { id } = await (await w.as("alice")).post(thread, "The heron **is** back.", { thread: { title: "Birds", url: article } });
  const asked = "url=https%3A%2F%2Fnews.example%2Ffirst-article%23c-7";
  const put = (/** @type {string} */ text) => {
    assert.ok(text.includes(asked), text);
    return text.replace(asked, `url=${encodeURIComponent(`${article}#c-${id}`)}`);
  };
  const path = put(sample("GET /oembed")).replace("GET ", "").trim();
  const link = /href="([^"]+)"/.exec(put(sample('<link rel="alternate" type="application/json+oembed"')))?.[1] ?? "";
  for (const [address, width] of /** @type {[string, number][]} */ ([[w.url + path, 400], [link, 600]])) {
    const answer = await fetch(address);
    assert.equal(answer.status, 200, address);
    const { type, html, author_name, title, width: given } = await answer.json();
    assert.deepEqual([type, author_name, title, given], ["rich", "Alice Moreau", "Comment 1 on Birds", width]);
    assert.match(html, /The heron <strong>is<\/strong> back\./);
    assert.ok(html.includes(`href="${article}#c-${id}"`));
    assert.doesNotMatch(html, /<script/i);
  }
  const xml = await fetch(`${w.url}${path}&format=xml`);
  assert.match(await xml.text(), /<type>rich<\/type>/);
  for (const none of [`${article}#c-1`, "https://elsewhere.example/x#c-1"]) {
    assert.equal((await fetch(`${w.url}/oembed?url=${encodeURIComponent(none)}`)).status, 404, none);
  }
});

test("only what the document lists is a part or a property", async () => {
  const css = await readFile(new URL("../../thread/view.css", import.meta.url), "utf8");
  const used = new Set(css.match(/--understory-[a-z-]*[a-z]/g));
  for (const name of used) assert.ok(document.includes(`\`${name}\``), `docs/EMBED.md does not name ${name}`);
});

test("a script that a cache has kept over an upgrade gives way to the newest", async (t) => {
  const thread = await written();
  const count = `<!doctype html><html lang="en"><title>t</title><script type="module" src="${w.url}/embed.js"></script>
    <understory-count site="demo" thread="${thread}">comments</understory-count>`;
  const { version } = await (await fetch(`${w.url}/embed.json`)).json();
  for (const { shown, said } of [{ shown: { thread }, said: "The heron is back." }, { shown: { html: count }, said: "1 comment" }]) {
    const page = await w.page(t);
    page.expectErrors(/404/, /000000000000/);
    await page.route(`${w.url}/embed.js`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(version, "000000000000") });
    });
    await page.goto(w.host.show(shown));
    await page.getByText(said, { exact: true }).waitFor();
  }
});
