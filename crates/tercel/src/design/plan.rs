//! What surrounds a design: where it starts, in cohorts of how many, and the rules that compose with any design.

use super::{Action, Because, Count, Decision, Design, Held, Stage, probability_above};
use crate::protocol::{DoseLevel, PerLevel};

/// Stop without a tolerated dose when the lowest level is too likely too toxic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SafetyStop {
    /// Target DLT probability.
    pub target: f64,
    /// Stop where Pr(p₁ > target | Beta(1+y, 1+n−y)) is above this.
    pub cutoff: f64,
    /// Fewest subjects at the lowest level for the rule to apply.
    pub min_n: u32,
}

/// A design with the rules of its conduct.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// The rule itself.
    pub design: &'a dyn Design,
    /// Number of dose levels.
    pub doses: u8,
    /// Level of the first cohort.
    pub start: DoseLevel,
    /// Subjects in a cohort.
    pub cohort_size: u32,
    /// Subjects in all; `None` where the design itself ends the trial.
    pub max_n: Option<u32>,
    /// End the trial when the next cohort would go to a level that has this many subjects and is the current one.
    pub stop_at: Option<u32>,
    /// Declare no maximum tolerated dose on fewer subjects than this.
    pub demand: Option<u32>,
    /// Never go more than one level above the highest level tried.
    pub no_skipping: bool,
    /// Stop for safety at the lowest level.
    pub safety_stop: Option<SafetyStop>,
    /// One subject a level up to the first DLT; that level is then filled to a cohort.
    pub titration: bool,
}

impl std::fmt::Debug for Plan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan")
            .field("doses", &self.doses)
            .field("start", &self.start)
            .field("cohort_size", &self.cohort_size)
            .field("max_n", &self.max_n)
            .finish_non_exhaustive()
    }
}

impl<'a> Plan<'a> {
    /// A design in cohorts of `cohort_size` from the first level, without further rules.
    pub fn new(design: &'a dyn Design, doses: u8, cohort_size: u32, max_n: Option<u32>) -> Self {
        Self {
            design,
            doses,
            start: DoseLevel::FIRST,
            cohort_size,
            max_n,
            stop_at: None,
            demand: None,
            no_skipping: false,
            safety_stop: None,
            titration: false,
        }
    }

    /// What follows the latest cohort.
    pub fn next(&self, stage: &Stage<'_>) -> Decision {
        self.next_after(stage, treated(stage.counts))
    }

    /// The same where the counts hold others beside the `treated` subjects of the cohorts, of whom the trial plans `max_n`.
    pub(crate) fn next_after(&self, stage: &Stage<'_>, treated: u32) -> Decision {
        if treated == 0 {
            return Decision {
                action: Action::Stay(self.start),
                because: Because::Start,
            };
        }
        if self.max_n.is_some_and(|max| treated >= max) {
            return self.complete(stage.counts);
        }
        if let Some(stop) = self.stops_for_safety(stage.counts) {
            return stop;
        }
        if let Some(climb) = self.titrates(stage) {
            return climb;
        }
        let decision = self.without_skipping(self.design.decide(stage), stage);
        self.on_enough(decision, stage)
    }

    /// Subjects of the next cohort at a level.
    pub fn cohort(&self, counts: &PerLevel<Count>, level: DoseLevel) -> u32 {
        self.cohort_after(counts, level, treated(counts))
    }

    /// The same where the counts hold others beside the `treated` subjects of the cohorts.
    pub(crate) fn cohort_after(&self, counts: &PerLevel<Count>, level: DoseLevel, treated: u32) -> u32 {
        let wanted = if self.titration && level_in_titration(counts) {
            match counts.at(level).evaluable {
                0 if counts.values().iter().all(|count| count.dlt == 0) => 1,
                at_level => self.cohort_size.saturating_sub(at_level).max(1),
            }
        } else {
            self.design.cohort(counts, level, self.cohort_size)
        };
        self.max_n.map_or(wanted, |max| wanted.min(max.saturating_sub(treated)))
    }

