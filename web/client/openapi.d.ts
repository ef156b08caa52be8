// Made from the service's own description by generate.js; not edited by hand.

/** A moderator's act. */
export type Act = "approve" | "hide" | "restore" | "dismiss" | "purge" | "lock" | "unlock" | "pin" | "unpin" | "undo" | "sanction" | "lift";

/** An appeal, as who made it and moderators of the site see it. */
export interface Appeal {
  /** What was answered. */
  answer: string | null;
  /** When it was made. */
  created_at: string;
  /** When it was decided. */
  decided_at: string | null;
  /** The decision. */
  decision_id: string;
  /** By when it is to be decided. */
  due_at: string;
  /** The entry of `/me/decisions` that it is against. */
  entry_id: string;
  /** Its id. */
  id: string;
  /** How it stands. */
  state: AppealState;
  /** What one has against it. */
  text: string;
}

/** What one has against a decision. */
export interface AppealBody {
  /** 1 to 5,000 characters. */
  text: string;
}

/** Appeals of one party. */
export interface AppealCounts {
  /** The median time to the ruling, in seconds; null when none was ruled on. */
  median_s: number | null;
  /** Not decided yet. */
  open: number;
  /** The decision was reversed. */
  overturned: number;
  /** How many. */
  received: number;
  /** The decision stands. */
  upheld: number;
}

/** An appeal with what it is about. */
export type AppealItem = Appeal & {
  /** What was decided: of a sanction its kind, or `lift`. */
  action: EntryAction;
  comment: Comment | null;
  decided_by: User | null;
  /** Whether it is the author's, or a reporter's against a dismissal. */
  party: Party;
  reason_code: Reason | null;
  ruled_by: User | null;
  sanction: Sanction | null;
  user: User | null;
};

/** How an appeal stands. */
export type AppealState = "open" | "upheld" | "overturned";

/** Appeals of a site. */
export interface Appeals {
  /** Open ones first, oldest first; then those decided, newest first. */
  items: AppealItem[];
  /** Where it goes on. */
  next: string | null;
}

/** A settled target. */
export interface Applied {
  /** The comment. */
  comment_id: string;
  /** Where it stood. */
  from: State;
  /** Where it stands. */
  to: State;
  /** Its version afterwards. */
  version: number;
}

/** An article's title and address. */
export interface ArticleBody {
  /** The title, 1 to 300 characters. */
  title?: string | null;
  /** The address, on an origin registered with the site. */
  url?: string | null;
}

/** Decisions without people. */
export interface AutomationCounts {
  /** How many. */
  decided: number;
  /** The share overturned; null when there were none. */
  error_rate: number | null;
  /** Of them, overturned on appeal. */
  overturned: number;
}

/** A role that is shown. */
export type Badge = "moderator" | "admin";

/** What one may do in a thread. */
export interface Can {
  /** Decide on comments. */
  moderate: boolean;
  /** Post, edit and vote. */
  post: boolean;
  /** Why one cannot post: `account_suspended` or `muted`, else the thread's state. */
  reason?: string | null;
}

/** Items of the queue that are held. */
export interface Claim {
  /** Until when, unless it is renewed. */
  expires_at: string;
  /** What it holds, most urgent first; empty when there was nothing to be had. */
  items: QueueItemView[];
  /** Names the claim in decisions, and to renew it or give it back. */
  token: string;
}

/** What to hold: the next `count` of a kind, or the comments named. */
export interface ClaimBody {
  /** Only by that author. */
  author?: string | null;
  /** These comments, 1 to 200, as far as they wait and nobody holds them. */
  comment_ids?: string[] | null;
  /** How many, 1 to 200; needed unless comments are named. */
  count?: number | null;
  /** Only what has waited since then or later. */
  from?: string | null;
  kind?: QueueKind | null;
  /** For how many seconds, 1 to 3,600; as is set (300) unless said. */
  lease_s?: number | null;
  reason?: Reason | null;
  /** The site's key. */
  site: string;
  /** Only in that thread: its key or id. */
  thread?: string | null;
  /** Only what has waited since before then. */
  to?: string | null;
}

/** How a session's tokens travel. */
export type Client = "browser" | "native" | "console";

/** Asks for a code for another origin's page. */
export interface CodeBody {
  /** The registered origin whose page may exchange it. */
  origin: string;
}

/** A comment. */
export type Comment = Fragment & {
  author: User | null;
  /** Votes down. */
  down: number;
  /** Why it waits, for its author and moderators. */
  held_by?: string | null;
  /** What is shown below it. */
  replies: Replies;
  /** Published direct replies. */
  reply_count: number;
  /** Votes up less votes down. */
  score: number;
  /** Votes up. */
  up: number;
};

/** A page of the tree. */
export interface CommentPage {
  /** The shown roots with what is shown below them. */
  items: Comment[];
  /** Where the roots go on. */
  next: string | null;
  /** Roots behind `next`. */
  remaining: number;
  /** The order of siblings. */
  sort: Sort;
  /** Its thread. */
  thread: Thread;
}

/** A list of comments. */
export interface Comments {
  /** Newest first. */
  items: Comment[];
  /** Where it goes on. */
  next: string | null;
}

/** A decision that concerned a person. */
export interface ConcernView {
  action: EntryAction;
  actor: User | null;
  at: string;
  /** The comment; null when it is about a sanction. */
  comment_id: string | null;
  /** What it was to them. */
  concerned: Concerned;
  decision_id: string;
  /** The person's entry of it. */
  entry_id: string;
  reason_code: Reason | null;
  /** The sanction. */
  sanction_id: string | null;
}

/** What a decision was to a person. */
export type Concerned = "author" | "reporter" | "person";

/** A target left alone. */
export interface ConflictView {
  /** `not_found`, `stale_version`, `stale_claim` or `wrong_state`. */
  code: string;
  /** The comment. */
  comment_id: string;
  decided: PastView | null;
  state: State | null;
  /** Its version; null when there is no such comment. */
  version: number | null;
}

/** A permalink in one call. */
export interface Context {
  /** What the comment replies to, root first. */
  ancestors: Comment[];
  comment: Comment;
  thread: Thread;
}

/** Published comments by thread key. */
export interface Counts {
  /** 0 for threads not born yet. */
  counts: Record<string, number>;
}

/** The threads one asks about. */
export interface CountsBody {
  /** Thread keys, 500 at most. */
  keys: string[];
}

/** One day, in UTC. */
export interface DayPoint {
  /** Appeals that were granted. */
  appeals_granted: number;
  /** Whether there was more than is counted: 2,000 decisions, 10,000 flags. */
  capped: boolean;
  date: string;
  /** Decisions made. */
  decisions: number;
  /** Flags given. */
  flags: number;
  /** Those of them that another person has taken back since. */
  overturned: number;
  /**
   * Half of what was decided had waited no longer; of the day's last 200 decisions. Null when
   * nothing was.
   */
  time_to_decision_s: number | null;
}

