//! The Keyboard design.
//!
//! # What it decides
//! The unit interval is tiled with keys as wide as the target key; the key most likely to hold the DLT rate of the current
//! dose decides: left of the target key escalate, right of it de-escalate, on it stay.
//!
//! # Source
//! `yan2017keyboard`. Ties and the closing of levels from the first subject on follow the authors' program.
//!
//! # Formula
//! Keys of width ε1+ε2 from the target key [φ−ε1, φ+ε2] outwards; the strongest key is the one with the largest posterior
//! probability under Beta(1+y, 1+n−y), the incomplete keys at the ends scaled up to full width. Of equally strong keys the
//! rightmost counts.
//!
//! # Example
//! ```
//! use tercel::design::{Keyboard, Margins, Target};
//!
//! let target = Target::new(0.28)?;
//! let design = Keyboard::new(target, Margins::new(target, 0.05, 0.05)?);
//! assert_eq!(design.boundaries(3)?.rows[2].escalate_max, Some(0));
//! # Ok::<(), tercel::design::InvalidDesign>(())
//! ```
//!
//! # Limits
//! Outcomes of every subject at the current dose must be known.

use super::{Boundaries, Elimination, InvalidDesign, Margins, Side, Target, TargetInterval};

/// The Keyboard design: the interval is the target key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keyboard(pub TargetInterval);

impl Keyboard {
    /// The design with its published defaults.
    pub const fn new(target: Target, key: Margins) -> Self {
        Self(TargetInterval::new(
            target,
            key,
            Some(Elimination { cutoff: 0.95, min_n: 1 }),
        ))
    }

    /// The decision table for up to `max_n` subjects a level.
    pub fn boundaries(&self, max_n: u32) -> Result<Boundaries, InvalidDesign> {
        let keys = tile(self.0.interval);
        self.0
            .boundaries(max_n, |n, y| strongest(&keys, self.0.interval, n, y, Tie::Rightmost))
    }
}

/// Which of equally strong intervals counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    /// The one furthest right.
    Rightmost,
    /// The one furthest left.
    Leftmost,
}

/// Intervals as wide as the target's, from it outwards, narrower at the ends.
pub(super) fn tile(target: Margins) -> Vec<(f64, f64)> {
    let width = target.high - target.low;
    // An end reached up to rounding is reached.
    let slack = 1e-9;
    let mut below = Vec::new();
    let mut high = target.low;
    while high > slack {
        below.push(((high - width).max(0.0), high));
        high -= width;
    }
    let mut keys: Vec<(f64, f64)> = below.into_iter().rev().collect();
    keys.push((target.low, target.high));
    let mut low = target.high;
    while low < 1.0 - slack {
        keys.push((low, (low + width).min(1.0)));
        low += width;
    }
    keys
}

/// On which side of the target the interval of largest posterior probability per unit of width lies.
pub(super) fn strongest(keys: &[(f64, f64)], target: Margins, n: u32, y: u32, tie: Tie) -> Side {
    let (a, b) = (f64::from(y + 1), f64::from(n - y + 1));
    let below = |p: f64| statrs::function::beta::checked_beta_reg(a, b, p.clamp(0.0, 1.0)).unwrap_or(f64::NAN);
    let mut best: Option<(f64, f64)> = None;
    for &(low, high) in keys {
        let mass = (below(high) - below(low)) / (high - low);
        let wins = best.is_none_or(|(most, _)| match tie {
            Tie::Rightmost => mass >= most * (1.0 - 1e-12),
            Tie::Leftmost => mass > most * (1.0 + 1e-12),
        });
        if wins {
            best = Some((mass, f64::midpoint(low, high)));
        }
    }
    match best {
        Some((_, centre)) if centre < target.low => Side::Low,
        Some((_, centre)) if centre > target.high => Side::High,
        Some(_) | None => Side::Between,
    }
}
