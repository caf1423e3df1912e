//! Every open query that who asks may read.

use askama::Template;
use tercel_store::RecordFilter;

use super::subjects::form_of;
use crate::ask::Ask;
use crate::messages::message;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::view::View;

#[derive(Template)]
#[template(path = "queries.html")]
struct Page {
    view: View,
    rows: Vec<Row>,
}

struct Row {
    key: String,
    link: String,
    about: String,
    text: String,
    answer: String,
    at: String,
    by: String,
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
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
    let page = Page {
        view: View::of(&ask),
        rows,
    };
    Ok(Reply::Page(page.render()?))
}
