//! What pathways, comparison and description share: the size of the trial, its curves, the files written.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tercel::design::{DesignEntry, Plan, Target};
use tercel::exact::{Curve, Scenario, TimedPlan, standard_scenarios};

use super::oc;
use super::options::{stops_by_itself, subjects};

/// Subjects in a cohort where none are given.
pub(super) const USUAL_COHORT: u32 = 3;

/// Subjects in a cohort and in all; a design that ends by itself has cohorts of three and no planned number.
pub(super) fn size(
    entry: &DesignEntry,
    cohort_size: Option<u32>,
    cohorts: Option<u32>,
) -> anyhow::Result<(u32, Option<u32>)> {
    if stops_by_itself(entry.name) {
        if cohort_size.is_some_and(|size| size != USUAL_COHORT) {
            eprintln!(
                "warning: {} has cohorts of three; --cohort-size changes nothing",
                entry.title
            );
        }
        return Ok((USUAL_COHORT, None));
    }
    let cohort_size = subjects("--cohort-size", cohort_size.unwrap_or(USUAL_COHORT))?;
    let Some(cohorts) = cohorts else {
        return Ok((cohort_size, None));
    };
    let all = cohort_size.saturating_mul(subjects("--cohorts", cohorts)?);
    Ok((cohort_size, Some(subjects("subjects in all:", all)?)))
}

/// The standard curves, then those of the user; the number of standard curves beside them.
pub(super) fn scenarios(
    target: Target,
    doses: u8,
    truth: &[String],
    file: Option<&Path>,
) -> anyhow::Result<(Vec<Scenario>, usize)> {
    let mut scenarios = standard_scenarios(target, doses);
    let standard = scenarios.len();
    if truth.is_empty() && file.is_none() {
        return Ok((scenarios, standard));
    }
    let given: Vec<Curve> = oc::curves(truth, file)?;
    for (place, curve) in given.into_iter().enumerate() {
        if curve.values().len() != usize::from(doses) {
            bail!(
                "a true curve has {} values, of {doses} dose levels",
                curve.values().len()
            );
        }
        scenarios.push(Scenario::new(format!("Own curve {}", place + 1), curve, target));
    }
    Ok((scenarios, standard))
}

/// How a trial is set, as name and value.
pub(super) fn facts(title: &str, target: Option<f64>, plan: &Plan<'_>) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![fact("Design", title.to_owned())];
    if let Some(target) = target {
        facts.push(fact("Target DLT probability", target.to_string()));
    }
    facts.push(fact("Dose levels", plan.doses.to_string()));
    facts.push(fact("First cohort at", format!("level {}", plan.start)));
    facts.push(fact("Subjects in a cohort", plan.cohort_size.to_string()));
    let all = plan
        .max_n
        .map_or_else(|| "as the design asks".to_owned(), |max| max.to_string());
    facts.push(fact("Subjects in all", all));
    facts
}

/// How a trial without cohorts is set, as name and value.
pub(super) fn timed_facts(title: &str, target: Option<f64>, plan: &TimedPlan<'_>) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![fact("Design", title.to_owned())];
    if let Some(target) = target {
        facts.push(fact("Target DLT probability", target.to_string()));
    }
    facts.push(fact("Dose levels", plan.doses.to_string()));
    facts.push(fact("First subject at", format!("level {}", plan.start)));
    facts.push(fact("Subjects in all, at most", plan.max_n.to_string()));
    facts
}

/// Writes a file, its folder too where it is missing.
pub(super) fn write_file(path: &Path, content: &str) -> anyhow::Result<PathBuf> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
    }
    std::fs::write(path, content).with_context(|| format!("failed to write {}", path.display()))?;
    Ok(path.to_owned())
}
