//! SAS XPORT version 5, the transport format that regulators ask for.
//!
//! Source: SAS technical support note TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format": records of
//! 80 bytes, headers, a NAMESTR of 140 bytes a variable, observations end to end, numbers in IBM floating point.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read};
use std::rc::Rc;

use super::text;
use super::variable::{Kind, kind};
use crate::bounded::{self, Extreme, Guarded};
use crate::export::described::{self, Described};
use crate::table::{Table, TableError, refuse_duplicates};

/// How every transport file of version 5 begins.
pub const MAGIC: &[u8] = b"HEADER RECORD*******LIB";

const RECORD: usize = 80;
const NAMESTR: usize = 140;
const LIBRARY: &[u8] = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!";
const MEMBER: &[u8] = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!";
const NAMES: &[u8] = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!";
const OBSERVATIONS: &[u8] = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!";

/// More variables than this are in no dataset.
const MOST_VARIABLES: usize = 10_000;

/// One variable as the file describes it.
#[derive(Debug, Clone)]
struct Variable {
    name: String,
    numeric: bool,
    length: usize,
    position: usize,
    format: String,
    label: String,
}

/// Reads every member of a transport file. Numbers with a date format become ISO 8601 dates; special missing values keep
/// their letter (`.A`).
pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<Table>, TableError> {
    read_from(file, bytes)
}

/// The same of bytes as they come: none is kept longer than its row.
pub(crate) fn read_from(file: &str, source: impl Read) -> Result<Vec<Table>, TableError> {
    let mut source = Records::new(source);
    if !source.begin_with(LIBRARY)? {
        let message = "it is version 8; write it as version 5, or send Dataset-JSON";
        return Err(source.damaged(message));
    }
    // The first record says what the file is, two more who wrote it and when.
    source.take(3, NO_DATASET)?;
    let mut tables = Vec::new();
    let mut record = source.next(NO_DATASET)?;
    while let Some(header) = record {
        if !header.starts_with(MEMBER) {
            return Err(source.damaged(NO_DATASET));
        }
        let table;
        (table, record) = member(file, &header, &mut source)?;
        tables.push(table);
    }
    if tables.is_empty() {
        return Err(source.damaged(NO_DATASET));
    }
    Ok(tables)
}

/// A transport file is made of whole records of 80 bytes.
const BREAKS_OFF: &str = "it breaks off in the middle of a row; ask for it again";
const TOO_SHORT: &str = "it breaks off before its first row";
const NO_DATASET: &str = "it holds no dataset";

/// The records of a file, one after the other.
struct Records<R> {
    source: BufReader<Guarded<R>>,
    found: Rc<RefCell<Option<Extreme>>>,
    /// Bytes taken.
    at: u64,
}

type Record = [u8; RECORD];

impl<R: Read> Records<R> {
    fn new(source: R) -> Self {
        let guarded = Guarded::new(source, bounded::Kind::Transport, bounded::MAX_DATASET);
        let found = guarded.found();
        Self {
            source: BufReader::with_capacity(1 << 16, guarded),
            found,
            at: 0,
        }
    }

    /// The next record; `None` at the end of the file. `torn` is what is wrong where it ends within a record.
    fn next(&mut self, torn: &str) -> Result<Option<Record>, TableError> {
        let mut record = [0; RECORD];
        let mut filled = 0;
        while let Some(rest) = record.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.source.read(rest) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(self.damaged(torn)),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.why(error)),
            }
        }
        self.at += RECORD as u64;
        Ok(Some(record))
    }

    fn begin_with(&mut self, mark: &[u8]) -> Result<bool, TableError> {
        match self.source.fill_buf() {
            Ok(start) => Ok(start.starts_with(mark)),
            Err(error) => Err(self.why(error)),
        }
    }

    /// What ended the reading.
    fn why(&self, error: io::Error) -> TableError {
        self.found.take().map_or_else(|| error.into(), TableError::from)
    }

    /// So many records end to end; `torn` is what is wrong where there are fewer.
    fn take(&mut self, count: usize, torn: &str) -> Result<Vec<u8>, TableError> {
        let mut bytes = Vec::with_capacity(count * RECORD);
        for _ in 0..count {
            let record = self.next(torn)?;
            bytes.extend(record.ok_or_else(|| self.damaged(torn))?);
        }
        Ok(bytes)
    }

    /// What is wrong, and how far the file was read.
    fn damaged(&self, what: &str) -> TableError {
        damaged(&format!("up to byte {}, {what}", self.at))
    }
}

