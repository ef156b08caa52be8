//! What Understory remembers: the only room with SQL.
//!
//! `Store` runs units of work, atomically; `Tx` is what a unit works with, one small method a
//! statement, in the file of its table. Rules and permissions are not here: `domain` decides and
//! `app` asks.

mod appeal;
mod batch;
mod check;
mod checkpoint;
mod claim;
mod comment;
mod decision;
mod derive;
mod dialect;
pub(crate) mod driver;
mod error;
mod event;
mod failure;
mod flag;
mod housekeeping;
mod idempotency;
mod job;
mod key;
mod line;
mod log;
mod moving;
mod news;
mod note;
mod notice;
mod page;
#[cfg(test)]
mod plans;
mod pool;
mod postgres;
mod queue;
mod sample;
mod sanction;
mod schema;
mod session;
mod settlement;
mod site;
mod sqlite;
mod statement;
mod stats;
mod thread;
mod tx;
mod unit;
mod user;
#[cfg(test)]
pub(crate) mod watch;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use appeal::Appealed;
pub use batch::Batch;
pub use check::Difference;
pub use claim::{Holder, Lease};
pub use comment::{Above, Below, CommentFilter, Stand};
pub use decision::{Concern, Entry, Past};
pub use error::StoreError;
pub use event::{Event, EventKind};
pub use flag::{FlagGroup, FlagWeight, Reported};
pub use idempotency::{Claim, IdempotencyKey};
pub use key::Key;
pub use moving::{Moved, move_store};
pub use news::{Listener, News};
pub use note::Note;
pub use page::Reader;
pub use queue::{Others, QueuePlace, QueueRow, Waits};
pub use sanction::Sanctioned;
pub use schema::Purpose;
pub use session::Ended;
pub use thread::{NewThread, ThreadDelta};
pub use tx::Tx;
pub use user::Record;

use checkpoint::Checkpointer;
use driver::Driver;
use news::Ears;
use pool::{Drivers, Pool};
use postgres::Postgres;
use postgres::connect::Server;
use postgres::tail::{Progress, Tail};
use sqlite::{Sqlite, Use};

/// The name of the store's file in its directory.
pub const FILE: &str = "understory.db";

/// How to open a store.
#[derive(Clone)]
pub struct Options {
    /// The directory that holds it, unless there is an address.
    pub directory: PathBuf,
    /// The address of a PostgreSQL database, with its password; none: SQLite in the directory.
    pub url: Option<String>,
    /// What it is for; a store of another purpose is refused.
    pub purpose: Purpose,
    /// What to do when there is no store.
    pub missing: Missing,
    /// Threads that read; at least 1.
    pub readers: usize,
    /// Units that may wait, for readers and for the writer.
    pub queue: usize,
    /// How long to wait for another process, or for a server that went away, in milliseconds.
    pub busy_timeout_ms: u64,
    /// How long a statement may take on a server, in seconds; 0 for any time.
    pub statement_s: u64,
    /// Now, in milliseconds since 1970, for the name of the copy before a migration.
    pub now_ms: i64,
}

/// What to do when there is no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Make one.
    Make,
    /// Say so.
    Refuse,
}

impl Options {
    /// For real use in a directory, with the usual threads and queues.
    pub fn at(directory: &Path) -> Options {
        Options {
            directory: directory.to_owned(),
            url: None,
            purpose: Purpose::Serve,
            missing: Missing::Make,
            readers: 2,
            queue: 1_024,
            busy_timeout_ms: 5_000,
            statement_s: 30,
            now_ms: 0,
        }
    }
}

/// Connections that write to a server at the same time. More would meet more often: serializable
/// transactions also meet in pages of an index, whatever their keys.
const WRITERS: usize = 4;

/// After so long without a look at the events of other nodes, what is known of them no longer counts.
const SILENCE: Duration = Duration::from_secs(5);

/// An open store. Closing waits for the units under way.
pub struct Store {
    pool: Pool,
    ears: Arc<Ears>,
    at: Place,
}

/// Where a store is.
enum Place {
    File { file: PathBuf, busy_timeout: Duration, _checkpointer: Checkpointer },
    Server { server: Arc<Server>, progress: Arc<Progress>, tail: Mutex<Option<Tail>> },
}

impl Store {
    /// Opens a store, making it or bringing it to this program's schema.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a newer schema or another purpose, others when it cannot be read.
    pub fn open(options: &Options) -> Result<Store, StoreError> {
        match &options.url {
            None => Store::open_file(options),
            Some(url) => Store::open_server(options, url),
        }
    }

