//! File formats of datasets, recognised by what stands in the file, not by its name.
//!
//! | Format | Read | Written |
//! |---|---|---|
//! | values separated by comma, semicolon, tab or bar; UTF-8, UTF-16, Windows-1252, GB 18030 | [`delimited`] | [`Table::to_csv`] |
//! | Dataset-JSON 1.1, as one document or line by line | [`dataset_json`] | [`dataset_json::write`] |
//! | SAS XPORT version 5 | [`xport`] | [`xport::write`] |

pub mod dataset_json;
pub mod delimited;
mod text;
mod variable;
pub mod xport;

use std::io::{Read as _, Seek as _};
use std::path::Path;

use crate::bounded;
use crate::table::{Table, TableError};
pub(crate) use text::decode;

/// A line, or a text in JSON, longer than this is in no dataset.
pub(crate) const MAX_LINE: usize = 1 << 20;

/// Extensions of files that are read as datasets; what they hold is recognised by their content.
pub const EXTENSIONS: [&str; 8] = ["csv", "tsv", "txt", "json", "ndjson", "jsonl", "xpt", "xport"];

/// Reads a file of a folder, looked at while it is read. A transport file is made a table as it comes.
pub(crate) fn read_file(file: &str, path: &Path) -> Result<Vec<Table>, TableError> {
    let mut source = bounded::open(path, bounded::MAX_DATASET)?;
    let mut start = Vec::new();
    (&mut source).take(xport::MAGIC.len() as u64).read_to_end(&mut start)?;
    let transport = start.starts_with(xport::MAGIC);
    source.rewind()?;
    if transport {
        return xport::read_from(file, source);
    }
    read_datasets(
        file,
        &bounded::read_from(source, bounded::Kind::Dataset, bounded::MAX_DATASET)?,
    )
}

/// Reads a file: one dataset, or every member of a transport file.
pub fn read_datasets(file: &str, bytes: &[u8]) -> Result<Vec<Table>, TableError> {
    if bytes.starts_with(xport::MAGIC) {
        return xport::read(file, bytes);
    }
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if start.starts_with(b"{") || start.starts_with(b"[") {
        return dataset_json::read(file, start).map(|table| vec![table]);
    }
    delimited::read(file, bytes).map(|table| vec![table])
}
