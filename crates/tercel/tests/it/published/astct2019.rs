//! Lee DW, Santomasso BD, Locke FL, et al. ASTCT consensus grading for cytokine release syndrome and neurologic toxicity
//! associated with immune effector cells. Biol Blood Marrow Transplant 2019;25:625-638. Tables 2 and 6.

use tercel::grade::astct::AstctOutcome;
use tercel::grade::astct::crs::{CrsAssessment, CrsGrade, CrsItem, CrsOptions, CrsReason, Oxygen, grade_crs};
use tercel::grade::astct::icans::{
    Arousal, IcansAssessment, IcansItem, IcansReason, Ice, Motor, Oedema, Seizure, grade_icans,
};
use tercel::grade::{Grade, Toxicity};

const OPTIONS: CrsOptions = CrsOptions {
    vasopressin_alone: Grade::G3,
};

/// Well: nothing present, everything recorded.
const WELL: CrsAssessment = CrsAssessment {
    temperature_c: Some(36.8),
    hypotension: Some(false),
    vasopressors: Some(0),
    vasopressin: Some(false),
    oxygen: Some(Oxygen::None),
    masking_treatment: Some(false),
    attributed: true,
};
const FEVER: CrsAssessment = CrsAssessment {
    temperature_c: Some(38.0),
    ..WELL
};
const LOW_PRESSURE: CrsAssessment = CrsAssessment {
    hypotension: Some(true),
    ..WELL
};

fn toxicity(number: u8) -> Toxicity {
    Grade::from_number(number).map_or(Toxicity::Absent, Toxicity::Present)
}

fn graded(number: u8) -> AstctOutcome {
    AstctOutcome::Graded(toxicity(number))
}

fn unresolved(at_least: u8, at_most: u8) -> AstctOutcome {
    AstctOutcome::Unresolved {
        at_least: toxicity(at_least),
        at_most: toxicity(at_most),
    }
}

fn series(assessments: &[CrsAssessment]) -> Vec<CrsGrade> {
    grade_crs(assessments, OPTIONS)
}

fn one(assessment: CrsAssessment) -> CrsGrade {
    series(&[assessment])[0]
}

#[test]
fn fever_begins_at_38_degrees() {
    let at = |temperature| {
        one(CrsAssessment {
            temperature_c: Some(temperature),
            ..WELL
        })
    };
    assert_eq!(at(37.9).outcome, graded(0));
    assert_eq!(at(38.0).outcome, graded(1));
    assert_eq!(at(38.0).deciding, Some(CrsItem::Fever));
    assert_eq!(at(41.5).outcome, graded(1));
    assert_eq!(at(101.3).reason, CrsReason::TemperatureNotRecorded);
}

#[test]
fn hypotension_is_graded_by_the_vasopressors_with_vasopressin_not_counted() {
    for (vasopressors, vasopressin, expected) in [
        (0, false, 2),
        (0, true, 3),
        (1, false, 3),
        (1, true, 3),
        (2, false, 4),
        (2, true, 4),
        (3, false, 4),
    ] {
        let grade = one(CrsAssessment {
            hypotension: Some(true),
            vasopressors: Some(vasopressors),
            vasopressin: Some(vasopressin),
            ..FEVER
        });
        assert_eq!(
            grade.outcome,
            graded(expected),
            "{vasopressors} vasopressors, vasopressin {vasopressin}"
        );
        assert_eq!(grade.deciding, Some(CrsItem::Hypotension));
    }
    let vasopressin_alone = CrsAssessment {
        hypotension: Some(true),
        vasopressin: Some(true),
        ..FEVER
    };
    let other = CrsOptions {
        vasopressin_alone: Grade::G2,
    };
    assert_eq!(grade_crs(&[vasopressin_alone], other)[0].outcome, graded(2));
}

