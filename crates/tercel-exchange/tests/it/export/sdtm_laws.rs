//! Laws of the SDTM export over rehearsals. `TERCEL_EXPORT_SEEDS=100 cargo nextest run -p tercel-exchange sdtm_laws` runs a
//! hundred of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use tercel::endpoint::Analysis;
use tercel::protocol::Trial;
use tercel::simulate::{RehearsalOptions, add_screen_failures, rehearse};
use tercel::study::{Rule, StudyData};
use tercel_exchange::export::Dataset;
use tercel_exchange::export::adam::describe_adam;
use tercel_exchange::export::guide::{self, Core};
use tercel_exchange::export::sdtm::{Sdtm, cut_tables, datasets};
use tercel_exchange::export::write::{Format, write};
use tercel_exchange::form::{from_tables, to_tables};
use tercel_exchange::format::read_datasets;
use tercel_exchange::{Table, read_tables, soil_tables, write_sdtm};

use super::study::{ABOUT, derived, records, trial};

/// The datasets of some rehearsals.
fn rehearsals(trial: &Trial) -> Vec<Vec<Table>> {
    let seeds = std::env::var("TERCEL_EXPORT_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(3);
    let one = |seed| {
        let options = RehearsalOptions { subjects: 15, seed };
        let mut data = rehearse(trial, options);
        add_screen_failures(trial, &mut data, options, 2);
        write_sdtm(trial, &data)
    };
    (1..=seed_count(seeds)).map(one).collect()
}

fn seed_count(seeds: u64) -> u64 {
    seeds.max(1)
}

fn tables(made: &[Dataset]) -> Vec<Table> {
    made.iter().map(|dataset| dataset.table.clone()).collect()
}

fn study(trial: &Trial, tables: &[Table]) -> StudyData {
    read_tables(tables.to_vec(), trial).unwrap()
}

/// The formats that are written and read; of Parquet this program has no reader.
const FORMATS: [Format; 4] = [Format::DatasetJson, Format::Ndjson, Format::Xport, Format::Csv];

/// Every dataset as the bytes of its file, with the file's name.
fn written(datasets: &[Dataset], format: Format) -> Vec<(String, Vec<u8>)> {
    let file = |dataset: &Dataset| {
        let name = format!("{}.{}", dataset.name().to_lowercase(), format.extension());
        (name, write(dataset, format, &ABOUT).unwrap())
    };
    datasets.iter().map(file).collect()
}

fn read(files: &[(String, Vec<u8>)]) -> Vec<Table> {
    let read = |(name, bytes): &(String, Vec<u8>)| read_datasets(name, bytes).unwrap();
    files.iter().flat_map(read).collect()
}

/// Refuses files that differ, by the name of the first.
fn assert_same(once: &[(String, Vec<u8>)], again: &[(String, Vec<u8>)], of: &str) {
    let differing = once.iter().zip(again).find(|(once, again)| once != again);
    assert_eq!(differing.map(|(once, _)| &once.0), None, "{of}");
    assert_eq!(once.len(), again.len(), "{of}");
}

/// The analysis datasets of tabulation datasets.
fn analysis(trial: &Trial, sdtm: &[Dataset]) -> Vec<Dataset> {
    let tables = tables(sdtm);
    let (data, cut) = records(trial, tables.clone());
    describe_adam(
        derived(trial, tables, &Analysis::new(trial, &data, Some(cut))),
        Some("27.0"),
        Some(trial),
    )
}

#[test]
fn an_export_read_as_data_gives_the_same_bytes_in_every_format() {
    let trial = trial();
    for (source, seed) in rehearsals(&trial).into_iter().zip(1..) {
        let once = datasets(&trial, source, None);
        assert_eq!(once.findings, []);
        let adam = analysis(&trial, &once.datasets);
        for format in FORMATS {
            let of = format!("seed {seed}, {}", format.extension());
            let files = written(&once.datasets, format);
            let again = datasets(&trial, read(&files), None).datasets;
            assert_same(&files, &written(&again, format), &of);
            // And what is derived of the files is what is derived of their source.
            let again = analysis(&trial, &again);
            assert_same(&written(&adam, format), &written(&again, format), &of);
        }
    }
}

#[test]
fn the_study_read_from_an_export_is_the_study() {
    let trial = trial();
    for source in rehearsals(&trial) {
        let direct = study(&trial, &source);
        let back = study(&trial, &tables(&datasets(&trial, source, None).datasets));
        for (back, direct) in back.subjects.iter().zip(&direct.subjects) {
            assert_eq!(back, direct);
        }
        assert_eq!(back.subjects.len(), direct.subjects.len());
        assert_eq!(back.findings, direct.findings);
        assert_eq!((back.synthetic, back.dated), (direct.synthetic, direct.dated));
    }
}

#[test]
fn records_and_datasets_give_the_same_export() {
    let trial = trial();
    for source in rehearsals(&trial) {
        let (captured, not_taken) = from_tables(&source, &trial);
        assert_eq!(not_taken, []);
        let of_records = datasets(&trial, to_tables(&trial, &captured), None);
        let of_files = datasets(&trial, source, None);
        for (records, files) in of_records.datasets.iter().zip(&of_files.datasets) {
            assert_eq!(records, files, "{}", files.name());
        }
        assert_eq!(of_records.datasets.len(), of_files.datasets.len());
    }
}

/// Every value by dataset, subject, number and variable, qualifiers among those of their dataset.
fn values(tables: &[Table]) -> BTreeSet<[String; 5]> {
    let mut values = BTreeSet::new();
    for table in tables {
        let cell = |row: usize, name: &str| table.column(name).map_or("", |at| table.cell(row, at)).to_owned();
        for row in 0..table.len() {
            if table.name.starts_with("SUPP") {
                let value = ["RDOMAIN", "USUBJID", "IDVARVAL", "QNAM", "QVAL"].map(|name| cell(row, name));
                values.insert(value);
                continue;
            }
            let key = if table.name == "SV" {
                "VISITNUM".to_owned()
            } else {
                format!("{}SEQ", table.name)
            };
            for (at, name) in table.columns().iter().enumerate() {
                let value = table.cell(row, at);
                let plain = value
                    .parse::<f64>()
                    .map_or_else(|_| value.to_owned(), |number| number.to_string());
                let identity = [table.name.clone(), cell(row, "USUBJID"), cell(row, &key), name.clone()];
                let [dataset, subject, key, name] = identity;
                if !value.is_empty() {
                    values.insert([dataset, subject, key, name, plain]);
                }
            }
        }
    }
    values
}

#[test]
fn no_value_of_the_source_is_lost_or_altered() {
    let trial = trial();
    for (mut source, seed) in rehearsals(&trial).into_iter().zip(1..) {
        // Columns that no guide knows, and mistakes of every kind.
        soil_tables(&trial, &mut source, seed, 0, &mut Vec::new());
        let lb = source.iter_mut().find(|table| table.name == "LB").unwrap();
        let comments = (0..lb.len()).map(|row| (row, format!("comment {row}"))).collect();
        lb.set("LABORATORY COMMENT", &comments);
        let of_source: BTreeMap<String, BTreeSet<[String; 5]>> = source
            .iter()
            .map(|table| (table.name.clone(), values(std::slice::from_ref(table))))
            .collect();
        let Sdtm { datasets, findings, .. } = datasets(&trial, source, None);
        // What is no number stands in no variable of numbers, and is quoted in a finding.
        let told: BTreeSet<[String; 5]> = findings
            .iter()
            .filter_map(|finding| {
                let (Rule::NotANumber(text), Some(record)) = (&finding.rule, &finding.record) else {
                    return None;
                };
                let (dataset, subject) = (record.dataset.to_string(), record.subject.to_string());
                Some([dataset, subject, String::new(), finding.field.clone(), text.clone()])
            })
            .collect();
        let exported = values(&tables(&datasets));
        let by_plain: BTreeSet<[String; 5]> = exported
            .iter()
            .map(|[dataset, subject, key, name, value]| {
                let plain = value
                    .parse::<f64>()
                    .map_or_else(|_| value.clone(), |number| number.to_string());
                [dataset, subject, key, name, &plain].map(Clone::clone)
            })
            .collect();
        let unnumbered: BTreeSet<[String; 5]> = by_plain
            .iter()
            .map(|[dataset, subject, _, name, value]| [dataset, subject, "", name, value].map(ToString::to_string))
            .collect();
        for (dataset, values) in of_source {
            // Visits and their numbers are tested apart: they have another key there.
            if dataset == "SV" || dataset.starts_with("SUPP") {
                continue;
            }
            for value in values {
                let mut found = value.clone();
                if value[3] == "LABORATORY COMMENT" {
                    found[3] = "LABORATO".to_owned();
                }
                // A record without a number is given that of its row, as one whose number is none.
                let mut nameless = found.clone();
                nameless[2].clear();
                let is_named = value[2].parse::<u32>().is_ok();
                let blank = !is_named && unnumbered.contains(&nameless);
                assert!(
                    blank || by_plain.contains(&found) || by_plain.contains(&value) || told.contains(&nameless),
                    "{value:?}"
                );
            }
        }
    }
}

#[test]
fn variables_stand_as_the_guide_has_them() {
    let trial = trial();
    for source in rehearsals(&trial) {
        for dataset in datasets(&trial, source, None).datasets {
            let guide = guide::dataset(dataset.name()).unwrap();
            let order: Vec<&str> = guide.variables.iter().map(|variable| variable.name).collect();
            let places: Vec<usize> = dataset
                .variables
                .iter()
                .map(|variable| order.iter().position(|name| *name == variable.name).unwrap())
                .collect();
            assert!(places.is_sorted(), "{}", dataset.name());
            for variable in &guide.variables {
                let there = dataset.variable(variable.name).is_some();
                assert!(
                    there || variable.core == Core::Permissible,
                    "{}.{}",
                    dataset.name(),
                    variable.name
                );
            }
            let names: Vec<&String> = dataset.variables.iter().map(|variable| &variable.name).collect();
            assert_eq!(names, dataset.table.columns().iter().collect::<Vec<_>>());
            assert!(dataset.label.len() <= 40);
            let keys: Vec<usize> = dataset
                .keys
                .iter()
                .map(|key| dataset.table.column(key).unwrap())
                .collect();
            let rows: Vec<Vec<&str>> = (0..dataset.table.len())
                .map(|row| keys.iter().map(|at| dataset.table.cell(row, *at)).collect())
                .collect();
            let distinct: BTreeSet<&Vec<&str>> = rows.iter().collect();
            assert_eq!(distinct.len(), rows.len(), "the keys of {} name a row", dataset.name());
        }
    }
}

#[test]
fn qualifiers_and_relations_point_at_records_that_are_there() {
    let trial = trial();
    for source in rehearsals(&trial) {
        let all = tables(&datasets(&trial, source, None).datasets);
        let there = |domain: &str, subject: &str, key: &str, value: &str| {
            let table = all.iter().find(|table| table.name == domain).unwrap();
            let (Some(subject_at), at) = (table.column("USUBJID"), table.column(key)) else {
                return false;
            };
            (0..table.len()).any(|row| {
                let same = at.map_or(key.is_empty(), |at| value.is_empty() || table.cell(row, at) == value);
                same && (subject.is_empty() || table.cell(row, subject_at) == subject)
            })
        };
        let mut looked = 0;
        for table in all.iter().filter(|table| table.column("IDVAR").is_some()) {
            let step = table.len().div_ceil(200).max(1);
            for row in (0..table.len()).step_by(step) {
                let [domain, subject, key, value] = ["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL"]
                    .map(|name| table.cell(row, table.column(name).unwrap()));
                assert!(
                    there(domain, subject, key, value),
                    "{} {domain} {subject} {key} {value}",
                    table.name
                );
                looked += 1;
            }
        }
        assert!(looked > 100);
    }
}

#[test]
fn parameters_of_kinetics_are_related_to_the_results_they_were_estimated_of() {
    let trial = trial();
    for source in rehearsals(&trial) {
        let all = tables(&datasets(&trial, source, None).datasets);
        let groups = |domain: &str| -> BTreeSet<(String, String)> {
            let table = all.iter().find(|table| table.name == domain).unwrap();
            let [subject, group] = [
                table.column("USUBJID").unwrap(),
                table.column(&format!("{domain}GRPID")).unwrap(),
            ];
            let rows = (0..table.len()).map(|row| [subject, group].map(|at| table.cell(row, at).to_owned()));
            rows.filter(|[_, group]| !group.is_empty()).map(Into::into).collect()
        };
        let estimated = groups("PP");
        let results: BTreeSet<(String, String)> = &groups("PC") | &groups("CP");
        assert!(!estimated.is_empty());
        assert_eq!(estimated, results);
        let related = all.iter().find(|table| table.name == "RELREC").unwrap();
        let [domain, subject, value, relation] =
            ["RDOMAIN", "USUBJID", "IDVARVAL", "RELID"].map(|name| related.column(name).unwrap());
        for (id, group) in &estimated {
            let found = (0..related.len()).filter(|row| {
                related.cell(*row, subject) == id
                    && related.cell(*row, value) == group
                    && related.cell(*row, relation) == format!("PP{group}")
            });
            let mut domains: Vec<&str> = found.map(|row| related.cell(row, domain)).collect();
            domains.sort_unstable();
            let of_results = if group == "COPIES" { "PC" } else { "CP" };
            assert_eq!(domains, [of_results, "PP"]);
        }
    }
}

#[test]
fn study_days_have_no_zero_and_elements_follow_each_other() {
    let trial = trial();
    for source in rehearsals(&trial) {
        let all = tables(&datasets(&trial, source, None).datasets);
        for table in &all {
            for (at, name) in table
                .columns()
                .iter()
                .enumerate()
                .filter(|(_, name)| name.ends_with("DY"))
            {
                assert!((0..table.len()).all(|row| table.cell(row, at) != "0"), "{name}");
            }
        }
        let se = all.iter().find(|table| table.name == "SE").unwrap();
        let [subject, start, end] = ["USUBJID", "SESTDTC", "SEENDTC"].map(|name| se.column(name).unwrap());
        for row in 1..se.len() {
            if se.cell(row, subject) == se.cell(row - 1, subject) {
                assert_eq!(se.cell(row, start), se.cell(row - 1, end));
            }
        }
        let domains: BTreeSet<&str> = all.iter().map(|table| table.name.as_str()).collect();
        for expected in [
            "AE", "CM", "CP", "DM", "DS", "EC", "EX", "FA", "LB", "MH", "PC", "PP", "PR", "RELREC", "RS", "SE", "SS",
            "SUPPAE", "SUPPLB", "SV", "TA", "TE", "TI", "TR", "TS", "TU", "TV", "VS",
        ] {
            assert!(domains.contains(expected), "{expected}");
        }
    }
}

#[test]
fn tables_cut_on_a_day_are_the_study_as_of_that_day() {
    let trial = trial();
    for source in rehearsals(&trial) {
        let whole = study(&trial, &source);
        for cut in [date(2025, 3, 1), date(2025, 8, 15), date(2026, 4, 1), date(2040, 1, 1)] {
            let mut tables = source.clone();
            cut_tables(&mut tables, cut);
            let of_tables = study(&trial, &tables);
            let expected = whole.as_of(cut);
            let ids = |data: &StudyData| {
                data.subjects
                    .iter()
                    .map(|subject| subject.id.to_string())
                    .collect::<Vec<_>>()
            };
            assert_eq!(ids(&of_tables), ids(&expected), "{cut}");
            for (cut_first, read_first) in of_tables.subjects.iter().zip(&expected.subjects) {
                assert_eq!(cut_first, read_first, "{cut}");
            }
        }
    }
}

#[test]
fn who_consents_or_fails_screening_after_the_cut_has_not_done_so_at_it() {
    let trial = trial();
    let product = &trial.names.infusion[0];
    let arm = trial.dose_levels.iter().next().unwrap().1.arm.clone();
    let read = |consent: &str, reason: &str, infused: &str, failed: &str, cut| {
        let files = [
            (
                "dm.csv",
                format!("USUBJID,ARMCD,ARMNRS,RFICDTC\nX-01,{arm},{reason},{consent}\n"),
            ),
            (
                "cm.csv",
                "USUBJID,CMSEQ,CMTRT,CMSTDTC\nX-01,1,SORAFENIB,2024-05-01\n".to_owned(),
            ),
            (
                "ex.csv",
                format!("USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nX-01,1,{product},100,10^6 cells,{infused}\n"),
            ),
            (
                "ds.csv",
                format!("USUBJID,DSSEQ,DSDECOD,DSCAT,DSSTDTC\nX-01,1,SCREEN FAILURE,DISPOSITION EVENT,{failed}\n"),
            ),
        ];
        let wanted = files.into_iter().filter(|(file, text)| match *file {
            "ex.csv" => !infused.is_empty(),
            "ds.csv" => !failed.is_empty(),
            _ => !text.is_empty(),
        });
        let tables = wanted.map(|(file, text)| Table::parse_csv(file, text.as_bytes()).unwrap());
        let mut tables: Vec<Table> = tables.collect();
        let whole = study(&trial, &tables).as_of(cut);
        cut_tables(&mut tables, cut);
        let of_tables = study(&trial, &tables);
        assert_eq!(of_tables.subjects, whole.subjects);
        let failed = whole.subjects.first().map(|subject| subject.screen_failure().is_some());
        (whole.subjects.len(), failed)
    };
    let day = |month, day| date(2025, month, day);
    // A treatment from before the study makes nobody a subject of it.
    assert_eq!(read("2025-03-20", "", "", "", day(3, 1)), (0, None));
    assert_eq!(read("2025-03-20", "", "", "", day(3, 20)), (1, Some(false)));
    // A date of consent that must be wrong hides no treated subject.
    assert_eq!(read("2026-02-10", "", "2025-02-24", "", day(3, 1)), (1, Some(false)));
    let fails = |cut| read("2025-01-10", "SCREEN FAILURE", "", "2025-02-03", cut);
    assert_eq!(fails(day(1, 20)), (1, Some(false)));
    assert_eq!(fails(day(2, 3)), (1, Some(true)));
}

/// Every domain that a study of this kind hands over; `QS` has no instrument (docs/conformance.md).
const LISTED: [&str; 35] = [
    "AE", "CM", "CO", "CP", "DD", "DM", "DS", "DV", "EC", "EX", "FA", "IE", "LB", "MB", "MH", "PC", "PP", "PR",
    "RELREC", "RS", "SE", "SS", "SUPPAE", "SUPPDM", "SUPPIE", "SUPPLB", "SV", "TA", "TE", "TI", "TR", "TS", "TU", "TV",
    "VS",
];

#[test]
fn every_listed_domain_of_the_rehearsal_has_rows() {
    let trial = trial();
    let source = super::study::rehearsal();
    let made = datasets(&trial, source, None).datasets;
    let rows: BTreeMap<&str, usize> = made
        .iter()
        .map(|dataset| (dataset.name(), dataset.table.len()))
        .collect();
    let empty: Vec<&str> = LISTED
        .into_iter()
        .filter(|name| rows.get(name).is_none_or(|rows| *rows == 0))
        .collect();
    assert_eq!(empty, Vec::<&str>::new());
    let column = |dataset: &str, name: &str| -> Vec<String> {
        let table = &made.iter().find(|made| made.name() == dataset).unwrap().table;
        let at = table.column(name).unwrap();
        (0..table.len()).map(|row| table.cell(row, at).to_owned()).collect()
    };
    assert!(column("DD", "DDORRES").iter().all(|cause| cause != "UNKNOWN"));
    // Each infusion stands as planned and as given.
    let moods = column("EC", "ECMOOD");
    let given = moods.iter().filter(|mood| *mood == "PERFORMED").count();
    let infusions = column("EX", "EXTRT")
        .iter()
        .filter(|name| name.contains("CAR-T"))
        .count();
    assert_eq!(given, infusions);
    assert!(given > 10 && moods.len() > given);
}
