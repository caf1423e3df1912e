//! Units of the analysis datasets: whatever units the records of a parameter are in, its values, limits and changes are the
//! same, and what does not convert takes no part in them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tercel::grade::analyte::Analyte;
use tercel::grade::units::{Unit, convert};
use tercel_exchange::adam::Derived;

use super::derive::{Record, derived, from_tabulations};

/// A test, the unit of its parameter, another one, and its limits of normal in the first.
const TESTS: [(&str, &str, &str, [f64; 2]); 8] = [
    ("CREAT", "umol/L", "mg/dL", [45.0, 84.0]),
    ("NEUT", "10^9/L", "/uL", [1.8, 6.3]),
    ("PLAT", "10*9/L", "10^3/uL", [125.0, 350.0]),
    ("HGB", "g/L", "mmol/L", [115.0, 150.0]),
    ("CA", "mmol/L", "mg/dL", [2.1, 2.6]),
    ("K", "mmol/L", "mEq/L", [3.5, 5.3]),
    ("ALT", "U/L", "ukat/L", [7.0, 40.0]),
    ("ALB", "g/L", "g/dL", [40.0, 55.0]),
];

/// Shares of the upper limit, the second the baseline.
const COURSE: [f64; 5] = [0.9, 0.8, 1.3, 0.4, 2.1];

/// Laboratory results of every test on five days; that of `other` is in the other unit.
fn results(other: Option<usize>) -> String {
    let mut text =
        "USUBJID,LBSEQ,LBTESTCD,LBTEST,VISIT,LBSTRESC,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBDTC\n".to_owned();
    let mut sequence = 0;
    for (test, unit, rare, limits) in TESTS {
        for (at, share) in COURSE.into_iter().enumerate() {
            sequence += 1;
            let written = if other == Some(at) { rare } else { unit };
            let analyte = Analyte::named(test).unwrap();
            let (from, to) = (Unit::parse(unit).unwrap(), Unit::parse(written).unwrap());
            let shown = |value: f64| convert(analyte, value, from, to).unwrap();
            let value = shown(share * limits[1]);
            let [low, high] = limits.map(shown);
            let day = ["2025-02-20", "2025-02-23", "2025-03-05", "2025-03-12", "2025-03-20"][at];
            writeln!(
                text,
                "A,{sequence},{test},{test} name,V{at},{value},{value},{written},{low},{high},{day}"
            )
            .unwrap();
        }
    }
    text
}

