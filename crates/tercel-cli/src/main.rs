//! The `tercel` program: one file a command; the only place with exit codes.

mod coding;
mod command;
mod inbound;
mod output;
mod printing;
mod progress;
mod record;
mod safety;
mod study;
mod table;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;
use crate::output::Output;

/// Reading the record makes rows on one thread and takes them apart on others, where the allocator of the C library waits.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A Phase 1 cell-therapy trial as software: dose decisions, outcomes and reports from one protocol file.
#[derive(Debug, Parser)]
#[command(name = "tercel", version, max_term_width = 100, allow_negative_numbers = true)]
struct Cli {
    /// Print one JSON document on standard output and nothing else there
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// 0: an answer was computed. 1: `check` found something that blocks, or `audit verify` something wrong. 2: wrong request or unreadable input.
fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.run(Output { json: cli.json }) {
        Ok(command::Answer::Given) => ExitCode::SUCCESS,
        Ok(command::Answer::Blocked) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
