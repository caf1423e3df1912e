//! Dates of the analysis datasets that the source gives in part, against what the report makes of the same records.

use std::fmt::Write as _;

use jiff::civil::Date;
use tercel::endpoint::Analysis;
use tercel::protocol::{Trial, parse_protocol};
use tercel::safety::derive_events;
use tercel_exchange::adam::{DeriveOptions, Derived, apply_protocol, derive_datasets};
use tercel_exchange::{Table, read_tables};

use super::derive::{derived, from_tabulations, options, table};

fn trial() -> Trial {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", text).unwrap()
}

/// The analysis datasets under the protocol, and what `seen` finds in the analysis the report is made from.
fn under_protocol<T>(files: &[(&str, &str)], seen: impl FnOnce(&Analysis<'_>) -> T) -> (Derived, T) {
    let trial = trial();
    let tables: Vec<Table> = files.iter().map(|(file, text)| table(file, text)).collect();
    let whole = read_tables(tables.clone(), &trial).unwrap();
    let cut = whole.last_day().unwrap();
    let data = whole.into_as_of(cut);
    let options = DeriveOptions::of(&trial).with_baselines(&trial, &data);
    let mut found = derive_datasets(tables, &options, None).unwrap();
    let analysis = Analysis::new(&trial, &data, Some(cut));
    apply_protocol(&mut found.tables, &analysis);
    (found, seen(&analysis))
}

fn infused_on(start: &str) -> String {
    format!(
        "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nA,1,FLUDARABINE,30,mg/m2,2025-02-18\n\
         A,2,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,{start}\n"
    )
}

#[test]
fn a_partial_date_of_death_is_the_day_that_overall_survival_ends() {
    let scans =
        "USUBJID,TRSEQ,TRLNKID,TRTESTCD,TRSTRESN,TRSTRESU,TREVAL,TRDTC\nA,1,T01,LDIAM,20,mm,INVESTIGATOR,2025-04-02\n";
    let samples = "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBDTC\nA,1,ALT,30,U/L,";
    let mut days = Vec::new();
    for died in ["2025", "2025-06", "2025-05", "2025-06-20", "2026"] {
        for last in ["2025-04-30", "2025-05-14", "2025-06-09", "2025-07-01"] {
            for by_disposition in [false, true] {
                let recorded = if by_disposition { "" } else { died };
                let dm = format!("STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD,DTHDTC\nS,A,2025-01-20,50,F,DL1,{recorded}\n");
                let ds = format!("USUBJID,DSSEQ,DSDECOD,DSCAT,DSSTDTC\nA,1,DEATH,DISPOSITION EVENT,{died}\n");
                let visit = "USUBJID,VISIT,SVSTDTC\nA,Day 28,2025-03-24\n";
                let (lb, ex) = (format!("{samples}{last}\n"), infused_on("2025-02-24"));
                let mut files = vec![
                    ("dm.csv", dm.as_str()),
                    ("ex.csv", &ex),
                    ("tr.csv", scans),
                    ("lb.csv", &lb),
                    ("sv.csv", visit),
                ];
                if by_disposition {
                    files.push(("ds.csv", &ds));
                }
                let (found, os) = under_protocol(&files, |analysis| analysis.facts[0].death_day());
                let adsl = &derived(&found, "ADSL")[0];
                let case = format!("died {died}, last seen {last}: {adsl:?}");
                assert_eq!(adsl["DTHDT"], os.unwrap().to_string(), "{case}");
                let ends = derived(&found, "ADTTE");
                let survival = ends.iter().find(|row| row["PARAMCD"] == "OS").unwrap();
                assert_eq!([&survival["ADT"], &survival["CNSR"]], [&adsl["DTHDT"], "0"], "{case}");
                let flag = ["M", "D", ""][died.split('-').count() - 1];
                assert_eq!(adsl["DTHDTF"], flag, "{case}");
                let day = |column: &str| adsl[column].parse::<Date>().unwrap();
                assert!(day("LSTALVDT") <= day("DTHDT"), "{case}");
                let possible = last.parse::<Date>().unwrap() <= day("DTHDT");
                assert!(!possible || day("LSTALVDT") >= last.parse().unwrap(), "{case}");
                days.push(format!("{died} {last} {}", adsl["DTHDT"]));
            }
        }
    }
    for expected in [
        "2025 2025-06-09 2025-06-09",
        "2025-06 2025-05-14 2025-06-01",
        "2025-06 2025-06-09 2025-06-09",
        // A sample after the last day the date can mean says nothing.
        "2025-06 2025-07-01 2025-06-01",
        "2025-06-20 2025-06-09 2025-06-20",
        "2026 2025-07-01 2026-01-01",
    ] {
        assert!(days.iter().any(|day| day == expected), "{expected} is not in {days:?}");
    }
}

#[test]
fn the_imputed_day_of_death_is_flagged_in_adrs_and_one_of_an_adsl_stays_as_it_is() {
    let dm = "STUDYID,USUBJID,DTHDTC\nS,A,2025-06\n";
    let adsl = "STUDYID,USUBJID,TRTSDT,DTHDT,DTHDTF\nS,B,2025-02-24,2025-06-15,D\n";
    let rs = "USUBJID,RSSEQ,RSTESTCD,RSSTRESC,RSEVAL,RSDTC\nA,1,OVRLRESP,SD,INVESTIGATOR,2025-03-24\n";
    let tables = vec![table("dm.csv", dm), table("adsl.csv", adsl), table("rs.csv", rs)];
    let adrs = derived(&derive_datasets(tables, &options(), None).unwrap(), "ADRS");
    let deaths: Vec<_> = adrs
        .iter()
        .filter(|row| row["PARAMCD"] == "DEATH")
        .map(|row| [row["ADT"].as_str(), row["ADTF"].as_str()])
        .collect();
    assert_eq!(deaths, [["2025-06-01", "D"], ["2025-06-15", "D"]]);
}

const PARTS: [&str; 10] = [
    "",
    "2025",
    "2025-02",
    "2025-03",
    "2025-02-10",
    "2025-03-19",
    "2025-03-20",
    "2025-03-20T09:59",
    "2025-03-20T10:00",
    "2025-04-02",
];

/// Every pair of a start and an end, with grades at onset and worst.
fn events() -> String {
    let mut text = "USUBJID,AESEQ,AETERM,AEITOXGR,AETOXGR,AEREL,AESTDTC,AEENDTC,AEOUT\n".to_owned();
    let mut sequence = 0;
    for start in PARTS {
        for end in PARTS {
            for (initial, worst, outcome) in [
                ("1", "1", "UNKNOWN"),
                ("1", "3", "UNKNOWN"),
                ("", "2", "UNKNOWN"),
                ("5", "5", "FATAL"),
                ("3", "3", "FATAL"),
            ] {
                sequence += 1;
                writeln!(
                    text,
                    "A,{sequence},Nausea,{initial},{worst},RELATED,{start},{end},{outcome}"
                )
                .unwrap();
            }
        }
    }
    text
}

#[test]
fn an_imputed_onset_is_not_after_the_end_of_the_event() {
    let ae = events();
    let ex = infused_on("2025-03-20T10:00");
    let dm = "STUDYID,USUBJID,SEX\nS,A,F\n";
    let tables = vec![table("dm.csv", dm), table("ex.csv", &ex), table("ae.csv", &ae)];
    let found = derive_datasets(tables, &options(), None).unwrap();
    let mut imputed = 0;
    for row in derived(&found, "ADAE").iter().filter(|row| !row["ASTDTF"].is_empty()) {
        let Ok(end) = row["AENDT"].parse::<Date>() else {
            continue;
        };
        let start: Date = row["ASTDT"].parse().unwrap();
        let first = match row["AESTDTC"].as_str() {
            "2025" => "2025-01-01".to_owned(),
            month => format!("{month}-01"),
        };
        // Unless the record itself says that it ended before it began.
        if first.parse::<Date>().unwrap() <= end {
            assert!(start <= end, "{row:?}");
            assert!(row["ADURN"].parse::<i32>().unwrap() > 0, "{row:?}");
            imputed += 1;
        }
    }
    assert!(imputed > 100, "{imputed}");
    let of = |start: &str, end: &str| {
        let rows = derived(&found, "ADAE");
        let row = rows
            .iter()
            .find(|row| row["AESTDTC"] == start && row["AEENDTC"] == end)
            .unwrap();
        row["ASTDT"].clone()
    };
    assert_eq!(of("2025", "2025-02-10"), "2025-01-01");
    assert_eq!(of("2025", "2025-04-02"), "2025-03-20");
}

#[test]
fn emergence_is_that_of_the_safety_tables_whatever_is_known_of_the_dates() {
    let ae = events();
    let mut decided_by_the_clock = 0;
    for start in ["2025-03-20T10:00", "2025-03-20", "2025-03", "2025-03-18T10:00"] {
        for died in ["", "2025-03-20", "2025-05-01", "2025", "2025-02"] {
            let ex = infused_on(start);
            let dm = format!("STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD,DTHDTC\nS,A,2025-01-20,50,F,DL1,{died}\n");
            let sv = "USUBJID,VISIT,SVSTDTC\nA,Month 3,2025-06-20\n";
            let files = [
                ("dm.csv", dm.as_str()),
                ("ex.csv", &ex),
                ("ae.csv", &ae),
                ("sv.csv", sv),
            ];
            let (found, report) = under_protocol(&files, |analysis| {
                let events = derive_events(&analysis.facts[0]);
                let of = |event: &tercel::safety::SafetyEvent<'_>| {
                    (event.event.record.number, event.after_infusion.counts())
                };
                events.iter().map(of).collect::<Vec<_>>()
            });
            assert!(report.len() > 300, "{}", report.len());
            let adae = derived(&found, "ADAE");
            for (number, counts) in report {
                let row = adae.iter().find(|row| row["AESEQ"] == number.to_string()).unwrap();
                assert_eq!(row["TRTEMWFL"] == "Y", counts, "infused {start}, died {died}: {row:?}");
                assert!(
                    row["TRTEMFL"] <= row["TRTEMWFL"] && row["TRTEM30FL"] <= row["TRTEMFL"],
                    "{row:?}"
                );
                let same_day = row["AESTDTC"].starts_with("2025-03-20T") && start == "2025-03-20T10:00";
                decided_by_the_clock += usize::from(same_day && row["TRTEMFL"].is_empty() && row["AEENDTC"].is_empty());
            }
        }
    }
    assert!(decided_by_the_clock > 0);
}

