//! The forms in which a dataset may come: several files, names without the prefix of the domain, tests by name alone.

use std::collections::{BTreeMap, HashSet};

use tercel::language::Words;
use tercel::study::{Blocks, Dataset, Finding, Rule};

use super::DOMAINS;
use crate::folder::ReadError;
use crate::table::Table;

/// Puts the files of one dataset together (`lbch.csv`, `lbhe.csv`), in the order given. The same file in two formats is
/// not two parts of a dataset but one dataset twice. Records that stand in two files (`ae.csv`, `ae_old.csv`) are a finding.
pub(crate) fn unite(tables: Vec<Table>) -> Result<(Vec<Table>, Vec<Finding>), ReadError> {
    let stem = |table: &Table| table.file.split('.').next().unwrap_or_default().to_lowercase();
    let mut united: Vec<Table> = Vec::new();
    let mut parts: Vec<(String, String, String)> = Vec::new();
    let findings = same_records(&tables);
    for table in tables {
        let part = (table.name.clone(), stem(&table), table.file.clone());
        if let Some((dataset, _, first)) = parts.iter().find(|(name, stem, _)| (name, stem) == (&part.0, &part.1)) {
            return Err(ReadError::TwoFormats {
                dataset: dataset.clone(),
                first: first.clone(),
                second: table.file.clone(),
            });
        }
        parts.push(part);
        match united.iter_mut().find(|known| known.name == table.name) {
            Some(known) => known.append(&table),
            None => united.push(table),
        }
    }
    Ok((united, findings))
}

/// A finding for every two files of a dataset that hold records of the same subject and number.
fn same_records(tables: &[Table]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, one) in tables.iter().enumerate() {
        let others = tables.iter().skip(index + 1).filter(|other| other.name == one.name);
        let others: Vec<&Table> = others.collect();
        if others.is_empty() {
            continue;
        }
        let known: HashSet<(&str, &str)> = keys(one).collect();
        for other in others {
            let same = keys(other).filter(|key| known.contains(key)).count();
            if same > 0 {
                let number = if same == 1 {
                    "1 record".to_owned()
                } else {
                    format!("{same} records")
                };
                let sentence = format!(
                    "{} and {} hold {number} of the same subject and number; both were read, keep one of the files",
                    one.file, other.file
                );
                findings.push(Finding {
                    subject: None,
                    dataset: Dataset::new(&one.name),
                    record: None,
                    row: None,
                    field: String::new(),
                    rule: Rule::SameRecords(Words::english(sentence)),
                    blocks: Blocks::Decision,
                });
            }
        }
    }
    findings
}

/// Subject and number of every record; of a dataset with one row a subject, the subject alone.
fn keys(table: &Table) -> impl Iterator<Item = (&str, &str)> {
    let column = |names: &[&str]| names.iter().find_map(|name| table.column(name));
    let subject = column(&["USUBJID", "UNIQUE SUBJECT IDENTIFIER"]);
    let number = column(&[&format!("{}SEQ", table.name), "SEQ", "SEQUENCE NUMBER"]);
    let one_row = matches!(table.name.as_str(), "DM" | "ADSL");
    let rows = if subject.is_some() && (number.is_some() || one_row) {
        table.len()
    } else {
        0
    };
    let cell = move |row: usize, at: Option<usize>| at.map_or("", |at| table.cell(row, at));
    let keys = (0..rows).map(move |row| (cell(row, subject), cell(row, number)));
    keys.filter(|(subject, _)| !subject.is_empty())
}

/// Ends of variable names that a domain's prefix belongs to.
const SUFFIXES: [&str; 36] = [
    "SEQ", "TESTCD", "TEST", "CAT", "ORRES", "ORRESU", "STRESC", "STRESN", "STRESU", "STNRLO", "STNRHI", "LLOQ",
    "STAT", "CLSIG", "DTC", "STDTC", "ENDTC", "TERM", "DECOD", "BODSYS", "TRT", "DOSE", "DOSU", "MOOD", "LNKID",
    "EVAL", "ACPTFL", "OBJ", "TOXGR", "REL", "SER", "OUT", "OCCUR", "LOC", "SPEC", "METHOD",
];

/// Identifying variables by their label.
const LABELS: [(&str, &str); 4] = [
    ("STUDY IDENTIFIER", "STUDYID"),
    ("DOMAIN ABBREVIATION", "DOMAIN"),
    ("UNIQUE SUBJECT IDENTIFIER", "USUBJID"),
    ("SEQUENCE NUMBER", "SEQ"),
];

