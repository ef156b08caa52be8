-- The one schema of Understory, written in the dialect that SQLite and PostgreSQL share:
-- INTEGER is 64 bits, times are milliseconds since 1970 UTC (`_ms`), truth is 0 or 1.
-- A fresh store runs this file; an older one runs src/store/migrations. A test holds both equal.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE signing_key (
  kid        TEXT PRIMARY KEY,
  secret     BLOB NOT NULL CHECK (length(secret) >= 32),
  created_ms INTEGER NOT NULL
) STRICT;

-- Sites and people ---------------------------------------------------------------------------

CREATE TABLE site (
  id               INTEGER PRIMARY KEY,
  key              TEXT NOT NULL UNIQUE,
  title            TEXT NOT NULL,
  explicit_threads INTEGER NOT NULL DEFAULT 0 CHECK (explicit_threads IN (0, 1)),
  policy_url       TEXT,
  -- open items of the queue, kept so that a queue page need not count
  flagged_count    INTEGER NOT NULL DEFAULT 0,
  held_count       INTEGER NOT NULL DEFAULT 0,
  -- for what two moderators are needed: decisions on more comments than this (null: on no number),
  -- bans, purges
  two_wide_over    INTEGER CHECK (two_wide_over >= 0),
  two_ban          INTEGER NOT NULL DEFAULT 0 CHECK (two_ban IN (0, 1)),
  two_purge        INTEGER NOT NULL DEFAULT 0 CHECK (two_purge IN (0, 1)),
  notice_count     INTEGER NOT NULL DEFAULT 0,
  sample_count     INTEGER NOT NULL DEFAULT 0,
  created_ms       INTEGER NOT NULL
) STRICT;

-- Those where two are needed for a ban: on the whole server they are then needed, too.
CREATE INDEX site_two_ban ON site (id) WHERE two_ban = 1;

CREATE TABLE site_origin (
  site_id INTEGER NOT NULL REFERENCES site (id),
  origin  TEXT NOT NULL,
  PRIMARY KEY (site_id, origin)
) STRICT;

CREATE TABLE user_account (
  id                INTEGER PRIMARY KEY,
  login             TEXT NOT NULL,
  login_key         TEXT NOT NULL UNIQUE,
  display_name      TEXT NOT NULL,
  email             TEXT,
  email_verified_ms INTEGER,
  password_hash     TEXT,
  show_presence     INTEGER NOT NULL DEFAULT 1 CHECK (show_presence IN (0, 1)),
  seen_ms           INTEGER,
  created_ms        INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX user_account_email ON user_account (email) WHERE email_verified_ms IS NOT NULL;
CREATE INDEX user_account_seen ON user_account (seen_ms);

-- site_id 0 is the whole server.
CREATE TABLE role (
  user_id    INTEGER NOT NULL REFERENCES user_account (id),
  site_id    INTEGER NOT NULL DEFAULT 0,
  role       TEXT NOT NULL CHECK (role IN ('moderator', 'admin')),
  granted_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, site_id)
) STRICT;

-- What a person has done on a site, kept so that no moderator waits for a recount: own comments by
-- state, own flags by what moderators made of them.
CREATE TABLE record (
  user_id         INTEGER NOT NULL REFERENCES user_account (id),
  site_id         INTEGER NOT NULL REFERENCES site (id),
  published       INTEGER NOT NULL DEFAULT 0,
  held            INTEGER NOT NULL DEFAULT 0,
  hidden          INTEGER NOT NULL DEFAULT 0,
  deleted         INTEGER NOT NULL DEFAULT 0,
  flags_upheld    INTEGER NOT NULL DEFAULT 0,
  flags_dismissed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, site_id)
) STRICT;

-- Sessions -----------------------------------------------------------------------------------

CREATE TABLE session (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES user_account (id),
  scope      TEXT NOT NULL CHECK (scope IN ('reader', 'full')),
  client     TEXT NOT NULL CHECK (client IN ('browser', 'native', 'console')),
  agent      TEXT,
  created_ms INTEGER NOT NULL,
  used_ms    INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  ended_ms   INTEGER
) STRICT;

CREATE INDEX "session_user" ON session (user_id, created_ms, id) WHERE ended_ms IS NULL;
CREATE INDEX session_ended ON session (ended_ms) WHERE ended_ms IS NOT NULL;
CREATE INDEX session_expires ON session (expires_ms);

