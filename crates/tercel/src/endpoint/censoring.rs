//! Progression-free survival of one subject under each rule that dates and censors it.
//!
//! # What it derives
//! Time from infusion to the event or to censoring, and the situation, a row of the rule's table, that decided it.
//!
//! # Source
//! `fda-endpoints2018` (tables A, B and C of its example analyses, first published in 2007); `docs/methods.md`,
//! "Progression-free survival".
//!
//! # Formula
//! The event is the first progression or death, unless new anticancer therapy began before it or planned assessments were missed
//! just before it: by the default rule, the protocol's number of visits whose whole windows passed without a scan; by the tables,
//! more than two intervals in force and the window of the second visit since the last adequate assessment. Tables B and C give
//! progression and censoring the dates of planned visits: a scan within a window has the planned day, progression between two
//! windows the next planned day, censoring between them the one before. Table C takes the investigator's claim of progression for
//! progression. The tables censor at infusion who has no baseline.
//!
//! # Example
//! Scans on days 28 and 50, the second with progression, visits planned on days 28 and 56 ± 3: day 50 by the default rule and table
//! A, day 56 by tables B and C.
//!
//! # Limits
//! Missed visits depend on the planned schedule. Without any assessment after infusion a death is the event, whatever was missed.
//! Where the interval changes, the two intervals in force are those to the two visits planned after the last adequate assessment.

use std::fmt;

use jiff::civil::Date;

use super::Point;
use super::facts::{Duration, Facts, subtract_days};
use super::tumour::Source;
use crate::dlt::add_days;
use crate::protocol::PfsCensoring;
use crate::response::Overall;
use crate::study::{LesionRole, RecordId, days_between};

/// Days over which the scans of one visit may spread.
const VISIT_DAYS: i32 = 14;

/// The row of a rule's table that decided a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Situation {
    /// Censored at infusion: there is nothing to compare with.
    NoBaseline,
    /// Event: progression at a planned visit.
    ProgressionAtVisit,
    /// Event: progression seen between planned visits.
    ProgressionBetweenVisits,
    /// Event: progression that the investigator claims.
    ClaimedProgression,
    /// Event: death before any assessment.
    DeathBeforeAssessment,
    /// Event: death after an assessment, visits not missed.
    DeathBetweenAssessments,
    /// Censored: visits missed just before progression or death.
    MissedVisits,
    /// Censored: new anticancer therapy came first.
    NewTherapy,
    /// Censored: progression claimed but not documented.
    UndocumentedProgression,
    /// Censored: left the study.
    LeftStudy,
    /// Censored: neither progression nor death.
    NoEvent,
}

impl fmt::Display for Situation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoBaseline => "no baseline assessment",
            Self::ProgressionAtVisit => "progression at a planned visit",
            Self::ProgressionBetweenVisits => "progression between planned visits",
            Self::ClaimedProgression => "progression claimed by the investigator",
            Self::DeathBeforeAssessment => "death before the first assessment",
            Self::DeathBetweenAssessments => "death between assessments",
            Self::MissedVisits => "progression or death after missed visits",
            Self::NewTherapy => "new anticancer therapy first",
            Self::UndocumentedProgression => "undocumented progression",
            Self::LeftStudy => "left the study",
            Self::NoEvent => "no progression or death",
        })
    }
}

/// Something that may end progression-free survival: the day it was seen, and the day a rule gives it.
struct Ending {
    seen: Date,
    dated: Date,
    what: &'static str,
    situation: Situation,
}

/// What a rule makes of a course.
struct Ruled {
    end: Date,
    event: bool,
    ended_by: String,
    situation: Situation,
}

