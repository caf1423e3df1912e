//! One record: its answers, its queries, its signatures, its history, and what may be done with it.

use askama::Template;
use jiff::civil::Date;
use tercel::endpoint::Analysis;
use tercel::language::{Language, both, quantity_in, unit_in};
use tercel::protocol::{StudyTask, Trial};
use tercel_exchange::form::{FORMS, Field, Form, Kind as FieldKind, Severity, validate};
use tercel_store::{Change, Entry, EntryFilter, Kind, Record, Refusal, Values};

use super::altered;
use super::audit::what;
use super::confirm::{is_answered, mark_of};
use super::found::findings_of;
use super::subjects::{form_of, records_of, states};
use super::touched;
use crate::app::App;
use crate::ask::Ask;
use crate::let_go::LetGo;
use crate::messages::message;
use crate::punctuation::COLON;
use crate::refusal;
use crate::reply::{Fault, Reply};
use crate::role::{Permission, Role, role_words};
use crate::serve::encode;
use crate::snapshot::subject_data;
use crate::view::View;

#[derive(Template)]
#[template(path = "record.html")]
struct Page {
    view: View,
    title: &'static str,
    record: Record,
    link: String,
    subject_link: String,
    states: Vec<&'static str>,
    late: Option<i64>,
    notes: Vec<String>,
    /// What the data of its subject contradict or lack in it.
    findings: Vec<String>,
    answers: Vec<(String, String, String)>,
    fields: Vec<(&'static str, &'static str)>,
    may: May,
    /// What rests on the version before.
    touches: Option<String>,
    history: Vec<Line>,
    /// What is asked before the record is marked as entered in error.
    voiding: Option<Voiding>,
}

/// A mark of error that is asked about.
struct Voiding {
    question: String,
    /// Mark of the question.
    asked: String,
    reason: String,
}

struct May {
    correct: bool,
    verify: bool,
    query: bool,
    answer: bool,
    close: bool,
    sign: bool,
    lock: bool,
    unlock: bool,
}

struct Line {
    seq: i64,
    at: String,
    by: String,
    role: String,
    what: String,
    changes: Vec<(String, String, String)>,
    reason: String,
    /// Of a signature, the signed head of the chain up to it: kept outside the record it is an anchor.
    head: Option<String>,
}

/// Days after which an entry counts as late.
const LATE_DAYS: i64 = 5;

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    let record = ask.record(Permission::Read, &ask.rest).await?;
    Ok(Reply::Page(page_of(&ask, record, None).await?))
}

async fn page_of(ask: &Ask, record: Record, voiding: Option<Voiding>) -> Result<String, Fault> {
    let form = form_of(&record)?;
    let filter = EntryFilter {
        record: Some(record.key.clone()),
        ..EntryFilter::default()
    };
    let mut entries = ask.app.store.entries(&filter, 1000).await?;
    entries.reverse();
    let person = ask.person()?;
    let may = |permission| person.may_at(permission, record.site.as_deref());
    let open = !record.voided && !record.locked && super::entry::require_free(&record).is_ok();
    let language = ask.language;
    let problems = validate(form, &record.values, &ask.app.trial, ask.app.now());
    let touches = if record.version > 1 {
        touched::sentence(ask, &record, Some(record.changed.entry)).await?
    } else {
        None
    };
    let findings = findings(ask, &record).await?;
    let page = Page {
        view: View::of(ask),
        touches,
        findings,
        title: form.title.of(language),
        link: encode(&record.key),
        subject_link: encode(record.subject.as_deref().unwrap_or_default()),
        states: states(&record, language),
        late: late_days(&record),
        notes: problems
            .iter()
            .filter(|problem| problem.severity() == Severity::Asks && !record.voided)
            .map(|problem| problem.sentence(language))
            .collect(),
        answers: answers(form, &record.values, language, ask),
        fields: form
            .fields
            .iter()
            .map(|field| (field.id, field.label.of(language)))
            .collect(),
        may: May {
            correct: open && may(Permission::to_enter(form.id)),
            verify: !record.voided
                && !record.is_verified()
                && may(Permission::Verify)
                && !record.authors.contains(&person.account.name),
            query: may(Permission::Query),
            answer: may(Permission::Answer),
            close: may(Permission::Query),
            sign: !record.voided && may(Permission::Sign),
            lock: open && may(Permission::Lock),
            unlock: record.locked && may(Permission::Lock),
        },
        history: history(ask, &entries, form),
        voiding,
        record,
    };
    Ok(page.render()?)
}

