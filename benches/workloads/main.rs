//! The benchmark: what Understory does of a workload beside what this machine could do of it.
//!
//! Run by `scripts/bench`; each limit is explained in docs/PERFORMANCE.md. The server under test is
//! the release binary as it is shipped, and each limit this program again, all as processes of
//! their own; server and limit take turns, and answers are checked.

mod child;
mod copy;
mod fill;
mod http;
mod limit;
mod load;
mod machine;
mod measure;
mod people;
mod prove;
mod prove_live;
mod report;
mod rows;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use limit::Commit;
use machine::Machine;
use report::{Absent, Report};

/// The service's own, so that no limit is low for want of it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What may go wrong in a benchmark ends it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
/// What comes of a step of a benchmark.
pub type Outcome<T> = Result<T, Failure>;

/// Measures workloads beside their limits.
#[derive(Parser)]
#[command(name = "scripts/bench")]
struct Cli {
    /// Workloads by name; without any, all.
    names: Vec<String>,
    /// All of it in about two minutes, with little data.
    #[arg(long)]
    quick: bool,
    /// Stores of five million comments, too; they take 10 GB and are kept.
    #[arg(long)]
    large: bool,
    /// Rounds of each contender; 5, or 3 when quick.
    #[arg(long)]
    rounds: Option<usize>,
    /// Seconds of a round; 3, or 0.5 when quick.
    #[arg(long, value_name = "SECONDS")]
    round: Option<f64>,
    /// Loops that make the load.
    #[arg(long, default_value_t = 1)]
    load_threads: usize,
    /// The directory for stores; filled ones are kept there for the next run.
    #[arg(long, default_value = "target/bench", value_name = "DIR")]
    dir: PathBuf,
    /// Where to write the table as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// A PostgreSQL server, for the workload on it: two databases are made there, understory_bench_ours
    /// and understory_bench_bare.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Prove wide decisions in place of measuring workloads: see scripts/prove-wide.
    #[arg(long, hide = true)]
    prove_wide: bool,
    /// Prove the streams in place of measuring workloads: see scripts/prove-live.
    #[arg(long, hide = true)]
    prove_live: bool,
    /// Streams that are open.
    #[arg(long, hide = true, default_value_t = 10_000)]
    connections: usize,
    /// Comments of a wide decision.
    #[arg(long, hide = true, default_value_t = 100_000)]
    comments: usize,
    /// How often the server is killed in the middle of one.
    #[arg(long, hide = true, default_value_t = 50)]
    kills: usize,
    /// Only name the workloads.
    #[arg(long)]
    list: bool,
    /// Serve a limit, for this program's own use.
    #[arg(long, hide = true)]
    serve_limit: Option<Commit>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How workloads are run.
#[derive(Clone)]
pub struct Bench {
    /// For stores and answers.
    pub dir: PathBuf,
    /// Rounds of each contender.
    pub rounds: usize,
    /// How long one is.
    pub round: Duration,
    /// Loops that make the load.
    pub load_threads: usize,
    /// Whether sizes are to be small.
    pub quick: bool,
    /// Whether the largest stores are measured, too.
    pub large: bool,
    /// A PostgreSQL server.
    pub postgres: Option<String>,
}

impl Bench {
    /// A size, or the one for quick runs.
    pub fn size(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Fails when a workload is broken; a ratio that is missed is told in the table.
fn run(cli: Cli) -> Outcome<ExitCode> {
    if let Some(commit) = cli.serve_limit {
        limit::serve(commit, &cli.dir)?;
        return Ok(ExitCode::SUCCESS);
    }
    if cli.list {
        rows::ALL.iter().for_each(|row| println!("{:<14} {}", row.name, row.about));
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = rows::named(&cli.names)?;
    std::fs::create_dir_all(&cli.dir)?;
    if cli.prove_wide {
        prove::wide(&cli.dir.join("wide"), cli.comments, cli.kills)?;
        return Ok(ExitCode::SUCCESS);
    }
    if cli.prove_live {
        prove_live::live(&cli.dir.join("live"), cli.connections)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (rounds, round_s) = if cli.quick { (3, 0.5) } else { (5, 3.0) };
    let bench = Bench {
        dir: cli.dir,
        rounds: cli.rounds.unwrap_or(rounds),
        round: Duration::from_secs_f64(cli.round.unwrap_or(round_s)),
        load_threads: cli.load_threads,
        quick: cli.quick,
        large: cli.large,
        postgres: cli.postgres,
    };
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        machine: Machine::describe(&bench.dir)?,
        rounds: bench.rounds,
        round_s: bench.round.as_secs_f64(),
        quick: bench.quick,
        lines: Vec::new(),
        not_run: Vec::new(),
        broken: Vec::new(),
    };
    for row in chosen {
        let absent = |why: String| Absent { workload: row.name.to_owned(), why };
        if row.name == rows::ON_POSTGRES && bench.postgres.is_none() {
            report.not_run.push(absent("it needs --postgres URL".to_owned()));
            continue;
        }
        eprintln!("{} …", row.name);
        match (row.run)(&bench, row.name) {
            Ok(lines) => report.lines.extend(lines),
            // the others can still be measured
            Err(error) => report.broken.push(absent(error.to_string())),
        }
    }
    println!("{}", report.text());
    if let Some(file) = cli.json {
        std::fs::write(file, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(if report.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
