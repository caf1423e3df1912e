//! Entering and correcting: the form on the page, its answers held against its definition, and the record made of them.

use askama::Template;
use tercel::language::{Text, Words, both};
use tercel_exchange::form::{Captured, Form, Problem, Scope, Severity, check_against, form, held_against, validate};
use tercel_store::{Change, Entry, NewRecord, Record, RecordFilter, Refusal, Values};

use super::altered::{Alteration, halt_with, lets_go, not_as_ordered, not_its_bag};
use super::confirm::{asks, is_answered, is_confirmed, mark_of};
use super::gates::{GateView, MissingLine, gate_before};
use super::remarks::{Remarks, remarks};
use super::sheet::{FieldView, Sheet, answers, fields_of};
use super::subjects::{form_of, records_of, site_of_subject};
use super::touched;
use crate::ask::Ask;
use crate::capture::{ABOVE_ALL, captured, happened, new_record, series};
use crate::conduct::{KEPT_FORMS, SIGNED_FORMS, site_time};
use crate::messages::message;
use crate::refusal;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::view::View;

#[derive(Template)]
#[template(path = "entry.html")]
struct Page {
    view: View,
    title: &'static str,
    help: &'static str,
    subject: Option<String>,
    subject_link: String,
    action: String,
    seen: Option<i64>,
    reason: String,
    stale: bool,
    refusal: Option<String>,
    /// Marks of what the page asks to confirm; blank where it asks nothing.
    asks: String,
    problems: Vec<(String, String)>,
    fields: Vec<FieldView>,
    gate: Option<GateView>,
    remarks: Option<Remarks>,
    /// What rests on the record that is corrected.
    touches: Option<String>,
}

fn render(ask: &Ask, sheet: &Sheet<'_>) -> Result<String, Fault> {
    render_at(ask, sheet, None, None)
}

/// The page with the gate that stands before the form.
fn render_at(ask: &Ask, sheet: &Sheet<'_>, gate: Option<GateView>, said: Option<Remarks>) -> Result<String, Fault> {
    Ok(page_of(ask, sheet, gate, said).render()?)
}

fn page_of(ask: &Ask, sheet: &Sheet<'_>, gate: Option<GateView>, said: Option<Remarks>) -> Page {
    let language = ask.language;
    Page {
        view: View::of(ask),
        title: sheet.form.title.of(language),
        help: sheet.form.help.of(language),
        subject: sheet.subject.map(str::to_owned),
        subject_link: encode(sheet.subject.unwrap_or_default()),
        action: sheet.action.clone(),
        seen: sheet.corrects.map(|record| record.version),
        reason: ask.optional("reason").to_owned(),
        stale: sheet.stale,
        refusal: sheet.refusal.clone(),
        asks: asks(ask, sheet.problems.iter().map(in_form)),
        problems: sheet
            .problems
            .iter()
            .map(|problem| (problem.field.clone(), problem.sentence(language)))
            .collect(),
        fields: fields_of(ask, sheet),
        gate,
        remarks: said.filter(|said| !said.is_empty()),
        touches: None,
    }
}

/// The form and the subject of `/enter/<form>/<subject>`.
fn target(ask: &Ask) -> Result<(&'static Form, Option<String>), Fault> {
    let (id, subject) = match ask.rest.split_once('/') {
        Some((id, subject)) => (id, Some(subject.to_owned())),
        None => (ask.rest.as_str(), None),
    };
    let form = form(id).ok_or(Fault::NotFound)?;
    if (form.scope == Scope::Subject) != subject.is_some() || SIGNED_FORMS.contains(&form.id) {
        return Err(Fault::NotFound);
    }
    Ok((form, subject))
}

pub(crate) async fn new_subject(ask: Ask) -> Result<Reply, Fault> {
    let form = form("demography").ok_or(Fault::NotFound)?;
    let mut values = Values::new();
    // Who enters at one site alone need not write which.
    if let Some([site]) = ask.person()?.sites(Permission::Enter).as_deref() {
        values.insert("siteid".to_owned(), site.clone());
    }
    let sheet = Sheet::new(form, None, "/enter/demography/new", &values);
    Ok(Reply::Page(render(&ask, &sheet)?))
}

