//! Consent, eligibility, the delegation log and records that cannot be read.

use tercel::conduct::{Consent, Met, Scope, Severity, Study, Unread, UnreadWords, Withdrawal, enrolment_gate};
use tercel::protocol::{StudyTask, Trial, parse_protocol};
use tercel::study::{Medication, MedicationClass, RecordId, SubjectId, When};

use super::{HCC, INFUSED, at, data, emergency, entry, infusion, keys, lacks, level, records, severities, trial};

/// What the gate of enrolment lacks at the reservation, after a change of a criterion's record.
fn enrolment(criterion: &str, change: impl FnOnce(&mut tercel::conduct::EligibilityItem)) -> Vec<String> {
    let trial = trial();
    let mut records = records(&trial);
    let own = &mut records.subjects[0];
    change(
        own.eligibility
            .iter_mut()
            .find(|item| item.criterion == criterion)
            .unwrap(),
    );
    own.slots.clear();
    let data = data(&[]);
    let study = Study::new(&trial, &data, &records, at("2025-02-10T09:00"));
    keys(&enrolment_gate(&study, &SubjectId::new("S1"), level(1)))
}

#[test]
fn every_criterion_is_met_supported_and_never_waived() {
    assert_eq!(enrolment("platelets", |_| {}), [""; 0]);
    let value = |value: f64| enrolment("platelets", |item| item.value.as_mut().unwrap().value = value);
    assert_eq!(value(60.0), [""; 0]);
    assert_eq!(value(59.9), ["criterion:platelets:not-met"]);
    assert_eq!(
        enrolment("platelets", |item| item.value = None),
        ["criterion:platelets:not-comparable"]
    );
    assert_eq!(
        enrolment("platelets", |item| item.supported = None),
        ["criterion:platelets:support-not-said"]
    );
    assert_eq!(
        enrolment("platelets", |item| item.supported = Some(true)),
        ["criterion:platelets:supported"]
    );
    assert_eq!(
        enrolment("target", |item| item.met = Met::Unknown),
        ["criterion:target:unknown"]
    );
    assert_eq!(
        enrolment("target", |item| item.met = Met::NotMet),
        ["criterion:target:not-met"]
    );
    assert_eq!(
        enrolment("target", |item| item.waived = true),
        ["criterion:target:waived"]
    );
    assert_eq!(
        enrolment("age", |item| item.value.as_mut().unwrap().value = 70.0),
        [""; 0]
    );
    assert_eq!(
        enrolment("age", |item| item.value.as_mut().unwrap().value = 71.0),
        ["criterion:age:not-met"]
    );
    // Twenty-eight days of screening.
    assert_eq!(
        enrolment("target", |item| item.assessed = at("2025-01-13T09:00")),
        [""; 0]
    );
    assert_eq!(
        enrolment("target", |item| item.assessed = at("2025-01-12T09:00")),
        ["criterion:target:too-old"]
    );
    assert_eq!(
        enrolment("target", |item| item.assessed = at("2025-02-10T09:01")),
        ["criterion:target:not-assessed"]
    );
}

#[test]
fn a_transfusion_in_the_data_supports_the_value_whatever_the_record_says() {
    let trial = trial();
    let records = records(&trial);
    let given = |day: &str| {
        let mut data = data(&[]);
        data.subjects[0].medications.push(Medication {
            record: RecordId {
                dataset: tercel::study::Dataset::new("CM"),
                subject: SubjectId::new("S1"),
                number: 1,
            },
            name: "PLATELETS".to_owned(),
            class: MedicationClass::Transfusion,
            start: Some(When::parse(day).unwrap()),
            end: None,
        });
        keys(&infusion(&trial, &records, &data, INFUSED))
    };
    // Blood was drawn on 2025-02-05.
    assert_eq!(given("2025-01-28"), [""; 0]);
    assert!(given("2025-01-29").contains(&"criterion:platelets:supported".to_owned()));
    assert!(given("2025").contains(&"criterion:platelets:supported".to_owned()));
    assert_eq!(given("2025-02-06"), [""; 0]);
}

#[test]
fn two_judgements_of_one_moment_that_differ_are_missing() {
    let found = lacks(|own| {
        let mut again = own
            .eligibility
            .iter()
            .find(|item| item.criterion == "target")
            .unwrap()
            .clone();
        again.met = Met::NotMet;
        own.eligibility.push(again);
    });
    assert_eq!(found, ["criterion:target:ambiguous"]);
}

