//! Adverse events as a safety report reads them.
//!
//! # What it derives
//! For each event: whether it emerged after the start of lymphodepletion and after the CAR-T infusion, whether it became
//! worse, what it is related to, whether it is serious and by which criteria, whether it is of special interest or fatal.
//! Tables count subjects by their worst grade and events apart ([`SafetyTable`]).
//!
//! # Source
//! `docs/methods.md`, "Adverse events in the report"; emergence in [`derive_emergence`].
//!
//! # Formula
//! Related: the recorded relation reaches the protocol's least relatedness. A relation that is not recorded counts as
//! related. Serious: recorded as serious. Fatal: grade 5, a fatal outcome, or death ticked as the criterion.
//!
//! # Example
//! An event without `AEREL` counts as related to the CAR-T cells, and the table says how many such there are.
//!
//! # Limits
//! An event of special interest belongs to the first kind of the protocol that holds it.

mod case;
mod check;
mod clock;
mod emergence;
mod interest;
mod occurrence;
mod table;

pub use case::{Awaited, Case, Due, NumberedReport, ReportClock, derive_cases};
pub use check::check_safety;
pub use clock::{Deadline, Expectedness, Standing, derive_deadlines, derive_expectedness, is_urgent, required_reports};
pub use emergence::{Emergence, Emergent, NotEmergent, derive_emergence, is_certainly_before};
pub use occurrence::derive_occurrences;
pub use table::{Part, Population, Row, SafetyTable, Tables, derive_tables};

use crate::endpoint::Facts;
use crate::grade::Grade;
use crate::protocol::{Interest, Relatedness};
use crate::study::{AdverseEvent, EventOutcome, InitialGrade, RecordId};

/// The treatment whose start an event is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// First dose of lymphodepletion.
    Lymphodepletion,
    /// First CAR-T infusion.
    Infusion,
}

impl Reference {
    /// Both, in order of time.
    pub const ALL: [Self; 2] = [Self::Lymphodepletion, Self::Infusion];

    /// Name in identifiers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lymphodepletion => "lymphodepletion",
            Self::Infusion => "infusion",
        }
    }
}

/// Whether an event is related to one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// At least as closely as the protocol asks.
    Related,
    /// Less closely, or not at all.
    NotRelated,
    /// Nothing is recorded, so it cannot be excluded.
    NotRecorded,
}

impl Relation {
    fn of(recorded: Option<Relatedness>, least: Relatedness) -> Self {
        match recorded {
            Some(relation) if relation >= least => Self::Related,
            Some(_) => Self::NotRelated,
            None => Self::NotRecorded,
        }
    }

    /// Whether it counts as related.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Related | Self::NotRecorded)
    }
}

/// Relation of an event to each of its possible causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Related {
    /// To PBMC collection.
    pub collection: Relation,
    /// To lymphodepletion.
    pub lymphodepletion: Relation,
    /// To bridging therapy.
    pub bridging: Relation,
    /// To the CAR-T cells.
    pub infusion: Relation,
    /// To the disease.
    pub disease: Relation,
    /// To any other cause.
    pub other: Relation,
    /// To anything the study does: the strongest of collection, lymphodepletion, bridging and CAR-T cells.
    pub study: Relation,
}

impl Related {
    /// Each cause with its name.
    pub const fn each(self) -> [(&'static str, Relation); 6] {
        [
            ("collection", self.collection),
            ("lymphodepletion", self.lymphodepletion),
            ("bridging", self.bridging),
            ("CAR-T cells", self.infusion),
            ("disease", self.disease),
            ("other cause", self.other),
        ]
    }
}

/// One adverse event with what was derived from it.
#[derive(Debug, Clone, PartialEq)]
pub struct SafetyEvent<'a> {
    /// The record.
    pub event: &'a AdverseEvent,
    /// After the start of lymphodepletion.
    pub after_lymphodepletion: Emergence,
    /// After the CAR-T infusion.
    pub after_infusion: Emergence,
    /// Grade at onset and worst grade, where both are recorded and the second is higher.
    pub worsened: Option<(Grade, Grade)>,
    /// What it is related to.
    pub related: Related,
    /// Whether it is serious; `None` where not recorded.
    pub serious: Option<bool>,
    /// Kind of special interest.
    pub interest: Option<&'a Interest>,
    /// Whether it led to death.
    pub fatal: bool,
    /// Records it rests on: its own, the treatments it is held against, the death.
    pub records: Vec<RecordId>,
}

impl SafetyEvent<'_> {
    /// Whether it emerged under the treatment.
    pub const fn emergence(&self, reference: Reference) -> Emergence {
        match reference {
            Reference::Lymphodepletion => self.after_lymphodepletion,
            Reference::Infusion => self.after_infusion,
        }
    }

    /// Dictionary term where coded, otherwise the reported one.
    pub fn term(&self) -> &str {
        event_term(self.event)
    }
}

/// Dictionary term where coded, otherwise the reported one.
pub fn event_term(event: &AdverseEvent) -> &str {
    let coded = event.preferred_term.as_deref().filter(|term| !term.trim().is_empty());
    coded.unwrap_or(&event.term).trim()
}

/// The events of a subject, in the order recorded.
pub fn derive_events<'a>(facts: &Facts<'a>) -> Vec<SafetyEvent<'a>> {
    facts
        .subject
        .adverse_events
        .iter()
        .map(|event| derive_event(facts, event))
        .collect()
}

fn derive_event<'a>(facts: &Facts<'a>, event: &'a AdverseEvent) -> SafetyEvent<'a> {
    let subject = facts.subject;
    let depletion = subject.lymphodepletion.first();
    let died = subject.died();
    let emergence = |reference| derive_emergence(event, reference, died.map(|(when, _)| when));
    let fatal = is_fatal(event);
    let mut records = vec![event.record.clone()];
    records.extend(depletion.map(|dose| dose.record.clone()));
    records.extend(facts.infusion.map(|infusion| infusion.record.clone()));
    records.extend(died.filter(|_| fatal).map(|(_, record)| record.clone()));
    SafetyEvent {
        event,
        after_lymphodepletion: emergence(depletion.map(|dose| dose.start)),
        after_infusion: emergence(facts.infusion.map(|infusion| infusion.when)),
        worsened: worsened(event),
        related: related(facts.trial.safety.relatedness, event),
        serious: event.serious,
        interest: interest::find(facts, event),
        fatal,
        records,
    }
}

/// Whether an event led to death.
pub(crate) fn is_fatal(event: &AdverseEvent) -> bool {
    event.grade == Some(Grade::G5) || event.outcome == EventOutcome::Fatal || event.details.criteria.death == Some(true)
}

fn worsened(event: &AdverseEvent) -> Option<(Grade, Grade)> {
    match (event.details.initial_grade, event.grade) {
        (InitialGrade::Recorded(initial), Some(worst)) => (initial < worst).then_some((initial, worst)),
        (InitialGrade::Missing | InitialGrade::NotCollected, _) | (InitialGrade::Recorded(_), None) => None,
    }
}

fn related(least: Relatedness, event: &AdverseEvent) -> Related {
    let causality = event.causality;
    let relation = |recorded| Relation::of(recorded, least);
    Related {
        collection: relation(causality.collection),
        lymphodepletion: relation(causality.lymphodepletion),
        bridging: relation(causality.bridging),
        infusion: relation(causality.infusion),
        disease: relation(causality.disease),
        other: relation(causality.other),
        study: relation(causality.strongest()),
    }
}