CREATE TABLE refresh_token (
  hash       BLOB PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  spent_ms   INTEGER,
  children   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX refresh_token_session ON refresh_token (session_id);

-- A code dies with the session that made it.
CREATE TABLE exchange_code (
  hash       BLOB PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  origin     TEXT NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX exchange_code_expires ON exchange_code (expires_ms);
CREATE INDEX exchange_code_session ON exchange_code (session_id);

-- Failures in a row to prove a password, for account and client and for the account alone, each by
-- a hash.
CREATE TABLE sign_in_failure (
  hash     BLOB PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_ms  INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_in_failure_last ON sign_in_failure (last_ms);

-- The tree -----------------------------------------------------------------------------------

CREATE TABLE thread (
  id              INTEGER PRIMARY KEY,
  site_id         INTEGER NOT NULL REFERENCES site (id),
  key             TEXT NOT NULL,
  title           TEXT,
  url             TEXT,
  state           TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'locked', 'archived')),
  premoderation   INTEGER NOT NULL DEFAULT 0 CHECK (premoderation IN (0, 1)),
  slow_mode_s     INTEGER NOT NULL DEFAULT 0,
  -- ordinals given to roots; roots a reader can see; comments published at any depth
  root_count      INTEGER NOT NULL DEFAULT 0,
  visible_roots   INTEGER NOT NULL DEFAULT 0,
  published_count INTEGER NOT NULL DEFAULT 0,
  -- what its moderators see at a glance
  held_count      INTEGER NOT NULL DEFAULT 0,
  hidden_count    INTEGER NOT NULL DEFAULT 0,
  flagged_count   INTEGER NOT NULL DEFAULT 0,
  -- restrictions that were overturned on appeal
  overturned_count INTEGER NOT NULL DEFAULT 0,
  version         INTEGER NOT NULL DEFAULT 0,
  created_ms      INTEGER NOT NULL,
  UNIQUE (site_id, key)
) STRICT;

-- Hidden comments of a thread by who hid them and why, kept so that readers can be told.
CREATE TABLE thread_hidden (
  thread_id  INTEGER NOT NULL REFERENCES thread (id),
  removed_by TEXT NOT NULL,
  reason     TEXT NOT NULL,
  hidden     INTEGER NOT NULL,
  PRIMARY KEY (thread_id, removed_by, reason)
) STRICT;

CREATE TABLE comment (
  id               INTEGER PRIMARY KEY,
  site_id          INTEGER NOT NULL REFERENCES site (id),
  thread_id        INTEGER NOT NULL REFERENCES thread (id),
  parent_id        INTEGER,
  parent_key       INTEGER NOT NULL GENERATED ALWAYS AS (COALESCE(parent_id, 0)) STORED,
  ordinal          INTEGER NOT NULL CHECK (ordinal >= 1),
  path             BLOB NOT NULL CHECK (length(path) <= 2000),
  depth            INTEGER NOT NULL CHECK (depth BETWEEN 1 AND 1000),
  author_id        INTEGER REFERENCES user_account (id),
  state            TEXT NOT NULL CHECK (state IN ('published', 'held', 'hidden', 'deleted')),
  created_ms       INTEGER NOT NULL,
  edited_ms        INTEGER,
  version          INTEGER NOT NULL DEFAULT 1,
  up               INTEGER NOT NULL DEFAULT 0,
  down             INTEGER NOT NULL DEFAULT 0,
  score            INTEGER NOT NULL DEFAULT 0,
  -- published direct replies; ordinals given to replies; direct replies a reader can see
  reply_count      INTEGER NOT NULL DEFAULT 0,
  child_count      INTEGER NOT NULL DEFAULT 0,
  visible_children INTEGER NOT NULL DEFAULT 0,
  -- published, or a tombstone that holds up something visible
  visible          INTEGER NOT NULL CHECK (visible IN (0, 1)),
  pinned           INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  locked           INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1)),
  -- the decision that last moved state, lock and pin; an undo is exact while they are unchanged
  state_ref        INTEGER,
  lock_ref         INTEGER,
  pin_ref          INTEGER,
  held_by          TEXT,
  removed_by       TEXT CHECK (removed_by IN ('author', 'moderator', 'rule')),
  removed_reason   TEXT,
  removed_ms       INTEGER,
  erased_ms        INTEGER,
  source_id        TEXT,
  -- what comments that say the same have in common; null once the text is erased
  text_hash        INTEGER,
  -- long texts stand last, so that what is read or counted without them is found before them;
  -- readers' pages are joined from fragments: the public fields that change only with the version
  fragment         TEXT NOT NULL,
  body             TEXT NOT NULL CHECK (length(body) <= 10000),
  body_html        TEXT NOT NULL,
  UNIQUE (id, thread_id),
  UNIQUE (thread_id, path),
  -- the parent stands in the same thread, whatever the code above does
  FOREIGN KEY (parent_id, thread_id) REFERENCES comment (id, thread_id)
) STRICT;

