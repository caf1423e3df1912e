//! Laboratory results of one subject, case by case: baselines, the laboratory outcome, results against adverse events.

use tercel::endpoint::{Analysis, Reading, check_derived, derive_cells, grade_result};
use tercel::grade::ctcae::{LabGrade, LabOutcome};
use tercel::protocol::{Trial, parse_protocol};
use tercel::report::{LabSafety, SHIFT_UNKNOWN, build_report};
use tercel::study::{Blocks, Finding, Rule};
use tercel_exchange::{Table, read_tables};

const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");

fn trial(baseline: &str) -> Trial {
    let ours = "baseline = \"before lymphodepletion\"";
    assert!(PROTOCOL.contains(ours));
    let text = PROTOCOL.replace(ours, &format!("baseline = \"{baseline}\""));
    parse_protocol("protocol.toml", &text).unwrap()
}

/// Consent on 10 January, PBMC collection on the 15th, lymphodepletion from 5 February, infusion on the 10th at ten.
fn with<T>(baseline: &str, labs: &str, events: &str, check: impl Fn(&Analysis<'_>) -> T) -> T {
    let files = [
        (
            "dm",
            "USUBJID,RFICDTC,AGE,SEX,ARMCD\nA,2025-01-10,50,F,DL1\n".to_owned(),
        ),
        (
            "pr",
            "USUBJID,PRSEQ,PRTRT,PRSTDTC\nA,1,LEUKAPHERESIS,2025-01-15\n".to_owned(),
        ),
        (
            "ex",
            "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nA,1,FLUDARABINE,50,mg,2025-02-05\n\
             A,2,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-10T10:00\n"
                .to_owned(),
        ),
        ("sv", "USUBJID,SVSEQ,VISIT,SVSTDTC\nA,1,LATER,2025-06-10\n".to_owned()),
        (
            "ae",
            format!("USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,AESER,AEREL,AEOUT,AETOXGR,AESTDTC,AEENDTC\n{events}"),
        ),
        (
            "lb",
            format!("USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBCLSIG,LBAESEQ,LBDTC\n{labs}"),
        ),
    ];
    let trial = trial(baseline);
    let tables = files.map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
    let data = read_tables(tables.into(), &trial).unwrap();
    let cut = data.last_day();
    check(&Analysis::new(&trial, &data, cut))
}

/// Whether the subject counts for the laboratory outcome.
fn counts(baseline: &str, labs: &str, events: &str) -> bool {
    with(baseline, labs, events, |analysis| {
        let cells = derive_cells(analysis);
        let cell = cells
            .iter()
            .find(|cell| cell.id == "P4" && cell.level.is_none())
            .unwrap();
        assert_eq!(cell.contributions.len(), 1);
        let reading = &cell.contributions[0].reading;
        assert!(matches!(reading, Reading::Yes | Reading::No), "{reading:?}");
        *reading == Reading::Yes
    })
}

fn findings(labs: &str, events: &str) -> Vec<Finding> {
    with("before lymphodepletion", labs, events, check_derived)
}

#[test]
fn each_of_the_three_baselines_answers_for_itself() {
    // Platelets, lower limit 150: 200 before collection, 140 before lymphodepletion, 90 before infusion and 80 two hours
    // before it; at noon, after the infusion, 60.
    let before = "A,1,PLAT,200,10^9/L,150,400,N,,2025-01-12\nA,2,PLAT,140,10^9/L,150,400,N,,2025-01-30\n\
                  A,3,PLAT,90,10^9/L,150,400,N,,2025-02-08\nA,4,PLAT,80,10^9/L,150,400,N,,2025-02-10T08:00\n\
                  A,5,PLAT,60,10^9/L,150,400,N,,2025-02-10T12:00\n";
    // Value on 1 March, then whether it is worse than before lymphodepletion, infusion, collection.
    let cases = [
        (70, [true, true, true]),
        (80, [true, false, true]),
        (85, [true, false, true]),
        (139, [true, false, true]),
        (140, [false, false, true]),
        (149, [false, false, true]),
        (150, [false, false, false]),
    ];
    for (value, expected) in cases {
        let labs = format!("{before}A,6,PLAT,{value},10^9/L,150,400,Y,,2025-03-01\n");
        let rules = ["before lymphodepletion", "before infusion", "before collection"];
        assert_eq!(rules.map(|rule| counts(rule, &labs, "")), expected, "{value}");
    }
}

#[test]
fn without_the_setting_the_baseline_lies_before_lymphodepletion() {
    let text = PROTOCOL.replace("baseline = \"before lymphodepletion\"\n", "");
    let start = text.find("[[assumption]]\nid = \"safety.baseline\"").unwrap();
    let end = start + 1 + text[start + 1..].find("[[assumption]]").unwrap();
    let without = parse_protocol("protocol.toml", &format!("{}{}", &text[..start], &text[end..])).unwrap();
    assert_eq!(without.safety.baseline, trial("before lymphodepletion").safety.baseline);
}

/// The baseline of the cases below: ALT 35, limits 7 to 40.
const ALT: &str = "A,1,ALT,35,U/L,7,40,N,,2025-01-30\n";

#[test]
fn what_the_investigator_calls_significant_counts_if_it_is_worse_and_no_event_clears_it() {
    let unrelated =
        "A,3,Biliary obstruction,,Hepatobiliary disorders,N,NOT RELATED,RECOVERED/RESOLVED,3,2025-02-18,2025-03-10\n";
    let related = "A,3,Hepatitis,,Hepatobiliary disorders,N,POSSIBLE,RECOVERED/RESOLVED,3,2025-02-18,2025-03-10\n";
    let cases = [
        ("worse and significant", "A,2,ALT,180,U/L,7,40,Y,,2025-02-20", "", true),
        ("not significant", "A,2,ALT,180,U/L,7,40,N,,2025-02-20", "", false),
        ("not judged", "A,2,ALT,180,U/L,7,40,,,2025-02-20", "", false),
        ("on the limit", "A,2,ALT,40,U/L,7,40,Y,,2025-02-20", "", false),
        ("just above it", "A,2,ALT,40.1,U/L,7,40,Y,,2025-02-20", "", true),
        (
            "the same as the baseline",
            "A,2,ALT,35,U/L,7,30,Y,,2025-02-20",
            "",
            false,
        ),
        (
            "lower, and within its limits",
            "A,2,ALT,20,U/L,7,40,Y,,2025-02-20",
            "",
            false,
        ),
        ("no upper limit", "A,2,ALT,60,U/L,7,,Y,,2025-02-20", "", true),
        ("no value", "A,2,ALT,,U/L,7,40,Y,,2025-02-20", "", true),
        ("another unit", "A,2,ALT,0.3,ukat/L,0.1,0.7,Y,,2025-02-20", "", true),
        (
            "no analyte of the protocol",
            "A,2,LIPASE,900,U/L,7,60,Y,,2025-02-20",
            "",
            false,
        ),
        ("no baseline", "A,2,GGT,90,U/L,7,60,Y,,2025-02-20", "", true),
        ("before collection", "A,2,ALT,180,U/L,7,40,Y,,2025-01-12", "", false),
        (
            "linked to an event judged unrelated",
            "A,2,ALT,180,U/L,7,40,Y,3,2025-02-20",
            unrelated,
            false,
        ),
        (
            "linked to a related event",
            "A,2,ALT,180,U/L,7,40,Y,3,2025-02-20",
            related,
            true,
        ),
        (
            "an unrelated event it is not linked to",
            "A,2,ALT,180,U/L,7,40,Y,,2025-02-20",
            unrelated,
            true,
        ),
        (
            "linked to an event that is not there",
            "A,2,ALT,180,U/L,7,40,Y,9,2025-02-20",
            unrelated,
            true,
        ),
    ];
    for (case, row, events, expected) in cases {
        let labs = format!("{ALT}{row}\n");
        assert_eq!(counts("before lymphodepletion", &labs, events), expected, "{case}");
    }
    // A value that was abnormal before, and is no worse.
    let abnormal = "A,1,ALT,75,U/L,7,40,N,,2025-01-30\nA,2,ALT,60,U/L,7,40,Y,,2025-02-20\n";
    assert!(!counts("before lymphodepletion", abnormal, ""));
}

#[test]
fn what_counts_without_an_event_is_listed_as_a_finding() {
    let said = |row: &str, events: &str| {
        let found = findings(&format!("{ALT}{row}\n"), events);
        let linked = |finding: &&Finding| finding.field == "LBAESEQ";
        found.iter().filter(linked).count()
    };
    let hepatitis = "A,3,Hepatitis,,Hepatobiliary disorders,N,POSSIBLE,RECOVERED/RESOLVED,3,2025-02-18,2025-03-10\n";
    assert_eq!(said("A,2,ALT,180,U/L,7,40,Y,,2025-02-20", ""), 1);
    assert_eq!(said("A,2,ALT,180,U/L,7,40,Y,9,2025-02-20", hepatitis), 1);
    assert_eq!(said("A,2,ALT,180,U/L,7,40,Y,3,2025-02-20", hepatitis), 0);
    assert_eq!(said("A,2,ALT,180,U/L,7,40,N,,2025-02-20", ""), 0);
}

/// Findings that hold up nothing.
fn queries(labs: &str, events: &str) -> Vec<String> {
    let found = findings(labs, events).into_iter();
    let found = found.filter(|finding| finding.blocks == Blocks::None);
    found.map(|finding| finding.rule.to_string()).collect()
}

#[test]
fn a_severe_result_is_asked_about_unless_an_event_covers_it_or_someone_judged_it() {
    // Neutrophils 3.1 before, 0.4 on day 7: grade 4.
    let with = |judged: &str, link: &str| {
        format!(
            "A,1,NEUT,3.1,10^9/L,1.8,7.5,N,,2025-01-30\nA,2,NEUT,0.8,10^9/L,1.8,7.5,{judged},{link},2025-02-14\n\
             A,3,NEUT,0.4,10^9/L,1.8,7.5,{judged},{link},2025-02-17\n"
        )
    };
    let event = |term: &str, coded: &str, from: &str, to: &str| {
        format!("A,1,{term},{coded},Blood disorders,N,POSSIBLE,RECOVERED/RESOLVED,4,{from},{to}\n")
    };
    let asked = queries(&with("", ""), "");
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0],
        "NEUT 0.4 10^9/L on 2025-02-17 is CTCAE 5.0 grade 4 (baseline 0), the worst of 2 such results; no adverse event covers it"
    );
    let covering = [
        event("Neutropenia", "", "2025-02-14", "2025-02-20"),
        event(
            "Low white count",
            "Neutrophil count decreased",
            "2025-02-14",
            "2025-02-20",
        ),
        event("Pancytopenia", "", "2025-02-14", ""),
        // Three days are within what two forms may differ by.
        event("neutropaenia", "Neutropenia", "2025-02-17", "2025-02-20"),
        event("Febrile neutropenia", "", "", "2025-02-20"),
    ];
    for event in covering {
        assert_eq!(queries(&with("", ""), &event), Vec::<String>::new(), "{event}");
    }
    let not_covering = [
        event("Neutropenia", "", "2025-03-14", "2025-03-20"),
        event("Neutropenia", "", "2025-02-01", "2025-02-09"),
        event("Fever", "", "2025-02-14", "2025-02-20"),
        event("Leukocytosis", "", "2025-02-14", "2025-02-20"),
    ];
    for event in not_covering {
        let asked = queries(&with("", ""), &event);
        assert!(
            asked.iter().any(|text| text.starts_with("NEUT 0.4")),
            "{event}: {asked:?}"
        );
    }
    // Linked, whatever the event is called; judged; or asked about already, as significant without an event.
    assert!(queries(&with("", "1"), &event("Fever", "", "2025-02-14", "2025-02-20")).is_empty());
    assert!(queries(&with("N", ""), "").is_empty());
    assert!(queries(&with("Y", ""), "").is_empty());
}

