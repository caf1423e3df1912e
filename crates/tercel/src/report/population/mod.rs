//! Who was in the study and what was done: participant flow, who they were, exposure, medication, vital signs, deviations.
//!
//! Counts and summaries stand by assigned dose level and overall; the listings below them hold the records of every subject.

mod listing;
mod summary;

pub(super) use summary::share;

use super::{EventTable, LevelName, number};
use crate::endpoint::{Analysis, Facts};

/// The section.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Why there is nothing to show; `None` where there is.
    pub reason: Option<&'static str>,
    /// Tables by dose level.
    pub summaries: Vec<SummaryTable>,
    /// Listings by subject.
    pub listings: Vec<EventTable>,
}

/// A table with a column for each dose level and one for all.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryTable {
    /// Place in the document.
    pub anchor: &'static str,
    /// Title.
    pub title: &'static str,
    /// How to read it.
    pub note: &'static str,
    /// Labels of the columns.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<SummaryRow>,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    /// What it shows.
    pub label: String,
    /// Whether it details the row above it.
    pub is_detail: bool,
    /// A cell for each column.
    pub cells: Vec<String>,
}

/// The subjects of each column: those of each dose level, those without one, then all.
pub(super) struct Columns<'a> {
    groups: Vec<(String, Vec<&'a Facts<'a>>)>,
}

impl<'a> Columns<'a> {
    fn new(analysis: &'a Analysis<'a>, levels: &[LevelName]) -> Self {
        let mut columns = Self::of(analysis, levels, |_| true);
        let unassigned: Vec<&Facts<'_>> = analysis.enrolled().filter(|facts| facts.level.is_none()).collect();
        if !unassigned.is_empty() {
            let before_overall = columns.groups.len().saturating_sub(1);
            let group = ("No dose level".to_owned(), unassigned);
            columns.groups.insert(before_overall, group);
        }
        columns
    }

    /// The subjects that are wanted, by dose level and overall.
    pub(super) fn of(analysis: &'a Analysis<'a>, levels: &[LevelName], wanted: impl Fn(&Facts<'_>) -> bool) -> Self {
        let wanted: Vec<&Facts<'_>> = analysis.enrolled().filter(|facts| wanted(facts)).collect();
        let by_level = levels.iter().map(|name| {
            let level = Some(name.level);
            let of_level = wanted.iter().copied().filter(|facts| facts.level == level);
            (name.label.clone(), of_level.collect())
        });
        let mut groups: Vec<_> = by_level.collect();
        groups.push(("Overall".to_owned(), wanted));
        Self { groups }
    }

    pub(super) fn labels(&self) -> Vec<String> {
        self.groups.iter().map(|(label, _)| label.clone()).collect()
    }

    pub(super) fn row(
        &self,
        label: impl Into<String>,
        is_detail: bool,
        cell: impl Fn(&[&Facts<'_>]) -> String,
    ) -> SummaryRow {
        SummaryRow {
            label: label.into(),
            is_detail,
            cells: self.groups.iter().map(|(_, group)| cell(group)).collect(),
        }
    }

    /// Subjects of all columns.
    fn count(&self) -> usize {
        self.groups.last().map_or(0, |(_, all)| all.len())
    }

    /// A row that only the last column, of all, has a cell in.
    fn overall(&self, label: &str, cell: String) -> SummaryRow {
        let others = self.groups.len().saturating_sub(1);
        let blank = std::iter::repeat_n(number::MISSING.to_owned(), others);
        SummaryRow {
            label: label.to_owned(),
            is_detail: false,
            cells: blank.chain([cell]).collect(),
        }
    }
}

pub(super) fn build(analysis: &Analysis<'_>, levels: &[LevelName]) -> Population {
    if !analysis.data.dated {
        return Population {
            reason: Some("The source does not record dated milestones."),
            summaries: Vec::new(),
            listings: Vec::new(),
        };
    }
    let columns = Columns::new(analysis, levels);
    let mut facts: Vec<&Facts<'_>> = analysis.enrolled().collect();
    facts.sort_by(|one, other| one.subject.id.cmp(&other.subject.id));
    Population {
        reason: None,
        summaries: vec![
            summary::flow(&columns, analysis),
            summary::baseline(&columns),
            summary::exposure(&columns),
            summary::medication(&columns),
            summary::vitals(&columns),
        ],
        listings: vec![
            listing::conduct(&facts, levels),
            listing::supportive(&facts, levels),
            listing::deviations(&facts, levels),
        ],
    }
}
