//! FHIR: HL7's own examples, a hospital's answer to a search, and the rules one by one.

use serde_json::{Value, json};
use tercel::protocol::{Trial, parse_protocol};
use tercel_exchange::inbound::fhir::{FhirOptions, FhirReader, parse_codes, read_fhir};
use tercel_exchange::inbound::{Inbound, Offset, Subjects, Why};
use tercel_exchange::{read_tables, write_sdtm};

use super::{row, said, table};

const HL7: &str = include_str!("../../data/inbound/hl7_r4_examples.json");
const HOSPITAL: &str = include_str!("../../data/inbound/hospital.json");
const KEY: &str = "https://hospital.example/mrn";

fn trial() -> Trial {
    let text = include_str!("../../../../../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", text).unwrap()
}

fn options() -> FhirOptions {
    FhirOptions {
        study: "S".to_owned(),
        patient_key: Some(KEY.to_owned()),
        subjects: Subjects {
            links: None,
            known: vec!["S-01-MRN-1".to_owned(), "S-01-MRN-2".to_owned()],
        },
        ..FhirOptions::default()
    }
}

fn hospital() -> Inbound {
    read_fhir("hospital.json", HOSPITAL.as_bytes(), &options()).unwrap()
}

/// A bundle of these resources beside the patient `p` with the identifier `1`.
fn bundle(resources: Vec<Value>) -> String {
    let patient = json!({"resourceType": "Patient", "id": "p", "identifier": [{"system": KEY, "value": "1"}]});
    let entries = [patient].into_iter().chain(resources);
    let entries: Vec<Value> = entries.map(|resource| json!({"resource": resource})).collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string()
}

fn observation(id: &str, code: &str, more: Value) -> Value {
    let mut observation = json!({
        "resourceType": "Observation", "id": id, "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "effectiveDateTime": "2026-03-01T08:00:00+08:00",
    });
    let (Value::Object(whole), Value::Object(more)) = (&mut observation, more) else {
        panic!("an observation is an object")
    };
    whole.extend(more);
    observation
}

fn read(resources: Vec<Value>) -> Inbound {
    let options = FhirOptions {
        subjects: Subjects::default(),
        ..options()
    };
    read_fhir("b.json", bundle(resources).as_bytes(), &options).unwrap()
}

