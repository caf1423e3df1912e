//! `tercel design compare`.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};
use tercel::design::{
    ALL, CrmModel, DesignEntry, DesignName, Plan, SafetyStop, Settings, Target, find, indifference_skeleton,
};
use tercel::exact::{
    Assessed, Compiled, InvalidAssessment, Limit, Scenario, TimedPlan, assess_compiled, average, compile, compile_timed,
};
use tercel::protocol::{DoseLevel, Trial};
use tercel::report::design_page::{
    Compared, Comparison, RANDOM_CURVES, TextTable, comparison_page, correct_rule, measures_table, options_used,
    scenario_table,
};
use tercel::report::number::raise;
use tercel::trials::random_curves;
use tercel_report::render_design_page;

use super::engine::{ROLLING_SIX_MOST, steps};
use super::options::doses;
use super::setup::{SizeArgs, TruthArgs, USUAL_COHORT, write_file};
use super::{Answer, Output};
use crate::command::estimate::aligned;
use crate::study::require_protocol;

/// Name of the page in the folder of `--out`.
const PAGE: &str = "comparison.html";

/// Most levels in one text table.
const ACROSS: usize = 9;

/// Seed of the random curves.
const SEED: u64 = 1;

/// Letters of a line.
const LINE: usize = 100;

/// Arguments of `tercel design compare`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Trial folder with protocol.toml, or the protocol file: dose levels, their labels, the variant of 3+3
    trial: Option<PathBuf>,
    /// Number of dose levels, without a trial
    #[arg(long, value_name = "K", conflicts_with = "trial")]
    doses_count: Option<u8>,
    /// Target DLT probability
    #[arg(long, value_name = "P", default_value_t = 0.3, allow_negative_numbers = true)]
    target: f64,
    /// Subjects in a cohort
    #[arg(long, value_name = "C", default_value_t = USUAL_COHORT)]
    cohort_size: u32,
    /// Cohorts in all
    #[arg(long, value_name = "K", default_value_t = 6)]
    cohorts: u32,
    #[command(flatten)]
    truth: TruthArgs,
    /// Designs to compare [default: all that look at DLTs alone]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    design: Vec<String>,
    /// Stop when the lowest level's DLT rate exceeds the target with more than this probability, whatever the design
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    safety_stop: Option<f64>,
    /// Length of the DLT window in days, for designs that treat subjects while outcomes are pending
    #[arg(long, value_name = "DAYS", default_value_t = 28.0, allow_negative_numbers = true)]
    window_days: f64,
    /// Days from one subject to the next, for the same designs
    #[arg(long, value_name = "DAYS", default_value_t = 7.0, allow_negative_numbers = true)]
    accrual_interval_days: f64,
    /// Most memory to use, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 6144)]
    memory: u64,
    /// Write the comparison as a page into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let trial = args.trial.as_deref().map(require_protocol).transpose()?;
    let levels = match (&trial, args.doses_count) {
        (Some(trial), _) => doses(trial.dose_levels.len())?,
        (None, Some(count)) => doses(usize::from(count))?,
        (None, None) => bail!("give a trial folder, or --doses-count: the number of dose levels"),
    };
    let target = Target::new(args.target).map_err(|error| anyhow!("--target: {error}"))?;
    if let Some(cutoff) = args.safety_stop.filter(|cutoff| !(*cutoff > 0.0 && *cutoff < 1.0)) {
        bail!("--safety-stop {cutoff}: give a probability between 0 and 1");
    }
    let (scenarios, standard) = args.truth.scenarios(target, levels)?;
    let skeleton = skeleton(target, levels)?;
    let settings = Settings {
        target: Some(args.target),
        start: Some(DoseLevel::FIRST),
        variant: trial.as_ref().and_then(|trial| trial.escalation.rule.variant),
        skeleton: skeleton.clone(),
        accrue_at_lowest: true,
        ..blrm_settings(target, trial.as_ref(), levels)
    };
    let mut designs = Vec::new();
    let one_parameter = Settings {
        prior_sd: Vec::new(),
        ..settings.clone()
    };
    for entry in chosen(args)? {
        let settings = if entry.name == DesignName::Blrm {
            &settings
        } else {
            &one_parameter
        };
        designs.push(compared(args, entry, settings, levels, &scenarios)?);
    }
    let comparison = Comparison {
        trial: trial.as_ref().map(|trial| trial.id.clone()),
        labels: trial.as_ref().map_or_else(Vec::new, labels),
        target,
        facts: facts(args, levels, &designs),
        notes: notes(args, &designs, &skeleton),
        scenarios,
        standard,
        designs,
    };
    if let Some(folder) = &args.out {
        write_file(&folder.join(PAGE), &render_design_page(&comparison_page(&comparison)))?;
    }
    output.print(|| comparison_json(&comparison), || text(&comparison, args))?;
    Ok(Answer::Given)
}

