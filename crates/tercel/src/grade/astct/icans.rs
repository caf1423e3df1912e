//! Immune effector cell-associated neurotoxicity syndrome (adults) by the ASTCT consensus.
//!
//! # What it derives
//! [`grade_icans`]: the grade of one assessment.
//!
//! # Source
//! `lee2019astct`, table 6 and its footnotes.
//!
//! # Formula
//! ICE score 10: 0; 7–9: 1; 3–6: 2; 0–2: 3; 0 because the subject is unarousable: 4. Awakens spontaneously: 0; to voice: 2; only
//! to touch: 3; unarousable, or only to vigorous or repetitive touch: 4. Seizure that resolves: 3; longer than 5 minutes or
//! repetitive without return to baseline: 4. Deep focal weakness: 4. Oedema on imaging: focal 3, diffuse (or posturing, sixth
//! nerve palsy, papilloedema, Cushing's triad) 4. The grade is the highest of the items attributed to ICANS.
//!
//! # Example
//! ```
//! use tercel::grade::astct::AstctOutcome;
//! use tercel::grade::astct::icans::{Arousal, Ice, IcansAssessment, Motor, Oedema, Seizure, grade_icans};
//! use tercel::grade::{Grade, Toxicity};
//! let assessment = IcansAssessment {
//!     ice: Ice::new(0),
//!     arousal: None,
//!     seizure: Some(Seizure::None),
//!     motor: Some(Motor::None),
//!     oedema: Some(Oedema::None),
//!     attributed: true,
//! };
//! let (g3, g4) = (Toxicity::Present(Grade::G3), Toxicity::Present(Grade::G4));
//! let expected = AstctOutcome::Unresolved { at_least: g3, at_most: g4 };
//! assert_eq!(grade_icans(&assessment).outcome, expected);
//! ```
//!
//! # Limits
//! - "Awakens spontaneously" is printed under grade 1, where ICE is 7–9; with a full score it is the normal state, grade 0.
//! - An item not recorded leaves the grade to the others and is named; only if neither ICE nor consciousness is recorded, or an
//!   ICE of 0 comes without consciousness, is the grade unresolved (unless another item is grade 4 already).
//! - Intracranial haemorrhage with its oedema, tremor, myoclonus and headache are not graded here. Drowsiness from sedation is
//!   attributed to it.

use std::fmt;

use super::AstctOutcome;
use crate::grade::{Grade, Toxicity};
use crate::language::{Text, Words, both};

/// The findings at one time. `None`: not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcansAssessment {
    /// Encephalopathy score.
    pub ice: Option<Ice>,
    /// Consciousness.
    pub arousal: Option<Arousal>,
    /// Seizure.
    pub seizure: Option<Seizure>,
    /// Motor findings.
    pub motor: Option<Motor>,
    /// Raised intracranial pressure or cerebral oedema.
    pub oedema: Option<Oedema>,
    /// Whether the findings are attributed to ICANS and not to another cause.
    pub attributed: bool,
}

/// Immune effector cell-associated encephalopathy score, 0 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ice(u8);

impl Ice {
    /// The score, if it is one.
    pub const fn new(score: u8) -> Option<Self> {
        if score <= 10 { Some(Self(score)) } else { None }
    }

    /// The points.
    pub const fn score(self) -> u8 {
        self.0
    }
}

/// Level of consciousness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arousal {
    /// Awakens spontaneously.
    Spontaneous,
    /// Awakens to voice.
    Voice,
    /// Awakens only to tactile stimulus.
    Tactile,
    /// Unarousable, or requires vigorous or repetitive tactile stimuli; stupor or coma.
    Unarousable,
}

impl Arousal {
    /// Names in files.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("spontaneous", Self::Spontaneous),
        ("voice", Self::Voice),
        ("tactile", Self::Tactile),
        ("unarousable", Self::Unarousable),
    ];
}

