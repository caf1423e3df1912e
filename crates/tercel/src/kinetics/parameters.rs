//! Parameters of a profile, with what makes each incomplete.
//!
//! # What it derives
//! Peak, areas to day 28 and day 90 in two conventions, area to the last quantified sample, terminal half-life, persistence.
//!
//! # Source
//! [`kinetics`](crate::estimate::kinetics); conventions of areas as `denney2015` has them.
//!
//! # Formula
//! At the infusion the level is 0 where no sample stands there: there were no CAR-T cells before the first infusion. An area to day
//! 28 is either that to the last quantified sample within 28 days, or that over all 28 days, which needs a sample less than a day
//! before day 28 or later, or below quantification as the last before it. Persistence is the day of the last quantified sample; it goes on where
//! that is the last sample of all.
//!
//! # Limits
//! A subject whose follow-up has not reached the end of a window has no area of it yet.

use super::profile::{Analyte, Profile};
use crate::endpoint::Facts;
use crate::estimate::kinetics::{BlqRules, Kinetics, Method, NcaOptions, NoArea, Sample, estimate_kinetics};
use crate::study::{RecordId, When, days_between};

/// End of the first window, in days.
const EARLY: f64 = 28.0;
/// End of the second window, in days.
const LATE: f64 = 90.0;

/// A sample of the last visit in a window may be this many days early and still reach its end: a morning before an afternoon.
const SAME_VISIT: f64 = 1.0;

/// Why a parameter has no value.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum NoParameter {
    /// Follow-up has not reached the end of the window.
    #[error("followed to day {followed:.0}, not yet to day {end:.0}")]
    NotYet {
        /// Day of the data cut.
        followed: f64,
        /// End of the window.
        end: f64,
    },
    /// The last sample is quantified and lies more than a day before the end of the window.
    #[error("last sample on day {last:.1} of {end:.0}, still quantified")]
    NotCovered {
        /// Day of the last sample.
        last: f64,
        /// End of the window.
        end: f64,
    },
    /// The area itself.
    #[error(transparent)]
    Area(#[from] NoArea),
}

/// Areas over the first days of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Last day.
    pub end: f64,
    /// To the last quantified sample within it.
    pub to_last: Result<f64, NoParameter>,
    /// Over all of it.
    pub interpolated: Result<f64, NoParameter>,
}

/// How long cells were quantified.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Persistence {
    /// Day of the last quantified sample.
    pub last_day: f64,
    /// Whether it is the last sample of all, so that cells may go on being quantified.
    pub ongoing: bool,
}

/// Parameters of one profile.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileParameters {
    /// Peak, last quantified sample, area to it, terminal slope.
    pub whole: Kinetics,
    /// Areas to day 28.
    pub early: Window,
    /// Areas to day 90.
    pub late: Window,
    /// `None` where nothing was quantified.
    pub persistence: Option<Persistence>,
    /// Whether follow-up reached day 28: until then the peak may be yet to come.
    pub is_mature: bool,
}

/// The parameters of a profile; `followed` are the days from infusion to the data cut, where there is one. `None` without a
/// sample after infusion.
pub fn estimate_profile(
    profile: &Profile<'_>,
    method: Method,
    blq: BlqRules,
    followed: Option<f64>,
) -> Option<ProfileParameters> {
    let last = profile.after_infusion().last()?;
    let mut samples: Vec<Sample> = Vec::new();
    if profile.samples.first().is_none_or(|first| first.day > 0.0) {
        samples.push(Sample { time: 0.0, conc: 0.0 });
    }
    samples.extend(profile.samples.iter().map(|sample| Sample {
        time: sample.day,
        conc: sample.conc(),
    }));
    let estimate = |partial_end| {
        let options = NcaOptions {
            method,
            blq,
            partial_end,
        };
        // Times are finite and apart, levels are read as 0 or more.
        estimate_kinetics(&samples, &options).ok()
    };
    let window = |found: &Kinetics| {
        let end = found.partial_end;
        let unfinished = followed.filter(|followed| *followed < end);
        let ready = unfinished.map_or(Ok(()), |followed| Err(NoParameter::NotYet { followed, end }));
        let covered = if last.day >= end - SAME_VISIT || !last.is_quantified() {
            Ok(())
        } else {
            Err(NoParameter::NotCovered { last: last.day, end })
        };
        Window {
            end,
            to_last: ready.and_then(|()| Ok(found.auc_partial?)),
            interpolated: ready.and(covered).and_then(|()| Ok(found.auc_partial_interpolated?)),
        }
    };
    let (whole, late) = (estimate(EARLY)?, estimate(LATE)?);
    Some(ProfileParameters {
        early: window(&whole),
        late: window(&late),
        persistence: whole.t_last.map(|last_day| Persistence {
            last_day,
            ongoing: last.is_quantified(),
        }),
        is_mature: followed.is_none_or(|followed| followed >= EARLY),
        whole,
    })
}

/// The kinetics of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectKinetics<'a> {
    /// What is measured.
    pub analyte: Analyte,
    /// The samples.
    pub profile: Profile<'a>,
    /// Parameters; `None` without a sample after infusion.
    pub parameters: Option<ProfileParameters>,
}

