//! Grading tables as data: the published wording of each grade beside the cut-points computed from it.
//!
//! # What it derives
//! [`LabCriteria`]: the laboratory terms of CTCAE 5.0 that a value can grade, read from `data/ctcae_v5.toml`.
//!
//! # Source
//! `ctcae5`, all grades of each term as NCI prints them.
//!
//! # Formula
//! A [`Cut`] is met when all its [`Bound`]s are; a grade is met when any of its cuts is. See the head of the data file.
//!
//! # Example
//! ```
//! use tercel::grade::criteria::LabCriteria;
//! let terms = LabCriteria::v5().find("potassium").unwrap();
//! assert_eq!(terms[0].name, "Hyperkalemia");
//! assert_eq!(terms[1].name, "Hypokalemia");
//! ```
//!
//! # Limits
//! Terms measured by other means than a blood test (ejection fraction, QTc, urine protein, eGFR) are not here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::Grade;
use super::analyte::{Analyte, name_key};
use super::units::Unit;

/// Every laboratory term of one version of the CTCAE.
#[derive(Debug)]
pub struct LabCriteria {
    /// The terms, in file order.
    pub terms: Vec<LabTerm>,
    /// Name key of a term or of a test, to the terms meant (for a test: high first).
    index: BTreeMap<String, Vec<usize>>,
}

/// One term: one direction of one test.
#[derive(Debug)]
pub struct LabTerm {
    /// Name as NCI spells it, with `(Ionized)` where NCI has one term for two tests.
    pub name: String,
    /// The CTCAE term it is reported as.
    pub nci_term: String,
    /// Which way is worse.
    pub direction: Direction,
    /// The test; none where no value bears on the grade.
    pub analyte: Option<&'static Analyte>,
    /// How an ambiguous sentence is read.
    pub note: Option<String>,
    /// The grades NCI defines by a text other than "Death", ascending.
    pub grades: Vec<GradeCriteria>,
}

/// Names are unique within a table.
impl PartialEq for LabTerm {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Which way a value is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Above the limit.
    High,
    /// Below the limit.
    Low,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::High => "high",
            Self::Low => "low",
        })
    }
}

/// One grade of a term.
#[derive(Debug)]
pub struct GradeCriteria {
    /// The grade.
    pub grade: Grade,
    /// What NCI prints.
    pub text: String,
    /// Any one of them met by the value gives the grade.
    pub cuts: Vec<Cut>,
    /// Values that give the grade only under a condition no value shows.
    pub conditional: Option<Conditional>,
    /// The part of the text that no value decides.
    pub clinical: Option<String>,
}

/// Cuts that count only if something is true of the subject.
#[derive(Debug)]
pub struct Conditional {
    /// What must be true, as the end of "grade 3 if …".
    pub condition: String,
    /// Any one of them.
    pub cuts: Vec<Cut>,
}

/// A range of values: all bounds together.
#[derive(Debug)]
pub struct Cut {
    /// The cut counts only for such a baseline.
    pub baseline: Option<BaselineState>,
    /// Empty for "any value".
    pub bounds: Vec<Bound>,
}

/// A baseline inside or outside the limits, in the direction of the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaselineState {
    /// Not beyond the limit.
    Normal,
    /// Beyond it: above ULN for a high term, below LLN for a low one.
    Abnormal,
}

/// One end of a range.
#[derive(Debug)]
pub struct Bound {
    /// How the value must compare.
    pub operator: Operator,
    /// The number printed.
    pub number: f64,
    /// What the number counts.
    pub of: Of,
}

/// A comparison of the value with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// What the number of a bound counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Of {
    /// Multiples of the lower limit of normal.
    Lln,
    /// Multiples of the upper limit of normal.
    Uln,
    /// Multiples of baseline.
    Baseline,
    /// Per cent decrease from baseline.
    PercentFall,
    /// A unit.
    Unit(CutUnit),
    /// A unit, counted from the upper limit of normal.
    AboveUln(CutUnit),
}

/// A unit with its spelling in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct CutUnit {
    /// What it means.
    pub unit: Unit,
    /// How the table writes it.
    pub spelled: String,
}

/// What is wrong with a table of criteria.
#[derive(Debug, thiserror::Error)]
pub enum CriteriaError {
    /// Not TOML.
    #[error("failed to read the criteria: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A key is missing or holds something else.
    #[error("term \"{term}\": expected {expected}")]
    Expected {
        /// The term, or its number counted from 1.
        term: String,
        /// What should be there.
        expected: String,
    },
}

static V5: LazyLock<LabCriteria> = LazyLock::new(embedded_v5);

