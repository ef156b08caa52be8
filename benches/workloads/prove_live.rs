//! Proves the streams: what an idle one costs in memory, how long a comment takes to reach everybody,
//! and that over broken lines nothing is missed and nothing comes twice.
//!
//! One loop holds every connection, on the same cores as the server; what it costs is in the times.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::Outcome;
use crate::child::Server;
use crate::fill::{SITE, Shape, Spec, fresh, thread_key};
use crate::http;
use crate::people::{bearer, reply, sign_in};
use crate::rows::open;

/// Threads that are followed.
const THREADS: usize = 10;
/// Comments in each at the start.
const COMMENTS: usize = 100;
/// Connections that are made at a time, so that none waits in the kernel's line.
const AT_ONCE: usize = 200;
/// How long nothing happens before memory is looked at.
const IDLE: Duration = Duration::from_secs(30);
/// Comments posted, one after the other.
const POSTS: usize = 300;
/// Between two of them.
const PACE: Duration = Duration::from_millis(100);
/// Lines that are broken with each comment, in a thousand.
const BROKEN_PER_MILLE: usize = 5;
/// The longest that anything may take to come.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is asked for.
const KIB_MAX: f64 = 24.0;
/// See [`KIB_MAX`].
const P99_MAX: Duration = Duration::from_secs(1);

/// Proves it with so many connections to a server in `directory`.
///
/// # Errors
/// Whatever is missed, doubled, or does not come.
pub fn live(directory: &Path, connections: usize) -> Outcome<()> {
    let spec = Spec { threads: vec![Shape::Tree(COMMENTS); THREADS], readers: 50, flagged_per_mille: 0 };
    let store = fresh(directory, &spec)?;
    let server = Server::subject(&store, &["live.connections_per_client=1000000", "live.connections_max=100000"])?;
    let mut crowd = Crowd::new(server.address)?;
    // what is made once is made by the first
    crowd.open(THREADS)?;
    std::thread::sleep(Duration::from_secs(2));
    let before = server.resident()?;
    crowd.open(connections)?;
    crowd.listen_for(IDLE)?;
    let kib = (server.resident()?.saturating_sub(before)) as f64 / 1_024.0 / connections as f64;
    println!("{connections} idle connections: {kib:.1} KiB each ({KIB_MAX} asked for)");

    let (sent, over) = (Arc::new(Sent::default()), Arc::new(AtomicBool::new(false)));
    let poster = {
        let (sent, over, store, to) = (Arc::clone(&sent), Arc::clone(&over), store.clone(), server.address);
        std::thread::spawn(move || {
            let posted = post(&store, to, &sent);
            over.store(true, Ordering::SeqCst);
            posted.map_err(|error| error.to_string())
        })
    };
    let mut random = StdRng::seed_from_u64(7);
    let (mut broken, mut next) = (0, Instant::now());
    while !over.load(Ordering::SeqCst) {
        crowd.look(Duration::from_millis(5), Some(&sent))?;
        if Instant::now() >= next {
            next += PACE;
            for _ in 0..connections * BROKEN_PER_MILLE / 1_000 {
                crowd.break_off(random.random_range(0..connections))?;
                broken += 1;
            }
        }
    }
    poster.join().map_err(|_| "the poster panicked")??;
    let begun = Instant::now();
    while !crowd.has_all(POSTS / THREADS) {
        crowd.look(Duration::from_millis(5), Some(&sent))?;
        if begun.elapsed() > PATIENCE {
            return Err(format!("{} connections have not had everything", crowd.behind(POSTS / THREADS)).into());
        }
    }
    let at = |quantile| Duration::from_micros(crowd.times.value_at_quantile(quantile));
    let (median, p99, max) = (at(0.5), at(0.99), at(1.0));
    println!(
        "{POSTS} comments to {} readers each, {broken} lines broken: {} deliveries, none missed or doubled",
        connections / THREADS,
        crowd.times.len() + crowd.replayed
    );
    println!("from request to reader: median {median:.0?}, p99 {p99:.0?} ({P99_MAX:?} asked for), longest {max:.0?}");
    println!("{} more came by replay", crowd.replayed);
    if kib > KIB_MAX || p99 > P99_MAX {
        println!("MISSED: more than was asked for");
    }
    let begun = Instant::now();
    server.stop()?;
    println!("ended {:.1?} after SIGTERM, with all of them open", begun.elapsed());
    Ok(())
}

/// When each comment was sent, by thread.
#[derive(Default)]
struct Sent(Mutex<[Vec<Instant>; THREADS]>);

/// Posts to one thread after the other.
fn post(store: &Path, to: SocketAddr, sent: &Sent) -> Outcome<()> {
    let token = sign_in(to, 1)?.pop().ok_or("nobody signed in")?;
    let fields = bearer(&token);
    let mut parents = Vec::new();
    for number in 0..THREADS {
        let sql = "SELECT MIN(c.id) FROM comment c JOIN thread t ON t.id = c.thread_id WHERE t.key = ?1";
        parents.push(open(store)?.query_row(sql, [thread_key(number)], |row| row.get::<_, i64>(0))?);
    }
    for number in 0..POSTS {
        let thread = number % THREADS;
        let mut request = Vec::new();
        let path = format!("/api/v1/sites/{SITE}/threads/{}/comments", thread_key(thread));
        reply(&mut request, &path, &fields, parents[thread], number);
        sent.0.lock().unwrap_or_else(PoisonError::into_inner)[thread].push(Instant::now());
        let answer = http::call(to, &request)?;
        if answer.status != 201 {
            return Err(format!("a comment was answered {}", answer.status).into());
        }
        std::thread::sleep(PACE);
    }
    Ok(())
}

