//! What the variables refer to, each once: codelists, methods, comments, conditions.

use std::collections::{BTreeMap, BTreeSet};

use super::term;
use super::{AnalysisResult, Condition, Define};
use crate::export::{Codelist, Dataset, Kind, Origin, ValueLevel, Variable, oid};

/// Codelists of up to so many terms are shown whole.
pub const WHOLE_LIST: usize = 30;

/// A codelist as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) items: Items,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Items {
    /// Of CDISC: C-code, whether of ADaM, terms with C-codes; a term without one was added by the sponsor.
    Cdisc {
        code: &'static str,
        of_adam: bool,
        terms: BTreeMap<String, (Option<&'static str>, String)>,
    },
    /// Of the sponsor: values with what they mean.
    Sponsor(BTreeMap<String, String>),
    /// A dictionary and its version.
    Dictionary(String, String),
}

/// What is referred to, by identifier.
#[derive(Debug, Default)]
pub(super) struct References {
    /// The file of the annotated forms, where they are handed over.
    pub(super) forms: Option<String>,
    pub(super) codelists: BTreeMap<String, Shown>,
    pub(super) methods: BTreeMap<String, (String, String)>,
    pub(super) comments: BTreeMap<String, String>,
    pub(super) conditions: BTreeMap<String, (String, Vec<Condition>)>,
}

/// Collects what the datasets and results refer to.
pub(super) fn collect(define: &Define<'_>) -> References {
    let mut found = References {
        forms: define.annotated_forms().next().map(|one| one.file.clone()),
        ..References::default()
    };
    for dataset in define.datasets {
        for (at, variable) in dataset.variables.iter().enumerate() {
            let all = |_: usize| true;
            add_codelist(&mut found, variable.codelist.as_ref(), variable.kind, dataset, at, &all);
            if let Some(sentence) = &variable.method {
                let whole = format!("{}.{}", dataset.name(), variable.name);
                if variable.origin == Origin::Derived {
                    let named = format!("Derivation of {whole}");
                    found
                        .methods
                        .insert(method(dataset, variable), (named, sentence.clone()));
                } else {
                    found.comments.insert(comment(dataset, variable), sentence.clone());
                }
            }
            for level in &variable.by_value {
                let here = level.rows(&dataset.table);
                add_codelist(&mut found, level.codelist.as_ref(), level.kind, dataset, at, &here);
                let rows = conditions(level);
                found
                    .conditions
                    .insert(condition(dataset.name(), &rows), (dataset.name().to_owned(), rows));
                if let (Some(sentence), Origin::Derived) = (&level.method, &level.origin)
                    && Some(sentence) != variable.method.as_ref()
                {
                    let when = level.in_words();
                    let named = format!("Derivation of {}.{} where {when}", dataset.name(), variable.name);
                    let key = method_of_value(dataset, variable, level);
                    found.methods.insert(key, (named, sentence.clone()));
                }
            }
        }
    }
    for result in define.results {
        if let Some(key) = of_result(result) {
            found
                .conditions
                .insert(key, (result.dataset.clone(), result.rows.clone()));
        }
    }
    found
}

/// Identifier of the method of a variable.
pub(super) fn method(dataset: &Dataset, variable: &Variable) -> String {
    format!("MT.{}.{}", dataset.name(), variable.name)
}

/// Identifier of the method of a value of a variable.
pub(super) fn method_of_value(dataset: &Dataset, variable: &Variable, level: &ValueLevel) -> String {
    format!("{}.{}", method(dataset, variable), values(level))
}

/// The values by which a level is known.
fn values(level: &ValueLevel) -> String {
    let values = level.when.iter().map(|(_, value)| value.as_str());
    values.collect::<Vec<_>>().join(".")
}

/// What holds of the rows of a value level.
pub(super) fn conditions(level: &ValueLevel) -> Vec<Condition> {
    let conditions = level.when.iter().map(|(variable, value)| Condition {
        variable: variable.clone(),
        values: vec![value.clone()],
    });
    conditions.collect()
}

