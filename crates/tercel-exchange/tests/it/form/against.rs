//! Answers held against the other records of the subject.

use tercel_exchange::form::{Captured, Fault, Severity, check_against, form, validate};

use super::{NOW, record, trial};

const S: &str = "X-01";

/// What is asked about a new record beside others: the field and the begin of the English sentence.
fn asked(new: &Captured, others: &[Captured]) -> Vec<(String, String)> {
    let problems = check_against(new.definition().unwrap(), &new.values, others, NOW);
    let said = problems.into_iter().map(|problem| {
        assert_eq!(problem.severity(), Severity::Asks);
        let Fault::Against(why) = problem.fault else {
            panic!("{:?}", problem.fault)
        };
        assert!(!why.zh.is_empty() && why.zh != why.en);
        (problem.field, why.en)
    });
    said.collect()
}

fn asks(new: &Captured, others: &[Captured], field: &str, words: &str) {
    let said = asked(new, others);
    assert!(
        said.len() == 1 && said[0].0 == field && said[0].1.contains(words),
        "{said:?}"
    );
}

#[test]
fn the_same_result_of_the_same_moment_is_asked_about_and_another_moment_or_test_is_not() {
    let alt = |when: &str, value: &str| {
        record(
            "laboratory",
            S,
            3,
            &[
                ("lbtestcd", "ALT"),
                ("lborres", value),
                ("lborresu", "U/L"),
                ("lbdtc", when),
            ],
        )
    };
    let kept = [alt("2026-03-01T08:00", "40")];
    asks(&alt("2026-03-01T08:00", "41"), &kept, "lbtestcd", "as number 3");
    assert_eq!(asked(&alt("2026-03-01T08:05", "40"), &kept), []);
    let mut ast = alt("2026-03-01T08:00", "40");
    ast.values.insert("lbtestcd".to_owned(), "AST".to_owned());
    assert_eq!(asked(&ast, &kept), []);
    // Of a form of its own page, all answers.
    let event = |grade: &str| {
        record(
            "adverse-event",
            S,
            1,
            &[("aeterm", "Fever"), ("aetoxgr", grade), ("aestdtc", "2026-03-01")],
        )
    };
    asks(&event("1"), &[event("1")], "aestdtc", "entered already");
    assert_eq!(asked(&event("2"), &[event("1")]), []);
}

#[test]
fn what_comes_after_a_withdrawal_is_asked_about_until_consent_is_given_anew() {
    let consent = |when: &str| record("consent", S, 1, &[("dsstdtc", when), ("icfver", "1.0")]);
    let withdrawal = |scopes: &[&str]| {
        let mut answers = vec![("when", "2026-03-10T09:00")];
        answers.extend(
            ["treatment", "visits", "data", "samples"]
                .map(|scope| (scope, if scopes.contains(&scope) { "Y" } else { "N" })),
        );
        record("conduct-withdrawal", S, 1, &answers)
    };
    let blood = |when: &str| record("laboratory", S, 9, &[("lbtestcd", "ALT"), ("lbdtc", when)]);
    let visit = |when: &str| record("visit", S, 9, &[("visit", "Day 14"), ("svstdtc", when)]);
    let signed = consent("2026-02-01T09:00");
    let with = |scopes: &[&str]| vec![signed.clone(), withdrawal(scopes)];
    asks(
        &blood("2026-03-11"),
        &with(&["samples"]),
        "lbdtc",
        "withdrew from samples on 2026-03-10T09:00",
    );
    asks(
        &visit("2026-03-11"),
        &with(&["visits"]),
        "svstdtc",
        "withdrew from visits",
    );
    asks(
        &blood("2026-03-11"),
        &with(&["data"]),
        "lbdtc",
        "withdrew from the collection of data",
    );
    assert_eq!(asked(&visit("2026-03-11"), &with(&["samples"])), []);
    assert_eq!(asked(&blood("2026-03-10T08:59"), &with(&["samples", "data"])), []);
    let mut anew = with(&["samples", "data"]);
    anew.push(consent("2026-03-10T15:00"));
    assert_eq!(asked(&blood("2026-03-11"), &anew), []);
    let event = record("adverse-event", S, 1, &[("aeterm", "Fever"), ("aestdtc", "2026-03-12")]);
    assert_eq!(asked(&event, &with(&["data", "visits"])), []);
    // A withdrawal from nothing is refused, one before any consent asked about.
    let nothing = withdrawal(&[]);
    let problems = validate(nothing.definition().unwrap(), &nothing.values, &trial(), NOW);
    assert_eq!(problems[0].fault, Fault::AllNo);
    let mut blank = nothing;
    blank.values.retain(|field, _| field == "when");
    let problems = validate(blank.definition().unwrap(), &blank.values, &trial(), NOW);
    assert!(
        problems.iter().any(|problem| problem.fault == Fault::AllNo),
        "a blank says nothing either"
    );
    asks(&withdrawal(&["data"]), &[], "when", "no consent is recorded");
    asks(
        &withdrawal(&["data"]),
        &[signed.clone(), consent("2026-04-01T09:00")],
        "when",
        "a consent signed later, on 2026-04-01T09:00, undoes it",
    );
    let demography = record("demography", S, 1, &[("rficdtc", "2026-02-01")]);
    assert_eq!(asked(&withdrawal(&["data"]), &[demography]), []);
    // A consent signed after the record does not cover it.
    let mut late = with(&["visits"]);
    late.push(consent("2026-05-01T09:00"));
    asks(&visit("2026-03-11"), &late, "svstdtc", "withdrew from visits");
    asks(&blood("2026-03-11"), &late, "lbdtc", "withdrew from visits");
    assert_eq!(asked(&withdrawal(&["data"]), &[signed]), []);
}

