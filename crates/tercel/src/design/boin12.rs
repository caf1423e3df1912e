//! BOIN12: finds the optimal biological dose, the best trade-off between DLTs and responses.
//!
//! # What it decides
//! The next dose among the current level and its neighbours: by BOIN's boundaries for the DLT rate, then by the probability
//! that a level's utility exceeds a benchmark; at the end the optimal biological dose.
//!
//! # Source
//! `lin2020boin12` (utilities, table 2 of decisions, table 3 of rank-based desirability scores, exploration rule of the
//! supplement); boundaries as in `liu2015boin`.
//!
//! # Formula
//! Utilities: 100 response without DLT, u2 neither, u3 both, 0 DLT without response. x = Σ u_k y_k / 100 counts as a binomial
//! outcome: u/100 ~ Beta(1+x, 1+n−x). ū = 100 φE(1−φT) + u2(1−φT)(1−φE) + u3 φT φE; benchmark u_b = ū + (100−ū)/2;
//! desirability = Pr(u > u_b). A level is admissible when Pr(pT > φT) < 0.95 there and below, and Pr(pE < φE) < 0.90, each
//! with a Beta(1, 1) prior. With p̂ = y_T/n at the current level d: p̂ ≥ λd: d−1; λe < p̂ < λd and n ≥ 6: the more desirable
//! of d−1 and d; else the most desirable of d−1, d, d+1 (the higher one on ties). Level d+1 is explored where it is untried,
//! n > 8 and p̂ < λd. At the end: the largest posterior mean utility (1+x)/(2+n) among admissible levels up to the MTD by
//! isotonic regression.
//!
//! # Example
//! ```
//! use tercel::design::{Boin12, Boin12Options, EfficacyCount, Target};
//!
//! let design = Boin12::new(Boin12Options::published(Target::new(0.35)?, 0.25))?;
//! // ū = 100·.25·.65 + 40·.65·.75 + 60·.35·.25 = 16.25 + 19.5 + 5.25 = 41; u_b = 41 + 59/2.
//! assert!((design.benchmark() - 70.5).abs() < 1e-12);
//! // An untried level: u/100 is uniform, so the desirability is 1 − 0.705.
//! assert!((design.desirability(EfficacyCount::default()) - 0.295).abs() < 1e-12);
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! Both outcomes of every subject must be known; a subject with one of them pending counts as pending. Where no level within
//! reach is admissible, the highest admissible level below them is next, and the trial ends if there is none.

use super::isotonic::closest;
use super::late_onset::towards;
use super::{
    Action, Because, Boin, Count, Decision, EfficacyCount, Held, InvalidDesign, Side, Target, UtilityReason,
    probability_above,
};
use crate::protocol::{DoseLevel, PerLevel};

/// Options of BOIN12.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boin12Options {
    /// BOIN's boundaries; its target is the highest acceptable DLT probability φT.
    pub boin: Boin,
    /// Lowest acceptable response probability, φE.
    pub efficacy_min: f64,
    /// Utility of neither DLT nor response.
    pub u2: f64,
    /// Utility of a DLT with a response.
    pub u3: f64,
    /// A level is too toxic where Pr(pT > φT) reaches this.
    pub toxicity_cutoff: f64,
    /// A level is futile where Pr(pE < φE) reaches this.
    pub efficacy_cutoff: f64,
    /// From so many subjects on, a rate between the boundaries rules out escalation.
    pub n_star: u32,
    /// With more subjects than this the untried level above is explored.
    pub n_explore: u32,
}

/// BOIN12.
#[derive(Debug, Clone, PartialEq)]
pub struct Boin12 {
    options: Boin12Options,
    lambda_e: f64,
    lambda_d: f64,
    benchmark: f64,
}

impl Boin12Options {
    /// The published defaults.
    pub fn published(target: Target, efficacy_min: f64) -> Self {
        Self {
            boin: Boin::new(target),
            efficacy_min,
            u2: 40.0,
            u3: 60.0,
            toxicity_cutoff: 0.95,
            efficacy_cutoff: 0.90,
            n_star: 6,
            n_explore: 8,
        }
    }
}

impl Boin12 {
    /// The design.
    pub fn new(options: Boin12Options) -> Result<Self, InvalidDesign> {
        options.boin.boundaries(1)?;
        let (phi_t, phi_e) = (options.boin.target.value(), options.efficacy_min);
        if !(phi_e > 0.0 && phi_e < 1.0) {
            return Err(InvalidDesign::EfficacyMin(phi_e));
        }
        if !(options.toxicity_cutoff >= 0.5 && options.toxicity_cutoff < 1.0) {
            return Err(InvalidDesign::Cutoff(options.toxicity_cutoff));
        }
        if !(options.efficacy_cutoff > 0.0 && options.efficacy_cutoff < 1.0) {
            return Err(InvalidDesign::EfficacyCutoff(options.efficacy_cutoff));
        }
        let utilities = [options.u2, options.u3];
        if let Some(wrong) = utilities.into_iter().find(|u| !(0.0..=100.0).contains(u)) {
            return Err(InvalidDesign::Utility(wrong));
        }
        let (lambda_e, lambda_d) = options.boin.lambdas();
        let undesirable =
            100.0 * phi_e * (1.0 - phi_t) + options.u2 * (1.0 - phi_t) * (1.0 - phi_e) + options.u3 * phi_t * phi_e;
        Ok(Self {
            options,
            lambda_e,
            lambda_d,
            benchmark: undesirable + (100.0 - undesirable) / 2.0,
        })
    }

