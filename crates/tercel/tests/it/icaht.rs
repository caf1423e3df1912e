//! ICAHT worked by hand: every edge of the rules.

use tercel::grade::icaht::{Count, Days, FollowUp, IcahtOptions, Interpolation, grade_icaht};

fn options(interpolation: Interpolation) -> IcahtOptions {
    IcahtOptions {
        interpolation,
        late_last_day: 100,
    }
}

/// A count a day from day 0: `below` of them as given, then 2000/µL to day 30.
fn daily(values: &[f64]) -> Vec<Count> {
    let rest = std::iter::repeat(2000.0);
    let values = values.iter().copied().chain(rest);
    (0..=30)
        .zip(values)
        .map(|(day, per_ul)| Count { day, per_ul })
        .collect()
}

fn at(counts: &[(i32, f64)]) -> Vec<Count> {
    counts.iter().map(|&(day, per_ul)| Count { day, per_ul }).collect()
}

fn early(counts: &[Count], follow_up: FollowUp, interpolation: Interpolation) -> (u8, u8) {
    let early = grade_icaht(counts, follow_up, options(interpolation)).early.unwrap();
    (early.at_least.number(), early.at_most.number())
}

fn late(counts: &[(i32, f64)], follow_up: FollowUp) -> Option<u8> {
    let graded = grade_icaht(&at(counts), follow_up, options(Interpolation::Linear));
    graded.late.map(|late| late.toxicity.number())
}

/// Both limits belong to the neutropenic side: at or below.
#[test]
fn early_grades_turn_at_the_printed_numbers_of_days() {
    // A day above first, so that day 0 never begins what goes on to day 30.
    let spell = |per_ul: f64, days: usize| {
        let mut values = vec![2000.0; 5];
        values.extend(vec![per_ul; days]);
        daily(&values)
    };
    for (per_ul, days, expected) in [
        (500.0, 0, 0),
        (500.0, 1, 1),
        (500.0, 6, 1),
        (500.0, 7, 2),
        (500.0, 13, 2),
        (500.0, 14, 3),
        (500.0, 25, 3),
        (500.1, 25, 0),
        (100.0, 1, 1),
        (100.0, 6, 1),
        (100.0, 7, 3),
        (100.0, 13, 3),
        (100.0, 14, 4),
        (100.1, 13, 2),
        (0.0, 14, 4),
    ] {
        let found = early(&spell(per_ul, days), FollowUp::NotEnded, Interpolation::Linear);
        assert_eq!(found, (expected, expected), "{per_ul}/uL for {days} days");
    }
}

/// Two days above 500/µL join 4 + 2 + 4 = 10 days; three end the exceedance.
#[test]
fn a_recovery_of_two_days_joins_and_of_three_days_ends_an_exceedance() {
    let with_recovery = |days: usize| {
        let mut values = vec![2000.0; 5];
        values.extend([400.0; 4]);
        values.extend(vec![900.0; days]);
        values.extend([400.0; 4]);
        daily(&values)
    };
    let two = grade_icaht(&with_recovery(2), FollowUp::NotEnded, options(Interpolation::Linear));
    let two = two.early.unwrap();
    assert_eq!(two.at_or_below_500, [Days { first: 5, last: 14 }]);
    assert_eq!(two.at_least.number(), 2);
    let three = grade_icaht(&with_recovery(3), FollowUp::NotEnded, options(Interpolation::Linear));
    let three = three.early.unwrap();
    assert_eq!(
        three.at_or_below_500,
        [Days { first: 5, last: 8 }, Days { first: 12, last: 15 }]
    );
    assert_eq!(three.at_least.number(), 1);
}

#[test]
fn never_above_500_means_from_day_3_at_the_latest_to_the_end_of_follow_up() {
    let from = |first: i32, last: i32| {
        let counts = (0..=last).map(|day| (day, if day < first { 1500.0 } else { 400.0 }));
        at(&counts.collect::<Vec<_>>())
    };
    let ended = FollowUp::EndedOn;
    for (first, last, follow_up, expected) in [
        (0, 30, FollowUp::NotEnded, (4, 4)),
        (3, 30, FollowUp::NotEnded, (4, 4)),
        (4, 30, FollowUp::NotEnded, (3, 3)),
        (0, 29, ended(29), (4, 4)),
        (0, 5, ended(5), (4, 4)),
        // The last draw is one day before death.
        (0, 5, ended(6), (4, 4)),
        (4, 12, ended(12), (2, 2)),
        // Cut off by progression: five days for certain, and it may never have recovered.
        (0, 4, FollowUp::CensoredOn(4), (1, 4)),
        (4, 12, FollowUp::CensoredOn(12), (2, 2)),
        (0, 30, FollowUp::CensoredOn(30), (4, 4)),
        // Still followed: six days for certain, and what comes after is not known.
        (0, 5, FollowUp::NotEnded, (1, 4)),
    ] {
        let found = early(&from(first, last), follow_up, Interpolation::Linear);
        assert_eq!(found, expected, "days {first} to {last}, {follow_up:?}");
    }
}

