//! Adverse events as the safety tables count them: a study worked out by hand.
//!
//! Reference is the first lymphodepletion (L) and the infusion (I). The story of each event stands at its row.
//!
//! | subject | level | L | I |
//! |---|---|---|---|
//! | A | 1 | 2025-03-15 | 2025-03-20T10:00 |
//! | B | 1 | 2025-04-15 | 2025-04-20 |
//! | C | 2 | 2025-05-15 | 2025-05-20, died 2025-06-10 |
//! | D | 2 | 2025-06-15 | never |
//! | E | 2 | never | never |
//!
//! Denominators: L 4 (2 and 2), I 3 (2 and 1).

use jiff::civil::date;
use tercel::endpoint::Analysis;
use tercel::grade::Grade;
use tercel::protocol::{DoseLevel, Trial, parse_protocol};
use tercel::safety::{Reference, Row, SafetyTable, Tables, derive_events, derive_tables};
use tercel::study::StudyData;
use tercel_exchange::{Table, read_tables};

const DM: &str = "USUBJID,RFICDTC,AGE,SEX,ARMCD,DTHDTC,DTHFL
A,2025-02-01,50,F,DL1,,
B,2025-03-01,61,M,DL1,,
C,2025-04-01,44,M,DL2,2025-06-10,Y
D,2025-05-01,39,F,DL2,,
E,2025-05-02,58,M,DL2,,
";

const EX: &str = "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC
A,1,FLUDARABINE,30,mg/m2,2025-03-15
A,2,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-20T10:00
B,1,FLUDARABINE,30,mg/m2,2025-04-15
B,2,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-04-20
C,1,FLUDARABINE,30,mg/m2,2025-05-15
C,2,ANTI-IL1RAP CAR-T CELLS,250,10^6 Therapeutic Cells,2025-05-20
D,1,FLUDARABINE,30,mg/m2,2025-06-15
";

const PR: &str = "USUBJID,PRSEQ,PRTRT,PRSTDTC
A,1,LEUKAPHERESIS,2025-02-10
B,1,LEUKAPHERESIS,2025-03-10
C,1,LEUKAPHERESIS,2025-04-10
D,1,LEUKAPHERESIS,2025-05-10
E,1,LEUKAPHERESIS,2025-05-12
";

/// Grade at onset and worst; serious, life-threatening, hospitalisation; related to cells, lymphodepletion, collection.
const AE: &str =
    "USUBJID,AESEQ,AETERM,AEBODSYS,AEITOXGR,AETOXGR,AESER,AESLIFE,AESHOSP,AEREL,AERELLD,AERELCOL,AESTDTC,AEENDTC,AEOUT
A,1,Nausea,Gastrointestinal disorders,2,2,N,,,NOT RELATED,RELATED,,2025-03-16,2025-03-18,RECOVERED/RESOLVED
A,2,Cytokine release syndrome,Immune system disorders,1,3,Y,N,Y,RELATED,,,2025-03-22,2025-03-25,RECOVERED/RESOLVED
A,3,NAUSEA,gastrointestinal disorders,1,1,N,,,,,,2025-03-30,,UNKNOWN
A,4,Back pain,,1,3,N,,,NOT RELATED,,,2025-03-01,,NOT RECOVERED/NOT RESOLVED
B,1,Neutrophil count decreased,Investigations,4,4,Y,Y,N,NOT RELATED,RELATED,,2025-04-22,2025-05-20,RECOVERED/RESOLVED
B,2,Fatigue,General disorders,1,1,N,,,POSSIBLY RELATED,,,2025-04,,UNKNOWN
B,3,Insomnia,Psychiatric disorders,2,2,N,,,NOT RELATED,,,2025-02-01,,NOT RECOVERED/NOT RESOLVED
C,1,Hepatic failure,Hepatobiliary disorders,3,5,Y,Y,N,POSSIBLY RELATED,,,2025-06-01,2025-06-10,FATAL
D,1,Vomiting,Gastrointestinal disorders,2,2,N,,,NOT RELATED,RELATED,,2025-06-16,2025-06-17,RECOVERED/RESOLVED
E,1,Catheter site pain,General disorders,1,1,N,,,NOT RELATED,,RELATED,2025-05-12,2025-05-13,RECOVERED/RESOLVED
";

fn trial() -> Trial {
    parse_protocol(
        "protocol.toml",
        include_str!("../../../../trials/il1rap-hcc/protocol.toml"),
    )
    .unwrap()
}

