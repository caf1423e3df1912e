//! The trial protocol: typed, checked, every assumption named.
//!
//! [`parse_protocol`] reads `protocol.toml` and reports all its mistakes together, each with line, column and what to
//! write instead. What the registry record does not state is an [`Assumption`] with its reason; a setting is either
//! listed as stated or explained by an assumption.

mod chinese;
mod conduct;
mod diagnostic;
mod difference;
mod file;
mod file_assumptions;
mod file_conduct;
mod file_escalation;
mod file_icsr;
mod file_measured;
mod file_outcomes;
mod file_rules;
mod file_safety;
mod icsr;
mod keys;
mod letters;
mod level;
mod log;
mod measured;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a TOML value is no domain enum: every other kind is wrong alike"
)]
mod reader;
mod rules;
mod safety;
mod settings;

use std::fmt;

use jiff::civil::Date;

pub use conduct::{
    Charter, ConductRules, ConsentVersion, EntryCriterion, GateItem, Limits, LongTerm, ReleaseTest, Specification,
    StudyTask,
};
pub use diagnostic::Diagnostic;
pub use difference::{Difference, protocol_differences};
pub use file::parse_protocol;
pub use icsr::{IcsrContact, IcsrRules, Qualification, SenderType};
pub use keys::{Key, KeyKind, protocol_keys};
pub use level::{Cells, DoseLevel, PerLevel};
pub use measured::{LabCondition, LabCriterion, LabRule, Multiple, ScoreCriterion, ScoreKind, ScoreRise};
pub use rules::{Criterion, EventClass, Exclusion, PauseRule, Persistence, Relatedness};
pub use safety::{Authority, CodingRules, Expected, Interest, ReferenceInformation, ReportingTimes, Stage};
pub use settings::SETTINGS;

use crate::design::{DesignName, Settings};
use crate::estimate::kinetics::{BlqRules, Method};
use crate::estimate::survival::ConfType;
use crate::grade::Scale;
use crate::grade::ctcae::Ctcae;
use crate::language::{Text, Words, both};
use crate::response::Criteria;

/// A whole protocol, as one version of the file states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Short identifier (`STUDYID` of synthetic data).
    pub id: String,
    /// Public title.
    pub title: String,
    /// The title in Chinese, where the protocol has it.
    pub title_zh: Option<String>,
    /// Registry number, where there is one.
    pub registry: Option<String>,
    /// The sponsor, where the protocol names one.
    pub sponsor: Option<String>,
    /// Primary objective in a sentence, where the protocol has one.
    pub primary_objective: Option<String>,
    /// Country of every site (ISO 3166-1 alpha-3), where all are in one.
    pub country: Option<String>,
    /// Condition studied.
    pub condition: String,
    /// The condition in Chinese, where the protocol has it.
    pub condition_zh: Option<String>,
    /// Version of the protocol.
    pub version: String,
    /// Day from which this version is in force.
    pub version_date: Date,
    /// How treatments and procedures are named in the data.
    pub names: TreatmentNames,
    /// Dose groups, lowest first.
    pub dose_levels: PerLevel<DoseGroup>,
    /// Rule for the next dose.
    pub escalation: Escalation,
    /// Dose-limiting toxicity.
    pub dlt: DltRules,
    /// Entry limits checked against the data.
    pub eligibility: Eligibility,
    /// Analysis windows.
    pub windows: Windows,
    /// Planned visits.
    pub schedule: Vec<Visit>,
    /// Response evaluation.
    pub response: ResponseRules,
    /// Survival and interval methods.
    pub estimation: Estimation,
    /// Adverse-event attribution and the laboratory outcome.
    pub safety: SafetyRules,
    /// The dictionary adverse events are coded by.
    pub coding: CodingRules,
    /// Parties of individual case safety reports.
    pub icsr: IcsrRules,
    /// Kinetics and biomarker conventions.
    pub kinetics: KineticsRules,
    /// How a subject is conducted from consent to long-term follow-up; `None`: the protocol does not say.
    pub conduct: Option<ConductRules>,
    /// Outcomes of the record, in its order.
    pub outcomes: Vec<Outcome>,
    /// What the record leaves open, each with the choice made and its reason.
    pub assumptions: Vec<Assumption>,
}

