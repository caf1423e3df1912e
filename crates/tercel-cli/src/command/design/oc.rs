//! `tercel design oc`.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use serde_json::{Map, Value, json};
use tercel::design::{DesignName, Plan, Target};
use tercel::exact::{
    Characteristics, CompileError, Compiled, Curve, Limit, Risks, Scenario, TimedPlan, compile, compile_timed,
};
use tercel::trials::{Simulated, simulate_cohorts};

use super::conduct::ConductArgs;
use super::efficacy_oc;
use super::options::{DesignArgs, TimeArgs, doses};
use super::setup::{SizeArgs, TruthArgs};
use super::{Answer, Output};
use crate::command::estimate::aligned;

/// Arguments of `tercel design oc`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    design: DesignArgs,
    #[command(flatten)]
    conduct: ConductArgs,
    #[command(flatten)]
    size: SizeArgs,
    #[command(flatten)]
    truth: TruthArgs,
    /// True response probabilities for a true curve, in the order of --truth (boin12)
    #[arg(long, value_name = "P,..", allow_hyphen_values = true)]
    truth_response: Vec<String>,
    #[command(flatten)]
    time: TimeArgs,
    /// Write the compiled design to this file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Use a compiled design that --save wrote, instead of compiling; the options must be those it was compiled with
    #[arg(long, value_name = "FILE")]
    compiled: Option<PathBuf>,
    /// Most memory to use, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 6144)]
    memory: u64,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let protocol = args.design.protocol()?;
    let curves = args.truth.curves(protocol)?;
    let doses = doses(curves.first().map_or(0, |curve| curve.values().len()))?;
    let entry = args.design.entry()?;
    let name = entry.name;
    let (cohort_size, max_n) = args.size.stated(entry, protocol)?;
    if name.looks_at_responses() {
        args.conduct.refuse("looks at responses")?;
        let ask = efficacy_oc::Ask {
            name,
            settings: &args.design.settings()?,
            curves: &curves,
            responses: &args.truth_response,
            start: start(args, doses)?,
            cohort_size,
            max_n,
            stop_at: args.conduct.stop_at(),
            limit: limit(args),
        };
        return efficacy_oc::oc(&ask, output);
    }
    let made = match &args.compiled {
        Some(path) => load(path, &made_of(args, doses, cohort_size, max_n)?),
        None => compiled(args, doses, cohort_size, max_n),
    };
    let compiled = match made {
        Ok(compiled) => compiled,
        Err(error) => match error.downcast_ref::<CompileError>() {
            Some(CompileError::TooLarge { .. } | CompileError::TooWide { .. }) => {
                eprintln!("warning: {error}; {FALLBACK_TRIALS} trials of each curve are simulated instead");
                return simulated(args, doses, (cohort_size, max_n), &curves, output);
            }
            Some(CompileError::NoDecision(_) | CompileError::Cancelled) | None => return Err(error),
        },
    };
    if let Some(path) = &args.save {
        let made_of = made_of(args, doses, cohort_size, max_n)?;
        std::fs::write(path, compiled.to_bytes(&made_of))
            .with_context(|| format!("failed to write {}", path.display()))?;
    }
    let mut found = Vec::with_capacity(curves.len());
    compiled.evaluate_each(&curves, |_, characteristics| found.push(characteristics.clone()))?;
    let answers: Vec<(&Curve, Characteristics)> = curves.iter().zip(found).collect();
    output.print(
        || {
            let scenario = |answer: &(&Curve, Characteristics)| {
                let mut scenario = scenario_json(args, answer, cohort_size);
                let risks = risks(args, &compiled, answer.0);
                scenario["poor_allocation"] = json!(risks.map(|risks| risks.poor_allocation));
                scenario["high_toxicity"] = json!(risks.map(|risks| risks.high_toxicity));
                scenario
            };
            let scenarios: Vec<Value> = answers.iter().map(scenario).collect();
            json!({"method": "exact", "states": compiled.states(), "endings": compiled.endings_count(), "scenarios": scenarios})
        },
        || text(args, &compiled, &answers, cohort_size),
    )?;
    Ok(Answer::Given)
}

/// Risks under a curve, where the design has a target and a planned number of subjects.
fn risks(args: &Args, compiled: &Compiled, curve: &Curve) -> Option<Risks> {
    let target = Target::new(args.design.target().ok()??).ok()?;
    let right = Scenario::new(String::new(), curve.clone(), target).correct?;
    compiled.risks(curve, right, target.value())
}

/// Everything the compiled design depends on.
fn made_of(args: &Args, doses: u8, cohort_size: u32, max_n: Option<u32>) -> anyhow::Result<String> {
    let (name, settings) = (args.design.entry()?.word, args.design.settings()?);
    let (start, window, interval) = (args.design.start()?, args.time.window()?, args.time.interval()?);
    let trial = args
        .design
        .protocol()?
        .map(|trial| (&trial.escalation, trial.dlt.window_days));
    Ok(format!(
        "{name} {doses} {cohort_size} {max_n:?} {start} {window:?} {interval:?} {settings:?} {:?} {trial:?}",
        args.conduct
    ))
}

