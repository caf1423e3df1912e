//! What is said of answers before they are kept: grades by the scales, and findings they would bring.

use serde_json::json;
use tercel::language::{Language, both};
use tercel::study::Finding;
use tercel_exchange::form::{Captured, Form, check_entry, grade_preview, question, record_of};
use tercel_store::Record;

use super::gates::GateView;
use crate::ask::Ask;
use crate::capture::captured;
use crate::punctuation::COLON;
use crate::reply::{Fault, Reply};

/// Remarks on proposed records.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// Grades, with their scale and reason.
    pub(crate) grades: Vec<String>,
    /// Findings that the data would have with the records and do not have without.
    pub(crate) findings: Vec<String>,
}

impl Remarks {
    pub(crate) fn is_empty(&self) -> bool {
        self.grades.is_empty() && self.findings.is_empty()
    }

    /// For the script, which shows them while somebody types: after what keeps the gate before the form shut.
    pub(crate) fn reply(&self, gate: Option<&GateView>) -> Reply {
        let missing: Vec<&str> = gate
            .iter()
            .flat_map(|gate| &gate.missing)
            .map(|line| line.sentence.as_str())
            .collect();
        let said = json!({
            "gate": gate.map(|gate| gate.title),
            "missing": missing,
            "grades": self.grades,
            "findings": self.findings,
        });
        Reply::File {
            kind: "application/json",
            bytes: said.to_string().into_bytes(),
        }
    }
}

/// A finding as a user reads it: the question it is about, in the form of its record, and what was found. What no form asks is
/// named as the data name it.
pub(crate) fn said(finding: &Finding, form: Option<&'static Form>, language: Language) -> String {
    let asked = question(finding.dataset.as_str(), &finding.field, form);
    let about = asked.map_or(finding.field.as_str(), |text| text.of(language));
    format!("{about}{}{}", COLON.of(language), finding.rule.words().of(language))
}

/// Derives the remarks; the subject's own records are all that is looked at.
pub(crate) async fn remarks(ask: &Ask, records: &[Record], proposed: Vec<Captured>) -> Result<Remarks, Fault> {
    let before: Vec<Captured> = records.iter().filter(|record| !record.voided).map(captured).collect();
    let (trial, today, language) = (ask.app.trial.clone(), ask.app.today(), ask.language);
    let made = tokio::task::spawn_blocking(move || {
        let grades = grade_preview(&trial, &before, &proposed).into_iter().map(|preview| {
            let number = match preview.grade {
                None => "?".to_owned(),
                Some((low, high)) if low == high => low.to_string(),
                Some((low, high)) => format!("{low}–{high}"),
            };
            let grade = match language {
                Language::English => format!("grade {number}"),
                Language::Chinese => format!("{number}级"),
            };
            format!(
                "{} {}: {grade}. {}",
                preview.scale,
                preview.term,
                preview.reason.of(language)
            )
        });
        let findings = check_entry(&trial, &before, &proposed, today);
        let form_found = |finding: &Finding| {
            let id = finding.record.as_ref()?;
            let record = record_of(&proposed, id).or_else(|| record_of(&before, id))?;
            record.definition()
        };
        Remarks {
            grades: grades.collect(),
            findings: findings
                .iter()
                .map(|finding| said(finding, form_found(finding), language))
                .collect(),
        }
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the answers could not be checked", "无法检查所填内容")))
}
