//! The screening log: everybody who was screened, what came of it, and the totals an inspector asks for.

use askama::Template;
use jiff::civil::DateTime;
use schemars::JsonSchema;
use serde::Serialize;
use tercel::conduct::{
    FailureReason, ScreeningLine, ScreeningOutcome, ScreeningTotals, Step, count_screening, derive_screening,
};
use tercel::language::{Language, both};
use tercel::protocol::{DoseLevel, Trial};
use tercel::study::SubjectId;

use super::api::answer;
use super::board::level_label;
use super::lists::{Filter, Total};
use crate::ask::Ask;
use crate::messages::message;
use crate::punctuation::{COLON, bracketed};
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::view::View;

/// The screening log.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "screening.html")]
#[schemars(rename = "ScreeningLog")]
pub(super) struct Page {
    #[serde(skip)]
    view: View,
    #[serde(skip)]
    filter: Filter,
    /// Subjects screened, enrolled at each level, failed and pending.
    totals: Vec<Total>,
    /// Subjects by reason of failure.
    reasons: Vec<Total>,
    /// Lines in order of consent.
    #[serde(rename = "lines")]
    rows: Vec<Row>,
    /// The day for which it was derived.
    as_of: String,
}

/// A subject in the screening log.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScreeningLine")]
struct Row {
    number: usize,
    /// Identifier.
    #[serde(rename = "subject")]
    id: String,
    #[serde(skip)]
    link: String,
    site: String,
    consented: Option<StepLink>,
    screened: Option<StepLink>,
    /// enrolled, failed or pending.
    state: &'static str,
    /// The same in words, with the level.
    outcome: String,
    enrolled: Option<StepLink>,
    /// Reasons of a failure.
    reasons: Vec<Reason>,
    /// What is missing before enrolment.
    missing: Vec<String>,
}

/// A reason of a failure.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScreenFailureReason")]
struct Reason {
    /// In words.
    reason: String,
    /// Its record, as in the path of /api/record.
    record: Option<String>,
}

/// A day with its record.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Step")]
pub(super) struct StepLink {
    pub(super) when: String,
    /// Its record, as in the path of /api/record.
    #[serde(rename = "record")]
    pub(super) link: String,
}

impl StepLink {
    fn of(step: &Step) -> Self {
        Self {
            when: written(&step.written),
            link: record_path(&step.record),
        }
    }
}

/// A date with its time as people read it.
pub(super) fn written(iso: &str) -> String {
    iso.replace('T', " ")
}

/// A moment to the minute as people read it.
pub(super) fn to_the_minute(moment: DateTime) -> String {
    moment.strftime("%Y-%m-%d %H:%M").to_string()
}

/// The path of a record from its identity in the science: conduct records are known there by their form alone.
pub(super) fn record_path(id: &str) -> String {
    let (form, rest) = id.split_once('/').unwrap_or((id, ""));
    let conduct = form.starts_with(|letter: char| letter.is_ascii_lowercase());
    let prefix = if conduct { "CONDUCT-" } else { "" };
    encode(&format!("{prefix}{}/{rest}", form.to_uppercase()))
}

/// The lines of the log that may be read, each with its site, in order of consent.
pub(crate) fn screening_log(
    snapshot: &Snapshot,
    sites: Option<&[String]>,
    now: jiff::Timestamp,
) -> Vec<(String, ScreeningLine)> {
    let mut lines = Vec::new();
    for (study, subjects) in snapshot.by_protocol(sites, now) {
        let of_study = subjects.into_iter().map(|(id, site)| {
            let line = derive_screening(&study, &SubjectId::new(id));
            (site.unwrap_or("–").to_owned(), line)
        });
        lines.extend(of_study);
    }
    lines.sort_by(|(_, one), (_, other)| key(one).cmp(&key(other)));
    lines
}