#[expect(clippy::expect_used, reason = "the table is part of the program; a test parses it")]
fn embedded_v5() -> LabCriteria {
    LabCriteria::parse(include_str!("../../data/ctcae_v5.toml")).expect("data/ctcae_v5.toml is well-formed")
}

impl LabCriteria {
    /// CTCAE 5.0.
    pub fn v5() -> &'static Self {
        &V5
    }

    /// Reads a table written as `data/ctcae_v5.toml` is.
    pub fn parse(text: &str) -> Result<Self, CriteriaError> {
        let document: toml::Table = text.parse()?;
        let entries = document.get("term").and_then(toml::Value::as_array);
        let terms = entries
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, entry)| Entry::new(entry, index).term())
            .collect::<Result<Vec<_>, _>>()?;
        let index = index_of(&terms);
        Ok(Self { terms, index })
    }

    /// The terms meant by the name of a term or of a test, high before low; empty for a test that has none.
    /// `None` for an unknown name.
    pub fn find(&self, name: &str) -> Option<Vec<&LabTerm>> {
        let positions = self.index.get(&name_key(name))?;
        Some(
            positions
                .iter()
                .filter_map(|&position| self.terms.get(position))
                .collect(),
        )
    }

    /// The known name nearest to one that is not known, if any is near.
    pub fn nearest<'c>(&'c self, name: &str) -> Option<&'c str> {
        let key = name_key(name);
        let allowed = (key.chars().count() / 3).max(1);
        let terms = self.terms.iter().map(|term| term.name.as_str());
        let tests = self.terms.iter().filter_map(|term| term.analyte);
        let tests = tests.flat_map(Analyte::all_names).map(|name| -> &'c str { name });
        let names = terms.chain(tests);
        names
            .map(|known| (edit_distance(&key, &name_key(known)), known))
            .filter(|&(distance, _)| distance <= allowed)
            .min_by_key(|&(distance, _)| distance)
            .map(|(_, known)| known)
    }
}

fn index_of(terms: &[LabTerm]) -> BTreeMap<String, Vec<usize>> {
    let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for analyte in Analyte::ALL {
        let mut positions: Vec<(Direction, usize)> = terms
            .iter()
            .enumerate()
            .filter(|(_, term)| term.analyte == Some(analyte))
            .map(|(position, term)| (term.direction, position))
            .collect();
        positions.sort_unstable();
        let positions: Vec<usize> = positions.into_iter().map(|(_, position)| position).collect();
        for name in analyte.all_names() {
            index.insert(name_key(name), positions.clone());
        }
    }
    for (position, term) in terms.iter().enumerate() {
        index.insert(name_key(&term.name), vec![position]);
    }
    index
}

/// Number of letters to insert, delete or replace.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((&right, &diagonal), &above) in b.iter().zip(&row).zip(row.iter().skip(1)) {
            let before = next.last().copied().unwrap_or(i + 1);
            next.push((diagonal + usize::from(left != right)).min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// A `[[term]]` or `[[term.grade]]` table with the name to blame.
struct Entry<'t> {
    value: &'t toml::Value,
    name: String,
}

impl<'t> Entry<'t> {
    fn new(value: &'t toml::Value, index: usize) -> Self {
        let name = value.get("name").and_then(toml::Value::as_str);
        let name = name.map_or_else(|| format!("number {}", index + 1), str::to_owned);
        Self { value, name }
    }

    fn expected(&self, expected: impl Into<String>) -> CriteriaError {
        CriteriaError::Expected {
            term: self.name.clone(),
            expected: expected.into(),
        }
    }

