//! A study's own coding, held against the dictionary. It stands; what it leaves blank is completed where it says enough.

use super::meddra::{LowestLevelTerm, Meddra, PreferredTerm, SystemOrganClass};
use super::{Coded, CodingMethod, Problem, Recorded, incomplete};
use crate::language::Words;
use crate::study::Rule;

/// The levels the study names, completed upwards, with every disagreement.
pub(super) fn study<'m>(meddra: &'m Meddra, recorded: &Recorded<'_>) -> Coded<'m> {
    let mut problems = Vec::new();
    let llt = recorded
        .llt
        .and_then(|name| find_llt(meddra, name, recorded.pt, &mut problems));
    let of_llt = llt.and_then(|llt| meddra.pt(llt.preferred_term));
    let pt = match recorded.pt {
        Some(name) => find_pt(meddra, name, &mut problems),
        None => of_llt,
    };
    if let (Some(llt), Some(of_llt), Some(pt)) = (llt, of_llt, pt)
        && of_llt.code != pt.code
    {
        let text = format!(
            "the lowest level term \"{}\" belongs to the preferred term \"{}\" in {}, not to \"{}\"",
            llt.name, of_llt.name, meddra.release, pt.name
        );
        disagree(&mut problems, "AEDECOD", text);
    }
    let primary = pt.and_then(|pt| meddra.soc(pt.primary_soc));
    let soc = match recorded.soc {
        Some(name) => find_soc(meddra, name, pt.zip(primary), &mut problems),
        None => primary,
    };
    if recorded.pt.is_none() && pt.is_none() {
        let text = format!(
            "\"{}\" has a coding in the data, but no preferred term; complete it there",
            recorded.verbatim
        );
        problems.push(incomplete(text));
    }
    Coded {
        method: CodingMethod::Study,
        llt,
        pt,
        soc,
        problems,
    }
}

fn disagree(problems: &mut Vec<Problem>, field: &'static str, text: String) {
    let rule = Rule::Disagree(Words::english(text));
    problems.push(Problem { field, rule });
}

/// Of several lowest level terms of a name the current one, or the one under the preferred term the study names.
fn find_llt<'m>(
    meddra: &'m Meddra,
    name: &str,
    pt: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Option<&'m LowestLevelTerm> {
    let wanted = pt.and_then(|name| meddra.pt_named(name)).map(|pt| pt.code);
    let mut found: Vec<&LowestLevelTerm> = meddra.llts_named(name).collect();
    found.sort_by_key(|llt| (Some(llt.preferred_term) != wanted, !llt.current, llt.code));
    let llt = found.first().copied();
    match llt {
        None => disagree(
            problems,
            "AELLT",
            format!("\"{name}\" is no lowest level term of {}", meddra.release),
        ),
        Some(llt) if !llt.current => {
            let text = format!(
                "the lowest level term \"{}\" is not current in {}",
                llt.name, meddra.release
            );
            disagree(problems, "AELLT", text);
        }
        Some(_) => {}
    }
    llt
}

fn find_pt<'m>(meddra: &'m Meddra, name: &str, problems: &mut Vec<Problem>) -> Option<&'m PreferredTerm> {
    let found = meddra.pt_named(name);
    if found.is_none() {
        let lower = meddra.llts_named(name).find_map(|llt| meddra.pt(llt.preferred_term));
        let hint = lower.map_or_else(String::new, |pt| {
            format!("; it is a lowest level term under the preferred term \"{}\"", pt.name)
        });
        let text = format!("\"{name}\" is no preferred term of {}{hint}", meddra.release);
        disagree(problems, "AEDECOD", text);
    }
    found
}

fn find_soc<'m>(
    meddra: &'m Meddra,
    name: &str,
    of_pt: Option<(&PreferredTerm, &SystemOrganClass)>,
    problems: &mut Vec<Problem>,
) -> Option<&'m SystemOrganClass> {
    let found = meddra.soc_named(name);
    match (found, of_pt) {
        (Some(soc), Some((_, primary))) if soc.code == primary.code => {}
        (_, Some((pt, primary))) => {
            let text = format!(
                "\"{name}\" is not the primary system organ class of the preferred term \"{}\", which is \"{}\" in {}",
                pt.name, primary.name, meddra.release
            );
            disagree(problems, "AEBODSYS", text);
        }
        (None, None) => {
            let text = format!("\"{name}\" is no system organ class of {}", meddra.release);
            disagree(problems, "AEBODSYS", text);
        }
        (Some(_), None) => {}
    }
    found
}
