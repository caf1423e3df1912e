//! One decision meeting: its frozen packet, the proposal, conflicts, signed votes, the resolution, and what changed since.

use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;
use serde_json::{Value, json};
use tercel::design::Action;
use tercel::endpoint::Analysis;
use tercel::language::Language;
use tercel::meeting::{
    Ballot, Choice, Member, Occasion, Packet, Proposal, Quorum, Resolution, Vote, replay, resolve, without_case,
};
use tercel::protocol::{DoseLevel, Trial};
use tercel_exchange::{packet_digest, read_packet};
use tercel_report::{PacketPage, render_packet_parts};
use tercel_store::{Change, Kind, Record};

use super::record::signer;
use crate::ask::Ask;
use crate::messages::message;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::view::View;

/// The form of a meeting's record.
pub(crate) const MEETING: &str = "meeting";

/// A meeting as its record and its steps say.
pub(crate) struct Meeting {
    pub(crate) packet: Packet,
    pub(crate) digest: String,
    pub(crate) members: Vec<Seat>,
    pub(crate) quorum: Quorum,
    /// The last proposal, with the entry that made it.
    pub(crate) proposal: Option<(Draft, i64)>,
    /// Votes on it.
    pub(crate) ballots: Vec<Ballot>,
    /// The resolution, with the sentence shown when it was made.
    pub(crate) resolved: Option<Resolved>,
}

/// A member with its account.
pub(crate) struct Seat {
    pub(crate) account: String,
    pub(crate) member: Member,
}

/// A proposal, which takes effect with the last signature where no time is given.
pub(crate) struct Draft {
    pub(crate) choice: Choice,
    pub(crate) overrides: bool,
    pub(crate) reason: Option<String>,
    pub(crate) despite: Option<String>,
    pub(crate) conditions: Vec<String>,
    pub(crate) effective: Option<Timestamp>,
}

/// What was decided.
pub(crate) struct Resolved {
    pub(crate) sentence: [String; 2],
    pub(crate) opens: Option<DoseLevel>,
    pub(crate) is_dose: bool,
    pub(crate) agreed: Vec<String>,
    pub(crate) signed: Timestamp,
    pub(crate) effective: Timestamp,
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}

impl Meeting {
    /// Reads a meeting; a packet whose bytes are not those of its digest is not shown as one.
    pub(crate) fn read(record: &Record) -> Result<Self, Fault> {
        let broken = |what: &str| Fault::Wrong(format!("{} cannot be read: {what}", record.key));
        let packet =
            read_packet(record.value("packet").unwrap_or_default()).map_err(|error| broken(&error.to_string()))?;
        let digest = record.value("digest").unwrap_or_default().to_owned();
        if packet_digest(&packet) != digest {
            return Err(broken("its packet is not that of its digest"));
        }
        let members: Value = serde_json::from_str(record.value("members").unwrap_or_default()).unwrap_or_default();
        let seat = |value: &Value| Seat {
            account: text(value, "account"),
            member: Member {
                name: text(value, "name"),
                role: text(value, "role"),
                physician: value.get("physician").and_then(Value::as_bool).unwrap_or(false),
                conflict: None,
            },
        };
        let mut meeting = Self {
            packet,
            digest,
            members: members.as_array().into_iter().flatten().map(seat).collect(),
            quorum: Quorum {
                // A quorum that cannot be read is never reached.
                members_needed: record
                    .value("quorum")
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(u32::MAX),
                roles_needed: record
                    .value("roles_needed")
                    .unwrap_or_default()
                    .split([',', ' '])
                    .filter(|role| !role.is_empty())
                    .map(str::to_owned)
                    .collect(),
            },
            proposal: None,
            ballots: Vec::new(),
            resolved: None,
        };
        for (step, stamp) in &record.steps {
            meeting.take(step, stamp.entry, &stamp.at);
        }
        Ok(meeting)
    }