/** A decision to be made: on the comments named, or on those selected. */
export interface DecideBody {
  /** What; not `undo`, which has an address of its own. */
  action: Act;
  /** The claim that must hold each target named; else it is a conflict `stale_claim`. */
  claim_token?: string | null;
  /** Only say what would be done. */
  dry_run?: boolean | null;
  /** For moderators, 2,000 characters at most. */
  note?: string | null;
  /** For the author, 2,000 characters at most. */
  public_text?: string | null;
  reason_code?: Reason | null;
  scope?: Reach | null;
  select?: SelectBody | null;
  /** The comments, 1 to 500, each with the version that was looked at. */
  targets?: TargetBody[] | null;
}

/** A moderator's decision. */
export type Decision = DecisionHead & {
  /** Every target settled, also when its state stays; the first 500. */
  applied: Applied[];
  /** Every target left alone; the first 500. */
  conflicts: ConflictView[];
  sanction: Sanction | null;
};

/** A moderator's decision, without its targets. */
export interface DecisionHead {
  /** What. */
  action: Act;
  actor: User | null;
  /** Targets settled so far. */
  applied_count: number;
  /** When it was made, or confirmed. */
  at: string;
  confirmed_by: User | null;
  /** Targets left alone so far. */
  conflict_count: number;
  /** Null when nothing was recorded. */
  id: string | null;
  /** For moderators. */
  note: string | null;
  /** How many of its targets it has come to. */
  progress: Progress;
  /** When it was proposed; null: one moderator was enough. */
  proposed_at: string | null;
  /** For the author. */
  public_text: string | null;
  reason_code: Reason | null;
  /** How far. */
  scope: Reach;
  /** What was selected; null where comments were named. */
  select: Record<string, unknown> | null;
  /** How far it has got. */
  state: Phase;
  /** The decision it takes back. */
  undoes: string | null;
  /** The decision that took it back. */
  undone_by: string | null;
}

/** A page of decisions. */
export interface Decisions {
  /** Newest first. */
  items: DecisionHead[];
  /** Where it goes on. */
  next: string | null;
}

/** Something that is not as it was written. */
export interface Difference {
  /** What is wrong with it. */
  detail: string;
  /** Which. */
  name: string;
}

/** A new text. */
export interface EditBody {
  /** 1 to 10,000 characters, not only blanks. */
  body: string;
  /** The version it is meant for. */
  version?: number | null;
}

/** What was done, as a person concerned sees it. */
export type EntryAction = Act | SanctionKind;

/** A code from the sign-in popup. */
export interface ExchangeBody {
  /** The code, good for 60 s and once, from the page that asked for it. */
  code: string;
}

/** A flag as its reporter sees it. */
export interface Flag {
  /** The flagged comment. */
  comment_id: string;
  /** When it was made. */
  created_at: string;
  /** Its id. */
  id: string;
  /** The reporter's words. */
  note: string | null;
  outcome: Outcome | null;
  /** Why. */
  reason: Reason;
  /** What became of it. */
  state: FlagState;
}

/** A flag to be made. */
export interface FlagBody {
  /** In one's own words, 1,000 characters at most. */
  note?: string | null;
  /** Why; not `rule_violation`, which is for moderators. */
  reason: Reason;
}

/** Open flags with one reason. */
export interface FlagGroupView {
  count: number;
  /** The reporters' words, 20 at most. */
  notes: string[];
  /**
   * Of those that are weighed, 64 of a comment at most, how many are by proven reporters: at
   * least three flags of theirs were settled.
   */
  proven: number;
  reason: Reason;
}

/** What became of a flag. */
export type FlagState = "open" | "upheld" | "dismissed" | "withdrawn";

/** People that were found. */
export interface Found {
  /** The one with that id first, then by login; 20 at most. */
  items: User[];
}

/** The part of a comment that changes only with its version. */
export interface Fragment {
  /** The text as it was sent; null in a tombstone. */
  body: string | null;
  /** The text as safe HTML; null in a tombstone. */
  body_html: string | null;
  /** When it was posted. */
  created_at: string;
  /** 1 at the top. */
  depth: number;
  /** When its text last changed. */
  edited_at: string | null;
  /** Its id. */
  id: string;
  /** Whether it takes no replies. */
  locked: boolean;
  /** The outline number of the article page: "3.1". */
  number: string;
  /** What it replies to. */
  parent_id: string | null;
  /** Whether it is named at the head of the thread. */
  pinned: boolean;
  removed: Removed | null;
  /** Where it stands. */
  state: State;
  /** Its thread. */
  thread_id: string;
  /** Moves with body, state, lock and pin only. */
  version: number;
}

/** What a restriction rests on (Art. 17(3)(d) and (e)). */
export type Ground = "illegal_content" | "terms";

/** The hidden comments of a thread. */
export interface Hidden {
  /** Hidden by moderators. */
  by_moderator: number;
  /** By the reason given; what there is none of is left out. */
  by_reason: Record<string, number>;
  /** Hidden by rules of the site. */
  by_rule: number;
}

/** A person's history on a site. */
export interface History {
  /** The appeals against those decisions, newest first. */
  appeals: Appeal[];
  /** Comments by state. */
  comments: Record<string, number>;
  /** The last 50 decisions that concerned the person, newest first. */
  decisions: ConcernView[];
  /** Own flags, as they were settled. */
  flags: SettledFlags;
  /** The last 50 notes of the site's moderators, newest first. */
  notes: NoteView[];
  /** The last 50 sanctions on the site and on the whole server, newest first. */
  sanctions: ModeratedSanction[];
  site: string;
  user: User;
}

/** Who works on an item of the queue. */
export interface Holding {
  /** Until when, unless it is renewed. */
  expires_at: string;
  /** When they took it. */
  since: string;
  /** The moderator. */
  user: User;
}

/** A page of the log. */
export interface Log {
  /** Newest first. */
  items: LogRow[];
  /** Where it goes on. */
  next: string | null;
}

/** The end of a chain. */
export interface LogHead {
  at: string | null;
  /** Null while the chain is empty. */
  hash: string | null;
  /** 0 while the chain is empty. */
  seq: number;
  site: string | null;
}

/** A row of the log. */
export interface LogRow {
  action: string;
  actor: User | null;
  /** How it is. */
  after: Record<string, unknown> | null;
  at: string;
  /** How it was; null also when purged. */
  before: Record<string, unknown> | null;
  hash: string;
  note: string | null;
  prev_hash: string;
  /** When the texts were purged. */
  purged_at: string | null;
  reason_code: string | null;
  /** Counts over all chains of the store. */
  seq: number;
  target: string;
}

/** Signs in. */
export interface LoginBody {
  client?: Client | null;
  /** The login, or a verified address. */
  identifier: string;
  /** The password. */
  password: string;
}

/** A person as they see themselves. */
export type Me = User & {
  /** Their address, which nobody else sees. */
  email: string | null;
  /** Their roles, and where they hold. */
  roles: OwnRole[];
  /** What they chose. */
  settings: OwnSettings;
};

/** A sanction as moderators see it. */
export type ModeratedSanction = Sanction & {
  actor: User | null;
  /** The decision that made it; its undo lifts it, too. */
  decision_id: string;
  /**
   * For moderators; null also when it was noted on the whole server, for who moderates one site.
   */
  note: string | null;
  /** Whether it waits for a second moderator to confirm the decision, and does not hold yet. */
  proposed: boolean;
};

