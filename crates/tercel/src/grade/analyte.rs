//! Laboratory tests by name: what they are called, and what conversion between unit systems needs to know of them.
//!
//! # What it derives
//! The [`Analyte`] meant by a name: an English name, a common abbreviation or an SDTM test code, in any case, with British
//! or American spelling.
//!
//! # Source
//! Test codes: CDISC controlled terminology LBTESTCD. Molar masses: sums of standard atomic weights (`iupac2021weights`),
//! rounded as clinical conversion tables print them (`young1987si`); haemoglobin is the monomer with one iron (`icsh1987`).
//!
//! # Formula
//! mmol/L = 1000 × (g/L) / (molar mass in g/mol).
//!
//! # Example
//! ```
//! use tercel::grade::analyte::Analyte;
//! let haemoglobin = Analyte::named("Haemoglobin").unwrap();
//! assert_eq!(haemoglobin, Analyte::named("HGB").unwrap());
//! ```
//!
//! # Limits
//! A test whose name does not say the specimen is refused where the specimen changes the meaning: `PH` alone may be urine.

/// A laboratory test.
#[derive(Debug, PartialEq)]
pub struct Analyte {
    /// The name used in tables and messages.
    pub name: &'static str,
    names: &'static [&'static str],
    /// Grams per mole, where a laboratory may report mass or substance concentration.
    pub molar_mass: Option<f64>,
    /// The test of which this is a special case.
    pub(crate) kind_of: Option<&'static str>,
    /// Charge number, where a laboratory may report milliequivalents.
    pub valence: Option<f64>,
}

impl Analyte {
    /// Every test known.
    pub const ALL: &'static [Self] = ANALYTES;

    /// The test of this name, abbreviation or SDTM code.
    pub fn named(name: &str) -> Option<&'static Self> {
        let key = name_key(name);
        Self::ALL
            .iter()
            .find(|analyte| analyte.all_names().any(|known| name_key(known) == key))
    }

    /// Whether this is one of its names, in any case: quicker than [`Analyte::named`], without spelling variants.
    pub fn is_called(&self, name: &str) -> bool {
        self.all_names().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Every name it goes by, the first being [`Analyte::name`].
    pub fn all_names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.names.iter().copied())
    }
}

/// A name without case, punctuation and the British digraphs, so that spellings of one word compare equal.
pub(crate) fn name_key(name: &str) -> String {
    let letters: String = name
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect();
    letters.replace("ae", "e").replace("oe", "e").replace("leuco", "leuko")
}

