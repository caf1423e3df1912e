//! What became of a subject.

use super::{DispositionReason, RecordId, Subject, When};

const SCREEN_FAILURE: &str = "SCREEN FAILURE";

/// Whether a term of disposition, or a milestone, says that screening failed (CDISC codelists NCOMPLT and PROTMLST).
pub fn is_screen_failure(term: &str) -> bool {
    let term = term.trim().to_ascii_uppercase();
    term.contains(SCREEN_FAILURE) || term == "ELIGIBILITY CRITERIA NOT MET"
}

impl Subject {
    /// Whether the cells were infused, also on a day that is not known.
    pub fn is_infused(&self) -> bool {
        !self.infusions.is_empty() || !self.undated_infusions.is_empty()
    }

    /// What says that screening failed, of a subject from whom no cells were collected and who received none: the term and its record. Who was only screened
    /// is not enrolled (`cfr11-10`, paragraph (a), *enrolled*).
    pub fn screen_failure(&self) -> Option<(&str, &RecordId)> {
        let collected = self.procedures.iter().any(|procedure| procedure.collection);
        self.said_screen_failure().filter(|_| !collected && !self.is_infused())
    }

    /// What says that screening failed, whatever was done.
    pub(crate) fn said_screen_failure(&self) -> Option<(&str, &RecordId)> {
        let left = self.dispositions.iter().map(|one| (one.term.as_str(), &one.record));
        let passed = self.milestones.iter().map(|one| (one.term.as_str(), &one.record));
        let mut said = left.chain(passed);
        said.find(|(term, _)| is_screen_failure(term))
            .or_else(|| self.screened_out.then_some((SCREEN_FAILURE, &self.record)))
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
