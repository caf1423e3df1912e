//! Results for the registry: valid by its schema, and equal to the report.

mod baseline;
mod cells;
mod record;
mod schema;

use std::path::{Path, PathBuf};

use tercel::endpoint::{Analysis, Cell, derive_cells};
use tercel::protocol::{Trial, parse_protocol};
use tercel::safety::derive_tables;
use tercel::study::StudyData;
use tercel_exchange::registry::results::{Origins, Results, ResultsOptions, build_results};
use tercel_exchange::{read_datasets, read_folder};

pub(crate) use schema::{has_xmllint, refused};

/// Trials of the repository with data.
const TRIALS: [&str; 2] = ["il1rap-hcc", "gbm-car-t"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials").join(name)
}

fn trial(name: &str) -> Trial {
    let text = std::fs::read_to_string(folder(name).join("protocol.toml")).unwrap();
    parse_protocol("protocol.toml", &text).unwrap()
}

/// The analysis of a trial of the repository, handed to `with` with its cells and results.
fn with_study<T>(name: &str, with: impl Fn(&Analysis<'_>, &[Cell], &Results) -> T) -> T {
    let trial = trial(name);
    let whole = read_folder(&folder(name).join("data"), &trial).unwrap();
    let cut = whole.last_day();
    let data: StudyData = match cut {
        Some(cut) => whole.into_as_of(cut),
        None => whole,
    };
    let analysis = Analysis::new(&trial, &data, cut);
    let cells = derive_cells(&analysis);
    let options = ResultsOptions { threshold_percent: 0.0 };
    let (tables, _) = read_datasets(&folder(name).join("data")).unwrap();
    let origins = Origins::of(&tables);
    let results = build_results(&analysis, &cells, &derive_tables(&analysis), &origins, options);
    with(&analysis, &cells, &results)
}