fn quantity(value: f64, unit: &str) -> Value {
    json!({"valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}})
}

#[test]
fn birth_and_death_of_the_patient_are_read_and_what_is_no_date_is_left_with_its_reason() {
    let of = |born: &str, died: &str| {
        let patient = json!({"resourceType": "Patient", "id": "p", "identifier": [{"system": KEY, "value": "1"}],
            "gender": "female", "birthDate": born, "deceasedDateTime": died});
        let entries = [patient, observation("o", "1742-6", quantity(30.0, "U/L"))];
        let entries: Vec<Value> = entries.iter().map(|resource| json!({"resource": resource})).collect();
        let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string();
        let options = FhirOptions {
            subjects: Subjects::default(),
            ..options()
        };
        read_fhir("b.json", bundle.as_bytes(), &options).unwrap()
    };
    let read = of("1960-05", "2026-04-01T03:00:00+08:00");
    let columns = ["SEX", "BRTHDTC", "DTHDTC", "DTHFL"];
    let sex = ("SEX", "F");
    assert_eq!(
        row(table(&read, "DM"), sex, columns),
        ["F", "1960-05", "2026-04-01T03:00:00", "Y"]
    );
    let read = of("1960-13-40", "2026-04-01");
    assert_eq!(row(table(&read, "DM"), sex, columns), ["F", "", "2026-04-01", "Y"]);
    let left = read.findings.iter().filter(|left| left.place == "Patient/p").count();
    assert_eq!(left, 1);
}

#[test]
fn the_examples_of_hl7_become_the_values_they_show() {
    let options = FhirOptions {
        study: "S".to_owned(),
        ..FhirOptions::default()
    };
    let inbound = read_fhir("hl7.json", HL7.as_bytes(), &options).unwrap();
    let lab = table(&inbound, "LB");
    let columns = [
        "LBORRES", "LBORRESU", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI", "LBNRIND", "LBDTC",
    ];
    assert_eq!(
        row(lab, ("LBTESTCD", "GLUC"), columns),
        [
            "6.3",
            "mmol/L",
            "6.3",
            "mmol/L",
            "3.1",
            "6.2",
            "HIGH",
            "2013-04-02T09:30:10"
        ]
    );
    assert_eq!(
        row(lab, ("LBTESTCD", "HGB"), columns),
        ["7.2", "g/dL", "72", "g/L", "75", "100", "LOW", "2013-04-05T10:30:10"]
    );
    let vital = table(&inbound, "VS");
    let columns = ["USUBJID", "VSSTRESN", "VSSTRESU", "VSDTC"];
    assert_eq!(
        row(vital, ("VSTESTCD", "SYSBP"), columns),
        ["example", "107", "mmHg", "2012-09-17"]
    );
    assert_eq!(
        row(vital, ("VSTESTCD", "DIABP"), columns),
        ["example", "60", "mmHg", "2012-09-17"]
    );
    let given = table(&inbound, "CM");
    // "Given as Ordered" is no indication.
    assert_eq!(
        row(
            given,
            ("USUBJID", "pat1"),
            ["CMTRT", "CMDOSE", "CMDOSU", "CMINDC", "CMSTDTC", "CMENDTC"]
        ),
        [
            "Vancomycin Hydrochloride (VANCOMYCIN HYDROCHLORIDE)",
            "500",
            "mg",
            "",
            "2015-01-15T14:30:00",
            ""
        ]
    );
    let events = table(&inbound, "AE");
    assert_eq!(
        row(
            events,
            ("USUBJID", "example"),
            ["AETERM", "AESEV", "AESER", "AETOXGR", "AESTDTC"]
        ),
        [
            "This was a mild rash on the left forearm",
            "MILD",
            "N",
            "",
            "2017-01-29T12:34:56"
        ]
    );
    assert!(said(&inbound.findings)["AdverseEvent/example"].contains("no CTCAE grade"));
    let left = said(&inbound.not_taken);
    assert!(left["Observation.bodySite"].contains("no variable takes it"));
    assert!(
        left.contains_key("AdverseEvent.suspectEntity") && left.contains_key("MedicationAdministration.dosage.text")
    );
}

#[test]
fn a_hospitals_answer_becomes_datasets_and_everything_else_is_listed() {
    let inbound = hospital();
    let lab = table(&inbound, "LB");
    let columns = ["USUBJID", "LBORRES", "LBSTRESC", "LBSTRESN", "LBSTRESU", "LBNRIND"];
    // 1.2 mg/dL of creatinine are 106 umol/L by the factor 88.42 of clinical tables.
    let [subject, sent, _, standard, unit, flag] = row(lab, ("LBTESTCD", "CREAT"), columns);
    assert_eq!((subject, sent, unit, flag), ("S-01-MRN-1", "1.2", "umol/L", "HIGH"));
    assert!((standard.parse::<f64>().unwrap() - 1.2 * 88.42).abs() < 0.01);
    assert_eq!(
        row(lab, ("LBTESTCD", "HGB"), columns)[3],
        "125",
        "the corrected version counts"
    );
    assert_eq!(row(lab, ("LBTESTCD", "CRP"), columns)[1..4], ["<5", "<5", ""]);
    assert_eq!(
        row(lab, ("LBTESTCD", "PLAT"), columns)[2..],
        ["50", "50", "10^9/L", "LOW"]
    );
    assert_eq!(row(lab, ("LBTESTCD", "INR"), columns)[2..5], ["1.1", "1.1", ""]);
    assert_eq!(row(lab, ("LBTESTCD", "GLUC"), columns)[1..4], ["5.4", "", ""]);
    let duplicates = said(&inbound.duplicates);
    assert!(duplicates["Observation/hb-1"].contains("version 2"));
    assert!(duplicates["Observation/plt-2"].contains("Observation/plt-1"));
    let left = said(&inbound.not_taken);
    for (place, why) in [
        ("Observation/bili-err", "entered-in-error"),
        ("Observation/k-cancelled", "cancelled"),
        ("Observation/hb-slip", "1350 g/L"),
        ("Observation/unknown", "99999-9"),
        ("Observation/other-patient", "\"MRN-3\" belongs to no subject"),
        ("Observation/nobody", "p9 is not in the file"),
        ("Observation/no-time", "no time"),
        ("Condition/c2", "refuted"),
        ("MedicationAdministration/ma2", "not-done"),
        ("Encounter/e1", "Encounter"),
        ("Observation.issued", "no variable"),
    ] {
        assert!(left[place].contains(why), "{place}: {}", left[place]);
    }
    let findings = said(&inbound.findings);
    assert!(findings["Observation/alb-unit"].contains("unknown unit \"furlong\""));
    assert!(findings["Observation/gluc-code"].contains("mass per volume"));
    assert!(findings["Observation/na-flag"].contains("flagged high"));
    assert_eq!(
        row(
            table(&inbound, "VS"),
            ("VSTESTCD", "TEMP"),
            ["VSORRES", "VSORRESU", "VSSTRESN", "VSSTRESU"]
        ),
        ["100.4", "[degF]", "38", "C"]
    );
    assert_eq!(
        row(table(&inbound, "MH"), ("USUBJID", "S-01-MRN-1"), ["MHTERM", "MHSTDTC"]),
        ["Chronic hepatitis B", "2012"]
    );
    assert_eq!(
        row(
            table(&inbound, "CM"),
            ("CMTRT", "Tocilizumab"),
            ["CMDOSE", "CMDOSU", "CMROUTE", "CMINDC"]
        ),
        ["480", "mg", "INTRAVENOUS", "cytokine release syndrome"]
    );
}

#[test]
fn nothing_of_a_file_is_neither_taken_nor_listed() {
    let inbound = hospital();
    let bundle: Value = serde_json::from_str(HOSPITAL).unwrap();
    let resources = bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["resource"]);
    let lists = [&inbound.not_taken, &inbound.duplicates];
    let listed = |place: &str| lists.iter().any(|lines| lines.iter().any(|line| line.place == place));
    let mut rows = 0;
    for resource in resources {
        let place = format!(
            "{}/{}",
            resource["resourceType"].as_str().unwrap(),
            resource["id"].as_str().unwrap()
        );
        let is_data = !matches!(resource["resourceType"].as_str(), Some("Patient" | "Medication"));
        // A superseded version stands under the place of the one that counts.
        if is_data && (!listed(&place) || place == "Observation/hb-1") {
            rows += 1;
        }
    }
    let of_tables: usize = inbound
        .tables
        .iter()
        .filter(|table| table.name != "DM")
        .map(tercel_exchange::Table::len)
        .sum();
    // Two versions of hb-1 stand in the file, one of them is a row.
    assert_eq!(of_tables, rows - 1);
}

#[test]
fn the_datasets_are_read_into_a_study_with_the_values_that_were_sent() {
    let inbound = hospital();
    let data = read_tables(inbound.tables.clone(), &trial()).unwrap();
    let subject = data
        .subjects
        .iter()
        .find(|subject| subject.id.to_string() == "S-01-MRN-1")
        .unwrap();
    let lab = |test: &str| subject.labs.iter().find(|lab| lab.test == test).unwrap();
    let platelets = lab("PLAT");
    assert_eq!(
        (platelets.value, platelets.unit.as_str(), platelets.lln),
        (Some(50.0), "10^9/L", Some(150.0))
    );
    let haemoglobin = lab("HGB");
    assert_eq!((haemoglobin.value, haemoglobin.unit.as_str()), (Some(125.0), "g/L"));
    assert_eq!(lab("CRP").value, None, "below the limit of the assay is no number");
    assert!(!write_sdtm(&trial(), &data).is_empty());
}

#[test]
fn a_bundle_lines_and_the_other_order_give_the_same() {
    let bundle: Value = serde_json::from_str(HOSPITAL).unwrap();
    let resources: Vec<&Value> = bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["resource"])
        .collect();
    let lines = resources
        .iter()
        .map(|resource| format!("{resource}\n"))
        .collect::<Vec<_>>()
        .concat();
    let of_lines = read_fhir("hospital.json", lines.as_bytes(), &options()).unwrap();
    assert_eq!(of_lines.tables, hospital().tables);
    // The patient may come after its results, in a file of its own.
    let (patients, others): (Vec<&Value>, Vec<&Value>) =
        resources.into_iter().partition(|one| one["resourceType"] == "Patient");
    let mut reader = FhirReader::default();
    for (file, part) in [("a.ndjson", others), ("b.ndjson", patients)] {
        let lines = part
            .iter()
            .map(|resource| format!("{resource}\r\n"))
            .collect::<Vec<_>>()
            .concat();
        reader.read(file, lines.as_bytes()).unwrap();
    }
    assert_eq!(reader.finish(&options()).tables, hospital().tables);
    let marked = format!("\u{feff}{HOSPITAL}");
    assert_eq!(
        read_fhir("h.json", marked.as_bytes(), &options()).unwrap().tables,
        hospital().tables
    );
}

