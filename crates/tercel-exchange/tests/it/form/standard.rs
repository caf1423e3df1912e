//! Results that a record keeps as printed, and the standard results that follow from them.

use tercel_exchange::form::{Captured, to_tables};

use super::round_trip::taken;
use super::trial;

const DIAMETER: [&str; 10] = [
    "USUBJID", "TRSEQ", "TRLNKID", "TRTESTCD", "TRORRES", "TRORRESU", "TRSTRESC", "TRSTRESN", "TRSTRESU", "TRDTC",
];

const RESULT: [&str; 13] = [
    "USUBJID", "LBSEQ", "LBTESTCD", "LBORRES", "LBORRESU", "LBORNRLO", "LBORNRHI", "LBSTRESC", "LBSTRESN", "LBSTRESU",
    "LBSTNRLO", "LBSTNRHI", "LBDTC",
];

/// The record of a laboratory result, and what was not taken of it.
fn result(cells: [&str; 10]) -> (Captured, Vec<String>) {
    let row = [&["S", "1"], cells.as_slice(), &["2026-03-04"]].concat();
    let (captured, lost) = taken("LB", &RESULT, &row);
    (captured.into_iter().next().unwrap(), lost)
}

/// Result, unit and limits as printed.
fn printed(record: &Captured) -> [&str; 4] {
    ["lborres", "lborresu", "lbornrlo", "lbornrhi"].map(|field| record.value(field).unwrap_or_default())
}

/// Result as text and as number, unit and limits in the standard unit.
fn standard(record: &Captured) -> [String; 5] {
    let tables = to_tables(&trial(), std::slice::from_ref(record));
    let table = tables.iter().find(|table| table.name == "LB").unwrap();
    ["LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI"].map(|name| {
        let at = table.column(name).unwrap();
        table.cell(0, at).to_owned()
    })
}

fn entered(test: &str, result: &str, unit: &str, limits: [&str; 2]) -> Captured {
    let values = [
        ("lbtestcd", test),
        ("lborres", result),
        ("lborresu", unit),
        ("lbornrlo", limits[0]),
        ("lbornrhi", limits[1]),
        ("lbdtc", "2026-03-04"),
    ];
    Captured {
        form: "laboratory".to_owned(),
        subject: Some("S".to_owned()),
        number: 1,
        values: values.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
    }
}

#[test]
fn what_is_entered_as_printed_stands_in_the_standard_unit_of_the_test() {
    let fibrinogen = standard(&entered("FIBRINO", "185", "mg/dL", ["200", "400"]));
    assert_eq!(
        fibrinogen.each_ref().map(String::as_str),
        ["1.85", "1.85", "g/L", "2", "4"]
    );
    // What an assay cannot measure keeps its mark, and is no number.
    let below = standard(&entered("HGB", "<1.5", "g/dL", ["12", ""]));
    assert_eq!(below.each_ref().map(String::as_str), ["<15", "", "g/L", "120", ""]);
    // The unit of the test, spelled by another laboratory; digits stay as they were printed.
    let platelets = standard(&entered("PLAT", "150.0", "x10E9/L", ["", "400"]));
    assert_eq!(
        platelets.each_ref().map(String::as_str),
        ["150.0", "150.0", "10^9/L", "", "400"]
    );
    // A ratio has no unit.
    let ratio = standard(&entered("INR", "1.1", "", ["0.9", "1.2"]));
    assert_eq!(ratio.each_ref().map(String::as_str), ["1.1", "1.1", "", "0.9", "1.2"]);
}

/// CTCAE: of grade 1 down to 8.0 mg/dL or 2.0 mmol/L; 8.0 mg/dL is 1.996 mmol/L.
#[test]
fn a_result_in_another_kind_of_unit_stands_as_printed() {
    let calcium = standard(&entered("CA", "8.0", "mg/dL", ["8.5", "10.5"]));
    assert_eq!(
        calcium.each_ref().map(String::as_str),
        ["8.0", "8.0", "mg/dL", "8.5", "10.5"]
    );
    let bilirubin = standard(&entered("BILI", "3.8", "mg/dL", ["0.2", "1.2"]));
    assert_eq!(
        bilirubin.each_ref().map(String::as_str),
        ["3.8", "3.8", "mg/dL", "0.2", "1.2"]
    );
    // From elsewhere too, though its standard result is converted.
    let (record, lost) = result([
        "CA", "8.0", "mg/dL", "8.5", "10.5", "1.996", "1.996", "mmol/L", "2.12", "2.62",
    ]);
    assert_eq!(printed(&record), ["8.0", "mg/dL", "8.5", "10.5"]);
    assert_eq!(lost.len(), 5, "{lost:?}");
    let haemoglobin = standard(&entered("HGB", "8.0", "g/dL", ["12", "16"]));
    assert_eq!(
        haemoglobin.each_ref().map(String::as_str),
        ["80", "80", "g/L", "120", "160"]
    );
}

