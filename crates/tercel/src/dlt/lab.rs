//! A laboratory criterion: above a multiple of the upper limit of normal for more than so many days.

use super::event::Judge;
use super::runs::{Point, runs};
use super::{Answer, Ground, Window};
use crate::language::{Text, both};
use crate::protocol::{LabCriterion, Multiple};
use crate::study::{Lab, RecordId};

/// The criterion and its numbers.
pub(super) struct Limit<'a> {
    pub(super) criterion: &'a LabCriterion,
    pub(super) above_uln: f64,
    pub(super) days: u32,
}

/// What each analyte of the criterion answers.
pub(super) fn judge(
    limit: &Limit<'_>,
    analytes: &[String],
    judge: &Judge<'_>,
    consulted: &mut Vec<RecordId>,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    for analyte in analytes {
        let labs = judge.subject.labs.iter();
        let series: Vec<&Lab> = labs.filter(|lab| lab.test.eq_ignore_ascii_case(analyte)).collect();
        answers.extend(unusable(limit, &series, judge.window).map(Answer::Open));
        answers.extend(judge_series(limit, &series, judge, consulted));
    }
    answers
}

/// Values that may lie in the window and above the limit, but without a number, the limit or the day to tell.
fn unusable(limit: &Limit<'_>, series: &[&Lab], window: Window) -> Option<Ground> {
    let doubtful: Vec<&&Lab> = series
        .iter()
        .filter(|lab| {
            let in_window = lab.when.date.latest() >= window.first && lab.when.date.earliest() <= window.last;
            let usable = lab.value.is_none() || (is_above(limit, lab).is_some() && lab.when.day().is_some());
            let known = usable && !lab.unread;
            in_window && !known && is_above(limit, lab) != Some(false)
        })
        .collect();
    let first = doubtful.first()?;
    let missing = if first.unread {
        Text::new("its result is no number", "结果不是数值")
    } else if first.uln.is_none() {
        Text::new("its upper limit of normal is missing", "缺正常值上限")
    } else {
        Text::new("its day is not known", "日期不明")
    };
    Some(Ground {
        criterion: Some(limit.criterion.id.clone()),
        text: both!(
            "{test} on {when}: {en}",
            "{when} {test}：{zh}",
            test = first.test,
            when = first.when,
            en = missing.en,
            zh = missing.zh
        )
        .quoting(&limit.criterion.text),
        records: doubtful.iter().map(|lab| lab.record.clone()).collect(),
        since: doubtful.iter().map(|lab| lab.when.date.latest()).max(),
        until: None,
        for_committee: false,
    })
}

fn judge_series(limit: &Limit<'_>, series: &[&Lab], judge: &Judge<'_>, consulted: &mut Vec<RecordId>) -> Vec<Answer> {
    // A result that cannot be held against the limit neither ends a run nor belongs to one.
    let points = series.iter().filter_map(|lab| {
        Some(Point {
            of: *lab,
            day: lab.when.day()?,
            raised: is_above(limit, lab)?,
        })
    });
    let points: Vec<Point<&Lab>> = points.filter(|point| point.day >= judge.window.first).collect();
    let mut answers = Vec::new();
    for run in runs(&points).filter(|run| run.first <= judge.window.last) {
        let records: Vec<RecordId> = run.points.iter().map(|point| point.of.record.clone()).collect();
        consulted.extend(records.iter().cloned());
        let test = run.points.first().map_or("", |point| point.of.test.as_str());
        let ground = Ground {
            criterion: Some(limit.criterion.id.clone()),
            text: both!(
                "{test} above {times} × ULN from {first}",
                "{test}自{first}起高于{times}×ULN",
                times = limit.above_uln,
                first = run.first
            )
            .quoting(&limit.criterion.text),
            records,
            since: Some(run.first),
            until: None,
            for_committee: false,
        };
        answers.push(run.longer_than(limit.days, judge.cut).answer(ground));
    }
    answers
}

/// Whether the value exceeds the limit; `None` without a value or an upper limit.
fn is_above(limit: &Limit<'_>, lab: &Lab) -> Option<bool> {
    Some(Multiple::Above(limit.above_uln).is_met(lab.value?, lab.uln?))
}
