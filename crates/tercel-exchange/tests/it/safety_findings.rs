//! What of an adverse event contradicts itself or the death of its subject, one slip a row.

use jiff::civil::date;
use tercel::endpoint::Analysis;
use tercel::protocol::parse_protocol;
use tercel::safety::check_safety;
use tercel::study::{Blocks, check_study};
use tercel_exchange::{Table, read_tables};

const EX: &str = "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC
S,1,FLUDARABINE,30,mg/m2,2025-03-15
S,2,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-20
";

/// Findings on the event, or on the subject, with what they hold up.
fn found(died: &str, event: &str) -> Vec<(String, &'static str, Blocks)> {
    let trial = parse_protocol(
        "protocol.toml",
        include_str!("../../../../trials/il1rap-hcc/protocol.toml"),
    )
    .unwrap();
    let flag = if died.is_empty() { "" } else { "Y" };
    let dm = format!("USUBJID,RFICDTC,AGE,SEX,ARMCD,DTHDTC,DTHFL\nS,2025-02-01,50,F,DL1,{died},{flag}\n");
    let head = "USUBJID,AESEQ,AETERM,AETOXGR,AESER,AESDTH,AESLIFE,AESHOSP,AEREL,AESTDTC,AEENDTC,AEOUT,AEAWARE";
    let ae = format!("{head}\n{event},2025-06-01\n");
    let pr = "USUBJID,PRSEQ,PRTRT,PRSTDTC\nS,1,LEUKAPHERESIS,2025-02-10\n";
    let files = [("dm", dm.as_str()), ("ex", EX), ("ae", ae.as_str()), ("pr", pr)];
    let tables = files.map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
    let data = read_tables(tables.into(), &trial).unwrap();
    let mut findings = check_safety(&Analysis::new(&trial, &data, Some(date(2025, 7, 1))));
    findings.extend(check_study(&trial, &data));
    let own = findings
        .into_iter()
        .filter(|finding| finding.dataset.as_str() == "AE" || finding.field == "DTHDTC");
    own.map(|finding| (finding.field.clone(), finding.rule.id(), finding.blocks))
        .collect()
}

type Expected = &'static [(&'static str, &'static str, Blocks)];

const NONE: Expected = &[];

/// Day of death, the event, what is found.
const CASES: [(&str, &str, Expected); 15] = [
    // Severe CRS without tocilizumab or steroid is a choice of treatment, no slip.
    (
        "",
        "S,1,CRS,3,Y,N,N,Y,RELATED,2025-03-22,2025-03-25,RECOVERED/RESOLVED",
        NONE,
    ),
    (
        "2025-04-10",
        "S,1,Hepatic failure,5,Y,Y,Y,N,RELATED,2025-04-01,2025-04-10,FATAL",
        NONE,
    ),
    (
        "2025-04-10",
        "S,1,Nausea,1,N,,,,RELATED,2025-03-22,2025-03-23,RECOVERED/RESOLVED",
        &[("DTHDTC", "incomplete", Blocks::None)],
    ),
    (
        "",
        "S,1,Hepatic failure,5,Y,Y,Y,N,RELATED,2025-04-01,,FATAL",
        &[("AETOXGR", "disagree", Blocks::Decision)],
    ),
    (
        "",
        "S,1,Hepatic failure,4,Y,N,Y,N,RELATED,2025-04-01,,FATAL",
        &[
            ("AEOUT", "disagree", Blocks::Decision),
            ("AETOXGR", "disagree", Blocks::Decision),
        ],
    ),
    (
        "2025-04-10",
        "S,1,Hepatic failure,4,Y,Y,Y,N,RELATED,2025-04-01,,UNKNOWN",
        &[("AETOXGR", "disagree", Blocks::Decision)],
    ),
    (
        "2025-04-10",
        "S,1,Hepatic failure,5,N,,,,RELATED,2025-04-01,,FATAL",
        &[("AESER", "disagree", Blocks::Decision)],
    ),
    (
        "",
        "S,1,Nausea,3,N,,,Y,RELATED,2025-03-22,2025-03-23,RECOVERED/RESOLVED",
        &[("AESER", "disagree", Blocks::Decision)],
    ),
    (
        "",
        "S,1,Nausea,3,Y,,,,RELATED,2025-03-22,2025-03-23,RECOVERED/RESOLVED",
        &[("AESER", "incomplete", Blocks::Export)],
    ),
    (
        "",
        "S,1,Nausea,2,Y,,,Y,RELATED,2025-03-16,2025-03-18,RECOVERED/RESOLVED",
        &[("AESHOSP", "incomplete", Blocks::None)],
    ),
    (
        "",
        "S,1,Nausea,3,Y,,,Y,RELATED,2025-03-16,2025-03-18,RECOVERED/RESOLVED",
        NONE,
    ),
    (
        "",
        "S,1,Hospitalisation,1,Y,,,Y,RELATED,2025-04-16,2025-04-18,RECOVERED/RESOLVED",
        &[("AESHOSP", "incomplete", Blocks::None)],
    ),
    (
        "",
        "S,1,CRS,1,N,,,,RELATED,2025-03-19,2025-03-25,RECOVERED/RESOLVED",
        &[("AESTDTC", "out-of-order", Blocks::Decision)],
    ),
    (
        "",
        "S,1,ICANS,1,N,,,,RELATED,2025-03-19,2025-03-25,RECOVERED/RESOLVED",
        &[("AESTDTC", "out-of-order", Blocks::Decision)],
    ),
    (
        "",
        "S,1,Nausea,1,N,,,,RELATED,2025-03-22,2025-03-21,RECOVERED/RESOLVED",
        &[("AEENDTC", "out-of-order", Blocks::Decision)],
    ),
];

#[test]
fn each_slip_gives_its_finding_and_an_event_in_order_none() {
    for (died, event, expected) in CASES {
        let expected: Vec<(String, &str, Blocks)> = expected
            .iter()
            .map(|(field, rule, blocks)| ((*field).to_owned(), *rule, *blocks))
            .collect();
        assert_eq!(found(died, event), expected, "{event}");
    }
}
