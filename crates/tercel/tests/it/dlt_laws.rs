//! Laws of the DLT status, tried on every record of rehearsals at several data cuts.
//!
//! A record of absence can only move a status from pending to no DLT, an event only towards a DLT.
#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use std::mem::discriminant;

use jiff::ToSpan;
use jiff::civil::Date;
use tercel::dlt::{Status, derive_dlt};
use tercel::language::Language;
use tercel::protocol::{Cells, SETTINGS, Trial, parse_protocol};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::{AdverseEvent, EventOutcome, Score, ScoreKind, StudyData, Subject};

/// 400 years: the calendar repeats after so many days.
const FOUR_CENTURIES: i32 = 146_097;

fn trial() -> Trial {
    let stated = format!("stated = {:?}", SETTINGS.map(|setting| setting.path));
    let text = include_str!("../data/rehearsal/protocol.toml").replace("stated = []", &stated);
    parse_protocol("protocol.toml", &text).unwrap()
}

fn status(trial: &Trial, subject: &Subject, cut: Date) -> Option<Status> {
    derive_dlt(trial, subject, cut).map(|verdict| verdict.status)
}

/// Every infused subject of some rehearsals, as known at several days after its infusion.
fn each(check: &mut dyn FnMut(&Trial, &StudyData, &Subject, Date)) {
    let trial = trial();
    for seed in 1..=4 {
        let whole = rehearse(&trial, RehearsalOptions { subjects: 18, seed });
        let days: Vec<Date> = whole
            .subjects
            .iter()
            .filter_map(|subject| subject.infusions.first()?.when.day())
            .collect();
        for day in days {
            for later in [5, 20, 28, 31, 90] {
                let cut = day.saturating_add(later.days());
                let data = whole.clone().as_of(cut);
                for subject in &data.subjects {
                    if subject.infusions.first().and_then(|infusion| infusion.when.day()) == Some(day) {
                        check(&trial, &data, subject, cut);
                    }
                }
            }
        }
    }
}

#[test]
fn taking_away_a_record_of_absence_never_makes_a_subject_free_of_dlt() {
    let mut free = 0;
    each(&mut |trial, _, subject, cut| {
        let before = status(trial, subject, cut);
        free += usize::from(before == Some(Status::NoDlt));
        let mut fewer: Vec<Subject> = Vec::new();
        for at in 0..subject.contacts.len() {
            let mut other = subject.clone();
            other.contacts.remove(at);
            fewer.push(other);
        }
        let mut silent = subject.clone();
        silent.contacts.clear();
        fewer.push(silent);
        for at in (0..subject.adverse_events.len()).filter(|at| subject.adverse_events[*at].end.is_some()) {
            let mut other = subject.clone();
            other.adverse_events[at].end = None;
            other.adverse_events[at].outcome = EventOutcome::Ongoing;
            fewer.push(other);
        }
        let normal = |at: &usize| {
            let lab = &subject.labs[*at];
            lab.value.zip(lab.uln).is_some_and(|(value, uln)| value <= uln)
        };
        for at in (0..subject.labs.len()).filter(normal).step_by(7) {
            let mut other = subject.clone();
            other.labs.remove(at);
            fewer.push(other);
        }
        for at in (0..subject.toxicity.len())
            .filter(|at| subject.toxicity[*at].result == "0")
            .step_by(5)
        {
            let mut other = subject.clone();
            other.toxicity.remove(at);
            fewer.push(other);
        }
        for other in fewer {
            let after = status(trial, &other, cut);
            assert!(
                after != Some(Status::NoDlt) || before == Some(Status::NoDlt),
                "{} at {cut}: {before:?} became {after:?}",
                subject.id
            );
        }
    });
    assert!(free > 20, "{free}");
}

