//! Identity of subjects and records: what every reported number points back to.

use std::fmt;
use std::sync::Arc;

/// Unique subject identifier (`USUBJID`), as written in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId(Arc<str>);

impl SubjectId {
    /// The subject with this identifier.
    pub fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// The identifier as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Name of the dataset a record stands in (`AE`, `LB`, `ADTTE`), upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dataset(Arc<str>);

impl Dataset {
    /// The dataset of this name; lower case is accepted.
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name.to_uppercase()))
    }

    /// The name, upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One record of one dataset: displayed as `AE/<subject>/<sequence number or row>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId {
    /// Dataset the record stands in.
    pub dataset: Dataset,
    /// Subject it belongs to.
    pub subject: SubjectId,
    /// The dataset's sequence number (`--SEQ`), or the row number where it has none; 1 for the one row of a subject in a dataset
    /// of one row a subject.
    pub number: u32,
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.dataset, self.subject, self.number)
    }
}
