//! The load: keep-alive connections that send, wait for the answer, check it and time it.
//!
//! Either as fast as answers come, or at an offered rate; then a request's time runs from when it
//! was due, so that a server that falls behind is not asked less (no coordinated omission). One
//! epoll loop a thread and no runtime: on the same cores as the server, what the load costs is
//! missing there.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token, Waker};

use crate::Outcome;
use crate::http::{Answer, Arriving};

/// The token of the pacer's wake-up call.
const PACER: Token = Token(usize::MAX);
/// How long answers may stay out before a run is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// What one request should be answered with.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// The status.
    pub status: u16,
    /// The body's length, where it is known.
    pub length: Option<usize>,
    /// Under which lane it is counted, from 0.
    pub lane: usize,
}

/// Writes the next request of one connection; none when there is none left.
pub type Script = Box<dyn FnMut(&mut Vec<u8>) -> Option<Expected> + Send>;

/// How requests follow each other.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// Each connection sends when its last answer has come.
    Closed,
    /// This many a second, on whichever connection is free.
    Offered(u32),
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Who is asked.
    pub to: SocketAddr,
    /// How fast.
    pub pace: Pace,
    /// For how long; scripts may end before.
    pub time: Duration,
}

/// Answers of one kind.
pub struct Lane {
    /// Those that came within the time.
    pub answers: u64,
    /// Their times, in nanoseconds.
    pub time_ns: Histogram<u64>,
}

/// What came of a run.
pub struct Heard {
    /// Answers by lane.
    pub lanes: Vec<Lane>,
    /// How long it took until the time was over or the last script had ended.
    pub took: Duration,
    /// Right answers that came after that, lane by lane.
    pub late: Vec<u64>,
    /// The longest time in which no answer came at all.
    pub silence: Duration,
}

/// Runs one connection for each script, in `threads` loops.
///
/// # Errors
/// A wrong answer, a closed connection, no answer at all.
pub fn run(load: Load, scripts: Vec<Script>, threads: usize, lanes: usize) -> Outcome<Heard> {
    let share = scripts.len().div_ceil(threads.max(1)).max(1);
    let mut scripts = scripts.into_iter();
    let mut parts: Vec<Vec<Script>> = Vec::new();
    loop {
        let part: Vec<Script> = scripts.by_ref().take(share).collect();
        if part.is_empty() {
            break;
        }
        parts.push(part);
    }
    let loops = u32::try_from(parts.len())?.max(1);
    let load = Load {
        pace: match load.pace {
            Pace::Closed => Pace::Closed,
            Pace::Offered(per_s) => Pace::Offered((per_s / loops).max(1)),
        },
        ..load
    };
    let heard: Vec<Outcome<Heard>> = std::thread::scope(|scope| {
        let running: Vec<_> =
            parts.into_iter().map(|part| scope.spawn(move || Loop::connect(load, part, lanes)?.run())).collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|_| Err("a load loop panicked".into()))).collect()
    });
    let mut whole: Option<Heard> = None;
    for one in heard {
        let one = one?;
        match &mut whole {
            None => whole = Some(one),
            Some(whole) => whole.add(one)?,
        }
    }
    whole.ok_or_else(|| "a load without connections".into())
}

impl Heard {
    fn add(&mut self, other: Heard) -> Outcome<()> {
        for (mine, theirs) in self.lanes.iter_mut().zip(other.lanes) {
            mine.answers += theirs.answers;
            mine.time_ns.add(theirs.time_ns)?;
        }
        for (mine, theirs) in self.late.iter_mut().zip(other.late) {
            *mine += theirs;
        }
        self.took = self.took.max(other.took);
        // silent altogether only while both were; not less than the shorter
        self.silence = self.silence.min(other.silence);
        Ok(())
    }

    /// Answers within the time, of all lanes.
    pub fn answers(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.answers).sum()
    }

    /// Answers of a lane, late ones too: what must have left its trace.
    pub fn done(&self, lane: usize) -> u64 {
        self.lanes.get(lane).map_or(0, |one| one.answers) + self.late.get(lane).copied().unwrap_or(0)
    }
}

struct Connection {
    stream: TcpStream,
    script: Script,
    request: Vec<u8>,
    arriving: Arriving,
    /// Since when an answer is due, and which.
    asked: Option<(Instant, Expected)>,
    /// Its script has ended.
    ended: bool,
}

struct Loop {
    load: Load,
    poll: Poll,
    connections: Vec<Connection>,
    heard: Heard,
    /// Used in turn: the server closes a connection on which nothing is ever asked.
    idle: VecDeque<usize>,
}

impl Loop {
    fn connect(load: Load, scripts: Vec<Script>, lanes: usize) -> Outcome<Loop> {
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(scripts.len());
        for (number, script) in scripts.into_iter().enumerate() {
            let stream = std::net::TcpStream::connect(load.to)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
            let arriving = Arriving::default();
            connections.push(Connection { stream, script, request: Vec::new(), arriving, asked: None, ended: false });
        }
        let lane = || Ok::<_, hdrhistogram::CreationError>(Lane { answers: 0, time_ns: Histogram::new(3)? });
        let heard = Heard {
            lanes: (0..lanes).map(|_| lane()).collect::<Result<_, _>>()?,
            took: Duration::ZERO,
            late: vec![0; lanes],
            silence: Duration::ZERO,
        };
        let idle = (0..connections.len()).collect();
        Ok(Loop { load, poll, connections, heard, idle })
    }

