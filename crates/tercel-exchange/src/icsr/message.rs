//! Sections N and C: the message, the report and its parties.

use jiff::civil::{Date, DateTime};
use tercel::protocol::{Authority, IcsrRules, Trial};
use tercel::safety::required_reports;
use tercel::study::When;

use super::Writing;
use super::case::{Case, Reaction};
use super::drug::drugs;
use super::element::{
    author, classed, code, coded, coded_value, country, event, flag, id, instance, list, no_flag, observation_event,
    typed,
};
use super::narrative::narrative;
use super::patient::{characteristics, linked, person, tests};
use super::reaction::reaction;
use super::source::two_letters;
use crate::xml::Node;

/// The authorities whose reports are expedited; an ethics committee is none.
const AUTHORITIES: [Authority; 3] = [Authority::Fda, Authority::Nmpa, Authority::Eu];

/// Whether the protocol names an authority that reports go to.
pub(super) fn names_authority(trial: &Trial) -> bool {
    trial.safety.reporting.iter().any(|to| AUTHORITIES.contains(to))
}

/// Country the report comes from: of the site as the data have it, else the protocol's.
pub(super) fn report_country(writing: &Writing<'_>, case: &Case<'_>) -> Option<String> {
    let of_site = writing
        .source
        .of_subject(&case.subject.id, "COUNTRY")
        .and_then(two_letters);
    let stated = || two_letters(writing.study.trial.country.as_deref()?);
    of_site.or_else(stated).map(str::to_owned)
}

/// Identifier of the report (C.1.1): country, company, number; the number alone while the other two are not known.
fn report_id(writing: &Writing<'_>, case: &Case<'_>) -> String {
    let icsr = &writing.study.trial.icsr;
    let company = icsr.company.as_ref().or(icsr.organisation.as_ref());
    match (report_country(writing, case), company) {
        // A hyphen in the name could not be told from those between the parts.
        (Some(country), Some(company)) => format!("{country}-{}-{}", company.replace('-', " "), case.number),
        _ => case.number.clone(),
    }
}

/// A time to the second (C.1.2).
fn second(time: DateTime) -> String {
    time.strftime("%Y%m%d%H%M%S").to_string()
}

fn timed(name: &'static str, value: &str) -> Node {
    Node::new(name).attribute("value", value)
}

/// The whole message.
pub(super) fn message(writing: &Writing<'_>, case: &Case<'_>) -> Node {
    let (number, created) = (report_id(writing, case), second(writing.study.created));
    let (sender, receiver) = (writing.sender(), writing.receiver());
    let party = |name, kind, identifier, extension| {
        let device = instance("device", "DEV").child(id(identifier, extension));
        typed(name, kind, device)
    };
    let interaction = |name| {
        Node::new("interactionId")
            .attribute("extension", name)
            .attribute("root", "2.16.840.1.113883.1.6")
    };
    let plain = |name, code| Node::new(name).attribute("code", code);
    let act = classed("controlActProcess", "CACT")
        .attribute("moodCode", "EVN")
        .child(plain("code", "PORR_TE049016UV").attribute("codeSystem", "2.16.840.1.113883.1.18"))
        .child(timed("effectiveTime", &created))
        .child(typed("subject", "SUBJ", report(writing, case, &number)));
    let report = Node::new("PORR_IN049016UV")
        .child(id(1, Some(&number)))
        .child(timed("creationTime", &created))
        .child(interaction("PORR_IN049016UV"))
        .child(plain("processingCode", "P"))
        .child(plain("processingModeCode", "T"))
        .child(plain("acceptAckCode", "AL"))
        .child(party("receiver", "RCV", 12, receiver))
        .child(party("sender", "SND", 11, sender))
        .child(act);
    Node::new("MCCI_IN200100UV01")
        .attribute("xmlns", "urn:hl7-org:v3")
        .attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .attribute("xsi:schemaLocation", "urn:hl7-org:v3 MCCI_IN200100UV01.xsd")
        .attribute("ITSVersion", "XML_1.0")
        .child(id(22, Some(&writing.uuid(&format!("{number}/{created}")))))
        .child(timed("creationTime", &created))
        .child(plain("responseModeCode", "D"))
        .child(interaction("MCCI_IN200100UV01"))
        .child(coded(Node::new("name"), list::MESSAGE_TYPE, "1"))
        .child(report)
        .child(party("receiver", "RCV", 14, receiver))
        .child(party("sender", "SND", 13, sender))
}

