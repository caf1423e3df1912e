//! Described datasets as files: against the published schemas, and read again.

use serde_json::Value;
use tercel_exchange::Table;
use tercel_exchange::export::sdtm::datasets;
use tercel_exchange::export::write::{Format, write};
use tercel_exchange::export::{Dataset, Kind, Origin, Standard, Variable};
use tercel_exchange::format::{dataset_json, xport};

use super::study::{ABOUT, described, rehearsal, trial};

const DOCUMENT: &str = include_str!("../../data/dataset-json/dataset.schema.json");
const LINES: &str = include_str!("../../data/dataset-json/dataset-ndjson-schema.json");

fn variable(name: &str, label: &str, kind: Kind, length: usize) -> Variable {
    Variable {
        name: name.to_owned(),
        label: label.to_owned(),
        kind,
        length,
        decimals: 0,
        codelist: None,
        role: "",
        mandatory: false,
        origin: Origin::Derived,
        method: None,
        by_value: Vec::new(),
    }
}

/// A dataset with a value of every kind, and a row of blanks.
fn small() -> Dataset {
    let columns = ["USUBJID", "ASEQ", "AVAL", "ADT", "ADTM", "AESTDTC"];
    let row = |cells: [&str; 6]| cells.map(str::to_owned).to_vec();
    let rows = vec![
        row(["S-01", "1", "0.1", "2025-02-24", "2025-02-24T10:30", "2025-02"]),
        row(["S-02", "2", "", "", "", ""]),
        row([
            "S-03",
            "-3",
            "1e8",
            "1959-12-31",
            "1959-12-31T23:59:59",
            "2025-02-24T10:30",
        ]),
    ];
    Dataset {
        standard: Standard::Adam,
        label: "A Small Dataset".to_owned(),
        class: "BASIC DATA STRUCTURE",
        structure: "One record per subject",
        keys: vec!["USUBJID".to_owned(), "ASEQ".to_owned()],
        repeats: Some(false),
        variables: vec![
            variable("USUBJID", "Unique Subject Identifier", Kind::Text, 4),
            variable("ASEQ", "Analysis Sequence Number", Kind::Integer, 1),
            variable("AVAL", "Analysis Value", Kind::Float, 2),
            variable("ADT", "Analysis Date", Kind::Date, 8),
            variable("ADTM", "Analysis Datetime", Kind::DateTime, 8),
            variable("AESTDTC", "Start Date/Time of Adverse Event", Kind::DateTimeText, 16),
        ],
        table: Table::from_rows("ADSML", &columns, rows),
    }
}

