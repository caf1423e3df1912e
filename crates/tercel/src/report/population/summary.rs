//! Tables by dose level: participant flow, baseline, exposure, medication, vital signs.

use std::collections::BTreeMap;

use super::super::number;
use super::{Columns, SummaryRow, SummaryTable};
use crate::dlt::{Status, actual_percent, cells_given};
use crate::endpoint::{Analysis, Facts};
use crate::estimate::summary::median;
use crate::study::{DispositionReason, MedicationClass, ScoreKind, Sex, Vital, days_between};

/// `3 (75.0 %)` of so many, or `0`; a dash where there is nobody.
pub(in crate::report) fn share(part: usize, of: usize) -> String {
    match (part, of) {
        (_, 0) => return number::MISSING.to_owned(),
        (0, _) => return "0".to_owned(),
        (_, _) => {}
    }
    format!("{} ({})", number::count(part), number::percent(part as f64 / of as f64))
}

/// `62 (41 to 70)`, with the number of subjects where it is not all of the group: `62 (41 to 70), n = 6`.
fn spread(group: &[&Facts<'_>], value: impl Fn(&Facts<'_>) -> Option<f64>, write: fn(f64) -> String) -> String {
    let sample: Vec<f64> = each(group, value);
    let sample = sample.as_slice();
    let Some(middle) = median(sample) else {
        return number::MISSING.to_owned();
    };
    let low = sample.iter().copied().fold(f64::INFINITY, f64::min);
    let high = sample.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let known = known(sample.len(), group.len());
    format!("{} ({} to {}){known}", write(middle), write(low), write(high))
}

/// The number of subjects with a value where it is neither none nor all of the group: `, n = 6`.
fn known(with_value: usize, of: usize) -> String {
    if with_value == 0 || with_value == of {
        String::new()
    } else {
        format!(", n = {}", number::count(with_value))
    }
}

fn counted(columns: &Columns<'_>, label: &str, is_detail: bool, holds: impl Fn(&Facts<'_>) -> bool) -> SummaryRow {
    columns.row(label, is_detail, |group| {
        share(group.iter().filter(|facts| holds(facts)).count(), group.len())
    })
}

fn collected(facts: &Facts<'_>) -> bool {
    facts.collection.is_some()
}

fn infused(facts: &Facts<'_>) -> bool {
    facts.subject.is_infused()
}

fn ended(facts: &Facts<'_>, reason: DispositionReason) -> bool {
    facts.subject.dispositions.iter().any(|left| left.reason == reason)
        || (reason == DispositionReason::Death && facts.subject.is_dead())
}

fn dlt(facts: &Facts<'_>, holds: fn(&Status) -> bool) -> bool {
    facts.dlt.as_ref().is_some_and(|verdict| holds(&verdict.status))
}

