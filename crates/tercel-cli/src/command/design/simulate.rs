//! `tercel design simulate`.

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use serde_json::{Map, Value, json};
use tercel::design::Plan;
use tercel::exact::{Characteristics, Curve};
use tercel::trials::{
    Accrual, Conditions, Delay, Mean, Onset, Rule, Simulated, Suspended, UnderDosing, simulate_cohorts, simulate_timed,
};

use super::oc::ROLLING_SIX_MOST;
use super::options::{ConductArgs, DesignArgs, TimeArgs, doses};
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
}

/// How the trial runs; all of them need the days from one subject to the next.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Conditions (with --accrual-interval-days)")]
struct ConditionArgs {
    /// Subjects come at random, so many days apart on average
    #[arg(long)]
    poisson: bool,
    /// A subject offered while nobody can be taken goes elsewhere instead of waiting
    #[arg(long)]
    turn_away: bool,
    /// Fewest days between the first and the second infusion at a level
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    sentinel_days: Option<f64>,
    /// Fewest days between later infusions at a level
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    stagger_days: Option<f64>,
    /// Fewest days from the latest infusion to the first at a new level
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    level_days: Option<f64>,
    /// When in the window DLTs come: uniform, late (80 % in the second half), weibull:SHARE (a Weibull distribution with that
    /// share of them in the second half), or weights of equal parts of the window
    #[arg(long, value_name = "ONSET", allow_hyphen_values = true)]
    onset: Option<String>,
    /// DLTs become known at visits so many days apart [default: at once]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    visit_days: Option<f64>,
    /// Days from consent to a product
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    manufacturing_days: Option<f64>,
    /// The days from consent to a product are exponential with that mean
    #[arg(long, requires = "manufacturing_days")]
    manufacturing_exponential: bool,
    /// Probability that no product can be made
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    failure: Option<f64>,
    /// Probability that a product has fewer cells than planned
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    under_dosed: Option<f64>,
    /// Least and largest share of the planned cells in such a product [default: 0.5,0.8]
    #[arg(long, value_name = "LOW,HIGH", value_delimiter = ',', requires = "under_dosed")]
    under_dosed_share: Vec<f64>,
    /// Planned cells of each level, comma-separated, for --under-dosed
    #[arg(long, value_name = "CELLS,..", value_delimiter = ',', requires = "under_dosed")]
    cells: Vec<f64>,
    /// Leave out of the analysis, and replace, subjects with less than this share of the planned cells
    #[arg(long, value_name = "SHARE", requires = "under_dosed")]
    exclude_below: Option<f64>,
    /// Standard deviation between subjects of the DLT probability's logit; the true curve is that of the middle subject
    #[arg(long, value_name = "SD", allow_negative_numbers = true)]
    frailty: Option<f64>,
}

/// Days of the window where none are given.
const WINDOW_DAYS: f64 = 28.0;

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
            let scenarios: Vec<Value> = curves.iter().zip(&answers).map(scenario_json).collect();
            json!({"method": "monte-carlo", "trials": args.trials, "seed": args.seed, "scenarios": scenarios})
        },
        || text(args, &curves, &answers),
    )?;
    Ok(Answer::Given)
}

fn simulate(args: &Args, doses: u8, curves: &[Curve]) -> anyhow::Result<Vec<Simulated>> {
    let (cohort_size, max_n) = args.size.stated(args.design.entry()?, args.design.protocol()?)?;
    let mut settings = args.design.settings()?;
    // As for exact characteristics: the published rule goes on treating at the lowest level.
    settings.accrue_at_lowest = true;
    let name = args.design.entry()?.name;
    let most = max_n.unwrap_or(ROLLING_SIX_MOST * u32::from(doses));
    let conditions = conditions(args)?;
    let late = settings
        .late_onset(name, doses, most)
        .map_err(|error| anyhow!("{error}"))?;
    if let Some(design) = late {
        let Some(conditions) = conditions else {
            bail!("give --accrual-interval-days: the design treats subjects while outcomes are pending");
        };
        args.conduct.refuse(super::oc::LATE, false)?;
        let rule = Rule::LateOnset {
            design: design.as_ref(),
            doses,
            start: args.design.start()?,
            max_n: most,
        };
        return each(curves, |curve| {
            simulate_timed(&rule, &conditions, curve, args.trials, args.seed)
        });
    }
    let design = settings
        .design(name, doses, most.max(cohort_size))
        .map_err(|error| anyhow!("{error}"))?;
    let plan = Plan::new(design.as_ref(), doses, cohort_size, max_n);
    let plan = args.conduct.apply(plan, &args.design)?;
    match conditions {
        None => each(curves, |curve| simulate_cohorts(&plan, curve, args.trials, args.seed)),
        Some(conditions) => {
            let rule = Rule::Cohorts(&plan);
            each(curves, |curve| {
                simulate_timed(&rule, &conditions, curve, args.trials, args.seed)
            })
        }
    }
}

