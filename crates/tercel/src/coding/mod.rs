//! Coding of adverse events by the sponsor's MedDRA.
//!
//! # What it derives
//! For each event lowest level term, preferred term and primary system organ class, and how they came about ([`Coding::code`]);
//! findings where what the study coded itself disagrees with the dictionary; what another version would alter
//! ([`version_changes`]).
//!
//! # Source
//! `meddra-format` for the hierarchy: a lowest level term has one preferred term, a preferred term one primary system organ
//! class. Nothing of MedDRA is part of this program: the dictionary is the sponsor's, under its licence.
//!
//! # Formula
//! In this order: an event that carries a coding of its own keeps it; a term with a line in the coding log is coded by the last
//! of them; a term that equals exactly one current lowest level term, capitals and blanks aside, is coded by it; else the term
//! is not coded.
//!
//! # Example
//! A person's choice stands before the equality of names: with it the study can say that a verbatim term means something else.
//!
//! # Limits
//! Secondary system organ classes, high level terms and standardised queries are not read. A coding holds for the whole study
//! as the log stands, whatever the data cut: it says what words mean, not what happened.

mod check;
mod log;
mod meddra;
mod search;
mod study;
mod version;

pub use log::{Choice, CodingLog, Recoding};
pub use meddra::{
    Level, LowestLevelTerm, Meddra, MeddraCode, MeddraError, PreferredTerm, Release, SystemOrganClass, TermPath, fold,
};
pub use search::{Rank, Search};
pub use study::{StudyCoding, TermCoding, code_study, list_terms};
pub use version::{CodedPlace, VersionChange, version_changes};

use crate::language::Words;
use crate::study::Rule;

/// A dictionary and the choices made from it.
#[derive(Debug, Clone)]
pub struct Coding {
    /// The sponsor's MedDRA.
    pub meddra: Meddra,
    /// The study's choices.
    pub log: CodingLog,
}

/// What is recorded of an event's coding; blank texts are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recorded<'r> {
    /// The term as it was reported.
    pub verbatim: &'r str,
    /// Lowest level term.
    pub llt: Option<&'r str>,
    /// Preferred term.
    pub pt: Option<&'r str>,
    /// System organ class.
    pub soc: Option<&'r str>,
}

impl Recorded<'_> {
    /// Whether the study coded the event itself.
    pub const fn is_coded(&self) -> bool {
        self.llt.is_some() || self.pt.is_some() || self.soc.is_some()
    }
}

/// How an event came to its coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodingMethod {
    /// The data carry it.
    Study,
    /// A person chose it.
    Log,
    /// Its verbatim term is a lowest level term.
    Exact,
    /// It has none.
    NotCoded,
}

impl CodingMethod {
    /// Name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Study => "study",
            Self::Log => "log",
            Self::Exact => "exact",
            Self::NotCoded => "not coded",
        }
    }
}

/// Something wrong or missing in a coding: the variable and the rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Variable, as the data name it.
    pub field: &'static str,
    /// The rule.
    pub rule: Rule,
}

/// The coding of an event. A level that the data name and the dictionary does not have is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Coded<'c> {
    /// How it came about.
    pub method: CodingMethod,
    /// Lowest level term.
    pub llt: Option<&'c LowestLevelTerm>,
    /// Preferred term.
    pub pt: Option<&'c PreferredTerm>,
    /// System organ class: the primary one, or the one the data name.
    pub soc: Option<&'c SystemOrganClass>,
    /// What someone has to look at.
    pub problems: Vec<Problem>,
}

impl<'c> Coded<'c> {
    fn by(method: CodingMethod, path: TermPath<'c>, problems: Vec<Problem>) -> Self {
        Self {
            method,
            llt: Some(path.llt),
            pt: Some(path.pt),
            soc: Some(path.soc),
            problems,
        }
    }

    fn not(problem: Problem) -> Self {
        Self {
            method: CodingMethod::NotCoded,
            llt: None,
            pt: None,
            soc: None,
            problems: vec![problem],
        }
    }
}

impl Coding {
    /// The coding of an event.
    pub fn code(&self, recorded: &Recorded<'_>) -> Coded<'_> {
        if recorded.is_coded() {
            return check::study(&self.meddra, recorded);
        }
        let release = &self.meddra.release;
        if let Some(choice) = self.log.last(recorded.verbatim) {
            return self.code_by_choice(choice);
        }
        match exact(&self.meddra, recorded.verbatim) {
            Ok(path) => Coded::by(CodingMethod::Exact, path, Vec::new()),
            Err(0) => {
                let text = format!(
                    "\"{}\" is no lowest level term of {release} and not in the coding log; code it with `tercel code`",
                    recorded.verbatim
                );
                Coded::not(incomplete(text))
            }
            Err(several) => {
                let text = format!(
                    "\"{}\" is the name of {several} lowest level terms of {release}; choose one with `tercel code`",
                    recorded.verbatim
                );
                Coded::not(incomplete(text))
            }
        }
    }

    fn code_by_choice(&self, choice: &Choice) -> Coded<'_> {
        let release = &self.meddra.release;
        let chosen = format!(
            "\"{}\" was coded to the lowest level term {} of MedDRA {} by {}",
            choice.term, choice.llt, choice.version, choice.coder
        );
        match self.meddra.path(choice.llt) {
            Some(path) if path.llt.current => Coded::by(CodingMethod::Log, path, Vec::new()),
            Some(path) => {
                let text = format!(
                    "{chosen}, \"{}\", which is not current in {release}; recode it with `tercel code`",
                    path.llt.name
                );
                Coded::by(CodingMethod::Log, path, vec![incomplete(text)])
            }
            None => Coded::not(incomplete(format!(
                "{chosen}, which {release} does not have; recode it with `tercel code`"
            ))),
        }
    }
}

/// The one current lowest level term of this name, or how many there are.
fn exact<'m>(meddra: &'m Meddra, verbatim: &str) -> Result<TermPath<'m>, usize> {
    let current: Vec<&LowestLevelTerm> = meddra.llts_named(verbatim).filter(|llt| llt.current).collect();
    match current.as_slice() {
        [llt] => meddra.path(llt.code).ok_or(0),
        several => Err(several.len()),
    }
}

fn incomplete(text: String) -> Problem {
    Problem {
        field: "AEDECOD",
        rule: Rule::Incomplete(Words::english(text)),
    }
}
