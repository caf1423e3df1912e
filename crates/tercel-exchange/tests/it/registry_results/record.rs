//! Results read from a record of the registry and written again.

use serde_json::{Value, json};
use tercel_exchange::registry::results::{match_outcomes, read_results, write_results};

use super::schema::{has_xmllint, refused, unresolved};

/// A finished study: its global cohort and primary outcome.
const FLAURA: &str = include_str!("../../data/registry/NCT02296125.json");

fn groups(letter: &str) -> Value {
    json!([
        {"id": format!("{letter}000"), "title": "Dose 1", "description": "1 × 10^8 cells"},
        {"id": format!("{letter}001"), "title": "Dose 2"},
    ])
}

fn counts(letter: &str, of: [&str; 2]) -> Value {
    json!([{"units": "Participants", "counts": [
        {"groupId": format!("{letter}000"), "value": of[0]},
        {"groupId": format!("{letter}001"), "value": of[1]},
    ]}])
}

fn outcomes() -> Value {
    json!({"outcomeMeasures": [
        {"type": "PRIMARY", "title": "Number of Participants With Dose Limiting Toxicity", "timeFrame": "28 days",
         "paramType": "COUNT_OF_PARTICIPANTS", "unitOfMeasure": "Participants", "reportingStatus": "POSTED",
         "groups": groups("OG"), "denoms": counts("OG", ["3", "5"]),
         "classes": [{"categories": [{"measurements": [{"groupId": "OG000", "value": "0"}, {"groupId": "OG001", "value": "1"}]}]}]},
        {"type": "SECONDARY", "title": "Median overall survival", "timeFrame": "24 months", "paramType": "MEDIAN",
         "dispersionType": "90% Confidence Interval", "unitOfMeasure": "Months",
         "groups": groups("OG"), "denoms": counts("OG", ["3", "5"]),
         "classes": [{"title": "Month 24", "denoms": counts("OG", ["2", "5"]), "categories": [{"measurements": [
            {"groupId": "OG000", "value": "NA", "lowerLimit": "NA", "upperLimit": "NA", "comment": "not reached"},
            {"groupId": "OG001", "value": "11.2", "lowerLimit": "3.4", "upperLimit": "NA", "comment": "too few events"}]}]}],
         "analyses": [{"groupIds": ["OG000", "OG001"], "paramType": "Ratio of medians", "paramValue": "1.2",
            "statisticalMethod": "Bayesian model", "nonInferiorityType": "OTHER", "ciLowerLimitComment": "one side"}]},
        {"type": "SECONDARY", "title": "Duration of response", "timeFrame": "24 months", "reportingStatus": "NOT_POSTED",
         "anticipatedPostingDate": "2027-03"},
    ]})
}

