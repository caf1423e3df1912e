//! From votes to a decision.
//!
//! # What it decides
//! Whether what is proposed is decided; if not, everything that is missing.
//!
//! # Source
//! 21 CFR 11.50 and 11.70 for signatures; the findings of inspectors of dose escalations (`docs/methods.md`, "The meeting"): decisions
//! without reason, signed after the next subject was treated, or taken on data known to be wrong.
//!
//! # Formula
//! 1. Members who declared a conflict do not vote, and count for nothing.
//! 2. Enough members vote, of every role needed; abstaining is voting. More agree than disagree.
//! 3. A decision that departs from the recommendation has a reason. It is **riskier** where it treats at a higher level than the
//!    recommendation, treats anybody where that is to wait or to stop, or declares a higher dose tolerated, or one tolerated at all;
//!    such a decision is refused unless it is called an override of the committee, has a reason, and every physician who may vote
//!    agrees, at least one, and a second member with them. Any other departure is **safer**.
//! 4. No level is skipped, and nobody is treated at a level the protocol does not have; no override opens those.
//! 5. While findings or queries are open, somebody says why an escalation, or a dose declared tolerated, does not wait for them.
//! 6. It takes effect no earlier than the last signature, and nothing is signed before the data were cut.
//!
//! # Limits
//! That a signature is genuine, and a member trained and delegated, is checked by who keeps the signatures.

use jiff::Timestamp;

use super::about::Occasion;
use super::committee::{Ballot, Member, Quorum, Vote};
use super::missing::Missing;
use super::packet::Packet;
use super::words::action_words;
use crate::design::{Action, DoseAnswer};
use crate::language::{Language, without_case};
use crate::protocol::DoseLevel;

/// What the committee may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// What to do with the next subject.
    Dose(Action),
    /// The recommended Phase 2 dose; `None`: none is recommended yet.
    Recommended(Option<DoseLevel>),
}

impl Choice {
    /// The choice in words.
    pub fn words(self, language: Language) -> String {
        match (self, language) {
            (Self::Dose(action), language) => action_words(action, language),
            (Self::Recommended(Some(level)), Language::English) => {
                format!("recommend level {level} as the Phase 2 dose")
            }
            (Self::Recommended(Some(level)), Language::Chinese) => format!("推荐剂量水平{level}为II期剂量"),
            (Self::Recommended(None), Language::English) => "recommend no Phase 2 dose yet".to_owned(),
            (Self::Recommended(None), Language::Chinese) => "暂不推荐II期剂量".to_owned(),
        }
    }

    const fn level(self) -> Option<DoseLevel> {
        match self {
            Self::Dose(action) => match action.level() {
                Some(level) => Some(level),
                None => action.mtd(),
            },
            Self::Recommended(level) => level,
        }
    }
}

/// What is put to the vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The decision.
    pub choice: Choice,
    /// Whether it is put as an override of the recommendation.
    pub overrides: bool,
    /// Why, where it departs from the recommendation, and for any recommended dose.
    pub reason: Option<String>,
    /// Why it does not wait for open findings and queries.
    pub despite: Option<String>,
    /// Conditions it is taken under.
    pub conditions: Vec<String>,
    /// From when it holds.
    pub effective: Timestamp,
}

/// How a decision departs from the recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// It is the recommendation.
    None,
    /// Fewer cells, or none, or no more than recommended.
    Safer,
    /// More cells than recommended, or cells where none were.
    Riskier,
}

/// The decision of a committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// What was decided.
    pub choice: Choice,
    /// The level opened to the next subject; `None`: none.
    pub opens: Option<DoseLevel>,
    /// How it departs from the recommendation.
    pub departure: Departure,
    /// Why, where it does.
    pub reason: Option<String>,
    /// Why it did not wait for open findings and queries.
    pub despite: Option<String>,
    /// Conditions it is taken under.
    pub conditions: Vec<String>,
    /// Who agreed.
    pub agreed: Vec<String>,
    /// Who disagreed.
    pub disagreed: Vec<String>,
    /// Who abstained.
    pub abstained: Vec<String>,
    /// Who did not vote for a conflict of interest.
    pub conflicted: Vec<String>,
    /// The last signature.
    pub signed: Timestamp,
    /// From when it holds.
    pub effective: Timestamp,
}

