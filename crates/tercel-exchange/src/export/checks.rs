//! What an export is held against before it is handed over: each check says what it looked at, by what, and what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use roxmltree::Document;
use tercel::language::both;
use tercel::study::{Blocks, Finding, Rule};

use super::guide::{self, Core};
use super::sdtm::{check_datasets, finding};
use super::terminology::count_coded;
use super::{Dataset, Standard};
use crate::format::read_datasets;

/// A check that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What must hold.
    pub what: &'static str,
    /// By what it was judged.
    pub by: &'static str,
    /// What was looked at, with its number.
    pub looked_at: String,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// The checks of datasets of one standard.
pub fn check_handover(datasets: &[Dataset]) -> Vec<Check> {
    let (found, _) = check_datasets(datasets);
    let (terms, found): (Vec<Finding>, Vec<Finding>) = found
        .into_iter()
        .partition(|finding| matches!(finding.rule, Rule::NotInCodelist(..)));
    let (numbers, required) = found
        .into_iter()
        .partition(|finding| matches!(finding.rule, Rule::DuplicateRecord));
    let rows: usize = datasets.iter().map(|dataset| dataset.table.len()).sum();
    let records = format!("{rows} records of {} datasets", datasets.len());
    let mandatory = datasets.iter().flat_map(|dataset| &dataset.variables);
    let mandatory = mandatory.filter(|variable| variable.mandatory).count();
    let check = |what, by, looked_at, findings| Check {
        what,
        by,
        looked_at,
        findings,
    };
    let mut checks = vec![
        check(
            "Every coded value is a term of its codelist, or an extension of an open one",
            "CDISC controlled terminology 2025-03-28",
            format!("{} values", count_coded(datasets)),
            terms,
        ),
        check(
            "No required variable is blank",
            "SDTMIG 3.4, ADaMIG 1.3",
            format!("{mandatory} variables"),
            required,
        ),
        check(
            "No number of a record (--SEQ) stands twice for one subject",
            "SDTMIG 3.4",
            records.clone(),
            numbers,
        ),
        check(
            "The keys of a dataset name one record each",
            "the keys stated in define.xml",
            records,
            datasets.iter().flat_map(keys).collect(),
        ),
    ];
    let of_guide: Vec<&Dataset> = datasets
        .iter()
        .filter(|dataset| dataset.standard == Standard::Sdtm)
        .collect();
    if of_guide.is_empty() {
        return checks;
    }
    let (looked, unrelated) = relations(datasets);
    checks.push(check(
        "Every required and expected variable is there, in the order of the guide",
        "SDTMIG 3.4",
        format!("{} datasets", of_guide.len()),
        of_guide.into_iter().flat_map(variables).collect(),
    ));
    checks.push(check(
        "Supplemental qualifiers, comments and relations point at records that are there",
        "SDTM 2.0",
        format!("{looked} references"),
        unrelated,
    ));
    checks
}

fn keys(dataset: &Dataset) -> Vec<Finding> {
    let columns: Vec<usize> = dataset
        .keys
        .iter()
        .filter_map(|key| dataset.table.column(key))
        .collect();
    let mut taken = BTreeSet::new();
    let twice = (0..dataset.table.len()).filter(|row| {
        let key: Vec<&str> = columns.iter().map(|at| dataset.table.cell(*row, *at)).collect();
        !taken.insert(key)
    });
    let rows: Vec<usize> = twice.collect();
    let field = dataset.keys.join(", ");
    rows.into_iter()
        .map(|row| finding(dataset, Some(row), &field, Rule::DuplicateRecord))
        .collect()
}

