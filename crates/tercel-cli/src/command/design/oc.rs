//! `tercel design oc`.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use serde_json::{Map, Value, json};
use tercel::design::{DesignName, Plan, Target};
use tercel::exact::{Characteristics, CompileError, Compiled, Curve, Risks, Scenario};
use tercel::trials::{Simulated, simulate_cohorts};
use tercel_exchange::bounded;

use super::efficacy_oc;
use super::engine::EngineArgs;
use super::options::doses;
use super::setup::TruthArgs;
use super::{Answer, Output};
use crate::command::estimate::aligned;

/// Arguments of `tercel design oc`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    truth: TruthArgs,
    /// True response probabilities for a true curve, in the order of --truth (boin12)
    #[arg(long, value_name = "P,..", allow_hyphen_values = true)]
    truth_response: Vec<String>,
    /// Weights of the true curves, in their order: the average over them is given too
    #[arg(long, value_name = "W,..", allow_hyphen_values = true, value_delimiter = ',')]
    weights: Vec<f64>,
    /// Write the compiled design to this file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Use a compiled design that --save wrote, instead of compiling; the options must be those it was compiled with
    #[arg(long, value_name = "FILE")]
    compiled: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let protocol = args.engine.design.protocol()?;
    let curves = args.truth.curves(protocol)?;
    let doses = doses(curves.first().map_or(0, |curve| curve.values().len()))?;
    let entry = args.engine.design.entry()?;
    let name = entry.name;
    let (cohort_size, max_n) = args.engine.size.stated(entry, protocol)?;
    if name.looks_at_responses() {
        args.engine.conduct.refuse("looks at responses")?;
        if !args.weights.is_empty() {
            bail!("--weights: {} has no average over curves; leave it out", entry.title);
        }
        let ask = efficacy_oc::Ask {
            name,
            settings: &args.engine.design.settings()?,
            curves: &curves,
            responses: &args.truth_response,
            start: args.engine.start(doses)?,
            cohort_size,
            max_n,
            stop_at: args.engine.conduct.stop_at(),
            limit: args.engine.limit(),
        };
        return efficacy_oc::oc(&ask, output);
    }
    let made = match &args.compiled {
        Some(path) => load(path, &made_of(args, doses, cohort_size, max_n)?),
        None => args.engine.compiled(doses, cohort_size, max_n),
    };
    let compiled = match made {
        Ok(compiled) => compiled,
        Err(error) => match error.downcast_ref::<CompileError>() {
            Some(CompileError::TooLarge { .. } | CompileError::TooWide { .. }) if args.weights.is_empty() => {
                eprintln!("warning: {error}; {FALLBACK_TRIALS} trials of each curve are simulated instead");
                return simulated(args, doses, (cohort_size, max_n), &curves, output);
            }
            Some(_) | None => return Err(error),
        },
    };
    if let Some(path) = &args.save {
        let made_of = made_of(args, doses, cohort_size, max_n)?;
        std::fs::write(path, compiled.to_bytes(&made_of))
            .with_context(|| format!("failed to write {}", path.display()))?;
    }
    answer(args, &compiled, &curves, cohort_size, output)
}

/// The characteristics of a compiled design, as JSON or text.
fn answer(
    args: &Args,
    compiled: &Compiled,
    curves: &[Curve],
    cohort_size: u32,
    output: Output,
) -> anyhow::Result<Answer> {
    let mut found = Vec::with_capacity(curves.len());
    compiled.evaluate_each(curves, |_, characteristics| found.push(characteristics.clone()))?;
    let weighted = weighted(args, &found)?;
    let answers: Vec<(&Curve, Characteristics)> = curves.iter().zip(found).collect();
    output.print(
        || {
            let scenario = |answer: &(&Curve, Characteristics)| {
                let mut scenario = scenario_json(args, answer, cohort_size);
                let risks = risks(args, compiled, answer.0);
                scenario["poor_allocation"] = json!(risks.map(|risks| risks.poor_allocation));
                scenario["high_toxicity"] = json!(risks.map(|risks| risks.high_toxicity));
                scenario["simulation"] = scatter_json(&answer.1);
                scenario
            };
            let scenarios: Vec<Value> = answers.iter().map(scenario).collect();
            let mut answer = json!({
                "method": "exact", "states": compiled.states(), "endings": compiled.endings_count(), "scenarios": scenarios,
            });
            if let Some(mean) = &weighted {
                answer["average"] = json!({
                    "weights": args.weights, "select": mean.select.values(), "select_none": mean.select_none,
                    "patients": mean.patients.values(), "dlts": mean.dlts.values(), "n_total": mean.n_total,
                });
            }
            answer
        },
        || {
            let mut page = text(args, compiled, &answers, cohort_size);
            if let Some(mean) = &weighted {
                page += "\nAverage over the curves, with the weights given\n";
                let _ = write!(page, "{}", aligned(&rows(mean, None)));
            }
            page
        },
    )?;
    Ok(Answer::Given)
}

