//! Forms of conduct: the gate of infusion opens on records in order, and closes on every answer that is not.

use std::collections::BTreeMap;

use tercel::conduct::{ConductRecords, Gate, Need, Study, check_conduct, infusion_gate};
use tercel::language::Language;
use tercel::protocol::{Limits, Specification, Trial};
use tercel::study::{Dataset, RecordId, StudyData, Subject, SubjectId};
use tercel_exchange::form::{Captured, Field, Kept, Kind, Required, conduct_records, validate};

use super::{NOW, record, trial};

const S1: &str = "IL1RAP-HCC-0001";

/// The answers for a value that just keeps the bounds.
fn keeps(limits: &Limits) -> Vec<(&'static str, String)> {
    let bound = limits.at_least.or(limits.at_most);
    let bound = bound
        .or(limits.above.map(|above| above + 0.5))
        .or(limits.below.map(|below| below - 0.5));
    let value = bound.unwrap();
    if limits.unit == Limits::ULN {
        let times_40 = (value * 40.0).to_string();
        return vec![
            ("cnorres", times_40),
            ("cnorresu", "U/L".to_owned()),
            ("cnuln", "40".to_owned()),
        ];
    }
    vec![("cnorres", value.to_string()), ("cnorresu", limits.unit.clone())]
}

/// Adds a record with answers of its own and, where there are bounds, a value that keeps them.
fn with_value(form: &str, number: usize, answers: &[(&str, &str)], limits: Option<&Limits>) -> Captured {
    let mut one = record(form, S1, u32::try_from(number).unwrap() + 1, answers);
    for (field, text) in limits.map(keeps).unwrap_or_default() {
        one.values.insert(field.to_owned(), text);
    }
    one
}

fn way(trial: &Trial) -> Vec<Captured> {
    let rules = trial.conduct.as_ref().unwrap();
    let mut all = vec![
        record("conduct-screening", S1, 1, &[("began", "2026-02-01")]),
        record("consent", S1, 1, &[("icfver", "1.0"), ("dsstdtc", "2026-02-01T09:00")]),
        record(
            "conduct-slot",
            S1,
            1,
            &[("arm", "DL1"), ("reserved", "2026-02-10T09:00")],
        ),
        record(
            "lymphodepletion",
            S1,
            1,
            &[("extrt", "FLUDARABINE"), ("exstdtc", "2026-03-10T08:00")],
        ),
        record(
            "lymphodepletion",
            S1,
            2,
            &[
                ("extrt", "CYCLOPHOSPHAMIDE"),
                ("exstdtc", "2026-03-12T08:00"),
                ("exendtc", "2026-03-12T09:00"),
                ("last", "Y"),
            ],
        ),
    ];
    for (number, criterion) in rules.criteria.iter().enumerate() {
        let mut answers = vec![("ietestcd", criterion.id.as_str()), ("iedtc", "2026-02-05T09:00")];
        answers.extend([("ieorres", "Y"), ("waived", "N")]);
        answers.extend(criterion.unsupported_days.map(|_| ("support", "N")));
        all.push(with_value("eligibility", number, &answers, criterion.limits.as_ref()));
    }
    let lymphodepletion = rules.lymphodepletion_items.iter();
    let items = lymphodepletion.map(|item| (item, "LYMPHODEPLETION", "2026-03-10T07:00"));
    let infusion = rules
        .infusion_items
        .iter()
        .map(|item| (item, "INFUSION", "2026-03-15T08:00"));
    for (number, (item, gate, when)) in items.chain(infusion).enumerate() {
        let mut answers = vec![("gate", gate), ("item", item.id.as_str()), ("assessed", when)];
        answers.extend(item.limits.is_none().then_some(("holds", "Y")));
        all.push(with_value("conduct-item", number, &answers, item.limits.as_ref()));
    }
    all
}

/// The hand-overs of bag A.
fn custody() -> Vec<Captured> {
    let mut all = Vec::new();
    let steps = [
        ("cell laboratory", "courier", "2026-03-06T09:00"),
        ("courier", "pharmacy", "2026-03-06T13:00"),
        ("pharmacy", "ward", "2026-03-15T09:30"),
    ];
    for (number, (from, to, when)) in steps.into_iter().enumerate() {
        let mut answers = vec![("bag", "A"), ("from", from), ("to", to), ("when", when)];
        answers.extend([
            ("giver", "Zhou"),
            ("taker", "Wang"),
            ("place", "Site"),
            ("celsius", "-160"),
        ]);
        answers.extend([("kept", "Y"), ("intact", "Y"), ("matches", "Y")]);
        all.push(with_value("conduct-custody", number, &answers, None));
    }
    all
}

