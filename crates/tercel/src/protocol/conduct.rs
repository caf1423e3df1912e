//! How the protocol conducts a subject: entry criteria, items of the gates, release of the product, consent, follow-up.

use jiff::civil::Date;

/// `[conduct]`: what the gates of [`crate::conduct`] ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct ConductRules {
    /// Oldest an assessment of entry may be when a slot is reserved, in days.
    pub screening_days: u32,
    /// Longest time from thaw to infusion in minutes; `None`: the product is not frozen.
    pub thaw_minutes: Option<u32>,
    /// Custodian with whom the chain of custody of a bag begins, and the one with whom it ends.
    pub custody: (String, String),
    /// Tasks that only a person on the delegation log may do.
    pub delegated: Vec<StudyTask>,
    /// Versions of the informed consent, oldest first.
    pub consents: Vec<ConsentVersion>,
    /// Every criterion of entry.
    pub criteria: Vec<EntryCriterion>,
    /// What must hold when lymphodepletion begins.
    pub lymphodepletion_items: Vec<GateItem>,
    /// What must hold when the infusion begins.
    pub infusion_items: Vec<GateItem>,
    /// Specification of the product.
    pub release_tests: Vec<ReleaseTest>,
    /// Follow-up after the last visit of the schedule.
    pub long_term: LongTerm,
    /// Who must vote for a meeting to decide; `None`: each meeting says so.
    pub committee: Option<Charter>,
}

/// Who must vote for a meeting of the committee to decide, by its charter; a meeting may ask for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charter {
    /// Fewest votes.
    pub votes: u32,
    /// Roles of which at least one member votes, each of [`Charter::ROLES`].
    pub roles: Vec<String>,
}

impl Charter {
    /// Roles that sit on a committee.
    pub const ROLES: [&'static str; 2] = ["committee", "medical-monitor"];
}

/// A version of the informed consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentVersion {
    /// Version as printed on the form.
    pub version: String,
    /// First day on which subjects sign it.
    pub from: Date,
    /// Whether subjects who signed an earlier version must sign this one.
    pub reconsent: bool,
}

/// Bounds a value must keep, in one unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    /// The value or more.
    pub at_least: Option<f64>,
    /// More than the value.
    pub above: Option<f64>,
    /// The value or less.
    pub at_most: Option<f64>,
    /// Less than the value.
    pub below: Option<f64>,
    /// Unit of the bounds; [`Limits::ULN`] for multiples of the upper limit of normal.
    pub unit: String,
}

impl Limits {
    /// Unit of bounds that are multiples of the upper limit of normal.
    pub const ULN: &'static str = "ULN";

    /// Whether a value, in the unit of the bounds, keeps all of them.
    pub fn hold(&self, value: f64) -> bool {
        value.is_finite()
            && self.at_least.is_none_or(|bound| value >= bound)
            && self.above.is_none_or(|bound| value > bound)
            && self.at_most.is_none_or(|bound| value <= bound)
            && self.below.is_none_or(|bound| value < bound)
    }
}

/// A criterion of entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryCriterion {
    /// Name, to which records refer.
    pub id: String,
    /// The criterion in words.
    pub text: String,
    /// The same in Simplified Chinese, where the protocol has it.
    pub text_zh: Option<String>,
    /// Laboratory test or score it is about, where units convert by it.
    pub measure: Option<String>,
    /// Bounds of the value; `None`: the investigator judges.
    pub limits: Option<Limits>,
    /// Days before the assessment without transfusion or growth factor; `None`: nothing can support the value.
    pub unsupported_days: Option<u32>,
}

/// An item of a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct GateItem {
    /// Name, to which records refer.
    pub id: String,
    /// The item in words.
    pub text: String,
    /// The same in Simplified Chinese, where the protocol has it.
    pub text_zh: Option<String>,
    /// Laboratory test it is about, where units convert by it.
    pub measure: Option<String>,
    /// Bounds of the value; `None`: the investigator answers yes or no.
    pub limits: Option<Limits>,
    /// Oldest the assessment may be, in hours.
    pub max_age_hours: u32,
}

/// What a test of the product must give.
#[derive(Debug, Clone, PartialEq)]
pub enum Specification {
    /// A value within bounds.
    Limits(Limits),
    /// This word (`negative`), compared without case.
    Word(String),
}

/// A test of the product before it is released.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseTest {
    /// Name, to which records refer.
    pub id: String,
    /// The test in words.
    pub text: String,
    /// The same in Simplified Chinese, where the protocol has it.
    pub text_zh: Option<String>,
    /// What it must give.
    pub specification: Specification,
    /// Whether its result may still be awaited when the product is released.
    pub may_be_pending: bool,
    /// Whether a product that fails it may be released by exception.
    pub may_be_excepted: bool,
}

/// Follow-up of infused subjects after the last visit of the schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongTerm {
    /// Months after infusion from which follow-up is long-term.
    pub from_months: u32,
    /// Years after infusion at which it ends; one contact each year.
    pub years: u32,
    /// Days early and late that are still on schedule.
    pub window_days: u32,
    /// Months after infusion at which blood is tested for a replication-competent vector; each year after the last of them.
    pub vector_months: Vec<u32>,
}

/// A task of the conduct that may need delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StudyTask {
    /// Obtaining consent.
    Consent,
    /// Judging eligibility.
    Eligibility,
    /// Assessing the items of a gate.
    Assessment,
    /// Receiving the product.
    Receipt,
    /// Ordering the infusion.
    Order,
    /// Checking identity at the bedside.
    Identity,
    /// Deciding about the next dose.
    Decision,
}

impl StudyTask {
    /// Names in protocol files and records.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("consent", Self::Consent),
        ("eligibility", Self::Eligibility),
        ("assessment", Self::Assessment),
        ("receipt", Self::Receipt),
        ("order", Self::Order),
        ("identity", Self::Identity),
        ("decision", Self::Decision),
    ];

    /// Name in protocol files and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Eligibility => "eligibility",
            Self::Assessment => "assessment",
            Self::Receipt => "receipt",
            Self::Order => "order",
            Self::Identity => "identity",
            Self::Decision => "decision",
        }
    }
}
