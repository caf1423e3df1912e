//! Cytokine release syndrome by the ASTCT consensus.
//!
//! # What it derives
//! [`grade_crs`]: for the assessments of one subject in order of time, the grade of each.
//!
//! # Source
//! `lee2019astct`, table 2 and its footnotes.
//!
//! # Formula
//! Fever ≥ 38.0 °C: 1. Hypotension: without vasopressor 2, one vasopressor with or without vasopressin 3, more than one
//! (vasopressin not counted) 4. Hypoxia: low-flow nasal cannula (≤ 6 L/min) or blow-by 2; high-flow nasal cannula (> 6 L/min),
//! face mask, non-rebreather or Venturi mask 3; positive pressure (CPAP, BiPAP, ventilator) 4. The grade is the highest.
//! Fever must be present at onset; from then on the grade follows whatever is there. An assessment inside an episode with none
//! of the three is grade 0, a candidate resolution.
//!
//! # Example
//! ```
//! use tercel::grade::astct::AstctOutcome;
//! use tercel::grade::astct::crs::{CrsAssessment, CrsOptions, Oxygen, grade_crs};
//! use tercel::grade::{Grade, Toxicity};
//! let assessment = CrsAssessment {
//!     temperature_c: Some(39.1),
//!     hypotension: Some(true),
//!     vasopressors: Some(1),
//!     vasopressin: Some(true),
//!     oxygen: Some(Oxygen::NasalCannula { flow_l_min: Some(4.) }),
//!     masking_treatment: Some(false),
//!     attributed: true,
//! };
//! let grades = grade_crs(&[assessment], CrsOptions { vasopressin_alone: Grade::G3 });
//! assert_eq!(grades[0].outcome, AstctOutcome::Graded(Toxicity::Present(Grade::G3)));
//! ```
//!
//! # Limits
//! - Hypotension and hypoxia without fever before any episode are no CRS by the rule; if fever may have been masked
//!   (antipyretic, steroid, anticytokine) the assessment is unresolved.
//! - An episode in which masking treatment was given stays open: its absence of fever proves nothing. Without such treatment an
//!   assessment with nothing present may be its end; if hypotension or hypoxia then return without fever, whether that is the
//!   same episode is for a clinician (the consensus gives no interval).
//! - Vasopressin alone is not in the table: its grade is an option.
//! - Attribution is of the assessment as a whole. Intubation to protect the airway in ICANS is not hypoxia: record no device.

use std::fmt;

use super::AstctOutcome;
use crate::grade::{Grade, Toxicity};
use crate::language::Text;

/// The findings at one time. `None`: not recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrsAssessment {
    /// Highest body temperature, °C.
    pub temperature_c: Option<f64>,
    /// Hypotension by the clinician's call.
    pub hypotension: Option<bool>,
    /// Number of vasopressors given other than vasopressin.
    pub vasopressors: Option<u32>,
    /// Vasopressin given.
    pub vasopressin: Option<bool>,
    /// Oxygen for hypoxia.
    pub oxygen: Option<Oxygen>,
    /// Antipyretic, steroid or anticytokine therapy (tocilizumab) that may hide fever.
    pub masking_treatment: Option<bool>,
    /// Whether the findings are attributed to CRS and not to another cause.
    pub attributed: bool,
}

/// How oxygen is given, with the flow where it decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Oxygen {
    /// None.
    None,
    /// Nasal cannula.
    NasalCannula {
        /// Litres per minute.
        flow_l_min: Option<f64>,
    },
    /// Blow-by.
    BlowBy,
    /// High-flow nasal cannula.
    HighFlow {
        /// Litres per minute.
        flow_l_min: Option<f64>,
    },
    /// Face mask.
    Mask,
    /// Non-rebreather mask.
    NonRebreather,
    /// Venturi mask.
    Venturi,
    /// Continuous positive airway pressure.
    Cpap,
    /// Bilevel positive airway pressure.
    Bipap,
    /// Intubation and mechanical ventilation.
    Ventilator,
}

