//! Findings where two readings of one fact disagree: derived against recorded response and grade, rule against committee.

use super::check_episodes::check_episodes;
use super::{Analysis, Facts, Point, Source, Tumour, graded_labs, unreconciled};
use crate::dlt::Status;
use crate::kinetics::check_kinetics;
use crate::response::Criteria;
use crate::study::{Blocks, Dataset, Finding, RecordId, ResponseRecord, Rule, Syndrome, days_between};

/// Compares what was derived with what was recorded, for every subject.
pub fn check_derived(analysis: &Analysis<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for facts in &analysis.facts {
        check_responses(facts, &mut findings);
        check_scans(facts, &mut findings);
        check_grades(facts, &mut findings);
        check_episodes(facts, &mut findings);
        check_dlt(facts, &mut findings);
        check_labs(facts, &mut findings);
        findings.extend(lab_queries(facts));
        findings.extend(check_kinetics(facts));
    }
    findings
}

pub(super) fn finding(record: &RecordId, field: &str, text: String, blocks: Blocks) -> Finding {
    Finding::of(record, field, Rule::Disagree(text), blocks)
}

/// The evaluator's responses against those derived from lesions within a week of them, each by its own criteria.
fn check_responses(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.tumour.source != Source::Lesions {
        return;
    }
    let main = facts.trial.response.criteria;
    let mut others: Vec<(Criteria, Tumour)> = Vec::new();
    for recorded in &facts.subject.responses {
        let criteria = if recorded.is_by(main, main) {
            Some(main)
        } else {
            Criteria::parse(&recorded.criteria)
        };
        let Some(criteria) = criteria else { continue };
        if criteria != main && others.iter().all(|(known, _)| *known != criteria) {
            others.push((criteria, facts.tumour_by(criteria)));
        }
        let other = others.iter().find(|(known, _)| *known == criteria);
        let tumour = other.map_or(&facts.tumour, |(_, tumour)| tumour);
        if let Some(text) = disagreement(recorded, tumour) {
            let text = if criteria == main {
                text
            } else {
                format!("by {criteria}: {text}")
            };
            findings.push(finding(&recorded.record, "RSSTRESC", text, Blocks::Export));
        }
    }
    if let (Some(query), Some(record)) = (
        facts.tumour.best.and_then(|best| best.disease_after_cr),
        facts.subject.measurements.last(),
    ) {
        findings.push(finding(&record.record, "RSSTRESC", query.to_string(), Blocks::Export));
    }
}

/// Both readings of an assessment, where the recorded one is not the derived one.
fn disagreement(recorded: &ResponseRecord, tumour: &Tumour) -> Option<String> {
    let day = recorded.when.day()?;
    let distance = |point: &&Point| days_between(point.day, day).abs();
    let near = tumour.points.iter().filter(|point| distance(point) <= 7);
    let point = near.min_by_key(distance)?;
    let agree = match (recorded.immune, point.immune) {
        (Some(recorded), Some(derived)) => recorded == derived,
        (_, None) | (None, _) => point.overall == recorded.overall,
    };
    (!agree).then(|| {
        format!(
            "recorded {} on {day}, but the lesions give {} ({}); review both",
            recorded.response(),
            point.response(),
            point.reason
        )
    })
}

/// What the criteria ask about the readings of lesions.
fn check_scans(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (record, text) in &facts.tumour.queries {
        let mut query = finding(record, "TRLNKID", String::new(), Blocks::Export);
        query.rule = Rule::Incomplete(text.clone());
        findings.push(query);
    }
}

/// The investigator's grade against the rules of the scale.
fn check_grades(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (toxicity, name) in [(Syndrome::Crs, "CRS"), (Syndrome::Icans, "ICANS")] {
        for grade in facts.toxicity_grades(toxicity) {
            let (Some(recorded), Some(derived), Some(record)) = (grade.recorded, grade.derived, grade.records.first())
            else {
                continue;
            };
            if recorded != derived {
                let text = format!(
                    "{name} graded {recorded} on {}, but the recorded items give {derived} by {}",
                    grade.when, grade.scale
                );
                // Below grade 3 neither reading can be a DLT.
                let blocks = if recorded.max(derived) >= 3 {
                    Blocks::Decision
                } else {
                    Blocks::Export
                };
                findings.push(finding(record, "FASTRESC", text, blocks));
            }
        }
    }
}

/// The committee's judgement against the rules, and what keeps a verdict open until someone enters it.
fn check_dlt(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(verdict) = &facts.dlt else { return };
    for judged in &facts.subject.adjudications {
        let rules = match (&verdict.status, verdict.met.is_empty()) {
            (_, false) => "a DLT",
            (Status::Pending(_), true) => continue,
            (Status::Dlt | Status::NoDlt | Status::NotEvaluable(_), true) if verdict.open.is_empty() => "no DLT",
            (Status::Dlt | Status::NoDlt | Status::NotEvaluable(_), true) => "that it is still open",
        };
        let judgement = if judged.dlt { "a DLT" } else { "no DLT" };
        if judgement != rules {
            let text = format!("{} says {judgement}, the rules say {rules}", judged.evaluator);
            findings.push(finding(&judged.record, "FASTRESC", text, Blocks::Decision));
        }
    }
    for open in verdict.open.iter().filter(|open| open.until.is_none()) {
        let record = open.records.first().unwrap_or(&facts.subject.record);
        let mut query = finding(record, "DLT", String::new(), Blocks::Decision);
        query.rule = Rule::Incomplete(format!("the DLT verdict waits for this: {}", open.text.en));
        findings.push(query);
    }
}

/// A clinically significant result that no adverse event explains counts, and is asked about.
fn check_labs(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let listed = |test: &str| {
        facts
            .trial
            .safety
            .analytes
            .iter()
            .any(|name| name.eq_ignore_ascii_case(test))
    };
    for lab in facts
        .subject
        .labs
        .iter()
        .filter(|lab| lab.significant == Some(true) && listed(&lab.test))
    {
        let linked = lab.event.is_some_and(|number| {
            let is_event = |record: &RecordId| record.dataset == Dataset::new("AE") && record.number == number;
            facts.subject.adverse_events.iter().any(|event| is_event(&event.record))
        });
        if !linked {
            let text = format!(
                "{} on {} is clinically significant but linked to no adverse event",
                lab.test, lab.when
            );
            let mut query = finding(&lab.record, "LBAESEQ", String::new(), Blocks::Export);
            query.rule = Rule::Incomplete(text);
            findings.push(query);
        }
    }
}

/// Severe results without an adverse event, and adverse events without a result: they hold up nothing.
fn lab_queries<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = Finding> + 'f {
    let found = unreconciled(facts, &graded_labs(facts))
        .into_iter()
        .filter(|found| found.asked);
    found.filter_map(|found| {
        let record = found.records.first()?;
        let field = if record.dataset.as_str() == "AE" {
            "AETERM"
        } else {
            "LBSTRESN"
        };
        let mut query = finding(record, field, String::new(), Blocks::None);
        query.rule = Rule::Incomplete(found.text);
        Some(query)
    })
}
