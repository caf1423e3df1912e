//! Cellular kinetics and serum biomarker of small studies, one question each. Every study is one subject infused on day 0 at 10:00
//! at the first dose level; `@28` in a table is the date of day 28.

use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tercel::endpoint::{Analysis, check_derived};
use tercel::estimate::kinetics::{Blq, BlqRules, Method};
use tercel::protocol::{Trial, parse_protocol};
use tercel::report::{CellularKinetics, build_report};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::{StudyData, check_study};
use tercel_exchange::adam::{DeriveOptions, derive_datasets};
use tercel_exchange::{Table, read_tables};

const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
const DAY0: Date = date(2025, 3, 3);

fn trial() -> Trial {
    parse_protocol("protocol.toml", PROTOCOL).unwrap()
}

/// `@-14` as the date of that day.
fn with_dates(text: &str, day0: Date) -> String {
    let mut parts = text.split('@');
    let mut dated = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part
            .find(|c: char| c != '-' && !c.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        let days: i64 = number.parse().unwrap();
        write!(dated, "{}{rest}", day0.saturating_add(days.days())).unwrap();
    }
    dated
}

const DM: &str = "ARMCD,RFICDTC,AGE,AGEU,SEX\nDL1,@-40,50,YEARS,M";
const EX: &str = "EXTRT,EXDOSE,EXDOSU,EXSTDTC\nANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,@0T10:00";
const SV: &str = "VISIT,SVOCCUR,SVSTDTC\nV120,Y,@120";
/// Rise to day 14, then half in each 10 days from day 24.
const PC: [(&str, &str); 7] = [
    ("@-1T10:00", "<50"),
    ("@7T10:00", "700"),
    ("@14T10:00", "1400"),
    ("@24T10:00", "400"),
    ("@34T10:00", "200"),
    ("@44T10:00", "100"),
    ("@60T10:00", "<50"),
];

fn copies(samples: &[(&str, &str)]) -> String {
    let mut csv = "PCTESTCD,PCSTRESC,PCSTRESN,PCSTRESU,PCLLOQ,PCDTC\n".to_owned();
    for (when, result) in samples {
        let value = if result.starts_with('<') { "" } else { result };
        writeln!(csv, "CARTCOPY,{result},{value},copies/ug,50,{when}").unwrap();
    }
    csv
}

fn tables(datasets: &[(&str, &str)], day0: Date) -> Vec<Table> {
    let own = [("DM", DM), ("EX", EX), ("SV", SV)];
    let kept = own
        .iter()
        .filter(|(name, _)| datasets.iter().all(|(given, _)| given != name));
    let table = |(name, text): &(&str, &str)| {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut csv = format!("USUBJID,{name}SEQ,{}\n", lines.next().unwrap());
        for (index, line) in lines.enumerate() {
            writeln!(csv, "S1,{},{}", index + 1, with_dates(line, day0)).unwrap();
        }
        Table::parse_csv(&format!("{}.csv", name.to_lowercase()), csv.as_bytes()).unwrap()
    };
    kept.chain(datasets).map(table).collect()
}

fn study(datasets: &[(&str, &str)]) -> StudyData {
    read_tables(tables(datasets, DAY0), &trial()).unwrap()
}

fn kinetics(trial: &Trial, data: &StudyData, cut: Date) -> CellularKinetics {
    let data = data.as_of(cut);
    let analysis = Analysis::new(trial, &data, Some(cut));
    build_report(&analysis, &[], None, &[]).kinetics
}

fn at_day(datasets: &[(&str, &str)], days: i64) -> CellularKinetics {
    kinetics(&trial(), &study(datasets), DAY0.saturating_add(days.days()))
}

/// The overall cell of a row.
fn cell<'k>(part: &'k CellularKinetics, anchor: &str, label: &str) -> &'k str {
    let table = part.tables.iter().find(|table| table.anchor == anchor).unwrap();
    let row = table.rows.iter().find(|row| row.label.starts_with(label));
    row.unwrap_or_else(|| panic!("no row {label}")).cells.last().unwrap()
}

/// The cells of the first line of a listing, joined.
fn listed(part: &CellularKinetics, anchor: &str) -> String {
    let table = part.listings.iter().find(|table| table.anchor == anchor);
    table.map_or_else(String::new, |table| table.lines[0].cells.join(" | "))
}

fn findings(datasets: &[(&str, &str)]) -> Vec<String> {
    let (trial, data) = (trial(), study(datasets));
    let mut findings = data.findings.clone();
    findings.extend(check_study(&trial, &data));
    findings.extend(check_derived(&Analysis::new(&trial, &data, data.last_day())));
    let text = |finding: &tercel::study::Finding| format!("{}: {}", finding.place(), finding.rule);
    findings.iter().map(text).collect()
}