fn errors(schema: &str, document: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// The schema of the metadata line. As published it names definitions that only the schema of the document holds.
fn lines() -> String {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut lines: Value = serde_json::from_str(LINES).unwrap();
    for (name, definition) in document["$defs"].as_object().unwrap() {
        lines["$defs"][name] = definition.clone();
    }
    lines.to_string()
}

#[test]
fn every_document_is_valid_by_the_schema_of_dataset_json() {
    for dataset in described().iter().chain([&small()]) {
        let bytes = write(dataset, Format::DatasetJson, &ABOUT).unwrap();
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(errors(DOCUMENT, &document), Vec::<String>::new(), "{}", dataset.name());
        assert_eq!(document["records"], dataset.table.len());
        assert_eq!(document["rows"].as_array().unwrap().len(), dataset.table.len());
        assert_eq!(document["metaDataVersionOID"], "MDV.IL1RAP-HCC.ADaMIG.1.3");
        let mut wrong = document.clone();
        wrong["datasetJSONVersion"] = Value::from("1.0");
        assert!(!errors(DOCUMENT, &wrong).is_empty(), "the schema is asked");
        let bytes = write(dataset, Format::Ndjson, &ABOUT).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let meta: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(errors(&lines(), &meta), Vec::<String>::new(), "{}", dataset.name());
        assert_eq!(text.lines().count(), dataset.table.len() + 1);
    }
}

#[test]
fn every_file_of_the_exported_rehearsal_is_valid_by_the_schema_of_dataset_json() {
    let schema: Value = serde_json::from_str(DOCUMENT).unwrap();
    let document = jsonschema::validator_for(&schema).unwrap();
    let header: Value = serde_json::from_str(&lines()).unwrap();
    let header = jsonschema::validator_for(&header).unwrap();
    // A line after the first is a row as a document has it: a list of what the schema means by `value`, which forgets the
    // null of a missing one.
    let mut row = schema["$defs"]["Row"]["properties"]["value"].clone();
    let cells = row["items"]["anyOf"].as_array_mut().unwrap();
    cells.push(serde_json::json!({"type": "null"}));
    let row = jsonschema::validator_for(&row).unwrap();
    assert!(!row.is_valid(&Value::from("a")) && !row.is_valid(&serde_json::json!([{}])));
    let said = |validator: &jsonschema::Validator, value: &Value| -> Vec<String> {
        validator.iter_errors(value).map(|error| error.to_string()).collect()
    };
    let trial = trial();
    let mut datasets = datasets(&trial, rehearsal(), None).datasets;
    assert!(datasets.len() > 30, "{}", datasets.len());
    datasets.extend(described());
    for dataset in &datasets {
        let whole = write(dataset, Format::DatasetJson, &ABOUT).unwrap();
        let whole: Value = serde_json::from_slice(&whole).unwrap();
        assert_eq!(said(&document, &whole), Vec::<String>::new(), "{}", dataset.name());
        let text = write(dataset, Format::Ndjson, &ABOUT).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let [first, rows @ ..] = lines.as_slice() else {
            panic!("{} has no line", dataset.name());
        };
        assert_eq!(said(&header, first), Vec::<String>::new(), "{}", dataset.name());
        for line in rows {
            assert_eq!(said(&row, line), Vec::<String>::new(), "{}", dataset.name());
        }
        assert_eq!(rows, whole["rows"].as_array().unwrap(), "{}", dataset.name());
    }
}

#[test]
fn numbers_dates_and_missing_values_are_written_as_dataset_json_asks() {
    let bytes = write(&small(), Format::DatasetJson, &ABOUT).unwrap();
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let column = |at: usize| document["columns"][at].clone();
    assert_eq!(column(0)["keySequence"], 1);
    assert_eq!(column(0)["itemOID"], "IT.ADSML.USUBJID");
    assert_eq!(
        (column(1)["dataType"].as_str(), column(1)["keySequence"].as_u64()),
        (Some("integer"), Some(2))
    );
    assert_eq!(
        (column(3)["dataType"].as_str(), column(3)["targetDataType"].as_str()),
        (Some("date"), Some("integer"))
    );
    assert_eq!(column(4)["displayFormat"], "DATETIME20.");
    assert_eq!(
        (column(5)["dataType"].as_str(), column(5)["length"].as_u64()),
        (Some("string"), Some(16))
    );
    assert_eq!(
        document["rows"][0],
        serde_json::json!(["S-01", 1, 0.1, "2025-02-24", "2025-02-24T10:30:00", "2025-02"])
    );
    assert_eq!(
        document["rows"][1],
        serde_json::json!(["S-02", 2, null, null, null, null])
    );
    assert_eq!(document["datasetJSONCreationDateTime"], "2025-09-01T12:30:00");
}

/// The cells of a table, a number as a number.
fn plain(table: &Table) -> Vec<Vec<String>> {
    let cell = |cell: &str| match (
        cell.parse::<f64>(),
        cell.strip_suffix(":00").filter(|_| cell.contains('T')),
    ) {
        (Ok(number), _) => number.to_string(),
        (Err(_), Some(moment)) if moment.len() == 16 => moment.to_owned(),
        (Err(_), _) => cell.trim().to_owned(),
    };
    (0..table.len()).map(|row| table.row(row).map(cell).collect()).collect()
}

#[test]
fn what_is_written_is_read_again_by_the_readers_of_the_formats() {
    for dataset in described().iter().chain([&small()]) {
        let expected = plain(&dataset.table);
        let document = write(dataset, Format::DatasetJson, &ABOUT).unwrap();
        let lines = write(dataset, Format::Ndjson, &ABOUT).unwrap();
        let transport = write(dataset, Format::Xport, &ABOUT).unwrap();
        let csv = write(dataset, Format::Csv, &ABOUT).unwrap();
        let read = [
            dataset_json::read("x.json", &document).unwrap(),
            dataset_json::read("x.ndjson", &lines).unwrap(),
            xport::read("x.xpt", &transport).unwrap().remove(0),
            Table::parse_csv("x.csv", &csv).unwrap(),
        ];
        for table in &read {
            assert_eq!(
                table.columns(),
                dataset.table.columns(),
                "{} {}",
                dataset.name(),
                table.file
            );
            let found = plain(table);
            for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert_eq!(found, expected, "{} {} row {row}", dataset.name(), table.file);
            }
            assert_eq!(found.len(), expected.len());
        }
        for format in [Format::DatasetJson, Format::Ndjson, Format::Xport, Format::Csv] {
            assert_eq!(
                write(dataset, format, &ABOUT).unwrap(),
                write(&dataset.clone(), format, &ABOUT).unwrap()
            );
        }
    }
}