#[test]
fn hypoxia_is_graded_by_the_device_and_the_flow_of_a_cannula() {
    let flow = |flow| Oxygen::NasalCannula { flow_l_min: flow };
    let high = |flow| Oxygen::HighFlow { flow_l_min: flow };
    for (oxygen, expected) in [
        (Oxygen::None, graded(1)),
        (flow(Some(6.)), graded(2)),
        (flow(Some(6.1)), graded(3)),
        (flow(None), unresolved(2, 3)),
        (Oxygen::BlowBy, graded(2)),
        (high(None), graded(3)),
        (high(Some(40.)), graded(3)),
        (high(Some(5.)), unresolved(2, 3)),
        (Oxygen::Mask, graded(3)),
        (Oxygen::NonRebreather, graded(3)),
        (Oxygen::Venturi, graded(3)),
        (Oxygen::Cpap, graded(4)),
        (Oxygen::Bipap, graded(4)),
        (Oxygen::Ventilator, graded(4)),
    ] {
        let grade = one(CrsAssessment {
            oxygen: Some(oxygen),
            ..FEVER
        });
        assert_eq!(grade.outcome, expected, "{oxygen:?}");
    }
}

#[test]
fn the_worst_item_decides_and_makes_an_open_one_irrelevant() {
    let grade = one(CrsAssessment {
        hypotension: Some(true),
        vasopressors: Some(1),
        oxygen: Some(Oxygen::NasalCannula { flow_l_min: None }),
        ..FEVER
    });
    assert_eq!(grade.outcome, graded(3));
    assert_eq!(grade.deciding, Some(CrsItem::Hypotension));
}

#[test]
fn without_fever_at_onset_there_is_no_crs_unless_fever_was_masked() {
    let plain = one(LOW_PRESSURE);
    assert_eq!((plain.outcome, plain.reason), (graded(0), CrsReason::NoFeverAtOnset));
    let masked = one(CrsAssessment {
        masking_treatment: Some(true),
        ..LOW_PRESSURE
    });
    assert_eq!(
        (masked.outcome, masked.reason),
        (unresolved(0, 2), CrsReason::FeverMayBeMasked)
    );
    let unknown = one(CrsAssessment {
        masking_treatment: None,
        ..LOW_PRESSURE
    });
    assert_eq!(
        (unknown.outcome, unknown.reason),
        (unresolved(0, 2), CrsReason::MaskingNotRecorded)
    );
}

#[test]
fn inside_an_episode_fever_is_waived_and_nothing_present_is_a_candidate_resolution() {
    let treated = CrsAssessment {
        masking_treatment: Some(true),
        ..WELL
    };
    let grades = series(&[FEVER, treated, LOW_PRESSURE, WELL, LOW_PRESSURE]);
    let outcomes: Vec<_> = grades.iter().map(|grade| grade.outcome).collect();
    assert_eq!(outcomes, [graded(1), graded(0), graded(2), graded(0), graded(2)]);
    assert_eq!(grades[1].reason, CrsReason::CandidateResolution);
}

#[test]
fn after_a_candidate_resolution_without_treatment_signs_without_fever_are_for_a_clinician() {
    let grades = series(&[FEVER, WELL, LOW_PRESSURE, FEVER, LOW_PRESSURE]);
    let outcomes: Vec<_> = grades.iter().map(|grade| grade.outcome).collect();
    assert_eq!(outcomes, [graded(1), graded(0), unresolved(0, 2), graded(1), graded(2)]);
    assert_eq!(grades[2].reason, CrsReason::ReturnedWithoutFever);
}

#[test]
fn findings_of_another_cause_do_not_count_and_do_not_open_an_episode() {
    let infection = CrsAssessment {
        attributed: false,
        ..FEVER
    };
    let grades = series(&[infection, LOW_PRESSURE]);
    assert_eq!(
        (grades[0].outcome, grades[0].reason),
        (graded(0), CrsReason::NotAttributed)
    );
    assert_eq!(grades[1].outcome, graded(0));
}

#[test]
fn what_is_not_recorded_leaves_bounds_and_says_what_to_ask() {
    let oxygen = one(CrsAssessment { oxygen: None, ..FEVER });
    assert_eq!(
        (oxygen.outcome, oxygen.reason),
        (unresolved(1, 4), CrsReason::OxygenNotRecorded)
    );
    let pressure = one(CrsAssessment {
        hypotension: None,
        ..FEVER
    });
    assert_eq!(
        (pressure.outcome, pressure.reason),
        (unresolved(1, 2), CrsReason::HypotensionNotRecorded)
    );
    let temperature = one(CrsAssessment {
        temperature_c: None,
        ..WELL
    });
    assert_eq!(
        (temperature.outcome, temperature.reason),
        (unresolved(0, 1), CrsReason::TemperatureNotRecorded)
    );
    let not_needed = one(CrsAssessment {
        vasopressors: None,
        vasopressin: None,
        ..FEVER
    });
    assert_eq!(not_needed.outcome, graded(1));
}

