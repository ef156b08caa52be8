//! PostgreSQL behind [`Driver`]: one connection, used by the thread that owns it.
//!
//! What needs no answer is sent at once and its answer looked at with that of the next statement
//! that does: a unit waits for the server as often as it asks something, not as often as it says
//! something. Making the connection is in `connect`, the events of other nodes in `tail`.

pub mod connect;
pub mod tail;
mod tls;
mod values;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{FutureExt as _, join_all};
use futures_util::{StreamExt as _, pin_mut};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, RowStream, Statement};

use super::dialect::Dialect;
use super::driver::{Access, Driver, Row, Value, Verdict};
use super::{SILENCE, StoreError};
use connect::Server;
use tail::Wake;
use values::{Owned, said_goodbye};

/// The answer to something sent before: rows changed, or its failure.
type Pending = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send>>;

/// The channel on which nodes tell each other that there are events.
const CHANNEL: &str = "understory";
/// Lets all keys go.
const UNLOCK: &str = "SELECT pg_advisory_unlock_all();";

/// One connection to a server, made when it is first needed and again when it was lost.
pub struct Postgres {
    server: Arc<Server>,
    runtime: Runtime,
    session: Option<Session>,
    pending: Vec<Pending>,
    verdict: Verdict,
    /// The transaction under way, as far as is known: to find out what became of its commit.
    transaction: Option<String>,
    /// What is to be said right after the commit.
    parting: String,
    /// Who is woken when another node says that it has committed events.
    woken: Option<mpsc::UnboundedSender<Wake>>,
    /// How long an answer may take.
    longest: Duration,
}

struct Session {
    client: Arc<Client>,
    /// Ends the connection, whatever is waited for on it.
    end: AbortHandle,
    statements: HashMap<&'static str, Statement>,
    /// Where in the server's history this connection works; another after a failover.
    timeline: String,
}

impl Postgres {
    /// Over a server that is not called yet.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the system has no room for another runtime.
    pub fn new(server: Arc<Server>) -> Result<Postgres, StoreError> {
        let runtime = connect::runtime()?;
        let longest = server.longest();
        Ok(Postgres {
            server,
            runtime,
            session: None,
            pending: Vec::new(),
            verdict: Verdict::Stands,
            transaction: None,
            parting: String::new(),
            woken: None,
            longest,
        })
    }

    /// Likewise, and wakes when other nodes say that they have committed events.
    ///
    /// # Errors
    /// As [`Postgres::new`].
    pub fn listening(server: Arc<Server>, woken: mpsc::UnboundedSender<Wake>) -> Result<Postgres, StoreError> {
        Ok(Postgres { woken: Some(woken), longest: SILENCE, ..Postgres::new(server)? })
    }

    /// Keeps the connection going until somebody wakes its thread, at most so long.
    pub fn wait(&self, woken: &mut mpsc::UnboundedReceiver<Wake>, longest: Duration) -> Option<Wake> {
        self.runtime.block_on(async { timeout(longest, woken.recv()).await.ok().flatten() })
    }

