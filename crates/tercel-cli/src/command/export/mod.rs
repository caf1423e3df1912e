//! `tercel export`: the study in the field's formats, one file a target.

mod adam;
mod checked;
mod ctgov;
mod define;
mod e2b;
mod folder;
mod sdtm;
mod usdm;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};
use tercel::protocol::Trial;
use tercel::study::{Blocks, Finding, Rule};
use tercel_exchange::export::Dataset;
use tercel_exchange::export::checks::{Check, check_file, check_structure, check_well_formed};
use tercel_exchange::export::terminology::Extension;
use tercel_exchange::export::write::{self, About};
use tercel_exchange::sha256_hex;
use tercel_report::render_page;
use tercel_store::{Change, Clock, HeadKey, Store};

use super::Answer;
use crate::output::Output;
use crate::progress::Progress;
use crate::record::{operator, wait};
use crate::study::{TrialArgs, finding_json, protocol_path, record_address, require_protocol};

/// Arguments of `tercel export`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    trial: TrialArgs,
    /// What to write
    #[arg(long, value_name = "TARGET", value_parser = TARGETS.map(|target| target.name))]
    to: String,
    /// Folder to write to: a new or empty one, or that of an earlier export, which is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// File format of the datasets
    #[arg(long, value_enum, default_value = "dataset-json")]
    format: Format,
    /// Time of writing that the files state (YYYY-MM-DDThh:mm:ss); the day of the data cut if not given
    #[arg(long, value_name = "TIME")]
    created: Option<String>,
    /// Check the export, write checks.html (what was checked, by what, what was not) beside it, and exit with 1 where something is wrong
    #[arg(long)]
    check: bool,
    /// Report events that are not serious where they exceed this percentage of a group (ctgov), 0 to 5, in place of
    /// safety.registry_threshold_percent of the protocol; every event if neither is given
    #[arg(long, value_name = "PERCENT")]
    threshold: Option<f64>,
    /// Identifier of the sender of safety reports (e2b), in place of icsr.sender of the protocol
    #[arg(long, value_name = "ID")]
    sender: Option<String>,
    /// Identifier of their receiver, in place of icsr.receiver
    #[arg(long, value_name = "ID")]
    receiver: Option<String>,
}

/// File formats of datasets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// CDISC Dataset-JSON 1.1, one document a dataset
    DatasetJson,
    /// CDISC Dataset-JSON 1.1, line by line
    Ndjson,
    /// SAS XPORT version 5
    Xpt,
    /// Values separated by commas
    Csv,
    /// Apache Parquet
    Parquet,
}

impl Format {
    const fn as_format(self) -> write::Format {
        match self {
            Self::DatasetJson => write::Format::DatasetJson,
            Self::Ndjson => write::Format::Ndjson,
            Self::Xpt => write::Format::Xport,
            Self::Csv => write::Format::Csv,
            Self::Parquet => write::Format::Parquet,
        }
    }
}

/// What can be written.
struct Target {
    name: &'static str,
    /// What this program cannot check of it, and by what it can be.
    unchecked: &'static [[&'static str; 2]],
    write: fn(&Args, &Trial) -> anyhow::Result<Made>,
}

const RULES: [&str; 2] = [
    "CDISC and FDA conformance rules",
    "the CDISC rules engine (docs/conformance.md)",
];
const ADAM_RULES: [&str; 2] = [
    "Conformance rules of ADaM; values derived again by a second program",
    "a validator for ADaM; an independent programmer",
];
const SCHEMAS: [&str; 2] = [
    "The files against the schemas of their formats",
    "the tests of this version; xmllint or a JSON Schema validator",
];

/// Every target.
const TARGETS: [Target; 6] = [
    Target {
        name: "sdtm",
        unchecked: &[RULES, SCHEMAS],
        write: sdtm::write,
    },
    Target {
        name: "adam",
        unchecked: &[ADAM_RULES, SCHEMAS],
        write: adam::write,
    },
    Target {
        name: "define",
        unchecked: &[SCHEMAS],
        write: define::write,
    },
    Target {
        name: ctgov::NAME,
        unchecked: &[
            SCHEMAS,
            [
                "The registry's own rules of review",
                "upload to the test site of the PRS",
            ],
        ],
        write: ctgov::write,
    },
    Target {
        name: "usdm",
        unchecked: &[SCHEMAS, ["Rules of conformance of USDM", "the CDISC rules engine"]],
        write: usdm::write,
    },
    Target {
        name: e2b::NAME,
        unchecked: &[
            [
                "The messages against ICH's XSD, which may not be handed on",
                "the validator of the receiver",
            ],
            [
                "Causality, narrative and coding of the cases",
                "a reader of pharmacovigilance",
            ],
        ],
        write: e2b::write,
    },
];

