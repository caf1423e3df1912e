//! `tercel design next`.

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};
use tercel::design::{
    Action, Because, Count, Decision, Design, DesignName, Interim, LateOnsetDesign, Plan, Settings, Stage, decide,
};
use tercel::protocol::{DoseLevel, PerLevel};

use super::conduct::ConductArgs;
use super::efficacy;
use super::options::{DesignArgs, MOST_SUBJECTS, TimeArgs, subjects};
use super::outcomes::{OutcomeArgs, Subjects};
use super::{Answer, Output};

/// Arguments of `tercel design next`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    design: DesignArgs,
    #[command(flatten)]
    conduct: ConductArgs,
    #[command(flatten)]
    subjects: OutcomeArgs,
    /// Number of dose levels [default: that of the skeleton or the doses]
    #[arg(long, value_name = "K")]
    doses_count: Option<u8>,
    /// Current level [default: that of the last subject]
    #[arg(long, value_name = "K")]
    current_dose: Option<u8>,
    #[command(flatten)]
    time: TimeArgs,
    /// Subjects in a cohort, for rules on the latest cohort
    #[arg(long, value_name = "C", default_value_t = 1)]
    cohort_size: u32,
    /// Cohorts planned; the trial ends when all are treated
    #[arg(long, value_name = "K")]
    cohorts: Option<u32>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let settings = args.design.settings()?;
    let treated = args.subjects.read()?;
    let doses = args.design.levels(args.doses_count)?;
    if treated.highest() > doses {
        bail!(
            "a subject was treated at level {}, of {doses} dose levels",
            treated.highest()
        );
    }
    let name = args.design.entry()?.name;
    if name.looks_at_responses() {
        return next_by_responses(args, name, &settings, &treated, doses, output);
    }
    let late = settings
        .late_onset(name, doses, MOST_SUBJECTS)
        .map_err(|error| anyhow!("{error}"))?;
    let (last, latest) = treated
        .latest(args.cohort_size as usize)
        .unwrap_or((args.design.start()?, Count::default()));
    let current = match args.current_dose.map(DoseLevel::new) {
        None => last,
        Some(Some(level)) if level.number() <= doses => level,
        Some(_) => bail!("--current-dose must be one of 1 to {doses}"),
    };
    if let Some(design) = late {
        let design = args.conduct.late(design.as_ref(), &args.design)?;
        let (counts, pending) = treated.interim(doses, args.time.window()?)?;
        let decision = if treated.0.is_empty() {
            Decision {
                action: Action::Stay(current),
                because: Because::Start,
            }
        } else {
            design.offer(&Interim {
                counts: &counts,
                pending: &pending,
                current,
            })
        };
        output.print(|| decision_json(&decision, &counts), || text(&decision, &counts))?;
        return Ok(Answer::Given);
    }
    let counts = treated.counts(doses)?;
    let most = counts
        .values()
        .iter()
        .map(|count| count.evaluable + count.pending)
        .max()
        .unwrap_or(0);
    let cohort_size = subjects("--cohort-size", args.cohort_size)?;
    let design: Box<dyn Design> = settings
        .design(name, doses, most.max(1))
        .map_err(|error| anyhow!("{error}"))?;
    let max_n = args.cohorts.map(|cohorts| cohorts.saturating_mul(cohort_size));
    let plan = Plan::new(design.as_ref(), doses, cohort_size, max_n);
    let plan = args.conduct.apply(plan, &args.design)?;
    let stage = Stage {
        counts: &counts,
        current,
        latest,
    };
    let decision = decide(&plan, &stage);
    output.print(|| decision_json(&decision, &counts), || text(&decision, &counts))?;
    Ok(Answer::Given)
}

/// The next dose of a design that looks at responses.
fn next_by_responses(
    args: &Args,
    name: DesignName,
    settings: &Settings,
    treated: &Subjects,
    doses: u8,
    output: Output,
) -> anyhow::Result<Answer> {
    args.conduct.refuse("looks at responses")?;
    let current = args.current_dose.map(|level| match DoseLevel::new(level) {
        Some(level) if level.number() <= doses => Ok(level),
        Some(_) | None => Err(anyhow!("--current-dose must be one of 1 to {doses}")),
    });
    let cohort_size = subjects("--cohort-size", args.cohort_size)?;
    let ask = efficacy::Next {
        name,
        settings,
        treated,
        doses,
        current: current.transpose()?,
        start: args.design.start()?,
        max_n: args.cohorts.map(|cohorts| cohorts.saturating_mul(cohort_size)),
        stop_at: args.conduct.stop_at(),
    };
    efficacy::next(&ask, output)
}

fn decision_json(decision: &Decision, counts: &PerLevel<Count>) -> Value {
    let levels = counts.iter().map(|(level, count)| {
        json!({
            "dose_level": level.number(), "evaluable": count.evaluable, "dlt": count.dlt, "pending": count.pending,
        })
    });
    let action = decision.action;
    json!({
        "action": action.name(),
        "dose_level": action.level().map(DoseLevel::number),
        "mtd": action.mtd().map(DoseLevel::number),
        "because": decision.because.to_string(),
        "waiting_on": [],
        "levels": levels.collect::<Vec<Value>>(),
    })
}

fn text(decision: &Decision, counts: &PerLevel<Count>) -> String {
    let mut action = decision.action.to_string();
    if let Some(first) = action.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut page = format!("{action}.\nBecause: {}.\n\n", decision.because);
    for (level, count) in counts.iter() {
        let _ = writeln!(
            page,
            "level {level}: {}",
            if *count == Count::default() {
                "-".to_owned()
            } else {
                count.to_string()
            }
        );
    }
    page
}
