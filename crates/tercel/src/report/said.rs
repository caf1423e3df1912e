//! Texts of the report that are in both languages where they are made: a page in Chinese takes them from here.

use crate::design::StudyDecision;
use crate::endpoint::Analysis;
use crate::language::Words;
use crate::protocol::Visit;
use crate::study::Finding;

/// DLT verdicts, why a time point has its response, the reason of the decision, what it waits for, what is wrong with the data,
/// and the visits.
pub(super) fn said(analysis: &Analysis<'_>, decision: Option<&StudyDecision>, findings: &[Finding]) -> Vec<Words> {
    let verdicts = analysis.facts.iter().filter_map(|facts| facts.dlt.as_ref());
    let verdicts = verdicts.map(|verdict| Words::in_each(|language| verdict.words(language)));
    let points = analysis.facts.iter().flat_map(|facts| &facts.tumour.points);
    let because = decision.map(|decision| Words::in_each(|language| decision.decision.because.sentence(language)));
    let awaited = decision.iter().flat_map(|decision| &decision.waiting_on);
    let wrong = findings.iter().map(|finding| finding.rule.words());
    let visits = analysis.trial.schedule.iter().map(Visit::words);
    verdicts
        .chain(points.map(|point| point.reason.clone()))
        .chain(because)
        .chain(awaited.map(|awaited| awaited.sentence.clone()))
        .chain(wrong)
        .chain(visits)
        .collect()
}
