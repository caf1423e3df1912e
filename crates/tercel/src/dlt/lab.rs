//! A laboratory criterion: above a multiple of the upper limit of normal for more than so many days.

use jiff::civil::Date;

use super::{Answer, Ground, Window, add_days, days_from};
use crate::protocol::LabCriterion;
use crate::study::{Lab, RecordId, Subject};

/// What each analyte of the criterion answers.
pub(super) fn judge(
    rule: &LabCriterion,
    subject: &Subject,
    window: Window,
    cut: Date,
    consulted: &mut Vec<RecordId>,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    for analyte in &rule.analytes {
        let of_analyte = subject.labs.iter().filter(|lab| lab.test.eq_ignore_ascii_case(analyte));
        let series: Vec<&Lab> = of_analyte.collect();
        answers.extend(unusable(rule, &series, window).map(Answer::Open));
        answers.extend(judge_series(rule, &series, window, cut, consulted));
    }
    answers
}

/// Values that may lie in the window and above the limit, but without the limit or the day to tell.
fn unusable(rule: &LabCriterion, series: &[&Lab], window: Window) -> Option<Ground> {
    let doubtful: Vec<&&Lab> = series
        .iter()
        .filter(|lab| {
            let in_window = lab.when.date.latest() >= window.first && lab.when.date.earliest() <= window.last;
            let known = lab.value.is_none() || (is_above(rule, lab).is_some() && lab.when.day().is_some());
            in_window && !known && is_above(rule, lab) != Some(false)
        })
        .collect();
    let first = doubtful.first()?;
    let missing = if first.uln.is_none() {
        "its upper limit of normal is missing"
    } else {
        "its day is not known"
    };
    Some(Ground {
        criterion: Some(rule.id.clone()),
        text: format!("{} on {}: {missing} [{}]", first.test, first.when, rule.text),
        records: doubtful.iter().map(|lab| lab.record.clone()).collect(),
        since: doubtful.iter().map(|lab| lab.when.date.latest()).max(),
        until: None,
    })
}

fn judge_series(
    rule: &LabCriterion,
    series: &[&Lab],
    window: Window,
    cut: Date,
    consulted: &mut Vec<RecordId>,
) -> Vec<Answer> {
    // A result that cannot be held against the limit neither ends a run nor belongs to one.
    let in_window_on = |day: Date| day >= window.first;
    let days = i32::try_from(rule.days).unwrap_or(i32::MAX);
    let values: Vec<(&Lab, Date, bool)> = series
        .iter()
        .filter_map(|lab| Some((*lab, lab.when.day()?, is_above(rule, lab)?)))
        .filter(|(_, day, _)| in_window_on(*day))
        .collect();
    let mut answers = Vec::new();
    for (index, (first, day, above)) in values.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| values.get(before));
        if !above || before.is_some_and(|(_, _, above)| *above) || *day > window.last {
            continue;
        }
        let rest = values.get(index..).unwrap_or_default();
        let run = rest.iter().take_while(|(_, _, above)| *above).count();
        let last = rest.get(run - 1).map_or(*day, |(_, day, _)| *day);
        let recovered = rest.get(run).map(|(_, day, _)| *day);
        let records: Vec<RecordId> = rest.iter().take(run + 1).map(|(lab, ..)| lab.record.clone()).collect();
        consulted.extend(records.iter().cloned());
        let ground = |until| Ground {
            criterion: Some(rule.id.clone()),
            text: format!(
                "{} above {} × ULN from {day} [{}]",
                first.test, rule.above_uln, rule.text
            ),
            records: records.clone(),
            since: Some(*day),
            until,
        };
        if rule.days == 0 || days_from(*day, last) > days {
            answers.push(Answer::Met(ground(None)));
            continue;
        }
        match recovered {
            Some(at) if days_from(*day, at) <= days => {}
            // Below again, but when it fell between two samples is not known.
            Some(_) => answers.push(Answer::Open(ground(None))),
            None => {
                let until = Some(add_days(*day, rule.days + 1)).filter(|until| *until > cut);
                answers.push(Answer::Open(ground(until)));
            }
        }
    }
    answers
}

/// Whether the value exceeds the limit; `None` without a value or an upper limit.
fn is_above(rule: &LabCriterion, lab: &Lab) -> Option<bool> {
    Some(lab.value? > rule.above_uln * lab.uln?)
}
