//! The mapping file of a laboratory: how its columns are to be read.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::inbound::InboundError;
use crate::inbound::result::Test;
use crate::table::TableError;

/// How a file of results is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A row a result.
    Long,
    /// A row a sample, a column a test.
    Wide,
}

/// How a laboratory's file is to be read; documented in `docs/inbound.md`.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) layout: Layout,
    pub(super) header_line: usize,
    pub(super) separator: Option<u8>,
    pub(super) decimal: char,
    pub(super) date_format: Option<String>,
    pub(super) time_format: Option<String>,
    pub(super) missing: Vec<String>,
    pub(super) not_done: Vec<String>,
    pub(super) by_name: bool,
    pub(super) ignore: Vec<String>,
    pub(super) columns: Columns,
    pub(super) flags: BTreeMap<String, &'static str>,
    pub(super) tests: BTreeMap<String, MappedTest>,
}

/// A test of the file.
#[derive(Debug, Clone)]
pub(super) struct MappedTest {
    pub(super) test: Test,
    pub(super) unit: Option<String>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) unit_column: Option<String>,
    pub(super) low_column: Option<String>,
    pub(super) high_column: Option<String>,
    pub(super) range_column: Option<String>,
    pub(super) flag_column: Option<String>,
    pub(super) specimen: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    pub(super) subject: String,
    pub(super) date: String,
    pub(super) time: Option<String>,
    pub(super) test: Option<String>,
    pub(super) result: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) low: Option<String>,
    pub(super) high: Option<String>,
    pub(super) range: Option<String>,
    pub(super) flag: Option<String>,
    pub(super) specimen: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    layout: Layout,
    header_line: Option<Spanned<usize>>,
    separator: Option<Spanned<String>>,
    decimal: Option<Spanned<String>>,
    date_format: Option<Spanned<String>>,
    time_format: Option<Spanned<String>>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    not_done: Vec<String>,
    #[serde(default)]
    by_name: bool,
    #[serde(default)]
    ignore: Vec<String>,
    columns: Spanned<Columns>,
    #[serde(default)]
    flags: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    tests: BTreeMap<String, FileTest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTest {
    test: Spanned<String>,
    unit: Option<String>,
    low: Option<f64>,
    high: Option<f64>,
    unit_column: Option<String>,
    low_column: Option<String>,
    high_column: Option<String>,
    range_column: Option<String>,
    flag_column: Option<String>,
    specimen: Option<String>,
}

/// What a flag may mean.
const FLAGS: [&str; 4] = ["HIGH", "LOW", "NORMAL", "ABNORMAL"];

/// Reads a TOML file, with the place of what is wrong.
pub(crate) fn parse_toml<T: DeserializeOwned>(text: &str) -> Result<T, InboundError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let what = error.message().lines().next().unwrap_or_default().to_owned();
        mapping_error(text, at, what)
    })
}

/// A mistake of a mapping at a byte of its text.
pub(crate) fn mapping_error(text: &str, at: usize, what: String) -> InboundError {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(start..).map_or(0, |text| text.chars().count()) + 1;
    InboundError::Mapping { line, column, what }
}

impl Mapping {
    /// Every column that the mapping names, in the order in which one that is missing is said.
    pub(super) fn columns_named(&self) -> Vec<&String> {
        let columns = &self.columns;
        let mut named = vec![&columns.subject, &columns.date];
        let optional = [
            &columns.time,
            &columns.test,
            &columns.result,
            &columns.unit,
            &columns.low,
            &columns.high,
            &columns.range,
            &columns.flag,
            &columns.specimen,
        ];
        named.extend(optional.into_iter().flatten());
        for (name, test) in &self.tests {
            if self.layout == Layout::Wide {
                named.push(name);
            }
            let of_test = [
                &test.unit_column,
                &test.low_column,
                &test.high_column,
                &test.range_column,
                &test.flag_column,
            ];
            named.extend(of_test.into_iter().flatten());
        }
        named
    }

