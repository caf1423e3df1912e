//! The conduct of a subject, from consent to long-term follow-up: records, stages, gates, visits and tasks.
//!
//! [`Study`] is everything known at a moment. A gate ([`enrolment_gate`], [`collection_gate`], [`lymphodepletion_gate`],
//! [`infusion_gate`]) says what is missing; what is not recorded, cannot be read or has two meanings is missing. The moment
//! is an argument: nothing here reads a clock.

mod bedside;
mod consent;
mod decision;
mod delegation;
mod eligibility;
mod findings;
mod gate;
mod given;
mod halt;
mod items;
mod measured;
mod need;
mod product;
mod product_check;
mod record;
mod records;
mod remedy;
mod schedule;
mod screening_log;
mod spacing;
mod stage;
mod tasks;
mod version;
mod words;

pub use consent::{ConsentStanding, Outstanding, SignedVersion, StandingWithdrawal, derive_consent};
pub use decision::{closed_since, derive_treatment_level};
pub use delegation::may_sign;
pub use findings::{check_conduct, derive_gate_at_infusion};
pub use gate::{
    Check, Gate, GateName, Missing, Passed, Study, collection_gate, enrolment_gate, infusion_gate, lymphodepletion_gate,
};
pub use given::{as_corrected, as_given, derive_gate_as_given, derive_gate_when_begun, misread};
pub use halt::{entered_halts, halting_now, halts_ended, other_owner, standing as standing_halts_of};
pub use need::{CustodyDoubt, Named, Need, Severity, Shortfall};
pub use product::{
    Bag, Clearance, Collection, Custody, Disposition, IdentityCheck, Infused, Lot, Reading, Receipt, Release,
    Signature, TestOutcome, TestResult, Thaw, VectorSample,
};
pub use record::{
    Approval, Assessment, CaseReport, CaseReportKind, Choice, ClosedLevelChoice, Consent, Delegation, Departure,
    EligibilityItem, EmergencyRelease, Entered, Entry, ItemGate, Lymphodepletion, Measured, Met, OpenLevel, Order,
    OrderedBag, Pause, ProtocolDeviation, Recipient, Resume, Scope, Screening, SignedDecision, Slot, Unread,
    UnreadWords, Withdrawal,
};
pub use records::{ConductRecords, SubjectConduct};
pub use schedule::{PlannedVisit, VisitStanding, derive_schedule};
pub use screening_log::{
    FailureReason, ReasonTotal, ScreeningLine, ScreeningOutcome, ScreeningTotals, Step, count_screening,
    derive_screening,
};
pub use stage::{Stage, derive_stage};
pub use tasks::{Task, Urgency, Work, derive_tasks, deviations_to_record, next_gate};
pub use version::SiteVersion;