fn damaged(what: &str) -> TableError {
    TableError::Xport(what.to_owned())
}

/// One dataset: member header, descriptor header, two records about it, the variables, the observations; and the header of the
/// one after it.
fn member<R: Read>(
    file: &str,
    header: &Record,
    source: &mut Records<R>,
) -> Result<(Table, Option<Record>), TableError> {
    let (name, _, variables) = head(header, source)?;
    refuse_overlap(&variables)?;
    let names: Vec<String> = variables.iter().map(|one| one.name.to_uppercase()).collect();
    refuse_duplicates(&names)?;
    let mut rows = Rows::new(Table::new(&name, file, names), variables);
    let next = loop {
        match source.next(BREAKS_OFF)? {
            Some(record) if !record.starts_with(MEMBER) => rows.feed(&record)?,
            next => break next,
        }
    };
    if !blank(&rows.begun) {
        return Err(source.damaged(BREAKS_OFF));
    }
    let mut table = rows.table;
    table.notes.extend(rows.guessed);
    if table.column("DOMAIN").is_some_and(|at| !table.cell(0, at).is_empty()) || table.name.is_empty() {
        table.name_itself();
    }
    Ok((table, next))
}

/// What the first dataset of a transport file says of itself.
pub(crate) fn describe(bytes: &[u8]) -> Result<Described, TableError> {
    let mut source = Records::new(bytes);
    source.take(3, NO_DATASET)?;
    let header = source.next(NO_DATASET)?.filter(|header| header.starts_with(MEMBER));
    let header = header.ok_or_else(|| source.damaged(NO_DATASET))?;
    let (_, label, variables) = head(&header, &mut source)?;
    let columns = variables.into_iter().map(|variable| described::Column {
        name: variable.name,
        label: Some(variable.label),
        numeric: Some(variable.numeric),
        length: Some(variable.length),
        key: None,
    });
    Ok(Described {
        label: Some(label),
        columns: columns.collect(),
    })
}

/// Name and label of a dataset, and its variables.
fn head<R: Read>(header: &Record, source: &mut Records<R>) -> Result<(String, String, Vec<Variable>), TableError> {
    let size = number_in(header, 74, 78).unwrap_or(NAMESTR);
    if !(136..=NAMESTR).contains(&size) {
        return Err(source.damaged("its variable descriptions have an unknown length"));
    }
    let about = source.take(4, TOO_SHORT)?;
    let name = ascii(about.get(RECORD + 8..RECORD + 16).unwrap_or_default()).to_uppercase();
    let label = ascii(about.get(2 * RECORD + 32..2 * RECORD + 72).unwrap_or_default());
    let header = about.get(3 * RECORD..).unwrap_or_default();
    let count = number_in(header, 54, 58).filter(|count| *count <= MOST_VARIABLES && header.starts_with(NAMES));
    let count = count.ok_or_else(|| source.damaged("it does not say how many variables it has"))?;
    let described = source.take((count * size).div_ceil(RECORD), TOO_SHORT)?;
    let variables = described.chunks_exact(size).take(count).map(variable);
    let variables = variables.collect::<Result<Vec<Variable>, TableError>>()?;
    if !source.take(1, TOO_SHORT)?.starts_with(OBSERVATIONS) {
        return Err(source.damaged("its rows are not where they should begin"));
    }
    Ok((name, label, variables))
}

/// Variables stand side by side in a row: were they on top of each other, a small file would be a large table.
fn refuse_overlap(variables: &[Variable]) -> Result<(), TableError> {
    let mut places: Vec<(usize, usize)> = variables.iter().map(|one| (one.position, one.length)).collect();
    places.sort_unstable();
    let mut end = 0;
    for (position, length) in places {
        if position < end {
            return Err(damaged("two variables share their place in a row"));
        }
        end = position + length;
    }
    Ok(())
}

/// The rows of a dataset, as its records come.
struct Rows {
    table: Table,
    variables: Vec<Variable>,
    /// Bytes of a row.
    width: usize,
    /// Bytes of a row that is not whole yet.
    begun: Vec<u8>,
    /// Rows of blanks that another row may follow.
    blank: usize,
    guessed: Option<String>,
}

