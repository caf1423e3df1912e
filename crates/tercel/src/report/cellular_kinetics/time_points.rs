//! Levels at the time points of the outcomes: how many are detectable, median and range; the biomarker with its changes.

use super::super::{LevelName, SummaryRow, SummaryTable, number};
use super::Studied;
use super::parameters::spread;
use crate::endpoint::{Analysis, Facts, biomarker_baseline, biomarker_change, median_above, sample_at};
use crate::kinetics::Analyte;
use crate::study::Level;

pub(super) fn tables(analysis: &Analysis<'_>, studied: &[Studied<'_>], levels: &[LevelName]) -> Vec<SummaryTable> {
    let columns: Vec<String> = levels
        .iter()
        .map(|name| name.label.clone())
        .chain(std::iter::once("Overall".to_owned()))
        .collect();
    let months: Vec<u32> = analysis
        .trial
        .windows
        .time_points
        .iter()
        .map(|window| window.months)
        .collect();
    let named = [
        (
            Analyte::Copies,
            "kinetics_copies_months",
            "Transgene copies at the time points",
        ),
        (
            Analyte::Cells,
            "kinetics_cells_months",
            "CAR-T cells at the time points",
        ),
    ];
    let mut tables = Vec::new();
    for (analyte, anchor, title) in named {
        if studied
            .iter()
            .all(|subject| analyte.samples(subject.facts.subject).is_empty())
        {
            continue;
        }
        let mut rows = Vec::new();
        for &months in &months {
            rows.extend(level_rows(studied, levels, analyte, months));
        }
        tables.push(SummaryTable {
            anchor,
            title,
            note: "The sample nearest to the day in the window of the time point; below quantification ranks below every number.",
            columns: columns.clone(),
            rows,
        });
    }
    if studied
        .iter()
        .any(|subject| !subject.facts.subject.biomarker.is_empty())
    {
        let mut rows = Vec::new();
        for &months in &months {
            rows.extend(serum_rows(analysis, studied, levels, months));
        }
        tables.push(SummaryTable {
            anchor: "serum_months",
            title: "Serum biomarker at the time points",
            note: "Median [minimum; maximum], n. A change is no response: liver function, inflammation and steroids move the \
                   biomarker. For a value below quantification the limit stands.",
            columns,
            rows,
        });
    }
    tables
}

/// A row with a cell for the subjects of each level and one for all.
fn row(
    studied: &[Studied<'_>],
    levels: &[LevelName],
    label: String,
    is_detail: bool,
    cell: impl Fn(&[&Facts<'_>]) -> String,
) -> SummaryRow {
    let of = |name: Option<&LevelName>| -> String {
        let here = studied
            .iter()
            .map(|subject| subject.facts)
            .filter(|facts| name.is_none_or(|name| facts.level == Some(name.level)));
        cell(&here.collect::<Vec<_>>())
    };
    let cells = levels.iter().map(|name| of(Some(name)));
    SummaryRow {
        label,
        is_detail,
        cells: cells.chain(std::iter::once(of(None))).collect(),
    }
}

fn level_rows(studied: &[Studied<'_>], levels: &[LevelName], analyte: Analyte, months: u32) -> [SummaryRow; 2] {
    let samples = |group: &[&Facts<'_>]| -> Vec<Option<f64>> {
        let sampled = group
            .iter()
            .filter_map(|facts| sample_at(facts, analyte.samples(facts.subject), months).0);
        let quantified = |level: &Level| level.amount.quantified().filter(|value| *value > 0.0);
        sampled.map(quantified).collect()
    };
    [
        row(studied, levels, format!("Month {months}: detectable"), false, |group| {
            let samples = samples(group);
            let detectable = samples.iter().flatten().count();
            format!(
                "{} of {} sampled",
                number::count(detectable),
                number::count(samples.len())
            )
        }),
        row(
            studied,
            levels,
            format!("median [minimum; maximum], {}", analyte.unit()),
            true,
            |group| {
                let samples = samples(group);
                let mut values: Vec<f64> = samples.iter().flatten().copied().collect();
                values.sort_by(f64::total_cmp);
                let below = samples.len() - values.len();
                let text = |value: Option<f64>| value.map_or_else(|| "BLQ".to_owned(), number::level);
                if samples.is_empty() {
                    return number::MISSING.to_owned();
                }
                let least = values.first().copied().filter(|_| below == 0);
                format!(
                    "{} [{}; {}]",
                    text(median_above(&values, below)),
                    text(least),
                    text(values.last().copied())
                )
            },
        ),
    ]
}

fn serum_rows(analysis: &Analysis<'_>, studied: &[Studied<'_>], levels: &[LevelName], months: u32) -> [SummaryRow; 3] {
    // Value, absolute change and change in percent of each subject with both samples.
    let values = |group: &[&Facts<'_>]| -> Vec<[f64; 3]> {
        let both = group.iter().filter_map(|facts| {
            let sample = sample_at(facts, &facts.subject.biomarker, months).0?;
            let (_, base) = biomarker_baseline(facts).filter(|(_, base)| *base > 0.0)?;
            let (value, percent) = biomarker_change(sample, base)?;
            Some([value, value - base, percent])
        });
        both.collect()
    };
    let unit = &analysis.trial.kinetics.biomarker_unit;
    let cell = |place: usize| {
        move |group: &[&Facts<'_>]| {
            let values = values(group);
            spread(
                &values
                    .iter()
                    .filter_map(|value| value.get(place).copied())
                    .collect::<Vec<_>>(),
            )
        }
    };
    [
        row(
            studied,
            levels,
            format!("Month {months}: level, {unit}"),
            false,
            cell(0),
        ),
        row(studied, levels, format!("change from baseline, {unit}"), true, cell(1)),
        row(studied, levels, "change from baseline, %".to_owned(), true, cell(2)),
    ]
}
