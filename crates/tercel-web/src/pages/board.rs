//! The board: dose levels with every subject's state, and the decision for the next one.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tercel::conduct::{ConductRecords, Gate, Stage, Study, derive_stage, next_gate};
use tercel::design::Count;
use tercel::endpoint::Facts;
use tercel::language::{Language, Text, both};
use tercel::meeting::Choice;
use tercel::protocol::{DoseLevel, Trial};
use tercel::report::number::raise;
use tercel::study::SubjectId;

use super::api::answer;
use crate::ask::{Ask, among};
use crate::conduct::site_time;
use crate::messages::message;
use crate::punctuation::COLON;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::standing::SubjectStanding;
use crate::view::View;

/// The board.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "board.html")]
#[schemars(rename = "Board")]
pub(super) struct Page {
    #[serde(skip)]
    view: View,
    /// What the design says of the next dose; null where there is no design.
    decision: Option<Decision>,
    /// Subjects it waits for, each with what for.
    waiting: Vec<String>,
    /// What is wrong in the data and named before the decision.
    attention: Vec<String>,
    /// Dose levels, and at the end those who have none.
    levels: Vec<BoardLevel>,
    /// Number of the last entry known.
    entry: i64,
    /// First twelve digits of its hash.
    hash: String,
    /// The day for which it was derived.
    today: String,
}

/// What the design says of the next dose.
#[derive(Serialize, JsonSchema)]
struct Decision {
    /// The action in words.
    action: String,
    /// Its reason.
    because: String,
}

/// A dose level with its subjects.
#[derive(Serialize, JsonSchema)]
struct BoardLevel {
    /// Number of the level, from 1; null for those who have none.
    dose_level: Option<u8>,
    /// In words.
    label: String,
    /// Subjects counted; null before anybody is.
    count: Option<Counted>,
    #[serde(skip)]
    counts: String,
    /// The subjects that may be read.
    subjects: Vec<Card>,
}

/// Subjects of a level as the design counts them.
#[derive(Serialize, JsonSchema)]
struct Counted {
    evaluable: u32,
    dlt: u32,
    pending: u32,
}

/// A subject on the board.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BoardSubject")]
struct Card {
    /// Identifier.
    #[serde(rename = "subject")]
    id: String,
    #[serde(skip)]
    link: String,
    /// Of the DLT verdict: dlt, clear, pending, or blank where there is none.
    #[serde(rename = "dlt")]
    class: &'static str,
    /// State in words.
    state: String,
    /// The DLT window, while it is open.
    window: Option<Window>,
    /// The gate of the next step.
    gate: Option<Next>,
    /// Open queries.
    queries: usize,
}

/// A DLT window that is open.
#[derive(Serialize, JsonSchema)]
struct Window {
    first: String,
    last: String,
    days_left: i32,
}

