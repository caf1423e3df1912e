//! A criterion over a recorded score: so many points above the baseline, for so long.

use super::event::Judge;
use super::runs::{Length, Point, Run, runs};
use super::{Answer, Ground, add_days};
use crate::language::{Text, Words, both};
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
            text: course(criterion, &run, baseline, length).quoting(&criterion.text),
            records,
            since: Some(run.first),
            until: None,
            for_committee: false,
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
        Text::new(
            "there is no score before treatment to hold it against",
            "治疗前无评分可比",
        )
    } else {
        Text::new("its day is not known", "日期不明")
    };
    let name = criterion.score.name();
    Some(Ground {
        criterion: Some(criterion.id.clone()),
        text: both!(
            "{name} {value} on {when}: {en}",
            "{when} {name} {value}：{zh}",
            value = first.value,
            when = first.when,
            en = missing.en,
            zh = missing.zh
        )
        .quoting(&criterion.text),
        records: doubtful.iter().map(|score| score.record.clone()).collect(),
        since: doubtful.iter().map(|score| score.when.date.latest()).max(),
        until: None,
        for_committee: false,
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
fn course(criterion: &ScoreCriterion, run: &Run<'_, &Score>, baseline: Option<&Score>, length: Length) -> Words {
    let raised = run.points.iter().filter(|point| point.raised);
    let worst = raised.map(|point| point.of.value).max_by(f64::total_cmp);
    let mut text = both!(
        "{name} up from {before} on {day} to {worst} from {first}",
        "{name}由{day}的{before}升至{worst}，始于{first}",
        name = criterion.score.name(),
        before = baseline.map_or(0.0, |baseline| baseline.value),
        day = baseline.map_or_else(String::new, |baseline| baseline.when.date.to_string()),
        worst = worst.unwrap_or_default(),
        first = run.first
    );
    if run.last > run.first {
        text = both!(
            "{en} through {last}",
            "{zh}，至{last}",
            en = text.en,
            zh = text.zh,
            last = run.last
        );
    }
    let Words { en, zh } = &text;
    match (length, run.recovered) {
        (Length::Open(_), Some(at)) => both!(
            "{en}, recovered by {at}, but when is not known",
            "{zh}，至{at}已恢复，恢复日期不明"
        ),
        (Length::Open(Some(_)), None) => both!("{en}, its duration not known yet", "{zh}，持续时间尚不明"),
        (Length::Open(None), None) => both!("{en}, and no later score", "{zh}，其后无评分"),
        (Length::Longer | Length::NotLonger, _) => text,
    }
}
