//! The screening log and the list of consents: what the gates find, as lists.

use tercel::conduct::{
    Consent, FailureReason, Met, Scope, ScreeningLine, ScreeningOutcome, Study, SubjectConduct, Withdrawal,
    count_screening, derive_consent, derive_screening,
};
use tercel::language::Language;
use tercel::protocol::{Trial, parse_protocol};
use tercel::study::{Dataset, Death, Disposition, DispositionReason, Milestone, RecordId, StudyData, SubjectId, When};

use super::{HCC, at, data, day, departure, entry, level, records, trial};

/// The line of S1 before anything was collected, after a change of its records and of its data.
fn line(change: impl FnOnce(&mut SubjectConduct), data: &StudyData) -> ScreeningLine {
    let trial = trial();
    let mut records = records(&trial);
    let own = &mut records.subjects[0];
    own.slots.clear();
    own.collections.clear();
    change(own);
    let study = Study::new(&trial, data, &records, at("2025-02-11T12:00"));
    derive_screening(&study, &SubjectId::new("S1"))
}

fn unmet(own: &mut SubjectConduct, criterion: &str) {
    let mut items = own.eligibility.iter_mut();
    items.find(|item| item.criterion == criterion).unwrap().met = Met::NotMet;
}

fn record(dataset: &str, number: u32) -> RecordId {
    RecordId {
        dataset: Dataset::new(dataset),
        subject: SubjectId::new("S1"),
        number,
    }
}

fn reasons(line: &ScreeningLine) -> Vec<(String, Option<String>)> {
    let ScreeningOutcome::Failed(reasons) = &line.outcome else {
        panic!("{:?}", line.outcome);
    };
    let words = reasons.iter();
    words
        .map(|(reason, record)| (reason.text(Language::English), record.clone()))
        .collect()
}

#[test]
fn a_subject_is_enrolled_fails_or_waits_for_what_the_gate_of_enrolment_asks_of_it() {
    let none = data(&[]);
    let waits = line(|_| {}, &none);
    let ScreeningOutcome::Pending(missing) = &waits.outcome else {
        panic!("{waits:?}");
    };
    assert_eq!(
        missing.iter().map(tercel::conduct::Missing::key).collect::<Vec<_>>(),
        ["no-slot"]
    );
    assert_eq!(waits.consented.unwrap().written, "2025-02-01T09:00");
    assert_eq!(waits.screened.unwrap().record, "SC");

    let unassessed = line(|own| own.eligibility.retain(|item| item.criterion != "target"), &none);
    let ScreeningOutcome::Pending(missing) = &unassessed.outcome else {
        panic!("{unassessed:?}");
    };
    let keys: Vec<String> = missing.iter().map(tercel::conduct::Missing::key).collect();
    assert_eq!(keys, ["criterion:target:not-assessed"]);

    let trial = trial();
    let slot = records(&trial).subjects[0].slots[0].clone();
    let enrolled = line(|own| own.slots.push(slot.clone()), &none);
    let ScreeningOutcome::Enrolled { level: at_level, when } = enrolled.outcome else {
        panic!("{enrolled:?}");
    };
    assert_eq!((at_level, when.unwrap().record), (Some(level(1)), "SL".to_owned()));
}

#[test]
fn a_failure_names_each_criterion_that_is_not_met_with_its_value_and_record() {
    let none = data(&[]);
    let fail = |own: &mut SubjectConduct| {
        own.departures
            .push(departure("SCREEN FAILURE: see criteria", "2025-02-06"));
    };
    let words = line(fail, &none);
    assert_eq!(
        reasons(&words),
        [("SCREEN FAILURE: see criteria".to_owned(), Some("DP".to_owned()))]
    );
    let two = line(
        |own| {
            fail(own);
            unmet(own, "target");
            let mut items = own.eligibility.iter_mut();
            items
                .find(|item| item.criterion == "platelets")
                .unwrap()
                .value
                .as_mut()
                .unwrap()
                .value = 12.0;
        },
        &none,
    );
    let ScreeningOutcome::Failed(why) = &two.outcome else {
        panic!("{two:?}");
    };
    let named: Vec<(&str, Option<&str>, &str)> = why
        .iter()
        .map(|(reason, record)| {
            let FailureReason::Criterion(named, _) = reason else {
                panic!("{reason:?}");
            };
            (named.id.as_str(), reason.value(), record.as_deref().unwrap())
        })
        .collect();
    assert_eq!(
        named,
        [
            ("target", None, "E-target"),
            ("platelets", Some("12 10^9/L"), "E-platelets")
        ]
    );
    // Who was collected all the same was enrolled; that a failure is recorded is a finding elsewhere.
    let collected = records(&trial()).subjects[0].collections[0].clone();
    let treated = line(
        |own| {
            fail(own);
            own.collections.push(tercel::conduct::Collection {
                entry: entry("CL", "Chen", "2025-02-11T10:00"),
                began: at("2025-02-11T09:00"),
                ..collected
            });
        },
        &none,
    );
    assert_eq!(treated.outcome.name(), "enrolled");
    // A criterion that is not met is no failure until screening ends by it.
    let open = line(|own| unmet(own, "target"), &none);
    assert!(matches!(open.outcome, ScreeningOutcome::Pending(_)));
}

