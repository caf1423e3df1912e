//! Records that two persons make together, each by password: the identity check at the bedside and what clears up a reading
//! that did not match, the release of a lot, an emergency release, the end of a halt, the committee's verdict on a DLT and its
//! choice for a subject whose level closed.

use std::sync::Arc;

use askama::Template;
use jiff::civil::{Date, DateTime};
use tercel::conduct::{Study, halting_now};
use tercel::dlt::{committee, derive_dlt, is_investigator};
use tercel::language::{Text, Words, both};
use tercel::meeting::Occasion;
use tercel::protocol::{StudyTask, Trial};
use tercel::study::SubjectId;
use tercel_exchange::form::{Form, Scope, Severity, form, validate};
use tercel_store::{Account, Author, Signer, Values};

use super::emergency::{deviations_of, not_releasable, proposed_keys};
use super::gates::misreads;
use super::sheet::{FieldView, answers, field_views};
use super::subjects::{records_of, site_of};
use crate::ask::{Ask, Person};
use crate::capture::new_record;
use crate::conduct::site_time;
use crate::reply::{Fault, Reply};
use crate::role::{Permission, Role};
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::view::View;

/// A record made by two.
struct Pair {
    form: &'static str,
    /// What the first may do, and in which role where it matters.
    first: (Permission, Option<Role>),
    second: (Permission, Option<Role>),
    /// The task for which both are in the delegation log. What cannot wait for the log has none, nor the release: who makes the
    /// product is not of the site's log.
    task: Option<StudyTask>,
    /// Fields that the signatures answer.
    filled: &'static [&'static str],
    title: Text,
}

const PAIRS: [Pair; 8] = [
    Pair {
        form: "conduct-identity",
        first: (Permission::Enter, None),
        second: (Permission::Enter, None),
        task: Some(StudyTask::Identity),
        filled: &["person1", "person2"],
        title: Text::new("the second person at the bedside", "床旁第二核对人"),
    },
    Pair {
        form: "conduct-clearance",
        first: (Permission::Release, Some(Role::Investigator)),
        second: (Permission::Release, Some(Role::MedicalMonitor)),
        task: None,
        filled: &["signer1", "signer2", "signer3", "signed"],
        title: Text::new("the sponsor's physician", "申办方医师"),
    },
    Pair {
        form: "conduct-release",
        first: (Permission::Enter, None),
        second: (Permission::Enter, None),
        task: None,
        filled: &[],
        title: Text::new("who held the certificate against these answers", "核对放行证书的第二人"),
    },
    Pair {
        form: "conduct-emergency",
        first: (Permission::Release, Some(Role::Investigator)),
        second: (Permission::Release, Some(Role::MedicalMonitor)),
        task: None,
        filled: &[
            "investigator",
            "investigatorauth",
            "investigatorat",
            "physician",
            "physicianauth",
            "physicianat",
        ],
        title: Text::new("the sponsor's physician", "申办方医师"),
    },
    Pair {
        form: "conduct-resume",
        first: (Permission::Decide, None),
        second: (Permission::Decide, None),
        task: Some(StudyTask::Decision),
        filled: &["signer1", "signer2", "signer3", "signed"],
        title: Text::new("another member of the committee", "另一名委员"),
    },
    Pair {
        form: "dlt-adjudication",
        first: (Permission::Decide, None),
        second: (Permission::Decide, None),
        task: Some(StudyTask::Decision),
        filled: &["facovers"],
        title: Text::new("another member of the committee", "另一名委员"),
    },
    Pair {
        form: "halt-lifted",
        first: (Permission::Decide, None),
        second: (Permission::Decide, None),
        task: Some(StudyTask::Decision),
        filled: &["facovers"],
        title: Text::new("another member of the committee", "另一名委员"),
    },
    Pair {
        form: "conduct-choice",
        first: (Permission::Decide, None),
        second: (Permission::Decide, None),
        task: Some(StudyTask::Decision),
        filled: &["signer1", "signer2", "signer3", "signed"],
        title: Text::new("another member of the committee", "另一名委员"),
    },
];

/// Times that the signatures answer where they are left blank.
const STAMPED: [&str; 2] = ["at1", "at2"];

