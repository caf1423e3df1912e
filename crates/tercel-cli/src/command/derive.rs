//! `tercel derive`: analysis datasets from a folder of tabulation datasets.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::json;
use tercel::coding::{Coding, code_study};
use tercel::endpoint::Analysis;
use tercel::estimate::kinetics::{Blq, BlqRules, Method};
use tercel::grade::ctcae::Ctcae;
use tercel::protocol::Trial;
use tercel::response::{BestOptions, Criteria};
use tercel::study::StudyData;
use tercel_exchange::adam::{DeriveOptions, Derived, apply_protocol, derive_datasets, label_scales};
use tercel_exchange::{Table, read_datasets, read_folder};

use super::Answer;
use crate::coding::read_coding;
use crate::output::Output;
use crate::study::require_protocol;

/// Arguments of `tercel derive`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of SDTM datasets as CSV
    sdtm: PathBuf,
    /// Folder to write the analysis datasets to
    #[arg(long)]
    out: PathBuf,
    /// Protocol whose rules are applied: a trial folder or its protocol file
    #[arg(long)]
    protocol: Option<PathBuf>,
    /// A rule that differs, as `response.confirmation_days=28`; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Folder of the sponsor's MedDRA release, if not coding.meddra of the protocol; needs --protocol
    #[arg(long, value_name = "DIR", requires = "protocol")]
    meddra: Option<PathBuf>,
    /// Format of the datasets
    #[arg(long, default_value = "csv", value_parser = ["csv"])]
    format: String,
}

/// The rules that `--set` can change, with what each expects.
const KEYS: [(&str, &str); 6] = [
    ("response.confirmation_days", "days, 0 or more"),
    ("response.sd_min_days", "days, 0 or more"),
    ("response.max_ne", "a whole number, 0 or more"),
    ("response.accept_sd", "true or false"),
    ("response.criteria", "recist-1.1, mrecist or irecist"),
    ("grading.ctcae", "5.0 or 6.0"),
];

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let trial = args.protocol.as_deref().map(require_protocol).transpose()?;
    let mut options = trial.as_ref().map_or_else(defaults, DeriveOptions::of);
    for setting in &args.set {
        apply(setting, &mut options)?;
    }
    let coding = match (&trial, &args.protocol) {
        (Some(trial), Some(folder)) => read_coding(folder, trial, args.meddra.as_deref())?,
        (None, _) | (_, None) => None,
    };
    let (tables, found) = read_datasets(&args.sdtm)?;
    for finding in found.iter().filter(|finding| finding.leads()) {
        eprintln!("warning: {}", finding.rule);
    }
    let data = trial.as_ref().map(|trial| read_folder(&args.sdtm, trial)).transpose()?;
    if let (Some(trial), Some(data)) = (&trial, &data) {
        options = options.with_baselines(trial, data);
    }
    let Some(mut derived) = derive_datasets(tables, &options, coding.as_ref()) else {
        bail!(
            "{} holds neither dm.csv nor adsl.csv, so it names no subject; put one of them there",
            args.sdtm.display()
        );
    };
    if let Err(why) = of_protocol(trial.as_ref().zip(data), coding.as_ref(), &mut derived.tables) {
        derived
            .notes
            .push(format!("{why}: addlt, adtox and adout are not derived"));
    }
    fs::create_dir_all(&args.out).with_context(|| format!("failed to create {}", args.out.display()))?;
    let files = derived
        .tables
        .iter()
        .map(|table| write(table, &args.out))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let json = || {
        let list: Vec<_> = files
            .iter()
            .map(|(path, rows)| json!({"path": path, "rows": rows}))
            .collect();
        json!({
            "files": list,
            "settings": settings_json(&options),
            "meddra": coding.as_ref().map(|coding| json!({
                "version": coding.meddra.release.version,
                "language": coding.meddra.release.language,
            })),
            "notes": derived.notes,
        })
    };
    let text = || {
        let mut text = String::new();
        for (path, rows) in &files {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{rows:>9} rows  {}", path.display());
        }
        for note in &derived.notes {
            let _ = writeln!(text, "{note}");
        }
        text
    };
    output.print(json, text)?;
    Ok(Answer::Given)
}

/// The analysis datasets of a trial by its own rules; `None` where nothing names the subjects.
pub(super) fn analysis_datasets(
    trial: &Trial,
    tables: Vec<Table>,
    analysis: &Analysis<'_>,
    coding: Option<&Coding>,
) -> Option<Derived> {
    let options = DeriveOptions::of(trial).with_baselines(trial, analysis.data);
    let mut derived = derive_datasets(tables, &options, coding)?;
    if !apply_protocol(&mut derived.tables, analysis) {
        derived
            .notes
            .push("the data carry no dates: addlt, adtox and adout are not derived".to_owned());
    }
    Some(derived)
}