    fn take(&mut self, step: &Value, entry: i64, at: &str) {
        let Ok(at) = at.parse::<Timestamp>() else {
            return;
        };
        match text(step, "step").as_str() {
            "propose" => {
                if let Some(draft) = Draft::read(step) {
                    self.proposal = Some((draft, entry));
                    // Who voted before voted on something else.
                    self.ballots.clear();
                }
            }
            "conflict" => {
                let account = text(step, "account");
                if let Some(seat) = self.members.iter_mut().find(|seat| seat.account == account) {
                    seat.member.conflict = some(text(step, "text"));
                }
            }
            "vote" => {
                let vote = match text(step, "vote").as_str() {
                    "agree" => Vote::Agree,
                    "disagree" => Vote::Disagree,
                    _ => Vote::Abstain,
                };
                let on_this =
                    step.get("proposal").and_then(Value::as_i64) == self.proposal.as_ref().map(|(_, entry)| *entry);
                if on_this && text(step, "digest") == self.digest {
                    self.ballots.push(Ballot {
                        member: text(step, "name"),
                        vote,
                        comment: some(text(step, "comment")),
                        signed: at,
                    });
                }
            }
            "resolve" => self.resolved = Resolved::read(step),
            _ => {}
        }
    }

    pub(crate) fn state(&self, language: Language) -> String {
        match (&self.resolved, &self.proposal) {
            (Some(resolved), _) => resolved.said(language).to_owned(),
            (None, Some((draft, _))) => {
                let words = message("meeting.proposed").of(language);
                format!("{words}: {} ({})", draft.choice.words(language), self.ballots.len())
            }
            (None, None) => message("meeting.open").of(language).to_owned(),
        }
    }

    fn members(&self) -> Vec<Member> {
        self.members.iter().map(|seat| seat.member.clone()).collect()
    }

    fn seat(&self, account: &str) -> Option<&Seat> {
        self.members.iter().find(|seat| seat.account == account)
    }

    fn resolution(&self) -> Option<Result<Resolution, Vec<tercel::meeting::Missing>>> {
        let (draft, _) = self.proposal.as_ref()?;
        let last = self.ballots.iter().map(|ballot| ballot.signed).max()?;
        let proposal = Proposal {
            choice: draft.choice,
            overrides: draft.overrides,
            reason: draft.reason.clone(),
            despite: draft.despite.clone(),
            conditions: draft.conditions.clone(),
            effective: draft.effective.unwrap_or(last),
        };
        Some(resolve(
            &self.packet,
            &self.members(),
            &self.quorum,
            &proposal,
            &self.ballots,
        ))
    }
}

impl Resolved {
    fn read(step: &Value) -> Option<Self> {
        let level = step
            .get("opens")
            .and_then(Value::as_u64)
            .and_then(|level| u8::try_from(level).ok());
        let names = step
            .get("agreed")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        Some(Self {
            sentence: [text(step, "en"), text(step, "zh")],
            opens: level.and_then(DoseLevel::new),
            is_dose: step.get("dose").and_then(Value::as_bool).unwrap_or(false),
            agreed: names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            signed: text(step, "signed").parse().ok()?,
            effective: text(step, "effective").parse().ok()?,
        })
    }

    pub(crate) fn said(&self, language: Language) -> &str {
        let [en, zh] = &self.sentence;
        match language {
            Language::English => en,
            Language::Chinese => zh,
        }
    }
}

impl Draft {
    fn read(step: &Value) -> Option<Self> {
        Some(Self {
            choice: choice_of(&text(step, "choice"))?,
            overrides: step.get("overrides").and_then(Value::as_bool).unwrap_or(false),
            reason: some(text(step, "reason")),
            despite: some(text(step, "despite")),
            conditions: text(step, "conditions")
                .lines()
                .map(str::to_owned)
                .filter(|line| !line.trim().is_empty())
                .collect(),
            effective: text(step, "effective").parse().ok(),
        })
    }
}

/// `escalate:2`, `wait`, `stop`, `stop:1` with a tolerated dose, `rp2d:2`, `rp2d`.
fn choice_of(text: &str) -> Option<Choice> {
    let (what, level) = text
        .split_once(':')
        .map_or((text, None), |(what, level)| (what, Some(level)));
    let level = level.map(|level| level.parse().ok().and_then(DoseLevel::new));
    let level = match level {
        Some(None) => return None,
        Some(level) => level,
        None => None,
    };
    Some(match (what, level) {
        ("escalate", Some(level)) => Choice::Dose(Action::Escalate(level)),
        ("stay", Some(level)) => Choice::Dose(Action::Stay(level)),
        ("de-escalate", Some(level)) => Choice::Dose(Action::DeEscalate(level)),
        ("wait", None) => Choice::Dose(Action::Wait),
        ("stop", level) => Choice::Dose(Action::Stop(level)),
        ("rp2d", level) => Choice::Recommended(level),
        _ => return None,
    })
}

