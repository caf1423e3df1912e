//! Section G: the product, what was given before it, and what was taken beside it, with the relation of each to the events.

use std::fmt::Write as _;

use tercel::protocol::Cells;
use tercel::study::{Infusion, Medication, MedicationClass, RecordId, Subject, When};

use super::Writing;
use super::case::{Case, Reaction};
use super::element::{
    Stamp, classed, code, coded_value, decimal, event, instance, interval, list, meddra, observation, own_id,
    text_value, typed, value,
};
use super::reaction::reaction_uuid;
use super::relation::{BY_SPONSOR, Judged, TO_BRIDGING, TO_CELLS, TO_LYMPHODEPLETION, word};
use crate::xml::Node;

/// Part in the case (G.k.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Suspect,
    Concomitant,
    /// The product, before it was given.
    NotAdministered,
}

impl Role {
    const fn code(self) -> &'static str {
        match self {
            Self::Suspect => "1",
            Self::Concomitant => "2",
            Self::NotAdministered => "4",
        }
    }
}

/// Judgement of the relation of a drug to an event: who judged, and which it is.
type Judgement = (&'static str, Judged);

/// A drug of a case (G.k).
struct Drug {
    uuid: String,
    role: Role,
    name: String,
    doses: Vec<Node>,
    /// What it was given for.
    indication: Option<String>,
    /// Action taken (G.k.8).
    action: Option<&'static str>,
    judgements: &'static [Judgement],
}

const OF_PRODUCT: &[Judgement] = &[("Investigator", TO_CELLS), ("Sponsor", BY_SPONSOR)];
const OF_LYMPHODEPLETION: &[Judgement] = &[("Investigator", TO_LYMPHODEPLETION)];
const OF_BRIDGING: &[Judgement] = &[("Investigator", TO_BRIDGING)];

/// No data say by which method a relation was judged; the forms ask for the investigator's judgement.
const METHOD: &str = "Judgement, method not recorded";

/// The drugs of a case: what stands with the subject, and what stands beside it.
pub(super) struct Drugs {
    /// The group of G.k, for the subject.
    pub(super) group: Node,
    /// Roles and relations (G.k.1, G.k.9.i.2.r).
    pub(super) assessments: Vec<Node>,
}

/// Every drug of the case.
pub(super) fn drugs(writing: &Writing<'_>, case: &Case<'_>) -> Drugs {
    let mut drugs = vec![product(writing, case)];
    drugs.extend(lymphodepletion(writing, case));
    drugs.extend(medications(writing, case));
    let each = drugs
        .iter()
        .map(|drug| typed("component", "COMP", administration(drug)));
    let group = event("organizer", "CATEGORY").child(code(list::GROUP, "4")).all(each);
    let roles = drugs.iter().map(role_of);
    let relations = drugs.iter().flat_map(|drug| relations(writing, case, drug));
    let assessments = roles
        .chain(relations)
        .map(|node| typed("component", "COMP", node))
        .collect();
    Drugs {
        group: typed("subjectOf2", "SBJ", group),
        assessments,
    }
}

/// The infusions before the last event of the case began; all where no onset is known.
pub(super) fn infusions_before<'a>(case: &Case<'a>) -> Vec<&'a Infusion> {
    let infusions = case.subject.infusions.iter();
    infusions.filter(|infusion| began_before(case, infusion.when)).collect()
}

/// Whether something began by the day on which the last event of the case did.
fn began_before(case: &Case<'_>, when: When) -> bool {
    let onsets: Option<Vec<When>> = case.reactions.iter().map(Reaction::start).collect();
    let last = onsets.and_then(|onsets| onsets.into_iter().map(|onset| onset.date.latest()).max());
    last.is_none_or(|last| when.date.earliest() <= last)
}

