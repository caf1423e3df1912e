//! The part of MedDRA that coding needs: lowest level terms, preferred terms, and each one's primary system organ class.

use std::collections::HashMap;
use std::fmt;

use thiserror::Error;

/// Code of a term at any level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeddraCode(pub u32);

impl fmt::Display for MeddraCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which release a dictionary is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// `28.0`.
    pub version: String,
    /// `English`; `None` where the release does not say.
    pub language: Option<String>,
}

impl fmt::Display for Release {
    /// `MedDRA 28.0`, with the language where it is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MedDRA {}", self.version)?;
        self.language
            .as_ref()
            .map_or(Ok(()), |language| write!(f, " ({language})"))
    }
}

/// System organ class (SOC).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemOrganClass {
    /// Code.
    pub code: MeddraCode,
    /// Name.
    pub name: String,
}

/// Preferred term (PT).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreferredTerm {
    /// Code.
    pub code: MeddraCode,
    /// Name.
    pub name: String,
    /// Its primary system organ class; secondary ones are not held, since tables count an event once.
    pub primary_soc: MeddraCode,
}

/// Lowest level term (LLT).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowestLevelTerm {
    /// Code.
    pub code: MeddraCode,
    /// Name.
    pub name: String,
    /// Whether it may be chosen; a term that is not current stays in the dictionary for data coded before.
    pub current: bool,
    /// Its preferred term.
    pub preferred_term: MeddraCode,
}

/// Levels of the hierarchy that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// System organ class.
    Soc,
    /// Preferred term.
    Pt,
    /// Lowest level term.
    Llt,
}

impl Level {
    /// Its usual abbreviation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Soc => "SOC",
            Self::Pt => "PT",
            Self::Llt => "LLT",
        }
    }
}

/// Why terms do not make a dictionary. Places count from 0 in the list of their level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MeddraError {
    /// A code stands twice.
    #[error("the {} code {code} is used twice", level.name())]
    Duplicate {
        /// Level.
        level: Level,
        /// Place of the second.
        at: usize,
        /// Place of the first.
        first: usize,
        /// Code.
        code: MeddraCode,
    },
    /// The term above is not there.
    #[error("the {} {code} belongs to {parent}, which is not in the dictionary", level.name())]
    NoParent {
        /// Level.
        level: Level,
        /// Place.
        at: usize,
        /// Code.
        code: MeddraCode,
        /// Code of the term above.
        parent: MeddraCode,
    },
}

/// A lowest level term with what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermPath<'m> {
    /// Lowest level term.
    pub llt: &'m LowestLevelTerm,
    /// Preferred term.
    pub pt: &'m PreferredTerm,
    /// Primary system organ class.
    pub soc: &'m SystemOrganClass,
}

/// A dictionary in memory. Every term has its parent.
#[derive(Debug, Clone)]
pub struct Meddra {
    /// Which release it is.
    pub release: Release,
    socs: Table<SystemOrganClass>,
    pts: Table<PreferredTerm>,
    llts: Table<LowestLevelTerm>,
}

/// Terms of a level, found by code and by name.
#[derive(Debug, Clone)]
struct Table<T> {
    terms: Vec<T>,
    by_code: HashMap<MeddraCode, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

impl<T> Table<T> {
    fn new(level: Level, terms: Vec<T>, key: impl Fn(&T) -> (MeddraCode, &str)) -> Result<Self, MeddraError> {
        let mut by_code = HashMap::with_capacity(terms.len());
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::with_capacity(terms.len());
        for (at, term) in terms.iter().enumerate() {
            let (code, name) = key(term);
            if let Some(first) = by_code.insert(code, at) {
                return Err(MeddraError::Duplicate { level, at, first, code });
            }
            by_name.entry(fold(name)).or_default().push(at);
        }
        Ok(Self {
            terms,
            by_code,
            by_name,
        })
    }

    fn get(&self, code: MeddraCode) -> Option<&T> {
        self.by_code.get(&code).and_then(|&at| self.terms.get(at))
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &T> {
        let places = self.by_name.get(&fold(name)).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|&at| self.terms.get(at))
    }
}

impl Meddra {
    /// A dictionary of these terms. Takes time proportional to their number.
    ///
    /// # Errors
    /// The first code that stands twice, or whose parent is not there.
    pub fn new(
        release: Release,
        socs: Vec<SystemOrganClass>,
        pts: Vec<PreferredTerm>,
        llts: Vec<LowestLevelTerm>,
    ) -> Result<Self, MeddraError> {
        let socs = Table::new(Level::Soc, socs, |soc| (soc.code, &soc.name))?;
        let pts = Table::new(Level::Pt, pts, |pt| (pt.code, &pt.name))?;
        let llts = Table::new(Level::Llt, llts, |llt| (llt.code, &llt.name))?;
        let of_pts = pts.terms.iter().map(|pt| (pt.code, pt.primary_soc));
        check_parents(Level::Pt, of_pts, |parent| socs.get(parent).is_some())?;
        let of_llts = llts.terms.iter().map(|llt| (llt.code, llt.preferred_term));
        check_parents(Level::Llt, of_llts, |parent| pts.get(parent).is_some())?;
        Ok(Self {
            release,
            socs,
            pts,
            llts,
        })
    }

    /// The lowest level terms, as the release lists them.
    pub fn llts(&self) -> &[LowestLevelTerm] {
        &self.llts.terms
    }

    /// The lowest level term of a code.
    pub fn llt(&self, code: MeddraCode) -> Option<&LowestLevelTerm> {
        self.llts.get(code)
    }

    /// The preferred term of a code.
    pub fn pt(&self, code: MeddraCode) -> Option<&PreferredTerm> {
        self.pts.get(code)
    }

    /// The system organ class of a code.
    pub fn soc(&self, code: MeddraCode) -> Option<&SystemOrganClass> {
        self.socs.get(code)
    }

    /// The lowest level terms of a name, capitals and blanks aside.
    pub fn llts_named(&self, name: &str) -> impl Iterator<Item = &LowestLevelTerm> {
        self.llts.named(name)
    }

    /// The preferred term of a name, capitals and blanks aside.
    pub fn pt_named(&self, name: &str) -> Option<&PreferredTerm> {
        self.pts.named(name).next()
    }

    /// The system organ class of a name, capitals and blanks aside.
    pub fn soc_named(&self, name: &str) -> Option<&SystemOrganClass> {
        self.socs.named(name).next()
    }

    /// What a lowest level term belongs to; `None` for a code that is no lowest level term.
    pub fn path(&self, llt: MeddraCode) -> Option<TermPath<'_>> {
        let llt = self.llt(llt)?;
        let pt = self.pt(llt.preferred_term)?;
        let soc = self.soc(pt.primary_soc)?;
        Some(TermPath { llt, pt, soc })
    }
}

fn check_parents(
    level: Level,
    pairs: impl Iterator<Item = (MeddraCode, MeddraCode)>,
    is_there: impl Fn(MeddraCode) -> bool,
) -> Result<(), MeddraError> {
    let mut orphans = pairs.enumerate().filter(|(_, (_, parent))| !is_there(*parent));
    match orphans.next() {
        Some((at, (code, parent))) => Err(MeddraError::NoParent {
            level,
            at,
            code,
            parent,
        }),
        None => Ok(()),
    }
}

/// A term as it compares: without capitals, with single blanks between words and none around them.
pub fn fold(term: &str) -> String {
    let mut folded = String::with_capacity(term.len());
    for word in term.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}
