//! `AE`: the coding of events by the sponsor's dictionary.

use tercel::coding::Coding;

use super::cells::{Columns, fill};
use crate::meddra::{CODING, code_row, coded_cells};
use crate::table::Table;

/// The system organ class for analysis and the primary one: the same unless the data say otherwise.
const PRIMARY: [&str; 2] = ["AESOC", "AESOCCD"];

/// Codes the events that the data leave uncoded; what they carry stands.
pub fn code_events(tables: &mut [Table], coding: &Coding) {
    for table in tables.iter_mut().filter(|table| table.name.eq_ignore_ascii_case("AE")) {
        let columns = Columns::of(table);
        let rows = (0..table.len()).map(|row| {
            let coded = code_row(coding, |name| columns.text(row, name));
            let primary = coded.pt.and_then(|pt| coding.meddra.soc(pt.primary_soc));
            let primary = primary.map_or_else(Default::default, |soc| [soc.name.clone(), soc.code.to_string()]);
            (coded_cells(&coded), primary)
        });
        let rows: Vec<([String; 6], [String; 2])> = rows.collect();
        for (at, name) in CODING.into_iter().enumerate() {
            fill(table, name, |_, row| rows.get(row)?.0.get(at).cloned());
        }
        for (at, name) in PRIMARY.into_iter().enumerate() {
            fill(table, name, |_, row| rows.get(row)?.1.get(at).cloned());
        }
    }
}
