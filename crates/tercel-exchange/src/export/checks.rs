//! What an export is held against before it is handed over: each check says what it looked at, by what, and what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use roxmltree::Document;
use tercel::language::both;
use tercel::study::{Blocks, Finding, Rule};

use super::conform::conform;
use super::described::read_back;
use super::guide::{self, Core};
use super::sdtm::{finding, numbers, required};
use super::terminology::{Extension, TERMINOLOGY_VERSION, check_terms};
use super::{Dataset, Kind, Standard};

/// A check that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What must hold.
    pub what: &'static str,
    /// By what it was judged.
    pub by: String,
    /// What was looked at, with its number.
    pub looked_at: String,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// What every export of datasets is held against, and the values it adds to open codelists.
pub fn check_values(datasets: &[Dataset]) -> (Vec<Check>, BTreeSet<Extension>) {
    let terms = check_terms(datasets);
    let (mut blank, mut twice) = (Vec::new(), Vec::new());
    for dataset in datasets {
        required(dataset, &mut blank);
        numbers(dataset, &mut twice);
    }
    let variables = datasets.iter().flat_map(|dataset| &dataset.variables);
    let mandatory = variables.filter(|variable| variable.mandatory).count();
    let mut checks = vec![
        Check {
            what: "Every coded value is a term of its codelist, or an extension of an open one",
            by: format!("CDISC controlled terminology {TERMINOLOGY_VERSION}"),
            looked_at: format!("{} values", terms.held),
            findings: terms.findings,
        },
        Check {
            what: "No required variable is blank",
            by: "SDTMIG 3.4, ADaMIG 1.3".to_owned(),
            looked_at: format!("{mandatory} variables"),
            findings: blank,
        },
        Check {
            what: "No number of a record (--SEQ) stands twice for one subject",
            by: "SDTMIG 3.4".to_owned(),
            looked_at: records(datasets),
            findings: twice,
        },
    ];
    checks.extend(conform(datasets));
    (checks, terms.extensions)
}

/// How the records of datasets hang together.
pub fn check_structure(datasets: &[Dataset]) -> Vec<Check> {
    let mut checks = vec![Check {
        what: "The keys of a dataset name one record each",
        by: "the keys stated in define.xml".to_owned(),
        looked_at: records(datasets),
        findings: datasets.iter().flat_map(keys).collect(),
    }];
    let of_guide = datasets.iter().filter(|dataset| dataset.standard == Standard::Sdtm);
    let of_guide: Vec<&Dataset> = of_guide.collect();
    if !of_guide.is_empty() {
        let (looked, unrelated) = relations(datasets);
        checks.push(Check {
            what: "Every required and expected variable is there, in the order of the guide",
            by: "SDTMIG 3.4".to_owned(),
            looked_at: format!("{} datasets", of_guide.len()),
            findings: of_guide.into_iter().flat_map(variables).collect(),
        });
        checks.push(Check {
            what: "Supplemental qualifiers, comments and relations point at records that are there",
            by: "SDTM 2.0".to_owned(),
            looked_at: format!("{looked} references"),
            findings: unrelated,
        });
    }
    checks
}

fn records(datasets: &[Dataset]) -> String {
    let rows: usize = datasets.iter().map(|dataset| dataset.table.len()).sum();
    format!("{rows} records of {} datasets", datasets.len())
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

/// A file read again, held against the dataset it was made of.
pub fn check_file(dataset: &Dataset, file: &str, bytes: &[u8]) -> Vec<Finding> {
    let wrong = |row, field: &str, text| vec![finding(dataset, row, field, Rule::NotRead(text))];
    let read = match read_back(file, bytes) {
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
    for (at, variable) in dataset.variables.iter().enumerate() {
        for row in 0..table.len() {
            let (written, back) = (table.cell(row, at), read.cell(row, at));
            if !is_same(variable.kind, written, back) {
                let text = both!("\"{written}\" comes back as \"{back}\"", "“{written}”读回为“{back}”");
                found.push(finding(dataset, Some(row), &variable.name, Rule::NotRead(text)));
            }
        }
    }
    found
}

/// Whether two cells are one value: a number may have other digits, a moment its seconds, a text is the same to the letter.
fn is_same(kind: Kind, one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let moment = |text: &str| text.parse::<DateTime>().ok();
    let close = |(one, other): (f64, f64)| (one - other).abs() <= 1e-14 * one.abs();
    one == other
        || match kind {
            Kind::Integer | Kind::Float => number(one).zip(number(other)).is_some_and(close),
            Kind::DateTime => moment(one).is_some_and(|one| moment(other) == Some(one)),
            Kind::Text | Kind::Date | Kind::DateTimeText | Kind::DurationText => false,
        }
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
        by: "Define-XML 2.1".to_owned(),
        looked_at: String::new(),
        findings: Vec::new(),
    };
    let wrong = |text| of_file(file, text);
    let xml = match xml(bytes) {
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

fn xml(bytes: &[u8]) -> Result<Document<'_>, String> {
    let text = std::str::from_utf8(bytes).map_err(|why| why.to_string())?;
    Document::parse(text).map_err(|why| why.to_string())
}

/// Files of text that programs read, each with its bytes: XML and JSON that is well-formed.
pub fn check_well_formed<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Check {
    let mut check = Check {
        what: "Every XML and JSON file is well-formed",
        by: "XML 1.0, RFC 8259".to_owned(),
        looked_at: String::new(),
        findings: Vec::new(),
    };
    let mut looked = 0;
    for (file, bytes) in files {
        let wrong = match file.rsplit_once('.').map(|(_, extension)| extension) {
            Some("xml") => xml(bytes).err(),
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
pub(super) fn of_file(file: &str, text: tercel::language::Words) -> Finding {
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
