//! The study definition: every identifier once, every reference to something, chains whole, and the protocol's own words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use tercel::protocol::{Trial, VisitTime, parse_protocol};
use tercel_exchange::registry::{draft_protocol, parse_record};
use tercel_exchange::usdm::{USDM_VERSION, write_usdm};

fn trial(name: &str) -> Trial {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials");
    let text = fs::read_to_string(root.join(name).join("protocol.toml")).unwrap();
    parse_protocol("protocol.toml", &text).unwrap()
}

/// The drafts of records of other studies: no visits of their own, doses unknown, other outcomes.
fn drafts() -> Vec<Trial> {
    let records = ["NCT05366179", "NCT05515185", "NCT06646627"].map(|nct| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/registry/{nct}.json"));
        let draft = draft_protocol(&parse_record(&fs::read(path).unwrap(), None).unwrap());
        parse_protocol("protocol.toml", &draft.protocol).unwrap()
    });
    records.into()
}

fn trials() -> Vec<Trial> {
    let mut trials = vec![trial("il1rap-hcc"), trial("gbm-car-t")];
    trials.extend(drafts());
    trials
}

fn definition(trial: &Trial) -> Value {
    serde_json::from_str(&write_usdm(trial)).unwrap()
}

/// Every object with its class, and every reference: the class and member it stands in, and the identifier it names.
#[derive(Default)]
struct Walk {
    objects: BTreeMap<String, String>,
    twice: Vec<String>,
    references: Vec<(String, String)>,
}

impl Walk {
    fn of(definition: &Value) -> Self {
        let mut walk = Self::default();
        walk.look(definition, "");
        walk
    }

