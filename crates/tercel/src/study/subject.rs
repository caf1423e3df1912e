//! What is known of one subject: typed records, each with the identity of the row it came from.

use super::{EventDetails, RecordId, SubjectId, When};
use crate::grade::Grade;
use crate::language::{Words, both};
use crate::protocol::{Cells, DoseLevel, Relatedness, ScoreKind};
use crate::response::{Criteria, Cytology, Immune, NonTarget, Overall, Target};

/// Sex as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// One subject with all its records, each list in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Identifier.
    pub id: SubjectId,
    /// The demography record.
    pub record: RecordId,
    /// Site, where recorded.
    pub site: Option<String>,
    /// Age in years at consent.
    pub age: Option<f64>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Dose level assigned, from the planned arm.
    pub level: Option<DoseLevel>,
    /// Whether the subject-level record says that screening failed; see [`Subject::screen_failure`].
    pub screened_out: bool,
    /// Whether the subject is said to be dead on no day at all.
    pub died_undated: bool,
    /// Informed consent.
    pub consent: Vec<Milestone>,
    /// Other protocol milestones (eligibility, enrolment).
    pub milestones: Vec<Milestone>,
    /// Medical history.
    pub history: Vec<History>,
    /// ECOG performance status and Child-Pugh score.
    pub scores: Vec<Score>,
    /// Procedures: collection and others.
    pub procedures: Vec<Procedure>,
    /// Medications, transfusions, bridging and new anticancer therapy.
    pub medications: Vec<Medication>,
    /// Lymphodepletion doses.
    pub lymphodepletion: Vec<Exposure>,
    /// CAR-T infusions.
    pub infusions: Vec<Infusion>,
    /// Infusions whose date is blank or cannot be read.
    pub undated_infusions: Vec<RecordId>,
    /// Vital signs.
    pub vitals: Vec<Vital>,
    /// Adverse events.
    pub adverse_events: Vec<AdverseEvent>,
    /// Laboratory results.
    pub labs: Vec<Lab>,
    /// Serum biomarker.
    pub biomarker: Vec<Level>,
    /// CAR transgene copies in blood, copies/µg DNA.
    pub copies: Vec<Level>,
    /// CAR-T cells in blood, cells/µL.
    pub counts: Vec<Level>,
    /// Findings that grade CRS and ICANS.
    pub toxicity: Vec<ToxicityFinding>,
    /// Lesion identification.
    pub lesions: Vec<Lesion>,
    /// Lesion measurements.
    pub measurements: Vec<Measurement>,
    /// Response assessments by an evaluator.
    pub responses: Vec<ResponseRecord>,
    /// What those responses are made of, by the same evaluator.
    pub response_parts: Vec<ResponsePart>,
    /// Protocol deviations.
    pub deviations: Vec<Deviation>,
    /// Visits and contacts that took place.
    pub contacts: Vec<Contact>,
    /// How the subject left the study or a part of it.
    pub dispositions: Vec<Disposition>,
    /// DLT adjudications.
    pub adjudications: Vec<Adjudication>,
    /// Halts of enrolment that the committee lifted, knowing of this subject.
    pub lifted: Vec<Lifted>,
    /// Death.
    pub death: Option<Death>,
    /// Published analysis values without calendar dates, where that is all there is.
    pub published: Vec<Published>,
}

impl Subject {
    /// A subject of whom only the subject-level record is known.
    pub fn known_by(record: RecordId) -> Self {
        Self {
            id: record.subject.clone(),
            record,
            site: None,
            age: None,
            sex: None,
            level: None,
            screened_out: false,
            died_undated: false,
            consent: Vec::new(),
            milestones: Vec::new(),
            history: Vec::new(),
            scores: Vec::new(),
            procedures: Vec::new(),
            medications: Vec::new(),
            lymphodepletion: Vec::new(),
            infusions: Vec::new(),
            undated_infusions: Vec::new(),
            vitals: Vec::new(),
            adverse_events: Vec::new(),
            labs: Vec::new(),
            biomarker: Vec::new(),
            copies: Vec::new(),
            counts: Vec::new(),
            toxicity: Vec::new(),
            lesions: Vec::new(),
            measurements: Vec::new(),
            responses: Vec::new(),
            response_parts: Vec::new(),
            deviations: Vec::new(),
            contacts: Vec::new(),
            dispositions: Vec::new(),
            adjudications: Vec::new(),
            lifted: Vec::new(),
            death: None,
            published: Vec::new(),
        }
    }
}