impl SubjectKinetics<'_> {
    /// Records of the profile, in order of time.
    pub fn records(&self) -> Vec<RecordId> {
        self.profile
            .samples
            .iter()
            .map(|sample| sample.level.record.clone())
            .collect()
    }
}

/// The kinetics of a subject by the protocol's rules; `None` where it was not infused on a known day.
pub fn subject_kinetics<'a>(facts: &Facts<'a>, analyte: Analyte) -> Option<SubjectKinetics<'a>> {
    let day0 = facts.day0?;
    let infusions: Vec<When> = facts.subject.infusions.iter().map(|infusion| infusion.when).collect();
    let profile = Profile::new(&infusions, analyte.samples(facts.subject))?;
    let rules = &facts.trial.kinetics;
    let followed = facts.cut.map(|cut| f64::from(days_between(day0, cut)));
    let parameters = estimate_profile(&profile, rules.auc_method, rules.blq, followed);
    Some(SubjectKinetics {
        analyte,
        profile,
        parameters,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::kinetics::Blq;
    use crate::study::{Amount, Dataset, Level, SubjectId};

    const BLQ: BlqRules = BlqRules {
        first: Blq::Zero,
        middle: Blq::Drop,
        last: Blq::Drop,
    };

    fn levels(samples: &[(i32, f64)]) -> Vec<Level> {
        let day0 = jiff::civil::date(2025, 3, 1);
        let mut levels = Vec::new();
        for (number, &(day, value)) in (1..).zip(samples) {
            let record = RecordId {
                dataset: Dataset::new("PC"),
                subject: SubjectId::new("1"),
                number,
            };
            let amount = if value > 0.0 {
                Amount::Quantified(value)
            } else {
                Amount::Below(Some(50.0))
            };
            let when = When::on(day0.saturating_add(jiff::Span::new().days(day)));
            levels.push(Level { record, amount, when });
        }
        levels
    }

    fn parameters(samples: &[(i32, f64)], followed: f64) -> Option<ProfileParameters> {
        let levels = levels(samples);
        let profile = Profile::new(&[When::on(jiff::civil::date(2025, 3, 1))], &levels).unwrap();
        estimate_profile(&profile, Method::Linear, BLQ, Some(followed))
    }

    fn near(actual: Result<f64, NoParameter>, expected: f64) -> bool {
        actual.is_ok_and(|actual| (actual - expected).abs() < 1e-9)
    }

    #[test]
    fn a_hand_worked_profile() {
        // 0 at the infusion; to day 7: 7·700/2 = 2450; to 14: 7·(700+1400)/2 = 7350; to 24: 10·(1400+400)/2 = 9000;
        // to 34: 10·(400+200)/2 = 3000, of which to 28, where it is 320: 4·(400+320)/2 = 1440.
        let found = parameters(&[(7, 700.0), (14, 1400.0), (24, 400.0), (34, 200.0), (60, 0.0)], 90.0).unwrap();
        assert_eq!((found.whole.c_max, found.whole.t_max), (Some(1400.0), Some(14.0)));
        assert!(near(found.early.to_last, 18_800.0) && near(found.early.interpolated, 20_240.0));
        // Nothing quantified after day 34: to day 90 the area is that to day 34.
        assert!(near(found.late.to_last, 21_800.0) && near(found.late.interpolated, 21_800.0));
        let persistence = found.persistence.unwrap();
        assert!((persistence.last_day - 34.0).abs() < 1e-12 && !persistence.ongoing);
    }

    #[test]
    fn what_follow_up_or_samples_do_not_reach_has_no_area_and_says_why() {
        let open = parameters(&[(7, 700.0), (14, 1400.0)], 20.0).unwrap();
        assert!(!open.is_mature);
        let not_yet = NoParameter::NotYet {
            followed: 20.0,
            end: 28.0,
        };
        assert_eq!(
            (open.early.to_last, open.early.interpolated),
            (Err(not_yet), Err(not_yet))
        );
        let short = parameters(&[(7, 700.0), (14, 1400.0)], 40.0).unwrap();
        assert!(near(short.early.to_last, 9800.0) && short.persistence.unwrap().ongoing);
        let uncovered = NoParameter::NotCovered { last: 14.0, end: 28.0 };
        assert_eq!(short.early.interpolated, Err(uncovered));
        // A sample of day 27 reaches day 28; one of day 26 does not.
        assert!(
            parameters(&[(7, 700.0), (27, 100.0)], 40.0)
                .unwrap()
                .early
                .interpolated
                .is_ok()
        );
        assert!(
            parameters(&[(7, 700.0), (26, 100.0)], 40.0)
                .unwrap()
                .early
                .interpolated
                .is_err()
        );
        assert_eq!(parameters(&[(0, 0.0), (-7, 0.0)], 40.0), None);
    }

    #[test]
    fn never_quantified_is_a_zero_and_not_a_missing_peak() {
        let found = parameters(&[(7, 0.0), (14, 0.0), (28, 0.0)], 40.0).unwrap();
        assert_eq!(
            (found.whole.c_max, found.whole.t_max, found.persistence),
            (Some(0.0), None, None)
        );
        assert!(near(found.early.interpolated, 0.0));
    }
}