pub(super) fn flow(columns: &Columns<'_>, analysis: &Analysis<'_>) -> SummaryTable {
    let row = |label: &str, holds: &dyn Fn(&Facts<'_>) -> bool| counted(columns, label, false, holds);
    let detail = |label: &str, holds: &dyn Fn(&Facts<'_>) -> bool| counted(columns, label, true, holds);
    let mut rows = vec![
        columns.row("Enrolled", false, |group| number::count(group.len())),
        row("Consent recorded", &|facts| !facts.subject.consent.is_empty()),
        row("Cells collected", &collected),
        row("Lymphodepletion begun", &|facts| {
            !facts.subject.lymphodepletion.is_empty()
        }),
        detail("not infused after it", &|facts| {
            !facts.subject.lymphodepletion.is_empty() && !infused(facts)
        }),
        row("Infused", &infused),
        detail("DLT", &|facts| dlt(facts, |status| matches!(status, Status::Dlt))),
        detail("no DLT", &|facts| dlt(facts, |status| matches!(status, Status::NoDlt))),
        detail("DLT status open", &|facts| {
            dlt(facts, |status| matches!(status, Status::Pending(_)))
        }),
        detail("not evaluable for DLT, replaced", &|facts| {
            dlt(facts, |status| matches!(status, Status::NotEvaluable(_)))
        }),
    ];
    let (failed, left) = (analysis.screen_failures(), analysis.left_in_screening());
    if failed + left > 0 {
        let before = [
            ("Screened", failed + left + columns.count()),
            ("Failed screening", failed),
            ("Left in screening", left),
        ];
        let before = before.into_iter().filter(|(_, number)| *number > 0);
        rows.splice(
            0..0,
            before.map(|(label, number)| columns.overall(label, number::count(number))),
        );
    }
    for (label, reason) in [
        ("Completed", DispositionReason::Completed),
        ("Died", DispositionReason::Death),
        ("Withdrew", DispositionReason::Withdrawal),
        ("Lost to follow-up", DispositionReason::Lost),
    ] {
        rows.push(row(label, &move |facts| ended(facts, reason)));
    }
    rows.push(row("In follow-up", &|facts| {
        let left = [
            DispositionReason::Completed,
            DispositionReason::Death,
            DispositionReason::Withdrawal,
            DispositionReason::Lost,
        ];
        !facts.subject.consent.is_empty() && !left.iter().any(|reason| ended(facts, *reason))
    }));
    SummaryTable {
        anchor: "population_flow",
        title: "Participant flow",
        note: "Subjects by assigned dose level; percentages are of the subjects enrolled. A subject who withdrew and later died \
               stands in both rows.",
        columns: columns.labels(),
        rows,
    }
}

/// The latest score at or before infusion; of a subject never infused, the latest.
fn score(facts: &Facts<'_>, kind: ScoreKind) -> Option<f64> {
    let scores = facts.subject.scores.iter().filter(|score| score.kind == kind);
    let before = scores.filter(|score| facts.day0.is_none_or(|day0| score.when.date.latest() <= day0));
    before.max_by_key(|score| score.when.order()).map(|score| score.value)
}

fn each<T>(group: &[&Facts<'_>], value: impl Fn(&Facts<'_>) -> Option<T>) -> Vec<T> {
    group.iter().filter_map(|facts| value(facts)).collect()
}

/// A whole number, or the half that the median of an even number of them may be.
fn whole(value: f64) -> String {
    format!("{value:.1}").trim_end_matches(".0").to_owned()
}

pub(super) fn baseline(columns: &Columns<'_>) -> SummaryTable {
    let mut rows = vec![
        columns.row("Age in years, median (range)", false, |group| {
            spread(group, |facts| facts.subject.age, whole)
        }),
        counted(columns, "Female", false, |facts| facts.subject.sex == Some(Sex::Female)),
        counted(columns, "Male", false, |facts| facts.subject.sex == Some(Sex::Male)),
    ];
    for (name, kind) in [("ECOG", ScoreKind::Ecog), ("Child-Pugh", ScoreKind::ChildPugh)] {
        let all = columns.groups.last().map_or(&[][..], |(_, group)| group.as_slice());
        let mut values: Vec<f64> = each(all, |facts| score(facts, kind));
        values.sort_by(f64::total_cmp);
        values.dedup();
        for value in values {
            rows.push(counted(columns, &format!("{name} {value:.0}"), false, |facts| {
                score(facts, kind).is_some_and(|found| (found - value).abs() < 1e-9)
            }));
        }
        if all.iter().any(|facts| score(facts, kind).is_none()) {
            let label = format!("{name} not recorded");
            rows.push(counted(columns, &label, false, |facts| score(facts, kind).is_none()));
        }
    }
    let mut history: BTreeMap<String, usize> = BTreeMap::new();
    for facts in columns.groups.last().map_or(&[][..], |(_, group)| group.as_slice()) {
        let mut terms: Vec<String> = facts.subject.history.iter().map(|one| one.term.clone()).collect();
        terms.sort();
        terms.dedup();
        for term in terms {
            *history.entry(term).or_default() += 1;
        }
    }
    let mut history: Vec<(String, usize)> = history.into_iter().collect();
    history.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    if !history.is_empty() {
        let with = |facts: &Facts<'_>| !facts.subject.history.is_empty();
        rows.push(counted(columns, "Medical history recorded", false, with));
    }
    for (term, _) in history.into_iter().take(HISTORY_SHOWN) {
        rows.push(counted(columns, &term, true, |facts| {
            facts.subject.history.iter().any(|one| one.term == term)
        }));
    }
    SummaryTable {
        anchor: "population_baseline",
        title: "Demography and baseline disease",
        note: "Scores are the latest at or before infusion. Of the medical history the most frequent conditions are shown.",
        columns: columns.labels(),
        rows,
    }
}

/// Conditions of the medical history shown.
const HISTORY_SHOWN: usize = 12;

pub(super) fn exposure(columns: &Columns<'_>) -> SummaryTable {
    let cells = |facts: &Facts<'_>| Some(cells_given(facts.subject, facts.infusion?)?.to_cells());
    let percent = |facts: &Facts<'_>| actual_percent(facts.trial, facts.subject, facts.infusion?);
    let days = |facts: &Facts<'_>| {
        let from = facts.collection?.start.day()?;
        Some(f64::from(days_between(from, facts.day0?)))
    };
    let lymphodepletion = |facts: &Facts<'_>| {
        let doses = facts.subject.lymphodepletion.len();
        (doses > 0).then_some(doses as f64)
    };
    let rows = vec![
        columns.row("Days from collection to infusion, median (range)", false, |group| {
            spread(group, days, whole)
        }),
        columns.row("Doses of lymphodepletion, median (range)", false, |group| {
            spread(group, lymphodepletion, whole)
        }),
        columns.row("Cells infused, median (range)", false, |group| {
            spread(group, cells, number::level)
        }),
        columns.row("In percent of the group's dose, median (range)", false, |group| {
            spread(group, percent, |value| format!("{value:.1}"))
        }),
        counted(columns, "Below the tolerance of the dose", true, |facts| {
            percent(facts).is_some_and(|percent| percent < facts.trial.dlt.dose_percent_min)
        }),
        counted(columns, "Above the tolerance of the dose", true, |facts| {
            percent(facts).is_some_and(|percent| percent > facts.trial.dlt.dose_percent_max)
        }),
        counted(columns, "Infused more than once", false, |facts| {
            facts.subject.infusions.len() > 1
        }),
    ];
    SummaryTable {
        anchor: "population_exposure",
        title: "Collection, product and exposure",
        note: "Cells are those of the first infusion, as infused; the group's dose is the protocol's.",
        columns: columns.labels(),
        rows,
    }
}

