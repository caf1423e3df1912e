//! Target lesions at one assessment: what was measured, and the response it gives.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::baseline::{Baseline, Readings};
use super::category::{Criteria, Target};
use super::lesion::{Assessment, Lesion, LesionStatus, Role};
use super::reason::{Query, Reason};

/// Smaller differences come from binary arithmetic on decimal readings, not from a scan.
pub(super) const NOISE_MM: f64 = 1e-7;
/// A node below this short axis is normal.
const NODE_NORMAL_BELOW_MM: f64 = 10.0;
/// Convention for a lesion that is present but too small to measure.
pub const TOO_SMALL_MM: f64 = 5.0;
/// Longer than any patient: a unit or typing error.
const LARGEST_MM: f64 = 2000.0;
/// A slip of the decimal point, or centimetres for millimetres, makes a diameter tenfold, give or take what the lesion did itself.
const TENFOLD: RangeInclusive<f64> = 8.0..=12.5;
/// Below this a lesion that nearly vanished is more likely than a slip.
const TENFOLD_LEAST_MM: f64 = 10.0;

/// The target lesions at one assessment.
pub(super) struct Targets {
    /// Sum of what was measured; complete or not.
    pub(super) sum: f64,
    pub(super) any_measured: bool,
    /// Every measured lesion is gone, or a normal node.
    all_gone: bool,
    missing: Vec<String>,
    twice: Vec<String>,
    without_baseline: Vec<String>,
}

impl Targets {
    pub(super) fn read(baseline: &Baseline, readings: &Readings, queries: &mut Vec<Query>) -> Self {
        let mut targets = Self {
            sum: 0.0,
            any_measured: false,
            all_gone: true,
            missing: Vec::new(),
            twice: Vec::new(),
            without_baseline: Vec::new(),
        };
        for (&id, &node) in &baseline.targets {
            match measure(id, node, readings, queries) {
                Measured::Mm(diameter) => {
                    targets.sum += diameter;
                    targets.any_measured = true;
                    targets.all_gone &= gone(diameter, node);
                }
                Measured::Missing => targets.missing.push(id.to_owned()),
                Measured::Twice => targets.twice.push(id.to_owned()),
            }
        }
        for (&id, lesions) in readings {
            let followed = baseline.targets.contains_key(id) || baseline.non_targets.contains(id);
            if !followed && lesions.iter().any(|lesion| lesion.role == Role::Target) {
                targets.without_baseline.push(id.to_owned());
            }
        }
        targets
    }

    pub(super) fn complete(&self) -> bool {
        self.any_measured && self.missing.is_empty() && self.twice.is_empty() && self.without_baseline.is_empty()
    }

    pub(super) fn response(
        &self,
        baseline: &Baseline,
        nadir: Option<f64>,
        criteria: Criteria,
    ) -> Option<(Target, Vec<Reason>)> {
        if baseline.targets.is_empty() && self.without_baseline.is_empty() {
            return None;
        }
        let sum = self.sum;
        let complete = self.complete();
        if let Some(nadir) = nadir
            && !self.all_gone
            && progressed(sum, nadir, criteria)
        {
            let reason = if complete {
                Reason::TargetProgression { sum, nadir }
            } else {
                Reason::MeasuredPartProgression {
                    measured: sum,
                    nadir,
                    missing: self.unusable(),
                }
            };
            return Some((Target::Pd, vec![reason]));
        }
        let (true, Some(start)) = (complete, baseline.sum) else {
            return Some((Target::Ne, self.why_not_evaluable(baseline)));
        };
        Some(if self.all_gone {
            (Target::Cr, vec![Reason::AllGone { sum }])
        } else if sum <= 0.7 * start + NOISE_MM {
            (Target::Pr, vec![Reason::TargetShrank { sum, baseline: start }])
        } else {
            let nadir = nadir.unwrap_or(start);
            let reason = Reason::TargetStable {
                sum,
                baseline: start,
                nadir,
            };
            (Target::Sd, vec![reason])
        })
    }

    fn unusable(&self) -> Vec<String> {
        [&self.missing[..], &self.twice, &self.without_baseline].concat()
    }

    fn why_not_evaluable(&self, baseline: &Baseline) -> Vec<Reason> {
        let no_baseline = [&baseline.unmeasured[..], &self.without_baseline].concat();
        [
            (&self.missing, Reason::NotMeasured as fn(Vec<String>) -> Reason),
            (&self.twice, Reason::MeasuredTwice),
            (&no_baseline, Reason::NoBaseline),
        ]
        .into_iter()
        .filter(|(lesions, _)| !lesions.is_empty())
        .map(|(lesions, reason)| reason(lesions.clone()))
        .collect()
    }
}