fn found(findings: &[String], place: &str, words: &str) -> bool {
    findings
        .iter()
        .any(|finding| finding.starts_with(place) && finding.contains(words))
}

#[test]
fn a_hand_worked_subject_has_its_parameters_in_table_and_listing() {
    let part = at_day(&[("PC", &copies(&PC))], 120);
    let table = "kinetics_copies_level";
    assert_eq!(cell(&part, table, "C_max"), "1,400 (–), n = 1");
    assert_eq!(cell(&part, table, "T_max"), "14.0 [14.0; 14.0], n = 1");
    // 2450 and 7350 up; 10·1000/ln 3.5 = 7982.4 and 10·200/ln 2 = 2885.4 and 1442.7 down. At day 28 the level is
    // 400·2^-0.4 = 303.1, and the area from day 24 is 10·96.9/ln 2 = 1397.3.
    assert_eq!(cell(&part, table, "AUC 0–28 d, over all"), "19,200 (–), n = 1");
    assert_eq!(cell(&part, table, "AUC 0–28 d, to the last"), "17,800 (–), n = 1");
    assert_eq!(cell(&part, table, "AUC to the last"), "22,100 (–), n = 1");
    assert_eq!(cell(&part, table, "Half-life"), "10.0 (–), n = 1");
    assert_eq!(cell(&part, table, "T_last"), "44.0 [44.0; 44.0], n = 1");
    assert_eq!(cell(&part, table, "still quantified"), "0 of 1");
    let line = listed(&part, "kinetics_copies_subjects");
    assert!(line.contains("10.0 (0.0693/d; 3 from day 24.0 to 44.0)"), "{line}");
    assert!(
        line.contains("day 44, ended") && line.contains("by the clock"),
        "{line}"
    );
    let records = &part.listings[0].lines[0].records;
    assert!(records.iter().any(|record| record.to_string() == "PC/S1/2"));
    assert!(records.iter().any(|record| record.to_string() == "EX/S1/1"));
}

#[test]
fn before_day_28_the_subject_is_counted_and_not_summarised() {
    let part = at_day(&[("PC", &copies(&PC))], 20);
    let table = "kinetics_copies_level";
    assert_eq!(cell(&part, table, "not yet followed"), "1");
    assert_eq!(cell(&part, table, "C_max"), "–, n = 0");
    assert!(listed(&part, "kinetics_copies_subjects").contains("followed to day 20, not yet to day 28"));
}

#[test]
fn never_quantified_stands_beside_the_geometric_mean_and_not_in_it() {
    let part = at_day(
        &[("PC", &copies(&[("@7", "<50"), ("@14", "<50"), ("@28", "<50")]))],
        120,
    );
    assert_eq!(
        cell(&part, "kinetics_copies_level", "C_max"),
        "–, n = 0; 1 never quantified"
    );
    assert!(listed(&part, "kinetics_copies_subjects").contains("never quantified"));
}

#[test]
fn a_profile_ends_at_the_second_infusion() {
    let again = format!("{EX}\nANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,@50T10:00");
    let mut samples = PC.to_vec();
    samples.push(("@57T10:00", "9000"));
    let part = at_day(&[("EX", &again), ("PC", &copies(&samples))], 120);
    assert_eq!(cell(&part, "kinetics_copies_level", "C_max"), "1,400 (–), n = 1");
    assert!(
        part.conventions
            .iter()
            .any(|line| line.contains("Infused again: 1 subject."))
    );
    assert!(listed(&part, "kinetics_copies_subjects").contains("ends at the infusion of 2025-04-22T10:00"));
}

#[test]
fn what_is_wrong_with_a_sample_is_a_finding_and_stops_nothing() {
    let mut samples = PC.to_vec();
    samples.extend([
        ("@14T10:00", "900"),
        ("2025-04", "300"),
        ("@-3T08:00", "75"),
        ("", "60"),
    ]);
    let datasets = [("PC", &*copies(&samples))];
    let found_here = findings(&datasets);
    assert!(
        found(&found_here, "PC/S1/8", "a second sample at the time of PC/S1/3"),
        "{found_here:?}"
    );
    assert!(found(&found_here, "PC/S1/9", "in no profile"), "{found_here:?}");
    assert!(
        found(&found_here, "PC/S1/10", "before any CAR-T cell"),
        "{found_here:?}"
    );
    assert!(found(&found_here, "PC/S1/11", "blank"), "{found_here:?}");
    // The first recorded of the two counts.
    assert_eq!(
        cell(&at_day(&datasets, 120), "kinetics_copies_level", "C_max"),
        "1,400 (–), n = 1"
    );
}