/// Of a bag that is not ordered.
fn clearance() -> Captured {
    let answers = [
        ("bag", "B"),
        ("cause", "a letter mistyped"),
        ("signer1", "Li"),
        ("signer2", "Huang"),
        ("signed", "2026-03-14T12:00"),
    ];
    record("conduct-clearance", S1, 1, &answers)
}

fn product(trial: &Trial) -> Vec<Captured> {
    let rules = trial.conduct.as_ref().unwrap();
    let one = |form: &str, answers: &[(&str, &str)]| record(form, S1, 1, answers);
    let lot = [("lot", "L1"), ("coi", "COI-1")];
    let of_lot = |rest: &[(&'static str, &'static str)]| [&lot, rest].concat();
    let bag = [
        ("bag", "A"),
        ("cndose", "1.0"),
        ("cndosu", "10^8 cells"),
        ("volume", "50"),
        ("expires", "2026-09-01T12:00"),
    ];
    let collection = [
        ("prtrt", "LEUKAPHERESIS"),
        ("coi", "COI-1"),
        ("din", "DIN-1"),
        ("prstdtc", "2026-02-12T09:00"),
    ];
    let mut all = vec![
        one("collection", &collection),
        one(
            "conduct-lot",
            &of_lot(&[("din1", "DIN-1"), ("arm", "DL1"), ("failed", "N")]),
        ),
        one("conduct-bag", &of_lot(&bag)),
        one(
            "conduct-release",
            &[
                ("lot", "L1"),
                ("disposition", "RELEASED"),
                ("signer1", "QA"),
                ("signed1", "2026-03-05T12:00"),
                ("when", "2026-03-05T12:00"),
            ],
        ),
        one(
            "conduct-receipt",
            &[("bag", "A"), ("when", "2026-03-06T13:00"), ("accepted", "Y")],
        ),
        one(
            "conduct-order",
            &[("arm", "DL1"), ("planned", "2026-03-15T10:00"), ("bag1", "A")],
        ),
        one("conduct-thaw", &[("bag", "A"), ("when", "2026-03-15T09:45")]),
        clearance(),
    ];
    let mut check = BTreeMap::from([("bag".to_owned(), "A".to_owned())]);
    for (number, person) in [(1, "Chen"), (2, "Wang")] {
        let read = [
            ("person", person),
            ("subject", S1),
            ("coi", "COI-1"),
            ("lot", "L1"),
            ("bag", "A"),
        ];
        let read = read.into_iter().chain([("at", "2026-03-15T09:50")]);
        check.extend(read.map(|(name, text)| (format!("{name}{number}"), text.to_owned())));
    }
    all.push(Captured {
        values: check,
        ..one("conduct-identity", &[])
    });
    all.extend(custody());
    for (number, test) in rules.release_tests.iter().enumerate() {
        let mut answers = vec![("lot", "L1"), ("test", test.id.as_str()), ("pending", "N")];
        answers.push(("reported", "2026-03-05T10:00"));
        let limits = match &test.specification {
            Specification::Word(word) => {
                answers.push(("word", word));
                None
            }
            Specification::Limits(limits) => Some(limits),
        };
        all.push(with_value("conduct-test", number, &answers, limits));
    }
    all
}

fn of_study() -> Vec<Captured> {
    let study = |form: &str, number: u32, answers: &[(&str, &str)]| Captured {
        subject: None,
        ..record(form, S1, number, answers)
    };
    let decision = [
        ("arm1", "DL1"),
        ("places1", "6"),
        ("recommendation", "go on"),
        ("signer1", "Zhao"),
        ("signed", "2026-02-08T09:00"),
        ("effective", "2026-02-08T10:00"),
    ];
    let mut all = vec![study("conduct-decision", 1, &decision)];
    let tasks = [
        "consent",
        "eligibility",
        "assessment",
        "order",
        "receipt",
        "identity",
        "decision",
    ];
    let persons = ["Li", "Chen", "Wang", "Zhao"];
    let lines = persons
        .iter()
        .flat_map(|person| tasks.iter().map(move |task| (*person, *task)));
    for (number, (person, task)) in lines.enumerate() {
        let days = [("from", "2026-01-02"), ("trained", "2026-01-02")];
        let answers = [&[("person", person), ("role", "staff"), ("task", task)][..], &days].concat();
        all.push(study(
            "conduct-delegation",
            u32::try_from(number).unwrap() + 1,
            &answers,
        ));
    }
    all
}