CREATE INDEX comment_reading ON comment (thread_id, path, depth) WHERE visible = 1;
CREATE INDEX comment_level ON comment (thread_id, parent_key, ordinal) WHERE visible = 1;
CREATE INDEX comment_top ON comment (thread_id, parent_key, score DESC, ordinal) WHERE visible = 1;
CREATE INDEX comment_pinned ON comment (thread_id, ordinal) WHERE pinned = 1 AND state = 'published';
-- Lists by time: a list of several states is a seek in each.
CREATE INDEX comment_author ON comment (author_id, state, created_ms, id);
CREATE INDEX comment_author_site ON comment (author_id, site_id, state, created_ms, id);
CREATE INDEX comment_author_thread ON comment (author_id, thread_id, state, created_ms, id);
CREATE INDEX comment_site ON comment (site_id, state, created_ms, id);
CREATE INDEX comment_thread ON comment (thread_id, state, created_ms, id);
CREATE UNIQUE INDEX comment_source ON comment (thread_id, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX comment_alike ON comment (site_id, text_hash, id) WHERE text_hash IS NOT NULL;
CREATE INDEX comment_erasable ON comment (removed_ms) WHERE state = 'deleted' AND erased_ms IS NULL;

-- Texts that an edit replaced.
CREATE TABLE revision (
  comment_id INTEGER NOT NULL REFERENCES comment (id),
  version    INTEGER NOT NULL,
  body       TEXT NOT NULL,
  body_html  TEXT NOT NULL,
  written_ms INTEGER NOT NULL,
  PRIMARY KEY (comment_id, version)
) STRICT;

CREATE TABLE vote (
  comment_id INTEGER NOT NULL REFERENCES comment (id),
  user_id    INTEGER NOT NULL REFERENCES user_account (id),
  value      INTEGER NOT NULL CHECK (value IN (-1, 1)),
  PRIMARY KEY (comment_id, user_id)
) STRICT;

-- Moderation ---------------------------------------------------------------------------------

CREATE TABLE flag (
  id          INTEGER PRIMARY KEY,
  comment_id  INTEGER NOT NULL REFERENCES comment (id),
  site_id     INTEGER NOT NULL REFERENCES site (id),
  user_id     INTEGER NOT NULL REFERENCES user_account (id),
  reason      TEXT NOT NULL,
  note        TEXT,
  state       TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'dismissed', 'withdrawn')),
  decision_id INTEGER,
  created_ms  INTEGER NOT NULL,
  -- how often its reporter had been right by then, in thousandths: which flags are weighed first
  weight      INTEGER NOT NULL DEFAULT 500,
  -- on a reply to its reporter's own comment
  own_reply   INTEGER NOT NULL DEFAULT 0 CHECK (own_reply IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX flag_one_open ON flag (user_id, comment_id) WHERE state = 'open';
CREATE INDEX flag_first ON flag (comment_id, created_ms) WHERE state = 'open';
CREATE INDEX flag_noted ON flag (comment_id, reason, created_ms, id) WHERE state = 'open' AND note IS NOT NULL;
CREATE INDEX flag_with_note ON flag (comment_id) WHERE note IS NOT NULL;
CREATE INDEX flag_weight ON flag (comment_id, weight DESC, id) WHERE state = 'open';
CREATE INDEX flag_user ON flag (user_id, created_ms, id);
CREATE INDEX flag_user_site ON flag (user_id, site_id, created_ms, id);
CREATE INDEX flag_decision ON flag (decision_id, comment_id, user_id) WHERE decision_id IS NOT NULL;
CREATE INDEX flag_site ON flag (site_id, created_ms, id);

-- Open flags by reason, kept so that a comment with thousands of them is judged as fast as any.
CREATE TABLE flag_count (
  comment_id INTEGER NOT NULL REFERENCES comment (id),
  reason     TEXT NOT NULL,
  open       INTEGER NOT NULL,
  PRIMARY KEY (comment_id, reason)
) STRICT;

-- Leases on items of the queue. One that has run out is as good as ended, and is ended by the next
-- claim on its site. The token is no secret: it is of use to its moderator alone.
CREATE TABLE claim (
  id         INTEGER PRIMARY KEY,
  token      TEXT NOT NULL UNIQUE,
  site_id    INTEGER NOT NULL REFERENCES site (id),
  user_id    INTEGER NOT NULL REFERENCES user_account (id),
  expires_ms INTEGER NOT NULL,
  ended      INTEGER NOT NULL CHECK (ended IN (0, 1))
) STRICT;

CREATE INDEX claim_running ON claim (site_id, expires_ms, id) WHERE ended = 0;
CREATE INDEX claim_ended ON claim (expires_ms, id) WHERE ended = 1;

-- Notices of illegal content, by whoever it was (DSA, Art. 16). Name and address are taken out some
-- time after the outcome; who has the token, of which a hash is kept, may ask for it.
CREATE TABLE notice (
  id          INTEGER PRIMARY KEY,
  token_hash  BLOB NOT NULL UNIQUE,
  comment_id  INTEGER NOT NULL REFERENCES comment (id),
  site_id     INTEGER NOT NULL REFERENCES site (id),
  category    TEXT NOT NULL,
  explanation TEXT NOT NULL,
  name        TEXT,
  email       TEXT,
  state       TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'dismissed')),
  decision_id INTEGER,
  created_ms  INTEGER NOT NULL,
  due_ms      INTEGER NOT NULL,
  settled_ms  INTEGER
) STRICT;

