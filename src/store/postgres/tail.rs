//! Reads the events that other nodes commit, each once, in an order that keeps that of each thread.
//!
//! A transaction can commit later than one with a higher number or `seq`, so no place in the table
//! is the end. What is read is everything since the oldest transaction that was still under way the
//! last time, less what was read already; once a transaction is over, its rows are all there.
//! Notifications make it quick, a look every half second makes it sure.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::Postgres;
use super::connect::Server;
use crate::store::driver::{Access, Columns, Driver as _, values};
use crate::store::event::{Event, event, event_columns};
use crate::store::news::Ears;
use crate::store::pool::spawn;
use crate::store::{News, StoreError, Tx};

/// The longest between two looks.
const LOOK: Duration = Duration::from_millis(500);
/// The shortest: what others say meanwhile is read together.
const REST: Duration = Duration::from_millis(20);
/// Between two tries after a failure.
const PAUSE: Duration = Duration::from_millis(200);

/// What one look at the events of other nodes finds.
pub struct Abroad {
    /// The oldest transaction still under way: the next look begins there.
    pub oldest: u64,
    /// Where in its history the server is; another after a failover.
    pub timeline: String,
    /// The events since the last look and some from before, each with its transaction.
    pub events: Vec<(Event, u64)>,
}

impl Tx<'_> {
    /// The events that other nodes have committed since a transaction. In one
    /// snapshot with what is still under way: what was over by then is among them.
    pub fn events_abroad(&mut self, since: u64, node: &str) -> Result<Abroad, StoreError> {
        let since = since.to_string();
        let number = |c: &mut Columns<'_>| {
            let text = c.take::<String>()?;
            text.parse::<u64>().map_err(|_| StoreError::Corrupt(format!("{text:?} is no number of a transaction")))
        };
        let place = self.first(
            "SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT),
               left(pg_walfile_name(pg_current_wal_lsn()), 8)",
            &[],
            |c| Ok((number(c)?, c.maybe()?.unwrap_or_default())),
        )?;
        let (oldest, timeline) = place.ok_or_else(|| StoreError::Corrupt("no snapshot was told".into()))?;
        let events = self.all(
            concat!(
                "SELECT ",
                event_columns!(),
                ", CAST(tx AS TEXT) FROM event WHERE tx >= CAST(CAST(?1 AS TEXT) AS XID8)
                   AND node <> CAST(?2 AS TEXT) ORDER BY seq"
            ),
            values![since.as_str(), node],
            |c| Ok((event(c)?, number(c)?)),
        )?;
        Ok(Abroad { oldest, timeline, events })
    }
}

/// How far the events of other nodes have been read.
pub struct Progress {
    node: String,
    ears: Arc<Ears>,
    began: Instant,
    /// When the thread that reads last began a look that succeeded.
    heard_ms: AtomicU64,
    /// When anybody did.
    looked_ms: AtomicU64,
    place: Mutex<Place>,
}

#[derive(Default)]
struct Place {
    /// The oldest transaction that was under way the last time; none before the first.
    oldest: Option<u64>,
    /// Events read of it and later ones, each with its transaction.
    read: HashMap<i64, u64>,
    /// Where in the server's history it was read.
    timeline: String,
}

impl Progress {
    /// Nothing is read yet.
    pub fn new(server: &Server, ears: Arc<Ears>) -> Progress {
        Progress {
            node: server.node().to_owned(),
            ears,
            began: Instant::now(),
            heard_ms: AtomicU64::new(0),
            looked_ms: AtomicU64::new(0),
            place: Mutex::default(),
        }
    }

    /// For how long the thread that reads has heard nothing of others.
    pub fn silent(&self) -> Duration {
        Duration::from_millis(self.now_ms().saturating_sub(self.heard_ms.load(Ordering::Relaxed)))
    }

    /// Looks on the thread that reads by itself. `read` is given what [`Tx::events_abroad`] takes.
    fn look(&self, read: impl FnOnce(u64, &str) -> Result<Abroad, StoreError>) -> Result<(), StoreError> {
        let (since, begun_ms) = (self.since(), self.now_ms());
        let found = read(since, &self.node)?;
        self.take(since, found, begun_ms);
        self.heard_ms.store(begun_ms, Ordering::Relaxed);
        Ok(())
    }

    /// Looks for a caller who must know by now what others have committed, unless somebody has begun
    /// to since they came. Nobody waits for the thread that reads, which may be stuck.
    ///
    /// # Errors
    /// What `read` fails with; the next look reads the same again.
    pub async fn look_now<F>(&self, read: impl Fn(u64, String) -> F) -> Result<(), StoreError>
    where
        F: Future<Output = Result<Abroad, StoreError>>,
    {
        let came_ms = self.now_ms();
        while self.looked_ms.load(Ordering::Relaxed) <= came_ms {
            let (since, begun_ms) = (self.since(), self.now_ms());
            let found = read(since, self.node.clone()).await?;
            if self.take(since, found, begun_ms) {
                break;
            }
        }
        Ok(())
    }

    /// The transaction to read from; before the first look what is to come.
    fn since(&self) -> u64 {
        self.place().oldest.unwrap_or(u64::MAX)
    }