/// A made-up record with every section and most of what a section may hold.
fn whole() -> Value {
    json!({
        "protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "CAR-T cells"}},
        "resultsSection": {
            "participantFlowModule": {
                "recruitmentDetails": "Two sites",
                "groups": groups("FG"),
                "periods": [{
                    "title": "Overall Study",
                    "milestones": [
                        {"type": "STARTED", "achievements": [{"groupId": "FG000", "numSubjects": "3"}, {"groupId": "FG001", "numSubjects": "6"}]},
                        {"type": "Infused", "achievements": [{"groupId": "FG000", "numSubjects": "3"}, {"groupId": "FG001", "numSubjects": "5"}]},
                        {"type": "COMPLETED", "achievements": [{"groupId": "FG000", "numSubjects": "2"}, {"groupId": "FG001", "numSubjects": "5"}]},
                        {"type": "NOT COMPLETED", "achievements": [{"groupId": "FG000", "numSubjects": "1"}, {"groupId": "FG001", "numSubjects": "1"}]},
                    ],
                    "dropWithdraws": [
                        {"type": "Death", "reasons": [{"groupId": "FG000", "numSubjects": "1"}, {"groupId": "FG001", "numSubjects": "0"}]},
                        {"type": "Manufacturing failure", "reasons": [{"groupId": "FG000", "numSubjects": "0"}, {"groupId": "FG001", "numSubjects": "1"}]},
                    ],
                }],
            },
            "baselineCharacteristicsModule": {
                "groups": [
                    {"id": "BG000", "title": "Dose 1"}, {"id": "BG001", "title": "Dose 2"},
                    {"id": "BG002", "title": "Total", "description": "Total of all reporting groups"},
                ],
                "denoms": [{"units": "Participants", "counts": [
                    {"groupId": "BG000", "value": "3"}, {"groupId": "BG001", "value": "6"}, {"groupId": "BG002", "value": "9"},
                ]}],
                "measures": [
                    {"title": "Age, Continuous", "paramType": "MEAN", "dispersionType": "STANDARD_DEVIATION", "unitOfMeasure": "years",
                     "classes": [{"categories": [{"measurements": [
                        {"groupId": "BG000", "value": "55", "spread": "4.1"}, {"groupId": "BG001", "value": "61", "spread": "7.5"},
                        {"groupId": "BG002", "value": "59", "spread": "6.9"}]}]}]},
                    {"title": "BCLC stage", "paramType": "COUNT_OF_PARTICIPANTS", "unitOfMeasure": "Participants",
                     "classes": [{"categories": [
                        {"title": "B", "measurements": [{"groupId": "BG000", "value": "1"}, {"groupId": "BG001", "value": "0"}, {"groupId": "BG002", "value": "1"}]},
                        {"title": "C", "measurements": [{"groupId": "BG000", "value": "2"}, {"groupId": "BG001", "value": "6"}, {"groupId": "BG002", "value": "8"}]}]}]},
                ],
            },
            "outcomeMeasuresModule": outcomes(),
            "adverseEventsModule": {
                "frequencyThreshold": "5", "timeFrame": "12 months", "description": "Graded by CTCAE 5.0",
                "eventGroups": [
                    {"id": "EG000", "title": "Dose 1", "deathsNumAffected": 1, "deathsNumAtRisk": 3, "seriousNumAffected": 1,
                     "seriousNumAtRisk": 3, "otherNumAffected": 3, "otherNumAtRisk": 3},
                    {"id": "EG001", "title": "Dose 2", "deathsNumAffected": 0, "deathsNumAtRisk": 6, "seriousNumAffected": 0,
                     "seriousNumAtRisk": 5, "otherNumAffected": 5, "otherNumAtRisk": 5},
                ],
                "seriousEvents": [{"term": "Cytokine release syndrome", "organSystem": "Immune system disorders",
                    "sourceVocabulary": "MedDRA 27.0", "assessmentType": "SYSTEMATIC_ASSESSMENT",
                    "stats": [{"groupId": "EG000", "numEvents": 1, "numAffected": 1, "numAtRisk": 3}, {"groupId": "EG001", "numAffected": 0, "numAtRisk": 5}]}],
                "otherEvents": [{"term": "Pyrexia", "organSystem": "General disorders",
                    "stats": [{"groupId": "EG000", "numEvents": 4, "numAffected": 3, "numAtRisk": 3}, {"groupId": "EG001", "numEvents": 7, "numAffected": 5, "numAtRisk": 5}]}],
            },
            "moreInfoModule": {
                "limitationsAndCaveats": {"description": "Ended early"},
                "certainAgreement": {"piSponsorEmployee": false, "restrictiveAgreement": true, "restrictionType": "LTE60"},
                "pointOfContact": {"title": "Director", "organization": "Sponsor", "phone": "123", "email": "a@b.c"},
            },
        },
    })
}

fn read(study: &Value) -> String {
    write_results(&read_results(study.to_string().as_bytes(), None).unwrap())
}

#[test]
fn the_numbers_of_a_record_are_those_of_the_document() {
    let results = read_results(FLAURA.as_bytes(), None).unwrap();
    let document = write_results(&results);
    let primary = &results.outcomes[0];
    let values: Vec<_> = primary.measure.rows[0]
        .values
        .iter()
        .map(|value| &value.entries[0])
        .collect();
    let texts = |entry: &tercel_exchange::registry::results::Entry| {
        [entry.lower.clone(), entry.value.clone(), entry.upper.clone()].map(Option::unwrap)
    };
    assert_eq!(texts(values[0]), ["15.2", "18.9", "21.4"]);
    assert_eq!(texts(values[1]), ["9.6", "10.2", "11.1"]);
    for expected in [
        "<parameterValue>18.9</parameterValue>",
        "<dispersionLowerLimit>9.6</dispersionLowerLimit>",
        "<subjectsAchieve>279</subjectsAchieve>",
        "<subjectsAffected>18</subjectsAffected>",
        "<reasonType>Withdrawal by Subject</reasonType>",
        "<parameterType>Hazard Ratio (HR)</parameterType>",
        "<parameterValue>0.46</parameterValue>",
        "<pValue>&lt;0.0001</pValue>",
        "<ciUpperLimit>0.57</ciUpperLimit>",
        "<statisticalMethod>Log Rank</statisticalMethod>",
        "<statisticalTestType>Superiority</statisticalTestType>",
    ] {
        assert!(document.contains(expected), "{expected} is not in\n{document}");
    }
}

#[test]
fn outcomes_of_a_record_are_matched_with_ours() {
    let methods = |study: &str| -> Vec<Option<&'static str>> {
        let results = read_results(study.as_bytes(), None).unwrap();
        match_outcomes(&results)
            .into_iter()
            .map(|matched| matched.method)
            .collect()
    };
    assert_eq!(methods(FLAURA), [Some("median-pfs")]);
    assert_eq!(
        methods(&whole().to_string()),
        [Some("dlt"), Some("median-os"), Some("dor")]
    );
}