pub(crate) async fn blank(ask: Ask) -> Result<Reply, Fault> {
    let (form, subject) = target(&ask)?;
    if let Some(subject) = &subject {
        let site = site_of_subject(&ask, subject).await?;
        ask.require(Permission::to_enter(form.id), site.as_deref())?;
    }
    let values: Values = ask
        .query
        .iter()
        .filter(|(name, _)| form.field(name).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let sheet = Sheet::new(form, subject.as_deref(), &ask.path, &values);
    Ok(Reply::Page(render(&ask, &sheet)?))
}

pub(crate) async fn create(ask: Ask) -> Result<Reply, Fault> {
    let (form, subject) = target(&ask)?;
    let values = answers(&ask, form);
    let is_new = form.id == "demography" && subject.as_deref() == Some("new");
    let of = subject.as_deref().filter(|_| !is_new);
    let site = match of {
        Some(subject) => site_of_subject(&ask, subject).await?,
        None if is_new => values.get("siteid").cloned(),
        None => None,
    };
    ask.require(Permission::to_enter(form.id), site.as_deref())?;
    let problems = problems_of(&ask, form, subject.as_deref(), &values).await?;
    let sheet = |problems, refusal| Sheet {
        form,
        subject: of,
        action: ask.path.clone(),
        values: &values,
        corrects: None,
        problems,
        stale: false,
        refusal,
    };
    if !ask.optional("check").is_empty() {
        let gate = gate_of_check(&ask, form, of, &values).await?;
        let known = known_of(&ask, of).await?;
        return checked(&ask, &sheet(&problems, None), &known, ABOVE_ALL, gate).await;
    }
    if must_look_again(&ask, &problems) {
        return rejected(&ask, &sheet(&problems, None));
    }
    if let Some(why) = site_problem(form, is_new, &values, site.as_deref()) {
        return rejected(&ask, &sheet(&[], Some(why.of(ask.language).to_owned())));
    }
    let _alone = alone(&ask, form).await;
    let halt = match let_go_by_new(&ask, form, of, site.as_deref(), &values, &problems).await? {
        Held::Free(halt) => halt,
        Held::Refused(why) => return rejected(&ask, &sheet(&[], Some(why.of(ask.language).to_owned()))),
        Held::Asked(problems) => return rejected(&ask, &sheet(&problems, None)),
    };
    let mut deviation = None;
    if let Some(subject) = of
        && let Some(gate) = gate_before(&ask, form.id, subject, &values).await?
        && !gate.open
    {
        if ask.optional("happened") != "Y" || ask.optional("why").is_empty() {
            return at_closed_gate(&ask, form, subject, &values, gate);
        }
        deviation = Some(deviation_of(&ask, form, &gate, subject, site.as_deref()));
    }
    if is_new {
        let site = site.as_deref().unwrap_or_default();
        // One at a time: a form sent twice meets the subject of the first.
        let _alone = ask.app.deciding.lock().await;
        let twins = twins(&ask, &values, site).await?;
        if let Some(question) = twin_question(&twins).filter(|question| !is_answered(&ask, &question.en)) {
            return asked_for_twin(&ask, &sheet(&[], None), &question);
        }
        return enter_subject(&ask, form, &values, site).await;
    }
    let series = series(form, subject.as_deref());
    let known = if form.repeats {
        Vec::new()
    } else {
        known_of(&ask, subject.as_deref()).await?
    };
    let number = match free_number(form, &known, &series) {
        Ok(number) => number,
        Err(refusal) => {
            let why = refusal::words(&refusal);
            return rejected(&ask, &sheet(&[], Some(why.of(ask.language).to_owned())));
        }
    };
    let new = new_record(form, subject.as_deref(), site.as_deref(), number, values.clone());
    let mut changes = vec![Change::Create(new)];
    changes.extend(deviation.into_iter().chain(halt));
    match ask.append(Permission::Enter, site.as_deref(), &changes).await {
        Ok(entries) => Ok(Reply::Go(shown(&entries))),
        Err(Fault::Refused(why)) => rejected(&ask, &sheet(&[], Some(why.of(ask.language).to_owned()))),
        Err(fault) => Err(fault),
    }
}

/// What is wrong with the answers of a new record, by themselves and beside the other records of the subject; of one not made yet
/// there are none.
async fn problems_of(ask: &Ask, form: &Form, subject: Option<&str>, values: &Values) -> Result<Vec<Problem>, Fault> {
    let mut problems = validate(form, values, &ask.app.trial, ask.app.now());
    if let Some(subject) = subject {
        let others = others_of(ask, form, subject).await?;
        problems.extend(check_against(form, values, &others, ask.app.now()));
    }
    Ok(problems)
}

/// The gate that what is only looked at would meet, where it is closed.
async fn gate_of_check(
    ask: &Ask,
    form: &Form,
    subject: Option<&str>,
    values: &Values,
) -> Result<Option<GateView>, Fault> {
    let Some(subject) = subject else { return Ok(None) };
    let gate = gate_before(ask, form.id, subject, values).await?;
    Ok(gate.filter(|gate| !gate.open))
}

/// What a change is held against beside its answers.
enum Held {
    /// It is kept, with the halt that goes with it.
    Free(Option<Change>),
    /// It is not kept.
    Refused(Words),
    /// It is kept once these are confirmed.
    Asked(Vec<Problem>),
}

async fn held(
    ask: &Ask,
    form: &Form,
    subject: &str,
    alteration: Option<Alteration>,
    problems: &[Problem],
) -> Result<Held, Fault> {
    let Some(alteration) = alteration else {
        return Ok(Held::Free(None));
    };
    let let_go = alteration.let_go(ask).await?;
    let all: Vec<Problem> = problems.iter().cloned().chain(lets_go(form, &let_go)).collect();
    if must_look_again(ask, &all) {
        return Ok(Held::Asked(all));
    }
    Ok(Held::Free(halt_with(ask, form, subject, &let_go)))
}

async fn let_go_by_new(
    ask: &Ask,
    form: &Form,
    subject: Option<&str>,
    site: Option<&str>,
    values: &Values,
    problems: &[Problem],
) -> Result<Held, Fault> {
    let Some(subject) = subject else {
        return Ok(Held::Free(None));
    };
    if let Some(why) = not_its_bag(ask, form, subject, values).await? {
        return Ok(Held::Refused(why));
    }
    let new = new_record(form, Some(subject), site, None, values.clone());
    let alteration = Alteration::by_new(ask, subject, &[new]).await?;
    held(ask, form, subject, alteration, problems).await
}

async fn let_go_by_correction(
    ask: &Ask,
    form: &Form,
    record: &Record,
    values: &Values,
    problems: &[Problem],
) -> Result<Held, Fault> {
    let subject = record.subject.as_deref().unwrap_or_default();
    if let Some(why) = not_its_bag(ask, form, subject, values).await? {
        return Ok(Held::Refused(why));
    }
    let alteration = Alteration::of(ask, record, Some(values)).await?;
    held(ask, form, subject, alteration, problems).await
}

/// One place at a level at a time: two at once would both find the last one free. So are bags, and what may let go of a halt.
async fn alone<'a>(ask: &'a Ask, form: &Form) -> Option<tokio::sync::MutexGuard<'a, ()>> {
    if form.id == "conduct-slot" {
        return Some(ask.app.deciding.lock().await);
    }
    if ["conduct-bag", "infusion", "demography", "disposition"].contains(&form.id) {
        return Some(ask.app.guarding.lock().await);
    }
    None
}

