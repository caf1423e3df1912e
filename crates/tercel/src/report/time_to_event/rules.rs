//! Progression-free survival under each censoring rule, and the subjects in whom it matters.

use super::super::safety::level_name;
use super::super::{EventLine, EventTable, LevelName, SummaryRow, SummaryTable, number};
use super::{level, observed};
use crate::endpoint::{Duration, Facts};
use crate::estimate::survival::{KaplanMeier, Observation, Quantile};
use crate::protocol::{PfsCensoring, Trial};

pub(super) fn table(trial: &Trial, infused: &[&Facts<'_>]) -> SummaryTable {
    let time_points = &trial.windows.time_points;
    let fixed = ["Subjects", "Events", "Censored", "Median, months"].map(str::to_owned);
    let rates = time_points.iter().map(|point| format!("Month {}", point.months));
    SummaryTable {
        anchor: "time_rules",
        title: "PFS under each censoring rule",
        note: "Estimates with their confidence intervals. Sensitivity of progression-free survival to how it is dated and censored; overall, all dose levels. The rule in force is that \
               of the protocol. Tables A, B and C follow the example analyses of FDA guidance.",
        columns: fixed.into_iter().chain(rates).collect(),
        rows: PfsCensoring::NAMES
            .iter()
            .map(|(_, rule)| row(trial, infused, *rule))
            .collect(),
    }
}

fn row(trial: &Trial, infused: &[&Facts<'_>], rule: PfsCensoring) -> SummaryRow {
    let durations = infused.iter().filter_map(|facts| facts.pfs_by(rule));
    let sample: Vec<Observation> = durations.map(|duration| observed(&duration)).collect();
    let events = sample.iter().filter(|one| one.event).count();
    let mut cells = vec![
        number::count(sample.len()),
        number::count(events),
        number::count(sample.len() - events),
    ];
    if let Ok(curve) = KaplanMeier::new(&sample) {
        let (conf_type, level) = (trial.estimation.conf_type, level(trial));
        cells.push(median(sample.len(), &curve.quantile(0.5, conf_type, level)));
        for point in &trial.windows.time_points {
            let found = curve.landmark(f64::from(point.months), conf_type, level);
            let limits = number::limits(found.lower, found.upper, number::percent_digits);
            let limits = limits.map_or_else(String::new, |limits| format!(" ({limits})"));
            cells.push(match found.estimate {
                Some(rate) => format!("{}{limits}", number::percent(rate)),
                None => number::NO_LIMIT.to_owned(),
            });
        }
    }
    let in_force = if rule == trial.response.pfs_censoring {
        " (in force)"
    } else {
        ""
    };
    SummaryRow {
        label: format!("{}{in_force}", rule.title()),
        is_detail: false,
        cells,
    }
}

/// `5.42 (2.10–NE)`, `not reached`, or a dash where nobody was followed.
fn median(n: usize, found: &Quantile) -> String {
    match (found.estimate, number::limits(found.lower, found.upper, number::months)) {
        (None, _) if n == 0 => number::MISSING.to_owned(),
        (None, _) => "not reached".to_owned(),
        (Some(value), None) => number::months(value),
        (Some(value), Some(limits)) => format!("{} ({limits})", number::months(value)),
    }
}

/// Every subject whose duration or event is not the same under all rules, with each reading and its records.
pub(super) fn differing(levels: &[LevelName], infused: &[&Facts<'_>]) -> EventTable {
    let mut lines = Vec::new();
    for facts in infused {
        let readings: Vec<Duration> = PfsCensoring::NAMES
            .iter()
            .filter_map(|(_, rule)| facts.pfs_by(*rule))
            .collect();
        let same = |one: &Duration, other: &Duration| {
            one.event == other.event && (one.months - other.months).abs() < f64::EPSILON
        };
        if readings
            .windows(2)
            .all(|pair| matches!(pair, [one, other] if same(one, other)))
        {
            continue;
        }
        let mut records: Vec<_> = readings.iter().flat_map(|one| one.records.iter().cloned()).collect();
        records.sort();
        records.dedup();
        lines.push(EventLine {
            subject: facts.subject.id.clone(),
            level: level_name(facts, levels),
            cells: readings.iter().map(reading).collect(),
            records,
        });
    }
    lines.sort_by(|one, other| one.subject.cmp(&other.subject));
    EventTable::new(
        "time_differing",
        "Subjects whose PFS differs between the rules",
        PfsCensoring::NAMES.iter().map(|(_, rule)| rule.title()).collect(),
        lines,
        "The duration under each rule, what ended it, and the row of the rule's table that decided it.",
    )
}

fn reading(duration: &Duration) -> String {
    let kind = if duration.event { "event" } else { "censored" };
    let row = duration
        .situation
        .map_or_else(String::new, |situation| format!(" [{situation}]"));
    let ended = duration
        .ended_by
        .strip_prefix("censored ")
        .unwrap_or(&duration.ended_by);
    format!("{} months, {kind}: {ended}{row}", number::months(duration.months))
}