/// Classes of medication in words.
pub(super) const CLASSES: [(MedicationClass, &str); 7] = [
    (MedicationClass::Bridging, "Bridging therapy"),
    (MedicationClass::Anticytokine, "Anticytokine agent"),
    (MedicationClass::Steroid, "Systemic corticosteroid"),
    (MedicationClass::GrowthFactor, "Growth factor"),
    (MedicationClass::Transfusion, "Transfusion"),
    (MedicationClass::NewTherapy, "New anticancer therapy"),
    (MedicationClass::Other, "Other medication"),
];

pub(super) fn medication(columns: &Columns<'_>) -> SummaryTable {
    let has = |class: MedicationClass| {
        move |facts: &Facts<'_>| facts.subject.medications.iter().any(|one| one.class == class)
    };
    SummaryTable {
        anchor: "population_medication",
        title: "Concomitant medication and transfusions",
        note: "Subjects with at least one record of the class, at any time.",
        columns: columns.labels(),
        rows: CLASSES
            .iter()
            .map(|(class, label)| counted(columns, label, false, has(*class)))
            .collect(),
    }
}

/// Whether the worst value of a vital sign is its highest.
const SIGNS: [(&str, &str, bool); 5] = [
    ("TEMP", "Temperature, highest", true),
    ("SYSBP", "Systolic pressure, lowest", false),
    ("HR", "Heart rate, highest", true),
    ("RESP", "Respiratory rate, highest", true),
    ("OXYSAT", "Oxygen saturation, lowest", false),
];

pub(super) fn vitals(columns: &Columns<'_>) -> SummaryTable {
    let mut rows = Vec::new();
    for (test, label, highest) in SIGNS {
        let after = |facts: &Facts<'_>| -> Vec<Vital> {
            let later = |vital: &&Vital| facts.day0.is_some_and(|day0| vital.when.date.earliest() >= day0);
            let signs = facts.subject.vitals.iter().filter(|vital| vital.test == test);
            signs.filter(later).cloned().collect()
        };
        let all = columns.groups.last().map_or(&[][..], |(_, group)| group.as_slice());
        let mut units: Vec<String> = all
            .iter()
            .flat_map(|facts| after(facts))
            .map(|vital| vital.unit)
            .collect();
        units.sort();
        units.dedup();
        // Values of different units are not one sample.
        for unit in units {
            let worst = |facts: &Facts<'_>| {
                let values = after(facts)
                    .into_iter()
                    .filter(|vital| vital.unit == unit)
                    .map(|vital| vital.value);
                values.reduce(|one, other| if highest { one.max(other) } else { one.min(other) })
            };
            rows.push(
                columns.row(format!("{label} ({unit}), median (range)"), false, |group| {
                    spread(group, worst, |value| format!("{value:.1}"))
                }),
            );
        }
    }
    let ecog = |facts: &Facts<'_>| {
        let day0 = facts.day0?;
        let later = facts
            .subject
            .scores
            .iter()
            .filter(|score| score.kind == ScoreKind::Ecog);
        let later = later
            .filter(|score| score.when.date.earliest() > day0)
            .map(|score| score.value);
        Some((later.reduce(f64::max)?, score(facts, ScoreKind::Ecog)?))
    };
    rows.push(columns.row("ECOG worse after infusion than before", false, |group| {
        let scored = each(group, ecog);
        let worse = scored.iter().filter(|(worst, before)| worst > before).count();
        format!("{}{}", share(worse, scored.len()), known(scored.len(), group.len()))
    }));
    SummaryTable {
        anchor: "population_vitals",
        title: "Vital signs and performance status after infusion",
        note: "The worst value of each subject from the day of infusion on.",
        columns: columns.labels(),
        rows,
    }
}
