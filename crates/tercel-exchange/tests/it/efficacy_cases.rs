//! Outcomes of small studies, one question each. Every study is one subject infused on 2025-03-03 (day 0) at the first
//! dose level; `@28` in a table is the date of day 28.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tercel::endpoint::{Analysis, Reading, check_derived, derive_cells};
use tercel::protocol::{Trial, parse_protocol};
use tercel::study::{Blocks, Finding, StudyData, check_study};
use tercel_exchange::{Table, read_tables};

pub(super) fn trial() -> Trial {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", &fs::read_to_string(file).unwrap()).unwrap()
}

pub(super) fn day(day: i64) -> Date {
    date(2025, 3, 3).saturating_add(day.days())
}

/// `@-14` as the date of that day.
fn with_dates(text: &str) -> String {
    let mut parts = text.split('@');
    let mut dated = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part
            .find(|c: char| c != '-' && !c.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        dated.push_str(&day(number.parse().unwrap()).to_string());
        dated.push_str(rest);
    }
    dated
}

/// A study of the datasets given as CSV text without the columns that every dataset has.
fn study(datasets: &[(&str, &str)]) -> StudyData {
    let table = |(name, text): &(&str, &str)| {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut csv = format!("USUBJID,{name}SEQ,{}\n", lines.next().unwrap());
        for (index, line) in lines.enumerate() {
            writeln!(csv, "S1,{},{}", index + 1, with_dates(line)).unwrap();
        }
        Table::parse_csv(&format!("{}.csv", name.to_lowercase()), csv.as_bytes()).unwrap()
    };
    read_tables(datasets.iter().map(table).collect(), &trial()).unwrap()
}

pub(super) const DM: &str = "ARMCD,RFICDTC,AGE,AGEU,SEX,DTHFL,DTHDTC\nDL1,@-40,50,YEARS,M,,";
const PR: &str = "PRTRT,PRSTDTC\nLEUKAPHERESIS,@-30";
const EX: &str = "EXTRT,EXDOSE,EXDOSU,EXSTDTC
    FLUDARABINE,,,@-5
    ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,@0T10:00";
const SV: &str = "VISIT,SVOCCUR,SVSTDTC\nV30,Y,@30\nV60,Y,@60";
const TARGET: &str = "TULNKID,TUSTRESC,TULOC,TUEVAL,TUDTC\nT1,TARGET,LIVER,INVESTIGATOR,@-14";

/// An infused subject with these datasets beside its own; a dataset given replaces its own.
pub(super) fn infused(datasets: &[(&str, &str)]) -> StudyData {
    let own = [("DM", DM), ("PR", PR), ("EX", EX), ("SV", SV), ("TU", TARGET)];
    let kept = own
        .iter()
        .filter(|(name, _)| datasets.iter().all(|(given, _)| given != name));
    study(&kept.chain(datasets).copied().collect::<Vec<_>>())
}

pub(super) fn died(when: &str) -> String {
    DM.replace("M,,", &format!("M,Y,{when}"))
}

/// Readings as `lesion visit day-or-date result`; a number is a diameter in mm.
pub(super) fn readings(rows: &[&str]) -> String {
    let mut csv = "TRLNKID,TRTESTCD,TRSTRESC,TRSTRESN,TRSTRESU,TREVAL,VISIT,TRDTC\n".to_owned();
    for row in rows {
        let [link, visit, when, result] = row.splitn(4, ' ').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let measured = match result.parse::<f64>() {
            Ok(_) => format!("LDIAM,{result},{result},mm"),
            Err(_) => format!("TUMSTATE,{result},,"),
        };
        writeln!(csv, "{link},{measured},INVESTIGATOR,{visit},{when}").unwrap();
    }
    csv
}