fn load(path: &std::path::Path, made_of: &str) -> anyhow::Result<Compiled> {
    let bytes = std::fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
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
    let name = args.design.entry()?.name;
    let most = max_n.unwrap_or(cohort_size).max(cohort_size);
    let design = args.design.settings()?.design(name, doses, most)?;
    let plan = args
        .conduct
        .apply(Plan::new(design.as_ref(), doses, cohort_size, max_n), &args.design)?;
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

/// Level of the first cohort, one of the design's.
fn start(args: &Args, doses: u8) -> anyhow::Result<tercel::protocol::DoseLevel> {
    let start = args.design.start()?;
    if start.number() > doses {
        bail!("--start-dose {start}: there are {doses} dose levels");
    }
    Ok(start)
}

/// Most memory to use.
const fn limit(args: &Args) -> Limit {
    Limit {
        bytes: args.memory.saturating_mul(1 << 20),
    }
}

/// Most subjects at a level of a rolling six.
pub(super) const ROLLING_SIX_MOST: u32 = 6;

/// The design compiled: cohorts one after another, or on a grid of days where it treats subjects while outcomes are pending.
fn compiled(args: &Args, doses: u8, cohort_size: u32, max_n: Option<u32>) -> anyhow::Result<Compiled> {
    let mut settings = args.design.settings()?;
    // The published rule goes on treating at the lowest level; `design next` suspends accrual there.
    settings.accrue_at_lowest = true;
    let name = args.design.entry()?.name;
    let limit = limit(args);
    let at_level = args.conduct.most_at_level(ROLLING_SIX_MOST, &args.design)?;
    let most = max_n.unwrap_or(at_level * u32::from(doses));
    if let Some(design) = settings
        .late_onset(name, doses, most)
        .map_err(|error| anyhow!("{error}"))?
    {
        let design = args.conduct.late(design.as_ref(), &args.design)?;
        let (window_days, steps) = grid(args)?;
        let plan = TimedPlan {
            design: &design,
            doses,
            start: args.design.start()?,
            max_n: most,
            steps,
            window_days,
        };
        return compile_timed(&plan, limit, &mut |_, _| true).map_err(|error| {
            anyhow!("{error}; `tercel design simulate` answers the same question with standard errors")
        });
    }
    let design = settings
        .design(name, doses, most.max(cohort_size))
        .map_err(|error| anyhow!("{error}"))?;
    let plan = args
        .conduct
        .apply(Plan::new(design.as_ref(), doses, cohort_size, max_n), &args.design)?;
    Ok(compile(&plan, limit, &mut |_, _| true)?)
}

/// Days of the window, and steps of the accrual grid in it.
fn grid(args: &Args) -> anyhow::Result<(f64, u32)> {
    let planned = args
        .design
        .protocol()?
        .map(|trial| (trial.dlt.window_days, trial.escalation.next_subject_days));
    let window = args.time.window()?.or(planned.map(|(window, _)| f64::from(window)));
    let interval = args.time.interval()?.or(planned.map(|(_, days)| f64::from(days)));
    let (Some(window), Some(interval)) = (window, interval) else {
        bail!("give --window-days and --accrual-interval-days: the design treats subjects while outcomes are pending");
    };
    Ok((window, steps(window, interval)?))
}

/// Steps of the accrual interval in the window.
pub(super) fn steps(window: f64, interval: f64) -> anyhow::Result<u32> {
    let steps = (window / interval).round();
    if !(1.0..=16.0).contains(&steps) || (steps * interval - window).abs() > 1e-9 * window {
        bail!(
            "--accrual-interval-days {interval}: the exact grid needs an interval that divides the window of {window} days \
             into 1 to 16 equal steps, like {}; `tercel design simulate` takes any interval",
            window / steps.clamp(1.0, 16.0)
        );
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 16")]
    Ok(steps as u32)
}

/// Expected days from the first infusion to the last outcome, where cohorts are treated one after another: the subjects
/// of a cohort come at the accrual interval, and the next cohort waits for the window of the last one.
fn duration(args: &Args, found: &Characteristics, cohort_size: u32) -> Option<f64> {
    if found.duration_days.is_some() {
        return found.duration_days;
    }
    let window = args.time.window().ok()??;
    let interval = args.time.interval().ok()?.unwrap_or(0.0);
    let name = args.design.entry().ok()?.name;
    if args.conduct.titration() || name == DesignName::AcceleratedTitration {
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
    let title = args.design.entry().map_or("", |entry| entry.title);
    let mut page = format!(
        "{title}, exact: {} states, {} ways to end\n",
        compiled.states(),
        compiled.endings_count()
    );
    for (curve, found) in answers {
        let cells = |name: &str, values: &[f64], none: Option<f64>, digits: usize| -> Vec<String> {
            let each = values.iter().map(|value| format!("{value:.digits$}"));
            let none = none.map_or_else(String::new, |none| format!("{none:.digits$}"));
            std::iter::once(name.to_owned()).chain(each).chain([none]).collect()
        };
        let levels = (1..=curve.values().len()).map(|level| level.to_string());
        let head = std::iter::once("dose level".to_owned())
            .chain(levels)
            .chain(["none".to_owned()])
            .collect();
        let percent: Vec<f64> = found.select.values().iter().map(|p| 100.0 * p).collect();
        let rows = vec![
            head,
            cells("true DLT probability", curve.values(), None, 3),
            cells("selected, %", &percent, Some(100.0 * found.select_none), 2),
            cells("patients, expected", found.patients.values(), None, 2),
            cells("DLTs, expected", found.dlts.values(), None, 2),
        ];
        let _ = write!(page, "\n{}", aligned(&rows));
        let all: f64 = found.dlts.values().iter().sum();
        let _ = writeln!(page, "{:.2} patients and {all:.2} DLTs expected in all", found.n_total);
        if let Some(days) = duration(args, found, cohort_size) {
            let _ = writeln!(
                page,
                "{days:.0} days expected from the first infusion to the last outcome"
            );
        }
    }
    page
}
