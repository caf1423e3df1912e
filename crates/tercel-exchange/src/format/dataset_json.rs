//! CDISC Dataset-JSON 1.1, as one document or line by line (NDJSON).
//!
//! Source: CDISC Dataset-JSON 1.1 specification; its NDJSON form has the metadata in the first line and a row in every
//! further one. Rows are read one at a time into the table, never as a tree.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

use super::variable::{Kind, kind};
use super::{MAX_LINE, text};
use crate::table::{MAX_COLUMNS, Table, TableError, refuse_duplicates};

/// Deeper nesting than this is no dataset.
const MAX_DEPTH: usize = 64;

/// Reads one dataset from a document or from lines.
pub fn read(file: &str, bytes: &[u8]) -> Result<Table, TableError> {
    let (text, note) = text::decode(bytes)?;
    refuse_extremes(&text)?;
    let mut cells = Cells::default();
    let mut meta = Meta::default();
    let mut lines = serde_json::Deserializer::from_str(&text);
    Document {
        meta: &mut meta,
        cells: &mut cells,
    }
    .deserialize(&mut lines)
    .map_err(|error| failure(&error))?;
    let names = meta.names(&text)?;
    refuse_duplicates(&names)?;
    let mut table = Table::new("", file, names);
    table.notes.extend(note);
    table.notes.extend(meta.version_note());
    cells.pour(&mut table)?;
    // What follows the document are the rows of the line-by-line form.
    let mut more = Cells::default();
    loop {
        match (RowSeed { cells: &mut more }).deserialize(&mut lines) {
            Ok(()) => {}
            Err(error) if error.is_eof() && lines.end().is_ok() => break,
            Err(error) => return Err(failure(&error)),
        }
    }
    more.pour(&mut table)?;
    if let Some(records) = meta.records
        && records != table.len()
    {
        let found = table.len();
        let what = format!("the file states {records} records and holds {found}; ask the sender for the complete file");
        if found < records {
            let (line, column) = (1, 1);
            return Err(TableError::Json { line, column, what });
        }
        table.notes.push(what);
    }
    table.name_itself();
    if table.column("DOMAIN").is_none()
        && let Some(name) = meta.name.filter(|name| !name.is_empty())
    {
        table.name = name.to_uppercase();
    }
    Ok(table)
}

fn failure(error: &serde_json::Error) -> TableError {
    let full = error.to_string();
    let what = full.split(" at line ").next().unwrap_or(&full).to_owned();
    if error.is_data() {
        return TableError::NotDatasetJson(what);
    }
    let what = if error.is_eof() {
        "the file breaks off here; ask for it again".to_owned()
    } else {
        what
    };
    TableError::Json {
        line: error.line(),
        column: error.column(),
        what,
    }
}

/// Refuses what no dataset has before anything is parsed: deep nesting, and texts longer than a line may be.
fn refuse_extremes(text: &str) -> Result<(), TableError> {
    let (mut depth, mut quoted, mut escaped, mut length, mut line) = (0_usize, false, false, 0_usize, 1);
    for byte in text.bytes() {
        line += usize::from(byte == b'\n');
        if quoted {
            length += 1;
            quoted = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            if length > MAX_LINE {
                return Err(TableError::LongLine(line));
            }
            continue;
        }
        match byte {
            b'"' => (quoted, escaped, length) = (true, false, 0),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(TableError::Nesting(MAX_DEPTH));
        }
    }
    Ok(())
}

/// What the document says of itself.
#[derive(Debug, Default)]
struct Meta {
    version: Option<String>,
    name: Option<String>,
    records: Option<usize>,
    columns: Option<Vec<String>>,
    /// Whether rows were there.
    rows: bool,
    old: bool,
}

impl Meta {
    fn names(&mut self, text: &str) -> Result<Vec<String>, TableError> {
        if let Some(columns) = self.columns.take() {
            return Ok(columns);
        }
        let old = self.old || text.contains("\"itemGroupData\"");
        Err(TableError::NotDatasetJson(if old {
            "it is Dataset-JSON 1.0; ask for version 1.1, CSV or SAS XPORT".to_owned()
        } else {
            "it has no \"columns\" that name the variables".to_owned()
        }))
    }

