//! `tercel estimate`: survival curves, proportions and kinetics from the command line.

#![expect(clippy::unwrap_used, reason = "a field that is not there fails the test")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn tercel(args: &[&str]) -> Run {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_tercel"))
        .arg("estimate")
        .args(args)
        .output()
        .unwrap();
    Run {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

fn answer(args: &[&str]) -> Value {
    let mut args = args.to_vec();
    args.push("--json");
    let run = tercel(&args);
    assert_eq!(run.code, Some(0), "{args:?}: {}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// A wrong request: exit 2, nothing on standard output, and these words in the message.
fn refused(args: &[&str], words: &[&str]) {
    let run = tercel(args);
    assert_eq!(run.code, Some(2), "{args:?}: {}", run.stdout);
    assert!(run.stdout.is_empty(), "{args:?}: {}", run.stdout);
    assert!(!run.stderr.contains("panicked"), "{args:?}: {}", run.stderr);
    for word in words {
        assert!(
            run.stderr.contains(word),
            "{args:?}: \"{word}\" is not in {}",
            run.stderr
        );
    }
}

struct File {
    _folder: TempDir,
    path: PathBuf,
}

impl File {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        fs::write(&path, text).unwrap();
        Self { _folder: folder, path }
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

fn km(file: &File, more: &[&str]) -> Vec<String> {
    let args = ["km", file.name(), "--time", "day", "--event", "died"];
    args.iter().chain(more).map(|&arg| arg.to_owned()).collect()
}

fn km_answer(text: &str, more: &[&str]) -> Value {
    let file = File::new(text);
    let args = km(&file, more);
    answer(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

fn km_refused(text: &str, more: &[&str], words: &[&str]) {
    let file = File::new(text);
    let args = km(&file, more);
    refused(&args.iter().map(String::as_str).collect::<Vec<_>>(), words);
}

fn near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!(
        (value - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{value}, expected {expected}"
    );
}

#[test]
fn km_gives_steps_quartiles_and_landmarks() {
    let text = "id,day,died\na,10,1\nb,20,yes\nc,30,TRUE\nd,40,no\n";
    let found = km_answer(text, &["--at", "15,40,41"]);
    assert_eq!((&found["n"], &found["events"]), (&4.into(), &3.into()));
    let second = &found["steps"][1];
    assert_eq!(
        (&second["n_risk"], &second["n_event"], &second["n_censor"]),
        (&3.into(), &1.into(), &0.into())
    );
    near(&second["survival"], 0.5);
    near(&second["se"], 0.25);
    // R: survfit(conf.type = "log-log").
    near(&second["lower"], 0.057_847_083_0);
    near(&second["upper"], 0.844_861_281_2);
    near(&found["quartiles"][1]["estimate"], 25.0);
    near(&found["landmarks"][0]["estimate"], 0.75);
    assert_eq!(found["landmarks"][0]["n_risk"], 3);
    near(&found["landmarks"][1]["estimate"], 0.25);
    assert_eq!(found["landmarks"][1]["n_risk"], 1);
    assert_eq!(found["landmarks"][2]["estimate"], Value::Null);
    assert!(found["landmarks"][2]["reason"].as_str().unwrap().contains("censored"));
    near(&found["follow_up"]["median"], 40.0);
}

#[test]
fn km_limits_follow_the_chosen_scale_and_level() {
    let text = "day,died\n10,1\n20,1\n30,1\n40,1\n";
    let log = km_answer(text, &["--conf-type", "log"]);
    near(&log["steps"][0]["lower"], 0.425_932_268_498);
    let plain = km_answer(text, &["--conf-type", "plain", "--level", "0.9"]);
    // 0.75 - 1.6448536 · 0.2165064.
    near(
        &plain["steps"][0]["lower"],
        0.75 - 1.644_853_626_951_472_2 * 0.216_506_350_946_109_66,
    );
    assert_eq!(plain["level"], 0.9);
}

/// Maintained and not maintained arm of `aml` (R package survival); `survdiff` and `coxph` print 3.4 on 1 df, p = 0.07, and
/// exp(coef) 2.498, 0.9159 to 6.813.
const AML: &str = "day,died,arm\n9,1,M\n13,1,M\n13,0,M\n18,1,M\n23,1,M\n28,0,M\n31,1,M\n34,1,M\n45,0,M\n48,1,M\n161,0,M
5,1,N\n5,1,N\n8,1,N\n8,1,N\n12,1,N\n16,0,N\n23,1,N\n27,1,N\n30,1,N\n33,1,N\n43,1,N\n45,1,N\n";

#[test]
fn km_of_groups_gives_a_curve_for_each_and_compares_them() {
    let whole = km_answer(AML, &[]);
    let found = km_answer(AML, &["--group", "arm"]);
    assert_eq!(
        (&whole["steps"], &whole["quartiles"]),
        (&found["steps"], &found["quartiles"])
    );
    assert_eq!(found["groups"][0]["group"], "M");
    assert_eq!(found["groups"][1]["n"], 12);
    near(&found["groups"][0]["quartiles"][1]["estimate"], 31.0);
    near(&found["groups"][1]["quartiles"][1]["estimate"], 23.0);
    let compared = &found["comparison"];
    let printed = |value: &Value, expected: f64, half: f64| {
        assert!(
            (value.as_f64().unwrap() - expected).abs() <= half,
            "{value}, {expected}"
        );
    };
    printed(&compared["log_rank"]["chi_square"], 3.4, 0.05);
    printed(&compared["log_rank"]["p"], 0.07, 0.005);
    assert_eq!(compared["trend"], Value::Null);
    assert_eq!(compared["hazard_ratio"]["numerator"], "N");
    assert_eq!(compared["hazard_ratio"]["denominator"], "M");
    assert_eq!(compared["hazard_ratio"]["reason"], Value::Null);
    printed(&compared["hazard_ratio"]["value"], 2.498, 0.0005);
    printed(&compared["hazard_ratio"]["lower"], 0.9159, 0.00005);
    printed(&compared["hazard_ratio"]["upper"], 6.813, 0.0005);
    assert_eq!(compared["caution"], Value::Null);
}

#[test]
fn km_of_groups_orders_numbers_names_small_ones_and_says_when_nothing_can_be_compared() {
    let few = km_answer("day,died,level\n5,1,10\n6,0,2\n7,1,2\n9,1,3\n", &["--group", "level"]);
    let names: Vec<&Value> = few["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["group"])
        .collect();
    assert_eq!(names, ["2", "3", "10"]);
    assert_eq!(few["comparison"]["trend"]["df"], 1);
    let caution = few["comparison"]["caution"].as_str().unwrap();
    assert!(
        caution.contains("2: 2, 3: 1, 10: 1") && caution.contains("fewer than 5 events (3)"),
        "{caution}"
    );
    let one = km_answer("day,died,level\n5,1,A\n6,0,A\n", &["--group", "level"]);
    assert_eq!(one["comparison"]["reason"], "fewer than two groups");
    let apart = km_answer("day,died,level\n5,0,A\n6,1,B\n", &["--group", "level"]);
    assert_eq!(apart["comparison"]["log_rank"], Value::Null);
    assert!(apart["comparison"]["reason"].as_str().unwrap().contains("no event"));
    km_refused(
        "day,died,level\n5,1,A\n6,0,\n",
        &["--group", "level"],
        &["row 2", "level"],
    );
    km_refused("day,died\n5,1\n", &["--group", "level"], &["no column level"]);
    let file = File::new(AML);
    let args = km(&file, &["--group", "arm"]);
    let run = tercel(&args.iter().map(String::as_str).collect::<Vec<_>>());
    for words in [
        "Group M: 11 subjects",
        "Log-rank: chi-square 3.39639 on 1 df",
        "Hazard ratio, N against M: 2.49811",
    ] {
        assert!(run.stdout.contains(words), "{words} is not in {}", run.stdout);
    }
}

#[test]
fn km_of_censored_one_or_no_subjects_is_answered() {
    let censored = km_answer("day,died\n5,0\n9,0\n", &["--at", "9,10"]);
    near(&censored["landmarks"][0]["lower"], 1.0);
    assert_eq!(censored["landmarks"][1]["estimate"], Value::Null);
    assert_eq!(censored["quartiles"][1]["estimate"], Value::Null);
    assert!(censored["quartiles"][1]["reason"].as_str().unwrap().contains("50 %"));
    let one = km_answer("day,died\n0,1\n", &["--at", "0,100"]);
    near(&one["quartiles"][1]["estimate"], 0.0);
    near(&one["landmarks"][1]["estimate"], 0.0);
    assert_eq!(one["landmarks"][1]["lower"], Value::Null);
    let nobody = km_answer("day,died\n", &["--at", "5"]);
    assert_eq!(nobody["n"], 0);
    assert_eq!(nobody["steps"], Value::Array(vec![]));
    assert_eq!(nobody["landmarks"][0]["estimate"], Value::Null);
    assert_eq!(nobody["landmarks"][0]["reason"], "no subjects");
}

#[test]
fn km_refuses_what_it_cannot_read_and_names_the_place() {
    km_refused("", &[], &["empty"]);
    km_refused("time,died\n1,1\n", &[], &["no column day", "time, died"]);
    km_refused("day,died\n1,1\nsoon,0\n", &[], &["row 2", "day", "soon"]);
    km_refused("day,died\n1,1\n,0\n", &[], &["row 2", "day"]);
    km_refused("day,died\n-3,1\n", &[], &["row 1", "at least 0"]);
    km_refused("day,died\nNaN,1\n", &[], &["row 1"]);
    for event in ["", "2", "dead", "1.0"] {
        km_refused(
            &format!("day,died\n1,1\n2,{event}\n"),
            &[],
            &["row 2", "died", "true/false"],
        );
    }
    let good = "day,died\n1,1\n";
    for level in ["95", "0", "1", "-0.5", "NaN"] {
        km_refused(good, &["--level", level], &["0.95"]);
    }
    km_refused(good, &["--at", "-5"], &["--at -5"]);
    km_refused(good, &["--at", "3,inf"], &["--at inf"]);
    km_refused(good, &["--at", "soon"], &["soon"]);
    km_refused(good, &["--conf-type", "logit"], &["log-log"]);
    refused(
        &["km", "/no/such/file.csv", "--time", "day", "--event", "died"],
        &["no/such/file.csv"],
    );
}

#[test]
fn proportion_gives_four_intervals() {
    let found = answer(&["proportion", "--x", "0", "--n", "3"]);
    near(&found["estimate"], 0.0);
    for (name, upper) in [
        ("clopper_pearson", 0.707_598_226_179),
        ("wilson", 0.561_497_031_755),
        ("wilson_cc", 0.690_011_893_558),
        ("jeffreys", 0.535_583_243_043),
    ] {
        near(&found[name][0], 0.0);
        near(&found[name][1], upper);
    }
    let ninety = answer(&["proportion", "--x", "3", "--n", "3", "--level", "0.9"]);
    near(&ninety["clopper_pearson"][0], 0.05f64.cbrt());
}

#[test]
fn proportion_refuses_impossible_counts() {
    refused(&["proportion", "--x", "4", "--n", "3"], &["larger than n"]);
    refused(&["proportion", "--x", "0", "--n", "0"], &["n is 0"]);
    refused(&["proportion", "--x", "-1", "--n", "3"], &["negative"]);
    refused(&["proportion", "--x", "1.5", "--n", "3"], &["1.5"]);
    refused(&["proportion", "--x", "1", "--n", "3", "--level", "95"], &["0.95"]);
    refused(&["proportion", "--x", "1", "--n", "99999999999"], &["larger than"]);
}

const PROFILES: &str = "id,time,conc
S2,0,0
S2,7,BLQ
S1,4,1
S1,0,
S1,2,4
S1,1,8
S1,3,2
S1,5,< 0.6
S2,14,<LLOQ
S1,6,NA
";

#[test]
fn nca_gives_the_parameters_of_each_subject() {
    let file = File::new(PROFILES);
    let found = answer(&[
        "nca",
        file.name(),
        "--partial-end",
        "2.5",
        "--method",
        "linear-up-log-down",
    ]);
    let (none, one) = (&found["subjects"][0], &found["subjects"][1]);
    assert_eq!((&one["id"], &none["id"]), (&"S1".into(), &"S2".into()));
    let ln2 = std::f64::consts::LN_2;
    for (name, expected) in [
        ("c_max", 8.0),
        ("t_max", 1.0),
        ("auc_last", 4.0 + 7.0 / ln2),
        ("auc_inf", 4.0 + 8.0 / ln2),
        ("auc_partial", 4.0 + 4.0 / ln2),
        ("auc_partial_interpolated", 4.0 + (8.0 - 8f64.sqrt()) / ln2),
        ("partial_end", 2.5),
        ("t_last", 4.0),
        ("c_last", 1.0),
        ("lambda_z", ln2),
        ("half_life", 1.0),
        ("adj_r_squared", 1.0),
    ] {
        near(&one[name], expected);
    }
    assert_eq!(one["lambda_z_times"], serde_json::json!([2.0, 3.0, 4.0]));
    assert_eq!((&one["n_blq"], &one["n_not_done"]), (&2.into(), &1.into()));
    near(&none["c_max"], 0.0);
    near(&none["auc_last"], 0.0);
    for name in ["t_max", "t_last", "c_last", "lambda_z", "half_life"] {
        assert_eq!(none[name], Value::Null, "{name}");
        assert!(none["reasons"][name].is_string(), "{name}");
    }
    let linear = answer(&["nca", file.name()]);
    near(&linear["subjects"][1]["auc_last"], 14.5);
    near(&linear["subjects"][1]["partial_end"], 28.0);
}

#[test]
fn nca_says_why_an_area_is_not_estimable() {
    let file = File::new("id,time,conc\nA,-1,0\nA,1,5\nA,2,4\nA,3,3\nA,4,2\n");
    let found = answer(&["nca", file.name()]);
    let subject = &found["subjects"][0];
    assert_eq!(subject["auc_last"], Value::Null);
    assert!(
        subject["reasons"]["auc_last"]
            .as_str()
            .unwrap()
            .contains("no sample at time 0")
    );
    assert!(subject["half_life"].is_number());
    let header_only = File::new("id,time,conc\n");
    assert_eq!(answer(&["nca", header_only.name()])["subjects"], Value::Array(vec![]));
}

#[test]
fn nca_refuses_what_it_cannot_read_and_names_the_place() {
    for (text, words) in [
        ("", vec!["empty"]),
        ("id,time\nA,1\n", vec!["no column conc"]),
        ("id,time,conc\nA,0,0\nB,1,2\nB,1,3\n", vec!["subject B", "time 1"]),
        ("id,time,conc\nA,0,high\n", vec!["row 1", "conc", "high"]),
        ("id,time,conc\nA,0,-4\n", vec!["row 1", "conc", "-4"]),
        ("id,time,conc\nA,0,1e999\n", vec!["row 1", "conc"]),
        ("id,time,conc\nA,,4\n", vec!["row 1", "time"]),
        ("id,time,conc\n,0,4\n", vec!["row 1", "id"]),
        ("id,time,conc\nA,0,<x\n", vec!["row 1", "conc"]),
    ] {
        let file = File::new(text);
        refused(&["nca", file.name()], &words);
    }
    let file = File::new(PROFILES);
    for end in ["0", "-28", "NaN", "inf"] {
        refused(
            &["nca", file.name(), "--partial-end", end],
            &["--partial-end", "after 0"],
        );
    }
}

#[test]
fn text_for_a_person_is_an_aligned_table() {
    let run = tercel(&["proportion", "--x", "1", "--n", "3"]);
    let expected = "\
1/3 = 0.333333, level 0.95

interval                         lower     upper
Clopper-Pearson (exact)       0.008404  0.905701
Wilson                        0.061492   0.79234
Wilson, continuity-corrected  0.017653  0.874666
Jeffreys                      0.038748  0.823264
";
    assert_eq!(run.stdout, expected);
    let file = File::new(PROFILES);
    let run = tercel(&["nca", file.name()]);
    assert!(
        run.stdout.contains("S2: no T1/2: 0 quantifiable samples after t_max"),
        "{}",
        run.stdout
    );
    let brief = File::new("id,time,conc\nA,0,0\nA,7,50\nA,14,30\n");
    let run = tercel(&["nca", brief.name()]);
    assert!(run.stdout.contains("linear trapezoids, 1 subject\n"), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("A: sampled up to 14 only, before 28: AUC0-28 interp. ends there"),
        "{}",
        run.stdout
    );
    let file = File::new("day,died\n1,1\n2,0\n");
    let args = km(&file, &["--at", "3"]);
    let run = tercel(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(run.stdout.contains("past the last observation"), "{}", run.stdout);
}

#[test]
fn a_censoring_column_is_read_the_right_way_round_and_never_as_an_event() {
    let adtte = File::new("AVAL,CNSR\n10,0\n20,1\n30,2\n40,0\n");
    refused(
        &["km", adtte.path.to_str().unwrap(), "--time", "AVAL", "--event", "cnsr"],
        &["0 for an event", "--censor cnsr"],
    );
    let censored = answer(&["km", adtte.path.to_str().unwrap(), "--time", "AVAL", "--censor", "CNSR"]);
    assert_eq!((&censored["n"], &censored["events"]), (&4.into(), &2.into()));
    let wrong = File::new("AVAL,CNSR\n10,no\n");
    refused(
        &["km", wrong.path.to_str().unwrap(), "--time", "AVAL", "--censor", "CNSR"],
        &["row 1", "CNSR", "0 for the event"],
    );
    refused(&["km", wrong.path.to_str().unwrap(), "--time", "AVAL"], &["--event"]);
}

#[test]
fn columns_apart_by_semicolons_or_tabs_are_read() {
    for text in [
        "time;event\n1.5;1\n2;0\n",
        "time\tevent\n1.5\t1\n2\t0\n",
        "time,event\n1.5,1\n2,0\n",
    ] {
        let file = File::new(text);
        let read = answer(&["km", file.path.to_str().unwrap(), "--time", "time", "--event", "event"]);
        assert_eq!((&read["n"], &read["events"]), (&2.into(), &1.into()), "{text}");
    }
}

#[test]
fn km_groups_do_not_depend_on_the_order_of_rows_and_an_unbounded_ratio_says_why() {
    let rows = ["5,1,DL1", "8,1,DL1", "12,1,DL2", "7,0,DL2", "20,1,DL10", "4,1,DL10"];
    let compared = |rows: &[&str]| {
        let answer = km_answer(&format!("day,died,dose\n{}\n", rows.join("\n")), &["--group", "dose"]);
        let names: Vec<Value> = answer["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group["group"].clone())
            .collect();
        assert_eq!(names, ["DL1", "DL2", "DL10"]);
        answer["comparison"].clone()
    };
    let mut turned = rows;
    turned.reverse();
    assert_eq!(compared(&rows), compared(&turned));
    let apart = km_answer("day,died,g\n1,1,a\n2,1,a\n3,1,b\n4,1,b\n", &["--group", "g"]);
    let ratio = &apart["comparison"]["hazard_ratio"];
    assert_eq!(ratio["lower"], Value::Null);
    assert_eq!(ratio["reason"], "no value maximises the likelihood");
}
