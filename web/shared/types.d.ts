// The shapes of the HTTP contract that our browser modules read and send.
// Behaviour lives in the modules themselves.

export type Id = string;
/** RFC 3339, UTC, milliseconds. */
export type Time = string;
export type Sort = "oldest" | "newest" | "top";
export type CommentState = "published" | "held" | "hidden" | "deleted";
export type Vote = 1 | 0 | -1;
export type Action =
  | "approve" | "hide" | "restore" | "dismiss" | "lock" | "unlock" | "pin" | "unpin";

export interface User {
  id: Id;
  login: string;
  display_name: string;
  badge: null | "moderator" | "admin";
  /** null: this person does not show it. */
  presence: "online" | "offline" | null;
  joined_at: Time;
}

export interface Me extends User {
  email: string | null;
  roles: { site: string | null; role: string }[];
  settings: { show_presence: boolean };
}

export interface Session {
  access_token: string;
  token_type: "Bearer";
  /** Seconds. */
  expires_in: number;
  user: Me;
}

export interface Site {
  site: string;
  title: string;
  body_max_chars: number;
  edit_window_s: number;
  reasons: string[];
  policy_url: string | null;
}

export interface Thread {
  id: Id | null;
  site: string;
  key: string;
  title: string | null;
  url: string | null;
  state: "open" | "locked" | "archived";
  premoderation: boolean;
  slow_mode_seconds: number;
  pinned: Id[];
  counts: { published: number };
  version: number;
  created_at: Time | null;
}

export interface Removed {
  by: "author" | "moderator" | "rule";
  reason_code: string | null;
  at: Time;
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

export interface Flag {
  id: Id;
  comment_id: Id;
  reason: string;
  note: string | null;
  state: "open" | "upheld" | "dismissed" | "withdrawn";
  outcome: { decision_id: Id; action: string; at: Time } | null;
  created_at: Time;
}

export interface Votes {
  score: number;
  up: number;
  down: number;
  my_vote: Vote;
}

export interface Decision {
  id: Id | null;
  action: Action;
  applied: { comment_id: Id; from: string; to: string; version: number }[];
  conflicts: { comment_id: Id; code: string; version: number | null; state: string | null }[];
}

/** One entry of /me/decisions, as far as the element shows it. */
export interface Entry {
  id: Id;
  comment_id: Id | null;
  sanction_id: Id | null;
  /** The sanction as it is now. */
  sanction: Sanction | null;
  /** Of a sanction its kind, or `lift`. */
  action: string;
  reason_code: string | null;
  public_text: string | null;
  at: Time;
  automated: boolean;
  /** null where nothing of one's own is restricted. */
  statement: Statement | null;
  appeal: Appeal | null;
}

export interface Sanction {
  id: Id;
  kind: "warn" | "premoderate" | "mute" | "suspend" | "ban";
  /** null: everywhere. */
  site: string | null;
  /** null: without an end. */
  until: Time | null;
  lifted_at: Time | null;
}

/** A statement of reasons, as far as the element shows it. */
export interface Statement {
  in_force: boolean;
  policy_url: string | null;
  redress: { appeal_until: Time };
}

export interface Appeal {
  id: Id;
  entry_id: Id;
  decision_id: Id;
  state: "open" | "upheld" | "overturned";
  text: string;
  answer: string | null;
  created_at: Time;
  due_at: Time;
  decided_at: Time | null;
}

/** A notice of illegal content, as its giver sees it. */
export interface Receipt {
  token: string;
  state: "open" | "upheld" | "dismissed";
  comment_id: Id;
  created_at: Time;
  due_at: Time;
  outcome: { at: Time } | null;
  redress: string | null;
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