#[test]
fn who_had_a_dose_is_in_the_safety_population_though_its_day_is_not_known() {
    let dm = "STUDYID,USUBJID,ARM\nS,A,DL1\n";
    let of = |rows: &str| {
        let ex = format!("USUBJID,EXSEQ,EXTRT,EXDOSE,EXSTDTC,EXENDTC\n{rows}");
        let found = derive_datasets(vec![table("dm.csv", dm), table("ex.csv", &ex)], &options(), None).unwrap();
        let adsl = &derived(&found, "ADSL")[0];
        let noted = found
            .notes
            .iter()
            .any(|note| note.contains("SAFFL is Y and TRTSDT blank"));
        format!("{}|{}|{}|{noted}", adsl["SAFFL"], adsl["TRTSDT"], adsl["TRT01A"])
    };
    assert_eq!(of("A,1,CAR-T,100,2025-07-08,\n"), "Y|2025-07-08|DL1|false");
    assert_eq!(of("A,1,CAR-T,100,2025-07,\n"), "Y||DL1|true");
    assert_eq!(of("A,1,CAR-T,100,,\n"), "Y||DL1|true");
    // A second dose does not date the first.
    assert_eq!(of("A,1,CAR-T,100,2025-07,\nA,2,CAR-T,100,2025-09-01,\n"), "Y||DL1|true");
    assert_eq!(
        of("A,1,CAR-T,100,2025-07-08,\nA,2,CAR-T,100,2025-09,\n"),
        "Y|2025-07-08|DL1|false"
    );
    assert_eq!(of("A,1,CAR-T,0,2025-07,\n"), "N|||false");
    assert_eq!(of("A,1,CAR-T,,2025-07,\n"), "N|||false");
    assert_eq!(of("A,1,FLUDARABINE,30,2025-07,\n"), "N|||false");
}

