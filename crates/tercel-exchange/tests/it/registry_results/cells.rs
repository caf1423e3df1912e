//! Every cell of the outcome matrix against the document: the same number, or the same reason.

use tercel::endpoint::{ALL, Analysis, Cell, Statistic};
use tercel::report::build_report;
use tercel_exchange::registry::results::{Entry, NOT_AVAILABLE, OutcomeMeasure, Results, RowValue};

use super::{TRIALS, with_study};

/// Where a cell stands in the results: the row that the order of outcome, unit, component and time point gives it.
fn place<'r>(cells: &[Cell], cell: &Cell, results: &'r Results) -> (&'r OutcomeMeasure, &'r RowValue) {
    let mut measures: Vec<(usize, &str)> = Vec::new();
    for one in cells {
        if !measures.contains(&(one.outcome, one.unit.as_str())) {
            measures.push((one.outcome, &one.unit));
        }
    }
    let at = measures
        .iter()
        .position(|one| *one == (cell.outcome, cell.unit.as_str()))
        .unwrap();
    let mut rows: Vec<(&str, Option<u32>)> = Vec::new();
    for one in cells
        .iter()
        .filter(|one| (one.outcome, one.unit.as_str()) == measures[at])
    {
        if !rows.contains(&(one.id.as_str(), one.time_point)) {
            rows.push((&one.id, one.time_point));
        }
    }
    let row = rows
        .iter()
        .position(|one| *one == (cell.id.as_str(), cell.time_point))
        .unwrap();
    let group = cell
        .level
        .map_or_else(|| "all".to_owned(), |level| format!("level{level}"));
    let measure = &results.outcomes[at];
    assert_eq!(measure.measure.rows.len(), rows.len());
    let value = measure.measure.rows[row]
        .values
        .iter()
        .find(|value| value.group == group)
        .unwrap();
    (measure, value)
}

/// A number of the report as a number: `12,300`, `+12.3 %`, `1.23×10⁷`, `−40.0`.
fn number(text: &str) -> f64 {
    let text: String = text.chars().filter(|letter| !",+% ".contains(*letter)).collect();
    let text = text.replace('−', "-");
    let raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let Some((mantissa, power)) = text.split_once("×10") else {
        return text.parse().unwrap();
    };
    let power: String = power
        .chars()
        .map(|letter| match raised.chars().position(|one| one == letter) {
            Some(digit) => char::from_digit(u32::try_from(digit).unwrap(), 10).unwrap(),
            None => '-',
        })
        .collect();
    format!("{mantissa}e{power}").parse().unwrap()
}

fn parsed(text: Option<&String>) -> f64 {
    text.unwrap().parse().unwrap()
}

/// How far a written number may lie from the one it is rounded from: half a unit of its last digit.
fn half_a_digit(text: &str) -> f64 {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    0.5 * 10f64.powi(-i32::try_from(decimals).unwrap())
}

fn check(statistic: Statistic, cell: &Cell, entry: &Entry) {
    let name = format!("{} {:?} {:?}", cell.id, cell.time_point, cell.level);
    let Some(value) = cell.value else {
        assert_eq!(entry.value.as_deref(), Some(NOT_AVAILABLE), "{name}");
        let reason = cell.reason.as_ref().unwrap().to_string();
        assert!(entry.comment.as_ref().unwrap().contains(&reason), "{name}");
        return;
    };
    let scale = if cell.unit.is_empty() { 100.0 } else { 1.0 };
    let near = |text: Option<&String>, exact: f64| {
        let written = parsed(text);
        // Levels have three significant digits.
        let allowed = half_a_digit(text.unwrap()).max(0.005 * exact.abs());
        assert!(
            (written - exact).abs() <= allowed * (1.0 + 1e-9),
            "{name}: {written} for {exact}"
        );
    };
    near(entry.value.as_ref(), scale * value);
    let is_interval = matches!(
        statistic,
        Statistic::Proportion | Statistic::SurvivalMedian | Statistic::SurvivalRate | Statistic::RestrictedMean
    );
    for (limit, text) in [(cell.lower, &entry.lower), (cell.upper, &entry.upper)] {
        match (is_interval, limit, text.as_deref()) {
            (false, _, _) => {}
            (true, Some(limit), Some(written)) if written != NOT_AVAILABLE => near(text.as_ref(), scale * limit),
            (true, _, written) => {
                assert_eq!(written, Some(NOT_AVAILABLE), "{name}");
                assert!(entry.comment.is_some(), "{name}");
            }
        }
    }
}