fn key(line: &ScreeningLine) -> (bool, Option<jiff::civil::Date>, &str) {
    let day = line.consented.as_ref().or(line.screened.as_ref()).map(|step| step.day);
    (day.is_none(), day, line.subject.as_str())
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(made(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read(ask: Ask) -> Result<Reply, Fault> {
    answer(&made(&ask).await?)
}

async fn made(ask: &Ask) -> Result<Page, Fault> {
    let sites = ask.person()?.sites(Permission::Read);
    let snapshot = ask.app.snapshot().await?;
    let (view, trial, now) = (View::of(ask), ask.app.trial.clone(), ask.app.store.clock().now());
    let filter = Filter::of(ask, &STATES);
    let made = tokio::task::spawn_blocking(move || {
        let log = screening_log(&snapshot, sites.as_deref(), now);
        page(view, filter, &trial, &log, snapshot.today.to_string())
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the screening log could not be derived", "筛选日志无法生成")))
}

fn page(view: View, mut filter: Filter, trial: &Trial, log: &[(String, ScreeningLine)], as_of: String) -> Page {
    let language = view.language;
    filter.offer(log.iter().map(|(site, _)| site.as_str()));
    let of_site = || log.iter().zip(1..).filter(|((site, _), _)| filter.takes(site));
    let totals = count_screening(of_site().map(|((_, line), _)| line));
    let shown = of_site().filter(|((_, line), _)| filter.state.is_empty() || line.outcome.name() == filter.state);
    Page {
        rows: shown
            .map(|((site, line), number)| row(trial, number, site, line, language))
            .collect(),
        totals: totals_in_words(trial, &totals, language),
        reasons: totals
            .reasons
            .iter()
            .map(|total| Total::of((total.reason.text(language), total.subjects)))
            .collect(),
        view,
        filter,
        as_of,
    }
}

/// Outcomes, each with the key of its title.
const STATES: [(&str, &str); 3] = [
    ("enrolled", "screening.enrolled"),
    ("failed", "screening.failed"),
    ("pending", "screening.pending"),
];

fn totals_in_words(trial: &Trial, totals: &ScreeningTotals, language: Language) -> Vec<Total> {
    let t = |key: &str| message(key).of(language).to_owned();
    let enrolled = totals
        .enrolled
        .iter()
        .map(|(level, count)| (enrolled_at(trial, *level, language), *count));
    let ends = [
        (t("screening.failed"), totals.failed),
        (t("screening.pending"), totals.pending),
    ];
    let first = [(t("screening.screened"), totals.screened)];
    first.into_iter().chain(enrolled).chain(ends).map(Total::of).collect()
}

fn enrolled_at(trial: &Trial, level: Option<DoseLevel>, language: Language) -> String {
    let enrolled = message("screening.enrolled").of(language);
    format!(
        "{enrolled}{}{}",
        COLON.of(language),
        level_label(trial, level, language)
    )
}

fn row(trial: &Trial, number: usize, site: &str, line: &ScreeningLine, language: Language) -> Row {
    let id = line.subject.to_string();
    let mut row = Row {
        number,
        link: encode(&id),
        id,
        site: site.to_owned(),
        consented: line.consented.as_ref().map(StepLink::of),
        screened: line.screened.as_ref().map(StepLink::of),
        state: line.outcome.name(),
        outcome: String::new(),
        enrolled: None,
        reasons: Vec::new(),
        missing: Vec::new(),
    };
    match &line.outcome {
        ScreeningOutcome::Enrolled { level, when } => {
            row.outcome = enrolled_at(trial, *level, language);
            row.enrolled = when.as_ref().map(StepLink::of);
        }
        ScreeningOutcome::Failed(reasons) => {
            message("screening.failed").of(language).clone_into(&mut row.outcome);
            let said = |reason: &FailureReason| match reason.value() {
                Some(value) => format!("{}{}", reason.text(language), bracketed(value, language)),
                None => reason.text(language),
            };
            let reasons = reasons.iter();
            let links = reasons.map(|(reason, record)| Reason {
                reason: said(reason),
                record: record.as_deref().map(record_path),
            });
            row.reasons = links.collect();
        }
        ScreeningOutcome::Pending(missing) => {
            message("screening.pending").of(language).clone_into(&mut row.outcome);
            row.missing = missing.iter().map(|one| one.need.sentence(language)).collect();
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::record_path;

    #[test]
    fn a_record_is_found_by_its_identity_in_the_science() {
        assert_eq!(record_path("AE/S-1/2"), "AE/S-1/2");
        assert_eq!(record_path("eligibility/S-1/12"), "CONDUCT-ELIGIBILITY/S-1/12");
    }
}