#[test]
fn who_withdraws_leaves_or_dies_before_enrolment_was_not_enrolled() {
    let none = data(&[]);
    let withdrew = |scope: Scope| {
        line(
            |own| {
                own.withdrawals.push(Withdrawal {
                    entry: entry("W", "Li", "2025-02-10T09:00"),
                    scopes: vec![scope],
                    when: at("2025-02-10T09:00"),
                });
            },
            &none,
        )
    };
    assert_eq!(
        reasons(&withdrew(Scope::Treatment)),
        [("Consent withdrawn".to_owned(), Some("W".to_owned()))]
    );
    assert!(matches!(withdrew(Scope::Samples).outcome, ScreeningOutcome::Pending(_)));
    let left = line(
        |own| {
            own.departures.push(departure("moved away", "2025-02-10"));
        },
        &none,
    );
    assert_eq!(reasons(&left), [("moved away".to_owned(), Some("DP".to_owned()))]);
    let mut dead = data(&[]);
    dead.subjects[0].death = Some(Death {
        record: record("DM", 1),
        when: When::parse("2025-02-10").unwrap(),
    });
    assert_eq!(
        reasons(&line(|_| {}, &dead)),
        [("Death".to_owned(), Some("DM/S1/1".to_owned()))]
    );
}

#[test]
fn the_datasets_alone_tell_entry_and_failure() {
    let trial = trial();
    let of = |term: &str, disposition: Option<&str>| {
        let mut data = data(&[]);
        let subject = &mut data.subjects[0];
        subject.consent.push(Milestone {
            record: record("DS", 1),
            term: "INFORMED CONSENT OBTAINED".to_owned(),
            when: Some(When::parse("2025-01").unwrap()),
        });
        subject.milestones.push(Milestone {
            record: record("DS", 2),
            term: term.to_owned(),
            when: Some(When::parse("2025-01-20").unwrap()),
        });
        subject.level = Some(level(2));
        subject.dispositions.extend(disposition.map(|term| Disposition {
            record: record("DS", 3),
            term: term.to_owned(),
            reason: DispositionReason::Other,
            when: None,
        }));
        let empty = tercel::conduct::ConductRecords::default();
        let study = Study::new(&trial, &data, &empty, at("2025-02-11T12:00"));
        derive_screening(&study, &SubjectId::new("S1"))
    };
    let entered = of("ENTERED INTO TRIAL", None);
    assert_eq!(
        entered.consented.unwrap().written,
        "2025-01",
        "a partial date stays as it was written"
    );
    let ScreeningOutcome::Enrolled { level: at_level, when } = entered.outcome else {
        panic!("not enrolled");
    };
    assert_eq!(
        (at_level, when.unwrap().written.as_str()),
        (Some(level(2)), "2025-01-20")
    );
    for failed in [
        of("ELIGIBILITY CRITERIA NOT MET", None),
        of("ELIGIBILITY CRITERIA MET", Some("Screen failure")),
    ] {
        assert_eq!(failed.outcome.name(), "failed");
    }
    assert_eq!(of("ELIGIBILITY CRITERIA MET", None).outcome.name(), "pending");
}