/// What a target made.
struct Made {
    files: Vec<File>,
    /// Day of the data cut.
    cut: Option<Date>,
    /// Time of writing that the files state.
    created: DateTime,
    /// What was left out or could not be made.
    findings: Vec<Finding>,
    /// The checks that were made, with what they found.
    checks: Vec<Check>,
    /// Values added to open codelists.
    extensions: Vec<Extension>,
    /// What else to know of it, a sentence each.
    notes: Vec<String>,
}

impl Made {
    /// What was left out and what the checks found.
    fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        let checked = self.checks.iter().flat_map(|check| &check.findings);
        self.findings.iter().chain(checked)
    }
}

/// A file of an export.
struct File {
    name: String,
    /// Rows, where it is a dataset.
    rows: Option<usize>,
    bytes: Vec<u8>,
}

/// A dataset as a file of the format asked for.
fn file(dataset: &Dataset, args: &Args, about: &About<'_>) -> anyhow::Result<File> {
    let format = args.format.as_format();
    Ok(File {
        name: format!("{}.{}", dataset.name().to_lowercase(), format.extension()),
        rows: Some(dataset.table.len()),
        bytes: write::write(dataset, format, about)?,
    })
}

/// Every dataset as a file, and what is checked of both where asked for. Otherwise a dataset is let go of once its file is made.
fn write_datasets(args: &Args, datasets: Vec<Dataset>, about: &About<'_>) -> anyhow::Result<(Vec<File>, Vec<Check>)> {
    if args.check {
        let files = datasets.iter().map(|dataset| file(dataset, args, about));
        let files = files.collect::<anyhow::Result<Vec<File>>>()?;
        let checks = further(&datasets, &files);
        return Ok((files, checks));
    }
    let files = datasets.into_iter().map(|dataset| file(&dataset, args, about));
    Ok((files.collect::<anyhow::Result<_>>()?, Vec::new()))
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let target = TARGETS.iter().find(|target| target.name == args.to);
    let target = target.ok_or_else(|| anyhow!("--to {}: there is no such target", args.to))?;
    if args.to == ctgov::NAME && ctgov::is_record(&args.trial.trial) {
        folder::refuse_other(&args.out)?;
        return finish(args, target, None, ctgov::write_record(&args.trial.trial)?, output);
    }
    if args.to != e2b::NAME && (args.sender.is_some() || args.receiver.is_some()) {
        bail!("--sender and --receiver belong to --to {}; leave them out", e2b::NAME);
    }
    if let Some(threshold) = args.threshold {
        if args.to != ctgov::NAME {
            bail!("--threshold belongs to --to {}; leave it out", ctgov::NAME);
        }
        if !(0.0..=ctgov::HIGHEST_THRESHOLD).contains(&threshold) {
            bail!("--threshold {threshold} is not what the registry takes; write a percentage from 0 to 5");
        }
    }
    let trial = require_protocol(&args.trial.trial)?;
    folder::refuse_other(&args.out)?;
    let progress = Progress::start("making the export");
    let made = (target.write)(args, &trial)?;
    drop(progress);
    finish(args, target, Some(&trial), made, output)
}

/// What a study's data say and could not be read ([`Finding::is_unread`]): it is in none of what is derived from them.
fn unread(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(Finding::is_unread).collect()
}

/// How datasets hang together, and the files made of them read again: what is checked where asked for.
fn further(datasets: &[Dataset], files: &[File]) -> Vec<Check> {
    let mut checks = check_structure(datasets);
    let cells = datasets
        .iter()
        .map(|dataset| dataset.table.len() * dataset.variables.len());
    let read = datasets.iter().zip(files);
    checks.push(Check {
        what: "Every file, read again, gives the values it was written from",
        by: "the reader of this program".to_owned(),
        looked_at: format!("{} cells of {} files", cells.sum::<usize>(), files.len()),
        findings: read
            .flat_map(|(dataset, file)| check_file(dataset, &file.name, &file.bytes))
            .collect(),
    });
    checks
}

/// Adds the check that any export of texts has, and the page of all checks.
fn check(target: &Target, trial: Option<&Trial>, made: &mut Made) {
    let texts = made.files.iter().filter(|file| file.rows.is_none());
    let texts: Vec<(&str, &[u8])> = texts.map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
    if !texts.is_empty() {
        made.checks.push(check_well_formed(texts.into_iter()));
    }
    let page = checked::page(target, trial, made);
    made.files.push(File {
        name: checked::FILE.to_owned(),
        rows: None,
        bytes: render_page(&page).into_bytes(),
    });
}

