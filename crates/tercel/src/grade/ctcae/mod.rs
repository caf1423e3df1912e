//! Laboratory values graded by CTCAE 5.0.
//!
//! # What it derives
//! For one value, with its unit, limits of normal and baseline: the grade of each term of its test ([`grade_lab`]).
//!
//! # Source
//! `ctcae5`. The wording stands beside its cut-points in `data/ctcae_v5.toml`.
//!
//! # Formula
//! Every criterion of every grade is met, not met, or unknown because something it reads is missing. The grade is the highest
//! one met. It is determinate if no higher one is unknown or hangs on a condition no value shows ("symptomatic", "on
//! anticoagulation"); otherwise the answer is a range, or not gradable when not even grade 1 is certain.
//! Values are compared after rounding to 15 significant digits. A baseline is abnormal if it lies beyond its limit in the
//! direction of the term. The baseline value itself is graded against the limits, never against itself.
//!
//! # Example
//! ```
//! use tercel::grade::ctcae::{LabOutcome, LabResult, grade_lab};
//! use tercel::grade::{Grade, Toxicity};
//! let result = LabResult { unit: Some("10^9/L"), lln: Some(1.8), ..LabResult::of(0.49) };
//! let grades = grade_lab("ANC", &result).unwrap();
//! assert_eq!(grades[0].outcome, LabOutcome::Graded(Toxicity::Present(Grade::G4)));
//! ```
//!
//! # Limits
//! - The grade is that of the value alone. A criterion joined by ";" that is clinical only ("hospitalization indicated",
//!   grade 4 of anemia) can raise the grade of the event; the reason names it, the grade does not change.
//! - A laboratory grade is not an adverse event: that needs the investigator's judgement.
//! - Absolute cut-points hold whatever the laboratory's own limits are, as printed.
//! - Haemoglobin in mmol/L is the monomer.
//! - A test with terms in a single unit system is converted to it by molar mass; where NCI prints both systems, each value is
//!   compared in its own, since the printed numbers are rounded (1.23 mmol/L of magnesium is 2.99 mg/dL, not 3.0).
//! - "If abnormal" in fibrinogen decreased is read as a value below LLN: the worse of the fall from baseline and the multiple of
//!   LLN counts. "Increase" in hemoglobin increased is read as above ULN.
//! - Terms that 5.0 grades by intervention (hyperglycemia, hypo- and hyperphosphatemia, glucose intolerance) are never
//!   determinate; a normal value may be a treated one.
//! - Sodium between whole numbers: 129.5 mmol/L is read as below 130, 124.5 as below 125.

mod outcome;

use std::cmp::Ordering;

pub use outcome::{Baseline, LabGrade, LabOutcome, LabResult, Missing, RangeIndicator, Undecided, UnknownLab};

use super::Toxicity;
use super::criteria::{BaselineState, Bound, Cut, CutUnit, Direction, LabCriteria, LabTerm, Of, Operator};
use super::units::{Dimension, Unit, UnitError, convert, rounded};

/// Grades a value by CTCAE 5.0. `name` is a term, or a test by name or SDTM code; a test gives its high term before its low one.
pub fn grade_lab(name: &str, result: &LabResult<'_>) -> Result<Vec<LabGrade<'static>>, UnknownLab> {
    let criteria = LabCriteria::v5();
    let terms = criteria.find(name).ok_or_else(|| UnknownLab::Name {
        name: name.to_owned(),
        nearest: criteria.nearest(name).map(str::to_owned),
    })?;
    if terms.is_empty() {
        return Err(UnknownLab::NoTerm { name: name.to_owned() });
    }
    Ok(terms.into_iter().map(|term| grade_term(term, result)).collect())
}

/// Grades a value by one term.
pub fn grade_term<'c>(term: &'c LabTerm, result: &LabResult<'_>) -> LabGrade<'c> {
    let outcome = match Reading::new(term, result) {
        Ok(reading) => reading.outcome(),
        Err(missing) => LabOutcome::NotGradable(Undecided::Missing(missing)),
    };
    LabGrade { term, outcome }
}

/// Whether a criterion is met.
#[derive(Debug, Clone)]
enum Truth {
    Met,
    NotMet,
    Unknown(Missing),
}

impl Truth {
    fn of(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotMet, _) | (_, Self::NotMet) => Self::NotMet,
            (Self::Unknown(missing), _) | (_, Self::Unknown(missing)) => Self::Unknown(missing),
            (Self::Met, Self::Met) => Self::Met,
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Met, _) | (_, Self::Met) => Self::Met,
            (Self::Unknown(missing), _) | (_, Self::Unknown(missing)) => Self::Unknown(missing),
            (Self::NotMet, Self::NotMet) => Self::NotMet,
        }
    }
}

