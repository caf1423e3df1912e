//! Outcomes of subjects, from a file or in the notation `1NNN 2NNT`.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use tercel::design::{
    Cohort, Count, EfficacyCount, Observation, Pending, adaptive_weights, count_cohorts, parse_outcomes,
};
use tercel::protocol::{DoseLevel, PerLevel};

use crate::table::Table;

/// Where outcomes come from.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Subjects")]
pub(super) struct OutcomeArgs {
    /// CSV file, one subject a row in order of treatment: dose_level, dlt (1, 0, blank while pending), and where followed:
    /// weight (share of the window, 0 to 1) or followup_days; for bf-boin and boin12 response (1, 0, blank while pending),
    /// for bf-boin backfill (1 or 0)
    #[arg(long, value_name = "FILE")]
    patients: Option<PathBuf>,
    /// Complete outcomes in order of treatment: dose level, then N (no DLT), T (DLT) or . (pending) per subject of a cohort
    #[arg(long, value_name = "\"1NNN 2NNT\"", conflicts_with = "patients")]
    outcomes: Option<String>,
}

/// One subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Subject {
    pub(super) level: DoseLevel,
    /// Whether a DLT occurred; none while pending.
    pub(super) dlt: Option<bool>,
    /// Share of the window followed, where the file says it.
    pub(super) weight: Option<f64>,
    /// Days followed, where the file says it.
    pub(super) followup_days: Option<f64>,
    /// Whether there was a response; none while pending or not asked for.
    pub(super) response: Option<bool>,
    /// Whether the subject was backfilled, outside the cohorts of the escalation.
    pub(super) backfill: bool,
    /// Cohort, counted from 0.
    cohort: usize,
}

/// Subjects in order of treatment.
#[derive(Debug, Clone, Default)]
pub(super) struct Subjects(pub(super) Vec<Subject>);

impl OutcomeArgs {
    /// Reads the subjects.
    pub(super) fn read(&self) -> anyhow::Result<Subjects> {
        match (&self.patients, &self.outcomes) {
            (Some(path), _) => read_file(path),
            (None, Some(text)) => {
                let cohorts = parse_outcomes(text).map_err(|error| anyhow!("--outcomes: {error}"))?;
                Ok(Subjects(cohorts.iter().enumerate().flat_map(of_cohort).collect()))
            }
            (None, None) => bail!("give the subjects: --patients FILE or --outcomes \"1NNN 2NNT\""),
        }
    }
}

fn of_cohort((cohort, treated): (usize, &Cohort)) -> impl Iterator<Item = Subject> {
    let Count {
        evaluable,
        dlt,
        pending,
    } = treated.count;
    let level = treated.level;
    let subject = move |dlt: Option<bool>| Subject {
        level,
        dlt,
        weight: None,
        followup_days: None,
        response: None,
        backfill: false,
        cohort,
    };
    let without = (0..evaluable.saturating_sub(dlt)).map(move |_| subject(Some(false)));
    let with = (0..dlt).map(move |_| subject(Some(true)));
    without.chain(with).chain((0..pending).map(move |_| subject(None)))
}

fn read_file(path: &Path) -> anyhow::Result<Subjects> {
    let table = Table::read(path)?;
    table.require(&["dose_level", "dlt"])?;
    let mut subjects = Vec::new();
    for row in table.rows() {
        let level = row.text("dose_level").parse().ok().and_then(DoseLevel::new);
        let level = level.ok_or_else(|| row.wrong("dose_level", "a dose level, counted from 1"))?;
        let yes_no = |name: &str| match row.text(name) {
            "1" => Ok(Some(true)),
            "0" => Ok(Some(false)),
            "" | "NA" | "." => Ok(None),
            _ => Err(row.wrong(name, "1, 0 or blank while pending")),
        };
        let dlt = yes_no("dlt")?;
        let weight = row.number_or_blank("weight")?;
        if weight.is_some_and(|weight| !(0.0..=1.0).contains(&weight)) {
            return Err(row.wrong("weight", "a share of the window from 0 to 1"));
        }
        let followup_days = row.number_or_blank("followup_days")?;
        if followup_days.is_some_and(|days| days < 0.0) {
            return Err(row.wrong("followup_days", "days since the infusion, at least 0"));
        }
        subjects.push(Subject {
            level,
            dlt,
            weight,
            followup_days,
            response: yes_no("response")?,
            backfill: yes_no("backfill")? == Some(true),
            cohort: row.number,
        });
    }
    Ok(Subjects(subjects))
}

impl Subjects {
    /// The highest level anyone was treated at.
    pub(super) fn highest(&self) -> u8 {
        self.0.iter().map(|subject| subject.level.number()).max().unwrap_or(0)
    }

    /// Outcomes per level.
    pub(super) fn counts(&self, doses: u8) -> anyhow::Result<PerLevel<Count>> {
        let each = self.0.iter().map(|subject| Cohort {
            level: subject.level,
            count: match subject.dlt {
                Some(dlt) => Count::complete(1, u32::from(dlt)),
                None => Count {
                    pending: 1,
                    ..Count::default()
                },
            },
        });
        Ok(count_cohorts(&each.collect::<Vec<_>>(), doses)?)
    }

