//! Laboratory results against adverse events: what one has and the other lacks.
//!
//! # What it derives
//! Results of grade 3 or worse, and worse than the baseline, that no adverse event covers; adverse events named after a
//! laboratory test that no result supports.
//!
//! # Source
//! `docs/methods.md`, "Laboratory results and adverse events". Names of events: the terms of both versions of the CTCAE, and
//! the usual dictionary terms.
//!
//! # Formula
//! An event covers a result that is linked to it, or whose test and direction its name means, from [`SLACK`] days before its
//! onset to [`SLACK`] days after its end. A result supports an event if it lies from [`BEFORE`] days before its onset to its end
//! and is outside the limit in the direction of the event, or cannot be judged for want of value or limit.
//!
//! # Example
//! Neutrophils 0.3 × 10⁹/L on day 7, baseline 3.1, and no event but fever: not covered. "Neutropenia" from day 6 on covers it.
//!
//! # Limits
//! An event whose name means several tests ("pancytopenia") covers all of them but asks for none. An event without an onset is
//! not asked about, and covers everything up to its end.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Facts;
use super::facts::subtract_days;
use super::lab_course::{Counted, GradedLab, TermGrade, terms_of};
use crate::dlt::add_days;
use crate::grade::analyte::{Analyte, name_key};
use crate::grade::criteria::{Direction, LabCriteria};
use crate::grade::ctcae::Ctcae;
use crate::grade::{Grade, Toxicity};
use crate::language::{Words, both};
use crate::study::{AdverseEvent, Lab, RecordId};

/// Days by which onset and end of an event may miss the day of a result.
pub(crate) const SLACK: u32 = 3;

/// Days before its onset within which a result may have led to an event.
pub(crate) const BEFORE: u32 = 7;

/// Names that events go by beside the terms of the CTCAE: test, direction, names.
const NAMES: [(&str, Direction, &[&str]); 21] = [
    (
        "neutrophils",
        Direction::Low,
        &[
            "Neutropenia",
            "Agranulocytosis",
            "Granulocytopenia",
            "Febrile neutropenia",
        ],
    ),
    ("platelets", Direction::Low, &["Thrombocytopenia"]),
    ("hemoglobin", Direction::Low, &["Anaemia", "Haemoglobin decreased"]),
    ("lymphocytes", Direction::Low, &["Lymphopenia"]),
    (
        "leukocytes",
        Direction::Low,
        &["Leukopenia", "White blood cell count decreased"],
    ),
    ("leukocytes", Direction::High, &["White blood cell count increased"]),
    ("bilirubin", Direction::High, &["Hyperbilirubinaemia", "Jaundice"]),
    ("ALP", Direction::High, &["Blood alkaline phosphatase increased"]),
    ("GGT", Direction::High, &["Gamma-glutamyltransferase increased"]),
    ("creatinine", Direction::High, &["Blood creatinine increased"]),
    ("albumin", Direction::Low, &["Blood albumin decreased"]),
    (
        "fibrinogen",
        Direction::Low,
        &["Blood fibrinogen decreased", "Hypofibrinogenaemia"],
    ),
    (
        "INR",
        Direction::High,
        &["International normalised ratio increased", "Prothrombin time prolonged"],
    ),
    ("sodium", Direction::Low, &["Blood sodium decreased"]),
    ("potassium", Direction::Low, &["Blood potassium decreased"]),
    ("potassium", Direction::High, &["Blood potassium increased"]),
    ("calcium", Direction::Low, &["Blood calcium decreased"]),
    ("magnesium", Direction::Low, &["Blood magnesium decreased"]),
    ("glucose", Direction::High, &["Blood glucose increased"]),
    ("urate", Direction::High, &["Blood uric acid increased"]),
    ("LDH", Direction::High, &["Blood lactate dehydrogenase increased"]),
];

/// Names that mean several tests: direction, tests, names.
const GENERAL: [(Direction, &[&str], &[&str]); 3] = [
    (
        Direction::Low,
        &["neutrophils", "platelets", "hemoglobin", "leukocytes", "lymphocytes"],
        &[
            "Pancytopenia",
            "Cytopenia",
            "Bone marrow failure",
            "Myelosuppression",
            "Haematotoxicity",
        ],
    ),
    (
        Direction::High,
        &["ALT", "AST", "ALP", "GGT", "bilirubin"],
        &[
            "Transaminases increased",
            "Hypertransaminasaemia",
            "Hepatic enzyme increased",
            "Liver function test increased",
            "Liver function test abnormal",
            "Hepatic function abnormal",
            "Hepatic failure",
            "Drug-induced liver injury",
            "Hepatitis",
            "Hepatotoxicity",
        ],
    ),
    (
        Direction::High,
        &["creatinine"],
        &["Acute kidney injury", "Renal failure", "Renal impairment"],
    ),
];

