//! The threads and connections of a store: writers, and readers on snapshots of their own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{JoinHandle, ThreadId};

use super::driver::{Access, Driver, Verdict};
use super::line::{Line, Next};
use super::news::Ears;
use super::sqlite::Sqlite;
use super::unit::{AGAIN, Keep, Units, ask, pause};
use super::writer::{LOOK, Writer};
use super::{StoreError, Tx};

/// The connections of a store.
pub enum Drivers {
    /// SQLite has one writer.
    Sqlite(Sqlite, Vec<Sqlite>),
    /// A server has as many as are given.
    Server(Vec<Box<dyn Driver>>, Vec<Box<dyn Driver>>),
}

/// The threads of a store.
pub struct Pool {
    writes: Arc<Units>,
    reads: Reads,
    threads: Vec<JoinHandle<()>>,
}

/// How units read.
enum Reads {
    /// On the thread that asks, by one of these connections: a page of SQLite's takes less time than
    /// handing it to another thread and back.
    Here(Idle),
    /// On threads of their own, since a server is waited for.
    There(Arc<Units>),
}

/// Connections that nobody reads from at the moment.
struct Idle {
    free: Mutex<Free>,
    back: Condvar,
}

/// See [`Idle`].
struct Free {
    /// Each with the thread that read from it last.
    drivers: Vec<(Option<ThreadId>, Sqlite)>,
    /// Threads that wait for one.
    waiting: usize,
}

impl Idle {
    fn new(drivers: Vec<Sqlite>) -> Idle {
        let drivers = drivers.into_iter().map(|driver| (None, driver)).collect();
        Idle { free: Mutex::new(Free { drivers, waiting: 0 }), back: Condvar::new() }
    }

    /// Runs some work on one of them, if need be when one comes back.
    fn lend<T>(&self, work: impl FnOnce(&mut Sqlite) -> T) -> T {
        let me = std::thread::current().id();
        let mut driver = self.take(me);
        let done = work(&mut driver);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.drivers.push((Some(me), driver));
        let is_waited_for = free.waiting > 0;
        drop(free);
        // telling nobody is a call of the kernel all the same
        if is_waited_for {
            self.back.notify_one();
        }
        done
    }

    /// The one this thread had last, if it can be: its pages are near this core.
    fn take(&self, me: ThreadId) -> Sqlite {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let own = free.drivers.iter().position(|(last, _)| *last == Some(me));
            if let Some(at) = own.or_else(|| free.drivers.len().checked_sub(1)) {
                return free.drivers.swap_remove(at).1;
            }
            free.waiting += 1;
            free = self.back.wait(free).unwrap_or_else(PoisonError::into_inner);
            free.waiting -= 1;
        }
    }
}

impl Pool {
    /// Starts a thread for each connection, before which `room` units may wait.
    pub fn start(drivers: Drivers, room: usize, ears: &Arc<Ears>) -> Result<Pool, StoreError> {
        let mut threads = Vec::new();
        let (writers, reads) = match drivers {
            Drivers::Sqlite(writer, readers) => {
                (vec![Writer::on_sqlite(writer, Arc::clone(ears))?], Reads::Here(Idle::new(readers)))
            }
            Drivers::Server(writers, readers) => {
                let reads = Arc::new(Line::new(room, readers.len()));
                for (number, reader) in readers.into_iter().enumerate() {
                    let line = Arc::clone(&reads);
                    threads.push(spawn(format!("store-reader-{number}"), Box::new(move || work_reads(reader, &line)))?);
                }
                let writers = writers.into_iter().map(|writer| Writer::on_server(writer, Arc::clone(ears)));
                (writers.collect(), Reads::There(reads))
            }
        };
        let writes = Arc::new(Line::new(room, writers.len()));
        let mut pool = Pool { writes, reads, threads };
        for (number, mut writer) in writers.into_iter().enumerate() {
            let line = Arc::clone(&pool.writes);
            pool.threads.push(spawn(format!("store-writer-{number}"), Box::new(move || writer.work(&line)))?);
        }
        Ok(pool)
    }

    /// Runs a unit that writes.
    pub async fn write<T, E, F>(&self, name: &'static str, keys: Vec<i64>, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        ask(&self.writes, name, keys, Keep::Yes, unit).await
    }

    /// Runs a unit that writes, and keeps nothing of it.
    pub async fn rehearse<T, E, F>(&self, name: &'static str, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        ask(&self.writes, name, Vec::new(), Keep::No, unit).await
    }

    /// Runs a unit that reads.
    pub async fn read<T, E, F>(&self, name: &'static str, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        match &self.reads {
            Reads::Here(idle) => idle.lend(|driver| {
                driver.begin(Access::Read)?;
                let said = catch_unwind(AssertUnwindSafe(|| unit(&mut Tx::new(driver))));
                driver.rollback();
                said.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
            }),
            Reads::There(line) => ask(line, name, Vec::new(), Keep::No, unit).await,
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.writes.close();
        if let Reads::There(line) = &self.reads {
            line.close();
        }
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a store thread panicked");
            }
        }
    }
}

/// Starts a thread of the store.
pub fn spawn(name: String, work: Box<dyn FnOnce() + Send>) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new().name(name).spawn(work).map_err(|error| StoreError::Database(Box::new(error)))
}

fn work_reads(mut driver: Box<dyn Driver>, line: &Units) {
    loop {
        let group = match line.take(1, LOOK) {
            Next::Group(group) => group,
            Next::Nothing => continue,
            Next::Closed => return,
        };
        for mut unit in group.units {
            let mut tries = 0;
            let done = loop {
                let begun = driver.begin(Access::Read);
                if begun.is_ok() {
                    unit.run(&mut Tx::new(driver.as_mut()));
                }
                match driver.verdict() {
                    Verdict::Again if begun.is_ok() && tries < AGAIN => driver.rollback(),
                    _ => break begun,
                }
                pause(tries);
                tries += 1;
            };
            unit.settle(done);
            driver.rollback();
        }
    }
}
