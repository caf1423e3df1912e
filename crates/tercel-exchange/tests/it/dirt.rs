//! Every piece of dirt put into a rehearsal is found by the rule it names, and every rule is tried.
#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use std::collections::BTreeSet;

use tercel::design::check_infusions;
use tercel::endpoint::{Analysis, check_derived};
use tercel::protocol::{SETTINGS, Trial, parse_protocol};
use tercel::simulate::dirt::{Dirt, Found, kinds, soil};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::{Finding, Rule, StudyData, check_study};
use tercel_exchange::{Table, read_tables, soil_tables, table_dirt_kinds, to_ragged_csv, write_sdtm};

fn trial() -> Trial {
    let stated = format!("stated = {:?}", SETTINGS.map(|setting| setting.path));
    let text = include_str!("../../../tercel/tests/data/rehearsal/protocol.toml").replace("stated = []", &stated);
    parse_protocol("protocol.toml", &text).unwrap()
}

/// Everything `tercel check` lists.
fn findings(trial: &Trial, data: &StudyData) -> Vec<Finding> {
    let cut = data.last_day();
    let data = cut.map_or_else(|| data.clone(), |cut| data.as_of(cut));
    let mut findings = data.findings.clone();
    findings.extend(check_study(trial, &data));
    let analysis = Analysis::new(trial, &data, cut);
    findings.extend(check_derived(&analysis));
    findings.extend(check_infusions(&analysis));
    findings
}

fn read(trial: &Trial, tables: &[Table]) -> StudyData {
    let files = tables.iter().map(|table| {
        let bytes = to_ragged_csv(table).unwrap();
        Table::parse_csv(&table.file, &bytes).unwrap()
    });
    read_tables(files.collect(), trial).unwrap()
}

fn soiled(trial: &Trial, subjects: u32, seed: u64) -> (Vec<Table>, Vec<Dirt>) {
    let mut data = rehearse(trial, RehearsalOptions { subjects, seed });
    let mut dirt = soil(trial, &mut data, seed);
    let mut tables = write_sdtm(trial, &data);
    soil_tables(trial, &mut tables, seed, 0, &mut dirt);
    (tables, dirt)
}

fn points_at(finding: &Finding, dirt: &Dirt) -> bool {
    let (dataset, rule) = match dirt.found {
        Found::By(rule) => (dirt.dataset.as_str(), rule),
        Found::In(dataset, rule) => (dataset, rule),
        Found::Nowhere(_) => return false,
    };
    let same_record = match (&finding.record, dirt.record) {
        (Some(record), Some(number)) => matches!(dirt.found, Found::In(..)) || record.number == number,
        _ => true,
    };
    finding.subject == dirt.subject
        && finding.dataset.as_str() == dataset
        && finding.field == dirt.field
        && finding.rule.id() == rule
        && same_record
}

const SEEDS: [u64; 4] = [1, 2, 3, 4];

