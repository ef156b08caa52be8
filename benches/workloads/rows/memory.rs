//! Resident memory: idle, and after many different pages and posts.

use std::time::Duration;

use super::post::comments_in;
use super::{comments_of, count};
use crate::child::{Server, command};
use crate::fill::{Shape, Spec, fresh};
use crate::http;
use crate::load::{self, Expected, Load, Pace, Script};
use crate::people::{replier, sign_in};
use crate::report::{Demand, Line};
use crate::{Bench, Outcome};

/// Threads that are read and posted to.
const THREADS: usize = 500;
/// Comments in each.
const COMMENTS: usize = 40;
/// Connections, each of a person of its own.
const CONNECTIONS: usize = 64;
/// What the service may take beyond its cache, in MB.
const BESIDE_CACHE_MB: f64 = 60.0;
/// Long enough for any run; the scripts end it.
const LONG: Duration = Duration::from_secs(3_600);

pub fn memory(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let spec = Spec { threads: vec![Shape::Tree(COMMENTS); THREADS], readers: 200, flagged_per_mille: 0 };
    let store = fresh(&bench.dir.join("memory"), &spec)?;
    let server = Server::subject(&store, &[])?;
    let megabytes = |server: &Server| Ok::<_, crate::Failure>(server.resident()? as f64 / 1e6);
    std::thread::sleep(Duration::from_secs(2));
    let idle = megabytes(&server)?;

    let pages = bench.size(1_000_000, 20_000);
    let load = Load { to: server.address, pace: Pace::Closed, time: LONG };
    load::run(load, (0..CONNECTIONS).map(|number| reader(number, pages)).collect(), bench.load_threads, 1)?;
    let read = megabytes(&server)?;

    let each = bench.size(100_000, 2_000).div_ceil(CONNECTIONS);
    let posts = each * CONNECTIONS;
    let parents = comments_in(&store, THREADS)?;
    let tokens = sign_in(server.address, CONNECTIONS)?;
    let people = tokens.iter().enumerate().map(|(number, token)| {
        let mut left = each;
        // each person in a thread of their own; what is counted here is memory
        let parents = parents.get(number).cloned().unwrap_or_default();
        let mut replies = replier(comments_of(number), Some(token), parents, number);
        let script: Script = Box::new(move |out| {
            left = left.checked_sub(1)?;
            replies(out)
        });
        script
    });
    let heard = load::run(load, people.collect(), bench.load_threads, 1)?;
    let posted = megabytes(&server)?;
    let peak = server.peak()? as f64 / 1e6;
    let acknowledged = heard.done(0);
    let found = count(&store, "comment")?;
    if (acknowledged, found) != (posts as u64, (THREADS * COMMENTS + posts) as u64) {
        return Err(format!("{acknowledged} of {posts} replies were acknowledged, {found} comments are there").into());
    }

    let cache = cache_mb(&store)?;
    let most = Demand::FigureAtMost(cache + BESIDE_CACHE_MB);
    Ok(vec![
        Line::alone(name, "idle, MB", idle, Demand::FigureAtMost(25.0)),
        Line::alone(name, &format!("after {pages} different pages, MB"), read, most),
        Line::alone(name, &format!("and {posts} posts, MB"), posted, most),
        Line::alone(name, "the most at any time, MB", peak, Demand::Nothing),
    ])
}

/// One connection's part of `pages` addresses that all differ.
fn reader(number: usize, pages: usize) -> Script {
    let mut at = number;
    Box::new(move |out| {
        if at >= pages {
            return None;
        }
        let (thread, variant) = (at % THREADS, at / THREADS);
        let (limit, per_parent) = (1 + variant % 200, 1 + variant / 200);
        http::get(out, &format!("{}?limit={limit}&per_parent={per_parent}", comments_of(thread)), "");
        at += CONNECTIONS;
        Some(Expected { status: 200, length: None, lane: 0 })
    })
}

/// The bound that the settings give the cache, in MB.
fn cache_mb(store: &std::path::Path) -> Outcome<f64> {
    let shown: toml::Table = command(store, &["config", "show"])?.parse()?;
    let setting = shown.get("cache").and_then(|cache| cache.get("size_mb")).and_then(toml::Value::as_integer);
    Ok(setting.ok_or("there is no cache.size_mb")? as f64)
}
