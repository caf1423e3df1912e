//! Cytokine release syndrome by the CTCAE, version 5.0 or 6.0.
//!
//! # What it derives
//! [`grade_crs_ctcae`]: the grade of one assessment on the CTCAE scale, which is not the ASTCT scale of
//! [`astct::crs`](super::astct::crs): 5.0 asks for the fraction of inspired oxygen where ASTCT and 6.0 ask for the device.
//!
//! # Source
//! `ctcae5`, `ctcae6`, "Cytokine release syndrome" (immune system disorders).
//!
//! # Formula
//! Fever: 1. Hypotension responding to fluids: 2; managed with one pressor: 3. Life-threatening consequences, urgent
//! intervention indicated: 4. The grade is the highest. Hypoxia by 5.0: responding to less than 40 % oxygen 2, requiring 40 %
//! or more 3. By 6.0: low-flow nasal cannula or blow-by 2, high-flow nasal cannula, face, non-rebreather or Venturi mask 3.
//!
//! # Example
//! ```
//! use tercel::grade::astct::crs::{CrsAssessment, Oxygen};
//! use tercel::grade::crs_ctcae::grade_crs_ctcae;
//! use tercel::grade::ctcae::Ctcae;
//! use tercel::grade::{Grade, Toxicity};
//! let assessment = CrsAssessment {
//!     temperature_c: Some(39.1),
//!     hypotension: Some(false),
//!     vasopressors: Some(0),
//!     vasopressin: Some(false),
//!     oxygen: Some(Oxygen::Mask),
//!     masking_treatment: Some(false),
//!     attributed: true,
//! };
//! // ASTCT has grade 3 for any mask; CTCAE 5.0 asks how much oxygen it gives.
//! let grade = |version| grade_crs_ctcae(version, &assessment, Some(35.)).at_least;
//! assert_eq!(grade(Ctcae::V5), Toxicity::Present(Grade::G2));
//! assert_eq!(grade(Ctcae::V6), Toxicity::Present(Grade::G3));
//! ```
//!
//! # Limits
//! - Grade 4 is a clinician's judgement. More than one pressor is beyond the text of grade 3, positive pressure may be an
//!   urgent intervention: both leave grade 4 open and say so. Vasopressin is a pressor here.
//! - Hypotension without a pressor is taken to respond to fluids.
//! - Fever is not required: the term describes fever, hypotension, hypoxia and others as signs, and each assessment stands by
//!   itself. What is not CRS is for the attribution to say.
//! - The fraction of oxygen is never taken from device and flow.
//! - 6.0 prints no flow that is low: 6 L/min, as ASTCT has it.

use std::fmt;

use super::astct::crs::{CrsAssessment, CrsItem, FEVER_C, LOW_FLOW_L_MIN, Oxygen};
use super::ctcae::Ctcae;
use super::units::rounded;
use super::{Grade, Toxicity};

/// The CTCAE grade of one assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CtcaeCrsGrade {
    /// The grade is not below this.
    pub at_least: Toxicity,
    /// The grade is not above this.
    pub at_most: Toxicity,
    /// The item that decides, if any is present.
    pub deciding: Option<CrsItem>,
    /// Why.
    pub reason: CtcaeCrsReason,
}

/// Why an assessment has its CTCAE grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CtcaeCrsReason {
    /// The worst item.
    WorstItem,
    /// Nothing is present.
    NothingPresent,
    /// The findings are attributed to another cause.
    NotAttributed,
    /// The temperature decides and is not recorded.
    TemperatureNotRecorded,
    /// Blood pressure or pressors decide and are not recorded.
    HypotensionNotRecorded,
    /// More than one pressor.
    MoreThanOnePressor,
    /// The oxygen device decides and is not recorded.
    OxygenNotRecorded,
    /// The fraction of inspired oxygen decides and is not recorded.
    Fio2NotRecorded,
    /// The flow through a nasal cannula decides and is not recorded or cannot be true.
    FlowNotRecorded,
    /// Positive pressure.
    PositivePressure,
}

