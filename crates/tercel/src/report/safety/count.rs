//! A table of counts in words and digits, with the subjects and records behind each row.

use super::super::listing::quotas;
use super::super::{LevelName, number};
use super::shown_of;
use crate::grade::Grade;
use crate::protocol::DoseLevel;
use crate::safety::{Part, Population, Reference, Row, SafetyTable};
use crate::study::{RecordId, SubjectId};

/// Grades the tables by term count from, overall.
pub const GRADES_SHOWN: [Grade; 4] = [Grade::G2, Grade::G3, Grade::G4, Grade::G5];

/// A table of counts.
#[derive(Debug, Clone, PartialEq)]
pub struct CountTable {
    /// Place in the document.
    pub anchor: String,
    /// Title.
    pub title: String,
    /// Name of the denominator.
    pub population: &'static str,
    /// Dose levels, lowest first, then all.
    pub columns: Vec<CountColumn>,
    /// Whether rows are counted by grade overall.
    pub by_grade: bool,
    /// Rows.
    pub rows: Vec<CountRow>,
    /// What stands behind them: the denominator first, then each row that has a subject.
    pub behind: Vec<Behind>,
    /// Number of lines behind the table, shown or not.
    pub lines: usize,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct CountColumn {
    /// Label of the level, or `Overall`.
    pub label: String,
    /// Denominator: a cell that leads to its subjects.
    pub subjects: CountCell,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct CountRow {
    /// What is counted.
    pub label: String,
    /// Whether it is a term under the class above it.
    pub is_term: bool,
    /// A cell for each column.
    pub cells: Vec<CountCell>,
    /// Subjects overall from each of [`GRADES_SHOWN`] on; empty where not counted by grade.
    pub grades: Vec<String>,
}

/// A number.
#[derive(Debug, Clone, PartialEq)]
pub struct CountCell {
    /// `3 (75.0 %)`, or `0`.
    pub text: String,
    /// What stands beneath it.
    pub under: String,
    /// Place of the subjects behind it; `None` where there are none, or none is shown.
    pub anchor: Option<String>,
}

/// The subjects behind a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// Place in the document.
    pub anchor: String,
    /// The row.
    pub label: String,
    /// Number of its subjects, shown or not.
    pub subjects: usize,
    /// By dose level.
    pub levels: Vec<BehindLevel>,
}

/// The subjects of a row at a dose level.
#[derive(Debug, Clone, PartialEq)]
pub struct BehindLevel {
    /// Place in the document.
    pub anchor: String,
    /// Label of the level.
    pub label: String,
    /// Its subjects.
    pub parts: Vec<BehindPart>,
}

/// What a subject contributes to a row.
#[derive(Debug, Clone, PartialEq)]
pub struct BehindPart {
    /// Subject.
    pub subject: SubjectId,
    /// `2 events, worst grade 3`; empty for a denominator.
    pub text: String,
    /// Records.
    pub records: Vec<RecordId>,
}

fn title(table: &SafetyTable) -> String {
    let after = match table.reference {
        Reference::Lymphodepletion => "after the start of lymphodepletion",
        Reference::Infusion => "after the CAR-T infusion",
    };
    let what = match table.id {
        "overview" => "Overview of adverse events",
        "serious" => "Serious adverse events by class and term",
        "related" => "Adverse events related to the CAR-T cells by class and term",
        _ => "Adverse events by class and term",
    };
    format!("{what}, {after}")
}

pub(super) fn table(table: &SafetyTable, population: &Population, levels: &[LevelName]) -> CountTable {
    let anchor = format!("safety_{}_{}", table.id, table.reference.name());
    let by_grade = table.id != "overview";
    let behind = behind(table, population, levels, &anchor);
    let of = |level| population.count(level);
    let columns = columns(levels).map(|(label, level)| CountColumn {
        label,
        subjects: CountCell {
            text: number::count(of(level)),
            under: String::new(),
            anchor: link(&behind, &format!("{anchor}_row0"), level),
        },
    });
    let rows = table.rows.iter().enumerate().map(|(place, row)| {
        let place = format!("{anchor}_row{}", place + 1);
        let cells = self::columns(levels).map(|(_, level)| CountCell {
            text: subjects(row.subjects(level), of(level)),
            under: under(row, level, by_grade),
            anchor: link(&behind, &place, level),
        });
        let grades = GRADES_SHOWN
            .iter()
            .filter(|_| by_grade)
            .map(|grade| number::count(row.subjects_from(*grade, None)));
        CountRow {
            label: row.label.clone(),
            is_term: row.is_term,
            cells: cells.collect(),
            grades: grades.collect(),
        }
    });
    CountTable {
        title: title(table),
        population: match table.reference {
            Reference::Lymphodepletion => "subjects with lymphodepletion",
            Reference::Infusion => "infused subjects",
        },
        columns: columns.collect(),
        by_grade,
        rows: rows.collect(),
        lines: population.subjects.len() + table.rows.iter().map(|row| row.parts.len()).sum::<usize>(),
        behind,
        anchor,
    }
}

/// The dose levels, then all.
fn columns(levels: &[LevelName]) -> impl Iterator<Item = (String, Option<DoseLevel>)> {
    let each = levels.iter().map(|name| (name.label.clone(), Some(name.level)));
    each.chain([("Overall".to_owned(), None)])
}

/// `3 (75.0 %)`; a share of nobody is no share.
fn subjects(count: usize, of: usize) -> String {
    if count == 0 || of == 0 {
        return number::count(count);
    }
    format!(
        "{} ({})",
        number::count(count),
        number::percent(count as f64 / of as f64)
    )
}

/// Events, and at a level the subjects from grade 3 on where overall they have columns of their own.
fn under(row: &Row, level: Option<DoseLevel>, by_grade: bool) -> String {
    let events = row.events(level);
    if events == 0 {
        return String::new();
    }
    let events = number::counted(events, "event");
    if by_grade && level.is_some() {
        let severe = row.subjects_from(Grade::G3, level);
        format!("grade ≥3: {}; {events}", number::count(severe))
    } else {
        events
    }
}

/// Where the subjects of a level stand, or all of a row, if any is shown.
fn link(behind: &[Behind], place: &str, level: Option<DoseLevel>) -> Option<String> {
    let row = behind.iter().find(|row| row.anchor == place)?;
    let Some(level) = level else {
        return Some(row.anchor.clone());
    };
    let anchor = format!("{place}_level{level}");
    let mut levels = row.levels.iter();
    levels.find(|one| one.anchor == anchor).map(|one| one.anchor.clone())
}

/// What stands behind the rows; of a large table the first of each, small rows whole.
fn behind(table: &SafetyTable, population: &Population, levels: &[LevelName], anchor: &str) -> Vec<Behind> {
    let denominator = ("Denominator", population.subjects.as_slice());
    let rows = table.rows.iter().map(|row| (row.label.as_str(), row.parts.as_slice()));
    let rows: Vec<(&str, &[Part])> = std::iter::once(denominator).chain(rows).collect();
    let sizes: Vec<usize> = rows.iter().map(|(_, parts)| parts.len()).collect();
    let shown = quotas(&sizes, shown_of(sizes.iter().sum()));
    let each = rows.iter().zip(shown).enumerate();
    each.filter(|(_, (_, shown))| *shown > 0)
        .map(|(place, ((label, parts), shown))| {
            let anchor = format!("{anchor}_row{place}");
            Behind {
                label: (*label).to_owned(),
                subjects: parts.len(),
                levels: by_level(parts, shown, levels, &anchor),
                anchor,
            }
        })
        .collect()
}

fn by_level(parts: &[Part], shown: usize, levels: &[LevelName], anchor: &str) -> Vec<BehindLevel> {
    let mut left = shown;
    let mut groups = Vec::new();
    for name in levels {
        let here: Vec<&Part> = parts
            .iter()
            .filter(|part| part.level == name.level)
            .take(left)
            .collect();
        left -= here.len();
        if !here.is_empty() {
            groups.push(BehindLevel {
                anchor: format!("{anchor}_level{}", name.level),
                label: name.label.clone(),
                parts: here.into_iter().map(behind_part).collect(),
            });
        }
    }
    groups
}

fn behind_part(part: &Part) -> BehindPart {
    let worst = part
        .worst
        .map_or_else(|| "not graded".to_owned(), |grade| format!("worst grade {grade}"));
    BehindPart {
        subject: part.subject.clone(),
        text: if part.events == 0 {
            String::new()
        } else {
            format!("{}, {worst}", number::counted(part.events, "event"))
        },
        records: part.records.clone(),
    }
}