/// A value with everything a term compares it with.
struct Reading<'c> {
    term: &'c LabTerm,
    value: f64,
    lln: Option<f64>,
    uln: Option<f64>,
    baseline: Result<f64, Missing>,
    baseline_state: Result<BaselineState, Missing>,
    /// The unit of the value, and the dimension of the cut-points it is compared with.
    unit: Result<(Unit, Dimension), UnitError>,
}

impl<'c> Reading<'c> {
    fn new(term: &'c LabTerm, result: &LabResult<'_>) -> Result<Self, Missing> {
        let value = result.value.filter(|value| value.is_finite()).ok_or(Missing::Value)?;
        if value < 0. {
            return Err(Missing::NegativeValue);
        }
        let (lln, uln) = (lower(result.lln), upper(result.uln));
        if let (Some(lln), Some(uln)) = (lln, uln)
            && lln > uln
        {
            return Err(Missing::LimitsReversed);
        }
        let given = result.baseline.unwrap_or_default();
        let before = if result.is_baseline {
            Some(value)
        } else {
            lower(given.value)
        };
        let baseline_state = if result.is_baseline {
            Ok(BaselineState::Normal)
        } else {
            baseline_state(term.direction, before, given, lln, uln)
        };
        Ok(Self {
            term,
            value,
            lln,
            uln,
            baseline: before.ok_or(Missing::Baseline),
            baseline_state,
            unit: chosen_unit(term, result.unit.unwrap_or("")),
        })
    }

    fn outcome(&self) -> LabOutcome<'c> {
        let mut min = Toxicity::Absent;
        let mut unknown = None;
        let mut conditions = Vec::new();
        for criteria in &self.term.grades {
            let grade = Toxicity::Present(criteria.grade);
            match self.any(&criteria.cuts) {
                Truth::Met => min = grade,
                Truth::Unknown(missing) => unknown = Some((grade, missing)),
                Truth::NotMet => {}
            }
            if let Some(conditional) = &criteria.conditional {
                match self.any(&conditional.cuts) {
                    Truth::Met => conditions.push((criteria.grade, conditional.condition.as_str())),
                    Truth::Unknown(missing) => unknown = Some((grade, missing)),
                    Truth::NotMet => {}
                }
            }
        }
        conditions.retain(|&(grade, _)| Toxicity::Present(grade) > min);
        let possible = conditions.last().map_or(min, |&(grade, _)| Toxicity::Present(grade));
        match unknown.filter(|&(grade, _)| grade > possible) {
            Some((_, missing)) if possible == Toxicity::Absent => LabOutcome::NotGradable(Undecided::Missing(missing)),
            Some((max, missing)) => LabOutcome::Range {
                min,
                max,
                because: Undecided::Missing(missing),
            },
            None if possible > min => LabOutcome::Range {
                min,
                max: possible,
                because: Undecided::NeedsClinicalInput(conditions),
            },
            None => LabOutcome::Graded(min),
        }
    }

    fn any(&self, cuts: &[Cut]) -> Truth {
        cuts.iter().fold(Truth::NotMet, |met, cut| met.or(self.cut(cut)))
    }

    fn cut(&self, cut: &Cut) -> Truth {
        if let Ok((_, dimension)) = self.unit
            && cut
                .bounds
                .iter()
                .filter_map(unit_of)
                .any(|cut| cut.unit.dimension != dimension)
        {
            return Truth::NotMet;
        }
        let case = match (cut.baseline, &self.baseline_state) {
            (None, _) => Truth::Met,
            (Some(wanted), Ok(state)) => Truth::of(wanted == *state),
            (Some(_), Err(missing)) => Truth::Unknown(missing.clone()),
        };
        let bounds = cut.bounds.iter().map(|bound| match self.limit(bound) {
            Ok((value, limit)) => Truth::of(meets(bound.operator, value, limit)),
            Err(missing) => Truth::Unknown(missing),
        });
        bounds.fold(case, Truth::and)
    }

    /// The value and what a bound compares it with, in one unit.
    fn limit(&self, bound: &Bound) -> Result<(f64, f64), Missing> {
        let number = bound.number;
        let in_own_unit = |limit| Ok((self.value, limit));
        match &bound.of {
            Of::Lln => in_own_unit(number * self.lln.ok_or(Missing::Lln)?),
            Of::Uln => in_own_unit(number * self.uln.ok_or(Missing::Uln)?),
            Of::Baseline => {
                let baseline = self.baseline.clone()?;
                if baseline <= 0. {
                    return Err(Missing::BaselineZero);
                }
                in_own_unit(number * baseline)
            }
            Of::PercentFall => {
                let baseline = self.baseline.clone()?;
                if baseline <= 0. {
                    return Err(Missing::BaselineZero);
                }
                // A fall of at least 25 % leaves at most 75 %: compared as a remainder, the operator turns round.
                Ok((baseline * (1. - number / 100.), self.value))
            }
            Of::Unit(unit) => Ok((self.in_unit(self.value, unit)?, number)),
            Of::AboveUln(unit) => {
                let uln = self.uln.ok_or(Missing::Uln)?;
                Ok((self.in_unit(self.value, unit)?, self.in_unit(uln, unit)? + number))
            }
        }
    }

    fn in_unit(&self, value: f64, to: &CutUnit) -> Result<f64, Missing> {
        let (from, _) = self.unit.clone().map_err(Missing::Unit)?;
        let converted = self
            .term
            .analyte
            .and_then(|analyte| convert(analyte, value, from, to.unit));
        converted.ok_or(Missing::Unit(UnitError::Missing))
    }
}

