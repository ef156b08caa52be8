//! The program: reads the command line and hands over to `boot`.

use std::process::ExitCode;

use clap::Parser;
use understory::boot;
use understory::cli::Cli;

/// Pages are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    boot::run(&Cli::parse())
}
