// The typed client against the real server: what docs/EMBED.md promises of it, and
// that its types are the service's own.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Client, newKey, Problem } from "../../client/client.js";
import { types } from "../../client/generate.js";
import { command } from "./server.js";
import { world } from "./world.js";

const w = await world();

async function signedIn(login) {
  const client = new Client(w.url, { native: true });
  await client.signIn(login, w.password(login));
  return client;
}

test("the types are those of this server's description", async () => {
  const kept = await readFile(new URL("../../client/openapi.d.ts", import.meta.url), "utf8");
  const now = types(JSON.parse(await command(["openapi"])));
  const how = "not current; run: target/debug/understory openapi | node web/client/generate.js > web/client/openapi.d.ts";
  assert.ok(kept === now, `web/client/openapi.d.ts is ${how}`);
});

test("a walk brings every comment once, a parent before its replies, over all pages", async () => {
  const thread = w.thread();
  const alice = await w.as("alice");
  const tops = await alice.postMany(thread, 5);
  for (const top of tops.slice(0, 3)) {
    let parent = top;
    for (let n = 0; n < 4; n += 1) parent = await alice.reply(parent, thread, `Below ${parent.number}.`);
    await alice.reply(top, thread, "Another.");
  }
  const numbers = [];
  // Small pages, so that levels are cut at the top, under a parent and in the depth.
  for await (const comment of new Client(w.url).walk("demo", thread, { limit: 3, depth: 2, per_parent: 1 })) {
    numbers.push(comment.number);
  }
  const chain = (top) => [`${top}`, `${top}.1`, `${top}.1.1`, `${top}.1.1.1`, `${top}.1.1.1.1`, `${top}.2`];
  assert.deepEqual(numbers, [...chain(1), ...chain(2), ...chain(3), "4", "5"]);
});

test("a list is walked over its pages", async () => {
  const thread = w.thread();
  const newcomer = await w.newcomer();
  const made = await newcomer.postMany(thread, 7);
  const bodies = [];
  for await (const { id } of new Client(w.url).items("GET /users/{id}/comments", {
    path: { id: newcomer.user.id },
    query: { limit: 3 },
  })) {
    bodies.push(id);
  }
  assert.deepEqual(bodies, made.map(({ id }) => id).reverse());
});

test("a comment whose answer is lost is sent again, and is one comment", async (t) => {
  const thread = w.thread();
  const alice = await signedIn("alice");
  const real = globalThis.fetch;
  let lost = 0;
  t.mock.method(globalThis, "fetch", async (...given) => {
    const answer = await real(...given);
    if (lost === 0) {
      lost += 1;
      throw new TypeError("the line is cut");
    }
    return answer;
  });
  const comment = await alice.post("demo", thread, "Once.");
  t.mock.restoreAll();
  assert.equal(lost, 1);
  const page = await alice.call("GET /sites/{site}/threads/{key}/comments", { path: { site: "demo", key: thread } });
  assert.deepEqual(page.items.map(({ id }) => id), [comment.id]);
});

test("the same key is the same act, and the answer says so", async () => {
  const thread = w.thread();
  const alice = await signedIn("alice");
  const ask = { path: { site: "demo", key: thread }, body: { body: "Once." }, key: newKey() };
  const first = await alice.ask("POST /sites/{site}/threads/{key}/comments", ask);
  const again = await alice.ask("POST /sites/{site}/threads/{key}/comments", ask);
  assert.deepEqual([first.status, first.replayed, again.status, again.replayed], [201, false, 201, true]);
  assert.equal(first.body.id, again.body.id);
});

test("an expired token is renewed by the refresh token, once", async (t) => {
  const first = await signedIn("bob");
  const client = new Client(w.url, { refreshToken: first.refreshToken, token: "spent" });
  const real = globalThis.fetch;
  const asked = [];
  // The clock cannot be moved here: the first answer is made to be the one of an expired token.
  t.mock.method(globalThis, "fetch", async (url, init) => {
    asked.push(url.pathname);
    if (init.headers.get("authorization") === "Bearer spent") {
      return new Response(JSON.stringify({ code: "token_expired", status: 401 }), { status: 401 });
    }
    return real(url, init);
  });
  const me = await client.call("GET /me");
  assert.equal(me.login, "bob");
  assert.deepEqual(asked, ["/api/v1/me", "/api/v1/auth/refresh", "/api/v1/me"]);
  assert.notEqual(client.refreshToken, first.refreshToken);
});

test("an edit of what has changed meanwhile is refused", async () => {
  const thread = w.thread();
  const alice = await signedIn("alice");
  const comment = await alice.post("demo", thread, "One.");
  const changed = await alice.edit(comment, "Two.");
  assert.equal(changed.body, "Two.");
  await assert.rejects(alice.edit(comment, "Three."), (error) => {
    assert.ok(error instanceof Problem);
    assert.deepEqual([error.status, error.code], [412, "stale_version"]);
    return true;
  });
});

test("what has not changed is not sent again", async () => {
  const thread = w.thread();
  await (await w.as("alice")).post(thread, "One.");
  const client = new Client(w.url);
  const ask = { path: { site: "demo", key: thread } };
  const first = await client.ask("GET /sites/{site}/threads/{key}/comments", ask);
  const again = await client.ask("GET /sites/{site}/threads/{key}/comments", { ...ask, ifNoneMatch: first.etag });
  assert.deepEqual([first.status, again.status, again.body], [200, 304, null]);
});

test("a refusal names the fields, and a service that is not there is a problem too", async () => {
  const client = new Client(w.url);
  await assert.rejects(client.post("demo", w.thread(), "No."), { status: 401, code: "sign_in_required" });
  await assert.rejects(
    client.register({ login: "x", password: "short" }),
    (error) => error.status === 422 && error.errors.some(({ pointer }) => pointer === "/login"),
  );
  await assert.rejects(new Client(w.host.stranger.replace(/\d+$/, "1")).call("GET /me"), { status: 0, code: "network" });
});

test("who has signed out is a stranger", async () => {
  const bob = await signedIn("bob");
  assert.equal(bob.user.login, "bob");
  await bob.signOut();
  await assert.rejects(bob.call("GET /me"), { code: "sign_in_required" });
});
