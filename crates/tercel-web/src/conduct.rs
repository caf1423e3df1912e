//! The conduct of the study as the record has it: what was entered on the forms of conduct, and what committees decided.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tercel::conduct::{ConductRecords, Entry, OpenLevel, SignedDecision};
use tercel::protocol::Trial;
use tercel_exchange::form::{Captured, Kept, conduct_records};
use tercel_store::Record;

use crate::pages::meeting::{MEETING, Meeting};
use crate::snapshot::captured;

/// Forms that are not entered freely: what they say is a signature, or rests on one.
pub(crate) const SIGNED_FORMS: [&str; 5] = [
    "conduct-decision",
    "conduct-emergency",
    "conduct-choice",
    "conduct-resume",
    "conduct-identity",
];

/// Forms whose records are never taken back: a halt ends by a signed decision.
pub(crate) const KEPT_FORMS: [&str; 4] = ["conduct-pause", "conduct-emergency", "conduct-choice", "conduct-resume"];

/// A moment by the clock of the site.
pub(crate) fn site_time(time: Timestamp) -> DateTime {
    time.to_zoned(TimeZone::system()).datetime()
}

fn stamped(at: &str) -> DateTime {
    at.parse::<Timestamp>().map_or(DateTime::MAX, site_time)
}

/// Conduct records among these, with the printed names of who entered them.
pub(crate) fn conduct_of<'r>(
    records: impl Iterator<Item = &'r Record> + Clone,
    names: &BTreeMap<String, String>,
    trial: &Trial,
) -> ConductRecords {
    let printed = |account: &str| names.get(account).map_or(account, String::as_str).to_owned();
    let own: Vec<(Captured, &Record)> = records
        .clone()
        .filter(|record| !record.voided && record.form.starts_with("conduct-"))
        .map(|record| (captured(record), record))
        .collect();
    let kept: Vec<Kept<'_>> = own
        .iter()
        .map(|(captured, record)| Kept {
            record: captured,
            by: printed(&record.changed.by),
            at: stamped(&record.changed.at),
        })
        .collect();
    let mut conduct = conduct_records(trial, &kept);
    // What opens a level is the resolution of a meeting, nothing that somebody typed.
    conduct.decisions.clear();
    for record in records.filter(|record| record.form == MEETING) {
        let resolved = Meeting::read(record).ok().and_then(|meeting| meeting.resolved);
        let Some(resolved) = resolved.filter(|resolved| resolved.is_dose) else {
            continue;
        };
        conduct.decisions.push(SignedDecision {
            entry: Entry {
                id: record.key.clone(),
                by: resolved.agreed.join(", "),
                at: site_time(resolved.signed),
            },
            open: resolved
                .opens
                .map(|level| OpenLevel {
                    level,
                    places: resolved.places,
                })
                .into_iter()
                .collect(),
            recommendation: resolved.said(tercel::language::Language::English).to_owned(),
            signed_by: resolved.agreed.clone(),
            signed: Some(site_time(resolved.signed)),
            effective: Some(site_time(resolved.effective)),
            superseded: None,
        });
    }
    conduct
}