/// What is found about a record that stands, among the others of its subject.
async fn findings(ask: &Ask, record: &Record) -> Result<Vec<String>, Fault> {
    let Some(subject) = record.subject.clone().filter(|_| !record.voided) else {
        return Ok(Vec::new());
    };
    let records = records_of(ask, &subject).await?;
    let (trial, today, language, key) = (ask.app.trial.clone(), ask.app.today(), ask.language, record.key.clone());
    let made = tokio::task::spawn_blocking(move || {
        let data = subject_data(&records, &trial, &subject);
        let mut lines = findings_of(&Analysis::new(&trial, &data, Some(today)), &records, &subject, language);
        lines.retain(|line| line.key.as_ref() == Some(&key));
        lines.into_iter().map(|line| line.sentence).collect()
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the findings could not be derived", "数据问题无法生成")))
}

/// Days between what happened and its entry, where they are many.
fn late_days(record: &Record) -> Option<i64> {
    let happened: Date = record.happened.as_deref()?.get(..10)?.parse().ok()?;
    let entered: Date = record.created.at.get(..10)?.parse().ok()?;
    let days = i64::from(tercel::study::days_between(happened, entered));
    (days > LATE_DAYS).then_some(days)
}

/// Question, answer in words, answer as kept.
fn answers(form: &Form, values: &Values, language: Language, ask: &Ask) -> Vec<(String, String, String)> {
    let known = form.fields.iter().filter_map(|field| {
        let raw = values.get(field.id).filter(|value| !value.is_empty())?;
        let words = in_words(field, values, raw, language, &ask.app.trial);
        Some((field.label.of(language).to_owned(), words, raw.clone()))
    });
    let others = values
        .iter()
        .filter(|(name, value)| form.field(name).is_none() && !value.is_empty())
        .map(|(name, value)| (name.clone(), value.clone(), value.clone()));
    known.chain(others).collect()
}

/// An answer as a user reads it: what its list calls it, with the unit it is in; a counted unit that is an answer of its own in
/// words.
pub(super) fn in_words(field: &Field, values: &Values, raw: &str, language: Language, trial: &Trial) -> String {
    let choices = super::sheet::choices(&field.kind.settled(values), trial, language);
    let found = choices.into_iter().find(|(value, _)| value == raw);
    let words = found.map_or_else(|| unit_in(raw, language).to_owned(), |(_, label)| label);
    match unit_of(&field.kind.settled(values)) {
        Some(unit) => quantity_in(&format!("{words} {unit}"), language),
        None => words,
    }
}

/// The same among other answers, without the question: what only says yes or no comes with its question.
pub(super) fn short_words(field: &Field, values: &Values, raw: &str, language: Language, trial: &Trial) -> String {
    let words = in_words(field, values, raw, language, trial);
    if matches!(field.kind.settled(values), FieldKind::YesNo) {
        format!("{}{}{words}", field.label.of(language), COLON.of(language))
    } else {
        words
    }
}

/// The unit a kind of answer is in.
pub(crate) fn unit(kind: &FieldKind, language: Language) -> Option<&'static str> {
    unit_of(kind).map(|unit| unit_in(unit, language))
}

fn unit_of(kind: &FieldKind) -> Option<&'static str> {
    match kind {
        FieldKind::Integer { unit, .. } | FieldKind::Decimal { unit, .. } | FieldKind::Result { unit, .. } => *unit,
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Date
        | FieldKind::DateTime
        | FieldKind::PartialDate
        | FieldKind::YesNo
        | FieldKind::Choice(_)
        | FieldKind::Suggested { .. }
        | FieldKind::TrialChoice(_)
        | FieldKind::By { .. } => None,
    }
}

