//! Where the server is and how to get a connection to it, also after it went away for a while.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tail::Wake;
use super::values::said;
use super::{CHANNEL, tls};
use crate::store::StoreError;

/// The oldest server that tells which transactions are over (`xid8`).
const OLDEST: i32 = 130_000;
/// Between two tries to connect.
const PAUSE: Duration = Duration::from_millis(100);
/// Without an answer for so long, a connection is not made.
const CONNECT: Duration = Duration::from_secs(5);
/// A transaction left open by a node that hangs, and the keys it holds, are given up after this.
const IDLE_S: u64 = 30;

/// What runs the connection of one thread.
pub fn runtime() -> Result<Runtime, StoreError> {
    Builder::new_current_thread().enable_all().build().map_err(|error| StoreError::Database(Box::new(error)))
}

/// A server and how it is to be spoken to.
pub struct Server {
    config: Config,
    tls: MakeRustlsConnect,
    statement_s: u64,
    patience: Duration,
    /// Whether the server was there the last time: if not, nobody waits for it again.
    patient: AtomicBool,
    unsafe_disk: Once,
}

/// What carries the bytes; also hands over notifications.
type Line = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

impl Server {
    /// From `postgres://user:password@host/database`, with the name of this node. `patience` is how
    /// long to wait for a server that went away; a statement may take `statement_s` seconds, 0 for
    /// any time.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it is no address; the address is not repeated.
    pub fn parse(url: &str, node: &str, patience: Duration, statement_s: u64) -> Result<Server, StoreError> {
        let wanted = tls::wanted(url)?;
        let mut config: Config = wanted
            .url
            .parse()
            .map_err(|error: tokio_postgres::Error| StoreError::Refused(format!("store.url: {error}")))?;
        config
            .application_name(node)
            .keepalives(true)
            .keepalives_idle(Duration::from_secs(15))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3)
            .tcp_user_timeout(Duration::from_secs(20))
            // of several hosts the one that takes writes, also after a failover
            .target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        Ok(Server {
            config,
            tls: wanted.tls,
            statement_s,
            patience,
            patient: AtomicBool::new(true),
            unsafe_disk: Once::new(),
        })
    }

    /// The name of this node, by which its own events are told from others'.
    pub fn node(&self) -> &str {
        self.config.get_application_name().unwrap_or_default()
    }

    /// How long an answer may take before the server is taken for lost: it gives up by itself before.
    pub fn longest(&self) -> Duration {
        match self.statement_s {
            0 => Duration::MAX,
            seconds => Duration::from_secs(seconds) + CONNECT,
        }
    }

    /// A connection and what ends it, waiting for a server that is away if it was there the last time.
    /// Also where in the server's history it works: empty when it does not say. `woken` hears of what other nodes
    /// commit.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when it does not come back in time; others when it refuses.
    pub async fn client(
        &self,
        woken: Option<&mpsc::UnboundedSender<Wake>>,
    ) -> Result<(Client, AbortHandle, String), StoreError> {
        let began = Instant::now();
        loop {
            let error = match self.connect().await {
                Ok((client, line)) => {
                    let line = tokio::spawn(carry(line, self.node().to_owned(), woken.cloned()));
                    let settled = timeout(CONNECT, async {
                        if woken.is_some() {
                            client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
                        }
                        self.settle_in(&client).await
                    });
                    let timeline = settled.await.unwrap_or(Err(StoreError::Busy))?;
                    self.patient.store(true, Ordering::Relaxed);
                    return Ok((client, line.abort_handle(), timeline));
                }
                Err(error) => error,
            };
            if !may_come_back(&error) {
                return Err(error.into());
            }
            if !self.patient.load(Ordering::Relaxed) || began.elapsed() > self.patience {
                if self.patient.swap(false, Ordering::Relaxed) {
                    tracing::error!(error = said(&error), "PostgreSQL cannot be reached");
                }
                return Err(StoreError::Busy);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// A connection, with one try.
    async fn connect(&self) -> Result<(Client, Line), tokio_postgres::Error> {
        self.config.connect(self.tls.clone()).await
    }

    async fn settle_in(&self, client: &Client) -> Result<String, StoreError> {
        let statement_s = self.statement_s;
        // every statement of the service is a few seeks. A scan, which a planner without figures
        // takes for a small table, would meet in every row that others write; a command that looks
        // at everything has no time-out, and scans
        let scans = if statement_s == 0 { "on" } else { "off" };
        client
            .batch_execute(&format!(
                "SET statement_timeout = '{statement_s}s'; SET idle_in_transaction_session_timeout = '{IDLE_S}s';
                 SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
                 SET jit = off; SET enable_seqscan = {scans};
                 SELECT set_config('synchronous_commit', 'on', false)
                 WHERE current_setting('synchronous_commit') = 'off'"
            ))
            .await?;
        let row = client
            .query_one(
                "SELECT CAST(current_setting('server_version_num') AS INTEGER), current_setting('server_encoding'),
                   current_setting('fsync'), left(pg_walfile_name(pg_current_wal_lsn()), 8)",
                &[],
            )
            .await?;
        let (version, encoding, fsync): (i32, &str, &str) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if version < OLDEST {
            return Err(StoreError::Refused("PostgreSQL 13 or newer is needed".into()));
        }
        if encoding != "UTF8" {
            return Err(StoreError::Refused(format!("the database must be in UTF8, it is in {encoding}")));
        }
        if fsync != "on" {
            self.unsafe_disk.call_once(|| {
                tracing::warn!("PostgreSQL runs with fsync off: what it confirms does not survive a loss of power");
            });
        }
        Ok(row.try_get::<_, Option<String>>(3)?.unwrap_or_default())
    }
}

/// Carries the bytes of a connection to its end, and passes on what other nodes say.
async fn carry(mut line: Line, node: String, woken: Option<mpsc::UnboundedSender<Wake>>) {
    let mut messages = stream::poll_fn(move |context| line.poll_message(context));
    while let Some(Ok(message)) = messages.next().await {
        if let (AsyncMessage::Notification(told), Some(woken)) = (message, &woken)
            && told.payload() != node
            && woken.send(Wake::Told).is_err()
        {
            return;
        }
    }
}

/// Whether a server that cannot be connected to now may be there soon.
fn may_come_back(error: &tokio_postgres::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    let is_distrusted = cause.and_then(|cause| cause.get_ref()).is_some_and(|cause| cause.is::<rustls::Error>());
    match error.code() {
        None => !is_distrusted,
        Some(code) => matches!(
            *code,
            SqlState::CANNOT_CONNECT_NOW
                | SqlState::TOO_MANY_CONNECTIONS
                | SqlState::ADMIN_SHUTDOWN
                | SqlState::CRASH_SHUTDOWN
        ),
    }
}
