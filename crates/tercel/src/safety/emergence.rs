//! Treatment emergence of an adverse event, by one rule for every reference.
//!
//! # What it derives
//! Whether an event emerged under a treatment, and why or why not.
//!
//! # Source
//! PHUSE white paper WP-087 (`phuse-wp087`), as `docs/methods.md`, "Treatment emergence", states it.
//!
//! # Formula
//! In this order: not treated, no; certainly ended before the reference, no; start not recorded, yes; start not certainly
//! before the reference, yes; worse after the reference than at its start, yes; otherwise no.
//!
//! # Example
//! An onset of `2025-03` is emergent under an infusion of 2025-03-20 unless the event ended by 2025-03-19.
//!
//! # Limits
//! The data say how grave an event was at onset and at worst, not on which day it became worse: an event from before the
//! reference that worsened counts. There is no last day after which a new event no longer counts.

use crate::grade::Grade;
use crate::study::{AdverseEvent, EventOutcome, InitialGrade, When};

/// Why an event is emergent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emergent {
    /// It began on or after the reference.
    Began,
    /// Its onset is partial and may lie on or after the reference.
    MayHaveBegun,
    /// Its onset is not recorded.
    OnsetUnknown,
    /// It was there before and became worse.
    Worsened,
    /// It was there before; a grade is missing, so it may have become worse.
    MayHaveWorsened,
}

/// Why an event is not emergent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotEmergent {
    /// The subject did not have the treatment.
    NotTreated,
    /// It ended before the reference.
    EndedBefore,
    /// It was there before and did not become worse.
    WasThere,
}

/// Whether an event emerged under a treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emergence {
    /// It did.
    Yes(Emergent),
    /// It did not.
    No(NotEmergent),
}

impl Emergence {
    /// Whether it counts.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Yes(_))
    }
}

/// Whether `event` emerged under the treatment that began at `reference`; `died` is the subject's death.
///
/// ```
/// use tercel::safety::{Emergence, NotEmergent, is_certainly_before};
/// use tercel::study::When;
///
/// let when = |text| When::parse(text).unwrap();
/// assert!(is_certainly_before(when("2025-03-19"), when("2025-03-20")));
/// assert!(!is_certainly_before(when("2025-03"), when("2025-03-20")));
/// assert!(is_certainly_before(when("2025-03-20T08:00"), when("2025-03-20T10:00")));
/// assert!(!is_certainly_before(when("2025-03-20"), when("2025-03-20T10:00")));
/// assert!(!Emergence::No(NotEmergent::NotTreated).counts());
/// ```
pub fn derive_emergence(event: &AdverseEvent, reference: Option<When>, died: Option<When>) -> Emergence {
    let Some(reference) = reference else {
        return Emergence::No(NotEmergent::NotTreated);
    };
    if event.end.is_some_and(|end| is_certainly_before(end, reference)) {
        return Emergence::No(NotEmergent::EndedBefore);
    }
    let Some(start) = event.start else {
        return Emergence::Yes(Emergent::OnsetUnknown);
    };
    if !is_certainly_before(start, reference) {
        let known = start.day().is_some() && reference.day().is_some();
        return Emergence::Yes(if known { Emergent::Began } else { Emergent::MayHaveBegun });
    }
    // Death after the reference is the worst an event can come to.
    let fatal = event.grade == Some(Grade::G5) || event.outcome == EventOutcome::Fatal;
    if fatal && died.is_none_or(|died| !is_certainly_before(died, reference)) {
        return Emergence::Yes(Emergent::Worsened);
    }
    match (event.details.initial_grade, event.grade) {
        (InitialGrade::Missing, _) | (InitialGrade::Recorded(_), None) => Emergence::Yes(Emergent::MayHaveWorsened),
        (InitialGrade::Recorded(initial), Some(worst)) if initial < worst => Emergence::Yes(Emergent::Worsened),
        (InitialGrade::NotCollected, _) | (InitialGrade::Recorded(_), Some(_)) => Emergence::No(NotEmergent::WasThere),
    }
}