/// The number of a record where the form is entered once: the next of its series or nothing, so that two at once do not
/// both enter it.
fn free_number(form: &Form, known: &[Record], series: &str) -> Result<Option<u32>, Refusal> {
    if form.repeats || form.scope != Scope::Subject {
        return Ok(None);
    }
    if let Some(there) = known.iter().find(|record| record.form == form.id && !record.voided) {
        return Err(Refusal::Exists(there.key.clone()));
    }
    let last = known.iter().filter(|record| in_series(record, series));
    Ok(Some(last.map(Record::number).max().unwrap_or(0) + 1))
}

/// What is known of a subject; nothing where the form is of none.
async fn known_of(ask: &Ask, subject: Option<&str>) -> Result<Vec<Record>, Fault> {
    match subject {
        Some(subject) => records_of(ask, subject).await,
        None => Ok(Vec::new()),
    }
}

/// The records of a subject that answers of a form are held against.
pub(super) async fn others_of(ask: &Ask, form: &Form, subject: &str) -> Result<Vec<Captured>, Fault> {
    let mut others = Vec::new();
    for one in held_against(form) {
        let filter = RecordFilter {
            subject: Some(subject.to_owned()),
            form: Some(one.to_owned()),
            ..RecordFilter::default()
        };
        let records = ask.app.store.records(&filter).await?;
        others.extend(records.iter().filter(|record| !record.voided).map(captured));
    }
    Ok(others)
}

