//! Expedited reports: due days counted by hand from the day of awareness, 2025-03-22.
//!
//! One day on is 2025-03-23, 7 are 2025-03-29, 15 are 2025-04-06 (March has 31 days).

use jiff::civil::{Date, date};
use tercel::endpoint::Analysis;
use tercel::protocol::{Trial, parse_protocol};
use tercel::safety::{Standing, check_safety, derive_deadlines};
use tercel::study::StudyData;
use tercel_exchange::{Table, read_tables};

const REFERENCE: &str = "
[[safety.reference_information]]
version = \"IB 1\"
from = 2025-01-01
expected = [{ terms = [\"CRS\"], grade_max = 3 }]

[[safety.reference_information]]
version = \"IB 2\"
from = 2025-04-01
expected = [{ terms = [\"CRS\"], grade_max = 4 }]
";

fn trial() -> Trial {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    let all = "reporting = [\"ethics committee\", \"FDA\", \"NMPA\", \"EU\"]";
    let text = text.replace("reporting = [\"ethics committee\", \"NMPA\"]", all) + REFERENCE;
    parse_protocol("protocol.toml", &text).unwrap()
}

fn read(trial: &Trial, event: &str, qualifiers: &[(&str, &str)]) -> StudyData {
    let dm = "USUBJID,RFICDTC,AGE,SEX,ARMCD\nS,2025-02-01,50,F,DL1\n";
    let head = "USUBJID,AESEQ,AETERM,AETOXGR,AESER,AESLIFE,AESHOSP,AEREL,AESTDTC,AEENDTC,AEOUT";
    let rows = qualifiers
        .iter()
        .map(|(name, value)| format!("S,AE,AESEQ,1,{name},{value}\n"));
    let supplement = "USUBJID,RDOMAIN,IDVAR,IDVARVAL,QNAM,QVAL\n".to_owned() + &rows.collect::<String>();
    let ae = format!("{head}\nS,1,{event}\n");
    let files = [("dm", dm), ("ae", &ae), ("suppae", &supplement)];
    let tables = files.map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
    read_tables(tables.into(), trial).unwrap()
}

/// Every report as `EC 2025-03-23`, a complete one with a star.
fn due(event: &str, qualifiers: &[(&str, &str)]) -> String {
    let trial = trial();
    let aware = [qualifiers, &[("AEAWARE", "2025-03-22")]].concat();
    let data = read(&trial, event, &aware);
    let deadlines = derive_deadlines(&trial, &data.subjects[0].adverse_events[0], date(2025, 7, 1));
    let text = deadlines.iter().map(|deadline| {
        let star = if deadline.stage.name() == "complete report" {
            "*"
        } else {
            ""
        };
        let name = match deadline.authority.name() {
            "ethics committee" => "EC",
            name => name,
        };
        format!("{name}{star} {}", deadline.due.unwrap().strftime("%m-%d"))
    });
    text.collect::<Vec<_>>().join(", ")
}

const SEVEN: &str = "EC 03-23, FDA 03-29, FDA* 04-06, NMPA 03-29, NMPA* 04-06, EU 03-29, EU* 04-06";
const FIFTEEN: &str = "EC 03-23, FDA 04-06, NMPA 04-06, EU 04-06";

#[test]
fn fatal_and_life_threatening_events_have_seven_days_and_others_fifteen() {
    let end = "2025-03-22,,UNKNOWN";
    assert_eq!(due(&format!("CRS,4,Y,Y,Y,RELATED,{end}"), &[]), SEVEN);
    assert_eq!(due("Pneumonia,5,Y,,,RELATED,2025-03-22,2025-03-25,FATAL", &[]), SEVEN);
    assert_eq!(due(&format!("Pneumonia,3,Y,N,Y,RELATED,{end}"), &[]), FIFTEEN);
    assert_eq!(due(&format!("Pneumonia,3,Y,,Y,RELATED,{end}"), &[]), FIFTEEN);
    // Grade 4 is life-threatening unless the record says that it was not.
    assert_eq!(due(&format!("Pneumonia,4,Y,,Y,RELATED,{end}"), &[]), SEVEN);
    assert_eq!(due(&format!("Pneumonia,,Y,,Y,RELATED,{end}"), &[]), SEVEN);
    assert_eq!(due(&format!("Pneumonia,4,Y,N,Y,RELATED,{end}"), &[]), FIFTEEN);
}

/// Not fatal when the sponsor became aware; day 7 after 2025-03-27 is 2025-04-03, day 7 after 2025-04-10 is 2025-04-17, day 15 2025-04-25.
#[test]
fn an_event_that_becomes_fatal_later_has_its_urgent_days_from_the_day_that_is_known() {
    let fatal = "Pneumonia,5,Y,,,RELATED,2025-03-22,2025-03-25,FATAL";
    let urgent =
        |day: &'static str, more: &[(&'static str, &'static str)]| due(fatal, &[&[("AEAWURG", day)], more].concat());
    assert_eq!(
        urgent("2025-03-27", &[]),
        "EC 03-23, FDA 04-03, FDA* 04-11, NMPA 04-03, NMPA* 04-11, EU 04-03, EU* 04-11"
    );
    // The fifteen days of the first awareness end before; what was out by then is completed within seven.
    assert_eq!(
        urgent("2025-04-10", &[("AERPTNMP", "2025-04-02"), ("AERPTFDA", "2025-04-11")]),
        "EC 03-23, FDA 04-06, FDA* 04-25, NMPA 04-06, NMPA* 04-17, EU 04-06, EU* 04-25"
    );
    for same in ["2025-03-22", "2025-03-01"] {
        assert_eq!(urgent(same, &[]), SEVEN, "{same}");
    }
    let alive = "Pneumonia,3,Y,N,Y,RELATED,2025-03-22,,UNKNOWN";
    assert_eq!(due(alive, &[("AEAWURG", "2025-03-27")]), FIFTEEN, "it is not urgent");
}

#[test]
fn only_serious_suspected_and_unexpected_events_are_reported() {
    let pneumonia = |rest: &str| format!("Pneumonia,3,{rest},2025-03-22,,UNKNOWN");
    assert_eq!(due(&pneumonia("N,,,RELATED"), &[]), "");
    assert_eq!(due(&pneumonia("Y,N,Y,UNLIKELY RELATED"), &[]), "");
    // What is not recorded cannot be excluded.
    assert_eq!(due(&pneumonia("Y,N,Y,"), &[]), FIFTEEN);
    // Expected up to grade 3 by the version in force at onset, up to 4 by the next.
    assert_eq!(due("CRS,3,Y,N,Y,RELATED,2025-03-22,,UNKNOWN", &[]), "");
    assert_eq!(due("CRS,4,Y,Y,Y,RELATED,2025-03-31,,UNKNOWN", &[]), SEVEN);
    assert_eq!(due("CRS,4,Y,Y,Y,RELATED,2025-04-01,,UNKNOWN", &[]), "");
}

#[test]
fn either_party_is_enough_except_that_for_the_fda_the_sponsor_decides() {
    let event = |relation: &str| format!("Pneumonia,3,Y,N,Y,{relation},2025-03-22,,UNKNOWN");
    let sponsor = |relation: &'static str| [("AERELSPN", relation)];
    assert_eq!(due(&event("NOT RELATED"), &sponsor("POSSIBLY RELATED")), FIFTEEN);
    assert_eq!(
        due(&event("RELATED"), &sponsor("NOT RELATED")),
        "EC 03-23, NMPA 04-06, EU 04-06"
    );
    assert_eq!(due(&event("NOT RELATED"), &sponsor("NOT RELATED")), "");
}

#[test]
fn a_report_stands_as_the_cut_sees_it() {
    let trial = trial();
    let at = |qualifiers: &[(&str, &str)], cut: Date| {
        let data = read(&trial, "Pneumonia,4,Y,Y,Y,RELATED,2025-03-22,,UNKNOWN", qualifiers).as_of(cut);
        derive_deadlines(&trial, &data.subjects[0].adverse_events[0], cut)[3].standing
    };
    let aware = ("AEAWARE", "2025-03-22");
    let (early, late) = (date(2025, 3, 25), date(2025, 7, 1));
    assert_eq!(at(&[], late), Standing::CannotStart);
    assert_eq!(at(&[aware], early), Standing::Open(4));
    assert_eq!(at(&[aware], date(2025, 3, 29)), Standing::Open(0));
    // From 29 March: 2 days of March, 30, 31, 30 and the first of July.
    assert_eq!(at(&[aware], late), Standing::Overdue(94));
    assert_eq!(at(&[aware, ("AERPTNMP", "2025-03-29")], late), Standing::InTime);
    assert_eq!(at(&[aware, ("AERPTNMP", "2025-03-30")], late), Standing::Late(1));
    // On 25 March nobody knows of the report to come.
    assert_eq!(at(&[aware, ("AERPTNMP", "2025-03-29")], early), Standing::Open(4));
    // A month of awareness is read by its first day.
    assert_eq!(at(&[("AEAWARE", "2025-03")], early), Standing::Overdue(17));
}

#[test]
fn without_the_day_of_awareness_there_is_a_finding_and_no_clock() {
    let trial = trial();
    let event = "Pneumonia,4,Y,Y,Y,RELATED,2025-03-22,,UNKNOWN";
    let fields = |qualifiers: &[(&str, &str)]| -> Vec<(String, &'static str)> {
        let data = read(&trial, event, qualifiers);
        let findings = check_safety(&Analysis::new(&trial, &data, Some(date(2025, 7, 1))));
        let own = findings.into_iter().filter(|finding| finding.field == "AEAWARE");
        own.map(|finding| (finding.field.clone(), finding.rule.id())).collect()
    };
    assert_eq!(fields(&[]), [("AEAWARE".to_owned(), "incomplete")]);
    assert_eq!(fields(&[("AEAWARE", "2025-03-22")]), []);
    assert_eq!(
        fields(&[("AEAWARE", "2025-03-21")]),
        [("AEAWARE".to_owned(), "out-of-order")]
    );
}
