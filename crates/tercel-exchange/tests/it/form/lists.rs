//! Values against CDISC controlled terminology.

use std::collections::{BTreeMap, BTreeSet};

use tercel_exchange::form::{Derived, FORMS, Form, Kind};

const LISTS: &str = include_str!("../../data/forms/codelists.tsv");
const TESTS: &str = include_str!("../../data/forms/tests.tsv");

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split('\t').collect())
}

/// Terms of our own in lists that may be extended: the readers know them, the terminology has none. Laboratories print
/// ng/mL, which the terminology calls ug/L.
const OWN: [(&str, &[&str]); 10] = [
    ("CPTEST", &["CAR Positive T Cells"]),
    ("ECDOSU", &["10^8 cells"]),
    ("EXDOSU", &["10^8 cells"]),
    ("FATEST", &["Dose Limiting Toxicity", "PAUSE"]),
    (
        "FATESTCD",
        &[
            "TEMP", "HYPOTEN", "VASOPRES", "VASOPN", "O2DEV", "O2FLOW", "FIO2", "MASKTRT", "ATTRIB", "ICE", "AROUSAL",
            "SEIZURE", "MOTOR", "OEDEMA", "DLT", "PAUSE",
        ],
    ),
    ("LBORRESU", &["ng/mL"]),
    ("LBSTRESU", &["ng/mL"]),
    ("RSCAT", &["mRECIST"]),
    ("TRSTRESC", &["NOT DONE", "TOO SMALL TO MEASURE"]),
    ("TRTESTCD", &["CYTOLOGY"]),
];

/// The values that a kind lists.
fn values(kind: &Kind) -> Vec<&'static str> {
    match kind {
        Kind::YesNo => vec!["Y", "N"],
        Kind::Choice(choices) | Kind::Suggested { choices, .. } => choices.iter().map(|choice| choice.value).collect(),
        Kind::By { kinds, otherwise, .. } => {
            let mut all: Vec<&str> = kinds.iter().flat_map(|(_, kind)| values(kind)).collect();
            all.extend(values(otherwise));
            all
        }
        _ => Vec::new(),
    }
}

/// Every variable with a list, and the values that a form gives it.
fn listed(form: &'static Form) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut listed: Vec<(&str, Vec<&str>)> = Vec::new();
    for field in form.fields {
        listed.extend(field.variable().map(|name| (name, values(&field.kind))));
        for (name, derived) in form.derived {
            if [Derived::Standard(field.id), Derived::Converted(field.id)].contains(derived) {
                listed.push((name, values(&field.kind)));
            }
        }
    }
    listed.extend(form.constants.iter().map(|(name, value)| (*name, vec![*value])));
    listed
}

#[test]
fn values_belong_to_the_code_list_of_their_variable() {
    let mut lists: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows(LISTS) {
        lists.entry(row[0]).or_default().insert(row[3]);
    }
    let mut wrong = Vec::new();
    for form in FORMS {
        let domain = form.domain.unwrap_or_default();
        for (name, values) in listed(form) {
            let Some(list) = lists.get(format!("{domain}.{name}").as_str()) else {
                continue;
            };
            let own = OWN.iter().filter(|(known, _)| *known == name).flat_map(|(_, own)| *own);
            let own: Vec<&str> = own.copied().collect();
            assert!(
                own.iter().all(|value| !list.contains(value)),
                "{name}: the terminology has a term of our own"
            );
            let unknown = values
                .into_iter()
                .filter(|value| !list.contains(value) && !own.contains(value));
            wrong.extend(unknown.map(|value| format!("{}: {name} = {value}", form.id)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn tests_are_called_by_the_names_of_their_codes() {
    let names: BTreeMap<(&str, &str), &str> = rows(TESTS).map(|row| ((row[0], row[1]), row[2])).collect();
    let mut compared = 0;
    for form in FORMS {
        for field in form.fields.iter().filter(|field| field.id.ends_with("testcd")) {
            let (Kind::Choice(choices) | Kind::Suggested { choices, .. }) = field.kind else {
                continue;
            };
            for choice in choices {
                if let Some(name) = names.get(&(field.variable().unwrap(), choice.value)) {
                    assert_eq!(choice.label.en, *name, "{}.{}", form.id, choice.value);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 35, "{compared}");
}