const WHEN: Text = Text::new(
    "Blank: now. From paper: as it was written there.",
    "留空即为现在；补录纸质记录时按原件填写。",
);

#[derive(Template)]
#[template(path = "countersign.html")]
struct Page {
    view: View,
    title: &'static str,
    help: &'static str,
    subject: Option<String>,
    subject_link: String,
    second: &'static str,
    action: String,
    fields: Vec<FieldView>,
    problems: Vec<(String, String)>,
    /// Why the signatures were not taken.
    refused: Option<String>,
    /// The second person's account as it was typed.
    second_account: String,
    /// What was read that is not what the records hold: kept only if it was read so indeed.
    misread: Vec<String>,
    /// What a lift of a halt covers, in words, and as it is kept.
    lifts: Option<(Vec<String>, String)>,
}

fn target(ask: &Ask) -> Result<(&'static Pair, &'static Form, Option<String>), Fault> {
    let (id, subject) = match ask.rest.split_once('/') {
        Some((id, subject)) => (id, Some(subject.to_owned())),
        None => (ask.rest.as_str(), None),
    };
    let pair = PAIRS.iter().find(|pair| pair.form == id).ok_or(Fault::NotFound)?;
    let form = form(id).ok_or(Fault::NotFound)?;
    // What is signed for a subject without naming one would be of no site.
    if (form.scope == Scope::Subject) != subject.is_some() {
        return Err(Fault::NotFound);
    }
    Ok((pair, form, subject))
}

/// Whether a person may begin a form that two sign.
pub(crate) fn may_begin(person: &Person, form: &str, site: Option<&str>) -> bool {
    let mut pairs = PAIRS.iter();
    pairs.any(|pair| pair.form == form && may(person, pair.first, site))
}

/// Whether a person may take a part, at a site.
fn may(person: &Person, part: (Permission, Option<Role>), site: Option<&str>) -> bool {
    let (permission, role) = part;
    person.account.grants.iter().any(|grant| {
        let held = Role::from_id(&grant.role);
        let here = site.is_none() || grant.site.is_none() || grant.site.as_deref() == site;
        here && held.is_some_and(|held| held.may(permission) && role.is_none_or(|role| role == held))
    })
}

async fn site(ask: &Ask, subject: Option<&str>) -> Result<Option<String>, Fault> {
    match subject {
        Some(subject) => Ok(site_of(&records_of(ask, subject).await?)),
        None => Ok(None),
    }
}

fn page(
    ask: &Ask,
    pair: &Pair,
    form: &'static Form,
    subject: Option<&str>,
    values: &Values,
    problems: Vec<(String, String)>,
) -> Page {
    let mut fields = field_views(ask, form, values);
    fields.retain(|field| !pair.filled.contains(&field.id));
    // A check is made now, unless it is entered from paper.
    for field in fields.iter_mut().filter(|field| STAMPED.contains(&field.id)) {
        field.required = false;
        field.help = WHEN.of(ask.language);
    }
    Page {
        view: View::of(ask),
        title: form.title.of(ask.language),
        help: form.help.of(ask.language),
        subject: subject.map(str::to_owned),
        subject_link: encode(subject.unwrap_or_default()),
        second: pair.title.of(ask.language),
        action: ask.path.clone(),
        fields,
        problems,
        refused: None,
        second_account: ask.optional("second").to_owned(),
        misread: Vec::new(),
        lifts: None,
    }
}

/// The page with what the signatures would lift.
async fn page_now(
    ask: &Ask,
    pair: &Pair,
    form: &'static Form,
    subject: Option<&str>,
    values: &Values,
    problems: Vec<(String, String)>,
) -> Result<Page, Fault> {
    let judged = match subject {
        Some(subject) => judged_now(ask, form.id, subject).await?,
        None => None,
    };
    let lifts = judged.map(|Judged { what, covers, .. }| {
        let what = what.iter().map(|what| what.of(ask.language).to_owned());
        (what.collect(), covers)
    });
    Ok(Page {
        lifts,
        ..page(ask, pair, form, subject, values, problems)
    })
}

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    let (pair, form, subject) = target(&ask)?;
    let site = site(&ask, subject.as_deref()).await?;
    if !may(ask.person()?, pair.first, site.as_deref()) {
        return Err(Fault::Forbidden);
    }
    let mut values = Values::new();
    if let (Some(subject), "conduct-emergency") = (&subject, form.id) {
        proposed_keys(&ask, subject, &mut values).await?;
    }
    for field in form.fields {
        if let Some(given) = ask.query.get(field.id) {
            values.insert(field.id.to_owned(), given.clone());
        }
    }
    let page = page_now(&ask, pair, form, subject.as_deref(), &values, Vec::new()).await?;
    Ok(Reply::Page(page.render()?))
}

