//! Sign-ins with the queue kept full, beside page reads at an offered rate; beside the same reads
//! and bare Argon2id on as many threads.

use std::time::Duration;

use super::{alike, comments_of, count};
use crate::child::Server;
use crate::fill::{Shape, Spec, fresh};
use crate::http;
use crate::limit::{Commit, REPLAY, VERIFY, replay};
use crate::load::{self, Expected, Heard, Load, Pace, Script};
use crate::measure::middle;
use crate::people::login_json;
use crate::report::{Demand, Line};
use crate::{Bench, Outcome};

/// Sign-ins under way, which is as many as may wait.
const SIGNING_IN: usize = 64;
/// Connections for reads.
const READING: usize = 32;
/// Reads a second.
const READS_PER_S: u32 = 1_000;

pub fn login(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let spec = Spec { threads: vec![Shape::Tree(1_000)], readers: SIGNING_IN, flagged_per_mille: 0 };
    let store = fresh(&bench.dir.join("login"), &spec)?;
    let ours = Server::subject(&store, &["auth.hash_queue=64"])?;
    let mut page = Vec::new();
    http::get(&mut page, &comments_of(0), "");
    let kept_answer = bench.dir.join("login-bare");
    replay::keep(&http::call(ours.address, &page)?, &kept_answer)?;
    let bare = Server::limit(Commit::Groups, &kept_answer)?;
    let mut bare_page = Vec::new();
    http::get(&mut bare_page, REPLAY, "");
    // long enough that one sign-in more or less is no matter
    let time = bench.round.mul_f64(2.0);
    let (mut signed_in, mut verified, mut with, mut without) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut done = 0;
    for _ in 0..bench.rounds {
        without.push(p99_ms(&reads(&ours, &page, time)?)?);
        let (reading, signing) =
            beside(|| reads(&ours, &page, time), || load::run(full(&ours, time), sign_ins(), 1, 1))?;
        with.push(p99_ms(&reading)?);
        done += signing.done(0);
        signed_in.push(signing.answers() as f64 / signing.took.as_secs_f64());
        let checks = || load::run(full(&bare, time), verifications(), 1, 1);
        let (_, checking) = beside(|| reads(&bare, &bare_page, time), checks)?;
        verified.push(checking.answers() as f64 / checking.took.as_secs_f64());
    }
    let sessions = count(&store, "session")?;
    if sessions != done {
        return Err(format!("{done} sign-ins were answered, {sessions} sessions are there").into());
    }
    let (with, without) = (middle(with), middle(without));
    let (signed_in, verified) = (middle(signed_in), middle(verified));
    let (hashes, alone) = ("bare Argon2id on as many threads", "the same without sign-ins");
    Ok(vec![
        Line::beside(name, "sign-ins/s", signed_in, (hashes, verified), Demand::RatioAtLeast(0.95)),
        Line::beside(name, "p99 of 1,000 pages/s, ms", with, (alone, without), Demand::EitherAtMost(2.0, 5.0)),
    ])
}

fn full(server: &Server, time: Duration) -> Load {
    Load { to: server.address, pace: Pace::Closed, time }
}

fn reads(server: &Server, page: &[u8], time: Duration) -> Outcome<Heard> {
    let load = Load { to: server.address, pace: Pace::Offered(READS_PER_S), time };
    load::run(load, alike(READING, page, Expected { status: 200, length: None, lane: 0 }), 1, 1)
}

fn sign_ins() -> Vec<Script> {
    (0..SIGNING_IN)
        .flat_map(|number| {
            let mut request = Vec::new();
            http::post(&mut request, "/api/v1/auth/login", "", &login_json(number));
            alike(1, &request, Expected { status: 200, length: None, lane: 0 })
        })
        .collect()
}

fn verifications() -> Vec<Script> {
    let mut request = Vec::new();
    http::post(&mut request, VERIFY, "", "{}");
    alike(SIGNING_IN, &request, Expected { status: 200, length: None, lane: 0 })
}

/// Both at the same time.
fn beside(
    reads: impl FnOnce() -> Outcome<Heard> + Send,
    other: impl FnOnce() -> Outcome<Heard> + Send,
) -> Outcome<(Heard, Heard)> {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let reads = reads();
        Ok((reads?, other.join().unwrap_or_else(|_| Err("a load panicked".into()))?))
    })
}

fn p99_ms(heard: &Heard) -> Outcome<f64> {
    let lane = heard.lanes.first().ok_or("no lane")?;
    Ok(lane.time_ns.value_at_quantile(0.99) as f64 / 1e6)
}
