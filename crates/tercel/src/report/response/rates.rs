//! Response and disease control rates as the protocol reads them, and under the other readings.

use super::super::population::Columns;
use super::super::{LevelName, SummaryRow, SummaryTable, number};
use super::other_criteria;
use crate::endpoint::{Analysis, Cell, DCR, ORR, Reading, derive_cells_of};
use crate::protocol::{OrrReading, Trial, Unassessed};

/// The table; `None` where the protocol asks for no rate.
pub(super) fn table(analysis: &Analysis<'_>, levels: &[LevelName]) -> Option<SummaryTable> {
    let is_rate = |method: &str| method == ORR || method == DCR;
    if !analysis.trial.outcomes.iter().any(|outcome| is_rate(&outcome.method)) {
        return None;
    }
    let cells = |trial: &Trial| derive_cells_of(&analysis.reread(trial), |outcome| is_rate(&outcome.method));
    let read: Vec<(Variant, Vec<Cell>)> = variants(analysis)
        .into_iter()
        .map(|variant| {
            let cells = cells(&variant.trial);
            (variant, cells)
        })
        .collect();
    let (_, main) = read.first()?;
    let columns = Columns::of(analysis, levels, |_| true);
    let mut rows = Vec::new();
    for overall in main.iter().filter(|cell| cell.level.is_none()) {
        let method = analysis
            .trial
            .outcomes
            .get(overall.outcome)
            .map(|outcome| outcome.method.as_str());
        let month = overall
            .time_point
            .map(|months| format!(", month {months}"))
            .unwrap_or_default();
        for (at, (variant, cells)) in read.iter().enumerate() {
            if variant.only.is_some_and(|only| Some(only) != method) {
                continue;
            }
            let label = if at == 0 {
                format!("{} {}{month}", overall.id, overall.measure)
            } else {
                variant.label.clone()
            };
            let same = |cell: &&Cell| cell.id == overall.id && cell.time_point == overall.time_point;
            let of = |level| cells.iter().filter(same).find(|cell| cell.level == level);
            let by_level = levels.iter().map(|name| Some(name.level)).chain([None]);
            rows.push(SummaryRow {
                label,
                is_detail: at > 0,
                cells: by_level
                    .map(|level| of(level).map_or_else(String::new, answer))
                    .collect(),
            });
        }
    }
    Some(SummaryTable {
        anchor: "response_rates",
        title: "Response and disease control rates under other readings",
        note: "The first row of each group is the outcome as the protocol reads it. Those not yet followed, and those out of the \
               denominator, are in no rate.",
        columns: columns.labels(),
        rows,
    })
}

/// A reading of the protocol, and the method it is about where it changes only one.
struct Variant {
    label: String,
    only: Option<&'static str>,
    trial: Trial,
}

fn variants(analysis: &Analysis<'_>) -> Vec<Variant> {
    let trial = analysis.trial;
    let variant = |label: String, only, change: &dyn Fn(&mut Trial)| {
        let mut trial = trial.clone();
        change(&mut trial);
        Variant { label, only, trial }
    };
    let (orr, orr_label) = match trial.response.orr {
        OrrReading::Cumulative => (OrrReading::InWindow, "response in the window itself"),
        OrrReading::InWindow => (
            OrrReading::Cumulative,
            "response at any time up to the end of the window",
        ),
    };
    let (dcr, dcr_label) = match trial.response.dcr_unassessed {
        Unassessed::NotControlled => (Unassessed::Excluded, "followed but unassessed left out"),
        Unassessed::Excluded => (Unassessed::NotControlled, "followed but unassessed not controlled"),
    };
    let mut variants = vec![
        variant(String::new(), None, &|_| {}),
        variant(orr_label.to_owned(), Some(ORR), &|trial| trial.response.orr = orr),
        variant(dcr_label.to_owned(), Some(DCR), &|trial| {
            trial.response.dcr_unassessed = dcr;
        }),
    ];
    for criteria in other_criteria(analysis) {
        let by = |trial: &mut Trial| trial.response.criteria = criteria;
        variants.push(variant(format!("by {criteria}, supportive"), None, &by));
    }
    variants
}

/// `2 of 6 (33.3 %; 4.3 to 77.7); 1 not yet followed`.
fn answer(cell: &Cell) -> String {
    let count = |reading| cell.contributions.iter().filter(|part| part.reading == reading).count();
    let open = count(Reading::NotYet);
    let waiting = (open > 0).then(|| format!("{} not yet followed", number::count(open)));
    let rate = cell.value.map(|value| {
        let limits = number::limits(cell.lower, cell.upper, number::percent_digits);
        format!(
            "{} of {} ({}; {})",
            number::count(count(Reading::Yes)),
            number::count(cell.denominator),
            number::percent(value),
            limits.unwrap_or_default()
        )
    });
    let parts: Vec<String> = [rate, waiting].into_iter().flatten().collect();
    if parts.is_empty() {
        number::MISSING.to_owned()
    } else {
        parts.join("; ")
    }
}
