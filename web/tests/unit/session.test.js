// Who is signed in, when answers come in another order than they were asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Api } from "../../shared/api.js";
import { Session } from "../../shared/session.js";

/** @param {string} id */
const sessionOf = (id) => ({ access_token: `token of ${id}`, user: { id, display_name: id } });

/**
 * A session whose refresh is answered when the test says so, and all else at once.
 *
 * @param {import("node:test").TestContext} t
 */
function slowly(t) {
  /** @type {(answer: [status: number, body: unknown]) => void} */
  let answer = () => {};
  const late = new Promise((resolve) => (answer = resolve));
  // Without locks, as on a page that came by plain http; older Node has none of it.
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  t.mock.method(globalThis, "fetch", async (/** @type {URL} */ url) => {
    const [status, body] = url.pathname.endsWith("/refresh") ? await late : url.pathname.endsWith("/login") ? [200, sessionOf("bob")] : [204, null];
    return new Response(body === null ? null : JSON.stringify(body), { status });
  });
  return { session: new Session(new Api(new URL("https://comments.example/api/v1/"))), answer };
}

for (const [what, answered] of /** @type {[string, [number, unknown]][]} */ ([
  ["that there was no session", [401, { code: "session_ended" }]],
  ["with the session of before", [200, sessionOf("alice")]],
])) {
  test(`a slow refresh answering ${what} does not undo a sign-in`, async (t) => {
    const { session, answer } = slowly(t);
    const refreshed = session.refresh();
    await session.signIn({ identifier: "bob", password: "x" });
    answer(answered);
    await refreshed;
    assert.equal(session.user?.id, "bob");
    assert.equal(session.token, "token of bob");
  });
}

for (const status of [429, 500]) {
  test(`a refresh answered ${status} signs nobody out, and says so`, async (t) => {
    const { session, answer } = slowly(t);
    await session.signIn({ identifier: "bob", password: "x" });
    answer([status, { code: "rate_limited" }]);
    await assert.rejects(session.refresh(), { status });
    assert.equal(session.token, "token of bob");
  });
}

test("a refresh takes up the session of the cookie", async (t) => {
  const { session, answer } = slowly(t);
  answer([200, sessionOf("alice")]);
  await session.refresh();
  assert.equal(session.user?.id, "alice");
});