pub(crate) async fn sign(ask: Ask) -> Result<Reply, Fault> {
    let (pair, form, subject) = target(&ask)?;
    let site = site(&ask, subject.as_deref()).await?;
    if !may(ask.person()?, pair.first, site.as_deref()) {
        return Err(Fault::Forbidden);
    }
    let own = ask.person()?.account.clone();
    let other = match second_person(&ask, pair, &own, site.as_deref()).await {
        Ok(other) => other,
        Err(why @ (Fault::Refused(_) | Fault::Password(_))) => {
            let page = Page {
                refused: Some(why.status(ask.language).1),
                ..page_now(&ask, pair, form, subject.as_deref(), &answers(&ask, form), Vec::new()).await?
            };
            return Err(Fault::Shown {
                page: page.render()?,
                why: Box::new(why),
            });
        }
        Err(why) => return Err(why),
    };
    let mut values = answers(&ask, form);
    for name in pair.filled {
        values.remove(*name);
    }
    fill(&ask, form.id, &own, &other.account, &mut values);
    let problems = validate(form, &values, &ask.app.trial, ask.app.now());
    if problems.iter().any(|problem| problem.severity() == Severity::Refuses) {
        let said: Vec<(String, String)> = problems
            .iter()
            .map(|problem| (problem.field.clone(), problem.sentence(ask.language)))
            .collect();
        return Ok(Reply::RejectedFor {
            page: page_now(&ask, pair, form, subject.as_deref(), &values, said.clone())
                .await?
                .render()?,
            problems: said,
        });
    }
    let refused = refused_now(&ask, form.id, subject.as_deref(), &mut values).await?;
    if !refused.is_empty() {
        return Ok(Reply::RejectedFor {
            page: page_now(&ask, pair, form, subject.as_deref(), &values, refused.clone())
                .await?
                .render()?,
            problems: refused,
        });
    }
    let misread = match (form.id, &subject) {
        ("conduct-identity", Some(subject)) => misreads(&ask, subject, &values).await?,
        _ => Vec::new(),
    };
    if !misread.is_empty() && ask.optional("mismatch") != "Y" {
        let said = |sentence: &String| (String::new(), sentence.clone());
        return Ok(Reply::RejectedFor {
            problems: misread.iter().map(said).collect(),
            page: Page {
                misread,
                ..page(&ask, pair, form, subject.as_deref(), &values, Vec::new())
            }
            .render()?,
        });
    }
    let key = write(
        &ask,
        pair,
        form,
        subject.as_deref(),
        site.as_deref(),
        values,
        &own,
        &other,
    )
    .await?;
    Ok(Reply::Go(match &subject {
        // What is shut by it, and what to do, before anything else.
        Some(subject) if !misread.is_empty() => format!("/gates/{}", encode(subject)),
        _ => format!("/record/{}", encode(&key)),
    }))
}