const fn test(name: &'static str, names: &'static [&'static str]) -> Analyte {
    Analyte {
        name,
        names,
        molar_mass: None,
        kind_of: None,
        valence: None,
    }
}

const fn molar(name: &'static str, names: &'static [&'static str], molar_mass: f64) -> Analyte {
    Analyte {
        molar_mass: Some(molar_mass),
        ..test(name, names)
    }
}

const fn ion(name: &'static str, names: &'static [&'static str], molar_mass: f64, valence: f64) -> Analyte {
    Analyte {
        valence: Some(valence),
        ..molar(name, names, molar_mass)
    }
}

const ANALYTES: &[Analyte] = &[
    test(
        "ALT",
        &[
            "alanine aminotransferase",
            "alanine transaminase",
            "SGPT",
            "GPT",
            "ALAT",
        ],
    ),
    test(
        "AST",
        &[
            "aspartate aminotransferase",
            "aspartate transaminase",
            "SGOT",
            "GOT",
            "ASAT",
        ],
    ),
    test("ALP", &["ALKPH", "alkaline phosphatase"]),
    test(
        "GGT",
        &[
            "gamma glutamyl transferase",
            "gamma glutamyltransferase",
            "gamma GT",
            "GGTP",
        ],
    ),
    test("LDH", &["LD", "lactate dehydrogenase", "blood lactate dehydrogenase"]),
    test("creatine kinase", &["CK", "CPK", "creatine phosphokinase"]),
    test("amylase", &["AMY", "serum amylase"]),
    test("lipase", &["LIPASET", "serum lipase"]),
    // C33H36N4O6: 10 mg/L / 584.66 g/mol = 17.104 umol/L per mg/dL.
    molar(
        "bilirubin",
        &[
            "BILI",
            "TBILI",
            "TBIL",
            "total bilirubin",
            "bilirubin total",
            "blood bilirubin",
        ],
        584.66,
    ),
    // C4H7N3O: 10 mg/L / 113.10 g/mol = 88.42 umol/L per mg/dL, the factor clinical tables print.
    molar(
        "creatinine",
        &["CREAT", "CREA", "SCR", "serum creatinine", "blood creatinine"],
        113.10,
    ),
    test(
        "creatinine clearance",
        &["CREATCLR", "CrCl", "renal creatinine clearance"],
    ),
    // C6H12O6: 18.016 mg/dL per mmol/L.
    molar("glucose", &["GLUC", "GLU", "blood glucose", "serum glucose"], 180.16),
    Analyte {
        kind_of: Some("glucose"),
        ..molar(
            "fasting glucose",
            &["fasting blood glucose", "glucose fasting", "fasting plasma glucose"],
            180.16,
        )
    },
    // CO(NH2)2: 6.006 mg/dL per mmol/L. Urea nitrogen is the 28.014 g of nitrogen in it.
    molar("urea", &["blood urea", "serum urea"], 60.06),
    molar("urea nitrogen", &["BUN", "UREAN", "blood urea nitrogen"], 28.014),
    // C5H4N4O3: 10 mg/L / 168.11 g/mol = 59.48 umol/L per mg/dL.
    molar("urate", &["URICAC", "uric acid", "serum urate"], 168.11),
    // Cholesterol C27H46O: 38.67 mg/dL per mmol/L. Triglycerides as triolein C57H104O6: 88.57 mg/dL per mmol/L.
    molar(
        "cholesterol",
        &["CHOL", "CHOLES", "total cholesterol", "cholesterol total"],
        386.7,
    ),
    molar(
        "HDL cholesterol",
        &["HDL", "high density lipoprotein cholesterol"],
        386.7,
    ),
    molar(
        "LDL cholesterol",
        &["LDL", "low density lipoprotein cholesterol"],
        386.7,
    ),
    molar("triglycerides", &["TRIG", "triglyceride", "TG"], 885.7),
    // Ca: 4.008 mg/dL per mmol/L.
    ion(
        "calcium",
        &[
            "CA",
            "total calcium",
            "calcium total",
            "corrected calcium",
            "calcium corrected",
            "CACORR",
        ],
        40.08,
        2.,
    ),
    ion(
        "ionized calcium",
        &[
            "CAION",
            "ICA",
            "ionised calcium",
            "calcium ionized",
            "calcium ionised",
            "free calcium",
        ],
        40.08,
        2.,
    ),
    // Mg: 2.4305 mg/dL per mmol/L.
    ion("magnesium", &["MG", "serum magnesium"], 24.305, 2.),
    ion("potassium", &["K", "POTAS", "serum potassium"], 39.098, 1.),
    ion("sodium", &["NA", "SOD", "serum sodium"], 22.990, 1.),
    ion("chloride", &["CL"], 35.453, 1.),
    ion(
        "bicarbonate",
        &["BICARB", "HCO3", "CO2", "total CO2", "blood bicarbonate"],
        61.017,
        1.,
    ),
    // Phosphate is reported as phosphorus: 3.0974 mg/dL per mmol/L. Its charge varies with pH, so no valence.
    molar(
        "phosphate",
        &["PHOS", "phosphorus", "inorganic phosphate", "PHOSPHAT"],
        30.974,
    ),
    // One haem and its chain, 16 114 g/mol: 1.6114 g/dL per mmol/L.
    molar("hemoglobin", &["HGB", "HB"], 16_114.),
    test("methemoglobin", &["HGBMET", "MetHb"]),
    test(
        "vitamin D",
        &["25-hydroxyvitamin D", "25-hydroxy vitamin D", "calcidiol"],
    ),
    test("albumin", &["ALB", "serum albumin"]),
    test("total protein", &["PROT", "protein"]),
    test("fibrinogen", &["FIBRINO", "FIB", "FIBR"]),
    test("haptoglobin", &["HAPTOG", "HAPTO", "HAPT"]),
    test(
        "neutrophils",
        &[
            "NEUT",
            "ANC",
            "absolute neutrophil count",
            "neutrophil count",
            "neutrophil",
        ],
    ),
    test(
        "lymphocytes",
        &[
            "LYM",
            "LYMPH",
            "ALC",
            "absolute lymphocyte count",
            "lymphocyte count",
            "lymphocyte",
        ],
    ),
    test("CD4 lymphocytes", &["CD4", "CD4 count", "CD4 T cells"]),
    test("eosinophils", &["EOS", "eosinophil count", "eosinophil"]),
    test(
        "leukocytes",
        &[
            "WBC",
            "white blood cell",
            "white blood cells",
            "white blood cell count",
            "leukocyte count",
        ],
    ),
    test(
        "platelets",
        &["PLAT", "PLT", "platelet count", "platelet", "thrombocytes"],
    ),
    test(
        "INR",
        &[
            "prothrombin international normalized ratio",
            "international normalized ratio",
        ],
    ),
    test(
        "aPTT",
        &[
            "PTT",
            "activated partial thromboplastin time",
            "partial thromboplastin time",
        ],
    ),
    test("blood pH", &["arterial pH", "pH arterial", "pH blood", "venous pH"]),
    test("TSH", &["thyrotropin", "thyroid stimulating hormone"]),
    test("troponin I", &["TROPONI", "cardiac troponin I"]),
    test("troponin T", &["TROPONT", "cardiac troponin T"]),
];

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_name_means_two_tests() {
        let mut owners = HashMap::new();
        for analyte in Analyte::ALL {
            for name in analyte.all_names() {
                let other = owners.insert(name_key(name), analyte.name);
                assert!(
                    other.is_none_or(|other| other == analyte.name),
                    "{name} is {} and {other:?}",
                    analyte.name
                );
            }
        }
    }

    #[test]
    fn sdtm_codes_are_understood() {
        for code in
            "ALT AST ALP GGT BILI CREAT NEUT PLAT HGB LYM WBC ALB FIBRINO K SODIUM CA MG GLUC PHOS URATE INR APTT \
                     AMYLASE LIPASE CK CHOL TRIG HAPTOG LDH BICARB EOS CD4"
                .split_whitespace()
        {
            assert!(Analyte::named(code).is_some(), "{code}");
        }
        assert_eq!(Analyte::named("PH"), None, "urine or blood");
    }
}
