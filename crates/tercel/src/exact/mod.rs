//! Exact operating characteristics: a design is compiled once, then every true curve is a dot product.
//!
//! The decision of a cohort design depends on the outcomes per level and on where the next cohort goes, nothing else. The
//! states are walked forward one cohort at a time and equal ones merged. The probability to end with *n* subjects and *y*
//! DLTs per level is *w* ∏ p_d^{y_d} (1−p_d)^{n_d−y_d}, and *w*, the number of ways to get there, is free of the true
//! curve: [`compile()`] counts the ways, [`Compiled::evaluate`] does the rest.
//!
//! | Task | Start here |
//! |---|---|
//! | compile a design | [`compile()`] |
//! | compile a late-onset design | [`compile_timed`] |
//! | a design that looks at responses | [`evaluate_efficacy`] |
//! | operating characteristics of a true curve | [`Compiled::evaluate`] |
//! | many curves | [`Compiled::evaluate_each`] |
//! | how often a design is right, over a set of curves | [`assess`], [`standard_scenarios`] |
//! | a prior on curves, the worst curve of a class | [`average`], [`worst`] |
//! | keep a compiled design | [`Compiled::to_bytes`], [`Compiled::from_bytes`] |
//! | every way the trial can end | [`Compiled::endings`] |
#![expect(
    clippy::indexing_slicing,
    reason = "numeric kernels over arrays whose sizes are fixed at compilation"
)]

mod bivariate;
mod compare;
mod compile;
mod evaluate;
mod key;
mod memory;
mod robust;
mod saved;
mod timed;

pub use bivariate::{EfficacyCharacteristics, EfficacyCurve, EfficacyPlan, evaluate_efficacy};
pub use compare::{
    Assessed, Assessment, CORRECT_MARGIN, CURVE_SLOPE, InvalidAssessment, Scenario, assess, assess_compiled,
    standard_scenarios,
};
pub use compile::{CompileError, Limit, compile};
pub use evaluate::{Characteristics, Compiled, Curve, Ending, InvalidCurve, Risks};
pub use robust::{Averaged, Class, Fault, Mean, Worst, average, average_of, worst};
pub use saved::InvalidSaved;
pub use timed::{TimedPlan, compile_timed};
