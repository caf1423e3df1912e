//! Decision packets: their bytes, what they rest on, what a correction does to them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use tercel::design::{Action, decide_study};
use tercel::endpoint::{Analysis, derive_cells};
use tercel::language::{Language, Words};
use tercel::meeting::{
    About, CannotReplay, Completeness, Impact, Knowledge, NotFrozen, Occasion, OpenQuery, Packet, Place, Standing,
    called_for, impact, replay,
};
use tercel::protocol::{DoseLevel, Trial};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::{Dataset, RecordId, StudyData, SubjectId};
use tercel_exchange::{
    PacketError, Table, packet_digest, packet_json, read_folder, read_packet, read_tables, sha256_hex, write_sdtm,
};

use super::dlt_cases::{LATER, read, trial};

const EN: Language = Language::English;

fn review() -> About {
    About::occasion(Occasion::Other("review".to_owned()))
}

fn study(trial: &Trial) -> StudyData {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc/data");
    read_folder(&folder, trial).unwrap()
}

fn freeze(trial: &Trial, data: &StudyData, cut: Date, about: About) -> Packet {
    let data = data.as_of(cut);
    Packet::freeze(&Analysis::new(trial, &data, Some(cut)), about).unwrap()
}

/// A packet of a small study: one subject, beside what a case adds.
fn small(rows: &[(&str, &[&str])]) -> Packet {
    let trial = trial();
    let data = read_tables(read(rows), &trial).unwrap();
    freeze(&trial, &data, LATER, review())
}

fn record(dataset: &str, subject: &str, number: u32) -> RecordId {
    RecordId {
        dataset: Dataset::new(dataset),
        subject: SubjectId::new(subject),
        number,
    }
}

const CUTS: [Date; 9] = [
    date(2025, 2, 1),
    date(2025, 3, 20),
    date(2025, 4, 20),
    date(2025, 6, 1),
    date(2025, 8, 1),
    date(2025, 10, 1),
    date(2025, 12, 1),
    date(2026, 3, 1),
    date(2026, 8, 1),
];

#[test]
fn a_packet_says_what_decide_says_and_reads_back_to_the_same_bytes() {
    let trial = trial();
    let data = study(&trial);
    for cut in CUTS {
        let packet = freeze(&trial, &data, cut, About::occasion(Occasion::RecommendedDose));
        let at_cut = data.as_of(cut);
        let decided = decide_study(&Analysis::new(&trial, &at_cut, Some(cut))).unwrap();
        assert_eq!(packet.recommendation.advice.action, decided.decision.action, "{cut}");
        for (level, count) in decided.levels.iter() {
            let line = packet.level(level).unwrap();
            assert_eq!(
                (line.evaluable, line.dlt, line.pending),
                (count.evaluable, count.dlt, count.pending),
                "{cut}"
            );
            // The counts are those of the subjects below them.
            let standing = |holds: fn(&Standing) -> bool| {
                let here = packet.subjects.iter().filter(|line| line.level == Some(level));
                u32::try_from(here.filter(|line| holds(&line.verdict.standing)).count()).unwrap()
            };
            assert_eq!(line.dlt, standing(|one| *one == Standing::Dlt));
            assert_eq!(line.pending, standing(|one| matches!(one, Standing::Pending(_))));
            assert_eq!(line.replaced, standing(|one| *one == Standing::Replaced));
            assert_eq!(line.infused, line.evaluable + line.pending + line.replaced);
        }
        let text = packet_json(&packet);
        let again = read_packet(&text).unwrap();
        assert_eq!(again, packet, "{cut}");
        assert_eq!(packet_json(&again), text, "{cut}");
        assert_eq!(packet_digest(&again), sha256_hex(text.as_bytes()));
    }
}

