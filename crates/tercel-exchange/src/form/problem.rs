//! What is wrong with an answer, as a sentence in the user's language.

use std::fmt;

use tercel::language::{Language, Text, Words, unit_in};

/// Whether a record with this problem can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The answer cannot be read: the record is not kept until it is corrected.
    Refuses,
    /// The answer is kept and asked about.
    Asks,
}

/// Something wrong with an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The field, as it was named.
    pub field: String,
    /// Its question; `None` where the form has no such field.
    pub label: Option<Text>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The form has no such field.
    UnknownField,
    /// A required answer is blank.
    Missing,
    /// Longer than the field allows, in characters.
    TooLong {
        /// Longest.
        max: usize,
        /// Length.
        length: usize,
    },
    /// Several lines where one is asked for.
    SeveralLines,
    /// Not a number.
    NotANumber,
    /// Not a whole number.
    NotWhole,
    /// Neither a number, nor a limit, nor a word of the list.
    NotAResult(Vec<String>),
    /// Outside what is expected.
    OutOfRange {
        /// Lowest expected.
        low: String,
        /// Highest expected.
        high: String,
        /// Unit; blank where there is none.
        unit: &'static str,
    },
    /// Not a date in a form that the field takes: what it takes.
    NotADate(&'static str),
    /// No such day or time.
    ImpossibleDate,
    /// A day after today.
    FutureDate,
    /// A year before 1900.
    LongAgo,
    /// Not in the list.
    NotInList(Vec<String>),
    /// Not in the protocol: the values it has.
    NotInProtocol(Vec<String>),
    /// Answered beside an answer that excludes it: the question of the other.
    Beside(Text),
    /// Later than the answer it must not lie after: the question of the other.
    After(Text),
    /// Lower than anything of its kind.
    TooLow {
        /// Lowest there is.
        least: String,
        /// Unit; blank where there is none.
        unit: &'static str,
    },
    /// No answer says Yes: the record would say nothing.
    AllNo,
    /// At odds with other records: what, and what to do.
    Against(Words),
}

impl Problem {
    /// Whether the record can be kept.
    pub const fn severity(&self) -> Severity {
        match self.fault {
            Fault::UnknownField
            | Fault::TooLong { .. }
            | Fault::SeveralLines
            | Fault::NotANumber
            | Fault::NotWhole
            | Fault::NotAResult(_)
            | Fault::NotADate(_)
            | Fault::ImpossibleDate
            | Fault::FutureDate
            | Fault::NotInList(_)
            | Fault::NotInProtocol(_)
            | Fault::Beside(_)
            | Fault::TooLow { .. }
            | Fault::AllNo => Severity::Refuses,
            Fault::Missing | Fault::OutOfRange { .. } | Fault::LongAgo | Fault::After(_) | Fault::Against(_) => {
                Severity::Asks
            }
        }
    }

    /// The sentence the user reads: which question, what is wrong, what to do.
    pub fn sentence(&self, language: Language) -> String {
        let name = self.label.map_or(self.field.as_str(), |label| label.of(language));
        match language {
            Language::English => format!("{name}: {}", self.fault.in_english()),
            Language::Chinese => format!("{name}：{}", self.fault.in_chinese()),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Language::English))
    }
}

impl Fault {
    fn in_english(&self) -> String {
        match self {
            Self::UnknownField => "the form has no such field; remove it or correct its name".to_owned(),
            Self::Missing => "an answer is needed".to_owned(),
            Self::TooLong { max, length } => format!("the text has {length} characters; shorten it to {max}"),
            Self::SeveralLines => "write the text on one line".to_owned(),
            Self::NotANumber => "enter a number, such as 12 or 0.5, without unit or words".to_owned(),
            Self::NotWhole => "enter a whole number".to_owned(),
            Self::NotAResult(words) => {
                let words = listed(words, ", ");
                let or = if words.is_empty() {
                    String::new()
                } else {
                    format!(", or {words}")
                };
                format!("enter a number, < or > with a number{or}")
            }
            Self::OutOfRange { low, high, unit } => {
                format!(
                    "outside the expected {low} to {high}{}; check value and unit against the source",
                    spaced(unit)
                )
            }
            Self::NotADate(form) => format!("write the date as {form}"),
            Self::ImpossibleDate => "no such day or time exists; correct it".to_owned(),
            Self::FutureDate => {
                "the moment lies in the future; correct it, or enter it when it has happened".to_owned()
            }
            Self::LongAgo => "the year lies before 1900; check it against the source".to_owned(),
            Self::NotInList(values) => format!("choose one of {}", listed(values, ", ")),
            Self::NotInProtocol(values) if values.is_empty() => "the protocol names no such value".to_owned(),
            Self::NotInProtocol(values) => format!("choose what the protocol names: {}", listed(values, ", ")),
            Self::Beside(other) => format!("\"{}\" is answered too; clear one of them", other.en),
            Self::After(other) => format!("lies after \"{}\"; check both dates against the source", other.en),
            Self::TooLow { least, unit } => format!("cannot be lower than {least}{}; correct it", spaced(unit)),
            Self::AllNo => {
                "answer Yes to at least one question: with every answer No the record says nothing".to_owned()
            }
            Self::Against(why) => why.en.clone(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::UnknownField => "表单中没有此字段，请删除或更正字段名".to_owned(),
            Self::Missing => "此项为必填项".to_owned(),
            Self::TooLong { max, length } => format!("文字共 {length} 个字符，请缩短至 {max} 个字符以内"),
            Self::SeveralLines => "请写在一行内".to_owned(),
            Self::NotANumber => "请填写数字（如 12 或 0.5），不带单位或文字".to_owned(),
            Self::NotWhole => "请填写整数".to_owned(),
            Self::NotAResult(words) => {
                let words = listed(words, "、");
                let or = if words.is_empty() {
                    String::new()
                } else {
                    format!("，或 {words}")
                };
                format!("请填写数字、带 < 或 > 的数字{or}")
            }
            Self::OutOfRange { low, high, unit } => {
                format!(
                    "超出预期范围 {low} 至 {high}{}，请对照原始资料核对数值和单位",
                    spaced(unit_in(unit, Language::Chinese))
                )
            }
            Self::NotADate(form) => format!("请按 {form} 的格式填写日期"),
            Self::ImpossibleDate => "该日期或时间不存在，请更正".to_owned(),
            Self::FutureDate => "时间晚于当前时间，请更正，或待发生后再填写".to_owned(),
            Self::LongAgo => "年份早于 1900 年，请对照原始资料核对".to_owned(),
            Self::NotInList(values) => format!("请从以下值中选择：{}", listed(values, "、")),
            Self::NotInProtocol(values) if values.is_empty() => "方案中没有此值".to_owned(),
            Self::NotInProtocol(values) => format!("请选择方案规定的值：{}", listed(values, "、")),
            Self::Beside(other) => format!("与“{}”同时填写，请清除其一", other.zh),
            Self::After(other) => format!("晚于“{}”，请对照原始资料核对两个日期", other.zh),
            Self::TooLow { least, unit } => {
                format!("不可能低于 {least}{}，请更正", spaced(unit_in(unit, Language::Chinese)))
            }
            Self::AllNo => "至少一项须选“是”：否则该记录没有意义".to_owned(),
            Self::Against(why) => why.zh.clone(),
        }
    }
}

/// The first values of a list, and how many more there are.
fn listed(values: &[String], between: &str) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<&str> = values.iter().take(SHOWN).map(String::as_str).collect();
    let more = if values.len() > SHOWN {
        format!("{between}…")
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(between))
}

fn spaced(unit: &str) -> String {
    if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    }
}