/// The recommended choice.
fn recommended(packet: &Packet) -> String {
    let action = packet.recommendation.advice.action;
    let name = action.name();
    match action.level().or(action.mtd()) {
        Some(level) => format!("{name}:{}", level.number()),
        None => name.to_owned(),
    }
}

/// Every choice a meeting has.
fn choices(packet: &Packet, trial: &Trial, language: Language) -> Vec<(String, String)> {
    let levels: Vec<u8> = trial.dose_levels.iter().map(|(level, _)| level.number()).collect();
    let ids: Vec<String> = if packet.occasion == Occasion::RecommendedDose {
        std::iter::once("rp2d".to_owned())
            .chain(levels.iter().map(|level| format!("rp2d:{level}")))
            .collect()
    } else {
        let actions = ["escalate", "stay", "de-escalate"];
        let each = actions
            .iter()
            .flat_map(|action| levels.iter().map(move |level| format!("{action}:{level}")));
        let ends = ["wait".to_owned(), "stop".to_owned()];
        each.chain(ends)
            .chain(levels.iter().map(|level| format!("stop:{level}")))
            .collect()
    };
    ids.into_iter()
        .filter_map(|id| choice_of(&id).map(|choice| (id, choice.words(language))))
        .collect()
}

#[derive(Template)]
#[template(path = "meeting.html")]
struct Page {
    view: View,
    key: String,
    number: u32,
    version: i64,
    content: String,
    packet: String,
    digest: String,
    state: String,
    resolved: bool,
    members: Vec<MemberLine>,
    proposal: Option<ProposalLine>,
    missing: Vec<String>,
    may_propose: bool,
    may_vote: bool,
    may_resolve: bool,
    choices: Vec<(String, String)>,
    /// The choice that is recommended, and the entry of the proposal.
    recommended: String,
    proposal_entry: i64,
    touched: Vec<(String, String)>,
    differences: Vec<String>,
}

struct MemberLine {
    name: String,
    role: String,
    physician: bool,
    conflict: Option<String>,
    vote: Option<(String, String, String)>,
}

struct ProposalLine {
    words: String,
    overrides: bool,
    reason: String,
    despite: String,
    conditions: Vec<String>,
    effective: String,
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
    let (record, meeting) = meeting_record(&ask, Permission::Read, &ask.rest).await?;
    let person = ask.person()?;
    let language = ask.language;
    let known = meeting
        .packet
        .known
        .map_or(0, |known| i64::try_from(known.entry).unwrap_or(i64::MAX));
    let touched = touched(&ask, &meeting.packet, known).await?;
    let snapshot = ask.app.snapshot_now().await?;
    let differences = differences(&ask, &meeting.packet, snapshot).await?;
    let own_seat = meeting.seat(&person.account.name);
    let voted = own_seat.is_some_and(|seat| {
        meeting
            .ballots
            .iter()
            .any(|ballot| without_case(&ballot.member, &seat.member.name))
    });
    let members = meeting.members();
    let page = Page {
        view: View::of(&ask),
        number: record.number(),
        version: record.version,
        content: record.content.clone(),
        packet: render_packet_parts(
            &meeting.packet,
            &PacketPage {
                digest: Some(&meeting.digest),
                members: &members,
                language,
            },
        ),
        digest: meeting.digest.clone(),
        state: meeting.state(language),
        resolved: meeting.resolved.is_some(),
        members: meeting
            .members
            .iter()
            .map(|seat| member_line(seat, &meeting.ballots))
            .collect(),
        proposal: meeting.proposal.as_ref().map(|(draft, _)| ProposalLine {
            words: draft.choice.words(language),
            overrides: draft.overrides,
            reason: draft.reason.clone().unwrap_or_default(),
            despite: draft.despite.clone().unwrap_or_default(),
            conditions: draft.conditions.clone(),
            effective: draft.effective.map(|time| time.to_string()).unwrap_or_default(),
        }),
        missing: match meeting.resolution() {
            Some(Err(missing)) => missing.iter().map(|one| one.sentence(language)).collect(),
            Some(Ok(_)) | None => Vec::new(),
        },
        may_propose: meeting.resolved.is_none() && (person.may(Permission::Prepare) || own_seat.is_some()),
        may_vote: meeting.resolved.is_none()
            && meeting.proposal.is_some()
            && !voted
            && own_seat.is_some_and(|seat| seat.member.conflict.is_none()),
        may_resolve: meeting.resolved.is_none()
            && matches!(meeting.resolution(), Some(Ok(_)))
            && person.may(Permission::Prepare),
        recommended: recommended(&meeting.packet),
        proposal_entry: meeting.proposal.as_ref().map_or(0, |(_, entry)| *entry),
        choices: choices(&meeting.packet, &ask.app.trial, language),
        touched,
        differences,
        key: record.key,
    };
    Ok(Reply::Page(page.render()?))
}