fn all(trial: &Trial) -> Vec<Captured> {
    [way(trial), product(trial), of_study()].concat()
}

fn read(trial: &Trial, records: &[Captured]) -> ConductRecords {
    let kept: Vec<Kept<'_>> = records
        .iter()
        .map(|record| Kept {
            record,
            by: "Li".to_owned(),
            at: "2026-03-10T07:30".parse().unwrap(),
        })
        .collect();
    conduct_records(trial, &kept)
}

fn gate(trial: &Trial, records: &[Captured]) -> Gate {
    let id = SubjectId::new(S1);
    let data = StudyData {
        subjects: vec![Subject::known_by(RecordId {
            dataset: Dataset::new("DM"),
            subject: id.clone(),
            number: 1,
        })],
        dated: true,
        ..StudyData::default()
    };
    let records = read(trial, records);
    let study = Study::new(trial, &data, &records, "2026-03-15T10:00".parse().unwrap());
    infusion_gate(&study, &id)
}

#[test]
fn records_in_order_are_valid_and_open_the_gate() {
    let trial = trial();
    let records = all(&trial);
    for one in &records {
        let form = one.definition().unwrap();
        assert_eq!(validate(form, &one.values, &trial, NOW), [], "{}", one.form);
    }
    let gate = gate(&trial, &records);
    assert_eq!(gate.missing, []);
}

/// Whether the gate names a field of a record as unread.
fn names(gate: &Gate, form: &str, field: &str) -> bool {
    gate.missing.iter().any(|one| match &one.need {
        Need::Unread { form: f, field: of, .. } => f == form && of == field,
        _ => false,
    })
}

/// A text that the field cannot be read from; `None` where any text can.
fn unreadable(field: &Field) -> Option<&'static str> {
    match field.kind {
        Kind::Text { .. } | Kind::LongText { .. } | Kind::Suggested { .. } => None,
        Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Result { .. } => Some("1e8 cells"),
        Kind::Date | Kind::DateTime | Kind::PartialDate => Some("2026-02-30T09:00"),
        Kind::YesNo | Kind::Choice(_) | Kind::TrialChoice(_) | Kind::By { .. } => Some("?"),
    }
}

/// What the datasets ask for in a record that gates read too.
const UNREAD: [(&str, &str); 5] = [
    ("collection", "prtrt"),
    ("collection", "prendtc"),
    ("lymphodepletion", "extrt"),
    ("lymphodepletion", "exdose"),
    ("lymphodepletion", "exdosu"),
];

/// Words that no gate reads, or that say something other than what a gate asks.
const FREE: [(&str, &str); 5] = [
    ("conduct-decision", "recommendation"),
    ("conduct-delegation", "role"),
    ("conduct-custody", "place"),
    ("conduct-custody", "giver"),
    ("conduct-custody", "taker"),
];

/// Lines of the delegation log that nobody needs, and words that change nothing.
fn is_spare(one: &Captured, field: &str) -> bool {
    // Who signed is known by the delegation log; the release of a lot is signed by the cell laboratory.
    let laboratory = one.form == "conduct-release" && field == "signer1";
    // A multiple of the upper limit of normal is the same in any unit.
    let multiple = field == "cnorresu" && one.values.contains_key("cnuln");
    laboratory || multiple || ["conduct-delegation", "conduct-clearance"].contains(&one.form.as_str())
}

