//! The Monte Carlo engine against the exact one, and its laws.

use tercel::design::{Action, Because, Interim};
use tercel::design::{
    BfBoin, Boin, Count, Crm, Decision, Design, LateConduct, LateOnsetDesign, Plan, RollingSix, SafetyStop, Stage,
    Target, ThreePlusThree, TiteBoin, TiteCrm, TiteVariant,
};
use tercel::exact::{Characteristics, Curve, Limit, TimedPlan, compile, compile_timed};
use tercel::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};
use tercel::trials::{
    Accrual, Backfill, Conditions, Delay, InvalidConditions, Mean, Onset, Rule, Simulated, SimulationError, Suspended,
    UnderDosing, simulate_cohorts, simulate_timed,
};

const TRIALS: u64 = 200_000;
const LIMIT: Limit = Limit { bytes: 1 << 30 };

fn boin() -> Boin {
    Boin::new(Target::new(0.28).unwrap())
}

fn curve() -> Curve {
    Curve::new(vec![0.08, 0.2, 0.35]).unwrap()
}

/// Every simulated number within four standard errors of the exact one.
fn agree(simulated: &Simulated, exact: &Characteristics) {
    let (found, se) = (&simulated.found, &simulated.se);
    let close = |what: &str, found: f64, exact: f64, se: f64| {
        // The exact numbers are off in their last digits.
        let allowed = 4.0 * se + 1e-12;
        assert!(
            (found - exact).abs() <= allowed,
            "{what}: {found} ± {se} is not {exact}"
        );
    };
    let lists = [
        ("select", &found.select, &exact.select, &se.select),
        ("patients", &found.patients, &exact.patients, &se.patients),
        ("dlts", &found.dlts, &exact.dlts, &se.dlts),
    ];
    for (what, found, exact, se) in lists {
        for ((found, exact), se) in found.values().iter().zip(exact.values()).zip(se.values()) {
            close(what, *found, *exact, *se);
        }
    }
    close("none", found.select_none, exact.select_none, se.select_none);
    close("n", found.n_total, exact.n_total, se.n_total);
    for ((n, found), (_, se)) in found.n_distribution.iter().zip(&se.n_distribution) {
        let exact = exact.n_distribution.iter().find(|(total, _)| total == n);
        close("distribution of n", *found, exact.unwrap().1, *se);
    }
    if let (Some(found), Some(exact), Some(se)) = (found.duration_days, exact.duration_days, se.duration_days) {
        close("duration", found, exact, se);
    }
}

#[test]
fn boin_in_cohorts_agrees_with_the_exact_engine() {
    let design = boin().design(18).unwrap();
    let plan = Plan::new(&design, 3, 3, Some(18));
    let exact = compile(&plan, LIMIT, &mut |_, _| true)
        .unwrap()
        .evaluate(&curve())
        .unwrap();
    agree(&simulate_cohorts(&plan, &curve(), TRIALS, 1).unwrap(), &exact);
}

#[test]
fn three_plus_three_and_titration_agree_with_the_exact_engine() {
    let design = ThreePlusThree {
        variant: ThreePlusThreeVariant::KornStrict,
        start: DoseLevel::FIRST,
    };
    let plan = Plan::new(&design, 3, 3, None);
    let exact = compile(&plan, LIMIT, &mut |_, _| true)
        .unwrap()
        .evaluate(&curve())
        .unwrap();
    agree(&simulate_cohorts(&plan, &curve(), TRIALS, 2).unwrap(), &exact);

    let design = boin().design(13).unwrap();
    let mut plan = Plan::new(&design, 3, 3, Some(13));
    plan.titration = true;
    let exact = compile(&plan, LIMIT, &mut |_, _| true)
        .unwrap()
        .evaluate(&curve())
        .unwrap();
    agree(&simulate_cohorts(&plan, &curve(), TRIALS, 3).unwrap(), &exact);
}

#[test]
fn a_crm_agrees_with_the_exact_engine() {
    let design = Crm::new(Target::new(0.25).unwrap(), vec![0.1, 0.25, 0.4]).unwrap();
    let plan = Plan::new(&design, 3, 3, Some(15));
    let exact = compile(&plan, LIMIT, &mut |_, _| true)
        .unwrap()
        .evaluate(&curve())
        .unwrap();
    agree(&simulate_cohorts(&plan, &curve(), TRIALS, 4).unwrap(), &exact);
}

