//! A laboratory's file of any layout to `LB` and `VS`, by a mapping.
//!
//! # What it derives
//! A row a result, or a row a sample with a column for each test; column names, date format, decimal mark, units and ranges in
//! columns or in the mapping, marks of quantification limits (`<5`), lines before the header.
//!
//! # Errors
//! A cell that cannot be read as the mapping says refuses the file, by line and column: a mapping that does not fit gives no
//! data rather than wrong ones. A test, a column or a subject that nobody mapped is listed and left out.

mod mapping;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tercel::study::When;

pub use mapping::{Layout, Mapping};
pub(crate) use mapping::{mapping_error, parse_toml};

use self::mapping::MappedTest;
use super::result::{Found, Results, Sent, Test, plain_number};
use super::specimen;
use super::{Inbound, InboundError, Left, Subjects, Why};
use crate::format::decode;

/// Mistakes that are named before the rest is counted.
const MOST_MISTAKES: usize = 50;

/// Reads one file.
pub fn read_laboratory(
    file: &str,
    bytes: &[u8],
    mapping: &Mapping,
    study: &str,
    subjects: &Subjects,
) -> Result<Inbound, InboundError> {
    read_laboratories(&[(file.to_owned(), bytes.to_vec())], mapping, study, subjects)
}

/// Reads several files of the same layout.
pub fn read_laboratories(
    files: &[(String, Vec<u8>)],
    mapping: &Mapping,
    study: &str,
    subjects: &Subjects,
) -> Result<Inbound, InboundError> {
    let mut inbound = Inbound::default();
    let mut results = Results::new(study);
    let mut mistakes = Mistakes::default();
    for (file, bytes) in files {
        let (text, _) = decode(bytes)?;
        let mut sheet = Source::open(file, &text, mapping)?;
        sheet.read(subjects, &mut results, &mut inbound, &mut mistakes)?;
    }
    if !mistakes.lines.is_empty() {
        return Err(mistakes.refuse());
    }
    inbound.finish(results.into_sheets());
    Ok(inbound)
}

#[derive(Debug, Default)]
struct Mistakes {
    lines: Vec<String>,
    more: usize,
}

impl Mistakes {
    fn add(&mut self, line: u64, column: &str, what: &str) {
        if self.lines.len() < MOST_MISTAKES {
            self.lines.push(format!("line {line}, column \"{column}\": {what}"));
        } else {
            self.more += 1;
        }
    }

    fn refuse(mut self) -> InboundError {
        if self.more > 0 {
            self.lines.push(format!("and {} more", self.more));
        }
        InboundError::Cells(self.lines)
    }
}

/// One file while it is read.
struct Source<'s> {
    file: &'s str,
    mapping: &'s Mapping,
    reader: csv::Reader<&'s [u8]>,
    header: Vec<String>,
    columns: HashMap<String, usize>,
    /// Lines before the header.
    before: u64,
}