    fn version_note(&self) -> Option<String> {
        match self.version.as_deref() {
            Some(version) if version == "1.1" || version.starts_with("1.1.") => None,
            Some(version) => Some(format!("the file states Dataset-JSON {version}; it was read as 1.1")),
            None => Some("the file states no datasetJSONVersion; it was read as 1.1".to_owned()),
        }
    }
}

/// Rows read so far, whatever their number of cells.
#[derive(Debug, Default)]
struct Cells {
    text: String,
    ends: Vec<usize>,
    rows: Vec<usize>,
}

impl Cells {
    fn pour(self, table: &mut Table) -> Result<(), TableError> {
        let (mut cell, mut start) = (0, 0);
        for end in self.rows {
            let ends = self.ends.get(cell..end).unwrap_or_default();
            let cells = ends.iter().map(|end| {
                let text = self.text.get(start..*end).unwrap_or_default().trim();
                start = *end;
                text
            });
            // Values beyond the last column are read too, so that the next row starts where it should.
            let cells: Vec<&str> = cells.collect();
            if !table.push(cells) {
                table.ragged.push(u32::try_from(table.len()).unwrap_or(u32::MAX));
                table.refuse_sparse()?;
            }
            cell = end;
        }
        Ok(())
    }
}

struct Document<'d> {
    meta: &'d mut Meta,
    cells: &'d mut Cells,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with datasetJSONVersion, columns and rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "datasetJSONVersion" => self.meta.version = map.next_value()?,
                "name" => self.meta.name = map.next_value()?,
                "records" => self.meta.records = map.next_value()?,
                "columns" if self.meta.columns.is_some() => return Err(A::Error::custom("\"columns\" stands twice")),
                "columns" => self.meta.columns = Some(map.next_value_seed(ColumnsSeed)?),
                "rows" if self.meta.rows => return Err(A::Error::custom("\"rows\" stands twice")),
                "rows" => {
                    self.meta.rows = true;
                    map.next_value_seed(RowsSeed { cells: self.cells })?;
                }
                "clinicalData" | "referenceData" => {
                    self.meta.old = true;
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The names of the columns, one at a time.
struct ColumnsSeed;

/// A column; all but its name is of no matter here.
#[derive(serde::Deserialize)]
struct Column {
    name: Option<String>,
}

impl<'de> DeserializeSeed<'de> for ColumnsSeed {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<String>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ColumnsSeed {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of columns")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut columns: A) -> Result<Vec<String>, A::Error> {
        let mut names = Vec::new();
        while let Some(column) = columns.next_element::<Column>()? {
            let name = column
                .name
                .ok_or_else(|| A::Error::custom("a column has no \"name\""))?;
            names.push(name.to_uppercase());
            if names.len() > MAX_COLUMNS {
                return Err(A::Error::custom(TableError::Columns(MAX_COLUMNS)));
            }
        }
        Ok(names)
    }
}

struct RowsSeed<'d> {
    cells: &'d mut Cells,
}

impl<'de> DeserializeSeed<'de> for RowsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(RowSeed { cells: self.cells })?.is_some() {}
        Ok(())
    }
}

struct RowSeed<'d> {
    cells: &'d mut Cells,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: a list of values, one per column")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<(), A::Error> {
        while row.next_element_seed(CellSeed { cells: self.cells })?.is_some() {
            self.cells.ends.push(self.cells.text.len());
        }
        self.cells.rows.push(self.cells.ends.len());
        Ok(())
    }
}

struct CellSeed<'d> {
    cells: &'d mut Cells,
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for CellSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.cells.text.push_str(text);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.cells.text.push(if value { 'Y' } else { 'N' });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.push(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.push(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.push(value);
        Ok(())
    }
}

impl CellSeed<'_> {
    fn push(self, value: impl fmt::Display) {
        use fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(self.cells.text, "{value}");
    }
}

