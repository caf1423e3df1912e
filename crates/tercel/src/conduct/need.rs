//! What a gate may find missing: rules with their parameters. The sentences stand in `words.rs`.

use jiff::civil::{Date, DateTime};

use super::record::{ItemGate, Scope, UnreadWords};
use crate::language::Words;
use crate::protocol::{Cells, DoseLevel, StudyTask};

/// How serious it is that something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nobody can release it: identity, product, consent.
    Absolute,
    /// Medical judgement: investigator and sponsor's physician may release it in an emergency.
    Medical,
    /// A record, a signature or a committee's decision: they may release it too.
    Administrative,
}

impl Severity {
    /// Name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absolute => "absolute",
            Self::Medical => "medical",
            Self::Administrative => "administrative",
        }
    }
}

/// A criterion, an item or a test as the protocol words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Name.
    pub id: String,
    /// In words.
    pub text: String,
    /// In Simplified Chinese, where the protocol has it.
    pub text_zh: Option<String>,
}

/// Why a criterion, an item or a test does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shortfall {
    /// Nothing is recorded.
    NotAssessed,
    /// Not met; the value as recorded, where there is one.
    NotMet(String),
    /// The evaluator does not know, or did not answer.
    Unknown,
    /// Assessed at this moment, longer ago than allowed.
    TooOld(DateTime),
    /// A transfusion or growth factor may have supported the value.
    Supported,
    /// Nobody said whether the value was supported.
    SupportNotSaid,
    /// It was waived; there are no waivers.
    Waived,
    /// Two records of the same moment disagree.
    Ambiguous,
    /// The value cannot be compared with the bounds.
    NotComparable(Words),
    /// The result is awaited and may not be.
    Pending,
}

impl Shortfall {
    const fn id(&self) -> &'static str {
        match self {
            Self::NotAssessed => "not-assessed",
            Self::NotMet(_) => "not-met",
            Self::Unknown => "unknown",
            Self::TooOld(_) => "too-old",
            Self::Supported => "supported",
            Self::SupportNotSaid => "support-not-said",
            Self::Waived => "waived",
            Self::Ambiguous => "ambiguous",
            Self::NotComparable(_) => "not-comparable",
            Self::Pending => "pending",
        }
    }
}

/// What is doubtful in a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustodyDoubt {
    /// No hand-over is recorded.
    None,
    /// It does not begin or end with the custodian of the protocol.
    Ends,
    /// It was not received from who held it last.
    Chain,
    /// Two hand-overs of the same moment.
    Order,
    /// A person is not named.
    Person,
    /// The temperature was not kept, or nobody said so.
    Temperature,
    /// Container or seal was not intact, or nobody said so.
    Integrity,
    /// The label did not match, or nobody said so.
    Label,
}

