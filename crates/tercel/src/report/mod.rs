//! Report contents as data: sections, tables, figures.

/// A report.
#[derive(Debug)]
pub struct Report;

/// Builds it.
pub fn build_report(
    _analysis: &crate::endpoint::Analysis<'_>,
    _cells: &[crate::endpoint::Cell],
    _decision: Option<&crate::design::StudyDecision>,
    _findings: &[crate::study::Finding],
) -> Report {
    Report
}