#[test]
fn a_severe_result_no_worse_than_the_baseline_is_not_asked_about() {
    let labs = "A,1,NEUT,0.8,10^9/L,1.8,7.5,N,,2025-01-30\nA,2,NEUT,0.7,10^9/L,1.8,7.5,,,2025-02-14\n";
    assert!(queries(labs, "").is_empty());
    // Without a baseline nothing says that it was so before.
    let labs = "A,2,NEUT,0.7,10^9/L,1.8,7.5,,,2025-02-14\n";
    assert_eq!(queries(labs, "").len(), 1);
}

#[test]
fn an_event_named_after_a_test_needs_a_result_that_supports_it() {
    let event = "A,1,Hypokalaemia,,Metabolism,N,POSSIBLE,RECOVERED/RESOLVED,1,2025-02-20,2025-02-25\n";
    let potassium = |value: &str, day: &str| format!("A,1,K,{value},mmol/L,3.5,5.0,N,,{day}\n");
    let asked = |labs: &str| queries(labs, event);
    assert_eq!(
        asked(ALT),
        ["Hypokalaemia from 2025-02-20: no result of K from 2025-02-13 to 2025-02-25"]
    );
    assert!(asked(&potassium("3.4", "2025-02-13")).is_empty());
    assert_eq!(asked(&potassium("3.4", "2025-02-12")).len(), 1);
    assert_eq!(asked(&potassium("3.5", "2025-02-20")).len(), 1);
    // High instead of low.
    assert_eq!(asked(&potassium("5.5", "2025-02-20")).len(), 1);
    assert!(asked(&potassium("", "2025-02-20")).is_empty());
    // An event that means several tests asks for none.
    let general = "A,1,Pancytopenia,,Blood,N,POSSIBLE,RECOVERED/RESOLVED,1,2025-02-20,2025-02-25\n";
    assert!(queries(ALT, general).is_empty());
}