#[test]
fn an_event_less_makes_no_dlt_and_an_event_more_clears_none() {
    let mut limiting = 0;
    each(&mut |trial, data, subject, cut| {
        let before = status(trial, subject, cut);
        for at in 0..subject.adverse_events.len() {
            let mut other = subject.clone();
            other.adverse_events.remove(at);
            let after = status(trial, &other, cut);
            assert!(
                after != Some(Status::Dlt) || before == Some(Status::Dlt),
                "{} at {cut}: {before:?} became {after:?}",
                subject.id
            );
        }
        if before != Some(Status::Dlt) {
            return;
        }
        limiting += 1;
        let others = data.subjects.iter().filter(|other| other.id != subject.id);
        let events: Vec<&AdverseEvent> = others.flat_map(|other| &other.adverse_events).step_by(11).collect();
        for event in events {
            let mut other = subject.clone();
            let mut event = event.clone();
            event.start = subject.infusions[0].when.into();
            other.adverse_events.push(event);
            assert_eq!(status(trial, &other, cut), before, "{} at {cut}", subject.id);
        }
    });
    assert!(limiting > 3, "{limiting}");
}

const LIVER: [&str; 3] = ["ALT", "AST", "BILI"];

/// The subject with a liver that suffers after infusion: some enzymes at 16 times their limit, some bilirubin at 8 times, some
/// scores at 9, some values not there; which ones depends on `variant`.
fn with_liver_injury(subject: &Subject, variant: usize) -> Subject {
    let mut injured = subject.clone();
    let day = subject.infusions[0].when.date.latest();
    let mut at = 0;
    injured.labs.retain_mut(|lab| {
        if !LIVER.contains(&lab.test.as_str()) || lab.when.date.earliest() < day {
            return true;
        }
        at += 1;
        let (raised, times) = if lab.test == "BILI" {
            ((at * 5 + variant).is_multiple_of(13), 8.0)
        } else {
            ((at * 11 + variant).is_multiple_of(23), 16.0)
        };
        if raised {
            lab.value = lab.uln.map(|uln| times * uln);
        }
        !(at * 7 + variant).is_multiple_of(11)
    });
    let later = |score: &&mut Score| score.kind == ScoreKind::ChildPugh && score.when.date.earliest() >= day;
    for (at, score) in injured.scores.iter_mut().filter(later).enumerate() {
        if variant == 0 && at % 3 > 0 {
            score.value = 9.0;
        }
    }
    injured
}

/// Results after infusion of the liver's tests and scores, raised or not, one taken away.
fn one_less(subject: &Subject, raised: bool) -> Vec<Subject> {
    let day = subject.infusions[0].when.date.latest();
    let mut fewer = Vec::new();
    for at in 0..subject.labs.len() {
        let lab = &subject.labs[at];
        let high = lab.value.zip(lab.uln).is_some_and(|(value, uln)| value > 7.0 * uln);
        if LIVER.contains(&lab.test.as_str()) && lab.when.date.earliest() >= day && high == raised {
            let mut other = subject.clone();
            other.labs.remove(at);
            fewer.push(other);
        }
    }
    for at in 0..subject.scores.len() {
        let score = &subject.scores[at];
        let is_later = score.kind == ScoreKind::ChildPugh && score.when.date.earliest() >= day;
        if is_later && (score.value >= 9.0) == raised {
            let mut other = subject.clone();
            other.scores.remove(at);
            fewer.push(other);
        }
    }
    fewer
}

#[test]
fn a_normal_result_less_makes_no_subject_free_and_a_raised_one_less_makes_no_dlt() {
    let mut found = [0; 3];
    each(&mut |trial, _, subject, cut| {
        for variant in 0..4 {
            let injured = with_liver_injury(subject, variant);
            let before = status(trial, &injured, cut);
            match before {
                Some(Status::Dlt) => found[0] += 1,
                Some(Status::NoDlt) => found[1] += 1,
                Some(Status::Pending(_)) => found[2] += 1,
                Some(Status::NotEvaluable(_)) | None => {}
            }
            let whose = format!("{} variant {variant} at {cut}: {before:?}", subject.id);
            for other in one_less(&injured, false) {
                let after = status(trial, &other, cut);
                assert!(
                    after != Some(Status::NoDlt) || before == Some(Status::NoDlt),
                    "{whose} became {after:?}"
                );
            }
            for other in one_less(&injured, true) {
                let after = status(trial, &other, cut);
                // The other way about: the raised result is one more, and clears no DLT.
                assert!(
                    after != Some(Status::Dlt) || before == Some(Status::Dlt),
                    "{whose} was {after:?}"
                );
            }
        }
    });
    assert!(found.iter().all(|count| *count > 5), "DLT, none, pending: {found:?}");
}