/// Seizure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seizure {
    /// None.
    None,
    /// Any clinical seizure that resolves rapidly, or non-convulsive seizures on EEG that resolve with intervention.
    Resolved,
    /// Longer than 5 minutes, or repetitive without return to baseline in between.
    Prolonged,
}

impl Seizure {
    /// Names in files.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("none", Self::None),
        ("resolved", Self::Resolved),
        ("prolonged", Self::Prolonged),
    ];
}

/// Motor findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motor {
    /// None.
    None,
    /// Deep focal motor weakness such as hemiparesis or paraparesis.
    DeepFocalWeakness,
}

impl Motor {
    /// Names in files.
    pub const NAMES: [(&'static str, Self); 2] =
        [("none", Self::None), ("deep_focal_weakness", Self::DeepFocalWeakness)];
}

/// Raised intracranial pressure or cerebral oedema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oedema {
    /// None.
    None,
    /// Focal or local oedema on imaging.
    Focal,
    /// Diffuse oedema on imaging, or a sign of raised pressure.
    Diffuse,
}

impl Oedema {
    /// Names in files.
    pub const NAMES: [(&'static str, Self); 3] =
        [("none", Self::None), ("focal", Self::Focal), ("diffuse", Self::Diffuse)];
}

/// The grade of one assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcansGrade {
    /// The grade, or its bounds.
    pub outcome: AstctOutcome,
    /// The item that decides, if any is present.
    pub deciding: Option<IcansItem>,
    /// Why.
    pub reason: IcansReason,
    /// The items not recorded.
    pub not_recorded: Vec<IcansItem>,
}

/// An item of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IcansItem {
    /// ICE score.
    Ice,
    /// Level of consciousness.
    Consciousness,
    /// Seizure.
    Seizure,
    /// Motor findings.
    Motor,
    /// Raised intracranial pressure or cerebral oedema.
    Oedema,
}

impl IcansItem {
    /// Name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ice => "ice",
            Self::Consciousness => "consciousness",
            Self::Seizure => "seizure",
            Self::Motor => "motor",
            Self::Oedema => "oedema",
        }
    }

    const fn text(self) -> Text {
        let zh = match self {
            Self::Ice => "ICE评分",
            Self::Consciousness => "意识水平",
            Self::Seizure => "癫痫发作",
            Self::Motor => "运动表现",
            Self::Oedema => "颅内压增高或脑水肿",
        };
        Text::new(self.name(), zh)
    }
}

/// Why an assessment has its grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IcansReason {
    /// The worst item.
    WorstItem,
    /// Every item recorded is normal.
    NothingPresent,
    /// The findings are attributed to another cause.
    NotAttributed,
    /// ICE is 0 and nobody wrote whether the subject could be aroused.
    IceZeroArousalUnknown,
    /// Neither ICE nor consciousness is recorded.
    MentalStateNotRecorded,
}

impl IcansReason {
    /// The reason, in every language.
    pub const fn text(self) -> Text {
        match self {
            Self::WorstItem => Text::new("the worst item present", "取最重的一项"),
            Self::NothingPresent => Text::new("nothing present", "各项均无异常"),
            Self::NotAttributed => Text::new("the findings are attributed to another cause", "这些表现归因于其他原因"),
            Self::IceZeroArousalUnknown => Text::new(
                "ICE 0 is grade 3 if the subject is awake, grade 4 if unarousable; consciousness is not recorded",
                "ICE 0分：受试者清醒为3级，不能唤醒为4级；没有意识水平的记录",
            ),
            Self::MentalStateNotRecorded => {
                Text::new("neither ICE nor consciousness is recorded", "ICE评分和意识水平均无记录")
            }
        }
    }
}

impl fmt::Display for IcansReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().en)
    }
}

