//! A laboratory criterion whose conditions must hold together: each met by a value, all within so many days.
//!
//! # Formula
//! With *w* the days allowed: for each day *d* of the window with a value that meets a condition, or may, every condition is
//! looked up in the values of *d* to *d* + *w*. All met: the criterion is met. A condition is not met if each of its analytes has
//! a value there and none of them meets it; then the criterion is not met once *d* + *w* has passed. Otherwise it is open: a
//! value that is missing is no normal one.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::event::Judge;
use super::score::collection;
use super::{Answer, Ground, add_days};
use crate::language::{Text, Words, both};
use crate::protocol::{LabCondition, LabCriterion, Multiple};
use crate::study::{Lab, RecordId, baseline_end};

/// Whether a value meets a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Met,
    NotMet,
    /// It cannot be told, for this reason.
    Unknown(Text),
}

/// A value against the condition that looks at its analyte.
struct Reading<'a> {
    lab: &'a Lab,
    baseline: Option<&'a Lab>,
    held: Held,
}

/// A condition on the days from one value on.
enum Stand<'r, 'a> {
    Met(&'r Reading<'a>),
    Unknown(&'r Reading<'a>, Text),
    /// Analytes without a value there.
    Missing(Vec<&'r str>),
    NotMet,
}

/// The conditions together, on the days from one value on.
enum Combined {
    Met(Ground),
    /// Not all are met, but there is time.
    NotYet(Ground),
    Open(Ground),
    No,
}

/// The criterion, and the values of each condition.
struct Rule<'a> {
    criterion: &'a LabCriterion,
    within_days: u32,
    conditions: Vec<(&'a LabCondition, Vec<Reading<'a>>)>,
}

/// What the values answer.
pub(super) fn judge(
    criterion: &LabCriterion,
    conditions: &[LabCondition],
    within_days: u32,
    judge: &Judge<'_>,
    consulted: &mut Vec<RecordId>,
) -> Vec<Answer> {
    let read = |condition| (condition, readings(condition, judge));
    let rule = Rule {
        criterion,
        within_days,
        conditions: conditions.iter().map(read).collect(),
    };
    consulted.extend(collection(judge));
    let all = || rule.conditions.iter().flat_map(|(_, readings)| readings);
    consulted.extend(all().filter_map(|reading| Some(reading.baseline?.record.clone())));
    let mut answers: Vec<Answer> = rule.undated(judge).map(Answer::Open).into_iter().collect();
    let days: BTreeSet<Date> = all().filter_map(|reading| reading.lab.when.day()).collect();
    // Days in a row that say the same are one ground.
    let mut before = Combined::No;
    let in_window = |day: &Date| *day >= judge.window.first && *day <= judge.window.last;
    for day in days.into_iter().filter(in_window) {
        let now = rule.from(day, judge, consulted);
        before = match (before, now) {
            (Combined::Met(mut first), Combined::Met(next)) => {
                first.records.extend(next.records);
                Combined::Met(first)
            }
            (Combined::NotYet(_), next @ Combined::NotYet(_)) => next,
            (before, now) => {
                answers.push(before.answer());
                now
            }
        };
    }
    answers.push(before.answer());
    answers
}

impl Combined {
    fn answer(self) -> Answer {
        match self {
            Self::Met(ground) => Answer::Met(ground),
            Self::NotYet(ground) | Self::Open(ground) => Answer::Open(ground),
            Self::No => Answer::No,
        }
    }
}

