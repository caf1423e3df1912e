//! mTPI-2, the modified toxicity probability interval design with intervals of equal width.
//!
//! # What it decides
//! The unit interval is tiled with intervals as wide as the equivalence interval, narrower at the ends; the one with the
//! largest unit probability mass decides: under-dosing escalate, equivalence stay, over-dosing de-escalate.
//!
//! # Source
//! `guo2017mtpi2`.
//!
//! # Formula
//! UPM(I) = Pr(p ∈ I | Beta(1+y, 1+n−y)) / |I|, I of width ε1+ε2 outwards from [φ−ε1, φ+ε2]. Close a level where
//! Pr(p > φ) > 0.95.
//!
//! # Example
//! ```
//! use tercel::design::{Margins, Mtpi2, Target};
//!
//! let target = Target::new(0.28)?;
//! let row = Mtpi2::new(target, Margins::new(target, 0.05, 0.05)?).boundaries(4)?.rows[3];
//! assert_eq!((row.escalate_max, row.deescalate_min), (Some(0), Some(2)));
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! Outcomes of every subject at the current dose must be known.

use super::keyboard::{Tie, strongest, tile};
use super::{Boundaries, Elimination, InvalidDesign, Margins, Target, TargetInterval};

/// mTPI-2: the interval is the equivalence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mtpi2(pub TargetInterval);

impl Mtpi2 {
    /// The design with its published defaults.
    pub const fn new(target: Target, equivalence: Margins) -> Self {
        Self(TargetInterval::new(
            target,
            equivalence,
            Some(Elimination { cutoff: 0.95, min_n: 1 }),
        ))
    }

    /// The decision table for up to `max_n` subjects a level.
    pub fn boundaries(&self, max_n: u32) -> Result<Boundaries, InvalidDesign> {
        let intervals = tile(self.0.interval);
        self.0.boundaries(max_n, |n, y| {
            strongest(&intervals, self.0.interval, n, y, Tie::Leftmost)
        })
    }
}
