//! Results in the standard unit of their test: what stands in the standard variables of a record that keeps what was printed.
//!
//! A result is converted by a factor of size alone (g/dL of haemoglobin, cm of a diameter), which changes neither its digits nor
//! its grade. Calcium, creatinine or temperature in another kind of unit stay as printed: CTCAE prints rounded numbers for two
//! units, by which 8.0 mg/dL of calcium is of grade 1 and the same 1.996 mmol/L of grade 2, and whoever holds the page against
//! the report of the laboratory looks for its number.

use tercel::grade::units::{Unit, rounded};
use tercel::protocol::Trial;

use super::{Derived, Form};
use crate::inbound::{Conversion, Found, LabTest, VITALS, vital_unit};

/// From the unit in which a result was printed to the standard unit of its test.
#[derive(Debug, Clone)]
pub(crate) struct ToStandard {
    unit: String,
    how: How,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Laboratory(Conversion),
    /// Factor and shift.
    Measure(f64, f64),
}

impl ToStandard {
    /// For a test of a dataset and a unit as printed. `None` where the test has no standard unit, or the unit is not one of another
    /// size: such a result stands as printed.
    pub(super) fn of(dataset: &str, test: &str, unit: &str, trial: &Trial) -> Option<Self> {
        let converts = Self::amount(dataset, test, unit, trial)?;
        let is_of_size = match converts.how {
            How::Laboratory(conversion) => conversion.is_of_size(),
            How::Measure(_, shift) => shift.abs() <= 0.0,
        };
        is_of_size.then_some(converts)
    }

    /// The same for every unit that converts: to compare amounts.
    pub(crate) fn amount(dataset: &str, test: &str, unit: &str, trial: &Trial) -> Option<Self> {
        let is = |name: &String| name.eq_ignore_ascii_case(test);
        let (standard, how) = match dataset {
            "LB" if trial.names.biomarker.iter().any(is) => {
                let standard = &trial.kinetics.biomarker_unit;
                let conversion = Conversion::between(None, unit, Unit::parse(standard).ok()?);
                (standard.as_str(), How::Laboratory(conversion.ok()??))
            }
            "LB" => {
                let test = LabTest::named(test)?;
                (test.unit, How::Laboratory(Conversion::to_standard(test, unit).ok()?))
            }
            "VS" => {
                let (_, _, standard, _) = VITALS.iter().find(|(code, ..)| code.eq_ignore_ascii_case(test))?;
                let (factor, shift) = vital_unit(standard, unit)?;
                (*standard, How::Measure(factor, shift))
            }
            "TR" => match unit {
                "mm" => ("mm", How::Measure(1.0, 0.0)),
                "cm" => ("mm", How::Measure(10.0, 0.0)),
                _ => return None,
            },
            _ => return None,
        };
        let unit = standard.to_owned();
        Some(Self { unit, how })
    }

    /// For the answers of a record, each by field.
    pub(super) fn of_record<'v>(form: &Form, value: &impl Fn(&str) -> Option<&'v str>, trial: &Trial) -> Option<Self> {
        let (dataset, [test, unit]) = measured(form, value)?;
        Self::of(dataset, test?, unit.unwrap_or_default(), trial)
    }

    /// The standard unit; blank for a ratio.
    pub(crate) fn unit(&self) -> &str {
        &self.unit
    }

    /// A result or limit as printed; one below or above a limit keeps its mark, and words stay as they are.
    pub(crate) fn text(&self, printed: &str) -> String {
        if self.is_same() {
            return printed.to_owned();
        }
        match Found::parse(printed) {
            Found::Number { comparator, value, .. } => {
                let number = self.number(value);
                number.map_or_else(|| printed.to_owned(), |number| format!("{comparator}{number}"))
            }
            Found::Words(_) | Found::NotDone(_) => printed.to_owned(),
        }
    }

    /// Whether another unit is the same amount.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let one = |scale: &Self| [0.0, 1.0].map(|value| scale.number(value));
        one(self) == one(other)
    }

    fn is_same(&self) -> bool {
        match self.how {
            How::Laboratory(conversion) => conversion.is_same(),
            How::Measure(factor, shift) => (factor - 1.0).abs() <= 0.0 && shift.abs() <= 0.0,
        }
    }

    pub(super) fn number(&self, value: f64) -> Option<f64> {
        match self.how {
            How::Laboratory(conversion) => conversion.of(value),
            How::Measure(factor, shift) => Some(rounded(value * factor + shift)),
        }
    }

    /// Whether a result in the standard unit is what another source states in this unit, to the digits that it states.
    pub(super) fn agrees(&self, standard: &str, stated: &str) -> bool {
        let (
            Found::Number { comparator, value, .. },
            Found::Number {
                comparator: other,
                value: number,
                text,
            },
        ) = (Found::parse(standard), Found::parse(stated))
        else {
            return standard == stated;
        };
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let half = 0.5 * 10_f64.powi(-i32::try_from(decimals).unwrap_or(i32::MAX));
        let (Some(number), Some(most)) = (self.number(number), self.number(number + half)) else {
            return false;
        };
        // A little over half a unit of the last digit: binary fractions are not exact.
        comparator == other && (value - number).abs() <= (most - number).abs() * (1.0 + 1e-6)
    }
}

/// The dataset, and the test and unit that a record of a form with converted results answers.
pub(super) fn measured<'v>(
    form: &Form,
    value: &impl Fn(&str) -> Option<&'v str>,
) -> Option<(&'static str, [Option<&'v str>; 2])> {
    let is_converting = form.derived.iter().any(|(_, derived)| derived.is_converted());
    let dataset = form.domain.filter(|_| is_converting)?;
    let answer = |ending| {
        let name = format!("{dataset}{ending}");
        let field = form.fields.iter().find(|field| field.variable() == Some(&name))?;
        value(field.id)
    };
    Some((dataset, ["TESTCD", "ORRESU"].map(answer)))
}

/// Whether a variable of a dataset holds a converted result, limit or unit.
pub(super) fn is_converted(dataset: &str, variable: &str) -> bool {
    let mut derived = super::matching::forms_of(dataset).flat_map(|form| form.derived);
    derived.any(|(name, derived): &(&str, Derived)| *name == variable && derived.is_converted())
}