/// Writes a dataset as one document (`lines` false) or line by line; `created` is a date and time in ISO 8601.
pub fn write(table: &Table, created: &str, lines: bool) -> Vec<u8> {
    let kinds: Vec<Kind> = (0..table.columns().len()).map(|column| kind(table, column)).collect();
    let columns = table.columns().iter().zip(&kinds).map(|(name, kind)| {
        let oid = format!("IT.{}.{name}", table.name);
        match kind {
            Kind::Integer => json!({"itemOID": oid, "name": name, "label": name, "dataType": "integer"}),
            Kind::Float => json!({"itemOID": oid, "name": name, "label": name, "dataType": "double"}),
            Kind::Text(length) => {
                json!({"itemOID": oid, "name": name, "label": name, "dataType": "string", "length": length})
            }
        }
    });
    let mut meta = json!({
        "datasetJSONCreationDateTime": created,
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": format!("IG.{}", table.name),
        "records": table.len(),
        "name": table.name,
        "label": table.name,
        "columns": columns.collect::<Vec<Value>>(),
    });
    let row = |row: usize| {
        let cells = table.row(row).zip(&kinds).map(|(cell, kind)| match kind {
            _ if cell.is_empty() => Value::Null,
            Kind::Integer => cell.parse::<i64>().map_or(Value::Null, Value::from),
            Kind::Float => cell.parse::<f64>().map_or(Value::Null, Value::from),
            Kind::Text(_) => Value::from(cell),
        });
        Value::Array(cells.collect())
    };
    let mut text = String::new();
    if lines {
        text.push_str(&meta.to_string());
        text.push('\n');
        for at in 0..table.len() {
            text.push_str(&row(at).to_string());
            text.push('\n');
        }
    } else {
        if let Some(object) = meta.as_object_mut() {
            object.insert("rows".to_owned(), (0..table.len()).map(row).collect());
        }
        text = meta.to_string();
        text.push('\n');
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"datasetJSONVersion":"1.1.0","rows":[["CDISC01","AE","1",1,null,2.5,true]],"records":1,
        "name":"AE","label":"x","columns":[{"name":"STUDYID"},{"name":"DOMAIN"},{"name":"USUBJID"},{"name":"AESEQ"},
        {"name":"AETERM"},{"name":"AEDUR"},{"name":"AESER"}]}"#;

    #[test]
    fn a_document_is_read_whatever_the_order_of_its_parts() {
        let table = read("anything.json", DOCUMENT.as_bytes()).unwrap();
        assert_eq!(table.name, "AE");
        assert_eq!(
            table.row(0).collect::<Vec<_>>(),
            ["CDISC01", "AE", "1", "1", "", "2.5", "Y"]
        );
        assert!(table.notes.is_empty() && table.ragged.is_empty());
    }

    #[test]
    fn lines_give_the_same_as_a_document() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let table = Table::from_rows(
            "LB",
            &["USUBJID", "LBSEQ", "LBSTRESN"],
            vec![row(["01", "1", "0.1"]), row(["02", "", ""])],
        );
        for lines in [false, true] {
            let again = read("x.json", &write(&table, "2026-01-01T00:00:00", lines)).unwrap();
            assert_eq!(again.columns(), table.columns());
            assert!((0..2).all(|at| again.row(at).eq(table.row(at))), "{again:?}");
        }
    }

    #[test]
    fn what_is_no_dataset_json_says_why() {
        let message = |text: &str| read("x.json", text.as_bytes()).unwrap_err().to_string();
        assert!(message("[1]").contains("no Dataset-JSON 1.1"));
        assert!(message("{}").contains("no \"columns\""));
        assert!(message(r#"{"clinicalData":{}}"#).contains("Dataset-JSON 1.0"));
        assert!(message(&DOCUMENT[..120]).contains("breaks off"));
        assert!(message(&"[".repeat(100_000)).contains("nested more than 64"));
        assert!(message(&format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_LINE + 1))).contains("1 MiB"));
        let short = DOCUMENT.replace("\"records\":1", "\"records\":3");
        assert!(message(&short).contains("states 3 records and holds 1"));
        let long = DOCUMENT.replace("\"records\":1", "\"records\":0");
        assert!(read("x.json", long.as_bytes()).unwrap().notes[0].contains("states 0 records and holds 1"));
    }

    #[test]
    fn a_row_that_is_too_short_or_too_long_does_not_shift_the_next() {
        let text = "{\"datasetJSONVersion\":\"1.1\",\"columns\":[{\"name\":\"A\"},{\"name\":\"B\"}]}\n[\"1\",\"2\",\"3\"]\n[\"4\"]\n[\"5\",\"6\"]\n";
        let table = read("x.ndjson", text.as_bytes()).unwrap();
        assert_eq!(table.ragged, [1, 2]);
        assert_eq!(table.row(2).collect::<Vec<_>>(), ["5", "6"]);
    }
}
