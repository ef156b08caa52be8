//! 95 page reads to 5 durable replies, all in one thread: each reply makes the page stale.
//!
//! Two limits: reads by one range read of fragments, as the issue asks for, and reads of one page
//! from memory for ever, above what can be; both with the bare group writer.

use std::time::Duration;

use super::comments_of;
use super::post::Posted;
use crate::child::Server;
use crate::fill::{Shape, Spec};
use crate::http;
use crate::limit::{Commit, REPLAY, range_of, replay, replies_of};
use crate::load::{Expected, Script};
use crate::measure::{Contender, Turn, in_turn};
use crate::people::{replier, sign_in};
use crate::report::{Demand, Line};
use crate::{Bench, Outcome};

/// What stands beside.
const RANGE: &str = "range reads of fragments and bare rusqlite in groups";
/// And this.
const FIXED: &str = "one page from memory for ever and bare rusqlite in groups";
/// Connections, each of a person of its own.
const CONNECTIONS: usize = 64;
/// One request of so many is a reply.
const EACH: usize = 20;

pub fn mix(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let spec = Spec { threads: vec![Shape::Tree(1_000)], readers: 200, flagged_per_mille: 0 };
    let ours = Posted::fill(bench.dir.join("mix-ours"), &spec)?;
    let range = Posted::fill(bench.dir.join("mix-range"), &spec)?;
    let fixed = Posted::fill(bench.dir.join("mix-fixed"), &spec)?;
    let server = Server::subject(&ours.store, &[])?;
    let mut request = Vec::new();
    http::get(&mut request, &comments_of(0), "");
    replay::keep(&http::call(server.address, &request)?, &fixed.store)?;
    let range_server = Server::limit(Commit::Groups, &range.store)?;
    let fixed_server = Server::limit(Commit::Groups, &fixed.store)?;
    let tokens = sign_in(server.address, CONNECTIONS)?;
    let our_scripts = || {
        let person = |(number, token): (usize, &String)| {
            let replies = replier(comments_of(0), Some(token), ours.parents.clone(), number);
            mixed(&comments_of(0), replies, number)
        };
        Ok(tokens.iter().enumerate().map(person).collect())
    };
    let bare_scripts = |posted: &Posted, page: &str| -> Outcome<Vec<Script>> {
        let replies = |number| replier(replies_of(posted.thread), None, posted.parents.clone(), number);
        Ok((0..CONNECTIONS).map(|number| mixed(page, replies(number), number)).collect())
    };
    let mut contenders = [
        Contender::closed(&server, our_scripts).lanes(2),
        Contender::closed(&range_server, || bare_scripts(&range, &range_of(range.thread))).lanes(2),
        Contender::closed(&fixed_server, || bare_scripts(&fixed, REPLAY)).lanes(2),
    ];
    let samples = in_turn(bench, &mut contenders)?;
    let [our_rounds, range_rounds, fixed_rounds] = samples.as_slice() else { return Err("three take turns".into()) };
    let seconds = bench.size(60, 8);
    let [contender, ..] = &mut contenders;
    let long = contender.round(Duration::from_secs(seconds as u64), bench.load_threads)?;
    for (contender, posted) in contenders.iter().zip([&ours, &range, &fixed]) {
        posted.counted(contender.done.last().copied().unwrap_or(0))?;
    }
    let (range, fixed) = ((RANGE, range_rounds.as_slice()), (FIXED, fixed_rounds.as_slice()));
    let stall = format!("longest time without an answer in {seconds} s, ms");
    Ok(vec![
        Line::of(name, "answers/s", our_rounds, range, |s| s.per_s, Demand::RatioAtLeast(0.6)),
        Line::of(name, "answers/s", our_rounds, fixed, |s| s.per_s, Demand::Nothing),
        Line::of(name, "CPU of the server an answer, µs", our_rounds, range, |s| s.cpu_us, Demand::Nothing),
        Line::of(name, "p99 of reads, µs", our_rounds, range, |s| s.p99_us, Demand::Nothing),
        Line::alone(name, &stall, long.silence_us / 1e3, Demand::FigureAtMost(100.0)),
        Line::alone(name, "slowest answer in it, ms", long.max_us / 1e3, Demand::Nothing),
    ])
}

/// Reads in lane 0 and every [`EACH`]th time a reply in lane 1, each connection at another time.
fn mixed(path: &str, mut replies: Script, number: usize) -> Script {
    let mut page = Vec::new();
    http::get(&mut page, path, "");
    let mut sent = number;
    Box::new(move |out| {
        sent += 1;
        if sent.is_multiple_of(EACH) {
            return replies(out).map(|expected| Expected { lane: 1, ..expected });
        }
        out.extend_from_slice(&page);
        Some(Expected { status: 200, length: None, lane: 0 })
    })
}
