//! The registration of a study as the registry takes it: `ProtocolRecordSchema.xsd`, version 2018.05.08.
//!
//! What the protocol states comes from the protocol: titles, dose groups, outcomes, limits of age. All else comes from the
//! registry record, where there is one. What neither states is left out, or where the schema does not let it, filled with
//! the registry's word for none, and named in [`ProtocolRecord::not_stated`].

mod arms;
mod contacts;
mod design;
mod eligibility;
mod words;

use serde_json::Value;
use tercel::protocol::{OutcomeKind, Trial};

use super::cursor::At;
use super::{Form, Kind, Record, RegistryError, json, parse_record};
use crate::xml::{Node, to_xml};

/// A registration and what it lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolRecord {
    /// The document.
    pub xml: String,
    /// What neither the protocol nor the record states, a sentence each.
    pub not_stated: Vec<&'static str>,
}

/// What a registration is made of.
struct Source<'s> {
    trial: Option<&'s Trial>,
    record: Option<Record>,
    /// The protocol section of the record, where it is JSON.
    section: Option<At<'s>>,
    not_stated: Vec<&'static str>,
}

type Read<T> = Result<T, RegistryError>;

impl Source<'_> {
    /// A text of the record, by its keys under `protocolSection`.
    fn text(&self, keys: &[&str]) -> Read<Option<String>> {
        let Some((last, path)) = keys.split_last() else {
            return Ok(None);
        };
        match self.at(path)? {
            Some(at) => at.text(last),
            None => Ok(None),
        }
    }

    fn at(&self, keys: &[&str]) -> Read<Option<At<'_>>> {
        self.section.as_ref().map_or(Ok(None), |section| section.at(keys))
    }

    /// The elements of a list of the record.
    fn list(&self, keys: &[&str]) -> Read<Vec<At<'_>>> {
        let Some((last, path)) = keys.split_last() else {
            return Ok(Vec::new());
        };
        self.at(path)?.map_or_else(|| Ok(Vec::new()), |at| at.list(last))
    }

    fn texts(&self, keys: &[&str]) -> Read<Vec<String>> {
        self.list(keys)?.iter().map(At::own_text).collect()
    }

    /// A text that the record states as yes or no.
    fn yes_no(&self, keys: &[&str]) -> Read<Option<&'static str>> {
        let Some((last, path)) = keys.split_last() else {
            return Ok(None);
        };
        let flag = self.at(path)?.map_or(Ok(None), |at| at.flag(last))?;
        Ok(flag.map(words::yes_no))
    }

    /// The text, or what stands for none, which is then named.
    fn or_say(&mut self, text: Option<String>, none: &str, what: &'static str) -> String {
        text.unwrap_or_else(|| {
            self.not_stated.push(what);
            none.to_owned()
        })
    }
}

/// The registration of a study, of its protocol, its registry record, or both. `record` holds the bytes of a record in
/// any form that [`parse_record`] reads; `nct` chooses one of several studies in it.
pub fn write_protocol_record(
    trial: Option<&Trial>,
    record: Option<&[u8]>,
    nct: Option<&str>,
) -> Result<ProtocolRecord, RegistryError> {
    let parsed = record.map(|bytes| parse_record(bytes, nct)).transpose()?;
    let is_json = parsed.as_ref().is_some_and(|record| record.form == Form::Json);
    let study: Option<Value> = match record.filter(|_| is_json) {
        Some(bytes) => Some(json::parse_value(bytes, nct)?),
        None => None,
    };
    let section = study
        .as_ref()
        .map(|study| At::root(study).get("protocolSection"))
        .transpose()?;
    let mut source = Source {
        trial,
        record: parsed,
        section: section.flatten(),
        not_stated: Vec::new(),
    };
    let study = study_node(&mut source)?;
    let root = Node::new("prs:study_collection")
        .attribute("xmlns:prs", "http://clinicaltrials.gov/prs")
        .child(study);
    Ok(ProtocolRecord {
        xml: to_xml(&root),
        not_stated: source.not_stated,
    })
}

fn study_node(source: &mut Source<'_>) -> Read<Node> {
    let official = source
        .trial
        .map(|trial| trial.title.clone())
        .or_else(|| text_of(source, |record| &record.official_title));
    let brief = text_of(source, |record| &record.brief_title).or_else(|| official.clone());
    let summaries = source
        .record
        .as_ref()
        .map(|record| record.summaries.clone())
        .unwrap_or_default();
    let mut summaries = summaries.into_iter();
    let (summary, detail) = (summaries.next(), summaries.next());
    if summary.as_ref().is_none_or(String::is_empty) {
        source.not_stated.push("no brief summary is stated");
    }
    let status = source.text(&["statusModule", "overallStatus"])?;
    let status = status.map(|word| words::status(&word));
    if status.is_none() {
        source.not_stated.push("no recruitment status is stated");
    }
    let enrolled = ["designModule", "enrollmentInfo"];
    let node = Node::new("clinical_study")
        .child(id_info(source)?)
        .maybe("brief_title", brief.as_deref())
        .maybe("acronym", source.text(&["identificationModule", "acronym"])?.as_deref())
        .maybe("official_title", official.as_deref())
        .all(contacts::sponsors(source)?)
        .all(design::oversight(source)?)
        .all(block("brief_summary", summary.as_deref()))
        .all(block("detailed_description", detail.as_deref()))
        .maybe("overall_status", status.as_deref())
        .maybe("why_stopped", source.text(&["statusModule", "whyStopped"])?.as_deref())
        .maybe(
            "verification_date",
            source.text(&["statusModule", "statusVerifiedDate"])?.as_deref(),
        )
        .all(dates(source)?)
        .child(design::study_design(source)?)
        .all(outcomes(source))
        .maybe(
            "enrollment",
            source.text(&[&enrolled[..], &["count"]].concat())?.as_deref(),
        )
        .maybe(
            "enrollment_type",
            source
                .text(&[&enrolled[..], &["type"]].concat())?
                .map(|word| words::date_type(&word))
                .as_deref(),
        )
        .all(conditions(source).iter().map(|text| Node::text("condition", text)))
        .all(
            source
                .texts(&["conditionsModule", "keywords"])?
                .iter()
                .map(|text| Node::text("keyword", text)),
        )
        .all(arms::arm_groups(source)?)
        .all(arms::interventions(source)?);
    Ok(node
        .child(eligibility::eligibility(source)?)
        .all(contacts::officials(source)?)
        .all(contacts::central(source)?)
        .all(contacts::locations(source)?))
}

