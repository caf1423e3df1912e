//! What is tried with arbitrary bytes: one plain function a reader. Each may find the input wrong; none may panic, hang, or
//! make something out of it that it does not read again.

use std::path::PathBuf;

use tercel::coding::{Choice, MeddraCode};
use tercel::protocol::{Trial, parse_protocol};
use tercel_exchange::form::{FORMS, from_csv};
use tercel_exchange::format::{dataset_json, delimited, read_datasets, xport};
use tercel_exchange::inbound::fhir::{FhirOptions, parse_codes, read_fhir};
use tercel_exchange::inbound::laboratory::{Mapping, read_laboratory};
use tercel_exchange::inbound::odm::{OdmMapping, read_odm};
use tercel_exchange::inbound::{Inbound, Subjects, read_links};
use tercel_exchange::meddra::{append_choice, read_coding_log, read_meddra};
use tercel_exchange::registry::protocol_record::write_protocol_record;
use tercel_exchange::registry::results::{match_outcomes, read_results, write_results};
use tercel_exchange::registry::{draft_protocol, parse_record};
use tercel_exchange::{Table, packet_json, read_packet, read_tables};
use tercel_store::{Address, Clock, Head, Store};

/// Tries some bytes.
pub(crate) type Body = fn(&[u8]);

/// Every reader with the name of its corpus.
pub(crate) const ALL: [(&str, Body); 18] = [
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
    ("results", results),
    ("protocol_record", protocol_record),
    ("meddra", meddra),
    ("coding_log", coding_log),
    ("form", form),
    ("head", head),
    ("backup", backup),
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

/// Results in a registry record: what is read is written.
pub(crate) fn results(bytes: &[u8]) {
    match read_results(bytes, None) {
        Ok(results) => {
            let _ = match_outcomes(&results);
            assert!(!write_results(&results).is_empty(), "nothing is written");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "refused without a reason"),
    }
}

/// The registration in a registry record.
pub(crate) fn protocol_record(bytes: &[u8]) {
    for trial in [None, Some(&trial())] {
        let _ = write_protocol_record(trial, Some(bytes), None).map_err(|error| error.to_string());
    }
}

/// Files of a dictionary: the bytes in place of each file of a release that is in order.
pub(crate) fn meddra(bytes: &[u8]) {
    const RELEASE: [(&str, &[u8]); 5] = [
        ("llt.asc", include_bytes!("corpus/meddra/llt.asc")),
        ("pt.asc", include_bytes!("corpus/meddra/pt.asc")),
        ("soc.asc", include_bytes!("corpus/meddra/soc.asc")),
        ("mdhier.asc", include_bytes!("corpus/meddra/mdhier.asc")),
        ("meddra_release.asc", include_bytes!("corpus/meddra/meddra_release.asc")),
    ];
    let folder = scratch("meddra");
    for (replaced, _) in RELEASE {
        for (name, sound) in RELEASE {
            let text = if name == replaced { bytes } else { sound };
            std::fs::write(folder.0.join(name), text).expect("a scratch file is written");
        }
        let _ = read_meddra(&folder.0, None).map_err(|error| error.to_string());
    }
}

/// The log of coded terms: one that is read takes a further line and is read again.
pub(crate) fn coding_log(bytes: &[u8]) {
    let folder = scratch("coding");
    let path = folder.0.join("coding.csv");
    std::fs::write(&path, bytes).expect("a scratch file is written");
    let Ok(_) = read_coding_log(&path) else { return };
    let choice = Choice {
        term: "a term that no file has".to_owned(),
        llt: MeddraCode(99_100_001),
        version: "99.1".to_owned(),
        coder: "A. Coder".to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
        reason: String::new(),
        led_to: None,
    };
    append_choice(&path, &choice).expect("a log that is read is added to");
    let again = read_coding_log(&path).expect("what is added to is read");
    assert!(again.last(&choice.term).is_some(), "the choice is lost");
    let written = std::fs::read(&path).expect("the log is there");
    assert!(written.starts_with(bytes), "an earlier line was touched");
}

/// A table of the records of a form, tried as every form.
pub(crate) fn form(bytes: &[u8]) {
    let (trial, now) = (trial(), jiff::civil::date(2026, 4, 1).at(12, 0, 0, 0));
    if let Ok(table) = Table::parse_csv("form.csv", bytes) {
        for form in FORMS {
            let import = from_csv(form, &table, &trial, now);
            assert!(import.records.len() <= table.len(), "records appear out of nothing");
        }
    }
}

/// A signed head: one of other bytes may be read, and is then not genuine.
pub(crate) fn head(bytes: &[u8]) {
    let sound: Head = serde_json::from_slice(include_bytes!("corpus/head/head.json")).expect("the head is in order");
    if let Ok(head) = serde_json::from_slice::<Head>(bytes) {
        assert!(head.is_genuine() == (head == sound), "a forged head");
    }
}

/// A backup: laid anew as it was, or refused with nothing left behind.
pub(crate) fn backup(bytes: &[u8]) {
    let folder = scratch("backup");
    let path = folder.0.join("tercel.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answer = runtime.expect("a runtime starts").block_on(async {
        let (store, head) = Store::restore(&Address::Sqlite(path.clone()), Clock::System, &mut &*bytes).await?;
        store.verify(Some(&head)).await
    });
    match answer {
        Ok(found) => assert!(found.is_ok(), "a record that is not in order: {:?}", found.problems),
        Err(error) => assert!(!path.exists(), "{error}, and a database is left behind"),
    }
}

/// A folder of this process alone, which goes with its owner.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn scratch(name: &str) -> Scratch {
    let folder = std::env::temp_dir().join(format!("tercel-fuzz-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a scratch folder is made");
    Scratch(folder)
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