impl<'s> Source<'s> {
    fn open(file: &'s str, text: &'s str, mapping: &'s Mapping) -> Result<Self, InboundError> {
        let mut rest = text;
        for _ in 1..mapping.header_line {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let first = rest.lines().next().unwrap_or_default();
        let separator = mapping
            .separator
            .unwrap_or_else(|| crate::format::delimited::separator(first));
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .delimiter(separator)
            .from_reader(rest.as_bytes());
        let header: Vec<String> = reader
            .headers()
            .map_err(crate::TableError::from)?
            .iter()
            .map(str::to_owned)
            .collect();
        let mut columns = HashMap::new();
        for (at, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if columns.insert(name.clone(), at).is_some() {
                return Err(crate::TableError::DuplicateColumn(name.clone()).into());
            }
        }
        let source = Self {
            file,
            mapping,
            reader,
            header,
            columns,
            before: u64::try_from(mapping.header_line - 1).unwrap_or(0),
        };
        source.require_columns()?;
        Ok(source)
    }

    fn require_columns(&self) -> Result<(), InboundError> {
        match self
            .mapping
            .columns_named()
            .into_iter()
            .find(|name| !self.columns.contains_key(*name))
        {
            None => Ok(()),
            Some(column) => Err(InboundError::NoColumn {
                line: self.mapping.header_line,
                column: column.clone(),
                columns: self.header.join(", "),
            }),
        }
    }

    fn read(
        &mut self,
        subjects: &Subjects,
        results: &mut Results,
        inbound: &mut Inbound,
        mistakes: &mut Mistakes,
    ) -> Result<(), InboundError> {
        self.list_columns(inbound);
        let mut record = csv::StringRecord::new();
        let mut unknown: BTreeMap<String, (u64, usize)> = BTreeMap::new();
        let mut known: HashMap<String, Result<String, Why>> = HashMap::new();
        while self.reader.read_record(&mut record).map_err(crate::TableError::from)? {
            if record.iter().all(str::is_empty) {
                continue;
            }
            let line = record.position().map_or(0, csv::Position::line) + self.before;
            inbound.count_read("row");
            if record.len() != self.header.len() {
                let what = format!(
                    "the row has {} values, and the header names {}",
                    record.len(),
                    self.header.len()
                );
                mistakes.add(line, self.header.first().map_or("", String::as_str), &what);
                continue;
            }
            let row = Row {
                source: self,
                record: &record,
            };
            let (subject, when) = match row.subject_and_time(subjects, &mut known) {
                Ok(pair) => pair,
                Err(Unplaced::Left(subject, why)) => {
                    inbound.leave(self.left(format!("line {line}"), subject, why));
                    continue;
                }
                Err(Unplaced::Cell(column, what)) => {
                    mistakes.add(line, &column, &what);
                    continue;
                }
            };
            let mut taken = false;
            for result in row.results() {
                match row.sent(&result, &subject, &when) {
                    Ok(Some(sent)) => {
                        let place = format!("line {line}, column \"{}\"", result.column);
                        taken |= results.place(&sent, self.file, &place, inbound);
                    }
                    Ok(None) => {}
                    Err(Problem::Unknown(name)) => unknown.entry(name).or_insert((line, 0)).1 += 1,
                    Err(Problem::Cell(column, what)) => mistakes.add(line, &column, &what),
                }
            }
            if taken {
                inbound.count_taken("row");
            }
        }
        for (name, (line, count)) in unknown {
            let ignored = self.mapping.ignore.contains(&name);
            let why = if ignored {
                Why::LeftOut
            } else {
                Why::UnknownCode(format!("test \"{name}\""))
            };
            let place = format!("{count} rows from line {line} on, test \"{name}\"");
            inbound.leave(self.left(place, None, why));
        }
        Ok(())
    }

    /// Lists the columns that the mapping does not name.
    fn list_columns(&self, inbound: &mut Inbound) {
        let named: BTreeSet<&String> = self.mapping.columns_named().into_iter().collect();
        for name in self
            .header
            .iter()
            .filter(|name| !name.is_empty() && !named.contains(name))
        {
            let ignored = self.mapping.ignore.contains(name);
            inbound.leave(Left {
                file: self.file.to_owned(),
                place: format!("column \"{name}\""),
                subject: None,
                why: if ignored {
                    Why::LeftOut
                } else {
                    Why::UnknownCode(format!("column \"{name}\""))
                },
            });
        }
    }

    fn left(&self, place: String, subject: Option<String>, why: Why) -> Left {
        Left {
            file: self.file.to_owned(),
            place,
            subject,
            why,
        }
    }

    fn is_missing(&self, text: &str) -> bool {
        text.is_empty() || self.mapping.missing.iter().any(|missing| missing == text)
    }
}

/// Why a result of a row is not taken.
enum Problem {
    /// A test that nobody mapped.
    Unknown(String),
    /// A cell that cannot be read: its column, and what is wrong.
    Cell(String, String),
}

/// Why a row as a whole is not taken.
enum Unplaced {
    /// It is listed, with its subject where that is known.
    Left(Option<String>, Why),
    /// A cell that cannot be read: its column, and what is wrong.
    Cell(String, String),
}

/// One result of a row.
struct RowResult<'r> {
    /// Column of the result.
    column: &'r str,
    /// Name of the test.
    name: &'r str,
}

struct Row<'r> {
    source: &'r Source<'r>,
    record: &'r csv::StringRecord,
}

