//! DLT criteria over values that must hold together, and over a score that must last: at each limit and just beyond, on one
//! subject infused on 2025-03-01 and seen on 2025-04-02. Day 28 is 2025-03-29.

use jiff::civil::{Date, date};
use tercel::dlt::{Status, Verdict};

use super::dlt_cases::{LATER, read, trial, verdict};
use tercel::endpoint::Analysis;
use tercel_exchange::read_tables;

/// What is expected of a case.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    Dlt,
    No,
    Pending,
}

use Expected::{Dlt, No, Pending};

fn seen(verdict: &Verdict) -> Expected {
    match &verdict.status {
        Status::Dlt => Dlt,
        Status::NoDlt => No,
        Status::Pending(_) => Pending,
        Status::NotEvaluable(why) => panic!("{why}"),
    }
}

/// Test, value, day.
type Value = (&'static str, &'static str, &'static str);

/// ALT and AST in U/L with 40 as upper limit, bilirubin in µmol/L with 20.
fn labs(values: &[Value]) -> Vec<String> {
    let row = |(number, (test, value, day)): (usize, &Value)| {
        let (unit, uln) = if *test == "BILI" {
            ("umol/L", "20")
        } else {
            ("U/L", "40")
        };
        format!("S,{number},{test},{value},{unit},{uln},{day}")
    };
    (1..).zip(values).map(row).collect()
}

/// Before treatment: ALT and AST 60, so that three times is 180 and five times the limit, 200, decides; bilirubin 18, so that
/// twice is 36 and twice the limit, 40, decides.
const BEFORE: [Value; 3] = [
    ("ALT", "60", "2025-02-25"),
    ("AST", "60", "2025-02-25"),
    ("BILI", "18", "2025-02-25"),
];

/// Before treatment: ALT and AST 90, three times is 270; bilirubin 24, twice is 48.
const RAISED: [Value; 3] = [
    ("ALT", "90", "2025-02-25"),
    ("AST", "90", "2025-02-25"),
    ("BILI", "24", "2025-02-25"),
];

/// The verdict by the values alone: the line that leaves obstruction and progression to the committee is taken out.
fn by_values(before: &[Value], values: &[Value], cut: Date) -> Verdict {
    let all = [before, values].concat();
    let rows = labs(&all);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let mut trial = trial();
    for criterion in &mut trial.dlt.lab_criteria {
        criterion.unless = None;
    }
    let data = read_tables(read(&[("LB", &rows)]), &trial).unwrap().as_of(cut);
    Analysis::new(&trial, &data, Some(cut)).facts[0].dlt.clone().unwrap()
}

/// Name, values before treatment, values after, expected.
type Course = (&'static str, &'static [Value], &'static [Value], Expected);

const COURSES: [Course; 12] = [
    (
        "just above",
        &BEFORE,
        &[("ALT", "201", "2025-03-10"), ("BILI", "41", "2025-03-10")],
        Dlt,
    ),
    (
        "the other enzyme",
        &BEFORE,
        &[("AST", "201", "2025-03-10"), ("BILI", "41", "2025-03-10")],
        Dlt,
    ),
    (
        "five times the limit",
        &BEFORE,
        &[
            ("ALT", "200", "2025-03-10"),
            ("AST", "200", "2025-03-10"),
            ("BILI", "41", "2025-03-10"),
        ],
        No,
    ),
    (
        "twice the limit",
        &BEFORE,
        &[("ALT", "201", "2025-03-10"), ("BILI", "40", "2025-03-10")],
        No,
    ),
    (
        "three times a raised baseline",
        &RAISED,
        &[
            ("ALT", "270", "2025-03-10"),
            ("AST", "270", "2025-03-10"),
            ("BILI", "48", "2025-03-10"),
        ],
        No,
    ),
    (
        "above three times, bilirubin at twice the baseline",
        &RAISED,
        &[("ALT", "271", "2025-03-10"), ("BILI", "48", "2025-03-10")],
        Dlt,
    ),
    (
        "bilirubin below twice the baseline",
        &RAISED,
        &[("ALT", "271", "2025-03-10"), ("BILI", "47", "2025-03-10")],
        No,
    ),
    (
        "seven days apart, normal between",
        &BEFORE,
        &[
            ("ALT", "210", "2025-03-10"),
            ("BILI", "18", "2025-03-10"),
            ("ALT", "50", "2025-03-17"),
            ("AST", "50", "2025-03-17"),
            ("BILI", "45", "2025-03-17"),
        ],
        Dlt,
    ),
    (
        "eight days apart",
        &BEFORE,
        &[
            ("ALT", "210", "2025-03-10"),
            ("BILI", "18", "2025-03-10"),
            ("ALT", "50", "2025-03-18"),
            ("AST", "50", "2025-03-18"),
            ("BILI", "45", "2025-03-18"),
        ],
        No,
    ),
    (
        "bilirubin first",
        &BEFORE,
        &[("BILI", "45", "2025-03-10"), ("AST", "210", "2025-03-17")],
        Dlt,
    ),
    (
        "begun on the last day of the window",
        &BEFORE,
        &[("ALT", "210", "2025-03-29"), ("BILI", "45", "2025-04-02")],
        Dlt,
    ),
    (
        "begun the day after",
        &BEFORE,
        &[("ALT", "210", "2025-03-30"), ("BILI", "45", "2025-03-30")],
        No,
    ),
];

#[test]
fn enzymes_and_bilirubin_turn_at_their_multiples_of_limit_and_baseline() {
    for (what, before, after, expected) in COURSES {
        let found = by_values(before, after, LATER);
        assert_eq!(seen(&found), expected, "{what}: {}", found.sentence());
    }
}

#[test]
fn a_value_that_is_missing_is_no_normal_one() {
    let alone = [("ALT", "210", "2025-03-10")];
    let jaundice = [("BILI", "45", "2025-03-10")];
    let one_enzyme = [("BILI", "45", "2025-03-10"), ("ALT", "50", "2025-03-10")];
    let day_before = [("BILI", "18", "2025-03-09"), ("ALT", "210", "2025-03-10")];
    let cases: [(&str, &[Value], &[Value], &str); 5] = [
        ("no bilirubin", &BEFORE, &alone, "no BILI from 2025-03-10 to 2025-03-17"),
        (
            "no enzyme",
            &BEFORE,
            &jaundice,
            "no ALT and AST from 2025-03-10 to 2025-03-17",
        ),
        (
            "one enzyme",
            &BEFORE,
            &one_enzyme,
            "no AST from 2025-03-10 to 2025-03-17",
        ),
        // Bilirubin follows the enzymes: a value of the day before says nothing of the days after.
        (
            "the day before",
            &BEFORE,
            &day_before,
            "no BILI from 2025-03-10 to 2025-03-17",
        ),
        (
            "no baseline",
            &[("BILI", "18", "2025-02-25")],
            &[("AST", "210", "2025-03-10"), ("BILI", "45", "2025-03-10")],
            "AST 210 U/L on 2025-03-10 (5.2 × ULN): it has no baseline",
        ),
    ];
    for (what, before, after, reason) in cases {
        let found = by_values(before, after, LATER);
        assert_eq!(found.status, Status::Pending(None), "{what}: {}", found.sentence());
        assert!(found.sentence().contains(reason), "{what}: {}", found.sentence());
    }
    // Where one multiple is not met, the other need not be known.
    let no_baseline = [("BILI", "18", "2025-02-25")];
    let below = [
        ("AST", "199", "2025-03-10"),
        ("BILI", "45", "2025-03-10"),
        ("ALT", "50", "2025-03-10"),
    ];
    assert_eq!(by_values(&no_baseline, &below, LATER).status, Status::NoDlt);
    // A month without a day may be any of its days.
    let undated = [
        ("ALT", "210", "2025-03"),
        ("BILI", "18", "2025-03-10"),
        ("AST", "50", "2025-03-10"),
    ];
    let found = by_values(&BEFORE, &undated, LATER);
    assert!(
        found.sentence().contains("its day is not known"),
        "{}",
        found.sentence()
    );
}

#[test]
fn conditions_not_met_yet_are_pending_until_their_days_are_over() {
    let normal = [
        ("ALT", "210", "2025-03-28"),
        ("AST", "50", "2025-03-28"),
        ("BILI", "18", "2025-03-28"),
    ];
    let on = |cut: Date| by_values(&BEFORE, &normal, cut);
    let pending = on(date(2025, 4, 2));
    assert_eq!(pending.status, Status::Pending(Some(date(2025, 4, 4))));
    let expected = "pending until 2025-04-04: ALT 210 U/L on 2025-03-28 (5.2 × ULN, 3.5 × baseline), the other conditions not met yet";
    assert!(pending.sentence().starts_with(expected), "{}", pending.sentence());
    assert_eq!(on(date(2025, 4, 4)).status, Status::NoDlt);
    let missing = by_values(&BEFORE, &[("ALT", "210", "2025-03-28")], date(2025, 4, 2));
    assert_eq!(missing.status, Status::Pending(Some(date(2025, 4, 4))));
}

#[test]
fn the_sentence_names_the_values_and_their_records_are_kept() {
    let values = [("ALT", "210", "2025-03-10"), ("BILI", "45", "2025-03-12")];
    let found = by_values(&BEFORE, &values, LATER);
    assert_eq!(
        found.met[0].text.en.split(" [").next().unwrap(),
        "ALT 210 U/L on 2025-03-10 (5.2 × ULN, 3.5 × baseline) with BILI 45 umol/L on 2025-03-12 (2.2 × ULN, 2.5 × baseline)"
    );
    let numbers: Vec<u32> = found.met[0].records.iter().map(|record| record.number).collect();
    assert_eq!(numbers, [4, 1, 5, 3]);
    assert_eq!(found.met[0].since, Some(date(2025, 3, 12)));
}

#[test]
fn obstruction_and_progression_are_for_the_committee() {
    let all = [
        &BEFORE[..],
        &[("ALT", "210", "2025-03-10"), ("BILI", "45", "2025-03-12")],
    ]
    .concat();
    let rows = labs(&all);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let found = verdict(&[("LB", &rows)], LATER);
    assert_eq!(found.status, Status::Pending(None));
    assert!(
        found
            .sentence()
            .contains("whether biliary obstruction or progression explains it waits for the committee"),
        "{}",
        found.sentence()
    );
    for (judged, day, expected) in [
        ("Y", "2025-03-20", Dlt),
        ("N", "2025-03-20", No),
        // Bilirubin was not known then.
        ("N", "2025-03-11", Pending),
    ] {
        let judgement = format!("S,9,DLT,DLT,{judged},SAFETY REVIEW COMMITTEE,{day}");
        let found = verdict(&[("LB", &rows), ("FA", &[&judgement])], LATER);
        assert_eq!(seen(&found), expected, "{judged} on {day}: {}", found.sentence());
    }
}

/// The score was 6 on 2025-02-20; 8 is a rise by 2.
fn scores(values: &[(&str, &str)], cut: Date) -> Verdict {
    let row = |(number, (value, day)): (usize, &(&str, &str))| format!("S,{number},CPS0106,{value},{day}");
    let rows: Vec<String> = (1..).zip(values).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    verdict(&[("RS", &rows)], cut)
}

/// Name, scores as value and day, expected.
type Rise<'a> = (&'a str, &'a [(&'a str, &'a str)], Expected);

#[test]
fn a_child_pugh_score_turns_at_two_points_and_seven_days() {
    let cases: [Rise<'_>; 9] = [
        ("one point", &[("7", "2025-03-08"), ("7", "2025-03-28")], No),
        ("seven days", &[("8", "2025-03-08"), ("7", "2025-03-15")], No),
        ("raised on day eight", &[("8", "2025-03-08"), ("8", "2025-03-16")], Dlt),
        ("more points later", &[("8", "2025-03-08"), ("10", "2025-03-16")], Dlt),
        (
            "between two scores",
            &[("8", "2025-03-08"), ("8", "2025-03-15"), ("6", "2025-03-16")],
            Pending,
        ),
        (
            "recovered between",
            &[
                ("8", "2025-03-08"),
                ("7", "2025-03-11"),
                ("8", "2025-03-14"),
                ("6", "2025-03-20"),
            ],
            No,
        ),
        ("no later score", &[("8", "2025-03-08")], Pending),
        (
            "begun on the last day",
            &[("8", "2025-03-29"), ("8", "2025-04-06")],
            Dlt,
        ),
        ("begun the day after", &[("8", "2025-03-30"), ("8", "2025-04-07")], No),
    ];
    for (what, values, expected) in cases {
        let found = scores(values, LATER);
        assert_eq!(seen(&found), expected, "{what}: {}", found.sentence());
    }
}

#[test]
fn a_rise_whose_duration_is_not_known_is_pending_until_it_can_be() {
    let values = [("8", "2025-03-27"), ("9", "2025-03-31")];
    let on = |cut: Date| scores(&values, cut);
    let found = on(date(2025, 4, 3));
    assert_eq!(found.status, Status::Pending(Some(date(2025, 4, 4))));
    assert_eq!(
        found.sentence(),
        "pending until 2025-04-04: Child-Pugh up from 6 on 2025-02-20 to 9 from 2025-03-27 through 2025-03-31, its duration not \
         known yet [Child-Pugh score up by 2 points or more for more than 7 days]"
    );
    assert_eq!(on(date(2025, 4, 4)).status, Status::Pending(None));
    assert!(on(date(2025, 4, 4)).sentence().contains("and no later score"));
}

/// The usual row of scores is before treatment, so its day is what these change.
#[test]
fn a_score_without_baseline_counts_as_long_as_it_may_be_raised() {
    let trial = trial();
    let of = |value: &str| {
        let row = format!("S,1,CPS0106,{value},2025-03-10");
        let mut tables = read(&[("RS", &[&row])]);
        tables.retain(|table| table.name != "RS");
        let text = format!("USUBJID,RSSEQ,RSTESTCD,RSSTRESN,RSDTC\n{row}\n");
        tables.push(tercel_exchange::Table::parse_csv("rs.csv", text.as_bytes()).unwrap());
        let data = read_tables(tables, &trial).unwrap().as_of(LATER);
        Analysis::new(&trial, &data, Some(LATER)).facts[0].dlt.clone().unwrap()
    };
    assert_eq!(of("6").status, Status::NoDlt);
    let found = of("7");
    assert_eq!(found.status, Status::Pending(None));
    assert!(
        found
            .sentence()
            .contains("there is no score before treatment to hold it against"),
        "{}",
        found.sentence()
    );
    let undated = scores(&[("8", "2025-03")], LATER);
    assert_eq!(undated.status, Status::Pending(None));
    assert!(
        undated.sentence().contains("its day is not known"),
        "{}",
        undated.sentence()
    );
}

#[test]
fn a_score_may_be_asked_for_on_a_day() {
    let mut trial = trial();
    trial.dlt.score_criteria[0].persistence = tercel::protocol::ScoreRise::OnDay(28);
    let of = |values: &[(&str, &str)], cut: Date| {
        let row = |(number, (value, day)): (usize, &(&str, &str))| format!("S,{number},CPS0106,{value},{day}");
        let rows: Vec<String> = (1..).zip(values).map(row).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let data = read_tables(read(&[("RS", &rows)]), &trial).unwrap().as_of(cut);
        Analysis::new(&trial, &data, Some(cut)).facts[0]
            .dlt
            .clone()
            .unwrap()
            .status
    };
    assert_eq!(of(&[("8", "2025-03-10"), ("7", "2025-03-29")], LATER), Status::NoDlt);
    assert_eq!(of(&[("8", "2025-03-10"), ("8", "2025-03-29")], LATER), Status::Dlt);
    assert_eq!(
        of(&[("8", "2025-03-10"), ("7", "2025-03-30")], LATER),
        Status::Pending(None)
    );
    assert_eq!(
        of(&[("8", "2025-03-10")], date(2025, 3, 20)),
        Status::Pending(Some(date(2025, 3, 29)))
    );
}
