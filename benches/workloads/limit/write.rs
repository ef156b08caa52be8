//! The limits of posting: the same rows, indexes, keys and counters by bare rusqlite on one thread.

use actix_web::{HttpResponse, web};
use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use tokio::sync::oneshot;
use understory::domain::ids::compose;
use understory::domain::path::Path;

use crate::Outcome;
use crate::fill::fragment;

/// Jobs that may wait, as in the store.
const QUEUE: usize = 1_024;

/// What is posted; the same JSON that the service takes.
#[derive(Deserialize)]
struct Posted {
    body: String,
    parent_id: String,
}

/// A reply to be written.
struct Job {
    thread: i64,
    parent: i64,
    body: String,
    html: String,
    written: oneshot::Sender<rusqlite::Result<String>>,
}

/// The writer's end that handlers hold.
pub struct Writing {
    jobs: Sender<Job>,
}

impl Writing {
    /// Starts the writer; at most `group` replies share a commit.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(connection: Connection, group: usize) -> Outcome<Writing> {
        let (jobs, waiting) = bounded(QUEUE);
        let authors: Vec<i64> = connection
            .prepare("SELECT id FROM user_account")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        std::thread::Builder::new()
            .name("bare-writer".into())
            .spawn(move || write_groups(&connection, &waiting, group, &authors))?;
        Ok(Writing { jobs })
    }
}

/// Writes a reply and answers after its commit.
pub async fn write(thread: web::Path<i64>, bytes: web::Bytes, writing: web::Data<Writing>) -> HttpResponse {
    let Ok(Posted { body, parent_id }) = serde_json::from_slice(&bytes) else {
        return HttpResponse::BadRequest().finish();
    };
    let Ok(parent) = parent_id.parse() else { return HttpResponse::BadRequest().finish() };
    let (written, answer) = oneshot::channel();
    let html = format!("<p>{body}</p>\n");
    if writing.jobs.try_send(Job { thread: *thread, parent, body, html, written }).is_err() {
        return HttpResponse::ServiceUnavailable().finish();
    }
    match answer.await {
        Ok(Ok(fragment)) => {
            HttpResponse::Created().content_type("application/json; charset=utf-8").body(format!("{{{fragment}}}"))
        }
        Ok(Err(error)) => HttpResponse::InternalServerError().body(error.to_string()),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// One thread, and in one transaction what is waiting, up to `group`.
fn write_groups(connection: &Connection, waiting: &Receiver<Job>, group: usize, authors: &[i64]) {
    let mut posted = 0;
    while let Ok(first) = waiting.recv() {
        let mut answers = Vec::new();
        let begun = connection.execute_batch("BEGIN IMMEDIATE");
        let mut next = begun.is_ok().then_some(first);
        while let Some(job) = next.take() {
            posted += 1;
            let author = authors.get(posted % authors.len()).copied().unwrap_or_default();
            let done = write_one(connection, &job, author, posted);
            answers.push((job.written, done));
            if answers.len() < group {
                next = waiting.try_recv().ok();
            }
        }
        let committed = connection.execute_batch("COMMIT").is_ok();
        for (written, done) in answers {
            // who asked may be gone
            drop(written.send(if committed { done } else { Err(rusqlite::Error::InvalidQuery) }));
        }
    }
}

/// Moves the parent's counters; its new child's ordinal, its path and site.
pub const PARENT: &str = "UPDATE comment SET child_count = child_count + 1, reply_count = reply_count + 1,
    visible_children = visible_children + 1
  WHERE id = ?1 AND thread_id = ?2 AND state = 'published' AND locked = 0
  RETURNING child_count, path, site_id";
/// Writes the comment.
pub const INSERT: &str = "INSERT INTO comment (id, site_id, thread_id, parent_id, ordinal, path, depth, author_id,
    state, body, body_html, created_ms, visible, fragment)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'published', ?9, ?10, ?11, 1, ?12)";
/// Moves the thread's counters; its version.
pub const THREAD: &str = "UPDATE thread SET published_count = published_count + 1, version = version + 1 WHERE id = ?1
  RETURNING version";
/// Counts it in the author's record.
pub const RECORD: &str = "INSERT INTO record (user_id, site_id, published) VALUES (?1, ?2, 1)
  ON CONFLICT (user_id, site_id) DO UPDATE SET published = record.published + 1";
/// Tells of it.
pub const EVENT: &str = "INSERT INTO event (at_ms, kind, thread_id, version, comment_id)
  VALUES (?1, 'comment.created', ?2, ?3, ?4)";

/// Now, in milliseconds since 1970.
pub fn now_ms() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_millis() as i64)
}

/// The rows, indexes, keys and counters that a reply takes, in as few statements as there can be.
fn write_one(connection: &Connection, job: &Job, author: i64, posted: usize) -> rusqlite::Result<String> {
    let created_ms = now_ms();
    let id = compose(created_ms, posted as u32);
    let parent: Option<(i64, Vec<u8>, i64)> = connection
        .prepare_cached(PARENT)?
        .query_row([job.parent, job.thread], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (ordinal, path, site) = parent.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let path = Path::from_bytes(path).child(ordinal as u64).map_err(|_| rusqlite::Error::InvalidQuery)?;
    let stored = fragment((id, site, job.thread, Some(job.parent)), &path, (&job.body, &job.html), created_ms);
    connection.prepare_cached(INSERT)?.execute(params![
        id,
        site,
        job.thread,
        job.parent,
        ordinal,
        path.as_bytes(),
        path.depth(),
        author,
        job.body,
        job.html,
        created_ms,
        stored,
    ])?;
    let version: i64 = connection.prepare_cached(THREAD)?.query_row([job.thread], |row| row.get(0))?;
    connection.prepare_cached(RECORD)?.execute([author, site])?;
    connection.prepare_cached(EVENT)?.execute([created_ms, job.thread, version, id])?;
    Ok(stored)
}