impl Trial {
    /// The title in each language.
    pub fn title_words(&self) -> Words {
        Words::of_protocol(&self.title, self.title_zh.as_deref())
    }

    /// Label of a level, with its dose, as files and exports have it.
    pub fn level_label(&self, level: DoseLevel) -> String {
        self.level_words(level).en
    }

    /// Label of a level, with its dose.
    pub fn level_words(&self, level: DoseLevel) -> Words {
        let Some(group) = self.dose_levels.get(level) else {
            return both!("level {level}", "剂量水平{level}");
        };
        let (label, planned) = (group.words(), group.planned.words());
        Words {
            en: format!("{} ({})", label.en, planned.en),
            zh: format!("{}（{}）", label.zh, planned.zh),
        }
    }

    /// Levels whose amount is not known yet: the draft of a protocol has one where the registry record states none.
    pub fn placeholders(&self) -> Vec<DoseLevel> {
        let unknown = self
            .dose_levels
            .iter()
            .filter(|(_, group)| group.planned.is_placeholder());
        unknown.map(|(level, _)| level).collect()
    }

    /// The event class of this name.
    pub fn event_class(&self, id: &str) -> Option<&EventClass> {
        self.dlt.event_classes.iter().find(|class| class.id == id)
    }

    /// The scale that grades an event of these terms and system organ class: ASTCT for CRS and ICANS, the CTCAE for all else.
    pub fn scale_of(&self, terms: &[&str], organ_class: Option<&str>) -> Scale {
        let safety = &self.safety;
        let holds = |class: &str| {
            let class = self.event_class(class);
            class.is_some_and(|class| class.holds(&self.dlt.event_classes, terms, organ_class) == Some(true))
        };
        if holds(&safety.crs_class) || holds(&safety.icans_class) {
            Scale::Astct2019
        } else {
            Scale::Ctcae(safety.ctcae)
        }
    }
}

/// How the data name what this study does to a subject; compared without case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreatmentNames {
    /// Study treatment (the CAR-T infusion).
    pub infusion: Vec<String>,
    /// Lymphodepletion agents.
    pub lymphodepletion: Vec<String>,
    /// PBMC collection procedure.
    pub collection: Vec<String>,
    /// Test code of CAR transgene copies.
    pub copies: Vec<String>,
    /// Test code of CAR-T cell counts.
    pub counts: Vec<String>,
    /// Test code of the serum biomarker.
    pub biomarker: Vec<String>,
}

/// One dose group.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseGroup {
    /// Label in reports.
    pub label: String,
    /// The label in Chinese, where the protocol has it.
    pub label_zh: Option<String>,
    /// Arm code in the data.
    pub arm: String,
    /// Planned number of cells.
    pub planned: Cells,
}

impl DoseGroup {
    /// The label in each language.
    pub fn words(&self) -> Words {
        Words::of_protocol(&self.label, self.label_zh.as_deref())
    }
}

/// 3+3 variants: how the maximum tolerated dose is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreePlusThreeVariant {
    /// Storer 1989: the level below the one that failed is the MTD, however many were treated there.
    Storer,
    /// Six subjects at the MTD, but the top level is accepted at 0 of 3.
    KornTop3,
    /// Six subjects at the MTD, at the top level too.
    KornStrict,
}

/// The rule for the next dose, and how subjects are spaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Escalation {
    /// The design.
    pub design: DesignName,
    /// Its options.
    pub rule: Settings,
    /// Subjects in a cohort, where the design has cohorts.
    pub cohort_size: u32,
    /// Subjects planned in all; `None` where the design itself ends the trial.
    pub max_n: Option<u32>,
    /// End when the next cohort would stay at a level with this many subjects.
    pub stop_at: Option<u32>,
    /// Declare no maximum tolerated dose on fewer subjects than this.
    pub demand: Option<u32>,
    /// Stop when the lowest level exceeds the target with more than this probability, whatever the design.
    pub safety_stop: Option<f64>,
    /// Never go more than one level above the highest level tried, whatever the design.
    pub no_skipping: bool,
    /// Level of the first subject.
    pub start_level: DoseLevel,
    /// Days between the first and the second subject of a level.
    pub sentinel_days: u32,
    /// Days between later subjects of a level.
    pub next_subject_days: u32,
    /// Days from the last infusion of a level to the first of the next.
    pub next_level_days: u32,
}

