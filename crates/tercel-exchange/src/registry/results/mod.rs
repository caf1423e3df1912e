//! The results of a study as the registry takes them: participant flow, baseline, outcomes, adverse events.
//!
//! [`build_results`] makes them of an analysis, [`read_results`] of a record of ClinicalTrials.gov that has results (API
//! version 2), and [`write_results`] writes either as the XML that the registry's protocol registration system takes
//! (`RRSUploadSchema.xsd`, version 2017.04.18). Numbers are texts, as in the record and in the XML: what a reader of the
//! report sees is what is uploaded.
//!
//! Words of pick lists are the registry's display values (`Count of Participants`, `95% Confidence Interval`).

mod digits;
mod matching;
mod read;
mod study;
mod write;

pub use digits::written;
pub use matching::{Matched, match_outcomes};
pub use read::{ResultsError, read_results};
pub use study::{Origins, ResultsOptions, build_results};
pub use write::write_results;

/// What stands where a value is not estimable; a comment says why.
pub const NOT_AVAILABLE: &str = "NA";

/// All results of a study; `None`: not reported here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Results {
    /// Who took part and how far.
    pub flow: Option<Flow>,
    /// Who they were.
    pub baseline: Option<Baseline>,
    /// Outcome measures, in the record's order.
    pub outcomes: Vec<OutcomeMeasure>,
    /// Adverse events and deaths.
    pub events: Option<ReportedEvents>,
    /// Limitations and caveats.
    pub limitations: Option<String>,
    /// Agreement with the investigators on publication.
    pub agreement: Option<Agreement>,
    /// Whom to ask.
    pub contact: Option<Contact>,
}

/// A group of participants, named within one section.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Identifier (`OG000`).
    pub id: String,
    /// Title.
    pub title: String,
    /// Description; empty where there is none.
    pub description: String,
}

/// Participant flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flow {
    /// What came before assignment.
    pub pre_assignment: Option<String>,
    /// How participants were recruited.
    pub recruitment: Option<String>,
    /// What is counted beside participants.
    pub units: Option<String>,
    /// Groups; a participant is in one.
    pub groups: Vec<Group>,
    /// Periods, in order.
    pub periods: Vec<Period>,
}

/// A period of participant flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Period {
    /// Title.
    pub title: String,
    /// Who began it.
    pub started: Milestone,
    /// What was reached in it.
    pub milestones: Vec<Milestone>,
    /// Who ended it as planned.
    pub completed: Milestone,
    /// Why the others did not.
    pub reasons: Vec<Reason>,
}

/// Something participants reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Milestone {
    /// Title; empty for the start and the end of a period.
    pub title: String,
    /// Comment.
    pub comment: Option<String>,
    /// By group.
    pub counts: Vec<FlowCount>,
}

/// Participants of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowCount {
    /// Group.
    pub group: String,
    /// Number of participants; `None` where it is not known.
    pub subjects: Option<String>,
    /// Number of units.
    pub units: Option<String>,
    /// Comment; without a number, why there is none.
    pub comment: Option<String>,
}

/// Why participants did not complete a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reason {
    /// The registry's word (`Death`), or [`Reason::OTHER`].
    pub kind: String,
    /// The reason in words, where it is another.
    pub other: Option<String>,
    /// By group.
    pub counts: Vec<FlowCount>,
}

impl Reason {
    /// Any reason the registry has no word for.
    pub const OTHER: &'static str = "Other";
    /// The registry's words.
    pub const KINDS: [&'static str; 9] = [
        "Adverse Event",
        "Death",
        "Lack of Efficacy",
        "Lost to Follow-up",
        "Physician Decision",
        "Pregnancy",
        "Protocol Violation",
        "Withdrawal by Subject",
        Self::OTHER,
    ];
}

/// Baseline characteristics.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// Whom they describe.
    pub population: Option<String>,
    /// What is counted beside participants.
    pub units: Option<String>,
    /// Groups with the number of participants in each.
    pub groups: Vec<(Group, Denominator)>,
    /// All groups together.
    pub total: Option<(Group, Denominator)>,
    /// Characteristics.
    pub measures: Vec<BaselineMeasure>,
}

/// A baseline characteristic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BaselineMeasure {
    /// The registry's name (`Age, Continuous`), or [`BaselineMeasure::OTHER`].
    pub kind: String,
    /// Title, where it is specific to the study.
    pub title: Option<String>,
    /// Values.
    pub measure: Measure,
}

impl BaselineMeasure {
    /// A characteristic specific to the study.
    pub const OTHER: &'static str = "Other";
    /// The registry's names.
    pub const KINDS: [&'static str; 11] = [
        "Age, Continuous",
        "Age, Categorical",
        "Age, Customized",
        "Sex: Female, Male",
        "Sex/Gender, Customized",
        "Ethnicity (NIH/OMB)",
        "Race (NIH/OMB)",
        "Race/Ethnicity, Customized",
        "Race and Ethnicity Not Collected",
        "Region of Enrollment",
        Self::OTHER,
    ];
}

/// How many of a group were analysed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Denominator {
    /// Participants.
    pub subjects: Option<String>,
    /// Units, where they are analysed.
    pub units: Option<String>,
}

/// What is measured, with its values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measure {
    /// Description.
    pub description: Option<String>,
    /// Who was analysed.
    pub population: Option<String>,
    /// Kind of number (`Count of Participants`).
    pub parameter: Option<String>,
    /// Kind of spread (`95% Confidence Interval`).
    pub dispersion: Option<String>,
    /// Level of an interval that is none of the registry's, in percent.
    pub level: Option<String>,
    /// Unit.
    pub unit: Option<String>,
    /// Whether the registry works out percentages.
    pub percent: Option<bool>,
    /// Whether participants or units are counted.
    pub analysed: Option<String>,
    /// Rows.
    pub rows: Vec<Row>,
}