#[test]
fn a_result_without_a_standard_unit_stands_as_printed() {
    for (test, result, unit) in [
        ("CREAT", "1.2", ""),
        ("CREAT", "1.2", "furlongs"),
        ("CREAT", "1.2", "U/L"),
        ("XYZ", "7", "mg/dL"),
        ("CREAT", "HAEMOLYSED", "mg/dL"),
    ] {
        let now = standard(&entered(test, result, unit, ["1", "2"]));
        assert_eq!(now[0], result, "{test} {unit}");
    }
    let unknown = standard(&entered("XYZ", "7", "mg/dL", ["1", "2"]));
    assert_eq!(unknown.each_ref().map(String::as_str), ["7", "7", "mg/dL", "1", "2"]);
}

#[test]
fn a_result_from_elsewhere_is_kept_as_printed_where_its_standard_result_is_the_same_amount() {
    // To the digits of the source, in the unit of the test or in another.
    let (record, lost) = result([
        "CREAT", "1.2", "mg/dL", "0.6", "1.1", "106", "106", "umol/L", "53", "97",
    ]);
    assert_eq!(printed(&record), ["1.2", "mg/dL", "0.6", "1.1"]);
    let unit = ["LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI"];
    let said = |name: &&str| format!("{name}: the record gives the same amount in another unit or to more digits");
    assert_eq!(lost, unit.iter().map(said).collect::<Vec<_>>());
    let (record, lost) = result([
        "CREAT", "106.1", "umol/L", "53", "97", "1.20", "1.20", "mg/dL", "0.60", "1.10",
    ]);
    assert_eq!(printed(&record), ["106.1", "umol/L", "53", "97"]);
    assert_eq!(lost, unit.iter().map(said).collect::<Vec<_>>());
    // Limits in the standard unit alone are those of a result in that unit.
    let (record, lost) = result(["ALT", "36", "U/L", "", "", "36", "36", "U/L", "7", "40"]);
    assert_eq!((printed(&record), lost), (["36", "U/L", "7", "40"], Vec::new()));
    // A diameter too, and one whose standard result has no unit of its own.
    for unit in ["mm", ""] {
        let cells = ["S", "1", "T01", "LDIAM", "5.5", "cm", "55", "55", unit, "2026-03-04"];
        let (captured, lost) = taken("TR", &DIAMETER, &cells);
        let now = (captured[0].value("trorres"), captured[0].value("trorresu"));
        assert_eq!((now, lost), ((Some("5.5"), Some("cm")), Vec::new()), "{unit}");
    }
}

#[test]
fn a_standard_result_that_says_something_else_is_taken_with_its_own_unit_and_limits() {
    let (record, lost) = result([
        "CREAT", "1.2", "mg/dL", "0.6", "1.1", "160", "160", "umol/L", "53", "97",
    ]);
    assert_eq!(printed(&record), ["160", "umol/L", "53", "97"]);
    assert_eq!(
        lost,
        [
            "LBORRES: the record says \"160\" instead",
            "LBORRESU: the record says \"umol/L\" instead",
            "LBORNRLO: the record says \"53\" instead",
            "LBORNRHI: the record says \"97\" instead",
        ]
    );
    // Limits that are no limits of the printed result do not go with it.
    let (record, _) = result(["CREAT", "1.2", "mg/dL", "", "", "106", "106", "umol/L", "53", "97"]);
    assert_eq!(printed(&record), ["106", "umol/L", "53", "97"]);
    let (record, _) = result(["CREAT", "1.2", "mg/dL", "0.6", "1.1", "160", "160", "umol/L", "", ""]);
    assert_eq!(printed(&record), ["160", "umol/L", "", ""]);
    // Without a unit of its own the standard result has none: that of the original would make 56 mm to 56 cm.
    let cells = ["S", "1", "T01", "LDIAM", "5.5", "cm", "56", "56", "", "2026-03-04"];
    let (captured, lost) = taken("TR", &DIAMETER, &cells);
    assert_eq!(
        (captured[0].value("trorres"), captured[0].value("trorresu")),
        (Some("56"), None)
    );
    assert_eq!(lost[1], "TRORRESU: it is the unit of another result than the one taken");
}

#[test]
fn the_specimen_is_kept_where_it_is_not_blood() {
    let columns = ["USUBJID", "LBSEQ", "LBTESTCD", "LBCAT", "LBSPEC", "LBORRES", "LBDTC"];
    let specimen = |category: &str, specimen: &str| {
        let row = ["S", "1", "GLUC", category, specimen, "5", "2026-03-04"];
        let (captured, _) = taken("LB", &columns, &row);
        captured[0].value("lbspec").map(str::to_owned)
    };
    assert_eq!(specimen("", "URINE").as_deref(), Some("URINE"));
    assert_eq!(specimen("URINALYSIS", "").as_deref(), Some("URINE"));
    assert_eq!(specimen("CHEMISTRY", "SERUM").as_deref(), Some("SERUM"));
    assert_eq!(specimen("CHEMISTRY", ""), None);
}