/// Codes of tests by name, for datasets that carry the name alone.
const TESTS: [(&str, &str); 16] = [
    ("LONGEST DIAMETER", "LDIAM"),
    ("LONGEST PERPENDICULAR", "LPERP"),
    ("SHORT AXIS", "SAXIS"),
    ("VIABLE DIAMETER", "VDIAM"),
    ("TUMOR STATE", "TUMSTATE"),
    ("TUMOUR STATE", "TUMSTATE"),
    ("TUMOR IDENTIFICATION", "TUMIDENT"),
    ("TUMOUR IDENTIFICATION", "TUMIDENT"),
    ("OVERALL RESPONSE", "OVRLRESP"),
    ("SURVIVAL STATUS", "SURVSTAT"),
    ("TEMPERATURE", "TEMP"),
    ("BODY TEMPERATURE", "TEMP"),
    ("SYSTOLIC BLOOD PRESSURE", "SYSBP"),
    ("OXYGEN SATURATION", "OXYSAT"),
    ("TOXICITY GRADE", "TOXGR"),
    ("DOSE LIMITING TOXICITY", "DLT"),
];

/// Gives the variables of an SDTM dataset their full names, and its tests their codes.
pub(crate) fn settle_forms(table: &mut Table) {
    let domain = table.name.clone();
    if domain != "DM" && !DOMAINS.iter().any(|known| known.name == domain) {
        return;
    }
    for at in 0..table.columns().len() {
        let Some(written) = table.columns().get(at).map(|name| name.trim().to_owned()) else {
            continue;
        };
        let labelled = LABELS.iter().find(|(label, _)| *label == written);
        let short = labelled.map_or(written.as_str(), |(_, name)| *name);
        let full = if SUFFIXES.contains(&short) {
            format!("{domain}{short}")
        } else {
            short.to_owned()
        };
        if full != written && table.column(&full).is_none() {
            table.rename(at, &full);
        }
    }
    let code = format!("{domain}TESTCD");
    let Some(test) = table
        .column(&format!("{domain}TEST"))
        .filter(|_| table.column(&code).is_none())
    else {
        return;
    };
    let mut codes = BTreeMap::new();
    for row in 0..table.len() {
        let name = table.cell(row, test);
        let known = TESTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        codes.insert(row, known.map_or(name, |(_, code)| *code).to_owned());
    }
    table.set(&code, &codes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(file: &str, columns: &[&str], cells: &[&str]) -> Table {
        let mut table = Table::from_rows(
            "LB",
            columns,
            vec![cells.iter().map(|cell| (*cell).to_owned()).collect()],
        );
        file.clone_into(&mut table.file);
        table
    }

    #[test]
    fn short_names_and_labels_become_full_names_and_tests_get_their_codes() {
        let mut short = table(
            "lb.csv",
            &["Unique Subject Identifier", "SEQ", "TEST", "DTC", "VISIT"]
                .map(str::to_uppercase)
                .each_ref()
                .map(String::as_str),
            &["S", "1", "Albumin", "2026-01-01", "D1"],
        );
        settle_forms(&mut short);
        assert_eq!(
            short.columns(),
            ["USUBJID", "LBSEQ", "LBTEST", "LBDTC", "VISIT", "LBTESTCD"]
        );
        assert_eq!(short.cell(0, 5), "Albumin");
    }

    #[test]
    fn parts_are_united_and_the_same_file_in_two_formats_is_refused() {
        let parts = || {
            vec![
                table("lbch.csv", &["USUBJID"], &["S"]),
                table("lbhe.json", &["USUBJID"], &["T"]),
            ]
        };
        let (united, findings) = unite(parts()).unwrap();
        assert_eq!(findings, []);
        assert_eq!(
            (united.len(), united[0].len(), united[0].file.as_str()),
            (1, 2, "lbch.csv, lbhe.json")
        );
        let numbered = |file: &str| table(file, &["USUBJID", "LBSEQ"], &["S", "1"]);
        let (_, findings) = unite(vec![numbered("lb.csv"), numbered("lb_old.csv")]).unwrap();
        assert!(
            findings[0]
                .rule
                .to_string()
                .starts_with("lb.csv and lb_old.csv hold 1 record")
        );
        assert_eq!((findings.len(), findings[0].blocks), (1, Blocks::Decision));
        let mut twice = parts();
        twice.push(table("lbch.xpt", &["USUBJID"], &["S"]));
        assert!(unite(twice).unwrap_err().to_string().contains("lbch.csv and lbch.xpt"));
    }
}
