//! `tercel estimate proportion`.

use anyhow::{anyhow, bail};
use serde_json::json;
use tercel::estimate::proportion::{Interval, Proportion};

use super::{Answer, Output, aligned, level, row, shown};

/// Arguments of `tercel estimate proportion`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Subjects with the outcome
    #[arg(long, allow_negative_numbers = true)]
    x: i64,
    /// Subjects in all
    #[arg(long, allow_negative_numbers = true)]
    n: i64,
    /// Confidence level, between 0 and 1
    #[arg(long, default_value_t = 0.95, allow_negative_numbers = true)]
    level: f64,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let level = level(args.level)?;
    let (Ok(x), Ok(n)) = (u64::try_from(args.x), u64::try_from(args.n)) else {
        bail!("--x {} --n {}: counts of subjects cannot be negative", args.x, args.n);
    };
    let counts = Proportion::new(x, n).map_err(|error| anyhow!("--x {x} --n {n}: {error}"))?;
    let intervals = [
        (
            "clopper_pearson",
            "Clopper-Pearson (exact)",
            counts.clopper_pearson(level),
        ),
        ("wilson", "Wilson", counts.wilson(level)),
        (
            "wilson_cc",
            "Wilson, continuity-corrected",
            counts.wilson_corrected(level),
        ),
        ("jeffreys", "Jeffreys", counts.jeffreys(level)),
    ];
    output.print(
        || {
            let mut answer = json!({"x": x, "n": n, "level": level.value(), "estimate": counts.estimate()});
            for (name, _, Interval { lower, upper }) in intervals {
                answer[name] = json!([lower, upper]);
            }
            answer
        },
        || {
            let mut rows = vec![row(["interval", "lower", "upper"])];
            for (_, name, Interval { lower, upper }) in intervals {
                rows.push(row([name, &shown(Some(lower)), &shown(Some(upper))]));
            }
            let share = shown(Some(counts.estimate()));
            format!("{x}/{n} = {share}, level {}\n\n{}", level.value(), aligned(&rows))
        },
    )?;
    Ok(Answer::Given)
}
