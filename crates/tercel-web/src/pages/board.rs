//! The board: dose levels with every subject's state, and the decision for the next one.

use askama::Template;
use tercel::design::decide_study;
use tercel::dlt::Status;
use tercel::endpoint::{Analysis, Facts};
use tercel::language::Language;
use tercel::protocol::{DoseLevel, Trial};
use tercel::study::days_between;

use crate::ask::{Ask, among};
use crate::messages::message;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::view::View;

#[derive(Template)]
#[template(path = "board.html")]
struct Page {
    view: View,
    decision: Option<String>,
    waiting: Vec<String>,
    levels: Vec<Level>,
    entry: i64,
    hash: String,
    today: String,
}

struct Level {
    label: String,
    counts: String,
    subjects: Vec<Card>,
}

struct Card {
    id: String,
    link: String,
    class: &'static str,
    state: String,
    window: Option<String>,
    queries: usize,
}

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    let person = ask.person()?;
    if !person.may(Permission::Read) {
        let to = if person.may(Permission::Administer) {
            "/people"
        } else {
            "/password"
        };
        return Ok(Reply::Go(to.to_owned()));
    }
    let snapshot = ask.app.snapshot().await?;
    let sites = person.sites(Permission::Read);
    let view = View::of(&ask);
    let language = ask.language;
    let trial = ask.app.trial.clone();
    let page = tokio::task::spawn_blocking(move || page(view, &snapshot, &trial, sites.as_deref(), language).render());
    let page = page
        .await
        .map_err(|_| Fault::Wrong("the board could not be derived".to_owned()))??;
    Ok(Reply::Page(page))
}

fn page(view: View, snapshot: &Snapshot, trial: &Trial, sites: Option<&[String]>, language: Language) -> Page {
    let analysis = Analysis::new(trial, &snapshot.data, Some(snapshot.today));
    let decision = decide_study(&analysis);
    let shown = |facts: &&Facts<'_>| {
        let site = facts.subject.site.as_deref();
        among(sites, site)
    };
    let levels = trial.dose_levels.iter().map(|(level, _)| {
        let of_level = analysis
            .facts
            .iter()
            .filter(|facts| facts.level == Some(level))
            .filter(shown);
        let count = decision
            .as_ref()
            .and_then(|decision| decision.levels.get(level).copied());
        Level {
            label: trial.level_label(level),
            counts: count.map_or_else(String::new, |count| {
                let said = |key: &str| message(key).of(language);
                format!(
                    "{}: {} · {}: {} · {}: {}",
                    said("board.evaluable"),
                    count.evaluable,
                    said("board.with_dlt"),
                    count.dlt,
                    said("board.pending"),
                    count.pending
                )
            }),
            subjects: of_level.map(|facts| card(facts, snapshot, language)).collect(),
        }
    });
    let mut levels: Vec<Level> = levels.collect();
    let unassigned = analysis
        .facts
        .iter()
        .filter(|facts| facts.level.is_none())
        .filter(shown);
    let unassigned: Vec<Card> = unassigned.map(|facts| card(facts, snapshot, language)).collect();
    if !unassigned.is_empty() {
        levels.push(Level {
            label: "–".to_owned(),
            counts: String::new(),
            subjects: unassigned,
        });
    }
    Page {
        view,
        decision: decision
            .as_ref()
            .map(|decision| format!("{}: {}", decision.decision.action, decision.decision.because)),
        waiting: decision
            .iter()
            .flat_map(|decision| &decision.waiting_on)
            .filter(|awaited| {
                let mut facts = analysis.facts.iter();
                facts.any(|facts| facts.subject.id == awaited.subject && shown(&facts))
            })
            .map(|awaited| format!("{}: {}", awaited.subject, awaited.sentence))
            .collect(),
        levels,
        entry: snapshot.entry,
        hash: snapshot.hash.chars().take(12).collect(),
        today: snapshot.today.to_string(),
    }
}

fn card(facts: &Facts<'_>, snapshot: &Snapshot, language: Language) -> Card {
    let id = facts.subject.id.to_string();
    let queries = snapshot
        .of_subject(&id)
        .map(|record| record.open_queries().count())
        .sum();
    let status = facts.dlt.as_ref().map(|verdict| &verdict.status);
    let class = match status {
        Some(Status::Dlt) => "dlt",
        Some(Status::NoDlt) => "clear",
        Some(Status::Pending(_)) => "pending",
        Some(Status::NotEvaluable(_)) | None => "",
    };
    let window = facts
        .dlt
        .as_ref()
        .and_then(|verdict| verdict.window)
        .and_then(|window| {
            let left = days_between(snapshot.today, window.last);
            let words = message("board.days_left").of(language);
            (left >= 0).then(|| format!("{} – {} · {left} {words}", window.first, window.last))
        });
    Card {
        link: encode(&id),
        id,
        class,
        state: state_of(facts),
        window,
        queries,
    }
}

/// Where a subject stands, in a few words.
pub(crate) fn state_of(facts: &Facts<'_>) -> String {
    match (&facts.dlt, facts.day0) {
        (Some(verdict), _) => verdict.sentence(),
        (None, Some(day)) => format!("infused {day}"),
        (None, None) if facts.collection.is_some() => "collected".to_owned(),
        (None, None) => "in screening".to_owned(),
    }
}

/// The label of a dose level, or a dash.
pub(crate) fn level_label(trial: &Trial, level: Option<DoseLevel>) -> String {
    level.map_or_else(|| "–".to_owned(), |level| trial.level_label(level))
}
