//! The page that says why something did not work, with what was typed: a signature refused for its password can be given
//! again there. Passwords and codes never come back.

use askama::Template;
use axum::body::Body;
use axum::http::Response;
use tercel::language::Text;

use crate::ask::Ask;
use crate::messages::message;
use crate::reply::{Fault, POLICY, respond};
use crate::view::View;

#[derive(Template)]
#[template(path = "fault.html")]
struct Page {
    view: View,
    sentence: String,
    /// What was typed, for reading.
    typed: Vec<(&'static str, String)>,
    again: Option<Again>,
}

/// The form that was refused for its password.
struct Again {
    action: String,
    carried: Vec<(String, String)>,
    /// Name, label and value.
    open: Vec<(&'static str, &'static str, String)>,
    /// Name and label.
    passwords: Vec<(&'static str, &'static str)>,
}

/// Answers outside of forms of the record, with their labels.
const TYPED: [(&str, &str); 18] = [
    ("choice", "meeting.choice"),
    ("vote", "meeting.vote"),
    ("comment", "meeting.comment"),
    ("despite", "meeting.despite"),
    ("conditions", "meeting.conditions"),
    ("places", "meeting.places"),
    ("meaning", "record.meaning"),
    ("reason", "record.reason"),
    ("version", "protocol.version"),
    ("site", "protocol.site"),
    ("summary", "protocol.summary"),
    ("approval", "protocol.approval"),
    ("approved", "protocol.approved"),
    ("effective", "protocol.effective"),
    ("label", "tokens.label"),
    ("days", "tokens.days"),
    ("text", "refused.text"),
    ("second", "record.second"),
];

/// Answers that are chosen, with the words of the choice.
const CHOSEN: [(&str, &str); 5] = [
    ("agree", "meeting.agree"),
    ("disagree", "meeting.disagree"),
    ("abstain", "meeting.abstain"),
    ("reviewed", "record.reviewed"),
    ("responsible", "record.responsible"),
];

/// What is not shown again, nor carried along.
fn secret(name: &str) -> bool {
    name.contains("password") || ["again", "old", "code", "csrf"].contains(&name)
}

/// The page for a fault; `sent_to` is where the form came that ended in it.
pub(crate) fn page(ask: &Ask, fault: &Fault, sent_to: &str) -> Response<Body> {
    let (status, sentence) = fault.status(ask.language);
    if let Fault::Shown { page, .. } = fault {
        return respond(status, "text/html; charset=utf-8", page.clone().into_bytes(), POLICY);
    }
    let page = Page {
        view: View::of(ask),
        sentence: sentence.clone(),
        typed: if matches!(fault, Fault::Password(_) | Fault::Refused(_) | Fault::Wrong(_)) {
            typed(ask)
        } else {
            Vec::new()
        },
        again: matches!(fault, Fault::Password(_)).then(|| again(ask, sent_to)),
    };
    let (kind, text) = match page.render() {
        Ok(text) => ("text/html; charset=utf-8", text),
        Err(_) => ("text/plain; charset=utf-8", sentence),
    };
    respond(status, kind, text.into_bytes(), POLICY)
}

fn typed(ask: &Ask) -> Vec<(&'static str, String)> {
    let said = |(name, key): (&str, &str)| {
        let value = ask.optional(name);
        let chosen = CHOSEN.iter().find(|(id, _)| *id == value);
        let words = chosen.map_or(value, |(_, key)| message(key).of(ask.language));
        (!value.is_empty()).then(|| (message(key).of(ask.language), words.to_owned()))
    };
    TYPED.into_iter().filter_map(said).collect()
}

/// The same form again: who signs may be corrected, what is signed is carried as it was.
fn again(ask: &Ask, sent_to: &str) -> Again {
    let label = |text: Text| text.of(ask.language);
    let two = ask.form.contains_key("second");
    let own = message(if two { "record.own_password" } else { "sign_in.password" });
    let names = [
        ("account", message("sign_in.name")),
        ("second", message("record.second")),
    ];
    let given = names.iter().filter(|(name, _)| ask.form.contains_key(*name));
    let mut passwords = vec![("password", label(own))];
    if two {
        passwords.push(("second_password", label(message("record.second_password"))));
    }
    let carried = ask
        .form
        .iter()
        .filter(|(name, _)| !secret(name) && !["account", "second"].contains(&name.as_str()));
    Again {
        action: sent_to.to_owned(),
        carried: carried.map(|(name, value)| (name.clone(), value.clone())).collect(),
        open: given
            .map(|(name, text)| (*name, label(*text), ask.optional(name).to_owned()))
            .collect(),
        passwords,
    }
}
