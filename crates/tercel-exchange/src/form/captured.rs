//! A record as it was entered.

use std::collections::BTreeMap;

use tercel::study::{Dataset, RecordId, SubjectId};

use super::{Form, form};

/// One record of a form: what was answered, as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Captured {
    /// The form.
    pub form: String,
    /// The subject (`USUBJID`); `None` for a record of a site or of the study.
    pub subject: Option<String>,
    /// Its number among the records of the subject in the same dataset, from 1: the row's sequence number.
    pub number: u32,
    /// Answers by field; a field that is not there was not answered.
    pub values: BTreeMap<String, String>,
}

impl Captured {
    /// The form it belongs to; `None` where no form has that name.
    pub fn definition(&self) -> Option<&'static Form> {
        form(&self.form)
    }

    /// An answer; blank counts as none.
    pub fn value(&self, field: &str) -> Option<&str> {
        answer(&self.values, field)
    }

    /// The identity that reports and findings print for its row; `None` where it becomes no row of a subject.
    pub fn record_id(&self) -> Option<RecordId> {
        Some(RecordId {
            dataset: Dataset::new(self.definition()?.domain?),
            subject: SubjectId::new(self.subject.as_deref()?),
            number: self.number,
        })
    }
}

/// An answer among answers; blank counts as none.
pub(super) fn answer<'v>(values: &'v BTreeMap<String, String>, field: &str) -> Option<&'v str> {
    values
        .get(field)
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
}
