//! Report contents as data: what every rendering (HTML, PDF, terminal) shows, in the same words and digits.
//!
//! | Part | Module |
//! |---|---|
//! | how a number is written | [`number`] |
//! | pathways, comparison and description of designs | [`design_page`] |
//! | cover, dose decision, escalation board | [`Cover`], [`DecisionPart`], [`BoardLevel`] |
//! | the outcome matrix and a section per outcome | [`OutcomeSection`], [`Block`], [`Answer`] |
//! | the records behind every number | [`Listing`] |
//! | one subject at a glance | [`Profile`] |
//! | what is wrong in the data, by action | [`FindingSection`] |
//! | censoring rules, follow-up, dose received | [`TimeToEvent`] |
//! | rates by dose level | [`Forest`] |
//! | survival curves and the swimmer plot | [`SurvivalFigure`], [`Swimmer`] |
//! | response, kinetics, safety and escalation drawn | [`Figures`] |
//! | tumour response by each criteria | [`ResponseSection`] |
//! | adverse events counted and listed | [`Safety`] |
//! | parameters of cellular kinetics, serum biomarker | [`CellularKinetics`] |
//! | laboratory grades, shifts, Hy's law, blood counts | [`LabSafety`] |

mod biomarker;
mod board;
mod cellular_kinetics;
mod cover;
mod figure;
mod figures;
mod findings;
mod forest;
mod heat_map;
mod kinetics;
mod labs;
mod listing;
mod outcome;
mod planned;
mod population;
mod response;
mod safety;
mod said;
mod spider;
mod subject;
mod swimmer;
mod time_to_event;
mod timeline;
mod toxicity_days;
mod waterfall;

pub mod design_page;
pub mod number;

pub use biomarker::{BiomarkerFigure, BiomarkerLine, BiomarkerPoint};
pub use board::{BoardLevel, BoardMark, BoardSubject, DecisionPart, Waiting};
pub use cellular_kinetics::{
    AgainstTumour, CellularKinetics, FitPoint, MeanFigure, ProfileFigure, ProfilePanel, TumourPanel, TumourPoint,
};
pub use cover::{Cover, FindingCounts};
pub use figure::{Curve, CurvePoint, SurvivalFigure};
pub use figures::Figures;
pub use findings::{FindingRow, FindingSection, finding_sections};
pub use forest::{Forest, ForestPanel, ForestRow};
pub use heat_map::{HeatCell, HeatColumn, HeatMap, HeatRow, TERM_LIMIT};
pub use kinetics::{KineticsFigure, KineticsLine, KineticsMedian, KineticsPoint};
pub use labs::{
    CountLine, CountMedian, HysLaw, HysPoint, HysScale, HysSubject, LAB_ROW_LIMIT, LabSafety, LevelGrades, Mismatch,
    Recovery, SHIFT_UNKNOWN, Shade, Shift, TermGrades, WorstResult,
};
pub use listing::{Entry, Listing, ListingGroup, ListingRow, Reading, ReadingKind, RecordGroup};
pub use outcome::{Answer, Block, DetailText, NoValue, OutcomeSection, Reference};
pub use population::{Population, SummaryRow, SummaryTable};
pub use response::ResponseSection;
pub use safety::{
    Behind, BehindLevel, BehindPart, CountCell, CountColumn, CountRow, CountTable, EventLine, EventTable, GRADES_SHOWN,
    Narrative, RecodingLine, Safety, coding_sentence,
};
pub use spider::{LINE_LIMIT, Spider, SpiderLine, SpiderPoint};
pub use subject::{EventRow, Fact, Profile};
pub use swimmer::{Lane, LaneEnd, LaneMark, MarkKind, Swimmer};
pub use time_to_event::{Received, TimeToEvent};
pub use timeline::{TIMELINE_LIMIT, Timeline, TimelineMark};
pub use toxicity_days::{LANE_LIMIT, ToxicityDay, ToxicityDays, ToxicityLane};
pub use waterfall::{Bar, GROWTH_SHOWN, WATERFALL_LIMIT, Waterfall};

use std::fmt::Write as _;

use crate::design::StudyDecision;
use crate::endpoint::{Analysis, Cell};
use crate::language::Words;
use crate::protocol::{Assumption, DoseLevel};
use crate::study::{Finding, SubjectId};

/// Most subjects a listing shows.
pub const LISTING_LIMIT: usize = 1000;

/// Most subjects the swimmer plot shows.
pub const SWIMMER_LIMIT: usize = 60;

/// Most findings the report lists.
pub const FINDING_LIMIT: usize = 1000;

/// A dose level as a column or row of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelName {
    /// The level.
    pub level: DoseLevel,
    /// Label of the protocol (`First dose group`), with words where it is only a number.
    pub label: String,
    /// Planned dose (`2.5×10⁸ cells`).
    pub dose: String,
}

