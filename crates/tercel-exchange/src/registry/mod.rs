//! A registry record: what ClinicalTrials.gov publishes about a study, and the draft of a protocol from it.
//!
//! [`parse_record`] recognises three forms by content: the study as JSON (API version 2), the CSV download, and flat text
//! with one part of the record a line. [`draft_protocol`] finds in it what a protocol needs and lists what is not there.

mod answer;
mod csv;
mod cursor;
mod defaults;
mod design;
mod differ;
mod dose;
mod draft;
mod eligibility;
mod find;
mod flat;
mod json;
mod method;
mod order;
pub mod protocol_record;
pub mod results;
mod sections;
mod time;
mod window;
mod words;

use thiserror::Error;

pub use dose::Level;
pub use draft::{Draft, NotStated, draft_protocol};
pub use time::{TimeFrame, split_time_frames};

/// A line longer than this is in no record.
const MAX_LINE: usize = 1 << 20;

/// Brackets within brackets, deeper than in any record.
const MAX_DEPTH: usize = 64;

/// Why bytes are not a registry record.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// Nothing in it.
    #[error("the file is empty; give a study of ClinicalTrials.gov as JSON, CSV or flat text")]
    Empty,
    /// Not text.
    #[error("the file is not UTF-8 text; give a study of ClinicalTrials.gov as JSON, CSV or flat text")]
    Encoding,
    /// A line of more than 1 MiB.
    #[error("line {0} is longer than 1 MiB, which no record has")]
    LongLine(usize),
    /// Nesting no record has.
    #[error("the JSON is nested more than 64 deep, which no record is")]
    Deep,
    /// Not JSON, though it begins like it.
    #[error("the file begins like JSON and is not: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON of something else.
    #[error("the JSON is no study of ClinicalTrials.gov: it has no {0}; give one study as API version 2 returns it")]
    NoStudy(&'static str),
    /// A record that asks nothing.
    #[error("the record states no outcome, so there is nothing to answer; give the complete record")]
    NoOutcome,
    /// More or fewer studies than one.
    #[error("the file holds {0} studies; choose one with --nct: {1}")]
    SeveralStudies(usize, String),
    /// The study asked for is another.
    #[error("the file holds no study {asked}; it holds {found}")]
    OtherStudy {
        /// Identifier asked for.
        asked: String,
        /// Identifiers found.
        found: String,
    },
    /// A table without the columns of the download.
    #[error("the CSV has no column \"{0}\"; download it from ClinicalTrials.gov with all columns")]
    NoColumn(&'static str),
    /// A table without a row.
    #[error("the CSV has a header and no study below it")]
    NoRow,
    /// Not CSV.
    #[error("the file is not valid CSV: {0}")]
    Csv(#[from] ::csv::Error),
    /// A member of another type.
    #[error("{place} must be {expected}, and is {found}")]
    Type {
        /// Path of the member.
        place: String,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// None of the three forms.
    #[error(
        "the file is no registry record: neither JSON nor CSV of ClinicalTrials.gov, nor flat text with title, official \
         title, conditions, interventions (\"BIOLOGICAL: name\") and outcomes a line each"
    )]
    Unknown,
}

/// How the record was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// API version 2.
    Json,
    /// The CSV download.
    Csv,
    /// One part of the record a line.
    Flat,
}

impl Form {
    /// The form in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Csv => "CSV",
            Self::Flat => "flat text",
        }
    }
}

/// The rank of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Primary.
    Primary,
    /// Secondary.
    Secondary,
    /// Other.
    Other,
}

impl Kind {
    /// The word of the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Other => "other",
        }
    }
}

/// An outcome in the record's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOutcome {
    /// Rank.
    pub kind: Kind,
    /// What is measured.
    pub measure: String,
    /// Its description; empty where there is none.
    pub description: String,
    /// Time frame; empty where there is none.
    pub time_frame: String,
}

/// What is given or done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Intervention {
    /// `BIOLOGICAL`, `DRUG` and so on.
    pub kind: String,
    /// Name; in many records with the dose.
    pub name: String,
    /// Description; empty where there is none.
    pub description: String,
    /// Other names.
    pub other_names: Vec<String>,
}

/// A group of subjects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arm {
    /// Label.
    pub label: String,
    /// Description; empty where there is none.
    pub description: String,
}

