//! `tercel design`: one question a file.

mod backfill;
mod compare;
mod conditions;
mod conduct;
mod efficacy;
mod efficacy_oc;
mod engine;
mod fit;
mod next;
mod oc;
mod options;
mod outcomes;
mod paths;
mod report;
mod robust;
mod select;
mod setup;
mod simulate;
mod skeleton;
mod table;

use super::Answer;
use crate::output::Output;

/// What `tercel design` can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// The decision table: escalate, de-escalate and close a level, for each number of subjects
    Table(table::Args),
    /// Exact operating characteristics under true curves
    Oc(oc::Args),
    /// A design over all curves: averages over random ones, the worst of each class
    Robust(robust::Args),
    /// Simulated operating characteristics with their standard errors, on continuous time where asked
    Simulate(Box<simulate::Args>),
    /// The dose selected at the end, with its estimates
    Select(select::Args),
    /// Fit a model to subjects
    Fit(fit::Args),
    /// The dose of the next subject
    Next(next::Args),
    /// Pathways: what follows every outcome of the next cohorts
    Paths(paths::Args),
    /// All designs side by side over a set of true curves
    Compare(compare::Args),
    /// The description of a design for a protocol, as an HTML page
    Report(report::Args),
    /// Prior guesses for a CRM from the width of the indifference interval
    Skeleton(skeleton::Args),
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(self, output: Output) -> anyhow::Result<Answer> {
        match self {
            Self::Table(args) => table::run(&args, output),
            Self::Oc(args) => oc::run(&args, output),
            Self::Robust(args) => robust::run(&args, output),
            Self::Simulate(args) => simulate::run(&args, output),
            Self::Select(args) => select::run(&args, output),
            Self::Fit(args) => fit::run(&args, output),
            Self::Next(args) => next::run(&args, output),
            Self::Paths(args) => paths::run(&args, output),
            Self::Compare(args) => compare::run(&args, output),
            Self::Report(args) => report::run(&args, output),
            Self::Skeleton(args) => skeleton::run(&args, output),
        }
    }
}
