//! What became of a subject.

use super::{DispositionReason, Milestone, RecordId, Subject, When};

const SCREEN_FAILURE: &str = "SCREEN FAILURE";
const NOT_MET: &str = "ELIGIBILITY CRITERIA NOT MET";
const MET: &str = "ELIGIBILITY CRITERIA MET";

/// Whether a term of disposition, or a milestone, says that screening failed (CDISC codelists NCOMPLT and PROTMLST).
pub fn is_screen_failure(term: &str) -> bool {
    let term = term.trim().to_ascii_uppercase();
    term.contains(SCREEN_FAILURE) || term == NOT_MET
}

fn is(term: &str, name: &str) -> bool {
    term.trim().eq_ignore_ascii_case(name)
}

/// Which of a subject's terms of disposition and milestones, each with its date, says that screening failed: its position.
/// Criteria that are not met count until they are met at a later time, for a subject may be screened again under its own
/// number.
pub fn failed_screening<'t>(said: impl Iterator<Item = (&'t str, Option<When>)> + Clone) -> Option<usize> {
    let met = said.clone().filter(|(term, _)| is(term, MET));
    let met = met.filter_map(|(_, when)| Some(when?.order())).max();
    let overtaken =
        |term: &str, when: Option<When>| is(term, NOT_MET) && when.is_some_and(|when| met > Some(when.order()));
    let mut said = said;
    said.position(|(term, when)| is_screen_failure(term) && !overtaken(term, when))
}

impl Milestone {
    /// Whether the criteria of entry are met (CDISC codelist PROTMLST).
    pub(super) fn says_criteria_met(&self) -> bool {
        is(&self.term, MET)
    }
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

    /// How a subject left or died before anything of the study was done: without a dose level, a failed screening, criteria that
    /// were met, cells collected, lymphodepletion or an infusion.
    pub fn left_in_screening(&self) -> Option<&RecordId> {
        let begun = self.level.is_some()
            || self.milestones.iter().any(Milestone::says_criteria_met)
            || self.procedures.iter().any(|procedure| procedure.collection)
            || !self.lymphodepletion.is_empty()
            || self.is_infused();
        if begun || self.said_screen_failure().is_some() {
            return None;
        }
        let left = self
            .dispositions
            .iter()
            .find(|one| one.reason != DispositionReason::Completed);
        left.map(|one| &one.record)
            .or(self.death.as_ref().map(|death| &death.record))
    }

    /// Whether the subject is enrolled, or still in screening: it neither failed nor left it (`cfr11-10`, paragraph (a)).
    pub fn is_enrolled(&self) -> bool {
        self.screen_failure().is_none() && self.left_in_screening().is_none()
    }

    /// What says that screening failed, whatever was done.
    pub(crate) fn said_screen_failure(&self) -> Option<(&str, &RecordId)> {
        let left = self
            .dispositions
            .iter()
            .map(|one| (one.term.as_str(), one.when, &one.record));
        let passed = self
            .milestones
            .iter()
            .map(|one| (one.term.as_str(), one.when, &one.record));
        let mut said = left.chain(passed);
        let failed = failed_screening(said.clone().map(|(term, when, _)| (term, when)));
        let failed = failed.and_then(|position| said.nth(position));
        failed
            .map(|(term, _, record)| (term, record))
            .or_else(|| self.screened_out.then_some((SCREEN_FAILURE, &self.record)))
    }

    /// Whether the subject is known to have died, on a known day or not.
    pub fn is_dead(&self) -> bool {
        let left = |reason: DispositionReason| self.dispositions.iter().any(|left| left.reason == reason);
        self.died_undated || self.death.is_some() || left(DispositionReason::Death)
    }

    /// The record that says that the subject died, whether it has the day or not.
    pub fn death_record(&self) -> Option<&RecordId> {
        let dated = || self.died().map(|(_, record)| record);
        let left = || {
            let mut deaths = self.dispositions.iter();
            deaths.find(|left| left.reason == DispositionReason::Death)
        };
        let undated = || self.died_undated.then_some(&self.record);
        dated().or_else(|| left().map(|left| &left.record)).or_else(undated)
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
