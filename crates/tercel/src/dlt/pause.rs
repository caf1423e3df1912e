//! Rules that halt enrolment at once, whatever the dose decision: who set them off, and whether the committee has lifted the
//! halt.
//!
//! # What it derives
//! A [`Halt`] for each `[[dlt.pause]]` of the protocol that enough subjects have met and that stands.
//!
//! # Source
//! The protocol; the rules of the draft are those usual in sibling trials (`docs/methods.md`, "Pausing enrolment").
//!
//! # Formula
//! A subject meets a rule over events when an event of its class has reached the grade on any scale the class is graded by, with a
//! possible onset from infusion to the rule's last day. Where the rule asks for related events, an event whose relation is not
//! recorded meets it too: a halt errs on the safe side. A death without a fatal event meets a rule over grade 5 of all events.
//! A rule over deviations is met by a deviation whose text holds one of its phrases. Findings at or above the grade, one after the
//! other, are one trigger, which begins with the first.
//!
//! What set off a rule counts no longer once the committee lifted the halt. A lift says what it covers: rule, record, onset, term and
//! grade of each event, moment and grade of each finding that had halted when it was signed ([`halting`]). Anything else, however early it
//! began, halts anew: what was entered later, became graver, or has another onset or term. A lift that says nothing, as in datasets of other
//! systems, covers what had begun on its day or before. An investigator lifts nothing.
//!
//! # Limits
//! An event without a grade meets no rule.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::case::is_investigator;
use super::event::covers;
use super::{ToxicityGrade, Window, add_days, class_holds, in_one_word, is_in_class, toxicity_grades};
use crate::grade::Grade;
use crate::language::{Language, Text, Words, both};
use crate::protocol::{PauseRule, Trial};
use crate::study::{EventOutcome, Lifted, RecordId, Subject, SubjectId, Syndrome, When};

/// A halt that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Halt {
    /// Name of the rule, or the record that halts.
    pub rule: String,
    /// The rule in the protocol's words, or the reason given.
    pub text: Words,
    /// Who met the rule, with what, in order of subject; empty where a record halts.
    pub subjects: Vec<(SubjectId, Words)>,
    /// Records it rests on.
    pub records: Vec<RecordId>,
}

impl Halt {
    /// What halts, and for whom.
    pub fn words(&self) -> Words {
        let Self { rule, text, .. } = self;
        if self.subjects.is_empty() {
            return both!(
                "treatment is halted by {rule}: {en}",
                "治疗由{rule}暂停：{zh}",
                en = text.en,
                zh = text.zh
            );
        }
        let each = |between: &str, mark: &str, language: Language| {
            let each = self.subjects.iter();
            let each = each.map(|(subject, what)| format!("{subject}{mark}{}", what.of(language)));
            each.collect::<Vec<_>>().join(between)
        };
        both!(
            "enrolment and treatment are halted by the rule \"{en}\" ({who})",
            "按规则“{zh}”暂停入组与治疗（{who_zh}）",
            en = text.en,
            zh = text.zh,
            who = each("; ", ": ", Language::English),
            who_zh = each("；", "：", Language::Chinese)
        )
    }
}

/// A death that no fatal event tells.
pub const DEATH: &str = "death";

/// What sets off a rule in one subject.
struct Trigger {
    what: Words,
    /// What a lift has to cover.
    parts: Vec<Part>,
    /// The events that tell these findings already.
    told_by: Vec<RecordId>,
    records: Vec<RecordId>,
}

/// One thing that a lift covers or not.
struct Part {
    /// What it is whatever is corrected in it.
    key: String,
    /// What it is, with its onset or moment.
    name: String,
    grade: Option<Grade>,
    /// Last day it may have begun.
    began: Option<Date>,
}

impl Part {
    fn of_event(event: &crate::study::AdverseEvent) -> Self {
        let onset = event.start.map_or_else(|| "-".to_owned(), |onset| onset.to_string());
        let key = format!("{}/{}", event.record.dataset, event.record.number);
        Self {
            name: format!("{key}@{onset}/{}", in_one_word(&event.term)),
            key,
            grade: grade_of(event),
            began: event.start.map(|start| start.date.latest()),
        }
    }

    /// As a lift says that it covers it.
    fn told(&self, rule: &PauseRule) -> String {
        let grade = self.grade.map_or_else(String::new, |grade| grade.number().to_string());
        format!("{}:{}={grade}", rule.id, self.name)
    }

    /// Whether a lift covers it: it was told so, or graver.
    fn is_covered(&self, rule: &PauseRule, lift: &Lifted) -> bool {
        if is_investigator(&lift.evaluator) {
            return false;
        }
        let Some(covers) = &lift.covers else {
            let day = lift.when.map(|when| when.date.earliest());
            return self.began.zip(day).is_some_and(|(began, day)| began <= day);
        };
        let grade = self.grade.map_or(0, Grade::number);
        let own = format!("{}:{}", rule.id, self.name);
        let highest = covers
            .iter()
            .filter_map(|told| told.strip_prefix(&own)?.strip_prefix('='));
        highest
            .map(|highest| highest.parse().unwrap_or(0))
            .any(|highest| grade <= highest)
    }
}