impl Rows {
    fn new(table: Table, variables: Vec<Variable>) -> Self {
        Self {
            table,
            width: variables.iter().map(|one| one.position + one.length).max().unwrap_or(0),
            variables,
            begun: Vec::new(),
            blank: 0,
            guessed: None,
        }
    }

    fn feed(&mut self, record: &Record) -> Result<(), TableError> {
        if self.width == 0 {
            return Ok(());
        }
        let mut begun = std::mem::take(&mut self.begun);
        begun.extend_from_slice(record);
        let mut rows = begun.chunks_exact(self.width);
        for row in rows.by_ref() {
            self.row(row)?;
        }
        let rest = rows.remainder().len();
        begun.drain(..begun.len() - rest);
        self.begun = begun;
        Ok(())
    }

    /// The last record is filled up with blanks: rows of blanks at the end are no rows.
    fn row(&mut self, row: &[u8]) -> Result<(), TableError> {
        if blank(row) {
            self.blank += 1;
            return Ok(());
        }
        for _ in 0..std::mem::take(&mut self.blank) {
            self.table.push(self.variables.iter().map(|_| ""));
        }
        let mut cells = Vec::with_capacity(self.variables.len());
        for one in &self.variables {
            let field = row.get(one.position..one.position + one.length).unwrap_or_default();
            if one.numeric {
                cells.push(numeric(field, &one.format));
                continue;
            }
            // Some programs fill a text up with zeros.
            let filled = field.iter().rposition(|byte| !matches!(byte, b' ' | 0));
            let field = field.get(..filled.map_or(0, |last| last + 1)).unwrap_or_default();
            if field.contains(&0) {
                let (row, name, dataset) = (self.table.len() + 1, &one.name, &self.table.name);
                return Err(damaged(&format!(
                    "row {row} of {dataset} has in {name} what is no text"
                )));
            }
            cells.push(match text::decode(field) {
                Ok((text, note)) => {
                    self.guessed = self.guessed.take().or(note);
                    text.trim().to_owned()
                }
                Err(_) => String::from_utf8_lossy(field).trim().to_owned(),
            });
        }
        self.table.push(cells.iter().map(String::as_str));
        Ok(())
    }
}

fn blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == b' ')
}

/// A number that stands in letters.
fn number_in(record: &[u8], from: usize, to: usize) -> Option<usize> {
    let digits = std::str::from_utf8(record.get(from..to)?).ok()?;
    digits.trim().parse().ok()
}

fn ascii(bytes: &[u8]) -> String {
    let letters = bytes.iter().take_while(|byte| **byte != 0);
    letters
        .map(|byte| char::from(*byte))
        .collect::<String>()
        .trim()
        .to_owned()
}

fn variable(bytes: &[u8]) -> Result<Variable, TableError> {
    let short = |at: usize| {
        let two = bytes.get(at..at + 2).and_then(|two| <[u8; 2]>::try_from(two).ok());
        two.map_or(0, u16::from_be_bytes)
    };
    let position = bytes.get(84..88).and_then(|four| <[u8; 4]>::try_from(four).ok());
    let position = usize::try_from(position.map_or(0, u32::from_be_bytes)).unwrap_or(usize::MAX);
    let length = usize::from(short(4));
    let numeric = short(0) == 1;
    let name = ascii(bytes.get(8..16).unwrap_or_default());
    if name.is_empty() || length == 0 || (numeric && !(2..=8).contains(&length)) || position > 1 << 24 {
        return Err(damaged("a variable has no name, no length or no place"));
    }
    Ok(Variable {
        name,
        numeric,
        length,
        position,
        format: ascii(bytes.get(56..64).unwrap_or_default()).to_uppercase(),
        label: ascii(bytes.get(16..56).unwrap_or_default()),
    })
}

