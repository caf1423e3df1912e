//! A rehearsal of the whole study: subjects that could have been, as the same records a real study gives.
//!
//! # What it derives
//! [`StudyData`] marked synthetic: consent to survival follow-up of every subject, with the escalation, its spacing and
//! its replacements as the protocol has them. It serves to try every form, derivation and report before the first
//! patient, never to estimate anything.
//!
//! # Source
//! [`parameters::ALL`] lists every number with its source; most are assumptions. Kinetics `stein2019`, CRS and ICANS
//! `lee2019astct`, laboratory grades `ctcae5`, response `eisenhauer2009recist`.
//!
//! # Formula
//! Draws are addressed by seed, subject and topic (counter-based), so the same seed gives the same study whatever the
//! number of threads, and a subject is the same in a study of 10 and of 100.
//!
//! # Example
//! `rehearse(&trial, RehearsalOptions { subjects: 18, seed: 1 })`: see `tercel synth`.
//!
//! # Limits
//! Subjects are independent given their dose level. If the first level proves too toxic, accrual ends there and there
//! are fewer subjects than asked for.

mod assays;
mod bedside;
pub mod calibration;
mod course;
pub mod dirt;
mod escalation;
mod events;
mod kinetics;
mod labs;
mod number;
pub mod parameters;
mod person;
mod random;
mod recorder;
mod reporting;
mod scans;
mod screening;
mod toxicity;
mod tumour;
mod visits;

pub use screening::add_screen_failures;

use rayon::prelude::*;

use crate::protocol::Trial;
use crate::study::StudyData;

/// How large a rehearsal is, and which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RehearsalOptions {
    /// Subjects enrolled, the uninfused among them.
    pub subjects: u32,
    /// Key of the random numbers.
    pub seed: u64,
}

/// Suffix of the study identifier in synthetic data.
pub const SYNTHETIC: &str = "-SYNTHETIC";

/// Rehearses the trial.
pub fn rehearse(trial: &Trial, options: RehearsalOptions) -> StudyData {
    let width = options.subjects.to_string().len().max(4);
    let subjects = escalation::plan(trial, options)
        .into_par_iter()
        .map(|slot| recorder::write_subject(trial, options.seed, slot, width))
        .collect();
    StudyData {
        subjects,
        findings: Vec::new(),
        datasets: Vec::new(),
        synthetic: true,
        dated: true,
        coding: None,
        halts: Vec::new(),
    }
}
