//! What keeps a proposal from being decided, each as a sentence that says what to do.

use jiff::Timestamp;

use super::resolve::Choice;
use super::words::action_words;
use crate::design::Action;
use crate::language::Language;
use crate::protocol::DoseLevel;

/// What keeps a proposal from being decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// A vote by somebody who is no member.
    NoMember(String),
    /// Two members of one name.
    SameName(String),
    /// Two votes of one member.
    VotedTwice(String),
    /// A vote of a member with a conflict of interest.
    Conflicted(String),
    /// A vote signed before the data were cut, or known.
    SignedTooEarly(String),
    /// Too few members vote.
    TooFew {
        /// Members without conflict who voted.
        voted: u32,
        /// Members needed.
        needed: u32,
    },
    /// Nobody of a role votes.
    NoRole(String),
    /// No majority.
    NotAgreed {
        /// For it.
        agree: usize,
        /// Against it.
        disagree: usize,
    },
    /// A choice of another kind than the occasion asks for.
    OtherOccasion,
    /// The protocol has no such level.
    NoSuchLevel(DoseLevel),
    /// A level would be skipped, or a dose recommended that nobody had.
    Untried(DoseLevel),
    /// No reason is given.
    NoReason,
    /// Riskier than the recommendation, and not put as an override.
    NotPutAsOverride {
        /// What is recommended.
        recommended: Action,
        /// What is proposed.
        proposed: Choice,
    },
    /// An override that these physicians did not agree to.
    PhysiciansNotAgreed(Vec<String>),
    /// An override that no physician may vote on.
    NoPhysician,
    /// An override of one person alone.
    OverrideAlone,
    /// Nobody says why it does not wait for what is open in the data.
    OpenData {
        /// Findings that hold up the decision.
        findings: usize,
        /// Open queries.
        queries: usize,
        /// What is expected of the subjects by the data cut and not entered.
        not_entered: usize,
    },
    /// In effect before the last signature.
    EffectiveTooEarly(Timestamp),
}

impl Missing {
    /// What is missing, as a sentence that says what to do.
    #[expect(clippy::too_many_lines, reason = "one match, one sentence in each language a case")]
    pub fn sentence(&self, language: Language) -> String {
        let english = language == Language::English;
        let both = |en: String, zh: String| if english { en } else { zh };
        match self {
            Self::NoMember(name) => both(
                format!("{name} voted but is no member of the committee; correct the name, or take the vote out."),
                format!("{name}不是委员会成员却已投票；请更正姓名或删除该票。"),
            ),
            Self::SameName(name) => both(
                format!("two members are called {name}; name them so that votes can be told apart."),
                format!("有两名成员均名为{name}；请区分姓名。"),
            ),
            Self::VotedTwice(name) => both(
                format!("{name} voted twice; keep one vote."),
                format!("{name}投票两次；请只保留一票。"),
            ),
            Self::Conflicted(name) => both(
                format!("{name} declared a conflict of interest and does not vote; take the vote out."),
                format!("{name}已声明利益冲突，不得投票；请删除该票。"),
            ),
            Self::SignedTooEarly(name) => both(
                format!(
                    "{name} signed before the data of the packet were cut; the vote is to be signed on this packet."
                ),
                format!("{name}的签名早于数据截止；须针对本决策包重新签名。"),
            ),
            Self::TooFew { voted, needed } => both(
                format!("{voted} of {needed} members needed voted; wait for the others."),
                format!("需{needed}名成员投票，现仅{voted}名；请等待其余成员。"),
            ),
            Self::NoRole(role) => both(
                format!("nobody in the role \"{role}\" voted; the quorum needs one."),
                format!("法定人数要求的角色“{role}”无人投票。"),
            ),
            Self::NotAgreed { agree, disagree } => both(
                format!("{agree} agreed and {disagree} disagreed; more must agree than disagree."),
                format!("{agree}票同意，{disagree}票反对；同意票须多于反对票。"),
            ),
            Self::OtherOccasion => both(
                "the recommended Phase 2 dose is decided at a meeting of its own, and nothing else there.".to_owned(),
                "II期推荐剂量须在专门会议上决定，该会议不决定其他事项。".to_owned(),
            ),
            Self::NoSuchLevel(level) => both(
                format!("the protocol has no dose level {level}."),
                format!("方案没有剂量水平{level}。"),
            ),
            Self::Untried(level) => both(
                format!("level {level} is out of reach: no level is skipped, and no dose is declared that nobody had."),
                format!("剂量水平{level}不可及：不得跳级，也不得宣布无人用过的剂量。"),
            ),
            Self::NoReason => both(
                "the decision departs from the recommendation or recommends a dose, and has no reason; write one."
                    .to_owned(),
                "该决定偏离建议或推荐剂量而未说明理由；请填写理由。".to_owned(),
            ),
            Self::NotPutAsOverride { recommended, proposed } => both(
                format!(
                    "the recommendation is to {recommended}, and \"{}\" is riskier; it is refused unless put as an override of \
                     the committee, with a reason and the agreement of all physicians.",
                    proposed.words(language)
                ),
                format!(
                    "建议为“{}”，而“{}”风险更高；除非作为委员会不采纳建议的决定提出、附理由并经全体医师同意，否则不予通过。",
                    action_words(*recommended, language),
                    proposed.words(language)
                ),
            ),
            Self::OverrideAlone => both(
                "an override is not of one person alone; a second member has to agree.".to_owned(),
                "不采纳建议的决定不得由一人作出；须有第二名成员同意。".to_owned(),
            ),
            Self::PhysiciansNotAgreed(names) => both(
                format!(
                    "an override needs the agreement of all physicians; {} did not agree.",
                    names.join(", ")
                ),
                format!("不采纳建议须经全体医师同意；{}未同意。", names.join("、")),
            ),
            Self::NoPhysician => both(
                "an override needs the agreement of all physicians, and no physician may vote.".to_owned(),
                "不采纳建议须经全体医师同意，而没有医师可以投票。".to_owned(),
            ),
            Self::OpenData {
                findings,
                queries,
                not_entered,
            } => both(
                format!(
                    "{findings} findings and {queries} queries are open, and {not_entered} forms or visits are not entered; say \
                     why the decision does not wait for them, or resolve them."
                ),
                format!(
                    "尚有{findings}项数据问题和{queries}项质疑未解决，{not_entered}份表单或访视未录入；请说明为何不等待，或先予解决。"
                ),
            ),
            Self::EffectiveTooEarly(last) => both(
                format!("a decision takes effect no earlier than its last signature, {last}."),
                format!("决定的生效时间不得早于最后签名时间{last}。"),
            ),
        }
    }
}