#[test]
fn without_responses_overall_survival_is_derived_and_under_a_protocol_progression_free_survival_too() {
    let dm = "STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD,DTHDTC\nS,A,2025-01-20,50,F,DL1,\n";
    let ex = infused_on("2025-02-24");
    let tu = "USUBJID,TUSEQ,TULNKID,TUTESTCD,TUSTRESC,TULOC,TUEVAL,TUDTC\nA,1,T01,TUMIDENT,TARGET,LIVER,INVESTIGATOR,2025-02-10\n";
    let tr = "USUBJID,TRSEQ,TRGRPID,TRLNKID,TRTESTCD,TRSTRESN,TRSTRESU,TREVAL,VISIT,TRDTC
A,1,TARGET,T01,LDIAM,20,mm,INVESTIGATOR,SCREENING,2025-02-10
A,2,TARGET,T01,LDIAM,40,mm,INVESTIGATOR,WEEK 4,2025-03-24
";
    let sv = "USUBJID,VISIT,SVSTDTC\nA,Month 3,2025-05-24\n";
    let ss = "USUBJID,SSSEQ,SSTESTCD,SSSTRESC,SSDTC\nA,1,SURVSTAT,ALIVE,2025-08-24\n";
    let files = [
        ("dm.csv", dm),
        ("ex.csv", &ex),
        ("tu.csv", tu),
        ("tr.csv", tr),
        ("sv.csv", sv),
        ("ss.csv", ss),
    ];
    let times = |found: &Derived| {
        let rows = derived(found, "ADTTE");
        let cells = rows
            .iter()
            .map(|row| format!("{} {} {}", row["PARAMCD"], row["ADT"], row["CNSR"]));
        cells.collect::<Vec<_>>()
    };
    let tables = files.iter().map(|(file, text)| table(file, text)).collect();
    let alone = derive_datasets(tables, &options(), None).unwrap();
    assert_eq!(times(&alone), ["OS 2025-08-24 1"]);
    let (with, ()) = under_protocol(&files, |_| ());
    assert_eq!(times(&with), ["OS 2025-08-24 1", "PFS 2025-03-24 0"]);
    // With responses as before.
    assert!(
        times(&from_tabulations(&[]))
            .iter()
            .any(|row| row.starts_with("PFS 2025-03-24 1"))
    );
}

