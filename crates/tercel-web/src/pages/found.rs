//! What a subject's records contradict or lack, each with the record it is about.

use schemars::JsonSchema;
use serde::Serialize;
use tercel::endpoint::{Analysis, check_subjects};
use tercel::language::Language;
use tercel::study::Finding;
use tercel_exchange::form::form;
use tercel_store::Record;

use super::remarks::said;
use crate::serve::encode;

/// A finding as a page shows it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(crate) struct FindingLine {
    /// The question it is about, and what was found.
    pub(crate) sentence: String,
    /// The variable, as the data name it.
    #[serde(rename = "variable")]
    pub(crate) code: String,
    /// The key of the record, where it was entered here.
    #[serde(rename = "record")]
    pub(crate) key: Option<String>,
}

impl FindingLine {
    /// The address of the record.
    pub(crate) fn to(&self) -> Option<String> {
        self.key.as_deref().map(encode)
    }
}

/// The findings of a subject, from its records.
pub(crate) fn findings_of(
    analysis: &Analysis<'_>,
    records: &[Record],
    subject: &str,
    language: Language,
) -> Vec<FindingLine> {
    let of_subject = |finding: &Finding| finding.subject.as_ref().is_some_and(|id| id.as_str() == subject);
    let line = |finding: Finding| {
        let key = finding.record.as_ref().map(ToString::to_string);
        let record = records.iter().find(|record| Some(&record.key) == key.as_ref());
        FindingLine {
            sentence: said(&finding, record.and_then(|record| form(&record.form)), language),
            code: finding.field,
            key: record.map(|record| record.key.clone()),
        }
    };
    check_subjects(analysis)
        .into_iter()
        .filter(of_subject)
        .map(line)
        .collect()
}
