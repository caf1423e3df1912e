//! Serious adverse events as cases: every report of each, the clocks that run, and what is due.

use std::fmt::Display;

use askama::Template;
use schemars::JsonSchema;
use serde::Serialize;
use tercel::conduct::CaseReportKind;
use tercel::language::{Language, both};
use tercel::safety::{Awaited, Case, Due, NumberedReport, ReportClock, Standing, derive_cases, event_term};
use tercel::study::{EventOutcome, SeriousCriteria, SubjectId};

use super::api::answer;
use super::lists::{Filter, Total};
use super::screening::{record_path, to_the_minute, written};
use crate::ask::{Ask, among};
use crate::messages::message;
use crate::punctuation::{COLON, COMMA, LISTED, bracketed};
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::view::View;

/// The serious adverse events.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "serious.html")]
#[schemars(rename = "SeriousEvents")]
pub(super) struct Page {
    #[serde(skip)]
    view: View,
    #[serde(skip)]
    filter: Filter,
    /// Cases in each state.
    totals: Vec<Total>,
    /// The times of the protocol in words.
    times: String,
    /// Cases, what is overdue first, then what is due first.
    #[serde(rename = "cases")]
    rows: Vec<Row>,
    /// The day for which it was derived.
    as_of: String,
}

/// A serious adverse event with its reports.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SeriousEvent")]
struct Row {
    /// Identifier.
    #[serde(rename = "subject")]
    id: String,
    #[serde(skip)]
    link: String,
    site: String,
    term: String,
    /// Grade in words; blank where there is none.
    grade: String,
    /// The record of the event, as in the path of /api/record.
    #[serde(rename = "record")]
    event: String,
    /// Its number among the events of the subject.
    number: u32,
    /// As written.
    onset: String,
    /// What makes it serious, in words.
    criteria: String,
    outcome: &'static str,
    reports: Vec<ReportLine>,
    /// Clocks that run, then those that were answered.
    clocks: Vec<ClockLine>,
    /// The final report was given.
    closed: bool,
    /// A report is overdue.
    overdue: bool,
    /// A report is awaited.
    due: bool,
    #[serde(skip)]
    may_enter: bool,
    #[serde(skip)]
    order: (bool, Option<jiff::civil::Date>),
}

impl Row {
    fn is(&self, state: &str) -> bool {
        match state {
            "overdue" => self.overdue,
            "due" => self.due,
            "open" => !self.closed,
            "closed" => self.closed,
            _ => true,
        }
    }
}

/// A report of a serious event.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SeriousReport")]
struct ReportLine {
    /// Its record, as in the path of /api/record.
    #[serde(rename = "record")]
    link: String,
    /// Which, to whom.
    what: String,
    /// When who reports learned of it.
    aware: String,
    /// When it was reported; null where it was not.
    sent: Option<String>,
    /// Who told whom.
    persons: String,
    news: String,
}

