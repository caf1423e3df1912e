//! The relation of a drug or another cause to an event, in the word of who judged it (G.k.9.i.2.r.3).

use tercel::protocol::Relatedness;
use tercel::study::AdverseEvent;

use super::Writing;
use super::case::Reaction;

/// A judgement that an event may carry.
#[derive(Clone, Copy)]
pub(super) struct Judged {
    /// The variable that holds it.
    variable: &'static str,
    pub(super) of: fn(&AdverseEvent) -> Option<Relatedness>,
}

pub(super) const TO_CELLS: Judged = Judged {
    variable: "AEREL",
    of: |event| event.causality.infusion,
};
pub(super) const TO_LYMPHODEPLETION: Judged = Judged {
    variable: "AERELLD",
    of: |event| event.causality.lymphodepletion,
};
pub(super) const TO_COLLECTION: Judged = Judged {
    variable: "AERELCOL",
    of: |event| event.causality.collection,
};
pub(super) const TO_BRIDGING: Judged = Judged {
    variable: "AERELBRG",
    of: |event| event.causality.bridging,
};
pub(super) const TO_DISEASE: Judged = Judged {
    variable: "AERELDIS",
    of: |event| event.causality.disease,
};
pub(super) const TO_ANOTHER_CAUSE: Judged = Judged {
    variable: "AERELOTH",
    of: |event| event.causality.other,
};
/// The sponsor's, of the cells.
pub(super) const BY_SPONSOR: Judged = Judged {
    variable: "AERELSPN",
    of: |event| event.details.sponsor,
};

/// The strongest relation recorded of a reaction, as it was written. "RELATED" of a scale of two words is not "definite" of one
/// of five; only "yes" and "no", which say nothing without their question, are spelled out.
pub(super) fn word(writing: &Writing<'_>, reaction: &Reaction<'_>, judged: Judged) -> Option<String> {
    let strongest = reaction.relation(judged.of)?;
    let by = reaction
        .records()
        .iter()
        .find(|event| (judged.of)(event) == Some(strongest))?;
    let written = writing.source.text(&by.record, judged.variable);
    Some(match written.map(str::to_lowercase).as_deref() {
        Some("y" | "yes") => "related".to_owned(),
        Some("n" | "no" | "none" | "not") => "not related".to_owned(),
        Some(word) => word.to_owned(),
        None => strongest.name().to_owned(),
    })
}
