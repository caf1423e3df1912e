//! Records of one subject in order of time, numbered within their dataset.

use std::collections::BTreeMap;

use crate::study::{Dataset, RecordId, Subject, When};

/// Sorts every list by time and numbers its records; links from laboratory values to events follow.
pub(super) fn number_records(mut subject: Subject) -> Subject {
    let mut last: BTreeMap<Dataset, u32> = BTreeMap::new();
    let mut next = |record: &mut RecordId| {
        let number = last.entry(record.dataset.clone()).or_insert(0);
        *number += 1;
        record.number = *number;
    };
    let order = |when: Option<When>| when.map(When::order);
    macro_rules! number {
        ($($list:ident $record:ident => $when:expr;)+) => {$(
            subject.$list.sort_by_cached_key(|$record| (order($when), $record.record.dataset.clone()));
            subject.$list.iter_mut().for_each(|record| next(&mut record.record));
        )+};
    }
    let written: Vec<u32> = {
        subject.adverse_events.sort_by_cached_key(|event| order(event.start));
        subject.adverse_events.iter().map(|event| event.record.number).collect()
    };
    let renumbered: BTreeMap<u32, u32> = written.into_iter().zip(1..).collect();
    for lab in &mut subject.labs {
        lab.event = lab.event.and_then(|event| renumbered.get(&event).copied());
    }
    number! {
        consent r => r.when;
        milestones r => r.when;
        history r => r.start;
        scores r => Some(r.when);
        procedures r => Some(r.start);
        medications r => r.start;
        lymphodepletion r => Some(r.start);
        infusions r => Some(r.when);
        vitals r => Some(r.when);
        adverse_events r => r.start;
        labs r => Some(r.when);
        biomarker r => Some(r.when);
        copies r => Some(r.when);
        counts r => Some(r.when);
        toxicity r => Some(r.when);
        lesions r => r.when;
        measurements r => Some(r.when);
        responses r => Some(r.when);
        response_parts r => Some(r.when);
        deviations r => r.when;
        contacts r => Some(r.when);
        dispositions r => r.when;
        adjudications r => r.when;
        lifted r => r.when;
    }
    // Demography has one row a subject and no sequence.
    subject.record.number = 1;
    let demography = subject.record.dataset.clone();
    for consent in subject
        .consent
        .iter_mut()
        .filter(|consent| consent.record.dataset == demography)
    {
        consent.record.number = 1;
    }
    if let Some(death) = &mut subject.death {
        death.record.number = 1;
    }
    subject
}
