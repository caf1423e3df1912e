//! CDISC controlled terminology: the codelists of the variables that are exported, and the check of values against them.
//!
//! Source: SDTM Controlled Terminology 2025-03-28, National Cancer Institute Enterprise Vocabulary Services (NCI EVS) and
//! CDISC. `scripts/cdisc_facts.py` makes the data file from their publication.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use tercel::study::{Finding, Rule};

use super::{Codelist, Dataset};

/// Version of the terminology: the day of its publication.
pub const TERMINOLOGY_VERSION: &str = "2025-03-28";

const DATA: &str = include_str!("../../data/sdtm-ct-2025-03-28.tsv");

/// A codelist of CDISC controlled terminology.
#[derive(Debug)]
pub struct TermList {
    /// C-code: `C66742`.
    pub code: &'static str,
    /// Short name, which is its submission value: `NY`.
    pub id: &'static str,
    /// Name: "No Yes Response".
    pub name: &'static str,
    /// Whether a sponsor may add terms.
    pub extensible: bool,
    /// Its terms, in order of their values.
    pub terms: Vec<Term>,
    /// As findings name it.
    said: String,
}

/// A term of a codelist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Submission value: `Y`.
    pub value: &'static str,
    /// C-code: `C49488`.
    pub code: &'static str,
    /// What it means; the value itself where the terminology says no more.
    pub meaning: &'static str,
}

impl TermList {
    /// The term of a value, spelled as the terminology spells it.
    pub fn term(&self, value: &str) -> Option<&Term> {
        let at = self.terms.binary_search_by(|term| term.value.cmp(value)).ok()?;
        self.terms.get(at)
    }

    /// The term of a value, whatever its case.
    pub fn term_of_any_case(&self, value: &str) -> Option<&Term> {
        let spelled = || self.terms.iter().find(|term| term.value.eq_ignore_ascii_case(value));
        self.term(value).or_else(spelled)
    }

    /// The term of a C-code.
    pub fn term_coded(&self, code: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.code == code)
    }
}

/// The codelist of a C-code (`C66742`).
pub fn codelist(code: &str) -> Option<&'static TermList> {
    LISTS.get(code)
}

/// The codelist of a short name (`NY`).
pub fn codelist_named(id: &str) -> Option<&'static TermList> {
    LISTS.values().find(|list| list.id == id)
}

/// Every codelist, in order of their codes.
pub fn codelists() -> impl Iterator<Item = &'static TermList> {
    LISTS.values()
}

/// What a value of a codelist means: the name of the test for its code, "Yes" for `Y`.
pub fn decode(list: &str, value: &str) -> Option<&'static str> {
    codelist(list)?.term(value).map(|term| term.meaning)
}

static LISTS: LazyLock<BTreeMap<&'static str, TermList>> = LazyLock::new(|| {
    let lines = DATA.lines().filter(|line| !line.starts_with('#'));
    let mut lists: BTreeMap<&str, TermList> = lines.filter_map(parse_list).map(|list| (list.code, list)).collect();
    let names: BTreeMap<&str, BTreeMap<&str, &str>> = lists
        .values()
        .map(|list| (list.id, list.terms.iter().map(|term| (term.code, term.value)).collect()))
        .collect();
    for list in lists.values_mut() {
        // A test and its code are two terms of one C-code in two lists: the one says what the other means.
        let Some(of_names) = name_list(list.id).and_then(|id| names.get(id.as_str())) else {
            continue;
        };
        for term in &mut list.terms {
            term.meaning = of_names.get(term.code).copied().unwrap_or(term.meaning);
        }
    }
    lists
});

/// The list of names that belongs to a list of codes: `LBTEST` to `LBTESTCD`, `CPS01TN` to `CPS01TC`.
fn name_list(id: &str) -> Option<String> {
    let short = || id.strip_suffix("TC").map(|stem| format!("{stem}TN"));
    id.strip_suffix("CD").map(str::to_owned).or_else(short)
}

fn parse_list(line: &'static str) -> Option<TermList> {
    let mut cells = line.split('\t');
    let (code, id) = (cells.next()?, cells.next()?);
    let extensible = cells.next()? == "Yes";
    let name = cells.next()?;
    let mut terms: Vec<Term> = cells.filter_map(parse_term).collect();
    terms.sort_by_key(|term| term.value);
    let said = format!("the terms of {name} ({code})");
    Some(TermList {
        code,
        id,
        name,
        extensible,
        terms,
        said,
    })
}

fn parse_term(cell: &'static str) -> Option<Term> {
    let mut parts = cell.split('|');
    let (value, code) = (parts.next()?, parts.next()?);
    let meaning = parts.next().unwrap_or(value);
    Some(Term { value, code, meaning })
}

/// A value that is added to an extensible codelist.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extension {
    /// C-code of the codelist.
    pub list: &'static str,
    /// Dataset.
    pub dataset: String,
    /// Variable.
    pub variable: String,
    /// The value.
    pub value: String,
}

