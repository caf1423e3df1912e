//! Section E: the reactions of a report.

use tercel::coding::Recorded;
use tercel::study::{AdverseEvent, EventOutcome, SeriousCriteria};

use super::Writing;
use super::case::{Case, Reaction};
use super::element::{
    MeddraTerm, classed, coded_value, country, event, flag, instance, interval, list, meddra, no_flag, observation,
    own_id, typed, value,
};
use super::message::report_country;
use crate::xml::Node;

/// Longest term as reported (E.i.1.1a).
pub(super) const MAX_TERM: usize = 250;

/// Says whether a criterion is met.
type Criterion = fn(&SeriousCriteria) -> Option<bool>;

/// Criteria of seriousness in the order of E.i.3.2, by their observation.
const CRITERIA: [(&str, Criterion); 6] = [
    ("34", |criteria| criteria.death),
    ("21", |criteria| criteria.life_threatening),
    ("33", |criteria| criteria.hospitalisation),
    ("35", |criteria| criteria.disability),
    ("12", |criteria| criteria.congenital),
    ("26", |criteria| criteria.important),
];

/// The reaction's identifier within the message.
pub(super) fn reaction_uuid(writing: &Writing<'_>, reaction: &Reaction<'_>) -> String {
    let lead = reaction.lead().map(|event| event.record.to_string());
    writing.uuid(&lead.unwrap_or_default())
}

/// A reaction (E.i).
pub(super) fn reaction(writing: &Writing<'_>, case: &Case<'_>, reaction: &Reaction<'_>) -> Node {
    let (lead, last) = (reaction.lead(), reaction.last());
    let term = lead.and_then(|event| meddra_term(writing, event));
    let first = reaction.records().first().copied();
    let began = first.and_then(|event| Some(writing.stamp(event.start?, &event.record, "AESTDTC")));
    let ended = last.and_then(|event| Some(writing.stamp(event.end?, &event.record, "AEENDTC")));
    let mut node = event("observation", "OBS")
        .child(own_id(&reaction_uuid(writing, reaction)))
        .child(super::element::code(list::OBSERVATION, "29"))
        .all(interval(began, ended));
    let reported = lead.map(|event| {
        let text = Node::text("originalText", &event.term);
        match &writing.study.trial.icsr.language {
            Some(language) => text.attribute("language", language),
            None => text,
        }
    });
    node = node.child(meddra(value("CE"), term.as_ref()).all(reported));
    if let Some(two) = report_country(writing, case) {
        let place = instance("locatedPlace", "COUNTRY").child(country(&two));
        node = node.child(typed("location", "LOC", classed("locatedEntity", "LOCE").child(place)));
    }
    for (what, criterion) in CRITERIA {
        // A criterion that is not met is written as no information: the list of E.i.3.2 has no "false".
        let met = if reaction.meets(criterion) {
            flag(true)
        } else {
            no_flag("NI")
        };
        node = node.child(typed("outboundRelationship2", "PERT", observation(what, met)));
    }
    let outcome = last.map_or("0", |event| outcome(writing, event).0);
    let outcome = observation("27", coded_value(list::OUTCOME, outcome));
    node = node.child(typed("outboundRelationship2", "PERT", outcome));
    typed("subjectOf2", "SBJ", node)
}

/// How an event stands by E.i.7: code, and the words of the narrative. Finer than the typed outcome where the data say more.
pub(super) fn outcome(writing: &Writing<'_>, event: &AdverseEvent) -> (&'static str, &'static str) {
    let written = writing.source.text(&event.record, "AEOUT").unwrap_or_default();
    match (event.outcome, written.to_uppercase().as_str()) {
        (EventOutcome::Recovered, "RECOVERED/RESOLVED WITH SEQUELAE") => ("4", "recovered with sequelae"),
        (EventOutcome::Recovered, _) => ("1", "recovered"),
        (EventOutcome::Ongoing, "RECOVERING/RESOLVING") => ("2", "recovering"),
        (EventOutcome::Ongoing, _) => ("3", "not recovered"),
        (EventOutcome::Fatal, _) => ("5", "fatal"),
        (EventOutcome::Unknown, _) => ("0", "unknown"),
    }
}

/// The lowest level term of an event: by the sponsor's dictionary, else as the data code it.
pub(super) fn meddra_term(writing: &Writing<'_>, event: &AdverseEvent) -> Option<MeddraTerm> {
    if let Some(coding) = writing.study.coding {
        let text = |text: &'_ Option<String>| {
            text.as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let (llt, pt, soc) = (
            text(&event.details.lowest_level_term),
            text(&event.preferred_term),
            text(&event.organ_class),
        );
        let coded = coding.code(&Recorded {
            verbatim: event.term.trim(),
            llt: llt.as_deref(),
            pt: pt.as_deref(),
            soc: soc.as_deref(),
        });
        // Every preferred term is a lowest level term of the same code too.
        let of_pt = || coded.pt.and_then(|pt| coding.meddra.llt(pt.code));
        let llt = coded.llt.or_else(of_pt)?;
        return Some(MeddraTerm {
            code: llt.code.0.to_string(),
            version: coding.meddra.release.version.clone(),
        });
    }
    let code = writing.source.text(&event.record, "AELLTCD")?;
    let code = code.strip_suffix(".0").unwrap_or(code);
    let fits = code.len() == 8 && code.bytes().all(|digit| digit.is_ascii_digit());
    let version = writing.study.trial.coding.meddra_version.clone()?;
    fits.then(|| MeddraTerm {
        code: code.to_owned(),
        version,
    })
}