CREATE INDEX notice_open ON notice (comment_id, created_ms, id) WHERE state = 'open';
CREATE INDEX notice_category ON notice (comment_id, category) WHERE state = 'open';
CREATE INDEX notice_decision ON notice (decision_id, comment_id) WHERE decision_id IS NOT NULL;
CREATE INDEX notice_site ON notice (site_id, created_ms, id);
CREATE INDEX notice_text ON notice (comment_id) WHERE explanation <> '';
CREATE INDEX notice_contact ON notice (settled_ms, id) WHERE email IS NOT NULL;

-- Comments drawn by lot from those that were published without anybody having looked.
CREATE TABLE sample (
  comment_id  INTEGER PRIMARY KEY REFERENCES comment (id),
  site_id     INTEGER NOT NULL REFERENCES site (id),
  state       TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'dismissed', 'withdrawn')),
  decision_id INTEGER,
  drawn_ms    INTEGER NOT NULL
) STRICT;

-- What moderators made of the sample, by periods of 30 days since 1970: the site's base rate.
CREATE TABLE sample_count (
  site_id   INTEGER NOT NULL REFERENCES site (id),
  period    INTEGER NOT NULL,
  upheld    INTEGER NOT NULL DEFAULT 0,
  dismissed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, period)
) STRICT;

-- What waits for a moderator; one row a comment, gone when nothing waits.
CREATE TABLE queue_item (
  comment_id  INTEGER PRIMARY KEY REFERENCES comment (id),
  site_id     INTEGER NOT NULL REFERENCES site (id),
  thread_id   INTEGER NOT NULL REFERENCES thread (id),
  author_id   INTEGER REFERENCES user_account (id),
  flagged     INTEGER NOT NULL CHECK (flagged IN (0, 1)),
  held        INTEGER NOT NULL CHECK (held IN (0, 1)),
  notice      INTEGER NOT NULL DEFAULT 0 CHECK (notice IN (0, 1)),
  sample      INTEGER NOT NULL DEFAULT 0 CHECK (sample IN (0, 1)),
  -- a bit for each reason of an open flag or notice
  reasons     INTEGER NOT NULL,
  -- the parts of its score, in thousandths of log-odds, as of the last time anything happened to it
  base_odds   INTEGER NOT NULL,
  author_odds INTEGER NOT NULL,
  flag_odds   INTEGER NOT NULL,
  -- whether readers see it meanwhile
  visible     INTEGER NOT NULL CHECK (visible IN (0, 1)),
  first_ms    INTEGER NOT NULL,
  -- until when its notice is to be decided
  due_ms      INTEGER,
  -- lower is looked at first; it follows from the columns before
  rank        INTEGER NOT NULL,
  -- the claim that holds it, also when that has run out and nobody has taken it since
  claim_id    INTEGER REFERENCES claim (id)
) STRICT;