#[test]
fn copies_and_counts_ten_times_apart_are_a_finding_that_names_both() {
    // 24 000 copies, two a cell, 1500 white cells: 119 cells/µL.
    let count =
        |cells: &str| format!("CPTESTCD,CPSTRESC,CPSTRESN,CPSTRESU,CPDTC\nCARTCELL,{cells},{cells},10^6/L,@10T09:00");
    let pc = copies(&[("@10T09:00", "24000")]);
    let lb = "LBTESTCD,LBSTRESN,LBSTRESU,LBDTC\nVCN,2,copies/cell,@-7\nWBC,1.5,10^9/L,@10T09:00";
    for (cells, apart) in [
        ("119", false),
        ("1100", false),
        ("1200", true),
        ("13", false),
        ("11", true),
    ] {
        let found_here = findings(&[("PC", &pc), ("CP", &count(cells)), ("LB", lb)]);
        let text = "stand for 118.800 cells/µL";
        let named =
            found(&found_here, "PC/S1/1", text) && found(&found_here, "PC/S1/1", "review this sample and CP/S1/1");
        assert_eq!(named, apart, "{cells}: {found_here:?}");
    }
    // Without white cells of the day nothing is compared.
    let elsewhere = lb.replace("@10T09:00", "@11T09:00");
    let found_here = findings(&[("PC", &pc), ("CP", &count("5000")), ("LB", &elsewhere)]);
    assert!(!found(&found_here, "PC/S1/1", "stand for"));
}

#[test]
fn a_diluted_serum_sample_has_the_limit_of_its_dilution() {
    let lb = "LBTESTCD,LBSTRESC,LBSTRESN,LBSTRESU,LBLLOQ,LBDILFAC,LBDTC
        IL1RAP,400,400,ng/mL,5,10,@-1
        IL1RAP,45,45,ng/mL,5,10,@14
        IL1RAP,60,60,ng/mL,5,10,@28
        ALT,35,35,U/L,,,@28";
    let part = at_day(&[("LB", lb)], 60);
    let table = part
        .listings
        .iter()
        .find(|table| table.anchor == "serum_samples")
        .unwrap();
    let cells: Vec<String> = table.lines.iter().map(|line| line.cells.join(" | ")).collect();
    assert!(cells[0].starts_with("−1 | 400 ng/mL | baseline"), "{cells:?}");
    // 45 lies below 5 × 10: the limit stands, −87.5 %.
    assert!(cells[1].starts_with("14 | < 50 ng/mL | −350 | −87.5 %"), "{cells:?}");
    assert!(
        cells[2].starts_with("28 | 60.0 ng/mL | −340 | −85.0 % | 35 U/L"),
        "{cells:?}"
    );
    assert!(
        table.lines[2]
            .records
            .iter()
            .any(|record| record.to_string() == "LB/S1/4")
    );
}

#[test]
fn a_serum_value_a_hundred_times_from_the_others_of_its_subject_is_asked_about() {
    let lb = "LBTESTCD,LBSTRESN,LBSTRESU,LBDTC
        IL1RAP,400,ng/mL,@-1\nIL1RAP,38000,ng/mL,@14\nIL1RAP,350,ng/mL,@28\nIL1RAP,300,ng/mL,@60";
    let found_here = findings(&[("LB", lb)]);
    assert!(
        found(&found_here, "LB/S1/2", "times the median of the other samples"),
        "{found_here:?}"
    );
    assert!(!found(&found_here, "LB/S1/3", "times the median"));
}

#[test]
fn four_hundred_years_later_every_number_is_the_same() {
    let (trial, pc) = (trial(), copies(&PC));
    let at = |day0: Date| {
        let data = read_tables(tables(&[("PC", &pc)], day0), &trial).unwrap();
        kinetics(&trial, &data, day0.saturating_add(120.days()))
    };
    assert_eq!(at(DAY0), at(DAY0.saturating_add(146_097.days())));
}

#[test]
fn the_order_of_subjects_changes_nothing() {
    let trial = trial();
    let mut data = rehearse(&trial, RehearsalOptions { subjects: 18, seed: 4 });
    let cut = data.last_day().unwrap();
    let expected = kinetics(&trial, &data, cut);
    data.subjects.reverse();
    let found = kinetics(&trial, &data, cut);
    assert_eq!(found.tables, expected.tables);
    assert_eq!(
        (found.profiles, found.against_tumour),
        (expected.profiles, expected.against_tumour)
    );
}

fn adam(datasets: &[(&str, &str)]) -> Vec<Table> {
    let options = DeriveOptions {
        auc_method: Method::LinearUpLogDown,
        blq: BlqRules {
            first: Blq::Zero,
            middle: Blq::Drop,
            last: Blq::Drop,
        },
        ..super::derive::options()
    };
    derive_datasets(tables(datasets, DAY0), &options, None).unwrap().tables
}

