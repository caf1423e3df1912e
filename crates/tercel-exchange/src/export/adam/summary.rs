//! An analysis dataset in a line, as the reviewer's guide has it: the same definitions that define.xml is written from.

use std::collections::BTreeSet;

use super::list::{ALL, Described, Home};
use crate::export::guide;
use crate::table::Table;

/// An analysis dataset in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Label.
    pub label: &'static str,
    /// What a row is.
    pub structure: &'static str,
    /// Datasets that its values are made from, by name.
    pub made_from: Vec<String>,
}

/// What an analysis dataset is and what it was made from: the datasets that its definitions name and those that the source variables
/// of its rows do. `None` of a table that is no analysis dataset.
pub fn summary(table: &Table) -> Option<Summary> {
    let described = ALL.iter().find(|described| described.name == table.name)?;
    let mut made_from = of_definitions(described);
    made_from.extend(of_rows(table));
    made_from.retain(|name| name != described.name);
    Some(Summary {
        label: described.label,
        structure: described.structure,
        made_from: made_from.into_iter().collect(),
    })
}

/// Datasets that are named before a variable (`EX.EXDOSE`), and analysis datasets that are named at all. Study and subject, which
/// every dataset has, say nothing of where it comes from.
fn of_definitions(described: &Described) -> BTreeSet<String> {
    let lines = described.lines.iter().copied().flatten();
    let lines = lines.filter(|line| !["STUDYID", "USUBJID"].contains(&line.name));
    let texts = lines.map(|line| match line.home {
        Home::Derived(text) | Home::Assigned(text) | Home::Of(text) => text,
    });
    let mut named: BTreeSet<String> = texts.flat_map(named).collect();
    named.extend(described.carries.map(str::to_owned));
    named
}

fn named(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    words.filter_map(|word| {
        let (name, variable) = word.split_once('.').unwrap_or((word, ""));
        let of_data = guide::dataset(name).is_some() && !variable.is_empty();
        let of_analysis = ALL.iter().any(|described| described.name == name);
        (of_data || of_analysis).then(|| name.to_owned())
    })
}

/// Datasets in `SRCDOM` and `SRCRECS`.
fn of_rows(table: &Table) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let columns = table.columns().iter().enumerate();
    for (at, _) in columns.filter(|(_, name)| *name == "SRCDOM" || name.starts_with("SRCREC")) {
        for row in 0..table.len() {
            let words = table.cell(row, at).split_whitespace();
            let names = words.map(|word| word.split('/').next().unwrap_or_default());
            let known = names.filter(|name| guide::dataset(name).is_some() || name.starts_with("AD"));
            found.extend(known.map(str::to_owned));
        }
    }
    found
}
