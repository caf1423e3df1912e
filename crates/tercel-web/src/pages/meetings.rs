//! Decision meetings: which are called for, those held, and the freezing of a packet.

use askama::Template;
use schemars::JsonSchema;
use serde::Serialize;
use tercel::language::{Language, Words, both};
use tercel::protocol::Charter;
use tercel_store::Record;

use super::api::answer;
use crate::ask::Ask;
use crate::meeting::{MEETING, Meeting};
use crate::punctuation::LISTED;
use crate::reply::{Fault, Reply};
use crate::role::{Permission, Role};
use crate::serve::encode;
use crate::steps::{self, Committee};
use crate::view::View;

/// The decision meetings.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "meetings.html")]
#[schemars(rename = "Meetings")]
pub(super) struct Page {
    #[serde(skip)]
    view: View,
    /// Meetings that are called for.
    calls: Vec<Called>,
    /// Meetings, in order.
    #[serde(rename = "meetings")]
    rows: Vec<Row>,
    /// There may be meetings that are not shown to who asks.
    hidden: bool,
    #[serde(skip)]
    may_prepare: bool,
    #[serde(skip)]
    members: Vec<Candidate>,
    #[serde(skip)]
    roles_needed: Vec<(String, String)>,
    /// Votes that the protocol asks for.
    votes: u32,
    /// The same in words, and whose.
    charter: Option<String>,
}

/// A meeting that is called for.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MeetingCall")]
struct Called {
    /// What /meetings takes as its occasion.
    occasion: String,
    /// Why.
    sentence: String,
}

/// A meeting of the list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MeetingLine")]
struct Row {
    /// Its record, as in the path of /api/meeting.
    #[serde(rename = "record")]
    link: String,
    number: u32,
    /// In words.
    occasion: String,
    /// Day of the data cut.
    cut: String,
    /// In words.
    state: String,
    /// SHA-256 of the packet.
    digest: String,
}

impl Row {
    fn short(&self) -> &str {
        self.digest.get(..12).unwrap_or(&self.digest)
    }
}

/// Every meeting, in order.
pub(crate) async fn all(ask: &Ask) -> Result<Vec<Record>, Fault> {
    Ok(ask.app.records_of_form(MEETING).await?)
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
    let snapshot = ask.app.snapshot().await?;
    let language = ask.language;
    let mut rows = Vec::new();
    let all = if person.sees_meetings() {
        all(ask).await?
    } else {
        Vec::new()
    };
    for record in all {
        let meeting = Meeting::read(&record)?;
        rows.push(Row {
            link: encode(&record.key),
            number: record.number(),
            occasion: meeting.packet.occasion.words(language),
            cut: meeting.packet.cut.to_string(),
            state: meeting.state(language),
            digest: meeting.digest,
        });
    }
    Ok(Page {
        view: View::of(ask),
        calls: snapshot
            .calls()
            .map(|call| Called {
                occasion: steps::occasion_id(call).to_owned(),
                // Whoever reads one site is told of no subject of another.
                sentence: if person.sees_meetings() {
                    call.sentence(language)
                } else {
                    call.without_subjects(language)
                },
            })
            .collect(),
        rows,
        hidden: !person.sees_meetings(),
        may_prepare: person.may(Permission::Prepare),
        members: members(ask).await?,
        roles_needed: roles_needed(language),
        votes: charter(ask).map_or(2, |charter| charter.votes),
        charter: charter(ask).map(|charter| charter_words(charter, language)),
    })
}

/// Who may sit on the committee.
struct Candidate {
    account: String,
    printed: String,
    role: Role,
    /// The role in words.
    title: &'static str,
}

impl Candidate {
    fn is_physician(&self) -> bool {
        self.role == Role::MedicalMonitor
    }
}

/// Everybody whose role may decide.
async fn members(ask: &Ask) -> Result<Vec<Candidate>, Fault> {
    let mut members = Vec::new();
    for account in ask.app.store.accounts().await? {
        let mut roles = account.grants.iter().filter_map(|grant| Role::from_id(&grant.role));
        let role = roles.find(|role| role.may(Permission::Decide));
        if let (Some(role), false) = (role, account.disabled) {
            members.push(Candidate {
                account: account.name,
                printed: account.printed,
                role,
                title: role.title().of(ask.language),
            });
        }
    }
    Ok(members)
}

