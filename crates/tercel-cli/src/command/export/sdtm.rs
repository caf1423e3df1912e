//! `tercel export --to sdtm`: SDTM 3.4 datasets.

use anyhow::anyhow;
use jiff::civil::{Date, DateTime};
use tercel::protocol::Trial;
use tercel_exchange::export::Dataset;
use tercel_exchange::export::sdtm::{check_datasets, cut_tables, datasets};
use tercel_exchange::format::{dataset_json, xport};
use tercel_exchange::read_tables;

use super::{Args, File, Format, Made, created};
use crate::study::read_source;

/// Makes the datasets, every one as a file.
pub(super) fn write(args: &Args, trial: &Trial) -> anyhow::Result<Made> {
    let (mut tables, unread) = read_source(&args.trial, trial)?;
    let stated = args.trial.as_of.as_deref().map(cut_of).transpose()?;
    if let Some(cut) = stated {
        cut_tables(&mut tables, cut);
    }
    let last = || read_tables(tables.clone(), trial).and_then(|data| data.last_day());
    let cut = stated.or_else(last);
    let made = datasets(trial, tables, cut);
    let created = created(args, trial, cut)?;
    let files: anyhow::Result<Vec<File>> = made
        .datasets
        .iter()
        .map(|dataset| file(dataset, args.format, created))
        .collect();
    let (wrong, extensions) = check_datasets(&made.datasets);
    let findings = unread.into_iter().chain(made.findings).chain(wrong);
    Ok(Made {
        files: files?,
        cut,
        created,
        findings: findings.collect(),
        extensions: extensions.into_iter().collect(),
        notes: Vec::new(),
    })
}

fn cut_of(text: &str) -> anyhow::Result<Date> {
    text.parse()
        .map_err(|_| anyhow!("--as-of \"{text}\" is no date; write it as YYYY-MM-DD"))
}

fn file(dataset: &Dataset, format: Format, created: DateTime) -> anyhow::Result<File> {
    let table = &dataset.table;
    let (extension, bytes) = match format {
        Format::DatasetJson => ("json", dataset_json::write(table, &created.to_string(), false)),
        Format::Ndjson => ("ndjson", dataset_json::write(table, &created.to_string(), true)),
        Format::Xpt => ("xpt", xport::write(table, &as_sas(created))?),
        Format::Csv => ("csv", table.to_csv()?),
    };
    Ok(File {
        name: format!("{}.{extension}", table.name.to_lowercase()),
        rows: Some(table.len()),
        bytes,
    })
}

/// A time as SAS writes it: `01JAN26:00:00:00`.
fn as_sas(time: DateTime) -> String {
    const MONTHS: [&str; 12] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    let month = usize::try_from(time.month() - 1).ok().and_then(|at| MONTHS.get(at));
    format!(
        "{:02}{}{:02}:{:02}:{:02}:{:02}",
        time.day(),
        month.unwrap_or(&"JAN"),
        time.year().rem_euclid(100),
        time.hour(),
        time.minute(),
        time.second()
    )
}
