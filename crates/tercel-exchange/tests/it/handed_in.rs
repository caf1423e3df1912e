//! What datasets that are handed in contradict, and what they must not say.

use tercel::protocol::{Trial, parse_protocol};
use tercel::study::{Blocks, StudyData};
use tercel_exchange::{Table, read_tables};

const DM: &str = "STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD,DTHDTC,DTHFL\n\
                  S,S-1,2025-01-02,51,M,DL1,,\nS,S-2,2025-01-20,62,U,DL1,,Y\n";
const EX: &str = "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\n\
                  S-1,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-01\n";

fn trial() -> Trial {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", text).unwrap()
}

fn read(files: &[(&str, &str)]) -> StudyData {
    let base = [("DM", DM), ("EX", EX)];
    let table = |(name, text): &(&str, &str)| {
        let mut table = Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap();
        (*name).clone_into(&mut table.name);
        table
    };
    let kept = base
        .iter()
        .filter(|(name, _)| files.iter().all(|(other, _)| other != name));
    read_tables(kept.chain(files).map(table).collect(), &trial()).unwrap()
}

/// What is wrong in a variable of a dataset: the sentence, and what it holds up.
fn wrong(data: &StudyData, dataset: &str, field: &str) -> Vec<(String, Blocks)> {
    let of = data
        .findings
        .iter()
        .filter(|one| one.dataset.as_str() == dataset && one.field == field);
    of.map(|one| (one.rule.to_string(), one.blocks)).collect()
}

#[test]
fn a_standard_result_that_is_not_the_collected_one_is_asked_about() {
    let lb = |original: &str, unit: &str, standard: &str, standard_unit: &str| {
        let text = format!(
            "USUBJID,LBSEQ,LBTESTCD,LBORRES,LBORRESU,LBSTRESC,LBSTRESN,LBSTRESU,LBDTC\n\
             S-1,1,HGB,{original},{unit},{standard},{standard},{standard_unit},2025-02-03\n"
        );
        wrong(&read(&[("LB", &text)]), "LB", "LBORRES")
    };
    for agrees in [
        ["13.5", "g/dL", "135", "g/L"],
        ["13.46", "g/dL", "135", "g/L"],
        ["8.4", "mmol/L", "135", "g/L"],
        ["135", "g/L", "135", "g/L"],
        ["134.6", "g/L", "135", "g/L"],
        ["<5", "g/L", "135", "g/L"],
        ["13.5", "spoons", "135", "g/L"],
    ] {
        let [original, unit, standard, standard_unit] = agrees;
        assert_eq!(lb(original, unit, standard, standard_unit), [], "{agrees:?}");
    }
    for differs in [
        ["63", "g/L", "135", "g/L"],
        ["13.5", "g/dL", "13.5", "g/L"],
        ["135", "g/dL", "135", "g/L"],
    ] {
        let [original, unit, standard, standard_unit] = differs;
        let found = lb(original, unit, standard, standard_unit);
        assert!(
            matches!(&found[..], [(said, Blocks::Decision)] if said.contains(standard)),
            "{differs:?} {found:?}"
        );
    }
    let vs = |original: &str| {
        let text = format!(
            "USUBJID,VSSEQ,VSTESTCD,VSORRES,VSORRESU,VSSTRESN,VSSTRESU,VSDTC\nS-1,1,TEMP,{original},F,40.5,C,2025-02-03T08:00\n"
        );
        wrong(&read(&[("VS", &text)]), "VS", "VSORRES").len()
    };
    assert_eq!((vs("104.9"), vs("103.1"), vs("98.6")), (0, 1, 1));
}

#[test]
fn rows_of_another_study_hold_up_the_decision() {
    let ae = "STUDYID,USUBJID,AESEQ,AETERM,AESTDTC\nOTHER,S-1,1,Fever,2025-02-03\nS,S-1,2,Fever,2025-02-04\nOTHER,S-1,3,Rash,2025-02-05\n";
    let found = wrong(&read(&[("AE", ae)]), "AE", "STUDYID");
    assert!(
        matches!(&found[..], [(said, Blocks::Decision)] if said.starts_with("2 rows are of study \"OTHER\"")),
        "{found:?}"
    );
}

