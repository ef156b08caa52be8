//! Stores with many comments, made fast and right: rows written straight into the tables, with
//! every counter as the service would have left it (`understory verify` agrees).
//!
//! Indexes are made after the rows: one sort each in place of millions of inserts in the middle.

use std::path::{Path as FilePath, PathBuf};

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::{Connection, params};
use understory::domain::comment::Comment;
use understory::domain::decision::Disposition;
use understory::domain::duplicate::text_hash;
use understory::domain::flag::Reason;
use understory::domain::fragment::Fragment;
use understory::domain::ids::{CommentId, SiteId, ThreadId, UserId, compose};
use understory::domain::login::Login;
use understory::domain::markup;
use understory::domain::path::Path;
use understory::domain::queue::{Facts, OpenFlags, lists, waiting};
use understory::domain::scoring::{Odds, PRIOR};
use understory::store::FILE;

use crate::Outcome;
use crate::child::command;

/// The key of the site.
pub const SITE: &str = "bench";
/// The password of every reader.
pub const PASSWORD: &str = "five unrelated words here";
/// When the first comment was posted: 2025-01-01, in milliseconds since 1970.
const BEGIN_MS: i64 = 1_735_689_600_000;
/// Between two comments, in milliseconds: five million of them end within a year.
const STEP_MS: i64 = 5_000;
/// Different texts.
const TEXTS: usize = 64;
/// Characters of a text.
const TEXT_CHARS: usize = 200;

/// The tree of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// So many comments as a discussion grows: three in ten are roots, the others answer one of the
    /// last thirty comments (six in ten) or any before them.
    Tree(usize),
    /// So many comments, each in reply to the one before; 1,000 at the most.
    Chain(usize),
    /// So many comments below one root, as a discussion grows.
    Branch(usize),
}

/// What a store is to hold.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Its threads, with the keys `t-0`, `t-1`, …
    pub threads: Vec<Shape>,
    /// People, with the logins `reader-0`, `reader-1`, …; they are the authors.
    pub readers: usize,
    /// Of a thousand comments so many have an open flag.
    pub flagged_per_mille: u32,
}

/// The key of a thread by its place in [`Spec::threads`].
pub fn thread_key(number: usize) -> String {
    format!("t-{number}")
}

/// The id of a comment by its place in the store, thread after thread.
pub fn comment_id(number: usize) -> i64 {
    compose(BEGIN_MS + number as i64 * STEP_MS, 0)
}

/// The login of a reader.
pub fn login(number: usize) -> String {
    format!("reader-{number}")
}

/// The store in `directory` as `spec` has it: kept from an earlier run, or made now.
///
/// # Errors
/// What SQLite fails with.
pub fn kept(directory: &FilePath, spec: &Spec) -> Outcome<PathBuf> {
    let mark = directory.join("filled");
    // what it is made by, too: rows of an older program are of no use to this one
    let made_by =
        [include_str!("../../schema.sql"), include_str!("../../src/domain/fragment.rs"), include_str!("fill.rs")];
    let wanted = format!("{spec:?}\n{}", made_by.concat());
    if std::fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        return Ok(directory.to_owned());
    }
    fresh(directory, spec)?;
    std::fs::write(mark, wanted)?;
    Ok(directory.to_owned())
}

/// Makes the store in `directory` anew.
///
/// # Errors
/// What SQLite fails with.
pub fn fresh(directory: &FilePath, spec: &Spec) -> Outcome<PathBuf> {
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    std::fs::create_dir_all(directory)?;
    command(directory, &["site", "add", SITE])?;
    let mut connection = Connection::open(directory.join(FILE))?;
    // nobody reads it yet, and what a crash leaves is thrown away
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -400000;",
    )?;
    let tx = connection.transaction()?;
    let indexes = drop_indexes(&tx)?;
    Filling {
        readers: readers(&tx, spec.readers)?,
        texts: texts(),
        random: StdRng::seed_from_u64(1),
        posted: 0,
        tx: &tx,
    }
    .threads(spec)?;
    for sql in indexes {
        tx.execute_batch(&sql)?;
    }
    tx.commit()?;
    Ok(directory.to_owned())
}

