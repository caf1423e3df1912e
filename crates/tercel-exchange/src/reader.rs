//! Row by row over one dataset: typed values out, findings for what is wrong, columns nobody asks for kept aside.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use tercel::both;
use tercel::language::{Text, Words};
use tercel::study::{Blocks, Dataset, DatasetRead, Finding, RecordId, Rule, SubjectId, When};

use crate::table::Table;

/// Datasets with one row a subject, which have no sequence number.
const ONE_ROW_A_SUBJECT: [&str; 2] = ["DM", "ADSL"];

/// One dataset while it is read.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    table: &'a Table,
    dataset: Dataset,
    index: BTreeMap<&'a str, usize>,
    used: RefCell<BTreeSet<usize>>,
    missing: RefCell<BTreeSet<String>>,
    findings: RefCell<Vec<Finding>>,
    sequence: Option<usize>,
    /// What was worked out once for a value that stands in many rows.
    memo: RefCell<HashMap<String, Option<String>>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(table: &'a Table) -> Self {
        let index: BTreeMap<&str, usize> = table
            .columns()
            .iter()
            .enumerate()
            .map(|(at, name)| (name.as_str(), at))
            .collect();
        let sequence = index.get(format!("{}SEQ", table.name).as_str()).copied();
        let reader = Self {
            table,
            dataset: Dataset::new(&table.name),
            index,
            used: RefCell::default(),
            missing: RefCell::default(),
            findings: RefCell::default(),
            sequence,
            memo: RefCell::default(),
        };
        for name in ["STUDYID", "DOMAIN", "USUBJID"] {
            reader.position(name);
        }
        reader.used.borrow_mut().extend(sequence);
        for note in &table.notes {
            let sentence = Words::english(format!("{}: {note}", table.file));
            reader.find(None, None, None, "", Rule::Incomplete(sentence), Blocks::None);
        }
        for &row in &table.ragged {
            let sentence = both!(
                "the row has more or fewer values than the header names",
                "该行的值多于或少于表头的列"
            );
            reader.find(None, None, Some(row), "", Rule::Incomplete(sentence), Blocks::Export);
        }
        reader
    }

    fn position(&self, name: &str) -> Option<usize> {
        let at = self.index.get(name).copied();
        self.used.borrow_mut().extend(at);
        at
    }

    fn find(
        &self,
        subject: Option<SubjectId>,
        record: Option<RecordId>,
        row: Option<u32>,
        field: &str,
        rule: Rule,
        blocks: Blocks,
    ) {
        let field = field.to_owned();
        let dataset = self.dataset.clone();
        self.findings.borrow_mut().push(Finding {
            subject,
            dataset,
            record,
            row,
            field,
            rule,
            blocks,
        });
    }

    /// Whether the dataset has this column.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// The rows that name a subject, in file order. A row without one, or whose number is taken, is a finding.
    pub(crate) fn rows(&'a self) -> Vec<Row<'a>> {
        let mut taken: BTreeSet<RecordId> = BTreeSet::new();
        if self.position("USUBJID").is_none() {
            self.missing.borrow_mut().insert("USUBJID".to_owned());
            return Vec::new();
        }
        let mut subjects: HashMap<&str, SubjectId> = HashMap::new();
        let mut rows = Vec::new();
        let Some(subject_at) = self.position("USUBJID") else {
            return rows;
        };
        for at in 0..self.table.len() {
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let name = self.table.cell(at, subject_at);
            if name.is_empty() {
                self.find(
                    None,
                    None,
                    Some(number),
                    "USUBJID",
                    Rule::MissingValue,
                    Blocks::Decision,
                );
                continue;
            }
            // The one row of a subject is known by the subject, wherever it stands; a second one by its place.
            let alone = ONE_ROW_A_SUBJECT.contains(&self.dataset.as_str()) && !subjects.contains_key(name);
            let subject = subjects.entry(name).or_insert_with(|| SubjectId::new(name)).clone();
            let sequence = self.sequence.map(|column| self.table.cell(at, column));
            let parsed = sequence.map(parse_sequence);
            let row_id = RecordId {
                dataset: self.dataset.clone(),
                subject,
                number: parsed.flatten().unwrap_or(if alone { 1 } else { number }),
            };
            let row = Row {
                reader: self,
                at,
                number,
                record: row_id,
            };
            if let (Some(text), Some(None)) = (sequence, parsed) {
                let rule = if text.is_empty() {
                    Rule::MissingValue
                } else {
                    Rule::NotANumber(text.to_owned())
                };
                row.find(&format!("{}SEQ", self.dataset), rule, Blocks::Export);
            }
            if !taken.insert(row.record.clone()) {
                row.find(&format!("{}SEQ", self.dataset), Rule::DuplicateRecord, Blocks::Export);
            }
            rows.push(row);
        }
        rows
    }

    /// What was read, what was found, and the places of the columns that nothing asked for.
    pub(crate) fn finish(self) -> (DatasetRead, Vec<Finding>, Vec<usize>) {
        let used = self.used.into_inner();
        let unread = (0..self.table.columns().len())
            .filter(|at| !used.contains(at))
            .collect();
        let mut findings = self.findings.into_inner();
        findings.extend(self.missing.into_inner().into_iter().map(|field| Finding {
            subject: None,
            dataset: self.dataset.clone(),
            record: None,
            row: None,
            field,
            rule: Rule::MissingColumn,
            blocks: Blocks::Decision,
        }));
        (
            DatasetRead {
                dataset: self.dataset,
                file: self.table.file.clone(),
                rows: self.table.len(),
                aside: Vec::new(),
            },
            findings,
            unread,
        )
    }
}

