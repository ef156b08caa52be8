// The shapes of the HTTP contract that our browser modules read and send: those of
// the service's own description, and beside them what a module needs less of or
// says more exactly. Behaviour lives in the modules themselves.

import type * as wire from "../client/openapi";

export type User = wire.User;
export type Me = wire.Me;
export type Site = wire.Site;
export type Thread = wire.Thread;
export type Removed = wire.Removed;
export type Flag = wire.Flag;
export type Sanction = wire.Sanction;
export type Receipt = wire.Receipt;
export type Decision = wire.Decision;
export type Action = wire.Act;
/** One of /me/decisions. */
export type Entry = wire.OwnDecision;
export type Appeal = wire.Appeal;

export type Id = string;
/** RFC 3339, UTC, milliseconds. */
export type Time = string;
export type Sort = "oldest" | "newest" | "top";
export type CommentState = "published" | "held" | "hidden" | "deleted";
export type Vote = 1 | 0 | -1;
export interface Session {
  access_token: string;
  token_type: "Bearer";
  /** Seconds. */
  expires_in: number;
  user: Me;
}

export interface Replies {
  items: Comment[];
  next: string | null;
  remaining: number;
}

export interface Comment {
  id: Id;
  thread_id: Id;
  parent_id: Id | null;
  /** The visible outline number, "3.1.2". */
  number: string;
  /** 1 at the top. */
  depth: number;
  author: User | null;
  state: CommentState;
  body: string | null;
  body_html: string | null;
  created_at: Time;
  edited_at: Time | null;
  version: number;
  score: number;
  up: number;
  down: number;
  reply_count: number;
  pinned: boolean;
  locked: boolean;
  removed?: Removed | null;
  held_by?: string | null;
  replies?: Replies;
}

export interface CommentPage extends Replies {
  thread: Thread;
  sort: Sort;
}

export interface Context {
  thread: Thread;
  ancestors: Comment[];
  comment: Comment;
}

export interface Viewer {
  my_votes: Record<Id, Vote>;
  my_flags: Id[];
  my_comments: (Comment & { editable_until?: Time | null })[];
  can: { post: boolean; moderate: boolean; reason?: string | null };
  moderation?: { held: number; hidden: number; flagged: number } | null;
}

export interface Votes {
  score: number;
  up: number;
  down: number;
  my_vote: Vote;
}

export interface ProblemBody {
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: { pointer?: string; parameter?: string; code: string; detail: string }[];
  request_id?: string;
}

declare global {
  interface Window {
    trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createHTML(text: string): string },
      ): { createHTML(text: string): string };
    };
  }
}