#[test]
fn units_convert_or_are_said_and_a_number_never_changes_in_silence() {
    for (code, value, unit, standard, of_test) in [
        ("718-7", 8.0, "g/dL", "80", "g/L"),
        ("59260-0", 10.0, "mmol/L", "161.14", "g/L"),
        ("6690-2", 4500.0, "/uL", "4.5", "10^9/L"),
        ("6690-2", 4.5, "10*3/uL", "4.5", "10^9/L"),
        ("6690-2", 4.5, "10*9{cells}/L", "4.5", "10^9/L"),
        ("1742-6", 0.5, "ukat/L", "30", "U/L"),
        ("2345-7", 90.08, "mg/dL", "5", "mmol/L"),
        ("2823-3", 4.2, "meq/L", "4.2", "mmol/L"),
        ("3255-7", 300.0, "mg/dL", "3", "g/L"),
    ] {
        let inbound = read(vec![observation("o", code, quantity(value, unit))]);
        let found = row(table(&inbound, "LB"), ("USUBJID", "1"), ["LBSTRESN", "LBSTRESU"]);
        assert_eq!(found, [standard, of_test], "{code} {value} {unit}");
        assert_eq!(inbound.findings, [], "{code} {unit}");
    }
    // By its letters the first is 10^6/L; the others measure something else than the test, or nothing.
    for (code, unit) in [
        ("6690-2", "10*3/mL"),
        ("718-7", "U/L"),
        ("1742-6", "mmol/L"),
        ("718-7", ""),
    ] {
        let inbound = read(vec![observation("o", code, quantity(5.0, unit))]);
        let found = row(
            table(&inbound, "LB"),
            ("USUBJID", "1"),
            ["LBORRES", "LBORRESU", "LBSTRESN"],
        );
        assert_eq!(found, ["5", unit, ""], "{code} {unit}");
        assert!(
            matches!(inbound.findings[0].why, Why::Unit(_)),
            "{:?}",
            inbound.findings
        );
    }
}

