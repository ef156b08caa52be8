//! A cached page beside an actix handler that returns the same bytes with the same fields.

use super::{alike, comments_of};
use crate::child::Server;
use crate::fill::{Shape, Spec, kept};
use crate::http::{self, Whole};
use crate::limit::{Commit, REPLAY, replay};
use crate::load::Expected;
use crate::measure::{Contender, in_turn};
use crate::report::{Demand, Line};
use crate::{Bench, Outcome};

/// How often a page is asked for before it counts as usual, and is compressed.
const USUAL: usize = 3;
/// What stands beside.
const LIMIT: &str = "the same bytes from a bare handler";
/// Begins the field of a reader who has the page.
const TAG: &str = "if-none-match: ";

pub fn plain_16(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    page(bench, name, 16, "")
}

pub fn plain_64(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    page(bench, name, 64, "")
}

pub fn brotli(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    page(bench, name, 64, "accept-encoding: gzip, deflate, br, zstd\r\n")
}

pub fn not_modified(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    page(bench, name, 64, TAG)
}

/// `fields` are what the reader sends beside; [`TAG`] is completed with the page's.
fn page(bench: &Bench, name: &str, connections: usize, fields: &str) -> Outcome<Vec<Line>> {
    let spec = Spec { threads: vec![Shape::Tree(1_000)], readers: 200, flagged_per_mille: 0 };
    let store = kept(&bench.dir.join("page"), &spec)?;
    let ours = Server::subject(&store, &[])?;
    let path = comments_of(0);
    let ask = |fields: &str| -> Outcome<(Vec<u8>, Whole)> {
        let mut request = Vec::new();
        http::get(&mut request, &path, fields);
        let whole = http::call(ours.address, &request)?;
        Ok((request, whole))
    };
    let (_, seen) = ask("")?;
    let fields = match fields {
        TAG => format!("{TAG}{}\r\n", seen.field("etag").ok_or("a page without an ETag")?),
        fields => fields.to_owned(),
    };
    for _ in 0..USUAL {
        ask(&fields)?;
    }
    let (request, answer) = ask(&fields)?;
    let encoding = answer.field("content-encoding");
    if fields.contains("br") && encoding != Some("br") {
        return Err(format!("the page is not compressed with brotli but {encoding:?}").into());
    }
    if fields.starts_with(TAG) && answer.status != 304 {
        return Err(format!("answered {} to its own tag", answer.status).into());
    }
    let kept_answer = bench.dir.join(format!("{name}-bare"));
    replay::keep(&answer, &kept_answer)?;
    let bare = Server::limit(Commit::Groups, &kept_answer)?;
    let expected = Expected { status: answer.status, length: Some(answer.body.len()), lane: 0 };
    let mut bare_request = Vec::new();
    http::get(&mut bare_request, REPLAY, &fields);
    let mut contenders = [
        Contender::closed(&ours, || Ok(alike(connections, &request, expected))),
        Contender::closed(&bare, || Ok(alike(connections, &bare_request, expected))),
    ];
    let samples = in_turn(bench, &mut contenders)?;
    let [ours, bare] = samples.as_slice() else { return Err("two take turns".into()) };
    let bytes = answer.body.len();
    Ok(vec![
        Line::of(
            name,
            &format!("answers/s, {bytes} bytes"),
            ours,
            (LIMIT, bare),
            |s| s.per_s,
            Demand::RatioAtLeast(0.9),
        ),
        Line::of(name, "CPU of the server an answer, µs", ours, (LIMIT, bare), |s| s.cpu_us, Demand::RatioAtMost(1.25)),
        Line::of(name, "p99, µs", ours, (LIMIT, bare), |s| s.p99_us, Demand::Nothing),
    ])
}
