//! References that no schema looks for: groups of registry results, objects of a study definition, records behind analysis data.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Document;
use serde_json::Value;
use tercel::language::{Words, both};
use tercel::study::{Finding, Rule};

use super::checks::{Check, of_file};
use super::sdtm::finding;
use super::{Dataset, Standard};
use crate::table::Table;

/// Groups that results of the registry name.
pub fn check_groups(file: &str, bytes: &[u8]) -> Check {
    let mut check = Check {
        what: "Every group that the results name is a group of the document",
        by: "RRSUploadSchema 2017.04.18 of the PRS, which leaves it to the reader".to_owned(),
        looked_at: String::new(),
        findings: Vec::new(),
    };
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let Ok(xml) = Document::parse(text) else {
        // That it is no XML is another check's finding.
        return check;
    };
    let ids: BTreeSet<&str> = xml.descendants().filter_map(|node| node.attribute("id")).collect();
    let is_reference = |name: &str| ["reportingGroupId", "outcomeReportingGroupId"].contains(&name);
    let named = xml.descendants().filter(|node| is_reference(node.tag_name().name()));
    let named: Vec<&str> = named.filter_map(|node| node.text()).map(str::trim).collect();
    let missing = named.iter().filter(|id| !ids.contains(*id));
    check.findings.extend(missing.map(|id| of_file(file, nowhere(id))));
    check.looked_at = format!("{} references in {file}", named.len());
    check
}

fn nowhere(id: &str) -> Words {
    both!("{id} is named and nowhere defined", "引用了{id}，但没有其定义")
}

/// Identifiers and references of a study definition.
pub fn check_definition(file: &str, bytes: &[u8]) -> Check {
    let mut walk = Walk::default();
    if let Ok(definition) = serde_json::from_slice::<Value>(bytes) {
        walk.look(&definition, "");
    }
    let twice = walk.twice.iter().map(|id| both!("{id} stands twice", "{id}出现两次"));
    let wrong = walk.references.iter().filter_map(|(member, id)| {
        let class = walk.objects.get(id).map(String::as_str);
        match (class, referred(member)) {
            (None, _) => Some(nowhere(id)),
            (Some(class), Some(asked)) if class == asked => None,
            (Some(class), _) => Some(both!(
                "{member} names {id}, a {class}",
                "{member}引用了{id}，其类为{class}"
            )),
        }
    });
    Check {
        what: "Every identifier is used once, and every reference is to an object of the class it must be of",
        by: "USDM 4.0".to_owned(),
        looked_at: format!(
            "{} references of {} objects in {file}",
            walk.references.len(),
            walk.objects.len()
        ),
        findings: twice.chain(wrong).map(|text| of_file(file, text)).collect(),
    }
}

/// Every object with its class, and every reference: the class and member it stands in, and the identifier it names.
#[derive(Default)]
struct Walk {
    objects: BTreeMap<String, String>,
    twice: Vec<String>,
    references: Vec<(String, String)>,
}

