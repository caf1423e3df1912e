//! `[[safety.interest]]`, `safety.reporting`, `[[safety.reference_information]]` and `[coding]` of a protocol file.

use super::file_rules::{events, grade, optional_grade};
use super::reader::{Section, check_unique, nearest};
use super::{Authority, CodingRules, EventClass, Expected, Interest, ReferenceInformation, ReportingTimes};

/// To whom events are reported, and within how many days to the ethics committee; a protocol may name nobody.
pub(super) fn parse_reporting(safety: &Section<'_>) -> Option<(Vec<Authority>, Option<u32>)> {
    let known: Vec<&str> = Authority::NAMES.iter().map(|(name, _)| *name).collect();
    let names = safety.texts_among("reporting", &known);
    let ethics_days = safety.optional_integer("ethics_days", 0..=365);
    let mut authorities = Vec::new();
    for name in names? {
        if let Some((_, authority)) = Authority::NAMES.iter().find(|(known, _)| *known == name) {
            authorities.push(*authority);
        } else {
            let hint = nearest(&name, &known).map_or_else(
                || format!("one of \"{}\"", known.join("\", \"")),
                |near| format!("\"{near}\""),
            );
            let message = format!("no authority is called \"{name}\"");
            safety.log().add(&safety.span_of("reporting"), message, hint);
        }
    }
    let to_committee = authorities.contains(&Authority::EthicsCommittee);
    if to_committee && ethics_days.is_none() {
        let message = "reports go to the ethics committee, but `safety.ethics_days` is missing";
        let place = safety.span_of("reporting");
        safety.log().add_missing(&place, message, "ethics_days = 1");
    }
    if !to_committee && ethics_days.is_some() {
        let message = "`safety.ethics_days` is set, but no report goes to the ethics committee";
        let hint = "reporting = [\"ethics committee\"], or no ethics_days";
        safety.log().add(&safety.span_of("ethics_days"), message, hint);
    }
    Some((authorities, ethics_days))
}

/// Within what time reports are due: what the protocol states, otherwise what is usual.
pub(super) fn parse_times(safety: &Section<'_>) -> ReportingTimes {
    let usual = ReportingTimes::USUAL;
    let days = |key: &'static str, usual: u32| safety.optional_integer(key, 1..=365).unwrap_or(usual);
    let times = ReportingTimes {
        investigator_hours: safety
            .optional_integer("investigator_hours", 1..=720)
            .unwrap_or(usual.investigator_hours),
        urgent_days: days("urgent_days", usual.urgent_days),
        urgent_complete_days: days("urgent_complete_days", usual.urgent_complete_days),
        other_days: days("other_days", usual.other_days),
        follow_up_days: days("follow_up_days", usual.follow_up_days),
    };
    if times.urgent_complete_days < times.urgent_days {
        let message = "the complete report would be due before the first one";
        let place = safety.span_of("urgent_complete_days");
        let hint = format!("urgent_complete_days = {} or more", times.urgent_days);
        safety.log().add(&place, message, hint);
    }
    times
}

/// The dictionary adverse events are coded by; a protocol may name none.
pub(super) fn parse_coding(root: &Section<'_>) -> CodingRules {
    let Some(section) = root.optional_section("coding") else {
        return CodingRules::default();
    };
    let meddra = section.optional_text("meddra");
    let meddra_version = section.optional_text("meddra_version");
    section.finish();
    CodingRules { meddra, meddra_version }
}

/// Versions of the reference safety information.
pub(super) fn parse_reference_information(safety: &Section<'_>) -> Option<Vec<ReferenceInformation>> {
    let sections = safety.sections("reference_information");
    check_unique(&sections, "version");
    let versions: Vec<Option<ReferenceInformation>> = sections.iter().map(parse_version).collect();
    versions.into_iter().collect()
}

fn parse_version(section: &Section<'_>) -> Option<ReferenceInformation> {
    let version = section.text("version", "\"Investigator's brochure 1.0\"");
    let from = section.date("from", "2025-01-01");
    let expected: Vec<Option<Expected>> = section
        .sections("expected")
        .iter()
        .map(|expected| {
            let terms = expected.some_texts("terms", "[\"Cytokine release syndrome\"]");
            let grade_max = grade(expected, "grade_max");
            expected.finish();
            Some(Expected {
                terms: terms?,
                grade_max: grade_max?,
            })
        })
        .collect();
    section.finish();
    Some(ReferenceInformation {
        version: version?,
        from: from?,
        expected: expected.into_iter().collect::<Option<_>>()?,
    })
}

/// The kinds of event of special interest; a protocol may name none.
pub(super) fn parse_interest(safety: &Section<'_>, classes: Option<&[EventClass]>) -> Option<Vec<Interest>> {
    let sections = safety.sections("interest");
    check_unique(&sections, "id");
    let kinds: Vec<Option<Interest>> = sections.iter().map(|section| parse_kind(section, classes)).collect();
    kinds.into_iter().collect()
}

fn parse_kind(section: &Section<'_>, classes: Option<&[EventClass]>) -> Option<Interest> {
    let id = section.text("id", "\"crs\"");
    let label = section.text("label", "\"Cytokine release syndrome\"");
    let events = events(section, classes);
    let grade_min = optional_grade(section, "grade_min");
    let present_on_day = section.optional_integer("present_on_day", 1..=365);
    section.finish();
    Some(Interest {
        id: id?,
        label: label?,
        events: events?,
        grade_min,
        present_on_day,
    })
}
