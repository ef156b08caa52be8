// What the element knows of a thread. What the service answers is ../shared/types.

import type { Comment, Id } from "../shared/types";

/** One level of the tree as far as it is loaded. */
export interface Kids {
  ids: Id[];
  next: string | null;
  /** Nodes of this level that are not loaded. */
  remaining: number;
  /** Some are loaded out of turn (a permalink); `next` is not known. */
  partial: boolean;
}

export interface Node {
  comment: Comment;
  kids: Kids;
  /** What this browser is doing with it; the server's word is `comment.state`. */
  status: "sent" | "sending" | "failed";
  /** Why it failed, in plain words. */
  failure: string | null;
  /** The Idempotency-Key of a comment not yet acknowledged. */
  sendKey: string | null;
  mine: boolean;
  editableUntil: number | null;
  folded: boolean;
  /** Came since the reader looked. */
  fresh: boolean;
  /** Its parent is not loaded: it stands at the end of the top level. */
  astray: boolean;
  /** What is sent along with the first comment of a thread. */
  birth: { title: string; url: string } | null;
  /** Its author is muted, and yet it is shown. */
  revealed: boolean;
}
