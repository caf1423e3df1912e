//! An overall response held against what its evaluator says it is made of.

use std::collections::BTreeSet;

use super::Check;
use crate::language::{Words, both};
use crate::protocol::Trial;
use crate::response::{Criteria, NonTarget, Overall, Target, overall};
use crate::study::{Blocks, Judged, ResponsePart, ResponseRecord, Rule};

const TARGETS: [Option<Target>; 6] = [
    None,
    Some(Target::Cr),
    Some(Target::Pr),
    Some(Target::Sd),
    Some(Target::Pd),
    Some(Target::Ne),
];

const NON_TARGETS: [Option<NonTarget>; 5] = [
    None,
    Some(NonTarget::Cr),
    Some(NonTarget::NonCrNonPd),
    Some(NonTarget::Pd),
    Some(NonTarget::Ne),
];

impl Check<'_> {
    /// An overall response that no reading of the recorded parts gives by the table of the criteria (`eisenhauer2009recist` Tables 1
    /// and 2, which `lencioni2010mrecist` Table 3 and `seymour2017irecist` Table 2 keep). What is not recorded may be anything.
    pub(super) fn response_parts(&mut self, trial: &Trial) {
        let subject = self.subject;
        for response in &subject.responses {
            let same = |part: &&ResponsePart| {
                part.when.day().is_some()
                    && part.when.day() == response.when.day()
                    && part.criteria.eq_ignore_ascii_case(&response.criteria)
            };
            let parts: Vec<&ResponsePart> = subject.response_parts.iter().filter(same).collect();
            if parts.is_empty() || self.was_progression(response, trial) && !is_progression(&parts) {
                continue;
            }
            let given = given_by(&parts);
            if !given.contains(&response.overall.to_string()) {
                let rule = Rule::Disagree(disagreement(response, &parts, &given));
                self.add(&response.record, "RSSTRESC", rule, Blocks::Export);
            }
        }
    }

    /// Whether progression by iRECIST was recorded earlier: then new lesions may stay beside a response, and progression beside parts
    /// that go no further (`seymour2017irecist`, Table 2).
    fn was_progression(&self, response: &ResponseRecord, trial: &Trial) -> bool {
        let mut before = self.subject.responses.iter();
        response.is_by(Criteria::Irecist, trial.response.criteria)
            && before.any(|other| {
                other.criteria == response.criteria
                    && other.overall == Overall::Pd
                    && other.when.order() < response.when.order()
            })
    }
}

/// Whether lesions of the baseline progress.
fn is_progression(parts: &[&ResponsePart]) -> bool {
    parts.iter().any(|part| {
        matches!(
            part.judged,
            Judged::Target(Target::Pd) | Judged::NonTarget(NonTarget::Pd)
        )
    })
}

/// Every overall response that the parts allow.
fn given_by(parts: &[&ResponsePart]) -> BTreeSet<String> {
    let (mut targets, mut non_targets, mut new_lesions) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match part.judged {
            Judged::Target(response) => targets.push(Some(response)),
            Judged::NonTarget(response) => non_targets.push(Some(response)),
            Judged::NewLesions(seen) => new_lesions.push(seen),
        }
    }
    let targets = if targets.is_empty() { &TARGETS[..] } else { &targets };
    let non_targets = if non_targets.is_empty() {
        &NON_TARGETS[..]
    } else {
        &non_targets
    };
    let new_lesions = if new_lesions.is_empty() {
        &[false, true][..]
    } else {
        &new_lesions
    };
    let of_targets = targets
        .iter()
        .flat_map(|target| non_targets.iter().map(move |other| (*target, *other)));
    of_targets
        .flat_map(|(target, other)| {
            new_lesions
                .iter()
                .map(move |seen| overall(target, other, *seen).to_string())
        })
        .collect()
}

fn disagreement(response: &ResponseRecord, parts: &[&ResponsePart], given: &BTreeSet<String>) -> Words {
    let said = parts.iter().copied().map(ResponsePart::words);
    let (en, zh): (Vec<_>, Vec<_>) = said.map(|words| (words.en, words.zh)).unzip();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let (stated, when) = (response.response(), response.when);
    both!(
        "recorded {stated} on {when}, but {en} give {given_en}; review them",
        "{when}记录为{stated}，但{zh}得出{given_zh}；请复核",
        en = en.join(", "),
        zh = zh.join("、"),
        given_en = given.join(" or "),
        given_zh = given.join("或")
    )
}