/// All connections.
struct Crowd {
    to: SocketAddr,
    poll: Poll,
    lines: Vec<Line>,
    /// The version of each thread at the start.
    begin: Vec<u64>,
    times: Histogram<u64>,
    replayed: u64,
    buffer: Vec<u8>,
}

/// One of them.
struct Line {
    stream: TcpStream,
    thread: usize,
    /// The last version that came.
    had: u64,
    /// Whether what was missed has come, and everything from now on is new.
    is_new: bool,
    request: Vec<u8>,
    rest: Vec<u8>,
}

impl Crowd {
    fn new(to: SocketAddr) -> Outcome<Crowd> {
        let mut begin = Vec::new();
        for number in 0..THREADS {
            let mut request = Vec::new();
            http::get(&mut request, &format!("/api/v1/sites/{SITE}/threads/{}", thread_key(number)), "");
            begin.push(http::call(to, &request)?.json()?["version"].as_u64().ok_or("a thread without a version")?);
        }
        let times = Histogram::new_with_bounds(1, 120_000_000, 3)?;
        Ok(Crowd { to, poll: Poll::new()?, lines: Vec::new(), begin, times, replayed: 0, buffer: vec![0; 1 << 16] })
    }

    /// Opens more, until there are so many and each has begun.
    fn open(&mut self, count: usize) -> Outcome<()> {
        while self.lines.len() < count {
            let (first, some) = (self.lines.len(), AT_ONCE.min(count - self.lines.len()));
            for at in first..first + some {
                let line = self.connect(at, self.begin[at % THREADS])?;
                self.lines.push(line);
            }
            let begun = Instant::now();
            while self.lines[first..].iter().any(|line| !line.is_new) {
                self.look(Duration::from_millis(5), None)?;
                if begun.elapsed() > PATIENCE {
                    return Err("a stream does not begin".into());
                }
            }
        }
        Ok(())
    }

    fn connect(&self, at: usize, had: u64) -> Outcome<Line> {
        let mut stream = TcpStream::connect(self.to)?;
        self.poll.registry().register(&mut stream, Token(at), Interest::READABLE | Interest::WRITABLE)?;
        let thread = at % THREADS;
        let mut request = Vec::new();
        let path = format!("/api/v1/sites/{SITE}/threads/{}/events", thread_key(thread));
        http::get(&mut request, &path, &format!("last-event-id: {had}\r\naccept: text/event-stream\r\n"));
        Ok(Line { stream, thread, had, is_new: false, request, rest: Vec::new() })
    }

    /// Closes one wherever it is, and comes back with what it had.
    fn break_off(&mut self, at: usize) -> Outcome<()> {
        let line = self.connect(at, self.lines[at].had)?;
        let mut old = std::mem::replace(&mut self.lines[at], line);
        self.poll.registry().deregister(&mut old.stream)?;
        Ok(())
    }

    fn listen_for(&mut self, time: Duration) -> Outcome<()> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.look(Duration::from_millis(100), None)?;
        }
        Ok(())
    }

    /// Whether everybody has had so many comments of their thread.
    fn has_all(&self, each: usize) -> bool {
        self.behind(each) == 0
    }

    fn behind(&self, each: usize) -> usize {
        self.lines.iter().filter(|line| line.had != self.begin[line.thread] + each as u64).count()
    }

    /// Takes in what has come.
    fn look(&mut self, time: Duration, sent: Option<&Sent>) -> Outcome<()> {
        let mut events = Events::with_capacity(1_024);
        if let Err(error) = self.poll.poll(&mut events, Some(time)) {
            return if error.kind() == ErrorKind::Interrupted { Ok(()) } else { Err(error.into()) };
        }
        for event in &events {
            let Token(at) = event.token();
            self.take(at, sent)?;
        }
        Ok(())
    }

    fn take(&mut self, at: usize, sent: Option<&Sent>) -> Outcome<()> {
        let line = &mut self.lines[at];
        if !line.request.is_empty() {
            match line.stream.write(&line.request) {
                Ok(written) => drop(line.request.drain(..written)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        loop {
            match line.stream.read(&mut self.buffer) {
                Ok(0) => return Err("the server has ended a stream".into()),
                Ok(count) => line.rest.extend_from_slice(&self.buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        let now = Instant::now();
        while let Some(end) = line.rest.windows(2).position(|two| two == b"\n\n") {
            let block: Vec<u8> = line.rest.drain(..end + 2).collect();
            let text = std::str::from_utf8(&block)?;
            // sizes of chunks stand between, on lines of their own
            if text.contains("HTTP/1.1 ") && !text.contains("HTTP/1.1 200 ") {
                return Err(format!("a stream was refused: {text}").into());
            }
            if text.contains("\n:\n") || text.starts_with(":\n") {
                line.is_new = true;
            }
            if text.contains("event: thread.reset") {
                return Err("somebody is to read anew".into());
            }
            let Some(version) = text.lines().find_map(|field| field.strip_prefix("id: ")) else { continue };
            let version: u64 = version.parse()?;
            if version != line.had + 1 {
                return Err(format!("{version} came after {}", line.had).into());
            }
            line.had = version;
            let number = usize::try_from(version - self.begin[line.thread] - 1)?;
            let sent = sent.ok_or("nobody has posted yet")?.0.lock().unwrap_or_else(PoisonError::into_inner);
            let sent = sent[line.thread].get(number).ok_or("told before it was sent")?;
            if line.is_new {
                self.times.record(u64::try_from(now.duration_since(*sent).as_micros())?.max(1))?;
            } else {
                self.replayed += 1;
            }
        }
        Ok(())
    }
}
