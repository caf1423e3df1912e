//! A decision meeting as its record and the steps on it say.

use jiff::Timestamp;
use serde_json::Value;
use tercel::language::{Language, Words, both, without_case};
use tercel::meeting::{Ballot, Choice, Member, Packet, Proposal, Quorum, Resolution, Vote, resolve};
use tercel::protocol::DoseLevel;
use tercel_exchange::{read_packet, sha256_hex};
use tercel_store::{Head, Record};

use crate::messages::message;
use crate::pages::choice::{choice_of, places};
use crate::punctuation::{COLON, bracketed};
use crate::reply::Fault;

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
    /// Subjects that the opened level takes in all, those treated there included.
    pub(crate) places: Option<u32>,
}

/// What was decided.
pub(crate) struct Resolved {
    pub(crate) sentence: [String; 2],
    pub(crate) opens: Option<DoseLevel>,
    /// Subjects that level takes in all.
    pub(crate) places: Option<u32>,
    pub(crate) is_dose: bool,
    pub(crate) agreed: Vec<String>,
    pub(crate) signed: Timestamp,
    pub(crate) effective: Timestamp,
    /// The signed head of the chain then.
    pub(crate) head: Option<Head>,
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
        let key = &record.key;
        let broken = |what: Words| {
            Fault::Wrong(both!(
                "{key} cannot be read: {en}",
                "无法读取{key}：{zh}",
                en = what.en,
                zh = what.zh
            ))
        };
        let bytes = record.value("packet").unwrap_or_default();
        let packet = read_packet(bytes).map_err(|error| broken(Words::english(error.to_string())))?;
        let digest = record.value("digest").unwrap_or_default().to_owned();
        if sha256_hex(bytes.as_bytes()) != digest {
            return Err(broken(both!(
                "its packet is not that of its digest",
                "决策包与其摘要值不符"
            )));
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
        // What was decided stays decided.
        let (Ok(at), None) = (at.parse::<Timestamp>(), &self.resolved) else {
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
                    // Who declares one after voting did not vote.
                    let name = seat.member.name.clone();
                    self.ballots.retain(|ballot| !without_case(&ballot.member, &name));
                }
            }
            "vote" => {
                let vote = match text(step, "vote").as_str() {
                    "agree" => Vote::Agree,
                    "disagree" => Vote::Disagree,
                    _ => Vote::Abstain,
                };
                let name = text(step, "name");
                let again = self.ballots.iter().any(|ballot| without_case(&ballot.member, &name));
                let on_this =
                    step.get("proposal").and_then(Value::as_i64) == self.proposal.as_ref().map(|(_, entry)| *entry);
                if on_this && !again && text(step, "digest") == self.digest {
                    self.ballots.push(Ballot {
                        member: name,
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
                format!(
                    "{words}{}{}{}",
                    COLON.of(language),
                    draft.choice.words(language),
                    bracketed(self.ballots.len(), language)
                )
            }
            (None, None) => message("meeting.open").of(language).to_owned(),
        }
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        self.members.iter().map(|seat| seat.member.clone()).collect()
    }

    pub(crate) fn seat(&self, account: &str) -> Option<&Seat> {
        self.members.iter().find(|seat| seat.account == account)
    }

    pub(crate) fn resolution(&self) -> Option<Result<Resolution, Vec<tercel::meeting::Missing>>> {
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
            places: places(step),
            is_dose: step.get("dose").and_then(Value::as_bool).unwrap_or(false),
            agreed: names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            signed: text(step, "signed").parse().ok()?,
            effective: text(step, "effective").parse().ok()?,
            head: step
                .get("head")
                .and_then(|head| serde_json::from_value(head.clone()).ok()),
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
            places: places(step),
        })
    }
}
