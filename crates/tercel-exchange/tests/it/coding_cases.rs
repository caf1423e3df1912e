//! Coding of a study's events by an invented dictionary: each way an event comes to its coding, and each disagreement.

use tercel::coding::{
    Choice, Coding, CodingLog, CodingMethod, Meddra, MeddraCode, Recorded, code_study, list_terms, version_changes,
};
use tercel::dlt::Status;
use tercel::endpoint::Analysis;
use tercel::protocol::{Trial, parse_protocol};
use tercel::safety::{Reference, derive_tables};
use tercel::study::{Blocks, StudyData};
use tercel_exchange::adam::derive_datasets;
use tercel_exchange::meddra::read_meddra;
use tercel_exchange::{Table, read_tables};

use super::meddra::{changed, release_folder};

const DM: &str = "STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD\nX,A,2025-02-01,50,F,DL1\nX,B,2025-02-01,50,F,DL1\n";
const EX: &str = "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC
A,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-20
B,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-20
";
const HEAD: &str = "USUBJID,AESEQ,AETERM,AELLT,AEDECOD,AEBODSYS,AETOXGR,AESER,AEREL,AESTDTC\n";
/// What stands behind the coding in every row.
const REST: &str = ",2,N,RELATED,2025-03-22";

fn trial() -> Trial {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", text).unwrap()
}

fn tables(rows: &[&str]) -> Vec<Table> {
    let ae = format!("{HEAD}{}{REST}\n", rows.join(&format!("{REST}\n")));
    let each = [("dm.csv", DM), ("ex.csv", EX), ("ae.csv", ae.as_str())];
    each.iter()
        .map(|(file, text)| Table::parse_csv(file, text.as_bytes()).unwrap())
        .collect()
}

fn study(rows: &[&str]) -> StudyData {
    read_tables(tables(rows), &trial()).unwrap()
}

fn chosen(term: &str, llt: u32, version: &str) -> Choice {
    Choice {
        term: term.to_owned(),
        llt: MeddraCode(llt),
        version: version.to_owned(),
        coder: "A. Coder".to_owned(),
        at: "2025-03-01T10:00:00Z".parse().unwrap(),
        reason: "chart".to_owned(),
        led_to: None,
    }
}

fn meddra() -> Meddra {
    read_meddra(&release_folder(), None).unwrap()
}

fn coding(choices: Vec<Choice>) -> Coding {
    Coding {
        meddra: meddra(),
        log: CodingLog::new(choices),
    }
}

/// Lowest level term, preferred term and class of an event.
type Levels = [Option<String>; 3];

/// The coded texts of each event, and field and sentence of the findings the coding adds.
fn coded(rows: &[&str], coding: &Coding) -> (Vec<Levels>, Vec<(String, String)>) {
    let mut data = study(rows);
    let before = data.findings.len();
    let records: Vec<_> = records(&data);
    code_study(&mut data, coding);
    assert_eq!(records, self::records(&data), "records keep their identity");
    let added = data.findings.split_off(before);
    assert!(added.iter().all(|finding| finding.blocks == Blocks::Export));
    let added = added
        .iter()
        .map(|finding| (finding.field.clone(), finding.rule.to_string()));
    let events = data.subjects.iter().flat_map(|subject| &subject.adverse_events);
    let texts = events.map(|event| {
        [
            event.details.lowest_level_term.clone(),
            event.preferred_term.clone(),
            event.organ_class.clone(),
        ]
    });
    (texts.collect(), added.collect())
}

fn records(data: &StudyData) -> Vec<String> {
    let events = data.subjects.iter().flat_map(|subject| &subject.adverse_events);
    events.map(|event| event.record.to_string()).collect()
}

fn texts(levels: [&str; 3]) -> [Option<String>; 3] {
    levels.map(|level| Some(level.to_owned()).filter(|level| !level.is_empty()))
}

#[test]
fn a_term_that_is_a_current_lowest_level_term_codes_itself() {
    let (events, findings) = coded(&["A,1,  ZORB   ache ,,,"], &coding(Vec::new()));
    assert_eq!(events, [texts(["Zorb ache", "Zorb pain", "Imaginary organ disorders"])]);
    assert_eq!(findings, []);
}

