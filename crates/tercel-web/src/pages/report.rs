//! The report as it stands now, made by the same code as the file that `tercel run` writes.

use askama::Template;
use tercel::design::decide_study;
use tercel::endpoint::{Analysis, check_analysis, derive_cells};
use tercel::language::{Language, both};
use tercel::report::{Report, build_report};

use crate::ask::Ask;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::view::View;

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    view: View,
    /// The key of the title.
    title: &'static str,
    /// The content has the heading of the page.
    headed: bool,
    content: String,
}

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    part(ask, "menu.report", tercel_report::render_parts).await
}

pub(crate) async fn safety(ask: Ask) -> Result<Reply, Fault> {
    part(ask, "menu.safety", tercel_report::render_safety).await
}

pub(crate) async fn efficacy(ask: Ask) -> Result<Reply, Fault> {
    part(ask, "menu.efficacy", tercel_report::render_efficacy).await
}

async fn part(ask: Ask, title: &'static str, render: fn(&Report, Language) -> String) -> Result<Reply, Fault> {
    // The report counts subjects of every site: it is not for who may read one site alone.
    if ask.person()?.sites(Permission::Read).is_some() {
        return Err(Fault::Forbidden);
    }
    let snapshot = ask.app.snapshot_now().await?;
    let (view, language) = (View::of(&ask), ask.language);
    let trial = ask.app.trial.in_language(language);
    let made = tokio::task::spawn_blocking(move || {
        let analysis = Analysis::new(&trial, snapshot.data(), Some(snapshot.today));
        let findings = check_analysis(&analysis);
        let cells = derive_cells(&analysis);
        let report = build_report(&analysis, &cells, decide_study(&analysis).as_ref(), &findings);
        let content = render(&report, language);
        let headed = content.contains("<h1");
        Page {
            view,
            title,
            headed,
            content,
        }
        .render()
    });
    let page = made
        .await
        .map_err(|_| Fault::Wrong(both!("the report could not be derived", "报告无法生成")))??;
    Ok(Reply::Page(page))
}