/// A milestone such as consent.
#[derive(Debug, Clone, PartialEq)]
pub struct Milestone {
    /// Record.
    pub record: RecordId,
    /// Term as coded.
    pub term: String,
    /// When.
    pub when: Option<When>,
}

/// A condition in the medical history.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Record.
    pub record: RecordId,
    /// Term.
    pub term: String,
    /// When it began.
    pub start: Option<When>,
}

/// A clinical score.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Record.
    pub record: RecordId,
    /// Which.
    pub kind: ScoreKind,
    /// Value.
    pub value: f64,
    /// When.
    pub when: When,
}

/// A procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct Procedure {
    /// Record.
    pub record: RecordId,
    /// Name.
    pub name: String,
    /// Whether it is the study's PBMC collection.
    pub collection: bool,
    /// When it began.
    pub start: When,
}

/// What a medication is given for, as far as outcomes depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MedicationClass {
    /// Anticancer therapy between collection and infusion.
    Bridging,
    /// Anticancer therapy after infusion.
    NewTherapy,
    /// Tocilizumab or another anticytokine agent.
    Anticytokine,
    /// Systemic corticosteroid.
    Steroid,
    /// Growth factor.
    GrowthFactor,
    /// Blood product.
    Transfusion,
    /// Any other.
    Other,
}

/// A medication or transfusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Medication {
    /// Record.
    pub record: RecordId,
    /// Name.
    pub name: String,
    /// Class.
    pub class: MedicationClass,
    /// When it began.
    pub start: Option<When>,
    /// When it ended.
    pub end: Option<When>,
}

/// A dose of lymphodepletion.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    /// Record.
    pub record: RecordId,
    /// Agent.
    pub name: String,
    /// When it began.
    pub start: When,
}

/// A CAR-T infusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Infusion {
    /// Record.
    pub record: RecordId,
    /// When.
    pub when: When,
    /// Planned cells, where the data state them; otherwise the group's.
    pub planned: Option<Cells>,
    /// Cells actually infused.
    pub actual: Option<Cells>,
}

/// A vital sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Vital {
    /// Record.
    pub record: RecordId,
    /// Test code.
    pub test: String,
    /// Value.
    pub value: f64,
    /// Unit as written.
    pub unit: String,
    /// When.
    pub when: When,
}

/// Relatedness of an event to each procedure and treatment of the study, and to what else may have caused it; `None` where
/// not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Causality {
    /// To the CAR-T infusion.
    pub infusion: Option<Relatedness>,
    /// To lymphodepletion.
    pub lymphodepletion: Option<Relatedness>,
    /// To PBMC collection.
    pub collection: Option<Relatedness>,
    /// To bridging therapy.
    pub bridging: Option<Relatedness>,
    /// To the disease under study.
    pub disease: Option<Relatedness>,
    /// To any other cause.
    pub other: Option<Relatedness>,
}

impl Causality {
    /// The strongest relation recorded to anything the study does; `None` where none is recorded.
    pub fn strongest(self) -> Option<Relatedness> {
        [self.infusion, self.lymphodepletion, self.collection, self.bridging]
            .into_iter()
            .flatten()
            .max()
    }
}

/// How an adverse event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOutcome {
    /// Recovered, with or without sequelae.
    Recovered,
    /// Not recovered, or recovering.
    Ongoing,
    /// Fatal.
    Fatal,
    /// Unknown or not recorded.
    Unknown,
}

/// An adverse event.
#[derive(Debug, Clone, PartialEq)]
pub struct AdverseEvent {
    /// Record.
    pub record: RecordId,
    /// Reported term.
    pub term: String,
    /// Dictionary term, where coded.
    pub preferred_term: Option<String>,
    /// System organ class, where coded.
    pub organ_class: Option<String>,
    /// Grade as recorded by the investigator: CTCAE, or ASTCT for CRS and ICANS.
    pub grade: Option<Grade>,
    /// Whether serious.
    pub serious: Option<bool>,
    /// Relatedness.
    pub causality: Causality,
    /// Onset.
    pub start: Option<When>,
    /// End.
    pub end: Option<When>,
    /// Outcome.
    pub outcome: EventOutcome,
    /// What safety reports ask beyond that.
    pub details: EventDetails,
}