/// Target diameters of the days given, after 50 mm on day −14.
pub(super) fn target(course: &[(i64, u32)]) -> String {
    let rows: Vec<String> = std::iter::once((-14, 50))
        .chain(course.iter().copied())
        .map(|(day, mm)| format!("T1 D{day} @{day} {mm}"))
        .collect();
    readings(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn part(data: &StudyData, id: &str, months: Option<u32>, cut: i64) -> (Reading, String) {
    let (trial, data) = (trial(), data.as_of(day(cut)));
    let cells = derive_cells(&Analysis::new(&trial, &data, Some(day(cut))));
    let cell = cells
        .iter()
        .find(|cell| cell.id == id && cell.time_point == months && cell.level.is_none())
        .unwrap();
    let part = cell.contributions.first().unwrap();
    (part.reading, part.note.clone())
}

pub(super) fn reading(data: &StudyData, id: &str, months: u32, cut: i64) -> Reading {
    part(data, id, Some(months), cut).0
}

/// Duration in days, the first counted, and whether it is an event.
pub(super) fn days(data: &StudyData, id: &str, months: u32, cut: i64) -> (i64, bool) {
    let (months, event) = reading(data, id, months, cut).time().unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "whole days of a short study")]
    let days = (months * 30.4375).round() as i64;
    (days, event)
}

fn findings(data: &StudyData, cut: i64) -> Vec<Finding> {
    let (trial, data) = (trial(), data.as_of(day(cut)));
    let mut findings = check_study(&trial, &data);
    findings.extend(check_derived(&Analysis::new(&trial, &data, Some(day(cut)))));
    findings
}

fn asked(data: &StudyData, words: &str) -> Option<Blocks> {
    let findings = findings(data, 300);
    let found = findings.iter().find(|finding| finding.rule.to_string().contains(words));
    found.map(|finding| finding.blocks)
}

#[test]
fn the_baseline_of_each_lesion_is_its_own_last_reading_before_infusion() {
    let lesions = format!("{TARGET}\nN1,NON-TARGET,LIVER,INVESTIGATOR,@-3");
    let scans = readings(&[
        "T1 CT @-14 50",
        "N1 Ultrasound @-3 PRESENT",
        "T1 W4 @28 50",
        "N1 W4 @28 PRESENT",
        "T1 W8 @56 30",
        "N1 W8 @56 PRESENT",
        "T1 M3 @91 30",
        "N1 M3 @91 PRESENT",
    ]);
    let data = infused(&[("TU", &lesions), ("TR", &scans)]);
    assert_eq!(reading(&data, "S1", 3, 300), Reading::Yes);
    assert_eq!(days(&data, "S7", 3, 300), (57, true));
}

#[test]
fn a_second_scan_before_infusion_replaces_the_first() {
    let data = infused(&[("TR", &target(&[(0, 60), (28, 42), (56, 42)]))]);
    assert_eq!(reading(&data, "S1", 3, 300), Reading::Yes);
}

#[test]
fn scans_of_one_visit_name_weeks_apart_are_two_assessments() {
    let scans = readings(&[
        "T1 CT @-14 50",
        "T1 W4 @28 50",
        "T1 W8 @56 50",
        "T1 M3 @91 50",
        "T1 FOLLOW-UP @137 50",
        "T1 FOLLOW-UP @182 90",
    ]);
    let data = infused(&[("TR", &scans)]);
    assert_eq!(days(&data, "S6", 12, 300), (183, true));
}

#[test]
fn a_lesion_with_two_sizes_at_one_visit_is_not_evaluable_and_asked_about() {
    let twice = readings(&["T1 CT @-14 50", "T1 W4 @28 50", "T1 W8 @56 40", "T1 W8 @57 90"]);
    let data = infused(&[("TR", &twice)]);
    assert_eq!(days(&data, "S6", 12, 80), (29, false));
    assert_eq!(asked(&data, "measured twice"), Some(Blocks::Export));
    let repeated = readings(&["T1 CT @-14 50", "T1 W4 @28 50", "T1 W8 @56 50", "T1 W8 @56 50"]);
    assert_eq!(days(&infused(&[("TR", &repeated)]), "S6", 12, 80), (57, false));
}

#[test]
fn a_lesion_identified_twice_is_one_lesion() {
    let again = format!("{TARGET}\nT1,TARGET,LIVER,INVESTIGATOR,@-3");
    let data = infused(&[("TU", &again), ("TR", &target(&[(28, 30), (56, 30)]))]);
    assert_eq!(reading(&data, "S1", 3, 300), Reading::Yes);
    assert_eq!(asked(&data, "another role"), None);
    let changed = format!("{TARGET}\nT1,NEW,LIVER,INVESTIGATOR,@28");
    let data = infused(&[("TU", &changed), ("TR", &target(&[(28, 30), (56, 30)]))]);
    assert_eq!(reading(&data, "S1", 3, 300), Reading::Yes);
    assert_eq!(asked(&data, "another role"), Some(Blocks::Export));
}