    fn open_file(options: &Options) -> Result<Store, StoreError> {
        let file = options.directory.join(FILE);
        let busy_timeout = Duration::from_millis(options.busy_timeout_ms);
        let mut writer = Sqlite::open(&file, busy_timeout, Use::Write)?;
        schema::prepare(&mut writer, options)?;
        let checkpointer = Checkpointer::start(Sqlite::open(&file, busy_timeout, Use::Read)?)?;
        let readers = (0..options.readers.max(1)).map(|_| Sqlite::open(&file, busy_timeout, Use::Read));
        let readers = readers.collect::<Result<_, _>>()?;
        let ears = Arc::new(Ears::default());
        let pool = Pool::start(Drivers::Sqlite(writer, readers), options.queue, &ears)?;
        Ok(Store { pool, ears, at: Place::File { file, busy_timeout, _checkpointer: checkpointer } })
    }

    fn open_server(options: &Options, url: &str) -> Result<Store, StoreError> {
        let node = format!("understory-{}", hex::encode(rand::random::<[u8; 8]>()));
        let patience = Duration::from_millis(options.busy_timeout_ms);
        let server = Arc::new(Server::parse(url, &node, patience, options.statement_s)?);
        // a connection runs on the thread that uses it, and the caller's may have a runtime already
        std::thread::scope(|scope| {
            let work = scope.spawn(|| schema::prepare(&mut Postgres::new(Arc::clone(&server))?, options));
            work.join().unwrap_or(Err(StoreError::Panicked))
        })?;
        let connections = |count: usize| {
            let new = |_| Postgres::new(Arc::clone(&server)).map(|driver| Box::new(driver) as Box<dyn Driver>);
            (0..count).map(new).collect::<Result<Vec<_>, _>>()
        };
        let drivers = Drivers::Server(connections(WRITERS)?, connections(options.readers.max(1))?);
        let ears = Arc::new(Ears::default());
        let pool = Pool::start(drivers, options.queue, &ears)?;
        let progress = Arc::new(Progress::new(&server, Arc::clone(&ears)));
        Ok(Store { pool, ears, at: Place::Server { server, progress, tail: Mutex::new(None) } })
    }

    /// Lets `listener` hear of every event from now on, also those of other processes and nodes.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn listen(&self, listener: Listener) -> Result<(), StoreError> {
        self.ears.listen(listener);
        if let Place::Server { server, progress, tail } = &self.at {
            let started = Tail::start(Arc::clone(server), Arc::clone(progress)).await?;
            *tail.lock().unwrap_or_else(PoisonError::into_inner) = Some(started);
        }
        Ok(())
    }

    /// Runs a unit that may write. It may be run again, so it must not do anything but work on
    /// `Tx`; when it fails, nothing of it is kept. The answer comes after the commit. `key` names
    /// what it contends for.
    ///
    /// # Errors
    /// The unit's own, or [`StoreError`] when it could not be run or kept.
    pub async fn write<T, E, F>(&self, name: &'static str, key: Key, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let keys = match (&self.at, key.numbers()) {
            // its one writer never contends
            (Place::File { .. }, _) => Vec::new(),
            (Place::Server { .. }, Some(numbers)) => numbers,
            (Place::Server { .. }, None) => self.pool.read("key", move |tx| key.look_up(tx)).await?,
        };
        self.pool.write(name, keys, unit).await
    }

    /// Runs a unit as [`Store::write`] does, and keeps nothing of it.
    ///
    /// # Errors
    /// The unit's own, or [`StoreError`] when it could not be run.
    pub async fn rehearse<T, E, F>(&self, name: &'static str, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.pool.rehearse(name, unit).await
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

    /// Runs a statement that no use-case has: tests break a store by it, and mend it.
    #[cfg(test)]
    pub async fn by_hand(&self, sql: &'static str) -> Result<(), StoreError> {
        self.write("by_hand", Key::log(), move |tx| tx.run(sql, &[])).await
    }

    /// Writes a consistent copy to `file` while everything goes on.
    ///
    /// # Errors
    /// [`StoreError`] when it exists already or cannot be written; [`StoreError::Refused`] on
    /// PostgreSQL, which has its own tool.
    pub fn backup(&self, file: &Path) -> Result<(), StoreError> {
        match &self.at {
            Place::File { file: own, busy_timeout, .. } => Sqlite::open(own, *busy_timeout, Use::Read)?.copy_to(file),
            Place::Server { .. } => Err(postgres::no_copy()),
        }
    }

    /// Whether it is not known what other nodes have committed in the last seconds, since their
    /// events cannot be read. On SQLite it always is.
    pub fn is_behind(&self) -> bool {
        match &self.at {
            Place::File { .. } => false,
            Place::Server { progress, .. } => progress.silent() >= SILENCE,
        }
    }

    /// Reads what other nodes have committed by now, and tells the listener.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        match &self.at {
            Place::File { .. } => Ok(()),
            Place::Server { progress, .. } => {
                let read = |since, node: String| self.pool.read("events", move |tx| tx.events_abroad(since, &node));
                progress.look_now(read).await
            }
        }
    }
}