fn product(writing: &Writing<'_>, case: &Case<'_>) -> Drug {
    let trial = writing.study.trial;
    let given = infusions_before(case);
    let named = given
        .first()
        .and_then(|infusion| variable(writing, &infusion.record, "TRT"));
    let name = named
        .or(trial.names.infusion.first().map(String::as_str))
        .unwrap_or_default();
    let recorded = case
        .records()
        .find_map(|event| action(writing.source.text(&event.record, "AEACN")?));
    // Given once and before the event: there is no dose left to change (G.k.8).
    let over = (given.len() == 1 && case.onset().is_some()).then_some("9");
    Drug {
        uuid: writing.uuid(&format!("{}/product", case.number)),
        role: if given.is_empty() {
            Role::NotAdministered
        } else {
            Role::Suspect
        },
        name: name.to_owned(),
        doses: given
            .iter()
            .map(|infusion| infused(writing, case.subject, infusion))
            .collect(),
        indication: Some(trial.condition.clone()),
        action: recorded.or(over),
        judgements: OF_PRODUCT,
    }
}

/// Code of G.k.8 for what the data say was done with the study treatment.
fn action(written: &str) -> Option<&'static str> {
    Some(match written.to_uppercase().as_str() {
        "DRUG WITHDRAWN" => "1",
        "DOSE REDUCED" => "2",
        "DOSE INCREASED" => "3",
        "DOSE NOT CHANGED" => "4",
        "UNKNOWN" => "0",
        "NOT APPLICABLE" => "9",
        _ => return None,
    })
}

/// An infusion of the product (G.k.4.r): the cells as text.
fn infused(writing: &Writing<'_>, subject: &Subject, infusion: &Infusion) -> Node {
    let text = dose_text(writing, subject, infusion);
    let route = variable(writing, &infusion.record, "ROUTE");
    let lot = variable(writing, &infusion.record, "LOT");
    let when = stamp(writing, infusion.when, &infusion.record, "STDTC");
    dose(Some(&text), interval(Some(when), Some(when)), route, None, lot)
}

/// The cells of an infusion in words.
pub(super) fn dose_text(writing: &Writing<'_>, subject: &Subject, infusion: &Infusion) -> String {
    let group = subject
        .level
        .and_then(|level| writing.study.trial.dose_levels.get(level));
    let planned: Option<Cells> = infusion.planned.or(group.map(|group| group.planned));
    let given = infusion.actual.map_or_else(
        || "number of cells not recorded".to_owned(),
        |cells| format!("{cells} infused"),
    );
    match planned {
        Some(planned) => format!("{given} ({planned} planned)"),
        None => given,
    }
}

/// Agents of lymphodepletion that had begun, each with its days.
fn lymphodepletion(writing: &Writing<'_>, case: &Case<'_>) -> Vec<Drug> {
    let mut drugs: Vec<Drug> = Vec::new();
    let given = case.subject.lymphodepletion.iter();
    for exposure in given.filter(|exposure| began_before(case, exposure.start)) {
        let end = variable(writing, &exposure.record, "ENDTC").and_then(|text| When::parse(text).ok());
        let (quantity, text) = amount(writing, &exposure.record);
        let route = variable(writing, &exposure.record, "ROUTE");
        let node = dose(
            text.as_deref(),
            interval(
                Some(stamp(writing, exposure.start, &exposure.record, "STDTC")),
                end.map(|end| stamp(writing, end, &exposure.record, "ENDTC")),
            ),
            route,
            quantity,
            None,
        );
        if let Some(drug) = drugs.iter_mut().find(|drug| drug.name == exposure.name) {
            drug.doses.push(node);
            continue;
        }
        drugs.push(Drug {
            uuid: writing.uuid(&format!("{}/{}", case.number, exposure.record)),
            role: role(writing, case, TO_LYMPHODEPLETION),
            name: exposure.name.clone(),
            doses: vec![node],
            indication: Some("Lymphodepletion".to_owned()),
            action: None,
            judgements: OF_LYMPHODEPLETION,
        });
    }
    drugs
}