fn lower(limit: Option<f64>) -> Option<f64> {
    limit.filter(|limit| limit.is_finite() && *limit >= 0.)
}

fn upper(limit: Option<f64>) -> Option<f64> {
    limit.filter(|limit| limit.is_finite() && *limit > 0.)
}

fn baseline_state(
    direction: Direction,
    value: Option<f64>,
    given: Baseline,
    lln: Option<f64>,
    uln: Option<f64>,
) -> Result<BaselineState, Missing> {
    let abnormal = match (direction, given.range) {
        (Direction::High, Some(range)) => range == RangeIndicator::High,
        (Direction::Low, Some(range)) => range == RangeIndicator::Low,
        (Direction::High, None) => {
            let value = value.ok_or(Missing::Baseline)?;
            meets(
                Operator::Above,
                value,
                upper(given.uln).or(uln).ok_or(Missing::BaselineLimits)?,
            )
        }
        (Direction::Low, None) => {
            let value = value.ok_or(Missing::Baseline)?;
            meets(
                Operator::Below,
                value,
                lower(given.lln).or(lln).ok_or(Missing::BaselineLimits)?,
            )
        }
    };
    Ok(if abnormal {
        BaselineState::Abnormal
    } else {
        BaselineState::Normal
    })
}

/// The meaning of the unit that fits the term, and the dimension of the cut-points to compare with: its own if the term has
/// any, otherwise the first the test's molar mass or valence leads to. INR and pH need no unit.
fn chosen_unit(term: &LabTerm, written: &str) -> Result<(Unit, Dimension), UnitError> {
    let cuts = |term: &'_ LabTerm| -> Vec<CutUnit> {
        let grades = term.grades.iter();
        let cuts = grades.flat_map(|grade| grade.cuts.iter().chain(grade.conditional.iter().flat_map(|c| &c.cuts)));
        cuts.flat_map(|cut| &cut.bounds).filter_map(unit_of).cloned().collect()
    };
    let wanted = cuts(term);
    let dimensionless = wanted.iter().find(|cut| cut.unit.dimension == Dimension::One);
    let readings = match (Unit::readings(written), dimensionless) {
        (Err(UnitError::Missing), Some(one)) => vec![one.unit],
        (readings, _) => readings?,
    };
    let same = |unit: &Unit| wanted.iter().any(|cut| cut.unit.dimension == unit.dimension);
    if let Some(unit) = readings.iter().copied().find(same) {
        return Ok((unit, unit.dimension));
    }
    let convertible = |unit: Unit| {
        let to = wanted.iter().find(|cut| {
            let analyte = term.analyte;
            analyte.is_some_and(|analyte| convert(analyte, 1., unit, cut.unit).is_some())
        })?;
        Some((unit, to.unit.dimension))
    };
    let found = readings.into_iter().find_map(convertible);
    found.ok_or_else(|| UnitError::Incompatible {
        unit: written.to_owned(),
        wanted: wanted.first().map(|cut| cut.spelled.clone()).unwrap_or_default(),
        analyte: term.analyte.map_or("", |analyte| analyte.name),
    })
}

fn unit_of(bound: &Bound) -> Option<&CutUnit> {
    match &bound.of {
        Of::Unit(unit) | Of::AboveUln(unit) => Some(unit),
        Of::Lln | Of::Uln | Of::Baseline | Of::PercentFall => None,
    }
}

fn meets(operator: Operator, value: f64, limit: f64) -> bool {
    let order = compare(value, limit);
    match operator {
        Operator::Above => order == Ordering::Greater,
        Operator::AtLeast => order != Ordering::Less,
        Operator::Below => order == Ordering::Less,
        Operator::AtMost => order != Ordering::Greater,
    }
}

/// Compares after rounding to 15 significant digits; rounding is only worth its cost when the two are that close.
fn compare(a: f64, b: f64) -> Ordering {
    let (a, b) = if (a - b).abs() > 1e-12 * a.abs().max(b.abs()) {
        (a, b)
    } else {
        (rounded(a), rounded(b))
    };
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}
