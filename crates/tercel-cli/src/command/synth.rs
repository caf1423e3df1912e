//! `tercel synth`: a rehearsal of the study as SDTM datasets, marked synthetic in every file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tercel::protocol::{Trial, parse_protocol};
use tercel::simulate::dirt::{Dirt, Found, soil};
use tercel::simulate::{RehearsalOptions, add_screen_failures, rehearse};
use tercel::study::StudyData;
use tercel_exchange::format::{EXTENSIONS, dataset_json, xport};
use tercel_exchange::{SDTM_DATASETS, Table, bounded, soil_tables, to_ragged_csv, write_sdtm};

use super::{Answer, calibration};
use crate::output::Output;
use crate::study::require_complete;

/// Arguments of `tercel synth`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Trial folder, or its protocol file
    trial: PathBuf,
    /// Subjects enrolled, the uninfused among them
    #[arg(long, default_value_t = 18, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    subjects: u32,
    /// Subjects who fail screening, beside those enrolled
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    screen_failures: u32,
    /// Seed: the same seed gives the same study
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder to write the datasets to
    #[arg(long, required_unless_present = "calibration")]
    out: Option<PathBuf>,
    /// File format of the datasets
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// Replace datasets that stand in the folder
    #[arg(long)]
    force: bool,
    /// Put mistakes into the data, one of every kind there is a place for, and list them
    #[arg(long)]
    dirt: bool,
    /// Write nothing; print published numbers beside those of a rehearsal (take 2000 subjects)
    #[arg(long, conflicts_with_all = ["out", "force", "dirt", "screen_failures"])]
    calibration: bool,
}

/// File formats of datasets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Values separated by commas
    Csv,
    /// CDISC Dataset-JSON 1.1, one document a dataset
    DatasetJson,
    /// CDISC Dataset-JSON 1.1, line by line
    Ndjson,
    /// SAS XPORT version 5
    Xpt,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let trial = load_trial(&args.trial)?;
    let options = RehearsalOptions {
        subjects: args.subjects,
        seed: args.seed,
    };
    let Some(out) = &args.out else {
        calibration::print(&trial, options, output)?;
        return Ok(Answer::Given);
    };
    if args.dirt && args.format != Format::Csv {
        bail!("--dirt has mistakes that only CSV can hold; leave --format out");
    }
    let old = datasets_in(out)?;
    if !old.is_empty() && !args.force {
        bail!(
            "{} already holds datasets ({}); give another --out, or --force to replace them",
            out.display(),
            old.iter()
                .filter_map(|path| path.file_name()?.to_str())
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    let mut data = rehearse(&trial, options);
    let subjects = data.subjects.len();
    add_screen_failures(&trial, &mut data, options, args.screen_failures);
    fs::create_dir_all(out).with_context(|| format!("failed to create {}", out.display()))?;
    // A dataset of an earlier run that this one does not have would be read as part of this study. Other files stay.
    for path in old.into_iter().filter(|path| is_sdtm(path)) {
        fs::remove_file(&path).with_context(|| format!("failed to remove {}", path.display()))?;
    }
    let mut dirt = args.dirt.then(|| soil(&trial, &mut data, args.seed));
    let files = write_datasets(&trial, data, out, args, dirt.as_mut())?;
    let json = || {
        let list: Vec<_> = files
            .values()
            .map(|(path, rows)| json!({"path": path, "rows": rows}))
            .collect();
        let mut answer = json!({"files": list, "subjects": subjects, "screen_failures": args.screen_failures, "seed": args.seed, "synthetic": true});
        if let (Some(dirt), Some(answer)) = (&dirt, answer.as_object_mut()) {
            answer.insert("dirt".to_owned(), dirt.iter().map(dirt_json).collect());
        }
        answer
    };
    let text = || {
        let mut text = format!("Rehearsal of {}, seed {}: SYNTHETIC data\n\n", trial.id, args.seed);
        for (name, (path, rows)) in &files {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:<8}{rows:>9} rows  {}", path.display());
        }
        let short = (args.subjects as usize).saturating_sub(subjects);
        let _ = write!(text, "\n{subjects} subject{}", if subjects == 1 { "" } else { "s" });
        if args.screen_failures > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, ", and {} who failed screening", args.screen_failures);
        }
        if short > 0 {
            let _ = write!(
                text,
                "; {short} fewer than asked for, because the lowest dose level proved too toxic"
            );
        }
        if let Some(dirt) = &dirt {
            text.push_str(&dirt_text(dirt));
        }
        text
    };
    output.print(json, text)?;
    Ok(Answer::Given)
}

fn dirt_json(dirt: &Dirt) -> Value {
    let (dataset, rule, why) = match dirt.found {
        Found::By(rule) => (Some(dirt.dataset.as_str()), Some(rule), None),
        Found::In(dataset, rule) => (Some(dataset), Some(rule), None),
        Found::Nowhere(why) => (None, None, Some(why)),
    };
    json!({
        "kind": dirt.kind,
        "subject": dirt.subject.as_ref().map(ToString::to_string),
        "dataset": dirt.dataset.to_string(),
        "record": dirt.record,
        "field": dirt.field,
        "what": dirt.what,
        "found_in": dataset,
        "found_by": rule,
        "not_found": why,
    })
}

