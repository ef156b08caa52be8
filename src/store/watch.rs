//! For tests: what SQLite does for each statement, as query plan and as work, in steps of its
//! machine, which are the same on every machine and at every load; and stores filled with much.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::driver::{Access, Driver};
use super::sqlite::{Sqlite, Use};
use super::{FILE, NewThread, Options, Store, StoreError, Tx};
use crate::domain::comment::Comment;
use crate::domain::decision::Disposition;
use crate::domain::ids::{CommentId, SiteId, ThreadId, UserId};
use crate::domain::path::Path;
use crate::domain::thread::Site;

/// What is known of a statement that ran.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// The lines of its query plan, indented by nesting.
    pub plan: Vec<String>,
    /// Steps it has taken since the last [`Watch::take_steps`].
    pub steps: i64,
}

/// What was seen, by the text of the statement.
#[derive(Clone, Default)]
pub struct Watch(Arc<Mutex<BTreeMap<&'static str, Watched>>>);

thread_local! {
    static HERE: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

impl Watch {
    /// Sees what runs on each connection that `open` opens on this thread.
    pub fn over<T>(&self, open: impl FnOnce() -> T) -> T {
        HERE.set(Some(self.clone()));
        let opened = open();
        HERE.take();
        opened
    }

    /// What a connection opened now is seen by.
    pub fn here() -> Option<Watch> {
        HERE.with_borrow(Clone::clone)
    }

    /// Every statement that ran.
    pub fn seen(&self) -> BTreeMap<&'static str, Watched> {
        self.0.lock().unwrap().clone()
    }

    /// The steps of each statement that ran since the last call.
    pub fn take_steps(&self) -> BTreeMap<&'static str, i64> {
        let mut seen = self.0.lock().unwrap();
        let taken = seen.iter_mut().map(|(sql, watched)| (*sql, std::mem::take(&mut watched.steps)));
        taken.filter(|(_, steps)| *steps > 0).collect()
    }

    /// Notes a run of a statement; the plan has the id, the parent's id and the words of each line.
    pub fn note(&self, sql: &'static str, steps: i64, plan: Vec<(i64, i64, String)>) {
        let mut depths = BTreeMap::from([(0, 0)]);
        let lines = plan.into_iter().map(|(id, above, words)| {
            let depth = depths[&above];
            depths.insert(id, depth + 1);
            format!("{}{words}", "  ".repeat(depth))
        });
        let plan = lines.collect();
        let mut seen = self.0.lock().unwrap();
        let watched = seen.entry(sql).or_default();
        watched.steps += steps;
        watched.plan = plan;
    }
}

impl Store {
    /// A store under watch; `fill` is run on it before.
    pub(crate) fn watched(options: &Options, fill: impl Fn(&mut Tx<'_>) -> Result<(), StoreError>) -> (Store, Watch) {
        drop(Store::open(options).unwrap());
        let busy_timeout = Duration::from_millis(options.busy_timeout_ms);
        let mut filler = Sqlite::open(&options.directory.join(FILE), busy_timeout, Use::Write).unwrap();
        filler.begin(Access::Write).unwrap();
        fill(&mut Tx::new(&mut filler)).unwrap();
        filler.commit().unwrap();
        let watch = Watch::default();
        (watch.over(|| Store::open(options)).unwrap(), watch)
    }
}

/// When everything was written that a store is filled with, in milliseconds since 1970: at one
/// time, as after an import from a source that keeps no times.
pub const FILLED_MS: i64 = 1_600_000_000_000;

/// How comments hang together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// None replies to another; two of three are held or hidden.
    Roots,
    /// Each replies to the one before.
    Chain,
}

/// Has SQLite count what is in the store: its planner must choose the same seeks with the counts.
pub fn analyse(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.batch("ANALYZE")
}