    /// The end of a trial that treated all its subjects.
    pub fn complete(&self, counts: &PerLevel<Count>) -> Decision {
        if let Some(stop) = self.stops_for_safety(counts) {
            return stop;
        }
        let mtd = self.design.select(counts);
        Decision {
            action: Action::Stop(mtd),
            because: Because::Complete(mtd),
        }
    }

    fn stops_for_safety(&self, counts: &PerLevel<Count>) -> Option<Decision> {
        self.safety_stop?.decide(counts.at(DoseLevel::FIRST))
    }

    /// Single subjects climb one level at a time; the level of the first DLT is filled before the rule takes over.
    fn titrates(&self, stage: &Stage<'_>) -> Option<Decision> {
        if !self.titration || !level_in_titration(stage.counts) {
            return None;
        }
        let count = stage.counts.at(stage.current);
        let above = stage.current.above();
        if count.dlt == 0 && stage.counts.get(above).is_some() {
            return Some(Decision {
                action: Action::Escalate(above),
                because: Because::NoDlt(stage.current, count),
            });
        }
        (count.evaluable < self.cohort_size).then_some(Decision {
            action: Action::Stay(stage.current),
            because: Because::CohortOpen(stage.current, count),
        })
    }

    fn without_skipping(&self, decision: Decision, stage: &Stage<'_>) -> Decision {
        if !self.no_skipping {
            return decision;
        }
        let tried = stage.counts.iter().rfind(|(_, count)| count.evaluable > 0);
        hold_back(decision, tried.map_or(self.start, |(level, _)| level))
    }

    /// Ends the trial on enough subjects, or goes on where too few were treated at the dose to be declared.
    fn on_enough(&self, decision: Decision, stage: &Stage<'_>) -> Decision {
        match (decision.action, self.stop_at, self.demand) {
            (Action::Stay(level), Some(enough), _)
                if level == stage.current && stage.counts.at(level).evaluable >= enough =>
            {
                Decision {
                    because: Because::Enough(level, stage.counts.at(level)),
                    ..self.complete(stage.counts)
                }
            }
            (Action::Stop(Some(level)), _, Some(demanded)) if stage.counts.at(level).evaluable < demanded => {
                too_few(level, stage.counts.at(level), demanded, stage.current)
            }
            _ => decision,
        }
    }
}

impl SafetyStop {
    /// The stop, where the outcomes of the lowest level ask for it.
    pub(super) fn decide(self, first: Count) -> Option<Decision> {
        if first.evaluable < self.min_n.max(1) {
            return None;
        }
        let probability = probability_above(self.target, first.evaluable, first.dlt);
        (probability > self.cutoff).then_some(Decision {
            action: Action::Stop(None),
            because: Because::Closed {
                level: DoseLevel::FIRST,
                count: first,
                target: self.target,
                probability,
                cutoff: self.cutoff,
            },
        })
    }
}

/// The decision with no more than one level above the highest level tried.
pub(super) fn hold_back(decision: Decision, tried: DoseLevel) -> Decision {
    match decision.action {
        Action::Escalate(to) if to > tried.above() => {
            let mut because = decision.because;
            if let Because::Model { held, .. } | Because::Overdose { held, .. } = &mut because {
                *held = Some(Held::NoSkipping);
            }
            Decision {
                action: Action::Escalate(tried.above()),
                because,
            }
        }
        Action::Escalate(_) | Action::Stay(_) | Action::DeEscalate(_) | Action::Wait | Action::Stop(_) => decision,
    }
}

/// Goes on at a level that would be the maximum tolerated dose on fewer subjects than demanded.
pub(super) fn too_few(level: DoseLevel, count: Count, demanded: u32, current: DoseLevel) -> Decision {
    Decision {
        action: if level < current {
            Action::DeEscalate(level)
        } else {
            Action::Stay(level)
        },
        because: Because::TooFew { level, count, demanded },
    }
}

fn treated(counts: &PerLevel<Count>) -> u32 {
    counts.values().iter().map(|count| count.evaluable).sum()
}

/// Whether nobody beyond the single subjects of titration has been treated: no level has two, or the level of the first
/// DLT is being filled.
fn level_in_titration(counts: &PerLevel<Count>) -> bool {
    counts.values().iter().all(|count| count.evaluable <= 1)
}
