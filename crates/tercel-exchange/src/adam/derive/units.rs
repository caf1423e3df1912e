//! One unit and one name for each parameter, and the values of its records in that unit.
//!
//! Laboratory values convert as for grading ([`tercel::grade::units`]), vital signs as where they are received, diameters as
//! where they are read.

use tercel::grade::analyte::Analyte;
use tercel::grade::units::{Dimension, Unit, convert};

use super::cells::{as_exact_as, number};
use crate::inbound::{VITALS, vital_unit};
use crate::sdtm::LENGTHS;

/// The unit of diameters.
pub(super) const MILLIMETRES: &str = "mm";

/// The spellings met in the records of one parameter, in order, and how many records with a value have each.
#[derive(Debug, Default)]
pub(super) struct Spellings(Vec<(String, usize)>);

impl Spellings {
    /// Counts a record; a blank says nothing.
    pub(super) fn count(&mut self, text: &str, has_value: bool) {
        if text.is_empty() {
            return;
        }
        let known = self.0.iter_mut().find(|(known, _)| known == text);
        if let Some((_, times)) = known {
            *times += usize::from(has_value);
        } else {
            self.0.push((text.to_owned(), usize::from(has_value)));
        }
    }

    /// The one that most have, of several the first; blank where no record has any.
    pub(super) fn commonest(&self) -> &str {
        let last_wins = self.0.iter().rev().max_by_key(|(_, times)| *times);
        last_wins.map_or("", |(text, _)| text)
    }
}

/// A recorded number in the unit of its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum InUnit {
    /// Nothing was recorded.
    Blank,
    /// As recorded.
    AsRecorded(f64),
    /// Converted from another unit.
    Converted(f64),
    /// Its unit does not convert.
    Apart,
}

impl InUnit {
    pub(super) fn of(recorded: Option<f64>, convert: impl FnOnce(f64) -> Option<f64>) -> Self {
        let Some(recorded) = recorded else {
            return Self::Blank;
        };
        match convert(recorded) {
            None => Self::Apart,
            Some(same) if same.to_bits() == recorded.to_bits() => Self::AsRecorded(recorded),
            Some(other) => Self::Converted(as_exact_as(other, other.abs())),
        }
    }

    /// The value of analysis.
    pub(super) fn value(self) -> Option<f64> {
        match self {
            Self::AsRecorded(value) | Self::Converted(value) => Some(value),
            Self::Blank | Self::Apart => None,
        }
    }

    /// The value as a text: that of the record, unless it is in another unit.
    pub(super) fn text(self, recorded: &str, unit: &str) -> String {
        match self {
            Self::Blank | Self::AsRecorded(_) => recorded.to_owned(),
            Self::Converted(value) => number(value),
            Self::Apart => format!("{recorded} {unit}").trim_end().to_owned(),
        }
    }

    /// The unit of the value: that of the parameter, where the record has one.
    pub(super) fn unit<'u>(self, recorded: &str, of_parameter: &'u str) -> &'u str {
        match self {
            Self::AsRecorded(_) | Self::Converted(_) => of_parameter,
            Self::Blank if !recorded.is_empty() => of_parameter,
            Self::Blank | Self::Apart => "",
        }
    }
}

/// `PARAM`: the name with the unit; the code where there is no name.
pub(super) fn label(code: &str, name: &str, unit: &str) -> String {
    match [name, unit] {
        ["", _] => code.to_owned(),
        [name, ""] => name.to_owned(),
        [name, unit] => format!("{name} ({unit})"),
    }
}

/// Says that values are in a unit that does not convert.
pub(super) fn apart(of: &str, times: usize, unit: &str, wanted: &str) -> String {
    let values = if times == 1 {
        "1 value"
    } else {
        &format!("{times} values")
    };
    let unit = match unit {
        "" => "without a unit".to_owned(),
        unit => format!("in \"{unit}\", which does not convert"),
    };
    format!(
        "{of}: {values} {unit}: the parameter is in {wanted}; they have no AVAL and take no part in BASE, CHG and PCHG"
    )
}