#[test]
fn every_cell_of_the_outcome_matrix_stands_in_the_results() {
    for name in TRIALS {
        with_study(name, |_, cells, results| {
            assert!(!cells.is_empty());
            for cell in cells {
                let (measure, value) = place(cells, cell, results);
                assert!(measure.title.starts_with(&cell.measure));
                let analysed = value.analysed.as_ref().unwrap().subjects.as_deref();
                assert_eq!(analysed, Some(cell.denominator.to_string().as_str()));
                let statistic = ALL
                    .iter()
                    .find(|method| method.statistic.name() == cell.statistic)
                    .unwrap()
                    .statistic;
                check(statistic, cell, &value.entries[0]);
            }
        });
    }
}

#[test]
fn the_number_is_the_one_the_report_shows() {
    for name in TRIALS {
        with_study(name, |analysis: &Analysis<'_>, cells, results| {
            let report = build_report(analysis, cells, None, &[]);
            let answers = report.outcomes.iter().flat_map(|section| &section.blocks);
            let answers: Vec<_> = answers
                .flat_map(|block| {
                    block
                        .answers
                        .iter()
                        .map(move |answer| (block.id.as_str(), block.time_point, answer))
                })
                .collect();
            let mut compared = 0;
            for cell in cells.iter().filter(|cell| cell.value.is_some()) {
                let (_, value) = place(cells, cell, results);
                let (_, _, answer) = answers
                    .iter()
                    .find(|(id, months, answer)| {
                        *id == cell.id && *months == cell.time_point && answer.level == cell.level
                    })
                    .unwrap();
                let shown = match cell.statistic {
                    "count" => answer.counted.split(' ').next().unwrap(),
                    _ => answer.value.split(' ').next().unwrap(),
                };
                assert!(
                    (parsed(value.entries[0].value.as_ref()) - number(shown)).abs() < 1e-9,
                    "{}: {:?} and {shown}",
                    cell.id,
                    value.entries[0].value
                );
                compared += 1;
            }
            assert!(compared > 0);
        });
    }
}

#[test]
fn every_outcome_of_the_protocol_is_reported_with_its_rank_and_time_frame() {
    for name in TRIALS {
        with_study(name, |analysis, _, results| {
            for outcome in &analysis.trial.outcomes {
                let found: Vec<_> = results
                    .outcomes
                    .iter()
                    .filter(|measure| {
                        measure.title.starts_with(&outcome.measure) && measure.time_frame == outcome.time_frame
                    })
                    .collect();
                assert!(!found.is_empty(), "{}", outcome.measure);
                assert!(
                    found
                        .iter()
                        .all(|measure| measure.rank.to_lowercase().starts_with(&outcome.kind.to_string()))
                );
            }
        });
    }
}