fn number(row: &Record, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

#[test]
fn a_result_in_another_unit_has_the_values_limits_and_changes_it_has_in_the_unit_of_its_parameter() {
    let adlb = |other| derived(&from_tabulations(&[("lb.csv", &results(other))]), "ADLB");
    let alike = adlb(None);
    assert!(alike.iter().filter(|row| !row["CHG"].is_empty()).count() >= 3 * TESTS.len());
    for other in 0..COURSE.len() {
        let mixed = adlb(Some(other));
        assert_eq!(mixed.len(), alike.len());
        for (mixed, alike) in mixed.iter().zip(&alike) {
            for column in [
                "LBSEQ", "PARAMCD", "PARAM", "AVALU", "ANRIND", "BNRIND", "ABLFL", "SHIFT1",
            ] {
                assert_eq!(mixed[column], alike[column], "{column}: {mixed:?}");
            }
            let columns = [
                "AVAL", "BASE", "CHG", "PCHG", "ANRLO", "ANRHI", "R2BASE", "R2ANRLO", "R2ANRHI",
            ];
            for column in columns {
                let near = match (number(mixed, column), number(alike, column)) {
                    (Some(one), Some(other)) => (one - other).abs() <= 1e-8 * other.abs().max(1.0),
                    (one, other) => one == other,
                };
                assert!(near, "{column} {} and {}: {mixed:?}", mixed[column], alike[column]);
            }
            let texts = number(mixed, "AVALC").zip(number(mixed, "AVAL"));
            assert!(
                texts.is_some_and(|(text, value)| (text - value).abs() <= 1e-8 * value),
                "{mixed:?}"
            );
        }
    }
}

fn one_parameter_one_unit(of: &Derived, dataset: &str) {
    let rows = derived(of, dataset);
    let distinct = |columns: &[&str]| {
        let cells = rows
            .iter()
            .filter(|row| columns.iter().all(|column| !row[*column].is_empty()));
        let cells = cells.map(|row| columns.iter().map(|column| row[*column].clone()).collect::<Vec<_>>());
        cells.collect::<BTreeSet<_>>().len()
    };
    assert_eq!(distinct(&["PARAMCD"]), distinct(&["PARAMCD", "PARAM"]), "{dataset}");
    assert_eq!(distinct(&["PARAM"]), distinct(&["PARAMCD", "PARAM"]), "{dataset}");
    let with_unit: BTreeSet<&String> = rows
        .iter()
        .filter(|row| !row["AVALU"].is_empty())
        .map(|row| &row["PARAMCD"])
        .collect();
    assert_eq!(with_unit.len(), distinct(&["PARAMCD", "AVALU"]), "{dataset}");
}

#[test]
fn what_does_not_convert_stands_apart_and_a_test_not_done_makes_no_parameter() {
    let lb = "USUBJID,LBSEQ,LBTESTCD,LBTEST,VISIT,LBSTRESC,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBSTAT,LBDTC
A,1,NEUT,Neutrophils,SCREENING,3,3,10^9/L,1.8,6.3,,2025-02-10
A,2,NEUT,Neutrophils,DAY 0,61,61,%,50,70,,2025-02-24
A,3,NEUT,Neutrophils,DAY 7,0.4,0.4,10^9/L,1.8,6.3,,2025-03-03
A,4,NEUT,Neutrophils,DAY 14,12,12,%,50,70,,2025-03-10
A,5,NEUT,Neutrophils,DAY 21,2,2,,1.8,6.3,,2025-03-17
A,6,NEUT,Neutrophils,DAY 28,,,,,,NOT DONE,2025-03-24
A,7,NEUT,neutrophils,DAY 28,1500,1500,/uL,1800,6300,,2025-03-25
A,8,INR,INR,DAY 0,1.1,1.1,RATIO,,,,2025-02-24
A,9,INR,INR,DAY 7,1.3,1.3,,,,,2025-03-03
";
    let found = from_tabulations(&[("lb.csv", lb)]);
    one_parameter_one_unit(&found, "ADLB");
    let rows = derived(&found, "ADLB");
    let cells = |sequence: &str| {
        let row = rows.iter().find(|row| row["LBSEQ"] == sequence).unwrap();
        [
            "AVAL", "AVALC", "AVALU", "ANRLO", "ANRIND", "BASE", "CHG", "ABLFL", "LBSTRESU",
        ]
        .map(|column| row[column].clone())
        .join("|")
    };
    // The percentages on the day of the first dose are no baseline.
    assert_eq!(cells("1"), "3|3|10^9/L|1.8|NORMAL|3||Y|10^9/L");
    assert_eq!(cells("2"), "|61 %|||NORMAL|3|||%");
    assert_eq!(cells("3"), "0.4|0.4|10^9/L|1.8|LOW|3|-2.6||10^9/L");
    assert_eq!(cells("4"), "|12 %|||LOW|3|||%");
    assert_eq!(cells("5"), "|2|||NORMAL|3|||");
    assert_eq!(cells("6"), "|||||3|||");
    assert_eq!(cells("7"), "1.5|1.5|10^9/L|1.8|LOW|3|-1.5||/uL");
    assert_eq!(cells("9"), "1.3|1.3|RATIO|||1.1|0.2||");
    let named = |words: &str| found.notes.iter().filter(|note| note.contains(words)).count();
    assert_eq!(named("LB, subject A, NEUT: 2 values in \"%\""), 1, "{:?}", found.notes);
    assert_eq!(
        named("LB, subject A, NEUT: 1 value without a unit"),
        1,
        "{:?}",
        found.notes
    );
    assert_eq!(named("INR"), 0, "{:?}", found.notes);
}

#[test]
fn a_baseline_in_another_unit_takes_no_part_in_a_grade_as_in_the_report() {
    // ALT of 120 with an upper limit of 40 is 3 times that; against a raised baseline of 60 it would be 2 times, grade 1.
    let lb = |baseline: &str| {
        format!(
            "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBDTC\n\
             A,1,ALT,{baseline},2025-02-20\nA,2,ALT,120.5,U/L,7,40,2025-03-01\nA,3,ALT,50,U/L,7,40,2025-03-09\n"
        )
    };
    let graded = |baseline: &str| {
        let rows = derived(&from_tabulations(&[("lb.csv", &lb(baseline))]), "ADLB");
        let row = rows.iter().find(|row| row["LBSEQ"] == "2").unwrap();
        [row["BASE"].clone(), row["ATOXGRH"].clone()]
    };
    assert_eq!(graded("60,U/L,7,40"), ["60", "1"]);
    assert_eq!(graded("1,ukat/L,0.1,0.7"), ["60", ""]);
}

#[test]
fn temperatures_are_in_celsius_and_other_vital_signs_in_their_standard_unit() {
    let vs = "USUBJID,VSSEQ,VSTESTCD,VSTEST,VISIT,VSSTRESC,VSSTRESN,VSSTRESU,VSSTAT,VSDTC
A,1,TEMP,Temperature,DAY -4,98.6,98.6,F,,2025-02-20
A,2,TEMP,Temperature,DAY 1,39,39,C,,2025-02-25
A,3,TEMP,Temperature,DAY 2,,,,NOT DONE,2025-02-26
A,4,TEMP,Temperature,DAY 3,100.4,100.4,F,,2025-02-27
A,5,TEMP,Temperature,DAY 4,310,310,K,,2025-02-28
A,6,WEIGHT,Weight,DAY -4,70,70,kg,,2025-02-20
A,7,WEIGHT,Weight,DAY 1,160,160,LB,,2025-02-25
A,8,BMI,Body Mass Index,DAY -4,24,24,kg/m2,,2025-02-20
A,9,BMI,Body Mass Index,DAY 1,25,25,kg/m2,,2025-02-25
";
    let found = from_tabulations(&[("vs.csv", vs)]);
    one_parameter_one_unit(&found, "ADVS");
    let rows = derived(&found, "ADVS");
    let cells = |sequence: &str| {
        let row = rows.iter().find(|row| row["VSSEQ"] == sequence).unwrap();
        ["PARAM", "AVAL", "AVALU", "BASE", "CHG"]
            .map(|column| row[column].clone())
            .join("|")
    };
    assert_eq!(cells("1"), "Temperature (C)|37|C|37|");
    assert_eq!(cells("2"), "Temperature (C)|39|C|37|2");
    assert_eq!(cells("3"), "Temperature (C)|||37|");
    assert_eq!(cells("4"), "Temperature (C)|38|C|37|1");
    assert_eq!(cells("5"), "Temperature (C)|||37|");
    assert_eq!(cells("7"), "Weight (kg)|72.5747792|kg|70|2.5747792");
    assert_eq!(cells("9"), "Body Mass Index (kg/m2)|25|kg/m2|24|1");
    let named = |words: &str| found.notes.iter().filter(|note| note.contains(words)).count();
    assert_eq!(named("VS, subject A, TEMP: 1 value in \"K\""), 1, "{:?}", found.notes);
}

/// A sum is of one assessment: what a visit is called does not add up scans of different days, nor move the baseline.
#[test]
fn scans_of_different_days_are_different_sums_and_the_baseline_is_the_last_before_treatment() {
    let scans = |names: [&str; 5]| {
        let days = ["2025-02-10", "2025-02-24", "2025-04-09", "2025-05-19", "2025-06-19"];
        let mm = [150, 146, 144, 158, 156];
        let mut text = "USUBJID,TRSEQ,TRGRPID,TRLNKID,TRTESTCD,TRSTRESN,TRSTRESU,VISIT,VISITNUM,TRDTC\n".to_owned();
        for (at, ((name, day), mm)) in names.into_iter().zip(days).zip(mm).enumerate() {
            writeln!(text, "A,{at},TARGET,T01,LDIAM,{mm},mm,{name},{at},{day}").unwrap();
        }
        let rows = derived(&from_tabulations(&[("tr.csv", &text)]), "ADTR");
        let sums = rows.into_iter().filter(|row| row["PARAMCD"] == "SDIAM");
        let cells = |row: super::derive::Record| ["AVAL", "BASE", "ABLFL", "ANL01FL"].map(|column| row[column].clone());
        sums.map(cells).map(|cells| cells.join("|")).collect::<Vec<String>>()
    };
    let expected = ["150|146||", "146|146|Y|Y", "144|146||Y", "158|146||Y", "156|146||Y"];
    for names in [
        ["SCREENING", "BASELINE", "UNSCHEDULED", "UNSCHEDULED", "UNSCHEDULED"],
        ["SCREENING", "SCREENING", "WEEK 6", "WEEK 12", "WEEK 16"],
        ["Scan 0", "Scan 1", "Scan 2", "Scan 2", "Safety screening"],
        ["", "", "", "", ""],
    ] {
        assert_eq!(scans(names), expected, "{names:?}");
    }
}

#[test]
fn diameters_are_summed_in_millimetres_whatever_unit_each_is_in() {
    let header = "USUBJID,TRSEQ,TRGRPID,TRLNKID,TRTESTCD,TRSTRESN,TRSTRESU,VISIT,VISITNUM,TRDTC\n";
    let lesions = [("T01", 39.0, 30.0), ("T02", 27.0, 25.0), ("T03", 19.0, 12.0)];
    // Every way to write six diameters in mm or cm.
    for written in 0..64_u32 {
        let mut text = header.to_owned();
        for (at, (lesion, baseline, later)) in lesions.into_iter().enumerate() {
            let visits = [
                ("SCREENING", "0", "2025-02-20", baseline),
                ("WEEK 4", "4", "2025-03-24", later),
            ];
            for (visit, (name, order, day, mm)) in visits.into_iter().enumerate() {
                let in_cm = written >> (2 * at + visit) & 1 == 1;
                let (value, unit) = if in_cm { (mm / 10.0, "cm") } else { (mm, "mm") };
                writeln!(
                    text,
                    "A,{at}{visit},TARGET,{lesion},LDIAM,{value},{unit},{name},{order},{day}"
                )
                .unwrap();
            }
        }
        let found = from_tabulations(&[("tr.csv", &text)]);
        let rows = derived(&found, "ADTR");
        let sums: Vec<_> = rows.iter().filter(|row| row["PARAMCD"] == "SDIAM").collect();
        let cells = |at: usize| {
            ["AVAL", "AVALU", "BASE", "CHG", "ANL01FL"]
                .map(|column| sums[at][column].clone())
                .join("|")
        };
        assert_eq!(cells(0), "85|mm|85|0|Y", "{text}");
        assert_eq!(cells(1), "67|mm|85|-18|Y", "{text}");
    }
    let text = format!(
        "{header}A,1,TARGET,T01,LDIAM,39,mm,SCREENING,0,2025-02-20\nA,2,TARGET,T02,LDIAM,27,mm,SCREENING,0,2025-02-20\n\
         A,3,TARGET,T01,LDIAM,30,,WEEK 4,4,2025-03-24\nA,4,TARGET,T02,LDIAM,1.1,in,WEEK 4,4,2025-03-24\n"
    );
    let found = from_tabulations(&[("tr.csv", &text)]);
    let rows = derived(&found, "ADTR");
    let later = rows.iter().rfind(|row| row["PARAMCD"] == "SDIAM").unwrap();
    assert_eq!([&later["AVAL"], &later["ANL01FL"], &later["LSASS"]], ["30", "", "T01"]);
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.contains("T02 WEEK 4: 1 value in \"in\"")),
        "{:?}",
        found.notes
    );
}