/// Suspect where the relation reaches the protocol's least one, or is not recorded and so cannot be excluded.
fn role(writing: &Writing<'_>, case: &Case<'_>, judged: Judged) -> Role {
    let least = writing.study.trial.safety.relatedness;
    let mut relations = case.reactions.iter().map(|reaction| reaction.relation(judged.of));
    if relations.any(|relation| relation.is_none_or(|relation| relation >= least)) {
        Role::Suspect
    } else {
        Role::Concomitant
    }
}

/// Bridging therapy, and what was taken when the first event began. What began on that day or later may treat the event.
fn medications(writing: &Writing<'_>, case: &Case<'_>) -> Vec<Drug> {
    let onset = case.onset().and_then(When::day);
    let before = |medication: &&Medication| {
        let (Some(onset), Some(start)) = (onset, medication.start) else {
            return false;
        };
        let goes_on = medication.end.is_none_or(|end| end.date.latest() >= onset);
        let bridging = medication.class == MedicationClass::Bridging;
        start.date.latest() < onset && (goes_on || bridging)
    };
    let taken = case.subject.medications.iter().filter(before);
    let drug = |medication: &Medication| {
        let bridging = medication.class == MedicationClass::Bridging;
        let (quantity, text) = amount(writing, &medication.record);
        let route = variable(writing, &medication.record, "ROUTE");
        Drug {
            uuid: writing.uuid(&format!("{}/{}", case.number, medication.record)),
            role: if bridging {
                role(writing, case, TO_BRIDGING)
            } else {
                Role::Concomitant
            },
            name: medication.name.clone(),
            doses: vec![dose(
                text.as_deref(),
                interval(
                    medication
                        .start
                        .map(|start| stamp(writing, start, &medication.record, "STDTC")),
                    medication
                        .end
                        .map(|end| stamp(writing, end, &medication.record, "ENDTC")),
                ),
                route,
                quantity,
                None,
            )],
            indication: variable(writing, &medication.record, "INDC").map(str::to_owned),
            action: None,
            judgements: if bridging { OF_BRIDGING } else { &[] },
        }
    };
    taken.map(drug).collect()
}

/// A variable of the record's dataset: `TRT` is `EXTRT` of `EX`.
fn variable<'w>(writing: &Writing<'w>, record: &RecordId, name: &str) -> Option<&'w str> {
    writing.source.text(record, &format!("{}{name}", record.dataset))
}

/// A moment of a row, with the zone it was written with: `STDTC` is `EXSTDTC` of `EX`.
fn stamp(writing: &Writing<'_>, when: When, record: &RecordId, name: &str) -> Stamp {
    writing.stamp(when, record, &format!("{}{name}", record.dataset))
}

/// Dose and unit of a row: as a quantity where the unit is one of UCUM (G.k.4.r.1), in words otherwise (G.k.4.r.8).
fn amount(writing: &Writing<'_>, record: &RecordId) -> (Option<Node>, Option<String>) {
    let Some(written) = variable(writing, record, "DOSE") else {
        return (None, variable(writing, record, "DOSTXT").map(str::to_owned));
    };
    let unit = variable(writing, record, "DOSU").unwrap_or_default();
    let known = ["g", "mg", "ug", "mg/kg", "mg/m2", "mL"];
    let number = written
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite() && *number >= 0.0);
    let number = number
        .map(decimal)
        .filter(|number| number.len() <= 8 && known.contains(&unit));
    let Some(number) = number else {
        return (None, Some(format!("{written} {unit}").trim().to_owned()));
    };
    let quantity = Node::new("doseQuantity")
        .attribute("value", &number)
        .attribute("unit", unit);
    (Some(quantity), None)
}

fn dose(
    text: Option<&str>,
    when: Option<Node>,
    route: Option<&str>,
    quantity: Option<Node>,
    lot: Option<&str>,
) -> Node {
    let text = text.map(|text| Node::text("text", text));
    let route = route.map(|route| Node::new("routeCode").child(Node::text("originalText", route)));
    let product = lot.map(|lot| {
        let product = instance("productInstanceInstance", "MMAT")
            .child(Node::new("id").attribute("nullFlavor", "NI"))
            .child(Node::text("lotNumberText", lot));
        typed("consumable", "CSM", classed("instanceOfKind", "INST").child(product))
    });
    event("substanceAdministration", "SBADM")
        .all(text)
        .all(when)
        .all(route)
        .all(quantity)
        .all(product)
}