    /// The options.
    pub const fn options(&self) -> &Boin12Options {
        &self.options
    }

    /// The utility a desirable level exceeds, u_b.
    pub const fn benchmark(&self) -> f64 {
        self.benchmark
    }

    /// Whether utilities add up so that the number of subjects with both outcomes does not matter.
    pub fn needs_margins_only(&self) -> bool {
        (self.options.u2 + self.options.u3 - 100.0).abs() < 1e-9
    }

    /// x: the utilities of all subjects, as a number of successes.
    fn successes(&self, count: EfficacyCount) -> f64 {
        let [n, y, r, both] = [count.dlts.evaluable, count.dlts.dlt, count.response, count.both].map(f64::from);
        let joint = if self.needs_margins_only() {
            0.0
        } else {
            (self.options.u2 + self.options.u3 - 100.0) * both
        };
        ((100.0 * r + self.options.u2 * (n - y - r) + joint) / 100.0).clamp(0.0, n)
    }

    /// Pr(u > u_b).
    pub fn desirability(&self, count: EfficacyCount) -> f64 {
        let (x, n) = (self.successes(count), f64::from(count.dlts.evaluable));
        let below = 1.0 - self.benchmark / 100.0;
        statrs::function::beta::checked_beta_reg(1.0 + n - x, 1.0 + x, below).unwrap_or(f64::NAN)
    }

    /// Posterior mean utility, from 0 to 100.
    pub fn mean_utility(&self, count: EfficacyCount) -> f64 {
        100.0 * (1.0 + self.successes(count)) / (2.0 + f64::from(count.dlts.evaluable))
    }

    /// Whether a level's own outcomes make it too toxic; an untried level is not.
    pub(super) fn is_toxic(&self, count: EfficacyCount) -> bool {
        count.dlts.evaluable > 0 && self.toxicity(count.dlts) >= self.options.toxicity_cutoff
    }

    fn toxicity(&self, count: Count) -> f64 {
        probability_above(self.options.boin.target.value(), count.evaluable, count.dlt)
    }

    /// Whether a level's responses are too few; at an untried level they are not.
    pub(super) fn is_futile(&self, count: EfficacyCount) -> bool {
        let n = count.dlts.evaluable;
        n > 0 && 1.0 - probability_above(self.options.efficacy_min, n, count.response) >= self.options.efficacy_cutoff
    }

    /// The lowest level that is too toxic; those above are closed with it.
    pub fn closed(&self, counts: &PerLevel<EfficacyCount>) -> Option<DoseLevel> {
        counts
            .iter()
            .find(|(_, count)| self.is_toxic(**count))
            .map(|(level, _)| level)
    }

    /// Whether subjects may be treated at a level by toxicity and efficacy.
    pub fn admissible(&self, counts: &PerLevel<EfficacyCount>, level: DoseLevel) -> bool {
        self.is_admissible(counts, self.closed(counts), level)
    }

    fn is_admissible(&self, counts: &PerLevel<EfficacyCount>, closed: Option<DoseLevel>, level: DoseLevel) -> bool {
        closed.is_none_or(|closed| level < closed) && counts.get(level).is_some_and(|count| !self.is_futile(*count))
    }

    /// What follows; waits while pending outcomes could change the answer.
    pub fn next(&self, counts: &PerLevel<EfficacyCount>, current: DoseLevel) -> Decision {
        /// More pending subjects than this are not gone through.
        const MOST_PENDING: u32 = 6;
        let pending: Vec<(DoseLevel, Count)> = counts
            .iter()
            .filter(|(_, count)| count.dlts.pending > 0)
            .map(|(level, count)| (level, count.dlts))
            .collect();
        let total: u32 = pending.iter().map(|(_, count)| count.pending).sum();
        let settled = (total <= MOST_PENDING)
            .then(|| self.settled(&mut counts.clone(), current))
            .flatten();
        let decision = self.decide(counts, current);
        match settled {
            Some(action) if action == decision.action => decision,
            Some(_) | None => Decision {
                action: Action::Wait,
                because: Because::Pending(pending),
            },
        }
    }

