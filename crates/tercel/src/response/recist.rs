//! Time-point response from lesions.
//!
//! # What it derives
//! For each assessment after baseline: sum of diameters, nadir, target, non-target and overall response, with reasons.
//!
//! # Source
//! `eisenhauer2009recist` §4.3 and Tables 1 and 2; [`mrecist`](super::mrecist) says what `lencioni2010mrecist` changes.
//!
//! # Formula
//! With S the sum of target diameters (short axis for a node), B the sum at baseline, N the smallest complete sum before
//! this assessment, baseline included:
//!
//! * CR: every target 0 mm, every target node < 10 mm;
//! * PD: S ≥ 1.2 N and S − N ≥ 5 mm (mRECIST: the floor given, S > N);
//! * PR: S ≤ 0.7 B;
//! * SD: none of these;
//! * NE: a target not measured, unless the measured lesions alone satisfy PD.
//!
//! CR is looked at first, because nodes that grow below 10 mm are not disease; PD before PR.
//!
//! | target | non-target | overall |
//! |---|---|---|
//! | any PD, a new lesion, or effusion with positive cytology | | PD |
//! | CR | CR or none | CR |
//! | CR | NON-CR/NON-PD or NE | PR |
//! | PR, SD, NE | no PD | as target |
//! | none | CR, NON-CR/NON-PD, NE | as non-target |
//!
//! # Example
//! Targets of 60 and 40 mm at baseline, 42 and 28 mm now: S = 70 ≤ 0.7 · 100, a PR. See [`derive_time_points`].
//!
//! # Limits
//! Whether a lesion is measurable, and whether a new finding is a tumour, is the reader's judgement. Tumour markers are
//! not read. A lesion that split or merged says so by [`Lesion::stands_for`](super::Lesion::stands_for).

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::baseline::{Baseline, by_lesion, check_roles};
use super::category::{Criteria, NonTarget, Overall, Target};
use super::irecist::{self, Immune};
use super::lesion::Assessment;
use super::nodules::Nodules;
use super::non_target::{malignant_effusion, new_lesions, non_target_response};
use super::parts::Parts;
use super::reason::{Query, Reason};
use super::target::{Targets, check_tenfold};

/// Response at one assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct TimePoint {
    /// Name of the visit.
    pub visit: String,
    /// Day of the assessment, infusion = 0.
    pub day: i32,
    /// Sum of diameters in mm, where every target was measured.
    pub sum: Option<f64>,
    /// Sum of the target diameters that were measured, in mm.
    pub measured_sum: Option<f64>,
    /// Sum at baseline in mm, where every target was measured then.
    pub baseline: Option<f64>,
    /// Smallest complete sum before this assessment, baseline included, in mm.
    pub nadir: Option<f64>,
    /// Target response; `None` without target lesions.
    pub target: Option<Target>,
    /// Non-target response; `None` without non-target lesions.
    pub non_target: Option<NonTarget>,
    /// Whether a new lesion was seen at this assessment.
    pub new_lesion: bool,
    /// Overall response; under iRECIST what [`immune`](Self::immune) stands for.
    pub overall: Overall,
    /// Response by iRECIST, where that is the criteria.
    pub immune: Option<Immune>,
    /// The rules that decided it: one, or for PD and NE each that applies.
    pub reasons: Vec<Reason>,
    /// What to ask about the readings.
    pub queries: Vec<Query>,
}

impl TimePoint {
    /// The response as its criteria spell it.
    pub fn response(&self) -> String {
        self.immune
            .map_or_else(|| self.overall.to_string(), |immune| immune.to_string())
    }
}

