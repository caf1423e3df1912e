//! `tercel design robust`.

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};
use tercel::design::Target;
use tercel::exact::{Averaged, Class, Compiled, Fault, Mean, Scenario, Worst, assess_compiled, average_of, worst};
use tercel::protocol::DoseLevel;
use tercel::trials::random_curves;

use super::engine::EngineArgs;
use super::{Answer, Output};
use crate::command::estimate::aligned;

/// Most random curves.
const MOST_CURVES: usize = 1_000_000;

/// Arguments of `tercel design robust`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    /// Number of dose levels [default: that of the trial, skeleton or doses]
    #[arg(long, value_name = "K")]
    doses_count: Option<u8>,
    /// Random curves to average over, drawn by the pseudo-uniform algorithm
    #[arg(long, value_name = "N", default_value_t = 2000)]
    curves: usize,
    /// Seed of the random curves
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,
    /// Least distance from the target of every level but the right one, for the worst curves
    #[arg(long, value_name = "D", default_value_t = 0.1, allow_negative_numbers = true)]
    halfwidth: f64,
}

/// Averages over the random curves for which one level is right.
struct Share {
    right: Option<DoseLevel>,
    averaged: Averaged,
}

/// The worst curves of a class.
struct Extremes {
    rarely_right: Worst,
    often_too_high: Worst,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let entry = args.engine.design.entry()?;
    if entry.name.looks_at_responses() {
        bail!(
            "--design {}: its answer depends on true response probabilities too, which \
             `tercel design oc` (boin12) and `simulate` (bf-boin) take",
            entry.word
        );
    }
    let target = args.engine.design.target()?;
    let target = target.ok_or_else(|| anyhow!("give --target: the DLT probability the right level is measured by"))?;
    let target = Target::new(target).map_err(|error| anyhow!("--target: {error}"))?;
    if !(1..=MOST_CURVES).contains(&args.curves) {
        bail!("--curves {}: give 1 to {MOST_CURVES}", args.curves);
    }
    let room = target.value().min(1.0 - target.value());
    if !(args.halfwidth > 0.0 && args.halfwidth <= room) {
        bail!(
            "--halfwidth {}: give more than 0, and at most {room} with this target",
            args.halfwidth
        );
    }
    let doses = args.engine.design.levels(args.doses_count)?;
    let (cohort_size, max_n) = args.engine.size.complete(entry, args.engine.design.protocol()?)?;
    let compiled = args.engine.compiled(doses, cohort_size, max_n)?;
    let shares = shares(&compiled, &random_curves(target, doses, args.curves, args.seed))?;
    let extremes = extremes(&compiled, target, args.halfwidth)?;
    output.print(
        || {
            let each = shares.iter().map(share_json);
            json!({
                "curves": args.curves, "seed": args.seed, "halfwidth": args.halfwidth, "states": compiled.states(),
                "average": each.collect::<Vec<Value>>(),
                "worst": extremes.iter().map(extremes_json).collect::<Vec<Value>>(),
            })
        },
        || text(args, entry.title, &shares, &extremes),
    )?;
    Ok(Answer::Given)
}

/// Averages over all curves, then over those of each level.
fn shares(compiled: &Compiled, scenarios: &[Scenario]) -> anyhow::Result<Vec<Share>> {
    let assessed = assess_compiled(compiled, scenarios)?.assessed;
    let all = average_of(&assessed, &vec![1.0; assessed.len()]);
    let mut shares: Vec<Share> = all
        .into_iter()
        .map(|averaged| Share { right: None, averaged })
        .collect();
    for level in (1..=compiled.doses()).filter_map(|level| DoseLevel::new(u8::try_from(level).ok()?)) {
        let those = scenarios
            .iter()
            .map(|scenario| f64::from(u8::from(scenario.correct == Some(level))));
        if let Some(mut averaged) = average_of(&assessed, &those.collect::<Vec<f64>>()) {
            averaged.curves = scenarios
                .iter()
                .filter(|scenario| scenario.correct == Some(level))
                .count();
            shares.push(Share {
                right: Some(level),
                averaged,
            });
        }
    }
    Ok(shares)
}

