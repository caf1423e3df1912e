//! What is written is read back the same: the law that ties writer and reader together.
#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use tercel::endpoint::Analysis;
use tercel::protocol::{SETTINGS, Trial, parse_protocol};
use tercel::simulate::{RehearsalOptions, add_screen_failures, rehearse};
use tercel::study::{StudyData, check_study};
use tercel_exchange::{Table, read_folder, read_tables, write_sdtm};

fn trial() -> Trial {
    let stated = format!("stated = {:?}", SETTINGS.map(|setting| setting.path));
    let text = include_str!("../../../tercel/tests/data/rehearsal/protocol.toml").replace("stated = []", &stated);
    parse_protocol("protocol.toml", &text).unwrap()
}

fn written(trial: &Trial, subjects: u32, seed: u64) -> (StudyData, Vec<(String, Vec<u8>)>) {
    let options = RehearsalOptions { subjects, seed };
    let mut data = rehearse(trial, options);
    add_screen_failures(trial, &mut data, options, subjects / 8);
    let tables = write_sdtm(trial, &data);
    let files = tables
        .iter()
        .map(|table| (table.file.clone(), table.to_csv().unwrap()))
        .collect();
    (data, files)
}

fn read_back(trial: &Trial, files: &[(String, Vec<u8>)]) -> StudyData {
    let tables = files.iter().map(|(file, bytes)| Table::parse_csv(file, bytes).unwrap());
    read_tables(tables.collect(), trial).unwrap()
}

#[test]
fn reading_what_was_written_gives_the_same_subjects_and_no_finding() {
    let trial = trial();
    for (subjects, seed) in [(1, 1), (18, 1), (40, 2), (40, 3), (40, 4)] {
        let (data, files) = written(&trial, subjects, seed);
        let back = read_back(&trial, &files);
        assert_eq!(back.findings, [], "seed {seed}");
        assert!(back.synthetic && back.dated);
        assert_eq!(back.subjects.len(), data.subjects.len());
        for (back, subject) in back.subjects.iter().zip(&data.subjects) {
            assert_eq!(back, subject, "seed {seed}");
        }
    }
}

#[test]
fn the_order_of_the_files_changes_nothing() {
    let trial = trial();
    let (data, mut files) = written(&trial, 20, 6);
    files.reverse();
    assert_eq!(read_back(&trial, &files).subjects, data.subjects);
    let folder = tempfile::tempdir().unwrap();
    for (file, bytes) in &files {
        std::fs::write(folder.path().join(file), bytes).unwrap();
    }
    assert_eq!(read_folder(folder.path(), &trial).unwrap().subjects, data.subjects);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let trial = trial();
    assert_eq!(written(&trial, 15, 8).1, written(&trial, 15, 8).1);
    assert_ne!(written(&trial, 15, 8).1, written(&trial, 15, 9).1);
}

#[test]
fn every_dataset_says_that_it_is_synthetic() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 18, seed: 1 });
    let tables = write_sdtm(&trial, &data);
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let expected = [
        "AE", "CM", "CO", "CP", "DM", "DS", "DV", "EC", "EX", "FA", "LB", "MB", "MH", "PC", "PR", "RS", "SS", "SUPPAE",
        "SUPPDM", "SUPPLB", "SV", "TR", "TU", "VS",
    ];
    assert_eq!(names, expected);
    for table in &tables {
        assert!(
            (0..table.len()).all(|row| table.cell(row, 0) == "REHEARSAL-SYNTHETIC"),
            "{}",
            table.name
        );
    }
}

#[test]
fn real_data_are_not_called_synthetic() {
    let trial = trial();
    let mut data = rehearse(&trial, RehearsalOptions { subjects: 3, seed: 1 });
    data.synthetic = false;
    let tables = write_sdtm(&trial, &data);
    assert!(
        tables
            .iter()
            .all(|table| (0..table.len()).all(|row| table.cell(row, 0) == "REHEARSAL"))
    );
}

#[test]
fn screening_failed_as_demography_or_disposition_says_unless_cells_were_collected() {
    let trial = trial();
    let collection = &trial.names.collection[0];
    let read = |demography: [&str; 2], disposition: &str, procedure: &str| {
        let [arm, reason] = demography;
        let dm = format!("USUBJID,ARMCD,ARMNRS\nX-01,{arm},{reason}\n");
        let ds = format!("USUBJID,DSSEQ,DSDECOD,DSCAT,DSSTDTC\nX-01,1,{disposition},DISPOSITION EVENT,2025-02-03\n");
        let pr = format!("USUBJID,PRSEQ,PRTRT,PRSTDTC\nX-01,1,{procedure},2025-02-02\n");
        let tables = [("dm.csv", dm), ("ds.csv", ds), ("pr.csv", pr)];
        let tables = tables.map(|(file, text)| Table::parse_csv(file, text.as_bytes()).unwrap());
        let data = read_tables(tables.to_vec(), &trial).unwrap();
        let failed = data.subjects[0].screen_failure();
        failed.map(|(term, record)| format!("{record}: {term}"))
    };
    let other = "WITHDRAWAL BY SUBJECT";
    assert_eq!(read(["", "NOT ASSIGNED"], other, "BIOPSY"), None);
    for demography in [["", "SCREEN FAILURE"], ["SCRNFAIL", ""]] {
        let said = read(demography, other, "BIOPSY");
        assert_eq!(said.as_deref(), Some("DM/X-01/1: SCREEN FAILURE"));
    }
    let said = read(["", "NOT ASSIGNED"], "SCREEN FAILURE", "BIOPSY");
    assert_eq!(said.as_deref(), Some("DS/X-01/1: SCREEN FAILURE"));
    assert_eq!(read(["", "SCREEN FAILURE"], "SCREEN FAILURE", collection), None);
}

