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
    /// The ratio is at most the first, or the figure at most the second.
    EitherAtMost(f64, f64),
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
    /// The limit's; none when the figure stands alone.
    pub limit: Option<f64>,
    /// What the limit is.
    pub limit_is: Option<String>,
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
    /// A figure that stands alone.
    pub fn alone(workload: &str, what: &str, figure: f64, demand: Demand) -> Line {
        Line::new(workload, what, figure, None, demand)
    }

    /// A figure and its limit: what that is, and its own figure.
    pub fn beside(workload: &str, what: &str, figure: f64, limit: (&str, f64), demand: Demand) -> Line {
        Line::new(workload, what, figure, Some(limit), demand)
    }

    /// The medians of our rounds and of the limit's.
    pub fn of(
        workload: &str,
        what: &str,
        ours: &[Sample],
        (limit_is, limit): (&str, &[Sample]),
        figure: impl Fn(&Sample) -> f64,
        demand: Demand,
    ) -> Line {
        let (our_median, limits) = (median(ours, &figure), median(limit, &figure));
        let line = Line::beside(workload, what, our_median, (limit_is, limits), demand);
        Line { rounds: vec![ours.to_vec(), limit.to_vec()], ..line }
    }

    fn new(workload: &str, what: &str, figure: f64, limit: Option<(&str, f64)>, demand: Demand) -> Line {
        let ratio = limit.map(|(_, limit)| figure / limit);
        let met = match demand {
            Demand::RatioAtLeast(least) => ratio.map(|ratio| ratio >= least),
            Demand::RatioAtMost(most) => ratio.map(|ratio| ratio <= most),
            Demand::FigureAtMost(most) => Some(figure <= most),
            Demand::EitherAtMost(most, figure_most) => {
                Some(figure <= figure_most || ratio.is_some_and(|ratio| ratio <= most))
            }
            Demand::Nothing => None,
        };
        Line {
            workload: workload.to_owned(),
            what: what.to_owned(),
            figure,
            limit: limit.map(|(_, limit)| limit),
            limit_is: limit.map(|(limit_is, _)| limit_is.to_owned()),
            ratio,
            demand,
            met,
            rounds: Vec::new(),
        }
    }
}

/// A workload without figures, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Absent {
    /// The workload's name.
    pub workload: String,
    /// Why.
    pub why: String,
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
    /// Workloads that lack what they need.
    pub not_run: Vec<Absent>,
    /// Workloads that went wrong: a wrong answer, a lost row, a server that ended.
    pub broken: Vec<Absent>,
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
        let head = ["workload", "what", "figure", "limit", "ratio", "asked", "", "the limit is"].map(str::to_owned);
        let rows: Vec<[String; 8]> = std::iter::once(head).chain(self.lines.iter().map(cells)).collect();
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
        for (absent, kind) in
            self.not_run.iter().map(|one| (one, "not run")).chain(self.broken.iter().map(|one| (one, "BROKEN")))
        {
            text.push_str(&format!("{}: {kind}, {}\n", absent.workload, absent.why));
        }
        let verdicts = |verdict| self.lines.iter().filter(|line| line.met == Some(verdict)).count();
        text.push_str(&format!(
            "\n{} met, {} missed, {} not run, {} broken\n",
            verdicts(true),
            verdicts(false),
            self.not_run.len(),
            self.broken.len()
        ));
        text
    }
}

fn cells(line: &Line) -> [String; 8] {
    let number = |value: f64| match value.abs() {
        large if large >= 1_000.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    let asked = match line.demand {
        Demand::RatioAtLeast(least) => format!("≥ {least} ×"),
        Demand::RatioAtMost(most) => format!("≤ {most} ×"),
        Demand::FigureAtMost(most) => format!("≤ {most}"),
        Demand::EitherAtMost(most, figure_most) => format!("≤ {most} × or ≤ {figure_most}"),
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
        line.limit_is.clone().unwrap_or_default(),
    ]
}