/// More states than a thread keeps: the trial goes on by asking the design.
#[test]
fn a_design_of_many_states_agrees_with_the_exact_engine() {
    let design = boin().design(24).unwrap();
    let plan = Plan::new(&design, 5, 1, Some(24));
    let curve = Curve::new(vec![0.05, 0.1, 0.2, 0.3, 0.4]).unwrap();
    let exact = compile(&plan, LIMIT, &mut |_, _| true)
        .unwrap()
        .evaluate(&curve)
        .unwrap();
    agree(&simulate_cohorts(&plan, &curve, TRIALS, 4).unwrap(), &exact);
}

#[test]
fn certain_outcomes_have_no_error() {
    let design = boin().design(18).unwrap();
    let plan = Plan::new(&design, 3, 3, Some(18));
    let never = simulate_cohorts(&plan, &Curve::new(vec![0.0; 3]).unwrap(), 1000, 1).unwrap();
    assert_eq!(never.found.select.values(), [0.0, 0.0, 1.0]);
    assert_eq!(never.se.select.values(), [0.0; 3]);
    assert_eq!(never.found.patients.values(), [3.0, 3.0, 12.0]);
    let always = simulate_cohorts(&plan, &Curve::new(vec![1.0; 3]).unwrap(), 1000, 1).unwrap();
    assert_eq!(always.found.select_none.to_bits(), 1.0_f64.to_bits());
    assert_eq!(always.found.n_distribution, [(3, 1.0)]);
}

#[test]
fn the_standard_error_of_a_share_is_binomial() {
    let design = boin().design(18).unwrap();
    let plan = Plan::new(&design, 3, 3, Some(18));
    let answer = simulate_cohorts(&plan, &curve(), 10_000, 1).unwrap();
    for (p, se) in answer.found.select.values().iter().zip(answer.se.select.values()) {
        assert!((se - (p * (1.0 - p) / 10_000.0).sqrt()).abs() < 1e-15);
    }
    // Means of independent runs scatter as their standard error says.
    let runs: Vec<Simulated> = (0..200)
        .map(|seed| simulate_cohorts(&plan, &curve(), 500, seed).unwrap())
        .collect();
    let scatter = |of: fn(&Characteristics) -> f64| {
        let mean = runs.iter().map(|run| of(&run.found)).sum::<f64>() / 200.0;
        let variance = runs.iter().map(|run| (of(&run.found) - mean).powi(2)).sum::<f64>() / 199.0;
        let said = runs.iter().map(|run| of(&run.se)).sum::<f64>() / 200.0;
        variance.sqrt() / said
    };
    // The ratio itself has a standard error of 1/√400.
    for ratio in [
        scatter(|c| c.select.values()[1]),
        scatter(|c| c.patients.values()[2]),
        scatter(|c| c.dlts.values()[0]),
    ] {
        assert!((ratio - 1.0).abs() < 0.2, "{ratio}");
    }
}

fn with_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(run)
}

#[test]
fn the_answer_is_the_same_on_any_number_of_threads() {
    let design = boin().design(18).unwrap();
    let plan = Plan::new(&design, 3, 3, Some(18));
    let cohorts = || simulate_cohorts(&plan, &curve(), 300_001, 9).unwrap();
    assert_eq!(with_threads(1, cohorts), with_threads(4, cohorts));
    let mut conditions = Conditions::new(28.0, Accrual::Poisson(11.3));
    conditions.manufacturing = Delay::Exponential(17.0);
    conditions.failure = 0.1;
    let tite = TiteBoin::new(&boin(), TiteVariant::EffectiveSampleSize, 18).unwrap();
    for rule in [Rule::Cohorts(&plan), late(&tite, 18)] {
        let timed = || simulate_timed(&rule, &conditions, &curve(), 10_001, 9).unwrap();
        let (one, four) = (with_threads(1, timed), with_threads(4, timed));
        assert_eq!(one, four);
        let bits = |answer: &Simulated| answer.found.duration_days.unwrap().to_bits();
        assert_eq!(bits(&one), bits(&four));
    }
}

/// A longer run begins with the trials of a shorter one.
#[test]
fn a_seed_names_its_trials() {
    let design = boin().design(18).unwrap();
    let plan = Plan::new(&design, 3, 3, Some(18));
    let run = |seed| simulate_cohorts(&plan, &curve(), 5000, seed).unwrap();
    assert_eq!(run(1), run(1));
    assert_ne!(run(1).found, run(2).found);
}

fn late(design: &dyn LateOnsetDesign, max_n: u32) -> Rule<'_> {
    Rule::LateOnset {
        design,
        doses: 3,
        start: DoseLevel::FIRST,
        max_n,
    }
}

