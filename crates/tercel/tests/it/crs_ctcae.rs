//! CRS by CTCAE 5.0 from the text of its grades, beside ASTCT 2019 on the same assessment.

use tercel::grade::astct::crs::{CrsAssessment, CrsOptions, Oxygen, grade_crs};
use tercel::grade::crs_ctcae::{CtcaeCrsReason, grade_crs_ctcae};
use tercel::grade::ctcae::Ctcae;
use tercel::grade::{Grade, Scale};

const FEVER: CrsAssessment = CrsAssessment {
    temperature_c: Some(38.5),
    hypotension: Some(false),
    vasopressors: Some(0),
    vasopressin: Some(false),
    oxygen: Some(Oxygen::None),
    masking_treatment: Some(false),
    attributed: true,
};

fn ctcae(assessment: CrsAssessment, fio2: Option<f64>) -> (u8, u8, CtcaeCrsReason) {
    let grade = grade_crs_ctcae(Ctcae::V5, &assessment, fio2);
    (grade.at_least.number(), grade.at_most.number(), grade.reason)
}

fn astct(assessment: CrsAssessment) -> (u8, u8) {
    let options = CrsOptions {
        vasopressin_alone: Grade::G3,
    };
    let (least, most) = grade_crs(&[assessment], options)[0].outcome.bounds();
    (least.number(), most.number())
}

/// "Hypoxia responding to <40% O2" is grade 2, ">=40% O2" grade 3, whatever the device.
#[test]
fn oxygen_is_graded_by_its_fraction_and_not_by_the_device() {
    let on = |oxygen| CrsAssessment {
        oxygen: Some(oxygen),
        ..FEVER
    };
    let cannula = on(Oxygen::NasalCannula { flow_l_min: Some(6.0) });
    let mask = on(Oxygen::Mask);
    for assessment in [cannula, mask] {
        assert_eq!(ctcae(assessment, Some(39.9)), (2, 2, CtcaeCrsReason::WorstItem));
        assert_eq!(ctcae(assessment, Some(40.0)), (3, 3, CtcaeCrsReason::WorstItem));
        assert_eq!(ctcae(assessment, None), (2, 3, CtcaeCrsReason::Fio2NotRecorded));
    }
    assert_eq!((astct(cannula), astct(mask)), ((2, 2), (3, 3)));
    let ventilated = on(Oxygen::Ventilator);
    assert_eq!(ctcae(ventilated, Some(60.0)), (3, 4, CtcaeCrsReason::PositivePressure));
    assert_eq!(ctcae(ventilated, None), (2, 4, CtcaeCrsReason::PositivePressure));
    assert_eq!(astct(ventilated), (4, 4));
}

/// "Hypotension responding to fluids" is grade 2, "managed with one pressor" grade 3; vasopressin is one.
#[test]
fn pressors_are_counted_with_vasopressin() {
    let with = |vasopressors, vasopressin| CrsAssessment {
        hypotension: Some(true),
        vasopressors: Some(vasopressors),
        vasopressin: Some(vasopressin),
        ..FEVER
    };
    let worst = CtcaeCrsReason::WorstItem;
    let more = CtcaeCrsReason::MoreThanOnePressor;
    assert_eq!(ctcae(with(0, false), None), (2, 2, worst));
    assert_eq!(ctcae(with(0, true), None), (3, 3, worst));
    assert_eq!(ctcae(with(1, false), None), (3, 3, worst));
    assert_eq!(ctcae(with(1, true), None), (3, 4, more));
    assert_eq!(ctcae(with(2, false), None), (3, 4, more));
    assert_eq!((astct(with(1, true)), astct(with(2, false))), ((3, 3), (4, 4)));
}

#[test]
fn fever_is_grade_1_and_is_not_needed_for_the_other_items() {
    assert_eq!(ctcae(FEVER, None), (1, 1, CtcaeCrsReason::WorstItem));
    let cool = CrsAssessment {
        temperature_c: Some(36.8),
        ..FEVER
    };
    assert_eq!(ctcae(cool, None), (0, 0, CtcaeCrsReason::NothingPresent));
    let hypotensive = CrsAssessment {
        hypotension: Some(true),
        ..cool
    };
    assert_eq!(ctcae(hypotensive, None), (2, 2, CtcaeCrsReason::WorstItem));
    assert_eq!(astct(hypotensive), (0, 0));
    let other_cause = CrsAssessment {
        attributed: false,
        ..hypotensive
    };
    assert_eq!(ctcae(other_cause, None), (0, 0, CtcaeCrsReason::NotAttributed));
}

#[test]
fn what_is_not_recorded_leaves_bounds_and_asks_for_clinical_input() {
    let open = |assessment, fio2| {
        let grade = grade_crs_ctcae(Ctcae::V5, &assessment, fio2);
        assert!(grade.reason.to_string().starts_with("needs clinical input: "));
        (grade.at_least.number(), grade.at_most.number())
    };
    let unknown_oxygen = CrsAssessment { oxygen: None, ..FEVER };
    assert_eq!(open(unknown_oxygen, None), (1, 4));
    assert_eq!(open(unknown_oxygen, Some(35.0)), (2, 4));
    // Oxygen at 35 % through no device contradicts itself.
    assert_eq!(open(FEVER, Some(35.0)), (2, 4));
    let unknown_pressure = CrsAssessment {
        hypotension: None,
        vasopressors: None,
        ..FEVER
    };
    assert_eq!(open(unknown_pressure, None), (1, 4));
    let unknown_vasopressin = CrsAssessment {
        hypotension: Some(true),
        vasopressors: Some(1),
        vasopressin: None,
        ..FEVER
    };
    assert_eq!(open(unknown_vasopressin, None), (3, 4));
    let room_air = grade_crs_ctcae(Ctcae::V5, &unknown_oxygen, Some(21.0));
    assert_eq!(room_air.at_most.number(), 1);
}

#[test]
fn the_two_scales_carry_different_names() {
    assert_ne!(Scale::Ctcae(Ctcae::V5), Scale::Astct2019);
    assert_eq!(
        (Scale::Ctcae(Ctcae::V5).name(), Scale::Astct2019.name()),
        ("CTCAE 5.0", "ASTCT 2019")
    );
}
