//! The versions of the CTCAE.

use std::fmt;

/// A version of the NCI Common Terminology Criteria for Adverse Events. Grades of different versions never compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ctcae {
    /// Version 5.0, 27 November 2017.
    V5,
    /// Version 6.0, 22 July 2025.
    V6,
}

impl Ctcae {
    /// All versions, oldest first.
    pub const ALL: [Self; 2] = [Self::V5, Self::V6];

    /// `5.0`.
    pub const fn number(self) -> &'static str {
        match self {
            Self::V5 => "5.0",
            Self::V6 => "6.0",
        }
    }

    /// `CTCAE 5.0`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V5 => "CTCAE 5.0",
            Self::V6 => "CTCAE 6.0",
        }
    }

    /// The version written as `5`, `5.0`, `v5.0` or `CTCAE 5.0`.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let number = lower.strip_prefix("ctcae").unwrap_or(&lower).trim();
        let number = number.strip_prefix('v').unwrap_or(number);
        let short = |version: &Self| version.number().strip_suffix(".0") == Some(number);
        Self::ALL
            .into_iter()
            .find(|version| version.number() == number || short(version))
    }
}

impl fmt::Display for Ctcae {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
