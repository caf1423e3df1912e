//! `tercel export --to sdtm`: SDTM 3.4 datasets.

use anyhow::anyhow;
use jiff::civil::{Date, DateTime};
use tercel::protocol::Trial;
use tercel::study::Finding;
use tercel_exchange::export::checks::{Check, check_values};
use tercel_exchange::export::sdtm::{Sdtm, code_events, cut_tables, datasets};
use tercel_exchange::export::terminology::Extension;
use tercel_exchange::export::write::About;
use tercel_exchange::read_tables;

use super::{Args, File, Made, created, file, further};
use crate::coding::read_coding;
use crate::study::read_source;

/// The SDTM datasets of a study, from which everything else is made.
pub(super) struct Source {
    pub(super) made: Sdtm,
    /// `STUDYID`.
    pub(super) study: String,
    pub(super) cut: Option<Date>,
    pub(super) created: DateTime,
    /// What could not be read or is not exported.
    pub(super) findings: Vec<Finding>,
    pub(super) checks: Vec<Check>,
    pub(super) extensions: Vec<Extension>,
}

impl Source {
    /// What the files say of where they come from.
    pub(super) fn about(&self) -> About<'_> {
        About {
            created: self.created,
            originator: "",
            study: &self.study,
        }
    }
}

/// Makes the datasets, every one as a file.
pub(super) fn write(args: &Args, trial: &Trial) -> anyhow::Result<Made> {
    let source = source(args, trial)?;
    let files: anyhow::Result<Vec<File>> = source
        .made
        .datasets
        .iter()
        .map(|dataset| file(dataset, args, &source.about()))
        .collect();
    let files = files?;
    let further = further(args, &source.made.datasets, &files);
    Ok(Made {
        checks: source.checks.into_iter().chain(further).collect(),
        files,
        cut: source.cut,
        created: source.created,
        findings: source.findings,
        extensions: source.extensions,
        notes: Vec::new(),
    })
}

/// Reads the study, cuts it, and makes its datasets.
pub(super) fn source(args: &Args, trial: &Trial) -> anyhow::Result<Source> {
    let (mut tables, unread) = read_source(&args.trial, trial)?;
    let stated = args.trial.as_of.as_deref().map(cut_of).transpose()?;
    if let Some(cut) = stated {
        cut_tables(&mut tables, cut);
    }
    if let Some(coding) = read_coding(&args.trial.trial, trial, args.trial.meddra.as_deref())? {
        code_events(&mut tables, &coding);
    }
    let last = || read_tables(tables.clone(), trial).and_then(|data| data.last_day());
    let cut = stated.or_else(last);
    let mut made = datasets(trial, tables, cut);
    let (checks, extensions) = check_values(&made.datasets);
    let findings = unread.into_iter().chain(std::mem::take(&mut made.findings)).collect();
    let dm = made.datasets.iter().find(|dataset| dataset.name() == "DM");
    let named = dm.and_then(|dm| Some(dm.table.cell(0, dm.table.column("STUDYID")?)));
    let study = named.filter(|name| !name.is_empty()).unwrap_or(&trial.id).to_owned();
    Ok(Source {
        made,
        study,
        cut,
        created: created(args, trial, cut)?,
        findings,
        checks,
        extensions: extensions.into_iter().collect(),
    })
}

fn cut_of(text: &str) -> anyhow::Result<Date> {
    text.parse()
        .map_err(|_| anyhow!("--as-of \"{text}\" is no date; write it as YYYY-MM-DD"))
}
