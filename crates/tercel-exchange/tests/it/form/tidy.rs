//! Every form is complete: names, texts in both languages, kinds, homes.

use std::collections::{BTreeMap, BTreeSet};

use tercel::language::Text;
use tercel_exchange::export::guide;
use tercel_exchange::form::{Choice, Derived, FORMS, Field, Form, Home, Kind, Required, Scope, form};

/// Variables of the general observation class of findings (SDTM 2.0) that the guide does not list under the dataset.
const OF_THE_CLASS: [&str; 2] = ["CPLLOQ", "LBLLOQ"];

fn is_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

/// Both languages, the Chinese one in Chinese, sentences with their full stops.
fn check_text(place: &str, text: Text, is_sentence: bool) {
    assert!(
        !text.en.trim().is_empty() && !text.zh.trim().is_empty(),
        "{place}: a text is blank"
    );
    assert!(is_chinese(text.zh), "{place}: \"{}\" is not Chinese", text.zh);
    assert!(!is_chinese(text.en), "{place}: \"{}\" is not English", text.en);
    assert_eq!(text.en.ends_with('.'), is_sentence, "{place}: \"{}\"", text.en);
    assert_eq!(text.zh.ends_with('。'), is_sentence, "{place}: \"{}\"", text.zh);
}

#[test]
fn names_are_unique_and_every_text_is_there_in_both_languages() {
    let mut ids = BTreeSet::new();
    for form in FORMS {
        assert!(ids.insert(form.id), "{} twice", form.id);
        assert!(
            form.id
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == '-'),
            "{}",
            form.id
        );
        check_text(form.id, form.title, false);
        check_text(form.id, form.help, true);
        let mut fields = BTreeSet::new();
        for field in form.fields {
            let place = format!("{}.{}", form.id, field.id);
            assert!(fields.insert(field.id), "{place} twice");
            check_text(&place, field.label, false);
            check_text(&place, field.help, true);
            check_kind(form, &place, &field.kind);
        }
    }
    assert_eq!(form("adverse-event").unwrap().domain, Some("AE"));
    assert!(form("no-such-form").is_none());
}

/// Symbols, abbreviations and names of criteria that are the same in every language.
fn is_symbol(choice: &Choice) -> bool {
    let plain = |text: &str| text.chars().filter(char::is_ascii_lowercase).count() < 4;
    plain(choice.value) && choice.label.en.len() < 12
}

fn check_kind(form: &Form, place: &str, kind: &Kind) {
    match kind {
        Kind::Text { max } | Kind::LongText { max } => assert!(*max > 0, "{place}"),
        Kind::Integer { min, max, .. } => assert!(min < max, "{place}"),
        Kind::Decimal { min, max, .. } => assert!(min < max, "{place}"),
        Kind::Result { words, .. } => check_choices(place, words),
        Kind::Choice(choices) | Kind::Suggested { choices, .. } => {
            assert!(!choices.is_empty(), "{place}: the list is empty");
            check_choices(place, choices);
        }
        Kind::By {
            field,
            kinds,
            otherwise,
        } => {
            let other = form
                .field(field)
                .unwrap_or_else(|| panic!("{place} depends on {field}"));
            assert!(
                !matches!(other.kind, Kind::By { .. }),
                "{place} depends on what depends itself"
            );
            for kind in kinds.iter().map(|(_, kind)| kind).chain([*otherwise]) {
                assert!(!matches!(kind, Kind::By { .. }), "{place}");
                check_kind(form, place, kind);
            }
        }
        Kind::Date | Kind::DateTime | Kind::PartialDate | Kind::YesNo | Kind::TrialChoice(_) => {}
    }
}

fn check_choices(place: &str, choices: &[Choice]) {
    let values: BTreeSet<&str> = choices.iter().map(|choice| choice.value).collect();
    assert_eq!(values.len(), choices.len(), "{place}: a value twice");
    for choice in choices {
        let place = format!("{place} = {}", choice.value);
        assert!(!choice.label.en.is_empty() && !choice.label.zh.is_empty(), "{place}");
        assert!(
            is_chinese(choice.label.zh) || is_symbol(choice),
            "{place}: {}",
            choice.label.zh
        );
    }
}

#[test]
fn a_number_has_a_unit_or_a_field_for_it_or_counts() {
    // Counts and numbers of records have no unit; the unit of the others is a field of its own.
    let counts = ["VASOPRES", "lbaeseq", "event"];
    let of_its_own = |form: &Form, id: &str| {
        let units = ["dosu", "orresu"].map(|end| format!("{}{end}", &id[..2]));
        units.iter().any(|unit| form.field(unit).is_some())
    };
    for form in FORMS {
        for field in form.fields {
            let mut kinds = vec![(field.id, field.kind)];
            if let Kind::By { kinds: by, .. } = field.kind {
                kinds.extend(by.iter().copied());
            }
            for (name, kind) in kinds {
                let (Kind::Integer { unit, .. } | Kind::Decimal { unit, .. } | Kind::Result { unit, .. }) = kind else {
                    continue;
                };
                let has = unit.is_some() || of_its_own(form, field.id) || counts.contains(&name);
                let dilution = field.id.ends_with("dilfac");
                assert!(has || dilution, "{}.{} ({name}) has no unit", form.id, field.id);
            }
        }
    }
}