impl Rule<'_> {
    /// Values without a full day that may count.
    fn undated(&self, judge: &Judge<'_>) -> Option<Ground> {
        let last = add_days(judge.window.last, self.within_days);
        let all = self.conditions.iter().flat_map(|(_, readings)| readings);
        let undated: Vec<&Reading<'_>> = all
            .filter(|reading| {
                let when = reading.lab.when;
                when.day().is_none() && when.date.earliest() <= last && reading.held != Held::NotMet
            })
            .collect();
        let first = undated.first()?;
        Some(Ground {
            criterion: Some(self.criterion.id.clone()),
            text: both!(
                "{en}: its day is not known",
                "{zh}：日期不明",
                en = words(first).en,
                zh = words(first).zh
            )
            .quoting(&self.criterion.text),
            records: undated.iter().map(|reading| reading.lab.record.clone()).collect(),
            since: undated.iter().map(|reading| reading.lab.when.date.latest()).max(),
            until: None,
            for_committee: false,
        })
    }

    /// The conditions together, in the values from `day` on.
    fn from(&self, day: Date, judge: &Judge<'_>, consulted: &mut Vec<RecordId>) -> Combined {
        let last = add_days(day, self.within_days);
        let on = |reading: &&Reading<'_>, to: Date| reading.lab.when.day().is_some_and(|at| at >= day && at <= to);
        let all = || self.conditions.iter().flat_map(|(_, readings)| readings);
        if !all().any(|reading| on(&reading, day) && reading.held != Held::NotMet) {
            return Combined::No;
        }
        let records: Vec<RecordId> = all()
            .filter(|reading| on(reading, last))
            .map(|reading| reading.lab.record.clone())
            .collect();
        consulted.extend(records);
        let stands: Vec<Stand<'_, '_>> = self
            .conditions
            .iter()
            .map(|(condition, readings)| {
                let within: Vec<&Reading<'_>> = readings.iter().filter(|reading| on(reading, last)).collect();
                stand(condition, &within)
            })
            .collect();
        let shown: Vec<&Reading<'_>> = stands.iter().filter_map(Stand::reading).collect();
        let ground = |text: Words, until: Option<Date>| Ground {
            criterion: Some(self.criterion.id.clone()),
            text: text.quoting(&self.criterion.text),
            records: shown.iter().flat_map(|reading| reading.records()).collect(),
            since: shown.iter().filter_map(|reading| reading.lab.when.day()).max(),
            until,
            for_committee: false,
        };
        let met: Vec<Words> = stands
            .iter()
            .filter(|stand| matches!(stand, Stand::Met(_)))
            .filter_map(Stand::reading)
            .map(words)
            .collect();
        let met = Words::join(&met, Text::new(" with ", "，同时"));
        let time_left = judge.seen.may_reach(last).then_some(last);
        if stands.iter().all(|stand| matches!(stand, Stand::Met(_))) {
            return Combined::Met(ground(met, None));
        }
        if stands.iter().any(|stand| matches!(stand, Stand::NotMet)) {
            return match time_left {
                Some(_) => {
                    let Words { en, zh } = or_value(met);
                    let text = both!("{en}, the other conditions not met yet", "{zh}，其他条件尚未满足");
                    Combined::NotYet(ground(text, time_left))
                }
                None => Combined::No,
            };
        }
        let troubles: Vec<Words> = stands.iter().filter_map(|stand| stand.trouble(day, last)).collect();
        let parts: Vec<Words> = [met]
            .into_iter()
            .filter(|met| !met.en.is_empty())
            .chain(troubles)
            .collect();
        let enterable = stands.iter().any(|stand| matches!(stand, Stand::Unknown(..)));
        let text = Words::join(&parts, Text::new(", ", "，"));
        Combined::Open(ground(text, time_left.filter(|_| !enterable)))
    }
}

/// What is met, or that a value may be.
fn or_value(met: Words) -> Words {
    if met.en.is_empty() {
        Text::new("a value that may count", "某项可能计入的结果").into()
    } else {
        met
    }
}

impl<'r, 'a> Stand<'r, 'a> {
    fn reading(&self) -> Option<&'r Reading<'a>> {
        match self {
            Self::Met(reading) | Self::Unknown(reading, _) => Some(reading),
            Self::Missing(_) | Self::NotMet => None,
        }
    }

    /// What keeps the condition open.
    fn trouble(&self, first: Date, last: Date) -> Option<Words> {
        match self {
            Self::Unknown(reading, why) => Some(both!(
                "{en}: {cause}",
                "{zh}：{cause_zh}",
                en = words(reading).en,
                zh = words(reading).zh,
                cause = why.en,
                cause_zh = why.zh
            )),
            Self::Missing(analytes) => Some(both!(
                "no {en} from {first} to {last}",
                "{first}至{last}无{zh}结果",
                en = analytes.join(" and "),
                zh = analytes.join("和")
            )),
            Self::Met(_) | Self::NotMet => None,
        }
    }
}

impl Reading<'_> {
    fn records(&self) -> Vec<RecordId> {
        let baseline = self.baseline.map(|baseline| baseline.record.clone());
        std::iter::once(self.lab.record.clone()).chain(baseline).collect()
    }
}

