//! 95 page reads to 5 durable replies, all in one thread: each reply makes the page stale.
//!
//! The limit answers reads from memory with one page for ever, so it is above what can be.

use std::time::Duration;

use super::comments_of;
use super::post::Posted;
use crate::child::Server;
use crate::fill::{Shape, Spec};
use crate::http;
use crate::limit::{Commit, REPLAY, replay, replies_of};
use crate::load::{Expected, Script};
use crate::measure::{Contender, in_turn};
use crate::people::{replier, sign_in};
use crate::report::{Demand, Line};
use crate::{Bench, Outcome};

/// Connections, each of a person of its own.
const CONNECTIONS: usize = 64;
/// One request of so many is a reply.
const EACH: usize = 20;

pub fn mix(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let spec = Spec { threads: vec![Shape::Tree(1_000)], readers: 200, flagged_per_mille: 0 };
    let ours = Posted::fill(bench.dir.join("mix-ours"), &spec)?;
    let bare = Posted::fill(bench.dir.join("mix-bare"), &spec)?;
    let server = Server::subject(&ours.store, &[])?;
    let mut request = Vec::new();
    http::get(&mut request, &comments_of(0), "");
    replay::keep(&http::call(server.address, &request)?, &bare.store)?;
    let limit = Server::limit(Commit::Groups, &bare.store)?;
    let tokens = sign_in(server.address, CONNECTIONS)?;
    let our_scripts = || {
        let replies = |(number, token): (usize, &String)| {
            (number, replier(comments_of(0), Some(token), ours.parents.clone(), number))
        };
        tokens
            .iter()
            .enumerate()
            .map(replies)
            .map(|(number, replies)| mixed(&comments_of(0), replies, number))
            .collect()
    };
    let bare_scripts = || {
        let replies = |number| replier(replies_of(bare.thread), None, bare.parents.clone(), number);
        (0..CONNECTIONS).map(|number| mixed(REPLAY, replies(number), number)).collect()
    };
    let mut contenders = [
        Contender { lanes: 2, done: vec![0; 2], ..Contender::closed(&server, our_scripts) },
        Contender { lanes: 2, done: vec![0; 2], ..Contender::closed(&limit, bare_scripts) },
    ];
    let samples = in_turn(bench, &mut contenders)?;
    let [our_rounds, bare_rounds] = samples.as_slice() else { return Err("two take turns".into()) };
    let mut lines = vec![
        Line::of(name, "answers/s", [our_rounds, bare_rounds], |s| s.per_s, Demand::RatioAtLeast(0.6)),
        Line::of(name, "p99 of reads, µs", [our_rounds, bare_rounds], |s| s.p99_us, Demand::Nothing),
    ];
    let seconds = bench.size(60, 8);
    let [contender, _] = &mut contenders;
    let long = contender.round(Duration::from_secs(seconds as u64), bench.load_threads)?;
    let stall = format!("longest time without an answer in {seconds} s, ms");
    lines.push(Line::new(name, &stall, long.silence_us / 1e3, None, Demand::FigureAtMost(100.0)));
    lines.push(Line::new(name, "slowest answer in it, ms", long.max_us / 1e3, None, Demand::Nothing));
    for (contender, posted) in contenders.iter().zip([&ours, &bare]) {
        posted.counted(contender.done.last().copied().unwrap_or(0))?;
    }
    Ok(lines)
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