/// The exact 95 % limits of 0/3, 0/6 and 1/6 and 3/9, as textbooks print them.
#[test]
fn no_number_of_subjects_without_a_dlt_is_called_safe() {
    let trial = trial();
    let packet = freeze(&trial, &study(&trial), date(2025, 6, 1), review());
    let first = packet.level(DoseLevel::FIRST).unwrap();
    assert_eq!((first.evaluable, first.dlt), (3, 0));
    assert_eq!(
        first.sentence(packet.confidence, EN),
        "Level 1: DLT in 0 of 3 evaluable subjects; a DLT rate anywhere in 0.0–70.8 % agrees with that (exact 95 % interval)."
    );
    let third = packet.level(DoseLevel::new(3).unwrap()).unwrap();
    assert_eq!(
        third.sentence(packet.confidence, EN),
        "Level 3: nobody is evaluable yet, so nothing is known of its DLT rate."
    );
    let text = packet_json(&packet);
    assert!(!text.contains("safe at") && !text.contains(" safe "), "{text}");
}

/// Rows of a dataset in another order: every third first, the rest backwards.
fn shuffled(table: &Table) -> Table {
    let mut other = Table::new(&table.name, &table.file, table.columns().to_vec());
    let thirds = (0..table.len()).filter(|row| row % 3 == 0);
    let rest = (0..table.len()).rev().filter(|row| row % 3 != 0);
    for row in thirds.chain(rest) {
        other.push(table.row(row));
    }
    other
}

#[test]
fn the_order_of_rows_changes_no_byte() {
    let trial = trial();
    for seed in [3, 12] {
        let tables = write_sdtm(&trial, &rehearse(&trial, RehearsalOptions { subjects: 12, seed }));
        let usual = read_tables(tables.clone(), &trial).unwrap();
        let other = read_tables(tables.iter().rev().map(shuffled).collect(), &trial).unwrap();
        for cut in [date(2025, 6, 1), date(2025, 11, 1), date(2026, 6, 1)] {
            let packet = |data| packet_json(&freeze(&trial, data, cut, About::occasion(Occasion::RecommendedDose)));
            assert!(packet(&usual) == packet(&other), "seed {seed}, {cut}");
        }
    }
}

/// A study without a row, and with a changed result in it.
fn without(tables: &[Table], at: usize, row: usize) -> Vec<Table> {
    let mut tables = tables.to_vec();
    tables[at].retain(|other| other != row);
    tables
}

fn altered(tables: &[Table], at: usize, row: usize) -> Option<Vec<Table>> {
    let name = &tables[at].name;
    let column = tables[at].column(&format!("{name}STRESN"))?;
    let value: f64 = tables[at].cell(row, column).parse().ok()?;
    let mut tables = tables.to_vec();
    let name = name.clone();
    for variable in ["STRESN", "ORRES", "STRESC"] {
        let cells = BTreeMap::from([(row, (value * 1.05).to_string())]);
        tables[at].set(&format!("{name}{variable}"), &cells);
    }
    Some(tables)
}

#[test]
fn a_record_that_is_not_among_those_of_a_packet_changes_none_of_its_statements() {
    let trial = trial();
    let cut = date(2025, 6, 1);
    let tables = write_sdtm(&trial, &rehearse(&trial, RehearsalOptions { subjects: 6, seed: 5 }));
    let packet_of = |tables: Vec<Table>| freeze(&trial, &read_tables(tables, &trial).unwrap(), cut, review());
    let packet = packet_of(tables.clone());
    let (statements, records) = (packet.statements(EN), packet.records());
    let texts = |packet: &Packet| -> Vec<(Place, String)> {
        let each = packet.statements(EN).into_iter();
        each.map(|statement| (statement.place, statement.text)).collect()
    };
    let before = texts(&packet);
    assert!(!records.is_empty() && !statements.is_empty());
    let (mut deleted, mut changed) = (0, 0);
    for (at, table) in tables
        .iter()
        .enumerate()
        .filter(|(_, table)| !table.name.starts_with("SUPP"))
    {
        let Some(number) = table.column(&format!("{}SEQ", table.name)) else {
            continue;
        };
        let subject = table.column("USUBJID").unwrap();
        let free = (0..table.len()).filter(|row| {
            let number = table.cell(*row, number).parse().unwrap();
            !records.contains(&record(&table.name, table.cell(*row, subject), number))
        });
        for row in free.step_by(17) {
            let place = format!("{} row {row}", table.name);
            assert_eq!(texts(&packet_of(without(&tables, at, row))), before, "{place} left out");
            deleted += 1;
            if let Some(tables) = altered(&tables, at, row) {
                assert_eq!(texts(&packet_of(tables)), before, "{place} altered");
                changed += 1;
            }
        }
    }
    assert!(deleted > 40 && changed > 25, "{deleted} deleted, {changed} altered");
}