/// With accrual on the grid, subjects who do not wait, and visits at the steps of the grid, a trial on continuous time is
/// the trial of the exact engine: its decisions fall on the same days and know the same.
#[test]
fn tite_boin_on_the_grid_agrees_with_the_exact_engine() {
    for (variant, steps) in [
        (TiteVariant::EffectiveSampleSize, 2),
        (TiteVariant::SingleMeanImputation, 4),
    ] {
        let design = TiteBoin::new(&boin(), variant, 12).unwrap();
        let plan = TimedPlan {
            design: &design,
            doses: 3,
            start: DoseLevel::FIRST,
            max_n: 12,
            steps,
            window_days: 28.0,
        };
        let exact = compile_timed(&plan, LIMIT, &mut |_, _| true)
            .unwrap()
            .evaluate(&curve())
            .unwrap();
        let step = 28.0 / f64::from(steps);
        let mut conditions = Conditions::new(28.0, Accrual::Regular(step));
        conditions.suspended = Suspended::Leaves;
        conditions.visit_days = Some(step);
        let answer = simulate_timed(&late(&design, 12), &conditions, &curve(), TRIALS, 5).unwrap();
        agree(&answer, &exact);
    }
}

/// The rules of conduct are one thing for both engines, and without any of them nothing changes.
#[test]
fn conduct_of_late_onset_designs_agrees_with_the_exact_engine() {
    let tite = TiteBoin::new(&boin(), TiteVariant::EffectiveSampleSize, 12).unwrap();
    let crm = TiteCrm {
        crm: Crm::new(Target::new(0.28).unwrap(), vec![0.1, 0.28, 0.4]).unwrap(),
        max_pending_fraction: Some(0.5),
    };
    let designs: [&dyn LateOnsetDesign; 3] = [&tite, &crm, &RollingSix];
    for design in designs {
        let exact = |design: &dyn LateOnsetDesign| {
            let plan = TimedPlan {
                design,
                doses: 3,
                start: DoseLevel::FIRST,
                max_n: 12,
                steps: 2,
                window_days: 28.0,
            };
            let compiled = compile_timed(&plan, LIMIT, &mut |_, _| true).unwrap();
            compiled.evaluate(&curve()).unwrap()
        };
        assert_eq!(exact(&LateConduct::new(design)), exact(design));
        let conduct = LateConduct {
            safety_stop: Some(SafetyStop {
                target: 0.28,
                cutoff: 0.8,
                min_n: 1,
            }),
            stop_at: Some(5),
            no_skipping: true,
            ..LateConduct::new(design)
        };
        let with = exact(&conduct);
        assert!(with.n_total < exact(design).n_total);
        let mut conditions = Conditions::new(28.0, Accrual::Regular(14.0));
        conditions.suspended = Suspended::Leaves;
        conditions.visit_days = Some(14.0);
        agree(
            &simulate_timed(&late(&conduct, 12), &conditions, &curve(), 50_000, 5).unwrap(),
            &with,
        );
    }
}

/// Without visits only the end differs: a last outcome that is a DLT is known up to a step before the grid shows it.
#[test]
fn without_visits_the_trial_ends_at_most_a_step_earlier() {
    let design = TiteBoin::new(&boin(), TiteVariant::EffectiveSampleSize, 12).unwrap();
    let plan = TimedPlan {
        design: &design,
        doses: 3,
        start: DoseLevel::FIRST,
        max_n: 12,
        steps: 2,
        window_days: 28.0,
    };
    let mut exact = compile_timed(&plan, LIMIT, &mut |_, _| true)
        .unwrap()
        .evaluate(&curve())
        .unwrap();
    let mut conditions = Conditions::new(28.0, Accrual::Regular(14.0));
    conditions.suspended = Suspended::Leaves;
    let answer = simulate_timed(&late(&design, 12), &conditions, &curve(), TRIALS, 6).unwrap();
    let days = exact.duration_days.take().unwrap();
    agree(&answer, &exact);
    let found = answer.found.duration_days.unwrap();
    assert!(found < days && found > days - 14.0, "{found} against {days}");
}

