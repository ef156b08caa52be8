// Reads the comments and renders the page. The facts go along as JSON, so that the
// browser hydrates from the same.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { renderToString } from "react-dom/server";
import { Page } from "./page.jsx";

const SERVICE = process.env.SERVICE ?? "http://127.0.0.1:8080";
const SITE = "demo";
const THREAD = "river-footbridge";
const browser = await readFile(new URL("./browser.js", import.meta.url));

const server = createServer(async (req, res) => {
  if (req.url === "/browser.js") return void res.writeHead(200, { "content-type": "text/javascript" }).end(browser);
  if (req.url !== "/") return void res.writeHead(404).end();
  const facts = { site: SITE, thread: THREAD, items: await comments() };
  res.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>React with server rendering</title>
<style>body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 100%/1.5 system-ui, sans-serif }</style>
<div id="root">${renderToString(<Page {...facts} />)}</div>
<script type="application/json" id="facts">${JSON.stringify({ ...facts, service: SERVICE }).replaceAll("<", "\\u003c")}</script>
<script type="module" src="/browser.js"></script>
</html>`);
});

/** The page does not fail with its comments: without them the element reads them itself. */
async function comments() {
  try {
    const answer = await fetch(`${SERVICE}/api/v1/sites/${SITE}/threads/${THREAD}/comments?limit=200`);
    return answer.ok ? (await answer.json()).items : [];
  } catch {
    return [];
  }
}

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