/// The bytes as the first version wrote them: one text, in English.
fn first_version(text: &str) -> String {
    fn english(value: &mut serde_json::Value) {
        if let Some(object) = value.as_object_mut() {
            if object.keys().eq(["en", "zh"]) {
                *value = object["en"].take();
            } else {
                object.values_mut().for_each(english);
            }
        } else if let Some(list) = value.as_array_mut() {
            list.iter_mut().for_each(english);
        }
    }
    let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
    english(&mut document);
    document["version"] = 1.into();
    document.to_string()
}

#[test]
fn a_packet_that_the_first_version_wrote_is_read_and_keeps_its_digest() {
    let text = include_str!("../data/packet-1.json");
    let packet = read_packet(text).unwrap();
    assert_eq!(packet.subjects.len(), 4);
    assert!(packet.subjects.iter().all(|line| {
        let sentence = &line.verdict.sentence;
        !sentence.en.is_empty() && sentence.en == sentence.zh
    }));
    // What this program would write of it is another document, and a changed byte is seen.
    assert_eq!(first_version(&packet_json(&packet)), text);
    let changed = text.replacen("no DLT", "no dlt", 1);
    assert_ne!(sha256_hex(changed.as_bytes()), sha256_hex(text.as_bytes()));
    assert_eq!(
        read_packet(&text.replacen("\"version\":1", "\"version\":2", 1)),
        Err(PacketError::NotCanonical)
    );
}

#[test]
fn a_packet_of_another_version_or_kind_or_with_a_changed_byte_is_refused() {
    let text = packet_json(&small(&[]));
    let version = text.replacen("\"version\":2", "\"version\":3", 1);
    assert_eq!(read_packet(&version), Err(PacketError::Version("3".to_owned())));
    let none = text.replacen("\"version\":2,", "", 1);
    assert_eq!(read_packet(&none), Err(PacketError::Version("null".to_owned())));
    assert_eq!(read_packet("{}"), Err(PacketError::NoPacket));
    assert!(matches!(read_packet("1NNN"), Err(PacketError::NotJson(_))));
    assert_eq!(read_packet(&format!("{text}\n")), Err(PacketError::NotCanonical));
    let unknown = text.replacen("{\"trial\":", "{\"more\":1,\"trial\":", 1);
    assert_eq!(
        read_packet(&unknown).unwrap_err().to_string(),
        "the packet cannot be read at its outermost member: \"more\" is no member of it"
    );
    let wrong = text.replacen("\"evaluable\":1", "\"evaluable\":-1", 1);
    assert_eq!(
        read_packet(&wrong).unwrap_err().to_string(),
        "the packet cannot be read at levels.0.evaluable: not a whole number"
    );
}

