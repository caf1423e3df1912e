//! The steps of a decision meeting as they are entered: pages take them one by one, the demonstration in a row.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use tercel::conduct::{PlannedVisit, Study, derive_schedule};
use tercel::endpoint::Analysis;
use tercel::language::{Language, Words, both};
use tercel::meeting::{
    About, Call, Choice, Completeness, Knowledge, NotFrozen, Occasion, OpenQuery, Packet, Resolution, called_for,
    replay,
};
use tercel::protocol::{DoseLevel, Trial};
use tercel::study::SubjectId;
use tercel_exchange::{packet_digest, packet_json, sha256_hex};
use tercel_store::{Change, Head, NewRecord, Record, Values};

use crate::app::App;
use crate::meeting::{MEETING, Meeting, Seat};
use crate::reply::Fault;
use crate::snapshot::{Part, Snapshot};

/// A frozen packet: its digest, and the bytes the digest is of.
pub(crate) struct Frozen {
    digest: String,
    json: String,
}

/// Who sits on the committee, and how many must vote.
pub(crate) struct Committee {
    /// A line for each member.
    pub(crate) members: Vec<Value>,
    /// Votes needed.
    pub(crate) quorum: u32,
    /// Roles that must vote, as they were typed.
    pub(crate) roles_needed: String,
}

/// The line of a member.
pub(crate) fn member(account: &str, printed: &str, role: &str, physician: bool) -> Value {
    json!({"account": account, "name": printed, "role": role, "physician": physician})
}

/// An occasion as the form names it.
pub(crate) fn occasion_id(call: &Call) -> &'static str {
    match &call.occasion {
        Occasion::LevelCompleted(_) | Occasion::LevelClosed(_) => "scheduled",
        Occasion::Pause(_) => "pause",
        Occasion::RecommendedDose => "rp2d",
        Occasion::Other(_) => "other",
    }
}

/// Freezes a packet of everything entered by now.
pub(crate) async fn freeze(app: &Arc<App>, asked: &str, words: &str) -> Result<Frozen, Fault> {
    let protocol = app.protocol_file().map(|text| sha256_hex(text.as_bytes()));
    let snapshot = app.snapshot_now().await?;
    let (trial, now) = (app.trial.clone(), app.store.clock().now());
    let (asked, words) = (asked.to_owned(), words.to_owned());
    let frozen = tokio::task::spawn_blocking(move || {
        packet(&trial, &snapshot, now, &asked, &words, protocol).map(|packet| Frozen {
            digest: packet_digest(&packet),
            json: packet_json(&packet),
        })
    });
    frozen
        .await
        .map_err(|_| Fault::Wrong(both!("the packet could not be derived", "决策包无法生成")))?
}

fn packet(
    trial: &Trial,
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
            Fault::Wrong(both!(
                "the data do not call for this meeting; give the occasion in other words",
                "现有数据不要求召开此类会议；请另行说明会议事由"
            ))
        })?,
        "rp2d" => Occasion::RecommendedDose,
        _ => Occasion::Other(words.to_owned()),
    };
    let known = u64::try_from(snapshot.entry).ok().map(|entry| Knowledge {
        at: whole_seconds(now),
        entry,
    });
    made(&analysis, snapshot, occasion, known, protocol_digest).map_err(|error| {
        let why = not_frozen_in_chinese(&error);
        Fault::Wrong(both!("{error}; nothing was frozen", "{why}；未冻结任何内容"))
    })
}

/// The packet of what was entered.
fn made(
    analysis: &Analysis<'_>,
    snapshot: &Snapshot,
    occasion: Occasion,
    known: Option<Knowledge>,
    protocol_digest: Option<String>,
) -> Result<Packet, NotFrozen> {
    let about = About {
        occasion,
        known,
        protocol_digest,
        open_queries: Some(open_queries(snapshot)),
        completeness: all_completeness(analysis.trial, snapshot),
    };
    Packet::freeze(analysis, about)
}

/// A packet made again of what had been entered when it was frozen, and what differs from it; nothing: it is the same to the byte.
pub(crate) fn made_again(
    packet: &Packet,
    digest: &str,
    trial: &Arc<Trial>,
    then: Vec<Record>,
) -> Result<Vec<Words>, Words> {
    let Some(known) = packet.known else {
        return Err(both!(
            "the packet does not say which entries were known",
            "决策包未注明当时已知的录入"
        ));
    };
    let snapshot = Snapshot::of_records(then, trial, i64::try_from(known.entry).unwrap_or(i64::MAX), packet.cut);
    let analysis = Analysis::new(trial, snapshot.data(), Some(packet.cut));
    let again = made(
        &analysis,
        &snapshot,
        packet.occasion.clone(),
        Some(known),
        packet.protocol_digest.clone(),
    );
    let again = again.map_err(|error| both!("{error}", "{zh}", zh = not_frozen_in_chinese(&error)))?;
    if packet_digest(&again) == digest {
        return Ok(Vec::new());
    }
    let said = |language| replay(packet, &analysis, language).map_err(|error| Words::english(error.to_string()));
    let (english, chinese) = (said(Language::English)?, said(Language::Chinese)?);
    let pairs = english.iter().zip(&chinese);
    let mut differences: Vec<Words> = pairs
        .map(|(en, zh)| Words {
            en: en.sentence(Language::English),
            zh: zh.sentence(Language::Chinese),
        })
        .collect();
    if differences.is_empty() {
        differences.push(both!(
            "every statement is the same; the packet was made by {software}, and the program that runs counts completeness, lists queries or \
             writes the bytes otherwise",
            "各项陈述均相同；该决策包由{software}生成，现行程序在完整性统计、质疑列表或字节写法上有所不同",
            software = packet.software
        ));
    }
    Ok(differences)
}

