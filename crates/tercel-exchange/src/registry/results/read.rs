//! A record of ClinicalTrials.gov with results (API version 2) to [`Results`].

mod sections;
mod words;

use serde_json::Value;
use thiserror::Error;

use super::super::cursor::At;
use super::super::{RegistryError, json};
use super::Results;

/// Why a record's results cannot be read.
#[derive(Debug, Error)]
pub enum ResultsError {
    /// No study, or none that can be read.
    #[error(transparent)]
    Record(#[from] RegistryError),
    /// A study without results.
    #[error("the study has no resultsSection: no results were posted; give the JSON of a study that has them")]
    NoResults,
    /// A group that the section does not have.
    #[error("{place} names the group \"{group}\", which its section does not have")]
    NoGroup {
        /// Path of the reference.
        place: String,
        /// Group named.
        group: String,
    },
    /// Two groups of one name.
    #[error("{place} has the group \"{group}\" twice")]
    TwiceGroup {
        /// Path of the section.
        place: String,
        /// Group.
        group: String,
    },
}

/// Reads the results of a study. `nct` chooses one of several.
pub fn read_results(bytes: &[u8], nct: Option<&str>) -> Result<Results, ResultsError> {
    let study = json::parse_value(bytes, nct)?;
    results_of(&study)
}

/// The results of a study that is read already.
pub(in crate::registry) fn results_of(study: &Value) -> Result<Results, ResultsError> {
    let Some(section) = At::root(study).get("resultsSection")? else {
        return Err(ResultsError::NoResults);
    };
    sections::results(&section)
}