fn read(trial: &Trial, ae: &str) -> StudyData {
    let files = [("dm", DM), ("ex", EX), ("pr", PR), ("ae", ae)];
    let tables = files.map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
    read_tables(tables.into(), trial).unwrap()
}

fn tables(ae: &str) -> Tables {
    let trial = trial();
    let data = read(&trial, ae);
    derive_tables(&Analysis::new(&trial, &data, Some(date(2025, 7, 1))))
}

fn table<'t>(tables: &'t Tables, id: &str, reference: Reference) -> &'t SafetyTable {
    let mut found = tables.tables.iter();
    found
        .find(|table| table.id == id && table.reference == reference)
        .unwrap()
}

/// Subjects and events at level 1, level 2, and overall.
fn counts(row: &Row) -> [(usize, usize); 3] {
    [Some(1), Some(2), None].map(|number| {
        let level = number.map(|number| DoseLevel::new(number).unwrap());
        (row.subjects(level), row.events(level))
    })
}

#[test]
fn the_denominators_are_those_who_had_the_treatment() {
    let tables = tables(AE);
    let of = |at: usize, level: Option<u8>| {
        let level = level.map(|number| DoseLevel::new(number).unwrap());
        tables.populations[at].count(level)
    };
    assert_eq!([of(0, Some(1)), of(0, Some(2)), of(0, None)], [2, 2, 4]);
    assert_eq!([of(1, Some(1)), of(1, Some(2)), of(1, None)], [2, 1, 3]);
}

#[test]
fn the_overview_counts_what_was_counted_by_hand() {
    let tables = tables(AE);
    // After L: A 1–4 (4 became worse), B 1 and 2 (onset 2025-04 can be the 15th or later), C 1, D 1.
    // After I: without A 1 (over on the 18th) and D 1 (never infused).
    let expected = [
        ("any", [(2, 6), (2, 2), (4, 8)], [(2, 5), (1, 1), (3, 6)]),
        // A 2, A 4, B 1, C 1.
        ("grade-3", [(2, 3), (1, 1), (3, 4)], [(2, 3), (1, 1), (3, 4)]),
        // A 2, B 1, C 1.
        ("serious", [(2, 2), (1, 1), (3, 3)], [(2, 2), (1, 1), (3, 3)]),
        // All but A 4; A 3 has no relation and counts.
        ("related", [(2, 5), (2, 2), (4, 7)], [(2, 4), (1, 1), (3, 5)]),
        // A 2, A 3 (not recorded), B 2, C 1.
        ("related-cells", [(2, 3), (1, 1), (3, 4)], [(2, 3), (1, 1), (3, 4)]),
        // A 2, C 1.
        ("related-grade-3", [(1, 1), (1, 1), (2, 2)], [(1, 1), (1, 1), (2, 2)]),
        ("related-serious", [(2, 2), (1, 1), (3, 3)], [(2, 2), (1, 1), (3, 3)]),
        (
            "related-cells-serious",
            [(1, 1), (1, 1), (2, 2)],
            [(1, 1), (1, 1), (2, 2)],
        ),
        // A 2 is CRS; B 1 is grade 4 from day 2 to day 30, so still there on day 28, 2025-05-18.
        ("interest", [(2, 2), (0, 0), (2, 2)], [(2, 2), (0, 0), (2, 2)]),
        ("fatal", [(0, 0), (1, 1), (1, 1)], [(0, 0), (1, 1), (1, 1)]),
    ];
    let [depletion, infusion] = Reference::ALL.map(|reference| table(&tables, "overview", reference));
    assert_eq!(depletion.rows.len(), expected.len());
    for (at, (id, after_depletion, after_infusion)) in expected.into_iter().enumerate() {
        assert_eq!(depletion.rows[at].id, id);
        assert_eq!(
            counts(&depletion.rows[at]),
            after_depletion,
            "{id} after lymphodepletion"
        );
        assert_eq!(counts(&infusion.rows[at]), after_infusion, "{id} after infusion");
    }
    let uncoded = (tables.not_coded, tables.by_category);
    assert_eq!((uncoded, tables.relation_not_recorded), ((0, 1), 1));
}

