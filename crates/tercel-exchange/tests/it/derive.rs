//! Analysis datasets against those that admiral and admiralonco derive from the same tabulation datasets.
//!
//! One parameter is not theirs: their template looks for a confirmed CR or PR before it has derived any, so that `CBCP` is
//! N for everyone. Here it agrees with `CBOR`, as its label says.

use std::collections::BTreeMap;

use tercel::estimate::kinetics::{BlqRules, Method};
use tercel::grade::ctcae::Ctcae;
use tercel::response::{BestOptions, Criteria};
use tercel_exchange::Table;
use tercel_exchange::adam::{DeriveOptions, Derived, derive_datasets};

pub(super) type Record = BTreeMap<String, String>;

pub(super) fn options() -> DeriveOptions {
    DeriveOptions {
        best: BestOptions {
            confirmation_days: 28.0,
            sd_min_days: 42.0,
            max_ne: 1,
            accept_sd: false,
            stop_day: None,
        },
        criteria: Criteria::Recist11,
        evaluator: "INVESTIGATOR".to_owned(),
        lymphodepletion: vec!["FLUDARABINE".to_owned(), "CYCLOPHOSPHAMIDE".to_owned()],
        ctcae: Ctcae::V5,
        copies: Vec::new(),
        counts: Vec::new(),
        auc_method: Method::Linear,
        blq: BlqRules::PKNCA,
        baselines: None,
    }
}

pub(super) fn table(file: &str, text: &str) -> Table {
    Table::parse_csv(file, text.as_bytes()).unwrap()
}

fn records(text: &str) -> Vec<Record> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

pub(super) fn derived(derived: &Derived, name: &str) -> Vec<Record> {
    let table = derived.tables.iter().find(|table| table.name == name).unwrap();
    records(&String::from_utf8(table.to_csv().unwrap()).unwrap())
}

fn same(expected: &str, actual: &str) -> bool {
    match (expected.parse::<f64>(), actual.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        (_, _) => expected == actual,
    }
}

/// Compares every column of every expected record, in both directions; returns how many records there are.
fn compare(expected: &str, actual: &[Record], key: &[&str]) -> usize {
    let expected = records(expected);
    let keyed = |record: &Record| key.iter().map(|name| record[*name].clone()).collect::<Vec<_>>();
    let mut by_key: BTreeMap<Vec<String>, Vec<&Record>> = BTreeMap::new();
    for record in actual {
        by_key.entry(keyed(record)).or_default().push(record);
    }
    by_key.retain(|key, _| !key.contains(&"CBCP".to_owned()));
    let mut wrong = Vec::new();
    let compared = expected
        .iter()
        .filter(|record| record.get("PARAMCD").is_none_or(|code| code != "CBCP"));
    for record in compared {
        let found = by_key.get_mut(&keyed(record)).and_then(Vec::pop);
        let Some(found) = found else {
            wrong.push(format!("no {:?}", keyed(record)));
            continue;
        };
        for (column, value) in record {
            let actual = found.get(column).map_or("(no column)", String::as_str);
            if !same(value, actual) {
                wrong.push(format!(
                    "{:?} {column}: expected {value:?}, found {actual:?}",
                    keyed(record)
                ));
            }
        }
    }
    wrong.extend(
        by_key
            .iter()
            .filter(|(_, left)| !left.is_empty())
            .map(|(key, _)| format!("too many {key:?}")),
    );
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    expected
        .iter()
        .filter(|record| record.get("PARAMCD").is_none_or(|code| code != "CBCP"))
        .count()
}

fn pharmaverse() -> Derived {
    let tables = vec![
        table(
            "adsl.csv",
            include_str!("../../../tercel/tests/data/response/pharmaverse_adsl.csv"),
        ),
        table(
            "rs.csv",
            include_str!("../../../tercel/tests/data/response/pharmaverse_rs.csv"),
        ),
        table(
            "tr.csv",
            include_str!("../../../tercel/tests/data/response/pharmaverse_tr.csv"),
        ),
        table(
            "tu.csv",
            include_str!("../../../tercel/tests/data/response/pharmaverse_tu.csv"),
        ),
    ];
    derive_datasets(tables, &options(), None).unwrap()
}

