//! Runs units of work: writer threads that commit what is waiting together, and reader threads on
//! snapshots of their own.
//!
//! A writer runs the waiting units in one transaction, a savepoint each, and acknowledges all of
//! them after the one commit: a commit waits for the disk, so what arrives meanwhile shares the
//! next one, and nothing waits when alone. Measured on SQLite, which has one writer: 5,600
//! commits/s singly, 26,000 to 36,000 in groups at 64 clients; a timer gains nothing. On PostgreSQL
//! `line` keeps apart what contends for the same thing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::thread::{JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::driver::{Access, Driver, Verdict};
use super::event::Event;
use super::line::{Group, Line, Next, Queued};
use super::sqlite::Sqlite;
use super::{Listener, News, StoreError, Tx};

/// How often the commits of other processes are looked for.
const LOOK: Duration = Duration::from_millis(200);
/// How often a transaction is run again that others have undone.
const AGAIN: u32 = 12;
/// How often a row made by others may be met in it.
const MEETINGS: u32 = 3;

/// Something to run on a `Tx` and to answer after its commit.
trait Unit: Send {
    fn name(&self) -> &'static str;
    /// Whether its work is to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// What it said is not so: a statement it did not wait for has failed.
    fn fail(&mut self, error: StoreError);
    /// Answers the caller: with what the unit said, or with why the commit failed.
    fn settle(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Asked<T, E, F> {
    name: &'static str,
    unit: F,
    keep: Keep,
    said: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// Whether the work of a unit that succeeds is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Yes,
    No,
}

impl<T, E, F> Unit for Asked<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        // the savepoint is rolled back after a panic, so nothing half-done is seen
        let said = catch_unwind(AssertUnwindSafe(|| (self.unit)(tx)));
        self.said = Some(said.unwrap_or_else(|_| Err(StoreError::Panicked.into())));
        self.keep == Keep::Yes && matches!(self.said, Some(Ok(_)))
    }

    fn fail(&mut self, error: StoreError) {
        self.said = Some(Err(error.into()));
    }