/// The values of a condition after the baseline, in order of time.
fn readings<'a>(condition: &LabCondition, judge: &Judge<'a>) -> Vec<Reading<'a>> {
    let Some(end) = baseline_end(judge.trial, judge.subject) else {
        return Vec::new();
    };
    let is_of = |lab: &&Lab| {
        condition
            .analytes
            .iter()
            .any(|name| lab.test.eq_ignore_ascii_case(name))
    };
    let labs = || judge.subject.labs.iter().filter(|lab| lab.value.is_some());
    labs()
        .filter(|lab| is_of(lab) && end.precedes(lab.when) && lab.when.date.latest() >= judge.window.first)
        .map(|lab| {
            let same = |other: &&Lab| other.test.eq_ignore_ascii_case(&lab.test) && end.follows(other.when);
            let baseline = condition.baseline.and_then(|_| labs().rfind(same));
            Reading {
                lab,
                baseline,
                held: held(condition, lab, baseline),
            }
        })
        .collect()
}

/// Every multiple that is stated must be met; one that is not met decides, whatever is missing of the other.
fn held(condition: &LabCondition, lab: &Lab, baseline: Option<&Lab>) -> Held {
    let against = |multiple: Option<Multiple>, of: Option<f64>, why: Text| match (multiple, lab.value, of) {
        (None, ..) => Held::Met,
        (Some(multiple), Some(value), Some(of)) if of > 0.0 => {
            if multiple.is_met(value, of) {
                Held::Met
            } else {
                Held::NotMet
            }
        }
        (Some(_), ..) => Held::Unknown(why),
    };
    let (of, why) = match baseline {
        Some(baseline) if baseline.unit.eq_ignore_ascii_case(&lab.unit) => (
            baseline.value,
            Text::new("its baseline is no positive number", "基线值不是正数"),
        ),
        Some(_) => (None, Text::new("its baseline is in another unit", "基线单位不同")),
        None => (None, Text::new("it has no baseline", "无基线值")),
    };
    let no_limit = Text::new("its upper limit of normal is missing", "缺正常值上限");
    let uln = against(condition.uln, lab.uln, no_limit);
    match (uln, against(condition.baseline, of, why)) {
        (Held::NotMet, _) | (_, Held::NotMet) => Held::NotMet,
        (Held::Met, other) | (other @ Held::Unknown(_), _) => other,
    }
}

fn stand<'r, 'a>(condition: &'r LabCondition, within: &[&'r Reading<'a>]) -> Stand<'r, 'a> {
    if let Some(met) = within.iter().find(|reading| reading.held == Held::Met) {
        return Stand::Met(met);
    }
    let unknown = within.iter().find_map(|reading| match reading.held {
        Held::Unknown(why) => Some((reading, why)),
        Held::Met | Held::NotMet => None,
    });
    if let Some((reading, why)) = unknown {
        return Stand::Unknown(reading, why);
    }
    let is_there = |name: &&String| within.iter().any(|reading| reading.lab.test.eq_ignore_ascii_case(name));
    let missing: Vec<&str> = condition
        .analytes
        .iter()
        .filter(|name| !is_there(name))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        Stand::NotMet
    } else {
        Stand::Missing(missing)
    }
}

/// A value as listings print it: with its multiples.
fn words(reading: &Reading<'_>) -> Words {
    let lab = reading.lab;
    let times = |of: Option<f64>, name: Text| {
        let of = of.filter(|of| *of > 0.0)?;
        let times = lab.value? / of;
        Some(both!(
            "{times:.1} × {en}",
            "{times:.1}×{zh}",
            en = name.en,
            zh = name.zh
        ))
    };
    let baseline = reading
        .baseline
        .filter(|baseline| baseline.unit.eq_ignore_ascii_case(&lab.unit));
    let multiples = [
        times(lab.uln, Text::new("ULN", "ULN")),
        times(
            baseline.and_then(|baseline| baseline.value),
            Text::new("baseline", "基线"),
        ),
    ];
    let multiples: Vec<Words> = multiples.into_iter().flatten().collect();
    let value = lab.value.map_or_else(String::new, |value| value.to_string());
    let shown = both!(
        "{test} {value} {unit} on {day}",
        "{day} {test} {value} {unit}",
        test = lab.test,
        unit = lab.unit,
        day = lab.when.date
    );
    if multiples.is_empty() {
        return shown;
    }
    let multiples = Words::join(&multiples, Text::new(", ", "，"));
    both!(
        "{en} ({of})",
        "{zh}（{of_zh}）",
        en = shown.en,
        zh = shown.zh,
        of = multiples.en,
        of_zh = multiples.zh
    )
}
