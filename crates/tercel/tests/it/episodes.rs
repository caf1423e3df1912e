//! Episodes of CRS and ICANS worked by hand.

use tercel::grade::astct::episode::{Episode, EpisodeEnd, EpisodeOptions, Reading, daily, episodes};
use tercel::grade::{Grade, Toxicity};

fn toxicity(number: u8) -> Toxicity {
    Grade::from_number(number).map_or(Toxicity::Absent, Toxicity::Present)
}

/// Readings every six hours from hour 0.
fn six_hourly(grades: &[u8]) -> Vec<Reading> {
    let hours = (0..).map(|step| f64::from(step) * 6.0);
    let readings = grades.iter().zip(hours);
    readings.map(|(grade, hours)| reading(hours, *grade, *grade)).collect()
}

fn reading(hours: f64, at_least: u8, at_most: u8) -> Reading {
    Reading {
        hours,
        at_least: toxicity(at_least),
        at_most: toxicity(at_most),
    }
}

fn found(readings: &[Reading], gap_hours: f64) -> Vec<Episode> {
    episodes(readings, EpisodeOptions { gap_hours })
}

/// Onset, worst, last, worst grade and end of each episode.
fn brief(readings: &[Reading]) -> Vec<(usize, usize, usize, u8, EpisodeEnd)> {
    let brief = |episode: Episode| {
        let grade = episode.at_least.number();
        (episode.onset, episode.worst, episode.last, grade, episode.end)
    };
    found(readings, 24.0).into_iter().map(brief).collect()
}

const fn resolved(at: usize, confirmed: bool) -> EpisodeEnd {
    EpisodeEnd::Resolved { at, confirmed }
}

#[test]
fn an_episode_has_onset_first_worst_grade_and_the_first_assessment_without_symptoms_as_its_end() {
    let grades = [0, 0, 1, 2, 3, 3, 1, 0, 0, 0, 0, 0];
    assert_eq!(brief(&six_hourly(&grades)), [(2, 4, 6, 3, resolved(7, true))]);
    assert_eq!(brief(&six_hourly(&[0, 0])), []);
    assert_eq!(brief(&[]), []);
}

/// Free from hour 6: a return at hour 24 is 18 h later and the same episode, at hour 30 a new one.
#[test]
fn a_return_within_a_day_continues_and_after_a_day_is_a_new_episode() {
    let same = [1, 0, 0, 0, 2, 0, 0, 0, 0, 0];
    assert_eq!(brief(&six_hourly(&same)), [(0, 4, 4, 2, resolved(5, true))]);
    let new = [1, 0, 0, 0, 0, 2, 0];
    assert_eq!(
        brief(&six_hourly(&new)),
        [(0, 0, 0, 1, resolved(1, true)), (5, 5, 5, 2, resolved(6, false))]
    );
    assert_eq!(found(&six_hourly(&same), 18.0).len(), 2);
    assert_eq!(found(&six_hourly(&new), 48.0).len(), 1);
}

#[test]
fn an_episode_without_an_assessment_free_of_symptoms_goes_on() {
    assert_eq!(brief(&six_hourly(&[0, 1, 2])), [(1, 2, 2, 2, EpisodeEnd::Ongoing)]);
    assert_eq!(brief(&six_hourly(&[1, 0, 0])), [(0, 0, 0, 1, resolved(1, false))]);
}

/// Grade 0 or 2 is no symptom for certain and no freedom from it either.
#[test]
fn an_unresolved_assessment_neither_begins_nor_ends_an_episode() {
    let open = |hours| reading(hours, 0, 2);
    assert_eq!(brief(&[open(0.0), open(6.0)]), []);
    let series = [
        reading(0.0, 1, 1),
        reading(6.0, 0, 0),
        open(12.0),
        reading(18.0, 0, 0),
        reading(36.0, 1, 1),
        reading(42.0, 0, 0),
    ];
    // Free from hour 18 only: 18 h to the return.
    assert_eq!(brief(&series), [(0, 0, 4, 1, resolved(5, false))]);
    assert_eq!(found(&series, 24.0)[0].at_most, toxicity(2));
    let last = [reading(0.0, 1, 1), open(6.0)];
    assert_eq!(brief(&last), [(0, 0, 0, 1, EpisodeEnd::Ongoing)]);
}

#[test]
fn the_grade_of_a_day_is_the_worst_of_its_assessments() {
    let readings = six_hourly(&[0, 1, 3, 2, 1, 0]);
    let days = daily(readings.iter().map(|reading| (reading.hours >= 24.0, *reading)));
    let worst: Vec<u8> = days.values().map(|(least, _)| least.number()).collect();
    assert_eq!(worst, [3, 1]);
}
