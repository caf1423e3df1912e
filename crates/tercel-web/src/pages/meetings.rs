//! Decision meetings: which are called for, those held, and the freezing of a packet.

use askama::Template;
use tercel_store::Record;

use crate::ask::Ask;
use crate::meeting::{MEETING, Meeting};
use crate::reply::{Fault, Reply};
use crate::role::{Permission, Role};
use crate::serve::encode;
use crate::steps::{self, Committee};
use crate::view::View;

#[derive(Template)]
#[template(path = "meetings.html")]
struct Page {
    view: View,
    calls: Vec<(String, String)>,
    rows: Vec<Row>,
    may_prepare: bool,
    members: Vec<(String, String, String, bool)>,
}

struct Row {
    link: String,
    number: u32,
    occasion: String,
    cut: String,
    state: String,
    digest: String,
}

/// Every meeting, in order.
pub(crate) async fn all(ask: &Ask) -> Result<Vec<Record>, Fault> {
    Ok(ask.app.records_of_form(MEETING).await?)
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    let person = ask.person()?;
    let snapshot = ask.app.snapshot().await?;
    let language = ask.language;
    let calls = &snapshot.standing().calls;
    let mut rows = Vec::new();
    let all = if person.sees_meetings() {
        all(&ask).await?
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
            digest: meeting.digest.chars().take(12).collect(),
        });
    }
    let page = Page {
        view: View::of(&ask),
        calls: calls
            .iter()
            .map(|call| (steps::occasion_id(call).to_owned(), call.sentence(language)))
            .collect(),
        rows,
        may_prepare: person.may(Permission::Prepare),
        members: members(&ask).await?,
    };
    Ok(Reply::Page(page.render()?))
}

/// Who may sit on the committee: account, printed name, role, whether a physician by role.
async fn members(ask: &Ask) -> Result<Vec<(String, String, String, bool)>, Fault> {
    let mut members = Vec::new();
    for account in ask.app.store.accounts().await? {
        let mut roles = account.grants.iter().filter_map(|grant| Role::from_id(&grant.role));
        let role = roles.find(|role| role.may(Permission::Decide));
        if let (Some(role), false) = (role, account.disabled) {
            let physician = role == Role::MedicalMonitor;
            members.push((account.name, account.printed, role.id().to_owned(), physician));
        }
    }
    Ok(members)
}

/// Freezes a packet of everything entered by now.
pub(crate) async fn freeze(ask: Ask) -> Result<Reply, Fault> {
    let asked = ask.field("occasion")?.to_owned();
    let words = ask.optional("words").to_owned();
    let mut chosen = Vec::new();
    for (account, printed, role, _) in members(&ask).await? {
        match ask.optional(&format!("member.{account}")) {
            "physician" => chosen.push(steps::member(&account, &printed, &role, true)),
            "member" => chosen.push(steps::member(&account, &printed, &role, false)),
            _ => {}
        }
    }
    if chosen.is_empty() {
        return Err(Fault::Wrong(
            "choose who sits on the committee; nothing was frozen".to_owned(),
        ));
    }
    let needed: u32 = ask
        .field("quorum")?
        .parse()
        .ok()
        .filter(|needed| (1..=50).contains(needed))
        .ok_or_else(|| Fault::Wrong("the quorum is a number from 1 to 50; nothing was frozen".to_owned()))?;
    let frozen = steps::freeze(&ask.app, &asked, &words).await?;
    let committee = Committee {
        members: chosen,
        quorum: needed,
        roles_needed: ask.optional("roles_needed").to_owned(),
    };
    let opened = steps::open(&ask.app, frozen, committee);
    let entries = ask.append(Permission::Prepare, None, &[opened]).await?;
    let record = entries
        .first()
        .and_then(|entry| entry.record.clone())
        .unwrap_or_default();
    Ok(Reply::Go(format!("/meeting/{}", encode(&record))))
}
