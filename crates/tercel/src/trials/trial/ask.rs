//! What the rule of a trial says, from what is known at a moment.

use super::{Answer, End, Trial};
use crate::design::{Action, Count, Interim, Plan, Stage};
use crate::protocol::DoseLevel;
use crate::trials::SimulationError;
use crate::trials::timed::Rule;

impl Trial<'_> {
    /// What the rule says about a subject now.
    pub(super) fn ask(&mut self) -> Result<Answer, SimulationError> {
        let action = match *self.rule {
            Rule::Cohorts(plan) | Rule::Backfilled(plan, _) => {
                if self.roster.analysed() - self.cohort_from < self.cohort {
                    return Ok(Answer::Treat(self.level));
                }
                if self.roster.cohorts_pending(self.now) {
                    return Ok(Answer::Wait);
                }
                self.look(self.now);
                self.next_cohort(plan)
            }
            Rule::LateOnset { .. } if self.roster.analysed() == 0 => Action::Stay(self.level),
            Rule::LateOnset { design, .. } => {
                self.look(self.now);
                let interim = Interim {
                    counts: &self.roster.known,
                    pending: &self.roster.pending,
                    current: self.level,
                };
                design.offer(&interim).action
            }
        };
        match action {
            Action::Escalate(to) | Action::Stay(to) | Action::DeEscalate(to) if self.roster.known.get(to).is_some() => {
                Ok(Answer::Treat(to))
            }
            Action::Stop(mtd) => Ok(Answer::End(self.end(mtd))),
            Action::Wait if !self.roster.pending.is_empty() => Ok(Answer::Wait),
            Action::Escalate(_) | Action::Stay(_) | Action::DeEscalate(_) | Action::Wait => Err(self.no_decision()),
        }
    }

    /// Counts what the rule decides from.
    fn look(&mut self, at: f64) {
        self.roster
            .look(at, self.conditions.window_days, self.rule.counts_backfilled());
    }

    /// The end of the trial. A cohort design knows at its last outcome that it stops, a late-onset design when it is asked; a
    /// dose is selected once the outcomes of the backfilled subjects are known too.
    fn end(&mut self, mtd: Option<DoseLevel>) -> End {
        if let Rule::LateOnset { .. } = self.rule {
            return End { mtd, days: self.now };
        }
        let days = self.roster.last_outcome();
        match *self.rule {
            Rule::Backfilled(plan, backfill) if backfill.counted && mtd.is_some() => {
                self.look(days);
                let mtd = plan.complete(&self.roster.known).action.mtd();
                End { mtd, days }
            }
            Rule::Backfilled(..) | Rule::Cohorts(_) | Rule::LateOnset { .. } => End { mtd, days },
        }
    }

    /// The decision after a cohort whose outcomes are all known; opens the next one.
    fn next_cohort(&mut self, plan: &Plan<'_>) -> Action {
        let latest = self.roster.cohorts().skip(self.cohort_from as usize);
        let dlts = latest.filter(|subject| subject.dlt).count();
        let stage = Stage {
            counts: &self.roster.known,
            current: self.level,
            latest: Count::complete(self.cohort, u32::try_from(dlts).unwrap_or(u32::MAX)),
        };
        let treated = self.roster.analysed();
        let action = plan.next_after(&stage, treated).action;
        if let Some(level) = action.level() {
            self.level = level;
            self.cohort_from = treated;
            self.cohort = plan.cohort_after(&self.roster.known, level, treated);
        }
        action
    }
}
