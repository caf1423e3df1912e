//! Every DLT criterion and exclusion of the protocol at its limit and just beyond, on one subject infused on 2025-03-01 and seen
//! on 2025-04-02. Day 28 is 2025-03-29.

use jiff::civil::{Date, date};
use tercel::dlt::{NotEvaluable, Status};

use super::dlt_cases::{LATER, is_pending, status};

/// What is expected of a case.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    Dlt,
    No,
    Pending,
    NotEvaluable,
}

use Expected::{Dlt, No, NotEvaluable as Out, Pending};

fn seen(status: &Status) -> Expected {
    match status {
        Status::Dlt => Dlt,
        Status::NoDlt => No,
        Status::Pending(_) => Pending,
        Status::NotEvaluable(_) => Out,
    }
}

/// Term, system organ class, grade, start, end (blank: going on), expected.
type Event = (&'static str, &'static str, u8, &'static str, &'static str, Expected);

const GUT: &str = "Gastrointestinal disorders";
const LIVER: &str = "Hepatobiliary disorders";
const BLOOD: &str = "Investigations";
const GENERAL: &str = "General disorders and administration site conditions";
const IMMUNE: &str = "Immune system disorders";
const NERVES: &str = "Nervous system disorders";
const HEART: &str = "Cardiac disorders";
const LUNG: &str = "Respiratory, thoracic and mediastinal disorders";
const KIDNEY: &str = "Renal and urinary disorders";
const SKIN: &str = "Skin and subcutaneous tissue disorders";

/// All related to the cells.
const EVENTS: [Event; 57] = [
    // CRS and ICANS: grade 4 at once, grade 3 after 72 hours.
    ("CRS", IMMUNE, 4, "2025-03-03T08:00", "2025-03-03T09:00", Dlt),
    ("CRS", IMMUNE, 3, "2025-03-03T08:00", "2025-03-06T08:00", No),
    ("CRS", IMMUNE, 3, "2025-03-03T08:00", "2025-03-06T08:01", Dlt),
    ("CRS", IMMUNE, 2, "2025-03-03T08:00", "2025-03-20T08:00", No),
    ("ICANS", NERVES, 4, "2025-03-03T08:00", "2025-03-03T09:00", Dlt),
    ("ICANS", NERVES, 3, "2025-03-03T08:00", "2025-03-06T08:00", No),
    ("ICANS", NERVES, 3, "2025-03-03T08:00", "2025-03-06T08:01", Dlt),
    // Without times of day 72 hours may be 48 to 96.
    ("CRS", IMMUNE, 3, "2025-03-03", "2025-03-05", No),
    ("CRS", IMMUNE, 3, "2025-03-03", "2025-03-06", Pending),
    ("CRS", IMMUNE, 3, "2025-03-03", "2025-03-07", Dlt),
    ("IEC-HS", BLOOD, 2, "2025-03-10", "2025-03-25", No),
    ("IEC-HS", BLOOD, 3, "2025-03-10", "2025-03-10", Dlt),
    // Not haematological: any grade 4; the four organs after 72 hours, others after 7 days.
    ("Colitis", GUT, 4, "2025-03-10T08:00", "2025-03-10T09:00", Dlt),
    ("Rash maculo-papular", SKIN, 4, "2025-03-10", "2025-03-10", Dlt),
    ("Colitis", GUT, 3, "2025-03-05", "2025-03-12", No),
    ("Colitis", GUT, 3, "2025-03-05", "2025-03-13", Dlt),
    ("Colitis", GUT, 2, "2025-03-05", "2025-03-28", No),
    (
        "Atrial fibrillation",
        HEART,
        3,
        "2025-03-05T08:00",
        "2025-03-08T08:00",
        No,
    ),
    (
        "Atrial fibrillation",
        HEART,
        3,
        "2025-03-05T08:00",
        "2025-03-08T08:01",
        Dlt,
    ),
    ("Pneumonitis", LUNG, 3, "2025-03-05T08:00", "2025-03-08T08:00", No),
    ("Pneumonitis", LUNG, 3, "2025-03-05T08:00", "2025-03-08T08:01", Dlt),
    (
        "Acute kidney injury",
        KIDNEY,
        3,
        "2025-03-05T08:00",
        "2025-03-08T08:00",
        No,
    ),
    (
        "Acute kidney injury",
        KIDNEY,
        3,
        "2025-03-05T08:00",
        "2025-03-08T08:01",
        Dlt,
    ),
    ("Seizure", NERVES, 3, "2025-03-05T08:00", "2025-03-08T08:00", No),
    ("Seizure", NERVES, 3, "2025-03-05T08:00", "2025-03-08T08:01", Dlt),
    // A class that is not coded may be one of the four organs.
    ("Something new", "", 3, "2025-03-05T08:00", "2025-03-08T08:00", No),
    ("Something new", "", 3, "2025-03-05T08:00", "2025-03-09T08:00", Pending),
    // Hepatic events, and decompensation of any grade.
    ("Blood bilirubin increased", BLOOD, 3, "2025-03-05", "2025-03-12", No),
    ("Blood bilirubin increased", BLOOD, 3, "2025-03-05", "2025-03-13", Dlt),
    ("Ascites", GUT, 1, "2025-03-05", "2025-03-06", Dlt),
    ("Hepatic encephalopathy", NERVES, 1, "2025-03-05", "2025-03-06", Dlt),
    ("Variceal bleed", LIVER, 2, "2025-03-05", "2025-03-06", Dlt),
    // Grade 4 cytopenia still there after day 28; other haematological events never.
    ("Neutropenia", BLOOD, 4, "2025-03-05", "2025-03-29", No),
    ("Neutropenia", BLOOD, 4, "2025-03-05", "2025-03-30", Dlt),
    ("Thrombocytopenia", BLOOD, 4, "2025-03-05", "2025-03-30", Dlt),
    ("Neutropenia", BLOOD, 3, "2025-03-05", "2025-04-01", No),
    ("Neutropenia", BLOOD, 4, "2025-03-05", "", Dlt),
    ("Anemia", BLOOD, 4, "2025-03-05", "2025-04-01", No),
    ("Autoimmune colitis", GUT, 2, "2025-03-05", "2025-03-28", No),
    ("Autoimmune colitis", GUT, 3, "2025-03-05", "2025-03-05", Dlt),
    // Infusion reactions after 24 hours, of grade 4 also as a non-haematological event.
    (
        "Infusion related reaction",
        GENERAL,
        3,
        "2025-03-01T10:00",
        "2025-03-02T10:00",
        No,
    ),
    (
        "Infusion related reaction",
        GENERAL,
        3,
        "2025-03-01T10:00",
        "2025-03-02T10:01",
        Dlt,
    ),
    ("Anaphylaxis", IMMUNE, 4, "2025-03-01T10:00", "2025-03-01T11:00", Dlt),
    // What is excluded, up to its grade and its time.
    ("Lymphopenia", BLOOD, 4, "2025-03-02", "2025-04-01", No),
    ("Hypogammaglobulinaemia", BLOOD, 3, "2025-03-05", "2025-04-01", No),
    ("B-cell aplasia", BLOOD, 4, "2025-03-05", "2025-04-01", No),
    ("Alopecia", SKIN, 2, "2025-03-05", "2025-04-01", No),
    ("Fever", GENERAL, 3, "2025-03-05T08:00", "2025-03-08T08:00", No),
    ("Fatigue", GENERAL, 3, "2025-03-05", "2025-03-13", Dlt),
    ("Nausea", GUT, 3, "2025-03-05", "2025-03-11", No),
    ("Nausea", GUT, 4, "2025-03-05", "2025-03-06", Dlt),
    // The first and the last day of the window, a day before and a day after.
    ("Colitis", GUT, 4, "2025-02-28", "2025-03-03", No),
    ("Colitis", GUT, 4, "2025-03-01", "2025-03-03", Dlt),
    ("Colitis", GUT, 4, "2025-03-29", "2025-03-30", Dlt),
    ("Colitis", GUT, 4, "2025-03-30", "2025-03-31", No),
    // Begun in the window, long enough only after it.
    ("Colitis", GUT, 3, "2025-03-28", "2025-04-05", Dlt),
    ("Colitis", GUT, 3, "2025-03-28", "2025-04-04", No),
];

