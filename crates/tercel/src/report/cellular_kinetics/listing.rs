//! Listings by subject: parameters of each analyte, the fitted model, disagreeing assays, samples of the biomarker.

use super::super::safety::{EventLine, EventTable, level_name};
use super::super::{LevelName, number};
use super::Studied;
use crate::endpoint::{Facts, biomarker_baseline, biomarker_change};
use crate::estimate::cellular_model::CellFit;
use crate::kinetics::{Analyte, SubjectKinetics, compare_assays};
use crate::study::{Amount, Lab, Level, RecordId, days_between};

/// Most lines that a listing of this part shows, the first in order of infusion.
const ROWS: usize = 200;

pub(super) fn listings(studied: &[Studied<'_>], levels: &[LevelName]) -> Vec<EventTable> {
    let mut tables = Vec::new();
    let named = [
        (
            Analyte::Copies,
            "kinetics_copies_subjects",
            "Transgene copies: parameters of each subject",
        ),
        (
            Analyte::Cells,
            "kinetics_cells_subjects",
            "CAR-T cells: parameters of each subject",
        ),
    ];
    for (analyte, anchor, title) in named {
        let lines = studied.iter().filter_map(|subject| {
            let kinetics = subject.of(analyte)?;
            parameters(kinetics).map(|cells| line(subject.facts, levels, cells, kinetics.records()))
        });
        tables.push(EventTable::new(anchor, title, COLUMNS.to_vec(), lines.collect(), NOTE));
    }
    let fits = studied.iter().filter_map(|subject| {
        let cells = fitted(subject.fit.as_ref()?);
        let records = subject.of(Analyte::Copies)?.records();
        Some(line(subject.facts, levels, cells, records))
    });
    tables.push(EventTable::new(
        "kinetics_fits",
        "Transgene copies: the published model fitted to each subject drawn",
        vec!["C_max", "T_max, d", "Fold", "α, 1/d", "FB", "β, 1/d", "Samples", "Search"],
        fits.collect(),
        "Model and population of Stein 2019 (children and young adults with leukaemia), which is the prior: the estimate is the mode of \
         the posterior distribution. In brackets the standard error in percent; \"population\" where the samples add nothing to the prior.",
    ));
    tables.push(assays(studied, levels));
    let samples = studied.iter().flat_map(|subject| serum(subject.facts, levels));
    tables.push(EventTable::new(
        "serum_samples",
        "Serum biomarker: every sample",
        vec!["Day", "Level", "Change", "Change, %", "ALT", "Bilirubin", "Albumin"],
        samples.collect(),
        "ALT, bilirubin and albumin of the same day stand beside it as context: the liver makes the soluble form. A change is no \
         response.",
    ));
    for table in &mut tables {
        table.lines.truncate(ROWS);
    }
    tables.retain(|table| table.total > 0);
    tables
}

fn line(facts: &Facts<'_>, levels: &[LevelName], cells: Vec<String>, mut records: Vec<RecordId>) -> EventLine {
    records.extend(facts.infusion.map(|infusion| infusion.record.clone()));
    EventLine {
        subject: facts.subject.id.clone(),
        level: level_name(facts, levels),
        cells,
        records,
    }
}

const COLUMNS: [&str; 9] = [
    "C_max; T_max, d",
    "AUC 0–28 d, all",
    "to the last",
    "AUC 0–90 d, all",
    "AUC to the last",
    "Half-life, d (λz; points)",
    "C_last; T_last, d",
    "Persistence",
    "Times",
];

const NOTE: &str = "Days since the first infusion. Where there is no value the reason stands.";

fn parameters(kinetics: &SubjectKinetics<'_>) -> Option<Vec<String>> {
    let found = kinetics.parameters.as_ref()?;
    let whole = &found.whole;
    let shown = |value: Option<f64>| value.map_or_else(|| number::MISSING.to_owned(), number::level);
    let half_life = match &whole.terminal {
        Ok(line) => format!(
            "{} ({}/d; {} from day {} to {})",
            number::level(line.half_life),
            number::level(line.lambda_z),
            line.times.len(),
            shown(line.times.first().copied()),
            shown(line.times.last().copied())
        ),
        Err(why) => why.to_string(),
    };
    let persistence = found.persistence.map_or_else(
        || "never quantified".to_owned(),
        |persistence| {
            let end = if persistence.ongoing { "ongoing" } else { "ended" };
            format!("day {:.0}, {end}", persistence.last_day)
        },
    );
    let area = |area: Result<f64, crate::kinetics::NoParameter>| match area {
        Ok(area) => number::level(area),
        Err(why) => why.to_string(),
    };
    let auc_last = match whole.auc_last {
        Ok(area) => number::level(area),
        Err(why) => why.to_string(),
    };
    let mut times = kinetics.profile.times().to_owned();
    if let Some(next) = kinetics.profile.next_infusion {
        times = format!("{times}; ends at the infusion of {next}");
    }
    Some(vec![
        format!("{}; {}", shown(whole.c_max), shown(whole.t_max)),
        area(found.early.interpolated),
        area(found.early.to_last),
        area(found.late.interpolated),
        auc_last,
        half_life,
        format!("{}; {}", shown(whole.c_last), shown(whole.t_last)),
        persistence,
        times,
    ])
}

fn fitted(fit: &CellFit) -> Vec<String> {
    let each = fit.curve.values().into_iter().zip(fit.log_se);
    let mut cells: Vec<String> = each
        .map(|(value, error)| {
            let error = error.map_or_else(
                || "population".to_owned(),
                |error| number::percent((error.powi(2).exp_m1()).sqrt()),
            );
            format!("{} ({error})", number::level(value))
        })
        .collect();
    let (measured, below) = fit.samples;
    cells.push(format!("{measured} measured, {below} below"));
    cells.push(if fit.converged { "converged" } else { "did not converge" }.to_owned());
    cells
}

/// Days on which copies and count disagree; where nothing could be compared, a line for each reason is of no use to a reader
/// of subjects, so the note of the table counts them.
fn assays(studied: &[Studied<'_>], levels: &[LevelName]) -> EventTable {
    let discordant = studied.iter().flat_map(|subject| {
        let found = compare_assays(subject.facts).into_iter().flatten();
        found
            .filter(|found| found.discordant)
            .map(|found| {
                line(
                    subject.facts,
                    levels,
                    vec![found.day.to_string(), found.text.en],
                    found.records,
                )
            })
            .collect::<Vec<_>>()
    });
    EventTable::new(
        "kinetics_assays",
        "Copies and cell counts more than ten times apart",
        vec!["Day", "In words"],
        discordant.collect(),
        "Copies as cells: copies/µg × 6.6×10⁻⁶ µg a cell / vector copies a cell × white cells/µL of the day. A check of plausibility.",
    )
}

fn serum(facts: &Facts<'_>, levels: &[LevelName]) -> Vec<EventLine> {
    let baseline = biomarker_baseline(facts);
    let unit = &facts.trial.kinetics.biomarker_unit;
    let samples = facts.subject.biomarker.iter().map(|sample| {
        let day = sample
            .when
            .day()
            .zip(facts.day0)
            .map(|(day, day0)| days_between(day0, day));
        let is_baseline = baseline.is_some_and(|(of, _)| of.record == sample.record);
        let base = baseline
            .map(|(_, base)| base)
            .filter(|base| *base > 0.0 && day.is_some_and(|day| day >= 0));
        let change = base.filter(|_| !is_baseline).and_then(|base| {
            let (value, percent) = biomarker_change(sample, base)?;
            Some((value - base, percent))
        });
        let signed = |value: f64| {
            let sign = if value > 0.0 { "+" } else { "" };
            format!("{sign}{}", number::level(value))
        };
        let (absolute, percent) = match change {
            Some((absolute, percent)) => (signed(absolute), number::change(percent)),
            None if is_baseline => ("baseline".to_owned(), number::MISSING.to_owned()),
            None => (number::MISSING.to_owned(), number::MISSING.to_owned()),
        };
        let beside: Vec<(String, Option<RecordId>)> =
            ["ALT", "BILI", "ALB"].map(|test| of_day(facts, sample, test)).into();
        let mut records = vec![sample.record.clone()];
        records.extend(beside.iter().filter_map(|(_, record)| record.clone()));
        let mut cells = vec![
            day.map_or_else(|| sample.when.to_string(), |day| day.to_string().replace('-', "−")),
            level(sample, unit),
            absolute,
            percent,
        ];
        cells.extend(beside.into_iter().map(|(text, _)| text));
        line(facts, levels, cells, records)
    });
    samples.collect()
}

fn level(sample: &Level, unit: &str) -> String {
    match sample.amount {
        Amount::Quantified(value) => format!("{} {unit}", number::level(value)),
        Amount::Below(Some(limit)) => format!("< {limit} {unit}"),
        Amount::Below(None) => "below an unstated limit".to_owned(),
    }
}

/// A liver test of the day of a sample.
fn of_day(facts: &Facts<'_>, sample: &Level, test: &str) -> (String, Option<RecordId>) {
    let same = |lab: &&Lab| {
        let day = sample.when.day();
        lab.test.eq_ignore_ascii_case(test) && day.is_some() && lab.when.day() == day
    };
    let found = facts
        .subject
        .labs
        .iter()
        .filter(same)
        .find_map(|lab| Some((lab, lab.value?)));
    found.map_or_else(
        || (number::MISSING.to_owned(), None),
        |(lab, value)| {
            let text = format!("{value} {}", lab.unit);
            (text.trim_end().to_owned(), Some(lab.record.clone()))
        },
    )
}