#[test]
fn every_piece_of_dirt_is_found_on_its_subject_and_dataset_by_the_rule_it_names() {
    let trial = trial();
    let mut missed = Vec::new();
    for seed in SEEDS {
        let clean = write_sdtm(&trial, &rehearse(&trial, RehearsalOptions { subjects: 60, seed }));
        let before = findings(&trial, &read(&trial, &clean));
        let (tables, dirt) = soiled(&trial, 60, seed);
        let mut after = findings(&trial, &read(&trial, &tables));
        after.retain(|finding| !before.contains(finding));
        for piece in &dirt {
            let found = after.iter().any(|finding| points_at(finding, piece));
            if found == matches!(piece.found, Found::Nowhere(_)) {
                missed.push(format!("seed {seed}: {piece:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_finding_in_chinese_has_the_numbers_of_the_english_one() {
    let trial = trial();
    let numbers = |text: &str| {
        let split = text.split(|letter: char| !letter.is_ascii_digit());
        let mut found: Vec<String> = split.filter(|part| !part.is_empty()).map(str::to_owned).collect();
        found.sort_unstable();
        found
    };
    let is_chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
    let mut kinds = BTreeSet::new();
    for seed in SEEDS {
        let (tables, _) = soiled(&trial, 60, seed);
        for finding in findings(&trial, &read(&trial, &tables)) {
            // Of files as such only who hands them in is told, in English.
            if matches!(finding.rule, Rule::NotRead(_) | Rule::SameRecords(_)) {
                continue;
            }
            let words = finding.rule.words();
            assert!(words.zh.contains(is_chinese), "{}", words.zh);
            assert_eq!(numbers(&words.en), numbers(&words.zh), "{} / {}", words.en, words.zh);
            kinds.insert(words.zh.replace(|letter: char| !is_chinese(letter), ""));
        }
    }
    assert!(kinds.len() >= 40, "{kinds:?}");
}

/// What every rule is called; a new rule does not compile until it is listed here, and then needs dirt.
fn name(rule: &Rule) -> &'static str {
    match rule {
        Rule::MissingColumn
        | Rule::MissingValue
        | Rule::NotANumber(_)
        | Rule::NotADate(..)
        | Rule::NotInCodelist(..)
        | Rule::OutOfRange(..)
        | Rule::NotInProtocol(..)
        | Rule::DuplicateSubject
        | Rule::DuplicateRecord
        | Rule::UnknownSubject
        | Rule::OutOfOrder(_)
        | Rule::Disagree(_)
        | Rule::Incomplete(_)
        | Rule::PartialAtCut(_)
        | Rule::OffDose(_)
        | Rule::GradeNotInTerm(_)
        // Of the study and the folder, not of a row: tried in `conduct_cases.rs` and with the program.
        | Rule::AgainstDecision(_)
        | Rule::BeforeDecision(_)
        | Rule::GateNotOpen(_)
        | Rule::Ineligible(_)
        | Rule::SameRecords(_)
        | Rule::NotRead(_) => rule.id(),
    }
}

/// Of those that a row can break.
const RULES: usize = 16;

#[test]
fn one_soiled_rehearsal_tries_every_rule() {
    let trial = trial();
    for seed in SEEDS {
        let (tables, _) = soiled(&trial, 60, seed);
        let findings = findings(&trial, &read(&trial, &tables));
        let of_rows = findings.iter().map(|finding| name(&finding.rule));
        let rules: BTreeSet<&str> = of_rows.filter(|name| *name != "against-decision").collect();
        assert_eq!(rules.len(), RULES, "seed {seed}: {rules:?}");
    }
}

#[test]
fn every_kind_of_dirt_falls_in_some_rehearsal_and_at_most_once_in_each() {
    let trial = trial();
    let mut fallen: BTreeSet<&str> = BTreeSet::new();
    for seed in SEEDS {
        let (_, dirt) = soiled(&trial, 60, seed);
        let once: BTreeSet<&str> = dirt.iter().map(|piece| piece.kind).collect();
        assert_eq!(once.len(), dirt.len(), "seed {seed}");
        fallen.extend(once);
    }
    let all: BTreeSet<&str> = kinds().into_iter().chain(table_dirt_kinds()).collect();
    assert_eq!(fallen, all);
}

/// Part of the sentence of every check over several records, in the order of the code.
const CHECKS: [&str; 44] = [
    "is outside the protocol's",
    "no informed consent is recorded",
    "ECOG performance status",
    "Child-Pugh score",
    "lies before informed consent",
    ", before informed consent on",
    "days before informed consent on",
    "the day of infusion is not known",
    "is assigned to no dose level",
    "a second infusion on",
    "infused without a recorded PBMC collection",
    "after infusion is dated",
    "the number of cells infused is not recorded",
    "% of the group's dose, outside",
    "check the unit and the power of ten",
    "before it begins on",
    "the value is blank",
    "grade 5 without a recorded death",
    "cannot begin before infusion",
    "cannot be of grade",
    "less than serum holds",
    "is not recorded; enter it, or correct the number",
    "0 to 100 times the upper limit of normal",
    "lies above the upper limit",
    "check the unit of the limits",
    "is measured but nowhere identified",
    "has another role in",
    "the day of the assessment is not known",
    "the day new lesion",
    "death is recorded as disposition but not in DM",
    "lies after death on",
    "infusion on",
    "but the lesions give",
    "ask the reader which",
    "keep one reading",
    "CRS graded",
    "ICANS graded",
    "says a DLT, the rules say no DLT",
    "the DLT verdict waits for this",
    "is clinically significant but linked to no adverse event",
    "may lie after the data cut",
    "screening is recorded as failed",
    "death is flagged without a date",
    "dead at this contact",
];

#[test]
fn every_check_over_several_records_is_tried() {
    let trial = trial();
    let mut sentences: BTreeSet<String> = BTreeSet::new();
    for seed in SEEDS {
        let (tables, _) = soiled(&trial, 60, seed);
        let findings = findings(&trial, &read(&trial, &tables));
        sentences.extend(findings.iter().map(|finding| finding.rule.to_string()));
    }
    let silent: Vec<&str> = CHECKS
        .into_iter()
        .filter(|part| !sentences.iter().any(|sentence| sentence.contains(part)))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
    // A check added there needs a kind of dirt here and a line in the list above.
    let files = [
        include_str!("../../../tercel/src/study/check.rs"),
        include_str!("../../../tercel/src/study/check/days.rs"),
        include_str!("../../../tercel/src/study/check/laboratory.rs"),
    ];
    let places: usize = files.iter().map(|file| file.matches("self.add(").count()).sum();
    let derived = include_str!("../../../tercel/src/endpoint/check.rs")
        .matches("findings.push(")
        .count();
    // One place, an infusion without a day, would hide other dirt of its subject: it is tried in `conduct_cases.rs`.
    assert_eq!((places, derived), (33, 7));
}

#[test]
fn the_same_seed_gives_the_same_dirt_and_another_seed_other_dirt() {
    let trial = trial();
    assert_eq!(soiled(&trial, 18, 3), soiled(&trial, 18, 3));
    assert_ne!(soiled(&trial, 18, 3).1, soiled(&trial, 18, 4).1);
}

#[test]
fn a_study_too_small_for_all_dirt_takes_what_it_can() {
    let trial = trial();
    let (tables, dirt) = soiled(&trial, 1, 1);
    assert!(!dirt.is_empty() && dirt.len() < kinds().len() + table_dirt_kinds().len());
    read(&trial, &tables);
}
