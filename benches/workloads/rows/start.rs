//! From the start of the process to the first page, with the largest store.

use std::time::Instant;

use super::comments_of;
use super::sizes::{sized, sizes};
use crate::child::Server;
use crate::http;
use crate::measure::middle;
use crate::report::{Demand, Line};
use crate::{Bench, Outcome};

pub fn start(bench: &Bench, name: &str) -> Outcome<Vec<Line>> {
    let comments = sizes(bench).last().copied().ok_or("no size")?;
    let store = sized(bench, comments)?;
    let mut page = Vec::new();
    http::get(&mut page, &comments_of(0), "");
    let (mut ready, mut answered) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        let begun = Instant::now();
        let server = Server::subject(&store, &[])?;
        ready.push(begun.elapsed().as_secs_f64());
        http::call(server.address, &page)?.json()?;
        answered.push(begun.elapsed().as_secs_f64());
        server.stop()?;
    }
    let what = format!("to ready with {comments} comments, s");
    Ok(vec![
        Line::alone(name, &what, middle(ready), Demand::FigureAtMost(1.0)),
        Line::alone(name, "to the first page, s", middle(answered), Demand::Nothing),
    ])
}