#[test]
fn a_death_without_a_date_is_a_death_and_the_end_of_a_treatment_is_no_end_of_the_study() {
    let ds = "USUBJID,DSSEQ,DSCAT,DSSCAT,DSDECOD,DSSTDTC\n\
              S-1,1,DISPOSITION EVENT,STUDY TREATMENT,COMPLETED,2025-02-01\n\
              S-1,2,DISPOSITION EVENT,STUDY PARTICIPATION,WITHDRAWAL BY SUBJECT,2025-06-01\n";
    let data = read(&[("DS", ds)]);
    let [one, two] = &data.subjects[..] else {
        panic!("two subjects")
    };
    assert_eq!(
        one.dispositions
            .iter()
            .map(|left| left.term.as_str())
            .collect::<Vec<_>>(),
        ["WITHDRAWAL BY SUBJECT"]
    );
    assert!(!one.is_dead() && two.is_dead() && two.died().is_none());
    assert_eq!((two.sex, wrong(&data, "DM", "SEX")), (None, vec![]));
}

#[test]
fn a_supplemental_qualifier_does_not_write_over_a_variable_of_its_record() {
    let ae = "USUBJID,AESEQ,AETERM,AESER,AESTDTC\nS-1,1,Fever,N,2025-02-03\nS-1,2,Rash,,2025-02-03\n";
    let supp = "USUBJID,RDOMAIN,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL\n\
                S-1,AE,AESEQ,1,AESER,Serious,Y\nS-1,AE,AESEQ,2,AESER,Serious,Y\n";
    let data = read(&[("AE", ae), ("SUPPAE", supp)]);
    let serious: Vec<Option<bool>> = data.subjects[0]
        .adverse_events
        .iter()
        .map(|event| event.serious)
        .collect();
    assert_eq!(serious, [Some(false), Some(true)]);
    // What is not used is said.
    let found = wrong(&data, "SUPPAE", "QVAL");
    assert!(
        matches!(&found[..], [(said, Blocks::Decision)] if said.contains("such as AESER \"Y\" of S-1, AESEQ 1")),
        "{found:?}"
    );
    let orphan = "USUBJID,RDOMAIN,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL\nS-1,AE,AESEQ,9,AEPLACE,Place,ward\n";
    let data = read(&[("AE", ae), ("SUPPAE", orphan)]);
    assert!(matches!(&wrong(&data, "SUPPAE", "QVAL")[..], [(_, Blocks::Export)]));
}

#[test]
fn a_condition_of_the_history_whose_day_nobody_knows_holds_up_no_decision() {
    let mh = "USUBJID,MHSEQ,MHTERM,MHSTDTC\nS-1,1,Appendicitis,--05\n";
    let data = read(&[("MH", mh)]);
    let found = wrong(&data, "MH", "MHSTDTC");
    assert!(matches!(&found[..], [(_, Blocks::Export)]), "{found:?}");
    assert_eq!(data.subjects[0].history[0].term, "Appendicitis");
}

#[test]
fn a_time_by_the_clock_of_another_zone_is_not_read_as_if_it_were_of_the_site() {
    let ae = |time: &str| format!("USUBJID,AESEQ,AETERM,AESTDTC\nS-1,1,Fever,{time}\n");
    let ex = EX.replace("2025-02-01", "2025-02-01T07:00+08:00");
    let found = |time: &str| {
        wrong(&read(&[("EX", &ex), ("AE", &ae(time))]), "EX", "EXSTDTC").len()
            + wrong(&read(&[("EX", &ex), ("AE", &ae(time))]), "AE", "AESTDTC").len()
    };
    assert_eq!(found("2025-01-31T23:30Z"), 1);
    // The site's own clock, in summer too, with its zone or without.
    for same in [
        "2025-02-01T07:30+08:00",
        "2025-02-01T07:30+09:00",
        "2025-02-01T07:30",
        "2025-02-01",
    ] {
        assert_eq!(found(same), 0, "{same}");
    }
}

#[test]
fn a_death_without_a_date_came_after_what_is_recorded_and_a_sample_not_taken_is_no_moment() {
    let lb = "USUBJID,LBSEQ,LBTESTCD,LBORRES,LBORRESU,LBSTRESN,LBSTRESU,LBSTAT,LBDTC\n\
              S-2,1,ALT,30,U/L,30,U/L,,2025-03-03\nS-2,2,ALT,,,,,NOT DONE,2025-12-20\n";
    let data = read(&[("LB", lb)]);
    assert_eq!(data.last_day(), Some(jiff::civil::date(2025, 3, 3)));
    let dead = |day| data.as_of(day).subjects.iter().any(tercel::study::Subject::is_dead);
    assert!(!dead(jiff::civil::date(2025, 3, 2)) && dead(jiff::civil::date(2025, 3, 3)));
}
