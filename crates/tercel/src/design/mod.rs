//! Dose-escalation designs: outcomes in, decision with its reason out.
//!
//! | Task | Start here |
//! |---|---|
//! | the next dose of a study | [`decide_study`] |
//! | the next dose from counts | [`Plan::next`], [`decide`] with outcomes pending |
//! | the same of a design that does not wait for outcomes | [`LateConduct`], [`LateOnsetDesign::offer`] |
//! | a design | [`Boin`], [`Keyboard`], [`Mtpi2`], [`IThreePlusThree`], [`Ccd`], [`Crm`], [`Blrm`], [`ThreePlusThree`] |
//! | a design that looks at responses | [`BfBoin`], [`Boin12`] |
//! | a decision table | [`Boundaries`] |
//! | what follows every outcome of the next cohorts | [`pathways`] |
//! | the dose selected at the end | [`Design::select`] |
//! | operating characteristics | [`exact`](crate::exact) |

mod accelerated_titration;
mod answer;
mod bf_boin;
mod blrm;
mod boin;
mod boin12;
mod ccd;
mod conduct;
mod crm;
mod decision;
mod decision_zh;
mod efficacy;
mod escalation_rules;
mod i_three_plus_three;
mod interval;
mod isotonic;
mod keyboard;
mod late_conduct;
mod late_onset;
mod list;
mod mtpi2;
mod options;
mod outcomes;
mod paths;
mod pending;
mod plan;
mod replay;
mod rolling_six;
mod settings;
mod study_design;
mod three_plus_three;
mod tite_boin;
mod tite_crm;
mod utility;

use std::fmt;

pub use accelerated_titration::AcceleratedTitration;
pub use answer::DoseAnswer;
pub use bf_boin::{Backfilled, BfBoin, BfBoinDesign};
pub use blrm::{BLRM_QUANTILES, Blrm, BlrmFit, BlrmLevel, BlrmOptions, Moments};
pub use boin::Boin;
pub use boin12::{Boin12, Boin12Options};
pub use ccd::Ccd;
pub(crate) use conduct::earliest_after;
pub use conduct::{Attribution, Awaited, StudyDecision, WhatIf, decide_study};
pub use crm::{CRM_PRIOR_SD, Crm, CrmFit, CrmMethod, CrmModel, FIT_QUANTILES, Observation, indifference_skeleton};
pub use decision::{Action, Because, Decision, Held, Side};
pub(crate) use decision_zh::action_in_chinese;
pub use efficacy::EfficacyCount;
pub(crate) use escalation_rules::EscalationRules;
pub use i_three_plus_three::IThreePlusThree;
pub use interval::{Boundaries, Elimination, ExtraSafe, IntervalDesign, Row, TargetInterval, probability_above};
pub use isotonic::isotonic_estimates;
pub use keyboard::Keyboard;
pub use late_conduct::LateConduct;
pub use late_onset::{Interim, LateOnsetDesign, Pending};
pub use list::{ALL, DesignEntry, DesignName, find};
pub use mtpi2::Mtpi2;
pub use options::{InvalidDesign, Margins, Target};
pub use outcomes::{Cohort, InvalidOutcomes, count_cohorts, parse_outcomes};
pub use paths::{InvalidPaths, PATHS_LIMIT, Pathway, pathways};
pub use pending::decide;
pub use plan::{Plan, SafetyStop};
pub use replay::check_infusions;
pub use rolling_six::RollingSix;
pub(crate) use settings::usual_ccd_margin;
pub use settings::{EfficacySettings, Settings};
pub(crate) use study_design::latest_cohort;
pub use three_plus_three::ThreePlusThree;
pub use tite_boin::{TiteBoin, TiteVariant};
pub use tite_crm::{TiteCrm, adaptive_weights};
pub use utility::{Score, UtilityReason};

use crate::protocol::{DoseLevel, PerLevel};

/// Evaluated outcomes at one dose level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Subjects evaluated: with a DLT, or through the window without one.
    pub evaluable: u32,
    /// Of these, subjects with a DLT.
    pub dlt: u32,
    /// Subjects dosed whose outcome is not known yet.
    pub pending: u32,
}

impl Count {
    /// Complete outcomes: `dlt` of `evaluable`.
    pub const fn complete(evaluable: u32, dlt: u32) -> Self {
        Self {
            evaluable,
            dlt,
            pending: 0,
        }
    }
}

impl fmt::Display for Count {
    /// `NNT` style: dots are pending.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repeat = |letter: &str, count: u32| letter.repeat(count as usize);
        let without = self.evaluable.saturating_sub(self.dlt);
        write!(
            f,
            "{}{}{}",
            repeat("N", without),
            repeat("T", self.dlt),
            repeat(".", self.pending)
        )
    }
}

impl PerLevel<Count> {
    /// Outcomes at a level; none where the trial has no such level.
    pub fn at(&self, level: DoseLevel) -> Count {
        self.get(level).copied().unwrap_or_default()
    }
}

/// What a design knows when it decides.
#[derive(Debug, Clone, Copy)]
pub struct Stage<'a> {
    /// Outcomes per level.
    pub counts: &'a PerLevel<Count>,
    /// Level of the latest cohort.
    pub current: DoseLevel,
    /// Outcomes of the latest cohort alone.
    pub latest: Count,
}

/// A design that decides from complete outcomes; `pending` of every count is ignored.
pub trait Design: Sync {
    /// What follows the latest cohort. At least one subject has been evaluated.
    fn decide(&self, stage: &Stage<'_>) -> Decision;

    /// The maximum tolerated dose when the trial ends with these outcomes; `None` where no level qualifies.
    fn select(&self, counts: &PerLevel<Count>) -> Option<DoseLevel>;

    /// Subjects of the next cohort at a level, where cohorts usually have `usual`.
    fn cohort(&self, _counts: &PerLevel<Count>, _level: DoseLevel, usual: u32) -> u32 {
        usual
    }
}
