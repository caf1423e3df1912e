//! Values in the standard unit of their test.

use tercel::grade::analyte::Analyte;
use tercel::grade::units::{Dimension, Unit, convert, rounded};

use super::test::LabTest;

/// From one unit to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conversion {
    analyte: Option<&'static Analyte>,
    /// The unit of the value.
    pub(crate) from: Unit,
    to: Unit,
}

impl Conversion {
    /// From a unit as written to the standard unit of a test; the error says what does not fit.
    pub(crate) fn to_standard(test: &'static LabTest, unit: &str) -> Result<Self, String> {
        let to = test
            .standard()
            .ok_or_else(|| format!("{} has no standard unit", test.code))?;
        Self::between(test.analyte, unit, to)?.ok_or_else(|| {
            let wanted = if test.unit.is_empty() { "a ratio" } else { test.unit };
            format!("unit \"{unit}\" does not convert to {wanted} for {}", test.code)
        })
    }

    /// From a unit as written to another; `None` where the units measure different things.
    pub(crate) fn between(analyte: Option<&'static Analyte>, unit: &str, to: Unit) -> Result<Option<Self>, String> {
        let spelled = spelling(unit);
        // A ratio is a number without a unit, and only a ratio.
        let readings = if spelled.is_empty() && to.dimension == Dimension::One {
            vec![to]
        } else {
            Unit::readings(&spelled).map_err(|error| error.to_string())?
        };
        let mut conversions = readings.into_iter().map(|from| Self { analyte, from, to });
        Ok(conversions.find(|conversion| conversion.of(1.0).is_some()))
    }

    /// A value in the other unit; `None` where the units measure different things.
    pub(crate) fn of(self, value: f64) -> Option<f64> {
        let Self { analyte, from, to } = self;
        if self.is_same() {
            return Some(value);
        }
        let converted = match analyte {
            Some(analyte) => convert(analyte, value, from, to)?,
            None if from.dimension == to.dimension => value * from.factor / to.factor,
            None => return None,
        };
        Some(rounded(converted))
    }

    /// Whether both measure the same, in units of another size.
    pub(crate) fn is_of_size(self) -> bool {
        self.from.dimension == self.to.dimension
    }

    /// Whether both are the same unit.
    pub(crate) fn is_same(self) -> bool {
        self.is_of_size() && (self.from.factor - self.to.factor).abs() <= 0.0
    }
}

/// A UCUM code without its annotations (`10*9{cells}/L`), unless nothing else is left (`{INR}`).
pub(crate) fn spelling(unit: &str) -> String {
    let unit = unit.trim();
    let mut plain = String::with_capacity(unit.len());
    let mut depth = 0_usize;
    for letter in unit.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let only_volume = plain.starts_with('/') && unit.starts_with('{');
    if plain.is_empty() || (only_volume && !unit.to_lowercase().contains("cell")) {
        return unit.to_owned();
    }
    plain
}
