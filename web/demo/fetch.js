// A thread as elements of one's own: one request, and the tree by recursion. What
// is cut off is behind a "next" (docs/API.md); the typed client follows it.

const SERVICE = location.origin; // elsewhere: the address of the service
const THREAD = "/api/v1/sites/demo/threads/river-footbridge/comments";

const policy = globalThis.trustedTypes?.createPolicy("understory", { createHTML: (html) => html });
const place = document.querySelector("#comments");
try {
  const answer = await fetch(`${SERVICE}${THREAD}?limit=200&depth=16&per_parent=200`);
  if (!answer.ok) throw new Error((await answer.json()).detail);
  const { thread, items } = await answer.json();
  place.append(element("h2", `${thread.counts.published} comments`), list(items));
} catch (error) {
  place.append(element("p", `The comments could not be read: ${error.message}`));
}

/** Siblings, each with its replies. */
function list(comments) {
  const all = element("ul");
  for (const { number, author, body_html, created_at, removed, replies } of comments) {
    const item = element("li");
    const head = element("p", `${number} ${author?.display_name ?? ""} `);
    const time = element("time", new Date(created_at).toLocaleString());
    time.dateTime = created_at;
    head.append(time);
    const body = body_html === null ? element("p", removed ? `removed by ${removed.by}` : "not public") : markup(body_html);
    item.append(head, body);
    if (replies.items.length > 0) item.append(list(replies.items));
    all.append(item);
  }
  return all;
}

/** `body_html` has been cleaned by the service; a page with Trusted Types wants that said by a policy. */
function markup(html) {
  const body = element("div");
  body.innerHTML = policy ? policy.createHTML(html) : html;
  return body;
}

function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
