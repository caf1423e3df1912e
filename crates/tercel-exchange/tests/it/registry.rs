//! Drafts of registry records: what they take over, what they quote, what they leave open.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tercel::protocol::{DltOrigin, Outcome, Trial, parse_protocol};
use tercel_exchange::registry::{Draft, draft_protocol, parse_record};

const NCTS: [&str; 3] = ["NCT05366179", "NCT05515185", "NCT06646627"];

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/registry")
        .join(name);
    fs::read_to_string(path).unwrap()
}

/// The draft of a record, which must be a protocol in order.
fn draft(record: &str) -> (Draft, Trial) {
    let draft = draft_protocol(&parse_record(record.as_bytes(), None).unwrap());
    let trial = parse_protocol("protocol.toml", &draft.protocol).unwrap();
    (draft, trial)
}

/// A record in the form of the registry, of made-up words.
fn made(description: &str, detailed: &str, dlt: &str, response: &str) -> String {
    let study = json!({"protocolSection": {
        "identificationModule": {"nctId": "NCT00000000", "briefTitle": "CAR-T cells"},
        "descriptionModule": {"briefSummary": "", "detailedDescription": detailed},
        "conditionsModule": {"conditions": ["Gastric cancer"]},
        "armsInterventionsModule": {
            "interventions": [{"type": "BIOLOGICAL", "name": "CAR-T cells", "description": description}]
        },
        "outcomesModule": {
            "primaryOutcomes": [
                {"measure": "Dose-limiting toxicity", "timeFrame": dlt},
                {"measure": "Adverse events", "timeFrame": "From infusion (Day 0) to Month 12"},
            ],
            "secondaryOutcomes": [
                {"measure": "Objective response rate", "description": response, "timeFrame": "3 months"},
            ],
        },
    }});
    study.to_string()
}

/// The record's words that a draft sets beside a path.
fn words<'d>(draft: &'d Draft, path: &str) -> Vec<&'d str> {
    let open = draft.not_stated.iter().filter(|open| open.path == path);
    open.filter_map(|open| open.record.as_deref()).collect()
}

fn is_open(draft: &Draft, path: &str) -> bool {
    draft.not_stated.iter().any(|open| open.path == path)
}

fn levels(draft: &Draft) -> Vec<(&str, f64, &str)> {
    let level = draft.dose_levels.iter();
    level
        .map(|level| (level.label.as_str(), level.amount, level.unit.as_str()))
        .collect()
}

#[test]
fn a_window_that_is_not_in_months_is_quoted() {
    let (draft, trial) = draft(&fixture("NCT05366179.json"));
    assert_eq!(words(&draft, "windows.ae_months"), ["Up to 10 weeks"]);
    let reason = &trial
        .assumptions
        .iter()
        .find(|open| open.id == "windows.ae_months")
        .unwrap()
        .reason;
    assert!(reason.contains("\"Up to 10 weeks\""), "{reason}");
}

#[test]
fn a_dlt_window_that_counts_from_a_later_administration_is_quoted() {
    let (draft, trial) = draft(&fixture("NCT05366179.json"));
    let said = words(&draft, "dlt.origin");
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("within 4 weeks of the third cellular product administration"));
    assert!(
        trial
            .assumptions
            .iter()
            .any(|open| open.id == "dlt.origin" && open.reason.contains(said[0]))
    );

    for frame in [
        "28 days after the last infusion",
        "Within 4 weeks of each infusion",
        "Day 28 post second dose",
    ] {
        assert_eq!(words(&self::draft(&made("", "", frame, "")).0, "dlt.origin"), [frame]);
    }
    for frame in ["28 days", "28 days after infusion", "28 days at each dose level"] {
        assert_eq!(
            words(&self::draft(&made("", "", frame, "")).0, "dlt.origin"),
            Vec::<&str>::new()
        );
    }
}

#[test]
fn a_dlt_window_from_lymphodepletion_is_read_where_it_ends_after_infusion() {
    let (draft, trial) = draft(&made("", "", "From lymphodepletion to D30", ""));
    assert_eq!(
        (trial.dlt.window_days, trial.dlt.origin),
        (30, DltOrigin::Lymphodepletion)
    );
    assert!(!is_open(&draft, "dlt.origin"));
    let (draft, trial) = self::draft(&made("", "", "28 days after lymphodepletion", ""));
    assert_eq!(trial.dlt.origin, DltOrigin::Infusion);
    assert_eq!(words(&draft, "dlt.origin"), ["28 days after lymphodepletion"]);
}