CREATE INDEX queue_item_oldest ON queue_item (site_id, first_ms);
CREATE INDEX queue_item_claim ON queue_item (claim_id, rank, comment_id) WHERE claim_id IS NOT NULL;

-- Where it stands in each list it can be looked for in: by kind, reason, author and thread.
CREATE TABLE queue_place (
  comment_id INTEGER NOT NULL REFERENCES comment (id),
  list       TEXT NOT NULL,
  site_id    INTEGER NOT NULL REFERENCES site (id),
  -- those of the item
  rank       INTEGER NOT NULL,
  claim_id   INTEGER,
  PRIMARY KEY (comment_id, list)
) STRICT;

CREATE INDEX queue_place_list ON queue_place (site_id, list, rank, comment_id);
-- What nobody holds: the next to be claimed is a seek, however much is held before it.
CREATE INDEX queue_place_free ON queue_place (site_id, list, rank, comment_id) WHERE claim_id IS NULL;

-- site_id 0 is the whole server: a sanction may hold there.
CREATE TABLE decision (
  id             INTEGER PRIMARY KEY,
  site_id        INTEGER NOT NULL,
  -- when it took effect: when it was made, or confirmed
  at_ms          INTEGER NOT NULL,
  actor_id       INTEGER REFERENCES user_account (id),
  action         TEXT NOT NULL,
  scope          TEXT NOT NULL CHECK (scope IN ('comment', 'subtree')),
  reason_code    TEXT,
  note           TEXT,
  public_text    TEXT,
  undoes         INTEGER REFERENCES decision (id),
  undone_by      INTEGER,
  state          TEXT NOT NULL CHECK (state IN ('proposed', 'running', 'done')),
  -- what was selected, as JSON; null where comments were named
  selected       TEXT,
  -- targets in all; those settled and those left alone so far
  total          INTEGER NOT NULL,
  applied_count  INTEGER NOT NULL DEFAULT 0,
  conflict_count INTEGER NOT NULL DEFAULT 0,
  -- of an undo: the position it has come to among the targets of what it takes back, last ones first
  looked_at      INTEGER NOT NULL DEFAULT 0,
  -- the rule of two: when it was proposed, and who agreed
  proposed_ms    INTEGER,
  confirmed_by   INTEGER REFERENCES user_account (id)
) STRICT;

CREATE INDEX decision_site ON decision (site_id, state, at_ms, id);
CREATE INDEX decision_undoes ON decision (undoes, id) WHERE undoes IS NOT NULL;
CREATE INDEX decision_running ON decision (id) WHERE state = 'running';

-- What a decision that is proposed or running has yet to do: its targets in the order of their
-- positions, a step in a row, as the text that src/store/batch.rs reads and writes. Fixed when the
-- decision is made, each with its version; gone once it is done.
CREATE TABLE decision_batch (
  decision_id INTEGER NOT NULL REFERENCES decision (id),
  -- of its first target
  position    INTEGER NOT NULL,
  size        INTEGER NOT NULL,
  targets     TEXT NOT NULL,
  PRIMARY KEY (decision_id, position)
) STRICT;

-- How each decision settled a flag, kept so that the undo of an undo settles it again.
CREATE TABLE flag_settlement (
  flag_id     INTEGER NOT NULL REFERENCES flag (id),
  decision_id INTEGER NOT NULL REFERENCES decision (id),
  state       TEXT NOT NULL CHECK (state IN ('upheld', 'dismissed')),
  PRIMARY KEY (flag_id, decision_id)
) STRICT;

-- The same for notices and for the sample, whose subject is the comment.
CREATE TABLE settlement (
  decision_id INTEGER NOT NULL REFERENCES decision (id),
  comment_id  INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('notice', 'sample')),
  subject_id  INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('upheld', 'dismissed')),
  PRIMARY KEY (decision_id, comment_id, kind, subject_id)
) STRICT;