impl fmt::Display for CtcaeCrsReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WorstItem => "the worst item present",
            Self::NothingPresent => "no fever, hypotension or hypoxia",
            Self::NotAttributed => "the findings are attributed to another cause",
            Self::TemperatureNotRecorded => "needs clinical input: the temperature is not recorded",
            Self::HypotensionNotRecorded => "needs clinical input: hypotension or its treatment is not recorded",
            Self::MoreThanOnePressor => {
                "needs clinical input: more than one pressor is beyond grade 3; a clinician decides whether it is life-threatening"
            }
            Self::OxygenNotRecorded => "needs clinical input: the oxygen device is not recorded or contradicts the oxygen given",
            Self::Fio2NotRecorded => "needs clinical input: the fraction of inspired oxygen (below 40 %, or more) is not recorded",
            Self::FlowNotRecorded => {
                "needs clinical input: the oxygen flow that tells low from high flow is not recorded or contradicts the device"
            }
            Self::PositivePressure => {
                "needs clinical input: a clinician decides whether positive pressure is an urgent intervention (grade 4)"
            }
        })
    }
}

/// Fraction of inspired oxygen from which hypoxia is grade 3, percent.
const HIGH_FIO2: f64 = 40.0;
/// Oxygen in room air, percent; up to here none is given.
const ROOM_AIR: f64 = 21.0;

/// The grade an item adds, as bounds where it is not fully recorded.
struct Bounds {
    item: CrsItem,
    at_least: Toxicity,
    at_most: Toxicity,
    open: CtcaeCrsReason,
}

/// The fraction of inspired oxygen in percent, written in percent (`35`, `35 %`) or as a fraction (`0.35`); `None` for what
/// cannot be one: nobody breathes less than room air.
pub fn parse_fio2(text: &str) -> Option<f64> {
    let number: f64 = text.trim().trim_end_matches('%').trim_end().parse().ok()?;
    let percent = if number <= 1.0 && !text.contains('%') {
        rounded(number * 100.0)
    } else {
        number
    };
    (ROOM_AIR..=100.0).contains(&percent).then_some(percent)
}

/// Grades one assessment; `fio2_percent`: fraction of inspired oxygen, 21 to 100 %.
pub fn grade_crs_ctcae(version: Ctcae, assessment: &CrsAssessment, fio2_percent: Option<f64>) -> CtcaeCrsGrade {
    let mut grade = CtcaeCrsGrade {
        at_least: Toxicity::Absent,
        at_most: Toxicity::Absent,
        deciding: None,
        reason: CtcaeCrsReason::NotAttributed,
    };
    if !assessment.attributed {
        return grade;
    }
    grade.reason = CtcaeCrsReason::WorstItem;
    let items = [
        fever(assessment.temperature_c),
        hypotension(assessment),
        match version {
            Ctcae::V5 => hypoxia(assessment.oxygen, fio2_percent),
            Ctcae::V6 => hypoxia_by_device(assessment.oxygen),
        },
    ];
    for bounds in items {
        if bounds.at_least > grade.at_least {
            grade.at_least = bounds.at_least;
            grade.deciding = Some(bounds.item);
        }
        if bounds.at_most > grade.at_most {
            grade.at_most = bounds.at_most;
            grade.reason = bounds.open;
        }
    }
    if grade.at_least == grade.at_most {
        grade.reason = if grade.deciding.is_some() {
            CtcaeCrsReason::WorstItem
        } else {
            CtcaeCrsReason::NothingPresent
        };
    }
    grade
}

const G1: Toxicity = Toxicity::Present(Grade::G1);
const G2: Toxicity = Toxicity::Present(Grade::G2);
const G3: Toxicity = Toxicity::Present(Grade::G3);
const G4: Toxicity = Toxicity::Present(Grade::G4);

/// A temperature outside 25 to 45 °C is a mistake of unit or entry, hence not recorded.
fn fever(temperature_c: Option<f64>) -> Bounds {
    let (at_least, at_most) = match temperature_c.filter(|celsius| (25. ..=45.).contains(celsius)) {
        Some(celsius) if celsius >= FEVER_C => (G1, G1),
        Some(_) => (Toxicity::Absent, Toxicity::Absent),
        None => (Toxicity::Absent, G1),
    };
    Bounds {
        item: CrsItem::Fever,
        at_least,
        at_most,
        open: CtcaeCrsReason::TemperatureNotRecorded,
    }
}

