//! `tercel design report`.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use serde_json::json;
use tercel::design::{CrmModel, Design, InvalidDesign, Plan, Settings, Target, indifference_skeleton, pathways};
use tercel::exact::{Limit, TimedPlan, assess, assess_compiled, compile_timed};
use tercel::report::design_page::{Description, conduct_rules, description_page, late_conduct_rules};
use tercel_report::render_design_page;

use super::conduct::ConductArgs;
use super::engine::{ROLLING_SIX_MOST, steps};
use super::options::{DesignArgs, TimeArgs};
use super::setup::{SizeArgs, TruthArgs, facts, timed_facts, write_file};
use super::{Answer, Output};
use crate::printing::{PrintArgs, Sheet};

/// The target that levels are measured by where the design has none.
const USUAL_TARGET: f64 = 0.3;

/// Days of the window where none are given.
const USUAL_WINDOW: f64 = 28.0;

/// Most courses in the figure of pathways.
const COURSES: u32 = 64;

/// Subjects at a level in the decision table of a design without a planned number.
const TABLE_ROWS: u32 = 6;

/// Arguments of `tercel design report`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    design: DesignArgs,
    #[command(flatten)]
    conduct: ConductArgs,
    /// Number of dose levels [default: that of the trial, skeleton or doses]
    #[arg(long, value_name = "K")]
    doses_count: Option<u8>,
    #[command(flatten)]
    size: SizeArgs,
    #[command(flatten)]
    truth: TruthArgs,
    #[command(flatten)]
    time: TimeArgs,
    /// Most memory to use, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 6144)]
    memory: u64,
    /// The HTML file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    print: PrintArgs,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    args.print.check()?;
    let entry = args.design.entry()?;
    let mut settings = args.design.settings()?;
    let levels = args.design.levels(args.doses_count)?;
    let (cohort_size, max_n) = args.size.complete(entry, args.design.protocol()?)?;
    let target = Target::new(settings.target.unwrap_or(USUAL_TARGET)).map_err(|error| anyhow!("{error}"))?;
    let mut conduct = default_skeleton(&mut settings, entry.options, target, levels)?;
    let most = max_n.unwrap_or(TABLE_ROWS);
    let (scenarios, _) = args.truth.scenarios(target, levels)?;
    let limit = Limit {
        bytes: args.memory.saturating_mul(1 << 20),
    };
    let at_level = args.conduct.most_at_level(ROLLING_SIX_MOST, &args.design)?;
    let late = settings
        .late_onset(entry.name, levels, max_n.unwrap_or(at_level * u32::from(levels)))
        .map_err(|error| anyhow!("{error}"))?;
    let (paths, facts, assessment) = if let Some(design) = late {
        let design = args.conduct.late(design.as_ref(), &args.design)?;
        conduct.extend(late_conduct_rules(&design));
        let planned = args.design.protocol()?.map(|trial| f64::from(trial.dlt.window_days));
        let window = args.time.window()?.or(planned).unwrap_or(USUAL_WINDOW);
        let interval = args.time.interval()?.unwrap_or(window / 4.0);
        let plan = TimedPlan {
            design: &design,
            doses: levels,
            start: args.design.start()?,
            max_n: max_n.unwrap_or(at_level * u32::from(levels)),
            steps: steps(window, interval)?,
            window_days: window,
        };
        conduct.push(format!(
            "Subjects are treated while outcomes are pending. The characteristics are for one subject every {interval} days and \
             a DLT as likely on any day of the window of {window} days."
        ));
        let compiled = compile_timed(&plan, limit, &mut |_, _| true)?;
        let facts = timed_facts(entry.title, settings.target, &plan);
        (None, facts, assess_compiled(&compiled, &scenarios)?)
    } else {
        let design: Box<dyn Design> = settings
            .design(entry.name, levels, most)
            .map_err(|error| anyhow!("{error}"))?;
        let plan = Plan::new(design.as_ref(), levels, cohort_size, max_n);
        let plan = args.conduct.apply(plan, &args.design)?;
        conduct.extend(conduct_rules(&plan));
        let paths = pathways(&plan, &[], depth(cohort_size))?;
        let facts = facts(entry.title, settings.target, &plan);
        (Some(paths), facts, assess(&plan, &scenarios, limit, &mut |_, _| true)?)
    };
    let table = match settings.table(entry.name, most) {
        Ok(rows) => Some(rows),
        Err(InvalidDesign::NoTable) => None,
        Err(error) => bail!("{error}"),
    };
    let page = description_page(&Description {
        entry,
        settings: &settings,
        facts,
        conduct,
        table,
        paths: paths.as_ref(),
        target,
        scenarios: &scenarios,
        assessment: &assessment,
        version: env!("CARGO_PKG_VERSION"),
    });
    let html = render_design_page(&page);
    let path = write_file(&args.out, &html)?;
    let sheet = Sheet::of_design(args.design.protocol()?, entry.title);
    let further = args
        .print
        .write_beside(&html, &path, &path.with_extension("docx"), &sheet)?;
    output.print(
        || json!({"file": path, "further_files": further, "states": assessment.states, "endings": assessment.endings}),
        || format!("Description of {}: {}\n", entry.title, path.display()),
    )?;
    Ok(Answer::Given)
}

/// Gives a model without a skeleton one around the middle level, and says so.
fn default_skeleton(
    settings: &mut Settings,
    options: &[&str],
    target: Target,
    levels: u8,
) -> anyhow::Result<Vec<String>> {
    if !options.contains(&"skeleton") || !settings.skeleton.is_empty() {
        return Ok(Vec::new());
    }
    let model = if settings.logistic {
        CrmModel::Logistic {
            intercept: settings.intercept.unwrap_or(3.0),
        }
    } else {
        CrmModel::Power
    };
    let halfwidth = super::compare::halfwidth(target);
    let middle = levels.div_ceil(2);
    settings.skeleton =
        indifference_skeleton(target, halfwidth, levels, middle, model).map_err(|error| anyhow!("{error}"))?;
    Ok(vec![format!(
        "The prior guesses come from an indifference interval of {halfwidth:.4} to either side of the target with level \
         {middle} as prior guess of the maximum tolerated dose (lee2009skeleton)."
    )])
}

/// Cohorts whose outcomes still fit one figure.
fn depth(cohort_size: u32) -> u8 {
    let courses = |depth: &u8| {
        cohort_size
            .saturating_add(1)
            .checked_pow(u32::from(*depth))
            .is_some_and(|all| all <= COURSES)
    };
    (1..=3).rev().find(courses).unwrap_or(1)
}
