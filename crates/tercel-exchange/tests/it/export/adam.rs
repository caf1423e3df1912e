//! Analysis datasets and their descriptions: one list for both.

use std::collections::{BTreeMap, BTreeSet};

use tercel::endpoint::Analysis;
use tercel_exchange::Table;
use tercel_exchange::adam::{DeriveOptions, derive_datasets};
use tercel_exchange::export::adam::{describe_adam, described_variables};
use tercel_exchange::export::references::check_sources;
use tercel_exchange::export::sdtm;
use tercel_exchange::export::{Codelist, Kind, Origin, guide};

use super::study::{derived, described, records, rehearsal, synthetic, trial};

/// Columns carried from the tabulation dataset.
const CARRIED: [(&str, &str); 3] = [("ADAE", "AE"), ("ADLB", "LB"), ("ADVS", "VS")];

#[test]
fn every_derived_column_is_described_and_every_description_has_its_column() {
    let trial = trial();
    let (data, cut) = records(&trial, rehearsal());
    let analysis = Analysis::new(&trial, &data, Some(cut));
    let tables = derived(&trial, rehearsal(), &analysis);
    let described = described_variables();
    assert_eq!(
        tables.len(),
        described.len(),
        "every dataset is derived of the rehearsal"
    );
    let tabulated = rehearsal();
    let source = |name: &str| tabulated.iter().find(|table| table.name == name);
    let is_supplemental = |domain: &str, column: &str| {
        source(&format!("SUPP{domain}")).is_some_and(|table| {
            let at = table.column("QNAM").unwrap();
            (0..table.len()).any(|row| table.cell(row, at) == column)
        })
    };
    let mut wrong = Vec::new();
    for table in &tables {
        let (_, lines) = described.iter().find(|(name, _)| *name == table.name).unwrap();
        let names: BTreeSet<&str> = lines.iter().map(|(name, _)| *name).collect();
        let carries = CARRIED.iter().find(|(name, _)| *name == table.name);
        for column in table.columns().iter().filter(|column| !names.contains(column.as_str())) {
            let of_source = carries.is_some_and(|(_, domain)| {
                let recorded = source(domain).unwrap().column(column).is_some();
                let known = guide::variable(domain, column).is_some() || column.ends_with("LLOQ");
                (recorded && known) || is_supplemental(domain, column)
            });
            if !of_source {
                wrong.push(format!("{}.{column} is derived and not described", table.name));
            }
        }
        for name in names.iter().filter(|name| table.column(name).is_none()) {
            // Demography is taken over as far as it was recorded.
            if table.name != "ADSL" || source("DM").unwrap().column(name).is_some() {
                wrong.push(format!("{}.{name} is described and not derived", table.name));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn descriptions_keep_the_rules_of_names_labels_and_codes() {
    for (dataset, lines) in described_variables() {
        let names: BTreeSet<&str> = lines.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), lines.len(), "{dataset} describes a variable twice");
        for (name, label) in lines {
            assert!(label.len() <= 40 && !label.is_empty(), "{dataset}.{name}: {label}");
        }
    }
    for dataset in described() {
        let name = dataset.name().to_owned();
        for variable in &dataset.variables {
            let whole = format!("{name}.{}", variable.name);
            let plain = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
            assert!(variable.name.len() <= 8 && variable.name.chars().all(plain), "{whole}");
            assert!(variable.label.len() <= 40, "{whole}: {}", variable.label);
            assert!(
                variable.length <= 200 || variable.kind != Kind::Text,
                "{whole} has {} bytes",
                variable.length
            );
            assert_eq!(
                variable.origin == Origin::Derived,
                variable.origin == Origin::Derived && variable.method.is_some()
            );
            if variable.name.ends_with("FL") {
                let at = dataset.table.column(&variable.name).unwrap();
                let values: BTreeSet<&str> = (0..dataset.table.len())
                    .map(|row| dataset.table.cell(row, at))
                    .collect();
                let allowed: &[&str] = if ["SAFFL", "ENRLFL", "AEPOPFL", "DLTEVLFL"].contains(&variable.name.as_str()) {
                    &["Y", "N", ""]
                } else {
                    &["Y", ""]
                };
                let of_source = matches!(&variable.origin, Origin::Predecessor(from) if !from.starts_with("ADSL"));
                assert!(
                    of_source || values.iter().all(|value| allowed.contains(value)),
                    "{whole}: {values:?}"
                );
            }
            if let Some(Codelist::Sponsor { terms, .. }) = &variable.codelist {
                let known: BTreeSet<&str> = terms.iter().map(|(value, _)| value.as_str()).collect();
                let at = dataset.table.column(&variable.name).unwrap();
                for row in 0..dataset.table.len() {
                    let cell = dataset.table.cell(row, at);
                    assert!(
                        cell.is_empty() || known.contains(cell),
                        "{whole}: {cell} is not in its list"
                    );
                }
            }
        }
        if let Some(at) = dataset.table.column("PARAMCD") {
            let longest = (0..dataset.table.len())
                .map(|row| dataset.table.cell(row, at).len())
                .max();
            assert!(
                longest.is_none_or(|longest| (1..=8).contains(&longest)),
                "{name} has a PARAMCD of {longest:?}"
            );
        }
    }
}

#[test]
fn keys_name_a_row_and_sort_the_dataset() {
    for dataset in described() {
        let at: Vec<usize> = dataset
            .keys
            .iter()
            .map(|key| dataset.table.column(key).unwrap())
            .collect();
        assert!(at.len() >= 2, "{}", dataset.name());
        let rows: Vec<Vec<&str>> = (0..dataset.table.len())
            .map(|row| at.iter().map(|at| dataset.table.cell(row, *at)).collect())
            .collect();
        let distinct: BTreeSet<&Vec<&str>> = rows.iter().collect();
        assert_eq!(
            distinct.len(),
            rows.len(),
            "{} has rows with the same keys",
            dataset.name()
        );
        assert!(rows.is_sorted_by_key(|row| row[1].to_owned()), "{}", dataset.name());
    }
}

#[test]
fn a_parameter_code_means_one_parameter_and_a_source_names_its_record() {
    let tabulated = rehearsal();
    for dataset in described() {
        let table = &dataset.table;
        if let (Some(code), Some(label)) = (table.column("PARAMCD"), table.column("PARAM")) {
            let pairs: BTreeSet<(&str, &str)> = (0..table.len())
                .map(|row| (table.cell(row, code), table.cell(row, label)))
                .collect();
            let codes: BTreeSet<&str> = pairs.iter().map(|(code, _)| *code).collect();
            assert_eq!(codes.len(), pairs.len(), "{}: {pairs:?}", dataset.name());
        }
        let Some((domain, sequence)) = table.column("SRCDOM").zip(table.column("SRCSEQ")) else {
            continue;
        };
        let subject = table.column("USUBJID").unwrap();
        let mut named = 0;
        for row in (0..table.len()).filter(|row| !table.cell(*row, sequence).is_empty()) {
            let (domain, sequence) = (table.cell(row, domain), table.cell(row, sequence));
            let source = tabulated.iter().find(|table| table.name == domain).unwrap();
            let id = source.column("USUBJID").unwrap();
            let Some(number) = source.column(&format!("{domain}SEQ")) else {
                continue;
            };
            let found = (0..source.len())
                .any(|at| source.cell(at, id) == table.cell(row, subject) && source.cell(at, number) == sequence);
            assert!(found, "{} row {row}: no {domain} {sequence}", dataset.name());
            named += 1;
        }
        assert!(named > 0, "{} names no source", dataset.name());
    }
}

#[test]
fn the_tabulation_says_of_every_event_whether_it_is_treatment_emergent_as_the_analysis_does() {
    let trial = trial();
    for tables in [rehearsal(), synthetic(&trial, 5), synthetic(&trial, 11)] {
        let made = sdtm::datasets(&trial, tables.clone(), None);
        let cells = |table: &Table, names: [&str; 3]| -> Vec<[String; 3]> {
            let at = names.map(|name| table.column(name).unwrap());
            let rows = (0..table.len()).map(|row| at.map(|at| table.cell(row, at).to_owned()));
            rows.collect()
        };
        let supplement = made.datasets.iter().find(|dataset| dataset.name() == "SUPPAE").unwrap();
        let names = supplement.table.column("QNAM").unwrap();
        let mut qualified = supplement.table.clone();
        qualified.retain(|row| supplement.table.cell(row, names) == "AETRTEM");
        let said: BTreeSet<_> = cells(&qualified, ["USUBJID", "IDVARVAL", "QVAL"]).into_iter().collect();
        let (data, cut) = records(&trial, tables.clone());
        let analysis = Analysis::new(&trial, &data, Some(cut));
        let derived = derived(&trial, tables, &analysis);
        let adae = derived.iter().find(|table| table.name == "ADAE").unwrap();
        let flagged = cells(adae, ["USUBJID", "AESEQ", "TRTEMFL"]).into_iter();
        let flagged: BTreeSet<_> = flagged
            .map(|[subject, number, flag]| [subject, number, if flag == "Y" { flag } else { "N".to_owned() }])
            .collect();
        assert_eq!(said, flagged);
        assert!(said.iter().any(|[.., flag]| flag == "Y") && said.iter().any(|[.., flag]| flag == "N"));
    }
}

#[test]
fn a_text_variable_has_one_length_in_all_datasets_that_of_its_longest_value() {
    let tabulated = sdtm::datasets(&trial(), rehearsal(), None).datasets;
    for datasets in [tabulated, described()] {
        let (mut lengths, mut longest) = (BTreeMap::new(), BTreeMap::new());
        for dataset in datasets.iter().filter(|dataset| !dataset.name().starts_with("SUPP")) {
            for (at, variable) in dataset.variables.iter().enumerate() {
                if matches!(variable.kind, Kind::Text | Kind::DateTimeText | Kind::DurationText) {
                    let here = (0..dataset.table.len()).map(|row| dataset.table.cell(row, at).len());
                    let most: &mut usize = longest.entry(variable.name.as_str()).or_insert(1);
                    *most = here.max().unwrap_or(0).max(*most);
                    let length = *lengths.entry(variable.name.as_str()).or_insert(variable.length);
                    assert_eq!(variable.length, length, "{} {}", dataset.name(), variable.name);
                }
            }
        }
        assert_eq!(lengths, longest);
    }
}

/// Whether a row of tabulation data is there: `AE/S-01/3`, by `--SEQ` or by its row.
fn is_recorded(tabulated: &[Table], record: &str) -> bool {
    let (Some((domain, rest)), Some((_, number))) = (record.split_once('/'), record.rsplit_once('/')) else {
        return false;
    };
    let subject = rest.rsplit_once('/').map_or("", |(subject, _)| subject);
    let Some(table) = tabulated.iter().find(|table| table.name == domain) else {
        return false;
    };
    let id = table.column("USUBJID").unwrap();
    if domain == "DM" {
        // A subject has one.
        return number == "1" && (0..table.len()).any(|row| table.cell(row, id) == subject);
    }
    let Some(at) = table.column(&format!("{domain}SEQ")) else {
        let row = number.parse::<usize>().unwrap() - 1;
        return row < table.len() && table.cell(row, id) == subject;
    };
    (0..table.len()).any(|row| table.cell(row, id) == subject && table.cell(row, at) == number)
}

#[test]
fn every_row_of_every_dataset_names_what_it_was_made_from() {
    let trial = trial();
    for tables in [rehearsal(), synthetic(&trial, 5), synthetic(&trial, 11)] {
        let (data, cut) = records(&trial, tables.clone());
        let analysis = Analysis::new(&trial, &data, Some(cut));
        let derived = derived(&trial, tables.clone(), &analysis);
        let adsl = derived.iter().find(|table| table.name == "ADSL").unwrap();
        let mut wrong = Vec::new();
        for table in &derived {
            let cell = |row: usize, name: &str| table.column(name).map_or("", |at| table.cell(row, at));
            let carried = CARRIED.iter().find(|(name, _)| *name == table.name);
            for row in 0..table.len() {
                let subject = cell(row, "USUBJID");
                let mut named: Vec<String> = cell(row, "SRCRECS").split_whitespace().map(str::to_owned).collect();
                let (domain, number) = (cell(row, "SRCDOM"), cell(row, "SRCSEQ"));
                if !number.is_empty() {
                    named.push(format!("{domain}/{subject}/{number}"));
                }
                if let Some((_, domain)) = carried {
                    named.push(format!("{domain}/{subject}/{}", cell(row, &format!("{domain}SEQ"))));
                }
                let of_subject = domain == "ADSL" && adsl.column(cell(row, "SRCVAR")).is_some();
                let of_absence = cell(row, "DTYPE") == "PHANTOM";
                let what = format!("{} {row}: {} {}", table.name, cell(row, "PARAMCD"), cell(row, "AVALC"));
                if table.name == "ADSL" {
                    named.push(format!("DM/{subject}/1"));
                } else if named.is_empty() && !of_subject && !of_absence {
                    wrong.push(format!("{what} names nothing"));
                }
                let missing = named.iter().filter(|record| !is_recorded(&tables, record));
                wrong.extend(missing.map(|record| format!("{what} names {record}, which is not there")));
                if table.name != "ADSL" && cell(row, "ASEQ").is_empty() {
                    wrong.push(format!("{what} has no number"));
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}

#[test]
fn pointers_of_the_analysis_data_are_checked_against_the_tabulation_data() {
    let trial = trial();
    let made = sdtm::datasets(&trial, rehearsal(), None).datasets;
    let mut analysis = described();
    let check = check_sources(&analysis, &made);
    assert_eq!(check.findings, []);
    let looked: usize = check.looked_at.split(' ').next().unwrap().parse().unwrap();
    assert!(looked > 1000, "{}", check.looked_at);
    let adex = analysis.iter_mut().find(|dataset| dataset.name() == "ADEX").unwrap();
    adex.table.set("SRCSEQ", &[(0, "9999".to_owned())].into());
    assert_eq!(check_sources(&analysis, &made).findings.len(), 1);
}

#[test]
fn events_of_special_interest_have_their_class_their_first_and_their_worst() {
    let trial = trial();
    let classes = [("CQ01NAM", "AOCC01FL", "AOCC03FL"), ("CQ02NAM", "AOCC02FL", "AOCC04FL")];
    let mut looked_at = [0; 2];
    for seed in [5, 11, 77, 78, 79] {
        let tables = synthetic(&trial, seed);
        let (data, cut) = records(&trial, tables.clone());
        let derived = derived(&trial, tables, &Analysis::new(&trial, &data, Some(cut)));
        let adae = derived.iter().find(|table| table.name == "ADAE").unwrap();
        let cell = |row: usize, name: &str| adae.cell(row, adae.column(name).unwrap());
        for ((class, first, worst), looked_at) in classes.into_iter().zip(&mut looked_at) {
            let rows: Vec<usize> = (0..adae.len())
                .filter(|row| !cell(*row, class).is_empty() && cell(*row, "TRTEMFL") == "Y")
                .collect();
            let subjects: BTreeSet<&str> = rows.iter().map(|row| cell(*row, "USUBJID")).collect();
            *looked_at += subjects.len();
            for subject in subjects {
                let of_subject = || rows.iter().filter(|row| cell(**row, "USUBJID") == subject);
                let marked = |name: &str| -> Vec<usize> {
                    let all = (0..adae.len()).filter(|row| cell(*row, "USUBJID") == subject);
                    all.filter(|row| cell(*row, name) == "Y").collect()
                };
                let [onset] = marked(first)[..] else {
                    panic!("{subject} {first}")
                };
                let [peak] = marked(worst)[..] else {
                    panic!("{subject} {worst}")
                };
                let earliest = of_subject().map(|row| cell(*row, "ASTDT")).min().unwrap();
                let highest = of_subject().map(|row| cell(*row, "AETOXGR")).max().unwrap();
                assert_eq!((cell(onset, "ASTDT"), cell(peak, "AETOXGR")), (earliest, highest));
            }
        }
    }
    assert!(looked_at.iter().all(|subjects| *subjects > 0), "{looked_at:?}");
}

#[test]
fn without_a_protocol_and_with_another_seed_everything_is_described_too() {
    let trial = trial();
    let alone = derive_datasets(rehearsal(), &DeriveOptions::of(&trial), None).unwrap();
    let count = alone.tables.len();
    assert_eq!(describe_adam(alone.tables, None, None).len(), count);
    let tables = synthetic(&trial, 77);
    let (data, cut) = records(&trial, tables.clone());
    let analysis = Analysis::new(&trial, &data, Some(cut));
    let derived = derived(&trial, tables, &analysis);
    let described = describe_adam(derived.clone(), None, Some(&trial));
    assert_eq!(described.len(), derived.len());
    for (dataset, table) in described.iter().map(|dataset| {
        (
            dataset,
            derived.iter().find(|table| table.name == dataset.name()).unwrap(),
        )
    }) {
        assert_eq!(dataset.table.len(), table.len());
        assert!(dataset.variables.len() >= table.columns().len());
    }
}
