//! Days that cannot be right: long before the subject was in the study, before it consented, or after it died.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::Check;
use crate::language::{Words, both};
use crate::study::{Blocks, Dataset, RecordId, Rule, Subject, When};

/// How many days before informed consent a result may lie that is still of its screening. An assumption.
const SCREENING_DAYS: i32 = 90;

/// Something that a living subject was there for.
#[derive(Clone, Copy)]
struct Seen<'s> {
    record: &'s RecordId,
    name: &'s str,
    when: When,
}

impl Check<'_> {
    /// An event from before consent belongs to the medical history; results from long before it have a wrong year.
    pub(super) fn before_consent(&mut self) {
        let subject = self.subject;
        let consents = subject.consent.iter().filter_map(|consent| consent.when);
        let Some(consented) = consents.min_by_key(|when| when.order()) else {
            return;
        };
        let day = consented.date.earliest();
        for event in &subject.adverse_events {
            let Some(start) = event.start.filter(|start| start.date.latest() < day) else {
                continue;
            };
            let text = both!(
                "begins on {start}, before informed consent on {consented}; correct the date, or enter what was there before as medical history",
                "开始于{start}，早于{consented}的知情同意；请更正日期，或将此前已有的情况作为病史录入"
            );
            self.add(&event.record, "AESTDTC", Rule::OutOfOrder(text), Blocks::Decision);
        }
        let limit = day.saturating_sub(SCREENING_DAYS.days());
        for (seen, others) in by_dataset(results(subject), |seen| seen.when.date.latest() < limit) {
            let text = both!(
                "{name} on {when} lies more than {days} days before informed consent on {consented}{more}; check the year",
                "{name}（{when}）早于{consented}的知情同意{days}天以上{more_zh}；请核对年份",
                name = seen.name,
                when = seen.when,
                days = SCREENING_DAYS,
                more_zh = others.zh,
                more = others.en
            );
            self.add(seen.record, &field(seen.record), Rule::OutOfOrder(text), Blocks::Export);
        }
    }

    /// What needs a living subject lies after its death; of each dataset the last record is named.
    pub(super) fn after_death(&mut self, died: When) {
        let subject = self.subject;
        let latest: Date = died.date.latest();
        let contacts = subject.contacts.iter().map(|contact| Seen {
            record: &contact.record,
            name: &contact.name,
            when: contact.when,
        });
        let events = subject.adverse_events.iter().filter_map(|event| {
            Some(Seen {
                record: &event.record,
                name: &event.term,
                when: event.start?,
            })
        });
        let alive = contacts.chain(events).chain(results(subject));
        for (seen, others) in by_dataset(alive, |seen| seen.when.date.earliest() > latest) {
            let text = both!(
                "{name} on {when} lies after death on {died}{more}",
                "{name}（{when}）晚于死亡日期{died}{more_zh}",
                name = seen.name,
                when = seen.when,
                more_zh = others.zh,
                more = others.en
            );
            self.add(
                seen.record,
                &field(seen.record),
                Rule::OutOfOrder(text),
                Blocks::Decision,
            );
        }
    }
}

/// Results of the subject's examinations.
fn results(subject: &Subject) -> impl Iterator<Item = Seen<'_>> {
    let labs = subject
        .labs
        .iter()
        .map(|lab| (&lab.record, lab.test.as_str(), lab.when));
    let vitals = subject
        .vitals
        .iter()
        .map(|vital| (&vital.record, vital.test.as_str(), vital.when));
    let scans = subject
        .measurements
        .iter()
        .map(|lesion| (&lesion.record, lesion.link.as_str(), lesion.when));
    let levels = [&subject.biomarker, &subject.copies, &subject.counts]
        .into_iter()
        .flatten();
    let levels = levels.map(|level| (&level.record, level.record.dataset.as_str(), level.when));
    let results = labs.chain(vitals).chain(scans).chain(levels);
    results.map(|(record, name, when)| Seen { record, name, when })
}

/// The last of those that are wrong in each dataset, and how many others are.
fn by_dataset<'s>(
    seen: impl Iterator<Item = Seen<'s>>,
    is_wrong: impl Fn(&Seen<'s>) -> bool,
) -> Vec<(Seen<'s>, Words)> {
    let mut wrong: BTreeMap<&Dataset, (Seen<'s>, usize)> = BTreeMap::new();
    for one in seen.filter(is_wrong) {
        wrong
            .entry(&one.record.dataset)
            .and_modify(|(last, others)| {
                *others += 1;
                if (last.when.order(), last.record) < (one.when.order(), one.record) {
                    *last = one;
                }
            })
            .or_insert((one, 0));
    }
    let said = |(seen, others): (Seen<'s>, usize)| {
        let more = match others {
            0 => Words::default(),
            others => both!(
                ", and so do {others} other records of {dataset}",
                "，{dataset}另有{others}条记录也是如此",
                dataset = seen.record.dataset
            ),
        };
        (seen, more)
    };
    wrong.into_values().map(said).collect()
}

/// The variable that holds the day.
fn field(record: &RecordId) -> String {
    let dataset = record.dataset.as_str();
    match dataset {
        "AE" | "SV" => format!("{dataset}STDTC"),
        _ => format!("{dataset}DTC"),
    }
}