/// Response at each assessment in `later`, in order of day. See the [module](self) for the rules.
///
/// `later` holds what was read after `baseline`, in any order; a lesion of the baseline without a reading was not assessed.
pub fn derive_time_points(baseline: &Assessment, later: &[Assessment], criteria: Criteria) -> Vec<TimePoint> {
    let mut sorted: Vec<&Assessment> = later.iter().collect();
    sorted.sort_by(|a, b| (a.day, &a.visit).cmp(&(b.day, &b.visit)));
    let (mut parts, mut asked) = (Parts::default(), Vec::new());
    let at_baseline = parts.restore(baseline, &mut asked);
    let baseline = Baseline::read(&at_baseline);
    let mut last = BTreeMap::new();
    check_tenfold(&baseline, &at_baseline, &mut last, &mut asked);
    let restored: Vec<(Cow<'_, Assessment>, Vec<Query>)> = sorted
        .into_iter()
        .map(|assessment| {
            let mut asked = Vec::new();
            (parts.restore(assessment, &mut asked), asked)
        })
        .collect();
    let later: Vec<&Assessment> = restored.iter().map(|(assessment, _)| assessment.as_ref()).collect();
    let nodules = match criteria {
        Criteria::Mrecist { .. } => Some(Nodules::read(&later)),
        Criteria::Recist11 | Criteria::Irecist => None,
    };
    let mut nadir = baseline.sum;
    let mut points = Vec::new();
    for (assessment, asked) in &restored {
        let mut point = time_point(&baseline, assessment, nadir, criteria, nodules.as_ref());
        check_tenfold(&baseline, assessment, &mut last, &mut point.queries);
        point.queries.extend(asked.iter().cloned());
        if let Some(sum) = point.sum {
            nadir = Some(nadir.map_or(sum, |nadir| nadir.min(sum)));
        }
        points.push(point);
    }
    match criteria {
        Criteria::Irecist => irecist::apply(&mut points, &later),
        Criteria::Recist11 | Criteria::Mrecist { .. } => {}
    }
    points
}

fn time_point(
    baseline: &Baseline,
    assessment: &Assessment,
    nadir: Option<f64>,
    criteria: Criteria,
    nodules: Option<&Nodules>,
) -> TimePoint {
    let readings = by_lesion(assessment);
    let mut queries = Vec::new();
    check_roles(baseline, assessment, &mut queries);
    let targets = Targets::read(baseline, &readings, &mut queries);
    let (target, target_reasons) = targets.response(baseline, nadir, criteria).unzip();
    let (non_target, progressing) = non_target_response(baseline, assessment, &readings, &mut queries);
    let new_lesions = new_lesions(baseline, assessment, nodules, &mut queries);

    let new_lesion = !new_lesions.is_empty();
    let overall = overall(target, non_target, new_lesion);
    let mut reasons = progression_reasons(assessment, new_lesions, progressing);
    if target == Some(Target::Pd) || overall != Overall::Pd {
        reasons.extend(table_reasons(target, non_target, target_reasons.unwrap_or_default()));
    }
    TimePoint {
        visit: assessment.visit.clone(),
        day: assessment.day,
        sum: targets.complete().then_some(targets.sum),
        measured_sum: targets.any_measured.then_some(targets.sum),
        baseline: baseline.sum,
        nadir,
        target,
        non_target,
        new_lesion,
        overall,
        immune: None,
        reasons,
        queries,
    }
}

/// Why it is progression, whatever the target lesions do.
fn progression_reasons(assessment: &Assessment, new_lesions: Vec<String>, progressing: Vec<String>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if !new_lesions.is_empty() {
        reasons.push(Reason::NewLesion(new_lesions));
    }
    if assessment.non_target == Some(NonTarget::Pd) || !progressing.is_empty() {
        reasons.push(Reason::NonTargetProgression(progressing));
    }
    if malignant_effusion(assessment) {
        reasons.push(Reason::MalignantEffusion);
    }
    reasons
}

/// RECIST 1.1 Tables 1 and 2 in one.
pub fn overall(target: Option<Target>, non_target: Option<NonTarget>, new_lesion: bool) -> Overall {
    if new_lesion {
        return Overall::Pd;
    }
    match (target, non_target) {
        (Some(Target::Pd), _) | (_, Some(NonTarget::Pd)) => Overall::Pd,
        (Some(Target::Cr), None | Some(NonTarget::Cr)) | (None, Some(NonTarget::Cr)) => Overall::Cr,
        (Some(Target::Cr), Some(NonTarget::NonCrNonPd | NonTarget::Ne)) | (Some(Target::Pr), _) => Overall::Pr,
        (Some(Target::Sd), _) => Overall::Sd,
        (None, Some(NonTarget::NonCrNonPd)) => Overall::NonCrNonPd,
        (Some(Target::Ne), _) | (None, None | Some(NonTarget::Ne)) => Overall::Ne,
    }
}

/// The reason of a response that is read from the table: the target's own, unless the non-target lesions decide.
fn table_reasons(target: Option<Target>, non_target: Option<NonTarget>, of_target: Vec<Reason>) -> Vec<Reason> {
    match (target, non_target) {
        (Some(Target::Cr), Some(NonTarget::NonCrNonPd)) => vec![Reason::NonTargetPersists],
        (Some(Target::Cr), Some(NonTarget::Ne)) => vec![Reason::NonTargetNotEvaluated],
        (Some(_), _) => of_target,
        (None, Some(NonTarget::Cr)) => vec![Reason::NonTargetsGone],
        (None, Some(NonTarget::NonCrNonPd)) => vec![Reason::OnlyNonTargetsPersist],
        (None, Some(NonTarget::Ne)) => vec![Reason::OnlyNonTargetsNotEvaluated],
        (None, Some(NonTarget::Pd)) => Vec::new(),
        (None, None) => vec![Reason::NoDiseaseAtBaseline],
    }
}

#[cfg(test)]
mod tests {
    use super::super::check_baseline;
    use super::super::lesion::{Lesion, LesionStatus, Role};
    use super::*;

    fn scan(day: i32, lesions: Vec<Lesion>) -> Assessment {
        Assessment::new(day, lesions)
    }

    fn sizes(day: i32, sizes: &[Option<f64>]) -> Assessment {
        let lesion = |(index, &size): (usize, &Option<f64>)| Lesion::target(&format!("T{index}"), size);
        scan(day, sizes.iter().enumerate().map(lesion).collect())
    }

    fn course(baseline: &[f64], later: &[&[Option<f64>]]) -> Vec<Overall> {
        let baseline: Vec<Option<f64>> = baseline.iter().copied().map(Some).collect();
        let later: Vec<Assessment> = (28..).step_by(28).zip(later).map(|(day, mm)| sizes(day, mm)).collect();
        let points = derive_time_points(&sizes(-7, &baseline), &later, Criteria::Recist11);
        points.into_iter().map(|point| point.overall).collect()
    }

    #[test]
    fn partial_response_is_against_baseline_and_inclusive() {
        assert_eq!(course(&[60.0, 40.0], &[&[Some(42.0), Some(28.0)]]), [Overall::Pr]);
        assert_eq!(course(&[60.0, 40.0], &[&[Some(43.0), Some(28.0)]]), [Overall::Sd]);
        // 0.7 * (10.1 + 20.2 + 30.3) is 42.42 on paper and a little less in binary.
        assert_eq!(
            course(&[10.1, 20.2, 30.3], &[&[Some(12.12), Some(10.1), Some(20.2)]]),
            [Overall::Pr]
        );
    }

    #[test]
    fn progression_is_against_the_nadir_by_a_fifth_and_five_millimetres() {
        // The nadir is 50: 60 is +20 % and +10 mm, although 40 % below baseline.
        assert_eq!(
            course(&[100.0], &[&[Some(50.0)], &[Some(60.0)]]),
            [Overall::Pr, Overall::Pd]
        );
        assert_eq!(
            course(&[100.0], &[&[Some(50.0)], &[Some(59.9)]]),
            [Overall::Pr, Overall::Pr]
        );
        // +20 % but +4 mm; then +5 mm and +25 %.
        assert_eq!(
            course(&[20.0], &[&[Some(24.0)], &[Some(25.0)]]),
            [Overall::Sd, Overall::Pd]
        );
        // 8.2 - 3.2 is a little less than 5 in binary.
        assert_eq!(
            course(&[30.0], &[&[Some(3.2)], &[Some(8.2)]]),
            [Overall::Pr, Overall::Pd]
        );
    }

    #[test]
    fn baseline_is_part_of_the_nadir() {
        assert_eq!(
            course(&[50.0], &[&[Some(59.0)], &[Some(60.0)]]),
            [Overall::Sd, Overall::Pd]
        );
    }

    #[test]
    fn regrowth_from_nothing_to_five_millimetres_is_progression() {
        assert_eq!(
            course(&[60.0], &[&[Some(0.0)], &[Some(5.0)]]),
            [Overall::Cr, Overall::Pd]
        );
        assert_eq!(
            course(&[60.0], &[&[Some(0.0)], &[Some(4.9)]]),
            [Overall::Cr, Overall::Pr]
        );
    }

    #[test]
    fn an_incomplete_assessment_never_sets_the_nadir() {
        // 20 mm measured alone is no sum. The nadir stays 60, of which 71 is 118 %.
        let later: [&[Option<f64>]; 3] = [
            &[Some(30.0), Some(30.0)],
            &[Some(20.0), None],
            &[Some(41.0), Some(30.0)],
        ];
        assert_eq!(course(&[60.0, 40.0], &later), [Overall::Pr, Overall::Ne, Overall::Sd]);
    }

    #[test]
    fn a_missing_target_is_not_evaluable_unless_the_rest_progressed() {
        let baseline = [30.0, 20.0, 20.0, 11.0, 10.0];
        let rest = |mm: f64| [Some(mm), Some(25.0), Some(25.0), Some(20.0), None];
        // The nadir is 91: 110 is +21 %, 109 is +19.8 %.
        assert_eq!(course(&baseline, &[&rest(40.0)]), [Overall::Pd]);
        assert_eq!(course(&baseline, &[&rest(39.0)]), [Overall::Ne]);
        let shorter = derive_time_points(
            &sizes(-7, &[Some(50.0), Some(50.0)]),
            &[sizes(28, &[Some(30.0)])],
            Criteria::Recist11,
        );
        assert_eq!(shorter[0].reasons, [Reason::NotMeasured(vec!["T1".to_owned()])]);
        assert_eq!((shorter[0].sum, shorter[0].measured_sum), (None, Some(30.0)));
    }

    #[test]
    fn nodes_stay_in_the_sum_and_are_gone_below_ten_millimetres() {
        let visit = |day, node, lesion| {
            let lesions = vec![Lesion::target_node("N", Some(node)), Lesion::target("L", Some(lesion))];
            scan(day, lesions)
        };
        let later = [
            visit(28, 9.9, 0.0),
            visit(56, 3.0, 0.0),
            visit(84, 9.0, 0.0),
            visit(112, 10.0, 0.0),
        ];
        let points = derive_time_points(&visit(-7, 20.0, 30.0), &later, Criteria::Recist11);
        let overall: Vec<Overall> = points.iter().map(|point| point.overall).collect();
        // From 3 to 9 mm is +6 mm and +200 %, but a node of 9 mm is normal; 10 mm is not.
        assert_eq!(overall, [Overall::Cr, Overall::Cr, Overall::Cr, Overall::Pd]);
        assert_eq!(points[0].sum, Some(9.9));
    }

    fn with_non_target(target_mm: f64, status: Option<LesionStatus>) -> Overall {
        let lesions = |mm, status: Option<LesionStatus>| {
            let mut lesions = vec![Lesion::target("T", Some(mm))];
            lesions.extend(status.map(|status| Lesion::non_target("NT", status)));
            lesions
        };
        let baseline = scan(-7, lesions(50.0, Some(LesionStatus::Present)));
        let later = [scan(28, lesions(target_mm, status))];
        derive_time_points(&baseline, &later, Criteria::Recist11)[0].overall
    }

    #[test]
    fn target_and_non_target_combine_as_in_table_1() {
        use LesionStatus::{Absent, NotEvaluable, Present, Progression};
        assert_eq!(with_non_target(0.0, Some(Absent)), Overall::Cr);
        assert_eq!(with_non_target(0.0, Some(Present)), Overall::Pr);
        assert_eq!(with_non_target(0.0, Some(NotEvaluable)), Overall::Pr);
        assert_eq!(with_non_target(0.0, None), Overall::Pr);
        assert_eq!(with_non_target(30.0, None), Overall::Pr);
        assert_eq!(with_non_target(50.0, Some(NotEvaluable)), Overall::Sd);
        assert_eq!(with_non_target(0.0, Some(Progression)), Overall::Pd);
        assert_eq!(with_non_target(60.0, Some(Absent)), Overall::Pd);
    }

    #[test]
    fn without_targets_the_non_target_lesions_decide_as_in_table_2() {
        use LesionStatus::{Absent, NotEvaluable, Present, Progression};
        let baseline = scan(
            -7,
            vec![Lesion::non_target("A", Present), Lesion::non_target("B", Present)],
        );
        let at = |a, b| {
            let later = [scan(28, vec![Lesion::non_target("A", a), Lesion::non_target("B", b)])];
            derive_time_points(&baseline, &later, Criteria::Recist11)[0].overall
        };
        assert_eq!(at(Absent, Absent), Overall::Cr);
        assert_eq!(at(Absent, Present), Overall::NonCrNonPd);
        assert_eq!(at(Absent, NotEvaluable), Overall::Ne);
        assert_eq!(at(NotEvaluable, Progression), Overall::Pd);
        let nothing = derive_time_points(&scan(-7, vec![]), &[scan(28, vec![])], Criteria::Recist11);
        assert_eq!(nothing[0].overall, Overall::Ne);
        assert_eq!(nothing[0].reasons, [Reason::NoDiseaseAtBaseline]);
    }

    #[test]
    fn a_new_lesion_is_progression_whatever_the_targets_do() {
        let baseline = sizes(-7, &[Some(50.0)]);
        let mut week4 = sizes(28, &[Some(0.0)]);
        week4.lesions.push(Lesion::new_lesion("X"));
        let point = |week4: &Assessment| {
            derive_time_points(&baseline, std::slice::from_ref(week4), Criteria::Recist11).remove(0)
        };
        assert_eq!(point(&week4).overall, Overall::Pd);
        assert_eq!(point(&week4).target, Some(Target::Cr));
        week4.lesions[1].status = Some(LesionStatus::NotEvaluable);
        assert_eq!(point(&week4).overall, Overall::Cr);
        assert_eq!(point(&week4).queries, [Query::EquivocalNewLesion("X".to_owned())]);
    }

    #[test]
    fn without_a_baseline_nothing_but_progression_can_be_said() {
        let unmeasured = sizes(-7, &[Some(50.0), None]);
        let later = [
            sizes(28, &[Some(10.0), Some(10.0)]),
            sizes(56, &[Some(15.0), Some(10.0)]),
        ];
        let points = derive_time_points(&unmeasured, &later, Criteria::Recist11);
        assert_eq!(points[0].overall, Overall::Ne);
        assert_eq!(points[0].reasons, [Reason::NoBaseline(vec!["T1".to_owned()])]);
        // The true nadir is at most 20, so 25 is progression whatever the baseline was.
        assert_eq!(points[1].overall, Overall::Pd);
        let late = derive_time_points(&scan(-7, vec![]), &later[..1], Criteria::Recist11);
        assert_eq!(late[0].overall, Overall::Ne);
        assert_eq!(late[0].queries.len(), 2);
    }

    #[test]
    fn a_lesion_measured_twice_is_not_used_and_asked_about() {
        let baseline = sizes(-7, &[Some(50.0)]);
        let twice = scan(
            28,
            vec![Lesion::target("T0", Some(20.0)), Lesion::target("T0", Some(25.0))],
        );
        let point = derive_time_points(&baseline, std::slice::from_ref(&twice), Criteria::Recist11).remove(0);
        assert_eq!(point.overall, Overall::Ne);
        assert_eq!(point.reasons, [Reason::MeasuredTwice(vec!["T0".to_owned()])]);
        assert_eq!(
            check_baseline(&twice, Criteria::Recist11),
            [Query::MeasuredTwice("T0".to_owned())]
        );
    }

    #[test]
    fn a_diameter_ten_times_the_last_is_used_and_asked_about() {
        let queries = |later: &[f64]| -> Vec<usize> {
            let scans = (28..).step_by(28).zip(later);
            let later: Vec<Assessment> = scans.map(|(day, mm)| sizes(day, &[Some(*mm)])).collect();
            let points = derive_time_points(&sizes(-7, &[Some(30.0)]), &later, Criteria::Recist11);
            points.iter().map(|point| point.queries.len()).collect()
        };
        assert_eq!(queries(&[290.0, 28.0, 27.0]), [1, 1, 0]);
        // Growth of half and a lesion that nearly vanished are no slip.
        assert_eq!(queries(&[45.0, 3.0, 45.0]), [0, 0, 0]);
        let point = derive_time_points(
            &sizes(-7, &[Some(30.0)]),
            &[sizes(28, &[Some(300.0)])],
            Criteria::Recist11,
        )
        .remove(0);
        assert_eq!(point.overall, Overall::Pd);
        assert_eq!(point.queries, [Query::Tenfold("T0".to_owned())]);
    }

    #[test]
    fn a_target_keeps_its_role() {
        let baseline = sizes(-7, &[Some(50.0)]);
        let mut renamed = sizes(28, &[Some(30.0)]);
        renamed.lesions[0].role = Role::New;
        let point = derive_time_points(&baseline, &[renamed], Criteria::Recist11).remove(0);
        assert_eq!((point.overall, point.new_lesion), (Overall::Pr, false));
        assert_eq!(point.queries, [Query::RoleChanged("T0".to_owned())]);
    }

    #[test]
    fn mrecist_has_no_floor_unless_given() {
        let baseline = sizes(-7, &[Some(10.0)]);
        let overall = |mm, floor_mm| {
            let later = [sizes(28, &[Some(0.0)]), sizes(56, &[Some(mm)])];
            derive_time_points(&baseline, &later, Criteria::Mrecist { floor_mm })[1].overall
        };
        assert_eq!(overall(1.0, 0.0), Overall::Pd);
        assert_eq!(overall(0.0, 0.0), Overall::Cr);
        assert_eq!(overall(1.0, 5.0), Overall::Pr);
        assert_eq!(overall(5.0, 5.0), Overall::Pd);
    }
}
