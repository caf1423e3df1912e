//! CRS and ICANS grades of a subject over time, as recorded by the investigator.

use super::Facts;
use crate::study::{RecordId, Toxicity, When};

impl Facts<'_> {
    /// Graded findings of one toxicity in order of time, each with the records that give the grade.
    pub fn toxicity_grades(&self, toxicity: Toxicity) -> Vec<(When, u8, Vec<RecordId>)> {
        let graded = self
            .subject
            .toxicity
            .iter()
            .filter(|finding| finding.toxicity == toxicity && finding.item == "TOXGR");
        graded
            .filter_map(|finding| {
                Some((
                    finding.when,
                    finding.result.trim().parse().ok()?,
                    vec![finding.record.clone()],
                ))
            })
            .collect()
    }
}