#[test]
fn every_outcome_that_can_be_estimated_has_its_analyses_with_method_value_and_interval() {
    with_study("il1rap-hcc", |_, cells, results| {
        let mut looked_at = 0;
        for cell in cells.iter().filter(|cell| cell.value.is_some() && cell.denominator > 0) {
            let (measure, value) = place(cells, cell, results);
            let group = &value.group;
            let of_group = measure
                .analyses
                .iter()
                .filter(|analysis| analysis.groups.contains(group));
            let of_group: Vec<_> = of_group.collect();
            assert!(!of_group.is_empty(), "{} {:?} {group}", cell.id, cell.time_point);
            assert!(
                of_group
                    .iter()
                    .all(|analysis| analysis.other.is_some() && analysis.value.is_some())
            );
            if cell.statistic == "proportion" {
                let stated = of_group
                    .iter()
                    .find(|analysis| analysis.value == value.entries[0].value)
                    .unwrap();
                assert_eq!(
                    (&stated.lower, &stated.upper),
                    (&value.entries[0].lower, &value.entries[0].upper)
                );
            }
            looked_at += 1;
        }
        assert!(looked_at > 50);
        let with = results
            .outcomes
            .iter()
            .filter(|outcome| !outcome.analyses.is_empty())
            .count();
        let estimable = results.outcomes.iter().filter(|outcome| {
            let mut values = outcome.measure.rows.iter().flat_map(|row| &row.values);
            values.any(|value| value.entries[0].value.as_deref() != Some(NOT_AVAILABLE))
        });
        assert_eq!(with, estimable.count());
    });
}

#[test]
fn participants_who_did_not_complete_a_period_have_one_reason_each() {
    let count = |text: &Option<String>| text.as_ref().unwrap().parse::<usize>().unwrap();
    with_study("il1rap-hcc", |analysis, _, results| {
        let flow = results.flow.as_ref().unwrap();
        let mut started = 0;
        for period in &flow.periods {
            for (place, group) in flow.groups.iter().enumerate() {
                let began = count(&period.started.counts[place].subjects);
                let ended = count(&period.completed.counts[place].subjects);
                let reasons: usize = period
                    .reasons
                    .iter()
                    .map(|reason| count(&reason.counts[place].subjects))
                    .sum();
                assert_eq!(began, ended + reasons, "{} in {}", group.title, period.title);
                started += began;
            }
        }
        let infused = analysis.facts.iter().filter(|facts| facts.infusion.is_some()).count();
        assert_eq!((analysis.screen_failures(), analysis.enrolled().count()), (4, 18));
        assert_eq!(started, 18 + infused);
        let screened = "22 participants were screened; 4 failed screening and are not among those enrolled";
        assert_eq!(flow.pre_assignment.as_deref(), Some(screened));
    });
}

#[test]
fn adverse_events_add_up_to_their_totals() {
    let number = |text: &Option<String>| text.as_ref().unwrap().parse::<usize>().unwrap();
    with_study("il1rap-hcc", |analysis, _, results| {
        let events = results.events.as_ref().unwrap();
        let all = events.groups.last().unwrap();
        let died = analysis
            .facts
            .iter()
            .filter(|facts| facts.subject.died().is_some())
            .count();
        assert_eq!(number(&all.deaths), died);
        assert_eq!(number(&all.deaths_at_risk), analysis.enrolled().count());
        for row in events.serious.iter().chain(&events.others) {
            let (levels, total) = row.counts.split_at(row.counts.len() - 1);
            for of in [
                |count: &tercel_exchange::registry::results::EventCount| count.events.clone(),
                |count: &tercel_exchange::registry::results::EventCount| count.affected.clone(),
                |count: &tercel_exchange::registry::results::EventCount| count.at_risk.clone(),
            ] {
                let sum: usize = levels.iter().map(|count| number(&of(count))).sum();
                assert_eq!(sum, number(&of(&total[0])), "{}", row.term);
            }
            assert!(number(&total[0].affected) <= number(&total[0].at_risk));
            assert!(number(&total[0].affected) <= number(&total[0].events));
        }
    });
}

#[test]
fn data_without_dates_leave_out_what_they_do_not_hold_and_say_so() {
    with_study("gbm-car-t", |_, _, results| {
        assert!(results.events.is_none());
        let limitations = results.limitations.as_ref().unwrap();
        assert!(
            limitations.contains("Adverse events are not in the source"),
            "{limitations}"
        );
        let flow = results.flow.as_ref().unwrap();
        assert_eq!(flow.periods.len(), 1);
        let completed = &flow.periods[0].completed.counts[0];
        assert!(completed.subjects.is_none() && completed.comment.is_some());
    });
}
