//! Seymour L, Bogaerts J, Perrone A, et al. iRECIST: guidelines for response criteria for use in trials testing
//! immunotherapeutics. Lancet Oncol 2017;18:e143-e152. Tables 2 and 3 (PMC5648544), and the explanations of new lesions on
//! recist.eortc.org (`eortc-recist-faq`).

use tercel::response::irecist::{as_recist, spell_best};
use tercel::response::{
    Assessment, BestOptions, Criteria, Immune, Lesion, LesionStatus, NonTarget, Overall, derive_best,
    derive_time_points,
};

/// Table 3: five time points, each with the responses it may have, and the best response.
const TABLE_3: [([&str; 5], &str); 8] = [
    (["iCR", "iCR iPR iUPD NE", "iCR iPR iUPD NE", "iUPD", "iCPD"], "iCR"),
    (
        ["iUPD", "iPR iSD NE", "iCR", "iCR iUPD NE", "iCR iPR iSD iUPD iCPD NE"],
        "iCR",
    ),
    (
        [
            "iUPD",
            "iPR",
            "iPR iSD iUPD NE",
            "iPR iSD iUPD NE iCPD",
            "iPR iSD iUPD NE iCPD",
        ],
        "iPR",
    ),
    (
        ["iUPD", "iSD NE", "iPR", "iPR iSD iUPD NE", "iPR iSD iUPD iCPD NE"],
        "iPR",
    ),
    (
        ["iUPD", "iSD", "iSD iUPD NE", "iSD iUPD iCPD NE", "iSD iUPD iCPD NE"],
        "iSD",
    ),
    (["iUPD", "iCPD", ANY, ANY, ANY], "iCPD"),
    (["iUPD", "iUPD", "iCPD", ANY, ANY], "iCPD"),
    (["iUPD", "NE", "NE", "NE", "NE"], "iUPD"),
];
const ANY: &str = "iCR iPR iSD iUPD iCPD NE";

/// The table takes responses without confirmation, of scans six weeks apart.
const UNCONFIRMED: BestOptions = BestOptions {
    confirmation_days: 28.0,
    sd_min_days: 42.0,
    max_ne: 1,
    accept_sd: false,
    stop_day: None,
};

#[test]
fn every_course_of_table_3_has_its_best_response() {
    let mut courses = 0;
    for (choices, best) in TABLE_3 {
        let mut all: Vec<Vec<Immune>> = vec![Vec::new()];
        for choice in choices {
            let choice: Vec<Immune> = choice.split(' ').map(|text| Immune::parse(text).unwrap()).collect();
            let longer = |course: &Vec<Immune>| {
                let course = course.clone();
                choice
                    .clone()
                    .into_iter()
                    .map(move |next| [course.clone(), vec![next]].concat())
            };
            all = all.iter().flat_map(longer).collect();
        }
        for course in all {
            let responses: Vec<(i32, Overall)> = (42..).step_by(42).zip(as_recist(&course)).collect();
            let derived = spell_best(derive_best(&responses, &UNCONFIRMED).unconfirmed, &course);
            assert_eq!(derived, best, "{course:?}");
            courses += 1;
        }
    }
    assert_eq!(courses, 16 + 54 + 100 + 40 + 48 + 216 + 36 + 1);
}