/// The designs asked for, in the order of the list of all.
fn chosen(args: &Args) -> anyhow::Result<Vec<&'static DesignEntry>> {
    for word in &args.design {
        if find(word).is_none() {
            let words: Vec<&str> = ALL.iter().map(|entry| entry.word).collect();
            bail!(
                "--design {word}: there is no such design; choose from {}",
                words.join(", ")
            );
        }
    }
    let wanted = |entry: &&DesignEntry| {
        let asked = args.design.iter().any(|word| word == entry.word);
        asked || (args.design.is_empty() && !entry.name.looks_at_responses())
    };
    Ok(ALL.iter().filter(wanted).collect())
}

/// Half the width of the indifference interval around a target.
pub(super) fn halfwidth(target: Target) -> f64 {
    (target.value() / 4.0).min((1.0 - target.value()) / 4.0)
}

/// The middle level is the prior guess of the maximum tolerated dose, a quarter of the target the halfwidth.
fn skeleton(target: Target, levels: u8) -> anyhow::Result<Vec<f64>> {
    indifference_skeleton(target, halfwidth(target), levels, levels.div_ceil(2), CrmModel::Power)
        .map_err(|error| anyhow!("{error}"))
}

/// A vague prior of the BLRM: the middle dose is on target in the prior median, and the slope is about 1.
fn blrm_settings(target: Target, trial: Option<&Trial>, levels: u8) -> Settings {
    let doses: Vec<f64> = match trial {
        Some(trial) => trial
            .dose_levels
            .values()
            .iter()
            .map(|group| group.planned.to_cells())
            .collect(),
        None => (0..levels).map(|level| 2.0_f64.powi(i32::from(level))).collect(),
    };
    let phi = target.value();
    Settings {
        ref_dose: doses.get(usize::from(levels.div_ceil(2)) - 1).copied(),
        prior_mean: vec![(phi / (1.0 - phi)).ln(), 0.0],
        prior_sd: vec![2.0, 1.0],
        // The target interval reaches as far on either side of the target as 0.16 and 0.33 do around 0.25.
        cuts: vec![phi * 0.64, (phi * 1.32).min(0.99)],
        doses,
        ..Settings::default()
    }
}

fn compared(
    args: &Args,
    entry: &'static DesignEntry,
    settings: &Settings,
    levels: u8,
    scenarios: &[Scenario],
) -> anyhow::Result<Compared> {
    let (cohort_size, max_n) = SizeArgs::new(args.cohort_size, args.cohorts).complete(entry, None)?;
    let limit = Limit {
        bytes: args.memory.saturating_mul(1 << 20),
    };
    let target = Target::new(args.target)?;
    let random = random_curves(target, levels, RANDOM_CURVES, SEED);
    let assessed = |compiled: &Compiled| {
        let averaged = average(compiled, &random, &vec![1.0; random.len()])?;
        Ok::<_, InvalidAssessment>((assess_compiled(compiled, scenarios)?, averaged))
    };
    let both = compiled(args, entry, settings, levels, (cohort_size, max_n), limit)
        .and_then(|compiled| Ok(assessed(&compiled)?))
        .map_err(|error| error.to_string());
    let (assessment, averaged) = match both {
        Ok((assessment, averaged)) => (Ok(assessment), averaged),
        Err(reason) => (Err(reason), None),
    };
    Ok(Compared {
        entry,
        options: options_used(entry, settings),
        assessment,
        averaged,
    })
}