fn new_lesion(identified: &str, state: &[&str]) -> StudyData {
    let lesions = format!("{TARGET}\nN1,NEW,LIVER,INVESTIGATOR,{identified}");
    let mut rows = vec!["T1 CT @-14 50", "T1 D28 @28 50", "T1 D56 @56 50", "T1 D91 @91 50"];
    rows.extend(state);
    infused(&[("TU", &lesions), ("TR", &readings(&rows))])
}

#[test]
fn a_new_lesion_counts_from_its_scan_where_the_day_it_was_identified_is_partial() {
    let data = new_lesion("2025-04", &["N1 D56 @56 12"]);
    assert_eq!(days(&data, "S6", 6, 300), (57, true));
    let unread = new_lesion("@56", &[]);
    assert_eq!(days(&unread, "S6", 6, 300), (57, true));
    let never_dated = new_lesion("2025-04", &[]);
    assert_eq!(days(&never_dated, "S6", 6, 110), (92, false));
    assert_eq!(asked(&never_dated, "could not be used"), Some(Blocks::Export));
}

#[test]
fn an_equivocal_or_absent_new_lesion_is_no_progression() {
    let equivocal = new_lesion("@56", &["N1 D56 @56 EQUIVOCAL"]);
    assert_eq!(days(&equivocal, "S6", 6, 110), (92, false));
    assert_eq!(
        asked(&equivocal, "new lesion N1 is not evaluable"),
        Some(Blocks::Export)
    );
    let absent = new_lesion("@56", &["N1 D56 @56 ABSENT"]);
    assert_eq!(days(&absent, "S6", 6, 110), (92, false));
    let later = new_lesion("@56", &["N1 D56 @56 EQUIVOCAL", "N1 D91 @91 PRESENT"]);
    assert_eq!(days(&later, "S6", 6, 110), (92, true));
}

#[test]
fn a_diameter_with_its_original_result_alone_counts_in_its_unit() {
    let rows = [("D-14", "@-14", "5"), ("D28", "@28", "2"), ("D91", "@91", "8")];
    let original = |unit: &str, factor: u32| {
        let mut csv = "TRLNKID,TRTESTCD,TRORRES,TRORRESU,TREVAL,VISIT,TRDTC\n".to_owned();
        for (visit, when, cm) in rows {
            let value = cm.parse::<u32>().unwrap() * factor;
            writeln!(csv, "T1,LDIAM,{value},{unit},INVESTIGATOR,{visit},{when}").unwrap();
        }
        infused(&[("TR", &csv)])
    };
    let standard = infused(&[("TR", &target(&[(28, 20), (91, 80)]))]);
    for data in [original("cm", 1), original("mm", 10)] {
        assert_eq!(days(&data, "S6", 6, 200), days(&standard, "S6", 6, 200));
    }
    // Without a unit nobody knows how long it is.
    let unknown = original("", 1);
    assert_ne!(days(&unknown, "S6", 6, 200), days(&standard, "S6", 6, 200));
}

#[test]
fn a_scan_without_a_day_is_not_used_and_asked_about() {
    let scans = format!(
        "{}T1,LDIAM,80,80,mm,INVESTIGATOR,UNSCHEDULED,2025-07\n",
        target(&[(28, 50), (91, 50)])
    );
    let data = infused(&[("TR", &scans)]);
    assert_eq!(days(&data, "S6", 6, 200), (92, false));
    assert_eq!(asked(&data, "could not be used"), Some(Blocks::Export));
}

const THERAPY_91: &str = "CMTRT,CMDECOD,CMCAT,CMSTDTC\nLENVATINIB,LENVATINIB,SUBSEQUENT ANTICANCER THERAPY,@91";

#[test]
fn progression_or_death_on_the_day_therapy_starts_is_an_event() {
    let progression = target(&[(28, 50), (56, 50), (91, 70)]);
    let data = infused(&[("TR", &progression), ("CM", THERAPY_91)]);
    assert_eq!(days(&data, "S6", 6, 300), (92, true));
    assert!(part(&data, "S2", Some(3), 300).1.contains("progression"));
    let stable = target(&[(28, 50), (56, 50)]);
    let dead = infused(&[("DM", &died("@91")), ("TR", &stable), ("CM", THERAPY_91)]);
    assert_eq!(days(&dead, "S6", 6, 300), (92, true));
    let after = target(&[(28, 50), (56, 50), (92, 70)]);
    let censored = infused(&[("TR", &after), ("CM", THERAPY_91)]);
    assert_eq!(days(&censored, "S6", 6, 300), (57, false));
}

