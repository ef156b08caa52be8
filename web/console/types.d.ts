// The contract between the console's frame and its pages, and what the service
// answers to moderators. What it answers to everybody is ../shared/types.
//
// A page is one file, named in pages.js, that exports a `Page`:
//
//   export const figures = {
//     route: "figures",                       // the first part of the hash: #figures
//     section: "records",                     // under which heading its lists stand at the left
//     lists: [{ at: "figures", title: "list_figures", key: "r" }],
//     draw(desk, place) {
//       const main = h("section", {}, h("h1", {}, t("list_figures")));
//       void fill(desk, main);                // asks desk.api, then desk.tell(error) if it fails
//       return { main };
//     },
//   };
//
// Strings come from ../words/console.en.json by `t` of words.js. `h1` is the page's
// heading and takes the focus when the page is opened. `draw` is called when the hash
// comes to the page, `moved` for each later change within it, `left` when another
// page comes. What is shown is always of `desk.site`; on another site all is drawn anew.

import type { Comment, CommentState, Flag, Id, Me, Site, Thread, Time, User } from "../shared/types";
import type { Desk } from "./desk.js";
import type { WordKey } from "./words.js";

/** The hash in parts: `#people/12?tab=notes`. */
export interface Place {
  /** "people" */
  route: string;
  /** ["12"] */
  parts: string[];
  query: URLSearchParams;
}

/** A line of the left column. */
export interface List {
  /** The hash without `#`. */
  at: string;
  title: WordKey;
  /** `g`, then this letter, goes there. */
  key: string;
  /** The name of its number in `desk.counts`, if it has one. */
  count?: string;
  /** Above it the number says no more than that: "99+". */
  most?: number;
}

export interface Page {
  route: string;
  section: "queue" | "work" | "records" | "site";
  lists: List[];
  draw: (desk: Desk, place: Place) => Drawn;
}

export interface Drawn {
  /** The middle column; without one, `main` has its room too. */
  list?: HTMLElement;
  main: HTMLElement;
  /** The page's own keys, which `?` shows before the frame's. */
  keys?: Key[];
  moved?: (place: Place) => void;
  left?: () => void;
}

/** One line of the table of keys. */
export interface Key {
  /** `event.key` as it comes ("j", "X", "?"), or "g q" for two in a row. */
  press: string;
  /** What it does, for the sheet. */
  words: WordKey;
  group: "move" | "decide" | "look" | "go";
  act: () => void;
}

/** A role of `Me`: `site` null is the whole server. */
export type Role = Me["roles"][number];

/** What desk.js keeps on this device only. */
export interface Kept {
  site: string | null;
  /** Texts of the queue are blurred until asked for. */
  blur: boolean;
  /** Single letters do something. */
  keys: boolean;
}

export type QueueKind = "all" | "flagged" | "held" | "notice" | "sample";

export interface QueueCounts {
  flagged: number;
  held: number;
  notice: number;
  sample: number;
}

export interface Signal {
  name: "base" | "author" | "flags" | "probability" | "severity" | "visibility" | "waiting";
  value: number;
  detail: string | null;
}

export interface Reporter {
  user: User;
  reason: string;
  note: string | null;
  at: Time;
  upheld: number;
  dismissed: number;
  proven: boolean;
  own_reply: boolean;
  /** Log-odds, alone. */
  weight: number;
}

export interface Notice {
  category: string;
  explanation: string;
  name: string | null;
  email: string | null;
  at: Time;
  due_at: Time;
}

export interface Holding {
  user: User;
  /** When the claim was made. */
  since?: Time;
  expires_at: Time;
}

export interface QueueItem {
  comment: Comment & { held_by?: string | null };
  thread: { id: Id; key: string; title: string | null; url: string | null };
  flags: { reason: string; count: number; proven: number; notes: string[] }[];
  notices: Notice[];
  reporters: Reporter[];
  signals: Signal[];
  band: 0 | 1 | 2;
  priority: number;
  first_at: Time;
  due_at: Time | null;
  claim: Holding | null;
}

export interface QueuePage {
  items: QueueItem[];
  next: string | null;
  counts: QueueCounts;
}

export interface Claim {
  token: string;
  items: QueueItem[];
  expires_at: Time;
}

/** What was decided last on a comment. */
export interface Past {
  decision_id: Id;
  actor: User | null;
  action: string;
  at: Time;
}