#[test]
fn a_subject_counts_once_in_a_term_by_its_worst_grade() {
    let tables = tables(AE);
    let rows = &table(&tables, "terms", Reference::Lymphodepletion).rows;
    let labels: Vec<(&str, bool)> = rows.iter().map(|row| (row.label.as_str(), row.is_term)).collect();
    assert_eq!(
        labels,
        [
            ("Gastrointestinal disorders", false),
            ("Nausea", true),
            ("Vomiting", true),
            ("General disorders", false),
            ("Fatigue", true),
            ("Hepatobiliary disorders", false),
            ("Hepatic failure", true),
            ("Immune system disorders", false),
            ("Cytokine release syndrome", true),
            ("Investigations", false),
            ("Neutrophil count decreased", true),
            // The class is blank; the term is one of the CTCAE.
            ("Musculoskeletal and connective tissue disorders", false),
            ("Back pain", true),
        ]
    );
    let unknown = self::tables(&AE.replace("Back pain", "Sore toe"));
    let classes = &table(&unknown, "terms", Reference::Lymphodepletion).rows;
    assert!(classes.iter().any(|row| row.label == "Not coded"));
    assert_eq!((unknown.not_coded, unknown.by_category), (1, 0));
    // Nausea of A twice, grades 2 and 1, in different capitals.
    assert_eq!(counts(&rows[1]), [(1, 2), (0, 0), (1, 2)]);
    assert_eq!(rows[1].parts[0].worst, Some(Grade::G2));
    assert_eq!(counts(&rows[0]), [(1, 2), (1, 1), (2, 3)]);
    assert_eq!(rows[0].subjects_from(Grade::G2, None), 2);
    assert_eq!(rows[0].subjects_from(Grade::G3, None), 0);
    let records: Vec<String> = rows[1].parts[0].records.iter().map(ToString::to_string).collect();
    assert_eq!(records, ["AE/A/1", "AE/A/3", "DM/A/1", "EX/A/1", "EX/A/2"]);
}

#[test]
fn an_event_says_how_it_worsened_and_what_it_rests_on() {
    let trial = trial();
    let data = read(&trial, AE);
    let analysis = Analysis::new(&trial, &data, Some(date(2025, 7, 1)));
    let events = derive_events(&analysis.facts[2]);
    let [failure] = events.as_slice() else { panic!() };
    assert_eq!(failure.worsened, Some((Grade::G3, Grade::G5)));
    assert!(failure.fatal);
    let records: Vec<String> = failure.records.iter().map(ToString::to_string).collect();
    assert_eq!(records, ["AE/C/1", "EX/C/1", "EX/C/2", "DM/C/1"]);
    assert_eq!(failure.event.details.criteria.met(), ["life-threatening"]);
}

#[test]
fn taking_an_event_away_raises_no_count() {
    let whole = tables(AE);
    let rows: Vec<&str> = AE.lines().collect();
    for left_out in 1..rows.len() {
        let kept: Vec<&str> = rows
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != left_out)
            .map(|(_, row)| *row)
            .collect();
        let less = tables(&(kept.join("\n") + "\n"));
        for (more, table) in whole.tables.iter().zip(&less.tables) {
            for row in &table.rows {
                let same = |other: &&Row| {
                    other.id.to_lowercase() == row.id.to_lowercase()
                        && other.label.to_lowercase() == row.label.to_lowercase()
                };
                let Some(before) = more.rows.iter().find(same) else {
                    panic!("{} appears without {}", row.label, rows[left_out]);
                };
                for level in [Some(1), Some(2), None].map(|number| number.and_then(DoseLevel::new)) {
                    assert!(row.subjects(level) <= before.subjects(level), "{}", row.label);
                    assert!(row.events(level) <= before.events(level), "{}", row.label);
                    for grade in Grade::ALL {
                        assert!(row.subjects_from(grade, level) <= before.subjects_from(grade, level));
                    }
                }
            }
        }
    }
}

#[test]
fn records_of_one_course_are_one_occurrence_and_a_return_after_a_day_without_is_another() {
    let header = AE.lines().next().unwrap();
    let line = |number: u32, begins: &str, ends: &str| {
        format!(
            "A,{number},Vomiting,Gastrointestinal disorders,2,2,N,,,RELATED,RELATED,,{begins},{ends},RECOVERED/RESOLVED"
        )
    };
    let any = |lines: &[String]| {
        let text = format!("{header}\n{}\n", lines.join("\n"));
        let tables = tables(&text);
        let infusion = Reference::Infusion;
        let row = &table(&tables, "overview", infusion).rows[0];
        (row.events(None), row.occurrences(None))
    };
    let one = [line(1, "2025-06-20", "2025-06-21"), line(2, "2025-06-22", "2025-06-23")];
    assert_eq!(any(&one), (2, 1));
    let two = [line(1, "2025-06-20", "2025-06-21"), line(2, "2025-06-23", "2025-06-24")];
    assert_eq!(any(&two), (2, 2));
}
