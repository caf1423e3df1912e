//! Progression-free survival under each censoring rule, one row of its table each. Every study is one subject infused on
//! 2025-03-03 (day 0); imaging is planned on days 28 ± 3, 56 ± 7, 92 ± 14 (month 3), 137 ± 14 and 184 ± 14 (month 6).

use super::efficacy_cases::{DM, day, days, died, disposition, infused, readings, target, trial};
use tercel::endpoint::{Analysis, Facts, Situation, derive_cells};
use tercel::protocol::{PfsCensoring, Trial, parse_protocol};
use tercel::study::StudyData;

use Situation::{
    ClaimedProgression, DeathBeforeAssessment, DeathBetweenAssessments, LeftStudy, MissedVisits, NewTherapy,
    NoBaseline, NoEvent, ProgressionAtVisit, ProgressionBetweenVisits, UndocumentedProgression,
};

/// Day of the end, whether it is an event, and the row that decided, under a rule.
fn ruled(data: &StudyData, rule: PfsCensoring) -> (i64, bool, Situation) {
    let (trial, data) = (trial(), data.as_of(day(400)));
    let analysis = Analysis::new(&trial, &data, Some(day(400)));
    let duration = analysis
        .facts
        .first()
        .and_then(|facts: &Facts<'_>| facts.pfs_by(rule))
        .unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "whole days of a short study")]
    let days = (duration.months * 30.4375).round() as i64;
    // The first day is counted.
    (days - 1, duration.event, duration.situation.unwrap())
}

/// The default rule, then tables A, B and C.
fn under_each(data: &StudyData) -> [(i64, bool, Situation); 4] {
    PfsCensoring::NAMES.map(|(_, rule)| ruled(data, rule))
}

fn scans(course: &[(i64, u32)]) -> StudyData {
    infused(&[("TR", &target(course))])
}

#[test]
fn progression_between_visits_is_dated_at_the_next_planned_one_by_tables_b_and_c() {
    let own = (44, true, ProgressionBetweenVisits);
    let next = (56, true, ProgressionBetweenVisits);
    assert_eq!(under_each(&scans(&[(28, 50), (44, 70)])), [own, own, next, next]);
}

#[test]
fn progression_within_a_window_has_the_planned_day_by_tables_b_and_c() {
    let own = (58, true, ProgressionAtVisit);
    let planned = (56, true, ProgressionAtVisit);
    assert_eq!(under_each(&scans(&[(28, 50), (58, 70)])), [own, own, planned, planned]);
}

#[test]
fn a_death_before_the_visit_that_would_date_progression_is_the_event() {
    let data = infused(&[("DM", &died("@80")), ("TR", &target(&[(28, 50), (66, 70)]))]);
    let own = (66, true, ProgressionBetweenVisits);
    let death = (80, true, DeathBetweenAssessments);
    assert_eq!(under_each(&data), [own, own, death, death]);
}

#[test]
fn growth_of_the_sum_counts_from_the_last_target_scan_of_the_visit_by_table_a() {
    let lesions = "TULNKID,TUSTRESC,TULOC,TUEVAL,TUDTC
        T1,TARGET,LIVER,INVESTIGATOR,@-14\nT2,TARGET,LUNG,INVESTIGATOR,@-14";
    let read = readings(&["T1 CT @-14 50", "T2 CT @-14 30", "T1 W8 @55 80", "T2 W8 @58 30"]);
    let data = infused(&[("TU", lesions), ("TR", &read)]);
    let at = |day| (day, true, ProgressionAtVisit);
    assert_eq!(under_each(&data), [at(55), at(58), at(56), at(56)]);
}

#[test]
fn a_new_lesion_counts_from_its_scan_by_table_a() {
    let lesions = "TULNKID,TUSTRESC,TULOC,TUEVAL,TUDTC
        T1,TARGET,LIVER,INVESTIGATOR,@-14\nN1,NEW,LIVER,INVESTIGATOR,@55";
    let read = readings(&["T1 CT @-14 50", "N1 W8 @55 PRESENT", "T1 W8 @58 50"]);
    let data = infused(&[("TU", lesions), ("TR", &read)]);
    assert_eq!(ruled(&data, PfsCensoring::FdaA), (55, true, ProgressionAtVisit));
}