/// The text of a number: plain, as a date where its format says so, or the letter of a missing value.
fn numeric(field: &[u8], format: &str) -> String {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(field) {
        *to = *from;
    }
    let [first, rest @ ..] = bytes;
    if rest == [0; 7] && (first == b'.' || first == b'_' || first.is_ascii_uppercase()) {
        return if first == b'.' {
            String::new()
        } else {
            format!(".{}", char::from(first))
        };
    }
    let value = from_ibm(bytes);
    let name = format.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    match name {
        "DATE" | "YYMMDD" | "YYMMDDD" | "DDMMYY" | "MMDDYY" | "E8601DA" | "IS8601DA" | "B8601DA" | "MMDDYYS"
        | "DDMMYYS" | "YYMMDDN" => day(value),
        "DATETIME" | "E8601DT" | "IS8601DT" | "B8601DT" => moment(value),
        "TIME" | "E8601TM" | "IS8601TM" | "HHMM" | "TOD" => Some(clock(value)),
        _ => None,
    }
    .unwrap_or_else(|| value.to_string())
}

/// Days since 1960-01-01 as a date.
fn day(days: f64) -> Option<String> {
    let origin = jiff::civil::date(1960, 1, 1);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates, and the date is checked to exist"
    )]
    let span = jiff::Span::new().try_days(days.floor() as i64).ok()?;
    origin.checked_add(span).ok().map(|date| date.to_string())
}

/// Seconds since 1960-01-01 as a date and time.
fn moment(seconds: f64) -> Option<String> {
    let days = (seconds / 86_400.0).floor();
    Some(format!("{}T{}", day(days)?, clock(seconds - days * 86_400.0)))
}

fn clock(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "saturates; a day has 86,400 seconds")]
    let whole = seconds.round() as i64;
    format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

/// IBM double: sign, exponent of 16 with excess 64, fraction of 56 bits.
fn from_ibm(bytes: [u8; 8]) -> f64 {
    let bits = u64::from_be_bytes(bytes);
    let fraction = bits & 0x00ff_ffff_ffff_ffff;
    let exponent = i32::from(bytes.first().copied().unwrap_or(0) & 0x7f) - 64;
    let magnitude = libm::ldexp(fraction as f64, 4 * exponent - 56);
    if bits >> 63 == 1 { -magnitude } else { magnitude }
}

/// The nearest IBM double; `None` where its exponent does not reach.
fn to_ibm(value: f64) -> Option<[u8; 8]> {
    if value.abs() <= 0.0 {
        return Some([0; 8]);
    }
    let (mantissa, exponent) = libm::frexp(value.abs());
    // value = mantissa · 2^exponent with mantissa in [1/2, 1); the exponent of 16 is the next multiple of four.
    let sixteen = exponent.div_euclid(4) + i32::from(exponent.rem_euclid(4) != 0);
    let fraction = libm::ldexp(mantissa, exponent - 4 * sixteen + 56);
    let high = u8::try_from(sixteen + 64).ok().filter(|high| *high < 128)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number below 2^56"
    )]
    let bits = (fraction as u64) | (u64::from(high) << 56) | (u64::from(value < 0.0) << 63);
    Some(bits.to_be_bytes())
}

/// Writes one dataset whose variables are guessed; `created` is written as SAS does (`01JAN26:00:00:00`), so that the bytes
/// depend on nothing else.
pub fn write(table: &Table, created: &str) -> Result<Vec<u8>, TableError> {
    let kinds: Vec<Kind> = (0..table.columns().len()).map(|column| kind(table, column)).collect();
    let columns = table.columns().iter().zip(&kinds).map(|(name, kind)| Column {
        name,
        label: name,
        numeric: !matches!(kind, Kind::Text(_)),
        length: if let Kind::Text(length) = kind { *length } else { 8 },
        format: "",
        width: 0,
    });
    let columns: Vec<Column<'_>> = columns.collect();
    if let Some(long) = columns.iter().find(|column| column.length > 200) {
        return Err(TableError::Write(format!(
            "SAS XPORT version 5 has texts of at most 200 bytes; {} has {}",
            long.name, long.length
        )));
    }
    let rows = (0..table.len()).map(|row| {
        let cells = table.row(row).zip(&kinds);
        cells.map(|(cell, kind)| match kind {
            Kind::Text(_) => Cell::Text(cell),
            Kind::Integer | Kind::Float => cell.parse().map_or(Cell::Missing, Cell::Number),
        })
    });
    write_columns(&table.name, &table.name, &columns, rows, created)
}

/// A variable as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<'c> {
    pub(crate) name: &'c str,
    pub(crate) label: &'c str,
    pub(crate) numeric: bool,
    /// Bytes of a value; 8 of a number.
    pub(crate) length: usize,
    /// Name of the display format, and its width; none where it is blank.
    pub(crate) format: &'c str,
    pub(crate) width: u16,
}

