//! Lesions that split or merged, read as the lesions of the baseline.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::lesion::{Assessment, Lesion, LesionStatus};
use super::reason::Query;
use super::target::usable_diameter;

/// The parts of each split lesion that were seen up to an assessment.
///
/// A lesion that split is the sum of its parts (`eisenhauer2009recist`, appendix II): a part seen before and not read now
/// leaves the whole unmeasured. Lesions that merged are measured as one: the first carries the diameter, the others 0.
#[derive(Debug, Default)]
pub(super) struct Parts {
    seen: BTreeMap<String, BTreeSet<String>>,
}

impl Parts {
    /// The assessment in terms of the lesions of the baseline. Call in order of time.
    pub(super) fn restore<'a>(&mut self, assessment: &'a Assessment, queries: &mut Vec<Query>) -> Cow<'a, Assessment> {
        if assessment.lesions.iter().all(|lesion| lesion.stands_for.is_empty()) {
            return Cow::Borrowed(assessment);
        }
        let mut parts: BTreeMap<&str, Vec<&Lesion>> = BTreeMap::new();
        let mut restored = Vec::new();
        for lesion in &assessment.lesions {
            match lesion.stands_for.as_slice() {
                [] => {}
                [whole] => parts.entry(whole).or_default().push(lesion),
                [first, others @ ..] => restored.extend(merged(lesion, first, others)),
            }
        }
        for (whole, parts) in parts {
            let seen = self.seen.entry(whole.to_owned()).or_default();
            seen.extend(parts.iter().map(|part| part.id.clone()));
            restored.extend(sum_of(whole, &parts, seen));
        }
        for lesion in assessment.lesions.iter().filter(|lesion| lesion.stands_for.is_empty()) {
            let elsewhere = restored.iter().any(|other| other.id == lesion.id);
            let says_something = lesion.diameter_mm.is_some_and(|mm| mm > 0.0);
            if elsewhere && says_something {
                queries.push(Query::WholeBesideParts(lesion.id.clone()));
            }
            if !elsewhere || says_something {
                restored.push(lesion.clone());
            }
        }
        Cow::Owned(Assessment {
            lesions: restored,
            ..assessment.clone()
        })
    }
}

/// Lesions that merged: the first has the diameter of what they became, the others add nothing.
fn merged<'a>(lesion: &'a Lesion, first: &'a str, others: &'a [String]) -> impl Iterator<Item = Lesion> + 'a {
    let named = |id: &str| Lesion {
        id: id.to_owned(),
        stands_for: Vec::new(),
        ..lesion.clone()
    };
    let measured = usable_diameter(lesion, lesion.node).is_ok_and(|diameter| diameter.is_some());
    let rest = others.iter().map(move |id| {
        if measured {
            Lesion {
                diameter_mm: Some(0.0),
                status: None,
                ..named(id)
            }
        } else {
            named(id)
        }
    });
    std::iter::once(named(first)).chain(rest)
}

/// A lesion that split, from its parts; `None` without any.
fn sum_of(whole: &str, parts: &[&Lesion], seen: &BTreeSet<String>) -> Option<Lesion> {
    let any = *parts.first()?;
    let all_read = seen
        .iter()
        .all(|id| parts.iter().filter(|part| part.id == *id).count() == 1);
    let sum: Option<f64> = parts
        .iter()
        .map(|part| usable_diameter(part, part.node).ok().flatten())
        .sum();
    let diameter_mm = sum.filter(|_| all_read);
    let every = |status| parts.iter().all(|part| part.status == Some(status));
    let one = |status| parts.iter().any(|part| part.status == Some(status));
    let status = if one(LesionStatus::Progression) {
        Some(LesionStatus::Progression)
    } else if diameter_mm.is_some() {
        None
    } else if !all_read || one(LesionStatus::NotEvaluable) {
        Some(LesionStatus::NotEvaluable)
    } else if every(LesionStatus::Absent) {
        Some(LesionStatus::Absent)
    } else if parts.iter().all(|part| part.status.is_some()) {
        Some(LesionStatus::Present)
    } else {
        None
    };
    Some(Lesion {
        id: whole.to_owned(),
        diameter_mm,
        status,
        stands_for: Vec::new(),
        ..any.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Criteria, Overall, derive_time_points};
    use super::*;

    fn part(id: &str, mm: Option<f64>, of: &[&str]) -> Lesion {
        Lesion {
            stands_for: of.iter().map(|&id| id.to_owned()).collect(),
            ..Lesion::target(id, mm)
        }
    }

    fn course(later: &[Vec<Lesion>]) -> Vec<(Option<f64>, Overall)> {
        let baseline = Assessment::new(
            -7,
            vec![Lesion::target("T1", Some(60.0)), Lesion::target("T2", Some(40.0))],
        );
        let later: Vec<Assessment> = (28..)
            .step_by(28)
            .zip(later)
            .map(|(day, lesions)| Assessment::new(day, lesions.clone()))
            .collect();
        let points = derive_time_points(&baseline, &later, Criteria::Recist11);
        points.into_iter().map(|point| (point.sum, point.overall)).collect()
    }

    #[test]
    fn a_lesion_that_split_is_the_sum_of_its_parts() {
        let t2 = || Lesion::target("T2", Some(30.0));
        let split = |one, other| vec![part("T1.1", one, &["T1"]), part("T1.2", other, &["T1"]), t2()];
        let answers = course(&[
            split(Some(20.0), Some(20.0)),
            split(Some(20.0), Some(34.0)),
            // A part that is not read any more leaves the whole unmeasured, even where its row is missing.
            split(Some(20.0), None),
            vec![part("T1.1", Some(20.0), &["T1"]), t2()],
        ]);
        let expected = [
            (Some(70.0), Overall::Pr),
            (Some(84.0), Overall::Pd),
            (None, Overall::Ne),
            (None, Overall::Ne),
        ];
        assert_eq!(answers, expected);
    }

    #[test]
    fn lesions_that_merged_are_measured_as_one() {
        let answers = course(&[
            vec![part("T1/T2", Some(70.0), &["T1", "T2"])],
            vec![part("T1/T2", Some(0.0), &["T1", "T2"])],
            vec![part("T1/T2", None, &["T1", "T2"])],
        ]);
        let expected = [(Some(70.0), Overall::Pr), (Some(0.0), Overall::Cr), (None, Overall::Ne)];
        assert_eq!(answers, expected);
    }

    #[test]
    fn the_whole_measured_beside_its_parts_is_not_used_and_asked_about() {
        let baseline = Assessment::new(-7, vec![Lesion::target("T1", Some(60.0))]);
        let both = |whole| vec![part("T1.1", Some(20.0), &["T1"]), Lesion::target("T1", whole)];
        let point = |whole| {
            let later = [Assessment::new(28, both(whole))];
            derive_time_points(&baseline, &later, Criteria::Recist11).remove(0)
        };
        assert_eq!(point(Some(30.0)).overall, Overall::Ne);
        assert!(
            point(Some(30.0))
                .queries
                .contains(&Query::WholeBesideParts("T1".to_owned()))
        );
        // A row that only says that it split says nothing about its size.
        assert_eq!((point(None).overall, point(None).sum), (Overall::Pr, Some(20.0)));
    }
}