    fn run(mut self) -> Outcome<Heard> {
        let over = AtomicBool::new(false);
        let waker = Waker::new(self.poll.registry(), PACER)?;
        let load = self.load;
        let begun = Instant::now();
        std::thread::scope(|scope| {
            if let Pace::Offered(per_s) = load.pace {
                // epoll's own time-out is in whole milliseconds, which would be seen in the times
                let (over, waker) = (&over, &waker);
                scope.spawn(move || {
                    let mut due = begun;
                    while !over.load(Ordering::Relaxed) && waker.wake().is_ok() {
                        due += Duration::from_secs(1) / per_s;
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    }
                });
            }
            let outcome = self.turn(begun);
            over.store(true, Ordering::Relaxed);
            outcome
        })?;
        Ok(self.heard)
    }

    fn turn(&mut self, begun: Instant) -> Outcome<()> {
        let mut events = Events::with_capacity(1_024);
        let mut piece = vec![0; 1 << 18];
        let end = begun + self.load.time;
        let (mut last, mut due) = (begun, begun);
        let mut finished = None;
        loop {
            let now = Instant::now();
            if now < end {
                self.send_due(now, &mut due)?;
            }
            let waiting = self.connections.iter().any(|one| one.asked.is_some());
            let more = now < end && self.connections.iter().any(|one| !one.ended);
            if !more && finished.is_none() {
                finished = Some(if now < end { last } else { end });
            }
            if !more && !waiting {
                break;
            }
            let until = if more { end } else { last + PATIENCE };
            self.poll.poll(&mut events, Some(until.saturating_duration_since(now).max(Duration::from_millis(1))))?;
            if !more && events.is_empty() && Instant::now() >= last + PATIENCE {
                return Err(format!("no answer within {} s", PATIENCE.as_secs()).into());
            }
            for event in &events {
                let Token(number) = event.token();
                let Some(one) = self.connections.get_mut(number) else { continue };
                let Some((answer, text)) = one.read(&mut piece)? else { continue };
                let now = Instant::now();
                let Some((since, expected)) = one.asked.take() else { return Err("an answer to nothing".into()) };
                check(expected, answer, text)?;
                self.heard.silence = self.heard.silence.max(now - last);
                last = now;
                if now < end {
                    if let Some(lane) = self.heard.lanes.get_mut(expected.lane) {
                        lane.answers += 1;
                        lane.time_ns.record(u64::try_from((now - since).as_nanos())?)?;
                    }
                    match self.load.pace {
                        Pace::Closed => one.send(now)?,
                        Pace::Offered(_) => self.idle.push_back(number),
                    }
                } else if let Some(late) = self.heard.late.get_mut(expected.lane) {
                    *late += 1;
                }
            }
        }
        self.heard.took = finished.unwrap_or(end) - begun;
        Ok(())
    }

    /// Sends what is due: everything at the start of a closed loop, else what the rate asks for.
    fn send_due(&mut self, now: Instant, due: &mut Instant) -> Outcome<()> {
        match self.load.pace {
            Pace::Closed => {
                while let Some(number) = self.idle.pop_front() {
                    self.send(number, now)?;
                }
            }
            Pace::Offered(per_s) => {
                while *due <= now
                    && let Some(number) = self.idle.pop_front()
                {
                    self.send(number, *due)?;
                    *due += Duration::from_secs(1) / per_s;
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, number: usize, since: Instant) -> Outcome<()> {
        match self.connections.get_mut(number) {
            Some(one) => one.send(since),
            None => Ok(()),
        }
    }
}

impl Connection {
    /// Sends the script's next request, if it has one. Its time runs from `since`.
    fn send(&mut self, since: Instant) -> Outcome<()> {
        self.request.clear();
        let Some(expected) = (self.script)(&mut self.request) else {
            self.ended = true;
            return Ok(());
        };
        // nothing else is under way on this connection, so a request fits the socket's buffer
        self.stream.write_all(&self.request)?;
        self.asked = Some((since, expected));
        Ok(())
    }

    /// Reads what is there; the answer when it is whole, with the last of its bytes.
    fn read<'a>(&mut self, piece: &'a mut [u8]) -> Outcome<Option<(Answer, &'a [u8])>> {
        loop {
            let read = match self.stream.read(piece) {
                Ok(0) => return Err("a connection was closed".into()),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            if let Some(answer) = self.arriving.feed(piece.get(..read).unwrap_or_default())? {
                return Ok(Some((answer, piece.get(..read).unwrap_or_default())));
            }
            // a piece that was not filled is all there was (epoll(7))
            if read < piece.len() {
                return Ok(None);
            }
        }
    }
}

fn check(expected: Expected, answer: Answer, text: &[u8]) -> Outcome<()> {
    if answer.status == expected.status && expected.length.is_none_or(|length| length == answer.length) {
        return Ok(());
    }
    let text = String::from_utf8_lossy(text.get(..600.min(text.len())).unwrap_or_default());
    Err(format!("expected {expected:?}, was answered {answer:?}: {text}").into())
}
