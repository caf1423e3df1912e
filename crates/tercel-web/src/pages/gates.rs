//! The gates of one subject's way to the infusion, its visits, and the work list of the study.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use jiff::civil::DateTime;
use schemars::JsonSchema;
use serde::Serialize;
use tercel::conduct::{
    ConductRecords, Gate, Infused, Need, Severity, Stage, Study, Task, Urgency, Work, collection_gate,
    derive_gate_as_given, derive_gate_at_infusion, derive_gate_when_begun, derive_schedule, derive_stage, derive_tasks,
    derive_treatment_level, enrolment_gate, infusion_gate, lymphodepletion_gate, misread,
};
use tercel::design::DoseAnswer;
use tercel::language::{Language, both};
use tercel::protocol::{DoseLevel, Trial};
use tercel::study::SubjectId;
use tercel_store::Values;

use super::api::answer;
use super::countersign::may_begin;
use super::screening::to_the_minute;
use super::subjects::site_of_subject;
use crate::ask::{Ask, among};
use crate::conduct::{conduct_of_answers, site_time};
use crate::messages::message;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::view::View;

/// The gates and the visits of a subject.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "gates.html")]
#[schemars(rename = "Gates")]
pub(super) struct Page {
    #[serde(skip)]
    view: View,
    /// Identifier.
    #[serde(rename = "subject")]
    id: String,
    #[serde(skip)]
    link: String,
    /// Stage in words.
    stage: &'static str,
    /// Gates in the order of the steps; that of the infusion alone, as it stood then, of who was infused.
    gates: Vec<GateView>,
    /// Visits of the schedule.
    visits: Vec<VisitLine>,
    #[serde(skip)]
    may_release: bool,
    /// The moment for which the gates stand, by the site's clock.
    #[serde(rename = "at")]
    now: String,
    /// The infusion has begun: the gate stands as it did then.
    infused: bool,
    /// Why no gate is asked any more.
    over: Option<&'static str>,
}

/// A gate: what has to hold before a step.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Gate")]
pub(crate) struct GateView {
    /// enrolment, collection, lymphodepletion or infusion.
    #[serde(rename = "gate")]
    name: &'static str,
    /// In words.
    pub(crate) title: &'static str,
    pub(crate) open: bool,
    /// A subject waits and something that held does not hold any more.
    pub(crate) urgent: bool,
    /// Checks that do not hold.
    pub(crate) missing: Vec<MissingLine>,
    /// Checks that do not hold and were released in an emergency.
    released: Vec<Released>,
    /// Checks that hold, in words.
    pub(crate) passed: Vec<&'static str>,
}

/// A check that does not hold.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Missing")]
pub(crate) struct MissingLine {
    /// What is missing.
    pub(crate) sentence: String,
    /// What makes it hold.
    pub(crate) remedy: &'static str,
    /// Who may release it, in words.
    pub(crate) severity: &'static str,
    /// Nobody may release it.
    pub(crate) absolute: bool,
    /// Its name in records.
    pub(crate) key: String,
}

/// What was released in an emergency.
#[derive(Serialize, JsonSchema)]
struct Released {
    /// What was missing.
    sentence: String,
    /// The release.
    release: String,
}

/// A visit of the schedule.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Visit")]
struct VisitLine {
    name: String,
    /// Planned day.
    planned: String,
    /// First day on schedule.
    first: String,
    /// Last day on schedule.
    last: String,
    /// ahead, due, done, out of window, overdue, missed or not asked.
    state: &'static str,
    #[serde(skip)]
    standing: &'static str,
    #[serde(skip)]
    late: bool,
    /// Assessments asked for that have no record, in words.
    missing: Vec<&'static str>,
}

/// A gate in the user's language.
pub(crate) fn gate_view(gate: &Gate, language: Language) -> GateView {
    GateView {
        name: gate.name.name(),
        title: gate.name.text().of(language),
        open: gate.is_open(),
        urgent: !gate.urgent.is_empty(),
        missing: gate
            .missing
            .iter()
            .map(|missing| MissingLine {
                sentence: missing.need.sentence(language),
                remedy: missing.need.remedy().of(language),
                severity: missing.severity.text().of(language),
                absolute: missing.severity == Severity::Absolute,
                key: missing.key(),
            })
            .collect(),
        released: gate
            .released
            .iter()
            .map(|(missing, release)| Released {
                sentence: missing.need.sentence(language),
                release: release.clone(),
            })
            .collect(),
        passed: gate.passed.iter().map(|check| check.text().of(language)).collect(),
    }
}

