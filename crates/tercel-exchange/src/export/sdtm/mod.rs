//! SDTM 3.4 of a study: its own tables, completed.
//!
//! # What it derives
//! Every table of the source is kept with every value; columns that SDTMIG 3.4 does not have in a dataset go to its
//! supplemental qualifiers. What the guide requires or expects and the source leaves blank is filled where it follows from
//! the data or the protocol: reference dates and arms of `DM`, sequence numbers, study days, epochs, visits, standard
//! results, range indicators and baseline flags. `SE TA TE TI TV TS DD PP RELREC` are made where the source has none,
//! and `EC` has each infusion as it was collected beside its plan.
//!
//! # Source
//! SDTMIG 3.4 and SDTM 2.0 (CDISC); terminology of [`super::terminology`].
//!
//! # Formula
//! Study day: day of the record − day of `RFSTDTC`, plus 1 from that day on: there is no day 0.
//!
//! # Limits
//! A value that the source states is never replaced, also where it differs from what would be derived here. A dataset that
//! the guide does not have is not exported, which is a finding.

mod cells;
mod check;
mod coding;
mod collected;
mod cut;
mod deaths;
mod demography;
mod describe;
mod design;
mod elements;
mod findings;
mod flags;
mod kinetics;
mod long;
mod related;
mod source;
mod summary;
mod supplement;
mod timing;
mod values;
mod visits;

use jiff::civil::Date;
use tercel::protocol::Trial;
use tercel::study::{Finding, StudyData};

use super::{Dataset, guide, level_lengths};
use crate::folder::read_tables;
use crate::table::Table;

pub(in crate::export) use check::{finding, numbers, required};
pub use coding::code_events;
pub(crate) use collected::PERFORMED;
pub use cut::cut_tables;

/// An export: the datasets, and the tables of the source that are in none.
#[derive(Debug, Clone, PartialEq)]
pub struct Sdtm {
    /// The datasets in order of their names.
    pub datasets: Vec<Dataset>,
    /// What was left out or could not be made, with the reason.
    pub findings: Vec<Finding>,
    /// The data cut: as given, else the last day of the data.
    pub cut: Option<Date>,
}

/// Makes the datasets of a study from its own tables, as a folder or the record of the trial gives them. `cut` is the data
/// cut that the trial summary states; the tables themselves are taken as they are ([`cut_tables`] cuts them).
pub fn datasets(trial: &Trial, tables: Vec<Table>, cut: Option<Date>) -> Sdtm {
    let (mut tables, findings) = source::prepare(trial, tables);
    let mut data = read_tables(tables.clone(), trial).unwrap_or_default();
    let cut = cut.or_else(|| data.last_day());
    demography::leave_out_zero_doses(&mut data, &tables);
    let study = Study {
        trial,
        id: source::study_id(trial, &tables),
        cut,
        data: &data,
    };
    let elements = elements::of_subjects(&study, &tables);
    demography::complete(&study, &mut tables);
    collected::add_given(&study, &mut tables);
    add(&mut tables, "SE", || elements::subject_elements(&study, &elements));
    add(&mut tables, "TA", || elements::trial_arms(&study));
    add(&mut tables, "TE", || elements::trial_elements(&study));
    add(&mut tables, "TI", || design::criteria(&study));
    add(&mut tables, "TV", || design::visits(&study));
    let deaths = deaths::details(&study, &tables);
    add(&mut tables, "DD", || deaths);
    let parameters = kinetics::parameters(&study, &tables);
    add(&mut tables, "PP", || parameters);
    let summary = summary::parameters(&study, &tables);
    add(&mut tables, "TS", || summary);
    for table in &mut tables {
        findings::complete(table, trial);
    }
    let planned = visits::Planned::of(&study);
    visits::complete_subject_visits(&planned, &mut tables);
    let attended = visits::Attended::of(&tables);
    let references = timing::References::of(&tables);
    for table in &mut tables {
        visits::complete(table, &planned, &attended);
        timing::complete(table, &references);
        flags::complete(&study, table, &references);
    }
    flags::flag_emergent(trial, &mut tables);
    related::group_assessments(&mut tables);
    related::group_profiles(&study, &mut tables);
    let related = related::records(&study, &tables);
    add(&mut tables, "RELREC", || related);
    for table in &mut tables {
        long::split(table);
    }
    let mut made = describe::all(&study, tables);
    made.sort_by(|one, other| one.name().cmp(other.name()));
    level_lengths(&mut made);
    Sdtm {
        datasets: made,
        findings,
        cut,
    }
}

/// What every step needs to know.
struct Study<'a> {
    trial: &'a Trial,
    /// `STUDYID`.
    id: String,
    cut: Option<Date>,
    data: &'a StudyData,
}

/// Adds a dataset that the source does not have, where there is something in it.
fn add(tables: &mut Vec<Table>, name: &str, make: impl FnOnce() -> Table) {
    if tables.iter().any(|table| table.name == name) {
        return;
    }
    let table = make();
    if !table.is_empty() {
        tables.push(table);
    }
}

/// The table of a name.
fn named<'t>(tables: &'t [Table], name: &str) -> Option<&'t Table> {
    tables.iter().find(|table| table.name == name)
}

/// Whether the guide has this variable in this dataset.
fn has_variable(dataset: &str, name: &str) -> bool {
    guide::variable(dataset, name).is_some()
}
