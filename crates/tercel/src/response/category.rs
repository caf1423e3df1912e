//! The response categories of RECIST 1.1 and mRECIST, and their spellings.

use std::fmt;

use thiserror::Error;

/// Which published criteria turn lesions into a response.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Criteria {
    /// RECIST 1.1 (`eisenhauer2009recist`).
    Recist11,
    /// mRECIST for hepatocellular carcinoma (`lencioni2010mrecist`): diameters are of viable, enhancing tumour.
    Mrecist {
        /// Smallest absolute growth that can be progression, in mm. The paper states none: 0.
        floor_mm: f64,
    },
    /// iRECIST (`seymour2017irecist`): progression stands once a later scan confirms it.
    Irecist,
}

impl Criteria {
    /// Criteria by name, in any case and punctuation; without a version the one derived here. mRECIST without a floor.
    pub fn parse(name: &str) -> Option<Self> {
        let word: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match word.to_ascii_lowercase().as_str() {
            "recist11" | "recist" => Some(Self::Recist11),
            "mrecist" => Some(Self::Mrecist { floor_mm: 0.0 }),
            "irecist" => Some(Self::Irecist),
            _ => None,
        }
    }
}

impl fmt::Display for Criteria {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Recist11 => "RECIST 1.1",
            Self::Mrecist { .. } => "mRECIST",
            Self::Irecist => "iRECIST",
        })
    }
}

/// Text that names no response category.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is not a response category; write CR, PR, SD, NON-CR/NON-PD, PD or NE")]
pub struct CategoryError(pub String);

/// Overall response at one assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Overall {
    /// Complete response.
    Cr,
    /// Partial response.
    Pr,
    /// Stable disease.
    Sd,
    /// Neither complete response nor progression, in a subject without target lesions.
    NonCrNonPd,
    /// Progressive disease.
    Pd,
    /// Not evaluable.
    Ne,
}

impl Overall {
    /// Reads a category as submission data and case report forms spell it, in any case.
    pub fn parse(text: &str) -> Result<Self, CategoryError> {
        let word: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        match word.to_ascii_uppercase().as_str() {
            "CR" | "COMPLETERESPONSE" => Ok(Self::Cr),
            "PR" | "PARTIALRESPONSE" => Ok(Self::Pr),
            "SD" | "STABLEDISEASE" => Ok(Self::Sd),
            "NONCRNONPD" | "NN" | "IRSD" => Ok(Self::NonCrNonPd),
            "PD" | "PROGRESSIVEDISEASE" | "PROGRESSION" => Ok(Self::Pd),
            "NE" | "NOTEVALUABLE" | "INEVALUABLE" | "UNEVALUABLE" | "NOTALLEVALUATED" => Ok(Self::Ne),
            _ => Err(CategoryError(text.to_owned())),
        }
    }

    /// Complete or partial response.
    pub const fn is_response(self) -> bool {
        matches!(self, Self::Cr | Self::Pr)
    }
}

impl fmt::Display for Overall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cr => "CR",
            Self::Pr => "PR",
            Self::Sd => "SD",
            Self::NonCrNonPd => "NON-CR/NON-PD",
            Self::Pd => "PD",
            Self::Ne => "NE",
        })
    }
}

/// Response of the target lesions at one assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// All gone, every node below 10 mm.
    Cr,
    /// At least 30 % below the baseline sum.
    Pr,
    /// Neither.
    Sd,
    /// At least 20 % above the nadir, and by the floor.
    Pd,
    /// Not all measured, and the measured part alone is no progression.
    Ne,
}

impl Target {
    /// Reads a category in any case.
    pub fn parse(text: &str) -> Result<Self, CategoryError> {
        match Overall::parse(text)? {
            Overall::Cr => Ok(Self::Cr),
            Overall::Pr => Ok(Self::Pr),
            Overall::Sd => Ok(Self::Sd),
            Overall::Pd => Ok(Self::Pd),
            Overall::Ne => Ok(Self::Ne),
            Overall::NonCrNonPd => Err(CategoryError(text.to_owned())),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cr => "CR",
            Self::Pr => "PR",
            Self::Sd => "SD",
            Self::Pd => "PD",
            Self::Ne => "NE",
        })
    }
}

/// Response of the non-target lesions at one assessment. mRECIST calls [`NonTarget::NonCrNonPd`] IR/SD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NonTarget {
    /// All gone, every node below 10 mm.
    Cr,
    /// One or more persist.
    NonCrNonPd,
    /// Unequivocal progression.
    Pd,
    /// Not all evaluated.
    Ne,
}

impl NonTarget {
    /// Reads a category in any case; `IR/SD`, `SD` and `PR` are how some forms write "persists".
    pub fn parse(text: &str) -> Result<Self, CategoryError> {
        match Overall::parse(text)? {
            Overall::Cr => Ok(Self::Cr),
            Overall::Pr | Overall::Sd | Overall::NonCrNonPd => Ok(Self::NonCrNonPd),
            Overall::Pd => Ok(Self::Pd),
            Overall::Ne => Ok(Self::Ne),
        }
    }
}

impl fmt::Display for NonTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cr => "CR",
            Self::NonCrNonPd => "NON-CR/NON-PD",
            Self::Pd => "PD",
            Self::Ne => "NE",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_printed_category_reads_back() {
        for overall in [
            Overall::Cr,
            Overall::Pr,
            Overall::Sd,
            Overall::NonCrNonPd,
            Overall::Pd,
            Overall::Ne,
        ] {
            assert_eq!(Overall::parse(&overall.to_string()), Ok(overall));
        }
    }

    #[test]
    fn usual_spellings_are_understood_and_others_are_named() {
        assert_eq!(Overall::parse("Non-CR / Non-PD"), Ok(Overall::NonCrNonPd));
        assert_eq!(Overall::parse(" partial response "), Ok(Overall::Pr));
        assert_eq!(NonTarget::parse("IR/SD"), Ok(NonTarget::NonCrNonPd));
        let error = Overall::parse("better").unwrap_err();
        assert!(error.to_string().contains("\"better\""));
        assert!(Overall::parse("").is_err());
    }
}