/** A moderator's decisions. */
export interface ModeratorTally {
  decisions: number;
  /** From 0 to 1. */
  overturn_rate: number | null;
  overturned: number;
  user: User | null;
}

/** A note to be kept. */
export interface NoteBody {
  /** The site's key: its moderators read the note. */
  site: string;
  /** 1 to 2,000 characters. */
  text: string;
}

/** A moderator's note on a person. */
export interface NoteView {
  at: string;
  /** Who wrote it. */
  author: User;
  id: string;
  text: string;
  /** On whom. */
  user_id: string;
}

/** A page of the notes on a person. */
export interface Notes {
  /** Newest first. */
  items: NoteView[];
  /** Where it goes on. */
  next: string | null;
}

/** A notice to be given. */
export interface NoticeBody {
  category?: Reason | null;
  /** The comment. */
  comment_id: string;
  /** Where they can be reached. */
  email?: string | null;
  /** Why it is against the law, 1 to 5,000 characters, not only blanks. */
  explanation: string;
  /** True: what is said is, to the best of their knowledge, accurate and complete. */
  good_faith: boolean;
  /**
   * Who gives it, 200 characters at most. Name and address come together. Where the site asks for
   * them, only a notice of the category `sexual` does without.
   */
  name?: string | null;
}

/** An open notice, for moderators only. */
export interface NoticeView {
  at: string;
  category: Reason;
  /** Until when it is to be decided. */
  due_at: string;
  /** Their address; null when they did not say. */
  email: string | null;
  explanation: string;
  /** Who gave it; null when they did not say. */
  name: string | null;
}

/** What of a person changes with time and place. */
export interface Now {
  badge: Badge | null;
  presence: Presence | null;
}

/** Who is online. */
export interface Online {
  /** People who have published here and show that they are online. */
  online: string[];
}

/** What brought the matter to attention (Art. 17(3)(b)). */
export type Origin = "notice" | "flag" | "own_initiative";

/** How a flag was settled. */
export interface Outcome {
  /** Its action. */
  action: Act;
  /** When. */
  at: string;
  /** The decision. */
  decision_id: string;
}

/** An own comment. */
export type OwnComment = Comment & {
  /** Until when it may be edited; null when it may not. */
  editable_until: string | null;
};

/** Own comments. */
export interface OwnComments {
  /** Newest first, in any state. */
  items: OwnComment[];
  /** Where it goes on. */
  next: string | null;
}

/** A decision on one comment, or on the person, as one person concerned sees it. */
export interface OwnDecision {
  /** What was done: of a sanction its kind, or `lift`. */
  action: EntryAction;
  appeal: Appeal | null;
  /** When. */
  at: string;
  /** Whether a rule did it. */
  automated: boolean;
  /** The comment; null when it is about a sanction. */
  comment_id: string | null;
  /** The decision. */
  decision_id: string;
  /** The entry's id. */
  id: string;
  /** The moderator's words. */
  public_text: string | null;
  reason_code: Reason | null;
  sanction: Sanction | null;
  /** The sanction, when it is about one. */
  sanction_id: string | null;
  statement: StatementView | null;
}

/** Decisions on what is one's own. */
export interface OwnDecisions {
  /** Newest first. */
  items: OwnDecision[];
  /** Where it goes on. */
  next: string | null;
}

/** Own flags. */
export interface OwnFlags {
  /** Newest first, with their outcome. */
  items: Flag[];
  /** Where it goes on. */
  next: string | null;
}

/** A role and where it holds. */
export interface OwnRole {
  /** The role. */
  role: Role;
  /** The site; null for the whole server. */
  site: string | null;
}

/** One of a person's sign-ins. */
export interface OwnSession {
  /** The browser's or program's own name. */
  agent: string | null;
  /** How its tokens travel. */
  client: Client;
  /** When it began. */
  created_at: string;
  /** Whether this call came by it. */
  current: boolean;
  /** When it ends at the latest. */
  expires_at: string;
  /** Its id. */
  id: string;
  /** What its tokens may do. */
  scope: Scope;
  /** When it was last refreshed. */
  used_at: string;
}

/** The sign-ins in force. */
export interface OwnSessions {
  /** Newest first. */
  items: OwnSession[];
  /** Always null: the list is whole. */
  next: string | null;
}

/** What a person chose. */
export interface OwnSettings {
  /** Whether others may see when they are online. */
  show_presence: boolean;
}

/** What a person told of a decision is to it. */
export type Party = "owner" | "reporter";

/** A change of the password. */
export interface PasswordBody {
  /** The one so far. */
  current_password: string;
  /** The new one: at least 15 characters, at most 1,024 bytes; taken exactly as sent. */
  new_password: string;
}

/** What was decided before. */
export interface PastView {
  /** What. */
  action: Act;
  actor: User | null;
  /** When. */
  at: string;
  /** The decision. */
  decision_id: string;
}

/** What of a person changes only with their profile. */
export interface Person {
  /** The name beside their comments. */
  display_name: string;
  /** Their id. */
  id: string;
  /** When they joined. */
  joined_at: string;
  /** The name under which they sign in. */
  login: string;
}

/** How far a decision has got. */
export type Phase = "proposed" | "running" | "done";

/** A comment to be posted. */
export interface PostBody {
  /** 1 to 10,000 characters, not only blanks. */
  body: string;
  /** What it replies to. */
  parent_id?: string | null;
  thread?: ArticleBody | null;
}

/** Whether a person is here. */
export type Presence = "online" | "offline";

/** A text as it would look. */
export interface Preview {
  /** Safe HTML. */
  body_html: string;
}

/** A text to be looked at before it is posted. */
export interface PreviewBody {
  /** 1 to 10,000 characters. */
  body: string;
}

/** The body of every answer that is not a success. */
export interface Problem {
  /** What a program matches on. */
  code: string;
  /** What happened this time and what to do, for people. */
  detail: string;
  /** Which parts of the request are wrong. */
  errors?: ProblemPart[];
  /** Names the request in the log. */
  request_id: string;
  /** The HTTP status, again. */
  status: number;
  /** What kind of problem it is, for people. */
  title: string;
  /** A name for this kind of problem, `urn:understory:problem:` and the code. */
  type: string;
}

/** A part of a request that is wrong: `pointer` or `parameter` says which. */
export interface ProblemPart {
  /** What kind of wrong, for programs. */
  code: string;
  /** The same for people. */
  detail: string;
  /** A parameter of path or query, or a header. */
  parameter?: string | null;
  /** A JSON pointer into the body (RFC 6901). */
  pointer?: string | null;
}

/** Changes to a profile; what is absent stays. */
export interface ProfileBody {
  /** The password, to change the address. */
  current_password?: string | null;
  /** The name beside comments. */
  display_name?: string | null;
  /** A new address; needs `current_password`. */
  email?: string | null;
  settings?: SettingsBody | null;
}

/** How much is done. */
export interface Progress {
  /** Targets it has come to; less than all of one that is done, if it was stopped or refused. */
  done: number;
  /** All targets. */
  total: number;
}