/// The report (C.1), with all that belongs to it.
fn report(writing: &Writing<'_>, case: &Case<'_>, number: &str) -> Node {
    let drugs = drugs(writing, case);
    let mut role = classed("primaryRole", "INVSBJ")
        .child(person(writing, case))
        .child(typed("subjectOf1", "SBJ", study(writing.study.trial)))
        .all(characteristics(writing, case));
    for one in &case.reactions {
        role = role.child(reaction(writing, case, one));
    }
    role = role.all(tests(writing, case)).child(drugs.group);
    let assessment = event("adverseEventAssessment", "INVSTG")
        .child(typed("subject1", "SBJ", role))
        .all(drugs.assessments);
    let received = case.received.map(|day| {
        let low = timed("low", &day.strftime("%Y%m%d").to_string());
        Node::new("effectiveTime").child(low)
    });
    let latest = latest(case).map(|day| timed("availabilityTime", &day.strftime("%Y%m%d").to_string()));
    let characteristic = |what, value| {
        let node = event("investigationCharacteristic", "OBS")
            .child(code(list::CHARACTERISTIC, what))
            .child(value);
        typed("subjectOf2", "SUBJ", node)
    };
    event("investigationEvent", "INVSTG")
        .child(id(1, Some(number)))
        .child(id(2, Some(number)))
        .child(
            Node::new("code")
                .attribute("code", "PAT_ADV_EVNT")
                .attribute("codeSystem", "2.16.840.1.113883.5.4"),
        )
        .child(Node::text("text", &narrative(writing, case)))
        .child(Node::new("statusCode").attribute("code", "active"))
        .all(received)
        .all(latest)
        .child(typed("component", "COMP", assessment))
        .child(typed("component", "COMP", observation_event("1", flag(false))))
        .child(typed(
            "component",
            "COMP",
            observation_event("23", expedited(writing.study.trial, case)),
        ))
        .child(related("1", first_sender()))
        .child(reporter(writing, case))
        .all(sender(&writing.study.trial.icsr))
        .child(characteristic("1", coded_value(list::REPORT_TYPE, "2")))
        .child(characteristic("2", no_flag("NI")))
}