#[test]
fn a_response_seen_on_the_day_therapy_starts_confirms_and_controls() {
    let data = infused(&[("TR", &target(&[(28, 50), (56, 30), (91, 30)])), ("CM", THERAPY_91)]);
    assert_eq!(reading(&data, "S1", 3, 300), Reading::Yes);
    assert_eq!(reading(&data, "S2", 3, 300), Reading::Yes);
}

#[test]
fn a_scan_a_day_outside_its_window_is_no_missed_visit() {
    for first in [24, 25] {
        let data = infused(&[("DM", &died("@70")), ("TR", &target(&[(first, 50)]))]);
        assert_eq!(days(&data, "S6", 6, 300), (71, true), "{first}");
    }
    // Day 13 is nearer to infusion than to week 4: weeks 4 and 8 were missed.
    let early = infused(&[("DM", &died("@70")), ("TR", &target(&[(13, 50)]))]);
    assert_eq!(days(&early, "S6", 6, 300), (14, false));
}

#[test]
fn a_visit_with_a_scan_that_cannot_be_judged_is_not_missed() {
    let scans = readings(&["T1 CT @-14 50", "T1 W4 @28 NOT EVALUABLE", "T1 W8 @56 NOT EVALUABLE"]);
    let data = infused(&[("DM", &died("@70")), ("TR", &scans)]);
    assert_eq!(days(&data, "S6", 6, 300), (71, true));
}

#[test]
fn death_before_any_assessment_is_an_event() {
    let data = infused(&[("DM", &died("@80")), ("TR", &target(&[]))]);
    assert_eq!(days(&data, "S6", 6, 300), (81, true));
}

pub(super) fn disposition(term: &str, when: &str) -> String {
    format!("DSDECOD,DSTERM,DSCAT,DSSTDTC\n{term},{term},DISPOSITION EVENT,{when}")
}

#[test]
fn a_response_is_not_awaited_from_a_subject_who_left_or_died() {
    let once = target(&[(28, 50), (56, 30)]);
    let withdrawn = infused(&[("TR", &once), ("DS", &disposition("WITHDRAWAL BY SUBJECT", "@70"))]);
    let lost = infused(&[("TR", &once), ("DS", &disposition("LOST TO FOLLOW-UP", "@70"))]);
    let dead = infused(&[("DM", &died("@70")), ("TR", &once)]);
    for data in [withdrawn, lost, dead] {
        assert_eq!(reading(&data, "S1", 3, 80), Reading::No);
        assert_eq!(reading(&data, "S7", 3, 1000), Reading::Out);
        assert_eq!(reading(&data, "S8", 3, 1000), Reading::Out);
    }
    let followed = infused(&[("TR", &once)]);
    assert_eq!(reading(&followed, "S1", 3, 80), Reading::NotYet);
}

#[test]
fn the_window_of_a_subject_who_left_is_not_open() {
    let withdrawn = disposition("WITHDRAWAL BY SUBJECT", "@35");
    let data = infused(&[("TR", &target(&[])), ("DS", &withdrawn)]);
    assert_eq!(reading(&data, "S1", 3, 60), Reading::No);
    assert_eq!(reading(&data, "S2", 3, 60), Reading::No);
    let seen_again = infused(&[("TR", &target(&[(50, 50)])), ("DS", &withdrawn)]);
    assert_eq!(reading(&seen_again, "S2", 3, 60), Reading::NotYet);
}

fn platelets(values: [u32; 2], limits: &str) -> StudyData {
    let [before, after] = values;
    let lab = format!(
        "LBTESTCD,LBSTRESN,LBSTRESC,LBSTRESU,LBSTNRLO,LBSTNRHI,LBCLSIG,LBDTC
        PLAT,{before},{before},10^9/L,{limits},,@-7
        PLAT,{after},{after},10^9/L,{limits},Y,@10"
    );
    infused(&[("LB", &lab)])
}

