//! Zhao Y, Yuan Y, Korn EL, Freidlin B. BF-BOIN. Clinical Cancer Research 2024; 30: 673–679. doi:10.1158/1078-0432.CCR-23-2585
//!
//! The rules worked by hand at the paper's target 0.25: λe = 0.197, λd = 0.298. Outcomes of a level are written evaluable,
//! DLTs, responses. Operating characteristics of tables 3 and 4, as transcribed in the validation data of the R package
//! simFastBOIN (the scenarios also in the vignettes of bfboin).

use tercel::design::{Action, BfBoin, BfBoinDesign, EfficacyCount, Plan, Target};
use tercel::exact::Curve;
use tercel::protocol::{DoseLevel, PerLevel};
use tercel::trials::{Accrual, Backfill, Conditions, Onset, Rule, Simulated, Suspended, simulate_timed};

fn design() -> BfBoinDesign {
    BfBoin::new(Target::new(0.25).unwrap()).design(90).unwrap()
}

fn counts(levels: &[(u32, u32, u32)]) -> PerLevel<EfficacyCount> {
    let each = levels.iter().map(|&(n, y, r)| EfficacyCount::complete(n, y, r, 0));
    PerLevel::new(each.collect())
}

fn level(number: u8) -> DoseLevel {
    DoseLevel::new(number).unwrap()
}

/// The decision at a level of five.
fn decide(levels: [(u32, u32, u32); 5], current: u8) -> Action {
    design().decide(&counts(&levels), level(current)).action
}

#[test]
fn boundaries_are_those_of_boin() {
    let (escalate, deescalate) = BfBoin::new(Target::new(0.25).unwrap()).boin.lambdas();
    assert!((escalate - 0.197).abs() < 5e-4);
    assert!((deescalate - 0.298).abs() < 5e-4);
}

#[test]
fn without_conflict_the_current_level_decides_as_boin_does() {
    const NONE: (u32, u32, u32) = (0, 0, 0);
    assert_eq!(
        decide([(3, 0, 0), NONE, NONE, NONE, NONE], 1),
        Action::Escalate(level(2))
    );
    assert_eq!(
        decide([(6, 1, 1), (3, 0, 0), NONE, NONE, NONE], 2),
        Action::Escalate(level(3))
    );
    // 2/9 = 0.222 lies between at both levels.
    assert_eq!(
        decide([(9, 2, 1), (9, 2, 0), NONE, NONE, NONE], 2),
        Action::Stay(level(2))
    );
    assert_eq!(
        decide([(6, 1, 1), (3, 1, 0), NONE, NONE, NONE], 2),
        Action::DeEscalate(level(1))
    );
    assert_eq!(decide([(3, 3, 0), NONE, NONE, NONE, NONE], 1), Action::Stop(None));
    // 3/3 closes level 2, as Pr(p > 0.25 | Beta(4, 1)) = 1 − 0.25⁴ = 0.996.
    assert_eq!(
        decide([(3, 0, 1), (3, 3, 0), NONE, NONE, NONE], 2),
        Action::DeEscalate(level(1))
    );
    // From below a closed level there is no way up.
    assert_eq!(
        decide([(6, 0, 1), (3, 3, 0), NONE, NONE, NONE], 1),
        Action::Stay(level(1))
    );
}

