//! Dose levels and the amount each stands for.

use std::fmt;

use crate::language::{Words, both};

/// A dose level, counted from 1 as protocols do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DoseLevel(u8);

impl DoseLevel {
    /// The first level.
    pub const FIRST: Self = Self(1);

    /// Level `number`, counted from 1; 0 is no level.
    pub const fn new(number: u8) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// 1 for the first level.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The next level down, if there is one.
    pub const fn below(self) -> Option<Self> {
        Self::new(self.0 - 1)
    }

    /// The next level up, whether or not the trial has it.
    #[must_use]
    pub const fn above(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for DoseLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One value per dose level, reachable only by [`DoseLevel`].
#[derive(Debug, Clone, PartialEq)]
pub struct PerLevel<T>(Vec<T>);

impl<T> PerLevel<T> {
    /// Values in level order, the first for level 1.
    pub fn new(values: Vec<T>) -> Self {
        Self(values)
    }

    /// The value of a level; `None` if the trial has no such level.
    pub fn get(&self, level: DoseLevel) -> Option<&T> {
        self.0.get(usize::from(level.number()) - 1)
    }

    /// The value of a level, to change it.
    pub fn get_mut(&mut self, level: DoseLevel) -> Option<&mut T> {
        self.0.get_mut(usize::from(level.number()) - 1)
    }

    /// Levels with their values, lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (DoseLevel, &T)> {
        (1..=u8::MAX).map(DoseLevel).zip(&self.0)
    }

    /// The levels, lowest first.
    pub fn levels(&self) -> impl DoubleEndedIterator<Item = DoseLevel> + use<T> {
        (1..=u8::MAX).map(DoseLevel).take(self.0.len())
    }

    /// The values, lowest level first.
    pub fn values(&self) -> &[T] {
        &self.0
    }

    /// The values, lowest level first, to change them.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.0
    }

    /// How many levels there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A number of cells.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Cells(f64);

impl Cells {
    /// A finite, non-negative number of cells.
    pub fn new(cells: f64) -> Option<Self> {
        (cells.is_finite() && cells >= 0.0).then_some(Self(cells))
    }

    /// From millions of cells, the unit SDTM uses.
    pub fn millions(millions: f64) -> Option<Self> {
        Self::new(millions * 1e6)
    }

    /// The number of cells.
    pub const fn to_cells(self) -> f64 {
        self.0
    }

    /// In millions of cells.
    pub fn to_millions(self) -> f64 {
        self.0 / 1e6
    }

    /// `2.5×10^8 cells`.
    pub fn words(self) -> Words {
        let number = if self.0 < 1e4 {
            self.0.to_string()
        } else {
            let exponent = self.0.log10().floor();
            let mantissa = (self.0 / 10f64.powf(exponent) * 1000.0).round() / 1000.0;
            format!("{mantissa:?}×10^{exponent}")
        };
        both!("{number} cells", "{number}个细胞")
    }

    /// Whether the amount stands in for one that is not known yet: no product has fewer than 1000 cells.
    pub fn is_placeholder(self) -> bool {
        self.0 < 1e3
    }

    /// This amount as a percentage of a planned one; `None` when nothing was planned.
    pub fn percent_of(self, planned: Self) -> Option<f64> {
        // Multiply first: both are below 2^53, so a dose of exactly 80 % stays exactly 80.
        (planned.0 > 0.0).then(|| self.0 * 100.0 / planned.0)
    }
}

impl fmt::Display for Cells {
    /// `2.5×10^8 cells`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}