fn in_series(record: &Record, series: &str) -> bool {
    let rest = record.key.strip_prefix(series).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|number| !number.contains('/'))
}

/// The page of what was made.
fn shown(entries: &[Entry]) -> String {
    let record = entries.first().and_then(|entry| entry.record.as_deref());
    record.map_or_else(|| "/".to_owned(), |record| format!("/record/{}", encode(record)))
}

/// Why demography cannot be entered at this site: without one it would be everybody's.
fn site_problem(form: &Form, is_new: bool, values: &Values, site: Option<&str>) -> Option<Text> {
    if form.id != "demography" {
        return None;
    }
    let given = values.get("siteid").map_or("", String::as_str);
    let fits = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    if given.is_empty() || !given.chars().all(fits) {
        return Some(Text::new(
            "a subject belongs to a site: give its number, of letters, digits, hyphens and dots; nothing was saved",
            "受试者须属于某一中心：请填写中心编号（仅含字母、数字、连字符和点）；未保存任何内容",
        ));
    }
    (!is_new && site != Some(given)).then_some(Text::new(
        "a subject keeps its site; nothing was saved",
        "受试者所属中心不得更改；未保存任何内容",
    ))
}

/// Subjects entered at a site today with the same answers.
async fn twins(ask: &Ask, values: &Values, site: &str) -> Result<Vec<String>, Fault> {
    let today = site_time(ask.app.store.clock().now()).date();
    let entered = |record: &Record| record.created.at.parse().map(|time| site_time(time).date());
    let there = ask.app.records_of_form("demography").await?.into_iter();
    let same = there.filter(|record| {
        let here = !record.voided && record.site.as_deref() == Some(site);
        here && given(&record.values).eq(given(values)) && entered(record).is_ok_and(|day| day == today)
    });
    Ok(same.filter_map(|record| record.subject).collect())
}

/// Answers that were given; a blank is none.
fn given(values: &Values) -> impl Iterator<Item = (&String, &String)> {
    values.iter().filter(|(_, value)| !value.is_empty())
}

fn twin_question(twins: &[String]) -> Option<Words> {
    let (first, named) = (twins.first()?, twins.join(", "));
    let zh = twins.join("、");
    Some(Words {
        en: format!(
            "{named} was entered today at this site with the same answers; nothing was saved. If the form was only sent twice, \
             go to {first}; if this is another person, save again"
        ),
        zh: format!(
            "{zh}今天已在本中心以相同内容录入；未保存任何内容。如仅为重复提交，请打开{first}；如确为另一受试者，请再次保存"
        ),
    })
}

/// The page that asks whether this is another person.
fn asked_for_twin(ask: &Ask, sheet: &Sheet<'_>, question: &Words) -> Result<Reply, Fault> {
    let said = vec![("siteid".to_owned(), question.of(ask.language).to_owned())];
    let before = ask.optional("asked");
    let page = Page {
        asks: format!("{before} {}", mark_of(&question.en)).trim().to_owned(),
        problems: said.clone(),
        ..page_of(ask, sheet, None, None)
    };
    Ok(Reply::RejectedFor {
        page: page.render()?,
        problems: said,
    })
}

/// Tries to find a free number for a new subject while others enter some too.
const TRIES: usize = 20;

/// Enters a new subject under the next number of its site.
async fn enter_subject(ask: &Ask, form: &'static Form, values: &Values, site: &str) -> Result<Reply, Fault> {
    let mut refused = Fault::NotFound;
    for _ in 0..TRIES {
        let subject = next_subject(ask, site).await?;
        // The first record of a new subject takes number 1 or nothing: two at once cannot become one subject.
        let new = new_record(form, Some(&subject), Some(site), Some(1), values.clone());
        match ask.append(Permission::Enter, Some(site), &[Change::Create(new)]).await {
            Ok(entries) => return Ok(Reply::Go(shown(&entries))),
            Err(fault @ Fault::Refused(_)) => refused = fault,
            Err(fault) => return Err(fault),
        }
    }
    Err(refused)
}

fn at_closed_gate(
    ask: &Ask,
    form: &'static Form,
    subject: &str,
    values: &Values,
    gate: GateView,
) -> Result<Reply, Fault> {
    let sheet = Sheet {
        form,
        subject: Some(subject),
        action: ask.path.clone(),
        values,
        corrects: None,
        problems: &[],
        stale: false,
        refusal: None,
    };
    let said = |line: &MissingLine| (line.key.clone(), line.sentence.clone());
    Ok(Reply::RejectedFor {
        problems: gate.missing.iter().map(said).collect(),
        page: render_at(ask, &sheet, Some(gate), None)?,
    })
}