/// Limits of normal, grades and baselines of blood are not those of urine.
#[test]
fn a_test_of_urine_is_a_parameter_of_its_own_and_not_graded() {
    let lb = "USUBJID,LBSEQ,LBTESTCD,LBTEST,LBCAT,LBSPEC,VISIT,LBSTRESC,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBDTC\n\
              A,1,GLUC,Glucose,CHEMISTRY,SERUM,V1,5,5,mmol/L,3.9,6.1,2025-02-20\n\
              A,2,GLUC,Glucose,URINALYSIS,URINE,V1,30,30,mmol/L,0,0.8,2025-02-20\n\
              A,3,GLUC,Glucose,URINALYSIS,,V2,28,28,mmol/L,0,0.8,2025-03-05\n\
              A,4,PROT,Protein,URINALYSIS,URINE,V1,0.2,0.2,g/L,0,0.1,2025-02-20\n\
              A,5,GLUC,Glucose,,CEREBROSPINAL FLUID,V1,3,3,mmol/L,2.2,4.4,2025-02-20\n";
    let rows = derived(&from_tabulations(&[("lb.csv", lb)]), "ADLB");
    let of = |number: &str| {
        let row = rows.iter().find(|row| row["LBSEQ"] == number).unwrap();
        ["PARAMCD", "PARAM", "ANRIND", "ATOXDSCH", "ATOXGR"].map(|column| row[column].as_str())
    };
    assert_eq!(
        of("1"),
        ["GLUC", "Glucose (mmol/L)", "NORMAL", "Glucose intolerance", "0"]
    );
    assert_eq!(of("2"), ["GLUCU", "Glucose (mmol/L), URINE", "HIGH", "", ""]);
    assert_eq!(of("3"), of("2"));
    // Without one of blood its code is that of the test.
    assert_eq!(of("4"), ["PROT", "Protein (g/L), URINE", "HIGH", "", ""]);
    assert_eq!(of("5")[..2], ["GLUCC", "Glucose (mmol/L), CEREBROSPINAL FLUID"]);
}

