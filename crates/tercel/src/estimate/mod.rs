//! Estimators: sample in, estimate with interval out.
//!
//! | Estimator | Module |
//! |---|---|
//! | Kaplan-Meier curve, quantiles, landmarks, restricted mean, follow-up | [`survival`] |
//! | log-rank test, test for trend, hazard ratio | [`groups`] |
//! | intervals of a proportion | [`proportion`] |
//! | non-compartmental cellular kinetics | [`kinetics`] |
//! | the published model of cellular kinetics and its fit | [`cellular_model`] |
//! | minimum of a function | [`nelder_mead`] |
//! | median, quartiles, means, geometric CV of a sample | [`summary`] |
//! | normal distribution | [`normal`] |

pub mod groups;
mod level;

#[expect(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "matrices of six parameters, indexed as they are written"
)]
pub mod cellular_model;
#[expect(clippy::indexing_slicing, reason = "pairs from `windows(2)` have two elements")]
pub mod kinetics;
#[expect(clippy::indexing_slicing, reason = "a simplex of N + 1 corners")]
pub mod nelder_mead;
pub mod normal;
pub mod proportion;
pub mod summary;
pub mod survival;

pub use level::{Level, LevelError};