/// Writes the files and says what they are; an export of a record in the store is noted there.
fn finish(
    args: &Args,
    target: &Target,
    trial: Option<&Trial>,
    mut made: Made,
    output: Output,
) -> anyhow::Result<Answer> {
    if args.check {
        check(target, trial, &mut made);
    }
    let made = &made;
    let sums: Vec<String> = made.files.iter().map(|file| sha256_hex(&file.bytes)).collect();
    folder::replace(&args.out, &made.files, &sums)?;
    if let Some(trial) = trial {
        note(args, trial, &made.files, &sums)?;
    }
    let wrong = made.all_findings().any(|finding| finding.blocks != Blocks::None);
    output.print(|| answer_json(args, made, &sums), || answer_text(args, made))?;
    let outside = outside_closed(made);
    if outside > 0 {
        // On standard error also beside --json, whose document counts them.
        eprintln!(
            "{outside} values are outside closed codelists; they are exported as they are, and a receiver will refuse them: correct them in the data"
        );
    }
    Ok(if outside > 0 || (args.check && wrong) {
        Answer::Blocked
    } else {
        Answer::Given
    })
}

/// Values that a codelist to which nobody may add does not have. They are known without `--check` too.
fn outside_closed(made: &Made) -> usize {
    let found = made.checks.iter().flat_map(|check| &check.findings);
    found
        .filter(|finding| matches!(finding.rule, Rule::NotInCodelist(..)))
        .count()
}

fn answer_json(args: &Args, made: &Made, sums: &[String]) -> Value {
    let files = made.files.iter().zip(sums).map(|(file, sum)| {
        json!({"path": args.out.join(&file.name).display().to_string(), "rows": file.rows, "sha256": sum})
    });
    let extensions = made.extensions.iter().map(|added| {
        json!({"codelist": added.list, "dataset": added.dataset, "variable": added.variable, "value": added.value})
    });
    json!({
        "to": args.to,
        "files": files.collect::<Vec<Value>>(),
        "data_cut": made.cut.map(|cut| cut.to_string()),
        "created": made.created.to_string(),
        "findings": made.all_findings().map(finding_json).collect::<Vec<Value>>(),
        "checks": made.checks.iter().map(check_json).collect::<Vec<Value>>(),
        "extensions": extensions.collect::<Vec<Value>>(),
        "outside_closed_codelists": outside_closed(made),
        "notes": made.notes,
    })
}

fn check_json(check: &Check) -> Value {
    json!({"what": check.what, "by": check.by, "looked_at": check.looked_at, "findings": check.findings.len()})
}

fn answer_text(args: &Args, made: &Made) -> String {
    let mut text = String::new();
    for file in &made.files {
        let rows = file.rows.map_or_else(String::new, |rows| format!("{rows} rows"));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:<20}{rows:>16}", file.name);
    }
    let _ = writeln!(text, "\n{} files in {}", made.files.len(), args.out.display());
    for check in made.checks.iter().filter(|_| args.check) {
        let found = check.findings.len();
        let _ = writeln!(text, "{found:>6} findings  {} ({})", check.what, check.looked_at);
    }
    for finding in made.all_findings() {
        let _ = writeln!(text, "{} {}: {}", finding.place(), finding.field, finding.rule);
    }
    for note in &made.notes {
        let _ = writeln!(text, "{note}");
    }
    if !made.extensions.is_empty() {
        let _ = writeln!(text, "\nAdded to open codelists:");
    }
    for added in &made.extensions {
        let _ = writeln!(
            text,
            "  {}.{} \"{}\" ({})",
            added.dataset, added.variable, added.value, added.list
        );
    }
    text
}

/// Time of writing: as asked, or the day of the data cut, or that of the protocol's version; never the clock.
fn created(args: &Args, trial: &Trial, cut: Option<Date>) -> anyhow::Result<DateTime> {
    let Some(text) = &args.created else {
        return Ok(cut.unwrap_or(trial.version_date).at(0, 0, 0, 0));
    };
    let Ok(time) = text.parse::<DateTime>() else {
        bail!("--created \"{text}\" is no time; write it as 2026-03-04T08:30:00");
    };
    Ok(time)
}

/// An export from the record is an entry of its chain, and the head after it is signed beside the export.
fn note(args: &Args, trial: &Trial, files: &[File], sums: &[String]) -> anyhow::Result<()> {
    let Some(address) = record_address(&args.trial.trial, args.trial.data.as_deref()) else {
        return Ok(());
    };
    let folder = protocol_path(&args.trial.trial);
    let folder = folder.parent().unwrap_or(std::path::Path::new("."));
    let key = HeadKey::open(&HeadKey::path(folder))?;
    let sums = folder::sums(files, sums);
    let head = wait(async {
        let store = Store::open(&address, Clock::System).await?;
        store.require_study(&trial.id)?;
        let (entries, hash) = store.head().await?;
        let event = json!({
            "event": "export",
            "to": args.to,
            "files": files.len(),
            "sha256": sha256_hex(sums.as_bytes()),
            "entries": entries,
            "hash": hash,
        });
        store
            .append(&operator(), Some(&trial.version), &[Change::Export { event }])
            .await?;
        Ok(store.signed_head(&key).await?)
    })?;
    folder::write_beside(
        &args.out,
        "head.json",
        &format!("{}\n", serde_json::to_string_pretty(&head)?),
    )
}
