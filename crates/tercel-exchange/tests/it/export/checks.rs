//! Every check of an export, on the rehearsal and on one slip each.

use std::collections::BTreeMap;

use tercel_exchange::Table;
use tercel_exchange::export::checks::{
    Check, check_define, check_file, check_structure, check_values, check_well_formed,
};
use tercel_exchange::export::define::{Define, write_define};
use tercel_exchange::export::described::check_described;
use tercel_exchange::export::sdtm::datasets;
use tercel_exchange::export::write::{Format, write};
use tercel_exchange::export::{Dataset, Kind, Standard, Variable};

use super::study::{ABOUT, described, rehearsal, trial};

fn exported() -> Vec<Dataset> {
    datasets(&trial(), rehearsal(), None).datasets
}

fn checks_of(made: &[Dataset]) -> Vec<Check> {
    let (values, _) = check_values(made);
    values.into_iter().chain(check_structure(made)).collect()
}

/// The check that found something, and what.
fn found(checks: Vec<Check>) -> Vec<(&'static str, String)> {
    let each = checks.into_iter().flat_map(|check| {
        let by_check = move |finding: &tercel::study::Finding| {
            (
                check.what,
                format!("{} {}: {}", finding.place(), finding.field, finding.rule),
            )
        };
        check.findings.clone().iter().map(by_check).collect::<Vec<_>>()
    });
    each.collect()
}

fn set(made: &mut [Dataset], name: &str, variable: &str, row: usize, value: &str) {
    let dataset = made.iter_mut().find(|made| made.name() == name).unwrap();
    dataset.table.set(variable, &BTreeMap::from([(row, value.to_owned())]));
}

#[test]
fn the_rehearsal_passes_every_check_and_says_how_much_was_looked_at() {
    for (made, count) in [(exported(), 12), (described(), 9)] {
        let checks = checks_of(&made);
        assert_eq!(checks.len(), count);
        for check in &checks {
            assert!(
                !check.looked_at.starts_with("0 "),
                "{}: {}",
                check.what,
                check.looked_at
            );
        }
        assert_eq!(found(checks), []);
    }
}

#[test]
fn each_slip_is_found_by_its_check_alone() {
    type Slip = fn(&mut Vec<Dataset>);
    let slips: [(Slip, &str, &str); 12] = [
        (
            |made| set(made, "AE", "AESER", 0, "MAYBE"),
            "Every coded value",
            "AESER",
        ),
        (
            |made| set(made, "VS", "USUBJID", 0, "NOBODY"),
            "Every subject has its row",
            "USUBJID",
        ),
        (
            |made| set(made, "VS", "STUDYID", 3, "ANOTHER"),
            "Every record is of one study",
            "STUDYID",
        ),
        (|made| set(made, "VS", "VSDY", 3, "999"), "Every study day", "VSDY"),
        (
            |made| set(made, "VS", "VSDTC", 0, "24FEB2025"),
            "Every date and time",
            "VSDTC",
        ),
        (
            |made| set(made, "SUPPAE", "QNAM", 0, "NARRATIVE"),
            "Names and labels",
            "QNAM",
        ),
        (
            |made| set(made, "FA", "FATEST", 0, "Another"),
            "A code of a test has one name",
            "FATESTCD",
        ),
        (
            |made| set(made, "DM", "SUBJID", 0, ""),
            "No required variable",
            "SUBJID",
        ),
        (
            |made| set(made, "AE", "AESEQ", 1, "1"),
            "No number of a record",
            "AESEQ",
        ),
        (
            |made| {
                let dm = made.iter_mut().find(|made| made.name() == "DM").unwrap();
                let first = dm.table.cell(0, dm.table.column("USUBJID").unwrap()).to_owned();
                dm.table.set("USUBJID", &BTreeMap::from([(1, first)]));
            },
            "The keys of a dataset",
            "USUBJID",
        ),
        (
            |made| {
                let vs = made.iter_mut().find(|made| made.name() == "VS").unwrap();
                vs.variables.retain(|variable| variable.name != "VISITNUM");
            },
            "Every required and expected",
            "VISITNUM",
        ),
        (
            |made| set(made, "SUPPAE", "IDVARVAL", 0, "9999"),
            "Supplemental qualifiers",
            "9999",
        ),
    ];
    for (slip, check, said) in slips {
        let mut made = exported();
        slip(&mut made);
        let found = found(checks_of(&made));
        assert!(
            found
                .iter()
                .any(|(what, text)| what.starts_with(check) && text.contains(said)),
            "{check}: {found:?}"
        );
    }
}