/// Blank, `NA`, and the missing values of SAS: a dot, a dot with a letter, a dot with an underscore.
pub(crate) fn is_missing(text: &str) -> bool {
    match text.strip_prefix('.').map(str::as_bytes) {
        Some([]) => true,
        Some([letter]) => letter.is_ascii_alphabetic() || *letter == b'_',
        Some(_) => false,
        None => text.is_empty() || text == "NA",
    }
}

/// Sequence numbers are whole; some exports write them with a decimal point.
pub(crate) fn parse_sequence(text: &str) -> Option<u32> {
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

/// One row of a dataset.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    reader: &'a Reader<'a>,
    /// Row of the table, from 0.
    at: usize,
    number: u32,
    /// Its identity.
    pub(crate) record: RecordId,
}

impl<'a> Row<'a> {
    /// Reports something wrong with a variable of this row.
    pub(crate) fn find(&self, field: &str, rule: Rule, blocks: Blocks) {
        let subject = Some(self.record.subject.clone());
        self.reader.find(
            subject,
            Some(self.record.clone()),
            Some(self.number),
            field,
            rule,
            blocks,
        );
    }

    /// The answer for a value, worked out once for the whole dataset.
    pub(crate) fn memo(&self, value: &str, answer: impl FnOnce() -> Option<String>) -> Option<String> {
        if let Some(known) = self.reader.memo.borrow().get(value) {
            return known.clone();
        }
        let answer = answer();
        self.reader.memo.borrow_mut().insert(value.to_owned(), answer.clone());
        answer
    }