/// A rule of a gate that is not kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// The protocol has no `[conduct]`.
    NotConfigured,
    /// The subject has no conduct records.
    NoRecords,
    /// A record could not be read.
    Unread {
        /// Kind of record.
        form: String,
        /// Record.
        id: String,
        /// Field.
        field: String,
        /// What is wrong with it.
        why: UnreadWords,
    },
    /// The subject was infused already.
    AlreadyInfused(Words),
    /// The subject left the study or died.
    Left(Words),
    /// No version of the protocol is in force at this site.
    NoVersion(String),
    /// No consent is recorded.
    NoConsent,
    /// A version that the protocol does not list.
    UnknownConsent(String),
    /// The version signed was not in force when it was signed.
    ConsentNotInForce {
        /// Signed.
        signed: String,
        /// In force that day.
        wanted: Option<String>,
    },
    /// A newer version asks for another consent.
    ReconsentOutstanding {
        /// Signed.
        signed: String,
        /// To be signed.
        wanted: String,
    },
    /// Consent was withdrawn.
    ConsentWithdrawn(Scope),
    /// A criterion of entry.
    Criterion(Named, Shortfall),
    /// No place is reserved.
    NoSlot,
    /// No decision opens any level.
    NoDecision,
    /// The decision that would open the level is not signed.
    DecisionUnsigned(String),
    /// The decision holds only later.
    DecisionNotEffective {
        /// Decision.
        id: String,
        /// From when it holds.
        effective: DateTime,
        /// When it must hold.
        at: DateTime,
    },
    /// The decision no longer holds.
    DecisionSuperseded(String),
    /// Two decisions hold from the same moment and differ.
    DecisionsDisagree,
    /// The decision in force does not open the level.
    LevelNotOpen(DoseLevel),
    /// The level closed after the product was made: the committee chooses.
    LevelClosed {
        /// The level it was made for.
        level: DoseLevel,
        /// The level whose dose could be given by volume.
        below: Option<DoseLevel>,
    },
    /// The protocol's design no longer treats at the level.
    RuleCloses {
        /// The level.
        level: DoseLevel,
        /// The highest it treats at; `None`: none.
        highest: Option<DoseLevel>,
    },
    /// The committee chose to wait.
    Held,
    /// The committee chose not to treat.
    WithdrawChosen,
    /// The decision does not say how many may be treated at the level.
    PlacesNotSaid(DoseLevel),
    /// All places of the level are taken.
    LevelFull {
        /// Level.
        level: DoseLevel,
        /// Places.
        places: u32,
    },
    /// Treatment is halted.
    Paused {
        /// Pause, to which its end refers.
        id: String,
        /// Why.
        reason: Words,
    },
    /// No infusion is ordered.
    NoOrder,
    /// The order is for another level.
    OrderLevel {
        /// Ordered.
        ordered: DoseLevel,
        /// The subject's.
        level: DoseLevel,
    },
    /// The planned infusion lies in the past.
    OrderPassed(DateTime),
    /// The infusion would be too close to that of another subject.
    TooSoon {
        /// The other subject.
        other: String,
        /// First day that keeps the interval.
        earliest: Date,
        /// Planned day.
        planned: Date,
    },
    /// Another subject was infused on a day or at a level that is not known.
    OtherNotKnown(String),
    /// No collection is recorded.
    NoCollection,
    /// No lot is recorded.
    NoLot,
    /// The order names no bag.
    NoBag,
    /// A bag of the order is not known.
    BagUnknown(String),
    /// A bag of the order is that of another subject.
    BagOfAnother {
        /// Bag.
        bag: String,
        /// Whose it is.
        subject: String,
    },
    /// A bag stands twice in the order, or more of it is ordered than it holds.
    BagVolume(String),
    /// Making the lot failed.
    LotFailed(String),
    /// The lot is not released.
    NotReleased(String),
    /// The lot is rejected.
    Rejected(String),
    /// The release lacks signatures.
    ReleaseUnsigned(String),
    /// A test of the lot.
    Test(String, Named, Shortfall),
    /// A bag is not accepted at the site.
    NotReceived(String),
    /// A bag has expired by the infusion.
    Expired {
        /// Bag.
        bag: String,
        /// Its expiry.
        expires: DateTime,
    },
    /// An item of a gate.
    Item(ItemGate, Named, Shortfall),
    /// Lymphodepletion has not been completed.
    LymphodepletionNotCompleted,
    /// No viable cells, or their number is not known.
    NoCells,
    /// Too few cells.
    DoseBelow {
        /// Percent of the level's dose.
        percent: f64,
        /// Lowest percentage.
        min: f64,
    },
    /// Too many cells.
    DoseAbove {
        /// Percent of the level's dose.
        percent: f64,
        /// Highest percentage.
        max: f64,
    },
    /// A bag was given that the order does not name; whose it is, where it is another subject's.
    NotOrdered {
        /// Bag.
        bag: String,
        /// The other subject.
        whose: Option<String>,
    },
    /// The cells given are not the level's dose.
    GivenOffDose {
        /// Percent of the level's dose.
        percent: f64,
        /// Lowest percentage.
        min: f64,
        /// Highest percentage.
        max: f64,
    },
    /// More cells were given than the bags hold.
    MoreThanHeld {
        /// Given.
        given: Cells,
        /// In the bags.
        held: Cells,
    },
    /// Two numbers that must be one are not.
    Identity {
        /// Where it was read (`lot 7`, `bag A1`).
        place: Words,
        /// What must stand there.
        expected: Words,
        /// What stands there.
        found: String,
    },
    /// A bag was not checked by two persons.
    NotChecked(String),
    /// Both readings of a bag are of one person.
    SamePerson(String),
    /// A hand-over of a bag.
    Custody(String, CustodyDoubt),
    /// A bag is not thawed.
    NotThawed(String),
    /// A bag was thawed too long ago.
    ThawTooLong {
        /// Bag.
        bag: String,
        /// Minutes since.
        minutes: i64,
        /// Most minutes.
        max: u32,
    },
    /// A person did what was not delegated, or without training.
    NotDelegated {
        /// Person.
        person: String,
        /// Task.
        task: StudyTask,
    },
}

