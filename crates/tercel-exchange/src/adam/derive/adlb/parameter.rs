//! Parameters of `ADLB`: their codes, and the terms of the CTCAE they are graded by.

use std::collections::BTreeMap;

use tercel::grade::analyte::Analyte;
use tercel::grade::criteria::{Direction, LabCriteria, LabTerm};
use tercel::grade::ctcae::Ctcae;

use super::units;

/// The tests that admiral knows: test, parameter, low and high term of 5.0. Any other is its own parameter, graded by the terms of
/// its analyte.
const PARAMETERS: [(&str, &str, &str, &str); 38] = [
    ("ALB", "ALB", "Hypoalbuminemia", ""),
    ("ALP", "ALKPH", "", "Alkaline phosphatase increased"),
    ("ALT", "ALT", "", "Alanine aminotransferase increased"),
    ("AST", "AST", "", "Aspartate aminotransferase increased"),
    ("BASO", "BASO", "", ""),
    ("BILI", "BILI", "", "Blood bilirubin increased"),
    ("BUN", "BUN", "", ""),
    ("CA", "CA", "Hypocalcemia", "Hypercalcemia"),
    ("CHOL", "CHOLES", "", "Cholesterol high"),
    ("CK", "CK", "", "CPK increased"),
    ("CL", "CL", "", ""),
    ("CREAT", "CREAT", "", "Creatinine increased"),
    ("EOS", "EOS", "", ""),
    ("GGT", "GGT", "", "GGT increased"),
    ("GLUC", "GLUC", "Hypoglycemia", "Glucose intolerance"),
    ("HGB", "HGB", "Anemia", "Hemoglobin increased"),
    ("K", "POTAS", "Hypokalemia", "Hyperkalemia"),
    ("KETONES", "KETON", "", ""),
    (
        "LYM",
        "LYMPH",
        "Lymphocyte count decreased",
        "Lymphocyte count increased",
    ),
    ("LYMLE", "LYMPHLE", "", ""),
    ("MACROCY", "MACROC", "", ""),
    ("MICROCY", "MICROC", "", ""),
    ("MONO", "MONO", "", ""),
    // The pH of urine; that of blood is reported under its own code.
    ("PH", "PH", "", ""),
    ("PHOS", "PHOS", "Hypophosphatemia", ""),
    ("PLAT", "PLAT", "Platelet count decreased", ""),
    ("POIKILO", "POIKIL", "", ""),
    ("POLYCHR", "POLYCH", "", ""),
    ("PROT", "PROT", "", ""),
    ("RBC", "RBC", "", ""),
    ("SODIUM", "SODIUM", "Hyponatremia", "Hypernatremia"),
    ("SPGRAV", "SPGRAV", "", ""),
    ("TSH", "TSH", "", ""),
    ("URATE", "URATE", "", "Hyperuricemia"),
    ("UROBIL", "UROBIL", "", ""),
    ("CHOLES", "CHOLES", "", "Cholesterol high"),
    ("VITB12", "VITB12", "", ""),
    ("WBC", "WBC", "White blood cell decreased", "Leukocytosis"),
];

/// The parameters of all tests, by test. What two specimens have in common has a code for each: that of blood, and with the
/// first letter of the other (`GLUC`, `GLUCU`).
pub(super) fn all_of(version: Ctcae, tests: impl Iterator<Item = String>) -> BTreeMap<String, Parameter> {
    let mut parameters: BTreeMap<String, Parameter> = BTreeMap::new();
    for test in tests {
        parameters.entry(test).or_insert_with_key(|test| {
            let elsewhere = test.strip_suffix(')').and_then(|test| test.split_once(" ("));
            elsewhere.map_or_else(
                || Parameter::of(version, test),
                |(test, specimen)| Parameter::in_specimen(test, specimen),
            )
        });
    }
    let of_blood = parameters.values().filter(|parameter| parameter.specimen.is_none());
    let mut codes: Vec<String> = of_blood.map(|parameter| parameter.code.clone()).collect();
    for parameter in parameters.values_mut() {
        let Some(specimen) = &parameter.specimen else { continue };
        let short: String = parameter.code.chars().take(6).collect();
        let marks = std::iter::once(String::new())
            .chain(specimen.chars().next().map(String::from))
            .chain((1..=99).map(|number| number.to_string()));
        let candidates = marks.map(|mark| {
            if mark.is_empty() {
                parameter.code.clone()
            } else {
                format!("{short}{mark}")
            }
        });
        let free = candidates.into_iter().find(|code| !codes.contains(code));
        parameter.code = free.unwrap_or_else(|| parameter.code.clone());
        codes.push(parameter.code.clone());
    }
    parameters
}