#[test]
fn what_is_no_current_lowest_level_term_is_not_coded_and_a_finding_says_so() {
    let rows = ["A,1,aching,,,", "A,2,Zorbitis old style,,,"];
    let (events, findings) = coded(&rows, &coding(Vec::new()));
    assert_eq!(events, [texts(["", "", ""]), texts(["", "", ""])]);
    let sentences: Vec<&str> = findings.iter().map(|(_, sentence)| sentence.as_str()).collect();
    assert_eq!(
        sentences[0],
        "\"aching\" is no lowest level term of MedDRA 99.1 (English) and not in the coding log; code it with `tercel code`"
    );
    assert!(
        sentences[1].starts_with("\"Zorbitis old style\" is no lowest level term of"),
        "{sentences:?}"
    );
}

#[test]
fn two_current_terms_of_a_name_leave_the_choice_to_a_person() {
    let folder = changed("llt.asc", |text| text.replace("Itching blim", "zorb ACHE").into_bytes());
    let twice = Coding {
        meddra: read_meddra(folder.path(), None).unwrap(),
        log: CodingLog::default(),
    };
    let (events, findings) = coded(&["A,1,Zorb ache,,,"], &twice);
    assert_eq!(events, [texts(["", "", ""])]);
    assert!(
        findings[0].1.contains("the name of 2 lowest level terms"),
        "{findings:?}"
    );
}

#[test]
fn the_last_line_of_the_log_codes_a_term_also_one_that_would_code_itself() {
    let log = vec![
        chosen("aching", 99_100_001, "99.1"),
        chosen("Aching", 99_100_004, "99.1"),
        chosen("Zorb ache", 99_200_003, "99.1"),
    ];
    let coding = coding(log);
    let (events, findings) = coded(&["A,1,ACHING,,,", "B,1,Zorb ache,,,"], &coding);
    assert_eq!(
        events,
        [
            texts(["Fever of quell type", "Quell fever", "Fabled system disorders"]),
            texts(["Blim rash", "Blim rash", "Imaginary organ disorders"]),
        ]
    );
    assert_eq!(findings, []);
    let mut data = study(&["A,1,ACHING,,,"]);
    code_study(&mut data, &coding);
    let used = data.coding.unwrap();
    assert_eq!((used.log, used.exact, used.study, used.not_coded), (1, 0, 0, 0));
    assert_eq!(used.recodings.len(), 1);
}

#[test]
fn a_choice_that_the_release_no_longer_has_or_offers_is_to_be_made_again() {
    let log = vec![chosen("aching", 99_199_999, "98.0"), chosen("sore", 99_100_003, "98.0")];
    let (events, findings) = coded(&["A,1,aching,,,", "A,2,sore,,,"], &coding(log));
    assert_eq!(events[0], texts(["", "", ""]));
    assert_eq!(
        events[1],
        texts(["Zorbitis old style", "Zorb pain", "Imaginary organ disorders"])
    );
    assert_eq!(
        findings[0].1,
        "\"aching\" was coded to the lowest level term 99199999 of MedDRA 98.0 by A. Coder, which MedDRA 99.1 (English) does not \
         have; recode it with `tercel code`"
    );
    assert!(
        findings[1]
            .1
            .contains("\"Zorbitis old style\", which is not current in MedDRA 99.1"),
        "{findings:?}"
    );
}

#[test]
fn a_coding_in_the_data_stands_and_its_blanks_are_completed() {
    let rows = [
        "A,1,whatever,Zorb ache,,",
        "A,2,whatever,,quell FEVER,",
        "A,3,Zorb ache,,Quell fever,Fabled system disorders",
    ];
    let (events, findings) = coded(&rows, &coding(vec![chosen("whatever", 99_200_003, "99.1")]));
    assert_eq!(
        events,
        [
            texts(["Zorb ache", "Zorb pain", "Imaginary organ disorders"]),
            texts(["", "quell FEVER", "Fabled system disorders"]),
            texts(["", "Quell fever", "Fabled system disorders"]),
        ]
    );
    assert_eq!(findings, []);
}

