//! The rehearsal study through forms: datasets to records to datasets give the same study.

use tercel::study::Finding;
use tercel_exchange::export::sdtm::datasets;
use tercel_exchange::form::{Captured, NotTaken, from_tables, to_tables};
use tercel_exchange::{Table, read_datasets, read_folder, read_tables, soil_tables};

use super::{folder, trial};

/// Findings without their rows, which a folder counts by file.
fn placed(findings: &[Finding]) -> Vec<Finding> {
    let mut placed: Vec<Finding> = findings.to_vec();
    for finding in &mut placed {
        finding.row = None;
    }
    placed.sort_by_key(|finding| format!("{finding:?}"));
    placed
}

#[test]
fn the_rehearsal_comes_back_from_its_records() {
    let (folder, trial) = (folder().join("data"), trial());
    let (tables, _) = read_datasets(&folder).unwrap();
    let (captured, not_taken) = from_tables(&tables, &trial);
    let back = read_tables(to_tables(&trial, &captured), &trial).unwrap();
    let direct = read_folder(&folder, &trial).unwrap();
    assert_eq!(back.subjects.len(), direct.subjects.len());
    for (back, direct) in back.subjects.iter().zip(&direct.subjects) {
        assert_eq!(back, direct);
    }
    assert_eq!(placed(&back.findings), placed(&direct.findings));
    assert_eq!((back.synthetic, back.dated), (direct.synthetic, direct.dated));
    assert_eq!(not_taken, []);
}

#[test]
fn the_datasets_of_the_rehearsal_come_back_cell_by_cell() {
    let (folder, trial) = (folder().join("data"), trial());
    let (mut tables, _) = read_datasets(&folder).unwrap();
    let (captured, _) = from_tables(&tables, &trial);
    let back = to_tables(&trial, &captured);
    tables.retain(|table| !table.name.starts_with("SUPP"));
    for now in back.iter().filter(|now| tables.iter().all(|was| was.name != now.name)) {
        assert!(now.is_empty(), "{} is none of the source", now.name);
    }
    for was in &tables {
        let now = back.iter().find(|now| now.name == was.name).unwrap();
        assert_eq!(now.len(), was.len(), "{}", was.name);
        for (at, name) in was.columns().iter().enumerate() {
            let here = now.column(name).unwrap_or_else(|| panic!("{} lost {name}", was.name));
            for row in 0..was.len() {
                assert_eq!(now.cell(row, here), was.cell(row, at), "{} row {row} {name}", was.name);
            }
        }
    }
}

/// An export is sorted by what its rows say; here by subject and number again, as the source is.
fn by_number(table: &Table) -> Table {
    let mut rows: Vec<usize> = (0..table.len()).collect();
    if let (Some(subject), Some(number)) = (table.column("USUBJID"), table.column(&format!("{}SEQ", table.name))) {
        rows.sort_by_key(|row| {
            let number: u32 = table.cell(*row, number).parse().unwrap();
            (table.cell(*row, subject), number)
        });
    }
    let mut sorted = Table::new(&table.name, &table.file, table.columns().to_vec());
    for row in rows {
        sorted.push(table.row(row));
    }
    sorted
}

#[test]
fn qualifiers_in_datasets_of_their_own_are_read_back_to_the_same_study() {
    let (folder, trial) = (folder().join("data"), trial());
    let (tables, _) = read_datasets(&folder).unwrap();
    let (captured, _) = from_tables(&tables, &trial);
    let exported = |tables: Vec<Table>| -> Vec<Table> {
        let made = datasets(&trial, tables, None).datasets.into_iter();
        made.map(|dataset| dataset.table).collect()
    };
    let sdtm = exported(to_tables(&trial, &captured));
    let qualifiers = |tables: &[Table]| {
        let mut found = Vec::new();
        for table in tables.iter().filter(|table| table.name.starts_with("SUPP")) {
            let places = ["RDOMAIN", "USUBJID", "IDVARVAL", "QNAM", "QVAL"].map(|name| table.column(name).unwrap());
            found.extend((0..table.len()).map(|row| places.map(|at| table.cell(row, at).to_owned())));
        }
        found.sort();
        found
    };
    // Every qualifier of the source comes back, and beside them only what the files' own export has: variables of the class
    // that the guide does not list under the dataset.
    let made = qualifiers(&sdtm);
    assert!(qualifiers(&tables).iter().all(|one| made.binary_search(one).is_ok()));
    assert!(made == qualifiers(&exported(tables)));
    let (back, direct) = (
        read_tables(sdtm.iter().map(by_number).collect(), &trial).unwrap(),
        read_folder(&folder, &trial).unwrap(),
    );
    assert_eq!(back.subjects, direct.subjects);
    assert_eq!(placed(&back.findings), placed(&direct.findings));
}