#[test]
fn who_left_before_anything_was_done_is_not_enrolled_and_did_not_fail_screening() {
    let trial = trial();
    let collection = &trial.names.collection[0];
    let enrolled = |arm: &str, disposition: &str, milestone: &str, procedure: &str| {
        let dm = format!("USUBJID,ARMCD,ARMNRS\nX-01,{arm},\n");
        let ds = format!(
            "USUBJID,DSSEQ,DSDECOD,DSCAT,DSSTDTC\nX-01,1,{disposition},DISPOSITION EVENT,2025-02-03\n\
             X-01,2,{milestone},PROTOCOL MILESTONE,2025-01-20\n"
        );
        let pr = format!("USUBJID,PRSEQ,PRTRT,PRSTDTC\nX-01,1,{procedure},2025-02-02\n");
        let tables = [("dm.csv", dm), ("ds.csv", ds), ("pr.csv", pr)];
        let tables = tables.map(|(file, text)| Table::parse_csv(file, text.as_bytes()).unwrap());
        let data = read_tables(tables.to_vec(), &trial).unwrap();
        let analysis = Analysis::new(&trial, &data, None);
        let counts = (analysis.screen_failures(), analysis.left_in_screening());
        assert_eq!(counts.0 + counts.1 + analysis.enrolled().count(), 1);
        counts
    };
    let (left, consent, met) = (
        "WITHDRAWAL BY SUBJECT",
        "INFORMED CONSENT OBTAINED",
        "ELIGIBILITY CRITERIA MET",
    );
    let arm = trial.dose_levels.iter().next().unwrap().1.arm.as_str();
    assert_eq!(enrolled("", left, consent, "BIOPSY"), (0, 1));
    assert_eq!(enrolled("", "DEATH", consent, "BIOPSY"), (0, 1));
    assert_eq!(enrolled("", "SCREEN FAILURE", consent, "BIOPSY"), (1, 0));
    assert_eq!(enrolled("", "COMPLETED", consent, "BIOPSY"), (0, 0));
    assert_eq!(enrolled(arm, left, consent, "BIOPSY"), (0, 0));
    assert_eq!(enrolled("", left, met, "BIOPSY"), (0, 0));
    assert_eq!(enrolled("", left, consent, collection), (0, 0));
}

#[test]
fn criteria_not_met_stand_until_they_are_met_at_a_later_screening() {
    let trial = trial();
    let milestones = |rows: [[&str; 2]; 3]| {
        let row = |(at, [term, day]): (usize, &[&str; 2])| format!("X-01,{},{term},PROTOCOL MILESTONE,{day}\n", at + 1);
        let rows: String = rows.iter().enumerate().map(row).collect();
        let ds = format!("USUBJID,DSSEQ,DSDECOD,DSCAT,DSSTDTC\n{rows}");
        let tables = [("dm.csv", "USUBJID\nX-01\n".to_owned()), ("ds.csv", ds)];
        let tables = tables.map(|(file, text)| Table::parse_csv(file, text.as_bytes()).unwrap());
        let data = read_tables(tables.to_vec(), &trial).unwrap();
        let failed = data.subjects[0].screen_failure();
        failed.map(|(_, record)| record.to_string())
    };
    let consent = ["INFORMED CONSENT OBTAINED", "2025-01-20"];
    let not_met = "ELIGIBILITY CRITERIA NOT MET";
    let met = "Eligibility criteria met";
    let screened = |first, second| milestones([consent, first, second]);
    assert_eq!(screened([not_met, "2025-02-03"], [met, "2025-03-10"]), None);
    let fails = |first, second, record: &str| assert_eq!(screened(first, second).as_deref(), Some(record));
    fails([met, "2025-02-03"], [not_met, "2025-03-10"], "DS/X-01/3");
    fails([not_met, "2025-02-03"], [met, "2025-02-03"], "DS/X-01/2");
    fails([not_met, "2025-02-03"], [not_met, "2025-03-10"], "DS/X-01/2");
    fails([not_met, ""], [met, "2025-03-10"], "DS/X-01/2");
}

#[test]
fn criteria_met_after_the_end_by_failed_screening_are_asked_about() {
    let trial = trial();
    let asked = |met: &str| {
        let ds = format!(
            "USUBJID,DSSEQ,DSDECOD,DSCAT,DSSTDTC\nX-01,1,SCREEN FAILURE,DISPOSITION EVENT,2025-02-03\n\
             X-01,2,ELIGIBILITY CRITERIA MET,PROTOCOL MILESTONE,{met}\n"
        );
        let tables = [("dm.csv", "USUBJID\nX-01\n".to_owned()), ("ds.csv", ds)];
        let tables = tables.map(|(file, text)| Table::parse_csv(file, text.as_bytes()).unwrap());
        let findings = check_study(&trial, &read_tables(tables.to_vec(), &trial).unwrap());
        let said = findings.iter().map(|finding| finding.rule.to_string());
        said.filter(|text| text.contains("the criteria are recorded as met later"))
            .count()
    };
    assert_eq!((asked("2025-02-02"), asked("2025-02-04")), (0, 1));
}