/// Which roles may be asked to vote: each that decides, and all of them together, with the value the form sends.
fn roles_needed(language: Language) -> Vec<(String, String)> {
    let deciding: Vec<Role> = Role::ALL
        .into_iter()
        .filter(|role| role.may(Permission::Decide))
        .collect();
    let each = deciding.iter().map(std::slice::from_ref);
    let named = |roles: &[Role]| {
        let ids: Vec<&str> = roles.iter().map(|role| role.id()).collect();
        let titles: Vec<&str> = roles.iter().map(|role| role.title().of(language)).collect();
        (ids.join(" "), titles.join(LISTED.of(language)))
    };
    each.chain([deciding.as_slice()]).map(named).collect()
}

/// Whose votes the protocol asks for.
fn charter(ask: &Ask) -> Option<&Charter> {
    ask.app.trial.conduct.as_ref()?.committee.as_ref()
}

/// The same in words.
fn charter_words(charter: &Charter, language: Language) -> String {
    let roles = charter.roles.iter().filter_map(|id| Role::from_id(id));
    let titles: Vec<&str> = roles.map(|role| role.title().of(language)).collect();
    let votes = charter.votes;
    let named = titles.join(LISTED.of(language));
    match (language, titles.is_empty()) {
        (Language::English, true) => format!("The protocol asks for {votes} votes or more."),
        (Language::English, false) => {
            format!("The protocol asks for {votes} votes or more, among them of each role: {named}.")
        }
        (Language::Chinese, true) => format!("方案要求至少 {votes} 票。"),
        (Language::Chinese, false) => format!("方案要求至少 {votes} 票，其中须包括：{named}。"),
    }
}

/// Freezes a packet of everything entered by now.
pub(crate) async fn freeze(ask: Ask) -> Result<Reply, Fault> {
    let asked = ask.field("occasion")?.to_owned();
    let words = ask.optional("words").to_owned();
    let mut chosen = Vec::new();
    let mut roles = Vec::new();
    for one in members(&ask).await? {
        let physician = match ask.optional(&format!("member.{}", one.account)) {
            "physician" => true,
            "member" => false,
            _ => continue,
        };
        roles.push(one.role);
        chosen.push(steps::member(&one.account, &one.printed, one.role.id(), physician));
    }
    if chosen.is_empty() {
        return Err(Fault::Wrong(both!(
            "choose who sits on the committee; nothing was frozen",
            "请选择委员会成员；未冻结任何内容"
        )));
    }
    let needed: u32 = ask
        .field("quorum")?
        .parse()
        .ok()
        .filter(|needed| (1..=50).contains(needed))
        .ok_or_else(|| {
            Fault::Wrong(both!(
                "the quorum is a number from 1 to 50; nothing was frozen",
                "法定投票人数须为1至50的数字；未冻结任何内容"
            ))
        })?;
    let charter = charter(&ask);
    if let Some(least) = charter.map(|charter| charter.votes).filter(|least| needed < *least) {
        return Err(Fault::Wrong(both!(
            "the protocol asks for {least} votes or more; nothing was frozen",
            "方案要求至少 {least} 票；未冻结任何内容"
        )));
    }
    if usize::try_from(needed).is_ok_and(|needed| needed > chosen.len()) {
        return Err(Fault::Wrong(both!(
            "{needed} votes are needed and {chosen} members chosen: such a meeting never decides; nothing was frozen",
            "法定投票人数为 {needed}，而所选委员仅 {chosen} 名：该会议无法形成决定；未冻结任何内容",
            chosen = chosen.len()
        )));
    }
    let asked_for = ask.optional("roles_needed").split([',', ' ']);
    let mut needed_roles: Vec<&str> = asked_for.filter(|role| !role.is_empty()).collect();
    for role in charter.iter().flat_map(|charter| &charter.roles) {
        if !needed_roles.contains(&role.as_str()) {
            needed_roles.push(role);
        }
    }
    for id in needed_roles.iter().copied() {
        let role = Role::from_id(id);
        if role.is_none_or(|role| !roles.contains(&role)) {
            let title = role.map_or_else(|| Words::english(id.to_owned()), |role| role.title().into());
            return Err(Fault::Wrong(both!(
                "a vote of the role {en} is needed and no member chosen has it: such a meeting never decides; nothing was frozen",
                "须有“{zh}”投票，而所选委员中无此角色：该会议无法形成决定；未冻结任何内容",
                en = title.en,
                zh = title.zh
            )));
        }
    }
    let frozen = steps::freeze(&ask.app, &asked, &words).await?;
    let committee = Committee {
        members: chosen,
        quorum: needed,
        roles_needed: needed_roles.join(" "),
    };
    let opened = steps::open(&ask.app, frozen, committee);
    let entries = ask.append(Permission::Prepare, None, &[opened]).await?;
    let record = entries
        .first()
        .and_then(|entry| entry.record.clone())
        .unwrap_or_default();
    Ok(Reply::Go(format!("/meeting/{}", encode(&record))))
}
