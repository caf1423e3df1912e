//! Findings: wrong or missing data, named so that someone can act on it.

use std::fmt;

use super::{Dataset, RecordId, SubjectId};
use crate::language::{Text, Words, both};

/// What a finding holds up until it is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blocks {
    /// The dose decision.
    Decision,
    /// The infusion of this subject.
    Infusion,
    /// The export of the data.
    Export,
    /// Nothing.
    None,
}

impl Blocks {
    /// Name in the JSON of `check`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Infusion => "infusion",
            Self::Export => "export",
            Self::None => "none",
        }
    }
}

/// The rule a finding breaks, with what is needed to say so. [`Rule::words`] gives the sentence, `Display` its English.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// A dataset has no column that every row needs.
    MissingColumn,
    /// A required value is blank.
    MissingValue,
    /// Text that is not a number.
    NotANumber(String),
    /// Text that is not a date, and why.
    NotADate(String, super::DateError),
    /// A value outside the list the variable allows.
    NotInCodelist(String, &'static str),
    /// A number no living subject has.
    OutOfRange(String, Text),
    /// A value refers to something the protocol does not define.
    NotInProtocol(String, Text),
    /// The same subject stands twice in a one-row-per-subject dataset.
    DuplicateSubject,
    /// Two records of a dataset carry the same sequence number.
    DuplicateRecord,
    /// A record belongs to a subject that the demography dataset does not have.
    UnknownSubject,
    /// One moment lies before another it must follow.
    OutOfOrder(Words),
    /// Two sources of the same fact disagree; both readings.
    Disagree(Words),
    /// A fact needed for a decision or a grade is not there.
    Incomplete(Words),
    /// A partial date was read by its earliest day when the data were cut.
    PartialAtCut(Words),
    /// The cells infused are far from the dose of the group.
    OffDose(Words),
    /// A subject was infused although the decision of the day before said otherwise.
    AgainstDecision(Words),
    /// A subject was infused before the decision was signed and in effect.
    BeforeDecision(Words),
    /// A subject was infused although the gate was not open.
    GateNotOpen(Words),
    /// A place was reserved for a subject that does not meet the criteria of entry.
    Ineligible(Words),
    /// An adverse event has a grade that its CTCAE term does not have.
    GradeNotInTerm(Words),
    /// Two files of a dataset hold the same records.
    SameRecords(Words),
    /// A file of the folder is in a format that is not read.
    NotRead(Words),
}

impl Rule {
    /// Stable identifier.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::MissingColumn => "missing-column",
            Self::MissingValue => "missing-value",
            Self::NotANumber(_) => "not-a-number",
            Self::NotADate(..) => "not-a-date",
            Self::NotInCodelist(..) => "not-in-codelist",
            Self::OutOfRange(..) => "out-of-range",
            Self::NotInProtocol(..) => "not-in-protocol",
            Self::DuplicateSubject => "duplicate-subject",
            Self::DuplicateRecord => "duplicate-record",
            Self::UnknownSubject => "unknown-subject",
            Self::OutOfOrder(_) => "out-of-order",
            Self::Disagree(_) => "disagree",
            Self::Incomplete(_) => "incomplete",
            Self::PartialAtCut(_) => "partial-at-cut",
            Self::OffDose(_) => "off-dose",
            Self::AgainstDecision(_) => "against-decision",
            Self::BeforeDecision(_) => "before-decision",
            Self::GateNotOpen(_) => "gate-not-open",
            Self::Ineligible(_) => "ineligible",
            Self::GradeNotInTerm(_) => "grade-not-in-term",
            Self::SameRecords(_) => "same-records",
            Self::NotRead(_) => "not-read",
        }
    }

    /// What resolves it, as an instruction; holds for every finding of the rule.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::MissingColumn => "add the column, with a value in every row",
            Self::MissingValue => "enter the value",
            Self::NotANumber(_) => "enter a number, without signs or words",
            Self::NotADate(..) => "write the date as YYYY-MM-DD, or as much of it as is known",
            Self::NotInCodelist(..) => "enter a value of the list",
            Self::OutOfRange(..) => "check value and unit against the source document",
            Self::NotInProtocol(..) => "correct the value, or add it to the protocol",
            Self::DuplicateSubject => "keep one row of the subject",
            Self::DuplicateRecord => "give every record of the subject its own number",
            Self::UnknownSubject => "add the subject to DM, or correct USUBJID",
            Self::OutOfOrder(_) => "check both dates against the source document",
            Self::Disagree(_) => "find out which source is right and correct the other",
            Self::Incomplete(_) => "see each row: enter what is missing, or confirm what is unusual",
            Self::PartialAtCut(_) => "complete the date where it can be known",
            Self::OffDose(_) => {
                "check number and unit against the source document; a dose that was given is the committee's to judge"
            }
            Self::AgainstDecision(_) => {
                "check day and level against the source document; what took place is the committee's to judge"
            }
            Self::BeforeDecision(_) | Self::GateNotOpen(_) | Self::Ineligible(_) => {
                "check the moments against the source documents; record the deviation, which is the committee's to judge"
            }
            Self::GradeNotInTerm(_) => "check term and grade against the source document: one of them is wrong",
            Self::SameRecords(_) => "keep one of the files in the folder",
            Self::NotRead(_) => "save the file as CSV, Dataset-JSON or SAS XPORT, or take it out of the folder",
        }
    }
}

