//! What is said while a record is entered.

use tercel::grade::Scale;
use tercel::study::Finding;
use tercel_exchange::form::{
    Captured, FromTrial, check_entry, form, from_tables, grade_preview, next_number, record_of,
};
use tercel_exchange::read_datasets;

use super::{TODAY, folder, named, record, trial};

const SUBJECT: &str = "IL1RAP-HCC-0001";

/// An infused subject without events.
fn infused() -> Vec<Captured> {
    let trial = trial();
    let (cells, collection) = (named(FromTrial::Infusion, &trial), named(FromTrial::Collection, &trial));
    vec![
        record(
            "demography",
            SUBJECT,
            1,
            &[
                ("siteid", "01"),
                ("rficdtc", "2026-01-05"),
                ("age", "55"),
                ("sex", "M"),
                ("armcd", "DL1"),
            ],
        ),
        record(
            "collection",
            SUBJECT,
            1,
            &[("prtrt", &collection), ("prstdtc", "2026-01-20")],
        ),
        record(
            "infusion",
            SUBJECT,
            1,
            &[
                ("extrt", &cells),
                ("exdose", "100"),
                ("exdosu", "10^6 Therapeutic Cells"),
                ("exstdtc", "2026-03-02T10:00"),
            ],
        ),
        record(
            "laboratory",
            SUBJECT,
            1,
            &[
                ("lbtestcd", "ALT"),
                ("lborres", "30"),
                ("lborresu", "U/L"),
                ("lbornrlo", "7"),
                ("lbornrhi", "40"),
                ("lbdtc", "2026-02-20T08:00"),
            ],
        ),
    ]
}

/// A CRS assessment, an item a record.
fn crs(first: u32, when: &str, items: &[(&str, &str)]) -> Vec<Captured> {
    let one = |(number, (item, result)): (u32, &(&str, &str))| {
        record(
            "crs-finding",
            SUBJECT,
            number,
            &[("fatestcd", item), ("faorres", result), ("fadtc", when)],
        )
    };
    (first..).zip(items).map(one).collect()
}

#[test]
fn a_crs_grade_without_fever_at_onset_is_asked_about_at_entry() {
    let trial = trial();
    let without_fever = [
        ("TEMP", "36.8"),
        ("HYPOTEN", "Y"),
        ("VASOPRES", "0"),
        ("VASOPN", "N"),
        ("O2DEV", "none"),
        ("MASKTRT", "N"),
        ("TOXGR", "2"),
    ];
    let proposed = crs(1, "2026-03-05T08:00", &without_fever);
    let findings = check_entry(&trial, &infused(), &proposed, TODAY);
    let about: Vec<String> = findings
        .iter()
        .map(|finding| format!("{} {}", finding.place(), finding.rule))
        .collect();
    assert!(
        about
            .iter()
            .any(|text| text.starts_with("FA/IL1RAP-HCC-0001/") && text.contains("graded 2")),
        "{about:#?}"
    );
    let with_fever: Vec<(&str, &str)> = [("TEMP", "39.1")]
        .into_iter()
        .chain(without_fever.into_iter().skip(1))
        .collect();
    let findings = check_entry(&trial, &infused(), &crs(1, "2026-03-05T08:00", &with_fever), TODAY);
    let disagrees = |finding: &Finding| finding.rule.to_string().contains("the recorded items give");
    assert!(!findings.iter().any(disagrees), "{findings:#?}");
}

#[test]
fn only_what_is_new_is_said() {
    let trial = trial();
    let before = infused();
    assert_eq!(check_entry(&trial, &before, &before[2..3], TODAY), []);
    let mut wrong = before[2].clone();
    wrong.values.insert("exstdtc".to_owned(), "2026-01-10T10:00".to_owned());
    let findings = check_entry(&trial, &before, &[wrong], TODAY);
    assert!(
        findings.iter().any(|finding| finding.rule.id() == "out-of-order"),
        "{findings:#?}"
    );
    let mut off = before[2].clone();
    off.values.insert("exdose".to_owned(), "10".to_owned());
    let findings = check_entry(&trial, &before, &[off], TODAY);
    assert!(
        findings
            .iter()
            .any(|finding| finding.field == "EXDOSE" && finding.rule.to_string().contains("10.0 %")),
        "{findings:#?}"
    );
}

