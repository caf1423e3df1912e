//! Records from a table with a column for each field.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::DateTime;
use tercel::language::Language;
use tercel::protocol::Trial;

use super::{Captured, Field, Form, Problem, Severity, validate};
use crate::table::Table;

/// What a table holds for a form.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// The records of rows in which nothing refuses them, in order of rows. A number of 0 is yet to be given.
    pub records: Vec<Captured>,
    /// What is wrong, in order of rows; what concerns the whole table first.
    pub mistakes: Vec<Mistake>,
}

impl Import {
    /// Whether some row cannot be kept.
    pub fn is_refused(&self) -> bool {
        let mut mistakes = self.mistakes.iter();
        mistakes.any(|mistake| mistake.severity() == Severity::Refuses)
    }
}

/// Something wrong in a table, by row and column.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Row, counted from 1 without the header; `None` for the whole table.
    pub row: Option<u32>,
    /// Column as the header names it; blank where it is a row that is wrong.
    pub column: String,
    /// What is wrong.
    pub what: Wrong,
}

/// What is wrong in a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Wrong {
    /// No column names the subject.
    NoSubjectColumn,
    /// The row names no subject.
    NoSubject,
    /// No field of the form is called so.
    UnknownColumn,
    /// Another column is for the same field.
    SecondColumn,
    /// The row has more or fewer values than the header names.
    Ragged,
    /// The number of the record is no whole number from 1.
    BadNumber,
    /// The subject has another row with this number.
    NumberTwice,
    /// An answer.
    Answer(Problem),
}

impl Mistake {
    /// Whether the row, or the table, can be kept.
    pub const fn severity(&self) -> Severity {
        match &self.what {
            Wrong::Answer(problem) => problem.severity(),
            Wrong::NoSubjectColumn
            | Wrong::NoSubject
            | Wrong::UnknownColumn
            | Wrong::SecondColumn
            | Wrong::Ragged
            | Wrong::BadNumber
            | Wrong::NumberTwice => Severity::Refuses,
        }
    }

    /// The sentence the user reads.
    pub fn sentence(&self, language: Language) -> String {
        let what = match (&self.what, language) {
            (Wrong::Answer(problem), _) => problem.sentence(language),
            (Wrong::NoSubjectColumn, Language::English) => "no column is named subject or USUBJID; add it".to_owned(),
            (Wrong::NoSubjectColumn, Language::Chinese) => "缺少受试者列（subject 或 USUBJID），请添加".to_owned(),
            (Wrong::NoSubject, Language::English) => "the row names no subject".to_owned(),
            (Wrong::NoSubject, Language::Chinese) => "该行未填写受试者".to_owned(),
            (Wrong::UnknownColumn, Language::English) => {
                "the form has no such field; correct the name or remove the column".to_owned()
            }
            (Wrong::UnknownColumn, Language::Chinese) => "表单中没有此字段，请更正列名或删除该列".to_owned(),
            (Wrong::SecondColumn, Language::English) => "another column is for the same field; keep one".to_owned(),
            (Wrong::SecondColumn, Language::Chinese) => "另有一列对应同一字段，请只保留一列".to_owned(),
            (Wrong::Ragged, Language::English) => "the row has more or fewer values than the header names".to_owned(),
            (Wrong::Ragged, Language::Chinese) => "该行的值与表头列数不符".to_owned(),
            (Wrong::BadNumber, Language::English) => "the number of a record is a whole number from 1".to_owned(),
            (Wrong::BadNumber, Language::Chinese) => "记录编号须为从 1 开始的整数".to_owned(),
            (Wrong::NumberTwice, Language::English) => "the subject has another row with this number".to_owned(),
            (Wrong::NumberTwice, Language::Chinese) => "该受试者另有一行使用此编号".to_owned(),
        };
        let at = match (self.row, language, self.column.is_empty()) {
            (Some(row), Language::English, true) => format!("row {row}: "),
            (Some(row), Language::English, false) => format!("row {row}, column {}: ", self.column),
            (Some(row), Language::Chinese, true) => format!("第 {row} 行："),
            (Some(row), Language::Chinese, false) => format!("第 {row} 行，{} 列：", self.column),
            (None, _, true) => String::new(),
            (None, Language::English, false) => format!("column {}: ", self.column),
            (None, Language::Chinese, false) => format!("{} 列：", self.column),
        };
        format!("{at}{what}")
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Language::English))
    }
}

