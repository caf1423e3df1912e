//! A whole study's subject data and where it came from.

use super::{Dataset, Finding, Subject};

/// One dataset that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetRead {
    /// Dataset.
    pub dataset: Dataset,
    /// File name.
    pub file: String,
    /// Number of rows.
    pub rows: usize,
    /// Columns nothing reads, kept aside with their values in row order.
    pub aside: Vec<(String, Vec<String>)>,
}

impl StudyData {
    /// Whether the source has this dataset. An empty one says that nothing was recorded in it so far; an absent one says
    /// nothing. Data that were never in datasets (a rehearsal) have all.
    pub fn holds(&self, dataset: &str) -> bool {
        self.datasets.is_empty() || self.datasets.iter().any(|read| read.dataset.as_str() == dataset)
    }
}

/// All subjects of a study, with what was found wrong on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StudyData {
    /// Subjects in order of their identifiers.
    pub subjects: Vec<Subject>,
    /// What is wrong or missing in the data.
    pub findings: Vec<Finding>,
    /// The datasets read.
    pub datasets: Vec<DatasetRead>,
    /// Whether the data say that they are a rehearsal.
    pub synthetic: bool,
    /// Whether any record carries a calendar date; published tables may not.
    pub dated: bool,
}
