//! Tokens for programs: each acts with its owner's roles, until a day.

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tercel::language::both;
use tercel_store::{Author, Change};

use crate::ask::Ask;
use crate::reply::{Fault, Reply};
use crate::role::roles_of;
use crate::view::View;

#[derive(Template)]
#[template(path = "tokens.html")]
struct Page {
    view: View,
    made: Option<String>,
    rows: Vec<(String, String, String)>,
}

async fn page(ask: &Ask, made: Option<String>) -> Result<Reply, Fault> {
    let tokens = ask.app.store.tokens(&ask.person()?.account.name).await?;
    let page = Page {
        view: View::of(ask),
        made,
        rows: tokens
            .into_iter()
            .map(|(label, since, until)| (label, since, until.unwrap_or_default()))
            .collect(),
    };
    Ok(Reply::Page(page.render()?))
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    page(&ask, None).await
}

/// Longest life of a token, in days.
const MOST_DAYS: i64 = 365;

pub(crate) async fn make(ask: Ask) -> Result<Reply, Fault> {
    let account = browser(&ask)?;
    let (label, days) = (ask.field("label")?, ask.number("days")?);
    if !(1..=MOST_DAYS).contains(&days) || label.len() > 60 {
        return Err(Fault::Wrong(both!(
            "a token lasts 1 to {MOST_DAYS} days and has a label of at most 60 letters",
            "令牌有效期为1至{MOST_DAYS}天，标签最多60字节"
        )));
    }
    if ask
        .app
        .store
        .tokens(&account)
        .await?
        .iter()
        .any(|(known, _, _)| known == label)
    {
        return Err(Fault::Refused(both!(
            "you have a token \"{label}\" already",
            "您已有名为“{label}”的令牌"
        )));
    }
    let password = ask.form.get("password").map_or("", String::as_str);
    ask.check_password(&account, password).await?;
    let until: Timestamp = ask.app.store.clock().now() + SignedDuration::from_hours(24 * days);
    let (token, _) = ask.app.store.begin_session(&account, Some(label), Some(until)).await?;
    note(&ask, &account, "token made", label).await?;
    page(&ask, Some(token)).await
}

pub(crate) async fn end(ask: Ask) -> Result<Reply, Fault> {
    let account = browser(&ask)?;
    let label = ask.field("label")?;
    ask.app.store.end_token(&account, label).await?;
    note(&ask, &account, "token ended", label).await?;
    Ok(Reply::Go("/tokens".to_owned()))
}

/// The account of a browser's session: a token does not make tokens.
fn browser(ask: &Ask) -> Result<String, Fault> {
    if ask.api {
        return Err(Fault::Forbidden);
    }
    Ok(ask.person()?.account.name.clone())
}

async fn note(ask: &Ask, account: &str, event: &str, label: &str) -> Result<(), Fault> {
    let author = Author {
        account: account.to_owned(),
        role: roles_of(&ask.person()?.account),
    };
    let event = json!({"event": event, "label": label});
    ask.app.store.append(&author, None, &[Change::Access { event }]).await?;
    Ok(())
}