#[test]
fn every_disagreement_of_the_data_with_the_dictionary_names_both() {
    let cases = [
        (
            "A,1,x,,Zorb ache,Imaginary organ disorders",
            "AEDECOD",
            "\"Zorb ache\" is no preferred term of MedDRA 99.1 (English); it is a lowest level term under the preferred term \"Zorb \
             pain\"",
        ),
        (
            "A,1,x,,Nonsense,Imaginary organ disorders",
            "AEDECOD",
            "\"Nonsense\" is no preferred term of MedDRA 99.1 (English)",
        ),
        (
            "A,1,x,,Blim rash,Fabled system disorders",
            "AEBODSYS",
            "\"Fabled system disorders\" is not the primary system organ class of the preferred term \"Blim rash\", which is \
             \"Imaginary organ disorders\" in MedDRA 99.1 (English)",
        ),
        (
            "A,1,x,,Zorb pain,Disorders",
            "AEBODSYS",
            "\"Disorders\" is not the primary system organ class of the preferred term \"Zorb pain\", which is \"Imaginary organ \
             disorders\" in MedDRA 99.1 (English)",
        ),
        (
            "A,1,x,Zorb ache,Quell fever,Fabled system disorders",
            "AEDECOD",
            "the lowest level term \"Zorb ache\" belongs to the preferred term \"Zorb pain\" in MedDRA 99.1 (English), not to \"Quell \
             fever\"",
        ),
        (
            "A,1,x,Zorbitis old style,Zorb pain,Imaginary organ disorders",
            "AELLT",
            "the lowest level term \"Zorbitis old style\" is not current in MedDRA 99.1 (English)",
        ),
        (
            "A,1,x,Nonsense,Zorb pain,Imaginary organ disorders",
            "AELLT",
            "\"Nonsense\" is no lowest level term of MedDRA 99.1 (English)",
        ),
        (
            "A,1,x,,,Imaginary organ disorders",
            "AEDECOD",
            "\"x\" has a coding in the data, but no preferred term; complete it there",
        ),
    ];
    let coding = coding(Vec::new());
    for (row, field, sentence) in cases {
        let before: Vec<&str> = row.split(',').skip(3).collect();
        let (events, findings) = coded(&[row], &coding);
        assert_eq!(findings, [(field.to_owned(), sentence.to_owned())], "{row}");
        for (now, before) in events[0].iter().zip(before) {
            assert!(
                before.is_empty() || now.as_deref() == Some(before),
                "{row}: {before} was changed"
            );
        }
    }
}

#[test]
fn tables_by_class_and_term_use_the_coding_and_never_mix_it_with_ctcae_categories() {
    let trial = trial();
    let rows = ["A,1,Zorb ache,,,", "B,1,pain of zorb,,,", "B,2,Nausea,,,"];
    let labels = |data: &StudyData| -> Vec<(String, bool, usize)> {
        let analysis = Analysis::new(&trial, data, data.last_day());
        let tables = derive_tables(&analysis);
        let found = tables
            .tables
            .iter()
            .find(|table| table.id == "terms" && table.reference == Reference::Infusion);
        let rows = found.unwrap().rows.iter();
        rows.map(|row| (row.label.clone(), row.is_term, row.subjects(None)))
            .collect()
    };
    let mut data = study(&rows);
    let row = |label: &str, is_term, subjects| (label.to_owned(), is_term, subjects);
    assert_eq!(
        labels(&data),
        [
            row("Gastrointestinal disorders", false, 1),
            row("Nausea", true, 1),
            row("Not coded", false, 2),
            row("pain of zorb", true, 1),
            row("Zorb ache", true, 1),
        ]
    );
    code_study(&mut data, &coding(vec![chosen("pain of zorb", 99_200_001, "99.1")]));
    assert_eq!(
        labels(&data),
        [
            row("Imaginary organ disorders", false, 2),
            row("Zorb pain", true, 2),
            row("Not coded", false, 1),
            row("Nausea", true, 1),
        ]
    );
}

#[test]
fn a_class_that_a_dlt_criterion_asks_for_is_known_once_the_event_is_coded() {
    let trial = trial();
    let event = "S,1,Zorb ache,,N,RELATED,RECOVERED/RESOLVED,3,2025-03-03,2025-03-08";
    let status = |coding: Option<&Coding>| {
        let tables = super::dlt_cases::read(&[("AE", &[event])]);
        let mut data = read_tables(tables, &trial).unwrap().as_of(super::dlt_cases::LATER);
        if let Some(coding) = coding {
            code_study(&mut data, coding);
        }
        let analysis = Analysis::new(&trial, &data, Some(super::dlt_cases::LATER));
        analysis.facts[0].dlt.clone().unwrap().status
    };
    assert!(
        matches!(status(None), Status::Pending(_)),
        "whether it is an organ toxicity nobody says"
    );
    assert_eq!(status(Some(&coding(Vec::new()))), Status::NoDlt);
    let named = "Cardiac disorders";
    let folder = changed("soc.asc", |text| {
        text.replace("Imaginary organ disorders", named).into_bytes()
    });
    let cardiac = Coding {
        meddra: read_meddra(folder.path(), None).unwrap(),
        log: CodingLog::default(),
    };
    assert_eq!(status(Some(&cardiac)), Status::Dlt);
}