/// A result without its event, or an event without its result.
#[derive(Debug, Clone)]
pub(crate) struct Unreconciled {
    /// What lacks what, for a table.
    pub(crate) kind: &'static str,
    /// Test, or reported term.
    pub(crate) what: String,
    /// The day it is about, as written.
    pub(crate) when: String,
    /// In a sentence.
    pub(crate) text: Words,
    /// The records, the one that is asked about first.
    pub(crate) records: Vec<RecordId>,
    /// Whether it is asked about: nobody has judged it yet, and no other finding asks.
    pub(crate) asked: bool,
}

/// Everything of one subject that does not fit together.
pub(crate) fn unreconciled(facts: &Facts<'_>, graded: &[GradedLab<'_>]) -> Vec<Unreconciled> {
    let mut all = Vec::new();
    for test in &facts.trial.safety.analytes {
        for term in terms_of(facts.trial, test) {
            let severe = graded.iter().filter_map(|graded| {
                let grade = graded.grades.iter().find(|grade| grade.term == term)?;
                (graded.lab.test.eq_ignore_ascii_case(test) && is_severe(grade)).then_some((graded, grade))
            });
            let bare: Vec<(&GradedLab<'_>, &TermGrade)> = severe
                .filter(|(graded, grade)| !is_covered(facts, graded.lab, grade))
                .collect();
            all.extend(without_event(facts, &bare));
        }
    }
    let events = facts.subject.adverse_events.iter();
    all.extend(events.filter_map(|event| without_result(facts, event)));
    all
}

/// Grade 3 or worse, and worse than the baseline.
fn is_severe(grade: &TermGrade) -> bool {
    grade.value.grade() >= Some(Toxicity::Present(Grade::G3)) && grade.is_worse()
}

fn without_event(facts: &Facts<'_>, bare: &[(&GradedLab<'_>, &TermGrade)]) -> Option<Unreconciled> {
    let extreme = |graded: &GradedLab<'_>, grade: &TermGrade| {
        let value = graded.lab.value.unwrap_or_default();
        if grade.term.direction == Direction::High {
            value
        } else {
            -value
        }
    };
    let (worst, grade) = bare.iter().copied().reduce(|one, other| {
        let beyond = (other.1.value.grade().cmp(&one.1.value.grade()))
            .then(extreme(other.0, other.1).total_cmp(&extreme(one.0, one.1)));
        if beyond.is_gt() { other } else { one }
    })?;
    let lab = worst.lab;
    let value = lab.value.map_or_else(|| "?".to_owned(), |value| value.to_string());
    let number = |counted: Counted| {
        counted
            .grade()
            .map_or_else(|| both!("unknown", "不明"), |grade| both!("{grade}", "{grade}"))
    };
    let version = facts.trial.safety.ctcae;
    let more = match bare.len() {
        1 => Words::default(),
        results => both!(
            ", the worst of {results} such results",
            "，为{results}个此类结果中最重者"
        ),
    };
    let (now, before) = (number(grade.value), number(grade.baseline));
    let text = both!(
        "{test} {value} {unit} on {when} is {version} grade {en} (baseline {before_en}){more_en}; no adverse event covers it",
        "{when} {test} {value} {unit}为{version} {zh}级（基线{before_zh}级）{more_zh}；没有相应的不良事件",
        test = lab.test,
        unit = lab.unit,
        when = lab.when,
        en = now.en,
        zh = now.zh,
        before_en = before.en,
        before_zh = before.zh,
        more_en = more.en,
        more_zh = more.zh
    );
    let others = bare.iter().map(|(graded, _)| &graded.lab.record);
    let records = std::iter::once(&lab.record).chain(others.filter(|record| **record != lab.record));
    let judged = bare.iter().all(|(graded, _)| graded.lab.significant == Some(false));
    // A result called significant without an event is asked about already.
    let asked_already = bare.iter().any(|(graded, _)| graded.lab.significant == Some(true));
    Some(Unreconciled {
        kind: "result without an adverse event",
        what: format!("{}, {}", lab.test, grade.term.nci_term),
        when: lab.when.to_string(),
        text,
        records: records
            .chain(worst.baseline.map(|baseline| &baseline.record))
            .cloned()
            .collect(),
        asked: !judged && !asked_already,
    })
}