#[test]
fn a_limit_that_is_missing_on_the_side_of_the_change_counts() {
    let counted = |values, limits| part(&platelets(values, limits), "P4", None, 100).0;
    assert_eq!(counted([200, 15], ",350"), Reading::Yes);
    assert_eq!(counted([200, 15], ","), Reading::Yes);
    assert_eq!(counted([200, 900], "150,"), Reading::Yes);
    assert_eq!(counted([200, 300], ",350"), Reading::No);
    assert_eq!(counted([200, 180], "150,"), Reading::No);
    assert_eq!(counted([15, 20], "150,350"), Reading::No);
}

const RASH_200: &str = "AETERM,AEDECOD,AEBODSYS,AESER,AEREL,AEOUT,AETOXGR,AESTDTC,AEENDTC
    Rash,Rash,Skin and subcutaneous tissue disorders,N,RELATED,RECOVERED/RESOLVED,1,@200,@202";

#[test]
fn a_subject_never_infused_leaves_for_any_reason_but_completion() {
    let counted = |term| {
        let left = disposition(term, "@5");
        let data = study(&[("DM", DM), ("PR", PR), ("AE", RASH_200), ("DS", &left)]);
        part(&data, "P2.ae", None, 400)
    };
    for term in ["MANUFACTURING FAILURE", "PROGRESSIVE DISEASE", "WITHDRAWAL BY SUBJECT"] {
        // Collection on day −30 and 28 days.
        let (reading, note) = counted(term);
        assert_eq!(reading, Reading::No, "{term}");
        assert!(note.contains(&format!("to {}", day(-2))), "{note}");
    }
    assert_eq!(counted("COMPLETED").0, Reading::Yes);
}

#[test]
fn an_event_that_ended_before_the_window_did_not_begin_in_it() {
    let counted = |end: &str| {
        let rash = RASH_200.replace("@200,@202", &format!("2025-02,{end}"));
        let collected = PR.replace("@-30", "2025-02-10");
        part(&infused(&[("PR", &collected), ("AE", &rash)]), "P2.ae", None, 100).0
    };
    assert_eq!(counted("2025-02-05"), Reading::No);
    assert_eq!(counted("2025-02-10"), Reading::Yes);
    assert_eq!(counted("2025-02"), Reading::Yes);
    assert_eq!(counted(""), Reading::Yes);
}

#[test]
fn a_partial_death_is_not_before_a_scan_of_the_living() {
    let scans = target(&[(28, 50), (56, 50), (91, 50), (105, 70)]);
    let data = infused(&[("DM", &died("2025-06")), ("TR", &scans)]);
    assert_eq!(days(&data, "S6", 6, 300), (106, true));
    assert!(part(&data, "S6", Some(6), 300).1.contains("progression"));
    assert_eq!(days(&data, "S9", 6, 300), (106, true));
}

#[test]
fn a_death_recorded_only_as_disposition_blocks_and_is_the_event() {
    let data = infused(&[
        ("DS", &disposition("DEATH", "@80")),
        ("TR", &target(&[(28, 50), (56, 50)])),
    ]);
    assert_eq!(asked(&data, "death is recorded as disposition"), Some(Blocks::Decision));
    assert_eq!(days(&data, "S9", 6, 300), (81, true));
    assert_eq!(days(&data, "S6", 6, 300), (81, true));
}

/// The findings of reading and checking under these criteria, and the course of the subject.
fn course_under(criteria: &str, datasets: &[(&str, &str)]) -> (Vec<(i64, String)>, Vec<String>) {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    let text = text.replace("criteria = \"RECIST 1.1\"", &format!("criteria = \"{criteria}\""));
    let trial = parse_protocol("protocol.toml", &text).unwrap();
    assert_eq!(trial.response.criteria.to_string(), criteria);
    let data = infused(datasets).as_of(day(300));
    let analysis = Analysis::new(&trial, &data, Some(day(300)));
    let points = &analysis.facts[0].tumour.points;
    let course = points.iter().map(|point| {
        let days = tercel::study::days_between(day(0), point.day);
        (i64::from(days), point.response())
    });
    let findings = check_derived(&analysis);
    (
        course.collect(),
        findings.iter().map(|finding| finding.rule.to_string()).collect(),
    )
}

fn says(course: &[(i64, &str)]) -> Vec<(i64, String)> {
    course.iter().map(|(day, text)| (*day, (*text).to_owned())).collect()
}