fn safety<T>(labs: &str, check: impl Fn(&LabSafety) -> T) -> T {
    with("before lymphodepletion", labs, "", |analysis| {
        let cells = derive_cells(analysis);
        check(&build_report(analysis, &cells, None, &[]).labs)
    })
}

#[test]
fn grades_shift_from_the_baseline_to_the_worst_result() {
    // ALT 60 before is 1.5 × ULN, grade 1. After: 200 is 3.3 × baseline, grade 2; what came before collection does not count.
    let labs = "A,1,ALT,900,U/L,7,40,N,,2025-01-12\nA,2,ALT,60,U/L,7,40,N,,2025-01-30\nA,3,ALT,200,U/L,7,40,N,,2025-02-20\n\
                A,4,ALT,90,U/L,7,40,N,,2025-03-20\nA,5,BILI,30,umol/L,5,,N,,2025-02-20\n";
    safety(labs, |found| {
        let alt = &found.shifts[0];
        assert_eq!((alt.test.as_str(), alt.direction.as_str()), ("ALT", "high"));
        assert_eq!(alt.counts[1], [0, 0, 1, 0, 0, 0]);
        assert_eq!(found.grades[0].levels.len(), 2);
        assert_eq!(found.grades[0].levels[1].grades, [0, 0, 1, 0, 0]);
        // Bilirubin without an upper limit has no grade, which is not grade 0.
        let bilirubin = &found.grades[1].levels[1];
        assert_eq!(
            (bilirubin.subjects, bilirubin.grades, bilirubin.unknown),
            (1, [0; 5], 1)
        );
        assert_eq!(found.shifts[1].counts[SHIFT_UNKNOWN], [0, 0, 0, 0, 0, 1]);
        assert_eq!(found.worst.len(), 1);
        assert_eq!(found.worst[0].worst, "200 U/L on 2025-02-20, grade 2");
        assert_eq!(found.worst[0].baseline, "60 U/L on 2025-01-30, grade 1");
        let records: Vec<String> = found.worst[0].records.iter().map(ToString::to_string).collect();
        assert_eq!(records, ["LB/A/3", "LB/A/2"]);
    });
}

