//! Texts that no variable of SDTM holds in whole: what follows the first 200 bytes becomes columns that the guide does not
//! have, and so supplemental qualifiers.

use std::collections::BTreeMap;

use super::guide;
use crate::sdtm::long::{LONGEST, continued_label, continued_name, parts};
use crate::table::Table;

/// Splits the texts of a dataset of subjects, and of the summary of the trial. Other datasets of the trial's plan have no
/// supplemental qualifiers; qualifiers themselves continue in further rows ([`super::supplement`]).
pub(super) fn split(table: &mut Table) {
    let fits = |dataset: &&guide::GuideDataset| {
        dataset.name == "TS" || (dataset.name != "SUPPQUAL" && dataset.variable("USUBJID").is_some())
    };
    let Some(guide) = guide::dataset(&table.name).filter(fits) else {
        return;
    };
    let texts: Vec<&str> = guide
        .variables
        .iter()
        .filter(|one| !one.numeric)
        .map(|one| one.name)
        .collect();
    for name in texts {
        let Some(at) = table.column(name) else { continue };
        let mut columns: BTreeMap<usize, BTreeMap<usize, String>> = BTreeMap::new();
        for row in 0..table.len() {
            let text = table.cell(row, at);
            if text.len() > LONGEST {
                for (number, part) in parts(text).into_iter().enumerate() {
                    columns.entry(number).or_default().insert(row, part.to_owned());
                }
            }
        }
        for (number, cells) in columns {
            let column = if number == 0 {
                name.to_owned()
            } else {
                continued_name(name, number)
            };
            table.set(&column, &cells);
        }
    }
}

/// The label of a column that continues a variable of the guide.
pub(super) fn label(domain: &str, column: &str) -> Option<String> {
    let number: usize = column
        .trim_start_matches(|letter: char| !letter.is_ascii_digit())
        .parse()
        .ok()?;
    let mut variables = guide::dataset(domain)?.variables.iter();
    let continued = variables.find(|variable| continued_name(variable.name, number) == column)?;
    Some(continued_label(continued.label, number))
}