fn history(ask: &Ask, entries: &[Entry], form: &Form) -> Vec<Line> {
    let language = ask.language;
    let mut before = Values::new();
    let mut lines = Vec::new();
    for entry in entries {
        let payload: serde_json::Value = serde_json::from_str(&entry.payload).unwrap_or_default();
        let text = |key: &str| payload.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        let mut changes = Vec::new();
        if let Some(serde_json::Value::Object(values)) = payload.get("values") {
            let now: Values = values
                .iter()
                .map(|(field, value)| (field.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect();
            if entry.kind == Kind::Correct {
                changes = differences(&before, &now, form, language);
            }
            before = now;
        }
        let detail = match entry.kind {
            Kind::Sign => signed_words(text("name"), text("meaning"), language),
            Kind::Query | Kind::Answer => text("text").to_owned(),
            Kind::Unlock => text("second").to_owned(),
            Kind::Open
            | Kind::Create
            | Kind::Correct
            | Kind::Void
            | Kind::Close
            | Kind::Verify
            | Kind::Lock
            | Kind::Decide
            | Kind::Access
            | Kind::Export => String::new(),
        };
        lines.push(Line {
            seq: entry.seq,
            at: entry.entered_at.clone(),
            by: entry.author.clone(),
            role: role_words(&entry.role, language),
            what: format!("{} {detail}", what(entry.kind, entry.version, language))
                .trim_end()
                .to_owned(),
            changes,
            reason: entry.reason.clone().unwrap_or_default(),
            head: (entry.kind == Kind::Sign).then(|| anchor(&ask.app, entry)).flatten(),
        });
    }
    lines
}

/// The signed head of the chain up to an entry, as `tercel audit verify --head` reads it.
fn anchor(app: &App, entry: &Entry) -> Option<String> {
    let head = app.store.sign_head(&app.key, entry.seq, entry.hash.clone());
    serde_json::to_string_pretty(&head).ok()
}

/// Who signed, and as what: a meaning is kept in English, and read in the user's language where the program gave it.
fn signed_words(name: &str, meaning: &str, language: Language) -> String {
    let own = ["record.reviewed", "record.responsible"].map(message);
    let titles = FORMS.iter().map(|form| form.title);
    let known = own.into_iter().chain(titles).find(|text| text.en == meaning);
    let meaning = known.map_or(meaning, |text| text.of(language));
    format!("{name}{}{meaning}", COLON.of(language))
}

/// What a correction changed: question, before, after.
pub(crate) fn differences(
    before: &Values,
    after: &Values,
    form: &Form,
    language: Language,
) -> Vec<(String, String, String)> {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let shown = |values: &Values, name: &str| values.get(name).filter(|value| !value.is_empty()).cloned();
    names
        .into_iter()
        .filter_map(|name| {
            let (was, is) = (shown(before, name), shown(after, name));
            let label = form.field(name).map_or(name.as_str(), |field| field.label.of(language));
            let dash = || "–".to_owned();
            (was != is).then(|| (label.to_owned(), was.unwrap_or_else(dash), is.unwrap_or_else(dash)))
        })
        .collect()
}

/// Does one thing to a record that who asks may do, and shows the record.
async fn act(
    ask: &Ask,
    permission: Permission,
    change: impl FnOnce(&Record) -> Result<Change, Fault>,
) -> Result<Reply, Fault> {
    let record = ask.record(permission, ask.field("record")?).await?;
    // What has no form, such as a meeting, is changed by its own pages alone.
    form_of(&record)?;
    let change = change(&record)?;
    ask.append(permission, record.site.as_deref(), &[change]).await?;
    Ok(Reply::Go(format!("/record/{}", encode(&record.key))))
}

pub(crate) async fn void(ask: Ask) -> Result<Reply, Fault> {
    let (seen, reason) = (ask.number("seen")?, ask.field("reason")?.to_owned());
    let record = ask.record(Permission::Enter, ask.field("record")?).await?;
    super::entry::require_change(&ask, &record)?;
    let _alone = ask.app.guarding.lock().await;
    let let_go = match altered::Alteration::of(&ask, &record, None).await? {
        Some(alteration) => alteration.let_go(&ask).await?,
        None => LetGo::default(),
    };
    let form = form_of(&record)?;
    if let Some(question) = altered::lets_go(form, &let_go)
        && !is_answered(&ask, &question.sentence(Language::English))
    {
        let said = question.sentence(ask.language);
        let voiding = Voiding {
            question: said.clone(),
            asked: mark_of(&question.sentence(Language::English)),
            reason,
        };
        return Ok(Reply::RejectedFor {
            page: page_of(&ask, record, Some(voiding)).await?,
            problems: vec![(String::new(), said)],
        });
    }
    let subject = record.subject.as_deref().unwrap_or_default();
    let void = Change::Void {
        record: record.key.clone(),
        seen,
        reason,
    };
    let changes: Vec<Change> = [Some(void), altered::halt_with(&ask, form, subject, &let_go)]
        .into_iter()
        .flatten()
        .collect();
    ask.append(Permission::Enter, record.site.as_deref(), &changes).await?;
    Ok(Reply::Go(format!("/record/{}", encode(&record.key))))
}

pub(crate) async fn verify(ask: Ask) -> Result<Reply, Fault> {
    let seen = ask.number("seen")?;
    act(&ask, Permission::Verify, |record| {
        Ok(Change::Verify {
            record: record.key.clone(),
            seen,
        })
    })
    .await
}

pub(crate) async fn query(ask: Ask) -> Result<Reply, Fault> {
    let text = ask.field("text")?.to_owned();
    let field = Some(ask.optional("field").to_owned()).filter(|field| !field.is_empty());
    act(&ask, Permission::Query, |record| {
        if let Some(field) = &field
            && form_of(record)?.field(field).is_none()
        {
            return Err(Fault::Wrong(both!(
                "the record has no answer \"{field}\"",
                "该记录没有“{field}”一项"
            )));
        }
        Ok(Change::Query {
            record: record.key.clone(),
            field: field.clone(),
            text,
        })
    })
    .await
}

pub(crate) async fn answer(ask: Ask) -> Result<Reply, Fault> {
    let (query, text) = (ask.number("query")?, ask.field("text")?.to_owned());
    act(&ask, Permission::Answer, |record| {
        Ok(Change::Answer {
            record: record.key.clone(),
            query,
            text,
        })
    })
    .await
}

pub(crate) async fn close(ask: Ask) -> Result<Reply, Fault> {
    let query = ask.number("query")?;
    act(&ask, Permission::Query, |record| {
        Ok(Change::Close {
            record: record.key.clone(),
            query,
        })
    })
    .await
}

pub(crate) async fn lock(ask: Ask) -> Result<Reply, Fault> {
    let seen = ask.number("seen")?;
    act(&ask, Permission::Lock, |record| {
        let open = record.open_queries().count();
        if open > 0 {
            return Err(Fault::Refused(both!(
                "{key} has open queries: {open}. Have them answered and closed, then lock it; nothing was locked",
                "{key}有未关闭的质疑：{open}。请先答复并关闭，再锁定；未锁定任何内容",
                key = record.key
            )));
        }
        Ok(Change::Lock {
            record: record.key.clone(),
            seen,
        })
    })
    .await
}

/// A signature: account and password again, for the very bytes that were on the screen.
pub(crate) async fn sign(ask: Ask) -> Result<Reply, Fault> {
    let (seen, content) = (ask.number("seen")?, ask.field("content")?.to_owned());
    let meaning = match ask.field("meaning")? {
        "reviewed" => message("record.reviewed"),
        "responsible" => message("record.responsible"),
        other => {
            return Err(Fault::Wrong(both!(
                "\"{other}\" is no meaning of a signature",
                "“{other}”不是签名含义"
            )));
        }
    };
    let record = ask.record(Permission::Sign, ask.field("record")?).await?;
    form_of(&record)?;
    let investigates = ask.person()?.account.grants.iter().any(|grant| {
        let here = grant.site.is_none() || grant.site == record.site;
        here && grant.role == Role::Investigator.id()
    });
    if meaning == message("record.responsible") && !investigates {
        return Err(Fault::Refused(both!(
            "for the data of a site its investigator is responsible; you may sign that you reviewed them. Nothing was signed",
            "中心数据由该中心研究者负责；您可签署“已审阅”。未签署任何内容"
        )));
    }
    let signer = signer(&ask, None).await?;
    let change = Change::Sign {
        record: record.key.clone(),
        seen,
        content,
        name: signer.printed,
        meaning: meaning.en.to_owned(),
    };
    ask.append(Permission::Sign, record.site.as_deref(), &[change]).await?;
    Ok(Reply::Go(format!("/record/{}", encode(&record.key))))
}

/// Who signs: the account that is signed in, with its password given again, and in the delegation log for the task.
pub(crate) async fn signer(ask: &Ask, task: Option<StudyTask>) -> Result<tercel_store::Account, Fault> {
    let account = ask.field("account")?;
    if account != ask.person()?.account.name {
        return Err(Fault::Refused(both!(
            "this signature is yours to give: it needs the account you are signed in with",
            "须由您本人签名：请使用您登录时的账号"
        )));
    }
    let password = ask.form.get("password").map_or("", String::as_str);
    let account = ask.check_password(account, password).await?;
    ask.require_delegated(&account, task).await?;
    Ok(account)
}

/// Two persons open a locked record: one who may lock, and an investigator.
pub(crate) async fn unlock(ask: Ask) -> Result<Reply, Fault> {
    let record = ask.record(Permission::Lock, ask.field("record")?).await?;
    form_of(&record)?;
    let (second, reason) = (ask.field("second")?.to_owned(), ask.field("reason")?.to_owned());
    let own = ask.person()?.account.name.clone();
    if second == own {
        return Err(Fault::Refused(refusal::words(&Refusal::SamePerson(second))));
    }
    let password = |name: &str| ask.form.get(name).map_or("", String::as_str);
    ask.check_password(&own, password("password")).await?;
    let other = ask.check_password(&second, password("second_password")).await?;
    let person = crate::ask::Person::of(other);
    // Committee members sign too, and answer for no record.
    if !person.may_at(Permission::Release, record.site.as_deref()) {
        return Err(Fault::Refused(both!(
            "the second person must be an investigator or sponsor physician of this site; nothing was unlocked",
            "第二人须为该中心的研究者或申办方医学监查员；未解锁"
        )));
    }
    let change = Change::Unlock {
        record: record.key.clone(),
        second,
        reason,
    };
    ask.append(Permission::Lock, record.site.as_deref(), &[change]).await?;
    Ok(Reply::Go(format!("/record/{}", encode(&record.key))))
}
