//! Records of the conduct of a subject: who entered what, and when. Nothing here is derived.

use jiff::civil::{Date, DateTime};

use crate::design::DoseAnswer;
use crate::language::Words;
use crate::protocol::{Authority, DoseLevel, StudyTask};

/// Who entered a record, and when. What was entered later was not known before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Identifier of the record.
    pub id: String,
    /// Person who entered it.
    pub by: String,
    /// When, by the clock of the site.
    pub at: DateTime,
}

/// A record with its entry.
pub trait Entered {
    /// Who entered it, and when.
    fn entry(&self) -> &Entry;
}

/// Gives each record type its [`Entered`].
macro_rules! entered {
    ($($record:ty),+ $(,)?) => {
        $(impl $crate::conduct::Entered for $record {
            fn entry(&self) -> &$crate::conduct::Entry {
                &self.entry
            }
        })+
    };
}
pub(super) use entered;

entered!(
    Screening,
    Consent,
    Withdrawal,
    EligibilityItem,
    Slot,
    Assessment,
    Lymphodepletion,
    Order,
    Departure,
    CaseReport,
    ProtocolDeviation,
    Delegation,
    EmergencyRelease,
    SignedDecision,
    Choice,
    Pause,
    Resume,
    Unread,
);

/// A value with its unit, as the source writes both.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Value.
    pub value: f64,
    /// Unit as written.
    pub unit: String,
    /// Upper limit of normal in the same unit, where the laboratory gives one.
    pub uln: Option<f64>,
}

/// Screening of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// Entry.
    pub entry: Entry,
    /// First day.
    pub began: Date,
}

/// A consent that the subject signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Entry.
    pub entry: Entry,
    /// Version of the form.
    pub version: String,
    /// When it was signed.
    pub signed: DateTime,
}

/// What a subject may withdraw consent from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Further study treatment.
    Treatment,
    /// Visits and contacts.
    Visits,
    /// Collection of data.
    Data,
    /// Keeping and use of samples.
    Samples,
}

impl Scope {
    /// Names in records.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("treatment", Self::Treatment),
        ("visits", Self::Visits),
        ("data", Self::Data),
        ("samples", Self::Samples),
    ];
}

/// A consent withdrawn in whole or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// Entry.
    pub entry: Entry,
    /// From what.
    pub scopes: Vec<Scope>,
    /// When.
    pub when: DateTime,
}

/// The evaluator's judgement of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// Met.
    Met,
    /// Not met.
    NotMet,
    /// Not known.
    Unknown,
}

/// A criterion of entry assessed in a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct EligibilityItem {
    /// Entry; who entered it is the evaluator.
    pub entry: Entry,
    /// The criterion.
    pub criterion: String,
    /// Value, where the criterion has bounds.
    pub value: Option<Measured>,
    /// When it was assessed: for a blood test, when blood was drawn.
    pub assessed: DateTime,
    /// The evaluator's judgement.
    pub met: Met,
    /// Whether a transfusion or growth factor before may have supported the value; `None`: not said.
    pub supported: Option<bool>,
    /// Whether the criterion was waived.
    pub waived: bool,
}

/// A place at a dose level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Entry.
    pub entry: Entry,
    /// Level.
    pub level: DoseLevel,
    /// When it was reserved.
    pub reserved: DateTime,
    /// When it was given up; `None`: it stands.
    pub released: Option<DateTime>,
}

/// An item of the gate of lymphodepletion or of infusion, assessed in a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Entry.
    pub entry: Entry,
    /// Which gate.
    pub gate: ItemGate,
    /// The item.
    pub item: String,
    /// Value, where the item has bounds.
    pub value: Option<Measured>,
    /// The answer, where the item has none.
    pub holds: Option<bool>,
    /// When it was assessed.
    pub assessed: DateTime,
}

/// The gates that have items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemGate {
    /// Lymphodepletion.
    Lymphodepletion,
    /// Infusion.
    Infusion,
}

/// A dose of lymphodepletion, or all of its course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lymphodepletion {
    /// Entry.
    pub entry: Entry,
    /// When it began.
    pub began: DateTime,
    /// When the course was completed by it; `None`: not by this one.
    pub completed: Option<DateTime>,
}

/// A part of the order for an infusion: one bag, whole or a volume of it.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderedBag {
    /// Label of the bag.
    pub label: String,
    /// Volume to give in mL; `None`: all of it.
    pub volume: Option<f64>,
}

/// The investigator's order for an infusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Entry; who entered it ordered.
    pub entry: Entry,
    /// Level whose dose is ordered.
    pub level: DoseLevel,
    /// Planned begin of the infusion.
    pub planned: DateTime,
    /// Bags.
    pub bags: Vec<OrderedBag>,
}

/// How a subject left the study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Entry.
    pub entry: Entry,
    /// Why; in English as the data have it.
    pub reason: Words,
    /// Last day in the study.
    pub when: Date,
}