#[test]
fn without_a_baseline_the_tables_censor_at_infusion_and_the_default_rule_counts_a_death() {
    let read = readings(&["T1 W4 @28 50", "T1 W8 @56 50"]);
    let data = infused(&[("DM", &died("@80")), ("TR", &read)]);
    let censored = (0, false, NoBaseline);
    let death = (80, true, DeathBetweenAssessments);
    assert_eq!(under_each(&data), [death, censored, censored, censored]);
}

#[test]
fn new_therapy_censors_at_the_assessment_before_it_or_at_its_planned_day() {
    let therapy = "CMTRT,CMDECOD,CMCAT,CMSTDTC\nLENVATINIB,LENVATINIB,SUBSEQUENT ANTICANCER THERAPY,@91";
    let data = infused(&[("TR", &target(&[(30, 50), (54, 50), (95, 80)])), ("CM", therapy)]);
    let (own, planned) = ((54, false, NewTherapy), (56, false, NewTherapy));
    assert_eq!(under_each(&data), [own, own, planned, planned]);
}

#[test]
fn censoring_between_visits_takes_the_planned_day_before() {
    let (own, planned) = ((70, false, NoEvent), (56, false, NoEvent));
    assert_eq!(under_each(&scans(&[(28, 50), (70, 50)])), [own, own, planned, planned]);
    let left = infused(&[
        ("TR", &target(&[(28, 50)])),
        ("DS", &disposition("WITHDRAWAL BY SUBJECT", "@40")),
    ]);
    assert_eq!(under_each(&left), [(28, false, LeftStudy); 4]);
}

#[test]
fn death_before_any_assessment_is_an_event_under_every_rule() {
    let data = infused(&[("DM", &died("@300")), ("TR", &target(&[]))]);
    assert_eq!(under_each(&data), [(300, true, DeathBeforeAssessment); 4]);
}

#[test]
fn the_gap_of_two_missed_visits_follows_the_intervals_in_force() {
    let dead = |last: i64, on: i64| infused(&[("DM", &died(&format!("@{on}"))), ("TR", &target(&[(last, 50)]))]);
    // After day 28 come days 56 and 92: 28 + 36 days and the window of 14, 78 days.
    let death = |on| (on, true, DeathBetweenAssessments);
    assert_eq!(under_each(&dead(28, 106)), [death(106); 4]);
    assert_eq!(under_each(&dead(28, 107)), [(28, false, MissedVisits); 4]);
    // The same visits were missed after a scan on day 31, but the gap is 76 days only.
    let late = under_each(&dead(31, 107));
    assert_eq!(late, [(31, false, MissedVisits), death(107), death(107), death(107)]);
    // After day 92 come days 137 and 184: 92 days and 14. Progression counts like death.
    assert_eq!(ruled(&dead(92, 198), PfsCensoring::FdaA), death(198));
    assert_eq!(ruled(&dead(92, 199), PfsCensoring::FdaA), (92, false, MissedVisits));
    let progressed = scans(&[(92, 50), (199, 80)]);
    assert_eq!(ruled(&progressed, PfsCensoring::FdaA), (92, false, MissedVisits));
    assert_eq!(
        ruled(&scans(&[(92, 50), (198, 80)]), PfsCensoring::FdaA),
        (198, true, ProgressionAtVisit)
    );
}

#[test]
fn progression_that_is_only_claimed_is_an_event_by_table_c() {
    let claimed = disposition("PROGRESSIVE DISEASE", "@70");
    let data = infused(&[("TR", &target(&[(28, 50), (56, 50)])), ("DS", &claimed)]);
    let open = (56, false, UndocumentedProgression);
    assert_eq!(under_each(&data), [open, open, open, (92, true, ClaimedProgression)]);
    let read = |criteria: &str| {
        let rows = format!("RSTESTCD,RSCAT,RSORRES,RSSTRESC,RSEVAL,RSDTC\nOVRLRESP,{criteria},PD,PD,INVESTIGATOR,@56");
        let data = infused(&[("TR", &target(&[(28, 50), (56, 50)])), ("RS", &rows)]);
        ruled(&data, PfsCensoring::FdaC)
    };
    assert_eq!(read("RECIST 1.1"), (56, true, ClaimedProgression));
    assert_eq!(read("mRECIST"), (56, false, NoEvent));
    let documented = infused(&[("TR", &target(&[(28, 50), (56, 70)])), ("DS", &claimed)]);
    assert_eq!(ruled(&documented, PfsCensoring::FdaC), (56, true, ProgressionAtVisit));
}

