//! Values that a list takes from the protocol.

use tercel::protocol::Trial;

/// What of the protocol a field offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromTrial {
    /// The arm codes of the dose groups.
    Arms,
    /// The planned visits.
    Visits,
    /// The names of the study treatment.
    Infusion,
    /// The agents of lymphodepletion.
    Lymphodepletion,
    /// The names of the collection procedure.
    Collection,
    /// The test codes of transgene copies.
    Copies,
    /// The test codes of CAR-T cells.
    Counts,
    /// The test codes of the serum biomarker.
    Biomarker,
}

impl FromTrial {
    /// The values, each with what the user reads.
    pub fn choices(self, trial: &Trial) -> Vec<(String, String)> {
        let same = |names: &[String]| names.iter().map(|name| (name.clone(), name.clone())).collect();
        match self {
            Self::Arms => trial
                .dose_levels
                .iter()
                .map(|(level, group)| (group.arm.clone(), trial.level_label(level)))
                .collect(),
            Self::Visits => trial
                .schedule
                .iter()
                .map(|visit| (visit.name.clone(), visit.name.clone()))
                .collect(),
            Self::Infusion => same(&trial.names.infusion),
            Self::Lymphodepletion => same(&trial.names.lymphodepletion),
            Self::Collection => same(&trial.names.collection),
            Self::Copies => same(&trial.names.copies),
            Self::Counts => same(&trial.names.counts),
            Self::Biomarker => same(&trial.names.biomarker),
        }
    }

    /// Whether the protocol names this value; compared without case, as the data are read.
    pub fn holds(self, trial: &Trial, value: &str) -> bool {
        self.choices(trial)
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(value))
    }

    /// Whether a value of one's own may stand in its place: a visit nobody planned.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Visits)
    }

    /// What it is, as the documents name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arms => "dose group",
            Self::Visits => "planned visit",
            Self::Infusion => "study treatment",
            Self::Lymphodepletion => "lymphodepletion agent",
            Self::Collection => "collection procedure",
            Self::Copies => "transgene assay",
            Self::Counts => "CAR-T cell assay",
            Self::Biomarker => "serum biomarker",
        }
    }
}