impl Oxygen {
    /// The device of this name, with the flow where it decides; names as `tercel grade crs` documents them. Oxygen flowing
    /// without a device contradicts itself and counts as not recorded (`Some(None)`); an unknown name is `None`.
    pub fn parse(device: &str, flow_l_min: Option<f64>) -> Option<Option<Self>> {
        let oxygen = match device.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
            "none" => Self::None,
            "nasal_cannula" => Self::NasalCannula { flow_l_min },
            "blow_by" => Self::BlowBy,
            "high_flow" => Self::HighFlow { flow_l_min },
            "mask" => Self::Mask,
            "non_rebreather" => Self::NonRebreather,
            "venturi" => Self::Venturi,
            "cpap" => Self::Cpap,
            "bipap" => Self::Bipap,
            "ventilator" => Self::Ventilator,
            _ => return None,
        };
        let contradicted = oxygen == Self::None && flow_l_min.is_some_and(|flow| flow > 0.0);
        Some((!contradicted).then_some(oxygen))
    }

    /// The device names, for messages.
    pub const DEVICES: [&'static str; 10] = [
        "none",
        "nasal_cannula",
        "blow_by",
        "high_flow",
        "mask",
        "non_rebreather",
        "venturi",
        "cpap",
        "bipap",
        "ventilator",
    ];
}

/// What the consensus leaves open.
#[derive(Debug, Clone, Copy)]
pub struct CrsOptions {
    /// Grade of hypotension treated with vasopressin and no other vasopressor.
    pub vasopressin_alone: Grade,
}

/// The grade of one assessment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrsGrade {
    /// The grade, or its bounds.
    pub outcome: AstctOutcome,
    /// The item that decides, if any is present.
    pub deciding: Option<CrsItem>,
    /// Why.
    pub reason: CrsReason,
}

/// An item of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrsItem {
    /// Temperature.
    Fever,
    /// Blood pressure and vasopressors.
    Hypotension,
    /// Oxygen requirement.
    Hypoxia,
}

impl CrsItem {
    /// Name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fever => "fever",
            Self::Hypotension => "hypotension",
            Self::Hypoxia => "hypoxia",
        }
    }
}

/// Why an assessment has its grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrsReason {
    /// The worst item, in an episode that began with fever.
    WorstItem,
    /// Nothing is present and no episode is open.
    NothingPresent,
    /// Nothing is present inside an open episode.
    CandidateResolution,
    /// The findings are attributed to another cause.
    NotAttributed,
    /// No fever and no episode is open; hypotension or hypoxia, if any, would not be CRS.
    NoFever,
    /// Hypotension or hypoxia without fever at onset.
    NoFeverAtOnset,
    /// The same, but treatment may have hidden the fever.
    FeverMayBeMasked,
    /// Hypotension or hypoxia back without fever after a candidate resolution.
    ReturnedWithoutFever,
    /// The temperature decides and is not recorded.
    TemperatureNotRecorded,
    /// Whether masking treatment was given decides and is not recorded.
    MaskingNotRecorded,
    /// Blood pressure or vasopressors decide and are not recorded.
    HypotensionNotRecorded,
    /// The oxygen device decides and is not recorded.
    OxygenNotRecorded,
    /// The flow through a nasal cannula decides and is not recorded or cannot be true.
    FlowNotRecorded,
}

impl CrsReason {
    /// The reason, in every language.
    pub const fn text(self) -> Text {
        match self {
            Self::WorstItem => Text::new("the worst item present", "取最重的一项"),
            Self::NothingPresent => Text::new("no fever, hypotension or hypoxia", "无发热、低血压或缺氧"),
            Self::CandidateResolution => Text::new(
                "nothing present inside the episode: candidate resolution",
                "发作期内各项均无：可能已缓解",
            ),
            Self::NotAttributed => Text::new("the findings are attributed to another cause", "这些表现归因于其他原因"),
            Self::NoFever => Text::new("no fever, and no episode is open", "无发热，且无进行中的发作"),
            Self::NoFeverAtOnset => Text::new(
                "hypotension or hypoxia without fever at onset is not CRS by the rule; query the cause",
                "起病时无发热的低血压或缺氧按规则不属于CRS；请查明原因",
            ),
            Self::FeverMayBeMasked => Text::new(
                "hypotension or hypoxia without fever, but treatment may have masked fever before onset; a clinician decides",
                "低血压或缺氧而无发热，但起病前的治疗可能掩盖了发热；由临床医生判断",
            ),
            Self::ReturnedWithoutFever => Text::new(
                "hypotension or hypoxia returned without fever after a candidate resolution; a clinician decides",
                "可能缓解后低血压或缺氧再现而无发热；由临床医生判断",
            ),
            Self::TemperatureNotRecorded => Text::new("the temperature is not recorded", "没有体温记录"),
            Self::MaskingNotRecorded => Text::new(
                "whether treatment may have masked fever is not recorded",
                "没有记录治疗是否可能掩盖发热",
            ),
            Self::HypotensionNotRecorded => Text::new(
                "hypotension or its treatment is not recorded",
                "没有低血压或其治疗的记录",
            ),
            Self::OxygenNotRecorded => Text::new("the oxygen device is not recorded", "没有给氧方式的记录"),
            Self::FlowNotRecorded => Text::new(
                "the oxygen flow that tells low from high flow is not recorded or contradicts the device",
                "区分低流量与高流量的氧流量没有记录，或与给氧方式矛盾",
            ),
        }
    }
}