#[test]
fn a_contradiction_is_resolved_by_pooling() {
    const NONE: (u32, u32, u32) = (0, 0, 0);
    // Level 2: 2/9 = 0.222 is no escalation, level 3: 0/3 is. Pooled 2/12 = 0.167 <= λe.
    assert_eq!(
        decide([(6, 0, 1), (9, 2, 1), (3, 0, 0), NONE, NONE], 3),
        Action::Escalate(level(4))
    );
    // 3/9 against 0/3: pooled 3/12 = 0.25 lies between.
    assert_eq!(
        decide([(6, 0, 1), (9, 3, 1), (3, 0, 0), NONE, NONE], 3),
        Action::Stay(level(3))
    );
    // 5/12 against 0/3: pooled 5/15 = 0.333 >= λd; level 2 itself has 5/12 >= λd, so the level below it is next.
    assert_eq!(
        decide([(6, 0, 1), (12, 5, 1), (3, 0, 0), NONE, NONE], 3),
        Action::DeEscalate(level(1))
    );
    // Both high: 4/9 and 2/3, pooled 6/12: below level 2.
    assert_eq!(
        decide([(6, 0, 1), (9, 4, 1), (3, 2, 0), NONE, NONE], 3),
        Action::DeEscalate(level(1))
    );
    // Level 1 contradicts level 3, which stays at 2/9, with 4/12 = 0.333. Pooled from level 1: 6/27 = 0.222, stay.
    assert_eq!(
        decide([(12, 4, 1), (6, 0, 1), (9, 2, 0), NONE, NONE], 3),
        Action::Stay(level(3))
    );
    // Level 1 with 4/12 contradicts level 3 with 3/3. Pooled 7/18 = 0.389 >= λd; level 1 alone is at or above λd, levels 1 and 2
    // with 4/15 = 0.267 are below it: level 2.
    assert_eq!(
        decide([(12, 4, 1), (3, 0, 1), (3, 3, 0), NONE, NONE], 3),
        Action::DeEscalate(level(2))
    );
    // The first level contradicts and nothing is safe: level 1 goes on until it is closed.
    assert_eq!(
        decide([(9, 3, 1), (3, 2, 0), NONE, NONE, NONE], 2),
        Action::DeEscalate(level(1))
    );
    assert_eq!(decide([(9, 6, 1), (3, 2, 0), NONE, NONE, NONE], 2), Action::Stop(None));
    let reason = design()
        .decide(&counts(&[(6, 0, 1), (9, 3, 1), (3, 0, 0)]), level(3))
        .because
        .to_string();
    assert_eq!(
        reason,
        "DLT in 0 of 3 evaluable subjects at level 3, which level 2 contradicts with 3 of 9; pooled from level 2 to level 3 DLT \
         in 3 of 12, between the boundaries"
    );
}

#[test]
fn a_level_closed_by_its_own_outcomes_is_left() {
    // Level 2 has 3/9 = 0.333, level 3 has 3/3 and is closed. Pooled 6/12 would go below level 2.
    let action = decide([(12, 0, 1), (9, 3, 1), (3, 3, 0), (0, 0, 0), (0, 0, 0)], 3);
    assert_eq!(action, Action::DeEscalate(level(1)));
    // Level 1 with 9/30 = 0.3 contradicts the closed level 2, 3/3: pooled 12/33 = 0.364, level 1 again.
    let action = decide([(30, 9, 1), (3, 3, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)], 2);
    assert_eq!(action, Action::DeEscalate(level(1)));
}

#[test]
fn levels_open_for_backfilling_and_close() {
    let open = |levels: &[(u32, u32, u32)], current: u8| -> Vec<u8> {
        let open = design().open(&counts(levels), level(current));
        open.into_iter().map(DoseLevel::number).collect()
    };
    // A response opens, the highest level first; the current level is never open.
    assert_eq!(open(&[(3, 0, 1), (3, 0, 1), (3, 0, 1)], 3), [2, 1]);
    // What responds at a lower level is expected to respond at a higher one, not the other way round.
    assert_eq!(open(&[(3, 0, 1), (3, 0, 0), (3, 0, 0)], 3), [2, 1]);
    assert_eq!(open(&[(3, 0, 0), (3, 0, 1), (3, 0, 0)], 3), [2]);
    assert_eq!(open(&[(3, 0, 1), (3, 0, 1)], 1), Vec::<u8>::new());
    // Twelve subjects close, eleven do not.
    assert_eq!(open(&[(12, 1, 3), (3, 0, 0)], 2), Vec::<u8>::new());
    assert_eq!(open(&[(11, 1, 3), (3, 0, 0)], 2), [1]);
    // 1/3 >= λd, but pooled with 0/3 above it is 1/6: open. With 1/3 above, 2/6: closed.
    assert_eq!(open(&[(3, 1, 1), (3, 0, 0)], 2), [1]);
    assert_eq!(open(&[(3, 1, 1), (3, 1, 0)], 2), Vec::<u8>::new());
    // Level 1 is unsafe alone and pooled, 2/6 and 3/9, which closes level 2 with it, whatever its own 1/3 and the 0/6 above.
    assert_eq!(open(&[(6, 2, 2), (3, 1, 2), (6, 0, 0)], 3), Vec::<u8>::new());
    // Pending subjects count towards the cap.
    let mut pending = counts(&[(9, 1, 3), (3, 0, 0)]);
    pending.get_mut(level(1)).unwrap().dlts.pending = 3;
    assert!(design().open(&pending, level(2)).is_empty());
    let relaxed = BfBoin {
        response_required: false,
        ..BfBoin::new(Target::new(0.25).unwrap())
    };
    let relaxed = relaxed.design(90).unwrap();
    assert_eq!(relaxed.open(&counts(&[(3, 0, 0), (3, 0, 0)]), level(2)), [level(1)]);
}