/// A pressor counts even where the pressure it holds is recorded as normal. Without hypotension, pressors that are not
/// recorded were not needed.
fn hypotension(assessment: &CrsAssessment) -> Bounds {
    let low_pressure = match assessment.hypotension {
        Some(true) => (G2, G2),
        Some(false) => (Toxicity::Absent, Toxicity::Absent),
        None => (Toxicity::Absent, G2),
    };
    let not_needed = assessment.hypotension == Some(false);
    let vasopressin = match assessment.vasopressin {
        None if not_needed => Some(false),
        recorded => recorded,
    };
    let others = match assessment.vasopressors {
        None if not_needed => Some(0),
        recorded => recorded,
    };
    let more_than_one = (G3, G4, CtcaeCrsReason::MoreThanOnePressor);
    let unknown = CtcaeCrsReason::HypotensionNotRecorded;
    let (at_least, at_most, open) = match (others, vasopressin) {
        (Some(2..), _) | (Some(1), Some(true)) => more_than_one,
        (Some(1), Some(false)) | (Some(0), Some(true)) => (G3, G3, unknown),
        (Some(1), None) | (None, Some(true)) => (G3, G4, unknown),
        (Some(0), Some(false)) => (low_pressure.0, low_pressure.1, unknown),
        (Some(0), None) => (low_pressure.0, G3, unknown),
        (None, Some(false) | None) => (low_pressure.0, G4, unknown),
    };
    Bounds {
        item: CrsItem::Hypotension,
        at_least,
        at_most,
        open,
    }
}

fn hypoxia(oxygen: Option<Oxygen>, fio2_percent: Option<f64>) -> Bounds {
    let fio2 = fio2_percent.filter(|percent| (ROOM_AIR..=100.0).contains(percent));
    let by_fio2 = fio2.map(|percent| if percent >= HIGH_FIO2 { G3 } else { G2 });
    let given = fio2.is_some_and(|percent| percent > ROOM_AIR);
    let (at_least, at_most, open) = match (oxygen, by_fio2) {
        (None | Some(Oxygen::None), Some(grade)) if given => (grade, G4, CtcaeCrsReason::OxygenNotRecorded),
        (Some(Oxygen::None), _) | (None, Some(_)) => {
            (Toxicity::Absent, Toxicity::Absent, CtcaeCrsReason::OxygenNotRecorded)
        }
        (None, _) => (Toxicity::Absent, G4, CtcaeCrsReason::OxygenNotRecorded),
        (Some(Oxygen::Cpap | Oxygen::Bipap | Oxygen::Ventilator), by_fio2) => {
            (by_fio2.unwrap_or(G2), G4, CtcaeCrsReason::PositivePressure)
        }
        (
            Some(
                Oxygen::NasalCannula { .. }
                | Oxygen::BlowBy
                | Oxygen::HighFlow { .. }
                | Oxygen::Mask
                | Oxygen::NonRebreather
                | Oxygen::Venturi,
            ),
            by_fio2,
        ) => match by_fio2 {
            Some(grade) => (grade, grade, CtcaeCrsReason::Fio2NotRecorded),
            None => (G2, G3, CtcaeCrsReason::Fio2NotRecorded),
        },
    };
    Bounds {
        item: CrsItem::Hypoxia,
        at_least,
        at_most,
        open,
    }
}

fn hypoxia_by_device(oxygen: Option<Oxygen>) -> Bounds {
    let flow_open = CtcaeCrsReason::FlowNotRecorded;
    let (at_least, at_most, open) = match oxygen {
        None => (Toxicity::Absent, G4, CtcaeCrsReason::OxygenNotRecorded),
        Some(Oxygen::None) => (Toxicity::Absent, Toxicity::Absent, CtcaeCrsReason::OxygenNotRecorded),
        Some(Oxygen::BlowBy) => (G2, G2, flow_open),
        Some(Oxygen::NasalCannula { flow_l_min }) => match flow_l_min.filter(|flow| *flow > 0.0) {
            Some(flow) if flow > LOW_FLOW_L_MIN => (G3, G3, flow_open),
            Some(_) => (G2, G2, flow_open),
            None => (G2, G3, flow_open),
        },
        Some(Oxygen::HighFlow { flow_l_min }) => match flow_l_min {
            Some(flow) if flow <= LOW_FLOW_L_MIN => (G2, G3, flow_open),
            Some(_) | None => (G3, G3, flow_open),
        },
        Some(Oxygen::Mask | Oxygen::NonRebreather | Oxygen::Venturi) => (G3, G3, flow_open),
        Some(Oxygen::Cpap | Oxygen::Bipap | Oxygen::Ventilator) => (G3, G4, CtcaeCrsReason::PositivePressure),
    };
    Bounds {
        item: CrsItem::Hypoxia,
        at_least,
        at_most,
        open,
    }
}
