// The typed client: a whole thread in the order of reading, whatever its size, and
// the count of another call beside it.

import { Client, Problem } from "../client/client.js";

const comments = new Client(location.origin); // elsewhere: the address of the service
const place = document.querySelector("#comments");
const list = document.createElement("ul");
const heading = document.createElement("h2");
place.append(heading, list);

try {
  const { counts } = await comments.call("GET /sites/{site}/counts", {
    path: { site: "demo" },
    query: { keys: "river-footbridge" },
  });
  heading.textContent = `${counts["river-footbridge"]} comments`;
  // ten a page, to show that the walk goes on by itself
  for await (const comment of comments.walk("demo", "river-footbridge", { limit: 10 })) {
    const item = document.createElement("li");
    item.textContent = `${comment.number} ${comment.author?.display_name ?? "(removed)"}: ${comment.body ?? ""}`;
    list.append(item);
  }
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  heading.textContent = `The comments could not be read: ${error.message}`;
}