fn member_line(seat: &Seat, ballots: &[Ballot]) -> MemberLine {
    let ballot = ballots
        .iter()
        .find(|ballot| without_case(&ballot.member, &seat.member.name));
    MemberLine {
        name: seat.member.name.clone(),
        role: seat.member.role.clone(),
        physician: seat.member.physician,
        conflict: seat.member.conflict.clone(),
        vote: ballot.map(|ballot| {
            let vote = match ballot.vote {
                Vote::Agree => "agree",
                Vote::Disagree => "disagree",
                Vote::Abstain => "abstain",
            };
            (
                vote.to_owned(),
                ballot.signed.to_string(),
                ballot.comment.clone().unwrap_or_default(),
            )
        }),
    }
}

/// Records the packet rests on that were corrected since it was frozen, with the reason.
async fn touched(ask: &Ask, packet: &Packet, known: i64) -> Result<Vec<(String, String)>, Fault> {
    let records: std::collections::BTreeSet<String> = packet.records().iter().map(ToString::to_string).collect();
    let mut touched = Vec::new();
    let mut from = known;
    loop {
        let entries = ask.app.store.entries_after(from, i64::MAX, 5000).await?;
        let Some(last) = entries.last() else {
            return Ok(touched);
        };
        from = last.seq;
        for entry in entries
            .iter()
            .filter(|entry| matches!(entry.kind, Kind::Correct | Kind::Void))
        {
            if let Some(key) = entry.record.as_ref().filter(|key| records.contains(*key)) {
                touched.push((key.clone(), entry.reason.clone().unwrap_or_default()));
            }
        }
    }
}

/// What the packet would say today, at the same cut.
async fn differences(ask: &Ask, packet: &Packet, snapshot: Arc<Snapshot>) -> Result<Vec<String>, Fault> {
    let (trial, packet, language) = (ask.app.trial.clone(), packet.clone(), ask.language);
    let made = tokio::task::spawn_blocking(move || {
        let data = snapshot.data().clone().into_as_of(packet.cut);
        let analysis = Analysis::new(&trial, &data, Some(packet.cut));
        match replay(&packet, &analysis, language) {
            Ok(differences) => differences.iter().map(|one| one.sentence(language)).collect(),
            Err(error) => vec![error.to_string()],
        }
    });
    made.await
        .map_err(|_| Fault::Wrong("the packet could not be replayed".to_owned()))
}

pub(crate) async fn propose(ask: Ask) -> Result<Reply, Fault> {
    let (record, meeting) = meeting_record(&ask, Permission::Read, ask.field("record")?).await?;
    let permission = permission_to_speak(&ask, &meeting)?;
    let choice = ask.field("choice")?;
    if choice_of(choice).is_none() {
        return Err(Fault::Wrong(format!(
            "\"{choice}\" is nothing the committee can decide"
        )));
    }
    let effective = ask.optional("effective");
    if !effective.is_empty() && effective.parse::<Timestamp>().is_err() {
        return Err(Fault::Wrong(format!(
            "\"{effective}\" is no time; write it as 2026-03-04T08:00:00Z"
        )));
    }
    let step = json!({
        "step": "propose",
        "choice": choice,
        "overrides": ask.optional("overrides") == "Y",
        "reason": ask.optional("reason"),
        "despite": ask.optional("despite"),
        "conditions": ask.optional("conditions"),
        "effective": effective,
    });
    decide(&ask, permission, &record, step, &meeting).await
}