impl fmt::Display for CrsReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().en)
    }
}

/// Temperature from which there is fever, °C.
pub(crate) const FEVER_C: f64 = 38.0;
/// Highest flow that is low flow, L/min.
pub(crate) const LOW_FLOW_L_MIN: f64 = 6.;

/// Grades the assessments of one subject, given in order of time.
pub fn grade_crs(assessments: &[CrsAssessment], options: CrsOptions) -> Vec<CrsGrade> {
    let mut episode = Episode::Closed;
    assessments
        .iter()
        .map(|assessment| {
            let (grade, next) = grade_one(assessment, episode, options);
            episode = next;
            grade
        })
        .collect()
}

/// What earlier assessments say of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Episode {
    /// No fever attributed to CRS yet.
    Closed,
    /// Began with fever. `masked`: treatment that hides fever was given in it.
    Open { masked: bool },
    /// Nothing was present at an assessment without masking treatment.
    MayHaveEnded,
}

/// The grade an item adds, as bounds where it is not fully recorded.
#[derive(Debug, Clone, Copy)]
struct ItemGrade {
    item: CrsItem,
    at_least: Toxicity,
    at_most: Toxicity,
    open: CrsReason,
}

fn grade_one(assessment: &CrsAssessment, episode: Episode, options: CrsOptions) -> (CrsGrade, Episode) {
    if !assessment.attributed {
        let grade = settled(Toxicity::Absent, None, CrsReason::NotAttributed);
        return (grade, episode);
    }
    let masked_now = assessment.masking_treatment == Some(true);
    let fever = fever(assessment.temperature_c);
    let signs = [hypotension(assessment, options), hypoxia(assessment.oxygen)];
    let worst = worst_of(&[fever, signs[0], signs[1]]);
    let signs = worst_of(&signs);
    let none_present = worst.outcome == AstctOutcome::Graded(Toxicity::Absent);
    if fever.at_least > Toxicity::Absent {
        let masked = masked_now || episode == Episode::Open { masked: true };
        return (worst, Episode::Open { masked });
    }
    match episode {
        Episode::Open { masked } => {
            let masked = masked || masked_now;
            if !none_present {
                return (worst, Episode::Open { masked });
            }
            let next = if masked {
                Episode::Open { masked }
            } else {
                Episode::MayHaveEnded
            };
            (settled(Toxicity::Absent, None, CrsReason::CandidateResolution), next)
        }
        Episode::MayHaveEnded => (
            without_fever(assessment, worst, signs, CrsReason::ReturnedWithoutFever),
            episode,
        ),
        Episode::Closed => (
            without_fever(assessment, worst, signs, CrsReason::NoFeverAtOnset),
            episode,
        ),
    }
}

/// No fever is recorded and no episode is certainly open; `rule` is the reason if hypotension or hypoxia are there all the same.
fn without_fever(assessment: &CrsAssessment, worst: CrsGrade, signs: CrsGrade, rule: CrsReason) -> CrsGrade {
    let (_, at_most) = worst.outcome.bounds();
    let unresolved = |reason| CrsGrade {
        outcome: AstctOutcome::between(Toxicity::Absent, at_most),
        deciding: worst.deciding,
        reason,
    };
    if at_most == Toxicity::Absent {
        return settled(Toxicity::Absent, None, CrsReason::NothingPresent);
    }
    if fever(assessment.temperature_c).at_most > Toxicity::Absent {
        return unresolved(CrsReason::TemperatureNotRecorded);
    }
    match (assessment.masking_treatment, rule) {
        (Some(true), _) if signs.deciding.is_none() => unresolved(signs.reason),
        (Some(true), _) => unresolved(CrsReason::FeverMayBeMasked),
        (_, CrsReason::ReturnedWithoutFever) => unresolved(rule),
        (None, _) => unresolved(CrsReason::MaskingNotRecorded),
        (Some(false), _) if signs.deciding.is_none() => settled(Toxicity::Absent, None, CrsReason::NoFever),
        (Some(false), _) => settled(Toxicity::Absent, None, CrsReason::NoFeverAtOnset),
    }
}

fn settled(toxicity: Toxicity, deciding: Option<CrsItem>, reason: CrsReason) -> CrsGrade {
    CrsGrade {
        outcome: AstctOutcome::Graded(toxicity),
        deciding,
        reason,
    }
}

