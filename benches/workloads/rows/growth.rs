//! The same act in ever larger stores, in a thread of a million, and at the end of a chain of a
//! thousand, each beside itself in the smallest store.
//!
//! One connection, the cache off, and each time another thread or comment, drawn from the whole
//! store: what is timed is the way through the indexes, not one warm page of the file.

use std::collections::HashSet;
use std::ops::Range;
use std::path::PathBuf;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::{OptionalExtension, named_params};

use super::sizes::{CHAIN, large_thread, sized, sizes, with_large_thread};
use super::{comments_at, count, open};
use crate::child::Server;
use crate::fill::{SITE, comment_id};
use crate::http;
use crate::load::{Expected, Script};
use crate::measure::{Contender, Sample, in_turn, median};
use crate::people::{bearer, reply, sign_in};
use crate::report::{Demand, Line};
use crate::{Bench, Outcome};

/// Comments that are drawn for a round.
const DRAWN: usize = 1_000;
/// Writes of a round: few, so that a store stays of its size.
const WRITES: usize = 200;
/// How deep comments stand whose context is read; in a chain, the last one.
const DEEP: u32 = 8;
/// What is asked of everything here.
const FLAT: Demand = Demand::RatioAtMost(1.5);

/// A server on a store.
struct Node {
    store: PathBuf,
    server: Server,
    moderator: String,
    reader: String,
}

impl Node {
    fn start(store: PathBuf) -> Outcome<Node> {
        let server = Server::subject(&store, &["cache.enabled=false"])?;
        let [moderator, reader] = <[String; 2]>::try_from(sign_in(server.address, 2)?).map_err(|_| "two sign in")?;
        Ok(Node { store, server, moderator: bearer(&moderator), reader: bearer(&reader) })
    }
}

/// Where an act is done.
struct Place {
    /// What it is called in the table.
    name: String,
    /// On which server.
    node: usize,
    /// Comments that are answered, by their place in the store.
    answered: Range<usize>,
    /// Comments whose context is read.
    seen: Range<usize>,
    /// How deep these stand.
    deep: u32,
    /// How its pages are asked for.
    query: &'static str,
}

impl Place {
    /// Usual threads, or the large one.
    fn wide(name: String, node: usize, comments: usize) -> Place {
        let all = CHAIN..comments;
        Place { name, node, answered: all.clone(), seen: all, deep: DEEP, query: "" }
    }

    /// The chain. Below its last comment there is no room, so the one before is answered.
    fn chain(node: usize) -> Place {
        Place {
            name: format!("at the end of a chain of {CHAIN}"),
            node,
            answered: CHAIN - 2..CHAIN - 1,
            seen: CHAIN - 1..CHAIN,
            deep: CHAIN as u32,
            query: "?depth=16",
        }
    }
}

/// A comment that an act is done to.
struct Target {
    id: i64,
    /// The address of its thread's comments.
    comments: String,
    version: i64,
}

/// What is done.
struct Act {
    name: &'static str,
    /// Makes a round's script.
    script: fn(&Node, &Place, &mut StdRng) -> Outcome<Script>,
    /// Rows that grow by one with each answer.
    rows: Option<&'static str>,
    /// What a time is divided by.
    parts: fn(&Place) -> u32,
}

const READS: [Act; 3] = [
    Act { name: "page", script: page, rows: None, parts: |_| 1 },
    Act { name: "context, per ancestor", script: context, rows: None, parts: |place| place.deep - 1 },
    Act { name: "reply", script: replies, rows: Some("comment"), parts: |_| 1 },
];

/// What has nothing to do with the shape of a thread.
const DESK: [Act; 2] = [
    Act { name: "queue page", script: queue, rows: None, parts: |_| 1 },
    Act { name: "decision", script: decisions, rows: Some("decision_target WHERE conflict IS NULL"), parts: |_| 1 },
];

pub fn growth(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let mut nodes = Vec::new();
    let mut places = Vec::new();
    for comments in sizes(bench) {
        places.push(Place::wide(format!("{comments} comments"), nodes.len(), comments));
        nodes.push(Node::start(sized(bench, comments)?)?);
    }
    let comments = large_thread(bench);
    places.push(Place::wide(format!("a thread of {comments}"), nodes.len(), CHAIN + comments));
    nodes.push(Node::start(with_large_thread(bench)?)?);
    // medians of single requests need less time than rates
    let bench = Bench { round: bench.round / 3, ..bench.clone() };
    let mut lines = Vec::new();
    for act in DESK {
        lines.extend(act.compare(&bench, name, &nodes, &places)?);
    }
    places.push(Place::chain(0));
    for act in READS {
        lines.extend(act.compare(&bench, name, &nodes, &places)?);
    }
    for node in nodes {
        node.server.stop()?;
    }
    Ok(lines)
}

