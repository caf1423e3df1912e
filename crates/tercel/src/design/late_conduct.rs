//! The rules that compose with a late-onset design.
//!
//! What a rule counts are complete outcomes: subjects with a DLT, and subjects through their window without one. A DLT is
//! known before its absence is, so complete outcomes alone look worse than they are while others are pending: a rule that ends
//! the trial holds accrual first, and ends it once no pending outcome can change that.

use super::plan::{hold_back, too_few};
use super::{Action, Because, Count, Decision, Interim, LateOnsetDesign, SafetyStop};
use crate::protocol::{DoseLevel, PerLevel};

/// A late-onset design with the rules of its conduct; a late-onset design itself.
#[derive(Clone, Copy)]
pub struct LateConduct<'a> {
    /// The rule itself.
    pub design: &'a dyn LateOnsetDesign,
    /// Stop for safety at the lowest level. Accrual is suspended where its complete outcomes ask for the stop, and the trial
    /// stops where they do with every pending subject of the level counted without DLT.
    pub safety_stop: Option<SafetyStop>,
    /// Where the design would stay at a level with this many complete outcomes, nobody is treated until all pending outcomes
    /// are known; where it still stays then, the trial ends with the dose the design selects.
    pub stop_at: Option<u32>,
    /// Declare no maximum tolerated dose on fewer complete outcomes than this, where the design itself ends the trial.
    pub demand: Option<u32>,
    /// Never go more than one level above the highest level anybody was treated at.
    pub no_skipping: bool,
}

impl std::fmt::Debug for LateConduct<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LateConduct")
            .field("safety_stop", &self.safety_stop)
            .field("stop_at", &self.stop_at)
            .field("demand", &self.demand)
            .field("no_skipping", &self.no_skipping)
            .finish_non_exhaustive()
    }
}

impl<'a> LateConduct<'a> {
    /// A design without further rules.
    pub const fn new(design: &'a dyn LateOnsetDesign) -> Self {
        Self {
            design,
            safety_stop: None,
            stop_at: None,
            demand: None,
            no_skipping: false,
        }
    }

    fn stops_for_safety(&self, counts: &PerLevel<Count>) -> Option<Decision> {
        let rule = self.safety_stop?;
        let first = counts.at(DoseLevel::FIRST);
        let stop = rule.decide(first)?;
        let harmless = Count::complete(first.evaluable + first.pending, first.dlt);
        Some(rule.decide(harmless).map_or_else(|| wait(counts), |_| stop))
    }

    fn on_enough(&self, decision: Decision, interim: &Interim<'_>) -> Decision {
        let (counts, current) = (interim.counts, interim.current);
        match (decision.action, self.stop_at, self.demand) {
            (Action::Stay(level), Some(enough), _) if level == current && counts.at(level).evaluable >= enough => {
                if counts.values().iter().any(|count| count.pending > 0) {
                    return wait(counts);
                }
                Decision {
                    action: Action::Stop(self.select(counts)),
                    because: Because::Enough(level, counts.at(level)),
                }
            }
            (Action::Stop(Some(level)), _, Some(demanded)) if counts.at(level).evaluable < demanded => {
                too_few(level, counts.at(level), demanded, current)
            }
            _ => decision,
        }
    }
}

/// Nobody is treated while a pending outcome could change the end of the trial.
fn wait(counts: &PerLevel<Count>) -> Decision {
    let pending = counts.iter().filter(|(_, count)| count.pending > 0);
    Decision {
        action: Action::Wait,
        because: Because::Pending(pending.map(|(level, count)| (level, *count)).collect()),
    }
}