impl Resolution {
    /// The decision in one sentence.
    pub fn sentence(&self, language: Language) -> String {
        let (agree, disagree, abstain) = (self.agreed.len(), self.disagreed.len(), self.abstained.len());
        let choice = self.choice.words(language);
        let reason = self.reason.as_deref().unwrap_or_default();
        let effective = self.effective.strftime("%Y-%m-%d %H:%M:%S UTC");
        match language {
            Language::English => {
                let departs = match self.departure {
                    Departure::None => String::new(),
                    Departure::Safer => format!(", safer than recommended, because: {reason}"),
                    Departure::Riskier => format!(", an override of the recommendation, because: {reason}"),
                };
                format!(
                    "Decided: {choice}{departs}; {agree} agreed, {disagree} disagreed, {abstain} abstained; in effect from {effective}."
                )
            }
            Language::Chinese => {
                let departs = match self.departure {
                    Departure::None => String::new(),
                    Departure::Safer => format!("（较建议更保守，理由：{reason}）"),
                    Departure::Riskier => format!("（委员会不采纳建议，理由：{reason}）"),
                };
                format!(
                    "决定：{choice}{departs}；{agree}票同意，{disagree}票反对，{abstain}票弃权；自{effective}起生效。"
                )
            }
        }
    }
}

/// Decides a proposal by the votes on it, or says everything that is missing.
pub fn resolve(
    packet: &Packet,
    members: &[Member],
    quorum: &Quorum,
    proposal: &Proposal,
    ballots: &[Ballot],
) -> Result<Resolution, Vec<Missing>> {
    let mut missing = check_ballots(packet, members, ballots);
    let votes = Votes::of(members, ballots);
    missing.extend(votes.quorum(quorum));
    missing.extend(check_choice(packet, proposal.choice));
    let departure = departure(packet, proposal.choice);
    missing.extend(check_departure(packet, proposal, departure, &votes));
    missing.extend(check_open_data(packet, proposal));
    let signed = ballots.iter().map(|ballot| ballot.signed).max();
    if let Some(last) = signed.filter(|last| proposal.effective < *last) {
        missing.push(Missing::EffectiveTooEarly(last));
    }
    let (true, Some(signed)) = (missing.is_empty(), signed) else {
        return Err(missing);
    };
    let named = |vote: Vote| -> Vec<String> {
        let voters = votes.cast.iter().filter(|(_, ballot)| ballot.vote == vote);
        voters.map(|(member, _)| member.name.clone()).collect()
    };
    Ok(Resolution {
        choice: proposal.choice,
        opens: match proposal.choice {
            Choice::Dose(action) => action.level(),
            Choice::Recommended(_) => None,
        },
        departure,
        reason: proposal.reason.clone(),
        despite: proposal.despite.clone(),
        conditions: proposal.conditions.clone(),
        agreed: named(Vote::Agree),
        disagreed: named(Vote::Disagree),
        abstained: named(Vote::Abstain),
        conflicted: conflicted(members).map(|member| member.name.clone()).collect(),
        signed,
        effective: proposal.effective,
    })
}

fn conflicted(members: &[Member]) -> impl Iterator<Item = &Member> {
    members.iter().filter(|member| member.conflict.is_some())
}

/// The votes that count: the first of each member without conflict.
struct Votes<'v> {
    entitled: Vec<&'v Member>,
    cast: Vec<(&'v Member, &'v Ballot)>,
}