#[test]
fn components_words_and_results_that_were_not_obtained_have_rows_and_other_kinds_do_not() {
    let inbound = read(vec![
        observation("words", "1975-2", json!({"valueCodeableConcept": {"text": "icteric"}})),
        observation("text", "1988-5", json!({"valueString": "< 3.0"})),
        observation(
            "absent",
            "718-7",
            json!({"dataAbsentReason": {"coding": [{"code": "error"}]}}),
        ),
        observation("range", "777-3", json!({"valueRange": {"low": {"value": 1}}})),
        observation("nothing", "777-3", json!({})),
        observation(
            "odd",
            "777-3",
            json!({"valueQuantity": {"value": 5, "comparator": "ad"}}),
        ),
        observation("broken", "777-3", json!({"valueQuantity": {"value": "five"}})),
        observation(
            "panel",
            "85354-9",
            json!({"component": [
                {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": 120, "unit": "mm[Hg]"}},
                {"code": {"coding": [{"system": "http://loinc.org", "code": "0-0"}]}, "valueQuantity": {"value": 1}},
            ]}),
        ),
        observation("too-hot", "8310-5", quantity(98.6, "Cel")),
    ]);
    let lab = table(&inbound, "LB");
    assert_eq!(
        row(lab, ("LBTESTCD", "BILI"), ["LBORRES", "LBSTRESC", "LBSTRESN"]),
        ["icteric", "icteric", ""]
    );
    assert_eq!(row(lab, ("LBTESTCD", "CRP"), ["LBORRES"]), ["<3.0"]);
    assert_eq!(
        row(lab, ("LBTESTCD", "HGB"), ["LBORRES", "LBSTAT", "LBREASND"]),
        ["", "NOT DONE", "error"]
    );
    assert_eq!(row(table(&inbound, "VS"), ("VSTESTCD", "SYSBP"), ["VSSTRESN"]), ["120"]);
    let left = said(&inbound.not_taken);
    assert!(left["Observation/range"].contains("valueRange"));
    assert!(left["Observation/nothing"].contains("no value"));
    assert!(left["Observation/odd"].contains("\"ad\""));
    assert!(left["Observation/broken"].contains("malformed"));
    assert!(left["Observation/panel#component[1]"].contains("0-0"));
    assert!(
        left["Observation/too-hot"].contains("98.6 C"),
        "{}",
        left["Observation/too-hot"]
    );
}

#[test]
fn two_results_of_one_time_are_both_taken_and_said() {
    let inbound = read(vec![
        observation("a", "718-7", quantity(120.0, "g/L")),
        observation("b", "718-7", quantity(90.0, "g/L")),
    ]);
    assert_eq!(table(&inbound, "LB").len(), 2);
    assert!(said(&inbound.findings)["Observation/b"].contains("Observation/a gives another result"));
}

#[test]
fn times_in_utc_are_said_and_become_the_sites_by_its_offset() {
    let sent = || {
        vec![observation(
            "o",
            "718-7",
            json!({"effectiveDateTime": "2026-03-01T23:00:00Z", "valueQuantity": {"value": 120, "unit": "g/L"}}),
        )]
    };
    let inbound = read(sent());
    assert_eq!(
        row(table(&inbound, "LB"), ("LBTESTCD", "HGB"), ["LBDTC"]),
        ["2026-03-01T23:00:00"]
    );
    assert!(said(&inbound.findings)["times"].contains("UTC"));
    let options = FhirOptions {
        subjects: Subjects::default(),
        offset: Some(Offset::parse("+08:00").unwrap()),
        ..options()
    };
    let inbound = read_fhir("b.json", bundle(sent()).as_bytes(), &options).unwrap();
    assert_eq!(
        row(table(&inbound, "LB"), ("LBTESTCD", "HGB"), ["LBDTC"]),
        ["2026-03-02T07:00:00"]
    );
    assert_eq!(inbound.findings, []);
}

#[test]
fn codes_of_the_hospital_are_taken_by_a_mapping() {
    let codes = parse_codes("[codes]\n\"https://lab|HB\" = \"LB.HGB\"\n\"https://lab|X\" = \"LB.OWN\"\n").unwrap();
    let own = |code: &str| json!({"code": {"coding": [{"system": "https://lab", "code": code}]}, "valueQuantity": {"value": 8, "unit": "g/dL"}});
    let options = FhirOptions {
        codes,
        subjects: Subjects::default(),
        ..options()
    };
    let sent = vec![observation("o", "", own("HB")), observation("x", "", own("X"))];
    let inbound = read_fhir("b.json", bundle(sent).as_bytes(), &options).unwrap();
    let lab = table(&inbound, "LB");
    assert_eq!(row(lab, ("LBTESTCD", "HGB"), ["LBSTRESN"]), ["80"]);
    assert_eq!(
        row(lab, ("LBTESTCD", "OWN"), ["LBSTRESN", "LBSTRESU"]),
        ["8", "g/dL"],
        "a test of the study's own keeps its unit"
    );
    for (wrong, said) in [
        ("[codes]\n\"https://lab|HB\" = \"HGB\"\n", "line 2, column 20"),
        ("[codes]\nHB = \"LB.HGB\"\n", "no system"),
        ("codes = 1", "line 1"),
    ] {
        let message = parse_codes(wrong).unwrap_err().to_string();
        assert!(message.contains(said), "{message}");
    }
}

#[test]
fn what_is_no_fhir_is_refused_and_says_why() {
    let message = |text: &str| {
        read_fhir("x.json", text.as_bytes(), &options())
            .unwrap_err()
            .to_string()
    };
    assert!(message("").contains("empty"));
    assert!(message("{}").contains("no resourceType"));
    assert!(message("[{}]").contains("a list"));
    assert!(message("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{}}]}").contains("without resourceType"));
    assert!(message("{\"resourceType\":\"Bundle\",\n\"entry\":[").contains("line 2"));
    assert!(message("<Bundle/>").contains("line 1, column 1"));
    assert!(message("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"1\",\"id\":\"2\"}}]}").contains("\"id\" stands twice"));
}

/// Cells of the only row of a dataset in which a variable has a value.
fn cells<const N: usize>(read: &Inbound, dataset: &str, of: (&str, &str), columns: [&str; N]) -> [String; N] {
    row(table(read, dataset), of, columns).map(str::to_owned)
}

#[test]
fn codes_of_seriousness_are_criteria_and_what_is_not_known_is_said() {
    let event = |seriousness: Value| {
        let event = json!({"resourceType": "AdverseEvent", "id": "e", "actuality": "actual",
            "subject": {"reference": "Patient/p"}, "event": {"text": "Sepsis"}, "date": "2026-03-01",
            "seriousness": seriousness, "outcome": {"text": "Fatal"}});
        read(vec![event])
    };
    let coded = |code: &str| json!({"coding": [{"code": code}]});
    let columns = ["AESER", "AESDTH", "AESHOSP", "AEOUT"];
    let of = |read: &Inbound| cells(read, "AE", ("AETERM", "Sepsis"), columns);
    assert_eq!(of(&event(coded("SeriousResultsInDeath"))), ["Y", "Y", "", "FATAL"]);
    assert_eq!(
        of(&event(coded("SeriousResultsInHospitalization"))),
        ["Y", "", "Y", "FATAL"]
    );
    assert_eq!(of(&event(json!({"text": "Serious"}))), ["Y", "", "", "FATAL"]);
    assert_eq!(of(&event(coded("Non-serious"))), ["N", "", "", "FATAL"]);
    let unknown = event(coded("quite"));
    assert_eq!(of(&unknown), ["", "", "", "FATAL"]);
    assert!(
        unknown
            .findings
            .iter()
            .any(|left| left.why == Why::NotKnown("seriousness", "quite".to_owned()))
    );
}

#[test]
fn a_specimen_other_than_blood_is_kept_and_its_results_have_limits_of_their_own() {
    let specimen = |kind: Value| json!({"resourceType": "Specimen", "id": "s", "type": kind});
    let urine = json!({"coding": [{"system": "http://snomed.info/sct", "code": "122575003"}]});
    let of = |resources: Vec<Value>| {
        let [specimen] = cells(&read(resources), "LB", ("LBTESTCD", "CREAT"), ["LBSPEC"]);
        specimen
    };
    // Creatinine of serum; in urine it is a hundred times as much.
    let taken = |more: Value| observation("o", "2160-0", merged(quantity(90.0, "mg/dL"), more));
    let by_reference = json!({"specimen": {"reference": "Specimen/s"}});
    assert_eq!(of(vec![specimen(urine.clone()), taken(by_reference.clone())]), "URINE");
    assert_eq!(
        of(vec![specimen(json!({"text": "Spot urine"})), taken(by_reference)]),
        "URINE"
    );
    assert_eq!(of(vec![taken(json!({"specimen": {"display": "24 h urine"}}))]), "URINE");
    let contained = json!({"specimen": {"reference": "#s"}, "contained": [specimen(urine)]});
    assert_eq!(of(vec![taken(contained)]), "URINE");
    // Without a specimen it is blood, and no blood has so much.
    assert!(
        read(vec![taken(json!({}))])
            .tables
            .iter()
            .all(|table| table.name != "LB")
    );
}

fn merged(one: Value, other: Value) -> Value {
    let (Value::Object(mut one), Value::Object(other)) = (one, other) else {
        panic!("both are objects")
    };
    one.extend(other);
    Value::Object(one)
}

#[test]
fn of_versions_the_latest_counts_by_its_time_and_a_deletion_takes_effect() {
    let version = |value: f64, status: &str, updated: Option<&str>| {
        let mut one = observation("o", "1742-6", quantity(value, "U/L"));
        one["status"] = json!(status);
        if let Some(updated) = updated {
            one["meta"] = json!({"lastUpdated": updated});
        }
        one
    };
    let value = |read: &Inbound| cells(read, "LB", ("LBTESTCD", "ALT"), ["LBORRES"]);
    // 10:00 in Shanghai is before 03:00 in UTC.
    let two = read(vec![
        version(31.0, "final", Some("2026-03-01T10:00:00+08:00")),
        version(930.0, "corrected", Some("2026-03-01T03:00:00Z")),
    ]);
    assert_eq!(value(&two), ["930"]);
    // A sender that does not count versions: the later word, and somebody should look.
    let unnumbered = read(vec![version(20.0, "final", None), version(900.0, "corrected", None)]);
    assert_eq!(value(&unnumbered), ["900"]);
    assert!(unnumbered.findings.iter().any(|left| left.why == Why::OtherContent));
    let twice = read(vec![version(20.0, "final", None), version(20.0, "final", None)]);
    assert_eq!((value(&twice), said(&twice.duplicates).len()), (["20".to_owned()], 1));
    let patient = json!({"resourceType": "Patient", "id": "p", "identifier": [{"system": KEY, "value": "1"}]});
    let history = json!({"resourceType": "Bundle", "type": "history", "entry": [
        {"request": {"method": "DELETE", "url": "Observation/o"}, "response": {"lastModified": "2026-03-02T00:00:00Z"}},
        {"resource": version(777.0, "final", Some("2026-03-01T00:00:00Z")), "request": {"method": "POST", "url": "Observation"}},
        {"resource": patient},
    ]});
    let deleted = read_fhir(
        "h.json",
        history.to_string().as_bytes(),
        &FhirOptions {
            subjects: Subjects::default(),
            ..options()
        },
    )
    .unwrap();
    assert!(deleted.tables.iter().all(|table| table.name != "LB"));
    assert!(deleted.not_taken.iter().any(|left| left.why == Why::Deleted));
}

#[test]
fn a_death_alone_and_a_range_that_is_not_taken_are_not_lost() {
    let dead = json!({"resourceType": "Patient", "id": "q", "identifier": [{"system": KEY, "value": "2"}],
        "deceasedDateTime": "2026-03-20"});
    let only = read(vec![dead]);
    assert_eq!(cells(&only, "DM", ("DTHFL", "Y"), ["DTHDTC"]), ["2026-03-20"]);
    assert!(
        only.not_taken
            .iter()
            .any(|left| left.place == "Patient/p" && left.why == Why::NoData)
    );
    let ranged = |range: Value| {
        let more = merged(quantity(900.0, "U/L"), json!({"referenceRange": range}));
        read(vec![observation("o", "1742-6", more)]).findings
    };
    let words = ranged(json!([{"text": "0 - 40"}]));
    assert!(
        words
            .iter()
            .any(|left| left.why == Why::RangeInWords("0 - 40".to_owned()))
    );
    let high = |value: f64| json!({"high": {"value": value, "unit": "U/L"}});
    let several = ranged(json!([high(40.0), high(35.0)]));
    assert!(several.iter().any(|left| left.why == Why::SeveralRanges(2)));
    // A patient that stands within the resource.
    let mut own = observation("o", "1742-6", quantity(30.0, "U/L"));
    own["subject"] = json!({"reference": "#c"});
    own["contained"] = json!([{"resourceType": "Patient", "id": "c", "identifier": [{"system": KEY, "value": "3"}]}]);
    assert_eq!(cells(&read(vec![own]), "LB", ("LBTESTCD", "ALT"), ["USUBJID"]), ["3"]);
}

/// A patient and a result at an address each, as one server sends them.
fn at_server(server: &str, record: &str, observation_id: &str, value: f64) -> String {
    let patient = json!({"resourceType": "Patient", "id": "1", "identifier": [{"system": KEY, "value": record}]});
    let mut result = observation(observation_id, "1742-6", quantity(value, "U/L"));
    result["subject"] = json!({"reference": "Patient/1"});
    json!({"resourceType": "Bundle", "type": "searchset", "entry": [
        {"fullUrl": format!("{server}/Patient/1"), "resource": patient},
        {"fullUrl": format!("{server}/Observation/{observation_id}"), "resource": result},
    ]})
    .to_string()
}

#[test]
fn patients_of_two_servers_with_one_number_are_two() {
    let (one, other) = ("https://a.example/fhir", "https://b.example/fhir");
    let files = [at_server(one, "1", "101", 40.0), at_server(other, "2", "101", 777.0)];
    for order in [[0, 1], [1, 0]] {
        let mut reader = FhirReader::default();
        for place in order {
            reader.read(&format!("{place}.json"), files[place].as_bytes()).unwrap();
        }
        let taken = reader.finish(&options());
        let of = |subject: &str| cells(&taken, "LB", ("USUBJID", subject), ["LBORRES"]);
        assert_eq!(
            (of("S-01-MRN-1"), of("S-01-MRN-2")),
            (["40".to_owned()], ["777".to_owned()]),
            "{order:?}"
        );
        assert!(taken.findings.iter().all(|left| left.why != Why::OtherContent));
    }
    // Without a key the number is the subject's own, and two servers have it.
    let mut reader = FhirReader::default();
    for (place, file) in files.iter().enumerate() {
        reader.read(&format!("{place}.json"), file.as_bytes()).unwrap();
    }
    let none = reader.finish(&FhirOptions {
        patient_key: None,
        subjects: Subjects::default(),
        ..options()
    });
    let refused = |left: &tercel_exchange::inbound::Left| matches!(left.why, Why::SeveralServers(_));
    assert_eq!(
        none.not_taken.iter().filter(|left| refused(left)).count(),
        4,
        "{:?}",
        none.not_taken
    );
}

#[test]
fn what_another_server_did_not_send_is_not_taken_from_the_first() {
    let one = at_server("https://a.example/fhir", "1", "101", 40.0);
    let subject = |reference: &str| {
        let mut result = observation("102", "1742-6", quantity(777.0, "U/L"));
        result["subject"] = json!({"reference": reference});
        let entry = json!([{"fullUrl": "https://b.example/fhir/Observation/102", "resource": result}]);
        let mut reader = FhirReader::default();
        reader.read("a.json", one.as_bytes()).unwrap();
        let other = json!({"resourceType": "Bundle", "type": "searchset", "entry": entry}).to_string();
        reader.read("b.json", other.as_bytes()).unwrap();
        reader
    };
    for reference in [
        "Patient/1",
        "Patient/1/_history/3",
        "Device/1",
        "Group/1",
        "https://b.example/fhir/Patient/1",
    ] {
        for key in [Some(KEY.to_owned()), None] {
            let taken = subject(reference).finish(&FhirOptions {
                patient_key: key.clone(),
                subjects: Subjects::default(),
                ..options()
            });
            assert_eq!(table(&taken, "LB").len(), 1, "{reference} {key:?}");
        }
    }
    // A deletion is of its own server.
    let gone = json!({"resourceType": "Bundle", "type": "history", "entry": [
        {"fullUrl": "https://b.example/fhir/Observation/101", "request": {"method": "DELETE", "url": "Observation/101"}}]});
    let mut reader = FhirReader::default();
    reader.read("a.json", one.as_bytes()).unwrap();
    reader.read("b.json", gone.to_string().as_bytes()).unwrap();
    assert_eq!(table(&reader.finish(&options()), "LB").len(), 1);
    // Two senders that name no server, and each have a patient 1.
    let unnamed = |record: &str| {
        let patient = json!({"resourceType": "Patient", "id": "1", "identifier": [{"system": KEY, "value": record}]});
        let mut result = observation(record, "1742-6", quantity(50.0, "U/L"));
        result["subject"] = json!({"reference": "Patient/1"});
        format!("{patient}\n{result}\n")
    };
    let mut reader = FhirReader::default();
    reader.read("a.ndjson", unnamed("1").as_bytes()).unwrap();
    reader.read("b.ndjson", unnamed("2").as_bytes()).unwrap();
    assert!(reader.finish(&options()).tables.iter().all(|table| table.name != "LB"));
}

#[test]
fn a_reference_by_the_address_of_the_entry_is_followed_and_the_official_identifier_is_taken() {
    let patient = json!({"resourceType": "Patient", "id": "pat-1", "gender": "unknown", "identifier": [
        {"use": "old", "system": KEY, "value": "9"}, {"use": "official", "system": KEY, "value": "1"}]});
    let mut result = observation("o", "1742-6", quantity(30.0, "U/L"));
    result["subject"] = json!({"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"});
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "resource": patient}, {"resource": result}]});
    let taken = read_fhir("b.json", bundle.to_string().as_bytes(), &options()).unwrap();
    assert_eq!(
        cells(&taken, "LB", ("USUBJID", "S-01-MRN-1"), ["LBORRES"]),
        ["30"],
        "{:?}",
        taken.not_taken
    );
    assert_eq!(cells(&taken, "DM", ("USUBJID", "S-01-MRN-1"), ["SEX"]), ["U"]);
}