#[test]
fn four_centuries_later_every_status_is_the_same() {
    let now = trial();
    let mut later = trial();
    later.version_date = later.version_date.saturating_add(FOUR_CENTURIES.days());
    let options = RehearsalOptions { subjects: 30, seed: 5 };
    let (first, second) = (rehearse(&now, options), rehearse(&later, options));
    assert_eq!(first.subjects.len(), second.subjects.len());
    for (one, other) in first.subjects.iter().zip(&second.subjects) {
        for days in [10, 28, 40, 200] {
            let Some(day) = one.infusions.first().and_then(|infusion| infusion.when.day()) else {
                continue;
            };
            let cut = day.saturating_add(days.days());
            let then = cut.saturating_add(FOUR_CENTURIES.days());
            let now_known = first.clone().as_of(cut);
            let then_known = second.clone().as_of(then);
            let of = |data: &StudyData, trial: &Trial, cut: Date| {
                let subject = data.subjects.iter().find(|subject| subject.id == one.id).unwrap();
                status(trial, subject, cut)
            };
            let (before, after) = (of(&now_known, &now, cut), of(&then_known, &later, then));
            assert_eq!(
                before.as_ref().map(discriminant),
                after.as_ref().map(discriminant),
                "{} and {}: {before:?}, {after:?}",
                one.id,
                other.id
            );
        }
    }
}

/// A sentence without what stands in the words of the protocol or of the site.
fn own_words(sentence: &str, subject: &Subject) -> String {
    let mut text = sentence.to_owned();
    for event in &subject.adverse_events {
        text = text.replace(&event.term, "");
    }
    for (open, close) in [(" [", ']'), ("“", '”')] {
        while let Some(from) = text.find(open) {
            let Some(to) = text[from..].find(close) else { break };
            text.replace_range(from..from + to + close.len_utf8(), "");
        }
    }
    text
}

#[test]
fn a_verdict_in_chinese_has_the_numbers_of_the_english_one_and_none_of_its_words() {
    let numbers = |text: &str| {
        let split = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let mut found: Vec<String> = split
            .map(|number| number.trim_matches('.').to_owned())
            .filter(|number| !number.is_empty())
            .collect();
        found.sort_unstable();
        found
    };
    let mut kinds = std::collections::BTreeSet::new();
    each(&mut |trial, _, subject, cut| {
        let with = |change: fn(&mut Subject)| {
            let mut other = subject.clone();
            change(&mut other);
            other
        };
        let variants = [
            subject.clone(),
            with(|other| other.adverse_events.iter_mut().for_each(|event| event.start = None)),
            with(|other| other.adverse_events.iter_mut().for_each(|event| event.grade = None)),
            with(|other| {
                other
                    .adverse_events
                    .iter_mut()
                    .for_each(|event| event.causality.infusion = None);
            }),
            with(|other| other.adverse_events.iter_mut().for_each(|event| event.end = None)),
            with(|other| other.adverse_events.clear()),
            with(|other| other.labs.iter_mut().for_each(|lab| lab.uln = None)),
            with(|other| other.contacts.clear()),
            with(|other| {
                for infusion in &mut other.infusions {
                    infusion.actual = infusion
                        .actual
                        .and_then(|cells| Cells::millions(cells.to_millions() / 2.0));
                }
            }),
        ];
        for other in variants {
            let verdict = derive_dlt(trial, &other, cut).unwrap();
            let (en, zh) = (verdict.words(Language::English), verdict.words(Language::Chinese));
            let (en, zh) = (own_words(&en, &other), own_words(&zh, &other));
            assert_eq!(numbers(&en), numbers(&zh), "{en}\n{zh}");
            let letters = |letter: char| letter.is_ascii_lowercase();
            assert!(
                !zh.split_whitespace()
                    .any(|word| word.chars().filter(|c| letters(*c)).count() > 4),
                "{zh}"
            );
            kinds.insert(zh.replace(|letter: char| letter.is_ascii(), ""));
        }
    });
    assert!(kinds.len() >= 10, "{kinds:#?}");
}
