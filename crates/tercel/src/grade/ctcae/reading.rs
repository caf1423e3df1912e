//! A value against the criteria of one term.

use std::cmp::Ordering;

use super::{LabOutcome, LabResult, Missing, RangeIndicator, Undecided};
use crate::grade::Toxicity;
use crate::grade::criteria::{BaselineCase, Bound, Cut, CutUnit, Direction, LabTerm, Of, Operator};
use crate::grade::units::{Dimension, Unit, UnitError, convert};

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

    fn not(self) -> Self {
        match self {
            Self::Met => Self::NotMet,
            Self::NotMet => Self::Met,
            Self::Unknown(missing) => Self::Unknown(missing),
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

/// What says where a baseline lies.
struct BaselineLimits {
    /// Whether the value graded is the baseline.
    is_itself: bool,
    lln: Option<f64>,
    uln: Option<f64>,
    range: Option<RangeIndicator>,
}

/// A value with everything a term compares it with.
pub(super) struct Reading<'c> {
    term: &'c LabTerm,
    value: f64,
    lln: Option<f64>,
    uln: Option<f64>,
    baseline: Result<f64, Missing>,
    baseline_limits: BaselineLimits,
    /// The unit of the value, and the dimension of the cut-points it is compared with.
    unit: Result<(Unit, Dimension), UnitError>,
}

impl<'c> Reading<'c> {
    pub(super) fn new(term: &'c LabTerm, result: &LabResult<'_>) -> Result<Self, Missing> {
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
        let baseline_limits = BaselineLimits {
            is_itself: result.is_baseline,
            lln: lower(given.lln).or(lln),
            uln: upper(given.uln).or(uln),
            range: given.range,
        };
        Ok(Self {
            term,
            value,
            lln,
            uln,
            baseline: before.ok_or(Missing::Baseline),
            baseline_limits,
            unit: chosen_unit(term, result.unit.unwrap_or("")),
        })
    }

    pub(super) fn outcome(&self) -> LabOutcome<'c> {
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
                .filter_map(Bound::unit)
                .any(|cut| cut.unit.dimension != dimension)
        {
            return Truth::NotMet;
        }
        let case = cut.baseline.as_ref().map_or(Truth::Met, |case| self.case(case));
        let bounds = cut.bounds.iter().map(|bound| match self.limit(bound) {
            Ok((value, limit)) => Truth::of(meets(bound.operator, value, limit)),
            Err(missing) => Truth::Unknown(missing),
        });
        bounds.fold(case, Truth::and)
    }

    /// Whether the baseline lies where a cut wants it. The baseline value itself is graded as if its baseline were normal.
    fn case(&self, case: &BaselineCase) -> Truth {
        let limit_of_direction = match self.term.direction {
            Direction::High => (Operator::Above, Of::Uln),
            Direction::Low => (Operator::Below, Of::Lln),
        };
        let beyond = |bound: &(Operator, Of)| self.baseline_meets(bound.0, 1., &bound.1);
        match case {
            BaselineCase::Normal if self.baseline_limits.is_itself => Truth::Met,
            BaselineCase::Abnormal | BaselineCase::Within(_) if self.baseline_limits.is_itself => Truth::NotMet,
            BaselineCase::Normal => beyond(&limit_of_direction).not(),
            BaselineCase::Abnormal => beyond(&limit_of_direction),
            BaselineCase::Within(bounds) => bounds.iter().fold(Truth::Met, |met, bound| {
                met.and(self.baseline_meets(bound.operator, bound.number, &bound.of))
            }),
        }
    }

    /// Whether the baseline is so many limits. What the laboratory said of its range decides about the limit itself.
    fn baseline_meets(&self, operator: Operator, number: f64, of: &Of) -> Truth {
        let limits = &self.baseline_limits;
        let (limit, outside) = match of {
            Of::Lln => (limits.lln, RangeIndicator::Low),
            Of::Uln => (limits.uln, RangeIndicator::High),
            Of::Baseline | Of::PercentFall | Of::Unit(_) | Of::AboveUln(_) => return Truth::NotMet,
        };
        let strict = matches!(
            (operator, outside),
            (Operator::Above, RangeIndicator::High) | (Operator::Below, RangeIndicator::Low)
        );
        if strict
            && number.to_bits() == 1_f64.to_bits()
            && let Some(range) = limits.range
        {
            return Truth::of(range == outside);
        }
        let baseline = match &self.baseline {
            Ok(baseline) => *baseline,
            Err(missing) => return Truth::Unknown(missing.clone()),
        };
        match limit {
            Some(limit) => Truth::of(meets(operator, baseline, number * limit)),
            None => Truth::Unknown(Missing::BaselineLimits),
        }
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

/// The meaning of the unit that fits the term, and the dimension of the cut-points to compare with: its own if the term has
/// any, otherwise one that the test's molar mass or valence leads to, milliequivalents to millimoles before grams. INR and pH
/// need no unit.
fn chosen_unit(term: &LabTerm, written: &str) -> Result<(Unit, Dimension), UnitError> {
    let wanted = term.units();
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
        let converts = |cut: &&CutUnit| {
            let analyte = term.analyte;
            analyte.is_some_and(|analyte| convert(analyte, 1., unit, cut.unit).is_some())
        };
        let by_valence = |cut: &&CutUnit| cut.unit.dimension == Dimension::Substance;
        let nearest = wanted.iter().filter(by_valence).find(converts);
        let to = nearest.or_else(|| wanted.iter().find(converts))?;
        Some((unit, to.unit.dimension))
    };
    let found = readings.into_iter().find_map(convertible);
    found.ok_or_else(|| UnitError::Incompatible {
        unit: written.to_owned(),
        wanted: wanted.first().map(|cut| cut.spelled.clone()).unwrap_or_default(),
        analyte: term.analyte.map_or("", |analyte| analyte.name),
    })
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

/// Compares; a difference in the last digits of a product, such as 1.5 × ULN, decides nothing.
fn compare(a: f64, b: f64) -> Ordering {
    if (a - b).abs() < 1e-12 * a.abs().max(b.abs()) {
        return Ordering::Equal;
    }
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}
