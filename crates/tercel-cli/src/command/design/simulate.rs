//! `tercel design simulate`.

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use serde_json::{Map, Value, json};
use tercel::design::{Design, DesignName, Plan};
use tercel::exact::{Characteristics, Curve};
use tercel::trials::{Conditions, Mean, Rule, Simulated, SimulationError, simulate_cohorts, simulate_timed};

use super::backfill::{BackfillArgs, Backfilling};
use super::conditions::{ConditionArgs, conditions};
use super::conduct::ConductArgs;
use super::engine::ROLLING_SIX_MOST;
use super::options::{DesignArgs, TimeArgs, doses};
use super::setup::{SizeArgs, TruthArgs};
use super::{Answer, Output};
use crate::command::estimate::aligned;

/// Arguments of `tercel design simulate`.
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
    /// Trials to simulate
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    trials: u64,
    /// Seed: the same seed gives the same trials
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    time: TimeArgs,
    #[command(flatten)]
    conditions: ConditionArgs,
    #[command(flatten)]
    backfill: BackfillArgs,
}

/// Most trials of one question.
const MOST_TRIALS: u64 = 1_000_000_000;

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    if !(2..=MOST_TRIALS).contains(&args.trials) {
        bail!("--trials {}: give a number from 2 to {MOST_TRIALS}", args.trials);
    }
    let curves = args.truth.curves(args.design.protocol()?)?;
    let doses = doses(curves.first().map_or(0, |curve| curve.values().len()))?;
    let answers = simulate(args, doses, &curves)?;
    output.print(
        || {
            let mut scenarios: Vec<Value> = curves.iter().zip(&answers).map(scenario_json).collect();
            args.backfill.note(&mut scenarios);
            json!({"method": "monte-carlo", "trials": args.trials, "seed": args.seed, "scenarios": scenarios})
        },
        || text(args, &curves, &answers),
    )?;
    Ok(Answer::Given)
}

fn simulate(args: &Args, doses: u8, curves: &[Curve]) -> anyhow::Result<Vec<Simulated>> {
    let entry = args.design.entry()?;
    let protocol = args.design.protocol()?;
    if entry.name == DesignName::Boin12 {
        bail!("boin12 is not simulated: `tercel design oc` gives its exact operating characteristics");
    }
    let (cohort_size, max_n) = args.size.stated(entry, protocol)?;
    let mut settings = args.design.settings_beside(args.backfill.reads())?;
    // As for exact characteristics: the published rule goes on treating at the lowest level.
    settings.accrue_at_lowest = true;
    let at_level = args.conduct.most_at_level(ROLLING_SIX_MOST, &args.design)?;
    let most = max_n.unwrap_or(at_level * u32::from(doses));
    let conditions = conditions(&args.conditions, &args.time, protocol)?;
    let late = settings
        .late_onset(entry.name, doses, most)
        .map_err(|error| anyhow!("{error}"))?;
    let timed = |rule: &Rule<'_>, conditions: &Conditions, curve: &Curve| {
        simulate_timed(rule, conditions, curve, args.trials, args.seed)
    };
    if let Some(design) = late {
        args.backfill.refuse()?;
        let Some(conditions) = conditions else {
            bail!("give --accrual-interval-days: the design treats subjects while outcomes are pending");
        };
        let design = args.conduct.late(design.as_ref(), &args.design)?;
        let rule = Rule::LateOnset {
            design: &design,
            doses,
            start: args.design.start()?,
            max_n: most,
        };
        return each(curves, |_, curve| timed(&rule, &conditions, curve));
    }
    let backfilling = args
        .backfill
        .ask(&args.design, &settings, most.max(cohort_size), curves)?;
    let all = backfilling
        .as_ref()
        .map_or(most, |backfilling| backfilling.most_n)
        .max(cohort_size);
    let other;
    let design: &dyn Design = if let Some(Backfilling { opening, own: true, .. }) = &backfilling {
        opening
    } else {
        other = settings
            .design(entry.name, doses, all)
            .map_err(|error| anyhow!("{error}"))?;
        other.as_ref()
    };
    let plan = args
        .conduct
        .apply(Plan::new(design, doses, cohort_size, max_n), &args.design)?;
    match (conditions, &backfilling) {
        (None, None) => each(curves, |_, curve| {
            simulate_cohorts(&plan, curve, args.trials, args.seed)
        }),
        (None, Some(_)) => bail!("give --accrual-interval-days: who is backfilled depends on when subjects come"),
        (Some(conditions), None) => each(curves, |_, curve| timed(&Rule::Cohorts(&plan), &conditions, curve)),
        (Some(conditions), Some(backfilling)) => each(curves, |place, curve| {
            let backfill = backfilling.around(place, conditions.window_days);
            timed(&Rule::Backfilled(&plan, backfill), &conditions, curve)
        }),
    }
}

/// One answer a curve. Every curve has the same seed, so that two of them differ by the curve alone.
fn each(
    curves: &[Curve],
    simulate: impl Fn(usize, &Curve) -> Result<Simulated, SimulationError>,
) -> anyhow::Result<Vec<Simulated>> {
    let each = curves.iter().enumerate();
    each.map(|(place, curve)| Ok(simulate(place, curve)?)).collect()
}