fn drop_indexes(tx: &Connection) -> Outcome<Vec<String>> {
    let mut statement = tx.prepare(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('comment', 'flag', 'queue_place')",
    )?;
    let found: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (name, _) in &found {
        tx.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    Ok(found.into_iter().map(|(_, sql)| sql).collect())
}

/// What is stored of a comment for its page, as the service writes it. `ids` are its own, its site's,
/// its thread's and its parent's; `text` is as sent and as rendered.
pub fn fragment(ids: (i64, i64, i64, Option<i64>), path: &Path, text: (&str, &str), created_ms: i64) -> String {
    let (id, site, thread, parent) = ids;
    Fragment::stored(&Comment {
        id: CommentId(id),
        site_id: SiteId(site),
        thread_id: ThreadId(thread),
        parent_id: parent.map(CommentId),
        ordinal: 0,
        path: path.clone(),
        author: None,
        disposition: Disposition::new(None),
        body: text.0.to_owned(),
        body_html: text.1.to_owned(),
        created_ms,
        edited_ms: None,
        version: 1,
        up: 0,
        down: 0,
        reply_count: 0,
        visible_children: 0,
    })
}

/// Hashing with the service's own parameters, so that it finds nothing to renew.
///
/// # Errors
/// None, as the parameters are within range.
pub fn argon2() -> Outcome<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of [`PASSWORD`].
///
/// # Errors
/// None that can be foreseen.
pub fn hash() -> Outcome<String> {
    Ok(argon2()?.hash_password(PASSWORD.as_bytes()).map_err(|error| error.to_string())?.to_string())
}

/// Makes people, all with one password; their ids.
fn readers(tx: &Connection, count: usize) -> Outcome<Vec<i64>> {
    let hash = hash()?;
    let mut insert = tx.prepare(
        "INSERT INTO user_account (id, login, login_key, display_name, password_hash, created_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    (0..count)
        .map(|number| {
            let id = compose(BEGIN_MS - 1, u32::try_from(number)?);
            let login = login(number);
            let key = Login::parse(&login)?.key();
            insert.execute(params![id, login, key, format!("Reader {number}"), hash, BEGIN_MS - 1])?;
            Ok(id)
        })
        .collect()
}

/// A text and what it becomes on the page.
struct Text {
    body: String,
    html: String,
    hash: i64,
}

/// Texts of [`TEXT_CHARS`] characters that compress about as prose does.
fn texts() -> Vec<Text> {
    const WORDS: &str = "the of and to in a is that for it as was with be by on not he i this are or his from at \
        which but have an had they you were their one all we can her has there been if more when will would who so \
        article reader bridge council school harbour winter question answer money street reason evidence morning \
        kitchen library argument weather station history ticket garden number village opinion river engine minister";
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut random = StdRng::seed_from_u64(2);
    let text = |_| {
        let mut body = String::new();
        while body.len() < TEXT_CHARS {
            body.push_str(words.get(random.random_range(0..words.len())).unwrap_or(&"word"));
            body.push(' ');
        }
        body.truncate(TEXT_CHARS - 1);
        body.push('.');
        Text { html: markup::render(&body), hash: text_hash(&body), body }
    };
    (0..TEXTS).map(text).collect()
}

/// A comment's place in its thread, and what hangs below it.
struct Node {
    parent: Option<usize>,
    ordinal: u64,
    path: Path,
    children: u64,
}

fn grow(shape: Shape, random: &mut StdRng) -> Outcome<(Vec<Node>, u64)> {
    let (Shape::Tree(count) | Shape::Chain(count) | Shape::Branch(count)) = shape;
    let mut nodes: Vec<Node> = Vec::with_capacity(count);
    let mut roots = 0;
    for number in 0..count {
        let parent = match shape {
            Shape::Chain(_) => number.checked_sub(1),
            Shape::Tree(_) | Shape::Branch(_) if number == 0 => None,
            Shape::Tree(_) if random.random_ratio(3, 10) => None,
            Shape::Tree(_) | Shape::Branch(_) if random.random_ratio(6, 10) => {
                Some(random.random_range(number.saturating_sub(30)..number))
            }
            Shape::Tree(_) | Shape::Branch(_) => Some(random.random_range(0..number)),
        };
        let (ordinal, path) = match parent.map(|parent| nodes.get_mut(parent)) {
            None => {
                roots += 1;
                (roots, Path::root(roots))
            }
            Some(parent) => {
                let parent = parent.ok_or("a parent comes before its replies")?;
                parent.children += 1;
                (parent.children, parent.path.child(parent.children)?)
            }
        };
        nodes.push(Node { parent, ordinal, path, children: 0 });
    }
    Ok((nodes, roots))
}

struct Filling<'a> {
    tx: &'a Connection,
    readers: Vec<i64>,
    texts: Vec<Text>,
    random: StdRng,
    /// Comments so far, in all threads: what times and ids are made of.
    posted: usize,
}

impl Filling<'_> {
    fn threads(mut self, spec: &Spec) -> Outcome<()> {
        let site: i64 = self.tx.query_row("SELECT id FROM site WHERE key = ?1", [SITE], |row| row.get(0))?;
        let mut flagged = 0;
        for (number, shape) in spec.threads.iter().enumerate() {
            flagged += self.thread(site, number, *shape, spec.flagged_per_mille)?;
        }
        self.tx.execute("UPDATE site SET flagged_count = ?2 WHERE id = ?1", [site, flagged])?;
        self.tx.execute(
            "INSERT INTO record (user_id, site_id, published)
             SELECT author_id, site_id, COUNT(*) FROM comment GROUP BY author_id, site_id",
            [],
        )?;
        Ok(())
    }

    /// Writes a thread; how many of its comments are flagged.
    fn thread(&mut self, site: i64, number: usize, shape: Shape, flagged_per_mille: u32) -> Outcome<i64> {
        let (nodes, roots) = grow(shape, &mut self.random)?;
        let thread = compose(self.now_ms(), u32::try_from(number)?);
        let first = self.posted;
        let mut flagged = 0;
        for node in &nodes {
            let id = self.comment((site, thread), node, first)?;
            if self.random.random_ratio(flagged_per_mille, 1_000) {
                self.flag((site, thread), id)?;
                flagged += 1;
            }
            self.posted += 1;
        }
        let count = nodes.len() as i64;
        self.tx.prepare_cached(
            "INSERT INTO thread (id, site_id, key, title, root_count, visible_roots, published_count, flagged_count,
               version, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?6, ?8)",
        )?
        .execute(params![
            thread,
            site,
            thread_key(number),
            format!("Article {number}"),
            roots as i64,
            count,
            flagged,
            BEGIN_MS + first as i64 * STEP_MS,
        ])?;
        Ok(flagged)
    }

    fn comment(&mut self, (site, thread): (i64, i64), node: &Node, first: usize) -> Outcome<i64> {
        let id = comment_id(self.posted);
        let author = self.reader();
        let text = self.texts.get(self.posted % TEXTS).ok_or("no text")?;
        let parent = node.parent.map(|parent| comment_id(first + parent));
        let upvoted = self.posted.is_multiple_of(8);
        let created_ms = self.now_ms();
        self.tx
            .prepare_cached(
                "INSERT INTO comment (id, site_id, thread_id, parent_id, ordinal, path, depth, author_id, state, body,
               body_html, created_ms, up, score, reply_count, child_count, visible_children, visible,
               fragment, text_hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'published', ?9, ?10, ?11, ?12, ?12, ?13, ?13, ?13, 1, ?14, ?15)",
            )?
            .execute(params![
                id,
                site,
                thread,
                parent,
                node.ordinal as i64,
                node.path.as_bytes(),
                node.path.depth(),
                author,
                text.body,
                text.html,
                created_ms,
                i64::from(upvoted),
                node.children as i64,
                fragment((id, site, thread, parent), &node.path, (&text.body, &text.html), created_ms),
                text.hash,
            ])?;
        if upvoted {
            let voter = self.reader();
            self.tx
                .prepare_cached("INSERT INTO vote (comment_id, user_id, value) VALUES (?1, ?2, 1)")?
                .execute([id, voter])?;
        }
        Ok(id)
    }

    fn flag(&mut self, (site, thread): (i64, i64), comment: i64) -> Outcome<()> {
        let at_ms = self.now_ms() + 1_000;
        let reason = if self.random.random_ratio(1, 2) { Reason::Spam } else { Reason::Harassment };
        let reader = self.reader();
        self.tx
            .prepare_cached(
                "INSERT INTO flag (id, comment_id, site_id, user_id, reason, state, created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6)",
            )?
            .execute(params![comment_id(self.posted) + 1, comment, site, reader, reason.as_str(), at_ms])?;
        self.tx
            .prepare_cached("INSERT INTO flag_count (comment_id, reason, open) VALUES (?1, ?2, 1)")?
            .execute(params![comment, reason.as_str()])?;
        let open = OpenFlags { counts: vec![(reason, 1)], first_ms: Some(at_ms) };
        let facts = Facts { flags: open, is_visible: true, ..Facts::default() };
        let odds = Odds::weigh(PRIOR, None, &[]);
        let waits = waiting(&facts, odds).ok_or("a flag waits")?;
        let author: i64 =
            self.tx.query_row("SELECT author_id FROM comment WHERE id = ?1", [comment], |row| row.get(0))?;
        self.tx
            .prepare_cached(
                "INSERT INTO queue_item (comment_id, site_id, thread_id, author_id, flagged, held, reasons, base_odds,
                   author_odds, flag_odds, visible, first_ms, rank)
             VALUES (?1, ?2, ?3, ?4, 1, 0, ?5, ?6, ?7, ?8, 1, ?9, ?10)",
            )?
            .execute([
                comment,
                site,
                thread,
                author,
                waits.reasons,
                odds.base,
                odds.author,
                odds.flags,
                waits.first_ms,
                waits.rank(),
            ])?;
        for list in lists(&waits, ThreadId(thread), Some(UserId(author))) {
            self.tx
                .prepare_cached("INSERT INTO queue_place (comment_id, list, site_id, rank) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![comment, list, site, waits.rank()])?;
        }
        Ok(())
    }

    fn reader(&mut self) -> i64 {
        let number = self.random.random_range(0..self.readers.len());
        self.readers.get(number).copied().unwrap_or_default()
    }

    fn now_ms(&self) -> i64 {
        BEGIN_MS + self.posted as i64 * STEP_MS
    }
}