/// What was done in spite of a closed gate is a deviation, entered with it.
fn deviation_of(ask: &Ask, form: &Form, gate: &GateView, subject: &str, site: Option<&str>) -> Change {
    let missing: Vec<&str> = gate.missing.iter().map(|line| line.sentence.as_str()).collect();
    let values: Values = [
        ("dvterm", format!("{} while its gate was closed", form.title.en)),
        ("dvcat", "OTHER".to_owned()),
        ("dvstdtc", ask.app.today().to_string()),
        ("dvimp", "Y".to_owned()),
        ("dvcause", short(ask.optional("why"))),
        ("dvaction", short(&format!("Missing: {}", missing.join(" ")))),
    ]
    .into_iter()
    .map(|(field, value)| (field.to_owned(), value))
    .collect();
    Change::Create(NewRecord {
        series: format!("DV/{subject}"),
        number: None,
        form: "deviation".to_owned(),
        subject: Some(subject.to_owned()),
        site: site.map(str::to_owned),
        happened: Some(ask.app.today().to_string()),
        values,
    })
}

/// The first 200 letters, which a field of one line holds.
pub(super) fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

fn rejected(ask: &Ask, sheet: &Sheet<'_>) -> Result<Reply, Fault> {
    let said = |problem: &Problem| (problem.field.clone(), problem.sentence(ask.language));
    let stale = sheet.stale.then(|| message("entry.stale").of(ask.language).to_owned());
    let whole = stale.into_iter().chain(sheet.refusal.clone());
    Ok(Reply::RejectedFor {
        page: render(ask, sheet)?,
        problems: sheet
            .problems
            .iter()
            .map(said)
            .chain(whole.map(|sentence| (String::new(), sentence)))
            .collect(),
    })
}

/// What the rules say of the answers; nothing is saved.
async fn checked(
    ask: &Ask,
    sheet: &Sheet<'_>,
    known: &[Record],
    number: u32,
    gate: Option<GateView>,
) -> Result<Reply, Fault> {
    let proposed = Captured {
        form: sheet.form.id.to_owned(),
        subject: sheet.subject.map(str::to_owned),
        number,
        values: sheet.values.clone(),
    };
    let said = remarks(ask, known, vec![proposed]).await?;
    if ask.optional("check") == "json" {
        return Ok(said.reply(gate.as_ref()));
    }
    Ok(Reply::Page(render_at(ask, sheet, gate, Some(said))?))
}

/// Whether the page comes back: something cannot be read, or something unusual was not confirmed yet.
fn must_look_again(ask: &Ask, problems: &[Problem]) -> bool {
    let refused = problems.iter().any(|problem| problem.severity() == Severity::Refuses);
    refused || !is_confirmed(ask, problems.iter().map(in_form))
}

/// A problem with the name of its answer in the form sent.
fn in_form(problem: &Problem) -> (String, &Problem) {
    (format!("v.{}", problem.field), problem)
}

/// The identifier of the next subject of a site: study, site, number.
async fn next_subject(ask: &Ask, site: &str) -> Result<String, Fault> {
    let snapshot = ask.app.snapshot_now().await?;
    let stem = format!("{}-{site}-", ask.app.store.study());
    let numbers = snapshot.subjects().into_keys().filter_map(|id| {
        let number = id.strip_prefix(&stem)?;
        number.parse::<u32>().ok()
    });
    let next = numbers.max().unwrap_or(0) + 1;
    Ok(format!("{stem}{next:03}"))
}

pub(crate) async fn filled(ask: Ask) -> Result<Reply, Fault> {
    let record = ask.record(Permission::Enter, &ask.rest).await?;
    require_change(&ask, &record)?;
    let sheet = Sheet {
        form: form_of(&record)?,
        subject: record.subject.as_deref(),
        action: ask.path.clone(),
        values: &record.values,
        corrects: Some(&record),
        problems: &[],
        stale: false,
        refusal: None,
    };
    let mut page = page_of(&ask, &sheet, None, None);
    page.touches = touched::sentence(&ask, &record, None).await?;
    Ok(Reply::Page(page.render()?))
}

/// A record is changed by who may enter it, where it may be.
pub(crate) fn require_change(ask: &Ask, record: &Record) -> Result<(), Fault> {
    ask.require(Permission::to_enter(&record.form), record.site.as_deref())?;
    require_free(record)
}