fn synthetic(options: &DeriveOptions) -> Derived {
    let tables = vec![
        table(
            "adsl.csv",
            include_str!("../../../tercel/tests/data/response/synthetic_adsl_min.csv"),
        ),
        table(
            "rs.csv",
            include_str!("../../../tercel/tests/data/response/synthetic_rs.csv"),
        ),
        table("tu.csv", include_str!("../data/derive/synthetic_tu.csv")),
    ];
    derive_datasets(tables, options, None).unwrap()
}

#[test]
fn response_parameters_of_the_pharmaverse_sample_agree() {
    let expected = include_str!("../../../tercel/tests/data/response/pharmaverse_adrs.csv");
    let adrs = derived(&pharmaverse(), "ADRS");
    assert_eq!(compare(expected, &adrs, &["USUBJID", "PARAMCD", "ADT"]), 43);
}

#[test]
fn times_to_event_of_the_pharmaverse_sample_agree() {
    let expected = include_str!("../data/derive/pharmaverse_adtte.csv");
    assert_eq!(
        compare(expected, &derived(&pharmaverse(), "ADTTE"), &["USUBJID", "PARAMCD"]),
        8
    );
}

#[test]
fn diameters_and_sums_of_the_pharmaverse_sample_agree() {
    let expected = include_str!("../../../tercel/tests/data/response/pharmaverse_adtr.csv");
    let adtr = derived(&pharmaverse(), "ADTR");
    assert_eq!(compare(expected, &adtr, &["USUBJID", "PARAMCD", "ADT"]), 79);
}

#[test]
fn response_parameters_of_forty_subjects_agree() {
    let expected = include_str!("../../../tercel/tests/data/response/synthetic_adrs_expected.csv");
    let adrs = derived(&synthetic(&options()), "ADRS");
    assert_eq!(compare(expected, &adrs, &["USUBJID", "PARAMCD", "RSSEQ"]), 597);
}

#[test]
fn times_to_event_of_forty_subjects_agree() {
    let expected = include_str!("../data/derive/synthetic_adtte.csv");
    let adtte = derived(&synthetic(&options()), "ADTTE");
    assert_eq!(compare(expected, &adtte, &["USUBJID", "PARAMCD"]), 98);
}

#[test]
fn a_confirmed_best_response_of_cr_or_pr_is_said_so_with_its_date() {
    let adrs = derived(&synthetic(&options()), "ADRS");
    let of = |code: &str, subject: &str| {
        let found = adrs
            .iter()
            .find(|row| row["PARAMCD"] == code && row["USUBJID"] == subject);
        let found = found.unwrap();
        (found["AVALC"].clone(), found["AVAL"].clone(), found["ADT"].clone())
    };
    assert_eq!(of("CBOR", "SR00007"), ("CR".into(), "1".into(), "2024-10-01".into()));
    assert_eq!(of("CBCP", "SR00007"), ("Y".into(), "1".into(), "2024-10-01".into()));
    assert_eq!(of("CBOR", "SR00001").0, "SD");
    assert_eq!(of("CBCP", "SR00001"), ("N".into(), "0".into(), String::new()));
}

#[test]
fn confirmed_best_responses_agree_under_six_settings() {
    let mut by_setting: BTreeMap<[String; 4], Vec<Record>> = BTreeMap::new();
    let expected = include_str!("../../../tercel/tests/data/response/synthetic_cbor_config_expected.csv");
    for record in records(expected) {
        let setting = ["sd_window", "confirm", "max_ne", "accept_sd"].map(|name| record[name].clone());
        by_setting.entry(setting).or_default().push(record);
    }
    assert_eq!(by_setting.len(), 6);
    for ([sd_window, confirm, max_ne, accept_sd], expected) in by_setting {
        let mut options = options();
        options.best.sd_min_days = sd_window.parse().unwrap();
        options.best.confirmation_days = confirm.parse().unwrap();
        options.best.max_ne = max_ne.parse().unwrap();
        options.best.accept_sd = accept_sd == "TRUE";
        let adrs = derived(&synthetic(&options), "ADRS");
        for record in expected {
            let found = adrs
                .iter()
                .find(|row| row["PARAMCD"] == "CBOR" && row["USUBJID"] == record["USUBJID"]);
            let found = found.unwrap();
            assert_eq!(
                (&found["AVALC"], &found["ADT"]),
                (&record["CBOR"], &record["ADT"]),
                "{record:?}"
            );
        }
    }
}