    /// Reads a mapping file.
    pub fn parse(text: &str) -> Result<Self, InboundError> {
        let file: File = parse_toml(text)?;
        let wrong = |span: Range<usize>, what: String| mapping_error(text, span.start, what);
        let letter = |given: &Option<Spanned<String>>, allowed: &[char], what: &str| match given {
            None => Ok(None),
            Some(given) => {
                let mut letters = given.get_ref().chars();
                match (letters.next(), letters.next()) {
                    (Some(one), None) if allowed.contains(&one) => Ok(Some(one)),
                    _ => Err(wrong(given.span(), what.to_owned())),
                }
            }
        };
        let separator = letter(
            &file.separator,
            &[',', ';', '\t', '|'],
            "a separator is \",\", \";\", \"\\t\" or \"|\"",
        )?;
        let decimal = letter(&file.decimal, &['.', ','], "the decimal mark is \".\" or \",\"")?;
        for format in [&file.date_format, &file.time_format].into_iter().flatten() {
            let sample = jiff::civil::date(2026, 3, 1).at(8, 30, 0, 0);
            jiff::fmt::strtime::format(format.get_ref(), sample)
                .map_err(|error| wrong(format.span(), format!("{error}; write it as %d.%m.%Y or %H:%M")))?;
        }
        let header_line = match &file.header_line {
            None => 1,
            Some(line) if *line.get_ref() > 0 => *line.get_ref(),
            Some(line) => return Err(wrong(line.span(), "lines are counted from 1".to_owned())),
        };
        let columns = file.columns.get_ref().clone();
        if file.layout == Layout::Long && (columns.test.is_none() || columns.result.is_none()) {
            let what = "the long layout needs columns.test and columns.result".to_owned();
            return Err(wrong(file.columns.span(), what));
        }
        if file.layout == Layout::Wide && (columns.test.is_some() || columns.result.is_some()) {
            let what = "the wide layout has a column for each test in [tests], not columns.test and columns.result";
            return Err(wrong(file.columns.span(), what.to_owned()));
        }
        let mut flags = BTreeMap::new();
        for (flag, meaning) in &file.flags {
            let known = FLAGS.iter().find(|known| *known == meaning.get_ref());
            let known =
                known.ok_or_else(|| wrong(meaning.span(), "a flag means HIGH, LOW, NORMAL or ABNORMAL".to_owned()))?;
            flags.insert(flag.clone(), *known);
        }
        let mut tests = BTreeMap::new();
        for (name, test) in file.tests {
            let mapped = mapped_test(test, &wrong)?;
            tests.insert(name, mapped);
        }
        Ok(Self {
            layout: file.layout,
            header_line,
            separator: separator.and_then(|letter| u8::try_from(letter).ok()),
            decimal: decimal.unwrap_or('.'),
            date_format: file.date_format.map(Spanned::into_inner),
            time_format: file.time_format.map(Spanned::into_inner),
            missing: file.missing,
            not_done: file.not_done,
            by_name: file.by_name,
            ignore: file.ignore,
            columns,
            flags,
            tests,
        })
    }

    /// The same from bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, InboundError> {
        let text = std::str::from_utf8(bytes).map_err(|_| InboundError::Table(TableError::Encoding))?;
        Self::parse(text)
    }
}

/// `HGB`, `LB.HGB` or `VS.TEMP`.
fn mapped_test(
    test: FileTest,
    wrong: &impl Fn(Range<usize>, String) -> InboundError,
) -> Result<MappedTest, InboundError> {
    let written = test.test.get_ref();
    let (dataset, name) = written.split_once('.').unwrap_or(("LB", written));
    let known = matches!(dataset, "LB" | "VS")
        .then(|| Test::of(dataset, name))
        .flatten();
    let known = known.ok_or_else(|| {
        let what =
            format!("\"{written}\" is no test; write LB.HGB, VS.TEMP or a code of one to eight letters and digits");
        wrong(test.test.span(), what)
    })?;
    Ok(MappedTest {
        test: known,
        unit: test.unit,
        low: test.low,
        high: test.high,
        unit_column: test.unit_column,
        low_column: test.low_column,
        high_column: test.high_column,
        range_column: test.range_column,
        flag_column: test.flag_column,
        specimen: test.specimen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_of_the_mapping_is_named_by_line_and_column() {
        let message = |text: &str| Mapping::parse(text).unwrap_err().to_string();
        let good = "layout = \"wide\"\n[columns]\nsubject = \"ID\"\ndate = \"Day\"\n[tests.Hb]\ntest = \"HGB\"\n";
        assert!(Mapping::parse(good).is_ok());
        let said = message(&good.replace("\"HGB\"", "\"no such test\""));
        assert!(
            said.contains("line 6, column 8") && said.contains("no such test"),
            "{said}"
        );
        assert!(message(&good.replace("wide", "long")).contains("columns.test"));
        assert!(message(&good.replace("wide", "tall")).contains("line 1"));
        assert!(message(&format!("decimal = \"x\"\n{good}")).contains("decimal mark"));
        assert!(message(&format!("colour = 1\n{good}")).contains("line 1"));
        assert!(message(&format!("header_line = 0\n{good}")).contains("counted from 1"));
        assert!(message(&format!("date_format = \"%Q!\"\n{good}")).contains("line 1"));
    }
}
