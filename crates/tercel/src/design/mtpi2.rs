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

use super::boin::check_elimination;
use super::keyboard::{Tie, row_of, strongest, tile};
use super::{Boundaries, Elimination, ExtraSafe, IntervalDesign, InvalidDesign, Margins, Row, Target};

/// mTPI-2 and its options.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mtpi2 {
    /// Target DLT probability.
    pub target: Target,
    /// The equivalence interval.
    pub equivalence: Margins,
    /// When a level is closed.
    pub elimination: Elimination,
    /// Stricter stopping at the lowest level.
    pub extra_safe: Option<ExtraSafe>,
}

impl Mtpi2 {
    /// The design with its published defaults.
    pub const fn new(target: Target, equivalence: Margins) -> Self {
        Self {
            target,
            equivalence,
            elimination: Elimination { cutoff: 0.95, min_n: 1 },
            extra_safe: None,
        }
    }

    /// The decision table for up to `max_n` subjects a level.
    pub fn boundaries(&self, max_n: u32) -> Result<Boundaries, InvalidDesign> {
        check_elimination(self.elimination, self.extra_safe)?;
        let intervals = tile(self.equivalence);
        let row = |n: u32| Row {
            eliminate_min: self.elimination.least(self.target, n),
            ..row_of(n, |n, y| strongest(&intervals, self.equivalence, n, y, Tie::Leftmost))
        };
        Ok(Boundaries {
            target: self.target,
            rows: (1..=max_n).map(row).collect(),
            elimination: Some(self.elimination),
            extra_safe: self.extra_safe,
            estimate_limit: None,
        })
    }

    /// The design, ready for up to `max_n` subjects a level.
    pub fn design(&self, max_n: u32) -> Result<IntervalDesign, InvalidDesign> {
        self.boundaries(max_n).map(IntervalDesign::new)
    }
}
