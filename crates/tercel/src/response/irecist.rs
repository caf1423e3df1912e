//! iRECIST: progression under immunotherapy stands only once a later scan confirms it.
//!
//! # What it derives
//! From the time points of RECIST 1.1, in order: iCR, iPR, iSD, NON-iCR/NON-iUPD, unconfirmed progression (iUPD), confirmed
//! progression (iCPD), NE; and the RECIST category each stands for in best response and time to progression.
//!
//! # Source
//! `seymour2017irecist`, Tables 2 (time-point response) and 3 (best response); `eortc-recist-faq` on new lesions.
//!
//! # Formula
//! Progression by RECIST 1.1 (targets, non-targets, or a new lesion that is there) is iUPD the first time. From 28 days
//! after it (4 weeks) it is confirmed, iCPD, by any of:
//!
//! * targets: the sum is at least 5 mm above that of the iUPD;
//! * non-target lesions: progression is recorded again;
//! * new lesions: another one; those measured from 10 mm (nodes from 15 mm) together 5 mm larger; a smaller one larger;
//! * progression by RECIST 1.1 in another of these three categories than at the iUPD.
//!
//! Until then it stays iUPD. An evaluable assessment without progression in any category resets it: progression after that is
//! a first iUPD again, still against the smallest sum of all. A new lesion that remains without growth is progression that
//! remains, unless the response of the lesions of the baseline is better than at the iUPD (`eortc-recist-faq`). From then on
//! it is progression again only by another new lesion, or where it is 20 % and 5 mm larger than at its smallest.
//!
//! For best response and for progression-free survival an iUPD that was reset is an assessment that says nothing (NE). Any
//! other iUPD is progression on its own day: confirmed later, or never looked at again.
//!
//! # Example
//! ```
//! use tercel::response::{Assessment, Criteria, Immune, Lesion, Overall, derive_time_points};
//!
//! let scan = |day, mm| Assessment::new(day, vec![Lesion::target("T1", Some(mm))]);
//! let later = [scan(28, 62.0), scan(56, 35.0), scan(84, 43.0), scan(112, 48.0)];
//! let points = derive_time_points(&scan(-7, 50.0), &later, Criteria::Irecist);
//! let immune: Vec<_> = points.iter().filter_map(|point| point.immune).collect();
//! assert_eq!(immune, [Immune::Upd, Immune::Pr, Immune::Upd, Immune::Cpd]);
//! assert_eq!(points[0].overall, Overall::Ne);
//! assert_eq!(points[2].overall, Overall::Pd);
//! ```
//!
//! # Limits
//! The paper asks for the confirming scan 4 to 8 weeks after the iUPD; a later one is accepted here. That a non-target lesion
//! grew further is taken from progression being recorded again, because a form has no other word for it. New lesions are
//! measured apart from the targets and never enter their sum; one that is not measured is never seen to grow. Clinical stability, which the paper asks for before
//! treatment continues, is no part of the reading.

use std::collections::BTreeMap;
use std::fmt;

use super::best::Bor;
use super::category::{CategoryError, NonTarget, Overall, Target};
use super::lesion::{Assessment, Lesion, Role};
use super::reason::Reason;
use super::recist::{TimePoint, overall};
use super::target::NOISE_MM;
use crate::language::Text;

/// The confirming scan comes at least four weeks after the first.
const CONFIRMATION_DAYS: i32 = 28;
/// Further growth of a sum that confirms.
const FURTHER_MM: f64 = 5.0;
/// A new lesion is measurable from this diameter.
const MEASURABLE_MM: f64 = 10.0;
/// A new node is measurable from this short axis.
const MEASURABLE_NODE_MM: f64 = 15.0;

/// Response at one assessment by iRECIST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Immune {
    /// Complete response.
    Cr,
    /// Partial response.
    Pr,
    /// Stable disease.
    Sd,
    /// Neither complete response nor progression, without target lesions.
    NonCrNonUpd,
    /// Unconfirmed progression.
    Upd,
    /// Confirmed progression.
    Cpd,
    /// Not evaluable.
    Ne,
}

impl Immune {
    /// Reads a category as case report forms spell it, in any case: with the leading i, or NE.
    pub fn parse(text: &str) -> Result<Self, CategoryError> {
        let word: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        match word.to_ascii_uppercase().as_str() {
            "ICR" => Ok(Self::Cr),
            "IPR" => Ok(Self::Pr),
            "ISD" => Ok(Self::Sd),
            "NONICRNONIUPD" => Ok(Self::NonCrNonUpd),
            "IUPD" => Ok(Self::Upd),
            "ICPD" => Ok(Self::Cpd),
            "NE" | "INE" => Ok(Self::Ne),
            _ => Err(CategoryError(text.to_owned())),
        }
    }
}

