//! `tercel audit`: the audit trail of a record, and whether it is as it was entered.

mod head;
mod log;
mod replay;
mod verify;

use clap::Subcommand;

use super::Answer;
use crate::output::Output;

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check that nothing was changed, taken away or put in behind the program's back
    Verify(verify::Args),
    /// List who entered, changed, signed or looked at what, the last first
    Log(log::Args),
    /// Make every frozen packet of the committee again, of what had been entered then
    Replay(replay::Args),
    /// Write the signed head of the chain to a file, to be kept elsewhere
    Head(head::Args),
}

impl Command {
    /// Carries the command out.
    pub(crate) fn run(self, output: Output) -> anyhow::Result<Answer> {
        match self {
            Self::Verify(args) => verify::run(&args, output),
            Self::Log(args) => log::run(&args, output),
            Self::Replay(args) => replay::run(&args, output),
            Self::Head(args) => head::run(&args, output),
        }
    }
}