/** A page of the queue. */
export interface Queue {
  /** What waits on the site, whatever was asked for. */
  counts: QueueCounts;
  /** Most urgent first. What waits all the while with the same priority is on one page exactly. */
  items: QueueItemView[];
  /** Where it goes on. */
  next: string | null;
}

/** What waits on a site; a comment may be of several kinds. */
export interface QueueCounts {
  flagged: number;
  held: number;
  notice: number;
  sample: number;
}

/** A waiting comment. */
export interface QueueItemView {
  /**
   * 0: a notice, by the time it is due; 1: it breaks the rules as good as certainly; 2: the rest.
   */
  band: number;
  claim: Holding | null;
  comment: Comment;
  /** Until when its notice is to be decided. */
  due_at: string | null;
  /** Since when it waits. */
  first_at: string;
  /** Its open flags by reason. */
  flags: FlagGroupView[];
  /** Its open notices, oldest first, 20 at most. */
  notices: NoticeView[];
  /** Higher is looked at first within a band: probability × severity × visibility + waiting. */
  priority: number;
  /** Its open flags one by one, those of who was right most often first, 20 at most. */
  reporters: ReporterView[];
  /** Why it stands here: the parts of the priority. */
  signals: Signal[];
  thread: ThreadName;
}

/** What a queue page is asked for. */
export type QueueKind = "flagged" | "held" | "notice" | "sample" | "all";

/** How far a decision reaches. */
export type Reach = "comment" | "subtree";

/** Why a comment was flagged; a moderator's reason is one of these or a broken rule. */
export type Reason = "spam" | "harassment" | "hate" | "violence" | "sexual" | "misinformation" | "off_topic" | "illegal" | "other" | "rule_violation";

/** A notice as its giver sees it. */
export interface Receipt {
  category: Reason;
  /** The comment. */
  comment_id: string;
  created_at: string;
  /** Until when it is to be decided. */
  due_at: string;
  outcome: Outcome | null;
  /** The state, in words. */
  reason: string;
  /** What somebody who disagrees with the outcome can do; null while there is none. */
  redress: string | null;
  /** `open`, `upheld` or `dismissed`. */
  state: FlagState;
  /** Asks for the notice at `/notices/{token}`. Given out here only. */
  token: string;
}

/** What one can do against a restriction. */
export interface Redress {
  /** How to appeal here. */
  appeal: string;
  /** Until when one may appeal here. */
  appeal_until: string;
  /** That there are courts. */
  court: string;
  /** How to settle it out of court. */
  out_of_court: string;
}

/** A refresh token, where there is no cookie. */
export interface RefreshBody {
  client?: Client | null;
  /** The token; absent when the cookie has it. */
  refresh_token?: string | null;
}

/** Asks for an account. */
export interface RegisterBody {
  client?: Client | null;
  /** The name beside comments; the login when absent. */
  display_name?: string | null;
  /** An address, not verified yet. */
  email?: string | null;
  /** 2 to 32 letters and digits of any script, with single spaces, `.`, `_` or `-` between them. */
  login: string;
  /** At least 15 characters, at most 1,024 bytes; taken exactly as sent. */
  password: string;
}

/** By whom and why a comment was taken from the page. */
export interface Removed {
  /** When. */
  at: string;
  /** Who. */
  by: Remover;
  reason_code: Reason | null;
}

/** Who took a comment from the page. */
export type Remover = "author" | "moderator" | "rule";

/** For how long to go on. */
export interface RenewBody {
  /** Seconds from now, 1 to 3,600; as is set (300) unless said. */
  lease_s?: number | null;
}

/** A part of one level. */
export interface Replies {
  /** The shown siblings with what is shown below them. */
  items: Comment[];
  /** Where this level goes on. */
  next: string | null;
  /** Comments of this level behind `next`. */
  remaining: number;
}

/** The figures of one site and year. */
export interface Report {
  /** Appeals received, by party. */
  appeals: Record<string, AppealCounts>;
  /** How far decisions without people were right. */
  automation: AutomationCounts;
  /** Flags received, by reason. */
  flags: Record<string, ReportCounts>;
  /** Notices of illegal content received, by category. */
  notices: Record<string, ReportCounts>;
  /** Restrictions imposed. */
  restrictions: RestrictionCounts;
  /** The site's key. */
  site: string;
  /** The year, in UTC. */
  year: number;
}

/** What was received with one reason, and what became of it. */
export interface ReportCounts {
  /** Found to be wrong. */
  dismissed: number;
  /** The median time to the decision, in seconds; null when none was decided. */
  median_s: number | null;
  /** Not decided yet. */
  open: number;
  /** How many. */
  received: number;
  /** Found to be right. */
  upheld: number;
  /** Taken back by who had made them. */
  withdrawn: number;
}

/** An open flag with its reporter's record. */
export interface ReporterView {
  at: string;
  /** Their flags on the site that moderators disagreed with. */
  dismissed: number;
  note: string | null;
  /** Whether it is on a reply to their own comment, and so counts half. */
  own_reply: boolean;
  /** Whether so many were settled that the flag counts in full. */
  proven: boolean;
  reason: Reason;
  /** Their flags on the site that moderators agreed with. */
  upheld: number;
  user: User;
  /** What the flag weighs alone, in log-odds. */
  weight: number;
}

/** Flags that were settled. */
export interface Reporters {
  dismissed: number;
  /** The share that was upheld, from 0 to 1. */
  precision: number | null;
  upheld: number;
}

/** A reader's flags on a site. */
export interface Reports {
  /** All of theirs that moderators disagreed with. */
  dismissed: number;
  /** Newest first, with their outcome. */
  items: Flag[];
  /** Where it goes on. */
  next: string | null;
  /** Whether so many were settled that their flags count in full. */
  proven: boolean;
  /** The share that was upheld; null when none was settled. */
  share: number | null;
  /** All of theirs that moderators agreed with. */
  upheld: number;
  user: User;
}

/** What a restriction is of (Art. 17(3)(a)). */
export type Restriction = "hidden" | "purged" | "held" | "locked" | "premoderated" | "muted" | "suspended" | "banned";

/** Restrictions, by what is asked of them. */
export interface RestrictionCounts {
  /** By what they rest on. */
  by_ground: Record<string, number>;
  /** By what brought them to attention. */
  by_origin: Record<string, number>;
  /** By reason. */
  by_reason: Record<string, number>;
  /** By what was restricted. */
  by_restriction: Record<string, number>;
  /** Those on own initiative, by what found them. */
  own_initiative_by_detection: Record<string, number>;
  /** All of them. */
  total: number;
}

/** A text a comment has had. */
export interface Revision {
  body: string;
  body_html: string;
  /** When it was written. */
  created_at: string;
  /** The comment's version that had it last. */
  version: number;
}

/** The texts of a comment. */
export interface Revisions {
  /** Oldest first; empty for who is neither author nor moderator. */
  items: Revision[];
  /** Always null: the list is whole. */
  next: string | null;
}

/** What a person is on a site, or on the whole server. */
export type Role = "reader" | "moderator" | "admin";