#[test]
fn procedures_and_bridging_after_infusion_are_new_therapy_and_supportive_radiotherapy_is_not() {
    let after = |name: &str| {
        let done = format!("PRTRT,PRSTDTC\nLEUKAPHERESIS,@-30\n{name},@60");
        infused(&[("PR", &done), ("TR", &target(&[(28, 50), (56, 50), (92, 80)]))])
    };
    let censored = (56, false, NewTherapy);
    for name in ["TACE", "Hepatic resection", "Liver transplantation", "Radiotherapy"] {
        assert_eq!(ruled(&after(name), PfsCensoring::Default), censored, "{name}");
    }
    for name in ["Palliative radiotherapy", "Liver biopsy"] {
        assert_eq!(
            ruled(&after(name), PfsCensoring::Default),
            (92, true, ProgressionAtVisit),
            "{name}"
        );
    }
    let bridging = |on: &str| {
        let given = format!("CMTRT,CMDECOD,CMCAT,CMSTDTC\nSORAFENIB,SORAFENIB,BRIDGING THERAPY,{on}");
        infused(&[("CM", &given), ("TR", &target(&[(28, 50), (56, 50), (92, 80)]))])
    };
    assert_eq!(ruled(&bridging("@60"), PfsCensoring::Default), censored);
    for before in ["@-20", "2025", "2025-03"] {
        assert!(ruled(&bridging(before), PfsCensoring::Default).1, "{before}");
    }
}

#[test]
fn the_protocol_chooses_the_rule_and_each_duration_names_its_row() {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    let by = |rule: &str| -> Trial {
        let text = text.replace("pfs_censoring = \"default\"", &format!("pfs_censoring = \"{rule}\""));
        parse_protocol("protocol.toml", &text).unwrap()
    };
    let data = infused(&[("DM", DM), ("TR", &target(&[(28, 50), (44, 70)]))]);
    for (rule, words) in [
        (
            "default",
            "1.48 months: progression on 2025-04-16 [progression between planned visits]",
        ),
        (
            "fda-b",
            "1.87 months: progression on 2025-04-16, dated 2025-04-28 [progression between planned visits]",
        ),
    ] {
        let trial = by(rule);
        let cells = derive_cells(&Analysis::new(&trial, &data, Some(day(400))));
        let cell = cells
            .iter()
            .find(|cell| cell.id == "S6" && cell.level.is_none())
            .unwrap();
        assert_eq!(cell.contributions.first().unwrap().note, words);
    }
    let wrong = text.replace("pfs_censoring = \"default\"", "pfs_censoring = \"fda-d\"");
    let said = parse_protocol("protocol.toml", &wrong).unwrap_err();
    assert!(said.iter().any(|one| one.hint.contains("fda-")), "{said:?}");
}

#[test]
fn duration_and_time_of_response_begin_with_the_response_that_is_confirmed() {
    // PR on day 28 is followed by SD; PR on day 92 is confirmed on day 137.
    let course = [(28, 35), (56, 38), (92, 33), (137, 33)];
    let followed = scans(&course);
    assert_eq!(days(&followed, "S7", 6, 300), (93, true));
    // Response to the last assessment, both days counted.
    assert_eq!(days(&followed, "S8", 12, 300), (46, false));
    let progressed = scans(&[&course[..], &[(184, 60)]].concat());
    assert_eq!(days(&progressed, "S8", 12, 300), (93, true));
    let dead = infused(&[("DM", &died("@170")), ("TR", &target(&course))]);
    assert_eq!(days(&dead, "S8", 12, 300), (79, true));
    let therapy = "CMTRT,CMDECOD,CMCAT,CMSTDTC\nLENVATINIB,LENVATINIB,SUBSEQUENT ANTICANCER THERAPY,@150";
    let treated = infused(&[("CM", therapy), ("TR", &target(&[&course[..], &[(184, 60)]].concat()))]);
    assert_eq!(days(&treated, "S8", 12, 300), (46, false));
}

