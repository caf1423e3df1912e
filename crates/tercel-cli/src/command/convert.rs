//! `tercel convert`: data of another system as SDTM datasets, for a study kept in files.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tercel_exchange::Table;
use tercel_exchange::inbound::{Inbound, Subjects, left_table};

use super::Answer;
use crate::inbound::{Format, InboundArgs, report_json, report_text};
use crate::output::Output;
use crate::study::require_protocol;

/// Arguments of `tercel convert`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files of one format
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What the files are
    #[arg(long, value_enum)]
    format: Format,
    #[command(flatten)]
    inbound: InboundArgs,
    /// Study identifier (STUDYID) of the rows
    #[arg(long, value_name = "ID", conflicts_with = "protocol")]
    study: Option<String>,
    /// Protocol whose study the rows are of: a trial folder or its protocol file
    #[arg(long, value_name = "TRIAL")]
    protocol: Option<PathBuf>,
    /// Folder to write the datasets to; a dataset that is there is not replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    if args.format == Format::Sdtm {
        bail!("--format sdtm: SDTM datasets need no conversion; give fhir, odm or lab");
    }
    let trial = args.protocol.as_deref().map(require_protocol).transpose()?;
    let study = args.study.clone().or(trial.map(|trial| trial.id)).unwrap_or_default();
    let subjects = Subjects {
        links: args.inbound.links()?,
        known: Vec::new(),
    };
    let mut inbound = args.inbound.read(args.format, &args.files, &study, subjects)?;
    let there = datasets_in(&args.out)?;
    complete_demography(&mut inbound, &study, &there);
    let files = write(&inbound, &args.out, &there)?;
    output.print(
        || {
            let mut report = report_json(&inbound);
            report.insert("files".to_owned(), json!(files));
            Value::Object(report)
        },
        || {
            let mut text = report_text(&inbound);
            for file in &files {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "wrote {file}");
            }
            text
        },
    )?;
    Ok(Answer::Given)
}

/// Names of the datasets in a folder, by their files.
fn datasets_in(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("failed to open {}", folder.display()))?;
    let mut names = BTreeSet::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("failed to open {}", folder.display()))?
            .path();
        names.extend(path.file_stem().map(|stem| stem.to_string_lossy().to_uppercase()));
    }
    Ok(names)
}

/// A folder of datasets needs one that names the subjects: that of the folder, otherwise one with the identifiers alone.
fn complete_demography(inbound: &mut Inbound, study: &str, there: &BTreeSet<String>) {
    if there.contains("DM") || there.contains("ADSL") {
        inbound.tables.retain(|table| table.name != "DM");
        return;
    }
    if inbound.tables.iter().any(|table| table.name == "DM") {
        return;
    }
    let mut subjects = BTreeSet::new();
    for table in &inbound.tables {
        let Some(at) = table.column("USUBJID") else { continue };
        subjects.extend((0..table.len()).map(|row| table.cell(row, at).to_owned()));
    }
    if subjects.is_empty() {
        return;
    }
    let rows = subjects.into_iter().map(|subject| {
        let short = subject.rsplit('-').next().unwrap_or(&subject).to_owned();
        vec![study.to_owned(), "DM".to_owned(), subject, short]
    });
    let rows = rows.collect();
    inbound.tables.push(Table::from_rows(
        "DM",
        &["STUDYID", "DOMAIN", "USUBJID", "SUBJID"],
        rows,
    ));
}

/// Writes the datasets, and beside them what was not taken, what was sent twice and what somebody should look at.
fn write(inbound: &Inbound, out: &Path, there: &BTreeSet<String>) -> anyhow::Result<Vec<String>> {
    if let Some(table) = inbound.tables.iter().find(|table| there.contains(&table.name)) {
        bail!(
            "{} holds dataset {} already; give another --out",
            out.display(),
            table.name
        );
    }
    fs::create_dir_all(out).with_context(|| format!("failed to create {}", out.display()))?;
    let mut tables: Vec<(String, Table)> = Vec::new();
    for table in &inbound.tables {
        tables.push((format!("{}.csv", table.name.to_lowercase()), table.clone()));
    }
    for (name, lines) in [
        ("not_taken", &inbound.not_taken),
        ("sent_twice", &inbound.duplicates),
        ("to_look_at", &inbound.findings),
    ] {
        if name == "not_taken" || !lines.is_empty() {
            tables.push((format!("{name}.csv"), left_table(name, lines)));
        }
    }
    let mut written = Vec::new();
    for (file, table) in &tables {
        let path = out.join(file);
        fs::write(&path, table.to_csv()?).with_context(|| format!("failed to write {}", path.display()))?;
        written.push(file.clone());
    }
    Ok(written)
}
