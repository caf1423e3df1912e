//! Subject data as typed records, whatever file or form they came from.

mod baseline;
mod check;
mod course;
mod cut;
mod data;
mod date;
mod event;
mod finding;
mod group;
mod record;
mod subject;

pub use crate::protocol::ScoreKind;
pub use baseline::{BaselineEnd, baseline_end};
pub use check::check_study;
pub use course::{failed_screening, is_screen_failure};
pub use data::{DatasetRead, EnteredHalt, StudyData, TextColumn};
pub use date::{Clock, DateError, PartialDate, When, days_between, zone_of};
pub use event::{EventDetails, InitialGrade, SafetyReport, SeriousCriteria};
pub use finding::{Blocks, Finding, Rule};
pub use group::{FindingGroup, group_findings, named_first};
pub use record::{Dataset, RecordId, SubjectId};
pub use subject::{
    Adjudication, AdverseEvent, Amount, Causality, Contact, Death, Deviation, Disposition, DispositionReason,
    EventOutcome, Exposure, History, Infusion, Judged, Lab, Lesion, LesionResult, LesionRole, Level, Lifted,
    Measurement, Medication, MedicationClass, Milestone, Procedure, Published, PublishedUnit, ResponsePart,
    ResponseRecord, Score, Sex, Subject, Syndrome, ToxicityFinding, Vital,
};
