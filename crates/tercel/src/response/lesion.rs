//! What a reader records at one assessment: lesions, their sizes and states.

/// The part a lesion plays. Fixed at baseline: a lesion that was a target there stays one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Measured; its diameter enters the sum.
    Target,
    /// Followed without measuring.
    NonTarget,
    /// Not there at baseline.
    New,
}

/// What the reader says of a lesion beside, or instead of, a diameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LesionStatus {
    /// Disappeared.
    Absent,
    /// Still there.
    Present,
    /// Unequivocal progression (of a non-target lesion).
    Progression,
    /// Could not be judged.
    NotEvaluable,
    /// Present but too small to measure: 5 mm by convention.
    TooSmall,
}

/// One reading of one lesion.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesion {
    /// The lesion's id, the same at every assessment.
    pub id: String,
    /// The part it plays.
    pub role: Role,
    /// Whether it is a lymph node, measured by its short axis.
    pub node: bool,
    /// Longest diameter, short axis of a node, or viable diameter under mRECIST; in mm. 0 is a lesion that disappeared.
    pub diameter_mm: Option<f64>,
    /// State in words.
    pub status: Option<LesionStatus>,
    /// Where it lies, as the case report form says it; blank where it does not.
    pub organ: String,
    /// The lesions of the baseline this one stands for: one where it is a part of a lesion that split, several where they
    /// merged into it. Empty: only itself.
    pub stands_for: Vec<String>,
}

impl Lesion {
    /// A target lesion other than a node; `None` is not measured.
    pub fn target(id: &str, diameter_mm: Option<f64>) -> Self {
        Self {
            id: id.to_owned(),
            role: Role::Target,
            node: false,
            diameter_mm,
            status: None,
            organ: String::new(),
            stands_for: Vec::new(),
        }
    }

    /// A target lymph node by its short axis; `None` is not measured.
    pub fn target_node(id: &str, short_axis_mm: Option<f64>) -> Self {
        Self {
            node: true,
            ..Self::target(id, short_axis_mm)
        }
    }

    /// A non-target lesion.
    pub fn non_target(id: &str, status: LesionStatus) -> Self {
        Self {
            role: Role::NonTarget,
            status: Some(status),
            ..Self::target(id, None)
        }
    }

    /// A lesion that was not there at baseline.
    pub fn new_lesion(id: &str) -> Self {
        Self {
            role: Role::New,
            ..Self::target(id, None)
        }
    }

    /// Whether it lies in the liver itself.
    pub(super) fn is_in_liver(&self) -> bool {
        let organ = self.organ.to_uppercase();
        organ.starts_with("LIVER") || organ.starts_with("HEPATIC PARENCHYMA")
    }

    /// Whether it is a lymph node at the porta hepatis.
    pub(super) fn is_at_porta_hepatis(&self) -> bool {
        self.node && self.organ.to_uppercase().contains("PORTA HEPATIS")
    }

    /// Whether it is a thrombus of the portal vein.
    pub(super) fn is_in_portal_vein(&self) -> bool {
        self.organ.to_uppercase().contains("PORTAL VEIN")
    }
}

/// Result of cytology on fluid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cytology {
    /// Not done, or result not known.
    NotDone,
    /// No malignant cells.
    Negative,
    /// Malignant cells.
    Positive,
}

/// Pleural effusion or ascites at one assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effusion {
    /// Nothing recorded, none, or no worse than before.
    NotWorse,
    /// Appeared or grew.
    Worse(Cytology),
}

/// One tumour assessment of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Name of the visit.
    pub visit: String,
    /// Day of the scan, counted from the infusion (day 0).
    pub day: i32,
    /// Every lesion read. A lesion of the baseline that has no reading here was not assessed.
    pub lesions: Vec<Lesion>,
    /// The reader's category for all non-target lesions together, where they were not recorded one by one.
    pub non_target: Option<super::NonTarget>,
    /// Pleural effusion or ascites.
    pub effusion: Effusion,
}

impl Assessment {
    /// An assessment with lesions only, its visit named after the day.
    pub fn new(day: i32, lesions: Vec<Lesion>) -> Self {
        Self {
            visit: format!("day {day}"),
            day,
            lesions,
            non_target: None,
            effusion: Effusion::NotWorse,
        }
    }
}