/// The study at this moment, by the record, with what the design says of the next dose.
fn study<'s>(
    snapshot: &'s Snapshot,
    trial: &'s Trial,
    now: jiff::Timestamp,
    answer: Option<&'s DoseAnswer>,
) -> Study<'s> {
    Study::new(trial, snapshot.data(), &snapshot.conduct, site_time(now)).with_answer(answer)
}

/// What the answers of a form say that a gate asks by.
struct Proposed {
    /// Level of a place to be reserved.
    level: Option<DoseLevel>,
    /// The infusion, where its answers can be read.
    infused: Option<Infused>,
    /// When the collection or lymphodepletion began, where that can be read.
    began: Option<DateTime>,
}

impl Proposed {
    /// The gate as it stood when the step began; as it stands now where the answers do not say when.
    fn gate(&self, study: &Study<'_>, subject: &SubjectId, gate: fn(&Study<'_>, &SubjectId) -> Gate) -> Gate {
        match self.began {
            Some(began) => derive_gate_when_begun(study, subject, gate, began),
            None => gate(study, subject),
        }
    }
}

/// The gate that stands before a form is entered, where one does; an infusion is held against order and labels too.
pub(crate) async fn gate_before(
    ask: &Ask,
    form: &str,
    subject: &str,
    values: &Values,
) -> Result<Option<GateView>, Fault> {
    let before: fn(&Study<'_>, &SubjectId, &Proposed) -> Option<Gate> = match form {
        "conduct-slot" => |study, subject, new| new.level.map(|level| enrolment_gate(study, subject, level)),
        "collection" => |study, subject, new| Some(new.gate(study, subject, collection_gate)),
        "lymphodepletion" => |study, subject, new| Some(new.gate(study, subject, lymphodepletion_gate)),
        "infusion" => |study, subject, new| {
            let as_given = new
                .infused
                .as_ref()
                .map(|one| derive_gate_as_given(study, subject, one));
            Some(as_given.unwrap_or_else(|| infusion_gate(study, subject)))
        },
        _ => return Ok(None),
    };
    if ask.app.trial.conduct.is_none() {
        return Ok(None);
    }
    let snapshot = ask.app.snapshot_now().await?;
    if form == "lymphodepletion" && is_under_way(&snapshot, subject) {
        return Ok(None);
    }
    let trial = Arc::clone(snapshot.trial_of(subject));
    let now = ask.app.store.clock().now();
    let arm = values.get("arm").cloned().unwrap_or_default();
    let group = trial.dose_levels.iter().find(|(_, group)| group.arm == arm);
    let own = conduct_of_answers(&trial, form, subject, values, now);
    let began = own.iter().flat_map(|own| {
        let collected = own.collections.iter().map(|one| one.began);
        collected.chain(own.lymphodepletion.iter().map(|one| one.began))
    });
    let proposed = Proposed {
        level: group.map(|(level, _)| level),
        began: began.min(),
        infused: own.and_then(|mut own| own.infusions.pop()),
    };
    let (language, subject) = (ask.language, SubjectId::new(subject));
    let made = tokio::task::spawn_blocking(move || {
        // What is done now is held against what the design says now, however long it takes.
        let study = study(&snapshot, &trial, now, snapshot.answer());
        before(&study, &subject, &proposed).map(|gate| gate_view(&gate, language))
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the gate could not be derived", "关口状态无法生成")))
}

/// Whether the subject has a dose of lymphodepletion on record: its gate was asked then, and what was given after it is recorded.
fn is_under_way(snapshot: &Snapshot, subject: &str) -> bool {
    snapshot
        .conduct_of_subject(subject)
        .any(|record| record.form == "lymphodepletion" && !record.voided)
}

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(made(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read(ask: Ask) -> Result<Reply, Fault> {
    answer(&made(&ask).await?)
}

async fn made(ask: &Ask) -> Result<Page, Fault> {
    let site = site_of_subject(ask, &ask.rest).await?;
    let may_release = may_begin(ask.person()?, "conduct-emergency", site.as_deref());
    let snapshot = ask.app.snapshot_now().await?;
    // A page does not wait for what the design says to the last entry: what is done next is held against it again.
    let derived = ask.app.snapshot_derived().await?;
    let (view, trial, now, language) = (
        View::of(ask),
        Arc::clone(snapshot.trial_of(&ask.rest)),
        ask.app.store.clock().now(),
        ask.language,
    );
    let id = ask.rest.clone();
    let made = tokio::task::spawn_blocking(move || {
        let study = study(&snapshot, &trial, now, derived.answer());
        page(view, &id, &study, &snapshot.conduct, language, may_release)
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the gates could not be derived", "关口状态无法生成")))
}

fn page(
    view: View,
    id: &str,
    study: &Study<'_>,
    conduct: &ConductRecords,
    language: Language,
    may_release: bool,
) -> Page {
    let trial = study.trial;
    let subject = SubjectId::new(id);
    let known = study.data.subjects.iter().find(|known| known.id == subject);
    let level = derive_treatment_level(study, &subject).or(known.and_then(|known| known.level));
    // Without a place the level is shown at which least stands in the way.
    let missing = |level: &DoseLevel| enrolment_gate(study, &subject, *level).missing.len();
    let level = level
        .or_else(|| trial.dose_levels.iter().map(|(level, _)| level).min_by_key(missing))
        .unwrap_or(DoseLevel::FIRST);
    let at_infusion = derive_gate_at_infusion(trial, study.data, conduct, &subject);
    let infused = at_infusion.is_some();
    let stage = derive_stage(study, &subject);
    let own = study.records.of(&subject);
    let failed = known.is_some_and(|known| known.screen_failure().is_some());
    let begun = own.is_some_and(|own| own.lymphodepletion_began(study.now).is_some());
    let given = known.is_some_and(tercel::study::Subject::is_infused);
    let over = match (infused, given, begun) {
        _ if !failed && !matches!(stage, Some(Stage::OffStudy(_))) => None,
        (false, true, _) => Some("gates.over_infused"),
        (false, false, false) => Some("gates.over"),
        (true, ..) | (false, false, true) => None,
    };
    let gates = match at_infusion {
        None if over.is_some() => Vec::new(),
        // Nobody waits any more.
        Some(gate) => vec![Gate {
            urgent: Vec::new(),
            ..gate
        }],
        None => vec![
            enrolment_gate(study, &subject, level),
            collection_gate(study, &subject),
            lymphodepletion_gate(study, &subject),
            infusion_gate(study, &subject),
        ],
    };
    let at = gates.first().map_or(study.now, |gate| gate.at);
    let visits = derive_schedule(study, &subject);
    Page {
        view,
        link: encode(id),
        id: id.to_owned(),
        stage: match &stage {
            _ if failed => message("board.screening_failed").of(language),
            Some(stage) => stage.text().of(language),
            None => "–",
        },
        gates: gates.iter().map(|gate| gate_view(gate, language)).collect(),
        visits: visits
            .iter()
            .map(|visit| VisitLine {
                name: visit.name.of(language).to_owned(),
                planned: visit.planned.to_string(),
                first: visit.window.0.to_string(),
                last: visit.window.1.to_string(),
                state: visit.standing.text().of(Language::English),
                standing: visit.standing.text().of(language),
                late: matches!(
                    visit.standing,
                    tercel::conduct::VisitStanding::Overdue | tercel::conduct::VisitStanding::Missed
                ),
                missing: visit.missing.iter().map(|one| one.text().of(language)).collect(),
            })
            .collect(),
        may_release,
        now: to_the_minute(at),
        infused,
        over: over.map(|key| message(key).of(language)),
    }
}

/// The work list.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "work.html")]
#[schemars(rename = "WorkList")]
pub(super) struct WorkPage {
    #[serde(skip)]
    view: View,
    /// Meetings called for, those that a halt calls for among them.
    calls: Vec<String>,
    /// Tasks, the most urgent first.
    #[serde(rename = "tasks")]
    rows: Vec<WorkLine>,
    #[serde(skip)]
    hidden: usize,
}

/// A task.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Task")]
struct WorkLine {
    subject: String,
    #[serde(skip)]
    link: String,
    /// What is to be done.
    sentence: String,
    /// Last day; null where none is set.
    due: Option<String>,
    /// now, overdue, due or open.
    #[serde(rename = "urgency")]
    class: &'static str,
}

/// The meetings called for, and what halts treatment, without whom of any site it is about.
fn calls(snapshot: &Snapshot, language: Language) -> Vec<String> {
    snapshot.calls().map(|call| call.without_subjects(language)).collect()
}

/// Most tasks on the page; the most urgent come first.
const MOST_TASKS: usize = 300;

pub(crate) async fn work(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(work_list(&ask, MOST_TASKS).await?.render()?))
}

/// All of it for a program.
pub(crate) async fn read_work(ask: Ask) -> Result<Reply, Fault> {
    answer(&work_list(&ask, usize::MAX).await?)
}

async fn work_list(ask: &Ask, most: usize) -> Result<WorkPage, Fault> {
    let sites = ask.person()?.sites(Permission::Read);
    let snapshot = ask.app.snapshot().await?;
    let (view, trial, now, language) = (
        View::of(ask),
        ask.app.trial.clone(),
        ask.app.store.clock().now(),
        ask.language,
    );
    let made = tokio::task::spawn_blocking(move || {
        let study = study(&snapshot, &trial, now, snapshot.answer());
        let of_subjects: BTreeMap<&str, Option<&str>> = snapshot.subjects();
        let shown = |task: &Task| {
            let site = of_subjects.get(task.subject.as_str()).copied().flatten();
            among(sites.as_deref(), site)
        };
        let mut tasks: Vec<Task> = derive_tasks(&study).into_iter().filter(|task| shown(task)).collect();
        tasks.sort_by_key(|task| (task.urgency, task.due));
        let hidden = tasks.len().saturating_sub(most);
        tasks.truncate(most);
        let rows = tasks.iter().map(|task| WorkLine {
            subject: task.subject.to_string(),
            // Where what is asked for can be done.
            link: if matches!(task.work, Work::Verdict(_)) {
                format!("/subject/{}", encode(task.subject.as_str()))
            } else {
                format!("/gates/{}", encode(task.subject.as_str()))
            },
            sentence: task.sentence(language),
            due: task.due.map(|due| due.to_string()),
            class: match task.urgency {
                Urgency::Now => "now",
                Urgency::Overdue => "overdue",
                Urgency::Due => "due",
                Urgency::Open => "open",
            },
        });
        WorkPage {
            view,
            calls: calls(&snapshot, language),
            rows: rows.collect(),
            hidden,
        }
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the work list could not be derived", "待办事项无法生成")))
}

/// What of the gate of infusion a release may name, each with its key, and whether it is what stops the infusion now.
pub(crate) async fn releasable(ask: &Ask, subject: &str) -> Result<Vec<(String, bool)>, Fault> {
    let snapshot = ask.app.snapshot_now().await?;
    let derived = ask.app.snapshot_derived().await?;
    let study = study(
        &snapshot,
        snapshot.trial_of(subject),
        ask.app.store.clock().now(),
        derived.answer(),
    );
    let gate = infusion_gate(&study, &SubjectId::new(subject));
    let missing = gate
        .missing
        .iter()
        .filter(|missing| missing.severity != Severity::Absolute);
    Ok(missing.map(|one| (one.key(), gate.urgent.contains(one))).collect())
}

/// What two persons read that is not what the records hold, as sentences. They do not say what stands there: it is to be read
/// again, not copied.
pub(crate) async fn misreads(ask: &Ask, subject: &str, values: &Values) -> Result<Vec<String>, Fault> {
    let snapshot = ask.app.snapshot_now().await?;
    let trial = snapshot.trial_of(subject);
    let now = ask.app.store.clock().now();
    let proposed = conduct_of_answers(trial, "conduct-identity", subject, values, now);
    let Some(check) = proposed.and_then(|mut own| own.identity.pop()) else {
        return Ok(Vec::new());
    };
    let needs = misread(&study(&snapshot, trial, now, None), &SubjectId::new(subject), &check);
    let said = |need: &Need| {
        let Need::Identity { place, found, .. } = need else {
            return need.sentence(ask.language);
        };
        let said = both!(
            "{place_en} says \"{found}\": not what the records hold.",
            "{place_zh} 为“{found}”：与记录不符。",
            place_en = place.en,
            place_zh = place.zh
        );
        said.of(ask.language).to_owned()
    };
    Ok(needs.iter().map(said).collect())
}