#[test]
fn one_dlt_in_three_stays_where_the_protocol_says_so() {
    let stays = BfBoin {
        stay_on_one_of_three: true,
        ..BfBoin::new(Target::new(0.25).unwrap())
    };
    let stays = stays.design(90).unwrap();
    let levels = counts(&[(3, 0, 1), (3, 1, 0), (0, 0, 0)]);
    assert_eq!(stays.decide(&levels, level(2)).action, Action::Stay(level(2)));
    assert_eq!(design().decide(&levels, level(2)).action, Action::DeEscalate(level(1)));
}

#[test]
fn selection_counts_backfilled_subjects() {
    // Cohorts alone: 0/3, 1/6, 3/6. With nine backfilled at level 1, one DLT, and six at level 2, one DLT: 1/12, 2/12, 3/6.
    // (2.05/12.1 = 0.169 and 3.05/6.1 = 0.5; 0.25 is closer to level 2.)
    assert_eq!(
        design().select(&counts(&[(12, 1, 3), (12, 2, 3), (6, 3, 0)])),
        Some(level(2))
    );
    assert_eq!(design().select(&counts(&[(3, 3, 0)])), None);
}

/// DLT probabilities of table 3: scenarios 1 to 5; 6 to 12 have those of 2, 3, 4, 5, 3, 4, 5.
const DLT: [[f64; 5]; 5] = [
    [0.25, 0.41, 0.45, 0.49, 0.53],
    [0.12, 0.25, 0.42, 0.49, 0.55],
    [0.04, 0.12, 0.25, 0.43, 0.63],
    [0.02, 0.06, 0.10, 0.25, 0.40],
    [0.02, 0.05, 0.08, 0.11, 0.25],
];

/// One row of table 4: the scenario of DLTs, response probabilities of table 3, then selected correctly and above (%), subjects
/// below, at and above the right level and in all, and months.
type Published = (usize, [f64; 5], [f64; 7]);

/// Not applicable in the table.
const NA: f64 = f64::NAN;

const BF_BOIN: [Published; 12] = [
    (
        1,
        [0.30, 0.40, 0.45, 0.50, 0.55],
        [79.9, 13.5, NA, 10.8, 6.1, 17.0, 8.4],
    ),
    (
        2,
        [0.20, 0.30, 0.40, 0.50, 0.60],
        [57.8, 10.9, 10.4, 10.3, 4.8, 25.5, 12.1],
    ),
    (
        3,
        [0.10, 0.20, 0.30, 0.45, 0.58],
        [57.6, 9.7, 16.9, 9.8, 4.2, 30.9, 14.3],
    ),
    (
        4,
        [0.05, 0.10, 0.15, 0.30, 0.45],
        [56.7, 13.6, 20.4, 9.6, 3.7, 33.8, 15.6],
    ),
    (5, [0.05, 0.10, 0.15, 0.20, 0.30], [62.8, NA, 27.2, 7.2, NA, 34.4, 15.5]),
    (
        2,
        [0.30, 0.35, 0.36, 0.36, 0.36],
        [57.5, 10.8, 11.1, 10.3, 4.8, 26.2, 12.1],
    ),
    (
        3,
        [0.15, 0.30, 0.35, 0.36, 0.36],
        [57.1, 9.6, 18.3, 9.9, 4.2, 32.3, 14.3],
    ),
    (
        4,
        [0.10, 0.20, 0.30, 0.35, 0.35],
        [57.0, 13.2, 23.5, 9.7, 3.6, 36.7, 15.6],
    ),
    (5, [0.10, 0.15, 0.20, 0.30, 0.35], [62.9, NA, 29.5, 7.2, NA, 36.7, 15.5]),
    (
        3,
        [0.30, 0.32, 0.35, 0.36, 0.36],
        [57.2, 9.5, 20.1, 9.8, 4.2, 34.2, 14.3],
    ),
    (
        4,
        [0.10, 0.30, 0.32, 0.35, 0.36],
        [57.0, 13.1, 24.3, 9.7, 3.5, 37.5, 15.6],
    ),
    (5, [0.10, 0.15, 0.30, 0.32, 0.35], [62.8, NA, 30.0, 7.1, NA, 37.1, 15.5]),
];