/** Comments that a rule held and that were decided on. */
export interface RuleTally {
  decisions: number;
  /** From 0 to 1. */
  overturn_rate: number | null;
  overturned: number;
  rule: string;
}

/** What is ruled on an appeal. */
export type Ruling = "upheld" | "overturned";

/** What is ruled on an appeal. */
export interface RulingBody {
  /** What the person is answered, 1 to 2,000 characters. */
  public_text: string;
  /** Whether the decision stands. */
  result: Ruling;
}

/** What a moderator laid on a person. */
export interface Sanction {
  /** When it was made. */
  at: string;
  /** Its id. */
  id: string;
  /** What. */
  kind: SanctionKind;
  /** When a moderator took it back. */
  lifted_at: string | null;
  /** The moderator's words. */
  public_text: string | null;
  /** Why. */
  reason_code: Reason;
  /** Where it holds; null: everywhere. */
  site: string | null;
  /** When it ends by itself; null: never. */
  until: string | null;
  /** On whom. */
  user_id: string;
}

/** A sanction to be laid on a person. */
export interface SanctionBody {
  /** What. */
  kind: SanctionKind;
  /** For moderators, 2,000 characters at most. */
  note?: string | null;
  /** For the person, 2,000 characters at most. */
  public_text?: string | null;
  /** Why. */
  reason_code: Reason;
  /** The site's key; an admin may leave it out for the whole server. */
  site?: string | null;
  /** When it ends by itself; needed to suspend, not for a warning. */
  until?: string | null;
}

/** A kind of sanction, each heavier than the one before. */
export type SanctionKind = "warn" | "premoderate" | "mute" | "suspend" | "ban";

/** A page of a person's sanctions. */
export interface Sanctions {
  /** Newest first; those on the whole server are among those of any site. */
  items: ModeratedSanction[];
  /** Where it goes on. */
  next: string | null;
}

/** What a session's tokens may do. */
export type Scope = "reader" | "full";

/**
 * Comments to decide on: a person's on a site, in a period if one is given; or all of a site that
 * say the same.
 */
export interface SelectBody {
  /** The person; needs `site`. */
  author_id?: string | null;
  /**
   * A comment: it, and all of its site with the same text but for case, white space and spelling
   * variants of letters.
   */
  duplicates_of?: string | null;
  /** Posted then or later. */
  from?: string | null;
  /** The site's key. */
  site?: string | null;
  /** Posted before then. */
  to?: string | null;
}

/** Figures by day. */
export interface Series {
  /** The oldest first; the last is today, which is not over. */
  items: DayPoint[];
  site: string;
}

/** What a sign-in gives. */
export interface Session {
  /** For `Authorization: Bearer`; absent for the console, which has a cookie. */
  access_token?: string | null;
  /** For how long it is good, in seconds. */
  expires_in: number;
  /** Gives the next access token; present only when the call asked for it in the answer. */
  refresh_token?: string | null;
  /** How it is sent. */
  token_type: TokenType;
  /** Who signed in. */
  user: Me;
}

/** What can be set of a site, and what holds for all sites. */
export interface Settings {
  /** The longest body, in characters; set for all sites, in the service's own settings. */
  body_max_chars: number;
  /** How long an author may edit, in seconds; set likewise. */
  edit_window_s: number;
  /** Whether only a moderator makes threads. */
  explicit_threads: boolean;
  /** Whether the caller may change them. */
  may_change: boolean;
  /** The origins whose pages may use it. */
  origins: string[];
  /** Where its rules can be read. */
  policy_url: string | null;
  /** Its key. */
  site: string;
  /** Its name for people. */
  title: string;
  /** Whether for bans. */
  two_persons_ban: boolean;
  /** For decisions on more comments than this two moderators are needed; null: for no number. */
  two_persons_over: number | null;
  /** Whether for purges. */
  two_persons_purge: boolean;
  /** Another one whenever one of those that can be set here is another. */
  version: string;
}

/** Changes to what is chosen; what is absent stays. */
export interface SettingsBody {
  /** Whether others may see when one is online. */
  show_presence?: boolean | null;
}

/** How a person's flags were settled. */
export interface SettledFlags {
  dismissed: number;
  /** The share that was upheld; null when none was settled. */
  share: number | null;
  upheld: number;
}

/** A code for another origin's page. */
export interface SignInCode {
  /** For `POST /auth/exchange`. */
  code: string;
}

/**
 * A part of a priority. `base`, `author` and `flags` are log-odds, whose sum makes the
 * `probability`; as of the last time anything happened to the comment.
 */
export interface Signal {
  /** In words. */
  detail: string | null;
  name: SignalName;
  value: number;
}

/** What a part of a priority is about. */
export type SignalName = "base" | "author" | "flags" | "probability" | "severity" | "visibility" | "waiting";

/** A site. */
export interface Site {
  /** The longest body, in characters. */
  body_max_chars: number;
  /** How long an author may edit, in seconds. */
  edit_window_s: number;
  /** Where the rules can be read. */
  policy_url: string | null;
  /** What a flag may say. */
  reasons: Reason[];
  site: string;
  title: string;
}

/** A site by its names. */
export interface SiteName {
  site: string;
  title: string;
}

/** A page of the sites that one moderates. */
export interface Sites {
  /** In the order of their keys. */
  items: SiteName[];
  /** Where it goes on. */
  next: string | null;
}

/** The order of siblings, at every level. */
export type Sort = "oldest" | "newest" | "top";

/** Where a comment stands. */
export type State = "published" | "held" | "hidden" | "deleted";

/**
 * A statement of reasons (Regulation (EU) 2022/2065, Art. 17). Codes are for programs, texts for
 * people.
 */
export interface StatementView {
  /** Whether it was decided by automated means. */
  automated_decision: boolean;
  /** Whether it was found by automated means. */
  automated_detection: boolean;
  /** The same in words. */
  duration_text: string;
  /** Why, in words. */
  explanation: string;
  /** What happened, in words. */
  facts: string;
  /** Since when. */
  from: string;
  /** What it rests on. */
  ground: Ground;
  /** The same in words. */
  ground_text: string;
  /** Whether it still holds. */
  in_force: boolean;
  /** What brought it to attention. */
  origin: Origin;
  /** Where the rules can be read. */
  policy_url: string | null;
  /** Its name outside of this service. */
  puid: string;
  /** What one can do against it. */
  redress: Redress;
  /** What was restricted. */
  restriction: Restriction;
  /** The same in words. */
  restriction_text: string;
  /** Where it holds: `worldwide`. */
  territorial_scope: string;
  /** The same in words. */
  territorial_scope_text: string;
  /** Until when; null: until it is taken back. */
  until: string | null;
}

/** Figures of a site, from its last 1,000 decisions. */
export interface Stats {
  /** On the average of the last day; of as much of it as the window holds, where that is less. */
  decisions_per_hour: number;
  /** Who decided, and how often another took it back. */
  moderators: ModeratorTally[];
  /**
   * How long the item waits that waits longest and nobody holds, in seconds; null when there is
   * none.
   */
  oldest_unclaimed_s: number | null;
  /** How those who flag were right. */
  reporters: Reporters;
  /** What held comments, and how often they were let pass. */
  rules: RuleTally[];
  time_to_decision_s: Times | null;
  /** What waits now. */
  waiting: QueueCounts;
  /** What they are made of. */
  window: Window;
}