#[test]
fn a_candidate_for_hys_law_lies_at_three_and_above_two_by_limit_or_by_abnormal_baseline() {
    let labs = |alt_before: &str, alt: &str, bilirubin: &str| {
        format!(
            "A,1,ALT,{alt_before},U/L,7,40,N,,2025-01-30\nA,2,BILI,15,umol/L,5,20,N,,2025-01-30\n\
             A,3,ALT,{alt},U/L,7,40,N,,2025-02-20\nA,4,BILI,{bilirubin},umol/L,5,20,N,,2025-02-25\n\
             A,5,ALP,100,U/L,40,120,N,,2025-02-20\n"
        )
    };
    // Before, after, bilirubin; candidate by limit; candidate by baseline, where that was abnormal.
    let cases = [
        ("30", "120", "40.1", true, None),
        ("30", "119", "41", false, None),
        ("30", "120", "40", false, None),
        ("80", "200", "50", true, Some(false)),
        ("80", "240", "50", true, Some(true)),
        // The limit itself is not abnormal.
        ("40", "120", "50", true, None),
    ];
    for (before, alt, bilirubin, by_limit, by_baseline) in cases {
        safety(&labs(before, alt, bilirubin), |found| {
            let law = &found.hys_law;
            assert_eq!(law.by_limit.len(), 1);
            assert_eq!(law.by_limit[0].candidate, by_limit, "{alt} {bilirubin}");
            assert_eq!(
                law.by_baseline.first().map(|point| point.candidate),
                by_baseline,
                "{before} {alt}"
            );
            assert_eq!(law.candidates.len(), usize::from(by_limit));
        });
    }
    safety(&labs("80", "240", "50"), |found| {
        let candidate = &found.hys_law.candidates[0];
        assert_eq!(candidate.scales, "× ULN and × baseline");
        assert_eq!(
            candidate.transaminase,
            "ALT 240 U/L on 2025-02-20 (3.0 × baseline, 6.0 × ULN)"
        );
        assert_eq!(candidate.bilirubin, "BILI 50 umol/L on 2025-02-25 (2.5 × ULN)");
        assert_eq!(candidate.phosphatase, "ALP 100 U/L on 2025-02-20 (0.8 × ULN)");
    });
    // 3 × 1.1 is a little above 3.3 in binary fractions, and 3.3 is three times the limit all the same.
    let at_the_limit = "A,1,ALT,3.3,ukat/L,0.1,1.1,N,,2025-02-20\nA,2,BILI,50,umol/L,5,20,N,,2025-02-20\n";
    safety(at_the_limit, |found| assert!(found.hys_law.by_limit[0].candidate));
    // Without limits nothing can be placed, and it is said of how many.
    safety(
        "A,1,ALT,500,U/L,,,N,,2025-02-20\nA,2,BILI,90,umol/L,,,N,,2025-02-20\n",
        |found| {
            assert!(found.hys_law.by_limit.is_empty());
            assert_eq!(found.hys_law.without, 1);
        },
    );
}