fn extremes(compiled: &Compiled, target: Target, halfwidth: f64) -> anyhow::Result<Vec<Extremes>> {
    let doses = u8::try_from(compiled.doses())?;
    let each = Class::all(target, halfwidth, doses).into_iter().map(|class| {
        Ok(Extremes {
            rarely_right: worst(compiled, &class, Fault::RarelyRight)?,
            often_too_high: worst(compiled, &class, Fault::OftenTooHigh)?,
        })
    });
    each.collect()
}

fn mean_json(mean: Mean) -> Value {
    json!({"mean": mean.mean, "standard_error": mean.se})
}

fn share_json(share: &Share) -> Value {
    let mut answer = averaged_json(&share.averaged);
    answer["right"] = share.right.map_or(json!("any"), |level| json!(level.number()));
    answer
}

/// An average over curves.
pub(super) fn averaged_json(averaged: &Averaged) -> Value {
    json!({
        "curves": averaged.curves,
        "correct": mean_json(averaged.correct), "overdose": mean_json(averaged.overdose),
        "patients_above": mean_json(averaged.patients_above), "n_total": mean_json(averaged.patients),
    })
}

fn extremes_json(extremes: &Extremes) -> Value {
    let one = |worst: &Worst| {
        json!({
            "truth": worst.scenario.curve.values(), "correct": worst.assessed.correct,
            "overdose": worst.assessed.overdose, "select": worst.assessed.found.select.values(),
            "select_none": worst.assessed.found.select_none,
        })
    };
    json!({
        "right": extremes.rarely_right.scenario.correct.map(DoseLevel::number),
        "least_correct": one(&extremes.rarely_right), "most_overdose": one(&extremes.often_too_high),
    })
}

fn text(args: &Args, title: &str, shares: &[Share], extremes: &[Extremes]) -> String {
    let percent = |p: f64| format!("{:.2}", 100.0 * p);
    let mut page = format!(
        "{title}: exact characteristics, averaged over {} random curves (seed {}); ± is the standard error\n\n",
        args.curves, args.seed
    );
    let mut rows = vec![
        [
            "right level",
            "curves",
            "right selected, %",
            "too high selected, %",
            "subjects above",
            "subjects",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for share in shares {
        let averaged = &share.averaged;
        let with = |mean: Mean, scale: f64| format!("{:.2} ± {:.2}", scale * mean.mean, scale * mean.se);
        rows.push(vec![
            share.right.map_or_else(|| "any".to_owned(), |level| level.to_string()),
            averaged.curves.to_string(),
            with(averaged.correct, 100.0),
            with(averaged.overdose, 100.0),
            with(averaged.patients_above, 1.0),
            with(averaged.patients, 1.0),
        ]);
    }
    let _ = write!(page, "{}", aligned(&rows));
    let _ = writeln!(
        page,
        "\nThe worst curves, every level but the right one at least {} from the target\n",
        args.halfwidth
    );
    // Above the highest level there is none to select.
    let highest = |both: &'_ Extremes| {
        let worst = &both.often_too_high;
        let top = worst.scenario.correct.map(|level| usize::from(level.number()));
        (top != Some(worst.scenario.curve.values().len())).then(|| worst.clone())
    };
    let curve = |worst: &Worst| {
        let each = worst.scenario.curve.values().iter().map(|p| format!("{p:.3}"));
        each.collect::<Vec<String>>().join(" ")
    };
    let mut rows = vec![
        [
            "right level",
            "right selected, % at least",
            "under",
            "too high selected, % at most",
            "under",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for both in extremes {
        let right = both.rarely_right.scenario.correct;
        rows.push(vec![
            right.map_or_else(|| "none".to_owned(), |level| level.to_string()),
            percent(both.rarely_right.assessed.correct),
            curve(&both.rarely_right),
            highest(both).map_or_else(|| "–".to_owned(), |worst| percent(worst.assessed.overdose)),
            highest(both).map_or_else(|| "–".to_owned(), |worst| curve(&worst)),
        ]);
    }
    let _ = write!(page, "{}", aligned(&rows));
    page
}
