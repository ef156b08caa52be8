//! Copies the log of a store file back into it, beside all other use, so that no writer does it and
//! the log does not grow without bound.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::StoreError;
use super::pool::spawn;
use super::sqlite::{Checkpoint, Sqlite};

/// How often the log is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Pages in the log from which on writers must wait until it starts anew; 64 MiB.
const LONG: i64 = 16_384;

/// The thread that does it; it ends with this.
pub struct Checkpointer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread on a connection of its own.
    pub fn start(mut driver: Sqlite) -> Result<Checkpointer, StoreError> {
        let (stop, stopped) = channel();
        let work = move || {
            let mut version = None;
            while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = look(&mut driver, &mut version) {
                    tracing::error!(%error, "the log of the store could not be copied back");
                }
            }
        };
        let thread = spawn("store-checkpoint".into(), Box::new(work))?;
        Ok(Checkpointer { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.stop = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the checkpoint thread panicked");
        }
    }
}

/// Copies back what was committed since the last time.
fn look(driver: &mut Sqlite, version: &mut Option<i64>) -> Result<(), StoreError> {
    let now = driver.foreign_version()?;
    if *version == Some(now) {
        return Ok(());
    }
    // the log starts anew by itself when a writer finds all of it copied and nobody reading from it
    if driver.checkpoint(Checkpoint::Passive)? >= LONG {
        driver.checkpoint(Checkpoint::Restart)?;
    }
    *version = Some(now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::driver::{Access, Driver as _};
    use super::super::sqlite::Use;
    use super::*;

    #[test]
    fn a_long_log_starts_anew_beside_readers() {
        let directory = tempfile::tempdir().unwrap();
        let open = |purpose| Sqlite::open(&directory.path().join("db"), Duration::from_secs(5), purpose).unwrap();
        let (mut writer, mut reader, mut copier) = (open(Use::Write), open(Use::Read), open(Use::Read));
        writer.batch("CREATE TABLE t (x BLOB)").unwrap();
        let mut version = None;
        let mut pages = 0;
        for _ in 0..20 {
            writer.begin(Access::Write).unwrap();
            writer.batch("INSERT INTO t VALUES (zeroblob(4000000))").unwrap();
            writer.commit().unwrap();
            reader.begin(Access::Read).unwrap();
            reader.query("SELECT COUNT(*) FROM t", &[], &mut |_| Ok(())).unwrap();
            reader.rollback();
            look(&mut copier, &mut version).unwrap();
            let size = std::fs::metadata(directory.path().join("db-wal")).unwrap().len();
            pages = pages.max(size / 4_096);
        }
        assert!(pages < 2 * LONG.unsigned_abs(), "{pages} pages for 80 MB written");
    }
}