/// What a column is for.
#[derive(Debug, Clone, Copy)]
enum Column {
    Subject,
    Number,
    Answer(&'static Field),
    /// An identifier that the form answers itself.
    Constant,
    Unknown,
}

/// Reads the records of a form from a table: a column `subject` (or `USUBJID`), one for each field by its name, its SDTM
/// variable or its question in either language, and where records have one already a column `number` (or the sequence
/// number). Every row is checked as on the page.
pub fn from_csv(form: &Form, table: &Table, trial: &Trial, now: DateTime) -> Import {
    let mut import = Import::default();
    let columns: Vec<Column> = table.columns().iter().map(|name| column_of(form, name)).collect();
    check_columns(table, &columns, &mut import);
    if !columns.iter().any(|column| matches!(column, Column::Subject)) {
        import.mistakes.push(Mistake {
            row: None,
            column: String::new(),
            what: Wrong::NoSubjectColumn,
        });
        return import;
    }
    for row in 0..table.len() {
        let (record, mistakes) = read_row(form, table, &columns, row, (trial, now), &import.records);
        let kept = mistakes.iter().all(|mistake| mistake.severity() == Severity::Asks);
        import.records.extend(Some(record).filter(|_| kept));
        import.mistakes.extend(mistakes);
    }
    import
}

fn column_of(form: &Form, name: &str) -> Column {
    let name = name.trim();
    let is = |known: &str| known.to_uppercase() == name.to_uppercase();
    if is("subject") || is("USUBJID") || is("受试者") {
        return Column::Subject;
    }
    let sequence = form.domain.map(|domain| format!("{domain}SEQ")).unwrap_or_default();
    if is("number") || is(&sequence) || is("编号") {
        return Column::Number;
    }
    let called =
        |field: &&Field| is(field.id) || is(field.label.en) || is(field.label.zh) || field.variable().is_some_and(is);
    if let Some(field) = form.fields.iter().find(called) {
        return Column::Answer(field);
    }
    let constant = form.constants.iter().any(|(variable, _)| is(variable));
    if constant || is("STUDYID") || is("DOMAIN") || is("form") {
        return Column::Constant;
    }
    Column::Unknown
}

fn check_columns(table: &Table, columns: &[Column], import: &mut Import) {
    let mut seen: Vec<&str> = Vec::new();
    for (column, name) in columns.iter().zip(table.columns()) {
        let (id, what) = match column {
            Column::Unknown if name.trim().is_empty() => continue,
            Column::Unknown => ("", Some(Wrong::UnknownColumn)),
            Column::Constant => continue,
            Column::Subject => ("subject", None),
            Column::Number => ("number", None),
            Column::Answer(field) => (field.id, None),
        };
        let what = what.or_else(|| seen.contains(&id).then_some(Wrong::SecondColumn));
        seen.push(id);
        import.mistakes.extend(what.map(|what| Mistake {
            row: None,
            column: name.clone(),
            what,
        }));
    }
}

fn read_row(
    form: &Form,
    table: &Table,
    columns: &[Column],
    row: usize,
    (trial, now): (&Trial, DateTime),
    before: &[Captured],
) -> (Captured, Vec<Mistake>) {
    let counted = u32::try_from(row + 1).unwrap_or(u32::MAX);
    let mut record = Captured {
        form: form.id.to_owned(),
        subject: None,
        number: 0,
        values: BTreeMap::new(),
    };
    let mut mistakes = Vec::new();
    let mut mistake = |column: &str, what: Wrong| {
        mistakes.push(Mistake {
            row: Some(counted),
            column: column.to_owned(),
            what,
        });
    };
    if table.ragged.contains(&counted) {
        mistake("", Wrong::Ragged);
    }
    for (at, (column, name)) in columns.iter().zip(table.columns()).enumerate() {
        let text = table.cell(row, at);
        if text.trim().is_empty() {
            continue;
        }
        match column {
            Column::Subject => record.subject = Some(text.trim().to_owned()),
            Column::Number => match text.trim().parse() {
                Ok(number) if number > 0 => record.number = number,
                Ok(_) | Err(_) => mistake(name, Wrong::BadNumber),
            },
            Column::Answer(field) => {
                record
                    .values
                    .entry(field.id.to_owned())
                    .or_insert_with(|| field.typed(text));
            }
            Column::Constant | Column::Unknown => {}
        }
    }
    if record.subject.is_none() {
        mistake("", Wrong::NoSubject);
    }
    let same = |other: &Captured| other.number == record.number && other.subject == record.subject;
    if record.number > 0 && before.iter().any(same) {
        mistake("", Wrong::NumberTwice);
    }
    for problem in validate(form, &record.values, trial, now) {
        let of_field = columns
            .iter()
            .zip(table.columns())
            .find_map(|(column, name)| match column {
                Column::Answer(field) if field.id == problem.field => Some(name.clone()),
                Column::Subject | Column::Number | Column::Answer(_) | Column::Constant | Column::Unknown => None,
            });
        let column = of_field.unwrap_or_else(|| problem.field.clone());
        mistake(&column, Wrong::Answer(problem));
    }
    (record, mistakes)
}