fn characteristics_json(found: &Characteristics) -> Map<String, Value> {
    let distribution: Map<String, Value> = found
        .n_distribution
        .iter()
        .map(|(total, chance)| (total.to_string(), Value::from(*chance)))
        .collect();
    let fields = [
        ("select", json!(found.select.values())),
        ("select_none", json!(found.select_none)),
        ("patients", json!(found.patients.values())),
        ("dlts", json!(found.dlts.values())),
        ("n_total", json!(found.n_total)),
        ("n_distribution", Value::Object(distribution)),
        ("duration_days", json!(found.duration_days)),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

pub(super) fn scenario_json((curve, answer): (&Curve, &Simulated)) -> Value {
    let mut scenario = Map::new();
    scenario.insert("truth".to_owned(), json!(curve.values()));
    scenario.append(&mut characteristics_json(&answer.found));
    let mut se = characteristics_json(&answer.se);
    if let Some(conduct) = &answer.conduct {
        let means = [
            ("consented", conduct.consented),
            ("failures", conduct.failures),
            ("excluded", conduct.excluded),
            ("turned_away", conduct.turned_away),
            ("doses_tried", conduct.doses_tried),
        ];
        for (name, mean) in means {
            scenario.insert(name.to_owned(), json!(mean.mean));
            se.insert(name.to_owned(), json!(mean.se));
        }
        scenario.insert("truth_marginal".to_owned(), json!(conduct.marginal.values()));
        if let Some(backfilling) = &conduct.backfilling {
            let lists = [
                ("backfilled", &backfilling.backfilled),
                ("responses", &backfilling.responses),
            ];
            for (name, means) in lists {
                let pick = |of: fn(&Mean) -> f64| means.values().iter().map(of).collect::<Vec<f64>>();
                scenario.insert(name.to_owned(), pick(|mean| mean.mean).into());
                se.insert(name.to_owned(), pick(|mean| mean.se).into());
            }
        }
    }
    scenario.insert("se".to_owned(), Value::Object(se));
    Value::Object(scenario)
}

fn text(args: &Args, curves: &[Curve], answers: &[Simulated]) -> String {
    let title = args.design.entry().map_or("", |entry| entry.title);
    let mut page = format!(
        "{title}, {} simulated trials, seed {}; ± is the standard error\n",
        args.trials, args.seed
    );
    for (curve, answer) in curves.iter().zip(answers) {
        let _ = write!(page, "\n{}", table(curve, answer));
        let (found, se) = (&answer.found, &answer.se);
        let _ = writeln!(page, "{:.2} ± {:.2} patients in all", found.n_total, se.n_total);
        if let (Some(days), Some(se)) = (found.duration_days, se.duration_days) {
            let _ = writeln!(
                page,
                "{days:.0} ± {se:.1} days from the opening of accrual to the last outcome"
            );
        }
        if let Some(conduct) = &answer.conduct {
            let means = [
                ("consented", conduct.consented),
                ("without a product", conduct.failures),
                ("left out as under-dosed", conduct.excluded),
                ("turned away", conduct.turned_away),
                ("dose levels tried", conduct.doses_tried),
            ];
            let shown = means.iter().filter(|(_, mean)| mean.mean > 0.0);
            let shown = shown.map(|(name, Mean { mean, se })| format!("{mean:.2} ± {se:.2} {name}"));
            let _ = writeln!(page, "{}", shown.collect::<Vec<String>>().join(", "));
        }
    }
    page
}

pub(super) fn table(curve: &Curve, answer: &Simulated) -> String {
    let (found, se) = (&answer.found, &answer.se);
    let plain = |name: &str, values: &[f64]| -> Vec<String> {
        let each = values.iter().map(|value| format!("{value:.3}"));
        std::iter::once(name.to_owned())
            .chain(each)
            .chain([String::new()])
            .collect()
    };
    let with_error = |name: &str, values: &[f64], errors: &[f64], times: f64, none: Option<(f64, f64)>| {
        let shown = |(value, se): (f64, f64)| format!("{:.2} ± {:.2}", times * value, times * se);
        let each = values.iter().copied().zip(errors.iter().copied()).map(shown);
        let none = none.map_or_else(String::new, shown);
        std::iter::once(name.to_owned())
            .chain(each)
            .chain([none])
            .collect::<Vec<String>>()
    };
    let levels = (1..=curve.values().len()).map(|level| level.to_string());
    let head = std::iter::once("dose level".to_owned())
        .chain(levels)
        .chain(["none".to_owned()])
        .collect();
    let mut rows = vec![head, plain("true DLT probability", curve.values())];
    let marginal = answer.conduct.as_ref().map(|conduct| conduct.marginal.values());
    if let Some(marginal) = marginal.filter(|marginal| *marginal != curve.values()) {
        rows.push(plain("of a random subject", marginal));
    }
    let none = Some((found.select_none, se.select_none));
    rows.extend([
        with_error("selected, %", found.select.values(), se.select.values(), 100.0, none),
        with_error(
            "patients, mean",
            found.patients.values(),
            se.patients.values(),
            1.0,
            None,
        ),
        with_error("DLTs, mean", found.dlts.values(), se.dlts.values(), 1.0, None),
    ]);
    if let Some(backfilling) = answer.conduct.as_ref().and_then(|conduct| conduct.backfilling.as_ref()) {
        for (name, means) in [
            ("backfilled of them, mean", &backfilling.backfilled),
            ("responses, mean", &backfilling.responses),
        ] {
            let pick = |of: fn(&Mean) -> f64| means.values().iter().map(of).collect::<Vec<f64>>();
            rows.push(with_error(
                name,
                &pick(|mean| mean.mean),
                &pick(|mean| mean.se),
                1.0,
                None,
            ));
        }
    }
    aligned(&rows)
}