    /// Waits for an answer. A server that gives none for too long is taken for lost.
    fn wait_for<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(async {
            pin_mut!(answer);
            if let Ok(answer) = timeout(self.longest, answer.as_mut()).await {
                return answer;
            }
            if let Some(session) = &self.session {
                session.end.abort();
            }
            answer.await
        })
    }

    /// The connection, made now if there is none.
    fn session(&mut self) -> Result<&mut Session, StoreError> {
        if self.session.as_ref().is_none_or(|session| session.client.is_closed()) {
            self.pending.clear();
            self.session = None;
            let (client, end, timeline) = self.runtime.block_on(self.server.client(self.woken.as_ref()))?;
            let (client, statements) = (Arc::new(client), HashMap::new());
            self.session = Some(Session { client, end, statements, timeline });
        }
        self.session.as_mut().ok_or(StoreError::Closed)
    }

    /// The connection as it is, for whatever belongs to what was said on it before.
    fn client(&mut self) -> Result<Arc<Client>, StoreError> {
        match &self.session {
            Some(session) if !session.client.is_closed() => Ok(Arc::clone(&session.client)),
            _ => {
                self.verdict = Verdict::Again;
                Err(StoreError::Busy)
            }
        }
    }

    /// Sends statements without parameters, now, and looks at the answer later.
    fn put_off(&mut self, sql: impl AsRef<str> + Send + 'static) -> Result<(), StoreError> {
        let client = self.client()?;
        self.pend(Box::pin(async move { client.batch_execute(sql.as_ref()).await.map(|()| 0) }));
        Ok(())
    }

    /// Polls once, which is what sends it.
    fn pend(&mut self, mut answer: Pending) {
        match (&mut answer).now_or_never() {
            Some(done) => self.pending.push(Box::pin(std::future::ready(done))),
            None => self.pending.push(answer),
        }
    }

    /// Waits for all that was put off; the first failure counts, the rest follows from it.
    fn flush(&mut self) -> Result<(), StoreError> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        let failed = self.wait_for(join_all(pending)).into_iter().find_map(Result::err);
        failed.map_or(Ok(()), |error| Err(self.judge(error)))
    }

    /// Notes what a failure did to the transaction, and says it in the store's words.
    fn judge(&mut self, error: tokio_postgres::Error) -> StoreError {
        let lost = self.session.as_ref().is_none_or(|session| session.client.is_closed()) || error.is_closed();
        let verdict = match error.code() {
            Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => Verdict::Again,
            Some(&SqlState::UNIQUE_VIOLATION) => Verdict::Met,
            _ if lost || said_goodbye(&error) => Verdict::Again,
            _ => Verdict::Stands,
        };
        if !matches!(self.verdict, Verdict::Again) && !matches!(verdict, Verdict::Stands) {
            self.verdict = verdict;
        }
        if lost && error.code().is_none() { StoreError::Busy } else { error.into() }
    }

    fn prepared(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Statement, StoreError> {
        let client = self.client()?;
        if let Some(known) = self.session.as_ref().and_then(|session| session.statements.get(sql)) {
            return Ok(known.clone());
        }
        // a type is named where there is a value, so that `?1 = -1` is not taken for 32 bits
        let types: Vec<Type> = values.iter().map(Value::kind).collect();
        let text = Dialect::Postgres.statement(sql);
        let asked = self.wait_for(client.prepare_typed(&text, &types));
        let earlier = self.flush();
        let statement = match (earlier, asked) {
            (Ok(()), Ok(statement)) => statement,
            (Err(error), _) => return Err(error),
            (_, Err(error)) => return Err(self.judge(error)),
        };
        if let Some(session) = &mut self.session {
            session.statements.insert(sql, statement.clone());
        }
        Ok(statement)
    }

    /// Whether the transaction whose commit got no answer stands after all.
    fn find_out(&mut self, transaction: &str, timeline: &str) -> Result<(), StoreError> {
        let session = self.session().map_err(|_| StoreError::Uncertain)?;
        // a server that took over may have given the same number to another transaction
        if session.timeline != timeline {
            return Err(StoreError::Uncertain);
        }
        let client = Arc::clone(&session.client);
        let status =
            self.wait_for(client.query_one("SELECT pg_xact_status(CAST(CAST($1 AS TEXT) AS XID8))", &[&transaction]));
        match status.and_then(|row| row.try_get::<_, Option<String>>(0)) {
            Ok(Some(status)) if status == "committed" => Ok(()),
            Ok(Some(status)) if status == "aborted" => {
                self.verdict = Verdict::Again;
                Err(StoreError::Busy)
            }
            _ => Err(StoreError::Uncertain),
        }
    }
}