CREATE TABLE decision_target (
  decision_id    INTEGER NOT NULL REFERENCES decision (id),
  position       INTEGER NOT NULL,
  comment_id     INTEGER NOT NULL,
  -- null when the target was settled, else the code of the conflict
  conflict       TEXT,
  version        INTEGER,
  -- where the target stood before and after: state, lock, pin and the decisions behind each,
  -- as the text that src/store/decision.rs reads and writes
  before         TEXT,
  after          TEXT,
  -- what had been decided last on a target left alone
  past           INTEGER,
  -- how long a target that was settled had waited in the queue
  waited_ms      INTEGER,
  PRIMARY KEY (decision_id, position)
) STRICT;

-- The first of each kind, however many of the other stand before them.
CREATE INDEX decision_target_applied ON decision_target (decision_id, position) WHERE conflict IS NULL;
CREATE INDEX decision_target_refused ON decision_target (decision_id, position) WHERE conflict IS NOT NULL;

CREATE INDEX decision_target_waited ON decision_target (decision_id, position) WHERE waited_ms IS NOT NULL;

-- Whatever was aimed at a comment: its purge takes the words away.
CREATE INDEX decision_target_aimed ON decision_target (comment_id);

-- What was decided last on a comment.
CREATE INDEX decision_target_comment ON decision_target (comment_id, decision_id) WHERE conflict IS NULL;

-- What a moderator laid on a person, by a decision of its own; site_id 0 is the whole server. It
-- ends by itself at until_ms. lifted_ms and the decision that lifted it are set exactly while the
-- decision that made it is undone.
CREATE TABLE sanction (
  id          INTEGER PRIMARY KEY,
  decision_id INTEGER NOT NULL UNIQUE REFERENCES decision (id),
  user_id     INTEGER NOT NULL REFERENCES user_account (id),
  site_id     INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('warn', 'premoderate', 'mute', 'suspend', 'ban')),
  until_ms    INTEGER,
  reason_code TEXT NOT NULL,
  public_text TEXT,
  created_ms  INTEGER NOT NULL,
  -- set also while it is only proposed, by the decision itself: it does not hold
  lifted_ms   INTEGER,
  lifted_by   INTEGER
) STRICT;

CREATE INDEX sanction_user ON sanction (user_id, created_ms, id);
CREATE INDEX sanction_user_site ON sanction (user_id, site_id, created_ms, id);
-- What keeps people from something: each person's, and all of them when a node starts.
CREATE INDEX sanction_standing ON sanction (user_id, until_ms) WHERE lifted_ms IS NULL AND kind <> 'warn';
CREATE INDEX sanction_until ON sanction (until_ms) WHERE lifted_ms IS NULL AND kind <> 'warn';

-- What moderators of a site note on a person, for each other.
CREATE TABLE person_note (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES user_account (id),
  site_id    INTEGER NOT NULL REFERENCES site (id),
  author_id  INTEGER NOT NULL REFERENCES user_account (id),
  text       TEXT NOT NULL CHECK (length(text) <= 2000),
  created_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX person_note_user ON person_note (user_id, site_id, created_ms, id);

-- One for each comment or sanction and person concerned: what /me/decisions shows. The site is the
-- decision's.
CREATE TABLE decision_entry (
  id          INTEGER PRIMARY KEY,
  decision_id INTEGER NOT NULL REFERENCES decision (id),
  site_id     INTEGER NOT NULL,
  comment_id  INTEGER,
  sanction_id INTEGER REFERENCES sanction (id),
  user_id     INTEGER NOT NULL REFERENCES user_account (id),
  -- whose comment it is, or who had flagged it
  party       TEXT NOT NULL DEFAULT 'owner' CHECK (party IN ('owner', 'reporter')),
  created_ms  INTEGER NOT NULL,
  CHECK ((comment_id IS NULL) <> (sanction_id IS NULL))
) STRICT;

CREATE INDEX decision_entry_user ON decision_entry (user_id, created_ms, id);
CREATE INDEX decision_entry_site ON decision_entry (user_id, site_id, created_ms, id);

-- What a statement of reasons (Regulation (EU) 2022/2065, Art. 17) says that nothing else keeps as
-- it was; one for each entry that tells an owner of a restriction.
CREATE TABLE statement (
  entry_id    INTEGER PRIMARY KEY REFERENCES decision_entry (id),
  site_id     INTEGER NOT NULL,
  at_ms       INTEGER NOT NULL,
  restriction TEXT NOT NULL,
  until_ms    INTEGER,
  reason_code TEXT,
  origin      TEXT NOT NULL CHECK (origin IN ('notice', 'flag', 'own_initiative')),
  detected_by TEXT NOT NULL CHECK (detected_by IN ('people', 'rule')),
  decided_by  TEXT NOT NULL CHECK (decided_by IN ('people', 'rule')),
  -- when the content was written that led to it
  content_ms  INTEGER NOT NULL
) STRICT;

CREATE INDEX statement_site ON statement (site_id, at_ms, entry_id);

-- One for each entry at the most.
CREATE TABLE appeal (
  id         INTEGER PRIMARY KEY,
  entry_id   INTEGER NOT NULL UNIQUE REFERENCES decision_entry (id),
  site_id    INTEGER NOT NULL,
  -- the comment that it is about, whose purge takes the texts away
  comment_id INTEGER,
  state      TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'overturned')),
  text       TEXT NOT NULL CHECK (length(text) <= 5000),
  answer     TEXT,
  ruled_by   INTEGER REFERENCES user_account (id),
  -- the decision that took the entry back; 1: that was a part of what it was of
  undo_id    INTEGER REFERENCES decision (id),
  undo_part  INTEGER NOT NULL DEFAULT 0 CHECK (undo_part IN (0, 1)),
  created_ms INTEGER NOT NULL,
  due_ms     INTEGER NOT NULL,
  decided_ms INTEGER
) STRICT;

