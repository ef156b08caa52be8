// How requests are sent: what is asked again, and what is not.
//
// A unit test needs no page: it imports the module and gives it what it asks the
// browser for. What needs a page is an end-to-end test.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, newKey } from "../../shared/api.js";

/**
 * An Api whose requests are answered in turn, with what was sent.
 *
 * @param {import("node:test").TestContext} t
 * @param {[status: number, body: unknown][]} answers
 */
function answering(t, answers) {
  /** @type {{url: URL, init: any}[]} */
  const sent = [];
  t.mock.method(globalThis, "fetch", async (url, init) => {
    sent.push({ url, init });
    const [status, body] = answers[sent.length - 1] ?? [500, {}];
    return new Response(JSON.stringify(body), { status });
  });
  const api = new Api(new URL("https://comments.example/api/v1/"));
  const session = {
    token: /** @type {string | null} */ ("old"),
    refreshed: 0,
    forgotten: 0,
    async refresh() {
      this.refreshed += 1;
      this.token = "new";
    },
    forget() {
      this.forgotten += 1;
    },
  };
  api.session = /** @type {any} */ (session);
  return { api, session, sent };
}

test("an expired token is renewed once, and the request asked again", async (t) => {
  const { api, session, sent } = answering(t, [
    [401, { code: "token_expired" }],
    [200, { id: "1" }],
  ]);
  assert.deepEqual(await api.get("me", { as: "token" }), { id: "1" });
  assert.equal(session.refreshed, 1);
  assert.deepEqual(sent.map(({ init }) => init.headers.get("authorization")), ["Bearer old", "Bearer new"]);
});

test("a token that is refused twice is not asked a third time", async (t) => {
  const { api, session, sent } = answering(t, [
    [401, { code: "token_expired" }],
    [401, { code: "token_expired" }],
  ]);
  await assert.rejects(api.get("me", { as: "token" }), { code: "token_expired" });
  assert.equal(session.refreshed, 1);
  assert.equal(sent.length, 2);
});

test("an ended session is forgotten, not renewed", async (t) => {
  const { api, session } = answering(t, [[401, { code: "session_ended" }]]);
  await assert.rejects(api.get("me", { as: "token" }), { code: "session_ended" });
  assert.deepEqual([session.refreshed, session.forgotten], [0, 1]);
});

test("what one person asked for is not asked again as another who signed in in another tab", async (t) => {
  const { api, session, sent } = answering(t, [[401, { code: "token_expired" }]]);
  Object.assign(session, {
    user: { id: "1" },
    refresh: async () => Object.assign(session, { token: "another's", user: { id: "2" } }),
  });
  await assert.rejects(api.send("POST", "comments/1/flags", { as: "token", body: {} }), { code: "sign_in_required" });
  assert.equal(sent.length, 1);
});

test("a late refusal of an old token does not end the session that began meanwhile", async (t) => {
  const { api, session } = answering(t, [[401, { code: "session_ended" }]]);
  const asked = api.get("me", { as: "token" });
  session.token = "of who signed in";
  await assert.rejects(asked, { code: "session_ended" });
  assert.equal(session.forgotten, 0);
});

test("without a token nothing is sent that needs one", async (t) => {
  const { api, session, sent } = answering(t, []);
  session.token = null;
  await assert.rejects(api.send("POST", "comments/1/flags", { as: "token", body: {} }));
  assert.equal(sent.length, 0);
});

test("what is null or not there is left out of the query", async (t) => {
  const { api, sent } = answering(t, [[200, {}]]);
  await api.get("sites/demo", { query: { sort: "top", cursor: null, limit: undefined, depth: 3 } });
  assert.equal(sent[0]?.url.search, "?sort=top&depth=3");
});

test("keys are 128 random bits", () => {
  const keys = new Set(Array.from({ length: 100 }, newKey));
  assert.equal(keys.size, 100);
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
});
