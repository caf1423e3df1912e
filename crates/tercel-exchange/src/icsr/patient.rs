//! Sections D and F: the subject, and the tests that belong to its events.

use jiff::civil::Date;
use tercel::study::{Lab, Sex, Subject, Vital, When};

use super::Writing;
use super::case::{Case, Reaction};
use super::element::{
    classed, code, coded, decimal, event, id, instance, list, meddra, moment, no_flag, observation, text_value, typed,
    value,
};
use super::reaction::meddra_term;
use crate::xml::Node;

/// Longest number of a subject (D.1.1.4).
const MAX_NUMBER: usize = 20;

/// Kilograms of a pound.
const POUND: f64 = 0.453_592_37;

/// Units of laboratories as UCUM writes them; a result in any other unit stands as text (F.r.3.4).
const UNITS: [(&str, &str); 29] = [
    ("%", "%"),
    ("/uL", "/uL"),
    ("10^12/L", "10*12/L"),
    ("10^6/L", "10*6/L"),
    ("10^9/L", "10*9/L"),
    ("IU/L", "[IU]/L"),
    ("IU/mL", "[IU]/mL"),
    ("U/L", "U/L"),
    ("fL", "fL"),
    ("g/L", "g/L"),
    ("g/dL", "g/dL"),
    ("mIU/L", "m[IU]/L"),
    ("mg/L", "mg/L"),
    ("mg/dL", "mg/dL"),
    ("mmHg", "mm[Hg]"),
    ("mmol/L", "mmol/L"),
    ("mol/L", "mol/L"),
    ("ng/L", "ng/L"),
    ("ng/dL", "ng/dL"),
    ("ng/mL", "ng/mL"),
    ("nmol/L", "nmol/L"),
    ("pg", "pg"),
    ("pg/mL", "pg/mL"),
    ("pmol/L", "pmol/L"),
    ("s", "s"),
    ("ug/L", "ug/L"),
    ("ug/mL", "ug/mL"),
    ("umol/L", "umol/L"),
    ("µmol/L", "umol/L"),
];

/// The person (D.1, D.5, D.9.1, D.1.1.4).
pub(super) fn person(writing: &Writing<'_>, case: &Case<'_>) -> Node {
    // Data of a study hold no names; the investigator's site has them.
    let mut person = instance("player1", "PSN").child(Node::new("name").attribute("nullFlavor", "MSK"));
    let sex = Node::new("administrativeGenderCode");
    person = person.child(match case.subject.sex {
        Some(Sex::Male) => sex.attribute("code", "1").attribute("codeSystem", "1.0.5218"),
        Some(Sex::Female) => sex.attribute("code", "2").attribute("codeSystem", "1.0.5218"),
        None => sex.attribute("nullFlavor", "UNK"),
    });
    if let Some((died, record)) = case.subject.died() {
        let died = writing.stamp(died, record, "DTHDTC");
        person = person.child(Node::new("deceasedTime").attribute("value", &moment(died)));
    }
    if let Some(number) = investigation_number(writing, case) {
        let known = classed("asIdentifiedEntity", "IDENT")
            .child(id(10, Some(&number)))
            .child(coded(Node::new("code"), list::RECORD_SOURCE, "4"));
        person = person.child(known);
    }
    person
}

/// The subject's number in the study: the short one where there is one; `None` where a report has no room for it.
pub(super) fn investigation_number(writing: &Writing<'_>, case: &Case<'_>) -> Option<String> {
    let id = &case.subject.id;
    let short = writing.source.of_subject(id, "SUBJID").unwrap_or(id.as_str());
    (short.chars().count() <= MAX_NUMBER).then(|| short.to_owned())
}

/// Age, weight, history, death (D.2.2, D.3, D.7, D.9), in their order.
pub(super) fn characteristics(writing: &Writing<'_>, case: &Case<'_>) -> Vec<Node> {
    let mut nodes = Vec::new();
    if let Some(years) = age(writing, case) {
        nodes.push(observation("3", quantity(&years.to_string(), "a")));
    }
    if let Some(kilograms) = weight(case) {
        nodes.push(observation("7", quantity(&decimal(kilograms), "kg")));
    }
    nodes.push(history(case.subject));
    if case.subject.is_dead() {
        let fatal = case.reactions.iter().filter(|reaction| reaction.is_fatal());
        nodes.extend(fatal.filter_map(|reaction| cause_of_death(writing, reaction)));
        // Asked for where the day of death is given; no data say it.
        nodes.push(observation("5", no_flag("UNK")));
    }
    let placed = nodes.into_iter().map(|node| typed("subjectOf2", "SBJ", node));
    placed.collect()
}

fn quantity(number: &str, unit: &str) -> Node {
    value("PQ").attribute("value", number).attribute("unit", unit)
}

/// Whole years of age when the first event began (D.2.2): from the day of birth where it is known; else the age at consent
/// and the whole years since then.
pub(super) fn age(writing: &Writing<'_>, case: &Case<'_>) -> Option<i32> {
    let subject = case.subject;
    let onset = case.onset().and_then(When::day);
    let birth = writing.source.of_subject(&subject.id, "BRTHDTC");
    let birth = birth.and_then(|text| When::parse(text).ok()).and_then(When::day);
    if let (Some(birth), Some(onset)) = (birth, onset) {
        return Some(whole_years(birth, onset)).filter(|years| *years >= 0);
    }
    let at_consent = subject.age.filter(|age| (0.0..=130.0).contains(age))?;
    let consent = subject.consent.iter().find_map(|consent| consent.when?.day());
    let since = consent
        .zip(onset)
        .map_or(0, |(consent, onset)| whole_years(consent, onset));
    #[expect(clippy::cast_possible_truncation, reason = "an age within 0 and 130")]
    let years = at_consent.floor() as i32;
    Some(years + since.max(0))
}

