//! DLT criteria over what is measured: laboratory values and recorded scores.

use crate::language::Words;

/// A DLT criterion over laboratory values.
#[derive(Debug, Clone, PartialEq)]
pub struct LabCriterion {
    /// Stable name.
    pub id: String,
    /// The criterion in the protocol's words.
    pub text: Words,
    /// What the values must do.
    pub rule: LabRule,
    /// What else may explain them, which no value shows: the committee then judges. `None`: the values decide.
    pub unless: Option<Words>,
}

impl LabCriterion {
    /// Every analyte it looks at.
    pub fn analytes(&self) -> Vec<&String> {
        match &self.rule {
            LabRule::Lasting { analytes, .. } => analytes.iter().collect(),
            LabRule::Together { conditions, .. } => {
                conditions.iter().flat_map(|condition| &condition.analytes).collect()
            }
        }
    }
}

/// What laboratory values must do to meet a criterion.
#[derive(Debug, Clone, PartialEq)]
pub enum LabRule {
    /// One analyte lies above a multiple of its upper limit of normal for more than so many days.
    Lasting {
        /// Analytes, any of which meets it (`ALT`, `AST`).
        analytes: Vec<String>,
        /// Multiple of the upper limit of normal that must be exceeded.
        above_uln: f64,
        /// Days for which it must stay above; 0: a single value is enough.
        days: u32,
    },
    /// Every condition is met by a value, all of these within so many days of each other.
    Together {
        /// The conditions, two or more.
        conditions: Vec<LabCondition>,
        /// Most days from the first of the values to the last; 0: the same day.
        within_days: u32,
    },
}

/// A condition on one laboratory value: each multiple that is stated must be met.
#[derive(Debug, Clone, PartialEq)]
pub struct LabCondition {
    /// Analytes, any of which meets it.
    pub analytes: Vec<String>,
    /// Of the upper limit of normal.
    pub uln: Option<Multiple>,
    /// Of the subject's baseline.
    pub baseline: Option<Multiple>,
}

/// A multiple of a limit or a baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Multiple {
    /// Must be exceeded.
    Above(f64),
    /// Must be reached.
    AtLeast(f64),
}

impl Multiple {
    /// Whether `value` is that many times `of`; a difference in the last digits of the product decides nothing.
    ///
    /// ```
    /// use tercel::protocol::Multiple;
    ///
    /// assert!(!Multiple::Above(3.0).is_met(3.3, 1.1));
    /// assert!(Multiple::AtLeast(3.0).is_met(3.3, 1.1));
    /// ```
    pub fn is_met(self, value: f64, of: f64) -> bool {
        const ROUNDING: f64 = 1e-9;
        match self {
            Self::Above(times) => value > times * of * (1.0 + ROUNDING),
            Self::AtLeast(times) => value >= times * of * (1.0 - ROUNDING),
        }
    }
}

/// Which clinical score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreKind {
    /// ECOG performance status, 0 to 5.
    Ecog,
    /// Child-Pugh total, 5 to 15.
    ChildPugh,
}

impl ScoreKind {
    /// Names in protocol files and reports.
    pub const NAMES: [(&'static str, Self); 2] = [("Child-Pugh", Self::ChildPugh), ("ECOG", Self::Ecog)];

    /// Name in protocol files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ecog => "ECOG",
            Self::ChildPugh => "Child-Pugh",
        }
    }

    /// The best score there is.
    pub const fn lowest(self) -> f64 {
        match self {
            Self::Ecog => 0.0,
            Self::ChildPugh => 5.0,
        }
    }
}

/// A DLT criterion over a recorded score: so many points above the baseline, for so long.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreCriterion {
    /// Stable name.
    pub id: String,
    /// The criterion in the protocol's words.
    pub text: Words,
    /// Score it looks at.
    pub score: ScoreKind,
    /// Points above the baseline that must be reached.
    pub rise: f64,
    /// How long it must stay there.
    pub persistence: ScoreRise,
    /// What else may explain it, which no score shows: the committee then judges. `None`: the scores decide.
    pub unless: Option<Words>,
}

/// How long a score must stay raised to meet a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreRise {
    /// For more than so many calendar days; 0: one raised score is enough.
    LongerThanDays(u32),
    /// Until the end of this day after infusion.
    OnDay(u32),
}
