//! Laboratory units: what a unit means, and how a value in one becomes a value in another.
//!
//! # What it derives
//! A [`Unit`] from its spelling (UCUM, SI, conventional), and [`convert`]: the one place where a laboratory value changes unit.
//!
//! # Source
//! `ucum2017` for the spellings; `bipm2019si` for the prefixes; molar masses with their sources in
//! [`analyte`](super::analyte); 1 µkat/L = 60 U/L by definition of the two.
//!
//! # Formula
//! Within a dimension: value × from.factor / to.factor. Mass to substance: mmol/L = 1000 × (g/L) / molar mass.
//! Milliequivalents: mmol/L = (mEq/L) / valence.
//!
//! # Example
//! ```
//! use tercel::grade::{analyte::Analyte, units::{convert, Unit}};
//! let creatinine = Analyte::named("creatinine").unwrap();
//! let (from, to) = (Unit::parse("mg/dL").unwrap(), Unit::parse("umol/L").unwrap());
//! let value = convert(creatinine, 1.2, from, to).unwrap();
//! assert!((value - 106.1).abs() < 0.05);
//! ```
//!
//! # Limits
//! An unknown spelling is an answer, never a guess. `10^3/mL` is refused as ambiguous: by its letters it is 10^6/L, but an
//! older code list uses it for 10^3/µL, and the two differ by a factor of a thousand. International units are taken as
//! enzyme units; no conversion leads to or from them except to katal.

use super::analyte::Analyte;
use crate::language::Words;

/// What a unit measures. Values convert within a dimension, and between mass, substance and charge if the test allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Cells per volume; base 10^9/L.
    Count,
    /// Mass per volume; base g/L.
    Mass,
    /// Amount of substance per volume; base mmol/L.
    Substance,
    /// Charge per volume; base mEq/L.
    Charge,
    /// Enzyme activity per volume; base U/L.
    Activity,
    /// Volume cleared per time; base mL/min.
    Clearance,
    /// Duration; base s.
    Time,
    /// Per cent.
    Percent,
    /// Ratio, or pH.
    One,
}

/// A unit of a laboratory value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// What it measures.
    pub dimension: Dimension,
    /// How many base units of its dimension one of it is.
    pub factor: f64,
}

/// Why a value has no unit that can be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UnitError {
    /// The value comes without a unit.
    #[error("the unit is missing")]
    Missing,
    /// The spelling is not known.
    #[error("unknown unit \"{0}\"")]
    Unknown(String),
    /// The spelling has two meanings in use.
    #[error("ambiguous unit \"{0}\": write 10^6/L or 10^3/uL")]
    Ambiguous(String),
    /// The unit measures something else than the limit it is compared with.
    #[error("unit \"{unit}\" does not convert to {wanted} for {analyte}")]
    Incompatible {
        /// The unit as written.
        unit: String,
        /// The unit that was needed.
        wanted: String,
        /// The test.
        analyte: &'static str,
    },
}

impl UnitError {
    /// What is wrong, in every language.
    pub fn words(&self) -> Words {
        let zh = match self {
            Self::Missing => "缺少单位".to_owned(),
            Self::Unknown(unit) => format!("未知单位“{unit}”"),
            Self::Ambiguous(unit) => format!("单位“{unit}”有歧义：请写10^6/L或10^3/uL"),
            Self::Incompatible { unit, wanted, analyte } => {
                format!("对于{analyte}，单位“{unit}”不能换算为{wanted}")
            }
        };
        Words {
            en: self.to_string(),
            zh,
        }
    }
}

