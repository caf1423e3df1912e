//! Whose data another system sends: from its identifier of a patient to a subject of the trial.

use std::collections::BTreeMap;

use thiserror::Error;

use super::Why;
use crate::table::{Table, TableError};

/// How identifiers of patients are told to be subjects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    /// Subject (`USUBJID`) by identifier. Where there are links, nobody else is a subject.
    pub links: Option<BTreeMap<String, String>>,
    /// Subjects of the trial (`USUBJID`); an identifier may be one, or its last part (`SUBJID`). Where neither links nor
    /// subjects are known, an identifier is a subject.
    pub known: Vec<String>,
}

impl Subjects {
    /// The subject with this identifier.
    pub fn find(&self, identifier: &str) -> Result<String, Why> {
        let identifier = identifier.trim();
        if identifier.is_empty() {
            return Err(Why::NoPatient);
        }
        if let Some(links) = &self.links {
            let linked = links.get(identifier).cloned();
            return linked.ok_or_else(|| Why::NoSubject(identifier.to_owned()));
        }
        if self.known.is_empty() || self.known.iter().any(|known| known == identifier) {
            return Ok(identifier.to_owned());
        }
        let is_its_end = |known: &&String| {
            let start = known.strip_suffix(identifier);
            start.is_some_and(|start| start.ends_with('-'))
        };
        let found: Vec<&String> = self.known.iter().filter(is_its_end).collect();
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(Why::NoSubject(identifier.to_owned())),
            several => {
                let names: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
                Err(Why::SeveralSubjects(identifier.to_owned(), names.join(", ")))
            }
        }
    }
}

/// Why a file of links is not read.
#[derive(Debug, Error)]
pub enum LinkError {
    /// Not a table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Without its columns.
    #[error("the links have no column {0}; the columns are identifier and subject")]
    Column(&'static str),
    /// A blank, or an identifier with two subjects.
    #[error("row {row} of the links: {what}")]
    Row {
        /// Row, counted from 1 without the header.
        row: usize,
        /// What is wrong.
        what: String,
    },
}

/// Reads links: a table with the columns `identifier` and `subject` (`USUBJID`).
pub fn read_links(file: &str, bytes: &[u8]) -> Result<BTreeMap<String, String>, LinkError> {
    let table = Table::parse_csv(file, bytes)?;
    let from = table.column("IDENTIFIER").ok_or(LinkError::Column("identifier"))?;
    let to = table.column("SUBJECT").or_else(|| table.column("USUBJID"));
    let to = to.ok_or(LinkError::Column("subject"))?;
    let mut links = BTreeMap::new();
    for row in 0..table.len() {
        let (identifier, subject) = (table.cell(row, from), table.cell(row, to));
        let wrong = |what: String| LinkError::Row { row: row + 1, what };
        if identifier.is_empty() || subject.is_empty() {
            return Err(wrong("identifier or subject is blank".to_owned()));
        }
        let before = links.insert(identifier.to_owned(), subject.to_owned());
        if let Some(before) = before.filter(|before| before != subject) {
            return Err(wrong(format!(
                "{identifier} belongs to {before} and to {subject}; keep one"
            )));
        }
    }
    Ok(links)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_a_subject_by_link_by_name_or_by_its_end_and_never_by_guess() {
        let subjects = |known: &[&str]| Subjects {
            links: None,
            known: known.iter().map(|name| (*name).to_owned()).collect(),
        };
        let known = subjects(&["T-01-007", "T-02-007", "T-01-008"]);
        assert_eq!(known.find("T-01-007").unwrap(), "T-01-007");
        assert_eq!(known.find("008").unwrap(), "T-01-008");
        assert!(matches!(known.find("007"), Err(Why::SeveralSubjects(..))));
        assert!(
            matches!(known.find("08"), Err(Why::NoSubject(_))),
            "a part of a number is another number"
        );
        assert_eq!(subjects(&[]).find(" 9 ").unwrap(), "9");
        let links = read_links("links.csv", b"identifier;subject\nMRN-1;T-01-007\n").unwrap();
        let linked = Subjects {
            links: Some(links),
            ..known
        };
        assert_eq!(linked.find("MRN-1").unwrap(), "T-01-007");
        assert!(linked.find("008").is_err());
        let twice = read_links("l.csv", b"identifier,subject\n1,a\n1,b\n").unwrap_err();
        assert!(twice.to_string().contains("row 2"), "{twice}");
    }
}