/// A parameter with the terms of one version.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    /// Its code.
    pub(super) code: String,
    /// Its name, blank where no record has one.
    name: String,
    /// Its specimen, where that is not blood.
    specimen: Option<String>,
    /// Its unit, blank where no record has one.
    pub(super) unit: String,
    /// What is measured, where the grading knows it.
    pub(super) analyte: Option<&'static Analyte>,
    /// The term of low values.
    pub(super) low: Term,
    /// The term of high values.
    pub(super) high: Term,
}

/// A term as the dataset names it, and its criteria.
#[derive(Debug, Clone, Default)]
pub(super) struct Term {
    /// Blank where there is none.
    pub(super) name: String,
    criteria: Option<&'static LabTerm>,
}

impl Parameter {
    /// The parameter of a test in another specimen than blood: CTCAE grades none.
    fn in_specimen(test: &str, specimen: &str) -> Self {
        let known = PARAMETERS.iter().find(|(known, ..)| *known == test);
        Self {
            code: known.map_or(test, |(_, code, ..)| code).to_owned(),
            name: String::new(),
            specimen: Some(specimen.to_owned()),
            unit: String::new(),
            analyte: Analyte::named(test),
            low: Term::default(),
            high: Term::default(),
        }
    }

    /// The parameter of a test, and the terms it is graded by.
    fn of(version: Ctcae, test: &str) -> Self {
        if let Some((_, code, low, high)) = PARAMETERS.iter().find(|(known, ..)| *known == test) {
            return Self {
                code: (*code).to_owned(),
                name: String::new(),
                specimen: None,
                unit: String::new(),
                analyte: Analyte::named(test),
                low: Term::named(version, test, low, Direction::Low),
                high: Term::named(version, test, high, Direction::High),
            };
        }
        Self {
            code: test.to_owned(),
            name: String::new(),
            specimen: None,
            unit: String::new(),
            analyte: Analyte::named(test),
            low: Term::of_test(version, test, Direction::Low),
            high: Term::of_test(version, test, Direction::High),
        }
    }

    /// Gives it the name and the unit that its records have.
    pub(super) fn settle(&mut self, name: &str, unit: &str) {
        (self.name, self.unit) = (name.to_owned(), unit.to_owned());
    }

    /// Its name with its unit, or its code; with the specimen where that is not blood.
    pub(super) fn label(&self) -> String {
        let label = units::label(&self.code, &self.name, &self.unit);
        match &self.specimen {
            Some(specimen) => format!("{label}, {specimen}"),
            None => label,
        }
    }

    /// Whether values of it have a grade in some direction.
    pub(super) fn has_term(&self) -> bool {
        !self.low.name.is_empty() || !self.high.name.is_empty()
    }
}

impl Term {
    /// A term of 5.0; in another version the term its test has there.
    fn named(version: Ctcae, test: &str, name: &str, direction: Direction) -> Self {
        match (name, version) {
            ("", _) => Self::default(),
            (name, Ctcae::V5) => Self {
                name: name.to_owned(),
                criteria: LabCriteria::of(version)
                    .find(name)
                    .and_then(|found| found.first().copied()),
            },
            (_, Ctcae::V6) => Self::of_test(version, test, direction),
        }
    }

    fn of_test(version: Ctcae, test: &str, direction: Direction) -> Self {
        let found = LabCriteria::of(version).find(test).unwrap_or_default();
        let criteria = found.into_iter().find(|term| term.direction == direction);
        Self {
            name: criteria.map_or_else(String::new, |term| term.nci_term.clone()),
            criteria,
        }
    }

    /// The criteria, where a value decides by them.
    pub(super) fn by_value(&self) -> Option<&'static LabTerm> {
        self.criteria.filter(|term| term.is_graded_by_value())
    }
}