/// A laboratory result.
#[derive(Debug, Clone, PartialEq)]
pub struct Lab {
    /// Record.
    pub record: RecordId,
    /// Test code (`ALT`).
    pub test: String,
    /// Value; `None` for a result that is not a number.
    pub value: Option<f64>,
    /// Whether a result stands there that is no number, so that nobody knows what was measured.
    pub unread: bool,
    /// Unit as written.
    pub unit: String,
    /// Lower limit of normal.
    pub lln: Option<f64>,
    /// Upper limit of normal.
    pub uln: Option<f64>,
    /// Sampling time.
    pub when: When,
    /// Clinically significant in the investigator's judgement.
    pub significant: Option<bool>,
    /// Number of the adverse event it is linked to, where recorded.
    pub event: Option<u32>,
}

/// A measured level, or the fact that it was below quantification.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// A quantified value.
    Quantified(f64),
    /// Below the lower limit of quantification, which is given where known.
    Below(Option<f64>),
}

impl Amount {
    /// The value, if quantified.
    pub const fn quantified(self) -> Option<f64> {
        match self {
            Self::Quantified(value) => Some(value),
            Self::Below(_) => None,
        }
    }
}

/// A level of biomarker, transgene or cells in blood.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Record.
    pub record: RecordId,
    /// Amount in the analyte's base unit.
    pub amount: Amount,
    /// Sampling time.
    pub when: When,
}

/// The syndrome a finding belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syndrome {
    /// Cytokine release syndrome.
    Crs,
    /// Immune effector cell-associated neurotoxicity syndrome.
    Icans,
}

/// One item of a CRS or ICANS assessment, as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct ToxicityFinding {
    /// Record.
    pub record: RecordId,
    /// Which toxicity.
    pub toxicity: Syndrome,
    /// Item code (`TEMP`, `ICE`, `TOXGR`).
    pub item: String,
    /// Result as written.
    pub result: String,
    /// When.
    pub when: When,
}

/// Role of a lesion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LesionRole {
    /// Target.
    Target,
    /// Non-target.
    NonTarget,
    /// New.
    New,
}

/// Identification of a lesion.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesion {
    /// Record.
    pub record: RecordId,
    /// Identifier that links measurements to it.
    pub link: String,
    /// Role.
    pub role: LesionRole,
    /// Whether it is a lymph node.
    pub node: bool,
    /// Where it lies, in capitals; blank where that is not recorded.
    pub place: String,
    /// The lesions it stands for: one where it is a part of a lesion that split, several where they merged into it.
    pub stands_for: Vec<String>,
    /// When identified.
    pub when: Option<When>,
}

/// What a lesion record says.
#[derive(Debug, Clone, PartialEq)]
pub enum LesionResult {
    /// Diameter in mm: longest for a lesion, short axis for a node.
    Diameter(f64),
    /// Viable (arterially enhancing) diameter in mm.
    ViableDiameter(f64),
    /// Cytology of fluid.
    Cytology(Cytology),
    /// State in words (`ABSENT`, `PRESENT`, `UNEQUIVOCAL PROGRESSION`).
    State(String),
}

/// A measurement of a lesion.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Record.
    pub record: RecordId,
    /// Lesion it belongs to.
    pub link: String,
    /// Visit name.
    pub visit: String,
    /// What was found; `None`: not evaluable.
    pub result: Option<LesionResult>,
    /// Scan date.
    pub when: When,
}

/// An overall response as an evaluator recorded it.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseRecord {
    /// Record.
    pub record: RecordId,
    /// Criteria, as written.
    pub criteria: String,
    /// Response; for iUPD and iCPD it is PD.
    pub overall: Overall,
    /// Response, where it was recorded by iRECIST.
    pub immune: Option<Immune>,
    /// Date of assessment.
    pub when: When,
}

impl ResponseRecord {
    /// Whether it was read by these criteria; one that names none is by those of the protocol, `main`.
    pub fn is_by(&self, criteria: Criteria, main: Criteria) -> bool {
        if self.criteria.is_empty() {
            return criteria == main;
        }
        self.criteria
            .to_uppercase()
            .starts_with(&criteria.to_string().to_uppercase())
    }