impl IcansGrade {
    /// The sentence shown with the grade, in every language.
    pub fn words(&self) -> Words {
        let reason = self.reason.text();
        if self.not_recorded.is_empty() || self.reason == IcansReason::NotAttributed {
            return reason.into();
        }
        let items: Vec<Words> = self.not_recorded.iter().map(|item| item.text().into()).collect();
        let items = Words::join(&items, Text::new(", ", "、"));
        both!(
            "{reason_en}; incomplete, not recorded: {en}",
            "{reason_zh}；不完整，未记录：{zh}",
            reason_en = reason.en,
            reason_zh = reason.zh,
            en = items.en,
            zh = items.zh
        )
    }

    /// The same in English.
    pub fn sentence(&self) -> String {
        self.words().en
    }
}

/// Grades one assessment.
pub fn grade_icans(assessment: &IcansAssessment) -> IcansGrade {
    let items = items(*assessment);
    let not_recorded = items
        .iter()
        .filter(|(_, grade)| grade.is_none())
        .map(|&(item, _)| item)
        .collect();
    if !assessment.attributed {
        return IcansGrade {
            outcome: AstctOutcome::Graded(Toxicity::Absent),
            deciding: None,
            reason: IcansReason::NotAttributed,
            not_recorded,
        };
    }
    let mut worst = (None, Toxicity::Absent);
    for (item, grade) in items {
        if let Some(grade) = grade.filter(|grade| *grade > worst.1) {
            worst = (Some(item), grade);
        }
    }
    let (deciding, at_least) = worst;
    let open = match (assessment.ice, assessment.arousal) {
        (Some(Ice(0)), None) => Some(IcansReason::IceZeroArousalUnknown),
        (None, None) => Some(IcansReason::MentalStateNotRecorded),
        (Some(_), _) | (None, Some(_)) => None,
    };
    let outcome = match open {
        Some(_) => AstctOutcome::between(at_least, Toxicity::Present(Grade::G4)),
        None => AstctOutcome::Graded(at_least),
    };
    let reason = match (outcome, open, deciding) {
        (AstctOutcome::Unresolved { .. }, Some(open), _) => open,
        (AstctOutcome::Graded(_) | AstctOutcome::Unresolved { .. }, _, Some(_)) => IcansReason::WorstItem,
        (AstctOutcome::Graded(_) | AstctOutcome::Unresolved { .. }, _, None) => IcansReason::NothingPresent,
    };
    IcansGrade {
        outcome,
        deciding,
        reason,
        not_recorded,
    }
}

/// What each item adds; `None` where it is not recorded.
fn items(assessment: IcansAssessment) -> [(IcansItem, Option<Toxicity>); 5] {
    let (g1, g2, g3, g4) = (
        Toxicity::Present(Grade::G1),
        Toxicity::Present(Grade::G2),
        Toxicity::Present(Grade::G3),
        Toxicity::Present(Grade::G4),
    );
    let unarousable = assessment.arousal == Some(Arousal::Unarousable);
    let ice = assessment.ice.map(|ice| match ice.score() {
        0 if unarousable => g4,
        0..=2 => g3,
        3..=6 => g2,
        7..=9 => g1,
        _ => Toxicity::Absent,
    });
    let consciousness = assessment.arousal.map(|arousal| match arousal {
        Arousal::Spontaneous => Toxicity::Absent,
        Arousal::Voice => g2,
        Arousal::Tactile => g3,
        Arousal::Unarousable => g4,
    });
    let seizure = assessment.seizure.map(|seizure| match seizure {
        Seizure::None => Toxicity::Absent,
        Seizure::Resolved => g3,
        Seizure::Prolonged => g4,
    });
    let motor = assessment.motor.map(|motor| match motor {
        Motor::None => Toxicity::Absent,
        Motor::DeepFocalWeakness => g4,
    });
    let oedema = assessment.oedema.map(|oedema| match oedema {
        Oedema::None => Toxicity::Absent,
        Oedema::Focal => g3,
        Oedema::Diffuse => g4,
    });
    [
        (IcansItem::Ice, ice),
        (IcansItem::Consciousness, consciousness),
        (IcansItem::Seizure, seizure),
        (IcansItem::Motor, motor),
        (IcansItem::Oedema, oedema),
    ]
}