    fn look(&mut self, value: &Value, inside: &str) {
        match value {
            Value::Object(members) => {
                let class = members
                    .get("instanceType")
                    .and_then(Value::as_str)
                    .unwrap_or(inside)
                    .to_owned();
                let id = members.get("id").and_then(Value::as_str);
                if let Some(id) = id.filter(|id| self.objects.insert((*id).to_owned(), class.clone()).is_some()) {
                    self.twice.push(id.to_owned());
                }
                for (key, member) in members {
                    if key == "id" {
                        continue;
                    }
                    if key.ends_with("Id") || key.ends_with("Ids") {
                        let named = member.as_array().cloned().unwrap_or_else(|| vec![member.clone()]);
                        let named = named.iter().filter_map(Value::as_str);
                        self.references
                            .extend(named.map(|id| (format!("{class}.{key}"), id.to_owned())));
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

/// The class that a reference must be to.
fn referred(member: &str) -> &'static str {
    match member {
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
        other => panic!("nobody says what {other} refers to"),
    }
}

#[test]
fn every_identifier_is_used_once_and_every_reference_is_to_the_class_it_must_be() {
    for trial in trials() {
        let walk = Walk::of(&definition(&trial));
        assert_eq!(walk.twice, Vec::<String>::new(), "{}", trial.id);
        assert!(walk.references.len() > 20);
        for (member, id) in &walk.references {
            let class = walk.objects.get(id).map(String::as_str);
            assert_eq!(class, Some(referred(member)), "{member} names {id} in {}", trial.id);
        }
    }
}

/// Whether a list is a chain in its own order.
fn is_chain(list: &Value, previous: &str, next: &str) -> bool {
    let list = list.as_array().unwrap();
    (0..list.len()).all(|place| {
        let before = place
            .checked_sub(1)
            .map_or(Value::Null, |before| list[before]["id"].clone());
        let after = list.get(place + 1).map_or(Value::Null, |after| after["id"].clone());
        (previous.is_empty() || list[place][previous] == before) && list[place][next] == after
    })
}

#[test]
fn chains_are_whole_and_the_timeline_runs_from_its_entry_to_its_exit() {
    for trial in trials() {
        let definition = definition(&trial);
        let design = &definition["study"]["versions"][0]["studyDesigns"][0];
        for list in ["epochs", "encounters", "activities", "eligibilityCriteria"] {
            assert!(
                is_chain(&design[list], "previousId", "nextId"),
                "{list} of {}",
                trial.id
            );
        }
        let timeline = &design["scheduleTimelines"][0];
        let instances = timeline["instances"].as_array().unwrap();
        assert!(is_chain(&timeline["instances"], "", "defaultConditionId"));
        assert_eq!(timeline["entryId"], instances[0]["id"]);
        let exits: Vec<_> = instances
            .iter()
            .filter(|one| !one["timelineExitId"].is_null())
            .collect();
        assert_eq!(exits, [instances.last().unwrap()]);
        let fixed: Vec<_> = timeline["timings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["type"]["code"] == "C201358")
            .collect();
        assert_eq!(fixed.len(), 1, "one infusion in {}", trial.id);
    }
}

#[test]
fn every_cell_of_the_design_is_there_and_every_arm_gives_its_dose() {
    for trial in trials() {
        let definition = definition(&trial);
        let version = &definition["study"]["versions"][0];
        let design = &version["studyDesigns"][0];
        let arms = design["arms"].as_array().unwrap();
        let epochs = design["epochs"].as_array().unwrap();
        let cells: BTreeSet<(&str, &str)> = design["studyCells"]
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| (cell["armId"].as_str().unwrap(), cell["epochId"].as_str().unwrap()))
            .collect();
        assert_eq!(cells.len(), arms.len() * epochs.len());
        assert_eq!(arms.len(), trial.dose_levels.len());
        for ((_, group), given) in trial
            .dose_levels
            .iter()
            .zip(version["studyInterventions"].as_array().unwrap())
        {
            let dose = given["administrations"][0]["dose"]["value"].as_f64();
            let planned = (!group.planned.is_placeholder()).then(|| group.planned.to_millions());
            assert_eq!(dose, planned, "{}", group.label);
        }
    }
}

#[test]
fn every_visit_and_every_outcome_of_the_protocol_is_in_it() {
    let trial = trial("il1rap-hcc");
    let definition = definition(&trial);
    assert_eq!(definition["usdmVersion"], USDM_VERSION);
    let design = &definition["study"]["versions"][0]["studyDesigns"][0];
    let timings = design["scheduleTimelines"][0]["timings"].as_array().unwrap();
    assert_eq!(design["encounters"].as_array().unwrap().len(), trial.schedule.len());
    for visit in &trial.schedule {
        let timing = timings
            .iter()
            .find(|timing| timing["label"] == visit.name.as_str())
            .unwrap();
        let (value, code) = match visit.time {
            VisitTime::Day(0) => ("P0D".to_owned(), "C201358"),
            VisitTime::Day(day) if day < 0 => (format!("P{}D", -day), "C201357"),
            VisitTime::Day(day) => (format!("P{day}D"), "C201356"),
            VisitTime::Months(months) => (format!("P{months}M"), "C201356"),
        };
        assert_eq!(
            (
                timing["value"].as_str().unwrap(),
                timing["type"]["code"].as_str().unwrap()
            ),
            (value.as_str(), code)
        );
        let window = (visit.window_days > 0).then(|| format!("P{}D", visit.window_days));
        assert_eq!(
            timing["windowLower"].as_str().map(str::to_owned),
            window,
            "{}",
            visit.name
        );
    }
    let endpoints: Vec<&Value> = design["objectives"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|objective| objective["endpoints"].as_array().unwrap())
        .collect();
    let named: Vec<&str> = endpoints
        .iter()
        .map(|endpoint| endpoint["label"].as_str().unwrap())
        .collect();
    let measures: Vec<&str> = trial.outcomes.iter().map(|outcome| outcome.measure.as_str()).collect();
    assert_eq!(named, measures);
    let criteria = trial.conduct.as_ref().unwrap().criteria.len();
    assert_eq!(design["eligibilityCriteria"].as_array().unwrap().len(), criteria);
}

#[test]
fn the_same_protocol_gives_the_same_bytes() {
    let trial = trial("il1rap-hcc");
    assert_eq!(write_usdm(&trial), write_usdm(&trial));
}
