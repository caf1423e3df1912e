//! The grade that a record would have, shown while it is entered.

use tercel::dlt::toxicity_grades;
use tercel::endpoint::grade_result;
use tercel::grade::Scale;
use tercel::grade::ctcae::LabOutcome;
use tercel::language::Words;
use tercel::protocol::Trial;
use tercel::study::{RecordId, Subject, Syndrome};

use super::Captured;
use super::entry::{study_of, with};

/// A grade by the rules of its scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The scale.
    pub scale: Scale,
    /// The term of the scale, or the syndrome.
    pub term: String,
    /// The least it can be, 0 to 5, and the most; `None` where nothing can be said.
    pub grade: Option<(u8, u8)>,
    /// The grade that the investigator recorded, where the records have one.
    pub recorded: Option<u8>,
    /// Why.
    pub reason: Words,
}

/// The grades that the proposed records have among the records of their subject: by CTCAE for laboratory results, by ASTCT
/// for the items of an assessment of CRS or ICANS. Empty where nothing proposed is graded.
pub fn grade_preview(trial: &Trial, records: &[Captured], proposed: &[Captured]) -> Vec<Preview> {
    let ids: Vec<RecordId> = proposed.iter().filter_map(Captured::record_id).collect();
    let data = study_of(trial, &with(records, proposed));
    let mut previews = Vec::new();
    for subject in &data.subjects {
        for lab in subject.labs.iter().filter(|lab| ids.contains(&lab.record)) {
            previews.extend(grade_result(trial, subject, lab).iter().map(|grade| Preview {
                scale: grade.scale(),
                term: grade.term.name.clone(),
                grade: match grade.outcome {
                    LabOutcome::Graded(toxicity) => Some((toxicity.number(), toxicity.number())),
                    LabOutcome::Range { min, max, .. } => Some((min.number(), max.number())),
                    LabOutcome::NotGradable(_) => None,
                },
                recorded: None,
                reason: grade.words(),
            }));
        }
        previews.extend(preview_syndrome(subject, Syndrome::Crs, "CRS", &ids));
        previews.extend(preview_syndrome(subject, Syndrome::Icans, "ICANS", &ids));
    }
    previews
}

/// The moments to which the records belong.
fn preview_syndrome(subject: &Subject, syndrome: Syndrome, term: &str, ids: &[RecordId]) -> Vec<Preview> {
    let moments = toxicity_grades(subject, syndrome).into_iter();
    let proposed = moments.filter(|moment| moment.records.iter().any(|record| ids.contains(record)));
    let preview = |moment: tercel::dlt::ToxicityGrade| {
        let reason = moment.because?;
        Some(Preview {
            scale: moment.scale,
            term: term.to_owned(),
            grade: moment.derived.zip(moment.derived_at_most),
            recorded: moment.recorded,
            reason,
        })
    };
    proposed.filter_map(preview).collect()
}
