//! Infusions held against the decision: what would have been decided on the day before each of them.
//!
//! # What it derives
//! A finding for each infusion on a day on which the answer of the day before was to stop, to wait for an outcome still
//! within its window, or to treat at a lower level.
//!
//! # Limits
//! Records are replayed by the day they are dated, not by the day they were entered: who decided may have known less. A
//! wait for a value that nobody entered, or within a cohort that is not full, is not held against an infusion. Studies with more than 200 infused
//! subjects are not replayed; a dose escalation has fewer.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use rayon::prelude::*;

use super::decision_zh::action_in_chinese;
use super::{Action, Because, StudyDecision, decide_study};
use crate::dlt::Status;
use crate::endpoint::{Analysis, Facts};
use crate::language::{Language, Words, both};
use crate::protocol::DoseLevel;
use crate::study::{Blocks, DatasetRead, Finding, Rule, StudyData};

/// Most infused subjects of a study that is replayed.
const MOST_INFUSED: usize = 200;

/// Holds every infusion against the decision of the day before.
pub fn check_infusions(analysis: &Analysis<'_>) -> Vec<Finding> {
    let days: Vec<Date> = analysis.facts.iter().filter_map(|facts| facts.day0).collect();
    if analysis.cut.is_none() || days.len() > MOST_INFUSED {
        return Vec::new();
    }
    let days: Vec<Date> = days.into_iter().collect::<BTreeSet<Date>>().into_iter().collect();
    days.par_iter().flat_map_iter(|day| on_day(analysis, *day)).collect()
}

/// The findings of the infusions of one day.
fn on_day(analysis: &Analysis<'_>, day: Date) -> Vec<Finding> {
    let eve = day.saturating_sub(1.day());
    let data = as_infused_by(analysis.data, eve);
    let replayed = Analysis::new(analysis.trial, &data, Some(eve));
    let Some(decided) = decide_study(&replayed) else {
        return Vec::new();
    };
    let infused = analysis.facts.iter().filter(|facts| facts.day0 == Some(day));
    let against = infused.filter_map(|facts| {
        let level = facts.level?;
        let (what, blocks) = against(&decided, &replayed, level)?;
        let text = both!(
            "infused at level {level} on {day}, {en}",
            "{day}按剂量水平{level}回输，{zh}",
            en = what.en,
            zh = what.zh
        );
        finding(facts, text, blocks)
    });
    against.collect()
}

/// What speaks against an infusion at a level, and what that holds up.
fn against(decided: &StudyDecision, replayed: &Analysis<'_>, level: DoseLevel) -> Option<(Words, Blocks)> {
    let action = decided.decision.action;
    let was = |action: Action| {
        let (cut, because) = (replayed.cut?, &decided.decision.because);
        Some(both!(
            "when the decision as of {cut} was to {action}: {because}",
            "而截至{cut}的决定为{action_zh}：{because_zh}",
            action_zh = action_in_chinese(action),
            because_zh = because.sentence(Language::Chinese)
        ))
    };
    match action {
        Action::Escalate(highest) | Action::Stay(highest) | Action::DeEscalate(highest) => {
            (level > highest).then_some(())?;
            Some((was(action)?, Blocks::Decision))
        }
        // Further subjects at the dose that was found are an expansion: no mistake, and no part of the escalation either.
        Action::Stop(Some(mtd)) if level <= mtd => {
            let text = both!(
                "after the escalation had ended with level {mtd} as maximum tolerated dose; the protocol names no such expansion",
                "而剂量递增已结束，最大耐受剂量为水平{mtd}；方案没有规定此类扩展"
            );
            Some((text, Blocks::None))
        }
        Action::Stop(_) => Some((was(action)?, Blocks::Decision)),
        Action::Wait => {
            let count = decided.levels.get(level).copied().unwrap_or_default();
            // Six are enough for the escalation: who follows is observed in an expansion.
            let blocks = if count.evaluable >= 6 {
                Blocks::None
            } else {
                Blocks::Decision
            };
            // Within a cohort that is not full, the protocol's spacing rules hold.
            let size = replayed.trial.escalation.cohort_size;
            let in_cohort = !(count.evaluable + count.pending).is_multiple_of(size)
                && matches!(decided.decision.because, Because::Pending(_));
            let asked = is_within_a_window(decided, replayed) && !in_cohort;
            asked.then(|| was(action)).flatten().map(|text| (text, blocks))
        }
    }
}

/// Whether somebody was being observed at the time, so that the wait is not for a value alone.
fn is_within_a_window(decided: &StudyDecision, replayed: &Analysis<'_>) -> bool {
    let open = |facts: &Facts<'_>| {
        let verdict = facts.dlt.as_ref();
        let until = verdict.and_then(|verdict| match verdict.status {
            Status::Pending(until) => until,
            Status::Dlt | Status::NoDlt | Status::NotEvaluable(_) => None,
        });
        until.zip(replayed.cut).is_some_and(|(until, cut)| until > cut)
    };
    matches!(decided.decision.because, Because::Pending(_) | Because::Suspended(..)) && replayed.facts.iter().any(open)
}

/// The data of the subjects infused by a day, as of that day. What could not be read is asked about elsewhere.
fn as_infused_by(data: &StudyData, day: Date) -> StudyData {
    let infused = data.subjects.iter().filter(|subject| {
        let first = subject.infusions.first();
        first.is_some_and(|infusion| infusion.when.day().is_some_and(|infused| infused <= day))
    });
    let held = |read: &DatasetRead| DatasetRead {
        dataset: read.dataset.clone(),
        file: read.file.clone(),
        rows: read.rows,
        aside: Vec::new(),
    };
    let whole = StudyData {
        subjects: infused.cloned().collect(),
        findings: Vec::new(),
        datasets: data.datasets.iter().map(held).collect(),
        synthetic: data.synthetic,
        dated: data.dated,
        coding: data.coding.clone(),
        halts: data.halts.clone(),
    };
    whole.into_as_of(day)
}

fn finding(facts: &Facts<'_>, text: Words, blocks: Blocks) -> Option<Finding> {
    let record = &facts.infusion?.record;
    Some(Finding::of(record, "EXSTDTC", Rule::AgainstDecision(text), blocks))
}