impl<'r> Row<'r> {
    fn cell(&self, column: &str) -> &'r str {
        let at = self.source.columns.get(column);
        at.and_then(|at| self.record.get(*at)).unwrap_or_default()
    }

    /// The text of a column, where there is one and it is not missing.
    fn text(&self, column: Option<&String>) -> Option<&'r str> {
        column
            .map(|column| self.cell(column))
            .filter(|text| !self.source.is_missing(text))
    }

    /// Whose the row is, and of when.
    fn subject_and_time(
        &self,
        subjects: &Subjects,
        known: &mut HashMap<String, Result<String, Why>>,
    ) -> Result<(String, String), Unplaced> {
        let identifier = self.cell(&self.source.mapping.columns.subject);
        if self.source.is_missing(identifier) {
            return Err(Unplaced::Left(None, Why::NoPatient));
        }
        let found = known
            .entry(identifier.to_owned())
            .or_insert_with(|| subjects.find(identifier));
        let subject = found.clone().map_err(|why| Unplaced::Left(None, why))?;
        let when = self.when().map_err(|(column, what)| Unplaced::Cell(column, what))?;
        if when.is_empty() {
            return Err(Unplaced::Left(Some(subject), Why::NoTime));
        }
        Ok((subject, when))
    }

    /// Day and time, blank where no day is given.
    fn when(&self) -> Result<String, (String, String)> {
        let mapping = self.source.mapping;
        let columns = &mapping.columns;
        let Some(written) = self.text(Some(&columns.date)) else {
            return Ok(String::new());
        };
        let Some(format) = &mapping.date_format else {
            When::parse(written).map_err(|_| {
                (
                    columns.date.clone(),
                    format!(
                        "\"{written}\" is no date; correct it in the file, or state the date_format of the mapping"
                    ),
                )
            })?;
            return self.with_time(written.to_owned());
        };
        let wrong = || {
            (
                columns.date.clone(),
                format!("\"{written}\" is no date of the form {format}"),
            )
        };
        let parsed = jiff::fmt::strtime::parse(format, written).map_err(|_| wrong())?;
        let day = parsed.to_date().map_err(|_| wrong())?;
        // Two digits of a year are of this century only by agreement; years of four digits are asked for.
        if !(1900..=2200).contains(&day.year()) {
            return Err(wrong());
        }
        match parsed.to_time() {
            Ok(time) if parsed.hour().is_some() => Ok(format!("{day}T{:02}:{:02}", time.hour(), time.minute())),
            Ok(_) | Err(_) => self.with_time(day.to_string()),
        }
    }

    fn with_time(&self, day: String) -> Result<String, (String, String)> {
        let mapping = self.source.mapping;
        let Some((column, written)) = mapping
            .columns
            .time
            .as_ref()
            .and_then(|column| Some((column, self.text(Some(column))?)))
        else {
            return Ok(day);
        };
        let format = mapping.time_format.as_deref().unwrap_or("%H:%M");
        let wrong = || (column.clone(), format!("\"{written}\" is no time of the form {format}"));
        let time = jiff::fmt::strtime::parse(format, written).and_then(|parsed| parsed.to_time());
        let time = time.map_err(|_| wrong())?;
        Ok(format!("{day}T{:02}:{:02}", time.hour(), time.minute()))
    }

    /// The results of the row: one in the long layout, one for each mapped column in the wide.
    fn results(&self) -> Vec<RowResult<'r>> {
        let mapping = &self.source.mapping;
        match mapping.layout {
            Layout::Wide => mapping
                .tests
                .keys()
                .map(|name| RowResult { column: name, name })
                .collect(),
            Layout::Long => {
                let columns = &mapping.columns;
                let name = columns.test.as_deref().map_or("", |column| self.cell(column));
                vec![RowResult {
                    column: columns.result.as_deref().unwrap_or_default(),
                    name,
                }]
            }
        }
    }

    fn sent(&self, result: &RowResult<'r>, subject: &str, when: &str) -> Result<Option<Sent>, Problem> {
        let mapping = self.source.mapping;
        let written = self.cell(result.column);
        if self.source.is_missing(written) {
            return Ok(None);
        }
        let mapped = mapping.tests.get(result.name);
        let by_name = || {
            mapping
                .by_name
                .then(|| super::LabTest::named(result.name))
                .flatten()
                .map(Test::Lab)
        };
        let Some(test) = mapped.map(|mapped| mapped.test.clone()).or_else(by_name) else {
            return Err(Problem::Unknown(result.name.to_owned()));
        };
        let found = if mapping.not_done.iter().any(|text| text == written) {
            Found::NotDone(written.to_owned())
        } else {
            self.found(result.column, written)?
        };
        let (low, high) = self.range(mapped)?;
        let unit = mapped.and_then(|test| self.text(test.unit_column.as_ref()).or(test.unit.as_deref()));
        let unit = unit
            .or_else(|| self.text(mapping.columns.unit.as_ref()))
            .unwrap_or_default();
        let flag_column = mapped
            .and_then(|test| test.flag_column.as_ref())
            .or(mapping.columns.flag.as_ref());
        let flag = match flag_column.and_then(|column| Some((column, self.text(Some(column))?))) {
            None => "",
            Some((column, flag)) => mapping
                .flags
                .get(flag)
                .copied()
                .ok_or_else(|| Problem::Cell(column.clone(), format!("the flag \"{flag}\" is not in [flags]")))?,
        };
        let specimen = self
            .text(mapping.columns.specimen.as_ref())
            .or_else(|| mapped.and_then(|test| test.specimen.as_deref()));
        Ok(Some(Sent {
            subject: subject.to_owned(),
            specimen: specimen::of(None, specimen).0,
            test,
            found,
            unit: unit.to_owned(),
            property: None,
            low,
            high,
            range_unit: None,
            flag,
            when: when.to_owned(),
            loinc: String::new(),
        }))
    }

    /// A number with the decimal mark of the file, the limit it lies beyond, or words. What begins like a number and is none is
    /// a mistake.
    fn found(&self, column: &str, written: &str) -> Result<Found, Problem> {
        let start = written.trim_start_matches(['<', '>', '=', '≤', '≥', ' ']);
        let looks_like_number = start.starts_with(|letter: char| letter.is_ascii_digit() || "+-.,".contains(letter));
        let plain = self.point(written);
        match plain.as_deref().map(Found::parse) {
            Some(found @ Found::Number { .. }) => Ok(found),
            Some(Found::Words(_) | Found::NotDone(_)) | None if looks_like_number => {
                Err(self.no_number(column, written))
            }
            Some(_) | None => Ok(Found::Words(written.to_owned())),
        }
    }

    /// The text with a decimal point; `None` where it has the other mark.
    fn point(&self, written: &str) -> Option<String> {
        let (mark, other) = if self.source.mapping.decimal == ',' {
            (',', '.')
        } else {
            ('.', ',')
        };
        if written.contains(other) || written.matches(mark).count() > 1 {
            return None;
        }
        Some(written.replace(mark, "."))
    }

    fn no_number(&self, column: &str, written: &str) -> Problem {
        let what = format!(
            "\"{written}\" is no number with the decimal mark \"{}\"",
            self.source.mapping.decimal
        );
        Problem::Cell(column.to_owned(), what)
    }

    fn number(&self, column: &str, written: &str) -> Result<f64, Problem> {
        let number = self.point(written).and_then(|text| plain_number(&text));
        number.ok_or_else(|| self.no_number(column, written))
    }

    /// The reference range: of the test's own columns, of the shared ones, or of the mapping.
    fn range(&self, mapped: Option<&MappedTest>) -> Result<(Option<f64>, Option<f64>), Problem> {
        let columns = &self.source.mapping.columns;
        let range = mapped
            .and_then(|test| test.range_column.as_ref())
            .or(columns.range.as_ref());
        if let Some((column, text)) = range.and_then(|column| Some((column, self.text(Some(column))?))) {
            return self.range_text(column, text);
        }
        let limit = |own: Option<&String>, shared: Option<&String>, stated: Option<f64>| {
            let column = own.or(shared);
            match column.and_then(|column| Some((column, self.text(Some(column))?))) {
                Some((column, text)) => self.number(column, text).map(Some),
                None => Ok(stated),
            }
        };
        let low = limit(
            mapped.and_then(|test| test.low_column.as_ref()),
            columns.low.as_ref(),
            mapped.and_then(|test| test.low),
        )?;
        let high = limit(
            mapped.and_then(|test| test.high_column.as_ref()),
            columns.high.as_ref(),
            mapped.and_then(|test| test.high),
        )?;
        Ok((low, high))
    }

    /// `3.5-5.1`, `3,5 - 5,1`, `<5`, `> 60`.
    fn range_text(&self, column: &str, text: &str) -> Result<(Option<f64>, Option<f64>), Problem> {
        if let Some(high) = text.strip_prefix(['<', '≤']) {
            let high = self.number(column, high.trim_start_matches('=').trim())?;
            return Ok((None, Some(high)));
        }
        if let Some(low) = text.strip_prefix(['>', '≥']) {
            let low = self.number(column, low.trim_start_matches('=').trim())?;
            return Ok((Some(low), None));
        }
        let wrong = || {
            Problem::Cell(
                column.to_owned(),
                format!("\"{text}\" is no range; write 3.5-5.1, <5 or >60"),
            )
        };
        let (low, high) = text.split_once(['-', '–']).ok_or_else(wrong)?;
        let (low, high) = (self.number(column, low.trim())?, self.number(column, high.trim())?);
        if low > high {
            return Err(wrong());
        }
        Ok((Some(low), Some(high)))
    }
}
