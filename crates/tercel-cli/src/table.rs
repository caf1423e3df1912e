//! Reads a CSV file for a command, with messages that name the file, the row and the column.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use tercel_exchange::bounded;

/// A CSV file in memory; columns are found by name, case-insensitively.
#[derive(Debug)]
pub(crate) struct Table {
    path: PathBuf,
    columns: HashMap<String, usize>,
    /// The column names as written.
    pub(crate) header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads the whole file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = bounded::read(path, bounded::Kind::Lines, bounded::MAX_DATASET)
            .with_context(|| format!("failed to read {}", path.display()))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            anyhow!(
                "failed to read {}: not UTF-8; save the file as CSV UTF-8",
                path.display()
            )
        })?;
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator(text))
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        if header.iter().all(String::is_empty) {
            bail!("{} is empty; the first line must name the columns", path.display());
        }
        let mut columns = HashMap::new();
        for (index, name) in header.iter().enumerate() {
            if columns.insert(name.to_lowercase(), index).is_some() {
                bail!("{} has two columns named {name}; remove or rename one", path.display());
            }
        }
        let rows = reader
            .records()
            .map(|record| record.map(|record| record.iter().map(str::to_owned).collect()))
            .collect::<Result<_, _>>()
            .with_context(|| format!("failed to read {}", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            columns,
            header,
            rows,
        })
    }

    /// Refuses a file that ends after the names of its columns.
    pub(crate) fn require_rows(&self) -> anyhow::Result<()> {
        if self.rows.is_empty() {
            bail!(
                "{} names its columns and has no row below them; check that the whole file was saved",
                self.path.display()
            );
        }
        Ok(())
    }

    /// Refuses the file unless it has all these columns.
    pub(crate) fn require(&self, names: &[&str]) -> anyhow::Result<()> {
        let missing: Vec<&str> = names.iter().copied().filter(|name| !self.has(name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        bail!(
            "{} has no column {}; its columns are {}",
            self.path.display(),
            missing.join(", "),
            self.header.join(", ")
        )
    }

    /// Whether the file has this column.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.columns.contains_key(&name.to_lowercase())
    }

    /// The rows in file order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().enumerate().map(|(index, cells)| Row {
            table: self,
            number: index + 1,
            cells,
        })
    }
}

/// What stands between the columns: a comma, or a semicolon or tab where the first line has no comma.
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let others = [b';', b'\t'];
    let found = others.into_iter().find(|other| header.as_bytes().contains(other));
    found.filter(|_| !header.contains(',')).unwrap_or(b',')
}

/// One row of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    /// Counted from 1 without the header.
    pub(crate) number: usize,
    cells: &'a [String],
}

impl<'a> Row<'a> {
    /// The text of a column; blank where the file lacks the column.
    pub(crate) fn text(self, name: &str) -> &'a str {
        let index = self.table.columns.get(&name.to_lowercase());
        index
            .and_then(|&index| self.cells.get(index))
            .map_or("", String::as_str)
    }

    /// A number, or `None` where the cell is blank, `NA` or `.`.
    pub(crate) fn number_or_blank(self, name: &str) -> anyhow::Result<Option<f64>> {
        let text = self.text(name);
        if matches!(text, "" | "NA" | ".") {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Some(value)),
            Ok(_) | Err(_) => Err(self.wrong(name, "a number")),
        }
    }

    /// A number that must be there.
    pub(crate) fn require_number(self, name: &str) -> anyhow::Result<f64> {
        self.number_or_blank(name)?.ok_or_else(|| self.wrong(name, "a number"))
    }

    /// The error for a cell that does not hold what was expected.
    pub(crate) fn wrong(self, name: &str, expected: &str) -> anyhow::Error {
        anyhow!(
            "{}, row {}, column {name}: expected {expected}, found \"{}\"",
            self.table.path.display(),
            self.number,
            self.text(name)
        )
    }
}