#[test]
fn a_design_that_the_draft_does_not_have_is_quoted_and_left_to_settle() {
    let (draft, trial) = draft(&fixture("NCT05366179.json"));
    assert!(words(&draft, "escalation.design")[0].contains("modified 3+3 dose-finding rule"));
    let open = trial
        .assumptions
        .iter()
        .find(|open| open.id == "escalation.design")
        .unwrap();
    assert!(open.question.contains("modified 3+3"), "{}", open.question);

    for (sentence, name) in [
        ("Dose escalation follows an i3+3 design.", "i3+3"),
        ("A Bayesian optimal interval (BOIN) design guides the dose.", "BOIN"),
        (
            "Accelerated titration, then a standard 3 + 3 design.",
            "accelerated titration",
        ),
        ("The 3+3 part is followed by an expansion cohort.", "dose expansion"),
    ] {
        let (draft, _) = self::draft(&made("", sentence, "28 days", ""));
        let open = draft
            .not_stated
            .iter()
            .find(|open| open.path == "escalation.design")
            .unwrap();
        assert!(open.question.contains(name), "{}", open.question);
        assert_eq!(open.record.as_deref(), Some(sentence));
    }
}

#[test]
fn a_plain_design_is_stated_and_quoted_beside_it() {
    let (draft, _) = draft(&fixture("NCT06646627.json"));
    assert!(!is_open(&draft, "escalation.design"));
    let quoted = "[escalation]\n# The record: \"This is a single site, open label, Phase 1 study using a 3 + 3 dose";
    assert!(draft.protocol.contains(quoted));
}

#[test]
fn criteria_and_responses_other_than_those_of_the_method_are_flagged() {
    let (draft, _) = draft(&fixture("NCT05366179.json"));
    assert!(words(&draft, "response.criteria")[0].contains("iRANO"));
    // The outcome's time frame is in weeks, so that no method answers it; its words are flagged all the same.
    let orr = draft.not_stated.iter().filter(|open| open.path == "outcome.S2.method");
    let questions: Vec<&str> = orr.map(|open| open.question.as_str()).collect();
    assert!(
        questions
            .iter()
            .any(|question| question.contains("the record names iRANO"))
    );
    assert!(questions.iter().any(|question| question.contains("stable disease")));
    assert!(draft.protocol.contains("\ncriteria = \"RECIST 1.1\""));

    let (draft, trial) = self::draft(&made("", "", "28 days", "CR, PR or SD per Lugano 2014"));
    assert_eq!(words(&draft, "outcome.S1.method"), ["CR, PR or SD per Lugano 2014"; 2]);
    let orr = trial.outcomes.iter().find(|outcome| outcome.id == "S1").unwrap();
    assert!(
        orr.definition
            .contains("To be settled: The response criteria: the record names Lugano")
    );
}

#[test]
fn a_survival_that_does_not_begin_at_infusion_is_flagged() {
    let (draft, _) = draft(&fixture("NCT05366179.json"));
    let said = words(&draft, "outcome.S4.method");
    assert!(
        said.iter()
            .any(|said| said.contains("from initial glioblastoma multiforme diagnosis")),
        "{said:?}"
    );
    assert_eq!(words(&draft, "outcome.S3.method").len(), 1, "only the criteria");
}

#[test]
fn criteria_of_the_method_are_taken_over() {
    for (said, criteria) in [
        ("CR + PR by RECIST v1.1", "RECIST 1.1"),
        ("According to mRECIST", "mRECIST"),
    ] {
        let (draft, _) = draft(&made("", "", "28 days", said));
        assert!(draft.protocol.contains(&format!("\ncriteria = \"{criteria}\"")));
        assert!(!is_open(&draft, "response.criteria"));
        assert!(!is_open(&draft, "outcome.S1.method"));
    }
    // RECIST without its version stays a question.
    let (draft, _) = draft(&made("", "", "28 days", "By RECIST"));
    assert_eq!(words(&draft, "response.criteria"), ["By RECIST"]);
}

