//! What was done to subjects against what was planned and decided: doses, days, arms.

use jiff::civil::date;
use tercel::design::check_infusions;
use tercel::endpoint::Analysis;
use tercel::protocol::{Trial, parse_protocol};
use tercel::study::{Blocks, Finding, Rule, StudyData, check_study};
use tercel_exchange::{Table, read_tables};

fn trial() -> Trial {
    parse_protocol(
        "protocol.toml",
        include_str!("../../../../trials/il1rap-hcc/protocol.toml"),
    )
    .unwrap()
}

/// A subject of the study.
struct Treated {
    name: &'static str,
    arms: &'static str,
    cells: &'static str,
    infused: &'static str,
    seen: &'static str,
    dlt: bool,
}

const fn treated(name: &'static str, arms: &'static str, infused: &'static str, seen: &'static str) -> Treated {
    Treated {
        name,
        arms,
        cells: "100",
        infused,
        seen,
        dlt: false,
    }
}

fn data(trial: &Trial, subjects: &[Treated]) -> StudyData {
    let mut files = [
        ("dm", "USUBJID,RFICDTC,AGE,SEX,ARMCD,ACTARMCD".to_owned()),
        ("ex", "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC".to_owned()),
        ("sv", "USUBJID,VISIT,SVSTDTC".to_owned()),
        (
            "ae",
            "USUBJID,AESEQ,AETERM,AEBODSYS,AESER,AEREL,AEOUT,AETOXGR,AESTDTC,AEENDTC".to_owned(),
        ),
        (
            "lb",
            "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRHI,LBDTC".to_owned(),
        ),
        ("rs", "USUBJID,RSSEQ,RSTESTCD,RSSTRESN,RSDTC".to_owned()),
    ];
    for subject in subjects {
        let Treated {
            name,
            arms,
            cells,
            infused,
            seen,
            ..
        } = subject;
        let rows = [
            format!("{name},2025-01-10,50,F,{arms}"),
            format!("{name},1,ANTI-IL1RAP CAR-T CELLS,{cells},10^6 Therapeutic Cells,{infused}"),
            format!("{name},LATER,{seen}"),
            if subject.dlt {
                format!("{name},1,Myocarditis,Cardiac disorders,Y,RELATED,NOT RECOVERED/NOT RESOLVED,4,{infused},")
            } else {
                format!("{name},1,Alopecia,Skin disorders,N,NOT RELATED,RECOVERED/RESOLVED,1,{infused},{infused}")
            },
            format!("{name},1,ALT,30,U/L,40,2025-01-20"),
            format!("{name},1,CPS0106,6,2025-01-20"),
        ];
        for ((_, file), row) in files.iter_mut().zip(rows) {
            file.push('\n');
            file.push_str(&row);
        }
    }
    let tables = files.map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
    read_tables(tables.into(), trial).unwrap()
}

/// Infusions against the decision: subject, what it holds up, the sentence.
fn against(subjects: &[Treated]) -> Vec<(String, Blocks, String)> {
    let trial = trial();
    let data = data(&trial, subjects);
    let cut = date(2026, 1, 1);
    let data = data.as_of(cut);
    let found = check_infusions(&Analysis::new(&trial, &data, Some(cut)));
    let told = found.into_iter().map(|finding| {
        assert!(matches!(finding.rule, Rule::AgainstDecision(_)));
        let subject = finding.subject.unwrap().to_string();
        (subject, finding.blocks, finding.rule.to_string())
    });
    told.collect()
}

/// Three subjects at the first level, each seen after the window.
fn first_cohort() -> Vec<Treated> {
    vec![
        treated("A", "DL1,DL1", "2025-02-01", "2025-03-10"),
        treated("B", "DL1,DL1", "2025-02-20", "2025-03-28"),
        treated("C", "DL1,DL1", "2025-03-01", "2025-04-10"),
    ]
}

#[test]
fn infusions_that_the_decision_of_the_day_before_allows_are_no_finding() {
    let mut subjects = first_cohort();
    subjects.push(Treated {
        cells: "250",
        ..treated("D", "DL2,DL2", "2025-04-20", "2025-06-01")
    });
    assert_eq!(against(&subjects), []);
}

#[test]
fn an_infusion_during_a_wait_or_at_a_level_not_open_yet_blocks_the_decision() {
    let mut subjects = first_cohort();
    // While C is observed.
    subjects.push(Treated {
        cells: "250",
        ..treated("D", "DL2,DL2", "2025-03-15", "2025-06-01")
    });
    let found = against(&subjects);
    assert_eq!(
        (found.len(), found[0].0.as_str(), found[0].1),
        (1, "D", Blocks::Decision)
    );
    assert!(found[0].2.contains("as of 2025-03-14 was to wait"), "{}", found[0].2);

    let mut subjects = first_cohort();
    subjects.truncate(2);
    subjects.push(Treated {
        cells: "500",
        ..treated("D", "DL3,DL3", "2025-04-20", "2025-06-01")
    });
    let found = against(&subjects);
    assert_eq!((found.len(), found[0].1), (1, Blocks::Decision));
    assert!(found[0].2.contains("stay at level 1"), "{}", found[0].2);
}

