//! The workloads, one family a file.

mod cold;
mod growth;
mod login;
mod memory;
mod mix;
mod page;
mod post;
mod postgres;
mod sizes;
mod start;

use std::path::Path;

use rusqlite::Connection;
use understory::store::FILE;

use crate::report::Line;
use crate::{Bench, Outcome};

/// The one that needs a PostgreSQL server.
pub const ON_POSTGRES: &str = "postgres";

/// A workload.
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Runs it; what it adds to the table.
    pub run: fn(&Bench, &str) -> Outcome<Vec<Line>>,
}

/// All of them, in the order of the table.
pub const ALL: &[Row] = &[
    Row { name: "page-16", about: "first page of 50 comments, cached, 16 connections", run: page::plain_16 },
    Row { name: "page-64", about: "the same, 64 connections", run: page::plain_64 },
    Row { name: "page-brotli", about: "the same with brotli, 64 connections", run: page::brotli },
    Row { name: "page-304", about: "the same, known to the reader, 64 connections", run: page::not_modified },
    Row { name: "cold-64", about: "50 of a thread of 10,000, cache off, 64 connections", run: cold::off },
    Row { name: "cold-first", about: "the first ever hit of many threads, one connection", run: cold::first },
    Row { name: "post-64", about: "replies of 64 signed-in people into one thread", run: post::many },
    Row { name: "post-alone", about: "replies of one person, one connection", run: post::alone },
    Row { name: "mix", about: "95 % page reads, 5 % replies, one thread of 1,000, 64 connections", run: mix::mix },
    Row { name: "login", about: "sign-ins with a full queue beside 1,000 page reads/s", run: login::login },
    Row {
        name: "growth",
        about: "pages, replies, contexts, the queue and decisions as the store grows",
        run: growth::growth,
    },
    Row { name: "memory", about: "resident memory, idle and after many pages and posts", run: memory::memory },
    Row { name: "start", about: "from start to ready with many comments", run: start::start },
    Row {
        name: ON_POSTGRES,
        about: "cached pages, and replies of 64 people into one thread and into 64",
        run: postgres::postgres,
    },
];

/// Those of these names, in the order of the table; all when there is none.
///
/// # Errors
/// A name that there is not.
pub fn named(names: &[String]) -> Outcome<Vec<&'static Row>> {
    if let Some(unknown) = names.iter().find(|name| ALL.iter().all(|row| row.name != name.as_str())) {
        return Err(format!("there is no workload {unknown}; --list names them").into());
    }
    Ok(ALL.iter().filter(|row| names.is_empty() || names.iter().any(|name| name == row.name)).collect())
}

/// Makes scripts that all ask for the same and expect the same.
fn alike(count: usize, request: &[u8], expected: crate::load::Expected) -> Vec<crate::load::Script> {
    (0..count)
        .map(|_| -> crate::load::Script {
            let request = request.to_vec();
            Box::new(move |out| {
                out.extend_from_slice(&request);
                Some(expected)
            })
        })
        .collect()
}

/// The address of a thread's comments.
fn comments_of(thread: usize) -> String {
    comments_at(&crate::fill::thread_key(thread))
}

/// The same, of a thread by its key.
fn comments_at(key: &str) -> String {
    format!("/api/v1/sites/{}/threads/{key}/comments", crate::fill::SITE)
}

/// The rows of a table; `rows` may go on with a condition.
///
/// # Errors
/// What SQLite fails with.
pub fn count(store: &Path, rows: &str) -> Outcome<u64> {
    let count: i64 = open(store)?.query_row(&format!("SELECT COUNT(*) FROM {rows}"), [], |row| row.get(0))?;
    Ok(u64::try_from(count)?)
}

/// Opens a store to look at it.
///
/// # Errors
/// What SQLite fails with.
pub fn open(store: &Path) -> Outcome<Connection> {
    Ok(Connection::open(store.join(FILE))?)
}
