//! `tercel response` as a user runs it.
#![expect(clippy::unwrap_used, reason = "an answer that cannot be read fails the test")]

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const HEADER: &str = "subject,visit,day,lesion,role,node,diameter_mm,status\n";

fn run(name: &str, content: &str, options: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let file: PathBuf = folder.path().join(name);
    std::fs::write(&file, content).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tercel"));
    command.arg("response").arg(&file).args(options).output().unwrap()
}

fn answer(name: &str, content: &str, options: &[&str]) -> Value {
    let output = run(name, content, &[options, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn lesions(rows: &str, options: &[&str]) -> Value {
    answer("lesions.csv", &format!("{HEADER}{rows}"), options)
}

/// Exit code 2, nothing on standard output, and a message that holds all these.
fn refused(name: &str, content: &str, options: &[&str], parts: &[&str]) {
    let output = run(name, content, &[options, &["--json"]].concat());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(output.stdout.is_empty());
    for part in parts {
        assert!(message.contains(part), "\"{part}\" is not in: {message}");
    }
}

fn overall(answer: &Value) -> Vec<&str> {
    let points = answer["timepoints"].as_array().unwrap();
    points.iter().map(|point| point["overall"].as_str().unwrap()).collect()
}

const COURSE: &str = "\
001,Baseline,-7,T1,target,no,60,
001,Baseline,-7,T2,target,yes,40,
001,Baseline,-7,N1,non_target,no,,present
001,Week 4,28,T1,target,no,42,
001,Week 4,28,T2,target,yes,28,
001,Week 4,28,N1,non_target,no,,present
001,Week 8,56,T1,target,no,0,
001,Week 8,56,T2,target,yes,9,
001,Week 8,56,N1,non_target,no,,absent
001,Week 12,84,T1,target,no,5,
001,Week 12,84,T2,target,yes,9,
001,Week 12,84,N1,non_target,no,,absent
";

#[test]
fn lesions_give_time_points_and_the_best_response() {
    let answer = lesions(COURSE, &[]);
    assert_eq!(overall(&answer), ["PR", "CR", "PD"]);
    let week8 = &answer["timepoints"][1];
    assert_eq!(week8["subject"], "001");
    assert_eq!(week8["visit"], "Week 8");
    assert_eq!(week8["day"], 56);
    assert_eq!(week8["sum"], 9.0);
    assert_eq!(week8["baseline"], 100.0);
    assert_eq!(week8["nadir"], 70.0);
    assert_eq!(week8["target"], "CR");
    assert_eq!(week8["non_target"], "CR");
    assert_eq!(week8["new_lesion"], false);
    assert_eq!(
        answer["timepoints"][2]["reason"],
        "sum 14 mm is 55.6 % (5 mm) above the nadir 9 mm"
    );
    let best = &answer["best"][0];
    assert_eq!(best["bor"], "CR");
    // The PR of day 28 is confirmed by the CR of day 56; the CR itself is not.
    assert_eq!(best["confirmed_bor"], "PR");
    assert_eq!(best["confirmed_response_day"], 28);
    assert_eq!(best["confirmed_on_day"], 56);
    assert_eq!(best["progression_day"], 84);
    assert_eq!(best["awaiting_confirmation"], false);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let mut rows: Vec<&str> = COURSE.lines().collect();
    rows.reverse();
    assert_eq!(lesions(&rows.join("\n"), &[]), lesions(COURSE, &[]));
}

#[test]
fn text_shows_the_same_categories_and_what_to_ask() {
    let output = run("lesions.csv", &format!("{HEADER}{COURSE}"), &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Week 8"));
    assert!(
        text.lines()
            .any(|line| line.starts_with("001") && line.contains("CR    PR")),
        "{text}"
    );
    assert!(!text.contains("To ask"));
}

#[test]
fn options_of_the_best_response_act() {
    let rows = "\
1,Screening,-1,T,target,no,100,
1,V1,28,T,target,no,60,
1,V2,42,T,target,no,75,
1,V3,56,T,target,no,60,
";
    let confirmed = |options: &[&str]| lesions(rows, options)["best"][0]["confirmed_bor"].clone();
    // 75 of a nadir of 60 is +25 % and +15 mm: PD ends the course, and PR on day 28 is too early for SD.
    assert_eq!(overall(&lesions(rows, &[])), ["PR", "PD", "PR"]);
    assert_eq!(confirmed(&[]), "PD");
    assert_eq!(confirmed(&["--sd-min-days", "28"]), "SD");
    let stable = rows.replace(",75,", ",71,");
    let confirmed = |options: &[&str]| lesions(&stable, options)["best"][0]["confirmed_bor"].clone();
    assert_eq!(confirmed(&[]), "SD");
    assert_eq!(confirmed(&["--accept-sd"]), "PR");
    assert_eq!(confirmed(&["--accept-sd", "--confirmation-days", "28.5"]), "SD");
}

#[test]
fn baseline_is_found_by_name_or_by_day() {
    let by_day = "\
1,V0,-3,T,target,no,50,
1,V1,28,T,target,no,30,
";
    assert_eq!(overall(&lesions(by_day, &[])), ["PR"]);
    let after_infusion = by_day.replace("-3", "3");
    let answer = lesions(&after_infusion, &[]);
    assert_eq!(overall(&answer), ["PR"]);
    assert!(
        answer["notes"][0]
            .as_str()
            .unwrap()
            .contains("day 3 is taken as baseline")
    );
    let named = "\
1,Screening CT,-20,T,target,no,50,
1,Screening MRI,-10,U,target,no,50,
1,Pre-dose,-2,T,target,no,40,
1,Pre-dose,-2,U,target,no,40,
1,V1,28,T,target,no,35,
1,V1,28,U,target,no,35,
";
    let answer = lesions(named, &[]);
    // The last reading of each lesion up to day 0, with a note of those read again.
    assert_eq!(overall(&answer), ["SD"]);
    assert_eq!(answer["timepoints"][0]["baseline"], 80.0);
    assert_eq!(answer["notes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_subject_without_assessment_after_baseline_is_missing() {
    let answer = lesions("1,Baseline,-3,T,target,no,50,\n", &[]);
    assert_eq!(answer["timepoints"], json!([]));
    assert_eq!(answer["best"][0]["bor"], "MISSING");
    assert_eq!(answer["best"][0]["confirmed_bor"], "MISSING");
}

#[test]
fn not_measured_too_small_and_measured_twice_are_told_apart() {
    let rows = "\
1,Baseline,-3,T,target,no,50,
1,V1,28,T,target,no,,
1,V2,56,T,target,no,,too_small
1,V3,84,T,target,no,20,
1,V3,84,T,target,no,21,
";
    let answer = lesions(rows, &[]);
    assert_eq!(overall(&answer), ["NE", "PR", "NE"]);
    assert_eq!(answer["timepoints"][0]["sum"], Value::Null);
    assert_eq!(answer["timepoints"][0]["reason"], "target T not measured");
    assert_eq!(answer["timepoints"][1]["sum"], 5.0);
    assert_eq!(answer["timepoints"][2]["reason"], "target T measured twice");
    assert_eq!(answer["timepoints"][2]["queries"].as_array().unwrap().len(), 1);
}

#[test]
fn new_anticancer_therapy_ends_the_course() {
    let content = "\
subject,visit,day,lesion,role,node,diameter_mm,status,new_therapy_day
1,Baseline,-3,T,target,no,50,,
1,V1,28,T,target,no,30,,
1,V2,56,T,target,no,30,,50
";
    let answer = answer("lesions.csv", content, &[]);
    assert_eq!(answer["best"][0]["bor"], "PR");
    assert_eq!(answer["best"][0]["confirmed_bor"], "NE");
}

#[test]
fn mrecist_has_no_floor_unless_asked_for() {
    let rows = "\
1,Baseline,-3,T,target,no,10,
1,V1,28,T,target,no,13,
";
    assert_eq!(overall(&lesions(rows, &[])), ["SD"]);
    assert_eq!(overall(&lesions(rows, &["--criteria", "mrecist"])), ["PD"]);
    assert_eq!(
        overall(&lesions(rows, &["--criteria", "mrecist", "--mrecist-floor-mm", "5"])),
        ["SD"]
    );
}

#[test]
fn time_point_vectors_are_read_and_choose_their_criteria() {
    let vectors = include_str!("../../../tercel/tests/data/response/recist_vectors.json");
    let answer = answer("vectors.json", vectors, &[]);
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    for vector in vectors.as_array().unwrap() {
        let points = answer["timepoints"].as_array().unwrap().iter();
        let of_subject = points.filter(|point| point["subject"] == vector["id"]);
        let overall: Vec<&Value> = of_subject.map(|point| &point["overall"]).collect();
        assert_eq!(json!(overall), vector["expected_timepoints"], "{}", vector["id"]);
    }
    assert_eq!(answer["best"].as_array().unwrap().len(), 8);
    assert_eq!(answer["best"][0]["confirmed_bor"], "PR");
}

#[test]
fn best_response_vectors_are_read() {
    let vectors = include_str!("../../../tercel/tests/data/response/bor_vectors.json");
    let answer = answer("vectors.json", vectors, &[]);
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    for (vector, best) in vectors
        .as_array()
        .unwrap()
        .iter()
        .zip(answer["best"].as_array().unwrap())
    {
        assert_eq!(best["subject"], vector["id"]);
        assert_eq!(best["confirmed_bor"], vector["bor"], "{}", vector["id"]);
    }
    assert_eq!(answer["timepoints"], json!([]));
}

#[test]
fn irecist_has_its_own_words_and_best_response() {
    let course = "1,Baseline,-3,T,target,no,50,\n1,V1,28,T,target,no,62,\n1,V2,56,T,target,no,30,\n\
                  2,Baseline,-3,T,target,no,50,\n2,V1,28,T,target,no,62,\n2,V2,56,T,target,no,67,\n";
    let answer = answer("lesions.csv", &format!("{HEADER}{course}"), &["--criteria", "irecist"]);
    let overall: Vec<&str> = answer["timepoints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["overall"].as_str().unwrap())
        .collect();
    assert_eq!(overall, ["iUPD", "iPR", "iUPD", "iCPD"]);
    assert_eq!(answer["best"][0]["bor"], "iPR");
    assert_eq!(answer["best"][1]["confirmed_bor"], "iCPD");
    assert_eq!(answer["best"][1]["progression_day"], 28);
    let seq = "[{\"id\":\"A\",\"criteria\":\"iRECIST\",\"seq\":[[28,\"iUPD\"],[56,\"iPR\"],[84,\"iPR\"]]}]";
    let answer = self::answer("vectors.json", seq, &[]);
    assert_eq!(answer["best"][0]["confirmed_bor"], "iPR");
}

#[test]
fn every_scan_before_infusion_belongs_to_the_baseline_whatever_its_name() {
    let course = "1,SCREENING,-40,T1,target,no,50,\n1,PRE-LD,-3,T1,target,no,60,\n1,V1,28,T1,target,no,40,\n";
    let answer = answer("lesions.csv", &format!("{HEADER}{course}"), &[]);
    let points = answer["timepoints"].as_array().unwrap();
    assert_eq!(points.len(), 1);
    assert_eq!(
        (&points[0]["baseline"], &points[0]["overall"]),
        (&json!(60.0), &json!("PR"))
    );
}

#[test]
fn an_option_that_is_given_stands_before_what_a_course_says() {
    let course = "[{\"id\":\"a\",\"confirm\":28,\"seq\":[[28,\"PR\"],[42,\"PR\"]]}]";
    let confirmed = |options| answer("vectors.json", course, options)["best"][0]["confirmed_bor"].clone();
    assert_eq!(confirmed(&[]), "SD");
    assert_eq!(confirmed(&["--confirmation-days", "14"]), "PR");
}

#[test]
fn parts_and_organs_are_optional_columns() {
    let content = "subject,visit,day,lesion,role,node,diameter_mm,status,organ,stands_for\n\
                   1,Baseline,-3,T1,target,no,60,,liver,\n\
                   1,V1,28,T1a,target,no,20,,liver,T1\n\
                   1,V1,28,T1b,target,no,22,,liver,T1\n\
                   1,V1,28,N,new,no,8,,liver,\n";
    let under = |criteria| answer("lesions.csv", content, &["--criteria", criteria])["timepoints"][0].clone();
    assert_eq!(under("recist-1.1")["sum"], 42.0);
    assert_eq!(under("recist-1.1")["overall"], "PD");
    assert_eq!(under("mrecist")["overall"], "PR");
    refused(
        "lesions.csv",
        &content.replace(",T1\n", ",T1/\n"),
        &[],
        &["column stands_for", "row 2"],
    );
}

#[test]
fn a_wrong_cell_is_named_by_row_and_column() {
    let wrong = |row: &str, parts: &[&str]| {
        let content = format!("{HEADER}1,Baseline,-3,T,target,no,50,\n{row}\n");
        refused("lesions.csv", &content, &[], &[parts, &["row 2"]].concat());
    };
    wrong("1,V1,28,T,tumour,no,30,", &["column role", "tumour", "non_target"]);
    wrong("1,V1,28,T,target,perhaps,30,", &["column node", "perhaps"]);
    wrong(
        "1,V1,28,T,target,no,30,smaller",
        &["column status", "smaller", "absent"],
    );
    wrong("1,V1,28,T,target,no,thirty,", &["column diameter_mm", "thirty"]);
    wrong("1,V1,28,T,target,no,-30,", &["column diameter_mm", "-30"]);
    wrong("1,V1,28.5,T,target,no,30,", &["column day", "28.5"]);
    wrong("1,V1,,T,target,no,30,", &["column day"]);
    wrong(",V1,28,T,target,no,30,", &["column subject"]);
    wrong("1,V1,28,,target,no,30,", &["column lesion"]);
}

#[test]
fn a_wrong_request_is_refused() {
    let content = format!("{HEADER}{COURSE}");
    refused(
        "lesions.csv",
        &content,
        &["--criteria", "choi"],
        &["recist-1.1, mrecist or irecist", "choi"],
    );
    refused("lesions.csv", &content, &["--criteria", "who"], &["--criteria", "who"]);
    refused("lesions.csv", HEADER, &[], &["no row below", "whole file"]);
    refused(
        "lesions.csv",
        &content,
        &["--confirmation-days", "-1"],
        &["--confirmation-days", "-1"],
    );
    refused("lesions.csv", &content, &["--sd-min-days", "nan"], &["--sd-min-days"]);
    refused("lesions.csv", &content, &["--max-ne", "-1"], &["--max-ne"]);
    refused(
        "lesions.csv",
        "subject,day\n1,2\n",
        &[],
        &["no column visit, lesion, role, diameter_mm"],
    );
    refused("vectors.json", "{", &[], &["is not JSON"]);
    refused("vectors.json", "3", &[], &["expected an array"]);
    refused("vectors.json", "[{\"id\":\"A\"}]", &[], &["course A", "neither"]);
    let vector = |visit: &str| {
        format!("[{{\"id\":\"A\",\"baseline_targets\":[{{\"type\":\"nonnode\",\"mm\":50}}],\"visits\":[{visit}]}}]")
    };
    refused(
        "vectors.json",
        &vector("{\"day\":28,\"targets\":[\"x\"]}"),
        &[],
        &["course A", "visit 1", "entry 1", "\"x\""],
    );
    refused(
        "vectors.json",
        &vector("{\"day\":28,\"targets\":[1,2]}"),
        &[],
        &["2 diameters for 1"],
    );
    refused("vectors.json", &vector("{\"targets\":[1]}"), &[], &["day"]);
}