/// What of the answers cannot be signed as things stand, with its field; what the records answer is answered by them.
async fn refused_now(
    ask: &Ask,
    form: &str,
    subject: Option<&str>,
    values: &mut Values,
) -> Result<Vec<(String, String)>, Fault> {
    if form == "conduct-resume" {
        let why = no_such_halt(ask, values.get("pause").map_or("", String::as_str)).await?;
        let said = why.map(|why| ("pause".to_owned(), why.of(ask.language).to_owned()));
        return Ok(said.into_iter().collect());
    }
    if let Some(subject) = subject
        && let Some(judged) = judged_now(ask, form, subject).await?
    {
        let wrong = judged.why_not(ask, form, subject, values);
        values.insert("facovers".to_owned(), judged.covers);
        let said = |(field, why): (&str, Words)| (field.to_owned(), why.of(ask.language).to_owned());
        return Ok(wrong.map(said).into_iter().collect());
    }
    if let ("conduct-choice", Some(subject)) = (form, subject) {
        let why = not_lower(ask, subject, values).await?;
        let said = why.map(|why| ("arm".to_owned(), why.of(ask.language).to_owned()));
        return Ok(said.into_iter().collect());
    }
    not_releasable(ask, form, subject, values).await
}

/// What there is, one after the other; `none` where there is nothing.
fn listed<T: AsRef<str>>(names: &[T], none: &str) -> Words {
    if names.is_empty() {
        return both!("{none}", "无");
    }
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    Words {
        en: names.join(", "),
        zh: names.join("、"),
    }
}

/// What the committee judges of a subject: what halted by a rule, or what may be a DLT.
struct Judged {
    /// In words.
    what: Vec<Words>,
    /// As the decision keeps it.
    covers: String,
    /// The subjects for whom a halt by a rule stands.
    halted: Vec<String>,
    /// The day of the last verdict of a committee there is.
    decided: Option<Date>,
}

/// What a form of the committee judges now; `None`: it judges nothing that the data say.
async fn judged_now(ask: &Ask, form: &str, subject: &str) -> Result<Option<Judged>, Fault> {
    let is_lift = form == "halt-lifted";
    if !is_lift && form != "dlt-adjudication" {
        return Ok(None);
    }
    let snapshot = ask.app.snapshot_now().await?;
    let (trial, now) = (Arc::clone(&ask.app.trial), site_time(ask.app.store.clock().now()));
    let own = SubjectId::new(subject);
    let made = tokio::task::spawn_blocking(move || {
        if is_lift {
            halting(&snapshot, &trial, &own, now)
        } else {
            in_question(&snapshot, &trial, &own, now)
        }
    });
    made.await
        .map(Some)
        .map_err(|_| Fault::Wrong(both!("the halts could not be derived", "暂停状态无法生成")))
}

fn halting(snapshot: &Snapshot, trial: &Trial, own: &SubjectId, now: DateTime) -> Judged {
    let calls = snapshot.standing().calls.iter();
    let of_halts = calls.filter(|call| matches!(call.occasion, Occasion::Pause(_)));
    let halted: Vec<_> = of_halts.flat_map(|call| call.subjects.iter()).collect();
    let study = Study::new(trial, snapshot.data(), &snapshot.conduct, now);
    let what = halted.iter().filter(|(id, _)| id == own).map(|(_, what)| what.clone());
    Judged {
        what: what.collect(),
        covers: halting_now(&study, own).join(" "),
        halted: halted.iter().map(|(id, _)| id.to_string()).collect(),
        decided: None,
    }
}

fn in_question(snapshot: &Snapshot, trial: &Trial, own: &SubjectId, now: DateTime) -> Judged {
    let mut subjects = snapshot.data().subjects.iter();
    let subject = subjects.find(|one| one.id == *own);
    let verdict = subject.and_then(|one| derive_dlt(trial, one, now.date()));
    let grounds = verdict
        .iter()
        .flat_map(|verdict| verdict.met.iter().chain(&verdict.open));
    let known: Vec<String> = verdict.iter().flat_map(|verdict| verdict.known.clone()).collect();
    Judged {
        what: grounds.map(|ground| ground.text.clone()).collect(),
        // A decision that says that it covers nothing is not one that says nothing.
        covers: if known.is_empty() {
            "-".to_owned()
        } else {
            known.join(" ")
        },
        halted: Vec::new(),
        decided: subject.and_then(committee).map(|(_, day)| day),
    }
}