impl Postgres {
    /// Starts `COPY … FROM STDIN (FORMAT binary)`; each column takes what `like` has in its place.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn copy_in(&mut self, sql: &str, like: &[Value<'_>]) -> Result<Inflow<'_>, StoreError> {
        self.flush()?;
        let client = self.client()?;
        let sink = self.runtime.block_on(client.copy_in(sql)).map_err(|error| self.judge(error))?;
        let types: Vec<Type> = like.iter().map(Value::kind).collect();
        Ok(Inflow { writer: Box::pin(BinaryCopyInWriter::new(sink, &types)), postgres: self })
    }

    /// Runs a query made for a table that is only known now, and hands over each row as it comes.
    ///
    /// # Errors
    /// [`StoreError`], also when `each` fails.
    pub fn scan(
        &mut self,
        sql: &str,
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.flush()?;
        let client = self.client()?;
        let rows = client.query_raw(sql, std::iter::empty::<&(dyn ToSql + Sync)>());
        let answer = self.wait_for(hand_over(rows, each));
        answer.map_err(|failed| self.failed(failed))
    }

    fn failed(&mut self, failed: Failed) -> StoreError {
        match failed {
            Failed::Server(error) => self.judge(error),
            Failed::Reader(error) => error,
        }
    }
}

/// Rows on their way into a table. Dropped before [`Inflow::finish`], none of them stays.
pub struct Inflow<'p> {
    postgres: &'p mut Postgres,
    writer: Pin<Box<BinaryCopyInWriter>>,
}

impl Inflow<'_> {
    /// Sends a row, waiting while the server is behind.
    ///
    /// # Errors
    /// [`StoreError`] when the connection is lost.
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<(), StoreError> {
        let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
        let sent = self.postgres.runtime.block_on(self.writer.as_mut().write_raw(values));
        sent.map_err(|error| self.postgres.judge(error))
    }

    /// Waits until all are kept; how many.
    ///
    /// # Errors
    /// [`StoreError`] of the first row that the database refuses.
    pub fn finish(mut self) -> Result<u64, StoreError> {
        let kept = self.postgres.runtime.block_on(self.writer.as_mut().finish());
        kept.map_err(|error| self.postgres.judge(error))
    }
}

