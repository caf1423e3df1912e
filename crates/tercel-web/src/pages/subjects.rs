//! The list of subjects, and one subject with all that was entered of it.

use askama::Template;
use schemars::JsonSchema;
use serde::Serialize;
use tercel::endpoint::Analysis;
use tercel::language::{Language, both};
use tercel::protocol::{DoseLevel, Trial};
use tercel_exchange::form::{FORMS, Form, Scope, form};
use tercel_store::{Record, RecordFilter};

use super::api::answer;
use super::board::{level_label, stage_ahead, stages, state_of};
use super::countersign::may_begin;
use super::found::{FindingLine, findings_of};
use super::lab_table::{LabTable, lab_table};
use super::record::short_words;
use crate::ask::{Ask, among};
use crate::conduct::SIGNED_FORMS;
use crate::messages::message;
use crate::punctuation::LISTED;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::snapshot::subject_data;
use crate::view::View;

/// The subjects.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "subjects.html")]
#[schemars(rename = "Subjects")]
pub(super) struct ListPage {
    #[serde(skip)]
    view: View,
    #[serde(skip)]
    may_enter: bool,
    /// Subjects, in order of identifier.
    #[serde(rename = "subjects")]
    rows: Vec<Row>,
}

/// A subject of the list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SubjectLine")]
struct Row {
    /// Identifier.
    #[serde(rename = "subject")]
    id: String,
    #[serde(skip)]
    link: String,
    site: String,
    /// Number of the dose level, from 1.
    dose_level: Option<u8>,
    /// The same in words.
    level: String,
    /// In words.
    state: String,
    records: usize,
    /// Open queries.
    queries: usize,
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(listed(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read_list(ask: Ask) -> Result<Reply, Fault> {
    answer(&listed(&ask).await?)
}

async fn listed(ask: &Ask) -> Result<ListPage, Fault> {
    let person = ask.person()?;
    let snapshot = ask.app.snapshot().await?;
    let trial = ask.app.trial.clone();
    let (view, may_enter) = (View::of(ask), person.may(Permission::Enter));
    let language = ask.language;
    let (sites, now) = (person.sites(Permission::Read), ask.app.store.clock().now());
    let made = tokio::task::spawn_blocking(move || {
        let standing = &snapshot.standing().subjects;
        let stages = stages(&snapshot, sites.as_deref(), now);
        let shown = |site: Option<&str>| among(sites.as_deref(), site);
        let subjects = snapshot.subjects();
        let rows = subjects.into_iter().filter(|(_, site)| shown(*site)).map(|(id, site)| {
            let known = standing.get(id);
            Row {
                id: id.to_owned(),
                link: encode(id),
                site: site.unwrap_or("–").to_owned(),
                dose_level: known.and_then(|known| known.level).map(DoseLevel::number),
                level: level_label(&trial, known.and_then(|known| known.level), language),
                state: match (stages.get(id), known) {
                    (Some(stage), _) => stage.of(language).to_owned(),
                    (None, Some(known)) => known.state.of(language).to_owned(),
                    (None, None) => "–".to_owned(),
                },
                records: snapshot.parts.get(id).map_or(0, |part| part.records),
                queries: snapshot.open_queries(id),
            }
        });
        let rows = rows.collect();
        ListPage { view, may_enter, rows }
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the list could not be derived", "列表无法生成")))
}

/// A subject. Its records are those of /api/records, its gates and visits those of /api/gates.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "subject.html")]
#[schemars(rename = "Subject")]
pub(super) struct SubjectPage {
    #[serde(skip)]
    view: View,
    /// Identifier.
    #[serde(rename = "subject")]
    id: String,
    #[serde(skip)]
    link: String,
    site: String,
    /// Number of the dose level, from 1.
    dose_level: Option<u8>,
    /// In words.
    state: String,
    #[serde(skip)]
    site_level: String,
    /// Forms that may be entered now.
    forms: Vec<FormLink>,
    /// What its records contradict or lack.
    findings: Vec<FindingLine>,
    #[serde(skip)]
    figures: String,
    #[serde(skip)]
    labs: Option<LabTable>,
    #[serde(skip)]
    records: Vec<Group>,
}

/// A form that may be entered.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FormToEnter")]
struct FormLink {
    /// The operation that enters it: enter, panel or countersign.
    way: &'static str,
    #[serde(rename = "form")]
    id: &'static str,
    title: &'static str,
    #[serde(skip)]
    count: String,
}

struct Group {
    title: &'static str,
    rows: Vec<RecordRow>,
    hidden: usize,
}

struct RecordRow {
    link: String,
    number: u32,
    happened: String,
    summary: String,
    /// The same answers as they are kept.
    kept: String,
    state: String,
    voided: bool,
}

/// Most records of one form on the page of a subject; the rest are counted.
const MOST_ROWS: usize = 60;
/// Most findings on the page of a subject.
const MOST_FINDINGS: usize = 50;

/// The records of a subject that who asks may read; a subject of another site does not exist for them.
pub(crate) async fn records_of(ask: &Ask, subject: &str) -> Result<Vec<Record>, Fault> {
    let filter = RecordFilter {
        subject: Some(subject.to_owned()),
        ..RecordFilter::default()
    };
    let records = ask.app.store.records(&filter).await?;
    let site = site_of(&records);
    if records.is_empty() || !ask.person()?.may_at(Permission::Read, site.as_deref()) {
        return Err(Fault::NotFound);
    }
    Ok(records)
}

/// The site of a subject that who asks may read about; a subject of another site does not exist for them.
pub(crate) async fn site_of_subject(ask: &Ask, subject: &str) -> Result<Option<String>, Fault> {
    let site = ask.app.store.site_of(subject).await?.ok_or(Fault::NotFound)?;
    if !ask.person()?.may_at(Permission::Read, site.as_deref()) {
        return Err(Fault::NotFound);
    }
    Ok(site)
}

/// The site of a subject's records.
pub(crate) fn site_of(records: &[Record]) -> Option<String> {
    records.iter().find_map(|record| record.site.clone())
}

fn figures_of(trial: &Trial, data: &tercel::study::StudyData, today: jiff::civil::Date, language: Language) -> String {
    let trial = trial.in_language(language);
    tercel_report::render_subject(&Analysis::new(&trial, data, Some(today)), language)
}

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(made(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read(ask: Ask) -> Result<Reply, Fault> {
    answer(&made(&ask).await?)
}

async fn made(ask: &Ask) -> Result<SubjectPage, Fault> {
    let records = records_of(ask, &ask.rest).await?;
    let site = site_of(&records);
    let person = ask.person()?;
    let may_enter = person.may_at(Permission::Enter, site.as_deref());
    let signed = SIGNED_FORMS.into_iter();
    let signed: Vec<&str> = signed.filter(|form| may_begin(person, form, site.as_deref())).collect();
    let (view, language, trial, today) = (View::of(ask), ask.language, ask.app.trial.clone(), ask.app.today());
    let (id, snapshot, now) = (ask.rest.clone(), ask.app.snapshot().await?, ask.app.store.clock().now());
    let made = tokio::task::spawn_blocking(move || {
        let stage = stage_ahead(&snapshot, &id, now);
        let data = subject_data(&records, &trial, &id);
        let analysis = Analysis::new(&trial, &data, Some(today));
        let facts = analysis.facts.first();
        let mut findings = findings_of(&analysis, &records, &id, language);
        findings.truncate(MOST_FINDINGS);
        SubjectPage {
            view,
            link: encode(&id),
            site: site.clone().unwrap_or_else(|| "–".to_owned()),
            dose_level: facts.and_then(|facts| facts.level).map(DoseLevel::number),
            state: match (stage, facts) {
                (Some(stage), _) => stage.of(language).to_owned(),
                (None, Some(facts)) => state_of(facts, language),
                (None, None) => String::new(),
            },
            site_level: format!(
                "{} · {}",
                site.as_deref().unwrap_or("–"),
                level_label(&trial, facts.and_then(|facts| facts.level), language)
            ),
            forms: forms(Scope::Subject, &records, may_enter, &signed, language),
            findings,
            figures: figures_of(&trial, &data, today, language),
            labs: facts.and_then(lab_table),
            records: groups(&records, &trial, language),
            id,
        }
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the subject could not be derived", "受试者数据无法生成")))
}

/// The forms that may be entered now, by one or by two, with how many there are.
fn forms(scope: Scope, records: &[Record], may_enter: bool, signed: &[&str], language: Language) -> Vec<FormLink> {
    let page = |form: &Form| {
        if SIGNED_FORMS.contains(&form.id) {
            return signed.contains(&form.id).then_some("countersign");
        }
        let several = if form.panel.is_some() { "panel" } else { "enter" };
        may_enter.then_some(several)
    };
    let count = |form: &Form| {
        records
            .iter()
            .filter(|record| record.form == form.id && !record.voided)
            .count()
    };
    FORMS
        .iter()
        .filter(|form| form.scope == scope && (form.repeats || scope == Scope::Study || count(form) == 0))
        .filter_map(|form| {
            let way = page(form)?;
            let number = match count(form) {
                0 => String::new(),
                number => number.to_string(),
            };
            Some(FormLink {
                way,
                id: form.id,
                title: form.title.of(language),
                count: number,
            })
        })
        .collect()
}

fn groups(records: &[Record], trial: &Trial, language: Language) -> Vec<Group> {
    let of_form = |form: &Form| {
        records
            .iter()
            .filter(|record| record.form == form.id)
            .collect::<Vec<_>>()
    };
    FORMS
        .iter()
        .filter_map(|form| {
            let mut of_form = of_form(form);
            of_form.sort_by(|one, other| other.happened.cmp(&one.happened).then(other.key.cmp(&one.key)));
            let hidden = of_form.len().saturating_sub(MOST_ROWS);
            of_form.truncate(MOST_ROWS);
            (!of_form.is_empty()).then(|| Group {
                title: form.title.of(language),
                rows: of_form
                    .iter()
                    .map(|record| row(record, form, trial, language))
                    .collect(),
                hidden,
            })
        })
        .collect()
}

fn row(record: &Record, form: &Form, trial: &Trial, language: Language) -> RecordRow {
    let fields = form.fields.iter().filter(|field| Some(field.id) != form.happened);
    let answers = fields.filter_map(|field| Some((field, record.value(field.id)?)));
    let (summary, kept): (Vec<String>, Vec<&str>) = answers
        .take(5)
        .map(|(field, raw)| (short_words(field, &record.values, raw, language, trial), raw))
        .unzip();
    RecordRow {
        link: encode(&record.key),
        number: record.number(),
        happened: record.happened.clone().unwrap_or_default(),
        summary: summary.join(" · "),
        kept: kept.join(" · "),
        state: states(record, language).join(LISTED.of(language)),
        voided: record.voided,
    }
}

#[derive(Template)]
#[template(path = "study.html")]
struct StudyPage {
    view: View,
    forms: Vec<FormLink>,
    records: Vec<Group>,
}

/// Records of the whole study: halts and their ends, delegation and training.
pub(crate) async fn study(ask: Ask) -> Result<Reply, Fault> {
    let mut records = Vec::new();
    for form in FORMS.iter().filter(|form| form.scope == Scope::Study) {
        let filter = RecordFilter {
            form: Some(form.id.to_owned()),
            ..RecordFilter::default()
        };
        records.extend(ask.app.store.records(&filter).await?);
    }
    let person = ask.person()?;
    let signed: Vec<&str> = SIGNED_FORMS
        .into_iter()
        .filter(|form| may_begin(person, form, None))
        .collect();
    let may_enter = person.may(Permission::Enter);
    let mut forms = forms(Scope::Study, &records, may_enter, &signed, ask.language);
    forms.retain(|form| signed.contains(&form.id) || person.may(Permission::to_enter(form.id)));
    let page = StudyPage {
        view: View::of(&ask),
        forms,
        records: groups(&records, &ask.app.trial, ask.language),
    };
    Ok(Reply::Page(page.render()?))
}

/// What stands with a record: verified, signed, locked, queried, void.
pub(crate) fn states(record: &Record, language: Language) -> Vec<&'static str> {
    let states = [
        (record.voided, "record.voided"),
        (record.open_queries().next().is_some(), "record.query_open"),
        (record.is_verified(), "record.verified"),
        (record.signatures_in_force().next().is_some(), "record.signed"),
        (record.locked, "record.locked"),
    ];
    let held = states.into_iter().filter(|(holds, _)| *holds);
    held.map(|(_, key)| message(key).of(language)).collect()
}

/// The form of a record; a record whose form this program does not know cannot be shown.
pub(crate) fn form_of(record: &Record) -> Result<&'static Form, Fault> {
    form(&record.form).ok_or(Fault::NotFound)
}