#[test]
fn an_identifier_whose_time_ended_is_taken_only_where_there_is_no_other() {
    let ended =
        json!({"use": "official", "system": KEY, "value": "2", "period": {"start": "2020-01-01", "end": "2024-12-31"}});
    let current = json!({"use": "usual", "system": KEY, "value": "1", "period": {"start": "2025-01-01"}});
    for (identifiers, subject) in [
        (json!([ended, current]), "S-01-MRN-1"),
        (json!([current, ended]), "S-01-MRN-1"),
        (json!([ended]), "S-01-MRN-2"),
    ] {
        let patient = json!({"resourceType": "Patient", "id": "p", "gender": "female", "identifier": identifiers});
        let mut result = observation("o", "1742-6", quantity(30.0, "U/L"));
        result["subject"] = json!({"reference": "Patient/p"});
        let lines = format!("{patient}\n{result}\n");
        let taken = read_fhir("b.ndjson", lines.as_bytes(), &options()).unwrap();
        assert_eq!(
            cells(&taken, "LB", ("LBTESTCD", "ALT"), ["USUBJID"]),
            [subject],
            "{:?}",
            taken.not_taken
        );
    }
}

#[test]
fn a_unit_whose_words_contradict_its_code_is_to_be_looked_at_and_what_still_runs_has_no_end() {
    let unit = |words: &str, code: &str| json!({"valueQuantity": {"value": 13.5, "unit": words, "system": "http://unitsofmeasure.org", "code": code}});
    let contradicts = |left: &tercel_exchange::inbound::Left| matches!(left.why, Why::UnitAgainstWords { .. });
    for (words, code, wrong) in [("g/dL", "g/L", true), ("g/dL", "g/dL", false), ("grams", "g/dL", false)] {
        let taken = read(vec![observation("o", "718-7", unit(words, code))]);
        assert_eq!(taken.findings.iter().any(contradicts), wrong, "{words} {code}");
    }
    // Body weight and height: units that laboratories do not know.
    for (loinc, words, code, wrong) in [
        ("29463-7", "kg", "[lb_av]", true),
        ("29463-7", "lbs", "kg", true),
        ("29463-7", "kg", "kg", false),
        ("29463-7", "lb", "[lb_av]", false),
        ("8302-2", "in", "cm", true),
        ("8302-2", "cm", "cm", false),
    ] {
        let taken = read(vec![observation("o", loinc, unit(words, code))]);
        assert_eq!(taken.findings.iter().any(contradicts), wrong, "{words} {code}");
    }
    let given = |status: &str| {
        json!({"resourceType": "MedicationAdministration", "id": "m", "status": status, "subject": {"reference": "Patient/p"},
            "medicationCodeableConcept": {"text": "Tocilizumab"}, "effectiveDateTime": "2026-03-04"})
    };
    for (status, end) in [("in-progress", ""), ("completed", "2026-03-04")] {
        let taken = read(vec![given(status)]);
        assert_eq!(
            cells(&taken, "CM", ("CMTRT", "Tocilizumab"), ["CMSTDTC", "CMENDTC"]),
            ["2026-03-04", end]
        );
    }
}