/// Which moment the DLT window starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DltOrigin {
    /// The infusion, day 0.
    Infusion,
    /// The first day of lymphodepletion.
    Lymphodepletion,
}

/// What counts as a DLT, for whom and when.
#[derive(Debug, Clone, PartialEq)]
pub struct DltRules {
    /// Last day of the window after infusion, inclusive.
    pub window_days: u32,
    /// Start of the window.
    pub origin: DltOrigin,
    /// Least relatedness to the study treatment that counts.
    pub relatedness: Relatedness,
    /// Lowest actual dose, in percent of the group's, that is evaluable.
    pub dose_percent_min: f64,
    /// Highest actual dose, in percent of the group's, that is evaluable.
    pub dose_percent_max: f64,
    /// Named sets of events.
    pub event_classes: Vec<EventClass>,
    /// Criteria over adverse events.
    pub criteria: Vec<Criterion>,
    /// Criteria over laboratory values.
    pub lab_criteria: Vec<LabCriterion>,
    /// Criteria over recorded scores.
    pub score_criteria: Vec<ScoreCriterion>,
    /// Events that never count.
    pub exclusions: Vec<Exclusion>,
    /// What halts enrolment.
    pub pauses: Vec<PauseRule>,
}

/// Entry limits checked against the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Eligibility {
    /// Youngest age in years.
    pub age_min: f64,
    /// Oldest age in years.
    pub age_max: f64,
    /// Worst ECOG performance status.
    pub ecog_max: Option<f64>,
    /// Worst Child-Pugh score.
    pub child_pugh_max: Option<f64>,
}

/// End of the adverse-event window of a subject who is never infused (facts of the record: "within 28 days after the
/// study-related procedure or other treatment begins").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UninfusedEnd {
    /// So many days after the last study procedure.
    R1,
    /// So many days after the last study procedure or other treatment began.
    R2,
    /// R1, or the start of other treatment if earlier.
    R3,
}

/// Analysis windows.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    /// Adverse events count until so many calendar months after infusion.
    pub ae_months: u32,
    /// And for so many days in subjects who are never infused.
    pub ae_days_uninfused: u32,
    /// From which day those are counted.
    pub uninfused_end: UninfusedEnd,
    /// Half-width in days of the window of each time point, by months.
    pub time_points: Vec<TimePointWindow>,
}

impl Windows {
    /// Half-width of the window of a time point, in days; the widest stated one for a time point not listed.
    pub fn half_width(&self, months: u32) -> u32 {
        let listed = self.time_points.iter().find(|window| window.months == months);
        let widest = || self.time_points.iter().map(|window| window.half_width_days).max();
        listed.map(|window| window.half_width_days).or_else(widest).unwrap_or(0)
    }
}

/// Analysis window of one time point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimePointWindow {
    /// Calendar months after infusion.
    pub months: u32,
    /// Days either side.
    pub half_width_days: u32,
}

/// When a visit is planned, after infusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitTime {
    /// So many days after infusion; negative before it.
    Day(i32),
    /// So many calendar months after infusion.
    Months(u32),
}

/// A planned visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Name, by which the data have it.
    pub name: String,
    /// The name in Chinese, where the protocol has it.
    pub name_zh: Option<String>,
    /// When.
    pub time: VisitTime,
    /// Days early and late that are still on schedule.
    pub window_days: u32,
    /// What is done there.
    pub assessments: Vec<Assessed>,
}

impl Visit {
    /// The name in each language.
    pub fn words(&self) -> Words {
        Words::of_protocol(&self.name, self.name_zh.as_deref())
    }
}

/// Kinds of assessment a visit can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assessed {
    /// Tumour imaging.
    Imaging,
    /// Safety laboratory.
    Laboratory,
    /// CAR-T copies and counts in blood.
    Kinetics,
    /// Serum biomarker.
    Biomarker,
    /// Vital signs.
    Vitals,
    /// Neurological score.
    Ice,
    /// Contact only.
    Contact,
}