/// Below 0.3 is below 0.5, which is where grade 4 begins, whatever it is.
#[test]
fn a_result_beyond_what_the_assay_measures_has_the_grade_that_is_certain() {
    let grade = |test: &str, result: &str, unit: &str, limits: &str| {
        let lb = format!(
            "USUBJID,LBSEQ,LBTESTCD,LBORRES,LBORRESU,LBSTNRLO,LBSTNRHI,LBDTC\nA,1,{test},{result},{unit},{limits},2025-02-12\n"
        );
        let dm = "USUBJID,RFICDTC,AGE,SEX,ARMCD\nA,2025-01-10,50,F,DL1\n";
        let trial = trial("before lymphodepletion");
        let tables = [("dm", dm), ("lb", lb.as_str())]
            .map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
        let data = read_tables(tables.into(), &trial).unwrap();
        let lab = data.subjects[0].labs[0].clone();
        let graded = grade_result(&trial, &data.subjects[0], &lab);
        let of = |grade: &LabGrade<'_>| match grade.outcome {
            LabOutcome::Graded(toxicity) => Some(toxicity.number()),
            LabOutcome::Range { .. } | LabOutcome::NotGradable(_) => None,
        };
        graded.iter().filter_map(of).max()
    };
    assert_eq!(grade("NEUT", "<0.3", "10^9/L", "1.8,6.3"), Some(4));
    assert_eq!(grade("PLAT", "<20", "10^9/L", "150,400"), Some(4));
    assert_eq!(grade("ALT", ">1000", "U/L", "7,40"), Some(4));
    assert_eq!(grade("ALT", "<5", "U/L", "7,40"), Some(0));
    // Below 5 may be normal or not.
    assert_eq!(grade("ALT", "<50", "U/L", "7,40"), None);
}

