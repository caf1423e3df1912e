//! `tercel export --to ctgov`: registration and results as ClinicalTrials.gov takes them, of a trial or of a record.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tercel::endpoint::{check_analysis, derive_cells};
use tercel::protocol::Trial;
use tercel::safety::derive_tables;
use tercel_exchange::bounded;
use tercel_exchange::export::references::check_groups;
use tercel_exchange::registry::protocol_record::write_protocol_record;
use tercel_exchange::registry::results::{
    Origins, Results, ResultsError, ResultsOptions, build_results, match_outcomes, read_results, write_results,
};

use super::{Args, File, Made, created, unread};
use crate::study::{Study, data_path, protocol_path, read_source, record_address};

/// Name of the target.
pub(super) const NAME: &str = "ctgov";

/// Name of the registry record in a trial folder, without its extension.
const RECORD: &str = "registry-record";

/// The highest threshold for events that are not serious that the registry takes, in percent.
pub(super) const HIGHEST_THRESHOLD: f64 = 5.0;

/// Makes the registration, and the results where the trial has data.
pub(super) fn write(args: &Args, trial: &Trial) -> anyhow::Result<Made> {
    let record = record_beside(&args.trial.trial);
    let bytes = record.as_deref().map(read_record).transpose()?;
    let registration = write_protocol_record(Some(trial), bytes.as_deref(), None).with_context(|| {
        let path = record.as_deref().unwrap_or(Path::new(""));
        format!("failed to read the record {}", path.display())
    })?;
    let mut made = Made {
        files: vec![file("protocol.xml", registration.xml)],
        cut: None,
        created: created(args, trial, None)?,
        findings: Vec::new(),
        extensions: Vec::new(),
        checks: Vec::new(),
        notes: registration
            .not_stated
            .iter()
            .map(|what| format!("protocol.xml: {what}"))
            .collect(),
    };
    let (path, data) = (&args.trial.trial, args.trial.data.as_deref());
    if record_address(path, data).is_none() && data.is_none() && !data_path(path, data).exists() {
        made.notes
            .push("results.xml is not written: the trial has no data".to_owned());
        return Ok(made);
    }
    let study = Study::open(&args.trial)?;
    let analysis = study.analysis();
    let cells = derive_cells(&analysis);
    let tables = read_source(&args.trial, trial)?.tables;
    let origins = Origins::of(&tables);
    // Unless asked otherwise every event is reported, however rare.
    let threshold = args.threshold.or(trial.safety.registry_threshold_percent);
    let options = ResultsOptions {
        threshold_percent: threshold.unwrap_or(0.0),
    };
    let results = build_results(&analysis, &cells, &derive_tables(&analysis), &origins, options);
    made.notes
        .extend(results.limitations.iter().map(|text| format!("results.xml: {text}")));
    add_results(&mut made, &results);
    // What could not be read is in no count: who takes the results must know.
    made.findings = unread(check_analysis(&analysis));
    made.cut = study.cut;
    made.created = created(args, trial, study.cut)?;
    Ok(made)
}

/// The results as a file, held against its own groups.
fn add_results(made: &mut Made, results: &Results) {
    let results = file("results.xml", write_results(results));
    made.checks.push(check_groups(&results.name, &results.bytes));
    made.files.push(results);
}

fn file(name: &str, xml: String) -> File {
    File {
        name: name.to_owned(),
        rows: None,
        bytes: xml.into_bytes(),
    }
}

/// The registry record in the folder of a trial.
fn record_beside(trial: &Path) -> Option<PathBuf> {
    let protocol = protocol_path(trial);
    let folder = protocol.parent().unwrap_or(Path::new("."));
    let names = ["json", "csv", "txt"].map(|extension| folder.join(format!("{RECORD}.{extension}")));
    names.into_iter().find(|path| path.is_file())
}

fn read_record(path: &Path) -> anyhow::Result<Vec<u8>> {
    bounded::read(path, bounded::Kind::Document, bounded::MAX_DOCUMENT)
        .with_context(|| format!("failed to read the record {}", path.display()))
}

/// Whether what is given is a record of the registry in JSON, and no trial.
pub(super) fn is_record(path: &Path) -> bool {
    let named = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    named && path.is_file()
}

/// Makes the registration of a record, and its results where it has some.
pub(super) fn write_record(path: &Path) -> anyhow::Result<Made> {
    let failed = || format!("failed to read the record {}", path.display());
    let bytes = read_record(path)?;
    let registration = write_protocol_record(None, Some(&bytes), None).with_context(failed)?;
    let mut made = Made {
        files: vec![file("protocol.xml", registration.xml)],
        cut: None,
        created: jiff::civil::DateTime::default(),
        findings: Vec::new(),
        extensions: Vec::new(),
        checks: Vec::new(),
        notes: registration
            .not_stated
            .iter()
            .map(|what| format!("protocol.xml: {what}"))
            .collect(),
    };
    match read_results(&bytes, None) {
        Err(ResultsError::NoResults) => {
            made.notes
                .push("results.xml is not written: the record has no results".to_owned());
        }
        Err(error) => return Err(error).with_context(failed),
        Ok(results) => {
            let matched = match_outcomes(&results);
            made.notes.extend(matched.iter().map(|outcome| {
                let method = outcome.method.unwrap_or("none of ours");
                format!("results.xml: \"{}\" is {method}", outcome.title)
            }));
            add_results(&mut made, &results);
        }
    }
    Ok(made)
}