#[test]
fn a_split_lesion_is_the_sum_of_its_parts_and_merged_ones_are_one() {
    let lesions = "TULNKID,TUTESTCD,TUSTRESC,TULOC,TUEVAL,TUDTC
        T1,TUMIDENT,TARGET,LIVER,INVESTIGATOR,@-14
        T2,TUMIDENT,TARGET,LIVER,INVESTIGATOR,@-14
        T1.1,TUSPLIT,TARGET,LIVER,INVESTIGATOR,@28
        T1.2,TUSPLIT,TARGET,LIVER,INVESTIGATOR,@28
        T1/T2,TUMERGE,TARGET,LIVER,INVESTIGATOR,@56";
    let scans = readings(&[
        "T1 CT @-14 50",
        "T2 CT @-14 50",
        "T1.1 W4 @28 20",
        "T1.2 W4 @28 20",
        "T2 W4 @28 20",
        "T1/T2 W8 @56 60",
        "T1/T2 W12 @84 71",
        "T1.1 W16 @112 30",
        "T2 W16 @112 20",
    ]);
    let (course, _) = course_under("RECIST 1.1", &[("TU", lesions), ("TR", &scans)]);
    assert_eq!(course, says(&[(28, "PR"), (56, "PR"), (84, "SD"), (112, "NE")]));
    let nameless = lesions.replace("T1/T2,TUMERGE", "T3,TUMERGE");
    let data = infused(&[("TU", &nameless)]);
    let asked = data.findings.iter().find(|finding| finding.field == "TULNKID").unwrap();
    assert!(asked.rule.to_string().contains("T01/T02"), "{}", asked.rule);
}

#[test]
fn under_mrecist_ascites_is_progression_only_with_malignant_cells() {
    let lesions = "TULNKID,TUSTRESC,TULOC,TUEVAL,TUDTC
        T1,TARGET,LIVER,INVESTIGATOR,@-14
        NT1,NON-TARGET,PERITONEAL FLUID,INVESTIGATOR,@-14
        N1,NEW,PLEURAL FLUID,INVESTIGATOR,@56";
    let scans = |cytology: &str| {
        let scans = readings(&[
            "T1 CT @-14 50",
            "NT1 CT @-14 PRESENT",
            "T1 W4 @28 50",
            "NT1 W4 @28 UNEQUIVOCAL PROGRESSION",
            "T1 W8 @56 50",
            "NT1 W8 @56 PRESENT",
            "N1 W8 @56 PRESENT",
        ]);
        format!("{scans}N1,CYTOLOGY,{cytology},,,INVESTIGATOR,W8,@56\n")
    };
    let under = |criteria, cytology| course_under(criteria, &[("TU", lesions), ("TR", &scans(cytology))]).0;
    assert_eq!(under("mRECIST", "NEGATIVE"), says(&[(28, "SD"), (56, "SD")]));
    assert_eq!(under("mRECIST", "POSITIVE"), says(&[(28, "SD"), (56, "PD")]));
    assert_eq!(under("RECIST 1.1", "NEGATIVE"), says(&[(28, "PD"), (56, "PD")]));
}

#[test]
fn under_mrecist_a_nodule_that_is_proven_later_is_progression_since_it_was_first_seen() {
    let lesions = format!("{TARGET}\nN1,NEW,\"LIVER, LEFT LOBE\",INVESTIGATOR,@28");
    let scans = |equivocal: bool, last: &str| {
        let mut scans = readings(&[
            "T1 CT @-14 50",
            "T1 W4 @28 50",
            "N1 W4 @28 8",
            "T1 W8 @56 50",
            &format!("N1 W8 @56 {last}"),
        ]);
        if equivocal {
            scans += "N1,NEWCONF,EQUIVOCAL,,,INVESTIGATOR,W4,@28\nN1,NEWCONF,EQUIVOCAL,,,INVESTIGATOR,W8,@56\n";
        }
        scans
    };
    let under = |criteria, equivocal, last| {
        let scans = scans(equivocal, last);
        course_under(criteria, &[("TU", &lesions), ("TR", &scans)]).0
    };
    let (none, both) = (says(&[(28, "SD"), (56, "SD")]), says(&[(28, "PD"), (56, "PD")]));
    assert_eq!(under("mRECIST", false, "9"), none);
    assert_eq!(under("mRECIST", false, "10"), both);
    assert_eq!(under("mRECIST", true, "17"), none);
    assert_eq!(under("mRECIST", true, "18"), both);
    assert_eq!(under("RECIST 1.1", false, "9"), both);
    // Without a size it counts by the reader's word, and is asked about.
    let unmeasured = readings(&["T1 CT @-14 50", "T1 W4 @28 50", "N1 W4 @28 PRESENT"]);
    let (course, findings) = course_under("mRECIST", &[("TU", &lesions), ("TR", &unmeasured)]);
    assert_eq!(course, says(&[(28, "PD")]));
    assert!(
        findings.iter().any(|text| text.contains("N1 has no diameter")),
        "{findings:?}"
    );
    assert_eq!(under("RECIST 1.1", true, "18"), none);
}