impl<'v> Votes<'v> {
    fn of(members: &'v [Member], ballots: &'v [Ballot]) -> Self {
        let entitled: Vec<&Member> = members.iter().filter(|member| member.conflict.is_none()).collect();
        let cast = entitled.iter().filter_map(|member| {
            let ballot = ballots
                .iter()
                .find(|ballot| without_case(&ballot.member, &member.name))?;
            Some((*member, ballot))
        });
        Self {
            cast: cast.collect(),
            entitled,
        }
    }

    fn count(&self, vote: Vote) -> usize {
        self.cast.iter().filter(|(_, ballot)| ballot.vote == vote).count()
    }

    fn quorum(&self, quorum: &Quorum) -> Vec<Missing> {
        let mut missing = Vec::new();
        let voted = u32::try_from(self.cast.len()).unwrap_or(u32::MAX);
        // Nobody decides alone by a quorum of none.
        let needed = quorum.members_needed.max(1);
        if voted < needed {
            missing.push(Missing::TooFew { voted, needed });
        }
        for role in &quorum.roles_needed {
            if !self.cast.iter().any(|(member, _)| without_case(&member.role, role)) {
                missing.push(Missing::NoRole(role.clone()));
            }
        }
        let (agree, disagree) = (self.count(Vote::Agree), self.count(Vote::Disagree));
        if agree <= disagree {
            missing.push(Missing::NotAgreed { agree, disagree });
        }
        missing
    }
}

fn check_ballots(packet: &Packet, members: &[Member], ballots: &[Ballot]) -> Vec<Missing> {
    let mut missing = Vec::new();
    for (place, member) in members.iter().enumerate() {
        if members
            .iter()
            .take(place)
            .any(|other| without_case(&other.name, &member.name))
        {
            missing.push(Missing::SameName(member.name.clone()));
        }
    }
    for (place, ballot) in ballots.iter().enumerate() {
        let name = || ballot.member.clone();
        match members.iter().find(|member| without_case(&member.name, &ballot.member)) {
            None => missing.push(Missing::NoMember(name())),
            Some(member) if member.conflict.is_some() => missing.push(Missing::Conflicted(name())),
            Some(_) => {}
        }
        if ballots
            .iter()
            .take(place)
            .any(|other| without_case(&other.member, &ballot.member))
        {
            missing.push(Missing::VotedTwice(name()));
        }
        // The zone of the day of the cut is not known: a signature on any clock's day of the cut may stand.
        let too_early = match packet.known {
            Some(known) => ballot.signed < known.at,
            None => {
                ballot
                    .signed
                    .to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(14)))
                    .date()
                    < packet.cut
            }
        };
        if too_early {
            missing.push(Missing::SignedTooEarly(name()));
        }
    }
    missing
}

fn check_choice(packet: &Packet, choice: Choice) -> Vec<Missing> {
    let mut missing = Vec::new();
    let asked = packet.occasion == Occasion::RecommendedDose;
    match choice {
        Choice::Recommended(_) if !asked => missing.push(Missing::OtherOccasion),
        Choice::Dose(_) if asked => missing.push(Missing::OtherOccasion),
        Choice::Recommended(_) | Choice::Dose(_) => {}
    }
    let Some(level) = choice.level() else { return missing };
    if packet.level(level).is_none() {
        missing.push(Missing::NoSuchLevel(level));
        return missing;
    }
    let tried = packet.highest_tried();
    let highest = match choice {
        Choice::Dose(Action::Stop(_)) | Choice::Recommended(_) => tried,
        // Nobody was treated yet: the first subject is treated where the protocol starts.
        Choice::Dose(_) => tried
            .map(DoseLevel::above)
            .or_else(|| packet.recommendation.advice.action.level()),
    };
    if highest.is_none_or(|highest| level > highest) {
        missing.push(Missing::Untried(level));
    }
    missing
}

