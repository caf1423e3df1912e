//! What the report says beside the outcomes in time: it agrees with the cells, and says who moved.

use tercel::endpoint::{Analysis, Cell, derive_cells};
use tercel::protocol::{Cells, Trial, parse_protocol};
use tercel::report::{Report, build_report};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::StudyData;

fn trial() -> Trial {
    parse_protocol(
        "protocol.toml",
        include_str!("../../../../trials/il1rap-hcc/protocol.toml"),
    )
    .unwrap()
}

fn with(change: impl Fn(&Trial, &mut StudyData), check: impl Fn(&Analysis<'_>, &[Cell], &Report)) {
    let trial = trial();
    let mut data = rehearse(&trial, RehearsalOptions { subjects: 30, seed: 4 });
    change(&trial, &mut data);
    let cut = data.last_day();
    let analysis = Analysis::new(&trial, &data, cut);
    let cells = derive_cells(&analysis);
    let report = build_report(&analysis, &cells, None, &data.findings);
    check(&analysis, &cells, &report);
}

fn as_rehearsed(_: &Trial, _: &mut StudyData) {}

/// Every subject receives the cells of its level.
fn as_planned(trial: &Trial, data: &mut StudyData) {
    for subject in &mut data.subjects {
        let group = subject.level.and_then(|level| trial.dose_levels.get(level));
        for infusion in &mut subject.infusions {
            infusion.actual = group.map(|group| group.planned);
        }
    }
}

#[test]
fn the_rule_in_force_gives_the_numbers_of_the_outcomes() {
    with(as_rehearsed, |_, cells, report| {
        let rules = &report.time_to_event.rules;
        assert_eq!(rules.rows.len(), 4);
        let in_force: Vec<_> = rules
            .rows
            .iter()
            .filter(|row| row.label.ends_with("(in force)"))
            .collect();
        let [row] = in_force[..] else {
            panic!("one rule is in force")
        };
        assert_eq!(rules.columns.len(), row.cells.len());
        let rates = cells.iter().filter(|cell| cell.id == "S11" && cell.level.is_none());
        for (cell, text) in rates.zip(row.cells.iter().skip(4)) {
            assert_eq!(row.cells[0], cell.denominator.to_string());
            match cell.value {
                Some(value) => assert!(text.starts_with(&format!("{:.1} %", 100.0 * value)), "{text}"),
                None => assert_eq!(text, "NE"),
            }
        }
        for line in &report.time_to_event.differing.lines {
            assert!(line.cells.windows(2).any(|pair| pair[0] != pair[1]) && !line.records.is_empty());
        }
    });
}

#[test]
fn follow_up_stands_by_level_and_overall() {
    with(as_rehearsed, |_, cells, report| {
        let table = &report.time_to_event.follow_up;
        assert_eq!(table.columns.last().map(String::as_str), Some("Overall"));
        let pfs = cells
            .iter()
            .filter(|cell| cell.id == "S6" && cell.time_point == Some(24));
        let counts: Vec<String> = pfs.map(|cell| format!("{} subjects", cell.denominator)).collect();
        assert_eq!(table.rows[0].cells, counts);
        assert!(
            report
                .time_to_event
                .cautions
                .iter()
                .all(|caution| caution.contains("Small numbers"))
        );
    });
}

#[test]
fn who_received_the_dose_of_another_level_is_named_and_counted_both_ways() {
    with(as_planned, |_, _, report| {
        let received = &report.time_to_event.received;
        assert!(
            received.sentence.starts_with("Every infused subject received"),
            "{}",
            received.sentence
        );
        assert!(received.outcomes.is_none() && received.moved.lines.is_empty());
    });
    let give_second = |trial: &Trial, data: &mut StudyData| {
        as_planned(trial, data);
        let second = trial.dose_levels.levels().nth(1).unwrap();
        let cells: Cells = trial.dose_levels.get(second).unwrap().planned;
        let first = trial.dose_levels.levels().next();
        let subject = data
            .subjects
            .iter_mut()
            .find(|one| one.level == first && one.infusions.len() == 1)
            .unwrap();
        subject.infusions[0].actual = Some(cells);
    };
    with(give_second, |_, cells, report| {
        let received = &report.time_to_event.received;
        assert!(
            received
                .sentence
                .contains("1 subject received the dose of another level"),
            "{}",
            received.sentence
        );
        assert_eq!(received.moved.lines.len(), 1);
        let table = received.outcomes.as_ref().unwrap();
        assert_eq!(table.columns.len(), 4);
        let denominator = |level: usize| {
            let of_level = cells
                .iter()
                .filter(|cell| cell.id == "S9" && cell.time_point == Some(24));
            of_level.map(|cell| cell.denominator).nth(level).unwrap()
        };
        let rate = table
            .rows
            .iter()
            .find(|row| row.label == "S9 median-os, month 24")
            .unwrap();
        assert_eq!(rate.cells.len(), 4);
        assert!(denominator(0) > 0);
        assert!(table.rows.iter().any(|row| row.cells[0] != row.cells[1]));
    });
    let give_none = |trial: &Trial, data: &mut StudyData| {
        as_planned(trial, data);
        let subject = data.subjects.iter_mut().find(|one| one.infusions.len() == 1).unwrap();
        subject.infusions[0].actual = Cells::new(1e5);
    };
    with(give_none, |_, _, report| {
        let received = &report.time_to_event.received;
        assert!(
            received.sentence.contains("a dose that is no level's"),
            "{}",
            received.sentence
        );
    });
}

#[test]
fn the_forest_draws_the_cells_it_names() {
    with(as_rehearsed, |_, cells, report| {
        let drawn = &report.forest.panels;
        assert!(drawn.len() >= 4);
        for panel in drawn {
            assert_eq!(panel.rows.len(), report.levels.len() + 1);
            assert!(panel.rows.last().is_some_and(|row| row.level.is_none()));
            for row in &panel.rows {
                assert!(row.limits.is_none_or(|(lower, upper)| {
                    row.estimate.is_some_and(|value| lower <= value && value <= upper)
                }));
                assert!(
                    cells
                        .iter()
                        .any(|cell| cell.level == row.level && cell.value == row.estimate)
                );
            }
        }
    });
}
