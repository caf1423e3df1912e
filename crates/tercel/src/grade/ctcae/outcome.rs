//! What goes into the grading of a laboratory value, what comes out, and the sentence that explains it.

use std::fmt;

use super::Ctcae;
use crate::grade::criteria::{LabCriteria, LabTerm};
use crate::grade::units::UnitError;
use crate::grade::{Grade, Scale, Toxicity};
use crate::language::{Text, Words, both};

/// A laboratory value and what is known about it. Limits and baseline are in the unit of the value.
#[derive(Debug, Clone, Copy)]
pub struct LabResult<'a> {
    /// The value.
    pub value: Option<f64>,
    /// Its unit as written.
    pub unit: Option<&'a str>,
    /// Lower limit of normal.
    pub lln: Option<f64>,
    /// Upper limit of normal.
    pub uln: Option<f64>,
    /// The baseline, for terms graded relative to it.
    pub baseline: Option<Baseline>,
    /// Whether this value is itself the baseline; it is then graded against the limits alone.
    pub is_baseline: bool,
}

impl LabResult<'_> {
    /// A bare value: no unit, no limits, no baseline.
    pub const fn of(value: f64) -> Self {
        Self {
            value: Some(value),
            unit: None,
            lln: None,
            uln: None,
            baseline: None,
            is_baseline: false,
        }
    }
}

/// The value before treatment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Baseline {
    /// The value, in the unit of the later value.
    pub value: Option<f64>,
    /// Its own lower limit; that of the later value where absent.
    pub lln: Option<f64>,
    /// Its own upper limit; that of the later value where absent.
    pub uln: Option<f64>,
    /// Where it lay, if the laboratory said so; this overrides the limits.
    pub range: Option<RangeIndicator>,
}

/// Where a value lies in its reference range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeIndicator {
    /// Below.
    Low,
    /// Inside.
    Normal,
    /// Above.
    High,
}

/// The grade of a value by one term.
#[derive(Debug, Clone, PartialEq)]
pub struct LabGrade<'c> {
    /// The term.
    pub term: &'c LabTerm,
    /// What the value says.
    pub outcome: LabOutcome<'c>,
}

/// What a value says about a term.
#[derive(Debug, Clone, PartialEq)]
pub enum LabOutcome<'c> {
    /// The value decides.
    Graded(Toxicity),
    /// The value leaves several grades open.
    Range {
        /// The lowest, certain.
        min: Toxicity,
        /// The highest possible.
        max: Toxicity,
        /// What would decide.
        because: Undecided<'c>,
    },
    /// The value says nothing.
    NotGradable(Undecided<'c>),
}

/// Why a value does not decide.
#[derive(Debug, Clone, PartialEq)]
pub enum Undecided<'c> {
    /// Each grade with the condition under which it applies.
    NeedsClinicalInput(Vec<(Grade, &'c str)>),
    /// Something the deciding criterion reads is missing or cannot be true.
    Missing(Missing),
}

/// What is missing, or cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub enum Missing {
    /// No value.
    Value,
    /// A concentration below zero.
    NegativeValue,
    /// The lower limit exceeds the upper.
    LimitsReversed,
    /// No lower limit of normal.
    Lln,
    /// No upper limit of normal above zero.
    Uln,
    /// No baseline.
    Baseline,
    /// A baseline of zero has no multiples.
    BaselineZero,
    /// No limit to call the baseline normal or abnormal by.
    BaselineLimits,
    /// The unit.
    Unit(UnitError),
}

