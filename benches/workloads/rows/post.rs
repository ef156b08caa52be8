//! Durable replies, beside the same rows written by bare rusqlite behind a bare handler: in groups
//! of what is waiting, and with one commit each.

use std::path::{Path, PathBuf};

use super::{comments_of, count, open};
use crate::child::Server;
use crate::fill::{Shape, Spec, fresh, thread_key};
use crate::limit::{Commit, replies_of};
use crate::load::Script;
use crate::measure::{Contender, in_turn};
use crate::people::{replier, sign_in};
use crate::report::{Demand, Line};
use crate::{Bench, Outcome};

/// What stands beside.
const GROUPS: &str = "the same rows by bare rusqlite in groups";
/// And this.
const SINGLY: &str = "the same rows by bare rusqlite, a commit each";
/// Comments that are there before.
const BEFORE: usize = 1_000;

pub fn many(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let (ours, groups, singly) = posts(bench, name, 64)?;
    Ok(vec![
        Line::of(name, "replies/s", &ours, (GROUPS, &groups), |s| s.per_s, Demand::RatioAtLeast(0.6)),
        Line::of(name, "replies/s", &ours, (SINGLY, &singly), |s| s.per_s, Demand::RatioAtLeast(4.0)),
        Line::of(name, "CPU of the server a reply, µs", &ours, (GROUPS, &groups), |s| s.cpu_us, Demand::Nothing),
        Line::of(name, "p99, µs", &ours, (GROUPS, &groups), |s| s.p99_us, Demand::Nothing),
    ])
}

pub fn alone(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let (ours, _, singly) = posts(bench, name, 1)?;
    Ok(vec![
        Line::of(name, "p50, µs", &ours, (SINGLY, &singly), |s| s.p50_us, Demand::RatioAtMost(1.5)),
        Line::of(name, "p99, µs", &ours, (SINGLY, &singly), |s| s.p99_us, Demand::Nothing),
    ])
}

type Rounds = Vec<crate::measure::Sample>;

/// Ours, in groups, and with one commit each.
fn posts(bench: &Bench, name: &str, people: usize) -> Outcome<(Rounds, Rounds, Rounds)> {
    let spec = Spec { threads: vec![Shape::Tree(BEFORE)], readers: 200, flagged_per_mille: 0 };
    let store = |kind: &str| Posted::fill(bench.dir.join(format!("{name}-{kind}")), &spec);
    let (ours, groups, singly) = (store("ours")?, store("groups")?, store("singly")?);
    let server = Server::subject(&ours.store, &[])?;
    let in_groups = Server::limit(Commit::Groups, &groups.store)?;
    let one_by_one = Server::limit(Commit::Singly, &singly.store)?;
    let tokens = sign_in(server.address, people)?;
    let bare = |posted: &Posted| -> Vec<Script> {
        let path = replies_of(posted.thread);
        (0..people).map(|number| replier(path.clone(), None, posted.parents.clone(), number)).collect()
    };
    let mut contenders = [
        Contender::closed(&server, || {
            let person =
                |(number, token): (usize, &String)| replier(comments_of(0), Some(token), ours.parents.clone(), number);
            Ok(tokens.iter().enumerate().map(person).collect())
        }),
        Contender::closed(&in_groups, || Ok(bare(&groups))),
        Contender::closed(&one_by_one, || Ok(bare(&singly))),
    ];
    let samples = in_turn(bench, &mut contenders)?;
    for (contender, posted) in contenders.iter().zip([&ours, &groups, &singly]) {
        posted.counted(contender.done.iter().sum())?;
    }
    match <[Rounds; 3]>::try_from(samples) {
        Ok([ours, groups, singly]) => Ok((ours, groups, singly)),
        Err(_) => Err("three take turns".into()),
    }
}

/// A store that is posted to.
pub struct Posted {
    /// Its directory.
    pub store: PathBuf,
    /// The id of its first thread.
    pub thread: i64,
    /// Comments there, to reply to.
    pub parents: Vec<i64>,
}

impl Posted {
    /// Makes it anew.
    ///
    /// # Errors
    /// What SQLite fails with.
    pub fn fill(directory: PathBuf, spec: &Spec) -> Outcome<Posted> {
        let store = fresh(&directory, spec)?;
        let thread =
            open(&store)?.query_row("SELECT id FROM thread WHERE key = ?1", [thread_key(0)], |row| row.get(0))?;
        let parents = comments_in(&store, 1)?.pop().ok_or("no thread")?;
        Ok(Posted { store, thread, parents })
    }

    /// Checks that every reply which was acknowledged is there, and nothing else.
    ///
    /// # Errors
    /// When it is not so.
    pub fn counted(&self, acknowledged: u64) -> Outcome<()> {
        let rows = count(&self.store, "comment")?;
        let counter = "SELECT published_count FROM thread WHERE id = ?1";
        let counter: i64 = open(&self.store)?.query_row(counter, [self.thread], |row| row.get(0))?;
        let expected = acknowledged + self.parents.len() as u64;
        if (rows, u64::try_from(counter)?) == (expected, expected) {
            Ok(())
        } else {
            Err(format!("{expected} comments expected, {rows} are there, {counter} were counted").into())
        }
    }
}

/// The comments of each of the first threads of a store.
///
/// # Errors
/// What SQLite fails with.
pub fn comments_in(store: &Path, threads: usize) -> Outcome<Vec<Vec<i64>>> {
    let connection = open(store)?;
    let mut comments = connection.prepare(
        "SELECT id FROM comment WHERE thread_id = (SELECT id FROM thread WHERE key = ?1) AND state = 'published' ORDER BY path",
    )?;
    let of_thread =
        |number| Ok(comments.query_map([thread_key(number)], |row| row.get(0))?.collect::<Result<_, _>>()?);
    (0..threads).map(of_thread).collect()
}