/// Cells of the rows of a dataset that hold these values in these columns.
fn rows(tables: &[Table], name: &str, wanted: &[(&str, &str)], columns: &[&str]) -> Vec<Vec<String>> {
    let table = tables.iter().find(|table| table.name == name).unwrap();
    let at = |column: &str| table.column(column).unwrap();
    let fits = |row: usize| {
        wanted
            .iter()
            .all(|(column, value)| table.cell(row, at(column)) == *value)
    };
    let cells = |row: usize| {
        columns
            .iter()
            .map(|column| table.cell(row, at(column)).to_owned())
            .collect()
    };
    (0..table.len()).filter(|row| fits(*row)).map(cells).collect()
}

#[test]
fn adpc_has_hours_from_the_infusion_and_half_the_limit_beside_what_is_below_it() {
    let tables = adam(&[("PC", &copies(&PC))]);
    let columns = [
        "SRCSEQ", "ADY", "AFRLT", "AVAL", "AVALCAT1", "BLQFL", "DTYPE", "ABLFL", "ATPT", "ANL01FL", "ANL02FL",
    ];
    let rows = rows(&tables, "ADPC", &[("PARAMCD", "CARTCOPY")], &columns);
    assert_eq!(rows.len(), 9);
    assert_eq!(
        rows[0],
        ["1", "-1", "-24", "", "<BLQ", "Y", "", "Y", "Pre-dose", "", "Y"]
    );
    assert_eq!(
        rows[1],
        ["1", "-1", "-24", "25", "<BLQ", "Y", "HALFLLOQ", "", "Pre-dose", "", ""]
    );
    assert_eq!(rows[2], ["2", "8", "168", "700", "700", "", "", "", "", "Y", "Y"]);
    assert_eq!(
        rows[8],
        ["7", "61", "1440", "25", "<BLQ", "Y", "HALFLLOQ", "", "", "Y", ""]
    );
}

#[test]
fn adpp_has_the_hand_worked_parameters_and_says_why_one_is_missing() {
    let tables = adam(&[("PC", &copies(&PC))]);
    let value = |code: &str| -> f64 {
        let rows = rows(&tables, "ADPP", &[("PARAMCD", code)], &["AVAL"]);
        rows[0][0].parse().unwrap()
    };
    let up = 2450.0 + 7350.0;
    let down = 10_000.0 / 3.5f64.ln();
    let half = 10.0 / std::f64::consts::LN_2;
    for (code, expected) in [
        ("CMAX", 1400.0),
        ("TMAX", 14.0),
        ("CLST", 100.0),
        ("TLST", 44.0),
        ("AUC0_28L", up + down),
        ("AUC0_28", up + down + half * (400.0 - 400.0 * 0.5f64.powf(0.4))),
        ("AUCLST", up + down + half * 300.0),
        ("AUCIFO", up + down + half * 400.0),
        ("LAMZHL", 10.0),
        ("LAMZNPT", 3.0),
        ("LAMZLL", 24.0),
        ("ONGOING", 0.0),
    ] {
        assert!(
            (value(code) / expected - 1.0).abs() < 1e-9 || (value(code) - expected).abs() < 1e-9,
            "{code}"
        );
    }
    let short = adam(&[("PC", &copies(&PC[..3]))]);
    let columns = ["AVAL", "AVALC", "PPREASND"];
    let half_life = rows(&short, "ADPP", &[("PARAMCD", "LAMZHL")], &columns);
    assert_eq!(half_life[0][..2], ["", "NE"]);
    assert!(half_life[0][2].contains("at least 3 needed"), "{half_life:?}");
    assert_eq!(rows(&short, "ADPP", &[("PARAMCD", "ONGOING")], &["AVALC"]), [["Y"]]);
    assert!(
        rows(&tables, "ADPP", &[], &["PARAMCD"])
            .iter()
            .all(|code| code[0].len() <= 8)
    );
}

#[test]
fn without_concentrations_adpc_and_adpp_are_absent_with_a_note() {
    let options = super::derive::options();
    let derived = derive_datasets(tables(&[], DAY0), &options, None).unwrap();
    assert!(
        derived
            .tables
            .iter()
            .all(|table| table.name != "ADPC" && table.name != "ADPP")
    );
    assert!(
        derived
            .notes
            .iter()
            .any(|note| note == "no PC or CP dataset: adpc and adpp are not derived")
    );
    let delivered = tables(&[("PC", &copies(&PC)), ("PP", "PPTESTCD\nCMAX")], DAY0);
    let derived = derive_datasets(delivered, &options, None).unwrap();
    assert!(derived.notes.iter().any(|note| note.starts_with("PP is passed over")));
}
