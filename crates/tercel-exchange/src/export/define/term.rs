//! The codelists of CDISC controlled terminology that variables name: those of SDTM, and the few of ADaM.

use std::sync::LazyLock;

use crate::export::terminology;

/// ADaM Controlled Terminology 2025-03-28; source and form as the file of SDTM.
const ADAM: &str = include_str!("../../../data/adam-ct-2025-03-28.tsv");

/// A codelist.
#[derive(Debug, Clone, Copy)]
pub(super) struct TermList {
    pub(super) code: &'static str,
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) of_adam: bool,
}

/// A term: value, C-code, what it means.
pub(super) type Term = (&'static str, &'static str, &'static str);

/// A codelist with its terms, in order of their values.
pub(super) fn list(code: &str) -> Option<(TermList, Vec<Term>)> {
    if let Some(list) = terminology::codelist(code) {
        let terms = list.terms.iter().map(|term| (term.value, term.code, term.meaning));
        let said = TermList {
            code: list.code,
            id: list.id,
            name: list.name,
            of_adam: false,
        };
        return Some((said, terms.collect()));
    }
    let found = LISTS.iter().find(|(list, _)| list.code == code)?;
    Some(found.clone())
}

static LISTS: LazyLock<Vec<(TermList, Vec<Term>)>> = LazyLock::new(|| {
    let lines = ADAM.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(parse).collect()
});

fn parse(line: &'static str) -> Option<(TermList, Vec<Term>)> {
    let mut cells = line.split('\t');
    let (code, id, _, name) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let terms = cells.filter_map(|cell| {
        let mut parts = cell.split('|');
        let (value, code) = (parts.next()?, parts.next()?);
        Some((value, code, parts.next().unwrap_or(value)))
    });
    let said = TermList {
        code,
        id,
        name,
        of_adam: true,
    };
    Some((said, terms.collect()))
}
