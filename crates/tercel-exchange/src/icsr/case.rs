//! Which serious events make one report, and what a report is called.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::grade::Grade;
use tercel::protocol::Relatedness;
use tercel::safety::derive_occurrences;
use tercel::study::{AdverseEvent, EventOutcome, SeriousCriteria, StudyData, Subject, When};

/// One reaction or event of a report: all records of it, one for every grade it went through.
#[derive(Debug, Clone)]
pub(super) struct Reaction<'a> {
    /// In order of time; never empty.
    records: Vec<&'a AdverseEvent>,
}

impl<'a> Reaction<'a> {
    /// The records, in order of time.
    pub(super) fn records(&self) -> &[&'a AdverseEvent] {
        &self.records
    }

    /// The record it is named by: the first that is serious.
    pub(super) fn lead(&self) -> Option<&'a AdverseEvent> {
        let serious = self.records.iter().find(|event| event.serious == Some(true));
        serious.or_else(|| self.records.first()).copied()
    }

    /// The record that says how it stands.
    pub(super) fn last(&self) -> Option<&'a AdverseEvent> {
        self.records.last().copied()
    }

    /// When it began.
    pub(super) fn start(&self) -> Option<When> {
        self.records.first()?.start
    }

    /// When it ended; `None` while it goes on.
    pub(super) fn end(&self) -> Option<When> {
        self.last()?.end
    }

    /// Its worst grade.
    pub(super) fn grade(&self) -> Option<Grade> {
        self.records.iter().filter_map(|event| event.grade).max()
    }

    /// Whether a criterion of seriousness is met by any of its records.
    pub(super) fn meets(&self, criterion: fn(&SeriousCriteria) -> Option<bool>) -> bool {
        self.records
            .iter()
            .any(|event| criterion(&event.details.criteria) == Some(true))
    }

    /// When the sponsor first knew of it as serious.
    pub(super) fn aware(&self) -> Option<When> {
        let serious = self.records.iter().filter(|event| event.serious == Some(true));
        serious
            .filter_map(|event| event.details.aware)
            .min_by_key(|when| when.order())
    }

    /// The strongest relation recorded.
    pub(super) fn relation(&self, of: fn(&AdverseEvent) -> Option<Relatedness>) -> Option<Relatedness> {
        self.records.iter().filter_map(|event| of(event)).max()
    }

    /// Whether it led to death.
    pub(super) fn is_fatal(&self) -> bool {
        let ended = self.records.iter().any(|event| event.outcome == EventOutcome::Fatal);
        ended || self.meets(|criteria| criteria.death)
    }

    fn is_serious(&self) -> bool {
        self.records.iter().any(|event| event.serious == Some(true))
    }
}

/// One report: serious events of a subject of which the sponsor became aware on the same day.
#[derive(Debug, Clone)]
pub(super) struct Case<'a> {
    pub(super) subject: &'a Subject,
    /// In order of onset; never empty.
    pub(super) reactions: Vec<Reaction<'a>>,
    /// Day of awareness, where it is known to the day.
    pub(super) received: Option<Date>,
    /// Number of the report in the study, the same again for the same events.
    pub(super) number: String,
}

impl Case<'_> {
    /// When the first of its events began.
    pub(super) fn onset(&self) -> Option<When> {
        let onsets = self.reactions.iter().filter_map(Reaction::start);
        onsets.min_by_key(|when| when.order())
    }

    /// Every record of its events.
    pub(super) fn records(&self) -> impl Iterator<Item = &AdverseEvent> {
        self.reactions
            .iter()
            .flat_map(|reaction| reaction.records().iter().copied())
    }
}

/// The reports of a study, in order of subject and number of the first event.
pub(super) fn list_cases<'a>(study: &str, data: &'a StudyData) -> Vec<Case<'a>> {
    data.subjects
        .iter()
        .flat_map(|subject| cases_of(study, subject))
        .collect()
}

fn cases_of<'a>(study: &str, subject: &'a Subject) -> Vec<Case<'a>> {
    let mut grouped: BTreeMap<(Option<Date>, usize), Vec<Reaction<'a>>> = BTreeMap::new();
    let serious = reactions_of(subject).into_iter().filter(Reaction::is_serious);
    for (at, reaction) in serious.enumerate() {
        let received = reaction.aware().and_then(When::day);
        // What nobody knows the day of belongs together with nothing else.
        let place = if received.is_some() { 0 } else { at };
        grouped.entry((received, place)).or_default().push(reaction);
    }
    let mut cases: Vec<(u32, Case<'a>)> = Vec::new();
    for ((received, _), reactions) in grouped {
        let numbers = reactions.iter().flat_map(Reaction::records);
        let first = numbers.map(|event| event.record.number).min().unwrap_or_default();
        let number = format!("{}-{first}", name_of(study, subject));
        cases.push((
            first,
            Case {
                subject,
                reactions,
                received,
                number,
            },
        ));
    }
    cases.sort_by_key(|(first, _)| *first);
    cases.into_iter().map(|(_, case)| case).collect()
}

/// The subject's identifier, with the study's where it does not begin with it.
pub(super) fn name_of(study: &str, subject: &Subject) -> String {
    let id = subject.id.as_str();
    if id.starts_with(study) {
        id.to_owned()
    } else {
        format!("{study}-{id}")
    }
}

fn reactions_of(subject: &Subject) -> Vec<Reaction<'_>> {
    let occurrences = derive_occurrences(&subject.adverse_events);
    occurrences.into_iter().map(|records| Reaction { records }).collect()
}
