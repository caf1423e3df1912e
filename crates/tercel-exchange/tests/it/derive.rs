//! Analysis datasets against those that admiral and admiralonco derive from the same tabulation datasets.
//!
//! One parameter is not theirs: their template looks for a confirmed CR or PR before it has derived any, so that `CBCP` is
//! N for everyone. Here it agrees with `CBOR`, as its label says.

use std::collections::BTreeMap;

use tercel::response::{BestOptions, Criteria};
use tercel_exchange::Table;
use tercel_exchange::adam::{DeriveOptions, Derived, derive_datasets};

type Record = BTreeMap<String, String>;

fn options() -> DeriveOptions {
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
    }
}

fn table(file: &str, text: &str) -> Table {
    Table::parse_csv(file, text.as_bytes()).unwrap()
}

fn records(text: &str) -> Vec<Record> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn derived(derived: &Derived, name: &str) -> Vec<Record> {
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
    derive_datasets(tables, &options()).unwrap()
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
    derive_datasets(tables, options).unwrap()
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
    let derivation = derive_datasets(tables, &options()).unwrap();
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

#[test]
fn laboratory_results_of_one_subject_agree() {
    let expected = include_str!("../data/derive/pharmaverse_adlb.csv");
    let tables = vec![
        table("adsl.csv", "USUBJID,TRTSDT,SEX\n01-701-1118,2014-03-12,M\n"),
        table("lb.csv", &laboratory_results(expected)),
    ];
    let derivation = derive_datasets(tables, &options()).unwrap();
    let mut adlb = derived(&derivation, "ADLB");
    let mut haemoglobin = 0;
    let by_sequence: BTreeMap<String, Record> = records(expected)
        .into_iter()
        .map(|record| (record["LBSEQ"].clone(), record))
        .collect();
    for row in &mut adlb {
        let expected = &by_sequence[&row["LBSEQ"]];
        // CTCAE 5.0 prints limits of haemoglobin in mmol/L; admiral knows only those in g/L.
        let ungraded = row["PARAMCD"] == "HGB" && expected["ATOXGRL_V5"].is_empty();
        for (ours, theirs) in [("ATOXGRL", "ATOXGRL_V5"), ("ATOXGRH", "ATOXGRH_V5")] {
            let grade = if ungraded { String::new() } else { row[ours].clone() };
            row.insert(theirs.to_owned(), grade);
        }
        haemoglobin += usize::from(ungraded && row["ATOXGRL"] == "0");
        // Version 6.0 is not derived.
        for name in ["ATOXGRL_V6", "ATOXGRH_V6"] {
            row.insert(name.to_owned(), expected[name].clone());
        }
    }
    assert_eq!(compare(expected, &adlb, &["USUBJID", "PARAMCD", "LBSEQ"]), 322);
    assert_eq!(haemoglobin, 10);
}

/// A subject without an `ADSL`, infused on 2025-02-24.
fn from_tabulations(more: &[(&str, &str)]) -> Derived {
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
    derive_datasets(tables, &options()).unwrap()
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
