//! Laboratory tests and vital signs by code: names, standard units, and what their LOINC codes measure.
//!
//! Sources: LBTESTCD and VSTESTCD of CDISC SDTM terminology 2025-03-28; LOINC codes with the property of their long common
//! names ([Mass/volume], [Moles/volume], [#/volume], [Enzymatic activity/volume]). LOINC is copyright Regenstrief Institute, Inc.,
//! free of charge under its licence at loinc.org/license. The least and most of a result are this program's own and only
//! ask: they lie an order of magnitude beyond what is reported, so that a result outside them has another unit or a slip.

use std::collections::HashMap;
use std::sync::LazyLock;

use tercel::grade::analyte::Analyte;
use tercel::grade::units::{Dimension, Unit};

/// A laboratory test.
#[derive(Debug, Clone, PartialEq)]
pub struct LabTest {
    /// `LBTESTCD`.
    pub code: &'static str,
    /// `LBTEST`.
    pub name: &'static str,
    /// Unit of the standard result, as `LBSTRESU`; blank for a ratio.
    pub unit: &'static str,
    /// Least and most of a result, in that unit.
    pub limits: (f64, f64),
    /// The test as the grading knows it.
    pub analyte: Option<&'static Analyte>,
}

/// A LOINC code.
#[derive(Debug, Clone, PartialEq)]
pub struct LoincCode {
    /// The code.
    pub loinc: &'static str,
    /// `LB` or `VS`.
    pub dataset: &'static str,
    /// Code of the test in that dataset.
    pub code: &'static str,
    /// What it measures, where results may come in several kinds of unit.
    pub property: Option<Dimension>,
}

const LABORATORY: &str = include_str!("../../data/inbound/laboratory.csv");
const LOINC: &str = include_str!("../../data/inbound/loinc.csv");

static TESTS: LazyLock<Vec<LabTest>> = LazyLock::new(|| {
    let rows = rows(LABORATORY);
    rows.filter_map(|row| {
        let [code, name, unit, low, high] = row;
        Some(LabTest {
            code,
            name,
            unit,
            limits: (low.parse().ok()?, high.parse().ok()?),
            analyte: Analyte::named(code),
        })
    })
    .collect()
});

static CODES: LazyLock<HashMap<&'static str, LoincCode>> = LazyLock::new(|| {
    let codes = rows(LOINC).map(|[loinc, dataset, code, property]| LoincCode {
        loinc,
        dataset,
        code,
        property: dimension(property),
    });
    codes.map(|code| (code.loinc, code)).collect()
});

/// The rows of a data file below its header; the one text with a comma in it stands in quotation marks.
fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().skip(1).filter_map(|line| {
        let mut cells = [""; N];
        let (mut rest, mut at) = (line, 0);
        while let Some(cell) = cells.get_mut(at) {
            let quoted = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            let (text, more) = match quoted {
                Some((text, more)) => (text, more.strip_prefix(',')),
                None => rest
                    .split_once(',')
                    .map_or((rest, None), |(text, more)| (text, Some(more))),
            };
            *cell = text;
            at += 1;
            match more {
                Some(more) => rest = more,
                None => break,
            }
        }
        (at == N).then_some(cells)
    })
}

fn dimension(property: &str) -> Option<Dimension> {
    Some(match property {
        "mass" => Dimension::Mass,
        "substance" => Dimension::Substance,
        "activity" => Dimension::Activity,
        "count" => Dimension::Count,
        "clearance" => Dimension::Clearance,
        "time" => Dimension::Time,
        "percent" => Dimension::Percent,
        "one" => Dimension::One,
        _ => return None,
    })
}

/// Every laboratory test with a standard unit.
pub fn lab_tests() -> &'static [LabTest] {
    &TESTS
}

/// Every LOINC code that is known, in order.
pub fn loinc_codes() -> Vec<&'static LoincCode> {
    let mut codes: Vec<&LoincCode> = CODES.values().collect();
    codes.sort_by_key(|code| code.loinc);
    codes
}

/// What a LOINC code measures.
pub(crate) fn loinc(code: &str) -> Option<&'static LoincCode> {
    CODES.get(code)
}

impl LabTest {
    /// The test of a code or of a name the grading knows.
    pub fn named(text: &str) -> Option<&'static Self> {
        let same = |test: &&LabTest| test.code.eq_ignore_ascii_case(text) || test.name.eq_ignore_ascii_case(text);
        if let Some(test) = TESTS.iter().find(same) {
            return Some(test);
        }
        let analyte = Analyte::named(text)?;
        TESTS.iter().find(|test| test.analyte == Some(analyte))
    }

    /// The standard unit.
    pub(crate) fn standard(&self) -> Option<Unit> {
        Unit::parse(if self.unit.is_empty() { "1" } else { self.unit }).ok()
    }
}

/// Vital signs: code, name, standard unit, least and most of a reading.
pub(crate) const VITALS: [(&str, &str, &str, (f64, f64)); 9] = [
    ("TEMP", "Temperature", "C", (20.0, 46.0)),
    ("SYSBP", "Systolic Blood Pressure", "mmHg", (20.0, 350.0)),
    ("DIABP", "Diastolic Blood Pressure", "mmHg", (5.0, 250.0)),
    ("PULSE", "Pulse Rate", "beats/min", (10.0, 350.0)),
    ("HR", "Heart Rate", "beats/min", (10.0, 350.0)),
    ("RESP", "Respiratory Rate", "breaths/min", (2.0, 150.0)),
    ("OXYSAT", "Oxygen Saturation", "%", (10.0, 100.0)),
    ("WEIGHT", "Weight", "kg", (1.0, 500.0)),
    ("HEIGHT", "Height", "cm", (20.0, 260.0)),
];

/// Factor and shift from a unit of a vital sign to its standard unit: pound and inch by the international agreement of 1959.
pub(crate) fn vital_unit(standard: &str, unit: &str) -> Option<(f64, f64)> {
    const PER_MINUTE: [&str; 6] = [
        "/min",
        "{beats}/min",
        "beats/min",
        "bpm",
        "{breaths}/min",
        "breaths/min",
    ];
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(unit));
    match standard {
        "C" if is(&["Cel", "C", "°C", "degC"]) => Some((1.0, 0.0)),
        "C" if is(&["[degF]", "F", "°F", "degF"]) => Some((5.0 / 9.0, -160.0 / 9.0)),
        "mmHg" if is(&["mm[Hg]", "mmHg"]) => Some((1.0, 0.0)),
        "mmHg" if is(&["kPa"]) => Some((760.0 / 101.325, 0.0)),
        "beats/min" | "breaths/min" if is(&PER_MINUTE) => Some((1.0, 0.0)),
        "%" if is(&["%"]) => Some((1.0, 0.0)),
        "kg" if is(&["kg"]) => Some((1.0, 0.0)),
        "kg" if is(&["g"]) => Some((1e-3, 0.0)),
        "kg" if is(&["[lb_av]", "lb", "lbs"]) => Some((0.453_592_37, 0.0)),
        "cm" if is(&["cm"]) => Some((1.0, 0.0)),
        "cm" if is(&["m"]) => Some((100.0, 0.0)),
        "cm" if is(&["[in_i]", "in"]) => Some((2.54, 0.0)),
        _ => None,
    }
}