/// Fills a store with one site, `s`, one thread, `t`, and `count` of each: people; comments, all by
/// person 1, numbered from 1; sessions, flags and decisions of person 1; flags and votes on
/// comment 1; waiting comments; statements and appeals of person 1, half of them open.
pub fn fill(tx: &mut Tx<'_>, count: i64, shape: Shape) -> Result<(), StoreError> {
    let chain = shape == Shape::Chain;
    let site = Site { id: SiteId(1), key: "s".into(), title: "S".into(), explicit_threads: false, policy_url: None };
    tx.site_insert(&site, FILLED_MS)?;
    let (id, key) = (ThreadId(1), "t".to_owned());
    tx.thread_insert(&NewThread { id, site_id: site.id, key, title: None, url: None, created_ms: FILLED_MS })?;
    let each = format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
    tx.batch(&format!(
        "INSERT INTO user_account (id, login, login_key, display_name, created_ms)
           {each} SELECT i, 'u' || i, 'u' || i, 'U', {FILLED_MS} FROM n"
    ))?;
    let author = tx.users_by_id(&[UserId(1)])?.remove(0);
    let mut path = Path::root(1);
    for ordinal in 1..=count {
        let above = (chain && ordinal > 1).then(|| CommentId(ordinal - 1));
        path = if above.is_some() { path.child(1).unwrap() } else { Path::root(ordinal.unsigned_abs()) };
        let comment = Comment {
            id: CommentId(ordinal),
            site_id: site.id,
            thread_id: id,
            parent_id: above,
            ordinal: if chain { 1 } else { ordinal },
            path: path.clone(),
            author: Some(author.clone()),
            disposition: Disposition::new(None),
            body: "b".into(),
            body_html: "<p>b</p>".into(),
            created_ms: FILLED_MS,
            edited_ms: None,
            version: 1,
            up: 0,
            down: 0,
            reply_count: 0,
            visible_children: 0,
        };
        assert!(tx.comment_insert(&comment, None)?);
    }
    let roots = if chain { 1 } else { count };
    let below = i64::from(chain);
    tx.batch(&format!(
        "UPDATE comment SET child_count = {below}, visible_children = {below}, reply_count = {below} WHERE id < {count};
         UPDATE comment SET up = {count}, score = {count} WHERE id = 1;
         UPDATE comment SET pinned = 1 WHERE id <= 60;
         UPDATE comment SET state = 'held' WHERE id % 3 = 0 AND {below} = 0 AND id > 60;
         UPDATE comment SET state = 'hidden' WHERE id % 3 = 1 AND {below} = 0 AND id > 60;
         UPDATE comment SET visible = 0 WHERE state <> 'published';
         UPDATE thread SET slow_mode_s = 1, root_count = {roots},
           visible_roots = (SELECT COUNT(*) FROM comment WHERE visible = 1 AND parent_id IS NULL),
           published_count = (SELECT COUNT(*) FROM comment WHERE state = 'published');
         INSERT INTO session (id, user_id, scope, client, created_ms, used_ms, expires_ms, ended_ms)
           {each} SELECT i, 1, 'full', 'native', {FILLED_MS}, {FILLED_MS}, {FILLED_MS}, {FILLED_MS} FROM n;
         INSERT INTO vote (comment_id, user_id, value) {each} SELECT 1, i, 1 FROM n;
         INSERT INTO flag (id, comment_id, site_id, user_id, reason, note, state, created_ms)
           {each} SELECT i, 1, 1, i, 'other', CASE WHEN i % 2 = 0 THEN 'n' END, 'open', {FILLED_MS} + i FROM n;
         INSERT INTO flag_count (comment_id, reason, open) VALUES (1, 'other', {count});
         INSERT INTO flag (id, comment_id, site_id, user_id, reason, state, created_ms)
           {each} SELECT {count} + i, i, 1, 1, 'spam', 'withdrawn', {FILLED_MS} + i FROM n;
         INSERT INTO notice (id, token_hash, comment_id, site_id, category, explanation, name, email, state,
             created_ms, due_ms)
           {each} SELECT i, CAST('hash' || i AS BLOB), 1, 1, 'illegal', 'e', 'n', 'a@example.org', 'open',
             {FILLED_MS} + i, {FILLED_MS} + i FROM n;
         INSERT INTO queue_item (comment_id, site_id, thread_id, author_id, flagged, held, notice, reasons, base_odds,
             author_odds, flag_odds, visible, first_ms, rank)
           {each} SELECT i, 1, 1, 1, 1, 0, CASE WHEN i = 1 THEN 1 ELSE 0 END, 256, 0, 0, 0, 1, {FILLED_MS}, i FROM n;
         INSERT INTO queue_place (comment_id, list, site_id, rank)
           SELECT comment_id, 'all', 1, rank FROM queue_item UNION ALL
           SELECT comment_id, 'flagged', 1, rank FROM queue_item UNION ALL
           SELECT comment_id, 'reason:other', 1, rank FROM queue_item UNION ALL
           SELECT comment_id, 'thread:1', 1, rank FROM queue_item UNION ALL
           SELECT comment_id, 'author:1', 1, rank FROM queue_item;
         INSERT INTO decision (id, site_id, at_ms, actor_id, action, scope, state, total)
           {each} SELECT i, 1, {FILLED_MS}, 2, 'dismiss', 'comment', 'done', 0 FROM n;
         INSERT INTO decision_entry (id, decision_id, site_id, comment_id, user_id, created_ms)
           {each} SELECT i, i, 1, 1, 1, {FILLED_MS} + i FROM n;
         INSERT INTO decision (id, site_id, at_ms, actor_id, action, scope, state, total)
           {each} SELECT {count} + i, 1, {FILLED_MS}, 2, 'sanction', 'comment', 'done', 0 FROM n;
         INSERT INTO sanction (id, decision_id, user_id, site_id, kind, reason_code, created_ms, lifted_ms, lifted_by)
           {each} SELECT i, {count} + i, 1, 1, 'mute', 'spam', {FILLED_MS}, {FILLED_MS}, {count} + i FROM n;
         INSERT INTO person_note (id, user_id, site_id, author_id, text, created_ms)
           {each} SELECT i, 1, 1, 2, 'n', {FILLED_MS} FROM n;
         INSERT INTO statement (entry_id, site_id, at_ms, restriction, reason_code, origin, detected_by, decided_by, content_ms)
           {each} SELECT i, 1, {FILLED_MS} + i, 'hidden', 'spam', 'flag', 'people', 'people', {FILLED_MS} FROM n;
         INSERT INTO appeal (id, entry_id, site_id, state, text, created_ms, due_ms, decided_ms)
           {each} SELECT i, i, 1, CASE WHEN i % 2 = 0 THEN 'open' ELSE 'upheld' END, 't', {FILLED_MS} + i, {FILLED_MS},
             CASE WHEN i % 2 = 1 THEN {FILLED_MS} + i END FROM n;
         INSERT INTO event (at_ms, kind) {each} SELECT {FILLED_MS}, 'user.changed' FROM n;"
    ))
}
