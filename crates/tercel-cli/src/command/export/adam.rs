//! `tercel export --to adam`: analysis datasets, derived from the SDTM datasets of the same export.

use anyhow::bail;
use jiff::civil::Date;
use tercel::coding::code_study;
use tercel::endpoint::{Analysis, check_analysis};
use tercel::protocol::Trial;
use tercel::study::Finding;
use tercel_exchange::adam::{DeriveOptions, apply_protocol, derive_datasets};
use tercel_exchange::export::Dataset;
use tercel_exchange::export::adam::{analysis_results, describe_adam};
use tercel_exchange::export::checks::check_values;
use tercel_exchange::export::define::AnalysisResult;
use tercel_exchange::export::references::check_sources;
use tercel_exchange::{Table, read_tables};

use super::sdtm::source;
use super::{Args, Made, unread, write_datasets};
use crate::coding::read_coding;

/// Makes the datasets, every one as a file.
pub(super) fn write(args: &Args, trial: &Trial) -> anyhow::Result<Made> {
    let mut source = source(args, trial)?;
    // Held against what was derived where that is asked for; otherwise it is not kept beside it.
    let kept = args.check.then(|| source.made.datasets.clone());
    let tabulated = std::mem::take(&mut source.made.datasets);
    let tables = tabulated.into_iter().map(|dataset| dataset.table).collect();
    let Derived {
        datasets,
        notes,
        findings,
        ..
    } = derive(args, trial, tables, source.cut)?;
    let (mut checks, extensions) = check_values(&datasets);
    let sources = kept.map(|kept| check_sources(&datasets, &kept));
    let (files, further) = write_datasets(args, datasets, &source.about())?;
    checks.extend(further);
    checks.extend(sources);
    Ok(Made {
        checks,
        files,
        cut: source.cut,
        created: source.created,
        findings: unread(findings),
        extensions: extensions.into_iter().collect(),
        notes,
    })
}

/// What is derived from the SDTM datasets.
pub(super) struct Derived {
    /// The analysis datasets with their descriptions.
    pub(super) datasets: Vec<Dataset>,
    /// The results that rest on them.
    pub(super) results: Vec<AnalysisResult>,
    /// What could not be derived.
    pub(super) notes: Vec<String>,
    /// What is asked about the study.
    pub(super) findings: Vec<Finding>,
    /// Whether the data are a rehearsal.
    pub(super) synthetic: bool,
}

/// Derives the analysis datasets from tabulation datasets, and what rests on them.
pub(super) fn derive(args: &Args, trial: &Trial, tables: Vec<Table>, cut: Option<Date>) -> anyhow::Result<Derived> {
    if tables.iter().all(|table| table.name != "DM") {
        bail!(
            "the data of {} hold no DM, so there are no tabulation datasets to derive analysis datasets from",
            args.trial.trial.display()
        );
    }
    let coding = read_coding(&args.trial.trial, trial, args.trial.meddra.as_deref())?;
    let mut data = read_tables(tables.clone(), trial).unwrap_or_default();
    let options = DeriveOptions::of(trial).with_baselines(trial, &data);
    let Some(mut derived) = derive_datasets(tables, &options, coding.as_ref()) else {
        bail!("DM names no subject, so there is nothing to derive");
    };
    if let Some(cut) = cut {
        data = data.into_as_of(cut);
    }
    if let Some(coding) = &coding {
        code_study(&mut data, coding);
    }
    let analysis = Analysis::new(trial, &data, cut);
    if !apply_protocol(&mut derived.tables, &analysis) {
        derived
            .notes
            .push("the data carry no dates, so what the protocol derives is left out".to_owned());
    }
    let release = coding.as_ref().map(|coding| &coding.meddra.release.version);
    let version = release.or(trial.coding.meddra_version.as_ref());
    let datasets = describe_adam(derived.tables, version.map(String::as_str), Some(trial));
    let results = analysis_results(&analysis, &datasets);
    Ok(Derived {
        datasets,
        results,
        notes: derived.notes,
        findings: check_analysis(&analysis),
        synthetic: analysis.data.synthetic,
    })
}