fn whole_years(from: Date, to: Date) -> i32 {
    let before = (to.month(), to.day()) < (from.month(), from.day());
    i32::from(to.year()) - i32::from(from.year()) - i32::from(before)
}

/// The last weight before the first event, in kg to one decimal.
pub(super) fn weight(case: &Case<'_>) -> Option<f64> {
    let onset = case.onset();
    let before = |vital: &&Vital| onset.is_none_or(|onset| vital.when.order() <= onset.order());
    let weights = case.subject.vitals.iter().filter(|vital| vital.test == "WEIGHT");
    let last = weights.filter(before).max_by_key(|vital| vital.when.order())?;
    let kilograms = match last.unit.trim().to_lowercase().as_str() {
        "kg" => last.value,
        "lb" => last.value * POUND,
        "g" => last.value / 1000.0,
        _ => return None,
    };
    Some((kilograms * 10.0).round() / 10.0)
}

/// Medical history as text (D.7.2): its terms carry no code of MedDRA.
fn history(subject: &Subject) -> Node {
    let text = history_text(subject);
    let value = if text.is_empty() {
        value("ED").attribute("nullFlavor", "UNK")
    } else {
        text_value("ED", &text)
    };
    event("organizer", "CATEGORY")
        .child(code(list::GROUP, "1"))
        .child(typed("component", "COMP", observation("18", value)))
}

/// The conditions of the history with their beginnings.
pub(super) fn history_text(subject: &Subject) -> String {
    let conditions = subject.history.iter().map(|one| match one.start {
        Some(start) => format!("{} (from {start})", one.term),
        None => one.term.clone(),
    });
    conditions.collect::<Vec<String>>().join("; ")
}

/// A fatal event as reported cause of death (D.9.2.r).
fn cause_of_death(writing: &Writing<'_>, reaction: &Reaction<'_>) -> Option<Node> {
    let fatal = reaction.lead()?;
    let term = meddra_term(writing, fatal);
    let value = meddra(value("CE"), term.as_ref()).child(Node::text("originalText", &fatal.term));
    Some(observation("32", value))
}

/// Results linked to the events of the report (F.r), in order of time.
pub(super) fn linked<'a>(case: &Case<'a>) -> Vec<&'a Lab> {
    let numbers: Vec<u32> = case.records().map(|event| event.record.number).collect();
    let labs = case.subject.labs.iter();
    labs.filter(|lab| lab.event.is_some_and(|event| numbers.contains(&event)))
        .collect()
}

/// The tests as one group; `None` where none is linked.
pub(super) fn tests(writing: &Writing<'_>, case: &Case<'_>) -> Option<Node> {
    let tests: Vec<Node> = linked(case)
        .into_iter()
        .filter_map(|lab| test(writing, lab))
        .map(|test| typed("component", "COMP", test))
        .collect();
    if tests.is_empty() {
        return None;
    }
    let group = event("organizer", "CATEGORY").child(code(list::GROUP, "3")).all(tests);
    Some(typed("subjectOf2", "SBJ", group))
}

/// Name of a test: as the data say it, else its code.
pub(super) fn test_name<'w>(writing: &Writing<'w>, lab: &'w Lab) -> &'w str {
    writing.source.text(&lab.record, "LBTEST").unwrap_or(&lab.test)
}

fn test(writing: &Writing<'_>, lab: &Lab) -> Option<Node> {
    let name = meddra(Node::new("code"), None).child(Node::text("originalText", test_name(writing, lab)));
    let when = writing.stamp(lab.when, &lab.record, "LBDTC");
    let node = event("observation", "OBS")
        .child(name)
        .child(Node::new("effectiveTime").attribute("value", &moment(when)));
    let unit = UNITS.iter().find(|(own, _)| *own == lab.unit.trim());
    match (lab.value, unit) {
        (Some(number), Some((_, unit))) => {
            let at = |name, number: f64| {
                let node = Node::new(name).attribute("value", &decimal(number));
                node.attribute("unit", unit)
            };
            let result = value("IVL_PQ").child(at("center", number));
            let limits = [("L", lab.lln), ("H", lab.uln)];
            let limits = limits.into_iter().filter_map(|(side, limit)| Some((side, limit?)));
            let limits = limits.map(|(side, limit)| {
                let range = classed("observationRange", "OBS")
                    .attribute("moodCode", "EVN.CRT")
                    .child(quantity(&decimal(limit), unit))
                    .child(
                        Node::new("interpretationCode")
                            .attribute("code", side)
                            .attribute("codeSystem", "2.16.840.1.113883.5.83"),
                    );
                typed("referenceRange", "REFV", range)
            });
            Some(node.child(result).all(limits))
        }
        (Some(_), None) => Some(node.child(text_value("ED", &result_text(writing, lab)?))),
        (None, _) => {
            let written = result_text(writing, lab)?;
            Some(node.child(text_value("ED", &written)))
        }
    }
}

/// A result in words: number, unit and limits, or what the data say in place of a number; `None` where they say nothing.
pub(super) fn result_text(writing: &Writing<'_>, lab: &Lab) -> Option<String> {
    let Some(number) = lab.value else {
        return writing.source.text(&lab.record, "LBORRES").map(str::to_owned);
    };
    let limits = match (lab.lln, lab.uln) {
        (Some(low), Some(high)) => format!(" (reference range {} to {})", decimal(low), decimal(high)),
        (Some(low), None) => format!(" (lower limit {})", decimal(low)),
        (None, Some(high)) => format!(" (upper limit {})", decimal(high)),
        (None, None) => String::new(),
    };
    let result = format!("{} {}", decimal(number), lab.unit.trim());
    Some(format!("{}{limits}", result.trim()))
}
