//! Sheets to print for the hours without the program; what is written on them is entered later, and shows as late.

use askama::Template;
use tercel_exchange::form::{FORMS, Scope, form};

use super::record::unit;
use super::sheet::choices;
use crate::ask::Ask;
use crate::conduct::SIGNED_FORMS;
use crate::punctuation::bracketed;
use crate::reply::{Fault, Reply};
use crate::view::View;

#[derive(Template)]
#[template(path = "downtime.html")]
struct ListPage {
    view: View,
    forms: Vec<(&'static str, &'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage {
    view: View,
    title: &'static str,
    help: &'static str,
    signed: bool,
    lines: Vec<Line>,
}

struct Line {
    label: &'static str,
    help: &'static str,
    choices: Vec<String>,
    unit: &'static str,
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    let language = ask.language;
    let page = ListPage {
        view: View::of(&ask),
        forms: FORMS
            .iter()
            .filter(|form| form.scope == Scope::Subject)
            .map(|form| (form.id, form.title.of(language), form.help.of(language)))
            .collect(),
    };
    Ok(Reply::Page(page.render()?))
}

pub(crate) async fn sheet(ask: Ask) -> Result<Reply, Fault> {
    let form = form(&ask.rest).ok_or(Fault::NotFound)?;
    let language = ask.language;
    let lines = form.fields.iter().map(|field| Line {
        label: field.label.of(language),
        help: field.help.of(language),
        choices: choices(&field.kind, &ask.app.trial, language)
            .into_iter()
            .map(|(value, label)| {
                if value == label {
                    label
                } else {
                    format!("{label}{}", bracketed(value, language))
                }
            })
            .collect(),
        unit: unit(&field.kind, language).unwrap_or_default(),
    });
    let page = SheetPage {
        view: View::of(&ask),
        title: form.title.of(language),
        help: form.help.of(language),
        signed: SIGNED_FORMS.contains(&form.id),
        lines: lines.collect(),
    };
    Ok(Reply::Page(page.render()?))
}