#[test]
fn a_laboratory_baseline_is_that_of_the_protocol_and_never_of_after_the_infusion() {
    let dm = "STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD\nS,A,2025-01-20,50,F,DL1\n";
    let lb = "USUBJID,LBSEQ,LBTESTCD,LBTEST,LBSTRESN,LBSTRESU,LBSTNRHI,LBDTC\n\
              A,1,ALT,Alanine Aminotransferase,20,U/L,40,2025-02-17T08:00\n\
              A,2,ALT,Alanine Aminotransferase,60,U/L,40,2025-02-23T08:00\n\
              A,3,ALT,Alanine Aminotransferase,500,U/L,40,2025-02-24T20:00\n\
              A,4,ALT,Alanine Aminotransferase,230,U/L,40,2025-03-03T08:00\n";
    let ex = infused_on("2025-02-24T13:45");
    let files = [("dm.csv", dm), ("ex.csv", ex.as_str()), ("lb.csv", lb)];
    let grades = |rows: &[std::collections::BTreeMap<String, String>]| -> Vec<String> {
        rows.iter()
            .map(|row| format!("{} {} {}", row["BASE"], row["ABLFL"], row["ATOXGRH"]))
            .collect()
    };
    // The protocol's baseline lies before lymphodepletion.
    let (found, ()) = under_protocol(&files, |_| ());
    assert_eq!(grades(&derived(&found, "ADLB")), ["20 Y 0", "20  1", "20  3", "20  3"]);
    // Without a protocol it is the last up to the infusion, by the clock where both have one.
    let tables: Vec<Table> = files.iter().map(|(file, text)| table(file, text)).collect();
    let alone = derive_datasets(tables, &options(), None).unwrap();
    assert_eq!(grades(&derived(&alone, "ADLB")), ["60  0", "60 Y 1", "60  3", "60  2"]);
}

#[test]
fn an_infusion_over_midnight_has_no_end_of_treatment_and_its_bags_are_one_dose() {
    let dm = "STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD\nS,A,2025-01-20,50,F,DL1\n";
    let ex = "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC,EXENDTC\n\
              A,1,ANTI-IL1RAP CAR-T CELLS,40,10^6 Therapeutic Cells,2025-02-24T13:45,2025-02-24T14:15\n\
              A,2,ANTI-IL1RAP CAR-T CELLS,60,10^6 Therapeutic Cells,2025-02-24T23:45,2025-02-25T00:15\n";
    let lb = "USUBJID,LBSEQ,LBTESTCD,LBTEST,VISIT,LBSTRESN,LBSTRESU,LBDTC\nA,1,ALT,ALT,Day 28,20,U/L,2025-03-24\n";
    let (found, ()) = under_protocol(&[("dm.csv", dm), ("ex.csv", ex), ("lb.csv", lb)], |_| ());
    assert_eq!(derived(&found, "ADLB")[0]["ONTRTFL"], "Y");
    assert_eq!(derived(&found, "ADSL")[0]["DOSEACT"], "100000000");
}