#[test]
fn every_answer_that_cannot_be_read_closes_the_gate_and_is_named() {
    let trial = trial();
    let records = all(&trial);
    for (index, one) in records.iter().enumerate() {
        let form = one.definition().unwrap();
        for field in form.fields {
            if UNREAD.contains(&(form.id, field.id)) {
                continue;
            }
            if let Some(text) = unreadable(field) {
                let mut wrong = records.clone();
                wrong[index].values.insert(field.id.to_owned(), text.to_owned());
                let found = gate(&trial, &wrong);
                if one.form == "conduct-delegation" {
                    // A line that only ever opens a gate is no line, and closes it for nobody else.
                    wrong.remove(index);
                    assert_eq!(found.missing, gate(&trial, &wrong).missing);
                    continue;
                }
                assert!(
                    names(&found, &one.form, field.id),
                    "{}.{} = {text}: {:?}",
                    one.form,
                    field.id,
                    found.missing
                );
            }
            if matches!(field.kind, Kind::DateTime) {
                let mut day = records.clone();
                day[index].values.insert(field.id.to_owned(), "2026-02-01".to_owned());
                assert!(
                    names(&gate(&trial, &day), &one.form, field.id),
                    "{}.{}",
                    one.form,
                    field.id
                );
            }
        }
        let mut wrong = records.clone();
        wrong[index].values.insert("no-such-field".to_owned(), "1".to_owned());
        let named = names(&gate(&trial, &wrong), &one.form, "no-such-field");
        assert!(named || one.form == "conduct-delegation", "{}", one.form);
    }
}

#[test]
fn what_cannot_be_read_is_said_by_form_and_question_in_the_language_of_the_reader() {
    let trial = trial();
    let mut records = all(&trial);
    let consent = records.iter_mut().find(|one| one.form == "consent").unwrap();
    consent.values.insert("dsstdtc".to_owned(), "2026-02-01".to_owned());
    let form = consent.definition().unwrap();
    let label = form.field("dsstdtc").unwrap().label;
    let gate = gate(&trial, &records);
    let unread = gate.missing.iter().find(|one| matches!(one.need, Need::Unread { .. }));
    let need = &unread.unwrap().need;
    for (language, said) in [
        (
            Language::English,
            format!(
                "{}) cannot be read: {}: not a day with its time.",
                form.title.en, label.en
            ),
        ),
        (
            Language::Chinese,
            format!("{}）无法读取：{}：不是带时间的日期。", form.title.zh, label.zh),
        ),
    ] {
        assert!(need.sentence(language).ends_with(&said), "{}", need.sentence(language));
    }
}

#[test]
fn why_a_subject_left_is_said_as_the_form_calls_it() {
    let trial = trial();
    let answers = [
        ("dsdecod", "PHYSICIAN DECISION"),
        ("dsterm", "too frail"),
        ("dscat", "DISPOSITION EVENT"),
        ("dsstdtc", "2026-03-01"),
    ];
    let left = Captured {
        form: "disposition".to_owned(),
        subject: Some(S1.to_owned()),
        number: 9,
        values: answers.map(|(field, text)| (field.to_owned(), text.to_owned())).into(),
    };
    let gate = gate(&trial, &[all(&trial), vec![left]].concat());
    let said: Vec<String> = gate
        .missing
        .iter()
        .map(|one| one.need.sentence(Language::Chinese))
        .collect();
    assert_eq!(said[0], "受试者已退出研究：研究者决定：too frail。");
    assert_eq!(
        gate.missing[0].need.sentence(Language::English),
        "The subject left the study: PHYSICIAN DECISION: too frail."
    );
}

#[test]
fn every_answer_taken_away_or_changed_closes_the_gate() {
    let trial = trial();
    let records = all(&trial);
    for (index, one) in records.iter().enumerate() {
        let form = one.definition().unwrap();
        let read = |field: &&Field| !UNREAD.contains(&(form.id, field.id));
        for field in form.fields.iter().filter(read) {
            if !one.values.contains_key(field.id) {
                continue;
            }
            let place = format!("{}/{}.{}", one.form, one.number, field.id);
            let mut blank = records.clone();
            blank[index].values.remove(field.id);
            let closed = gate(&trial, &blank);
            let asked = matches!(field.required, Required::Always);
            let spare = [("conduct-custody", "celsius"), ("lymphodepletion", "exendtc")];
            let line = one.form == "conduct-delegation";
            let optional = spare.contains(&(one.form.as_str(), field.id)) || one.form == "conduct-clearance";
            assert!(!closed.is_open() || line || (optional && !asked), "{place} blank");
            if asked && unreadable(field).is_none() && !line {
                assert!(
                    names(&closed, &one.form, field.id),
                    "{place} blank: {:?}",
                    closed.missing
                );
            }
            let text = matches!(field.kind, Kind::Text { .. } | Kind::LongText { .. });
            if text && !FREE.contains(&(one.form.as_str(), field.id)) && !is_spare(one, field.id) {
                let mut other = records.clone();
                other[index].values.insert(field.id.to_owned(), "another".to_owned());
                assert!(!gate(&trial, &other).is_open(), "{place} = another");
            }
        }
        // Without the record itself: only these are not asked for one by one.
        let mut without = records.clone();
        without.remove(index);
        let spare = ["conduct-delegation", "conduct-screening", "conduct-clearance"].contains(&one.form.as_str());
        assert!(
            spare || !gate(&trial, &without).is_open(),
            "{}/{}",
            one.form,
            one.number
        );
    }
}

