//! The study definition: every identifier once, every reference to something, chains whole, and the protocol's own words.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tercel::protocol::{Trial, VisitTime, parse_protocol};
use tercel_exchange::export::references::check_definition;
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

#[test]
fn every_identifier_is_used_once_and_every_reference_is_to_the_class_it_must_be() {
    for trial in trials() {
        let text = write_usdm(&trial);
        let check = check_definition("usdm.json", text.as_bytes());
        assert_eq!(check.findings, [], "{}", trial.id);
        let references: usize = check.looked_at.split(' ').next().unwrap().parse().unwrap();
        assert!(references > 20, "{}", check.looked_at);
        // A reference to nothing, to another class, and an identifier twice are found.
        let definition = definition(&trial);
        let cell = &definition["study"]["versions"][0]["studyDesigns"][0]["studyCells"][0];
        let arm = cell["armId"].as_str().unwrap();
        let epoch = cell["epochId"].as_str().unwrap();
        let id = cell["id"].as_str().unwrap();
        for (from, to) in [
            (format!("\"armId\": \"{arm}\""), "\"armId\": \"nothing\"".to_owned()),
            (format!("\"armId\": \"{arm}\""), format!("\"armId\": \"{epoch}\"")),
            (format!("\"id\": \"{id}\""), format!("\"id\": \"{arm}\"")),
        ] {
            let pretty = serde_json::to_string_pretty(&definition).unwrap();
            let broken = pretty.replacen(&from, &to, 1);
            assert_ne!(pretty, broken);
            assert!(
                !check_definition("usdm.json", broken.as_bytes()).findings.is_empty(),
                "{to}"
            );
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
fn the_sponsor_and_the_primary_objective_are_those_of_the_protocol() {
    let stated = Trial {
        sponsor: Some("University Hospital".to_owned()),
        primary_objective: Some("To find the dose for phase 2".to_owned()),
        ..trial("il1rap-hcc")
    };
    let definition = definition(&stated);
    let version = &definition["study"]["versions"][0];
    assert_eq!(version["organizations"][0]["label"], "University Hospital");
    let objectives = version["studyDesigns"][0]["objectives"].as_array().unwrap();
    assert_eq!(objectives[0]["text"], "To find the dose for phase 2");
    let secondary = objectives[1]["text"].as_str().unwrap();
    assert!(
        secondary.starts_with("To assess the secondary outcomes: "),
        "{secondary}"
    );
}

#[test]
fn the_same_protocol_gives_the_same_bytes() {
    let trial = trial("il1rap-hcc");
    assert_eq!(write_usdm(&trial), write_usdm(&trial));
}
