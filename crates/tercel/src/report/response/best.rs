//! Best overall response by dose level, by each criteria.

use super::super::population::{Columns, share};
use super::super::{LevelName, SummaryRow, SummaryTable, number};
use super::ReadBy;
use crate::endpoint::{Analysis, Facts};
use crate::estimate::Level;
use crate::estimate::proportion::Proportion;
use crate::response::{Best, Bor};

const ALL: [Bor; 7] = [
    Bor::Cr,
    Bor::Pr,
    Bor::Sd,
    Bor::NonCrNonPd,
    Bor::Pd,
    Bor::Ne,
    Bor::Missing,
];

pub(super) fn table(analysis: &Analysis<'_>, levels: &[LevelName], readings: &[ReadBy<'_>]) -> SummaryTable {
    let columns = Columns::of(analysis, levels, |facts| facts.day0.is_some());
    let level = Level::new(analysis.trial.estimation.level).ok();
    let mut rows = vec![columns.row("Infused", false, |group| number::count(group.len()))];
    for reading in readings {
        rows.push(columns.row(&reading.label, false, |_| String::new()));
        for best in ALL {
            let shown = reading
                .of
                .values()
                .any(|tumour| tumour.best.is_some_and(|found| found.confirmed == best));
            if shown || matches!(best, Bor::Cr | Bor::Pr | Bor::Sd | Bor::Pd) {
                rows.push(counted(&columns, reading, &best.to_string(), |found| {
                    found.confirmed == best
                }));
            }
        }
        let response = |best: Bor| matches!(best, Bor::Cr | Bor::Pr);
        let control = |best: Bor| response(best) || matches!(best, Bor::Sd | Bor::NonCrNonPd);
        let mut rate = |label: &str, holds: &dyn Fn(&Best) -> bool| {
            rows.push(columns.row(label, true, |group| {
                let yes = group
                    .iter()
                    .filter(|facts| best_of(reading, facts).is_some_and(|best| holds(&best)));
                proportion(yes.count(), group.len(), level)
            }));
        };
        rate("Response, confirmed", &|best| response(best.confirmed));
        rate("Response, confirmed or not", &|best| response(best.unconfirmed));
        rate("Disease control", &|best| control(best.confirmed));
    }
    SummaryTable {
        anchor: "response_best",
        title: "Best overall response",
        note: "Of all subjects infused, whatever their follow-up; confirmed unless a row says otherwise. Rates with exact limits. \
               Supportive criteria never stand in for those of the protocol.",
        columns: columns.labels(),
        rows,
    }
}

fn best_of(reading: &ReadBy<'_>, facts: &Facts<'_>) -> Option<Best> {
    reading.of.get(&facts.subject.id)?.best
}

fn counted(columns: &Columns<'_>, reading: &ReadBy<'_>, label: &str, holds: impl Fn(&Best) -> bool) -> SummaryRow {
    columns.row(label, true, |group| {
        let found = group
            .iter()
            .filter(|facts| best_of(reading, facts).is_some_and(|best| holds(&best)));
        share(found.count(), group.len())
    })
}

/// `1 of 6 (16.7 %; 0.4 to 64.1 %)`.
fn proportion(yes: usize, of: usize, level: Option<Level>) -> String {
    let share = Proportion::new(yes as u64, of as u64);
    let (Ok(share), Some(level)) = (share, level) else {
        return number::MISSING.to_owned();
    };
    let interval = share.clopper_pearson(level);
    let limits = number::limits(Some(interval.lower), Some(interval.upper), number::percent_digits);
    format!(
        "{} of {} ({}; {})",
        number::count(yes),
        number::count(of),
        number::percent(share.estimate()),
        limits.unwrap_or_default()
    )
}
