//! Backfilling: subjects who come while a cohort is followed are treated at lower levels that have shown a response.

use super::conditions::InvalidConditions;
use crate::design::{BfBoinDesign, Plan};

/// Backfilling around a cohort design.
///
/// Whoever comes is offered the cohort first. Where it is full, or followed, the subject goes to the highest level open: below
/// the current one, with a response, not full, and not too toxic by its own and the pooled rate, as [`BfBoinDesign::open`] has
/// it, from everything known on that day. The decision after a cohort waits for its own subjects alone. Once the escalation
/// has ended nobody is treated, and the dose is selected when everybody's outcome is known.
#[derive(Debug, Clone, Copy)]
pub struct Backfill<'a> {
    /// Which levels are open.
    pub opening: &'a BfBoinDesign,
    /// Whether backfilled subjects enter the counts the design decides and selects from. Without that they only open and
    /// close levels: a design whose table ends with the cohorts' six subjects decides from these.
    pub counted: bool,
    /// True response probability per level, independent of the DLT of the subject.
    pub response: &'a [f64],
    /// Days from infusion until a response is known.
    pub response_days: f64,
}

impl Backfill<'_> {
    /// Whether trials of a plan can be run so.
    pub(super) fn check(&self, plan: &Plan<'_>) -> Result<(), InvalidConditions> {
        let probabilities = self.response.iter().all(|p| (0.0..=1.0).contains(p));
        if self.response.len() != usize::from(plan.doses) || !probabilities {
            return Err(InvalidConditions::Responses(plan.doses));
        }
        if !(self.response_days.is_finite() && self.response_days >= 0.0) {
            return Err(InvalidConditions::Negative {
                what: "the time to a response",
                value: self.response_days,
            });
        }
        if plan.titration {
            return Err(InvalidConditions::Titration);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::draws::Draws;
    use super::super::roster::Treated;
    use super::super::trial::Trial;
    use super::*;
    use crate::design::{BfBoin, Boin, Design, Target, ThreePlusThree};
    use crate::protocol::{DoseLevel, ThreePlusThreeVariant};
    use crate::trials::{Accrual, Conditions, Delay, Onset, Rule, Suspended};

    const CURVE: [f64; 4] = [0.05, 0.12, 0.25, 0.4];
    const CAP: usize = 9;

    fn opening() -> BfBoinDesign {
        let published = BfBoin::new(Target::new(0.25).unwrap());
        let capped = BfBoin {
            n_cap: u32::try_from(CAP).unwrap(),
            ..published
        };
        capped.design(80).unwrap()
    }

    /// What holds of everybody infused in trials of a plan.
    fn each(plan: &Plan<'_>, counted: bool, conditions: &Conditions, check: impl Fn(&[Treated], &Treated)) -> usize {
        let opening = opening();
        let backfill = Backfill {
            opening: &opening,
            counted,
            response: &[0.1, 0.3, 0.4, 0.4],
            response_days: 40.0,
        };
        let rule = Rule::Backfilled(plan, backfill);
        let mut trial = Trial::new(&rule, conditions, &CURVE, [Draws::new(5), Draws::new(5)]);
        let mut backfilled = 0;
        for number in 0..500 {
            trial.run(number).unwrap();
            for (place, subject) in trial.treated().iter().enumerate() {
                check(&trial.treated()[..place], subject);
                backfilled += usize::from(subject.backfill);
            }
            let ended = trial.ended();
            let cohorts = ended.patients.iter().sum::<u32>() - ended.backfilled.iter().sum::<u32>();
            assert!(plan.max_n.is_none_or(|max| cohorts <= max), "{cohorts} in cohorts");
            assert_eq!(ended.patients.iter().sum::<u32>() as usize, trial.treated().len());
        }
        backfilled
    }

    /// Nobody is backfilled at or above the level of the escalation, without a response there or below, or beyond the cap.
    fn rules(before: &[Treated], subject: &Treated) {
        if !subject.backfill {
            return;
        }
        let escalation = before.iter().rfind(|other| !other.backfill).unwrap();
        assert!(subject.level < escalation.level, "{subject:?} after {escalation:?}");
        let seen = |other: &&Treated| other.responds.is_some_and(|known| known <= subject.infused + 1e-9);
        assert!(before.iter().filter(seen).any(|other| other.level <= subject.level));
        assert!(before.iter().filter(|other| other.level == subject.level).count() < CAP);
    }

    #[test]
    fn backfilled_subjects_keep_below_the_escalation_and_the_cap() {
        let bf_boin = opening();
        let boin = Boin::new(Target::new(0.25).unwrap()).design(80).unwrap();
        let designs: [&dyn Design; 2] = [&bf_boin, &boin];
        for design in designs {
            let plan = Plan::new(design, 4, 3, Some(18));
            for suspended in [Suspended::Leaves, Suspended::Waits] {
                let mut conditions = Conditions::new(28.0, Accrual::Poisson(6.0));
                conditions.suspended = suspended;
                assert!(each(&plan, true, &conditions, rules) > 500);
            }
        }
        let three = ThreePlusThree {
            variant: ThreePlusThreeVariant::KornStrict,
            start: DoseLevel::FIRST,
        };
        let plan = Plan::new(&three, 4, 3, None);
        let conditions = Conditions::new(28.0, Accrual::Poisson(6.0));
        assert!(each(&plan, false, &conditions, rules) > 300);
    }

    #[test]
    fn products_take_their_time_and_infusions_keep_their_distance() {
        let design = opening();
        let plan = Plan::new(&design, 4, 3, Some(18));
        let mut conditions = Conditions::new(28.0, Accrual::Uniform(6.0));
        conditions.manufacturing = Delay::Exponential(20.0);
        conditions.failure = 0.1;
        conditions.onset = Onset::weibull(0.5).unwrap();
        conditions.stagger.sentinel_days = 14.0;
        conditions.stagger.subject_days = 3.0;
        conditions.stagger.level_days = 28.0;
        let backfilled = each(&plan, true, &conditions, |before, subject| {
            let here: Vec<&Treated> = before.iter().filter(|other| other.level == subject.level).collect();
            let latest = here.last().map(|other| subject.infused - other.infused);
            match (here.len(), latest) {
                (0, _) => {
                    let cohorts = before.iter().rfind(|other| !other.backfill);
                    assert!(!subject.backfill);
                    assert!(cohorts.is_none_or(|other| subject.infused - other.infused >= 28.0 - 1e-6));
                }
                (1, Some(days)) => assert!(days >= 14.0 - 1e-6, "{days}"),
                (_, Some(days)) => assert!(days >= 3.0 - 1e-6, "{days}"),
                (_, None) => unreachable!(),
            }
            assert!(!subject.backfill || here.len() < CAP);
        });
        assert!(backfilled > 300, "{backfilled}");
    }

    #[test]
    fn what_cannot_be_backfilled_is_refused() {
        let (opening, design) = (opening(), opening());
        let mut plan = Plan::new(&design, 4, 3, Some(18));
        let backfill = |response: &'static [f64], response_days| Backfill {
            opening: &opening,
            counted: true,
            response,
            response_days,
        };
        assert_eq!(backfill(&[0.1; 4], 28.0).check(&plan), Ok(()));
        assert_eq!(
            backfill(&[0.1; 3], 28.0).check(&plan),
            Err(InvalidConditions::Responses(4))
        );
        assert_eq!(
            backfill(&[1.1; 4], 28.0).check(&plan),
            Err(InvalidConditions::Responses(4))
        );
        assert!(backfill(&[0.1; 4], -1.0).check(&plan).is_err());
        plan.titration = true;
        assert_eq!(
            backfill(&[0.1; 4], 28.0).check(&plan),
            Err(InvalidConditions::Titration)
        );
    }
}
