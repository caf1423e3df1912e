//! Laboratory values graded by the CTCAE, version 5.0 or 6.0.
//!
//! # What it derives
//! For one value, with its unit, limits of normal and baseline: the grade of each term of its test ([`grade_lab`]).
//!
//! # Source
//! `ctcae5`, `ctcae6`. The wording stands beside its cut-points in `data/ctcae_v5.toml` and `data/ctcae_v6.toml`.
//!
//! # Formula
//! Every criterion of every grade is met, not met, or unknown because something it reads is missing. The grade is the highest
//! one met. It is determinate if no higher one is unknown or hangs on a condition no value shows ("symptomatic", "on
//! anticoagulation"); otherwise the answer is a range, or not gradable when not even grade 1 is certain.
//! Values are compared after rounding to 15 significant digits. A baseline is abnormal if it lies beyond its limit in the
//! direction of the term. The baseline value itself is graded against the limits, never against itself.
//!
//! # Example
//! ```
//! use tercel::grade::ctcae::{Ctcae, LabOutcome, LabResult, grade_lab};
//! use tercel::grade::{Grade, Toxicity};
//! let result = LabResult { unit: Some("10^9/L"), lln: Some(1.8), ..LabResult::of(0.49) };
//! let grades = grade_lab(Ctcae::V5, "ANC", &result).unwrap();
//! assert_eq!(grades[0].outcome, LabOutcome::Graded(Toxicity::Present(Grade::G4)));
//! ```
//!
//! # Limits
//! - The grade is that of the value alone. A criterion joined by ";" that is clinical only ("hospitalization indicated",
//!   grade 4 of anemia) can raise the grade of the event; the reason names it, the grade does not change.
//! - A laboratory grade is not an adverse event: that needs the investigator's judgement.
//! - Absolute cut-points hold whatever the laboratory's own limits are, as printed.
//! - Haemoglobin in mmol/L is the monomer.
//! - A test with terms in a single unit system is converted to it by molar mass; where NCI prints both systems, each value is
//!   compared in its own, since the printed numbers are rounded (1.23 mmol/L of magnesium is 2.99 mg/dL, not 3.0).
//! - "If abnormal" in fibrinogen decreased is read as a value below LLN: the worse of the fall from baseline and the multiple of
//!   LLN counts. "Increase" in hemoglobin increased (5.0) is read as above ULN. "Present" in lymphopenia, thrombocytosis and
//!   neutrophil count increased (6.0) is read as beyond the limit of normal.
//! - Terms graded by intervention (hypo- and hyperphosphatemia; in 5.0 also hyperglycemia and glucose intolerance) are never
//!   determinate; a normal value may be a treated one.
//! - Between whole numbers (5.0: sodium; 6.0: creatinine clearance) the range goes on: 129.5 mmol/L is read as below 130.
//! - 6.0 prints grades 1 and 2 of hyperglycemia for fasting samples: a glucose not known to be fasting gives a range.
//! - 6.0 has no grade 3 of ALT and AST for a baseline above 5 ULN, and none of creatinine clearance below 10 ml/min: the value is
//!   at least of the grade before, and the next is named.

mod outcome;
mod reading;
mod version;

pub use outcome::{Baseline, LabGrade, LabOutcome, LabResult, Missing, RangeIndicator, Undecided, UnknownLab};

pub use version::Ctcae;

use super::criteria::{LabCriteria, LabTerm};
use super::dictionary::Dictionary;
use reading::Reading;

/// Grades a value. `name` is a term of the version, or a test by name or SDTM code; a test gives its high terms before its low
/// ones.
pub fn grade_lab(version: Ctcae, name: &str, result: &LabResult<'_>) -> Result<Vec<LabGrade<'static>>, UnknownLab> {
    let criteria = LabCriteria::of(version);
    let terms = criteria.find(name).ok_or_else(|| unknown(criteria, name))?;
    if terms.is_empty() {
        let name = name.to_owned();
        return Err(UnknownLab::NoTerm { version, name });
    }
    Ok(terms.into_iter().map(|term| grade_term(term, result)).collect())
}

/// Why a name has no terms: it belongs to another version, or to none.
fn unknown(criteria: &LabCriteria, name: &str) -> UnknownLab {
    let version = criteria.version;
    let known = |other: &Ctcae| *other != version && LabCriteria::of(*other).find(name).is_some();
    if let Some(other) = Ctcae::ALL.into_iter().find(known) {
        let now = Dictionary::of(version).named_after(name);
        return UnknownLab::OtherVersion {
            name: name.to_owned(),
            other,
            version,
            now: now.iter().map(|term| term.name.to_owned()).collect(),
        };
    }
    let name = name.to_owned();
    UnknownLab::Name { version, name }
}

/// Grades a value by one term.
pub fn grade_term<'c>(term: &'c LabTerm, result: &LabResult<'_>) -> LabGrade<'c> {
    let outcome = match Reading::new(term, result) {
        Ok(reading) => reading.outcome(),
        Err(missing) => LabOutcome::NotGradable(Undecided::Missing(missing)),
    };
    LabGrade { term, outcome }
}
