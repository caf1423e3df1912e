//! Laws of the outcomes in time over rehearsed studies, under every censoring rule.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use tercel::endpoint::{Analysis, Cell, Duration, derive_cells};
use tercel::protocol::{PfsCensoring, Trial, parse_protocol};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::StudyData;

use super::safety_laws::shifted;

/// The protocol with a rule in force.
fn trial(rule: &str) -> Trial {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    let text = text.replace("pfs_censoring = \"default\"", &format!("pfs_censoring = \"{rule}\""));
    parse_protocol("protocol.toml", &text).unwrap()
}

/// The numbers of every cell of S5 to S11.
fn numbers(trial: &Trial, data: &StudyData, cut: Date) -> Vec<String> {
    let cells = derive_cells(&Analysis::new(trial, data, Some(cut)));
    let in_time = |cell: &&Cell| ["S5", "S6", "S7", "S8", "S9", "S10", "S11"].contains(&cell.id.as_str());
    let written = |cell: &Cell| {
        let numbers = (cell.value, cell.lower, cell.upper, cell.n, cell.denominator);
        let more = (&cell.reason, &cell.details, &cell.curve);
        format!(
            "{} {:?} {:?}: {numbers:?} {more:?}",
            cell.id, cell.time_point, cell.level
        )
    };
    cells.iter().filter(in_time).map(written).collect()
}

/// Progression-free survival of every subject under every rule.
fn durations(trial: &Trial, data: &StudyData, cut: Date) -> Vec<Option<Duration>> {
    let analysis = Analysis::new(trial, data, Some(cut));
    let each = analysis.facts.iter();
    each.flat_map(|facts| PfsCensoring::NAMES.map(|(_, rule)| facts.pfs_by(rule)))
        .collect()
}

#[test]
fn all_dates_146_097_days_later_change_no_number_in_time() {
    for (rule, _) in PfsCensoring::NAMES {
        let trial = trial(rule);
        let data = rehearse(&trial, RehearsalOptions { subjects: 24, seed: 9 });
        let cut = data.last_day().unwrap();
        let later = cut.checked_add(146_097.days()).unwrap();
        let before = numbers(&trial, &data, cut);
        assert!(before.len() > 100, "{rule}: {}", before.len());
        assert_eq!(numbers(&trial, &shifted(&trial, &data), later), before, "{rule}");
    }
}

#[test]
fn the_order_of_subjects_changes_no_number_in_time() {
    for (rule, _) in PfsCensoring::NAMES {
        let trial = trial(rule);
        let mut data = rehearse(&trial, RehearsalOptions { subjects: 18, seed: 4 });
        let cut = data.last_day().unwrap();
        let before = numbers(&trial, &data, cut);
        data.subjects.rotate_left(7);
        assert_eq!(numbers(&trial, &data, cut), before, "{rule}");
    }
}

#[test]
fn what_is_dated_after_a_cut_changes_no_duration_at_the_cut_under_any_rule() {
    let trial = trial("default");
    let data = rehearse(&trial, RehearsalOptions { subjects: 24, seed: 11 });
    for cut in [date(2025, 6, 1), date(2025, 12, 31), date(2026, 8, 1)] {
        let known = data.as_of(cut);
        let later = data.as_of(date(2026, 12, 31)).as_of(cut);
        assert_eq!(durations(&trial, &later, cut), durations(&trial, &known, cut), "{cut}");
    }
}

#[test]
fn a_rule_moves_no_subject_in_or_out_and_tables_a_and_b_count_the_same_events() {
    let trial = trial("default");
    for seed in 1..=5 {
        let data = rehearse(&trial, RehearsalOptions { subjects: 30, seed });
        let cut = data.last_day().unwrap();
        for readings in durations(&trial, &data, cut).chunks(4) {
            let [default, a, b, c] = readings else {
                panic!("four rules")
            };
            assert!([default, a, b, c].iter().all(|one| one.is_some() == default.is_some()));
            let event = |one: &Option<Duration>| one.as_ref().map(|one| one.event);
            assert_eq!(event(a), event(b));
            assert!(event(c) >= event(b));
        }
    }
}

/// Under the rules that date a progression by its scan; tables B and C date it by a planned day, which may lie after the last record.
#[test]
fn nobody_is_known_to_live_shorter_than_without_progression() {
    let by_scan = |rule: &PfsCensoring| matches!(rule, PfsCensoring::Default | PfsCensoring::FdaA);
    for (rule, _) in PfsCensoring::NAMES.into_iter().filter(|(_, rule)| by_scan(rule)) {
        let trial = trial(rule);
        for seed in 1..=4 {
            let data = rehearse(&trial, RehearsalOptions { subjects: 24, seed });
            let cut = data.last_day().unwrap();
            for days in [0, 60, 200] {
                let cut = cut.checked_sub(days.days()).unwrap();
                let data = data.as_of(cut);
                for facts in &Analysis::new(&trial, &data, Some(cut)).facts {
                    if let (Some(os), Some(pfs)) = (&facts.os, &facts.pfs) {
                        let id = &facts.subject.id;
                        assert!(
                            os.months >= pfs.months,
                            "{rule}, seed {seed}, {id}: {} {}",
                            os.ended_by,
                            pfs.ended_by
                        );
                    }
                }
            }
        }
    }
}