impl Need {
    /// Stable identifier of the rule.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::NotConfigured => "not-configured",
            Self::NoRecords => "no-records",
            Self::Unread { .. } => "unread",
            Self::AlreadyInfused(_) => "already-infused",
            Self::Left(_) => "left-study",
            Self::NoVersion(_) => "no-protocol-version",
            Self::NoConsent => "no-consent",
            Self::UnknownConsent(_) => "unknown-consent",
            Self::ConsentNotInForce { .. } => "consent-not-in-force",
            Self::ReconsentOutstanding { .. } => "reconsent-outstanding",
            Self::ConsentWithdrawn(_) => "consent-withdrawn",
            Self::Criterion(..) => "criterion",
            Self::NoSlot => "no-slot",
            Self::NoDecision => "no-decision",
            Self::DecisionUnsigned(_) => "decision-unsigned",
            Self::DecisionNotEffective { .. } => "decision-not-effective",
            Self::DecisionSuperseded(_) => "decision-superseded",
            Self::DecisionsDisagree => "decisions-disagree",
            Self::LevelNotOpen(_) => "level-not-open",
            Self::LevelClosed { .. } => "level-closed-after-manufacture",
            Self::RuleCloses { .. } => "rule-closes",
            Self::Held => "held",
            Self::WithdrawChosen => "withdraw-chosen",
            Self::PlacesNotSaid(_) => "places-not-said",
            Self::LevelFull { .. } => "level-full",
            Self::Paused { .. } => "paused",
            Self::NoOrder => "no-order",
            Self::OrderLevel { .. } => "order-of-other-level",
            Self::OrderPassed(_) => "order-passed",
            Self::TooSoon { .. } => "too-soon",
            Self::OtherNotKnown(_) => "other-infusion-not-known",
            Self::NoCollection => "no-collection",
            Self::NoLot => "no-lot",
            Self::NoBag => "no-bag",
            Self::BagUnknown(_) => "bag-unknown",
            Self::BagOfAnother { .. } => "bag-of-another",
            Self::BagVolume(_) => "bag-volume",
            Self::LotFailed(_) => "lot-failed",
            Self::NotReleased(_) => "not-released",
            Self::Rejected(_) => "rejected",
            Self::ReleaseUnsigned(_) => "release-unsigned",
            Self::Test(..) => "test",
            Self::NotReceived(_) => "not-received",
            Self::Expired { .. } => "expired",
            Self::Item(ItemGate::Lymphodepletion, ..) => "lymphodepletion-item",
            Self::Item(ItemGate::Infusion, ..) => "infusion-item",
            Self::LymphodepletionNotCompleted => "lymphodepletion-not-completed",
            Self::NoCells => "no-cells",
            Self::DoseBelow { .. } => "dose-below",
            Self::DoseAbove { .. } => "dose-above",
            Self::NotOrdered { .. } => "not-ordered",
            Self::GivenOffDose { .. } => "given-off-dose",
            Self::MoreThanHeld { .. } => "more-than-held",
            Self::Identity { .. } => "identity",
            Self::NotChecked(_) => "not-checked-by-two",
            Self::SamePerson(_) => "same-person",
            Self::Custody(..) => "custody",
            Self::NotThawed(_) => "not-thawed",
            Self::ThawTooLong { .. } => "thaw-too-long",
            Self::NotDelegated { .. } => "not-delegated",
        }
    }

    /// The rule with what tells two of its cases apart; an emergency release names it.
    pub fn key(&self) -> String {
        let id = self.id();
        match self {
            Self::Criterion(named, how) | Self::Item(_, named, how) => format!("{id}:{}:{}", named.id, how.id()),
            Self::Test(lot, named, how) => format!("{id}:{lot}:{}:{}", named.id, how.id()),
            Self::Paused { id: pause, .. } => format!("{id}:{pause}"),
            Self::DecisionUnsigned(one)
            | Self::DecisionSuperseded(one)
            | Self::DecisionNotEffective { id: one, .. }
            | Self::TooSoon { other: one, .. }
            | Self::OtherNotKnown(one)
            | Self::ReconsentOutstanding { wanted: one, .. } => format!("{id}:{one}"),
            Self::NotDelegated { person, task } => format!("{id}:{}:{person}", task.name()),
            Self::LevelNotOpen(level)
            | Self::PlacesNotSaid(level)
            | Self::LevelClosed { level, .. }
            | Self::RuleCloses { level, .. }
            | Self::LevelFull { level, .. } => format!("{id}:{level}"),
            Self::NotConfigured
            | Self::NoRecords
            | Self::Unread { .. }
            | Self::AlreadyInfused(_)
            | Self::Left(_)
            | Self::NoVersion(_)
            | Self::NoConsent
            | Self::UnknownConsent(_)
            | Self::ConsentNotInForce { .. }
            | Self::ConsentWithdrawn(_)
            | Self::NoSlot
            | Self::NoDecision
            | Self::DecisionsDisagree
            | Self::Held
            | Self::WithdrawChosen
            | Self::NoOrder
            | Self::OrderLevel { .. }
            | Self::OrderPassed(_)
            | Self::NoCollection
            | Self::NoLot
            | Self::NoBag
            | Self::BagUnknown(_)
            | Self::BagOfAnother { .. }
            | Self::BagVolume(_)
            | Self::LotFailed(_)
            | Self::NotReleased(_)
            | Self::Rejected(_)
            | Self::ReleaseUnsigned(_)
            | Self::NotReceived(_)
            | Self::Expired { .. }
            | Self::LymphodepletionNotCompleted
            | Self::NoCells
            | Self::DoseBelow { .. }
            | Self::DoseAbove { .. }
            | Self::NotOrdered { .. }
            | Self::GivenOffDose { .. }
            | Self::MoreThanHeld { .. }
            | Self::Identity { .. }
            | Self::NotChecked(_)
            | Self::SamePerson(_)
            | Self::Custody(..)
            | Self::NotThawed(_)
            | Self::ThawTooLong { .. } => id.to_owned(),
        }
    }

    /// How serious it is. `depleted`: lymphodepletion has begun, so that not to go on does harm too.
    pub const fn severity(&self, depleted: bool) -> Severity {
        match self {
            // Entry is judged before lymphodepletion; after it, cells withheld may be the greater harm.
            Self::Criterion(..) if depleted => Severity::Medical,
            Self::Item(..) | Self::DoseBelow { .. } => Severity::Medical,
            Self::ReconsentOutstanding { .. }
            | Self::NoVersion(_)
            | Self::NoDecision
            | Self::DecisionUnsigned(_)
            | Self::DecisionNotEffective { .. }
            | Self::DecisionSuperseded(_)
            | Self::DecisionsDisagree
            | Self::LevelNotOpen(_)
            | Self::LevelClosed { .. }
            | Self::RuleCloses { .. }
            | Self::Held
            | Self::PlacesNotSaid(_)
            | Self::LevelFull { .. }
            | Self::Paused { .. }
            | Self::OrderPassed(_)
            | Self::TooSoon { .. }
            | Self::OtherNotKnown(_)
            | Self::LymphodepletionNotCompleted
            | Self::NotDelegated { .. } => Severity::Administrative,
            Self::NotConfigured
            | Self::NoRecords
            | Self::Unread { .. }
            | Self::AlreadyInfused(_)
            | Self::Left(_)
            | Self::NoConsent
            | Self::UnknownConsent(_)
            | Self::ConsentNotInForce { .. }
            | Self::ConsentWithdrawn(_)
            | Self::Criterion(..)
            | Self::NoSlot
            | Self::WithdrawChosen
            | Self::NoOrder
            | Self::OrderLevel { .. }
            | Self::NoCollection
            | Self::NoLot
            | Self::NoBag
            | Self::BagUnknown(_)
            | Self::BagOfAnother { .. }
            | Self::BagVolume(_)
            | Self::LotFailed(_)
            | Self::NotReleased(_)
            | Self::Rejected(_)
            | Self::ReleaseUnsigned(_)
            | Self::Test(..)
            | Self::NotReceived(_)
            | Self::Expired { .. }
            | Self::NoCells
            | Self::DoseAbove { .. }
            | Self::NotOrdered { .. }
            | Self::GivenOffDose { .. }
            | Self::MoreThanHeld { .. }
            | Self::Identity { .. }
            | Self::NotChecked(_)
            | Self::SamePerson(_)
            | Self::Custody(..)
            | Self::NotThawed(_)
            | Self::ThawTooLong { .. } => Severity::Absolute,
        }
    }
}
