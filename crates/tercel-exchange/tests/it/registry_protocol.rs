//! The registration of a study for the registry: valid by its schema, in the words of protocol and record.

use std::fs;
use std::path::{Path, PathBuf};

use tercel::protocol::{Trial, parse_protocol};
use tercel_exchange::registry::protocol_record::{ProtocolRecord, write_protocol_record};

use crate::registry_results::{has_xmllint, refused};

const SCHEMA: &str = "ProtocolRecordSchema.xsd";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn trial(name: &str) -> Trial {
    let text = fs::read_to_string(root().join("trials").join(name).join("protocol.toml")).unwrap();
    parse_protocol("protocol.toml", &text).unwrap()
}

fn record(name: &str) -> Vec<u8> {
    fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/registry")
            .join(name),
    )
    .unwrap()
}

fn check_valid(record: &ProtocolRecord, name: &str) {
    if has_xmllint() {
        assert_eq!(refused(SCHEMA, &record.xml), "", "{name}");
    }
}

#[test]
fn registrations_of_protocols_and_of_records_are_valid() {
    for name in ["il1rap-hcc", "gbm-car-t"] {
        check_valid(&write_protocol_record(Some(&trial(name)), None, None).unwrap(), name);
    }
    for name in ["NCT05366179", "NCT05515185", "NCT06646627", "NCT02296125"] {
        let bytes = record(&format!("{name}.json"));
        check_valid(&write_protocol_record(None, Some(&bytes), None).unwrap(), name);
    }
    for name in ["NCT05366179", "NCT05515185", "NCT06646627"] {
        let bytes = record(&format!("{name}.txt"));
        check_valid(&write_protocol_record(None, Some(&bytes), None).unwrap(), name);
    }
    check_valid(&write_protocol_record(None, None, None).unwrap(), "nothing");
}

#[test]
fn a_trial_with_its_record_has_the_words_of_both() {
    let bytes = fs::read(root().join("trials/il1rap-hcc/registry-record.txt")).unwrap();
    let found = write_protocol_record(Some(&trial("il1rap-hcc")), Some(&bytes), None).unwrap();
    check_valid(&found, "il1rap-hcc");
    for expected in [
        "<org_study_id>IL1RAP-HCC</org_study_id>",
        "<phase>Phase 1</phase>",
        "<assignment>Sequential Assignment</assignment>",
        "<number_of_arms>3</number_of_arms>",
        "<condition>HCC</condition>",
        "<minimum_age>18 Years</minimum_age>",
        "<maximum_age>70 Years</maximum_age>",
        "<intervention_type>Biological/Vaccine</intervention_type>",
        "<arm_group_label>Third dose group</arm_group_label>",
        "<outcome_measure>Disease control rate (DCR)</outcome_measure>",
        "<outcome_time_frame>3 months, 6 months, 1 year, 2years after cell infusion</outcome_time_frame>",
    ] {
        assert!(found.xml.contains(expected), "{expected} is not in\n{}", found.xml);
    }
    assert_eq!(found.xml.matches("<primary_outcome>").count(), 4);
    assert_eq!(found.xml.matches("<secondary_outcome>").count(), 11);
    assert!(
        found.not_stated.contains(&"no sponsor is stated"),
        "{:?}",
        found.not_stated
    );
}

#[test]
fn a_record_keeps_its_words_in_those_of_the_upload() {
    let found = write_protocol_record(None, Some(&record("NCT05366179.json")), None).unwrap();
    let study: serde_json::Value = serde_json::from_slice(&record("NCT05366179.json")).unwrap();
    let section = &study["protocolSection"];
    let sponsor = section["sponsorCollaboratorsModule"]["leadSponsor"]["name"]
        .as_str()
        .unwrap();
    let criteria = section["eligibilityModule"]["eligibilityCriteria"].as_str().unwrap();
    assert!(found.xml.contains(&format!("<agency>{sponsor}</agency>")));
    assert!(found.xml.contains(criteria.lines().next().unwrap()));
    let outcomes = &section["outcomesModule"];
    for (key, element) in [
        ("primaryOutcomes", "<primary_outcome>"),
        ("secondaryOutcomes", "<secondary_outcome>"),
    ] {
        let stated = outcomes[key].as_array().map_or(0, Vec::len);
        assert_eq!(found.xml.matches(element).count(), stated);
    }
    assert!(found.xml.contains("<phase>Phase 1</phase>"));
    assert!(!found.xml.contains("PHASE1") && !found.xml.contains("RECRUITING"));
}

#[test]
fn a_record_of_the_wrong_kind_is_refused_with_its_place() {
    let mut study: serde_json::Value = serde_json::from_slice(&record("NCT05366179.json")).unwrap();
    study["protocolSection"]["contactsLocationsModule"]["locations"] = serde_json::json!("Chapel Hill");
    let said = write_protocol_record(None, Some(study.to_string().as_bytes()), None).unwrap_err();
    assert_eq!(
        said.to_string(),
        "protocolSection.contactsLocationsModule.locations must be a list, and is a text"
    );
}