#[test]
fn totals_count_a_subject_once_and_under_each_of_its_reasons() {
    let none = data(&[]);
    let failed = |criteria: &'static [&str]| {
        line(
            |own| {
                own.departures.push(departure("SCREEN FAILURE", "2025-02-06"));
                for criterion in criteria {
                    unmet(own, criterion);
                }
            },
            &none,
        )
    };
    let lines = [
        failed(&["target"]),
        failed(&["target", "diagnosis"]),
        failed(&[]),
        line(|_| {}, &none),
    ];
    let totals = count_screening(lines.iter());
    assert_eq!((totals.screened, totals.failed, totals.pending), (4, 3, 1));
    assert!(totals.enrolled.is_empty());
    let counted: Vec<(String, usize)> = totals
        .reasons
        .iter()
        .map(|total| (total.reason.text(Language::English), total.subjects))
        .collect();
    assert_eq!(counted.len(), 3);
    assert_eq!(
        counted[0],
        (
            "IL1RAP positive in tumour tissue by the assay of the study".to_owned(),
            2
        )
    );
    assert!(counted.contains(&("SCREEN FAILURE".to_owned(), 1)));
}

/// Versions 2.0 and 3.0 of the consent, each to be signed again.
fn with_versions() -> Trial {
    let text = "reconsent = false\n\n[[conduct.consent]]\nversion = \"2.0\"\nfrom = 2025-03-01\nreconsent = true\n\n\
                [[conduct.consent]]\nversion = \"3.0\"\nfrom = 2025-03-08\nreconsent = true\n";
    parse_protocol("protocol.toml", &HCC.replacen("reconsent = false\n", text, 1)).unwrap()
}

#[test]
fn the_newest_version_is_asked_for_since_the_first_that_was_not_signed() {
    let trial = with_versions();
    let at_moment = |when: &str, signed: Option<(&str, &str)>| {
        let mut records = records(&trial);
        records.subjects[0]
            .consents
            .extend(signed.map(|(version, signed)| Consent {
                entry: entry("CO2", "Li", signed),
                version: version.to_owned(),
                signed: at(signed),
            }));
        let none = data(&[]);
        let study = Study::new(&trial, &none, &records, at(when));
        derive_consent(&study, &SubjectId::new("S1")).unwrap()
    };
    let before = at_moment("2025-02-20T09:00", None);
    assert_eq!(
        (before.in_force.unwrap().version.as_str(), before.outstanding),
        ("1.0", None)
    );
    assert!(before.missing.is_empty());
    let after = at_moment("2025-03-10T09:00", None);
    let asked = after.outstanding.unwrap();
    assert_eq!((asked.version.as_str(), asked.since), ("3.0", day("2025-03-01")));
    assert_eq!(after.in_force.unwrap().version, "3.0");
    assert_eq!(after.missing.len(), 1);
    let second = at_moment("2025-03-10T09:00", Some(("2.0", "2025-03-02T09:00")));
    assert_eq!(second.outstanding.unwrap().since, day("2025-03-08"));
    assert_eq!(
        second.signed.iter().map(|one| one.in_force).collect::<Vec<_>>(),
        [Some(true), Some(true)]
    );
    let early = at_moment("2025-03-10T09:00", Some(("3.0", "2025-03-02T09:00")));
    assert_eq!(early.signed[1].in_force, Some(false), "signed before it was in force");
    let unknown = at_moment("2025-03-10T09:00", Some(("9", "2025-03-09T09:00")));
    assert_eq!(unknown.signed[1].in_force, None);
    assert_eq!(unknown.missing.len(), 1);
}

#[test]
fn a_withdrawal_stands_until_consent_is_given_anew() {
    let trial = trial();
    let withdrew = |anew: bool| {
        let mut records = records(&trial);
        let own = &mut records.subjects[0];
        own.withdrawals.push(Withdrawal {
            entry: entry("W", "Li", "2025-02-05T09:00"),
            scopes: vec![Scope::Data, Scope::Samples],
            when: at("2025-02-05T09:00"),
        });
        if anew {
            let mut again = own.consents[0].clone();
            again.signed = at("2025-02-06T09:00");
            own.consents.push(again);
        }
        let none = data(&[]);
        let study = Study::new(&trial, &none, &records, at("2025-02-10T09:00"));
        derive_consent(&study, &SubjectId::new("S1")).unwrap()
    };
    let standing = withdrew(false);
    assert!(standing.withdrawals[0].stands);
    assert_eq!(standing.withdrawn, [Scope::Data, Scope::Samples]);
    // Of the two only the data keep the gates closed.
    assert_eq!(standing.missing.len(), 1);
    let undone = withdrew(true);
    assert!(!undone.withdrawals[0].stands && undone.withdrawn.is_empty() && undone.missing.is_empty());
}