/// The worst item; where an item not fully recorded could be worse, the bounds and what to ask for.
fn worst_of(items: &[ItemGrade]) -> CrsGrade {
    let mut deciding = None;
    let (mut at_least, mut at_most) = (Toxicity::Absent, Toxicity::Absent);
    let mut open = CrsReason::WorstItem;
    for item in items {
        if item.at_least > at_least {
            at_least = item.at_least;
            deciding = Some(item.item);
        }
        if item.at_most > at_most {
            at_most = item.at_most;
            open = item.open;
        }
    }
    CrsGrade {
        outcome: AstctOutcome::between(at_least, at_most),
        deciding,
        reason: if at_least == at_most {
            CrsReason::WorstItem
        } else {
            open
        },
    }
}

const fn present(grade: Grade) -> Toxicity {
    Toxicity::Present(grade)
}

/// A temperature outside 25 to 45 °C is a mistake of unit or entry, hence not recorded.
fn fever(temperature_c: Option<f64>) -> ItemGrade {
    let (at_least, at_most) = match temperature_c.filter(|celsius| (25. ..=45.).contains(celsius)) {
        Some(celsius) if celsius >= FEVER_C => (present(Grade::G1), present(Grade::G1)),
        Some(_) => (Toxicity::Absent, Toxicity::Absent),
        None => (Toxicity::Absent, present(Grade::G1)),
    };
    ItemGrade {
        item: CrsItem::Fever,
        at_least,
        at_most,
        open: CrsReason::TemperatureNotRecorded,
    }
}

/// A vasopressor counts even where the pressure it holds is recorded as normal. Without hypotension, vasopressors that are not
/// recorded were not needed.
fn hypotension(assessment: &CrsAssessment, options: CrsOptions) -> ItemGrade {
    let vasopressin_alone = present(options.vasopressin_alone);
    let low_pressure = match assessment.hypotension {
        Some(true) => (present(Grade::G2), present(Grade::G2)),
        Some(false) => (Toxicity::Absent, Toxicity::Absent),
        None => (Toxicity::Absent, present(Grade::G2)),
    };
    let not_needed = assessment.hypotension == Some(false);
    let (at_least, at_most) = match (assessment.vasopressors, assessment.vasopressin) {
        (Some(2..), _) => (present(Grade::G4), present(Grade::G4)),
        (Some(1), _) => (present(Grade::G3), present(Grade::G3)),
        (Some(0), Some(true)) => (vasopressin_alone, vasopressin_alone),
        (Some(0), Some(false)) => low_pressure,
        (Some(0), None) | (None, Some(false) | None) if not_needed => low_pressure,
        (Some(0), None) => (low_pressure.0, vasopressin_alone.max(low_pressure.1)),
        (None, Some(true)) => (vasopressin_alone, present(Grade::G4)),
        (None, Some(false) | None) => (low_pressure.0, present(Grade::G4)),
    };
    ItemGrade {
        item: CrsItem::Hypotension,
        at_least,
        at_most,
        open: CrsReason::HypotensionNotRecorded,
    }
}

/// A cannula runs at low or at high flow; a flow that contradicts the device leaves both open.
fn hypoxia(oxygen: Option<Oxygen>) -> ItemGrade {
    let (low, high, pressure) = (present(Grade::G2), present(Grade::G3), present(Grade::G4));
    let (at_least, at_most) = match oxygen {
        None => (Toxicity::Absent, pressure),
        Some(Oxygen::None) => (Toxicity::Absent, Toxicity::Absent),
        Some(Oxygen::BlowBy) => (low, low),
        Some(Oxygen::NasalCannula { flow_l_min }) => match flow_l_min.filter(|flow| *flow > 0.) {
            Some(flow) if flow > LOW_FLOW_L_MIN => (high, high),
            Some(_) => (low, low),
            None => (low, high),
        },
        Some(Oxygen::HighFlow { flow_l_min }) => match flow_l_min {
            Some(flow) if flow <= LOW_FLOW_L_MIN => (low, high),
            Some(_) | None => (high, high),
        },
        Some(Oxygen::Mask | Oxygen::NonRebreather | Oxygen::Venturi) => (high, high),
        Some(Oxygen::Cpap | Oxygen::Bipap | Oxygen::Ventilator) => (pressure, pressure),
    };
    ItemGrade {
        item: CrsItem::Hypoxia,
        at_least,
        at_most,
        open: if oxygen.is_none() {
            CrsReason::OxygenNotRecorded
        } else {
            CrsReason::FlowNotRecorded
        },
    }
}
