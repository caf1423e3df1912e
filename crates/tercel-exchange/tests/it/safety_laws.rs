//! Laws of the safety tables and clocks over a rehearsed study.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use tercel::endpoint::Analysis;
use tercel::grade::Grade;
use tercel::protocol::{Trial, parse_protocol};
use tercel::safety::{Deadline, Tables, derive_deadlines, derive_tables};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::StudyData;
use tercel_exchange::{Table, read_tables, write_sdtm};

fn trial() -> Trial {
    parse_protocol(
        "protocol.toml",
        include_str!("../../../../trials/il1rap-hcc/protocol.toml"),
    )
    .unwrap()
}

fn tables(trial: &Trial, data: &StudyData, cut: Date) -> Tables {
    derive_tables(&Analysis::new(trial, data, Some(cut)))
}

/// Every count of every row, overall and by level.
fn counts(trial: &Trial, tables: &Tables) -> BTreeMap<String, Vec<usize>> {
    let mut counts = BTreeMap::new();
    for table in &tables.tables {
        for row in &table.rows {
            let name = format!("{} {} {} {}", table.id, table.reference.name(), row.id, row.label).to_lowercase();
            let mut numbers = Vec::new();
            for level in trial.dose_levels.levels().map(Some).chain([None]) {
                numbers.extend([row.subjects(level), row.events(level)]);
                numbers.extend(Grade::ALL.map(|grade| row.subjects_from(grade, level)));
            }
            counts.insert(format!("{name} {}", row.is_term), numbers);
        }
    }
    counts
}

#[test]
fn one_event_less_raises_no_count_and_one_more_lowers_none() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 8, seed: 5 });
    let cut = data.last_day().unwrap();
    let whole = counts(&trial, &tables(&trial, &data, cut));
    for subject in 0..data.subjects.len() {
        for event in (0..data.subjects[subject].adverse_events.len()).step_by(3) {
            let mut fewer = data.clone();
            let removed = fewer.subjects[subject].adverse_events.remove(event);
            for (row, numbers) in counts(&trial, &tables(&trial, &fewer, cut)) {
                let before = &whole[&row];
                let risen = numbers.iter().zip(before).any(|(less, more)| less > more);
                assert!(!risen, "{row} without {}: {numbers:?}, {before:?}", removed.record);
            }
        }
    }
}

/// The Gregorian calendar repeats after 400 years, which are 146,097 days: the year of each date is another, nothing else.
pub(super) fn shifted(trial: &Trial, data: &StudyData) -> StudyData {
    let tables = write_sdtm(trial, data).into_iter().map(|table| {
        let text = String::from_utf8(table.to_csv().unwrap()).unwrap();
        let mut moved = String::new();
        for line in text.lines() {
            let cells = line.split(',').map(|cell| match cell.strip_prefix("20") {
                Some(rest) if rest.len() >= 5 && rest.as_bytes()[2] == b'-' => format!("24{rest}"),
                _ => cell.to_owned(),
            });
            moved += &(cells.collect::<Vec<_>>().join(",") + "\n");
        }
        Table::parse_csv(&table.file, moved.as_bytes()).unwrap()
    });
    read_tables(tables.collect(), trial).unwrap()
}

fn deadlines(trial: &Trial, data: &StudyData, cut: Date) -> Vec<Deadline> {
    let events = data.subjects.iter().flat_map(|subject| &subject.adverse_events);
    events.flat_map(|event| derive_deadlines(trial, event, cut)).collect()
}

#[test]
fn all_dates_146_097_days_later_change_nothing_but_dates() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 24, seed: 9 });
    let moved = shifted(&trial, &data);
    let cut = data.last_day().unwrap();
    let later = cut.checked_add(146_097.days()).unwrap();
    assert_eq!(moved.last_day(), Some(later));
    assert_eq!(tables(&trial, &moved, later), tables(&trial, &data, cut));
    let (before, after) = (deadlines(&trial, &data, cut), deadlines(&trial, &moved, later));
    assert!(before.len() > 10, "{}", before.len());
    assert_eq!(before.len(), after.len());
    for (one, other) in before.iter().zip(&after) {
        assert_eq!(
            (one.authority, one.stage, one.standing),
            (other.authority, other.stage, other.standing)
        );
        let due = one.due.map(|due| due.checked_add(146_097.days()).unwrap());
        assert_eq!(other.due, due);
    }
}
