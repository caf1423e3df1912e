//! Where somebody is signed in, seen and ended by themselves.

use askama::Template;
use tercel::language::both;
use tercel_store::OpenSession;

use super::sign_in::note;
use crate::ask::Ask;
use crate::reply::{Fault, Reply};
use crate::view::View;

#[derive(Template)]
#[template(path = "sessions.html")]
struct Page {
    view: View,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    began: String,
    seen: String,
    /// The one that asks.
    this: bool,
}

/// One's own sessions in force.
async fn own(ask: &Ask) -> Result<Vec<Row>, Fault> {
    let person = ask.person()?;
    let token = person.token.as_deref().unwrap_or_default();
    let row = |one: OpenSession| Row {
        this: one.is_of(token),
        id: one.id,
        began: one.began,
        seen: one.seen,
    };
    let sessions = ask.app.store.sessions(&person.account.name).await?;
    Ok(sessions.into_iter().map(row).collect())
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    let page = Page {
        view: View::of(&ask),
        rows: own(&ask).await?,
    };
    Ok(Reply::Page(page.render()?))
}

/// Ends one, or all but the one that asks.
pub(crate) async fn end(ask: Ask) -> Result<Reply, Fault> {
    let account = &ask.person()?.account;
    let chosen = ask.field("session")?;
    let mut rows = own(&ask).await?;
    rows.retain(|row| {
        if chosen == "others" {
            !row.this
        } else {
            row.id == chosen
        }
    });
    if rows.is_empty() && chosen != "others" {
        return Err(Fault::Refused(both!("this session is over already", "该会话已结束")));
    }
    for row in &rows {
        ask.app.store.end_session_of(&account.name, &row.id).await?;
        note(&ask, account, "session ended").await?;
    }
    Ok(Reply::Go("/sessions".to_owned()))
}
