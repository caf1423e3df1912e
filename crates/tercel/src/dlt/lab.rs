//! A laboratory criterion: above a multiple of the upper limit of normal for more than so many days.

use jiff::civil::Date;

use super::{Answer, Ground, add_days, days_from};
use crate::protocol::LabCriterion;
use crate::study::{Lab, RecordId, Subject};

/// The strongest answer any analyte of the criterion gives.
pub(super) fn judge(
    rule: &LabCriterion,
    subject: &Subject,
    window: (Date, Date),
    cut: Date,
    consulted: &mut Vec<RecordId>,
) -> Answer {
    let mut open = None;
    for analyte in &rule.analytes {
        let series: Vec<&Lab> = subject
            .labs
            .iter()
            .filter(|lab| lab.test.eq_ignore_ascii_case(analyte))
            .collect();
        match judge_series(rule, &series, window, cut, consulted) {
            Answer::Met(ground) => return Answer::Met(ground),
            Answer::Open(ground) => open = Some(ground),
            Answer::No => {}
        }
    }
    open.map_or(Answer::No, Answer::Open)
}

fn judge_series(
    rule: &LabCriterion,
    series: &[&Lab],
    window: (Date, Date),
    cut: Date,
    consulted: &mut Vec<RecordId>,
) -> Answer {
    let mut open = None;
    for (index, first) in series.iter().enumerate() {
        let Some(day) = first.when.day() else { continue };
        let starts_here = is_above(rule, first)
            && index
                .checked_sub(1)
                .and_then(|at| series.get(at))
                .is_none_or(|lab| !is_above(rule, lab));
        if !starts_here || day < window.0 || day > window.1 {
            continue;
        }
        let rest = series.get(index..).unwrap_or_default();
        let run: Vec<&&Lab> = rest.iter().take_while(|lab| is_above(rule, lab)).collect();
        let recovered = rest.get(run.len()).and_then(|lab| lab.when.day());
        let last = run.last().and_then(|lab| lab.when.day()).unwrap_or(day);
        let ends = rest.iter().take(run.len() + 1);
        let records: Vec<RecordId> = ends.map(|lab| lab.record.clone()).collect();
        consulted.extend(records.iter().cloned());
        let ground = |until| Ground {
            criterion: Some(rule.id.clone()),
            text: format!(
                "{} above {} × ULN from {day} [{}]",
                first.test, rule.above_uln, rule.text
            ),
            records: records.clone(),
            until,
        };
        if rule.days == 0 || days_from(day, last) > i32::try_from(rule.days).unwrap_or(i32::MAX) {
            return Answer::Met(ground(None));
        }
        // Below again soon enough; if the sample that shows it came late, when it fell is not known.
        match recovered {
            Some(at) if days_from(day, at) <= i32::try_from(rule.days).unwrap_or(i32::MAX) => {}
            Some(_) => open = Some(ground(None)),
            None => open = Some(ground(Some(add_days(day, rule.days + 1)).filter(|until| *until > cut))),
        }
    }
    open.map_or(Answer::No, Answer::Open)
}

fn is_above(rule: &LabCriterion, lab: &Lab) -> bool {
    matches!((lab.value, lab.uln), (Some(value), Some(uln)) if value > rule.above_uln * uln)
}