/// One piece a line: where it lies, what it is, and the rule that must find it.
fn dirt_text(dirt: &[Dirt]) -> String {
    let mut text = format!("\n\nDirt put in: {}\n", dirt.len());
    for piece in dirt {
        let subject = piece.subject.as_ref().map(|subject| format!("/{subject}"));
        let record = piece.record.map(|record| format!("/{record}"));
        let place = format!(
            "{}{}{}",
            piece.dataset,
            subject.unwrap_or_default(),
            record.unwrap_or_default()
        );
        let found = match piece.found {
            Found::By(rule) => format!("found by {rule}"),
            Found::In(dataset, rule) => format!("found by {rule} in {dataset}"),
            Found::Nowhere(why) => format!("not found: {why}"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {place} {}: {}; {} [{found}]",
            piece.field, piece.kind, piece.what
        );
    }
    text
}

/// Subjects written at a time: a large rehearsal as text is many times its size as records.
const AT_A_TIME: usize = 500;

/// A rehearsal has no time of writing: the same seed gives the same bytes.
const WRITTEN: &str = "1970-01-01T00:00:00";
const WRITTEN_SAS: &str = "01JAN70:00:00:00";

/// Path and number of rows of each dataset written, by name.
type Written = BTreeMap<String, (PathBuf, usize)>;

/// Writes the datasets of all subjects.
fn write_datasets(
    trial: &Trial,
    data: StudyData,
    out: &Path,
    args: &Args,
    mut dirt: Option<&mut Vec<Dirt>>,
) -> anyhow::Result<Written> {
    let mut written = Written::new();
    let mut number = 0;
    let StudyData {
        subjects,
        findings,
        datasets,
        synthetic,
        dated,
        coding,
        halts,
    } = data;
    let mut part = StudyData {
        subjects: Vec::new(),
        findings,
        datasets,
        synthetic,
        dated,
        coding,
        halts,
    };
    let mut subjects = subjects.into_iter().peekable();
    while subjects.peek().is_some() {
        // Only CSV can be written in parts.
        let some = if args.format == Format::Csv {
            AT_A_TIME
        } else {
            usize::MAX
        };
        part.subjects = subjects.by_ref().take(some).collect();
        let mut tables = write_sdtm(trial, &part);
        if let Some(dirt) = dirt.as_deref_mut() {
            soil_tables(trial, &mut tables, args.seed, number, dirt);
        }
        number += 1;
        for table in tables {
            let (path, begun) = (out.join(&table.file), written.contains_key(&table.name));
            let (extension, bytes) = match args.format {
                Format::Csv => ("csv", None),
                Format::DatasetJson => ("json", Some(dataset_json::write(&table, WRITTEN, false))),
                Format::Ndjson => ("ndjson", Some(dataset_json::write(&table, WRITTEN, true))),
                Format::Xpt => ("xpt", Some(xport::write(&table, WRITTEN_SAS)?)),
            };
            let path = path.with_extension(extension);
            bytes
                .map_or_else(|| append(&table, &path, begun), |bytes| Ok(fs::write(&path, bytes)?))
                .with_context(|| format!("failed to write {}", path.display()))?;
            written.entry(table.name).or_insert((path, 0)).1 += table.len();
        }
    }
    Ok(written)
}

/// Writes a table, or adds its rows to the file that the first part began.
fn append(table: &Table, path: &Path, begun: bool) -> anyhow::Result<()> {
    let bytes = to_ragged_csv(table)?;
    let header = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let rows = if begun {
        bytes.get(header..).unwrap_or_default()
    } else {
        &bytes
    };
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(begun)
        .write(true)
        .truncate(!begun)
        .open(path)?;
    file.write_all(rows)?;
    Ok(())
}

/// The protocol of a trial folder, or the file itself. Mistakes are shown with the line they stand in.
fn load_trial(path: &Path) -> anyhow::Result<Trial> {
    let file = if path.is_dir() {
        path.join("protocol.toml")
    } else {
        path.to_owned()
    };
    let read = bounded::read_text(&file, bounded::Kind::Lines, bounded::MAX_SETTINGS);
    let text = read.with_context(|| {
        format!(
            "failed to read {}; give a trial folder or its protocol.toml",
            file.display()
        )
    })?;
    let trial = parse_protocol(&file.display().to_string(), &text).map_err(|diagnostics| {
        let list: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{} has {} mistakes:\n{}", file.display(), list.len(), list.join("\n"))
    })?;
    require_complete(trial)
}

/// Whether the file is named like a dataset that a rehearsal writes.
fn is_sdtm(path: &Path) -> bool {
    let stem = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default()
        .to_uppercase();
    let name = stem.strip_prefix("SUPP").unwrap_or(&stem);
    SDTM_DATASETS.contains(&name)
}

/// Files of a folder that would be read as datasets; none where it does not exist.
fn datasets_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("failed to open {}", folder.display()))?;
    let mut datasets = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("failed to open {}", folder.display()))?
            .path();
        if path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| EXTENSIONS.contains(&extension.to_lowercase().as_str()))
        {
            datasets.push(path);
        }
    }
    datasets.sort();
    Ok(datasets)
}