fn administration(drug: &Drug) -> Node {
    let product = classed("kindOfProduct", "MMAT")
        .attribute("determinerCode", "KIND")
        .child(Node::text("name", &drug.name));
    let mut node = event("substanceAdministration", "SBADM")
        .child(own_id(&drug.uuid))
        .child(typed(
            "consumable",
            "CSM",
            classed("instanceOfKind", "INST").child(product),
        ));
    for dose in &drug.doses {
        node = node.child(typed("outboundRelationship2", "COMP", dose.clone()));
    }
    if let Some(indication) = &drug.indication {
        let reported = meddra(value("CE"), None).child(Node::text("originalText", indication));
        let by = classed("assignedEntity", "ASSIGNED").child(code(list::ROLE, "3"));
        let of = event("actReference", "SBADM").child(own_id(&drug.uuid));
        let indication = observation("19", reported)
            .child(typed("performer", "PRF", by))
            .child(typed("outboundRelationship1", "REFR", of));
        node = node.child(typed("inboundRelationship", "RSON", indication));
    }
    if let Some(action) = drug.action {
        let act = event("act", "ACT").child(code(list::ACTION, action));
        node = node.child(typed("inboundRelationship", "CAUS", act));
    }
    node
}

fn product_reference(drug: &Drug) -> Node {
    typed(
        "subject2",
        "SUBJ",
        event("productUseReference", "SBADM").child(own_id(&drug.uuid)),
    )
}

fn role_of(drug: &Drug) -> Node {
    event("causalityAssessment", "OBS")
        .child(code(list::OBSERVATION, "20"))
        .child(coded_value(list::DRUG_ROLE, drug.role.code()))
        .child(product_reference(drug))
}

/// How each judge holds the drug and each event to be related, where that is recorded.
fn relations(writing: &Writing<'_>, case: &Case<'_>, drug: &Drug) -> Vec<Node> {
    let mut nodes = Vec::new();
    if drug.role == Role::NotAdministered {
        return nodes;
    }
    for reaction in &case.reactions {
        let effect = event("adverseEffectReference", "OBS").child(own_id(&reaction_uuid(writing, reaction)));
        for (judge, judged) in drug.judgements {
            let Some(relation) = word(writing, reaction, *judged) else {
                continue;
            };
            let judge = Node::new("code").child(Node::text("originalText", judge));
            let node = event("causalityAssessment", "OBS")
                .child(code(list::OBSERVATION, "39"))
                .child(text_value("ST", &relation))
                .child(Node::new("methodCode").child(Node::text("originalText", METHOD)))
                .child(super::element::author([judge]))
                .child(typed("subject1", "SUBJ", effect.clone()))
                .child(product_reference(drug));
            nodes.push(node);
        }
    }
    nodes
}

/// What was given before the events, for the narrative, a sentence each.
pub(super) fn given_sentences(writing: &Writing<'_>, case: &Case<'_>) -> String {
    let mut text = String::new();
    let agents = case.subject.lymphodepletion.iter();
    let agents: Vec<String> = agents
        .filter(|agent| began_before(case, agent.start))
        .map(|agent| format!("{} on {}", agent.name, agent.start))
        .collect();
    if !agents.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(text, " Lymphodepletion: {}.", agents.join(", "));
    }
    let infusions = infusions_before(case);
    for infusion in &infusions {
        let name = variable(writing, &infusion.record, "TRT").unwrap_or("study treatment");
        let cells = dose_text(writing, case.subject, infusion);
        let _ = write!(text, " Infusion of {name} on {}: {cells}.", infusion.when);
    }
    if infusions.is_empty() {
        text.push_str(" The study treatment had not been infused when the event began.");
    }
    text
}
