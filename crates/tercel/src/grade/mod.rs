//! Toxicity grading: measured values and findings in, grade on a named scale out.

pub mod analyte;
pub mod astct;
pub mod criteria;
pub mod crs_ctcae;
pub mod ctcae;
pub mod dictionary;
pub mod icaht;
mod text;
pub mod units;

use std::fmt;

use ctcae::Ctcae;

/// A toxicity grade from 1 (mild) to 5 (death). "No toxicity" is not a grade: see the result types that hold one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Mild.
    G1 = 1,
    /// Moderate.
    G2,
    /// Severe.
    G3,
    /// Life-threatening.
    G4,
    /// Death.
    G5,
}

impl Grade {
    /// All grades in order.
    pub const ALL: [Self; 5] = [Self::G1, Self::G2, Self::G3, Self::G4, Self::G5];

    /// The grade written as the number `n`, if there is one.
    pub fn from_number(n: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.number() == n)
    }

    /// 1 to 5.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

/// What an assessment that could be graded shows: no toxicity, or toxicity of a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Toxicity {
    /// No criterion is met; tables print it as 0.
    Absent,
    /// Toxicity of this grade.
    Present(Grade),
}

impl Toxicity {
    /// 0 to 5, as tables print it.
    pub const fn number(self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Present(grade) => grade.number(),
        }
    }

    /// The grade, where there is toxicity.
    pub const fn grade(self) -> Option<Grade> {
        match self {
            Self::Absent => None,
            Self::Present(grade) => Some(grade),
        }
    }
}

impl fmt::Display for Toxicity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

/// The scale a grade belongs to. Grades of different scales never compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scale {
    /// NCI Common Terminology Criteria for Adverse Events.
    Ctcae(Ctcae),
    /// ASTCT consensus grading of CRS and ICANS (Lee 2019).
    Astct2019,
}

impl Scale {
    /// All scales.
    pub const ALL: [Self; 3] = [Self::Ctcae(Ctcae::V5), Self::Ctcae(Ctcae::V6), Self::Astct2019];

    /// Name as protocol files and reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ctcae(version) => version.name(),
            Self::Astct2019 => "ASTCT 2019",
        }
    }

    /// The scale of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|scale| scale.name().eq_ignore_ascii_case(name.trim()))
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
