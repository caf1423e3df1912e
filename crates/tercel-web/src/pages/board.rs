//! The board: dose levels with every subject's state, and the decision for the next one.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;
use tercel::conduct::{ConductRecords, Gate, Stage, Study, derive_stage, next_gate};
use tercel::design::Count;
use tercel::endpoint::Facts;
use tercel::language::{Language, Text, both};
use tercel::meeting::Choice;
use tercel::protocol::{DoseLevel, Trial};
use tercel::report::number::raise;
use tercel::study::SubjectId;

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

#[derive(Template)]
#[template(path = "board.html")]
struct Page {
    view: View,
    /// The action and its reason in the reader's language.
    decision: Option<(String, String)>,
    waiting: Vec<String>,
    /// What is wrong in the data and named before the decision.
    attention: Vec<String>,
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
    /// The gate of the next step: whether it is open, what blocks it first, and in words.
    gate: Option<(bool, Vec<String>, String)>,
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
    let (trial, now) = (ask.app.trial.clone(), ask.app.store.clock().now());
    let page = tokio::task::spawn_blocking(move || {
        let way = on_the_way(&snapshot, sites.as_deref(), now, language);
        page(view, &snapshot, &trial, sites.as_deref(), &way).render()
    });
    let page = page
        .await
        .map_err(|_| Fault::Wrong(both!("the board could not be derived", "总览无法生成")))??;
    Ok(Reply::Page(page))
}

/// Where who has not been infused stands on its way.
type OnTheWay = BTreeMap<String, Ahead>;

/// What the records of conduct say of a subject's way to the infusion.
struct Ahead {
    /// Stage, where it says more than the data do.
    stage: Option<Text>,
    /// The gate of the next step: whether it is open, what blocks it first, and in words.
    gate: Option<(bool, Vec<String>, String)>,
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
            (
                gate.is_open(),
                blocks(&gate, language),
                format!(
                    "{}{}{words}{missing}",
                    gate.name.text().of(language),
                    COLON.of(language)
                ),
            )
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
    let levels = trial.dose_levels.iter().map(|(level, _)| Level {
        label: level_label(trial, Some(level), language),
        counts: standing
            .counts
            .get(&level)
            .map_or_else(String::new, |count| counts(count, language)),
        subjects: of_level(Some(level)),
    });
    let mut levels: Vec<Level> = levels.collect();
    let unassigned = of_level(None);
    if !unassigned.is_empty() {
        levels.push(Level {
            label: message("board.no_level").of(language).to_owned(),
            counts: String::new(),
            subjects: unassigned,
        });
    }
    Page {
        view,
        decision: standing
            .decision
            .as_ref()
            .map(|(action, because)| (Choice::Dose(*action).words(language), because.of(language).to_owned())),
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
    let window = subject.window.map(|(first, last, left)| {
        let words = message("board.days_left").of(language);
        format!("{first} – {last} · {left} {words}")
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
