//! The limit of posting on PostgreSQL: the same rows by a bare script with the synchronous client,
//! at READ COMMITTED, a commit each, on several connections at once and without HTTP.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use postgres::{Client, IsolationLevel, NoTls, Statement};
use understory::domain::ids::compose;
use understory::domain::path::Path;

use super::write::{EVENT, INSERT, PARENT, RECORD, THREAD, now_ms};
use crate::Outcome;
use crate::fill::fragment;
use crate::measure::{Sample, Turn};

/// A thread and its comments, which are answered one after the other.
#[derive(Clone)]
pub struct Answered {
    /// The thread's id.
    pub thread: i64,
    /// Ids of its comments.
    pub parents: Vec<i64>,
}

/// The connections.
pub struct Scripts {
    connections: Vec<Script>,
    /// Replies so far.
    pub done: u64,
}

impl Scripts {
    /// Connects so many times. The threads are shared out among them; a connection that has several
    /// goes round, and one thread is everybody's.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn connect(url: &str, connections: usize, answered: &[Answered]) -> Outcome<Scripts> {
        let one = |number: usize| {
            let mut own: Vec<Answered> = answered.iter().skip(number).step_by(connections).cloned().collect();
            if own.is_empty() {
                own.extend(answered.get(number % answered.len()).cloned());
            }
            Script::connect(url, own, number)
        };
        Ok(Scripts { connections: (0..connections).map(one).collect::<Outcome<_>>()?, done: 0 })
    }
}

impl Turn for Scripts {
    fn round(&mut self, time: Duration, _: usize) -> Outcome<Sample> {
        let begun = Instant::now();
        let end = begun + time;
        let times: Vec<Outcome<Histogram<u64>>> = std::thread::scope(|scope| {
            let running: Vec<_> =
                self.connections.iter_mut().map(|script| scope.spawn(move || script.run(end))).collect();
            running.into_iter().map(|one| one.join().unwrap_or_else(|_| Err("a script panicked".into()))).collect()
        });
        let took = begun.elapsed();
        let mut all = Histogram::new(3)?;
        for time_ns in times {
            all.add(time_ns?)?;
        }
        self.done += all.len();
        let quantile = |q| all.value_at_quantile(q) as f64 / 1e3;
        Ok(Sample {
            per_s: all.len() as f64 / took.as_secs_f64(),
            p50_us: quantile(0.5),
            p99_us: quantile(0.99),
            max_us: all.max() as f64 / 1e3,
            ..Sample::default()
        })
    }
}

/// One connection and what it runs.
struct Script {
    client: Client,
    statements: [Statement; 5],
    answered: Vec<Answered>,
    authors: Vec<i64>,
    /// Where it begins, and then goes on.
    next: usize,
}

impl Script {
    fn connect(url: &str, answered: Vec<Answered>, number: usize) -> Outcome<Script> {
        let mut client = Client::connect(url, NoTls)?;
        let mut prepare = |sql: &str| client.prepare(&sql.replace('?', "$"));
        let statements = [prepare(PARENT)?, prepare(INSERT)?, prepare(THREAD)?, prepare(RECORD)?, prepare(EVENT)?];
        let authors = client.query("SELECT id FROM user_account", &[])?.iter().map(|row| row.get(0)).collect();
        Ok(Script { client, statements, answered, authors, next: number })
    }

    /// Replies until the time is over; how long each took, in nanoseconds.
    fn run(&mut self, end: Instant) -> Outcome<Histogram<u64>> {
        let mut times = Histogram::new(3)?;
        let mut begun = Instant::now();
        while begun < end {
            self.reply()?;
            let done = Instant::now();
            times.record(u64::try_from((done - begun).as_nanos())?)?;
            begun = done;
        }
        Ok(times)
    }

    fn reply(&mut self) -> Outcome<()> {
        self.next += 1;
        let at = |length: usize| self.next % length.max(1);
        let Answered { thread, parents } = self.answered.get(at(self.answered.len())).ok_or("no thread")?;
        let parent = parents.get(at(parents.len())).ok_or("no comment")?;
        let author = self.authors.get(at(self.authors.len())).ok_or("no author")?;
        let body =
            format!("reply {}: the bridge was closed in winter and nobody told the village why. {:100}", self.next, "");
        let html = format!("<p>{body}</p>\n");
        let created_ms = now_ms();
        let id = compose(created_ms, rand::random());
        let [counted, inserted, moved, credited, told] = &self.statements;
        let mut tx = self.client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start()?;
        let row = tx.query_one(counted, &[parent, thread])?;
        let (ordinal, path, site): (i64, Vec<u8>, i64) = (row.get(0), row.get(1), row.get(2));
        let path = Path::from_bytes(path).child(ordinal.unsigned_abs())?;
        let depth = i64::from(path.depth());
        let stored = fragment((id, site, *thread, Some(*parent)), &path, (&body, &html), created_ms);
        let path = path.as_bytes();
        tx.execute(
            inserted,
            &[&id, &site, thread, parent, &ordinal, &path, &depth, author, &body, &html, &created_ms, &stored],
        )?;
        let version: i64 = tx.query_one(moved, &[thread])?.get(0);
        tx.execute(credited, &[author, &site])?;
        tx.execute(told, &[&created_ms, thread, &version, &id])?;
        Ok(tx.commit()?)
    }
}