#[test]
fn an_infusion_during_a_wait_at_a_level_with_six_observed_is_named_and_blocks_nothing() {
    let mut subjects = first_cohort();
    let later = [
        ("D", 2, "2025-04-20", "2025-08-20"),
        ("E", 2, "2025-05-04", "2025-08-20"),
        ("F", 2, "2025-05-11", "2025-08-20"),
        ("G", 3, "2025-06-20", "2025-08-20"),
        ("H", 3, "2025-07-04", "2025-08-20"),
        ("I", 3, "2025-07-11", "2025-08-20"),
        ("J", 3, "2025-08-15", "2025-10-05"),
        ("K", 3, "2025-08-22", "2025-10-05"),
        ("L", 3, "2025-08-29", "2025-10-05"),
        ("M", 3, "2025-10-10", "2025-11-20"),
        ("N", 3, "2025-10-12", "2025-11-20"),
        ("O", 3, "2025-10-14", "2025-11-20"),
        ("P", 3, "2025-10-16", "2025-12-20"),
    ];
    subjects.extend(later.map(|(name, level, infused, seen)| match level {
        2 => Treated {
            cells: "250",
            ..treated(name, "DL2,DL2", infused, seen)
        },
        _ => Treated {
            cells: "500",
            ..treated(name, "DL3,DL3", infused, seen)
        },
    }));
    let found = against(&subjects);
    assert!(found.iter().all(|(_, blocks, _)| *blocks == Blocks::None), "{found:?}");
    let last = found.last().unwrap();
    assert!(last.0 == "P" && last.2.contains("was to wait"), "{found:?}");
}

#[test]
fn an_infusion_after_the_decision_to_stop_is_named() {
    let mut subjects = first_cohort();
    for subject in &mut subjects {
        subject.dlt = true;
    }
    subjects.push(treated("D", "DL1,DL1", "2025-06-01", "2025-08-01"));
    let found = against(&subjects);
    let last = found.last().unwrap();
    assert_eq!((last.0.as_str(), last.1), ("D", Blocks::Decision));
    assert!(last.2.contains("was to stop"), "{}", last.2);
}

fn checked(subject: Treated) -> Vec<Finding> {
    let trial = trial();
    let data = data(&trial, &[subject]);
    let mut findings = check_study(&trial, &data);
    findings.extend(data.findings);
    findings
}

#[test]
fn twice_the_dose_of_the_group_is_named_before_the_decision_and_a_little_too_much_is_not() {
    for (cells, leads) in [
        ("1000", true),
        ("200", true),
        ("125", false),
        ("100", false),
        ("1", true),
    ] {
        let findings = checked(Treated {
            cells,
            ..treated("A", "DL1,DL1", "2025-02-01", "2025-03-10")
        });
        assert_eq!(findings.iter().any(Finding::leads), leads, "{cells}: {findings:?}");
    }
}

#[test]
fn another_arm_than_planned_is_a_finding_and_an_untreated_arm_is_none() {
    let about = |arms| {
        let findings = checked(treated("A", arms, "2025-02-01", "2025-03-10"));
        let found = findings.into_iter().find(|finding| finding.field == "ACTARMCD");
        found.map(|finding| (finding.blocks, finding.rule.to_string()))
    };
    let (blocks, sentence) = about("DL1,DL2").unwrap();
    assert_eq!(blocks, Blocks::Decision);
    assert!(
        sentence.contains("DL2 is level 2") && sentence.contains("counted at level 1"),
        "{sentence}"
    );
    assert_eq!(about("DL1,DL1"), None);
    assert_eq!(about("DL1,NOTTRT"), None);
    assert_eq!(about("DL1,"), None);
}

#[test]
fn a_subject_infused_on_no_known_day_or_at_no_level_is_said_to_be_left_out() {
    let left_out = |arms, infused| {
        let findings = checked(treated("A", arms, infused, "2025-03-10"));
        let said = |finding: &&Finding| finding.rule.to_string().contains("left out of every outcome");
        findings
            .iter()
            .filter(said)
            .all(|finding| finding.blocks == Blocks::Decision)
            && findings.iter().any(|finding| said(&finding))
    };
    assert!(left_out("DL1,DL1", ""));
    assert!(left_out("DL1,DL1", "2025-02"));
    assert!(left_out(",", "2025-02-01"));
    assert!(left_out(",", ""));
    assert!(!left_out("DL1,DL1", "2025-02-01"));
}