/// The gate of a subject's next step.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "NextGate")]
struct Next {
    /// enrolment, collection, lymphodepletion or infusion.
    gate: &'static str,
    open: bool,
    /// Checks that do not hold.
    missing: usize,
    /// What blocks the step first, at most three.
    blocks: Vec<String>,
    #[serde(skip)]
    words: String,
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
    Ok(Reply::Page(made(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read(ask: Ask) -> Result<Reply, Fault> {
    answer(&made(&ask).await?)
}

async fn made(ask: &Ask) -> Result<Page, Fault> {
    let snapshot = ask.app.snapshot().await?;
    let sites = ask.person()?.sites(Permission::Read);
    let view = View::of(ask);
    let language = ask.language;
    let (trial, now) = (ask.app.trial.clone(), ask.app.store.clock().now());
    let page = tokio::task::spawn_blocking(move || {
        let way = on_the_way(&snapshot, sites.as_deref(), now, language);
        page(view, &snapshot, &trial, sites.as_deref(), &way)
    });
    page.await
        .map_err(|_| Fault::Wrong(both!("the board could not be derived", "总览无法生成")))
}

/// Where who has not been infused stands on its way.
type OnTheWay = BTreeMap<String, Ahead>;

/// What the records of conduct say of a subject's way to the infusion.
struct Ahead {
    /// Stage, where it says more than the data do.
    stage: Option<Text>,
    /// The gate of the next step.
    gate: Option<Next>,
}

/// Sentences of a gate on the board.
const BLOCKS: usize = 3;

/// What blocks the next step first: what stops one who waits, or else what comes first at the gate.
fn blocks(gate: &Gate, language: Language) -> Vec<String> {
    let list = if gate.urgent.is_empty() {
        &gate.missing
    } else {
        &gate.urgent
    };
    list.iter()
        .take(BLOCKS)
        .map(|one| one.need.sentence(language))
        .collect()
}

fn on_the_way(snapshot: &Snapshot, sites: Option<&[String]>, now: Timestamp, language: Language) -> OnTheWay {
    let mut way = OnTheWay::new();
    for_each_ahead(snapshot, sites, now, |study, id, stage| {
        let gate = next_gate(study, &SubjectId::new(id), stage).map(|gate| {
            let (key, missing) = match gate.missing.len() {
                0 => ("gates.open", String::new()),
                missing => ("gates.shut", format!("{}{missing}", COLON.of(language))),
            };
            let words = message(key).of(language);
            let name = gate.name.text().of(language);
            Next {
                gate: gate.name.name(),
                open: gate.is_open(),
                missing: gate.missing.len(),
                blocks: blocks(&gate, language),
                words: format!("{name}{}{words}{missing}", COLON.of(language)),
            }
        });
        let stage = told(stage);
        way.insert(id.to_owned(), Ahead { stage, gate });
    });
    way
}

/// The stages of those on their way to the infusion.
pub(crate) fn stages(snapshot: &Snapshot, sites: Option<&[String]>, now: Timestamp) -> BTreeMap<String, Text> {
    let mut stages = BTreeMap::new();
    for_each_ahead(snapshot, sites, now, |_, id, stage| {
        stages.extend(told(stage).map(|text| (id.to_owned(), text)));
    });
    stages
}

/// The stage of one subject on its way to the infusion.
pub(crate) fn stage_ahead(snapshot: &Snapshot, id: &str, now: Timestamp) -> Option<Text> {
    let subject = SubjectId::new(id);
    snapshot.standing().subjects.get(id).filter(|known| is_ahead(known))?;
    // A stage rests on the subject's own records: those of the study need not be copied for it.
    let own = ConductRecords {
        subjects: vec![snapshot.conduct.of(&subject)?.clone()],
        ..ConductRecords::default()
    };
    let study = Study::new(snapshot.trial_of(id), snapshot.data(), &own, site_time(now));
    told(&derive_stage(&study, &subject)?)
}

/// Whether a subject may still come to the infusion.
fn is_ahead(subject: &SubjectStanding) -> bool {
    subject.infused.is_none() && !subject.failed_screening
}

/// A stage that says more than the data do: they tell screening and how a subject left.
fn told(stage: &Stage) -> Option<Text> {
    let says_more = *stage > Stage::InScreening && !matches!(stage, Stage::OffStudy(_));
    says_more.then(|| stage.text())
}

/// Everybody who has not been infused and may be read, with the stage.
fn for_each_ahead(
    snapshot: &Snapshot,
    sites: Option<&[String]>,
    now: Timestamp,
    mut tell: impl FnMut(&Study<'_>, &str, &Stage),
) {
    let known = &snapshot.standing().subjects;
    let waits = |id: &str| known.get(id).is_some_and(is_ahead);
    for (study, subjects) in snapshot.by_protocol(sites, now) {
        for (id, _) in subjects.into_iter().filter(|(id, _)| waits(id)) {
            if let Some(stage) = derive_stage(&study, &SubjectId::new(id)) {
                tell(&study, id, &stage);
            }
        }
    }
}

fn page(view: View, snapshot: &Snapshot, trial: &Trial, sites: Option<&[String]>, way: &OnTheWay) -> Page {
    let (standing, language) = (snapshot.standing(), view.language);
    let shown = |subject: &SubjectStanding| {
        let site = subject.site.as_deref();
        among(sites, site)
    };
    let of_level = |level: Option<DoseLevel>| -> Vec<Card> {
        let subjects = standing.subjects.iter();
        subjects
            .filter(|(_, subject)| subject.level == level && !subject.failed_screening && shown(subject))
            .map(|(id, subject)| card(id, subject, snapshot, way.get(id), language))
            .collect()
    };
    let levels = trial.dose_levels.iter().map(|(level, _)| BoardLevel {
        dose_level: Some(level.number()),
        label: level_label(trial, Some(level), language),
        count: standing.counts.get(&level).map(|count| Counted {
            evaluable: count.evaluable,
            dlt: count.dlt,
            pending: count.pending,
        }),
        counts: standing
            .counts
            .get(&level)
            .map_or_else(String::new, |count| counts(count, language)),
        subjects: of_level(Some(level)),
    });
    let mut levels: Vec<BoardLevel> = levels.collect();
    let unassigned = of_level(None);
    if !unassigned.is_empty() {
        levels.push(BoardLevel {
            dose_level: None,
            count: None,
            label: message("board.no_level").of(language).to_owned(),
            counts: String::new(),
            subjects: unassigned,
        });
    }
    Page {
        view,
        decision: standing.decision.as_ref().map(|(action, because)| Decision {
            action: Choice::Dose(*action).words(language),
            because: because.of(language).to_owned(),
        }),
        waiting: standing
            .waiting
            .iter()
            .filter(|(subject, _)| standing.subjects.get(subject).is_some_and(shown))
            .map(|(subject, sentence)| format!("{subject}{}{}", COLON.of(language), sentence.of(language)))
            .collect(),
        attention: standing
            .attention
            .iter()
            .filter(|(subject, _)| {
                let known = subject.as_ref().map(|id| standing.subjects.get(id));
                known.is_none_or(|known| known.is_some_and(shown))
            })
            .map(|(_, sentence)| sentence.of(language).to_owned())
            .collect(),
        levels,
        entry: snapshot.entry,
        hash: snapshot.hash.chars().take(12).collect(),
        today: snapshot.today.to_string(),
    }
}

fn counts(count: &Count, language: Language) -> String {
    let said = |key: &str| message(key).of(language);
    let each = [
        ("board.evaluable", count.evaluable),
        ("board.with_dlt", count.dlt),
        ("board.pending", count.pending),
    ];
    each.map(|(key, number)| format!("{}{}{number}", said(key), COLON.of(language)))
        .join(" · ")
}

fn card(id: &str, subject: &SubjectStanding, snapshot: &Snapshot, way: Option<&Ahead>, language: Language) -> Card {
    let window = subject.window.map(|(first, last, days_left)| Window {
        first: first.to_string(),
        last: last.to_string(),
        days_left,
    });
    Card {
        link: encode(id),
        id: id.to_owned(),
        class: subject.class,
        state: match way.and_then(|way| way.stage) {
            Some(stage) => stage.of(language).to_owned(),
            None => subject.state.of(language).to_owned(),
        },
        window,
        gate: way.and_then(|way| way.gate.clone()),
        queries: snapshot.open_queries(id),
    }
}

/// Where a subject stands, in a few words.
pub(crate) fn state_of(facts: &Facts<'_>, language: Language) -> String {
    let said = |key: &str| message(key).of(language);
    match (&facts.dlt, facts.day0) {
        (Some(verdict), _) => verdict.words(language),
        (None, Some(day)) => format!("{} {day}", said("board.infused")),
        (None, None) if facts.collection.is_some() => said("board.collected").to_owned(),
        (None, None) if facts.subject.screen_failure().is_some() => said("board.screening_failed").to_owned(),
        (None, None) if facts.subject.left_in_screening().is_some() => said("board.left_in_screening").to_owned(),
        (None, None) => said("board.screening").to_owned(),
    }
}

/// The label of a dose level, or a dash.
pub(crate) fn level_label(trial: &Trial, level: Option<DoseLevel>, language: Language) -> String {
    level.map_or_else(|| "–".to_owned(), |level| raise(trial.level_words(level).of(language)))
}