/// A value as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'c> {
    Missing,
    Text(&'c str),
    Number(f64),
}

/// Writes one dataset with what is said of its variables.
pub(crate) fn write_columns<'c, R>(
    name: &str,
    label: &str,
    columns: &[Column<'_>],
    rows: impl Iterator<Item = R>,
    created: &str,
) -> Result<Vec<u8>, TableError>
where
    R: Iterator<Item = Cell<'c>>,
{
    let refuse = |what: String| Err(TableError::Write(what));
    let fits = |name: &str| name.len() <= 8 && name.is_ascii() && !name.is_empty();
    let mut names = std::iter::once(name).chain(columns.iter().map(|column| column.name));
    if let Some(name) = names.find(|name| !fits(name)) {
        return refuse(format!(
            "SAS XPORT version 5 has names of 1 to 8 letters, not \"{name}\""
        ));
    }
    let mut out = headers(name, label, columns, created);
    for row in rows {
        for (cell, column) in row.zip(columns) {
            match (cell, column.numeric) {
                (Cell::Text(text), false) => {
                    out.extend(text.bytes().chain(std::iter::repeat(b' ')).take(column.length));
                }
                (Cell::Number(number), true) => match to_ibm(number) {
                    Some(bytes) => out.extend(bytes),
                    None => return refuse(format!("{number} is beyond what a SAS number holds")),
                },
                (_, false) => out.extend(std::iter::repeat_n(b' ', column.length)),
                (_, true) => out.extend([b'.', 0, 0, 0, 0, 0, 0, 0]),
            }
        }
    }
    fill(&mut out);
    Ok(out)
}

/// Everything before the first row: library, member, descriptions of the variables.
fn headers(name: &str, label: &str, columns: &[Column<'_>], created: &str) -> Vec<u8> {
    let created = format!("{created:<16.16}");
    let mut out = Vec::new();
    let mut record = |text: &str| out.extend_from_slice(format!("{text:<80.80}").as_bytes());
    let zeros = "000000000000000000000000000000";
    record(&format!("HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!{zeros}"));
    record(&format!(
        "SAS     SAS     SASLIB  9.4     {:<8}{:<24}{created}",
        "X64", ""
    ));
    record(&created);
    record("HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140");
    record(&format!("HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!{zeros}"));
    record(&format!(
        "SAS     {name:<8}SASDATA 9.4     {:<8}{:<24}{created}",
        "X64", ""
    ));
    record(&format!("{created}{:16}{}{:8}", "", ascii_field(label), ""));
    record(&format!(
        "HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000{:04}00000000000000000000",
        columns.len()
    ));
    let (mut position, mut number) = (0_usize, 0_u16);
    for column in columns {
        number += 1;
        let mut entry = Vec::with_capacity(NAMESTR);
        let short = |value: u16| value.to_be_bytes();
        entry.extend(short(if column.numeric { 1 } else { 2 }));
        entry.extend(short(0));
        entry.extend(short(u16::try_from(column.length).unwrap_or(u16::MAX)));
        entry.extend(short(number));
        entry.extend(
            format!(
                "{:<8.8}{}{:<8.8}",
                column.name,
                ascii_field(column.label),
                column.format
            )
            .as_bytes(),
        );
        entry.extend(short(column.width));
        entry.extend([0; 6]);
        entry.extend(format!("{:8}", "").as_bytes());
        entry.extend([0; 4]);
        entry.extend(u32::try_from(position).unwrap_or(u32::MAX).to_be_bytes());
        entry.resize(NAMESTR, 0);
        out.extend(entry);
        position += column.length;
    }
    fill(&mut out);
    out.extend_from_slice(
        format!(
            "{:<80}",
            format!("HEADER RECORD*******OBS     HEADER RECORD!!!!!!!{zeros}")
        )
        .as_bytes(),
    );
    out
}

/// A label in its 40 bytes: letters of more than one byte would move everything after them.
fn ascii_field(label: &str) -> String {
    let plain: String = label
        .chars()
        .map(|letter| if letter.is_ascii() { letter } else { '?' })
        .collect();
    format!("{plain:<40.40}")
}

/// Fills the last record with blanks.
fn fill(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(RECORD), b' ');
}

