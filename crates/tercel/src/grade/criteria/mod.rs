//! Grading tables as data: the published wording of each grade beside the cut-points computed from it.
//!
//! # What it derives
//! [`LabCriteria`]: the laboratory terms of a version of the CTCAE that a value can grade, read from `data/ctcae_v5.toml` and
//! `data/ctcae_v6.toml`.
//!
//! # Source
//! `ctcae5`, `ctcae6`, all grades of each term as NCI prints them.
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
//! Terms measured by other means than one laboratory test (ejection fraction, QTc, urine protein, eGFR, tumour lysis syndrome) are
//! not here, nor is "pancreatic enzymes decreased", which names no test.

mod read;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::Grade;
use super::analyte::{Analyte, name_key};
use super::ctcae::Ctcae;
use super::text::edit_distance;
use super::units::Unit;
use read::Entry;

/// Every laboratory term of one version of the CTCAE.
#[derive(Debug)]
pub struct LabCriteria {
    /// The version.
    pub version: Ctcae,
    /// The terms, in file order.
    pub terms: Vec<LabTerm>,
    /// Name key of a term or of a test, to the terms meant (for a test: high first).
    index: BTreeMap<String, Vec<usize>>,
}

/// One term: one direction of one test.
#[derive(Debug)]
pub struct LabTerm {
    /// The version it belongs to.
    pub version: Ctcae,
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
    units: Vec<CutUnit>,
}

impl LabTerm {
    /// Whether a value decides. A term by intervention has a grade that any value may have.
    pub fn is_graded_by_value(&self) -> bool {
        let conditional = self.grades.iter().filter_map(|criteria| criteria.conditional.as_ref());
        !conditional
            .flat_map(|conditional| &conditional.cuts)
            .any(|cut| cut.bounds.is_empty())
    }

    /// The units its cut-points are printed in, in the order of the text; none for a term of multiples alone.
    pub fn units(&self) -> &[CutUnit] {
        &self.units
    }
}

/// Names are unique within a version.
impl PartialEq for LabTerm {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && self.name == other.name
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
    pub baseline: Option<BaselineCase>,
    /// Empty for "any value".
    pub bounds: Vec<Bound>,
}

/// Where a baseline lies.
#[derive(Debug)]
pub enum BaselineCase {
    /// Not beyond the limit in the direction of the term.
    Normal,
    /// Beyond it: above ULN for a high term, below LLN for a low one.
    Abnormal,
    /// Between multiples of its limits, whatever the direction of the term.
    Within(Vec<Bound>),
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

impl Bound {
    /// The unit the number is printed in.
    pub const fn unit(&self) -> Option<&CutUnit> {
        match &self.of {
            Of::Unit(unit) | Of::AboveUln(unit) => Some(unit),
            Of::Lln | Of::Uln | Of::Baseline | Of::PercentFall => None,
        }
    }
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

static V5: LazyLock<LabCriteria> = LazyLock::new(|| embedded(include_str!("../../../data/ctcae_v5.toml")));
static V6: LazyLock<LabCriteria> = LazyLock::new(|| embedded(include_str!("../../../data/ctcae_v6.toml")));

#[expect(
    clippy::expect_used,
    reason = "the tables are part of the program; a test parses them"
)]
fn embedded(text: &str) -> LabCriteria {
    LabCriteria::parse(text).expect("the criteria are well-formed")
}

impl LabCriteria {
    /// The criteria of a version.
    pub fn of(version: Ctcae) -> &'static Self {
        match version {
            Ctcae::V5 => &V5,
            Ctcae::V6 => &V6,
        }
    }

    /// CTCAE 5.0.
    pub fn v5() -> &'static Self {
        Self::of(Ctcae::V5)
    }

    /// CTCAE 6.0.
    pub fn v6() -> &'static Self {
        Self::of(Ctcae::V6)
    }

    /// Reads a table written as `data/ctcae_v5.toml` is.
    pub fn parse(text: &str) -> Result<Self, CriteriaError> {
        let document: toml::Table = text.parse()?;
        let version = document.get("version").and_then(toml::Value::as_str);
        let version = version.and_then(Ctcae::parse).ok_or_else(|| CriteriaError::Expected {
            term: "version".to_owned(),
            expected: "version = \"5.0\" or \"6.0\"".to_owned(),
        })?;
        let entries = document.get("term").and_then(toml::Value::as_array);
        let terms = entries
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, entry)| Entry::new(entry, index).term(version))
            .collect::<Result<Vec<_>, _>>()?;
        let index = index_of(&terms);
        Ok(Self { version, terms, index })
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
            .map(|known| (name_key(known), known))
            .filter(|(known, _)| known.chars().count().abs_diff(key.chars().count()) <= allowed)
            .map(|(key_of_known, known)| (edit_distance(&key, &key_of_known), known))
            .filter(|&(distance, _)| distance <= allowed)
            .min_by_key(|&(distance, _)| distance)
            .map(|(_, known)| known)
    }
}

fn index_of(terms: &[LabTerm]) -> BTreeMap<String, Vec<usize>> {
    let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for analyte in Analyte::ALL {
        let of_test = |test: Option<&Analyte>| -> Vec<(Direction, usize)> {
            let named = terms
                .iter()
                .enumerate()
                .filter(|(_, term)| term.analyte.is_some() && term.analyte == test);
            named.map(|(position, term)| (term.direction, position)).collect()
        };
        let mut positions = of_test(Some(analyte));
        // A fasting glucose is a glucose: where it has no term of its own, it is graded as one.
        let general = of_test(analyte.kind_of.and_then(Analyte::named));
        let own: Vec<Direction> = positions.iter().map(|&(direction, _)| direction).collect();
        positions.extend(general.into_iter().filter(|(direction, _)| !own.contains(direction)));
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

#[cfg(test)]
mod tests {
    use super::read::parse_cut;
    use super::*;

    #[test]
    fn a_cut_is_read_as_written() {
        let cut = parse_cut("baseline abnormal: >=1.5 baseline & <=3.0 baseline").unwrap();
        assert!(matches!(cut.baseline, Some(BaselineCase::Abnormal)));
        assert_eq!(cut.bounds[0].operator, Operator::AtLeast);
        assert_eq!(cut.bounds[1].of, Of::Baseline);
        let cut = parse_cut("baseline >ULN & <=5 ULN: >2.0 baseline").unwrap();
        assert!(
            matches!(cut.baseline, Some(BaselineCase::Within(limits)) if limits.len() == 2 && limits[1].of == Of::Uln)
        );
        assert!(parse_cut("baseline >7 mmol/L: >2.0 baseline").is_none());
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
}