impl Missing {
    /// What is missing, in every language.
    pub fn words(&self) -> Words {
        let text = match self {
            Self::Value => Text::new("the value is missing", "缺少数值"),
            Self::NegativeValue => Text::new("the value is negative", "数值为负"),
            Self::LimitsReversed => Text::new("the lower limit of normal exceeds the upper", "正常下限高于上限"),
            Self::Lln => Text::new("the lower limit of normal is missing", "缺少正常下限"),
            Self::Uln => Text::new("the upper limit of normal is missing", "缺少正常上限"),
            Self::Baseline => Text::new("the baseline is missing", "缺少基线"),
            Self::BaselineZero => Text::new("the baseline is zero, which has no multiples", "基线为零，无法计算倍数"),
            Self::BaselineLimits => Text::new(
                "whether the baseline was normal is unknown: its limit is missing",
                "缺少限值，不知基线是否正常",
            ),
            Self::Unit(error) => return error.words(),
        };
        text.into()
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

/// Why a name has no grades.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownLab {
    /// Neither a term nor a test; what looks like it is sought when the sentence is asked for.
    #[error("unknown term or test \"{name}\"{}", nearest(*version, name))]
    Name {
        /// The version.
        version: Ctcae,
        /// As written.
        name: String,
    },
    /// A laboratory term of another version only.
    #[error("\"{name}\" is a laboratory term of {other}; {}", in_version(*version, now))]
    OtherVersion {
        /// As written.
        name: String,
        /// The version that has it.
        other: Ctcae,
        /// The version asked for.
        version: Ctcae,
        /// What it is called there.
        now: Vec<String>,
    },
    /// A test for which the version has no term.
    #[error("{version} has no laboratory term for \"{name}\"")]
    NoTerm {
        /// The version.
        version: Ctcae,
        /// As written.
        name: String,
    },
}

fn nearest(version: Ctcae, name: &str) -> String {
    let near = LabCriteria::of(version).nearest(name);
    near.map_or_else(String::new, |near| format!("; nearest is \"{near}\""))
}

fn in_version(version: Ctcae, now: &[String]) -> String {
    if now.is_empty() {
        format!("{version} has none of that name")
    } else {
        format!("in {version} it is \"{}\"", now.join("\" or \""))
    }
}

impl LabGrade<'_> {
    /// The scale of the grade.
    pub const fn scale(&self) -> Scale {
        Scale::Ctcae(self.term.version)
    }

    /// The sentence shown with the grade, in English.
    pub fn reason(&self) -> String {
        self.words().en
    }

    /// The sentence shown with the grade; criteria stay in the words of CTCAE.
    pub fn words(&self) -> Words {
        let reason = match &self.outcome {
            LabOutcome::Graded(toxicity) => self.graded_words(*toxicity),
            LabOutcome::Range { min, max, because } => match because {
                Undecided::NeedsClinicalInput(conditions) => needs_clinical_input(*min, conditions),
                Undecided::Missing(missing) => {
                    let missing = missing.words();
                    both!(
                        "not determined between grade {min} and {max}: {en}",
                        "在{min}级与{max}级之间未定：{zh}",
                        en = missing.en,
                        zh = missing.zh
                    )
                }
            },
            LabOutcome::NotGradable(Undecided::NeedsClinicalInput(conditions)) => {
                needs_clinical_input(Toxicity::Absent, conditions)
            }
            LabOutcome::NotGradable(Undecided::Missing(missing)) => {
                let missing = missing.words();
                return both!("not gradable: {en}", "无法分级：{zh}", en = missing.en, zh = missing.zh);
            }
        };
        match &self.term.note {
            Some(note) => both!("{en}; {note}", "{zh}；{note}", en = reason.en, zh = reason.zh),
            None => reason,
        }
    }

    fn graded_words(&self, toxicity: Toxicity) -> Words {
        let criteria = &self.term.grades;
        let met = criteria
            .iter()
            .find(|criteria| Some(criteria.grade) == toxicity.grade());
        let Some(met) = met else {
            return both!("the value meets no criterion", "数值不符合任何标准");
        };
        let mut parts = vec![both!(
            "the value meets grade {grade}: \"{text}\"",
            "数值符合{grade}级：“{text}”",
            grade = met.grade,
            text = met.text
        )];
        let higher = criteria
            .iter()
            .filter(|criteria| Toxicity::Present(criteria.grade) > toxicity);
        parts.extend(higher.filter_map(|higher| {
            let clinical = higher.clinical.as_ref()?;
            Some(both!(
                "grade {grade} also on clinical grounds: {clinical}",
                "{grade}级亦可据临床判断：{clinical}",
                grade = higher.grade
            ))
        }));
        Words::join(&parts, BETWEEN)
    }
}

const BETWEEN: Text = Text::new("; ", "；");

fn needs_clinical_input(min: Toxicity, conditions: &[(Grade, &str)]) -> Words {
    let condition =
        |(grade, condition): &(Grade, &str)| both!("grade {grade} if {condition}", "{grade}级，如{condition}");
    let conditions: Vec<Words> = conditions.iter().map(condition).collect();
    let conditions = Words::join(&conditions, Text::new(", ", "，"));
    let alone = match min {
        Toxicity::Absent => both!("none by the value alone", "仅凭数值无级别"),
        Toxicity::Present(grade) => both!("at least grade {grade} by the value alone", "仅凭数值至少{grade}级"),
    };
    both!(
        "needs clinical input: {en}; {alone_en}",
        "需要临床信息：{zh}；{alone_zh}",
        en = conditions.en,
        zh = conditions.zh,
        alone_en = alone.en,
        alone_zh = alone.zh
    )
}