/// A laboratory value in another unit. A ratio needs no unit; between mass, substance and charge the analyte decides.
pub(super) fn laboratory(analyte: Option<&Analyte>, value: f64, from: &str, to: &str) -> Option<f64> {
    if from == to {
        return Some(value);
    }
    let wanted = Unit::readings(to).ok()?;
    let is_ratio = wanted.iter().any(|unit| unit.dimension == Dimension::One);
    let given = Unit::readings(if from.is_empty() && is_ratio { "1" } else { from }).ok()?;
    let pairs = || given.iter().flat_map(|from| wanted.iter().map(move |to| (*from, *to)));
    if let Some((from, to)) = pairs().find(|(from, to)| from.dimension == to.dimension) {
        let same = from.factor.to_bits() == to.factor.to_bits();
        return Some(if same { value } else { value * from.factor / to.factor });
    }
    pairs().find_map(|(from, to)| convert(analyte?, value, from, to))
}

/// The standard unit of a vital sign, where the unit it is mostly recorded in converts to it; else that unit.
pub(super) fn vital_sign_unit<'u>(test: &str, commonest: &'u str) -> &'u str {
    let standard = standard(test).filter(|standard| vital_unit(standard, commonest).is_some());
    standard.unwrap_or(commonest)
}

fn standard(test: &str) -> Option<&'static str> {
    let known = VITALS.iter().find(|(code, ..)| *code == test);
    known.map(|(_, _, standard, _)| *standard)
}

/// A vital sign in the unit of its parameter.
pub(super) fn vital_sign(value: f64, from: &str, to: &str) -> Option<f64> {
    if from == to {
        return Some(value);
    }
    let (factor, shift) = vital_unit(to, from)?;
    Some(value * factor + shift)
}

/// A diameter in millimetres; one without a unit is in millimetres.
pub(super) fn millimetres(value: f64, from: &str) -> Option<f64> {
    if from.is_empty() {
        return Some(value);
    }
    let known = LENGTHS.iter().find(|(name, _)| name.eq_ignore_ascii_case(from));
    known.map(|(_, factor)| value * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(test: &str, value: f64, from: &str, to: &str) -> Option<f64> {
        InUnit::of(Some(value), |value| laboratory(Analyte::named(test), value, from, to)).value()
    }

    #[test]
    fn a_laboratory_value_converts_within_a_dimension_and_by_its_analyte_else_not() {
        assert_eq!(of("NEUT", 860.0, "/uL", "10^9/L"), Some(0.86));
        assert_eq!(of("NEUT", 0.86, "10*9/L", "10^9/L"), Some(0.86));
        let creatinine = of("CREAT", 1.0, "mg/dL", "umol/L").unwrap();
        assert!((creatinine - 88.42).abs() < 0.005, "{creatinine}");
        assert_eq!(of("no analyte", 5.0, "mg/dL", "mg/L"), Some(50.0));
        assert_eq!(of("no analyte", 5.0, "mg/dL", "mmol/L"), None);
        assert_eq!(of("NEUT", 40.0, "%", "10^9/L"), None);
        assert_eq!(of("NEUT", 40.0, "", "10^9/L"), None);
        assert_eq!(of("no analyte", 40.0, "spoons", "spoons"), Some(40.0));
        assert_eq!(of("INR", 1.1, "", "ratio"), Some(1.1));
        // Grams, not giga, where the other unit is one of mass.
        assert_eq!(of("HGB", 120.0, "G/L", "g/dL"), Some(12.0));
    }

    #[test]
    fn vital_signs_have_their_standard_unit_and_diameters_millimetres() {
        assert_eq!(vital_sign_unit("TEMP", "F"), "C");
        assert_eq!(vital_sign_unit("TEMP", "K"), "K");
        assert_eq!(vital_sign_unit("BMI", "kg/m2"), "kg/m2");
        let celsius = InUnit::of(Some(98.6), |value| vital_sign(value, "F", "C"));
        assert_eq!(celsius, InUnit::Converted(37.0));
        assert_eq!(vital_sign(37.0, "", "C"), None);
        assert_eq!(millimetres(3.9, "cm"), Some(39.0));
        assert_eq!(millimetres(3.9, "in"), None);
    }

    #[test]
    fn the_unit_of_most_values_is_that_of_the_parameter_and_of_as_many_the_first() {
        let mut units = Spellings::default();
        assert_eq!(units.commonest(), "");
        for (unit, has_value) in [("a", true), ("b", true), ("c", false), ("c", false), ("", true)] {
            units.count(unit, has_value);
        }
        assert_eq!(units.commonest(), "a");
        units.count("b", true);
        assert_eq!(units.commonest(), "b");
    }
}