/// The records of one row of a dataset, and what was not taken of it.
pub(super) fn taken(dataset: &str, columns: &[&str], cells: &[&str]) -> (Vec<Captured>, Vec<String>) {
    let row = cells.iter().map(|cell| (*cell).to_owned()).collect();
    let table = Table::from_rows(dataset, columns, vec![row]);
    let (captured, not_taken) = from_tables(&[table], &trial());
    let sentence = |lost: NotTaken| {
        let place = [lost.column, lost.value]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        format!("{place}: {}", lost.reason)
    };
    (captured, not_taken.into_iter().map(sentence).collect())
}

#[test]
fn whatever_no_record_holds_is_listed_with_its_reason() {
    let (captured, lost) = taken(
        "AE",
        &["USUBJID", "AESEQ", "AETERM", "AEPATT"],
        &["S", "1", "Nausea", "SINGLE"],
    );
    assert_eq!(captured.len(), 1);
    assert_eq!(lost, ["AEPATT: the form of the row has no field for it"]);
    let (captured, lost) = taken(
        "TR",
        &["USUBJID", "TRSEQ", "TRGRPID", "TRTESTCD"],
        &["S", "1", "TARGET", "SUMDIAM"],
    );
    assert_eq!(
        (captured.len(), lost),
        (0, vec![": no form is for such a row".to_owned()])
    );
    let (_, lost) = taken("QS", &["USUBJID"], &["S"]);
    assert_eq!(lost, [": no form belongs to this dataset"]);
    let (_, lost) = taken("AE", &["USUBJID", "AETERM"], &["", "Nausea"]);
    assert_eq!(lost, [": the row names no subject"]);
    let two = |second: &str| {
        let row = |number: &str| ["S", number, "Nausea"].map(str::to_owned).to_vec();
        let table = Table::from_rows("AE", &["USUBJID", "AESEQ", "AETERM"], vec![row("3"), row(second)]);
        from_tables(&[table], &trial())
    };
    let (captured, lost) = two("3");
    assert_eq!(captured.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 3]);
    assert!(lost[0].reason.to_string().contains("became number 1"));
    assert_eq!(two("4").1, []);
}

#[test]
fn what_a_form_asks_for_only_where_it_is_asked_is_taken_and_comes_back() {
    for (dataset, columns, cells, last) in [
        (
            "AE",
            &["USUBJID", "AESEQ", "AETERM", "AEACN"][..],
            &["S", "1", "Nausea", "DRUG WITHDRAWN"][..],
            "aeacn",
        ),
        (
            "DM",
            &["USUBJID", "SEX", "ETHNIC"],
            &["S", "F", "HISPANIC OR LATINO"],
            "ethnic",
        ),
        (
            "EX",
            &["USUBJID", "EXSEQ", "EXTRT", "EXROUTE"],
            &["S", "1", "FLUDARABINE", "INTRAVENOUS"],
            "exroute",
        ),
        (
            "EX",
            &["USUBJID", "EXSEQ", "EXTRT", "EXROUTE"],
            &["S", "1", "ANTI-IL1RAP CAR-T CELLS", "INTRA-ARTERIAL"],
            "exroute",
        ),
    ] {
        let (captured, lost) = taken(dataset, columns, cells);
        let (name, value) = (*columns.last().unwrap(), *cells.last().unwrap());
        assert_eq!(lost, Vec::<String>::new(), "{name}");
        assert_eq!(captured[0].values[last], value);
        let back = to_tables(&trial(), &captured);
        let table = back.iter().find(|table| table.name == dataset).unwrap();
        assert_eq!(table.cell(0, table.column(name).unwrap()), value);
    }
}

#[test]
fn every_cell_of_soiled_datasets_is_in_a_record_or_listed() {
    let trial = trial();
    for seed in 0..4 {
        let (mut tables, _) = read_datasets(&folder().join("data")).unwrap();
        soil_tables(&trial, &mut tables, seed, 0, &mut Vec::new());
        let (captured, not_taken) = from_tables(&tables, &trial);
        let back = to_tables(&trial, &captured);
        let rows = |tables: &[Table], name: &str| {
            let found = tables.iter().find(|table| table.name == name);
            found.map_or(0, Table::len)
        };
        for table in tables
            .iter()
            .filter(|table| !table.name.starts_with("SUPP") && table.name != "DM")
        {
            let of_rows = |lost: &&NotTaken| lost.dataset == table.name && lost.column.is_none();
            let left_out = not_taken.iter().filter(of_rows).count();
            assert_eq!(rows(&back, &table.name) + left_out, table.len(), "{}", table.name);
        }
        assert!(not_taken.iter().all(|lost| !lost.reason.to_string().is_empty()));
    }
}
