//! Outcomes of designs that look at responses beside DLTs.

use super::Count;
use crate::protocol::{DoseLevel, PerLevel};

/// DLTs and responses at one dose level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EfficacyCount {
    /// Subjects evaluated, those with a DLT, and those pending.
    pub dlts: Count,
    /// Subjects with a response.
    pub response: u32,
    /// Evaluated subjects with a DLT and a response.
    pub both: u32,
}

impl EfficacyCount {
    /// Complete outcomes: `dlt` and `response` of `evaluable`, `both` in the same subject.
    pub const fn complete(evaluable: u32, dlt: u32, response: u32, both: u32) -> Self {
        Self {
            dlts: Count::complete(evaluable, dlt),
            response,
            both,
        }
    }
}

impl PerLevel<EfficacyCount> {
    /// Outcomes at a level; none where the trial has no such level.
    pub fn at(&self, level: DoseLevel) -> EfficacyCount {
        self.get(level).copied().unwrap_or_default()
    }

    /// The DLTs alone.
    pub fn dlts(&self) -> PerLevel<Count> {
        PerLevel::new(self.values().iter().map(|count| count.dlts).collect())
    }
}
