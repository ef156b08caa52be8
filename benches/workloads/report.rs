//! The table: figure, limit and ratio of each workload, as text and as JSON.

use serde::Serialize;

use crate::machine::Machine;
use crate::measure::{Sample, median};

/// What is asked of a ratio or figure.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// The ratio is at least this.
    RatioAtLeast(f64),
    /// The ratio is at most this.
    RatioAtMost(f64),
    /// The figure itself is at most this.
    FigureAtMost(f64),
    /// Nothing: it is told beside.
    Nothing,
}

/// One line of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The workload's name.
    pub workload: String,
    /// What is counted, with its unit.
    pub what: String,
    /// Ours.
    pub figure: f64,
    /// The limit's, or the figure's own at the smallest size; none when there is no limit.
    pub limit: Option<f64>,
    /// Ours by the limit's.
    pub ratio: Option<f64>,
    /// What is asked.
    pub demand: Demand,
    /// Whether it is met; none when nothing is asked.
    pub met: Option<bool>,
    /// Rounds behind the line, first ours, then the limit's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Vec<Sample>>,
}

impl Line {
    /// A line from two figures.
    pub fn new(workload: &str, what: &str, figure: f64, limit: Option<f64>, demand: Demand) -> Line {
        let ratio = limit.map(|limit| figure / limit);
        let met = match demand {
            Demand::RatioAtLeast(least) => ratio.map(|ratio| ratio >= least),
            Demand::RatioAtMost(most) => ratio.map(|ratio| ratio <= most),
            Demand::FigureAtMost(most) => Some(figure <= most),
            Demand::Nothing => None,
        };
        Line { workload: workload.into(), what: what.into(), figure, limit, ratio, demand, met, rounds: Vec::new() }
    }

    /// A line from the medians of ours and the limit's rounds.
    pub fn of(
        workload: &str,
        what: &str,
        rounds: [&Vec<Sample>; 2],
        figure: impl Fn(&Sample) -> f64,
        demand: Demand,
    ) -> Line {
        let [ours, limit] = rounds;
        let line = Line::new(workload, what, median(ours, &figure), Some(median(limit, &figure)), demand);
        Line { rounds: vec![ours.clone(), limit.clone()], ..line }
    }
}

/// All that a run found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The program's version.
    pub version: &'static str,
    /// On what.
    pub machine: Machine,
    /// Rounds of each contender.
    pub rounds: usize,
    /// Seconds of a round.
    pub round_s: f64,
    /// Whether it was a quick run, on less.
    pub quick: bool,
    /// The table.
    pub lines: Vec<Line>,
    /// Workloads that were not run, and why.
    pub not_run: Vec<(String, String)>,
}

impl Report {
    /// The table as text.
    pub fn text(&self) -> String {
        let m = &self.machine;
        let mut text = format!(
            "understory {}, {} rounds of {} s in turn, medians{}\n{} cores, {}, {} MiB, Linux {}, {}; load average before {}\n\n",
            self.version,
            self.rounds,
            self.round_s,
            if self.quick { ", quick" } else { "" },
            m.cores,
            m.model,
            m.memory_mib,
            m.kernel,
            m.disk,
            m.load_before
        );
        let head = ["workload", "what", "figure", "limit", "ratio", "asked", ""].map(str::to_owned);
        let rows: Vec<[String; 7]> = std::iter::once(head).chain(self.lines.iter().map(cells)).collect();
        for row in &rows {
            for (column, cell) in row.iter().enumerate() {
                let width = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
                let width = width.unwrap_or(0);
                let padded =
                    if (2..=4).contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
                text.push_str(&padded);
                text.push_str("  ");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        for (workload, why) in &self.not_run {
            text.push_str(&format!("{workload}: not run, {why}\n"));
        }
        text
    }
}

fn cells(line: &Line) -> [String; 7] {
    let number = |value: f64| match value.abs() {
        large if large >= 1_000.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    let asked = match line.demand {
        Demand::RatioAtLeast(least) => format!("≥ {least} ×"),
        Demand::RatioAtMost(most) => format!("≤ {most} ×"),
        Demand::FigureAtMost(most) => format!("≤ {most}"),
        Demand::Nothing => String::new(),
    };
    [
        line.workload.clone(),
        line.what.clone(),
        number(line.figure),
        line.limit.map_or_else(String::new, number),
        line.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
        asked,
        line.met.map_or("", |met| if met { "met" } else { "MISSED" }).to_owned(),
    ]
}