#[test]
fn each_criterion_turns_at_its_limit() {
    for (term, class, grade, start, end, expected) in EVENTS {
        let outcome = if end.is_empty() {
            "NOT RECOVERED/NOT RESOLVED"
        } else {
            "RECOVERED/RESOLVED"
        };
        let quoted = format!("S,1,{term},\"{class}\",N,RELATED,{outcome},{grade},{start},{end}");
        let found = status(&[("AE", &[&quoted])], LATER);
        assert_eq!(seen(&found), expected, "{quoted}: {found:?}");
        // Unrelated: the disease, lymphodepletion alone, another cause.
        let unrelated = quoted.replace(",RELATED,", ",NOT RELATED,");
        let found = status(&[("AE", &[&unrelated])], LATER);
        assert_eq!(found, Status::NoDlt, "{unrelated}");
        // Possibly related is related, unlikely related is not, nothing recorded waits where it would be a DLT.
        if expected == Dlt {
            let with = |relation: &str| quoted.replace(",RELATED,", &format!(",{relation},"));
            let of = |row: &str| status(&[("AE", &[row])], LATER);
            assert_eq!(of(&with("POSSIBLY RELATED")), Status::Dlt, "{quoted}");
            assert_eq!(of(&with("UNLIKELY RELATED")), Status::NoDlt, "{quoted}");
            assert!(is_pending(&of(&with(""))), "{quoted}");
        }
    }
}

/// Name, results as test, value and day, expected.
type Course = (
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
    Expected,
);