/// What a registry record says, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// How it was written.
    pub form: Form,
    /// ClinicalTrials.gov identifier.
    pub nct: Option<String>,
    /// The sponsor's identifier of the study.
    pub org_id: Option<String>,
    /// Brief title.
    pub brief_title: String,
    /// Official title; empty where there is none.
    pub official_title: String,
    /// Conditions.
    pub conditions: Vec<String>,
    /// Day of the last submission (`2024-10-15`).
    pub submitted: Option<String>,
    /// Brief summary and detailed description.
    pub summaries: Vec<String>,
    /// Groups.
    pub arms: Vec<Arm>,
    /// Interventions.
    pub interventions: Vec<Intervention>,
    /// Outcomes, in the record's order.
    pub outcomes: Vec<RecordOutcome>,
    /// Lowest age at entry, as written (`18 Years`).
    pub age_min: Option<String>,
    /// Highest age at entry, as written.
    pub age_max: Option<String>,
    /// Eligibility criteria.
    pub eligibility: String,
}

impl Record {
    fn new(form: Form) -> Self {
        Self {
            form,
            nct: None,
            org_id: None,
            brief_title: String::new(),
            official_title: String::new(),
            conditions: Vec::new(),
            submitted: None,
            summaries: Vec::new(),
            arms: Vec::new(),
            interventions: Vec::new(),
            outcomes: Vec::new(),
            age_min: None,
            age_max: None,
            eligibility: String::new(),
        }
    }

    /// Everything the record says in sentences, one text at a time, outcomes last.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let interventions = self
            .interventions
            .iter()
            .flat_map(|given| [&given.name, &given.description]);
        let arms = self.arms.iter().flat_map(|arm| [&arm.label, &arm.description]);
        let outcomes = self
            .outcomes
            .iter()
            .flat_map(|outcome| [&outcome.measure, &outcome.description]);
        interventions
            .chain(arms)
            .chain(&self.summaries)
            .chain(outcomes)
            .map(String::as_str)
    }
}

/// Reads a registry record. `nct` chooses one of several studies.
pub fn parse_record(bytes: &[u8], nct: Option<&str>) -> Result<Record, RegistryError> {
    if let Some(line) = bytes
        .split(|byte| *byte == b'\n')
        .position(|line| line.len() > MAX_LINE)
    {
        return Err(RegistryError::LongLine(line + 1));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| RegistryError::Encoding)?;
    let text = text.trim_start_matches('\u{feff}');
    if text.contains('\0') {
        return Err(RegistryError::Encoding);
    }
    let start = text.trim_start();
    let mut record = if start.is_empty() {
        return Err(RegistryError::Empty);
    } else if start.starts_with(['{', '[']) {
        json::parse(text, nct)?
    } else if csv::is_header(start) {
        csv::parse(start, nct)?
    } else {
        flat::parse(text).ok_or(RegistryError::Unknown)?
    };
    for outcome in &mut record.outcomes {
        if outcome.measure.trim().is_empty() {
            outcome.measure = if outcome.description.trim().is_empty() {
                "The record states no measure".to_owned()
            } else {
                outcome.description.clone()
            };
        }
    }
    if record.outcomes.is_empty() {
        return Err(RegistryError::NoOutcome);
    }
    match (nct, &record.nct) {
        (Some(asked), Some(found)) if !asked.eq_ignore_ascii_case(found) => Err(RegistryError::OtherStudy {
            asked: asked.to_owned(),
            found: found.clone(),
        }),
        _ => Ok(record),
    }
}

/// The study asked for, or the only one.
fn choose<T>(studies: Vec<(String, T)>, nct: Option<&str>) -> Result<T, RegistryError> {
    let ids = |studies: &[(String, T)]| {
        let shown: Vec<&str> = studies.iter().take(10).map(|(id, _)| id.as_str()).collect();
        let more = if studies.len() > shown.len() { " …" } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    let (count, found) = (studies.len(), ids(&studies));
    let mut chosen: Vec<T> = studies
        .into_iter()
        .filter(|(id, _)| nct.is_none_or(|nct| nct.eq_ignore_ascii_case(id)))
        .map(|(_, study)| study)
        .collect();
    match (chosen.len(), nct) {
        (1, _) => chosen.pop().ok_or(RegistryError::Unknown),
        (0, Some(asked)) => Err(RegistryError::OtherStudy {
            asked: asked.to_owned(),
            found,
        }),
        _ => Err(RegistryError::SeveralStudies(count, found)),
    }
}