impl Departure {
    /// Whether nobody is followed after it: by death, withdrawal or loss. Progression, or the end of a phase, ends the visits of
    /// the schedule, not the years for which a vector is watched.
    pub fn ends_follow_up(&self) -> bool {
        let reason = self.reason.en.to_uppercase();
        ["DEATH", "LOST TO FOLLOW", "WITHDRAW"]
            .iter()
            .any(|word| reason.contains(word))
    }
}

/// To whom a serious event is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient {
    /// The sponsor, by the investigator.
    Sponsor,
    /// An authority, by the sponsor; the ethics committee by whom the protocol asks to.
    Authority(Authority),
}

/// Which report of a serious event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseReportKind {
    /// The first.
    Initial,
    /// A later one.
    FollowUp,
    /// The last: no more is expected.
    Final,
}

/// A report of a serious event that was given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseReport {
    /// Entry.
    pub entry: Entry,
    /// Number of the event's record among the subject's adverse events.
    pub event: u32,
    /// Which report.
    pub kind: CaseReportKind,
    /// To whom.
    pub recipient: Recipient,
    /// When who reports learned of the event, or of what is new.
    pub aware: DateTime,
    /// When it was reported; `None`: not yet.
    pub sent: Option<DateTime>,
    /// Who reported.
    pub reporter: String,
    /// Who received it, where recorded.
    pub receiver: Option<String>,
    /// What is new, where recorded.
    pub news: Option<String>,
}

/// A deviation from the protocol that names a missing item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolDeviation {
    /// Entry.
    pub entry: Entry,
    /// The missing item it is about, by [`crate::conduct::Missing::key`], or the test of the product.
    pub about: String,
}

/// A line of the delegation and training log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Entry.
    pub entry: Entry,
    /// Person.
    pub person: String,
    /// Role.
    pub role: String,
    /// Task delegated.
    pub task: StudyTask,
    /// First day.
    pub from: Date,
    /// Last day; `None`: not ended.
    pub until: Option<Date>,
    /// Day of training; `None`: not trained.
    pub trained: Option<Date>,
}

/// A person's part in an emergency release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Person.
    pub person: String,
    /// Whether the person gave the credentials again to sign.
    pub authenticated: bool,
    /// When.
    pub at: DateTime,
}

/// Investigator and sponsor's physician open the gate of infusion in spite of what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyRelease {
    /// Entry.
    pub entry: Entry,
    /// The investigator.
    pub investigator: Approval,
    /// The physician of the sponsor.
    pub physician: Approval,
    /// Why.
    pub reason: String,
    /// What is released, by [`crate::conduct::Missing::key`].
    pub keys: Vec<String>,
}

/// A level that a decision opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenLevel {
    /// Level.
    pub level: DoseLevel,
    /// Subjects that may be treated at it in all; `None`: not said.
    pub places: Option<u32>,
}

/// The committee's decision about the next dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDecision {
    /// Entry.
    pub entry: Entry,
    /// The levels it opens; all others are closed.
    pub open: Vec<OpenLevel>,
    /// The recommendation in words.
    pub recommendation: String,
    /// Who signed.
    pub signed_by: Vec<String>,
    /// When the last signature was given; `None`: not signed.
    pub signed: Option<DateTime>,
    /// From when it holds.
    pub effective: Option<DateTime>,
    /// Until when it held, where another took its place.
    pub superseded: Option<DateTime>,
    /// What the protocol's design said when it was taken; `None`: the record does not say.
    pub known: Option<DoseAnswer>,
}

/// What the committee chose for a subject whose level closed after the product was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedLevelChoice {
    /// The dose of this level, by volume.
    DoseAt(DoseLevel),
    /// To wait.
    Hold,
    /// Not to treat.
    Withdraw,
}

/// The committee's choice for a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Entry.
    pub entry: Entry,
    /// The choice.
    pub choice: ClosedLevelChoice,
    /// Who signed.
    pub signed_by: Vec<String>,
    /// When it was signed; `None`: not signed.
    pub signed: Option<DateTime>,
}

/// Enrolment and treatment halted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Entry; its id is that of the pause.
    pub entry: Entry,
    /// Why.
    pub reason: String,
    /// From when.
    pub from: DateTime,
}

/// A halt ended by a signed decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// Entry.
    pub entry: Entry,
    /// Id of the pause.
    pub pause: String,
    /// Who signed.
    pub signed_by: Vec<String>,
    /// When it was signed; `None`: not signed.
    pub signed: Option<DateTime>,
}

/// A record that could not be read in whole: nobody knows what it says, so no gate it may bear on opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Entry, as far as it is known.
    pub entry: Entry,
    /// Kind of record.
    pub form: String,
    /// Field.
    pub field: String,
    /// What is wrong: the kind of record, the question, and why its answer cannot be read.
    pub why: UnreadWords,
}

/// What is wrong with a record, as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnreadWords {
    /// Title of the form.
    pub title: Words,
    /// The question.
    pub question: Words,
    /// Why its answer cannot be read.
    pub why: Words,
}