impl Judged {
    /// Why it cannot be signed, with the answer it is about: no halt stands for the subject, for what is lifted before it happens would
    /// never halt; an investigator decides; or another thing is judged than the page showed.
    fn why_not(&self, ask: &Ask, form: &str, subject: &str, values: &Values) -> Option<(&'static str, Words)> {
        let is_lift = form == "halt-lifted";
        if is_lift && self.what.is_empty() {
            let Words { en, zh } = listed(&self.halted, "nobody");
            let why = both!(
                "no halt by a rule of the protocol stands for {subject}; those it stands for: {en}. Nothing was saved",
                "{subject}没有因方案规则而有效的暂停；现有：{zh}。未保存任何内容"
            );
            return Some(("faorres", why));
        }
        if values.get("faeval").is_some_and(|by| is_investigator(by)) {
            let why = both!(
                "the committee decides, not the investigator; nothing was saved",
                "须由委员会而非研究者决定；未保存任何内容"
            );
            return Some(("faeval", why));
        }
        let day = values.get("fadtc").and_then(|day| day.get(..10)?.parse::<Date>().ok());
        if let Some((decided, _)) = self.decided.zip(day).filter(|(decided, day)| day < decided) {
            let why = both!(
                "a verdict of {decided} stands, and the one of the latest day counts: this one would say nothing. Nothing was saved",
                "已有{decided}的判定，以日期最晚者为准：此判定将不起作用。未保存任何内容"
            );
            return Some(("fadtc", why));
        }
        let onset = |one: &str| one.split_once('@')?.1.get(..10)?.parse::<Date>().ok();
        let began = self.covers.split(' ').filter_map(onset).max().filter(|_| is_lift);
        if let Some((began, _)) = began.zip(day).filter(|(began, day)| day < began) {
            let why = both!(
                "what halted began on {began}: it was not lifted before. Nothing was saved",
                "触发暂停的情况始于{began}，不可能在此之前解除。未保存任何内容"
            );
            return Some(("fadtc", why));
        }
        let shown = ask.form.get("covers");
        shown.is_some_and(|shown| *shown != self.covers).then(|| {
            let why = both!(
                "what is judged is not what this page showed when it was opened; read it again and sign anew. Nothing was saved",
                "待判定的情况与打开本页时所示不同；请重新阅读并签署。未保存任何内容"
            );
            ("faorres", why)
        })
    }
}

/// Why a lower dose cannot be chosen: the dose group is none below that of the subject's place.
async fn not_lower(ask: &Ask, subject: &str, values: &Values) -> Result<Option<Words>, Fault> {
    if values.get("choice").is_none_or(|choice| choice != "LOWER DOSE") {
        return Ok(None);
    }
    let snapshot = ask.app.snapshot_now().await?;
    let now = site_time(ask.app.store.clock().now());
    let own = snapshot.conduct.of(&SubjectId::new(subject));
    let Some(place) = own.and_then(|own| own.slot(now)).map(|slot| slot.level) else {
        return Ok(Some(both!(
            "{subject} has no place at a dose level, so there is none to lower; nothing was saved",
            "{subject}没有剂量水平名额，无从降低；未保存任何内容"
        )));
    };
    let groups = || snapshot.trial_of(subject).dose_levels.iter();
    let chosen = values.get("arm").map_or("", String::as_str);
    let is_lower = groups().any(|(level, group)| group.arm == chosen && level < place);
    let lower: Vec<&str> = groups()
        .filter(|(level, _)| *level < place)
        .map(|(_, group)| group.arm.as_str())
        .collect();
    let Words {
        en: named,
        zh: named_zh,
    } = listed(&lower, "none");
    Ok((!is_lower).then(|| {
        both!(
            "a lower dose is that of a group below dose level {place}: {named}; nothing was saved",
            "较低剂量须为低于剂量水平{place}的剂量组：{named_zh}；未保存任何内容"
        )
    }))
}

/// Why a halt cannot be ended: no halt that was entered, or that what was done set off, has this identifier and stands.
async fn no_such_halt(ask: &Ask, id: &str) -> Result<Option<Words>, Fault> {
    let snapshot = ask.app.snapshot_now().await?;
    let standing = snapshot.data().halts.iter().filter(|halt| halt.ended.is_none());
    let standing: Vec<&str> = standing.map(|halt| halt.id.as_str()).collect();
    if standing.contains(&id) {
        return Ok(None);
    }
    let Words {
        en: named,
        zh: named_zh,
    } = listed(&standing, "none");
    Ok(Some(both!(
        "no halt {id} stands; those that do: {named}. A halt by a rule of the protocol ends with the form \"Halt of enrolment \
         lifted\" of its subject",
        "没有编号为{id}的有效暂停；现有：{named_zh}。因方案规则触发的暂停，须在该受试者的“解除入组暂停”表中解除"
    )))
}