impl Facts<'_> {
    /// Progression-free survival under a rule, whichever the protocol chose; `None` without infusion, and a published duration as it is.
    pub fn pfs_by(&self, rule: PfsCensoring) -> Option<Duration> {
        match self.day0 {
            Some(day0) => Some(self.derive_pfs(day0, rule)),
            None => self.pfs.clone(),
        }
    }

    pub(super) fn derive_pfs(&self, day0: Date, rule: PfsCensoring) -> Duration {
        let therapy = self.new_therapy();
        let claim = self.claimed_progression(day0);
        let mut records = self.identity();
        records.extend(self.tumour.records.iter().cloned());
        records.extend(therapy.map(|(_, record)| record.clone()));
        records.extend(self.death_records());
        records.extend(claim.as_ref().map(|(_, record)| record.clone()));
        records.extend(self.left().map(|(_, record)| record.clone()));
        let claim = claim.map(|(day, _)| day);
        let ruled = match rule {
            PfsCensoring::Default => self.ruled(day0, rule, claim),
            PfsCensoring::FdaA | PfsCensoring::FdaB | PfsCensoring::FdaC => {
                if self.has_baseline(day0) {
                    self.ruled(day0, rule, claim)
                } else {
                    let ended_by = format!("censored at {day0}: no baseline assessment");
                    Ruled {
                        end: day0,
                        event: false,
                        ended_by,
                        situation: Situation::NoBaseline,
                    }
                }
            }
        };
        Duration {
            months: self.months_to(day0, ruled.end.max(day0)),
            event: ruled.event,
            ended_by: ruled.ended_by,
            situation: Some(ruled.situation),
            records,
        }
    }

    fn ruled(&self, day0: Date, rule: PfsCensoring, claim: Option<Date>) -> Ruled {
        let therapy = self.new_therapy();
        // What is seen on the day a therapy starts is not its effect.
        let counts = |day: Date| therapy.is_none_or(|(start, _)| day <= start);
        let points: Vec<&Point> = self.tumour.points.iter().filter(|point| counts(point.day)).collect();
        let claim = claim.filter(|day| counts(*day));
        let endings = self.endings(day0, rule, &points, claim);
        let first = endings.iter().min_by_key(|ending| ending.seen);
        if let Some(first) = first {
            if let Some(missed) = self.missed_before(day0, rule, &points, first) {
                return missed;
            }
            // A visit that gives progression its date may be planned after a death.
            let ending = endings
                .iter()
                .min_by_key(|ending| (ending.dated, ending.seen))
                .unwrap_or(first);
            let moved = if ending.dated == ending.seen {
                String::new()
            } else {
                format!(", dated {}", ending.dated)
            };
            return Ruled {
                end: ending.dated,
                event: true,
                ended_by: format!("{} on {}{moved}", ending.what, ending.seen),
                situation: ending.situation,
            };
        }
        let last = last_adequate(&points).map_or(day0, |day| self.censored_on(day0, rule, day));
        let (situation, why) = match (therapy, claim, self.left()) {
            (Some((start, _)), _, _) => (Situation::NewTherapy, format!("new anticancer therapy on {start}")),
            (None, Some(day), _) => (
                Situation::UndocumentedProgression,
                format!("last adequate assessment; progression claimed on {day} is not documented"),
            ),
            (None, None, Some((day, _))) => (
                Situation::LeftStudy,
                format!("last adequate assessment; left the study on {day}"),
            ),
            (None, None, None) => (Situation::NoEvent, "last adequate assessment".to_owned()),
        };
        Ruled {
            end: last,
            event: false,
            ended_by: format!("censored at {last}: {why}"),
            situation,
        }
    }

    /// Everything that may end the course, each with its date under the rule.
    fn endings(&self, day0: Date, rule: PfsCensoring, points: &[&Point], claim: Option<Date>) -> Vec<Ending> {
        let progression = points.iter().find(|point| point.is_progression());
        let progression = progression.map(|point| {
            let at_visit = self.visit_of(day0, point.day).is_some();
            Ending {
                seen: point.day,
                dated: match rule {
                    PfsCensoring::Default => point.day,
                    PfsCensoring::FdaA => self.shown_on(point),
                    PfsCensoring::FdaB | PfsCensoring::FdaC => self.next_visit(day0, point.day),
                },
                what: "progression",
                situation: if at_visit {
                    Situation::ProgressionAtVisit
                } else {
                    Situation::ProgressionBetweenVisits
                },
            }
        });
        let claimed = claim.filter(|_| rule == PfsCensoring::FdaC).map(|day| Ending {
            seen: day,
            dated: self.next_visit(day0, day),
            what: "progression claimed by the investigator",
            situation: Situation::ClaimedProgression,
        });
        let therapy = self.new_therapy();
        let death = self
            .death_day()
            .filter(|day| therapy.is_none_or(|(start, _)| *day <= start));
        let death = death.map(|day| Ending {
            seen: day,
            dated: day,
            what: "death",
            situation: if points.iter().any(|point| point.day <= day) {
                Situation::DeathBetweenAssessments
            } else {
                Situation::DeathBeforeAssessment
            },
        });
        [progression, claimed, death].into_iter().flatten().collect()
    }

    /// The censored course, where too many assessments were missed before the first ending.
    fn missed_before(&self, day0: Date, rule: PfsCensoring, points: &[&Point], first: &Ending) -> Option<Ruled> {
        let until: Vec<&Point> = points.iter().copied().filter(|point| point.day <= first.seen).collect();
        let before: Vec<&Point> = until.iter().copied().filter(|point| point.day < first.seen).collect();
        if until.is_empty() && first.situation != Situation::ClaimedProgression {
            return None;
        }
        let last = last_adequate(&before).unwrap_or(day0);
        let (what, on) = (first.what, first.seen);
        let why = match rule {
            PfsCensoring::Default => {
                let missed = self.missed_imaging(day0, &until, last, first.seen);
                (missed >= self.trial.response.missed_assessments)
                    .then(|| format!("{missed} planned assessments missed before {what} on {on}"))?
            }
            PfsCensoring::FdaA | PfsCensoring::FdaB | PfsCensoring::FdaC => {
                let limit = self.two_visits_after(day0, last)?;
                let gap = days_between(last, first.seen);
                (gap > limit).then(|| {
                    format!("{gap} days from the last adequate assessment to {what} on {on}, more than two visits ({limit} days)")
                })?
            }
        };
        let end = if last == day0 {
            day0
        } else {
            self.censored_on(day0, rule, last)
        };
        Some(Ruled {
            end,
            event: false,
            ended_by: format!("censored at {end}: {why}"),
            situation: Situation::MissedVisits,
        })
    }

    /// Days that two missed visits span after an assessment: the two intervals in force and the window of the second visit.
    fn two_visits_after(&self, day0: Date, last: Date) -> Option<i32> {
        let planned = self.planned_imaging(day0);
        let visits: Vec<(Date, u32)> = std::iter::once((day0, 0)).chain(planned).collect();
        let own = (0..visits.len()).min_by_key(|at| {
            let day = visits.get(*at).map_or(day0, |(day, _)| *day);
            (days_between(day, last).abs(), *at)
        })?;
        let (from, _) = *visits.get(own)?;
        let after = |steps: usize| visits.get(own + steps).copied();
        let (intervals, window) = match (after(1), after(2)) {
            (_, Some((second, window))) => (days_between(from, second), window),
            (Some((first, window)), None) => (2 * days_between(from, first), window),
            // Past the plan its last interval goes on.
            (None, None) => {
                let (before, _) = *visits.get(own.checked_sub(1)?)?;
                let (_, window) = *visits.get(own)?;
                (2 * days_between(before, from), window)
            }
        };
        Some(intervals + i32::try_from(window).unwrap_or(i32::MAX / 2))
    }

    /// The planned day of the visit in whose window a day lies, the nearest where windows overlap.
    fn visit_of(&self, day0: Date, day: Date) -> Option<Date> {
        let planned = self.planned_imaging(day0).into_iter();
        let around = planned
            .filter(|(planned, window)| subtract_days(*planned, *window) <= day && day <= add_days(*planned, *window));
        around
            .map(|(planned, _)| planned)
            .min_by_key(|planned| days_between(*planned, day).abs())
    }

    /// The planned day that gives progression its date: that of its visit, between visits the next one, past the plan its own.
    fn next_visit(&self, day0: Date, day: Date) -> Date {
        let later = || {
            self.planned_imaging(day0)
                .into_iter()
                .map(|(planned, _)| planned)
                .find(|planned| *planned > day)
        };
        self.visit_of(day0, day).or_else(later).unwrap_or(day)
    }

    /// The day at which a rule censors after an adequate assessment.
    fn censored_on(&self, day0: Date, rule: PfsCensoring, day: Date) -> Date {
        match rule {
            PfsCensoring::Default | PfsCensoring::FdaA => day,
            PfsCensoring::FdaB | PfsCensoring::FdaC => {
                let earlier = || {
                    let planned = self.planned_imaging(day0).into_iter().map(|(planned, _)| planned);
                    planned.filter(|planned| *planned <= day).max()
                };
                self.visit_of(day0, day).or_else(earlier).unwrap_or(day0)
            }
        }
    }

    /// Table A: a new lesion counts from its scan, growth from the last scan of the target lesions at that visit.
    fn shown_on(&self, point: &Point) -> Date {
        if point.new_lesion || !self.grown(point) {
            return point.day;
        }
        let targets = self
            .subject
            .lesions
            .iter()
            .filter(|lesion| lesion.role == LesionRole::Target);
        let targets: Vec<&str> = targets.map(|lesion| lesion.link.as_str()).collect();
        let scans = self
            .subject
            .measurements
            .iter()
            .filter(|scan| scan.visit == point.visit && targets.contains(&scan.link.as_str()));
        let days = scans.filter_map(|scan| scan.when.day());
        let of_visit = days.filter(|day| (0..=VISIT_DAYS).contains(&days_between(point.day, *day)));
        of_visit.max().unwrap_or(point.day)
    }

    /// Whether the sum of target diameters has grown by a fifth over the least before.
    fn grown(&self, point: &Point) -> bool {
        let before = self.tumour.points.iter().filter(|other| other.day < point.day);
        let least = before
            .filter_map(|other| other.sum)
            .chain(self.tumour.baseline)
            .fold(f64::INFINITY, f64::min);
        point.sum.is_some_and(|sum| sum >= 1.2 * least && sum > least)
    }

    /// Whether the tumour was assessed on or before the day of infusion. An evaluator's responses presuppose it.
    fn has_baseline(&self, day0: Date) -> bool {
        match self.tumour.source {
            Source::Lesions => {
                let mut scans = self.subject.measurements.iter();
                scans.any(|scan| scan.when.day().is_some_and(|day| day <= day0))
            }
            Source::Evaluator => true,
            Source::None => false,
        }
    }

    /// The first progression that somebody claims: an evaluator's response where lesions decide, or how the subject left the study.
    fn claimed_progression(&self, day0: Date) -> Option<(Date, RecordId)> {
        let by_lesions = self.tumour.source == Source::Lesions;
        // A response by other criteria than the protocol's claims nothing.
        let name = self.trial.response.criteria.to_string().to_uppercase();
        let responses = self.subject.responses.iter().filter(|response| {
            let criteria = response.criteria.to_uppercase();
            by_lesions && response.overall == Overall::Pd && (criteria.is_empty() || criteria.starts_with(&name))
        });
        let read = responses.filter_map(|response| Some((response.when.day()?, response.record.clone())));
        let left = self
            .subject
            .dispositions
            .iter()
            .filter(|left| left.term.contains("PROGRESSI"));
        let left = left.filter_map(|left| Some((left.when?.day()?, left.record.clone())));
        read.chain(left).filter(|(day, _)| *day > day0).min()
    }
}

fn last_adequate(points: &[&Point]) -> Option<Date> {
    let adequate = points.iter().filter(|point| point.is_adequate());
    adequate.map(|point| point.day).max()
}