/// The design compiled, on the accrual grid where it treats subjects while outcomes are pending.
fn compiled(
    args: &Args,
    entry: &DesignEntry,
    settings: &Settings,
    levels: u8,
    (cohort_size, max_n): (u32, Option<u32>),
    limit: Limit,
) -> anyhow::Result<Compiled> {
    let most = max_n.unwrap_or(ROLLING_SIX_MOST * u32::from(levels)).max(cohort_size);
    if let Some(design) = settings.late_onset(entry.name, levels, most)? {
        let plan = TimedPlan {
            design: design.as_ref(),
            doses: levels,
            start: DoseLevel::FIRST,
            max_n: most,
            steps: steps(args.window_days, args.accrual_interval_days)?,
            window_days: args.window_days,
        };
        return Ok(compile_timed(&plan, limit, &mut |_, _| true)?);
    }
    let design = settings.design(entry.name, levels, most)?;
    let mut plan = Plan::new(design.as_ref(), levels, cohort_size, max_n);
    plan.no_skipping = entry.name == DesignName::Blrm;
    plan.safety_stop = args.safety_stop.map(|cutoff| SafetyStop {
        target: args.target,
        cutoff,
        min_n: 1,
    });
    Ok(compile(&plan, limit, &mut |_, _| true)?)
}

fn labels(trial: &Trial) -> Vec<String> {
    let each = trial.dose_levels.levels();
    each.map(|level| raise(&trial.level_label(level))).collect()
}

fn facts(args: &Args, levels: u8, designs: &[Compared]) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    vec![
        fact("Designs", designs.len().to_string()),
        fact("Dose levels", levels.to_string()),
        fact("Target DLT probability", args.target.to_string()),
        fact("Subjects in a cohort", args.cohort_size.to_string()),
        fact("Cohorts", args.cohorts.to_string()),
        fact("Program", format!("tercel {}", env!("CARGO_PKG_VERSION"))),
    ]
}

/// How the designs are set where the question left it open.
fn notes(args: &Args, designs: &[Compared], skeleton: &[f64]) -> Vec<String> {
    let mut notes =
        vec!["Every design has its published options where nothing else is said, and starts at level 1.".to_owned()];
    let named = |wanted: fn(&DesignEntry) -> bool| -> String {
        let each = designs.iter().map(|design| design.entry).filter(|entry| wanted(entry));
        each.map(|entry| entry.title).collect::<Vec<_>>().join(", ")
    };
    let by_itself = named(|entry| entry.name.stops_by_itself());
    if !by_itself.is_empty() {
        notes.push(format!(
            "{by_itself}: cohorts of three, ended by its own rule rather than after {} cohorts, and without a target of its \
             own.",
            args.cohorts
        ));
    }
    let late = named(|entry| entry.options.contains(&"max-pending-fraction") || entry.name == DesignName::RollingSix);
    if !late.is_empty() {
        notes.push(format!(
            "{late}: subjects are treated while outcomes are pending, one every {} days, with a DLT as likely on any day of \
             the window of {} days.",
            args.accrual_interval_days, args.window_days
        ));
    }
    if designs.iter().any(|design| design.entry.name == DesignName::Blrm) {
        notes.push(
            "BLRM: a vague prior, in the median on target at the middle dose with a slope of 1 (standard deviations 2 and 1), \
             target interval from 0.64 to 1.32 times the target. Without a trial the doses double from level to level."
                .to_owned(),
        );
    }
    let by_model = named(|entry| entry.options.contains(&"skeleton"));
    if !by_model.is_empty() {
        let values: Vec<String> = skeleton.iter().map(|s| format!("{s:.3}")).collect();
        notes.push(format!(
            "{by_model}: the prior guesses are {}, from an indifference interval of a quarter of the target to either side \
             with level {} as prior guess of the maximum tolerated dose (lee2009skeleton). Other guesses give other numbers.",
            values.join(", "),
            skeleton.len().div_ceil(2)
        ));
    }
    match args.safety_stop {
        Some(cutoff) => notes.push(format!(
            "Every design also stops without a maximum tolerated dose when the DLT rate of the lowest level exceeds the target \
             with a probability above {cutoff}."
        )),
        None => notes.push(
            "A design that closes no level, as CCD and CRM are published, always selects one; --safety-stop adds the same \
             stopping rule to all."
                .to_owned(),
        ),
    }
    notes
}