/// Overall survival ends, censored, with the last documented contact: here on day 100, after visits on days 30 and 60, where the
/// subject was there for it. A sample, an event or medication told later, and what was planned, not done or only judged is none.
#[test]
fn overall_survival_is_censored_at_the_last_documented_contact() {
    let scan = |status: &str, mm: &str| {
        format!(
            "TRLNKID,TRTESTCD,TRSTRESN,TRSTRESU,TRSTAT,TREVAL,VISIT,TRDTC
            T1,LDIAM,50,mm,,INVESTIGATOR,CT,@-14
            T1,LDIAM,{mm},mm,{status},INVESTIGATOR,W14,@100"
        )
    };
    let (done, not_done) = (scan("", "50"), scan("NOT DONE", ""));
    let records: &[(&str, &str, bool)] = &[
        ("LB", "LBTESTCD,LBSTRESN,LBSTRESU,LBSTAT,LBDTC\nALT,30,U/L,,@100", false),
        (
            "LB",
            "LBTESTCD,LBSTRESN,LBSTRESU,LBSTAT,LBDTC\nALT,,,NOT DONE,@100",
            false,
        ),
        ("VS", "VSTESTCD,VSSTRESN,VSSTRESU,VSDTC\nTEMP,36.6,C,@100", true),
        ("TR", &done, true),
        ("TR", &not_done, false),
        (
            "RS",
            "RSTESTCD,RSCAT,RSSTRESC,RSEVAL,RSDTC\nOVRLRESP,RECIST 1.1,SD,INVESTIGATOR,@100",
            true,
        ),
        (
            "AE",
            "AETERM,AETOXGR,AEREL,AESTDTC,AEOUT\nRash,1,NOT RELATED,@100,NOT RECOVERED/NOT RESOLVED",
            false,
        ),
        ("CM", "CMTRT,CMSTDTC\nPARACETAMOL,@100", false),
        ("PR", "PRTRT,PRSTDTC\nLEUKAPHERESIS,@-30\nBIOPSY,@100", true),
        (
            "PC",
            "PCTESTCD,PCSTRESN,PCSTRESU,PCDTC\nCARTCOPY,10,copies/ug,@100",
            false,
        ),
        ("SS", "SSTESTCD,SSSTRESC,SSDTC\nSURVSTAT,ALIVE,@100", true),
        ("SS", "SSTESTCD,SSSTRESC,SSDTC\nSURVSTAT,UNKNOWN,@100", false),
        ("SV", "VISIT,SVOCCUR,SVSTDTC\nV60,Y,@60\nV100,N,@100", false),
        (
            "EC",
            "ECTRT,ECMOOD,ECDOSE,ECDOSU,ECSTDTC\nANTI-IL1RAP CAR-T CELLS,SCHEDULED,100,10^6 Therapeutic Cells,@100",
            false,
        ),
        ("DV", "DVTERM,DVSTDTC\nlate visit,@100", false),
        (
            "FA",
            "FATESTCD,FAOBJ,FAORRES,FAEVAL,FADTC\nDLT,DLT,N,ADJUDICATION COMMITTEE,@100",
            false,
        ),
    ];
    for (dataset, text, is_contact) in records {
        let data = infused(&[(*dataset, *text)]);
        let (at, ends) = (|cut| ended(&data, cut), if *is_contact { 100 } else { 60 });
        assert_eq!(at(400), (ends, false), "{text}");
        // At an earlier cut it has not happened.
        assert_eq!(at(99), (60, false), "{text}");
        let dead = died("@120");
        let mut files = vec![("DM", dead.as_str())];
        files.push((dataset, text));
        assert_eq!(ended(&infused(&files), 400), (120, true), "{text}");
    }
}

fn ended(data: &StudyData, cut: i64) -> (i64, bool) {
    let (trial, data) = (trial(), data.clone().into_as_of(day(cut)));
    let analysis = Analysis::new(&trial, &data, Some(day(cut)));
    let os = analysis.facts[0].os.clone().unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "whole days of a short study")]
    let days = (os.months * 30.4375).round() as i64;
    (days - 1, os.event)
}
