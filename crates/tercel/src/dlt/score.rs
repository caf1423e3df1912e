//! A criterion over a recorded score: so many points above the baseline, for so long.

use super::event::Judge;
use super::runs::{Length, Point, Run, runs};
use super::{Answer, Ground, add_days};
use crate::protocol::{ScoreCriterion, ScoreRise};
use crate::study::{RecordId, Score, baseline_end};

/// What the scores answer: one answer a rise.
pub(super) fn judge(criterion: &ScoreCriterion, judge: &Judge<'_>, consulted: &mut Vec<RecordId>) -> Vec<Answer> {
    let Some(end) = baseline_end(judge.trial, judge.subject) else {
        return Vec::new();
    };
    let scores = || {
        judge
            .subject
            .scores
            .iter()
            .filter(|score| score.kind == criterion.score)
    };
    let baseline = scores().rfind(|score| end.follows(score.when));
    consulted.extend(baseline.map(|baseline| baseline.record.clone()));
    consulted.extend(collection(judge));
    let later = scores().filter(|score| end.precedes(score.when) && score.when.date.latest() >= judge.window.first);
    let later: Vec<&Score> = later.collect();
    let mut answers: Vec<Answer> = Vec::new();
    answers.extend(unusable(criterion, &later, baseline, judge).map(Answer::Open));
    let points = later.iter().filter_map(|score| {
        Some(Point {
            of: *score,
            day: score.when.day()?,
            raised: is_raised(criterion, score, baseline)?,
        })
    });
    let points: Vec<Point<&Score>> = points.collect();
    for run in runs(&points).filter(|run| run.first <= judge.window.last) {
        let mut records: Vec<RecordId> = run.points.iter().map(|point| point.of.record.clone()).collect();
        records.extend(baseline.map(|baseline| baseline.record.clone()));
        consulted.extend(records.iter().cloned());
        let length = match criterion.persistence {
            ScoreRise::LongerThanDays(days) => run.longer_than(days, judge.cut),
            ScoreRise::OnDay(day) => run.present_on(add_days(judge.window.infused, day), judge.cut),
        };
        answers.push(length.answer(Ground {
            criterion: Some(criterion.id.clone()),
            text: format!("{} [{}]", course(criterion, &run, baseline, length), criterion.text),
            records,
            since: Some(run.first),
            until: None,
        }));
    }
    answers
}

/// The first PBMC collection, before which the baseline may lie.
pub(super) fn collection(judge: &Judge<'_>) -> Option<RecordId> {
    let first = judge.subject.procedures.iter().find(|procedure| procedure.collection);
    first.map(|collection| collection.record.clone())
}

/// Scores that may lie in the window and be raised, but without the day or the baseline to tell.
fn unusable(
    criterion: &ScoreCriterion,
    later: &[&Score],
    baseline: Option<&Score>,
    judge: &Judge<'_>,
) -> Option<Ground> {
    let doubtful = later.iter().filter(|score| {
        let raised = is_raised(criterion, score, baseline);
        let in_window = score.when.date.earliest() <= judge.window.last;
        in_window && (raised.is_none() || (raised == Some(true) && score.when.day().is_none()))
    });
    let doubtful: Vec<&&Score> = doubtful.collect();
    let first = doubtful.first()?;
    let missing = if baseline.is_none() {
        "there is no score before treatment to hold it against"
    } else {
        "its day is not known"
    };
    let name = criterion.score.name();
    Some(Ground {
        criterion: Some(criterion.id.clone()),
        text: format!(
            "{name} {} on {}: {missing} [{}]",
            first.value, first.when, criterion.text
        ),
        records: doubtful.iter().map(|score| score.record.clone()).collect(),
        since: doubtful.iter().map(|score| score.when.date.latest()).max(),
        until: None,
    })
}

/// Whether the score reached the rise; `None` where the baseline decides and there is none.
fn is_raised(criterion: &ScoreCriterion, score: &Score, baseline: Option<&Score>) -> Option<bool> {
    // Without a baseline it was at best the lowest score there is.
    let least = score.value >= criterion.score.lowest() + criterion.rise;
    match baseline {
        Some(baseline) => Some(score.value >= baseline.value + criterion.rise),
        None => (!least).then_some(false),
    }
}

/// The rise in words: from which to which score, since when and until when.
fn course(criterion: &ScoreCriterion, run: &Run<'_, &Score>, baseline: Option<&Score>, length: Length) -> String {
    let raised = run.points.iter().filter(|point| point.raised);
    let worst = raised.map(|point| point.of.value).max_by(f64::total_cmp);
    let mut text = format!(
        "{} up from {} on {} to {} from {}",
        criterion.score.name(),
        baseline.map_or(0.0, |baseline| baseline.value),
        baseline.map_or_else(String::new, |baseline| baseline.when.date.to_string()),
        worst.unwrap_or_default(),
        run.first
    );
    if run.last > run.first {
        text = format!("{text} through {}", run.last);
    }
    match (length, run.recovered) {
        (Length::Open(_), Some(at)) => format!("{text}, recovered by {at}, but when is not known"),
        (Length::Open(Some(_)), None) => format!("{text}, its duration not known yet"),
        (Length::Open(None), None) => format!("{text}, and no later score"),
        (Length::Longer | Length::NotLonger, _) => text,
    }
}
