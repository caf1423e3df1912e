//! A dataset while rows come in: sorted, numbered and freed of what was sent twice at the end.

use super::{Inbound, Left, Why};
use crate::table::Table;

/// What a dataset is sorted by, told twice by, and where it stands in the files.
#[derive(Debug)]
pub(crate) struct Sheet {
    table: Table,
    names: Vec<String>,
    /// Columns in whose order rows are sorted: subject, time, test or term.
    keys: [usize; 3],
    /// Columns that together say that two rows are one.
    same: Vec<usize>,
    place: usize,
    file: usize,
}

/// Where the row came from.
const PLACE: &str = " PLACE";
const FILE: &str = " FILE";

impl Sheet {
    /// A dataset of these columns; `keys` are sorted by, and rows equal in `keys` and `same` are one.
    pub(crate) fn new(name: &str, columns: &[&str], keys: [&str; 3], same: &[&str]) -> Self {
        let mut names: Vec<&str> = columns.to_vec();
        names.extend([PLACE, FILE]);
        let table = Table::from_rows(name, &names, Vec::new());
        let at = |wanted: &str| names.iter().position(|name| *name == wanted).unwrap_or(0);
        Self {
            keys: keys.map(at),
            same: keys.iter().chain(same).map(|name| at(name)).collect(),
            place: at(PLACE),
            file: at(FILE),
            names: table.columns().to_vec(),
            table,
        }
    }

    /// Adds a row: the texts of some of the columns, and where it stands.
    pub(crate) fn push(&mut self, cells: &[(&str, &str)], file: &str, place: &str) {
        let row = self.names.iter().map(|name| match name.as_str() {
            PLACE => place,
            FILE => file,
            name => cells
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, text)| *text),
        });
        self.table.push(row);
    }

    fn key(&self, row: usize) -> [&str; 3] {
        self.keys.map(|at| self.table.cell(row, at))
    }

    /// The dataset, sorted and numbered; `None` where it has no row. Rows that are one become duplicates.
    pub(crate) fn finish(self, inbound: &mut Inbound) -> Option<Table> {
        let table = &self.table;
        let same = |row: usize| self.same.iter().map(move |at| table.cell(row, *at));
        let mut order: Vec<usize> = (0..table.len()).collect();
        // Equal rows come to stand side by side, the first sent before the others: a file of one row a million times is read as
        // quickly as any other.
        order.sort_by(|one, other| {
            let by_key = self.key(*one).cmp(&self.key(*other));
            by_key.then_with(|| same(*one).cmp(same(*other)))
        });
        // What was not done contradicts no result.
        let status = table.column(&format!("{}STAT", table.name));
        let is_result = |row: usize| {
            let findings = matches!(table.name.as_str(), "LB" | "VS");
            findings && status.is_none_or(|at| table.cell(row, at).is_empty())
        };
        let mut kept: Vec<usize> = Vec::with_capacity(order.len());
        let (mut group, mut first_result) = (0, None);
        for row in order {
            if kept.get(group).is_some_and(|first| self.key(*first) != self.key(row)) {
                (group, first_result) = (kept.len(), None);
            }
            if let Some(before) = kept.last().filter(|before| same(**before).eq(same(row))) {
                let why = Why::SameRecord(self.place_of(*before));
                inbound.duplicates.push(self.left(row, why));
                continue;
            }
            if is_result(row) {
                if let Some(first) = first_result {
                    let why = Why::OtherResult(self.place_of(first));
                    inbound.findings.push(self.left(row, why));
                }
                first_result = first_result.or(Some(row));
            }
            kept.push(row);
        }
        self.numbered(&kept)
    }

    fn place_of(&self, row: usize) -> String {
        self.table.cell(row, self.place).to_owned()
    }

    fn left(&self, row: usize, why: Why) -> Left {
        let [subject, ..] = self.key(row);
        Left {
            file: self.table.cell(row, self.file).to_owned(),
            place: self.place_of(row),
            subject: Some(subject.to_owned()),
            why,
        }
    }

    /// The kept rows in order, numbered within the subject, without columns that nobody has a value for. Numbers that every row
    /// brought along stay.
    fn numbered(&self, kept: &[usize]) -> Option<Table> {
        let table = &self.table;
        if kept.is_empty() {
            return None;
        }
        let sequence = format!("{}SEQ", table.name);
        let is_used = |at: usize| kept.iter().any(|row| !table.cell(*row, at).is_empty());
        let columns: Vec<usize> = (0..table.columns().len())
            .filter(|at| *at != self.place && *at != self.file)
            .filter(|at| table.columns().get(*at) == Some(&sequence) || is_used(*at))
            .collect();
        let names = columns
            .iter()
            .filter_map(|at| table.columns().get(*at).cloned())
            .collect();
        let mut new = Table::new(&table.name, &table.file, names);
        let own = table
            .column(&sequence)
            .filter(|at| kept.iter().all(|row| !table.cell(*row, *at).is_empty()));
        let (mut number, mut before) = (0_u32, "");
        for row in kept {
            let [subject, ..] = self.key(*row);
            number = if subject == before { number + 1 } else { 1 };
            before = subject;
            let count = number.to_string();
            let cells = columns.iter().map(|at| {
                if own.is_none() && table.columns().get(*at) == Some(&sequence) {
                    count.as_str()
                } else {
                    table.cell(*row, *at)
                }
            });
            new.push(cells);
        }
        Some(new)
    }
}