#[test]
fn a_laboratory_result_shows_its_grade_against_the_baseline() {
    let trial = trial();
    let result = |value: &str| {
        let proposed = record(
            "laboratory",
            SUBJECT,
            2,
            &[
                ("lbtestcd", "ALT"),
                ("lborres", value),
                ("lborresu", "U/L"),
                ("lbornrlo", "7"),
                ("lbornrhi", "40"),
                ("lbdtc", "2026-03-05T08:00"),
            ],
        );
        grade_preview(&trial, &infused(), &[proposed])
    };
    // CTCAE 5.0: above 3 to 5 times the upper limit is grade 2 with a normal baseline.
    let shown = result("130");
    assert_eq!(shown.len(), 1);
    assert_eq!(
        (shown[0].term.as_str(), shown[0].grade),
        ("Alanine aminotransferase increased", Some((2, 2)))
    );
    assert!(matches!(shown[0].scale, Scale::Ctcae(_)));
    assert_eq!(result("35")[0].grade, Some((0, 0)));
    assert_eq!(result("900")[0].grade, Some((4, 4)));
}

#[test]
fn an_assessment_shows_its_grade_and_why() {
    let trial = trial();
    let items = [
        ("TEMP", "39.0"),
        ("HYPOTEN", "Y"),
        ("VASOPRES", "1"),
        ("VASOPN", "N"),
        ("O2DEV", "none"),
    ];
    let shown = grade_preview(&trial, &infused(), &crs(1, "2026-03-05T08:00", &items));
    assert_eq!(shown.len(), 1);
    assert_eq!(
        (shown[0].term.as_str(), shown[0].grade, shown[0].scale),
        ("CRS", Some((3, 3)), Scale::Astct2019)
    );
    assert_eq!(shown[0].reason.en, "the worst item present");
    assert_eq!(shown[0].reason.zh, "取最重的一项");
    let ice = record(
        "icans-finding",
        SUBJECT,
        9,
        &[("fatestcd", "ICE"), ("faorres", "0"), ("fadtc", "2026-03-05")],
    );
    let shown = grade_preview(&trial, &infused(), &[ice]);
    assert_eq!((shown[0].term.as_str(), shown[0].grade), ("ICANS", Some((3, 4))));
    assert!(
        shown[0].reason.en.contains("consciousness is not recorded"),
        "{}",
        shown[0].reason.en
    );
    assert_eq!(grade_preview(&trial, &infused(), &infused()[..1]), []);
}

#[test]
fn numbers_count_within_a_dataset_and_lead_back_to_the_record() {
    let trial = trial();
    let (tables, _) = read_datasets(&folder().join("data")).unwrap();
    let (captured, _) = from_tables(&tables, &trial);
    let first = captured[0].subject.clone();
    let of_subject: Vec<Captured> = captured.into_iter().filter(|record| record.subject == first).collect();
    let medications = of_subject
        .iter()
        .filter(|record| record.record_id().unwrap().dataset.as_str() == "CM")
        .count();
    let bridging = form("bridging-therapy").unwrap();
    assert_eq!(
        next_number(bridging, &of_subject),
        u32::try_from(medications).unwrap() + 1
    );
    assert_eq!(next_number(form("death").unwrap(), &of_subject), 2);
    assert_eq!(next_number(bridging, &[]), 1);
    let event = of_subject.iter().find(|record| record.form == "adverse-event").unwrap();
    let id = event.record_id().unwrap();
    assert_eq!(record_of(&of_subject, &id), Some(event));
}

/// The records of one assessment: the overall response and what it is made of, blanks left out.
fn assessment(first: u32, day: &str, criteria: &str, overall: &str, parts: [&str; 3]) -> Vec<Captured> {
    let shared = [("rscat", criteria), ("rseval", "INVESTIGATOR"), ("rsdtc", day)];
    let answered =
        |form: &str, number: u32, own: &[(&str, &str)]| record(form, SUBJECT, number, &[&shared, own].concat());
    let named = ["TRGRESP", "NTRGRESP", "NEWLIND"].into_iter().zip(parts);
    let named = named.filter(|(_, result)| !result.is_empty()).zip(first + 1..);
    let mut records = vec![answered("response", first, &[("rsorres", overall)])];
    records.extend(
        named.map(|((part, result), number)| {
            answered("response-part", number, &[("rstestcd", part), ("rsorres", result)])
        }),
    );
    records
}

fn does_not_follow(before: &[Captured], proposed: &[Captured]) -> Vec<String> {
    let findings = check_entry(&trial(), before, proposed, TODAY);
    let sentences = findings.iter().map(|finding| finding.rule.to_string());
    sentences.filter(|sentence| sentence.ends_with("review them")).collect()
}