#[test]
fn cohorts_on_continuous_time_agree_with_the_exact_engine_and_take_their_time() {
    let design = boin().design(18).unwrap();
    let plan = Plan::new(&design, 3, 3, Some(18));
    let exact = compile(&plan, LIMIT, &mut |_, _| true)
        .unwrap()
        .evaluate(&curve())
        .unwrap();
    let mut conditions = Conditions::new(28.0, Accrual::Regular(7.0));
    conditions.visit_days = Some(28.0);
    let answer = simulate_timed(&Rule::Cohorts(&plan), &conditions, &curve(), TRIALS, 7).unwrap();
    agree(&answer, &exact);
    // One interval to the first subject, then per cohort a window and two intervals: the next subject waits at the door.
    let each = exact.n_distribution.iter().map(|(n, p)| p * f64::from(n / 3));
    let wanted = 7.0 + each.sum::<f64>() * (28.0 + 2.0 * 7.0);
    let (days, se) = (answer.found.duration_days.unwrap(), answer.se.duration_days.unwrap());
    assert!((days - wanted).abs() < 4.0 * se, "{days} ± {se} is not {wanted}");
    let conduct = answer.conduct.unwrap();
    assert!((conduct.consented.mean - answer.found.n_total).abs() < 1e-12);
    assert_eq!(conduct.marginal.values(), curve().values());
}

/// BF-BOIN without a response is BOIN, subject for subject: the draws are the same, and nobody contradicts the current level.
#[test]
fn without_responses_bf_boin_is_boin_exactly() {
    let bf_boin = BfBoin {
        boin: boin(),
        ..BfBoin::new(Target::new(0.28).unwrap())
    };
    let bf_boin = bf_boin.design(60).unwrap();
    let boin = boin().design(60).unwrap();
    let mut conditions = Conditions::new(28.0, Accrual::Poisson(7.0));
    conditions.manufacturing = Delay::Fixed(10.0);
    conditions.failure = 0.1;
    let (mut one, mut other) = (Plan::new(&bf_boin, 3, 3, Some(24)), Plan::new(&boin, 3, 3, Some(24)));
    for plan in [&mut one, &mut other] {
        plan.stop_at = Some(9);
        plan.safety_stop = Some(SafetyStop {
            target: 0.28,
            cutoff: 0.9,
            min_n: 1,
        });
    }
    let backfill = Backfill {
        opening: &bf_boin,
        counted: true,
        response: &[0.0; 3],
        response_days: 28.0,
    };
    let run = |rule: &Rule<'_>| simulate_timed(rule, &conditions, &curve(), 20_000, 3).unwrap();
    let mut backfilled = run(&Rule::Backfilled(&one, backfill));
    let none = backfilled.conduct.as_mut().unwrap().backfilling.take().unwrap();
    assert!(none.backfilled.values().iter().all(|mean| mean.mean <= 0.0));
    assert_eq!(backfilled, run(&Rule::Cohorts(&other)));
}

/// Level 1, no DLTs, everybody responds, worked by hand: cohorts on days 1 to 3, evaluated on day 31; the fourth subject, who
/// waited since day 4, is the first at level 2 on day 31, with two more on 32 and 33. From day 34 on one subject a day is
/// backfilled at level 1, from three there up to the cap of five: two subjects. Then nobody is taken until day 61, where the
/// escalation, of six, ends.
#[test]
fn backfilling_worked_by_hand() {
    let design = BfBoin {
        boin: boin(),
        n_cap: 5,
        ..BfBoin::new(Target::new(0.28).unwrap())
    };
    let design = design.design(30).unwrap();
    let plan = Plan::new(&design, 2, 3, Some(6));
    let conditions = Conditions::new(28.0, Accrual::Regular(1.0));
    let none = Curve::new(vec![0.0; 2]).unwrap();
    let run = |response: &[f64], response_days| {
        let backfill = Backfill {
            opening: &design,
            counted: true,
            response,
            response_days,
        };
        let answer = simulate_timed(&Rule::Backfilled(&plan, backfill), &conditions, &none, 10, 1).unwrap();
        let backfilling = answer.conduct.unwrap().backfilling.unwrap();
        let means = |list: &PerLevel<Mean>| list.values().iter().map(|mean| mean.mean).collect::<Vec<f64>>();
        let days = answer.found.duration_days.unwrap();
        (
            means(&backfilling.backfilled),
            means(&backfilling.responses),
            answer.found.n_total,
            days,
        )
    };
    // The last outcome is that of the subject backfilled on day 35.
    assert_eq!(run(&[1.0, 1.0], 28.0), (vec![2.0, 0.0], vec![5.0, 3.0], 8.0, 63.0));
    // Responses of level 1 are known on day 60 at the earliest; on that day one subject and on day 61 nobody.
    assert_eq!(run(&[1.0, 1.0], 59.0), (vec![1.0, 0.0], vec![4.0, 3.0], 7.0, 88.0));
    assert_eq!(run(&[0.0, 1.0], 28.0), (vec![0.0, 0.0], vec![0.0, 3.0], 6.0, 61.0));
}