impl Unit {
    /// The unit spelled so.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let first = Self::readings(text)?.into_iter().next();
        first.ok_or_else(|| UnitError::Unknown(text.trim().to_owned()))
    }

    /// What the spelling may mean, most literal first. Only `G/L` has two meanings: giga per litre, and grams per litre
    /// from a system that writes capitals; what is measured tells them apart.
    pub fn readings(text: &str) -> Result<Vec<Self>, UnitError> {
        let written = text.trim();
        if written.is_empty() {
            return Err(UnitError::Missing);
        }
        let plain = plain_spelling(written);
        if let Some(&(_, dimension, factor)) = WHOLE.iter().find(|(name, ..)| name.eq_ignore_ascii_case(&plain)) {
            return Ok(vec![Self { dimension, factor }]);
        }
        let unknown = || UnitError::Unknown(written.to_owned());
        let (top, bottom) = plain.split_once('/').ok_or_else(unknown)?;
        let litres = lookup(VOLUMES, bottom).ok_or_else(unknown)?;
        let mut readings = Vec::new();
        if let Some(cells) = count_of(top) {
            if is_legacy_thousand_per_ml(cells, litres) {
                return Err(UnitError::Ambiguous(written.to_owned()));
            }
            readings.push(Self::per_litre(Dimension::Count, cells, litres));
        }
        let amount = AMOUNTS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(top));
        readings.extend(amount.map(|&(_, dimension, factor)| Self::per_litre(dimension, factor, litres)));
        if readings.is_empty() {
            Err(unknown())
        } else {
            Ok(readings)
        }
    }

    fn per_litre(dimension: Dimension, amount: f64, litres: f64) -> Self {
        let factor = amount / litres;
        Self { dimension, factor }
    }
}

/// A value in another unit, or `None` where no conversion exists for the test.
pub fn convert(analyte: &Analyte, value: f64, from: Unit, to: Unit) -> Option<f64> {
    use Dimension::{Charge, Mass, Substance};
    let base = value * from.factor;
    let in_base = match (from.dimension, to.dimension) {
        (a, b) if a == b => base,
        (Mass, Substance) => 1000. * base / analyte.molar_mass?,
        (Substance, Mass) => base * analyte.molar_mass? / 1000.,
        (Charge, Substance) => base / analyte.valence?,
        (Substance, Charge) => base * analyte.valence?,
        (Charge, Mass) => base / analyte.valence? * analyte.molar_mass? / 1000.,
        (Mass, Charge) => 1000. * base / analyte.molar_mass? * analyte.valence?,
        _ => return None,
    };
    Some(in_base / to.factor)
}