const AWAKE: IcansAssessment = IcansAssessment {
    ice: Ice::new(10),
    arousal: Some(Arousal::Spontaneous),
    seizure: Some(Seizure::None),
    motor: Some(Motor::None),
    oedema: Some(Oedema::None),
    attributed: true,
};

#[test]
fn ice_scores_are_graded_as_printed() {
    for (score, expected) in [(10, 0), (9, 1), (8, 1), (7, 1), (6, 2), (3, 2), (2, 3), (1, 3), (0, 3)] {
        let grade = grade_icans(&IcansAssessment {
            ice: Ice::new(score),
            ..AWAKE
        });
        assert_eq!(grade.outcome, graded(expected), "ICE {score}");
    }
    assert_eq!(Ice::new(11), None);
}

#[test]
fn an_ice_of_zero_hangs_on_consciousness() {
    let zero = |arousal| {
        grade_icans(&IcansAssessment {
            ice: Ice::new(0),
            arousal,
            ..AWAKE
        })
    };
    assert_eq!(zero(Some(Arousal::Spontaneous)).outcome, graded(3));
    assert_eq!(zero(Some(Arousal::Unarousable)).outcome, graded(4));
    assert_eq!(zero(None).outcome, unresolved(3, 4));
    assert_eq!(zero(None).reason, IcansReason::IceZeroArousalUnknown);
    let prolonged = grade_icans(&IcansAssessment {
        ice: Ice::new(0),
        arousal: None,
        seizure: Some(Seizure::Prolonged),
        ..AWAKE
    });
    assert_eq!(prolonged.outcome, graded(4));
}

#[test]
fn every_other_item_has_its_grade_and_the_worst_decides() {
    let cases = [
        (
            IcansAssessment {
                arousal: Some(Arousal::Voice),
                ..AWAKE
            },
            2,
            IcansItem::Consciousness,
        ),
        (
            IcansAssessment {
                arousal: Some(Arousal::Tactile),
                ..AWAKE
            },
            3,
            IcansItem::Consciousness,
        ),
        (
            IcansAssessment {
                ice: None,
                arousal: Some(Arousal::Unarousable),
                ..AWAKE
            },
            4,
            IcansItem::Consciousness,
        ),
        (
            IcansAssessment {
                seizure: Some(Seizure::Resolved),
                ..AWAKE
            },
            3,
            IcansItem::Seizure,
        ),
        (
            IcansAssessment {
                seizure: Some(Seizure::Prolonged),
                ..AWAKE
            },
            4,
            IcansItem::Seizure,
        ),
        (
            IcansAssessment {
                motor: Some(Motor::DeepFocalWeakness),
                ..AWAKE
            },
            4,
            IcansItem::Motor,
        ),
        (
            IcansAssessment {
                oedema: Some(Oedema::Focal),
                ..AWAKE
            },
            3,
            IcansItem::Oedema,
        ),
        (
            IcansAssessment {
                ice: Ice::new(5),
                oedema: Some(Oedema::Diffuse),
                ..AWAKE
            },
            4,
            IcansItem::Oedema,
        ),
    ];
    for (assessment, expected, item) in cases {
        let grade = grade_icans(&assessment);
        assert_eq!(
            (grade.outcome, grade.deciding),
            (graded(expected), Some(item)),
            "{assessment:?}"
        );
    }
}

