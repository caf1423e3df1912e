//! Halts of enrolment and treatment: those entered, those that what was done sets off, and those by the protocol's rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use unicode_security::skeleton;

use super::gate::{Case, Missing, Study};
use super::need::Need;
use super::records::{ConductRecords, SubjectConduct};
use crate::dlt::{DEATH, halting, set_off, standing_halts};
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
    let is_own = |label: &str| own.labels().any(|bag| as_read(bag) == as_read(label));
    let given = own
        .infusions
        .iter()
        .flat_map(|infused| infused.bags.iter().map(move |label| (infused, label)));
    // Where no product is kept, as in data of another system, nothing says whose a bag is but another's record of it.
    let is_kept = own.labels().next().is_some() || !own.orders.is_empty();
    let is_other = move |label: &str| is_kept || other_owner(records, &own.subject, label).is_some();
    let foreign = given.filter(move |(_, label)| !is_own(label) && is_other(label));
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

/// The other subject whose bag has this label, was ordered or was given by it, with the label as it has it; labels that read alike
/// are one.
pub fn other_owner<'r>(
    records: &'r ConductRecords,
    subject: &SubjectId,
    label: &str,
) -> Option<(&'r SubjectId, &'r str)> {
    let wanted = readings(label);
    let others = records.subjects.iter().filter(|other| other.subject != *subject);
    let mut labels = others.flat_map(|other| {
        let labels = other.labels().chain(other.labels_used());
        labels.map(move |label| (&other.subject, label))
    });
    labels.find(|(_, label)| readings(label).iter().any(|read| wanted.contains(read)))
}

/// Bags whose label another subject's bag has too, each with that subject and its label.
pub(super) fn bags_of_two(records: &ConductRecords) -> Vec<(&SubjectConduct, &str, &SubjectId, &str)> {
    let mut by_label: BTreeMap<String, Vec<(&SubjectConduct, &str)>> = BTreeMap::new();
    for own in &records.subjects {
        for label in own.labels() {
            for read in readings(label) {
                by_label.entry(read).or_default().push((own, label));
            }
        }
    }
    let alike = by_label.values().flat_map(|bags| {
        bags.iter().filter_map(|(own, label)| {
            let (other, known) = bags.iter().find(|(other, _)| other.subject != own.subject)?;
            Some((*own, *label, &other.subject, *known))
        })
    });
    let mut named = BTreeSet::new();
    alike
        .filter(|(own, label, ..)| named.insert((&own.subject, *label)))
        .collect()
}

/// What a label may be read as: a small l is a one as well as a letter.
fn readings(label: &str) -> BTreeSet<String> {
    [as_read(label), as_read(&label.replace('l', "1"))].into()
}

/// A label as a tired eye reads it: without case, blanks and dashes but one between two digits, wide letters as narrow ones, and
/// letters that look alike as one (O as 0, I as 1, those of other alphabets as ours: the skeleton of Unicode Technical Standard 39,
/// section 4).
fn as_read(label: &str) -> String {
    let narrow = |letter: char| match u32::from(letter) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(letter),
        _ => letter,
    };
    let narrow: String = label.chars().map(narrow).collect();
    let parts = narrow.split(|letter: char| !letter.is_alphanumeric() && letter != '+');
    // Of the letters, those that a digit is read as.
    let is_digit = |letter: char| letter.is_ascii_digit() || ['O', 'l'].contains(&letter);
    let mut read = String::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let part: String = skeleton(&part.to_uppercase()).collect();
        // 1-12 is not 11-2.
        if read.ends_with(is_digit) && part.starts_with(is_digit) {
            read.push('-');
        }
        read.push_str(&part);
    }
    read
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

/// What halts treatment before and not after, each in words: halts as a whole, and one of several things that set off one.
pub fn halts_ended(before: &Study<'_>, after: &Study<'_>) -> Vec<Words> {
    let (old, new) = (standing(before), standing(after));
    let stands = |id: &String| new.iter().any(|(other, ..)| other == id);
    let gone = old.iter().filter(|(id, ..)| !stands(id));
    let mut ended: Vec<Words> = gone.map(|(_, reason, _)| reason.clone()).collect();
    let left = set_off(after.trial, &with_day0(after));
    for ((rule, subject), keys) in set_off(before.trial, &with_day0(before)) {
        let now = left.get(&(rule.clone(), subject.clone()));
        // A fatal event that is entered tells the death.
        let is_kept = |key: &String| now.is_some_and(|now| now.contains(key) || key == DEATH);
        let fewer = !keys.iter().all(is_kept);
        let reason = old.iter().find(|(id, ..)| *id == rule).filter(|(id, ..)| stands(id));
        if let Some((_, reason, _)) = reason.filter(|_| fewer) {
            ended.push(both!(
                "{en} ({subject})",
                "{zh}（{subject}）",
                en = reason.en,
                zh = reason.zh
            ));
        }
    }
    ended
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