#[test]
fn every_home_is_a_variable_of_its_dataset_or_a_short_qualifier() {
    let variables: BTreeMap<&str, Vec<&str>> = guide::datasets()
        .map(|dataset| (dataset.name, dataset.variables.iter().map(|one| one.name).collect()))
        .collect();
    for form in FORMS {
        let kept = form.id.starts_with("conduct-");
        assert_eq!(
            form.domain.is_none(),
            kept || form.scope != Scope::Subject,
            "{}",
            form.id
        );
        let Some(domain) = form.domain else {
            let homeless = |field: &Field| matches!(field.home, Home::None(why) if !why.is_empty());
            assert!(
                form.fields.iter().all(homeless),
                "{} has no dataset for its answers",
                form.id
            );
            continue;
        };
        let known = |name: &str| variables[domain].contains(&name) || OF_THE_CLASS.contains(&name);
        for field in form.fields {
            let place = format!("{}.{}", form.id, field.id);
            match field.home {
                Home::Variable(name) => {
                    assert!(known(name), "{place}: {name} is no variable of {domain}");
                    assert_eq!(field.id, name.to_lowercase(), "{place}");
                }
                Home::Supplement(name) => {
                    assert!(!known(name), "{place}: {name} is a variable of {domain}");
                    assert!(name.len() <= 8, "{place}: {name} is longer than 8 characters");
                    assert!(
                        field.label.en.len() <= 40,
                        "{place}: its label is longer than 40 characters"
                    );
                    assert_eq!(field.id, name.to_lowercase(), "{place}");
                }
                Home::None(why) => assert!(!why.is_empty(), "{place}"),
            }
        }
        for (name, _) in form
            .constants
            .iter()
            .copied()
            .chain(form.derived.iter().map(|(name, _)| (*name, "")))
        {
            assert!(known(name), "{}: {name} is no variable of {domain}", form.id);
        }
    }
}

#[test]
fn what_forms_refer_to_are_their_own_fields() {
    for form in FORMS {
        let has = |field: &str| assert!(form.field(field).is_some(), "{} has no field {field}", form.id);
        form.happened.into_iter().for_each(has);
        form.order.iter().for_each(|(first, second)| {
            has(first);
            has(second);
        });
        for (_, derived) in form.derived {
            match derived {
                Derived::Copy(field)
                | Derived::Standard(field)
                | Derived::Number(field)
                | Derived::Converted(field)
                | Derived::ConvertedNumber(field)
                | Derived::Name(field)
                | Derived::Where(field, _) => has(field),
            }
        }
        for name in form.tells {
            let constant = form.constants.iter().any(|(known, _)| known == name);
            assert!(constant || form.field(name).is_some(), "{} tells by {name}", form.id);
        }
        for field in form.fields {
            match field.required {
                Required::No | Required::Always => {}
                Required::When(other, _) | Required::With(other) | Required::Unless(other) => has(other),
            }
        }
        if let Some(panel) = form.panel {
            panel.shared.iter().copied().for_each(has);
            panel.rows.iter().copied().flatten().for_each(|(field, _)| has(field));
        }
    }
}

/// The sources of the readers of datasets.
const READERS: [&str; 5] = [
    include_str!("../../../src/sdtm/kinetics.rs"),
    include_str!("../../../src/sdtm/safety.rs"),
    include_str!("../../../src/sdtm/subject.rs"),
    include_str!("../../../src/sdtm/treatment.rs"),
    include_str!("../../../src/sdtm/tumour.rs"),
];

/// Variables that are read and not asked for, each with the reason.
const NOT_ASKED: [(&str, &str); 6] = [
    ("DSSCAT", "the end of a treatment is not asked"),
    ("LBCAT", "read where LBSPEC is not there"),
    ("AESOC", "read where AEBODSYS is not there"),
    ("DVDECOD", "read where DVTERM is not there"),
    ("TRGRPID", "sums of diameters are worked out"),
    ("DTHFL", "follows from the form of the death"),
];

#[test]
fn every_variable_that_is_read_is_asked_for_or_answered_by_a_form() {
    let domains: BTreeSet<&str> = FORMS.iter().filter_map(|form| form.domain).collect();
    let mut asked: BTreeSet<String> = BTreeSet::new();
    for form in FORMS {
        asked.extend(form.fields.iter().filter_map(Field::variable).map(str::to_owned));
        let others = form
            .constants
            .iter()
            .map(|(name, _)| *name)
            .chain(form.derived.iter().map(|(name, _)| *name));
        asked.extend(others.map(str::to_owned));
    }
    let mut read = BTreeSet::new();
    for source in READERS {
        for name in source.split('"').skip(1).step_by(2) {
            let plain = name.bytes().all(|letter| letter.is_ascii_uppercase()) && (5..=8).contains(&name.len());
            if plain
                && domains.contains(&name[..2])
                && (name.starts_with("AE") || guide::variable(&name[..2], name).is_some())
            {
                read.insert(name);
            }
        }
    }
    assert!(read.len() > 70, "{}", read.len());
    let without: Vec<&&str> = read
        .iter()
        .filter(|name| !asked.contains(**name) && !NOT_ASKED.iter().any(|(known, _)| known == *name))
        .collect();
    assert!(without.is_empty(), "read and not asked for: {without:?}");
}
