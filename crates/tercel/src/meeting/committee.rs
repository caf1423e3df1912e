//! The committee: who sits on it, how many must vote, how they voted.

use jiff::Timestamp;

/// A member of the committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Name, unique in the committee.
    pub name: String,
    /// Role, in the protocol's words.
    pub role: String,
    /// Whether a physician.
    pub physician: bool,
    /// The conflict of interest declared, if any: who declares one does not vote.
    pub conflict: Option<String>,
}

/// Who must vote for a meeting to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    /// Members without conflict who vote; abstaining is voting.
    pub members_needed: u32,
    /// Roles of which at least one member without conflict votes, compared without case.
    pub roles_needed: Vec<String>,
}

/// A vote on what is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// For it.
    Agree,
    /// Against it.
    Disagree,
    /// Neither.
    Abstain,
}

/// A signed vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    /// Name of the member.
    pub member: String,
    /// The vote.
    pub vote: Vote,
    /// What the member says to it.
    pub comment: Option<String>,
    /// When it was signed.
    pub signed: Timestamp,
}
