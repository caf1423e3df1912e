//! The annotated forms: every question of the study with its answers and its home in SDTM.

use tercel::language::Language;
use tercel::protocol::{Trial, VisitTime};
use tercel::report::number::raise;
use tercel_exchange::export::guide;
use tercel_exchange::export::terminology::{TERMINOLOGY_VERSION, codelist};
use tercel_exchange::form::{
    Derived, FORMS, Field, Form, Home, Kind, Scope, answer_words, derived_words, place_of, required_words,
};

use super::About;
use crate::printed::{Page, PageBuilder, Role};

/// The annotated forms of a study, those that are submitted first.
///
/// Every field has its variable (`AE.AETERM`), the supplemental qualifier that holds it, or the reason why it stands
/// nowhere, and the CDISC codelist its values come from.
pub fn annotated_forms(about: &About<'_>) -> Page {
    let (submitted, kept): (Vec<&Form>, Vec<&Form>) = FORMS.iter().partition(|form| form.domain.is_some());
    let mut page = about.page(
        "annotated case report form",
        &[
            ("Standards", format!("SDTMIG 3.4, terminology {TERMINOLOGY_VERSION}")),
            (
                "Forms",
                format!("{} submitted, {} of conduct", submitted.len(), kept.len()),
            ),
        ],
    );
    index(&mut page, &submitted, about.trial);
    for form in submitted.into_iter().chain(kept) {
        write(&mut page, form, about.trial);
    }
    page.finish()
}

/// Which form is filled in where, and which dataset it becomes.
fn index(page: &mut PageBuilder, forms: &[&Form], trial: &Trial) {
    page.heading(1, "Forms and visits");
    let rows: Vec<Vec<String>> = forms
        .iter()
        .map(|form| {
            let planned: Vec<String> = visits(form, trial);
            vec![
                form.title.en.to_owned(),
                form.domain.unwrap_or_default().to_owned(),
                if form.repeats { "several" } else { "one" }.to_owned(),
                if planned.is_empty() {
                    "as it happens".to_owned()
                } else {
                    planned.join(", ")
                },
            ]
        })
        .collect();
    page.table("Forms and visits", &["Form", "Dataset", "Records", "Planned at"], &rows);
}

fn visits(form: &Form, trial: &Trial) -> Vec<String> {
    let Some(assessed) = form.assessed else {
        return Vec::new();
    };
    let planned = trial
        .schedule
        .iter()
        .filter(|visit| visit.assessments.contains(&assessed));
    planned
        .map(|visit| {
            let time = match visit.time {
                VisitTime::Day(day) => format!("day {day}"),
                VisitTime::Months(months) => format!("month {months}"),
            };
            // A visit named by its time needs it once.
            if visit.name.to_lowercase().contains(&time) {
                visit.name.clone()
            } else {
                format!("{} ({time})", visit.name)
            }
        })
        .collect()
}

fn write(page: &mut PageBuilder, form: &Form, trial: &Trial) {
    page.heading(1, &format!("{} ({})", form.title.en, form.id));
    page.place(&place_of(form));
    page.paragraph(Role::Plain, form.help.en);
    let scope = match form.scope {
        Scope::Subject => "a subject",
        Scope::Site => "a site",
        Scope::Study => "the study",
    };
    let dataset = form.domain.map_or_else(
        || "It is not submitted.".to_owned(),
        |domain| {
            let label = guide::dataset(domain).map_or("", |dataset| dataset.label);
            format!("Dataset {domain} ({label}).")
        },
    );
    page.paragraph(Role::Quiet, &format!("Filled in for {scope}. {dataset}"));
    let rows: Vec<Vec<String>> = form.fields.iter().map(|field| row(form, field, trial)).collect();
    page.table(
        &format!("{}: questions", form.title.en),
        &["Question", "Answer", "Required", "SDTM", "Codelist"],
        &rows,
    );
    let domain = form.domain.unwrap_or_default();
    let fixed = form.constants.iter().map(|(name, value)| {
        vec![
            format!("{domain}.{name}"),
            format!("\"{value}\" in every record of the form"),
            lists(domain, name),
        ]
    });
    let derived = form.derived.iter().map(|(name, from): &(&str, Derived)| {
        vec![
            format!("{domain}.{name}"),
            derived_words(*from, ""),
            lists(domain, name),
        ]
    });
    let rows: Vec<Vec<String>> = fixed.chain(derived).collect();
    page.table(
        &format!("{}: variables that nobody is asked for", form.title.en),
        &["SDTM", "Value", "Codelist"],
        &rows,
    );
}

fn row(form: &Form, field: &Field, trial: &Trial) -> Vec<String> {
    let domain = form.domain.unwrap_or_default();
    let home = match field.home {
        Home::Variable(name) if form.domain.is_some() => format!("{domain}.{name}"),
        Home::Variable(name) => name.to_owned(),
        Home::Supplement(name) => format!("SUPP{domain}.QVAL where QNAM = \"{name}\""),
        Home::None(why) => format!("not submitted: {why}"),
    };
    let list = match field.home {
        Home::Variable(name) => lists(domain, name),
        Home::Supplement(_) | Home::None(_) => String::new(),
    };
    vec![
        format!("{}\n{}", field.label.en, field.label.zh),
        answer(&field.kind, trial),
        required_words(field, ""),
        home,
        list,
    ]
}

/// What may be answered; values that the protocol names are given.
fn answer(kind: &Kind, trial: &Trial) -> String {
    let Kind::TrialChoice(from) = kind else {
        return answer_words(kind, "");
    };
    let names: Vec<String> = from
        .choices(trial, Language::English)
        .into_iter()
        .map(|(value, label)| {
            if value == label {
                value
            } else {
                format!("{value} ({})", raise(&label))
            }
        })
        .collect();
    let open = if from.is_open() { "; or text" } else { "" };
    format!("{}: {}{open}", from.name(), names.join(", "))
}

/// The CDISC codelists of a variable, or what its values are.
fn lists(domain: &str, name: &str) -> String {
    let Some(variable) = guide::variable(domain, name) else {
        return String::new();
    };
    let lists: Vec<String> = variable
        .codelists
        .iter()
        .filter_map(|code| codelist(code))
        .map(|list| format!("{} ({}, {})", list.name, list.id, list.code))
        .collect();
    if lists.is_empty() {
        variable.described.to_owned()
    } else {
        lists.join("\n")
    }
}