impl fmt::Display for Immune {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cr => "iCR",
            Self::Pr => "iPR",
            Self::Sd => "iSD",
            Self::NonCrNonUpd => "NON-iCR/NON-iUPD",
            Self::Upd => "iUPD",
            Self::Cpd => "iCPD",
            Self::Ne => "NE",
        })
    }
}

/// What each response of a course stands for in best response and time to progression.
pub fn as_recist(course: &[Immune]) -> Vec<Overall> {
    let mut stands_for = Vec::new();
    for (index, immune) in course.iter().enumerate() {
        let later = course.get(index + 1..).unwrap_or(&[]);
        stands_for.push(match immune {
            Immune::Cr => Overall::Cr,
            Immune::Pr => Overall::Pr,
            Immune::Sd => Overall::Sd,
            Immune::NonCrNonUpd => Overall::NonCrNonPd,
            Immune::Upd if was_reset(later) => Overall::Ne,
            Immune::Upd | Immune::Cpd => Overall::Pd,
            Immune::Ne => Overall::Ne,
        });
    }
    stands_for
}

/// A best overall response in the words of iRECIST; `course` says whether progression was ever confirmed.
pub fn spell_best(best: Bor, course: &[Immune]) -> &'static str {
    match best {
        Bor::Cr => "iCR",
        Bor::Pr => "iPR",
        Bor::Sd => "iSD",
        Bor::NonCrNonPd => "NON-iCR/NON-iUPD",
        Bor::Pd if course.contains(&Immune::Cpd) => "iCPD",
        Bor::Pd => "iUPD",
        Bor::Ne => "NE",
        Bor::Missing => "MISSING",
    }
}

/// Whether what follows an iUPD takes it back before anything confirms it.
fn was_reset(later: &[Immune]) -> bool {
    let decided = later.iter().find(|immune| !matches!(immune, Immune::Upd | Immune::Ne));
    decided.is_some_and(|immune| *immune != Immune::Cpd)
}

/// New lesions that are there, by id.
type NewLesions = BTreeMap<String, NewLesion>;

#[derive(Clone, Copy)]
struct NewLesion {
    mm: Option<f64>,
    measurable: bool,
}

/// The progression that waits for its confirmation.
struct Pending {
    day: i32,
    /// Sum of the targets, where they are what progressed.
    target_sum: Option<f64>,
    non_target: bool,
    new: NewLesions,
    /// Response of the lesions of the baseline.
    of_baseline: Overall,
}

/// Fills in what iRECIST makes of RECIST 1.1 time points; both slices in order of time.
pub(super) fn apply(points: &mut [TimePoint], assessments: &[&Assessment]) {
    let mut course = Course::default();
    for (point, assessment) in points.iter_mut().zip(assessments) {
        let (immune, reason) = course.next(point, assessment);
        point.immune = Some(immune);
        point.reasons.extend(reason);
    }
    let immune: Vec<Immune> = points.iter().filter_map(|point| point.immune).collect();
    for (point, overall) in points.iter_mut().zip(as_recist(&immune)) {
        point.overall = overall;
    }
}

#[derive(Default)]
struct Course {
    pending: Option<Pending>,
    confirmed: Option<i32>,
    /// New lesions of an iUPD that was reset, each at its smallest.
    known: NewLesions,
}

impl Course {
    fn next(&mut self, point: &TimePoint, assessment: &Assessment) -> (Immune, Option<Reason>) {
        if let Some(day) = self.confirmed {
            return (Immune::Cpd, Some(Reason::AfterConfirmedProgression(day)));
        }
        let new = new_lesions(point, assessment);
        let of_baseline = overall(point.target, point.non_target, false);
        let by_new = self.progresses(&new);
        for (id, lesion) in &mut self.known {
            lesion.mm = smaller(lesion.mm, new.get(id).and_then(|now| now.mm));
        }
        if !by_new && of_baseline != Overall::Pd {
            if of_baseline != Overall::Ne {
                self.pending = None;
            }
            return (without_progression(of_baseline, &new), None);
        }
        let Some(first) = &self.pending else {
            self.pending = Some(Pending {
                day: point.day,
                target_sum: (point.target == Some(Target::Pd))
                    .then_some(point.measured_sum)
                    .flatten(),
                non_target: point.non_target == Some(NonTarget::Pd),
                new,
                of_baseline,
            });
            return (Immune::Upd, None);
        };
        let day = first.day;
        match confirmation(first, point, &new) {
            Some(why) if point.day - day >= CONFIRMATION_DAYS => {
                self.confirmed = Some(point.day);
                (Immune::Cpd, Some(Reason::ConfirmsProgression(day, why)))
            }
            Some(_) => (Immune::Upd, Some(Reason::ConfirmedTooSoon(day))),
            None if is_better(of_baseline, first.of_baseline) => {
                self.pending = None;
                let response = without_progression(of_baseline, &new);
                self.known.extend(new);
                (response, Some(Reason::BaselineLesionsImproved(day)))
            }
            None => (Immune::Upd, Some(Reason::ProgressionUnchanged(day))),
        }
    }