/// ALT or AST over 40 U/L as upper limit: 8 times is 320, 20 times 800. Bilirubin is normal on each of these days.
#[test]
fn transaminases_turn_at_eight_and_twenty_times_the_limit() {
    let cases: [Course; 8] = [
        (
            "eight times",
            &[("ALT", "320", "2025-03-05"), ("ALT", "320", "2025-03-15")],
            No,
        ),
        (
            "above, five days to the fall",
            &[("ALT", "321", "2025-03-05"), ("ALT", "300", "2025-03-10")],
            No,
        ),
        (
            "above for five days at least",
            &[
                ("ALT", "321", "2025-03-05"),
                ("ALT", "321", "2025-03-10"),
                ("ALT", "300", "2025-03-11"),
            ],
            Pending,
        ),
        (
            "above for six days",
            &[("AST", "321", "2025-03-05"), ("AST", "321", "2025-03-11")],
            Dlt,
        ),
        (
            "the two enzymes do not add up",
            &[
                ("ALT", "321", "2025-03-05"),
                ("ALT", "100", "2025-03-08"),
                ("AST", "321", "2025-03-08"),
                ("AST", "100", "2025-03-12"),
            ],
            No,
        ),
        (
            "twenty times",
            &[("ALT", "800", "2025-03-05"), ("ALT", "30", "2025-03-06")],
            No,
        ),
        (
            "above twenty times, one day",
            &[("ALT", "801", "2025-03-05"), ("ALT", "30", "2025-03-06")],
            Dlt,
        ),
        (
            "after the window",
            &[("ALT", "900", "2025-03-30"), ("ALT", "30", "2025-04-01")],
            No,
        ),
    ];
    for (what, values, expected) in cases {
        let rows: Vec<String> = (1..)
            .zip(values)
            .map(|(number, (test, value, day))| format!("S,{number},{test},{value},U/L,40,{day}"))
            .chain(
                (20..)
                    .zip(values)
                    .map(|(number, (.., day))| format!("S,{number},BILI,9,umol/L,20,{day}")),
            )
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let found = status(&[("LB", &rows)], LATER);
        assert_eq!(seen(&found), expected, "{what}: {found:?}");
    }
}

/// Grade 3 from 2025-03-28T10:00 is decided on the last day it can last 72 hours, after day 28.
#[test]
fn pending_runs_past_the_window_and_ends() {
    let crs = "S,1,CRS,Immune system disorders,N,RELATED,NOT RECOVERED/NOT RESOLVED,3,2025-03-28T10:00,";
    let at = |cut: Date| status(&[("AE", &[crs])], cut);
    for day in [28, 29, 30, 31] {
        let Status::Pending(Some(until)) = at(date(2025, 3, day)) else {
            panic!("{day}: {:?}", at(date(2025, 3, day)));
        };
        assert!(until > date(2025, 3, 30), "{until}");
    }
    assert_eq!(at(date(2025, 4, 2)), Status::Dlt);
    let neutropenia = "S,1,Neutropenia,Investigations,N,RELATED,NOT RECOVERED/NOT RESOLVED,4,2025-03-05,";
    let at = status(&[("AE", &[neutropenia])], date(2025, 3, 20));
    assert_eq!(at, Status::Pending(Some(date(2025, 3, 29))));
}

#[test]
fn evaluability_turns_at_its_limits() {
    let dose = |cells: &str| format!("S,1,ANTI-IL1RAP CAR-T CELLS,{cells},10^6 Therapeutic Cells,2025-03-01T10:00");
    let colitis = "S,1,Colitis,Gastrointestinal disorders,N,RELATED,RECOVERED/RESOLVED,4,2025-03-10,2025-03-11";
    for (cells, without, with) in [
        ("80", No, Dlt),
        ("79.9", Out, Dlt),
        ("62", Out, Dlt),
        ("0", Out, Dlt),
        ("120", No, Dlt),
        // Without a DLT it counts; with one the committee judges.
        ("120.1", No, Pending),
    ] {
        let row = dose(cells);
        let found = status(&[("EX", &[&row])], LATER);
        assert_eq!(seen(&found), without, "{cells}: {found:?}");
        let found = status(&[("EX", &[&row]), ("AE", &[colitis])], LATER);
        assert_eq!(seen(&found), with, "{cells}: {found:?}");
    }
    // The last contact: a day before day 28 is not enough.
    for (day, expected) in [("2025-03-27", Pending), ("2025-03-28", Pending), ("2025-03-29", No)] {
        let row = format!("S,DAY,{day}");
        assert_eq!(seen(&status(&[("SV", &[&row])], LATER)), expected, "{day}");
    }
    // Progression alone ends nothing.
    let progression = "S,1,DISPOSITION EVENT,PROGRESSIVE DISEASE,2025-03-20";
    assert_eq!(status(&[("DS", &[progression])], LATER), Status::NoDlt);
    for reason in ["WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP"] {
        let left = |day: &str| format!("S,1,DISPOSITION EVENT,{reason},{day}");
        let on = |day: &str| status(&[("DS", &[&left(day)])], LATER);
        assert!(
            matches!(on("2025-03-29"), Status::NotEvaluable(NotEvaluable::LeftStudy(_))),
            "{reason}"
        );
        assert_eq!(on("2025-03-30"), Status::NoDlt, "{reason}");
    }
}
