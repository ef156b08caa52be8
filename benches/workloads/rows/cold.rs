//! A page that no cache holds, beside one prepared range read of one stored fragment a row.

use super::{alike, comments_of, open};
use crate::child::Server;
use crate::fill::{Shape, Spec, kept, thread_key};
use crate::http;
use crate::limit::{Commit, range_of};
use crate::load::{self, Expected, Load, Pace, Script};
use crate::measure::{Contender, in_turn, middle};
use crate::report::{Demand, Line};
use crate::{Bench, Outcome};

/// What stands beside.
const LIMIT: &str = "one range read of fragments behind a bare handler";
/// Connections that ask for it.
const CONNECTIONS: usize = 64;

pub fn off(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let spec = Spec { threads: vec![Shape::Tree(10_000)], readers: 500, flagged_per_mille: 0 };
    let ours_store = kept(&bench.dir.join("cold"), &spec)?;
    let bare_store = kept(&bench.dir.join("cold-bare"), &spec)?;
    let thread: i64 =
        open(&bare_store)?.query_row("SELECT id FROM thread WHERE key = ?1", [thread_key(0)], |row| row.get(0))?;
    let ours = Server::subject(&ours_store, &["cache.enabled=false"])?;
    let bare = Server::limit(Commit::Groups, &bare_store)?;
    let scripts = |server: &Server, path: &str| -> Outcome<(usize, Vec<u8>, Expected)> {
        let mut request = Vec::new();
        http::get(&mut request, path, "");
        let answer = http::call(server.address, &request)?;
        answer.json()?;
        let length = answer.body.len();
        Ok((length, request, Expected { status: 200, length: Some(length), lane: 0 }))
    };
    let (our_bytes, our_request, our_expected) = scripts(&ours, &comments_of(0))?;
    let (bare_bytes, bare_request, bare_expected) = scripts(&bare, &range_of(thread))?;
    let mut contenders = [
        Contender::closed(&ours, || Ok(alike(CONNECTIONS, &our_request, our_expected))),
        Contender::closed(&bare, || Ok(alike(CONNECTIONS, &bare_request, bare_expected))),
    ];
    let samples = in_turn(bench, &mut contenders)?;
    let [ours, bare] = samples.as_slice() else { return Err("two take turns".into()) };
    let what = format!("answers/s, {our_bytes} and {bare_bytes} bytes");
    Ok(vec![
        Line::of(name, &what, ours, (LIMIT, bare), |s| s.per_s, Demand::RatioAtLeast(0.6)),
        Line::of(name, "CPU of the server an answer, µs", ours, (LIMIT, bare), |s| s.cpu_us, Demand::Nothing),
        Line::of(name, "p99, µs", ours, (LIMIT, bare), |s| s.p99_us, Demand::Nothing),
    ])
}

/// Each thread is asked for once after the start, so that nothing of it is kept anywhere but in the
/// kernel's cache of the file.
pub fn first(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let count = bench.size(2_000, 300);
    let spec = Spec { threads: vec![Shape::Tree(100); count], readers: 500, flagged_per_mille: 0 };
    let store = kept(&bench.dir.join("cold-first"), &spec)?;
    let mut medians = Vec::new();
    for _ in 0..bench.rounds {
        let ours = Server::subject(&store, &[])?;
        let mut number = 0;
        let script: Script = Box::new(move |out| {
            let thread = number;
            number += 1;
            (thread < count).then(|| {
                http::get(out, &comments_of(thread), "");
                Expected { status: 200, length: None, lane: 0 }
            })
        });
        let load = Load { to: ours.address, pace: Pace::Closed, time: std::time::Duration::from_secs(60) };
        let heard = load::run(load, vec![script], 1, 1)?;
        let lane = heard.lanes.first().ok_or("no lane")?;
        medians.push(lane.time_ns.value_at_quantile(0.5) as f64 / 1e6);
    }
    Ok(vec![Line::alone(name, &format!("p50 of {count} threads, ms"), middle(medians), Demand::FigureAtMost(1.0))])
}
