//! The rolling six design against its decision table as `frankel2020queue` prints it (table 2, column "Rolling 6"), and a
//! trial in the documentation of the R package RollingSix (labja/RollingSix, README, seed 2). The paper itself was not read.

use tercel::design::{Action, Count, Interim, LateOnsetDesign, RollingSix};
use tercel::protocol::{DoseLevel, PerLevel};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Same,
    Hold,
    Escalate,
    DeEscalate,
}

/// Number of the row, subjects in all (from, to), of them evaluable (from, to), DLTs (from, to), and what follows.
type Row = (u8, [u32; 2], [u32; 2], [u32; 2], Next);

/// Rows that the design does not allow (more than six subjects) are left out.
const TABLE: &[Row] = &[
    (1, [0, 5], [0, 0], [0, 0], Next::Same),
    (2, [6, 6], [0, 0], [0, 0], Next::Hold),
    (3, [1, 5], [1, 1], [0, 0], Next::Same),
    (4, [6, 6], [1, 1], [0, 0], Next::Hold),
    (6, [2, 5], [2, 2], [0, 0], Next::Same),
    (7, [6, 6], [2, 2], [0, 0], Next::Hold),
    (9, [3, 3], [3, 3], [0, 0], Next::Escalate),
    (10, [4, 5], [3, 3], [0, 0], Next::Same),
    (11, [6, 6], [3, 3], [0, 0], Next::Hold),
    (13, [4, 4], [4, 4], [0, 0], Next::Escalate),
    (14, [5, 5], [4, 4], [0, 0], Next::Same),
    (15, [6, 6], [4, 4], [0, 0], Next::Hold),
    (16, [5, 5], [5, 5], [0, 0], Next::Escalate),
    (17, [6, 6], [5, 5], [0, 0], Next::Escalate),
    (19, [1, 5], [1, 5], [1, 1], Next::Same),
    (20, [6, 6], [1, 3], [1, 1], Next::Hold),
    (21, [6, 6], [4, 4], [1, 1], Next::Hold),
    (22, [6, 6], [5, 5], [1, 1], Next::Hold),
    (25, [6, 6], [6, 6], [1, 1], Next::Escalate),
    (26, [2, 6], [2, 6], [2, 2], Next::DeEscalate),
    (30, [0, 6], [0, 6], [3, 6], Next::DeEscalate),
];

fn level(number: u8) -> DoseLevel {
    DoseLevel::new(number).unwrap()
}

/// The offer at the second of three levels, three without DLT at the first.
fn offered(enrolled: u32, evaluable: u32, dlt: u32) -> Next {
    let here = Count {
        evaluable,
        dlt,
        pending: enrolled - evaluable,
    };
    let counts = PerLevel::new(vec![Count::complete(3, 0), here, Count::default()]);
    let interim = Interim {
        counts: &counts,
        pending: &[],
        current: level(2),
    };
    match RollingSix.offer(&interim).action {
        Action::Stay(at) if at == level(2) => Next::Same,
        Action::Wait => Next::Hold,
        Action::Escalate(to) if to == level(3) => Next::Escalate,
        Action::DeEscalate(to) if to == level(1) => Next::DeEscalate,
        other => panic!("{other:?} after {enrolled}, {evaluable}, {dlt}"),
    }
}

#[test]
fn every_row_of_the_printed_table_is_followed() {
    for enrolled in 0..=6 {
        for evaluable in 0..=enrolled {
            for dlt in 0..=evaluable {
                let within = |[from, to]: [u32; 2], value: u32| from <= value && value <= to;
                let row = TABLE.iter().find(|(_, total, known, dlts, _)| {
                    within(*total, enrolled) && within(*known, evaluable) && within(*dlts, dlt)
                });
                // Six complete without DLT are in no row.
                let (number, expected) = row.map_or((0, Next::Escalate), |row| (row.0, row.4));
                assert!(
                    number > 0 || (enrolled, evaluable, dlt) == (6, 6, 0),
                    "{enrolled}, {evaluable}, {dlt}"
                );
                assert_eq!(
                    offered(enrolled, evaluable, dlt),
                    expected,
                    "row {number}: {enrolled}, {evaluable}, {dlt}"
                );
            }
        }
    }
}

/// A subject of the trial in the documentation: level, day recruited, first day of treatment, last day of the window or day
/// of the DLT.
struct Subject(u8, u32, u32, u32, bool);

const TRIAL: [Subject; 12] = [
    Subject(1, 14, 14, 44, false),
    Subject(1, 16, 16, 46, false),
    Subject(1, 17, 17, 47, false),
    Subject(1, 25, 25, 55, false),
    Subject(1, 29, 29, 59, false),
    Subject(1, 39, 39, 69, false),
    Subject(2, 40, 59, 99, false),
    Subject(2, 50, 59, 74, true),
    Subject(2, 58, 59, 99, false),
    Subject(2, 70, 70, 100, false),
    Subject(2, 71, 71, 101, false),
    Subject(2, 76, 76, 92, true),
];

/// What the design knows on a day of those treated so far.
fn known(treated: &[Subject], day: u32) -> PerLevel<Count> {
    let mut counts = PerLevel::new(vec![Count::default(); 4]);
    for Subject(at, _, _, until, dlt) in treated {
        let count = counts.get_mut(level(*at)).unwrap();
        if *until <= day {
            count.evaluable += 1;
            count.dlt += u32::from(*dlt);
        } else {
            count.pending += 1;
        }
    }
    counts
}

fn on_day(treated: &[Subject], day: u32) -> Action {
    let interim = Interim {
        counts: &known(treated, day),
        pending: &[],
        current: level(treated.last().unwrap().0),
    };
    RollingSix.offer(&interim).action
}

#[test]
fn a_trial_of_a_package_runs_as_documented() {
    for (index, Subject(at, recruited, start, ..)) in TRIAL.iter().enumerate().skip(1) {
        let treated = &TRIAL[..index];
        for day in *recruited..*start {
            let by_then = treated.partition_point(|Subject(_, _, start, ..)| *start <= day);
            let action = on_day(&treated[..by_then], day);
            assert_eq!(action, Action::Wait, "subject {} on day {day}", index + 1);
        }
        assert_eq!(
            on_day(treated, *start).level(),
            Some(level(*at)),
            "subject {}",
            index + 1
        );
    }
    assert_eq!(on_day(&TRIAL, 92), Action::Stop(Some(level(1))));
    assert_eq!(RollingSix.select(&known(&TRIAL, 101)), Some(level(1)));
}