    /// Whether new lesions are progression, those known from a progression that was reset only by growth.
    fn progresses(&self, new: &NewLesions) -> bool {
        let (mut smallest, mut now) = (0.0, 0.0);
        for (id, known) in &self.known {
            if let (Some(before), Some(mm)) = (known.mm, new.get(id).and_then(|lesion| lesion.mm)) {
                smallest += before;
                now += mm;
            }
        }
        let grew = now >= 1.2 * smallest - NOISE_MM && now - smallest >= FURTHER_MM - NOISE_MM;
        grew || new.keys().any(|id| !self.known.contains_key(id))
    }
}

fn smaller(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The response of the lesions of the baseline; a new lesion that is there is disease.
fn without_progression(of_baseline: Overall, new: &NewLesions) -> Immune {
    match of_baseline {
        Overall::Cr if new.is_empty() => Immune::Cr,
        Overall::Cr | Overall::Pr => Immune::Pr,
        Overall::Sd => Immune::Sd,
        Overall::NonCrNonPd => Immune::NonCrNonUpd,
        Overall::Ne => Immune::Ne,
        Overall::Pd => Immune::Upd,
    }
}

fn is_better(now: Overall, before: Overall) -> bool {
    let rank = |overall| match overall {
        Overall::Cr => Some(0),
        Overall::Pr => Some(1),
        Overall::Sd | Overall::NonCrNonPd => Some(2),
        Overall::Pd => Some(3),
        Overall::Ne => None,
    };
    matches!((rank(now), rank(before)), (Some(now), Some(before)) if now < before)
}

/// What of this progression goes further than the one that waits.
fn confirmation(first: &Pending, point: &TimePoint, new: &NewLesions) -> Option<Text> {
    let targets_progress = point.target == Some(Target::Pd);
    if targets_progress && let (Some(before), Some(now)) = (first.target_sum, point.measured_sum) {
        if now - before >= FURTHER_MM - NOISE_MM {
            return Some(Text::new(
                "the sum of the targets is 5 mm larger or more",
                "靶病灶总和增大5 mm或以上",
            ));
        }
    } else if targets_progress {
        return Some(Text::new("the target lesions progress now", "靶病灶现进展"));
    }
    if point.non_target == Some(NonTarget::Pd) {
        return Some(if first.non_target {
            Text::new("non-target lesions progress further", "非靶病灶进一步进展")
        } else {
            Text::new("non-target lesions progress now", "非靶病灶现进展")
        });
    }
    if new.keys().any(|id| !first.new.contains_key(id)) {
        return Some(Text::new("there is another new lesion", "另有新病灶"));
    }
    new_lesions_grew(&first.new, new).then_some(Text::new("the new lesions grew", "新病灶增大"))
}

fn new_lesions_grew(before: &NewLesions, now: &NewLesions) -> bool {
    let (mut growth, mut small_grew) = (0.0, false);
    for (id, then) in before {
        let (Some(before), Some(now)) = (then.mm, now.get(id).and_then(|lesion| lesion.mm)) else {
            continue;
        };
        if then.measurable {
            growth += now - before;
        } else {
            small_grew |= now - before > NOISE_MM;
        }
    }
    small_grew || growth >= FURTHER_MM - NOISE_MM
}

/// The new lesions that are there, with their sizes.
fn new_lesions(point: &TimePoint, assessment: &Assessment) -> NewLesions {
    let counted: Vec<&String> = point
        .reasons
        .iter()
        .flat_map(|reason| {
            if let Reason::NewLesion(ids) = reason {
                ids.as_slice()
            } else {
                &[]
            }
        })
        .collect();
    let is_there = |lesion: &&Lesion| lesion.role == Role::New && counted.contains(&&lesion.id);
    let sized = |lesion: &Lesion| {
        let least = if lesion.node { MEASURABLE_NODE_MM } else { MEASURABLE_MM };
        NewLesion {
            mm: lesion.diameter_mm,
            measurable: lesion.diameter_mm.is_some_and(|mm| mm >= least),
        }
    };
    let there = assessment.lesions.iter().filter(is_there);
    there.map(|lesion| (lesion.id.clone(), sized(lesion))).collect()
}