/// What two persons signed, and a halt, is not corrected by one.
pub(crate) fn require_free(record: &Record) -> Result<(), Fault> {
    let form = record.form.as_str();
    if SIGNED_FORMS.contains(&form) || KEPT_FORMS.contains(&form) {
        return Err(Fault::Refused(both!(
            "{key} stands as it was signed; what follows from it is entered and signed anew",
            "{key}已签署，不得更改；后续内容须另行录入并签署",
            key = record.key
        )));
    }
    Ok(())
}

pub(crate) async fn correct(ask: Ask) -> Result<Reply, Fault> {
    let record = ask.record(Permission::Enter, &ask.rest).await?;
    require_change(&ask, &record)?;
    let form = form_of(&record)?;
    let (mut values, seen) = (answers(&ask, form), ask.number("seen")?);
    let asked = values.clone();
    // What the form does not ask, such as columns of imported data, stays as it is.
    for (name, value) in record.values.iter().filter(|(name, _)| form.field(name).is_none()) {
        values.insert(name.clone(), value.clone());
    }
    let mut problems = validate(form, &asked, &ask.app.trial, ask.app.now());
    if let Some(subject) = &record.subject {
        let mut others = others_of(&ask, form, subject).await?;
        others.retain(|other| other.form != record.form || other.number != record.number());
        problems.extend(check_against(form, &asked, &others, ask.app.now()));
    }
    problems.extend(not_as_ordered(&ask, &record, &values).await?);
    if !ask.optional("check").is_empty() {
        let known = known_of(&ask, record.subject.as_deref()).await?;
        let sheet = Sheet {
            form,
            subject: record.subject.as_deref(),
            action: ask.path.clone(),
            values: &values,
            corrects: Some(&record),
            problems: &problems,
            stale: seen != record.version,
            refusal: None,
        };
        return checked(&ask, &sheet, &known, record.number(), None).await;
    }
    if must_look_again(&ask, &problems) {
        return corrected_again(&ask, &record, &values, &problems, None);
    }
    let site = if form.id == "demography" {
        values.get("siteid").cloned()
    } else {
        record.site.clone()
    };
    if site != record.site {
        let why = both!(
            "a subject keeps its site; nothing was saved. Mark the record as entered in error and enter the subject at the other site",
            "受试者所属中心不得更改；未保存任何内容。请将该记录标记为误录，并在另一中心重新录入该受试者"
        );
        return corrected_again(&ask, &record, &values, &[], Some(&why));
    }
    let _alone = ask.app.guarding.lock().await;
    let halt = match let_go_by_correction(&ask, form, &record, &values, &problems).await? {
        Held::Free(halt) => halt,
        Held::Refused(why) => return corrected_again(&ask, &record, &values, &[], Some(&why)),
        Held::Asked(problems) => return corrected_again(&ask, &record, &values, &problems, None),
    };
    let change = Change::Correct {
        record: record.key.clone(),
        seen,
        happened: happened(form, &values),
        values: values.clone(),
        reason: ask.optional("reason").to_owned(),
    };
    let changes: Vec<Change> = std::iter::once(change).chain(halt).collect();
    match ask.append(Permission::Enter, record.site.as_deref(), &changes).await {
        Ok(_) => Ok(Reply::Go(format!("/record/{}", encode(&record.key)))),
        Err(Fault::Refused(why)) => {
            // The one who was faster may have been so since this request began.
            let now = ask.record(Permission::Enter, &ask.rest).await?;
            let why = (seen == now.version).then_some(&why);
            corrected_again(&ask, &now, &values, &[], why)
        }
        Err(fault) => Err(fault),
    }
}

/// The page of a correction that was not saved, with every answer as it was typed. Where another version is in force by
/// now it stands beside the answers: what is sent next is meant against that one.
fn corrected_again(
    ask: &Ask,
    record: &Record,
    values: &Values,
    problems: &[Problem],
    refusal: Option<&Words>,
) -> Result<Reply, Fault> {
    let sheet = Sheet {
        form: form_of(record)?,
        subject: record.subject.as_deref(),
        action: ask.path.clone(),
        values,
        corrects: Some(record),
        problems,
        stale: ask.number("seen")? != record.version,
        refusal: refusal.map(|why| why.of(ask.language).to_owned()),
    };
    rejected(ask, &sheet)
}
