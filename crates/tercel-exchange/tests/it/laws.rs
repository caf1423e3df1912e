//! Laws of the outcome matrix over a rehearsed study.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use tercel::design::decide_study;
use tercel::endpoint::{Analysis, Cell, derive_cells};
use tercel::protocol::{Trial, parse_protocol};
use tercel::safety::{Reference, derive_events};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::StudyData;
use tercel_exchange::adam::derive_datasets;
use tercel_exchange::write_sdtm;

fn trial() -> Trial {
    parse_protocol(
        "protocol.toml",
        include_str!("../../../../trials/il1rap-hcc/protocol.toml"),
    )
    .unwrap()
}

fn cells(trial: &Trial, data: &StudyData, cut: Date) -> Vec<Cell> {
    derive_cells(&Analysis::new(trial, data, Some(cut)))
}

#[test]
fn what_is_recorded_after_a_cut_never_changes_the_answer_at_the_cut() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 24, seed: 11 });
    let cuts = [
        date(2025, 3, 15),
        date(2025, 7, 1),
        date(2025, 12, 31),
        date(2026, 8, 1),
    ];
    for (at, cut) in cuts.iter().enumerate() {
        let whole = data.as_of(*cut);
        let expected = cells(&trial, &whole, *cut);
        let decided = decide_study(&Analysis::new(&trial, &whole, Some(*cut)))
            .unwrap()
            .decision;
        for later in cuts.iter().skip(at + 1) {
            let known_then = data.as_of(*later).as_of(*cut);
            assert_eq!(cells(&trial, &known_then, *cut), expected, "{cut} seen from {later}");
            let then = decide_study(&Analysis::new(&trial, &known_then, Some(*cut)))
                .unwrap()
                .decision;
            assert_eq!(then, decided, "{cut} seen from {later}");
        }
    }
}

#[test]
fn the_order_of_subjects_changes_no_number() {
    let trial = trial();
    let mut data = rehearse(&trial, RehearsalOptions { subjects: 18, seed: 4 });
    let cut = data.last_day().unwrap();
    let numbers = |cells: &[Cell]| -> Vec<_> {
        cells
            .iter()
            .map(|cell| {
                (
                    cell.id.clone(),
                    cell.value,
                    cell.lower,
                    cell.upper,
                    cell.n,
                    cell.denominator,
                )
            })
            .collect()
    };
    let before = numbers(&cells(&trial, &data, cut));
    data.subjects.reverse();
    assert_eq!(numbers(&cells(&trial, &data, cut)), before);
}

/// `ADAE` and the safety tables each derive treatment emergence, from different forms of the same records.
#[test]
fn the_analysis_dataset_and_the_safety_tables_agree_on_what_emerged_under_treatment() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 24, seed: 8 });
    let tables = write_sdtm(&trial, &data);
    let analysis = Analysis::new(&trial, &data, data.last_day());
    let mut wanted: BTreeMap<(String, String), bool> = BTreeMap::new();
    for facts in &analysis.facts {
        for event in derive_events(facts) {
            let key = (facts.subject.id.to_string(), event.event.record.number.to_string());
            wanted.insert(key, event.emergence(Reference::Infusion).counts());
        }
    }
    let derived = derive_datasets(tables, &super::derive::options(), None).unwrap();
    let adae = derived.tables.iter().find(|table| table.name == "ADAE").unwrap();
    let text = String::from_utf8(adae.to_csv().unwrap()).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut compared = 0;
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let key = (row["USUBJID"].clone(), row["AESEQ"].clone());
        assert_eq!(row["TRTEMWFL"] == "Y", wanted[&key], "{key:?}: {row:?}");
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}