/// BOIN in the same table: nobody responds, so nobody is backfilled.
const BOIN: [Published; 5] = [
    (1, [0.0; 5], [77.0, 16.7, NA, 8.7, 6.2, 15.1, 8.8]),
    (2, [0.0; 5], [55.6, 14.5, 7.2, 8.4, 5.1, 20.7, 12.3]),
    (3, [0.0; 5], [56.7, 12.3, 11.4, 8.0, 4.6, 23.9, 14.3]),
    (4, [0.0; 5], [53.3, 17.1, 14.0, 7.7, 4.0, 25.7, 15.5]),
    (5, [0.0; 5], [63.9, NA, 17.6, 7.3, NA, 24.9, 15.1]),
];

/// The numbers of a row, where the month is the unit of time; the paper counts from the first arrival.
fn row(scenario: usize, found: &Simulated, interval: f64) -> [f64; 7] {
    let (select, patients) = (found.found.select.values(), found.found.patients.values());
    let right = scenario - 1;
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    [
        100.0 * select[right],
        100.0 * sum(&select[right + 1..]),
        sum(&patients[..right]),
        patients[right],
        sum(&patients[right + 1..]),
        found.found.n_total,
        found.found.duration_days.unwrap() - interval,
    ]
}

/// Ten cohorts of three, one DLT in three stays, the trial stops to stay at a level with nine, three subjects a month, DLTs by
/// a Weibull distribution with half of them in the second half of the month. The paper states a Poisson process and not what
/// becomes of whoever finds no place; its durations, BOIN's too, are those of uniform intervals and of subjects who leave.
/// Ten thousand trials in the paper and more here leave about 0.5 points and 0.1 subjects; its own two runs of BOIN (tables 4
/// and A2) differ by up to 1.3 points.
#[test]
fn operating_characteristics_are_those_of_table_4() {
    let stays = BfBoin {
        stay_on_one_of_three: true,
        ..BfBoin::new(Target::new(0.25).unwrap())
    };
    let design = stays.design(90).unwrap();
    let mut plan = Plan::new(&design, 5, 3, Some(30));
    plan.stop_at = Some(9);
    let interval = 1.0 / 3.0;
    let mut conditions = Conditions::new(1.0, Accrual::Uniform(interval));
    conditions.suspended = Suspended::Leaves;
    conditions.onset = Onset::weibull(0.5).unwrap();
    for (scenario, response, published) in BF_BOIN.into_iter().chain(BOIN) {
        let backfill = Backfill {
            opening: &design,
            counted: true,
            response: &response,
            response_days: 1.0,
        };
        let curve = Curve::new(DLT[scenario - 1].to_vec()).unwrap();
        let found = simulate_timed(&Rule::Backfilled(&plan, backfill), &conditions, &curve, 20_000, 1).unwrap();
        let allowed = [1.3, 1.3, 0.5, 0.5, 0.5, 0.5, 0.15];
        let found = row(scenario, &found, interval);
        for ((found, published), allowed) in found.into_iter().zip(published).zip(allowed) {
            let differs = (found - published).abs();
            assert!(
                published.is_nan() || differs <= allowed,
                "scenario {scenario} with responses {response:?}: {found} is not {published}"
            );
        }
    }
}
