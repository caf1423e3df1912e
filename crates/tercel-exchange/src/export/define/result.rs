//! Results that rest on analysis datasets: Analysis Results Metadata.

/// One analysis result: an outcome, or one of its parts, at one time point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisResult {
    /// Identifier: `P2.ae`, `S1.3`.
    pub id: String,
    /// Display it stands in: identifier and words of the outcome.
    pub display: (String, String),
    /// What is computed.
    pub description: String,
    /// `PRIMARY OUTCOME MEASURE` and so on.
    pub purpose: &'static str,
    /// Dataset it is computed from.
    pub dataset: String,
    /// The rows it is computed from: all conditions hold.
    pub rows: Vec<Condition>,
    /// The variables it is computed from.
    pub variables: Vec<String>,
    /// How it is computed.
    pub documentation: String,
    /// The command that computes it.
    pub code: String,
}

/// A variable and the values of which it has one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// Variable.
    pub variable: String,
    /// Values.
    pub values: Vec<String>,
}
