//! CRS and ICANS grades of a subject over time, and the episodes they make.
//!
//! # What it derives
//! For each syndrome the grade of every moment, and episodes: onset, worst grade, end, time from infusion, first treatment.
//! An episode of CRS has its worst grade by the protocol's version of the CTCAE beside.
//!
//! # Source
//! [`episode`](crate::grade::astct::episode), [`crs_ctcae`](crate::grade::crs_ctcae); `lee2019astct`, `ctcae5`, `ctcae6`.
//!
//! # Formula
//! A new episode begins after `safety.episode_gap_hours` without symptoms; 24 where the protocol does not have it, an
//! assumption.
//!
//! # Limits
//! A finding without a day takes no part. Without times of day hours count whole days. Episodes are those of ASTCT: the CTCAE
//! grade is the worst of their moments, and what it would call CRS outside them is not shown.

use std::fmt;

use jiff::civil::Date;

use super::Facts;
use crate::dlt::{ToxicityGrade, toxicity_grades};
use crate::grade::astct::episode::{Episode, EpisodeEnd, EpisodeOptions, GAP_HOURS, Reading, episodes};
use crate::grade::crs_ctcae::grade_crs_ctcae;
use crate::grade::{Grade, Scale, Toxicity};
use crate::study::{Clock, Medication, MedicationClass, RecordId, Syndrome, When, days_between};

/// The worst grade of an episode on one scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleGrade {
    /// The scale.
    pub scale: Scale,
    /// The least it can be.
    pub at_least: u8,
    /// The most it can be.
    pub at_most: u8,
    /// What leaves it open, and when; `None` where it is determined.
    pub not_gradable: Option<String>,
}

impl fmt::Display for ScaleGrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.not_gradable {
            None if self.at_least == self.at_most => write!(f, "{} grade {}", self.scale, self.at_least),
            None => write!(f, "{} grade {} to {}", self.scale, self.at_least, self.at_most),
            Some(why) => write!(
                f,
                "{} grade {} to {}, not gradable: {why}",
                self.scale, self.at_least, self.at_most
            ),
        }
    }
}

/// An episode of CRS or ICANS.
#[derive(Debug, Clone, PartialEq)]
pub struct SyndromeEpisode {
    /// First finding of grade 1 or more.
    pub onset: When,
    /// Worst grade by ASTCT 2019; the least it can be.
    pub at_least: u8,
    /// Worst grade by ASTCT 2019; the most it can be.
    pub at_most: u8,
    /// Worst grade of CRS by the protocol's version of the CTCAE. `None` for ICANS, which has no such grade here.
    pub ctcae: Option<ScaleGrade>,
    /// First finding of the worst grade.
    pub worst_at: When,
    /// Last finding of grade 1 or more.
    pub last: When,
    /// First finding without symptoms after it; `None` while it goes on.
    pub end: Option<When>,
    /// Whether findings without symptoms span the gap.
    pub confirmed: bool,
    /// Hours from the infusion to the onset.
    pub from_infusion: Option<f64>,
    /// First anticytokine or steroid from the onset on, before the next episode, and the hours to it.
    pub treatment: Option<(Medication, f64)>,
    /// The moments from onset to end.
    pub moments: Vec<ToxicityGrade>,
}

impl SyndromeEpisode {
    /// Hours from onset to end; `None` while it goes on.
    pub fn duration_hours(&self) -> Option<f64> {
        self.onset.hours_until(self.end?)
    }

    /// The worst grade on each scale, ASTCT first. Grades of different scales do not compare.
    pub fn by_scale(&self) -> Vec<ScaleGrade> {
        let astct = ScaleGrade {
            scale: Scale::Astct2019,
            at_least: self.at_least,
            at_most: self.at_most,
            not_gradable: (self.at_least < self.at_most).then(|| "an item is not recorded".to_owned()),
        };
        std::iter::once(astct).chain(self.ctcae.clone()).collect()
    }

    /// Records of its findings and of its treatment.
    pub fn records(&self) -> Vec<RecordId> {
        let findings = self.moments.iter().flat_map(|moment| moment.records.iter().cloned());
        let treatment = self.treatment.iter().map(|(medication, _)| medication.record.clone());
        findings.chain(treatment).collect()
    }
}

