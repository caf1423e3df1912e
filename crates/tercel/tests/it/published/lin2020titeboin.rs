//! TITE-BOIN by effective sample size: decisions of the R package TITEgBOIN, and exact characteristics on a grid made
//! elsewhere (`tests/data/README.md`).

use tercel::design::{Action, Boin, Count, Interim, LateOnsetDesign, Pending, Target, TiteBoin, TiteVariant};
use tercel::exact::{Curve, Limit, TimedPlan, compile_timed};
use tercel::protocol::{DoseLevel, PerLevel};

use super::fixture::{fixture, integer, integers, number, numbers};

fn design(target: f64) -> TiteBoin {
    let boin = Boin::new(Target::new(target).unwrap());
    TiteBoin::new(&boin, TiteVariant::EffectiveSampleSize, 60).unwrap()
}

fn level(number: u32) -> DoseLevel {
    DoseLevel::new(u8::try_from(number).unwrap()).unwrap()
}

#[test]
fn every_next_dose_is_that_of_the_package() {
    for case in fixture("tite_boin_ess_next")["cases"].as_array().unwrap() {
        let (n, y, pending) = (integers(case, "n"), integers(case, "y"), integers(case, "n_pending"));
        let followed = numbers(case, "followup_pending_days");
        let mut counts = Vec::new();
        let mut subjects = Vec::new();
        for dose in 0..n.len() {
            counts.push(Count {
                evaluable: n[dose] - pending[dose],
                dlt: y[dose],
                pending: pending[dose],
            });
            // The package takes the sum of the days followed: any split of it gives the same decision.
            for _ in 0..pending[dose] {
                subjects.push(Pending {
                    level: level(u32::try_from(dose).unwrap() + 1),
                    followed: followed[dose] / number(case, "window") / f64::from(pending[dose]),
                });
            }
        }
        let interim = Interim {
            counts: &PerLevel::new(counts),
            pending: &subjects,
            current: level(integer(case, "current_dose")),
        };
        let action = design(number(case, "target")).offer(&interim).action;
        let expected = match (integer(case, "earlystop"), integer(case, "pending")) {
            (1, _) => Action::Stop(None),
            (_, 1) => Action::Wait,
            _ if integer(case, "next_dose") > integer(case, "current_dose") => {
                Action::Escalate(level(integer(case, "next_dose")))
            }
            _ if integer(case, "next_dose") < integer(case, "current_dose") => {
                Action::DeEscalate(level(integer(case, "next_dose")))
            }
            _ => Action::Stay(level(integer(case, "next_dose"))),
        };
        assert_eq!(action, expected, "{case}");
    }
}

#[test]
fn operating_characteristics_on_a_grid_are_exact_with_their_duration() {
    for scenario in fixture("tite_boin_exact_oc")["scenarios"].as_array().unwrap() {
        let truth = numbers(scenario, "p_true");
        let mut design = design(number(scenario, "target"));
        design.suspend_at_lowest = false;
        let plan = TimedPlan {
            design: &design,
            doses: u8::try_from(truth.len()).unwrap(),
            start: DoseLevel::FIRST,
            max_n: integer(scenario, "N"),
            steps: integer(scenario, "grid_steps_per_window"),
            window_days: 28.0,
        };
        let compiled = compile_timed(&plan, Limit { bytes: 1 << 30 }, &mut |_, _| true).unwrap();
        let found = compiled.evaluate(&Curve::new(truth).unwrap()).unwrap();
        let close = |mine: f64, theirs: f64| assert!((mine - theirs).abs() < 1e-9, "{mine} against {theirs}");
        close(found.select_none, number(scenario, "sel_none"));
        for (mine, theirs) in found.select.values().iter().zip(numbers(scenario, "sel")) {
            close(*mine, theirs);
        }
        close(found.duration_days.unwrap(), number(scenario, "expected_duration_days"));
    }
}
