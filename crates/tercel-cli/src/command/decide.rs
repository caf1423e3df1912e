//! `tercel decide`.

use super::Answer;
use crate::output::Output;

/// Arguments of `tercel decide`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Runs the command.
pub(crate) fn run(_args: &Args, _output: Output) -> anyhow::Result<Answer> {
    anyhow::bail!("not available in this build")
}