impl Walk {
    fn look(&mut self, value: &Value, inside: &str) {
        match value {
            Value::Object(members) => {
                let class = members.get("instanceType").and_then(Value::as_str);
                let class = class.unwrap_or(inside).to_owned();
                let id = members.get("id").and_then(Value::as_str);
                if let Some(id) = id.filter(|id| self.objects.insert((*id).to_owned(), class.clone()).is_some()) {
                    self.twice.push(id.to_owned());
                }
                for (key, member) in members.iter().filter(|(key, _)| *key != "id") {
                    if key.ends_with("Id") || key.ends_with("Ids") {
                        let named = member.as_array().cloned().unwrap_or_else(|| vec![member.clone()]);
                        let named = named.iter().filter_map(Value::as_str);
                        let named = named.map(|id| (format!("{class}.{key}"), id.to_owned()));
                        self.references.extend(named);
                    } else {
                        self.look(member, &class);
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|element| self.look(element, inside)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// The class that a reference must be to; nothing of a member that nobody has said it of.
fn referred(member: &str) -> Option<&'static str> {
    Some(match member {
        "StudyIdentifier.scopeId" | "StudyRole.organizationIds" => "Organization",
        "StudyRole.appliesToIds" => "StudyVersion",
        "StudyCell.armId" => "StudyArm",
        "StudyCell.epochId" | "ScheduledActivityInstance.epochId" | "StudyEpoch.previousId" | "StudyEpoch.nextId" => {
            "StudyEpoch"
        }
        "StudyCell.elementIds" => "StudyElement",
        "StudyElement.studyInterventionIds"
        | "InterventionalStudyDesign.studyInterventionIds"
        | "Estimand.interventionIds"
        | "Procedure.studyInterventionId" => "StudyIntervention",
        "Encounter.scheduledAtId" => "Timing",
        "Encounter.previousId" | "Encounter.nextId" | "ScheduledActivityInstance.encounterId" => "Encounter",
        "Activity.previousId" | "Activity.nextId" | "ScheduledActivityInstance.activityIds" => "Activity",
        "Activity.bcSurrogateIds" => "BiomedicalConceptSurrogate",
        "ScheduleTimeline.entryId"
        | "ScheduledActivityInstance.defaultConditionId"
        | "Timing.relativeFromScheduledInstanceId"
        | "Timing.relativeToScheduledInstanceId" => "ScheduledActivityInstance",
        "ScheduledActivityInstance.timelineExitId" => "ScheduleTimelineExit",
        "EligibilityCriterion.criterionItemId" => "EligibilityCriterionItem",
        "EligibilityCriterion.previousId" | "EligibilityCriterion.nextId" | "StudyDesignPopulation.criterionIds" => {
            "EligibilityCriterion"
        }
        "Administration.administrableProductId" => "AdministrableProduct",
        "Estimand.analysisPopulationId" => "AnalysisPopulation",
        "Estimand.variableOfInterestId" => "Endpoint",
        _ => return None,
    })
}

/// The records that analysis data name, in the tabulation data they were made from.
pub fn check_sources(analysis: &[Dataset], tabulation: &[Dataset]) -> Check {
    let records: BTreeSet<String> = tabulation.iter().flat_map(|dataset| recorded(&dataset.table)).collect();
    let (mut looked, mut findings) = (0, Vec::new());
    for dataset in analysis.iter().filter(|dataset| dataset.standard == Standard::Adam) {
        for (row, field, record) in named(&dataset.table) {
            looked += 1;
            if !records.contains(&record) {
                findings.push(missing(dataset, row, &field, &record));
            }
        }
    }
    Check {
        what: "Every record that an analysis value was made from is in the tabulation data",
        by: "the SDTM datasets of the same export".to_owned(),
        looked_at: format!("{looked} pointers (SRCDOM with SRCSEQ, SRCRECS)"),
        findings,
    }
}

fn missing(dataset: &Dataset, row: usize, field: &str, record: &str) -> Finding {
    let text = both!(
        "{record} is no record of the tabulation data",
        "列表数据中没有记录{record}"
    );
    finding(dataset, Some(row), field, Rule::Disagree(text))
}

/// Every record of a dataset as pointers name it; the row of a subject in `DM` is its first, and numbers that the guide has no
/// variable for (`SVSEQ`) stand in the qualifiers.
fn recorded(table: &Table) -> Vec<String> {
    let Some(subject) = table.column("USUBJID") else {
        return Vec::new();
    };
    if let Some(domain) = table.name.strip_prefix("SUPP") {
        let (name, value) = (table.column("QNAM"), table.column("QVAL"));
        let cell = |row: usize, at: Option<usize>| at.map_or("", |at| table.cell(row, at));
        let numbers = (0..table.len()).filter(|row| cell(*row, name).strip_prefix(domain) == Some("SEQ"));
        let numbers = numbers.map(|row| format!("{domain}/{}/{}", table.cell(row, subject), cell(row, value)));
        return numbers.collect();
    }
    let sequence = table.column(&format!("{}SEQ", table.name));
    let number = |row: usize| match sequence {
        Some(at) => table.cell(row, at).to_owned(),
        None if table.name == "DM" => "1".to_owned(),
        None => String::new(),
    };
    let rows = 0..table.len();
    rows.map(|row| format!("{}/{}/{}", table.name, table.cell(row, subject), number(row)))
        .collect()
}

/// Every pointer of an analysis dataset: row, variable, record.
fn named(table: &Table) -> Vec<(usize, String, String)> {
    let cell = |row: usize, name: &str| table.column(name).map_or("", |at| table.cell(row, at));
    let lists: Vec<(usize, &String)> = table
        .columns()
        .iter()
        .enumerate()
        .filter(|(_, name)| name.starts_with("SRCREC"))
        .collect();
    let mut found = Vec::new();
    for row in 0..table.len() {
        let (domain, number) = (cell(row, "SRCDOM"), cell(row, "SRCSEQ"));
        if !number.is_empty() {
            let record = format!("{domain}/{}/{number}", cell(row, "USUBJID"));
            found.push((row, "SRCSEQ".to_owned(), record));
        }
        for (at, name) in &lists {
            let records = table.cell(row, *at).split_whitespace();
            found.extend(records.map(|record| (row, (*name).clone(), record.to_owned())));
        }
    }
    found
}
