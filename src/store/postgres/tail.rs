//! Reads the events that other nodes commit, each once, in an order that keeps that of each thread.
//!
//! A transaction can commit later than one with a higher number or `seq`, so no place in the table
//! is the end. What is read is everything since the oldest transaction that was still under way the
//! last time, less what was read already; once a transaction is over, its rows are all there.
//! Notifications make it quick, a look every half second makes it sure.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, Statement};

use super::CHANNEL;
use super::connect::{Server, runtime};
use crate::store::driver::Columns;
use crate::store::event::{Event, event, event_columns};
use crate::store::unit::{Ears, spawn};
use crate::store::{Dialect, StoreError};

/// The longest between two looks.
const LOOK: Duration = Duration::from_millis(500);
/// The shortest: what others say meanwhile is read together.
const REST: Duration = Duration::from_millis(20);
/// Between two tries to connect.
const PAUSE: Duration = Duration::from_millis(200);

/// The thread that reads; it ends when this is dropped.
pub struct Tail {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Tail {
    /// Starts reading what is committed from now on. Answers when it has begun.
    pub async fn start(server: Arc<Server>, ears: Arc<Ears>) -> Result<Tail, StoreError> {
        let (stop, stopped) = watch::channel(false);
        let (begun, beginning) = oneshot::channel();
        let work = move || match runtime() {
            Ok(runtime) => runtime.block_on(follow(&server, &ears, stopped, begun)),
            Err(error) => drop(begun.send(Err(error))),
        };
        let thread = spawn("store-tail".into(), Box::new(work))?;
        let tail = Tail { stop, thread: Some(thread) };
        beginning.await.unwrap_or(Err(StoreError::Closed))?;
        Ok(tail)
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that reads events panicked");
        }
    }
}

async fn follow(
    server: &Server,
    ears: &Ears,
    mut stopped: watch::Receiver<bool>,
    begun: oneshot::Sender<Result<(), StoreError>>,
) {
    let mut place = Place { node: server.node().to_owned(), oldest: None, read: HashMap::new() };
    let mut begun = Some(begun);
    let work = async {
        loop {
            let Err(error) = listen(server, &mut place, ears, &mut begun).await;
            match begun.take() {
                // whoever waits for the beginning decides what to do without
                Some(begun) => return drop(begun.send(Err(error))),
                None => tracing::warn!(%error, "events of other nodes cannot be read; trying again"),
            }
            sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = work => {}
        // also when the other end is gone
        _ = stopped.changed() => {}
    }
}

/// Follows on one connection, for as long as it holds.
async fn listen(
    server: &Server,
    place: &mut Place,
    ears: &Ears,
    begun: &mut Option<oneshot::Sender<Result<(), StoreError>>>,
) -> Result<std::convert::Infallible, StoreError> {
    let (client, mut line) = server.connect().await?;
    let (said, mut hear) = mpsc::unbounded_channel();
    let node = place.node.clone();
    tokio::spawn(async move {
        let mut messages = stream::poll_fn(move |context| line.poll_message(context));
        while let Some(Ok(message)) = messages.next().await {
            let AsyncMessage::Notification(told) = message else { continue };
            if told.payload() != node && said.send(()).is_err() {
                return;
            }
        }
    });
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    let reading = Reading::prepare(client).await?;
    loop {
        reading.read(place, ears).await?;
        if let Some(begun) = begun.take() {
            drop(begun.send(Ok(())));
        }
        match timeout(LOOK, hear.recv()).await {
            Ok(Some(())) => {
                sleep(REST).await;
                while hear.try_recv().is_ok() {}
            }
            Ok(None) => return Err(StoreError::Database("the connection was lost".into())),
            Err(_) => {}
        }
    }
}

/// What was read so far.
struct Place {
    node: String,
    /// The oldest transaction that was under way the last time; none before the first.
    oldest: Option<String>,
    /// Events read of it and later ones, each with its transaction.
    read: HashMap<i64, u64>,
}

struct Reading {
    client: Client,
    oldest: Statement,
    events: Statement,
}

impl Reading {
    async fn prepare(client: Client) -> Result<Reading, StoreError> {
        let oldest = client.prepare("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT)").await?;
        let events = concat!(
            "SELECT ",
            event_columns!(),
            ", CAST(tx AS TEXT) FROM event WHERE tx >= CAST(CAST(?1 AS TEXT) AS XID8)
               AND node <> CAST(?2 AS TEXT) ORDER BY seq"
        );
        let events = client.prepare(&Dialect::Postgres.statement(events)).await?;
        Ok(Reading { client, oldest, events })
    }

    /// Hands over what is new.
    async fn read(&self, place: &mut Place, ears: &Ears) -> Result<(), StoreError> {
        // asked before the events are: what was over by then is among them
        let oldest: String = self.client.query_one(&self.oldest, &[]).await?.try_get(0)?;
        let Some(since) = place.oldest.replace(oldest.clone()) else {
            ears.heard();
            return Ok(());
        };
        let rows = match self.client.query(&self.events, &[&since, &place.node]).await {
            Ok(rows) => rows,
            Err(error) => {
                place.oldest = Some(since);
                return Err(error.into());
            }
        };
        let mut new: Vec<Event> = Vec::new();
        for row in rows {
            let mut columns = Columns::new(&row);
            let event = event(&mut columns)?;
            let number = columns.take::<String>()?.parse().unwrap_or(u64::MAX);
            if place.read.insert(event.seq, number).is_none() {
                new.push(event);
            }
        }
        let oldest = oldest.parse().unwrap_or(0);
        place.read.retain(|_, number| *number >= oldest);
        ears.tell(&new);
        ears.heard();
        Ok(())
    }
}