#[test]
fn concentrations_have_one_name_and_unit_a_code_whatever_was_not_done_or_in_another_unit() {
    let cp = "USUBJID,CPSEQ,CPTESTCD,CPTEST,CPSTRESC,CPSTRESN,CPSTRESU,CPSTAT,CPDTC
A,1,CART,CAR-T Cells,,,,NOT DONE,2025-02-20
A,2,CART,CAR-T Cells,2,2,cells/uL,,2025-02-24
A,3,CART,CAR-T Cells,0.03,0.03,10^9/L,,2025-03-03
A,4,CART,CAR-T Cells,5,5,%,,2025-03-10
A,5,CART,CAR-T Cells,40,40,10^6/L,,2025-03-17
A,6,CART,CAR-T Cells,50,50,cells/uL,,2025-03-24
";
    let found = from_tabulations(&[("cp.csv", cp)]);
    let rows = derived(&found, "ADPC");
    let names: BTreeSet<(&str, &str)> = rows
        .iter()
        .map(|row| (row["PARAMCD"].as_str(), row["PARAM"].as_str()))
        .collect();
    assert_eq!(names, [("CART", "CAR-T Cells (cells/uL)")].into());
    let cells = |sequence: &str| {
        let row = rows.iter().find(|row| row["SRCSEQ"] == sequence).unwrap();
        ["AVAL", "AVALU", "BASE", "CHG", "ABLFL"]
            .map(|column| row[column].clone())
            .join("|")
    };
    assert_eq!(cells("1"), "||2||");
    assert_eq!(cells("2"), "2|cells/uL|2||Y");
    assert_eq!(cells("3"), "30|cells/uL|2|28|");
    assert_eq!(cells("4"), "||2||");
    assert_eq!(cells("5"), "40|cells/uL|2|38|");
    assert_eq!(cells("6"), "50|cells/uL|2|48|");
    let apart = |note: &&String| note.contains("CART, subject A: 1 value in \"%\"");
    assert_eq!(found.notes.iter().filter(apart).count(), 1, "{:?}", found.notes);
}