/// Date and time as SAS writes it: `01JAN26:00:00:00`.
pub fn sas_time(when: jiff::civil::DateTime) -> String {
    const MONTHS: [&str; 12] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    let month = usize::try_from(when.month())
        .ok()
        .and_then(|month| MONTHS.get(month - 1))
        .unwrap_or(&"JAN");
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "{:02}{month}{:02}:{:02}:{:02}:{:02}",
        when.day(),
        when.year().rem_euclid(100),
        when.hour(),
        when.minute(),
        when.second()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_to_the_last_bit() {
        // 1 and -118.625 as IBM doubles are in the format's description.
        assert_eq!(to_ibm(1.0), Some([0x41, 0x10, 0, 0, 0, 0, 0, 0]));
        assert_eq!(to_ibm(-118.625), Some([0xc2, 0x76, 0xa0, 0, 0, 0, 0, 0]));
        for value in [
            0.1,
            1.0 / 3.0,
            1e8,
            -2.5e-9,
            123_456_789.123,
            f64::EPSILON,
            5e-70,
            7.2e75,
        ] {
            assert_eq!(from_ibm(to_ibm(value).unwrap()).to_bits(), value.to_bits(), "{value}");
        }
        assert_eq!(to_ibm(1e80), None);
    }

    #[test]
    fn dates_and_missing_values_are_read_by_their_meaning() {
        let days = to_ibm(24_000.0).unwrap();
        assert_eq!(numeric(&days, "DATE9."), "2025-09-16");
        assert_eq!(numeric(&days, "BEST"), "24000");
        assert_eq!(
            numeric(&to_ibm(3600.0 * 25.0).unwrap(), "DATETIME20."),
            "1960-01-02T01:00:00"
        );
        assert_eq!(numeric(&[b'.', 0, 0, 0, 0, 0, 0, 0], ""), "");
        assert_eq!(numeric(&[b'A', 0, 0, 0, 0, 0, 0, 0], ""), ".A");
    }

    #[test]
    fn what_is_written_is_read_again_and_the_bytes_depend_on_nothing_else() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let rows = vec![
            row(["AE", "S-1", "1", "0.25"]),
            row(["AE", "S-2", "2", ""]),
            row(["AE", "é", "3", "-7"]),
        ];
        let table = Table::from_rows("AE", &["DOMAIN", "USUBJID", "AESEQ", "AESTRESN"], rows);
        let bytes = write(&table, "01JAN26:00:00:00").unwrap();
        assert_eq!(bytes.len() % RECORD, 0);
        let again = read("x.xpt", &bytes).unwrap().remove(0);
        assert_eq!((again.name.as_str(), again.columns()), ("AE", table.columns()));
        assert!((0..3).all(|at| again.row(at).eq(table.row(at))), "{again:?}");
        assert_eq!(bytes, write(&table, "01JAN26:00:00:00").unwrap());
    }

    #[test]
    fn damage_is_said_and_never_panics() {
        let table = Table::from_rows("AE", &["USUBJID"], vec![vec!["S".to_owned()]]);
        let bytes = write(&table, "").unwrap();
        for length in 0..bytes.len() {
            let _ = read("x.xpt", &bytes[..length]);
        }
        assert!(
            read("x.xpt", &bytes[..240])
                .unwrap_err()
                .to_string()
                .contains("no dataset")
        );
        assert!(write(&Table::from_rows("AE", &["MUCHTOOLONG"], vec![]), "").is_err());
    }

    #[test]
    fn a_file_that_breaks_off_is_refused_wherever_it_does() {
        let row = |number: usize| {
            vec![
                format!("S-{number}"),
                "a long text of a row ".repeat(5),
                number.to_string(),
            ]
        };
        let table = Table::from_rows("AE", &["USUBJID", "AETERM", "AESEQ"], (1..=9).map(row).collect());
        let bytes = write(&table, "").unwrap();
        let rows = |bytes: &[u8]| read("x.xpt", bytes).map(|tables| tables[0].len());
        assert_eq!(rows(&bytes).unwrap(), 9);
        let said = |length: usize| rows(&bytes[..length]).unwrap_err().to_string();
        // In the middle of a record of 80 bytes, and at its end in the middle of a row.
        assert!(said(bytes.len() - 40).contains("breaks off"));
        assert!(said(bytes.len() - 3 * RECORD).contains("breaks off"));
    }
}
