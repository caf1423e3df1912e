//! Which adverse events a protocol watches most closely.

use crate::grade::Grade;

/// A kind of adverse event of special interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    /// Stable name.
    pub id: String,
    /// Name in reports.
    pub label: String,
    /// Event class it looks at.
    pub events: String,
    /// Lowest grade that belongs to it; `None`: any, and no grade too.
    pub grade_min: Option<Grade>,
    /// Still present this many days after infusion; `None`: however long it lasts.
    pub present_on_day: Option<u32>,
}