/// Whether `one` lies before `other` whatever the parts not written mean. On the same day only times of day can tell.
pub fn is_certainly_before(one: When, other: When) -> bool {
    match (one.day(), other.day(), one.clock, other.clock) {
        (Some(day), Some(same), Some(clock), Some(later)) if day == same => clock < later,
        _ => one.date.latest() < other.date.earliest(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Causality, Dataset, EventDetails, RecordId, SubjectId};

    fn when(text: &str) -> When {
        When::parse(text).unwrap()
    }

    fn event(start: &str, end: &str, initial: InitialGrade, grade: u8) -> AdverseEvent {
        let maybe = |text: &str| (!text.is_empty()).then(|| when(text));
        AdverseEvent {
            record: RecordId {
                dataset: Dataset::new("AE"),
                subject: SubjectId::new("1"),
                number: 1,
            },
            term: "Nausea".to_owned(),
            preferred_term: None,
            organ_class: None,
            grade: Grade::from_number(grade),
            serious: Some(false),
            causality: Causality::default(),
            start: maybe(start),
            end: maybe(end),
            outcome: EventOutcome::Unknown,
            details: EventDetails {
                initial_grade: initial,
                ..EventDetails::default()
            },
        }
    }

    #[test]
    fn every_step_of_the_rule_in_its_order() {
        use Emergence::{No, Yes};
        use InitialGrade::{Missing, NotCollected, Recorded};
        let (g1, g2) = (Recorded(Grade::G1), Recorded(Grade::G2));
        let cases = [
            ("2025-03-20", "", NotCollected, 1, Yes(Emergent::Began)),
            ("2025-03-21", "2025-03-22", NotCollected, 1, Yes(Emergent::Began)),
            ("2025-03-19", "", NotCollected, 1, No(NotEmergent::WasThere)),
            ("2025-03-19", "2025-03-20", NotCollected, 1, No(NotEmergent::WasThere)),
            ("2025-03-19", "2025-03-19", g1, 3, No(NotEmergent::EndedBefore)),
            ("", "2025-03-19", NotCollected, 1, No(NotEmergent::EndedBefore)),
            ("", "2025-03-20", NotCollected, 1, Yes(Emergent::OnsetUnknown)),
            ("", "", NotCollected, 1, Yes(Emergent::OnsetUnknown)),
            ("2025-03", "", NotCollected, 1, Yes(Emergent::MayHaveBegun)),
            ("2025", "2025-03", NotCollected, 1, Yes(Emergent::MayHaveBegun)),
            ("2025-03", "2025-03-19", NotCollected, 1, No(NotEmergent::EndedBefore)),
            ("2025-02", "", NotCollected, 1, No(NotEmergent::WasThere)),
            ("2025-02-01", "", g1, 2, Yes(Emergent::Worsened)),
            ("2025-02-01", "", g2, 2, No(NotEmergent::WasThere)),
            ("2025-02-01", "", Missing, 2, Yes(Emergent::MayHaveWorsened)),
            ("2025-02-01", "", g1, 0, Yes(Emergent::MayHaveWorsened)),
            ("2025-02-01", "", NotCollected, 5, Yes(Emergent::Worsened)),
        ];
        for (start, end, initial, grade, expected) in cases {
            let event = event(start, end, initial, grade);
            let got = derive_emergence(&event, Some(when("2025-03-20")), None);
            assert_eq!(got, expected, "{start} to {end}");
            assert_eq!(derive_emergence(&event, None, None), No(NotEmergent::NotTreated));
        }
    }

    #[test]
    fn on_the_day_of_infusion_the_clock_decides_where_both_have_one() {
        let of = |start: &str, reference: &str| {
            let event = event(start, "", InitialGrade::NotCollected, 1);
            derive_emergence(&event, Some(when(reference)), None).counts()
        };
        assert!(!of("2025-03-20T09:59", "2025-03-20T10:00"));
        assert!(of("2025-03-20T10:00", "2025-03-20T10:00"));
        assert!(of("2025-03-20", "2025-03-20T10:00"));
        assert!(of("2025-03-20T08:00", "2025-03-20"));
    }

    #[test]
    fn a_death_before_the_reference_makes_nothing_worse_under_it() {
        let fatal = event("2025-02-01", "", InitialGrade::NotCollected, 5);
        let emergence = |died| derive_emergence(&fatal, Some(when("2025-03-20")), Some(when(died)));
        assert_eq!(emergence("2025-03-01"), Emergence::No(NotEmergent::WasThere));
        assert_eq!(emergence("2025-03-25"), Emergence::Yes(Emergent::Worsened));
    }
}