fn variables(dataset: &Dataset) -> Vec<Finding> {
    let Some(guide) = guide::dataset(dataset.name()) else {
        return Vec::new();
    };
    let asked = guide
        .variables
        .iter()
        .filter(|variable| variable.core != Core::Permissible && dataset.variable(variable.name).is_none());
    let mut found: Vec<Finding> = asked
        .map(|variable| finding(dataset, None, variable.name, Rule::MissingColumn))
        .collect();
    let place = |name: &str| guide.variables.iter().position(|variable| variable.name == name);
    let pairs = dataset.variables.iter().zip(dataset.variables.iter().skip(1));
    found.extend(
        pairs
            .filter(|(one, next)| place(&one.name) > place(&next.name))
            .map(|(one, next)| {
                let text = both!(
                    "stands before {next}, which the guide has first",
                    "位于{next}之前，而指南中{next}在前",
                    next = next.name
                );
                finding(dataset, None, &one.name, Rule::OutOfOrder(text))
            }),
    );
    found
}

/// References by `IDVAR`: how many, and those to nothing.
fn relations(datasets: &[Dataset]) -> (usize, Vec<Finding>) {
    let mut known: BTreeMap<(&str, &str), BTreeSet<(&str, &str)>> = BTreeMap::new();
    let (mut looked, mut found) = (0, Vec::new());
    for dataset in datasets {
        let table = &dataset.table;
        let columns = ["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL"].map(|name| table.column(name));
        let [Some(domain), subject, Some(key), Some(value)] = columns else {
            continue;
        };
        for row in 0..table.len() {
            let (domain, key, value) = (table.cell(row, domain), table.cell(row, key), table.cell(row, value));
            let subject = subject.map_or("", |at| table.cell(row, at));
            // A comment may be of a domain or of nothing; a relation of datasets names no value.
            if domain.is_empty() {
                continue;
            }
            looked += 1;
            let there = known
                .entry((domain, key))
                .or_insert_with(|| values(datasets, domain, key));
            let is_there = if subject.is_empty() || value.is_empty() {
                there.iter().any(|(of, _)| subject.is_empty() || *of == subject)
            } else {
                there.contains(&(subject, value))
            };
            if !is_there {
                let text = both!(
                    "no record of {domain} has {key} {value}",
                    "{domain}中没有{key}为{value}的记录"
                );
                found.push(finding(dataset, Some(row), "IDVARVAL", Rule::Disagree(text)));
            }
        }
    }
    (looked, found)
}

/// Subjects with the values of a variable in a dataset; blank values where no variable is named.
fn values<'d>(datasets: &'d [Dataset], domain: &str, key: &str) -> BTreeSet<(&'d str, &'d str)> {
    let Some(dataset) = datasets.iter().find(|dataset| dataset.name() == domain) else {
        return BTreeSet::new();
    };
    let table = &dataset.table;
    let (subject, at) = (table.column("USUBJID"), table.column(key));
    if at.is_none() && !key.is_empty() {
        return BTreeSet::new();
    }
    let cell = |row: usize, at: Option<usize>| at.map_or("", |at| table.cell(row, at));
    (0..table.len())
        .map(|row| (cell(row, subject), cell(row, at)))
        .collect()
}

/// A file read again, held against the dataset it was made of: cells as text, numbers as numbers.
pub fn check_file(dataset: &Dataset, file: &str, bytes: &[u8]) -> Vec<Finding> {
    let wrong = |row, field: &str, text| vec![finding(dataset, row, field, Rule::NotRead(text))];
    let read = match read_datasets(file, bytes) {
        Ok(read) => read,
        Err(why) => return wrong(None, file, both!("{why}", "无法读回：{why}")),
    };
    let table = &dataset.table;
    let Some(read) = read
        .first()
        .filter(|read| (read.len(), read.columns()) == (table.len(), table.columns()))
    else {
        let text = both!(
            "other rows or variables than were written",
            "读回的行或变量与写入的不同"
        );
        return wrong(None, file, text);
    };
    let mut found = Vec::new();
    for (at, name) in table.columns().iter().enumerate() {
        for row in 0..table.len() {
            let (written, back) = (table.cell(row, at), read.cell(row, at));
            if !is_same(written, back) {
                let text = both!("\"{written}\" comes back as \"{back}\"", "“{written}”读回为“{back}”");
                found.push(finding(dataset, Some(row), name, Rule::NotRead(text)));
            }
        }
    }
    found
}

