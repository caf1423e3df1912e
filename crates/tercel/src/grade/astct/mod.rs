//! Cytokine release syndrome and neurotoxicity graded by the ASTCT consensus.
//!
//! # What it derives
//! A grade per assessment of [CRS](crs) and of [ICANS](icans), with the item that decides it; or the bounds within which it
//! lies and what has to be clarified.
//!
//! # Source
//! `lee2019astct`, tables 2 (CRS) and 6 (ICANS in adults).
//!
//! # Formula
//! The worst item counts. An item attributed to another cause does not.
//!
//! # Example
//! See [`crs::grade_crs`] and [`icans::grade_icans`].
//!
//! # Limits
//! Grade 5 is death due to the syndrome; it comes from the death record, not from an assessment. Organ toxicity is graded by
//! CTCAE apart and changes neither scale. Lee 2014, Penn, MSKCC and CARTOX grade the same patient differently.

pub mod crs;
pub mod episode;
pub mod icans;

use super::Toxicity;

/// What an assessment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AstctOutcome {
    /// The findings decide.
    Graded(Toxicity),
    /// A clinician has to decide within these bounds.
    Unresolved {
        /// The grade is not below this.
        at_least: Toxicity,
        /// The grade is not above this.
        at_most: Toxicity,
    },
}

impl AstctOutcome {
    /// Decided if the bounds agree.
    fn between(at_least: Toxicity, at_most: Toxicity) -> Self {
        if at_least == at_most {
            Self::Graded(at_least)
        } else {
            Self::Unresolved { at_least, at_most }
        }
    }

    /// The lowest and the highest possible.
    pub const fn bounds(self) -> (Toxicity, Toxicity) {
        match self {
            Self::Graded(toxicity) => (toxicity, toxicity),
            Self::Unresolved { at_least, at_most } => (at_least, at_most),
        }
    }
}