/// What in one of the subjects set off the halts that stand, as a lift of the halt says that it covers it. `day0` is the first
/// infusion of each.
pub fn halting(trial: &Trial, subjects: &[(&Subject, Option<Date>)], id: &SubjectId) -> Vec<String> {
    let stand = rules_that_stand(trial, subjects);
    let own = subjects.iter().find(|(subject, _)| subject.id == *id);
    let names = stand.flat_map(|rule| {
        let own = own.map(|(subject, day0)| by_lift(trial, rule, subject, *day0).1);
        let parts = own.into_iter().flatten().flat_map(|trigger| trigger.parts);
        parts.map(|part| part.told(rule))
    });
    names.collect()
}

/// What set off each halt that stands, by rule and subject: events and deviations by their record, findings by their moment, a death
/// without a fatal event as such.
pub fn set_off(
    trial: &Trial,
    subjects: &[(&Subject, Option<Date>)],
) -> BTreeMap<(String, SubjectId), BTreeSet<String>> {
    let stand = rules_that_stand(trial, subjects);
    let all = stand.flat_map(|rule| {
        subjects.iter().map(|(subject, day0)| {
            let parts = by_lift(trial, rule, subject, *day0).1.into_iter();
            let keys = parts.flat_map(|trigger| trigger.parts).map(|part| part.key);
            (
                (rule.id.clone(), subject.id.clone()),
                keys.collect::<BTreeSet<String>>(),
            )
        })
    });
    all.filter(|(_, keys)| !keys.is_empty()).collect()
}

fn rules_that_stand<'t>(
    trial: &'t Trial,
    subjects: &[(&Subject, Option<Date>)],
) -> impl Iterator<Item = &'t PauseRule> {
    let halts = standing_halts(trial, subjects);
    let rules = trial.dlt.pauses.iter();
    rules.filter(move |rule| halts.iter().any(|halt| halt.rule == rule.id))
}

/// What was lifted, and what was not.
fn by_lift(trial: &Trial, rule: &PauseRule, subject: &Subject, day0: Option<Date>) -> (Vec<Trigger>, Vec<Trigger>) {
    triggers(trial, rule, subject, day0).into_iter().partition(|trigger| {
        let covered = |part: &Part| subject.lifted.iter().any(|lift| part.is_covered(rule, lift));
        trigger.parts.iter().all(covered)
    })
}

/// What stands, each told once: an event that stands tells its findings.
fn standing(trial: &Trial, rule: &PauseRule, subject: &Subject, day0: Option<Date>) -> Vec<Trigger> {
    let (lifted, mut stand) = by_lift(trial, rule, subject, day0);
    let is_lifted = |event: &RecordId| lifted.iter().any(|trigger| trigger.records.contains(event));
    stand.retain(|trigger| trigger.told_by.iter().all(is_lifted));
    stand
}

/// The halts that stand, in order of the protocol's rules. `day0` is the first infusion of each subject.
pub fn standing_halts(trial: &Trial, subjects: &[(&Subject, Option<Date>)]) -> Vec<Halt> {
    let halt = |rule: &PauseRule| {
        let mut halt = Halt {
            rule: rule.id.clone(),
            text: rule.text.clone(),
            subjects: Vec::new(),
            records: Vec::new(),
        };
        for &(subject, day0) in subjects {
            let mut what = Vec::new();
            for trigger in standing(trial, rule, subject, day0) {
                what.push(trigger.what);
                halt.records.extend(trigger.records);
            }
            if !what.is_empty() {
                halt.subjects
                    .push((subject.id.clone(), Words::join(&what, Text::new("; ", "；"))));
            }
        }
        (halt.subjects.len() >= rule.subjects as usize).then_some(halt)
    };
    trial.dlt.pauses.iter().filter_map(halt).collect()
}

fn triggers(trial: &Trial, rule: &PauseRule, subject: &Subject, day0: Option<Date>) -> Vec<Trigger> {
    let Some(class) = &rule.events else {
        return deviations(rule, subject);
    };
    let Some(day0) = day0 else { return Vec::new() };
    let window = Window {
        infused: day0,
        first: day0,
        last: rule.within_days.map_or(Date::MAX, |days| add_days(day0, days)),
    };
    let mut triggers = events(trial, rule, class, subject, window);
    triggers.extend(findings(trial, rule, class, subject, window));
    if triggers.is_empty() && rule.grade_min == Grade::G5 && trial.event_class(class).is_some_and(|class| class.all) {
        let fatal = subject.adverse_events.iter().any(is_fatal);
        let died = subject.died().filter(|(when, _)| !fatal && within(*when, window));
        triggers.extend(died.map(|(when, record)| Trigger {
            what: both!(
                "death on {when}, no fatal event recorded",
                "{when}死亡，没有致死事件记录"
            ),
            parts: vec![Part {
                key: DEATH.to_owned(),
                name: format!("{DEATH}@{when}"),
                grade: Some(Grade::G5),
                began: Some(when.date.latest()),
            }],
            told_by: Vec::new(),
            records: vec![record.clone()],
        }));
    }
    triggers
}