/** A comment to decide on. */
export interface TargetBody {
  comment_id: string;
  /** The version that was looked at. */
  version: number;
}

/** See [`TargetView`]. */
export type TargetOutcome = "applied" | "conflict" | "waiting";

/** What became of one comment, or that it is still to come. */
export interface TargetView {
  /** Why it was left alone: `not_found`, `stale_version`, `stale_claim` or `wrong_state`. */
  code: string | null;
  /** The comment. */
  comment_id: string;
  decided: PastView | null;
  from: State | null;
  /** What became of it. */
  outcome: TargetOutcome;
  state: State | null;
  to: State | null;
  /** Its version afterwards; of one still to come that which was looked at. */
  version: number | null;
}

/** A page of what a decision is aimed at. */
export interface Targets {
  /** In the decision's own order. */
  items: TargetView[];
  /** Where it goes on. */
  next: string | null;
}

/** The comments under one article. */
export interface Thread {
  /** How many comments there are. */
  counts: ThreadCounts;
  /** When it was born. */
  created_at: string | null;
  /** Null until the first comment. */
  id: string | null;
  /** The thread's key. */
  key: string;
  /** Comments to be named at the head. */
  pinned: string[];
  /** Whether readers' posts wait for a moderator. */
  premoderation: boolean;
  /** The site's key. */
  site: string;
  /** The pause between two posts of one person, in seconds; 0 is none. */
  slow_mode_seconds: number;
  /** Whether it takes anything new. */
  state: ThreadState;
  /** The article's title. */
  title: string | null;
  /** The article's address. */
  url: string | null;
  /** Moves with whatever changes an anonymous page, save names, badges and presence. */
  version: number;
}

/** What a moderator sets; what is left out stays. */
export interface ThreadBody {
  /** Whether readers' posts wait for a moderator. */
  premoderation?: boolean | null;
  /** The pause between two posts of one person, 0 to 86,400 seconds. */
  slow_mode_seconds?: number | null;
  state?: ThreadState | null;
  /** The article's title, 1 to 300 characters. */
  title?: string | null;
  /** The article's address, on an origin registered with the site. */
  url?: string | null;
}

/** Counts of a thread. */
export interface ThreadCounts {
  /** Published comments at any depth. */
  published: number;
}

/** A thread, named. */
export interface ThreadName {
  id: string;
  key: string;
  title: string | null;
  url: string | null;
}

/** Whether a thread takes anything new. */
export type ThreadState = "open" | "locked" | "archived";

/** What is personal about a thread. */
export interface ThreadViewer {
  /** What one may do here. */
  can: Can;
  moderation?: ThreadWaiting | null;
  /** Own comments that are held, hidden or under 60 s old, newest first, 50 at most. */
  my_comments: OwnComment[];
  /** Those with an own open flag. */
  my_flags: string[];
  /** Own votes among the comments asked for: 1 or −1 by id. */
  my_votes: Record<string, number>;
}

/** Comments of a thread that moderators look at. */
export interface ThreadWaiting {
  flagged: number;
  held: number;
  hidden: number;
}

/** Times in seconds. */
export interface Times {
  /** Half of them took no longer. */
  p50: number;
  /** 95 % took no longer. */
  p95: number;
}

/** How an access token is sent. */
export type TokenType = "Bearer";

/** How a thread was moderated. */
export interface Transparency {
  /** Its hidden comments. */
  hidden: Hidden;
  /** Restrictions that were overturned on appeal. */
  overturned: number;
}

/** A person as any reader may see them. */
export type User = Person & Now;

/** The proof of a piece of a log. */
export interface Verification {
  /** When it was looked at. */
  at: string;
  difference: Difference | null;
  /** Those that are not. */
  differences: number;
  /** The first row of the piece; null when none comes after. */
  from_seq: number | null;
  /** The hash of the last row. */
  hash: string | null;
  /** Where the next piece begins; null: all was looked at. */
  next: number | null;
  /** Rows in it, 1,000 at most. */
  rows: number;
  site: string | null;
  /** The last row of the piece. */
  to_seq: number | null;
  /** Whether all of it is as it was written. */
  verified: boolean;
}

/** A vote. */
export interface VoteBody {
  /** 1, 0 or −1. */
  value: number;
}

/** The votes on a comment. */
export interface Votes {
  down: number;
  /** 1, 0 or −1. */
  my_vote: number;
  score: number;
  up: number;
}

/** The decisions that figures are made of. */
export interface Window {
  decisions: number;
  /** When the first of them was made. */
  since: string | null;
}

