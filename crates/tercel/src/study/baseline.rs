//! The moment from which a value is no longer baseline, by `safety.baseline` of the protocol.

use jiff::civil::Date;

use super::{Clock, Subject, When};
use crate::protocol::{LabBaseline, Trial};

/// The moment from which a value is no longer baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineEnd {
    day: Date,
    /// Time of day, where values of the day itself may lie before.
    clock: Option<Clock>,
}

impl BaselineEnd {
    /// Whether the value was drawn before.
    pub fn follows(self, drawn: When) -> bool {
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

/// When the baseline of a subject ends; `None` for a subject to whom nothing was done yet.
pub fn baseline_end(trial: &Trial, subject: &Subject) -> Option<BaselineEnd> {
    let infusion = subject.infusions.first();
    let conditioned = || {
        let dose = subject.lymphodepletion.first()?;
        Some(BaselineEnd {
            day: dose.start.date.earliest(),
            clock: None,
        })
    };
    let infused = |clock: Option<Clock>| {
        Some(BaselineEnd {
            day: infusion?.when.day()?,
            clock,
        })
    };
    let collected = || {
        let collection = subject.procedures.iter().find(|procedure| procedure.collection)?;
        Some(BaselineEnd {
            day: collection.start.date.earliest(),
            clock: None,
        })
    };
    let treated = || conditioned().or_else(|| infused(None));
    match trial.safety.baseline {
        LabBaseline::BeforeLymphodepletion => treated(),
        LabBaseline::BeforeInfusion => infused(infusion.and_then(|infusion| infusion.when.clock)).or_else(treated),
        LabBaseline::BeforeCollection => collected().or_else(treated),
    }
}
