//! The service on PostgreSQL: cached pages beside its own on SQLite, and replies beside a bare
//! script on the same server, in one thread and in many.

use postgres::{Client, NoTls};

use super::post::comments_in;
use super::{alike, comments_of, open};
use crate::child::Server;
use crate::fill::{Shape, Spec, fresh, thread_key};
use crate::http;
use crate::limit::script::{Answered, Scripts};
use crate::load::{Expected, Script};
use crate::measure::{Contender, Sample, Turn, in_turn};
use crate::people::{replier, sign_in};
use crate::report::{Demand, Line};
use crate::{Bench, Outcome, copy};

/// People, each with a connection.
const PEOPLE: usize = 64;
/// Connections with which the service writes.
const WRITERS: usize = 4;
/// What stands beside.
const SQLITE: &str = "itself on SQLite";
/// And this, on as many connections as there are people.
const MANY: &str = "a bare script at READ COMMITTED, 64 connections";
/// And this, on as many as the service writes with.
const FEW: &str = "a bare script at READ COMMITTED, 4 connections";

pub fn postgres(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let server = bench.postgres.as_deref().ok_or("no server is named")?;
    // the first thread is everybody's, then each person has one
    let mut threads = vec![Shape::Tree(1_000)];
    threads.extend(std::iter::repeat_n(Shape::Tree(100), PEOPLE));
    let spec = Spec { threads, readers: 200, flagged_per_mille: 0 };
    let store = fresh(&bench.dir.join("postgres"), &spec)?;
    let ours = copy::store(server, "understory_bench_ours", &store)?;
    let bare = copy::store(server, "understory_bench_bare", &store)?;
    let answered = answered(&store)?;
    let (one, each) = answered.split_at(1);
    let flushed = durability(server)?;

    let on_postgres = Server::subject(&store, &[&format!("store.url={ours}")])?;
    let mut lines = {
        let on_sqlite = Server::subject(&store, &[])?;
        reads(bench, name, &on_postgres, &on_sqlite)?
    };
    for (number, (what, answered)) in [("one thread", one), ("64 threads", each)].into_iter().enumerate() {
        let tokens = sign_in(on_postgres.address, PEOPLE)?;
        let before = [count(&ours)?, count(&bare)?];
        let mut contender = Contender::closed(&on_postgres, || {
            let person = |(person, token): (usize, &String)| -> Outcome<Script> {
                let thread = if number == 0 { 0 } else { 1 + person };
                let parents = &answered.get(person % answered.len()).ok_or("no thread")?.parents;
                Ok(replier(comments_of(thread), Some(token), parents.clone(), person))
            };
            tokens.iter().enumerate().map(person).collect()
        });
        let mut many = Scripts::connect(&bare, PEOPLE, answered)?;
        let mut few = Scripts::connect(&bare, WRITERS, answered)?;
        let samples = in_turn::<&mut dyn Turn>(bench, &mut [&mut contender, &mut many, &mut few])?;
        let done = [contender.done.iter().sum(), many.done + few.done];
        for ((address, before), done) in [&ours, &bare].into_iter().zip(before).zip(done) {
            let added = count(address)? - before;
            if added != done {
                return Err(format!("{what}: {done} replies were acknowledged, {added} are there").into());
            }
        }
        let [ours, many, few] = samples.as_slice() else { return Err("three take turns".into()) };
        let what = |figure: &str| format!("{figure}, {what}{flushed}");
        let rate = |sample: &Sample| sample.per_s;
        lines.push(Line::of(name, &what("replies/s"), ours, (MANY, many), rate, Demand::RatioAtLeast(0.6)));
        lines.push(Line::of(name, &what("replies/s"), ours, (FEW, few), rate, Demand::RatioAtLeast(0.6)));
        lines.push(Line::of(name, &what("p99, µs"), ours, (MANY, many), |s| s.p99_us, Demand::Nothing));
    }
    on_postgres.stop()?;
    Ok(lines)
}

fn reads(bench: &Bench, name: &str, on_postgres: &Server, on_sqlite: &Server) -> Outcome<Vec<Line>> {
    let mut page = Vec::new();
    http::get(&mut page, &comments_of(0), "");
    let length = |server: &Server| Ok::<_, crate::Failure>(http::call(server.address, &page)?.body.len());
    let expected = Expected { status: 200, length: Some(length(on_sqlite)?), lane: 0 };
    if Some(length(on_postgres)?) != expected.length {
        return Err("the page is not as on SQLite".into());
    }
    let mut contenders =
        [on_postgres, on_sqlite].map(|server| Contender::closed(server, || Ok(alike(PEOPLE, &page, expected))));
    let samples = in_turn(bench, &mut contenders)?;
    let [ours, limit] = samples.as_slice() else { return Err("two take turns".into()) };
    let what = "answers/s, cached page, 64 connections";
    Ok(vec![Line::of(name, what, ours, (SQLITE, limit), |s| s.per_s, Demand::RatioAtLeast(0.9))])
}

/// The threads and their comments.
fn answered(store: &std::path::Path) -> Outcome<Vec<Answered>> {
    let connection = open(store)?;
    let parents = comments_in(store, 1 + PEOPLE)?;
    let answered = |(number, parents)| {
        let id = "SELECT id FROM thread WHERE key = ?1";
        let thread = connection.query_row(id, [thread_key(number)], |row| row.get(0))?;
        Ok(Answered { thread, parents })
    };
    parents.into_iter().enumerate().map(answered).collect()
}

/// Comments in a database, once its counters are found to agree.
fn count(address: &str) -> Outcome<u64> {
    let counts = "SELECT (SELECT COUNT(*) FROM comment), (SELECT CAST(SUM(published_count) AS BIGINT) FROM thread)";
    let row = Client::connect(address, NoTls)?.query_one(counts, &[])?;
    let (rows, counted): (i64, i64) = (row.get(0), row.get(1));
    if rows == counted { Ok(rows.try_into()?) } else { Err(format!("{rows} comments, {counted} counted").into()) }
}

/// What the table says when an answer of the server does not mean that it is on disk.
fn durability(server: &str) -> Outcome<String> {
    let mut client = Client::connect(server, NoTls)?;
    let mut lax = String::new();
    for (setting, safe) in [("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on")] {
        let value: String = client.query_one(&format!("SHOW {setting}"), &[])?.get(0);
        if value != safe {
            lax.push_str(&format!(", {setting} {value}"));
        }
    }
    Ok(lax)
}