/// Who prepares a meeting, or sits on it, may put something to it.
fn permission_to_speak(ask: &Ask, meeting: &Meeting) -> Result<Permission, Fault> {
    let person = ask.person()?;
    if meeting.seat(&person.account.name).is_some() && person.may(Permission::Decide) {
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
    let change = Change::Decide {
        record: record.key.clone(),
        step,
        reason: None,
    };
    ask.append(permission, None, &[change]).await?;
    Ok(Reply::Go(format!("/meeting/{}", encode(&record.key))))
}

fn not_resolved(meeting: &Meeting) -> Result<(), Fault> {
    if meeting.resolved.is_some() {
        return Err(Fault::Refused(
            "this meeting has decided; a new decision needs a new packet and a new meeting".to_owned(),
        ));
    }
    Ok(())
}

pub(crate) async fn conflict(ask: Ask) -> Result<Reply, Fault> {
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
    let (record, meeting) = meeting_record(&ask, Permission::Decide, ask.field("record")?).await?;
    not_resolved(&meeting)?;
    let seat = meeting.seat(&ask.person()?.account.name).ok_or(Fault::Forbidden)?;
    let (_, proposal) = meeting
        .proposal
        .as_ref()
        .ok_or_else(|| Fault::Refused("nothing was proposed yet; nothing was signed".to_owned()))?;
    if seat.member.conflict.is_some() {
        return Err(Fault::Refused(
            "a member with a conflict of interest does not vote; nothing was signed".to_owned(),
        ));
    }
    if ask.number("proposal")? != *proposal {
        return Err(Fault::Refused(
            "another proposal was made since; read it and vote again. Nothing was signed".to_owned(),
        ));
    }
    if meeting
        .ballots
        .iter()
        .any(|ballot| without_case(&ballot.member, &seat.member.name))
    {
        return Err(Fault::Refused(
            "you have voted on this proposal; nothing was signed".to_owned(),
        ));
    }
    let vote = ask.field("vote")?;
    if !["agree", "disagree", "abstain"].contains(&vote) {
        return Err(Fault::Wrong(format!("\"{vote}\" is no vote")));
    }
    let name = seat.member.name.clone();
    signer(&ask).await?;
    let step = json!({
        "step": "vote",
        "account": ask.person()?.account.name,
        "name": name,
        "vote": vote,
        "comment": ask.optional("comment"),
        "proposal": proposal,
        "digest": meeting.digest,
    });
    let changes = [
        Change::Decide {
            record: record.key.clone(),
            step,
            reason: None,
        },
        Change::Sign {
            record: record.key.clone(),
            seen: record.version,
            content: record.content.clone(),
            name,
            meaning: format!(
                "votes \"{vote}\" on the proposal of entry {proposal}, packet SHA-256 {}",
                meeting.digest
            ),
        },
    ];
    ask.append(Permission::Decide, None, &changes).await?;
    Ok(Reply::Go(format!("/meeting/{}", encode(&record.key))))
}

pub(crate) async fn close(ask: Ask) -> Result<Reply, Fault> {
    let (record, meeting) = meeting_record(&ask, Permission::Prepare, ask.field("record")?).await?;
    not_resolved(&meeting)?;
    let language = ask.language;
    let resolution = match meeting.resolution() {
        Some(Ok(resolution)) => resolution,
        Some(Err(missing)) => {
            let sentences: Vec<String> = missing.iter().map(|one| one.sentence(language)).collect();
            return Err(Fault::Refused(sentences.join(" ")));
        }
        None => return Err(Fault::Refused("nobody has voted yet".to_owned())),
    };
    let head = ask.app.head().await?;
    let step = json!({
        "step": "resolve",
        "en": resolution.sentence(Language::English),
        "zh": resolution.sentence(Language::Chinese),
        "dose": matches!(resolution.choice, Choice::Dose(_)),
        "opens": resolution.opens.map(DoseLevel::number),
        "agreed": resolution.agreed,
        "disagreed": resolution.disagreed,
        "abstained": resolution.abstained,
        "conflicted": resolution.conflicted,
        "signed": resolution.signed.to_string(),
        "effective": resolution.effective.to_string(),
        // The end of the chain then, signed: printed with the decision, it is an anchor outside the record.
        "head": {"entries": head.entries, "hash": head.hash, "at": head.at, "key": head.key, "signature": head.signature},
    });
    let change = Change::Decide {
        record: record.key.clone(),
        step,
        reason: resolution.reason.clone(),
    };
    ask.append(Permission::Prepare, None, &[change]).await?;
    Ok(Reply::Go(format!("/meeting/{}", encode(&record.key))))
}