/// `value` rounded to 15 significant digits, so that a product such as 2.5 × ULN equals the number printed on paper.
pub fn rounded(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

/// Units that are not an amount per volume: spelling, dimension, base units.
const WHOLE: &[(&str, Dimension, f64)] = &[
    ("s", Dimension::Time, 1.),
    ("sec", Dimension::Time, 1.),
    ("secs", Dimension::Time, 1.),
    ("second", Dimension::Time, 1.),
    ("seconds", Dimension::Time, 1.),
    ("min", Dimension::Time, 60.),
    ("mL/min", Dimension::Clearance, 1.),
    ("mL/s", Dimension::Clearance, 60.),
    ("L/h", Dimension::Clearance, 1000. / 60.),
    ("%", Dimension::Percent, 1.),
    ("percent", Dimension::Percent, 1.),
    ("1", Dimension::One, 1.),
    ("ratio", Dimension::One, 1.),
    ("{ratio}", Dimension::One, 1.),
    ("INR", Dimension::One, 1.),
    ("{INR}", Dimension::One, 1.),
    ("fraction", Dimension::One, 1.),
    ("unitless", Dimension::One, 1.),
    ("pH", Dimension::One, 1.),
    ("{pH}", Dimension::One, 1.),
    ("[pH]", Dimension::One, 1.),
    ("g%", Dimension::Mass, 10.),
    ("gm%", Dimension::Mass, 10.),
    ("mg%", Dimension::Mass, 1e-2),
    ("mM", Dimension::Substance, 1.),
    ("uM", Dimension::Substance, 1e-3),
];

/// Amounts: spelling, dimension, base units of that dimension (per litre).
const AMOUNTS: &[(&str, Dimension, f64)] = &[
    ("g", Dimension::Mass, 1.),
    ("gm", Dimension::Mass, 1.),
    ("mg", Dimension::Mass, 1e-3),
    ("ug", Dimension::Mass, 1e-6),
    ("mcg", Dimension::Mass, 1e-6),
    ("ng", Dimension::Mass, 1e-9),
    ("pg", Dimension::Mass, 1e-12),
    ("mol", Dimension::Substance, 1e3),
    ("mmol", Dimension::Substance, 1.),
    ("mmol(Fe)", Dimension::Substance, 1.),
    ("umol", Dimension::Substance, 1e-3),
    ("mcmol", Dimension::Substance, 1e-3),
    ("micromol", Dimension::Substance, 1e-3),
    ("nmol", Dimension::Substance, 1e-6),
    ("pmol", Dimension::Substance, 1e-9),
    ("meq", Dimension::Charge, 1.),
    ("mval", Dimension::Charge, 1.),
    ("eq", Dimension::Charge, 1e3),
    ("U", Dimension::Activity, 1.),
    ("IU", Dimension::Activity, 1.),
    ("[IU]", Dimension::Activity, 1.),
    ("[iU]", Dimension::Activity, 1.),
    ("kU", Dimension::Activity, 1e3),
    ("mU", Dimension::Activity, 1e-3),
    ("mIU", Dimension::Activity, 1e-3),
    ("m[IU]", Dimension::Activity, 1e-3),
    ("uU", Dimension::Activity, 1e-6),
    ("uIU", Dimension::Activity, 1e-6),
    ("u[IU]", Dimension::Activity, 1e-6),
    ("ukat", Dimension::Activity, 60.),
    ("nkat", Dimension::Activity, 0.06),
];

/// Numbers of cells, in 10^9.
const COUNTS: &[(&str, f64)] = &[
    ("", 1e-9),
    ("1", 1e-9),
    ("#", 1e-9),
    ("cell", 1e-9),
    ("cells", 1e-9),
    ("{cells}", 1e-9),
    ("10^3", 1e-6),
    ("1000", 1e-6),
    ("k", 1e-6),
    ("thou", 1e-6),
    ("thousand", 1e-6),
    ("tsd", 1e-6),
    ("10^6", 1e-3),
    ("mio", 1e-3),
    ("10^9", 1.),
    ("gi", 1.),
    ("giga", 1.),
    ("10^12", 1e3),
    ("ti", 1e3),
];

/// Volumes in litres.
const VOLUMES: &[(&str, f64)] = &[
    ("l", 1.),
    ("dl", 0.1),
    ("100ml", 0.1),
    ("ml", 1e-3),
    ("ul", 1e-6),
    ("mcl", 1e-6),
    ("nl", 1e-9),
    ("mm3", 1e-6),
    ("mm^3", 1e-6),
    ("cmm", 1e-6),
    ("cumm", 1e-6),
];

fn lookup(table: &[(&str, f64)], name: &str) -> Option<f64> {
    let found = table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|&(_, factor)| factor)
}

/// The number of cells in 10^9. Giga is a capital letter, a gram is not.
fn count_of(top: &str) -> Option<f64> {
    if top == "G" {
        return Some(1.);
    }
    lookup(COUNTS, top)
}

fn is_legacy_thousand_per_ml(cells: f64, litres: f64) -> bool {
    cells.to_bits() == 1e-6_f64.to_bits() && litres.to_bits() == 1e-3_f64.to_bits()
}