export interface Conflict {
  comment_id: Id;
  code: "not_found" | "stale_version" | "stale_claim" | "wrong_state";
  version: number | null;
  state: CommentState | null;
  decided: Past | null;
}

export interface DecisionHead {
  id: Id | null;
  at: Time;
  actor: User | null;
  action: string;
  scope: "comment" | "subtree";
  state: "proposed" | "running" | "done";
  reason_code: string | null;
  note: string | null;
  public_text: string | null;
  select: Record<string, unknown> | null;
  progress: { done: number; total: number };
  applied_count: number;
  conflict_count: number;
  proposed_at: Time | null;
  confirmed_by: User | null;
  undone_by: Id | null;
  undoes: Id | null;
}

export interface Decision extends DecisionHead {
  applied: { comment_id: Id; from: CommentState; to: CommentState; version: number }[];
  conflicts: Conflict[];
  sanction: Sanction | null;
}

export interface Sanction {
  id: Id;
  user_id: Id;
  kind: "warn" | "premoderate" | "mute" | "suspend" | "ban";
  site: string | null;
  until: Time | null;
  reason_code: string;
  public_text: string | null;
  at: Time;
  lifted_at: Time | null;
}

/** As moderators see it. */
export interface ModeratedSanction extends Sanction {
  decision_id: Id;
  actor: User | null;
  proposed: boolean;
  note: string | null;
}

export interface Sheet {
  user: User;
  site: string;
  comments: Record<CommentState, number>;
  flags: { upheld: number; dismissed: number; share: number | null };
  decisions: {
    entry_id: Id;
    decision_id: Id;
    concerned: "author" | "reporter" | "person";
    comment_id: Id | null;
    sanction_id: Id | null;
    action: string;
    reason_code: string | null;
    actor: User | null;
    at: Time;
  }[];
  sanctions: ModeratedSanction[];
  notes: { id: Id; user_id: Id; author: User; text: string; at: Time }[];
  appeals: unknown[];
}

/** An appeal with what it is about. */
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
  party: "owner" | "reporter";
  user: User | null;
  comment: Comment | null;
  sanction: Sanction | null;
  action: string;
  reason_code: string | null;
  decided_by: User | null;
  ruled_by: User | null;
}

/** How one reader flags. */
export interface Reports {
  user: User;
  upheld: number;
  dismissed: number;
  share: number | null;
  proven: boolean;
  items: Flag[];
  next: string | null;
}

export interface Tally {
  decisions: number;
  overturned: number;
  overturn_rate: number | null;
}

export interface Stats {
  window: { decisions: number; since: Time | null };
  waiting: QueueCounts;
  oldest_unclaimed_s: number | null;
  time_to_decision_s: { p50: number; p95: number } | null;
  decisions_per_hour: number;
  moderators: (Tally & { user: User | null })[];
  rules: (Tally & { rule: string })[];
  reporters: { upheld: number; dismissed: number; precision: number | null };
}

export interface Series {
  site: string;
  items: {
    /** A day in UTC: 2026-01-31. */
    date: string;
    decisions: number;
    overturned: number;
    appeals_granted: number;
    flags: number;
    time_to_decision_s: number | null;
    /** There was more than is counted. */
    capped: boolean;
  }[];
}

export interface LogRow {
  seq: number;
  at: Time;
  actor: User | null;
  action: string;
  target: string;
  before: unknown;
  after: unknown;
  reason_code: string | null;
  note: string | null;
  purged_at: Time | null;
  prev_hash: string;
  hash: string;
}

export interface LogHead {
  site: string | null;
  seq: number;
  hash: string | null;
  at: Time | null;
}

export interface Verification {
  site: string | null;
  from_seq: number | null;
  to_seq: number | null;
  hash: string | null;
  rows: number;
  verified: boolean;
  difference: { name: string; detail: string } | null;
  differences: number;
  next: number | null;
  at: Time;
}

export interface SiteSettings {
  site: string;
  title: string;
  policy_url: string | null;
  explicit_threads: boolean;
  origins: string[];
  two_persons_over: number | null;
  two_persons_ban: boolean;
  two_persons_purge: boolean;
  body_max_chars: number;
  edit_window_s: number;
  may_change: boolean;
  /** Another one whenever one of those that can be set is another. */
  version: string;
}

export type { Comment, CommentState, Id, Me, Site, Thread, Time, User };
