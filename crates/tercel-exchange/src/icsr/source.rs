//! What a report needs of the datasets beyond the typed records: variables of single rows, by record.

use std::collections::BTreeMap;

use tercel::study::{RecordId, SubjectId};

use crate::reader::{is_missing, parse_sequence};
use crate::sdtm::merge_supplements;
use crate::table::Table;

/// Countries of ISO 3166-1: three letters, two letters (Debian iso-codes 4).
const COUNTRIES: &str = include_str!("../../data/countries.csv");

/// Datasets that are looked into.
const DATASETS: [&str; 6] = ["AE", "DM", "EC", "EX", "CM", "LB"];

/// The datasets that are looked into, each with its supplemental qualifiers as variables: a word stands in the same place
/// whether it was kept in `AE` or in `SUPPAE`.
pub(super) fn merged(tables: &[Table]) -> Vec<Table> {
    let looked_into = |table: &&Table| {
        let name = table.name.strip_prefix("SUPP").unwrap_or(&table.name);
        DATASETS.contains(&name) || table.column("QNAM").is_some()
    };
    let mut tables: Vec<Table> = tables.iter().filter(looked_into).cloned().collect();
    merge_supplements(&mut tables);
    tables
}

/// The rows of a study by the identity of their records.
pub(super) struct Source<'t> {
    tables: &'t [Table],
    rows: BTreeMap<(&'t str, &'t str, u32), (usize, usize)>,
}

impl<'t> Source<'t> {
    pub(super) fn of(tables: &'t [Table]) -> Self {
        let mut rows = BTreeMap::new();
        for (at, table) in tables.iter().enumerate() {
            if DATASETS.contains(&table.name.as_str()) {
                index(at, table, &mut rows);
            }
        }
        Self { tables, rows }
    }

    /// Text of a variable in the row of a record; `None` where it is blank or not there.
    pub(super) fn text(&self, record: &RecordId, variable: &str) -> Option<&'t str> {
        self.at(
            record.dataset.as_str(),
            record.subject.as_str(),
            record.number,
            variable,
        )
    }

    /// Text of a variable of the subject.
    pub(super) fn of_subject(&self, subject: &SubjectId, variable: &str) -> Option<&'t str> {
        self.at("DM", subject.as_str(), 1, variable)
    }

    fn at(&self, dataset: &str, subject: &str, number: u32, variable: &str) -> Option<&'t str> {
        let (table, row) = self.rows.get(&(dataset, subject, number))?;
        let table = self.tables.get(*table)?;
        let text = table.cell(*row, table.column(variable)?).trim();
        (!text.is_empty() && !is_missing(text)).then_some(text)
    }
}

/// A record is known by its sequence number, else by its row; the one row of a subject in `DM` is 1.
fn index<'t>(at: usize, table: &'t Table, rows: &mut BTreeMap<(&'t str, &'t str, u32), (usize, usize)>) {
    let Some(subject) = table.column("USUBJID") else {
        return;
    };
    let sequence = table.column(&format!("{}SEQ", table.name));
    for row in 0..table.len() {
        let parsed = sequence.and_then(|column| parse_sequence(table.cell(row, column)));
        let alone = table.name == "DM";
        let place = u32::try_from(row + 1).unwrap_or(u32::MAX);
        let number = parsed.unwrap_or(if alone { 1 } else { place });
        let key = (table.name.as_str(), table.cell(row, subject).trim(), number);
        rows.entry(key).or_insert((at, row));
    }
}

/// The two letters of a country of two or three.
pub(super) fn two_letters(country: &str) -> Option<&'static str> {
    let country = country.trim().to_uppercase();
    let mut pairs = COUNTRIES.lines().skip(1).filter_map(|line| line.split_once(','));
    pairs.find_map(|(three, two)| (country == three || country == two).then_some(two))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_of_three_letters_has_two() {
        assert_eq!(two_letters("CHN"), Some("CN"));
        assert_eq!(two_letters(" deu "), Some("DE"));
        assert_eq!(two_letters("GB"), Some("GB"));
        assert_eq!(two_letters("China"), None);
        assert_eq!(two_letters(""), None);
        assert_eq!(COUNTRIES.lines().count(), 250);
    }

    #[test]
    fn a_variable_is_found_by_record_and_blank_or_missing_is_none() {
        let table = Table::from_rows(
            "AE",
            &["USUBJID", "AESEQ", "AEOUT"],
            vec![
                vec!["A".into(), "7".into(), "FATAL".into()],
                vec!["A".into(), "8".into(), ".".into()],
            ],
        );
        let tables = [table];
        let source = Source::of(&tables);
        let record = |number| RecordId {
            dataset: tercel::study::Dataset::new("AE"),
            subject: SubjectId::new("A"),
            number,
        };
        assert_eq!(source.text(&record(7), "AEOUT"), Some("FATAL"));
        assert_eq!(source.text(&record(8), "AEOUT"), None);
        assert_eq!(source.text(&record(7), "AEACN"), None);
        assert_eq!(source.text(&record(9), "AEOUT"), None);
    }
}