/// Whether two texts are one value: a number in other digits, a moment with its seconds.
fn is_same(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let moment = |text: &str| text.parse::<DateTime>().ok();
    one == other
        || number(one)
            .zip(number(other))
            .is_some_and(|(one, other)| (one - other).abs() <= 1e-14 * one.abs())
        || moment(one).zip(moment(other)).is_some_and(|(one, other)| one == other)
}

/// Attributes of a define.xml that point at an element by its identifier.
const REFERENCES: [&str; 11] = [
    "ItemOID",
    "ItemGroupOID",
    "CodeListOID",
    "MethodOID",
    "CommentOID",
    "ValueListOID",
    "WhereClauseOID",
    "StandardOID",
    "leafID",
    "ArchiveLocationID",
    "ParameterOID",
];

/// References of a define.xml: how many, and those to nothing; and a file that is no XML.
pub fn check_define(file: &str, bytes: &[u8]) -> Check {
    let mut check = Check {
        what: "Every reference in define.xml has its definition, and no identifier stands twice",
        by: "Define-XML 2.1",
        looked_at: String::new(),
        findings: Vec::new(),
    };
    let wrong = |text| of_file(file, text);
    let text = String::from_utf8_lossy(bytes);
    let xml = match Document::parse(&text) {
        Ok(xml) => xml,
        Err(why) => {
            check.findings.push(wrong(both!("{why}", "不是XML：{why}")));
            return check;
        }
    };
    let mut defined = BTreeSet::new();
    for node in xml.descendants() {
        for attribute in node.attributes().filter(|one| ["OID", "ID"].contains(&one.name())) {
            if !defined.insert(attribute.value()) {
                let id = attribute.value();
                check.findings.push(wrong(both!("{id} stands twice", "{id}出现两次")));
            }
        }
    }
    let references = xml.descendants().flat_map(|node| node.attributes());
    let references: Vec<&str> = references
        .filter(|one| REFERENCES.contains(&one.name()))
        .map(|one| one.value())
        .collect();
    let missing = references.iter().filter(|id| !defined.contains(*id));
    check
        .findings
        .extend(missing.map(|id| wrong(both!("{id} is named and nowhere defined", "引用了{id}，但没有其定义"))));
    check.looked_at = format!("{} references in {file}", references.len());
    check
}

/// Files of text that programs read, each with its bytes: XML and JSON that is well-formed.
pub fn check_well_formed<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Check {
    let mut check = Check {
        what: "Every XML and JSON file is well-formed",
        by: "XML 1.0, RFC 8259",
        looked_at: String::new(),
        findings: Vec::new(),
    };
    let mut looked = 0;
    for (file, bytes) in files {
        let wrong = match file.rsplit_once('.').map(|(_, extension)| extension) {
            Some("xml") => Document::parse(&String::from_utf8_lossy(bytes))
                .err()
                .map(|why| why.to_string()),
            Some("json") => serde_json::from_slice::<serde::de::IgnoredAny>(bytes)
                .err()
                .map(|why| why.to_string()),
            _ => continue,
        };
        looked += 1;
        check
            .findings
            .extend(wrong.map(|why| of_file(file, both!("{why}", "无法读取：{why}"))));
    }
    check.looked_at = format!("{looked} files");
    check
}

/// A finding in a file as such.
fn of_file(file: &str, text: tercel::language::Words) -> Finding {
    Finding {
        subject: None,
        dataset: tercel::study::Dataset::new("EXPORT"),
        record: None,
        row: None,
        field: file.to_owned(),
        rule: Rule::NotRead(text),
        blocks: Blocks::Export,
    }
}
