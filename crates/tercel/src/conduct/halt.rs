//! Halts of enrolment and treatment: those entered, those that what was done sets off, and those by the protocol's rules.

use jiff::civil::{Date, DateTime};
use unicode_security::skeleton;

use super::gate::{Case, Missing, Study};
use super::need::Need;
use super::records::{ConductRecords, SubjectConduct};
use crate::dlt::{halting, standing_halts};
use crate::language::{Words, both};
use crate::study::{EnteredHalt, Infusion, Subject, SubjectId};

/// A halt by a record.
struct Raised {
    id: String,
    reason: Words,
    from: DateTime,
    entered: DateTime,
    /// When the committee signed that treatment goes on.
    ended: Option<DateTime>,
}

impl Raised {
    fn new(records: &ConductRecords, id: &str, reason: Words, from: DateTime, entered: DateTime) -> Self {
        let ends = records.resumes.iter().filter(|one| {
            let named = one.signed_by.iter().any(|person| !person.trim().is_empty());
            one.pause == id && named
        });
        Self {
            id: id.to_owned(),
            reason,
            from,
            entered,
            ended: ends.filter_map(|one| one.signed).filter(|signed| from <= *signed).min(),
        }
    }

    fn stands(&self, now: DateTime) -> bool {
        self.ended.is_none_or(|ended| now < ended)
    }
}

/// The halts by a record: entered as such, a replication-competent vector, the product of another subject.
fn raised(records: &ConductRecords) -> Vec<Raised> {
    let mut raised = Vec::new();
    for pause in &records.pauses {
        let reason = Words::in_each(|_| pause.reason.clone());
        raised.push(Raised::new(
            records,
            &pause.entry.id,
            reason,
            pause.from,
            pause.entry.at,
        ));
    }
    for own in &records.subjects {
        raised.extend(vectors(records, own));
        raised.extend(foreign_bags(records, own));
    }
    raised
}

fn vectors(records: &ConductRecords, own: &SubjectConduct) -> impl Iterator<Item = Raised> {
    let found = own.vector_samples.iter().filter(|sample| sample.positive == Some(true));
    found.map(|sample| {
        let reason = both!(
            "replication-competent vector in {subject}",
            "{subject}检出复制型病毒",
            subject = own.subject
        );
        Raised::new(records, &sample.entry.id, reason, sample.drawn, sample.entry.at)
    })
}

/// A halt for each bag given that is not the subject's: the end that two sign is of that bag alone.
fn foreign_bags<'r>(records: &'r ConductRecords, own: &'r SubjectConduct) -> impl Iterator<Item = Raised> {
    let is_own = |label: &str| own.bags.iter().any(|bag| bag.label == label);
    let given = own
        .infusions
        .iter()
        .flat_map(|infused| infused.bags.iter().map(move |label| (infused, label)));
    let foreign = given.filter(move |(_, label)| !is_own(label));
    foreign.map(|(infused, label)| {
        let reason = both!(
            "bag {label}, which is not of {subject}, given to it",
            "{label}号袋不属于{subject}，却用于该受试者",
            subject = own.subject
        );
        let id = format!("{}#{label}", infused.entry.id);
        Raised::new(records, &id, reason, infused.began, infused.entry.at)
    })
}

/// Why treatment is halted by a bag of this label that was given to a subject and is not its own; `None`: it is not.
pub fn halt_of_bag(study: &Study<'_>, subject: &SubjectId, label: &str) -> Option<Words> {
    let own = study.records.of(subject)?;
    let end = format!("#{label}");
    let mut halts = foreign_bags(&study.records, own);
    let standing = halts.find(|halt| halt.id.ends_with(&end) && halt.stands(study.now))?;
    Some(standing.reason)
}

/// The other subject whose bag has this label, was ordered or was given by it; labels that read alike are one.
pub fn other_owner<'r>(records: &'r ConductRecords, subject: &SubjectId, label: &str) -> Option<&'r SubjectId> {
    let (wanted, mut others) = (
        as_read(label),
        records.subjects.iter().filter(|other| other.subject != *subject),
    );
    let owner = others.find(|other| {
        let own = other.bags.iter().map(|bag| &bag.label);
        let ordered = other.orders.iter().flat_map(|order| &order.bags).map(|bag| &bag.label);
        let given = other.infusions.iter().flat_map(|infused| &infused.bags);
        own.chain(ordered).chain(given).any(|label| as_read(label) == wanted)
    })?;
    Some(&owner.subject)
}

/// A label as a tired eye reads it: without case, blanks and dashes, wide letters as narrow ones, and letters that look alike as one
/// (O as 0, I as 1, those of other alphabets as ours: the skeleton of Unicode Technical Standard 39, section 4).
fn as_read(label: &str) -> String {
    let narrow = |letter: char| match u32::from(letter) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(letter),
        _ => letter,
    };
    let letters = label.chars().map(narrow).filter(|letter| letter.is_alphanumeric());
    let upper: String = letters.flat_map(char::to_uppercase).collect();
    skeleton(&upper).collect()
}

/// The halts by a record, for the decisions that rest on the data.
pub fn entered_halts(records: &ConductRecords) -> Vec<EnteredHalt> {
    let halts = raised(records).into_iter().map(|halt| EnteredHalt {
        id: halt.id,
        reason: halt.reason,
        from: halt.from.date(),
        ended: halt.ended.map(DateTime::date),
    });
    halts.collect()
}

/// Nothing is halted now.
pub(super) fn pause(case: &Case<'_>) -> Vec<Missing> {
    let halts = standing(case.study).into_iter();
    let missing = |(id, reason, entered)| case.missing(Need::Paused { id, reason }, entered);
    halts.map(missing).collect()
}

/// The halts that stand now, each with what it is called, why, and when its record was entered: those by a record, then those by
/// the protocol's rules.
pub fn standing(study: &Study<'_>) -> Vec<(String, Words, Option<DateTime>)> {
    let stand = raised(&study.records).into_iter().filter(|halt| halt.stands(study.now));
    let mut halts: Vec<(String, Words, Option<DateTime>)> =
        stand.map(|halt| (halt.id, halt.reason, Some(halt.entered))).collect();
    let by_rule = standing_halts(study.trial, &with_day0(study)).into_iter();
    halts.extend(by_rule.map(|halt| (halt.rule, halt.text, None)));
    halts
}

/// What in a subject set off the halts by a rule that stand, as their lift says that it covers it.
pub fn halting_now(study: &Study<'_>, subject: &SubjectId) -> Vec<String> {
    halting(study.trial, &with_day0(study), subject)
}

/// The subjects, each with the day of its first infusion.
fn with_day0<'s>(study: &Study<'s>) -> Vec<(&'s Subject, Option<Date>)> {
    let day0 = |infused: &Infusion| infused.when.day();
    let subjects = study.data.subjects.iter();
    subjects
        .map(|one| (one, one.infusions.first().and_then(day0)))
        .collect()
}
