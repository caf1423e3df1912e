//! Answers: valid ones, wrong ones, any text at all.

use std::collections::BTreeMap;

use jiff::civil::datetime;
use proptest::prelude::*;
use tercel::language::Language;
use tercel_exchange::form::{
    Captured, Completeness, FORMS, Fault, Field, Kind, Problem, Severity, completeness, form, from_tables, to_tables,
    validate,
};
use tercel_exchange::read_datasets;

use super::{NOW, folder, full, record, trial};

#[test]
fn a_record_with_every_question_answered_is_in_order() {
    let trial = trial();
    for form in FORMS {
        let record = full(form, &trial);
        assert_eq!(validate(form, &record.values, &trial, NOW), [], "{}", form.id);
        assert!(completeness(form, &record.values).is_complete());
    }
}

/// Texts that a field cannot hold.
fn unreadable(field: &Field, values: &BTreeMap<String, String>) -> Vec<String> {
    let texts: &[&str] = match field.kind.settled(values) {
        Kind::Text { max } | Kind::Suggested { max, .. } => return vec!["x".repeat(max + 1), "two\nlines".to_owned()],
        Kind::LongText { max } => return vec!["x".repeat(max + 1)],
        Kind::Integer { .. } => &["many", "1.5", "1,000", "NaN"],
        Kind::Decimal { .. } => &["high", "12 mg", "inf", "<5"],
        Kind::Result { .. } => &["high", "12 mg", "< five", "inf"],
        Kind::Date => &["04/03/2026", "2026-02-30", "2026-03", "2026-03-04T08:30"],
        Kind::DateTime => &["04/03/2026", "2026-02-30", "2026-03", "2026-03-04T25:00"],
        Kind::PartialDate => &["04/03/2026", "2026-02-30", "2026-13", "yesterday"],
        Kind::YesNo => &["yes", "1", "是"],
        Kind::TrialChoice(from) if from.is_open() => return vec!["x".repeat(201)],
        Kind::Choice(_) | Kind::TrialChoice(_) => &["no such value"],
        Kind::By { .. } => &[],
    };
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn each_wrong_answer_gives_one_problem_that_names_its_field() {
    let trial = trial();
    for form in FORMS {
        let good = full(form, &trial).values;
        for field in form.fields {
            for text in unreadable(field, &good) {
                let mut values = good.clone();
                values.insert(field.id.to_owned(), text.clone());
                let problems = validate(form, &values, &trial, NOW);
                let found = problems.iter().find(|problem| problem.field == field.id);
                let problem = found.unwrap_or_else(|| panic!("{}.{} takes \"{text}\"", form.id, field.id));
                assert_eq!(problem.severity(), Severity::Refuses, "{problem}");
                assert!(problem.sentence(Language::English).starts_with(field.label.en));
                assert!(problem.sentence(Language::Chinese).starts_with(field.label.zh));
            }
        }
    }
}

#[test]
fn a_blank_is_asked_about_where_an_answer_is_required_and_nowhere_else() {
    let trial = trial();
    for form in FORMS {
        let good = full(form, &trial).values;
        let required = completeness(form, &good).answered;
        for field in form.fields.iter().filter(|field| good.contains_key(field.id)) {
            let mut values = good.clone();
            values.insert(field.id.to_owned(), "  ".to_owned());
            let problems = validate(form, &values, &trial, NOW);
            let missing = problems.iter().any(|problem| problem.field == field.id);
            assert_eq!(missing, required.contains(&field.id), "{}.{}", form.id, field.id);
            assert!(
                problems
                    .iter()
                    .all(|problem| problem.severity() == Severity::Asks || problem.field != field.id)
            );
        }
    }
}

#[test]
fn days_to_come_are_refused_unless_they_are_planned() {
    let trial = trial();
    for form in FORMS {
        let good = full(form, &trial).values;
        for field in form.fields {
            if !matches!(field.kind, Kind::Date | Kind::DateTime | Kind::PartialDate) {
                continue;
            }
            let is_future = |text: &str| {
                let mut values = good.clone();
                values.insert(field.id.to_owned(), text.to_owned());
                let problems = validate(form, &values, &trial, NOW);
                let mut of_field = problems.iter().filter(|problem| problem.field == field.id);
                of_field.any(|problem| problem.fault == Fault::FutureDate)
            };
            assert_eq!(
                is_future("2027-06-02"),
                !field.may_be_future,
                "{}.{}",
                form.id,
                field.id
            );
            assert!(!is_future("2027-06-01"), "{}.{}", form.id, field.id);
            if !matches!(field.kind, Kind::Date) {
                assert_eq!(
                    is_future("2027-06-01T12:01"),
                    !field.may_be_future,
                    "{}.{}",
                    form.id,
                    field.id
                );
                assert!(!is_future("2027-06-01T12:00"), "{}.{}", form.id, field.id);
            }
        }
    }
    let planned = form("planned-dose").unwrap().field("ecstdtc").unwrap();
    assert!(planned.may_be_future);
}

/// A gate that cannot read a record stays shut, and a halt or a release is not corrected.
#[test]
fn what_the_gates_read_goes_by_the_minute() {
    let trial = trial();
    let said = |form_id: &str, field: &str, text: &str| {
        let form = form(form_id).unwrap();
        let mut values = full(form, &trial).values;
        values.insert(field.to_owned(), text.to_owned());
        let problems = validate(form, &values, &trial, NOW);
        let problem = problems.iter().find(|problem| problem.field == field)?;
        Some((problem.severity(), problem.sentence(Language::English)))
    };
    for (form, field) in [
        ("conduct-pause", "from"),
        ("conduct-release", "when"),
        ("conduct-withdrawal", "when"),
    ] {
        let (severity, sentence) = said(form, field, "2027-05-30").unwrap();
        assert_eq!(severity, Severity::Refuses);
        assert!(sentence.contains("YYYY-MM-DDThh:mm"), "{sentence}");
        assert_eq!(said(form, field, "2027-05-30T08:00"), None);
    }
    // Of what SDTM takes a day may be all that is known.
    let refused = said("infusion", "exstdtc", "2027-05-30").is_some_and(|(severity, _)| severity == Severity::Refuses);
    assert!(!refused);
}

/// The expected range is one of degrees Celsius.
#[test]
fn a_temperature_in_fahrenheit_is_held_against_what_is_expected_of_it() {
    let (trial, vital) = (trial(), form("vital-sign").unwrap());
    let asked = |reading: &str, unit: &str| {
        let values = [
            ("vstestcd", "TEMP"),
            ("vsorres", reading),
            ("vsorresu", unit),
            ("vsdtc", "2027-05-30"),
        ];
        let values = values.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        !validate(vital, &values, &trial, NOW).is_empty()
    };
    assert!(!asked("98.6", "F") && !asked("100.4", "F") && !asked("37", "C"));
    assert!(asked("37", "F") && asked("120", "F") && asked("98.6", "C"));
}

#[test]
fn an_end_before_its_start_is_asked_about_where_no_reading_of_both_is_right() {
    let trial = trial();
    let event = form("adverse-event").unwrap();
    let asked = |start: &str, end: &str| {
        let mut values = full(event, &trial).values;
        values.insert("aestdtc".to_owned(), start.to_owned());
        values.insert("aeendtc".to_owned(), end.to_owned());
        let problems = validate(event, &values, &trial, NOW);
        problems.iter().any(|problem| matches!(problem.fault, Fault::After(_)))
    };
    assert!(asked("2026-03-05", "2026-03-04"));
    assert!(asked("2026-04", "2026-03-04"));
    assert!(asked("2026-03-04T10:00", "2026-03-04T09:59"));
    assert!(!asked("2026-03-04T10:00", "2026-03-04"));
    assert!(!asked("2026-03", "2026-03-04"));
    assert!(!asked("2026-03-04", "2026"));
}

#[test]
fn a_result_beside_not_done_is_refused_on_every_form_that_asks_both() {
    let trial = trial();
    let mut tried = Vec::new();
    for form in FORMS {
        let ending = |ending: &str| {
            form.fields
                .iter()
                .find(|field| field.variable().is_some_and(|name| name.ends_with(ending)))
        };
        let (Some(result), Some(status)) = (ending("ORRES"), ending("STAT")) else {
            continue;
        };
        let mut values = full(form, &trial).values;
        let of_result = |values: &BTreeMap<String, String>| {
            let problems = validate(form, values, &trial, NOW);
            problems.into_iter().find(|problem| problem.field == result.id)
        };
        assert_eq!(of_result(&values), None, "{}", form.id);
        values.insert(status.id.to_owned(), "NOT DONE".to_owned());
        let both = of_result(&values).unwrap();
        assert_eq!(both.severity(), Severity::Refuses);
        assert!(
            both.to_string()
                .ends_with("\"Not done\" is answered too; clear one of them"),
            "{both}"
        );
        values.remove(result.id);
        assert_eq!(of_result(&values), None, "{}", form.id);
        tried.push(form.id);
    }
    assert_eq!(
        tried,
        [
            "vital-sign",
            "serum-biomarker",
            "laboratory",
            "transgene-copies",
            "cart-cells",
            "measurement"
        ]
    );
}

#[test]
fn what_is_outside_the_expected_is_kept_and_asked_about() {
    let trial = trial();
    let sign = form("vital-sign").unwrap();
    let temperature = |text: &str| {
        let values = record(
            "vital-sign",
            "S",
            1,
            &[
                ("vstestcd", "TEMP"),
                ("vsorres", text),
                ("vsorresu", "C"),
                ("vsdtc", "2026-03-04T08:00"),
            ],
        );
        let problems = validate(sign, &values.values, &trial, NOW);
        problems
            .first()
            .map(|problem| (problem.severity(), problem.to_string()))
    };
    assert_eq!(temperature("38.5"), None);
    let (severity, sentence) = temperature("98.6").unwrap();
    assert_eq!(severity, Severity::Asks);
    assert_eq!(
        sentence,
        "Result: outside the expected 33 to 43; check value and unit against the source"
    );
}

#[test]
fn what_is_lower_than_anything_of_its_kind_is_refused() {
    let trial = trial();
    let mut tried = 0;
    for form in FORMS {
        let good = full(form, &trial).values;
        for field in form.fields {
            let text = match field.kind.settled(&good) {
                Kind::Integer { least, .. } => (least - 1).to_string(),
                Kind::Decimal { least, .. } | Kind::Result { least, .. } if least.is_finite() => {
                    (least - 0.5).to_string()
                }
                _ => continue,
            };
            let mut values = good.clone();
            values.insert(field.id.to_owned(), text.clone());
            let problems = validate(form, &values, &trial, NOW);
            let found = problems.iter().find(|problem| problem.field == field.id).unwrap();
            assert!(
                matches!(found.fault, Fault::TooLow { .. }),
                "{}.{}: {text}",
                form.id,
                field.id
            );
            assert_eq!(found.severity(), Severity::Refuses);
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
    let sign = form("vital-sign").unwrap();
    let of = |test: &str, text: &str| {
        let answers = [
            ("vstestcd", test),
            ("vsorres", text),
            ("vsorresu", "C"),
            ("vsdtc", "2026-03-04T08:00"),
        ];
        let values = record("vital-sign", "S", 1, &answers).values;
        validate(sign, &values, &trial, NOW).first().map(Problem::severity)
    };
    assert_eq!(of("TEMP", "24.9"), Some(Severity::Refuses));
    assert_eq!(of("TEMP", "32"), Some(Severity::Asks));
    assert_eq!(of("SYSBP", "-1"), Some(Severity::Refuses));
    assert_eq!(of("SYSBP", "50"), Some(Severity::Asks));
}

#[test]
fn a_measured_test_takes_numbers_and_a_qualitative_one_words_too() {
    let trial = trial();
    let laboratory = form("laboratory").unwrap();
    let of = |test: &str, text: &str| {
        let answers = [("lbtestcd", test), ("lborres", text), ("lbdtc", "2026-03-04T08:00")];
        let values = record("laboratory", "S", 1, &answers).values;
        validate(laboratory, &values, &trial, NOW)
            .first()
            .map(Problem::severity)
    };
    let listed = laboratory.field("lbtestcd").unwrap().kind;
    let Kind::Suggested { choices, .. } = listed else {
        panic!("{listed:?}")
    };
    for test in choices {
        assert_eq!(of(test.value, "POSITIVE"), Some(Severity::Refuses), "{}", test.value);
        assert_eq!(of(test.value, "-3"), Some(Severity::Refuses), "{}", test.value);
        assert_eq!(of(test.value, "41"), None, "{}", test.value);
        assert_eq!(of(test.value, "<0.5"), None, "{}", test.value);
    }
    assert_eq!(of("HBSAG", "POSITIVE"), None);
    assert_eq!(of("BASEEXC", "-3"), None);
}

#[test]
fn what_is_required_depends_on_the_other_answers() {
    let event = form("adverse-event").unwrap();
    let missing = |answers: &[(&str, &str)]| -> Vec<&str> {
        let Completeness { missing, .. } = completeness(event, &record("adverse-event", "S", 1, answers).values);
        missing
    };
    assert!(!missing(&[("aeser", "N")]).contains(&"aeshosp"));
    assert!(missing(&[("aeser", "Y")]).contains(&"aeshosp"));
    assert!(missing(&[("aeout", "FATAL")]).contains(&"aeendtc"));
    let result = form("laboratory").unwrap();
    let done = record("laboratory", "S", 1, &[("lbstat", "NOT DONE")]);
    assert!(!completeness(result, &done.values).missing.contains(&"lborres"));
}

#[test]
fn a_field_that_the_form_does_not_have_is_refused() {
    let trial = trial();
    let mut values = full(form("ecog").unwrap(), &trial).values;
    values.insert("ecog".to_owned(), "1".to_owned());
    let problems = validate(form("ecog").unwrap(), &values, &trial, NOW);
    assert_eq!(problems.len(), 1);
    assert_eq!(
        (problems[0].field.as_str(), problems[0].severity()),
        ("ecog", Severity::Refuses)
    );
}

#[test]
fn nothing_of_the_rehearsal_is_refused_and_only_what_it_does_not_collect_is_asked() {
    let trial = trial();
    let (tables, _) = read_datasets(&folder().join("data")).unwrap();
    let (captured, _) = from_tables(&tables, &trial);
    let mut asked: BTreeMap<(String, String), usize> = BTreeMap::new();
    for record in &captured {
        for problem in validate(
            record.definition().unwrap(),
            &record.values,
            &trial,
            datetime(2029, 1, 1, 0, 0, 0, 0),
        ) {
            assert_eq!(problem.severity(), Severity::Asks, "{record:?}: {problem}");
            *asked.entry((record.form.clone(), problem.to_string())).or_default() += 1;
        }
    }
    let asked: Vec<String> = asked
        .into_iter()
        .map(|((form, what), n)| format!("{form}: {what} ({n})"))
        .collect();
    assert_eq!(
        asked,
        [
            "consent: Version of the consent form: an answer is needed (22)",
            "deviation: Important: an answer is needed (2)",
            "deviation: Kind: an answer is needed (2)",
        ]
    );
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[0-9.<>=+eE-]{0,10}",
        "[0-9]{4}-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2})?)?",
        any::<String>()
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_checks_fail(at in 0..FORMS.len(), texts in prop::collection::vec(any_text(), 40)) {
        let trial = trial();
        let form = FORMS[at];
        let names = form.fields.iter().map(|field| field.id).chain(["unknown"]);
        let values: BTreeMap<String, String> = names.map(str::to_owned).zip(texts).collect();
        let before = values.clone();
        for problem in validate(form, &values, &trial, NOW) {
            prop_assert!(!problem.sentence(Language::English).is_empty());
            prop_assert!(!problem.sentence(Language::Chinese).is_empty());
        }
        prop_assert_eq!(values, before);
    }

    #[test]
    fn records_come_back_from_their_datasets(
        picks in prop::collection::vec((0..FORMS.len(), prop::collection::vec(any::<bool>(), 40)), 1..12),
    ) {
        let trial = trial();
        let mut captured: Vec<Captured> = Vec::new();
        for (at, answered) in picks {
            let form = FORMS[at];
            let Some(domain) = form.domain else { continue };
            let mut record = full(form, &trial);
            // What a form is told by, and the unit beside a result, are always answered.
            let needed = |id: &str| form.tells.contains(&id) || form.rows.is_some_and(|(field, _)| field == id) || form.fields.iter().any(|field| field.id == id
                && (id.ends_with("testcd") || id == "dsdecod" || id == "dscat" || id == "cmcat" || domain == "DM"));
            let mut kept = answered.iter().cycle();
            record.values.retain(|id, _| *kept.next().unwrap_or(&true) || needed(id));
            record.number = if domain == "DM" {
                if form.id == "death" { 2 } else { 1 }
            } else {
                u32::try_from(captured.len()).unwrap() + 1
            };
            let same = |other: &Captured| other.form == record.form && other.number == record.number;
            if !captured.iter().any(same) {
                captured.push(record);
            }
        }
        // A death belongs to a subject whose row is there.
        let demography = FORMS.iter().find(|form| form.id == "demography").unwrap();
        if !captured.iter().any(|record| record.form == "demography") {
            captured.push(full(demography, &trial));
        }
        let (mut back, not_taken) = from_tables(&to_tables(&trial, &captured), &trial);
        captured.sort();
        back.sort();
        // A derived text of a field left blank is a field of its own where both stand in one variable.
        prop_assert_eq!(back, captured);
        prop_assert_eq!(not_taken, vec![]);
    }
}