impl Assessed {
    /// Names in protocol files.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("imaging", Self::Imaging),
        ("laboratory", Self::Laboratory),
        ("kinetics", Self::Kinetics),
        ("biomarker", Self::Biomarker),
        ("vitals", Self::Vitals),
        ("ice", Self::Ice),
        ("contact", Self::Contact),
    ];

    /// Whether it takes blood.
    pub const fn is_of_sample(self) -> bool {
        matches!(self, Self::Laboratory | Self::Kinetics | Self::Biomarker)
    }

    /// What is assessed, in words.
    pub const fn text(self) -> Text {
        match self {
            Self::Imaging => Text::new("imaging", "影像学检查"),
            Self::Laboratory => Text::new("laboratory", "实验室检查"),
            Self::Kinetics => Text::new("kinetics", "细胞动力学采样"),
            Self::Biomarker => Text::new("biomarker", "生物标志物检测"),
            Self::Vitals => Text::new("vitals", "生命体征"),
            Self::Ice => Text::new("ice", "ICE评分"),
            Self::Contact => Text::new("contact", "随访联系"),
        }
    }
}

/// How the 3-month response rate is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrrReading {
    /// First response no later than the end of the window, confirmed then or later.
    Cumulative,
    /// Response at the assessment in the window.
    InWindow,
}

/// How a subject followed past a time point without an adequate assessment counts for disease control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unassessed {
    /// As not controlled.
    NotControlled,
    /// Left out of the denominator.
    Excluded,
}

/// Response evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseRules {
    /// Criteria of the outcomes.
    pub criteria: Criteria,
    /// Days between a response and its confirmation.
    pub confirmation_days: i32,
    /// Days from infusion that stable disease must last.
    pub sd_min_days: i32,
    /// Not-evaluable assessments allowed between a response and its confirmation.
    pub max_ne: usize,
    /// Whether stable disease may stand between a partial response and its confirmation.
    pub accept_sd: bool,
    /// Reading of the response rate at a time point.
    pub orr: OrrReading,
    /// Reading of disease control where the window holds no adequate assessment.
    pub dcr_unassessed: Unassessed,
    /// Evaluator whose readings count, where the data name several.
    pub evaluator: String,
    /// Missed scheduled assessments before progression or death that censor PFS by its default rule.
    pub missed_assessments: u32,
    /// Rule that dates and censors progression-free survival.
    pub pfs_censoring: PfsCensoring,
    /// Words in the name of a procedure after infusion that make it new anticancer therapy.
    pub new_therapy_procedures: Vec<String>,
    /// Words in the name of a procedure that make it supportive, whatever else it is called.
    pub supportive_procedures: Vec<String>,
}

/// Which rule dates and censors progression-free survival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PfsCensoring {
    /// Censored at the last adequate assessment before new therapy, or before missed planned visits.
    Default,
    /// Table A: documented progression only, on its own date.
    FdaA,
    /// Table B: progression and censoring on the dates of planned visits.
    FdaB,
    /// Table C: as B, with progression that the investigator claims.
    FdaC,
}

impl PfsCensoring {
    /// All with the names that protocol files give them.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("default", Self::Default),
        ("fda-a", Self::FdaA),
        ("fda-b", Self::FdaB),
        ("fda-c", Self::FdaC),
    ];

    /// Title in the report.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Default => "Default: last assessment",
            Self::FdaA => "Table A: documented",
            Self::FdaB => "Table B: planned dates",
            Self::FdaC => "Table C: claims too",
        }
    }
}

/// Survival and interval methods.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimation {
    /// Confidence level, 0 to 1.
    pub level: f64,
    /// Transformation of Kaplan-Meier limits.
    pub conf_type: ConfType,
    /// Days a month stands for where a duration in days is printed or compared in months.
    pub days_per_month: f64,
    /// Whether a duration counts its first day (event − start + 1).
    pub count_first_day: bool,
}

