//! What Understory remembers: the only room with SQL.
//!
//! `Store` runs units of work, atomically; `Tx` is what a unit works with, one small method a
//! statement, in the file of its table. Rules and permissions are not here: `domain` decides and
//! `app` asks.

mod check;
mod comment;
mod decision;
mod dialect;
pub(crate) mod driver;
mod event;
mod flag;
mod housekeeping;
mod idempotency;
mod log;
mod page;
mod queue;
mod schema;
mod session;
mod site;
mod sqlite;
mod thread;
mod tx;
mod unit;
mod user;

use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

pub use check::Difference;
pub use comment::{Above, Below, CommentFilter};
pub use decision::Entry;
pub use event::{Event, EventKind};
pub use flag::FlagGroup;
pub use idempotency::{Claim, IdempotencyKey};
pub use log::LogLine;
pub use page::Reader;
pub use queue::{QueueFilter, QueuePlace, QueueRow};
pub use schema::Purpose;
pub use session::Ended;
pub use thread::{NewThread, ThreadDelta};
pub use tx::Tx;
pub use user::Record;

use driver::Driver;
use sqlite::Sqlite;
use unit::Pool;

/// The name of the store's file in its directory.
pub const FILE: &str = "understory.db";

/// What a store can fail with, by what the caller can do.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The queue of units is full: try again soon.
    #[error("the store's queue is full")]
    Overloaded,
    /// No room on the disk: nothing of the unit was kept.
    #[error("the disk is full")]
    Full,
    /// Another process kept the store longer than the busy time-out.
    #[error("the store is kept busy by another process")]
    Busy,
    /// A rule of the schema would be broken: the store's own net, not an expected answer.
    #[error("a constraint failed: {0}")]
    Constraint(String),
    /// Stored rows are not what they must be.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// A newer, older or other kind of store than this program can open; says which.
    #[error("{0}")]
    Refused(String),
    /// The unit panicked; nothing of it was kept.
    #[error("a unit of work panicked")]
    Panicked,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// Anything else the database says.
    #[error("database: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// How to open a store.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directory that holds it.
    pub directory: PathBuf,
    /// What it is for; a store of another purpose is refused.
    pub purpose: Purpose,
    /// Threads that read; at least 1.
    pub readers: usize,
    /// Units that may wait, for readers and for the writer.
    pub queue: usize,
    /// How long to wait for another process, in milliseconds.
    pub busy_timeout_ms: u64,
    /// Now, in milliseconds since 1970, for the name of the copy before a migration.
    pub now_ms: i64,
}

impl Options {
    /// For real use in a directory, with the usual threads and queues.
    pub fn at(directory: &Path) -> Options {
        Options {
            directory: directory.to_owned(),
            purpose: Purpose::Serve,
            readers: 2,
            queue: 1_024,
            busy_timeout_ms: 5_000,
            now_ms: 0,
        }
    }
}

/// Told of events right after their commit and before it is acknowledged.
pub type Listener = Box<dyn Fn(&[Event]) + Send>;

/// An open store. Closing waits for the units under way.
pub struct Store {
    pool: Pool,
    file: PathBuf,
    busy_timeout: Duration,
}

impl Store {
    /// Opens the store in a directory, making it or bringing it to this program's schema.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a newer schema or another purpose, others when it cannot be read.
    pub fn open(options: &Options) -> Result<Store, StoreError> {
        let file = options.directory.join(FILE);
        let busy_timeout = Duration::from_millis(options.busy_timeout_ms);
        let mut writer = Sqlite::open(&file, busy_timeout)?;
        schema::prepare(&mut writer, options)?;
        let mut readers: Vec<Box<dyn Driver + Send>> = Vec::new();
        for _ in 0..options.readers.max(1) {
            readers.push(Box::new(Sqlite::open(&file, busy_timeout)?));
        }
        let pool = Pool::start(Box::new(writer), readers, options.queue)?;
        Ok(Store { pool, file, busy_timeout })
    }

    /// Lets `listener` hear of every event from now on, also those of other processes.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn listen(&self, listener: Listener) -> Result<(), StoreError> {
        self.pool.listen(listener).await
    }

    /// Runs a unit that may write. It may be run again, so it must not do anything but work on
    /// `Tx`; when it fails, nothing of it is kept. The answer comes after the commit.
    ///
    /// # Errors
    /// The unit's own, or [`StoreError`] when it could not be run or kept.
    pub async fn write<T, E, F>(&self, name: &'static str, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.pool.write(name, unit).await
    }

    /// Runs a unit that only reads, on one snapshot.
    ///
    /// # Errors
    /// The unit's own, or [`StoreError`] when it could not be run.
    pub async fn read<T, E, F>(&self, name: &'static str, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.pool.read(name, unit).await
    }

    /// Writes a consistent copy to `file` while everything goes on.
    ///
    /// # Errors
    /// [`StoreError`] when it exists already or cannot be written.
    pub fn backup(&self, file: &Path) -> Result<(), StoreError> {
        Sqlite::open(&self.file, self.busy_timeout)?.copy_to(file)
    }
}
