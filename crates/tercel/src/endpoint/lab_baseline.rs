//! The baseline of a laboratory result.
//!
//! # What it derives
//! The result of the same test that a later one is compared with, and the day from which results are later ones.
//!
//! # Source
//! `safety.baseline` of the protocol; `docs/methods.md`, "Laboratory changes".
//!
//! # Formula
//! The last value of the test before the first dose of lymphodepletion, before infusion, or before PBMC collection. Where that
//! did not take place: lymphodepletion, then infusion, whichever there was. On the day itself a value counts as before the
//! infusion only if both times of day say so.
//!
//! # Example
//! Platelets 150 on day −7, lymphodepletion on days −5 to −3, platelets 90 on day −1: the baseline is 150 before
//! lymphodepletion, 90 before infusion.
//!
//! # Limits
//! A value whose day is not complete is a baseline only if the whole of what is known of it lies before.

use jiff::civil::Date;

use super::Facts;
use crate::protocol::LabBaseline;
use crate::study::{Clock, Lab, When};

/// The moment from which a value is no longer baseline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BaselineEnd {
    day: Date,
    /// Time of day, where values of the day itself may lie before.
    clock: Option<Clock>,
}

impl BaselineEnd {
    /// Whether the value was drawn before.
    fn follows(self, drawn: When) -> bool {
        let earlier_that_day = || {
            let same_day = drawn.day() == Some(self.day);
            same_day && drawn.clock.zip(self.clock).is_some_and(|(drawn, end)| drawn < end)
        };
        drawn.date.latest() < self.day || earlier_that_day()
    }

    /// Whether the value may have been drawn at that moment or later.
    pub(crate) fn precedes(self, drawn: When) -> bool {
        drawn.date.latest() >= self.day && !self.follows(drawn)
    }
}

/// When the baseline of laboratory values ends; `None` for a subject to whom nothing was done yet.
pub(crate) fn baseline_end(facts: &Facts<'_>) -> Option<BaselineEnd> {
    let conditioned = || {
        let dose = facts.subject.lymphodepletion.first()?;
        Some(BaselineEnd {
            day: dose.start.date.earliest(),
            clock: None,
        })
    };
    let infused = |clock: Option<Clock>| {
        Some(BaselineEnd {
            day: facts.day0?,
            clock,
        })
    };
    let collected = || {
        let collection = facts.collection?;
        Some(BaselineEnd {
            day: collection.start.date.earliest(),
            clock: None,
        })
    };
    let treated = || conditioned().or_else(|| infused(None));
    match facts.trial.safety.baseline {
        LabBaseline::BeforeLymphodepletion => treated(),
        LabBaseline::BeforeInfusion => {
            infused(facts.infusion.and_then(|infusion| infusion.when.clock)).or_else(treated)
        }
        LabBaseline::BeforeCollection => collected().or_else(treated),
    }
}

/// The last value of the same test before the baseline ends, and before the result itself.
pub(crate) fn lab_baseline<'a>(facts: &Facts<'a>, lab: &Lab, end: BaselineEnd) -> Option<&'a Lab> {
    facts.subject.labs.iter().rfind(|other| {
        other.test == lab.test
            && other.value.is_some()
            && end.follows(other.when)
            && other.when.order() < lab.when.order()
    })
}