impl Driver for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn hold(&mut self, keys: &[i64]) -> Result<(), StoreError> {
        let client = Arc::clone(&self.session()?.client);
        self.verdict = Verdict::Stands;
        if keys.is_empty() {
            return Ok(());
        }
        self.parting.push_str(UNLOCK);
        // in one order on every node, so that no two wait for each other
        let keys = keys.to_vec();
        self.pend(Box::pin(async move {
            let lock = "SELECT pg_advisory_lock(key) FROM unnest($1) AS key";
            client.query_typed(lock, &[(&keys, Type::INT8_ARRAY)]).await.map(|_| 0)
        }));
        Ok(())
    }

    fn let_go(&mut self) {
        // a lost connection holds nothing
        if !std::mem::take(&mut self.parting).is_empty() && self.put_off(UNLOCK).is_ok() {
            drop(self.flush());
        }
    }

    fn begin(&mut self, access: Access) -> Result<(), StoreError> {
        if self.parting.is_empty() {
            self.verdict = Verdict::Stands;
            self.session()?;
        }
        self.transaction = None;
        self.put_off(match access {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            Access::Write => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        })
    }

    fn savepoint(&mut self) -> Result<(), StoreError> {
        self.put_off("SAVEPOINT unit")
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.put_off("RELEASE unit")?;
        let client = self.client()?;
        if self.transaction.is_some() {
            return self.flush();
        }
        let asked = client.query_typed("SELECT CAST(pg_current_xact_id_if_assigned() AS TEXT)", &[]);
        pin_mut!(asked);
        let early = asked.as_mut().now_or_never();
        self.flush()?;
        let rows = match early {
            Some(rows) => rows,
            None => self.wait_for(asked),
        };
        let rows = rows.map_err(|error| self.judge(error))?;
        self.transaction = rows.first().and_then(|row| row.try_get(0).ok().flatten());
        Ok(())
    }

    fn give_up(&mut self) -> Result<(), StoreError> {
        // what failed before is why the part is given up
        drop(self.flush());
        self.put_off("ROLLBACK TO unit; RELEASE unit")?;
        self.flush()
    }

    fn announce(&mut self) {
        // in the transaction itself it would keep all other commits waiting
        let node = self.server.node();
        self.parting.push_str(&format!("NOTIFY {CHANNEL}, '{node}';"));
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.flush()?;
        let client = self.client()?;
        let timeline = self.session.as_ref().map(|session| session.timeline.clone()).unwrap_or_default();
        let asked = client.batch_execute("COMMIT");
        pin_mut!(asked);
        let early = asked.as_mut().now_or_never();
        let parting = std::mem::take(&mut self.parting);
        if !parting.is_empty() {
            self.put_off(parting)?;
        }
        let answer = match early {
            Some(answer) => answer,
            None => self.wait_for(asked),
        };
        let Err(error) = answer else { return Ok(()) };
        if error.code().is_some() && !said_goodbye(&error) {
            return Err(self.judge(error));
        }
        match self.transaction.take() {
            // nothing was written
            None => Ok(()),
            Some(transaction) => self.find_out(&transaction, &timeline),
        }
    }

    fn rollback(&mut self) {
        drop(self.flush());
        if self.session.as_ref().is_some_and(|session| !session.client.is_closed()) && self.put_off("ROLLBACK").is_ok()
        {
            drop(self.flush());
        }
    }

    fn verdict(&mut self) -> Verdict {
        std::mem::take(&mut self.verdict)
    }

    fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.send(sql, values)?;
        let answer = self.pending.pop();
        self.flush()?;
        let changed = answer.map_or(Ok(0), |answer| self.wait_for(answer));
        changed.map_err(|error| self.judge(error))
    }

    fn send(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        let statement = self.prepared(sql, values)?;
        let client = self.client()?;
        let values: Vec<Owned> = values.iter().map(Owned::from).collect();
        self.pend(Box::pin(async move {
            client.execute_raw(&statement, values.iter().map(|value| value as &(dyn ToSql + Sync))).await
        }));
        Ok(())
    }

    fn query(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql, values)?;
        let client = self.client()?;
        let asked = client.query_raw(&statement, values.iter().map(|value| value as &(dyn ToSql + Sync)));
        pin_mut!(asked);
        let early = asked.as_mut().now_or_never();
        self.flush()?;
        let rows = async {
            match early {
                Some(rows) => rows,
                None => asked.await,
            }
        };
        let answer = self.wait_for(hand_over(rows, each));
        answer.map_err(|failed| self.failed(failed))
    }

    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.flush()?;
        let client = Arc::clone(&self.session()?.client);
        let answer = self.wait_for(client.batch_execute(sql));
        answer.map_err(|error| self.judge(error))
    }

    fn copy_to(&mut self, _file: &std::path::Path) -> Result<(), StoreError> {
        Err(no_copy())
    }
}

/// Why there is no copy of a store on a server.
pub fn no_copy() -> StoreError {
    StoreError::Refused("this store is on PostgreSQL, whose own tool copies it: pg_dump --format=custom".into())
}

/// Who a query failed by.
enum Failed {
    Server(tokio_postgres::Error),
    Reader(StoreError),
}

/// Waits for the rows of a query and hands each over as it comes.
async fn hand_over(
    rows: impl Future<Output = Result<RowStream, tokio_postgres::Error>>,
    each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
) -> Result<(), Failed> {
    let rows = rows.await.map_err(Failed::Server)?;
    pin_mut!(rows);
    while let Some(row) = rows.next().await {
        each(&row.map_err(Failed::Server)?).map_err(Failed::Reader)?;
    }
    Ok(())
}
