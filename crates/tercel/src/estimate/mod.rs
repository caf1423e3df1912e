//! Estimators: sample in, estimate with interval out.
//!
//! | Estimator | Module |
//! |---|---|
//! | Kaplan-Meier curve, quantiles, landmarks, restricted mean, follow-up | [`survival`] |
//! | log-rank test, test for trend, hazard ratio | [`groups`] |
//! | intervals of a proportion | [`proportion`] |
//! | non-compartmental cellular kinetics | [`kinetics`] |
//! | median, quartiles, means, geometric CV of a sample | [`summary`] |
//! | normal distribution | [`normal`] |

pub mod groups;
mod level;

#[expect(clippy::indexing_slicing, reason = "pairs from `windows(2)` have two elements")]
pub mod kinetics;
pub mod normal;
pub mod proportion;
pub mod summary;
pub mod survival;

pub use level::{Level, LevelError};