fn not_frozen_in_chinese(error: &NotFrozen) -> String {
    match error {
        NotFrozen::Undated => "数据中没有日期，DLT结局均未知，无从作出决定".to_owned(),
        NotFrozen::NoSuchLevel(level) => format!("会议事由所指剂量水平{level}在方案中不存在"),
        NotFrozen::NoOccasion => "未填写会议事由；请说明委员会为何召开会议".to_owned(),
        NotFrozen::Completeness(subject) => format!("受试者{subject}已录入的表单多于应有数量；请更正其完整性数字"),
    }
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

/// Records begun of each subject, and those of them whose required answers are all there; and what of its schedule is not entered
/// although its time has passed.
fn all_completeness(trial: &Trial, snapshot: &Snapshot) -> BTreeMap<SubjectId, Completeness> {
    let study = Study::new(
        trial,
        snapshot.data(),
        &snapshot.conduct,
        snapshot.today.at(23, 59, 59, 0),
    );
    let of_subject = |(subject, part): (&String, &Arc<Part>)| {
        let (subject, mut all) = (SubjectId::new(subject), part.completeness.clone()?);
        for missing in derive_schedule(&study, &subject)
            .iter()
            .flat_map(PlannedVisit::not_entered)
        {
            all.expected += 1;
            all.missing.push(missing);
        }
        Some((subject, all))
    };
    snapshot.parts.iter().filter_map(of_subject).collect()
}

/// The meeting on a frozen packet.
pub(crate) fn open(app: &App, frozen: Frozen, committee: Committee) -> Change {
    let values: Values = [
        ("packet".to_owned(), frozen.json),
        ("digest".to_owned(), frozen.digest),
        ("members".to_owned(), Value::from(committee.members).to_string()),
        ("quorum".to_owned(), committee.quorum.to_string()),
        ("roles_needed".to_owned(), committee.roles_needed),
    ]
    .into();
    Change::Create(NewRecord {
        series: "MEETING/".to_owned(),
        number: None,
        form: MEETING.to_owned(),
        subject: None,
        site: None,
        happened: Some(app.today().to_string()),
        values,
    })
}

/// What is put to the vote, as it was typed.
pub(crate) struct Proposed<'p> {
    pub(crate) choice: &'p str,
    pub(crate) places: Option<u32>,
    pub(crate) overrides: bool,
    pub(crate) reason: &'p str,
    pub(crate) despite: &'p str,
    pub(crate) conditions: &'p str,
    pub(crate) effective: &'p str,
}

/// A proposal.
pub(crate) fn propose(proposed: &Proposed<'_>) -> Value {
    json!({
        "step": "propose",
        "places": proposed.places,
        "choice": proposed.choice,
        "overrides": proposed.overrides,
        "reason": proposed.reason,
        "despite": proposed.despite,
        "conditions": proposed.conditions,
        "effective": proposed.effective,
    })
}

/// A step on a meeting as it was read.
pub(crate) fn step(record: &Record, step: Value, reason: Option<String>) -> Change {
    Change::Decide {
        record: record.key.clone(),
        last: Some(record.last),
        step,
        reason,
    }
}

/// A member's vote on the proposal of an entry, with its signature on the packet's digest and on that proposal.
pub(crate) fn vote(
    record: &Record,
    meeting: &Meeting,
    seat: &Seat,
    proposal: i64,
    vote: &str,
    comment: &str,
) -> [Change; 2] {
    let name = seat.member.name.clone();
    let cast = json!({
        "step": "vote",
        "account": seat.account,
        "name": name,
        "vote": vote,
        "comment": comment,
        "proposal": proposal,
        "digest": meeting.digest,
    });
    let signed = Change::Sign {
        record: record.key.clone(),
        seen: record.version,
        content: record.content.clone(),
        name,
        meaning: format!(
            "votes \"{vote}\" on the proposal of entry {proposal}, packet SHA-256 {}",
            meeting.digest
        ),
    };
    [step(record, cast, None), signed]
}

/// What was decided, with the end of the chain then.
pub(crate) fn resolved(record: &Record, meeting: &Meeting, resolution: &Resolution, head: &Head) -> Change {
    let decided = json!({
        "step": "resolve",
        "en": resolution.sentence(Language::English),
        "zh": resolution.sentence(Language::Chinese),
        "dose": matches!(resolution.choice, Choice::Dose(_)),
        "opens": resolution.opens.map(DoseLevel::number),
        "places": meeting.proposal.as_ref().and_then(|(draft, _)| draft.places),
        "agreed": resolution.agreed,
        "disagreed": resolution.disagreed,
        "abstained": resolution.abstained,
        "conflicted": resolution.conflicted,
        "signed": resolution.signed.to_string(),
        "effective": resolution.effective.to_string(),
        // The end of the chain then, signed: its page shows it, and kept outside the record it is an anchor.
        "head": head,
    });
    step(record, decided, resolution.reason.clone())
}