CREATE INDEX appeal_state ON appeal (site_id, state, created_ms, id);
CREATE INDEX appeal_decided ON appeal (site_id, decided_ms, id) WHERE decided_ms IS NOT NULL;
CREATE INDEX appeal_received ON appeal (site_id, created_ms, id);
CREATE INDEX appeal_comment ON appeal (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX appeal_undo ON appeal (undo_id) WHERE undo_id IS NOT NULL;

-- The log: rows never change, their texts lie apart and can be purged ---------------------------

CREATE TABLE moderation_log (
  seq           INTEGER PRIMARY KEY,
  chain         INTEGER NOT NULL,
  at_ms         INTEGER NOT NULL,
  actor_id      INTEGER,
  action        TEXT NOT NULL,
  target        TEXT NOT NULL,
  reason_code   TEXT,
  before_digest TEXT NOT NULL,
  after_digest  TEXT NOT NULL,
  note_digest   TEXT NOT NULL,
  prev_hash     TEXT NOT NULL,
  hash          TEXT NOT NULL
) STRICT;

CREATE INDEX moderation_log_chain ON moderation_log (chain, seq);
CREATE INDEX moderation_log_target ON moderation_log (target, seq);
-- When texts were taken out: what a proof of a piece asks about rows that stand outside of it.
CREATE INDEX moderation_log_purge ON moderation_log (chain, at_ms) WHERE action = 'purge';

CREATE TABLE moderation_log_text (
  seq         INTEGER PRIMARY KEY REFERENCES moderation_log (seq),
  before      TEXT,
  after       TEXT,
  note        TEXT,
  salt        BLOB,
  purged_ms   INTEGER
) STRICT;

CREATE TRIGGER moderation_log_no_update BEFORE UPDATE ON moderation_log
BEGIN SELECT RAISE(ABORT, 'the moderation log is append-only'); END;

CREATE TRIGGER moderation_log_no_delete BEFORE DELETE ON moderation_log
BEGIN SELECT RAISE(ABORT, 'the moderation log is append-only'); END;

-- What other threads of this process, other processes and streams must learn -------------------

CREATE TABLE event (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms      INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  thread_id  INTEGER,
  version    INTEGER,
  comment_id INTEGER,
  user_id    INTEGER,
  session_id INTEGER,
  -- what its listeners need and cannot look up, as JSON
  detail     TEXT
) STRICT;

-- what a reader of a thread's stream has missed
CREATE INDEX event_thread ON event (thread_id, version) WHERE thread_id IS NOT NULL;


CREATE TABLE idempotency (
  scope        TEXT NOT NULL,
  key          TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  resource_id  INTEGER NOT NULL,
  created_ms   INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;

CREATE INDEX idempotency_created ON idempotency (created_ms);

-- Which node has a job that one at a time may do, and until when.
CREATE TABLE job (
  name     TEXT PRIMARY KEY,
  node     INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT;
