//! Reports rendered from small studies, checked as a reader and a browser would.

#![expect(clippy::expect_used, reason = "a study that cannot be read fails the test")]

mod chinese;
mod design_page;
mod documents;
mod figures;
mod hostile;
mod markup;
mod packet;
mod page;
mod printed;
mod rehearsal;
mod safety;
mod small_study;

use tercel::design::{StudyDecision, decide_study};
use tercel::endpoint::{Analysis, Cell, derive_cells};
use tercel::protocol::{Trial, parse_protocol};
use tercel::report::{Report, build_report};
use tercel::study::StudyData;
use tercel_exchange::{Table, read_tables};

const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");

fn trial() -> Trial {
    parse_protocol("protocol.toml", PROTOCOL).expect("the protocol of the trial is right")
}

/// Datasets given as name and CSV text.
fn read(trial: &Trial, datasets: &[(&str, &str)]) -> StudyData {
    let table = |(name, text): &(&str, &str)| {
        let mut table = Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).expect("the dataset is CSV");
        name.to_uppercase().clone_into(&mut table.name);
        table
    };
    read_tables(datasets.iter().map(table).collect(), trial).expect("DM is there")
}

/// The report of data as of a day, or of data without dates.
fn report(trial: &Trial, data: &StudyData, cut: Option<&str>) -> (Report, Vec<Cell>) {
    let cut = cut.map(|cut| cut.parse().expect("a date"));
    let data = cut.map_or_else(|| data.clone(), |cut| data.as_of(cut));
    let analysis = Analysis::new(trial, &data, cut);
    let cells = derive_cells(&analysis);
    let decision: Option<StudyDecision> = decide_study(&analysis);
    let report = build_report(&analysis, &cells, decision.as_ref(), &data.findings);
    (report, cells)
}