/// The study with a second consent version, which asks for another consent or does not.
fn with_version_2(reconsent: bool) -> Trial {
    let text = format!(
        "reconsent = false\n\n[[conduct.consent]]\nversion = \"2.0\"\nfrom = 2025-03-01\nreconsent = {reconsent}\n"
    );
    parse_protocol("protocol.toml", &HCC.replacen("reconsent = false\n", &text, 1)).unwrap()
}

#[test]
fn a_new_consent_version_is_signed_where_it_asks_for_it() {
    let open = |trial: &Trial, extra: Option<(&str, &str)>| {
        let mut records = records(trial);
        if let Some((version, signed)) = extra {
            records.subjects[0].consents.push(Consent {
                entry: entry("CO2", "Li", signed),
                version: version.to_owned(),
                signed: at(signed),
            });
        }
        infusion(trial, &records, &data(&[]), INFUSED)
    };
    assert!(open(&with_version_2(false), None).is_open());
    let asked = with_version_2(true);
    let outstanding = open(&asked, None);
    assert_eq!(keys(&outstanding), ["reconsent-outstanding:2.0"]);
    assert_eq!(severities(&outstanding), [Severity::Administrative]);
    assert!(open(&asked, Some(("2.0", "2025-03-09T09:00"))).is_open());
    assert_eq!(
        keys(&open(&asked, Some(("2.0", "2025-02-20T09:00")))),
        ["consent-not-in-force"]
    );
    assert_eq!(
        keys(&open(&asked, Some(("1.0", "2025-03-09T09:00")))),
        ["consent-not-in-force", "reconsent-outstanding:2.0"]
    );
    assert_eq!(
        keys(&open(&asked, Some(("3.0", "2025-03-09T09:00")))),
        ["unknown-consent"]
    );
}

#[test]
fn withdrawal_stops_treatment_unless_it_is_of_samples_alone_or_consent_was_given_anew() {
    let withdrew = |scope: Scope, anew: bool| {
        lacks(|own| {
            own.withdrawals.push(Withdrawal {
                entry: entry("W", "Li", "2025-03-01T09:00"),
                scopes: vec![scope],
                when: at("2025-03-01T09:00"),
            });
            if anew {
                own.consents.push(Consent {
                    entry: entry("CO2", "Li", "2025-03-02T09:00"),
                    version: "1.0".to_owned(),
                    signed: at("2025-03-02T09:00"),
                });
            }
        })
    };
    for scope in [Scope::Treatment, Scope::Visits, Scope::Data] {
        assert_eq!(withdrew(scope, false), ["consent-withdrawn"]);
        assert_eq!(withdrew(scope, true), [""; 0]);
    }
    assert_eq!(withdrew(Scope::Samples, false), [""; 0]);
}

#[test]
fn who_did_it_was_delegated_and_trained_that_day() {
    let trial = trial();
    let mut records = records(&trial);
    let line = records
        .delegation
        .iter_mut()
        .find(|line| line.task == StudyTask::Consent)
        .unwrap();
    line.trained = None;
    let untrained = infusion(&trial, &records, &data(&[]), INFUSED);
    assert_eq!(keys(&untrained), ["not-delegated:consent:Li"]);
    assert_eq!(severities(&untrained), [Severity::Administrative]);
    for (trained, from, until, open) in [
        ("2025-02-01", "2025-02-01", "2025-02-01", true),
        ("2025-02-02", "2025-02-01", "2025-02-28", false),
        ("2025-01-01", "2025-02-02", "2025-02-28", false),
        ("2025-01-01", "2025-01-01", "2025-01-31", false),
    ] {
        let line = records
            .delegation
            .iter_mut()
            .find(|line| line.task == StudyTask::Consent)
            .unwrap();
        line.trained = Some(super::day(trained));
        (line.from, line.until) = (super::day(from), Some(super::day(until)));
        assert_eq!(
            infusion(&trial, &records, &data(&[]), INFUSED).is_open(),
            open,
            "{trained} {from} {until}"
        );
    }
}

#[test]
fn a_record_that_cannot_be_read_opens_no_gate_and_is_named() {
    let unread = |own: &mut tercel::conduct::SubjectConduct| {
        own.unread.push(Unread {
            entry: entry("U", "Li", "2025-03-01T09:00"),
            form: "bag".to_owned(),
            field: "cells".to_owned(),
            why: UnreadWords::default(),
        });
        own.emergencies.push(emergency(&["unread"]));
    };
    assert_eq!(lacks(unread), ["unread"]);
}