#[test]
fn a_transport_file_holds_labels_and_days_from_1960() {
    let bytes = write(&small(), Format::Xport, &ABOUT).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    for part in [
        "A Small Dataset",
        "Analysis Date   ",
        "DATE    ",
        "DATETIME",
        "01SEP25:12:30:00",
    ] {
        assert!(text.contains(part), "{part}");
    }
    // 2025-02-24 is 23,796 days from 1960-01-01, in IBM floating point 0x445CF4.
    let day = [0x44, 0x5c, 0xf4, 0, 0, 0, 0, 0];
    assert!(bytes.windows(8).any(|window| window == day));
    // The day before 1960 is -1.
    assert!(bytes.windows(8).any(|window| window == [0xc1, 0x10, 0, 0, 0, 0, 0, 0]));
}

#[test]
fn what_a_format_cannot_hold_is_refused_with_a_sentence() {
    let mut dataset = small();
    dataset.table.set("USUBJID", &[(0, "x".repeat(201))].into());
    let refused = write(&dataset, Format::Xport, &ABOUT).unwrap_err().to_string();
    assert!(refused.contains("ADSML.USUBJID has one of 201"), "{refused}");
    let mut dataset = small();
    dataset.table.set("AVAL", &[(1, "high".to_owned())].into());
    for format in [Format::DatasetJson, Format::Xport] {
        let refused = write(&dataset, format, &ABOUT).unwrap_err().to_string();
        assert!(
            refused.contains("ADSML.AVAL of row 2 is \"high\", which is no number"),
            "{refused}"
        );
    }
    let mut dataset = small();
    dataset.variables.remove(2);
    let refused = write(&dataset, Format::Csv, &ABOUT).unwrap_err().to_string();
    assert!(refused.contains("descriptions of ADSML"), "{refused}");
}

#[test]
fn parquet_holds_types_labels_and_nulls_and_the_same_bytes_every_time() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::{Field, RowAccessor as _};
    let bytes = write(&small(), Format::Parquet, &ABOUT).unwrap();
    assert_eq!(bytes, write(&small(), Format::Parquet, &ABOUT).unwrap());
    let file = std::env::temp_dir().join(format!("tercel-{}.parquet", std::process::id()));
    std::fs::write(&file, &bytes).unwrap();
    let reader = SerializedFileReader::new(std::fs::File::open(&file).unwrap()).unwrap();
    std::fs::remove_file(&file).unwrap();
    let meta = reader.metadata().file_metadata();
    let said = meta.key_value_metadata().unwrap();
    let said = |key: &str| {
        said.iter()
            .find(|pair| pair.key == key)
            .and_then(|pair| pair.value.clone())
            .unwrap()
    };
    assert_eq!(said("label"), "A Small Dataset");
    assert_eq!(
        (said("label.ADT"), said("format.ADT")),
        ("Analysis Date".to_owned(), "DATE9.".to_owned())
    );
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows[0].get_string(0).unwrap(), "S-01");
    assert_eq!(
        (rows[2].get_long(1).unwrap(), rows[2].get_double(2).unwrap()),
        (-3, 1e8)
    );
    // 2025-02-24 is 20,143 days from 1970-01-01; the day before 1960 is -3,654.
    let dates = rows
        .iter()
        .map(|row| row.get_column_iter().nth(3).map(|(_, field)| field.clone()).unwrap());
    assert_eq!(
        dates.collect::<Vec<_>>(),
        [Field::Date(20_143), Field::Null, Field::Date(-3_654)]
    );
    assert!(rows[1].get_double(2).is_err(), "blank is null");
    for dataset in described() {
        let bytes = write(&dataset, Format::Parquet, &ABOUT).unwrap();
        assert!(
            bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"),
            "{}",
            dataset.name()
        );
    }
}