#[test]
fn a_record_kept_twice_of_nobody_or_of_no_form_closes_the_gate() {
    let trial = trial();
    let records = all(&trial);
    let with = |extra: Captured| gate(&trial, &[records.clone(), vec![extra]].concat());
    let twice = records.iter().find(|one| one.form == "conduct-bag").unwrap().clone();
    assert!(names(&with(twice.clone()), "conduct-bag", "number"));
    let nobody = Captured {
        subject: Some("  ".to_owned()),
        number: 9,
        ..twice.clone()
    };
    assert!(names(&with(nobody), "conduct-bag", "subject"));
    let unknown = Captured {
        form: "conduct-bags".to_owned(),
        ..twice
    };
    assert!(names(&with(unknown), "conduct-bags", "form"));
    // Other forms are for the datasets.
    assert!(with(record("visit", S1, 1, &[("visit", "?")])).is_open());
}

#[test]
fn cells_are_counted_by_their_unit() {
    let trial = trial();
    let of = |dose: &str, unit: &str| {
        let mut records = all(&trial);
        let bag = records.iter_mut().find(|one| one.form == "conduct-bag").unwrap();
        bag.values.insert("cndose".to_owned(), dose.to_owned());
        bag.values.insert("cndosu".to_owned(), unit.to_owned());
        gate(&trial, &records)
            .missing
            .iter()
            .map(|one| one.need.id())
            .collect::<Vec<_>>()
    };
    for (dose, unit) in [
        ("100", "10^6 cells"),
        ("1.0e8", "cells"),
        ("80", "10^6 cells"),
        ("1.2", "10^8 cells"),
    ] {
        assert_eq!(of(dose, unit), [""; 0], "{dose} {unit}");
    }
    assert_eq!(of("79.9", "10^6 cells"), ["dose-below"]);
    assert_eq!(of("1.201", "10^8 cells"), ["dose-above"]);
    assert_eq!(of("100", "10^8 cells"), ["dose-above"]);
    assert_eq!(of("1.0", "10^6 cells"), ["dose-below"]);
    assert_eq!(of("0", "cells"), ["no-cells"]);
    assert_eq!(of("-1", "cells")[..2], ["unread", "bag-unknown"]);
}

#[test]
fn an_infusion_on_records_in_order_has_no_finding() {
    let trial = trial();
    let mut records = all(&trial);
    let given = [
        ("exstdtc", "2026-03-15T10:00"),
        ("bag1", "A"),
        ("exdose", "100"),
        ("exdosu", "10^6 Therapeutic Cells"),
    ];
    records.push(record("infusion", S1, 1, &given));
    let kept = read(&trial, &records);
    assert_eq!(kept.subjects[0].infusions.len(), 1);
    let found = check_conduct(&trial, &StudyData::default(), &kept);
    let said: Vec<String> = found.iter().map(|finding| finding.rule.to_string()).collect();
    assert_eq!(said, Vec::<String>::new());
}

#[test]
fn a_vector_found_halts_the_study_though_only_the_day_of_the_blood_is_known() {
    let trial = trial();
    let halted = |drawn: &str, result: &str| {
        let mut records = all(&trial);
        let test = [("mbtestcd", "RCLRNA"), ("mbdtc", drawn), ("mborres", result)];
        records.push(Captured {
            subject: Some("IL1RAP-HCC-0002".to_owned()),
            ..record("vector-test", S1, 1, &test)
        });
        gate(&trial, &records)
            .missing
            .iter()
            .any(|one| one.need.id() == "paused")
    };
    assert!(halted("2026-03-14T08:00", "POSITIVE") && halted("2026-03-14", "POSITIVE"));
    assert!(!halted("2026-03-14", "NEGATIVE"));
}
