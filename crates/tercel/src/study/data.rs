//! A whole study's subject data and where it came from.

use jiff::civil::Date;

use super::{Dataset, Finding, Subject};
use crate::coding::StudyCoding;
use crate::language::Words;

/// Texts of one column in the order of its rows: one text, and where each cell ends, which takes a third of the memory of
/// a text each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    text: String,
    ends: Vec<usize>,
}

impl TextColumn {
    /// A column of blank cells.
    pub fn blank(rows: usize) -> Self {
        Self {
            text: String::new(),
            ends: vec![0; rows],
        }
    }

    /// Adds a cell.
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Adds the cells of another column.
    pub fn append(&mut self, other: &Self) {
        let before = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }

    /// The cell of a row, counted from 0; blank where there is none.
    pub fn cell(&self, row: usize) -> &str {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let range = start.unwrap_or(0)..self.ends.get(row).copied().unwrap_or(0);
        self.text.get(range).unwrap_or_default()
    }

    /// The column with each cell replaced by what `change` makes of it; `None` leaves the row out.
    #[must_use]
    pub fn map<'c>(&'c self, mut change: impl FnMut(usize, &'c str) -> Option<&'c str>) -> Self {
        let mut new = Self::default();
        for row in 0..self.ends.len() {
            if let Some(cell) = change(row, self.cell(row)) {
                new.push(cell);
            }
        }
        new
    }
}

/// One dataset that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetRead {
    /// Dataset.
    pub dataset: Dataset,
    /// File name.
    pub file: String,
    /// Number of rows.
    pub rows: usize,
    /// Columns nothing reads, kept aside with their values in row order.
    pub aside: Vec<(String, TextColumn)>,
}

impl StudyData {
    /// Whether the source has this dataset. An empty one says that nothing was recorded in it so far; an absent one says
    /// nothing. Data that were never in datasets (a rehearsal) have all.
    pub fn holds(&self, dataset: &str) -> bool {
        self.datasets.is_empty() || self.datasets.iter().any(|read| read.dataset.as_str() == dataset)
    }
}

/// Treatment halted by an entry in the study's record or by what was done, beside the rules over the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredHalt {
    /// The record that halts.
    pub id: String,
    /// Why.
    pub reason: Words,
    /// First day.
    pub from: Date,
    /// The day on which the committee ended it; `None`: it stands.
    pub ended: Option<Date>,
}

/// All subjects of a study, with what was found wrong on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StudyData {
    /// Subjects in order of their identifiers.
    pub subjects: Vec<Subject>,
    /// What is wrong or missing in the data.
    pub findings: Vec<Finding>,
    /// The datasets read.
    pub datasets: Vec<DatasetRead>,
    /// Whether the data say that they are a rehearsal.
    pub synthetic: bool,
    /// Whether any record carries a calendar date; published tables may not.
    pub dated: bool,
    /// What the events were coded by; `None`: by nothing but the data.
    pub coding: Option<StudyCoding>,
    /// Halts that the record of the study holds; data from files have none.
    pub halts: Vec<EnteredHalt>,
}
