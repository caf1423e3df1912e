//! The conduct of the study as the record has it: what was entered on the forms of conduct, and what committees decided.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tercel::conduct::{ConductRecords, Entry, OpenLevel, SignedDecision, SubjectConduct};
use tercel::protocol::Trial;
use tercel_exchange::form::{Captured, Kept, conduct_records, is_of_conduct};
use tercel_store::{Record, Values};

use crate::capture::captured;
use crate::meeting::{MEETING, Meeting};
use crate::protocol::{PROTOCOL, site_versions};

/// Forms that are not entered freely: what they say is a signature, or rests on one.
pub const SIGNED_FORMS: [&str; 9] = [
    "dlt-adjudication",
    "halt-lifted",
    "conduct-decision",
    "conduct-emergency",
    "conduct-choice",
    "conduct-resume",
    "conduct-identity",
    "conduct-clearance",
    "conduct-release",
];

/// Forms whose records are never taken back: a halt ends by a signed decision.
pub(crate) const KEPT_FORMS: [&str; 5] = [
    "conduct-pause",
    "conduct-emergency",
    "conduct-choice",
    "conduct-resume",
    "conduct-clearance",
];

/// A moment by the clock of the site.
pub(crate) fn site_time(time: Timestamp) -> DateTime {
    time.to_zoned(TimeZone::system()).datetime()
}

/// The same in words, with the distance of its zone.
pub(crate) fn site_time_words(time: Timestamp) -> String {
    let zoned = time.to_zoned(TimeZone::system());
    zoned.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// A moment that was written by the clock of the site, or with its zone.
pub(crate) fn moment_at_site(text: &str) -> Option<Timestamp> {
    let by_site = |time: DateTime| time.to_zoned(TimeZone::system()).ok();
    let with_zone = text.parse().ok();
    with_zone.or_else(|| Some(by_site(text.parse().ok()?)?.timestamp()))
}

fn stamped(at: &str) -> DateTime {
    at.parse::<Timestamp>().map_or(DateTime::MAX, site_time)
}

/// Whether a record counts: what is a signature counts once two accounts signed it as it stands, however it was entered.
fn counts(record: &Record) -> bool {
    if !SIGNED_FORMS.contains(&record.form.as_str()) {
        return true;
    }
    let signers: BTreeSet<&str> = record
        .signatures_in_force()
        .map(|signature| signature.stamp.by.as_str())
        .collect();
    signers.len() >= 2
}

/// The conduct of a subject that answers would be if they were entered now.
pub(crate) fn conduct_of_answers(
    trial: &Trial,
    form: &str,
    subject: &str,
    values: &Values,
    now: Timestamp,
) -> Option<SubjectConduct> {
    let proposed = Captured {
        form: form.to_owned(),
        subject: Some(subject.to_owned()),
        number: 1,
        values: values.clone(),
    };
    let kept = Kept {
        record: &proposed,
        by: String::new(),
        at: site_time(now),
    };
    conduct_records(trial, &[kept]).subjects.pop()
}

/// Conduct records among these, with the printed names of who entered them.
pub(crate) fn conduct_of<'r>(records: impl Iterator<Item = &'r Record> + Clone, trial: &Trial) -> ConductRecords {
    let accounts = records.clone().filter(|record| record.form == "account");
    let names: BTreeMap<&str, &str> = accounts
        .filter_map(|record| Some((record.value("name")?, record.value("printed")?)))
        .collect();
    let printed = |account: &str| (*names.get(account).unwrap_or(&account)).to_owned();
    let own: Vec<(Captured, &Record)> = records
        .clone()
        .filter(|record| !record.voided && is_of_conduct(&record.form) && counts(record))
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
    conduct.versions_kept = records.clone().any(|record| record.form == PROTOCOL && !record.voided);
    conduct.site_versions = site_versions(records.clone());
    // What opens a level is the resolution of a meeting, nothing that somebody typed.
    conduct.decisions.clear();
    let mut last_recommended: Option<Timestamp> = None;
    for record in records.filter(|record| record.form == MEETING) {
        let Ok(meeting) = Meeting::read(record) else { continue };
        let answer = meeting.packet.answer();
        let Some(resolved) = meeting.resolved else { continue };
        if !resolved.is_dose {
            // Keys are no order of time: `MEETING//10` stands before `MEETING//9`.
            if last_recommended.is_none_or(|last| last <= resolved.signed) {
                last_recommended = Some(resolved.signed);
                conduct.recommended = Some(answer);
            }
            continue;
        }
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
            known: Some(answer),
        });
    }
    conduct
}

#[cfg(test)]
mod tests {
    use tercel_store::{Entry, Kind, Record, step};

    use super::counts;

    fn entry(seq: i64, kind: Kind, author: &str, payload: &str) -> Entry {
        Entry {
            seq,
            kind,
            record: Some("CONDUCT-EMERGENCY/S-1/1".to_owned()),
            version: Some(1),
            form: Some("conduct-emergency".to_owned()),
            subject: Some("S-1".to_owned()),
            site: Some("01".to_owned()),
            author: author.to_owned(),
            role: "investigator".to_owned(),
            entered_at: "2026-03-01T08:00:00.000Z".to_owned(),
            happened: None,
            reason: None,
            protocol: None,
            payload: payload.to_owned(),
            prior: String::new(),
            hash: "made".to_owned(),
        }
    }

    fn after(signers: &[(&str, &str)]) -> Record {
        let made = entry(
            1,
            Kind::Create,
            "wang",
            r#"{"values": {"investigatorauth": "Y", "physicianauth": "Y"}}"#,
        );
        let mut record = step(None, &made);
        for (seq, (signer, content)) in (2..).zip(signers) {
            let payload = format!(r#"{{"name": "x", "meaning": "release", "content": "{content}"}}"#);
            record = step(record, &entry(seq, Kind::Sign, signer, &payload));
        }
        record.unwrap()
    }

    #[test]
    fn what_says_that_two_signed_counts_only_when_two_accounts_signed_it_as_it_stands() {
        assert!(!counts(&after(&[])), "answers alone are no signature");
        assert!(!counts(&after(&[("wang", "made")])));
        assert!(
            !counts(&after(&[("wang", "made"), ("wang", "made")])),
            "one person is not two"
        );
        assert!(!counts(&after(&[("wang", "made"), ("huang", "another version")])));
        assert!(counts(&after(&[("wang", "made"), ("huang", "made")])));
    }
}
