//! Corrupting a field that is read yields a finding that names it; nothing corrupt makes the reader panic.

use std::collections::BTreeMap;

use tercel::protocol::{Trial, parse_protocol};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel_exchange::{Table, read_tables, write_sdtm};

/// Variables whose value is free text: any text is as good as another, only its absence can be wrong.
const FREE_TEXT: [&str; 23] = [
    "STUDYID", "SITEID", "AETERM", "AEDECOD", "AEBODSYS", "CMTRT", "CMDECOD", "CMCAT", "PRTRT", "MHTERM", "DVTERM",
    "DSDECOD", "DSCAT", "DSTERM", "VISIT", "TULNKID", "TRLNKID", "TULOC", "TRTESTCD", "LBTESTCD", "VSTESTCD", "FAOBJ",
    "FATESTCD",
];

/// Variables that say which rows count, whose unknown values are left to others by design.
const SELECTORS: [&str; 17] = [
    "DOMAIN", "RSTESTCD", "RSCAT", "RSEVAL", "RSACPTFL", "TUEVAL", "TUACPTFL", "TREVAL", "TRACPTFL", "SSTESTCD",
    "VSSTRESU", "VSORRESU", "LBSTRESU", "LBORRESU", "FASTRESC", "FAORRES", "FAEVAL",
];

fn trial() -> Trial {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", text).unwrap()
}

#[test]
fn corrupting_a_field_that_is_read_yields_a_finding_that_names_it() {
    let trial = trial();
    let tables = write_sdtm(&trial, &rehearse(&trial, RehearsalOptions { subjects: 18, seed: 3 }));
    let clean = read_tables(tables.clone(), &trial).unwrap();
    let mut tried = 0;
    let mut silent: Vec<String> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let read = clean.datasets.iter().find(|read| read.file == table.file);
        for (column, name) in table.columns().iter().enumerate() {
            let fallback = name.ends_with("ORRES") || name.ends_with("ORRESU");
            let aside = fallback || read.is_none_or(|read| read.aside.iter().any(|(aside, _)| aside == name));
            let supplement = table.name.starts_with("SUPP");
            if aside || supplement || FREE_TEXT.contains(&name.as_str()) || SELECTORS.contains(&name.as_str()) {
                continue;
            }
            let Some(row) = (0..table.len()).find(|row| !table.cell(*row, column).is_empty()) else {
                continue;
            };
            let mut corrupt: Vec<Table> = tables.clone();
            corrupt[at].set(name, &BTreeMap::from([(row, "?!".to_owned())]));
            let data = read_tables(corrupt, &trial).unwrap();
            let named = data.findings.iter().any(|finding| {
                finding.field == *name || (*name == "USUBJID" && finding.rule.id() == "unknown-subject")
            });
            if !named {
                silent.push(format!("{}.{name}", table.name));
            }
            tried += 1;
        }
    }
    assert!(silent.is_empty(), "corrupted without a finding: {silent:?}");
    assert!(tried > 60, "{tried}");
}

#[test]
fn blanking_any_field_never_panics_and_losing_any_file_is_survived() {
    let trial = trial();
    let tables = write_sdtm(&trial, &rehearse(&trial, RehearsalOptions { subjects: 6, seed: 5 }));
    for at in 0..tables.len() {
        let mut fewer = tables.clone();
        let lost = fewer.remove(at);
        assert_eq!(read_tables(fewer, &trial).is_some(), lost.name != "DM", "{}", lost.name);
        for column in 0..tables[at].columns().len() {
            let mut blanked = tables.clone();
            let blanks = (0..tables[at].len()).map(|row| (row, String::new())).collect();
            blanked[at].set(&tables[at].columns()[column], &blanks);
            read_tables(blanked, &trial);
        }
    }
}