#[test]
fn irecist_is_derived_and_read_in_its_own_words_and_the_two_are_compared() {
    let response = |rows: &[(&str, i64)]| {
        let rows: Vec<String> = rows
            .iter()
            .map(|(text, day)| format!("OVRLRESP,iRECIST,{text},INVESTIGATOR,@{day}"))
            .collect();
        format!("RSTESTCD,RSCAT,RSSTRESC,RSEVAL,RSDTC\n{}", rows.join("\n"))
    };
    let scans = target(&[(28, 62), (56, 30), (84, 43), (112, 48)]);
    let recorded = response(&[("iUPD", 28), ("iPR", 56), ("iUPD", 84), ("iUPD", 112)]);
    let (course, findings) = course_under("iRECIST", &[("TR", &scans), ("RS", &recorded)]);
    assert_eq!(course, says(&[(28, "iUPD"), (56, "iPR"), (84, "iUPD"), (112, "iCPD")]));
    let disagreements: Vec<&String> = findings.iter().filter(|text| text.contains("recorded")).collect();
    assert_eq!(disagreements.len(), 1, "{findings:?}");
    assert!(
        disagreements[0].contains("iUPD") && disagreements[0].contains("iCPD"),
        "{disagreements:?}"
    );
    // Without lesions the evaluator's words stand, and unconfirmed progression that is taken back is none.
    let (course, _) = course_under("iRECIST", &[("RS", &recorded)]);
    assert_eq!(course.len(), 4);
    assert_eq!(course[0], (28, "iUPD".to_owned()));
}

#[test]
fn a_response_recorded_by_other_criteria_is_held_against_the_lesions_read_by_those() {
    let scans = target(&[(28, 62), (56, 30)]);
    let recorded = "RSTESTCD,RSCAT,RSSTRESC,RSEVAL,RSDTC
        OVRLRESP,IRECIST,iUPD,INVESTIGATOR,@28
        OVRLRESP,IRECIST,iSD,INVESTIGATOR,@56
        OVRLRESP,,PD,INVESTIGATOR,@28";
    let (_, findings) = course_under("RECIST 1.1", &[("TR", &scans), ("RS", recorded)]);
    let found: Vec<&String> = findings.iter().filter(|text| text.contains("recorded ")).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("by iRECIST: recorded iSD"), "{found:?}");
    assert!(found[0].contains("the lesions give iPR"), "{found:?}");
}

#[test]
fn targets_that_the_criteria_do_not_allow_are_asked_about() {
    let lesions = format!("{TARGET}\nT2,TARGET,LIVER,INVESTIGATOR,@-14\nT3,TARGET,LIVER,INVESTIGATOR,@-14");
    let scans = readings(&["T1 CT @-14 50", "T2 CT @-14 9", "T3 CT @-14 20", "T1 W4 @28 50"]);
    let (_, findings) = course_under("RECIST 1.1", &[("TU", &lesions), ("TR", &scans)]);
    let asked = |words: &str| findings.iter().any(|text| text.contains(words));
    assert!(asked("target T2 is below 10 mm"), "{findings:?}");
    assert!(asked("3 target lesions in liver"), "{findings:?}");
}