#[test]
fn a_file_that_reads_back_as_something_else_is_found() {
    let made = exported();
    let dm = made.iter().find(|made| made.name() == "DM").unwrap();
    for (format, file) in [
        (Format::Xport, "dm.xpt"),
        (Format::DatasetJson, "dm.json"),
        (Format::Csv, "dm.csv"),
        (Format::Parquet, "dm.parquet"),
    ] {
        let bytes = write(dm, format, &ABOUT).unwrap();
        assert_eq!(check_file(dm, file, &bytes), []);
        let mut other = dm.clone();
        let at = dm.table.column("AGE").unwrap();
        let age: u32 = dm.table.cell(3, at).parse().unwrap();
        other.table.set("AGE", &BTreeMap::from([(3, (age + 1).to_string())]));
        let found = check_file(&other, file, &bytes);
        assert_eq!((found.len(), found[0].field.as_str()), (1, "AGE"), "{file}");
        assert_eq!(
            check_file(dm, file, &bytes[..bytes.len() / 2]).len().min(1),
            1,
            "{file}"
        );
    }
    // A text is the same to the letter, also where it is a number.
    let mut zero = dm.clone();
    zero.table.set("SITEID", &BTreeMap::from([(0, "07".to_owned())]));
    let seven = write(&zero, Format::Csv, &ABOUT).unwrap();
    zero.table.set("SITEID", &BTreeMap::from([(0, "7".to_owned())]));
    assert_eq!(check_file(&zero, "dm.csv", &seven).len(), 1);
    // Moments come back with their seconds.
    let analysis = described();
    let adpc = analysis.iter().find(|made| made.name() == "ADPC").unwrap();
    for (format, file) in [(Format::Xport, "adpc.xpt"), (Format::Parquet, "adpc.parquet")] {
        let bytes = write(adpc, format, &ABOUT).unwrap();
        assert_eq!(check_file(adpc, file, &bytes), []);
    }
}

#[test]
fn a_define_xml_that_is_not_of_its_files_is_found_in_every_format() {
    let made = exported();
    for format in [
        Format::DatasetJson,
        Format::Ndjson,
        Format::Xport,
        Format::Parquet,
        Format::Csv,
    ] {
        let extension = format.extension();
        let define = Define {
            about: ABOUT,
            study_name: "study",
            study_description: "",
            protocol_name: "study",
            standard: Standard::Sdtm,
            datasets: &made,
            extension,
            documents: &[],
            results: &[],
        };
        let xml = String::from_utf8(write_define(&define).unwrap()).unwrap();
        let named = |dataset: &Dataset| format!("{}.{extension}", dataset.name().to_lowercase());
        let written = |dataset: &Dataset| (named(dataset), write(dataset, format, &ABOUT).unwrap());
        let files: Vec<(String, Vec<u8>)> = made.iter().map(written).collect();
        let said = |xml: &str, files: &[(String, Vec<u8>)]| {
            let files: Vec<(&str, &[u8])> = files
                .iter()
                .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
                .collect();
            found(vec![check_described("define.xml", xml.as_bytes(), &files)])
        };
        assert_eq!(said(&xml, &files), [], "{extension}");
        let mut fewer = files.clone();
        fewer.pop();
        assert_eq!(said(&xml, &fewer).len(), 1, "{extension}");
        let mut more = files.clone();
        more.push((format!("xx.{extension}"), files[0].1.clone()));
        assert_eq!(said(&xml, &more).len(), 1, "{extension}");

        let slips: [Slip; 5] = [
            ("its variables in order", &|dm| {
                dm.variables.pop();
                let left: Vec<&str> = dm.variables.iter().map(|variable| variable.name.as_str()).collect();
                dm.table = Table::from_rows("DM", &left, Vec::new());
            }),
            ("the label of the dataset", &|dm| "Subjects".clone_into(&mut dm.label)),
            ("the label of AGE", &|dm| "Years".clone_into(&mut of(dm, "AGE").label)),
            ("the type of AGE", &|dm| of(dm, "AGE").kind = Kind::Text),
            ("SITEID has a text of 30 bytes", &|dm| {
                dm.table.set("SITEID", &BTreeMap::from([(0, "0".repeat(30))]));
            }),
        ];
        for (what, slip) in slips {
            let mut dm = made.iter().find(|made| made.name() == "DM").unwrap().clone();
            slip(&mut dm);
            let mut files = files.clone();
            let place = files.iter().position(|(name, _)| *name == named(&dm)).unwrap();
            files[place].1 = write(&dm, format, &ABOUT).unwrap();
            let found = said(&xml, &files);
            let holds = format != Format::Csv || !what.starts_with("the ");
            assert_eq!(
                found.iter().any(|(_, said)| said.contains(what)),
                holds,
                "{extension}: {found:?}"
            );
        }
    }
}

/// What is said, and what gives rise to it.
type Slip<'s> = (&'static str, &'s dyn Fn(&mut Dataset));

fn of<'d>(dataset: &'d mut Dataset, name: &str) -> &'d mut Variable {
    dataset
        .variables
        .iter_mut()
        .find(|variable| variable.name == name)
        .unwrap()
}

#[test]
fn a_reference_to_nothing_an_identifier_twice_and_broken_files_are_found() {
    let xml = |list: &str| {
        format!(
            "<ODM><ItemDef OID=\"IT.A\"><CodeListRef CodeListOID=\"{list}\"/></ItemDef><CodeList OID=\"CL.A\"/></ODM>"
        )
    };
    assert_eq!(check_define("define.xml", xml("CL.A").as_bytes()).findings, []);
    let said = |text: String| found(vec![check_define("define.xml", text.as_bytes())])[0].1.clone();
    assert!(said(xml("CL.B")).contains("CL.B is named and nowhere defined"));
    assert!(said(xml("CL.A").replace("IT.A", "CL.A")).contains("CL.A stands twice"));
    assert_eq!(check_define("define.xml", b"<ODM>").findings.len(), 1);
    assert_eq!(check_define("define.xml", b"<ODM Id=\"\xff\"/>").findings.len(), 1);
    let files: [(&str, &[u8]); 4] = [
        ("a.xml", b"<a/>"),
        ("b.json", b"{}"),
        ("c.json", b"{"),
        ("d.html", b"<"),
    ];
    let check = check_well_formed(files.into_iter());
    assert_eq!((check.findings.len(), check.looked_at.as_str()), (1, "3 files"));
}
