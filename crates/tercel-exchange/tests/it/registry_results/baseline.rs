//! Baseline characteristics that the study of the repository does not have: race, ethnicity, country.

use tercel::endpoint::Analysis;
use tercel::safety::derive_tables;
use tercel_exchange::registry::results::{BaselineMeasure, Origins, ResultsOptions, build_results, write_results};
use tercel_exchange::{read_datasets, read_folder};

use super::schema::{has_xmllint, refused};
use super::trial;

/// The characteristics of a study whose demography is these rows.
fn baseline(header: &str, rows: &[&str]) -> Vec<BaselineMeasure> {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("USUBJID,RFICDTC,AGE,SEX,ARMCD{header}\n{}\n", rows.join("\n"));
    std::fs::write(folder.path().join("dm.csv"), text).unwrap();
    let trial = trial("il1rap-hcc");
    let data = read_folder(folder.path(), &trial).unwrap();
    let analysis = Analysis::new(&trial, &data, data.last_day());
    let options = ResultsOptions { threshold_percent: 0.0 };
    let (tables, _) = read_datasets(folder.path()).unwrap();
    let origins = Origins::of(&tables);
    let results = build_results(&analysis, &[], &derive_tables(&analysis), &origins, options);
    if has_xmllint() {
        assert_eq!(refused("RRSUploadSchema.xsd", &write_results(&results)), "");
    }
    results.baseline.unwrap().measures
}

/// Categories (or rows) of a characteristic with the counts of all participants.
fn totals(measures: &[BaselineMeasure], kind: &str) -> Vec<(String, String)> {
    let measure = measures.iter().find(|measure| measure.kind == kind).unwrap();
    let rows = measure.measure.rows.iter().flat_map(|row| {
        let all = row.values.last().unwrap();
        all.entries.iter().map(|entry| {
            let name = if entry.category.is_empty() {
                &row.title
            } else {
                &entry.category
            };
            (name.clone(), entry.value.clone().unwrap())
        })
    });
    rows.collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(name, count)| ((*name).to_owned(), (*count).to_owned()))
        .collect()
}

#[test]
fn race_ethnicity_and_country_are_counted_in_the_registry_s_categories() {
    let measures = baseline(
        ",RACE,ETHNIC,COUNTRY",
        &[
            "1,2025-01-02,54,F,DL1,ASIAN,NOT HISPANIC OR LATINO,CHN",
            "2,2025-01-03,60,M,DL1,WHITE,HISPANIC OR LATINO,USA",
            "3,2025-01-04,61,M,DL2,ASIAN,,CHN",
            "4,2025-01-05,62,M,DL2,,NOT REPORTED,XYZ",
        ],
    );
    let race = totals(&measures, "Race (NIH/OMB)");
    assert_eq!(race.len(), 7);
    assert!(
        race.contains(&("Asian".to_owned(), "2".to_owned())) && race.contains(&("White".to_owned(), "1".to_owned()))
    );
    assert!(race.contains(&("Unknown or Not Reported".to_owned(), "1".to_owned())));
    assert_eq!(
        totals(&measures, "Ethnicity (NIH/OMB)"),
        pairs(&[
            ("Hispanic or Latino", "1"),
            ("Not Hispanic or Latino", "1"),
            ("Unknown or Not Reported", "2")
        ])
    );
    assert_eq!(
        totals(&measures, "Region of Enrollment"),
        pairs(&[("China", "2"), ("United States", "1"), ("XYZ", "1")])
    );
}

#[test]
fn a_race_of_no_category_makes_a_list_of_its_own_and_none_asked_is_said() {
    let rows = [
        "1,2025-01-02,54,F,DL1,HAN",
        "2,2025-01-03,60,M,DL1,ASIAN",
        "3,2025-01-04,61,M,DL2,",
    ];
    let measures = baseline(",RACE", &rows);
    assert_eq!(
        totals(&measures, "Race/Ethnicity, Customized"),
        pairs(&[("ASIAN", "1"), ("HAN", "1"), ("Unknown or Not Reported", "1")])
    );
    let measures = baseline("", &["1,2025-01-02,54,F,DL1", "2,2025-01-03,,,DL1"]);
    assert!(
        measures
            .iter()
            .any(|measure| measure.kind == "Race and Ethnicity Not Collected")
    );
    assert_eq!(
        totals(&measures, "Sex/Gender, Customized"),
        pairs(&[("Female", "1"), ("Male", "0"), ("Not recorded", "1")])
    );
}
