//! What of another system's data is in no dataset, or should be looked at.

use std::fmt;

use thiserror::Error;

use crate::table::Table;

/// One resource, row or item, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// File.
    pub file: String,
    /// Resource with its identifier (`Observation/hb-1`), line (`line 7, column "Hb"`), or path of keys.
    pub place: String,
    /// Subject, where it is known.
    pub subject: Option<String>,
    /// Why.
    pub why: Why,
}

impl fmt::Display for Left {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.file, self.place)?;
        if let Some(subject) = &self.subject {
            write!(out, " of {subject}")?;
        }
        write!(out, ": {}", self.why)
    }
}

/// Why something is not taken, or should be looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Why {
    /// Its status says that it is none.
    #[error("its status is \"{0}\"")]
    Status(String),
    /// Another version of the same resource is taken.
    #[error("version {0} of the same resource is taken")]
    Superseded(String),
    /// The same version of the same resource stands before.
    #[error("the same version of the same resource stands before it")]
    SameResource,
    /// Another content under the same version.
    #[error(
        "it stands again under the same version with another content, which is taken; ask the sender which is right"
    )]
    OtherContent,
    /// Deleted by the sender.
    #[error("the sender deleted it")]
    Deleted,
    /// A patient of whom nothing becomes a row.
    #[error("nothing of this patient becomes a row")]
    NoData,
    /// A death that is entered on its own form.
    #[error("the patient died ({0}); enter the form of the death")]
    Death(String),
    /// A code or word that stands for nothing known.
    #[error("its {0} \"{1}\" is not known and not taken")]
    NotKnown(&'static str, String),
    /// A reference range in words.
    #[error("its reference range \"{0}\" has no low or high as a number; it is not taken")]
    RangeInWords(String),
    /// Ranges of several kinds of people.
    #[error("it has {0} normal ranges, and nothing says which is the patient's; none is taken")]
    SeveralRanges(usize),
    /// The same subject, test, time and value stand before.
    #[error("{0} says the same of the same subject and time")]
    SameRecord(String),
    /// Two results of one test at one time.
    #[error("{0} gives another result of the same test at the same time; both are taken")]
    OtherResult(String),
    /// No dataset takes such a thing.
    #[error("{0} become no dataset")]
    Kind(String),
    /// Elements of resources that are taken.
    #[error("no variable takes it; resources that have it: {0}")]
    Element(usize),
    /// A code the map does not have.
    #[error("the map of codes has no {0}; add it with --map if it belongs to the study")]
    UnknownCode(String),
    /// No code at all.
    #[error("it has no code or name")]
    NoCode,
    /// Nobody it is about.
    #[error("it names no patient")]
    NoPatient,
    /// A patient that the file does not hold.
    #[error("its patient {0} is not in the file")]
    PatientNotSent(String),
    /// A reference that resources of several servers answer to.
    #[error("{0} stands at several servers in these files, and nothing says which is meant; take the files one by one")]
    SeveralServers(String),
    /// One subject key in two studies.
    #[error(
        "its subject key stands in several studies ({0}), and names a subject within one alone; give the studies one by one"
    )]
    SeveralStudies(String),
    /// A unit whose words say another than its code.
    #[error(
        "its unit is \"{words}\" in words and \"{code}\" as code; the code was taken, ask the sender which is right"
    )]
    UnitAgainstWords {
        /// The words.
        words: String,
        /// The code.
        code: String,
    },
    /// A patient without the identifier asked for.
    #[error("the patient has no identifier of {0}")]
    NoIdentifier(String),
    /// A patient of no subject.
    #[error("the patient's identifier \"{0}\" belongs to no subject")]
    NoSubject(String),
    /// A patient of several subjects.
    #[error("the patient's identifier \"{0}\" belongs to several subjects: {1}")]
    SeveralSubjects(String, String),
    /// No time.
    #[error("it has no time")]
    NoTime,
    /// A time that is none.
    #[error("\"{0}\" is no date or time")]
    BadTime(String),
    /// A time whose zone is not that of the site.
    #[error("{0} times are in UTC and were taken so; give --utc-offset if the site's clock differs")]
    Utc(usize),
    /// Several offsets in one file, as over a change of clocks.
    #[error("the times have several offsets from UTC ({0}); each was taken as its clock showed it")]
    Offsets(String),
    /// No value.
    #[error("it has no value")]
    NoValue,
    /// A value of a kind that no variable holds.
    #[error("a value of the kind {0} has no variable")]
    ValueKind(String),
    /// A number that is none.
    #[error("\"{0}\" is no number")]
    NotANumber(String),
    /// A unit that is not known.
    #[error("{0}; taken as sent, without a standard result")]
    Unit(String),
    /// A unit that measures something else than the code says.
    #[error("the code is of {code}, and the unit \"{unit}\" is of {of}; taken as sent, without a standard result")]
    UnitAgainstCode {
        /// The unit as sent.
        unit: String,
        /// What the unit measures.
        of: &'static str,
        /// What the code measures.
        code: &'static str,
    },
    /// A result no living subject has.
    #[error("{value} is {standard}, which lies outside {low} to {high}, where every result lies; check value and unit")]
    Implausible {
        /// As sent, with its unit.
        value: String,
        /// In the standard unit.
        standard: String,
        /// Least.
        low: String,
        /// Most.
        high: String,
    },
    /// A flag that the range contradicts.
    #[error("it is flagged {flag}, and {value} against {range} is not; check value, unit and range")]
    FlagAgainstRange {
        /// The flag.
        flag: String,
        /// The value.
        value: String,
        /// The range.
        range: String,
    },
    /// A reference range in another unit than the result.
    #[error("the unit \"{0}\" of its reference range does not convert; the range is not taken")]
    RangeUnit(String),
    /// Its own grade is not in the data of the other system.
    #[error("a severity is no CTCAE grade: the event has no grade until somebody enters it")]
    NoGrade,
    /// A malformed resource.
    #[error("it is malformed: {0}")]
    Malformed(String),
    /// An entry of the mapping that says so.
    #[error("the mapping leaves it out")]
    LeftOut,
    /// A number at the limit of the assay that cannot be read.
    #[error("its comparator is \"{0}\"")]
    Comparator(String),
    /// A removal of what was never sent.
    #[error("it removes what no earlier transaction of the files inserted")]
    NothingToRemove,
    /// Records that stand beside the data and are not part of it.
    #[error("they stand beside the data and are not read; how many: {0}")]
    Beside(usize),
    /// Removed by a later transaction.
    #[error("a later transaction removes it")]
    Removed,
    /// A value that a later transaction replaced.
    #[error("a later transaction replaces \"{0}\"")]
    Replaced(String),
}

/// The lines as a dataset: what is written as `not_taken.csv`.
pub fn left_table(name: &str, lines: &[Left]) -> Table {
    let row = |line: &Left| {
        vec![
            line.file.clone(),
            line.place.clone(),
            line.subject.clone().unwrap_or_default(),
            line.why.to_string(),
        ]
    };
    Table::from_rows(
        name,
        &["FILE", "PLACE", "USUBJID", "WHY"],
        lines.iter().map(row).collect(),
    )
}
