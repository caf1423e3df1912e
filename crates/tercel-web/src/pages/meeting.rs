//! One decision meeting: its frozen packet, the proposal, conflicts, signed votes, the resolution, and what changed since.

use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use tercel::endpoint::Analysis;
use tercel::language::{Language, Text, Words, both, without_case};
use tercel::meeting::{Ballot, Choice, Impact, Member, Packet, Vote, is_overtaken, replay};
use tercel::protocol::{StudyTask, Trial};
use tercel_report::{PacketPage, render_packet_parts};
use tercel_store::{Kind, Record};

use super::api::answer;
use super::choice::{choice_of, choices, opens_level, recommended};
use super::record::signer;
use super::touched::Resting;
use crate::ask::Ask;
use crate::conduct::{moment_at_site, site_time, site_time_words};
use crate::meeting::{Draft, MEETING, Meeting, Seat};
use crate::messages::message;
use crate::protocol::PROTOCOL;
use crate::replayed::{as_then, not_kept, protocol_of};
use crate::reply::{Fault, Reply};
use crate::role::{Permission, role_words};
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::steps::{self, Proposed};
use crate::view::View;

/// A decision meeting. Its packet is the answer `packet` of its record.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "meeting.html")]
#[schemars(rename = "Meeting")]
pub(super) struct Page {
    #[serde(skip)]
    view: View,
    /// Key of its record.
    #[serde(rename = "record")]
    key: String,
    number: u32,
    version: i64,
    /// Hash of the entry of the version: what a signature binds.
    content: String,
    #[serde(skip)]
    packet: String,
    /// SHA-256 of the packet, which votes sign.
    digest: String,
    /// In words; the resolution where there is one.
    state: String,
    resolved: bool,
    members: Vec<MemberLine>,
    proposal: Option<ProposalLine>,
    /// What the resolution still waits for.
    missing: Vec<String>,
    #[serde(skip)]
    may_propose: bool,
    #[serde(skip)]
    may_vote: bool,
    #[serde(skip)]
    may_declare: bool,
    #[serde(skip)]
    may_resolve: bool,
    #[serde(skip)]
    choices: Vec<(String, String)>,
    /// The choice that is recommended, as /propose takes it.
    recommended: String,
    /// The entry of the proposal, as /vote takes it; 0 where there is none.
    #[serde(rename = "proposal_seq")]
    proposal_entry: i64,
    /// Records that were corrected since.
    touched: Vec<Touched>,
    /// What the packet would say otherwise today.
    differences: Vec<String>,
    /// The last entry the packet knows.
    known_entry: i64,
    /// What is different in the packet made again of the entries it knew, where that is asked for.
    again: Option<Vec<String>>,
    /// The signed head of the chain when it was decided, as JSON.
    head: Option<String>,
}

/// A record that was corrected since the packet was frozen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Corrected")]
struct Touched {
    /// Its key.
    record: String,
    reason: String,
    /// What the correction touches; blank where nothing.
    touches: String,
}

/// A member of the committee.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Member")]
struct MemberLine {
    name: String,
    /// In words.
    role: String,
    physician: bool,
    /// A conflict of interest that was declared.
    conflict: Option<String>,
    /// The vote on the proposal.
    vote: Option<VoteLine>,
}

/// A signed vote.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Vote")]
struct VoteLine {
    /// In words.
    vote: String,
    /// When it was signed, by the site's clock.
    at: String,
    comment: String,
}

/// A decision that was proposed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Proposal")]
struct ProposalLine {
    /// The decision in words.
    words: String,
    /// It departs from the design.
    overrides: bool,
    reason: String,
    despite: String,
    conditions: Vec<String>,
    /// When it takes effect; blank: with the last signature.
    effective: String,
    /// Subjects that the level takes in all.
    places: Option<u32>,
    /// A level is to be opened, and nobody says for how many.
    places_missing: bool,
}

