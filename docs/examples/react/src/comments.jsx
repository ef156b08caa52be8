// The element, with the comments in it for whoever comes without JavaScript. React
// and the element do not meet: what React has rendered stands in the light tree,
// the element shows its own shadow tree in its place.

import { useEffect, useRef } from "react";

export function Comments({ site, thread, items, onPosted }) {
  const element = useRef(null);
  useEffect(() => {
    const host = element.current;
    host.addEventListener("understory:posted", onPosted);
    return () => host.removeEventListener("understory:posted", onPosted);
  }, [onPosted]);
  return (
    <understory-thread ref={element} site={site} thread={thread}>
      <List items={items} />
    </understory-thread>
  );
}

function List({ items }) {
  return (
    <ol>
      {items.map((comment) => (
        <li key={comment.id}>
          <p>
            {comment.number} <b>{comment.author?.display_name}</b>{" "}
            <time dateTime={comment.created_at}>{comment.created_at.slice(0, 10)}</time>
          </p>
          {/* cleaned by the service: no script, no style, links of three kinds */}
          {comment.body_html && <div dangerouslySetInnerHTML={{ __html: comment.body_html }} />}
          {comment.replies.items.length > 0 && <List items={comment.replies.items} />}
        </li>
      ))}
    </ol>
  );
}
