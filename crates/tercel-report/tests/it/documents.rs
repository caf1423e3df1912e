//! Casebooks, annotated forms, guides and shells of a rehearsed study.

use std::collections::BTreeSet;

use tercel::endpoint::{ALL, Analysis};
use tercel::protocol::Trial;
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::StudyData;
use tercel_exchange::adam::{DeriveOptions, apply_protocol, derive_datasets};
use tercel_exchange::export::adam::describe_adam;
use tercel_exchange::form::{Captured, FORMS, Home, from_tables};
use tercel_exchange::write_sdtm;
use tercel_report::documents::{
    About, CaseRecord, Casebook, Change, Remark, adam_guide, annotated_forms, casebook, consort_define, sdtm_guide,
    spirit_define, table_shells,
};
use tercel_report::printed::{Block, Page, Table, plain_text};
use tercel_report::render_page;

use super::{markup, report, trial};

fn about(trial: &Trial) -> About<'_> {
    About {
        trial,
        cut: None,
        synthetic: true,
        software: "tercel 0",
    }
}

fn rehearsed(trial: &Trial) -> StudyData {
    rehearse(trial, RehearsalOptions { subjects: 4, seed: 5 })
}

fn tables(page: &Page) -> impl Iterator<Item = &Table> {
    page.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    })
}

fn cells(page: &Page) -> BTreeSet<String> {
    let rows = tables(page).flat_map(|table| table.head.iter().chain(&table.body));
    rows.flat_map(|row| &row.cells)
        .map(|cell| plain_text(&cell.text))
        .collect()
}

#[test]
fn every_field_of_every_form_has_its_home_on_the_annotated_forms() {
    let trial = trial();
    let page = annotated_forms(&about(&trial));
    markup::check(&render_page(&page));
    let cells = cells(&page);
    for form in FORMS {
        let domain = form.domain.unwrap_or_default();
        for field in form.fields {
            let home = match field.home {
                Home::Variable(name) => format!("{domain}.{name}"),
                Home::Supplement(name) => format!("SUPP{domain}.QVAL where QNAM = \"{name}\""),
                Home::None(why) => format!("not submitted: {why}"),
            };
            assert!(cells.contains(&home), "{}: {home}", form.id);
            assert!(
                cells.contains(&format!("{} {}", field.label.en, field.label.zh)),
                "{}",
                field.id
            );
        }
    }
    // The outcome of an adverse event comes from the codelist that SDTMIG 3.4 names for AEOUT.
    assert!(cells.iter().any(|cell| cell.contains("(OUT, C66768)")));
    // What the protocol names is given, not named.
    assert!(cells.iter().any(|cell| cell.starts_with("dose group: DL1")));
}

fn case(captured: Captured) -> CaseRecord {
    CaseRecord {
        captured,
        entered: None,
        changes: Vec::new(),
        remarks: Vec::new(),
        voided: false,
    }
}

#[test]
fn a_casebook_holds_every_answer_of_the_subject_and_of_nobody_else() {
    let trial = trial();
    let (captured, _) = from_tables(&write_sdtm(&trial, &rehearsed(&trial)), &trial);
    let first = captured.first().and_then(|one| one.subject.clone()).expect("a subject");
    let records: Vec<CaseRecord> = captured
        .into_iter()
        .filter(|one| one.subject.as_ref() == Some(&first))
        .map(case)
        .collect();
    let page = casebook(
        &about(&trial),
        &Casebook {
            subject: &first,
            records: &records,
            not_taken: &[],
            audited: false,
        },
    );
    markup::check(&render_page(&page));
    let shown: Vec<String> = cells(&page).into_iter().collect();
    let mut answers = 0;
    for record in &records {
        let form = record.captured.definition().expect("a form");
        for field in form.fields {
            if let Some(value) = record.captured.value(field.id) {
                answers += 1;
                let words: Vec<&str> = value.split_whitespace().collect();
                let value = words.join(" ");
                assert!(
                    shown.iter().any(|cell| cell.starts_with(&value)),
                    "{} {}: {value}",
                    form.id,
                    field.id
                );
            }
        }
    }
    assert!(answers > 500, "{answers}");
}

