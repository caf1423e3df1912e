//! What pathways, comparison and description share: the size of the trial, its curves, the files written.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use tercel::design::{DesignEntry, Plan, Target};
use tercel::exact::{Curve, Scenario, TimedPlan, standard_scenarios};
use tercel::protocol::Trial;
use tercel_exchange::bounded;

use super::options::subjects;

/// Subjects in a cohort where none are given.
pub(super) const USUAL_COHORT: u32 = 3;

/// The size of a trial.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct SizeArgs {
    /// Subjects in a cohort [default: that of the trial; 3 for paths and report]
    #[arg(long, value_name = "C")]
    cohort_size: Option<u32>,
    /// Cohorts in all; 3+3 and its kind end by themselves
    #[arg(long, value_name = "K")]
    cohorts: Option<u32>,
}

impl SizeArgs {
    /// A size of so many cohorts of so many subjects.
    pub(super) const fn new(cohort_size: u32, cohorts: u32) -> Self {
        Self {
            cohort_size: Some(cohort_size),
            cohorts: Some(cohorts),
        }
    }

    /// Subjects in a cohort and in all, of the options or the protocol; a design that ends by itself has cohorts of three and
    /// no planned number.
    pub(super) fn subjects(&self, entry: &DesignEntry, protocol: Option<&Trial>) -> anyhow::Result<(u32, Option<u32>)> {
        if entry.name.stops_by_itself() {
            return Ok((USUAL_COHORT, None));
        }
        let rules = protocol.map(|trial| &trial.escalation);
        let size = self.cohort_size.or(rules.map(|rules| rules.cohort_size));
        let size = subjects("--cohort-size", size.unwrap_or(USUAL_COHORT))?;
        let planned = rules.and_then(|rules| rules.max_n);
        match self.cohorts {
            None => Ok((size, planned)),
            Some(cohorts) => {
                let all = size * subjects("--cohorts", cohorts)?;
                Ok((size, Some(subjects("subjects in all:", all)?)))
            }
        }
    }

    /// The same where nothing is taken for granted: an answer about a trial needs its size said.
    pub(super) fn stated(&self, entry: &DesignEntry, protocol: Option<&Trial>) -> anyhow::Result<(u32, Option<u32>)> {
        let said = self.cohort_size.is_some() || protocol.is_some() || entry.name.stops_by_itself();
        if !said {
            bail!("give --cohort-size and --cohorts: the design goes on until all cohorts are treated");
        }
        self.complete(entry, protocol)
    }

    /// The same where the design has to come to an end.
    pub(super) fn complete(&self, entry: &DesignEntry, protocol: Option<&Trial>) -> anyhow::Result<(u32, Option<u32>)> {
        let (size, all) = self.subjects(entry, protocol)?;
        if all.is_none() && !entry.name.stops_by_itself() {
            bail!("give --cohorts (and --cohort-size): the design goes on until all cohorts are treated");
        }
        Ok((size, all))
    }
}

/// True curves.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct TruthArgs {
    /// A true curve: DLT probabilities from the lowest level up, comma-separated; may be given again
    #[arg(long, value_name = "P,..", allow_hyphen_values = true)]
    truth: Vec<String>,
    /// True curves, one a line
    #[arg(long, value_name = "FILE")]
    truth_file: Option<PathBuf>,
}

impl TruthArgs {
    /// The curves of the options and of the file, all of one length; that of the protocol's levels where there is one.
    pub(super) fn curves(&self, protocol: Option<&Trial>) -> anyhow::Result<Vec<Curve>> {
        let mut curves = Vec::new();
        for text in &self.truth {
            curves.push(curve(text).with_context(|| format!("--truth {text}"))?);
        }
        if let Some(path) = &self.truth_file {
            curves.extend(read_curves(path)?);
        }
        let Some(first) = curves.first() else {
            bail!("give a true curve: --truth 0.1,0.2,0.35 or --truth-file FILE");
        };
        let levels = protocol.map_or(first.values().len(), |trial| trial.dose_levels.len());
        if let Some(other) = curves.iter().find(|curve| curve.values().len() != levels) {
            bail!(
                "a true curve has {} values, of {levels} dose levels; all curves of one question have the same levels",
                other.values().len()
            );
        }
        Ok(curves)
    }

    /// The standard curves, then those given; the number of standard curves beside them.
    pub(super) fn scenarios(&self, target: Target, doses: u8) -> anyhow::Result<(Vec<Scenario>, usize)> {
        let mut scenarios = standard_scenarios(target, doses);
        let standard = scenarios.len();
        if self.truth.is_empty() && self.truth_file.is_none() {
            return Ok((scenarios, standard));
        }
        for (place, curve) in self.curves(None)?.into_iter().enumerate() {
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
}

fn read_curves(path: &Path) -> anyhow::Result<Vec<Curve>> {
    let read = bounded::read_text(path, bounded::Kind::Lines, bounded::MAX_DOCUMENT);
    let text = read.with_context(|| format!("failed to read {}", path.display()))?;
    let mut curves = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        let heading = index == 0 && line.split([',', ';']).all(|cell| cell.trim().parse::<f64>().is_err());
        if line.is_empty() || line.starts_with('#') || heading {
            continue;
        }
        curves.push(curve(line).with_context(|| format!("{}, line {}", path.display(), index + 1))?);
    }
    Ok(curves)
}

fn curve(text: &str) -> anyhow::Result<Curve> {
    let numbers: Result<Vec<f64>, _> = text
        .split([',', ';', ' ', '\t'])
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .map(|cell| cell.parse::<f64>().map_err(|_| anyhow!("\"{cell}\" is not a number")))
        .collect();
    Ok(Curve::new(numbers?)?)
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
