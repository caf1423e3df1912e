//! `tercel design skeleton`.

use anyhow::anyhow;
use clap::ValueEnum;
use serde_json::json;
use tercel::design::{CrmModel, Target, indifference_skeleton};

use super::{Answer, Output};

/// Arguments of `tercel design skeleton`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Half the width of the indifference interval around the target
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    halfwidth: f64,
    /// Target DLT probability
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    target: f64,
    /// Number of dose levels
    #[arg(long, value_name = "K")]
    levels: u8,
    /// Level that is the prior guess of the maximum tolerated dose
    #[arg(long, value_name = "K")]
    prior_mtd: u8,
    /// Model of the CRM
    #[arg(long, value_enum, default_value_t = Model::Power)]
    model: Model,
    /// Intercept of the logistic model
    #[arg(long, value_name = "C", default_value_t = 3.0, allow_negative_numbers = true)]
    intercept: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Model {
    Power,
    Logistic,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let target = Target::new(args.target).map_err(|error| anyhow!("--target: {error}"))?;
    let model = match args.model {
        Model::Power => CrmModel::Power,
        Model::Logistic => CrmModel::Logistic {
            intercept: args.intercept,
        },
    };
    let skeleton = indifference_skeleton(target, args.halfwidth, args.levels, args.prior_mtd, model)
        .map_err(|error| anyhow!("{error}"))?;
    output.print(
        || json!({"skeleton": skeleton}),
        || skeleton.iter().map(|p| format!("{p:.4}")).collect::<Vec<_>>().join(","),
    )?;
    Ok(Answer::Given)
}