#[test]
fn consents_of_long_ago_bags_of_one_label_and_reports_of_no_event_are_asked_about() {
    asks(
        &record("consent", S, 1, &[("dsstdtc", "1926-03-01T09:00")]),
        &[],
        "dsstdtc",
        "years ago",
    );
    assert_eq!(
        asked(&record("consent", S, 1, &[("dsstdtc", "2026-03-01T09:00")]), &[]),
        []
    );
    let bag = |label: &str| record("conduct-bag", S, 1, &[("bag", label), ("lot", "L1"), ("cndose", "1.0")]);
    asks(&bag("A"), &[bag("A")], "bag", "as number 1");
    assert_eq!(asked(&bag("B"), &[bag("A")]), []);
    let report = |event: &str, kind: &str, aware: &str| {
        let answers = [
            ("event", event),
            ("kind", kind),
            ("recipient", "SPONSOR"),
            ("aware", aware),
        ];
        record("conduct-case-report", S, 1, &answers)
    };
    let event = record("adverse-event", S, 1, &[("aeterm", "Fever")]);
    let first = report("1", "INITIAL", "2026-03-02T08:00");
    asks(
        &report("99", "INITIAL", "2026-03-02T08:00"),
        std::slice::from_ref(&event),
        "event",
        "99 is not recorded",
    );
    assert_eq!(asked(&first, std::slice::from_ref(&event)), []);
    asks(
        &report("1", "INITIAL", "2026-03-03T08:00"),
        &[event.clone(), first.clone()],
        "kind",
        "a later one is a follow-up",
    );
    assert_eq!(
        asked(&report("1", "FOLLOW-UP", "2026-03-03T08:00"), &[event, first]),
        []
    );
}

#[test]
fn a_delegation_that_ends_before_it_begins_and_negative_numbers_are_not_kept_as_they_are() {
    let line = record(
        "conduct-delegation",
        S,
        1,
        &[
            ("person", "Li"),
            ("role", "staff"),
            ("task", "consent"),
            ("from", "2026-03-02"),
            ("until", "2026-03-01"),
        ],
    );
    let problems = validate(line.definition().unwrap(), &line.values, &trial(), NOW);
    assert!(
        problems.iter().any(|problem| matches!(problem.fault, Fault::After(_))),
        "{problems:?}"
    );
    for (id, field) in [("demography", "age"), ("infusion", "exdose")] {
        let values = [(field.to_owned(), "-1".to_owned())].into();
        let problems = validate(form(id).unwrap(), &values, &trial(), NOW);
        let fault = problems.iter().find(|problem| problem.field == field).unwrap();
        let unit = if field == "age" { "years" } else { "" };
        let too_low = Fault::TooLow {
            least: "0".to_owned(),
            unit,
        };
        assert_eq!((&fault.fault, fault.severity()), (&too_low, Severity::Refuses), "{id}");
    }
}