/// The second person, once both gave their passwords and the second may take the part.
async fn second_person(ask: &Ask, pair: &Pair, own: &Account, site: Option<&str>) -> Result<Person, Fault> {
    let password = |name: &str| ask.form.get(name).map_or("", String::as_str);
    let second = ask.field("second")?.to_owned();
    if second == own.name {
        return Err(Fault::Refused(both!(
            "the second person must be another than you; nothing was saved",
            "第二人不能是您本人；未保存任何内容"
        )));
    }
    ask.check_password(&own.name, password("password")).await?;
    let other = ask.check_password(&second, password("second_password")).await?;
    if let Some(task) = pair.task {
        ask.require_delegated(own, Some(task)).await?;
        ask.require_delegated(&other, Some(task)).await?;
    }
    let other = Person::of(other);
    if !may(&other, pair.second, site) {
        return Err(Fault::Refused(both!(
            "{name} does not have the role this asks for; nothing was saved",
            "{name}不具备所需角色；未保存任何内容",
            name = other.account.printed
        )));
    }
    Ok(other)
}

/// What the signatures say: who, and when.
fn fill(ask: &Ask, form: &str, own: &Account, other: &Account, values: &mut Values) {
    let now = format!("{:.16}", site_time(ask.app.store.clock().now()).to_string());
    let put = |values: &mut Values, field: &str, value: &str| values.insert(field.to_owned(), value.to_owned());
    match form {
        // A check of which the paper is entered was made when the paper says.
        "conduct-identity" => {
            let first = values.get("at1").unwrap_or(&now).clone();
            let second = values.get("at2").unwrap_or(&now).clone();
            for (field, value) in [
                ("person1", &own.printed),
                ("at1", &first),
                ("person2", &other.printed),
                ("at2", &second),
            ] {
                values.insert(field.to_owned(), value.clone());
            }
        }
        "conduct-emergency" => {
            put(values, "investigator", &own.printed);
            put(values, "investigatorauth", "Y");
            put(values, "investigatorat", &now);
            put(values, "physician", &other.printed);
            put(values, "physicianauth", "Y");
            put(values, "physicianat", &now);
        }
        // The certificate says who released, and when; the committee's minutes, who decided.
        "conduct-release" | "dlt-adjudication" | "halt-lifted" => {}
        _ => {
            put(values, "signer1", &own.printed);
            put(values, "signer2", &other.printed);
            put(values, "signed", &now);
        }
    }
}

/// Enters the record with both signatures.
#[expect(clippy::too_many_arguments, reason = "a record with its two signers")]
async fn write(
    ask: &Ask,
    pair: &Pair,
    form: &'static Form,
    subject: Option<&str>,
    site: Option<&str>,
    values: Values,
    own: &Account,
    other: &Person,
) -> Result<String, Fault> {
    let released = values.clone();
    let new = new_record(form, subject, site, None, values);
    let first = ask.author(pair.first.0, site)?;
    let second = Author {
        account: other.account.name.clone(),
        role: other.role_for(pair.second.0, site).map_or("none", Role::id).to_owned(),
    };
    let signers = [(&first, own), (&second, &other.account)].map(|(author, account)| Signer {
        author: author.clone(),
        name: account.printed.clone(),
        meaning: form.title.en.to_owned(),
    });
    let entries = ask.append_signed(&first, new, &signers).await?;
    let made = entries.into_iter().next().ok_or(Fault::NotFound)?;
    let key = made.record.unwrap_or_default();
    if let (Some(subject), "conduct-emergency") = (subject, form.id) {
        // Where this fails the work list asks for them.
        let deviations = deviations_of(ask, subject, site, &key, &released);
        ask.append(Permission::Enter, site, &deviations).await?;
    }
    Ok(key)
}