    /// The response as it was written.
    pub fn response(&self) -> String {
        self.immune
            .map_or_else(|| self.overall.to_string(), |immune| immune.to_string())
    }
}

/// A part of a response, as an evaluator recorded it.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponsePart {
    /// Record.
    pub record: RecordId,
    /// Criteria, as written.
    pub criteria: String,
    /// What was judged, and how.
    pub judged: Judged,
    /// Response, where it was recorded by iRECIST.
    pub immune: Option<Immune>,
    /// Date of assessment.
    pub when: When,
}

impl ResponsePart {
    /// The part as it was written: a category, `Y` or `N`.
    pub fn response(&self) -> String {
        match (self.immune, self.judged) {
            (Some(immune), Judged::Target(_) | Judged::NonTarget(_)) => immune.to_string(),
            (None, Judged::Target(target)) => target.to_string(),
            (None, Judged::NonTarget(non_target)) => non_target.to_string(),
            (_, Judged::NewLesions(seen)) => if seen { "Y" } else { "N" }.to_owned(),
        }
    }

    /// The part and how it was judged.
    pub fn words(&self) -> Words {
        let response = self.response();
        match self.judged {
            Judged::Target(_) => both!("target response {response}", "靶病灶疗效{response}"),
            Judged::NonTarget(_) => both!("non-target response {response}", "非靶病灶疗效{response}"),
            Judged::NewLesions(true) => both!("new lesions", "有新病灶"),
            Judged::NewLesions(false) => both!("no new lesions", "无新病灶"),
        }
    }
}

/// What the overall response of an assessment is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// The target lesions.
    Target(Target),
    /// The non-target lesions.
    NonTarget(NonTarget),
    /// Whether there are new lesions.
    NewLesions(bool),
}

/// A protocol deviation.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// Record.
    pub record: RecordId,
    /// Description.
    pub term: String,
    /// When.
    pub when: Option<When>,
}

/// A visit or contact at which the subject was known to be alive.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Record.
    pub record: RecordId,
    /// Visit name or kind of contact.
    pub name: String,
    /// When.
    pub when: When,
}

/// Why a subject stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DispositionReason {
    /// Withdrew consent or was withdrawn.
    Withdrawal,
    /// Lost to follow-up.
    Lost,
    /// Died.
    Death,
    /// Completed.
    Completed,
    /// Any other reason.
    Other,
}

/// A disposition event.
#[derive(Debug, Clone, PartialEq)]
pub struct Disposition {
    /// Record.
    pub record: RecordId,
    /// Coded term.
    pub term: String,
    /// What it means for follow-up.
    pub reason: DispositionReason,
    /// When.
    pub when: Option<When>,
}

/// A verdict on DLT by a person or committee.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjudication {
    /// Record.
    pub record: RecordId,
    /// Who judged.
    pub evaluator: String,
    /// Whether it is a DLT.
    pub dlt: bool,
    /// When.
    pub when: Option<When>,
    /// What there was to judge when it was signed ([`Verdict::known`](crate::dlt::Verdict::known)); `None` where it is not said.
    pub covers: Option<Vec<String>>,
}

/// The committee's decision to go on after a halt of enrolment.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifted {
    /// Record.
    pub record: RecordId,
    /// Who decided.
    pub evaluator: String,
    /// When.
    pub when: Option<When>,
    /// What had set off the halt when it was signed, as [`halting`](crate::dlt::halting) names it; `None` where it is not said.
    pub covers: Option<Vec<String>>,
}

/// Death of the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Death {
    /// Record.
    pub record: RecordId,
    /// When.
    pub when: When,
}

/// One value of a published analysis dataset: a duration with or without an event, or a classification.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Record.
    pub record: RecordId,
    /// Parameter code (`PFS`, `OS`, `BOR`).
    pub parameter: String,
    /// Parameter in words.
    pub label: String,
    /// Numeric value, in `unit`.
    pub value: Option<f64>,
    /// Unit of the value.
    pub unit: Option<PublishedUnit>,
    /// Value as text.
    pub text: Option<String>,
    /// Censored (`true`), event (`false`), or not recorded.
    pub censored: Option<bool>,
}

/// Unit of a published duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishedUnit {
    /// Days.
    Days,
    /// Months.
    Months,
}