/// A text of the record, where it has one.
fn text_of(source: &Source<'_>, of: impl Fn(&Record) -> &String) -> Option<String> {
    let text = source.record.as_ref().map(of).filter(|text| !text.trim().is_empty());
    text.cloned()
}

/// A text in the block that the registry wraps long texts in.
fn block(name: &'static str, text: Option<&str>) -> Option<Node> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    Some(Node::new(name).child(Node::text("textblock", text)))
}

fn id_info(source: &mut Source<'_>) -> Read<Node> {
    let organisation = source.text(&["identificationModule", "organization", "fullName"])?;
    let organisation = source.or_say(organisation, "", "no organisation that registers is stated");
    let own = source
        .record
        .as_ref()
        .and_then(|record| record.org_id.clone())
        .or_else(|| source.trial.map(|trial| trial.id.clone()));
    let own = source.or_say(own, "", "no protocol identifier of the sponsor is stated");
    let mut node = Node::new("id_info")
        .child(Node::text("org_name", &organisation))
        .child(Node::text("org_study_id", &own));
    for other in source.list(&["identificationModule", "secondaryIdInfos"])? {
        node = node.child(
            Node::new("secondary_id")
                .child(Node::text("id", &other.word("id")?))
                .maybe(
                    "id_type",
                    other.text("type")?.map(|word| words::id_type(&word)).as_deref(),
                )
                .maybe("id_domain", other.text("domain")?.as_deref()),
        );
    }
    // Another registry's number; the registry's own is no secondary identifier.
    let registry = source.trial.and_then(|trial| trial.registry.as_deref());
    if let Some(number) = registry.filter(|number| !number.to_uppercase().starts_with("NCT")) {
        node = node.child(
            Node::new("secondary_id")
                .child(Node::text("id", number))
                .child(Node::text("id_type", "Registry Identifier")),
        );
    }
    Ok(node)
}

fn dates(source: &Source<'_>) -> Read<Vec<Node>> {
    let mut nodes = Vec::new();
    for (key, date, kind) in [
        ("startDateStruct", "start_date", "start_date_type"),
        (
            "completionDateStruct",
            "last_follow_up_date",
            "last_follow_up_date_type",
        ),
        (
            "primaryCompletionDateStruct",
            "primary_compl_date",
            "primary_compl_date_type",
        ),
    ] {
        let Some(at) = source.at(&["statusModule", key])? else {
            continue;
        };
        if let Some(day) = at.text("date")? {
            nodes.push(Node::text(date, &day));
            let stated = at.text("type")?.map(|word| words::date_type(&word));
            nodes.extend(stated.map(|word| Node::text(kind, &word)));
        }
    }
    Ok(nodes)
}

fn conditions(source: &Source<'_>) -> Vec<String> {
    let recorded = source
        .record
        .as_ref()
        .map(|record| record.conditions.clone())
        .unwrap_or_default();
    if recorded.is_empty() {
        source.trial.map(|trial| trial.condition.clone()).into_iter().collect()
    } else {
        recorded
    }
}

/// Outcomes of the protocol with their definitions; without a protocol those of the record.
fn outcomes(source: &Source<'_>) -> Vec<Node> {
    let node = |name, measure: &str, frame: &str, description: &str| {
        Node::new(name)
            .child(Node::text("outcome_measure", measure))
            .maybe("outcome_time_frame", Some(frame))
            .all(block("outcome_description", Some(description)))
    };
    let names = ["primary_outcome", "secondary_outcome", "other_outcome"];
    if let Some(trial) = source.trial {
        let ranks = [OutcomeKind::Primary, OutcomeKind::Secondary, OutcomeKind::Other];
        let of_rank = names.iter().zip(ranks).flat_map(|(name, rank)| {
            let own = trial.outcomes.iter().filter(move |outcome| outcome.kind == rank);
            own.map(|one| node(name, &one.measure, &one.time_frame, &one.definition))
        });
        return of_rank.collect();
    }
    let recorded = source
        .record
        .as_ref()
        .map_or(&[][..], |record| record.outcomes.as_slice());
    let ranks = [Kind::Primary, Kind::Secondary, Kind::Other];
    let of_rank = names.iter().zip(ranks).flat_map(|(name, rank)| {
        let own = recorded.iter().filter(move |outcome| outcome.kind == rank);
        own.map(|one| node(name, &one.measure, &one.time_frame, &one.description))
    });
    of_rank.collect()
}