impl LateOnsetDesign for LateConduct<'_> {
    fn offer(&self, interim: &Interim<'_>) -> Decision {
        if let Some(stop) = self.stops_for_safety(interim.counts) {
            return stop;
        }
        let mut decision = self.design.offer(interim);
        if self.no_skipping {
            let treated = |(_, count): &(DoseLevel, &Count)| count.evaluable + count.pending > 0;
            let highest = interim
                .counts
                .iter()
                .rfind(treated)
                .map_or(interim.current, |(level, _)| level);
            decision = hold_back(decision, highest);
        }
        self.on_enough(decision, interim)
    }

    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        let stops = self
            .safety_stop
            .and_then(|rule| rule.decide(counts.at(DoseLevel::FIRST)));
        match stops {
            Some(_) => None,
            None => self.design.select(counts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{Boin, Pending, RollingSix, Target, TiteBoin, TiteVariant};

    const SAFETY: SafetyStop = SafetyStop {
        target: 0.3,
        cutoff: 0.95,
        min_n: 1,
    };

    fn level(number: u8) -> DoseLevel {
        DoseLevel::new(number).unwrap()
    }

    /// Levels as evaluable, DLTs, pending; those pending are half through their window.
    fn offer(conduct: LateConduct<'_>, levels: &[(u32, u32, u32)], current: u8) -> Decision {
        let count = |&(evaluable, dlt, pending): &(u32, u32, u32)| Count {
            evaluable,
            dlt,
            pending,
        };
        let counts = PerLevel::new(levels.iter().map(count).collect());
        let pending: Vec<Pending> = counts
            .iter()
            .flat_map(|(level, count)| (0..count.pending).map(move |_| Pending { level, followed: 0.5 }))
            .collect();
        conduct.offer(&Interim {
            counts: &counts,
            pending: &pending,
            current: level(current),
        })
    }

    fn tite() -> TiteBoin {
        TiteBoin::new(
            &Boin::new(Target::new(0.3).unwrap()),
            TiteVariant::EffectiveSampleSize,
            30,
        )
        .unwrap()
    }

    #[test]
    fn a_safety_stop_waits_for_outcomes_that_could_change_it() {
        let tite = tite();
        let conduct = LateConduct {
            safety_stop: Some(SAFETY),
            ..LateConduct::new(&tite)
        };
        // 2 of 2: 1 − 0.3³ = 0.973 > 0.95. With four pending 2 of 6 is possible: Pr(Bin(7, 0.3) ≤ 2) = 0.647.
        assert_eq!(offer(conduct, &[(2, 2, 4), (0, 0, 0)], 1).action, Action::Wait);
        // 3 of 3: 0.992; 3 of 4 with the pending one: Pr(Bin(5, 0.3) ≤ 3) = 0.969.
        let stop = offer(conduct, &[(3, 3, 1), (0, 0, 0)], 1);
        assert_eq!(stop.action, Action::Stop(None));
        assert!(matches!(stop.because, Because::Closed { count, .. } if count.evaluable == 3));
        // 2 of 3: Pr(Bin(4, 0.3) ≤ 2) = 0.916: the design decides, wherever the current level is.
        let levels = [(3, 2, 0), (3, 0, 0)];
        assert_eq!(offer(conduct, &levels, 2), offer(LateConduct::new(&tite), &levels, 2));
        let counts = PerLevel::new(vec![Count::complete(3, 3), Count::complete(6, 1)]);
        assert_eq!(conduct.select(&counts), None);
        let counts = PerLevel::new(vec![Count::complete(6, 1), Count::complete(6, 2)]);
        assert_eq!(conduct.select(&counts), tite.select(&counts));
    }

    #[test]
    fn enough_complete_outcomes_hold_accrual_then_end_the_trial() {
        let tite = tite();
        let conduct = LateConduct {
            stop_at: Some(9),
            ..LateConduct::new(&tite)
        };
        // 3 of 9 lies between λe = 0.236 and λd = 0.359: stay.
        assert_eq!(
            offer(conduct, &[(3, 0, 0), (8, 3, 1), (0, 0, 0)], 2).action,
            Action::Stay(level(2))
        );
        let held = offer(conduct, &[(3, 0, 0), (9, 3, 1), (0, 0, 0)], 2);
        assert_eq!(held.action, Action::Wait);
        assert!(
            held.because.to_string().contains("1 pending at level 2"),
            "{}",
            held.because
        );
        let end = offer(conduct, &[(3, 0, 0), (9, 3, 0), (0, 0, 0)], 2);
        assert_eq!(end.action, Action::Stop(Some(level(2))));
        // Elsewhere the design goes on: 1 of 9 escalates.
        let up = offer(conduct, &[(3, 0, 0), (9, 1, 0), (0, 0, 0)], 2);
        assert_eq!(up.action, Action::Escalate(level(3)));
    }

    /// Asks for the highest level.
    struct Leaps;

    impl LateOnsetDesign for Leaps {
        fn offer(&self, interim: &Interim<'_>) -> Decision {
            Decision {
                action: Action::Escalate(interim.counts.levels().next_back().unwrap_or(DoseLevel::FIRST)),
                because: Because::Start,
            }
        }

        fn select(&self, _: &PerLevel<Count>) -> Option<DoseLevel> {
            None
        }
    }

    #[test]
    fn no_level_is_skipped_where_pending_subjects_were_treated_too() {
        let conduct = LateConduct {
            no_skipping: true,
            ..LateConduct::new(&Leaps)
        };
        let none = (0, 0, 0);
        assert_eq!(
            offer(conduct, &[(3, 0, 0), none, none, none], 1).action,
            Action::Escalate(level(2))
        );
        // Level 2 was tried, though nothing is known of it yet.
        assert_eq!(
            offer(conduct, &[(3, 0, 0), (0, 0, 1), none, none], 1).action,
            Action::Escalate(level(3))
        );
    }

    #[test]
    fn a_rolling_six_declares_no_level_on_fewer_than_demanded() {
        let conduct = LateConduct {
            demand: Some(9),
            ..LateConduct::new(&RollingSix)
        };
        let levels = [(6, 0, 0), (3, 2, 0)];
        assert_eq!(
            offer(LateConduct::new(&RollingSix), &levels, 2).action,
            Action::Stop(Some(level(1)))
        );
        assert_eq!(offer(conduct, &levels, 2).action, Action::DeEscalate(level(1)));
        assert_eq!(
            offer(conduct, &[(8, 0, 0), (3, 2, 0)], 1).action,
            Action::Stay(level(1))
        );
        assert_eq!(
            offer(conduct, &[(9, 1, 0), (3, 2, 0)], 1).action,
            Action::Stop(Some(level(1)))
        );
    }
}
