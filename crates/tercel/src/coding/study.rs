//! The events of a study with their coding.

use std::collections::BTreeMap;

use super::meddra::Release;
use super::{Coded, Coding, CodingMethod, Recoding, Recorded, fold};
use crate::study::{AdverseEvent, Blocks, Finding, StudyData};

/// What a study's events were coded by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyCoding {
    /// The dictionary.
    pub release: Release,
    /// Events that carry a coding of their own.
    pub study: usize,
    /// Events coded because their term is a lowest level term.
    pub exact: usize,
    /// Events coded by a person's choice.
    pub log: usize,
    /// Events without a coding.
    pub not_coded: usize,
    /// Every choice that took the place of another, in the order made.
    pub recodings: Vec<Recoding>,
}

/// What is recorded of an event's coding.
fn recorded(event: &AdverseEvent) -> Recorded<'_> {
    Recorded {
        verbatim: event.term.trim(),
        llt: present(event.details.lowest_level_term.as_ref()),
        pt: present(event.preferred_term.as_ref()),
        soc: present(event.organ_class.as_ref()),
    }
}

fn present(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// Codes the events of a study where the data leave them uncoded, and adds a finding for each event that is not coded or
/// whose own coding disagrees with the dictionary. Records and all else stay as they are.
pub fn code_study(data: &mut StudyData, coding: &Coding) {
    let mut used = StudyCoding {
        release: coding.meddra.release.clone(),
        study: 0,
        exact: 0,
        log: 0,
        not_coded: 0,
        recodings: coding.log.recodings(),
    };
    for subject in &mut data.subjects {
        for event in &mut subject.adverse_events {
            let coded = coding.code(&recorded(event));
            *match coded.method {
                CodingMethod::Study => &mut used.study,
                CodingMethod::Exact => &mut used.exact,
                CodingMethod::Log => &mut used.log,
                CodingMethod::NotCoded => &mut used.not_coded,
            } += 1;
            let problems = coded.problems.iter();
            data.findings.extend(
                problems.map(|problem| Finding::of(&event.record, problem.field, problem.rule.clone(), Blocks::Export)),
            );
            complete(event, &coded);
        }
    }
    data.coding = Some(used);
}

/// Fills in what the event leaves blank.
fn complete(event: &mut AdverseEvent, coded: &Coded<'_>) {
    let levels = [
        (&mut event.details.lowest_level_term, coded.llt.map(|llt| &llt.name)),
        (&mut event.preferred_term, coded.pt.map(|pt| &pt.name)),
        (&mut event.organ_class, coded.soc.map(|soc| &soc.name)),
    ];
    for (level, name) in levels {
        if level.as_deref().is_none_or(|text| text.trim().is_empty()) {
            *level = name.cloned();
        }
    }
}

/// A verbatim term of a study, with the coding all its events share.
#[derive(Debug, Clone, PartialEq)]
pub struct TermCoding<'c> {
    /// The term as first reported.
    pub term: String,
    /// Number of events.
    pub events: usize,
    /// Lowest level term, preferred term and system organ class as the data carry them.
    pub own: [Option<String>; 3],
    /// Its coding.
    pub coded: Coded<'c>,
}

/// The verbatim terms of a study in order of name, once for each coding that the data carry for them.
pub fn list_terms<'c>(data: &StudyData, coding: &'c Coding) -> Vec<TermCoding<'c>> {
    let mut terms: BTreeMap<(String, [Option<String>; 3]), TermCoding<'c>> = BTreeMap::new();
    let events = data.subjects.iter().flat_map(|subject| &subject.adverse_events);
    for event in events {
        let recorded = recorded(event);
        let own = [recorded.llt, recorded.pt, recorded.soc];
        let term = terms
            .entry((fold(recorded.verbatim), own.map(|level| level.map(fold))))
            .or_insert_with(|| TermCoding {
                term: recorded.verbatim.to_owned(),
                events: 0,
                own: own.map(|level| level.map(str::to_owned)),
                coded: coding.code(&recorded),
            });
        term.events += 1;
    }
    terms.into_values().collect()
}
