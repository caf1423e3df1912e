//! `tercel grade`.

use super::Answer;
use crate::output::Output;

/// What `tercel grade` can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {}

impl Command {
    /// Runs the command.
    pub(crate) fn run(self, _output: Output) -> anyhow::Result<Answer> {
        match self {}
    }
}