/// At least 20 % above the nadir, and by the floor; inclusive.
fn progressed(sum: f64, nadir: f64, criteria: Criteria) -> bool {
    let floor = match criteria {
        Criteria::Recist11 | Criteria::Irecist => 5.0,
        Criteria::Mrecist { floor_mm } => floor_mm,
    };
    sum > nadir + NOISE_MM && sum >= 1.2 * nadir - NOISE_MM && sum - nadir >= floor - NOISE_MM
}

/// A lesion that is no disease any more: 0 mm, or a node of normal size.
pub(super) fn gone(diameter: f64, node: bool) -> bool {
    if node {
        diameter < NODE_NORMAL_BELOW_MM
    } else {
        diameter < NOISE_MM
    }
}

/// The diameter of one target at one assessment.
pub(super) enum Measured {
    Mm(f64),
    Missing,
    Twice,
}

pub(super) fn measure(id: &str, node: bool, readings: &Readings, queries: &mut Vec<Query>) -> Measured {
    let lesion = match readings.get(id).map(Vec::as_slice) {
        None | Some([]) => return Measured::Missing,
        Some([lesion]) => lesion,
        Some(_) => {
            queries.push(Query::MeasuredTwice(id.to_owned()));
            return Measured::Twice;
        }
    };
    if lesion.status == Some(LesionStatus::Progression) {
        queries.push(Query::TargetMarkedProgression(id.to_owned()));
    }
    match usable_diameter(lesion, node) {
        Ok(Some(diameter)) => Measured::Mm(diameter),
        Ok(None) => Measured::Missing,
        Err(query) => {
            queries.push(query);
            Measured::Missing
        }
    }
}

/// Asks about a target whose diameter is some ten times, or a tenth of, its last one; `last` is kept up to date.
pub(super) fn check_tenfold(
    baseline: &Baseline,
    assessment: &Assessment,
    last: &mut BTreeMap<String, f64>,
    queries: &mut Vec<Query>,
) {
    for lesion in &assessment.lesions {
        let Some(&node) = baseline.targets.get(lesion.id.as_str()) else {
            continue;
        };
        let Ok(Some(now)) = usable_diameter(lesion, node) else {
            continue;
        };
        let Some(before) = last.insert(lesion.id.clone(), now) else {
            continue;
        };
        let (smaller, larger) = (before.min(now), before.max(now));
        if smaller >= TENFOLD_LEAST_MM && TENFOLD.contains(&(larger / smaller)) {
            queries.push(Query::Tenfold(lesion.id.clone()));
        }
    }
}

/// The diameter a reading stands for, if diameter and status agree.
pub(super) fn usable_diameter(lesion: &Lesion, node: bool) -> Result<Option<f64>, Query> {
    let contradiction = || Err(Query::Contradiction(lesion.id.clone()));
    match (lesion.diameter_mm, lesion.status) {
        (Some(diameter), _) if !(0.0..=LARGEST_MM).contains(&diameter) => {
            Err(Query::ImpossibleDiameter(lesion.id.clone()))
        }
        (Some(diameter), Some(LesionStatus::Absent)) if !gone(diameter, node) => contradiction(),
        (Some(_), Some(LesionStatus::NotEvaluable)) => contradiction(),
        (Some(diameter), Some(LesionStatus::TooSmall)) if diameter < NOISE_MM => contradiction(),
        (Some(diameter), _) => Ok(Some(diameter)),
        (None, Some(LesionStatus::Absent)) => Ok(Some(0.0)),
        (None, Some(LesionStatus::TooSmall)) => Ok(Some(TOO_SMALL_MM)),
        (None, Some(LesionStatus::Present | LesionStatus::Progression | LesionStatus::NotEvaluable) | None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_stands_in_for_a_diameter_and_may_not_contradict_it() {
        let read = |diameter_mm, status| {
            let lesion = Lesion {
                diameter_mm,
                status,
                ..Lesion::target("T", None)
            };
            usable_diameter(&lesion, false)
        };
        let contradiction = Err(Query::Contradiction("T".to_owned()));
        assert_eq!(read(None, Some(LesionStatus::TooSmall)), Ok(Some(5.0)));
        assert_eq!(read(None, Some(LesionStatus::Absent)), Ok(Some(0.0)));
        assert_eq!(read(None, Some(LesionStatus::Present)), Ok(None));
        assert_eq!(read(Some(0.0), Some(LesionStatus::Present)), Ok(Some(0.0)));
        assert_eq!(read(Some(12.0), Some(LesionStatus::Absent)), contradiction);
        assert_eq!(read(Some(12.0), Some(LesionStatus::NotEvaluable)), contradiction);
        let impossible = Err(Query::ImpossibleDiameter("T".to_owned()));
        assert_eq!(read(Some(-1.0), None), impossible);
        assert_eq!(read(Some(f64::NAN), None), impossible);
    }
}
