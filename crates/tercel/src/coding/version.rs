//! What another version of the dictionary alters.

use std::collections::BTreeSet;

use super::meddra::{Meddra, MeddraCode, TermPath};
use super::{Choice, Coding, exact, fold};

/// Where a term stands in a version. A name is blank where only the code is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedPlace {
    /// Version.
    pub version: String,
    /// Preferred term: code and name.
    pub pt: (MeddraCode, String),
    /// Primary system organ class: code and name.
    pub soc: (MeddraCode, String),
}

/// A term that the version in use does not code as the version before did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionChange {
    /// The verbatim term.
    pub term: String,
    /// Where it stood; `None` where the log does not say.
    pub before: Option<CodedPlace>,
    /// The version it was coded by.
    pub before_version: String,
    /// Where it stands now; `None`: nowhere.
    pub now: Option<CodedPlace>,
    /// What differs, in words.
    pub what: String,
}

/// The terms whose preferred term or primary system organ class differs between the version they were coded by and the one
/// in use. With an earlier dictionary every term is compared; without one the log's lines alone, by the codes they carry.
/// A line without them is named too: nobody can say that nothing changed.
pub fn version_changes<'t>(
    terms: impl Iterator<Item = &'t str>,
    coding: &'t Coding,
    earlier: Option<&Meddra>,
) -> Vec<VersionChange> {
    let mut seen = BTreeSet::new();
    let logged = coding.log.standing().map(|choice| choice.term.as_str());
    let mut changes = Vec::new();
    for term in terms.chain(logged) {
        if seen.insert(fold(term)) {
            changes.extend(change(term, coding, earlier));
        }
    }
    changes.sort_by_key(|change| fold(&change.term));
    changes
}

fn change(term: &str, coding: &Coding, earlier: Option<&Meddra>) -> Option<VersionChange> {
    let choice = coding.log.last(term);
    let now = place(&coding.meddra, choice, term);
    let (before, before_version) = match (earlier, choice) {
        (Some(earlier), _) => (Some(place(earlier, choice, term)?), earlier.release.version.clone()),
        (None, Some(choice)) if choice.version != coding.meddra.release.version => {
            (recorded(choice, &coding.meddra), choice.version.clone())
        }
        (None, _) => return None,
    };
    let what = difference(before.as_ref(), now.as_ref())?;
    Some(VersionChange {
        term: term.to_owned(),
        before,
        before_version,
        now,
        what,
    })
}

/// Where a term stands in a dictionary: by the choice, or by its name.
fn place(meddra: &Meddra, choice: Option<&Choice>, term: &str) -> Option<CodedPlace> {
    let path: TermPath<'_> = match choice {
        Some(choice) => meddra.path(choice.llt)?,
        None => exact(meddra, term).ok()?,
    };
    Some(CodedPlace {
        version: meddra.release.version.clone(),
        pt: (path.pt.code, path.pt.name.clone()),
        soc: (path.soc.code, path.soc.name.clone()),
    })
}

/// Where a choice led when it was made, by the codes on its line. The names of then are not known.
fn recorded(choice: &Choice, meddra: &Meddra) -> Option<CodedPlace> {
    let (pt, soc) = choice.led_to?;
    let name = |name: Option<&String>| name.cloned().unwrap_or_default();
    Some(CodedPlace {
        version: choice.version.clone(),
        pt: (pt, name(meddra.pt(pt).map(|pt| &pt.name))),
        soc: (soc, name(meddra.soc(soc).map(|soc| &soc.name))),
    })
}

fn difference(before: Option<&CodedPlace>, now: Option<&CodedPlace>) -> Option<String> {
    let (before, now) = match (before, now) {
        (Some(before), Some(now)) => (before, now),
        (_, None) => return Some("not coded any more".to_owned()),
        (None, Some(_)) => return Some("what it led to then is not recorded; give the earlier release".to_owned()),
    };
    let differs = |one: &(MeddraCode, String), other: &(MeddraCode, String)| one != other;
    match (differs(&before.pt, &now.pt), differs(&before.soc, &now.soc)) {
        (true, true) => Some("preferred term and primary system organ class".to_owned()),
        (true, false) => Some("preferred term".to_owned()),
        (false, true) => Some("primary system organ class".to_owned()),
        (false, false) => None,
    }
}
