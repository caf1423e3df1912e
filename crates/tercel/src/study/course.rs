//! What became of a subject.

use super::{DispositionReason, RecordId, Subject, When};

impl Subject {
    /// Whether the cells were infused, also on a day that is not known.
    pub fn is_infused(&self) -> bool {
        !self.infusions.is_empty() || !self.undated_infusions.is_empty()
    }

    /// When the subject died: from the subject-level record, otherwise from how it left the study.
    pub fn died(&self) -> Option<(When, &RecordId)> {
        let recorded = self.death.as_ref().map(|death| (death.when, &death.record));
        let left = || {
            let mut deaths = self
                .dispositions
                .iter()
                .filter(|left| left.reason == DispositionReason::Death);
            deaths.find_map(|left| Some((left.when?, &left.record)))
        };
        recorded.or_else(left)
    }
}
