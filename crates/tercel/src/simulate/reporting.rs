//! When the sponsor learnt of a serious event, and when it reported it.

use super::escalation::later;
use super::random::{Draws, Topic};
use crate::protocol::Trial;
use crate::safety::required_reports;
use crate::study::{AdverseEvent, SafetyReport, Subject, When};

/// Share of reports that are late; an assumption.
const LATE: f64 = 0.05;

/// Awareness on the day of onset or the next; reports in time but for a few.
pub(super) fn report_events(trial: &Trial, subject: &mut Subject, seed: u64, number: u64) {
    let mut draws = Draws::new(seed, number, Topic::Reporting);
    for event in &mut subject.adverse_events {
        if event.serious == Some(true) {
            report(trial, event, &mut draws);
        }
    }
}

fn report(trial: &Trial, event: &mut AdverseEvent, draws: &mut Draws) {
    let Some(onset) = event.start.and_then(When::day) else {
        return;
    };
    let aware = later(onset, draws.whole(0, 1));
    event.details.aware = Some(When::on(aware));
    for (authority, stage, days) in required_reports(trial, event) {
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        let (in_time, late) = (draws.whole(days / 2, days), draws.whole(1, 5));
        let taken = if draws.chance(LATE) { days + late } else { in_time };
        let when = When::on(later(aware, taken));
        event.details.reports.push(SafetyReport { authority, stage, when });
    }
    // As a reader of the qualifiers finds them.
    event
        .details
        .reports
        .sort_by_key(|report| (report.stage, report.authority));
}
