//! Tumour response: best response by each criteria beside the evaluator's, response rates under other readings, and every
//! assessment.

mod best;
mod listing;
mod rates;

use std::collections::BTreeMap;

use super::{EventTable, LevelName, SummaryTable};
use crate::endpoint::{Analysis, Facts, Source, Tumour, best_options};
use crate::response::{Criteria, describe_best};
use crate::study::{LesionResult, SubjectId};

/// The section.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseSection {
    /// Why there is nothing to show; `None` where there is.
    pub reason: Option<&'static str>,
    /// What a reader has to know of the numbers, a sentence each.
    pub notes: Vec<String>,
    /// The best overall response as an ordered list of events: the first that happened counts.
    pub best: Vec<(String, String)>,
    /// Tables by dose level.
    pub summaries: Vec<SummaryTable>,
    /// Listings by subject.
    pub listings: Vec<EventTable>,
}

/// One way to read the tumours of the study.
struct ReadBy<'a> {
    label: String,
    of: BTreeMap<&'a SubjectId, Tumour>,
}

pub(super) fn build(analysis: &Analysis<'_>, levels: &[LevelName]) -> ResponseSection {
    let mut section = ResponseSection {
        reason: None,
        notes: Vec::new(),
        best: Vec::new(),
        summaries: Vec::new(),
        listings: Vec::new(),
    };
    if analysis.facts.iter().all(|facts| facts.tumour.source == Source::None) {
        section.reason = Some("The source holds no dated tumour assessments.");
        return section;
    }
    let readings = readings(analysis, &mut section.notes);
    let options = best_options(analysis.trial);
    section.best = describe_best(&options)
        .into_iter()
        .map(|(best, event)| (best.to_string(), event))
        .collect();
    section.summaries.push(best::table(analysis, levels, &readings));
    section.summaries.extend(rates::table(analysis, levels));
    let mut facts: Vec<&Facts<'_>> = analysis.facts.iter().filter(|facts| facts.day0.is_some()).collect();
    facts.sort_by(|one, other| one.subject.id.cmp(&other.subject.id));
    section.listings = vec![
        listing::subjects(&facts, levels, &readings),
        listing::assessments(&facts, levels, &readings),
    ];
    section
}

/// The criteria of the protocol first, then the others the data can answer, then the evaluator's own words.
fn readings<'a>(analysis: &'a Analysis<'_>, notes: &mut Vec<String>) -> Vec<ReadBy<'a>> {
    let read = |label: String, by: &dyn Fn(&Facts<'_>) -> Tumour| ReadBy {
        label,
        of: analysis
            .facts
            .iter()
            .map(|facts| (&facts.subject.id, by(facts)))
            .collect(),
    };
    let main = analysis.trial.response.criteria;
    let mut readings = vec![read(main.to_string(), &|facts| facts.tumour.clone())];
    let others = other_criteria(analysis);
    for criteria in &others {
        readings.push(read(format!("{criteria}, supportive"), &|facts| {
            facts.tumour_by(*criteria)
        }));
    }
    if !others
        .iter()
        .any(|criteria| matches!(criteria, Criteria::Mrecist { .. }))
        && !matches!(main, Criteria::Mrecist { .. })
    {
        notes.push("No viable diameter is recorded, so nothing is read by mRECIST.".to_owned());
    }
    let evaluator = analysis.trial.response.evaluator.to_lowercase();
    let recorded = read(format!("{main} as the {evaluator} recorded it"), &|facts| {
        facts.recorded_tumour()
    });
    if recorded.of.values().any(|tumour| tumour.source == Source::Evaluator) {
        readings.push(recorded);
    }
    readings
}

/// Criteria beside the protocol's that the lesions of the study can be read by.
fn other_criteria(analysis: &Analysis<'_>) -> Vec<Criteria> {
    let main = analysis.trial.response.criteria;
    let measured = analysis
        .facts
        .iter()
        .any(|facts| facts.tumour.source == Source::Lesions);
    let is_viable = |result: Option<&LesionResult>| matches!(result, Some(LesionResult::ViableDiameter(_)));
    let viable = analysis
        .facts
        .iter()
        .flat_map(|facts| &facts.subject.measurements)
        .any(|measurement| is_viable(measurement.result.as_ref()));
    let wanted = |criteria: &Criteria| match criteria {
        Criteria::Recist11 => main != Criteria::Recist11,
        Criteria::Mrecist { .. } => !matches!(main, Criteria::Mrecist { .. }) && viable,
        Criteria::Irecist => main != Criteria::Irecist,
    };
    let all = [
        Criteria::Recist11,
        Criteria::Mrecist { floor_mm: 0.0 },
        Criteria::Irecist,
    ];
    all.into_iter()
        .filter(|criteria| measured && wanted(criteria))
        .collect()
}