impl Rule {
    /// The sentence, in every language.
    pub fn words(&self) -> Words {
        match self {
            Self::MissingColumn => both!(
                "the column is missing; add it, with one value in every row",
                "缺少此列；请添加，每行一个值"
            ),
            Self::MissingValue => both!("the value is blank; enter it", "此值为空；请录入"),
            Self::NotANumber(text) => both!("\"{text}\" is not a number", "“{text}”不是数字"),
            Self::NotADate(text, why) => {
                let why_zh = why.chinese();
                both!("\"{text}\": {why}", "“{text}”：{why_zh}")
            }
            Self::NotInCodelist(text, allowed) => {
                both!(
                    "\"{text}\" is not one of {allowed}",
                    "“{text}”不在可用值之内：{allowed}"
                )
            }
            Self::OutOfRange(text, range) => both!(
                "{text} is outside {en}; check value and unit",
                "{text}超出{zh}；请核对数值和单位",
                en = range.en,
                zh = range.zh
            ),
            Self::NotInProtocol(text, what) => both!(
                "\"{text}\" is no {en} of the protocol",
                "“{text}”不是方案中的{zh}",
                en = what.en,
                zh = what.zh
            ),
            Self::DuplicateSubject => both!(
                "the subject stands more than once; keep one row",
                "该受试者出现多次；请保留一行"
            ),
            Self::DuplicateRecord => both!(
                "the sequence number is used more than once for this subject",
                "该受试者的此序号使用了多次"
            ),
            Self::UnknownSubject => both!(
                "the subject is not in DM; add it there or correct USUBJID",
                "DM中没有该受试者；请添加，或更正USUBJID"
            ),
            Self::OutOfOrder(sentence)
            | Self::Disagree(sentence)
            | Self::Incomplete(sentence)
            | Self::PartialAtCut(sentence)
            | Self::OffDose(sentence)
            | Self::AgainstDecision(sentence)
            | Self::BeforeDecision(sentence)
            | Self::GateNotOpen(sentence)
            | Self::Ineligible(sentence)
            | Self::GradeNotInTerm(sentence)
            | Self::SameRecords(sentence)
            | Self::NotRead(sentence) => sentence.clone(),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

/// Something wrong or missing in the data: never an error, never silently repaired.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Subject, where the row names one.
    pub subject: Option<SubjectId>,
    /// Dataset.
    pub dataset: Dataset,
    /// Record, where it could be identified.
    pub record: Option<RecordId>,
    /// Row of the dataset, counted from 1 without the header.
    pub row: Option<u32>,
    /// Variable, as the source names it.
    pub field: String,
    /// Which rule is broken, and how.
    pub rule: Rule,
    /// What it holds up.
    pub blocks: Blocks,
}

impl Finding {
    /// A finding in a variable of a record.
    pub fn of(record: &RecordId, field: &str, rule: Rule, blocks: Blocks) -> Self {
        Self {
            subject: Some(record.subject.clone()),
            dataset: record.dataset.clone(),
            record: Some(record.clone()),
            row: None,
            field: field.to_owned(),
            rule,
            blocks,
        }
    }

    /// Whether a dataset has no row.
    pub fn is_without_rows(&self) -> bool {
        matches!(self.rule, Rule::Incomplete(_)) && self.record.is_none() && self.row.is_none()
    }

    /// Whether something the decision rests on could not be read at all, so that no verdict accounts for it: nobody can say
    /// whose DLT it was, or when. What is blank or not in a list stands in its subject's verdict, which stays pending on it.
    pub fn is_unread(&self) -> bool {
        let unread = match &self.rule {
            Rule::MissingColumn | Rule::NotADate(..) | Rule::UnknownSubject | Rule::DuplicateSubject => true,
            Rule::Incomplete(_) => self.dataset.as_str() == "AE" && self.is_without_rows(),
            Rule::MissingValue
            | Rule::NotANumber(_)
            | Rule::NotInCodelist(..)
            | Rule::OutOfRange(..)
            | Rule::NotInProtocol(..)
            | Rule::DuplicateRecord
            | Rule::OutOfOrder(_)
            | Rule::Disagree(_)
            | Rule::PartialAtCut(_)
            | Rule::OffDose(_)
            | Rule::AgainstDecision(_)
            | Rule::BeforeDecision(_)
            | Rule::GateNotOpen(_)
            | Rule::Ineligible(_)
            | Rule::GradeNotInTerm(_)
            | Rule::SameRecords(_)
            | Rule::NotRead(_) => false,
        };
        unread && self.blocks == Blocks::Decision
    }

    /// Whether it is named before the dose decision itself: what was done to a subject, or which data were taken, is not
    /// what the decision assumes.
    pub fn leads(&self) -> bool {
        let named = matches!(
            self.rule,
            Rule::OffDose(_)
                | Rule::AgainstDecision(_)
                | Rule::BeforeDecision(_)
                | Rule::GateNotOpen(_)
                | Rule::SameRecords(_)
                | Rule::NotRead(_)
        );
        named && self.blocks == Blocks::Decision
    }

    /// The record, or dataset and row where the record has no identity.
    pub fn place(&self) -> String {
        match (&self.record, self.row) {
            (Some(record), _) => record.to_string(),
            (None, Some(row)) => format!("{}, row {row}", self.dataset),
            (None, None) => self.dataset.to_string(),
        }
    }
}