/// Tables 1 and 2 of `eisenhauer2009recist` (page 233): target, non-target, new lesions, overall response. "Non-PD or not all
/// evaluated" and "any" stand with each reading they name.
const RECIST_TABLES: &[([&str; 3], &str)] = &[
    (["CR", "CR", "N"], "CR"),
    (["CR", "NON-CR/NON-PD", "N"], "PR"),
    (["CR", "NE", "N"], "PR"),
    (["PR", "CR", "N"], "PR"),
    (["PR", "NON-CR/NON-PD", "N"], "PR"),
    (["PR", "NE", "N"], "PR"),
    (["SD", "CR", "N"], "SD"),
    (["SD", "NON-CR/NON-PD", "N"], "SD"),
    (["SD", "NE", "N"], "SD"),
    (["NE", "CR", "N"], "NE"),
    (["NE", "NON-CR/NON-PD", "N"], "NE"),
    (["PD", "CR", "N"], "PD"),
    (["PD", "NE", "Y"], "PD"),
    (["CR", "PD", "N"], "PD"),
    (["NE", "PD", "Y"], "PD"),
    (["CR", "CR", "Y"], "PD"),
    (["NE", "NE", "Y"], "PD"),
    (["", "CR", "N"], "CR"),
    (["", "NON-CR/NON-PD", "N"], "NON-CR/NON-PD"),
    (["", "NE", "N"], "NE"),
    (["", "PD", "N"], "PD"),
    (["", "NE", "Y"], "PD"),
];

#[test]
fn an_overall_response_that_its_parts_do_not_give_by_the_published_tables_is_asked_about() {
    let before = infused();
    for (parts, overall) in RECIST_TABLES {
        for criteria in ["RECIST 1.1", "mRECIST"] {
            let right = assessment(1, "2026-04-01", criteria, overall, *parts);
            assert_eq!(does_not_follow(&before, &right), [""; 0], "{parts:?}");
        }
        let others = ["CR", "PR", "SD", "PD", "NE"].iter().filter(|other| *other != overall);
        for other in others.filter(|_| !parts[0].is_empty()) {
            let wrong = assessment(1, "2026-04-01", "RECIST 1.1", other, *parts);
            assert_eq!(
                does_not_follow(&before, &wrong).len(),
                1,
                "{parts:?} is {overall}, not {other}"
            );
        }
    }
    let wrong = assessment(1, "2026-04-01", "RECIST 1.1", "SD", ["PD", "CR", "N"]);
    assert_eq!(
        does_not_follow(&before, &wrong),
        [
            "recorded SD on 2026-04-01, but target response PD, non-target response CR, no new lesions give PD; review them"
        ]
    );
}

#[test]
fn a_part_that_is_not_recorded_may_be_anything() {
    let before = infused();
    let said = |overall, parts| does_not_follow(&before, &assessment(1, "2026-04-01", "RECIST 1.1", overall, parts));
    assert_eq!(said("PD", ["PR", "", ""]), [""; 0]);
    assert_eq!(said("PR", ["CR", "", "N"]), [""; 0]);
    assert_eq!(said("CR", ["PR", "", ""]).len(), 1);
    assert_eq!(said("CR", ["", "", "Y"]).len(), 1);
    let another_day = assessment(9, "2026-05-01", "RECIST 1.1", "PR", ["SD", "", ""]).split_off(1);
    assert_eq!(
        does_not_follow(
            &assessment(1, "2026-04-01", "RECIST 1.1", "PR", ["", "", ""]),
            &another_day
        ),
        [""; 0]
    );
}

#[test]
fn new_lesions_may_stay_beside_a_response_once_progression_by_irecist_was_recorded() {
    let better = assessment(5, "2026-05-01", "iRECIST", "iPR", ["iPR", "NON-iCR/NON-iUPD", "Y"]);
    assert_eq!(does_not_follow(&infused(), &better).len(), 1);
    let mut before = infused();
    before.extend(assessment(
        1,
        "2026-04-01",
        "iRECIST",
        "iUPD",
        ["iSD", "NON-iCR/NON-iUPD", "Y"],
    ));
    assert_eq!(does_not_follow(&before, &better), [""; 0]);
    let worse = assessment(5, "2026-05-01", "iRECIST", "iSD", ["iUPD", "NON-iCR/NON-iUPD", "Y"]);
    assert_eq!(does_not_follow(&before, &worse).len(), 1);
}