/// One spelling for each way to write a power of ten, a micro sign or a cubic millimetre.
fn plain_spelling(written: &str) -> String {
    let mut plain: String = written.chars().filter(|letter| !letter.is_whitespace()).collect();
    // Most units are plain already.
    if plain.is_ascii() && !plain.contains(['*', '(', '+', 'e', 'E', 'x', 'X']) && !plain.contains("^0") {
        return plain;
    }
    for (from, to) in [
        ("\u{b5}", "u"),
        ("\u{3bc}", "u"),
        ("\u{b3}", "^3"),
        ("\u{2076}", "^6"),
        ("\u{2079}", "^9"),
        ("\u{b9}\u{b2}", "^12"),
        ("\u{d7}", "x"),
        ("**", "^"),
        ("10(3)", "10^3"),
        ("10(6)", "10^6"),
        ("10(9)", "10^9"),
        ("10*", "10^"),
        ("10e", "10^"),
        ("10E", "10^"),
        ("^+", "^"),
        ("^0", "^"),
    ] {
        plain = plain.replace(from, to);
    }
    let power = plain
        .strip_prefix(['x', 'X', '*'])
        .filter(|rest| rest.starts_with("10^"));
    let plain = power.map_or(plain.clone(), str::to_owned);
    match plain.split_once("cells/") {
        Some((power, volume)) if !power.is_empty() => format!("{power}/{volume}"),
        Some(_) | None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_unit(analyte: &str, value: f64, from: &str, to: &str) -> f64 {
        let analyte = Analyte::named(analyte).unwrap();
        rounded(convert(analyte, value, Unit::parse(from).unwrap(), Unit::parse(to).unwrap()).unwrap())
    }

    #[test]
    fn one_count_in_every_spelling_is_the_same_count() {
        for (value, unit) in [
            (1.5, "10^9/L"),
            (1.5, "10*9/L"),
            (1.5, "x10^9/L"),
            (1.5, "x 10e9 /L"),
            (1.5, "10E9/L"),
            (1.5, "X10E+09/L"),
            (1.5, "GI/L"),
            (1.5, "G/L"),
            (1.5, "10\u{2079}/L"),
            (1.5, "K/uL"),
            (1.5, "10^3/\u{b5}L"),
            (1.5, "10*3/uL"),
            (1.5, "\u{d7}10\u{b3}/\u{3bc}L"),
            (1.5, "THOU/uL"),
            (1.5, "10^3/mm3"),
            (1.5, "10^6/mL"),
            (1.5, "x10(9)/L"),
            (1.5, "/nL"),
            (1500., "/uL"),
            (1500., "/mm3"),
            (1500., "/mm\u{b3}"),
            (1500., "cells/uL"),
            (1500., "1/uL"),
            (1500., "10^6/L"),
            (1500., "10^6 cells/L"),
        ] {
            assert!(
                (in_unit("neutrophils", value, unit, "10^9/L") - 1.5).abs() < 1e-14,
                "{unit}"
            );
        }
    }

    #[test]
    fn molar_factors_are_those_of_clinical_tables() {
        for (analyte, from, to, factor, half_digit) in [
            ("creatinine", "mg/dL", "umol/L", 88.42, 0.005),
            ("bilirubin", "mg/dL", "\u{b5}mol/L", 17.104, 0.0005),
            ("glucose", "mmol/L", "mg/dL", 18.016, 0.0005),
            ("calcium", "mmol/L", "mg/dL", 4.008, 0.0005),
            ("urea", "mmol/L", "mg/dL", 6.006, 0.0005),
            ("uric acid", "mg/dL", "umol/L", 59.48, 0.005),
            ("magnesium", "mmol/L", "mg/L", 24.305, 0.0005),
            ("phosphate", "mmol/L", "mg/L", 30.974, 0.0005),
            ("haemoglobin", "mmol/L", "g/dL", 1.6114, 0.00005),
            ("cholesterol", "mmol/L", "mg/dL", 38.67, 0.005),
            ("triglycerides", "mmol/L", "mg/dL", 88.57, 0.005),
            ("potassium", "mEq/L", "mmol/L", 1., 1e-12),
            ("calcium", "mEq/L", "mmol/L", 0.5, 1e-12),
            ("ALT", "ukat/L", "U/L", 60., 1e-12),
            ("fibrinogen", "g/L", "mg/dL", 100., 1e-12),
        ] {
            let got = in_unit(analyte, 1., from, to);
            assert!((got - factor).abs() <= half_digit, "{analyte} {from} to {to}: {got}");
            assert!((in_unit(analyte, got, to, from) - 1.).abs() < 1e-12, "{analyte} back");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        assert_eq!(Unit::parse("furlong"), Err(UnitError::Unknown("furlong".into())));
        assert_eq!(Unit::parse("10^9"), Err(UnitError::Unknown("10^9".into())));
        assert_eq!(Unit::parse(" "), Err(UnitError::Missing));
        assert!(matches!(Unit::parse("10^3/mL"), Err(UnitError::Ambiguous(_))));
        let alt = Analyte::named("ALT").unwrap();
        let (g, u) = (Unit::parse("g/L").unwrap(), Unit::parse("U/L").unwrap());
        assert_eq!(convert(alt, 1., g, u), None);
    }

    #[test]
    fn capital_g_per_litre_may_be_giga_or_gram() {
        let readings = Unit::readings("G/L").unwrap();
        let dimensions: Vec<_> = readings.iter().map(|unit| unit.dimension).collect();
        assert_eq!(dimensions, [Dimension::Count, Dimension::Mass]);
        assert_eq!(Unit::readings("g/L").unwrap().len(), 1);
    }
}