#[test]
fn a_correction_stands_with_both_values_the_reason_and_its_author() {
    let trial = trial();
    let mut record = case(Captured {
        form: "adverse-event".to_owned(),
        subject: Some("S-1".to_owned()),
        number: 3,
        values: [("aeterm", "Pyrexia"), ("aetoxgr", "2")]
            .map(|(field, value)| (field.to_owned(), value.to_owned()))
            .into(),
    });
    let remark = |what: &str, at: &str| Remark {
        what: what.to_owned(),
        by: "chen (coordinator@01)".to_owned(),
        at: at.to_owned(),
    };
    record.entered = Some(remark("entered", "2026-03-01T08:00:00Z"));
    record.remarks.push(remark("query: grade?", "2026-03-02T08:00:00Z"));
    record.changes.push(Change {
        version: 2,
        field: "aetoxgr".to_owned(),
        from: "3".to_owned(),
        to: "2".to_owned(),
        reason: "transcription error".to_owned(),
        by: "chen (coordinator@01)".to_owned(),
        at: "2026-03-03T08:00:00Z".to_owned(),
    });
    let page = casebook(
        &about(&trial),
        &Casebook {
            subject: "S-1",
            records: &[record],
            not_taken: &[],
            audited: true,
        },
    );
    let cells = cells(&page);
    for said in [
        "3, version 2",
        "transcription error",
        "2026-03-03T08:00:00Z by chen (coordinator@01)",
        "2026-03-01T08:00:00Z by chen (coordinator@01)",
        "query: grade?",
        "Pyrexia",
    ] {
        assert!(cells.contains(said), "{said}");
    }
}

#[test]
fn every_method_has_an_estimand_with_its_intercurrent_events_and_a_shell_for_every_group() {
    let trial = trial();
    let (report, _) = report(&trial, &rehearsed(&trial), Some("2026-06-01"));
    let page = table_shells(&about(&trial), &report);
    markup::check(&render_page(&page));
    let html = render_page(&page);
    assert!(!html.contains("not defined"));
    let asked: BTreeSet<&str> = trial.outcomes.iter().map(|outcome| outcome.method.as_str()).collect();
    for method in ALL {
        assert!(
            asked.contains(method.name),
            "the protocol asks no outcome of {}",
            method.name
        );
    }
    for outcome in &trial.outcomes {
        let titled = |start: &str| tables(&page).find(|table| table.title.starts_with(start));
        let events = titled(&format!("{}: intercurrent events", outcome.id)).expect("events");
        assert!(!events.body.is_empty());
        let shell = titled(&format!("{} {}", outcome.id, outcome.measure)).expect("a shell");
        assert_eq!(shell.columns, trial.dose_levels.len() + 2);
        // No number of the study is in a shell.
        let answers = shell.body.iter().flat_map(|row| row.cells.iter().skip(1));
        for cell in answers {
            assert!(!plain_text(&cell.text).chars().any(|letter| letter.is_ascii_digit()));
        }
    }
    // ICH E9(R1), A.3.2 names five strategies; every event has one of them.
    let strategies = [
        "treatment policy",
        "composite variable",
        "hypothetical",
        "while on study",
        "principal stratum",
    ];
    for table in tables(&page).filter(|table| table.title.ends_with("intercurrent events")) {
        for row in &table.body {
            let strategy = row.cells.get(1).map(|cell| plain_text(&cell.text)).unwrap_or_default();
            assert!(strategies.contains(&strategy.as_str()), "{strategy}");
        }
    }
}

#[test]
fn an_outcome_without_a_method_says_that_it_is_not_defined() {
    let mut trial = trial();
    for outcome in &mut trial.outcomes {
        tercel::endpoint::NO_METHOD.clone_into(&mut outcome.method);
    }
    let (report, _) = report(&trial, &rehearsed(&trial), Some("2026-06-01"));
    let html = render_page(&table_shells(&about(&trial), &report));
    markup::check(&html);
    assert!(html.contains("not defined: no method answers this outcome"));
}