/// Adds what the protocol says, or tells what is missing for it.
fn of_protocol(
    study: Option<(&Trial, StudyData)>,
    coding: Option<&Coding>,
    derived: &mut Vec<Table>,
) -> Result<(), &'static str> {
    let Some((trial, whole)) = study else {
        return Err("what is a DLT stands in a protocol, and none is given (--protocol)");
    };
    let cut = whole.last_day().or_else(|| whole.dated.then_some(trial.version_date));
    let Some(cut) = cut else {
        for table in derived.iter_mut().filter(|table| table.name == "ADAE") {
            *table = label_scales(table, trial);
        }
        return Err("the data carry no dates, so no subject has a DLT verdict");
    };
    let mut data = whole.into_as_of(cut);
    if let Some(coding) = coding {
        code_study(&mut data, coding);
    }
    let analysis = Analysis::new(trial, &data, Some(cut));
    apply_protocol(derived, &analysis);
    Ok(())
}

/// Writes one dataset; returns its path and number of rows.
fn write(table: &Table, out: &Path) -> anyhow::Result<(PathBuf, usize)> {
    let path = out.join(&table.file);
    fs::write(&path, table.to_csv()?).with_context(|| format!("failed to write {}", path.display()))?;
    Ok((path, table.len()))
}

/// The rules where no protocol states them.
fn defaults() -> DeriveOptions {
    DeriveOptions {
        best: BestOptions {
            confirmation_days: 28.0,
            sd_min_days: 42.0,
            max_ne: 1,
            accept_sd: false,
            stop_day: None,
        },
        criteria: Criteria::Recist11,
        evaluator: "INVESTIGATOR".to_owned(),
        lymphodepletion: ["FLUDARABINE", "CYCLOPHOSPHAMIDE", "BENDAMUSTINE"]
            .map(str::to_owned)
            .to_vec(),
        ctcae: Ctcae::V5,
        copies: Vec::new(),
        counts: Vec::new(),
        auc_method: Method::LinearUpLogDown,
        blq: BlqRules {
            first: Blq::Zero,
            middle: Blq::Drop,
            last: Blq::Drop,
        },
        baselines: None,
    }
}

/// Changes one rule.
fn apply(setting: &str, options: &mut DeriveOptions) -> anyhow::Result<()> {
    let Some((key, value)) = setting.split_once('=') else {
        bail!("--set {setting}: expected KEY=VALUE; the keys are {}", keys());
    };
    let (key, value) = (key.trim(), value.trim());
    let Some((_, expected)) = KEYS.iter().find(|(known, _)| *known == key) else {
        bail!("--set {setting}: no rule is named \"{key}\"; the keys are {}", keys());
    };
    let understood = match key {
        "response.confirmation_days" => days(value).map(|days| options.best.confirmation_days = days),
        "response.sd_min_days" => days(value).map(|days| options.best.sd_min_days = days),
        "response.max_ne" => value.parse().ok().map(|count| options.best.max_ne = count),
        "response.accept_sd" => yes_no(value).map(|accept| options.best.accept_sd = accept),
        "response.criteria" => Criteria::parse(value).map(|criteria| options.criteria = criteria),
        _ => Ctcae::parse(value).map(|version| options.ctcae = version),
    };
    understood.with_context(|| format!("--set {key}: expected {expected}, found \"{value}\""))
}

fn keys() -> String {
    KEYS.map(|(key, expected)| format!("{key} ({expected})")).join(", ")
}

fn days(value: &str) -> Option<f64> {
    let days = value.parse::<f64>().ok();
    days.filter(|days| days.is_finite() && *days >= 0.0)
}

fn yes_no(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" => Some(true),
        "false" | "no" | "n" => Some(false),
        _ => None,
    }
}

fn settings_json(options: &DeriveOptions) -> serde_json::Value {
    let best = &options.best;
    let blq = [options.blq.first, options.blq.middle, options.blq.last].map(Blq::name);
    json!({
        "response.confirmation_days": best.confirmation_days,
        "response.sd_min_days": best.sd_min_days,
        "response.max_ne": best.max_ne,
        "response.accept_sd": best.accept_sd,
        "response.criteria": options.criteria.to_string(),
        "response.evaluator": options.evaluator,
        "grading.ctcae": options.ctcae.number(),
        "kinetics.auc_method": options.auc_method.name(),
        "kinetics.blq": blq,
    })
}
