//! TITE-CRM: the CRM while outcomes are pending.
//!
//! # What it decides
//! The level whose DLT probability, estimated from complete and partial outcomes, is closest to the target.
//!
//! # Source
//! `cheung2000titecrm`; checked against an example of `cheung2011crm` and fits of R package dfcrm.
//!
//! # Formula
//! Likelihood ∏ p^y (1−w p)^(1−y). Linear weight: w = t/T, the share of the window followed; 1 after a DLT or the whole
//! window. Adaptive weight: with the *z* DLT times so far as knots, (k + share of the way to the next knot)/(z+1) for a
//! subject followed past *k* of them.
//!
//! # Example
//! ```
//! use tercel::design::adaptive_weights;
//!
//! // One DLT on day 7 of 28: a subject followed for 7 days has half the weight.
//! let weights = adaptive_weights(&[7.0, 7.0, 28.0], &[true, false, false], 28.0);
//! assert_eq!(weights, [1.0, 0.5, 1.0]);
//! ```
//!
//! # Limits
//! Those of the CRM; no suspension of accrual unless `max_pending_fraction` asks for it.

use super::late_onset::suspended;
use super::{Crm, Decision, Design, Interim, LateOnsetDesign, Observation, Stage};
use crate::protocol::{DoseLevel, PerLevel};

use super::Count;

/// TITE-CRM on a CRM.
#[derive(Debug, Clone)]
pub struct TiteCrm {
    /// The model and its restrictions.
    pub crm: Crm,
    /// Accrual is suspended while more than this share of the level's subjects is pending.
    pub max_pending_fraction: Option<f64>,
}

impl LateOnsetDesign for TiteCrm {
    fn offer(&self, interim: &Interim<'_>) -> Decision {
        let level = interim.current;
        let count = interim.counts.at(level);
        let treated = f64::from(count.evaluable + count.pending);
        if let Some(most) = self.max_pending_fraction
            && f64::from(count.pending) > most * treated
        {
            return suspended(level, count);
        }
        let complete = interim.counts.iter().flat_map(|(level, count)| {
            let Count { evaluable, dlt, .. } = *count;
            (0..evaluable).map(move |subject| Observation {
                level,
                dlt: subject < dlt,
                weight: 1.0,
            })
        });
        let partial = interim.pending.iter().map(|pending| Observation {
            level: pending.level,
            dlt: false,
            weight: pending.followed,
        });
        let observations: Vec<Observation> = complete.chain(partial).collect();
        let (recommended, estimate) = self.crm.recommend_from(&observations, level);
        // What is coherent is judged by the complete outcomes at the current level.
        let stage = Stage {
            counts: interim.counts,
            current: level,
            latest: count,
        };
        self.crm.restrict(recommended, estimate, &stage)
    }

    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel> {
        self.crm.select(counts)
    }
}

/// Adaptive weights: follow-up is measured by the DLT times seen so far. All in one unit; a subject with a DLT is followed
/// up to it and has the weight 1.
pub fn adaptive_weights(followed: &[f64], dlts: &[bool], window: f64) -> Vec<f64> {
    let mut knots: Vec<f64> = followed
        .iter()
        .zip(dlts)
        .filter(|(_, dlt)| **dlt)
        .map(|(time, _)| *time)
        .collect();
    knots.sort_by(f64::total_cmp);
    let pieces = (knots.len() + 1) as f64;
    let weight = |(&time, &dlt): (&f64, &bool)| {
        if dlt {
            return 1.0;
        }
        let passed = knots.iter().filter(|knot| **knot <= time).count();
        let from = passed
            .checked_sub(1)
            .and_then(|last| knots.get(last))
            .copied()
            .unwrap_or(0.0);
        let to = knots.get(passed).copied().unwrap_or(window);
        let part = if to > from { (time - from) / (to - from) } else { 1.0 };
        ((passed as f64 + part) / pieces).min(1.0)
    };
    followed.iter().zip(dlts).map(weight).collect()
}