#[test]
fn doses_by_body_size_and_doses_not_stated_leave_a_placeholder_that_says_so() {
    let weight = "Dose levels: 1x10^6 CAR-T cells/kg, 3x10^6 CAR-T cells/kg and 1x10^7 CAR-T cells/kg.";
    let (draft, trial) = draft(&made(weight, "", "28 days", ""));
    assert_eq!(
        levels(&draft),
        [
            ("Dose level 1", 1e6, "cells/kg"),
            ("Dose level 2", 3e6, "cells/kg"),
            ("Dose level 3", 1e7, "cells/kg")
        ]
    );
    assert_eq!(trial.placeholders().len(), 1);
    assert!(
        draft
            .protocol
            .contains("# PLACEHOLDER: one level of 1 cell, which no study has")
    );
    assert!(draft.protocol.contains(&format!("# The record: \"{weight}\"")));
    let open = trial
        .assumptions
        .iter()
        .find(|open| open.id == "dose_level.unit")
        .unwrap();
    assert!(open.choice.contains("PLACEHOLDER") && open.reason.contains(weight));

    let (draft, trial) = self::draft(&fixture("NCT05515185.json"));
    assert_eq!(trial.placeholders().len(), 1);
    assert!(draft.protocol.contains("# The record gives no dose."));

    let (draft, trial) = self::draft(&made("CAR-T cells 0.5-2.0×10^8", "", "28 days", ""));
    assert_eq!((levels(&draft).len(), trial.placeholders().len()), (0, 1));
    assert_eq!(words(&draft, "dose_level.amount"), ["0.5-2.0×10^8"]);

    let (_, trial) = self::draft(&made("1×10^7 cells", "", "28 days", ""));
    assert_eq!(trial.placeholders(), []);
}

#[test]
fn levels_keep_the_names_of_a_table_and_other_studies_give_none() {
    let table = "| Level | Cells |\n|---|---|\n| -1 | 1 × 10^6 |\n| 1 | 3 × 10^6 |\n| 2 | 1 × 10^7 |\n";
    let (draft, _) = draft(&made("", table, "28 days", ""));
    assert_eq!(
        levels(&draft),
        [
            ("Dose level -1", 1e6, "cells"),
            ("Dose level 1", 3e6, "cells"),
            ("Dose level 2", 1e7, "cells")
        ]
    );
    assert_eq!(words(&draft, "escalation.start_level"), ["Dose level -1"]);

    let spoken = "Subjects receive 3×10^6 or 1×10^7 CAR+ T cells. De-escalation to dose level -1 is allowed.";
    let (draft, _) = self::draft(&made(spoken, "", "28 days", ""));
    assert_eq!(
        words(&draft, "escalation.start_level"),
        ["De-escalation to dose level -1 is allowed."]
    );

    let swapped = "Dose level 1: 5×10^8 CAR-T cells; dose level 2: 1×10^8 CAR-T cells.";
    let (draft, _) = self::draft(&made(swapped, "", "28 days", ""));
    assert_eq!(words(&draft, "dose_level.label").len(), 1, "{:?}", draft.not_stated);

    let detailed = "Subjects receive 5×10^7 or 1.5×10^8 CAR+ T cells. In an earlier study 2×10^9 cells were given.";
    let (draft, _) = self::draft(&made("", detailed, "28 days", ""));
    assert_eq!(
        draft.dose_levels.iter().map(|level| level.amount).collect::<Vec<_>>(),
        [5e7, 1.5e8]
    );
}

#[test]
fn an_amount_told_twice_is_one_level() {
    let text = "Low dose: 5.0×10^7; High dose: 5.0×10^8. Subjects get 5.0×10^7 CAR+ T cells or 5.0×10^8 CAR+ T cells.";
    let (draft, _) = draft(&made(text, "", "28 days", ""));
    assert_eq!(
        levels(&draft),
        [("Low dose", 5e7, "CAR+ cells"), ("High dose", 5e8, "CAR+ cells")]
    );
}

/// Columns of the CSV download of ClinicalTrials.gov.
const COLUMNS: &str = "NCT Number,Study Title,Study URL,Acronym,Study Status,Brief Summary,Study Results,Conditions,\
    Interventions,Primary Outcome Measures,Secondary Outcome Measures,Other Outcome Measures,Sponsor,Collaborators,Sex,Age,\
    Phases,Enrollment,Funder Type,Study Type,Study Design,Other IDs,Start Date,Primary Completion Date,Completion Date,\
    First Posted,Results First Posted,Last Update Posted,Locations,Study Documents";

