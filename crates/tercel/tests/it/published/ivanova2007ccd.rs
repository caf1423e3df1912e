//! The cumulative cohort design against code of others; the paper itself was not read.
//!
//! Margins where none is given: the defaults of the R code IntervalDesign by R. Lin and G. Yin (`get.boundary`, design 1).
//! What a rate equal to a boundary means: the R code of A. Oron (UpndownBook), where it moves the dose. No decision table
//! and no exact operating characteristics of this design were found in print; the rows of the first table below follow by
//! hand from the rule of that code.

use tercel::design::{Ccd, DesignName, Margins, Settings, Target};

use super::fixture::decision;

/// Target and the margin that the code of Lin and Yin takes, in hundredths.
const MARGINS: [(u32, u32); 12] = [
    (10, 9),
    (15, 9),
    (20, 9),
    (25, 9),
    (28, 9),
    (30, 10),
    (35, 10),
    (38, 10),
    (40, 12),
    (42, 12),
    (45, 13),
    (50, 13),
];

/// The design for a target and a margin in hundredths.
fn ccd(target: u32, margin: u32) -> Ccd {
    let (target, margin) = (f64::from(target) / 100.0, f64::from(margin) / 100.0);
    let target = Target::new(target).unwrap();
    Ccd::new(target, Margins::new(target, margin, margin).unwrap())
}

#[test]
fn a_rate_at_a_boundary_moves_the_dose() {
    // Target 0.3, half-width 0.1: letters for 0, 1, … DLTs.
    let by_hand = [
        "ED",
        "EDD",
        "ESDD",
        "ESDDD",
        "EEDDDD",
        "EESDDDD",
        "EESDDDDD",
        "EESSDDDDD",
        "EESSDDDDDD",
        "EEESDDDDDDD",
    ];
    let boundaries = ccd(30, 10).boundaries(10).unwrap();
    for (n, letters) in (1..).zip(by_hand) {
        for (y, letter) in (0..).zip(letters.chars()) {
            assert_eq!(decision(&boundaries, n, y), letter.to_string(), "{y} of {n}");
        }
    }
}

#[test]
fn margins_where_none_is_given_are_those_of_lin_and_yin() {
    for (target, margin) in MARGINS {
        let settings = Settings {
            target: Some(f64::from(target) / 100.0),
            ..Settings::default()
        };
        let given = ccd(target, margin).boundaries(60).unwrap().rows;
        assert_eq!(settings.table(DesignName::Ccd, 60).unwrap(), given, "{target}");
        // The margin is told from its neighbours by some row.
        for other in [margin - 1, margin + 1].into_iter().filter(|other| *other < target) {
            assert_ne!(ccd(target, other).boundaries(60).unwrap().rows, given, "{target}");
        }
    }
}

/// Their boundaries are ⌊n (φ−Δ)⌋ and ⌊n (φ+Δ)⌋ + 1: as here, but where n (φ+Δ) is whole they stay.
#[test]
fn boundaries_are_those_of_lin_and_yin_but_for_rates_at_the_upper_end() {
    let mut at_the_end = 0;
    for (target, margin) in MARGINS {
        let (low, high) = (target - margin, target + margin);
        let rows = ccd(target, margin).boundaries(36).unwrap().rows;
        for (n, row) in (1..).zip(rows) {
            assert_eq!(row.escalate_max, Some(n * low / 100), "{n} at {target}");
            let theirs = n * high / 100 + 1;
            let whole = u32::from((n * high).is_multiple_of(100));
            at_the_end += whole;
            let within = Some(theirs - whole).filter(|least| *least <= n);
            assert_eq!(row.deescalate_min, within, "{n} at {target}");
        }
    }
    assert!(at_the_end > 0);
}
