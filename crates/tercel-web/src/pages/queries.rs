//! Every open query that who asks may read.

use askama::Template;
use schemars::JsonSchema;
use serde::Serialize;
use tercel_store::RecordFilter;

use super::api::answer;
use super::subjects::form_of;
use crate::ask::Ask;
use crate::messages::message;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::view::View;

/// The open queries.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "queries.html")]
#[schemars(rename = "OpenQueries")]
pub(super) struct Page {
    #[serde(skip)]
    view: View,
    /// Queries, the oldest first.
    #[serde(rename = "queries")]
    rows: Vec<Row>,
}

/// A query that is open.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OpenQuery")]
struct Row {
    /// Key of the record.
    #[serde(rename = "record")]
    key: String,
    /// What /answer and /close name it by.
    query: i64,
    #[serde(skip)]
    link: String,
    /// The question it is about, in words.
    about: String,
    text: String,
    /// The last answer; blank where there is none.
    answer: String,
    /// When it was asked, UTC.
    at: String,
    /// Account that asked.
    by: String,
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(made(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read(ask: Ask) -> Result<Reply, Fault> {
    answer(&made(&ask).await?)
}

async fn made(ask: &Ask) -> Result<Page, Fault> {
    let filter = RecordFilter {
        sites: ask.person()?.sites(Permission::Read),
        queried: true,
        ..RecordFilter::default()
    };
    let records = ask.app.store.records(&filter).await?;
    let language = ask.language;
    let mut rows = Vec::new();
    for record in &records {
        let form = form_of(record).ok();
        for query in record.open_queries() {
            let field = query.field.as_deref();
            let label = field
                .and_then(|field| form?.field(field))
                .map(|field| field.label.of(language));
            rows.push(Row {
                key: record.key.clone(),
                query: query.id,
                link: encode(&record.key),
                about: label.unwrap_or(message("record.whole").of(language)).to_owned(),
                text: query.text.clone(),
                answer: query.answers.last().map(|(text, _)| text.clone()).unwrap_or_default(),
                at: query.asked.at.clone(),
                by: query.asked.by.clone(),
            });
        }
    }
    rows.sort_by(|one, other| one.at.cmp(&other.at));
    Ok(Page {
        view: View::of(ask),
        rows,
    })
}