#[test]
fn dates_and_emergence_of_adverse_events_agree() {
    let tables = vec![
        table("adsl.csv", include_str!("../data/derive/synthetic_ae_adsl.csv")),
        table("ae.csv", include_str!("../data/derive/synthetic_ae.csv")),
    ];
    let derivation = derive_datasets(tables, &options(), None).unwrap();
    let expected = include_str!("../data/derive/synthetic_adae.csv");
    assert_eq!(
        compare(expected, &derived(&derivation, "ADAE"), &["USUBJID", "AESEQ"]),
        52
    );
}

/// The laboratory results that an analysis dataset was made from.
fn laboratory_results(adlb: &str) -> String {
    let columns = [
        "LBSEQ", "LBTESTCD", "LBCAT", "VISIT", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI",
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header: Vec<&str> = ["USUBJID"].into_iter().chain(columns).chain(["LBDTC"]).collect();
    writer.write_record(&header).unwrap();
    for record in records(adlb) {
        let cells = header.iter().map(|name| {
            let name = if *name == "LBDTC" { "ADT" } else { name };
            record[name].clone()
        });
        writer.write_record(cells).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Where the grades differ from admiral's, and why: parameter, version, grade column, theirs, ours.
///
/// admiral knows the limits of haemoglobin in g/L only, though NCI prints them in mmol/L too. It looks for the terms of 5.0 in
/// 6.0 by their names, so that it grades neither platelets nor lymphocytes where NCI renamed the term ("Thrombocytopenia",
/// "Lymphopenia"), nor glucose, for which 6.0 prints values again ("Hyperglycemia").
const DIFFERENCES: [(&str, Ctcae, &str, &str, &str); 7] = [
    ("HGB", Ctcae::V5, "ATOXGRL", "", "0"),
    ("HGB", Ctcae::V5, "ATOXGRH", "", "0"),
    ("HGB", Ctcae::V6, "ATOXGRL", "", "0"),
    ("HGB", Ctcae::V6, "ATOXGRH", "", "0"),
    ("PLAT", Ctcae::V6, "ATOXGRL", "", "0"),
    ("LYMPH", Ctcae::V6, "ATOXGRL", "", "0"),
    ("GLUC", Ctcae::V6, "ATOXGRH", "", "0"),
];

/// Terms that 6.0 names otherwise, or not at all: parameter, column, of 5.0, of 6.0.
const RENAMED: [(&str, &str, &str, &str); 4] = [
    ("PLAT", "ATOXDSCL", "Platelet count decreased", "Thrombocytopenia"),
    ("LYMPH", "ATOXDSCL", "Lymphocyte count decreased", "Lymphopenia"),
    ("GLUC", "ATOXDSCH", "Glucose intolerance", "Hyperglycemia"),
    ("CK", "ATOXDSCH", "CPK increased", ""),
];

#[test]
fn laboratory_results_of_one_subject_agree_in_both_versions_but_for_what_is_listed() {
    let file = include_str!("../data/derive/pharmaverse_adlb.csv");
    let expected = records(file);
    let by_sequence: BTreeMap<&str, &Record> = expected.iter().map(|row| (row["LBSEQ"].as_str(), row)).collect();
    for (version, suffix) in [(Ctcae::V5, "_V5"), (Ctcae::V6, "_V6")] {
        let tables = vec![
            table("adsl.csv", "USUBJID,TRTSDT,SEX\n01-701-1118,2014-03-12,M\n"),
            table("lb.csv", &laboratory_results(file)),
        ];
        let options = DeriveOptions {
            ctcae: version,
            ..options()
        };
        let mut adlb = derived(&derive_datasets(tables, &options, None).unwrap(), "ADLB");
        let mut differ = Vec::new();
        for row in &mut adlb {
            let theirs = by_sequence[row["LBSEQ"].as_str()];
            for column in ["ATOXGRL", "ATOXGRH"] {
                let grade = &theirs[&format!("{column}{suffix}")];
                if row[column] != *grade {
                    let differs = (row["PARAMCD"].clone(), column, grade.clone(), row[column].clone());
                    differ.push(differs);
                }
            }
            for (parameter, column, old, new) in RENAMED {
                if version == Ctcae::V6 && row["PARAMCD"] == parameter {
                    assert_eq!(row[column], new);
                    row.insert(column.to_owned(), old.to_owned());
                }
            }
            for column in ["ATOXGRL_V5", "ATOXGRH_V5", "ATOXGRL_V6", "ATOXGRH_V6"] {
                row.insert(column.to_owned(), theirs[column].clone());
            }
        }
        assert_eq!(compare(file, &adlb, &["USUBJID", "PARAMCD", "LBSEQ"]), 322);
        differ.sort();
        let each = differ.len();
        differ.dedup();
        let mut listed: Vec<_> = DIFFERENCES
            .iter()
            .filter(|(_, of, ..)| *of == version)
            .map(|(parameter, _, column, theirs, ours)| {
                (
                    (*parameter).to_owned(),
                    *column,
                    (*theirs).to_owned(),
                    (*ours).to_owned(),
                )
            })
            .collect();
        listed.sort();
        assert_eq!(differ, listed);
        // Ten results of each parameter.
        assert_eq!(each, 10 * listed.len());
    }
}

#[test]
fn grades_shift_from_those_of_the_baseline_and_the_worst_of_each_direction_is_marked() {
    // ALT, upper limit 40. Baseline 60 is 1.5 ULN: grade 1. 100 is 1.67 × baseline: grade 1 (1.5 to 3 × baseline); 200 is
    // 3.33 ×: grade 2; 70 is 1.17 ×: grade 0, though above ULN. Potassium 3.5 to 5.0: 5.2 is grade 1 high, 2.9 grade 3 low,
    // 2.8 the worse of two of grade 3.
    let header = "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBDTC\n";
    let alt = "A,1,ALT,60,U/L,7,40,2025-02-20\nA,2,ALT,100,U/L,7,40,2025-03-01\nA,3,ALT,200,U/L,7,40,2025-03-05\n\
               A,4,ALT,70,U/L,7,40,2025-03-20\nA,5,ALT,90,U/L,7,,2025-03-21\n";
    let potassium = "A,6,K,4.0,mmol/L,3.5,5.0,2025-02-20\nA,7,K,5.2,mmol/L,3.5,5.0,2025-03-01\n\
                     A,8,K,2.9,mmol/L,3.5,5.0,2025-03-05\nA,9,K,2.8,mmol/L,3.5,5.0,2025-03-20\n";
    let results = format!("{header}{alt}{potassium}");
    let adlb = derived(&from_tabulations(&[("lb.csv", &results)]), "ADLB");
    let cells = |number: &str, columns: &[&str]| {
        let row = adlb.iter().find(|row| row["LBSEQ"] == number).unwrap();
        columns
            .iter()
            .map(|column| row[*column].clone())
            .collect::<Vec<_>>()
            .join("|")
    };
    let columns = ["ATOXGRH", "BTOXGRH", "SHIFT1", "SHIFT2", "ANL02FL", "ANL03FL", "LVOTFL"];
    assert_eq!(cells("1", &columns), "1|1|HIGH to HIGH|1 to 1|||");
    assert_eq!(cells("2", &columns), "1|1|HIGH to HIGH|1 to 1|||");
    assert_eq!(cells("3", &columns), "2|1|HIGH to HIGH|1 to 2||Y|");
    assert_eq!(cells("4", &columns), "0|1|HIGH to HIGH|1 to 0|||");
    // Without an upper limit there: by that of the baseline, which was abnormal; 1.5 × baseline is grade 1.
    assert_eq!(cells("5", &["ATOXGRH", "R2BASE", "R2ANRHI"]), "1|1.5|");
    let columns = [
        "ATOXGR", "BTOXGR", "SHIFT2", "SHIFT2L", "SHIFT2H", "ANL02FL", "ANL03FL", "LVOTFL",
    ];
    assert_eq!(cells("6", &columns), "0|0|0 to 0|0 to 0|0 to 0|||");
    assert_eq!(cells("7", &columns), "1|0|0 to 1|0 to 0|0 to 1||Y|");
    assert_eq!(cells("8", &columns), "-3|0|0 to -3|0 to 3|0 to 0|||");
    assert_eq!(cells("9", &columns), "-3|0|0 to -3|0 to 3|0 to 0|Y||Y");
    assert_eq!(
        cells("9", &["ATOXVER", "ATOXDSCL", "ATOXDSCH"]),
        "CTCAE 5.0|Hypokalemia|Hyperkalemia"
    );
}

#[test]
fn a_value_that_cannot_be_graded_has_no_grade_instead_of_zero() {
    let results = "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBDTC\n\
                   A,1,ALT,30,U/L,7,,2025-03-01\nA,2,PLAT,140,,150,400,2025-03-01\nA,3,BILI,,umol/L,5,21,2025-03-01\n";
    let adlb = derived(&from_tabulations(&[("lb.csv", results)]), "ADLB");
    assert_eq!(adlb.len(), 3);
    for row in adlb {
        assert_eq!(
            [row["ATOXGRL"].as_str(), &row["ATOXGRH"], &row["ATOXGR"]],
            ["", "", ""],
            "{row:?}"
        );
    }
}

/// A subject without an `ADSL`, infused on 2025-02-24.
pub(super) fn from_tabulations(more: &[(&str, &str)]) -> Derived {
    let mut tables = vec![
        table("dm.csv", "STUDYID,USUBJID,SEX\nS,A,F\n"),
        table(
            "ex.csv",
            "USUBJID,EXSEQ,EXTRT,EXDOSE,EXSTDTC,EXENDTC\nA,1,CAR-T CELLS,100,2025-02-24,2025-02-24\n",
        ),
        table(
            "rs.csv",
            "USUBJID,RSSEQ,RSTESTCD,RSSTRESC,RSEVAL,RSDTC\nA,1,OVRLRESP,SD,INVESTIGATOR,2025-03-24\n",
        ),
    ];
    tables.extend(more.iter().map(|(file, text)| table(file, text)));
    derive_datasets(tables, &options(), None).unwrap()
}

#[test]
fn a_survival_contact_extends_the_time_a_subject_is_known_to_live_where_it_says_so() {
    let contacts =
        "USUBJID,SSSEQ,SSTESTCD,SSSTRESC,SSDTC\nA,1,SURVSTAT,ALIVE,2026-09-16\nA,2,SURVSTAT,UNKNOWN,2027-01-01\n";
    let visit = "USUBJID,VISIT,SVSTDTC\nA,Month 9,2025-12-11\n";
    let both = from_tabulations(&[("sv.csv", visit), ("ss.csv", contacts)]);
    assert_eq!(derived(&both, "ADSL")[0]["LSTALVDT"], "2026-09-16");
    let times = derived(&both, "ADTTE");
    let survival = times.iter().find(|row| row["PARAMCD"] == "OS").unwrap();
    assert_eq!(
        (
            survival["ADT"].as_str(),
            survival["AVAL"].as_str(),
            survival["CNSR"].as_str()
        ),
        ("2026-09-16", "570", "1")
    );
}

#[test]
fn a_change_carries_no_more_digits_than_its_values() {
    let results = "USUBJID,LBSEQ,LBTESTCD,VISIT,LBSTRESN,LBSTRESU,LBDTC\n\
                   A,1,GGT,SCREENING,119.9,U/L,2025-02-20\nA,2,GGT,WEEK 2,120.3,U/L,2025-03-10\n\
                   A,3,ALB,SCREENING,0.1,g/L,2025-02-20\nA,4,ALB,WEEK 2,0.4,g/L,2025-03-10\n\
                   A,5,AST,SCREENING,3e-7,U/L,2025-02-20\nA,6,AST,WEEK 2,4e-7,U/L,2025-03-10\n";
    let derived_results = derived(&from_tabulations(&[("lb.csv", results)]), "ADLB");
    let changes: Vec<(&str, &str)> = derived_results
        .iter()
        .filter(|row| !row["CHG"].is_empty())
        .map(|row| (row["CHG"].as_str(), row["PCHG"].as_str()))
        .collect();
    assert!(changes.contains(&("0.4", "0.333611342786")), "{changes:?}");
    assert!(changes.contains(&("0.3", "300")), "{changes:?}");
    assert_eq!(changes.len(), 3);
}

#[test]
fn a_response_without_a_usable_date_and_another_origin_than_treatment_are_said() {
    let adsl = "STUDYID,USUBJID,TRTSDT,RANDDT,DTHDT,LSTALVDT\nX,1,2024-03-12,2024-02-12,,2024-08-06\n";
    let rs = "STUDYID,USUBJID,RSSEQ,RSTESTCD,RSCAT,RSSTRESC,RSEVAL,VISIT,RSDTC
X,1,1,OVRLRESP,RECIST 1.1,SD,INVESTIGATOR,W4,2024
X,1,2,OVRLRESP,RECIST 1.1,PR,INVESTIGATOR,W8,
X,1,3,OVRLRESP,RECIST 1.1,SD,INVESTIGATOR,W12,2024-05-01
";
    let tables = vec![table("adsl.csv", adsl), table("rs.csv", rs)];
    let found = derive_datasets(tables, &options(), None).unwrap();
    let said = |words: &str| found.notes.iter().filter(|note| note.contains(words)).count();
    assert_eq!(said("has no usable date"), 2, "{:?}", found.notes);
    assert_eq!(said("count from RANDDT"), 1, "{:?}", found.notes);
    let adrs = derived(&found, "ADRS");
    let undated = adrs
        .iter()
        .filter(|row| row["PARAMCD"] == "OVR" && row["ADT"].is_empty());
    assert_eq!(undated.filter(|row| row["ANL02FL"].is_empty()).count(), 2);
}

/// Without a day as with one; a milestone is no disposition.
#[test]
fn a_disposition_of_death_without_a_day_is_a_death() {
    for (line, dead) in [
        ("A,1,DEATH,DISPOSITION EVENT,", true),
        ("A,1,DEATH,DISPOSITION EVENT,2025-09-01", true),
        ("A,1,DEATH,,", true),
        ("A,1,LOST TO FOLLOW-UP,DISPOSITION EVENT,", false),
        ("A,1,INFORMED CONSENT OBTAINED,PROTOCOL MILESTONE,", false),
    ] {
        let ds = format!("USUBJID,DSSEQ,DSDECOD,DSCAT,DSSTDTC\n{line}\n");
        let found = from_tabulations(&[("ds.csv", &ds)]);
        let adsl = derived(&found, "ADSL");
        let flag = adsl[0].get("DTHFL").map_or("", String::as_str);
        assert_eq!(flag, if dead { "Y" } else { "" }, "{line}");
        let responses = derived(&found, "ADRS");
        let death = responses.iter().find(|row| row["PARAMCD"] == "DEATH").unwrap();
        assert_eq!(death["AVALC"], if dead { "Y" } else { "N" }, "{line}");
    }
}

#[test]
fn a_dose_of_zero_treats_nobody_unless_it_is_of_a_placebo() {
    let treated = |treatment: &str, dose: &str| {
        let ex = format!("USUBJID,EXSEQ,EXTRT,EXDOSE,EXSTDTC,EXENDTC\nA,1,{treatment},{dose},2025-02-24,2025-02-24\n");
        let tables = vec![table("dm.csv", "STUDYID,USUBJID,SEX\nS,A,F\n"), table("ex.csv", &ex)];
        let found = derive_datasets(tables, &options(), None).unwrap();
        let adsl = &derived(&found, "ADSL")[0];
        ["SAFFL", "TRTSDT", "TRTEDT"].map(|column| adsl[column].clone())
    };
    let day = "2025-02-24";
    for (treatment, dose, expected) in [
        ("CAR-T CELLS", "100", ["Y", day, day]),
        ("CAR-T CELLS", "", ["Y", day, day]),
        ("CAR-T CELLS", "0", ["N", "", ""]),
        ("CAR-T CELLS", "0.0", ["N", "", ""]),
        ("PLACEBO", "0", ["Y", day, day]),
    ] {
        assert_eq!(treated(treatment, dose), expected, "{treatment} {dose}");
    }
}
