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

use super::Facts;
use crate::study::{BaselineEnd, Lab};

/// The last value of the same test before the baseline ends, and before the result itself.
pub(crate) fn lab_baseline<'a>(facts: &Facts<'a>, lab: &Lab, end: BaselineEnd) -> Option<&'a Lab> {
    facts.subject.labs.iter().rfind(|other| {
        other.test == lab.test
            && other.value.is_some()
            && end.follows(other.when)
            && other.when.order() < lab.when.order()
    })
}
