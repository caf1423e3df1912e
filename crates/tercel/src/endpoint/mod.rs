//! The outcomes of the registry record, one file each.
//!
//! A method says what one subject contributes ([`Contribution`]) and which statistic sums the contributions up
//! ([`Statistic`]). The same contributions give the overall cell and the cell of each dose level, so that a listing and
//! the number above it cannot differ.

mod adverse_events;
mod ae_window;
mod analysis;
mod biomarker_change;
mod car_t_level;
mod cell;
mod censoring;
mod check;
mod check_analysis;
mod check_episodes;
mod crs_icans;
mod dcr;
mod dlt;
mod dor;
mod facts;
mod follow_up;
mod icaht;
mod lab_baseline;
mod lab_changes;
mod lab_course;
mod lab_events;
mod lab_result;
mod median_os;
mod median_pfs;
mod orr;
mod os_rate;
mod pfs;
mod pfs_rate;
mod scans;
mod summarize;
mod survival;
mod toxicity;
mod ttr;
mod tumour;

pub use adverse_events::associated as associated_events;
pub use ae_window::AeWindow;
pub use analysis::{Analysis, derive_cells, derive_cells_of};
pub use cell::{Cell, Contribution, Detail, NotEstimable, Reading};
pub use censoring::Situation;
pub use check::check_derived;
pub use check_analysis::{check_analysis, check_subjects};
pub use facts::{Derived, Duration, Facts};
pub use icaht::SubjectIcaht;
pub use lab_result::{GradedResult, grade_result, grade_results};
pub use summarize::Statistic;
pub use toxicity::{ScaleGrade, SyndromeEpisode};
pub use tumour::{Point, Source, Tumour, best_options};

/// Name of the method of the response rate.
pub const ORR: &str = orr::METHOD.name;
/// Name of the method of the disease control rate.
pub const DCR: &str = dcr::METHOD.name;

pub(crate) use biomarker_change::{baseline as biomarker_baseline, change as biomarker_change};
pub(crate) use car_t_level::{CELLS, COPIES, sample_at};
pub(crate) use crs_icans::occurred as syndrome_occurred;
pub(crate) use facts::add_months;
pub(crate) use lab_course::{Certainty, GradedLab, Worst, graded_labs, terms_of as lab_terms, worst_grades};
pub(crate) use lab_events::unreconciled;
pub(crate) use summarize::median_above;

use crate::protocol::{Assessed, Trial};
use crate::study::RecordId;

/// What is asked of a method: one component at one time point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'q> {
    /// Component, where the outcome has several.
    pub component: Option<&'q str>,
    /// Time point in months.
    pub months: Option<u32>,
}

/// How one kind of outcome is answered.
pub struct Method {
    /// Name in protocol files.
    pub name: &'static str,
    /// Parts it can report apart; empty where it is one number.
    pub components: &'static [&'static str],
    /// Whether it is reported at time points in months.
    pub at_time_points: bool,
    /// Assessment a time point needs.
    pub needs: Option<Assessed>,
    /// Keys of the publications its reading rests on, beside those of its statistic.
    pub references: &'static [&'static str],
    /// Settings of the protocol it reads.
    pub settings: &'static [&'static str],
    /// Main statistic.
    pub statistic: Statistic,
    /// Unit of the value.
    pub unit: fn(&Trial, Question<'_>) -> String,
    /// What the source must record; said when it does not.
    pub records: &'static str,
    /// Datasets without which nothing can be said, not even that nothing occurred.
    pub datasets: &'static [&'static str],
    /// What one subject contributes.
    pub read: fn(&Facts<'_>, Question<'_>) -> Part,
}

impl std::fmt::Debug for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Method")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What one subject contributes, before it is put beside the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What it contributes.
    pub reading: Reading,
    /// Why.
    pub note: String,
    /// Records it rests on, beside the subject's own and its infusion.
    pub records: Vec<RecordId>,
}

impl Part {
    fn new(reading: Reading, note: impl Into<String>, records: Vec<RecordId>) -> Self {
        Self {
            reading,
            note: note.into(),
            records,
        }
    }

    fn out(note: impl Into<String>) -> Self {
        Self::new(Reading::Out, note, Vec::new())
    }
}

/// All methods.
pub const ALL: [&Method; 15] = [
    &dlt::METHOD,
    &adverse_events::METHOD,
    &crs_icans::METHOD,
    &lab_changes::METHOD,
    &orr::METHOD,
    &dcr::METHOD,
    &biomarker_change::METHOD,
    &car_t_level::METHOD,
    &pfs::METHOD,
    &median_pfs::METHOD,
    &ttr::METHOD,
    &dor::METHOD,
    &median_os::METHOD,
    &os_rate::METHOD,
    &pfs_rate::METHOD,
];

/// Method of an outcome that no method answers, and statistic of its cells.
pub const NO_METHOD: &str = "none";

/// The note of a subject without infusion.
const NOT_INFUSED: &str = "not infused";
