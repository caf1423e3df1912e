//! Files made to break readers: each is refused with a sentence, before memory or time is spent on it.

use std::fmt::Write as _;

use tercel::protocol::parse_protocol;
use tercel_exchange::format::{read_datasets, xport};
use tercel_exchange::inbound::fhir::{FhirOptions, read_fhir};
use tercel_exchange::inbound::laboratory::{Mapping, read_laboratory};
use tercel_exchange::inbound::odm::OdmMapping;
use tercel_exchange::inbound::{InboundError, Subjects};
use tercel_exchange::registry::parse_record;
use tercel_exchange::{Table, TableError, read_packet};

fn dataset(bytes: &[u8]) -> TableError {
    read_datasets("x", bytes).unwrap_err()
}

#[test]
fn a_small_table_does_not_become_a_large_one() {
    let header = (0..9_999).map(|at| format!("C{at},")).collect::<Vec<_>>().concat();
    let rows = "1\n".repeat(20_000);
    assert!(matches!(
        dataset(format!("{header}Z\n{rows}").as_bytes()),
        TableError::Sparse(_)
    ));
    let header = (0..10_001).map(|at| format!("C{at},")).collect::<Vec<_>>().concat();
    assert!(matches!(dataset(header.as_bytes()), TableError::Columns(10_000)));
    let columns: String = (0..9_999).fold(String::new(), |mut text, at| {
        write!(text, "{{\"name\":\"C{at}\"}},").unwrap();
        text
    });
    let json = format!(
        "{{\"datasetJSONVersion\":\"1.1\",\"columns\":[{columns}{{\"name\":\"Z\"}}],\"rows\":[{}[1]]}}",
        "[1],".repeat(20_000)
    );
    assert!(matches!(dataset(json.as_bytes()), TableError::Sparse(_)));
    let many = format!("{{\"columns\":[{}", "{\"name\":\"A\"},".repeat(10_001));
    assert!(dataset(many.as_bytes()).to_string().contains("more than 10000 columns"));
}

#[test]
fn parts_of_dataset_json_that_stand_twice_are_refused() {
    for twice in ["\"columns\":[],\"columns\":[]", "\"rows\":[],\"rows\":[]"] {
        let said = dataset(format!("{{{twice}}}").as_bytes()).to_string();
        assert!(said.contains("stands twice"), "{said}");
    }
    for (text, part) in [
        ("{\"columns\":[{\"name\":\"A\"}],\"rows\":[[1e999]]}", "out of range"),
        (
            "{\"columns\":[{\"name\":\"A\"}],\"rows\":[[[[1]]]]}",
            "a text, a number",
        ),
        ("{\"records\":1e300}", "Dataset-JSON"),
    ] {
        assert!(dataset(text.as_bytes()).to_string().contains(part), "{text}");
    }
}

/// A transport file with its descriptions altered by `alter`: offset in the file, new bytes.
fn altered(alter: &[(usize, &[u8])]) -> Vec<u8> {
    let row = ["S", "1", "x"].map(str::to_owned).to_vec();
    let table = Table::from_rows("AE", &["USUBJID", "AESEQ", "AETERM"], vec![row]);
    let mut bytes = xport::write(&table, "01JAN26:00:00:00").unwrap();
    for (at, new) in alter {
        bytes[*at..*at + new.len()].copy_from_slice(new);
    }
    bytes
}

#[test]
fn a_transport_file_with_impossible_descriptions_is_refused() {
    // Library header 3 records, member and descriptor headers 5: the descriptions of the variables begin at 640.
    const FIRST: usize = 640;
    assert!(read_datasets("x", &altered(&[])).is_ok());
    let said = |alter: &[(usize, &[u8])]| dataset(&altered(alter)).to_string();
    // Three variables on top of each other, each of 65,535 letters: a few kilobytes would be rows of any size.
    let everywhere: Vec<(usize, &[u8])> = (0..3)
        .flat_map(|at| {
            let start = FIRST + 140 * at;
            [
                (start, &[0, 2][..]),
                (start + 4, &[0xff, 0xff][..]),
                (start + 84, &[0, 0, 0, 0][..]),
            ]
        })
        .collect();
    assert!(said(&everywhere).contains("share their place"));
    assert!(said(&[(FIRST + 4, &[0, 0])]).contains("no length"));
    assert!(said(&[(FIRST + 84, &[0xff; 4])]).contains("no place"));
    assert!(said(&[(FIRST + 8, b"        ")]).contains("no name"));
    assert!(
        said(&[(FIRST + 140 + 4, &[0, 200])]).contains("no name, no length or no place"),
        "a number has eight bytes"
    );
    assert!(said(&[(560 + 54, b"9999")]).contains("damaged"));
    assert!(said(&[(560 + 54, b"-001")]).contains("how many variables"));
    assert!(said(&[(240 + 74, b"0001")]).contains("unknown length"));
    assert!(said(&[(560, b"X")]).contains("how many variables"));
    let whole = altered(&[]);
    for length in 0..whole.len() {
        // No cut panics; one that ends before the rows is refused, unless nothing tells what it is a part of.
        let read = read_datasets("x", &whole[..length]);
        assert!(
            length >= 1120 || length < xport::MAGIC.len() || read.is_err(),
            "{length}"
        );
    }
}

