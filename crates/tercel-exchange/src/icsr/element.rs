//! The elements that an ICSR is put together from, and the code lists of ICH.

use tercel::study::{PartialDate, When};

use crate::xml::Node;

/// MedDRA.
pub(super) const MEDDRA: &str = "2.16.840.1.113883.6.163";
/// Countries (ISO 3166-1).
pub(super) const COUNTRY: &str = "1.0.3166.1.2.2";

/// Code lists of ICH, by their last number under 2.16.840.1.113883.3.989.2.1.1.
pub(super) mod list {
    pub(in crate::icsr) const MESSAGE_TYPE: u8 = 1;
    pub(in crate::icsr) const REPORT_TYPE: u8 = 2;
    pub(in crate::icsr) const FIRST_SENDER: u8 = 3;
    pub(in crate::icsr) const RECORD_SOURCE: u8 = 4;
    pub(in crate::icsr) const QUALIFICATION: u8 = 6;
    pub(in crate::icsr) const SENDER_TYPE: u8 = 7;
    pub(in crate::icsr) const STUDY_TYPE: u8 = 8;
    pub(in crate::icsr) const OUTCOME: u8 = 11;
    pub(in crate::icsr) const DRUG_ROLE: u8 = 13;
    pub(in crate::icsr) const ACTION: u8 = 15;
    pub(in crate::icsr) const OBSERVATION: u8 = 19;
    pub(in crate::icsr) const GROUP: u8 = 20;
    pub(in crate::icsr) const ROLE: u8 = 21;
    pub(in crate::icsr) const RELATION: u8 = 22;
    pub(in crate::icsr) const CHARACTERISTIC: u8 = 23;
}

/// Identifiers of ICH, by their last number under 2.16.840.1.113883.3.989.2.1.3.
pub(super) fn id(number: u8, extension: Option<&str>) -> Node {
    let id = Node::new("id");
    let id = match extension {
        Some(extension) => id.attribute("extension", extension),
        None => id,
    };
    id.attribute("root", &format!("2.16.840.1.113883.3.989.2.1.3.{number}"))
}

/// An identifier within this message.
pub(super) fn own_id(uuid: &str) -> Node {
    Node::new("id").attribute("root", uuid)
}

/// Version of a code list, as the ICH style sheets for E2B(R3) state them.
const fn version(list: u8) -> &'static str {
    match list {
        list::CHARACTERISTIC => "1.0",
        _ => "2.0",
    }
}

/// With code, code list and its version.
pub(super) fn coded(node: Node, list: u8, code: &str) -> Node {
    node.attribute("code", code)
        .attribute("codeSystem", &format!("2.16.840.1.113883.3.989.2.1.1.{list}"))
        .attribute("codeSystemVersion", version(list))
}

/// `<code>` of a list.
pub(super) fn code(list: u8, code: &str) -> Node {
    coded(Node::new("code"), list, code)
}

/// `<code>` of a country.
pub(super) fn country(two: &str) -> Node {
    Node::new("code")
        .attribute("code", two)
        .attribute("codeSystem", COUNTRY)
}

/// `<value>` of a data type of HL7.
pub(super) fn value(kind: &str) -> Node {
    Node::new("value").attribute("xsi:type", kind)
}

/// `<value>` of a list.
pub(super) fn coded_value(list: u8, code: &str) -> Node {
    coded(value("CE"), list, code)
}

/// `<value>` that holds a text.
pub(super) fn text_value(kind: &str, text: &str) -> Node {
    Node::text("value", text).attribute("xsi:type", kind)
}

/// `<value>` of a yes or no.
pub(super) fn flag(yes: bool) -> Node {
    value("BL").attribute("value", if yes { "true" } else { "false" })
}

/// `<value>` that is not there.
pub(super) fn no_flag(flavour: &str) -> Node {
    value("BL").attribute("nullFlavor", flavour)
}

/// A term of MedDRA, with the text as reported.
pub(super) fn meddra(node: Node, term: Option<&MeddraTerm>) -> Node {
    match term {
        Some(term) => node
            .attribute("code", &term.code)
            .attribute("codeSystem", MEDDRA)
            .attribute("codeSystemVersion", &term.version),
        None => node.attribute("codeSystem", MEDDRA),
    }
}

/// A lowest level term and the version it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MeddraTerm {
    pub(super) code: String,
    pub(super) version: String,
}

/// An element that happened.
pub(super) fn event(name: &'static str, class: &str) -> Node {
    Node::new(name)
        .attribute("classCode", class)
        .attribute("moodCode", "EVN")
}

/// An observation of the list of observations.
pub(super) fn observation(what: &str, value: Node) -> Node {
    event("observation", "OBS")
        .child(code(list::OBSERVATION, what))
        .child(value)
}

/// The same of the report.
pub(super) fn observation_event(what: &str, value: Node) -> Node {
    event("observationEvent", "OBS")
        .child(code(list::OBSERVATION, what))
        .child(value)
}

/// An element that stands in a relation.
pub(super) fn typed(name: &'static str, kind: &str, inside: Node) -> Node {
    Node::new(name).attribute("typeCode", kind).child(inside)
}

/// A class of an entity or role.
pub(super) fn classed(name: &'static str, class: &str) -> Node {
    Node::new(name).attribute("classCode", class)
}

/// An entity that is one and not a kind.
pub(super) fn instance(name: &'static str, class: &str) -> Node {
    classed(name, class).attribute("determinerCode", "INSTANCE")
}

/// An author who is known by what is inside.
pub(super) fn author(inside: impl IntoIterator<Item = Node>) -> Node {
    typed("author", "AUT", classed("assignedEntity", "ASSIGNED").all(inside))
}

/// A moment, with the zone of its clock where the data state one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) when: When,
    /// Minutes by which the clock is ahead of UTC.
    pub(super) ahead: Option<i32>,
}

/// A moment as HL7 writes it, as precise as it was recorded: `202503041330+0800`, `202503041330`, `20250304`, `202503`. A zone
/// belongs to a time of day, and is written only where the data state it.
pub(super) fn moment(stamp: Stamp) -> String {
    match (stamp.when.date, stamp.when.clock) {
        (PartialDate::Year(year), _) => format!("{year:04}"),
        (PartialDate::Month(year, month), _) => format!("{year:04}{month:02}"),
        (PartialDate::Day(day), None) => day.strftime("%Y%m%d").to_string(),
        (PartialDate::Day(day), Some(clock)) => {
            let (hour, minute) = (clock.minutes() / 60, clock.minutes() % 60);
            let zone = stamp.ahead.map_or_else(String::new, |ahead| {
                let sign = if ahead < 0 { '-' } else { '+' };
                format!("{sign}{:02}{:02}", ahead.abs() / 60, ahead.abs() % 60)
            });
            format!("{}{hour:02}{minute:02}{zone}", day.strftime("%Y%m%d"))
        }
    }
}

/// From when until when, where one of the two is known.
pub(super) fn interval(from: Option<Stamp>, until: Option<Stamp>) -> Option<Node> {
    let edge = |name, stamp: Option<Stamp>| stamp.map(|stamp| Node::new(name).attribute("value", &moment(stamp)));
    let edges: Vec<Node> = edge("low", from).into_iter().chain(edge("high", until)).collect();
    if edges.is_empty() {
        return None;
    }
    Some(Node::new("effectiveTime").attribute("xsi:type", "IVL_TS").all(edges))
}

/// A number as it is written, without an exponent.
pub(super) fn decimal(number: f64) -> String {
    format!("{number}")
}