    fn optional(&self, key: &str) -> Result<Option<&'t str>, CriteriaError> {
        let Some(value) = self.value.get(key) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| self.expected(format!("{key} = \"…\"")))?;
        Ok(Some(text))
    }

    fn text(&self, key: &str) -> Result<&'t str, CriteriaError> {
        self.optional(key)?
            .ok_or_else(|| self.expected(format!("{key} = \"…\"")))
    }

    fn term(&self) -> Result<LabTerm, CriteriaError> {
        let name = self.text("name")?.to_owned();
        let analyte = self.optional("analyte")?.map(|analyte| {
            Analyte::named(analyte).ok_or_else(|| self.expected(format!("a known analyte, not \"{analyte}\"")))
        });
        let grades = self.value.get("grade").and_then(toml::Value::as_array);
        let grades = grades.ok_or_else(|| self.expected("[[term.grade]]"))?.iter();
        let grades = grades.map(|value| {
            let name = self.name.clone();
            Entry { value, name }.grade()
        });
        Ok(LabTerm {
            nci_term: self.optional("nci_term")?.unwrap_or(&name).to_owned(),
            direction: match self.text("direction")? {
                "high" => Direction::High,
                "low" => Direction::Low,
                _ => return Err(self.expected("direction = \"high\" or \"low\"")),
            },
            analyte: analyte.transpose()?,
            note: self.optional("note")?.map(str::to_owned),
            grades: grades.collect::<Result<_, _>>()?,
            name,
        })
    }

    fn grade(&self) -> Result<GradeCriteria, CriteriaError> {
        let number = self.value.get("grade").and_then(toml::Value::as_integer);
        let number = number.and_then(|number| u8::try_from(number).ok());
        let grade = number.and_then(Grade::from_number);
        let conditional = self.optional("condition")?.map(|condition| {
            Ok::<_, CriteriaError>(Conditional {
                condition: condition.to_owned(),
                cuts: self.cuts("cuts_if")?,
            })
        });
        Ok(GradeCriteria {
            grade: grade.ok_or_else(|| self.expected("grade = 1 to 5"))?,
            text: self.text("text")?.to_owned(),
            cuts: self.cuts("cuts")?,
            conditional: conditional.transpose()?,
            clinical: self.optional("clinical")?.map(str::to_owned),
        })
    }

    fn cuts(&self, key: &str) -> Result<Vec<Cut>, CriteriaError> {
        let Some(value) = self.value.get(key) else {
            return Ok(Vec::new());
        };
        let expected = || self.expected(format!("{key} = [\"…\"]"));
        let cuts = value.as_array().ok_or_else(expected)?.iter();
        cuts.map(|cut| {
            let text = cut.as_str().ok_or_else(expected)?;
            parse_cut(text).ok_or_else(|| self.expected(format!("a cut, not \"{text}\"")))
        })
        .collect()
    }
}

fn parse_cut(text: &str) -> Option<Cut> {
    let (baseline, range) = match text.split_once(':') {
        Some(("baseline normal", range)) => (Some(BaselineState::Normal), range),
        Some(("baseline abnormal", range)) => (Some(BaselineState::Abnormal), range),
        Some(_) => return None,
        None => (None, text),
    };
    let bounds = if range.trim() == "any" {
        Vec::new()
    } else {
        range.split('&').map(parse_bound).collect::<Option<_>>()?
    };
    Some(Cut { baseline, bounds })
}

fn parse_bound(text: &str) -> Option<Bound> {
    let operators = [
        (">=", Operator::AtLeast),
        ("<=", Operator::AtMost),
        (">", Operator::Above),
        ("<", Operator::Below),
    ];
    let text = text.trim();
    let (operator, rest) = operators
        .into_iter()
        .find_map(|(sign, operator)| text.strip_prefix(sign).map(|rest| (operator, rest.trim())))?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (digits, of) = rest.split_at_checked(end)?;
    let number = if digits.is_empty() { 1. } else { digits.parse().ok()? };
    let of = parse_of(of.trim())?;
    Some(Bound { operator, number, of })
}

fn parse_of(text: &str) -> Option<Of> {
    let unit = |spelled: &str| {
        let unit = Unit::parse(spelled).ok()?;
        let spelled = spelled.to_owned();
        Some(CutUnit { unit, spelled })
    };
    match text {
        "LLN" => Some(Of::Lln),
        "ULN" => Some(Of::Uln),
        "baseline" => Some(Of::Baseline),
        "% fall" => Some(Of::PercentFall),
        _ => match text.strip_suffix(" above ULN") {
            Some(spelled) => unit(spelled).map(Of::AboveUln),
            None => unit(text).map(Of::Unit),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_is_read_as_written() {
        let cut = parse_cut("baseline abnormal: >=1.5 baseline & <=3.0 baseline").unwrap();
        assert_eq!(cut.baseline, Some(BaselineState::Abnormal));
        assert_eq!(cut.bounds[0].operator, Operator::AtLeast);
        assert_eq!(cut.bounds[1].of, Of::Baseline);
        assert!(parse_cut("<LLN & >=10.0 furlongs").is_none());
        assert!(parse_cut("").is_none());
        assert!(parse_cut(">").is_none());
    }

    #[test]
    fn a_misspelt_name_is_told_its_nearest() {
        let criteria = LabCriteria::v5();
        assert_eq!(criteria.nearest("Hyperkalimia"), Some("Hyperkalemia"));
        assert_eq!(criteria.nearest("creatinin"), Some("creatinine"));
        assert_eq!(criteria.nearest("serum rhubarb"), None);
        assert_eq!(criteria.find("Hypokalaemia").unwrap()[0].name, "Hypokalemia");
        assert_eq!(criteria.find("BUN").unwrap().len(), 0);
    }

    #[test]
    fn edit_distance_counts_letters() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("abc", ""), 3);
    }
}