#[test]
fn backfilled_trials_are_the_same_on_any_number_of_threads() {
    let design = BfBoin::new(Target::new(0.28).unwrap()).design(60).unwrap();
    let plan = Plan::new(&design, 3, 3, Some(24));
    let backfill = Backfill {
        opening: &design,
        counted: true,
        response: &[0.2, 0.3, 0.4],
        response_days: 28.0,
    };
    let conditions = Conditions::new(28.0, Accrual::Poisson(7.0));
    let run = || simulate_timed(&Rule::Backfilled(&plan, backfill), &conditions, &curve(), 10_001, 3).unwrap();
    let (one, many) = (with_threads(1, run), with_threads(16, run));
    assert_eq!(one, many);
    let total: f64 = one.found.patients.values().iter().sum();
    assert!((total - one.found.n_total).abs() < 1e-9);
    let conduct = one.conduct.unwrap();
    let backfilled: f64 = conduct
        .backfilling
        .unwrap()
        .backfilled
        .values()
        .iter()
        .map(|mean| mean.mean)
        .sum();
    assert!(backfilled > 1.0 && total - backfilled <= 24.0);
    assert!((conduct.consented.mean - total).abs() < 1e-9);
}

/// The first cohort of a design that never goes up, without DLTs: its days can be counted by hand.
#[test]
fn staggering_and_manufacture_add_their_days() {
    let design = boin().design(6).unwrap();
    let plan = Plan::new(&design, 2, 3, Some(6));
    let none = Curve::new(vec![0.0; 2]).unwrap();
    let days = |change: fn(&mut Conditions)| {
        let mut conditions = Conditions::new(28.0, Accrual::Regular(1.0));
        change(&mut conditions);
        let answer = simulate_timed(&Rule::Cohorts(&plan), &conditions, &none, 100, 1).unwrap();
        assert!(answer.se.duration_days.unwrap() < 1e-9);
        answer.found.duration_days.unwrap()
    };
    let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-6, "{found} is not {wanted}");
    // Infusions on days 1, 2, 3; known on day 31; infusions on 31, 32, 33; the end on day 61.
    near(days(|_| ()), 61.0);
    // 1, 15, 15, the third product having waited too; known on 43; 43, 57, 57; 85.
    near(days(|c| c.stagger.sentinel_days = 14.0), 85.0);
    // 1, 2, 9; known on 37; 37, 38, 45; 73.
    near(days(|c| c.stagger.subject_days = 7.0), 73.0);
    // 1, 2, 3; the next level from day 43, when all three products have been ready for long; 71.
    near(days(|c| c.stagger.level_days = 40.0), 71.0);
    // Consent on 1, 2, 3 and infusion on 11, 12, 13; known on 41; consent on 41, 42, 43; infusion on 51, 52, 53; 81.
    near(days(|c| c.manufacturing = Delay::Fixed(10.0)), 81.0);
}

#[test]
fn failed_products_cost_a_subject_and_time() {
    let tite = TiteBoin::new(&boin(), TiteVariant::EffectiveSampleSize, 18).unwrap();
    let mut conditions = Conditions::new(28.0, Accrual::Poisson(10.0));
    conditions.manufacturing = Delay::Fixed(14.0);
    let run = |conditions: &Conditions| simulate_timed(&late(&tite, 18), conditions, &curve(), 20_000, 8).unwrap();
    let without = run(&conditions);
    conditions.failure = 0.2;
    let with = run(&conditions);
    let conduct = with.conduct.unwrap();
    let (consented, failures) = (conduct.consented, conduct.failures);
    // One in five products fails, whatever the design does with the others.
    let ratio = failures.mean / consented.mean;
    assert!((ratio - 0.2).abs() < 0.005, "{ratio}");
    assert!(consented.mean >= with.found.n_total + failures.mean);
    assert!(with.found.duration_days > without.found.duration_days);
    conditions.failure = 1.0;
    let error = simulate_timed(&late(&tite, 18), &conditions, &curve(), 100, 1).unwrap_err();
    assert_eq!(error, SimulationError::Conditions(InvalidConditions::Failure(1.0)));
}

