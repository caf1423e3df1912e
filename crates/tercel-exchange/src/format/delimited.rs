//! Text with separated values: CSV and its relatives.

use super::{MAX_LINE, text};
use crate::table::{Table, TableError, refuse_duplicates};

/// Separators, in the order in which a tie is decided.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads one dataset; its name is taken from the `DOMAIN` column, or from the file name where there is none.
pub fn read(file: &str, bytes: &[u8]) -> Result<Table, TableError> {
    let (text, note) = text::decode(bytes)?;
    if text.trim().is_empty() {
        return Err(TableError::Empty);
    }
    if let Some(line) = text.lines().position(|line| line.len() > MAX_LINE) {
        return Err(TableError::LongLine(line + 1));
    }
    if let Some(line) = open_quote(&text) {
        return Err(TableError::OpenQuote(line));
    }
    // Spreadsheets put the separator in a line of its own; blank lines before the header are no header.
    let text = text.trim_start_matches(['\r', '\n']);
    let (stated, text) = stated_separator(text);
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(stated.unwrap_or_else(|| separator(header)))
        .from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers()?.iter().map(str::to_uppercase).collect();
    refuse_duplicates(&columns)?;
    let mut table = Table::new("", file, columns);
    table.notes.extend(note);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        if record.iter().all(str::is_empty) {
            // Spreadsheets end their files with rows of separators only.
            continue;
        }
        if !table.push(record.iter()) {
            table.ragged.push(u32::try_from(table.len()).unwrap_or(u32::MAX));
            table.refuse_sparse()?;
        }
    }
    table.name_itself();
    Ok(table)
}

/// `sep=;` as a first line, with what follows it.
fn stated_separator(text: &str) -> (Option<u8>, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        Some([separator]) => (Some(*separator), rest),
        Some(_) | None => (None, text),
    }
}

/// The separator that stands most often between the names of the header.
pub(crate) fn separator(header: &str) -> u8 {
    let count = |separator: u8| {
        let mut quoted = false;
        let outside = header.bytes().filter(|byte| {
            quoted ^= *byte == b'"';
            !quoted && *byte == separator
        });
        outside.count()
    };
    let most = SEPARATORS.into_iter().map(count).max().unwrap_or(0);
    SEPARATORS.into_iter().find(|one| count(*one) == most).unwrap_or(b',')
}

/// The line in which a quotation mark opens that nothing closes.
fn open_quote(text: &str) -> Option<usize> {
    let (mut quoted, mut line, mut opened, mut begins) = (false, 1, 0, true);
    for byte in text.bytes() {
        match byte {
            // Inside a cell that did not begin with one, a quotation mark is a letter.
            b'"' if quoted => quoted = false,
            b'"' if begins => (quoted, opened) = (true, line),
            b'\n' => line += 1,
            _ => {}
        }
        begins = !quoted && (matches!(byte, b'\n' | b'"') || SEPARATORS.contains(&byte) || (begins && byte == b' '));
    }
    quoted.then_some(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        let table = read("ae.csv", text.as_bytes()).unwrap();
        (0..table.len())
            .map(|row| table.row(row).map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn every_separator_gives_the_same_table() {
        let comma = cells("USUBJID,AETERM\n1,\"a, b; c\"\n");
        for separator in [";", "\t", "|"] {
            assert_eq!(
                cells(&format!("USUBJID{separator}AETERM\n1{separator}\"a, b; c\"\n")),
                comma
            );
        }
        assert_eq!(cells("sep=;\r\nUSUBJID;AETERM\r\n1;\"a, b; c\"\r\n;\r\n"), comma);
    }

    #[test]
    fn a_quotation_mark_inside_a_cell_is_a_letter_and_one_that_is_never_closed_is_named_by_its_line() {
        assert_eq!(cells("A,B\n5\" x,\"say \"\"no\"\"\"\n"), [["5\" x", "say \"no\""]]);
        assert!(matches!(
            read("ae.csv", b"A,B\n1,\"x\n2,y\n"),
            Err(TableError::OpenQuote(2))
        ));
    }

    #[test]
    fn an_empty_file_a_long_line_and_two_equal_names_are_refused() {
        assert!(matches!(read("a.csv", b" \n"), Err(TableError::Empty)));
        let long = format!("A\n{}\n", "x".repeat(MAX_LINE + 1));
        assert!(matches!(read("a.csv", long.as_bytes()), Err(TableError::LongLine(2))));
        assert!(matches!(
            read("a.csv", b"A,a\n1,2\n"),
            Err(TableError::DuplicateColumn(_))
        ));
    }
}
