//! A dataset as text: what every tabular format is read into, and written from.

use thiserror::Error;

/// A line longer than this is no row of a dataset.
const MAX_LINE: usize = 1 << 20;

/// Why bytes are not a dataset.
#[derive(Debug, Error)]
pub enum TableError {
    /// Nothing in it.
    #[error("the file is empty; the first line must name the variables")]
    Empty,
    /// Not text.
    #[error("the file is not UTF-8 text; save it as CSV UTF-8")]
    Encoding,
    /// A line of more than 1 MiB.
    #[error("line {0} is longer than 1 MiB; check the quotation marks before it")]
    LongLine(usize),
    /// Values separated by something other than commas.
    #[error("the values are separated by {0}; save the file with commas between them")]
    Separator(&'static str),
    /// Two columns of one name.
    #[error("two columns are named {0}; rename or remove one")]
    DuplicateColumn(String),
    /// Not CSV.
    #[error("the file is not valid CSV: {0}")]
    Csv(#[from] csv::Error),
}

/// A dataset: named columns, rows of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Dataset name, upper case (`AE`).
    pub name: String,
    /// File it came from or goes to.
    pub file: String,
    /// Column names, upper case.
    pub columns: Vec<String>,
    /// Rows; each has one text per column.
    pub rows: Vec<Vec<String>>,
    /// Rows (from 1) that had more or fewer values than the header names.
    pub ragged: Vec<u32>,
}

impl Table {
    /// Reads CSV. The name is taken from the `DOMAIN` column, or from the file name where there is none.
    pub fn parse_csv(file: &str, bytes: &[u8]) -> Result<Self, TableError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| TableError::Encoding)?
            .trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Err(TableError::Empty);
        }
        if let Some(line) = text.lines().position(|line| line.len() > MAX_LINE) {
            return Err(TableError::LongLine(line + 1));
        }
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header = text.lines().next().unwrap_or_default();
        if !header.contains(',') {
            for (separator, name) in [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")] {
                if header.contains(separator) {
                    return Err(TableError::Separator(name));
                }
            }
        }
        let columns: Vec<String> = reader.headers()?.iter().map(str::to_uppercase).collect();
        let mut sorted: Vec<&String> = columns.iter().filter(|name| !name.is_empty()).collect();
        sorted.sort();
        if let Some(pair) = sorted.windows(2).find(|pair| pair.first() == pair.last()) {
            return Err(TableError::DuplicateColumn(
                pair.first().map_or_else(String::new, ToString::to_string),
            ));
        }
        let mut table = Self {
            name: String::new(),
            file: file.to_owned(),
            columns,
            rows: Vec::new(),
            ragged: Vec::new(),
        };
        for record in reader.records() {
            let mut row: Vec<String> = record?.iter().map(str::to_owned).collect();
            if row.len() != table.columns.len() {
                table
                    .ragged
                    .push(u32::try_from(table.rows.len() + 1).unwrap_or(u32::MAX));
                row.resize(table.columns.len(), String::new());
            }
            table.rows.push(row);
        }
        let stem = file
            .rsplit('/')
            .next()
            .and_then(|name| name.split('.').next())
            .unwrap_or_default();
        let domain = table
            .column("DOMAIN")
            .and_then(|at| table.rows.first()?.get(at).cloned());
        table.name = domain
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| stem.to_owned())
            .to_uppercase();
        Ok(table)
    }

    /// A dataset made here: its file is named after it, every row has one text per column.
    pub fn from_rows(name: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Self {
        Self {
            name: name.to_owned(),
            file: format!("{}.csv", name.to_lowercase()),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            rows,
            ragged: Vec::new(),
        }
    }

    /// Position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Writes CSV.
    pub fn to_csv(&self) -> Result<Vec<u8>, TableError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.columns)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer
            .into_inner()
            .map_err(|error| TableError::Csv(error.into_error().into()))
    }
}