/// A report that is asked for by a day or an hour.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReportClock")]
struct ClockLine {
    /// Which, to whom.
    what: String,
    /// By when; blank where no clock runs.
    due: String,
    /// clock-cannot-start, open, overdue, in-time or late.
    state: &'static str,
    /// The same in words, with the time left.
    standing: String,
    #[serde(skip)]
    class: &'static str,
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(made(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read(ask: Ask) -> Result<Reply, Fault> {
    answer(&made(&ask).await?)
}

async fn made(ask: &Ask) -> Result<Page, Fault> {
    let person = ask.person()?;
    let (sites, enters) = (person.sites(Permission::Read), person.sites(Permission::Enter));
    let may_enter = person.may(Permission::Enter);
    let snapshot = ask.app.snapshot().await?;
    let (view, now) = (View::of(ask), ask.app.store.clock().now());
    let times = times(ask);
    let filter = Filter::of(ask, &STATES);
    let made = tokio::task::spawn_blocking(move || {
        let mut rows = rows(&snapshot, sites.as_deref(), now, view.language);
        for row in &mut rows {
            row.may_enter = may_enter && among(enters.as_deref(), Some(&row.site));
        }
        page(view, filter, times, rows, snapshot.today.to_string())
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the serious events could not be derived", "严重不良事件无法生成")))
}

/// The times of the protocol in words.
fn times(ask: &Ask) -> String {
    let times = ask.app.trial.safety.times;
    let t = |key: &str| message(key).of(ask.language);
    let urgent = format!("{} / {}", times.urgent_days, times.urgent_complete_days);
    let each = [
        (
            "serious.to_sponsor",
            times.investigator_hours.to_string(),
            "serious.hours",
        ),
        ("serious.urgent", urgent, "serious.days"),
        ("serious.other", times.other_days.to_string(), "serious.days"),
        ("serious.follow_up", times.follow_up_days.to_string(), "serious.days"),
    ];
    each.map(|(what, number, unit)| format!("{}{}{number} {}", t(what), COLON.of(ask.language), t(unit)))
        .join(" · ")
}

fn rows(snapshot: &Snapshot, sites: Option<&[String]>, now: jiff::Timestamp, language: Language) -> Vec<Row> {
    let mut rows = Vec::new();
    for (study, subjects) in snapshot.by_protocol(sites, now) {
        for (id, site) in subjects {
            for case in derive_cases(&study, &SubjectId::new(id)) {
                rows.push(row(&case, id, site.unwrap_or("–"), language));
            }
        }
    }
    // What is overdue comes first, then what is due first.
    rows.sort_by(|one, other| (one.order, &one.id, one.number).cmp(&(other.order, &other.id, other.number)));
    rows
}

/// States, each with the key of its title.
const STATES: [(&str, &str); 4] = [
    ("overdue", "serious.overdue"),
    ("due", "serious.due"),
    ("open", "serious.open"),
    ("closed", "serious.closed"),
];

fn page(view: View, mut filter: Filter, times: String, mut rows: Vec<Row>, as_of: String) -> Page {
    filter.offer(rows.iter().map(|row| row.site.as_str()));
    rows.retain(|row| filter.takes(&row.site));
    let count = |state: &str| rows.iter().filter(|row| row.is(state)).count();
    let counts = filter.states.iter().map(|(state, title)| (*title, count(state)));
    let all = [(view.t("serious.cases"), rows.len())];
    let totals = all.into_iter().chain(counts).map(Total::of).collect();
    rows.retain(|row| row.is(&filter.state));
    Page {
        view,
        filter,
        totals,
        times,
        rows,
        as_of,
    }
}

fn row(case: &Case<'_>, id: &str, site: &str, language: Language) -> Row {
    let event = case.event;
    let next = case.next_due().map(Due::day);
    let awaited = case.clocks.iter().filter(|clock| clock.is_awaited());
    let given = case.clocks.iter().filter(|clock| !clock.is_awaited());
    Row {
        id: id.to_owned(),
        link: encode(id),
        site: site.to_owned(),
        term: event_term(event).to_owned(),
        grade: event
            .grade
            .map(|grade| grade_words(grade, language))
            .unwrap_or_default(),
        event: encode(&event.record.to_string()),
        number: event.record.number,
        onset: event
            .start
            .map_or_else(|| "–".to_owned(), |start| written(&start.to_string())),
        criteria: criteria(event.details.criteria, language),
        outcome: outcome(event.outcome, language),
        reports: case
            .reports
            .iter()
            .map(|report| report_line(report, language))
            .collect(),
        clocks: awaited.chain(given).map(|clock| clock_line(clock, language)).collect(),
        closed: case.closed,
        overdue: case.is_overdue(),
        due: case.clocks.iter().any(ReportClock::is_awaited),
        may_enter: false,
        order: (!case.is_overdue(), next.or(Some(jiff::civil::Date::MAX))),
    }
}

fn criteria(criteria: SeriousCriteria, language: Language) -> String {
    let named = [
        (criteria.death, "serious.death"),
        (criteria.life_threatening, "serious.life"),
        (criteria.hospitalisation, "serious.hospital"),
        (criteria.disability, "serious.disability"),
        (criteria.congenital, "serious.congenital"),
        (criteria.important, "serious.important"),
    ];
    let held = named.into_iter().filter(|(holds, _)| *holds == Some(true));
    let words: Vec<&str> = held.map(|(_, key)| message(key).of(language)).collect();
    words.join(LISTED.of(language))
}

fn grade_words(grade: impl Display, language: Language) -> String {
    both!("grade {grade}", "{grade}级", grade = grade)
        .of(language)
        .to_owned()
}

fn outcome(outcome: EventOutcome, language: Language) -> &'static str {
    let key = match outcome {
        EventOutcome::Recovered => "serious.recovered",
        EventOutcome::Ongoing => "serious.ongoing",
        EventOutcome::Fatal => "serious.fatal",
        EventOutcome::Unknown => "serious.unknown",
    };
    message(key).of(language)
}

fn report_line(one: &NumberedReport, language: Language) -> ReportLine {
    let report = &one.report;
    let arrow = format!(
        "{} → {}",
        one.number.text(language),
        report.recipient.text().of(language)
    );
    let receiver = report.receiver.as_deref().map(|name| format!(" → {name}"));
    ReportLine {
        link: record_path(&report.entry.id),
        what: arrow,
        aware: to_the_minute(report.aware),
        sent: report.sent.map(to_the_minute),
        persons: format!("{}{}", report.reporter, receiver.unwrap_or_default()),
        news: match report.kind {
            CaseReportKind::Initial => String::new(),
            CaseReportKind::FollowUp | CaseReportKind::Final => report.news.clone().unwrap_or_default(),
        },
    }
}

fn clock_line(clock: &ReportClock, language: Language) -> ClockLine {
    let unit = match clock.due {
        Some(Due::By(_)) => "serious.hours",
        Some(Due::On(_)) | None => "serious.days",
    };
    let due = match clock.due {
        Some(Due::By(moment)) => to_the_minute(moment),
        Some(Due::On(day)) => day.to_string(),
        None => String::new(),
    };
    let standing = standing_words(clock.standing, unit, language);
    let report = match (clock.report, clock.recipient) {
        (Awaited::FollowUp(_) | Awaited::Final, tercel::conduct::Recipient::Authority(_)) => {
            format!(
                "{}{}",
                message("serious.passed_on").of(language),
                bracketed(clock.report.text(language), language)
            )
        }
        _ => clock.report.text(language),
    };
    ClockLine {
        what: format!("{} → {}", report, clock.recipient.text().of(language)),
        due,
        state: clock.standing.name(),
        standing: match &clock.sent {
            Some(sent) if clock.due.is_none() => written(sent),
            Some(sent) => format!("{}{}{standing}", written(sent), COMMA.of(language)),
            None => standing,
        },
        class: match clock.standing {
            Standing::CannotStart | Standing::Overdue(_) => " absolute",
            Standing::Open(_) | Standing::Late(_) => "",
            // That the sponsor knew by a day says nothing of the hours before.
            Standing::InTime if clock.due.is_none() => "",
            Standing::InTime => " ok",
        },
    }
}

fn standing_words(standing: Standing, unit: &str, language: Language) -> String {
    let t = |key: &str| message(key).of(language);
    let hours = unit == "serious.hours";
    let one = matches!(standing, Standing::Open(1) | Standing::Overdue(1) | Standing::Late(1));
    let unit = t(if one && !hours { "serious.day" } else { unit });
    match (standing, language) {
        (Standing::CannotStart, _) => t("serious.no_clock").to_owned(),
        (Standing::InTime, _) => t("serious.in_time").to_owned(),
        (Standing::Open(0), _) if hours => t("serious.within").to_owned(),
        (Standing::Open(0), _) => t("serious.today").to_owned(),
        (Standing::Open(left), Language::English) => format!("{left} {unit} left"),
        (Standing::Open(left), Language::Chinese) => format!("剩余{left}{unit}"),
        (Standing::Overdue(late), Language::English) => format!("overdue by {late} {unit}"),
        (Standing::Overdue(late), Language::Chinese) => format!("逾期{late}{unit}"),
        (Standing::Late(late), Language::English) => format!("{late} {unit} late"),
        (Standing::Late(late), Language::Chinese) => format!("迟报{late}{unit}"),
    }
}
