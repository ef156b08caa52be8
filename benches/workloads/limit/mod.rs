//! The limits: what this machine can do of a workload when nothing of Understory is in the way.
//!
//! Bare handlers on the same HTTP library with the same number of workers, the same SQLite with the
//! same durability, the same hash. One server has them all; it is this program again, as a process
//! of its own.

mod hash;
mod range;
pub mod replay;
pub mod script;
mod write;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use actix_web::{App, HttpServer, web};
use clap::ValueEnum;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use understory::store::FILE;

use crate::Outcome;
use hash::Hashing;
use replay::Replay;
use write::Writing;

/// Gives a kept answer.
pub const REPLAY: &str = "/replay";
/// Checks a password.
pub const VERIFY: &str = "/verify";

/// Gives the first page of a thread.
pub fn range_of(thread: i64) -> String {
    format!("/range/{thread}")
}

/// Takes replies to comments of a thread.
pub fn replies_of(thread: i64) -> String {
    format!("/threads/{thread}/comments")
}

/// How replies are committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Commit {
    /// Those that are waiting together, 256 at the most, as in the store.
    Groups,
    /// Each by itself.
    Singly,
}

/// Serves the limits of what is in `directory`, a kept answer or a store or both, until the process
/// is ended.
///
/// # Errors
/// When it cannot serve.
pub fn serve(commit: Commit, directory: &Path) -> Outcome<()> {
    let store = directory.join(FILE);
    let group = if commit == Commit::Groups { 256 } else { 1 };
    let writing = || Ok::<_, crate::Failure>(web::Data::new(Writing::start(open(&store)?, group)?));
    let bare = Bare {
        replay: Replay::read(directory)?.map(web::Data::new),
        writing: store.exists().then(writing).transpose()?,
        store: store.exists().then_some(store),
        hashing: web::Data::new(Hashing::start()?),
    };
    actix_web::rt::System::new().block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = HttpServer::new(move || App::new().configure(|config| bare.configure(config)));
        let server = server.workers(std::thread::available_parallelism()?.get()).listen(listener)?.run();
        println!("listening on http://{address}");
        Ok(server.await?)
    })
}

/// What the server has.
#[derive(Clone)]
struct Bare {
    replay: Option<web::Data<Replay>>,
    store: Option<PathBuf>,
    writing: Option<web::Data<Writing>>,
    hashing: web::Data<Hashing>,
}

impl Bare {
    /// Runs on each worker's own thread, so that each has a connection of its own to read with.
    fn configure(&self, config: &mut web::ServiceConfig) {
        config.app_data(self.hashing.clone()).route(VERIFY, web::post().to(hash::verify));
        if let Some(replay) = &self.replay {
            config.app_data(replay.clone()).route(REPLAY, web::get().to(replay::replay));
        }
        if let Some(store) = &self.store {
            config.app_data(Rc::new(open(store).expect("invariant: the writer could open it")));
            config.route("/range/{thread}", web::get().to(range::range));
        }
        if let Some(writing) = &self.writing {
            config.app_data(writing.clone()).route("/threads/{thread}/comments", web::post().to(write::write));
        }
    }
}

/// Opens a store as the service does.
fn open(file: &Path) -> Outcome<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    // else statements are prepared anew at each new value
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    Ok(connection)
}
