//! `tercel design`: decision tables, operating characteristics, selection and decisions from the command line.

#![expect(clippy::unwrap_used, reason = "a field that is not there fails the test")]

use std::process::{Command, Output};

use serde_json::{Value, json};

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn tercel(args: &str) -> Run {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .arg("design")
        .args(args.split(' ').map(|arg| arg.replace('_', " ")))
        .output()
        .unwrap();
    Run {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

fn answer(args: &str) -> Value {
    let run = tercel(&format!("{args} --json"));
    assert_eq!(run.code, Some(0), "{args}: {}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// A wrong request: exit 2, nothing on standard output, one line that has these words.
fn refused(args: &str, words: &str) {
    let run = tercel(args);
    assert_eq!(run.code, Some(2), "{args}: {}", run.stdout);
    assert!(run.stdout.is_empty(), "{args}: {}", run.stdout);
    assert!(
        run.stderr.contains(words),
        "{args}: \"{words}\" is not in {}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1, "{args}: {}", run.stderr);
}

#[test]
fn a_decision_table_has_a_row_for_every_number_of_subjects() {
    let table = answer("table --design boin --target 0.28 --max-n 6");
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    assert_eq!(
        rows[0],
        json!({"n": 1, "escalate_max": 0, "deescalate_min": 1, "eliminate_min": null})
    );
    assert_eq!(
        rows[5],
        json!({"n": 6, "escalate_max": 1, "deescalate_min": 3, "eliminate_min": 4})
    );
    let csv = tercel("table --design boin --target 0.28 --max-n 2 --csv").stdout;
    assert_eq!(csv, "n,escalate_max,deescalate_min,eliminate_min\n1,0,1,\n2,0,1,\n");
}

#[test]
fn operating_characteristics_come_with_every_field_of_the_contract() {
    let oc = answer("oc --design boin --target 0.28 --cohort-size 3 --cohorts 6 --truth .08,.2,.35 --truth .1,.1,.1");
    assert_eq!(oc["method"], "exact");
    assert_eq!(oc["states"], 198);
    let scenarios = oc["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), 2);
    let first = &scenarios[0];
    // Independent program, confirmed by 10,000 simulated trials of the authors' package.
    assert!((first["select"][1].as_f64().unwrap() - 0.465_411_521_512_835_6).abs() < 1e-9);
    assert!((first["select_none"].as_f64().unwrap() - 0.001_153_271_328_898_966_2).abs() < 1e-9);
    assert!((first["n_distribution"]["18"].as_f64().unwrap() - 0.998_848_004_933_424_4).abs() < 1e-9);
    for field in ["truth", "patients", "dlts"] {
        assert_eq!(first[field].as_array().unwrap().len(), 3, "{field}");
    }
    assert!(first["duration_days"].is_null());
    // Level 3 is 0.07 above the target, so level 2 is right; the risks lie strictly between nothing and certainty.
    for field in ["poor_allocation", "high_toxicity"] {
        let risk = first[field].as_f64().unwrap();
        assert!(risk > 0.01 && risk < 0.7, "{field}: {risk}");
    }
}

#[test]
fn three_plus_three_needs_neither_target_nor_cohorts() {
    let oc = answer("oc --design 3+3 --variant storer --truth 0.08,0.2,0.35");
    let none = oc["scenarios"][0]["select_none"].as_f64().unwrap();
    assert!((none - 0.063_132_434_432).abs() < 1e-9, "{none}");
}

#[test]
fn the_next_dose_is_decided_from_the_notation() {
    let next = answer("next --design boin --target 0.3 --doses-count 3 --outcomes 1NNN_2NNN");
    assert_eq!((&next["action"], &next["dose_level"]), (&json!("escalate"), &json!(3)));
    assert_eq!(
        next["levels"][1],
        json!({"dose_level": 2, "evaluable": 3, "dlt": 0, "pending": 0})
    );
    let waiting = answer("next --design boin --target 0.3 --doses-count 3 --outcomes 1NNN_2NN.");
    assert_eq!(
        (&waiting["action"], &waiting["dose_level"]),
        (&json!("wait"), &Value::Null)
    );
    let coherent =
        answer("next --design crm --target 0.28 --skeleton 0.1,0.2,0.3 --outcomes 1NNNNNNNNN_1TNN --cohort-size 3");
    assert_eq!(coherent["action"], "stay", "{coherent}");
}

#[test]
fn a_selected_dose_comes_with_its_estimates() {
    let selected = answer("select --design boin --target 0.3 --n 3,6,9,0 --dlt 0,1,4,0");
    assert_eq!(selected["mtd"], 2);
    assert!((selected["estimates"][1].as_f64().unwrap() - 1.05 / 6.1).abs() < 1e-12);
    assert!(selected["estimates"][3].is_null());
    assert_eq!(
        answer("select --design boin --target 0.3 --n 3,0 --dlt 3,0")["mtd"],
        Value::Null
    );
}

#[test]
fn a_model_is_fitted_and_its_skeleton_made() {
    let fit = answer("fit --design crm --target 0.28 --skeleton 0.12,0.28,0.45 --outcomes 1NNN_2NNT");
    assert_eq!(fit["recommended"], 2);
    assert!((fit["doses"][1]["mean"].as_f64().unwrap() - 0.242_893).abs() < 1e-6);
    let skeleton = answer("skeleton --halfwidth 0.07 --target 0.28 --levels 4 --prior-mtd 2");
    assert!((skeleton["skeleton"][0].as_f64().unwrap() - 0.150_714_318_662_5).abs() < 1e-12);
}

#[test]
fn a_bad_option_gets_one_clear_sentence() {
    let oc = |rest: &str| format!("oc --design boin {rest}");
    refused(
        &oc("--target 1.2 --cohort-size 3 --cohorts 6 --truth .1,.2"),
        "1.2 is not a DLT probability",
    );
    refused(
        &oc("--target -0.3 --cohort-size 3 --cohorts 6 --truth .1,.2"),
        "-0.3 is not a DLT probability",
    );
    refused(
        &oc("--target 0.3 --cohort-size 3 --cohorts 0 --truth .1,.2"),
        "--cohorts 0",
    );
    refused(
        &oc("--target 0.3 --cohort-size 3 --cohorts 6 --truth .3,.2"),
        "decrease from 0.3 to 0.2",
    );
    refused(
        &oc("--target 0.3 --cohort-size 3 --cohorts 6 --truth .3,x"),
        "\"x\" is not a number",
    );
    refused(
        &oc("--target 0.3 --cohort-size 3 --cohorts 6 --truth -.1,.2"),
        "-0.1 is not a probability",
    );
    refused(&oc("--target 0.3 --cohort-size 3 --cohorts 6"), "give a true curve");
    refused(&oc("--cohort-size 3 --cohorts 6 --truth .1,.2"), "give --target");
    let forty = vec!["0.1"; 40].join(",");
    refused(
        &oc(&format!("--target 0.3 --cohort-size 3 --cohorts 6 --truth {forty}")),
        "40 dose levels",
    );
    let tite = "oc --design tite-boin --target 0.3 --cohort-size 1 --cohorts 6 --truth .1,.2 --window-days 28";
    refused(
        &format!("{tite} --accrual-interval-days 14 --demand 6"),
        "--demand does not go with a design that selects its dose",
    );
    refused(
        &format!("{tite} --accrual-interval-days 14 --titration"),
        "--titration does not go with",
    );
    refused("oc --design bion --target 0.3 --truth .1,.2", "there is no such design");
    refused(
        "oc --design crm --target 0.3 --cohort-size 3 --cohorts 6 --truth .1,.2",
        "0 skeleton values for 2",
    );
    refused(
        "select --design boin --target 0.3 --n 3,6 --dlt 4,1",
        "4 subjects with a DLT among 3",
    );
    refused("next --design boin --target 0.3 --outcomes 1NNN", "give --doses-count");
    refused(
        "next --design boin --target 0.3 --doses-count 2 --outcomes 3NNN",
        "level 3, of 2 dose levels",
    );
    refused(
        "next --design boin --target 0.3 --doses-count 2 --outcomes 1NXN",
        "is no cohort",
    );
}

#[test]
fn simulated_characteristics_come_with_their_standard_errors() {
    let question = "--design boin --target 0.28 --cohort-size 3 --cohorts 6 --truth .08,.2,.35";
    let exact = answer(&format!("oc {question}"));
    let simulated = answer(&format!("simulate {question} --trials 20000 --seed 7"));
    assert_eq!(simulated["method"], "monte-carlo");
    assert_eq!((&simulated["trials"], &simulated["seed"]), (&json!(20_000), &json!(7)));
    let (exact, found) = (&exact["scenarios"][0], &simulated["scenarios"][0]);
    for (field, place) in [("select", 0), ("select", 2), ("patients", 1), ("dlts", 2)] {
        let number = |value: &Value| value[field][place].as_f64().unwrap();
        let away = (number(found) - number(exact)).abs();
        assert!(away < 4.0 * number(&found["se"]), "{field} {place}: off by {away}");
    }
    let exact_alone = ["poor_allocation", "high_toxicity", "simulation"];
    for field in exact
        .as_object()
        .unwrap()
        .keys()
        .filter(|field| !exact_alone.contains(&field.as_str()))
    {
        assert!(found.get(field).is_some(), "{field}");
        assert!(field == "truth" || found["se"].get(field).is_some(), "{field}");
    }
    assert!(found["duration_days"].is_null());
    assert_eq!(
        simulated,
        answer(&format!("simulate {question} --trials 20000 --seed 7"))
    );
    let page = tercel(&format!("simulate {question} --trials 100")).stdout;
    assert!(page.contains("BOIN, 100 simulated trials, seed 1"), "{page}");
    assert!(page.contains(" ± "), "{page}");
}

#[test]
fn trials_on_continuous_time_tell_how_long_they_take() {
    let question = "simulate --design tite-boin --target 0.28 --cohort-size 3 --cohorts 4 --truth .08,.2,.35";
    let found = answer(&format!(
        "{question} --accrual-days 10 --poisson --onset late --sentinel-days 14 --stagger-days 3 --level-days 7 \
         --manufacturing-days 14 --manufacturing-exponential --failure 0.1 --under-dosed 0.2 --cells 1e6,1e7,1e8 \
         --exclude-below 0.6 --frailty 0.5 --visit-days 7"
    ));
    let scenario = &found["scenarios"][0];
    let number = |field: &str| scenario[field].as_f64().unwrap();
    assert!(number("consented") > number("n_total"));
    assert!(number("failures") > 0.0 && number("excluded") > 0.0);
    assert!(number("duration_days") > 100.0 && scenario["se"]["duration_days"].as_f64().unwrap() > 0.0);
    assert!(scenario["truth_marginal"][0].as_f64().unwrap() > 0.08);
    refused(question, "--accrual-interval-days");
    refused(
        &format!("{question} --accrual-days 7 --failure 1"),
        "hardly anybody would ever be infused",
    );
    refused(&format!("{question} --accrual-days 7 --onset soon"), "--onset soon");
    let later = |onset: &str| {
        let found = answer(&format!("{question} --accrual-days 7 --onset {onset} --trials 2000"));
        found["scenarios"][0]["patients"][2].as_f64().unwrap()
    };
    // The later the DLTs, the more subjects are treated high before they are known.
    assert!(later("weibull:0.9") > later("weibull:0.1"));
    for wrong in ["weibull", "weibull:", "weibull:half", "weibull:1", "weibull:NaN"] {
        refused(
            &format!("{question} --accrual-days 7 --onset {wrong}"),
            &format!("--onset {wrong}"),
        );
    }
    refused(&format!("{question} --accrual-days 7 --under-dosed 0.2"), "--cells");
    let cohorts = "simulate --design boin --target 0.28 --cohort-size 3 --cohorts 4 --truth .1,.2";
    refused(
        &format!("{cohorts} --poisson"),
        "--poisson needs --accrual-interval-days",
    );
    refused(&format!("{cohorts} --trials 1"), "--trials 1");
}

#[test]
fn a_trial_is_simulated_with_its_days_between_infusions() {
    let trial = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc");
    let days = |more: &str| {
        let question = format!("--truth .1,.2,.3 --accrual-interval-days 7 --trials 500 {more} --json");
        let run = Command::new(env!("CARGO_BIN_EXE_tercel"))
            .args(["design", "simulate", trial.to_str().unwrap()])
            .args(question.split_whitespace())
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
        let found: Value = serde_json::from_slice(&run.stdout).unwrap();
        found["scenarios"][0]["duration_days"].as_f64().unwrap()
    };
    let none = days("--sentinel-days 0 --stagger-days 0 --level-days 0");
    let (planned, said) = (days(""), days("--sentinel-days 14 --stagger-days 7 --level-days 28"));
    assert!(planned > none, "{planned} against {none}");
    assert!((planned - said).abs() < 1e-9, "{planned} against {said}");
}

#[test]
fn bf_boin_is_simulated_with_those_backfilled_in_the_total() {
    let question = "simulate --design bf-boin --target 0.25 --cohort-size 3 --cohorts 8 --truth .04,.12,.25,.43 \
                    --accrual-interval-days 7 --poisson --trials 2000";
    let found = answer(&format!("{question} --truth-response .1,.2,.3,.45"));
    let scenario = &found["scenarios"][0];
    let sum = |field: &str| {
        let each = scenario[field].as_array().unwrap();
        each.iter().map(|value| value.as_f64().unwrap()).sum::<f64>()
    };
    let total = scenario["n_total"].as_f64().unwrap();
    assert!((sum("patients") - total).abs() < 1e-9);
    assert!(
        sum("backfilled") > 2.0 && total - sum("backfilled") <= 24.0,
        "{scenario}"
    );
    assert!(sum("responses") > 1.0 && scenario["duration_days"].as_f64().unwrap() > 100.0);
    assert_eq!(scenario["truth_response"], json!([0.1, 0.2, 0.3, 0.45]));
    assert_eq!(scenario["se"]["backfilled"].as_array().unwrap().len(), 4);
    let page = tercel(&format!("{question} --truth-response .1,.2,.3,.45")).stdout;
    assert!(page.contains("backfilled of them, mean"), "{page}");
    // Without a response it is BOIN, draw for draw.
    let none = answer(&format!("{question} --truth-response 0,0,0,0"));
    let boin = answer(&question.replace("bf-boin", "boin"));
    assert_eq!(none["scenarios"][0]["select"], boin["scenarios"][0]["select"]);
    assert_eq!(none["scenarios"][0]["patients"], boin["scenarios"][0]["patients"]);
    refused(
        &format!("{} --truth-response .1,.2,.3,.4", question.replace("bf-boin", "boin12")),
        "boin12 is not simulated",
    );
    refused(question, "give --truth-response for each --truth");
    refused(
        &format!("{question} --truth-response .1,.2"),
        "a response probability from 0 to 1",
    );
    refused(
        &format!("{question} --truth-response .1,.2,.3,.4 --backfill-cap 9"),
        "--n-cap",
    );
    refused(
        "simulate --design bf-boin --target 0.25 --cohort-size 3 --cohorts 8 --truth .1,.2 --truth-response .1,.2",
        "who is backfilled depends on when subjects come",
    );
}

#[test]
fn any_design_in_cohorts_can_be_backfilled() {
    let at = "--truth .05,.12,.25 --accrual-interval-days 7 --uniform --trials 500";
    let keyboard = "--design keyboard --target 0.25 --cohort-size 3 --cohorts 6";
    let crm = "--design crm --target 0.25 --skeleton .1,.25,.4 --cohort-size 3 --cohorts 6";
    let backfilled = |design: &str, more: &str| {
        let run = tercel(&format!("simulate {design} {at} {more} --json"));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.is_empty(), "{}", run.stderr);
        let found: Value = serde_json::from_str(&run.stdout).unwrap();
        found["scenarios"][0]["backfilled"][0].as_f64().unwrap()
    };
    for design in [keyboard, crm, "--design 3+3 --target 0.25"] {
        let some = backfilled(design, "--backfill-cap 9 --truth-response .2,.3,.4");
        let more = backfilled(design, "--backfill-cap 9 --backfill-without-response");
        assert!(0.2 < some && some < more && more < 6.0, "{design}: {some}, {more}");
        // A cap that the cohort fills leaves no room.
        let none = backfilled(design, "--backfill-cap 3 --backfill-without-response");
        assert!(none.abs() < 1e-12, "{none}");
    }
    refused(
        &format!("simulate {keyboard} {at} --truth-response .2,.3,.4"),
        "needs --backfill-cap",
    );
    refused(
        &format!("simulate --design 3+3 {at} --backfill-cap 9 --backfill-without-response"),
        "--backfill-cap needs --target",
    );
    refused(
        &format!("simulate {keyboard} {at} --titration --backfill-cap 9 --backfill-without-response"),
        "titration by single subjects does not go with backfilling",
    );
    let tite = "simulate --design tite-boin --target 0.25 --cohort-size 1 --cohorts 12";
    refused(
        &format!("{tite} {at} --backfill-cap 9"),
        "nobody waits to be backfilled",
    );
}

#[test]
fn rules_of_conduct_compose_with_late_onset_designs() {
    let at = "--target 0.25 --truth .3,.5 --accrual-interval-days 14 --window-days 28";
    let none = |command: &str, design: &str, rules: &str| {
        let found = answer(&format!("{command} --design {design} {at}{rules}"));
        found["scenarios"][0]["select_none"].as_f64().unwrap()
    };
    let sized = "--cohort-size 1 --cohorts 9";
    for design in [
        format!("tite-boin {sized}"),
        format!("tite-crm --skeleton .2,.4 {sized}"),
        "rolling-six".to_owned(),
    ] {
        for command in ["oc", "simulate --trials 3000"] {
            let (plain, safe) = (none(command, &design, ""), none(command, &design, " --safety-stop 0.7"));
            assert!(safe > plain, "{command} {design}: {safe} against {plain}");
        }
    }
    let next = |rules: &str| {
        let question = "next --design tite-boin --target 0.3 --doses-count 3 --outcomes";
        let mut asked: Vec<&str> = question.split(' ').collect();
        asked.push("1NNNNNNTTT");
        asked.extend(rules.split(' ').filter(|word| !word.is_empty()));
        let run = Command::new(env!("CARGO_BIN_EXE_tercel"))
            .arg("design")
            .args(asked)
            .arg("--json")
            .output()
            .unwrap();
        serde_json::from_slice::<Value>(&run.stdout).unwrap()
    };
    // 3 of 9 stays; with nine enough the trial ends.
    assert_eq!(next("")["action"], "stay");
    let end = next("--n-earlystop 9");
    assert_eq!((&end["action"], &end["mtd"]), (&json!("stop"), &json!(1)), "{end}");
    // Pr(p > 0.3 | Beta(4, 7)) = Pr(Bin(10, 0.3) ≤ 3) = 0.650.
    assert_eq!(next("--safety-stop 0.64")["action"], "stop");
    assert_eq!(next("--safety-stop 0.66")["action"], "stay");
    refused(
        "next --design rolling-six --doses-count 3 --outcomes 1NNN --safety-stop 0.9",
        "--safety-stop needs --target",
    );
}

/// A file of subjects, one a row.
fn patients(name: &str, text: &str) -> String {
    let path = std::env::temp_dir().join(format!("tercel-{}-{name}.csv", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The answer about a file whose path has underscores as it is.
fn next_of(design: &str, file: &str) -> Value {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(["design", "next", "--json", "--patients", file])
        .args(design.split(' '))
        .output()
        .unwrap();
    assert_eq!(status.code(), Some(0), "{}", String::from_utf8_lossy(&stderr));
    serde_json::from_slice(&stdout).unwrap()
}

#[test]
fn bf_boin_says_where_to_backfill_and_where_to_escalate() {
    let text = "dose_level,dlt,response,backfill\n1,0,1,\n1,0,0,\n1,0,0,\n2,0,0,\n2,0,0,\n2,0,0,\n1,,,1\n1,1,1,1\n";
    let file = patients("bf-boin", text);
    let next = next_of("--design bf-boin --target 0.25 --doses-count 3", &file);
    // Level 1 has 1/4 = 0.25 and contradicts 0/3 at level 2: pooled 1/7 = 0.143 is below the escalation boundary 0.197.
    assert_eq!(
        (&next["action"], &next["dose_level"]),
        (&json!("escalate"), &json!(3)),
        "{next}"
    );
    assert_eq!(next["backfill"], json!([1]));
    assert_eq!(
        next["levels"][0],
        json!({"dose_level": 1, "evaluable": 4, "dlt": 1, "pending": 1, "response": 2})
    );
    let capped = next_of("--design bf-boin --target 0.25 --doses-count 3 --n-cap 5", &file);
    assert_eq!(capped["backfill"], json!([]));
    let open = "dose_level,dlt,response,backfill\n1,0,1,\n1,0,0,\n1,,,\n";
    let waiting = next_of(
        "--design bf-boin --target 0.25 --doses-count 3",
        &patients("bf-boin-open", open),
    );
    assert_eq!(waiting["action"], "wait");
    let table = answer("table --design bf-boin --target 0.25 --max-n 3");
    assert_eq!(
        table["rows"],
        answer("table --design boin --target 0.25 --max-n 3")["rows"]
    );
    assert_eq!(
        answer("select --design bf-boin --target 0.25 --n 12,12,6 --dlt 1,2,3")["mtd"],
        2
    );
    refused(
        "oc --design bf-boin --target 0.25 --cohort-size 3 --cohorts 6 --truth .1,.2",
        "has no exact operating characteristics",
    );
}

#[test]
fn boin12_decides_by_desirability() {
    // The example of the paper, page 1396: 1NNN 2ENT 3ETT 2EEN leads to level 2.
    let text =
        "dose_level,dlt,response\n1,0,0\n1,0,0\n1,0,0\n2,0,1\n2,0,0\n2,1,0\n3,0,1\n3,1,0\n3,1,0\n2,0,1\n2,0,1\n2,0,0\n";
    let next = next_of(
        "--design boin12 --target 0.35 --efficacy-min 0.25 --doses-count 5",
        &patients("boin12", text),
    );
    assert_eq!(
        (&next["action"], &next["dose_level"]),
        (&json!("stay"), &json!(2)),
        "{next}"
    );
    assert!((next["levels"][4]["desirability"].as_f64().unwrap() - 0.295).abs() < 1e-12);
    assert_eq!(next["levels"][1]["admissible"], true);
    let selected =
        answer("select --design boin12 --target 0.35 --efficacy-min 0.25 --n 7,6,7 --dlt 0,1,4 --response 1,3,4");
    assert_eq!(
        (&selected["obd"], &selected["mtd"]),
        (&json!(2), &json!(2)),
        "{selected}"
    );
    assert!((selected["mean_utility"][1].as_f64().unwrap() - 60.0).abs() < 1e-9);
    let oc = answer(
        "oc --design boin12 --target 0.35 --efficacy-min 0.25 --cohort-size 3 --cohorts 4 --truth .05,.15 --truth-response .2,.5",
    );
    let scenario = &oc["scenarios"][0];
    let chances = [&scenario["select"][0], &scenario["select"][1], &scenario["select_none"]];
    let all: f64 = chances.iter().map(|chance| chance.as_f64().unwrap()).sum();
    assert!((all - 1.0).abs() < 1e-9, "{oc}");
    let boin12 = |rest: &str| format!("oc --design boin12 --cohort-size 3 --cohorts 4 --truth .05,.15 {rest}");
    refused(&boin12("--target 0.35"), "give --efficacy-min");
    refused(&boin12("--target 0.35 --efficacy-min 0.25"), "give --truth-response");
    refused(
        &boin12("--target 0.35 --efficacy-min 0.25 --truth-response .2,.5,.6"),
        "3 true response probabilities for 2",
    );
    refused(
        "select --design boin12 --target 0.35 --efficacy-min 0.25 --n 3 --dlt 0",
        "give --response",
    );
    refused(
        "select --design boin12 --target 0.35 --efficacy-min 0.25 --utility-u3 50 --n 3 --dlt 1 --response 1",
        "give --both",
    );
    refused(
        "next --design boin12 --target 0.35 --efficacy-min 0.25 --doses-count 3 --outcomes 1NNN",
        "no subject has a response",
    );
}

/// The trial of the repository under another design: its protocol with these lines in place of `design = "3+3"`.
fn decided_by(lines: &str, as_of: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let trial = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc");
    std::fs::create_dir(folder.path().join("data")).unwrap();
    for entry in std::fs::read_dir(trial.join("data")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join("data").join(path.file_name().unwrap())).unwrap();
    }
    let protocol = std::fs::read_to_string(trial.join("protocol.toml")).unwrap();
    let protocol = protocol.replace("design = \"3+3\"", lines);
    std::fs::write(folder.path().join("protocol.toml"), protocol).unwrap();
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .args(["decide", folder.path().to_str().unwrap(), "--as-of", as_of, "--json"])
        .output()
        .unwrap();
    assert_eq!(status.code(), Some(0), "{}", String::from_utf8_lossy(&stderr));
    serde_json::from_slice(&stdout).unwrap()
}

#[test]
fn a_study_is_decided_by_any_design_of_its_protocol() {
    let boin = "design = \"boin\"\ntarget = 0.28\ncohorts = 6";
    // One DLT in one at level 3: the cohort is filled first; 2 of 3 would lead down, 1 of 3 stay.
    let open = decided_by(boin, "2025-07-20");
    assert_eq!(
        (&open["action"], &open["dose_level"]),
        (&json!("stay"), &json!(3)),
        "{open}"
    );
    assert!(
        open["because"].as_str().unwrap().contains("the cohort is not full"),
        "{open}"
    );
    // 1NNN 2NNN 3NNNTT and level 2 again, 0 of 3: up.
    let full = decided_by(boin, "2026-03-10");
    assert_eq!(
        (&full["action"], &full["dose_level"]),
        (&json!("escalate"), &json!(3)),
        "{full}"
    );
    let crm = "design = \"crm\"\ntarget = 0.28\nskeleton = [0.12, 0.28, 0.45]";
    let model = decided_by(crm, "2026-06-20");
    assert_eq!(model["action"], "stay", "{model}");
    let what_if = model["what_if"].as_array().unwrap();
    assert_eq!(what_if.len(), 1, "{model}");
    assert_eq!(what_if[0]["dose_level"], 2);
    assert!(what_if[0]["if_dlt"]["action"].is_string() && what_if[0]["if_no_dlt"]["action"].is_string());
}

#[test]
fn a_protocol_gives_late_onset_designs_their_rules() {
    let crm = "design = \"tite-crm\"\ntarget = 0.28\nskeleton = [0.12, 0.28, 0.45]\ncohorts = 12";
    // One DLT in one at level 3, where the model stays.
    let stays = decided_by(crm, "2025-07-20");
    assert_eq!(
        (&stays["action"], &stays["dose_level"]),
        (&json!("stay"), &json!(3)),
        "{stays}"
    );
    let enough = decided_by(&format!("{crm}\nn_earlystop = 1"), "2025-07-20");
    assert_eq!(
        (&enough["action"], &enough["mtd"]),
        (&json!("stop"), &json!(3)),
        "{enough}"
    );
    let rolling = "design = \"rolling-six\"";
    // 1 of 8 at level 2 below a closed level.
    let declared = decided_by(rolling, "2026-09-01");
    assert_eq!(
        (&declared["action"], &declared["mtd"]),
        (&json!("stop"), &json!(2)),
        "{declared}"
    );
    let demanded = decided_by(&format!("{rolling}\ndemand = 9"), "2026-09-01");
    assert_eq!(
        (&demanded["action"], &demanded["dose_level"]),
        (&json!("stay"), &json!(2)),
        "{demanded}"
    );
}

#[test]
fn each_open_outcome_says_what_it_would_change() {
    let decided = decided_by("design = \"3+3\"", "2026-06-20");
    let open = &decided["what_if"][0];
    assert_eq!(open["if_dlt"]["action"], "de-escalate", "{decided}");
    assert_eq!(open["if_dlt"]["dose_level"], 1);
    assert_eq!(
        (&open["if_no_dlt"]["action"], &open["if_no_dlt"]["mtd"]),
        (&json!("stop"), &json!(2))
    );
}

#[test]
fn where_the_states_do_not_fit_the_memory_trials_are_simulated_and_it_is_said() {
    let question = "oc --design boin --target 0.28 --cohort-size 1 --cohorts 24 --truth .05,.1,.2,.3,.4";
    let run = tercel(&format!("{question} --memory 1 --json"));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("1 MiB are allowed"), "{}", run.stderr);
    let simulated: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(simulated["method"], "monte-carlo");
    let exact = answer(question);
    let (one, other) = (&simulated["scenarios"][0], &exact["scenarios"][0]);
    for dose in 0..5 {
        let away = one["select"][dose].as_f64().unwrap() - other["select"][dose].as_f64().unwrap();
        assert!(
            away.abs() < 5.0 * one["se"]["select"][dose].as_f64().unwrap(),
            "dose {dose}: {away}"
        );
    }
    let wide = tercel(&format!(
        "oc --design boin --target 0.28 --cohort-size 3 --cohorts 10 --truth {}",
        ["0.1"; 20].join(",")
    ));
    assert_eq!(wide.code, Some(0), "{}", wide.stderr);
    assert!(wide.stderr.contains("beyond the exact engine"), "{}", wide.stderr);
}

#[test]
fn a_compiled_design_is_saved_and_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("boin.bin");
    let oc = |extra: &[&str]| -> Output {
        let question = "design oc --design boin --target 0.28 --cohort-size 3 --cohorts 6 --truth .08,.2,.35 --json";
        Command::new(env!("CARGO_BIN_EXE_tercel"))
            .args(question.split(' '))
            .args(extra)
            .output()
            .unwrap()
    };
    let path = file.to_str().unwrap();
    let made = oc(&["--save", path]);
    let again = oc(&["--compiled", path]);
    assert_eq!(made.stdout, again.stdout);
    let other = oc(&["--compiled", path, "--elimination-cutoff", "0.9"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("compiled from other options"));
    std::fs::write(&file, "something else").unwrap();
    let refused = oc(&["--compiled", path]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("compile the design again"));
}

#[test]
fn a_trial_folder_stands_in_place_of_the_options() {
    let trial = concat!(env!("CARGO_MANIFEST_DIR"), "/../../trials/il1rap-hcc");
    let oc = answer(&format!("oc {trial} --truth 0.08,0.2,0.35"));
    assert_eq!(
        oc,
        answer("oc --design 3+3 --variant korn-strict --truth 0.08,0.2,0.35")
    );
    let next = answer(&format!("next {trial} --outcomes 1NNN_2NNT"));
    assert_eq!(
        (&next["action"], &next["dose_level"]),
        (&json!("stay"), &json!(2)),
        "{next}"
    );
    assert_eq!(answer(&format!("paths {trial} --depth 1"))["tree"]["action"], "stay");
    refused("oc --truth 0.1,0.2", "or a trial folder");
    refused(&format!("oc {trial} --truth 0.1,0.2"), "2 values, of 3 dose levels");
}

#[test]
fn a_design_is_averaged_over_random_curves_and_shown_under_its_worst_ones() {
    let asked = "robust --design boin --target 0.3 --doses-count 3 --cohort-size 3 --cohorts 6 --curves 200";
    let found = answer(asked);
    let averages = found["average"].as_array().unwrap();
    assert_eq!(averages.len(), 4);
    assert_eq!(averages[0]["right"], "any");
    let curves = |row: &Value| row["curves"].as_u64().unwrap();
    assert_eq!(curves(&averages[0]), 200);
    assert_eq!(averages[1..].iter().map(curves).sum::<u64>(), 200);
    let worst = found["worst"].as_array().unwrap();
    assert_eq!(worst.len(), 4);
    // The worst curve is a curve like any other: `oc` gives the same numbers for it.
    let truth: Vec<String> = worst[1]["least_correct"]["truth"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    let exact = answer(&format!(
        "oc --design boin --target 0.3 --cohort-size 3 --cohorts 6 --truth {}",
        truth.join(",")
    ));
    let close = (exact["scenarios"][0]["select"][1].as_f64().unwrap()
        - worst[1]["least_correct"]["correct"].as_f64().unwrap())
    .abs();
    assert!(close < 1e-12);
    assert_eq!(answer(asked), found);
    refused(&format!("{asked} --halfwidth 0.4"), "at most 0.3");
    refused("robust --design 3+3 --doses-count 3", "give --target");
}

#[test]
fn curves_are_averaged_with_their_weights_and_simulation_error_stands_beside_exact_answers() {
    let asked = "oc --design boin --target 0.3 --cohort-size 3 --cohorts 6 --truth 0.1,0.3,0.5 --truth 0.3,0.4,0.5";
    let found = answer(&format!("{asked} --weights 3,1"));
    let select = |curve: usize| found["scenarios"][curve]["select"][0].as_f64().unwrap();
    let by_hand = 0.75 * select(0) + 0.25 * select(1);
    assert!((found["average"]["select"][0].as_f64().unwrap() - by_hand).abs() < 1e-14);
    let scatter = found["scenarios"][0]["simulation"]["select_se"][0].as_f64().unwrap();
    assert!((scatter - (select(0) * (1.0 - select(0)) / 10_000.0).sqrt()).abs() < 1e-15);
    refused(&format!("{asked} --weights 3"), "1 for 2 true curves");
    refused(&format!("{asked} --weights 0,0"), "above 0");
}