#[test]
fn late_onset_is_seen_later_and_frailty_and_under_dosing_move_the_dlts() {
    let tite = TiteBoin::new(&boin(), TiteVariant::EffectiveSampleSize, 18).unwrap();
    let plain = Conditions::new(28.0, Accrual::Poisson(5.0));
    let rate = |change: &dyn Fn(&mut Conditions)| {
        let mut conditions = plain.clone();
        change(&mut conditions);
        let answer = simulate_timed(&late(&tite, 18), &conditions, &curve(), 20_000, 8).unwrap();
        let first = answer.found.dlts.values()[0] / answer.found.patients.values()[0];
        (answer, first)
    };
    let (base, first) = rate(&|_| ());
    assert!((first - 0.08).abs() < 0.003, "{first}");
    let (slow, first) = rate(&|c| c.onset = Onset::weights(&[0.0, 0.0, 0.0, 1.0]).unwrap());
    assert!((first - 0.08).abs() < 0.003, "{first}");
    assert!(slow.found.patients.values()[2] > base.found.patients.values()[2]);
    let (frail, first) = rate(&|c| c.frailty_sd = 1.0);
    let marginal = frail.conduct.unwrap().marginal.values()[0];
    assert!(
        marginal > 0.1 && (first - marginal).abs() < 0.004,
        "{first} is not {marginal}"
    );
    let under = |exclude_below| UnderDosing {
        probability: 0.5,
        least: 0.5,
        most: 0.5,
        amounts: vec![1.0, 3.0, 10.0],
        exclude_below,
    };
    // Half the subjects have half the dose of the first level, and half its DLT probability.
    let (_, first) = rate(&|c| c.under_dosing = Some(under(None)));
    assert!((first - 0.06).abs() < 0.003, "{first}");
    let (left_out, _) = rate(&|c| c.under_dosing = Some(under(Some(0.8))));
    let excluded = left_out.conduct.unwrap().excluded.mean;
    assert!((excluded / left_out.found.n_total - 0.5).abs() < 0.01, "{excluded}");
}

#[test]
fn rolling_six_runs_to_its_end() {
    let conditions = Conditions::new(28.0, Accrual::Poisson(7.0));
    let answer = simulate_timed(&late(&RollingSix, 18), &conditions, &curve(), 5000, 1).unwrap();
    let all = answer.found.select.values().iter().sum::<f64>() + answer.found.select_none;
    assert!((all - 1.0).abs() < 1e-12);
    assert!(answer.found.n_total > 6.0);
}

/// Never ends, and waits for nobody.
struct Stuck(Action);

impl Design for Stuck {
    fn decide(&self, _: &Stage<'_>) -> Decision {
        Decision {
            action: self.0,
            because: Because::Start,
        }
    }

    fn select(&self, _: &PerLevel<Count>) -> Option<DoseLevel> {
        None
    }
}

impl LateOnsetDesign for Stuck {
    fn offer(&self, _: &Interim<'_>) -> Decision {
        Decision {
            action: self.0,
            because: Because::Start,
        }
    }

    fn select(&self, _: &PerLevel<Count>) -> Option<DoseLevel> {
        None
    }
}

#[test]
fn questions_without_an_answer_are_refused() {
    let design = boin().design(18).unwrap();
    let plan = Plan::new(&design, 3, 3, Some(18));
    let short = Curve::new(vec![0.1, 0.2]).unwrap();
    assert!(matches!(
        simulate_cohorts(&plan, &short, 100, 1),
        Err(SimulationError::Curve(_))
    ));
    assert_eq!(
        simulate_cohorts(&plan, &curve(), 1, 1),
        Err(SimulationError::TooFewTrials(1))
    );
    let nobody = Plan::new(&design, 3, 3, Some(0));
    assert_eq!(
        simulate_cohorts(&nobody, &curve(), 10, 1),
        Err(SimulationError::NoStart)
    );
    let conditions = Conditions::new(28.0, Accrual::Regular(7.0));
    for action in [
        Action::Wait,
        Action::Stay(DoseLevel::FIRST),
        Action::Escalate(DoseLevel::new(9).unwrap()),
    ] {
        let stuck = Stuck(action);
        let endless = Plan::new(&stuck, 3, 3, None);
        assert!(matches!(
            simulate_cohorts(&endless, &curve(), 2, 1),
            Err(SimulationError::NoDecision(_))
        ));
    }
    let stuck = Stuck(Action::Wait);
    let refused = simulate_timed(&late(&stuck, 18), &conditions, &curve(), 2, 1);
    assert_eq!(refused, Err(SimulationError::NoDecision(1)));
}