/// A row of a measure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Title; empty where the measure has one row.
    pub title: String,
    /// By group.
    pub values: Vec<RowValue>,
}

/// The entries of a group in a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowValue {
    /// Group.
    pub group: String,
    /// How many were analysed in this row, where that differs from the group's.
    pub analysed: Option<Denominator>,
    /// One entry, or one a category.
    pub entries: Vec<Entry>,
}

/// A number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Category; empty where there is one.
    pub category: String,
    /// Value, or [`NOT_AVAILABLE`].
    pub value: Option<String>,
    /// Spread as one number.
    pub spread: Option<String>,
    /// Lower limit.
    pub lower: Option<String>,
    /// Upper limit.
    pub upper: Option<String>,
    /// Why something is not available.
    pub comment: Option<String>,
}

/// An outcome measure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutcomeMeasure {
    /// Rank: `Primary`, `Secondary`, `Other Pre-specified` or `Post-Hoc`.
    pub rank: String,
    /// Title.
    pub title: String,
    /// Time frame.
    pub time_frame: String,
    /// Values.
    pub measure: Measure,
    /// What is counted beside participants.
    pub units: Option<String>,
    /// Groups with the number analysed.
    pub groups: Vec<(Group, Denominator)>,
    /// Statistical analyses.
    pub analyses: Vec<MeasureAnalysis>,
    /// Month from which results are expected, where there are none yet (`2027-03`).
    pub expected: Option<String>,
}

/// A statistical analysis of an outcome measure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeasureAnalysis {
    /// Groups analysed.
    pub groups: Vec<String>,
    /// Lower limit of the interval.
    pub lower: Option<String>,
    /// Sides of the interval: `1-Sided` or `2-Sided`.
    pub sides: Option<String>,
    /// Level of the interval in percent.
    pub level: Option<String>,
    /// Upper limit of the interval.
    pub upper: Option<String>,
    /// Why there is no upper limit.
    pub upper_comment: Option<String>,
    /// Kind of spread of the estimate.
    pub dispersion: Option<String>,
    /// Spread of the estimate.
    pub dispersion_value: Option<String>,
    /// Comment on the estimate.
    pub estimate_comment: Option<String>,
    /// Comment on the choice of groups.
    pub group_comment: Option<String>,
    /// Comment on non-inferiority.
    pub non_inferiority: Option<String>,
    /// An analysis in words.
    pub other: Option<String>,
    /// Name of a method that is none of the registry's.
    pub other_method: Option<String>,
    /// Name of a parameter that is none of the registry's.
    pub other_parameter: Option<String>,
    /// Parameter estimated.
    pub parameter: String,
    /// Estimate.
    pub value: Option<String>,
    /// P value.
    pub p_value: Option<String>,
    /// Comment on it.
    pub p_comment: Option<String>,
    /// Method.
    pub method: Option<String>,
    /// Comment on the method.
    pub method_comment: Option<String>,
    /// Type of the test.
    pub test_type: Option<String>,
}

/// Adverse events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportedEvents {
    /// Comment on deaths.
    pub mortality_comment: Option<String>,
    /// How events were asked for.
    pub assessment: Option<String>,
    /// Percentage of a group above which events that are not serious are reported.
    pub threshold: Option<String>,
    /// Time frame.
    pub time_frame: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// Dictionary.
    pub vocabulary: Option<String>,
    /// Groups.
    pub groups: Vec<EventGroup>,
    /// Serious events.
    pub serious: Vec<EventRow>,
    /// Other events.
    pub others: Vec<EventRow>,
}

/// A group with its totals.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventGroup {
    /// Group.
    pub group: Group,
    /// Deaths of any cause.
    pub deaths: Option<String>,
    /// Participants at risk of them.
    pub deaths_at_risk: Option<String>,
    /// Participants with a serious event.
    pub serious: Option<String>,
    /// Participants at risk of one.
    pub serious_at_risk: Option<String>,
    /// Participants with another event.
    pub others: Option<String>,
    /// Participants at risk of one.
    pub others_at_risk: Option<String>,
}

/// An event by group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventRow {
    /// Term.
    pub term: String,
    /// System organ class; `None` where the term is not coded.
    pub organ_class: Option<String>,
    /// How it was asked for, where that differs.
    pub assessment: Option<String>,
    /// Dictionary, where that differs.
    pub vocabulary: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// By group.
    pub counts: Vec<EventCount>,
}

/// An event in a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventCount {
    /// Group.
    pub group: String,
    /// Number of events.
    pub events: Option<String>,
    /// Participants affected.
    pub affected: Option<String>,
    /// Participants at risk.
    pub at_risk: Option<String>,
}

/// Agreement with the principal investigators.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Agreement {
    /// Whether all are employees of the sponsor.
    pub employees: Option<bool>,
    /// Whether an agreement restricts what they may publish.
    pub restrictive: Option<bool>,
    /// How (`LTE60`, `GT60`, `OTHER` in the record).
    pub restriction: Option<String>,
    /// The agreement in words.
    pub details: Option<String>,
}

/// Whom to ask about the results.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// Name or title.
    pub title: Option<String>,
    /// Organisation.
    pub organization: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Its extension.
    pub extension: Option<String>,
    /// E-mail.
    pub email: Option<String>,
}