/// The record of a meeting that who asks may see.
async fn meeting_record(ask: &Ask, permission: Permission, key: &str) -> Result<(Record, Meeting), Fault> {
    let record = ask.record(permission, key).await?;
    if record.form != MEETING {
        return Err(Fault::NotFound);
    }
    let meeting = Meeting::read(&record)?;
    Ok((record, meeting))
}

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(made(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read(ask: Ask) -> Result<Reply, Fault> {
    answer(&made(&ask).await?)
}

async fn made(ask: &Ask) -> Result<Page, Fault> {
    let (record, meeting) = meeting_record(ask, Permission::Read, &ask.rest).await?;
    let person = ask.person()?;
    let language = ask.language;
    let known = meeting
        .packet
        .known
        .map_or(0, |known| i64::try_from(known.entry).unwrap_or(i64::MAX));
    let touched = touched(ask, &meeting.packet, known).await?;
    let (differences, again) = replayed(ask, &meeting).await?;
    let own_seat = meeting.seat(&person.account.name);
    let voted = own_seat.is_some_and(|seat| {
        meeting
            .ballots
            .iter()
            .any(|ballot| without_case(&ballot.member, &seat.member.name))
    });
    let named = |member: Member| Member {
        role: role_words(&member.role, language),
        ..member
    };
    let members: Vec<Member> = meeting.members().into_iter().map(named).collect();
    Ok(Page {
        view: View::of(ask),
        number: record.number(),
        version: record.version,
        content: record.content.clone(),
        packet: render_packet_parts(
            &meeting.packet,
            &PacketPage {
                digest: Some(&meeting.digest),
                members: &members,
                language,
                protocol: Some(&ask.app.trial),
            },
        ),
        digest: meeting.digest.clone(),
        state: meeting.state(language),
        resolved: meeting.resolved.is_some(),
        members: meeting
            .members
            .iter()
            .map(|seat| member_line(seat, &meeting.ballots, language))
            .collect(),
        proposal: meeting
            .proposal
            .as_ref()
            .map(|(draft, _)| proposal_line(draft, language)),
        missing: match meeting.resolution() {
            Some(Err(missing)) => missing.iter().map(|one| one.sentence(language)).collect(),
            Some(Ok(_)) | None => Vec::new(),
        },
        may_propose: meeting.resolved.is_none() && permission_to_speak(ask, &meeting).is_ok(),
        may_vote: meeting.resolved.is_none()
            && meeting.proposal.is_some()
            && !voted
            && own_seat.is_some_and(|seat| seat.member.conflict.is_none()),
        // Also after a vote, which it takes away.
        may_declare: meeting.resolved.is_none() && own_seat.is_some_and(|seat| seat.member.conflict.is_none()),
        may_resolve: meeting.resolved.is_none()
            && matches!(meeting.resolution(), Some(Ok(_)))
            && person.may(Permission::Prepare),
        recommended: recommended(&meeting.packet),
        proposal_entry: meeting.proposal.as_ref().map_or(0, |(_, entry)| *entry),
        choices: choices(&meeting.packet, &ask.app.trial, language),
        touched,
        differences,
        known_entry: known,
        again,
        head: meeting
            .resolved
            .and_then(|resolved| serde_json::to_string_pretty(&resolved.head?).ok()),
        key: record.key,
    })
}

fn proposal_line(draft: &Draft, language: Language) -> ProposalLine {
    ProposalLine {
        words: draft.choice.words(language),
        overrides: draft.overrides,
        reason: draft.reason.clone().unwrap_or_default(),
        despite: draft.despite.clone().unwrap_or_default(),
        conditions: draft.conditions.clone(),
        effective: draft.effective.map(site_time_words).unwrap_or_default(),
        places: draft.places,
        places_missing: draft.places.is_none() && opens_level(draft.choice),
    }
}

fn member_line(seat: &Seat, ballots: &[Ballot], language: Language) -> MemberLine {
    let ballot = ballots
        .iter()
        .find(|ballot| without_case(&ballot.member, &seat.member.name));
    MemberLine {
        name: seat.member.name.clone(),
        role: role_words(&seat.member.role, language),
        physician: seat.member.physician,
        conflict: seat.member.conflict.clone(),
        vote: ballot.map(|ballot| {
            let vote = match ballot.vote {
                Vote::Agree => "meeting.agree",
                Vote::Disagree => "meeting.disagree",
                Vote::Abstain => "meeting.abstain",
            };
            VoteLine {
                vote: message(vote).of(language).to_owned(),
                at: site_time_words(ballot.signed),
                comment: ballot.comment.clone().unwrap_or_default(),
            }
        }),
    }
}

/// Records the packet rests on that were corrected since it was frozen, with the reason.
async fn touched(ask: &Ask, packet: &Packet, known: i64) -> Result<Vec<Touched>, Fault> {
    let records: std::collections::BTreeSet<String> = packet.records().iter().map(ToString::to_string).collect();
    let mut corrections = Vec::new();
    let mut from = known;
    loop {
        let entries = ask.app.store.entries_after(from, i64::MAX, 5000).await?;
        let Some(last) = entries.last() else { break };
        from = last.seq;
        corrections.extend(entries.into_iter().filter(|entry| {
            let key = entry.record.as_ref();
            matches!(entry.kind, Kind::Correct | Kind::Void) && key.is_some_and(|key| records.contains(key))
        }));
    }
    let Some(last) = corrections.last() else {
        return Ok(Vec::new());
    };
    let resting = Resting::read(ask, last.seq).await?;
    let mut touched = Vec::new();
    for entry in corrections {
        let key = entry.record.unwrap_or_default();
        let found = match ask.app.store.record(&key).await? {
            Some(record) => resting.impact(ask, &record, Some(entry.seq)).await?,
            None => Impact::default(),
        };
        let sentence = (!found.is_empty()).then(|| found.sentence(ask.language));
        touched.push(Touched {
            record: key,
            reason: entry.reason.unwrap_or_default(),
            touches: sentence.unwrap_or_default(),
        });
    }
    Ok(touched)
}

/// What the packet would say today, and, where that is asked for, what is different in it made again of the entries it knew.
async fn replayed(ask: &Ask, meeting: &Meeting) -> Result<(Vec<String>, Option<Vec<String>>), Fault> {
    let language = ask.language;
    let snapshot = ask.app.snapshot_now().await?;
    let kept = frozen_with(ask, &meeting.packet).await?;
    let trial = kept.clone().unwrap_or_else(|| Arc::clone(&ask.app.trial));
    let today = differences(&meeting.packet, trial, snapshot, language).await?;
    if !ask.query.contains_key("again") {
        return Ok((today, None));
    }
    let found = match kept {
        Some(trial) => as_then(&ask.app.store, meeting, &trial).await?,
        None => Err(not_kept(&meeting.packet)),
    };
    let again = found.unwrap_or_else(|why| vec![why]);
    Ok((
        today,
        Some(again.iter().map(|one| one.of(language).to_owned()).collect()),
    ))
}

/// The protocol a packet was frozen with, where it is kept.
async fn frozen_with(ask: &Ask, packet: &Packet) -> Result<Option<Arc<Trial>>, Fault> {
    let (file, registered) = (ask.app.protocol_file(), ask.app.records_of_form(PROTOCOL).await?);
    let running = (&*ask.app.trial, file.as_deref().unwrap_or_default().as_bytes());
    Ok(protocol_of(packet, running, &registered))
}

/// What the packet would say today, at the same cut and by the same protocol.
async fn differences(
    packet: &Packet,
    trial: Arc<Trial>,
    snapshot: Arc<Snapshot>,
    language: Language,
) -> Result<Vec<String>, Fault> {
    let packet = packet.clone();
    let made = tokio::task::spawn_blocking(move || {
        let data = snapshot.data().clone().into_as_of(packet.cut);
        let analysis = Analysis::new(&trial, &data, Some(packet.cut));
        match replay(&packet, &analysis, language) {
            Ok(differences) => differences.iter().map(|one| one.sentence(language)).collect(),
            Err(error) => vec![error.to_string()],
        }
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the packet could not be replayed", "决策包无法重新生成")))
}

pub(crate) async fn propose(ask: Ask) -> Result<Reply, Fault> {
    let _alone = ask.app.deciding.lock().await;
    let (record, meeting) = meeting_record(&ask, Permission::Read, ask.field("record")?).await?;
    let permission = permission_to_speak(&ask, &meeting)?;
    let choice = ask.field("choice")?;
    let Some(meant) = choice_of(choice) else {
        return Err(Fault::Wrong(both!(
            "\"{choice}\" is nothing the committee can decide",
            "“{choice}”不是委员会可以作出的决定"
        )));
    };
    let effective = effective_of(&ask)?.map(|time| time.to_string()).unwrap_or_default();
    let places = match ask.optional("places") {
        "" => None,
        text => Some(
            text.parse::<u32>()
                .ok()
                .filter(|places| (1..=999).contains(places))
                .ok_or_else(|| {
                    Fault::Wrong(both!(
                        "the places at the level are a number from 1 to 999",
                        "该剂量水平的入组例数须为1至999的数字"
                    ))
                })?,
        ),
    };
    if opens_level(meant) && places.is_none() {
        return Err(Fault::Wrong(both!(
            "say how many subjects may be treated at the level in all: a decision that opens a level without places lets nobody in; nothing was proposed",
            "请填写该剂量水平可治疗的受试者总数：开放剂量水平而未注明名额的决定不允许任何人入组；未提交任何提议"
        )));
    }
    not_overtaken(&ask, &meeting.packet, meant).await?;
    let step = steps::propose(&Proposed {
        choice,
        places,
        overrides: ask.optional("overrides") == "Y",
        reason: ask.optional("reason"),
        despite: ask.optional("despite"),
        conditions: ask.optional("conditions"),
        effective: &effective,
    });
    decide(&ask, permission, &record, step, &meeting).await
}

/// When a proposal takes effect, if a time was given: today or later.
fn effective_of(ask: &Ask) -> Result<Option<Timestamp>, Fault> {
    let text = ask.optional("effective");
    if text.is_empty() {
        return Ok(None);
    }
    let time = moment_at_site(text).ok_or_else(|| {
        Fault::Wrong(both!(
            "\"{text}\" is no time; write it as 2026-03-04T08:00, by the clock of the site",
            "“{text}”不是时间；请按中心时钟写为2026-03-04T08:00"
        ))
    })?;
    let today = site_time(ask.app.store.clock().now()).date();
    if site_time(time).date() < today {
        return Err(Fault::Wrong(both!(
            "a decision takes effect on {today} at the earliest, not on {text}; nothing was proposed",
            "决定最早于{today}生效，不能为{text}；未提交提议"
        )));
    }
    Ok(Some(time))
}

/// Refuses to go on with a proposal that opens a level for nobody: no gate could give a place there.
fn opens_for_somebody(meeting: &Meeting) -> Result<(), Fault> {
    let nobody = |(draft, _): &(Draft, i64)| draft.places.is_none() && opens_level(draft.choice);
    if meeting.proposal.as_ref().is_some_and(nobody) {
        return Err(Fault::Refused(message("meeting.no_places").into()));
    }
    Ok(())
}

/// Refuses to go on with a choice for a level that the data have closed since the packet was frozen.
async fn not_overtaken(ask: &Ask, packet: &Packet, choice: Choice) -> Result<(), Fault> {
    let snapshot = ask.app.snapshot_now().await?;
    let now = tokio::task::spawn_blocking(move || snapshot.answer().cloned())
        .await
        .map_err(|_| Fault::Wrong(both!("the decision could not be derived", "剂量决策无法生成")))?;
    let Some(now) = now.filter(|now| is_overtaken(packet, now, choice)) else {
        return Ok(());
    };
    let then = packet.answer();
    let said = Words::in_each(|language| Choice::Dose(now.action).words(language));
    let new: Vec<String> = now.new_since(&then).map(ToString::to_string).collect();
    let (named, named_zh) = (new.join(", "), new.join("、"));
    let since = if new.is_empty() {
        let before = Words::in_each(|language| Choice::Dose(then.action).words(language));
        both!(
            "where the packet says {en}",
            "而决策包所载为“{zh}”",
            en = before.en,
            zh = before.zh
        )
    } else {
        both!(
            "by a DLT that the packet does not have: {named}",
            "且有决策包未含的DLT：{named_zh}"
        )
    };
    Err(Fault::Refused(both!(
        "by the data now the recommendation is to {en}, {since_en}; freeze a new packet and meet on that. Nothing was decided",
        "按现有数据，建议为“{zh}”，{since_zh}；请冻结新的决策包后再议。未作出任何决定",
        en = said.en,
        zh = said.zh,
        since_en = since.en,
        since_zh = since.zh
    )))
}

/// Who prepares a meeting, or sits on it, may put something to it.
fn permission_to_speak(ask: &Ask, meeting: &Meeting) -> Result<Permission, Fault> {
    let person = ask.person()?;
    let seat = meeting.seat(&person.account.name);
    if seat.is_some_and(|seat| seat.member.conflict.is_some()) {
        return Err(Fault::Refused(both!(
            "a member with a conflict of interest proposes nothing; the proposal and its votes stand as they are",
            "存在利益冲突的委员不得提议；现有提议及投票保持不变"
        )));
    }
    if seat.is_some() && person.may(Permission::Decide) {
        Ok(Permission::Decide)
    } else if person.may(Permission::Prepare) {
        Ok(Permission::Prepare)
    } else {
        Err(Fault::Forbidden)
    }
}

async fn decide(
    ask: &Ask,
    permission: Permission,
    record: &Record,
    step: Value,
    meeting: &Meeting,
) -> Result<Reply, Fault> {
    not_resolved(meeting)?;
    ask.append(permission, None, &[steps::step(record, step, None)]).await?;
    Ok(Reply::Go(format!("/meeting/{}", encode(&record.key))))
}

fn not_resolved(meeting: &Meeting) -> Result<(), Fault> {
    if meeting.resolved.is_some() {
        return Err(Fault::Refused(both!(
            "this meeting has decided; a new decision needs a new packet and a new meeting",
            "本次会议已形成决议；新的决定须另备决策包并另行召开会议"
        )));
    }
    Ok(())
}

pub(crate) async fn conflict(ask: Ask) -> Result<Reply, Fault> {
    let _alone = ask.app.deciding.lock().await;
    let (record, meeting) = meeting_record(&ask, Permission::Decide, ask.field("record")?).await?;
    let own = ask.person()?.account.name.clone();
    if meeting.seat(&own).is_none() {
        return Err(Fault::Forbidden);
    }
    let step = json!({"step": "conflict", "account": own, "text": ask.field("text")?});
    decide(&ask, Permission::Decide, &record, step, &meeting).await
}

/// A vote is a signature: on the packet's digest and on the proposal.
pub(crate) async fn vote(ask: Ask) -> Result<Reply, Fault> {
    let _alone = ask.app.deciding.lock().await;
    let (record, meeting) = meeting_record(&ask, Permission::Decide, ask.field("record")?).await?;
    not_resolved(&meeting)?;
    let seat = meeting.seat(&ask.person()?.account.name).ok_or(Fault::Forbidden)?;
    let (proposed, proposal) = meeting.proposal.as_ref().ok_or_else(|| {
        Fault::Refused(both!(
            "nothing was proposed yet; nothing was signed",
            "尚无提议；未签署任何内容"
        ))
    })?;
    opens_for_somebody(&meeting)?;
    if seat.member.conflict.is_some() {
        return Err(Fault::Refused(both!(
            "a member with a conflict of interest does not vote; nothing was signed",
            "存在利益冲突的委员不得投票；未签署任何内容"
        )));
    }
    if ask.number("proposal")? != *proposal {
        return Err(Fault::Refused(both!(
            "another proposal was made since; read it and vote again. Nothing was signed",
            "此后已有新的提议；请阅读后重新投票。未签署任何内容"
        )));
    }
    if meeting
        .ballots
        .iter()
        .any(|ballot| without_case(&ballot.member, &seat.member.name))
    {
        return Err(Fault::Refused(both!(
            "you have voted on this proposal; nothing was signed",
            "您已对此提议投票；未签署任何内容"
        )));
    }
    let vote = ask.field("vote")?;
    if !["agree", "disagree", "abstain"].contains(&vote) {
        return Err(Fault::Wrong(both!(
            "\"{vote}\" is no vote",
            "“{vote}”不是有效的投票选项"
        )));
    }
    not_overtaken(&ask, &meeting.packet, proposed.choice).await?;
    signer(&ask, Some(StudyTask::Decision)).await?;
    let changes = steps::vote(&record, &meeting, seat, *proposal, vote, ask.optional("comment"));
    ask.append(Permission::Decide, None, &changes).await?;
    Ok(Reply::Go(format!("/meeting/{}", encode(&record.key))))
}

pub(crate) async fn close(ask: Ask) -> Result<Reply, Fault> {
    let _alone = ask.app.deciding.lock().await;
    let (record, meeting) = meeting_record(&ask, Permission::Prepare, ask.field("record")?).await?;
    not_resolved(&meeting)?;
    opens_for_somebody(&meeting)?;
    if let Some((proposed, _)) = &meeting.proposal {
        not_overtaken(&ask, &meeting.packet, proposed.choice).await?;
    }
    let resolution = match meeting.resolution() {
        Some(Ok(resolution)) => resolution,
        Some(Err(missing)) => {
            let sentences = missing
                .iter()
                .map(|one| Words::in_each(|language| one.sentence(language)));
            return Err(Fault::Refused(Words::join(
                &sentences.collect::<Vec<_>>(),
                Text::new(" ", ""),
            )));
        }
        None => return Err(Fault::Refused(both!("nobody has voted yet", "尚无人投票"))),
    };
    let head = ask.app.head().await?;
    let change = steps::resolved(&record, &meeting, &resolution, &head);
    ask.append(Permission::Prepare, None, &[change]).await?;
    Ok(Reply::Go(format!("/meeting/{}", encode(&record.key))))
}
