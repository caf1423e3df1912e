//! Forms: what is asked of whom, defined once for the page, its checks, import, audit display, completeness and SDTM.
//!
//! | Task | Start here |
//! |---|---|
//! | every form, one by its name | [`FORMS`], [`form()`] |
//! | what is wrong with the answers of one record | [`validate()`] |
//! | which answers are still missing | [`completeness()`] |
//! | what a record newly breaks among the others, before it is kept | [`check_entry`] |
//! | the grade a record would have | [`grade_preview`] |
//! | records to datasets that are read here, and back | [`to_tables`], [`from_tables()`] |
//! | the same, read again only for the subjects whose records changed | [`SubjectRead`], [`put_together`] |
//! | records from a table with a column a field | [`from_csv()`] |
//! | what a form asks for the value of a variable | [`question()`] |
//! | the forms that ask for a variable, and where they stand among the annotated forms | [`asking`], [`place_of`] |
//! | the annotated forms as a document | [`forms_document`] |
//! | records that gates read | [`is_of_conduct`], [`conduct_records`] |
//! | add a form | one file in `list/` and its line in `list/mod.rs` |
//!
//! One record is one row of one dataset, and its number is the row's sequence number: the identity that reports print
//! (`AE/<subject>/<number>`) is the key under which the record is kept. The forms of `DM` alone share the subject's row.

mod against;
mod by_subject;
mod captured;
mod completeness;
mod conduct;
mod criteria;
mod define;
mod document;
mod entry;
mod from_csv;
mod from_tables;
mod list;
mod matching;
mod not_taken;
mod preview;
mod problem;
mod question;
mod reported;
mod sdtm;
mod standard;
mod tables;
mod trial_choice;
mod validate;
mod worked_out;

use tercel::language::Text;
use tercel::protocol::Assessed;

pub use against::{check_against, held_against};
pub use by_subject::{Columns, SubjectRead, put_together};
pub use captured::Captured;
pub use completeness::{Completeness, completeness};
pub use conduct::{Kept, conduct_records, is_of_conduct};
pub(crate) use criteria::{criterion_code, shortened};
pub use document::{FORMS_FILE, answer_words, derived_words, forms_document, required_words};
pub use entry::{check_entry, next_number, record_of};
pub use from_csv::{Import, Mistake, Wrong, from_csv};
pub use from_tables::from_tables;
pub use list::FORMS;
pub use not_taken::{NotTaken, Reason};
pub use preview::{Preview, grade_preview};
pub use problem::{Fault, Problem, Severity};
pub(crate) use question::asked_as;
pub use question::{asking, place_of, question};
pub(crate) use sdtm::qualifier_label;
pub(crate) use standard::ToStandard;
pub use tables::{Datasets, PART, to_tables};
pub use trial_choice::FromTrial;
pub use validate::validate;

/// What a record of a form is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One subject.
    Subject,
    /// One site.
    Site,
    /// The whole study.
    Study,
}

/// One kind of record.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Stable name, in lower case with hyphens.
    pub id: &'static str,
    /// Title.
    pub title: Text,
    /// When the form is filled in, and with what care.
    pub help: Text,
    /// What a record is about.
    pub scope: Scope,
    /// The SDTM dataset its records become rows of.
    pub domain: Option<&'static str>,
    /// Records that become rows: those whose field has one of these values; `None`: all.
    pub rows: Option<(&'static str, &'static [&'static str])>,
    /// Whether a subject has more than one record.
    pub repeats: bool,
    /// Variables that the form itself answers.
    pub constants: &'static [(&'static str, &'static str)],
    /// Other values of such a variable that mean the same in data from elsewhere.
    pub synonyms: &'static [(&'static str, &'static [&'static str])],
    /// Variables that follow from the answers.
    pub derived: &'static [(&'static str, Derived)],
    /// Fields that tell which rows of the dataset are of this form: those whose value their kind allows.
    pub tells: &'static [&'static str],
    /// The field that says when it happened.
    pub happened: Option<&'static str>,
    /// Pairs of fields of which the first lies no later than the second.
    pub order: &'static [(&'static str, &'static str)],
    /// Fields of which at least one is answered Yes.
    pub one_yes: &'static [&'static str],
    /// The assessment of the schedule that it records.
    pub assessed: Option<Assessed>,
    /// What a page may offer side by side, as one record each.
    pub panel: Option<Panel>,
    /// What is asked, in order.
    pub fields: &'static [Field],
}

impl Form {
    /// The field of this name.
    pub fn field(&self, id: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.id == id)
    }
}

/// Records that a page asks for together: one a row, with some answers given once for all.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// Fields answered once.
    pub shared: &'static [&'static str],
    /// The answers that each row starts with.
    pub rows: &'static [&'static [(&'static str, &'static str)]],
}

