// The page as both sides render it, from the same facts.

import { useCallback, useState } from "react";
import { Comments } from "./comments.jsx";

export function Page({ site, thread, items }) {
  const [posted, setPosted] = useState(0);
  const onPosted = useCallback(() => setPosted((count) => count + 1), []);
  return (
    <main>
      <h1>The footbridge at Weir Lane opens again</h1>
      <p>This page was rendered by a server, with its comments in it.</p>
      <section aria-label="Comments">
        <Comments site={site} thread={thread} items={items} onPosted={onPosted} />
        {posted > 0 && <p role="status">You have written {posted} here. Thank you.</p>}
      </section>
    </main>
  );
}