#[test]
fn depth_size_and_twice_said_keys_end_every_reader_of_json() {
    let deep = |open: &str| open.repeat(100_000);
    let fhir = |text: &str| read_fhir("x", text.as_bytes(), &FhirOptions::default()).unwrap_err();
    assert!(matches!(fhir(&deep("[")), InboundError::Extreme(_)));
    assert!(matches!(fhir(&deep("{\"entry\":")), InboundError::Extreme(_)));
    let wide = format!("{{\"resourceType\":\"Observation\",\"x\":[{}0]}}", "0,".repeat(200_000));
    assert!(fhir(&wide).to_string().contains("more values"));
    let number = format!("{{\"resourceType\":\"Observation\",\"x\":{}}}", "1".repeat(100_000));
    assert!(fhir(&number).to_string().contains("400 characters"));
    for text in [deep("["), deep("{\"a\":")] {
        assert!(dataset(text.as_bytes()).to_string().contains("nested more than 64"));
        assert!(parse_record(text.as_bytes(), None).is_err());
        assert!(read_packet(&text).is_err());
    }
    let twice = "{\"protocolSection\":{},\"protocolSection\":{}}";
    assert!(
        parse_record(twice.as_bytes(), None)
            .unwrap_err()
            .to_string()
            .contains("stands twice")
    );
    let many = format!("{{\"studies\":[\n{}0]}}", "0,\n".repeat(500_000));
    assert!(
        parse_record(many.as_bytes(), None)
            .unwrap_err()
            .to_string()
            .contains("more values")
    );
    assert!(
        read_packet(&format!("[{}0]", "0,".repeat(500_000)))
            .unwrap_err()
            .to_string()
            .contains("more values")
    );
}

#[test]
fn settings_nested_without_end_are_refused_and_not_followed() {
    let nested = [
        format!("x = {}", "[".repeat(100_000)),
        format!("x = {}", "{a=".repeat(100_000)),
        format!("{} = 1", "a.".repeat(100_000) + "a"),
        format!("[{}]", "a.".repeat(100_000) + "a"),
        "[[a]]\n".repeat(100_000),
    ];
    for text in nested {
        assert!(parse_protocol("protocol.toml", &text).is_err());
        assert!(Mapping::parse(&text).is_err());
        assert!(OdmMapping::parse(&text).is_err());
    }
}

#[test]
fn one_row_many_times_is_read_like_any_other_file() {
    let mapping =
        "layout = \"wide\"\n[columns]\nsubject = \"ID\"\ndate = \"Day\"\n[tests.Hb]\ntest = \"HGB\"\nunit = \"g/L\"\n";
    let mapping = Mapping::parse(mapping).unwrap();
    let read = |rows: String| {
        let text = format!("ID,Day,Hb\n{rows}");
        read_laboratory("lab.csv", text.as_bytes(), &mapping, "S", &Subjects::default()).unwrap()
    };
    let same = read("1,2026-03-01,120\n".repeat(50_000));
    assert_eq!((same.tables[0].len(), same.duplicates.len()), (1, 49_999));
    let other = read(
        (0..50_000)
            .map(|at| format!("1,2026-03-01,{}\n", 100.0 + f64::from(at) / 1000.0))
            .collect::<Vec<_>>()
            .concat(),
    );
    assert_eq!((other.tables[0].len(), other.findings.len()), (50_000, 49_999));
}
