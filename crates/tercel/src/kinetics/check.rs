//! What is wrong with the samples of the kinetics and of the serum biomarker.

use super::assays::compare_assays;
use super::profile::{Analyte, Profile};
use crate::endpoint::Facts;
use crate::estimate::summary;
use crate::language::both;
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
        let text = both!(
            "{en}: more than ten times apart; review this sample and {count}",
            "{zh}：相差十倍以上；请复核本样本和{count}",
            en = comparison.text.en,
            zh = comparison.text.zh
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
    let text = both!(
        "{value} {unit} is {ratio:.3} times the median of the other samples of the subject ({median} {unit}); check unit and dilution",
        "{value} {unit}为该受试者其他样本中位数（{median} {unit}）的{ratio:.3}倍；请核对单位和稀释倍数"
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
        let text = both!(
            "the day of the sample is not known ({when}), so it is in no profile",
            "样本日期不明（{when}），不计入任何曲线",
            when = level.when
        );
        add(level, Rule::Incomplete(text));
    }
    for (left_out, kept) in &profile.duplicates {
        let text = both!(
            "a second sample at the time of {first} ({when}); the first recorded counts: enter the times of day of samples and infusion, or \
             take one out",
            "与{first}（{when}）同时的第二份样本；以先记录者为准：请录入样本和回输的钟点，或删去其一",
            first = kept.record,
            when = kept.when
        );
        add(left_out, Rule::Incomplete(text));
    }
    for level in profile.quantified_before() {
        let text = both!(
            "quantified on {when}, before any CAR-T cell was infused; check sample, date and time",
            "{when}即有定量结果，早于任何CAR-T细胞回输；请核对样本、日期和时间",
            when = level.when
        );
        add(level, Rule::OutOfOrder(text));
    }
}
