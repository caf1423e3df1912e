//! Baseline characteristics of everybody in the data, by assigned dose level: what the report's table of demography holds.

use tercel::endpoint::{Analysis, Facts};
use tercel::estimate::summary::Summary;
use tercel::protocol::ScoreKind;
use tercel::study::Sex;

use super::super::{Baseline, BaselineMeasure, Denominator, Entry, Group, Measure, NOT_AVAILABLE, Row, RowValue};
use super::{Arm, Origins, arms, everybody, origin, unassigned};

/// The characteristics; `None` where nobody is in the data.
pub(super) fn baseline(analysis: &Analysis<'_>, origins: &Origins) -> Option<Baseline> {
    let mut groups = arms(analysis);
    groups.extend(unassigned(analysis));
    let all = Arm {
        group: Group {
            title: "Total".to_owned(),
            description: "Total of all reporting groups".to_owned(),
            ..everybody()
        },
        facts: analysis.enrolled().collect(),
    };
    let counted = |arm: &Arm<'_>| {
        let of = Denominator {
            subjects: Some(arm.facts.len().to_string()),
            units: None,
        };
        (arm.group.clone(), of)
    };
    let nobody = all.facts.is_empty();
    let own = groups.iter().map(counted).collect();
    let total = counted(&all);
    groups.push(all);
    let measures: Vec<BaselineMeasure> = [age(&groups), sex(&groups)]
        .into_iter()
        .flatten()
        .chain(origin::measures(analysis, origins, &groups))
        .chain(scores(&groups))
        .collect();
    (!nobody).then_some(Baseline {
        population: Some("All enrolled participants, by assigned dose level".to_owned()),
        units: None,
        groups: own,
        total: Some(total),
        measures,
    })
}

pub(super) fn is_known<T>(groups: &[Arm<'_>], value: impl Fn(&Facts<'_>) -> Option<T>) -> bool {
    groups
        .iter()
        .flat_map(|arm| &arm.facts)
        .any(|facts| value(facts).is_some())
}

fn age(groups: &[Arm<'_>]) -> Option<BaselineMeasure> {
    let of = |facts: &Facts<'_>| facts.subject.age;
    if !is_known(groups, of) {
        return None;
    }
    let values = groups.iter().map(|arm| {
        let ages: Vec<f64> = arm.facts.iter().filter_map(|facts| of(facts)).collect();
        let summary = Summary::of(&ages);
        // The median of an even number of ages may be a half.
        let write = |age: f64| format!("{age:.1}").trim_end_matches(".0").to_owned();
        let entry = match &summary {
            Some(summary) => Entry {
                value: Some(write(summary.median)),
                lower: Some(write(summary.min)),
                upper: Some(write(summary.max)),
                ..Entry::default()
            },
            None => Entry {
                value: Some(NOT_AVAILABLE.to_owned()),
                lower: Some(NOT_AVAILABLE.to_owned()),
                upper: Some(NOT_AVAILABLE.to_owned()),
                comment: Some("No participant of the group has an age in the data".to_owned()),
                ..Entry::default()
            },
        };
        row_value(arm, ages.len(), vec![entry])
    });
    Some(BaselineMeasure {
        kind: "Age, Continuous".to_owned(),
        title: None,
        measure: Measure {
            parameter: Some("Median".to_owned()),
            dispersion: Some("Full Range".to_owned()),
            unit: Some("years".to_owned()),
            rows: vec![Row {
                title: String::new(),
                values: values.collect(),
            }],
            ..Measure::default()
        },
    })
}

pub(super) fn row_value(arm: &Arm<'_>, analysed: usize, entries: Vec<Entry>) -> RowValue {
    RowValue {
        group: arm.group.id.clone(),
        analysed: (analysed != arm.facts.len()).then(|| Denominator {
            subjects: Some(analysed.to_string()),
            units: None,
        }),
        entries,
    }
}

/// Participants by category; those of none are in the category `Not recorded` where there are any.
fn categories<T: PartialEq>(
    groups: &[Arm<'_>],
    kind: &str,
    title: Option<String>,
    known: &[(String, T)],
    of: impl Fn(&Facts<'_>) -> Option<T>,
) -> BaselineMeasure {
    let count = |arm: &Arm<'_>, holds: &dyn Fn(Option<T>) -> bool| {
        let counted = arm.facts.iter().filter(|facts| holds(of(facts))).count();
        Some(counted.to_string())
    };
    let missing = groups
        .iter()
        .flat_map(|arm| &arm.facts)
        .any(|facts| of(facts).is_none());
    let values = groups.iter().map(|arm| {
        let mut entries: Vec<Entry> = known
            .iter()
            .map(|(category, value)| Entry {
                category: category.clone(),
                value: count(arm, &|found| found.as_ref() == Some(value)),
                ..Entry::default()
            })
            .collect();
        if missing {
            entries.push(Entry {
                category: "Not recorded".to_owned(),
                value: count(arm, &|found| found.is_none()),
                ..Entry::default()
            });
        }
        row_value(arm, arm.facts.len(), entries)
    });
    BaselineMeasure {
        kind: kind.to_owned(),
        title,
        measure: Measure {
            parameter: Some("Count of Participants".to_owned()),
            dispersion: Some("Not Applicable".to_owned()),
            unit: Some("Participants".to_owned()),
            rows: vec![Row {
                title: String::new(),
                values: values.collect(),
            }],
            ..Measure::default()
        },
    }
}

fn sex(groups: &[Arm<'_>]) -> Option<BaselineMeasure> {
    let of = |facts: &Facts<'_>| facts.subject.sex;
    let everybody = groups
        .iter()
        .flat_map(|arm| &arm.facts)
        .all(|facts| of(facts).is_some());
    let known = [("Female".to_owned(), Sex::Female), ("Male".to_owned(), Sex::Male)];
    // The registry's own measure has no category for a sex that is not recorded.
    let kind = if everybody {
        "Sex: Female, Male"
    } else {
        "Sex/Gender, Customized"
    };
    is_known(groups, of).then(|| categories(groups, kind, None, &known, of))
}

/// The latest score at or before infusion; of a subject never infused, the latest.
fn score(facts: &Facts<'_>, kind: ScoreKind) -> Option<f64> {
    let scores = facts.subject.scores.iter().filter(|score| score.kind == kind);
    let before = scores.filter(|score| facts.day0.is_none_or(|day0| score.when.date.latest() <= day0));
    before.max_by_key(|score| score.when.order()).map(|score| score.value)
}

fn scores<'g>(groups: &'g [Arm<'_>]) -> impl Iterator<Item = BaselineMeasure> + 'g {
    let kinds = [
        ("ECOG performance status", ScoreKind::Ecog),
        ("Child-Pugh score", ScoreKind::ChildPugh),
    ];
    kinds.into_iter().filter_map(|(title, kind)| {
        let of = |facts: &Facts<'_>| score(facts, kind);
        let mut values: Vec<f64> = groups
            .iter()
            .flat_map(|arm| &arm.facts)
            .filter_map(|facts| of(facts))
            .collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let known: Vec<(String, f64)> = values.into_iter().map(|value| (value.to_string(), value)).collect();
        let other = BaselineMeasure::OTHER;
        (!known.is_empty()).then(|| categories(groups, other, Some(title.to_owned()), &known, of))
    })
}
