//! Measuring in turn: the server, its limit, the server, its limit, …; then medians.
//!
//! Two runs of the same endpoint on one machine differ by a quarter, so figures of different runs
//! are not compared: only what was taken in turn is.

use std::time::Duration;

use serde::Serialize;

use crate::child::Server;
use crate::load::{self, Heard, Load, Pace, Script};
use crate::{Bench, Outcome};

/// What one round gave.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Sample {
    /// Answers a second.
    pub per_s: f64,
    /// CPU time of the server an answer, in microseconds; 0 where it was not asked for.
    pub cpu_us: f64,
    /// Half of the answers took no longer, in microseconds.
    pub p50_us: f64,
    /// 99 of 100 answers took no longer, in microseconds.
    pub p99_us: f64,
    /// The slowest answer of all lanes, in microseconds.
    pub max_us: f64,
    /// The longest time without any answer, in microseconds.
    pub silence_us: f64,
}

/// What takes turns.
pub trait Turn {
    /// Runs one round, with so many loops that make the load.
    ///
    /// # Errors
    /// A wrong answer, a server that is gone, scripts that cannot be made.
    fn round(&mut self, time: Duration, threads: usize) -> Outcome<Sample>;
}

impl<T: Turn + ?Sized> Turn for &mut T {
    fn round(&mut self, time: Duration, threads: usize) -> Outcome<Sample> {
        (**self).round(time, threads)
    }
}

/// A server that is asked over HTTP.
pub struct Contender<'a> {
    /// Who is asked.
    pub server: &'a Server,
    /// Makes the scripts of a round, one a connection.
    pub scripts: Box<dyn FnMut() -> Outcome<Vec<Script>> + 'a>,
    /// How fast.
    pub pace: Pace,
    /// Lanes there are; the first one's times are told.
    pub lanes: usize,
    /// Answers so far by lane, warm-up and late ones too.
    pub done: Vec<u64>,
}

impl<'a> Contender<'a> {
    /// In a closed loop with one lane.
    pub fn closed(server: &'a Server, scripts: impl FnMut() -> Outcome<Vec<Script>> + 'a) -> Contender<'a> {
        Contender { server, scripts: Box::new(scripts), pace: Pace::Closed, lanes: 1, done: vec![0] }
    }

    /// With so many lanes, of which the first one's times are told.
    pub fn lanes(self, lanes: usize) -> Contender<'a> {
        Contender { lanes, done: vec![0; lanes], ..self }
    }
}

impl Turn for Contender<'_> {
    fn round(&mut self, time: Duration, threads: usize) -> Outcome<Sample> {
        let scripts = (self.scripts)()?;
        let before = self.server.cpu()?;
        let heard = load::run(Load { to: self.server.address, pace: self.pace, time }, scripts, threads, self.lanes)?;
        let cpu = self.server.cpu()?.saturating_sub(before);
        for (lane, done) in self.done.iter_mut().enumerate() {
            *done += heard.done(lane);
        }
        Ok(sample(&heard, cpu))
    }
}

fn sample(heard: &Heard, cpu: Duration) -> Sample {
    let all: u64 = (0..heard.lanes.len()).map(|lane| heard.done(lane)).sum();
    let us = |ns: u64| ns as f64 / 1_000.0;
    let time = heard.lanes.first().map(|lane| &lane.time_ns);
    let quantile = |q: f64| time.map_or(0.0, |time| us(time.value_at_quantile(q)));
    Sample {
        per_s: heard.answers() as f64 / heard.took.as_secs_f64(),
        cpu_us: cpu.as_secs_f64() * 1e6 / all.max(1) as f64,
        p50_us: quantile(0.5),
        p99_us: quantile(0.99),
        max_us: heard.lanes.iter().map(|lane| us(lane.time_ns.max())).fold(0.0, f64::max),
        silence_us: heard.silence.as_secs_f64() * 1e6,
    }
}

/// Lets them take turns, after a round to warm up each; the samples of each, round by round.
///
/// # Errors
/// The first that any round has.
pub fn in_turn<T: Turn>(bench: &Bench, contenders: &mut [T]) -> Outcome<Vec<Vec<Sample>>> {
    let mut samples = vec![Vec::new(); contenders.len()];
    for one in contenders.iter_mut() {
        one.round(bench.round.mul_f64(0.25), bench.load_threads)?;
    }
    for _ in 0..bench.rounds {
        for (one, samples) in contenders.iter_mut().zip(&mut samples) {
            samples.push(one.round(bench.round, bench.load_threads)?);
        }
    }
    Ok(samples)
}

/// The median of a figure.
pub fn median(samples: &[Sample], figure: impl Fn(&Sample) -> f64) -> f64 {
    middle(samples.iter().map(figure).collect())
}

/// The middle one of some values; the mean of the two middle ones of an even number.
pub fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { at(half) } else { (at(half.wrapping_sub(1)) + at(half)) / 2.0 }
}