    /// DLTs and responses per level. With `joint`, a subject is evaluable when both are known.
    pub(super) fn responses(&self, doses: u8, joint: bool) -> anyhow::Result<PerLevel<EfficacyCount>> {
        if self.0.iter().all(|subject| subject.response.is_none()) && !self.0.is_empty() {
            bail!(
                "no subject has a response, yes or no: give --patients FILE with the columns dose_level, dlt, response"
            );
        }
        let mut counts = PerLevel::new(vec![EfficacyCount::default(); usize::from(doses)]);
        for subject in &self.0 {
            let Some(count) = counts.get_mut(subject.level) else {
                bail!("level {} is beyond the {doses} dose levels", subject.level);
            };
            let (Some(dlt), true) = (subject.dlt, !joint || subject.response.is_some()) else {
                count.dlts.pending += 1;
                count.response += u32::from(!joint && subject.response == Some(true));
                continue;
            };
            let response = subject.response == Some(true);
            count.dlts.evaluable += 1;
            count.dlts.dlt += u32::from(dlt);
            count.response += u32::from(response);
            count.both += u32::from(dlt && response);
        }
        Ok(counts)
    }

    /// Level and evaluated outcomes of the latest cohort: as written in the notation, else the last `size` subjects of the
    /// level.
    pub(super) fn latest(&self, size: usize) -> Option<(DoseLevel, Count)> {
        let last = self.0.last()?;
        let together = self.0.iter().rev().enumerate().take_while(|(index, subject)| {
            subject.level == last.level && (subject.cohort == last.cohort || *index < size)
        });
        let mut count = Count::default();
        for (_, subject) in together {
            match subject.dlt {
                Some(dlt) => {
                    count.evaluable += 1;
                    count.dlt += u32::from(dlt);
                }
                None => count.pending += 1,
            }
        }
        Some((last.level, count))
    }

    /// Outcomes per level with the subjects pending, for designs that do not wait: a subject followed for less than the
    /// window without DLT is pending.
    pub(super) fn interim(&self, doses: u8, window: Option<f64>) -> anyhow::Result<(PerLevel<Count>, Vec<Pending>)> {
        let mut counts = PerLevel::new(vec![Count::default(); usize::from(doses)]);
        let mut pending = Vec::new();
        for (subject, weight) in self.0.iter().zip(self.weights(window, Weights::Linear)?) {
            let level = subject.level;
            let Some(count) = counts.get_mut(level) else {
                bail!("level {level} is beyond the {doses} dose levels");
            };
            if weight < 1.0 || subject.dlt.is_none() {
                count.pending += 1;
                pending.push(Pending {
                    level,
                    followed: weight,
                });
            } else {
                count.evaluable += 1;
                count.dlt += u32::from(subject.dlt == Some(true));
            }
        }
        Ok((counts, pending))
    }

    /// The subjects as a model sees them.
    pub(super) fn observations(&self, window: Option<f64>, scheme: Weights) -> anyhow::Result<Vec<Observation>> {
        let weights = self.weights(window, scheme)?;
        let each = self.0.iter().zip(weights).map(|(subject, weight)| Observation {
            level: subject.level,
            dlt: subject.dlt == Some(true),
            weight,
        });
        Ok(each.collect())
    }

    /// Share of the window each subject was followed: 1 after a DLT; what the file says; else complete without DLT, and
    /// nothing while pending.
    fn weights(&self, window: Option<f64>, scheme: Weights) -> anyhow::Result<Vec<f64>> {
        let dated = self.0.iter().any(|subject| subject.followup_days.is_some());
        let Some(window) = window.filter(|_| dated) else {
            if dated
                && self
                    .0
                    .iter()
                    .any(|subject| subject.dlt != Some(true) && subject.weight.is_none())
            {
                bail!("give --window-days: the subjects have days followed");
            }
            return Ok(self
                .0
                .iter()
                .map(|subject| subject.known_weight().unwrap_or(0.0))
                .collect());
        };
        let days = |subject: &Subject| subject.followup_days.unwrap_or(window).min(window);
        let shares: Vec<f64> = match scheme {
            Weights::Linear => self.0.iter().map(|subject| days(subject) / window).collect(),
            Weights::Adaptive => {
                let followed: Vec<f64> = self.0.iter().map(days).collect();
                let dlts: Vec<bool> = self.0.iter().map(|subject| subject.dlt == Some(true)).collect();
                adaptive_weights(&followed, &dlts, window)
            }
        };
        let each = self.0.iter().zip(shares).map(|(subject, share)| match subject.dlt {
            Some(true) => 1.0,
            Some(false) | None if subject.weight.is_some() => subject.weight.unwrap_or(0.0),
            None if subject.followup_days.is_none() => 0.0,
            Some(false) | None => share,
        });
        Ok(each.collect())
    }
}

impl Subject {
    /// The weight where no days followed are known.
    fn known_weight(&self) -> Option<f64> {
        match self.dlt {
            Some(true) => Some(1.0),
            Some(false) => Some(self.weight.unwrap_or(1.0)),
            None => self.weight,
        }
    }
}

/// How days followed become weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Weights {
    /// The share of the window.
    Linear,
    /// Measured by the DLT times seen so far.
    Adaptive,
}
