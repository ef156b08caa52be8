// The shortest story: a reader comes, signs in, writes, and finds it there again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { world } from "./world.js";

const w = await world();

test("a reader signs in, posts, and sees it after a reload", async (t) => {
  const thread = w.thread();
  const page = await w.page(t);
  await page.goto(w.host.show({ thread }));
  await page.signInByForm("alice");
  await page.field.fill("The heron is back at the weir.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const comment = page.getByRole("article").filter({ hasText: "The heron is back" });
  await comment.getByRole("button", { name: "reply", exact: true }).waitFor();

  await page.reload();
  await comment.waitFor();
  assert.match(await comment.innerText(), /Alice Moreau/);
  const kept = await (await w.as("bob")).call("GET", `sites/demo/threads/${thread}/comments`);
  assert.deepEqual(kept.items.map(({ body }) => body), ["The heron is back at the weir."]);
});