/// What is read at one scan: sum of targets, the reader's category of non-targets, diameters of new lesions.
type Scan<'a> = (f64, NonTarget, &'a [(&'a str, f64)]);

/// Responses to scans four weeks apart, after targets of 50 mm and one non-target lesion at baseline.
fn course(scans: &[Scan<'_>]) -> Vec<Immune> {
    let lesions = |mm| vec![Lesion::target("T", Some(mm))];
    let mut baseline = lesions(50.0);
    baseline.push(Lesion::non_target("NT", LesionStatus::Present));
    let later: Vec<Assessment> = (28..)
        .step_by(28)
        .zip(scans)
        .map(|(day, (mm, non_target, new))| {
            let mut lesions = lesions(*mm);
            let status = match non_target {
                NonTarget::Cr => LesionStatus::Absent,
                NonTarget::NonCrNonPd => LesionStatus::Present,
                NonTarget::Pd => LesionStatus::Progression,
                NonTarget::Ne => LesionStatus::NotEvaluable,
            };
            lesions.push(Lesion::non_target("NT", status));
            lesions.extend(new.iter().map(|&(id, mm)| Lesion {
                diameter_mm: Some(mm),
                ..Lesion::new_lesion(id)
            }));
            Assessment::new(day, lesions)
        })
        .collect();
    let points = derive_time_points(&Assessment::new(-7, baseline), &later, Criteria::Irecist);
    points.into_iter().filter_map(|point| point.immune).collect()
}

const STAYS: NonTarget = NonTarget::NonCrNonPd;
const GONE: NonTarget = NonTarget::Cr;
const WORSE: NonTarget = NonTarget::Pd;

#[test]
fn table_2_without_progression_before() {
    assert_eq!(course(&[(0.0, GONE, &[])]), [Immune::Cr]);
    assert_eq!(course(&[(0.0, STAYS, &[])]), [Immune::Pr]);
    assert_eq!(course(&[(35.0, STAYS, &[])]), [Immune::Pr]);
    assert_eq!(course(&[(50.0, STAYS, &[])]), [Immune::Sd]);
    for progressed in [
        (0.0, WORSE, &[][..]),
        (60.0, GONE, &[]),
        (60.0, WORSE, &[]),
        (60.0, WORSE, &[("N", 12.0)]),
        (35.0, GONE, &[("N", 12.0)]),
    ] {
        assert_eq!(course(&[progressed]), [Immune::Upd]);
    }
}

#[test]
fn table_2_with_progression_before() {
    use Immune::{Cpd, Upd};
    // Targets: 5 mm more than at the iUPD confirm, 4.9 mm do not; steps add up.
    assert_eq!(course(&[(60.0, STAYS, &[]), (65.0, STAYS, &[])]), [Upd, Cpd]);
    assert_eq!(course(&[(60.0, STAYS, &[]), (64.9, STAYS, &[])]), [Upd, Upd]);
    let steps: [Scan<'_>; 3] = [(60.0, STAYS, &[]), (64.0, STAYS, &[]), (66.0, STAYS, &[])];
    assert_eq!(course(&steps), [Upd, Upd, Cpd]);
    // Non-targets, and progression in another category.
    assert_eq!(course(&[(50.0, WORSE, &[]), (50.0, WORSE, &[])]), [Upd, Cpd]);
    assert_eq!(course(&[(60.0, STAYS, &[]), (60.0, WORSE, &[])]), [Upd, Cpd]);
    assert_eq!(course(&[(60.0, STAYS, &[]), (60.0, STAYS, &[("N", 6.0)])]), [Upd, Cpd]);
    assert_eq!(course(&[(50.0, WORSE, &[]), (60.0, STAYS, &[])]), [Upd, Cpd]);
    // New lesions: size of a measurable one by 5 mm, of another at all, number.
    let new = |before, after| course(&[(50.0, STAYS, &[("N", before)]), (50.0, STAYS, &[("N", after)])]);
    assert_eq!(new(12.0, 17.0), [Upd, Cpd]);
    assert_eq!(new(12.0, 16.9), [Upd, Upd]);
    assert_eq!(new(8.0, 9.0), [Upd, Cpd]);
    assert_eq!(new(8.0, 8.0), [Upd, Upd]);
    let another: [Scan<'_>; 2] = [(50.0, STAYS, &[("N", 12.0)]), (50.0, STAYS, &[("N", 12.0), ("M", 7.0)])];
    assert_eq!(course(&another), [Upd, Cpd]);
}

#[test]
fn a_response_after_unconfirmed_progression_resets_it() {
    use Immune::{Cpd, Pr, Sd, Upd};
    let grew_again: [Scan<'_>; 4] = [
        (60.0, STAYS, &[]),
        (52.0, STAYS, &[]),
        (61.0, STAYS, &[]),
        (66.0, STAYS, &[]),
    ];
    assert_eq!(course(&grew_again), [Upd, Sd, Upd, Cpd]);
    // Scenario B: a new lesion appears, then the targets shrink further. F: they had shrunk before, and nothing changes.
    assert_eq!(
        course(&[(50.0, STAYS, &[("N", 12.0)]), (30.0, STAYS, &[("N", 12.0)])]),
        [Upd, Pr]
    );
    let f: [Scan<'_>; 3] = [
        (30.0, STAYS, &[]),
        (30.0, STAYS, &[("N", 12.0)]),
        (30.0, STAYS, &[("N", 12.0)]),
    ];
    assert_eq!(course(&f), [Pr, Upd, Upd]);
    // With a new lesion there is no complete response.
    let cleared: [Scan<'_>; 3] = [
        (50.0, STAYS, &[("N", 12.0)]),
        (0.0, GONE, &[("N", 12.0)]),
        (0.0, GONE, &[]),
    ];
    assert_eq!(course(&cleared), [Upd, Pr, Immune::Cr]);
    // After the reset the new lesion is progression again by another one, or 20 % and 5 mm above its smallest.
    let after = |third: Scan<'_>| {
        let scans = [(50.0, STAYS, &[("N", 12.0)][..]), (30.0, STAYS, &[("N", 10.0)]), third];
        course(&scans).pop().unwrap()
    };
    assert_eq!(after((30.0, STAYS, &[("N", 14.9)])), Pr);
    assert_eq!(after((30.0, STAYS, &[("N", 15.0)])), Upd);
    assert_eq!(after((30.0, STAYS, &[("N", 10.0), ("M", 6.0)])), Upd);
}

#[test]
fn confirmation_needs_four_weeks_and_an_assessment_that_can_be_evaluated() {
    let scan = |day, mm| Assessment::new(day, vec![Lesion::target("T", mm)]);
    let course = |later: &[Assessment]| -> Vec<Immune> {
        let points = derive_time_points(&scan(-7, Some(50.0)), later, Criteria::Irecist);
        points.iter().filter_map(|point| point.immune).collect()
    };
    let early = [scan(28, Some(60.0)), scan(55, Some(70.0)), scan(56, Some(70.0))];
    assert_eq!(course(&early), [Immune::Upd, Immune::Upd, Immune::Cpd]);
    let missed = [
        scan(28, Some(60.0)),
        scan(56, None),
        scan(84, Some(65.0)),
        scan(112, Some(10.0)),
    ];
    assert_eq!(course(&missed), [Immune::Upd, Immune::Ne, Immune::Cpd, Immune::Cpd]);
}