/// The last day of anything the report says (C.1.5); what is known to the month names none.
fn latest(case: &Case<'_>) -> Option<Date> {
    let edges = case
        .reactions
        .iter()
        .flat_map(|one: &Reaction<'_>| [one.start(), one.end()]);
    let tests = linked(case).into_iter().map(|lab| Some(lab.when));
    let died = case.subject.died().map(|(when, _)| when);
    let moments = edges.chain(tests).chain([died]).flatten();
    moments.filter_map(When::day).chain(case.received).max()
}

/// Whether any of the events goes to an authority at once (C.1.7).
fn expedited(trial: &Trial, case: &Case<'_>) -> Node {
    if !names_authority(trial) {
        return no_flag("NI");
    }
    let due = case.records().any(|event| {
        let reports = required_reports(trial, event);
        reports.iter().any(|(to, _, _)| AUTHORITIES.contains(to))
    });
    flag(due)
}

fn control_act(inside: Node) -> Node {
    event("controlActEvent", "CACT").child(inside)
}

fn related(what: &str, act: Node) -> Node {
    let investigation = event("relatedInvestigation", "INVSTG")
        .child(code(list::RELATION, what))
        .child(typed("subjectOf2", "SUBJ", act));
    typed("outboundRelationship", "SPRT", investigation)
}

/// The sponsor is no regulator and sends this report first (C.1.8.2).
fn first_sender() -> Node {
    control_act(author([code(list::FIRST_SENDER, "2")]))
}

/// The investigator, whose name the data do not hold (C.2.r).
fn reporter(writing: &Writing<'_>, case: &Case<'_>) -> Node {
    let masked = |name| Node::new(name).attribute("nullFlavor", "MSK");
    let qualified = match writing.study.trial.icsr.reporter {
        Some(reporter) => code(list::QUALIFICATION, reporter.code()),
        None => Node::new("code").attribute("nullFlavor", "UNK"),
    };
    let mut person = instance("assignedPerson", "PSN")
        .child(Node::new("name").child(masked("given")).child(masked("family")))
        .child(classed("asQualifiedEntity", "QUAL").child(qualified));
    if let Some(two) = report_country(writing, case) {
        let place = instance("location", "COUNTRY").child(country(&two));
        person = person.child(classed("asLocatedEntity", "LOCE").child(place));
    }
    let investigation = event("relatedInvestigation", "INVSTG")
        .child(code(list::RELATION, "2"))
        .child(typed("subjectOf2", "SUBJ", control_act(author([person]))));
    Node::new("outboundRelationship")
        .attribute("typeCode", "SPRT")
        .child(timed("priorityNumber", "1"))
        .child(investigation)
}

/// Who sends the report (C.3); nothing where the protocol names nobody.
fn sender(icsr: &IcsrRules) -> Option<Node> {
    if icsr.sender_type.is_none() && icsr.organisation.is_none() {
        return None;
    }
    let contact = &icsr.contact;
    let text = |name, text: &Option<String>| text.as_deref().map(|text| Node::text(name, text));
    let kind = icsr.sender_type.map(|kind| code(list::SENDER_TYPE, kind.code()));
    let parts = [
        text("streetAddressLine", &contact.street),
        text("city", &contact.city),
        text("state", &contact.state),
        text("postalCode", &contact.postcode),
    ];
    let parts: Vec<Node> = parts.into_iter().flatten().collect();
    let address = (!parts.is_empty()).then(|| Node::new("addr").all(parts));
    let reached = [
        ("tel", &contact.telephone),
        ("fax", &contact.fax),
        ("mailto", &contact.email),
    ];
    let reached = reached.into_iter().filter_map(|(scheme, number)| {
        let number = number.as_deref()?;
        Some(timed("telecom", &format!("{scheme}:{number}")))
    });
    let name = [
        text("prefix", &contact.title),
        text("given", &contact.given_name),
        text("family", &contact.family_name),
    ];
    let place = contact.country.as_deref().map(|two| {
        let place = instance("location", "COUNTRY").child(country(two));
        classed("asLocatedEntity", "LOCE").child(place)
    });
    let person = instance("assignedPerson", "PSN")
        .child(Node::new("name").all(name.into_iter().flatten()))
        .all(place);
    let organisation = text("name", &icsr.organisation).map(|name| {
        let organisation = instance("representedOrganization", "ORG").child(name);
        classed("assignedEntity", "ASSIGNED").child(organisation)
    });
    let organisation = instance("representedOrganization", "ORG")
        .all(text("name", &contact.department))
        .all(organisation);
    let inside = kind
        .into_iter()
        .chain(address)
        .chain(reached)
        .chain([person, organisation]);
    Some(typed("subjectOf1", "SUBJ", control_act(author(inside))))
}

/// The study (C.5).
fn study(trial: &Trial) -> Node {
    let registration = trial.registry.as_deref().map(|number| {
        let registration = event("studyRegistration", "ACT").child(id(6, Some(number)));
        typed("authorization", "AUTH", registration)
    });
    event("researchStudy", "CLNTRL")
        .child(id(5, Some(&trial.id)))
        .child(code(list::STUDY_TYPE, "1"))
        .child(Node::text("title", &trial.title))
        .all(registration)
}
