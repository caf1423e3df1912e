//! Cellular kinetics and serum biomarker as data: parameters by group, levels at time points, listings, fits.

mod against_tumour;
mod listing;
mod mean;
mod parameters;
mod profiles;
mod time_points;

pub use against_tumour::{AgainstTumour, TumourPanel, TumourPoint};
pub use mean::MeanFigure;
pub use profiles::{FitPoint, ProfileFigure, ProfilePanel};

use std::collections::BTreeMap;

use super::{EventTable, LevelName, SummaryTable};
use crate::endpoint::{Analysis, Facts};
use crate::estimate::cellular_model::CellFit;
use crate::estimate::kinetics::Blq;
use crate::kinetics::{Analyte, NotCompared, SubjectKinetics, compare_assays, subject_kinetics};

/// The section.
#[derive(Debug, Clone, PartialEq)]
pub struct CellularKinetics {
    /// Why there is nothing to show; `None` where there is.
    pub reason: Option<&'static str>,
    /// The rules applied, a sentence each.
    pub conventions: Vec<String>,
    /// Parameters by dose level, response and CRS; levels at the time points; the serum biomarker.
    pub tables: Vec<SummaryTable>,
    /// By subject: parameters, fits, disagreeing assays, biomarker samples.
    pub listings: Vec<EventTable>,
    /// Geometric means by dose level, copies then cells.
    pub means: [MeanFigure; 2],
    /// Copies of each subject with the fitted curve.
    pub profiles: ProfileFigure,
    /// Peak and area against the best change of the tumour.
    pub against_tumour: AgainstTumour,
}

/// A subject with its kinetics, both analytes.
struct Studied<'a> {
    facts: &'a Facts<'a>,
    analytes: [Option<SubjectKinetics<'a>>; 2],
    /// The model fitted to the copies; only for the subjects that are drawn.
    fit: Option<CellFit>,
}

impl<'a> Studied<'a> {
    fn of(&self, analyte: Analyte) -> Option<&SubjectKinetics<'a>> {
        let [copies, cells] = &self.analytes;
        match analyte {
            Analyte::Copies => copies.as_ref(),
            Analyte::Cells => cells.as_ref(),
        }
    }
}

pub(super) fn build(analysis: &Analysis<'_>, levels: &[LevelName]) -> CellularKinetics {
    let mut studied: Vec<Studied<'_>> = analysis
        .facts
        .iter()
        .filter(|facts| facts.level.is_some() && facts.day0.is_some())
        .map(|facts| Studied {
            facts,
            analytes: Analyte::ALL.map(|analyte| subject_kinetics(facts, analyte)),
            fit: None,
        })
        .collect();
    studied.sort_by(|one, other| {
        (one.facts.day0, &one.facts.subject.id).cmp(&(other.facts.day0, &other.facts.subject.id))
    });
    for subject in studied.iter_mut().take(profiles::PANELS) {
        subject.fit = subject.of(Analyte::Copies).and_then(profiles::fit);
    }
    let any = studied.iter().any(|subject| {
        let parameters = subject.analytes.iter().flatten();
        parameters.clone().any(|kinetics| kinetics.parameters.is_some()) || !subject.facts.subject.biomarker.is_empty()
    });
    let mut tables = parameters::tables(&studied, levels);
    tables.extend(time_points::tables(analysis, &studied, levels));
    CellularKinetics {
        reason: (!any).then_some("No infused subject has a sample of CAR-T cells or of the serum biomarker."),
        conventions: conventions(analysis, &studied),
        tables,
        listings: listing::listings(&studied, levels),
        means: mean::means(analysis, levels),
        profiles: profiles::profiles(&studied),
        against_tumour: against_tumour::against_tumour(&studied),
    }
}

fn conventions(analysis: &Analysis<'_>, studied: &[Studied<'_>]) -> Vec<String> {
    let rules = &analysis.trial.kinetics;
    let mut sentences = vec![
        format!(
            "Areas by the {} rule from the infusion, at which the level is 0 where no sample stands there. A sample below \
             quantification {} before the first quantified sample, {} between quantified ones and {} after the last.",
            rules.auc_method.name(),
            stands_for(rules.blq.first),
            stands_for(rules.blq.middle),
            stands_for(rules.blq.last)
        ),
        "AUC 0–28 d stands twice: over all 28 days, read between the samples around day 28, and to the last quantified sample \
         within 28 days. Geometric CV = 100 √(exp(s²) − 1). A value of 0 (never quantified) has no logarithm: it is counted \
         beside the mean, not in it."
            .to_owned(),
        "A subject counts from the day its follow-up reaches day 28 (day 90 for AUC 0–90 d); until then its peak may be yet to \
         come."
            .to_owned(),
    ];
    let again = studied.iter().filter(|subject| {
        let profiles = subject.analytes.iter().flatten();
        profiles
            .clone()
            .any(|kinetics| kinetics.profile.next_infusion.is_some())
    });
    let again = again.count();
    if again > 0 {
        sentences.push(format!(
            "Infused again: {}. The profile ends at the second infusion; later samples are in none.",
            super::number::counted(again, "subject")
        ));
    }
    sentences.extend(compared(studied));
    sentences
}

/// What a rule does with a sample below quantification, in words.
const fn stands_for(rule: Blq) -> &'static str {
    match rule {
        Blq::Zero => "counts as 0",
        Blq::Drop => "is left out",
    }
}

/// How many samples of copies were held against a count, and why the others were not.
fn compared(studied: &[Studied<'_>]) -> Option<String> {
    let all: Vec<_> = studied
        .iter()
        .flat_map(|subject| compare_assays(subject.facts))
        .collect();
    let (mut held, mut apart) = (0, 0);
    let mut reasons: BTreeMap<NotCompared, usize> = BTreeMap::new();
    for found in &all {
        match found {
            Ok(found) => {
                held += 1;
                apart += usize::from(found.discordant);
            }
            Err(why) => *reasons.entry(*why).or_default() += 1,
        }
    }
    let not: Vec<String> = reasons
        .iter()
        .map(|(why, count)| format!(" Not compared: {}, {why}.", super::number::counted(*count, "sample")))
        .collect();
    (!all.is_empty()).then(|| {
        format!(
            "Copies held against the cell count of the day: {}, of which {} more than ten times apart.{}",
            super::number::counted(held, "sample"),
            super::number::count(apart),
            not.concat()
        )
    })
}
