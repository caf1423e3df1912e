//! Findings where two readings of one fact disagree: derived against recorded response and grade, rule against committee.

use super::check_episodes::check_episodes;
use super::{Analysis, Facts, Point, Source, Tumour, graded_labs, unreconciled};
use crate::dlt::Status;
use crate::kinetics::check_kinetics;
use crate::language::{Text, Words, both};
use crate::response::Criteria;
use crate::study::{Blocks, Dataset, Finding, RecordId, ResponseRecord, Rule, Syndrome, days_between};

const DLT: Text = Text::new("a DLT", "DLT");
const NO_DLT: Text = Text::new("no DLT", "非DLT");

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

pub(super) fn finding(record: &RecordId, field: &str, text: Words, blocks: Blocks) -> Finding {
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
                both!("by {criteria}: {en}", "按{criteria}：{zh}", en = text.en, zh = text.zh)
            };
            findings.push(finding(&recorded.record, "RSSTRESC", text, Blocks::Export));
        }
    }
    if let (Some(query), Some(record)) = (
        facts.tumour.best.and_then(|best| best.disease_after_cr),
        facts.subject.measurements.last(),
    ) {
        findings.push(finding(&record.record, "RSSTRESC", query.words(), Blocks::Export));
    }
}

/// Both readings of an assessment, where the recorded one is not the derived one.
fn disagreement(recorded: &ResponseRecord, tumour: &Tumour) -> Option<Words> {
    let day = recorded.when.day()?;
    let distance = |point: &&Point| days_between(point.day, day).abs();
    let near = tumour.points.iter().filter(|point| distance(point) <= 7);
    let point = near.min_by_key(distance)?;
    let agree = match (recorded.immune, point.immune) {
        (Some(recorded), Some(derived)) => recorded == derived,
        (_, None) | (None, _) => point.overall == recorded.overall,
    };
    (!agree).then(|| {
        both!(
            "recorded {response} on {day}, but the lesions give {derived} ({en}); review both",
            "{day}记录为{response}，但按病灶得出{derived}（{zh}）；请复核两者",
            response = recorded.response(),
            derived = point.response(),
            en = point.reason.en,
            zh = point.reason.zh
        )
    })
}

/// What the criteria ask about the readings of lesions.
fn check_scans(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (record, text) in &facts.tumour.queries {
        let rule = Rule::Incomplete(text.clone());
        findings.push(Finding::of(record, "TRLNKID", rule, Blocks::Export));
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
                let text = both!(
                    "{name} graded {recorded} on {when}, but the recorded items give {derived} by {scale}",
                    "{when} {name}判为{recorded}级，但按{scale}所记录项目得出{derived}级",
                    when = grade.when,
                    scale = grade.scale
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
            (_, false) => DLT,
            (Status::Pending(_), true) => continue,
            (Status::Dlt | Status::NoDlt | Status::NotEvaluable(_), true) if verdict.open.is_empty() => NO_DLT,
            (Status::Dlt | Status::NoDlt | Status::NotEvaluable(_), true) => {
                Text::new("that it is still open", "尚未确定")
            }
        };
        let judgement = if judged.dlt { DLT } else { NO_DLT };
        if judgement != rules {
            let text = both!(
                "{evaluator} says {judged_en}, the rules say {en}",
                "{evaluator}判为{judged_zh}，规则得出{zh}",
                evaluator = judged.evaluator,
                judged_en = judgement.en,
                judged_zh = judgement.zh,
                en = rules.en,
                zh = rules.zh
            );
            findings.push(finding(&judged.record, "FASTRESC", text, Blocks::Decision));
        }
    }
    for open in verdict.open.iter().filter(|open| open.until.is_none()) {
        let record = open.records.first().unwrap_or(&facts.subject.record);
        let text = both!(
            "the DLT verdict waits for this: {en}",
            "DLT判定在等待：{zh}",
            en = open.text.en,
            zh = open.text.zh
        );
        findings.push(Finding::of(record, "DLT", Rule::Incomplete(text), Blocks::Decision));
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
            let text = both!(
                "{test} on {when} is clinically significant but linked to no adverse event",
                "{when} {test}有临床意义，但未关联任何不良事件",
                test = lab.test,
                when = lab.when
            );
            let rule = Rule::Incomplete(text);
            findings.push(Finding::of(&lab.record, "LBAESEQ", rule, Blocks::Export));
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
        Some(Finding::of(record, field, Rule::Incomplete(found.text), Blocks::None))
    })
}