/// Whether an event is linked to the result, or means it at that time.
fn is_covered(facts: &Facts<'_>, lab: &Lab, grade: &TermGrade) -> bool {
    facts.subject.adverse_events.iter().any(|event| {
        if lab.event.is_some_and(|number| event.record.number == number) {
            return true;
        }
        let from = event.start.map(|start| subtract_days(start.date.earliest(), SLACK));
        let to = event.end.map(|end| add_days(end.date.latest(), SLACK));
        let date = lab.when.date;
        let at_that_time = from.is_none_or(|from| date.latest() >= from) && to.is_none_or(|to| date.earliest() <= to);
        let means = |meaning: &Meaning| {
            let analyte = grade.term.analyte.map(|analyte| analyte.name);
            analyte == Some(meaning.analyte) && meaning.direction == grade.term.direction
        };
        at_that_time && meanings(event).any(means)
    })
}

/// A test and a direction that a name means.
struct Meaning {
    analyte: &'static str,
    direction: Direction,
    /// Whether the name means other tests too.
    general: bool,
}

/// Every name, as [`name_key`] writes it.
static MEANINGS: LazyLock<BTreeMap<String, Vec<Meaning>>> = LazyLock::new(|| {
    let mut meanings: BTreeMap<String, Vec<Meaning>> = BTreeMap::new();
    let mut add = |name: &str, analyte: &'static str, direction: Direction, general: bool| {
        meanings.entry(name_key(name)).or_default().push(Meaning {
            analyte,
            direction,
            general,
        });
    };
    for term in Ctcae::ALL.iter().flat_map(|version| &LabCriteria::of(*version).terms) {
        let Some(analyte) = term.analyte else { continue };
        for name in [&term.name, &term.nci_term] {
            add(name, analyte.name, term.direction, false);
        }
    }
    for (analyte, direction, names) in NAMES {
        for name in names {
            add(name, analyte, direction, false);
        }
    }
    for (direction, analytes, names) in GENERAL {
        for name in names {
            for analyte in analytes {
                add(name, analyte, direction, true);
            }
        }
    }
    meanings
});

/// What the reported and the dictionary term of an event mean.
fn meanings(event: &AdverseEvent) -> impl Iterator<Item = &'static Meaning> {
    let names = std::iter::once(event.term.as_str()).chain(event.preferred_term.as_deref());
    names.filter_map(|name| MEANINGS.get(&name_key(name))).flatten()
}

/// An event named after a test that no result supports.
fn without_result(facts: &Facts<'_>, event: &AdverseEvent) -> Option<Unreconciled> {
    let (test, analyte, direction) = test_of(facts, event)?;
    let onset = event.start?.date;
    let from = subtract_days(onset.earliest(), BEFORE);
    let to = match (event.end, facts.cut) {
        (Some(end), _) => end.date.latest(),
        (None, Some(cut)) => cut,
        (None, None) => return None,
    };
    let near = |lab: &&Lab| {
        let date = lab.when.date;
        analyte.is_called(&lab.test) && date.latest() >= from && date.earliest() <= to
    };
    let results: Vec<&Lab> = facts.subject.labs.iter().filter(near).collect();
    if results.iter().any(|lab| supports(lab, direction)) {
        return None;
    }
    let changed = match direction {
        Direction::High => "升高",
        Direction::Low => "降低",
    };
    let found = match results.as_slice() {
        [] => both!("no result of {test}", "没有{test}的结果"),
        [_] => both!(
            "the one result of {test} is not {direction}, and there is no other",
            "{test}的唯一结果并未{changed}，也没有其他结果"
        ),
        several => both!(
            "none of {results} results of {test} is {direction}",
            "{test}的{results}个结果均未{changed}",
            results = several.len()
        ),
    };
    let text = both!(
        "{term} from {onset}: {en} from {from} to {to}",
        "{term}始于{onset}：{from}至{to}{zh}",
        term = event.term,
        en = found.en,
        zh = found.zh
    );
    let records = std::iter::once(&event.record).chain(results.iter().map(|lab| &lab.record));
    Some(Unreconciled {
        kind: "adverse event without a result",
        what: event.term.clone(),
        when: onset.to_string(),
        text,
        records: records.cloned().collect(),
        asked: true,
    })
}

/// The protocol analyte whose change the event is named after.
fn test_of<'f>(facts: &'f Facts<'_>, event: &AdverseEvent) -> Option<(&'f str, &'static Analyte, Direction)> {
    let specific = meanings(event).find(|meaning| !meaning.general)?;
    let analyte = Analyte::ALL.iter().find(|analyte| analyte.name == specific.analyte)?;
    let mut analytes = facts.trial.safety.analytes.iter();
    let test = analytes.find(|test| analyte.is_called(test))?;
    Some((test.as_str(), analyte, specific.direction))
}

/// Whether the result lies beyond its limit in that direction, or cannot be judged.
fn supports(lab: &Lab, direction: Direction) -> bool {
    let Some(value) = lab.value else { return true };
    match direction {
        Direction::High => lab.uln.is_none_or(|uln| value > uln),
        Direction::Low => lab.lln.is_none_or(|lln| value < lln),
    }
}