/// One answer a curve. Every curve has the same seed, so that two of them differ by the curve alone.
fn each(
    curves: &[Curve],
    simulate: impl Fn(&Curve) -> Result<Simulated, tercel::trials::SimulationError>,
) -> anyhow::Result<Vec<Simulated>> {
    curves.iter().map(|curve| Ok(simulate(curve)?)).collect()
}

/// The conditions, where the days from one subject to the next are given.
fn conditions(args: &Args) -> anyhow::Result<Option<Conditions>> {
    let given = &args.conditions;
    let planned = args.design.protocol()?.map(|trial| f64::from(trial.dlt.window_days));
    let window = args.time.window()?.or(planned).unwrap_or(WINDOW_DAYS);
    let Some(interval) = args.time.interval()? else {
        if let Some(option) = given.first() {
            bail!("--{option} needs --accrual-interval-days, the days from one subject to the next");
        }
        return Ok(None);
    };
    let accrual = if given.poisson {
        Accrual::Poisson(interval)
    } else {
        Accrual::Regular(interval)
    };
    let mut conditions = Conditions::new(window, accrual);
    if given.turn_away {
        conditions.suspended = Suspended::Leaves;
    }
    let stagger = &mut conditions.stagger;
    stagger.sentinel_days = given.sentinel_days.unwrap_or(0.0);
    stagger.subject_days = given.stagger_days.unwrap_or(0.0);
    stagger.level_days = given.level_days.unwrap_or(0.0);
    conditions.onset = given.onset()?;
    conditions.visit_days = given.visit_days;
    let days = given.manufacturing_days.unwrap_or(0.0);
    conditions.manufacturing = if given.manufacturing_exponential {
        Delay::Exponential(days)
    } else {
        Delay::Fixed(days)
    };
    conditions.failure = given.failure.unwrap_or(0.0);
    conditions.under_dosing = given.under_dosing()?;
    conditions.frailty_sd = given.frailty.unwrap_or(0.0);
    Ok(Some(conditions))
}

impl ConditionArgs {
    /// The first of the options that was given.
    fn first(&self) -> Option<&'static str> {
        let options = [
            ("poisson", self.poisson),
            ("turn-away", self.turn_away),
            ("sentinel-days", self.sentinel_days.is_some()),
            ("stagger-days", self.stagger_days.is_some()),
            ("level-days", self.level_days.is_some()),
            ("onset", self.onset.is_some()),
            ("visit-days", self.visit_days.is_some()),
            ("manufacturing-days", self.manufacturing_days.is_some()),
            ("failure", self.failure.is_some()),
            ("under-dosed", self.under_dosed.is_some()),
            ("frailty", self.frailty.is_some()),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }

    fn onset(&self) -> anyhow::Result<Onset> {
        match self.onset.as_deref() {
            None | Some("uniform") => Ok(Onset::uniform()),
            Some("late") => Ok(Onset::late()),
            Some(text) if text.starts_with("weibull") => {
                let share = text.strip_prefix("weibull:").and_then(|share| share.parse().ok());
                let share =
                    share.ok_or_else(|| anyhow!("--onset {text}: give the share of late DLTs, like weibull:0.5"))?;
                Onset::weibull(share).map_err(|error| anyhow!("--onset {text}: {error}"))
            }
            Some(text) => {
                let weights: Result<Vec<f64>, _> = text.split(',').map(|cell| cell.trim().parse::<f64>()).collect();
                let weights = weights
                    .map_err(|_| anyhow!("--onset {text}: give uniform, late, weibull:0.5, or weights like 1,1,3"))?;
                Onset::weights(&weights).map_err(|error| anyhow!("--onset {text}: {error}"))
            }
        }
    }

    fn under_dosing(&self) -> anyhow::Result<Option<UnderDosing>> {
        let Some(probability) = self.under_dosed else {
            return Ok(None);
        };
        let (least, most) = match self.under_dosed_share.as_slice() {
            [] => (0.5, 0.8),
            &[least, most] => (least, most),
            other => bail!(
                "--under-dosed-share has {} numbers; give the least and the largest share",
                other.len()
            ),
        };
        if self.cells.is_empty() {
            bail!("--under-dosed needs --cells, the planned cells of each level");
        }
        Ok(Some(UnderDosing {
            probability,
            least,
            most,
            amounts: self.cells.clone(),
            exclude_below: self.exclude_below,
        }))
    }
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
    aligned(&rows)
}
