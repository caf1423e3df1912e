//! The days of reports of serious events, which stand in the row of the event.

use std::collections::BTreeMap;

use super::Captured;
use super::list::SPONSOR;
use super::tables::Rows;

/// The qualifiers of the first report and of the one that completes it, by recipient.
const DAYS: [(&str, &str, Option<&str>); 5] = [
    (SPONSOR, "AEAWARE", None),
    ("ETHICS COMMITTEE", "AERPTEC", None),
    ("NMPA", "AERPTNMP", Some("AECMPNMP")),
    ("FDA", "AERPTFDA", Some("AECMPFDA")),
    ("EU", "AERPTEU", Some("AECMPEU")),
];

/// When a report was given, to whom, and whether it was the first.
type Told<'r> = (&'r str, &'r str, bool);

/// Adds to the rows of events the day on which the sponsor was first told, and those of the first and the next report to each
/// authority. What the event itself states stays.
pub(super) fn add_report_days<'r>(captured: &[&'r Captured], rows: &mut BTreeMap<&'static str, Rows<'r>>) {
    let Some(events) = rows.get_mut("AE") else {
        return;
    };
    let mut of_events: BTreeMap<(&str, u32), Vec<Told<'_>>> = BTreeMap::new();
    for record in captured.iter().filter(|record| record.form == "conduct-case-report") {
        let number = record.value("event").and_then(|number| number.trim().parse().ok());
        let report = || {
            Some((
                record.value("sent")?,
                record.value("recipient")?,
                record.value("kind")? == "INITIAL",
            ))
        };
        if let (Some(subject), Some(number), Some(report)) = (record.subject.as_deref(), number, report()) {
            of_events.entry((subject, number)).or_default().push(report);
        }
    }
    for ((subject, number), mut reports) in of_events {
        let Some(cells) = events.get_mut(&(subject, number)) else {
            continue;
        };
        reports.sort_unstable();
        for (recipient, first, next) in DAYS {
            let day = |initial: bool| {
                let mut own = reports
                    .iter()
                    .filter(|(_, to, kind)| *to == recipient && *kind == initial);
                own.find_map(|(sent, _, _)| sent.get(..10)).map(str::to_owned)
            };
            // Whatever was told first made the sponsor aware.
            let told = day(true).or_else(|| (recipient == SPONSOR).then(|| day(false)).flatten());
            if let Some(told) = told {
                cells.entry(first).or_insert(told);
            }
            if let Some((next, day)) = next.zip(day(false)) {
                cells.entry(next).or_insert(day);
            }
        }
    }
}