/// Simulated trials that the exact answer is held against.
const USUAL_TRIALS: f64 = 10_000.0;

/// Standard error of a share of the usual number of simulated trials.
fn scatter(p: f64) -> f64 {
    (p * (1.0 - p) / USUAL_TRIALS).max(0.0).sqrt()
}

/// How far the usual simulation would scatter around the exact answer.
fn scatter_json(found: &Characteristics) -> Value {
    let select: Vec<f64> = found.select.values().iter().map(|p| scatter(*p)).collect();
    let mean = |of: fn(f64) -> f64| -> f64 { found.n_distribution.iter().map(|(n, p)| p * of(f64::from(*n))).sum() };
    let variance = mean(|n| n * n) - mean(|n| n).powi(2);
    json!({
        "trials": USUAL_TRIALS, "select_se": select, "select_none_se": scatter(found.select_none),
        "n_total_se": (variance.max(0.0) / USUAL_TRIALS).sqrt(),
    })
}

/// The average over the curves with the weights given, where there are any.
fn weighted(args: &Args, found: &[Characteristics]) -> anyhow::Result<Option<Characteristics>> {
    if args.weights.is_empty() {
        return Ok(None);
    }
    if args.weights.len() != found.len() {
        bail!(
            "--weights: {} for {} true curves; give one for each",
            args.weights.len(),
            found.len()
        );
    }
    if args
        .weights
        .iter()
        .any(|weight| !(weight.is_finite() && *weight >= 0.0))
    {
        bail!("--weights: give numbers that are not negative");
    }
    Ok(Some(
        Characteristics::average(found, &args.weights)
            .ok_or_else(|| anyhow!("--weights: at least one has to be above 0"))?,
    ))
}

/// Risks under a curve, where the design has a target and a planned number of subjects.
fn risks(args: &Args, compiled: &Compiled, curve: &Curve) -> Option<Risks> {
    let target = Target::new(args.engine.design.target().ok()??).ok()?;
    let right = Scenario::new(String::new(), curve.clone(), target).correct?;
    compiled.risks(curve, right, target.value())
}

/// Everything the compiled design depends on.
fn made_of(args: &Args, doses: u8, cohort_size: u32, max_n: Option<u32>) -> anyhow::Result<String> {
    let (name, settings) = (args.engine.design.entry()?.word, args.engine.design.settings()?);
    let (start, window, interval) = (
        args.engine.design.start()?,
        args.engine.time.window()?,
        args.engine.time.interval()?,
    );
    let trial = args
        .engine
        .design
        .protocol()?
        .map(|trial| (&trial.escalation, trial.dlt.window_days));
    Ok(format!(
        "{name} {doses} {cohort_size} {max_n:?} {start} {window:?} {interval:?} {settings:?} {:?} {trial:?}",
        args.engine.conduct
    ))
}

fn load(path: &std::path::Path, made_of: &str) -> anyhow::Result<Compiled> {
    let read = bounded::read(path, bounded::Kind::Own, bounded::MAX_DATASET);
    let bytes = read.with_context(|| format!("failed to read {}", path.display()))?;
    Compiled::from_bytes(&bytes, made_of).with_context(|| format!("failed to read {}", path.display()))
}

/// Trials simulated of each curve where the exact states do not fit the memory.
const FALLBACK_TRIALS: u64 = 100_000;

/// The same question answered by simulation.
fn simulated(
    args: &Args,
    doses: u8,
    (cohort_size, max_n): (u32, Option<u32>),
    curves: &[Curve],
    output: Output,
) -> anyhow::Result<Answer> {
    const SEED: u64 = 1;
    let name = args.engine.design.entry()?.name;
    let most = max_n.unwrap_or(cohort_size).max(cohort_size);
    let design = args.engine.design.settings()?.design(name, doses, most)?;
    let plan = args.engine.conduct.apply(
        Plan::new(design.as_ref(), doses, cohort_size, max_n),
        &args.engine.design,
    )?;
    let found: Result<Vec<Simulated>, _> = curves
        .iter()
        .map(|curve| simulate_cohorts(&plan, curve, FALLBACK_TRIALS, SEED))
        .collect();
    let found = found?;
    output.print(
        || {
            let scenarios: Vec<Value> = curves.iter().zip(&found).map(super::simulate::scenario_json).collect();
            json!({
                "method": "monte-carlo", "states": null, "trials": FALLBACK_TRIALS, "seed": SEED, "scenarios": scenarios,
            })
        },
        || {
            let tables = curves.iter().zip(&found).map(|(curve, found)| super::simulate::table(curve, found));
            format!("{FALLBACK_TRIALS} simulated trials, seed {SEED}\n\n{}", tables.collect::<Vec<_>>().join("\n"))
        },
    )?;
    Ok(Answer::Given)
}