/** Each call, by its verb and its path below /api/v1. */
export interface Operations {
  /** Makes the code that a sign-in popup hands to the page that opened it */
  "POST /auth/code": {
    path: {};
    query: {};
    body: CodeBody;
    answer: SignInCode;
  };
  /** Signs a page of another origin in, as a reader, with a code from the popup */
  "POST /auth/exchange": {
    path: {};
    query: {};
    body: ExchangeBody;
    answer: Session;
  };
  /** Signs in with login, or verified address, and password */
  "POST /auth/login": {
    path: {};
    query: {};
    body: LoginBody;
    answer: Session;
  };
  /** Ends the session of the access token, else of the refresh token */
  "POST /auth/logout": {
    path: {};
    query: {};
    body: RefreshBody;
    answer: null;
  };
  /** Gives the next access token for a refresh token, from cookie or body */
  "POST /auth/refresh": {
    path: {};
    query: {};
    body: RefreshBody;
    answer: Session;
  };
  /** Makes an account and signs it in */
  "POST /auth/register": {
    path: {};
    query: {};
    body: RegisterBody;
    answer: Session;
  };
  /** A comment; its author and moderators see more */
  "GET /comments/{id}": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: Comment;
  };
  /** Replaces the text of one's own comment within the edit window */
  "PATCH /comments/{id}": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: EditBody;
    answer: Comment;
  };
  /** Takes one's own comment back */
  "DELETE /comments/{id}": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: null;
  };
  /** A permalink in one call: thread, ancestors and comment */
  "GET /comments/{id}/context": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: Context;
  };
  /** The same ancestors and comment as an HTML fragment */
  "GET /comments/{id}/context.html": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {
      /** A tag of BCP 47; English where there are no words in that language. */
      lang?: string;
    };
    body: undefined;
    answer: string;
  };
  /** Flags a comment for the moderators */
  "POST /comments/{id}/flags": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: FlagBody;
    answer: Flag;
  };
  /** A page of the replies to a comment */
  "GET /comments/{id}/replies": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {
      /** The order of siblings, at every level. */
      sort?: "oldest" | "newest" | "top";
      /** Comments in the answer, tombstones too; 50 unless said. */
      limit?: number;
      /** Levels in the answer; 6 unless said. */
      depth?: number;
      /** Replies shown under one parent; 20 unless said. */
      per_parent?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Replies;
  };
  /** The same page of replies as an HTML fragment */
  "GET /comments/{id}/replies.html": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {
      /** The order of siblings, at every level. */
      sort?: "oldest" | "newest" | "top";
      /** Comments in the answer, tombstones too; 50 unless said. */
      limit?: number;
      /** Levels in the answer; 6 unless said. */
      depth?: number;
      /** Replies shown under one parent; 20 unless said. */
      per_parent?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
      /** A tag of BCP 47; English where there are no words in that language. */
      lang?: string;
    };
    body: undefined;
    answer: string;
  };
  /** The texts a comment has had, for its author and moderators */
  "GET /comments/{id}/revisions": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: Revisions;
  };
  /** Sets one's vote to 1, 0 or -1 */
  "PUT /comments/{id}/vote": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: VoteBody;
    answer: Votes;
  };
  /** Takes one's own open flag back */
  "DELETE /flags/{id}": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: null;
  };
  /** Who is signed in */
  "GET /me": {
    path: {};
    query: {};
    body: undefined;
    answer: Me;
  };
  /** Changes the profile; what is absent stays */
  "PATCH /me": {
    path: {};
    query: {};
    body: ProfileBody;
    answer: Me;
  };
  /** Own comments in any state, newest first */
  "GET /me/comments": {
    path: {};
    query: {
      /** Items in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: OwnComments;
  };
  /** Decisions on what is mine, and those that settled my flags */
  "GET /me/decisions": {
    path: {};
    query: {
      /** Items in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: OwnDecisions;
  };
  /**
   * Appeals, once and within six months, against what a decision did to what is mine or to my flag
   */
  "POST /me/decisions/{id}/appeal": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: AppealBody;
    answer: Appeal;
  };
  /** Own flags with their outcome, newest first */
  "GET /me/flags": {
    path: {};
    query: {
      /** Items in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: OwnFlags;
  };
  /** Changes the password and ends all other sessions */
  "PUT /me/password": {
    path: {};
    query: {};
    body: PasswordBody;
    answer: null;
  };
  /** The sign-ins that are in force */
  "GET /me/sessions": {
    path: {};
    query: {};
    body: undefined;
    answer: OwnSessions;
  };
  /** Ends all sign-ins but this one */
  "DELETE /me/sessions": {
    path: {};
    query: {};
    body: undefined;
    answer: null;
  };
  /** Ends one sign-in */
  "DELETE /me/sessions/{id}": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: null;
  };
  /** Appeals, open ones first */
  "GET /moderation/appeals": {
    path: {};
    query: {
      /**
       * The site's key; an admin may leave it out for those against sanctions on the whole server.
       */
      site?: string;
      /** Appeals in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Appeals;
  };
  /** Rules on an appeal against another moderator's decision */
  "POST /moderation/appeals/{id}/ruling": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: RulingBody;
    answer: Appeal;
  };
  /** Takes items of the queue for a while, so that nobody else works on them */
  "POST /moderation/claims": {
    path: {};
    query: {};
    body: ClaimBody;
    answer: Claim;
  };
  /** Holds what a claim of one's own holds for longer */
  "PATCH /moderation/claims/{token}": {
    path: {
      /** As the service gave it */
      token: string;
    };
    query: {};
    body: RenewBody;
    answer: Claim;
  };
  /** Gives back what a claim of one's own holds */
  "DELETE /moderation/claims/{token}": {
    path: {
      /** As the service gave it */
      token: string;
    };
    query: {};
    body: undefined;
    answer: null;
  };
  /** Comments in any state, newest first */
  "GET /moderation/comments": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
      /** A thread's key or id. */
      thread?: string;
      /** An author's id. */
      author?: string;
      /** A state. */
      state?: "published" | "held" | "hidden" | "deleted";
      /** Comments in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Comments;
  };
  /** A site's decisions, newest first */
  "GET /moderation/decisions": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
      /** Only those that have got as far as that. */
      state?: "proposed" | "running" | "done";
      /** Decisions in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Decisions;
  };
  /**
   * Decides on comments of one site, at once or in steps; or proposes to, where two have to agree
   */
  "POST /moderation/decisions": {
    path: {};
    query: {};
    body: DecideBody;
    answer: Decision;
  };
  /** A decision */
  "GET /moderation/decisions/{id}": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: Decision;
  };
  /** Puts into effect what another moderator proposed */
  "POST /moderation/decisions/{id}/confirm": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: Decision;
  };
  /** All that a decision is aimed at, in order, with what became of it */
  "GET /moderation/decisions/{id}/targets": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {
      /** Items in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Targets;
  };
  /** Takes a decision back by a new one; stops one that runs, refuses one that is proposed */
  "POST /moderation/decisions/{id}/undo": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: Decision;
  };
  /** How much waits on a site, once a second at most, as it changes */
  "GET /moderation/events": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
    };
    body: undefined;
    answer: string;
  };
  /** One reader's flags on a site with their outcome, newest first */
  "GET /moderation/flags": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
      /** The reader's id. */
      user: string;
      /** Flags in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Reports;
  };
  /** The log of a site, newest first */
  "GET /moderation/log": {
    path: {};
    query: {
      /** The site's key; an admin may leave it out for the server's own log. */
      site?: string;
      /** Rows in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Log;
  };
  /** The end of a log's chain */
  "GET /moderation/log/head": {
    path: {};
    query: {
      /** The site's key; an admin may leave it out for the server's own log. */
      site?: string;
    };
    body: undefined;
    answer: LogHead;
  };
  /** Proves a piece of a log: that each row and text is as it was written */
  "GET /moderation/log/verification": {
    path: {};
    query: {
      /** The site's key; an admin may leave it out for the server's own log. */
      site?: string;
      /** The row after which the piece begins, the `next` of an earlier answer; 0 unless said. */
      after?: number;
    };
    body: undefined;
    answer: Verification;
  };
  /** What waits, most urgent first */
  "GET /moderation/queue": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
      /** All unless said. */
      kind?: "flagged" | "held" | "notice" | "sample" | "all";
      /** Only with an open flag or notice of that reason. */
      reason?: "spam" | "harassment" | "hate" | "violence" | "sexual" | "misinformation" | "off_topic" | "illegal" | "other" | "rule_violation";
      /** Only in that thread: its key or id. */
      thread?: string;
      /** Only by that author: an id. */
      author?: string;
      /** Only what has waited since then or later. */
      from?: string;
      /** Only what has waited since before then. */
      to?: string;
      /**
       * Items in the answer; 50 unless said. There may be fewer, and none, with a `next`: of what
       * is
       * rare in its list 1,000 places are looked at for one answer.
       */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Queue;
  };
  /** Lifts a sanction */
  "DELETE /moderation/sanctions/{id}": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: null;
  };
  /** What can be set of a site */
  "GET /moderation/sites/{site}/settings": {
    path: {
      /** The site's name */
      site: string;
    };
    query: {};
    body: undefined;
    answer: Settings;
  };
  /** Sets it, by an admin; what is left out stays */
  "PATCH /moderation/sites/{site}/settings": {
    path: {
      /** The site's name */
      site: string;
    };
    query: {};
    body: SettingsBody;
    answer: Settings;
  };
  /**
   * Statements of reasons in the schema of the EU's Transparency Database, without personal data
   */
  "GET /moderation/statements": {
    path: {};
    query: {
      /** The site's key; an admin may leave it out for sanctions on the whole server. */
      site?: string;
      /** From when: a day, or a time in RFC 3339; from the first unless said. */
      from?: string;
      /** Until when: the end of a day, or before a time in RFC 3339; to the last unless said. */
      to?: string;
      /** How they are written; there is one way. */
      format?: "jsonl";
    };
    body: undefined;
    answer: string;
  };
  /** Figures of a site's moderation */
  "GET /moderation/stats": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
    };
    body: undefined;
    answer: Stats;
  };
  /** The figures of a year: flags, restrictions, appeals, automation */
  "GET /moderation/stats/report": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
      /** The year, in UTC. */
      year: number;
    };
    body: undefined;
    answer: Report;
  };
  /** The same as comma-separated values */
  "GET /moderation/stats/report.csv": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
      /** The year, in UTC. */
      year: number;
    };
    body: undefined;
    answer: string;
  };
  /** Figures of the last days, one by one, for charts */
  "GET /moderation/stats/series": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
      /** Days, with today; 30 unless said. */
      days?: number;
    };
    body: undefined;
    answer: Series;
  };
  /** People whose login begins so, or who have that id */
  "GET /moderation/users": {
    path: {};
    query: {
      /** The site's key. */
      site: string;
      /** The beginning of a login, or an id. */
      q: string;
    };
    body: undefined;
    answer: Found;
  };
  /** What a person has done on a site, and what was done about it */
  "GET /moderation/users/{id}": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {
      /** The site's key. */
      site: string;
    };
    body: undefined;
    answer: History;
  };
  /** What moderators of a site have noted on a person, newest first */
  "GET /moderation/users/{id}/notes": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {
      /** The site's key. */
      site: string;
      /** Items in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Notes;
  };
  /** Notes something on a person for the other moderators of a site */
  "POST /moderation/users/{id}/notes": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: NoteBody;
    answer: NoteView;
  };
  /** A person's sanctions, newest first */
  "GET /moderation/users/{id}/sanctions": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {
      /** The site's key; an admin may leave it out for those on all sites. */
      site?: string;
      /** Items in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Sanctions;
  };
  /** Lays a sanction on a person, on a site or on the whole server */
  "POST /moderation/users/{id}/sanctions": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: SanctionBody;
    answer: ModeratedSanction;
  };
  /** Gives notice of a comment that is against the law; no sign-in is needed */
  "POST /notices": {
    path: {};
    query: {};
    body: NoticeBody;
    answer: Receipt;
  };
  /** What became of a notice, for whoever has its token */
  "GET /notices/{token}": {
    path: {
      /** As the service gave it */
      token: string;
    };
    query: {};
    body: undefined;
    answer: Receipt;
  };
  /** This description */
  "GET /openapi.json": {
    path: {};
    query: {};
    body: undefined;
    answer: Record<string, unknown>;
  };
  /** The sites that one moderates, in the order of their keys */
  "GET /sites": {
    path: {};
    query: {
      /** Items in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Sites;
  };
  /** A site */
  "GET /sites/{site}": {
    path: {
      /** The site's name */
      site: string;
    };
    query: {};
    body: undefined;
    answer: Site;
  };
  /** Published comments of several threads */
  "GET /sites/{site}/counts": {
    path: {
      /** The site's name */
      site: string;
    };
    query: {
      /** Thread keys, separated by commas, 500 at most. */
      keys: string;
    };
    body: undefined;
    answer: Counts;
  };
  /** Published comments of up to 500 threads */
  "POST /sites/{site}/counts": {
    path: {
      /** The site's name */
      site: string;
    };
    query: {};
    body: CountsBody;
    answer: Counts;
  };
  /** Shows how a text would look */
  "POST /sites/{site}/preview": {
    path: {
      /** The site's name */
      site: string;
    };
    query: {};
    body: PreviewBody;
    answer: Preview;
  };
  /** A thread, born or not */
  "GET /sites/{site}/threads/{key}": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {};
    body: undefined;
    answer: Thread;
  };
  /** Makes a thread, or sets its title, address, state and modes */
  "PUT /sites/{site}/threads/{key}": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {};
    body: ThreadBody;
    answer: Thread;
  };
  /** A page of the tree */
  "GET /sites/{site}/threads/{key}/comments": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {
      /** The order of siblings, at every level. */
      sort?: "oldest" | "newest" | "top";
      /** Comments in the answer, tombstones too; 50 unless said. */
      limit?: number;
      /** Levels in the answer; 6 unless said. */
      depth?: number;
      /** Replies shown under one parent; 20 unless said. */
      per_parent?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: CommentPage;
  };
  /** Posts a comment or a reply */
  "POST /sites/{site}/threads/{key}/comments": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {};
    body: PostBody;
    answer: Comment;
  };
  /** The same page of the tree as an HTML fragment, which needs no script */
  "GET /sites/{site}/threads/{key}/comments.html": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {
      /** The order of siblings, at every level. */
      sort?: "oldest" | "newest" | "top";
      /** Comments in the answer, tombstones too; 50 unless said. */
      limit?: number;
      /** Levels in the answer; 6 unless said. */
      depth?: number;
      /** Replies shown under one parent; 20 unless said. */
      per_parent?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
      /** A tag of BCP 47; English where there are no words in that language. */
      lang?: string;
    };
    body: undefined;
    answer: string;
  };
  /** What happens in a thread, as it happens; and first what was missed */
  "GET /sites/{site}/threads/{key}/events": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {
      /**
       * The version of the thread that the reader has: what came after it is told first. Left out:
       * the version it has now.
       */
      last_event_id?: number;
    };
    body: undefined;
    answer: string;
  };
  /** The newest 50 published comments as a feed */
  "GET /sites/{site}/threads/{key}/feed.atom": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {};
    body: undefined;
    answer: string;
  };
  /** Who of those who published here is online */
  "GET /sites/{site}/threads/{key}/presence": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {};
    body: undefined;
    answer: Online;
  };
  /**
   * How many comments are hidden here, why and by whom, and how many restrictions were overturned
   */
  "GET /sites/{site}/threads/{key}/transparency": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {};
    body: undefined;
    answer: Transparency;
  };
  /** What is personal about a thread */
  "GET /sites/{site}/threads/{key}/viewer": {
    path: {
      /** The site's name */
      site: string;
      /** The thread's name on its site */
      key: string;
    };
    query: {
      /** Ids, separated by commas, 200 at most. */
      ids?: string;
    };
    body: undefined;
    answer: ThreadViewer;
  };
  /** A person */
  "GET /users/{id}": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {};
    body: undefined;
    answer: User;
  };
  /** A person's published comments, newest first */
  "GET /users/{id}/comments": {
    path: {
      /** An id, as the service gave it */
      id: string;
    };
    query: {
      /** Items in the answer; 50 unless said. */
      limit?: number;
      /** The `next` of an earlier answer. */
      cursor?: string;
    };
    body: undefined;
    answer: Comments;
  };
}