impl Facts<'_> {
    /// Grades of one syndrome in order of time.
    pub fn toxicity_grades(&self, syndrome: Syndrome) -> Vec<ToxicityGrade> {
        toxicity_grades(self.subject, syndrome)
    }

    /// Hours without symptoms that separate two episodes, and whether the protocol states them.
    pub fn episode_gap(&self) -> (f64, bool) {
        let stated = self.trial.safety.episode_gap_hours;
        (stated.unwrap_or(GAP_HOURS), stated.is_some())
    }

    /// Episodes of one syndrome by the worse of recorded grade and items.
    pub fn episodes(&self, syndrome: Syndrome) -> Vec<SyndromeEpisode> {
        self.episodes_by(syndrome, ToxicityGrade::worst_bounds)
    }

    pub(super) fn episodes_by(
        &self,
        syndrome: Syndrome,
        bounds: fn(&ToxicityGrade) -> Option<(u8, u8)>,
    ) -> Vec<SyndromeEpisode> {
        let mut moments = Vec::new();
        let mut series = Vec::new();
        for moment in self.toxicity_grades(syndrome) {
            let (Some((least, most)), Some(day)) = (bounds(&moment), moment.when.day()) else {
                continue;
            };
            series.push(Reading {
                hours: hours(self.day0.unwrap_or(day), day, moment.when.clock),
                at_least: toxicity(least),
                at_most: toxicity(most),
            });
            moments.push(moment);
        }
        let options = EpisodeOptions {
            gap_hours: self.episode_gap().0,
        };
        let found = episodes(&series, options);
        let built = found.iter().enumerate().filter_map(|(index, episode)| {
            let next = found.get(index + 1).and_then(|next| moments.get(next.onset));
            let mut built = self.build_episode(episode, &moments, next.map(|moment| moment.when))?;
            built.ctcae = (syndrome == Syndrome::Crs).then(|| self.crs_by_ctcae(&built.moments));
            Some(built)
        });
        built.collect()
    }

    fn build_episode(
        &self,
        episode: &Episode,
        moments: &[ToxicityGrade],
        next: Option<When>,
    ) -> Option<SyndromeEpisode> {
        let when = |at: usize| moments.get(at).map(|moment| moment.when);
        let onset = when(episode.onset)?;
        let (end, confirmed) = match episode.end {
            EpisodeEnd::Ongoing => (None, false),
            EpisodeEnd::Resolved { at, confirmed } => (Some(at), confirmed),
        };
        let until = end.map_or(moments.len(), |at| at + 1);
        Some(SyndromeEpisode {
            onset,
            at_least: episode.at_least.number(),
            at_most: episode.at_most.number(),
            ctcae: None,
            worst_at: when(episode.worst)?,
            last: when(episode.last)?,
            end: end.and_then(when),
            confirmed,
            from_infusion: self.infusion.and_then(|infusion| infusion.when.hours_until(onset)),
            treatment: self.first_treatment(onset, next),
            moments: moments.get(episode.onset..until).unwrap_or_default().to_vec(),
        })
    }

    /// The worst grade of these moments by the protocol's version of the CTCAE.
    fn crs_by_ctcae(&self, moments: &[ToxicityGrade]) -> ScaleGrade {
        let version = self.trial.safety.ctcae;
        let mut worst = ScaleGrade {
            scale: Scale::Ctcae(version),
            at_least: 0,
            at_most: 0,
            not_gradable: None,
        };
        let mut open = format!("no items of CRS are recorded, only grades by {}", Scale::Astct2019);
        for moment in moments {
            let Some(items) = moment.crs else { continue };
            let grade = grade_crs_ctcae(version, &items.assessment, items.fio2_percent);
            worst.at_least = worst.at_least.max(grade.at_least.number());
            if grade.at_most.number() > worst.at_most {
                worst.at_most = grade.at_most.number();
                let reason = grade.reason.to_string();
                let reason = reason.trim_start_matches("needs clinical input: ");
                open = format!("{reason}, on {}", moment.when);
            }
        }
        if moments.iter().all(|moment| moment.crs.is_none()) {
            worst.at_most = Grade::G4.number();
        }
        worst.not_gradable = (worst.at_least < worst.at_most).then_some(open);
        worst
    }

    /// What was given before the onset does not answer it.
    fn first_treatment(&self, onset: When, next: Option<When>) -> Option<(Medication, f64)> {
        let given = self.subject.medications.iter().filter_map(|medication| {
            let of_class = matches!(
                medication.class,
                MedicationClass::Anticytokine | MedicationClass::Steroid
            );
            let start = medication.start.filter(|_| of_class)?;
            let after = onset.hours_until(start).filter(|hours| *hours >= 0.0)?;
            let answers = next.is_none_or(|next| start.hours_until(next).is_some_and(|hours| hours > 0.0));
            answers.then_some((medication, after))
        });
        let first = given.min_by(|(_, one), (_, other)| one.total_cmp(other));
        first.map(|(medication, after)| (medication.clone(), after))
    }
}

/// Hours from the midnight of `origin`; without a time of day the midnight of the day.
fn hours(origin: Date, day: Date, clock: Option<Clock>) -> f64 {
    f64::from(days_between(origin, day)) * 24.0 + f64::from(clock.map_or(0, Clock::minutes)) / 60.0
}

fn toxicity(grade: u8) -> Toxicity {
    Grade::from_number(grade).map_or(Toxicity::Absent, Toxicity::Present)
}