#[test]
fn the_report_sets_response_under_other_criteria_and_readings_beside_the_protocol_s() {
    // PR on day 28 and 56, progression at the last scan that shrinks again: only iRECIST takes it back.
    let scans = target(&[(28, 30), (56, 30), (90, 40), (118, 30)]);
    let recorded = "RSTESTCD,RSCAT,RSSTRESC,RSEVAL,RSDTC
        OVRLRESP,RECIST 1.1,SD,INVESTIGATOR,@28
        OVRLRESP,RECIST 1.1,SD,INVESTIGATOR,@56";
    let (trial, data) = (trial(), infused(&[("TR", &scans), ("RS", recorded)]).as_of(day(300)));
    let analysis = Analysis::new(&trial, &data, Some(day(300)));
    let report = tercel::report::build_report(&analysis, &derive_cells(&analysis), None, &[]);
    let table = |anchor: &str| {
        report
            .response
            .summaries
            .iter()
            .find(|table| table.anchor == anchor)
            .unwrap()
    };
    let overall = |anchor: &str, group: &str, label: &str| -> String {
        let rows = table(anchor)
            .rows
            .iter()
            .skip_while(|row| !row.label.starts_with(group));
        let row = rows
            .skip(usize::from(group != label))
            .find(|row| row.label.starts_with(label))
            .unwrap();
        row.cells.last().unwrap().clone()
    };
    assert_eq!(
        overall("response_best", "RECIST 1.1", "Response, confirmed"),
        "1 of 1 (100.0 %; 2.5–100.0)"
    );
    assert_eq!(
        overall("response_best", "RECIST 1.1 as", "Response, confirmed"),
        "0 of 1 (0.0 %; 0.0–97.5)"
    );
    // At month 3 the scan of day 90 is progression by RECIST 1.1, unconfirmed and taken back by iRECIST.
    assert_eq!(overall("response_rates", "S2", "S2"), "0 of 1 (0.0 %; 0.0–97.5)");
    assert_eq!(
        overall("response_rates", "S2", "by iRECIST"),
        "1 of 1 (100.0 %; 2.5–100.0)"
    );
    assert_eq!(
        overall("response_rates", "S1", "response in the window"),
        "0 of 1 (0.0 %; 0.0–97.5)"
    );
    let [line] = &report.response.listings[0].lines[..] else {
        panic!()
    };
    assert_eq!(line.cells[..5], ["PR", "PR", "day 28", "day 56 by PR", "day 90"]);
    assert_eq!(
        line.cells[6],
        "iPR (iRECIST, supportive); SD (RECIST 1.1 as the investigator recorded it)"
    );
    assert_eq!(report.response.listings[1].lines.len(), 4);
}

/// RECIST 1.1 gives a lesion that is there and too small to measure 5 mm, a node too; of a limit above 10 mm nothing is certain.
#[test]
fn a_diameter_below_what_can_be_measured_is_five_millimetres() {
    let course = |original: &str, unit: &str, standard: &str, number: &str| {
        let scans = format!(
            "TRLNKID,TRTESTCD,TRORRES,TRORRESU,TRSTRESC,TRSTRESN,TRSTRESU,TREVAL,VISIT,TRDTC
            T1,LDIAM,20,mm,20,20,mm,INVESTIGATOR,CT,@-14
            T1,LDIAM,{original},{unit},{standard},{number},,INVESTIGATOR,W4,@28"
        );
        let data = infused(&[("TR", &scans)]);
        let asked = data.findings.iter().any(|finding| finding.field == "TRORRES");
        let data = data.as_of(day(300));
        let trial = trial();
        let analysis = Analysis::new(&trial, &data, Some(day(300)));
        let points = &analysis.facts[0].tumour.points;
        (points[0].response(), points[0].sum, asked)
    };
    let five = ("PR".to_owned(), Some(5.0), false);
    assert_eq!(course("5", "mm", "5", "5"), five);
    for (original, unit) in [
        ("<5", "mm"),
        ("< 5", "mm"),
        ("<=3", ""),
        ("<10", "mm"),
        ("<0.5", "cm"),
        ("TOO SMALL TO MEASURE", ""),
    ] {
        assert_eq!(course(original, unit, "", ""), five, "{original} {unit}");
        assert_eq!(course(original, unit, original, ""), five, "{original} {unit}");
    }
    for (original, unit, asked) in [
        ("<15", "mm", true),
        ("<5", "cm", true),
        ("<x", "mm", true),
        ("NOT SEEN", "", false),
    ] {
        assert_eq!(
            course(original, unit, "", ""),
            ("NE".to_owned(), None, asked),
            "{original} {unit}"
        );
    }
}