impl Act {
    /// In turn at all places, each beside the first.
    fn compare(&self, bench: &Bench, name: &str, nodes: &[Node], places: &[Place]) -> Outcome<Vec<Line>> {
        let rows = |node: &Node| self.rows.map_or(Ok(0), |rows| count(&node.store, rows));
        let before: Vec<u64> = nodes.iter().map(rows).collect::<Outcome<_>>()?;
        let mut contenders = Vec::new();
        for (seed, place) in places.iter().enumerate() {
            let node = nodes.get(place.node).ok_or("no such node")?;
            let mut random = StdRng::seed_from_u64(seed as u64);
            let scripts = move || Ok(vec![(self.script)(node, place, &mut random)?]);
            contenders.push(Contender::closed(&node.server, scripts));
        }
        let samples = in_turn(bench, &mut contenders)?;
        for (number, (node, before)) in nodes.iter().zip(before).enumerate() {
            let here = places.iter().zip(&contenders).filter(|(place, _)| place.node == number);
            let done: u64 = here.map(|(_, contender)| contender.done.iter().sum::<u64>()).sum();
            let added = rows(node)? - before;
            if self.rows.is_some() && added != done {
                return Err(format!("{}: {done} were acknowledged, {added} are there", self.name).into());
            }
        }
        let p50 = |place: &Place, samples: &[Sample]| {
            median(samples, |sample| sample.p50_us) / f64::from((self.parts)(place))
        };
        let (Some(smallest), Some(base)) = (places.first(), samples.first()) else { return Err("no place".into()) };
        let limit = p50(smallest, base);
        let line = |(place, samples): (&Place, &Vec<Sample>)| {
            let what = format!("{}, p50 µs, {}", self.name, place.name);
            let beside = format!("itself, {}", smallest.name);
            let line = Line::beside(name, &what, p50(place, samples), (&beside, limit), FLAT);
            Line { rounds: vec![samples.clone(), base.clone()], ..line }
        };
        Ok(places.iter().zip(&samples).skip(1).map(line).collect())
    }
}

/// Published comments among those at `numbers`, drawn anew; of one depth, where that is given.
fn draw(node: &Node, numbers: &Range<usize>, depth: Option<u32>, random: &mut StdRng) -> Outcome<Vec<Target>> {
    let connection = open(&node.store)?;
    let mut comment = connection.prepare(
        "SELECT c.version, t.key FROM comment c JOIN thread t ON t.id = c.thread_id
         WHERE c.id = :id AND c.state = 'published' AND c.depth = COALESCE(:depth, c.depth)",
    )?;
    let mut drawn = Vec::with_capacity(DRAWN);
    for _ in 0..100 * DRAWN {
        let id = comment_id(random.random_range(numbers.clone()));
        let found = comment.query_row(named_params! {":id": id, ":depth": depth}, |row| {
            Ok(Target { id, version: row.get(0)?, comments: comments_at(&row.get::<_, String>(1)?) })
        });
        drawn.extend(found.optional()?);
        if drawn.len() == DRAWN {
            return Ok(drawn);
        }
    }
    Err(format!("fewer than {DRAWN} comments can be drawn").into())
}

/// A request after the other, each answered with `status`.
fn asking(requests: Vec<Vec<u8>>, status: u16) -> Script {
    let mut requests = requests.into_iter();
    Box::new(move |out| {
        out.extend_from_slice(&requests.next()?);
        Some(Expected { status, length: None, lane: 0 })
    })
}

fn page(node: &Node, place: &Place, random: &mut StdRng) -> Outcome<Script> {
    let threads = draw(node, &place.answered, None, random)?;
    let request = |target: &Target| get(&format!("{}{}", target.comments, place.query), "");
    Ok(asking(threads.iter().map(request).collect(), 200))
}

fn context(node: &Node, place: &Place, random: &mut StdRng) -> Outcome<Script> {
    let comments = draw(node, &place.seen, Some(place.deep), random)?;
    let request = |target: &Target| get(&format!("/api/v1/comments/{}/context", target.id), "");
    Ok(asking(comments.iter().map(request).collect(), 200))
}

fn replies(node: &Node, place: &Place, random: &mut StdRng) -> Outcome<Script> {
    let parents = draw(node, &place.answered, None, random)?;
    let request = |(number, parent): (usize, &Target)| {
        let mut request = Vec::new();
        reply(&mut request, &parent.comments, &node.reader, parent.id, number);
        request
    };
    Ok(asking(parents.iter().take(WRITES).enumerate().map(request).collect(), 201))
}

fn queue(node: &Node, _: &Place, _: &mut StdRng) -> Outcome<Script> {
    let request = get(&format!("/api/v1/moderation/queue?site={SITE}"), &node.moderator);
    Ok(asking(vec![request; DRAWN], 200))
}

/// Hides and restores one comment after the other.
fn decisions(node: &Node, place: &Place, random: &mut StdRng) -> Outcome<Script> {
    let mut targets = draw(node, &place.answered, None, random)?;
    // a comment that was drawn twice would be at another version by then
    let mut met = HashSet::new();
    targets.retain(|target| met.insert(target.id));
    let request = |target: &Target, action: &str, version: i64| {
        let mut request = Vec::new();
        let targets = format!("[{{\"comment_id\":\"{}\",\"version\":{version}}}]", target.id);
        let json = format!("{{\"targets\":{targets},\"action\":\"{action}\",\"reason_code\":\"spam\"}}");
        http::post(&mut request, "/api/v1/moderation/decisions", &node.moderator, &json);
        request
    };
    let both =
        |target: &Target| [request(target, "hide", target.version), request(target, "restore", target.version + 1)];
    Ok(asking(targets.iter().take(WRITES / 2).flat_map(both).collect(), 200))
}

fn get(path: &str, fields: &str) -> Vec<u8> {
    let mut request = Vec::new();
    http::get(&mut request, path, fields);
    request
}
