//! What is wrong with the samples of the kinetics and of the serum biomarker.

use super::assays::compare_assays;
use super::profile::{Analyte, Profile};
use crate::endpoint::Facts;
use crate::estimate::summary;
use crate::study::{Blocks, Finding, Level, Rule, When};

/// A serum value this many times above or below the others of its subject is asked about.
const SLIP: f64 = 100.0;

/// Findings about the samples of one subject.
pub fn check_kinetics(facts: &Facts<'_>) -> Vec<Finding> {
    let infusions: Vec<When> = facts.subject.infusions.iter().map(|infusion| infusion.when).collect();
    let mut findings = Vec::new();
    for analyte in Analyte::ALL {
        let field = match analyte {
            Analyte::Copies => "PCDTC",
            Analyte::Cells => "CPDTC",
        };
        if let Some(profile) = Profile::new(&infusions, analyte.samples(facts.subject)) {
            check_profile(&profile, field, &mut findings);
        }
    }
    for comparison in compare_assays(facts)
        .into_iter()
        .flatten()
        .filter(|found| found.discordant)
    {
        let [copies, count, ..] = comparison.records.as_slice() else {
            continue;
        };
        let text = format!(
            "{}: more than ten times apart; review this sample and {count}",
            comparison.text
        );
        findings.push(Finding::of(copies, "PCSTRESN", Rule::Disagree(text), Blocks::Export));
    }
    let slips = facts.subject.biomarker.iter().filter_map(|sample| slip(facts, sample));
    findings.extend(slips);
    findings
}

/// A serum value a hundred times or more from the other samples of the subject is more likely a slip of unit or dilution.
fn slip(facts: &Facts<'_>, sample: &Level) -> Option<Finding> {
    let value = sample.amount.quantified().filter(|value| *value > 0.0)?;
    let rules = &facts.trial.kinetics;
    if value < rules.biomarker_floor {
        // Asked about already, for that reason.
        return None;
    }
    let samples = facts.subject.biomarker.iter();
    let others = samples.filter(|other| other.record != sample.record);
    let others: Vec<f64> = others.filter_map(|other| other.amount.quantified()).collect();
    let median = summary::median(&others).filter(|median| *median > 0.0 && others.len() > 1)?;
    let ratio = value / median;
    if ratio < SLIP && ratio > 1.0 / SLIP {
        return None;
    }
    let unit = &rules.biomarker_unit;
    let text = format!(
        "{value} {unit} is {ratio:.3} times the median of the other samples of the subject ({median} {unit}); check unit and dilution"
    );
    Some(Finding::of(
        &sample.record,
        "LBSTRESN",
        Rule::Incomplete(text),
        Blocks::Export,
    ))
}

fn check_profile(profile: &Profile<'_>, field: &str, findings: &mut Vec<Finding>) {
    let mut add = |level: &Level, rule| {
        findings.push(Finding::of(&level.record, field, rule, Blocks::Export));
    };
    for level in &profile.undated {
        let text = format!(
            "the day of the sample is not known ({}), so it is in no profile",
            level.when
        );
        add(level, Rule::Incomplete(text));
    }
    for (left_out, kept) in &profile.duplicates {
        let text = format!(
            "a second sample at the time of {} ({}); the first recorded counts: enter the times of day of samples and infusion, or \
             take one out",
            kept.record, kept.when
        );
        add(left_out, Rule::Incomplete(text));
    }
    for level in profile.quantified_before() {
        let text = format!(
            "quantified on {}, before any CAR-T cell was infused; check sample, date and time",
            level.when
        );
        add(level, Rule::OutOfOrder(text));
    }
}