#[test]
fn icans_items_not_recorded_are_named_and_another_cause_does_not_count() {
    let no_ice = grade_icans(&IcansAssessment {
        ice: None,
        seizure: Some(Seizure::Resolved),
        ..AWAKE
    });
    assert_eq!(no_ice.outcome, graded(3));
    assert_eq!(
        no_ice.sentence(),
        "the worst item present; incomplete, not recorded: ice"
    );
    let nothing = grade_icans(&IcansAssessment {
        ice: None,
        arousal: None,
        ..AWAKE
    });
    assert_eq!(nothing.outcome, unresolved(0, 4));
    let sedated = grade_icans(&IcansAssessment {
        arousal: Some(Arousal::Unarousable),
        attributed: false,
        ..AWAKE
    });
    assert_eq!(
        (sedated.outcome, sedated.reason),
        (graded(0), IcansReason::NotAttributed)
    );
}

/// The worst item wins: one vasopressor with low-flow oxygen is 3, hypotension without one on high flow is 3.
#[test]
fn of_two_items_the_worse_one_is_the_grade() {
    let low_flow = Oxygen::NasalCannula { flow_l_min: Some(4.) };
    for (vasopressors, oxygen, expected, item) in [
        (1, low_flow, 3, CrsItem::Hypotension),
        (0, Oxygen::NonRebreather, 3, CrsItem::Hypoxia),
        (0, low_flow, 2, CrsItem::Hypotension),
        (1, Oxygen::Bipap, 4, CrsItem::Hypoxia),
        (2, low_flow, 4, CrsItem::Hypotension),
    ] {
        let grade = one(CrsAssessment {
            hypotension: Some(true),
            vasopressors: Some(vasopressors),
            oxygen: Some(oxygen),
            ..FEVER
        });
        assert_eq!(
            (grade.outcome, grade.deciding),
            (graded(expected), Some(item)),
            "{oxygen:?}"
        );
    }
}

/// Intubation to protect the airway is recorded without an oxygen device: CRS stays what its own items give, ICANS is 4.
#[test]
fn an_airway_protected_without_hypoxia_does_not_grade_crs() {
    assert_eq!(one(FEVER).outcome, graded(1));
    let intubated = IcansAssessment {
        ice: Ice::new(0),
        arousal: Some(Arousal::Unarousable),
        ..AWAKE
    };
    assert_eq!(grade_icans(&intubated).outcome, graded(4));
}

/// After tocilizumab or a steroid fever is not asked for any more: hypoxia alone grades, and so does what follows.
#[test]
fn after_treatment_of_crs_signs_without_fever_are_graded() {
    let treated = CrsAssessment {
        masking_treatment: Some(true),
        ..WELL
    };
    let hypoxic = CrsAssessment {
        oxygen: Some(Oxygen::NasalCannula { flow_l_min: Some(2.) }),
        ..treated
    };
    let pressor = CrsAssessment {
        hypotension: Some(true),
        vasopressors: Some(1),
        ..treated
    };
    let outcomes: Vec<_> = series(&[FEVER, hypoxic, treated, pressor])
        .iter()
        .map(|grade| grade.outcome)
        .collect();
    assert_eq!(outcomes, [graded(1), graded(2), graded(0), graded(3)]);
}

/// Hypotension alone, without fever and without treatment that hides it, is no CRS by the rule and asks for its cause.
#[test]
fn hypotension_with_pressors_but_never_fever_is_queried() {
    let grade = one(CrsAssessment {
        vasopressors: Some(2),
        ..LOW_PRESSURE
    });
    assert_eq!((grade.outcome, grade.reason), (graded(0), CrsReason::NoFeverAtOnset));
    assert!(grade.reason.to_string().contains("query the cause"));
}

/// An ICE of 0 in a subject who wakes to voice or touch is 3: the subject is not unarousable.
#[test]
fn an_ice_of_zero_in_a_subject_who_can_be_woken_is_grade_3() {
    for arousal in [Arousal::Spontaneous, Arousal::Voice, Arousal::Tactile] {
        let grade = grade_icans(&IcansAssessment {
            ice: Ice::new(0),
            arousal: Some(arousal),
            ..AWAKE
        });
        assert_eq!(grade.outcome, graded(3), "{arousal:?}");
    }
    // A full score does not lower what another item shows.
    let weak = grade_icans(&IcansAssessment {
        motor: Some(Motor::DeepFocalWeakness),
        ..AWAKE
    });
    assert_eq!((weak.outcome, weak.deciding), (graded(4), Some(IcansItem::Motor)));
}