#[test]
fn a_record_with_everything_is_valid_and_keeps_it() {
    let document = read(&whole());
    for expected in [
        "partialUpload=\"false\"",
        "<totalBaselineReportingGroup",
        "<title>Age, Continuous</title>",
        "<dispersionSpread>4.1</dispersionSpread>",
        "<otherTitle>BCLC stage</otherTitle>",
        "<catName>C</catName>",
        "<titleOther>Infused</titleOther>",
        "<otherReasonName>Manufacturing failure</otherReasonName>",
        "<naComment>not reached</naComment>",
        "<otherTypeName>Ratio of medians</otherTypeName>",
        "<otherMethodName>Bayesian model</otherMethodName>",
        "<year>2027</year>",
        "<numDeaths>1</numDeaths>",
        "<partAtRiskAllCauseMort>6</partAtRiskAllCauseMort>",
        "<numEvents>7</numEvents>",
        "<frequencyReportingThreshold>5</frequencyReportingThreshold>",
        "<restrictionType>LTE60</restrictionType>",
        "<organizationName>Sponsor</organizationName>",
        "<description>Ended early</description>",
    ] {
        assert!(document.contains(expected), "{expected} is not in\n{document}");
    }
    assert_eq!(unresolved(&document), []);
    if has_xmllint() {
        assert_eq!(refused("RRSUploadSchema.xsd", &document), "");
        let flaura = write_results(&read_results(FLAURA.as_bytes(), None).unwrap());
        assert_eq!(refused("RRSUploadSchema.xsd", &flaura), "");
    }
}

/// What is said of a record in which the member at `pointer` is replaced.
fn said(pointer: &str, value: Value) -> String {
    let mut study = whole();
    *study.pointer_mut(pointer).unwrap() = value;
    read_results(study.to_string().as_bytes(), None)
        .unwrap_err()
        .to_string()
}

#[test]
fn what_is_wrong_in_a_record_is_named_by_its_place() {
    let flow = "/resultsSection/participantFlowModule";
    assert_eq!(
        said(&format!("{flow}/periods"), json!(3)),
        "resultsSection.participantFlowModule.periods must be a list, and is a number"
    );
    assert_eq!(
        said(&format!("{flow}/periods/0/milestones/1/achievements/0"), json!("x")),
        "resultsSection.participantFlowModule.periods[0].milestones[1].achievements[0] must be an object, and is a text"
    );
    assert!(
        said(
            "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0/measurements/0/groupId",
            json!("OG009")
        )
        .ends_with("names the group \"OG009\", which its section does not have")
    );
    assert!(said("/resultsSection/adverseEventsModule/eventGroups/1/id", json!("EG000")).ends_with("twice"));
    assert!(
        said(
            "/resultsSection/moreInfoModule/certainAgreement/piSponsorEmployee",
            json!("no")
        )
        .contains("true or false")
    );
}

#[test]
fn what_is_no_record_with_results_is_refused_with_what_it_lacks() {
    let said = |text: &str| read_results(text.as_bytes(), None).unwrap_err().to_string();
    assert!(said("").contains("empty"));
    let cut = &FLAURA[..FLAURA.len() / 2];
    assert!(said(cut).contains("line"), "{}", said(cut));
    assert!(said(&"[".repeat(100_000)).contains("nested"));
    assert!(said(r#"{"protocolSection": {}}"#).contains("no resultsSection"));
    assert!(said("{\"resultsSection\": 1}").contains("must be an object"));
    assert!(read_results(&[0xff, 0xfe], None).is_err());
}

#[test]
fn nothing_in_a_record_makes_it_panic() {
    let text = whole().to_string();
    for cut in (0..text.len()).step_by(37) {
        let _ = read_results(&text.as_bytes()[..cut], None);
    }
    // Every member in turn as another type: read or refused, and what is read is written.
    let mut pointers = Vec::new();
    collect(&whole(), String::new(), &mut pointers);
    for pointer in pointers {
        for other in [json!(null), json!(7), json!("x"), json!([]), json!({}), json!(true)] {
            let mut study = whole();
            *study.pointer_mut(&pointer).unwrap() = other;
            if let Ok(results) = read_results(study.to_string().as_bytes(), None) {
                let _ = write_results(&results);
            }
        }
    }
}

fn collect(value: &Value, path: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                collect(member, format!("{path}/{key}"), pointers);
            }
        }
        Value::Array(list) => {
            for (index, member) in list.iter().enumerate() {
                collect(member, format!("{path}/{index}"), pointers);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    pointers.push(path);
}