/// How a variable follows from the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// The text of a field.
    Copy(&'static str),
    /// The text of a field as the standard result, which is taken before the original one in data from elsewhere.
    Standard(&'static str),
    /// The text of a field where it is a number, as the standard result.
    Number(&'static str),
    /// A result, limit or unit in the standard unit of the test; as printed where there is none.
    Converted(&'static str),
    /// The same where it is a number.
    ConvertedNumber(&'static str),
    /// The English name of what was chosen in a field; the value itself where the list does not hold it.
    Name(&'static str),
    /// A fixed text where a field is answered.
    Where(&'static str, &'static str),
}

impl Derived {
    /// The field that the variable follows from.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Copy(field)
            | Self::Standard(field)
            | Self::Number(field)
            | Self::Converted(field)
            | Self::ConvertedNumber(field)
            | Self::Name(field)
            | Self::Where(field, _) => field,
        }
    }

    /// Whether it stands in the standard unit of the test.
    pub const fn is_converted(self) -> bool {
        matches!(self, Self::Converted(_) | Self::ConvertedNumber(_))
    }
}

/// One question.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Stable name: that of its SDTM variable in lower case.
    pub id: &'static str,
    /// The question.
    pub label: Text,
    /// What to enter, and what it is used for.
    pub help: Text,
    /// What is a valid answer.
    pub kind: Kind,
    /// Whether it has to be answered.
    pub required: Required,
    /// Where the answer stands in SDTM.
    pub home: Home,
    /// Whether the column says that the question was asked, so that it is left out where nobody answered it.
    pub only_if_asked: bool,
    /// Whether a day to come is a valid answer.
    pub may_be_future: bool,
}

impl Field {
    /// An answer as it is kept: a moment that was typed with a blank before its time has the letter of ISO 8601 there.
    pub fn typed(&self, text: &str) -> String {
        let is_moment = matches!(self.kind, Kind::DateTime | Kind::PartialDate);
        match text.split_once(' ') {
            Some((day, clock)) if is_moment && day.len() == 10 => format!("{day}T{}", clock.trim_start()),
            Some(_) | None => text.to_owned(),
        }
    }

    /// The variable or qualifier that holds the answer.
    pub fn variable(&self) -> Option<&'static str> {
        match self.home {
            Home::Variable(name) | Home::Supplement(name) => Some(name),
            Home::None(_) => None,
        }
    }
}

/// What is a valid answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// One line of text.
    Text {
        /// Longest, in characters.
        max: usize,
    },
    /// Several lines of text.
    LongText {
        /// Longest, in characters.
        max: usize,
    },
    /// A whole number; outside the expected it is asked about.
    Integer {
        /// No answer is lower.
        least: i64,
        /// Lowest expected.
        min: i64,
        /// Highest expected.
        max: i64,
        /// Unit, where it counts something.
        unit: Option<&'static str>,
    },
    /// A number; outside the expected it is asked about.
    Decimal {
        /// No answer is lower.
        least: f64,
        /// Lowest expected.
        min: f64,
        /// Highest expected.
        max: f64,
        /// Unit, where it measures something.
        unit: Option<&'static str>,
    },
    /// A measured result: a number, a limit with `<` or `>` before it, or one of these words.
    Result {
        /// No number is lower.
        least: f64,
        /// Unit; `None` where another field holds it.
        unit: Option<&'static str>,
        /// Words that stand for a result.
        words: &'static [Choice],
    },
    /// A day.
    Date,
    /// A day, with the time where it is known (`2026-03-04T08:30`).
    DateTime,
    /// A year, a month, a day, or a day with its time: what is known.
    PartialDate,
    /// `Y` or `N`.
    YesNo,
    /// A value of a list.
    Choice(&'static [Choice]),
    /// A value of a list, or a text of one's own.
    Suggested {
        /// The list.
        choices: &'static [Choice],
        /// Longest text, in characters.
        max: usize,
    },
    /// A value that the protocol names.
    TrialChoice(FromTrial),
    /// What is valid depends on another field.
    By {
        /// The field it depends on.
        field: &'static str,
        /// Its values, each with the kind.
        kinds: &'static [(&'static str, Kind)],
        /// The kind for every other value.
        otherwise: &'static Kind,
    },
}

/// A value of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// What is kept: the CDISC submission value where there is one.
    pub value: &'static str,
    /// What the user reads.
    pub label: Text,
}

/// Whether a field has to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// It may stay blank.
    No,
    /// In every record.
    Always,
    /// Where a field has one of these values.
    When(&'static str, &'static [&'static str]),
    /// Where a field is answered.
    With(&'static str),
    /// Unless a field is answered.
    Unless(&'static str),
}

/// Where an answer stands in SDTM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// A variable of the dataset.
    Variable(&'static str),
    /// A supplemental qualifier (`QNAM`).
    Supplement(&'static str),
    /// Nowhere, and why.
    None(&'static str),
}

/// The form of this name.
pub fn form(id: &str) -> Option<&'static Form> {
    FORMS.iter().copied().find(|form| form.id == id)
}
