//! `tercel response`.

use super::Answer;
use crate::output::Output;

/// Arguments of `tercel response`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Runs the command.
pub(crate) fn run(_args: &Args, _output: Output) -> anyhow::Result<Answer> {
    anyhow::bail!("not available in this build")
}