#[test]
fn adae_carries_the_coding_with_its_codes_and_keeps_what_the_data_have() {
    let rows = [
        "A,1,Zorb ache,,,",
        "A,2,x,,Blim rash,Fabled system disorders",
        "B,1,aching,,,",
    ];
    let coding = coding(Vec::new());
    let derived = derive_datasets(tables(&rows), &super::derive::options(), Some(&coding)).unwrap();
    let adae = derived.tables.iter().find(|table| table.name == "ADAE").unwrap();
    let cells = |row: usize| {
        let names = ["AELLT", "AELLTCD", "AEDECOD", "AEPTCD", "AEBODSYS", "AEBDSYCD"];
        names.map(|name| adae.cell(row, adae.column(name).unwrap()).to_owned())
    };
    assert_eq!(
        cells(0),
        [
            "Zorb ache",
            "99100001",
            "Zorb pain",
            "99200001",
            "Imaginary organ disorders",
            "99300001"
        ]
    );
    assert_eq!(
        cells(1),
        ["", "", "Blim rash", "99200003", "Fabled system disorders", "99300002"]
    );
    assert_eq!(cells(2), ["", "", "", "", "", ""]);
    let without = derive_datasets(tables(&rows), &super::derive::options(), None).unwrap();
    let adae = without.tables.iter().find(|table| table.name == "ADAE").unwrap();
    assert_eq!(adae.column("AEPTCD"), None);
}

#[test]
fn terms_are_listed_once_for_each_coding_the_data_carry() {
    let rows = [
        "A,1,Zorb ache,,,",
        "B,1,zorb ACHE,,,",
        "B,2,Zorb ache,,Quell fever,",
        "A,2,aching,,,",
    ];
    let coding = coding(Vec::new());
    let terms = list_terms(&study(&rows), &coding);
    let told: Vec<(&str, usize, CodingMethod)> = terms
        .iter()
        .map(|one| (one.term.as_str(), one.events, one.coded.method))
        .collect();
    assert_eq!(
        told,
        [
            ("aching", 1, CodingMethod::NotCoded),
            ("Zorb ache", 2, CodingMethod::Exact),
            ("Zorb ache", 1, CodingMethod::Study),
        ]
    );
}

#[test]
fn a_change_of_version_names_the_terms_whose_place_it_alters() {
    // In the earlier release "Zorb ache" belongs to another preferred term, and "Blim rash" to another class.
    let terms = changed("llt.asc", |text| {
        text.replace("Zorb ache$99200001", "Zorb ache$99200002").into_bytes()
    });
    let earlier = read_meddra(terms.path(), None).unwrap();
    let log = vec![Choice {
        led_to: Some((MeddraCode(99_200_003), MeddraCode(99_300_002))),
        ..chosen("spots", 99_200_003, "99.0")
    }];
    let mut with_log = coding(log);
    let now = |coding: &Coding, earlier| -> Vec<(String, String)> {
        let terms = ["Zorb ache", "Quell fever", "unknown", "spots"];
        let changes = version_changes(terms.into_iter(), coding, earlier);
        changes.into_iter().map(|change| (change.term, change.what)).collect()
    };
    let change = |term: &str, what: &str| (term.to_owned(), what.to_owned());
    assert_eq!(now(&with_log, None), [change("spots", "primary system organ class")]);
    assert_eq!(
        now(&with_log, Some(&earlier)),
        [change("Zorb ache", "preferred term and primary system organ class")]
    );
    with_log.log = CodingLog::new(vec![
        chosen("spots", 99_200_003, "99.0"),
        chosen("gone", 99_199_999, "99.0"),
    ]);
    assert_eq!(
        now(&with_log, None),
        [
            change("gone", "not coded any more"),
            change("spots", "what it led to then is not recorded; give the earlier release"),
        ]
    );
    with_log.log = CodingLog::new(vec![chosen("spots", 99_200_003, "99.1")]);
    assert_eq!(now(&with_log, None), []);
}

#[test]
fn a_term_without_letters_is_not_coded() {
    let recorded = Recorded {
        verbatim: "",
        llt: None,
        pt: None,
        soc: None,
    };
    assert_eq!(coding(Vec::new()).code(&recorded).method, CodingMethod::NotCoded);
}
