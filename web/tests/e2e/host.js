// Pages of another origin, as a site's owner would have them: any HTML, any
// headers. They are served under two names: `origin` is of the service's site
// (its cookies are first-party there), `foreign` is of another site, as most
// pages are. Both are registered with the demo's site; `stranger` is not.

import { createServer } from "node:http";

/**
 * @typedef {object} Shown
 * @property {string} [thread] the thread of the element
 * @property {string} [attributes] more attributes of the element, as HTML
 * @property {string} [lang] of the page
 * @property {string} [dir] of the page
 * @property {string} [head] more in the head, as HTML
 * @property {string} [before] what stands before the element, as HTML
 * @property {string} [after] what stands after it
 * @property {string} [inside] what stands in it
 * @property {string} [html] the whole page, in place of all above; {service} becomes the service's address
 * @property {Record<string, string>} [headers]
 * @property {string} [csp] the page's Content-Security-Policy; {service} likewise
 * @property {"origin" | "foreign" | "stranger"} [at]
 */

export async function startHost() {
  /** @type {Map<string, {html: string, headers: Record<string, string>}>} */
  const pages = new Map();
  let asked = 0;
  let service = "";

  const answer = (/** @type {import("node:http").IncomingMessage} */ req, /** @type {import("node:http").ServerResponse} */ res) => {
    const path = new URL(req.url ?? "/", "http://host").pathname;
    const page = pages.get(path);
    if (path === "/favicon.ico") res.writeHead(204).end();
    else if (!page) res.writeHead(404).end("no such page");
    else res.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers }).end(page.html);
  };
  const servers = [createServer(answer), createServer(answer)];
  const [port, strangerPort] = await Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve) =>
          server.listen(0, "127.0.0.1", () => resolve(/** @type {import("node:net").AddressInfo} */ (server.address()).port)),
        ),
    ),
  );
  const at = {
    origin: `http://127.0.0.1:${port}`,
    foreign: `http://localhost:${port}`,
    stranger: `http://127.0.0.1:${strangerPort}`,
  };

  return {
    ...at,
    /** Those that are registered. */
    origins: [at.origin, at.foreign],

    serves(/** @type {string} */ url) {
      service = url;
    },

    /**
     * Puts a page there and returns its address.
     *
     * @param {Shown} shown
     */
    show(shown) {
      asked += 1;
      const path = `/page-${asked}`;
      const filled = (/** @type {string} */ text) => text.replaceAll("{service}", service);
      pages.set(path, {
        html: filled(shown.html ?? article(shown)),
        headers: {
          ...shown.headers,
          ...(shown.csp ? { "content-security-policy": filled(shown.csp) } : {}),
        },
      });
      return at[shown.at ?? "origin"] + path;
    },

    async stop() {
      await Promise.all(
        servers.map((server) => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
}

/** @param {Shown} shown */
function article(shown) {
  const { thread = "t", attributes = "", lang = "en", dir = "ltr", head = "", before = "", after = "", inside = "" } = shown;
  return `<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>An article elsewhere</title>
${head}
</head>
<body>
<main>
<h1>An article elsewhere</h1>
${before}
<script type="module" src="{service}/embed.js"></script>
<understory-thread site="demo" thread="${thread}" ${attributes}>${inside}</understory-thread>
${after}
</main>
</body>
</html>
`;
}