/// Days 5 to 13: 450, then 7 or 8 days without a draw, then 450. Seven are filled (9 days, grade 2); eight are not (1 to 10
/// days, of which up to 8 at or below 100/µL).
#[test]
fn seven_days_without_a_draw_are_filled_and_eight_are_not() {
    let around = |gap: i32| {
        let mut counts = vec![
            (0, 3000.0),
            (4, 3000.0),
            (5, 450.0),
            (6 + gap, 450.0),
            (7 + gap, 3000.0),
        ];
        counts.extend([(20, 3000.0), (25, 3000.0), (30, 3000.0)]);
        at(&counts)
    };
    assert_eq!(early(&around(7), FollowUp::NotEnded, Interpolation::Linear), (2, 2));
    assert_eq!(early(&around(8), FollowUp::NotEnded, Interpolation::Linear), (1, 3));
}

/// Between 1000 on day 2 and 200 on day 6 the line is at 800, 600, 400: linear begins on day 5, carried forward on day 6.
/// Back to 1000 on day 9: 470 and 730 against 200 and 200.
#[test]
fn the_interpolation_policy_changes_the_days_and_is_named() {
    let counts = at(&[
        (0, 1000.0),
        (2, 1000.0),
        (6, 200.0),
        (9, 1000.0),
        (16, 2000.0),
        (23, 2000.0),
        (30, 2000.0),
    ]);
    let days = |interpolation| {
        let early = grade_icaht(&counts, FollowUp::NotEnded, options(interpolation));
        early.early.unwrap().at_or_below_500
    };
    assert_eq!(days(Interpolation::Linear), [Days { first: 5, last: 7 }]);
    assert_eq!(days(Interpolation::CarriedForward), [Days { first: 6, last: 8 }]);
    assert!(Interpolation::Linear.to_string().starts_with("linear v1: "));
    assert!(
        Interpolation::CarriedForward
            .to_string()
            .starts_with("carried-forward v1: ")
    );
}

/// 660 on day 4 and 350 on day 6: the line is at 505, which rounds to the even ten, 500.
#[test]
fn interpolated_counts_are_rounded_to_ten_and_drawn_counts_are_not() {
    let around = |middle: Option<f64>| {
        let mut counts = vec![
            (0, 3000.0),
            (4, 660.0),
            (6, 350.0),
            (7, 3000.0),
            (14, 3000.0),
            (22, 3000.0),
        ];
        counts.extend(middle.map(|per_ul| (5, per_ul)));
        counts.push((30, 3000.0));
        grade_icaht(&at(&counts), FollowUp::NotEnded, options(Interpolation::Linear))
    };
    assert_eq!(around(None).early.unwrap().at_or_below_500[0].count(), 2);
    assert_eq!(around(Some(504.0)).early.unwrap().at_or_below_500[0].count(), 1);
}

#[test]
fn the_lowest_draw_of_a_day_counts_and_no_draw_is_no_grade() {
    let mut counts = daily(&[]);
    counts.push(Count { day: 9, per_ul: 480.0 });
    assert_eq!(early(&counts, FollowUp::NotEnded, Interpolation::Linear), (1, 1));
    let graded = grade_icaht(&[], FollowUp::NotEnded, options(Interpolation::Linear));
    assert_eq!((graded.early, graded.late), (None, None));
    let before = at(&[(-3, 400.0), (40, 400.0)]);
    assert!(
        grade_icaht(&before, FollowUp::NotEnded, options(Interpolation::Linear))
            .early
            .is_none()
    );
}

#[test]
fn late_grades_turn_at_the_printed_counts_and_a_transient_fall_does_not_count() {
    let open = FollowUp::NotEnded;
    for (counts, expected) in [
        (&[(31, 1501.0), (60, 1600.0)][..], Some(0)),
        (&[(31, 1500.0), (60, 1500.0)], Some(1)),
        (&[(31, 1000.0), (60, 1500.0)], Some(2)),
        (&[(31, 1001.0), (60, 1500.0)], Some(1)),
        (&[(31, 500.0), (60, 1200.0)], Some(3)),
        (&[(31, 100.0), (60, 1200.0)], Some(4)),
        // The other count is above 1500/µL.
        (&[(31, 90.0), (60, 1501.0)], Some(0)),
        // The second lowest must be of another day.
        (&[(31, 90.0), (31, 95.0), (60, 2000.0)], Some(0)),
        // One count alone.
        (&[(45, 700.0)], Some(2)),
        // Day 30 is early, day 101 too late.
        (&[(30, 100.0), (101, 100.0)], None),
    ] {
        assert_eq!(late(counts, open), expected, "{counts:?}");
    }
    assert_eq!(late(&[(40, 800.0), (60, 50.0)], FollowUp::EndedOn(50)), Some(2));
    assert_eq!(late(&[(40, 800.0)], FollowUp::EndedOn(30)), None);
}
