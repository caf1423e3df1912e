//! What is tried with arbitrary bytes: one plain function a reader. Each may find the input wrong; none may panic, hang, or
//! make something out of it that it does not read again.

use tercel::protocol::{Trial, parse_protocol};
use tercel_exchange::format::{dataset_json, delimited, read_datasets, xport};
use tercel_exchange::inbound::fhir::{FhirOptions, parse_codes, read_fhir};
use tercel_exchange::inbound::laboratory::{Mapping, read_laboratory};
use tercel_exchange::inbound::odm::{OdmMapping, read_odm};
use tercel_exchange::inbound::{Inbound, Subjects, read_links};
use tercel_exchange::registry::{draft_protocol, parse_record};
use tercel_exchange::{Table, packet_json, read_packet, read_tables};

/// Tries some bytes.
pub(crate) type Body = fn(&[u8]);

/// Every reader with the name of its corpus.
pub(crate) const ALL: [(&str, Body); 11] = [
    ("delimited", delimited),
    ("dataset_json", dataset_json),
    ("xport", xport),
    ("protocol", protocol),
    ("study", study),
    ("registry", registry),
    ("fhir", fhir),
    ("odm", odm),
    ("laboratory", laboratory),
    ("mapping", mapping),
    ("packet", packet),
];

/// Text with separated values.
pub(crate) fn delimited(bytes: &[u8]) {
    if let Ok(table) = delimited::read("ae.csv", bytes) {
        same_again(&table, &table.to_csv().expect("a table is written"), true);
    }
}

/// Dataset-JSON, as a document and line by line.
pub(crate) fn dataset_json(bytes: &[u8]) {
    if let Ok(table) = dataset_json::read("ae.json", bytes) {
        for lines in [false, true] {
            let written = dataset_json::write(&table, "2026-01-01T00:00:00", lines);
            same_again(&table, &written, false);
        }
    }
}

/// SAS XPORT.
pub(crate) fn xport(bytes: &[u8]) {
    for table in xport::read("ae.xpt", bytes).unwrap_or_default() {
        let _ = xport::write(&table, "01JAN26:00:00:00");
    }
}

/// A protocol file.
pub(crate) fn protocol(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(mistakes) = parse_protocol("protocol.toml", &text) {
        assert!(!mistakes.is_empty(), "refused without a reason");
        for mistake in mistakes {
            let _ = mistake.to_string();
        }
    }
}

/// A dataset of any format beside a subject, read into a study.
pub(crate) fn study(bytes: &[u8]) {
    let Ok(mut tables) = read_datasets("ae.csv", bytes) else {
        return;
    };
    let row = ["H-01", "DL1"].map(str::to_owned).to_vec();
    if !tables.iter().any(|table| table.name == "DM") {
        tables.push(Table::from_rows("DM", &["USUBJID", "ARMCD"], vec![row]));
    }
    let trial = trial();
    if let Some(data) = read_tables(tables, &trial)
        && let Some(day) = data.last_day()
    {
        let data = data.as_of(day);
        let analysis = tercel::endpoint::Analysis::new(&trial, &data, Some(day));
        let _ = tercel::endpoint::derive_cells(&analysis);
        let _ = tercel::study::check_study(&trial, &data);
    }
}

/// A registry record: what can be read becomes a draft that is a protocol in order.
pub(crate) fn registry(bytes: &[u8]) {
    if let Ok(record) = parse_record(bytes, None) {
        let draft = draft_protocol(&record);
        if let Err(mistakes) = parse_protocol("protocol.toml", &draft.protocol) {
            panic!("{}", mistakes.first().map_or_else(String::new, ToString::to_string));
        }
    }
}

/// Resources of a hospital: what becomes a dataset is read into a study.
pub(crate) fn fhir(bytes: &[u8]) {
    if let Ok(inbound) = read_fhir("x.json", bytes, &FhirOptions::default()) {
        into_study(inbound);
    }
}

/// Clinical data of a capture system.
pub(crate) fn odm(bytes: &[u8]) {
    let mapping = OdmMapping::parse(include_str!("corpus/mapping/odm.toml")).expect("the mapping is in order");
    if let Ok(inbound) = read_odm("x.xml", bytes, &mapping, None, &Subjects::default()) {
        into_study(inbound);
    }
}

/// A laboratory's file, by both mappings of the guide.
pub(crate) fn laboratory(bytes: &[u8]) {
    for text in [
        include_str!("corpus/mapping/long.toml"),
        include_str!("corpus/mapping/wide.toml"),
    ] {
        let mapping = Mapping::parse(text).expect("the mapping is in order");
        if let Ok(inbound) = read_laboratory("x.csv", bytes, &mapping, "S", &Subjects::default()) {
            into_study(inbound);
        }
    }
}

/// Mapping files and links.
pub(crate) fn mapping(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = Mapping::parse(&text).map_err(|error| error.to_string());
    let _ = OdmMapping::parse(&text).map_err(|error| error.to_string());
    let _ = parse_codes(&text).map_err(|error| error.to_string());
    let _ = read_links("links.csv", bytes);
}

/// A decision packet of any version: written in that of today, it reads as the same packet.
pub(crate) fn packet(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(packet) = read_packet(&text) {
        let again = read_packet(&packet_json(&packet)).expect("what is written is read");
        assert!(again == packet, "another packet");
    }
}

/// Every dataset has as many numbers as rows, and is read.
fn into_study(inbound: Inbound) {
    for table in &inbound.tables {
        assert!(!table.is_empty(), "a dataset without a row");
        assert!(table.column("USUBJID").is_some(), "a dataset without subjects");
    }
    let _ = read_tables(inbound.tables, &trial());
}

fn trial() -> Trial {
    let text = include_str!("../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", text).expect("the study's protocol is in order")
}

/// What was read is read again from what is written of it. A CSV reader leaves out rows without any text.
fn same_again(table: &Table, written: &[u8], csv: bool) {
    if table.columns().is_empty() || (csv && table.columns().iter().all(String::is_empty)) {
        return;
    }
    let Ok(again) = read_datasets("ae.csv", written) else {
        // Names that are equal only after the first reading, or made of blanks, cannot be told apart any more.
        return;
    };
    assert!(
        again.iter().all(|again| again.len() <= table.len()),
        "rows appear out of nothing"
    );
}