/// The level treated next, and the dose declared tolerated; 0 for none.
const fn reach(action: Action) -> (u8, u8) {
    const fn number(level: Option<DoseLevel>) -> u8 {
        match level {
            Some(level) => level.number(),
            None => 0,
        }
    }
    (number(action.level()), number(action.mtd()))
}

/// Whether what the design says now closes the level that a choice opens or recommends, and the packet did not say so: the packet is
/// overtaken, and the committee meets on a new one.
pub fn is_overtaken(packet: &Packet, now: &DoseAnswer, choice: Choice) -> bool {
    choice
        .level()
        .is_some_and(|level| now.closes(level, Some(&packet.answer())).is_some())
}

/// How a choice departs from the recommendation.
fn departure(packet: &Packet, choice: Choice) -> Departure {
    let recommended = packet.recommendation.advice.action;
    match choice {
        Choice::Dose(action) => {
            let ((treats, declares), (may_treat, may_declare)) = (reach(action), reach(recommended));
            let same =
                (treats, declares) == (may_treat, may_declare) && (treats > 0 || declares > 0 || action == recommended);
            // A dose found tolerated may be given again.
            if same {
                Departure::None
            } else if treats > may_treat.max(may_declare) || declares > may_declare {
                Departure::Riskier
            } else {
                Departure::Safer
            }
        }
        Choice::Recommended(None) => Departure::None,
        Choice::Recommended(Some(level)) if recommended.mtd().is_some_and(|mtd| level <= mtd) => Departure::None,
        Choice::Recommended(Some(_)) => Departure::Riskier,
    }
}

fn check_departure(packet: &Packet, proposal: &Proposal, departure: Departure, votes: &Votes<'_>) -> Vec<Missing> {
    let mut missing = Vec::new();
    let reasoned = said(proposal.reason.as_deref());
    let needs_reason = departure != Departure::None || matches!(proposal.choice, Choice::Recommended(_));
    if needs_reason && !reasoned {
        missing.push(Missing::NoReason);
    }
    if departure != Departure::Riskier {
        return missing;
    }
    if !proposal.overrides {
        missing.push(Missing::NotPutAsOverride {
            recommended: packet.recommendation.advice.action,
            proposed: proposal.choice,
        });
    }
    let physicians: Vec<&&Member> = votes.entitled.iter().filter(|member| member.physician).collect();
    if physicians.is_empty() {
        missing.push(Missing::NoPhysician);
    }
    let agrees = |member: &Member| {
        let own = votes.cast.iter().find(|(voter, _)| voter.name == member.name);
        own.is_some_and(|(_, ballot)| ballot.vote == Vote::Agree)
    };
    let against = physicians.iter().filter(|member| !agrees(member));
    let against: Vec<String> = against.map(|member| member.name.clone()).collect();
    if !against.is_empty() {
        missing.push(Missing::PhysiciansNotAgreed(against));
    }
    if votes.count(Vote::Agree) == 1 {
        missing.push(Missing::OverrideAlone);
    }
    missing
}

fn said(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

/// An escalation, or a dose declared tolerated, does not pass over what is open in the data.
fn check_open_data(packet: &Packet, proposal: &Proposal) -> Option<Missing> {
    let rests_on_them = match proposal.choice {
        Choice::Dose(Action::Escalate(_) | Action::Stop(Some(_))) | Choice::Recommended(Some(_)) => true,
        Choice::Dose(Action::Stay(_) | Action::DeEscalate(_) | Action::Wait | Action::Stop(None))
        | Choice::Recommended(None) => false,
    };
    let (findings, queries) = (packet.findings.len(), packet.open_queries().unwrap_or(0));
    let of_subjects = packet.subjects.iter().filter_map(|line| line.completeness.as_ref());
    let not_entered = of_subjects.map(|one| one.missing.len()).sum();
    let open = findings + queries + not_entered > 0;
    (rests_on_them && open && !said(proposal.despite.as_deref())).then_some(Missing::OpenData {
        findings,
        queries,
        not_entered,
    })
}