/// Coded values held against their codelists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    /// How many values were.
    pub held: usize,
    /// Values that a closed list does not have.
    pub findings: Vec<Finding>,
    /// Values that an open list does not have.
    pub extensions: BTreeSet<Extension>,
}

/// Holds every coded value against its codelist: a value that a closed list does not have is a finding, one that an
/// open list does not have is an extension.
pub fn check_terms(datasets: &[Dataset]) -> Terms {
    let mut terms = Terms::default();
    for dataset in datasets {
        for (at, variable) in dataset.variables.iter().enumerate() {
            let plain = lists_of(variable.codelist.as_ref(), dataset.name(), &variable.name);
            let levels = variable
                .by_value
                .iter()
                .map(|level| (level, level.rows(&dataset.table)));
            let levels: Vec<_> = levels.collect();
            for row in 0..dataset.table.len() {
                let value = dataset.table.cell(row, at);
                let special = levels.iter().find(|(_, here)| here(row)).map(|(level, _)| *level);
                // Of a variable that holds words for one test, numbers of another are in no list.
                if special.is_some_and(|level| level.codelist.is_none()) && is_number(value) {
                    continue;
                }
                let of_row = special.and_then(|level| level.codelist.as_ref());
                let special = of_row.map(|list| lists_of(Some(list), "", ""));
                let lists = special.as_ref().unwrap_or(&plain);
                if value.is_empty() || lists.is_empty() {
                    continue;
                }
                terms.held += 1;
                if lists.iter().any(|list| list.term(value).is_some()) {
                    continue;
                }
                match lists.iter().find(|list| list.extensible) {
                    Some(list) => {
                        terms.extensions.insert(Extension {
                            list: list.code,
                            dataset: dataset.name().to_owned(),
                            variable: variable.name.clone(),
                            value: value.to_owned(),
                        });
                    }
                    None => terms.findings.extend(
                        lists
                            .first()
                            .map(|list| not_in(list, dataset, &variable.name, row, value)),
                    ),
                }
            }
        }
    }
    terms
}

/// A number, or the limit a number lies below or above.
fn is_number(value: &str) -> bool {
    value.trim_start_matches(['<', '>', '=']).trim().parse::<f64>().is_ok()
}

/// Lists of the tests of clinical classifications, which the guide gives with the classification and not with the variable.
const OF_CLASSIFICATIONS: [(&str, &[&str]); 2] = [
    ("RSTESTCD", &["C101815", "C120989"]),
    ("RSTEST", &["C101816", "C120988"]),
];

/// The lists a value may come from; the implementation guide gives some variables more than one.
fn lists_of(named: Option<&Codelist>, dataset: &str, variable: &str) -> Vec<&'static TermList> {
    let Some(Codelist::Cdisc(code)) = named else {
        return Vec::new();
    };
    let of_guide = super::guide::variable(dataset, variable).map(|known| &known.codelists);
    let others = of_guide.filter(|codes| codes.contains(code)).into_iter().flatten();
    let classified = OF_CLASSIFICATIONS.iter().find(|(name, _)| *name == variable);
    let classified = classified.map_or(&[][..], |(_, lists)| lists);
    let codes: BTreeSet<&str> = std::iter::once(code).chain(others).chain(classified).copied().collect();
    codes.into_iter().filter_map(codelist).collect()
}

fn not_in(list: &'static TermList, dataset: &Dataset, variable: &str, row: usize, value: &str) -> Finding {
    let rule = Rule::NotInCodelist(value.to_owned(), &list.said);
    super::sdtm::finding(dataset, Some(row), variable, rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codelist_is_found_by_its_code_and_its_short_name() {
        let list = codelist("C66742").unwrap();
        assert_eq!((list.id, list.name, list.extensible), ("NY", "No Yes Response", false));
        assert_eq!(list.term("Y").unwrap().code, "C49488");
        assert_eq!(list.term_coded("C49487").unwrap().value, "N");
        assert_eq!(codelist_named("EPOCH").unwrap().code, "C99079");
        assert!(codelist_named("EPOCH").unwrap().extensible);
        assert!(codelist("C0").is_none());
    }

    #[test]
    fn a_test_code_means_its_name() {
        assert_eq!(decode("C65047", "ALT"), Some("Alanine Aminotransferase"));
        assert_eq!(decode("C96782", "OVRLRESP"), Some("Overall Response"));
        assert_eq!(decode("C66742", "Y"), Some("Yes"));
        assert_eq!(decode("C66742", "y"), None);
    }

    #[test]
    fn every_line_is_a_list_with_terms_and_codes() {
        let lines = DATA.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(codelists().count(), lines);
        for list in codelists() {
            assert!(!list.terms.is_empty() && !list.name.is_empty(), "{}", list.code);
            let coded = |code: &str| code.starts_with('C') && code[1..].bytes().all(|byte| byte.is_ascii_digit());
            assert!(list.terms.iter().all(|term| coded(term.code)), "{}", list.code);
            assert!(
                list.terms.windows(2).all(|pair| pair[0].value < pair[1].value),
                "{}",
                list.code
            );
        }
    }
}
