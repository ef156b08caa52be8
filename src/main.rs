//! The program: reads the command line and hands over to `boot`.

use std::process::ExitCode;

use clap::Parser;
use understory::boot;
use understory::cli::Cli;

fn main() -> ExitCode {
    boot::run(&Cli::parse())
}