/// The row of the CSV download, made from the study as JSON; columns that no draft reads stay empty.
fn download(json: &str) -> String {
    let study: Value = serde_json::from_str(json).unwrap();
    let section = &study["protocolSection"];
    let text = |pointer: &str| {
        let value = section.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        value.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let parts = |list: &Value, keys: &[&str], between: &str| {
        let part = |part: &Value| {
            let values = keys.iter().filter_map(|key| part[*key].as_str());
            let values: Vec<String> = values
                .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            values.join(between)
        };
        let list = list.as_array().into_iter().flatten();
        list.map(part).collect::<Vec<_>>().join("|")
    };
    let outcomes = |key: &str| {
        let list = &section["outcomesModule"][key];
        parts(list, &["measure", "description", "timeFrame"], ", ")
    };
    let conditions: Vec<&str> = section["conditionsModule"]["conditions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let value = |column: &str| match column {
        "NCT Number" => text("/identificationModule/nctId"),
        "Study Title" => text("/identificationModule/briefTitle"),
        "Brief Summary" => text("/descriptionModule/briefSummary"),
        "Conditions" => conditions.join("|"),
        "Interventions" => parts(
            &section["armsInterventionsModule"]["interventions"],
            &["type", "name"],
            ": ",
        ),
        "Primary Outcome Measures" => outcomes("primaryOutcomes"),
        "Secondary Outcome Measures" => outcomes("secondaryOutcomes"),
        "Other Outcome Measures" => outcomes("otherOutcomes"),
        "Age" => "ADULT, OLDER_ADULT".to_owned(),
        "Other IDs" => text("/identificationModule/orgStudyIdInfo/id"),
        "Last Update Posted" => text("/statusModule/lastUpdatePostDateStruct/date"),
        _ => String::new(),
    };
    let quoted: Vec<String> = COLUMNS
        .split(',')
        .map(|column| format!("\"{}\"", value(column).replace('"', "\"\"")))
        .collect();
    format!("{COLUMNS}\n{}\n", quoted.join(","))
}

/// Outcomes of a draft, without the line breaks that only the JSON has.
fn outcomes(trial: &Trial) -> Vec<Outcome> {
    let mut outcomes = trial.outcomes.clone();
    for outcome in &mut outcomes {
        outcome.definition = outcome.definition.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    outcomes
}

#[test]
fn the_csv_download_and_the_json_of_a_record_give_the_same_where_the_csv_carries_it() {
    for nct in NCTS {
        let json = fixture(&format!("{nct}.json"));
        let ((of_csv, csv), (of_json, json)) = (draft(&download(&json)), draft(&json));
        assert_eq!(outcomes(&csv), outcomes(&json), "{nct}");
        assert_eq!(of_csv.outcomes, of_json.outcomes, "{nct}");
        assert_eq!(csv.windows, json.windows, "{nct}");
        assert_eq!(
            words(&of_csv, "windows.ae_months"),
            words(&of_json, "windows.ae_months"),
            "{nct}"
        );
        assert_eq!(
            words(&of_csv, "response.criteria"),
            words(&of_json, "response.criteria"),
            "{nct}"
        );
        assert_eq!(
            (csv.id, csv.registry, csv.condition),
            (json.id, json.registry, json.condition),
            "{nct}"
        );
        // Arms, and descriptions of interventions, which give the doses of these records, are not in the CSV.
        assert_eq!(of_csv.dose_levels, [], "{nct}");
        assert!(is_open(&of_csv, "dose_level"), "{nct}");
    }
    let (of_csv, csv) = draft(&download(&fixture("NCT06646627.json")));
    assert_eq!((csv.dlt.window_days, of_csv.dlt_window_days), (28, Some(28)));
    assert!(!is_open(&of_csv, "escalation.design"));
    let (of_csv, _) = draft(&download(&fixture("NCT05366179.json")));
    assert!(words(&of_csv, "escalation.design")[0].contains("modified 3+3"));
}

#[test]
fn levels_in_names_are_the_same_from_the_csv() {
    let study = made("", "", "28 days", "").replace(
        "\"name\":\"CAR-T cells\"",
        "\"name\":\"CAR-T 1x10^7, 3x10^7 CAR+ T cells\"",
    );
    let ((of_csv, _), (of_json, _)) = (draft(&download(&study)), draft(&study));
    assert_eq!(of_csv.dose_levels, of_json.dose_levels);
    assert_eq!(of_csv.dose_levels.len(), 2);
}