/// Everything a report shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What the report is about, and who is in it.
    pub cover: Cover,
    /// The dose decision; `None` where the data carry no dates.
    pub decision: Option<DecisionPart>,
    /// Dose levels, lowest first.
    pub levels: Vec<LevelName>,
    /// Who was treated at which level, with DLT status; in the order of `levels`.
    pub board: Vec<BoardLevel>,
    /// A section per outcome, in the protocol's order. Their blocks are the rows of the outcome matrix.
    pub outcomes: Vec<OutcomeSection>,
    /// Listings the sections refer to by index.
    pub listings: Vec<Listing>,
    /// Survival curves.
    pub survival: Vec<SurvivalFigure>,
    /// Censoring rules, follow-up, dose levels beside each other, dose received.
    pub time_to_event: TimeToEvent,
    /// Rates by dose level with their intervals.
    pub forest: Forest,
    /// Course of each subject.
    pub swimmer: Swimmer,
    /// The other figures.
    pub figures: Figures,
    /// Who was in the study and what was done.
    pub population: Population,
    /// Tumour response.
    pub response: ResponseSection,
    /// Adverse events.
    pub safety: Safety,
    /// Laboratory safety.
    pub labs: LabSafety,
    /// Cellular kinetics and serum biomarker.
    pub kinetics: CellularKinetics,
    /// What the record leaves open, each with choice and reason.
    pub assumptions: Vec<Assumption>,
    /// A profile per subject in order of their identifiers, at most [`LISTING_LIMIT`].
    pub subjects: Vec<Profile>,
    /// Findings by what they hold up and where; at most [`FINDING_LIMIT`] rows.
    pub findings: Vec<FindingSection>,
    /// Start that all subject identifiers share, left out in figures.
    pub subject_prefix: String,
    /// Sentences of this report that are known in Chinese where they are made.
    pub said: Vec<Words>,
}

impl Report {
    /// Whether the report has a profile of the subject; a link to another would lead nowhere.
    pub fn has_profile(&self, subject: &SubjectId) -> bool {
        self.subjects
            .binary_search_by(|profile| profile.subject.cmp(subject))
            .is_ok()
    }
}

/// Puts the report of a study together.
pub fn build_report(
    analysis: &Analysis<'_>,
    cells: &[Cell],
    decision: Option<&StudyDecision>,
    findings: &[Finding],
) -> Report {
    let trial = analysis.trial;
    let levels: Vec<LevelName> = trial
        .dose_levels
        .iter()
        .map(|(level, group)| LevelName {
            level,
            label: readable(&group.label),
            dose: number::raise(&group.planned.to_string()),
        })
        .collect();
    let (outcomes, listings) = outcome::sections(trial, &levels, cells);
    Report {
        cover: cover::cover(analysis, findings),
        decision: decision.map(|decision| board::decision(decision, &levels, findings)),
        board: board::board(analysis, &levels),
        outcomes,
        listings,
        survival: figure::figures(analysis, &levels),
        time_to_event: time_to_event::build(analysis, &levels, cells),
        forest: forest::forest(trial, &levels, cells),
        swimmer: swimmer::swimmer(analysis),
        figures: figures::build(analysis, &levels),
        population: population::build(analysis, &levels),
        response: response::build(analysis, &levels),
        safety: safety::build(analysis, &levels),
        labs: labs::labs(analysis, &levels),
        kinetics: cellular_kinetics::build(analysis, &levels),
        assumptions: trial.assumptions.clone(),
        subjects: subject::profiles(analysis, &levels, findings),
        findings: finding_sections(findings, FINDING_LIMIT),
        subject_prefix: common_start(analysis.facts.iter().map(|facts| facts.subject.id.as_str())),
        said: said::said(analysis, decision, findings),
        levels,
    }
}

/// Place of a subject's profile in the document: letters and digits as they are, every other character as its number, so
/// that two identifiers never share a place.
pub fn subject_anchor(subject: &SubjectId) -> String {
    let mut anchor = "subject_".to_owned();
    for letter in subject.as_str().chars() {
        if letter.is_ascii_alphanumeric() {
            anchor.push(letter);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(anchor, "-{:x}-", u32::from(letter));
        }
    }
    anchor
}

/// A label that is only a number (`-1`) reads as a result in a table; it becomes `Dose level -1`.
fn readable(label: &str) -> String {
    if label.chars().any(char::is_alphabetic) {
        label.to_owned()
    } else {
        format!("Dose level {label}").trim_end().to_owned()
    }
}

/// The start all identifiers share, up to and with its last separator; empty where a single subject or none has one.
fn common_start<'i>(mut ids: impl Iterator<Item = &'i str>) -> String {
    let Some(first) = ids.next() else { return String::new() };
    let (mut shared, mut several) = (first, false);
    for id in ids {
        several = true;
        let same = shared
            .char_indices()
            .zip(id.chars())
            .find(|((_, one), other)| one != other);
        let end = same.map_or(shared.len().min(id.len()), |((at, _), _)| at);
        shared = shared.get(..end).unwrap_or_default();
    }
    let separator = shared.rfind(|letter: char| !letter.is_alphanumeric());
    let end = separator.and_then(|at| Some(at + shared.get(at..)?.chars().next()?.len_utf8()));
    match end {
        Some(end) if several => shared.get(..end).unwrap_or_default().to_owned(),
        Some(_) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_is_only_a_number_says_what_it_is() {
        assert_eq!(readable("-1"), "Dose level -1");
        assert_eq!(readable("First dose group"), "First dose group");
    }

    #[test]
    fn two_subjects_never_share_an_anchor() {
        assert_eq!(subject_anchor(&SubjectId::new("HCC-01")), "subject_HCC-2d-01");
        let ids = ["A-1", "A 1", "A_1", "A-2d-1", "A1"];
        let anchors: std::collections::BTreeSet<String> =
            ids.iter().map(|id| subject_anchor(&SubjectId::new(id))).collect();
        assert_eq!(anchors.len(), ids.len());
    }

    #[test]
    fn the_common_start_ends_at_a_separator_and_never_swallows_an_identifier() {
        assert_eq!(common_start(["HCC-01-001", "HCC-01-012"].into_iter()), "HCC-01-");
        assert_eq!(common_start(["A1", "A2"].into_iter()), "");
        assert_eq!(common_start(["HCC-01-001"].into_iter()), "");
        assert_eq!(common_start(["HCC-1", "HCC-1-2"].into_iter()), "HCC-");
        assert_eq!(common_start(["É-é", "É-è"].into_iter()), "É-");
        assert_eq!(common_start(std::iter::empty()), "");
    }
}