    /// The action all completions of the pending outcomes lead to, if there is one.
    fn settled(&self, counts: &mut PerLevel<EfficacyCount>, current: DoseLevel) -> Option<Action> {
        let waiting = counts.iter().find(|(_, count)| count.dlts.pending > 0);
        let Some((level, before)) = waiting.map(|(level, count)| (level, *count)) else {
            return Some(self.decide(counts, current).action);
        };
        let mut found = None;
        for (dlt, response) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            if let Some(count) = counts.get_mut(level) {
                count.dlts.pending = before.dlts.pending - 1;
                count.dlts.evaluable = before.dlts.evaluable + 1;
                count.dlts.dlt = before.dlts.dlt + dlt;
                count.response = before.response + response;
                count.both = before.both + dlt * response;
            }
            let action = self.settled(counts, current);
            if let Some(count) = counts.get_mut(level) {
                *count = before;
            }
            if action.is_none() || found.is_some_and(|found| Some(found) != action) {
                return None;
            }
            found = action;
        }
        found
    }

    /// What follows the latest cohort, treated at `current`; pending subjects are ignored.
    pub fn decide(&self, counts: &PerLevel<EfficacyCount>, current: DoseLevel) -> Decision {
        let count = counts.at(current);
        let Count { evaluable, dlt, .. } = count.dlts;
        let closed = self.closed(counts);
        if closed == Some(DoseLevel::FIRST) {
            return self.stop_at_first(counts.at(DoseLevel::FIRST).dlts);
        }
        if counts.values().iter().all(|count| count.dlts == Count::default()) {
            return Decision {
                action: Action::Stay(current),
                because: Because::Start,
            };
        }
        let rate = f64::from(dlt) / f64::from(evaluable.max(1));
        let above = current.above();
        let reachable = closed.is_none_or(|closed| above < closed);
        let untried = counts.get(above).is_some_and(|count| count.dlts == Count::default());
        if evaluable > self.options.n_explore && rate < self.lambda_d && untried && reachable {
            return Decision {
                action: Action::Escalate(above),
                because: Because::Utility(UtilityReason::Explore(current, count)),
            };
        }
        if rate >= self.lambda_d {
            let highest = closed.and_then(DoseLevel::below).unwrap_or(current);
            let to = current.below().unwrap_or(current).min(highest);
            return Decision {
                action: towards(current, to),
                because: Because::Rate {
                    level: current,
                    count: count.dlts,
                    side: Side::High,
                    held: (to == current).then_some(Held::Bottom),
                },
            };
        }
        let side = if rate <= self.lambda_e {
            Side::Low
        } else {
            Side::Between
        };
        self.most_desirable(counts, current, side, closed)
    }

    /// The most desirable admissible level within reach.
    fn most_desirable(
        &self,
        counts: &PerLevel<EfficacyCount>,
        current: DoseLevel,
        side: Side,
        closed: Option<DoseLevel>,
    ) -> Decision {
        let count = counts.at(current);
        let upwards = side == Side::Low || count.dlts.evaluable < self.options.n_star;
        let reach = [current.below(), Some(current), upwards.then(|| current.above())];
        let mut best: Option<(DoseLevel, f64)> = None;
        for level in reach.into_iter().flatten() {
            if !self.is_admissible(counts, closed, level) {
                continue;
            }
            let desirability = self.desirability(counts.at(level));
            let better = best.is_none_or(|(_, most)| desirability > most || (upwards && desirability >= most));
            if better {
                best = Some((level, desirability));
            }
        }
        if let Some((chosen, desirability)) = best {
            return Decision {
                action: towards(current, chosen),
                because: Because::Utility(UtilityReason::Best {
                    level: current,
                    count,
                    side,
                    upwards,
                    chosen,
                    desirability,
                }),
            };
        }
        let lower = counts.levels().filter(|level| *level < current);
        let next = lower.rev().find(|level| self.is_admissible(counts, closed, *level));
        Decision {
            action: next.map_or(Action::Stop(None), Action::DeEscalate),
            because: Because::Utility(UtilityReason::NoneInReach(current, next)),
        }
    }

    fn stop_at_first(&self, count: Count) -> Decision {
        Decision {
            action: Action::Stop(None),
            because: Because::Closed {
                level: DoseLevel::FIRST,
                count,
                target: self.options.boin.target.value(),
                probability: self.toxicity(count),
                cutoff: self.options.toxicity_cutoff,
            },
        }
    }

    /// The end of a trial that treated all its subjects.
    pub fn complete(&self, counts: &PerLevel<EfficacyCount>) -> Decision {
        let obd = self.select(counts);
        Decision {
            action: Action::Stop(obd),
            because: Because::Utility(UtilityReason::Complete(obd)),
        }
    }

    /// The maximum tolerated dose by isotonic regression.
    pub fn mtd(&self, counts: &PerLevel<EfficacyCount>) -> Option<DoseLevel> {
        let open = self
            .closed(counts)
            .map_or(counts.len(), |level| usize::from(level.number()) - 1);
        closest(&counts.dlts(), open, self.options.boin.target.value(), None)
    }

    /// The optimal biological dose; `None` where no level qualifies.
    pub fn select(&self, counts: &PerLevel<EfficacyCount>) -> Option<DoseLevel> {
        let mtd = self.mtd(counts)?;
        let closed = self.closed(counts);
        let mut best: Option<(DoseLevel, f64)> = None;
        for (level, count) in counts.iter().take_while(|(level, _)| *level <= mtd) {
            let utility = self.mean_utility(*count);
            let candidate = count.dlts.evaluable > 0 && self.is_admissible(counts, closed, level);
            if candidate && best.is_none_or(|(_, most)| utility > most) {
                best = Some((level, utility));
            }
        }
        best.map(|(level, _)| level)
    }
}