fn comparison_json(comparison: &Comparison) -> Value {
    let scenario = |(scenario, assessed): (&Scenario, &Assessed)| {
        let found = &assessed.found;
        json!({
            "name": scenario.name, "truth": scenario.curve.values(),
            "correct_level": scenario.correct.map(DoseLevel::number),
            "select": found.select.values(), "select_none": found.select_none,
            "patients": found.patients.values(), "dlts": found.dlts.values(), "n_total": found.n_total,
            "correct": assessed.correct, "overdose": assessed.overdose, "patients_above": assessed.patients_above,
        })
    };
    let design = |compared: &Compared| match &compared.assessment {
        Ok(found) => json!({
            "design": compared.entry.word, "options": compared.set(), "states": found.states, "endings": found.endings,
            "average": compared.averaged.as_ref().map(super::robust::averaged_json),
            "scenarios": comparison.scenarios.iter().zip(&found.assessed).map(scenario).collect::<Vec<Value>>(),
        }),
        Err(reason) => json!({"design": compared.entry.word, "left_out": reason, "scenarios": []}),
    };
    json!({"designs": comparison.designs.iter().map(design).collect::<Vec<Value>>()})
}

fn text(comparison: &Comparison, args: &Args) -> String {
    let mut page = format!(
        "{} designs, target {}, exact\n\n",
        comparison.designs.len(),
        comparison.target.value()
    );
    print_table(&mut page, &scenario_table(&comparison.scenarios));
    let standard = comparison.standard_rule();
    let sentences = standard.into_iter().chain([correct_rule(comparison.target)]);
    for sentence in sentences.chain(comparison.notes.clone()).chain(comparison.alike()) {
        let _ = writeln!(page, "{}\n", wrapped(&sentence));
    }
    for design in &comparison.designs {
        let _ = writeln!(
            page,
            "{}",
            wrapped(&format!("{}: {}", design.entry.title, design.set()))
        );
    }
    page.push('\n');
    for (place, scenario) in comparison.scenarios.iter().enumerate() {
        let under = comparison.under(place);
        print_table(&mut page, &measures_table(scenario.name.clone(), "Design", &under));
        selections(&mut page, scenario, &under);
    }
    if let Some(table) = comparison.over_random_curves() {
        print_table(&mut page, &table);
    }
    for design in &comparison.designs {
        if let Err(reason) = &design.assessment {
            let _ = writeln!(page, "{} is left out: {reason}.", design.entry.title);
        }
    }
    if let Some(folder) = &args.out {
        let _ = writeln!(page, "Page: {}", folder.join(PAGE).display());
    }
    page
}

/// A paragraph in lines of at most [`LINE`] letters.
fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LINE => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

/// Selection probabilities, so many levels at a time as a line holds.
fn selections(page: &mut String, scenario: &Scenario, under: &[(String, &Assessed)]) {
    let levels: Vec<usize> = (1..=scenario.curve.values().len()).collect();
    for some in levels.chunks(ACROSS) {
        let head = std::iter::once("Selected, %".to_owned()).chain(some.iter().map(|level| format!("level {level}")));
        let mut rows = vec![head.collect::<Vec<String>>()];
        for (name, assessed) in under {
            let each = assessed.found.select.values().iter();
            let shown = each
                .zip(1_usize..)
                .filter(|(_, level)| some.contains(level))
                .map(|(share, _)| format!("{:.1}", 100.0 * share));
            rows.push(std::iter::once(name.clone()).chain(shown).collect());
        }
        let _ = writeln!(page, "{}", aligned(&rows));
    }
}

/// A table in text; one too wide for a line is cut into several, each with the headings of its rows.
fn print_table(page: &mut String, table: &TextTable) {
    let _ = writeln!(page, "{}", table.title);
    let columns: Vec<usize> = (1..table.head.len()).collect();
    for some in columns.chunks(ACROSS - 1) {
        let cut = |row: &Vec<String>| -> Vec<String> {
            let each = row.iter().enumerate();
            each.filter(|(place, _)| *place == 0 || some.contains(place))
                .map(|(_, cell)| cell.clone())
                .collect()
        };
        let rows: Vec<Vec<String>> = std::iter::once(&table.head).chain(&table.rows).map(cut).collect();
        let _ = writeln!(page, "{}", aligned(&rows));
    }
}
