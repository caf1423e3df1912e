//! CRS and ICANS grades of a subject over time.

use super::Facts;
use crate::dlt::{ToxicityGrade, toxicity_grades};
use crate::study::Syndrome;

impl Facts<'_> {
    /// Grades of one syndrome in order of time.
    pub fn toxicity_grades(&self, syndrome: Syndrome) -> Vec<ToxicityGrade> {
        toxicity_grades(self.subject, syndrome)
    }
}
