//! Decision meetings: which are called for, those held, and the freezing of a packet.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;
use tercel::endpoint::Analysis;
use tercel::meeting::{About, Call, Completeness, Knowledge, Occasion, OpenQuery, Packet, called_for};
use tercel::study::SubjectId;
use tercel_exchange::{packet_digest, packet_json, sha256_hex};
use tercel_store::{Change, NewRecord, Record, Values};

use crate::ask::Ask;
use crate::meeting::{MEETING, Meeting};
use crate::reply::{Fault, Reply};
use crate::role::{Permission, Role};
use crate::serve::encode;
use crate::snapshot::Snapshot;
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
            .map(|call| (occasion_id(call), call.sentence(language)))
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

fn occasion_id(call: &Call) -> String {
    match &call.occasion {
        Occasion::LevelCompleted(_) => "scheduled",
        Occasion::Pause(_) => "pause",
        Occasion::RecommendedDose => "rp2d",
        Occasion::Other(_) => "other",
    }
    .to_owned()
}

/// Freezes a packet of everything entered by now.
pub(crate) async fn freeze(ask: Ask) -> Result<Reply, Fault> {
    let asked = ask.field("occasion")?.to_owned();
    let words = ask.optional("words").to_owned();
    let mut chosen = Vec::new();
    for (account, printed, role, _) in members(&ask).await? {
        match ask.optional(&format!("member.{account}")) {
            "physician" => {
                chosen.push(serde_json::json!({"account": account, "name": printed, "role": role, "physician": true}));
            }
            "member" => {
                chosen.push(serde_json::json!({"account": account, "name": printed, "role": role, "physician": false}));
            }
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
    let protocol = std::fs::read(ask.app.settings.folder.join("protocol.toml"))
        .map(|bytes| sha256_hex(&bytes))
        .ok();
    let snapshot = ask.app.snapshot_now().await?;
    let (trial, now) = (ask.app.trial.clone(), ask.app.store.clock().now());
    let frozen = tokio::task::spawn_blocking(move || {
        packet(&trial, &snapshot, now, &asked, &words, protocol)
            .map(|packet| (packet_digest(&packet), packet_json(&packet)))
    });
    let (digest, json) = frozen
        .await
        .map_err(|_| Fault::Wrong("the packet could not be derived".to_owned()))??;
    let values: Values = [
        ("packet".to_owned(), json),
        ("digest".to_owned(), digest),
        ("members".to_owned(), serde_json::Value::from(chosen).to_string()),
        ("quorum".to_owned(), needed.to_string()),
        ("roles_needed".to_owned(), ask.optional("roles_needed").to_owned()),
    ]
    .into();
    let new = NewRecord {
        series: "MEETING/".to_owned(),
        number: None,
        form: MEETING.to_owned(),
        subject: None,
        site: None,
        happened: Some(ask.app.today().to_string()),
        values,
    };
    let entries = ask.append(Permission::Prepare, None, &[Change::Create(new)]).await?;
    let record = entries
        .first()
        .and_then(|entry| entry.record.clone())
        .unwrap_or_default();
    Ok(Reply::Go(format!("/meeting/{}", encode(&record))))
}

fn packet(
    trial: &tercel::protocol::Trial,
    snapshot: &Snapshot,
    now: Timestamp,
    asked: &str,
    words: &str,
    protocol_digest: Option<String>,
) -> Result<Packet, Fault> {
    let analysis = Analysis::new(trial, snapshot.data(), Some(snapshot.today));
    let calls = called_for(&analysis);
    let called = |id: &str| {
        calls
            .iter()
            .find(|call| occasion_id(call) == id)
            .map(|call| call.occasion.clone())
    };
    let occasion = match asked {
        "scheduled" | "pause" => called(asked).ok_or_else(|| {
            Fault::Wrong("the data do not call for this meeting; give the occasion in other words".to_owned())
        })?,
        "rp2d" => Occasion::RecommendedDose,
        _ => Occasion::Other(words.to_owned()),
    };
    let about = About {
        occasion,
        known: u64::try_from(snapshot.entry).ok().map(|entry| Knowledge {
            at: whole_seconds(now),
            entry,
        }),
        protocol_digest,
        open_queries: Some(open_queries(snapshot)),
        completeness: all_completeness(snapshot),
    };
    Packet::freeze(&analysis, about).map_err(|error| Fault::Wrong(format!("{error}; nothing was frozen")))
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn open_queries(snapshot: &Snapshot) -> BTreeMap<SubjectId, Vec<OpenQuery>> {
    let queried = snapshot.parts.iter().filter(|(_, part)| !part.queries.is_empty());
    queried
        .map(|(subject, part)| (SubjectId::new(subject), part.queries.clone()))
        .collect()
}

/// Records entered of each subject, and those of them whose required answers are all there.
fn all_completeness(snapshot: &Snapshot) -> BTreeMap<SubjectId, Completeness> {
    let each = snapshot.parts.iter();
    each.filter_map(|(subject, part)| Some((SubjectId::new(subject), part.completeness.clone()?)))
        .collect()
}