/// Creatinine of urine is a hundred times that of blood.
#[test]
fn a_result_of_another_specimen_than_blood_is_neither_graded_nor_counted() {
    let of = |specimen: &str, category: &str| {
        let files = [
            (
                "dm",
                "USUBJID,RFICDTC,AGE,SEX,ARMCD\nA,2025-01-10,50,F,DL1\n".to_owned(),
            ),
            (
                "ex",
                "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\n\
                 A,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-10T10:00\n"
                    .to_owned(),
            ),
            (
                "lb",
                format!(
                    "USUBJID,LBSEQ,LBTESTCD,LBCAT,LBSPEC,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBDTC\n\
                     A,1,CREAT,{category},{specimen},9000,umol/L,45,90,2025-02-12\n"
                ),
            ),
        ];
        let trial = trial("before lymphodepletion");
        let tables = files.map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
        let data = read_tables(tables.into(), &trial).unwrap();
        let lab = data.subjects[0].labs[0].clone();
        let graded = grade_result(&trial, &data.subjects[0], &lab);
        (lab.test, !graded.is_empty())
    };
    assert_eq!(of("SERUM", "CHEMISTRY"), ("CREAT".to_owned(), true));
    assert_eq!(of("", ""), ("CREAT".to_owned(), true));
    assert_eq!(of("Urine", ""), ("CREAT (URINE)".to_owned(), false));
    assert_eq!(of("", "URINALYSIS"), ("CREAT (URINE)".to_owned(), false));
}

/// Of a test that no rule of the protocol looks at too; words are results.
#[test]
fn a_result_meant_as_a_number_that_is_none_is_asked_about() {
    for (test, result, asked) in [
        ("ALT", "1,5", true),
        ("ALT", "NaN", true),
        ("GGT", "1,5", true),
        ("GGT", "NaN", true),
        ("GGT", "inf", true),
        ("GGT", "1.5", false),
        ("GGT", "<5", false),
        ("HBSAG", "NEGATIVE", false),
        ("HBSAG", "negative, repeated", false),
    ] {
        let lb = format!("USUBJID,LBSEQ,LBTESTCD,LBORRES,LBORRESU,LBDTC\nA,4,{test},\"{result}\",U/L,2025-02-12\n");
        let dm = "USUBJID,RFICDTC,AGE,SEX,ARMCD\nA,2025-01-10,50,F,DL1\n";
        let tables = [("dm", dm), ("lb", lb.as_str())]
            .map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
        let data = read_tables(tables.into(), &trial("before lymphodepletion")).unwrap();
        let found = data.findings.iter().any(|finding| {
            finding.rule == Rule::NotANumber(result.to_owned())
                && finding
                    .record
                    .as_ref()
                    .is_some_and(|record| record.to_string() == "LB/A/4")
        });
        assert_eq!(found, asked, "{test} {result}: {:?}", data.findings);
    }
}

#[test]
fn an_infusion_of_zero_cells_is_asked_about() {
    for (dose, asked) in [("0", true), ("0.0", true), ("0.5", false), ("100", false)] {
        let ex = format!(
            "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\n\
             A,1,ANTI-IL1RAP CAR-T CELLS,{dose},10^6 Therapeutic Cells,2025-02-10T10:00\n"
        );
        let dm = "USUBJID,RFICDTC,AGE,SEX,ARMCD\nA,2025-01-10,50,F,DL1\n";
        let tables = [("dm", dm), ("ex", ex.as_str())]
            .map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
        let data = read_tables(tables.into(), &trial("before lymphodepletion")).unwrap();
        let found = data.findings.iter().any(|finding| {
            finding.field == "EXDOSE" && matches!(finding.rule, Rule::Disagree(_)) && finding.blocks == Blocks::Decision
        });
        assert_eq!(found, asked, "{dose}");
    }
}