    /// Whether the dataset has this variable.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.reader.has(name)
    }

    /// A text; blank and the missing codes (`.`, `.A`, `NA`) are `None`.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        let column = self.reader.position(name)?;
        Some(self.reader.table.cell(self.at, column)).filter(|text| !is_missing(text))
    }

    /// The first of several variables that has a text.
    pub(crate) fn first_text(&self, names: &[&str]) -> Option<&'a str> {
        // Every name is looked up, so that none of them counts as unread.
        let texts: Vec<Option<&str>> = names.iter().map(|name| self.text(name)).collect();
        texts.into_iter().flatten().next()
    }

    /// A text that must be there: blank is a finding, a missing column one finding for the whole dataset.
    pub(crate) fn require(&self, name: &str, blocks: Blocks) -> Option<&'a str> {
        if !self.reader.has(name) {
            self.reader.missing.borrow_mut().insert(name.to_owned());
            return None;
        }
        let text = self.text(name);
        if text.is_none() {
            self.find(name, Rule::MissingValue, blocks);
        }
        text
    }

    /// A number.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        let text = self.text(name)?;
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            self.find(name, Rule::NotANumber(text.to_owned()), Blocks::Export);
        }
        number
    }

    /// Asks where the character form of a result is not the number beside it; words (`TOO SMALL TO MEASURE`) and limits
    /// (`<50`) are no other number.
    pub(crate) fn check_agreement(&self, number: &str, text: &str) {
        let (Some(value), Some(written)) = (self.text(number).and_then(|n| n.parse::<f64>().ok()), self.text(text))
        else {
            return;
        };
        let in_words = written.starts_with(['<', '>']) || written.chars().any(char::is_alphabetic);
        let same = match written.parse::<f64>() {
            Ok(other) => (other - value).abs() <= 1e-9 * value.abs(),
            Err(_) => in_words,
        };
        if !same {
            let sentence = both!(
                "\"{written}\" is not the number {value} in {number}; correct one of them",
                "“{written}”与{number}中的数字{value}不符；请更正其一"
            );
            self.find(text, Rule::Disagree(sentence), Blocks::Export);
        }
    }

    /// Asks where the result as collected and the standard one contradict each other: in one unit they are one number, in
    /// two they differ by what `convert` says, both but for rounding.
    pub(crate) fn check_original(
        &self,
        domain: &str,
        convert: impl Fn(f64, &str, &str) -> Option<f64>,
        (tolerance, blocks): (f64, Blocks),
    ) {
        let [original, standard] = ["ORRES", "STRESN"].map(|suffix| format!("{domain}{suffix}"));
        let [original_unit, standard_unit] =
            ["ORRESU", "STRESU"].map(|suffix| self.text(&format!("{domain}{suffix}")).unwrap_or_default().trim());
        let number = |name: &str| self.text(name).and_then(|text| text.parse::<f64>().ok());
        let (Some(collected), Some(value)) = (number(&original), number(&standard)) else {
            return;
        };
        let one_unit = original_unit.eq_ignore_ascii_case(standard_unit);
        let (expected, tolerance) = if one_unit {
            (Some(collected), 0.01)
        } else {
            (convert(collected, original_unit, standard_unit), tolerance)
        };
        let Some(expected) = expected else { return };
        // A standard result may be written with fewer digits.
        let digits = self
            .text(&standard)
            .and_then(|text| text.split_once('.'))
            .map_or(0, |(_, after)| after.len());
        let rounding = 0.5 * 10_f64.powi(-i32::try_from(digits).unwrap_or(0));
        if (expected - value).abs() <= (tolerance * expected.abs().max(value.abs())).max(rounding * 1.000_001) {
            return;
        }
        let sentence = both!(
            "{collected} {original_unit} is not {value} {standard_unit} in {standard}, which is what is used; correct one of them",
            "{collected} {original_unit}与{standard}中所用的{value} {standard_unit}不符；请更正其一"
        );
        self.find(&original, Rule::Disagree(sentence), blocks);
    }

    /// A number within a range that holds for every living subject.
    pub(crate) fn number_in(&self, name: &str, low: f64, high: f64, range: Text) -> Option<f64> {
        let number = self.number(name)?;
        if number < low || number > high {
            self.find(name, Rule::OutOfRange(number.to_string(), range), Blocks::Export);
            return None;
        }
        Some(number)
    }

    /// A date or date-time, possibly partial.
    pub(crate) fn when(&self, name: &str) -> Option<When> {
        self.when_for(name, Blocks::Decision)
    }

    /// A date or date-time on which no decision rests.
    pub(crate) fn when_told(&self, name: &str) -> Option<When> {
        self.when_for(name, Blocks::Export)
    }

    fn when_for(&self, name: &str, blocks: Blocks) -> Option<When> {
        let text = self.text(name)?;
        match When::parse(text) {
            Ok(when) => Some(when),
            Err(error) => {
                self.find(name, Rule::NotADate(text.to_owned(), error), blocks);
                None
            }
        }
    }

    /// A date or date-time that must be there.
    pub(crate) fn require_when(&self, name: &str) -> Option<When> {
        self.require(name, Blocks::Decision)?;
        self.when(name)
    }

    /// A coded value, compared without case.
    pub(crate) fn code<T: Copy>(&self, name: &str, codes: &[(&str, T)], allowed: &'static str) -> Option<T> {
        let text = self.text(name)?;
        let found = codes.iter().find(|(code, _)| code.eq_ignore_ascii_case(text));
        if found.is_none() {
            self.find(name, Rule::NotInCodelist(text.to_owned(), allowed), Blocks::Export);
        }
        found.map(|(_, value)| *value)
    }

    /// `Y` or `N`.
    pub(crate) fn yes(&self, name: &str) -> Option<bool> {
        self.code(name, &[("Y", true), ("N", false)], "Y, N")
    }
}