/// Expected days from the first infusion to the last outcome, where cohorts are treated one after another: the subjects
/// of a cohort come at the accrual interval, and the next cohort waits for the window of the last one.
fn duration(args: &Args, found: &Characteristics, cohort_size: u32) -> Option<f64> {
    if found.duration_days.is_some() {
        return found.duration_days;
    }
    let window = args.engine.time.window().ok()??;
    let interval = args.engine.time.interval().ok()?.unwrap_or(0.0);
    let name = args.engine.design.entry().ok()?.name;
    if args.engine.conduct.titration() || name == DesignName::AcceleratedTitration {
        return None;
    }
    let days = found.n_distribution.iter().map(|&(total, chance)| {
        let cohorts = f64::from(total.div_ceil(cohort_size));
        chance * (cohorts * window + (f64::from(total) - cohorts) * interval)
    });
    Some(days.sum())
}

fn scenario_json(args: &Args, (curve, found): &(&Curve, Characteristics), cohort_size: u32) -> Value {
    let distribution: Map<String, Value> = found
        .n_distribution
        .iter()
        .filter(|(_, chance)| *chance > 0.0)
        .map(|(total, chance)| (total.to_string(), Value::from(*chance)))
        .collect();
    json!({
        "truth": curve.values(),
        "select": found.select.values(), "select_none": found.select_none,
        "patients": found.patients.values(), "dlts": found.dlts.values(),
        "n_total": found.n_total, "n_distribution": distribution,
        "duration_days": duration(args, found, cohort_size),
    })
}

fn text(args: &Args, compiled: &Compiled, answers: &[(&Curve, Characteristics)], cohort_size: u32) -> String {
    let title = args.engine.design.entry().map_or("", |entry| entry.title);
    let mut page = format!(
        "{title}, exact: {} states, {} ways to end\n",
        compiled.states(),
        compiled.endings_count()
    );
    for (curve, found) in answers {
        let rows = rows(found, Some(curve));
        let _ = write!(page, "\n{}", aligned(&rows));
        let all: f64 = found.dlts.values().iter().sum();
        let _ = writeln!(page, "{:.2} patients and {all:.2} DLTs expected in all", found.n_total);
        let widest = found
            .select
            .values()
            .iter()
            .fold(scatter(found.select_none), |most, p| most.max(scatter(*p)));
        let _ = writeln!(
            page,
            "10,000 simulated trials would scatter around the selections by up to ±{:.2} percentage points (95%)",
            100.0 * 1.96 * widest
        );
        if let Some(days) = duration(args, found, cohort_size) {
            let _ = writeln!(
                page,
                "{days:.0} days expected from the first infusion to the last outcome"
            );
        }
    }
    page
}

/// The rows of a table, with the true curve where there is one.
fn rows(found: &Characteristics, curve: Option<&Curve>) -> Vec<Vec<String>> {
    let cells = |name: &str, values: &[f64], none: Option<f64>, digits: usize| -> Vec<String> {
        let each = values.iter().map(|value| format!("{value:.digits$}"));
        let none = none.map_or_else(String::new, |none| format!("{none:.digits$}"));
        std::iter::once(name.to_owned()).chain(each).chain([none]).collect()
    };
    let levels = (1..=found.select.len()).map(|level| level.to_string());
    let head = std::iter::once("dose level".to_owned())
        .chain(levels)
        .chain(["none".to_owned()])
        .collect();
    let percent: Vec<f64> = found.select.values().iter().map(|p| 100.0 * p).collect();
    let mut rows: Vec<Vec<String>> = vec![head];
    rows.extend(curve.map(|curve| cells("true DLT probability", curve.values(), None, 3)));
    rows.push(cells("selected, %", &percent, Some(100.0 * found.select_none), 2));
    rows.push(cells("patients, expected", found.patients.values(), None, 2));
    rows.push(cells("DLTs, expected", found.dlts.values(), None, 2));
    rows
}