#[test]
fn the_guides_list_every_dataset_with_its_rows_and_every_assumption() {
    let trial = trial();
    let data = rehearsed(&trial);
    let datasets = write_sdtm(&trial, &data);
    let page = sdtm_guide(&about(&trial), &datasets, &data.findings);
    markup::check(&render_page(&page));
    let list = tables(&page)
        .find(|table| table.title == "Datasets")
        .expect("the datasets");
    assert_eq!(list.body.len(), datasets.len());
    for (row, dataset) in list.body.iter().zip(&datasets) {
        let cell = |place: usize| plain_text(&row.cells[place].text);
        assert_eq!((cell(0), cell(4)), (dataset.name.clone(), dataset.len().to_string()));
    }
    let cells = cells(&page);
    for assumption in &trial.assumptions {
        assert!(cells.contains(&assumption.id), "{}", assumption.id);
    }
    let analysis = Analysis::new(&trial, &data, data.last_day());
    let mut derived = derive_datasets(datasets, &DeriveOptions::of(&trial), None).expect("subjects");
    assert!(apply_protocol(&mut derived.tables, &analysis));
    let page = adam_guide(&about(&trial), &derived.tables, &derived.notes, &data.findings);
    markup::check(&render_page(&page));
    let list = tables(&page)
        .find(|table| table.title == "Datasets")
        .expect("the datasets");
    let described = describe_adam(derived.tables.clone(), None, Some(&trial));
    assert_eq!(list.body.len(), described.len());
    for (row, table) in list.body.iter().zip(&derived.tables) {
        let cells: Vec<String> = row.cells.iter().map(|cell| plain_text(&cell.text)).collect();
        let dataset = described
            .iter()
            .find(|dataset| dataset.name() == table.name)
            .expect("it");
        assert_eq!(cells[0], table.name);
        assert_eq!(cells[1..3], [dataset.label.clone(), dataset.structure.to_owned()]);
        assert!(!cells[3].is_empty() && cells[4] == table.len().to_string(), "{cells:?}");
    }
    let made_from = |name: &str| {
        let mut rows = list.body.iter();
        let row = rows.find(|row| plain_text(&row.cells[0].text) == name).expect("it");
        plain_text(&row.cells[3].text)
    };
    assert_eq!(made_from("ADEX"), "ADSL, EX");
    assert_eq!(made_from("ADVS"), "ADSL, VS");
    let outcomes = tables(&page)
        .find(|table| table.title == "Outcomes and their data")
        .expect("outcomes");
    assert_eq!(outcomes.body.len(), trial.outcomes.len());
}

#[test]
fn the_checklists_have_every_number_of_their_publications_once_and_leave_blank_only_what_is_for_the_authors() {
    let trial = trial();
    let (report, _) = report(&trial, &rehearsed(&trial), Some("2026-06-01"));
    let items = |page: &Page| -> Vec<[String; 4]> {
        let rows = tables(page).flat_map(|table| table.body.iter());
        let texts = rows.map(|row| {
            row.cells
                .iter()
                .map(|cell| plain_text(&cell.text))
                .collect::<Vec<String>>()
        });
        texts.map(|texts| texts.try_into().expect("four cells")).collect()
    };
    // CONSORT 2010 has 25 items with 37 numbers, SPIRIT 2013 has 33 with 51.
    let pages = [
        (consort_define(&about(&trial), &report), 25, 37),
        (spirit_define(&about(&trial), &report), 33, 51),
    ];
    for (page, last, numbers) in pages {
        markup::check(&render_page(&page));
        let items = items(&page);
        let parts = |number: &str| number.split('.').next().unwrap_or_default().to_owned();
        let found: BTreeSet<String> = items.iter().map(|[number, ..]| parts(number)).collect();
        assert_eq!(found.len(), numbers);
        let wholes: BTreeSet<u32> = found
            .iter()
            .map(|number| number.trim_end_matches(char::is_alphabetic).parse().expect("a number"))
            .collect();
        assert_eq!(wholes, (1..=last).collect());
        for [number, asks, says, place] in &items {
            assert!(!asks.is_empty());
            assert_eq!(says.is_empty(), place.is_empty(), "{number}: {asks}");
        }
    }
    let consort = items(&consort_define(&about(&trial), &report));
    let says = |wanted: &str| {
        let item = consort.iter().find(|[number, ..]| number == wanted).expect("the item");
        item[2].clone()
    };
    // What the checklist says is what the report says.
    let primary = &report.outcomes[0].blocks[0];
    assert!(says("17a").contains(&primary.answers.last().expect("overall").text));
    assert!(says("13a").starts_with(&format!("Enrolled: {}", report.cover.enrolled)));
    assert!(says("2b").contains(&trial.outcomes[0].measure));
    // That of the protocol is the same whatever the data.
    let (other, _) = super::report(&trial, &StudyData::default(), None);
    assert_eq!(
        render_page(&spirit_define(&about(&trial), &report)),
        render_page(&spirit_define(&about(&trial), &other))
    );
    // What the data do not say is not counted as said.
    let page = consort_define(&about(&trial), &other);
    let said = items(&page).iter().filter(|[_, _, says, _]| !says.is_empty()).count();
    assert!(said < consort.iter().filter(|[_, _, says, _]| !says.is_empty()).count());
    assert!(render_page(&page).contains(&format!("{said} of 40 items")));
}