    /// Hands over what is new; false when it was read from a place that is no longer the last, so
    /// that it cannot be told from what was handed over already.
    fn take(&self, since: u64, found: Abroad, begun_ms: u64) -> bool {
        let mut place = self.place();
        if place.oldest.unwrap_or(u64::MAX) != since {
            return false;
        }
        if place.timeline != found.timeline {
            let is_first = std::mem::replace(&mut place.timeline, found.timeline).is_empty();
            if !is_first {
                tracing::warn!("another PostgreSQL has taken over; what was known is read anew");
                place.read.clear();
                self.ears.tell(News::Lost);
            }
        }
        let read = &mut place.read;
        let new = found.events.into_iter().filter(|(event, number)| read.insert(event.seq, *number).is_none());
        let new: Vec<_> = new.map(|(event, _)| event).collect();
        read.retain(|_, number| *number >= found.oldest);
        place.oldest = Some(found.oldest);
        // under the lock: what is told later was committed later
        self.ears.tell(News::Events(&new));
        self.looked_ms.fetch_max(begun_ms, Ordering::Relaxed);
        true
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The thread that reads on its own connection; it ends when this is dropped.
pub struct Tail {
    wake: mpsc::UnboundedSender<Wake>,
    thread: Option<JoinHandle<()>>,
}

/// Why the thread looks before its time.
pub enum Wake {
    /// Another node has said that it committed events.
    Told,
    /// It is to end.
    Stop,
}

impl Tail {
    /// Starts reading what is committed from now on. Answers when it has begun.
    ///
    /// # Errors
    /// [`StoreError`] when the first look fails.
    pub async fn start(server: Arc<Server>, progress: Arc<Progress>) -> Result<Tail, StoreError> {
        let (wake, mut woken) = mpsc::unbounded_channel();
        let driver = Postgres::listening(server, wake.clone())?;
        let (begun, beginning) = oneshot::channel();
        let work = move || follow(driver, &progress, &mut woken, begun);
        let tail = Tail { wake, thread: Some(spawn("store-tail".into(), Box::new(work))?) };
        beginning.await.unwrap_or(Err(StoreError::Closed))?;
        Ok(tail)
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // it fails only where the thread has ended
        drop(self.wake.send(Wake::Stop));
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that reads events panicked");
        }
    }
}

fn follow(
    mut driver: Postgres,
    progress: &Progress,
    woken: &mut mpsc::UnboundedReceiver<Wake>,
    begun: oneshot::Sender<Result<(), StoreError>>,
) {
    let mut begun = Some(begun);
    loop {
        let looked = progress.look(|since, node| read(&mut driver, since, node));
        let pause = if looked.is_ok() { LOOK } else { PAUSE };
        match (looked, begun.take()) {
            (Ok(()), Some(begun)) => drop(begun.send(Ok(()))),
            (Ok(()), None) => {}
            // whoever waits for the beginning decides what to do without
            (Err(error), Some(begun)) => return drop(begun.send(Err(error))),
            (Err(error), None) => tracing::warn!(%error, "events of other nodes cannot be read; trying again"),
        }
        match driver.wait(woken, pause) {
            Some(Wake::Stop) => return,
            Some(Wake::Told) => {
                std::thread::sleep(REST);
                while let Ok(wake) = woken.try_recv() {
                    if matches!(wake, Wake::Stop) {
                        return;
                    }
                }
            }
            None => {}
        }
    }
}

fn read(driver: &mut Postgres, since: u64, node: &str) -> Result<Abroad, StoreError> {
    driver.begin(Access::Read)?;
    let found = Tx::new(driver).events_abroad(since, node);
    driver.rollback();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::EventKind;

    fn found(oldest: u64, timeline: &str, seqs: &[i64]) -> Abroad {
        let event = |seq| Event {
            seq,
            at_ms: 0,
            kind: EventKind::UserChanged,
            thread: None,
            comment_id: None,
            user_id: None,
            session_id: None,
            detail: None,
        };
        let events = seqs.iter().map(|seq| (event(*seq), u64::try_from(*seq).unwrap())).collect();
        Abroad { oldest, timeline: timeline.to_owned(), events }
    }

    /// A transaction's number is its event's here.
    #[test]
    fn each_event_is_told_once_and_a_failover_is_told_too() {
        let (ears, told) = (Arc::new(Ears::default()), Arc::new(Mutex::new(Vec::new())));
        let kept = Arc::clone(&told);
        ears.listen(Box::new(move |news| match news {
            News::Events(events) => kept.lock().unwrap().extend(events.iter().map(|event| event.seq)),
            News::Lost => kept.lock().unwrap().push(-1),
        }));
        let server = Server::parse("postgres://somewhere/db", "node", Duration::ZERO, 0).unwrap();
        let progress = Progress::new(&server, ears);
        assert_eq!(progress.since(), u64::MAX);
        assert!(progress.take(u64::MAX, found(3, "1", &[]), 1));
        // 4 commits before 3 does
        assert!(progress.take(3, found(3, "1", &[4]), 2));
        assert!(progress.take(3, found(5, "1", &[3, 4]), 3));
        // begun before that one, and late
        assert!(!progress.take(3, found(4, "1", &[3, 4]), 3));
        assert!(progress.take(5, found(6, "1", &[5]), 4));
        assert_eq!(*told.lock().unwrap(), [4, 3, 5]);
        // what took over may have given a number to another event
        assert!(progress.take(6, found(6, "2", &[]), 5));
        assert!(progress.take(6, found(6, "2", &[6]), 6));
        assert_eq!(*told.lock().unwrap(), [4, 3, 5, -1, 6]);
    }
}
