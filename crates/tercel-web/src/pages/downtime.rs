//! Sheets to print for the hours without the program; what is written on them is entered later, and shows as late.

use askama::Template;
use tercel::conduct::{Study, derive_treatment_level};
use tercel::study::SubjectId;
use tercel_exchange::form::{FORMS, Form, Scope, form};
use tercel_store::Values;

use super::board::level_label;
use super::gates::{GateView, gate_before};
use super::record::unit;
use super::screening::to_the_minute;
use super::sheet::choices;
use super::subjects::site_of_subject;
use crate::ask::Ask;
use crate::conduct::{SIGNED_FORMS, site_time};
use crate::punctuation::bracketed;
use crate::reply::{Fault, Reply};
use crate::serve::encode;
use crate::view::View;

#[derive(Template)]
#[template(path = "downtime.html")]
struct ListPage {
    view: View,
    /// Whose sheets they are, with what follows in their addresses.
    subject: Option<(String, String)>,
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
    of: Option<Known>,
}

/// What the record knew of a subject when its sheet was printed.
struct Known {
    subject: String,
    at: String,
    level: String,
    gate: Option<GateView>,
}

struct Line {
    label: &'static str,
    help: &'static str,
    choices: Vec<String>,
    unit: &'static str,
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    let language = ask.language;
    let subject = ask.query.get("subject").filter(|id| !id.is_empty());
    if let Some(id) = subject {
        site_of_subject(&ask, id).await?;
    }
    let page = ListPage {
        view: View::of(&ask),
        subject: subject.map(|id| (id.clone(), format!("/{}", encode(id)))),
        forms: FORMS
            .iter()
            .filter(|form| form.scope == Scope::Subject)
            .map(|form| (form.id, form.title.of(language), form.help.of(language)))
            .collect(),
    };
    Ok(Reply::Page(page.render()?))
}

pub(crate) async fn sheet(ask: Ask) -> Result<Reply, Fault> {
    let (id, subject) = match ask.rest.split_once('/') {
        Some((id, subject)) => (id, Some(subject)),
        None => (ask.rest.as_str(), None),
    };
    let form = form(id).ok_or(Fault::NotFound)?;
    let of = match subject {
        Some(subject) => Some(known(&ask, form, subject).await?),
        None => None,
    };
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
        of,
    };
    Ok(Reply::Page(page.render()?))
}

async fn known(ask: &Ask, form: &Form, subject: &str) -> Result<Known, Fault> {
    site_of_subject(ask, subject).await?;
    let snapshot = ask.app.snapshot_now().await?;
    let (trial, now) = (snapshot.trial_of(subject), site_time(ask.app.store.clock().now()));
    let id = SubjectId::new(subject);
    let study = Study::new(trial, snapshot.data(), &snapshot.conduct, now);
    Ok(Known {
        subject: subject.to_owned(),
        at: to_the_minute(now),
        level: level_label(trial, derive_treatment_level(&study, &id), ask.language),
        gate: gate_before(ask, form.id, subject, &Values::new()).await?,
    })
}
