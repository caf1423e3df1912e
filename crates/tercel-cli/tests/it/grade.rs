//! `tercel grade`.

#![expect(clippy::unwrap_used, reason = "a test that cannot run the program has failed")]

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn tercel(command: &str, csv: &str, options: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input.csv");
    fs::write(&file, csv).unwrap();
    Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(["grade", command])
        .arg(&file)
        .args(options)
        .output()
        .unwrap()
}

fn rows(command: &str, csv: &str) -> Vec<Value> {
    let output = tercel(command, csv, &["--json"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["rows"].as_array().unwrap().clone()
}

fn refused(command: &str, csv: &str, options: &[&str]) -> String {
    let output = tercel(command, csv, options);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn labs_repeat_the_input_and_give_each_term_of_a_test() {
    let rows = rows(
        "labs",
        "param,value,unit,lln,uln,baseline\n\
         K,3.2,mmol/L,3.5,5.1,4\n\
         ANC,499,/uL,1800,,\n\
         Haptoglobin decreased,10,,10,40,\n\
         Hyperkalemia,5.5,mmol/L,0,,\n\
         potasium,4,mmol/L,3.5,5.1,\n\
         ALT,<5,U/L,10,40,20\n",
    );
    let brief: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!([
                row["param"],
                row["term"],
                row["direction"],
                row["grade"],
                row["grade_min"],
                row["grade_max"]
            ])
        })
        .collect();
    assert_eq!(
        brief,
        [
            json!(["K", "Hyperkalemia", "high", 0, 0, 0]),
            json!(["K", "Hypokalemia", "low", null, 1, 2]),
            json!(["ANC", "Neutrophil count decreased", "low", 4, 4, 4]),
            json!(["Haptoglobin decreased", "Haptoglobin decreased", "low", 0, 0, 0]),
            json!(["Hyperkalemia", "Hyperkalemia", "high", null, null, null]),
            json!(["potasium", null, null, null, null, null]),
            json!(["ALT", null, null, null, null, null]),
        ]
    );
    assert_eq!(rows[0]["value"], json!(3.2));
    assert_eq!(rows[2]["uln"], Value::Null);
    assert_eq!(
        rows[1]["reason"],
        "needs clinical input: grade 2 if symptomatic, or intervention indicated; at least grade 1 by the value alone"
    );
    assert_eq!(rows[4]["reason"], "not gradable: the upper limit of normal is missing");
    assert_eq!(
        rows[5]["reason"],
        "not gradable: unknown term or test \"potasium\"; nearest is \"potassium\""
    );
    assert_eq!(rows[6]["reason"], "not gradable: value \"<5\" is not a number");
}

#[test]
fn labs_use_the_limits_of_the_baseline_and_know_the_baseline_row() {
    let rows = rows(
        "labs",
        "param,value,unit,lln,uln,baseline,baseline_lln,baseline_uln,is_baseline\n\
         ALT,121,U/L,10,40,100,10,110,no\n\
         ALT,121,U/L,10,40,100,,,\n\
         ALT,121,U/L,10,40,121,,,yes\n",
    );
    let grades: Vec<&Value> = rows.iter().map(|row| &row["grade"]).collect();
    assert_eq!(grades, [2, 0, 2]);
}

#[test]
fn labs_are_graded_by_the_version_asked_for() {
    let csv = "param,value,unit,lln\nNEUT,0.4,10^9/L,1.8\nPLAT,20,10^9/L,150\n";
    for (options, scale, grades) in [
        (["--json"].as_slice(), "CTCAE 5.0", [4, 4]),
        (&["--json", "--ctcae", "6.0"], "CTCAE 6.0", [3, 3]),
    ] {
        let document: Value = serde_json::from_slice(&tercel("labs", csv, options).stdout).unwrap();
        assert_eq!(document["scale"], scale);
        let rows = document["rows"].as_array().unwrap().iter();
        let low: Vec<Value> = rows
            .filter(|row| row["direction"] == "low")
            .map(|row| row["grade"].clone())
            .collect();
        assert_eq!(low, grades);
    }
    let message = refused("labs", "param,value\nK,4\n", &["--ctcae", "4.03"]);
    assert!(message.contains("use --ctcae 5.0 or --ctcae 6.0"), "{message}");
    let message = refused("labs", "test,value\nK,4\n", &["--json"]);
    assert!(message.contains("has no column param"), "{message}");
}

#[test]
fn labs_print_a_table_for_a_person() {
    let output = tercel(
        "labs",
        "param,value,unit,lln,uln,baseline\nK,3.2,mmol/L,3.5,5.1,\n",
        &[],
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("param  value  unit    term"), "{text}");
    assert!(lines[2].contains("Hypokalemia   low        1-2"), "{text}");
}

const CRS: &str = "subject,time,temperature_c,hypotension,vasopressors,vasopressin,oxygen_device,oxygen_flow_l_min,\
                   masking_treatment,attributed\n";

#[test]
fn crs_follows_each_subject_through_time_and_keeps_the_order_of_the_file() {
    let csv = format!(
        "{CRS}\
         A,12,37,yes,1,1,nasal_cannula,4,1,yes\n\
         A,2,38.5,no,0,no,none,,no,yes\n\
         B,2,37,yes,0,0,none,,yes,y\n\
         B,10,39,n,0,0,nasal cannula,,no,\n\
         C,Day 1,39,no,0,no,none,,no,no\n"
    );
    let rows = rows("crs", &csv);
    let brief: Vec<Value> = rows
        .iter()
        .map(|row| json!([row["grade"], row["grade_min"], row["grade_max"], row["deciding_item"]]))
        .collect();
    assert_eq!(
        brief,
        [
            json!([3, 3, 3, "hypotension"]),
            json!([1, 1, 1, "fever"]),
            json!([null, 0, 2, "hypotension"]),
            json!([null, 2, 3, "hypoxia"]),
            json!([0, 0, 0, null]),
        ]
    );
    assert_eq!(rows[4]["reason"], "the findings are attributed to another cause");
}

#[test]
fn crs_refuses_what_it_cannot_read() {
    for (cells, column) in [
        ("A,1,101,no,0,no,none,,no,yes", "temperature_c"),
        ("A,1,38,maybe,0,no,none,,no,yes", "hypotension"),
        ("A,1,38,no,1.5,no,none,,no,yes", "vasopressors"),
        ("A,1,38,no,0,no,tent,,no,yes", "oxygen_device"),
        ("A,tuesday,38,no,0,no,none,,no,yes", "time"),
    ] {
        let message = refused("crs", &format!("{CRS}{cells}\n"), &["--json"]);
        assert!(message.contains(&format!("row 1, column {column}")), "{message}");
    }
}

#[test]
fn icans_gives_grade_item_and_reason() {
    let rows = rows(
        "icans",
        "subject,time,ice,arousal,seizure,motor,oedema,attributed\n\
         A,1,10,spontaneous,none,none,none,yes\n\
         A,2,0,unknown,none,none,none,yes\n\
         A,3,0,unarousable,none,none,none,yes\n\
         A,4,8,spontaneous,resolved,none,none,\n\
         A,5,,voice,none,none,,yes\n",
    );
    let brief: Vec<Value> = rows
        .iter()
        .map(|row| json!([row["grade"], row["grade_min"], row["grade_max"], row["deciding_item"]]))
        .collect();
    assert_eq!(
        brief,
        [
            json!([0, 0, 0, null]),
            json!([null, 3, 4, "ice"]),
            json!([4, 4, 4, "ice"]),
            json!([3, 3, 3, "seizure"]),
            json!([2, 2, 2, "consciousness"]),
        ]
    );
    assert_eq!(
        rows[4]["reason"],
        "the worst item present; incomplete, not recorded: ice, oedema"
    );
    let message = refused(
        "icans",
        "subject,time,ice,arousal,seizure,motor,oedema\nA,1,11,voice,none,none,none\n",
        &[],
    );
    assert!(
        message.contains("column ice: expected a whole number from 0 to 10"),
        "{message}"
    );
}

#[test]
fn help_lists_what_every_column_may_hold() {
    use tercel::grade::astct::{crs, icans};
    let help = |scale: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_tercel"))
            .args(["grade", scale, "--help"])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (of_crs, of_icans) = (help("crs"), help("icans"));
    for device in crs::Oxygen::DEVICES {
        assert!(of_crs.contains(device), "{device}: {of_crs}");
    }
    let names = icans::Arousal::NAMES.map(|(name, _)| name).into_iter();
    let names = names.chain(icans::Seizure::NAMES.map(|(name, _)| name));
    let names = names.chain(icans::Motor::NAMES.map(|(name, _)| name));
    for name in names.chain(icans::Oedema::NAMES.map(|(name, _)| name)) {
        assert!(of_icans.contains(name), "{name}: {of_icans}");
    }
}

fn term(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(["grade", "term"])
        .args(words)
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_term_is_shown_with_its_grades() {
    let answer = term(&["febrile", "neutropenia"]);
    assert!(
        answer.starts_with(
            "Febrile neutropenia (CTCAE 5.0, Blood and lymphatic system disorders)\n  1  not available\n  2  not available\n  3  ANC <1000/mm3"
        ),
        "{answer}"
    );
    assert!(answer.contains("Definition: "), "{answer}");
    let document: Value = serde_json::from_str(&term(&["Alopecia", "--json", "--ctcae", "6.0"])).unwrap();
    assert_eq!(
        (&document["scale"], &document["match"]),
        (&json!("CTCAE 6.0"), &json!("name"))
    );
    assert_eq!(document["terms"][0]["allowed_grades"], json!([1, 2]));
    assert_eq!(document["terms"][0]["grades"]["3"], Value::Null);
}

#[test]
fn a_term_is_found_by_words_by_likeness_and_under_its_old_name() {
    let several = term(&["hemorrhage"]);
    assert!(several.contains("terms of CTCAE 5.0 have \"hemorrhage\""), "{several}");
    assert!(
        several.contains("  Anal hemorrhage (grades 1, 2, 3, 4 and 5)"),
        "{several}"
    );
    for (text, name) in [("hypokalemya", "Hypokalemia"), ("neutropenia", "Febrile neutropenia")] {
        let only = term(&[text]);
        assert!(only.starts_with(&format!("CTCAE 5.0 has no term \"{text}\"")), "{only}");
        assert!(only.contains(&format!("\n\n{name} (CTCAE 5.0")), "{only}");
    }
    let renamed = term(&["platelet count decreased", "--ctcae", "6.0"]);
    assert!(renamed.contains("it is under \"Thrombocytopenia\""), "{renamed}");
    assert!(term(&["platelets low"]).contains("Nearest:"));
    assert!(term(&["qqqq"]).contains("and none like it"));
}

const ICAHT: &str = "subject,day,anc_per_ul,follow_up_end,censored_on\n";

/// Subjects 8 (shortened to its limits) and 4 of the data set published with the method: `liang2024icaht`.
#[test]
fn icaht_gives_both_grades_with_exceedances_reasons_and_the_policy() {
    let csv = "8,0,100,16,\n8,1,330,,\n8,3,110,,\n8,4,10,,\n8,6,10,,\n8,9,30,,\n8,16,30,,\n\
               4,D0,2150,,\n4,D2,2280,,\n4,D3,460,,\n4,5,250,,\n4,6,1220,,\n4,8,1650,,\n4,11,890,,\n4,14,680,,\n4,18,650,,\n\
               4,21,370,,\n4,22,7580,,\n4,26,910,,\n4,28,1170,,\n4,29,,,\n4,35,900,,\n";
    let output = tercel("icaht", &format!("{ICAHT}{csv}"), &["--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["scale"], "ICAHT, EHA/EBMT 2023");
    let policy = document["policy"].as_str().unwrap();
    assert!(policy.starts_with("linear v1: "), "{policy}");
    let rows = document["rows"].as_array().unwrap();
    let brief: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!([
                row["subject"],
                row["early_grade"],
                row["late_grade"],
                row["exceedances"],
                row["policy"]
            ])
        })
        .collect();
    assert_eq!(
        brief,
        [
            json!(["4", 1, 2, [
                { "limit_per_ul": 500, "start": 3, "end": 5, "days": 3 },
                { "limit_per_ul": 500, "start": 20, "end": 21, "days": 2 },
            ], policy]),
            json!(["8", 4, null, [
                { "limit_per_ul": 500, "start": 0, "end": 16, "days": 17 },
                { "limit_per_ul": 100, "start": 0, "end": 0, "days": 1 },
                { "limit_per_ul": 100, "start": 4, "end": 16, "days": 13 },
            ], policy]),
        ]
    );
    assert_eq!(
        rows[0]["late_reason"],
        "lowest count 900/uL on day 35; no other count to confirm it"
    );
    assert_eq!(
        rows[1]["early_reason"],
        "longest at or below 500/uL 17 d (days 0-16), at or below 100/uL 13 d (days 4-16); from day 0 never above 500/uL until \
         day 16"
    );
    assert_eq!(rows[1]["late_reason"], "no count from day 31 on");
    let text = tercel(
        "icaht",
        &format!("{ICAHT}{csv}"),
        &["--interpolation", "carried-forward"],
    );
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("Interpolation carried-forward v1: "), "{text}");
}

#[test]
fn icaht_bounds_the_grade_where_days_without_a_count_decide() {
    let rows = rows(
        "icaht",
        &format!("{ICAHT}A,0,2000,,\nA,5,400,,\nA,9,400,,\nA,10,2000,,\n"),
    );
    assert_eq!(
        json!([
            rows[0]["early_grade"],
            rows[0]["early_grade_min"],
            rows[0]["early_grade_max"]
        ]),
        json!([null, 1, 4])
    );
    assert_eq!(rows[0]["days_without_count"], json!([{ "start": 11, "end": 30 }]));
}

#[test]
fn icaht_refuses_what_it_cannot_read() {
    for (csv, column) in [
        ("A,5.5,400,,\n", "day"),
        ("A,,400,,\n", "day"),
        (",5,400,,\n", "subject"),
        ("A,5,-1,,\n", "anc_per_ul"),
        ("A,5,low,,\n", "anc_per_ul"),
        ("A,5,0.4,,\nA,6,2.1,,\n", "10^9/L"),
        ("A,5,1,,\nA,6,3,,\n", "10^9/L"),
        ("A,5,400,20,\nA,6,400,21,\n", "follow_up_end"),
        ("A,5,400,,20\nA,6,400,,21\n", "censored_on"),
    ] {
        let message = refused("icaht", &format!("{ICAHT}{csv}"), &[]);
        assert!(message.contains(column), "{csv}: {message}");
    }
    let message = refused("icaht", &format!("{ICAHT}A,5,400,,\n"), &["--interpolation", "spline"]);
    assert!(message.contains("linear, carried-forward"), "{message}");
}

/// Infused at 10:00; fever 20 h later, hypotension with 50 % oxygen through a cannula, tocilizumab, well from 00:00 on; fever
/// again 78 h later.
const COURSE: &str = "subject,time,temperature_c,hypotension,vasopressors,vasopressin,oxygen_device,oxygen_flow_l_min,\
    masking_treatment,attributed,fio2,infusion_time,treatment_time\n\
    A,2025-03-05T06:00,38.5,no,0,no,none,,no,yes,,2025-03-04T10:00,\n\
    A,2025-03-05T18:00,39.0,yes,0,no,nasal_cannula,6,no,yes,50,,2025-03-05T19:00\n\
    A,2025-03-06T00:00,37.0,no,0,no,none,,yes,yes,,,\n\
    A,2025-03-07T06:00,36.8,no,0,no,none,,yes,yes,,,\n\
    A,2025-03-09T06:00,38.1,no,0,no,none,,no,yes,,,\n";

fn document(command: &str, csv: &str, options: &[&str]) -> Value {
    let output = tercel(command, csv, &[&["--json"], options].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn crs_rows_come_with_episodes() {
    let found = document("crs", COURSE, &[]);
    assert_eq!(
        json!([found["scale"], found["episode_gap_hours"], found["episodes_missing"]]),
        json!(["ASTCT 2019", 24.0, null])
    );
    let episodes = found["episodes"].as_array().unwrap();
    assert_eq!(episodes.len(), 2);
    let first = &episodes[0];
    assert_eq!(
        json!([
            first["onset"],
            first["grade"],
            first["worst_time"],
            first["end"],
            first["state"]
        ]),
        json!([
            "2025-03-05T06:00",
            2,
            "2025-03-05T18:00",
            "2025-03-06T00:00",
            "resolved"
        ])
    );
    assert_eq!(
        json!([
            first["duration_hours"],
            first["hours_from_infusion"],
            first["hours_to_treatment"]
        ]),
        json!([18.0, 20.0, 13.0])
    );
    assert_eq!(
        first["daily"],
        json!([{ "day": "2025-03-05", "grade": 2, "grade_min": 2, "grade_max": 2 }])
    );
    let second = &episodes[1];
    assert_eq!(
        json!([
            second["state"],
            second["end"],
            second["duration_hours"],
            second["hours_to_treatment"]
        ]),
        json!(["ongoing", null, null, null])
    );
    let joined = document("crs", COURSE, &["--episode-gap", "96"]);
    assert_eq!(joined["episodes"].as_array().unwrap().len(), 1);
    let text = String::from_utf8(tercel("crs", COURSE, &[]).stdout).unwrap();
    assert!(
        text.contains("A new episode begins after 24 h without symptoms (assumed"),
        "{text}"
    );
}

#[test]
fn crs_by_ctcae_asks_for_the_fraction_of_oxygen_and_says_its_scale() {
    let scale = ["--scale", "ctcae-5.0"];
    let found = document("crs", COURSE, &scale);
    assert_eq!(
        json!([found["scale"], found["episodes"][0]["scale"]]),
        json!(["CTCAE 5.0", "CTCAE 5.0"])
    );
    // 50 % through a cannula at 6 L/min: grade 3, where ASTCT has 2.
    assert_eq!(found["rows"][1]["grade"], 3);
    let blank = document("crs", &COURSE.replace(",50,", ",,"), &scale);
    let row = &blank["rows"][1];
    assert_eq!(
        json!([row["grade"], row["grade_min"], row["grade_max"]]),
        json!([null, 2, 3])
    );
    let reason = row["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("needs clinical input: the fraction of inspired oxygen"),
        "{reason}"
    );
    let message = refused("crs", &COURSE.replace(",50,", ",0.5,"), &scale);
    assert!(
        message.contains("column fio2") && message.contains("21 to 100"),
        "{message}"
    );
}

#[test]
fn icans_episodes_count_in_days_and_a_time_no_one_can_read_leaves_only_the_rows() {
    let header = "subject,time,ice,arousal,seizure,motor,oedema\n";
    let course = "A,D3,9,spontaneous,none,none,none\nA,D4,5,voice,none,none,none\nA,D5,10,spontaneous,none,none,none\n";
    let found = document("icans", &format!("{header}{course}"), &[]);
    let episode = &found["episodes"][0];
    assert_eq!(
        json!([
            episode["onset"],
            episode["grade"],
            episode["worst_time"],
            episode["end"],
            episode["state"]
        ]),
        json!(["D3", 2, "D4", "D5", "resolved, not yet confirmed"])
    );
    assert_eq!(episode["duration_hours"], 48.0);
    let other = format!("{header}{course}B,later,7,spontaneous,none,none,none\n");
    let other = document("icans", &other, &[]);
    assert_eq!(other["rows"].as_array().unwrap().len(), 4);
    assert_eq!(other["episodes"], Value::Null);
    let reason = other["episodes_missing"].as_str().unwrap();
    assert!(reason.contains("row 4, column time"), "{reason}");
    // Bare numbers are hours unless the options say days.
    let bare = format!("{header}{}", course.replace(",D", ","));
    for (options, expected) in [(&[][..], 2.0), (&["--time-unit", "days"], 48.0)] {
        let found = document("icans", &bare, options);
        assert_eq!(found["episodes"][0]["duration_hours"], expected);
    }
}

/// Five thousand times twelve results whose grades stand in the text of CTCAE 5.0.
#[test]
fn sixty_thousand_results_are_each_graded_in_their_place() {
    const RESULTS: [(&str, u64); 12] = [
        ("NEUT,1.8,10^9/L,1.8,7.5,", 0),
        ("NEUT,1.79,10^9/L,1.8,7.5,", 1),
        ("NEUT,1.49,10^9/L,1.8,7.5,", 2),
        ("NEUT,0.5,10^9/L,1.8,7.5,", 3),
        ("NEUT,499,/uL,1800,7500,", 4),
        ("PLAT,24,10^9/L,150,400,", 4),
        ("PLAT,75000,/uL,150000,400000,", 1),
        ("ALT,40,U/L,7,40,30", 0),
        ("ALT,120,U/L,7,40,30", 1),
        ("ALT,201,U/L,7,40,30", 3),
        ("ALT,200,U/L,7,40,60", 2),
        ("AST,801,U/L,7,40,30", 4),
    ];
    let mut csv = "param,value,unit,lln,uln,baseline\n".to_owned();
    for _ in 0..5_000 {
        for (row, _) in RESULTS {
            csv.push_str(row);
            csv.push('\n');
        }
    }
    let rows = rows("labs", &csv);
    assert_eq!(rows.len(), 60_000);
    for (row, (text, grade)) in rows.iter().zip(RESULTS.iter().cycle()) {
        assert_eq!(row["grade"].as_u64(), Some(*grade), "{text}: {row}");
        assert!(text.starts_with(row["param"].as_str().unwrap()), "{text}: {row}");
    }
}

/// CRS by three scales of one file: three answers with three names.
#[test]
fn one_course_has_three_labelled_answers() {
    let by = |options: &[&str]| {
        let found = document("crs", COURSE, options);
        (found["scale"].clone(), found["rows"][1]["grade"].clone())
    };
    assert_eq!(by(&["--scale", "astct-2019"]), (json!("ASTCT 2019"), json!(2)));
    assert_eq!(by(&["--scale", "ctcae-5.0"]), (json!("CTCAE 5.0"), json!(3)));
    assert_eq!(by(&["--scale", "ctcae-6.0"]), (json!("CTCAE 6.0"), json!(2)));
    let twice = refused("crs", COURSE, &["--scale", "astct-2019", "--scale", "ctcae-5.0"]);
    assert!(twice.contains("cannot be used multiple times"), "{twice}");
}