    fn settle(self: Box<Self>, committed: Result<(), StoreError>) {
        let said = match (self.said, committed) {
            (Some(said @ Err(_)), _) | (Some(said), Ok(())) => said,
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        // the caller may have gone away: the work stands all the same
        drop(self.reply.send(said));
    }
}

type Units = Line<Box<dyn Unit>>;

/// Who listens to events.
#[derive(Default)]
pub struct Ears(RwLock<Option<Listener>>);

impl Ears {
    /// Tells from now on.
    pub fn listen(&self, listener: Listener) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    /// Hands over what is new, each event once.
    pub fn tell(&self, news: News<'_>) {
        let listener = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(listener) = listener.as_ref().filter(|_| !matches!(news, News::Events([]))) {
            listener(news);
        }
    }
}

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

async fn ask<T, E, F>(line: &Units, name: &'static str, keys: Vec<i64>, keep: Keep, unit: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    line.push(Queued { keys, unit: Box::new(Asked { name, unit, keep, said: None, reply }) })?;
    answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
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

/// Why a transaction was given up.
enum Stop {
    /// The same work may succeed the next time; else this is what failed.
    Again(StoreError),
    /// For good.
    Failed(StoreError),
}

/// Waits before another try: longer each time, and not all alike.
fn pause(tries: u32) {
    let most_us = 500_u64 << tries.min(7);
    std::thread::sleep(Duration::from_micros(rand::random_range(0..most_us)));
}

/// Answers the callers of some units.
fn settle(units: Vec<Box<dyn Unit>>, committed: &Result<(), StoreError>) {
    for unit in units {
        if let Err(error) = committed {
            tracing::error!(unit = unit.name(), %error, "a commit failed");
        }
        unit.settle(match committed {
            Ok(()) => Ok(()),
            Err(error) => Err(error.alike()),
        });
    }
}

/// A writer thread.
struct Writer {
    driver: Kind,
    ears: Arc<Ears>,
}

/// What a writer writes with.
enum Kind {
    /// Sees the commits of other processes on its file by itself.
    Sqlite(Abroad),
    /// Leaves those of other nodes to a thread of their own.
    Server(Box<dyn Driver>),
}

/// SQLite, and what is known of other processes.
struct Abroad {
    driver: Sqlite,
    /// The place of the last event told.
    told: i64,
    version: i64,
    looked: Instant,
}

impl Writer {
    fn on_sqlite(mut driver: Sqlite, ears: Arc<Ears>) -> Result<Writer, StoreError> {
        let version = driver.foreign_version()?;
        let told = Tx::new(&mut driver).event_last()?;
        Ok(Writer { driver: Kind::Sqlite(Abroad { driver, told, version, looked: Instant::now() }), ears })
    }

    fn on_server(driver: Box<dyn Driver>, ears: Arc<Ears>) -> Writer {
        Writer { driver: Kind::Server(driver), ears }
    }

    fn driver(&mut self) -> &mut dyn Driver {
        match &mut self.driver {
            Kind::Sqlite(abroad) => &mut abroad.driver,
            Kind::Server(driver) => driver.as_mut(),
        }
    }

    fn work(&mut self, line: &Units) {
        loop {
            match line.take(usize::MAX, LOOK) {
                Next::Group(group) => self.group(group, line),
                Next::Nothing => {}
                Next::Closed => return,
            }
            if let Kind::Sqlite(abroad) = &mut self.driver {
                abroad.look(&self.ears);
            }
        }
    }

    /// Commits a group with what comes in meanwhile and contends for the same. Where others undo
    /// it, it goes in halves: the fewer rows a transaction looks at, the fewer it can meet in.
    fn group(&mut self, group: Group<Box<dyn Unit>>, line: &Units) {
        let Group { mut units, keys } = group;
        let (mut tries, mut most) = (0, usize::MAX);
        while !units.is_empty() {
            let mut part: Vec<_> = units.drain(..most.min(units.len())).collect();
            let joining = (tries == 0 && units.is_empty()).then_some(line);
            let done = self.transact(&mut part, &keys, joining, tries);
            if done.is_err() {
                self.driver().rollback();
            }
            match done {
                Err(Stop::Again(_)) if tries < AGAIN => {
                    most = part.len().div_ceil(2);
                    part.append(&mut units);
                    units = part;
                    pause(tries);
                    tries += 1;
                }
                Err(Stop::Again(error) | Stop::Failed(error)) => {
                    settle(part, &Err(error));
                    tries = 0;
                }
                Ok(events) => {
                    self.tell(&events);
                    settle(part, &Ok(()));
                    tries = 0;
                }
            }
        }
        self.driver().let_go();
        line.let_go(&keys);
    }

    /// Runs the units in one transaction; the events of those that are kept.
    fn transact(
        &mut self,
        units: &mut Vec<Box<dyn Unit>>,
        keys: &[i64],
        joining: Option<&Units>,
        tries: u32,
    ) -> Result<Vec<Event>, Stop> {
        self.driver().hold(keys).map_err(Stop::Failed)?;
        self.driver().begin(Access::Write).map_err(Stop::Failed)?;
        let mut events = Vec::new();
        let mut at = 0;
        loop {
            let Some(unit) = units.get_mut(at) else {
                let Some(unit) = joining.and_then(|line| line.more(keys, units.len())) else { break };
                units.push(unit);
                continue;
            };
            events.extend(self.run_one(unit.as_mut(), tries)?);
            at += 1;
        }
        if !events.is_empty() {
            self.driver().announce();
        }
        match self.driver().commit() {
            Ok(()) => Ok(events),
            Err(error) => Err(self.stop(error, tries)),
        }
    }

    /// Runs one unit in a savepoint of its own; its events if it is kept. An error means that the
    /// whole transaction is gone.
    fn run_one(&mut self, unit: &mut dyn Unit, tries: u32) -> Result<Vec<Event>, Stop> {
        if let Err(error) = self.driver().savepoint() {
            return Err(self.stop(error, tries));
        }
        let mut tx = Tx::new(self.driver());
        let keep = unit.run(&mut tx);
        let events = std::mem::take(&mut tx.events);
        if keep {
            match self.driver().release() {
                Ok(()) => return Ok(events),
                Err(error) => unit.fail(error),
            }
        }
        match self.driver().verdict() {
            Verdict::Again => return Err(Stop::Again(StoreError::Busy)),
            Verdict::Met if tries < MEETINGS => return Err(Stop::Again(StoreError::Busy)),
            Verdict::Gone(error) => return Err(Stop::Failed(error)),
            Verdict::Met | Verdict::Stands => {}
        }
        match self.driver().give_up() {
            Ok(()) => Ok(Vec::new()),
            Err(error) => Err(self.stop(error, tries)),
        }
    }

    /// What a failure of the whole transaction means.
    fn stop(&mut self, error: StoreError, tries: u32) -> Stop {
        match self.driver().verdict() {
            Verdict::Again => Stop::Again(error),
            Verdict::Met if tries < MEETINGS => Stop::Again(error),
            _ => Stop::Failed(error),
        }
    }

    /// Hands the events of a commit to the listener.
    fn tell(&mut self, own: &[Event]) {
        match &mut self.driver {
            Kind::Sqlite(abroad) => abroad.tell(own, &self.ears),
            Kind::Server(_) => self.ears.tell(News::Events(own)),
        }
    }
}

impl Abroad {
    /// Tells of own events, and first of what another process has committed before them.
    fn tell(&mut self, own: &[Event], ears: &Ears) {
        let (Some(first), Some(last)) = (own.first(), own.last()) else { return };
        // twice is better than never: where a gap could not be read, all of it is read again
        if first.seq == self.told + 1 || self.tell_foreign(first.seq, ears) {
            self.told = last.seq;
        }
        ears.tell(News::Events(own));
    }

    /// Tells of what other processes have committed since the last time.
    fn look(&mut self, ears: &Ears) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        match self.driver.foreign_version() {
            Ok(version) if version != self.version => {
                if !self.tell_foreign(i64::MAX, ears) {
                    return;
                }
                self.version = version;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the store's version could not be read"),
        }
    }

    /// Whether the events since the last time, up to a place, could be read and told.
    fn tell_foreign(&mut self, before: i64, ears: &Ears) -> bool {
        match Tx::new(&mut self.driver).event_between(self.told, before) {
            Ok(events) => {
                self.told = events.last().map_or(self.told, |last| last.seq);
                ears.tell(News::Events(&events));
                true
            }
            Err(error) => {
                tracing::error!(%error, "events could not be read");
                false
            }
        }
    }
}

impl StoreError {
    /// The same failure for another unit of the group.
    fn alike(&self) -> StoreError {
        match self {
            StoreError::Overloaded => StoreError::Overloaded,
            StoreError::Full => StoreError::Full,
            StoreError::Busy => StoreError::Busy,
            StoreError::Uncertain => StoreError::Uncertain,
            StoreError::Constraint(text) => StoreError::Constraint(text.clone()),
            StoreError::Corrupt(text) => StoreError::Corrupt(text.clone()),
            StoreError::Refused(text) => StoreError::Refused(text.clone()),
            StoreError::Panicked => StoreError::Panicked,
            StoreError::Closed => StoreError::Closed,
            StoreError::Database(error) => StoreError::Database(error.to_string().into()),
        }
    }
}