fn within(when: When, window: Window) -> bool {
    when.date.latest() >= window.first && when.date.earliest() <= window.last
}

fn is_fatal(event: &crate::study::AdverseEvent) -> bool {
    event.grade == Some(Grade::G5) || event.outcome == EventOutcome::Fatal
}

/// The grade of an event; what ended in death is of grade 5.
pub(super) fn grade_of(event: &crate::study::AdverseEvent) -> Option<Grade> {
    if is_fatal(event) { Some(Grade::G5) } else { event.grade }
}

/// Whether a fatal event, whenever it began, ended in death within the window.
fn died_within(event: &crate::study::AdverseEvent, subject: &Subject, window: Window) -> bool {
    let died = subject.died().map(|(when, _)| when).or(event.end);
    is_fatal(event) && died.is_some_and(|when| within(when, window))
}

fn events(trial: &Trial, rule: &PauseRule, class: &str, subject: &Subject, window: Window) -> Vec<Trigger> {
    let Some(class) = trial.event_class(class) else {
        return Vec::new();
    };
    let meets = subject.adverse_events.iter().filter(|event| {
        let related = event
            .causality
            .infusion
            .is_none_or(|related| related >= trial.dlt.relatedness);
        grade_of(event).is_some_and(|grade| grade >= rule.grade_min)
            && (related || !rule.related)
            && class_holds(trial, class, event) != Some(false)
            && (event.start.is_none_or(|start| within(start, window)) || died_within(event, subject, window))
    });
    let trigger = |event: &crate::study::AdverseEvent| Trigger {
        what: match event.start {
            Some(start) => both!("{term} from {start}", "{term}（始于{start}）", term = event.term),
            None => Words::in_each(|_| event.term.clone()),
        },
        parts: vec![Part::of_event(event)],
        told_by: Vec::new(),
        records: vec![event.record.clone()],
    };
    meets.map(trigger).collect()
}

/// Graded findings of CRS and ICANS, where the rule is about one of them.
fn findings(trial: &Trial, rule: &PauseRule, class: &str, subject: &Subject, window: Window) -> Vec<Trigger> {
    let syndrome = if class == trial.safety.crs_class {
        Syndrome::Crs
    } else if class == trial.safety.icans_class {
        Syndrome::Icans
    } else {
        return Vec::new();
    };
    // An event that lies outside the window says nothing of a finding within it.
    let recorded = |event: &&crate::study::AdverseEvent| {
        let in_time = event.start.is_none_or(|start| within(start, window));
        in_time && is_in_class(trial, class, event) && event.grade >= Some(rule.grade_min)
    };
    let events: Vec<_> = subject.adverse_events.iter().filter(recorded).collect();
    let mut moments = toxicity_grades(subject, syndrome);
    moments.retain(|moment| within(moment.when, window) && moment.worst().is_some());
    let is_met = |moment: &ToxicityGrade| moment.worst() >= Some(rule.grade_min.number());
    let runs = moments.chunk_by(|one, next| is_met(one) == is_met(next));
    let met = runs.filter(|run| run.first().is_some_and(is_met));
    let trigger = |run: &[ToxicityGrade]| {
        let first = run.first()?;
        let told_by = events
            .iter()
            .filter(|event| run.iter().any(|moment| covers(event, moment.when)));
        let at = |moment: &ToxicityGrade| format!("FA@{}", moment.when);
        let part = |moment: &ToxicityGrade| Part {
            key: at(moment),
            name: at(moment),
            grade: moment.worst().and_then(Grade::from_number),
            began: Some(first.when.date.latest()),
        };
        Some(Trigger {
            what: both!(
                "{scale} grade {grade} by the findings of {when}",
                "按{when}的检查发现为{scale} {grade}级",
                scale = first.scale,
                grade = first.worst().unwrap_or(0),
                when = first.when
            ),
            parts: run.iter().map(part).collect(),
            told_by: told_by.map(|event| event.record.clone()).collect(),
            records: first.records.clone(),
        })
    };
    met.filter_map(trigger).collect()
}

fn deviations(rule: &PauseRule, subject: &Subject) -> Vec<Trigger> {
    let named = subject.deviations.iter().filter(|deviation| {
        let text = deviation.term.to_lowercase();
        rule.deviations
            .iter()
            .any(|phrase| text.contains(&phrase.to_lowercase()))
    });
    let trigger = |deviation: &crate::study::Deviation| Trigger {
        what: Words::in_each(|_| deviation.term.clone()),
        parts: vec![Part {
            key: format!("DV/{}", deviation.record.number),
            name: format!("DV/{}@{}", deviation.record.number, in_one_word(&deviation.term)),
            grade: None,
            began: deviation.when.map(|when| when.date.latest()),
        }],
        told_by: Vec::new(),
        records: vec![deviation.record.clone()],
    };
    named.map(trigger).collect()
}