/// FIPS 180-4, the one-block example.
#[test]
fn the_digest_is_sha_256() {
    assert_eq!(
        sha256_hex(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn what_the_caller_knows_is_in_the_packet_and_changes_its_digest() {
    let trial = trial();
    let data = read_tables(read(&[]), &trial).unwrap();
    let subject = SubjectId::new("S");
    let query = |text: &str| OpenQuery {
        record: Some(record("AE", "S", 90)),
        field: "AESER".to_owned(),
        text: text.to_owned(),
    };
    let about = |queries: Vec<OpenQuery>| About {
        known: Some(Knowledge {
            at: Timestamp::UNIX_EPOCH,
            entry: 17,
        }),
        open_queries: Some(BTreeMap::from([(subject.clone(), queries)])),
        completeness: BTreeMap::from([(
            subject.clone(),
            Completeness {
                expected: 9,
                entered: 8,
                missing: vec![Words::english("Day 28".to_owned())],
            },
        )]),
        ..review()
    };
    let unasked = freeze(&trial, &data, LATER, review());
    assert_eq!(unasked.open_queries(), None);
    let asked = freeze(&trial, &data, LATER, about(vec![query("b"), query("a")]));
    assert_eq!(asked.open_queries(), Some(2));
    // The order in which queries were asked is none.
    assert_eq!(asked, freeze(&trial, &data, LATER, about(vec![query("a"), query("b")])));
    assert_ne!(packet_digest(&asked), packet_digest(&unasked));
    assert_eq!(read_packet(&packet_json(&asked)).unwrap(), asked);
    let none = freeze(&trial, &data, LATER, about(Vec::new()));
    assert_eq!(none.open_queries(), Some(0));
    assert_eq!(
        none.subjects[0].completeness.as_ref().unwrap().words(EN),
        "8 of 9 forms; missing: Day 28"
    );
}

#[test]
fn nothing_is_frozen_of_data_without_dates_or_for_no_occasion() {
    let trial = trial();
    let data = read_tables(read(&[]), &trial).unwrap();
    let freeze = |cut, about| Packet::freeze(&Analysis::new(&trial, &data, cut), about);
    assert_eq!(freeze(None, review()).unwrap_err(), NotFrozen::Undated);
    let level = DoseLevel::new(4).unwrap();
    let occasion = About::occasion(Occasion::LevelCompleted(level));
    assert_eq!(
        freeze(Some(LATER), occasion).unwrap_err(),
        NotFrozen::NoSuchLevel(level)
    );
    for nothing in [Occasion::Other(" ".to_owned()), Occasion::Pause(Vec::new())] {
        assert_eq!(
            freeze(Some(LATER), About::occasion(nothing)).unwrap_err(),
            NotFrozen::NoOccasion
        );
    }
}

#[test]
fn a_study_without_subjects_starts_and_its_packet_says_so() {
    let trial = trial();
    let cut = date(2025, 2, 1);
    let packet = freeze(&trial, &study(&trial), cut, review());
    assert_eq!(packet.recommendation.advice.action, Action::Stay(DoseLevel::FIRST));
    assert!(packet.subjects.is_empty() && packet.what_if.is_empty());
    assert_eq!(packet.highest_tried(), None);
    assert!(packet.levels.iter().all(|line| line.limits.is_none()));
    let crm = packet
        .other_designs
        .iter()
        .find(|opinion| opinion.design == "CRM")
        .unwrap();
    assert!(crm.answer.is_err(), "{crm:?}");
}

/// What each design says to 1NNN 2NNN 3NNT, worked out from its table: 3+3 fills level 3 to six; at one DLT in three BOIN, mTPI-2
/// and i3+3 with target 0.3 and published settings stay (λe 0.236 < 1/3 < λd 0.359; 1/3 within 0.25–0.35).
#[test]
fn other_designs_answer_from_the_same_counts() {
    let trial = trial();
    let packet = freeze(&trial, &study(&trial), date(2025, 10, 1), review());
    let counts: Vec<(u32, u32)> = packet.levels.iter().map(|line| (line.evaluable, line.dlt)).collect();
    assert_eq!(counts, [(3, 0), (3, 0), (3, 1)]);
    let third = DoseLevel::new(3).unwrap();
    let said: Vec<(&str, Action)> = packet
        .other_designs
        .iter()
        .map(|opinion| (opinion.design.as_str(), opinion.answer.as_ref().unwrap().action))
        .collect();
    let stay = Action::Stay(third);
    assert_eq!(said[..2], [("3+3", stay), ("3+3", stay)]);
    assert_eq!(said[2..5], [("BOIN", stay), ("mTPI-2", stay), ("i3+3", stay)]);
    assert_eq!(said[5].0, "CRM");
    assert_eq!(said.len(), 6);
    for opinion in &packet.other_designs {
        assert!(opinion.settings.contains("cohorts of 3"), "{opinion:?}");
        let has_target = opinion.settings.contains("target 0.3");
        assert_eq!(has_target, opinion.design != "3+3", "{opinion:?}");
        assert_eq!(
            has_target,
            opinion.settings.contains("the target is assumed"),
            "{opinion:?}"
        );
    }
}

const ICANS: &str = "S,1,ICANS,Nervous system disorders,Y,RELATED,RECOVERED/RESOLVED,4,2025-03-09,";

#[test]
fn a_subject_is_shown_with_its_worst_grades_and_serious_events() {
    let before = "S,2,Nausea,Gastrointestinal disorders,N,NOT RELATED,RECOVERED/RESOLVED,3,2025-02-03,2025-02-04";
    let fever = "S,3,Pyrexia,General disorders,,RELATED,RECOVERED/RESOLVED,2,2025-03-04,2025-03-05";
    let ungraded = "S,4,CRS,Immune system disorders,N,RELATED,RECOVERED/RESOLVED,,2025-03-04,2025-03-05";
    let packet = small(&[("AE", &[ICANS, before, fever, ungraded])]);
    let line = &packet.subjects[0];
    assert_eq!(line.icans.words(EN), "4");
    assert_eq!(line.crs.words(EN), "– (1 without grade)");
    // Grade 3 before the infusion is none of the treatment's.
    assert_eq!(line.other.words(EN), "2");
    assert_eq!(line.serious.len(), 1);
    assert_eq!(line.seriousness_unknown, 1);
    assert_eq!(
        line.serious[0].words(EN),
        "ICANS, ASTCT 2019 grade 4, from 2025-03-09, relation to the infusion: definite, recovered"
    );
    assert_eq!(line.contact.words(None, EN), "DAY 32, 2025-04-02");
    assert_eq!(line.dose.words(EN), "1.0×10⁸ cells (100.0 %)");
    // ICANS of grade 4 halts enrolment, and the packet says what would be done without the halt.
    assert_eq!(packet.recommendation.advice.action, Action::Wait);
    assert_eq!(packet.recommendation.otherwise, Some(Action::Stay(DoseLevel::FIRST)));
    assert_eq!(packet.recommendation.halts[0].rule, "halt-icans-4");
}

#[test]
fn a_halt_calls_for_an_ad_hoc_meeting_that_names_its_rule() {
    let trial = trial();
    let data = read_tables(read(&[("AE", &[ICANS])]), &trial).unwrap();
    let analysis = Analysis::new(&trial, &data, Some(LATER));
    let calls = called_for(&analysis);
    assert_eq!(calls.len(), 1);
    let Occasion::Pause(rules) = &calls[0].occasion else {
        panic!("{calls:?}")
    };
    assert_eq!(rules[0].rule, "halt-icans-4");
    assert_eq!(
        calls[0].sentence(EN),
        "A meeting is called for: enrolment and treatment are halted by \"ICANS of grade 4\" (ad hoc) (S: ICANS from 2025-03-09)."
    );
    assert_eq!(calls[0].records, [record("AE", "S", 1)]);
    let packet = Packet::freeze(&analysis, About::occasion(calls[0].occasion.clone())).unwrap();
    assert_eq!(read_packet(&packet_json(&packet)).unwrap(), packet);
}

#[test]
fn scheduled_meetings_follow_completed_levels_and_the_end_of_escalation() {
    let trial = trial();
    let data = study(&trial);
    let called = |cut: Date| -> Vec<Occasion> {
        let data = data.as_of(cut);
        let calls = called_for(&Analysis::new(&trial, &data, Some(cut)));
        calls.into_iter().map(|call| call.occasion).collect()
    };
    let level = |number| Occasion::LevelCompleted(DoseLevel::new(number).unwrap());
    assert_eq!(called(date(2025, 2, 1)), []);
    assert_eq!(called(date(2025, 4, 20)), []);
    assert_eq!(called(date(2025, 5, 1)), [level(1)]);
    assert_eq!(called(date(2025, 10, 1)), [level(3)]);
    // A DLT closes the level at once, and is named; nobody has been treated below since.
    let cut = date(2025, 11, 1);
    let closed = data.as_of(cut);
    let analysis = Analysis::new(&trial, &closed, Some(cut));
    let [call] = called_for(&analysis).try_into().unwrap();
    assert_eq!(call.occasion, Occasion::LevelClosed(DoseLevel::new(3).unwrap()));
    assert!(!call.subjects.is_empty());
    assert!(
        call.sentence(EN).contains("the rule closes dose level 3 (ad hoc) ("),
        "{}",
        call.sentence(EN)
    );
    let packet = Packet::freeze(&analysis, About::occasion(call.occasion.clone())).unwrap();
    assert_eq!(read_packet(&packet_json(&packet)).unwrap(), packet);
    // A decision on these data ends the call, until another DLT.
    let mut now = packet.answer();
    assert!(!call.is_decided(&now, None, None) && call.is_decided(&now, Some(&packet.answer()), None));
    now.dlts.insert(SubjectId::new("later"), "DLT".to_owned());
    assert!(!call.is_decided(&now, Some(&packet.answer()), None));
    let last = data.last_day().unwrap();
    assert_eq!(called(last), [level(2), Occasion::RecommendedDose]);
}

#[test]
fn the_recommended_dose_has_activity_kinetics_and_feasibility() {
    let trial = trial();
    let data = study(&trial);
    let last = data.last_day().unwrap();
    let packet = freeze(&trial, &data, last, About::occasion(Occasion::RecommendedDose));
    let part = packet.recommended.as_ref().unwrap();
    let infused: u32 = part.responses.iter().map(|line| line.infused).sum();
    assert_eq!(infused as usize, packet.subjects.len());
    assert_eq!(part.best.len(), packet.subjects.len());
    let responders = part
        .best
        .iter()
        .filter(|line| matches!(line.confirmed.as_str(), "CR" | "PR"))
        .count();
    let counted: u32 = part.responses.iter().map(|line| line.responses).sum();
    assert_eq!(responders, counted as usize);
    assert_eq!(part.kinetics.len(), 6);
    assert!(
        part.kinetics
            .iter()
            .any(|line| line.c_max.is_some_and(|spread| spread.n > 0))
    );
    assert_eq!((part.feasibility.enrolled, part.feasibility.infused), (18, infused));
    assert!(packet_json(&packet).len() > 1000);
    // On any other occasion it is no part of the packet.
    assert_eq!(freeze(&trial, &data, last, review()).recommended, None);
}

#[test]
fn a_correction_touches_the_decisions_and_outcomes_that_rest_on_it() {
    let trial = trial();
    let data = study(&trial);
    let first = freeze(&trial, &data, date(2025, 5, 1), review());
    let second = freeze(&trial, &data, date(2025, 10, 1), review());
    let cut = date(2025, 10, 1);
    let at_cut = data.as_of(cut);
    let cells = derive_cells(&Analysis::new(&trial, &at_cut, Some(cut)));
    let packets = [(1, &first), (2, &second)];
    let seventh = SubjectId::new("IL1RAP-HCC-SYNTHETIC-0007");
    let event = at_cut
        .subjects
        .iter()
        .find(|subject| subject.id == seventh)
        .and_then(|subject| {
            subject
                .adverse_events
                .iter()
                .find(|event| event.term.starts_with("Alanine"))
        })
        .unwrap();
    let found = impact(&packets, &cells, std::slice::from_ref(&event.record));
    assert_eq!(found.packets.len(), 1, "{found:?}");
    assert_eq!(found.packets[0].number, 2);
    assert!(
        found.packets[0].places.contains(&Place::Verdict(seventh.clone())),
        "{found:?}"
    );
    let sentence = found.sentence(EN);
    assert!(
        sentence.starts_with("This correction touches decision 2 and outcomes P1, P2"),
        "{sentence}"
    );
    // By definition: what is touched names the record, what is not does not.
    for cell in &cells {
        let touched = found
            .cells
            .iter()
            .any(|one| (&one.id, one.time_point, one.level) == (&cell.id, cell.time_point, cell.level));
        assert_eq!(touched, cell.records().contains(&event.record), "{}", cell.id);
    }
    let nowhere = impact(&packets, &cells, &[record("AE", "NOBODY", 1)]);
    assert_eq!(nowhere, Impact::default());
    assert_eq!(
        nowhere.sentence(EN),
        "This correction touches no decision, no outcome and no export."
    );
    assert_eq!(
        nowhere.sentence(Language::Chinese),
        "此更正不涉及任何决定、结局和导出。"
    );
    let with_export = Impact {
        exports: vec![4],
        ..found.clone()
    };
    assert!(
        with_export.sentence(EN).ends_with(" and export 4."),
        "{}",
        with_export.sentence(EN)
    );
    // Nobody of the first packet was seventh, so its subject's demography touches the second alone; that of the first, both.
    let both = impact(&packets, &cells, &[record("DM", "IL1RAP-HCC-SYNTHETIC-0001", 1)]);
    assert_eq!(both.packets.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_packet_says_the_same_again_until_something_it_rests_on_is_corrected() {
    let trial = trial();
    let whole = study(&trial);
    for cut in CUTS {
        let packet = freeze(&trial, &whole, cut, review());
        let data = whole.as_of(cut);
        let analysis = Analysis::new(&trial, &data, Some(cut));
        assert_eq!(replay(&packet, &analysis, EN), Ok(Vec::new()), "{cut}");
        // Nor does one of the first version, which has no Chinese to compare with.
        let old = read_packet(&first_version(&packet_json(&packet))).unwrap();
        assert_eq!(replay(&old, &analysis, EN), Ok(Vec::new()), "{cut}");
        assert_eq!(replay(&old, &analysis, Language::Chinese), Ok(Vec::new()), "{cut}");
    }
    let cut = date(2025, 10, 1);
    let packet = freeze(&trial, &whole, cut, review());
    // The committee's judgement of the eighth, entered late: a second DLT in three.
    let eighth = SubjectId::new("IL1RAP-HCC-SYNTHETIC-0008");
    let corrected = {
        let mut data = whole.clone();
        let judged = data
            .subjects
            .iter()
            .find(|subject| !subject.adjudications.is_empty())
            .unwrap();
        let mut judged = judged.adjudications[0].clone();
        judged.dlt = true;
        judged.record.subject = eighth.clone();
        judged.when = Some(tercel::study::When::parse("2025-09-20").unwrap());
        let subject = data.subjects.iter_mut().find(|subject| subject.id == eighth).unwrap();
        subject.adjudications.push(judged);
        data
    };
    let data = corrected.as_of(cut);
    let differences = replay(&packet, &Analysis::new(&trial, &data, Some(cut)), EN).unwrap();
    let places: Vec<&Place> = differences.iter().map(|difference| &difference.place).collect();
    for place in [
        Place::Recommendation,
        Place::Verdict(eighth.clone()),
        Place::IfNone(eighth),
    ] {
        assert!(places.contains(&&place), "{place:?}: {places:?}");
    }
    assert!(
        places.contains(&&Place::Level(DoseLevel::new(3).unwrap())),
        "{places:?}"
    );
    let sentence = differences[0].sentence(EN);
    assert!(
        sentence.starts_with("The recommendation: was \"stay at level 3")
            && sentence.contains("would be \"de-escalate to level 2"),
        "{sentence}"
    );
    // Another day, another trial: no comparison.
    let other = whole.as_of(date(2025, 9, 1));
    let analysis = Analysis::new(&trial, &other, Some(date(2025, 9, 1)));
    assert_eq!(
        replay(&packet, &analysis, EN),
        Err(CannotReplay::OtherCut { packet: cut })
    );
}