/// Adverse-event attribution and the laboratory outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct SafetyRules {
    /// Least relatedness that is "treatment-associated".
    pub relatedness: Relatedness,
    /// Analytes of the laboratory outcome.
    pub analytes: Vec<String>,
    /// What comes before the baseline of a laboratory value.
    pub baseline: LabBaseline,
    /// Version of the CTCAE by which events other than CRS and ICANS, and laboratory values, are graded.
    pub ctcae: Ctcae,
    /// Event class of CRS.
    pub crs_class: String,
    /// Event class of ICANS.
    pub icans_class: String,
    /// Kinds of adverse event of special interest.
    pub interest: Vec<Interest>,
    /// Hours without symptoms after which CRS or ICANS is a new episode, where the protocol has it.
    pub episode_gap_hours: Option<f64>,
    /// Percentage of a group that an event which is not serious exceeds to stand in the results of a registry; `None`: every event does.
    pub registry_threshold_percent: Option<f64>,
    /// To whom serious, suspected and unexpected events are reported.
    pub reporting: Vec<Authority>,
    /// Calendar days within which they reach the ethics committee.
    pub ethics_days: Option<u32>,
    /// Within what time reports are due.
    pub times: ReportingTimes,
    /// Versions of the reference safety information; without one every event is unexpected.
    pub reference_information: Vec<ReferenceInformation>,
}

/// Which value is the baseline of a laboratory test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabBaseline {
    /// Last before the first dose of lymphodepletion.
    BeforeLymphodepletion,
    /// Last before infusion.
    BeforeInfusion,
    /// Last before PBMC collection.
    BeforeCollection,
}

impl LabBaseline {
    /// All with the names that protocol files give them.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("before lymphodepletion", Self::BeforeLymphodepletion),
        ("before infusion", Self::BeforeInfusion),
        ("before collection", Self::BeforeCollection),
    ];

    /// What the baseline comes before, in words.
    pub const fn before(self) -> &'static str {
        match self {
            Self::BeforeLymphodepletion => "lymphodepletion, or before infusion where there was none",
            Self::BeforeInfusion => "infusion",
            Self::BeforeCollection => "PBMC collection",
        }
    }
}

/// Kinetics and biomarker conventions.
#[derive(Debug, Clone, PartialEq)]
pub struct KineticsRules {
    /// Least plausible biomarker value in its base unit; below it the unit is queried.
    pub biomarker_floor: f64,
    /// Base unit of the biomarker.
    pub biomarker_unit: String,
    /// What comes before the baseline sample.
    pub baseline: BaselineRule,
    /// What samples below quantification stand for in the parameters of a profile.
    pub blq: BlqRules,
    /// How areas under a profile are found.
    pub auc_method: Method,
    /// Vector copies in a CAR-positive cell, where no record says it; `None`: the assays of such a subject are not compared.
    pub vector_copy_number: Option<f64>,
}

/// Which sample is the baseline of kinetics and biomarker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaselineRule {
    /// Last before infusion.
    BeforeInfusion,
    /// Last before lymphodepletion.
    BeforeLymphodepletion,
}

/// Rank of an outcome in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Primary.
    Primary,
    /// Secondary.
    Secondary,
    /// Other.
    Other,
}

impl fmt::Display for OutcomeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Other => "other",
        })
    }
}

/// An outcome of the record and the method that answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Identifier (`P1`).
    pub id: String,
    /// Rank.
    pub kind: OutcomeKind,
    /// The record's own words for the measure.
    pub measure: String,
    /// The record's own words for the time frame.
    pub time_frame: String,
    /// Method, one of [`crate::endpoint::ALL`], or [`crate::endpoint::NO_METHOD`].
    pub method: String,
    /// Parts reported apart (`ae`, `sae`); empty where the outcome is one number.
    pub components: Vec<String>,
    /// Time points in months; empty where the window is not a time point.
    pub time_points: Vec<u32>,
    /// The definition applied, in words.
    pub definition: String,
    /// Measure, time frame and definition in Chinese, where the protocol has them.
    pub zh: OutcomeChinese,
}

/// What the protocol says of an outcome in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutcomeChinese {
    /// The measure.
    pub measure: Option<String>,
    /// The time frame.
    pub time_frame: Option<String>,
    /// The definition.
    pub definition: Option<String>,
}

/// A choice the record leaves open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// Dotted path of the setting it explains, which is its identifier.
    pub id: String,
    /// What the record does not say.
    pub question: String,
    /// The choice made, in words.
    pub choice: String,
    /// Why.
    pub reason: String,
    /// The same in Chinese, where the protocol has it.
    pub zh: AssumptionChinese,
}

/// What the protocol says of an assumption in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssumptionChinese {
    /// The question.
    pub question: Option<String>,
    /// The choice.
    pub choice: Option<String>,
    /// The reason.
    pub reason: Option<String>,
}