/// Identifier of the comment of a variable.
pub(super) fn comment(dataset: &Dataset, variable: &Variable) -> String {
    format!("COM.{}.{}", dataset.name(), variable.name)
}

/// Identifier of a condition on the rows of a dataset.
pub(super) fn condition(dataset: &str, rows: &[Condition]) -> String {
    let parts = rows
        .iter()
        .map(|row| format!("{}.{}", row.variable, row.values.join("_")));
    format!("WC.{dataset}.{}", parts.collect::<Vec<_>>().join("."))
}

/// Identifier of the condition of a result; `None` where it takes every row.
pub(super) fn of_result(result: &AnalysisResult) -> Option<String> {
    (!result.rows.is_empty()).then(|| condition(&result.dataset, &result.rows))
}

/// Identifier of a value of a variable.
pub(super) fn item_of_value(dataset: &Dataset, variable: &Variable, level: &ValueLevel) -> String {
    let parts = level.when.iter().map(|(name, value)| format!(".{name}.{value}"));
    oid::variable(dataset.name(), &variable.name) + &parts.collect::<String>()
}

/// Identifier of a codelist, where it is shown.
pub(super) fn codelist_key(list: &Codelist) -> Option<String> {
    Some(match list {
        Codelist::Cdisc(code) => format!("CL.{}", term::list(code)?.0.id),
        Codelist::Sponsor { id, .. } => format!("CL.SPONSOR.{id}"),
        Codelist::Dictionary(name, version) => format!("CL.{name}.{version}"),
    })
}

fn add_codelist(
    found: &mut References,
    list: Option<&Codelist>,
    kind: Kind,
    dataset: &Dataset,
    at: usize,
    here: &dyn Fn(usize) -> bool,
) {
    let Some((key, list)) = list.and_then(|list| Some((codelist_key(list)?, list))) else {
        return;
    };
    let rows = (0..dataset.table.len()).filter(|row| here(*row));
    let values = rows
        .map(|row| dataset.table.cell(row, at))
        .filter(|cell| !cell.is_empty());
    let values: BTreeSet<&str> = values.collect();
    match list {
        Codelist::Cdisc(code) => add_terms(found, key, code, kind, &values),
        Codelist::Sponsor { name, terms, .. } => {
            let shown = found.codelists.entry(key).or_insert_with(|| Shown {
                name: name.clone(),
                kind,
                items: Items::Sponsor(BTreeMap::new()),
            });
            if let Items::Sponsor(items) = &mut shown.items {
                items.extend(terms.iter().cloned());
                for value in values {
                    items.entry(value.to_owned()).or_insert_with(|| value.to_owned());
                }
            }
        }
        Codelist::Dictionary(name, version) => {
            found.codelists.entry(key).or_insert_with(|| Shown {
                name: format!("{name} {version}"),
                kind,
                items: Items::Dictionary(name.clone(), version.clone()),
            });
        }
    }
}

fn add_terms(found: &mut References, key: String, code: &str, kind: Kind, values: &BTreeSet<&str>) {
    let Some((list, known)) = term::list(code) else { return };
    let whole = known.len() <= WHOLE_LIST;
    if !whole && values.is_empty() {
        return;
    }
    let shown = found.codelists.entry(key).or_insert_with(|| Shown {
        name: list.name.to_owned(),
        kind,
        items: Items::Cdisc {
            code: list.code,
            of_adam: list.of_adam,
            terms: BTreeMap::new(),
        },
    });
    let Items::Cdisc { terms, .. } = &mut shown.items else {
        return;
    };
    for (value, code, meaning) in known {
        if whole || values.contains(value) {
            terms.insert(value.to_owned(), (Some(code), meaning.to_owned()));
        }
    }
    for value in values {
        terms
            .entry((*value).to_owned())
            .or_insert_with(|| (None, (*value).to_owned()));
    }
}
